/*
 * Closed lists of words. An answer decides who may know a secret, so what is
 * understood is listed here and all the rest is unclear: a person is asked
 * again rather than guessed at.
 */
#include <config.h>

#include <string.h>

#include <sekisho/text.h>

#include "mail/answer_words.h"
#include "mail/bytes.h"

#define SHORT 96		/* bytes: longer lines are no single word */

static const char *const tails[] = {
	"", "です", "でお願いします", "でお願いいたします",
	"でお願い致します", "でおねがいします", "でお願い申し上げます",
	"でよろしくお願いします", "でよろしくお願いいたします",
	"でよろしくお願い致します", "を希望します", "を希望",
	"を希望いたします", "を選択します", "を選択", "を選択いたします",
	"とします", "といたします",
	"please", ", please",
};

/* The texts ask for these, which may be said more politely and stand together
 * (はい、相違ありません。); no others. */
static const char *const yes[] = { "yes", "ok", "okです", "はい",
	"相違ありません", "相違ございません", "間違いありません",
	"間違いございません", "承知しました", "承知いたしました" };
/* What may stand behind one of them on its line. */
static const char *const thanks[] = { "お願いします", "お願いいたします",
	"お願い致します", "よろしくお願いします", "よろしくお願いいたします",
	"よろしくお願い致します", "宜しくお願いします", "宜しくお願いいたします",
	"宜しくお願い致します", "よろしくお願い申し上げます",
	"ありがとうございます", "thank you", "thanks", "thank you very much" };
static const char *const no[] = { "no", "いいえ", "違います", "ちがいます",
	"相違があります", "相違あります", "間違いがあります",
	"間違っています", "間違いです" };

static const char *const withdrawal[] = { "取り下げます", "取下げます",
	"取りやめます", "提供を取り下げます", "提供を取りやめます",
	"情報提供を取り下げます", "情報提供を取りやめます",
	"共有を取りやめます", "撤回します", "同意を撤回します",
	"withdraw", "i withdraw", "we withdraw", "withdrawn" };

static const char *const nothing[] = { "なし", "無し", "ナシ", "特になし",
	"特に無し", "特にありません", "ありません", "ない", "無い", "不要",
	"none", "no", "nothing", "n/a", "na", "-", "該当なし", "いいえ",
	"なしです", "特になしです", "nobody" };

/* Alone as words of 1-B, 2-X or 3-E they are a mark, or name nothing. */
static const char *const marks[] = { "×", "○", "✓", "レ", "x", "●", "△",
	"✕", "✖", "?" };
/* So may end a sentence that names nothing. "知らせない" may not. */
static const char *const negations[] = { "ありません", "ございません", "はない",
	"でない", "がない", "なし", "不要", "不要です" };

static const char *const denials[] = { "取り消", "取消", "訂正", "撤回",
	"不可", "以外", "除く", "除き", "除いて", "ただし", "但し", "ではな",
	"ではあり", "not ", "cancel", "except", "unless", "but " };
static const char *const talk[] = { "は", "が", "か", "も", "を", "と", "の",
	"に", "で", "や", "って", "または", "又は", "もしくは", "あるいは",
	"ではな", "以外", "or ", "and ", "is ", "isn't ", "are ", "not ",
	"if ", "but ", "was ", "would ", "should ", "may ", "might ", "can ",
	"could ", "seems ", "means ", "?", "maybe", "perhaps", "(?" };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A character that may end a sentence without changing what it says. */
static bool
is_final(uint32_t c)
{
	return c == '.' || c == '!' || c == ',' || c == ' ' || c == 0x3002 ||
	    c == 0xff61 || c == 0x3001 || c == 0xff64;
}

static struct scan
without_final(struct scan s)
{
	struct scan t, kept = s;

	for (t = s; scan_peek(&t) != 0;)
		if (!is_final(scan_next(&t)))
			kept.p = t.p;
	s.end = kept.p;
	return s;
}

static bool
listed(const char *word, const char *const *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(word, list[i]) == 0)
			return true;
	return false;
}

bool
words_hold(struct scan s, const char *const *list, size_t n, bool at_start)
{
	bool start = true;
	struct scan t;
	uint32_t c;

	for (; (c = scan_peek(&s)) != 0; scan_next(&s)) {
		t = s;
		if ((start || !at_start) && scan_table(&t, list, n,
		    sizeof(*list)) < n)
			return true;
		start = is_final(c) || (start && c == '(');
	}
	return false;
}

bool
words_deny(struct scan s)
{
	return words_hold(s, denials, COUNT(denials), false);
}

bool
words_is_tail(struct scan s)
{
	char word[SHORT];

	s = scan_trim(s);
	if (s.end - s.p >= SHORT - 4)
		return false;
	scan_fold(word, sizeof(word), without_final(s));
	return listed(word, tails, COUNT(tails));
}

bool
words_say_nothing(const char *words)
{
	struct scan s = { words, words + strlen(words) };
	char word[SHORT];

	if (s.end - s.p >= SHORT - 4)
		return false;
	scan_fold(word, sizeof(word), without_final(s));
	return listed(word, nothing, COUNT(nothing)) ||
	    listed(word, marks, COUNT(marks)) ||
	    STR_ENDS_IN(word, negations);
}

/* Squared words (㌢) and Arabic ligatures, of which NFKC makes up to eighteen
 * characters each, at many times the cost; no listed word is written so. */
static bool
expands(uint32_t c)
{
	return (c >= 0x3300 && c <= 0x33ff) || (c >= 0xfb50 && c <= 0xfdff);
}

/* Whether s may begin one of the listed words. Normalising costs most of the
 * time a long mail takes, and changes no ASCII, hiragana or common Chinese
 * character at a word's start. Of all others only a compatibility ideograph is
 * ever found there; who writes "no" in circled letters is asked again. */
static bool
may_begin(struct scan s, const char *const *list, size_t n)
{
	uint32_t c;
	size_t i;

	for (struct scan t = s; (c = scan_next(&t)) != 0;)
		if (expands(c))
			return false;
	do
		c = scan_next(&s);
	while (is_final(c));
	if (c >= 0x80 && !(c >= 0x3041 && c <= 0x3096) &&
	    !(c >= 0x4e00 && c <= 0x9fff))
		return c >= 0xf900 && c <= 0xfaff;
	for (i = 0; i < n; i++) {
		struct scan w = { list[i], list[i] + strlen(list[i]) };

		if (scan_next(&w) == c)
			return true;
	}
	return false;
}

static bool
is_one_of(struct sk_arena *a, struct scan s, const char *const *list, size_t n)
{
	size_t len = (size_t)(s.end - s.p);
	char *word;

	if (len == 0 || len >= SHORT || !may_begin(s, list, n))
		return false;
	/* NFKC first: a half-width full stop is one after it. */
	word = sk_nfkc_fold(a, sk_arena_strn(a, s.p, len));
	s.p = word;
	s.end = word + strlen(word);
	s = scan_trim(without_final(scan_trim(s)));
	return listed(sk_arena_strn(a, s.p, (size_t)(s.end - s.p)), list, n);
}

/* What parts the words of a line: an English full stop only before a blank. */
static bool
is_pause(uint32_t c, uint32_t next)
{
	return c == ',' || c == 0x3001 || c == 0x3002 || c == 0xff0c ||
	    c == 0xff64 || c == 0xff61 || ((c == '.' || c == '!') &&
	    next == ' ');
}

/* A yes; or behind one a courtesy. */
static bool
is_yes_part(struct sk_arena *a, struct scan word, bool *any)
{
	if (!is_one_of(a, word, yes, COUNT(yes)))
		return *any && is_one_of(a, word, thanks, COUNT(thanks));
	*any = true;
	return true;
}

/* はい、相違ありません。 is two of the listed words, and nothing else. */
bool
words_is_yes(struct sk_arena *a, struct scan s)
{
	struct scan t = s, word = s;
	bool any = false;

	if (s.end - s.p >= SHORT)
		return false;
	while (t.p < s.end) {
		const char *at = t.p;
		uint32_t c = scan_next(&t);

		if (!is_pause(c, scan_peek(&t)))
			continue;
		word.end = at;
		if (!is_yes_part(a, word, &any))
			return false;
		word.p = t.p;
		word.end = s.end;
	}
	word = scan_trim(word);
	return word.p == word.end ? any : is_yes_part(a, word, &any);
}

bool
words_is_no(struct sk_arena *a, struct scan s)
{
	return is_one_of(a, s, no, COUNT(no));
}

bool
words_is_withdrawal(struct sk_arena *a, struct scan s)
{
	return is_one_of(a, s, withdrawal, COUNT(withdrawal));
}

bool
words_talk(struct scan s)
{
	return SCAN_TABLE(&s, talk) < COUNT(talk);
}

bool
words_ask(struct scan s)
{
	static const char *const asks[] = { "?", "ですか", "ますか",
		"でしょうか" };

	return words_hold(s, asks, COUNT(asks), false);
}

static bool
is_filler(uint32_t c)
{
	return c == 0x2026 || c == 0x2025 || c == '_' || c == ':' || c == ' ';
}

/* Nothing but what a form prints to be written over? */
static bool
is_blank_form(struct scan s)
{
	uint32_t c;

	while ((c = scan_next(&s)) != 0)
		if (!is_filler(c) && c != '.' && c != '(' && c != ')' &&
		    c != '[' && c != ']' && c != 0x30fb && c != 0x300c &&
		    c != 0x300d && c != '-')
			return false;
	return true;
}

struct scan
words_strip(struct scan s)
{
	struct scan t = s;
	bool dots = false;
	uint32_t c;

	if (is_blank_form(s)) {
		s.p = s.end;
		return s;
	}
	while (is_filler(c = scan_next(&t)) || (c == '.' &&
	    (dots || scan_peek(&t) == '.'))) {
		dots = c == '.';
		s = t;
	}
	return scan_trim(s);
}

static bool
is_ellipsis(struct scan *s, uint32_t c)
{
	struct scan t = *s;

	if (c == 0x2026)
		return true;
	return c == '.' && scan_next(&t) == '.' && scan_next(&t) == '.';
}

bool
words_after_label(struct scan s, struct scan *label, struct scan *words)
{
	struct scan t = s, before = s;
	unsigned inside = 0;
	uint32_t c;

	while ((c = scan_next(&t)) != 0) {
		if (c == '(' || c == 0x300c)
			inside++;
		else if ((c == ')' || c == 0x300d) && inside > 0)
			inside--;
		else if (inside == 0 && (c == ':' || is_ellipsis(&t, c))) {
			label->p = s.p;
			label->end = before.p;
			*words = words_strip(t);
			return true;
		}
		before = t;
	}
	label->p = label->end = s.p;
	*words = words_strip(s);
	return false;
}

static uint32_t
next_shown(struct scan *s)
{
	uint32_t c;

	do
		c = scan_next(s);
	while (c == ' ');
	return c;
}

bool
words_same(struct scan a, struct scan b)
{
	uint32_t c;

	do {
		c = next_shown(&a);
		if (c != next_shown(&b))
			return false;
	} while (c != 0);
	return true;
}

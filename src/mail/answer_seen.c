/*
 * A member's answers to the items of a digest: 来ている, 来ていない,
 * わからない, or seen, not seen, unknown, or 1 to 3, each behind the letter that
 * the digest gave the item. New text only: the digest names all three words,
 * so a quoted line says nothing; but the quoted line that a bare word stands
 * under tells which item it is for.
 *
 * Must never take a hedge or a question for an answer: a line that begins as
 * an answer and does not end as one is unclear, and a person reads it. Nor may
 * what was said of one item look like silence because another was understood.
 */
#include <config.h>

#include <string.h>

#include "mail/answer_read.h"
#include "mail/answer_text.h"
#include "mail/answer_words.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Folded as scan_next() folds; a longer word before the one it begins with. */
static const struct {
	const char *word;
	enum answer_seen seen;
} values[] = {
	{ "来ていない", SEEN_NO }, { "来ていません", SEEN_NO },
	{ "来てない", SEEN_NO }, { "来てません", SEEN_NO },
	{ "来ておりません", SEEN_NO }, { "来ておらず", SEEN_NO },
	{ "きていない", SEEN_NO }, { "きていません", SEEN_NO },
	{ "きてない", SEEN_NO }, { "きてません", SEEN_NO },
	{ "きておりません", SEEN_NO }, { "未着", SEEN_NO },
	{ "来ている", SEEN_YES }, { "来ています", SEEN_YES },
	{ "来てる", SEEN_YES }, { "来てます", SEEN_YES },
	{ "来ております", SEEN_YES }, { "来ました", SEEN_YES },
	{ "きている", SEEN_YES }, { "きています", SEEN_YES },
	{ "きてる", SEEN_YES }, { "きてます", SEEN_YES },
	{ "きております", SEEN_YES }, { "きました", SEEN_YES },
	{ "わからない", SEEN_UNKNOWN }, { "分からない", SEEN_UNKNOWN },
	{ "判らない", SEEN_UNKNOWN }, { "解らない", SEEN_UNKNOWN },
	{ "わかりません", SEEN_UNKNOWN }, { "分かりません", SEEN_UNKNOWN },
	{ "判りません", SEEN_UNKNOWN }, { "解りません", SEEN_UNKNOWN },
	{ "わかりかねます", SEEN_UNKNOWN }, { "分かりかねます", SEEN_UNKNOWN },
	{ "不明", SEEN_UNKNOWN },
	{ "not seen", SEEN_NO }, { "notseen", SEEN_NO },
	{ "not_seen", SEEN_NO }, { "have not seen", SEEN_NO },
	{ "haven't seen", SEEN_NO }, { "haven’t seen", SEEN_NO },
	{ "seen", SEEN_YES }, { "have seen", SEEN_YES },
	{ "unknown", SEEN_UNKNOWN }, { "don't know", SEEN_UNKNOWN },
	{ "don’t know", SEEN_UNKNOWN }, { "do not know", SEEN_UNKNOWN },
};

/* Who speaks, before the answer: nothing that changes it. */
static const char *const speakers[] = { "弊社では", "弊社には", "当社では",
	"当社には", "当組織では", "当組織には", "当方では", "当方には",
	"弊組織では", "弊組織には", "弊庁では", "当庁では", "弊学では",
	"本学では", "こちらでは", "こちらには", "回答:", "回答は", "返答:",
	"we ", "i ", "answer:" };

/* What may follow and leaves it as it is. */
static const char *const endings[] = { "でした", "です", "でございます",
	"であります" };

static bool
is_number(uint32_t c)
{
	return (c >= '1' && c <= '3') || (c >= 0x2460 && c <= 0x2462);
}

/* Steps over one of the values. */
static bool
read_value(struct scan *s, enum answer_seen *seen)
{
	uint32_t c = scan_peek(s);
	struct scan t = *s;
	size_t i;

	i = SCAN_TABLE(s, values);
	if (i < COUNT(values)) {
		*seen = values[i].seen;
		return true;
	}
	if (!is_number(c))
		return false;
	scan_next(&t);
	if (c < 0x80 && !scan_ends_word(&t))
		return false;
	*seen = SEEN_YES + (enum answer_seen)(c < 0x80 ? c - '1' : c - 0x2460);
	*s = t;
	return true;
}

static bool
is_bracket(uint32_t c)
{
	return c == 0x300c || c == 0x300d || c == 0x300e || c == 0x300f ||
	    c == 0x3010 || c == 0x3011;
}

/* A letter that stands alone, or directly before Japanese. */
static bool
read_letter(struct scan *s, char *letter)
{
	struct scan t = *s;
	uint32_t c = scan_next(&t);

	if (c < 'a' || c > 'z' || !scan_ends_word(&t))
		return false;
	*letter = (char)(c - 'a' + 'A');
	*s = t;
	return true;
}

static void
skip_marks(struct scan *s, const char *ascii)
{
	for (;;) {
		uint32_t c;

		scan_blanks(s);
		c = scan_peek(s);
		if (!(c > 0 && c < 0x80 && strchr(ascii, (int)c)) &&
		    c != 0x3001 && c != 0xff64 && c != 0x30fb &&
		    c != 0x2192 && c != 0x21d2 && c != 0x2022 &&
		    c != 0x25a0 && c != 0x25cf && !is_bracket(c))
			return;
		scan_next(s);
	}
}

/* "A", "A, C", "BとC", "(B)", "【B】", "項目A：", "Aは", "BもCも"; their bits,
 * 0 if there is none. */
static unsigned
read_letters(struct scan *s)
{
	static const char *const nouns[] = { "項目", "案件", "情報", "item " };
	static const char *const joints[] = { "及び", "および", "と", "も",
		"and " };
	static const char *const ends[] = { "については", "に関しては", "とも",
		"ともに", "共に", "は", "も" };
	struct scan t = *s, u;
	unsigned letters = 0;
	char letter;

	skip_marks(&t, "([");
	SCAN_TABLE(&t, nouns);
	skip_marks(&t, "([");
	while (read_letter(&t, &letter)) {
		letters |= 1u << (letter - 'A');
		*s = t;
		skip_marks(&t, ",/&+([)]");
		u = t;
		if (SCAN_TABLE(&u, joints) < COUNT(joints)) {
			skip_marks(&u, "");
			t = u;
		}
	}
	if (letters) {
		skip_marks(s, ":.)]=->,(");
		if (SCAN_TABLE(s, ends) < COUNT(ends))
			skip_marks(s, ":,");
	}
	return letters;
}

static bool
is_stop(uint32_t c)
{
	return c == 0 || c == '.' || c == '!' || c == 0x3002 || c == 0xff61;
}

static bool
is_answer(struct scan s)
{
	enum answer_seen seen;

	skip_marks(&s, "-*");
	read_letters(&s);
	return read_value(&s, &seen);
}

/* Is the line below a number what the number begins? */
static bool
goes_on(struct scan below, bool dot)
{
	return scan_blanks(&below) && !is_answer(below) &&
	    (dot || !courtesy_line(below, false));
}

/* Does the line end here, or the sentence? Words after a full stop are a
 * comment; after a comma they could be a hedge. After a number, and on the line
 * below it, they are what the number counts or begins ("1. まだ確認していません",
 * "3.14に確認"). */
static bool
ends_answer(struct scan *s, bool number, struct scan below)
{
	bool dot;

	skip_marks(s, ")]");
	SCAN_TABLE(s, endings);
	scan_blanks(s);
	if (number) {
		dot = scan_peek(s) == '.';
		if (scan_peek(s) != 0 && is_stop(scan_peek(s)))
			scan_next(s);
		scan_blanks(s);
		return scan_peek(s) == 0 && !goes_on(below, dot);
	}
	return is_stop(scan_peek(s));
}

static void
note(struct answer *out, char letter, enum answer_seen seen)
{
	struct answer_sighting *x;

	for (unsigned i = 0; i < out->nsightings; i++) {
		x = &out->sightings[i];
		if (x->letter == letter) {
			if (x->seen != seen)
				x->seen = SEEN_UNCLEAR;
			return;
		}
	}
	x = &out->sightings[out->nsightings++];
	x->letter = letter;
	x->seen = seen;
}

static void
note_all(struct answer *out, unsigned letters, enum answer_seen seen)
{
	if (letters == 0)
		note(out, '\0', seen);
	for (int i = 0; i < 26; i++)
		if (letters & 1u << i)
			note(out, (char)('A' + i), seen);
}

/* How many of the values stand in a row, with "/" between? */
static unsigned
printed_values(struct scan s)
{
	enum answer_seen seen;
	unsigned n = 0;

	while (read_value(&s, &seen)) {
		n++;
		skip_marks(&s, "/|");
	}
	return scan_blanks(&s) ? 0 : n;
}

/* Several answers on a line: "A 来ている、B 来ていない". False: none. */
static bool
read_answers(struct answer *out, struct scan s, struct scan below,
    unsigned own, unsigned quoted)
{
	unsigned letters = own ? own : quoted;
	enum answer_seen seen;
	bool any = false;

	for (;;) {
		bool number = is_number(scan_peek(&s));
		struct scan after;
		unsigned next;

		if (!read_value(&s, &seen))
			return any;
		after = s;
		skip_marks(&after, ",;/");
		next = after.p != s.p ? read_letters(&after) : 0;
		if (!next) {
			if (!ends_answer(&s, number, below))
				seen = SEEN_UNCLEAR;
			/* A numbered list of other things begins so. */
			if (!own && number && seen == SEEN_UNCLEAR)
				return any;
			note_all(out, letters, seen);
			return true;
		}
		note_all(out, letters, seen);
		any = true;
		own = letters = next;
		s = after;
	}
}

static bool
read_line(struct answer *out, struct scan s, struct scan below,
    unsigned quoted)
{
	struct scan t;
	unsigned letters;

	skip_marks(&s, "-*");		/* no label: "A:" is ours */
	t = s;
	if (SCAN_TABLE(&t, speakers) < COUNT(speakers)) {
		scan_blanks(&t);
		s = t;
	}
	letters = read_letters(&s);
	if (printed_values(s) > 1)
		return false;		/* as the digest printed it */
	return read_answers(out, s, below, letters, quoted);
}

/* "A社", "B棟": no item's letter. */
static bool
is_joined(struct scan s)
{
	char letter;
	uint32_t c;

	skip_marks(&s, "-*([");
	if (!read_letter(&s, &letter))
		return false;
	c = scan_peek(&s);
	return (c >= 0x30a1 && c <= 0x30fa) || (c >= 0x3400 && c <= 0x9fff);
}

static bool
holds_answer(struct scan s)
{
	static const char *const words[] = { "来てい", "来てな", "来てま", "来てお",
		"未着", "わからな", "わかりま", "分からな", "分かりま", "判りま",
		"not seen" };
	uint32_t before = 0, c;
	struct scan t;

	for (; (c = scan_peek(&s)) != 0; scan_next(&s), before = c) {
		t = s;
		if (before != 0x51fa && SCAN_TABLE(&t, words) < COUNT(words))
			return true;	/* 出来ている is another word */
	}
	return false;
}

/* A line that was not read: what it says of having seen anything is for a
 * person, and so is another item that it names. */
static void
note_stray(struct answer *out, struct scan s, unsigned had)
{
	struct scan t = s;
	unsigned letters;

	skip_marks(&t, "-*");
	if (printed_values(t) > 1)
		return;			/* as the digest printed it */
	letters = is_joined(s) ? 0 : read_letters(&t);
	if (holds_answer(s))
		note_all(out, letters, SEEN_UNCLEAR);
	else if (letters & ~had)
		note_all(out, letters & ~had, SEEN_UNCLEAR);
}

static unsigned
answered(const struct answer *out)
{
	unsigned letters = 0;

	for (unsigned i = 0; i < out->nsightings; i++)
		if (out->sightings[i].letter)
			letters |= 1u << (out->sightings[i].letter - 'A');
	return letters;
}

/* Beside answers that were read: what names another item, or speaks of any. */
static void
note_strays(const struct lines *l, const bool *was_read, struct answer *out)
{
	const unsigned had = answered(out);

	for (size_t i = 0; i < l->n; i++)
		if (!was_read[i] && l->v[i].kind == LINE_TEXT &&
		    l->v[i].depth == 0)
			note_stray(out, l->v[i].s, had);
}

/* Line i, or nothing where no new words stand there. */
static struct scan
new_line(const struct lines *l, size_t i)
{
	if (i >= l->n || l->v[i].kind != LINE_TEXT || l->v[i].depth > 0)
		return (struct scan){ l->text, l->text };
	return l->v[i].s;
}

void
answer_read_seen(struct sk_arena *a, const struct lines *l, struct answer *out)
{
	bool *was_read = sk_arena_array(a, l->n, sizeof(*was_read));
	unsigned quoted = 0;

	for (size_t i = 0; i < l->n; i++) {
		struct scan s = l->v[i].s;

		if (l->v[i].kind != LINE_TEXT)
			continue;
		if (l->v[i].depth == 0) {
			was_read[i] = read_line(out, s, new_line(l, i + 1),
			    quoted);
			if (was_read[i])
				quoted = 0;
			continue;
		}
		quoted = read_letters(&s);
		if (printed_values(s) != 3)
			quoted = 0;
	}
	if (out->nsightings)
		note_strays(l, was_read, out);
}

const char *
answer_seen_word(enum answer_seen s)
{
	static const char *const words[] = { "unclear", "seen", "not-seen",
		"unknown" };

	return (size_t)s < COUNT(words) ? words[s] : "?";
}

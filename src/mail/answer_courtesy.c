/*
 * What people write around a yes: greeting, name, thanks, signature. A yes of
 * words locks terms, so beside it nothing else may stand: every other
 * sentence is for a person to read, whatever it says. A line without a
 * predicate (an address, a name, "iPhoneから送信") says nothing.
 *
 * Must never take a hedge for a courtesy; the other way costs one question.
 */
#include <config.h>

#include <string.h>

#include "mail/answer_read.h"
#include "mail/answer_words.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define CLAUSE 400		/* bytes: a longer one is no courtesy */
#define SHORT 96		/* bytes: longer ones hold more than thanks */

/* What ends a Japanese sentence, or leaves it open for a "but". */
static const char *const predicates[] = { "ます", "ません", "ました", "です",
	"でした", "ください", "下さい", "でしょう", "ましょう", "ない", "たい",
	"する", "した", "ている", "ておる", "である", "られる", "困る", "幸い",
	"思う", "のみ", "だけ", "だけは", "限り", "希望" };
static const char *const hedges[] = { "ますが", "ですが", "せんが", "したが",
	"たいが", "けど", "けれど", "けれども", "ものの" };
/* Whole words of an English sentence that no signature has. */
static const char *const parts[] = { "i", "i'd", "i'll", "i'm", "i’d", "i’ll",
	"i’m", "we", "we'd", "we'll", "we’d", "we’ll", "you", "they", "he",
	"she", "is", "isn't", "are", "was", "be", "let", "please", "if",
	"until", "when", "after", "before", "needs", "need", "must", "should",
	"only" };

static const char *const thanks[] = { "ありがとう", "有難う", "有り難う", "感謝",
	"お礼", "御礼", "お世話", "よろしく", "宜しく", "お疲れ", "お手数",
	"お忙し", "恐縮", "恐れ入ります", "拝見", "拝受", "受領し", "受領いたし",
	"受け取りました", "確認しました", "確認いたしました", "確認致しました",
	"了解", "かしこまりました", "承知し", "承知いたし", "以上です",
	"以上になります", "以下のとおり", "以下の通り", "下記のとおり",
	"下記の通り", "失礼いたします", "失礼します", "失礼いたしました",
	"お待たせ", "遅くなり", "と申します", "平素", "日頃" };
static const char *const negations[] = { "ません", "かね", "ない", "できず" };
static const char *const agreements[] = { "問題ありません", "問題ございません",
	"相違ありません", "相違ございません", "間違いありません",
	"間違いございません", "異存ありません", "異存ございません",
	"申し訳ありません", "申し訳ございません" };
/* A "but" that only begs pardon. */
static const char *const pardons[] = { "お手数", "お忙し", "恐縮" };

static const char *const polite[] = { "dear", "hello", "hi", "best regards",
	"kind regards", "regards", "thank you for your", "thanks for your",
	"please do not hesitate", "please don't hesitate",
	"please feel free to contact", "please consider the environment",
	"hope you", "i hope you", "we hope you" };
static const char *const whole[] = { "thank you", "thank you very much",
	"thank you so much", "thank you in advance", "thank you again",
	"i confirm", "we confirm", "i agree", "we agree", "this is correct",
	"that is correct", "it is correct", "all is correct",
	"everything is correct", "this is fine", "that is fine" };

static bool
has_any(const char *s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strstr(s, list[i]) != NULL)
			return true;
	return false;
}
#define HAS_ANY(s, list) has_any((s), (list), COUNT(list))

static bool
ends_in(const char *s, const char *const *list, size_t n)
{
	size_t len = strlen(s), m;

	for (size_t i = 0; i < n; i++)
		if (len >= (m = strlen(list[i])) &&
		    strcmp(s + len - m, list[i]) == 0)
			return true;
	return false;
}
#define ENDS_IN(s, list) ends_in((s), (list), COUNT(list))

static bool
is_word(const char *p, size_t n, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(list[i]) == n && memcmp(p, list[i], n) == 0)
			return true;
	return false;
}

static bool
is_english(const char *s)
{
	size_t n;

	for (; *s != '\0'; s += n + (s[n] != '\0')) {
		n = strcspn(s, " ()[]<>\";:");
		if (is_word(s, n, parts, COUNT(parts)))
			return true;
	}
	return false;
}

static bool
is_polite(const char *s)
{
	for (size_t i = 0; i < COUNT(polite); i++)
		if (strncmp(s, polite[i], strlen(polite[i])) == 0)
			return true;
	return is_word(s, strlen(s), whole, COUNT(whole));
}

static bool
is_thanks(const char *s)
{
	if (ENDS_IN(s, hedges))
		return HAS_ANY(s, pardons);
	if (HAS_ANY(s, negations))
		return HAS_ANY(s, agreements);
	return HAS_ANY(s, thanks);
}

/* "アクメ電力の佐藤です", before the yes. */
static bool
is_introduction(const char *s)
{
	static const char *const ends[] = { "です", "でございます" };

	return ENDS_IN(s, ends);
}

static bool
is_plain(const char *s, bool before)
{
	if (!ENDS_IN(s, predicates) && !ENDS_IN(s, hedges) && !is_english(s))
		return true;
	if (strlen(s) >= SHORT)
		return false;
	return is_thanks(s) || is_polite(s) || (before && is_introduction(s));
}

/* What closes behind a sentence is no part of it. */
static void
cut_closing(char *s)
{
	static const char *const closing[] = { ")", "]", ">", "\"", " ", "」",
		"』", "】", "…", "~" };
	size_t len, m;

	for (size_t i = 0; i < COUNT(closing); i++) {
		len = strlen(s);
		m = strlen(closing[i]);
		if (len >= m && strcmp(s + len - m, closing[i]) == 0) {
			s[len - m] = '\0';
			i = SIZE_MAX;	/* begin again */
		}
	}
}

static bool
ends_clause(uint32_t c)
{
	return c == '.' || c == '!' || c == ',' || c == 0x3002 ||
	    c == 0xff61 || c == 0x3001 || c == 0xff64;
}

bool
courtesy_line(struct scan s, bool before)
{
	struct scan clause;
	char word[CLAUSE + 8];
	uint32_t c;

	do {
		clause = s;
		do {
			clause.end = s.p;
			c = scan_next(&s);
		} while (c != 0 && !ends_clause(c));
		clause = scan_trim(clause);
		if (clause.end - clause.p >= CLAUSE)
			return false;
		scan_fold(word, sizeof(word), clause);
		cut_closing(word);
		if (!is_plain(word, before))
			return false;
	} while (c != 0);
	return true;
}

/*
 * What people write around a yes: greeting, name, thanks, signature. A yes of
 * words locks terms, so beside it nothing else may stand (R-060): every other
 * sentence is for a person to read, whatever it says. A line without a
 * predicate may be a name, an address, "iPhoneから送信"; one with a particle, a
 * label or a word of the three questions is a sentence cut short ("経産省は×",
 * "対象:第一類").
 *
 * Must never take a hedge for a courtesy; the other way costs one question.
 */
#include <config.h>

#include <string.h>

#include "mail/answer_read.h"
#include "mail/answer_words.h"
#include "mail/bytes.h"

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
	"only", "not", "no", "don't", "don’t", "doesn't", "doesn’t", "never",
	"none", "nobody", "without", "except", "most", "keep", "can", "can't",
	"can’t", "cannot", "would", "shall", "has", "have", "wants", "want",
	"class", "classes", "members", "scope", "tlp" };

static const char *const thanks[] = { "ありがとう", "有難う", "有り難う", "感謝",
	"お礼", "御礼", "お世話", "よろしく", "宜しく", "お疲れ", "お手数",
	"お忙し", "恐縮", "恐れ入ります", "拝見", "拝受", "受領し", "受領いたし",
	"受け取りました", "確認しました", "確認いたしました", "確認致しました",
	"了解", "かしこまりました", "承知し", "承知いたし", "以上です",
	"以上になります", "以下のとおり", "以下の通り", "下記のとおり",
	"下記の通り", "失礼いたします", "失礼します", "失礼いたしました",
	"お待たせ", "遅くなり", "と申します", "平素", "日頃", "取り急ぎ",
	"連絡まで", "報告まで", "返信まで", "返事まで", "回答まで", "礼まで",
	"から送信", "より送信", "で送信" };
static const char *const negations[] = { "ません", "かね", "ない", "できず" };
static const char *const agreements[] = { "問題ありません", "問題ございません",
	"相違ありません", "相違ございません", "間違いありません",
	"間違いございません", "異存ありません", "異存ございません",
	"申し訳ありません", "申し訳ございません" };
/* A "but" that only begs pardon. */
static const char *const pardons[] = { "お手数", "お忙し", "恐縮" };

/* Behind a word, and nothing else up to the next one: what a particle is, and
 * no part of a name (はせがわ, 霞が関, 丸の内). */
static const char *const particles[] = { "は", "を", "に", "で", "も", "へ",
	"には", "では", "とは", "へは", "にも", "でも", "へも", "まで",
	"までは", "だけ", "だけは", "のみ", "より", "にて" };
/* What a courtesy may be about. */
static const char *const topics[] = { "内容", "本件", "件", "記載", "上記",
	"認識", "理解", "点", "返信", "返事", "連絡", "回答", "確認", "弊社",
	"当社", "当方", "私", "度", "日", "平素", "今後", "今回", "先程",
	"昨日", "本日", "返送", "対応" };
/* What the three questions speak of. */
static const char *const asked[] = { "一類", "二類", "三類", "1類", "2類",
	"3類", "タスクフォース", "構成員", "公開", "公表", "開示", "秘密",
	"範囲", "対象", "条件", "期限", "取扱", "取り扱", "経産", "経済産業",
	"総務省", "警察" };
/* What stands before a colon in a signature. */
static const char *const labels[] = { "tel", "fax", "mail", "url", "web", "hp",
	"電話", "携帯", "直通", "内線", "代表", "住所", "所在地", "郵便番号",
	"担当", "担当者", "氏名", "部署", "会社", "会社名", "営業時間",
	"受付時間", "phone", "mobile", "cell", "address", "t", "f", "m", "e",
	"w", "p", "d" };
static const char *const contacts[] = { "@", "://", "www.", "〒", "営業時間",
	"受付時間", "業務時間" };
static const char *const addressees[] = { "様", "御中", "殿", "さま", "各位",
	"先生", "ご担当者" };

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
is_hiragana(uint32_t c)
{
	return c >= 0x3041 && c <= 0x3096;
}

/* What ends a word, or stands between two: no particle follows it. */
static bool
is_gap(uint32_t c)
{
	return c == 0 || c == ' ' || c == '/' || c == '(' || c == ')' ||
	    c == '[' || c == ']' || c == '-' || c == 0x30fb;
}

/* The next run of hiragana behind some other word, and that word: what stood in
 * s up to it. */
static bool
next_run(struct scan *s, struct scan *before, struct scan *run)
{
	struct scan t = *s;
	uint32_t last = 0, c;

	for (; (c = scan_next(&t)) != 0; *s = t, last = c) {
		if (!is_hiragana(c))
			continue;
		before->end = run->p = s->p;
		for (*s = t; is_hiragana(scan_next(&t)); *s = t)
			;
		run->end = t.p = s->p;
		if (!is_gap(last))
			return true;
		last = c;
	}
	return false;
}

/* Does a particle follow some word; but_topics: another one than a courtesy is
 * about? */
static bool
has_particle(const char *line, bool but_topics)
{
	struct scan s = { line, line + strlen(line) }, run, before = s;
	char word[CLAUSE + 8];

	while (next_run(&s, &before, &run)) {
		if (!is_word(run.p, (size_t)(run.end - run.p), particles,
		    COUNT(particles)))
			continue;
		scan_fold(word, sizeof(word), before);
		if (!but_topics || !STR_ENDS_IN(word, topics))
			return true;
	}
	return false;
}

static bool
is_thanks(const char *s)
{
	if (STR_ENDS_IN(s, hedges))
		return STR_HOLDS(s, pardons);
	if (STR_HOLDS(s, negations))
		return STR_HOLDS(s, agreements);
	return STR_HOLDS(s, thanks);
}

/* "対象:第一類" and "METI: NO" say something, "TEL: 03-…" and "9:00" do not. */
static bool
has_label(const char *s)
{
	const char *colon = strchr(s, ':');
	char left[CLAUSE + 8];
	size_t n;

	if (colon == NULL || colon == s || colon[1] == '\0')
		return false;
	n = (size_t)(colon - s);
	memcpy(left, s, n);
	while (n > 0 && left[n - 1] == ' ')
		n--;
	left[n] = '\0';
	return n > 0 && !(left[n - 1] >= '0' && left[n - 1] <= '9') &&
	    !STR_ENDS_IN(left, labels);
}

/* Name, firm, address, telephone, device. */
static bool
is_nameplate(const char *s, bool before)
{
	if (STR_HOLDS(s, contacts) || (before && STR_ENDS_IN(s, addressees)))
		return true;
	return !has_particle(s, false) && !STR_HOLDS(s, asked) && !has_label(s);
}

/* "アクメ電力の佐藤です", before the yes. */
static bool
is_introduction(const char *s)
{
	static const char *const ends[] = { "です", "でございます" };

	return STR_ENDS_IN(s, ends);
}

static bool
is_plain(const char *s, bool before)
{
	bool sentence = STR_ENDS_IN(s, predicates) || STR_ENDS_IN(s, hedges) ||
	    is_english(s);

	if (!sentence && is_nameplate(s, before))
		return true;
	if (strlen(s) >= SHORT)
		return false;
	if (is_polite(s) || (before && is_introduction(s)))
		return true;
	return is_thanks(s) && !STR_HOLDS(s, asked) && !has_particle(s, true);
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

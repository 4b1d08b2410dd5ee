/*
 * Words that keep something back: a wish that somebody is not told, or that it
 * goes only so far. They name whom a scope leaves out, so beside a yes it is
 * none: an operator who locked terms over them would have overruled the
 * originator (I2).
 *
 * Must find what it does not know how to understand; what is found too often
 * costs one question.
 */
#include <config.h>

#include "mail/answer_read.h"
#include "mail/answer_words.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *const limits[] = {
	/* somebody is not told */
	"知らせない", "知らせず", "知らせたくな", "知られたくな", "知られない",
	"伝えない", "伝えず", "教えない", "教えず", "言わない", "言わず", "言うな",
	"話さない", "漏らさ", "漏れない", "共有しない", "共有せず", "共有したくな",
	"共有されたくな", "共有されない", "見せない", "見せず", "渡さ", "渡らない",
	"送らない", "送らず", "開示しない", "公開しない", "公表しない",
	"展開しない", "転送しない", "出さない", "出さず", "出ない", "明かさ",
	"含めない", "含めず", "含まない", "含まず", "載せない", "載せず",
	"触れない", "触れず", "広めない", "広げない", "伏せ", "避けて",
	"控えて", "お控え", "差し控", "やめて", "止めて", "禁止",
	"遠慮くだ", "遠慮願", "遠慮して", "困る", "困ります",
	/* somebody or something is left out */
	"除い", "除き", "除く", "除外", "外して", "対象外", "適用外", "範囲外",
	"抜きで", "抜きに", "抜きと", "抜いて", "ぬきで", "ぬいて", "以外",
	"いがい", "不要", "不可", "無用", "だめ", "ダメ", "駄目", "×", "✕",
	"✖", "はなし", "はなく",
	/* only so far */
	"まで", "だけ", "のみ", "限り", "限る", "限っ", "限定", "止まり", "どまり",
	"留め", "とどめ", "狭く", "狭め", "絞って", "絞り",
	/* not by name, not openly */
	"内密", "内緒", "ないしょ", "ナイショ", "秘密に", "秘密で", "秘密と",
	"極秘", "社外秘", "部外秘", "非公開", "非開示", "非公表", "匿名", "仮名",
	/* the same in English */
	"exclud", "leave out", "left out", "other than", "apart from", "out of it",
	"at most", "no more than", "anonym", "confiden", "redact", "restrict",
	"limited to", "limit it", "limit the", "keep it from", "in secret",
	"secretly",
};
/* Those that keep nothing back. */
static const char *const spared[] = {
	"までご連絡", "までお問", "までお知らせ", "まで連絡", "までお気軽",
	"までご一報", "までご返信", "までお電話", "まで電話", "までメール",
	"までご相談", "まで、ご連絡", "まで、お問", "連絡まで", "報告まで",
	"返信まで", "返事まで", "回答まで", "礼まで", "用件まで", "これまで",
	"今まで", "いままで", "それまで", "あくまで", "昨日まで", "先日まで",
	"いただけ", "頂だけ", "ダメージ", "受け止め", "心に留め",
	"できるだけ", "出来るだけ", "だけでなく", "のみならず", "できる限り",
	"出来る限り", "可能な限り", "不可能", "不可欠", "不可避", "不可解",
	"返信不要", "返信は不要", "返事は不要", "返信は無用", "回答は不要",
	"連絡は不要", "心配は無用", "心配は不要", "気遣いは不要",
};
/* Whole words, wherever they stand. */
static const char *const alone[] = { "ng", "without", "only", "except",
	"never", "nobody" };
/* What somebody is not to be. */
static const char *const negatives[] = { "not ", "n't ", "n’t ", "never ",
	"nobody", "no one " };
static const char *const tellings[] = { "share", "sharing", "tell", "told",
	"inform", "forward", "pass", "disclos", "includ", "give", "giving",
	"send", "sent", "notif", "show", "publish", "see ", "seen", "know",
	"learn", "reach", "receiv", "hear", "access", "go to", "leave ",
	"involve" };
static const char *const keeps[] = { "keep ", "leave ", "hold " };
static const char *const aways[] = { " out", " away", " back", " from",
	" within", " inside", " internal", " secret" };
/* How a clause begins that takes away: "No METI", "Not METI". */
static const char *const takes[] = { "no ", "not " };
static const char *const nothings[] = { "no problem", "no change", "no further",
	"no objection", "no issue", "no comment", "no correction", "no question",
	"no need", "no worries" };

/* On a signature's line of office hours "除く" excludes nobody. */
static const char *const hours[] = { "土日", "祝日", "平日", "営業時間",
	"受付時間", "業務時間" };

#define HOLDS(s, list, at_start) \
	words_hold((s), (list), COUNT(list), (at_start))

static bool
keeps_back(struct scan s)
{
	struct scan t;

	while (scan_peek(&s) != 0) {
		if (SCAN_TABLE(&s, spared) < COUNT(spared))
			continue;
		t = s;
		if (SCAN_TABLE(&t, limits) < COUNT(limits))
			return true;
		scan_next(&s);
	}
	return false;
}

static bool
is_letter(uint32_t c)
{
	return c >= 'a' && c <= 'z';
}

static bool
has_word(struct scan s)
{
	bool inside = false;
	struct scan t;
	uint32_t c;

	for (; (c = scan_peek(&s)) != 0; scan_next(&s)) {
		t = s;
		if (!inside && SCAN_TABLE(&t, alone) < COUNT(alone) &&
		    !is_letter(scan_peek(&t)))
			return true;
		inside = is_letter(c);
	}
	return false;
}

/* Steps behind the first of these words that stands anywhere; or false. */
static bool
step_behind(struct scan *s, const char *const *words, size_t n)
{
	struct scan t = *s;

	for (; scan_peek(&t) != 0; scan_next(&t)) {
		*s = t;
		if (scan_table(s, words, n, sizeof(*words)) < n)
			return true;
	}
	return false;
}

/* "… must not be told", "… don't forward it"; not "… do not hesitate to". */
static bool
not_to_be_told(struct scan s)
{
	static const char *const hesitate[] = { "hesitate" };

	return step_behind(&s, negatives, COUNT(negatives)) &&
	    !HOLDS(s, hesitate, true) && HOLDS(s, tellings, false);
}

/* "Keep it from …". */
static bool
is_kept(struct scan s)
{
	return step_behind(&s, keeps, COUNT(keeps)) && HOLDS(s, aways, false);
}

/* "No METI", "OK - not METI": at a clause's start. */
static bool
takes_away(struct scan s)
{
	bool start = true;
	struct scan t;
	uint32_t c;

	for (; (c = scan_peek(&s)) != 0; scan_next(&s)) {
		t = s;
		if (start && SCAN_TABLE(&t, nothings) == COUNT(nothings) &&
		    SCAN_TABLE(&t, takes) < COUNT(takes))
			return true;
		start = c == ',' || c == '.' || c == ';' || c == '-' ||
		    c == '(' || (start && c == ' ');
	}
	return false;
}

bool
limit_says(struct scan s)
{
	if (keeps_back(s))
		return !HOLDS(s, hours, false);
	return has_word(s) || not_to_be_told(s) || is_kept(s) ||
	    takes_away(s);
}

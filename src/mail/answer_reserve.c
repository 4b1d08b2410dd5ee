/*
 * Words beside a yes or a tick that take a part of it back: "ただし、…", a
 * change, a wish that somebody is not told. They only ever make an answer
 * unclear: what they want a person reads, nobody guesses.
 *
 * Must never let a firm's disclaimer, which says of every mail that it must not
 * be passed on, keep its people from ever saying yes.
 */
#include <config.h>

#include "mail/answer_read.h"
#include "mail/answer_text.h"
#include "mail/answer_words.h"

static const char *const buts[] = { "ただし", "但し", "しかし", "もっとも、",
	"but ", "but, ", "however", "except", "unless", "with the exception" };
static const char *const changes[] = { "変更", "修正", "訂正", "取り消",
	"取消", "撤回", "保留", "未定", "差し替", "追記", "以外", "change",
	"incorrect", "correction", "wait", "not yet", "instead", "wrong" };
static const char *const absences[] = { "ありません", "ございません", "なし",
	"no change", "without change", "nothing to change" };

/* A wish that somebody is not told. It names whom a scope leaves out, so beside
 * a yes it is no yes. */
static const char *const exclusions[] = { "知らせない", "知らせず", "知らせたくな",
	"知られたくな", "知られない", "伝えない", "伝えず", "共有しない",
	"共有せず", "共有したくな", "共有されたくな", "共有されない", "見せない",
	"渡さない", "渡らない", "開示しない", "公開しない", "公表しない",
	"展開しない", "転送しない", "出さない", "明かさない", "含めない",
	"含めず", "伏せ", "除い", "除き", "除く", "除外", "外して", "内密",
	"内緒", "控えて", "お控え", "差し控", "exclud", "leave out",
	"left out", "other than", "apart from", "keep it from" };
static const char *const negatives[] = { "not ", "n't ", "n’t ", "never ",
	"nobody", "no one " };
static const char *const tellings[] = { "share", "sharing", "tell", "told",
	"inform", "forward", "pass", "disclos", "includ", "give", "giving",
	"send", "sent", "notif", "show", "publish" };

/* On a signature's line of office hours "除く" excludes nobody. */
static const char *const hours[] = { "土日", "祝日", "平日", "営業時間",
	"受付時間", "業務時間" };

#define HOLDS(s, list, at_start) \
	words_hold((s), (list), sizeof(list) / sizeof((list)[0]), (at_start))

/* A sentence that takes a part of what is said back. */
static bool
says_but(struct scan s)
{
	return HOLDS(s, buts, true);
}

/* One that speaks of a change, and does not say that there is none. */
static bool
says_change(struct scan s)
{
	return HOLDS(s, changes, false) && !HOLDS(s, absences, false);
}

static bool
says_exclude(struct scan s)
{
	struct scan t;

	if (HOLDS(s, exclusions, false))
		return !HOLDS(s, hours, false);
	for (; scan_peek(&s) != 0; scan_next(&s)) {
		t = s;
		if (scan_table(&t, negatives, sizeof(negatives) /
		    sizeof(*negatives), sizeof(*negatives)) <
		    sizeof(negatives) / sizeof(*negatives))
			return HOLDS(t, tellings, false);
	}
	return false;
}

/* What they can be reserves to: only beside it they count. */
static bool
may_reserve(const struct answer_said *said)
{
	unsigned ticks = said->ticks[PLACE_NEW] | said->ticks[PLACE_FORM];

	return said->yes || (ticks & (ANSWER_SCOPE | ANSWER_READBACK |
	    ANSWER_4A | ANSWER_4C)) != 0;
}

void
answer_read_reserves(const struct lines *l, const bool *sentence,
    struct answer_said *said)
{
	bool fresh = true;	/* at a paragraph's start */
	size_t n;

	if (!may_reserve(said))
		return;
	for (size_t i = 0; i < l->n; i += n) {
		n = fresh ? text_disclaimer(l, i) : 0;
		fresh = l->v[i].kind != LINE_TEXT;
		if (n > 0)
			continue;
		n = 1;
		if (!sentence[i])
			continue;
		said->but |= says_but(l->v[i].s);
		said->change |= says_change(l->v[i].s);
		said->exclude |= says_exclude(l->v[i].s);
	}
}

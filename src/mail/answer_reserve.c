/*
 * Words beside a yes or a tick that take a part of it back: "ただし、…", a
 * change, a wish that somebody is not told, a question, an answer that is still
 * to come. They only ever make an answer unclear: what they want a
 * person reads, nobody guesses. Beside a yes of words any other sentence does.
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

/* Not decided yet, or not by the writer: the answer is still to come. */
static const char *const laters[] = { "改めて", "あらためて", "追って", "おって",
	"後ほど", "のちほど", "後日", "後程", "検討", "確認中", "確認の上",
	"確認のうえ", "確認した上", "確認したうえ", "確認後", "確認してから",
	"調査中", "調整中", "協議中", "協議の", "審議", "相談中", "相談の上",
	"相談のうえ", "相談して", "次第", "明日まで", "明日に", "明日、", "明日中",
	"明日回答", "明日返", "明日ご", "明日お", "明後日", "来週", "週明け",
	"月曜日に", "正式な回答", "決裁", "稟議", "承認",
	"不在", "まだ", "待ち", "お待ち", "仮の", "暫定", "と申し上げたい",
	"get back", "let you know", "will check", "will confirm", "will reply",
	"will answer", "discuss", "consult", "approval", "approve", "pending",
	"tentativ", "provisional", "later", "tomorrow", "next week", "not yet",
	"out of office", "checking", "waiting for", "subject to" };
/* "お待ちしております" says it of our side. */
static const char *const nows[] = { "お待ちして", "お待たせ" };

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
says_later(struct scan s)
{
	return HOLDS(s, laters, false) && !HOLDS(s, nows, false);
}

static bool
says_ask(struct scan s)
{
	static const char *const asks[] = { "ますか", "ですか", "ませんか",
		"でしょうか", "ましたか", "でしたか", "だろうか", "かどうか" };
	static const char *const links[] = { "://", "www." };
	static const char *const mark[] = { "?" };

	return HOLDS(s, asks, false) ||
	    (HOLDS(s, mark, false) && !HOLDS(s, links, false));
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
	bool before = true;	/* no yes has stood above */
	size_t n;

	if (!may_reserve(said))
		return;
	for (size_t i = 0; i < l->n; i += n) {
		n = fresh ? text_disclaimer(l, i) : 0;
		fresh = l->v[i].kind != LINE_TEXT;
		if (n > 0)
			continue;
		n = 1;
		if (!sentence[i]) {
			before &= l->v[i].depth > 0 ||
			    l->v[i].kind != LINE_TEXT;
			continue;
		}
		said->but |= says_but(l->v[i].s);
		said->change |= says_change(l->v[i].s);
		said->limit |= limit_says(l->v[i].s);
		said->ask |= says_ask(l->v[i].s);
		said->later |= says_later(l->v[i].s);
		said->more |= !courtesy_line(l->v[i].s, before);
	}
}

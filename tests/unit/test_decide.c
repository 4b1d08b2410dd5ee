/*
 * What a mail leads to (domain.md D and output 3, design.md §4 and §8): a table
 * of mails with the acts they must cause, in order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sekisho/limits.h>

#include "decide_world.h"

/* ---- first mails ---- */

static void
first_mails(void **state)
{
	(void)state;
	CASE(first_mail(), AS_IT_IS, "open:incident file:consultation "
	    "count-reply CONFIRMING ask T-01+form+key");
	CASE(first_mail(), w.in.auth = AUTH_NONE, "open:incident "
	    "file:consultation count-reply CONFIRMING ask T-01+form+key");
	CASE(first_mail(), w.rcpts[0] = "csc-info@example.jp",
	    "open:inquiry file:consultation count-reply T-02+key");
	CASE(first_mail(), w.rcpts[0] = "csc-slow@example.jp",
	    "open:incident file:consultation count-reply T-01+key");
	/* Two desks: one case, the incident desk wins. */
	CASE(first_mail(), (w.rcpts[0] = "csc-info@example.jp",
	    w.rcpts[1] = "CSC-ANKEN+x@example.jp", w.in.nrcpts = 2),
	    "open:incident file:consultation count-reply CONFIRMING ask "
	    "T-01+form+key");
	CASE(first_mail(), (w.rcpts[1] = "csc-slow@example.jp",
	    w.in.nrcpts = 2), "open:incident file:consultation count-reply "
	    "CONFIRMING ask T-01+form+key");
	CASE(first_mail(), w.rcpts[0] = "nobody@example.jp",
	    "file:operator-look/no-desk/outside");
	/* A token of nobody is no token. */
	CASE(first_mail(), w.in.ntokens = 1, "open:incident "
	    "file:consultation count-reply CONFIRMING ask T-01+form+key");
	CASE(first_mail(), w.facts.nkeys = 1, "open:incident "
	    "file:consultation propose-keys count-reply CONFIRMING ask "
	    "T-01+form+key");
	/* Not opened: T-27 instead of questions, the same for every reason. */
	CASE(first_mail(), w.verdict.failed = true, "open:incident "
	    "file:consultation look:cannot-decrypt count-reply T-27");
	CASE(first_mail(), w.verdict.failed = w.verdict.replayed = true,
	    "open:incident file:consultation look:ciphertext-came-before "
	    "count-reply T-27");
	CASE(first_mail(), w.verdict.failed = w.verdict.untried = true,
	    "open:incident file:consultation look:too-many-failures "
	    "count-reply T-27");
	CASE(first_mail(), (w.verdict.failed = true, w.in.sender = ""),
	    "open:incident file:consultation look:cannot-decrypt");
	/* S/MIME that nothing shows to be whole: to the outside the same,
	 * opened or not, whatever seems to stand in it (padding oracle). */
	CASE(first_mail(), w.in.unsure = true, "open:incident "
	    "file:consultation look:not-whole count-reply CONFIRMING ask "
	    "T-01+form+key");
	CASE(first_mail(), w.in.unsure = w.verdict.failed = true,
	    "open:incident file:consultation look:cannot-decrypt count-reply "
	    "CONFIRMING ask T-01+form+key");
	CASE(first_mail(), (w.in.unsure = true, w.facts.answer.ticks = ALL |
	    ANSWER_4C), "open:incident file:consultation look:not-whole "
	    "count-reply CONFIRMING ask T-01+form+key");
	CASE(first_mail(), (w.in.unsure = w.verdict.failed = true,
	    w.rcpts[0] = "csc-info@example.jp"), "open:inquiry "
	    "file:consultation look:cannot-decrypt count-reply T-02+key");
	/* Somebody else's mail in his wrapping: nothing goes back. */
	CASE(first_mail(), w.facts.doubts = DOUBT_FROM_INSIDE,
	    "open:incident file:consultation look:from-inside");
	CASE(first_mail(), (w.unreadable = true,
	    w.in.unreadable_why = "mime-depth"),
	    "open:incident file:unreadable/mime-depth look:unreadable");
}

/* A case is opened for each, and nobody is written to. */
static void
first_mails_without_answer(void **state)
{
	static const char silent[] =
	    "open:incident file:consultation look:%s";
	struct {
		struct world w;
		const char *why;
	} cases[9];
	size_t n = 0;

	(void)state;
#define SILENT(set, reason) do { \
	struct world w = first_mail(); \
	set; \
	cases[n].w = w; \
	cases[n++].why = reason; \
} while (0)
	SILENT(w.in.auth = AUTH_FAIL, "authentication-fail");
	SILENT(w.in.sender = "", "null-sender");
	SILENT(w.facts.from.address = "\xe7\x94\xa8@example.com",
	    "address-not-ascii");
	SILENT(w.facts.automatic = AUTO_GENERATED, "automatic");
	SILENT(w.facts.no_reply_wanted = true, "no-reply-wanted");
	SILENT(w.facts.from.address = NULL, "no-sender");
	SILENT(w.in.counts.address_day = 5, "restraint");
	SILENT((w.in.auth = AUTH_NONE, w.in.counts.domain_hour = 20),
	    "restraint");
	SILENT((w.in.auth = AUTH_FAIL, w.facts.answer.ticks = ALL),
	    "authentication-fail");
	for (size_t i = 0; i < n; i++) {
		char want[128];

		snprintf(want, sizeof(want), silent, cases[i].why);
		expect(cases[i].w, want);
	}
}

/* The first mail answers already: read back at once. */
static void
first_mail_with_answers(void **state)
{
	(void)state;
	CASE(first_mail(), w.facts.answer.ticks = ALL, "open:incident "
	    "file:consultation count-reply CONFIRMING propose:2-B ask:back "
	    "T-06");
	CASE(first_mail(), (w.facts.answer.ticks = ALL,
	    w.rcpts[0] = "csc-info@example.jp"), "open:inquiry "
	    "file:consultation count-reply CONFIRMING propose:2-B ask:back "
	    "T-06");
	/* Not complete: no answer. */
	CASE(first_mail(), w.facts.answer.ticks = ALL & ~ANSWER_3A,
	    "open:incident file:consultation count-reply CONFIRMING ask "
	    "T-01+form+key");
	CASE(first_mail(), w.facts.answer.yes_word = true, "open:incident "
	    "file:consultation count-reply CONFIRMING ask T-01+form+key");
}

/* ---- mails of machines, and repeats ---- */

/* Does an operator hear of it? Frees w->a. */
static bool
looked_at(struct world *w)
{
	bool told = false;

	run(w);
	for (size_t i = 0; i < w->out.n; i++)
		told |= w->out.list[i].type == ACTION_NOTIFY &&
		    !strcmp(w->out.list[i].u.notify.event, "operator_look");
	sk_arena_free(&w->a);
	return told;
}

static bool
told_of(struct world w, enum fact_auto automatic)
{
	w.facts.automatic = automatic;
	return looked_at(&w);
}

static void
machines_and_repeats(void **state)
{
	(void)state;
	CASE(reply(ALL), (w.in.repeat_of = 5), "file:repeat/repeat");
	CASE(first_mail(), w.facts.automatic = AUTO_DSN,
	    "file:bounce/unclear/outside");
	CASE(first_mail(), (w.rcpts[0] = "csc-return+x@example.jp",
	    w.in.sender = ""), "file:bounce/unclear/outside");
	CASE(first_mail(), (w.rcpts[0] = "csc-return+x@example.jp",
	    w.unreadable = true), "file:bounce/unclear/outside");
	CASE(reply(ALL), (w.rcpts[0] = "csc-return+x@example.jp",
	    w.in.sender = "", w.tokens[0].copy_row = 9),
	    "file:bounce/unclear bounced:unclear");
	CASE(reply(ALL), w.facts.automatic = AUTO_DSN, "file:bounce/unclear");
	/* What it says of the copy; a success says nothing new. */
	CASE(reply(ALL), (w.facts.automatic = AUTO_DSN,
	    w.facts.bounce.fate = FATE_PERMANENT, w.tokens[0].copy_row = 9),
	    "file:bounce/permanent bounced:permanent");
	CASE(reply(ALL), (w.facts.automatic = AUTO_DSN,
	    w.facts.bounce.fate = FATE_TEMPORARY, w.tokens[0].copy_row = 9),
	    "file:bounce/temporary bounced:temporary");
	CASE(reply(ALL), (w.facts.automatic = AUTO_DSN,
	    w.facts.bounce.fate = FATE_DELIVERED, w.tokens[0].copy_row = 9),
	    "file:bounce/delivered");
	/* A vacation note comes to the return address, and is no bounce. */
	CASE(reply(ALL), (w.rcpts[0] = "csc-return+x@example.jp",
	    w.in.sender = "", w.facts.automatic = AUTO_REPLIED,
	    w.tokens[0].copy_row = 9), "file:auto-reply/automatic");
	/* Words of the subject count beside the null sender only. */
	CASE(readback(ANSWER_4Y), (w.in.sender = "",
	    w.facts.likely = AUTO_REPLIED), "file:auto-reply/automatic");
	CASE(readback(ANSWER_4Y), (w.in.sender = "",
	    w.facts.likely = AUTO_DSN), "file:bounce/unclear");
	CASE(first_mail(), w.facts.likely = AUTO_DSN, "open:incident "
	    "file:consultation count-reply CONFIRMING ask T-01+form+key");
	/* A person who writes to the return address is heard. */
	CASE(reply(ALL), w.rcpts[0] = "csc-return+x@example.jp",
	    "file:answer/complete propose:2-B ask:back T-06");
	CASE(first_mail(), w.facts.automatic = AUTO_REPLIED,
	    "file:auto-reply/automatic/outside");
	/* No token, and somebody's own sender: perhaps a ticket system, so
	 * that a person is told. */
	assert_true(told_of(first_mail(), AUTO_REPLIED));
	assert_true(told_of(first_mail(), AUTO_DSN));
	assert_false(told_of(reply(0), AUTO_REPLIED));
	CASE(readback(ANSWER_4Y), w.facts.automatic = AUTO_REPLIED,
	    "file:auto-reply/automatic");
	CASE(first_mail(), w.facts.automatic = AUTO_OURS,
	    "file:operator-look/from-ourselves/outside");
	CASE(first_mail(), w.in.sender = "csc-info@example.jp",
	    "file:operator-look/from-ourselves/outside");
	CASE(readback(ANSWER_4Y), w.facts.from.address =
	    "CSC-Anken+x@example.jp",
	    "file:operator-look/from-ourselves/outside");
	/* They confirm nothing, whatever they quote. */
	CASE(readback(ANSWER_4Y), w.facts.automatic = AUTO_LIST,
	    "file:follow-up/automatic look:automatic");
	CASE(readback(ANSWER_4Y), w.in.sender = "",
	    "file:follow-up/automatic look:automatic");
	CASE(in_council(0), (w.c.state = CASE_CLOSED,
	    w.facts.automatic = AUTO_GENERATED),
	    "file:follow-up/automatic look:automatic");
}

/* ---- mails that are no consultation ---- */

static const struct fact_mailbox desk = { "csc-anken@example.jp", NULL };
static const struct fact_attachment papers[] = {
	{ .name = "261130_協議会加入申込書（アクメ）.docx" },
	{ .name = "２６１１３０＿事務従事者登録届(アクメ).zip" },
	{ .name = "申込事項 変更届.xlsx" },
	{ .name = "申込書.docx" },
};

/* Whatever its sender is told, an operator hears of it. */
static bool
paper_looked_at(const struct fact_attachment *paper)
{
	struct world w = first_mail();

	w.facts.attachments = paper;
	w.facts.nattachments = 1;
	w.rcpts[0] = "csc-info@example.jp";
	return looked_at(&w);
}

static struct world
from_duty(enum authentication auth)
{
	struct world w = first_mail();

	w.facts.from.address = "duty@example.jp";
	w.in.auth = auth;
	return w;
}

static void
other_classes(void **state)
{
	(void)state;
	/* A list: with a case if somebody wrote to us through it (A4). */
	CASE(first_mail(), w.facts.automatic = AUTO_LIST,
	    "file:list/list/outside");
	CASE(first_mail(), (w.facts.automatic = AUTO_LIST,
	    w.facts.to = &desk, w.facts.nto = 1),
	    "open:incident file:list look:automatic");
	/* The secretariat's own people: what no case holds is pointed out. */
	CASE(first_mail(), w.facts.from.address = "Duty@example.jp",
	    "file:operator/operator/outside");
	assert_true(told_of(from_duty(AUTH_PASS), AUTO_NO));
	CASE(readback(ANSWER_4Y), w.facts.from.address = "duty@example.jp",
	    "file:operator/operator");
	/* Where nothing shows it, it is anybody's mail, and not answered. */
	CASE(from_duty(AUTH_NONE), AS_IT_IS,
	    "open:incident file:consultation look:operator-not-shown");
	CASE(from_duty(AUTH_FAIL), AS_IT_IS,
	    "open:incident file:consultation look:authentication-fail");
	CASE(from_duty(AUTH_NONE), w.in.signer_is_from = true,
	    "file:operator/operator/outside");
	CASE(readback(ANSWER_4Y), (w.facts.from.address = "duty@example.jp",
	    w.in.auth = AUTH_NONE),
	    "file:follow-up/other-address look:other-address");
	/* An operator who is asked, as a case's originator, may answer. */
	CASE(readback(ANSWER_4Y), (w.facts.from.address = "duty@example.jp",
	    w.tokens[0].address = "duty@example.jp"),
	    "file:answer/confirmed use-token lock-terms:token+aligned "
	    "CONFIRMED");
	/* Membership papers by their names. */
	for (size_t i = 0; i < 3; i++)
		CASE(first_mail(), (w.facts.attachments = &papers[i],
		    w.facts.nattachments = 1,
		    w.rcpts[0] = "csc-info@example.jp"),
		    "file:wrong-desk/membership-paper/outside tell:T-24");
	assert_true(paper_looked_at(papers));
	/* What comes to an incident desk is a consultation first. */
	CASE(first_mail(), (w.facts.attachments = papers,
	    w.facts.nattachments = 1), "open:incident file:consultation "
	    "look:membership-paper count-reply CONFIRMING ask T-01+form+key");
	CASE(first_mail(), (w.facts.attachments = &papers[3],
	    w.facts.nattachments = 1), "open:incident file:consultation "
	    "count-reply CONFIRMING ask T-01+form+key");
	CASE(first_mail(), (w.facts.attachments = papers,
	    w.facts.nattachments = 1, w.in.counts.address_day = 5,
	    w.rcpts[0] = "csc-info@example.jp"),
	    "file:wrong-desk/restraint/outside");
	CASE(reply(ALL), (w.facts.attachments = papers,
	    w.facts.nattachments = 1),
	    "file:answer/complete propose:2-B ask:back T-06");
	/* The password of a file sent before. */
	CASE(reply(0), (w.in.ntokens = 0, w.in.password_for_known = true,
	    w.facts.gives_password = true),
	    "file:password/password-by-mail look:password-by-mail");
	CASE(reply(0), w.facts.gives_password = true,
	    "file:password/password-by-mail look:password-by-mail");
	CASE(first_mail(), w.facts.gives_password = true, "open:incident "
	    "file:consultation count-reply CONFIRMING ask T-01+form+key");
	CASE(reply(ALL), w.facts.gives_password = true,
	    "file:answer/complete propose:2-B ask:back T-06");
	/* Its case is over: the mail is a consultation of its own. */
	CASE(reply(0), (w.in.ntokens = 0, w.in.password_for_known = true,
	    w.facts.gives_password = true, w.c.closed = 5),
	    "open:incident file:consultation count-reply CONFIRMING ask "
	    "T-01+form+key");
}

/* ---- members' answers (R-121) ---- */

static const char *const two_items[] = { "I-aaaaaaa", "I-bbbbbbb" };
static const bool both_open[] = { true, true }, one_open[] = { true, false };

static struct world
member_mail(size_t nitems)
{
	static struct decide_member members[3];
	struct world w = reply(0);

	members[nitems] = (struct decide_member){ .person = "acme-sato",
		.address = CONSULTER, .items = two_items, .open = both_open,
		.nitems = nitems };
	w.has_case = false;
	w.tokens[0].case_row = 0;
	w.tokens[0].copy_row = 9;
	w.in.member = &members[nitems];
	return w;
}

#define SAW(i, l, s) w.facts.answer.sightings[i].letter = (l), \
	w.facts.answer.sightings[i].seen = (s), \
	w.facts.answer.nsightings = (i) + 1

static void
members_answers(void **state)
{
	static struct decide_member withdrawn = { .person = "acme-sato",
		.address = CONSULTER, .items = two_items, .open = one_open,
		.nitems = 2 };
	static struct decide_member letter = { .person = "acme-sato",
		.address = CONSULTER, .letter = true };

	(void)state;
	CASE(member_mail(2), (SAW(0, 'A', SEEN_YES), SAW(1, 'B', SEEN_NO)),
	    "file:member-answer/member-answer/outside "
	    "record:I-aaaaaaa:seen record:I-bbbbbbb:not-seen acknowledge");
	CASE(member_mail(1), SAW(0, 0, SEEN_UNKNOWN),
	    "file:member-answer/member-answer/outside "
	    "record:I-aaaaaaa:unknown acknowledge");
	/* A bare word with two items, a letter of none, a hedge. */
	CASE(member_mail(2), SAW(0, 0, SEEN_YES),
	    "file:member-answer/unclear/outside");
	CASE(member_mail(2), SAW(0, 'C', SEEN_YES),
	    "file:member-answer/unclear/outside");
	CASE(member_mail(2), (SAW(0, 'A', SEEN_UNCLEAR),
	    SAW(1, 'B', SEEN_NO)), "file:member-answer/unclear/outside "
	    "record:I-bbbbbbb:not-seen acknowledge");
	CASE(member_mail(2), (w.in.member = &withdrawn,
	    SAW(0, 'B', SEEN_YES)), "file:member-answer/unclear/outside");
	CASE(member_mail(2), AS_IT_IS,
	    "file:member-answer/member-words/outside");
	/* Only the person the copy was made out to (I3), and no machine. */
	CASE(member_mail(1), (w.facts.from.address = "abe@acme.example",
	    SAW(0, 'A', SEEN_YES)),
	    "file:member-answer/other-address/outside");
	CASE(member_mail(1), (w.in.auth = AUTH_FAIL, SAW(0, 'A', SEEN_YES)),
	    "file:member-answer/authentication-fail/outside");
	/* An old mail sent again, or somebody else's in his wrapping. */
	CASE(member_mail(1), (w.verdict.again = true, SAW(0, 'A', SEEN_YES)),
	    "file:member-answer/ciphertext-came-before/outside");
	CASE(member_mail(1), (w.facts.doubts = DOUBT_FROM_INSIDE,
	    SAW(0, 'A', SEEN_YES)),
	    "file:member-answer/from-inside/outside");
	CASE(member_mail(1), (w.in.sender = "", SAW(0, 'A', SEEN_YES)),
	    "file:member-answer/automatic/outside");
	CASE(member_mail(1), (w.facts.automatic = AUTO_REPLIED,
	    SAW(0, 'A', SEEN_YES)), "file:auto-reply/automatic/outside");
	CASE(member_mail(1), (w.in.member = NULL, SAW(0, 'A', SEEN_YES)),
	    "file:member-answer/person-gone/outside");
	/* A letter holds nothing to answer; a key that was asked for is
	 * looked at, and nobody need read the mail (T-43). */
	CASE(member_mail(1), w.in.member = &letter,
	    "file:member-answer/words-to-a-letter/outside");
	CASE(member_mail(1), (w.in.member = &letter, w.facts.nkeys = 1),
	    "propose-keys file:member-answer/key/outside");
	CASE(member_mail(1), (w.in.member = &letter, w.facts.nkeys = 1,
	    w.facts.from.address = "abe@acme.example"),
	    "propose-keys file:member-answer/other-address/outside");
	CASE(member_mail(1), (w.in.member = &letter, w.facts.nkeys = 1,
	    w.in.signer_is_from = true),
	    "propose-keys/renew file:member-answer/key/outside");
	/* An old signed mail of theirs with the key of that time, sent once more
	 * by whoever has it. */
	CASE(member_mail(1), (w.in.member = &letter, w.facts.nkeys = 1,
	    w.in.signer_is_from = w.in.signature_seen = true),
	    "propose-keys file:member-answer/key/outside");
	CASE(member_mail(1), (w.in.member = &letter, w.facts.nkeys = 1,
	    w.in.signer_is_from = true,
	    w.in.now = LIMIT_SIGNED_SECONDS + LIMIT_SIGNED_SKEW + 1),
	    "propose-keys file:member-answer/key/outside");
	CASE(member_mail(1), (w.in.member = &letter, w.facts.nkeys = 1,
	    w.in.sender = ""), "file:member-answer/automatic/outside");
	/* Restraint holds the acknowledgement, not the answer. */
	CASE(member_mail(1), (w.in.counts.address_day = 5,
	    SAW(0, 'A', SEEN_YES)),
	    "file:member-answer/member-answer/outside record:I-aaaaaaa:seen");
}

/* ---- answers to the three questions ---- */

static void
answers(void **state)
{
	(void)state;
	CASE(reply(ALL), AS_IT_IS,
	    "file:answer/complete propose:2-B ask:back T-06");
	CASE(reply(ALL), w.c.has_key = true,
	    "file:answer/complete propose:2-B ask:back T-06E");
	CASE(reply(ALL), w.c.state = CASE_SUPPORTING,
	    "file:answer/complete propose:2-B CONFIRMING ask:back T-06");
	CASE(reply(ANSWER_1C | ANSWER_3A), AS_IT_IS,
	    "file:answer/unclear clarified T-05");
	CASE(reply(ALL | ANSWER_2C), AS_IT_IS,
	    "file:answer/unclear clarified T-05");
	CASE(reply(ALL | ANSWER_3B), AS_IT_IS,
	    "file:answer/unclear clarified T-05");
	CASE(reply(ALL), w.facts.answer.unclear = ANSWER_2B,
	    "file:answer/unclear clarified T-05");
	/* Who has a key is written to encrypted. */
	CASE(reply(ANSWER_1C | ANSWER_3A), w.c.has_key = true,
	    "file:answer/unclear clarified T-05E");
	/* Once; then a person. */
	CASE(reply(ANSWER_1C), w.c.clarified = true,
	    "file:answer/unclear look:unclear-twice");
	/* No answer at all, and a yes to nothing. */
	CASE(reply(0), AS_IT_IS, "file:follow-up look:follow-up");
	CASE(reply(0), w.facts.answer.yes_word = true,
	    "file:follow-up look:follow-up");
	CASE(reply(0), w.facts.nkeys = 1,
	    "propose-keys file:follow-up look:follow-up");
	/* S/MIME that nothing shows to be whole: opened or not, the same. */
	CASE(reply(ALL), w.in.unsure = true,
	    "file:follow-up/not-whole look:not-whole count-reply T-27");
	CASE(reply(0), w.in.unsure = w.verdict.again = true,
	    "file:follow-up/not-whole look:not-whole count-reply T-27");
	CASE(readback(ANSWER_4Y), (w.in.unsure = w.verdict.failed = true,
	    w.tokens[0].proved = true), "file:follow-up/cannot-decrypt "
	    "look:cannot-decrypt count-reply T-27");
	CASE(in_council(ANSWER_4W), w.in.unsure = true,
	    "file:follow-up/not-whole look:not-whole count-reply T-27");
	CASE(reply(ALL), w.verdict.failed = true,
	    "file:follow-up/cannot-decrypt look:cannot-decrypt count-reply "
	    "T-27");
	CASE(reply(ALL), (w.verdict.failed = w.verdict.replayed = true,
	    w.in.counts.address_day = 1000),
	    "file:follow-up/ciphertext-came-before "
	    "look:ciphertext-came-before");
	CASE(reply(ALL), (w.verdict.failed = true,
	    w.facts.from.address = "other@acme.example"),
	    "file:follow-up/cannot-decrypt look:cannot-decrypt");
	CASE(reply(ALL), w.facts.doubts = DOUBT_FROM_INSIDE,
	    "file:follow-up/from-inside look:from-inside");
	CASE(reply(ALL), (w.unreadable = true, w.in.unreadable_why = "nul"),
	    "file:unreadable/nul look:unreadable");
	/* A new answer to a read-back is a new proposal. */
	CASE(readback(ALL | ANSWER_4N), AS_IT_IS,
	    "file:answer/complete propose:2-B ask:back T-06");
}

/* ---- the ladder: what a yes is worth ---- */

static void
ladder(void **state)
{
	static const struct {
		enum authentication auth;
		bool signer, code, wrong_address;
		int have;	/* -1: not heard */
	} rungs[] = {
		{ AUTH_FAIL, false, false, false, -1 },
		{ AUTH_FAIL, true, true, false, -1 },
		{ AUTH_NONE, false, false, false, ASSURANCE_TOKEN },
		{ AUTH_PASS, false, false, false, ASSURANCE_TOKEN_ALIGNED },
		{ AUTH_NONE, true, false, false, ASSURANCE_SIGNATURE },
		{ AUTH_NONE, false, true, false, ASSURANCE_SIGNATURE },
		{ AUTH_PASS, true, true, false, ASSURANCE_SIGNATURE },
		{ AUTH_PASS, true, true, true, -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rungs) / sizeof(rungs[0]); i++)
		for (int s = SCOPE_COORDINATOR; s <= SCOPE_PUBLIC; s++) {
			struct world w = readback(ANSWER_4Y);
			int need = s <= SCOPE_TASK_FORCE ?
			    ASSURANCE_TOKEN_ALIGNED : ASSURANCE_SIGNATURE;
			int locks = 0, yeses = 0, sends = 0;

			w.proposed.scope = (enum scope)s;
			w.in.auth = rungs[i].auth;
			w.in.signer_is_from = rungs[i].signer;
			w.tokens[0].proved = rungs[i].code;
			if (rungs[i].wrong_address)
				w.facts.from.address = "eve@evil.example";
			run(&w);
			for (size_t k = 0; k < w.out.n; k++) {
				locks += w.out.list[k].type ==
				    ACTION_LOCK_TERMS;
				yeses += w.out.list[k].type == ACTION_YES;
				sends += w.out.list[k].type == ACTION_SEND;
			}
			assert_int_equal(locks, rungs[i].have >= need);
			assert_int_equal(yeses, rungs[i].have >= 0 &&
			    rungs[i].have < need);
			assert_int_equal(sends, 0);
			sk_arena_free(&w.a);
		}
}

static void
readbacks(void **state)
{
	(void)state;
	CASE(readback(ANSWER_4Y), AS_IT_IS, "file:answer/confirmed use-token "
	    "lock-terms:token+aligned CONFIRMED");
	CASE(readback(0), w.facts.answer.yes_word = true,
	    "file:answer/confirmed use-token lock-terms:token+aligned "
	    "CONFIRMED");
	CASE(readback(ANSWER_4Y), w.c.state = CASE_IN_COUNCIL,
	    "file:answer/confirmed use-token lock-terms:token+aligned");
	/* Too weak: kept, and a person who vouches is waited for. */
	CASE(readback(ANSWER_4Y), w.proposed.scope = SCOPE_ALL_MEMBERS,
	    "file:answer/confirmed use-token yes:token+aligned "
	    "look:assurance-too-little");
	CASE(readback(ANSWER_4Y), w.in.auth = AUTH_NONE,
	    "file:answer/confirmed use-token yes:token "
	    "look:assurance-too-little");
	/* A later widening needs a signature, however small it is. */
	CASE(readback(ANSWER_4Y), (w.has_locked = true,
	    w.locked.scope = SCOPE_CLASS1_GROUP),
	    "file:answer/confirmed use-token yes:token+aligned "
	    "look:assurance-too-little");
	CASE(readback(ANSWER_4Y), (w.has_locked = true,
	    w.locked.scope = SCOPE_CLASS1_GROUP, w.tokens[0].proved = true),
	    "file:answer/confirmed use-token lock-terms:signature CONFIRMED");
	/* Operators who vouched before the yes came. */
	CASE(readback(ANSWER_4Y), (w.proposed.scope = SCOPE_ALL_MEMBERS,
	    w.c.vouched = true),
	    "file:answer/confirmed use-token lock-terms:vouched CONFIRMED");
	CASE(readback(ANSWER_4N), AS_IT_IS,
	    "file:answer/change-wanted ask T-03");
	CASE(readback(ANSWER_4Y | ANSWER_4N), w.facts.answer.unclear =
	    ANSWER_4Y | ANSWER_4N, "file:answer/unclear clarified T-05");
	CASE(readback(ANSWER_4Y | ANSWER_2E), AS_IT_IS,
	    "file:answer/unclear clarified T-05");
	CASE(readback(ANSWER_4N), w.facts.answer.yes_word = true,
	    "file:answer/change-wanted ask T-03");
	/* The yes to a narrowing that counts already. */
	CASE(readback(ANSWER_4Y), (w.has_proposed = false,
	    w.has_locked = true, w.c.state = CASE_IN_COUNCIL),
	    "file:answer/confirmed use-token");
}

/* ---- tokens ---- */

static void
tokens(void **state)
{
	(void)state;
	CASE(readback(ANSWER_4Y), w.facts.from.address = "SATO@ACME.example",
	    "file:answer/confirmed use-token lock-terms:token+aligned "
	    "CONFIRMED");
	CASE(readback(ANSWER_4Y), w.facts.from.address = "abe@acme.example",
	    "file:follow-up/same-organisation look:same-organisation");
	/* A proof code in the clear is spent, whatever else the mail does. */
	CASE(readback(ANSWER_4Y), w.tokens[0].code_in_clear = true,
	    "file:answer/confirmed use-token lock-terms:token+aligned "
	    "CONFIRMED spend-code look:code-in-clear");
	CASE(readback(0), (w.tokens[0].code_in_clear = true,
	    w.facts.automatic = AUTO_REPLIED),
	    "file:auto-reply/automatic spend-code look:code-in-clear");
	/* Asked at a shared mailbox, since the first mail said so. */
	CASE(readback(ANSWER_4Y), (w.facts.from.address = "abe@acme.example",
	    w.facts.reply_to.address = CONSULTER),
	    "file:answer/confirmed use-token lock-terms:token+aligned "
	    "CONFIRMED");
	CASE(readback(ANSWER_4Y), (w.facts.from.address = "abe@acme.example",
	    w.facts.reply_to.address = CONSULTER, w.in.auth = AUTH_NONE),
	    "file:answer/confirmed use-token yes:token "
	    "look:assurance-too-little");
	CASE(readback(ANSWER_4Y), (w.facts.from.address = "abe@acme.example",
	    w.facts.reply_to.address = CONSULTER, w.in.auth = AUTH_FAIL),
	    "file:follow-up/authentication-fail look:authentication-fail");
	/* His own key is not that mailbox's. */
	CASE(readback(ANSWER_4Y), (w.facts.from.address = "abe@acme.example",
	    w.facts.reply_to.address = CONSULTER, w.in.signer_is_from = true,
	    w.proposed.scope = SCOPE_ALL_MEMBERS),
	    "file:answer/confirmed use-token yes:token+aligned "
	    "look:assurance-too-little");
	CASE(readback(ANSWER_4Y), (w.facts.from.address = "eve@evil.example",
	    w.facts.reply_to.address = CONSULTER),
	    "file:follow-up/other-address look:other-address");
	CASE(readback(ANSWER_4Y), w.facts.from.address = "eve@evil.example",
	    "file:follow-up/other-address look:other-address");
	CASE(readback(ANSWER_4Y), w.facts.from.address = NULL,
	    "file:follow-up/other-address look:other-address");
	CASE(readback(ANSWER_4Y), w.tokens[0].used = true,
	    "file:follow-up/old-question look:old-question");
	CASE(readback(ANSWER_4Y), w.tokens[0].question = 2,
	    "file:follow-up/old-question look:old-question");
	CASE(readback(ANSWER_4Y), (w.c.question = 0,
	    w.tokens[0].question = 0),
	    "file:follow-up/old-question look:old-question");
	/* By subject alone: filed there, confirms nothing. */
	CASE(readback(ANSWER_4Y), (w.in.ntokens = 0,
	    w.in.threaded_by_subject = true),
	    "file:follow-up/no-token look:no-token");
	CASE(readback(ANSWER_4Y), (w.in.ntokens = 0, w.in.signer_is_from =
	    true), "file:follow-up/no-token look:no-token");
	/* Two tokens: of one case they agree, of two nobody guesses. */
	CASE(readback(ANSWER_4Y), (w.tokens[1] = w.tokens[0],
	    w.tokens[1].token = "b", w.in.ntokens = 2),
	    "file:answer/confirmed use-token lock-terms:token+aligned "
	    "CONFIRMED");
	CASE(readback(ANSWER_4Y), (w.tokens[1] = w.tokens[0],
	    w.tokens[1].case_row = 8, w.in.ntokens = 2),
	    "file:operator-look/two-tokens/outside");
	CASE(readback(ANSWER_4Y), (w.tokens[1].token = "b",
	    w.in.ntokens = 2), "file:answer/confirmed use-token "
	    "lock-terms:token+aligned CONFIRMED");
	/* A digest's token is a member's answer, never a case's. */
	CASE(first_mail(), (w.tokens[0] = (struct token_found){ .token = "d",
	    .known = true, .copy_row = 4, .address = CONSULTER },
	    w.in.ntokens = 1), "file:member-answer/person-gone/outside");
	CASE(readback(ANSWER_4Y), (w.tokens[1] = (struct token_found){
	    .token = "d", .known = true, .copy_row = 4 },
	    w.in.ntokens = 2), "file:operator-look/two-tokens/outside");
	CASE(first_mail(), (w.tokens[0] = (struct token_found){ .token = "d",
	    .known = true, .copy_row = 4 }, w.tokens[1] =
	    (struct token_found){ .token = "e", .known = true,
	    .copy_row = 5 }, w.in.ntokens = 2),
	    "file:operator-look/two-tokens/outside");
}

/* ---- terms in force ---- */

static void
changes(void **state)
{
	(void)state;
	/* Narrowing counts at once, with a question that is open or not. */
	CASE(in_council(ANSWER_1C | ANSWER_2A | ANSWER_3A), AS_IT_IS,
	    "file:answer/complete propose:2-A lock-terms:token+aligned "
	    "ask:back T-06");
	CASE(in_council(ANSWER_1C | ANSWER_2A | ANSWER_3A),
	    (w.tokens[0].used = false, w.in.auth = AUTH_NONE),
	    "file:answer/complete propose:2-A lock-terms:token ask:back T-06");
	/* An exclusion more is a narrowing too. */
	CASE(in_council(ALL | ANSWER_2X), w.facts.answer.never = "監督官庁",
	    "file:answer/complete propose:2-B lock-terms:token+aligned "
	    "ask:back T-06");
	/* Not with an older question, not from elsewhere. */
	CASE(in_council(ANSWER_1C | ANSWER_2A | ANSWER_3A),
	    w.tokens[0].question = 2,
	    "file:follow-up/old-question look:old-question");
	CASE(in_council(ANSWER_1C | ANSWER_2A | ANSWER_3A),
	    w.facts.from.address = "eve@evil.example",
	    "file:follow-up/other-address look:other-address");
	/* Widening waits for the read-back, and needs an open question. */
	CASE(in_council(ANSWER_1C | ANSWER_2C | ANSWER_3A),
	    w.tokens[0].used = false,
	    "file:answer/complete propose:2-C ask:back T-06");
	CASE(in_council(ANSWER_1C | ANSWER_2C | ANSWER_3A), AS_IT_IS,
	    "file:follow-up/old-question look:old-question");
	CASE(in_council(ANSWER_1C | ANSWER_2B | ANSWER_3D),
	    w.tokens[0].used = false,
	    "file:answer/complete propose:2-B ask:back T-06");
	/* After the end nothing is inherited. */
	CASE(in_council(ALL), w.c.state = CASE_CLOSED,
	    "file:follow-up/reopened SUPPORTING look:new-mail-after-end");
	CASE(in_council(0), w.c.state = CASE_SUPPORT_ONLY,
	    "file:follow-up/reopened SUPPORTING look:new-mail-after-end");
	CASE(in_council(ALL), w.c.state = CASE_WITHDRAWN,
	    "file:follow-up/reopened SUPPORTING look:new-mail-after-end");
	/* A guessed number and a forged From open nothing again. */
	CASE(in_council(ALL), (w.c.state = CASE_CLOSED, w.in.ntokens = 0,
	    w.in.threaded_by_subject = true),
	    "file:follow-up/new-mail-after-end look:new-mail-after-end");
	CASE(in_council(0), (w.c.state = CASE_SUPPORT_ONLY,
	    w.facts.from.address = "eve@evil.example"),
	    "file:follow-up/new-mail-after-end look:new-mail-after-end");
	CASE(in_council(ALL), (w.c.state = CASE_CLOSED,
	    w.in.auth = AUTH_FAIL), "file:follow-up/authentication-fail "
	    "look:authentication-fail");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_mails),
		cmocka_unit_test(first_mails_without_answer),
		cmocka_unit_test(first_mail_with_answers),
		cmocka_unit_test(machines_and_repeats),
		cmocka_unit_test(other_classes),
		cmocka_unit_test(members_answers),
		cmocka_unit_test(answers), cmocka_unit_test(ladder),
		cmocka_unit_test(readbacks), cmocka_unit_test(tokens),
		cmocka_unit_test(changes),
	};

	return cmocka_run_group_tests_name("decide", tests, NULL, NULL);
}

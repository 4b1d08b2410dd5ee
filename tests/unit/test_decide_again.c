/*
 * A mail that an operator gave back to the reader, or vouched for: it stays in
 * its case, opens no other, asks nobody a second time; and a colleague is heard
 * only with the question's own token (design.md §8, I2, R-054, R-060).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "decide_world.h"

#define COLLEAGUE "abe@acme.example"

/* The mail that opened case 7 unread, with what it says now. */
static struct world
opened(void)
{
	struct world w = first_mail();

	w.has_case = true;
	w.c = (struct decide_case){ .row = 7, .number = "2026-0007",
	    .state = CASE_RECEIVED };
	w.in.again = true;
	w.in.was = MAIL_UNREADABLE;
	return w;
}

static void
what_opened_a_case(void **state)
{
	(void)state;
	CASE(opened(), AS_IT_IS, "file:consultation originator:" CONSULTER
	    " look:read-again");
	CASE(opened(), w.facts.automatic = AUTO_LIST, "file:list originator:"
	    CONSULTER " look:automatic");
	CASE(opened(), w.facts.nkeys = 1, "file:consultation originator:"
	    CONSULTER " propose-keys look:read-again");
	/* Whatever it ticks: who had it read asks, and nobody else. */
	CASE(opened(), w.facts.answer.ticks = ALL, "file:consultation "
	    "originator:" CONSULTER " look:read-again");
	/* The header only says who; the envelope is anybody's. */
	CASE(opened(), w.facts.from.address = NULL,
	    "file:consultation look:no-sender");
	CASE(opened(), w.in.auth = AUTH_FAIL, "file:consultation originator:"
	    CONSULTER " look:authentication-fail");
	/* Read, and not opened: no T-27 as late as this. */
	CASE(opened(), w.verdict.failed = true, "file:consultation "
	    "originator:" CONSULTER " look:cannot-decrypt");
	/* Who was asked already is not another one now. */
	CASE(opened(), (w.c.originator = CONSULTER,
	    w.c.state = CASE_CONFIRMING, w.in.was = MAIL_CONSULTATION),
	    "file:consultation look:read-again");
	/* It belongs elsewhere: said, and it stays. */
	CASE(opened(), (w.in.ntokens = 1, w.tokens[0] = (struct token_found){
	    .token = "a", .known = true, .case_row = 8,
	    .address = CONSULTER }), "file:consultation originator:" CONSULTER
	    " look:token-of-another-case");
	/* A password for a file is no reason to leave it unnamed. */
	CASE(opened(), w.facts.gives_password = true, "file:consultation "
	    "originator:" CONSULTER " look:read-again");
	CASE(opened(), (w.in.sender = "", w.facts.automatic = AUTO_DSN),
	    "file:bounce/unclear");
}

static struct world
again(unsigned ticks)
{
	struct world w = reply(ticks);

	w.in.again = true;
	w.in.was = MAIL_FOLLOW_UP;
	return w;
}

static void
an_answer_counts_while_it_is_asked(void **state)
{
	(void)state;
	CASE(again(ALL), AS_IT_IS, "file:answer/complete propose:2-B ask:back "
	    "T-06");
	CASE(again(ALL), w.tokens[0].question = 2,
	    "file:follow-up/old-question look:old-question");
	CASE(again(ALL), w.tokens[0].used = true,
	    "file:follow-up/old-question look:old-question");
	CASE(again(ALL), w.verdict.failed = true,
	    "file:follow-up/cannot-decrypt look:cannot-decrypt");
	CASE(again(ALL), w.in.ntokens = 0,
	    "file:follow-up/no-token look:no-token");
	CASE(again(ALL), w.facts.from.address = COLLEAGUE,
	    "file:follow-up/same-organisation look:same-organisation");
}

static struct world
vouched(struct world w)
{
	w.in.again = w.in.vouched = true;
	w.in.was = MAIL_FOLLOW_UP;
	w.facts.from.address = COLLEAGUE;
	return w;
}

static void
a_colleague_who_is_vouched_for(void **state)
{
	(void)state;
	CASE(vouched(reply(ALL)), AS_IT_IS,
	    "file:answer/complete propose:2-B ask:back T-06");
	CASE(vouched(readback(ANSWER_4Y)), AS_IT_IS,
	    "file:answer/confirmed use-token lock-terms:token+aligned "
	    "CONFIRMED");
	/* The word is for who it is, not for how surely that is shown. */
	CASE(vouched(readback(ANSWER_4Y)), w.in.auth = AUTH_NONE,
	    "file:answer/confirmed use-token yes:token "
	    "look:assurance-too-little");
	CASE(vouched(readback(ANSWER_4Y)), (w.in.signer_is_from = true,
	    w.proposed.scope = SCOPE_ALL_MEMBERS), "file:answer/confirmed "
	    "use-token yes:token+aligned look:assurance-too-little");
	CASE(vouched(readback(ANSWER_4Y)), (w.tokens[0].proved = true,
	    w.proposed.scope = SCOPE_ALL_MEMBERS), "file:answer/confirmed "
	    "use-token lock-terms:signature CONFIRMED");
	CASE(vouched(in_council(ANSWER_4W)), AS_IT_IS, "file:answer/withdrawn "
	    "withdraw:token+aligned WITHDRAWN T-34");
	/* Token, question and all doubts are what they are. */
	CASE(vouched(reply(ALL)), w.in.ntokens = 0,
	    "file:follow-up/no-token look:no-token");
	CASE(vouched(reply(ALL)), w.tokens[0].question = 2,
	    "file:follow-up/old-question look:old-question");
	CASE(vouched(reply(ALL)), w.in.auth = AUTH_FAIL,
	    "file:follow-up/authentication-fail look:authentication-fail");
	CASE(vouched(reply(ALL)), w.facts.doubts = DOUBT_FROM_INSIDE,
	    "file:follow-up/from-inside look:from-inside");
	CASE(vouched(reply(ALL)), w.facts.automatic = AUTO_REPLIED,
	    "file:auto-reply/automatic");
	CASE(vouched(reply(ALL)), w.verdict.again = true, "file:follow-up/"
	    "ciphertext-came-before look:ciphertext-came-before");
}

static void
nobody_is_a_stranger_s_colleague(void **state)
{
	(void)state;
	CASE(vouched(reply(ALL)), w.facts.from.address = "eve@evil.example",
	    "file:follow-up/other-address look:other-address");
	CASE(vouched(reply(ALL)), w.facts.from.address = NULL,
	    "file:follow-up/other-address look:other-address");
	/* Two users of a free mail domain. */
	CASE(vouched(reply(ALL)), (w.tokens[0].address = "sato@free.example",
	    w.facts.from.address = "eve@free.example"),
	    "file:follow-up/other-address look:other-address");
	CASE(reply(ALL), (w.tokens[0].address = "sato@free.example",
	    w.facts.from.address = "eve@free.example"),
	    "file:follow-up/other-address look:other-address");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_opened_a_case),
		cmocka_unit_test(an_answer_counts_while_it_is_asked),
		cmocka_unit_test(a_colleague_who_is_vouched_for),
		cmocka_unit_test(nobody_is_a_stranger_s_colleague),
	};

	return cmocka_run_group_tests_name("decide-again", tests, NULL, NULL);
}

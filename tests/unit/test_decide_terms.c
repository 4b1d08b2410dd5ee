/*
 * Terms in force and what their originator says of them later: withdrawals,
 * answers to requests, and the vendor who speaks for a client.
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

/* whoever has confirmed may take back, with a token of any age, in any
 * state of the case; nothing weaker than a token stops anything. */
static void
withdrawals(void **state)
{
	static const char done[] = "file:answer/withdrawn withdraw:"
	    "token+aligned WITHDRAWN T-34";

	(void)state;
	CASE(in_council(ANSWER_4W), AS_IT_IS, done);
	CASE(in_council(ANSWER_4W), w.tokens[0].question = 1, done);
	CASE(in_council(ANSWER_4W), w.c.state = CASE_CLOSED, done);
	CASE(readback(ANSWER_4W), AS_IT_IS, done);
	CASE(in_council(ANSWER_4W), w.in.auth = AUTH_NONE,
	    "file:answer/withdrawn withdraw:token WITHDRAWN T-34");
	CASE(in_council(ANSWER_4W), w.in.signer_is_from = true,
	    "file:answer/withdrawn withdraw:signature WITHDRAWN T-34");
	CASE(in_council(ANSWER_4W), w.facts.from.address = "eve@evil.example",
	    "file:follow-up/withdrawal-wanted look:withdrawal-wanted");
	CASE(in_council(ANSWER_4W), w.in.ntokens = 0,
	    "file:follow-up/withdrawal-wanted look:withdrawal-wanted");
	CASE(in_council(ANSWER_4W), w.in.auth = AUTH_FAIL,
	    "file:follow-up/authentication-fail look:authentication-fail");
	CASE(in_council(ANSWER_4W), w.facts.automatic = AUTO_LIST,
	    "file:follow-up/automatic look:automatic");
	/* Beside other ticks it may be a slip. */
	CASE(in_council(ANSWER_4W | ANSWER_2B), AS_IT_IS,
	    "file:follow-up/withdrawal-unclear look:withdrawal-unclear");
	CASE(in_council(ANSWER_4W), w.facts.answer.unclear = ANSWER_1A,
	    "file:follow-up/withdrawal-unclear look:withdrawal-unclear");
	CASE(in_council(ANSWER_4W), w.c.state = CASE_WITHDRAWN,
	    "file:follow-up/withdrawn-already look:withdrawn-already");
}

/* a yes to wider terms is a proposal, read back like any other. */
static void
wider_terms(void **state)
{
	(void)state;
	/* For the item that was shown, and for nothing else (I2); codes could
	 * not say that, so the read-back is encrypted or held. */
	CASE(requested(REQUEST_WIDEN, ANSWER_4A), AS_IT_IS,
	    "file:answer/agreed use-token request:agreed "
	    "propose:2-B+I-abc2345=ALL_MEMBERS ask:back T-06E");
	CASE(requested(REQUEST_WIDEN, ANSWER_4A), w.request.item = NULL,
	    "file:follow-up/old-question look:old-question");
	CASE(requested(REQUEST_WIDEN, ANSWER_4D), AS_IT_IS,
	    "file:answer/declined request:declined");
	CASE(requested(REQUEST_WIDEN, ANSWER_4A), w.has_locked = false,
	    "file:follow-up/old-question look:old-question");
	CASE(requested(REQUEST_WIDEN, ANSWER_4A), w.locked.withdrawn = true,
	    "file:follow-up/old-question look:old-question");
	CASE(requested(REQUEST_WIDEN, ANSWER_4A | ANSWER_2C), AS_IT_IS,
	    "file:follow-up/unclear-consent look:unclear-consent");
	CASE(requested(REQUEST_WIDEN, 0), w.facts.answer.unclear = ANSWER_4A |
	    ANSWER_4D, "file:follow-up/unclear-consent look:unclear-consent");
	CASE(requested(REQUEST_WIDEN, ANSWER_4A), w.tokens[0].question = 2,
	    "file:follow-up/old-question look:old-question");
	CASE(requested(REQUEST_WIDEN, ANSWER_4A),
	    w.facts.from.address = "eve@evil.example",
	    "file:follow-up/other-address look:other-address");
}

/* proposed, agreed to, and in force at once, since it is narrower. */
static void
more_secret(void **state)
{
	(void)state;
	CASE(requested(REQUEST_SECRECY, ANSWER_4A), AS_IT_IS,
	    "file:answer/agreed use-token request:agreed propose:2-B(the host) "
	    "lock-terms:signature");
	CASE(requested(REQUEST_SECRECY, ANSWER_4A),
	    (w.locked.secrecy = SECRECY_PARTS,
	    w.locked.secret_parts = "the name"),
	    "file:answer/agreed use-token request:agreed "
	    "propose:2-B(the name\nthe host) lock-terms:signature");
	CASE(requested(REQUEST_SECRECY, ANSWER_4A),
	    w.locked.secrecy = SECRECY_ALL,
	    "file:follow-up/old-question look:old-question");
	CASE(requested(REQUEST_SECRECY, ANSWER_4D), AS_IT_IS,
	    "file:answer/declined request:declined");
	CASE(requested(REQUEST_SECRECY, ANSWER_4A),
	    (w.tokens[0].used = true, w.request.state = REQUEST_AGREED),
	    "file:follow-up/old-question look:old-question");
}

/* agreed to in these words, with the assurance of a widening; and taken
 * back with the same token whenever it is said. */
static void
exceptions(void **state)
{
	static const char agreed[] = "file:answer/agreed use-token "
	    "request:agreed";

	(void)state;
	CASE(requested(REQUEST_EXCEPTION, ANSWER_4A), AS_IT_IS, agreed);
	CASE(requested(REQUEST_EXCEPTION, ANSWER_4A),
	    (w.in.signer_is_from = false, w.tokens[0].proved = true), agreed);
	CASE(requested(REQUEST_EXCEPTION, ANSWER_4A),
	    w.in.signer_is_from = false,
	    "file:follow-up/assurance-too-little look:assurance-too-little");
	/* Once only: a replay meets its own agreement. */
	CASE(requested(REQUEST_EXCEPTION, ANSWER_4A),
	    (w.tokens[0].used = true, w.request.state = REQUEST_AGREED),
	    "file:follow-up/old-question look:old-question");
	CASE(requested(REQUEST_EXCEPTION, ANSWER_4A),
	    (w.tokens[0].used = true, w.request.state = REQUEST_DECLINED),
	    "file:follow-up/old-question look:old-question");
	CASE(requested(REQUEST_EXCEPTION, ANSWER_4D),
	    (w.tokens[0].used = true, w.request.state = REQUEST_AGREED,
	    w.c.question = 9), "file:answer/declined request:declined");
	CASE(requested(REQUEST_EXCEPTION, ANSWER_4D),
	    w.request.state = REQUEST_CLOSED,
	    "file:follow-up look:follow-up");
	/* The form's ticks go on as before beside an open request. */
	CASE(requested(REQUEST_EXCEPTION, ANSWER_1C | ANSWER_2A | ANSWER_3A),
	    AS_IT_IS, "file:answer/complete propose:2-A "
	    "lock-terms:signature ask:back T-06");
}

/* What was signed for another question is sent again with this one's token in
 * the address: the signature speaks only to what it can have meant. */
static void
old_signatures(void **state)
{
	static const char agreed[] = "file:answer/agreed use-token "
	    "request:agreed",
	    little[] = "file:follow-up/assurance-too-little "
	    "look:assurance-too-little";
	enum { ASKED = 2000000 };

	(void)state;
#define SIGNED(at, set, want) CASE(requested(REQUEST_EXCEPTION, ANSWER_4A), \
	(w.tokens[0].created = ASKED, w.in.now = ASKED + 86400, \
	w.verdict.signed_at = (at), set), want)
	SIGNED(ASKED + 60, AS_IT_IS, agreed);
	SIGNED(ASKED - LIMIT_SIGNED_SKEW, AS_IT_IS, agreed);
	SIGNED(ASKED - LIMIT_SIGNED_SKEW - 1, AS_IT_IS, little);
	SIGNED(0, AS_IT_IS, little);
	/* within the clock's tolerance, and it came before */
	SIGNED(ASKED - 1, w.in.signature_seen = true, little);
	/* by a clock far ahead it would be newer than every question */
	SIGNED(ASKED + 86400 + LIMIT_SIGNED_SKEW, AS_IT_IS, agreed);
	SIGNED(ASKED + 86401 + LIMIT_SIGNED_SKEW, AS_IT_IS, little);
	/* this question's own token stands under the signature */
	SIGNED(0, w.facts.answer.ref = "A", agreed);
	SIGNED(0, (w.facts.answer.ref = "b", w.facts.answer.ref_other = "a"),
	    agreed);
	SIGNED(0, w.facts.answer.ref = "b", little);
	/* a proof code is that of its own token (know_proof) */
	SIGNED(0, w.tokens[0].proved = true, agreed);
	SIGNED(0, (w.tokens[1] = w.tokens[0], w.tokens[1].token = "b",
	    w.tokens[1].place = TOKEN_REF_LINE, w.tokens[1].proved = true,
	    w.in.ntokens = 2), little);
	/* an old ciphertext confirms nothing, whatever stands in it */
	SIGNED(ASKED + 60, w.verdict.again = true,
	    "file:follow-up/ciphertext-came-before "
	    "look:ciphertext-came-before");
	CASE(readback(ANSWER_4Y), (w.verdict.again = true,
	    w.tokens[0].proved = true),
	    "file:follow-up/ciphertext-came-before "
	    "look:ciphertext-came-before");
#undef SIGNED
}

static struct world
vendor(unsigned ticks)
{
	static const struct person person = { .id = "lac-ito", .org = "lac" };
	struct world w = first_mail();

	w.facts.answer.ticks = ticks | ANSWER_4C;
	w.in.person = &person;
	w.in.class1_handler = true;
	w.in.signer_is_from = true;
	return w;
}

/* only with the client's agreement, only from a class-1 handler, signed;
 * a whole block is in force at once, the rest is asked for. */
static void
vendors(void **state)
{
	static const char as_everybody[] = "open:incident "
	    "file:consultation count-reply look:client-not-signed "
	    "CONFIRMING propose:2-B ask:back T-06";

	(void)state;
	CASE(vendor(ALL), AS_IT_IS, "open:incident file:consultation "
	    "count-reply parties CONFIRMING propose:2-B "
	    "lock-terms:signature CONFIRMED ask:back T-06");
	/* Signed is known at least as well as by DKIM: the second of a day. */
	CASE(vendor(ALL), (w.in.auth = AUTH_NONE,
	    w.in.counts.address_day = 1), "open:incident file:consultation "
	    "count-reply parties CONFIRMING propose:2-B "
	    "lock-terms:signature CONFIRMED ask:back T-06");
	CASE(vendor(ANSWER_1C), AS_IT_IS, "open:incident file:consultation "
	    "count-reply parties CONFIRMING ask T-05");
	CASE(vendor(ALL), w.in.signer_is_from = false, as_everybody);
	/* An old mail of theirs, sent again by whoever has it. */
	CASE(vendor(ALL), w.in.signature_seen = true, as_everybody);
	CASE(vendor(ALL), w.in.now = LIMIT_SIGNED_SECONDS +
	    LIMIT_SIGNED_SKEW + 1, as_everybody);
	CASE(vendor(ALL), w.verdict.signed_at = LIMIT_SIGNED_SKEW + 1,
	    as_everybody);
	CASE(vendor(ALL), w.in.class1_handler = false, as_everybody);
	CASE(vendor(ALL), w.in.person = NULL, as_everybody);
	/* Without the statement it is the vendor's own consultation. */
	CASE(vendor(ALL), w.facts.answer.ticks = ALL, "open:incident "
	    "file:consultation count-reply CONFIRMING propose:2-B ask:back "
	    "T-06");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(withdrawals), cmocka_unit_test(wider_terms),
		cmocka_unit_test(more_secret),
		cmocka_unit_test(exceptions),
		cmocka_unit_test(old_signatures), cmocka_unit_test(vendors),
	};

	return cmocka_run_group_tests_name("decide-terms", tests, NULL, NULL);
}

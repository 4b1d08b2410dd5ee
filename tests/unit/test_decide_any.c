/*
 * What must hold whatever arrives: one filing, nothing sent to machines or
 * after a failed authentication, nothing of a case without its proof.
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

#include "decide_world.h"

#define STATES 20000

static uint64_t
next(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s * UINT64_C(0x2545f4914f6cdd1d) >> 24;
}

static unsigned
pick(uint64_t *s, unsigned n)
{
	return (unsigned)(next(s) % n);
}

static void
random_token(struct token_found *t, uint64_t *s)
{
	static const char *const from[] = { CONSULTER, "abe@acme.example",
		"eve@evil.example" };

	*t = (struct token_found){ .token = "a", .known = pick(s, 8) != 0,
	    .case_row = pick(s, 6) ? 7 : pick(s, 2) * 8,
	    .copy_row = pick(s, 3),
	    .address = from[pick(s, 4) ? 0 : pick(s, 3)],
	    .question = pick(s, 4) ? 3 : 2, .used = pick(s, 6) == 0,
	    .created = pick(s, 3) * 1000, .proved = pick(s, 4) == 0 };
}

static void
random_mail(struct world *w, uint64_t *s)
{
	static const char *const rcpts[] = { "csc-anken@example.jp",
		"csc-info+a@example.jp", "csc-return@example.jp",
		"x@example.jp" };
	static const char *const from[] = { CONSULTER, "abe@acme.example",
		"eve@evil.example", NULL, "csc-info@example.jp" };

	*w = pick(s, 2) ? readback(0) : reply(0);
	w->facts.from.address = from[pick(s, 4) ? 0 : pick(s, 5)];
	w->in.sender = pick(s, 6) ? CONSULTER : "";
	w->facts.automatic = pick(s, 5) ? AUTO_NO : pick(s, AUTO_OURS + 1);
	w->facts.no_reply_wanted = pick(s, 8) == 0;
	w->facts.nkeys = pick(s, 4) == 0;
	w->facts.answer.ticks = pick(s, 2) ? ALL << pick(s, 2) :
	    pick(s, 2) ? ANSWER_4Y : pick(s, 1 << 17);
	w->facts.answer.unclear = pick(s, 6) ? 0 : pick(s, 1 << 17);
	w->facts.answer.yes_word = pick(s, 4) == 0;
	w->unreadable = pick(s, 10) == 0;
	w->in.unreadable_why = "nul";
	w->verdict.failed = pick(s, 10) == 0;
	w->in.auth = pick(s, 3);
	w->in.repeat_of = pick(s, 12) == 0;
	w->in.signer_is_from = pick(s, 4) == 0;
	w->in.signature_seen = pick(s, 4) == 0;
	w->verdict.signed_at = pick(s, 3) * 1000;
	w->in.unsure = pick(s, 20) == 0;
	w->verdict.again = pick(s, 20) == 0;
	w->in.counts.address_day = pick(s, 7);
	w->rcpts[0] = rcpts[pick(s, 4) ? 0 : pick(s, 4)];
	w->in.ntokens = pick(s, 3) ? 1 : pick(s, 3);
	random_token(&w->tokens[0], s);
	random_token(&w->tokens[1], s);
	w->has_case = pick(s, 4) != 0;
	w->c.state = pick(s, 2) ? CASE_CONFIRMING : pick(s, CASE_REJECTED + 1);
	w->c.clarified = pick(s, 2);
	w->c.has_key = pick(s, 2);
	w->has_locked = pick(s, 2);
	w->has_proposed = pick(s, 2);
	w->in.again = !w->in.repeat_of && pick(s, 8) == 0;
	w->in.was = pick(s, 3) ? MAIL_FOLLOW_UP : pick(s, 2) ?
	    MAIL_UNREADABLE : MAIL_CONSULTATION;
	w->in.vouched = w->in.again && pick(s, 2);
	if (w->in.again && pick(s, 2))
		w->c.originator = NULL;
	w->proposed.scope = SCOPE_COORDINATOR + pick(s, 6);
	w->locked.scope = SCOPE_COORDINATOR + pick(s, 6);
}

static size_t
count(const struct world *w, enum action_type t)
{
	size_t n = 0;

	for (size_t i = 0; i < w->out.n; i++)
		n += w->out.list[i].type == t;
	return n;
}

/* Did a token of this case, sent to this very address, come with it? */
static bool
proved(const struct world *w)
{
	for (size_t i = 0; i < w->in.ntokens; i++)
		if (w->tokens[i].known && w->tokens[i].case_row == 7)
			return w->facts.from.address &&
			    (!strcmp(w->tokens[i].address,
			    w->facts.from.address) || (w->in.vouched &&
			    strstr(w->tokens[i].address, "@acme.example") &&
			    strstr(w->facts.from.address,
			    "@acme.example"))) &&
			    w->tokens[i].question == w->c.question;
	return false;
}

static void
check_world(const struct world *w)
{
	bool nobody = w->unreadable || w->in.auth == AUTH_FAIL ||
	    w->facts.automatic != AUTO_NO || !*w->in.sender ||
	    w->in.repeat_of;
	size_t terms = count(w, ACTION_LOCK_TERMS) + count(w, ACTION_YES) +
	    count(w, ACTION_PROPOSE_TERMS);
	bool is_new = count(w, ACTION_OPEN_CASE) != 0;

	assert_int_equal(count(w, ACTION_FILE), 1);
	assert_true(count(w, ACTION_SEND) <= 1);
	assert_true(count(w, ACTION_OPEN_CASE) <= 1);
	assert_true(count(w, ACTION_STATE) <= 1);
	if (nobody)
		assert_int_equal(count(w, ACTION_SEND) + terms, 0);
	/* Nothing without a case; nothing of a case without its proof. */
	if (!w->has_case && !is_new)
		assert_int_equal(count(w, ACTION_SEND) + terms, 0);
	if (w->has_case && (count(w, ACTION_SEND) || terms) && !is_new)
		assert_true(proved(w));
	/* The first mail locks nothing, and never opens a case twice. */
	if (is_new)
		assert_int_equal(count(w, ACTION_LOCK_TERMS) +
		    count(w, ACTION_YES), 0);
	/* What is read once more opens nothing beside its case, and names an
	 * originator only where there is none. */
	if (w->in.again && w->has_case)
		assert_false(is_new);
	if (count(w, ACTION_ORIGINATOR))
		assert_true(w->in.again && w->has_case && !w->c.originator);
	/* Every first answer is counted. */
	if (is_new)
		assert_int_equal(count(w, ACTION_SEND),
		    count(w, ACTION_COUNT_REPLY));
	/* A token that is used up locks nothing that widens. */
	if (count(w, ACTION_LOCK_TERMS) && count(w, ACTION_USE_TOKEN) == 0)
		assert_true(w->has_locked);
}

static void
whatever_arrives(void **state)
{
	uint64_t seed = UINT64_C(0xdec1de);
	size_t sent = 0, locked = 0, opened = 0;

	(void)state;
	for (int n = 0; n < STATES; n++) {
		struct world w;

		random_mail(&w, &seed);
		run(&w);
		check_world(&w);
		sent += count(&w, ACTION_SEND);
		locked += count(&w, ACTION_LOCK_TERMS);
		opened += count(&w, ACTION_OPEN_CASE);
		sk_arena_free(&w.a);
	}
	assert_true(sent > 200);
	assert_true(locked > 50);
	assert_true(opened > 200);
}

static void
every_act_has_a_word(void **state)
{
	(void)state;
	for (int t = 0; t <= ACTION_AUDIT; t++) {
		const char *w = action_word((enum action_type)t);

		assert_true(strlen(w) > 2);
		for (int k = 0; k < t; k++)
			assert_string_not_equal(w,
			    action_word((enum action_type)k));
	}
	assert_string_equal(action_word((enum action_type)99), "?");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_arrives),
		cmocka_unit_test(every_act_has_a_word),
	};

	return cmocka_run_group_tests_name("decide-any", tests, NULL, NULL);
}

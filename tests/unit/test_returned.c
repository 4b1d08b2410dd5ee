/*
 * Bounces (L24): what follows from one, by what is known of the copy; and what
 * the store keeps of them. A forged one may at most keep mail back.
 */
#include <config.h>

#include "store_world.h"

#include <sqlite3.h>
#include <string.h>

#include <sekisho/returned.h>
#include <sekisho/store_beside.h>

#include "store/internal.h"

#define SENT { .sent = true, .person = true, .limit = 3 }

static void
judged(struct returned_known k, bool lost, bool counted, const char *why)
{
	struct returned x = returned_judge(&k);

	assert_int_equal(x.lost, lost);
	assert_int_equal(x.counted, counted);
	if (why)
		assert_string_equal(x.why, why);
	else
		assert_null(x.why);
	assert_true(!x.why || returned_word(x.why));
}

static struct returned_known
known(enum fact_fate fate)
{
	struct returned_known k = SENT;

	k.fate = fate;
	return k;
}

#define JUDGE(fate, change, ...) do { \
	struct returned_known k = known(fate); \
	change; \
	judged(k, __VA_ARGS__); \
} while (0)

static void
judging(void **state)
{
	(void)state;
	JUDGE(FATE_PERMANENT, (void)0, true, false, "bounced");
	JUDGE(FATE_EXPIRED, (void)0, true, false, "gave-up");
	JUDGE(FATE_TEMPORARY, (void)0, false, true, NULL);
	JUDGE(FATE_UNCLEAR, (void)0, false, true, NULL);
	JUDGE(FATE_DELIVERED, (void)0, false, false, NULL);
	JUDGE(FATE_NONE, (void)0, false, false, NULL);
	/* The third one late stops; without a limit none does. */
	JUDGE(FATE_TEMPORARY, k.late = 1, false, true, NULL);
	JUDGE(FATE_TEMPORARY, k.late = 2, false, true, "late");
	JUDGE(FATE_UNCLEAR, k.late = 2, false, true, "late");
	JUDGE(FATE_TEMPORARY, (k.late = 99, k.limit = 0), false, true, NULL);
	/* Of a consulter's copy, or one to an address of before. */
	JUDGE(FATE_PERMANENT, k.person = false, true, false, NULL);
	JUDGE(FATE_TEMPORARY, (k.person = false, k.late = 9), false, true,
	    NULL);
	/* Whoever is stopped is stopped once; the copy is lost all the same. */
	JUDGE(FATE_PERMANENT, k.stopped = true, true, false, NULL);
	/* A copy that was not handed over, or of which it was heard before. */
	for (enum fact_fate f = FATE_NONE; f <= FATE_UNCLEAR; f++) {
		JUDGE(f, k.sent = false, false, false, NULL);
		JUDGE(f, k.told = true, false, false, NULL);
	}
	assert_false(returned_word("no-key"));
	assert_false(returned_word(""));
}

static void
refusal(unsigned status, const char *reply, bool of_recipient,
    const char *enhanced)
{
	const char *at;
	size_t n;

	assert_int_equal(returned_refusal(status, reply, &at, &n),
	    of_recipient);
	assert_int_equal(n, strlen(enhanced));
	assert_memory_equal(at, enhanced, n);
}

/* What Postfix, Exim, Exchange and old systems say at RCPT. */
static void
refusals(void **state)
{
	(void)state;
	refusal(550, "550 5.1.1 <a@b.test>: Recipient address rejected: User "
	    "unknown in local recipient table", true, "5.1.1");
	refusal(550, "550-5.1.1 no such user", true, "5.1.1");
	refusal(550, "550 5.1.10 null MX", true, "5.1.10");
	refusal(552, "552 5.2.2 mailbox full", true, "5.2.2");
	refusal(550, "550 5.1.1", true, "5.1.1");
	refusal(550, "550 No such user here", true, "");
	refusal(551, "551 User not local", true, "");
	refusal(553, "553 mailbox name not allowed", true, "");
	/* The relay's own settings, or ours. */
	refusal(554, "554 5.7.1 <a@b.test>: Relay access denied", false,
	    "5.7.1");
	refusal(550, "550 5.7.1 not today", false, "5.7.1");
	refusal(550, "550 5.1.8 bad sender", false, "5.1.8");
	refusal(553, "553 5.1.7 bad sender syntax", false, "5.1.7");
	refusal(554, "554 refused", false, "");
	refusal(501, "501 syntax", false, "");
	refusal(503, "503 5.5.1 need MAIL", false, "5.5.1");
	refusal(451, "451 5.1.1 a contradiction", false, "5.1.1");
	/* No code at all, or one that goes on. */
	refusal(550, "550 5.1.1.1 host", true, "");
	refusal(550, "550 5.1", true, "");
	refusal(550, "550 5.1.1234 x", true, "");
	refusal(550, "", true, "");
	refusal(0, "", false, "");
}

/* At MAIL: of the message, or of us and the relay. */
static void
of_message(void **state)
{
	(void)state;
	assert_true(returned_of_message(552, "552 5.3.4 too big"));
	assert_true(returned_of_message(552, "552 too big"));
	assert_true(returned_of_message(550, "550 5.2.3 exceeds the limit"));
	assert_true(returned_of_message(554, "554 5.3.4 size"));
	assert_true(returned_of_message(553, "553 5.6.7 no UTF-8 here"));
	assert_true(returned_of_message(554, "554 5.6.10 conversion"));
	assert_false(returned_of_message(550, "550 5.3.40 x"));
	assert_false(returned_of_message(550, "550 5.7.1 not you"));
	assert_false(returned_of_message(550, "550 go away"));
	assert_false(returned_of_message(554, "554 5.3.2 no service here"));
	assert_false(returned_of_message(452, "452 5.3.4 a contradiction"));
	assert_false(returned_of_message(0, ""));
}

/* What was on its way to an address of before is missed at that of now. */
static void
judging_who_moved(void **state)
{
	struct returned_known k = known(FATE_PERMANENT);

	(void)state;
	assert_false(returned_judge(&k).again);
	k.person = false;
	k.elsewhere = true;
	judged(k, true, false, NULL);
	assert_true(returned_judge(&k).again);
	k.fate = FATE_EXPIRED;
	assert_true(returned_judge(&k).again);
	k.fate = FATE_TEMPORARY;
	assert_false(returned_judge(&k).again);
	k.fate = FATE_PERMANENT;
	k.sent = false;
	assert_false(returned_judge(&k).again);
}

static int64_t
sent_copy(struct world *w, const char *person)
{
	struct copy_record c = sample_copy(0);

	c.person = person;
	c.state = COPY_TO_SEAL;
	assert_int_equal(store_copy_add(w->s, &c), SK_OK);
	assert_int_equal(store_copy_sealed(w->s, c.row, NULL, NULL, 0,
	    sk_span_str("bytes"), c.copy_hash), SK_OK);
	assert_int_equal(store_copy_state(w->s, c.row, COPY_HANDING, "", 0),
	    SK_OK);
	assert_int_equal(store_copy_handed(w->s, c.row, "Q", "250", 70),
	    SK_OK);
	return c.row;
}

static bool
heard(struct world *w, int64_t row, enum fact_fate fate, int64_t now)
{
	struct return_record x = { now, 3, fate, "4.4.1" };
	struct copy_record c;
	bool fresh = false;

	assert_int_equal(store_copy_get(w->s, w->a, row, &c), SK_OK);
	assert_int_equal(store_return_add(w->s, &c, &x, &fresh), SK_OK);
	return fresh;
}

static unsigned
late(struct world *w, const char *person, int64_t copy, int64_t since)
{
	unsigned n = 99;

	assert_int_equal(store_returns_late(w->s, person, copy, since, &n),
	    SK_OK);
	return n;
}

static void
heard_once(void **state)
{
	struct world *w = *state;
	int64_t one = sent_copy(w, "canaryperson"), two = sent_copy(w,
	    "canaryperson"), other = sent_copy(w, "somebody");
	struct return_record *x;
	size_t n;

	assert_true(heard(w, one, FATE_TEMPORARY, 100));
	for (int i = 0; i < 50; i++)	/* a flood does one thing once */
		assert_false(heard(w, one, FATE_TEMPORARY, 101));
	assert_int_equal(late(w, "canaryperson", one, 0), 0);
	assert_int_equal(late(w, "canaryperson", two, 0), 1);
	assert_true(heard(w, one, FATE_PERMANENT, 102));
	assert_int_equal(late(w, "canaryperson", two, 0), 1);
	assert_true(heard(w, other, FATE_TEMPORARY, 103));
	assert_int_equal(late(w, "canaryperson", two, 0), 1);
	assert_int_equal(late(w, "canaryperson", two, 103), 0);
	world_commit(w);
	world_reopen(w);
	assert_int_equal(store_returns(w->s, w->a, one, &x, &n), SK_OK);
	assert_int_equal(n, 2);
	assert_int_equal(x[0].fate, FATE_TEMPORARY);
	assert_int_equal(x[0].time, 100);
	assert_int_equal(x[0].mail, 3);
	assert_string_equal(x[1].status, "4.4.1");
	assert_false(world_holds(w, "canaryperson"));
}

static void
stops(void **state)
{
	struct world *w = *state;
	struct stop_record s = { .since = 5, .copy = 8,
		.person = "canaryperson", .address = "p@canary.example",
		.why = "bounced", .status = "5.1.1" }, *all, got;
	int64_t row = sent_copy(w, "canaryperson"), next = sent_copy(w,
	    "canaryperson");
	uint64_t rules;
	size_t n;

	assert_int_equal(store_stop_get(w->s, w->a, s.person, &got),
	    SK_ERR_NOINPUT);
	rules = store_rules_generation(w->s);
	assert_int_equal(store_stop_add(w->s, &s), SK_OK);
	/* Who asked before asks anew: what is on its way stays (L24). */
	assert_true(store_rules_generation(w->s) > rules);
	assert_int_equal(store_stop_add(w->s, &s), SK_ERR_EXISTS);
	world_commit(w);
	assert_false(world_holds(w, "canary"));
	world_reopen(w);
	assert_int_equal(store_stop_get(w->s, w->a, s.person, &got), SK_OK);
	assert_string_equal(got.person, s.person);
	assert_string_equal(got.address, s.address);
	assert_string_equal(got.why, "bounced");
	assert_string_equal(got.status, "5.1.1");
	assert_int_equal(got.since, 5);
	assert_int_equal(got.copy, 8);
	assert_int_equal(store_stops(w->s, w->a, &all, &n), SK_OK);
	assert_int_equal(n, 1);
	/* What was heard before a stop ended does not count again. */
	heard(w, row, FATE_TEMPORARY, 6);
	assert_int_equal(late(w, s.person, next, 0), 1);
	assert_int_equal(store_stop_end(w->s, got.row, 7), SK_OK);
	assert_int_equal(store_stop_end(w->s, got.row, 7), SK_ERR_NOINPUT);
	assert_int_equal(late(w, s.person, next, 0), 0);
	assert_int_equal(store_stops(w->s, w->a, &all, &n), SK_OK);
	assert_int_equal(n, 0);
	assert_int_equal(store_stop_add(w->s, &s), SK_OK);
}

/* Lost, and sent again: an E copy is sealed anew, a P copy has its bytes. */
static void
lost_copies(void **state)
{
	struct world *w = *state;
	struct copy_record c;
	struct sk_span m;
	int64_t row = sent_copy(w, "canaryperson");

	assert_int_equal(store_copy_again(w->s, row), SK_ERR_NOINPUT);
	assert_int_equal(store_copy_returned(w->s, row, false, "late"),
	    SK_OK);
	assert_int_equal(store_copy_get(w->s, w->a, row, &c), SK_OK);
	assert_int_equal(c.state, COPY_SENT);
	assert_string_equal(c.reason, "late");
	assert_int_equal(store_copy_returned(w->s, row, true, "bounced"),
	    SK_OK);
	assert_int_equal(store_copy_returned(w->s, row, true, "bounced"),
	    SK_ERR_BUG);
	assert_int_equal(store_copy_get(w->s, w->a, row, &c), SK_OK);
	assert_int_equal(c.state, COPY_BOUNCED);
	assert_string_equal(c.queue_id, "Q");
	assert_int_equal(store_copy_again(w->s, row), c.encrypted ?
	    SK_ERR_NOINPUT : SK_OK);
	if (!c.encrypted)
		return;
	assert_int_equal(store_copy_state(w->s, row, COPY_TO_SEAL, "", 0),
	    SK_OK);
	assert_int_equal(store_copy_message(w->s, w->a, row, &m),
	    SK_ERR_NOINPUT);
}

static void
plain_copies(void **state)
{
	struct world *w = *state;
	struct copy_record c = sample_copy(0);
	struct sk_span m;

	c.encrypted = false;
	c.state = COPY_HELD;
	assert_int_equal(store_copy_add(w->s, &c), SK_OK);
	/* It was never made. */
	assert_int_equal(store_copy_again(w->s, c.row), SK_ERR_NOINPUT);
	assert_int_equal(store_copy_state(w->s, c.row, COPY_TO_SEAL, "", 0),
	    SK_OK);
	assert_int_equal(store_copy_sealed(w->s, c.row, NULL, NULL, 0,
	    sk_span_str("bytes"), c.copy_hash), SK_OK);
	assert_int_equal(store_copy_state(w->s, c.row, COPY_HELD, "bounced",
	    0), SK_OK);
	assert_int_equal(store_copy_again(w->s, c.row), SK_OK);
	assert_int_equal(store_copy_get(w->s, w->a, c.row, &c), SK_OK);
	assert_int_equal(c.state, COPY_READY);
	assert_int_equal(store_copy_message(w->s, w->a, c.row, &m), SK_OK);
	assert_true(sk_span_is(m, "bytes"));
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(judging),
		cmocka_unit_test(refusals),
		cmocka_unit_test(of_message),
		cmocka_unit_test(judging_who_moved),
		T(heard_once), T(stops), T(lost_copies), T(plain_copies) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Whatever happens to a council, the gate says of every person what the log of
 * it says by the rules: nobody gets what they forbid, nobody misses what they
 * allow. SEKISHO_STATES: how many states; `make bench-rules` asks for a
 * million.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "council_events.h"

#define STATES 20000

static struct policy *policy;

struct tally {
	size_t states, yes, clauses[GATE_LAST];
	const char *told;
};

/* A state in which gate and log differ; false: there is none. */
static bool
differ(size_t states, struct tally *t)
{
	uint64_t seed = UINT64_C(0x5e15ba2026);
	static struct event_log log;
	static struct council_state c;

	while (t->states < states) {
		events_begin(&seed, policy, &log, &c);
		while (log.n < EV_LOG && t->states < states) {
			unsigned who;

			events_do(&c, events_add(&seed, &log, &c));
			t->states++;
			who = replay_send(&log);
			for (int p = 0; p < EV_PEOPLE; p++) {
				struct gate_answer g = events_gate(&c, p);

				t->clauses[g.clause]++;
				t->yes += g.send;
				t->told = gate_word(g.clause);
				if (g.send != (who >> p & 1))
					return true;
			}
		}
	}
	return false;
}

static size_t
wanted(void)
{
	const char *s = getenv("SEKISHO_STATES");

	return s ? (size_t)strtoul(s, NULL, 10) : STATES;
}

static void
gate_and_log_agree(void **state)
{
	struct tally t = { 0 };

	(void)state;
	if (differ(wanted(), &t))
		fail_msg("state %zu: the gate says %s, the rules say "
		    "otherwise", t.states, t.told);
	print_message("%zu states, %zu asks, %zu times yes\n", t.states,
	    t.states * EV_PEOPLE, t.yes);
	assert_true(t.yes > t.states / 20);
	/* The log's council does not welcome; test_gate.c meets R-118. */
	t.clauses[GATE_NOT_ACKNOWLEDGED]++;
	for (int k = 0; k < GATE_LAST; k++)
		if (!t.clauses[k])
			fail_msg("%s was never met", gate_word(
			    (enum gate_clause)k));
}

static int
enter(void **state)
{
	struct sk_buf faults;

	(void)state;
	sk_buf_init(&faults, 1 << 20);
	if (policy_load(POLICY_FILE, &policy, &faults))
		fail_msg("%s", sk_buf_str(&faults));
	sk_buf_free(&faults);
	return 0;
}

static int
leave(void **state)
{
	(void)state;
	policy_free(&policy);
	return 0;
}

/* Every other organisation may have the item: those of class 2, not the general
 * members. A yes is what costs most, since every clause is asked. */
static void
half_may(struct council_state *c)
{
	for (int i = 0; i < EV_ORGS; i++) {
		c->org[i].class = i % 2 ? CLASS_GENERAL : CLASS2;
		c->org[i].kind = ORG_CRITICAL_INFRASTRUCTURE;
		c->org[i].foreign_capital = false;
	}
	for (int p = 0; p < EV_PEOPLE; p++) {
		c->person[p].account = true;
		c->person[p].fpr = "F";
		c->person[p].key_state = "";
	}
	c->terms[0] = (struct terms){ .version = 1, .locked = true,
	    .scope = SCOPE_ALL_MEMBERS, .secrecy = SECRECY_NONE,
	    .coordination = COORDINATION_NONE };
	c->nterms = 1;
	c->item = (struct item){ .id = "I-aaaaaaa", .state = ITEM_APPROVED,
	    .category = CATEGORY_DESTINATION, .tlp = TLP_AMBER_STRICT,
	    .confidence = CONFIDENCE_TENTATIVE, .approvals = 1,
	    .frozen = true };
	c->frozen = (1U << EV_PEOPLE) - 1;
}

/* 1,500 people and 50 items, as one digest asks: under 50 ms. */
static void
speed(void **state)
{
	static struct event_log log;
	static struct council_state c;
	uint64_t seed = 3;
	struct timespec a, b;
	size_t yes = 0;
	double ms;

	(void)state;
	events_begin(&seed, policy, &log, &c);
	half_may(&c);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	for (int n = 0; n < 1500 * 50; n++)
		yes += events_gate(&c, n % EV_PEOPLE).send;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	ms = (double)(b.tv_sec - a.tv_sec) * 1e3 +
	    (double)(b.tv_nsec - a.tv_nsec) / 1e6;
	assert_int_equal(yes, 1500 * 50 / 2);
	print_message("1,500 people x 50 items: %.1f ms, %zu yes\n", ms, yes);
	if (getenv("SEKISHO_BENCH"))	/* a time is no matter of `check` */
		assert_true(ms < 50);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gate_and_log_agree),
		cmocka_unit_test(speed),
	};

	return cmocka_run_group_tests_name("gate-events", tests, enter, leave);
}

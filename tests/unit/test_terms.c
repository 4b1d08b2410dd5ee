/*
 * Terms: from answers to something that is compared, what counts as wider, what
 * a yes to them needs; and the business days of the questions.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <sekisho/calendar.h>
#include <sekisho/clock.h>
#include <sekisho/gate.h>
#include <sekisho/terms.h>

struct room {
	struct policy *policy;
	struct sk_arena *a;
};

static int
enter(void **state)
{
	struct room *r = calloc(1, sizeof(*r));
	struct sk_buf faults;

	assert_non_null(r);
	sk_buf_init(&faults, 1 << 20);
	if (policy_load(POLICY_FILE, &r->policy, &faults))
		fail_msg("%s", sk_buf_str(&faults));
	sk_buf_free(&faults);
	r->a = sk_arena_new();
	*state = r;
	return 0;
}

static int
leave(void **state)
{
	struct room *r = *state;

	policy_free(&r->policy);
	sk_arena_free(&r->a);
	free(r);
	return 0;
}

/* ---- terms ---- */

/* R-064, I2: an item's own scope is its own. */
static void
scope_of_one_item(void **state)
{
	struct room *r = *state;
	struct terms t = { .version = 1, .locked = true,
	    .secrecy = SECRECY_NONE, .scope = SCOPE_TASK_FORCE,
	    .coordination = COORDINATION_NONE };
	struct terms wide = terms_with_item(r->a, &t, "I-aaaaaaa",
	    SCOPE_ALL_MEMBERS), more, other;

	assert_int_equal(wide.scope, SCOPE_TASK_FORCE);
	assert_int_equal(terms_scope_for(&wide, "I-aaaaaaa"),
	    SCOPE_ALL_MEMBERS);
	assert_int_equal(terms_scope_for(&wide, "I-bbbbbbb"),
	    SCOPE_TASK_FORCE);
	assert_int_equal(terms_scope_for(&wide, NULL), SCOPE_TASK_FORCE);
	assert_true(terms_widen(&t, &wide));
	assert_false(terms_widen(&wide, &t));
	assert_true(terms_widen_for(&t, &wide, "I-aaaaaaa"));
	assert_false(terms_widen_for(&t, &wide, "I-bbbbbbb"));
	assert_true(terms_widen_for(NULL, &t, "I-aaaaaaa"));
	/* What needs a second operator and a signature for all does for one. */
	assert_true(terms_vouch_needs_two(&wide));
	assert_false(terms_vouch_needs_two(&t));
	assert_int_equal(terms_needed(r->policy, &t, &wide), r->policy->wider);
	assert_int_equal(terms_needed(r->policy, &wide, &t),
	    r->policy->narrowing);
	assert_int_equal(terms_needed(r->policy, NULL, &wide),
	    r->policy->wider);
	/* One entry an item: the newest. */
	more = terms_with_item(r->a, &wide, "I-aaaaaaa", SCOPE_PUBLIC);
	other = terms_with_item(r->a, &more, "I-bbbbbbb", SCOPE_ALL_MEMBERS);
	assert_int_equal(more.nitems, 1);
	assert_int_equal(other.nitems, 2);
	assert_int_equal(terms_scope_for(&other, "I-aaaaaaa"), SCOPE_PUBLIC);
	/* Never less than for all. */
	other.scope = SCOPE_PUBLIC;
	assert_int_equal(terms_scope_for(&other, "I-bbbbbbb"), SCOPE_PUBLIC);
}

static struct terms
base_terms(void)
{
	return (struct terms){ .version = 1, .locked = true,
	    .secrecy = SECRECY_PARTS, .secret_parts = "被害組織名",
	    .scope = SCOPE_TASK_FORCE,
	    .coordination = COORDINATION_ASK_MEMBERS };
}

static void
terms_of_an_answer(void **state)
{
	struct room *r = *state;
	struct answer ans = { .ticks = ANSWER_1B | ANSWER_2B | ANSWER_2X |
	    ANSWER_3B | ANSWER_3E, .parts = "p", .never = "監督官庁",
	    .other = "o" };
	struct terms t;

	terms_from_answer(r->a, &ans, &t);
	assert_int_equal(t.version, 0);
	assert_false(t.locked);
	assert_int_equal(t.secrecy, SECRECY_PARTS);
	assert_string_equal(t.secret_parts, "p");
	assert_int_equal(t.scope, SCOPE_TASK_FORCE);
	assert_int_equal(t.coordination, COORDINATION_ASK_MEMBERS |
	    COORDINATION_OTHER);
	assert_string_equal(t.coordination_other, "o");
	assert_int_equal(t.nexclusions, 1);
	assert_string_equal(t.exclusions[0].words, "監督官庁");
	assert_false(t.exclusions[0].mapped);
	assert_string_equal(terms_secrecy_code(&t), "1-B");
	assert_string_equal(terms_scope_code(&t), "2-B");
	assert_string_equal(terms_coordination_codes(r->a, &t), "3-B 3-E");
	/* Words without their tick are nobody's demand. */
	ans.ticks = ANSWER_1A | ANSWER_20 | ANSWER_3A;
	terms_from_answer(r->a, &ans, &t);
	assert_null(t.secret_parts);
	assert_null(t.coordination_other);
	assert_int_equal(t.nexclusions, 0);
	assert_string_equal(terms_scope_code(&t), "2-0");
	assert_string_equal(terms_coordination_codes(r->a, &t), "3-A");
	assert_string_equal(terms_scope_code(&(struct terms){ 0 }), "?");
}

static void
what_is_wider(void **state)
{
	static const char *const acme[] = { "acme" }, *const both[] = {
	    "mlit", "acme" };
	struct exclusion none = { .words = "x", .mapped = true };
	struct exclusion words = { .words = "監督官庁" };
	struct exclusion one = { .words = "監督官庁", .mapped = true,
		.orgs = acme, .norgs = 1 };
	struct exclusion two = { .words = "監督官庁と国交省", .mapped = true,
		.orgs = both, .norgs = 2 };
	struct terms old = base_terms(), now = old;

	(void)state;
#define WIDER(set, want) do { \
	now = old; \
	set; \
	assert_int_equal(terms_widen(&old, &now), want); \
} while (0)
#define EXCLUDE(t, x) ((t).exclusions = &(x), (t).nexclusions = 1)
	assert_true(terms_widen(NULL, &now));
	WIDER((void)0, false);
	WIDER(now.scope = SCOPE_ALL_MEMBERS, true);
	WIDER(now.scope = SCOPE_CLASS1_GROUP, false);
	WIDER(now.scope = SCOPE_UNKNOWN, false);
	WIDER(now.secrecy = SECRECY_NONE, true);
	WIDER(now.secrecy = SECRECY_ALL, false);
	WIDER(now.secret_parts = "手口", true);
	WIDER(now.secret_parts = "被害組織名", false);
	WIDER(now.coordination |= COORDINATION_FOREIGN_CERTS, true);
	WIDER(now.coordination = COORDINATION_NONE, false);
	WIDER(now.coordination = COORDINATION_NOTIFY_SOURCE, true);
	WIDER(now.withdrawn = true, false);
	WIDER(EXCLUDE(now, words), false);
	old.coordination = COORDINATION_OTHER;
	old.coordination_other = "ISPへの連絡";
	WIDER(now.coordination_other = "警察への連絡", true);
	WIDER(now.coordination_other = "ＩＳＰへの連絡", false);
	EXCLUDE(old, words);
	WIDER((void)0, false);
	WIDER(now.nexclusions = 0, true);
	WIDER(EXCLUDE(now, one), false);
	WIDER(EXCLUDE(now, two), true);
	EXCLUDE(old, one);
	WIDER(EXCLUDE(now, two), false);
	WIDER(EXCLUDE(now, none), true);
	WIDER(EXCLUDE(now, words), false);
	two.words = one.words;
	EXCLUDE(old, two);
	WIDER(EXCLUDE(now, one), true);
	EXCLUDE(old, none);
	WIDER(now.nexclusions = 0, false);
	old = base_terms();
	old.withdrawn = true;
	WIDER(now.withdrawn = false, true);
}

static void
what_they_need(void **state)
{
	struct room *r = *state;
	const struct policy *p = r->policy;
	struct terms old = base_terms(), now = old;
	struct sk_error e;

	for (int s = SCOPE_COORDINATOR; s <= SCOPE_PUBLIC; s++) {
		now.scope = (enum scope)s;
		assert_int_equal(terms_needed(p, NULL, &now),
		    s <= SCOPE_TASK_FORCE ? ASSURANCE_TOKEN_ALIGNED :
		    ASSURANCE_SIGNATURE);
		assert_int_equal(terms_needed(p, &old, &now),
		    s <= SCOPE_TASK_FORCE ? ASSURANCE_TOKEN :
		    ASSURANCE_SIGNATURE);
		assert_int_equal(terms_vouch_needs_two(&now),
		    s >= SCOPE_ALL_MEMBERS);
		assert_int_equal(terms_narrow_check(&old, &now, &e),
		    s <= SCOPE_TASK_FORCE ? SK_OK : SK_ERR_REFUSED);
	}
	now.withdrawn = true;
	assert_int_equal(terms_needed(p, &old, &now), ASSURANCE_TOKEN);
	old.locked = false;
	assert_int_equal(terms_narrow_check(&old, &now, &e), SK_ERR_REFUSED);
	assert_int_equal(terms_narrow_check(NULL, &now, &e), SK_ERR_REFUSED);
	for (int have = ASSURANCE_NONE; have <= ASSURANCE_VOUCHED; have++)
		for (int need = ASSURANCE_NONE; need <= ASSURANCE_VOUCHED;
		    need++)
			assert_int_equal(terms_assured((enum assurance)have,
			    (enum assurance)need), have && have >= need);
}

/* ---- business days ---- */

static int64_t
at(const char *iso)
{
	int64_t t;

	assert_int_equal(sk_time_parse(iso, &t), 0);
	return t;
}

static void
business_days(void **state)
{
	static const struct {
		const char *now;
		unsigned days;
		const char *due;	/* UTC; Tokyo's day ends 14:59:59 */
	} cases[] = {
		{ "2026-04-01T00:00:00Z", 1, "2026-04-02T14:59:59Z" },
		{ "2026-04-01T00:00:00Z", 0, "2026-04-01T14:59:59Z" },
		{ "2026-04-01T00:00:00Z", 5, "2026-04-08T14:59:59Z" },
		/* Friday 23:30 in Tokyo, and Saturday 00:30 there. */
		{ "2026-04-03T14:30:00Z", 1, "2026-04-06T14:59:59Z" },
		{ "2026-04-03T15:30:00Z", 1, "2026-04-06T14:59:59Z" },
		{ "2026-04-04T03:00:00Z", 0, "2026-04-06T14:59:59Z" },
		/* Golden Week: from 28 April two days are 30 April, 1 May. */
		{ "2026-04-28T03:00:00Z", 2, "2026-05-01T14:59:59Z" },
		{ "2026-04-28T03:00:00Z", 3, "2026-05-07T14:59:59Z" },
		{ "2026-12-28T03:00:00Z", 1, "2027-01-04T14:59:59Z" },
		{ "2026-09-18T03:00:00Z", 1, "2026-09-24T14:59:59Z" },
	};
	struct room *r = *state;
	const struct policy *p = r->policy;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t due = calendar_due(at(cases[i].now), 540,
		    cases[i].days, p->holidays, p->nholidays);

		assert_string_equal(sk_time_iso(r->a, due), cases[i].due);
	}
	/* West of Greenwich, and before 1970. */
	assert_true(calendar_due(at("2026-04-02T02:00:00Z"), -300, 1, NULL,
	    0) == at("2026-04-03T04:59:59Z"));
	assert_true(calendar_due(-86400 * 2, 0, 0, NULL, 0) == -86400 - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scope_of_one_item),
		cmocka_unit_test(terms_of_an_answer),
		cmocka_unit_test(what_is_wider),
		cmocka_unit_test(what_they_need),
		cmocka_unit_test(business_days),
	};

	return cmocka_run_group_tests_name("terms", tests, enter, leave);
}

/* Terms and items: read back complete; versions that only move forward,
 * approvals, and lists of people that only shrink. */
#include <config.h>

#include "store_world.h"

#include <string.h>

/* ---- terms ---- */

static void
test_terms(void **state)
{
	struct world *w = *state;
	int64_t row = world_case(w);
	struct terms t = sample_terms(), got;

	assert_int_equal(store_terms_add(w->s, row, &t), SK_OK);
	assert_int_equal(t.version, 1);
	assert_int_equal(store_terms_get(w->s, w->a, row, 1, &got), SK_OK);
	assert_int_equal(got.version, 1);
	assert_false(got.locked);
	assert_true(got.withdrawn);
	assert_int_equal(got.secrecy, t.secrecy);
	assert_string_equal(got.secret_parts, t.secret_parts);
	assert_int_equal(got.scope, t.scope);
	assert_int_equal(got.coordination, t.coordination);
	assert_string_equal(got.coordination_other, t.coordination_other);
	assert_int_equal(got.assurance, t.assurance);
	assert_int_equal(got.mail, t.mail);
	assert_string_equal(got.vouched_by, "a");
	assert_string_equal(got.vouched_how, "b");
	assert_int_equal(got.created, t.created);
	assert_int_equal(got.nexclusions, 2);
	assert_string_equal(got.exclusions[0].words, "not canaryministry");
	assert_false(got.exclusions[0].mapped);
	assert_true(got.exclusions[1].mapped);
	assert_int_equal(got.exclusions[1].norgs, 2);
	assert_string_equal(got.exclusions[1].orgs[0], "canaryorg");
	assert_int_equal(got.nitems, 2);
	assert_string_equal(got.items[1].item, "I-bbbbbbb");
	assert_int_equal(got.items[1].scope, SCOPE_PUBLIC);
}

static void
test_terms_forward_only(void **state)
{
	struct world *w = *state;
	int64_t row = world_case(w);
	struct terms t, got;

	assert_int_equal(store_terms_newest(w->s, w->a, row, &got),
	    SK_ERR_NOINPUT);
	for (int i = 1; i <= 3; i++) {
		t = sample_terms();
		t.locked = true;	/* never at once */
		assert_int_equal(store_terms_add(w->s, row, &t), SK_OK);
		assert_int_equal(t.version, i);
		assert_false(t.locked);
	}
	assert_int_equal(store_terms_locked(w->s, w->a, row, &got),
	    SK_ERR_NOINPUT);
	assert_int_equal(store_terms_lock(w->s, row, 2, ASSURANCE_SIGNATURE,
	    NULL, NULL, 7), SK_OK);
	assert_int_equal(store_terms_lock(w->s, row, 2, ASSURANCE_NONE,
	    NULL, NULL, 8), SK_ERR_EXISTS);
	assert_int_equal(store_terms_lock(w->s, row, 1, ASSURANCE_NONE,
	    NULL, NULL, 8), SK_ERR_REFUSED);
	assert_int_equal(store_terms_lock(w->s, row, 4, ASSURANCE_NONE,
	    NULL, NULL, 8), SK_ERR_NOINPUT);
	assert_int_equal(store_terms_lock(w->s, row, 0, ASSURANCE_NONE,
	    NULL, NULL, 8), SK_ERR_NOINPUT);
	assert_int_equal(store_terms_locked(w->s, w->a, row, &got), SK_OK);
	assert_int_equal(got.version, 2);
	assert_int_equal(got.assurance, ASSURANCE_SIGNATURE);
	assert_string_equal(got.vouched_by, "a");	/* as added */
	assert_int_equal(store_terms_lock(w->s, row, 3, ASSURANCE_VOUCHED,
	    "ann", "phone", 9), SK_OK);
	assert_int_equal(store_terms_locked(w->s, w->a, row, &got), SK_OK);
	assert_int_equal(got.version, 3);
	assert_string_equal(got.vouched_by, "ann");
	assert_string_equal(got.vouched_how, "phone");
	assert_int_equal(store_terms_newest(w->s, w->a, row, &got), SK_OK);
	assert_int_equal(got.version, 3);
	assert_int_equal(store_terms_add(w->s, 99, &t), SK_ERR_NOINPUT);
}

static void
test_terms_of_other_case(void **state)
{
	struct world *w = *state;
	int64_t one = world_case(w), two = world_case(w);
	struct terms t = sample_terms(), got;

	assert_int_equal(store_terms_add(w->s, one, &t), SK_OK);
	assert_int_equal(store_terms_newest(w->s, w->a, two, &got),
	    SK_ERR_NOINPUT);
	assert_int_equal(store_terms_add(w->s, two, &t), SK_OK);
	assert_int_equal(t.version, 1);
}

static void
test_terms_vouchers_are_people(void **state)
{
	struct world *w = *state;
	int64_t row = world_case(w);
	struct terms t = sample_terms();
	unsigned n;

	assert_int_equal(store_terms_add(w->s, row, &t), SK_OK);
	assert_int_equal(store_terms_vouch(w->s, row, 1, "ann", "phone", "r",
	    1, &n), SK_OK);
	assert_int_equal(n, 1);
	assert_int_equal(store_terms_vouch(w->s, row, 1, "ann", "meeting",
	    "r", 2, &n), SK_OK);
	assert_int_equal(n, 1);
	assert_int_equal(store_terms_vouch(w->s, row, 1, "bob", "phone", "r",
	    3, &n), SK_OK);
	assert_int_equal(n, 2);
	assert_int_equal(store_terms_vouch(w->s, row, 2, "bob", "phone", "r",
	    3, &n), SK_ERR_NOINPUT);
}

static void
test_exclusion_maps(void **state)
{
	struct world *w = *state;
	static const char *const orgs[] = { "x", "y" };
	int64_t row = world_case(w);
	struct terms t = sample_terms(), got;

	assert_int_equal(store_terms_add(w->s, row, &t), SK_OK);
	assert_int_equal(store_exclusion_map(w->s, row, 1, 2, orgs, 2, "ann",
	    "r", 1), SK_ERR_NOINPUT);
	assert_int_equal(store_exclusion_map(w->s, row, 1, 0, orgs, 2, "ann",
	    "r", 1), SK_OK);
	assert_int_equal(store_terms_newest(w->s, w->a, row, &got), SK_OK);
	assert_true(got.exclusions[0].mapped);
	assert_int_equal(got.exclusions[0].norgs, 2);
	assert_string_equal(got.exclusions[0].orgs[1], "y");
	assert_string_equal(got.exclusions[0].words, "not canaryministry");
	assert_int_equal(store_exclusion_map(w->s, row, 1, 0, NULL, 0, "ann",
	    "nobody", 2), SK_OK);
	assert_int_equal(store_terms_newest(w->s, w->a, row, &got), SK_OK);
	assert_true(got.exclusions[0].mapped);
	assert_int_equal(got.exclusions[0].norgs, 0);
	assert_int_equal(got.exclusions[1].norgs, 2);
}

/* ---- items ---- */

static void
test_item(void **state)
{
	struct world *w = *state;
	int64_t row = world_case(w);
	struct item_record i = sample_item(row), got;

	assert_int_equal(store_item_add(w->s, &i), SK_OK);
	assert_int_equal(strlen(i.item.id), 9);
	assert_memory_equal(i.item.id, "I-", 2);
	assert_int_equal(store_item_get(w->s, w->a, i.item.id, &got), SK_OK);
	assert_string_equal(got.item.id, i.item.id);
	assert_int_equal(got.item.case_row, row);
	assert_int_equal(got.item.category, i.item.category);
	assert_int_equal(got.item.confidence, i.item.confidence);
	assert_true(got.item.victim_inferable);
	assert_int_equal(got.item.special, i.item.special);
	assert_true(got.item.has_consent);
	assert_true(got.item.secret);
	assert_string_equal(got.item.secret_parts, i.item.secret_parts);
	assert_int_equal(got.item.tlp, i.item.tlp);
	assert_int_equal(got.item.onward, i.item.onward);
	assert_int_equal(got.item.state, ITEM_DRAFT);
	assert_string_equal(got.item.title, i.item.title);
	assert_string_equal(got.item.lang, "ja");
	assert_int_equal(got.item.terms_version, 2);
	assert_string_equal(got.parts_label, i.parts_label);
	assert_int_equal(got.created, i.created);
	assert_string_equal(got.created_by, i.created_by);
	assert_string_equal(got.consent_mail, i.consent_mail);
	assert_true(sk_span_eq(got.text, i.text));
	assert_memory_equal(got.wrap, i.wrap, VAULT_WRAP);
	assert_int_equal(got.nindicators, 2);
	assert_string_equal(got.indicators[1], "domain:canary.example");
}

static void
test_item_approvals(void **state)
{
	struct world *w = *state;
	const char *id = world_item(w, world_case(w));
	const char *const *who;
	struct item_record i;
	unsigned n;
	size_t count;

	assert_int_equal(store_item_approve(w->s, id, "uid 1", 1, &n), SK_OK);
	assert_int_equal(store_item_approve(w->s, id, "uid 1", 2, &n), SK_OK);
	assert_int_equal(n, 1);
	assert_int_equal(store_item_approve(w->s, id, "uid 2", 3, &n), SK_OK);
	assert_int_equal(n, 2);
	assert_int_equal(store_item_withdraw_approvals(w->s, id), SK_OK);
	assert_int_equal(store_item_get(w->s, w->a, id, &i), SK_OK);
	assert_int_equal(i.item.approvals, 0);
	assert_true(i.item.approvals_void);
	assert_int_equal(store_item_approve(w->s, id, "uid 1", 4, &n), SK_OK);
	assert_int_equal(n, 1);
	assert_int_equal(store_item_get(w->s, w->a, id, &i), SK_OK);
	assert_int_equal(i.item.approvals, 1);
	assert_false(i.item.approvals_void);
	assert_int_equal(store_item_approvers(w->s, w->a, id, &who, &count),
	    SK_OK);
	assert_int_equal(count, 1);
	assert_string_equal(who[0], "uid 1");
	assert_int_equal(store_item_approve(w->s, "I-none", "uid 1", 4, &n),
	    SK_ERR_NOINPUT);
}

static void
test_item_frozen_list_shrinks(void **state)
{
	struct world *w = *state;
	const char *id = world_item(w, world_case(w));
	static const char *const three[] = { "c", "a", "b" };
	static const char *const two[] = { "a", "c" };
	static const char *const swapped[] = { "a", "d" };
	const char *const *got;
	struct item_record i;
	size_t n;

	assert_int_equal(store_item_frozen(w->s, w->a, id, &got, &n),
	    SK_ERR_NOINPUT);
	assert_int_equal(store_item_freeze(w->s, id, three, 3), SK_OK);
	assert_int_equal(store_item_freeze(w->s, id, two, 2), SK_OK);
	assert_int_equal(store_item_freeze(w->s, id, three, 3),
	    SK_ERR_REFUSED);
	assert_int_equal(store_item_freeze(w->s, id, swapped, 2),
	    SK_ERR_REFUSED);
	assert_int_equal(store_item_frozen(w->s, w->a, id, &got, &n), SK_OK);
	assert_int_equal(n, 2);
	assert_string_equal(got[1], "c");
	assert_int_equal(store_item_freeze(w->s, id, NULL, 0), SK_OK);
	assert_int_equal(store_item_freeze(w->s, id, two, 2), SK_ERR_REFUSED);
	assert_int_equal(store_item_get(w->s, w->a, id, &i), SK_OK);
	assert_true(i.item.frozen);
	assert_int_equal(store_item_withdraw_approvals(w->s, id), SK_OK);
	assert_int_equal(store_item_get(w->s, w->a, id, &i), SK_OK);
	assert_false(i.item.frozen);
	assert_int_equal(store_item_freeze(w->s, id, swapped, 2), SK_OK);
}

static void
test_item_states(void **state)
{
	struct world *w = *state;
	const char *id = world_item(w, world_case(w));
	struct item_record i, *list;
	unsigned distinct;
	size_t n;

	assert_int_equal(store_item_state(w->s, id, ITEM_APPROVED, 5, 70),
	    SK_OK);
	assert_int_equal(store_item_state(w->s, id, ITEM_SENT, 6, 80), SK_OK);
	assert_int_equal(store_item_get(w->s, w->a, id, &i), SK_OK);
	assert_int_equal(i.item.state, ITEM_SENT);
	assert_int_equal(i.item.terms_version, 6);
	assert_int_equal(i.approved, 70);
	assert_int_equal(store_item_state(w->s, id, ITEM_WITHDRAWN, 6, 90),
	    SK_OK);
	assert_int_equal(store_item_state(w->s, id, ITEM_APPROVED, 6, 91),
	    SK_ERR_REFUSED);
	assert_int_equal(store_item_approve(w->s, id, "uid 1", 92,
	    &distinct), SK_ERR_REFUSED);
	assert_int_equal(store_item_state(w->s, "I-none", ITEM_SENT, 6, 80),
	    SK_ERR_NOINPUT);
	world_item(w, world_case(w));
	assert_int_equal(store_item_list(w->s, w->a, 0, &list, &n), SK_OK);
	assert_int_equal(n, 2);
	assert_int_equal(store_item_list(w->s, w->a, i.item.case_row, &list,
	    &n), SK_OK);
	assert_int_equal(n, 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_terms), T(test_terms_forward_only),
		T(test_terms_of_other_case), T(test_terms_vouchers_are_people),
		T(test_exclusion_maps), T(test_item), T(test_item_approvals),
		T(test_item_frozen_list_shrinks), T(test_item_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

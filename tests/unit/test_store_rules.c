/* The store's own rules: what is unique, what only moves forward, what is found
 * again and what is refused. */
#include <config.h>

#include "store_world.h"

#include <string.h>

#include <sekisho/limits.h>

#define FPR1 "0123456789ABCDEF0123456789ABCDEF01234567"
#define FPR2 "1123456789ABCDEF0123456789ABCDEF01234567"

/* ---- keys ---- */

static int
put_key(struct world *w, const char *person, int64_t case_row,
    const char *fpr, enum key_state state)
{
	struct key_record k = sample_key(fpr, state);

	k.person = person;
	k.case_row = case_row;
	return store_key_put(w->s, &k);
}

static void
expect_pinned(struct world *w, const char *person, int64_t case_row,
    const char *fpr)
{
	struct key_record k;
	int r = store_key_pinned(w->s, w->a, person, case_row, &k);

	assert_int_equal(r, fpr ? SK_OK : SK_ERR_NOINPUT);
	if (fpr)
		assert_string_equal(k.fpr, fpr);
}

static void
test_key_one_person(void **state)
{
	struct world *w = *state;

	world_person(w, "a", "a@canary.example");
	world_person(w, "b", "b@canary.example");
	assert_int_equal(put_key(w, "a", 0, FPR1, KEY_PINNED), SK_OK);
	assert_int_equal(put_key(w, "b", 0, FPR1, KEY_PINNED), SK_ERR_EXISTS);
	assert_int_equal(put_key(w, "b", 0,
	    "0123456789abcdef0123456789abcdef01234567", KEY_PROPOSED),
	    SK_ERR_EXISTS);
	expect_pinned(w, "b", 0, NULL);
	expect_pinned(w, "a", 0, FPR1);
	/* Once it is retired there, it may go elsewhere. */
	assert_int_equal(put_key(w, "a", 0, FPR1, KEY_RETIRED), SK_OK);
	assert_int_equal(put_key(w, "b", 0, FPR1, KEY_PINNED), SK_OK);
	expect_pinned(w, "b", 0, FPR1);
}

static void
test_key_owner(void **state)
{
	struct world *w = *state;

	assert_int_equal(put_key(w, "nobody", 0, FPR1, KEY_PINNED),
	    SK_ERR_NOINPUT);
	assert_int_equal(put_key(w, NULL, 99, FPR1, KEY_PINNED),
	    SK_ERR_NOINPUT);
	assert_int_equal(put_key(w, NULL, 0, FPR1, KEY_PINNED), SK_ERR_BUG);
	world_person(w, "a", "a@canary.example");
	assert_int_equal(put_key(w, "a", world_case(w), FPR1, KEY_PINNED),
	    SK_ERR_BUG);
}

static void
test_key_pin_retires(void **state)
{
	struct world *w = *state;
	struct key_record *keys;
	size_t n;

	world_person(w, "a", "a@canary.example");
	assert_int_equal(put_key(w, "a", 0, FPR1, KEY_PINNED), SK_OK);
	assert_int_equal(put_key(w, "a", 0, FPR2, KEY_PROPOSED), SK_OK);
	expect_pinned(w, "a", 0, FPR1);
	assert_int_equal(put_key(w, "a", 0, FPR2, KEY_PINNED), SK_OK);
	expect_pinned(w, "a", 0, FPR2);
	assert_int_equal(store_keys(w->s, w->a, "a", 0, &keys, &n), SK_OK);
	assert_int_equal(n, 2);
	assert_int_equal(keys[0].state, KEY_RETIRED);
	assert_int_equal(keys[1].state, KEY_PINNED);
}

/* By an operator's word: still the owner's one key, and unusable; it signs for
 * nobody, no proposal ends that, and a pin does. */
static void
test_key_stopped(void **state)
{
	struct world *w = *state;
	int64_t row = world_case(w);
	struct key_record *keys, got;
	size_t n;

	world_person(w, "a", "a@canary.example");
	world_person(w, "b", "b@canary.example");
	assert_int_equal(put_key(w, "a", 0, FPR1, KEY_STOPPED), SK_OK);
	assert_int_equal(put_key(w, NULL, row, FPR1, KEY_STOPPED), SK_OK);
	assert_int_equal(store_key_pinned(w->s, w->a, "a", 0, &got), SK_OK);
	assert_true(got.facts.stopped);
	assert_string_equal(key_unusable(&got.facts, 1), "key-stopped");
	assert_int_equal(store_keys_of_address(w->s, w->a,
	    "a@canary.example", &keys, &n), SK_OK);
	assert_int_equal(n, 0);
	assert_int_equal(store_keys_of_id(w->s, w->a, "89ABCDEF01234567",
	    &keys, &n), SK_OK);
	assert_int_equal(n, 0);
	assert_int_equal(store_keys_of_fpr(w->s, w->a, FPR1, &keys, &n),
	    SK_OK);
	assert_int_equal(n, 2);
	assert_int_equal(put_key(w, "a", 0, FPR1, KEY_PROPOSED),
	    SK_ERR_EXISTS);
	assert_int_equal(put_key(w, "b", 0, FPR1, KEY_PINNED), SK_ERR_EXISTS);
	assert_int_equal(put_key(w, "a", 0, FPR2, KEY_PINNED), SK_OK);
	expect_pinned(w, "a", 0, FPR2);
	assert_int_equal(put_key(w, NULL, row, FPR1, KEY_PINNED), SK_OK);
	assert_int_equal(store_key_pinned(w->s, w->a, NULL, row, &got),
	    SK_OK);
	assert_false(got.facts.stopped);
	/* what is known of a row changes, and it stays what it is */
	got.state = KEY_RETIRED;
	got.facts.revoked = true;
	assert_int_equal(store_key_change(w->s, &got), SK_OK);
	expect_pinned(w, NULL, row, NULL);
	got.fpr = FPR2;
	assert_int_equal(store_key_change(w->s, &got), SK_ERR_NOINPUT);
}

/* L16: an attached key cannot replace or change the pinned one. */
static void
test_key_proposal_is_harmless(void **state)
{
	struct world *w = *state;
	int64_t row = world_case(w);
	struct key_record k = sample_key(FPR1, KEY_PROPOSED), got;

	assert_int_equal(put_key(w, NULL, row, FPR1, KEY_PINNED), SK_OK);
	k.case_row = row;
	k.facts.block = sk_span_of("hostile", 7);
	assert_int_equal(store_key_put(w->s, &k), SK_ERR_EXISTS);
	assert_int_equal(store_key_pinned(w->s, w->a, NULL, row, &got),
	    SK_OK);
	assert_true(sk_span_is(got.facts.block, "canaryblock"));
}

static void
test_keys_of_address(void **state)
{
	struct world *w = *state;
	int64_t row = world_case(w);
	struct case_record c;
	struct person p;
	struct key_record *keys;
	size_t n;

	world_person(w, "a", "Sato@Canary.example");
	assert_int_equal(put_key(w, "a", 0, FPR1, KEY_PINNED), SK_OK);
	assert_int_equal(put_key(w, NULL, row, FPR2, KEY_PROPOSED), SK_OK);
	assert_int_equal(store_keys_of_address(w->s, w->a,
	    "sato@canary.example", &keys, &n), SK_OK);
	assert_int_equal(n, 1);
	assert_string_equal(keys[0].fpr, FPR1);
	assert_int_equal(put_key(w, NULL, row, FPR2, KEY_PINNED), SK_OK);
	assert_int_equal(store_keys_of_address(w->s, w->a,
	    "SATO@canary.example", &keys, &n), SK_OK);
	assert_int_equal(n, 2);
	/* A person who left speaks no more; a case that moved, neither. */
	p = sample_person("a", "canaryorg", "sato@canary.example");
	p.active = false;
	assert_int_equal(store_person_put(w->s, &p, 2), SK_OK);
	assert_int_equal(store_case_get(w->s, w->a, row, &c), SK_OK);
	c.originator = "moved@canary.example";
	assert_int_equal(store_case_update(w->s, &c), SK_OK);
	assert_int_equal(store_keys_of_address(w->s, w->a,
	    "sato@canary.example", &keys, &n), SK_OK);
	assert_int_equal(n, 0);
	assert_int_equal(store_keys_of_address(w->s, w->a,
	    "moved@canary.example", &keys, &n), SK_OK);
	assert_int_equal(n, 1);
}

/* ---- roster ---- */

static void
test_person_address_is_one(void **state)
{
	struct world *w = *state;
	struct person p = sample_person("b", "canaryorg", "A@canary.example");
	struct person got;

	world_person(w, "a", "a@canary.example");
	assert_int_equal(store_person_put(w->s, &p, 1), SK_ERR_EXISTS);
	assert_int_equal(store_person_get(w->s, w->a, "b", &got),
	    SK_ERR_NOINPUT);
	p.active = false;
	assert_int_equal(store_person_put(w->s, &p, 1), SK_OK);
	p.org = "unknown";
	assert_int_equal(store_person_put(w->s, &p, 1), SK_ERR_NOINPUT);
}

/* ---- terms ---- */

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

/* ---- copies ---- */

/* Only a copy that is READY or HANDING has a hash that the guard finds. */
static void
test_copy_by_hash(void **state)
{
	struct world *w = *state;
	const unsigned char hash[SK_HASH] = { 1, 2, [31] = 3 };
	const unsigned char other[SK_HASH] = { 1, 2, [31] = 4 };
	int64_t row = world_copy(w, world_case(w));
	struct copy_record c;

	assert_int_equal(store_copy_by_hash(w->s, w->a, hash, &c),
	    SK_ERR_NOINPUT);
	store_copy_sealed(w->s, row, NULL, NULL, 0, sk_span_str("x"), hash);
	assert_int_equal(store_copy_by_hash(w->s, w->a, hash, &c), SK_OK);
	assert_int_equal(c.state, COPY_READY);
	assert_int_equal(store_copy_by_hash(w->s, w->a, other, &c),
	    SK_ERR_NOINPUT);
	store_copy_state(w->s, row, COPY_HANDING, "", 0);
	assert_int_equal(store_copy_by_hash(w->s, w->a, hash, &c), SK_OK);
	assert_int_equal(c.state, COPY_HANDING);
	assert_int_equal(c.row, row);
	assert_string_equal(c.address, "member@canary.example");
	store_copy_handed(w->s, row, "Q", "250", 1);
	assert_int_equal(store_copy_by_hash(w->s, w->a, hash, &c),
	    SK_ERR_NOINPUT);
}

static const unsigned char hash[SK_HASH] = { 9 };

static int
seal(struct world *w, int64_t row, const char *bytes)
{
	return store_copy_sealed(w->s, row, NULL, NULL, 0,
	    sk_span_str(bytes), hash);
}

/* A new copy, brought into a state the way it gets there in life. */
static int64_t
copy_in(struct world *w, int64_t case_row, enum copy_state st)
{
	int64_t row = world_copy(w, case_row);

	if (st == COPY_TO_SEAL)
		return row;
	if (st == COPY_HELD || st == COPY_DROPPED || st == COPY_MARKED) {
		assert_int_equal(store_copy_state(w->s, row, st, "why", 0),
		    SK_OK);
		return row;
	}
	assert_int_equal(seal(w, row, "bytes"), SK_OK);
	if (st == COPY_READY)
		return row;
	assert_int_equal(store_copy_state(w->s, row, COPY_HANDING, "", 0),
	    SK_OK);
	if (st == COPY_SENT || st == COPY_BOUNCED)
		assert_int_equal(store_copy_handed(w->s, row, "Q", "250", 1),
		    SK_OK);
	if (st == COPY_BOUNCED)
		assert_int_equal(store_copy_returned(w->s, row, true,
		    "bounced"), SK_OK);
	return row;
}

static void
test_copy_moves(void **state)
{
	static const char *const allowed[] = {	/* row: from, column: to */
		[COPY_TO_SEAL] = "y...yyy.", [COPY_READY] = ".yy.yyy.",
		[COPY_HANDING] = ".y..yy..", [COPY_SENT] = "........",
		[COPY_HELD] = "y...yyy.", [COPY_DROPPED] = "....yyy.",
		[COPY_MARKED] = "....yyy.", [COPY_BOUNCED] = "y.....y.",
	};
	struct world *w = *state;
	int64_t case_row = world_case(w);
	struct copy_record got;

	for (int from = 0; from <= COPY_BOUNCED; from++)
		for (int to = 0; to <= COPY_BOUNCED; to++) {
			int64_t row = copy_in(w, case_row,
			    (enum copy_state)from);
			bool may = allowed[from][to] == 'y';

			assert_int_equal(store_copy_state(w->s, row,
			    (enum copy_state)to, "r", 3),
			    may ? SK_OK : SK_ERR_BUG);
			assert_int_equal(store_copy_get(w->s, w->a, row,
			    &got), SK_OK);
			assert_int_equal(got.state, may ? to : from);
		}
}

static void
test_copy_begins(void **state)
{
	struct world *w = *state;
	struct copy_record c = sample_copy(world_case(w));

	for (int st = 0; st <= COPY_BOUNCED; st++) {
		bool may = st == COPY_TO_SEAL || st == COPY_HELD;

		c.state = (enum copy_state)st;
		assert_int_equal(store_copy_add(w->s, &c), may ? SK_OK :
		    SK_ERR_BUG);
	}
	c.state = COPY_TO_SEAL;
	c.case_row = 99;
	assert_int_equal(store_copy_add(w->s, &c), SK_ERR_NOINPUT);
}

static void
expect_bytes(struct world *w, int64_t row, const char *bytes)
{
	struct sk_span m;
	int r = store_copy_message(w->s, w->a, row, &m);

	assert_int_equal(r, bytes ? SK_OK : SK_ERR_NOINPUT);
	if (bytes)
		assert_true(sk_span_is(m, bytes));
}

/* Proved bytes change only by sealing anew, after a release. */
static void
test_copy_bytes_stay(void **state)
{
	struct world *w = *state;
	int64_t case_row = world_case(w), row;

	for (int st = 0; st <= COPY_BOUNCED; st++) {
		row = copy_in(w, case_row, (enum copy_state)st);
		if (st == COPY_TO_SEAL)
			continue;
		assert_int_equal(seal(w, row, "other"), SK_ERR_BUG);
		if (st == COPY_READY || st == COPY_HANDING ||
		    st == COPY_SENT || st == COPY_BOUNCED)
			expect_bytes(w, row, "bytes");
	}
	row = copy_in(w, case_row, COPY_READY);
	assert_int_equal(store_copy_state(w->s, row, COPY_HELD, "key", 0),
	    SK_OK);
	expect_bytes(w, row, "bytes");
	assert_int_equal(store_copy_state(w->s, row, COPY_TO_SEAL, "", 0),
	    SK_OK);
	expect_bytes(w, row, NULL);
	assert_int_equal(seal(w, row, "anew"), SK_OK);
	expect_bytes(w, row, "anew");
}

static void
test_copy_handed_once(void **state)
{
	struct world *w = *state;
	int64_t case_row = world_case(w);

	for (int st = 0; st <= COPY_BOUNCED; st++) {
		int64_t row = copy_in(w, case_row, (enum copy_state)st);

		assert_int_equal(store_copy_handed(w->s, row, "Q", "250", 5),
		    st == COPY_HANDING ? SK_OK : SK_ERR_BUG);
		if (st == COPY_SENT)
			assert_int_equal(store_copy_tried(w->s, row, "", 5),
			    SK_ERR_BUG);
	}
	assert_int_equal(store_copy_handed(w->s, 999, "Q", "250", 5),
	    SK_ERR_NOINPUT);
}

/* What may have left stays known as that, whatever it becomes. */
static void
test_copy_left(void **state)
{
	struct world *w = *state;
	int64_t row = copy_in(w, world_case(w), COPY_READY);
	struct copy_record got;

	assert_int_equal(store_copy_get(w->s, w->a, row, &got), SK_OK);
	assert_int_equal(got.sent, 0);
	assert_int_equal(store_copy_left(w->s, row, 77), SK_OK);
	assert_int_equal(store_copy_state(w->s, row, COPY_HELD, "x", 0),
	    SK_OK);
	assert_int_equal(store_copy_state(w->s, row, COPY_TO_SEAL, "", 0),
	    SK_OK);
	assert_int_equal(seal(w, row, "anew"), SK_OK);
	assert_int_equal(store_copy_state(w->s, row, COPY_DROPPED, "x", 0),
	    SK_OK);
	assert_int_equal(store_copy_get(w->s, w->a, row, &got), SK_OK);
	assert_int_equal(got.sent, 77);
	assert_int_equal(store_copy_left(w->s, 999, 5), SK_ERR_NOINPUT);
}

static void
test_copy_due(void **state)
{
	struct world *w = *state;
	int64_t c = world_case(w), rows[9];
	int64_t one = copy_in(w, c, COPY_READY);
	int64_t two = copy_in(w, c, COPY_READY);
	int64_t three = copy_in(w, c, COPY_READY);
	size_t n;

	copy_in(w, c, COPY_SENT);
	assert_int_equal(store_copy_state(w->s, one, COPY_READY, "later",
	    100), SK_OK);
	assert_int_equal(store_copy_due(w->s, COPY_READY, 99, rows, 9, &n),
	    SK_OK);
	assert_int_equal(n, 2);
	assert_int_equal(rows[0], two);
	assert_int_equal(rows[1], three);
	assert_int_equal(store_copy_due(w->s, COPY_READY, 100, rows, 2, &n),
	    SK_OK);
	assert_int_equal(n, 2);
	assert_int_equal(store_copy_due(w->s, COPY_READY, 100, rows, 9, &n),
	    SK_OK);
	assert_int_equal(n, 3);
	assert_int_equal(rows[2], one);
	assert_int_equal(store_copy_due(w->s, COPY_SENT, INT64_MAX, rows, 9,
	    &n), SK_OK);
	assert_int_equal(n, 0);
}

static size_t
listed(struct world *w, int state, int64_t digest, int64_t case_row)
{
	struct copy_record *list;
	size_t n;

	assert_int_equal(store_copy_list(w->s, w->a, state, digest, case_row,
	    100, &list, &n), SK_OK);
	for (size_t i = 1; i < n; i++)
		assert_true(list[i].row < list[i - 1].row);
	return n;
}

static void
test_copy_lists(void **state)
{
	struct world *w = *state;
	int64_t one = world_case(w), two = world_case(w);
	struct digest_record d = { .by = "ann" };
	struct copy_record c = sample_copy(0), *list;
	size_t n;

	assert_int_equal(store_digest_add(w->s, &d), SK_OK);
	c.digest = d.row;
	assert_int_equal(store_copy_add(w->s, &c), SK_OK);
	c.case_row = two;
	assert_int_equal(store_copy_add(w->s, &c), SK_OK);
	copy_in(w, one, COPY_READY);
	copy_in(w, one, COPY_SENT);
	copy_in(w, two, COPY_READY);
	assert_int_equal(listed(w, -1, 0, 0), 5);
	assert_int_equal(listed(w, COPY_READY, 0, 0), 2);
	assert_int_equal(listed(w, -1, 0, one), 2);
	assert_int_equal(listed(w, COPY_SENT, 0, one), 1);
	assert_int_equal(listed(w, -1, d.row, 0), 2);
	assert_int_equal(listed(w, COPY_HELD, d.row, 0), 0);
	assert_int_equal(listed(w, COPY_TO_SEAL, d.row, two), 1);
	assert_int_equal(store_copy_list(w->s, w->a, -1, 0, 0, 3, &list, &n),
	    SK_OK);
	assert_int_equal(n, 3);
}

/* ---- tokens, repeats, numbers ---- */

static void
test_tokens(void **state)
{
	struct world *w = *state;
	struct token_record t = { .address = "a@b.example", .question = 1 };
	struct token_record got;

	t.case_row = world_case(w);
	assert_int_equal(store_token_add(w->s, "one", &t), SK_OK);
	assert_int_equal(store_token_add(w->s, "one", &t), SK_ERR_EXISTS);
	assert_int_equal(store_token_add(w->s, "two", &t), SK_OK);
	t.question = 2;
	assert_int_equal(store_token_add(w->s, "three", &t), SK_OK);
	assert_int_equal(store_token_use(w->s, t.case_row, 1), SK_OK);
	assert_int_equal(store_token_find(w->s, w->a, "one", &got), SK_OK);
	assert_true(got.used);
	assert_int_equal(store_token_find(w->s, w->a, "two", &got), SK_OK);
	assert_true(got.used);
	assert_int_equal(store_token_find(w->s, w->a, "three", &got), SK_OK);
	assert_false(got.used);
	t.case_row = 99;
	assert_int_equal(store_token_add(w->s, "four", &t), SK_ERR_NOINPUT);
}

static int64_t
repeat_of(struct world *w, const struct mail_record *m, int64_t *case_row)
{
	int64_t row = -1;

	assert_int_equal(store_mail_repeat_raw(w->s, m, &row, case_row),
	    SK_OK);
	return row;
}

static void
test_repeat_raw(void **state)
{
	struct world *w = *state;
	static const char *const turned[] = { "CSC-info@council.example",
		"csc-anken@council.example" };
	struct mail_record first = sample_mail(), m = sample_mail(), last;
	int64_t case_row;

	assert_int_equal(store_mail_add(w->s, &first), SK_OK);
	assert_int_equal(store_mail_add(w->s, &m), SK_OK);
	assert_int_equal(repeat_of(w, &m, &case_row), 0);	/* unread */
	first.case_row = world_case(w);
	assert_int_equal(store_mail_filed(w->s, &first), SK_OK);
	assert_int_equal(repeat_of(w, &first, &case_row), 0);	/* itself */
	assert_int_equal(repeat_of(w, &m, &case_row), first.row);
	assert_int_equal(case_row, first.case_row);
	/* the newest of a kind */
	last = m;
	assert_int_equal(store_mail_filed(w->s, &last), SK_OK);
	m = sample_mail();
	assert_int_equal(store_mail_add(w->s, &m), SK_OK);
	assert_int_equal(repeat_of(w, &m, &case_row), last.row);
	first = last;
	m.rcpts = turned;
	m.sender = "hanako@canary.example";
	assert_int_equal(repeat_of(w, &m, &case_row), first.row);
	m.nrcpts = 1;
	assert_int_equal(repeat_of(w, &m, &case_row), 0);
	m = sample_mail();
	m.sender = "other@canary.example";
	assert_int_equal(repeat_of(w, &m, &case_row), 0);
	m = sample_mail();
	m.raw_hash[31] ^= 1;
	assert_int_equal(repeat_of(w, &m, &case_row), 0);
}

static void
test_repeat_content(void **state)
{
	struct world *w = *state;
	struct mail_record first = sample_mail(), m = sample_mail();
	int64_t row, case_row;

	assert_int_equal(store_mail_add(w->s, &first), SK_OK);
	first.case_row = world_case(w);
	assert_int_equal(store_mail_filed(w->s, &first), SK_OK);
	m.raw_hash[0] ^= 1;
	m.sender = "bounce+7@list.example";
	assert_int_equal(store_mail_add(w->s, &m), SK_OK);
	assert_int_equal(store_mail_repeat_content(w->s, &m, first.received,
	    &row, &case_row), SK_OK);
	assert_int_equal(row, first.row);
	assert_int_equal(case_row, first.case_row);
	assert_int_equal(store_mail_repeat_content(w->s, &m,
	    first.received + 1, &row, &case_row), SK_OK);
	assert_int_equal(row, 0);
	memset(m.content_id, 0, SK_HASH);	/* not read: no repeat */
	assert_int_equal(store_mail_repeat_content(w->s, &m, 0, &row,
	    &case_row), SK_OK);
	assert_int_equal(row, 0);
}

static void
test_mail_pending(void **state)
{
	struct world *w = *state;
	struct mail_record m[4];
	int64_t rows[4];
	size_t n;

	for (size_t i = 0; i < 4; i++) {
		m[i] = sample_mail();
		assert_int_equal(store_mail_add(w->s, &m[i]), SK_OK);
	}
	assert_int_equal(store_mail_filed(w->s, &m[1]), SK_OK);
	assert_int_equal(store_mail_pending(w->s, 0, rows, 2, &n), SK_OK);
	assert_int_equal(n, 2);
	assert_int_equal(rows[0], m[0].row);
	assert_int_equal(rows[1], m[2].row);
	assert_int_equal(store_mail_pending(w->s, rows[1], rows, 4, &n),
	    SK_OK);
	assert_int_equal(n, 1);
	assert_int_equal(rows[0], m[3].row);
	m[0].case_row = 99;
	assert_int_equal(store_mail_filed(w->s, &m[0]), SK_ERR_NOINPUT);
}

/* Filed with a case, not yet under its key: what a start goes on with. */
static void
test_mail_unwrapped(void **state)
{
	struct world *w = *state;
	struct case_record c = sample_case();
	struct mail_record m[3];
	int64_t rows[4];
	size_t n;

	assert_int_equal(store_case_open(w->s, &c), SK_OK);
	for (size_t i = 0; i < 3; i++) {
		m[i] = sample_mail();
		assert_int_equal(store_mail_add(w->s, &m[i]), SK_OK);
		m[i].case_row = i < 2 ? c.row : 0;
		m[i].by_case = i == 1;
	}
	assert_int_equal(store_mail_unwrapped(w->s, 0, rows, 4, &n), SK_OK);
	assert_int_equal(n, 0);		/* nothing is filed yet */
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(store_mail_filed(w->s, &m[i]), SK_OK);
	assert_int_equal(store_mail_unwrapped(w->s, 0, rows, 4, &n), SK_OK);
	assert_int_equal(n, 1);
	assert_int_equal(rows[0], m[0].row);
	m[0].by_case = true;
	assert_int_equal(store_mail_filed(w->s, &m[0]), SK_OK);
	assert_int_equal(store_mail_unwrapped(w->s, 0, rows, 4, &n), SK_OK);
	assert_int_equal(n, 0);
}

static void
test_case_numbers(void **state)
{
	struct world *w = *state;
	static const char *const bad[] = { "2026-1", "2026-00001", "26-0001",
		"2026-0001 ", "2026-0009", "2026-", "", "2026-000a",
		"2026-99999999999999999999", "' OR 1=1 --" };
	struct case_record c, got, *list;
	size_t n;

	for (int i = 0; i < 3; i++) {
		c = sample_case();
		c.year = i == 1 ? 2027 : 2026;
		c.state = i == 0 ? CASE_REJECTED : CASE_RECEIVED;
		assert_int_equal(store_case_open(w->s, &c), SK_OK);
	}
	assert_string_equal(c.number, "2026-0002");
	assert_int_equal(store_case_find(w->s, w->a, "2027-0001", &got),
	    SK_OK);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(store_case_find(w->s, w->a, bad[i], &got),
		    SK_ERR_NOINPUT);
	assert_int_equal(store_case_list(w->s, w->a, true, 9, &list, &n),
	    SK_OK);
	assert_int_equal(n, 2);
	assert_string_equal(list[0].number, "2026-0002");
	c.state = CASE_WITHDRAWN;
	assert_int_equal(store_case_update(w->s, &c), SK_OK);
	assert_int_equal(store_case_list(w->s, w->a, true, 9, &list, &n),
	    SK_OK);
	assert_int_equal(n, 1);
	assert_int_equal(store_case_list(w->s, w->a, false, 2, &list, &n),
	    SK_OK);
	assert_int_equal(n, 2);
	c.row = 99;
	assert_int_equal(store_case_update(w->s, &c), SK_ERR_NOINPUT);
}

/* ---- restraint ---- */

static void
expect_counts(struct world *w, const char *address, int64_t now,
    unsigned day, unsigned domain, unsigned all, unsigned notices)
{
	struct auto_counts n;

	assert_int_equal(store_auto_counts(w->s, address, AUTH_NONE, now,
	    &n), SK_OK);
	assert_int_equal(n.address_day, day);
	assert_int_equal(n.domain_hour, domain);
	assert_int_equal(n.all_hour, all);
	assert_int_equal(n.notices_hour, notices);
}

static void
test_auto(void **state)
{
	struct world *w = *state;
	int64_t t = 1790000000;

	store_auto_add(w->s, "A@mail.canary.example", AUTH_NONE, t);
	store_auto_add(w->s, "b@canary.example", AUTH_NONE, t);
	store_auto_add(w->s, "c@other.example", AUTH_NONE, t);
	store_auto_add(w->s, "a@mail.canary.example", AUTH_PASS, t);
	store_auto_add(w->s, NULL, AUTH_NONE, t);
	expect_counts(w, "a@mail.canary.example", t, 1, 2, 3, 1);
	expect_counts(w, "new@canary.example", t, 0, 2, 3, 1);
	expect_counts(w, "a@mail.canary.example", t + 3599, 1, 2, 3, 1);
	expect_counts(w, "a@mail.canary.example", t + 3600, 1, 0, 0, 0);
	expect_counts(w, "a@mail.canary.example", t + 86400, 0, 0, 0, 0);
	/* Old rows go with the next one. */
	store_auto_add(w->s, "z@z.example", AUTH_NONE, t + 2 * 86400 + 1);
	expect_counts(w, "a@mail.canary.example", t, 0, 0, 1, 0);
}

static void
test_auto_stops_counting(void **state)
{
	struct world *w = *state;
	struct auto_counts n;

	for (int i = 0; i < LIMIT_AUTO_COUNT + 5; i++)
		assert_int_equal(store_auto_add(w->s, "a@b.example",
		    AUTH_PASS, 5), SK_OK);
	assert_int_equal(store_auto_counts(w->s, "a@b.example", AUTH_PASS, 5,
	    &n), SK_OK);
	assert_int_equal(n.all_hour, LIMIT_AUTO_COUNT);
}

/* What could not be opened counts by address and by domain, and by what is
 * known of the sender: a forged From fills no other's count. */
static void
test_failures(void **state)
{
	struct world *w = *state;
	unsigned n, domain;

	for (int i = 0; i < 3; i++)
		assert_int_equal(store_failure_add(w->s, i ? "a@b.example" :
		    "c@sub.b.example", AUTH_PASS, 1000), SK_OK);
	assert_int_equal(store_failures_day(w->s, "A@b.example", AUTH_PASS,
	    1001, &n, &domain), SK_OK);
	assert_int_equal(n, 2);
	assert_int_equal(domain, 3);
	assert_int_equal(store_failures_day(w->s, "x@b.example", AUTH_PASS,
	    1001, &n, &domain), SK_OK);
	assert_int_equal(n, 0);
	assert_int_equal(domain, 3);
	assert_int_equal(store_failures_day(w->s, "a@b.example", AUTH_NONE,
	    1001, &n, &domain), SK_OK);
	assert_int_equal(n + domain, 0);
	assert_int_equal(store_failures_day(w->s, "a@b.example", AUTH_PASS,
	    1001 + 86400, &n, &domain), SK_OK);
	assert_int_equal(n + domain, 0);
}

/* ---- hostile strings ---- */

static void
test_injection(void **state)
{
	struct world *w = *state;
	static const char *const words[] = { "'); DROP TABLE cases; --",
		"\" OR \"\"=\"", "%_%", "a\\'b", "NULL", "?1", ":x",
		"\xef\xbb\xbfx", "x\ny\r\n\tz", "\xf0\x9f\x98\x80" };
	struct case_record c = sample_case(), got;
	struct person p;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		c.originator_name = c.last_subject = c.note = words[i];
		assert_int_equal(store_case_open(w->s, &c), SK_OK);
		assert_int_equal(store_case_get(w->s, w->a, c.row, &got),
		    SK_OK);
		assert_string_equal(got.originator_name, words[i]);
		assert_string_equal(got.last_subject, words[i]);
		assert_int_equal(store_person_by_address(w->s, w->a, words[i],
		    &p), SK_ERR_NOINPUT);
		assert_int_equal(store_meta_set(w->s, words[i], words[i]),
		    SK_OK);
		assert_int_equal(store_audit(w->s, 1, words[i], words[i],
		    words[i], words[i]), SK_OK);
	}
}

/* What could not be read again is not written. */
static void
test_bad_utf8(void **state)
{
	struct world *w = *state;
	static const char *const words[] = { "\xff", "\xed\xa0\x80",
		"\xc0\x80", "cut \xe3\x81" };
	struct case_record c = sample_case(), *list;
	size_t n;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		c.last_subject = words[i];
		assert_int_equal(store_case_open(w->s, &c), SK_ERR_DATA);
		assert_int_equal(store_meta_set(w->s, words[i], "v"),
		    SK_ERR_DATA);
		assert_int_equal(store_meta_set(w->s, "v", words[i]),
		    SK_ERR_DATA);
	}
	assert_int_equal(store_case_list(w->s, w->a, false, 9, &list, &n),
	    SK_OK);
	assert_int_equal(n, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_copy_by_hash),
		T(test_key_one_person), T(test_key_owner),
		T(test_key_pin_retires), T(test_key_stopped), T(test_key_proposal_is_harmless),
		T(test_keys_of_address), T(test_person_address_is_one),
		T(test_terms_forward_only), T(test_terms_of_other_case),
		T(test_terms_vouchers_are_people), T(test_exclusion_maps),
		T(test_item_approvals), T(test_item_frozen_list_shrinks),
		T(test_item_states), T(test_copy_moves), T(test_copy_begins),
		T(test_copy_left),
		T(test_copy_bytes_stay), T(test_copy_handed_once),
		T(test_copy_due), T(test_copy_lists), T(test_tokens),
		T(test_repeat_raw), T(test_repeat_content),
		T(test_mail_pending), T(test_mail_unwrapped),
		T(test_case_numbers), T(test_auto), T(test_failures),
		T(test_auto_stops_counting), T(test_injection),
		T(test_bad_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

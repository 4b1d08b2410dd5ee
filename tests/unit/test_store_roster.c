/* People, their organisations and their keys: records that read back complete,
 * what is unique, and which key counts. */
#include <config.h>

#include <sekisho/store_beside.h>

#include "store_world.h"

#define FPR1 "0123456789ABCDEF0123456789ABCDEF01234567"
#define FPR2 "1123456789ABCDEF0123456789ABCDEF01234567"
#define FPR3 "2123456789ABCDEF0123456789ABCDEF01234567"
#define FPR4 "3123456789ABCDEF0123456789ABCDEF01234567"

/* ---- roster ---- */

static void
test_roster(void **state)
{
	struct world *w = *state;
	struct org o = sample_org("canaryorg"), oo = sample_org("b"), og;
	struct person p = sample_person("canaryperson", "canaryorg",
	    "Member@canary.example"), g;

	assert_int_equal(store_org_put(w->s, &oo, 1), SK_OK);
	assert_int_equal(store_org_put(w->s, &o, 1), SK_OK);
	o.name = "changed";
	assert_int_equal(store_org_put(w->s, &o, 2), SK_OK);
	assert_int_equal(store_org_get(w->s, w->a, "canaryorg", &og), SK_OK);
	assert_string_equal(og.id, o.id);
	assert_string_equal(og.name, "changed");
	assert_int_equal(og.class, o.class);
	assert_int_equal(og.kind, o.kind);
	assert_int_equal(og.state, o.state);
	assert_true(og.foreign_capital);
	assert_true(og.receive_secret);
	assert_string_equal(og.tf_approval, o.tf_approval);
	assert_string_equal(og.competent_for, o.competent_for);
	assert_string_equal(og.supervises, o.supervises);
	assert_string_equal(og.approval, o.approval);
	assert_int_equal(store_person_put(w->s, &p, 1), SK_OK);
	assert_int_equal(store_person_by_address(w->s, w->a,
	    "mEMBER@CANARY.example", &g), SK_OK);
	assert_string_equal(g.id, p.id);
	assert_string_equal(g.org, p.org);
	assert_string_equal(g.name, p.name);
	assert_string_equal(g.address, p.address);
	assert_int_equal(g.roles, p.roles);
	assert_true(g.account);
	assert_true(g.active);
	assert_string_equal(g.language, p.language);
	assert_int_equal(g.scheme, p.scheme);
	assert_true(g.address_personal);
	assert_int_equal(g.applied, p.applied);
	assert_int_equal(g.due, p.due);
	assert_int_equal(g.removed, p.removed);
	assert_int_equal(g.acknowledged, p.acknowledged);
	assert_string_equal(g.doubt, p.doubt);
	assert_null(g.fpr);
	assert_string_equal(g.key_state, "no-key");
}

/* Of an organisation with its people, and of one person. */
static void
test_history(void **state)
{
	struct world *w = *state;
	struct roster_event class = { .time = 9, .date = 7, .what = "class",
		.from = "CLASS2", .to = "CLASS1", .reference = "委員会 4",
		.reason = "希望", .who = "canaryoperator" };
	struct roster_event gone = { .time = 10, .date = 10,
		.person = "canaryperson", .what = "removed" }, *got;
	size_t n;

	world_person(w, "canaryperson", "p@canary.example");
	assert_int_equal(store_roster_event(w->s, "canaryorg", &class), SK_OK);
	assert_int_equal(store_roster_event(w->s, "canaryorg", &gone), SK_OK);
	assert_int_equal(store_roster_event(w->s, "nobody", &class),
	    SK_ERR_NOINPUT);
	assert_int_equal(store_roster_events(w->s, w->a, "canaryorg", NULL,
	    &got, &n), SK_OK);
	assert_int_equal(n, 2);
	assert_int_equal(got[0].time, 9);
	assert_int_equal(got[0].date, 7);
	assert_null(got[0].person);
	assert_string_equal(got[0].what, "class");
	assert_string_equal(got[0].from, "CLASS2");
	assert_string_equal(got[0].to, "CLASS1");
	assert_string_equal(got[0].reference, "委員会 4");
	assert_string_equal(got[0].reason, "希望");
	assert_string_equal(got[0].who, "canaryoperator");
	assert_int_equal(store_roster_events(w->s, w->a, NULL, "canaryperson",
	    &got, &n), SK_OK);
	assert_int_equal(n, 1);
	assert_string_equal(got[0].what, "removed");
	assert_null(got[0].reference);
}

static void
test_roster_whole(void **state)
{
	struct world *w = *state;
	struct key_record k = sample_key(
	    "0123456789ABCDEF0123456789ABCDEF01234567", KEY_PINNED);
	struct person gone = sample_person("aa", "canaryorg",
	    "aa@canary.example");
	struct roster_known all;

	world_person(w, "cc", "cc@canary.example");
	world_person(w, "bb", "bb@canary.example");
	gone.active = false;
	assert_int_equal(store_person_put(w->s, &gone, 1), SK_OK);
	k.person = "cc";
	assert_int_equal(store_key_put(w->s, &k), SK_OK);
	assert_int_equal(store_roster(w->s, w->a, true, &all), SK_OK);
	assert_int_equal(all.norgs, 1);
	assert_int_equal(all.npersons, 2);
	assert_string_equal(all.persons[0].id, "bb");
	assert_string_equal(all.persons[1].id, "cc");
	assert_string_equal(all.persons[1].fpr, k.fpr);
	assert_string_equal(all.persons[1].key_state, "");
	assert_int_equal(store_roster(w->s, w->a, false, &all), SK_OK);
	assert_int_equal(all.npersons, 3);
	assert_string_equal(all.persons[0].id, "aa");
	assert_false(all.persons[0].active);
}

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

/* ---- keys ---- */

static void
test_key(void **state)
{
	struct world *w = *state;
	struct key_record k = sample_key(
	    "0123456789ABCDEF0123456789ABCDEF01234567", KEY_PINNED), got;

	world_person(w, "canaryperson", "p@canary.example");
	k.person = "canaryperson";
	assert_int_equal(store_key_put(w->s, &k), SK_OK);
	assert_int_equal(store_key_pinned(w->s, w->a, "canaryperson", 0,
	    &got), SK_OK);
	assert_string_equal(got.fpr, k.fpr);
	assert_int_equal(got.state, KEY_PINNED);
	assert_string_equal(got.person, k.person);
	assert_int_equal(got.case_row, 0);
	assert_string_equal(got.origin, k.origin);
	assert_string_equal(got.approved_by, k.approved_by);
	assert_int_equal(got.created, k.created);
	assert_string_equal(got.facts.fpr, k.fpr);
	assert_string_equal(got.facts.algorithm, "ed25519");
	assert_int_equal(got.facts.nsubkeys, 1);
	assert_true(got.facts.subkeys[0].can_encrypt);
	assert_string_equal(got.facts.addresses[0], "sato@canary.example");
	assert_true(sk_span_eq(got.facts.block, k.facts.block));
}

/* Keys end with a membership; the record stays. */
static void
test_key_retire(void **state)
{
	struct world *w = *state;
	struct key_record k = sample_key(
	    "0123456789ABCDEF0123456789ABCDEF01234567", KEY_PINNED), *got;
	uint64_t before;
	size_t n;

	world_person(w, "canaryperson", "p@canary.example");
	k.person = "canaryperson";
	assert_int_equal(store_key_put(w->s, &k), SK_OK);
	before = store_rules_generation(w->s);
	assert_int_equal(store_key_retire(w->s, "canaryperson"), SK_OK);
	assert_true(store_rules_generation(w->s) > before);
	assert_int_equal(store_keys(w->s, w->a, "canaryperson", 0, &got, &n),
	    SK_OK);
	assert_int_equal(n, 1);
	assert_int_equal(got[0].state, KEY_RETIRED);
}

static int
put_key(struct world *w, const char *person, int64_t case_row,
    const char *fpr, enum key_state state)
{
	struct key_record k = sample_key(fpr, state);

	k.person = person;
	k.case_row = case_row;
	return store_key_put(w->s, &k);
}

static int
put_sealer(struct world *w, const char *person, const char *fpr,
    enum key_state state)
{
	struct key_record k = sample_signer(fpr, state);

	k.person = person;
	k.case_row = 0;
	k.facts.usage = KEY_MAY_ENCRYPT | KEY_MAY_MAIL;
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

static bool
is_stopped(struct world *w, const struct key_record *k)
{
	bool stopped;

	assert_int_equal(store_key_is_stopped(w->s, &k->facts, &stopped),
	    SK_OK);
	return stopped;
}

/* A stop is of the key pair, whoever has it in whichever certificate, and
 * whatever becomes of the rows; only lifting it ends it. */
static void
test_stop_of_a_pair(void **state)
{
	struct world *w = *state;
	struct key_record k = sample_signer(FPR1, KEY_PINNED), *keys;
	struct key_record twin = sample_signer(FPR2, KEY_PROPOSED);
	struct key_record other = sample_signer(FPR3, KEY_PINNED);
	size_t n;

	world_person(w, "a", "a@canary.example");
	world_person(w, "b", "b@canary.example");
	k.person = "a";
	twin.person = other.person = "b";
	k.case_row = twin.case_row = other.case_row = 0;
	memset(k.facts.public_key, 'A', 64);
	memset(twin.facts.public_key, 'A', 64);
	memset(other.facts.public_key, 'B', 64);
	assert_int_equal(store_key_put(w->s, &k), SK_OK);
	assert_int_equal(store_key_put(w->s, &other), SK_OK);
	assert_false(is_stopped(w, &k));
	assert_int_equal(store_key_stop(w->s, &k.facts, 5), SK_OK);
	assert_true(is_stopped(w, &k));
	assert_true(is_stopped(w, &twin));
	assert_false(is_stopped(w, &other));
	/* put later, it is stopped; the rows of the pair are found by either */
	assert_int_equal(store_key_put(w->s, &twin), SK_OK);
	assert_int_equal(store_keys_of_pair(w->s, w->a, &twin.facts, &keys,
	    &n), SK_OK);
	assert_int_equal(n, 2);
	assert_true(keys[0].facts.stopped && keys[1].facts.stopped);
	assert_int_equal(store_keys_of_pair(w->s, w->a, &other.facts, &keys,
	    &n), SK_OK);
	assert_int_equal(n, 1);
	assert_false(keys[0].facts.stopped);
	/* retired, it is what it was */
	assert_int_equal(store_key_retire(w->s, "a"), SK_OK);
	assert_int_equal(store_keys_stopped(w->s, w->a, &keys, &n), SK_OK);
	assert_int_equal(n, 2);
	/* the twin ends the stop of both */
	assert_int_equal(store_key_lift(w->s, &twin.facts), SK_OK);
	assert_false(is_stopped(w, &twin) || is_stopped(w, &k));
}

/* Of OpenPGP, and of a certificate whose pair nobody said, the fingerprint
 * alone counts. */
static void
test_stop_of_a_fingerprint(void **state)
{
	struct world *w = *state;
	struct key_record k = sample_key(FPR1, KEY_PINNED);
	struct key_record other = sample_key(FPR2, KEY_PINNED);

	assert_int_equal(store_key_stop(w->s, &k.facts, 5), SK_OK);
	assert_int_equal(store_key_stop(w->s, &k.facts, 6), SK_OK);
	assert_true(is_stopped(w, &k));
	assert_false(is_stopped(w, &other));
	assert_int_equal(store_key_lift(w->s, &other.facts), SK_OK);
	assert_true(is_stopped(w, &k));
	assert_int_equal(store_key_lift(w->s, &k.facts), SK_OK);
	assert_false(is_stopped(w, &k));
}

static void
expect_signing(struct world *w, const char *person, const char *fpr,
    enum key_state state)
{
	struct key_record k;
	int r = store_key_signing(w->s, w->a, person, 0, &k);

	assert_int_equal(r, fpr ? SK_OK : SK_ERR_NOINPUT);
	if (!fpr)
		return;
	assert_string_equal(k.fpr, fpr);
	assert_int_equal(k.state, state);
}

static size_t
speak_for(struct world *w, const char *address)
{
	struct key_record *keys;
	size_t n;

	assert_int_equal(store_keys_of_address(w->s, w->a, address, &keys, &n),
	    SK_OK);
	return n;
}

static int
put_signer(struct world *w, const char *person, const char *fpr,
    enum key_state state)
{
	struct key_record k = sample_signer(fpr, state);

	k.person = person;
	k.case_row = 0;
	return store_key_put(w->s, &k);
}

/* A certificate that only signs has its own place: neither ends the other, both
 * speak for the address, and nothing is sealed to it. */
static void
test_key_that_signs(void **state)
{
	struct world *w = *state;
	struct person p;
	bool first;

	world_person(w, "a", "a@canary.example");
	world_person(w, "b", "b@canary.example");
	assert_int_equal(store_hold_begin(w->s, "a", 5, &first), SK_OK);
	assert_int_equal(put_signer(w, "a", FPR1, KEY_PINNED), SK_OK);
	/* alone it is no key: what waits for one still waits */
	expect_pinned(w, "a", 0, NULL);
	assert_int_equal(store_person_get(w->s, w->a, "a", &p), SK_OK);
	assert_null(p.fpr);
	assert_int_equal(store_hold_begin(w->s, "a", 5, &first), SK_OK);
	assert_false(first);
	assert_int_equal(speak_for(w, "a@canary.example"), 1);
	/* one certificate, one person */
	assert_int_equal(put_signer(w, "b", FPR1, KEY_PINNED), SK_ERR_EXISTS);
	/* the one beside it */
	assert_int_equal(put_sealer(w, "a", FPR2, KEY_PINNED), SK_OK);
	expect_pinned(w, "a", 0, FPR2);
	expect_signing(w, "a", FPR1, KEY_PINNED);
	assert_int_equal(store_person_get(w->s, w->a, "a", &p), SK_OK);
	assert_string_equal(p.fpr, FPR2);
	assert_int_equal(speak_for(w, "a@canary.example"), 2);
	/* each is stopped and renewed alone */
	assert_int_equal(put_signer(w, "a", FPR1, KEY_STOPPED), SK_OK);
	expect_pinned(w, "a", 0, FPR2);
	expect_signing(w, "a", FPR1, KEY_STOPPED);
	assert_int_equal(speak_for(w, "a@canary.example"), 1);
	assert_int_equal(put_signer(w, "a", FPR3, KEY_PINNED), SK_OK);
	expect_pinned(w, "a", 0, FPR2);
	expect_signing(w, "a", FPR3, KEY_PINNED);
	assert_int_equal(put_sealer(w, "a", FPR2, KEY_STOPPED), SK_OK);
	assert_int_equal(speak_for(w, "a@canary.example"), 1);
	assert_int_equal(put_sealer(w, "a", FPR4, KEY_PINNED), SK_OK);
	expect_pinned(w, "a", 0, FPR4);
	expect_signing(w, "a", FPR3, KEY_PINNED);
	/* who leaves has neither */
	assert_int_equal(store_key_retire(w->s, "a"), SK_OK);
	expect_pinned(w, "a", 0, NULL);
	expect_signing(w, "a", NULL, KEY_PINNED);
}

/* Who changes to OpenPGP signs by that. */
static void
test_openpgp_stands_alone(void **state)
{
	struct world *w = *state;

	world_person(w, "a", "a@canary.example");
	assert_int_equal(put_signer(w, "a", FPR1, KEY_PINNED), SK_OK);
	assert_int_equal(put_key(w, "a", 0, FPR2, KEY_PROPOSED), SK_OK);
	expect_signing(w, "a", FPR1, KEY_PINNED);
	assert_int_equal(put_key(w, "a", 0, FPR2, KEY_PINNED), SK_OK);
	expect_signing(w, "a", NULL, KEY_PINNED);
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
	assert_string_equal(keys[0].fpr, FPR1);
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

#define T(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_roster), T(test_history), T(test_roster_whole),
		T(test_person_address_is_one), T(test_key), T(test_key_retire),
		T(test_key_one_person), T(test_key_owner),
		T(test_key_pin_retires), T(test_key_stopped),
		T(test_stop_of_a_pair), T(test_stop_of_a_fingerprint),
		T(test_key_that_signs), T(test_openpgp_stands_alone),
		T(test_key_proposal_is_harmless), T(test_keys_of_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

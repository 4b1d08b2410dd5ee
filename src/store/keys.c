/*
 * Pinned and proposed keys: the database, not a key ring, is the truth about
 * whom a copy is sealed to. One pinned key an owner (a person or a case), and
 * one certificate beside it that only signs; a fingerprint belongs to one
 * person only (I3); a proposal never touches what is pinned (L16).
 */
#include <config.h>

#include <string.h>

#include <sekisho/store_beside.h>

#include "store/internal.h"

#define BOX "keys.box"
#define FACTS "keys.facts"

/* Whose it is, and which: what a row of keys is known by. */
struct owned {
	struct lookup fpr, person;
	bool by_person;
	int64_t case_row;
};

struct lookup
lookup_fpr(struct store *s, const char *fpr)
{
	char upper[65];
	size_t n = strnlen(fpr, sizeof(upper) - 1);

	for (size_t i = 0; i < n; i++)
		upper[i] = (char)(fpr[i] >= 'a' && fpr[i] <= 'f' ?
		    fpr[i] - 32 : fpr[i]);
	return lookup_bytes(s, "fpr", sk_span_of(upper, n));
}

struct lookup
lookup_pair(struct store *s, const struct key_facts *k)
{
	return lookup_text(s, "key-pair", k->public_key);
}

void
bind_pair(struct store *s, struct stmt *st, const struct key_facts *k)
{
	if (*k->public_key)
		lookup_bind(st, lookup_pair(s, k));
	else
		db_bind_null(st);
}

static struct owned
owned_of(struct store *s, const struct key_record *k)
{
	struct owned o = { .fpr = lookup_fpr(s, k->fpr),
		.by_person = k->person != NULL, .case_row = k->case_row };

	if (k->person)
		o.person = lookup_text(s, "person", k->person);
	return o;
}

static void
bind_owner(struct stmt *st, const struct owned *o)
{
	if (o->by_person)
		lookup_bind(st, o->person);
	else
		db_bind_null(st);
	db_bind_row(st, o->case_row);
}

static void
bind_box(struct store *s, struct stmt *st, const struct key_record *k)
{
	pack_begin(s);
	pack_str(s, k->fpr);
	pack_str(s, k->person);
	pack_str(s, k->origin);
	pack_str(s, k->approved_by);
	pack_bind(s, st, BOX);
}

static void
bind_facts(struct store *s, struct stmt *st, const struct key_record *k)
{
	pack_begin(s);
	key_facts_put(&s->plain, &k->facts);
	pack_bind(s, st, FACTS);
}

/* ---- may it be put? ---- */

/* SK_OK and the state it has now; SK_ERR_NOINPUT if it is new. */
static int
state_now(struct store *s, const struct owned *o, int *state)
{
	struct stmt *st = store_use(s, SQL_KEY_STATE_OF);
	int r;

	lookup_bind(st, o->fpr);
	bind_owner(st, o);
	r = db_get(st);
	if (r)
		return r;
	*state = (int)db_int(st);
	db_end(st);
	return SK_OK;
}

static int
pinned_elsewhere(struct store *s, const struct owned *o)
{
	struct stmt *st = store_use(s, SQL_KEY_ELSEWHERE);
	int r;

	lookup_bind(st, o->fpr);
	lookup_bind(st, o->person);
	r = db_get(st);
	if (r)
		return r == SK_ERR_NOINPUT ? SK_OK : r;
	db_end(st);
	return SK_ERR_EXISTS;
}

/* The owner's address, by which a signature is recognised: a case's only. */
static int
owner_address(struct store *s, const struct key_record *k, bool *has,
    struct lookup *address)
{
	struct sk_arena *a = sk_arena_new();
	struct case_record c;
	struct person p;
	int r;

	*has = false;
	if (k->person)
		r = store_person_get(s, a, k->person, &p);
	else
		r = store_case_get(s, a, k->case_row, &c);
	if (!r && k->case_row && c.originator) {
		*has = true;
		*address = lookup_address(s, c.originator);
	}
	sk_arena_free(&a);
	return r;
}

/* ---- put ---- */

static bool
only_signs(const struct key_record *k)
{
	return key_role(&k->facts) == KEY_SIGNS;
}

static int
retire_others(struct store *s, const struct owned *o, bool signers)
{
	struct stmt *st = store_use(s, o->by_person ? SQL_KEY_RETIRE_PERSON :
	    SQL_KEY_RETIRE_CASE);

	if (o->by_person)
		lookup_bind(st, o->person);
	else
		db_bind_int(st, o->case_row);
	lookup_bind(st, o->fpr);
	db_bind_int(st, KEY_RETIRED);
	db_bind_int(st, signers);
	return db_run(st);
}

/* Its place is its alone; and who changed to OpenPGP signs by that. */
static int
take_place(struct store *s, const struct key_record *k, const struct owned *o)
{
	int r = retire_others(s, o, only_signs(k));

	return r || k->facts.scheme == KEY_SMIME ? r : retire_others(s, o,
	    true);
}

static int
add(struct store *s, const struct key_record *k, const struct owned *o)
{
	struct lookup address;
	struct stmt *st;
	bool has;
	int r = owner_address(s, k, &has, &address);

	if (r)
		return r;
	st = store_use(s, SQL_KEY_ADD);
	lookup_bind(st, o->fpr);
	db_bind_int(st, k->state);
	bind_owner(st, o);
	if (has)
		lookup_bind(st, address);
	else
		db_bind_null(st);
	db_bind_int(st, k->created);
	bind_box(s, st, k);
	bind_facts(s, st, k);
	db_bind_int(st, only_signs(k));
	bind_pair(s, st, &k->facts);
	return db_run(st);
}

static int
change(struct store *s, const struct key_record *k, const struct owned *o)
{
	struct stmt *st = store_use(s, SQL_KEY_CHANGE);

	lookup_bind(st, o->fpr);
	bind_owner(st, o);
	db_bind_int(st, k->state);
	bind_box(s, st, k);
	bind_facts(s, st, k);
	bind_pair(s, st, &k->facts);
	return db_run_one(st);
}

static int
add_key_id(struct store *s, const char *id, const struct owned *o)
{
	struct stmt *st = store_use(s, SQL_KEY_ID_ADD);

	lookup_bind(st, lookup_text(s, "key-id", id));
	lookup_bind(st, o->fpr);
	return db_run(st);
}

/* A signature names a subkey as often as the primary key. */
static int
add_key_ids(struct store *s, const struct key_record *k,
    const struct owned *o)
{
	size_t n = strlen(k->fpr);
	int r = n > 16 ? add_key_id(s, k->fpr + n - 16, o) : SK_OK;

	for (size_t i = 0; i < k->facts.nsubkeys && !r; i++)
		r = add_key_id(s, k->facts.subkeys[i].key_id, o);
	return r;
}

int
store_key_put(struct store *s, const struct key_record *k)
{
	struct owned o;
	int now = KEY_PROPOSED, known, r;

	if (!k->person == !k->case_row)
		return SK_ERR_BUG;	/* one owner, not none, not two */
	o = owned_of(s, k);
	if (k->person && (r = pinned_elsewhere(s, &o)))
		return r;
	known = state_now(s, &o, &now);
	if (known && known != SK_ERR_NOINPUT)
		return known;
	/* A proposal changes nothing that is pinned, stopped or declined. */
	if (!known && k->state == KEY_PROPOSED && now != KEY_PROPOSED &&
	    now != KEY_RETIRED)
		return SK_ERR_EXISTS;
	r = known ? add(s, k, &o) : change(s, k, &o);
	if (!r && (k->state == KEY_PINNED || k->state == KEY_STOPPED))
		r = take_place(s, k, &o);
	if (!r && k->state == KEY_PINNED && k->person && !only_signs(k))
		r = store_hold_end(s, k->person);
	return r ? r : add_key_ids(s, k, &o);
}

int
store_key_change(struct store *s, const struct key_record *k)
{
	struct owned o = owned_of(s, k);
	int r = change(s, k, &o);

	return r ? r : add_key_ids(s, k, &o);
}

int
store_key_retire(struct store *s, const char *person)
{
	struct owned o = { .by_person = true,
		.person = lookup_text(s, "person", person) };
	int r = retire_others(s, &o, false);	/* of no fingerprint: all */

	return r ? r : retire_others(s, &o, true);
}

/* ---- get ---- */

int
key_read(struct store *s, struct stmt *st, struct sk_arena *a,
    struct key_record *k)
{
	struct wire_in w;
	int r;

	*k = (struct key_record){ .state = (enum key_state)db_int(st) };
	k->case_row = db_int(st);
	k->created = db_int(st);
	w = unpack(s, st, BOX);
	k->fpr = wire_need_str(&w, a);
	k->person = wire_str(&w, a);
	k->origin = wire_str(&w, a);
	k->approved_by = wire_str(&w, a);
	r = unpack_end(&w, BOX);
	if (r)
		return r;
	w = unpack(s, st, FACTS);
	if (!w.bad && key_facts_get(a, w.rest, &k->facts))
		w.bad = true;
	w.rest.len = 0;
	k->facts.stopped = db_int(st) || k->state == KEY_STOPPED;
	return unpack_end(&w, FACTS);
}

static int
read_row(struct store *s, struct stmt *st, struct sk_arena *a, void *row)
{
	return key_read(s, st, a, row);
}

static int
list(struct store *s, struct stmt *st, struct sk_arena *a,
    struct key_record **out, size_t *n)
{
	return row_list(s, st, a, read_row, sizeof(**out), out, n);
}

static struct stmt *
use_owner(struct store *s, enum sql_id by_person, enum sql_id by_case,
    const char *person, int64_t case_row)
{
	struct stmt *st = store_use(s, person ? by_person : by_case);

	if (person)
		lookup_bind(st, lookup_text(s, "person", person));
	else
		db_bind_int(st, case_row);
	return st;
}

static int
in_force(struct store *s, struct sk_arena *a, const char *person,
    int64_t case_row, bool signers, struct key_record *out)
{
	struct stmt *st = use_owner(s, SQL_KEY_PINNED_PERSON,
	    SQL_KEY_PINNED_CASE, person, case_row);

	db_bind_int(st, signers);
	return row_get(s, st, a, read_row, out);
}

int
store_key_pinned(struct store *s, struct sk_arena *a, const char *person,
    int64_t case_row, struct key_record *out)
{
	return in_force(s, a, person, case_row, false, out);
}

int
store_key_signing(struct store *s, struct sk_arena *a, const char *person,
    int64_t case_row, struct key_record *out)
{
	return in_force(s, a, person, case_row, true, out);
}

int
store_keys(struct store *s, struct sk_arena *a, const char *person,
    int64_t case_row, struct key_record **out, size_t *n)
{
	return list(s, use_owner(s, SQL_KEY_LIST_PERSON,
	    SQL_KEY_LIST_CASE, person, case_row), a, out, n);
}

int
store_keys_of_fpr(struct store *s, struct sk_arena *a, const char *fpr,
    struct key_record **out, size_t *n)
{
	struct stmt *st = store_use(s, SQL_KEY_OF_FPR);

	lookup_bind(st, lookup_fpr(s, fpr));
	return list(s, st, a, out, n);
}

int
store_keys_proposed(struct store *s, struct sk_arena *a,
    struct key_record **out, size_t *n)
{
	struct stmt *st = store_use(s, SQL_KEY_LIST_STATE);

	db_bind_int(st, KEY_PROPOSED);
	return list(s, st, a, out, n);
}

/* What a stopped one signs counts no more: the pinned ones only. */
static int
list_pinned(struct store *s, struct sk_arena *a, enum sql_id id,
    struct lookup whose, struct key_record **out, size_t *n)
{
	struct stmt *st = store_use(s, id);

	lookup_bind(st, whose);
	db_bind_int(st, KEY_PINNED);
	return list(s, st, a, out, n);
}

int
store_keys_of_address(struct store *s, struct sk_arena *a,
    const char *address, struct key_record **out, size_t *n)
{
	struct key_record *own = NULL, *cases = NULL;
	size_t nown = 0, ncases = 0;
	struct person p;
	int r = store_person_by_address(s, a, address, &p);

	if (!r)
		r = list_pinned(s, a, SQL_KEY_OF_PERSON,
		    lookup_text(s, "person", p.id), &own, &nown);
	if (r && r != SK_ERR_NOINPUT)
		return r;
	r = list_pinned(s, a, SQL_KEY_OF_ADDRESS, lookup_address(s, address),
	    &cases, &ncases);
	if (r)
		return r;
	*n = nown + ncases;
	*out = sk_arena_array(a, *n, sizeof(**out));
	for (size_t i = 0; i < *n; i++)
		(*out)[i] = i < nown ? own[i] : cases[i - nown];
	return SK_OK;
}

int
store_keys_of_id(struct store *s, struct sk_arena *a, const char *key_id,
    struct key_record **out, size_t *n)
{
	struct stmt *st = store_use(s, SQL_KEY_OF_ID);

	db_bind_int(st, KEY_PINNED);
	lookup_bind(st, lookup_text(s, "key-id", key_id));
	return list(s, st, a, out, n);
}

int
keys_pinned_fpr(struct store *s, struct sk_arena *a, const char *person,
    const char **out)
{
	struct stmt *st = store_use(s, SQL_KEY_FPR);
	struct wire_in w;
	int r;

	lookup_bind(st, lookup_text(s, "person", person));
	r = db_get(st);
	if (r)
		return r;
	w = unpack(s, st, BOX);
	*out = wire_need_str(&w, a);
	wire_str(&w, a);
	wire_str(&w, a);
	wire_str(&w, a);
	db_end(st);
	return unpack_end(&w, BOX);
}

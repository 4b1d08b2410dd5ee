/*
 * Terms: append-only versions of what the originator said (I2). The words of a
 * version are written once; the only later change is that it is locked, once.
 * Mappings of exclusions and vouchings are rows of their own, so that who said
 * what, and when, can be shown years later (I8).
 */
#include <config.h>

#include <string.h>

#include "store/internal.h"

#define BOX "terms.box"
#define VOUCHED "terms.vouched"
#define VOUCH "vouches.box"
#define MAP "exclusion_maps.box"

/* ---- write ---- */

static void
pack_exclusions(struct store *s, const struct terms *t)
{
	if (t->nexclusions > LIMIT_STORE_LIST)
		s->pack_bad = SK_ERR_LIMIT;
	pack_u32(s, (uint32_t)t->nexclusions);
	for (size_t i = 0; i < t->nexclusions && !s->pack_bad; i++) {
		const struct exclusion *x = &t->exclusions[i];

		pack_str(s, x->words);
		pack_u8(s, x->mapped);
		pack_strs(s, x->orgs, x->mapped ? x->norgs : 0);
	}
}

static void
pack_items(struct store *s, const struct terms *t)
{
	if (t->nitems > LIMIT_STORE_LIST)
		s->pack_bad = SK_ERR_LIMIT;
	pack_u32(s, (uint32_t)t->nitems);
	for (size_t i = 0; i < t->nitems && !s->pack_bad; i++) {
		pack_str(s, t->items[i].item);
		pack_u8(s, t->items[i].scope);
	}
}

static void
bind_box(struct store *s, struct stmt *st, const struct terms *t)
{
	pack_begin(s);
	pack_u8(s, t->withdrawn);
	pack_u8(s, t->secrecy);
	pack_str(s, t->secret_parts);
	pack_u8(s, t->scope);
	pack_u32(s, t->coordination);
	pack_str(s, t->coordination_other);
	pack_i64(s, t->mail);
	pack_str(s, t->vouched_by);
	pack_str(s, t->vouched_how);
	pack_i64(s, t->created);
	pack_exclusions(s, t);
	pack_items(s, t);
	pack_bind(s, st, BOX);
}

/* Newest version and newest locked one; 0: none. */
static int
last_versions(struct store *s, int64_t case_row, int64_t *newest,
    int64_t *locked)
{
	struct stmt *st = store_use(s, SQL_TERMS_LAST);
	int r;

	db_bind_int(st, case_row);
	r = db_get(st);
	if (r)
		return r;
	*newest = db_int(st);
	*locked = db_int(st);
	db_end(st);
	return SK_OK;
}

int
store_terms_add(struct store *s, int64_t case_row, struct terms *t)
{
	int64_t newest, locked;
	struct stmt *st;
	int r = last_versions(s, case_row, &newest, &locked);

	if (r)
		return r;
	st = store_use(s, SQL_TERMS_ADD);
	db_bind_int(st, case_row);
	db_bind_int(st, newest + 1);
	db_bind_int(st, t->assurance);
	db_bind_int(st, t->created);
	bind_box(s, st, t);
	r = db_run(st);
	if (r)
		return r;
	t->version = (uint32_t)newest + 1;
	t->locked = false;
	return SK_OK;
}

/* Terms only move forward: once, and not behind what is in force. */
static int
lockable(struct store *s, int64_t case_row, uint32_t version)
{
	int64_t newest, locked;
	int r = last_versions(s, case_row, &newest, &locked);

	if (r)
		return r;
	if (version == 0 || version > newest)
		return SK_ERR_NOINPUT;
	return version > locked ? SK_OK : version == locked ? SK_ERR_EXISTS :
	    SK_ERR_REFUSED;
}

int
store_terms_lock(struct store *s, int64_t case_row, uint32_t version,
    enum assurance assurance, const char *vouched_by, const char *vouched_how,
    int64_t now)
{
	struct stmt *st;
	int r = lockable(s, case_row, version);

	if (r)
		return r;
	st = store_use(s, SQL_TERMS_LOCK);
	db_bind_int(st, case_row);
	db_bind_int(st, version);
	db_bind_int(st, assurance);
	db_bind_int(st, now);
	pack_begin(s);
	pack_str(s, vouched_by);
	pack_str(s, vouched_how);
	pack_bind(s, st, VOUCHED);
	return db_run_one(st);
}

int
store_terms_vouch(struct store *s, int64_t case_row, uint32_t version,
    const char *who, const char *how, const char *reason, int64_t now,
    unsigned *distinct)
{
	struct stmt *st = store_use(s, SQL_TERMS_VOUCH);
	int r;

	db_bind_int(st, case_row);
	db_bind_int(st, version);
	lookup_bind(st, lookup_text(s, "operator", who));
	db_bind_int(st, now);
	pack_begin(s);
	pack_str(s, who);
	pack_str(s, how);
	pack_str(s, reason);
	pack_bind(s, st, VOUCH);
	r = db_run(st);
	return r ? r : store_terms_vouches(s, case_row, version, distinct);
}

int
store_terms_vouches(struct store *s, int64_t case_row, uint32_t version,
    unsigned *distinct)
{
	struct stmt *st = store_use(s, SQL_TERMS_VOUCHES);
	int r;

	db_bind_int(st, case_row);
	db_bind_int(st, version);
	r = db_get(st);
	if (r)
		return r;
	*distinct = (unsigned)db_int(st);
	db_end(st);
	return SK_OK;
}

int
store_exclusion_map(struct store *s, int64_t case_row, uint32_t version,
    size_t index, const char *const *orgs, size_t norgs, const char *who,
    const char *reason, int64_t now)
{
	struct sk_arena *a = sk_arena_new();
	struct terms t;
	struct stmt *st;
	int r = store_terms_get(s, a, case_row, version, &t);

	if (!r && index >= t.nexclusions)
		r = SK_ERR_NOINPUT;
	sk_arena_free(&a);
	if (r)
		return r;
	st = store_use(s, SQL_EXCLUSION_MAP);
	db_bind_int(st, case_row);
	db_bind_int(st, version);
	db_bind_int(st, (int64_t)index);
	db_bind_int(st, now);
	pack_begin(s);
	pack_strs(s, orgs, norgs);
	pack_str(s, who);
	pack_str(s, reason);
	pack_bind(s, st, MAP);
	return db_run(st);
}

/* ---- read ---- */

static struct exclusion *
read_exclusions(struct wire_in *w, struct sk_arena *a, size_t *n)
{
	uint32_t count = wire_count(w, LIMIT_STORE_LIST);
	struct exclusion *x = sk_arena_array(a, count, sizeof(*x));

	for (uint32_t i = 0; i < count; i++) {
		x[i].words = wire_str(w, a);
		x[i].mapped = wire_bool(w);
		x[i].orgs = unpack_strs(w, a, &x[i].norgs);
	}
	*n = w->bad ? 0 : count;
	return x;
}

static void
read_items(struct wire_in *w, struct sk_arena *a, struct terms *t)
{
	uint32_t count = wire_count(w, LIMIT_STORE_LIST);
	struct item_scope *x = sk_arena_array(a, count + 1, sizeof(*x));

	for (uint32_t i = 0; i < count; i++) {
		x[i].item = wire_need_str(w, a);
		x[i].scope = wire_enum(w, SCOPE_PUBLIC);
	}
	t->items = x;
	t->nitems = w->bad ? 0 : count;
}

static int
read_box(struct store *s, struct stmt *st, struct sk_arena *a,
    struct terms *t, struct exclusion **x)
{
	struct wire_in w = unpack(s, st, BOX);

	t->withdrawn = wire_bool(&w);
	t->secrecy = wire_enum(&w, SECRECY_NONE);
	t->secret_parts = wire_str(&w, a);
	t->scope = wire_enum(&w, SCOPE_PUBLIC);
	t->coordination = wire_u32(&w);
	t->coordination_other = wire_str(&w, a);
	t->mail = wire_i64(&w);
	t->vouched_by = wire_str(&w, a);
	t->vouched_how = wire_str(&w, a);
	t->created = wire_i64(&w);
	*x = read_exclusions(&w, a, &t->nexclusions);
	t->exclusions = *x;
	if (w.rest.len)		/* not of schema 8 */
		read_items(&w, a, t);
	return unpack_end(&w, BOX);
}

/* Who vouched at the locking stands before what came with the version. */
static int
read_vouched(struct store *s, struct stmt *st, struct sk_arena *a,
    struct terms *t)
{
	struct wire_in w = unpack(s, st, VOUCHED);
	const char *by = wire_str(&w, a), *how = wire_str(&w, a);

	if (by)
		t->vouched_by = by;
	if (how)
		t->vouched_how = how;
	return unpack_end(&w, VOUCHED);
}

/* The newest mapping of a place counts. */
static int
overlay_maps(struct store *s, struct sk_arena *a, int64_t case_row,
    const struct terms *t, struct exclusion *x)
{
	struct stmt *st = store_use(s, SQL_EXCLUSION_MAPS);
	int r;

	db_bind_int(st, case_row);
	db_bind_int(st, t->version);
	while ((r = db_step(st)) > 0) {
		size_t place = (size_t)db_int(st);
		struct exclusion m = { .mapped = true,
			.mapped_at = db_int(st) };
		struct wire_in w = unpack(s, st, MAP);

		m.orgs = unpack_strs(&w, a, &m.norgs);
		m.mapped_by = wire_str(&w, a);
		m.reason = wire_str(&w, a);
		r = unpack_end(&w, MAP);
		if (!r && place >= t->nexclusions)
			r = SK_ERR_IO;
		if (r)
			break;
		m.words = x[place].words;
		x[place] = m;
	}
	db_end(st);
	return r;
}

static int
read_one(struct store *s, struct stmt *st, struct sk_arena *a,
    int64_t case_row, struct terms *t)
{
	struct exclusion *x = NULL;
	int r = db_get(st);

	if (r)
		return r;
	*t = (struct terms){ .version = (uint32_t)db_int(st) };
	t->locked = db_int(st) != 0;
	t->assurance = (enum assurance)db_int(st);
	r = read_box(s, st, a, t, &x);
	if (!r && t->locked)
		r = read_vouched(s, st, a, t);
	db_end(st);
	return r || !t->nexclusions ? r : overlay_maps(s, a, case_row, t, x);
}

int
store_terms_get(struct store *s, struct sk_arena *a, int64_t case_row,
    uint32_t version, struct terms *out)
{
	struct stmt *st = store_use(s, SQL_TERMS_GET);

	db_bind_int(st, case_row);
	db_bind_int(st, version);
	return read_one(s, st, a, case_row, out);
}

int
store_terms_locked(struct store *s, struct sk_arena *a, int64_t case_row,
    struct terms *out)
{
	struct stmt *st = store_use(s, SQL_TERMS_LOCKED);

	db_bind_int(st, case_row);
	return read_one(s, st, a, case_row, out);
}

int
store_terms_newest(struct store *s, struct sk_arena *a, int64_t case_row,
    struct terms *out)
{
	struct stmt *st = store_use(s, SQL_TERMS_NEWEST);

	db_bind_int(st, case_row);
	return read_one(s, st, a, case_row, out);
}

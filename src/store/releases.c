/*
 * What left the council's members, and requests under Article 17(3): what a
 * digest of the second kind says beyond its items, and the
 * register of releases, of which only counts are ever told.
 */
#include <config.h>

#include <sekisho/store_beside.h>

#include "store/internal.h"

#define RELEASE "releases.box"
#define COOPERATION "cooperations.box"

int
store_release_add(struct store *s, struct release_record *x)
{
	enum item_state state;
	struct stmt *st;
	int64_t item;
	int r = item_row(s, x->item, &item, &state);

	if (r)
		return r;
	st = store_use(s, SQL_RELEASE_ADD);
	db_bind_int(st, item);
	db_bind_int(st, x->time);
	db_bind_int(st, x->scope);
	pack_begin(s);
	pack_str(s, x->where);
	pack_str(s, x->who);
	pack_bind(s, st, RELEASE);
	r = db_run(st);
	if (!r)
		x->row = db_last_row(s->main);
	return r;
}

static int
read_release(struct store *s, struct stmt *st, struct sk_arena *a, void *into)
{
	struct release_record *x = into;
	struct wire_in w;

	*x = (struct release_record){ .row = db_int(st) };
	x->item = db_text(st, a);
	x->time = db_int(st);
	x->scope = (enum scope)db_int(st);
	w = unpack(s, st, RELEASE);
	x->where = wire_str(&w, a);
	x->who = wire_str(&w, a);
	return unpack_end(&w, RELEASE);
}

int
store_releases(struct store *s, struct sk_arena *a,
    struct release_record **out, size_t *n)
{
	struct stmt *st = store_use(s, SQL_RELEASE_LIST);

	return row_list(s, st, a, read_release, sizeof(**out), out, n);
}

int
store_cooperation_put(struct store *s, int64_t digest,
    const struct cooperation_record *x)
{
	struct stmt *st = store_use(s, SQL_COOPERATION_ADD);

	db_bind_int(st, digest);
	pack_begin(s);
	pack_str(s, x->ground);
	pack_str(s, x->explanation);
	pack_str(s, x->committee);
	pack_str(s, x->decided);
	pack_str(s, x->due);
	pack_bind(s, st, COOPERATION);
	return db_run(st);
}

int
store_cooperation(struct store *s, struct sk_arena *a, int64_t digest,
    struct cooperation_record *out)
{
	struct stmt *st = store_use(s, SQL_COOPERATION_GET);
	struct wire_in w;
	int r;

	db_bind_int(st, digest);
	r = db_get(st);
	if (r)
		return r;
	w = unpack(s, st, COOPERATION);
	*out = (struct cooperation_record){ .ground = wire_str(&w, a) };
	out->explanation = wire_str(&w, a);
	out->committee = wire_str(&w, a);
	out->decided = wire_str(&w, a);
	out->due = wire_str(&w, a);
	db_end(st);
	return unpack_end(&w, COOPERATION);
}

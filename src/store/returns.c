/*
 * What was heard of copies after they were handed over, and the persons whom
 * nothing is sent until somebody has looked. Both are kept for ever: a stop
 * that ended stays as a row with its end.
 */
#include <config.h>

#include <string.h>

#include <sekisho/store_beside.h>

#include "store/internal.h"

#define RETURN_BOX "returns.box"
#define STOP_BOX "stops.box"

/* ---- returns ---- */

int
store_return_add(struct store *s, const struct copy_record *c,
    const struct return_record *x, bool *fresh)
{
	struct stmt *st = store_use(s, SQL_RETURN_ADD);
	int r;

	db_bind_int(st, c->row);
	db_bind_int(st, c->sent);
	if (c->person)
		lookup_bind(st, lookup_text(s, "person", c->person));
	else
		db_bind_null(st);
	db_bind_int(st, x->time);
	db_bind_int(st, x->fate);
	pack_begin(s);
	pack_i64(s, x->mail);
	pack_str(s, x->status);
	pack_bind(s, st, RETURN_BOX);
	r = db_run_one(st);
	*fresh = r == SK_OK;
	return r == SK_ERR_NOINPUT ? SK_OK : r;
}

static int
read_return(struct store *s, struct stmt *st, struct sk_arena *a, void *into)
{
	struct return_record *x = into;
	struct wire_in w;

	x->time = db_int(st);
	x->fate = (enum fact_fate)db_int(st);
	w = unpack(s, st, RETURN_BOX);
	x->mail = wire_i64(&w);
	x->status = wire_str(&w, a);
	return unpack_end(&w, RETURN_BOX);
}

int
store_returns(struct store *s, struct sk_arena *a, int64_t copy,
    struct return_record **out, size_t *n)
{
	struct stmt *st = store_use(s, SQL_RETURN_LIST);

	db_bind_int(st, copy);
	return row_list(s, st, a, read_return, sizeof(**out), out, n);
}

int
store_returns_late(struct store *s, const char *person, int64_t copy,
    int64_t since, unsigned *out)
{
	struct stmt *st = store_use(s, SQL_RETURN_LATE);
	int r;

	*out = 0;
	lookup_bind(st, lookup_text(s, "person", person));
	db_bind_int(st, copy);
	db_bind_int(st, since);
	r = db_get(st);
	if (r)
		return r;
	*out = (unsigned)db_int(st);
	db_end(st);
	return SK_OK;
}

/* ---- stops ---- */

int
store_stop_add(struct store *s, const struct stop_record *x)
{
	struct stmt *st = store_use(s, SQL_STOP_ADD);

	lookup_bind(st, lookup_text(s, "person", x->person));
	db_bind_int(st, x->since);
	pack_begin(s);
	pack_str(s, x->person);
	pack_str(s, x->address);
	pack_str(s, x->why);
	pack_str(s, x->status);
	pack_i64(s, x->copy);
	pack_bind(s, st, STOP_BOX);
	return db_run(st);
}

static int
read_stop(struct store *s, struct stmt *st, struct sk_arena *a, void *into)
{
	struct stop_record *x = into;
	struct wire_in w;

	*x = (struct stop_record){ .row = db_int(st) };
	x->since = db_int(st);
	w = unpack(s, st, STOP_BOX);
	x->person = wire_need_str(&w, a);
	x->address = wire_need_str(&w, a);
	x->why = wire_need_str(&w, a);
	x->status = wire_str(&w, a);
	x->copy = wire_i64(&w);
	return unpack_end(&w, STOP_BOX);
}

int
store_stop_get(struct store *s, struct sk_arena *a, const char *person,
    struct stop_record *out)
{
	struct stmt *st = store_use(s, SQL_STOP_GET);

	lookup_bind(st, lookup_text(s, "person", person));
	return row_get(s, st, a, read_stop, out);
}

int
store_stops(struct store *s, struct sk_arena *a, struct stop_record **out,
    size_t *n)
{
	struct stmt *st = store_use(s, SQL_STOP_LIST);

	return row_list(s, st, a, read_stop, sizeof(**out), out, n);
}

int
store_stop_end(struct store *s, int64_t row, int64_t now)
{
	struct stmt *st = store_use(s, SQL_STOP_END);

	db_bind_int(st, row);
	db_bind_int(st, now);
	return db_run_one(st);
}

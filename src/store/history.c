/*
 * The roster's history: what an organisation or a person was, since when, by
 * whose approval. Appended, never changed.
 */
#include <config.h>

#include "store/internal.h"

#define BOX "history.box"

int
store_roster_event(struct store *s, const char *org,
    const struct roster_event *e)
{
	struct stmt *st = store_use(s, SQL_HISTORY_ADD);

	lookup_bind(st, lookup_text(s, "org", org));
	if (e->person)
		lookup_bind(st, lookup_text(s, "person", e->person));
	else
		db_bind_null(st);
	db_bind_int(st, e->time);
	pack_begin(s);
	pack_i64(s, e->date);
	pack_str(s, e->person);
	pack_str(s, e->what);
	pack_str(s, e->from);
	pack_str(s, e->to);
	pack_str(s, e->reference);
	pack_str(s, e->reason);
	pack_str(s, e->who);
	pack_bind(s, st, BOX);
	return db_run(st);
}

static int
read_event(struct store *s, struct stmt *st, struct sk_arena *a, void *into)
{
	struct roster_event *e = into;
	struct wire_in w;

	*e = (struct roster_event){ .time = db_int(st) };
	w = unpack(s, st, BOX);
	e->date = wire_i64(&w);
	e->person = wire_str(&w, a);
	e->what = wire_need_str(&w, a);
	e->from = wire_str(&w, a);
	e->to = wire_str(&w, a);
	e->reference = wire_str(&w, a);
	e->reason = wire_str(&w, a);
	e->who = wire_str(&w, a);
	return unpack_end(&w, BOX);
}

int
store_roster_events(struct store *s, struct sk_arena *a, const char *org,
    const char *person, struct roster_event **out, size_t *n)
{
	struct stmt *st = store_use(s, person ? SQL_HISTORY_PERSON :
	    SQL_HISTORY_ORG);

	lookup_bind(st, person ? lookup_text(s, "person", person) :
	    lookup_text(s, "org", org));
	return row_list(s, st, a, read_event, sizeof(**out), out, n);
}

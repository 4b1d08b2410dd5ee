/*
 * What a case has to do with others: who speaks for whom, and which
 * case counts with which: every act a row, the newest of a case
 * counts. Nothing else of a case is touched.
 */
#include <config.h>

#include <sekisho/store_beside.h>

#include "store/internal.h"

#define BOX "merges.box"
#define PARTIES "parties.box"

int
store_merge(struct store *s, int64_t case_row, int64_t into_row,
    const char *who, const char *reason, int64_t now)
{
	struct stmt *st = store_use(s, SQL_MERGE_ADD);

	db_bind_int(st, case_row);
	db_bind_row(st, into_row);
	db_bind_int(st, now);
	pack_begin(s);
	pack_str(s, who);
	pack_str(s, reason);
	pack_bind(s, st, BOX);
	return db_run(st);
}

static int
read_link(struct store *s, struct stmt *st, struct sk_arena *a, void *into)
{
	struct campaign_link *x = into;

	(void)s;
	(void)a;
	x->case_row = db_int(st);
	x->into_row = db_int(st);
	return SK_OK;
}

int
store_merges(struct store *s, struct sk_arena *a, struct campaign_link **out,
    size_t *n)
{
	return row_list(s, store_use(s, SQL_MERGE_LIST), a, read_link,
	    sizeof(**out), out, n);
}

int
store_parties_put(struct store *s, int64_t case_row,
    const struct parties_record *p)
{
	struct stmt *st = store_use(s, SQL_PARTIES_PUT);

	db_bind_int(st, case_row);
	db_bind_int(st, p->time);
	pack_begin(s);
	pack_str(s, p->submitter);
	pack_str(s, p->org);
	pack_str(s, p->client);
	pack_i64(s, p->mail);
	pack_bind(s, st, PARTIES);
	return db_run(st);
}

int
store_parties(struct store *s, struct sk_arena *a, int64_t case_row,
    struct parties_record *out)
{
	struct stmt *st = store_use(s, SQL_PARTIES_GET);
	struct wire_in w;
	int r;

	db_bind_int(st, case_row);
	r = db_get(st);
	if (r)
		return r;
	out->time = db_int(st);
	w = unpack(s, st, PARTIES);
	out->submitter = wire_str(&w, a);
	out->org = wire_str(&w, a);
	out->client = wire_str(&w, a);
	out->mail = wire_i64(&w);
	db_end(st);
	return unpack_end(&w, PARTIES);
}

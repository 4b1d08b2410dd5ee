/*
 * Which case counts with which: every act a row, the newest of a case
 * counts. Nothing else of a case is touched.
 */
#include <config.h>

#include <sekisho/store_beside.h>

#include "store/internal.h"

#define BOX "merges.box"

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

int
store_merges(struct store *s, struct sk_arena *a, struct campaign_link **out,
    size_t *n)
{
	struct stmt *st = store_use(s, SQL_MERGE_LIST);
	int r;

	*out = NULL;
	*n = 0;
	while ((r = db_step(st)) > 0) {
		*out = list_add(a, *out, *n, sizeof(**out));
		(*out)[*n].case_row = db_int(st);
		(*out)[(*n)++].into_row = db_int(st);
	}
	db_end(st);
	return r;
}

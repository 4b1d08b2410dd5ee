/* What the tests of the store's files do behind its back, with SQLite itself, as
 * a thief or a broken disk would. */
#pragma once

#include "store_world.h"

#include <sqlite3.h>

static inline size_t
cases(struct world *w)
{
	struct case_record *list;
	size_t n;

	assert_int_equal(store_case_list(w->s, w->a, false, 1000, &list, &n),
	    SK_OK);
	return n;
}

/* Behind the store's back; the store must be closed. */
static inline void
tamper(const char *path, const char *sql)
{
	sqlite3 *h;
	char *why = NULL;

	assert_int_equal(sqlite3_open(path, &h), SQLITE_OK);
	if (sqlite3_exec(h, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s", why);
	sqlite3_close(h);
}

/*
 * Who sent an encrypted file to which case, for a few days: the mail with its
 * password names neither. Addresses are keyed hashes.
 */
#include <config.h>

#include "store/internal.h"

int
store_archive_add(struct store *s, const char *address, int64_t case_row,
    int64_t now)
{
	struct stmt *st = store_use(s, SQL_ARCHIVE_DROP);
	int r;

	db_bind_int(st, now - LIMIT_PASSWORD_SECONDS);
	r = db_run(st);
	if (r)
		return r;
	st = store_use(s, SQL_ARCHIVE_ADD);
	lookup_bind(st, lookup_address(s, address));
	db_bind_int(st, now);
	db_bind_int(st, case_row);
	return db_run(st);
}

int
store_archive_case(struct store *s, const char *address, int64_t now,
    int64_t *case_row)
{
	struct stmt *st = store_use(s, SQL_ARCHIVE_FIND);
	int r;

	lookup_bind(st, lookup_address(s, address));
	db_bind_int(st, now - LIMIT_PASSWORD_SECONDS);
	r = db_step(st);
	*case_row = r > 0 ? db_int(st) : 0;
	db_end(st);
	return r < 0 ? r : SK_OK;
}

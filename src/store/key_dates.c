/*
 * When keys end and what was said of it (T-43), and whose copies wait for a key
 * (T-39): each is said once, so what was said stands here, in the transaction
 * of the mail that says it.
 */
#include <config.h>

#include <sekisho/store_beside.h>

#include "store/internal.h"

static int
read_due(struct store *s, struct stmt *st, struct sk_arena *a, void *into)
{
	struct key_due *out = into;

	out->row = db_int(st);
	out->told = (uint32_t)db_int(st);
	out->told_for = db_int(st);
	return key_read(s, st, a, &out->key);
}

int
store_keys_due(struct store *s, struct sk_arena *a, int64_t now, size_t max,
    struct key_due **out, size_t *n)
{
	struct stmt *st = store_use(s, SQL_KEY_DUE);

	db_bind_int(st, KEY_PINNED);
	db_bind_int(st, now);
	db_bind_int(st, (int64_t)max);
	return row_list(s, st, a, read_due, sizeof(**out), out, n);
}

int
store_keys_next(struct store *s, int64_t now, int64_t *next)
{
	struct stmt *st = store_use(s, SQL_KEY_NEXT);

	db_bind_int(st, KEY_PINNED);
	db_bind_int(st, now);
	return db_get_int(st, next);
}

int
store_key_told(struct store *s, int64_t row, uint32_t told, int64_t ends,
    int64_t next)
{
	struct stmt *st = store_use(s, SQL_KEY_TOLD);

	db_bind_int(st, row);
	db_bind_int(st, told);
	db_bind_int(st, ends);
	if (next)
		db_bind_int(st, next);
	else
		db_bind_null(st);
	return db_run_one(st);
}

int
store_key_untold(struct store *s, const char *person)
{
	struct lookup p = lookup_text(s, "person", person);
	struct stmt *st = store_use(s, SQL_KEY_UNTOLD);

	lookup_bind(st, p);
	db_bind_int(st, KEY_PINNED);
	return db_run(st);
}

int
store_keys_look_again(struct store *s)
{
	struct stmt *st = store_use(s, SQL_KEY_LOOK_ALL);

	db_bind_int(st, KEY_PINNED);
	return db_run(st);
}

static bool
is_held(struct store *s, struct lookup person)
{
	struct stmt *st = store_use(s, SQL_HOLD_GET);

	lookup_bind(st, person);
	if (db_get(st))
		return false;
	db_end(st);
	return true;
}

int
store_hold_begin(struct store *s, const char *person, int64_t now,
    bool *first)
{
	struct lookup p = lookup_text(s, "person", person);
	struct stmt *st;

	*first = !is_held(s, p);
	if (!*first)
		return SK_OK;
	st = store_use(s, SQL_HOLD_ADD);
	lookup_bind(st, p);
	db_bind_int(st, now);
	return db_run(st);
}

int
store_hold_end(struct store *s, const char *person)
{
	struct lookup p = lookup_text(s, "person", person);
	struct stmt *st;

	if (!is_held(s, p))
		return SK_OK;
	st = store_use(s, SQL_HOLD_DROP);
	lookup_bind(st, p);
	return db_run(st);
}

/*
 * Keys that an operator stopped. A row of keys comes and goes: it is retired by
 * the next key, or its person leaves. What was lost stays lost, so the stop has
 * a table of its own, by fingerprint and by key pair: another certificate over
 * the stolen pair is the stolen key.
 */
#include <config.h>

#include <sekisho/store_beside.h>

#include "store/internal.h"

static int
stop(struct store *s, struct lookup name, int64_t now)
{
	struct stmt *st = store_use(s, SQL_KEY_STOP);

	lookup_bind(st, name);
	db_bind_int(st, now);
	return db_run(st);
}

int
store_key_stop(struct store *s, const struct key_facts *k, int64_t now)
{
	int r = stop(s, lookup_fpr(s, k->fpr), now);

	return r || !*k->public_key ? r : stop(s, lookup_pair(s, k), now);
}

static struct stmt *
use_both(struct store *s, enum sql_id id, const struct key_facts *k)
{
	struct stmt *st = store_use(s, id);

	lookup_bind(st, lookup_fpr(s, k->fpr));
	bind_pair(s, st, k);
	return st;
}

int
store_key_lift(struct store *s, const struct key_facts *k)
{
	return db_run(use_both(s, SQL_KEY_LIFT, k));
}

int
store_key_is_stopped(struct store *s, const struct key_facts *k,
    bool *stopped)
{
	struct stmt *st = use_both(s, SQL_KEY_IS_STOPPED, k);
	int r = db_get(st);

	*stopped = r != SK_ERR_NOINPUT;
	if (!r)
		db_end(st);
	return r == SK_ERR_NOINPUT ? SK_OK : r;
}

static int
read_key(struct store *s, struct stmt *st, struct sk_arena *a, void *into)
{
	return key_read(s, st, a, into);
}

int
store_keys_stopped(struct store *s, struct sk_arena *a,
    struct key_record **out, size_t *n)
{
	return row_list(s, store_use(s, SQL_KEY_LIST_STOPPED), a, read_key,
	    sizeof(**out), out, n);
}

int
store_keys_of_pair(struct store *s, struct sk_arena *a,
    const struct key_facts *k, struct key_record **out, size_t *n)
{
	return row_list(s, use_both(s, SQL_KEY_OF_PAIR, k), a, read_key,
	    sizeof(**out), out, n);
}

/*
 * Digests: which items one round of copies carried, and who sent it off. The
 * copies themselves name their digest (copies.c).
 */
#include <config.h>

#include "store/internal.h"

#define BOX "digests.box"

int
store_digest_add(struct store *s, struct digest_record *d)
{
	struct stmt *st = store_use(s, SQL_DIGEST_ADD);
	int r;

	db_bind_int(st, d->created);
	pack_begin(s);
	pack_str(s, d->by);
	pack_strs(s, d->items, d->nitems);
	pack_bind(s, st, BOX);
	r = db_run(st);
	if (!r)
		d->row = db_last_row(s->main);
	return r;
}

static int
read_row(struct store *s, struct stmt *st, struct sk_arena *a, void *into)
{
	struct digest_record *d = into;
	struct wire_in w;

	*d = (struct digest_record){ .row = db_int(st) };
	d->created = db_int(st);
	w = unpack(s, st, BOX);
	d->by = wire_str(&w, a);
	d->items = unpack_strs(&w, a, &d->nitems);
	return unpack_end(&w, BOX);
}

int
store_digest_get(struct store *s, struct sk_arena *a, int64_t row,
    struct digest_record *out)
{
	struct stmt *st = store_use(s, SQL_DIGEST_GET);

	db_bind_int(st, row);
	return row_get(s, st, a, read_row, out);
}

int
store_digest_list(struct store *s, struct sk_arena *a,
    struct digest_record **out, size_t *n)
{
	struct stmt *st = store_use(s, SQL_DIGEST_LIST);

	return row_list(s, st, a, read_row, sizeof(**out), out, n);
}

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
read_row(struct store *s, struct stmt *st, struct sk_arena *a,
    struct digest_record *d)
{
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
	int r;

	db_bind_int(st, row);
	r = db_get(st);
	if (r)
		return r;
	r = read_row(s, st, a, out);
	db_end(st);
	return r;
}

int
store_digest_list(struct store *s, struct sk_arena *a,
    struct digest_record **out, size_t *n)
{
	struct stmt *st = store_use(s, SQL_DIGEST_LIST);
	int r;

	*out = NULL;
	*n = 0;
	while ((r = db_step(st)) > 0) {
		*out = list_add(a, *out, *n, sizeof(**out));
		r = read_row(s, st, a, &(*out)[(*n)++]);
		if (r)
			break;
	}
	db_end(st);
	return r;
}

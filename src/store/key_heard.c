/*
 * Keys that came with a mail and were not looked at yet, written in the mail's
 * own transaction: neither a busy keyd nor an end of the program loses one.
 * What could not be taken stays for a while, with the reason and without the
 * key.
 */
#include <config.h>

#include <sekisho/store_beside.h>

#include "store/internal.h"

#define BOX "key_heard.box"

static void
bind_box(struct store *s, struct stmt *st, const struct key_heard_record *n)
{
	pack_begin(s);
	pack_u8(s, n->origin);
	pack_str(s, n->from);
	pack_str(s, n->signer);
	pack_str(s, n->refused);
	pack_bytes(s, n->block);
	pack_bind(s, st, BOX);
}

static int
read_row(struct store *s, struct stmt *st, struct sk_arena *a, void *into)
{
	struct key_heard_record *n = into;
	struct wire_in w;

	n->row = db_int(st);
	n->mail = db_int(st);
	n->time = db_int(st);
	n->case_row = db_int(st);
	n->urgent = db_int(st) == 0;
	n->tries = (unsigned)db_int(st);
	w = unpack(s, st, BOX);
	n->origin = wire_enum(&w, KEY_IN_SIGNATURE);
	n->from = wire_need_str(&w, a);
	n->signer = wire_str(&w, a);
	n->refused = wire_str(&w, a);
	n->block = wire_bytes(&w);
	n->block.p = sk_arena_dup(a, n->block.p, n->block.len);
	return unpack_end(&w, BOX);
}

static int
read_rows(struct store *s, struct stmt *st, struct sk_arena *a,
    struct key_heard_record **out, size_t *n)
{
	return row_list(s, st, a, read_row, sizeof(**out), out, n);
}

int
store_key_heard_add(struct store *s, struct key_heard_record *n)
{
	struct stmt *st = store_use(s, SQL_KEY_HEARD_ADD);
	int r;

	db_bind_int(st, n->mail);
	db_bind_int(st, n->time);
	db_bind_row(st, n->case_row);
	lookup_bind(st, lookup_address(s, n->from));
	db_bind_int(st, !n->urgent);
	bind_box(s, st, n);
	r = db_run(st);
	if (!r)
		n->row = db_last_row(s->main);
	return r;
}

int
store_key_heard_due(struct store *s, struct sk_arena *a, int64_t now,
    size_t max, struct key_heard_record **out, size_t *n)
{
	struct stmt *st = store_use(s, SQL_KEY_HEARD_DUE);

	db_bind_int(st, now);
	db_bind_int(st, (int64_t)max);
	return read_rows(s, st, a, out, n);
}

int
store_key_heard_next(struct store *s, int64_t now, int64_t *next)
{
	struct stmt *st = store_use(s, SQL_KEY_HEARD_NEXT);

	db_bind_int(st, now);
	return db_get_int(st, next);
}

int
store_key_heard_tried(struct store *s, int64_t row, int64_t due)
{
	struct stmt *st = store_use(s, SQL_KEY_HEARD_TRIED);

	db_bind_int(st, row);
	db_bind_int(st, due);
	return db_run_one(st);
}

int
store_key_heard_drop(struct store *s, int64_t row)
{
	struct stmt *st = store_use(s, SQL_KEY_HEARD_DROP);

	db_bind_int(st, row);
	return db_run_one(st);
}

int
store_key_heard_refuse(struct store *s, const struct key_heard_record *n,
    const char *why, int64_t now)
{
	struct stmt *st = store_use(s, SQL_KEY_HEARD_FORGET);
	struct key_heard_record left = *n;
	int r;

	db_bind_int(st, now - LIMIT_KEY_HEARD_SECONDS);
	r = db_run(st);
	if (r)
		return r;
	left.refused = why;
	left.block = sk_span_of("", 0);
	st = store_use(s, SQL_KEY_HEARD_REFUSE);
	db_bind_int(st, n->row);
	bind_box(s, st, &left);
	return db_run_one(st);
}

int
store_key_heard_refused(struct store *s, struct sk_arena *a, int64_t mail,
    int64_t now, struct key_heard_record **out, size_t *n)
{
	struct stmt *st = store_use(s, mail ? SQL_KEY_HEARD_OF_MAIL :
	    SQL_KEY_HEARD_REFUSED);

	db_bind_int(st, mail ? mail : now - LIMIT_KEY_HEARD_SECONDS);
	return read_rows(s, st, a, out, n);
}

int
store_key_heard_settled(struct store *s, const char *address, int64_t case_row)
{
	struct stmt *st = store_use(s, SQL_KEY_HEARD_SETTLED);

	lookup_bind(st, lookup_address(s, address));
	db_bind_row(st, case_row);
	return db_run(st);
}

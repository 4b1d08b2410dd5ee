/*
 * What a notice to a member's person says: the few words its text needs, kept
 * with the copy, since the item may have moved on when it is sealed.
 */
#include <config.h>

#include <sekisho/store_beside.h>

#include "store/internal.h"

#define BOX "notices.box"

int
store_notice_add(struct store *s, int64_t copy, const struct notice_record *n)
{
	struct stmt *st = store_use(s, SQL_NOTICE_ADD);

	db_bind_int(st, copy);
	pack_begin(s);
	pack_str(s, n->item);
	pack_i64(s, n->text);
	pack_i64(s, n->request);
	pack_u8(s, n->withdrawn);
	pack_u8(s, n->was);
	pack_u8(s, n->now);
	pack_u8(s, n->raised_from);
	pack_u8(s, n->raised_to);
	pack_u32(s, n->terms_version);
	pack_bind(s, st, BOX);
	return db_run(st);
}

int
store_notice_get(struct store *s, struct sk_arena *a, int64_t copy,
    struct notice_record *out)
{
	struct stmt *st = store_use(s, SQL_NOTICE_GET);
	struct wire_in w;
	int r;

	db_bind_int(st, copy);
	r = db_get(st);
	if (r)
		return r;
	w = unpack(s, st, BOX);
	*out = (struct notice_record){ .item = wire_str(&w, a) };
	out->text = wire_i64(&w);
	out->request = wire_i64(&w);
	out->withdrawn = wire_bool(&w);
	out->was = wire_enum(&w, SCOPE_PUBLIC);
	out->now = wire_enum(&w, SCOPE_PUBLIC);
	out->raised_from = wire_enum(&w, CONFIDENCE_CONFIRMED);
	out->raised_to = wire_enum(&w, CONFIDENCE_CONFIRMED);
	out->terms_version = wire_u32(&w);
	db_end(st);
	return unpack_end(&w, BOX);
}

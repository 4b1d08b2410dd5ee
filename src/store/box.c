/*
 * The sealed half of a record. Fields are packed in a fixed order, boxed under
 * the store key with the name of their column, and opened again: names,
 * addresses, subjects and words never reach the file in the clear (I9), and a
 * box moved to another column does not open.
 */
#include <config.h>

#include <string.h>

#include <sekisho/log.h>
#include <sekisho/text.h>

#include "store/internal.h"

/* Kept for the next record; a large one gives its memory back. */
static void
fresh(struct sk_buf *b)
{
	if (b->cap > LIMIT_STORE_SCRATCH)
		sk_buf_free(b);
	sk_buf_clear(b);
}

void
pack_begin(struct store *s)
{
	fresh(&s->plain);
	s->pack_bad = SK_OK;
}

void
pack_u8(struct store *s, unsigned v)
{
	if (v > 255)
		s->pack_bad = SK_ERR_BUG;
	wire_put_u8(&s->plain, (uint8_t)v);
}

void
pack_u32(struct store *s, uint32_t v)
{
	wire_put_u32(&s->plain, v);
}

void
pack_i64(struct store *s, int64_t v)
{
	wire_put_i64(&s->plain, v);
}

/* What could not be read again is refused now. */
void
pack_str(struct store *s, const char *v)
{
	if (v && !sk_utf8_valid(sk_span_str(v)))
		s->pack_bad = SK_ERR_DATA;
	wire_put_str(&s->plain, v);
}

void
pack_strs(struct store *s, const char *const *v, size_t n)
{
	if (n > LIMIT_STORE_LIST) {
		s->pack_bad = SK_ERR_LIMIT;
		return;
	}
	wire_put_u32(&s->plain, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		pack_str(s, v[i]);
}

void
pack_bytes(struct store *s, struct sk_span v)
{
	wire_put_bytes(&s->plain, v);
}

void
pack_hash(struct store *s, const unsigned char v[SK_HASH])
{
	wire_put_bytes(&s->plain, sk_span_of(v, SK_HASH));
}

void
box_bind(struct store *s, struct stmt *st, const char *label,
    struct sk_span plain)
{
	struct sk_buf *b = &s->box[s->turn_box++ & 1];

	fresh(b);
	box_seal(s->key, label, plain, b);
	if (b->over)
		db_bind_failed(st, SK_ERR_LIMIT);
	db_bind_blob(st, b->p, b->len);
}

void
pack_bind(struct store *s, struct stmt *st, const char *label)
{
	if (s->pack_bad)
		db_bind_failed(st, s->pack_bad);
	if (s->plain.over)
		db_bind_failed(st, SK_ERR_LIMIT);
	box_bind(s, st, label, sk_buf_span(&s->plain));
}

struct wire_in
unpack(struct store *s, struct stmt *st, const char *label)
{
	struct wire_in w;

	fresh(&s->plain);
	if (box_open(s->key, label, db_blob(st), &s->plain) == SK_OK)
		return wire_open(sk_buf_span(&s->plain));
	w = wire_open(sk_span_of("", 0));
	w.bad = true;
	return w;
}

const char *const *
unpack_strs(struct wire_in *w, struct sk_arena *a, size_t *n)
{
	uint32_t count = wire_count(w, LIMIT_STORE_LIST);
	const char **list = sk_arena_array(a, count, sizeof(*list));

	for (uint32_t i = 0; i < count; i++)
		list[i] = wire_need_str(w, a);
	*n = w->bad ? 0 : count;
	return list;
}

int
unpack_end(struct wire_in *w, const char *label)
{
	if (wire_end(w) == SK_OK)
		return SK_OK;
	sk_log(SK_ERROR, "store.damaged", "column=%s mend=\"restore the "
	    "database from a backup\"", label);
	return SK_ERR_IO;
}

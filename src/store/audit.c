/*
 * The audit log (I8): each row's hash covers the row before it, under the store
 * key, so a row changed, removed or put in between shows. The end of the chain
 * stands in meta as well, written once a turn, so that rows cut off at the end
 * show too. Rows are never changed: the database refuses it even to us (db.c).
 *
 * What stands here: who, what, about which case, item or person, in words and
 * numbers; never content.
 */
#include <config.h>

#include <string.h>

#include <sekisho/text.h>

#include "store/internal.h"

#define BOX "audit.box"
#define HEAD "audit.head"

void
audit_forget(struct store *s)
{
	s->audit_known = s->audit_moved = false;
}

/* Case numbers are no secret and come in order: kept in order, a new row's
 * place in the index is at its end, and a million cases do not spread the
 * writes over as many pages. */
static struct lookup
lookup_object(struct store *s, const char *object)
{
	struct lookup l = { { 0 } };
	int64_t seq;
	int year;

	if (!case_number(object, &year, &seq))
		return lookup_text(s, "object", object);
	for (unsigned i = 0; i < 4; i++)
		l.bytes[4 + i] = (unsigned char)(year >> (24 - 8 * i));
	for (unsigned i = 0; i < 8; i++)
		l.bytes[8 + i] = (unsigned char)(seq >> (56 - 8 * i));
	return l;
}

/* The chain's end is read once and kept in memory. */
static int
know_end(struct store *s)
{
	struct stmt *st;
	int r;

	if (s->audit_known)
		return SK_OK;
	st = store_use(s, SQL_AUDIT_LAST);
	s->audit_seq = 0;
	memset(s->audit_hash, 0, SK_HASH);
	r = db_step(st);
	if (r > 0) {
		s->audit_seq = db_int(st);
		db_fixed(st, s->audit_hash, SK_HASH);
	}
	db_end(st);
	s->audit_known = r >= 0;
	return r < 0 ? r : SK_OK;
}

/* What is hashed: the hash before, then every field with its length. */
static void
chain(struct store *s, const unsigned char before[SK_HASH],
    const struct audit_record *r, unsigned char out[SK_HASH])
{
	struct sk_buf b;

	sk_buf_init(&b, LIMIT_STORE_VALUE);
	sk_buf_add(&b, before, SK_HASH);
	wire_put_i64(&b, r->seq);
	wire_put_i64(&b, r->time);
	wire_put_str(&b, r->actor);
	wire_put_str(&b, r->event);
	wire_put_str(&b, r->object);
	wire_put_str(&b, r->detail);
	sk_hash_keyed(s->key, "audit", sk_buf_span(&b), out);
	sk_buf_free(&b);
}

static const char *
word(const char *s)
{
	return s ? s : "";
}

static int
add(struct store *s, const struct audit_record *r)
{
	struct stmt *st = store_use(s, SQL_AUDIT_ADD);

	db_bind_int(st, r->seq);
	db_bind_int(st, r->time);
	lookup_bind(st, lookup_object(s, r->object));
	db_bind_blob(st, r->hash, SK_HASH);
	pack_begin(s);
	pack_str(s, r->actor);
	pack_str(s, r->event);
	pack_str(s, r->object);
	pack_str(s, r->detail);
	pack_bind(s, st, BOX);
	return db_run(st);
}

int
store_audit(struct store *s, int64_t now, const char *actor,
    const char *event, const char *object, const char *detail)
{
	struct audit_record rec = { .time = now, .actor = word(actor),
		.event = word(event), .object = word(object),
		.detail = word(detail) };
	int r = know_end(s);

	if (r)
		return r;
	rec.seq = s->audit_seq + 1;
	chain(s, s->audit_hash, &rec, rec.hash);
	r = add(s, &rec);
	if (r)
		return r;
	s->audit_seq = rec.seq;
	memcpy(s->audit_hash, rec.hash, SK_HASH);
	s->audit_moved = true;
	return SK_OK;
}

/* ---- the head ---- */

static void
head_text(int64_t seq, const unsigned char hash[SK_HASH], struct sk_buf *out)
{
	char hex[2 * SK_HASH + 1];

	sk_hex(hex, hash, SK_HASH);
	sk_buf_addf(out, "%lld %s", (long long)seq, hex);
}

int
audit_settle(struct store *s)
{
	struct sk_buf b;
	int r;

	if (!s->audit_moved)
		return SK_OK;
	sk_buf_init(&b, 256);
	head_text(s->audit_seq, s->audit_hash, &b);
	r = store_meta_set(s, HEAD, sk_buf_str(&b));
	sk_buf_free(&b);
	if (!r)
		s->audit_moved = false;
	return r;
}

static int
head_matches(struct store *s, struct sk_arena *a, int64_t seq,
    const unsigned char hash[SK_HASH], bool *matches)
{
	const char *head;
	struct sk_buf b;
	int r = store_meta_get(s, a, HEAD, &head);

	*matches = seq == 0;
	if (r)
		return r == SK_ERR_NOINPUT ? SK_OK : r;
	sk_buf_init(&b, 256);
	head_text(seq, hash, &b);
	*matches = strcmp(head, sk_buf_str(&b)) == 0;
	sk_buf_free(&b);
	return SK_OK;
}

/* ---- read ---- */

static int
read_row(struct store *s, struct stmt *st, struct sk_arena *a, void *into)
{
	struct audit_record *r = into;
	struct wire_in w;

	*r = (struct audit_record){ .seq = db_int(st) };
	r->time = db_int(st);
	db_fixed(st, r->hash, SK_HASH);
	w = unpack(s, st, BOX);
	r->actor = wire_need_str(&w, a);
	r->event = wire_need_str(&w, a);
	r->object = wire_need_str(&w, a);
	r->detail = wire_need_str(&w, a);
	return unpack_end(&w, BOX);
}

int
store_audit_list(struct store *s, struct sk_arena *a, const char *object,
    size_t max, struct audit_record **out, size_t *n)
{
	struct stmt *st = store_use(s, object ? SQL_AUDIT_LIST_OBJECT :
	    SQL_AUDIT_LIST);

	if (object)
		lookup_bind(st, lookup_object(s, object));
	db_bind_int(st, (int64_t)max);
	return row_list(s, st, a, read_row, sizeof(**out), out, n);
}

/* Does this row follow the one before it? */
static bool
follows(struct store *s, struct stmt *st, struct audit_record *last)
{
	struct sk_arena *a = sk_arena_new();
	unsigned char want[SK_HASH];
	struct audit_record r;
	bool good = read_row(s, st, a, &r) == SK_OK &&
	    r.seq == last->seq + 1;

	if (good) {
		chain(s, last->hash, &r, want);
		good = sk_hash_eq(want, r.hash);
	}
	if (good) {
		last->seq = r.seq;
		memcpy(last->hash, r.hash, SK_HASH);
	}
	sk_arena_free(&a);
	return good;
}

int
store_audit_verify(struct store *s, int64_t *rows, int64_t *broken)
{
	struct audit_record last = { 0 };
	struct sk_arena *a;
	struct stmt *st;
	bool whole = false;
	int r = audit_settle(s);

	*rows = *broken = 0;
	if (r)
		return r;
	st = store_use(s, SQL_AUDIT_WALK);
	while (!*broken && (r = db_step(st)) > 0) {
		if (follows(s, st, &last))
			++*rows;
		else
			*broken = last.seq + 1;
	}
	db_end(st);
	if (r < 0 || *broken)
		return r < 0 ? r : SK_OK;
	a = sk_arena_new();
	r = head_matches(s, a, last.seq, last.hash, &whole);
	sk_arena_free(&a);
	if (!r && !whole)
		*broken = last.seq + 1;
	return r;
}

/*
 * Mail in custody. The sealed body stands in a table of its own and never
 * changes; the row holds what came with the mail (box, never changed either)
 * and what reading made of it (found). Repeats are found by keyed hashes over
 * hash, sender and recipients, in any order of the recipients.
 */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "store/internal.h"

#define BOX "mail.box"
#define FOUND "mail.found"

static const unsigned char nothing[VAULT_WRAP];

static bool
is_zero(const unsigned char *p, size_t n)
{
	return memcmp(p, nothing, n) == 0;
}

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct lookup));
}

/* What makes two mails the same: a hash, who, and to whom. */
static struct lookup
sameness(struct store *s, const char *label, const unsigned char *hash,
    const char *who, const struct mail_record *m)
{
	struct sk_arena *a = sk_arena_new();
	struct lookup *all = sk_arena_array(a, m->nrcpts + 1, sizeof(*all));
	struct sk_buf b;
	struct lookup out;

	for (size_t i = 0; i < m->nrcpts; i++)
		all[i] = lookup_address(s, m->rcpts[i]);
	qsort(all, m->nrcpts, sizeof(*all), compare);
	all[m->nrcpts] = lookup_address(s, who);
	sk_buf_init(&b, SIZE_MAX);
	sk_buf_add(&b, hash, SK_HASH);
	sk_buf_add(&b, all, (m->nrcpts + 1) * sizeof(*all));
	out = lookup_bytes(s, label, sk_buf_span(&b));
	sk_buf_free(&b);
	sk_arena_free(&a);
	return out;
}

static struct lookup
raw_sameness(struct store *s, const struct mail_record *m)
{
	return sameness(s, "mail.raw", m->raw_hash,
	    m->sender ? m->sender : "", m);
}

static bool
has_content(const struct mail_record *m)
{
	return m->from && !is_zero(m->content_id, SK_HASH);
}

static struct lookup
content_sameness(struct store *s, const struct mail_record *m)
{
	return sameness(s, "mail.content", m->content_id, m->from, m);
}

static void
bind_content(struct store *s, struct stmt *st, const struct mail_record *m)
{
	if (has_content(m))
		lookup_bind(st, content_sameness(s, m));
	else
		db_bind_null(st);
}

static void
bind_box(struct store *s, struct stmt *st, const struct mail_record *m)
{
	pack_begin(s);
	pack_str(s, m->sender ? m->sender : "");
	pack_strs(s, m->rcpts, m->nrcpts);
	pack_hash(s, m->raw_hash);
	pack_i64(s, (int64_t)m->size);
	pack_bind(s, st, BOX);
}

static void
bind_found(struct store *s, struct stmt *st, const struct mail_record *m)
{
	pack_begin(s);
	pack_hash(s, m->content_id);
	pack_i64(s, m->repeat_of);
	pack_str(s, m->note ? m->note : "");
	pack_u8(s, m->auth);
	pack_str(s, m->subject);
	pack_str(s, m->from);
	pack_str(s, m->message_id);
	pack_bytes(s, m->facts);
	pack_bytes(s, m->verdict);
	pack_bind(s, st, FOUND);
}

static int
add_body(struct store *s, int64_t row, struct sk_span body)
{
	struct stmt *st = store_use(s, SQL_MAIL_BODY_ADD);

	db_bind_int(st, row);
	db_bind_blob(st, body.p, body.len);
	return db_run(st);
}

int
store_mail_add(struct store *s, struct mail_record *m)
{
	struct stmt *st = store_use(s, SQL_MAIL_ADD);
	int r;

	db_bind_int(st, m->received);
	db_bind_int(st, m->done);
	db_bind_int(st, m->tries);
	db_bind_row(st, m->case_row);
	db_bind_int(st, m->class);
	db_bind_int(st, m->by_case);
	lookup_bind(st, raw_sameness(s, m));
	bind_content(s, st, m);
	db_bind_text(st, m->spool);
	db_bind_blob(st, m->wrap, VAULT_WRAP);
	bind_box(s, st, m);
	bind_found(s, st, m);
	db_bind_int(st, m->door);
	r = db_run(st);
	if (r)
		return r;
	m->row = db_last_row(s->main);
	return m->spool ? SK_OK : add_body(s, m->row, m->body);
}

static struct sk_span
own_bytes(struct wire_in *w, struct sk_arena *a)
{
	struct sk_span v = wire_bytes(w);

	return sk_span_of(v.len ? sk_arena_dup(a, v.p, v.len) : NULL, v.len);
}

static int
read_box(struct store *s, struct stmt *st, struct sk_arena *a,
    struct mail_record *m)
{
	struct wire_in w = unpack(s, st, BOX);

	m->sender = wire_need_str(&w, a);
	m->rcpts = unpack_strs(&w, a, &m->nrcpts);
	wire_fixed(&w, m->raw_hash, SK_HASH);
	m->size = (uint64_t)wire_i64(&w);
	return unpack_end(&w, BOX);
}

static int
read_found(struct store *s, struct stmt *st, struct sk_arena *a,
    struct mail_record *m)
{
	struct wire_in w = unpack(s, st, FOUND);

	wire_fixed(&w, m->content_id, SK_HASH);
	m->repeat_of = wire_i64(&w);
	m->note = wire_need_str(&w, a);
	m->auth = wire_enum(&w, AUTH_PASS);
	m->subject = wire_str(&w, a);
	m->from = wire_str(&w, a);
	m->message_id = wire_str(&w, a);
	m->facts = own_bytes(&w, a);
	m->verdict = own_bytes(&w, a);
	return unpack_end(&w, FOUND);
}

static int
read_row(struct store *s, struct stmt *st, struct sk_arena *a, void *into)
{
	struct mail_record *m = into;
	int r;

	*m = (struct mail_record){ .row = db_int(st) };
	m->received = db_int(st);
	m->done = db_int(st) != 0;
	m->tries = (uint32_t)db_int(st);
	m->case_row = db_int(st);
	m->class = (enum mail_class)db_int(st);
	m->by_case = db_int(st) != 0;
	m->spool = db_text(st, a);
	db_fixed(st, m->wrap, VAULT_WRAP);
	r = read_box(s, st, a, m);
	if (!r)
		r = read_found(s, st, a, m);
	m->door = (enum mail_door)db_int(st);
	m->again = (enum mail_again)db_int(st);
	return r;
}

int
store_mail_get(struct store *s, struct sk_arena *a, int64_t row,
    struct mail_record *out)
{
	struct stmt *st = store_use(s, SQL_MAIL_GET);

	db_bind_int(st, row);
	return row_get(s, st, a, read_row, out);
}

int
store_mail_body(struct store *s, struct sk_arena *a, int64_t row,
    struct sk_span *out)
{
	struct stmt *st = store_use(s, SQL_MAIL_BODY_GET);
	struct sk_span body;
	int r;

	db_bind_int(st, row);
	r = db_get(st);
	if (r)
		return r;
	body = db_blob(st);
	*out = sk_span_of(sk_arena_dup(a, body.p, body.len), body.len);
	db_end(st);
	return SK_OK;
}

int
store_mail_try(struct store *s, int64_t row)
{
	struct stmt *st = store_use(s, SQL_MAIL_TRY);

	db_bind_int(st, row);
	return db_run_one(st);
}

int
store_mail_untried(struct store *s)
{
	return db_run(store_use(s, SQL_MAIL_UNTRIED));
}

int
store_mail_again(struct store *s, int64_t row, enum mail_again again)
{
	struct stmt *st = store_use(s, SQL_MAIL_AGAIN);

	db_bind_int(st, row);
	db_bind_int(st, again);
	return db_run_one(st);
}

int
store_mail_filed(struct store *s, const struct mail_record *m)
{
	struct stmt *st = store_use(s, SQL_MAIL_FILED);

	db_bind_int(st, m->row);
	db_bind_row(st, m->case_row);
	db_bind_int(st, m->class);
	bind_content(s, st, m);
	bind_found(s, st, m);
	if (is_zero(m->wrap, VAULT_WRAP)) {
		db_bind_null(st);
		db_bind_null(st);
	} else {
		db_bind_int(st, m->by_case);
		db_bind_blob(st, m->wrap, VAULT_WRAP);
	}
	return db_run_one(st);
}

static int
rows_after(struct stmt *st, int64_t after, int64_t *rows, size_t max,
    size_t *n)
{
	int r;

	*n = 0;
	db_bind_int(st, after);
	db_bind_int(st, (int64_t)max);
	while ((r = db_step(st)) > 0)
		rows[(*n)++] = db_int(st);
	db_end(st);
	return r;
}

int
store_mail_pending(struct store *s, int64_t after, int64_t *rows, size_t max,
    size_t *n)
{
	return rows_after(store_use(s, SQL_MAIL_PENDING), after, rows, max,
	    n);
}

int
store_mail_unwrapped(struct store *s, int64_t after, int64_t *rows,
    size_t max, size_t *n)
{
	return rows_after(store_use(s, SQL_MAIL_UNWRAPPED), after, rows, max,
	    n);
}

int
store_mail_list(struct store *s, struct sk_arena *a, int64_t case_row,
    size_t max, struct mail_record **out, size_t *n)
{
	struct stmt *st = store_use(s, case_row ? SQL_MAIL_LIST_CASE :
	    SQL_MAIL_LIST);

	if (case_row)
		db_bind_int(st, case_row);
	db_bind_int(st, (int64_t)max);
	return row_list(s, st, a, read_row, sizeof(**out), out, n);
}

static int
first_of(struct stmt *st, int64_t *row, int64_t *case_row)
{
	int r = db_step(st);

	*row = r > 0 ? db_int(st) : 0;
	*case_row = r > 0 ? db_int(st) : 0;
	db_end(st);
	return r < 0 ? r : SK_OK;
}

int
store_mail_repeat_raw(struct store *s, const struct mail_record *m,
    int64_t *row, int64_t *case_row)
{
	struct stmt *st = store_use(s, SQL_MAIL_REPEAT_RAW);

	lookup_bind(st, raw_sameness(s, m));
	db_bind_int(st, m->row);
	return first_of(st, row, case_row);
}

int
store_mail_repeat_content(struct store *s, const struct mail_record *m,
    int64_t since, int64_t *row, int64_t *case_row)
{
	struct stmt *st;

	*row = *case_row = 0;
	if (!has_content(m))
		return SK_OK;
	st = store_use(s, SQL_MAIL_REPEAT_CONTENT);
	lookup_bind(st, content_sameness(s, m));
	db_bind_int(st, m->row);
	db_bind_int(st, since);
	return first_of(st, row, case_row);
}

int
store_mail_spools(struct store *s, struct sk_arena *a,
    const char *const **names, size_t *n)
{
	struct stmt *st = store_use(s, SQL_MAIL_SPOOLS);
	const char **list = NULL;
	int r;

	*n = 0;
	while ((r = db_step(st)) > 0) {
		list = list_add(a, list, *n, sizeof(*list));
		list[(*n)++] = db_text(st, a);
	}
	db_end(st);
	*names = list;
	return r;
}

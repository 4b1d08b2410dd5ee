/*
 * The outbox and ledger: one row for each mail that leaves, with one recipient
 * (I3). What the copy is (box) never changes; what became of it (status) does
 * (copy_status.c). A row of which either half cannot be read is left out where
 * something is done with each, and listed with what stands in the clear.
 */
#include <config.h>

#include <string.h>


#include "store/internal.h"

#define BOX "copies.box"

/* ---- write ---- */

static void
bind_box(struct store *s, struct stmt *st, const struct copy_record *c)
{
	pack_begin(s);
	pack_str(s, c->template);
	pack_str(s, c->language);
	pack_str(s, c->person);
	pack_str(s, c->address);
	pack_str(s, c->from);
	pack_str(s, c->token);
	pack_str(s, c->in_reply_to);
	pack_bind(s, st, BOX);
}

/* Nobody's copy has an empty value, NULL is of an older schema. */
static void
bind_person(struct store *s, struct stmt *st, const char *person)
{
	if (person)
		lookup_bind(st, lookup_text(s, "person", person));
	else
		db_bind_blob(st, "", 0);
}

int
store_copy_add(struct store *s, struct copy_record *c)
{
	struct copy_status u = { .fpr = c->fpr, .reason = c->reason,
		.queue_id = c->queue_id, .reply = c->reply,
		.items = c->items };
	struct stmt *st;
	int r;

	/* There are no proved bytes yet. */
	if (c->state != COPY_TO_SEAL && c->state != COPY_HELD)
		return SK_ERR_BUG;
	st = store_use(s, SQL_COPY_ADD);
	db_bind_int(st, c->created);
	db_bind_int(st, c->next_try);
	db_bind_int(st, c->state);
	db_bind_int(st, c->encrypted);
	db_bind_row(st, c->case_row);
	db_bind_row(st, c->digest);
	db_bind_int(st, c->question);
	db_bind_int(st, c->terms_version);
	db_bind_int(st, c->tries);
	db_bind_blob(st, c->copy_hash, SK_HASH);
	bind_person(s, st, c->person);
	bind_box(s, st, c);
	copy_status_bind(s, st, &u);
	db_bind_int(st, c->send_after);
	r = db_run(st);
	if (!r)
		c->row = db_last_row(s->main);
	return r;
}

/* ---- read ---- */

static int
read_box(struct store *s, struct stmt *st, struct sk_arena *a,
    struct copy_record *c)
{
	struct wire_in w = unpack(s, st, BOX);

	c->template = wire_str(&w, a);
	c->language = wire_str(&w, a);
	c->person = wire_str(&w, a);
	c->address = wire_str(&w, a);
	c->from = wire_str(&w, a);
	c->token = wire_str(&w, a);
	c->in_reply_to = wire_str(&w, a);
	return unpack_end(&w, BOX);
}

/* Nobody who prints it, or compares it, is to ask for NULL. */
static void
unreadable(struct copy_record *c, bool box)
{
	if (!box) {
		c->template = "-";
		c->language = c->address = c->from = c->token = "";
		c->person = c->in_reply_to = NULL;
	}
	c->reason = COPY_UNREADABLE;
	c->unreadable = true;
}

static void
read_row(struct store *s, struct stmt *st, struct sk_arena *a,
    struct copy_record *c)
{
	struct copy_status u = { 0 };
	bool box, status;

	*c = (struct copy_record){ .row = db_int(st) };
	c->created = db_int(st);
	c->next_try = db_int(st);
	c->sent = db_int(st);
	c->state = (enum copy_state)db_int(st);
	c->encrypted = db_int(st) != 0;
	c->case_row = db_int(st);
	c->digest = db_int(st);
	c->question = (uint32_t)db_int(st);
	c->terms_version = (uint32_t)db_int(st);
	c->tries = (uint32_t)db_int(st);
	db_fixed(st, c->copy_hash, SK_HASH);
	box = read_box(s, st, a, c) == SK_OK;
	status = copy_status_read(s, st, a, &u) == SK_OK;
	c->send_after = db_int(st);
	c->edition = db_int(st);
	if (status) {
		c->fpr = u.fpr;
		memcpy(c->key_hash, u.key_hash, SK_HASH);
		c->reason = u.reason;
		c->queue_id = u.queue_id;
		c->reply = u.reply;
		c->items = u.items;
		c->refused = u.refused;
		c->own = u.own;
	}
	if (!box || !status)
		unreadable(c, box);
}

static int
get_row(struct store *s, struct stmt *st, struct sk_arena *a,
    struct copy_record *out)
{
	int r = db_get(st);

	if (r)
		return r;
	read_row(s, st, a, out);
	db_end(st);
	return out->unreadable ? SK_ERR_IO : SK_OK;
}

int
store_copy_get(struct store *s, struct sk_arena *a, int64_t row,
    struct copy_record *out)
{
	struct stmt *st = store_use(s, SQL_COPY_GET);

	out->unreadable = false;
	db_bind_int(st, row);
	return get_row(s, st, a, out);
}

int
store_copy_by_hash(struct store *s, struct sk_arena *a,
    const unsigned char hash[SK_HASH], struct copy_record *out)
{
	struct stmt *st = store_use(s, SQL_COPY_BY_HASH);

	db_bind_blob(st, hash, SK_HASH);
	return get_row(s, st, a, out);
}

int
store_copy_due(struct store *s, enum copy_state state, int64_t now,
    int64_t *rows, size_t max, size_t *n)
{
	struct stmt *st = store_use(s, SQL_COPY_DUE);
	int r;

	*n = 0;
	db_bind_int(st, state);
	db_bind_int(st, now);
	db_bind_int(st, (int64_t)max);
	while ((r = db_step(st)) > 0)
		rows[(*n)++] = db_int(st);
	db_end(st);
	return r;
}

int
store_copy_next(struct store *s, enum copy_state state, int64_t now,
    int64_t *next)
{
	struct stmt *st = store_use(s, SQL_COPY_NEXT);

	db_bind_int(st, state);
	db_bind_int(st, now);
	return db_get_int(st, next);
}

int
store_copies_from_ahead(struct store *s, int64_t now, int64_t latest)
{
	struct stmt *st = store_use(s, SQL_COPY_FROM_AHEAD);

	db_bind_int(st, now);
	db_bind_int(st, latest);
	return db_run(st);
}

static struct stmt *
use_list(struct store *s, int state, int64_t digest, int64_t case_row)
{
	struct stmt *st = store_use(s, digest && case_row ?
	    SQL_COPY_LIST_BOTH : digest ? SQL_COPY_LIST_DIGEST : case_row ?
	    SQL_COPY_LIST_CASE : state >= 0 ? SQL_COPY_LIST_STATE :
	    SQL_COPY_LIST);

	if (state >= 0 || digest || case_row)
		db_bind_int(st, state);
	if (digest)
		db_bind_int(st, digest);
	if (case_row)
		db_bind_int(st, case_row);
	return st;
}

static int
take_rows(struct store *s, struct stmt *st, struct sk_arena *a,
    const char *person, bool whole, size_t max, struct copy_record **out,
    size_t *n)
{
	struct copy_record c;
	int r = SK_OK;

	*out = NULL;
	*n = 0;
	while (*n < max && (r = db_step(st)) > 0) {
		read_row(s, st, a, &c);
		if (c.unreadable && !whole)
			continue;
		if (person && (!c.person || strcmp(c.person, person) != 0))
			continue;
		*out = list_add(a, *out, *n, sizeof(**out));
		(*out)[(*n)++] = c;
	}
	db_end(st);
	return *n < max ? r : SK_OK;
}

static int
list(struct store *s, struct sk_arena *a, int state, int64_t digest,
    int64_t case_row, bool whole, size_t max, struct copy_record **out,
    size_t *n)
{
	struct stmt *st = use_list(s, state, digest, case_row);

	db_bind_int(st, (int64_t)max);
	return take_rows(s, st, a, NULL, whole, max, out, n);
}

int
store_copy_list(struct store *s, struct sk_arena *a, int state, int64_t digest,
    int64_t case_row, size_t max, struct copy_record **out, size_t *n)
{
	return list(s, a, state, digest, case_row, false, max, out, n);
}

int
store_copy_list_whole(struct store *s, struct sk_arena *a, int state,
    int64_t digest, int64_t case_row, size_t max, struct copy_record **out,
    size_t *n)
{
	return list(s, a, state, digest, case_row, true, max, out, n);
}

static int
list_person(struct store *s, enum sql_id sql, struct sk_arena *a,
    const char *person, size_t max, struct copy_record **out, size_t *n)
{
	struct stmt *st = store_use(s, sql);

	lookup_bind(st, lookup_text(s, "person", person));
	return take_rows(s, st, a, person, false, max, out, n);
}

int
store_copies_of(struct store *s, struct sk_arena *a, const char *person,
    size_t max, struct copy_record **out, size_t *n)
{
	return list_person(s, SQL_COPY_LIST_PERSON, a, person, max, out, n);
}

int
store_copies_marked(struct store *s, struct sk_arena *a, const char *person,
    size_t max, struct copy_record **out, size_t *n)
{
	return list_person(s, SQL_COPY_LIST_OWN, a, person, max, out, n);
}


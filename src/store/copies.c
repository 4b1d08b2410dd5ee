/*
 * The outbox and ledger: one row for each mail that leaves, with one recipient
 * (I3). What the copy is (box) never changes; what became of it (status) does,
 * and only along the arrows of moves[]. Proved bytes are inserted once and
 * never updated; a copy that is sealed anew first loses them by its release.
 */
#include <config.h>

#include <string.h>

#include <sekisho/hash.h>
#include <sekisho/log.h>
#include <sekisho/text.h>

#include "store/internal.h"

#define BOX "copies.box"
#define STATUS "copies.status"
#define MESSAGE "copy_message.box"

#define BIT(state) (1u << (state))
#define NOT_SENT (BIT(COPY_TO_SEAL) | BIT(COPY_READY) | BIT(COPY_HANDING) | \
	BIT(COPY_HELD) | BIT(COPY_DROPPED) | BIT(COPY_MARKED))

/* From which states may store_copy_state() go there? READY comes from sealing,
 * SENT from store_copy_handed(), BOUNCED from store_copy_returned(). */
static const unsigned moves[] = {
	[COPY_TO_SEAL] = BIT(COPY_HELD) | BIT(COPY_TO_SEAL) | BIT(COPY_BOUNCED),
	[COPY_READY] = BIT(COPY_HANDING) | BIT(COPY_READY),
	[COPY_HANDING] = BIT(COPY_READY),
	[COPY_SENT] = 0,
	[COPY_HELD] = NOT_SENT,
	[COPY_DROPPED] = NOT_SENT,
	/* While a courier has it, it is not yet known how it will be told. */
	[COPY_MARKED] = (NOT_SENT & ~BIT(COPY_HANDING)) | BIT(COPY_BOUNCED),
	[COPY_BOUNCED] = 0,
};

struct status {				/* what became of a copy */
	enum copy_state state;
	uint32_t tries;
	int64_t next_try;
	const char *fpr, *reason, *queue_id, *reply, *items;
	unsigned char key_hash[SK_HASH];
};

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

static void
bind_status(struct store *s, struct stmt *st, const struct status *u)
{
	pack_begin(s);
	pack_str(s, u->fpr);
	pack_str(s, u->reason ? u->reason : "");
	pack_str(s, u->queue_id);
	pack_str(s, u->reply);
	pack_str(s, u->items);
	pack_hash(s, u->key_hash);
	pack_bind(s, st, STATUS);
}

static bool
waits(enum copy_state state)
{
	return state == COPY_TO_SEAL || state == COPY_READY ||
	    state == COPY_HANDING || state == COPY_HELD;
}

static void
bind_next_try(struct stmt *st, enum copy_state state, int64_t next_try)
{
	if (waits(state))
		db_bind_int(st, next_try);
	else
		db_bind_null(st);
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
	struct status u = { .fpr = c->fpr, .reason = c->reason,
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
	bind_status(s, st, &u);
	db_bind_int(st, c->send_after);
	r = db_run(st);
	if (!r)
		c->row = db_last_row(s->main);
	return r;
}

/* ---- read ---- */

static int
read_status(struct store *s, struct stmt *st, struct sk_arena *a,
    struct status *u)
{
	struct wire_in w = unpack(s, st, STATUS);

	u->fpr = wire_str(&w, a);
	u->reason = wire_need_str(&w, a);
	u->queue_id = wire_str(&w, a);
	u->reply = wire_str(&w, a);
	u->items = wire_str(&w, a);
	if (w.rest.len)		/* not of schema 11 */
		wire_fixed(&w, u->key_hash, SK_HASH);
	return unpack_end(&w, STATUS);
}

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

static int
read_row(struct store *s, struct stmt *st, struct sk_arena *a,
    struct copy_record *c)
{
	struct status u = { 0 };
	int r;

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
	r = read_box(s, st, a, c);
	if (!r)
		r = read_status(s, st, a, &u);
	c->send_after = db_int(st);
	c->edition = db_int(st);
	c->fpr = u.fpr;
	memcpy(c->key_hash, u.key_hash, SK_HASH);
	c->reason = u.reason;
	c->queue_id = u.queue_id;
	c->reply = u.reply;
	c->items = u.items;
	return r;
}

int
store_copy_get(struct store *s, struct sk_arena *a, int64_t row,
    struct copy_record *out)
{
	struct stmt *st = store_use(s, SQL_COPY_GET);
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
store_copy_by_hash(struct store *s, struct sk_arena *a,
    const unsigned char hash[SK_HASH], struct copy_record *out)
{
	struct stmt *st = store_use(s, SQL_COPY_BY_HASH);
	int r;

	db_bind_blob(st, hash, SK_HASH);
	r = db_get(st);
	if (r)
		return r;
	r = read_row(s, st, a, out);
	db_end(st);
	return r;
}

int
store_copy_message(struct store *s, struct sk_arena *a, int64_t row,
    struct sk_span *out)
{
	struct stmt *st = store_use(s, SQL_COPY_MESSAGE_GET);
	struct wire_in w;
	int r;

	db_bind_int(st, row);
	r = db_get(st);
	if (r)
		return r;
	w = unpack(s, st, MESSAGE);
	*out = sk_span_of(sk_arena_dup(a, w.rest.p, w.rest.len), w.rest.len);
	w.rest.len = 0;
	db_end(st);
	return unpack_end(&w, MESSAGE);
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
    const char *person, size_t max, struct copy_record **out, size_t *n)
{
	struct copy_record c;
	int r = SK_OK;

	*out = NULL;
	*n = 0;
	while (*n < max && (r = db_step(st)) > 0 &&
	    (r = read_row(s, st, a, &c)) == SK_OK) {
		if (person && (!c.person || strcmp(c.person, person) != 0))
			continue;
		*out = list_add(a, *out, *n, sizeof(**out));
		(*out)[(*n)++] = c;
	}
	db_end(st);
	return *n < max ? r : SK_OK;
}

int
store_copy_list(struct store *s, struct sk_arena *a, int state, int64_t digest,
    int64_t case_row, size_t max, struct copy_record **out, size_t *n)
{
	struct stmt *st = use_list(s, state, digest, case_row);

	db_bind_int(st, (int64_t)max);
	return take_rows(s, st, a, NULL, max, out, n);
}

static int
list_person(struct store *s, enum sql_id sql, struct sk_arena *a,
    const char *person, size_t max, struct copy_record **out, size_t *n)
{
	struct stmt *st = store_use(s, sql);

	lookup_bind(st, lookup_text(s, "person", person));
	return take_rows(s, st, a, person, max, out, n);
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

/* ---- change ---- */

static int
status_of(struct store *s, struct sk_arena *a, int64_t row, struct status *u)
{
	struct stmt *st = store_use(s, SQL_COPY_STATUS_GET);
	int r;

	db_bind_int(st, row);
	r = db_get(st);
	if (r)
		return r;
	*u = (struct status){ .state = (enum copy_state)db_int(st) };
	u->tries = (uint32_t)db_int(st);
	u->next_try = db_int(st);
	r = read_status(s, st, a, u);
	db_end(st);
	return r;
}

static int
illegal(int64_t row, enum copy_state from, const char *what)
{
	sk_log(SK_BUG, "copy.move", "copy=%lld state=%d to=%s",
	    (long long)row, (int)from, what);
	return SK_ERR_BUG;
}

static int
set_status(struct store *s, int64_t row, enum copy_state from,
    const struct status *u)
{
	struct stmt *st = store_use(s, SQL_COPY_STATUS_SET);

	db_bind_int(st, row);
	db_bind_int(st, from);
	db_bind_int(st, u->state);
	db_bind_int(st, u->tries);
	bind_next_try(st, u->state, u->next_try);
	bind_status(s, st, u);
	return db_run_one(st);
}

static int
drop_message(struct store *s, int64_t row)
{
	struct stmt *st = store_use(s, SQL_COPY_MESSAGE_DROP);

	db_bind_int(st, row);
	return db_run(st);
}

static int
add_message(struct store *s, int64_t row, struct sk_span message)
{
	struct stmt *st = store_use(s, SQL_COPY_MESSAGE_ADD);

	db_bind_int(st, row);
	box_bind(s, st, MESSAGE, message);
	return db_run(st);
}

static int
set_sealed(struct store *s, int64_t row, const struct status *u,
    int64_t edition, const unsigned char hash[SK_HASH])
{
	struct stmt *st = store_use(s, SQL_COPY_SEALED);

	db_bind_int(st, row);
	db_bind_int(st, COPY_TO_SEAL);
	db_bind_int(st, COPY_READY);
	bind_status(s, st, u);
	db_bind_blob(st, hash, SK_HASH);
	db_bind_int(st, edition);
	return db_run_one(st);
}

int
store_copy_sealed(struct store *s, int64_t row, const struct key_facts *key,
    const char *items, int64_t edition, struct sk_span message,
    const unsigned char hash[SK_HASH])
{
	struct sk_arena *a = sk_arena_new();
	struct status u;
	int r = status_of(s, a, row, &u);

	if (!r && u.state != COPY_TO_SEAL)
		r = illegal(row, u.state, "sealed");
	if (!r) {
		u.fpr = key ? key->fpr : NULL;
		if (key)
			sk_hash_of(key->block, u.key_hash);
		u.items = items;
		u.reason = "";
		r = add_message(s, row, message);
	}
	if (!r)
		r = set_sealed(s, row, &u, edition, hash);
	sk_arena_free(&a);
	return r;
}

int
store_copy_state(struct store *s, int64_t row, enum copy_state state,
    const char *reason, int64_t next_try)
{
	struct sk_arena *a = sk_arena_new();
	enum copy_state from;
	struct status u;
	int r = status_of(s, a, row, &u);

	if (!r && !(moves[state] & BIT(u.state)))
		r = illegal(row, u.state, "state");
	if (!r) {
		from = u.state;
		u.state = state;
		u.reason = reason;
		u.next_try = next_try;
		r = set_status(s, row, from, &u);
	}
	if (!r && state == COPY_TO_SEAL)
		r = drop_message(s, row);
	sk_arena_free(&a);
	return r;
}

/* The relay's words: a stray byte in them must not undo the hand-over. */
static const char *
clean(struct sk_arena *a, const char *s)
{
	return s ? sk_utf8_clean(a, sk_span_str(s)) : NULL;
}

static int
set_sent(struct store *s, int64_t row, const struct status *u, int64_t now)
{
	struct stmt *st = store_use(s, SQL_COPY_SENT);

	db_bind_int(st, row);
	db_bind_int(st, COPY_HANDING);
	db_bind_int(st, COPY_SENT);
	bind_status(s, st, u);
	db_bind_int(st, now);
	return db_run_one(st);
}

int
store_copy_handed(struct store *s, int64_t row, const char *queue_id,
    const char *reply, int64_t now)
{
	struct sk_arena *a = sk_arena_new();
	struct status u;
	int r = status_of(s, a, row, &u);

	if (!r && u.state != COPY_HANDING)
		r = illegal(row, u.state, "sent");
	if (!r) {
		u.queue_id = clean(a, queue_id);
		u.reply = clean(a, reply);
		r = set_sent(s, row, &u, now);
	}
	sk_arena_free(&a);
	return r;
}

int
store_copy_left(struct store *s, int64_t row, int64_t now)
{
	struct stmt *st = store_use(s, SQL_COPY_LEFT);

	db_bind_int(st, row);
	db_bind_int(st, now);
	return db_run_one(st);
}

int
store_copy_put_off(struct store *s, int64_t row, int64_t next_try)
{
	struct stmt *st = store_use(s, SQL_COPY_PUT_OFF);

	db_bind_int(st, row);
	db_bind_int(st, next_try);
	return db_run_one(st);
}

int
store_copy_again(struct store *s, int64_t row)
{
	struct sk_arena *a = sk_arena_new();
	struct status u;
	int r = status_of(s, a, row, &u);
	struct stmt *st;

	if (!r) {
		u.reason = "";
		st = store_use(s, SQL_COPY_AGAIN);
		db_bind_int(st, row);
		bind_status(s, st, &u);
		r = db_run_one(st);
	}
	sk_arena_free(&a);
	return r;
}

int
store_copy_returned(struct store *s, int64_t row, bool lost,
    const char *reason)
{
	struct sk_arena *a = sk_arena_new();
	struct status u;
	int r = status_of(s, a, row, &u);

	if (!r && u.state != COPY_SENT)
		r = illegal(row, u.state, "returned");
	if (!r) {
		u.reason = reason;
		if (lost)
			u.state = COPY_BOUNCED;
		r = set_status(s, row, COPY_SENT, &u);
	}
	sk_arena_free(&a);
	return r;
}

/* The relay did not take it: the same bytes again later. */
int
store_copy_tried(struct store *s, int64_t row, const char *reply,
    int64_t next_try)
{
	struct sk_arena *a = sk_arena_new();
	enum copy_state from;
	struct status u;
	int r = status_of(s, a, row, &u);

	if (!r && !waits(u.state))
		r = illegal(row, u.state, "tried");
	if (!r) {
		from = u.state;
		if (from == COPY_HANDING)
			u.state = COPY_READY;
		u.tries++;
		u.reply = clean(a, reply);
		u.next_try = next_try;
		r = set_status(s, row, from, &u);
	}
	sk_arena_free(&a);
	return r;
}

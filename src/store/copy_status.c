/*
 * What became of a copy, and what may become of it: only along the arrows of
 * moves[]. Proved bytes are inserted once and never updated; a copy that is
 * sealed anew first loses them by its release.
 */
#include <config.h>

#include <string.h>

#include <sekisho/hash.h>
#include <sekisho/log.h>
#include <sekisho/text.h>

#include "store/internal.h"

#define STATUS "copies.status"
#define MESSAGE "copy_message.box"

#define BIT(state) (1u << (state))
#define ANY (~0u)
#define WAITS (BIT(COPY_TO_SEAL) | BIT(COPY_READY) | BIT(COPY_HANDING) | \
	BIT(COPY_HELD))
#define NOT_SENT (WAITS | BIT(COPY_DROPPED) | BIT(COPY_MARKED))

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

void
copy_status_bind(struct store *s, struct stmt *st, const struct copy_status *u)
{
	pack_begin(s);
	pack_str(s, u->fpr);
	pack_str(s, u->reason ? u->reason : "");
	pack_str(s, u->queue_id);
	pack_str(s, u->reply);
	pack_str(s, u->items);
	pack_hash(s, u->key_hash);
	pack_i64(s, u->refused);
	pack_u32(s, u->own);
	pack_bind(s, st, STATUS);
}

static void
bind_next_try(struct stmt *st, enum copy_state state, int64_t next_try)
{
	if (BIT(state) & WAITS)
		db_bind_int(st, next_try);
	else
		db_bind_null(st);
}

int
copy_status_read(struct store *s, struct stmt *st, struct sk_arena *a,
    struct copy_status *u)
{
	struct wire_in w = unpack(s, st, STATUS);

	u->fpr = wire_str(&w, a);
	u->reason = wire_need_str(&w, a);
	u->queue_id = wire_str(&w, a);
	u->reply = wire_str(&w, a);
	u->items = wire_str(&w, a);
	if (w.rest.len)		/* not of schema 11 */
		wire_fixed(&w, u->key_hash, SK_HASH);
	if (w.rest.len) {	/* not of early schema 12 */
		u->refused = wire_i64(&w);
		u->own = wire_u32(&w);
	}
	return unpack_end(&w, STATUS);
}

/* ---- its moves ---- */

static int
status_of(struct store *s, struct sk_arena *a, int64_t row,
    struct copy_status *u)
{
	struct stmt *st = store_use(s, SQL_COPY_STATUS_GET);
	int r;

	db_bind_int(st, row);
	r = db_get(st);
	if (r)
		return r;
	*u = (struct copy_status){ .state = (enum copy_state)db_int(st) };
	u->tries = (uint32_t)db_int(st);
	u->next_try = db_int(st);
	r = copy_status_read(s, st, a, u);
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

/* One move of one copy: what it is now, and with it until move_end(). */
struct move {
	struct sk_arena *a;
	enum copy_state from;
	struct copy_status u;
};

/* May it move from there (bits of states)? move_end() follows in any case. */
static int
move_begin(struct store *s, int64_t row, unsigned from, const char *what,
    struct move *m)
{
	int r;

	m->a = sk_arena_new();
	r = status_of(s, m->a, row, &m->u);
	if (r)
		return r;
	m->from = m->u.state;
	return from & BIT(m->from) ? SK_OK : illegal(row, m->from, what);
}

static int
move_end(struct move *m, int r)
{
	sk_arena_free(&m->a);
	return r;
}

static int
set_status(struct store *s, int64_t row, enum copy_state from,
    const struct copy_status *u)
{
	struct stmt *st = store_use(s, SQL_COPY_STATUS_SET);

	db_bind_int(st, row);
	db_bind_int(st, from);
	db_bind_int(st, u->state);
	db_bind_int(st, u->tries);
	bind_next_try(st, u->state, u->next_try);
	copy_status_bind(s, st, u);
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

static int
set_sealed(struct store *s, int64_t row, const struct copy_status *u,
    int64_t edition, const unsigned char hash[SK_HASH])
{
	struct stmt *st = store_use(s, SQL_COPY_SEALED);

	db_bind_int(st, row);
	db_bind_int(st, COPY_TO_SEAL);
	db_bind_int(st, COPY_READY);
	copy_status_bind(s, st, u);
	db_bind_blob(st, hash, SK_HASH);
	db_bind_int(st, edition);
	return db_run_one(st);
}

int
store_copy_sealed(struct store *s, int64_t row, const struct key_facts *key,
    const char *items, int64_t edition, struct sk_span message,
    const unsigned char hash[SK_HASH])
{
	struct move m;
	int r = move_begin(s, row, BIT(COPY_TO_SEAL), "sealed", &m);

	if (!r) {
		m.u.fpr = key ? key->fpr : NULL;
		if (key)
			sk_hash_of(key->block, m.u.key_hash);
		m.u.items = items;
		m.u.reason = "";
		m.u.refused = m.u.own = 0;
		r = add_message(s, row, message);
	}
	if (!r)
		r = set_sealed(s, row, &m.u, edition, hash);
	return move_end(&m, r);
}

int
store_copy_state(struct store *s, int64_t row, enum copy_state state,
    const char *reason, int64_t next_try)
{
	struct move m;
	int r = move_begin(s, row, moves[state], "state", &m);

	if (!r) {
		m.u.state = state;
		m.u.reason = reason;
		m.u.next_try = next_try;
		r = set_status(s, row, m.from, &m.u);
	}
	if (!r && state == COPY_TO_SEAL)
		r = drop_message(s, row);
	return move_end(&m, r);
}

/* The relay's words: a stray byte in them must not undo the hand-over. */
static const char *
clean(struct sk_arena *a, const char *s)
{
	return s ? sk_utf8_clean(a, sk_span_str(s)) : NULL;
}

static int
set_sent(struct store *s, int64_t row, const struct copy_status *u, int64_t now)
{
	struct stmt *st = store_use(s, SQL_COPY_SENT);

	db_bind_int(st, row);
	db_bind_int(st, COPY_HANDING);
	db_bind_int(st, COPY_SENT);
	copy_status_bind(s, st, u);
	db_bind_int(st, now);
	return db_run_one(st);
}

int
store_copy_handed(struct store *s, int64_t row, const char *queue_id,
    const char *reply, int64_t now)
{
	struct move m;
	int r = move_begin(s, row, BIT(COPY_HANDING), "sent", &m);

	if (!r) {
		m.u.queue_id = clean(m.a, queue_id);
		m.u.reply = clean(m.a, reply);
		r = set_sent(s, row, &m.u, now);
	}
	return move_end(&m, r);
}

int
store_copy_left(struct store *s, int64_t row, int64_t now)
{
	struct stmt *st = store_use(s, SQL_COPY_LEFT);

	db_bind_int(st, row);
	db_bind_int(st, now);
	return db_run_one(st);
}

/* By what stands in the clear alone: the sealed half stays as it is, for a disk
 * that is mended later. */
int
store_copy_set_aside(struct store *s, int64_t row, enum copy_state state)
{
	struct stmt *st;

	if (state != COPY_HELD && state != COPY_MARKED)
		return SK_ERR_BUG;
	st = store_use(s, SQL_COPY_SET_ASIDE);
	db_bind_int(st, row);
	db_bind_int(st, state);
	bind_next_try(st, state, 0);
	return db_run_one(st);
}

int
store_copy_again(struct store *s, int64_t row)
{
	struct move m;
	int r = move_begin(s, row, ANY, "again", &m);
	struct stmt *st;

	if (!r) {
		m.u.reason = "";
		m.u.refused = m.u.own = 0;
		st = store_use(s, SQL_COPY_AGAIN);
		db_bind_int(st, row);
		copy_status_bind(s, st, &m.u);
		r = db_run_one(st);
	}
	return move_end(&m, r);
}

int
store_copy_returned(struct store *s, int64_t row, bool lost,
    const char *reason)
{
	struct move m;
	int r = move_begin(s, row, BIT(COPY_SENT), "returned", &m);

	if (!r) {
		m.u.reason = reason;
		if (lost)
			m.u.state = COPY_BOUNCED;
		r = set_status(s, row, m.from, &m.u);
	}
	return move_end(&m, r);
}

static int
tried(struct store *s, int64_t row, const char *reply, int64_t next_try,
    int64_t refused, uint32_t own)
{
	struct move m;
	int r = move_begin(s, row, WAITS, "tried", &m);

	if (!r) {
		if (m.from == COPY_HANDING)
			m.u.state = COPY_READY;
		m.u.tries++;
		m.u.reply = clean(m.a, reply);
		m.u.next_try = next_try;
		if (refused) {
			m.u.refused = refused;
			m.u.own = own;
		}
		r = set_status(s, row, m.from, &m.u);
	}
	return move_end(&m, r);
}

/* The relay did not take it: the same bytes again later. */
int
store_copy_tried(struct store *s, int64_t row, const char *reply,
    int64_t next_try)
{
	return tried(s, row, reply, next_try, 0, 0);
}

int
store_copy_refused(struct store *s, int64_t row, const char *reply,
    int64_t next_try, int64_t now, uint32_t own)
{
	return tried(s, row, reply, next_try, now, own);
}

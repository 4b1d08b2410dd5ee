/*
 * A digest is made: all approved, unsent items, one copy per person who may get
 * at least one of them (I3). Which items a copy may hold is written down with
 * it and only ever shrinks (L12): the gate is asked again when a copy is sealed
 * and when it is handed over. Copies stand in an order of their own each time,
 * and leave at times drawn now, so that neither tells who is whose neighbour
 * (B5); the times are in the database, and a restart changes none.
 */
#include "delivery.h"
#include "digests.h"

#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/log.h>
#include <sekisho/text.h>

#define TOKEN_LENGTH 26

struct making {
	struct daemon *d;
	struct sk_arena *a;
	const char *by;
	int64_t now, spread;		/* seconds over which copies leave */
	struct digest_plan plan;
	struct digest_result *out;
};

/* From 0 to n - 1, each as likely as the other to one in 2^32. */
static size_t
below(size_t n)
{
	uint64_t x;

	vault_random(&x, sizeof(x));
	return (size_t)(x % n);
}

static void
shuffle(struct digest_plan *p)
{
	for (size_t i = p->nentries; i > 1; i--) {
		size_t k = below(i);
		struct digest_entry x = p->entries[k];

		p->entries[k] = p->entries[i - 1];
		p->entries[i - 1] = x;
	}
}

/* An urgent item waits for nothing, and what goes with it does not either. */
static int64_t
spread(const struct making *m, const struct digest_options *o)
{
	if (o->now || o->urgent)
		return 0;
	for (size_t i = 0; i < m->plan.n; i++)
		if (m->plan.items[i].item.item.urgent)
			return 0;
	return m->d->policy->digest_spread_seconds;
}

static const char *
item_ids(const struct making *m, const struct digest_entry *e)
{
	struct sk_buf b;
	const char *out;

	sk_buf_init(&b, LIMIT_WIRE_MESSAGE);
	for (size_t i = 0; i < e->n; i++)
		sk_buf_addf(&b, "%s%s", i ? " " : "",
		    m->plan.items[e->items[i]].item.item.id);
	out = sk_arena_str(m->a, sk_buf_str(&b));
	sk_buf_free(&b);
	return out;
}

static int
add_copy(struct making *m, int64_t digest, const struct digest_entry *e)
{
	char token[TOKEN_LENGTH + 1];
	struct copy_record c = {
		.created = m->now, .state = e->held ? COPY_HELD : COPY_TO_SEAL,
		.encrypted = true, .template = e->template,
		.digest = digest,
		.person = e->person ? e->person->id : NULL,
		.from = m->d->config->desks[0].address, .token = token,
		.reason = e->held ? e->held : "", .items = item_ids(m, e),
		.send_after = m->spread ? m->now + (int64_t)below(
		    (size_t)m->spread) : 0,
	};
	struct token_record t = { .created = m->now };
	int r;

	c.language = e->to ? e->to->language : e->person->language;
	c.address = e->to ? e->to->originator : e->person->address;
	if (e->to) {
		c.from = e->to->desk_address;
		c.case_row = t.case_row = e->to->row;
		t.question = e->to->question;
	}
	t.address = c.address;
	sk_random_base32(token, TOKEN_LENGTH);
	r = store_copy_add(m->d->store, &c);
	t.copy_row = c.row;
	if (!r)
		r = store_token_add(m->d->store, token, &t);
	return r ? r : ledger_added(m->d, &c, m->by);
}

static void
count(struct making *m, const struct digest_entry *e)
{
	if (!e->held) {
		m->out->copies++;
		return;
	}
	m->out->held[m->out->nheld].person = e->person->id;
	m->out->held[m->out->nheld++].reason = e->held;
}

static int
add_copies(struct making *m, int64_t digest)
{
	struct digest_plan *p = &m->plan;

	m->out->held = sk_arena_array(m->a, p->nentries + 1,
	    sizeof(*m->out->held));
	shuffle(p);
	for (size_t i = 0; i < p->nentries; i++) {
		int r = add_copy(m, digest, &p->entries[i]);

		if (r)
			return r;
		count(m, &p->entries[i]);
	}
	return SK_OK;
}

static int
mark_item(struct making *m, const struct item *it)
{
	struct item now = *it;
	struct case_record c;
	int r = store_item_state(m->d->store, it->id, ITEM_SENT,
	    it->terms_version, m->now);

	now.was_sent = true;
	now.corrected = false;
	if (!r)
		r = store_item_flags(m->d->store, &now);
	if (!r)
		r = store_case_get(m->d->store, m->a, it->case_row, &c);
	if (r || c.state != CASE_CONFIRMED)
		return r;
	c.state = CASE_IN_COUNCIL;
	c.changed = m->now;
	return store_case_update(m->d->store, &c);
}

/* The items are on their way; their cases are in the council now. */
static int
mark_sent(struct making *m)
{
	int r = SK_OK;

	for (size_t i = 0; i < m->plan.n && !r; i++)
		r = mark_item(m, &m->plan.items[i].item.item);
	return r;
}

static int
write_all(struct making *m)
{
	const char **ids = sk_arena_array(m->a, m->plan.n + 1, sizeof(*ids));
	struct digest_record rec = {
		.created = m->now, .by = m->by, .items = ids,
		.nitems = m->plan.n,
	};
	int r;

	for (size_t i = 0; i < m->plan.n; i++)
		ids[i] = m->plan.items[i].item.item.id;
	r = store_digest_add(m->d->store, &rec);
	m->out->row = rec.row;
	if (!r)
		r = add_copies(m, rec.row);
	if (!r)
		r = mark_sent(m);
	if (!r)
		r = store_audit(m->d->store, m->now, m->by, "digest.send",
		    sk_arena_printf(m->a, "digest %lld", (long long)rec.row),
		    sk_arena_printf(m->a, "items=%zu copies=%zu held=%zu "
		    "spread=%llds", m->plan.n, m->out->copies, m->out->nheld,
		    (long long)m->spread));
	return r;
}

static int
write_group(struct making *m, struct sk_error *e)
{
	int r = store_group_begin(m->d->store) ? SK_ERR_IO : SK_OK;

	if (r)
		return sk_fail(e, r, "digest", "the store refused");
	r = write_all(m);
	if (store_group_end(m->d->store, r == SK_OK))
		r = SK_ERR_IO;
	turn_after(m->d, NULL, NULL);
	return r ? sk_fail(e, r, "digest", "the store refused: nothing was "
	    "sent") : SK_OK;
}

/* The secretariat, and those for whom they wait (T-39). */
static void
tell_held(const struct making *m)
{
	if (!m->out->nheld)
		return;
	apply_notify_held(m->d, m->out->nheld);
	key_watch_kick(m->d->key_watch);
}

int
digest_write(struct daemon *d, struct sk_arena *a, const char *by,
    struct digest_plan *p, struct digest_result *out, struct sk_error *e)
{
	struct making m = { .d = d, .a = a, .by = by, .now = sk_now(),
		.plan = *p, .out = out };
	int r;

	*out = (struct digest_result){ 0 };
	r = write_group(&m, e);
	if (!r)
		tell_held(&m);
	return r;
}

int
digest_copy(struct daemon *d, struct sk_arena *a, int64_t digest,
    const struct digest_plan *p, const struct digest_entry *e)
{
	struct making m = { .d = d, .a = a, .now = sk_now(), .plan = *p };

	return add_copy(&m, digest, e);
}

int
digest_make(struct daemon *d, struct sk_arena *a, const char *by,
    const struct digest_options *o, struct digest_result *out,
    struct sk_error *e)
{
	struct making m = { .d = d, .a = a, .by = by, .now = sk_now(),
		.out = out };
	int r;

	*out = (struct digest_result){ 0 };
	r = digest_plan(d, a, o, &m.plan, e);
	if (r)
		return r;
	m.spread = spread(&m, o);
	r = write_group(&m, e);
	if (r)
		return r;
	sk_log(SK_INFO, "digest.made", "digest=%lld items=%zu copies=%zu "
	    "held=%zu spread=%lld", (long long)out->row, m.plan.n,
	    out->copies, out->nheld, (long long)m.spread);
	out->until = m.spread ? m.now + m.spread : 0;
	tell_held(&m);
	outbox_kick(d->outbox);
	return SK_OK;
}

/*
 * A digest: all approved, unsent items, one copy per person who may get at
 * least one of them (I3). A person for whom only the key says no has a held
 * copy, visible and listed; the others are not delayed. The gate is
 * asked again when a copy is sealed and when it is handed over.
 */
#include "daemon.h"

#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/log.h>
#include <sekisho/text.h>

#define TOKEN_LENGTH 26

struct making {
	struct daemon *d;
	struct sk_arena *a;
	const char *by;
	int64_t now;
	struct gate_case *items;
	const char **ids;
	size_t n;
	struct roster_known roster;
	struct digest_result *out;
};

static int
approved_items(struct making *m, struct sk_error *e)
{
	struct item_record *all = NULL;
	size_t n = 0;
	int r = store_item_list(m->d->store, m->a, 0, &all, &n);

	if (r)
		return sk_fail(e, r, "digest", "the store refused");
	m->items = sk_arena_array(m->a, n + 1, sizeof(*m->items));
	m->ids = sk_arena_array(m->a, n + 1, sizeof(*m->ids));
	for (size_t i = 0; i < n && m->n < LIMIT_DIGEST_ITEMS; i++) {
		if (all[i].item.state != ITEM_APPROVED)
			continue;
		r = gatekeeper_item(m->d, m->a, all[i].item.id,
		    &m->items[m->n], e);
		if (r)
			return r;
		m->ids[m->n++] = all[i].item.id;
	}
	if (!m->n)
		return sk_fail(e, SK_ERR_NOINPUT, "digest", "no approved item "
		    "waits: see `sekisho item list`");
	return SK_OK;
}

/* Does anything go to this person; if not, is it only the key? */
static bool
wanted(const struct making *m, const struct org *o, const struct person *p,
    const char **held)
{
	bool send = false;

	*held = NULL;
	for (size_t i = 0; i < m->n; i++) {
		struct gate_answer g = gatekeeper_ask(m->d,
		    &m->items[i], o, p, false);

		send |= g.send;
		if (g.key_only)
			*held = g.detail && *g.detail ? g.detail :
			    gate_word(g.clause);
	}
	if (send)
		*held = NULL;
	return send || *held;
}

static bool
anybody(const struct making *m, size_t item)
{
	for (size_t i = 0; i < m->roster.npersons; i++) {
		const struct person *p = &m->roster.persons[i];
		const struct org *o = gatekeeper_org(&m->roster,
		    p->org);
		struct gate_answer g;

		if (!o)
			continue;
		g = gatekeeper_ask(m->d, &m->items[item], o, p, false);
		if (g.send || g.key_only)
			return true;
	}
	return false;
}

/* What nobody may have now is not sent: it waits, approved, for wider terms or
 * somebody's registration, instead of passing for sent. */
static int
leave_out_unwanted(struct making *m, struct sk_error *e)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++) {
		if (!anybody(m, i))
			continue;
		m->items[n] = m->items[i];
		m->ids[n++] = m->ids[i];
	}
	m->n = n;
	return n ? SK_OK : sk_fail(e, SK_ERR_REFUSED, "digest", "nobody may "
	    "have any approved item now: see `sekisho preview ITEM`");
}

static const char *
digest_template(const struct org *o)
{
	return o->class == CLASS_GENERAL ? "T-15" : "T-14";
}

static int
add_copy(struct making *m, int64_t digest, const struct org *o,
    const struct person *p, const char *held)
{
	char token[TOKEN_LENGTH + 1];
	struct copy_record c = {
		.created = m->now, .state = held ? COPY_HELD : COPY_TO_SEAL,
		.encrypted = true, .template = digest_template(o),
		.language = p->language, .digest = digest, .person = p->id,
		.address = p->address, .from = m->d->config->desks[0].address,
		.token = token, .reason = held ? held : "",
	};
	struct token_record t = { .address = p->address, .created = m->now };
	int r;

	sk_random_base32(token, TOKEN_LENGTH);
	r = store_copy_add(m->d->store, &c);
	t.copy_row = c.row;
	return r ? r : store_token_add(m->d->store, token, &t);
}

static void
count(struct making *m, const struct person *p, const char *held)
{
	if (!held) {
		m->out->copies++;
		return;
	}
	m->out->held[m->out->nheld].person = p->id;
	m->out->held[m->out->nheld++].reason = held;
}

static int
add_copies(struct making *m, int64_t digest)
{
	m->out->held = sk_arena_array(m->a, m->roster.npersons + 1,
	    sizeof(*m->out->held));
	for (size_t i = 0; i < m->roster.npersons; i++) {
		const struct person *p = &m->roster.persons[i];
		const struct org *o = gatekeeper_org(&m->roster, p->org);
		const char *held;
		int r;

		if (!o || !wanted(m, o, p, &held))
			continue;
		r = add_copy(m, digest, o, p, held);
		if (r)
			return r;
		count(m, p, held);
	}
	return SK_OK;
}

/* The items are on their way; their cases are in the council now. */
static int
mark_sent(struct making *m)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct item *it = &m->items[i].item.item;
		struct case_record c;
		int r = store_item_state(m->d->store, it->id, ITEM_SENT,
		    it->terms_version, m->now);

		if (!r)
			r = store_case_get(m->d->store, m->a, it->case_row, &c);
		if (!r && c.state == CASE_CONFIRMED) {
			c.state = CASE_IN_COUNCIL;
			c.changed = m->now;
			r = store_case_update(m->d->store, &c);
		}
		if (r)
			return r;
	}
	return SK_OK;
}

static int
write_all(struct making *m)
{
	struct digest_record rec = {
		.created = m->now, .by = m->by, .items = m->ids,
		.nitems = m->n,
	};
	int r = store_digest_add(m->d->store, &rec);

	m->out->row = rec.row;
	if (!r)
		r = add_copies(m, rec.row);
	if (!r)
		r = mark_sent(m);
	if (!r)
		r = store_audit(m->d->store, m->now, m->by, "digest.send",
		    sk_arena_printf(m->a, "digest %lld", (long long)rec.row),
		    sk_arena_printf(m->a, "items=%zu copies=%zu held=%zu",
		    m->n, m->out->copies, m->out->nheld));
	return r;
}

int
digest_make(struct daemon *d, struct sk_arena *a, const char *by,
    struct digest_result *out, struct sk_error *e)
{
	struct making m = { .d = d, .a = a, .by = by, .now = sk_now(),
		.out = out };
	int r;

	*out = (struct digest_result){ 0 };
	r = approved_items(&m, e);
	if (r)
		return r;
	if (gatekeeper_roster(d, a, true, &m.roster))
		return sk_fail(e, SK_ERR_IO, "digest", "the store refused");
	r = leave_out_unwanted(&m, e);
	if (r)
		return r;
	if (store_group_begin(d->store))
		return sk_fail(e, SK_ERR_IO, "digest", "the store refused");
	r = write_all(&m);
	if (store_group_end(d->store, r == SK_OK))
		r = SK_ERR_IO;
	turn_after(d, NULL, NULL);
	if (r)
		return sk_fail(e, r, "digest", "the store refused: nothing "
		    "was sent");
	sk_log(SK_INFO, "digest.made", "digest=%lld items=%zu copies=%zu "
	    "held=%zu", (long long)out->row, m.n, out->copies, out->nheld);
	if (out->nheld)
		apply_notify(d, "held", NULL);
	outbox_kick(d->outbox);
	return SK_OK;
}

/*
 * What is heard of copies after they were handed over (L24). returned_judge()
 * says what follows; this file knows what it asks for and carries it out. A
 * person whose mail came back is stopped: further copies are made, kept and
 * listed, and not one is lost. An operator's release, or another address, ends
 * it, and then they go, by every gate again (L23).
 */
#include "delivery.h"

#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/log.h>
#include <sekisho/returned.h>
#include <sekisho/text.h>

#define COPIES_MAX 100000	/* of one person */

const char *
returned_stop(struct daemon *d, struct sk_arena *a, const char *person,
    const char *address)
{
	struct stop_record s;

	if (!person || store_stop_get(d->store, a, person, &s))
		return NULL;
	return sk_ascii_ieq(s.address, address) ? s.why : NULL;
}

/* ---- something was heard ---- */

struct hearing {
	struct daemon *d;
	struct sk_arena *a;
	int64_t now;
	const char *actor, *status;
	struct copy_record copy;
};

static void
know(const struct hearing *h, struct returned_known *k)
{
	const struct policy *y = h->d->policy;
	const struct copy_record *c = &h->copy;
	struct person p;
	bool active;

	k->sent = c->state == COPY_SENT;
	k->limit = y->delivery_late_copies;
	if (!c->person)
		return;
	active = store_person_get(h->d->store, h->a, c->person, &p) ==
	    SK_OK && p.active;
	k->person = active && sk_ascii_ieq(p.address, c->address);
	k->elsewhere = active && !k->person;
	k->stopped = returned_stop(h->d, h->a, c->person, c->address) != NULL;
	store_returns_late(h->d->store, c->person, c->row, h->now -
	    (int64_t)y->delivery_late_days * 86400, &k->late);
}

/* What waits for this person waits longer; what the relay has in its hands is
 * asked about once more (leave_ask). */
static int
hold_waiting(const struct hearing *h, const char *why)
{
	struct store *s = h->d->store;
	struct copy_record *c = NULL;
	size_t n = 0;
	int r = store_copies_of(s, h->a, h->copy.person, COPIES_MAX, &c, &n);

	for (size_t i = 0; i < n && !r; i++)
		if (c[i].state == COPY_TO_SEAL || c[i].state == COPY_READY)
			r = ledger_held(h->d, &c[i], why, h->actor);
	return r;
}

/* T-39 to whom the organisation named for us; that it is a person of theirs,
 * and not who (P). */
static int
tell_pocs(const struct hearing *h)
{
	static const char *const off[] = { "hold_no_key", "hold_expired",
		"hold_unusable" };
	struct daemon *d = h->d;
	struct roster_known k;
	struct person p;
	int r = store_person_get(d->store, h->a, h->copy.person, &p);

	if (!r)
		r = store_roster(d->store, h->a, true, &k);
	for (size_t i = 0; !r && i < k.npersons; i++) {
		const struct person *to = &k.persons[i];
		struct tvalues *v;

		if (!letter_is_poc(to, p.org) || strcmp(to->id, p.id) == 0)
			continue;
		v = letter_values(d, h->a, to->language, letter_desk(d));
		for (size_t f = 0; f < sizeof(off) / sizeof(*off); f++)
			tv_flag(v, off[f], false);
		tv_flag(v, "hold_address", true);
		tv_flag(v, "to_poc", true);
		r = letter_send(d, h->a, to, "T-39", p.id, v, h->now);
	}
	return r;
}

static int
stop(const struct hearing *h, const char *why)
{
	struct stop_record s = { .since = h->now, .copy = h->copy.row,
		.person = h->copy.person, .address = h->copy.address,
		.why = why, .status = h->status };
	int r = store_stop_add(h->d->store, &s);

	if (!r)
		r = hold_waiting(h, why);
	if (!r)
		r = tell_pocs(h);
	return r ? r : store_audit(h->d->store, h->now, h->actor,
	    "person.stop", s.person, sk_arena_printf(h->a, "%s copy=%lld",
	    why, (long long)s.copy));
}

static int
carry_out(const struct hearing *h, const struct returned *x,
    enum fact_fate fate)
{
	const struct copy_record *c = &h->copy;
	int r = store_copy_returned(h->d->store, c->row, x->lost,
	    fate == FATE_PERMANENT ? "bounced" : fate == FATE_EXPIRED ?
	    "gave-up" : "late");

	if (!r)
		r = store_audit(h->d->store, h->now, h->actor, x->lost ?
		    "copy.bounced" : "copy.late", c->person ? c->person : "-",
		    sk_arena_printf(h->a, "copy=%lld %s %s", (long long)
		    c->row, fate_word(fate), h->status ? h->status : ""));
	if (!r && x->why)
		r = stop(h, x->why);
	/* Sealing moves it there. A P text was made for the one address. */
	if (!r && x->again)
		r = c->encrypted ? ledger_again(h->d, c) :
		    key_unsaid(h->d, c);
	outbox_kick(h->d->outbox);
	sk_log(x->lost ? SK_WARN : SK_INFO, "copy.returned", "copy=%lld "
	    "fate=%s status=%s stops=%s", (long long)c->row, fate_word(fate),
	    h->status ? h->status : "-", x->why ? x->why : "no");
	return r;
}

int
returned_heard(struct daemon *d, struct sk_arena *a, int64_t copy,
    enum fact_fate fate, const char *status, int64_t mail, int64_t now,
    const char *actor, bool *tell)
{
	struct hearing h = { d, a, now, actor, status, { 0 } };
	struct return_record heard = { now, mail, fate, status };
	struct returned_known k = { .fate = fate };
	struct returned x;
	bool fresh = false;
	int r;

	*tell = false;
	if (store_copy_get(d->store, a, copy, &h.copy))
		return SK_OK;
	know(&h, &k);
	x = returned_judge(&k);
	if (!x.lost && !x.counted)
		return SK_OK;
	r = store_return_add(d->store, &h.copy, &heard, &fresh);
	k.told = !fresh;
	x = returned_judge(&k);
	if (r || !fresh)
		return r;
	/* Of a notice to ourselves none is made: it would come back as well. */
	*tell = (x.lost || x.why || fate == FATE_UNCLEAR) &&
	    (h.copy.person || h.copy.case_row);
	return carry_out(&h, &x, fate);
}

int
returned_refused(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c, const char *status)
{
	struct hearing h = { d, a, sk_now(), "sekishod", status, *c };
	struct returned_known k = { 0 };
	struct returned x;
	int r;

	know(&h, &k);
	k.fate = FATE_PERMANENT;
	k.sent = true;		/* as far as to say no */
	x = returned_judge(&k);
	if (!x.why)
		return SK_ERR_NOINPUT;
	r = ledger_held(d, c, x.why, h.actor);
	if (!r)
		r = stop(&h, x.why);
	if (r)
		return r;
	sk_log(SK_WARN, "copy.refused-person", "copy=%lld status=%s",
	    (long long)c->row, status ? status : "-");
	apply_notify(d, "came_back", NULL);
	return SK_OK;
}

/* ---- the end of a stop ---- */

bool
returned_owed(const struct copy_record *c, const struct person *p)
{
	return p->active && c->created >= p->applied;
}

int
returned_left(struct daemon *d, struct sk_arena *a, const char *person,
    const char *actor)
{
	int64_t now = sk_now();
	struct stop_record s;
	int r = store_stop_get(d->store, a, person, &s);

	if (r)
		return r == SK_ERR_NOINPUT ? SK_OK : r;
	r = store_stop_end(d->store, s.row, now);
	return r ? r : store_audit(d->store, now, actor, "person.stop-over",
	    person, sk_arena_printf(a, "was=%s person-inactive", s.why));
}

/* What was lost goes again too: it is what the person misses. */
static int
send_again(struct daemon *d, const struct copy_record *c,
    const struct person *p, const char *address)
{
	bool there = sk_ascii_ieq(c->address, address);
	int r;

	if (!returned_word(c->reason) || (c->state != COPY_HELD &&
	    c->state != COPY_BOUNCED) || !returned_owed(c, p))
		return SK_ERR_NOINPUT;
	/* A P text is made once, for one address. */
	if (c->encrypted || there)
		return ledger_again(d, c);
	if (c->state == COPY_HELD)
		return ledger_moved(d, c);
	r = key_unsaid(d, c);
	return r ? r : SK_ERR_NOINPUT;
}

int
returned_release(struct daemon *d, struct sk_arena *a, const char *person,
    const char *address, const char *actor, const char *reason, size_t *n)
{
	struct copy_record *c = NULL;
	int64_t now = sk_now();
	struct stop_record s;
	struct person p;
	size_t all = 0;
	int r = store_stop_get(d->store, a, person, &s);

	*n = 0;
	if (!r)
		r = store_person_get(d->store, a, person, &p);
	if (!r)
		r = store_stop_end(d->store, s.row, now);
	if (!r)
		r = store_copies_of(d->store, a, person, COPIES_MAX, &c,
		    &all);
	for (size_t i = 0; i < all && !r; i++) {
		r = send_again(d, &c[i], &p, address);
		*n += r == SK_OK;
		r = r == SK_ERR_NOINPUT ? SK_OK : r;
	}
	if (!r)
		r = store_audit(d->store, now, actor, "person.release",
		    person, sk_arena_printf(a, "was=%s copies=%zu %s", s.why,
		    *n, reason));
	turn_after(d, NULL, NULL);
	outbox_kick(d->outbox);
	return r;
}

/*
 * Keys that came with a mail. Whose? The registered person's of the
 * From address, and the originator's of the mail's case. What may they do?
 *
 * - A newer form of the key that is pinned, or its revocation, proves itself by
 *   its own signatures, which keyd checked: taken over from any mail.
 * - A new key in a mail signed by the pinned one, whole, with From agreeing, is
 *   a renewal where the policy says so: if it is the only one there, names that
 *   address, and was never retired or declined. An Autocrypt field stands
 *   outside of what was signed.
 * - All else is a proposal with its origin, for an operator (L16).
 */
#include "daemon.h"

#include <stdlib.h>
#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/files.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>
#include <sekisho/text.h>

/* An inspection takes keyd a tenth of a second: a flood of mails with keys must
 * neither pile up descriptors nor keep seals waiting. The key stands in the
 * mail for `mail save`. */
#define INSPECTIONS_WAITING 32

struct heard {
	struct daemon *d;
	struct sk_arena *a;
	char *person;			/* or the case */
	int64_t case_row, mail;
	enum fact_key_origin origin;
	char *from, *signer;		/* signer "": not by the pinned key */
};

static bool
owner_of(struct heard *h, struct key_owner *o)
{
	struct case_record c;
	struct person p;

	if (h->person && store_person_get(h->d->store, h->a, h->person,
	    &p) == SK_OK && p.active) {
		*o = key_owner_person(&p);
		return true;
	}
	if (h->person || store_case_get(h->d->store, h->a, h->case_row, &c))
		return false;
	*o = key_owner_case(&c);
	return true;
}

static struct key_record
record_of(const struct heard *h, const struct key_owner *o,
    const struct key_facts *k)
{
	return (struct key_record){
		.fpr = k->fpr, .person = o->person, .case_row = o->case_row,
		.facts = *k, .created = sk_now(),
		.origin = sk_arena_printf(h->a, "mail %lld, %s, %s",
		    (long long)h->mail, key_origin_word(h->origin), h->from),
	};
}

/* ---- what an inspection found ---- */

static int
extended(struct heard *h, const struct key_owner *o,
    const struct key_facts *k, struct sk_error *e)
{
	struct key_record rec = record_of(h, o, k);
	const struct key_act act = { "system", sk_arena_printf(h->a,
	    "its own signature, mail %lld", (long long)h->mail), sk_now() };
	int r = key_importable(k, act.now, NULL, NULL, e);

	return r ? r : key_pin(h->d, h->a, o, &rec, &act, e);
}

static int
revoked(struct heard *h, const struct key_owner *o, const struct key_facts *k,
    struct sk_error *e)
{
	struct key_record rec = record_of(h, o, k);
	const struct key_act act = { "system", sk_arena_printf(h->a,
	    "mail %lld", (long long)h->mail), sk_now() };

	return key_revoke(h->d, h->a, o, &rec, &act, e);
}

/* Signed by the key that is pinned at this moment, not by the one before. */
static bool
may_renew(const struct heard *h, const struct key_record *pinned,
    const struct key_facts *k, int known)
{
	return h->d->policy->renewal_by_mail && *h->signer && pinned &&
	    known == SK_ERR_NOINPUT && sk_ascii_ieq(h->signer, pinned->fpr) &&
	    !*key_unusable(&pinned->facts, sk_now()) && key_names(k, h->from);
}

static int
renewed(struct heard *h, const struct key_owner *o, const struct key_facts *k,
    struct sk_error *e)
{
	struct key_record rec = record_of(h, o, k);
	const struct key_act act = { "system", sk_arena_printf(h->a,
	    "signature of %s, mail %lld", h->signer, (long long)h->mail),
	    sk_now() };

	return key_pin(h->d, h->a, o, &rec, &act, e);
}

static int
propose(struct heard *h, const struct key_owner *o, const struct key_facts *k,
    int known, size_t waiting)
{
	struct key_record rec = record_of(h, o, k);
	const struct key_act act = { "system", NULL, sk_now() };
	int r;

	/* It waits already, was retired, or was declined. */
	if (known != SK_ERR_NOINPUT)
		return known ? known : SK_ERR_EXISTS;
	if (waiting >= LIMIT_KEY_PROPOSALS)
		return SK_ERR_LIMIT;
	r = key_propose(h->d, h->a, o, &rec, &act);
	if (!r)
		apply_notify(h->d, "key_proposed", NULL);
	return r;
}

static int
other(struct heard *h, const struct key_owner *o,
    const struct key_record *pinned, const struct key_facts *k,
    struct sk_error *e)
{
	enum key_state state;
	size_t waiting = 0;
	int known = key_state_of(h->d, h->a, o, k->fpr, &state, &waiting);
	int r = key_importable(k, sk_now(), NULL, NULL, e);

	if (!r)
		r = key_fits(h->d, h->a, o, k, e);
	if (r)
		return r;
	if (may_renew(h, pinned, k, known) && renewed(h, o, k, e) == SK_OK)
		return SK_OK;
	return propose(h, o, k, known, waiting);
}

static int
take(struct heard *h, const struct key_facts *k, struct sk_error *e)
{
	struct key_record pinned;
	struct key_owner o;
	bool has;

	if (!owner_of(h, &o))
		return SK_ERR_NOINPUT;
	has = key_pinned_of(h->d, h->a, &o, &pinned) == SK_OK;
	switch (has ? key_changed(&pinned.facts, k) : KEY_OTHER) {
	case KEY_SAME:
		return SK_ERR_EXISTS;
	case KEY_NEWER:
		return extended(h, &o, k, e);
	case KEY_REVOKED:
		return revoked(h, &o, k, e);
	case KEY_OTHER:
		break;
	}
	return other(h, &o, has ? &pinned : NULL, k, e);
}

static void
inspected(void *ctx, struct channel_message *m, const char *error)
{
	struct heard *h = ctx;
	struct msg_inspected in = { .status = SK_ERR_UNAVAILABLE };
	struct sk_error e = { 0 };
	int r = SK_ERR_UNAVAILABLE;

	if (m && (m->type != MSG_INSPECTED || msg_inspected_get(h->a,
	    sk_buf_span(&m->fields), &in)))
		in.status = SK_ERR_PROTOCOL;
	if (m && !in.status && store_group_begin(h->d->store) == SK_OK) {
		r = take(h, &in.key, &e);
		if (store_group_end(h->d->store, r == SK_OK))
			r = SK_ERR_IO;
	}
	sk_log(SK_INFO, "key.heard", "mail=%lld origin=%s result=%s "
	    "reason=\"%s\"", (long long)h->mail, key_origin_word(h->origin),
	    sk_err_word(in.status ? in.status : r), error ? error :
	    in.reason ? in.reason : e.text);
	turn_after(h->d, NULL, NULL);
	sk_arena_free(&h->a);
	free(h);
}

/* ---- what is to be inspected ---- */

/* Autocrypt: a field of a mail from tomorrow must not stay the newest (A9). */
static bool
from_the_future(const struct key_mail *m, const struct fact_key *k)
{
	return k->origin == KEY_AUTOCRYPT &&
	    m->facts->date > m->received + 86400;
}

static size_t
inside(const struct facts *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->nkeys; i++)
		n += f->keys[i].origin != KEY_AUTOCRYPT;
	return n;
}

static void
ask(struct daemon *d, const struct key_mail *m, const struct fact_key *key,
    const char *person, int64_t case_row)
{
	struct heard *h = sk_malloc(sizeof(*h));
	struct key_record pinned;
	struct key_owner o;
	int fds[2] = { sk_memfd_of("key", key->block), -1 };
	bool mine = m->signer && key->origin != KEY_AUTOCRYPT &&
	    inside(m->facts) == 1;

	*h = (struct heard){ .d = d, .a = sk_arena_new(),
		.case_row = case_row, .mail = m->row, .origin = key->origin };
	h->person = person ? sk_arena_str(h->a, person) : NULL;
	h->from = sk_arena_str(h->a, m->facts->from.address);
	h->signer = sk_arena_str(h->a, mine ? m->signer : "");
	if (owner_of(h, &o) && key_pinned_of(d, h->a, &o, &pinned) == SK_OK)
		fds[1] = sk_memfd_of("pinned", pinned.facts.block);
	pool_ask(d->keyds, MSG_INSPECT, sk_span_of("", 0), fds,
	    fds[1] < 0 ? 1 : 2, false, inspected, h);
	sk_fd_close(&fds[0]);
	sk_fd_close(&fds[1]);
}

static bool
busy(struct daemon *d, int64_t mail)
{
	if (pool_waiting(d->keyds) < INSPECTIONS_WAITING)
		return false;
	sk_log(SK_WARN, "key.skipped", "mail=%lld reason=keyd-busy",
	    (long long)mail);
	return true;
}

void
key_heard(struct daemon *d, struct sk_arena *a, const struct key_mail *m)
{
	const char *from = m->facts->from.address;
	struct person p;
	bool person = from && store_person_by_address(d->store, a, from,
	    &p) == SK_OK && p.active;

	for (size_t i = 0; from && i < m->facts->nkeys; i++) {
		const struct fact_key *k = &m->facts->keys[i];

		if (from_the_future(m, k))
			continue;
		if (busy(d, m->row))
			return;
		if (person)
			ask(d, m, k, p.id, 0);
		if (m->case_row)
			ask(d, m, k, NULL, m->case_row);
	}
}

/*
 * Keys that came with a mail. Whose? The registered person's of the
 * From address, and the originator's of the mail's case. Each is looked at by
 * keyd; what it may do stands in key_found.c. A mail's signature speaks for a
 * key in it only where that is the only one there; an Autocrypt field stands
 * outside of what was signed.
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
	char *beside;			/* pinned when keyd was asked; NULL */
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

static struct key_find
find_of(const struct heard *h)
{
	const char *mail = sk_arena_printf(h->a, "mail %lld",
	    (long long)h->mail);

	return (struct key_find){ .where = mail, .from = h->from,
		.signer = h->signer, .origin = sk_arena_printf(h->a,
		"%s, %s, %s%s%s", mail, key_origin_word(h->origin), h->from,
		*h->signer ? ", signed by " : "", h->signer) };
}

static int
take(struct heard *h, const struct msg_inspected *in, struct sk_error *e)
{
	struct key_find find = find_of(h);
	struct key_record found;
	struct key_owner o;

	find.reissued = in->reissued ? h->beside : NULL;
	return owner_of(h, &o) ? key_found(h->d, h->a, &o, &find, &in->key,
	    &found, e) : SK_ERR_NOINPUT;
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
		r = take(h, &in, &e);
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
	if (owner_of(h, &o) && key_pinned_of(d, h->a, &o, &pinned) == SK_OK) {
		fds[1] = sk_memfd_of("pinned", pinned.facts.block);
		h->beside = sk_arena_str(h->a, pinned.fpr);
	}
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

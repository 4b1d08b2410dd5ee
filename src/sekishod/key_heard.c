/*
 * Keys that came with a mail. They are written down in the mail's own
 * transaction; key_queue.c has keyd look at each. Whose? The registered
 * person's of the From address, and the originator's of the mail's case. News
 * of a key that is known proves itself, whoever sent it (key_over.c); what
 * another may do stands in key_found.c. A mail's signature speaks for a key in
 * it only where that is the only one there; an Autocrypt field stands outside
 * of what was signed.
 */
#include "daemon.h"

#include <string.h>


/* What the mail says for this key of theirs. */
static int
take_for(struct daemon *d, struct sk_arena *a, const struct key_owner *o,
    const struct key_heard_record *rec, const struct key_heard_keyd *k,
    struct sk_error *e)
{
	struct key_find find = {
		.origin = key_heard_origin(a, rec), .from = rec->from,
		.where = sk_arena_printf(a, "mail %lld", (long long)rec->mail),
		.signer = rec->signer,
	};
	struct key_record pinned, found;

	for (size_t i = 0; i < k->nreissued; i++)
		if (key_in_place(d, a, o, &k->facts, &pinned) == SK_OK &&
		    strcmp(pinned.fpr, k->reissued[i]) == 0)
			find.reissued = k->reissued[i];
	return key_found(d, a, o, &find, &k->facts, &found, e);
}

char *
key_heard_origin(struct sk_arena *a, const struct key_heard_record *rec)
{
	return sk_arena_printf(a, "mail %lld, %s, %s%s%s", (long long)rec->mail,
	    key_origin_word(rec->origin), rec->from, rec->signer ?
	    ", signed by " : "", rec->signer ? rec->signer : "");
}

int
key_heard_take(struct daemon *d, struct sk_arena *a,
    const struct key_heard_record *rec, const struct key_heard_keyd *k,
    struct sk_error *e)
{
	int person = SK_ERR_EXISTS, its_case = SK_ERR_EXISTS;
	struct sk_error why[2] = { { 0 }, { 0 } };
	struct case_record c;
	struct key_owner o;
	struct person p;

	/* People send back what the council sent them. */
	if (council_key_is(d, k->facts.fpr))
		return SK_ERR_EXISTS;
	if (store_person_by_address(d->store, a, rec->from, &p) == SK_OK &&
	    p.active) {
		o = key_owner_person(&p);
		person = take_for(d, a, &o, rec, k, &why[0]);
	}
	if (rec->case_row && store_case_get(d->store, a, rec->case_row,
	    &c) == SK_OK) {
		o = key_owner_case(&c);
		its_case = take_for(d, a, &o, rec, k, &why[1]);
	}
	/* What an operator was asked about, or done, is no refusal. */
	if (person == SK_OK || its_case == SK_OK)
		return SK_OK;
	*e = why[person == SK_ERR_EXISTS];
	return person == SK_ERR_EXISTS ? its_case : person;
}

/* ---- what is to be looked at ---- */

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

/* It may stop what goes to a pinned key: before keys of strangers. */
static bool
urgent(struct daemon *d, struct sk_arena *a, const struct key_mail *m)
{
	struct key_record *keys = NULL, k;
	size_t n = 0;

	if (m->case_row && store_key_pinned(d->store, a, NULL, m->case_row,
	    &k) == SK_OK)
		return true;
	return store_keys_of_address(d->store, a, m->facts->from.address,
	    &keys, &n) == SK_OK && n > 0;
}

int
key_heard(struct daemon *d, struct sk_arena *a, const struct key_mail *m)
{
	const char *from = m->facts->from.address;
	int r = SK_OK;

	for (size_t i = 0; from && i < m->facts->nkeys && !r; i++) {
		const struct fact_key *k = &m->facts->keys[i];
		struct key_heard_record rec = {
			.mail = m->row, .time = m->received,
			.case_row = m->case_row, .origin = k->origin,
			.from = from, .block = k->block,
		};

		if (from_the_future(m, k))
			continue;
		rec.urgent = urgent(d, a, m);
		if (k->origin != KEY_AUTOCRYPT && inside(m->facts) == 1)
			rec.signer = m->signer;
		r = store_key_heard_add(d->store, &rec);
	}
	return r;
}

/*
 * What a mail tells of the roster, beside what it is about: a person who says
 * that the environment is ready, and signs that an address is read by
 * several people. The first is recorded; the second is a doubt for an
 * operator and changes nothing by itself.
 */
#include "daemon.h"

#include <string.h>

#include <sekisho/log.h>
#include <sekisho/text.h>

static int
record(struct daemon *d, const struct person *new, const char *what,
    int64_t now)
{
	struct roster_event e = { .time = now, .date = now, .person = new->id,
		.what = what, .to = new->doubt, .who = "system" };
	int r = store_person_put(d->store, new, now);

	if (!r)
		r = store_roster_event(d->store, new->org, &e);
	return r ? r : store_audit(d->store, now, "system", what, new->id, "");
}

static void
doubt(struct daemon *d, const struct person *p, const char *why, int64_t now)
{
	struct person new = *p;

	if (p->doubt && *p->doubt)
		return;		/* an operator knows */
	new.doubt = why;
	if (record(d, &new, "doubt", now) == SK_OK)
		apply_notify(d, "operator_look", NULL);
}

static void
acknowledge(struct daemon *d, const struct person *p, int64_t now)
{
	struct person new = *p;

	if (p->acknowledged || !p->active)
		return;
	new.acknowledged = now;
	record(d, &new, "acknowledged", now);
}

/* An answer on a copy that was made for one person. */
static void
answered(struct daemon *d, struct sk_arena *a, const struct decide_in *in,
    const struct token_found *t, const struct copy_record *c)
{
	const char *from = in->facts->from.address;
	struct person p;

	if (store_person_get(d->store, a, c->person, &p))
		return;
	if (!sk_ascii_ieq(from, c->address)) {
		if (sk_same_org_domain(sk_address_domain(from),
		    sk_address_domain(c->address)))
			doubt(d, &p, "others-answer", in->now);
		return;
	}
	/* As much as narrowing needs, and never from a forger. */
	if (strcmp(c->template, "T-30") == 0 &&
	    (decide_signed_for(in, t) || in->auth == AUTH_PASS))
		acknowledge(d, &p, in->now);
}

void
roster_heard(struct daemon *d, struct sk_arena *a, const struct decide_in *in)
{
	struct copy_record c;

	if (!in->facts || !in->facts->from.address || in->repeat_of ||
	    in->auth == AUTH_FAIL)
		return;
	if (in->person && in->facts->automatic == AUTO_LIST)
		doubt(d, in->person, "list-headers", in->now);
	if (in->facts->automatic != AUTO_NO)
		return;
	for (size_t i = 0; i < in->ntokens; i++)
		if (in->tokens[i].known && !in->tokens[i].case_row &&
		    store_copy_get(d->store, a, in->tokens[i].copy_row,
		    &c) == SK_OK && c.person) {
			answered(d, a, in, &in->tokens[i], &c);
			return;
		}
}

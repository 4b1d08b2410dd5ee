/*
 * The gate's questions, filled from the store. The rules are in
 * src/council/gate.c; here is only the fetching. What all asks about one item
 * share is kept until anything the gate looks at has changed, so that a digest
 * for thousands reads it once (I1: always the newest terms).
 */
#include "daemon.h"

#include <stdlib.h>
#include <string.h>

#include <sekisho/clock.h>

static int
by_name(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

static void
sort_frozen(struct sk_arena *a, struct gate_case *g)
{
	const char **sorted;

	if (!g->nfrozen)
		return;
	sorted = sk_arena_dup(a, g->frozen, g->nfrozen * sizeof(*sorted));
	qsort(sorted, g->nfrozen, sizeof(*sorted), by_name);
	g->frozen = sorted;
}

/* An agreement is one that stands now: the originator may have taken it back
 * since. */
static void
judge_consent(struct daemon *d, struct sk_arena *a, struct item_record *i)
{
	struct request_record q;
	bool stands = i->item.has_consent && i->consent_request &&
	    store_request_get(d->store, a, i->consent_request, &q) == SK_OK &&
	    q.kind == REQUEST_EXCEPTION && q.state == REQUEST_AGREED &&
	    q.case_row == i->item.case_row;

	i->item.has_consent = stands;
	i->item.consent_scope = stands ? q.scope : SCOPE_UNKNOWN;
}

int
gatekeeper_item(struct daemon *d, struct sk_arena *a, const char *item,
    struct gate_case *out, struct sk_error *e)
{
	unsigned distinct = 0;
	const char *const *who = NULL;
	size_t n = 0;

	*out = (struct gate_case){ 0 };
	if (store_item_get(d->store, a, item, &out->item))
		return sk_fail(e, SK_ERR_NOINPUT, item, "no such item: see "
		    "`sekisho item list`");
	judge_consent(d, a, &out->item);
	out->has_terms = store_terms_locked(d->store, a,
	    out->item.item.case_row, &out->terms) == SK_OK;
	/* Whether a list was frozen is the store's word: one that has shrunk
	 * to nobody is still a list (I1). */
	if (store_item_frozen(d->store, a, item, &out->frozen, &out->nfrozen))
		out->nfrozen = 0;
	if (store_item_approvers(d->store, a, item, &who, &n) == SK_OK)
		distinct = (unsigned)n;
	out->item.item.approvals = distinct;
	sort_frozen(a, out);
	return SK_OK;
}

void
gatekeeper_person(struct daemon *d, struct sk_arena *a, struct person *p)
{
	struct key_record k;

	if (!p->fpr || store_key_pinned(d->store, a, p->id, 0, &k))
		p->key_state = "no-key";
	else
		p->key_state = key_unusable(&k.facts, sk_now());
}

const struct org *
gatekeeper_org(const struct roster_known *k, const char *id)
{
	for (size_t i = 0; i < k->norgs; i++)
		if (strcmp(k->orgs[i].id, id) == 0)
			return &k->orgs[i];
	return NULL;
}

int
gatekeeper_roster(struct daemon *d, struct sk_arena *a, bool active,
    struct roster_known *out)
{
	int r = store_roster(d->store, a, active, out);
	struct person *persons;

	if (r || !out->npersons)
		return r;
	persons = sk_arena_dup(a, out->persons,
	    out->npersons * sizeof(*persons));
	for (size_t i = 0; i < out->npersons; i++)
		gatekeeper_person(d, a, &persons[i]);
	out->persons = persons;
	return SK_OK;
}

struct gate_answer
gatekeeper_ask(struct daemon *d, const struct gate_case *g,
    const struct org *o, const struct person *p, bool leave_approvals)
{
	struct gate_ask ask = {
		.policy = d->policy, .org = o, .person = p,
		.item = &g->item.item,
		.terms = g->has_terms ? &g->terms : NULL,
		.leave_approvals = leave_approvals,
		.deny_list_clean = !g->deny_hit,
	};

	ask.on_frozen_list = g->nfrozen && bsearch(&p->id, g->frozen,
	    g->nfrozen, sizeof(*g->frozen), by_name);
	return gate_send(&ask);
}

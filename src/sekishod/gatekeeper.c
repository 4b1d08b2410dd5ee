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
#include <sekisho/deny.h>

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

bool
gatekeeper_denied(struct daemon *d, struct sk_arena *a,
    const struct item_record *i, const char *text, struct sk_error *e)
{
	const struct policy *p = d->policy;
	struct deny_list list;
	struct case_record c;
	struct org o = { 0 };
	const char *hit;

	if (store_case_get(d->store, a, i->item.case_row, &c))
		return true;	/* fail closed */
	if (c.org)
		store_org_get(d->store, a, c.org, &o);
	deny_from_originator(a, c.originator, c.originator_name, o.name,
	    p->free_mail_domains, p->nfree_mail_domains, &list);
	hit = deny_scan(a, &list, text, NULL);
	if (!hit && i->item.title)
		hit = deny_scan(a, &list, i->item.title, NULL);
	for (size_t k = 0; k < i->nindicators && !hit; k++)
		hit = deny_scan(a, &list, i->indicators[k], NULL);
	if (hit)
		sk_fail(e, SK_ERR_REFUSED, i->item.id, "R-075: the text "
		    "holds \"%s\" of this case's deny-list: take it out", hit);
	return hit != NULL;
}

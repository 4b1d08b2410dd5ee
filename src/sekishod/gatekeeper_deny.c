/*
 * Deny-lists (I6, R-075) against what is rendered. An item is held against the
 * list of its own case and against those of its kin: cases of the same
 * originator, or of the same campaign, since what names the source of one
 * points to the other. Other cases' words are no part of it: one organisation's
 * product may be another's finding. Towards an originator it is the other way
 * round (output 3): the lists of all cases but its own.
 *
 * A hit says where it stands and which word it is by number; the word itself
 * only to the operator of that case.
 */
#include "daemon.h"

#include <string.h>

#include <sekisho/deny.h>
#include <sekisho/text.h>

#define CASES_MAX 100000

struct words {
	struct sk_arena *a;
	const char **all;
	size_t n;
};

static void
add(struct words *w, const char *const *more, size_t n)
{
	const char **all = sk_arena_array(w->a, w->n + n + 1, sizeof(*all));

	if (w->n)
		memcpy(all, w->all, w->n * sizeof(*all));
	if (n)
		memcpy(all + w->n, more, n * sizeof(*all));
	w->all = all;
	w->n += n;
}

static int
of_case(struct daemon *d, struct words *w, const struct case_record *c,
    size_t *seeds)
{
	const struct policy *y = d->policy;
	struct deny_record *own = NULL;
	struct parties_record p;
	struct sk_error e = { 0 };
	struct deny_list from;
	struct org o = { 0 };
	size_t n = 0;
	int r = store_deny_list(d->store, w->a, c->row, &own, &n);

	if (r)
		return r;
	if (c->org)
		store_org_get(d->store, w->a, c->org, &o);
	deny_from_originator(w->a, c->originator, c->originator_name, o.name,
	    y->free_mail_domains, y->nfree_mail_domains, &from);
	if (seeds)
		*seeds = from.nwords;
	add(w, from.words, from.nwords);
	for (size_t i = 0; i < n; i++)
		add(w, &own[i].word, 1);
	/* For whom a vendor speaks. */
	if (store_parties(d->store, w->a, c->row, &p) == SK_OK && p.client &&
	    deny_check(p.client, &e) == SK_OK)
		add(w, &p.client, 1);
	return SK_OK;
}

static struct deny_list
list_of(const struct words *w)
{
	return (struct deny_list){ w->all, w->n };
}

int
gatekeeper_deny_list(struct daemon *d, struct sk_arena *a, int64_t case_row,
    struct deny_list *out, size_t *seeds)
{
	struct words w = { .a = a };
	struct case_record c;
	int r = store_case_get(d->store, a, case_row, &c);

	if (!r)
		r = of_case(d, &w, &c, seeds);
	*out = list_of(&w);
	return r;
}

/* ---- kin ---- */

struct deny_cases {
	struct case_record *all;
	struct campaign_link *merges;
	size_t n, nmerges;
};

static bool
known(const struct deny_cases *k, int64_t row)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->all[i].row == row)
			return true;
	return false;
}

static int
take(struct daemon *d, struct sk_arena *a, struct deny_cases *k, int64_t row)
{
	struct case_record *all;

	if (known(k, row))
		return SK_OK;
	all = sk_arena_array(a, k->n + 1, sizeof(*all));
	if (k->n)
		memcpy(all, k->all, k->n * sizeof(*all));
	k->all = all;
	return store_case_get(d->store, a, row, &all[k->n++]);
}

/* Open cases; of those that ended, whoever has words of an operator's or
 * counts in a campaign. */
int
gatekeeper_deny_cases(struct daemon *d, struct sk_arena *a,
    struct deny_cases **out)
{
	struct deny_cases *k = sk_arena_alloc(a, sizeof(*k));
	struct deny_record *words = NULL;
	size_t n = 0;
	int r = store_case_list(d->store, a, true, CASES_MAX, &k->all, &k->n);

	if (!r)
		r = store_merges(d->store, a, &k->merges, &k->nmerges);
	if (!r)
		r = store_deny_others(d->store, a, 0, &words, &n);
	for (size_t i = 0; i < k->nmerges && !r; i++) {
		r = take(d, a, k, k->merges[i].case_row);
		if (!r && k->merges[i].into_row)
			r = take(d, a, k, k->merges[i].into_row);
	}
	for (size_t i = 0; i < n && !r; i++)
		r = take(d, a, k, words[i].case_row);
	*out = k;
	return r;
}

static bool
free_mail(const struct policy *p, const char *domain)
{
	for (size_t i = 0; i < p->nfree_mail_domains; i++)
		if (sk_same_org_domain(p->free_mail_domains[i], domain))
			return true;
	return false;
}

static bool
same_originator(struct daemon *d, struct sk_arena *a,
    const struct case_record *x, const struct case_record *y)
{
	const char *domain;

	if (x->org && y->org && strcmp(x->org, y->org) == 0)
		return true;
	if (!x->originator || !y->originator)
		return false;
	if (strcmp(sk_address_key(a, x->originator),
	    sk_address_key(a, y->originator)) == 0)
		return true;
	domain = sk_address_domain(x->originator);
	return !free_mail(d->policy, domain) && sk_same_org_domain(domain,
	    sk_address_domain(y->originator));
}

static bool
are_kin(struct daemon *d, struct sk_arena *a, const struct deny_cases *k,
    const struct case_record *x, const struct case_record *y)
{
	return same_originator(d, a, x, y) ||
	    campaign_of(k->merges, k->nmerges, x->row) ==
	    campaign_of(k->merges, k->nmerges, y->row);
}

int
gatekeeper_deny_sight(struct daemon *d, struct sk_arena *a,
    const struct deny_cases *k, int64_t case_row, struct deny_sight *out)
{
	struct words w = { .a = a };
	struct case_record c;
	int r = store_case_get(d->store, a, case_row, &c);

	if (!r)
		r = of_case(d, &w, &c, NULL);
	out->own = w.n;
	for (size_t i = 0; i < k->n && !r; i++)
		if (k->all[i].row != case_row &&
		    are_kin(d, a, k, &c, &k->all[i]))
			r = of_case(d, &w, &k->all[i], NULL);
	out->list = list_of(&w);
	return r;
}

/* ---- towards an originator (R-126) ---- */

static bool
stands_in(struct sk_arena *a, const struct deny_list *l, const char *word)
{
	const char *folded = sk_nfkc_fold(a, word);

	for (size_t i = 0; i < l->nwords; i++)
		if (strcmp(sk_nfkc_fold(a, l->words[i]), folded) == 0)
			return true;
	return false;
}

int
gatekeeper_deny_others(struct daemon *d, struct sk_arena *a,
    const struct case_record *c, struct deny_list *out)
{
	struct words own = { .a = a }, all = { .a = a }, w = { .a = a };
	struct deny_cases *k;
	struct deny_list mine;
	int r = gatekeeper_deny_cases(d, a, &k);

	if (!r)
		r = of_case(d, &own, c, NULL);
	mine = list_of(&own);
	for (size_t i = 0; i < k->n && !r; i++)
		if (k->all[i].row != c->row &&
		    !same_originator(d, a, c, &k->all[i]))
			r = of_case(d, &all, &k->all[i], NULL);
	for (size_t i = 0; i < all.n && !r; i++)
		if (!stands_in(a, &mine, all.all[i]))
			add(&w, &all.all[i], 1);
	*out = list_of(&w);
	return r;
}

/* ---- fields of an item ---- */

struct looking {
	struct sk_arena *a;
	const struct item_record *item;
	const struct deny_sight *sight;
	bool tell_word;
	struct sk_error *e;
};

static bool
field(struct looking *l, const char *name, const char *text)
{
	const struct deny_list *list = &l->sight->list;
	size_t where = 0, n = 0;
	const char *hit = deny_scan(l->a, list, text, &where);
	bool own;

	if (!hit)
		return false;
	while (list->words[n] != hit)
		n++;
	own = n < l->sight->own;
	sk_fail(l->e, SK_ERR_REFUSED, l->item->item.id, "R-075: its %s holds, "
	    "at byte %zu, word %zu of %s%s%s%s: take it out", name, where,
	    own ? n + 1 : n + 1 - l->sight->own, own ?
	    "its case's deny-list" : "the deny-lists of cases of the same "
	    "originator or campaign", l->tell_word && own ? ", \"" : "",
	    l->tell_word && own ? hit : "", l->tell_word && own ? "\"" : "");
	return true;
}

bool
gatekeeper_fields(struct sk_arena *a, const struct item_record *i,
    const char *text, const struct deny_sight *sight, bool tell_word,
    struct sk_error *e)
{
	struct looking l = { a, i, sight, tell_word, e };

	if (field(&l, "title", i->item.title) || field(&l, "text", text) ||
	    field(&l, "secret parts", i->item.secret_parts))
		return true;
	for (size_t k = 0; k < i->nindicators; k++)
		if (field(&l, "indicator", i->indicators[k]))
			return true;
	return false;
}

bool
gatekeeper_tells(const struct case_record *c, const char *viewer)
{
	return viewer && (!c->owner || strcmp(c->owner, viewer) == 0);
}

bool
gatekeeper_denied(struct daemon *d, struct sk_arena *a,
    const struct item_record *i, const char *text, const char *viewer,
    struct sk_error *e)
{
	struct deny_sight sight;
	struct deny_cases *k;
	struct case_record c;

	if (store_case_get(d->store, a, i->item.case_row, &c) ||
	    gatekeeper_deny_cases(d, a, &k) ||
	    gatekeeper_deny_sight(d, a, k, c.row, &sight)) {
		sk_fail(e, SK_ERR_REFUSED, i->item.id, "R-075: the deny-list "
		    "of its case cannot be read");
		return true;	/* fail closed */
	}
	return gatekeeper_fields(a, i, text, &sight,
	    gatekeeper_tells(&c, viewer), e);
}

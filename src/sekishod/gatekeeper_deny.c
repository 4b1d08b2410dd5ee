/*
 * The deny-list of a case (I6, R-075) against everything of an item that is
 * rendered, field by field. A hit says where it stands and which word it is by
 * number; the word itself only to the operator of that case.
 */
#include "daemon.h"

#include <string.h>

#include <sekisho/deny.h>

int
gatekeeper_deny_list(struct daemon *d, struct sk_arena *a, int64_t case_row,
    struct deny_list *out, size_t *seeds)
{
	const struct policy *p = d->policy;
	struct deny_record *own = NULL;
	struct case_record c;
	struct org o = { 0 };
	const char **words;
	size_t n = 0;
	int r = store_case_get(d->store, a, case_row, &c);

	if (!r)
		r = store_deny_list(d->store, a, case_row, &own, &n);
	if (r)
		return r;
	if (c.org)
		store_org_get(d->store, a, c.org, &o);
	deny_from_originator(a, c.originator, c.originator_name, o.name,
	    p->free_mail_domains, p->nfree_mail_domains, out);
	*seeds = out->nwords;
	words = sk_arena_array(a, out->nwords + n + 1, sizeof(*words));
	if (out->nwords)
		memcpy(words, out->words, out->nwords * sizeof(*words));
	for (size_t i = 0; i < n; i++)
		words[out->nwords++] = own[i].word;
	out->words = words;
	return SK_OK;
}

struct looking {
	struct daemon *d;
	struct sk_arena *a;
	const struct item_record *item;
	const struct deny_list *list;
	bool tell_word;
	struct sk_error *e;
};

static bool
field(struct looking *l, const char *name, const char *text)
{
	size_t where = 0, n = 0;
	const char *hit = deny_scan(l->a, l->list, text, &where);

	if (!hit)
		return false;
	while (l->list->words[n] != hit)
		n++;
	sk_fail(l->e, SK_ERR_REFUSED, l->item->item.id, "R-075: its %s holds, "
	    "at byte %zu, word %zu of its case's deny-list%s%s%s: take it out",
	    name, where, n + 1, l->tell_word ? ", \"" : "",
	    l->tell_word ? hit : "", l->tell_word ? "\"" : "");
	return true;
}

static bool
operator_of(const struct case_record *c, const char *viewer)
{
	return viewer && (!c->owner || strcmp(c->owner, viewer) == 0);
}

bool
gatekeeper_denied(struct daemon *d, struct sk_arena *a,
    const struct item_record *i, const char *text, const char *viewer,
    struct sk_error *e)
{
	struct deny_list list;
	struct looking l = { d, a, i, &list, false, e };
	struct case_record c;
	size_t seeds;

	if (store_case_get(d->store, a, i->item.case_row, &c) ||
	    gatekeeper_deny_list(d, a, c.row, &list, &seeds)) {
		sk_fail(e, SK_ERR_REFUSED, i->item.id, "R-075: the deny-list "
		    "of its case cannot be read");
		return true;	/* fail closed */
	}
	l.tell_word = operator_of(&c, viewer);
	if (field(&l, "title", i->item.title) || field(&l, "text", text) ||
	    field(&l, "secret parts", i->item.secret_parts))
		return true;
	for (size_t k = 0; k < i->nindicators; k++)
		if (field(&l, "indicator", i->indicators[k]))
			return true;
	return false;
}

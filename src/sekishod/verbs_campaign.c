/*
 * Campaigns: which cases count as one. Nothing of a case but its count
 * is touched: each item keeps its originator's terms. And a case that
 * goes on after its end.
 */
#include <string.h>

#include "command.h"

static int
documented(struct command *c, const struct case_record *k)
{
	c->out = sk_json_document("case");
	document_case(c->out, k);
	return document_campaign(c, c->out, k->row);
}

int
document_campaign(struct command *c, struct sk_json *o, int64_t row)
{
	struct campaign_link *l = NULL;
	struct case_record root;
	size_t n = 0;
	int64_t into;
	int r = store_merges(c->d->store, c->arena, &l, &n);

	if (r)
		return command_store(c, r, "campaign");
	into = campaign_of(l, n, row);
	if (into == row)
		return SK_OK;		/* null stands there */
	r = store_case_get(c->d->store, c->arena, into, &root);
	if (!r)
		sk_json_set_str(o, "campaign", root.number);
	return command_store(c, r, "campaign");
}

static int
merge(struct command *c, const struct case_record *k, int64_t into,
    const char *event, const char *detail)
{
	const char *why = command_str(c, "reason");
	int r = store_merge(c->d->store, k->row, into, c->actor, why, c->now);

	if (!r)
		r = store_case_note(c->d->store, k->row, c->now, c->actor,
		    why);
	r = command_store(c, r, k->number);
	if (!r)
		r = command_audit(c, event, k->number, detail);
	return r ? r : documented(c, k);
}

int
verb_case_merge(struct command *c)
{
	struct campaign_link *l = NULL;
	struct case_record k, into;
	size_t n = 0;
	int r = command_case(c, "case", &k);

	if (!r)
		r = command_case(c, "into", &into);
	if (!r)
		r = command_store(c, store_merges(c->d->store, c->arena, &l,
		    &n), k.number);
	if (r)
		return r;
	if (campaign_would_cycle(l, n, k.row, into.row))
		return sk_fail(&c->e, SK_ERR_REFUSED, k.number, "%s counts "
		    "with it already, so that would be a circle; unmerge that "
		    "one first", into.number);
	return merge(c, &k, into.row, "case.merge", into.number);
}

int
verb_case_unmerge(struct command *c)
{
	struct campaign_link *l = NULL;
	struct case_record k;
	size_t n = 0;
	int r = command_case(c, "case", &k);

	if (!r)
		r = command_store(c, store_merges(c->d->store, c->arena, &l,
		    &n), k.number);
	if (r)
		return r;
	if (campaign_of(l, n, k.row) == k.row)
		return sk_fail(&c->e, SK_ERR_REFUSED, k.number, "counts by "
		    "itself: there is nothing to undo");
	return merge(c, &k, 0, "case.unmerge", "");
}

/* Support begins again. Confirmations are not inherited by what comes now, and
 * what was withdrawn stays so: the terms are where they were. */
int
verb_case_reopen(struct command *c)
{
	struct case_record k;
	int r = command_case(c, "case", &k);

	if (r)
		return r;
	if (!k.closed && k.state != CASE_WITHDRAWN &&
	    k.state != CASE_REJECTED)
		return sk_fail(&c->e, SK_ERR_REFUSED, k.number, "is open (%s)",
		    word_of(WORDS_CASE_STATE, (int)k.state));
	k.state = CASE_SUPPORTING;
	k.closed = 0;
	k.changed = c->now;
	r = store_case_update(c->d->store, &k);
	if (!r)
		r = store_case_note(c->d->store, k.row, c->now, c->actor,
		    command_str(c, "reason"));
	r = command_store(c, r, k.number);
	if (!r)
		r = command_audit(c, "case.reopen", k.number, "operator");
	return r ? r : documented(c, &k);
}

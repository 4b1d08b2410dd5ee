/*
 * Terms that come into force, whoever brought them: the originator's yes, an
 * operator's narrowing or vouching, a withdrawal. What follows is the same
 * each time: wider terms void approvals, narrower ones are told to
 * whoever has the item, and every copy that waits is judged anew.
 */
#include "daemon.h"

#include <string.h>

#include <sekisho/log.h>
#include <sekisho/terms.h>

/* Approvals that were given under narrower terms end. An item whose own scope
 * became wider is approved anew even if it was sent: then it goes to whom it
 * reaches now. */
static bool
approved_for_less(const struct item *i, const struct terms *old,
    const struct terms *now)
{
	if (i->state == ITEM_SENT)
		return terms_scope_for(now, i->id) > now->scope &&
		    terms_scope_for(now, i->id) > terms_scope_for(old, i->id);
	return i->state == ITEM_APPROVED && terms_widen_for(old, now, i->id);
}

static int
void_approvals(struct daemon *d, struct sk_arena *a, int64_t case_row,
    const struct terms *old, const struct terms *now, int64_t when)
{
	struct item_record *items = NULL;
	size_t n = 0;
	int r = store_item_list(d->store, a, case_row, &items, &n);

	for (size_t i = 0; i < n && !r; i++) {
		const struct item *it = &items[i].item;

		if (!approved_for_less(it, old, now))
			continue;
		r = store_item_withdraw_approvals(d->store, it->id);
		if (!r)
			r = store_item_state(d->store, it->id, ITEM_DRAFT,
			    it->terms_version, when);
	}
	return r;
}

/* T-08 to those who have it: no longer for them, or in another scope. Nobody
 * is told twice that it is over, and while words wait to be mapped nobody is
 * told anything: it is not yet known whom they mean. */
static int
tell(struct daemon *d, struct sk_arena *a, const struct case_record *c,
    const struct item *i, const struct recipient *to,
    const struct terms *old, const struct terms *now)
{
	struct notice_record say = { .item = i->id,
		.was = item_audience(d->policy, i, old),
		.now = item_audience(d->policy, i, now),
		.terms_version = now->version };
	enum gate_clause had, has;
	struct person p;
	struct org o;

	if (store_person_get(d->store, a, to->person, &p) ||
	    store_org_get(d->store, a, p.org, &o))
		return SK_OK;
	had = gate_admits(d->policy, i, old, &o);
	has = gate_admits(d->policy, i, now, &o);
	if (has == GATE_EXCLUSION_UNMAPPED || (has == GATE_YES &&
	    say.was == say.now) || (has != GATE_YES && had != GATE_YES &&
	    had != GATE_EXCLUSION_UNMAPPED))
		return SK_OK;
	say.withdrawn = has != GATE_YES;
	return notice_send(d, a, c, to->person, "T-08", &say);
}

static int
tell_recipients(struct daemon *d, struct sk_arena *a,
    const struct case_record *c, const struct item_record *item,
    const struct terms *old, const struct terms *now)
{
	struct recipient *all = NULL;
	size_t n = 0;
	int r = recipients_of(d, a, item->item.id, &all, &n);

	for (size_t i = 0; i < n && !r; i++)
		r = tell(d, a, c, &item->item, &all[i], old, now);
	return r;
}

int
apply_in_force(struct daemon *d, struct sk_arena *a,
    const struct case_record *c, const struct terms *old,
    const struct terms *now, int64_t when)
{
	struct item_record *items = NULL;
	size_t n = 0;
	int r = SK_OK;

	if (!old)
		return SK_OK;
	r = void_approvals(d, a, c->row, old, now, when);
	if (!r)
		r = store_item_list(d->store, a, c->row, &items, &n);
	for (size_t i = 0; i < n && !r; i++) {
		r = tell_recipients(d, a, c, &items[i], old, now);
		if (!r && now->withdrawn)
			r = store_item_state(d->store, items[i].item.id,
			    ITEM_WITHDRAWN, items[i].item.terms_version, when);
		if (!r)
			r = outbox_judge_anew(d, a, items[i].item.id);
	}
	return r;
}

/* The words of what was agreed stay: it is shown what was withdrawn (I8). */
static struct terms
withdrawn(struct daemon *d, struct sk_arena *a, const struct case_record *c)
{
	struct terms t = { .scope = SCOPE_COORDINATOR,
		.secrecy = SECRECY_ALL, .coordination = COORDINATION_NONE };
	struct terms newest;

	if (store_terms_newest(d->store, a, c->row, &newest) == SK_OK)
		t = newest;
	t.withdrawn = true;
	t.locked = false;
	t.vouched_by = t.vouched_how = NULL;
	return t;
}

int
apply_withdraw(struct daemon *d, struct sk_arena *a, struct case_record *c,
    int64_t mail, enum assurance have, const char *by, int64_t now)
{
	struct terms t = withdrawn(d, a, c), old;
	bool has = store_terms_locked(d->store, a, c->row, &old) == SK_OK;
	int r;

	t.mail = mail;
	t.created = now;
	r = store_terms_add(d->store, c->row, &t);
	if (!r)
		r = store_terms_lock(d->store, c->row, t.version, have, by,
		    by ? "withdraw" : NULL, now);
	c->approve_terms = 0;
	c->changed = now;
	if (!r)
		r = store_case_update(d->store, c);
	if (!r)
		r = apply_in_force(d, a, c, has ? &old : NULL, &t, now);
	sk_log(SK_INFO, "terms.withdraw", "case=%s version=%u", c->number,
	    t.version);
	return r;
}

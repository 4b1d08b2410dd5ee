/*
 * Approval: a person's agreement that an item may go, given after its
 * text was held against the deny-list. With the last approval the list of
 * people freezes: later it can only shrink (L12). An approver is a user of the
 * system; nobody counts twice.
 */
#include <string.h>

#include "command.h"

struct freezing {
	const char **persons;
	size_t n, keyless;
};

/* Whom the gate lets through leaving approvals aside; who only lacks a usable
 * key is on the list, and its copy is held until the key is mended. */
static int
collect(struct command *c, const struct gate_case *g, struct freezing *f)
{
	struct roster_known k;
	int r = command_store(c, gatekeeper_roster(c->d, c->arena, true,
	    &k), "roster");

	if (r)
		return r;
	f->persons = sk_arena_array(c->arena, k.npersons + 1,
	    sizeof(*f->persons));
	for (size_t i = 0; i < k.npersons; i++) {
		const struct org *o = gatekeeper_org(&k, k.persons[i].org);
		struct gate_answer a;

		if (!o)
			continue;
		a = gatekeeper_ask(c->d, g, o, &k.persons[i], true);
		if (!a.send && !a.key_only)
			continue;
		f->persons[f->n++] = k.persons[i].id;
		f->keyless += a.key_only;
	}
	if (f->n == 0)
		return sk_fail(&c->e, SK_ERR_REFUSED, g->item.item.id,
		    "nobody could get it (L9): see `sekisho preview %s`",
		    g->item.item.id);
	return SK_OK;
}

static unsigned
needed(const struct command *c, const struct item *i)
{
	unsigned n = i->secret ? c->d->policy->approvals_secret :
	    c->d->policy->approvals_plain;

	return n ? n : 1;
}

static int
freeze(struct command *c, const struct gate_case *g, struct freezing *f)
{
	const char *id = g->item.item.id;
	int r = store_item_freeze(c->d->store, id, f->persons, f->n);

	if (!r)
		r = store_item_state(c->d->store, id, ITEM_APPROVED,
		    g->terms.version, c->now);
	r = command_store(c, r, id);
	return r ? r : command_audit(c, "item.approved", id,
	    sk_arena_printf(c->arena, "persons=%zu terms=%u", f->n,
	    g->terms.version));
}

static void
document(struct command *c, const struct freezing *f, unsigned have,
    unsigned need)
{
	sk_json_set_int(c->out, "approvals", have);
	sk_json_set_int(c->out, "approvals_needed", need);
	sk_json_set_int(c->out, "persons", (int64_t)f->n);
	sk_json_set_int(c->out, "held_for_key", (int64_t)f->keyless);
	sk_json_set_str(c->out, "missing", have >= need ? NULL :
	    sk_arena_printf(c->arena, "%u more approval(s) by another user: "
	    "you are %s; whoever approves next logs in as somebody else in "
	    "the group of control.operator (sekisho.conf)", need - have,
	    c->actor));
}

static int
approvable(struct command *c, const struct gate_case *g)
{
	const struct item *i = &g->item.item;

	if (i->state == ITEM_WITHDRAWN || i->state == ITEM_SENT)
		return sk_fail(&c->e, SK_ERR_EXISTS, i->id, "is %s already",
		    word_of(WORDS_ITEM_STATE, (int)i->state));
	if (!g->has_terms)
		return sk_fail(&c->e, SK_ERR_REFUSED, i->id, "its case has no "
		    "terms in force (R-059): wait for the originator's yes");
	return item_check(c->d->policy, i, &g->terms, &c->e);
}

static int
agree(struct command *c, struct gate_case *g)
{
	struct freezing f = { 0 };
	unsigned have = 0, need = needed(c, &g->item.item);
	int r = approvable(c, g);

	if (!r)
		r = collect(c, g, &f);
	if (r)
		return r;
	r = command_store(c, store_item_approve(c->d->store, g->item.item.id,
	    c->actor, c->now, &have), g->item.item.id);
	if (!r)
		r = command_audit(c, "item.approve", g->item.item.id,
		    sk_arena_printf(c->arena, "approvals=%u of %u", have,
		    need));
	/* One approval more changes no frozen list. */
	if (!r && have >= need && g->item.item.state == ITEM_DRAFT)
		r = freeze(c, g, &f);
	if (!r && have >= need && g->item.item.state == ITEM_DRAFT)
		r = item_tell_raise(c, g);
	if (!r)
		r = command_item(c, "item", &g->item);
	if (r)
		return r;
	c->out = sk_json_document("item");
	document_item(c->out, &g->item);
	document(c, &f, have, need);
	return SK_OK;
}

struct approving {
	struct permits_item it;
	uint64_t rules;
};

static int
opened(struct command *c)
{
	struct approving *x = c->state;
	int r = command_unchanged(c, x->rules, x->it.gate.item.item.id);

	if (r)
		return r;
	return item_denied(c, &x->it, &c->e) ? c->e.code :
	    agree(c, &x->it.gate);
}

int
verb_item_approve(struct command *c)
{
	struct approving *x = sk_arena_alloc(c->arena, sizeof(*x));
	int r = gatekeeper_item(c->d, c->arena, command_str(c, "item"),
	    &x->it.gate, &c->e);

	if (!r)
		r = approvable(c, &x->it.gate);
	x->rules = store_rules_generation(c->d->store);
	c->state = x;
	return r ? r : item_texts_open(c, &x->it, opened);
}

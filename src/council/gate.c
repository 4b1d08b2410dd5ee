/*
 * The gate: may this person have this item? (domain.md, output 3; I1). Every
 * clause alone says no, and whatever is not known says no. The clause that is
 * reported is the most telling one: what the organisation is and what the
 * originator wants first, then the person, then the item, the key last, since a
 * missing key is held and mended while the others are decisions.
 * Nobody is added here, whoever asks (L10).
 */
#include <sekisho/gate.h>

#include <string.h>

#include <sekisho/text.h>

#include "item_fault.h"

struct finding {
	enum gate_clause clause;	/* GATE_YES: this part says yes */
	const char *detail;
};

static const struct finding fine = { GATE_YES, "" };

static struct finding
no(enum gate_clause clause, const char *detail)
{
	return (struct finding){ clause, detail ? detail : "" };
}

static bool
given(const char *s)
{
	return s && *s;
}

/* R-003 first: it holds for the gov. secretariat in whatever state it is. */
static struct finding
ask_membership(const struct gate_ask *k)
{
	if (k->org && k->org->kind == ORG_GOV_SECRETARIAT)
		return no(GATE_GOV_SECRETARIAT, "");
	if (!k->org || k->org->state != ORG_ACTIVE)
		return no(GATE_MEMBER_INACTIVE, k->org ?
		    word_of(WORDS_ORG_STATE, (int)k->org->state) : "");
	/* A person put beside another's organisation is nobody's person. */
	if (!k->person || !k->person->active || !k->person->org ||
	    strcmp(k->person->org, k->org->id) != 0)
		return no(GATE_PERSON_INACTIVE, "");
	return fine;
}

static struct finding
ask_terms(const struct gate_ask *k)
{
	if (!k->terms || !k->terms->version)
		return no(GATE_TERMS_MISSING, "");
	if (k->terms->withdrawn)
		return no(GATE_TERMS_WITHDRAWN, "");
	if (!k->terms->locked)
		return no(GATE_TERMS_MISSING, "");
	return fine;
}

static bool
names_org(const struct exclusion *x, const struct org *o)
{
	for (size_t i = 0; i < x->norgs; i++)
		if (sk_ascii_ieq(x->orgs[i], o->id))
			return true;
	return false;
}

/* An organisation that is named is told apart from everybody who waits until
 * the originator's words are mapped. */
static struct finding
ask_exclusions(const struct gate_ask *k)
{
	struct finding out = fine;

	for (size_t i = 0; i < k->terms->nexclusions; i++) {
		const struct exclusion *x = &k->terms->exclusions[i];

		if (names_org(x, k->org))
			return no(GATE_EXCLUDED, x->words);
		if (!x->mapped && out.clause == GATE_YES)
			out = no(GATE_EXCLUSION_UNMAPPED, x->words);
	}
	return out;
}

/* The narrowest audience that holds this organisation; SCOPE_UNKNOWN: none. */
static enum scope
least_audience(const struct org *o)
{
	if (o->kind == ORG_COORDINATOR)
		return SCOPE_CLASS1_GROUP;	/* */
	switch (o->class) {
	case CLASS1:
		return SCOPE_CLASS1_GROUP;
	case CLASS2:
		return SCOPE_TASK_FORCE;
	case CLASS_GENERAL:
		return SCOPE_ALL_MEMBERS;
	case CLASS_NONE:
		break;
	}
	return SCOPE_UNKNOWN;
}

/* What keeps the audience narrow: the matrix row, or the originator's word. */
static const char *
narrowed_by(const struct gate_ask *k)
{
	struct ceiling c = matrix_ceiling(k->policy, k->item);
	enum scope allowed = terms_scope_for(k->terms, k->item->id);

	return c.max_audience <= allowed ? c.row :
	    word_of(WORDS_SCOPE, (int)allowed);
}

static struct finding
ask_audience(const struct gate_ask *k)
{
	enum scope audience = item_audience(k->policy, k->item, k->terms);
	enum scope least = least_audience(k->org);
	bool tf_level = audience == SCOPE_CLASS1_GROUP ||
	    audience == SCOPE_TASK_FORCE;

	if (audience <= SCOPE_COORDINATOR)
		return no(GATE_AUDIENCE_EMPTY, narrowed_by(k));
	if (least == SCOPE_UNKNOWN || least > audience)
		return no(GATE_CLASS, narrowed_by(k));
	if (tf_level && k->org->foreign_capital && !given(k->org->tf_approval))
		return no(GATE_FOREIGN, "");
	return fine;
}

static struct finding
ask_person(const struct gate_ask *k)
{
	const struct person *p = k->person;
	const struct item *i = k->item;

	if (!p->account)
		return no(GATE_ACCOUNT_NO, "");
	if ((i->secret || i->tlp == TLP_RED) && !(p->roles & ROLE_HANDLER))
		return no(GATE_NOT_HANDLER, i->secret ? "R-106" : "R-089");
	if (i->secret && !k->org->receive_secret)
		return no(GATE_RECEIVE_SECRET, "");
	if (i->secret && k->policy->membership_welcome && !p->acknowledged)
		return no(GATE_NOT_ACKNOWLEDGED, "");
	if (!p->address_personal || !given(p->address))
		return no(GATE_LIST_ADDRESS, "");
	return fine;
}

static struct finding
ask_approvals(const struct gate_ask *k)
{
	const struct item *i = k->item;
	unsigned need = i->secret ? k->policy->approvals_secret :
	    k->policy->approvals_plain;

	if (i->state != ITEM_APPROVED && i->state != ITEM_SENT)
		return no(GATE_ITEM_STATE,
		    word_of(WORDS_ITEM_STATE, (int)i->state));
	if (i->approvals_void || i->approvals < (need ? need : 1))
		return no(GATE_APPROVALS, i->approvals_void ? "void" : "");
	/* Without a list that was frozen nobody is on it (L12). */
	if (!i->frozen || !k->on_frozen_list)
		return no(GATE_NOT_FROZEN, "");
	return fine;
}

static struct finding
ask_item(const struct gate_ask *k)
{
	enum item_fault f = item_fault(k->policy, k->item, k->terms);
	struct finding out = fine;

	if (f != ITEM_FITS)
		return no(GATE_STATEMENT, item_fault_rule(f));
	if (!k->leave_approvals)
		out = ask_approvals(k);
	if (out.clause == GATE_YES && !k->deny_list_clean)
		out = no(GATE_DENY_LIST, "");
	return out;
}

static struct finding
ask_key(const struct gate_ask *k)
{
	const char *state = k->person->key_state;

	if (!given(k->person->fpr) || (state && !strcmp(state, "no-key")))
		return no(GATE_NO_KEY, "no-key");
	if (!state || *state)
		return no(GATE_KEY_UNUSABLE, state ? state : "unknown");
	return fine;
}

enum gate_clause
gate_admits(const struct policy *p, const struct item *i,
    const struct terms *t, const struct org *o)
{
	struct gate_ask k = { .policy = p, .item = i, .terms = t, .org = o };
	struct finding f = ask_terms(&k);

	if (f.clause == GATE_YES)
		f = ask_exclusions(&k);
	return f.clause == GATE_YES ? ask_audience(&k).clause : f.clause;
}

struct gate_answer
gate_send(const struct gate_ask *ask)
{
	/* Later ones rely on what earlier ones found to be there. */
	static struct finding (*const parts[])(const struct gate_ask *) = {
		ask_membership, ask_terms, ask_exclusions, ask_audience,
		ask_person, ask_item, ask_key
	};
	const size_t n = sizeof(parts) / sizeof(parts[0]);

	for (size_t i = 0; i < n; i++) {
		struct finding f = parts[i](ask);

		if (f.clause != GATE_YES)
			return (struct gate_answer){ .clause = f.clause,
			    .detail = f.detail, .key_only = i == n - 1 };
	}
	return (struct gate_answer){ .send = true, .clause = GATE_YES,
	    .detail = narrowed_by(ask) };
}

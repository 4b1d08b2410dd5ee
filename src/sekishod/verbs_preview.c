/*
 * Preview and why: the gate's answer for every registered person, with the
 * rule that decided. The same function answers here and at every sending, so
 * what is shown is what would happen; approvals are told beside it.
 */
#include <string.h>

#include "command.h"

static const char *
key_word(const struct person *p)
{
	if (!p->fpr)
		return "no-key";
	return p->key_state && *p->key_state ? p->key_state : "ok";
}

/* The language of the reasons: as asked for, or the council's. */
static const char *
lang_of(const struct command *c)
{
	const char *lang = command_str(c, "lang");

	return lang ? lang : c->d->config->language;
}

static bool
is_frozen(const struct gate_case *g, const char *person)
{
	for (size_t i = 0; i < g->nfrozen; i++)
		if (strcmp(g->frozen[i], person) == 0)
			return true;
	return false;
}

/* Against the list that was frozen at approval (L12): who is on it and would
 * get nothing now, and who could get it and is not on it. */
static const char *
difference(const struct gate_case *g, const char *person, bool send)
{
	bool frozen = is_frozen(g, person);

	if (!g->item.item.frozen)
		return NULL;
	return frozen && !send ? "left" : send && !frozen ? "not-on-list" :
	    NULL;
}

static void
row(struct command *c, struct sk_json *o, const struct gate_case *g,
    const struct org *org, const struct person *p,
    const struct gate_answer *answer)
{
	const struct gate_answer a = *answer;

	sk_json_set_str(o, "person", p->id);
	sk_json_set_str(o, "org", org->id);
	sk_json_set_str(o, "class", word_of(WORDS_CLASS, (int)org->class));
	sk_json_set_bool(o, "send", a.send);
	sk_json_set_str(o, "rule", gate_rule(a.clause));
	sk_json_set_str(o, "clause", gate_word(a.clause));
	sk_json_set_str(o, "sentence", gate_sentence(a.clause, lang_of(c)));
	sk_json_set_str(o, "difference", difference(g, p->id, a.send ||
	    a.key_only));
	sk_json_set_str(o, "detail", a.detail && *a.detail ? a.detail : NULL);
	sk_json_set_bool(o, "key_only", a.key_only);
	sk_json_set_str(o, "key", key_word(p));
}

/* How many by which rule, at the end of the table. */
static void
totals(struct command *c, const size_t counts[GATE_LAST])
{
	struct sk_json *all = sk_json_set(c->out, "counts", sk_json_array());

	for (int k = 0; k < GATE_LAST; k++) {
		struct sk_json *o;

		if (!counts[k])
			continue;
		o = sk_json_add(all, sk_json_object());
		sk_json_set_str(o, "rule", gate_rule((enum gate_clause)k));
		sk_json_set_str(o, "clause", gate_word((enum gate_clause)k));
		sk_json_set_int(o, "count", (int64_t)counts[k]);
		sk_json_set_str(o, "sentence", gate_sentence(
		    (enum gate_clause)k, lang_of(c)));
	}
}

static int
rows(struct command *c, const struct gate_case *g, const char *only)
{
	struct sk_json *all = sk_json_set(c->out, "people", sk_json_array());
	struct roster_known k;
	size_t counts[GATE_LAST] = { 0 }, n = 0;
	bool diff = command_flag(c, "diff");
	/* Who has left since may stand on the frozen list. */
	int r = command_store(c, gatekeeper_roster(c->d, c->arena, !only &&
	    !diff, &k), "roster");

	for (size_t i = 0; i < k.npersons && !r; i++) {
		const struct org *o = gatekeeper_org(&k, k.persons[i].org);
		struct gate_answer a;

		if (!o || (only && strcmp(k.persons[i].id, only) != 0))
			continue;
		if (diff && !k.persons[i].active &&
		    !is_frozen(g, k.persons[i].id))
			continue;
		a = gatekeeper_ask(c->d, g, o, &k.persons[i], true);
		counts[a.clause]++;
		n++;
		if (diff && !difference(g, k.persons[i].id, a.send ||
		    a.key_only))
			continue;
		row(c, sk_json_add(all, sk_json_object()), g, o,
		    &k.persons[i], &a);
	}
	totals(c, counts);
	sk_json_set_int(c->out, "yes", (int64_t)counts[GATE_YES]);
	sk_json_set_int(c->out, "of", (int64_t)n);
	if (!r && only && !n)
		r = sk_fail(&c->e, SK_ERR_NOINPUT, only, "no such person: see "
		    "`sekisho person list --all`");
	return r;
}

static void
approvals(struct command *c, const struct gate_case *g)
{
	const struct item *i = &g->item.item;
	const struct policy *p = c->d->policy;
	unsigned need = i->secret ? p->approvals_secret : p->approvals_plain;

	sk_json_set_int(c->out, "approvals", i->approvals);
	sk_json_set_int(c->out, "approvals_needed", need ? need : 1);
}

static void
head(struct command *c, const struct gate_case *g, const char *kind,
    const char *denied)
{
	const struct item *i = &g->item.item;
	struct ceiling ceiling = matrix_ceiling(c->d->policy, i);

	c->out = sk_json_document(kind);
	sk_json_set_str(c->out, "item", i->id);
	sk_json_set_str(c->out, "state", word_of(WORDS_ITEM_STATE,
	    (int)i->state));
	sk_json_set_str(c->out, "matrix_row", ceiling.row);
	sk_json_set_str(c->out, "ceiling", word_of(WORDS_SCOPE,
	    (int)ceiling.max_audience));
	sk_json_set_str(c->out, "terms_scope", g->has_terms ?
	    word_of(WORDS_SCOPE, (int)terms_scope_for(&g->terms, i->id)) :
	    NULL);
	sk_json_set_str(c->out, "audience", word_of(WORDS_SCOPE,
	    (int)item_audience(c->d->policy, i, g->has_terms ? &g->terms :
	    NULL)));
	sk_json_set_str(c->out, "denied", denied);
	approvals(c, g);
}

static int
opened(struct command *c)
{
	bool one = strcmp(c->verb->noun, "why") == 0;
	struct permits_item *it = c->state;
	struct sk_error hit = { 0 };

	it->gate.deny_hit = item_denied(c, it, &hit);
	head(c, &it->gate, one ? "why" : "preview", it->gate.deny_hit ?
	    hit.text : NULL);
	return rows(c, &it->gate, one ? command_str(c, "person") : NULL);
}

int
verb_preview(struct command *c)
{
	struct permits_item *it = sk_arena_alloc(c->arena, sizeof(*it));
	int r = gatekeeper_item(c->d, c->arena, command_str(c, "item"),
	    &it->gate, &c->e);

	c->state = it;
	return r ? r : item_texts_open(c, it, opened);
}

int
verb_why(struct command *c)
{
	struct person p;
	int r = command_person(c, command_str(c, "person"), &p);

	return r ? r : verb_preview(c);
}

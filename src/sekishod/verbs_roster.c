/*
 * Member organisations. Suspension, withdrawal and expulsion stop delivery at
 * once: what waits is dropped, and the gate is asked again at every hand-over
 * . Nothing is ever deleted: who received what must be known
 * years later.
 */
#include <string.h>

#include <sekisho/text.h>

#include "roster_acts.h"

static struct sk_json *
document_one(struct command *c, const struct org *o)
{
	c->out = sk_json_document("org");
	document_org(c->out, o);
	return c->out;
}

static const char *
or_old(const struct command *c, const char *key, const char *old)
{
	const char *s = command_str(c, key);

	return s ? s : old;
}

static void
take_options(struct command *c, struct org *o)
{
	o->name = or_old(c, "name", o->name);
	o->class = (enum member_class)command_word(c, "class", WORDS_CLASS,
	    (int)o->class);
	o->kind = (enum org_kind)command_word(c, "org_kind", WORDS_ORG_KIND,
	    (int)o->kind);
	o->foreign_capital = command_yes(c, "foreign_capital",
	    o->foreign_capital);
	o->receive_secret = command_yes(c, "receive_secret",
	    o->receive_secret);
	o->agreed = command_yes(c, "agreed", o->agreed);
	o->competent_for = or_old(c, "competent_for", o->competent_for);
	o->supervises = or_old(c, "supervises", o->supervises);
	o->tf_approval = or_old(c, "tf_approval", o->tf_approval);
}

/* What only people can answer. */
static int
questions(struct command *c, const struct org *o, bool new)
{
	struct sk_json *all = sk_json_set(c->out, "questions",
	    sk_json_array());
	struct roster_known k;
	const char *like;
	int r = act_known(c, &k);

	if (r)
		return r;
	like = new ? roster_similar(o, &k) : NULL;
	if (like)
		sk_json_add_str(all, sk_arena_printf(c->arena, "%s has much "
		    "the same name: one body, several departments? (R-016)",
		    like));
	ask_for_handler(all, o, &k);
	return SK_OK;
}

int
verb_org_add(struct command *c)
{
	struct org o = { .id = command_str(c, "org"), .state = ORG_ACTIVE };
	struct org old;
	struct act act;
	int r = act_of(c, &act);

	if (r)
		return r;
	if (store_org_get(c->d->store, c->arena, o.id, &old) == SK_OK)
		return sk_fail(&c->e, SK_ERR_EXISTS, o.id, "is registered "
		    "already: use `sekisho org change %s`", o.id);
	take_options(c, &o);
	r = act_put_org(c, NULL, &o, &act);
	if (r)
		return r;
	document_one(c, &o);
	return questions(c, &o, true);
}

int
verb_org_change(struct command *c)
{
	struct org old, new;
	struct act act;
	int r = command_org(c, command_str(c, "org"), &old);

	if (!r)
		r = act_of(c, &act);
	if (r)
		return r;
	new = old;
	take_options(c, &new);
	r = act_put_org(c, &old, &new, &act);
	if (r)
		return r;
	document_one(c, &new);
	return questions(c, &new, false);
}

/* ---- the end of a membership, and its return ---- */

static int
end(struct command *c, enum org_state state)
{
	struct recall out;
	struct act act;
	struct org o;
	int r = command_org(c, command_str(c, "org"), &o);

	if (!r)
		r = act_of(c, &act);
	if (!r && (o.state == state || o.state == ORG_EXPELLED ||
	    (o.state == ORG_WITHDRAWN && state == ORG_SUSPENDED)))
		r = sk_fail(&c->e, SK_ERR_EXISTS, o.id, "is %s already",
		    word_of(WORDS_ORG_STATE, (int)o.state));
	if (!r && state == ORG_EXPELLED && !act.reference)
		r = sk_fail(&c->e, SK_ERR_USAGE, "--approval", "the steering "
		    "committee expels (R-013): give the reference of its "
		    "decision");
	if (!r)
		r = act_end_org(c, &o, state, &act, &out);
	if (!r)
		r = command_org(c, o.id, &o);
	if (r)
		return r;
	recall_document(c, document_one(c, &o), &out);
	return SK_OK;
}

int
verb_org_withdraw(struct command *c)
{
	return end(c, command_flag(c, "expelled") ? ORG_EXPELLED :
	    ORG_WITHDRAWN);
}

int
verb_org_suspend(struct command *c)
{
	return end(c, ORG_SUSPENDED);
}

/* From suspension by a word; from outside by a new approval only. */
int
verb_org_resume(struct command *c)
{
	struct org old, new;
	struct act act;
	int r = command_org(c, command_str(c, "org"), &old);

	if (!r)
		r = act_of(c, &act);
	if (!r && old.state == ORG_ACTIVE)
		r = sk_fail(&c->e, SK_ERR_EXISTS, old.id, "is active "
		    "already");
	if (!r && old.state != ORG_SUSPENDED && !act.reference)
		r = sk_fail(&c->e, SK_ERR_USAGE, "--approval", "%s is %s: "
		    "only a new approval of the steering committee makes it a "
		    "member again (R-013)", old.id, word_of(WORDS_ORG_STATE,
		    (int)old.state));
	if (r)
		return r;
	new = old;
	new.state = ORG_ACTIVE;
	r = act_put_org(c, &old, &new, &act);
	if (!r)		/* what was held meanwhile */
		r = recall_end(c, new.id, gate_word(GATE_MEMBER_INACTIVE));
	if (!r)
		document_one(c, &new);
	return r;
}

/* Outside the window, or no organisation: T-44 says so. */
int
verb_org_refuse(struct command *c)
{
	const char *address = command_str(c, "address");
	const char *lang = command_str(c, "language");
	bool none = command_flag(c, "not_organisation");
	int r;

	if (!sk_address_valid(address))
		return sk_fail(&c->e, SK_ERR_USAGE, "ADDRESS", "\"%s\" is no "
		    "mail address", address);
	r = tell_applicant(c, address, lang ? lang : c->d->config->language,
	    "T-44", !none);
	if (!r)
		r = command_audit(c, "org.refuse", "applicant", none ?
		    "no organisation" : "outside the window");
	if (r)
		return r;
	c->out = sk_json_document("refused");
	sk_json_set_str(c->out, "address", address);
	sk_json_set_str(c->out, "reason", none ? "no organisation" :
	    "outside the window");
	return SK_OK;
}

/* ---- looking ---- */

static size_t
people_of(const struct roster_known *k, const char *org)
{
	size_t n = 0;

	for (size_t i = 0; i < k->npersons; i++)
		n += strcmp(k->persons[i].org, org) == 0;
	return n;
}

int
verb_org_list(struct command *c)
{
	struct roster_known k;
	struct sk_json *all;
	int r = command_store(c, store_roster(c->d->store, c->arena, true,
	    &k), "roster");

	if (r)
		return r;
	c->out = sk_json_document("orgs");
	all = sk_json_set(c->out, "orgs", sk_json_array());
	for (size_t i = 0; i < k.norgs; i++) {
		struct sk_json *o;

		if (!command_flag(c, "all") &&
		    (k.orgs[i].state == ORG_WITHDRAWN ||
		    k.orgs[i].state == ORG_EXPELLED))
			continue;
		o = sk_json_add(all, sk_json_object());
		document_org(o, &k.orgs[i]);
		sk_json_set_int(o, "people", (int64_t)people_of(&k,
		    k.orgs[i].id));
	}
	return SK_OK;
}

int
verb_org_show(struct command *c)
{
	struct roster_known k;
	struct sk_json *all;
	struct org o;
	int r = command_org(c, command_str(c, "org"), &o);

	if (!r)
		r = command_store(c, store_roster(c->d->store, c->arena,
		    false, &k), "roster");
	if (r)
		return r;
	all = sk_json_set(document_one(c, &o), "people", sk_json_array());
	for (size_t i = 0; i < k.npersons; i++)
		if (strcmp(k.persons[i].org, o.id) == 0)
			document_person(sk_json_add(all, sk_json_object()),
			    &k.persons[i]);
	return document_history(c, o.id, NULL);
}

/* Everything that does not fit together, in words with the mend. */
int
verb_roster_check(struct command *c)
{
	const char *const *faults;
	struct roster_key *keys;
	struct roster_known k;
	struct sk_json *all;
	size_t n = 0;
	int r = act_known(c, &k);

	if (!r)
		r = store_roster_keys(c->d->store, c->arena, &k, false, &keys,
		    &n);
	if (r)
		return command_store(c, r, "roster");
	n = roster_faults(c->arena, &k, keys, n, &faults);
	c->out = sk_json_document("roster-check");
	all = sk_json_set(c->out, "faults", sk_json_array());
	for (size_t i = 0; i < n; i++)
		sk_json_add_str(all, faults[i]);
	return SK_OK;
}

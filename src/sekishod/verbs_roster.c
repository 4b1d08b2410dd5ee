/*
 * Member organisations. Withdrawal and expulsion stop delivery at once: the
 * gate is asked again at every hand-over, so nothing needs to be recalled here
 * . Nothing is ever deleted: who received what must be known
 * years later.
 */
#include <string.h>

#include "command.h"

static int
put_org(struct command *c, const struct org *o, const char *event)
{
	int r = roster_check_org(o, &c->e);

	if (!r)
		r = command_store(c, store_org_put(c->d->store, o, c->now),
		    o->id);
	if (!r)
		r = command_audit(c, event, o->id, sk_arena_printf(c->arena,
		    "class=%s state=%s", word_of(WORDS_CLASS, (int)o->class),
		    word_of(WORDS_ORG_STATE, (int)o->state)));
	if (r)
		return r;
	c->out = sk_json_document("org");
	document_org(c->out, o);
	return SK_OK;
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
	o->state = (enum org_state)command_word(c, "state", WORDS_ORG_STATE,
	    (int)o->state);
	o->foreign_capital = command_yes(c, "foreign_capital",
	    o->foreign_capital);
	o->receive_secret = command_yes(c, "receive_secret",
	    o->receive_secret);
	o->competent_for = or_old(c, "competent_for", o->competent_for);
	o->supervises = or_old(c, "supervises", o->supervises);
	o->tf_approval = or_old(c, "tf_approval", o->tf_approval);
}

int
verb_org_add(struct command *c)
{
	struct org o = { .id = command_str(c, "org"), .state = ORG_ACTIVE };
	struct org old;

	if (store_org_get(c->d->store, c->arena, o.id, &old) == SK_OK)
		return sk_fail(&c->e, SK_ERR_EXISTS, o.id, "is registered "
		    "already: use `sekisho org change %s`", o.id);
	take_options(c, &o);
	return put_org(c, &o, "org.add");
}

int
verb_org_change(struct command *c)
{
	struct org o;
	int r = command_org(c, command_str(c, "org"), &o);

	if (r)
		return r;
	take_options(c, &o);
	return put_org(c, &o, "org.change");
}

int
verb_org_withdraw(struct command *c)
{
	struct org o;
	int r = command_org(c, command_str(c, "org"), &o);

	if (r)
		return r;
	o.state = command_flag(c, "expelled") ? ORG_EXPELLED : ORG_WITHDRAWN;
	r = command_store(c, store_org_put(c->d->store, &o, c->now), o.id);
	if (!r)
		r = command_audit(c, "org.withdraw", o.id,
		    word_of(WORDS_ORG_STATE, (int)o.state));
	if (r)
		return r;
	c->out = sk_json_document("org");
	document_org(c->out, &o);
	return SK_OK;
}

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
	c->out = sk_json_document("org");
	document_org(c->out, &o);
	all = sk_json_set(c->out, "people", sk_json_array());
	for (size_t i = 0; i < k.npersons; i++)
		if (strcmp(k.persons[i].org, o.id) == 0)
			document_person(sk_json_add(all, sk_json_object()),
			    &k.persons[i]);
	return SK_OK;
}

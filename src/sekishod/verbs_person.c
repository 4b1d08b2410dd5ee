/*
 * Registered persons (domain.md F). One person, one own address, one key. A
 * person is never deleted, only no longer active: what was received stays on
 * record.
 */
#include <string.h>

#include "command.h"

static int
document_one(struct command *c, const struct person *p)
{
	c->out = sk_json_document("person");
	document_person(c->out, p);
	return SK_OK;
}

static int
check(struct command *c, struct person *p)
{
	struct roster_known k;
	struct org o;
	int r = command_org(c, p->org, &o);

	if (!r && (o.state == ORG_WITHDRAWN || o.state == ORG_EXPELLED))
		r = sk_fail(&c->e, SK_ERR_REFUSED, o.id, "is no member any "
		    "more (%s)", word_of(WORDS_ORG_STATE, (int)o.state));
	if (!r)
		r = command_store(c, store_roster(c->d->store, c->arena, true,
		    &k), "roster");
	if (!r)
		r = roster_check_person(p, &o, &k, &c->e);
	p->address_personal = r == SK_OK;
	return r;
}

static int
put(struct command *c, struct person *p, const char *event)
{
	int r = check(c, p);

	if (!r)
		r = command_store(c, store_person_put(c->d->store, p, c->now),
		    p->id);
	if (!r)
		r = command_audit(c, event, p->id, sk_arena_printf(c->arena,
		    "org=%s account=%s", p->org, p->account ? "yes" : "no"));
	return r ? r : document_one(c, p);
}

static const char *
or_old(const struct command *c, const char *key, const char *old)
{
	const char *s = command_str(c, key);

	return s ? s : old;
}

static void
take_options(struct command *c, struct person *p)
{
	const char *scheme = command_str(c, "scheme");

	p->org = or_old(c, "org", p->org);
	p->name = or_old(c, "name", p->name);
	p->address = or_old(c, "address", p->address);
	p->language = or_old(c, "language", p->language);
	p->roles = command_bits(c, "roles", WORDS_ROLE, p->roles);
	p->account = command_yes(c, "account", p->account);
	if (scheme)
		p->scheme = strcmp(scheme, "smime") == 0 ? KEY_SMIME :
		    KEY_OPENPGP;
}

int
verb_person_add(struct command *c)
{
	struct person p = {
		.id = command_str(c, "person"), .active = true,
		.account = true, .roles = ROLE_POC, .scheme = KEY_OPENPGP,
		.language = c->d->config->language, .key_state = "no-key",
	};
	struct person old;

	if (store_person_get(c->d->store, c->arena, p.id, &old) == SK_OK)
		return sk_fail(&c->e, SK_ERR_EXISTS, p.id, "is registered "
		    "already: use `sekisho person change %s`", p.id);
	take_options(c, &p);
	return put(c, &p, "person.add");
}

int
verb_person_change(struct command *c)
{
	struct person p;
	int r = command_person(c, command_str(c, "person"), &p);

	if (r)
		return r;
	take_options(c, &p);
	p.active = true;
	return put(c, &p, "person.change");
}

int
verb_person_remove(struct command *c)
{
	struct person p;
	int r = command_person(c, command_str(c, "person"), &p);

	if (r)
		return r;
	p.active = false;
	r = command_store(c, store_person_put(c->d->store, &p, c->now), p.id);
	if (!r)
		r = command_audit(c, "person.remove", p.id, "");
	return r ? r : document_one(c, &p);
}

int
verb_person_list(struct command *c)
{
	const char *org = command_str(c, "org");
	struct roster_known k;
	struct sk_json *all;
	int r = command_store(c, store_roster(c->d->store, c->arena,
	    !command_flag(c, "all"), &k), "roster");

	if (r)
		return r;
	c->out = sk_json_document("people");
	all = sk_json_set(c->out, "people", sk_json_array());
	for (size_t i = 0; i < k.npersons; i++)
		if (!org || strcmp(k.persons[i].org, org) == 0)
			document_person(sk_json_add(all, sk_json_object()),
			    &k.persons[i]);
	return SK_OK;
}

int
verb_person_show(struct command *c)
{
	struct key_record *keys = NULL;
	struct sk_json *all;
	struct person p;
	size_t n = 0;
	int r = command_person(c, command_str(c, "person"), &p);

	if (!r)
		r = command_store(c, store_keys(c->d->store, c->arena, p.id,
		    0, &keys, &n), p.id);
	if (r)
		return r;
	document_one(c, &p);
	all = sk_json_set(c->out, "keys", sk_json_array());
	for (size_t i = 0; i < n; i++)
		document_key(sk_json_add(all, sk_json_object()), &keys[i],
		    c->now);
	return SK_OK;
}

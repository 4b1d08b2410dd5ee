/*
 * Registered persons (domain.md F). One person, one own address, one key. A
 * person is never deleted, only no longer active: what was received stays on
 * record.
 */
#include <string.h>

#include <sekisho/text.h>

#include "roster_acts.h"

#define RECEIVED_MAX 1000	/* newest copies shown of one person */

static struct sk_json *
document_one(struct command *c, const struct person *p)
{
	c->out = sk_json_document("person");
	document_person(c->out, p);
	return c->out;
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
	p->address_personal = command_yes(c, "personal",
	    p->address_personal);
	if (command_str(c, "personal"))
		p->doubt = NULL;	/* somebody asked, and has the answer */
	if (scheme)
		p->scheme = strcmp(scheme, "smime") == 0 ? KEY_SMIME :
		    KEY_OPENPGP;
}

/* A successor at an address of the same organisation. */
static void
questions(struct command *c, const struct person *p,
    const struct roster_known *k)
{
	struct sk_json *all = sk_json_set(c->out, "questions",
	    sk_json_array());

	for (size_t i = 0; i < k->npersons; i++)
		if (!k->persons[i].active && strcmp(k->persons[i].id, p->id) &&
		    sk_ascii_ieq(k->persons[i].address, p->address))
			sk_json_add_str(all, sk_arena_printf(c->arena, "the "
			    "address was %s's: the same person (then keep the "
			    "identifier), or who reads it now? (R-109)",
			    k->persons[i].id));
}

static int
put(struct command *c, const struct person *old, struct person *new)
{
	struct roster_known k;
	struct act act;
	int r = act_of(c, &act);

	if (!r)
		r = act_known(c, &k);
	if (!r)
		r = act_put_person(c, old, new, true, &act);
	if (r)
		return r;
	document_one(c, new);
	questions(c, new, &k);
	return SK_OK;
}

int
verb_person_add(struct command *c)
{
	struct person p = {
		.id = command_str(c, "person"), .active = true,
		.account = true, .roles = ROLE_POC, .scheme = KEY_OPENPGP,
		.language = c->d->config->language, .key_state = "no-key",
		.address_personal = true,
	};
	struct person old;
	bool known = store_person_get(c->d->store, c->arena, p.id, &old) ==
	    SK_OK;

	if (known && old.active)
		return sk_fail(&c->e, SK_ERR_EXISTS, p.id, "is registered "
		    "already: use `sekisho person change %s`", p.id);
	take_options(c, &p);
	return put(c, known ? &old : NULL, &p);
}

int
verb_person_change(struct command *c)
{
	struct person old, new;
	int r = command_person(c, command_str(c, "person"), &old);

	if (!r && !old.active)
		r = sk_fail(&c->e, SK_ERR_REFUSED, old.id, "was removed: "
		    "`sekisho person add %s` registers the person anew",
		    old.id);
	if (r)
		return r;
	new = old;
	take_options(c, &new);
	return put(c, &old, &new);
}

static int
last_handler(struct command *c, const struct person *p)
{
	struct sk_json *all = sk_json_set(c->out, "questions",
	    sk_json_array());
	struct roster_known k;
	struct org o;
	int r = act_known(c, &k);

	if (!r)
		r = command_org(c, p->org, &o);
	if (!r)
		ask_for_handler(all, &o, &k);
	return r;
}

int
verb_person_remove(struct command *c)
{
	struct recall out = { 0 };
	struct act act;
	struct person p;
	int r = command_person(c, command_str(c, "person"), &p);

	if (!r)
		r = act_of(c, &act);
	if (!r && !p.active)
		r = sk_fail(&c->e, SK_ERR_EXISTS, p.id, "was removed before");
	if (!r)
		r = act_end_person(c, &p, gate_word(GATE_PERSON_INACTIVE),
		    &act, &out);
	if (!r)
		r = command_person(c, p.id, &p);
	if (r)
		return r;
	recall_document(c, document_one(c, &p), &out);
	return last_handler(c, &p);
}

/* The environment is ready, said the person. */
int
verb_person_acknowledge(struct command *c)
{
	struct person old, new;
	struct act act;
	int r = command_person(c, command_str(c, "person"), &old);

	if (!r)
		r = act_of(c, &act);
	if (!r && (!old.active || old.acknowledged))
		r = sk_fail(&c->e, SK_ERR_EXISTS, old.id, old.active ?
		    "has acknowledged already" : "is not registered any "
		    "more");
	if (r)
		return r;
	new = old;
	new.acknowledged = act.date;
	r = act_put_person(c, &old, &new, true, &act);
	if (!r)
		document_one(c, &new);
	return r;
}

/* An applicant's address is of several people: T-28 says so. */
int
verb_person_refuse(struct command *c)
{
	const char *address = command_str(c, "address"), *why;
	const char *lang = command_str(c, "language");
	int r;

	if (!sk_address_valid(address))
		return sk_fail(&c->e, SK_ERR_USAGE, "ADDRESS", "\"%s\" is no "
		    "mail address", address);
	why = roster_list_like(address);
	if (!*why && !command_str(c, "reason"))
		return sk_fail(&c->e, SK_ERR_REFUSED, address, "looks like a "
		    "person's own address: say --reason if several people "
		    "read it");
	r = tell_applicant(c, address, lang ? lang : c->d->config->language,
	    "T-28", true);
	if (!r)
		r = command_audit(c, "person.refuse", "applicant", *why ? why :
		    "attested");
	if (r)
		return r;
	c->out = sk_json_document("refused");
	sk_json_set_str(c->out, "address", address);
	sk_json_set_str(c->out, "reason", *why ? why : command_str(c,
	    "reason"));
	return SK_OK;
}

/* ---- looking ---- */

static bool
wanted(const struct command *c, const struct person *p)
{
	const char *org = command_str(c, "org");

	if (org && strcmp(p->org, org) != 0)
		return false;
	if (command_flag(c, "former"))
		return !p->active;
	return p->active || command_flag(c, "all");
}

int
verb_person_list(struct command *c)
{
	struct roster_known k;
	struct sk_json *all;
	int r = command_store(c, store_roster(c->d->store, c->arena, false,
	    &k), "roster");

	if (r)
		return r;
	c->out = sk_json_document("people");
	all = sk_json_set(c->out, "people", sk_json_array());
	for (size_t i = 0; i < k.npersons; i++)
		if (wanted(c, &k.persons[i]))
			document_person(sk_json_add(all, sk_json_object()),
			    &k.persons[i]);
	return SK_OK;
}

static int
document_keys(struct command *c, const char *person)
{
	struct key_record *keys = NULL;
	struct sk_json *all = sk_json_set(c->out, "keys", sk_json_array());
	size_t n = 0;
	int r = command_store(c, store_keys(c->d->store, c->arena, person,
	    0, &keys, &n), person);

	for (size_t i = 0; i < n; i++)
		document_key(sk_json_add(all, sk_json_object()), &keys[i],
		    c->now);
	return r;
}

/* What was made for this person, handed over or not. */
static int
document_received(struct command *c, const char *person)
{
	struct copy_record *p = NULL;
	struct sk_json *all = sk_json_set(c->out, "copies", sk_json_array());
	size_t n = 0;
	int r = command_store(c, store_copies_of(c->d->store, c->arena,
	    person, RECEIVED_MAX, &p, &n), person);

	for (size_t i = 0; i < n; i++)
		document_copy(sk_json_add(all, sk_json_object()), &p[i],
		    true);
	return r;
}

/* Does mail arrive there, as far as anybody has told? */
static void
document_delivery(struct command *c, const struct person *p)
{
	struct stop_record s;
	bool stopped = store_stop_get(c->d->store, c->arena, p->id, &s) ==
	    SK_OK;

	sk_json_set_str(c->out, "delivery", stopped ? s.why : "ok");
	document_time(c->out, "delivery_since", stopped ? s.since : 0);
}

int
verb_person_show(struct command *c)
{
	struct person p;
	int r = command_person(c, command_str(c, "person"), &p);

	if (r)
		return r;
	document_one(c, &p);
	document_delivery(c, &p);
	r = document_keys(c, p.id);
	if (!r)
		r = document_received(c, p.id);
	return r ? r : document_history(c, p.org, p.id);
}

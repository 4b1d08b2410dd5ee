/*
 * A key is stopped by word: its owner says on the telephone that it was
 * lost, or that the card it is on was stolen. An OpenPGP key may be revoked by
 * its owner later; of a certificate nobody hears by mail. Whoever has it, or
 * another certificate over the same key pair, pinned: nothing leaves to it any
 * more and what it signs counts no more. Nobody may pin it either, until an
 * operator lifts the stop.
 */
#include "command.h"

static struct key_act
act_of(struct command *c)
{
	return (struct key_act){ c->actor, sk_arena_printf(c->arena, "%s: %s",
	    command_str(c, "how"), command_str(c, "reason")), c->now };
}

/* Of the rows in force the account has each; of any other key, this one. */
static int
account(struct command *c, const char *event, const char *object,
    const struct key_record *k)
{
	return command_audit(c, event, object, sk_arena_printf(c->arena,
	    "%s by %s: %s", k->fpr, command_str(c, "how"),
	    command_str(c, "reason")));
}

int
verb_key_stop(struct command *c)
{
	const struct key_act a = act_of(c);
	struct key_record *k = NULL, *all = NULL;
	size_t n = 0;
	struct key_owner o;
	int r = command_key_owner(c, &o);

	if (!r)
		r = command_key(c, &o, &k);
	if (!r && k->facts.stopped)
		r = sk_fail(&c->e, SK_ERR_REFUSED, k->fpr, "is stopped "
		    "already: see `sekisho key show %s`", o.name);
	if (!r && k->state != KEY_PINNED)
		r = account(c, "key.stop", o.name, k);
	if (!r)
		r = key_over_stop(c->d, c->arena, &k->facts, &a, &c->e);
	if (!r)
		r = command_key(c, &o, &k);
	if (r)
		return r;
	c->out = sk_json_document("key");
	document_key(c->out, k, c->now);
	r = command_store(c, store_keys_of_pair(c->d->store, c->arena,
	    &k->facts, &all, &n), o.name);
	return r ? r : document_handed(c, all, n);
}

/* The stop is the key's, so no owner is named; of a case's key an operator
 * says so. */
static int
stopped_key(struct command *c, struct key_record *out)
{
	const char *fpr = command_str(c, "fpr");
	struct key_record *keys = NULL;
	bool found = false;
	size_t n = 0;
	int r = command_store(c, store_keys_stopped(c->d->store, c->arena,
	    &keys, &n), "keys");

	for (size_t i = 0; i < n && !r; i++) {
		if (!command_names_key(fpr, &keys[i]))
			continue;
		if (!keys[i].person && !command_role(c, FOR_OPERATOR))
			return sk_fail(&c->e, SK_ERR_NOPERM, fpr, "is a key "
			    "of a case: keys of cases are for operators");
		*out = keys[i];
		found = true;
	}
	return r || found ? r : sk_fail(&c->e, SK_ERR_NOINPUT, fpr, "no key "
	    "of this fingerprint is stopped: see `sekisho key list "
	    "--stopped'");
}

int
verb_key_lift(struct command *c)
{
	const struct key_act a = act_of(c);
	struct key_record k, *all = NULL;
	struct sk_json *keys;
	size_t n = 0;
	int r = stopped_key(c, &k);

	if (!r)
		r = account(c, "key.lift", k.fpr, &k);
	if (!r)
		r = key_over_lift(c->d, c->arena, &k.facts, &a, &c->e);
	if (!r)
		r = command_store(c, store_keys_of_pair(c->d->store, c->arena,
		    &k.facts, &all, &n), k.fpr);
	if (r)
		return r;
	c->out = sk_json_document("keys");
	keys = sk_json_set(c->out, "keys", sk_json_array());
	for (size_t i = 0; i < n; i++)
		document_key(sk_json_add(keys, sk_json_object()), &all[i],
		    c->now);
	return SK_OK;
}

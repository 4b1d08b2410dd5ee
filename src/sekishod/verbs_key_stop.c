/*
 * A key is stopped by word: its owner says on the telephone that it was
 * lost, or that the card it is on was stolen. An OpenPGP key may be revoked by
 * its owner later; of a certificate nobody hears by mail. Whoever has it
 * pinned, nothing leaves to it any more and what it signs counts no more, until
 * an operator pins a key again.
 */
#include "command.h"

int
verb_key_stop(struct command *c)
{
	const struct key_act a = { c->actor, sk_arena_printf(c->arena,
	    "%s: %s", command_str(c, "how"), command_str(c, "reason")),
	    c->now };
	struct key_record *k = NULL, *all = NULL;
	size_t n = 0;
	struct key_owner o;
	int r = command_key_owner(c, &o);

	if (!r)
		r = command_key(c, &o, &k);
	if (!r && k->state != KEY_PINNED)
		r = sk_fail(&c->e, SK_ERR_REFUSED, k->fpr, "is not pinned, so "
		    "nothing is sent to it: see `sekisho key show %s`",
		    o.name);
	if (!r)
		r = key_over_stop(c->d, c->arena, k->fpr, &a, &c->e);
	if (!r)
		r = command_key(c, &o, &k);
	if (r)
		return r;
	c->out = sk_json_document("key");
	document_key(c->out, k, c->now);
	r = command_store(c, store_keys_of_fpr(c->d->store, c->arena, k->fpr,
	    &all, &n), o.name);
	return r ? r : document_handed(c, all, n);
}

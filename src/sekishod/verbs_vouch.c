/*
 * Vouching: an operator's word that the originator is who it says it is, by a
 * contact not taken from the mail (I2). It replaces assurance, never the yes:
 * terms come into force when both are there. ALL_MEMBERS and wider need a
 * second operator.
 */
#include <sekisho/terms.h>

#include "command.h"

static int
lock(struct command *c, struct case_record *k, const struct terms *t)
{
	struct terms old;
	bool has = store_terms_locked(c->d->store, c->arena, k->row, &old) ==
	    SK_OK;
	int r = store_terms_lock(c->d->store, k->row, t->version,
	    ASSURANCE_VOUCHED, c->actor, command_str(c, "how"), c->now);

	k->approve_terms = 0;
	k->needs_operator = false;
	k->changed = c->now;
	if (k->state == CASE_CONFIRMING)
		k->state = CASE_CONFIRMED;
	if (!r)
		r = store_case_update(c->d->store, k);
	if (!r)
		r = apply_in_force(c->d, c->arena, k, has ? &old : NULL, t,
		    c->now);
	r = command_store(c, r, k->number);
	return r ? r : command_audit(c, "terms.lock", k->number,
	    word_of(WORDS_ASSURANCE, ASSURANCE_VOUCHED));
}

static int
proposed(struct command *c, const struct case_record *k, struct terms *t)
{
	if (store_terms_newest(c->d->store, c->arena, k->row, t))
		return sk_fail(&c->e, SK_ERR_REFUSED, k->number, "has no "
		    "terms yet: the originator has not answered the three "
		    "questions");
	if (t->locked)
		return sk_fail(&c->e, SK_ERR_EXISTS, k->number, "version %u "
		    "is in force already", t->version);
	return SK_OK;
}

static const char *
still_missing(const struct case_record *k, const struct terms *t,
    unsigned have, unsigned need)
{
	if (have < need)
		return "a second operator";
	return k->approve_terms != t->version ?
	    "the originator's yes to the read-back" : NULL;
}

int
verb_terms_vouch(struct command *c)
{
	struct case_record k;
	struct terms t;
	const char *missing;
	unsigned have = 0, need;
	int r = command_case(c, "case", &k);

	if (!r)
		r = proposed(c, &k, &t);
	if (r)
		return r;
	need = terms_vouch_needs_two(&t) ? 2 : 1;
	r = command_store(c, store_terms_vouch(c->d->store, k.row, t.version,
	    c->actor, command_str(c, "how"), command_str(c, "reason"), c->now,
	    &have), k.number);
	if (!r)
		r = command_audit(c, "terms.vouch", k.number,
		    sk_arena_printf(c->arena, "version=%u how=%s", t.version,
		    command_str(c, "how")));
	missing = still_missing(&k, &t, have, need);
	if (!r && !missing)
		r = lock(c, &k, &t);
	if (r)
		return r;
	c->out = sk_json_document("vouch");
	sk_json_set_str(c->out, "number", k.number);
	sk_json_set_int(c->out, "version", t.version);
	sk_json_set_int(c->out, "vouched", have);
	sk_json_set_int(c->out, "needed", need);
	sk_json_set_bool(c->out, "locked", !missing);
	sk_json_set_str(c->out, "missing", missing);
	sk_json_set_str(c->out, "state", word_of(WORDS_CASE_STATE,
	    (int)k.state));
	return SK_OK;
}

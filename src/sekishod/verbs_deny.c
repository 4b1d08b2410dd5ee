/*
 * The deny-list of a case (I6, R-075). Its words are the victim's and the
 * originator's own: only the operator of that case sees them. A word more is
 * held at once against everything that still waits; a word less needs a
 * reason, which stays with the case.
 */
#include <string.h>

#include <sekisho/deny.h>

#include "command.h"

static int
worked_by_me(struct command *c, const struct case_record *k)
{
	if (!k->owner || strcmp(k->owner, c->actor) == 0)
		return SK_OK;
	return sk_fail(&c->e, SK_ERR_NOPERM, k->number, "is worked by %s: "
	    "take it over with `sekisho case take %s`", k->owner, k->number);
}

static int
show(struct command *c, const struct case_record *k)
{
	struct deny_list all;
	struct sk_json *list;
	size_t seeds = 0;
	int r = gatekeeper_deny_list(c->d, c->arena, k->row, &all, &seeds);

	if (r)
		return command_store(c, r, k->number);
	c->out = sk_json_document("deny");
	sk_json_set_str(c->out, "number", k->number);
	list = sk_json_set(c->out, "words", sk_json_array());
	for (size_t i = 0; i < all.nwords; i++) {
		struct sk_json *o = sk_json_add(list, sk_json_object());

		sk_json_set_int(o, "word_number", (int64_t)i + 1);
		sk_json_set_str(o, "word", all.words[i]);
		sk_json_set_str(o, "from", i < seeds ? "originator" :
		    "operator");
	}
	return command_audit(c, "case.deny.list", k->number, "");
}

/* What waits is sealed anew before it leaves, and so looked through with the
 * new word (edition.c). */
static int
add(struct command *c, const struct case_record *k,
    const char *const *words, size_t n)
{
	int r = SK_OK;

	for (size_t i = 0; i < n && !r; i++)
		r = deny_check(words[i], &c->e);
	for (size_t i = 0; i < n && !r; i++) {
		r = store_deny_add(c->d->store, k->row, words[i], c->actor,
		    c->now);
		if (r == SK_ERR_EXISTS)
			return sk_fail(&c->e, r, words[i], "stands on the "
			    "list already; nothing was changed");
		r = command_store(c, r, k->number);
	}
	return r;
}

static int
drop(struct command *c, const struct case_record *k,
    const char *const *words, size_t n)
{
	const char *why = command_str(c, "reason");
	int r = SK_OK;

	if (!why)
		return sk_fail(&c->e, SK_ERR_USAGE, "--reason", "say why a "
		    "word may leave now; it is kept with the case");
	for (size_t i = 0; i < n && !r; i++) {
		r = store_deny_remove(c->d->store, k->row, words[i], c->now);
		if (r == SK_ERR_NOINPUT)
			return sk_fail(&c->e, r, words[i], "no operator put "
			    "it on the list (what says who the originator is "
			    "stays); see `sekisho case deny %s list`",
			    k->number);
		r = command_store(c, r, k->number);
	}
	return r ? r : command_store(c, store_case_note(c->d->store, k->row,
	    c->now, c->actor, why), k->number);
}

int
verb_case_deny(struct command *c)
{
	const char *const *words = NULL, *act = command_str(c, "action");
	size_t n = command_many(c, "word", &words);
	struct case_record k;
	int r = command_case(c, "case", &k);

	if (!r)
		r = worked_by_me(c, &k);
	if (r || strcmp(act, "list") == 0)
		return r ? r : show(c, &k);
	if (!n)
		return sk_fail(&c->e, SK_ERR_USAGE, act, "name at least one "
		    "word, domain, address or range");
	r = strcmp(act, "add") == 0 ? add(c, &k, words, n) :
	    drop(c, &k, words, n);
	if (!r)		/* how many, not which: the account is read by others */
		r = command_audit(c, strcmp(act, "add") == 0 ?
		    "case.deny.add" : "case.deny.remove", k.number,
		    sk_arena_printf(c->arena, "words=%zu", n));
	return r ? r : show(c, &k);
}

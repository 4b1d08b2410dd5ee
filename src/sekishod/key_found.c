/*
 * A key that nobody vouches for, from a mail or from a directory. What
 * may it do?
 *
 * - A newer form of the key that is pinned, or its revocation, proves itself by
 *   its own signatures, which keyd checked (key_over.c): taken over from
 *   anywhere. So is a certificate that the authority of the pinned one made
 *   for the same key, if it leads to a root: nobody else can read what is
 *   sealed to it.
 * - A new key in a mail signed by the pinned one, or by the certificate that
 *   signs beside it, whole, with From agreeing, is a renewal of either where
 *   the policy says so: if it names that address, and was never retired or
 *   declined.
 * - A key that was retired is a proposal again where no other serves in its
 *   place: who comes back may well have kept it.
 * - All else is a proposal with its origin, for an operator (L16).
 */
#include "daemon.h"

#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/text.h>

struct finding {
	struct daemon *d;
	struct sk_arena *a;
	const struct key_owner *o;
	const struct key_find *f;
	struct key_record *k;		/* what was found, and becomes */
	const struct key_record *pinned; /* whose place it would take, or
					 * NULL */
	struct sk_error *e;
};

static struct key_act
act_by(const struct finding *x, const char *how)
{
	return (struct key_act){ "system", sk_arena_printf(x->a, "%s, %s",
	    how, x->f->where), sk_now() };
}

/* There is one that it comes after. It may have ended; what was stopped,
 * for whomever, or revoked only an operator brings back. */
static bool
is_next(const struct finding *x, int known)
{
	return x->pinned && known == SK_ERR_NOINPUT &&
	    !x->pinned->facts.stopped && !x->pinned->facts.revoked &&
	    !key_is_stopped(x->d, &x->k->facts);
}

/* By a key that is pinned at this moment, not by one before. */
static bool
is_signed(const struct finding *x)
{
	struct key_record *keys = NULL;
	size_t n = 0, i = 0;

	if (!x->f->signer || !*x->f->signer || store_keys(x->d->store, x->a,
	    x->o->person, x->o->case_row, &keys, &n))
		return false;
	while (i < n && !(keys[i].state == KEY_PINNED && sk_ascii_ieq(
	    keys[i].fpr, x->f->signer)))
		i++;
	return i < n && !*key_fault(&keys[i].facts, sk_now());
}

static bool
may_renew(const struct finding *x, int known)
{
	return x->d->policy->renewal_by_mail && is_next(x, known) &&
	    is_signed(x) && key_names(&x->k->facts, x->f->from);
}

static int
renewed(struct finding *x)
{
	const struct key_act act = act_by(x, sk_arena_printf(x->a,
	    "signature of %s", x->f->signer));

	return key_pin(x->d, x->a, x->o, x->k, &act, x->e);
}

static bool
is_reissued(const struct finding *x, int known)
{
	return x->f->reissued && is_next(x, known) &&
	    strcmp(x->f->reissued, x->pinned->fpr) == 0;
}

static int
taken_as_reissued(struct finding *x)
{
	const struct key_act act = act_by(x, "its issuer, for the same key");

	return key_pin(x->d, x->a, x->o, x->k, &act, x->e);
}

static int
known_already(struct finding *x, enum key_state state)
{
	x->k->state = state;
	return sk_fail(x->e, SK_ERR_EXISTS, x->k->fpr, state == KEY_PROPOSED ?
	    "this key waits for a decision already: see `sekisho key show %s'" :
	    "this key was retired or declined before: see `sekisho key show "
	    "%s'; `sekisho key import' takes it all the same", x->o->name);
}

static int
propose(struct finding *x, size_t waiting)
{
	const struct key_act act = { "system", NULL, sk_now() };
	int r;

	if (waiting >= LIMIT_KEY_PROPOSALS)
		return sk_fail(x->e, SK_ERR_LIMIT, x->o->name, "has %zu keys "
		    "that wait for a decision: see `sekisho key show %s', "
		    "approve one and decline the others", waiting,
		    x->o->name);
	x->k->approved_by = NULL;
	r = key_propose(x->d, x->a, x->o, x->k, &act);
	if (!r)
		apply_notify(x->d, "key_proposed", NULL);
	return r;
}

/* Its place is taken by one that serves. */
static bool
is_served(const struct finding *x)
{
	return x->pinned && (x->o->scheme < 0 || x->o->scheme ==
	    (int)x->pinned->facts.scheme) &&
	    !*key_fault(&x->pinned->facts, sk_now());
}

static int
other(struct finding *x)
{
	enum key_state state = KEY_PROPOSED;
	size_t waiting = 0;
	int known = key_state_of(x->d, x->a, x->o, x->k->fpr, &state,
	    &waiting);
	/* What is known is no news, dead or not; a file that is no key is. */
	bool back = known == SK_OK && state == KEY_RETIRED &&
	    !is_served(x) && !*key_fault(&x->k->facts, sk_now());
	bool again = known == SK_OK && !back && x->k->facts.block.len > 0;
	int r = again ? SK_OK : key_importable(&x->k->facts, sk_now(), NULL,
	    NULL, x->e);

	if (!r)
		r = key_fits(x->d, x->a, x->o, &x->k->facts, x->e);
	if (!r && x->f->must_name && !key_names(&x->k->facts, x->f->from))
		r = sk_fail(x->e, SK_ERR_REFUSED, x->k->fpr, "does not name "
		    "the address that it was looked up by: tell the person, "
		    "whose directory gives out somebody else's");
	if (r)
		return r;
	if (is_reissued(x, known) && taken_as_reissued(x) == SK_OK)
		return SK_OK;
	if (may_renew(x, known) && renewed(x) == SK_OK)
		return SK_OK;
	if (known != SK_ERR_NOINPUT && !back)
		return known ? known : known_already(x, state);
	return propose(x, waiting);
}

/* The pinned key, laid over what was pinned. */
static int
of_pinned(struct finding *x)
{
	const struct key_act act = act_by(x, "its own signature");
	const struct key_facts k = x->k->facts;
	size_t n = 0;
	int r = key_over(x->d, x->a, &k, x->f->origin, &act, &n, x->e);

	if (!r)
		r = key_pinned_of(x->d, x->a, x->o, x->k);
	return r || n ? r : sk_fail(x->e, SK_ERR_EXISTS, x->k->fpr,
	    "this key is pinned, and nothing in it is new");
}

int
key_found(struct daemon *d, struct sk_arena *a, const struct key_owner *o,
    const struct key_find *f, const struct key_facts *k,
    struct key_record *out, struct sk_error *e)
{
	struct key_record pinned;
	struct finding x = { d, a, o, f, out, NULL, e };

	*out = (struct key_record){ .fpr = k->fpr, .person = o->person,
		.case_row = o->case_row, .facts = *k, .origin = f->origin,
		.created = sk_now() };
	if (key_in_place(d, a, o, k, &pinned) == SK_OK)
		x.pinned = &pinned;
	if (x.pinned && k->block.len > 0 && key_changed(&pinned.facts, k) !=
	    KEY_OTHER)
		return of_pinned(&x);
	return other(&x);
}

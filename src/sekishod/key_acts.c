/*
 * What becomes of a key: pinned, renewed, stopped, proposed, declined. One way
 * for operators and for mails, each with its audit row, its word to the person
 * and the POCs, and what follows at once for copies that wait: those that wait
 * for a key are sealed, those that were sealed to another are sealed anew, and
 * to one that was stopped nothing leaves any more (L16, L23, L29).
 */
#include "delivery.h"

#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/log.h>

#define WAITING_MAX 100000	/* of one state: as `outbox list` */

struct key_owner
key_owner_person(const struct person *p)
{
	return (struct key_owner){ .person = p->id, .name = p->id,
		.address = p->address, .language = p->language,
		.scheme = (int)p->scheme };
}

struct key_owner
key_owner_case(const struct case_record *c)
{
	return (struct key_owner){ .case_row = c->row, .name = c->number,
		.address = c->originator, .language = c->language,
		.scheme = -1 };
}

int
key_pinned_of(struct daemon *d, struct sk_arena *a, const struct key_owner *o,
    struct key_record *out)
{
	return store_key_pinned(d->store, a, o->person, o->case_row, out);
}

static bool
only_signs(const struct key_facts *k)
{
	return key_role(k) == KEY_SIGNS;
}

int
key_in_place(struct daemon *d, struct sk_arena *a, const struct key_owner *o,
    const struct key_facts *k, struct key_record *out)
{
	return only_signs(k) ? store_key_signing(d->store, a, o->person,
	    o->case_row, out) : key_pinned_of(d, a, o, out);
}

/* ---- may it be theirs? ---- */

static int
of_their_scheme(const struct key_owner *o, const struct key_facts *k,
    struct sk_error *e)
{
	if (o->scheme < 0 || o->scheme == (int)k->scheme)
		return SK_OK;
	return sk_fail(e, SK_ERR_REFUSED, o->name, "is registered for %s, and "
	    "this is the other kind of key: ask for the right one, or say "
	    "`sekisho person change %s --scheme %s'", o->scheme == KEY_SMIME ?
	    "S/MIME" : "OpenPGP", o->name, k->scheme == KEY_SMIME ? "smime" :
	    "openpgp");
}

/* A certificate's bytes are the pin: its SHA-1 fingerprint alone can be met by
 * another. */
static int
not_forged(struct daemon *d, struct sk_arena *a, const struct key_owner *o,
    const struct key_facts *k, struct sk_error *e)
{
	struct key_record *keys = NULL;
	size_t n = 0;
	int r = k->scheme == KEY_SMIME ? store_keys(d->store, a, o->person,
	    o->case_row, &keys, &n) : SK_OK;

	for (size_t i = 0; i < n && !r; i++)
		if (strcmp(keys[i].fpr, k->fpr) == 0 &&
		    !sk_span_eq(keys[i].facts.block, k->block))
			return sk_fail(e, SK_ERR_REFUSED, k->fpr, "another "
			    "certificate has this very SHA-1 fingerprint: "
			    "one of them is forged; compare the SHA-256 "
			    "fingerprints with their owner by telephone");
	return r ? sk_fail(e, r, o->name, "the store refused") : SK_OK;
}

int
key_fits(struct daemon *d, struct sk_arena *a, const struct key_owner *o,
    const struct key_facts *k, struct sk_error *e)
{
	struct key_record pinned;
	/* Of what is pinned that was asked when it was. */
	bool is_theirs = key_pinned_of(d, a, o, &pinned) == SK_OK &&
	    strcmp(pinned.fpr, k->fpr) == 0;
	int r = is_theirs ? SK_OK : of_their_scheme(o, k, e);

	return r ? r : not_forged(d, a, o, k, e);
}

/* One key is one person's, also of those who left. */
static int
is_their_own(struct daemon *d, struct sk_arena *a, const struct key_owner *o,
    const struct key_facts *k, struct sk_error *e)
{
	struct roster_key *keys = NULL;
	struct roster_known known;
	struct person p;
	size_t n = 0;
	int r;

	if (!o->person)
		return SK_OK;
	r = store_person_get(d->store, a, o->person, &p);
	if (!r && !p.active)
		return sk_fail(e, SK_ERR_REFUSED, p.id, "was removed: "
		    "`sekisho person add %s` registers the person anew",
		    p.id);
	if (!r)
		r = store_roster(d->store, a, false, &known);
	if (!r)
		r = store_roster_keys(d->store, a, &known, true, &keys, &n);
	if (r)
		return sk_fail(e, r, o->name, "the store refused");
	return roster_check_key(k, o->person, &known, keys, n, e);
}

/* A stop outlives the rows of its key, and is ended by nothing else. */
static int
not_stopped(struct daemon *d, const struct key_facts *k, struct sk_error *e)
{
	if (!key_is_stopped(d, k))
		return SK_OK;
	return sk_fail(e, SK_ERR_REFUSED, k->fpr, "an operator stopped this "
	    "key, whoever has it: see `sekisho key list --stopped', ask for a "
	    "new one, or, if its owner has it again, `sekisho key lift %s "
	    "--how phone|meeting|known-key|letter --reason TEXT'", k->fpr);
}

/* ---- copies that wait ---- */

static bool
is_for(const struct copy_record *c, const struct key_owner *o)
{
	if (!c->encrypted)
		return false;
	return o->person ? c->person && strcmp(c->person, o->person) == 0 :
	    !c->person && c->case_row == o->case_row;
}

/* word: why, for hold(). */
typedef int (*each_fn)(struct daemon *d, const struct copy_record *c,
    const char *word, int64_t now);

static int
each(struct daemon *d, struct sk_arena *a, const struct key_owner *o,
    enum copy_state state, each_fn fn, const char *word, int64_t now)
{
	struct copy_record *c = NULL;
	size_t n = 0;
	int r = store_copy_list(d->store, a, (int)state, 0, o->case_row,
	    WAITING_MAX, &c, &n);

	for (size_t i = 0; i < n && !r; i++)
		if (is_for(&c[i], o))
			r = fn(d, &c[i], word, now);
	return r;
}

static int
seal_now(struct daemon *d, const struct copy_record *c, const char *word,
    int64_t now)
{
	(void)word;
	return key_holds(c->reason) ? store_copy_state(d->store, c->row,
	    COPY_TO_SEAL, "", now) : SK_OK;
}

static int
seal_anew(struct daemon *d, const struct copy_record *c, const char *word,
    int64_t now)
{
	int r = store_copy_state(d->store, c->row, COPY_HELD, word, 0);

	return r ? r : store_copy_state(d->store, c->row, COPY_TO_SEAL, "",
	    now);
}

static int
hold(struct daemon *d, const struct copy_record *c, const char *word,
    int64_t now)
{
	(void)now;
	return ledger_held(d, c, word, NULL);
}

/* ---- acts ---- */

static int
audit(struct daemon *d, struct sk_arena *a, const struct key_act *act,
    const struct key_owner *o, const char *event, const char *fpr,
    const char *was)
{
	return store_audit(d->store, act->now, act->actor, event, o->name,
	    sk_arena_printf(a, "%s%s%s%s%s", fpr, was ? " was " : "",
	    was ? was : "", act->how ? " by " : "",
	    act->how ? act->how : ""));
}

static int
tell(struct daemon *d, struct sk_arena *a, const struct key_owner *o,
    const struct key_news *news, int64_t now)
{
	struct key_news n = *news;
	struct roster_known roster;
	struct person p;
	int r;

	if (!o->person)
		return o->address ? key_tell_originator(d, a, &n, o, now) :
		    SK_OK;
	r = store_person_get(d->store, a, o->person, &p);
	if (!r)
		r = store_roster(d->store, a, true, &roster);
	n.person = &p;
	return r ? r : key_tell(d, a, &n, &roster, now);
}

/* What was sealed, or is to be: nothing of it hangs on one that only signs. */
static int
seal_to(struct daemon *d, struct sk_arena *a, const struct key_owner *o,
    const struct key_record *k, bool anew, int64_t now)
{
	int r;

	if (only_signs(&k->facts))
		return SK_OK;
	r = each(d, a, o, COPY_HELD, seal_now, NULL, now);
	return r || !anew ? r : each(d, a, o, COPY_READY, seal_anew,
	    "reseal", now);
}

static int
hold_all(struct daemon *d, struct sk_arena *a, const struct key_owner *o,
    const struct key_record *k, const char *word, int64_t now)
{
	int r;

	if (only_signs(&k->facts))
		return SK_OK;
	r = each(d, a, o, COPY_READY, hold, word, now);
	return r ? r : each(d, a, o, COPY_TO_SEAL, hold, word, now);
}

/* The first key is spoken of by the welcome. One that signs for the person is
 * told even then: who put it there might speak in their name. */
static int
pinned(struct daemon *d, struct sk_arena *a, const struct key_owner *o,
    const struct key_record *k, const struct key_record *old,
    const struct key_act *act)
{
	enum key_change what = old ? key_changed(&old->facts, &k->facts) :
	    KEY_SAME;
	bool lifted = what == KEY_SAME && old && old->facts.stopped;
	bool is_news = what != KEY_SAME || lifted || (!old &&
	    only_signs(&k->facts));
	struct key_news news = { .key = &k->facts, .what = lifted ?
	    KEY_NEWS_LIFTED : what == KEY_NEWER ? KEY_NEWS_EXTENDED :
	    KEY_NEWS_NEW };
	int r = audit(d, a, act, o, lifted ? "key.lift" :
	    what == KEY_SAME ? "key.pin" :
	    what == KEY_OTHER ? "key.renew" : "key.extend", k->fpr,
	    what == KEY_OTHER ? old->fpr : NULL);

	if (!r)
		r = seal_to(d, a, o, k, what != KEY_SAME, act->now);
	if (!r && is_news)
		r = tell(d, a, o, &news, act->now);
	return r;
}

int
key_pin(struct daemon *d, struct sk_arena *a, const struct key_owner *o,
    struct key_record *k, const struct key_act *act, struct sk_error *e)
{
	struct key_record old;
	bool had = key_in_place(d, a, o, &k->facts, &old) == SK_OK;
	int r = not_stopped(d, &k->facts, e);

	if (!r)
		r = key_fits(d, a, o, &k->facts, e);
	if (!r)
		r = is_their_own(d, a, o, &k->facts, e);
	if (r)
		return r;
	k->state = KEY_PINNED;
	k->approved_by = act->how ? sk_arena_printf(a, "%s, by %s",
	    act->actor, act->how) : act->actor;
	r = store_key_put(d->store, k);
	if (r == SK_ERR_EXISTS)
		return sk_fail(e, SK_ERR_REFUSED, k->fpr, "this key is pinned "
		    "for another person: one key, one person (R-109)");
	if (!r)
		r = pinned(d, a, o, k, had ? &old : NULL, act);
	if (!r && o->address)
		r = store_key_heard_settled(d->store, o->address, o->case_row);
	if (r)
		return sk_fail(e, r, o->name, "the store refused");
	if (!only_signs(&k->facts))
		key_trial(d, &k->facts);
	key_watch_kick(d->key_watch);
	outbox_kick(d->outbox);
	return SK_OK;
}

/* By an operator's word, by its owner's revocation, or by what it says now. */
static int
stop_event(const char *word, const char **event)
{
	if (strcmp(word, "key-stopped") == 0) {
		*event = "key.stop";
		return KEY_NEWS_STOPPED;
	}
	*event = strcmp(word, "key-revoked") == 0 ? "key.revoke" :
	    "key.unusable";
	return strcmp(word, "key-revoked") == 0 ? KEY_NEWS_REVOKED :
	    KEY_NEWS_UNUSABLE;
}

int
key_stop(struct daemon *d, struct sk_arena *a, const struct key_owner *o,
    struct key_record *k, const char *word, const struct key_act *act,
    struct sk_error *e)
{
	const char *event;
	struct key_news news = { .key = &k->facts,
		.what = stop_event(word, &event) };
	int r;

	/* Without its block nobody could tell an older copy of it. */
	if (!k->facts.block.len)
		return sk_fail(e, SK_ERR_BUG, k->fpr, "no block");
	/* It stays the pinned one, and unusable: an older copy of it must not
	 * come back as something new. */
	k->state = k->facts.stopped ? KEY_STOPPED : KEY_PINNED;
	r = store_key_put(d->store, k);
	if (!r)
		r = audit(d, a, act, o, event, k->fpr, NULL);
	if (!r)
		r = hold_all(d, a, o, k, word, act->now);
	if (!r)
		r = tell(d, a, o, &news, act->now);
	if (r)
		return sk_fail(e, r, o->name, "the store refused");
	sk_log(SK_WARN, "key.stopped", "owner=%s reason=%s", o->name, word);
	apply_notify(d, "key_revoked", NULL);
	key_watch_kick(d->key_watch);
	return SK_OK;
}

static const struct key_record *
with_fpr(const struct key_record *keys, size_t n, const char *fpr)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(keys[i].fpr, fpr) == 0)
			return &keys[i];
	return NULL;
}

int
key_state_of(struct daemon *d, struct sk_arena *a, const struct key_owner *o,
    const char *fpr, enum key_state *state, size_t *proposed)
{
	const struct key_record *k;
	struct key_record *keys = NULL;
	size_t n = 0;
	int r = store_keys(d->store, a, o->person, o->case_row, &keys, &n);

	*proposed = 0;
	for (size_t i = 0; i < n; i++)
		*proposed += keys[i].state == KEY_PROPOSED;
	k = with_fpr(keys, n, fpr);
	if (k)
		*state = k->state;
	return r ? r : k ? SK_OK : SK_ERR_NOINPUT;
}

int
key_propose(struct daemon *d, struct sk_arena *a, const struct key_owner *o,
    struct key_record *k, const struct key_act *act)
{
	int r;

	k->state = KEY_PROPOSED;
	r = store_key_put(d->store, k);
	return r ? r : audit(d, a, act, o, "key.propose", k->fpr, NULL);
}

int
key_decline(struct daemon *d, struct sk_arena *a, const struct key_owner *o,
    struct key_record *k, const struct key_act *act)
{
	int r;

	k->state = KEY_DECLINED;
	k->approved_by = NULL;
	r = store_key_put(d->store, k);
	return r ? r : audit(d, a, act, o, "key.decline", k->fpr, NULL);
}

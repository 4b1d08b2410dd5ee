/*
 * `key check`, for `sekisho check`: what must be done about keys, each with how
 * many, the first of them, and the next command to type (L23).
 */
#include <sekisho/clock.h>

#include "command.h"

#define DAY 86400
#define SOON_SECONDS (60 * DAY)	/* as T-43 */

#define CASES_LOOKED_AT 10000	/* open ones, newest first: years of them */

struct tally {
	size_t n;
	const char *first;		/* of whom */
	int64_t when;			/* the first one ends */
};

struct looking {
	struct command *c;
	struct sk_json *faults;
	struct tally soon, ended, signing_ended, none, case_soon,
	    case_signing_ended;
};

static void
count(struct tally *t, const char *who, int64_t when)
{
	if (!t->n++ || when < t->when) {
		t->first = who;
		t->when = when;
	}
}

static void
look_at_end(struct looking *l, const struct key_record *k,
    struct tally *ended)
{
	int64_t ends = key_serves_until(&k->facts);

	if (*key_fault(&k->facts, l->c->now))
		count(ended, k->person, ends);
	else if (ends && ends - l->c->now <= SOON_SECONDS)
		count(&l->soon, k->person, ends);
}

static int
look_at(struct looking *l, const struct person *p)
{
	struct command *c = l->c;
	struct key_record k;
	int r;

	if (!p->account)
		return SK_OK;
	r = store_key_pinned(c->d->store, c->arena, p->id, 0, &k);
	if (!r)
		look_at_end(l, &k, &l->ended);
	else if (r == SK_ERR_NOINPUT)
		count(&l->none, p->id, 0);
	else
		return command_store(c, r, p->id);
	r = store_key_signing(c->d->store, c->arena, p->id, 0, &k);
	if (!r)
		look_at_end(l, &k, &l->signing_ended);
	return r == SK_ERR_NOINPUT ? SK_OK : command_store(c, r, p->id);
}

/* What a case's originator is to have waits for a key or goes by another way,
 * so of an end that is past nothing is said; of one that only signs nobody
 * would hear it otherwise. */
static void
look_at_case(struct looking *l, const struct case_record *k)
{
	struct command *c = l->c;
	struct key_record key[2];
	size_t n = store_key_pinned(c->d->store, c->arena, NULL, k->row,
	    &key[0]) == SK_OK;

	n += store_key_signing(c->d->store, c->arena, NULL, k->row,
	    &key[n]) == SK_OK;
	for (size_t i = 0; i < n; i++) {
		int64_t ends = key_serves_until(&key[i].facts);

		if (!*key_fault(&key[i].facts, c->now)) {
			if (ends && ends - c->now <= SOON_SECONDS)
				count(&l->case_soon, k->number, ends);
		} else if (key_role(&key[i].facts) == KEY_SIGNS) {
			count(&l->case_signing_ended, k->number, ends);
		}
	}
}

static int
look_at_cases(struct looking *l)
{
	struct command *c = l->c;
	struct case_record *k = NULL;
	size_t n = 0;
	int r = command_store(c, store_case_list(c->d->store, c->arena, true,
	    CASES_LOOKED_AT, &k, &n), "cases");

	for (size_t i = 0; i < n && !r; i++)
		look_at_case(l, &k[i]);
	return r;
}

static const char *
keys(size_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

static void
say_signing_ended(struct looking *l, const struct tally *t)
{
	if (t->n)
		sk_json_add_str(l->faults, sk_arena_printf(l->c->arena, "%zu "
		    "%s ended or stopped, first that of %s: what is signed "
		    "with %s counts for nobody; ask for a new one, `sekisho "
		    "key import %s FILE'", t->n, keys(t->n, "certificate "
		    "that only signs has", "certificates that only sign "
		    "have"), t->first, keys(t->n, "it", "them"), t->first));
}

static void
say_tallies(struct looking *l)
{
	struct sk_arena *a = l->c->arena;

	if (l->ended.n)
		sk_json_add_str(l->faults, sk_arena_printf(a, "%zu %s ended or "
		    "stopped, first %s: nothing is sent to %s; `sekisho key "
		    "list', ask for a new one, `sekisho key import %s FILE'",
		    l->ended.n, keys(l->ended.n, "key has", "keys have"),
		    l->ended.first, keys(l->ended.n, "it", "them"),
		    l->ended.first));
	say_signing_ended(l, &l->signing_ended);
	say_signing_ended(l, &l->case_signing_ended);
	if (l->soon.n)
		sk_json_add_str(l->faults, sk_arena_printf(a, "%zu %s within "
		    "60 days, first that of %s on %s: they are told by mail "
		    "(T-43); see `sekisho key list'", l->soon.n,
		    keys(l->soon.n, "key ends", "keys end"), l->soon.first,
		    sk_date_local(a, l->soon.when)));
	if (l->case_soon.n)
		sk_json_add_str(l->faults, sk_arena_printf(a, "%zu %s within "
		    "60 days, first that of %s on %s: its originator is told "
		    "by mail (T-43); see `sekisho key show %s'",
		    l->case_soon.n, keys(l->case_soon.n, "key of an open case "
		    "ends", "keys of open cases end"), l->case_soon.first,
		    sk_date_local(a, l->case_soon.when),
		    l->case_soon.first));
	if (l->none.n)
		sk_json_add_str(l->faults, sk_arena_printf(a, "%zu %s no key, "
		    "first %s: ask for one, compare its fingerprint by "
		    "telephone, `sekisho key import %s FILE --approve'",
		    l->none.n, keys(l->none.n, "person has",
		    "people have"), l->none.first, l->none.first));
}

static int
say_proposed(struct looking *l)
{
	struct command *c = l->c;
	struct key_record *k = NULL;
	size_t n = 0;
	int r = command_store(c, store_keys_proposed(c->d->store, c->arena,
	    &k, &n), "keys");

	if (!r && n)
		sk_json_add_str(l->faults, sk_arena_printf(c->arena, "%zu %s "
		    "for a decision: `sekisho key list --proposed'", n,
		    keys(n, "key waits", "keys wait")));
	return r;
}

static int
say_lookups(struct looking *l)
{
	struct command *c = l->c;
	struct key_lookup_failed *x = NULL;
	size_t n = 0;
	int r = command_store(c, key_lookup_failures(c->d, c->arena, &x, &n),
	    "keys");

	if (!r && n)
		sk_json_add_str(l->faults, sk_arena_printf(c->arena, "%zu %s "
		    "not be looked up at its person's domain, first that of "
		    "%s: %s; it is tried again by itself, or now: `sekisho "
		    "key lookup %s'", n, keys(n, "key could", "keys could"),
		    x[0].person, x[0].why, x[0].person));
	return r;
}

/* Their senders may believe that they were taken. */
static int
say_refused(struct looking *l)
{
	struct command *c = l->c;
	struct key_heard_record *k = NULL;
	size_t n = 0;
	int r = command_store(c, store_key_heard_refused(c->d->store, c->arena,
	    0, c->now, &k, &n), "keys");

	for (size_t i = 0; i < n && !r; i++)
		sk_json_add_str(l->faults, sk_arena_printf(c->arena, "the key "
		    "that came with mail %lld was not taken: %s; `sekisho "
		    "mail show %lld' says from whom, tell the sender",
		    (long long)k[i].mail, k[i].refused,
		    (long long)k[i].mail));
	return r;
}

/* ---- the council's own ---- */

static const struct {
	const char *key, *mend, *more;
} own_words[KEY_SCHEMES] = {
	{ "key", "sekisho setup key --next", " --from' today's date" },
	{ "S/MIME certificate", "sekisho setup smime --request", "'" },
};

static void
say_end(struct looking *l, int scheme, const struct council_key *k)
{
	struct sk_arena *a = l->c->arena;
	const char *key = own_words[scheme].key, *mend =
	    own_words[scheme].mend, *more = own_words[scheme].more;
	int64_t now = l->c->now, next;
	enum key_stage stage = key_stage(k->ends, now, &next);

	if (k->revoked)
		sk_json_add_str(l->faults, sk_arena_printf(a, "the council's "
		    "own %s is revoked: nobody can write to it encrypted; "
		    "`%s%s", key, mend, more));
	else if (stage == KEY_ENDED)
		sk_json_add_str(l->faults, sk_arena_printf(a, "the council's "
		    "own %s ended on %s: nobody can write to it encrypted; "
		    "`%s%s", key, sk_date_local(a, k->ends), mend, more));
	else if (stage != KEY_FAR)
		sk_json_add_str(l->faults, sk_arena_printf(a, "the council's "
		    "own %s ends in %lld days, on %s: %s, `%s'", key,
		    (long long)((k->ends - now) / DAY), sk_date_local(a,
		    k->ends), stage == KEY_7_DAYS ? "make the next one at once"
		    : "make the next one", mend));
}

static void
say_untold(struct looking *l, int scheme, const struct announced *x)
{
	if (x->copies && x->withdrawn)
		sk_json_add_str(l->faults, sk_arena_printf(l->c->arena,
		    "%zu who %s told of the council's next %s %s not told "
		    "that it was taken back: `sekisho key announce --yes'",
		    x->copies, keys(x->copies, "was", "were"), scheme ==
		    KEY_SMIME ? "certificate" : "key", keys(x->copies, "was",
		    "were")));
	else if (x->copies)
		sk_json_add_str(l->faults, sk_arena_printf(l->c->arena,
		    "%zu who write to the council %s not told of its next "
		    "%s, which signs from %s: `sekisho key announce --yes'",
		    x->copies, keys(x->copies, "was", "were"), scheme ==
		    KEY_SMIME ? "certificate" : "key", sk_date_local(
		    l->c->arena, x->next.since)));
}

/* Of the next one only who was told; the one that another follows may end. */
static void
say_own(struct looking *l)
{
	struct council_key list[LIMIT_OWN_KEYS];
	const char *differ = council_keys_differ(l->c->d);
	struct announcement x;
	struct sk_error e = { 0 };
	size_t n;

	if (differ)
		sk_json_add_str(l->faults, differ);
	for (int s = 0; s < KEY_SCHEMES; s++) {
		n = council_keys_list(l->c->d, (enum key_scheme)s, list);
		if (n)
			say_end(l, s, &list[n - 1]);
	}
	if (!differ && announcement_send(l->c->d, l->c->arena, false, &x,
	    &e) == SK_OK)
		for (int s = 0; s < KEY_SCHEMES; s++)
			say_untold(l, s, &x.of[s]);
}

int
verb_key_check(struct command *c)
{
	struct looking l = { .c = c };
	struct roster_known k;
	int r = command_store(c, store_roster(c->d->store, c->arena, true,
	    &k), "roster");

	c->out = sk_json_document("key-check");
	l.faults = sk_json_set(c->out, "faults", sk_json_array());
	for (size_t i = 0; i < k.npersons && !r; i++)
		r = look_at(&l, &k.persons[i]);
	if (!r && command_role(c, FOR_OPERATOR))
		r = look_at_cases(&l);
	if (r)
		return r;
	say_tallies(&l);
	say_own(&l);
	r = say_proposed(&l);
	if (!r)
		r = say_lookups(&l);
	return r ? r : say_refused(&l);
}

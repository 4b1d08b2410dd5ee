/*
 * News of a key that is known: later dates, other subkeys, its
 * revocation. It proves itself by its own signatures, which keyd checked with
 * what is known of the key laid below, so it is taken over from anywhere. It is
 * news for every row of that fingerprint, whoever's: one person may have it
 * pinned for two cases, and all of them share one ring of keyd's.
 *
 * Bad news is kept as well as good: where nothing can be encrypted to the key
 * any more it stays the pinned one, unusable, and what waits is held.
 */
#include "daemon.h"

#include <string.h>

#include <sekisho/log.h>

struct news {
	struct daemon *d;
	struct sk_arena *a;
	const struct key_facts *k;
	const char *origin;
	const struct key_act *act;
	struct sk_error *e;
	size_t *changed;
};

static int
owner_of(struct news *x, const struct key_record *row, struct key_owner *o)
{
	struct case_record *c = sk_arena_alloc(x->a, sizeof(*c));
	struct person *p = sk_arena_alloc(x->a, sizeof(*p));
	int r = row->person ? store_person_get(x->d->store, x->a, row->person,
	    p) : store_case_get(x->d->store, x->a, row->case_row, c);

	if (!r)
		*o = row->person ? key_owner_person(p) : key_owner_case(c);
	return r;
}

static int
of_pinned(struct news *x, struct key_record *row)
{
	const char *word = key_fault(&row->facts, x->act->now);
	struct key_owner o;
	int r = owner_of(x, row, &o);

	if (r)
		return sk_fail(x->e, r, row->fpr, "the store refused");
	r = *word ? key_stop(x->d, x->a, &o, row, word, x->act, x->e) :
	    key_pin(x->d, x->a, &o, row, x->act, x->e);
	*x->changed += r == SK_OK;
	if (r != SK_ERR_REFUSED)
		return r;
	/* The other rows have it all the same. */
	sk_log(SK_WARN, "key.over", "owner=%s reason=\"%s\"", o.name,
	    x->e->text);
	*x->e = (struct sk_error){ 0 };
	return SK_OK;
}

/* One that waits, and is dead now, has its answer; one that waits and lives, or
 * was ended before, says what it is if an operator turns to it. */
static int
of_other(struct news *x, struct key_record *row)
{
	const char *word = key_fault(&row->facts, x->act->now);
	const struct key_act act = { x->act->actor, sk_arena_printf(x->a,
	    "%s, %s", word, x->act->how ? x->act->how : ""), x->act->now };
	struct key_owner o;
	int r;

	++*x->changed;
	if (row->state != KEY_PROPOSED || !*word)
		return store_key_change(x->d->store, row);
	r = owner_of(x, row, &o);
	return r ? r : key_decline(x->d, x->a, &o, row, &act);
}

static int
lay_over(struct news *x, struct key_record *row)
{
	bool stopped = row->facts.stopped;

	row->facts = *x->k;
	row->facts.stopped = stopped;
	row->origin = x->origin;
	return row->state == KEY_PINNED ? of_pinned(x, row) :
	    of_other(x, row);
}

int
key_over(struct daemon *d, struct sk_arena *a, const struct key_facts *k,
    const char *origin, const struct key_act *act, size_t *changed,
    struct sk_error *e)
{
	struct news x = { d, a, k, origin, act, e, changed };
	struct key_record *rows = NULL;
	size_t n = 0;
	int r = store_keys_of_fpr(d->store, a, k->fpr, &rows, &n);

	*changed = 0;
	for (size_t i = 0; i < n && !r; i++) {
		enum key_change what = key_changed(&rows[i].facts, k);

		/* No revocation is ever taken back. */
		if ((what != KEY_NEWER && what != KEY_REVOKED) ||
		    (rows[i].facts.revoked && !k->revoked))
			continue;
		r = lay_over(&x, &rows[i]);
	}
	return r && !*e->text ? sk_fail(e, r, k->fpr, "the store refused") :
	    r;
}

/* Of every row of the key that is in force in this state. */
static int
each_in_force(struct daemon *d, struct sk_arena *a, const struct key_facts *k,
    bool stopped, const struct key_act *act, struct sk_error *e)
{
	struct key_record *rows = NULL;
	size_t n = 0, changed = 0;
	struct news x = { .d = d, .a = a, .act = act, .e = e,
		.changed = &changed };
	int r = store_keys_of_pair(d->store, a, k, &rows, &n);

	for (size_t i = 0; i < n && !r; i++) {
		rows[i].facts.stopped = stopped;
		if (rows[i].state == (stopped ? KEY_PINNED : KEY_STOPPED))
			r = of_pinned(&x, &rows[i]);
	}
	return r;
}

int
key_over_stop(struct daemon *d, struct sk_arena *a, const struct key_facts *k,
    const struct key_act *act, struct sk_error *e)
{
	int r = store_key_stop(d->store, k, act->now);

	if (!r)
		r = each_in_force(d, a, k, true, act, e);
	return r && !*e->text ? sk_fail(e, r, k->fpr, "the store refused") :
	    r;
}

int
key_over_lift(struct daemon *d, struct sk_arena *a, const struct key_facts *k,
    const struct key_act *act, struct sk_error *e)
{
	int r = store_key_lift(d->store, k);

	if (!r)
		r = each_in_force(d, a, k, false, act, e);
	return r && !*e->text ? sk_fail(e, r, k->fpr, "the store refused") :
	    r;
}

bool
key_is_stopped(struct daemon *d, const struct key_facts *k)
{
	bool stopped;

	/* Where nobody knows, it is. */
	return store_key_is_stopped(d->store, k, &stopped) || stopped;
}

/* Of rows that differ, kept by older programs, the one that says the worst. */
static unsigned
weight(const struct key_record *k)
{
	if (!k->facts.block.len)
		return 0;
	return 1 + (k->state == KEY_PINNED || k->state == KEY_STOPPED) +
	    2 * k->facts.revoked;
}

bool
key_known(struct daemon *d, struct sk_arena *a, const char *fpr,
    struct sk_span *block)
{
	struct key_record *rows = NULL;
	unsigned best = 0;
	size_t n = 0;

	if (store_keys_of_fpr(d->store, a, fpr, &rows, &n))
		return false;
	for (size_t i = 0; i < n; i++)
		if (weight(&rows[i]) > best) {
			best = weight(&rows[i]);
			*block = rows[i].facts.block;
		}
	return best > 0;
}

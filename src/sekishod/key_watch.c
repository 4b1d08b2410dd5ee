/*
 * The watch over keys, of persons and of cases (R-119, T-43, T-39). A turn of
 * the daemon's own timer looks at those whose next moment has come, and at
 * persons whose copies are held for want of one. What was said stands in the
 * database with the mail that says it, so that a restart repeats nothing. A
 * clock that jumps ahead skips what it jumped over and says the last word only;
 * when it comes back, all is looked at anew: what was said too early is said
 * again in its time, and what waits for a key that is fine goes.
 */
#include "delivery.h"

#include <stdlib.h>
#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>
#include <sekisho/text.h>

#define AT_ONCE 50		/* keys in one turn: each may be three mails */
#define LOOK_SECONDS 3600
#define HELD_MAX 100000		/* as `outbox list` */

struct key_watch {
	struct daemon *d;
	struct loop_timer *timer;
	bool held;		/* copies were held since the last look */
};

struct looking {
	struct daemon *d;
	struct sk_arena *a;
	int64_t now;
	struct roster_known roster;
	bool have_roster;
	struct told { const char *address, *fpr; } told[AT_ONCE];
	size_t ntold;
};

/* Read when the first is to be told: mostly nobody is. */
static int
tell(struct looking *l, const char *person, struct key_news *n)
{
	struct person p;
	int r = store_person_get(l->d->store, l->a, person, &p);

	if (r || !p.active)
		return r;
	if (!l->have_roster)
		r = store_roster(l->d->store, l->a, true, &l->roster);
	if (r)
		return r;
	l->have_roster = true;
	n->person = &p;
	return key_tell(l->d, l->a, n, &l->roster, l->now);
}

/* ---- keys that end (T-43) ---- */

/* Is its successor published already? */
static int
look_up(struct looking *l, const char *person)
{
	struct person p;
	int r = store_person_get(l->d->store, l->a, person, &p);

	return r || !p.active ? r : key_lookup(l->d, &p, l->now);
}

/* Of several cases one mail speaks; who is registered with the very key hears
 * of it anyway. */
static bool
was_told(struct looking *l, const char *address, const struct key_record *k)
{
	struct key_record pinned;
	struct key_owner o;
	struct person p;

	for (size_t i = 0; i < l->ntold; i++)
		if (strcmp(l->told[i].fpr, k->fpr) == 0 &&
		    sk_ascii_ieq(l->told[i].address, address))
			return true;
	if (store_person_by_address(l->d->store, l->a, address, &p) ||
	    !p.active || !p.account)
		return false;
	o = key_owner_person(&p);
	return key_in_place(l->d, l->a, &o, &k->facts, &pinned) == SK_OK &&
	    strcmp(pinned.fpr, k->fpr) == 0;
}

/* Nothing more is sent of a case that is over. */
static int
tell_case(struct looking *l, const struct key_due *k,
    const struct key_news *n)
{
	struct case_record c;
	int r = store_case_get(l->d->store, l->a, k->key.case_row, &c);

	if (r || c.closed || !c.originator || was_told(l, c.originator,
	    &k->key))
		return r;
	l->told[l->ntold++] = (struct told){ c.originator, k->key.fpr };
	return key_tell_case(l->d, l->a, n, &c, l->now);
}

static int
look_at(struct looking *l, const struct key_due *k)
{
	const struct key_facts *f = &k->key.facts;
	int64_t ends = key_serves_until(f), next;
	enum key_stage now = key_stage(ends, l->now, &next);
	uint32_t told = k->told_for == ends ? k->told : KEY_FAR;
	struct key_news n = { .what = now == KEY_ENDED ? KEY_NEWS_ENDED :
	    KEY_NEWS_ENDS, .key = f };
	int r = SK_OK;

	/* Of a revoked key the person was told when it was. */
	if (now > told && k->key.person && !f->revoked)
		r = tell(l, k->key.person, &n);
	if (!r && now > told && k->key.person && !f->revoked)
		r = look_up(l, k->key.person);
	if (!r && now > told && !k->key.person && !f->revoked)
		r = tell_case(l, k, &n);
	return r ? r : store_key_told(l->d->store, k->row, now, ends, next);
}

static int
look_at_keys(struct looking *l, size_t *n)
{
	struct key_due *k = NULL;
	int r = store_keys_due(l->d->store, l->a, l->now, AT_ONCE, &k, n);

	for (size_t i = 0; i < *n && !r; i++)
		r = look_at(l, &k[i]);
	return r;
}

/* ---- copies that wait for a key (T-39) ---- */

/* A clock that was ahead for a while had it end. Of the other reasons keyd
 * itself may have been the judge. */
static int
seal_again(struct looking *l, const struct copy_record *c, bool *gone)
{
	struct key_record k;

	*gone = strcmp(c->reason, "key-expired") == 0 && store_key_pinned(
	    l->d->store, l->a, c->person, c->person ? 0 : c->case_row, &k) ==
	    SK_OK && !*key_unusable(&k.facts, l->now);
	return *gone ? ledger_again(l->d, c) : SK_OK;
}

static int
look_at_held(struct looking *l)
{
	struct copy_record *c = NULL;
	size_t n = 0;
	bool first, gone;
	int r = store_copy_list(l->d->store, l->a, COPY_HELD, 0, 0, HELD_MAX,
	    &c, &n);

	for (size_t i = 0; i < n && !r; i++) {
		struct key_news held = { .what = KEY_NEWS_HELD,
			.reason = c[i].reason };

		r = seal_again(l, &c[i], &gone);
		if (r || gone || !c[i].person || !key_holds(c[i].reason))
			continue;
		r = store_hold_begin(l->d->store, c[i].person, l->now,
		    &first);
		if (!r && first)
			r = tell(l, c[i].person, &held);
	}
	return r;
}

/* ---- a clock that went back ---- */

#define META "keys.looked"

static int
look_at_clock(struct key_watch *w, struct looking *l)
{
	const char *said;
	int64_t last = store_meta_get(w->d->store, l->a, META, &said) ==
	    SK_OK ? strtoll(said, NULL, 10) : 0;
	int r = SK_OK;

	if (l->now < last - LOOK_SECONDS) {
		r = store_keys_look_again(w->d->store);
		w->held = true;
	} else if (l->now < last + LOOK_SECONDS)
		return SK_OK;
	return r ? r : store_meta_set(w->d->store, META, sk_arena_printf(l->a,
	    "%lld", (long long)l->now));
}

/* ---- the timer ---- */

static void
set_timer(struct key_watch *w, bool more, int64_t now)
{
	int64_t seconds = more ? 0 : LOOK_SECONDS, next;

	if (!more && store_keys_next(w->d->store, now, &next) == SK_OK &&
	    next - now < seconds)
		seconds = next - now;
	loop_timer_in(w->timer, seconds * 1000);
}

static int
look_once(struct key_watch *w, struct looking *l, bool *more)
{
	size_t n = 0;
	int r = store_group_begin(w->d->store) ? SK_ERR_IO : SK_OK;

	if (r)
		return r;
	r = look_at_clock(w, l);
	if (!r)
		r = look_at_keys(l, &n);
	if (!r)
		r = key_lookup_again(l->d, l->a, l->now);
	if (!r && w->held)
		r = look_at_held(l);
	if (store_group_end(w->d->store, r == SK_OK))
		r = SK_ERR_IO;
	*more = !r && n == AT_ONCE;
	return r;
}

static void
look(void *ctx)
{
	struct key_watch *w = ctx;
	struct looking l = { .d = w->d, .a = sk_arena_new(),
		.now = sk_now() };
	bool more = false;
	int r = w->d->stopping ? SK_OK : look_once(w, &l, &more);

	if (r)
		sk_log(SK_ERROR, "key.watch", "error=%s", sk_err_word(r));
	else
		w->held = false;
	set_timer(w, more, l.now);
	turn_after(w->d, NULL, NULL);
	outbox_kick(w->d->outbox);
	sk_arena_free(&l.a);
}

void
key_watch_kick(struct key_watch *w)
{
	if (!w)
		return;
	w->held = true;
	loop_timer_in(w->timer, 0);
}

struct key_watch *
key_watch_new(struct daemon *d)
{
	struct key_watch *w = sk_malloc(sizeof(*w));

	*w = (struct key_watch){ .d = d, .held = true };
	w->timer = loop_timer_new(d->loop, look, w);
	loop_timer_in(w->timer, 0);
	return w;
}

void
key_watch_free(struct key_watch **w)
{
	if (!*w)
		return;
	loop_timer_free(&(*w)->timer);
	free(*w);
	*w = NULL;
}

/*
 * The watch over the council's own keys: that another one signs from today,
 * that a former one opens nothing any more, and that one is about to expire
 * (60, 30 and 7 days before, and when it is over) is told to the secretariat
 * without content (N-01), and audited. What was said stands in the database.
 */
#include "daemon.h"

#include <stdlib.h>
#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>

#define LOOK_SECONDS 3600

struct council_watch {
	struct daemon *d;
	struct loop_timer *timer;
};

/* Is this news? `was` (may be NULL) receives what was noted before. */
static bool
news(struct daemon *d, struct sk_arena *a, const char *name,
    const char *value, const char **was)
{
	const char *before = NULL;

	if (store_meta_get(d->store, a, name, &before) != SK_OK)
		before = NULL;
	*was = before;
	return !before || strcmp(before, value) != 0;
}

static const struct {
	const char *changed, *retired, *ends;	/* N-01's flags */
} events[KEY_SCHEMES] = {
	{ "own_key_changed", "own_key_retired", "own_key_ends" },
	{ "own_certificate_changed", "own_certificate_retired",
	  "own_certificate_ends" },
};

/* What could not be told is told at another look. */
static void
tell(struct daemon *d, const char *name, const char *value,
    const char *event, const char *audit, const char *fpr)
{
	if (!apply_notify(d, event, NULL) || store_meta_set(d->store, name,
	    value))
		return;
	store_audit(d->store, sk_now(), "system", audit, "council", fpr);
	sk_log(SK_WARN, audit, "fpr=%s", fpr);
	turn_after(d, NULL, NULL);
}

/* The first one ever is no change. */
static void
look_signs(struct daemon *d, struct sk_arena *a, int scheme,
    const struct council_key *k)
{
	const char *name = sk_arena_printf(a, "council.signs.%d", scheme);
	const char *was;

	if (!news(d, a, name, k->fpr, &was))
		return;
	if (was)
		tell(d, name, k->fpr, events[scheme].changed, "council.signs",
		    k->fpr);
	else
		store_meta_set(d->store, name, k->fpr);
}

static void
look_retired(struct daemon *d, struct sk_arena *a, int scheme,
    const struct council_key *k)
{
	const char *name = sk_arena_printf(a, "council.retired.%s", k->fpr);
	const char *was;

	if (news(d, a, name, "told", &was))
		tell(d, name, "told", events[scheme].retired,
		    "council.retired", k->fpr);
}

/* Another end is a new matter; the same one's stages only go up. */
static void
look_ends(struct daemon *d, struct sk_arena *a, int scheme,
    const struct council_key *k)
{
	const char *name = sk_arena_printf(a, "council.ends.%s", k->fpr);
	int64_t next, ends = 0;
	enum key_stage stage = key_stage(k->ends, sk_now(), &next);
	const char *was;
	char *rest;
	long told = KEY_FAR;

	if (stage == KEY_FAR)
		return;
	if (store_meta_get(d->store, a, name, &was) == SK_OK) {
		ends = strtoll(was, &rest, 10);
		told = strtol(rest, NULL, 10);
	}
	if (ends == k->ends && told >= (long)stage)
		return;
	tell(d, name, sk_arena_printf(a, "%lld %d", (long long)k->ends,
	    (int)stage), events[scheme].ends, "council.ends", k->fpr);
}

static void
look_scheme(struct daemon *d, struct sk_arena *a, int scheme)
{
	struct council_key list[LIMIT_OWN_KEYS];
	size_t n = council_keys_list(d, (enum key_scheme)scheme, list);

	for (size_t i = 0; i < n; i++) {
		if (list[i].state == OWN_CURRENT)
			look_signs(d, a, scheme, &list[i]);
		if (list[i].state == OWN_RETIRED)
			look_retired(d, a, scheme, &list[i]);
	}
	/* One that another follows is meant to end. */
	if (n)
		look_ends(d, a, scheme, &list[n - 1]);
}

static void
look(void *ctx)
{
	struct council_watch *w = ctx;
	struct sk_arena *a = sk_arena_new();
	int64_t seconds = LOOK_SECONDS, next = council_keys_change(w->d);

	for (int i = 0; i < KEY_SCHEMES && !w->d->stopping; i++)
		look_scheme(w->d, a, i);
	if (next && next - sk_now() < seconds)
		seconds = next - sk_now();
	loop_timer_in(w->timer, (seconds > 0 ? seconds : 1) * 1000);
	sk_arena_free(&a);
}

void
council_watch_kick(struct council_watch *w)
{
	if (w)
		loop_timer_in(w->timer, 0);
}

struct council_watch *
council_watch_new(struct daemon *d)
{
	struct council_watch *w = sk_malloc(sizeof(*w));

	w->d = d;
	w->timer = loop_timer_new(d->loop, look, w);
	loop_timer_in(w->timer, 0);
	return w;
}

void
council_watch_free(struct council_watch **w)
{
	if (!*w)
		return;
	loop_timer_free(&(*w)->timer);
	free(*w);
	*w = NULL;
}

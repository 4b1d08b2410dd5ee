/*
 * Once a day, to the notify addresses: how much waits, and since when (L23).
 * Numbers only. On which day it was last said stands in the database, so that a
 * restart says nothing twice (a day to come was the clock's mistake); the first
 * look after eight in the morning says it, and nothing is said while nothing
 * waits.
 */
#include "delivery.h"

#include <stdlib.h>
#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>

#define META "daily.held"
#define LOOK_MILLISECONDS (900 * 1000)
#define FROM_HOUR 8
#define DAY 86400

struct daily {
	struct daemon *d;
	struct loop_timer *timer;
};

/* Seconds of the council's day. */
static int64_t
of_day(int64_t now)
{
	return (now + 60 * (int64_t)sk_tz_minutes(now)) % DAY;
}

static bool
is_said(struct daemon *d, struct sk_arena *a, const char *today)
{
	const char *last;

	return store_meta_get(d->store, a, META, &last) == SK_OK &&
	    strcmp(last, today) == 0;
}

static void
say(struct daemon *d, struct sk_arena *a, int64_t now, const char *today)
{
	struct held_group *g = NULL;
	struct held_late late;
	size_t n = 0, copies = 0;

	int r = held_gather(d, a, &g, &n);

	if (!r)
		r = held_late(d, a, now, &late);
	if (r)
		sk_log(SK_ERROR, "daily.held", "error=%s mend=\"sekisho "
		    "check\"", sk_err_word(r));
	if (r || (!n && !late.copies))
		return;
	for (size_t i = 0; i < n; i++)
		copies += g[i].copies;
	if (store_meta_set(d->store, META, today))
		return;
	apply_daily(d, n, copies, n ? (now - g[0].since) / DAY : 0,
	    late.copies);
	sk_log(SK_INFO, "daily.held", "groups=%zu copies=%zu late=%zu", n,
	    copies, late.copies);
}

static void
look(void *ctx)
{
	struct daily *y = ctx;
	struct sk_arena *a = sk_arena_new();
	int64_t now = sk_now();
	const char *today = sk_date_local(a, now);

	if (!y->d->stopping && of_day(now) >= FROM_HOUR * 3600 &&
	    !is_said(y->d, a, today))
		say(y->d, a, now, today);
	if (!y->d->stopping)
		notices_sum(y->d, a);
	loop_timer_in(y->timer, LOOK_MILLISECONDS);
	sk_arena_free(&a);
}

struct daily *
daily_new(struct daemon *d)
{
	struct daily *y = sk_malloc(sizeof(*y));

	y->d = d;
	y->timer = loop_timer_new(d->loop, look, y);
	loop_timer_in(y->timer, 0);
	return y;
}

void
daily_free(struct daily **y)
{
	if (!*y)
		return;
	loop_timer_free(&(*y)->timer);
	free(*y);
	*y = NULL;
}

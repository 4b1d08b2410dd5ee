/*
 * The watch over keyd, as far as mail waits for it: while none answers, or it
 * cannot use the council's key, what is encrypted (and after a restart, what is
 * large) stays in custody unread. The secretariat is told once when that has
 * lasted, without content (N-01), and not again before one answered. What was
 * said stands in the database: a restart says nothing twice.
 */
#include "delivery.h"

#include <stdlib.h>

#include <sekisho/clock.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>

#define META "keyd.away"
/* One that starts is ready by the first look. */
#define LOOK_MILLISECONDS (LIMIT_KEYD_GREETING_SECONDS * 1000)

struct keyd_watch {
	struct daemon *d;
	struct loop_timer *timer;
	bool missed;		/* none answered at the last look */
};

static bool
is_said(struct daemon *d, struct sk_arena *a)
{
	const char *said;

	return store_meta_get(d->store, a, META, &said) == SK_OK && *said;
}

static void
note(struct daemon *d, const char *said)
{
	store_meta_set(d->store, META, said);
	store_audit(d->store, sk_now(), "system", *said ? "keyd.away" :
	    "keyd.back", "council", "");
	turn_after(d, NULL, NULL);
}

/* What could not be told is told at another look. */
static void
look_away(struct daemon *d, struct sk_arena *a)
{
	int64_t since, now = sk_now();
	size_t n = intake_at_keyd(d->intake, &since);

	if (!n || now - since < LIMIT_KEYD_AWAY_SECONDS || is_said(d, a) ||
	    !apply_notify_count(d, "keyd_away", n))
		return;
	note(d, sk_time_local(a, now));
	sk_log(SK_ERROR, "keyd.away", "mails=%zu seconds=%lld mend=\"start "
	    "sekisho-keyd again: what waits is read then\"", n,
	    (long long)(now - since));
}

static bool
is_missed(struct daemon *d)
{
	return !pool_ready(d->keyds) || intake_keyd_fails(d->intake);
}

static void
look(void *ctx)
{
	struct keyd_watch *w = ctx;
	struct sk_arena *a = sk_arena_new();

	w->missed = is_missed(w->d);
	if (w->missed)
		look_away(w->d, a);
	else if (is_said(w->d, a))
		note(w->d, "");
	loop_timer_in(w->timer, LOOK_MILLISECONDS);
	sk_arena_free(&a);
}

bool
keyd_watch_misses(const struct keyd_watch *w)
{
	return w->missed && is_missed(w->d);
}

struct keyd_watch *
keyd_watch_new(struct daemon *d)
{
	struct keyd_watch *w = sk_malloc(sizeof(*w));

	w->d = d;
	w->missed = false;
	w->timer = loop_timer_new(d->loop, look, w);
	loop_timer_in(w->timer, LOOK_MILLISECONDS);
	return w;
}

void
keyd_watch_free(struct keyd_watch **w)
{
	if (!*w)
		return;
	loop_timer_free(&(*w)->timer);
	free(*w);
	*w = NULL;
}

/*
 * Who is told that keyd is away while mail waits for it: once, after so long,
 * and again only when it was back in between (keyd_watch.c), over a pool, an
 * intake and a clock of the test's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sekisho/clock.h>

#include "sekishod/delivery.h"

static struct {
	loop_fn look;
	void *ctx;
	size_t ready, waiting, told;	/* told: of how many mails, last */
	int64_t age;
	unsigned notes;
	bool full;		/* no note fits this hour */
	bool fails;		/* keyd says that it is its own fault */
	char meta[64], audit[64];
} t;

struct loop_timer *
loop_timer_new(struct loop *l, loop_fn fn, void *ctx)
{
	(void)l;
	t.look = fn;
	t.ctx = ctx;
	return NULL;
}

void
loop_timer_in(struct loop_timer *timer, int64_t milliseconds)
{
	(void)timer;
	assert_true(milliseconds > 0);
}

void
loop_timer_free(struct loop_timer **timer)
{
	*timer = NULL;
}

size_t
pool_ready(const struct pool *p)
{
	(void)p;
	return t.ready;
}

size_t
intake_at_keyd(const struct intake *i, int64_t *since)
{
	(void)i;
	*since = sk_now() - t.age;
	return t.waiting;
}

bool
intake_keyd_fails(const struct intake *i)
{
	(void)i;
	return t.fails;
}

bool
apply_notify_count(struct daemon *d, const char *event, size_t count)
{
	(void)d;
	assert_string_equal(event, "keyd_away");
	if (t.full)
		return false;
	t.notes++;
	t.told = count;
	return true;
}

int
store_meta_get(struct store *s, struct sk_arena *a, const char *name,
    const char **out)
{
	(void)s;
	(void)a;
	assert_string_equal(name, "keyd.away");
	*out = t.meta;
	return *t.meta ? SK_OK : SK_ERR_NOINPUT;
}

int
store_meta_set(struct store *s, const char *name, const char *value)
{
	(void)s;
	(void)name;
	snprintf(t.meta, sizeof(t.meta), "%s", value);
	return SK_OK;
}

int
store_audit(struct store *s, int64_t now, const char *actor,
    const char *event, const char *object, const char *detail)
{
	(void)s;
	(void)now;
	(void)actor;
	(void)object;
	(void)detail;
	snprintf(t.audit, sizeof(t.audit), "%s", event);
	return SK_OK;
}

void
turn_after(struct daemon *d, turn_fn fn, void *ctx)
{
	(void)d;
	(void)fn;
	(void)ctx;
}

static void
look(unsigned notes)
{
	t.look(t.ctx);
	assert_int_equal(t.notes, notes);
}

static void
told_once_until_it_was_back(void **state)
{
	struct daemon d = { 0 };
	struct keyd_watch *w = keyd_watch_new(&d);

	(void)state;
	memset(t.meta, 0, sizeof(t.meta));
	assert_false(keyd_watch_misses(w));	/* it has just begun */
	look(0);			/* away, and nobody misses it */
	assert_true(keyd_watch_misses(w));
	t.waiting = 2;
	t.age = LIMIT_KEYD_AWAY_SECONDS - 5;
	look(0);
	t.age = LIMIT_KEYD_AWAY_SECONDS;
	t.full = true;
	look(0);
	assert_string_equal(t.meta, "");
	t.full = false;
	look(1);
	assert_int_equal(t.told, 2);
	assert_string_equal(t.audit, "keyd.away");
	t.waiting = 9;
	look(1);
	/* A restart meanwhile says nothing twice. */
	keyd_watch_free(&w);
	w = keyd_watch_new(&d);
	look(1);
	/* Back: those that still wait are being read. */
	t.ready = 1;
	assert_false(keyd_watch_misses(w));
	look(1);
	assert_string_equal(t.audit, "keyd.back");
	t.audit[0] = '\0';
	look(1);
	assert_string_equal(t.audit, "");
	t.ready = 0;
	look(2);
	assert_int_equal(t.told, 9);
	/* One that answers without the council's key is as good as none. */
	t.ready = 1;
	look(2);
	t.fails = true;
	look(3);
	assert_true(keyd_watch_misses(w));
	look(3);
	t.fails = false;
	assert_false(keyd_watch_misses(w));
	keyd_watch_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(told_once_until_it_was_back),
	};

	return cmocka_run_group_tests_name("keyd-watch", tests, NULL, NULL);
}

/*
 * The loop: the end of a turn comes even while sockets are ready all the time,
 * or commits and answers would wait for a quiet moment that a busy sender
 * never gives.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "sekishod/loop.h"

#define ENOUGH 20000000		/* callbacks: many seconds */

static struct {
	struct loop *loop;
	unsigned reads, flushes;
} t;

static void
never_drained(void *ctx, bool readable, bool writable)
{
	(void)ctx;
	(void)readable;
	(void)writable;
	if (++t.reads == ENOUGH)
		loop_stop(t.loop);
}

static void
flushed(void *ctx)
{
	(void)ctx;
	t.flushes++;
	loop_stop(t.loop);
}

static void
flush_is_not_starved(void **state)
{
	struct loop_watch *w;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], "x", 1), 1);
	t.loop = loop_new();
	loop_set_flush(t.loop, flushed, NULL);
	w = loop_watch_new(t.loop, fds[0], never_drained, NULL);
	loop_watch_for(w, true, false);
	loop_want_flush(t.loop);
	loop_run(t.loop);
	assert_int_equal(t.flushes, 1);
	assert_true(t.reads > 0);	/* the socket went first */
	loop_watch_free(&w);
	loop_free(&t.loop);
	close(fds[0]);
	close(fds[1]);
}

/* One wish, one flush: the late one is taken back. */
static void
twice(void *ctx)
{
	(void)ctx;
	t.flushes++;
}

static void
stop_later(void *ctx)
{
	(void)ctx;
	loop_stop(t.loop);
}

static void
flushed_once(void **state)
{
	struct loop_timer *end;

	(void)state;
	t.flushes = 0;
	t.loop = loop_new();
	loop_set_flush(t.loop, twice, NULL);
	end = loop_timer_new(t.loop, stop_later, NULL);
	loop_timer_in(end, 100);
	loop_want_flush(t.loop);
	loop_run(t.loop);
	assert_int_equal(t.flushes, 1);
	loop_timer_free(&end);
	loop_free(&t.loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flush_is_not_starved),
		cmocka_unit_test(flushed_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

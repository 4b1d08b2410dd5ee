/* The event loop: libevent behind loop.h, and nothing else. */
#include "loop.h"

#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

#include <sekisho/log.h>
#include <sekisho/mem.h>

enum { PRIORITY_SOCKETS, PRIORITY_FLUSH, PRIORITIES };

/* libevent never comes to the flush while sockets are ready again and again
 * (large mails streaming in): a turn ends after so long in any case. */
#define TURN_MICROSECONDS 20000

struct hook {
	loop_fn fn;
	void *ctx;
};

struct loop {
	struct event_base *base;
	struct event *flush, *late, *term, *intr, *hup;
	struct hook on_flush, on_stop, on_reload;
};

struct loop_watch {
	struct loop *loop;
	struct event *reading, *writing;
	loop_fd_fn fn;
	void *ctx;
};

struct loop_timer {
	struct event *event;
	struct hook hook;
};

int64_t
loop_milliseconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
call(const struct hook *h)
{
	if (h->fn)
		h->fn(h->ctx);
}

static void
on_flush(evutil_socket_t fd, short what, void *arg)
{
	struct loop *l = arg;

	(void)fd;
	(void)what;
	event_del(l->flush);
	event_del(l->late);
	call(&l->on_flush);
}

static void
on_signal(evutil_socket_t fd, short what, void *arg)
{
	struct loop *l = arg;

	(void)what;
	call(fd == SIGHUP ? &l->on_reload : &l->on_stop);
}

static struct event *
signal_event(struct loop *l, int number)
{
	struct event *e = evsignal_new(l->base, number, on_signal, l);

	event_priority_set(e, PRIORITY_SOCKETS);
	event_add(e, NULL);
	return e;
}

struct loop *
loop_new(void)
{
	struct loop *l = sk_malloc(sizeof(*l));

	l->base = event_base_new();
	if (!l->base)
		sk_bug("loop.new", "no event base");
	event_base_priority_init(l->base, PRIORITIES);
	l->flush = event_new(l->base, -1, 0, on_flush, l);
	event_priority_set(l->flush, PRIORITY_FLUSH);
	l->late = evtimer_new(l->base, on_flush, l);
	event_priority_set(l->late, PRIORITY_SOCKETS);
	signal(SIGPIPE, SIG_IGN);
	l->term = signal_event(l, SIGTERM);
	l->intr = signal_event(l, SIGINT);
	l->hup = signal_event(l, SIGHUP);
	return l;
}

void
loop_free(struct loop **lp)
{
	struct loop *l = *lp;

	if (!l)
		return;
	event_free(l->flush);
	event_free(l->late);
	event_free(l->term);
	event_free(l->intr);
	event_free(l->hup);
	event_base_free(l->base);
	free(l);
	*lp = NULL;
}

void
loop_run(struct loop *l)
{
	event_base_dispatch(l->base);
}

void
loop_stop(struct loop *l)
{
	event_base_loopbreak(l->base);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct loop_watch *w = arg;

	(void)fd;
	(void)what;
	w->fn(w->ctx, true, false);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct loop_watch *w = arg;

	(void)fd;
	(void)what;
	w->fn(w->ctx, false, true);
}

struct loop_watch *
loop_watch_new(struct loop *l, int fd, loop_fd_fn fn, void *ctx)
{
	struct loop_watch *w = sk_malloc(sizeof(*w));

	w->loop = l;
	w->fn = fn;
	w->ctx = ctx;
	w->reading = event_new(l->base, fd, EV_READ | EV_PERSIST, on_readable,
	    w);
	w->writing = event_new(l->base, fd, EV_WRITE | EV_PERSIST,
	    on_writable, w);
	event_priority_set(w->reading, PRIORITY_SOCKETS);
	event_priority_set(w->writing, PRIORITY_SOCKETS);
	return w;
}

static void
set(struct event *e, bool on)
{
	bool is = event_pending(e, EV_READ | EV_WRITE, NULL) != 0;

	if (on && !is)
		event_add(e, NULL);
	else if (!on && is)
		event_del(e);
}

void
loop_watch_for(struct loop_watch *w, bool read, bool write)
{
	set(w->reading, read);
	set(w->writing, write);
}

void
loop_watch_free(struct loop_watch **wp)
{
	struct loop_watch *w = *wp;

	if (!w)
		return;
	event_free(w->reading);
	event_free(w->writing);
	free(w);
	*wp = NULL;
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	call(&((struct loop_timer *)arg)->hook);
}

struct loop_timer *
loop_timer_new(struct loop *l, loop_fn fn, void *ctx)
{
	struct loop_timer *t = sk_malloc(sizeof(*t));

	t->hook = (struct hook){ fn, ctx };
	t->event = evtimer_new(l->base, on_timer, t);
	event_priority_set(t->event, PRIORITY_SOCKETS);
	return t;
}

void
loop_timer_in(struct loop_timer *t, int64_t milliseconds)
{
	struct timeval tv = {
		.tv_sec = milliseconds / 1000,
		.tv_usec = milliseconds % 1000 * 1000,
	};

	evtimer_add(t->event, &tv);
}

void
loop_timer_stop(struct loop_timer *t)
{
	evtimer_del(t->event);
}

void
loop_timer_free(struct loop_timer **tp)
{
	if (!*tp)
		return;
	event_free((*tp)->event);
	free(*tp);
	*tp = NULL;
}

void
loop_set_flush(struct loop *l, loop_fn fn, void *ctx)
{
	l->on_flush = (struct hook){ fn, ctx };
}

void
loop_want_flush(struct loop *l)
{
	const struct timeval tv = { .tv_usec = TURN_MICROSECONDS };

	event_active(l->flush, EV_TIMEOUT, 1);
	evtimer_add(l->late, &tv);
}

void
loop_on_stop(struct loop *l, loop_fn fn, void *ctx)
{
	l->on_stop = (struct hook){ fn, ctx };
}

void
loop_on_reload(struct loop *l, loop_fn fn, void *ctx)
{
	l->on_reload = (struct hook){ fn, ctx };
}

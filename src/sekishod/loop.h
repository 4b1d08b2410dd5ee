/*
 * The event loop, behind which libevent lives (loop.c is its only user here).
 * No threads. The flush runs at a lower priority than every socket: libevent
 * calls it only when no socket is ready, so the batch of a turn forms by itself
 * (measured: no delay is needed, and a delay hurts).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct loop_watch;		/* a watched descriptor */
struct loop_timer;

typedef void (*loop_fd_fn)(void *ctx, bool readable, bool writable);
typedef void (*loop_fn)(void *ctx);

struct loop *loop_new(void);
void loop_free(struct loop **l);
void loop_run(struct loop *l);		/* until loop_stop() */
void loop_stop(struct loop *l);

/* Persistent watch; nothing is watched until loop_watch_for(). The descriptor
 * stays the caller's. */
struct loop_watch *loop_watch_new(struct loop *l, int fd, loop_fd_fn fn,
    void *ctx);
void loop_watch_for(struct loop_watch *w, bool read, bool write);
void loop_watch_free(struct loop_watch **w);

struct loop_timer *loop_timer_new(struct loop *l, loop_fn fn, void *ctx);
void loop_timer_in(struct loop_timer *t, int64_t milliseconds);
void loop_timer_stop(struct loop_timer *t);
void loop_timer_free(struct loop_timer **t);

/* Milliseconds of a clock that nobody sets. */
int64_t loop_milliseconds(void);

/* The end of the turn: fn runs once no socket is ready. */
void loop_set_flush(struct loop *l, loop_fn fn, void *ctx);
void loop_want_flush(struct loop *l);
/* fn(ctx) on SIGTERM and SIGINT / on SIGHUP. */
void loop_on_stop(struct loop *l, loop_fn fn, void *ctx);
void loop_on_reload(struct loop *l, loop_fn fn, void *ctx);

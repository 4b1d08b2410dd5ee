/*
 * One transaction per turn of the loop: everything finished in a turn is
 * committed once, and only then answered. That is the group commit.
 *
 * A commit that fails (disk full, disk broken) leaves memory ahead of the
 * database, so the waiting peers hear "try again" and the daemon ends; what was
 * accepted stands in the database, and a restart begins from there (I5).
 */
#include "daemon.h"

#include <stdlib.h>
#include <sysexits.h>

#include <sekisho/log.h>
#include <sekisho/mem.h>

struct waiter {
	turn_fn fn;
	void *ctx;
};

struct turn {
	struct daemon *d;
	struct waiter *waiters;
	size_t n, cap;
	struct waiter *called;	/* those of the turn that ends now */
	size_t ncalled;
	bool wanted;
};

static void
flush(void *ctx)
{
	struct turn *t = ctx;
	struct waiter *w = t->waiters;
	size_t n = t->n;
	struct sk_error e = { 0 };
	int r = store_commit(t->d->store, &e);

	vault_wrapper_turn(t->d->wrapper);
	/* The callbacks may write again: they belong to the next turn. */
	t->called = w;
	t->ncalled = n;
	t->waiters = NULL;
	t->n = t->cap = 0;
	t->wanted = false;
	for (size_t i = 0; i < n; i++)
		if (w[i].fn)
			w[i].fn(w[i].ctx, r);
	t->called = NULL;
	t->ncalled = 0;
	free(w);
	if (r == SK_OK)
		return;
	sk_log(SK_ERROR, "store.commit", "error=\"%s\" mend=\"free the disk, "
	    "then start again: nothing accepted is lost\"", e.text);
	exit(EX_TEMPFAIL);
}

struct turn *
turn_new(struct daemon *d)
{
	struct turn *t = sk_malloc(sizeof(*t));

	t->d = d;
	loop_set_flush(d->loop, flush, t);
	return t;
}

void
turn_free(struct turn **tp)
{
	struct turn *t = *tp;

	if (!t)
		return;
	loop_set_flush(t->d->loop, NULL, NULL);
	free(t->waiters);
	free(t);
	*tp = NULL;
}

void
turn_after(struct daemon *d, turn_fn fn, void *ctx)
{
	struct turn *t = d->turn;

	if (t->n == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 64;
		t->waiters = sk_realloc(t->waiters,
		    t->cap * sizeof(*t->waiters));
	}
	t->waiters[t->n++] = (struct waiter){ fn, ctx };
	if (!t->wanted) {
		t->wanted = true;
		loop_want_flush(d->loop);
	}
}

void
turn_forget(struct daemon *d, void *ctx)
{
	struct turn *t = d->turn;

	for (size_t i = 0; i < t->n; i++)
		if (t->waiters[i].ctx == ctx)
			t->waiters[i].fn = NULL;
	for (size_t i = 0; i < t->ncalled; i++)
		if (t->called[i].ctx == ctx)
			t->called[i].fn = NULL;
}

/*
 * Helper processes: readers and keyds, two operations in each channel, so that
 * none waits while we commit. Only the first is at work: a dead or stalled
 * helper costs that one an answer "no", the other goes to the next helper; the
 * process is replaced at once, the others never notice (I7).
 *
 * A reader that says "last" has served its time: what it has not read goes to
 * another, its end is no death. A fetcher has one operation. One keyd at a time
 * looks at keys that strangers sent, and nothing waits behind it.
 */
#include "courier.h"
#include "daemon.h"
#include "fetcher.h"
#include "load.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sekisho/files.h>
#include <sekisho/hash.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>

#define IN_CHANNEL_MAX 2
#define LEAVE_MILLISECONDS 2000
#define RESPAWN_MILLISECONDS 500 /* after one that died without work; doubled */
#define RESPAWN_DOUBLINGS 4

static const struct {
	const char *died;
	uint32_t ready;		/* what it says first */
	int64_t seconds;	/* for one operation, or to get ready */
} kinds[] = {
	[POOL_READER] = { "reader.died", MSG_READER_READY,
	    LIMIT_READER_SECONDS },
	[POOL_KEYD] = { "keyd.died", MSG_KEYD_READY,
	    LIMIT_KEYD_SECONDS + LIMIT_KEYD_GRACE_SECONDS },
	[POOL_COURIER] = { "courier.died", COURIER_READY,
	    LIMIT_COURIER_SECONDS + 30 },	/* libcurl's own ends first */
	[POOL_FETCHER] = { "fetcher.died", FETCHER_READY,
	    2 * LIMIT_WKD_SECONDS + 10 },	/* likewise, of both places */
};

struct op {
	uint64_t id;
	uint32_t type;
	struct sk_buf fields;
	int fds[LIMIT_WIRE_FDS];
	size_t nfds;
	bool placed;		/* better by helper `place` */
	unsigned place;
	bool retried;
	int64_t worked;		/* milliseconds, of earlier tries */
	pool_fn fn;		/* NULL: cancelled */
	void *ctx;
	struct op *next;
};

struct helper {
	struct pool *pool;
	unsigned index;
	pid_t pid;
	int fd;
	bool starting;		/* has not said that it is ready */
	bool ready;
	bool leaving;		/* a reader that said it ends now */
	unsigned failures;	/* ends without work, one after another */
	struct loop_watch *watch;
	struct loop_timer *deadline, *respawn;
	struct op *running[IN_CHANNEL_MAX];
	int64_t since;		/* running[0] is at work */
	size_t nrunning;
};

struct pool {
	struct daemon *d;
	enum pool_kind kind;
	unsigned count;
	struct helper *helpers;
	struct op *first, **last;
	uint64_t next_id;
	int64_t worked;		/* for the one just answered */
	bool ending;
};

static void start(struct helper *h);
static void dispatch(struct pool *p);

static void
op_free(struct op *o)
{
	for (size_t i = 0; i < o->nfds; i++)
		sk_fd_close(&o->fds[i]);
	sk_buf_free(&o->fields);
	free(o);
}

static void
op_answer(struct pool *p, struct op *o, struct channel_message *m,
    const char *error)
{
	p->worked = o->worked;
	if (o->fn)
		o->fn(o->ctx, m, error);
	op_free(o);
}

static void
put_first(struct pool *p, struct op *o)
{
	o->next = p->first;
	p->first = o;
	if (!o->next)
		p->last = &o->next;
}

static void
put_last(struct pool *p, struct op *o)
{
	o->next = NULL;
	*p->last = o;
	p->last = &o->next;
}

/* The keyd that looks at a key, or NULL. */
static const struct helper *
inspecting(const struct pool *p)
{
	for (unsigned i = 0; i < p->count; i++)
		for (size_t j = 0; j < p->helpers[i].nrunning; j++)
			if (p->helpers[i].running[j]->type == MSG_INSPECT)
				return &p->helpers[i];
	return NULL;
}

/* May h take o now? Another does only while o's own helper is not there, or
 * looks at a key. */
static bool
suits(const struct op *o, const struct helper *h)
{
	const struct helper *own = &h->pool->helpers[o->place];
	const struct helper *away = inspecting(h->pool);

	if (o->type == MSG_INSPECT && away)
		return false;
	return !o->placed || own == h || !own->ready || own == away;
}

/* The first operation that h may take. */
static struct op *
take_for(struct pool *p, const struct helper *h)
{
	struct op **at = &p->first, *o;

	while (*at && !suits(*at, h))
		at = &(*at)->next;
	o = *at;
	if (o) {
		*at = o->next;
		if (!o->next)
			p->last = at;
	}
	return o;
}

/* May the operation at work be tried once more? A keyd's always; a reader's
 * only where somebody else killed it (an operator, a system short of memory):
 * a mail that kills its reader dies of another signal (I7). */
static bool
once_more(const struct helper *h, const struct op *o, bool from_outside)
{
	return !o->retried && (h->pool->kind == POOL_KEYD ||
	    (h->pool->kind == POOL_READER && from_outside));
}

/* The helper's process is gone. Its first operation was at work, the others
 * only waited in the channel. */
static void
settle(struct helper *h, bool leaving, bool from_outside, const char *error)
{
	struct op *at_work = NULL;

	if (h->nrunning)
		h->running[0]->worked += loop_milliseconds() - h->since;
	for (size_t i = h->nrunning; i-- > 0;) {
		struct op *o = h->running[i];

		if (i == 0 && !leaving && !once_more(h, o, from_outside)) {
			at_work = o;
		} else {
			o->retried |= i == 0 && !leaving;
			put_first(h->pool, o);
		}
	}
	h->nrunning = 0;
	if (at_work)
		op_answer(h->pool, at_work, NULL, error);
}

/* Has it ended? It is not yet waited for: its group keeps its number. */
static bool
ended(const struct helper *h)
{
	siginfo_t i = { 0 };

	return waitid(P_PID, (id_t)h->pid, &i, WEXITED | WNOHANG | WNOWAIT) ==
	    0 && i.si_pid == h->pid;
}

/* The channel is closed: the process ends by itself, or a hostile one that
 * only closed its end is killed (*kill_now is set then); either way we never
 * wait for long. A keyd leads a group: a gpg of it that hangs goes with it. */
static int
reap(struct helper *h, bool *kill_now)
{
	const struct timespec pause = { .tv_nsec = 1000 * 1000 };
	int status = 0, i;

	for (i = 0; i < 50 && !*kill_now && !ended(h); i++)
		nanosleep(&pause, NULL);
	*kill_now |= i == 50;
	kill(-h->pid, SIGKILL);
	if (*kill_now)
		kill(h->pid, SIGKILL);
	while (waitpid(h->pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static void
start_later(struct helper *h)
{
	loop_timer_in(h->respawn, RESPAWN_MILLISECONDS << h->failures);
	if (h->failures < RESPAWN_DOUBLINGS)
		h->failures++;
}

static void
gone(struct helper *h, const char *why)
{
	char error[160];
	int status = 0;
	/* One that died at work or had served its time is replaced at once;
	 * one that dies of itself must not be started in a circle. */
	bool at_once = h->nrunning > 0 || h->leaving, leaving;
	bool by_us = why != NULL, service = h->pid == 0;

	loop_watch_free(&h->watch);
	loop_timer_stop(h->deadline);
	sk_fd_close(&h->fd);
	if (h->pid > 0)
		status = reap(h, &by_us);
	h->pid = 0;
	h->starting = h->ready = false;
	if (h->pool->kind == POOL_KEYD)
		council_keys_gone(h->pool->d, h->index);
	if (why)
		snprintf(error, sizeof(error), "%s", why);
	else if (service)
		snprintf(error, sizeof(error), "went away");
	else if (WIFSIGNALED(status))
		snprintf(error, sizeof(error), "died by signal %d",
		    WTERMSIG(status));
	else
		snprintf(error, sizeof(error), "ended with exit code %d",
		    WEXITSTATUS(status));
	if (!h->leaving && !h->pool->ending)
		sk_log(SK_WARN, kinds[h->pool->kind].died, "index=%u "
		    "reason=\"%s\"", h->index, error);
	leaving = h->leaving;
	h->leaving = false;
	settle(h, leaving, !by_us && WIFSIGNALED(status) &&
	    WTERMSIG(status) == SIGKILL, error);
	if (h->pool->ending)
		return;
	if (at_once)
		start(h);
	else
		start_later(h);
	dispatch(h->pool);
}

static void
on_deadline(void *ctx)
{
	gone(ctx, "stalled: killed at the deadline");
}

static bool
is_last(const struct helper *h, struct channel_message *m)
{
	return h->pool->kind == POOL_FETCHER ||
	    (h->pool->kind == POOL_READER && m->type == MSG_READ_DONE &&
	    msg_read_done_last(sk_buf_span(&m->fields)));
}

static void
arm(struct helper *h)
{
	h->since = loop_milliseconds();
	if (h->nrunning || h->starting)
		loop_timer_in(h->deadline, kinds[h->pool->kind].seconds *
		    1000);
	else
		loop_timer_stop(h->deadline);
}

static void
keyd_says_ready(const struct helper *h, struct channel_message *m)
{
	struct sk_arena *a = sk_arena_new();
	struct msg_keyd_ready ready;

	if (msg_keyd_ready_get(a, sk_buf_span(&m->fields), &ready) == SK_OK)
		council_keys_told(h->pool->d, h->index, &ready);
	sk_arena_free(&a);
}

static void
got(struct helper *h, struct channel_message *m)
{
	struct op *o;

	/* A reader that was taken over must not name the council's key. */
	if (h->starting && m->type == kinds[h->pool->kind].ready) {
		h->starting = false;
		h->ready = true;
		arm(h);
		if (m->type == MSG_KEYD_READY)
			keyd_says_ready(h, m);
		return;
	}
	if (!h->nrunning || h->running[0]->id != m->id) {
		/* Answers come in order; anything else is a broken peer. */
		gone(h, "answered what nobody asked");
		return;
	}
	o = h->running[0];
	o->worked += loop_milliseconds() - h->since;
	h->failures = 0;
	h->nrunning--;
	memmove(h->running, h->running + 1,
	    h->nrunning * sizeof(h->running[0]));
	arm(h);
	if (is_last(h, m)) {
		h->ready = false;
		h->leaving = true;
		loop_timer_in(h->deadline, LEAVE_MILLISECONDS);
	}
	op_answer(h->pool, o, m, NULL);
}

static void
on_channel(void *ctx, bool readable, bool writable)
{
	struct helper *h = ctx;
	struct channel_message m;
	int r;

	(void)readable;
	(void)writable;
	channel_message_init(&m);
	r = channel_recv(h->fd, &m);
	if (r == SK_OK)
		got(h, &m);
	else if (r == SK_ERR_CONFIG)	/* a newer package was installed */
		gone(h, "is of another version: restart sekishod");
	else if (r != SK_ERR_TEMP)
		gone(h, r == SK_ERR_PROTOCOL ? "broke the protocol" : NULL);
	channel_message_end(&m);
	if (r == SK_OK)
		dispatch(h->pool);
}

static bool
send_op(struct helper *h, struct op *o)
{
	if (channel_send(h->fd, o->type, o->id, sk_buf_span(&o->fields),
	    o->fds, o->nfds))
		return false;
	h->running[h->nrunning++] = o;
	if (h->nrunning == 1)
		arm(h);
	return true;
}

static bool
give(struct helper *h)
{
	struct op *o = take_for(h->pool, h);

	if (!o)
		return false;
	if (!o->fn) {
		op_free(o);
	} else if (!send_op(h, o)) {
		/* Its end is noticed by the watch. */
		put_first(h->pool, o);
		return false;
	}
	return true;
}

/* Helpers with the fewest operations in their channels first. */
static void
dispatch(struct pool *p)
{
	size_t busy = 0, most = p->kind == POOL_FETCHER ? 1 : IN_CHANNEL_MAX;

	while (p->first && busy < most) {
		bool given = false;

		for (unsigned i = 0; i < p->count; i++) {
			struct helper *h = &p->helpers[i];

			if (h->ready && h->nrunning == busy &&
			    h != inspecting(p))
				given |= give(h);
		}
		busy = given ? 0 : busy + 1;
	}
}

static void
start(struct helper *h)
{
	struct sk_error e = { 0 };

	h->fd = -1;
	if (helper_process(h->pool->d, h->pool->kind, h->index, &h->pid,
	    &h->fd, &e)) {
		sk_log(SK_ERROR, "pool.start", "where=\"%s\" error=\"%s\"",
		    e.where, e.text);
		start_later(h);
		return;
	}
	sk_fd_nonblock(h->fd);
	h->watch = loop_watch_new(h->pool->d->loop, h->fd, on_channel, h);
	loop_watch_for(h->watch, true, false);
	h->starting = true;
	arm(h);
}

static void
on_respawn(void *ctx)
{
	start(ctx);
}

struct pool *
pool_new(struct daemon *d, enum pool_kind kind, unsigned count)
{
	struct pool *p = sk_malloc(sizeof(*p));

	p->d = d;
	p->kind = kind;
	p->count = count;
	p->last = &p->first;
	p->helpers = sk_malloc(count * sizeof(*p->helpers));
	for (unsigned i = 0; i < count; i++) {
		struct helper *h = &p->helpers[i];

		h->pool = p;
		h->index = i;
		h->deadline = loop_timer_new(d->loop, on_deadline, h);
		h->respawn = loop_timer_new(d->loop, on_respawn, h);
		start(h);
	}
	return p;
}

void
pool_free(struct pool **pp)
{
	struct pool *p = *pp;
	struct op *o;

	if (!p)
		return;
	p->ending = true;
	for (unsigned i = 0; i < p->count; i++) {
		struct helper *h = &p->helpers[i];
		bool now = false;

		for (size_t j = 0; j < h->nrunning; j++)
			op_free(h->running[j]);
		h->nrunning = 0;
		loop_watch_free(&h->watch);
		sk_fd_close(&h->fd);	/* end of channel: it exits */
		if (h->pid > 0)
			reap(h, &now);
		loop_timer_free(&h->deadline);
		loop_timer_free(&h->respawn);
	}
	while ((o = p->first)) {
		p->first = o->next;
		op_free(o);
	}
	free(p->helpers);
	free(p);
	*pp = NULL;
}

static struct op *
op_new(struct pool *p, uint32_t type, struct sk_span fields, const int *fds,
    size_t nfds, pool_fn fn, void *ctx)
{
	struct op *o = sk_malloc(sizeof(*o));

	o->id = ++p->next_id;
	o->type = type;
	o->fn = fn;
	o->ctx = ctx;
	sk_buf_init(&o->fields, LIMIT_WIRE_FIELDS);
	sk_buf_add(&o->fields, fields.p, fields.len);
	if (nfds > LIMIT_WIRE_FDS || o->fields.over)
		sk_bug("pool.ask", "type=%u nfds=%zu size=%zu", type, nfds,
		    fields.len);
	for (size_t i = 0; i < nfds; i++) {
		o->fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 0);
		if (o->fds[i] < 0)
			sk_bug("pool.ask", "no descriptor left");
	}
	o->nfds = nfds;
	return o;
}

uint64_t
pool_ask(struct pool *p, uint32_t type, struct sk_span fields, const int *fds,
    size_t nfds, bool urgent, pool_fn fn, void *ctx)
{
	struct op *o = op_new(p, type, fields, fds, nfds, fn, ctx);
	uint64_t id = o->id;

	if (urgent)
		put_first(p, o);
	else
		put_last(p, o);
	dispatch(p);
	return id;
}

uint64_t
pool_ask_at(struct pool *p, const char *name, uint32_t type,
    struct sk_span fields, const int *fds, size_t nfds, pool_fn fn, void *ctx)
{
	struct op *o = op_new(p, type, fields, fds, nfds, fn, ctx);
	unsigned char hash[SK_HASH];
	uint64_t id = o->id;

	sk_hash_of(sk_span_str(name), hash);
	o->placed = true;
	o->place = hash[0] % p->count;
	put_last(p, o);
	dispatch(p);
	return id;
}

void
pool_cancel(struct pool *p, uint64_t id)
{
	for (struct op *o = p->first; o; o = o->next)
		if (o->id == id)
			o->fn = NULL;
	for (unsigned i = 0; i < p->count; i++)
		for (size_t j = 0; j < p->helpers[i].nrunning; j++)
			if (p->helpers[i].running[j]->id == id)
				p->helpers[i].running[j]->fn = NULL;
}

int64_t
pool_worked(const struct pool *p)
{
	return p->worked;
}

size_t
pool_ready(const struct pool *p)
{
	size_t n = 0;

	for (unsigned i = 0; i < p->count; i++)
		n += p->helpers[i].ready;
	return n;
}

size_t
pool_size(const struct pool *p)
{
	return p->count;
}

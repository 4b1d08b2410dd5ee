/*
 * The guard's half in the daemon: milterd saw a mail in our name pass through
 * Postfix and asks whether it may. It may if its bytes are a copy that is being
 * handed over at this moment, to that person and nobody else, and the gate
 * still says yes. So a stolen relay password, a mistake in the outbox or an
 * operator's own mail program cannot leak.
 *
 * An answer only reads; what is refused is told afterwards: an audit row and a
 * T-45 at once, then at most one an hour for each reason, with the count, or a
 * stranger could fill our ledger. The courier that hands the copy over is a
 * process of its own, so that nobody waits for himself here.
 */
#include "daemon.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sekisho/clock.h>
#include <sekisho/files.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>
#include <sekisho/text.h>

#define NOBODY ((uid_t)-1)

enum reason { RECIPIENTS, UNKNOWN, RECIPIENT, PERMISSION, REASONS };
static const char *const words[REASONS] = {
	"recipients",		/* not exactly one (I3) */
	"not-ours",		/* bytes that no copy on its way has */
	"recipient",		/* the bytes of somebody else's copy */
	"permission"		/* the gate says no by now (I1) */
};

struct asker {
	struct guard *guard;
	int fd;
	struct loop_watch *watch;
	struct loop_timer *timer;
	struct asker *next, **prev;
};

/* What was refused for one reason and not yet told. */
struct tally {
	int64_t told;
	unsigned count;
	char queue_id[LIMIT_QUEUE_ID + 1];	/* the newest */
};

struct guard {
	struct daemon *d;
	int fd;
	uid_t user;
	struct loop_watch *watch;
	struct loop_timer *tell;
	struct asker *askers;
	size_t naskers;
	struct tally tallies[REASONS];
	bool telling;
};

/* ---- the answer ---- */

static bool
same_address(struct sk_arena *a, const char *x, const char *y)
{
	return strcmp(sk_address_key(a, x), sk_address_key(a, y)) == 0;
}

static enum guard_verdict
refuse(enum reason why, enum reason *out)
{
	*out = why;
	return GUARD_REFUSE;
}

static enum guard_verdict
judge(struct daemon *d, struct sk_arena *a, const struct msg_guard *ask,
    enum reason *why)
{
	struct copy_record c;
	const char *word;

	if (ask->nrcpts != 1)
		return refuse(RECIPIENTS, why);
	switch (store_copy_by_hash(d->store, a, ask->hash, &c)) {
	case SK_OK:
		break;
	case SK_ERR_NOINPUT:
		return refuse(UNKNOWN, why);
	default:
		return GUARD_LATER;
	}
	if (!ask->rcpt || !same_address(a, ask->rcpt, c.address))
		return refuse(RECIPIENT, why);
	/* A courier of before our restart brings it; it will come again. */
	if (c.state != COPY_HANDING)
		return GUARD_LATER;
	if (leave_ask(d, a, &c, &word) != LEAVE_YES)
		return refuse(PERMISSION, why);
	return GUARD_PASS;
}

/* ---- telling ---- */

static void
tell(struct guard *g, enum reason why, int64_t now)
{
	struct tally *t = &g->tallies[why];
	struct sk_arena *a = sk_arena_new();
	const char *id = *t->queue_id ? t->queue_id : NULL;

	store_audit(g->d->store, now, "guard", "guard.refused", "relay",
	    sk_arena_printf(a, "reason=%s count=%u queue=%s", words[why],
	    t->count, id ? id : "-"));
	apply_alarm(g->d, id, words[why], t->count);
	t->told = now;
	t->count = 0;
	*t->queue_id = '\0';
	sk_arena_free(&a);
}

static void
tell_due(void *ctx)
{
	struct guard *g = ctx;
	int64_t now = sk_now(), wait = 0;

	g->telling = false;
	for (enum reason i = 0; i < REASONS; i++) {
		struct tally *t = &g->tallies[i];
		int64_t left = t->told + LIMIT_GUARD_ALARM_SECONDS - now;

		if (!t->count)
			continue;
		if (!t->told || left <= 0)
			tell(g, i, now);
		else if (!wait || left < wait)
			wait = left;
	}
	if (wait) {
		g->telling = true;
		loop_timer_in(g->tell, wait * 1000);
	}
}

static void
refused(struct guard *g, const struct msg_guard *ask, enum reason why)
{
	struct tally *t = &g->tallies[why];
	size_t n = ask->queue_id ? strspn(ask->queue_id, "0123456789"
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") : 0;

	sk_log(SK_WARN, "guard.refused", "reason=%s path=%s rcpts=%u "
	    "queue=%.*s", words[why], ask->local ? "local" : "smtp",
	    ask->nrcpts, n ? (int)n : 1, n ? ask->queue_id : "-");
	if (n && n < sizeof(t->queue_id)) {
		memcpy(t->queue_id, ask->queue_id, n);
		t->queue_id[n] = '\0';
	}
	t->count++;
	/* After the answer, in a later turn. */
	if (!t->told || !g->telling) {
		g->telling = true;
		loop_timer_in(g->tell, 0);
	}
}

/* ---- askers ---- */

static void
asker_free(struct asker *x)
{
	struct guard *g = x->guard;

	loop_watch_free(&x->watch);
	loop_timer_free(&x->timer);
	sk_fd_close(&x->fd);
	*x->prev = x->next;
	if (x->next)
		x->next->prev = x->prev;
	g->naskers--;
	if (g->watch)
		loop_watch_for(g->watch, true, false);
	free(x);
}

static int
answer(struct asker *x, const struct channel_message *m)
{
	struct sk_arena *a = sk_arena_new();
	struct msg_guarded say = { .reason = "" };
	enum reason why = UNKNOWN;
	struct msg_guard ask;
	struct sk_buf b;
	int r = m->type == MSG_GUARD && !m->nfds ? msg_guard_get(a,
	    sk_buf_span(&m->fields), &ask) : SK_ERR_PROTOCOL;

	if (!r) {
		say.verdict = judge(x->guard->d, a, &ask, &why);
		if (say.verdict == GUARD_REFUSE)
			say.reason = words[why];
		sk_buf_init(&b, 256);
		msg_guarded_put(&b, &say);
		r = channel_send(x->fd, MSG_GUARDED, m->id, sk_buf_span(&b),
		    NULL, 0);
		sk_buf_free(&b);
		if (say.verdict == GUARD_REFUSE)
			refused(x->guard, &ask, why);
	} else {
		sk_log(SK_ERROR, "guard.protocol", "type=%u", m->type);
	}
	sk_arena_free(&a);
	return r;
}

static void
on_question(void *ctx, bool readable, bool writable)
{
	struct asker *x = ctx;
	struct channel_message m;
	int r;

	(void)readable;
	(void)writable;
	channel_message_init(&m);
	r = channel_recv(x->fd, &m);
	if (r == SK_OK)
		r = answer(x, &m);
	channel_message_end(&m);
	if (r != SK_OK && r != SK_ERR_TEMP)
		asker_free(x);
}

static void
on_idle(void *ctx)
{
	asker_free(ctx);
}

static void
asker_new(struct guard *g, int fd)
{
	struct asker *x = sk_malloc(sizeof(*x));

	x->guard = g;
	x->fd = fd;
	x->next = g->askers;
	x->prev = &g->askers;
	if (x->next)
		x->next->prev = &x->next;
	g->askers = x;
	g->naskers++;
	x->timer = loop_timer_new(g->d->loop, on_idle, x);
	loop_timer_in(x->timer, LIMIT_GUARD_SECONDS * 1000);
	x->watch = loop_watch_new(g->d->loop, fd, on_question, x);
	loop_watch_for(x->watch, true, false);
}

/* The kernel says who it is: milterd's user, our own, or root. */
static bool
is_milterd(const struct guard *g, int fd)
{
	uid_t uid;
	gid_t gid;
	pid_t pid;

	if (channel_peer(fd, &uid, &gid, &pid))
		return false;
	if (uid == 0 || uid == geteuid() || uid == g->user)
		return true;
	sk_log(SK_WARN, "guard.stranger", "uid=%u", (unsigned)uid);
	return false;
}

static void
on_listen(void *ctx, bool readable, bool writable)
{
	struct guard *g = ctx;

	(void)readable;
	(void)writable;
	while (g->naskers < LIMIT_GUARD_PEERS) {
		int fd = accept4(g->fd, NULL, NULL,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0)
			return;
		if (is_milterd(g, fd))
			asker_new(g, fd);
		else
			sk_fd_close(&fd);
	}
	loop_watch_for(g->watch, false, false);	/* until one ends */
}

static int
find_user(const struct config *c, uid_t *out, struct sk_error *e)
{
	struct passwd *p = c->milter_user ? getpwnam(c->milter_user) : NULL;

	*out = p ? p->pw_uid : NOBODY;
	if (c->milter_user && !p)
		return sk_fail(e, SK_ERR_CONFIG, "milter.user", "this system "
		    "has no user \"%s\": make it with adduser --system, or "
		    "take it out of the configuration", c->milter_user);
	return SK_OK;
}

struct guard *
guard_new(struct daemon *d, struct sk_error *e)
{
	struct guard *g = sk_malloc(sizeof(*g));
	const struct config *c = d->config;

	g->d = d;
	g->fd = -1;
	/* Another user's milterd knocks too; who it is, the kernel says. */
	if (!find_user(c, &g->user, e))
		g->fd = channel_listen(c->milter_ask,
		    c->milter_user ? 0666 : 0600, e);
	if (g->fd < 0 || sk_fd_nonblock(g->fd)) {
		sk_fd_close(&g->fd);
		free(g);
		return NULL;
	}
	g->tell = loop_timer_new(d->loop, tell_due, g);
	g->watch = loop_watch_new(d->loop, g->fd, on_listen, g);
	loop_watch_for(g->watch, true, false);
	return g;
}

void
guard_free(struct guard **gp)
{
	struct guard *g = *gp;

	if (!g)
		return;
	loop_watch_free(&g->watch);
	while (g->askers)
		asker_free(g->askers);
	for (enum reason i = 0; i < REASONS; i++)
		if (g->tallies[i].count)
			tell(g, i, sk_now());
	loop_timer_free(&g->tell);
	sk_fd_close(&g->fd);
	free(g);
	*gp = NULL;
}

/*
 * The LMTP door: listening socket, sessions, and the bytes between a session
 * and the pure machine of src/lmtp. A peer that closes between its final dot
 * and our answer loses the answer, not the mail.
 */
#include "daemon.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <sekisho/files.h>
#include <sekisho/lmtp.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>

#define READ_AT_ONCE (64 * 1024)
#define UNSENT_MAX (256 * 1024)

struct session {
	struct door *door;
	int fd;
	struct loop_watch *watch;
	struct loop_timer *idle;
	struct lmtp_session *lmtp;
	struct sk_buf in, out;
	struct custody *custody;	/* being received */
	struct custody *committing;	/* its end was given */
	bool half_closed;
	struct session *next, **prev;
};

struct door {
	struct daemon *d;
	int fd;
	struct loop_watch *watch;
	bool trusted;		/* Authentication-Results may be believed */
	struct session *sessions;
	size_t nsessions;
};

static void
session_free(struct session *s)
{
	if (s->committing) {
		custody_forget(s->committing);
		s->committing = NULL;
	}
	lmtp_free(&s->lmtp);	/* aborts an open transaction */
	custody_free(&s->custody);
	loop_watch_free(&s->watch);
	loop_timer_free(&s->idle);
	sk_fd_close(&s->fd);
	sk_buf_free(&s->in);
	sk_buf_free(&s->out);
	*s->prev = s->next;
	if (s->next)
		s->next->prev = s->prev;
	s->door->nsessions--;
	free(s);
}

/* ---- what the machine asks for ---- */

static void
want_write(void *ctx, const void *p, size_t n)
{
	struct session *s = ctx;

	sk_buf_add(&s->out, p, n);
}

static int
want_rcpt(void *ctx, const char *address)
{
	struct session *s = ctx;
	const struct config *c = s->door->d->config;
	struct sk_arena *a = sk_arena_new();
	bool ours = config_desk(c, address, NULL, a) ||
	    config_is_return(c, address, NULL, a);

	sk_arena_free(&a);
	return ours ? SK_OK : SK_ERR_DATA;
}

static int
want_begin(void *ctx, const struct lmtp_envelope *env)
{
	struct session *s = ctx;

	if (s->door->d->stopping)
		return SK_ERR_TEMP;
	s->custody = custody_new(s->door->d, env->sender, env->rcpts,
	    env->nrcpts, s->door->trusted);
	return SK_OK;
}

static int
want_content(void *ctx, const void *p, size_t n)
{
	struct session *s = ctx;

	return custody_content(s->custody, p, n);
}

static void session_go_on(struct session *s);

static void
durable(void *ctx, int result)
{
	struct session *s = ctx;

	s->committing = NULL;
	lmtp_committed(s->lmtp, result);
	session_go_on(s);
}

static void
want_end(void *ctx)
{
	struct session *s = ctx;
	struct custody *c = s->custody;

	s->custody = NULL;
	s->committing = c;
	custody_end(c, durable, s);
}

static void
want_abort(void *ctx)
{
	struct session *s = ctx;

	custody_free(&s->custody);
}

static const struct lmtp_ops ops = {
	.write = want_write, .rcpt = want_rcpt, .begin = want_begin,
	.content = want_content, .end = want_end, .abort = want_abort,
};

/* ---- bytes ---- */

/* Direct write first: an event would cost two system calls a reply. */
static bool
flush_out(struct session *s)
{
	while (s->out.len) {
		ssize_t n = send(s->fd, s->out.p, s->out.len, MSG_NOSIGNAL);

		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		memmove(s->out.p, s->out.p + n, s->out.len - (size_t)n);
		s->out.len -= (size_t)n;
	}
	return true;
}

static void
feed(struct session *s)
{
	size_t used = 0;

	while (used < s->in.len && !lmtp_waiting(s->lmtp) &&
	    !lmtp_closing(s->lmtp)) {
		size_t n = lmtp_feed(s->lmtp, s->in.p + used,
		    s->in.len - used);

		if (!n)
			break;
		used += n;
	}
	if (!used)
		return;
	memmove(s->in.p, s->in.p + used, s->in.len - used);
	s->in.len -= used;
}

/* After any change: write, watch for what is needed, or end the session. */
static void
session_go_on(struct session *s)
{
	bool done;

	feed(s);
	if (!flush_out(s)) {
		session_free(s);
		return;
	}
	done = lmtp_closing(s->lmtp) || (s->half_closed && !s->in.len);
	if (done && !s->out.len && !lmtp_waiting(s->lmtp)) {
		session_free(s);
		return;
	}
	loop_watch_for(s->watch, !s->half_closed && !done &&
	    !lmtp_waiting(s->lmtp) && s->in.len < READ_AT_ONCE &&
	    s->out.len < UNSENT_MAX, s->out.len > 0);
}

static void
on_idle(void *ctx)
{
	struct session *s = ctx;

	if (lmtp_waiting(s->lmtp)) {
		loop_timer_in(s->idle, LIMIT_LMTP_IDLE_SECONDS * 1000);
		return;
	}
	lmtp_shutdown(s->lmtp, "idle too long");
	flush_out(s);
	session_free(s);
}

static void
on_session(void *ctx, bool readable, bool writable)
{
	struct session *s = ctx;
	unsigned char buf[READ_AT_ONCE];
	ssize_t n;

	(void)writable;
	if (readable) {
		n = recv(s->fd, buf, sizeof(buf), 0);
		if (n > 0) {
			sk_buf_add(&s->in, buf, (size_t)n);
			loop_timer_in(s->idle, LIMIT_LMTP_IDLE_SECONDS * 1000);
		} else if (n == 0) {
			s->half_closed = true;
		} else if (errno != EAGAIN && errno != EINTR) {
			session_free(s);
			return;
		}
	}
	session_go_on(s);
}

static void
too_many(int fd)
{
	static const char busy[] = "421 4.3.2 too many sessions\r\n";

	(void)!write(fd, busy, sizeof(busy) - 1);
	close(fd);
}

static void
accept_one(struct door *o, int fd)
{
	struct session *s = sk_malloc(sizeof(*s));
	int one = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	s->door = o;
	s->fd = fd;
	sk_buf_init(&s->in, 2 * READ_AT_ONCE);
	sk_buf_init(&s->out, 4 * UNSENT_MAX);
	s->lmtp = lmtp_new(o->d->config->domain,
	    o->d->config->max_message_bytes, &ops, s);
	s->watch = loop_watch_new(o->d->loop, fd, on_session, s);
	s->idle = loop_timer_new(o->d->loop, on_idle, s);
	loop_timer_in(s->idle, LIMIT_LMTP_IDLE_SECONDS * 1000);
	s->next = o->sessions;
	if (s->next)
		s->next->prev = &s->next;
	s->prev = &o->sessions;
	o->sessions = s;
	o->nsessions++;
	lmtp_greet(s->lmtp);
	session_go_on(s);
}

static void
on_listen(void *ctx, bool readable, bool writable)
{
	struct door *o = ctx;

	(void)readable;
	(void)writable;
	for (int i = 0; i < 16; i++) {
		int fd = accept4(o->fd, NULL, NULL,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0)
			return;
		if (o->nsessions >= LIMIT_LMTP_SESSIONS)
			too_many(fd);
		else
			accept_one(o, fd);
	}
}

/* ---- listening ---- */

static int
listen_unix(const char *path, struct sk_error *e)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) > LIMIT_SOCKET_PATH)
		return sk_fail(e, SK_ERR_CONFIG, "lmtp.listen",
		    "socket path longer than %d bytes: use a shorter one",
		    LIMIT_SOCKET_PATH), -1;
	memcpy(sun.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return sk_fail(e, SK_ERR_OS, path, "no socket (%s)",
		    strerror(errno)), -1;
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0) {
		sk_fail(e, SK_ERR_EXISTS, path, "another process listens "
		    "here: is sekishod running already?");
		close(fd);
		return -1;
	}
	unlink(path);
	if (bind(fd, (struct sockaddr *)&sun, sizeof(sun)) ||
	    chmod(path, 0660) || listen(fd, 128)) {
		sk_fail(e, SK_ERR_OS, path, "cannot listen here (%s): make "
		    "its folder, owned by this user", strerror(errno));
		close(fd);
		return -1;
	}
	return fd;
}

static int
listen_addr(const struct addrinfo *ai)
{
	int one = 1, fd = socket(ai->ai_family, SOCK_STREAM | SOCK_NONBLOCK |
	    SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, ai->ai_addr, ai->ai_addrlen) || listen(fd, 128)) {
		close(fd);
		return -1;
	}
	return fd;
}

static int
listen_tcp(const char *where, struct sk_error *e)
{
	struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV | AI_PASSIVE,
	}, *ai = NULL;
	const char *colon = strrchr(where, ':');
	char host[64];
	int fd = -1;

	if (colon && (size_t)(colon - where) < sizeof(host)) {
		/* [::1]:2424 */
		bool v6 = *where == '[' && colon > where && colon[-1] == ']';

		snprintf(host, sizeof(host), "%.*s",
		    (int)(colon - where) - (v6 ? 2 : 0), where + v6);
		if (getaddrinfo(host, colon + 1, &hints, &ai) == 0)
			fd = listen_addr(ai);
		if (ai)
			freeaddrinfo(ai);
	}
	if (fd < 0)
		sk_fail(e, SK_ERR_OS, where, "cannot listen here: is the "
		    "port free, and the address one of this host?");
	return fd;
}

struct door *
door_new(struct daemon *d, struct sk_error *e)
{
	const char *where = d->config->lmtp_listen;
	bool local = strncmp(where, "unix:", 5) == 0;
	struct door *o = sk_malloc(sizeof(*o));

	o->d = d;
	o->fd = local ? listen_unix(where + 5, e) : listen_tcp(where, e);
	if (o->fd < 0) {
		free(o);
		return NULL;
	}
	o->trusted = local || d->config->lmtp_trusted;
	o->watch = loop_watch_new(d->loop, o->fd, on_listen, o);
	loop_watch_for(o->watch, true, false);
	return o;
}

void
door_stop_accepting(struct door *o)
{
	loop_watch_free(&o->watch);
	sk_fd_close(&o->fd);
}

bool
door_waiting(const struct door *o)
{
	for (const struct session *s = o->sessions; s; s = s->next)
		if (lmtp_waiting(s->lmtp))
			return true;
	return false;
}

void
door_free(struct door **op)
{
	struct door *o = *op;

	if (!o)
		return;
	while (o->sessions) {
		struct session *s = o->sessions;

		if (!lmtp_waiting(s->lmtp))
			lmtp_shutdown(s->lmtp, "shutting down");
		flush_out(s);
		session_free(s);
	}
	door_stop_accepting(o);
	free(o);
	*op = NULL;
}

/*
 * The operators' socket. One connection is one command: a request, an answer.
 * A connection is a channel (SOCK_SEQPACKET), so a request arrives whole or
 * not at all and an answer is one packet with the document in a memory file: a
 * slow or dead client costs a descriptor for some seconds, and nobody waits
 * for it. Who the peer is, the kernel says (peer.c); what its roles allow, the
 * table of verbs.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <sekisho/clock.h>
#include <sekisho/files.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>

#include "command.h"
#include "peer.h"

/* keyd's deadline and its queue; a helper that is not there at all ends so. */
#define ANSWER_SECONDS (2 * LIMIT_KEYD_SECONDS)

struct client {
	struct control *control;
	int fd;
	struct loop_watch *watch;
	struct loop_timer *timer;
	struct peer peer;
	struct command command;
	struct sk_json *request;
	int document_fd;
	bool running;
	struct client *next, **prev;
};

struct control {
	struct daemon *d;
	int fd;
	struct loop_watch *watch;
	struct peer_groups groups;
	struct client *clients;
	size_t nclients;
};

/* ---- ends ---- */

static void
client_free(struct client *x)
{
	struct control *t = x->control;

	command_cancel(&x->command);
	if (x->command.cleanup)
		x->command.cleanup(&x->command);
	turn_forget(t->d, x);
	loop_watch_free(&x->watch);
	loop_timer_free(&x->timer);
	sk_fd_close(&x->fd);
	sk_fd_close(&x->document_fd);
	sk_fd_close(&x->command.out_fd);
	sk_buf_free(&x->command.file);
	sk_json_free(&x->command.out);
	sk_json_free(&x->request);
	sk_arena_free(&x->command.arena);
	*x->prev = x->next;
	if (x->next)
		x->next->prev = x->prev;
	t->nclients--;
	loop_watch_for(t->watch, true, false);
	free(x);
}

static struct sk_json *
error_json(int code, const struct sk_error *e)
{
	struct sk_json *o = sk_json_object();

	sk_json_set_str(o, "code", sk_err_word(code));
	sk_json_set_int(o, "exit", sk_err_exit(code));
	sk_json_set_str(o, "where", e->where);
	sk_json_set_str(o, "text", e->text);
	return o;
}

static int
document_fd(const struct sk_json *j)
{
	struct sk_buf b;
	int fd = -1;

	sk_buf_init(&b, LIMIT_CONTROL_REPLY);
	sk_json_dump(j, false, &b);
	if (!b.over)
		fd = sk_memfd_of("answer", sk_buf_span(&b));
	sk_buf_free(&b);
	return fd;
}

/* After the commit: what the answer says stands. */
static void
deliver(void *ctx, int result)
{
	struct client *x = ctx;
	int fds[2] = { x->document_fd, x->command.out_fd };
	size_t n = x->command.out_fd >= 0 ? 2 : 1;

	if (result == SK_OK)
		channel_send(x->fd, CONTROL_REPLY, 1, sk_span_of("", 0), fds,
		    n);
	client_free(x);
}

static void
answer(struct command *c, int r)
{
	struct client *x = c->client;
	const struct verb *v = c->verb;

	if (!c->out)
		c->out = sk_json_document(r ? "error" : "done");
	if (r)
		sk_json_set(c->out, "error", error_json(r, &c->e));
	if (r)
		sk_fd_close(&c->out_fd);
	x->document_fd = document_fd(c->out);
	if (x->document_fd < 0) {
		sk_fail(&c->e, SK_ERR_LIMIT, "answer", "too long: ask for a "
		    "part of it");
		sk_json_free(&c->out);
		c->out = sk_json_document("error");
		sk_json_set(c->out, "error", error_json(SK_ERR_LIMIT, &c->e));
		x->document_fd = document_fd(c->out);
	}
	sk_log(r ? SK_WARN : SK_INFO, "control", "verb=\"%s%s%s\" uid=%u "
	    "result=%s", v ? v->noun : "?", v && v->name ? " " : "",
	    v && v->name ? v->name : "", (unsigned)c->uid, sk_err_word(r));
	loop_timer_stop(x->timer);
	turn_after(c->d, deliver, x);
}

/* ---- a request ---- */

static int
take_file(struct command *c, int fd)
{
	const int sealed = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW;
	int seals = fcntl(fd, F_GET_SEALS);
	int r;

	/* Anything else could block or change under our hands. */
	if (seals < 0 || (seals & sealed) != sealed)
		return sk_fail(&c->e, SK_ERR_PROTOCOL, "file", "not a sealed "
		    "memory file");
	r = sk_fd_slurp(fd, &c->file);
	if (c->file.over || r == SK_ERR_LIMIT)
		return sk_fail(&c->e, SK_ERR_LIMIT, "file", "larger than %d "
		    "bytes", LIMIT_CONTROL_FILE);
	if (r)
		return sk_fail(&c->e, r, "file", "cannot be read");
	c->has_file = true;
	return SK_OK;
}

static int
understand(struct client *x, struct channel_message *m)
{
	struct command *c = &x->command;
	const char *noun, *name;
	int r = sk_json_parse(sk_buf_span(&m->fields), LIMIT_CONTROL_REQUEST,
	    &x->request, &c->e);

	if (r || m->type != CONTROL_REQUEST || m->nfds > 1)
		return sk_fail(&c->e, SK_ERR_PROTOCOL, "request", "this is "
		    "no request of this version: use the `sekisho` that "
		    "came with the daemon");
	noun = sk_json_str(x->request, "noun");
	name = sk_json_str(x->request, "verb");
	c->verb = noun ? verb_find(noun, name) : NULL;
	c->in = sk_json_get(x->request, "values");
	if (!c->verb || c->verb->local || !sk_json_is_object(c->in))
		return sk_fail(&c->e, SK_ERR_USAGE, "request", "no such verb "
		    "here: see `sekisho help`");
	if (!(c->verb->roles & c->roles))
		return sk_fail(&c->e, SK_ERR_NOPERM, c->verb->noun, "your "
		    "roles do not include this; ask for the group in "
		    "sekisho.conf, control");
	r = verb_check(c->verb, c->in, &c->e);
	return r || !m->nfds ? r : take_file(c, m->fds[0]);
}

static void
begin(struct client *x, struct channel_message *m)
{
	struct command *c = &x->command;
	int r;

	x->running = true;
	loop_watch_for(x->watch, false, false);
	loop_timer_in(x->timer, ANSWER_SECONDS * 1000);
	c->now = sk_now();
	c->actor = peer_actor(c->arena, c->uid);
	r = understand(x, m);
	if (r)
		answer(c, r);
	else
		command_run(c, command_find(c->verb));
}

/* A command of another version reads no answer, and sees from its head why. */
static void
client_end(struct client *x, int r)
{
	if (r == SK_ERR_CONFIG)
		channel_send(x->fd, CONTROL_REPLY, 1, sk_span_of("", 0), NULL,
		    0);
	client_free(x);
}

static void
on_request(void *ctx, bool readable, bool writable)
{
	struct client *x = ctx;
	struct channel_message m;
	int r;

	(void)readable;
	(void)writable;
	channel_message_init(&m);
	r = channel_recv(x->fd, &m);
	if (r == SK_OK)
		begin(x, &m);
	else if (r != SK_ERR_TEMP)
		client_end(x, r);
	channel_message_end(&m);
}

static void
on_late(void *ctx)
{
	struct client *x = ctx;
	struct command *c = &x->command;

	if (!x->running) {
		client_free(x);
		return;
	}
	command_cancel(c);
	answer(c, sk_fail(&c->e, SK_ERR_UNAVAILABLE, "helper", "a helper gave "
	    "no answer in time: see the log of sekishod"));
}

/* ---- the door ---- */

static void
client_new(struct control *t, int fd, const struct peer *p)
{
	struct client *x = sk_malloc(sizeof(*x));
	struct command *c = &x->command;

	x->control = t;
	x->fd = fd;
	x->peer = *p;
	x->document_fd = -1;
	c->d = t->d;
	c->arena = sk_arena_new();
	c->uid = p->uid;
	c->roles = p->roles;
	c->out_fd = -1;
	c->answer = answer;
	c->client = x;
	sk_buf_init(&c->file, LIMIT_CONTROL_FILE);
	x->next = t->clients;
	x->prev = &t->clients;
	if (x->next)
		x->next->prev = &x->next;
	t->clients = x;
	t->nclients++;
	x->timer = loop_timer_new(t->d->loop, on_late, x);
	loop_timer_in(x->timer, LIMIT_CONTROL_SECONDS * 1000);
	x->watch = loop_watch_new(t->d->loop, fd, on_request, x);
	loop_watch_for(x->watch, true, false);
}

/* A stranger hears why and holds nothing of ours. */
static void
turn_away(int fd, const struct peer *p)
{
	struct sk_error e = { 0 };
	struct sk_json *j = sk_json_document("error");
	int doc;

	if (p->walled)
		sk_fail(&e, SK_ERR_NOPERM, "control", "a process behind "
		    "seccomp filters that sekishod does not have gets no role "
		    "as its user: run the command outside of them");
	else
		sk_fail(&e, SK_ERR_NOPERM, "control", "user %u has no role in "
		    "this council: join one of the groups in sekisho.conf, "
		    "control, and log in again", (unsigned)p->uid);
	sk_json_set(j, "error", error_json(SK_ERR_NOPERM, &e));
	doc = document_fd(j);
	channel_send(fd, CONTROL_REPLY, 1, sk_span_of("", 0), &doc, 1);
	sk_log(SK_WARN, "control.stranger", "uid=%u walled=%d",
	    (unsigned)p->uid, p->walled);
	sk_fd_close(&doc);
	sk_fd_close(&fd);
	sk_json_free(&j);
}

static void
on_listen(void *ctx, bool readable, bool writable)
{
	struct control *t = ctx;
	struct peer p;

	(void)readable;
	(void)writable;
	while (t->nclients < LIMIT_CONTROL_CLIENTS) {
		int fd = accept4(t->fd, NULL, NULL,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0)
			return;
		if (peer_of(&t->groups, fd, &p))
			sk_fd_close(&fd);
		else if (!p.roles)
			turn_away(fd, &p);
		else
			client_new(t, fd, &p);
	}
	loop_watch_for(t->watch, false, false);	/* until one ends */
}

/* A row of the table without its function must not be noticed by a user. */
static void
check_table(void)
{
	size_t n;
	const struct verb *t = verb_table(&n);

	for (size_t i = 0; i < n; i++)
		if (!t[i].local && !command_find(&t[i]))
			sk_bug("control.verb", "noun=%s verb=%s", t[i].noun,
			    t[i].name ? t[i].name : "-");
}

struct control *
control_new(struct daemon *d, struct sk_error *e)
{
	struct control *t = sk_malloc(sizeof(*t));
	int r;

	check_table();
	t->d = d;
	t->fd = -1;
	r = peer_groups_load(d->config, &t->groups, e);
	/* Four groups cannot own one socket: with roles anybody may knock, and
	 * who has none is turned away. */
	if (!r)
		t->fd = channel_listen(d->config->control_socket,
		    t->groups.any ? 0666 : 0660, e);
	if (t->fd < 0 || sk_fd_nonblock(t->fd)) {
		sk_fd_close(&t->fd);
		free(t);
		return NULL;
	}
	t->watch = loop_watch_new(d->loop, t->fd, on_listen, t);
	loop_watch_for(t->watch, true, false);
	return t;
}

void
control_free(struct control **tp)
{
	struct control *t = *tp;

	if (!t)
		return;
	while (t->clients)
		client_free(t->clients);
	loop_watch_free(&t->watch);
	sk_fd_close(&t->fd);
	free(t);
	*tp = NULL;
}

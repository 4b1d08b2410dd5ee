/*
 * fsync of large spool files off the loop: a child forked before the store is
 * opened takes descriptors over a channel, syncs them and the folder, and says
 * so. 25 MiB would stall every other session for a tenth of a second.
 */
#include "daemon.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sekisho/files.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>

enum { SYNC_ASK = 1, SYNC_DONE };

struct wait_for {
	uint64_t id;
	turn_fn fn;
	void *ctx;
	struct wait_for *next;
};

struct syncer {
	struct daemon *d;
	int fd;
	int folder;
	pid_t pid;
	uint64_t next_id;
	struct loop_watch *watch;
	struct wait_for *waiting;
};

static _Noreturn void
child(int fd, int folder)
{
	struct channel_message m;

	/* It ends with its channel; the parent's handlers are not ours. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	channel_message_init(&m);
	while (channel_recv(fd, &m) == SK_OK) {
		unsigned char bad = 0;

		if (m.nfds != 1 || fsync(m.fds[0]) || fsync(folder))
			bad = 1;
		channel_send(fd, SYNC_DONE, m.id, sk_span_of(&bad, 1), NULL,
		    0);
		channel_message_end(&m);
		channel_message_init(&m);
	}
	_exit(0);
}

static void
answer(struct syncer *s, uint64_t id, int result)
{
	struct wait_for **w = &s->waiting;

	while (*w && (*w)->id != id)
		w = &(*w)->next;
	if (*w) {
		struct wait_for *found = *w;

		*w = found->next;
		found->fn(found->ctx, result);
		free(found);
	}
}

static void
on_channel(void *ctx, bool readable, bool writable)
{
	struct syncer *s = ctx;
	struct channel_message m;
	int r;

	(void)readable;
	(void)writable;
	channel_message_init(&m);
	r = channel_recv(s->fd, &m);
	if (r == SK_OK)
		answer(s, m.id, m.fields.len == 1 && !m.fields.p[0] ? SK_OK :
		    SK_ERR_IO);
	else if (r != SK_ERR_TEMP)
		sk_bug("syncer.died", "pid=%d", (int)s->pid);
	channel_message_end(&m);
}

struct syncer *
syncer_new(struct daemon *d)
{
	struct syncer *s = sk_malloc(sizeof(*s));
	int pair[2], folder = open(d->spool, O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC);

	if (folder < 0 || channel_pair(pair))
		sk_bug("syncer.new", "no spool folder or socket pair");
	s->d = d;
	s->pid = fork();
	if (s->pid < 0)
		sk_bug("syncer.new", "fork failed");
	if (s->pid == 0) {
		close(pair[0]);
		child(pair[1], folder);
	}
	close(pair[1]);
	s->folder = folder;
	s->fd = pair[0];
	sk_fd_nonblock(s->fd);
	s->watch = loop_watch_new(d->loop, s->fd, on_channel, s);
	loop_watch_for(s->watch, true, false);
	return s;
}

void
syncer_free(struct syncer **sp)
{
	struct syncer *s = *sp;

	if (!s)
		return;
	loop_watch_free(&s->watch);
	sk_fd_close(&s->fd);
	sk_fd_close(&s->folder);
	waitpid(s->pid, NULL, 0);
	while (s->waiting) {
		struct wait_for *w = s->waiting;

		s->waiting = w->next;
		free(w);
	}
	free(s);
	*sp = NULL;
}

void
syncer_fsync(struct syncer *s, int fd, turn_fn fn, void *ctx)
{
	struct wait_for *w = sk_malloc(sizeof(*w));

	*w = (struct wait_for){ ++s->next_id, fn, ctx, s->waiting };
	s->waiting = w;
	if (channel_send(s->fd, SYNC_ASK, w->id, sk_span_of("", 0), &fd, 1)) {
		/* Full: many large mails at once. Slow beats lost. */
		int r = fsync(fd) || fsync(s->folder) ? SK_ERR_IO : SK_OK;

		answer(s, w->id, r);
	}
}

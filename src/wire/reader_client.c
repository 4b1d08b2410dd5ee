/*
 * The parent's side of one reader. It believes nothing the reader says that it
 * can measure itself: what counts is the size of the memory files, read into
 * memory of our own before anything looks at it, since the reader could still
 * write to them.
 */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>

#include <sekisho/channel.h>
#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/reader_client.h>

enum { GRACE_MS = 1000 };	/* for a process to end after its channel */

static int64_t
monotonic_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A channel that ends usually means a process that ends; one that only closed
 * its channel must not hold us. */
static void
await_end(pid_t pid)
{
	struct pollfd p = { .fd = pidfd_open(pid, 0), .events = POLLIN };

	if (p.fd < 0 || poll(&p, 1, GRACE_MS) <= 0)
		kill(pid, SIGKILL);
	sk_fd_close(&p.fd);
}

/* Ends the reader and says how it had ended by itself, if it had. */
static int
bury(struct reader *r, struct sk_error *e)
{
	int status = 0;
	pid_t p;

	sk_fd_close(&r->channel);
	if (r->pid <= 0)
		return SK_ERR_DATA;
	await_end(r->pid);
	do {
		p = waitpid(r->pid, &status, 0);
	} while (p < 0 && errno == EINTR);
	r->pid = 0;
	if (p > 0 && WIFSIGNALED(status))
		return sk_fail(e, SK_ERR_DATA, "reader", "the reader died: "
		    "killed by signal %d (%s); the mail needs a manual look",
		    WTERMSIG(status), sigdescr_np(WTERMSIG(status)));
	return sk_fail(e, SK_ERR_DATA, "reader", "the reader died: exit code "
	    "%d; the mail needs a manual look",
	    p > 0 ? WEXITSTATUS(status) : -1);
}

void
reader_end(struct reader *r)
{
	struct sk_error ignored;

	if (r->pid > 0)
		kill(r->pid, SIGKILL);
	bury(r, &ignored);
}

/* The next message, SK_OK; or the reader is ended and buried. */
static int
next(struct reader *r, int64_t until, struct channel_message *m,
    struct sk_error *e)
{
	struct pollfd p = { .fd = r->channel, .events = POLLIN };
	int64_t left;
	int n;

	for (;;) {
		left = until - monotonic_ms();
		n = left > 0 ? poll(&p, 1, (int)left) : 0;
		if (n > 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		reader_end(r);
		return sk_fail(e, SK_ERR_DATA, "reader", "the reader gave no "
		    "answer in time and was ended; the mail needs a manual "
		    "look");
	}
	n = channel_recv(r->channel, m);
	if (n == SK_ERR_IO)
		return bury(r, e);
	if (n != SK_OK) {
		reader_end(r);
		return sk_fail(e, SK_ERR_PROTOCOL, "reader", "the reader "
		    "broke the protocol and was ended");
	}
	return SK_OK;
}

int
reader_start(const char *path, struct reader *r, struct sk_error *e)
{
	char *argv[] = { (char *)(uintptr_t)path, NULL };
	struct channel_message m;
	int pair[2], code;

	*r = (struct reader){ .channel = -1 };
	if (channel_pair(pair) != SK_OK)
		return sk_fail(e, SK_ERR_OS, path, "no channel to the reader");
	code = channel_spawn(path, argv, pair[1], &r->pid, e);
	sk_fd_close(&pair[1]);
	r->channel = pair[0];
	if (code != SK_OK) {
		sk_fd_close(&r->channel);
		r->pid = 0;
		return code;
	}
	channel_message_init(&m);
	code = next(r, monotonic_ms() + LIMIT_READER_SECONDS * 1000, &m, e);
	if (code == SK_OK && m.type != MSG_READER_READY) {
		reader_end(r);
		code = sk_fail(e, SK_ERR_PROTOCOL, path, "this is no reader "
		    "of this version");
	}
	channel_message_end(&m);
	return code;
}

/* What it wrote, if that is what it said it wrote. */
static int
collect(int fd, uint64_t said, struct sk_buf *out)
{
	size_t n;

	if (sk_fd_size(fd, &n) != SK_OK || n != said)
		return SK_ERR_PROTOCOL;
	return sk_fd_slurp(fd, out);
}

static int
read_answer(const struct channel_message *m, const int *fds,
    struct sk_arena *a, struct msg_read_done *done, struct sk_buf *facts,
    struct sk_buf *payload)
{
	int code;

	if (m->type != MSG_READ_DONE ||
	    msg_read_done_get(a, sk_buf_span(&m->fields), done) != SK_OK)
		return SK_ERR_PROTOCOL;
	if (done->status != SK_OK)
		return SK_OK;
	code = collect(fds[1], done->facts_len, facts);
	if (code == SK_OK)
		code = collect(fds[2], done->payload_len, payload);
	return code;
}

static int
send_request(struct reader *r, const struct msg_read *req, const int *fds)
{
	struct sk_buf b;
	int code;

	sk_buf_init(&b, LIMIT_WIRE_MESSAGE);
	msg_read_put(&b, req);
	code = channel_send(r->channel, MSG_READ, 1, sk_buf_span(&b), fds, 3);
	sk_buf_free(&b);
	return code;
}

int
reader_ask(struct reader *r, int mail_fd, const struct msg_read *req,
    int deadline_ms, struct sk_arena *a, struct msg_read_done *done,
    struct sk_buf *facts, struct sk_buf *payload, struct sk_error *e)
{
	int fds[3] = { mail_fd, sk_memfd("facts"), sk_memfd("payload") };
	struct channel_message m;
	int code;

	*done = (struct msg_read_done){ .status = SK_ERR_DATA };
	channel_message_init(&m);
	if (send_request(r, req, fds) != SK_OK)
		code = bury(r, e);
	else
		code = next(r, monotonic_ms() + deadline_ms, &m, e);
	if (code == SK_OK && read_answer(&m, fds, a, done, facts, payload) !=
	    SK_OK) {
		reader_end(r);
		code = sk_fail(e, SK_ERR_PROTOCOL, "reader", "the reader "
		    "said what cannot be and was ended");
	} else if (code == SK_OK && done->status != SK_OK) {
		code = sk_fail(e, done->status, "mail", "%s",
		    done->reason != NULL ? done->reason : "unreadable");
	}
	channel_message_end(&m);
	sk_fd_close(&fds[1]);
	sk_fd_close(&fds[2]);
	return code;
}

int
reader_run(const char *path, int mail_fd, const struct msg_read *req,
    struct sk_arena *a, struct msg_read_done *done, struct sk_buf *facts,
    struct sk_buf *payload, struct sk_error *e)
{
	struct reader r;
	int code;

	*done = (struct msg_read_done){ .status = SK_ERR_DATA };
	code = reader_start(path, &r, e);
	if (code != SK_OK)
		return code;
	code = reader_ask(&r, mail_fd, req, LIMIT_READER_SECONDS * 1000, a,
	    done, facts, payload, e);
	reader_end(&r);
	return code;
}

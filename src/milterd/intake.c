#include "milterd/intake.h"

#include <errno.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>
#include <sekisho/text.h>

#define OUT_AT_ONCE (64 * 1024)
#define REPLY_MAX 1024

struct intake {
	int fd;
	size_t nrcpts;
	bool failed, line_begins;
	unsigned char last[2];		/* of the content */
	struct sk_buf out;
	char in[REPLY_MAX];
	size_t nin;
};

/* ---- the socket ---- */

static int
connect_to(int family, const struct sockaddr *sa, socklen_t n)
{
	const struct timeval wait = { .tv_sec = LIMIT_MILTER_INTAKE_SECONDS };
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	if (connect(fd, sa, n))
		sk_fd_close(&fd);
	return fd;
}

static int
connect_unix(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };

	if (strlen(path) > LIMIT_SOCKET_PATH)
		return -1;
	memcpy(sun.sun_path, path, strlen(path) + 1);
	return connect_to(AF_UNIX, (struct sockaddr *)&sun, sizeof(sun));
}

/* "127.0.0.1:2424", "[::1]:2424": numbers, since a resolver is no business of
 * a sandboxed program. */
static int
connect_tcp(const char *where)
{
	struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV | AI_NUMERICHOST,
	}, *ai = NULL;
	const char *colon = strrchr(where, ':');
	char host[64];
	int fd = -1;
	bool v6 = *where == '[';

	if (!colon || (size_t)(colon - where) >= sizeof(host) ||
	    colon - where < 2 * v6)
		return -1;
	snprintf(host, sizeof(host), "%.*s", (int)(colon - where) -
	    (v6 ? 2 : 0), where + v6);
	if (getaddrinfo(strcmp(host, "localhost") ? host : "127.0.0.1",
	    colon + 1, &hints, &ai) == 0)
		fd = connect_to(ai->ai_family, ai->ai_addr, ai->ai_addrlen);
	if (ai)
		freeaddrinfo(ai);
	return fd;
}

static void
flush(struct intake *i)
{
	size_t at = 0;

	while (!i->failed && at < i->out.len) {
		ssize_t n = send(i->fd, i->out.p + at, i->out.len - at,
		    MSG_NOSIGNAL);

		if (n > 0)
			at += (size_t)n;
		else if (errno != EINTR)
			i->failed = true;
	}
	sk_buf_clear(&i->out);
}

/* ---- replies ---- */

/* One line into `line`, without its end. */
static bool
read_line(struct intake *i, char *line, size_t size)
{
	for (;;) {
		char *nl = memchr(i->in, '\n', i->nin);
		ssize_t n;

		if (nl) {
			size_t len = (size_t)(nl - i->in);

			snprintf(line, size, "%.*s", (int)len, i->in);
			i->nin -= len + 1;
			memmove(i->in, nl + 1, i->nin);
			return true;
		}
		if (i->nin == sizeof(i->in))
			return false;
		n = recv(i->fd, i->in + i->nin, sizeof(i->in) - i->nin, 0);
		if (n > 0)
			i->nin += (size_t)n;
		else if (n == 0 || errno != EINTR)
			return false;
	}
}

/* Every line of one reply; true if its code begins with `want`. */
static bool
reply(struct intake *i, char want)
{
	char line[REPLY_MAX + 1];

	do {
		if (!read_line(i, line, sizeof(line)) || strlen(line) < 3)
			return false;
	} while (line[3] == '-');
	if (line[0] != want)
		sk_log(SK_WARN, "intake.reply", "code=%.3s", line);
	return line[0] == want;
}

static void
say(struct intake *i, char want, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void
say(struct intake *i, char want, const char *fmt, ...)
{
	char line[2 * LIMIT_LMTP_ADDRESS + 128];
	va_list ap;
	int n;

	if (i->failed)
		return;
	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	/* An address with a line end would be a command of its own. */
	if (n < 0 || (size_t)n >= sizeof(line) || strpbrk(line, "\r\n")) {
		i->failed = true;
		return;
	}
	sk_buf_addf(&i->out, "%s\r\n", line);
	flush(i);
	i->failed = i->failed || !reply(i, want);
}

/* ---- the mail ---- */

struct intake *
intake_begin(const char *listen, const char *name, const char *sender,
    const char *const *rcpts, size_t nrcpts)
{
	struct intake *i = sk_malloc(sizeof(*i));
	bool utf8 = !sk_is_ascii(sk_span_str(sender));

	sk_buf_init(&i->out, 2 * OUT_AT_ONCE + 2);
	i->nrcpts = nrcpts;
	i->line_begins = true;
	i->fd = strncmp(listen, "unix:", 5) == 0 ? connect_unix(listen + 5) :
	    connect_tcp(listen);
	if (i->fd < 0) {
		sk_log(SK_WARN, "intake.connect", "error=\"nobody takes mail "
		    "in: is sekishod running?\"");
		i->failed = true;
	}
	for (size_t k = 0; k < nrcpts; k++)
		utf8 = utf8 || !sk_is_ascii(sk_span_str(rcpts[k]));
	i->failed = i->failed || !reply(i, '2');
	say(i, '2', "LHLO %s", name);
	say(i, '2', "MAIL FROM:<%s> BODY=8BITMIME%s", sender,
	    utf8 ? " SMTPUTF8" : "");
	for (size_t k = 0; k < nrcpts; k++)
		say(i, '2', "RCPT TO:<%s>", rcpts[k]);
	say(i, '3', "DATA");
	return i;
}

static void
put(struct intake *i, unsigned char c)
{
	if (i->line_begins && c == '.')
		sk_buf_addc(&i->out, '.');
	i->line_begins = c == '\n';
	sk_buf_addc(&i->out, c);
	i->last[0] = i->last[1];
	i->last[1] = c;
}

void
intake_bytes(struct intake *i, struct sk_span s)
{
	for (size_t k = 0; k < s.len && !i->failed; k++) {
		put(i, s.p[k]);
		if (i->out.len >= OUT_AT_ONCE)
			flush(i);
	}
}

bool
intake_end(struct intake *i)
{
	if (i->failed)
		return false;
	if (memcmp(i->last, "\r\n", 2) != 0)
		sk_buf_adds(&i->out, "\r\n");
	sk_buf_adds(&i->out, ".\r\n");
	flush(i);
	for (size_t k = 0; k < i->nrcpts; k++)
		if (i->failed || !reply(i, '2'))
			i->failed = true;	/* the others stay unread */
	return !i->failed;
}

void
intake_free(struct intake **i)
{
	if (!*i)
		return;
	sk_fd_close(&(*i)->fd);
	sk_buf_free(&(*i)->out);
	free(*i);
	*i = NULL;
}

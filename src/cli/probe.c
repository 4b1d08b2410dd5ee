/*
 * `sekisho check` sends itself a mail as a stranger would, with a forged
 * result of authentication, and with a line end that a careless Postfix takes
 * for the end of the mail; the daemon says what arrived. A small SMTP client,
 * since what it says is what no library would let one say.
 */
#include <config.h>

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/text.h>

#include "cli/check.h"
#include "cli/probe.h"

#define WAIT_SECONDS 20		/* for a reply, and for the mail to arrive */
#define LOOK_MILLISECONDS 200
#define WHAT "Postfix: a forged mail, tried"

/* ---- the door ---- */

/* "smtp", "25", "127.0.0.1:10025", "[::1]:25" of an smtpd: host and port. */
static bool
door_of(struct sk_arena *a, const struct postfix *p, const char **host,
    const char **port)
{
	for (size_t i = 0; i < p->nservices; i++) {
		const struct postfix_service *s = &p->services[i];
		const char *colon = strrchr(s->name, ':');

		if (strcmp(s->type, "inet") != 0 ||
		    strcmp(s->program, "smtpd") != 0 ||
		    strncmp(s->name, "submission", 10) == 0 ||
		    strcmp(s->name, "smtps") == 0)
			continue;
		*port = colon ? colon + 1 : s->name;
		*host = !colon ? "127.0.0.1" : sk_arena_strn(a, s->name,
		    (size_t)(colon - s->name));
		if (**host == '[')
			*host = sk_arena_strn(a, *host + 1,
			    strcspn(*host + 1, "]"));
		return true;
	}
	return false;
}

static int
door_open(const char *host, const char *port)
{
	const struct addrinfo want = { .ai_socktype = SOCK_STREAM };
	const struct timeval wait = { .tv_sec = WAIT_SECONDS };
	struct addrinfo *found = NULL;
	int fd = -1;

	if (getaddrinfo(host, port, &want, &found) != 0)
		return -1;
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	if (fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) != 0)
		sk_fd_close(&fd);
	freeaddrinfo(found);
	return fd;
}

/* ---- the dialogue ---- */

/* One reply, its last line in `line`; its first digit, or 0. */
static int
reply(int fd, char *line, size_t size)
{
	size_t n = 0;
	char c;

	while (read(fd, &c, 1) == 1) {
		if (c != '\n') {
			if (n + 1 < size)
				line[n++] = c;
			continue;
		}
		line[n] = '\0';
		if (n < 4 || line[3] != '-')
			return *line >= '1' && *line <= '5' ? *line - '0' : 0;
		n = 0;
	}
	line[n] = '\0';
	return 0;
}

static int
say(int fd, const char *text, char *line, size_t size)
{
	return sk_fd_write(fd, text, strlen(text)) == 0 ?
	    reply(fd, line, size) : 0;
}

/* smuggle: a bare newline before the dot; whoever takes it for an end reads
 * the rest as a second mail to the same address. */
static char *
content(struct sk_arena *a, const struct probe *p, bool smuggle)
{
	char *mail = sk_arena_printf(a, "From: <probe@%s.invalid>\r\n"
	    "To: <%s>\r\nSubject: probe\r\nMessage-ID: <%s@%s.invalid>\r\n"
	    "Authentication-Results: %s; dmarc=pass "
	    "header.from=%s.invalid\r\n\r\nsent by sekisho check\r\n",
	    p->token, p->address, p->token, p->token, p->authserv_id,
	    p->token);

	if (smuggle)
		mail = sk_arena_printf(a, "%s\n.\r\nMAIL FROM:<>\r\n"
		    "RCPT TO:<%s>\r\nDATA\r\nSubject: smuggled\r\n\r\n"
		    "second\r\n", mail, p->address);
	return sk_arena_printf(a, "%s.\r\n", mail);
}

/* true: taken. line: the last thing that was said. */
static bool
deliver(struct sk_arena *a, int fd, const struct probe *p, bool smuggle,
    char *line, size_t size)
{
	const char *rcpt = sk_arena_printf(a, "RCPT TO:<%s>\r\n", p->address);

	return say(fd, "MAIL FROM:<>\r\n", line, size) == 2 &&
	    say(fd, rcpt, line, size) == 2 &&
	    say(fd, "DATA\r\n", line, size) == 3 &&
	    say(fd, content(a, p, smuggle), line, size) == 2;
}

/* Ends the session. Did the server say more than good-bye, because it took what
 * stood behind the odd line end for commands? */
static bool
said_more(int fd)
{
	char line[256];
	bool more = false;

	sk_fd_write(fd, "QUIT\r\n", 6);
	while (reply(fd, line, sizeof(line)))
		if (strncmp(line, "221", 3) == 0)
			break;
		else
			more = true;
	return more;
}

/* One mail with the odd line end, and, where Postfix refuses that (which is
 * safe too), one without. */
static bool
send_probe(struct sk_arena *a, const struct postfix *pf,
    struct probe *p, char *line, size_t size)
{
	const char *host, *port;
	bool sent = false;

	*line = '\0';
	if (!door_of(a, pf, &host, &port)) {
		snprintf(line, size, "master.cf has no smtpd");
		return false;
	}
	for (int smuggle = 1; smuggle >= 0 && !sent; smuggle--) {
		int fd = door_open(host, port);

		if (fd < 0) {
			snprintf(line, size, "%s:%s: %s", host, port,
			    strerrordesc_np(errno));
			return false;
		}
		sent = reply(fd, line, size) == 2 && say(fd,
		    "EHLO probe.invalid\r\n", line, size) == 2 &&
		    deliver(a, fd, p, smuggle, line, size);
		p->split |= said_more(fd) && sent;
		sk_fd_close(&fd);
	}
	return sent;
}

/* ---- what arrived ---- */

/* `probe` with the daemon; NULL: it does not answer us. */
static struct sk_json *
ask(struct cli *c, const struct config *conf, const char *token)
{
	struct cli_request r = { .verb = verb_find("probe", NULL),
		.values = sk_json_object() };
	struct sk_json *out = NULL;
	int fd, code;

	if (token)
		sk_json_set_str(r.values, "token", token);
	code = cli_ask(c, conf->control_socket, &r, &out, &fd, NULL);
	sk_fd_close(&fd);
	sk_json_free(&r.values);
	if (code)
		sk_json_free(&out);
	return out;
}

static struct sk_json *
wait_for(struct cli *c, const struct config *conf, const char *token)
{
	const struct timespec pause = { .tv_nsec = LOOK_MILLISECONDS *
		1000000L };
	struct sk_json *said = NULL;

	for (int i = 0; i < WAIT_SECONDS * 1000 / LOOK_MILLISECONDS; i++) {
		sk_json_free(&said);
		said = ask(c, conf, token);
		if (!said || sk_json_bool(said, "read", false))
			break;
		nanosleep(&pause, NULL);
	}
	return said;
}

static void
judge(struct finding_list *f, const struct probe *p,
    const struct sk_json *said)
{
	int64_t arrived = sk_json_int(said, "arrived", 0);

	if (!arrived)
		check_sayf(f, WHAT, "Postfix took it and it did not come to "
		    "sekishod within %d seconds: see the queue with mailq",
		    WAIT_SECONDS);
	else if (arrived > 1 || p->split)
		check_say(f, WHAT, "one mail came as two (SMTP smuggling): "
		    "`sekisho setup postfix --apply`, and reload Postfix");
	else if (sk_json_bool(said, "forged_kept", false))
		check_say(f, WHAT, "an Authentication-Results field that the "
		    "sender wrote arrived: `sekisho setup postfix --apply`, "
		    "and reload Postfix");
	else
		check_say(f, WHAT, NULL);
}

void
check_probe(struct finding_list *f, const struct config *conf,
    const struct postfix *pf)
{
	struct sk_json *first = ask(f->c, conf, NULL), *said;
	char line[256];
	struct probe p;

	if (!first)
		return;		/* no daemon, or not for this user */
	p = (struct probe){ sk_json_str(first, "token"),
		sk_json_str(first, "address"),
		sk_json_str(first, "authserv_id"), false };
	if (!p.token || !p.address)
		check_say(f, WHAT, "the daemon gave an odd answer");
	else if (!send_probe(f->c->arena, pf, &p, line, sizeof(line)))
		check_sayf(f, WHAT, "Postfix did not take it: %s", line);
	else if ((said = wait_for(f->c, conf, p.token)) != NULL) {
		judge(f, &p, said);
		sk_json_free(&said);
	}
	sk_json_free(&first);
}

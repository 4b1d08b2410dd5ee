/*
 * The command's side of the control socket: one request, one answer. Files
 * travel as sealed memory files, so the daemon never opens a path that an
 * operator names, and never waits for one.
 */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <sekisho/channel.h>
#include <sekisho/files.h>
#include <sekisho/limits.h>

#include "cli/cli.h"

#define WAIT_MILLISECONDS (1000 * (2 * LIMIT_KEYD_SECONDS + 30))

int
cli_read_stdin(struct sk_buf *b, struct sk_error *e)
{
	unsigned char part[8192];
	ssize_t n;

	while ((n = read(0, part, sizeof(part))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return sk_fail(e, SK_ERR_IO, "standard input",
			    "cannot be read");
		sk_buf_add(b, part, (size_t)n);
		if (b->over)
			return sk_fail(e, SK_ERR_LIMIT, "standard input",
			    "more than %zu bytes", b->max);
	}
	return SK_OK;
}

/* The file's descriptor, -1 if the request has none. */
static int
file_of(const struct cli_request *r, int *fd, struct sk_error *e)
{
	struct sk_buf b;
	int code;

	*fd = -1;
	if (!r->file)
		return SK_OK;
	sk_buf_init(&b, LIMIT_CONTROL_FILE);
	code = strcmp(r->file, "-") == 0 ? cli_read_stdin(&b, e) :
	    sk_file_read(r->file, &b, e);
	if (!code)
		*fd = sk_memfd_of("file", sk_buf_span(&b));
	sk_buf_free(&b);
	return code;
}

static void
request_text(const struct cli_request *r, struct sk_buf *b)
{
	struct sk_json *o = sk_json_object(), *copy = NULL;
	struct sk_buf values;

	sk_buf_init(&values, LIMIT_CONTROL_REQUEST);
	sk_json_dump(r->values, false, &values);
	sk_json_set_str(o, "noun", r->verb->noun);
	sk_json_set_str(o, "verb", r->verb->name);
	/* The values are used again by a question, so a copy goes in. */
	if (sk_json_parse(sk_buf_span(&values), LIMIT_CONTROL_REQUEST, &copy,
	    NULL) == SK_OK)
		sk_json_set(o, "values", copy);
	sk_json_dump(o, false, b);
	sk_buf_free(&values);
	sk_json_free(&o);
}

static int
send_request(int channel, const struct cli_request *r, struct sk_error *e)
{
	struct sk_buf b;
	int fd, code = file_of(r, &fd, e);

	if (code)
		return code;
	sk_buf_init(&b, LIMIT_CONTROL_REQUEST);
	request_text(r, &b);
	if (b.over)
		code = sk_fail(e, SK_ERR_LIMIT, "request", "more than %d "
		    "bytes: use a file", LIMIT_CONTROL_REQUEST);
	else if (channel_send(channel, CONTROL_REQUEST, 1, sk_buf_span(&b),
	    &fd, fd >= 0 ? 1 : 0))
		code = SK_ERR_IO;	/* turned away: its reason waits */
	sk_buf_free(&b);
	sk_fd_close(&fd);
	return code;
}

static int
receive(int channel, int wait, struct sk_json **out, int *content,
    struct sk_error *e)
{
	struct pollfd p = { .fd = channel, .events = POLLIN };
	struct channel_message m;
	struct sk_buf b;
	int code;

	do {
		code = poll(&p, 1, wait);
	} while (code < 0 && errno == EINTR);
	if (code <= 0)
		return sk_fail(e, SK_ERR_UNAVAILABLE, "sekishod", "gave no "
		    "answer in time: see its log");
	channel_message_init(&m);
	code = channel_recv(channel, &m);
	/* Turned away before it read our request: the kernel tells that
	 * first, and then hands over what was said. */
	if (code == SK_ERR_IO)
		code = channel_recv(channel, &m);
	sk_buf_init(&b, LIMIT_CONTROL_REPLY);
	if (code == SK_ERR_CONFIG)
		code = sk_fail(e, SK_ERR_UNAVAILABLE, "sekishod", "runs in "
		    "another version than this command: restart it "
		    "(systemctl restart sekishod)");
	else if (code || m.type != CONTROL_REPLY || !m.nfds ||
	    sk_fd_slurp(m.fds[0], &b))
		code = sk_fail(e, SK_ERR_UNAVAILABLE, "sekishod", "ended "
		    "before it answered: see its log");
	else
		code = sk_json_parse(sk_buf_span(&b), LIMIT_CONTROL_REPLY,
		    out, e);
	if (!code && m.nfds > 1) {
		*content = m.fds[1];
		m.fds[1] = -1;
	}
	sk_buf_free(&b);
	channel_message_end(&m);
	return code;
}

/* The daemon's refusal as an error of our own. */
static int
refusal(const struct sk_json *document, struct sk_error *e)
{
	const struct sk_json *j = sk_json_get(document, "error");
	const char *word = sk_json_str(j, "code");
	int code = SK_ERR_BUG;

	if (!j)
		return SK_OK;
	for (int i = SK_ERR_USAGE; i > SK_ERR_LAST && word; i--)
		if (strcmp(sk_err_word(i), word) == 0)
			code = i;
	return sk_fail(e, code, sk_json_str(j, "where") ?
	    sk_json_str(j, "where") : "sekishod", "%s", sk_json_str(j,
	    "text") ? sk_json_str(j, "text") : sk_err_text(code));
}

int
cli_ask(struct cli *c, const char *socket, const struct cli_request *r,
    struct sk_json **out, int *fd, struct sk_error *e)
{
	int channel = channel_connect(socket, e), code;

	*out = NULL;
	*fd = -1;
	if (channel < 0)
		return channel;
	code = send_request(channel, r, e);
	if (!code || code == SK_ERR_IO)
		code = receive(channel, c->wait ? c->wait : WAIT_MILLISECONDS,
		    out, fd, e);
	sk_fd_close(&channel);
	return code ? code : refusal(*out, e);
}

/*
 * Verbs that the daemon executes: ask, print, save. The question before a
 * digest goes out is asked here; the daemon only knows shown or sent.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sekisho/clock.h>
#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/text.h>

#include "cli/cli.h"
#include "cli/split.h"

static bool
is(const struct cli_request *r, const char *noun, const char *name)
{
	return strcmp(r->verb->noun, noun) == 0 && r->verb->name &&
	    strcmp(r->verb->name, name) == 0;
}

/* ---- content behind a descriptor ---- */

static int
slurp(int fd, struct sk_buf *b, struct sk_error *e)
{
	if (fd < 0 || sk_fd_slurp(fd, b))
		return sk_fail(e, SK_ERR_IO, "content", "did not arrive "
		    "whole");
	return SK_OK;
}

/* Attachments are foreign: closed to others, never over another file, and not
 * onto a terminal. */
static int
save(struct cli *c, const char *path, struct sk_span s, struct sk_error *e)
{
	int fd = 1, code;

	if (strcmp(path, "-") == 0 && c->terminal)
		return sk_fail(e, SK_ERR_USAGE, "-", "foreign bytes do not go "
		    "to a terminal: name a file");
	if (strcmp(path, "-") != 0)
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
		    O_CLOEXEC, 0600);
	if (fd < 0)
		return sk_fail(e, SK_ERR_CANTCREAT, path, "%s: nothing is "
		    "overwritten, choose a new name", strerrordesc_np(errno));
	code = sk_fd_write(fd, s.p, s.len);
	if (fd != 1 && (close(fd) != 0 || code)) {
		unlink(path);
		code = SK_ERR_IO;
	}
	return code ? sk_fail(e, SK_ERR_IO, path, "cannot be written whole") :
	    SK_OK;
}

static int
give_text(struct cli *c, struct sk_json *document, struct sk_span s)
{
	char *text = sk_utf8_clean(c->arena, s);

	if (c->json) {
		sk_json_set_str(document, "text", text);
		cli_print_json(document);
	} else {
		cli_print_text(c, text);
	}
	return SK_OK;
}

static int
give_split(struct cli *c, struct sk_json *document, struct sk_span s,
    struct sk_error *e)
{
	int code = split_take(c, document, s, e);

	if (!code && c->json)
		cli_print_json(document);
	else if (!code)
		split_print(c, document);
	return code;
}

static int
give_content(struct cli *c, const struct cli_request *r,
    struct sk_json *document, int fd, struct sk_error *e)
{
	struct sk_buf b;
	int code;

	sk_buf_init(&b, LIMIT_PLAINTEXT + 1);
	code = slurp(fd, &b, e);
	if (!code && is(r, "mail", "text"))
		code = give_text(c, document, sk_buf_span(&b));
	else if (!code && is(r, "mail", "split"))
		code = give_split(c, document, sk_buf_span(&b), e);
	else if (!code)
		code = save(c, r->path, sk_buf_span(&b), e);
	if (!code && is(r, "mail", "save") && strcmp(r->path, "-") != 0) {
		sk_json_set_str(document, "file", r->path);
		sk_json_set_int(document, "bytes", (int64_t)b.len);
		if (c->json)
			cli_print_json(document);
		else
			cli_print(c, document);
	}
	sk_buf_free(&b);
	return code;
}

/* ---- the answer ---- */

static void
give_document(struct cli *c, const struct cli_request *r,
    const struct sk_json *document)
{
	const char *key = sk_json_str(document, "key");

	if (c->json)
		cli_print_json(document);
	else if (is(r, "key", "export") && key)
		cli_print_text(c, key);
	else
		cli_print(c, document);
}

static bool
is_bare_error(const struct sk_json *document)
{
	const char *kind = document ? sk_json_str(document, "kind") : NULL;

	return !kind || strcmp(kind, "error") == 0;
}

static int
ask_once(struct cli *c, const char *socket, const struct cli_request *r,
    struct sk_json **document, struct sk_error *e)
{
	int fd, code = cli_ask(c, socket, r, document, &fd, e);

	if (code) {
		if (*document && (c->json || !is_bare_error(*document)))
			give_document(c, r, *document);
	} else if (is(r, "mail", "text") || is(r, "mail", "split") ||
	    is(r, "mail", "save")) {
		code = give_content(c, r, *document, fd, e);
	} else {
		give_document(c, r, *document);
	}
	sk_fd_close(&fd);
	return code;
}

/* ---- digest send ---- */

static bool
answered_yes(void)
{
	char line[16] = "";

	fputs("Send it? [y/N] ", stdout);
	fflush(stdout);
	return fgets(line, sizeof(line), stdin) &&
	    (sk_ascii_ieq(line, "y\n") || sk_ascii_ieq(line, "yes\n"));
}

static int
send_after_question(struct cli *c, const char *socket,
    struct cli_request *r, struct sk_error *e)
{
	struct sk_json *document = NULL;
	int code;

	if (c->json || !c->terminal || !isatty(0)) {
		fputs("sekisho: digest send: nothing was sent; --yes sends "
		    "it\n", stderr);
		return SK_OK;
	}
	if (!answered_yes()) {
		puts("Nothing was sent.");
		return SK_OK;
	}
	sk_json_set_bool(r->values, "yes", true);
	code = ask_once(c, socket, r, &document, e);
	sk_json_free(&document);
	return code;
}

int
cli_remote(struct cli *c, struct cli_request *r)
{
	struct sk_json *document = NULL;
	struct config *conf = NULL;
	struct sk_error e = { 0 };
	int code = cli_config(c, &conf, &e);

	if (code)
		return cli_fail(&e);
	sk_timezone(conf->timezone);
	code = ask_once(c, conf->control_socket, r, &document, &e);
	if (!code && is(r, "digest", "send") &&
	    !sk_json_bool(r->values, "yes", false))
		code = send_after_question(c, conf->control_socket, r, &e);
	sk_json_free(&document);
	config_free(&conf);
	return code ? cli_fail(&e) : 0;
}

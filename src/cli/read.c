/*
 * `sekisho read FILE`: what a mail says, parsed only in the sandboxed reader.
 * Needs neither configuration nor daemon; nothing is decrypted.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/reader_client.h>

#include "cli/cli.h"

static int
mail_bytes(const char *path, struct sk_buf *b, struct sk_error *e)
{
	if (strcmp(path, "-") == 0)
		return cli_read_stdin(b, e);
	return sk_file_read(path, b, e);
}

static int
facts_of(struct cli *c, int fd, struct facts *f, struct sk_error *e)
{
	const struct msg_read ask = { .mode = READ_FACTS };
	struct msg_read_done done;
	struct sk_buf facts, payload;
	int r;

	sk_buf_init(&facts, LIMIT_FACTS);
	sk_buf_init(&payload, LIMIT_MESSAGE_MAX);
	r = reader_run(sk_path_join(c->arena, c->libexec, "sekisho-reader"),
	    fd, &ask, c->arena, &done, &facts, &payload, e);
	if (!r && facts_get(c->arena, sk_span_of(sk_arena_dup(c->arena,
	    facts.p, facts.len), facts.len), f))
		r = sk_fail(e, SK_ERR_DATA, "reader", "sent odd facts: the "
		    "mail needs a manual look");
	sk_buf_free(&facts);
	sk_buf_free(&payload);
	return r;
}

static void
show(struct cli *c, const struct facts *f)
{
	struct sk_json *document = sk_json_document("read");
	struct sk_json *said = facts_json(f, NULL);

	sk_json_merge(document, &said);
	if (c->json)
		cli_print_json(document);
	else
		cli_print(c, document);
	sk_json_free(&document);
}

/* The same words on both ways: why it was abandoned (exit 65). */
static int
abandoned(struct cli *c, const struct sk_error *e)
{
	struct sk_json *document, *j;

	if (c->json) {
		document = sk_json_document("error");
		j = sk_json_set(document, "error", sk_json_object());
		sk_json_set_str(j, "code", sk_err_word(e->code));
		sk_json_set_int(j, "exit", sk_err_exit(e->code));
		sk_json_set_str(j, "where", e->where);
		sk_json_set_str(j, "text", e->text);
		cli_print_json(document);
		sk_json_free(&document);
	}
	return cli_fail(e);
}

int
cli_read(struct cli *c, const struct cli_request *r)
{
	struct sk_error e = { 0 };
	struct facts f = { 0 };
	struct sk_buf b;
	int code, fd = -1;

	sk_buf_init(&b, LIMIT_MESSAGE_MAX);
	code = mail_bytes(r->path, &b, &e);
	if (!code) {
		fd = sk_memfd_of("mail", sk_buf_span(&b));
		code = facts_of(c, fd, &f, &e);
		/* Whatever the reader says of a mail, it is the mail. */
		if (code && code != SK_ERR_NOINPUT && code != SK_ERR_OS)
			e.code = SK_ERR_DATA;
	}
	sk_buf_free(&b);
	sk_fd_close(&fd);
	if (code)
		return abandoned(c, &e);
	show(c, &f);
	return 0;
}

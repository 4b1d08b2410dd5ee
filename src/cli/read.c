/*
 * `sekisho read FILE`: what a mail says, parsed only in the sandboxed reader.
 * Needs neither configuration nor daemon; nothing is decrypted. A folder is
 * read file by file, by one reader as long as it lives.
 */
#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sekisho/decide.h>
#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/reader_client.h>

#include "cli/cli.h"

#define FILES_MAX 100000

static int
mail_bytes(const char *path, struct sk_buf *b, struct sk_error *e)
{
	if (strcmp(path, "-") == 0)
		return cli_read_stdin(b, e);
	return sk_file_read(path, b, e);
}

/* Whatever the reader says of a mail, it is the mail (exit 65). */
static int
facts_of(struct cli *c, struct reader *reader, int fd, struct sk_arena *a,
    struct facts *f, struct sk_error *e)
{
	const struct msg_read ask = { .mode = READ_FACTS };
	struct msg_read_done done = { .last = false };
	struct sk_buf facts, payload;
	int r = SK_OK;

	if (reader->channel < 0)
		r = reader_start(sk_path_join(c->arena, c->libexec,
		    "sekisho-reader"), reader, e);
	if (r)
		return r;
	sk_buf_init(&facts, LIMIT_FACTS);
	sk_buf_init(&payload, LIMIT_MESSAGE_MAX);
	r = reader_ask(reader, fd, &ask, LIMIT_READER_SECONDS * 1000, a,
	    &done, &facts, &payload, e);
	if (!r && facts_get(a, sk_span_of(sk_arena_dup(a, facts.p,
	    facts.len), facts.len), f))
		r = sk_fail(e, SK_ERR_DATA, "reader", "sent odd facts: the "
		    "mail needs a manual look");
	if (done.last || r == SK_ERR_DATA)
		reader_end(reader);
	sk_buf_free(&facts);
	sk_buf_free(&payload);
	if (r && r != SK_ERR_OS)
		r = e->code = SK_ERR_DATA;
	return r;
}

static struct sk_json *
document_of(struct sk_arena *a, struct facts *f)
{
	struct sk_json *o = sk_json_object(), *said;

	facts_mark_theirs(a, f, NULL, 0);
	sk_json_set_str(o, "class", word_of(WORDS_MAIL_CLASS,
	    (int)classify_alone(a, f)));
	said = facts_json(f, NULL);
	sk_json_merge(o, &said);
	return o;
}

/* What is known of the file: its facts, or why it was abandoned. */
static int
read_one(struct cli *c, struct reader *reader, const char *path,
    struct sk_json **out, struct sk_error *e)
{
	struct sk_arena *a = sk_arena_new();
	struct facts f = { 0 };
	struct sk_buf b;
	int code, fd = -1;

	sk_buf_init(&b, LIMIT_MESSAGE_MAX);
	code = mail_bytes(path, &b, e);
	if (!code) {
		fd = sk_memfd_of("mail", sk_buf_span(&b));
		code = facts_of(c, reader, fd, a, &f, e);
	}
	sk_buf_free(&b);
	sk_fd_close(&fd);
	*out = code ? NULL : document_of(a, &f);
	sk_arena_free(&a);
	return code;
}

static void
set_error(struct sk_json *o, const struct sk_error *e)
{
	struct sk_json *j = sk_json_set(o, "error", sk_json_object());

	sk_json_set_str(j, "code", sk_err_word(e->code));
	sk_json_set_int(j, "exit", sk_err_exit(e->code));
	sk_json_set_str(j, "where", e->where);
	sk_json_set_str(j, "text", e->text);
}

static void
show(struct cli *c, const struct sk_json *document)
{
	if (c->json)
		cli_print_json(document);
	else
		cli_print(c, document);
}

/* ---- one file ---- */

static int
read_file(struct cli *c, const char *path)
{
	struct reader reader = { .channel = -1 };
	struct sk_json *document, *said = NULL;
	struct sk_error e = { 0 };
	int code = read_one(c, &reader, path, &said, &e);

	if (reader.channel >= 0)
		reader_end(&reader);
	if (code) {
		document = sk_json_document("error");
		set_error(document, &e);
		if (c->json)
			cli_print_json(document);
	} else {
		document = sk_json_document("read");
		sk_json_merge(document, &said);
		show(c, document);
	}
	sk_json_free(&document);
	return code ? cli_fail(&e) : 0;
}

/* ---- a folder ---- */

static int
by_name(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

static size_t
list_files(struct cli *c, const char *path, const char ***out)
{
	const char **names = sk_arena_array(c->arena, FILES_MAX,
	    sizeof(*names));
	DIR *d = opendir(path);
	struct dirent *entry;
	size_t n = 0;

	while (d && n < FILES_MAX && (entry = readdir(d)) != NULL) {
		struct stat st;
		char *file = sk_path_join(c->arena, path, entry->d_name);

		if (stat(file, &st) == 0 && S_ISREG(st.st_mode))
			names[n++] = file;
	}
	if (d)
		closedir(d);
	qsort(names, n, sizeof(*names), by_name);
	*out = names;
	return n;
}

static int
read_folder(struct cli *c, const char *path)
{
	struct reader reader = { .channel = -1 };
	struct sk_json *document = sk_json_document("reads"), *list;
	const char **names;
	size_t n = list_files(c, path, &names);
	int worst = 0;

	list = sk_json_set(document, "mails", sk_json_array());
	for (size_t i = 0; i < n; i++) {
		struct sk_json *o = sk_json_add(list, sk_json_object());
		struct sk_json *said = NULL;
		struct sk_error e = { 0 };
		int code = read_one(c, &reader, names[i], &said, &e);

		sk_json_set_str(o, "file", names[i] + strlen(path) +
		    (names[i][strlen(path)] == '/'));
		if (code) {
			set_error(o, &e);
			worst = sk_err_exit(e.code);
		} else {
			sk_json_merge(o, &said);
		}
	}
	if (reader.channel >= 0)
		reader_end(&reader);
	show(c, document);
	sk_json_free(&document);
	return worst;
}

int
cli_read(struct cli *c, const struct cli_request *r)
{
	struct stat st;

	if (strcmp(r->path, "-") != 0 && stat(r->path, &st) == 0 &&
	    S_ISDIR(st.st_mode))
		return read_folder(c, r->path);
	return read_file(c, r->path);
}

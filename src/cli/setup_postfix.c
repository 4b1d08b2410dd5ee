/*
 * `sekisho setup postfix`: the very lines that this configuration needs in
 * Postfix. Printed for whoever makes changes by hand; --apply makes them with
 * postconf(1), after copies of main.cf and master.cf, and writes down what
 * stood there before; --undo puts that back. Postfix itself is not reloaded:
 * when, is the postmaster's choice.
 */
#include <config.h>

#include <string.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>

#include "cli/setup_postfix.h"

struct job {
	struct cli *c;
	struct postfix p;
	struct postfix_change *list;
	size_t n;
};

/* ---- what is there ---- */

const char *
setup_file(void *ctx, const char *path)
{
	struct cli *c = ctx;
	struct sk_buf b;
	const char *out = NULL;

	sk_buf_init(&b, LIMIT_CONFIG_FILE);
	if (sk_file_exists(path) && sk_file_read(path, &b, NULL) == SK_OK)
		out = sk_arena_str(c->arena, sk_buf_str(&b));
	sk_buf_free(&b);
	return out;
}

/* Without a Postfix here the lines are those for a fresh one. */
static void
nobodys(struct job *j)
{
	j->p = (struct postfix){ .arena = j->c->arena,
	    .dir = "/etc/postfix" };
	postfix_parse_params(&j->p, "queue_directory = /var/spool/postfix\n"
	    "transport_maps =\nheader_checks =\nrecipient_delimiter =\n"
	    "virtual_mailbox_domains =\nvirtual_mailbox_maps =\n"
	    "smtpd_milters =\nnon_smtpd_milters =\n", "", "");
}

/* ---- for people ---- */

static const char *
place_of(const struct job *j, const struct postfix_change *x)
{
	switch (x->kind) {
	case POSTFIX_PARAM:
		return sk_path_join(j->c->arena, j->p.dir, "main.cf");
	case POSTFIX_SERVICE:
	case POSTFIX_OPTION:
		return sk_path_join(j->c->arena, j->p.dir, "master.cf");
	case POSTFIX_FILE:
		break;
	}
	return x->name;
}

/* "sekisho/unix/lmtp_line_length_limit" -> "    -o lmtp_… = 0" beneath its
 * service, where people write it. */
static const char *
line_of(const struct job *j, const struct postfix_change *x)
{
	struct sk_arena *a = j->c->arena;

	switch (x->kind) {
	case POSTFIX_PARAM:
		return sk_arena_printf(a, "%s = %s", x->name, x->value);
	case POSTFIX_SERVICE:
		return x->value;
	case POSTFIX_OPTION:
		return sk_arena_printf(a, "    -o { %s = %s }",
		    strrchr(x->name, '/') + 1, x->value);
	case POSTFIX_FILE:
		break;
	}
	return x->value;
}

static void
print_line(const struct job *j, const struct postfix_change *x)
{
	const char *line = line_of(j, x);

	if (x->kind == POSTFIX_OPTION)
		printf("# under %.*s: %s\n", (int)(strrchr(x->name, '/') -
		    x->name), x->name, x->why);
	else
		printf("# %s\n", x->why);
	printf("%s%s%s", x->there ? "# stands so already: " : "", line,
	    line[strlen(line) - 1] == '\n' ? "" : "\n");
}

/* Each file once, with all that belongs into it. */
static void
print_lines(const struct job *j)
{
	bool *printed = sk_arena_array(j->c->arena, j->n + 1,
	    sizeof(*printed));

	for (size_t i = 0; i < j->n; i++) {
		const char *place = place_of(j, &j->list[i]);

		if (printed[i])
			continue;
		printf("%s### %s\n", i ? "\n" : "", place);
		for (size_t k = i; k < j->n; k++) {
			if (strcmp(place_of(j, &j->list[k]), place) != 0)
				continue;
			print_line(j, &j->list[k]);
			printed[k] = true;
		}
	}
}

static size_t
left(const struct job *j)
{
	size_t n = 0;

	for (size_t i = 0; i < j->n; i++)
		n += !j->list[i].there;
	return n;
}

static struct sk_json *
document(const struct job *j, const char *done)
{
	static const char *const kinds[] = { "main.cf", "master.cf",
		"option", "file" };
	struct sk_json *d = sk_json_document("postfix-setup"), *list;

	sk_json_set_str(d, "folder", j->p.dir);
	sk_json_set_str(d, "done", done);
	list = sk_json_set(d, "changes", sk_json_array());
	for (size_t i = 0; i < j->n; i++) {
		const struct postfix_change *x = &j->list[i];
		struct sk_json *o = sk_json_add(list, sk_json_object());

		sk_json_set_str(o, "in", kinds[x->kind]);
		sk_json_set_str(o, "name", x->name);
		sk_json_set_str(o, "value", x->value);
		sk_json_set_str(o, "old", x->old);
		sk_json_set_bool(o, "there", x->there);
		sk_json_set_str(o, "why", x->why);
	}
	return d;
}

static void
show(const struct job *j, const char *done)
{
	struct sk_json *d;

	if (j->c->json) {
		d = document(j, done);
		cli_print_json(d);
		sk_json_free(&d);
		return;
	}
	if (!done) {
		print_lines(j);
		printf("\n%s%zu of %zu lines are not there yet; "
		    "`sekisho setup postfix --apply` makes them.\n",
		    "# ", left(j), j->n);
		return;
	}
	for (size_t i = 0; i < j->n; i++)
		if (!j->list[i].there)
			printf("%s: %s\n", done, j->list[i].name);
	if (left(j))
		printf("Now: postfix -c %s check && postfix -c %s reload\n",
		    j->p.dir, j->p.dir);
	else
		puts("Everything stands so already.");
}

/* ---- doing it ---- */

static int
make_change(struct job *j, const struct postfix_change *x,
    struct sk_error *e)
{
	struct sk_arena *a = j->c->arena;
	const char *words[3] = { "-e", sk_arena_printf(a, "%s=%s", x->name,
	    x->value), NULL };

	if (x->kind == POSTFIX_FILE)
		return sk_file_write(x->name, sk_span_str(x->value), 0644, e);
	if (x->kind == POSTFIX_SERVICE)
		words[0] = "-M";
	else if (x->kind == POSTFIX_OPTION)
		words[0] = "-P";
	return postfix_write(&j->p, words, e);
}

static int
apply(struct job *j, struct sk_error *e)
{
	struct setup_record *r;
	int code;

	if (!left(j))
		return SK_OK;
	code = setup_record_open(j->c, &j->p, &r, e);
	if (code)
		return code;
	for (size_t i = 0; !code && i < j->n; i++)
		if (!j->list[i].there)
			setup_record_note(r, &j->list[i]);
	/* Written down before anything is changed. */
	code = setup_record_save(r, e);
	for (size_t i = 0; !code && i < j->n; i++)
		if (!j->list[i].there)
			code = make_change(j, &j->list[i], e);
	return code;
}

static int
plan(struct job *j, const char *dir, bool print_only, struct sk_error *e)
{
	struct config *conf = NULL;
	int code = cli_config(j->c, &conf, e);

	if (code)
		return code;
	code = postfix_live(j->c, dir, &j->p, e);
	if (code == SK_ERR_NOINPUT && print_only) {
		nobodys(j);
		code = SK_OK;
	}
	if (!code)
		j->n = postfix_plan(conf, &j->p, setup_file, j->c, &j->list);
	/* The plan's words may be the configuration's. */
	for (size_t i = 0; i < j->n; i++)
		j->list[i].value = sk_arena_str(j->c->arena, j->list[i].value);
	config_free(&conf);
	return code;
}

int
cli_setup_postfix(struct cli *c, const struct cli_request *r)
{
	struct job j = { .c = c };
	struct sk_error e = { 0 };
	bool doing = sk_json_bool(r->values, "apply", false);
	const char *dir = sk_json_str(r->values, "postfix");
	int code;

	if (sk_json_bool(r->values, "undo", false)) {
		code = doing ? sk_fail(&e, SK_ERR_USAGE, "--undo", "not "
		    "together with --apply") : postfix_live(c, dir, &j.p, &e);
		if (!code)
			code = setup_undo(c, &j.p, &e);
		return code ? cli_fail(&e) : 0;
	}
	code = plan(&j, dir, !doing, &e);
	if (!code && doing)
		code = apply(&j, &e);
	if (code)
		return cli_fail(&e);
	show(&j, doing ? "set" : NULL);
	return 0;
}

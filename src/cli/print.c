/*
 * Documents for people: fields, tables, a text. What a kind shows is data in
 * layouts.c; `--json` shows all of it. Nothing goes to a terminal unescaped.
 */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include <sekisho/limits.h>
#include <sekisho/text.h>

#include "cli/print.h"

void
cli_print_json(const struct sk_json *document)
{
	struct sk_buf b;

	sk_buf_init(&b, 2 * LIMIT_CONTROL_REPLY);
	sk_json_dump(document, true, &b);
	fwrite(b.p, 1, b.len, stdout);
	sk_buf_free(&b);
}

void
cli_print_text(struct cli *c, const char *text)
{
	size_t n = strlen(text);

	fputs(sk_escape_terminal(c->arena, text, true), stdout);
	if (n && text[n - 1] != '\n')
		putchar('\n');
}

int
cli_fail(const struct sk_error *e)
{
	struct sk_arena *a = sk_arena_new();

	fflush(stdout);
	fprintf(stderr, "sekisho: %s: %s\n", sk_escape_terminal(a, e->where,
	    false), sk_escape_terminal(a, e->text, false));
	sk_arena_free(&a);
	return sk_err_exit(e->code);
}

static void
print_fields(struct cli *c, const struct layout *l, const struct sk_json *j)
{
	size_t widest = 0;

	for (const struct column *x = l->fields; x && x->title; x++)
		if (cell_there(j, x->field) && sk_columns(x->title) > widest)
			widest = sk_columns(x->title);
	for (const struct column *x = l->fields; x && x->title; x++) {
		if (!cell_there(j, x->field))
			continue;
		printf("%s%s:%s %*s%s\n", c->colour ? "\033[1m" : "",
		    x->title, c->colour ? "\033[0m" : "",
		    (int)(widest - sk_columns(x->title)), "", cell_text(c, j,
		    x));
	}
}

static void
print_tables(struct cli *c, const struct layout *l, const struct sk_json *j)
{
	for (const struct table *t = l->tables; t && t->array; t++) {
		const struct sk_json *rows = cell_at(j, t->array);

		if (!sk_json_is_array(rows) ||
		    (!sk_json_len(rows) && !t->empty))
			continue;
		if (t->heading)
			printf("\n%s\n", t->heading);
		if (sk_json_len(rows))
			table_print(c, t, rows);
		else
			puts(t->empty);
	}
}

void
cli_print(struct cli *c, const struct sk_json *document)
{
	const struct layout *l = layout_find(sk_json_str(document, "kind") ?
	    sk_json_str(document, "kind") : "");

	if (!l) {
		cli_print_json(document);
		return;
	}
	print_fields(c, l, document);
	print_tables(c, l, document);
	if (l->block && sk_json_str(document, l->block)) {
		putchar('\n');
		cli_print_text(c, sk_json_str(document, l->block));
	}
}

/*
 * Tables: columns as wide as their widest cell, full-width characters counted
 * as a terminal shows them. The last column is not padded.
 */
#include <config.h>

#include <string.h>

#include <sekisho/text.h>

#include "cli/print.h"

#define GAP 2

static size_t
count_columns(const struct table *t)
{
	size_t n = 0;

	while (t->columns[n].title)
		n++;
	return n;
}

static void
pad(size_t n)
{
	while (n--)
		putchar(' ');
}

static const char *
colour_of(const struct cli *c, const struct column *x, const char *s)
{
	if (!c->colour || x->look != LOOK_VERDICT)
		return NULL;
	return strcmp(s, "yes") == 0 ? "\033[32m" : strcmp(s, "no") == 0 ?
	    "\033[31m" : NULL;
}

static void
print_row(struct cli *c, const struct table *t, const char *const *cells,
    const size_t *widths, size_t n, bool head)
{
	while (n > 1 && !*cells[n - 1])	/* no blanks at the end */
		n--;
	for (size_t i = 0; i < n; i++) {
		const char *s = cells[i];
		const char *on = head ? (c->colour ? "\033[1m" : NULL) :
		    colour_of(c, &t->columns[i], s);

		if (on)
			fputs(on, stdout);
		fputs(s, stdout);
		if (on)
			fputs("\033[0m", stdout);
		if (i + 1 < n)
			pad(widths[i] - sk_columns(s) + GAP);
	}
	putchar('\n');
}

void
table_print(struct cli *c, const struct table *t, const struct sk_json *rows)
{
	size_t n = count_columns(t), count = sk_json_len(rows);
	const char **cells = sk_arena_array(c->arena, (count + 1) * n,
	    sizeof(*cells));
	size_t *widths = sk_arena_array(c->arena, n, sizeof(*widths));

	for (size_t r = 0; r <= count; r++) {
		for (size_t i = 0; i < n; i++) {
			const char *s = r == 0 ? t->columns[i].title :
			    cell_text(c, sk_json_at(rows, r - 1),
			    &t->columns[i]);

			cells[r * n + i] = s;
			if (sk_columns(s) > widths[i])
				widths[i] = sk_columns(s);
		}
	}
	/* One column without a title is a list. */
	for (size_t r = *t->columns[0].title ? 0 : 1; r <= count; r++)
		print_row(c, t, cells + r * n, widths, n, r == 0);
}

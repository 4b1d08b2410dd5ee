/*
 * Tables: columns as wide as their widest cell, full-width characters counted
 * as a terminal shows them. On a terminal that is too narrow the widest columns
 * give way, and their cells go on in the lines below. The last column is not
 * padded.
 */
#include <config.h>

#include <string.h>

#include <sekisho/text.h>

#include "cli/print.h"
#include "cli/wrap.h"

#define GAP 2
#define LEAST 10		/* no column gives way below it */
#define HALF_FPR 24		/* five of its ten groups of four */

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
print_cell(struct cli *c, const struct column *x, const char *cell,
    const char *line, bool head)
{
	const char *on = head ? (c->colour ? "\033[1m" : NULL) :
	    colour_of(c, x, cell);

	if (on)
		fputs(on, stdout);
	fputs(line, stdout);
	if (on)
		fputs("\033[0m", stdout);
}

static const char *
line_of(const struct wrapped *w, size_t k)
{
	return k < w->n ? w->line[k] : "";
}

/* Line k of a row; no blanks at its end. */
static void
print_line(struct cli *c, const struct table *t, const char *const *cells,
    const struct wrapped *lines, const size_t *widths, size_t n, size_t k,
    bool head)
{
	while (n > 1 && !*line_of(&lines[n - 1], k))
		n--;
	for (size_t i = 0; i < n; i++) {
		const char *s = line_of(&lines[i], k);

		print_cell(c, &t->columns[i], cells[i], s, head);
		if (i + 1 < n)
			pad(widths[i] - sk_columns(s) + GAP);
	}
	putchar('\n');
}

static void
print_row(struct cli *c, const struct table *t, const char *const *cells,
    const size_t *widths, size_t n, bool head)
{
	struct wrapped *lines = sk_arena_array(c->arena, n, sizeof(*lines));
	size_t most = 1;

	for (size_t i = 0; i < n; i++) {
		wrap_line(c, &lines[i], cells[i], widths[i]);
		if (lines[i].n > most)
			most = lines[i].n;
	}
	for (size_t k = 0; k < most; k++)
		print_line(c, t, cells, lines, widths, n, k, head);
}

/* A fingerprint is compared by eye: it stands in two halves at least. */
static size_t
least(const struct column *c)
{
	size_t n = sk_columns(c->title);

	if (c->look == LOOK_FPR && n < HALF_FPR)
		n = HALF_FPR;
	return n > LEAST ? n : LEAST;
}

/* The widest column that can gives way first, by one, until the row fits. */
static void
fit(const struct table *t, size_t *widths, size_t n, size_t width)
{
	size_t total = GAP * (n - 1);

	for (size_t i = 0; i < n; i++)
		total += widths[i];
	while (total > width) {
		size_t widest = n;

		for (size_t i = 0; i < n; i++)
			if (widths[i] > least(&t->columns[i]) && (widest == n ||
			    widths[i] > widths[widest]))
				widest = i;
		if (widest == n)
			return;
		widths[widest]--;
		total--;
	}
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
	if (wrap_width(c))
		fit(t, widths, n, wrap_width(c));
	/* One column without a title is a list. */
	for (size_t r = *t->columns[0].title ? 0 : 1; r <= count; r++)
		print_row(c, t, cells + r * n, widths, n, r == 0);
}

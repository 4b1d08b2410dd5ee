#pragma once

#include <sekisho/roster.h>

struct csv_row {
	int line;		/* where it begins, from 1 */
	const char **cells;	/* trimmed */
	size_t ncells;
};

/* RFC 4180: quotes, doubled quotes, line breaks in quotes. Blank lines are left
 * out. Returns the line of an unclosed quote, or 0. */
int csv_rows(struct sk_arena *a, const char *text, struct csv_row **rows,
    size_t *nrows);

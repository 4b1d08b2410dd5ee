/* Text in lines no wider than a terminal, full-width characters counted as a
 * terminal shows them. */
#pragma once

#include "cli/cli.h"

struct wrapped {
	const char **line;	/* in the arena of the command */
	size_t n, cap;
};

/* $COLUMNS or the terminal's own width; 0: neither is known, nothing is to be
 * wrapped. */
size_t wrap_width(const struct cli *c);

/* Adds one line of checked, escaped text as lines of at most `width` columns
 * (at least 2): broken at a blank that does not stand near the beginning, behind
 * a hyphen, @, / or comma of the second half, else between any characters.
 * Nothing is lost but the blank. */
void wrap_line(struct cli *c, struct wrapped *w, const char *s, size_t width);

/* As it stands. */
void wrap_add(struct cli *c, struct wrapped *w, const char *s, size_t n);

/* How documents look for people: data (layouts.c), shown by print.c. */
#pragma once

#include <stdbool.h>

#include "cli/cli.h"

enum look { LOOK_PLAIN, LOOK_TIME, LOOK_FPR, LOOK_VERDICT };

struct column {
	const char *field;	/* "originator.address" */
	const char *title;
	enum look look;
};

struct table {
	const char *array;	/* "answers.items" */
	const char *heading, *empty;
	const struct column *columns;	/* ended by a NULL title */
};

struct layout {
	const char *kind;
	const struct column *fields;	/* "Title: value", absent ones left out */
	const struct table *tables;	/* ended by a NULL array */
	const char *block;		/* a field that is text of its own */
};

/* NULL for a kind without one. */
const struct layout *layout_find(const char *kind);

/* cell.c: one value as escaped text. */
const char *cell_text(struct cli *c, const struct sk_json *row,
    const struct column *x);
/* The value at "a.b", or NULL. */
const struct sk_json *cell_at(const struct sk_json *row, const char *field);
bool cell_there(const struct sk_json *row, const char *field);
/* table.c */
void table_print(struct cli *c, const struct table *t,
    const struct sk_json *rows);

/*
 * What the files of this folder share: the field table, the parsed tree and
 * the value set. Nothing outside includes this.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <sekisho/arena.h>
#include <sekisho/buf.h>
#include <sekisho/error.h>
#include <sekisho/template.h>

enum field_kind {
	FIELD_LINE,	/* words without line breaks */
	FIELD_BLOCK,	/* words of several lines; never in a P text */
	FIELD_CODE,	/* printable ASCII of ours: numbers, addresses, codes */
	FIELD_NUMBER,
	FIELD_FLAG,
	FIELD_LIST
};

struct field {
	const char *name;
	enum field_kind kind;
	bool p;			/* a P text may hold it */
	bool optional;		/* {{#name}} may ask whether it is there */
};

const struct field *field_find(const char *name);
const struct field *field_at(size_t i);		/* NULL after the last */
bool field_is_words(const struct field *f);	/* line, block or code */

enum node_kind {
	NODE_TEXT, NODE_FIELD, NODE_SECTION, NODE_INVERTED, NODE_INCLUDE
};

struct node {
	enum node_kind kind;
	int line;
	const struct field *field;	/* field and both sections */
	const char *text;		/* text, or the included id */
	size_t len;
	size_t indent;			/* block: blanks before every line */
	struct node *child;		/* sections */
	struct node *next;
};

struct template_file {
	const char *lang, *id, *path;
	enum template_form form;
	struct node *subject;		/* NULL for blocks */
	struct node *body;
	bool broken;
};

struct template_set {
	struct sk_arena *arena;
	struct template_file *files;
	size_t n;
};

/* Collects faults: one line each, the first one also as the error. */
struct faults {
	struct sk_buf *out;		/* or NULL */
	struct sk_error *e;
	size_t n;
};

void fault(struct faults *f, const char *path, int line, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* One file's bytes into the tree; faults are said and the file is marked
 * broken. */
void parse_file(struct sk_arena *a, const struct template_source *src,
    struct template_file *out, struct faults *f);
/* What only the whole set shows: includes, P texts, ja/en pairs. */
void check_set(struct template_set *s, struct faults *f);
const struct template_file *set_find(const struct template_set *s,
    const char *lang, const char *id);

struct tvalue {
	const struct field *field;
	const char *str;
	long number;
	bool flag;
	struct tvalues *rows, *last_row;
	struct tvalue *next;
};

struct tvalues {
	struct sk_arena *arena;
	struct tvalues *parent;		/* of a row */
	struct tvalues *next;		/* next row */
	struct tvalue *first, *last;
	const char *bad;		/* root only: first misuse */
};

/* The row's own value, else the one around it, else NULL. */
const struct tvalue *tv_find(const struct tvalues *v, const struct field *f);

/* User text made harmless: see guard.c. */
void guard_line(struct sk_arena *a, const char *s, bool at_start,
    struct sk_buf *out);
void guard_block(struct sk_arena *a, const char *s, size_t indent,
    struct sk_buf *out);
/* One line, folded to the width of a mail; indent: columns before each of its
 * lines, the first of which stands there already. */
void fold_line(struct sk_arena *a, const char *s, size_t indent,
    struct sk_buf *out);
/* Does s hold a ticked answer box? */
bool guard_has_tick(struct sk_arena *a, const char *s);

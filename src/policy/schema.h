/*
 * Settings files as data: a table of keys, types, ranges and defaults is the
 * parser, the checker and the source of every error text. libconfig stands
 * behind this header only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <sekisho/arena.h>
#include <sekisho/buf.h>
#include <sekisho/council.h>

enum schema_type {
	SCHEMA_TEXT,	/* const char *: one line of UTF-8 */
	SCHEMA_BOOL,	/* bool */
	SCHEMA_COUNT,	/* unsigned, least..most */
	SCHEMA_SIZE,	/* size_t, least..most */
	SCHEMA_WORD,	/* an enum of int's size, by `words` */
	SCHEMA_TEXTS,	/* const char *const *, and size_t at `count` */
	SCHEMA_GROUP,	/* `keys`, into the same struct */
	SCHEMA_ROWS	/* list of groups: row structs, and size_t at `count` */
};

struct schema_key {
	const char *name;	/* NULL ends a table */
	enum schema_type type;
	bool needed;
	size_t at, count;	/* offsets in the struct */
	long least, most;
	enum word_list words;
	const char *otherwise;	/* default, written as in a file; NULL: the
				 * field stays zero, lists stay empty */
	/* What is wrong with a text, with its mend; NULL: nothing. */
	const char *(*check)(const char *text);
	const struct schema_key *keys;	/* of GROUP and ROWS */
	size_t row_size, row_line;	/* ROWS: size, offset of an int for the
					 * line (row_size: none) */
};

struct schema;

/* Reads the file into out by the table. Faults are one line each: "file:line:
 * key: what; mend". NULL only where nothing could be read; otherwise the
 * document stays for schema_fault() until schema_close(). */
struct schema *schema_read(const char *path, const struct schema_key *keys,
    struct sk_arena *a, void *out, struct sk_buf *faults);
/* A fault found later: key is a path as in the file, "lmtp.listen",
 * "desks.[1].address"; its line, or that of the group around it, is said. */
void schema_fault(struct schema *s, const char *key, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void schema_fault_at(struct schema *s, int line, const char *key,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
bool schema_has(const struct schema *s, const char *key);
/* How many faults there were; clears *s. */
size_t schema_close(struct schema **s);

/*
 * JSON documents: what `--json` prints and what the control socket carries.
 * jansson stands behind this header only (src/wire/json.c). Strings are UTF-8;
 * what is not is cleaned before it goes in. A value belongs to whoever it was
 * put into; only the outermost one is freed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sekisho/arena.h>
#include <sekisho/buf.h>
#include <sekisho/error.h>

struct sk_json;			/* object, array, string, number, bool, null */

/* --- building; a NULL string is null --- */
struct sk_json *sk_json_object(void);
struct sk_json *sk_json_array(void);
/* {"sekisho": 1, "kind": kind}: the head of every document (design.md §8) */
struct sk_json *sk_json_document(const char *kind);
void sk_json_free(struct sk_json **j);

/* In an object; an older value of that name is replaced. */
void sk_json_set_str(struct sk_json *o, const char *name, const char *s);
void sk_json_set_int(struct sk_json *o, const char *name, int64_t v);
void sk_json_set_bool(struct sk_json *o, const char *name, bool v);
void sk_json_set_null(struct sk_json *o, const char *name);
/* Takes v over; returns it (borrowed) to go on filling it. */
struct sk_json *sk_json_set(struct sk_json *o, const char *name,
    struct sk_json *v);

/* Moves every member of *from into o and frees the rest of it. */
void sk_json_merge(struct sk_json *o, struct sk_json **from);
/* An object or array inside o, to change it; NULL if there is none. */
struct sk_json *sk_json_child(struct sk_json *o, const char *name);

/* At the end of an array. */
void sk_json_add_str(struct sk_json *a, const char *s);
void sk_json_add_int(struct sk_json *a, int64_t v);
struct sk_json *sk_json_add(struct sk_json *a, struct sk_json *v);

/* --- reading; everything borrowed, absent or of another type is the
 * fallback, so hostile documents need no care here --- */
bool sk_json_is_object(const struct sk_json *j);	/* false for NULL */
bool sk_json_is_array(const struct sk_json *j);
const struct sk_json *sk_json_get(const struct sk_json *o, const char *name);
const char *sk_json_str(const struct sk_json *o, const char *name); /* or NULL */
int64_t sk_json_int(const struct sk_json *o, const char *name,
    int64_t fallback);
bool sk_json_bool(const struct sk_json *o, const char *name, bool fallback);
bool sk_json_has(const struct sk_json *o, const char *name);
size_t sk_json_len(const struct sk_json *a);		/* of an array, else 0 */
const struct sk_json *sk_json_at(const struct sk_json *a, size_t i);
const char *sk_json_str_at(const struct sk_json *a, size_t i);	/* or NULL */
/* The value itself as text: a string, or NULL. */
const char *sk_json_string(const struct sk_json *j);
/* Walks an object: *cursor starts at NULL; false at the end. */
bool sk_json_next(const struct sk_json *o, void **cursor, const char **name,
    const struct sk_json **value);

/* --- text --- */
/* One object or array, nothing behind it, no name twice, no NUL, nested at
 * most LIMIT_JSON_DEPTH deep, at most max bytes. The caller frees *out. */
int sk_json_parse(struct sk_span text, size_t max, struct sk_json **out,
    struct sk_error *e);
/* Appends one line, or indented lines; a newline ends it. What a terminal
 * could act on (C1, bidi and zero-width controls) is written as \uXXXX. */
void sk_json_dump(const struct sk_json *j, bool indented, struct sk_buf *out);

/* --- documents that several programs print --- */
struct facts;
struct verdict;
/* The fields of `read` and `mail show` from what a mail says, as an object
 * without a head (sk_json_merge puts it behind one); v may be NULL: nothing
 * was opened. */
struct sk_json *facts_json(const struct facts *f, const struct verdict *v);
/* Sets o.indicators; appends to a list of details, with the mail's number
 * unless it is 0. */
void facts_json_indicators(struct sk_json *o, const struct facts *f);
void facts_json_details(struct sk_json *list, const struct facts *f,
    int64_t mail);

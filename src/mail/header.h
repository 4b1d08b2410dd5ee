/*
 * The header block of a mail or a part, and what stands in its fields. All of
 * it works on the raw bytes: fields are counted as they stand (standards.md
 * A3), nothing is taken from a library's opinion of them.
 */
#pragma once

#include <stdbool.h>

#include <sekisho/arena.h>
#include <sekisho/error.h>
#include <sekisho/facts.h>

struct mail_field {
	struct sk_span name;	/* without blanks before the colon */
	struct sk_span value;	/* raw: folds inside, no final line end */
	size_t at;		/* offset of the field's first byte */
};

struct mail_header {
	const struct mail_field *fields;
	size_t n;
	size_t body;		/* offset of the first byte after the block */
	bool broken;		/* ended by a line that is no field */
};

/* header.c: the block that begins at offset `at` and ends before `end`. */
int header_split(struct sk_arena *a, struct sk_span raw, size_t at,
    size_t end, struct mail_header *out, struct sk_error *e);
bool field_is(const struct mail_field *f, const char *name);
size_t header_count(const struct mail_header *h, const char *name);
/* The first field of that name, or NULL. */
const struct mail_field *header_find(const struct mail_header *h,
    const char *name);
/* Folds undone (RFC 5322 2.2.3), blanks at both ends left off. */
struct sk_span field_unfold(struct sk_arena *a, struct sk_span value);
/* The same with comments replaced by a blank; false if they do not balance. */
bool field_bare(struct sk_arena *a, struct sk_span value, struct sk_span *out);
/* Deepest nesting of comments outside quoted strings; stops at `most` + 1. */
unsigned field_comment_depth(struct sk_span value, unsigned most);

/* mailbox.c: addresses of RFC 5322 3.4. `strict`: everything that another
 * reader could understand differently makes the list unusable (-1); otherwise
 * what cannot be read is left out. Returns the number found, at most `max`
 * are stored. */
int mailbox_list(struct sk_arena *a, struct sk_span value, bool strict,
    struct fact_mailbox *out, size_t max, uint32_t *doubts, bool *japanese);

/* ids.c: the <ids> of a field, in order, added to list[*n] up to max. With
 * `newest` the first of the field give way to the last. */
void message_ids(struct sk_arena *a, struct sk_span value, bool newest,
    const char **list, size_t *n, size_t max);

/* date.c: RFC 5322 3.3 and 4.3; 0 if it cannot be read. */
int64_t mail_date(struct sk_arena *a, struct sk_span value);

/* authres.c: one Authentication-Results field (RFC 8601). false: not one.
 * What does not parse whole gives the id and no methods. */
bool authres_parse(struct sk_arena *a, struct sk_span value,
    struct fact_authres *out);

/* automatic.c: RFC 3834 and its kin (standards.md A4), from the header and the parts' types, and
 * from sender and subject as *f already holds them. Sets automatic, likely and
 * no_reply_wanted. */
struct mail_scan;
void mail_automatic(struct sk_arena *a, const struct mail_scan *s,
    struct facts *f);

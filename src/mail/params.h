/*
 * Content-Type and Content-Disposition as they are really written: a word and
 * parameters, with RFC 2231, RFC 2047 inside quotes and raw Japanese bytes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <sekisho/arena.h>
#include <sekisho/error.h>

struct mime_param {
	const char *name;	/* lower case, without *, *0, *0* */
	int section;		/* RFC 2231 section, -1 if none */
	bool extended;		/* ended by "*": percent-encoded */
	bool quoted;
	struct sk_span value;	/* unquoted, still encoded */
};

struct mime_value {
	const char *word;	/* "text/plain", "attachment"; lower, never NULL */
	const struct mime_param *params;
	size_t n;
	bool damaged;		/* a word that is none was left out */
};

/* value: a raw field value. SK_OK or SK_ERR_LIMIT. */
int mime_value_parse(struct sk_arena *a, struct sk_span value,
    struct mime_value *out, struct sk_error *e);
/* The parameter as plain ASCII, RFC 2231 undone; NULL if absent or odd. */
const char *mime_param(struct sk_arena *a, const struct mime_value *v,
    const char *name);
/* Its bytes, RFC 2231 joined and percent-decoded. */
struct mime_raw {
	struct sk_span value;
	struct sk_span charset;	/* of the first segment; empty if none */
	bool rfc2231;		/* written as name* or name*0 */
	bool extended;		/* percent-encoded, with a charset */
};
bool mime_param_raw(struct sk_arena *a, const struct mime_value *v,
    const char *name, struct mime_raw *out);

/* Only what stands in the plain parameter, beside name* or name*0. */
bool mime_param_plain(const struct mime_value *v, const char *name,
    struct mime_raw *out);

/* Is there a segment of that number (RFC 2231 3)? */
bool mime_has_section(const struct mime_value *v, const char *name,
    int section);
bool mime_has_param(const struct mime_value *v, const char *name);

/* name.c: the file name of a part (A13): disposition first, then type. ""
 * if none. Sets ATTACH_NAME_* in *flags. */
const char *mime_file_name(struct sk_arena *a, const struct mime_value *type,
    const struct mime_value *disposition, uint32_t *flags, uint32_t *doubts);

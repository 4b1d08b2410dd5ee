/*
 * Templates: template + values -> subject and text. No logic beyond sections,
 * no second expansion: a value is never looked at for {{ }}.
 *
 * File templates/LANG/T-01.txt:
 *	form: P | E | block		(P: may travel in plain text, no content)
 *	subject: ...{{field}}...	(not for blocks)
 *	(blank line)
 *	text with {{field}}, {{#flag-or-list}}...{{/name}}, {{^flag}}...{{/flag}},
 *	{{> T-40}} (another template's text, taken in at parse time)
 *
 * Every field is declared once in fields.c with its kind and whether a P text
 * may hold it; an undeclared field, a content field in a P text, an unclosed
 * section or a ja/en pair that differs in form or fields is a fault with file
 * and line, at load, not at send.
 *
 * User text: a `block` value is put in line by line, and a line that could be
 * taken for ours (".", "From ", "-- ", "-----BEGIN", "TLP:", "[ ]", "ref:",
 * "code:", an item label, a quote mark) is indented by two blanks (B3). A
 * `line` value has controls and line breaks turned into blanks.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <sekisho/arena.h>
#include <sekisho/buf.h>
#include <sekisho/error.h>

struct template_set;
struct tvalues;

enum template_form { TEMPLATE_P, TEMPLATE_E, TEMPLATE_BLOCK };

/* source: the bytes of one file; the caller reads files (policy). */
struct template_source {
	const char *lang;	/* "ja", "en" */
	const char *id;		/* "T-01" */
	const char *path;	/* for faults */
	struct sk_span bytes;
};

/* All files at once. On a fault every fault is said: faults (may be NULL)
 * receives one line each "file:line: what, mend". */
int template_parse_all(const struct template_source *src, size_t n,
    struct template_set **out, struct sk_buf *faults, struct sk_error *e);
void template_set_free(struct template_set **s);
bool template_has(const struct template_set *s, const char *lang,
    const char *id);
enum template_form template_form(const struct template_set *s,
    const char *lang, const char *id);

struct tvalues *tv_new(struct sk_arena *a);
void tv_str(struct tvalues *v, const char *name, const char *value);
void tv_int(struct tvalues *v, const char *name, long value);
void tv_flag(struct tvalues *v, const char *name, bool on);
/* Appends a row to the list `name` and returns it; a row sees its own values
 * first, then those around it. */
struct tvalues *tv_row(struct tvalues *v, const char *name);
/* Serialised values of a P text, so that proof can render again from what was
 * stored; only fields a P text may hold are written. */
void tv_encode_p(const struct tvalues *v, struct sk_buf *out);
int tv_decode(struct sk_arena *a, struct sk_span s, struct tvalues **out);

/* A field that the template names and v lacks is SK_ERR_BUG with its name:
 * nothing is sent. subject may be NULL for blocks. */
int template_render(const struct template_set *s, const char *lang,
    const char *id, const struct tvalues *v, struct sk_buf *subject,
    struct sk_buf *text, struct sk_error *e);

/*
 * Splits a header block into its fields, as they stand in the bytes. A line
 * that is no field ends the block (as Postfix does it), so that nobody hides
 * fields behind a line that we skip and another reader does not. Limits are
 * checked while splitting: this runs first on hostile bytes and must stay
 * linear. It must never change or judge a value.
 */
#include <config.h>

#include <sekisho/limits.h>

#include "mail/bytes.h"
#include "mail/header.h"

struct list {
	struct sk_arena *a;
	struct mail_field *f;
	size_t n, cap;
};

static void
list_add(struct list *l, struct mail_field f)
{
	l->f = sk_arena_room(l->a, l->f, l->n, &l->cap, sizeof(*l->f));
	l->f[l->n++] = f;
}

/* Length of the field name at the start of a line, 0 if there is none; *value
 * is the offset after the colon. RFC 5322 4.5 allows blanks before it. What
 * begins with "--" may be a boundary with a colon in it, and is no field. */
static size_t
name_length(struct sk_span line, size_t *value)
{
	size_t n = 0, at;

	while (n < line.len && line.p[n] > ' ' && line.p[n] < 0x7f &&
	    line.p[n] != ':')
		n++;
	for (at = n; at < line.len && byte_blank(line.p[at]); at++)
		;
	if (n == 0 || at == line.len || line.p[at] != ':' ||
	    (n > 1 && line.p[0] == '-' && line.p[1] == '-'))
		return 0;
	*value = at + 1;
	return n;
}

/* Offset after the field that begins at `at`: its line and its folds. */
static size_t
field_end(struct sk_span raw, size_t at, size_t end)
{
	at = line_next(raw, at, end);
	while (at < end && byte_blank(raw.p[at]))
		at = line_next(raw, at, end);
	return at;
}

static bool
is_mbox_line(struct sk_span line)
{
	return (line.len > 5 && memcmp(line.p, "From ", 5) == 0) ||
	    (line.len > 6 && memcmp(line.p, ">From ", 6) == 0);
}

static int
check_limits(size_t count, size_t field, size_t block, struct sk_error *e)
{
	if (field > LIMIT_HEADER_FIELD)
		return sk_fail(e, SK_ERR_LIMIT, "header",
		    "one header field is longer than %d bytes",
		    LIMIT_HEADER_FIELD);
	if (block > LIMIT_HEADER_BYTES)
		return sk_fail(e, SK_ERR_LIMIT, "header",
		    "the header is longer than %d bytes", LIMIT_HEADER_BYTES);
	if (count > LIMIT_HEADER_COUNT)
		return sk_fail(e, SK_ERR_LIMIT, "header",
		    "more than %d header fields", LIMIT_HEADER_COUNT);
	return SK_OK;
}

int
header_split(struct sk_arena *a, struct sk_span raw, size_t at, size_t end,
    struct mail_header *out, struct sk_error *e)
{
	struct list l = { .a = a };
	size_t start = at, next, name, value = 0;
	struct sk_span line;
	int rc;

	*out = (struct mail_header){ 0 };
	for (; at < end; at = next) {
		line = line_text(raw, at, line_next(raw, at, end));
		if (line.len == 0) {
			at = line_next(raw, at, end);
			break;
		}
		next = field_end(raw, at, end);
		name = name_length(line, &value);
		if (name == 0 && at == start && is_mbox_line(line))
			continue;
		if (name == 0) {
			out->broken = true;
			break;
		}
		rc = check_limits(l.n + 1, next - at, next - start, e);
		if (rc != SK_OK)
			return rc;
		list_add(&l, (struct mail_field){ span_cut(raw, at, at + name),
		    line_text(raw, at + value, next), at });
	}
	out->fields = l.f;
	out->n = l.n;
	out->body = at;
	return SK_OK;
}

bool
field_is(const struct mail_field *f, const char *name)
{
	return span_ieq(f->name, name);
}

size_t
header_count(const struct mail_header *h, const char *name)
{
	size_t count = 0;

	for (size_t i = 0; i < h->n; i++)
		count += field_is(&h->fields[i], name);
	return count;
}

const struct mail_field *
header_find(const struct mail_header *h, const char *name)
{
	for (size_t i = 0; i < h->n; i++)
		if (field_is(&h->fields[i], name))
			return &h->fields[i];
	return NULL;
}

struct sk_span
field_unfold(struct sk_arena *a, struct sk_span value)
{
	unsigned char *p;
	size_t n = 0;

	value = span_trim(value);
	if (memchr(value.p ? value.p : (const void *)"", '\n',
	    value.len) == NULL)
		return value;
	p = sk_arena_alloc(a, value.len);
	for (size_t i = 0; i < value.len; i++) {
		if (value.p[i] == '\n' || (value.p[i] == '\r' &&
		    i + 1 < value.len && value.p[i + 1] == '\n'))
			continue;
		p[n++] = value.p[i];
	}
	return sk_span_of(p, n);
}

/* One step through a structured field: knows quotes, pairs, comments, and
 * runs of raw 7-bit JIS, in which all of these bytes are halves of kanji. */
struct walk {
	unsigned depth;
	bool quoted, pair, escape, jis;
};

/* Is this byte part of an escape sequence or of a run of JIS? */
static bool
walk_jis(struct walk *w, unsigned c)
{
	if (w->escape) {
		w->escape = false;
		if (c == '$' || c == '(') {
			w->jis = c == '$';
			return true;
		}
	}
	w->escape = c == 0x1b;
	return w->escape || w->jis;
}

static void
walk_step(struct walk *w, unsigned c)
{
	if (walk_jis(w, c))
		return;
	if (w->pair) {
		w->pair = false;
	} else if (c == '\\' && (w->quoted || w->depth > 0)) {
		w->pair = true;
	} else if (c == '"' && w->depth == 0) {
		w->quoted = !w->quoted;
	} else if (c == '(' && !w->quoted) {
		w->depth++;
	} else if (c == ')' && !w->quoted && w->depth > 0) {
		w->depth--;
	}
}

unsigned
field_comment_depth(struct sk_span value, unsigned most)
{
	struct walk w = { 0 };
	unsigned deepest = 0;

	for (size_t i = 0; i < value.len && deepest <= most; i++) {
		walk_step(&w, value.p[i]);
		if (w.depth > deepest)
			deepest = w.depth;
	}
	return deepest;
}

bool
field_bare(struct sk_arena *a, struct sk_span value, struct sk_span *out)
{
	struct walk w = { 0 };
	unsigned char *p;
	size_t n = 0;
	unsigned before;

	value = field_unfold(a, value);
	p = sk_arena_alloc(a, value.len);
	for (size_t i = 0; i < value.len; i++) {
		before = w.depth;
		walk_step(&w, value.p[i]);
		if (before == 0 && w.depth == 0)
			p[n++] = value.p[i];
		else if (before == 1 && w.depth == 0)
			p[n++] = ' ';
	}
	*out = span_trim(sk_span_of(p, n));
	return w.depth == 0 && !w.quoted;
}

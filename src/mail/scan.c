/*
 * One pass, no recursion, no second look: a stack of open boundaries and the
 * lines that begin with "--". Where other readers crash or go quadratic
 * (standards.md B2), here is a limit. What is legal but odd, or illegal and
 * common (no last boundary, a boundary that never comes), is read and doubted.
 */
#include <config.h>

#include <sekisho/limits.h>
#include <sekisho/text.h>

#include "mail/bytes.h"
#include "mail/scan.h"

struct open_multipart {
	size_t part, child;	/* child: the newest, 0 if none yet */
	struct sk_span boundary;
};

struct scanner {
	struct sk_arena *a;
	struct mail_scan *out;
	size_t cap;
	struct open_multipart stack[LIMIT_MIME_DEPTH];
	unsigned depth;
	struct sk_error *e;
};

static struct mail_part *
new_part(struct scanner *s)
{
	s->out->parts = sk_arena_room(s->a, s->out->parts, s->out->n, &s->cap,
	    sizeof(*s->out->parts));
	return &s->out->parts[s->out->n++];
}

static int
read_value(struct scanner *s, const struct mail_part *p, const char *name,
    struct mime_value *out)
{
	const struct mail_field *f = header_find(&p->head, name);

	*out = (struct mime_value){ .word = "" };
	if (f == NULL)
		return SK_OK;
	if (header_count(&p->head, name) > 1)
		s->out->doubts |= DOUBT_BAD_MIME;
	return mime_value_parse(s->a, f->value, out, s->e);
}

static const char *
default_type(const struct scanner *s, const struct mail_part *p)
{
	if (p->depth > 0 && part_is(&s->out->parts[p->parent],
	    "multipart/digest"))
		return "message/rfc822";
	return "text/plain";
}

/* RFC 2045 5.2: a type that cannot be read is text/plain, but what says it is
 * something of its own is better kept as bytes. */
static int
read_fields(struct scanner *s, struct mail_part *p)
{
	struct mime_value encoding;
	int rc = read_value(s, p, "Content-Type", &p->type);

	if (rc == SK_OK)
		rc = read_value(s, p, "Content-Disposition",
		    &p->disposition);
	if (rc == SK_OK)
		rc = read_value(s, p, "Content-Transfer-Encoding",
		    &encoding);
	if (rc != SK_OK)
		return rc;
	p->transfer = transfer_of(encoding.word);
	p->charset = mime_param(s->a, &p->type, "charset");
	if (p->charset != NULL)
		p->charset = sk_ascii_lower(s->a, p->charset);
	if (strchr(p->type.word, '/') == NULL) {
		if (*p->type.word != '\0' || p->type.damaged)
			s->out->doubts |= DOUBT_BAD_MIME;
		p->guessed = true;
		p->type.word = *p->type.word == '\0' ||
		    strcmp(p->type.word, "text") == 0 ? default_type(s, p) :
		    "application/octet-stream";
	}
	return SK_OK;
}

static bool
is_boundary_byte(unsigned c)
{
	return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

/* More is taken than RFC 2046 allows, as mailers write more; quotes and
 * backslashes are what libetpan dies of. */
static int
read_boundary(struct scanner *s, const struct mail_part *p,
    struct sk_span *out)
{
	struct mime_raw raw;

	*out = sk_span_of(NULL, 0);
	if (!mime_param_raw(s->a, &p->type, "boundary", &raw))
		return SK_OK;
	raw.value = span_trim(raw.value);
	if (raw.value.len > LIMIT_BOUNDARY)
		return sk_fail(s->e, SK_ERR_LIMIT, "Content-Type",
		    "the boundary is longer than %d bytes", LIMIT_BOUNDARY);
	for (size_t i = 0; i < raw.value.len; i++)
		if (!is_boundary_byte(raw.value.p[i]))
			return sk_fail(s->e, SK_ERR_LIMIT, "Content-Type",
			    "the boundary holds a byte that no boundary "
			    "may hold");
	*out = raw.value;
	return SK_OK;
}

static void
as_text(struct scanner *s, struct mail_part *p)
{
	p->type = (struct mime_value){ .word = "text/plain" };
	p->guessed = true;
	s->out->doubts |= DOUBT_BAD_MIME;
}

static int
open_multipart(struct scanner *s, size_t index)
{
	struct mail_part *p = &s->out->parts[index];
	struct sk_span boundary;
	int rc = read_boundary(s, p, &boundary);

	if (rc != SK_OK)
		return rc;
	if (boundary.len == 0) {
		as_text(s, p);
		return SK_OK;
	}
	if (s->depth == LIMIT_MIME_DEPTH)
		return sk_fail(s->e, SK_ERR_LIMIT, "structure",
		    "parts nested deeper than %d", LIMIT_MIME_DEPTH);
	for (unsigned i = 0; i < s->depth; i++)
		if (sk_span_eq(s->stack[i].boundary, boundary))
			s->out->doubts |= DOUBT_BAD_MIME;
	s->stack[s->depth++] = (struct open_multipart){ index, 0, boundary };
	return SK_OK;
}

static int
open_part(struct scanner *s, size_t at, bool headless)
{
	size_t index = s->out->n;
	struct mail_part *p;
	int rc;

	if (index == LIMIT_MIME_PARTS)
		return sk_fail(s->e, SK_ERR_LIMIT, "structure",
		    "more than %d parts", LIMIT_MIME_PARTS);
	p = new_part(s);
	*p = (struct mail_part){ .at = at, .body = at,
		.end = s->out->raw.len, .depth = s->depth };
	if (s->depth > 0) {
		s->stack[s->depth - 1].child = index;
		p->parent = s->stack[s->depth - 1].part;
		s->out->parts[p->parent].nchildren++;
	}
	if (!headless) {
		rc = header_split(s->a, s->out->raw, at, s->out->raw.len,
		    &p->head, s->e);
		if (rc != SK_OK)
			return rc;
		p->body = p->head.body;
		if (p->head.broken)
			s->out->doubts |= DOUBT_BAD_MIME;
	}
	rc = read_fields(s, p);
	if (rc != SK_OK)
		return rc;
	if (!part_is_kind(p, "multipart/"))
		return SK_OK;
	/* Who decodes it sees other parts than who does not (RFC 2045 6.4). */
	if (p->transfer != TRANSFER_IDENTITY)
		s->out->doubts |= DOUBT_BAD_MIME;
	return open_multipart(s, index);
}

/* Which open multipart does this line delimit, innermost first? Its place in
 * the stack, or -1. */
static int
match(const struct scanner *s, struct sk_span line, bool *last)
{
	struct sk_span b, rest;

	for (int i = (int)s->depth - 1; i >= 0; i--) {
		b = s->stack[i].boundary;
		if (line.len < b.len + 2 ||
		    memcmp(line.p + 2, b.p, b.len) != 0)
			continue;
		rest = span_trim(span_cut(line, b.len + 2, line.len));
		*last = rest.len == 2 && memcmp(rest.p, "--", 2) == 0;
		if (rest.len == 0 || *last)
			return i;
	}
	return -1;
}

/* The line end before a boundary belongs to the boundary (RFC 2046 5.1.1). */
static size_t
end_before(struct sk_span raw, size_t at, size_t least)
{
	if (at > least && raw.p[at - 1] == '\n')
		at--;
	if (at > least && raw.p[at - 1] == '\r')
		at--;
	return at;
}

/* A delimiter of `level` ends its newest child, and whatever is still open
 * inside: a multipart may have been closed long before, its epilogue is still
 * part of the signed octets. */
static void
end_children(struct scanner *s, unsigned level, size_t at)
{
	struct mail_part *p;

	for (unsigned i = level; i < s->depth; i++) {
		if (s->stack[i].child == 0)
			continue;
		p = &s->out->parts[s->stack[i].child];
		p->end = end_before(s->out->raw, at, p->body);
	}
}

static int
delimiter(struct scanner *s, unsigned level, bool last, size_t at,
    size_t next)
{
	end_children(s, level, at);
	if (s->depth > level + 1)
		s->out->doubts |= DOUBT_BAD_MIME;	/* never closed */
	s->depth = last ? level : level + 1;
	return last ? SK_OK : open_part(s, next, false);
}

static int
scan_lines(struct scanner *s)
{
	struct sk_span raw = s->out->raw;
	size_t at = s->out->parts[0].body, next;
	bool last = false;
	int level, rc;

	for (; at < raw.len && s->depth > 0; at = next) {
		next = line_next(raw, at, raw.len);
		if (next - at < 3 || raw.p[at] != '-' || raw.p[at + 1] != '-')
			continue;
		level = match(s, line_text(raw, at, next), &last);
		if (level < 0)
			continue;
		rc = delimiter(s, (unsigned)level, last, at, next);
		if (rc != SK_OK)
			return rc;
		if (!last)
			next = s->out->parts[s->out->n - 1].body;
	}
	if (s->depth > 0)
		s->out->doubts |= DOUBT_BAD_MIME;	/* no last boundary */
	end_children(s, 0, raw.len);
	return SK_OK;
}

/* Leaves get their numbers; a multipart without parts is text after all. */
static void
finish(struct scanner *s)
{
	struct mail_part *p;

	for (size_t i = 0; i < s->out->n; i++) {
		p = &s->out->parts[i];
		if (part_is_kind(p, "multipart/") && p->nchildren == 0)
			as_text(s, p);
		if (!part_is_kind(p, "multipart/"))
			p->leaf = ++s->out->leaves;
	}
}

/* Decrypted content may be a bare text whose first line has a colon: it is an
 * entity only if it says what it is. */
static bool
is_headless(struct scanner *s, struct sk_span raw, unsigned layer)
{
	struct mail_header h;
	struct sk_error ignored;

	if (layer == 0)
		return false;
	return header_split(s->a, raw, 0, raw.len, &h, &ignored) != SK_OK ||
	    header_find(&h, "Content-Type") == NULL;
}

int
mail_scan(struct sk_arena *a, struct sk_span raw, unsigned layer,
    struct mail_scan *out, struct sk_error *e)
{
	struct scanner s = { .a = a, .out = out, .e = e };
	int rc;

	*out = (struct mail_scan){ .raw = raw };
	rc = open_part(&s, 0, is_headless(&s, raw, layer));
	if (rc != SK_OK)
		return rc;
	rc = scan_lines(&s);
	if (rc == SK_OK)
		finish(&s);
	return rc;
}

/* Controls that no text has, whatever its charset: JIS shifts by 0x0e, 0x0f and
 * escapes by 0x1b, old files end in 0x1a. */
static bool
is_no_text(struct sk_span raw)
{
	for (size_t i = 0; i < raw.len; i++)
		if (raw.p[i] < 0x07 || (raw.p[i] >= 0x10 && raw.p[i] < 0x1a))
			return true;
	return false;
}

bool
mail_scan_file(struct sk_arena *a, struct sk_span raw, struct mail_scan *out)
{
	struct scanner s = { .a = a, .out = out };
	struct mail_part *p;

	*out = (struct mail_scan){ .raw = raw };
	if (!is_no_text(raw) || !is_headless(&s, raw, 1))
		return false;
	p = new_part(&s);
	*p = (struct mail_part){ .type.word = "application/octet-stream",
		.disposition.word = "", .end = raw.len, .leaf = 1,
		.transfer = TRANSFER_IDENTITY, .guessed = true };
	out->leaves = 1;
	return true;
}

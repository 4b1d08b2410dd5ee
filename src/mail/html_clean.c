/*
 * HTML made harmless before libxml2 sees it: comments, declarations, scripts
 * and styles go, each tag is written anew with the four attributes that
 * html.c reads, a stray "<" becomes text.
 *
 * libxml2 compares every attribute of a tag with all before it; because what
 * it gets is written here, no reading of quotes or comments that differs from
 * ours can smuggle a tag of 400,000 attributes through. Linear: every byte is
 * stepped over once.
 */
#include <config.h>

#include <stdbool.h>
#include <string.h>

#include <sekisho/text.h>

#include "mail/html.h"

#define NAME_MAX_LEN 32		/* longer element names are unknown ones */
#define VALUE_MAX_LEN 2048	/* a longer style or href says nothing */

struct cursor {
	const char *p, *end;
};

static const char *const kept[] = { "class", "style", "id", "href" };
/* Their content is no HTML and not shown. */
static const char *const raw[] = { "script", "style", "title", "noembed",
	"noframes", "iframe", "xmp" };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool
is_letter(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_name(int c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == ':' ||
	    c == '-' || c == '_' || c == '.';
}

static bool
is_space(int c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static int
peek(const struct cursor *c, size_t ahead)
{
	if ((size_t)(c->end - c->p) <= ahead)
		return -1;
	return (unsigned char)c->p[ahead];
}

static void
skip_spaces(struct cursor *c)
{
	while (c->p < c->end && is_space(*c->p))
		c->p++;
}

/* Steps behind the next occurrence, or to the end. */
static void
skip_past(struct cursor *c, const char *what)
{
	const char *q = memmem(c->p, (size_t)(c->end - c->p), what,
	    strlen(what));

	c->p = q == NULL ? c->end : q + strlen(what);
}

/* Reads a name in lower case; false, and stepped over, if it is too long. */
static bool
read_name(struct cursor *c, char name[NAME_MAX_LEN + 1])
{
	size_t n = 0;

	for (; c->p < c->end && is_name(*c->p); c->p++) {
		if (n < NAME_MAX_LEN)
			name[n] = *c->p >= 'A' && *c->p <= 'Z' ?
			    (char)(*c->p + 32) : *c->p;
		n++;
	}
	name[n < NAME_MAX_LEN ? n : NAME_MAX_LEN] = '\0';
	return n > 0 && n <= NAME_MAX_LEN;
}

static struct sk_span
read_value(struct cursor *c)
{
	const char *from, *to;
	char quote;

	skip_spaces(c);
	if (peek(c, 0) != '"' && peek(c, 0) != '\'') {
		from = c->p;
		while (c->p < c->end && !is_space(*c->p) && *c->p != '>')
			c->p++;
		return sk_span_of(from, (size_t)(c->p - from));
	}
	quote = *c->p++;
	from = c->p;
	to = memchr(from, quote, (size_t)(c->end - from));
	if (to == NULL)
		to = c->end;
	c->p = to < c->end ? to + 1 : to;
	return sk_span_of(from, (size_t)(to - from));
}

static void
write_value(struct sk_buf *out, const char *name, struct sk_span v)
{
	size_t i;

	sk_buf_addf(out, " %s=\"", name);
	for (i = 0; i < v.len; i++)
		if (v.p[i] == '"')
			sk_buf_adds(out, "&quot;");
		else if (v.p[i] == '<')
			sk_buf_adds(out, "&lt;");
		else
			sk_buf_addc(out, v.p[i]);
	sk_buf_addc(out, '"');
}

/* Reads the attributes to the tag's end, and writes each wanted one once. */
static void
copy_attributes(struct cursor *c, struct sk_buf *out)
{
	char name[NAME_MAX_LEN + 1];
	bool seen[COUNT(kept)] = { false }, known;
	struct sk_span v;
	size_t i;

	while (c->p < c->end && *c->p != '>') {
		if (!is_name(*c->p)) {
			c->p++;
			continue;
		}
		known = read_name(c, name);
		skip_spaces(c);
		if (peek(c, 0) != '=')
			continue;
		c->p++;
		v = read_value(c);
		for (i = 0; known && i < COUNT(kept); i++) {
			if (seen[i] || strcmp(name, kept[i]) != 0 ||
			    v.len > VALUE_MAX_LEN)
				continue;
			seen[i] = true;
			write_value(out, name, v);
		}
	}
	c->p += c->p < c->end;
}

/* Steps to the end tag of an element whose content is no HTML. */
static void
skip_raw(struct cursor *c, const char *name)
{
	size_t n = strlen(name), i;

	for (; c->p < c->end; c->p++) {
		if (*c->p != '<' || peek(c, 1) != '/')
			continue;
		for (i = 0; i < n && (peek(c, i + 2) | 32) == name[i]; i++)
			;
		if (i == n && !is_name(peek(c, n + 2)))
			break;
	}
	skip_past(c, ">");
}

static void
start_tag(struct cursor *c, struct sk_buf *out)
{
	char name[NAME_MAX_LEN + 1];
	size_t i;

	c->p++;
	/* A longer name is cut: no element that we know. */
	read_name(c, name);
	sk_buf_addf(out, "<%s", name);
	copy_attributes(c, out);
	sk_buf_addc(out, '>');
	for (i = 0; i < COUNT(raw); i++) {
		if (strcmp(name, raw[i]) != 0)
			continue;
		skip_raw(c, name);
		sk_buf_addf(out, "</%s>", name);
	}
}

static void
end_tag(struct cursor *c, struct sk_buf *out)
{
	char name[NAME_MAX_LEN + 1];

	c->p += 2;
	if (read_name(c, name))
		sk_buf_addf(out, "</%s>", name);
	skip_past(c, ">");
}

static void
markup(struct cursor *c, struct sk_buf *out)
{
	if (is_letter(peek(c, 1))) {
		start_tag(c, out);
	} else if (peek(c, 1) == '/' && is_letter(peek(c, 2))) {
		end_tag(c, out);
	} else if (peek(c, 1) == '!' && peek(c, 2) == '-' &&
	    peek(c, 3) == '-') {
		c->p += 4;
		skip_past(c, "-->");
	} else if (peek(c, 1) == '!' || peek(c, 1) == '?') {
		skip_past(c, ">");
	} else {
		sk_buf_adds(out, "&lt;");
		c->p++;
	}
}

void
html_clean(struct sk_buf *out, const char *html, size_t len)
{
	struct cursor c = { html, html + len };
	const char *lt;

	while (c.p < c.end && !out->over) {
		lt = memchr(c.p, '<', (size_t)(c.end - c.p));
		if (lt == NULL)
			lt = c.end;
		sk_buf_add(out, c.p, (size_t)(lt - c.p));
		c.p = lt;
		if (c.p < c.end)
			markup(&c, out);
	}
}

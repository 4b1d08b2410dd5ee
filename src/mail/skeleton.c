/*
 * What libetpan is given to read: the type and encoding of every part as they
 * were written, our own boundaries, and for each leaf its number instead of
 * its content. So it is fast on any mail, an attached mail is never descended
 * into, and a multipart has the boundary that the prescan approved.
 */
#include <config.h>

#include <sekisho/limits.h>

#include "mail/bytes.h"
#include "mail/mime.h"

/* Opening parentheses are counted here without asking what they are: it is
 * this text that libetpan recurses on. */
static bool
may_nest_deep(struct sk_span value)
{
	unsigned open = 0;

	for (size_t i = 0; i < value.len; i++)
		open += value.p[i] == '(';
	return open > LIMIT_COMMENT_DEPTH;
}

/* The value on one line, in ASCII, and no more than a type needs. */
static void
add_value(struct sk_buf *out, const char *name, struct sk_span value)
{
	enum { MOST = 2000 };
	unsigned c;

	value = span_trim(value);
	while (value.len > 0 && (value.p[value.len - 1] == ';' ||
	    byte_space(value.p[value.len - 1])))
		value.len--;
	if (value.len == 0 || value.len > MOST || may_nest_deep(value))
		return;
	sk_buf_addf(out, "%s: ", name);
	for (size_t i = 0; i < value.len; i++) {
		c = value.p[i];
		if (c != '\r' && c != '\n')
			sk_buf_addc(out, c == '\t' ? ' ' :
			    c < ' ' || c >= 0x7f ? 'x' : (int)c);
	}
	sk_buf_adds(out, "\r\n");
}

static void
add_leaf(const struct mail_part *p, struct sk_buf *out)
{
	const struct mail_field *f = header_find(&p->head, "Content-Type");

	if (p->guessed || f == NULL || span_ihas(f->value, "multipart") ||
	    span_ihas(f->value, "message"))
		sk_buf_adds(out, "Content-Type: text/plain\r\n");
	else
		add_value(out, "Content-Type", f->value);
	f = header_find(&p->head, "Content-Transfer-Encoding");
	if (f != NULL)
		add_value(out, "Content-Transfer-Encoding", f->value);
	sk_buf_addf(out, "\r\n%u\r\n", p->leaf);
}

/* Not the sender's subtype: a digest would make mails of its parts. */
static void
open_multipart(size_t index, struct sk_buf *out)
{
	sk_buf_addf(out, "Content-Type: multipart/mixed; "
	    "boundary=\"part=%zu\"\r\n\r\n", index);
}

/* Closes every multipart that does not hold part `next`. */
static void
close_until(const struct mail_scan *s, size_t *open, size_t parent,
    struct sk_buf *out)
{
	while (*open != parent) {
		sk_buf_addf(out, "--part=%zu--\r\n", *open);
		if (*open == 0)
			return;
		*open = s->parts[*open].parent;
	}
}

void
mime_skeleton(const struct mail_scan *s, struct sk_buf *out)
{
	size_t open = 0;

	sk_buf_adds(out, "MIME-Version: 1.0\r\n");
	for (size_t i = 0; i < s->n; i++) {
		if (i > 0) {
			close_until(s, &open, s->parts[i].parent, out);
			sk_buf_addf(out, "--part=%zu\r\n", open);
		}
		if (s->parts[i].leaf > 0) {
			add_leaf(&s->parts[i], out);
			continue;
		}
		open_multipart(i, out);
		open = i;
	}
	if (s->parts[0].leaf == 0)
		close_until(s, &open, SIZE_MAX, out);
}

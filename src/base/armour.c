/*
 * OpenPGP armour without its checksum. RFC 9580 (6.1) leaves it to the writer
 * and newer programs write none; gpg 2.2 then takes the last line for base64
 * whenever the group before it is full, and calls a whole message damaged, or
 * a key none. So such an armour is taken off before gpg sees it. What is not
 * plainly one is left as it came, and gpg judges it.
 */
#include <config.h>

#include <string.h>

#include <sekisho/hash.h>
#include <sekisho/text.h>

static bool
begins(struct sk_span line, const char *word)
{
	size_t n = strlen(word);

	return line.len >= n && memcmp(line.p, word, n) == 0;
}

static bool
blank(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Takes the next line from the text, without blanks at its ends. */
static struct sk_span
next_line(struct sk_span *s)
{
	const unsigned char *nl = memchr(s->p, '\n', s->len);
	size_t n = nl != NULL ? (size_t)(nl - s->p) + 1 : s->len;
	struct sk_span line = sk_span_of(s->p, n);

	*s = sk_span_of(s->p + n, s->len - n);
	while (line.len > 0 && blank(line.p[line.len - 1]))
		line.len--;
	while (line.len > 0 && blank(line.p[0]))
		line = sk_span_of(line.p + 1, line.len - 1);
	return line;
}

/* Over the first line, the fields and the blank line behind them. */
static bool
skip_head(struct sk_span *s)
{
	struct sk_span line;

	if (!begins(next_line(s), "-----BEGIN PGP "))
		return false;
	while (s->len > 0) {
		line = next_line(s);
		if (line.len == 0)
			return true;
		if (memchr(line.p, ':', line.len) == NULL)
			return false;
	}
	return false;
}

/* Up to the end line, behind which nothing stands; a sum begins with "=". */
static bool
find_body(struct sk_span s, struct sk_span *body)
{
	struct sk_span line, from;

	if (!skip_head(&s))
		return false;
	for (from = s; s.len > 0; ) {
		const unsigned char *at = s.p;

		line = next_line(&s);
		if (begins(line, "=") || begins(line, "-----BEGIN"))
			return false;
		if (!begins(line, "-----END PGP "))
			continue;
		*body = sk_span_of(from.p, (size_t)(at - from.p));
		while (s.len > 0 && blank(s.p[0]))
			s = sk_span_of(s.p + 1, s.len - 1);
		return s.len == 0;
	}
	return false;
}

void
sk_armour_drop_bare(struct sk_buf *b, size_t from)
{
	struct sk_span s, body;
	struct sk_buf bytes;
	unsigned char *to;
	size_t n;

	if (b->len <= from)
		return;
	s = sk_span_of(b->p + from, b->len - from);
	while (s.len > 0 && blank(s.p[0]))
		s = sk_span_of(s.p + 1, s.len - 1);
	if (!find_body(s, &body) || body.len == 0)
		return;
	sk_buf_init(&bytes, body.len);
	to = sk_buf_room(&bytes, body.len);
	n = to != NULL ? sk_unbase64(to, body) : 0;
	if (n > 0) {
		memcpy(b->p + from, to, n);
		b->len = from + n;
	}
	sk_buf_free(&bytes);
}

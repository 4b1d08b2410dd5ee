/*
 * OpenPGP armour without its checksum. RFC 9580 (6.1) leaves it to the writer
 * and newer programs write none; gpg 2.2 then takes the last line for base64
 * whenever the group before it is full, and calls a whole message damaged, a
 * key none and a signed text unsigned. So such an armour is given its sum
 * before gpg sees it. What is not plainly one is left as it came, and gpg
 * judges it.
 */
#include <config.h>

#include <string.h>

#include <sekisho/hash.h>
#include <sekisho/text.h>

static void
crc24_table(uint32_t t[256])
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i << 16;

		for (int bit = 0; bit < 8; bit++)
			c = c & 0x800000 ? (c << 1) ^ 0x1864cfb : c << 1;
		t[i] = c & 0xffffff;
	}
}

uint32_t
sk_crc24(struct sk_span s)
{
	uint32_t t[256], c = 0xb704ce;

	crc24_table(t);
	for (size_t i = 0; i < s.len; i++)
		c = (c << 8 & 0xffffff) ^ t[(c >> 16 ^ s.p[i]) & 255];
	return c;
}

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

/* Over the first line, the fields and the blank line behind them; of a text
 * that is signed in the clear, over the text first (its own lines have no dash
 * in front: RFC 9580 7.2). */
static bool
skip_head(struct sk_span *s)
{
	struct sk_span line = next_line(s);

	if (sk_span_is(line, "-----BEGIN PGP SIGNED MESSAGE-----"))
		do
			line = next_line(s);
		while (s->len > 0 && !begins(line, "-----BEGIN"));
	if (!begins(line, "-----BEGIN PGP "))
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

/* The base64 of what is in the body, or nothing: it is none. */
static bool
sum_of(struct sk_span body, unsigned char sum[3])
{
	struct sk_buf bytes;
	unsigned char *to;
	uint32_t crc;
	size_t n;

	sk_buf_init(&bytes, body.len);
	to = sk_buf_room(&bytes, body.len);
	n = to != NULL ? sk_unbase64(to, body) : 0;
	crc = sk_crc24(sk_span_of(to, n));
	sk_buf_free(&bytes);
	for (int i = 0; i < 3; i++)
		sum[i] = (unsigned char)(crc >> (16 - 8 * i));
	return n > 0;
}

void
sk_armour_add_sum(struct sk_buf *b, size_t from)
{
	unsigned char sum[3];
	struct sk_span s, body;
	size_t at, rest;
	char line[8] = "\n=";

	if (b->len <= from)
		return;
	s = sk_span_of(b->p + from, b->len - from);
	while (s.len > 0 && blank(s.p[0]))
		s = sk_span_of(s.p + 1, s.len - 1);
	if (!find_body(s, &body))
		return;
	while (body.len > 0 && blank(body.p[body.len - 1]))
		body.len--;
	if (!sum_of(body, sum))
		return;
	sk_base64(line + 2, sk_span_of(sum, 3));
	at = (size_t)(body.p - b->p) + body.len;
	rest = b->len - at;
	if (sk_buf_room(b, sizeof(line)) == NULL)
		return;
	memmove(b->p + at + 6, b->p + at, rest);
	memcpy(b->p + at, line, 6);
	b->len += 6;
}

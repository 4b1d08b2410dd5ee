/*
 * Strict base64 for proof: one spelling for each byte string and no other, so
 * that nothing can ride along in ignored characters, padding bits or after the
 * padding.
 */
#include <config.h>

#include <sekisho/limits.h>

#include "mail/proof_walk.h"

static int
value_of(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Four characters to 1..3 bytes; 0 if they are no such group. */
static size_t
group(const unsigned char *p, unsigned char to[3])
{
	int a = value_of(p[0]), b = value_of(p[1]);
	int c = value_of(p[2]), d = value_of(p[3]);

	if (a < 0 || b < 0)
		return 0;
	to[0] = (unsigned char)(a << 2 | b >> 4);
	if (p[2] == '=')
		return p[3] == '=' && (b & 15) == 0 ? 1 : 0;
	if (c < 0)
		return 0;
	to[1] = (unsigned char)((b & 15) << 4 | c >> 2);
	if (p[3] == '=')
		return (c & 3) == 0 ? 2 : 0;
	if (d < 0)
		return 0;
	to[2] = (unsigned char)((c & 3) << 6 | d);
	return 3;
}

bool
proof_base64_line(struct proof_base64 *b, struct sk_span line)
{
	unsigned char bytes[LIMIT_OUT_LINE / 4 * 3];
	size_t n = 0, got;

	if (b->ended || line.len == 0 || line.len % 4 != 0 ||
	    line.len > LIMIT_OUT_LINE)
		return false;
	if (b->width == 0)
		b->width = line.len;
	if (line.len > b->width)
		return false;
	for (size_t i = 0; i < line.len; i += 4) {
		got = group(line.p + i, bytes + n);
		n += got;
		if (got == 0 || (got < 3 && i + 4 < line.len))
			return false;
	}
	b->ended = line.len < b->width || n % 3 != 0;
	sk_buf_add(b->out, bytes, n);
	return !b->out->over;
}

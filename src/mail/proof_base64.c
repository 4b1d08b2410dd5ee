/*
 * Strict base64 for proof: one spelling for each byte string and no other, so
 * that nothing can ride along in ignored characters, padding bits or after the
 * padding.
 */
#include <config.h>

#include <sekisho/limits.h>

#include "mail/proof_walk.h"

/* One more than the value; 0: no character of base64. Every digest's octets
 * pass here. */
static const unsigned char values[256] = {
	['A'] = 1, ['B'] = 2, ['C'] = 3, ['D'] = 4, ['E'] = 5, ['F'] = 6,
	['G'] = 7, ['H'] = 8, ['I'] = 9, ['J'] = 10, ['K'] = 11, ['L'] = 12,
	['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18,
	['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
	['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30,
	['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36,
	['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42,
	['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
	['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54,
	['2'] = 55, ['3'] = 56, ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60,
	['8'] = 61, ['9'] = 62, ['+'] = 63, ['/'] = 64,
};

static int
value_of(unsigned char c)
{
	return values[c] - 1;
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

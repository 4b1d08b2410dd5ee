/*
 * Undoes what people do to addresses so that nobody clicks them: hxxp, [.],
 * (dot), [at], full-width characters. The line comes out as ASCII with every
 * other character a separator, and a mark on each byte that was changed back.
 *
 * One pass, linear; what comes out is never longer than what went in.
 */
#include <config.h>

#include <string.h>

#include "mail/bytes.h"
#include "mail/indicator.h"

/* Written in one of three brackets, in any case. */
static const struct {
	const char *inside;
	char means;
} brackets[] = {
	{ ".", '.' }, { "dot", '.' }, { "@", '@' }, { "at", '@' },
	{ ":", ':' }, { "/", '/' },
};

/* ASCII, full-width ASCII folded; anything else is a separator. */
static size_t
plain_char(const char *p, const char *end, char *out)
{
	const unsigned char *u = (const unsigned char *)p;
	size_t n = u[0] < 0x80 ? 1 : u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : 4;
	unsigned c;

	if ((size_t)(end - p) < n)
		n = 1;
	*out = u[0] >= ' ' && u[0] < 0x7f ? (char)u[0] : REFANG_BREAK;
	if (n != 3)
		return n;
	c = (u[0] & 15u) << 12 | (u[1] & 63u) << 6 | (u[2] & 63u);
	if (c >= 0xff01 && c <= 0xff5e)		/* ！ to ～ */
		*out = (char)(c - 0xfee0);
	return n;
}

static size_t
fold(const char *p, const char *end, char *out)
{
	size_t n = 0;

	while (p < end)
		p += plain_char(p, end, &out[n++]);
	return n;
}

/* "[.]", "(dot)", "{at}" and "[://]" at s; the bytes they take, or 0. */
static size_t
bracketed(const char *s, size_t n, char *means)
{
	char close = s[0] == '[' ? ']' : s[0] == '(' ? ')' :
	    s[0] == '{' ? '}' : '\0';

	if (close == '\0')
		return 0;
	for (size_t i = 0; i < sizeof(brackets) / sizeof(*brackets); i++) {
		size_t k = strlen(brackets[i].inside);

		if (n >= k + 2 && s[k + 1] == close &&
		    span_ieq(sk_span_of(s + 1, k), brackets[i].inside)) {
			*means = brackets[i].means;
			return k + 2;
		}
	}
	return 0;
}

static bool
joins(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '/' || c == ':' || c == '-';
}

size_t
refang_line(const char *p, const char *end, char *out, char *changed)
{
	size_t n = fold(p, end, out), to = 0;

	for (size_t i = 0; i < n; to++) {
		char means = '\0';
		size_t k = bracketed(out + i, n - i, &means);

		if (k > 0 && to > 0 && joins(out[to - 1])) {
			out[to] = means;
			changed[to] = 1;
			i += k;
		} else if (n - i >= 5 && memcmp(out + i, "[://]", 5) == 0) {
			memcpy(out + to, "://", 3);
			memset(changed + to, 1, 3);
			to += 2;
			i += 5;
		} else if (out[i] == '\\' && i + 1 < n && out[i + 1] == '.') {
			out[to] = '.';
			changed[to] = 1;
			i += 2;
		} else {
			out[to] = out[i++];
			changed[to] = 0;
		}
	}
	return to;
}

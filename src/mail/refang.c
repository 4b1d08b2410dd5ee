/*
 * Undoes what people do to addresses so that nobody clicks them: hxxp, [.],
 * (dot), [at], full-width characters. The line comes out as ASCII with every
 * other character a separator, and a mark on each byte that was changed back.
 * Separators that could be letters of a name are told apart: what follows one
 * behind a stop is the end of a longer name.
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

/* Anything but signs, stops, brackets and emoji. */
static bool
is_letter(unsigned c)
{
	static const struct { unsigned from, to; } none[] = {
		{ 0, 0xbf }, { 0xd7, 0xd7 }, { 0xf7, 0xf7 },
		{ 0x2000, 0x2fff }, { 0x3000, 0x3004 }, { 0x3007, 0x3020 },
		{ 0x3030, 0x3030 }, { 0x303d, 0x303f }, { 0x30fb, 0x30fb },
		{ 0x3200, 0x33ff }, { 0xe000, 0xf8ff }, { 0xfe00, 0xff65 },
		{ 0xffa0, 0xffff }, { 0x1f000, 0x1faff }, { 0xe0000, ~0u },
	};

	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		if (c >= none[i].from && c <= none[i].to)
			return false;
	return true;
}

static unsigned
code_point(const unsigned char *u, size_t n)
{
	unsigned c = n == 2 ? u[0] & 31u : n == 3 ? u[0] & 15u : u[0] & 7u;

	for (size_t i = 1; i < n; i++)
		c = c << 6 | (u[i] & 63u);
	return c;
}

/* ASCII, full-width ASCII folded; anything else is a separator. */
static size_t
plain_char(const char *p, const char *end, char *out)
{
	const unsigned char *u = (const unsigned char *)p;
	size_t n = u[0] < 0x80 ? 1 : u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : 4;
	unsigned c;

	*out = REFANG_BREAK;
	if ((size_t)(end - p) < n)
		n = 1;
	if (n == 1) {
		if (u[0] >= ' ' && u[0] < 0x7f)
			*out = (char)u[0];
		return n;
	}
	c = code_point(u, n);
	if (c >= 0xff01 && c <= 0xff5e)		/* ！ to ～ */
		*out = (char)(c - 0xfee0);
	else if (is_letter(c))
		*out = c < 0xe00 ? REFANG_LETTER : REFANG_IDEOGRAPH;
	return n;
}

/* "．" beside kanji or kana ends a sentence, and stands in no name. */
static void
end_sentences(char *out, size_t n, bool wide, bool *was_stop)
{
	if (*was_stop && out[n] == REFANG_IDEOGRAPH)
		out[n - 1] = REFANG_BREAK;
	*was_stop = wide && out[n] == '.';
	if (*was_stop && n > 0 && out[n - 1] == REFANG_IDEOGRAPH)
		out[n] = REFANG_BREAK;
}

static size_t
fold(const char *p, const char *end, char *out)
{
	bool stop = false;
	size_t n = 0;

	for (; p < end; n++) {
		size_t k = plain_char(p, end, &out[n]);

		end_sentences(out, n, k > 1, &stop);
		p += k;
	}
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

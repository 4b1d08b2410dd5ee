/*
 * A value of one line that stands alone on its line is folded where it would
 * run past the width of a mail: between words, or after any character of
 * Japanese text, but never so that a line begins with what ends a phrase.
 */
#include <string.h>

#include <sekisho/limits.h>
#include <sekisho/text.h>

#include "template/internal.h"

static size_t
char_bytes(const char *s)
{
	size_t n = 1;

	while (((unsigned char)s[n] & 0xc0) == 0x80)
		n++;
	return n;
}

static size_t
columns(struct sk_arena *a, const char *s, size_t n)
{
	return sk_columns(sk_arena_strn(a, s, n));
}

/* May a line begin with what stands at s? */
static bool
may_begin(const char *s)
{
	static const char *const never[] = { "、", "。", "，", "．", "）", "」",
	    "』", "】", "・", "ー", "：", "；", "！", "？", ")", "]", ".", "," };

	for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++)
		if (strncmp(s, never[i], strlen(never[i])) == 0)
			return false;
	return true;
}

/* What opens a phrase ends no line: n bytes of s are before the break. */
static bool
may_end(const char *s, size_t n)
{
	static const char *const never[] = { "（", "「", "『", "【", "(", "[" };

	for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++) {
		size_t k = strlen(never[i]);

		if (n >= k && memcmp(s + n - k, never[i], k) == 0)
			return false;
	}
	return true;
}

/* Bytes of s that go on a line of `width` columns; all of it if it fits. */
static size_t
line_bytes(struct sk_arena *a, const char *s, size_t width)
{
	size_t best = 0, used = 0, n = 0;

	while (s[n] && used <= width) {
		size_t k = char_bytes(s + n);
		bool wide = k > 2;

		used += columns(a, s + n, k);
		if (used > width)
			break;
		n += k;
		if (s[n - k] == ' ' || ((wide || (unsigned char)s[n] >= 0xe0) &&
		    may_begin(s + n) && may_end(s, n)))
			best = n;
	}
	return s[n] && best ? best : n;
}

void
fold_line(struct sk_arena *a, const char *s, size_t indent,
    struct sk_buf *out)
{
	size_t width = LIMIT_OUT_LINE > indent + 20 ?
	    LIMIT_OUT_LINE - indent : 20;

	while (*s) {
		size_t n = line_bytes(a, s, width), keep = n;

		if (!n)		/* one character wider than the line */
			keep = n = char_bytes(s);
		while (keep && s[keep - 1] == ' ')
			keep--;
		sk_buf_add(out, s, keep);
		s += n;
		if (!*s)
			break;
		sk_buf_addc(out, '\n');
		for (size_t i = 0; i < indent; i++)
			sk_buf_addc(out, ' ');
	}
}

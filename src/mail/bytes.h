/* Small tests on bytes, the same everywhere: ASCII only, no locale. */
#pragma once

#include <stdbool.h>
#include <string.h>

#include <sekisho/buf.h>

static inline bool
byte_blank(unsigned c)
{
	return c == ' ' || c == '\t';
}

static inline bool
byte_space(unsigned c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static inline unsigned
byte_lower(unsigned c)
{
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

static inline bool
byte_digit(unsigned c)
{
	return c >= '0' && c <= '9';
}

/* Value of a hex digit, or -1. */
static inline int
byte_hex(unsigned c)
{
	if (byte_digit(c))
		return (int)(c - '0');
	c = byte_lower(c);
	return c >= 'a' && c <= 'f' ? (int)(c - 'a') + 10 : -1;
}

static inline bool
span_ieq(struct sk_span s, const char *word)
{
	size_t n = strlen(word);

	if (s.len != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (byte_lower(s.p[i]) !=
		    byte_lower((unsigned char)word[i]))
			return false;
	return true;
}

static inline bool
span_ihas(struct sk_span s, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= s.len; i++)
		if (span_ieq(sk_span_of(s.p + i, n), word))
			return true;
	return false;
}

static inline struct sk_span
span_trim(struct sk_span s)
{
	while (s.len > 0 && byte_space(s.p[0]))
		s.p++, s.len--;
	while (s.len > 0 && byte_space(s.p[s.len - 1]))
		s.len--;
	return s;
}

/* Blanks that other programs put in: no-break and ideographic spaces too. */
static inline struct sk_span
span_trim_wide(struct sk_span s)
{
	for (size_t n = 1; n > 0;) {
		s = span_trim(s);
		n = s.len >= 2 && memcmp(s.p, "\xc2\xa0", 2) == 0 ? 2 :
		    s.len >= 3 && memcmp(s.p, "\xe3\x80\x80", 3) == 0 ? 3 : 0;
		s.p += n;
		s.len -= n;
	}
	return s;
}

/* The part of `s` from offset `at` to `end`. */
static inline struct sk_span
span_cut(struct sk_span s, size_t at, size_t end)
{
	return sk_span_of(s.p + at, end - at);
}

/* Does one of the n words stand in the string; does it end in one? */
static inline bool
str_holds(const char *s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strstr(s, words[i]) != NULL)
			return true;
	return false;
}
#define STR_HOLDS(s, words) \
	str_holds((s), (words), sizeof(words) / sizeof((words)[0]))

static inline bool
str_ends_in(const char *s, const char *const *words, size_t n)
{
	size_t len = strlen(s), m;

	for (size_t i = 0; i < n; i++)
		if (len >= (m = strlen(words[i])) &&
		    memcmp(s + len - m, words[i], m) == 0)
			return true;
	return false;
}
#define STR_ENDS_IN(s, words) \
	str_ends_in((s), (words), sizeof(words) / sizeof((words)[0]))

/* Offset of the line after the one that begins at `at`. */
static inline size_t
line_next(struct sk_span s, size_t at, size_t end)
{
	const unsigned char *nl = memchr(s.p + at, '\n', end - at);

	return nl ? (size_t)(nl - s.p) + 1 : end;
}

/* The line that begins at `at`, ends before `next`, without its line end. */
static inline struct sk_span
line_text(struct sk_span s, size_t at, size_t next)
{
	if (next > at && s.p[next - 1] == '\n')
		next--;
	if (next > at && s.p[next - 1] == '\r')
		next--;
	return sk_span_of(s.p + at, next - at);
}

/*
 * Text made comparable for the deny-list: NFKC and case folded, blanks, line
 * ends and characters without width left out. Every byte remembers where it
 * came from, so that an operator can be shown the place. One pass, linear time;
 * nothing visible is ever dropped, since that could hide a word.
 */
#include "deny_text.h"

#include <string.h>

#include <sekisho/buf.h>
#include <sekisho/text.h>

#include "deny_defang.h"

/* The longest base character with its marks that is looked at as one. */
#define CLUSTER 64

struct fold {
	struct sk_buf s, at, gap;
	unsigned char next_gap;
};

struct range {
	uint32_t first, last;
};

/* Part words; the middle dot does so in Japanese. */
static const struct range blanks[] = {
	{ 0x0001, 0x0020 }, { 0x007f, 0x00a0 }, { 0x1680, 0x1680 },
	{ 0x2000, 0x200a }, { 0x2028, 0x2029 }, { 0x202f, 0x202f },
	{ 0x205f, 0x205f }, { 0x2800, 0x2800 }, { 0x3000, 0x3000 },
	{ 0x30fb, 0x30fb }, { 0xff65, 0xff65 },
};

/* A reader does not see them. */
static const struct range hidden[] = {
	{ 0x00ad, 0x00ad }, { 0x034f, 0x034f }, { 0x061c, 0x061c },
	{ 0x115f, 0x1160 }, { 0x17b4, 0x17b5 }, { 0x180b, 0x180f },
	{ 0x200b, 0x200f }, { 0x202a, 0x202e }, { 0x2060, 0x206f },
	{ 0x3164, 0x3164 }, { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff },
	{ 0xffa0, 0xffa0 }, { 0xfff0, 0xfffb }, { 0xe0000, 0xe0fff },
};

/* Join the character before them, so both are folded together. */
static const struct range marks[] = {
	{ 0x0300, 0x034e }, { 0x0350, 0x036f }, { 0x1161, 0x11ff },
	{ 0x3099, 0x309a }, { 0xff9e, 0xff9f },
};

/* Fold to themselves: most of Japanese text, so it is worth knowing. */
static const struct range plain[] = {
	{ 0x3041, 0x3096 }, { 0x30a1, 0x30fa }, { 0x30fc, 0x30fe },
	{ 0x4e00, 0x9fff },
};

#define IN(c, table) in(c, table, sizeof(table) / sizeof((table)[0]))

static bool
in(uint32_t c, const struct range *r, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (c >= r[i].first && c <= r[i].last)
			return true;
	return false;
}

/* Length of the sequence at s and its code point; 1 and U+FFFD where it is no
 * UTF-8. s ends with a NUL, which no continuation byte is. */
static size_t
decode(const char *text, uint32_t *c)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t n = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 :
	    s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;

	*c = n == 1 ? s[0] : n ? s[0] & (0x7fU >> n) : 0xfffd;
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80) {
			*c = 0xfffd;
			return 1;
		}
		*c = *c << 6 | (s[i] & 0x3fU);
	}
	return n ? n : 1;
}

static void
put(struct fold *f, const char *s, size_t n, size_t at)
{
	const uint32_t place = (uint32_t)at;

	for (size_t i = 0; i < n; i++) {
		if (s[i] == ' ')	/* folding may make blanks */
			continue;
		sk_buf_addc(&f->s, (unsigned char)s[i]);
		sk_buf_add(&f->at, &place, sizeof(place));
		sk_buf_addc(&f->gap, f->next_gap);
		f->next_gap = GAP_NONE;
	}
}

/* The Japanese full stop ends labels of host names too (RFC 3490 3.1). */
static void
put_folded(struct fold *f, const char *bytes, size_t n, size_t at)
{
	struct sk_arena *a = sk_arena_new();
	const char *s = sk_nfkc_fold(a, sk_arena_strn(a, bytes, n));

	if (strcmp(s, "\xe3\x80\x82") == 0)
		s = ".";
	put(f, s, strlen(s), at);
	sk_arena_free(&a);
}

static void
put_cluster(struct fold *f, const char *bytes, size_t n, uint32_t c,
    bool marked, size_t at)
{
	char ascii = (char)c;

	if (!marked && c >= 0xff01 && c <= 0xff5e)
		c -= 0xfee0;		/* full-width ASCII */
	if (!marked && c < 0x80) {
		ascii = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
		put(f, &ascii, 1, at);
	} else if (!marked && IN(c, plain)) {
		put(f, bytes, n, at);
	} else {
		put_folded(f, bytes, n, at);
	}
}

/* Where the marks of the character before s go on; NULL if none does. Hidden
 * characters may stand between. */
static const char *
next_mark(const char *s, size_t *n)
{
	uint32_t c;

	for (;; s += *n) {
		if (!*s)
			return NULL;
		*n = decode(s, &c);
		if (IN(c, marks))
			return s;
		if (!IN(c, hidden))
			return NULL;
	}
}

/* Takes one character with its marks; returns what follows. */
static const char *
take(struct fold *f, const char *s, size_t n, uint32_t c, size_t at)
{
	char cluster[CLUSTER];
	const char *mark;
	size_t len = n, k;

	memcpy(cluster, s, n);
	s += n;
	while (len + 4 <= CLUSTER && (mark = next_mark(s, &k)) != NULL) {
		memcpy(cluster + len, mark, k);
		len += k;
		s = mark + k;
	}
	put_cluster(f, cluster, len, c, len > n, at);
	return s;
}

static void
raise_gap(struct fold *f, enum deny_gap g)
{
	if (f->next_gap < g)
		f->next_gap = (unsigned char)g;
}

static void
steal(struct sk_arena *a, struct fold *f, struct deny_text *out)
{
	out->n = f->s.len;
	out->s = sk_arena_strn(a, f->s.p, f->s.len);
	out->at = sk_arena_dup(a, f->at.p, f->at.len);
	out->gap = sk_arena_dup(a, f->gap.p, f->gap.len);
	sk_buf_free(&f->s);
	sk_buf_free(&f->at);
	sk_buf_free(&f->gap);
}

void
deny_fold(struct sk_arena *a, const char *text, bool defang,
    struct deny_text *out)
{
	struct fold f = { .next_gap = GAP_BLANK };
	const char *s = text;

	sk_buf_init(&f.s, SIZE_MAX);
	sk_buf_init(&f.at, SIZE_MAX);
	sk_buf_init(&f.gap, SIZE_MAX);
	while (*s) {
		uint32_t c;
		size_t n = decode(s, &c);

		if (IN(c, blanks) || IN(c, hidden)) {
			raise_gap(&f, IN(c, blanks) ? GAP_BLANK : GAP_HIDDEN);
			s += n;
		} else {
			s = take(&f, s, n, c, (size_t)(s - text));
		}
	}
	steal(a, &f, out);
	if (defang)
		deny_defang(out);
}

size_t
deny_length(const char *folded)
{
	size_t n = 0;

	for (; *folded; folded++)
		n += ((unsigned char)*folded & 0xc0) != 0x80;
	return n;
}

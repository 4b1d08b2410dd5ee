/*
 * UTF-8 by libunistring, whose only user this file is. Everything takes any
 * bytes: what is not UTF-8 is replaced or shown as an escape, never trusted.
 * Nothing depends on the locale.
 */
#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <uninorm.h>
#include <unistr.h>
#include <uniwidth.h>

#include <sekisho/log.h>
#include <sekisho/mem.h>
#include <sekisho/text.h>

#include "base/base.h"

#define REPLACEMENT "\xef\xbf\xbd"	/* U+FFFD */

struct range {
	uint32_t first, last;
};

/* Shown as nothing, or turning round what stands beside them: controls, the
 * bidi controls of UAX #9, and default ignorables without the variation
 * selectors, which Japanese names need. */
static const struct range hidden[] = {
	{ 0x0000, 0x001f }, { 0x007f, 0x009f }, { 0x00ad, 0x00ad },
	{ 0x034f, 0x034f }, { 0x061c, 0x061c }, { 0x115f, 0x1160 },
	{ 0x17b4, 0x17b5 }, { 0x180b, 0x180f }, { 0x200b, 0x200f },
	{ 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0x3164, 0x3164 },
	{ 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0xfff0, 0xfffb },
	{ 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a }, { 0xe0000, 0xe00ff },
	{ 0xe01f0, 0xe0fff },
};

static const struct range blanks[] = {
	{ 0x0020, 0x0020 }, { 0x00a0, 0x00a0 }, { 0x1680, 0x1680 },
	{ 0x2000, 0x200a }, { 0x202f, 0x202f }, { 0x205f, 0x205f },
	{ 0x2800, 0x2800 }, { 0x3000, 0x3000 },
};

/* Letters of hiragana and katakana, half-width ones too; not the middle dot. */
static const struct range kana[] = {
	{ 0x3041, 0x3096 }, { 0x309d, 0x309f }, { 0x30a1, 0x30fa },
	{ 0x30fc, 0x30ff }, { 0x31f0, 0x31ff }, { 0xff66, 0xff9d },
};

/* Whole in NFKC and without case, whatever stands before them; behind them
 * too, unless it is a combining mark, which is not among them. */
static const struct range unchanged[] = {
	{ 0x3041, 0x3096 }, { 0x4e00, 0x9fff }, { 0x30a1, 0x30fe },
	{ 0x3001, 0x301f }, { 0x309d, 0x309e }, { 0x3400, 0x4dbf },
	{ 0x2500, 0x25ff }, { 0x2015, 0x2015 }, { 0x203b, 0x203b },
	{ 0x2190, 0x2193 },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool
in(const struct range *r, size_t n, uint32_t c)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (c >= r[i].first && c <= r[i].last)
			return true;
	return false;
}

/* Steps over one character; *ok is false for a byte sequence that is none. */
static size_t
next(const uint8_t *p, size_t n, uint32_t *c, bool *ok)
{
	ucs4_t uc = 0;
	int k = u8_mbtoucr(&uc, p, n);

	*ok = k > 0;
	*c = uc;
	if (k > 0)
		return (size_t)k;
	/* As many bytes as the lenient decoder gives one replacement for. */
	k = u8_mbtouc(&uc, p, n);
	return k > 0 ? (size_t)k : 1;
}

bool
sk_uc_hidden(uint32_t c)
{
	return in(hidden, COUNT(hidden), c);
}

bool
sk_utf8_valid(struct sk_span s)
{
	if (s.len == 0)
		return true;
	return u8_check(s.p, s.len) == NULL && memchr(s.p, 0, s.len) == NULL;
}

bool
sk_utf8_printable(const char *s)
{
	const uint8_t *p = (const uint8_t *)s;
	size_t left = strlen(s), k;
	uint32_t c;
	bool ok;

	for (; left > 0; p += k, left -= k) {
		k = next(p, left, &c, &ok);
		if (!ok || sk_uc_hidden(c) || in(blanks, COUNT(blanks), c))
			return false;
	}
	return true;
}

char *
sk_utf8_clean(struct sk_arena *a, struct sk_span s)
{
	const uint8_t *p = s.p;
	size_t left = s.len, k;
	struct sk_buf out;
	uint32_t c;
	char *copy;
	bool ok;

	if (sk_utf8_valid(s))
		return sk_arena_strn(a, s.p, s.len);
	sk_buf_init(&out, SIZE_MAX);
	for (; left > 0; p += k, left -= k) {
		k = next(p, left, &c, &ok);
		if (ok && c != 0)
			sk_buf_add(&out, p, k);
		else
			sk_buf_adds(&out, REPLACEMENT);
	}
	copy = sk_arena_strn(a, out.p, out.len);
	sk_buf_free(&out);
	return copy;
}

/* Takes over what libunistring allocated. */
static char *
take(struct sk_arena *a, uint8_t *p, size_t n)
{
	char *copy;

	if (p == NULL)
		sk_bug("memory.unicode", NULL);
	copy = sk_arena_strn(a, p, n);
	sk_wipe(p, n);
	free(p);
	return copy;
}

char *
sk_nfkc(struct sk_arena *a, const char *s)
{
	const char *clean = sk_utf8_clean(a, sk_span_str(s));
	size_t n = 0;
	uint8_t *p;

	if (*clean == '\0')
		return sk_arena_str(a, "");
	p = u8_normalize(UNINORM_NFKC, (const uint8_t *)clean, strlen(clean),
	    NULL, &n);
	return take(a, p, n);
}

/* Folded, and for itself alone, whatever stands beside it: 0 for characters
 * that the library must see. Together with full-width ASCII, ASCII is nearly
 * all that is folded here. */
static uint32_t
fold_simple(uint32_t c)
{
	if (c == 0x3000)
		return ' ';
	if (c >= 0xff01 && c <= 0xff5e)
		c -= 0xfee0;
	if (c < 0x80)
		return c >= 'A' && c <= 'Z' ? c + 32 : c;
	return in(unchanged, COUNT(unchanged), c) ? c : 0;
}

/* NULL if there is a character that is not simple. */
static char *
fold_quickly(struct sk_arena *a, const char *s)
{
	size_t left = strlen(s), k;
	uint8_t *out = sk_arena_alloc(a, left + 1), *to = out;
	const uint8_t *p = (const uint8_t *)s;
	uint32_t c;
	bool ok;

	for (; left > 0; p += k, left -= k) {
		k = next(p, left, &c, &ok);
		c = ok ? fold_simple(c) : 0;
		if (c == 0)
			return NULL;
		to += u8_uctomb(to, c, (ptrdiff_t)k);
	}
	return (char *)out;
}

char *
sk_nfkc_fold(struct sk_arena *a, const char *s)
{
	char *quick = fold_quickly(a, s);
	const char *plain;
	size_t n = 0;
	uint8_t *p;

	if (quick != NULL)
		return quick;
	/* Compatibility forms first, so that full-width capitals fold too. */
	plain = sk_nfkc(a, s);
	if (*plain == '\0')
		return sk_arena_str(a, "");
	p = u8_casefold((const uint8_t *)plain, strlen(plain), NULL,
	    UNINORM_NFKC, NULL, &n);
	return take(a, p, n);
}

bool
sk_has_kana(const char *s)
{
	const uint8_t *p = (const uint8_t *)s;
	size_t left = strlen(s), k;
	uint32_t c;
	bool ok;

	for (; left > 0; p += k, left -= k) {
		k = next(p, left, &c, &ok);
		if (ok && in(kana, COUNT(kana), c))
			return true;
	}
	return false;
}

size_t
sk_columns(const char *s)
{
	const uint8_t *p = (const uint8_t *)s;
	size_t left = strlen(s), k, columns = 0;
	uint32_t c;
	bool ok;
	int w;

	for (; left > 0; p += k, left -= k) {
		k = next(p, left, &c, &ok);
		w = ok ? uc_width(c, "UTF-8") : 1;
		if (w > 0)
			columns += (size_t)w;
	}
	return columns;
}

static void
add_bytes_escaped(struct sk_buf *out, const uint8_t *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		sk_buf_addf(out, "\\x%02x", p[i]);
}

char *
sk_escape_terminal(struct sk_arena *a, const char *s, bool lines)
{
	const uint8_t *p = (const uint8_t *)s;
	size_t left = strlen(s), k;
	struct sk_buf out;
	uint32_t c;
	char *copy;
	bool ok;

	sk_buf_init(&out, SIZE_MAX);
	for (; left > 0; p += k, left -= k) {
		k = next(p, left, &c, &ok);
		if (!ok || c < 0x20 || c == 0x7f) {
			if (ok && lines && (c == '\n' || c == '\t'))
				sk_buf_addc(&out, (int)c);
			else
				add_bytes_escaped(&out, p, k);
		} else if (sk_uc_hidden(c)) {
			sk_buf_addf(&out, "\\u{%04x}", c);
		} else {
			sk_buf_add(&out, p, k);
		}
	}
	copy = sk_arena_strn(a, out.p, out.len);
	sk_buf_free(&out);
	return copy;
}

/*
 * Which Japanese charset is it, where the label is missing or untrue. Each
 * candidate is measured by what it would make of the bytes: broken sequences,
 * kana (nearly half of any Japanese text), half-width kana (nearly none). It
 * must rather say "unknown" than call a German umlaut Japanese.
 */
#include <config.h>

#include "mail/bytes.h"
#include "mail/charset.h"

struct measure {
	size_t bad, pairs, kana, half;
};

static struct measure
measure_cp932(struct sk_span s)
{
	struct measure m = { 0 };

	for (size_t i = 0; i < s.len; i++) {
		unsigned c = s.p[i], d = i + 1 < s.len ? s.p[i + 1] : 0;

		if (c < 0x80)
			continue;
		if (c >= 0xa1 && c <= 0xdf) {
			m.half++;
			continue;
		}
		if (c == 0x80 || c == 0xa0 || c == 0xeb || c == 0xec ||
		    c > 0xfc || (c >= 0xef && c <= 0xf9) || d < 0x40 ||
		    d == 0x7f || d > 0xfc || (c == 0xfc && d > 0x4b)) {
			m.bad++;
			continue;
		}
		m.pairs++;
		m.kana += (c == 0x82 && d >= 0x9f && d <= 0xf1) ||
		    (c == 0x83 && d <= 0x96) || c == 0x81;
		i++;
	}
	return m;
}

static struct measure
measure_eucjp(struct sk_span s)
{
	struct measure m = { 0 };

	for (size_t i = 0; i < s.len; i++) {
		unsigned c = s.p[i], d = i + 1 < s.len ? s.p[i + 1] : 0;

		if (c < 0x80)
			continue;
		if (c == 0x8e && d >= 0xa1 && d <= 0xdf) {
			m.half++;
			i++;
			continue;
		}
		if (c == 0x8f && d >= 0xa1)
			continue;
		if (c < 0xa1 || c == 0xff || d < 0xa1 || d == 0xff) {
			m.bad++;
			continue;
		}
		m.pairs++;
		m.kana += c == 0xa4 || c == 0xa5 || c == 0xa1;
		i++;
	}
	return m;
}

static bool
is_plausible(struct measure m)
{
	if (m.bad * 10 > m.pairs + m.half)
		return false;
	return (m.kana > 0 && m.kana * 8 >= m.pairs) || m.pairs >= 2 ||
	    (m.half >= 3 && m.bad == 0);
}

static size_t
cost(struct measure m)
{
	return m.bad * 20 + m.half * 3 + m.pairs - m.kana;
}

enum codec
detect_japanese(struct sk_span bytes)
{
	struct measure cp932 = measure_cp932(bytes);
	struct measure eucjp = measure_eucjp(bytes);
	bool may_cp932 = is_plausible(cp932), may_eucjp = is_plausible(eucjp);

	if (may_cp932 && (!may_eucjp || cost(cp932) < cost(eucjp)))
		return CODEC_CP932;
	return may_eucjp ? CODEC_EUCJP : CODEC_UNKNOWN;
}

/* Western text has hardly a byte 0x82, 0x83, 0xa4 or 0xa5, and never so many
 * pairs without one broken; Japanese has little else. */
static bool
is_sure(struct measure m)
{
	return m.bad == 0 && m.kana >= 3 && m.kana * 4 >= m.pairs &&
	    m.half <= m.pairs;
}

enum codec
detect_surely_japanese(struct sk_span bytes)
{
	if (is_sure(measure_cp932(bytes)))
		return CODEC_CP932;
	return is_sure(measure_eucjp(bytes)) ? CODEC_EUCJP : CODEC_UNKNOWN;
}

bool
detect_jis(struct sk_span s)
{
	for (size_t i = 0; i + 2 < s.len; i++)
		if (s.p[i] == 0x1b && ((s.p[i + 1] == '$' &&
		    strchr("B@(", s.p[i + 2]) != NULL && s.p[i + 2] != 0) ||
		    (s.p[i + 1] == '(' && s.p[i + 2] == 'I')))
			return true;
	return false;
}

/* Length of the well-formed sequence at the front (RFC 3629), 0 if none. */
static size_t
utf8_sequence(const unsigned char *p, size_t n)
{
	size_t len = p[0] < 0x80 ? 1 : p[0] >= 0xc2 && p[0] < 0xe0 ? 2 :
	    p[0] >= 0xe0 && p[0] < 0xf0 ? 3 :
	    p[0] >= 0xf0 && p[0] < 0xf5 ? 4 : 0;

	if (len == 0 || len > n)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return len;
}

static size_t
count_utf8(struct sk_span s, size_t *broken)
{
	size_t whole = 0, len;

	*broken = 0;
	for (size_t i = 0; i < s.len; i += len) {
		len = utf8_sequence(s.p + i, s.len - i);
		whole += len > 1;
		if (len == 0) {
			++*broken;
			len = 1;
		}
	}
	return whole;
}

size_t
detect_utf8(struct sk_span bytes)
{
	size_t broken, whole = count_utf8(bytes, &broken);

	return broken == 0 ? whole : 0;
}

bool
detect_utf8_damaged(struct sk_span bytes)
{
	size_t broken, whole = count_utf8(bytes, &broken);

	return whole > broken * 4;
}

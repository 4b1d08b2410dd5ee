/*
 * Bytes with a hostile or missing label to UTF-8. The descriptors are opened
 * before the sandbox closes, one a codec, and stay open for the life of the
 * process: inside, glibc could not load a module (measured.md 3). They are the
 * one state this library keeps. Decoding never fails and always moves on: what
 * cannot be decoded is U+FFFD (standards.md B3).
 */
#include <config.h>

#include <errno.h>
#include <iconv.h>

#include <sekisho/log.h>
#include <sekisho/mail_read.h>
#include <sekisho/text.h>

#include "mail/bytes.h"
#include "mail/charset.h"

#define REPLACEMENT "\xef\xbf\xbd"

static struct {
	bool open;
	iconv_t cd;
} converters[CODEC_COUNT];

static iconv_t
converter(enum codec c)
{
	if (!converters[c].open) {
		converters[c].cd = iconv_open("UTF-8", codec_iconv_name(c));
		if (converters[c].cd == (iconv_t)-1)
			sk_bug("charset.missing", "name=%s",
			    codec_iconv_name(c));
		converters[c].open = true;
	}
	iconv(converters[c].cd, NULL, NULL, NULL, NULL);
	return converters[c].cd;
}

void
charset_prepare(void)
{
	struct sk_buf out;
	unsigned char byte = 'a';

	sk_buf_init(&out, 64);
	for (int c = 0; c < CODEC_COUNT; c++)
		if (codec_iconv_name((enum codec)c) != NULL)
			codec_append((enum codec)c, sk_span_of(&byte, 1),
			    &out);
	sk_buf_free(&out);
}

/* glibc's UHC refuses 0xA2 0xE8, but has taken it already. */
static bool
is_taken(enum codec c, const char *begin, const char *from)
{
	return c == CODEC_UHC && from - begin >= 2 &&
	    memcmp(from - 2, "\xa2\xe8", 2) == 0;
}

/* The character that a codec kept back, as it may combine with the next one
 * (CP1258); then it begins anew. */
static void
give_kept(iconv_t cd, struct sk_buf *out)
{
	char kept[64], *to = kept;
	size_t room = sizeof(kept);

	if (iconv(cd, NULL, NULL, &to, &room) != (size_t)-1)
		sk_buf_add(out, kept, sizeof(kept) - room);
}

/* E2BIG is no error here but the end of one round; EILSEQ and EINVAL cost one
 * byte each, so that every round moves on. */
static size_t
by_iconv(enum codec c, struct sk_span bytes, struct sk_buf *out)
{
	iconv_t cd = converter(c);
	char round[4096], *to, *from = (char *)(uintptr_t)bytes.p, *begin;
	size_t left = bytes.len, room, bad = 0, rc;

	while (left > 0 && !out->over) {
		to = round;
		room = sizeof(round);
		begin = from;
		rc = iconv(cd, &from, &left, &to, &room);
		sk_buf_add(out, round, sizeof(round) - room);
		if (rc != (size_t)-1 || errno == E2BIG)
			continue;
		give_kept(cd, out);
		sk_buf_adds(out, REPLACEMENT);
		bad++;
		if (left > 0 && !is_taken(c, begin, from)) {
			from++;
			left--;
		}
	}
	give_kept(cd, out);
	return bad;
}

static size_t
eucjp_length(struct sk_span s)
{
	size_t n = s.p[0] < 0x80 ? 1 : s.p[0] == 0x8f ? 3 : 2;

	return n < s.len ? n : s.len;
}

/* Rows 89 to 92 hold what NEC took over of IBM's kanji, as Windows writes them
 * (names: U+9AD9, U+FA11); iconv takes them for private characters. */
static bool
nec_pair(struct sk_span s, unsigned char sjis[2])
{
	unsigned row, trail;

	if (s.len < 2 || s.p[0] < 0xf9 || s.p[0] > 0xfc || s.p[1] < 0xa1 ||
	    s.p[1] > 0xfe)
		return false;
	row = s.p[0] - 0xa0u;
	trail = s.p[1] - 0xa0u + (row & 1 ? 0x3f : 0x9e);
	if ((row & 1) && trail >= 0x7f)
		trail++;
	sjis[0] = (unsigned char)((row - 1) / 2 + 0xc1);
	sjis[1] = (unsigned char)trail;
	return true;
}

static size_t
by_eucjp(struct sk_span bytes, struct sk_buf *out)
{
	unsigned char sjis[2];
	size_t from = 0, at = 0, bad = 0;

	while (at < bytes.len) {
		struct sk_span rest = span_cut(bytes, at, bytes.len);

		if (nec_pair(rest, sjis)) {
			bad += by_iconv(CODEC_EUCJP, span_cut(bytes, from, at),
			    out);
			bad += by_iconv(CODEC_CP932, sk_span_of(sjis, 2), out);
			from = at + 2;
		}
		at += eucjp_length(rest);
	}
	return bad + by_iconv(CODEC_EUCJP, span_cut(bytes, from, bytes.len),
	    out);
}

/* Already UTF-8, or said to be; broken sequences are replaced by the caller's
 * last cleaning, here they are only counted. */
static size_t
by_copy(struct sk_span bytes, struct sk_buf *out)
{
	if (bytes.len >= 3 && memcmp(bytes.p, "\xef\xbb\xbf", 3) == 0)
		bytes = span_cut(bytes, 3, bytes.len);
	sk_buf_add(out, bytes.p, bytes.len);
	return !sk_utf8_valid(bytes) && memchr(bytes.p, 0, bytes.len) == NULL;
}

size_t
codec_append(enum codec c, struct sk_span bytes, struct sk_buf *out)
{
	if (bytes.len == 0)
		return 0;
	if (c == CODEC_EUCJP)
		return by_eucjp(bytes, out);
	return codec_iconv_name(c) != NULL ? by_iconv(c, bytes, out) :
	    by_copy(bytes, out);
}

/* How many bytes the codec cannot decode. */
static size_t
errors_in(enum codec c, struct sk_span bytes)
{
	struct sk_buf out;
	size_t bad;

	sk_buf_init(&out, bytes.len * 4 + 64);
	bad = codec_append(c, bytes, &out);
	sk_buf_free(&out);
	return bad;
}

/* The label is on the list and claims more than ASCII: is it true? */
static enum codec
check_label(enum codec c, struct sk_span bytes)
{
	size_t utf8 = detect_utf8(bytes);
	enum codec found;
	bool single = c == CODEC_WINDOWS1252 || c >= CODEC_ICONV_MORE;

	if (c == CODEC_JIS)
		return detect_jis(bytes) ? c : CODEC_UNKNOWN;
	if (single && utf8 > 0)
		return CODEC_UTF8;
	if (c == CODEC_WINDOWS1252) {
		found = detect_surely_japanese(bytes);
		return found != CODEC_UNKNOWN ? found : c;
	}
	if (single)
		return c;
	if (c == CODEC_CP932 && utf8 > 1)
		return CODEC_UTF8;
	if (errors_in(c, bytes) == 0)
		return c;
	if (utf8 > 0)
		return CODEC_UTF8;
	if (!codec_japanese(c))
		return c;
	found = detect_japanese(bytes);
	return found != CODEC_UNKNOWN && found != c &&
	    errors_in(found, bytes) == 0 ? found : c;
}

/* Nothing (true) is claimed of these 8-bit bytes. */
static enum codec
guess(enum codec claimed, struct sk_span bytes)
{
	enum codec found;

	if (detect_utf8(bytes) > 0)
		return CODEC_UTF8;
	if (claimed == CODEC_UTF8 && detect_utf8_damaged(bytes))
		return CODEC_UTF8;
	found = detect_japanese(bytes);
	if (found != CODEC_UNKNOWN)
		return found;
	return claimed == CODEC_UTF8 || detect_utf8_damaged(bytes) ?
	    CODEC_UTF8 : CODEC_WINDOWS1252;
}

static enum codec
choose(struct sk_span bytes, const char *label, uint32_t *doubts)
{
	enum codec claimed = label_codec(label), c = claimed;

	if (claimed == CODEC_UNKNOWN)
		*doubts |= DOUBT_CHARSET;
	if (sk_is_ascii(bytes)) {
		if (c == CODEC_JIS)
			return c;
		c = detect_jis(bytes) ? CODEC_JIS : CODEC_ASCII;
		if (c == CODEC_JIS)
			*doubts |= DOUBT_CHARSET;
		return c;
	}
	if (c > CODEC_UTF8)
		c = check_label(c, bytes);
	if (c <= CODEC_UTF8)
		c = guess(c, bytes);
	if (c != claimed && !(c == CODEC_UTF8 &&
	    (label == NULL || *label == '\0')))
		*doubts |= DOUBT_CHARSET;
	return c;
}

char *
charset_decode(struct sk_arena *a, struct sk_span bytes, const char *label,
    uint32_t *doubts, bool *japanese)
{
	struct sk_buf out;
	enum codec c;
	char *text;

	if (bytes.len == 0)
		return sk_arena_str(a, "");
	if (memchr(bytes.p, 0, bytes.len) != NULL)
		*doubts |= DOUBT_NUL;
	c = choose(bytes, label, doubts);
	if (japanese != NULL && (codec_japanese(c) ||
	    codec_japanese(label_codec(label))))
		*japanese = true;
	if (c == CODEC_JIS)
		return jis_decode(a, bytes, doubts);
	sk_buf_init(&out, bytes.len * 4 + 64);
	if (codec_append(c, bytes, &out) > 0)
		*doubts |= DOUBT_UNDECODABLE;
	text = sk_utf8_clean(a, sk_buf_span(&out));
	sk_buf_free(&out);
	return text;
}

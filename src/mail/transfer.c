/*
 * Base64 and quoted-printable. libetpan has decoders too, but they need the
 * whole result in memory and Debian's read past odd input (standards.md B2).
 * Decoders disagree about damage, so damage is always reported: junk between
 * base64 letters, data after the padding, "=" before what is no hex digit.
 */
#include <config.h>

#include <sekisho/text.h>

#include "mail/bytes.h"
#include "mail/transfer.h"

struct stream {
	transfer_sink *sink;
	void *ctx;
	uint64_t total;
	size_t n;
	bool stopped;
	unsigned char piece[TRANSFER_PIECE];
};

static void
flush_piece(struct stream *s)
{
	if (s->n == 0 || s->stopped)
		return;
	if (s->sink != NULL && !s->sink(s->ctx, s->piece, s->n)) {
		s->stopped = true;
		return;
	}
	s->total += s->n;
	s->n = 0;
}

static inline void
put(struct stream *s, unsigned c)
{
	s->piece[s->n++] = (unsigned char)c;
	if (s->n == sizeof(s->piece))
		flush_piece(s);
	if (s->stopped)
		s->n = 0;
}

enum { SKIP = 64, PAD = 65, JUNK = 66 };

/* One look-up a byte: 25 MiB attachments are counted at every reading. */
static void
base64_table(unsigned char table[256])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";

	memset(table, JUNK, 256);
	for (unsigned i = 0; i < 64; i++)
		table[(unsigned char)letters[i]] = (unsigned char)i;
	table[' '] = table['\t'] = table['\r'] = table['\n'] = SKIP;
	table['='] = PAD;
}

/* The one or two bytes of a quantum that ends early. */
static void
base64_rest(struct stream *s, unsigned bits, unsigned have, bool *damaged)
{
	if (have == 1)
		*damaged = true;
	if (have >= 2)
		put(s, (bits >> (6 * (have - 1) - 2)) & 0xff);
	if (have == 3)
		put(s, (bits >> 2) & 0xff);
}

static void
base64(struct stream *s, struct sk_span in, bool *damaged)
{
	unsigned char table[256];
	unsigned bits = 0, have = 0, v;
	bool padded = false;

	base64_table(table);
	for (size_t i = 0; i < in.len && !s->stopped; i++) {
		v = table[in.p[i]];
		if (v == SKIP)
			continue;
		if (v == JUNK) {
			*damaged = true;
			continue;
		}
		if (v == PAD) {
			base64_rest(s, bits, have, damaged);
			bits = have = 0;
			padded = true;
			continue;
		}
		*damaged |= padded;
		bits = bits << 6 | v;
		if (++have < 4)
			continue;
		put(s, bits >> 16 & 0xff);
		put(s, bits >> 8 & 0xff);
		put(s, bits & 0xff);
		bits = have = 0;
	}
	base64_rest(s, bits, have, damaged);
}

/* One line of quoted-printable; *soft: it runs on into the next. */
static void
qp_line(struct stream *s, struct sk_span line, bool *soft, bool *damaged)
{
	int high, low;

	while (line.len > 0 && byte_blank(line.p[line.len - 1]))
		line.len--;
	*soft = false;
	for (size_t i = 0; i < line.len; i++) {
		if (line.p[i] != '=') {
			put(s, line.p[i]);
			continue;
		}
		if (i + 1 == line.len) {
			*soft = true;
			return;
		}
		high = byte_hex(line.p[i + 1]);
		low = i + 2 < line.len ? byte_hex(line.p[i + 2]) : -1;
		if (high < 0 || low < 0) {
			*damaged = true;
			put(s, '=');
			continue;
		}
		put(s, (unsigned)(high * 16 + low));
		i += 2;
	}
}

static void
quoted_printable(struct stream *s, struct sk_span in, bool *damaged)
{
	struct sk_span line;
	bool soft;

	for (size_t at = 0, next; at < in.len && !s->stopped; at = next) {
		next = line_next(in, at, in.len);
		line = line_text(in, at, next);
		qp_line(s, line, &soft, damaged);
		if (soft)
			continue;
		for (size_t i = at + line.len; i < next; i++)
			put(s, in.p[i]);
	}
}

static void
identity(struct stream *s, struct sk_span in)
{
	for (size_t at = 0, n; at < in.len && !s->stopped; at += n) {
		n = in.len - at < TRANSFER_PIECE ? in.len - at :
		    TRANSFER_PIECE;
		if (s->sink != NULL && !s->sink(s->ctx, in.p + at, n))
			return;
		s->total += n;
	}
}

enum transfer
transfer_of(const char *word)
{
	static const char *const plain[] = { "7bit", "8bit", "binary",
		"7-bit", "8-bit" };

	if (word == NULL || *word == '\0')
		return TRANSFER_IDENTITY;
	if (sk_ascii_ieq(word, "base64"))
		return TRANSFER_BASE64;
	if (sk_ascii_ieq(word, "quoted-printable"))
		return TRANSFER_QP;
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		if (sk_ascii_ieq(word, plain[i]))
			return TRANSFER_IDENTITY;
	return TRANSFER_UNKNOWN;
}

uint64_t
transfer_decode(enum transfer t, struct sk_span in, transfer_sink *sink,
    void *ctx, bool *damaged)
{
	struct stream s;

	s.sink = sink;
	s.ctx = ctx;
	s.total = s.n = 0;
	s.stopped = false;
	if (t == TRANSFER_BASE64) {
		base64(&s, in, damaged);
	} else if (t == TRANSFER_QP) {
		quoted_printable(&s, in, damaged);
	} else {
		*damaged |= t == TRANSFER_UNKNOWN;
		identity(&s, in);
	}
	flush_piece(&s);
	return s.total;
}

static bool
to_buf(void *ctx, const unsigned char *p, size_t n)
{
	struct sk_buf *out = ctx;
	size_t room = out->max - out->len;

	sk_buf_add(out, p, n < room ? n : room);
	return n < room;
}

void
transfer_append(enum transfer t, struct sk_span in, struct sk_buf *out,
    bool *damaged)
{
	transfer_decode(t, in, to_buf, out, damaged);
}

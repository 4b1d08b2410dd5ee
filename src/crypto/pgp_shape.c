/*
 * The shape of an encrypted OpenPGP message before gpg gets it (RFC 9580
 * 10.3): session keys for its recipients, one encrypted packet, nothing else.
 * gpg tries each recipient that may be us, wherever it stands: behind the
 * message, in a compressed packet, in a second armour. So a mail of some
 * hundred kilobytes would have it work for minutes. Only heads are read here,
 * and gpg's own rules tell armour from octets; where it is lenient, this is
 * not.
 */
#include <config.h>

#include <string.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/pgp.h>

#include "crypto/pgp_armour.h"

enum { PIECE = 16 * 1024 };

enum { TAG_PKESK = 1, TAG_SKESK = 3, TAG_SED = 9, TAG_MARKER = 10,
	TAG_SEIPD = 18, TAG_AEAD = 20, TAG_PADDING = 21 };

struct shape {
	enum { AT_HEAD, AT_LENGTH, IN_BODY, AT_END } place;
	unsigned tag;
	unsigned octets;	/* of its length, to come; 0: the first one */
	bool partial;
	uint64_t length, more;	/* more: two octets begin at 192 */
	size_t recipients;
	bool data;		/* the encrypted packet was met */
	bool odd;
	struct sk_buf *keys;	/* all before it, or NULL */
};

/* ---- packets ---- */

static bool
is_data(unsigned tag)
{
	return tag == TAG_SED || tag == TAG_SEIPD || tag == TAG_AEAD;
}

static void
end(struct shape *s, bool odd)
{
	s->odd |= odd;
	s->place = AT_END;
}

static bool
may_stand(const struct shape *s)
{
	if (s->tag == TAG_MARKER || s->tag == TAG_PADDING)
		return true;
	return !s->data && (s->tag == TAG_PKESK || s->tag == TAG_SKESK ||
	    is_data(s->tag));
}

static void
take_head(struct shape *s, unsigned c)
{
	if (!(c & 0x80)) {	/* no packet: here gpg ends too */
		end(s, !s->data);
		return;
	}
	s->tag = c & 0x40 ? c & 0x3f : c >> 2 & 15;
	s->octets = c & 0x40 ? 0 : 1u << (c & 3);
	s->length = s->more = 0;
	s->partial = false;
	s->place = AT_LENGTH;
	if (!may_stand(s))
		end(s, true);
	s->data |= is_data(s->tag);
	s->recipients += s->tag == TAG_PKESK || s->tag == TAG_SKESK;
	if (s->octets == 8)	/* no length: to the end */
		end(s, !is_data(s->tag));
}

static void
begin_body(struct shape *s)
{
	s->length += s->more;
	s->place = s->length > 0 ? IN_BODY : AT_HEAD;
}

/* RFC 9580 4.2.1 */
static void
take_first(struct shape *s, unsigned c)
{
	s->partial = c >= 224 && c < 255;
	s->more = 0;
	if (c < 192 || s->partial) {
		s->length = s->partial ? (uint64_t)1 << (c & 31) : c;
		begin_body(s);
		if (s->partial && !is_data(s->tag))
			end(s, true);
	} else if (c == 255) {
		s->octets = 4;
	} else {
		s->octets = 1;
		s->length = c - 192;
		s->more = 192;
	}
}

static void
take_length(struct shape *s, unsigned c)
{
	if (s->octets == 0) {
		take_first(s, c);
		return;
	}
	s->length = s->length << 8 | c;
	if (--s->octets == 0)
		begin_body(s);
}

static size_t
take_body(struct shape *s, size_t n)
{
	if (s->length < n)
		n = (size_t)s->length;
	s->length -= n;
	if (s->length == 0) {
		s->place = s->partial ? AT_LENGTH : AT_HEAD;
		s->octets = 0;
	}
	return n;
}

static void
take_bytes(struct shape *s, const unsigned char *p, size_t n)
{
	size_t used;

	for (; n > 0 && s->place != AT_END; p += used, n -= used) {
		used = 1;
		if (s->place == IN_BODY)
			used = take_body(s, n);
		else if (s->place == AT_HEAD)
			take_head(s, *p);
		else
			take_length(s, *p);
		if (!s->data && s->keys != NULL)
			sk_buf_add(s->keys, p, used);
	}
}

/* ---- the whole ---- */

/* What gpg takes for octets and what can begin a message; all else it takes
 * for armour, or it is none. */
static bool
is_binary(unsigned char c)
{
	unsigned tag = c & 0x40 ? c & 0x3f : c >> 2 & 15;

	return (c & 0x80) && (tag == TAG_PKESK || tag == TAG_SKESK ||
	    tag == TAG_MARKER);
}

static void
take_octet(void *ctx, unsigned char c)
{
	take_bytes(ctx, &c, 1);
}

const char *
pgp_shape_fault(const struct pgp_in *in, struct sk_buf *keys)
{
	struct shape s = { .keys = keys };
	struct pgp_armour a = { .octet = take_octet, .ctx = &s };
	unsigned char piece[PIECE];
	bool binary = false;

	for (uint64_t at = 0; at < in->len;) {
		size_t n = in->len - at < PIECE ? (size_t)(in->len - at) :
		    PIECE;

		if (sk_fd_pread(in->fd, piece, n, (off_t)(in->at + at)) != 0)
			return "it cannot be read";
		if (at == 0)
			binary = is_binary(piece[0]);
		if (binary)
			take_bytes(&s, piece, n);
		else
			pgp_armour_take(&a, piece, n);
		at += n;
		if (s.recipients > LIMIT_PGP_RECIPIENTS ||
		    (keys != NULL && keys->over))
			return "it is encrypted to too many";
	}
	if (s.odd || a.odd || a.begun > 1)
		return "it holds more than one encrypted message";
	return s.data && s.recipients > 0 ? NULL :
	    "it is no encrypted message";
}

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

/* ---- armour ---- */

struct armour {
	enum { BEFORE, FIELDS, BODY, AFTER } place;
	char line[16];		/* how it begins */
	size_t n;		/* octets of it */
	bool ink, colon;
	unsigned bits, nbits;
};

static bool
begins(const struct armour *a)
{
	static const char word[] = "-----BEGIN PGP";

	return a->n >= sizeof(word) - 1 &&
	    memcmp(a->line, word, sizeof(word) - 1) == 0;
}

static void
end_line(struct armour *a, struct shape *s)
{
	if (begins(a)) {
		s->odd |= a->place != BEFORE;
		a->place = FIELDS;
	} else if (a->place == FIELDS && !a->ink) {
		a->place = BODY;
	} else if (a->place == FIELDS) {
		s->odd |= !a->colon;
	}
	a->n = 0;
	a->ink = a->colon = false;
}

/* gpg skips what is no digit. */
static int
digit(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static void
take_digit(struct armour *a, struct shape *s, unsigned char c)
{
	unsigned char octet;
	int v = digit(c);

	if (c == '=' || (c == '-' && a->n == 0))
		a->place = AFTER;
	if (a->place == AFTER || v < 0)
		return;
	a->bits = (a->bits << 6 | (unsigned)v) & 0xffff;
	a->nbits += 6;
	if (a->nbits < 8)
		return;
	a->nbits -= 8;
	octet = (unsigned char)(a->bits >> a->nbits);
	take_bytes(s, &octet, 1);
}

static void
take_armour(struct armour *a, struct shape *s, const unsigned char *p,
    size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = p[i];

		if (a->place == BODY)
			take_digit(a, s, c);
		if (c == '\n') {
			end_line(a, s);
			continue;
		}
		if (a->n < sizeof(a->line))
			a->line[a->n] = (char)c;
		a->n++;
		a->colon |= c == ':';
		a->ink |= c != ' ' && c != '\t' && c != '\r';
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

const char *
pgp_shape_fault(const struct pgp_in *in, struct sk_buf *keys)
{
	struct shape s = { .keys = keys };
	struct armour a = { 0 };
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
			take_armour(&a, &s, piece, n);
		at += n;
		if (s.recipients > LIMIT_PGP_RECIPIENTS ||
		    (keys != NULL && keys->over))
			return "it is encrypted to too many";
	}
	if (s.odd)
		return "it holds more than one encrypted message";
	return s.data && s.recipients > 0 ? NULL :
	    "it is no encrypted message";
}

/*
 * Proof that a ciphertext is for one pinned key and nothing else (L3, L11, A7):
 * ASCII armour (RFC 4880 section 6) with its CRC-24, then the packets (section
 * 4): one PKESK version 3, one SEIPD version 1, the end. No marker, no second
 * recipient, no symmetric key, no packet without integrity protection, no
 * compression or literal outside, no OCB, no hidden recipient. The content of
 * the SEIPD packet is not looked at: only that all of it is inside.
 */
#include <config.h>

#include <stdint.h>
#include <string.h>

#include <sekisho/limits.h>
#include <sekisho/text.h>

#include "mail/proof_walk.h"

enum {
	TAG_PKESK = 1, TAG_SEIPD = 18,
	PK_RSA = 1, PK_ELGAMAL = 16, PK_ECDH = 18,
	KEY_ID = 8,
	MPI_MOST = 16384,	/* bits; the largest RSA key in use */
	PKESK_MOST = 3 + KEY_ID + 2 * (2 + MPI_MOST / 8),
	FIRST_PARTIAL = 512,	/* RFC 4880 4.2.2.4 */
	/* version, prefix of a block and two, MDC; a packet inside has more */
	SEIPD_LEAST = 1 + 18 + 22 + 2
};

/* --- armour --- */

static bool
checksum_right(struct sk_span line, struct sk_span bin)
{
	struct sk_buf sum;
	struct proof_base64 b = { .out = &sum };
	bool ok;
	uint32_t c = sk_crc24(bin);

	sk_buf_init(&sum, 3);
	ok = proof_base64_line(&b, sk_span_of(line.p + 1, line.len - 1)) &&
	    sum.len == 3 && sum.p[0] == c >> 16 &&
	    sum.p[1] == (c >> 8 & 255) && sum.p[2] == (c & 255);
	sk_buf_free(&sum);
	return ok;
}

int
proof_armour(struct proof_walk *w, struct sk_buf *bin)
{
	struct proof_base64 b = { .out = bin };
	struct sk_span line;

	if (!proof_expect_line(w, "-----BEGIN PGP MESSAGE-----"))
		return proof_fail(w, "armour", "does not begin the part");
	if (!proof_expect_line(w, ""))
		return proof_fail(w, "armour", "has header lines");
	for (;;) {
		if (!proof_line(w, &line) || line.len == 0)
			return proof_fail(w, "armour", "has no checksum");
		if (line.p[0] == '=')
			break;
		if (!proof_base64_line(&b, line))
			return proof_fail(w, "armour", "is not base64");
	}
	if (!checksum_right(line, sk_span_of(bin->p, bin->len)))
		return proof_fail(w, "armour", "has a wrong checksum");
	if (!proof_expect_line(w, "-----END PGP MESSAGE-----"))
		return proof_fail(w, "armour",
		    "does not end after its checksum");
	return 0;
}

/* --- packets --- */

struct reader {
	const unsigned char *p;
	size_t len, at;
};

static size_t
left(const struct reader *r)
{
	return r->len - r->at;
}

/* Big-endian, 1..4 bytes; false if they are not there. */
static bool
number(struct reader *r, size_t bytes, size_t *v)
{
	if (left(r) < bytes)
		return false;
	*v = 0;
	while (bytes-- > 0)
		*v = *v << 8 | r->p[r->at++];
	return true;
}

/* Section 4.2.2; the shortest form only, as every writer makes it. */
static bool
new_length(struct reader *r, size_t *len, bool *partial)
{
	size_t a, b;

	*partial = false;
	if (!number(r, 1, &a))
		return false;
	if (a < 192) {
		*len = a;
	} else if (a < 224) {
		if (!number(r, 1, &b))
			return false;
		*len = (a - 192) * 256 + b + 192;
	} else if (a == 255) {
		if (!number(r, 4, len) || *len < 8384)
			return false;
	} else {
		*len = (size_t)1 << (a & 31);
		*partial = true;
	}
	return *len <= left(r);
}

/* Section 4.2.1. Indeterminate lengths are for packets we do not take. */
static bool
old_length(struct reader *r, size_t type, size_t *len)
{
	static const size_t least[] = { 0, 256, 65536 };

	return type < 3 && number(r, (size_t)1 << type, len) &&
	    *len >= least[type] && *len <= left(r);
}

/* The tag and the length of a packet, or of its first piece. */
static bool
packet_head(struct reader *r, size_t *tag, size_t *len, bool *partial)
{
	size_t c;

	*partial = false;
	if (!number(r, 1, &c) || (c & 0x80) == 0)
		return false;
	if (c & 0x40) {
		*tag = c & 0x3f;
		return new_length(r, len, partial);
	}
	*tag = c >> 2 & 15;
	return old_length(r, c & 3, len);
}

/* Section 3.2: the bit count is that of the first byte; never empty. */
static bool
skip_mpi(struct reader *r)
{
	size_t bits, bytes, top = 0;

	if (!number(r, 2, &bits) || bits == 0 || bits > MPI_MOST)
		return false;
	bytes = (bits + 7) / 8;
	if (left(r) < bytes)
		return false;
	for (unsigned char c = r->p[r->at]; c != 0; c >>= 1)
		top++;
	r->at += bytes;
	return (bytes - 1) * 8 + top == bits;
}

/* RFC 6637 section 10: an MPI, then one counted block, a key wrap. */
static bool
skip_wrapped(struct reader *r)
{
	size_t n;

	if (!number(r, 1, &n) || n % 8 != 0 || n < 24 || n > 64 || n > left(r))
		return false;
	r->at += n;
	return true;
}

/* All of the body is accounted for by its algorithm. */
static bool
session_key(struct reader *r)
{
	size_t algorithm;

	if (!number(r, 1, &algorithm))
		return false;
	switch (algorithm) {
	case PK_RSA:
		return skip_mpi(r) && left(r) == 0;
	case PK_ELGAMAL:
		return skip_mpi(r) && skip_mpi(r) && left(r) == 0;
	case PK_ECDH:
		return skip_mpi(r) && skip_wrapped(r) && left(r) == 0;
	default:
		return false;
	}
}

/* The hidden recipient (all zero) is nobody's key, whatever the list says. */
static bool
pinned(const struct proof_expect *want, const unsigned char *id)
{
	static const char digits[] = "0123456789ABCDEF";
	char hex[2 * KEY_ID + 1];
	unsigned char any = 0;

	for (size_t i = 0; i < KEY_ID; i++) {
		hex[2 * i] = digits[id[i] >> 4];
		hex[2 * i + 1] = digits[id[i] & 15];
		any |= id[i];
	}
	hex[2 * KEY_ID] = '\0';
	for (size_t i = 0; any != 0 && i < want->nkey_ids; i++)
		if (want->key_ids[i] != NULL &&
		    strcmp(want->key_ids[i], hex) == 0)
			return true;
	return false;
}

static int
recipient(const struct proof_walk *w, struct reader *r)
{
	size_t tag, len, version;
	bool partial;
	struct reader body;

	if (!packet_head(r, &tag, &len, &partial) || tag != TAG_PKESK ||
	    partial || len > PKESK_MOST)
		return proof_fail(w, "ciphertext",
		    "does not begin with a recipient packet");
	body = (struct reader){ r->p + r->at, len, 0 };
	r->at += len;
	if (!number(&body, 1, &version) || version != 3 ||
	    left(&body) < KEY_ID)
		return proof_fail(w, "ciphertext",
		    "its recipient packet is not version 3");
	if (!pinned(w->want, body.p + body.at))
		return proof_fail(w, "ciphertext",
		    "is not for the recipient's pinned key");
	body.at += KEY_ID;
	if (!session_key(&body))
		return proof_fail(w, "ciphertext",
		    "its recipient packet is malformed or of an unknown kind");
	return 0;
}

/* Pieces until one that is not partial. */
static bool
rest_of(struct reader *r, size_t *total, size_t len, bool partial)
{
	if (partial && len < FIRST_PARTIAL)
		return false;
	*total = len;
	r->at += len;
	while (partial) {
		if (!new_length(r, &len, &partial))
			return false;
		*total += len;
		r->at += len;
	}
	return true;
}

int
proof_packets(const struct proof_walk *w, struct sk_span bin)
{
	struct reader r = { bin.p, bin.len, 0 };
	size_t tag, len, total, first;
	bool partial;
	int rc = recipient(w, &r);

	if (rc < 0)
		return rc;
	if (!packet_head(&r, &tag, &len, &partial) || tag != TAG_SEIPD)
		return proof_fail(w, "ciphertext", "no integrity-protected "
		    "packet follows its one recipient packet");
	first = r.at;
	if (!rest_of(&r, &total, len, partial) || total < SEIPD_LEAST)
		return proof_fail(w, "ciphertext", "is cut or has odd lengths");
	if (len == 0 || bin.p[first] != 1)
		return proof_fail(w, "ciphertext",
		    "its protected packet is not version 1");
	if (left(&r) != 0)
		return proof_fail(w, "ciphertext", "something stands after it");
	return 0;
}

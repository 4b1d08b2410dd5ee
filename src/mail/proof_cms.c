/*
 * Proof that a CMS structure (RFC 5652) is for one pinned certificate and
 * nothing else (L3, L11, A10): EnvelopedData version 0 with exactly one
 * RecipientInfo, named by the issuer and serial number of the certificate,
 * key transport by RSA, content by AES-256-CBC; no originatorInfo, no
 * attributes, nothing before or after. The encrypted content is not looked at:
 * only that all of it is inside, in whole blocks. Lengths may be indefinite
 * and the content cut into pieces, as gpgsm writes them.
 */
#include <config.h>

#include <string.h>

#include <sekisho/der.h>

#include "mail/proof_walk.h"

enum {
	BLOCK = 16,			/* AES */
	RSA_LEAST = 256, RSA_MOST = 2048, /* bytes of an encrypted key */
	CONTENT_LEAST = 512		/* a signed part is never smaller */
};

static const unsigned char enveloped_data[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7,
	0x0d, 0x01, 0x07, 0x03 };
static const unsigned char data[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
	0x01, 0x07, 0x01 };
static const unsigned char rsa[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
	0x01, 0x01 };
static const unsigned char aes256_cbc[] = { 0x60, 0x86, 0x48, 0x01, 0x65,
	0x03, 0x04, 0x01, 0x2a };

static bool
take_is(struct der *d, int tag, struct sk_span want)
{
	return sk_span_eq(der_take(d, tag), want) && !d->bad;
}
#define OID(d, oid) take_is((d), DER_OID, sk_span_of((oid), sizeof(oid)))

static bool
version_zero(struct der *d)
{
	return take_is(d, DER_INTEGER, sk_span_of("", 1));
}

/* IssuerAndSerialNumber, octet by octet that of the pinned certificate. */
static bool
pinned(struct der *d, const struct proof_expect *want)
{
	struct der id = der_in(d, DER_SEQUENCE);

	return sk_span_eq(der_whole(&id, DER_SEQUENCE), want->issuer) &&
	    take_is(&id, DER_INTEGER, want->serial) && der_at_end(&id);
}

static bool
key_transport(struct der *d)
{
	struct der alg = der_in(d, DER_SEQUENCE);
	struct sk_span key;

	if (!OID(&alg, rsa) || !take_is(&alg, DER_NULL, sk_span_of("", 0)) ||
	    !der_at_end(&alg))
		return false;
	key = der_take(d, DER_OCTETS);
	return key.len >= RSA_LEAST && key.len <= RSA_MOST;
}

static const char *
recipients(struct der *d, const struct proof_expect *want)
{
	struct der_frame set, one;

	der_enter(d, DER_SET, &set);
	der_enter(d, DER_SEQUENCE, &one);
	if (!version_zero(d))
		return "its recipient is not named by issuer and serial";
	if (!pinned(d, want))
		return "is not for the recipient's pinned certificate";
	if (!key_transport(d))
		return "its key is not encrypted by RSA";
	der_leave(d, &one);
	if (der_peek(d) >= 0)
		return "has more than one recipient";
	der_leave(d, &set);
	return d->bad ? "its recipient is malformed" : NULL;
}

/* [0] in one piece, or in octet strings. */
static bool
content(struct der *d, size_t *total)
{
	struct der_frame f;
	struct sk_span piece;

	*total = 0;
	if (der_peek(d) == DER_CONTEXT) {
		*total = der_take(d, DER_CONTEXT).len;
		return !d->bad;
	}
	der_enter(d, DER_CONTEXT_IN, &f);
	while (der_peek(d) >= 0) {
		piece = der_take(d, DER_OCTETS);
		if (piece.len == 0)
			return false;
		*total += piece.len;
	}
	der_leave(d, &f);
	return !d->bad;
}

static const char *
encrypted_content(struct der *d)
{
	struct der_frame f;
	struct der alg;
	size_t total;

	der_enter(d, DER_SEQUENCE, &f);
	if (!OID(d, data))
		return "does not say that it holds data";
	alg = der_in(d, DER_SEQUENCE);
	if (!OID(&alg, aes256_cbc) ||
	    der_take(&alg, DER_OCTETS).len != BLOCK || !der_at_end(&alg))
		return "is not encrypted by AES-256-CBC";
	if (!content(d, &total) || total % BLOCK != 0 ||
	    total < CONTENT_LEAST)
		return "is cut or has odd lengths";
	der_leave(d, &f);
	return d->bad ? "has something beside its content" : NULL;
}

static const char *
enveloped(struct der *d, const struct proof_expect *want)
{
	struct der_frame info, explicit, env;
	const char *what;

	der_enter(d, DER_SEQUENCE, &info);
	if (!OID(d, enveloped_data))
		return "is not enveloped data";
	der_enter(d, DER_CONTEXT_IN, &explicit);
	der_enter(d, DER_SEQUENCE, &env);
	if (!version_zero(d))
		return "is not of version 0";
	if (der_peek(d) != DER_SET)
		return "does not begin with its recipients";
	what = recipients(d, want);
	if (what == NULL)
		what = encrypted_content(d);
	if (what != NULL)
		return what;
	der_leave(d, &env);
	der_leave(d, &explicit);
	der_leave(d, &info);
	if (d->bad)
		return "has something after its content";
	return der_at_end(d) ? NULL : "something stands after it";
}

int
proof_cms(const struct proof_walk *w, struct sk_span bin)
{
	struct der d = der_open(bin);
	const char *what = enveloped(&d, w->want);

	return what == NULL ? 0 : proof_fail(w, "ciphertext", what);
}

/*
 * Certificates that somebody sent, before gpgsm gets them: in a file, or beside
 * the signature that they are to prove. gpgsm computes with whatever numbers
 * stand in them, so those are held to what keys have, and one that cannot be
 * followed is none. BER as streams write it is followed to the certificates;
 * they are DER.
 */
#include <config.h>

#include <string.h>

#include <sekisho/cms.h>
#include <sekisho/der.h>
#include <sekisho/hash.h>
#include <sekisho/limits.h>
#include <sekisho/x509.h>

enum { NESTED = 8 };		/* content in pieces nests two deep */

static const unsigned char signed_data[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7,
	0x0d, 0x01, 0x07, 0x02 };

static const char odd[] = "its certificates are not listed as CMS lists them";

static const char *
one_certificate(struct der *d)
{
	struct sk_span der = der_whole(d, DER_SEQUENCE);

	if (d->bad)
		return odd;
	return x509_key_fits(der) ? NULL : "a key in its certificates is "
	    "larger than in any that a program makes, or of a kind that "
	    "nobody uses; ask for another certificate";
}

/* Whatever comes next, of definite length or not. */
static void
skip(struct der *d, unsigned depth)
{
	struct der_frame f;

	if (d->end - d->p < 2 || d->p[1] != 0x80) {
		der_skip(d);
		return;
	}
	d->bad |= depth == 0;
	der_enter(d, der_peek(d), &f);
	while (der_peek(d) >= 0)
		skip(d, depth - 1);
	der_leave(d, &f);
}

/* RFC 5652 10.2.2: only certificates, none of the older kinds. */
static const char *
certificates(struct der *d)
{
	const char *why = NULL;
	struct der_frame set;
	size_t n = 0;

	der_enter(d, DER_CONTEXT_IN, &set);
	while (why == NULL && der_peek(d) >= 0)
		why = ++n > CMS_CERTIFICATES ? "it brings too many "
		    "certificates" : one_certificate(d);
	if (why == NULL)
		der_leave(d, &set);
	return why;
}

static const char *
signers(struct der *d)
{
	struct der_frame set;
	size_t n = 0;

	der_enter(d, DER_SET, &set);
	for (; der_peek(d) >= 0 && n <= CMS_SIGNERS_MOST; n++)
		skip(d, NESTED);
	return n > CMS_SIGNERS_MOST ? "too many have signed it" : NULL;
}

/* 5.1 */
static const char *
of_signed_data(struct der *d)
{
	struct der_frame explicit, in;
	const char *why = NULL;

	if (!sk_span_eq(der_take(d, DER_OID), sk_span_of(signed_data,
	    sizeof(signed_data))))
		return odd;
	der_enter(d, DER_CONTEXT_IN, &explicit);
	der_enter(d, DER_SEQUENCE, &in);
	der_take(d, DER_INTEGER);
	skip(d, NESTED);		/* digest algorithms */
	skip(d, NESTED);		/* what is signed */
	if (der_peek(d) == DER_CONTEXT_IN)
		why = certificates(d);
	if (why == NULL && der_peek(d) == DER_CONTEXT_IN + 1)
		skip(d, NESTED);	/* revoked ones */
	if (why == NULL)
		why = signers(d);
	return why == NULL && d->bad ? odd : why;
}

const char *
cms_shape_fault(struct sk_span der)
{
	struct der d = der_open(der), whole = d;
	struct der_frame f;

	der_enter(&d, DER_SEQUENCE, &f);
	return der_peek(&d) == DER_OID ? of_signed_data(&d) :
	    one_certificate(&whole);
}

/* ---- files ---- */

static struct sk_span
behind(struct sk_span s, const char *words)
{
	const unsigned char *at = s.len > 0 ? memmem(s.p, s.len, words,
	    strlen(words)) : NULL;

	return at == NULL ? sk_span_of(NULL, 0) : sk_span_of(at +
	    strlen(words), s.len - (size_t)(at - s.p) - strlen(words));
}

static const char *
one_block(struct sk_span text)
{
	struct sk_buf b;
	const char *why;
	unsigned char *p;

	sk_buf_init(&b, LIMIT_KEY_BYTES);
	p = sk_buf_room(&b, text.len);
	if (p != NULL)
		b.len = sk_unbase64(p, text);
	why = cms_shape_fault(sk_buf_span(&b));
	sk_buf_free(&b);
	return why;
}

/* RFC 7468: whatever its title says. */
static const char *
of_pem(struct sk_span rest)
{
	static const char end[] = "-----END ";
	const char *why = odd;
	struct sk_span text, after;

	while ((rest = behind(rest, "-----BEGIN ")).len > 0) {
		text = behind(rest, "-----");
		after = behind(text, end);
		if (after.len == 0)
			return odd;
		text.len -= after.len + sizeof(end) - 1;
		why = one_block(text);
		if (why != NULL)
			return why;
		rest = after;
	}
	return why;
}

const char *
cms_file_fault(struct sk_span file)
{
	return file.len > 0 && file.p[0] == DER_SEQUENCE ?
	    cms_shape_fault(file) : of_pem(file);
}

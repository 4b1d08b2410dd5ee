/* Certificates in a CMS SignedData of their own: see cms_certs.h. */
#include <config.h>

#include <stdbool.h>
#include <stdint.h>

#include <sekisho/cms_certs.h>
#include <sekisho/der.h>

/* What stands before and behind the certificate, in DER (RFC 5652 5.1). */
static const unsigned char signed_data[] = { DER_OID, 9, 0x2a, 0x86, 0x48,
	0x86, 0xf7, 0x0d, 1, 7, 2 };
static const unsigned char before[] = {
	DER_INTEGER, 1, 1,		/* version */
	DER_SET, 0,			/* no digest algorithms */
	DER_SEQUENCE, 11,		/* no content of type data */
	DER_OID, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1 };
static const unsigned char behind[] = { DER_SET, 0 };	/* no signers */

enum { LENGTHS = 5 };			/* 0x84 and four octets */

/* Returns how many octets tag and length take. */
static size_t
head(struct sk_buf *out, enum der_tag tag, size_t len)
{
	unsigned char h[1 + LENGTHS] = { (unsigned char)tag };
	size_t n = 1, octets = 0;

	for (size_t rest = len; len > 127 && rest > 0; rest >>= 8)
		octets++;
	if (octets == 0) {
		h[n++] = (unsigned char)len;
	} else {
		h[n++] = (unsigned char)(0x80 | octets);
		while (octets > 0)
			h[n++] = (unsigned char)(len >> (8 * --octets));
	}
	if (out != NULL)
		sk_buf_add(out, h, n);
	return n;
}

/* With its head. */
static size_t
around(enum der_tag tag, size_t len)
{
	return head(NULL, tag, len) + len;
}

void
cms_certs_only(struct sk_span certificate, struct sk_buf *out)
{
	size_t inner = sizeof(before) + around(DER_CONTEXT_IN,
	    certificate.len) + sizeof(behind);
	size_t content = around(DER_SEQUENCE, inner);

	head(out, DER_SEQUENCE, sizeof(signed_data) + around(DER_CONTEXT_IN,
	    content));
	sk_buf_add(out, signed_data, sizeof(signed_data));
	head(out, DER_CONTEXT_IN, content);
	head(out, DER_SEQUENCE, inner);
	sk_buf_add(out, before, sizeof(before));
	head(out, DER_CONTEXT_IN, certificate.len);
	sk_buf_add(out, certificate.p, certificate.len);
	sk_buf_add(out, behind, sizeof(behind));
}

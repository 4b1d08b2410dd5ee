/*
 * Proof of a CMS structure: whatever is accepted names the pinned certificate,
 * and would be refused if any one of the octets that name it were another.
 */
#define _GNU_SOURCE
#include <stdbool.h>
#include <string.h>

#include "mail/proof_walk.h"

#include "fuzz.h"

/* CN=x, and serial number 1: the certificate of the corpus. */
static const unsigned char issuer[] = { 0x30, 0x0c, 0x31, 0x0a, 0x30, 0x08,
	0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, 0x01, 'x' };
static const unsigned char serial[] = { 0x01 };

static int
proved(struct sk_span cms, struct sk_error *e)
{
	struct proof_expect want = { .issuer = sk_span_of(issuer,
	    sizeof(issuer)), .serial = sk_span_of(serial, sizeof(serial)) };
	struct proof_walk w = { .want = &want, .encrypted = true,
		.smime = true, .e = e };

	return proof_cms(&w, cms);
}

static void
accepted(struct sk_span cms)
{
	const unsigned char *at = memmem(cms.p, cms.len, issuer,
	    sizeof(issuer));
	struct sk_error e = { 0 };
	unsigned char *other;

	FUZZ_CHECK(at != NULL && memmem(cms.p, cms.len, "*\x86H\x86\xf7\r\1\7\3",
	    9) != NULL);
	other = malloc(cms.len);
	FUZZ_CHECK(other != NULL);
	memcpy(other, cms.p, cms.len);
	other[(size_t)(at - cms.p) + sizeof(issuer) - 1] ^= 1;
	FUZZ_CHECK(proved(sk_span_of(other, cms.len), &e) == SK_ERR_CRYPTO);
	free(other);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct sk_error e = { 0 };
	int rc = proved(sk_span_of(p, n), &e);

	FUZZ_CHECK(rc == 0 || (rc == SK_ERR_CRYPTO && e.text[0] != '\0'));
	if (rc == 0)
		accepted(sk_span_of(p, n));
	return 0;
}

/*
 * Public keys that come with a mail, OpenPGP's and certificates: proposals for
 * an operator to check (L16), never used by themselves. Only cut out here and
 * held to a size, so that a flooded key stays outside of every key ring.
 */
#include <config.h>

#include <sekisho/limits.h>

#include "mail/bytes.h"
#include "mail/read.h"

static const char key_begin[] = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
static const char key_end[] = "-----END PGP PUBLIC KEY BLOCK-----";

static bool
is_known(const struct fact_key *keys, size_t n, struct sk_span block)
{
	for (size_t i = 0; i < n; i++)
		if (sk_span_eq(keys[i].block, block))
			return true;
	return false;
}

void
key_add(struct fact_key *keys, size_t *n, enum fact_key_origin origin,
    struct sk_span block)
{
	if (*n < LIMIT_KEYS_PER_MAIL && !is_known(keys, *n, block))
		keys[(*n)++] = (struct fact_key){ block, origin };
}

void
keys_in_text(struct sk_arena *a, struct sk_span text,
    enum fact_key_origin origin, struct fact_key *keys, size_t *n)
{
	const unsigned char *from, *to;
	struct sk_span rest = text, block;

	while (*n < LIMIT_KEYS_PER_MAIL && rest.len > 0) {
		from = memmem(rest.p, rest.len, key_begin,
		    sizeof(key_begin) - 1);
		if (from == NULL)
			return;
		rest = span_cut(rest, (size_t)(from - rest.p), rest.len);
		to = memmem(rest.p, rest.len, key_end, sizeof(key_end) - 1);
		if (to == NULL)
			return;
		block = sk_span_of(from, (size_t)(to - from) +
		    sizeof(key_end) - 1);
		rest = span_cut(rest, block.len, rest.len);
		if (block.len > LIMIT_KEY_BYTES)
			continue;
		key_add(keys, n, origin, sk_span_of(sk_arena_dup(a, block.p,
		    block.len), block.len));
	}
}

/* Packet tag 6, old or new format (RFC 4880 4.2). */
bool
key_is_binary(struct sk_span bytes)
{
	return bytes.len > 16 && (bytes.p[0] == 0xc6 ||
	    (bytes.p[0] & 0xfc) == 0x98);
}

static bool
has(struct sk_span s, const char *words)
{
	return s.len > 0 && memmem(s.p, s.len, words, strlen(words)) != NULL;
}

/* DER: a SEQUENCE too long for one octet of length, a certificate or a
 * SignedData. A file with a private key is no certificate to pass around. */
bool
key_is_certificate(struct sk_span bytes)
{
	if (has(bytes, "PRIVATE KEY-----"))
		return false;
	return (bytes.len > 128 && bytes.p[0] == 0x30 &&
	    (bytes.p[1] & 0xfc) == 0x80 && bytes.p[1] != 0x80) ||
	    has(bytes, "-----BEGIN CERTIFICATE-----") ||
	    has(bytes, "-----BEGIN PKCS7-----") ||
	    has(bytes, "-----BEGIN CMS-----");
}

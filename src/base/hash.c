/*
 * BLAKE2b-256 by libsodium. Fixed length, one algorithm: a stored hash never
 * needs to say what it is.
 */
#include <sekisho/hash.h>

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include <sekisho/mem.h>

struct sk_hash {
	crypto_generichash_state state;
};

struct sk_hash *
sk_hash_new(void)
{
	/* crypto_generichash_state asks for 64-byte alignment. */
	struct sk_hash *h = aligned_alloc(64, sizeof(*h));

	if (!h)
		abort();
	crypto_generichash_init(&h->state, NULL, 0, SK_HASH);
	return h;
}

void
sk_hash_add(struct sk_hash *h, const void *p, size_t n)
{
	crypto_generichash_update(&h->state, p, n);
}

void
sk_hash_done(struct sk_hash **h, unsigned char out[SK_HASH])
{
	crypto_generichash_final(&(*h)->state, out, SK_HASH);
	sk_wipe(*h, sizeof(**h));
	free(*h);
	*h = NULL;
}

void
sk_hash_of(struct sk_span s, unsigned char out[SK_HASH])
{
	crypto_generichash(out, SK_HASH, s.p, s.len, NULL, 0);
}

void
sk_sha256(struct sk_span s, unsigned char out[SK_HASH])
{
	crypto_hash_sha256(out, s.p, s.len);
}

void
sk_hash_keyed(const unsigned char key[32], const char *label,
    struct sk_span s, unsigned char out[SK_HASH])
{
	crypto_generichash_state st;

	crypto_generichash_init(&st, key, 32, SK_HASH);
	crypto_generichash_update(&st, (const unsigned char *)label,
	    strlen(label) + 1);
	crypto_generichash_update(&st, s.p, s.len);
	crypto_generichash_final(&st, out, SK_HASH);
	sk_wipe(&st, sizeof(st));
}

bool
sk_hash_eq(const unsigned char a[SK_HASH], const unsigned char b[SK_HASH])
{
	return sodium_memcmp(a, b, SK_HASH) == 0;
}

void
sk_base64(char *to, struct sk_span s)
{
	sodium_bin2base64(to, sodium_base64_ENCODED_LEN(s.len,
	    sodium_base64_VARIANT_ORIGINAL), s.p, s.len,
	    sodium_base64_VARIANT_ORIGINAL);
}

size_t
sk_unbase64(unsigned char *to, struct sk_span s)
{
	size_t n = 0;

	return sodium_base642bin(to, s.len, (const char *)s.p, s.len,
	    " \t\r\n", &n, NULL, sodium_base64_VARIANT_ORIGINAL) == 0 ? n : 0;
}

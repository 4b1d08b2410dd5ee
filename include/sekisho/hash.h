/* BLAKE2b-256, plain and keyed; the hash of everything here (hash.c is one of
 * the two libsodium users, the other is src/crypto/vault.c). SHA-256 only where
 * people compare it: fingerprints of certificates. */
#pragma once

#include <stdbool.h>

#include <sekisho/buf.h>

#define SK_HASH 32

struct sk_hash;			/* streaming state; wiped when done */

struct sk_hash *sk_hash_new(void);
void sk_hash_add(struct sk_hash *h, const void *p, size_t n);
void sk_hash_done(struct sk_hash **h, unsigned char out[SK_HASH]);

void sk_sha256(struct sk_span s, unsigned char out[SK_HASH]);
void sk_hash_of(struct sk_span s, unsigned char out[SK_HASH]);
/* Keyed, with a label that separates uses: H(key, label || 0 || s). */
void sk_hash_keyed(const unsigned char key[32], const char *label,
    struct sk_span s, unsigned char out[SK_HASH]);
/* libsodium's base64: with padding, blanks and line ends anywhere. The number
 * of bytes, at most s.len, or 0 for anything else. */
size_t sk_unbase64(unsigned char *to, struct sk_span s);
void sk_base64(char *to, struct sk_span s);	/* (len + 2) / 3 * 4 + 1 bytes */
bool sk_hash_eq(const unsigned char a[SK_HASH], const unsigned char b[SK_HASH]);

/*
 * The vault (libsodium): content is sealed so that sekishod can write and not
 * read (I9). Names, addresses and subjects are boxed under the store key.
 *
 *	data key --wrapped to--> vault public key      (at custody)
 *	data key --wrapped to--> case public key       (once filed)
 *	case secret key --wrapped to--> vault public key (in the wraps file:
 *	                                  destroying it shreds the case)
 *
 * Sealed body: header (24), then chunks of LIMIT_SEAL_CHUNK + 17, the last
 * with the final tag; a missing end is an error. Keys are wiped by whoever
 * holds them.
 */
#pragma once

#include <stdbool.h>

#include <sekisho/buf.h>
#include <sekisho/error.h>

#define VAULT_KEY 32		/* data key, X25519 keys, store key */
/* A key wrapped for one public key: the sender's ephemeral public key, a random
 * nonce, crypto_box of the key. */
#define VAULT_WRAP 104

int vault_init(void);		/* sodium_init; every program, once */
void vault_random(void *p, size_t n);
void vault_keypair(unsigned char pk[VAULT_KEY], unsigned char sk[VAULT_KEY]);
void vault_public(unsigned char pk[VAULT_KEY],
    const unsigned char sk[VAULT_KEY]);

void vault_wrap(const unsigned char pk[VAULT_KEY],
    const unsigned char key[VAULT_KEY], unsigned char wrap[VAULT_WRAP]);
int vault_unwrap(const unsigned char sk[VAULT_KEY],
    const unsigned char wrap[VAULT_WRAP], unsigned char key[VAULT_KEY]);

/* Wraps made in one turn of the loop share one ephemeral key pair: an
 * X25519 operation or two for all of them instead of two for each, which are
 * most of what custody costs. vault_wrapper_turn() wipes it; after that nobody
 * but the holder of the secret key opens them. `to` NULL: the vault. */
struct vault_wrapper;
struct vault_wrapper *vault_wrapper_new(const unsigned char vault[VAULT_KEY]);
void vault_wrapper_free(struct vault_wrapper **w);
void vault_wrapper_wrap(struct vault_wrapper *w, const unsigned char *to,
    const unsigned char key[VAULT_KEY], unsigned char wrap[VAULT_WRAP]);
void vault_wrapper_turn(struct vault_wrapper *w);

/* Streaming seal: push any slices, chunks are formed inside; what is ready is
 * appended to *out (the caller writes it away and clears it). */
struct vault_sealer;
struct vault_sealer *vault_sealer_new(const unsigned char key[VAULT_KEY],
    struct sk_buf *out);
void vault_sealer_push(struct vault_sealer *v, const void *p, size_t n,
    struct sk_buf *out);
void vault_sealer_end(struct vault_sealer **v, struct sk_buf *out);
void vault_sealer_free(struct vault_sealer **v);	/* without an end */
/* Sealed size of n plain bytes. */
size_t vault_sealed_size(size_t n);

void vault_seal(const unsigned char key[VAULT_KEY], struct sk_span plain,
    struct sk_buf *out);
/* Opens [at, at+len) of in_fd into out_fd (a memfd), chunk by chunk; plain
 * bytes of a damaged body never stand there: on failure out_fd is truncated. */
int vault_open_fd(const unsigned char key[VAULT_KEY], int in_fd, size_t at,
    size_t len, int out_fd);
int vault_open(const unsigned char key[VAULT_KEY], struct sk_span sealed,
    struct sk_buf *out);

/* Key files: 64 hex digits and a newline, mode 0600; made if absent. `pub`
 * (may be NULL) receives the X25519 public key as PATH.pub. */
int vault_key_create(const char *path, bool with_pub, struct sk_error *e);
int vault_key_read(const char *path, unsigned char key[VAULT_KEY],
    struct sk_error *e);

/* Boxes under the store key: XChaCha20-Poly1305, random nonce, the label
 * ("person.address") authenticated, so a box cannot be moved to another
 * column. */
void box_seal(const unsigned char key[VAULT_KEY], const char *label,
    struct sk_span plain, struct sk_buf *out);
int box_open(const unsigned char key[VAULT_KEY], const char *label,
    struct sk_span box, struct sk_buf *out);

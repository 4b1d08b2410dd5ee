/*
 * Public keys: what keyd says about a block, and the import rules (pure).
 * Keys are named by their full primary fingerprint, never by an address.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <sekisho/arena.h>
#include <sekisho/buf.h>
#include <sekisho/error.h>

enum key_scheme { KEY_OPENPGP, KEY_SMIME };
#define KEY_SCHEMES 2

/* What a certificate says it may be used for. */
enum key_usage {
	KEY_MAY_SIGN = 1 << 0,
	KEY_MAY_ENCRYPT = 1 << 1,	/* keyEncipherment, or no restriction */
	KEY_MAY_MAIL = 1 << 2,		/* emailProtection, or no restriction */
	KEY_IS_CA = 1 << 3,
	KEY_ODD = 1 << 4,		/* a critical extension we do not know */
	KEY_MAY_AGREE = 1 << 5		/* keyAgreement: curves encrypt so */
};
/* What a key serves: a certificate may be for one of the two, and its twin for
 * the other; an OpenPGP key has subkeys for both. */
enum key_role { KEY_SEALS_AND_SIGNS, KEY_SEALS, KEY_SIGNS };
/* To a root that the council configured (smime.roots): a further fact about a
 * certificate, never a reason to believe a key: only that one which is pinned
 * has a new certificate. */
enum key_chain { CHAIN_UNCHECKED, CHAIN_GOOD, CHAIN_NONE };

struct key_subkey {
	char key_id[17];	/* 16 upper-case hex digits */
	int64_t expires;	/* 0: never */
	bool can_encrypt;	/* usable for encryption: not revoked, not
				 * disabled; expiry is judged by the clock */
	const char *algorithm;	/* "cv25519", "elg1024"; NULL: kept by a
				 * program that did not look */
};

struct key_facts {
	enum key_scheme scheme;
	char fpr[41];		/* upper-case hex */
	int64_t created, expires; /* primary; 0: never */
	bool revoked, secret;	/* secret: a secret key block was given */
	bool stopped;		/* by an operator: the store's word about its
				 * row, nothing of the key (never encoded) */
	const char *algorithm;	/* "rsa3072", "ed25519" */
	const struct key_subkey *subkeys;
	size_t nsubkeys;
	const char *const *addresses;	/* mail addresses in its user ids */
	size_t naddresses;
	size_t primaries;	/* primary keys in the block: must be 1 */
	struct sk_span block;	/* minimal: self-signatures only, armoured;
				 * S/MIME: the certificate in DER, whose every
				 * byte is the pin */
	/* S/MIME only */
	char sha256[65];	/* of the block, upper-case hex: what other
				 * programs show as its fingerprint */
	char public_key[65];	/* SHA-256 of what it certifies, likewise: two
				 * certificates over one key pair share it; ""
				 * of one that was kept before this was */
	struct sk_span issuer;	/* Name in DER, with tag and length */
	struct sk_span serial;	/* content of the INTEGER */
	uint32_t usage;		/* enum key_usage */
	uint32_t bits;		/* of the RSA modulus; 0: another algorithm */
	bool weak_hash;		/* signed by its issuer with SHA-1 or worse */
	enum key_chain chain;
};

/* Two certificates over one key pair: whatever is sealed to the one the owner
 * of the other reads. */
static inline bool
key_same_pair(const struct key_facts *x, const struct key_facts *y)
{
	return *x->public_key && strcmp(x->public_key, y->public_key) == 0;
}
/* Does it name this address? ASCII without regard to case, nothing trimmed. */
bool key_names(const struct key_facts *k, const char *address);
const char *key_chain_word(enum key_chain c);	/* "good", "none", ... */
/* Of an OpenPGP key always both, with an encryption subkey or without. */
enum key_role key_role(const struct key_facts *k);
const char *key_role_word(enum key_role r);	/* "seals-and-signs", ... */
/* May it be pinned? Exactly one primary key, no secret part, not revoked or
 * expired, a usable encryption subkey at `now`, unless it is a certificate that
 * only signs. The error says the mend. The address is compared for a warning
 * only (*mismatch). RSA, DSA and ElGamal have 2048 bits or more. A certificate
 * besides: RSA, or a curve to sign with alone, SHA-2, for mail, no CA, begun. */
int key_importable(const struct key_facts *k, int64_t now,
    const char *address, bool *mismatch, struct sk_error *e);
/* Is it usable for a copy at `now`? "" or the reason word: key-expired,
 * key-revoked, key-no-encryption, key-weak, key-stopped. */
const char *key_unusable(const struct key_facts *k, int64_t now);
/* Does it serve in its role? The same words; of one that only signs, without
 * asking for encryption. */
const char *key_fault(const struct key_facts *k, int64_t now);
/* What a copy would be encrypted with, NULL if that is not known: of several
 * subkeys the one that was added last. */
const char *key_encryption(const struct key_facts *k, int64_t now);
/* When encryption with it ends: min of primary and the last encryption
 * subkey; 0: never. */
int64_t key_encrypts_until(const struct key_facts *k);
/* When its role ends: encryption with it, or of one that only signs the key. */
int64_t key_serves_until(const struct key_facts *k);
/* What is a key, seen beside the one that is pinned? NEWER: the same with other
 * dates or subkeys; its self-signatures were checked by keyd, and the pinned
 * one is in it. */
enum key_change { KEY_SAME, KEY_NEWER, KEY_REVOKED, KEY_OTHER };
enum key_change key_changed(const struct key_facts *pinned,
    const struct key_facts *k);
/* How near is the end? Said once each (T-43): 60, 30 and 7 days before, and
 * when it is over. *next: when that changes, 0 never. ends 0: never. */
enum key_stage { KEY_FAR, KEY_60_DAYS, KEY_30_DAYS, KEY_7_DAYS, KEY_ENDED };
enum key_stage key_stage(int64_t ends, int64_t now, int64_t *next);
bool key_fingerprint_valid(const char *s);	/* 40 hex digits */
void key_facts_put(struct sk_buf *b, const struct key_facts *k);
int key_facts_get(struct sk_arena *a, struct sk_span s, struct key_facts *k);

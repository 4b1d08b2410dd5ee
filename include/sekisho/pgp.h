/*
 * Private to keyd: thin calls over one GnuPG home (src/crypto/pgp.c is the
 * only file that includes gpgme.h) and the making of homes (home.c). No policy
 * stands here: what a signature is worth and how much may be written is
 * decided in src/keyd.
 *
 * Calls return 0 or: SK_ERR_NOINPUT (that public key is missing or cannot
 * encrypt), SK_ERR_TEMP (the agent was lost: worth one more try), SK_ERR_LIMIT
 * (the output met its maximum), SK_ERR_CRYPTO (all else). pgp_reason() has
 * words for operators, never for senders.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <sekisho/arena.h>
#include <sekisho/buf.h>
#include <sekisho/error.h>
#include <sekisho/facts.h>
#include <sekisho/key.h>
#include <sekisho/limits.h>

#define PGP_FPR 41		/* 40 upper-case hex digits and NUL */

struct pgp;			/* one context on one home; one thread */

/* Part of a descriptor, read at offsets. */
struct pgp_in {
	int fd;
	uint64_t at, len;
};
/* Written at the descriptor's place; the write that would pass max ends the
 * operation. */
struct pgp_out {
	int fd;
	uint64_t max, written;
	bool over;
	bool crlf;		/* LF becomes CRLF on its way */
};

#define PGP_RECIPIENTS 16	/* looked at; who wants ours and more of them
				 * than this has one of ours refused */
struct pgp_signature {
	enum verdict_signature state;	/* as gpg sees it; GOOD says nothing
					 * about whose key it is */
	bool weak;			/* hash nobody should trust any more */
	char fpr[PGP_FPR];		/* of the key or subkey; may be "" */
	int64_t signed_at;		/* its own word, under the signature;
					 * 0: it does not say */
};
struct pgp_result {
	bool encrypted, integrity;
	bool has_cipher;
	unsigned char cipher[32];	/* hash of the session key */
	char opened_by[PGP_FPR];	/* primary of the secret key that did */
	size_t nrecipients;		/* keys that it is encrypted to */
	char recipients[PGP_RECIPIENTS][17];	/* their ids, the first */
	size_t nsignatures;		/* all there were */
	char issuer[17];		/* key id that the first one claims */
	struct pgp_signature signature;	/* the first */
};

/* Once a process, before any sandbox. */
int pgp_library(struct sk_error *e);
/* "gpgme 1.18.0, gpg 2.2.40" */
const char *pgp_versions(struct sk_arena *a);
struct pgp *pgp_new(const char *home, enum key_scheme scheme,
    struct sk_error *e);
void pgp_free(struct pgp **p);
const char *pgp_reason(const struct pgp *p);

/* The council's own key: every seal is signed with it, and with nothing else.
 * Its secret part must be in this home. */
int pgp_own(struct pgp *p, const char *fpr);

int pgp_encrypt_sign(struct pgp *p, const char *fpr, const struct pgp_in *in,
    struct pgp_out *out);
/* pgp_shape.c: why this is no message for few people with one encrypted packet
 * and nothing else; NULL if it is. keys gets the packets before the encrypted
 * one. Linear, a piece at a time. */
const char *pgp_shape_fault(const struct pgp_in *in, struct sk_buf *keys);
/* One message, and what stands in it is not decrypted again.
 * Bytes in `out` mean nothing unless 0 is returned (B1). */
int pgp_decrypt(struct pgp *p, const struct pgp_in *in, struct pgp_out *out,
    struct pgp_result *r);
int pgp_verify(struct pgp *p, const struct pgp_in *sig,
    const struct pgp_in *text, struct pgp_result *r);
/* A cleartext-signed block; `out` gets the text that was signed. */
int pgp_verify_clear(struct pgp *p, const struct pgp_in *in,
    struct pgp_out *out, struct pgp_result *r);
/* The primary key of a key or subkey. */
int pgp_primary(struct pgp *p, const char *fpr, char primary[PGP_FPR]);

/* pgp_key_shape.c (pure): a key file's packets without their armour, and may
 * gpg see them? SK_ERR_DATA: not only keys, or damaged; SK_ERR_LIMIT: its
 * numbers or parts would cost more than any honest key does. *why has words for
 * operators, and is NULL with 0. The armour's sum is not looked at: a key's own
 * signatures say more. */
int pgp_key_shape(struct sk_span given, struct sk_buf *packets,
    const char **why);

/* What a block holds, without importing it: primaries and secret for all of
 * it, the rest of the first key. names: of every primary there, or NULL. */
struct pgp_names {
	size_t n;
	char fpr[LIMIT_KEYS_NAMED][PGP_FPR];
};
int pgp_list_block(struct pgp *p, struct sk_arena *a, struct sk_span block,
    struct key_facts *k, struct pgp_names *names);
int pgp_key(struct pgp *p, struct sk_arena *a, const char *fpr,
    struct key_facts *k);
/* SK_ERR_DATA unless the block held exactly this one public key. */
int pgp_import(struct pgp *p, struct sk_span block, const char *fpr);
/* Public keys, this one among them; SK_ERR_DATA. */
int pgp_import_among(struct pgp *p, struct sk_span block, const char *fpr);
/* A revocation certificate, checked, of one of the keys there; SK_ERR_DATA. */
int pgp_import_revocation(struct pgp *p, struct sk_span block);
int pgp_export(struct pgp *p, const char *fpr, struct sk_buf *out);

/* For `init`: an ed25519 key with a cv25519 subkey, version 4, no passphrase,
 * no expiry; and its way from the first home to the others. */
int pgp_create(struct pgp *p, const char *user_id, char fpr[PGP_FPR]);
/* From then on nobody's program encrypts to it any more. What it signed stays
 * good, since the primary key does not end. In seconds from now. */
int pgp_encrypts_until(struct pgp *p, const char *fpr, int64_t seconds);
int pgp_export_secret(struct pgp *p, const char *fpr, struct sk_buf *out);
int pgp_import_secret(struct pgp *p, struct sk_span block);

/* --- home.c --- */

/* Makes the folder and writes our gpg.conf and gpg-agent.conf if they differ:
 * they belong to the program, like its code. dir must be absolute. */
int home_make(const char *dir, enum key_scheme scheme, struct sk_error *e);
/* PKCS#12 without a passphrase into an S/MIME home: gpgme has no way to say
 * that there is none. 0, or SK_ERR_CRYPTO. */
int home_import_p12(const char *dir, const char *file);
/* The scratch home inside a home: strangers' keys are looked at there. */
char *home_scratch(struct sk_arena *a, const char *dir);
void home_scratch_clean(const char *scratch);	/* all but the settings */
/* Is there room for what one key needs? SK_ERR_OS: the home is gone, or its
 * disk is full; gpg would only say that there is no key. */
int home_scratch_room(const char *scratch);
/* Where GnuPG puts the agent's socket for this home: in the home, or in the
 * user's run directory where there is one. Starts gpgconf. */
char *home_agent_socket(struct sk_arena *a, const char *dir,
    struct sk_error *e);
/* The agent behind the socket, 0 if nobody is there, or HOME_AGENT_SILENT.
 * Waits a second at most, or two. */
#define HOME_AGENT_SILENT (-1)
pid_t home_agent_pid(const char *socket);
/* Also one that hangs: it is found by the command line that names this home,
 * so not behind keyd's walls. */
void home_agent_end(const char *dir, const char *socket);

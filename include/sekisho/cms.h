/*
 * Private to keyd: S/MIME over the same homes and contexts as pgp.h, with
 * gpgsm. Every operation has a gpgme context of its own: in one context the
 * server runs out of secure memory after seven encryptions (design.md §7).
 *
 * gpgsm is told not to check chains: a certificate counts because it is
 * pinned, and its dates, purposes and addresses are judged in src/keyd from
 * x509.h. Codes and reasons are those of pgp.h.
 */
#pragma once

#include <sekisho/pgp.h>

#define CMS_SIGNERS 8		/* looked at; more are odd anyway */
#define CMS_SIGNERS_MOST 32	/* of one signature: each costs a check */
#define CMS_CERTIFICATES 16	/* in one file or signature: a chain has four */

struct cms_result {
	size_t nsignatures;	/* all there were */
	struct pgp_signature list[CMS_SIGNERS];
};

/* cms_shape.c (pure): why gpgsm shall not see this SignedData or certificate in
 * DER, or this file (PEM too); NULL if it may. Its keys would cost more than any
 * honest one does, or it cannot be followed. */
const char *cms_shape_fault(struct sk_span der);
const char *cms_file_fault(struct sk_span file);

/* Once a process that has an S/MIME home, after pgp_library(). */
int cms_library(struct sk_error *e);
int cms_own(struct pgp *p, const char *fpr);
/* Signed (opaque, SHA-256, the signer's chain inside), then enveloped for
 * exactly one certificate (AES-256-CBC): base64 in lines of 64. */
int cms_sign_encrypt(struct pgp *p, const char *fpr, const struct pgp_in *in,
    struct pgp_out *out);
/* Whole: success says nothing about integrity, since CBC has none (B1). */
int cms_decrypt(struct pgp *p, const struct pgp_in *in, struct pgp_out *out);
/* Opaque signed-data; its content into out, worth what the signers are. */
int cms_verify_opaque(struct pgp *p, const struct pgp_in *in,
    struct pgp_out *out, struct cms_result *r);
int cms_verify(struct pgp *p, const struct pgp_in *sig,
    const struct pgp_in *text, struct cms_result *r);

/* Certificates of a PEM, DER or certs-only file, at most max of them; *secret:
 * a private key was among them (and asked for a passphrase that nobody has). */
int cms_import(struct pgp *p, struct sk_span file, char (*fprs)[PGP_FPR],
    size_t max, size_t *n, bool *secret);
/* One certificate in DER. */
int cms_export(struct pgp *p, const char *fpr, struct sk_buf *out);

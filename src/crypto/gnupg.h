/*
 * Private to the files of crypto that call gpgme, and the only place that
 * includes it.
 */
#pragma once

#include <gpgme.h>

#include <sekisho/pgp.h>

#include "crypto/pgp_io.h"

struct pgp {
	gpgme_ctx_t ctx;
	gpgme_key_t own;
	char own_fpr[PGP_FPR];
	char *home;
	bool wrong_usage;	/* the last operation met a signature by a key
				 * that must not sign */
	char opened_by[PGP_FPR]; /* primary key that decrypted, or "" */
	bool chain_missing;	/* S/MIME: a step to our root is not in the
				 * home, said the last signature */
	size_t chain;		/* how much of it goes along: see cms.c */
	char reason[160];
};

void gnupg_data_end(gpgme_data_t *d);
#define DATA __attribute__((cleanup(gnupg_data_end))) gpgme_data_t
void gnupg_key_end(gpgme_key_t *k);
#define KEY __attribute__((cleanup(gnupg_key_end))) gpgme_key_t

/* The code, with a reason for operators. */
int gnupg_refuse(struct pgp *p, int code, const char *reason);
/* gpgme's code as ours, with its text as the reason. The agent's end shows as
 * any of several codes, since gpg only sees its socket close. */
int gnupg_result(struct pgp *p, gpgme_error_t err);

gpgme_error_t gnupg_context(gpgme_ctx_t *c, gpgme_protocol_t protocol,
    const char *home);
/* What gpg or gpgsm says about one signature. */
void gnupg_signature(const struct _gpgme_signature *s,
    struct pgp_signature *out);

/* They live until their DATA ends, and so must what they are given. */
gpgme_data_t gnupg_data_in(const struct pgp_in *in, struct pgp_reader *r);
gpgme_data_t gnupg_data_out(struct pgp_out *out);
gpgme_data_t gnupg_data_span(struct sk_span s);
gpgme_data_t gnupg_data_buf(struct sk_buf *b);

/*
 * What every use of gpgme shares: a context on one home, bytes in and out, and
 * gpgme's codes as ours.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sekisho/cms.h>
#include <sekisho/limits.h>
#include <sekisho/mem.h>
#include <sekisho/text.h>

#include "crypto/gnupg.h"

#define GPGME_LEAST "1.18.0"

void
gnupg_data_end(gpgme_data_t *d)
{
	if (*d != NULL)
		gpgme_data_release(*d);
}

void
gnupg_key_end(gpgme_key_t *k)
{
	if (*k != NULL)
		gpgme_key_unref(*k);
}

int
gnupg_refuse(struct pgp *p, int code, const char *reason)
{
	snprintf(p->reason, sizeof(p->reason), "%s", reason);
	return code;
}

/* gpgme's code as ours. The agent's end shows as any of these, since gpg only
 * sees its socket close. */
int
gnupg_result(struct pgp *p, gpgme_error_t err)
{
	p->reason[0] = '\0';
	if (err == 0)
		return 0;
	snprintf(p->reason, sizeof(p->reason), "%s", gpgme_strerror(err));
	switch (gpgme_err_code(err)) {
	case GPG_ERR_UNUSABLE_PUBKEY:
	case GPG_ERR_NO_PUBKEY:
		return SK_ERR_NOINPUT;
	case GPG_ERR_ECONNRESET:
	case GPG_ERR_ECONNREFUSED:
	case GPG_ERR_EPIPE:
	case GPG_ERR_EOF:
	case GPG_ERR_AGENT:
	case GPG_ERR_NO_AGENT:
	case GPG_ERR_ASS_CONNECT_FAILED:
	case GPG_ERR_ASS_READ_ERROR:
	case GPG_ERR_ASS_WRITE_ERROR:
		return SK_ERR_TEMP;
	default:
		return SK_ERR_CRYPTO;
	}
}

/* --- data: descriptors in, descriptors out --- */

static struct gpgme_data_cbs reading = { .read = pgp_read_part };
static struct gpgme_data_cbs writing = { .write = pgp_write_bounded };
static struct gpgme_data_cbs filling = { .write = pgp_write_buf };

/* What passes through is somebody's mail, or a secret key: gpgme wipes what it
 * held when it lets go. */
static gpgme_data_t
wiped(gpgme_data_t d)
{
	if (gpgme_data_set_flag(d, "sensitive", "1") != 0)
		abort();
	return d;
}

/* As much as a pipe holds; by itself gpgme moves 4 KiB at a time, with three
 * system calls each. */
static gpgme_data_t
large_steps(gpgme_data_t d)
{
	if (gpgme_data_set_flag(d, "io-buffer-size", "65536") != 0)
		abort();
	return wiped(d);
}

gpgme_data_t
gnupg_data_in(const struct pgp_in *in, struct pgp_reader *r)
{
	gpgme_data_t d = NULL;

	*r = (struct pgp_reader){ in->fd, in->at, in->at + in->len };
	if (gpgme_data_new_from_cbs(&d, &reading, r) != 0)
		abort();
	return large_steps(d);
}

gpgme_data_t
gnupg_data_out(struct pgp_out *out)
{
	gpgme_data_t d = NULL;

	out->written = 0;
	out->over = false;
	if (gpgme_data_new_from_cbs(&d, &writing, out) != 0)
		abort();
	return large_steps(d);
}

gpgme_data_t
gnupg_data_span(struct sk_span s)
{
	gpgme_data_t d = NULL;

	if (gpgme_data_new_from_mem(&d, (const char *)s.p, s.len, 0) != 0)
		abort();
	return wiped(d);
}

gpgme_data_t
gnupg_data_buf(struct sk_buf *b)
{
	gpgme_data_t d = NULL;

	sk_buf_clear(b);
	if (gpgme_data_new_from_cbs(&d, &filling, b) != 0)
		abort();
	return wiped(d);
}

/* --- library and context --- */

int
pgp_library(struct sk_error *e)
{
	if (gpgme_check_version(GPGME_LEAST) == NULL)
		return sk_fail(e, SK_ERR_UNAVAILABLE, "gpgme", "at least "
		    "version " GPGME_LEAST " is needed; upgrade libgpgme11");
	if (gpgme_engine_check_version(GPGME_PROTOCOL_OpenPGP) != 0)
		return sk_fail(e, SK_ERR_UNAVAILABLE, "gpg", "GnuPG does not "
		    "answer; install the package gpg");
	return 0;
}

int
cms_library(struct sk_error *e)
{
	if (gpgme_engine_check_version(GPGME_PROTOCOL_CMS) != 0)
		return sk_fail(e, SK_ERR_UNAVAILABLE, "gpgsm", "S/MIME is "
		    "configured and gpgsm does not answer; install the package "
		    "gpgsm, or take smime out of sekisho.conf");
	return 0;
}

const char *
pgp_versions(struct sk_arena *a)
{
	gpgme_engine_info_t i = NULL;

	if (gpgme_get_engine_info(&i) != 0)
		i = NULL;
	while (i != NULL && i->protocol != GPGME_PROTOCOL_OpenPGP)
		i = i->next;
	return sk_arena_printf(a, "gpgme %s, gpg %s",
	    gpgme_check_version(NULL),
	    i != NULL && i->version != NULL ? i->version : "unknown");
}

gpgme_error_t
gnupg_context(gpgme_ctx_t *c, gpgme_protocol_t protocol, const char *home)
{
	gpgme_error_t err = gpgme_new(c);

	if (err == 0)
		err = gpgme_set_protocol(*c, protocol);
	if (err == 0)
		err = gpgme_ctx_set_engine_info(*c, protocol, NULL, home);
	if (err == 0)
		err = gpgme_set_pinentry_mode(*c, GPGME_PINENTRY_MODE_ERROR);
	if (err == 0)
		gpgme_set_offline(*c, 1);
	return err;
}

/* "ERRSIG keyid algo hash class time CODE fpr": gpgme knows two of the codes
 * and calls the others a general error. "DECRYPTION_KEY subkey PRIMARY trust":
 * gpgme drops it. */
static gpgme_error_t
on_status(void *ctx, const char *word, const char *args)
{
	struct pgp *p = ctx;
	char fpr[PGP_FPR];
	long code = 0;

	if (strcmp(word, "DECRYPTION_KEY") == 0 &&
	    sscanf(args, "%*s %40s", fpr) == 1 && key_fingerprint_valid(fpr))
		memcpy(p->opened_by, fpr, sizeof(fpr));
	if (strcmp(word, "ERRSIG") == 0 &&
	    sscanf(args, "%*s %*s %*s %*s %*s %ld", &code) == 1 &&
	    code == GPG_ERR_WRONG_KEY_USAGE)
		p->wrong_usage = true;
	return 0;
}

static void
watch_status(struct pgp *p)
{
	gpgme_set_ctx_flag(p->ctx, "full-status", "1");
	gpgme_set_status_cb(p->ctx, on_status, p);
}

struct pgp *
pgp_new(const char *home, enum key_scheme scheme, struct sk_error *e)
{
	struct pgp *p = sk_malloc(sizeof(*p));
	gpgme_error_t err;

	p->home = sk_strdup(home);
	err = gnupg_context(&p->ctx, scheme == KEY_SMIME ?
	    GPGME_PROTOCOL_CMS : GPGME_PROTOCOL_OpenPGP, home);
	if (err != 0) {
		sk_fail(e, SK_ERR_UNAVAILABLE, home, "GnuPG cannot use this "
		    "home: %s", gpgme_strerror(err));
		pgp_free(&p);
		return NULL;
	}
	gpgme_set_armor(p->ctx, 1);
	if (scheme == KEY_OPENPGP)
		watch_status(p);
	/* pgp_decrypt() names a ciphertext by its session key. */
	if (scheme == KEY_OPENPGP && gpgme_set_ctx_flag(p->ctx,
	    "export-session-key", "1") != 0)
		abort();
	return p;
}

void
pgp_free(struct pgp **p)
{
	if (*p == NULL)
		return;
	gnupg_key_end(&(*p)->own);
	if ((*p)->ctx != NULL)
		gpgme_release((*p)->ctx);
	free((*p)->home);
	free(*p);
	*p = NULL;
}

const char *
pgp_reason(const struct pgp *p)
{
	return p->reason;
}

int
pgp_own(struct pgp *p, const char *fpr)
{
	gpgme_key_t key = NULL;
	int ret = gnupg_result(p, gpgme_get_key(p->ctx, fpr, &key, 1));

	if (ret != 0)
		return ret;
	gpgme_signers_clear(p->ctx);
	gnupg_key_end(&p->own);
	p->own = key;
	snprintf(p->own_fpr, sizeof(p->own_fpr), "%s", key->fpr);
	return gnupg_result(p, gpgme_signers_add(p->ctx, key));
}

/* --- signatures --- */

static enum verdict_signature
state_of(const struct _gpgme_signature *s)
{
	if (s->wrong_key_usage)
		return SIGNATURE_USAGE;
	switch (gpgme_err_code(s->status)) {
	case GPG_ERR_NO_ERROR:
		break;
	case GPG_ERR_BAD_SIGNATURE:
		return SIGNATURE_BAD;
	case GPG_ERR_NO_PUBKEY:
		return SIGNATURE_UNKNOWN_KEY;
	case GPG_ERR_KEY_EXPIRED:
		return SIGNATURE_KEY_EXPIRED;
	case GPG_ERR_CERT_REVOKED:
		return SIGNATURE_KEY_REVOKED;
	case GPG_ERR_SIG_EXPIRED:
		return SIGNATURE_EXPIRED;
	default:
		return SIGNATURE_ERROR;
	}
	/* status 0 is not enough: the summary and usage must agree. */
	if (s->summary & GPGME_SIGSUM_KEY_REVOKED)
		return SIGNATURE_KEY_REVOKED;
	if (s->summary & GPGME_SIGSUM_KEY_EXPIRED)
		return SIGNATURE_KEY_EXPIRED;
	if (s->summary & GPGME_SIGSUM_SIG_EXPIRED)
		return SIGNATURE_EXPIRED;
	if ((s->summary & (GPGME_SIGSUM_RED | GPGME_SIGSUM_KEY_MISSING |
	    GPGME_SIGSUM_BAD_POLICY | GPGME_SIGSUM_SYS_ERROR)) != 0 ||
	    !key_fingerprint_valid(s->fpr))
		return SIGNATURE_ERROR;
	return SIGNATURE_GOOD;
}

static bool
weak_hash(gpgme_hash_algo_t h)
{
	return h != GPGME_MD_SHA224 && h != GPGME_MD_SHA256 &&
	    h != GPGME_MD_SHA384 && h != GPGME_MD_SHA512;
}

void
gnupg_signature(const struct _gpgme_signature *s, struct pgp_signature *out)
{
	*out = (struct pgp_signature){ .state = state_of(s),
		.weak = weak_hash(s->hash_algo),
		.signed_at = (int64_t)s->timestamp };
	if (key_fingerprint_valid(s->fpr))
		snprintf(out->fpr, PGP_FPR, "%s", s->fpr);
}

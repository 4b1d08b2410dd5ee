/*
 * gpgsm behind cms.h: one GnuPG operation a function, in a context of its own.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sekisho/cms.h>
#include <sekisho/files.h>
#include <sekisho/limits.h>

#include "crypto/gnupg.h"

/* RFC 8551 3.5.2: what is enveloped is itself a MIME part. */
static const char signed_head[] =
    "Content-Type: application/pkcs7-mime; smime-type=signed-data;\r\n"
    " name=\"smime.p7m\"\r\n"
    "Content-Transfer-Encoding: base64\r\n"
    "Content-Disposition: attachment; filename=\"smime.p7m\"\r\n\r\n";

static void
ctx_end(gpgme_ctx_t *c)
{
	if (*c != NULL)
		gpgme_release(*c);
}
#define CTX __attribute__((cleanup(ctx_end))) gpgme_ctx_t

static int
fresh(struct pgp *p, gpgme_ctx_t *c)
{
	*c = NULL;
	return gnupg_result(p, gnupg_context(c, GPGME_PROTOCOL_CMS, p->home));
}

int
cms_own(struct pgp *p, const char *fpr)
{
	gpgme_key_t key = NULL;
	int ret;
	CTX c;

	ret = fresh(p, &c);
	if (ret == 0)
		ret = gnupg_result(p, gpgme_get_key(c, fpr, &key, 1));
	if (ret != 0)
		return ret;
	gnupg_key_end(&p->own);
	p->own = key;
	p->chain = 0;
	snprintf(p->own_fpr, sizeof(p->own_fpr), "%s", key->fpr);
	return 0;
}

/* --- sealing --- */

/* How many certificates go along. Authorities hand out the steps without the
 * root, and gpgsm gives up where one is missing: then as many as there are. */
enum { ONLY_SIGNER = 1, ALL_BUT_ROOT = -2 };
static const int chains[] = { ALL_BUT_ROOT, 4, 3, 2, ONLY_SIGNER };

static int
sign_with(struct pgp *p, int certificates, const struct pgp_in *in,
    struct pgp_out *out)
{
	gpgme_sign_result_t s;
	struct pgp_reader r;
	DATA plain = gnupg_data_in(in, &r);
	DATA cms = gnupg_data_out(out);
	gpgme_error_t err;
	int ret;
	CTX c;

	p->chain_missing = false;
	ret = fresh(p, &c);
	if (ret == 0)
		ret = gnupg_result(p, gpgme_signers_add(c, p->own));
	if (ret != 0)
		return ret;
	gpgme_set_include_certs(c, certificates);
	gpgme_data_set_encoding(cms, GPGME_DATA_ENCODING_BASE64);
	err = gpgme_op_sign(c, plain, cms, GPGME_SIG_MODE_NORMAL);
	p->chain_missing = gpgme_err_code(err) == GPG_ERR_MISSING_ISSUER_CERT;
	ret = gnupg_result(p, err);
	if (out->over)
		return gnupg_refuse(p, SK_ERR_LIMIT, "too large");
	if (ret != 0)
		return ret;
	s = gpgme_op_sign_result(c);
	if (s == NULL || s->invalid_signers != NULL ||
	    s->signatures == NULL || s->signatures->next != NULL)
		return gnupg_refuse(p, SK_ERR_CRYPTO, "not signed once");
	return 0;
}

/* The steps to the root help a recipient's program, if they are here. A gpgsm
 * that fails for any other reason is no sign that they are not: without them
 * what it signs later would be good for nobody. */
static int
sign(struct pgp *p, const struct pgp_in *in, struct pgp_out *out)
{
	off_t begin = lseek(out->fd, 0, SEEK_CUR);
	int ret = sign_with(p, chains[p->chain], in, out);

	while (p->chain_missing && chains[p->chain] != ONLY_SIGNER) {
		if (ftruncate(out->fd, begin) != 0 ||
		    lseek(out->fd, begin, SEEK_SET) != begin)
			return gnupg_refuse(p, SK_ERR_OS, "no memory file");
		ret = sign_with(p, chains[++p->chain], in, out);
	}
	return ret;
}

static int
envelope(struct pgp *p, const char *fpr, const struct pgp_in *in,
    struct pgp_out *out)
{
	gpgme_encrypt_result_t e;
	struct pgp_reader r;
	DATA plain = gnupg_data_in(in, &r);
	DATA cms = gnupg_data_out(out);
	int ret;
	CTX c;

	ret = fresh(p, &c);
	if (ret != 0)
		return ret;
	gpgme_data_set_encoding(cms, GPGME_DATA_ENCODING_BASE64);
	ret = gnupg_result(p, gpgme_op_encrypt_ext(c, NULL, fpr,
	    GPGME_ENCRYPT_ALWAYS_TRUST | GPGME_ENCRYPT_NO_ENCRYPT_TO, plain,
	    cms));
	if (out->over)
		return gnupg_refuse(p, SK_ERR_LIMIT, "too large");
	e = ret == 0 ? gpgme_op_encrypt_result(c) : NULL;
	if (ret == 0 && (e == NULL || e->invalid_recipients != NULL))
		return gnupg_refuse(p, SK_ERR_NOINPUT, "unusable recipient");
	return ret;
}

int
cms_sign_encrypt(struct pgp *p, const char *fpr, const struct pgp_in *in,
    struct pgp_out *out)
{
	struct pgp_out part = { .max = 2 * LIMIT_OUT_MESSAGE, .crlf = true };
	struct pgp_in whole;
	size_t size;
	int ret = 0;

	if (!key_fingerprint_valid(fpr) || p->own == NULL)
		return gnupg_refuse(p, SK_ERR_BUG, "no recipient or no own "
		    "certificate");
	part.fd = sk_memfd("signed");
	if (sk_fd_write(part.fd, signed_head, sizeof(signed_head) - 1) != 0)
		ret = gnupg_refuse(p, SK_ERR_OS, "no memory file");
	if (ret == 0)
		ret = sign(p, in, &part);
	if (ret == 0 && sk_fd_size(part.fd, &size) != 0)
		ret = gnupg_refuse(p, SK_ERR_OS, "no memory file");
	if (ret == 0) {
		whole = (struct pgp_in){ part.fd, 0, size };
		ret = envelope(p, fpr, &whole, out);
	}
	sk_fd_close(&part.fd);
	return ret;
}

/* --- opening --- */

int
cms_decrypt(struct pgp *p, const struct pgp_in *in, struct pgp_out *out)
{
	struct pgp_reader r;
	DATA cipher = gnupg_data_in(in, &r);
	DATA plain = gnupg_data_out(out);
	int ret;
	CTX c;

	ret = fresh(p, &c);
	if (ret == 0)
		ret = gnupg_result(p, gpgme_op_decrypt(c, cipher, plain));
	if (out->over)
		return gnupg_refuse(p, SK_ERR_LIMIT, "inflates beyond the "
		    "limit");
	return ret;
}

static void
take_signers(gpgme_ctx_t c, struct cms_result *r)
{
	gpgme_verify_result_t v = gpgme_op_verify_result(c);
	gpgme_signature_t s = v != NULL ? v->signatures : NULL;

	for (; s != NULL; s = s->next) {
		if (r->nsignatures < CMS_SIGNERS)
			gnupg_signature(s, &r->list[r->nsignatures]);
		r->nsignatures++;
	}
}

int
cms_verify_opaque(struct pgp *p, const struct pgp_in *in, struct pgp_out *out,
    struct cms_result *r)
{
	struct pgp_reader rd;
	DATA cms = gnupg_data_in(in, &rd);
	DATA text = gnupg_data_out(out);
	int ret;
	CTX c;

	*r = (struct cms_result){ 0 };
	ret = fresh(p, &c);
	if (ret == 0)
		ret = gnupg_result(p, gpgme_op_verify(c, cms, NULL, text));
	if (out->over)
		return gnupg_refuse(p, SK_ERR_LIMIT, "larger than the limit");
	if (ret == 0)
		take_signers(c, r);
	return ret;
}

int
cms_verify(struct pgp *p, const struct pgp_in *sig, const struct pgp_in *text,
    struct cms_result *r)
{
	struct pgp_reader rs, rt;
	DATA s = gnupg_data_in(sig, &rs);
	DATA t = gnupg_data_in(text, &rt);
	int ret;
	CTX c;

	*r = (struct cms_result){ 0 };
	ret = fresh(p, &c);
	if (ret == 0)
		ret = gnupg_result(p, gpgme_op_verify(c, s, t, NULL));
	if (ret == 0)
		take_signers(c, r);
	return ret;
}

/* --- certificates --- */

static bool
is_listed(char (*fprs)[PGP_FPR], size_t n, const char *fpr)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(fprs[i], fpr) == 0)
			return true;
	return false;
}

int
cms_import(struct pgp *p, struct sk_span file, char (*fprs)[PGP_FPR],
    size_t max, size_t *n, bool *secret)
{
	DATA data = gnupg_data_span(file);
	gpgme_import_result_t r;
	int ret;
	CTX c;

	*n = 0;
	*secret = false;
	ret = fresh(p, &c);
	if (ret == 0)
		ret = gnupg_result(p, gpgme_op_import(c, data));
	r = ret == 0 ? gpgme_op_import_result(c) : NULL;
	if (r == NULL)
		return ret != 0 ? ret : SK_ERR_CRYPTO;
	*secret = r->secret_read != 0;
	for (gpgme_import_status_t s = r->imports; s != NULL; s = s->next) {
		if (s->result != 0 || !key_fingerprint_valid(s->fpr) ||
		    is_listed(fprs, *n, s->fpr))
			continue;
		if (*n == max)
			return gnupg_refuse(p, SK_ERR_DATA,
			    "too many certificates");
		snprintf(fprs[(*n)++], PGP_FPR, "%s", s->fpr);
	}
	return 0;
}

int
cms_export(struct pgp *p, const char *fpr, struct sk_buf *out)
{
	DATA data = gnupg_data_buf(out);
	int ret;
	CTX c;

	ret = fresh(p, &c);
	if (ret == 0)
		ret = gnupg_result(p, gpgme_op_export(c, fpr, 0, data));
	if (out->over)
		return gnupg_refuse(p, SK_ERR_LIMIT, "it is too large");
	if (ret == 0 && out->len == 0)
		return gnupg_refuse(p, SK_ERR_NOINPUT, "no such certificate");
	return ret;
}

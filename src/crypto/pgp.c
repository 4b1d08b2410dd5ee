/*
 * OpenPGP messages behind pgp.h. Thin on purpose: each function is one GnuPG
 * operation, its result read completely, and no opinion about it.
 *
 * Recipients are named by full fingerprint in a recipient string ("--" ends
 * the options, then the fingerprint): no key is ever looked up by address
 * (standards.md B1), and no gpgme_get_key, which costs a whole gpg run a copy
 * (measured.md §4). Names inside messages and the texts of gpg never become
 * paths or commands.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sekisho/hash.h>
#include <sekisho/limits.h>
#include <sekisho/mem.h>
#include <sekisho/text.h>

#include "crypto/gnupg.h"

#define SESSION_KEY_FLAG "override-session-key"
enum {
	SESSION_KEY = 80,	/* "9:", hex digits of at most 32 octets, NUL */
	PKESK_MOST = 2048 + 64	/* one session key: RSA of 16,384 bits */
};

/* The one signature that was asked for, and nothing left out. */
static int
check_sealed(struct pgp *p)
{
	gpgme_encrypt_result_t er = gpgme_op_encrypt_result(p->ctx);
	gpgme_sign_result_t sr = gpgme_op_sign_result(p->ctx);

	if (er == NULL || er->invalid_recipients != NULL)
		return gnupg_refuse(p, SK_ERR_NOINPUT, "unusable recipient");
	if (sr == NULL || sr->invalid_signers != NULL ||
	    sr->signatures == NULL || sr->signatures->next != NULL)
		return gnupg_refuse(p, SK_ERR_CRYPTO, "not signed once");
	return 0;
}

int
pgp_encrypt_sign(struct pgp *p, const char *fpr, const struct pgp_in *in,
    struct pgp_out *out)
{
	char recipient[PGP_FPR + 4];
	struct pgp_reader r;
	DATA plain = gnupg_data_in(in, &r);
	DATA cipher = gnupg_data_out(out);
	int ret;

	if (!key_fingerprint_valid(fpr) || p->own == NULL)
		return gnupg_refuse(p, SK_ERR_BUG, "no recipient or no own "
		    "key");
	snprintf(recipient, sizeof(recipient), "--\n%s", fpr);
	ret = gnupg_result(p, gpgme_op_encrypt_sign_ext(p->ctx, NULL, recipient,
	    GPGME_ENCRYPT_ALWAYS_TRUST | GPGME_ENCRYPT_NO_ENCRYPT_TO |
	    GPGME_ENCRYPT_NO_COMPRESS, plain, cipher));
	if (out->over)
		return gnupg_refuse(p, SK_ERR_LIMIT, "too large");
	return ret != 0 ? ret : check_sealed(p);
}

/* Who claims to have signed, where nobody knows the key: its key id. */
static void
take_issuer(const struct _gpgme_signature *s, struct pgp_result *r)
{
	size_t n = s != NULL && s->fpr != NULL ? strlen(s->fpr) : 0;

	if (n >= 16 && strspn(s->fpr, "0123456789ABCDEF") == n)
		memcpy(r->issuer, s->fpr + n - 16, 17);
}

static void
take_signatures(struct pgp *p, struct pgp_result *r)
{
	gpgme_verify_result_t v = gpgme_op_verify_result(p->ctx);
	gpgme_signature_t s = v != NULL ? v->signatures : NULL;

	if (s != NULL)
		gnupg_signature(s, &r->signature);
	if (p->wrong_usage && r->signature.state == SIGNATURE_ERROR)
		r->signature.state = SIGNATURE_USAGE;
	take_issuer(s, r);
	for (; s != NULL; s = s->next)
		r->nsignatures++;
}

static void
take_recipients(const struct pgp *p, const struct _gpgme_op_decrypt_result *d,
    struct pgp_result *r)
{
	gpgme_recipient_t to;

	memcpy(r->opened_by, p->opened_by, sizeof(r->opened_by));
	for (to = d->recipients; to != NULL; to = to->next) {
		if (r->nrecipients < PGP_RECIPIENTS && to->keyid != NULL)
			snprintf(r->recipients[r->nrecipients],
			    sizeof(r->recipients[0]), "%s", to->keyid);
		r->nrecipients++;
	}
}

static int
decrypt_key(struct pgp *p, struct sk_span packets, struct sk_buf *none,
    char key[SESSION_KEY], struct pgp_result *r)
{
	DATA cipher = gnupg_data_span(packets);
	DATA plain = gnupg_data_buf(none);
	int ret = gnupg_result(p, gpgme_op_decrypt(p->ctx, cipher, plain));
	gpgme_decrypt_result_t d = gpgme_op_decrypt_result(p->ctx);
	size_t n = d != NULL && d->session_key != NULL ?
	    strlen(d->session_key) : 0;

	if (n == 0 || n >= SESSION_KEY)
		return ret != 0 ? ret : gnupg_refuse(p, SK_ERR_CRYPTO,
		    "no session key");
	memcpy(key, d->session_key, n + 1);
	sk_wipe(d->session_key, n);
	take_recipients(p, d, r);
	return 0;
}

/* The session key alone, from the packets that hold it and an encrypted one
 * with nothing in it, which always fails. With the key given, gpg asks the
 * agent nothing more: what is encrypted inside once more, for how many ever,
 * costs nothing and stays closed. */
static int
session_key(struct pgp *p, const struct pgp_in *in, char key[SESSION_KEY],
    struct pgp_result *r)
{
	static const unsigned char empty[2 + 19] = { 0xd2, 19, 1 };
	struct sk_buf keys, none;
	const char *fault;
	int ret;

	sk_buf_init(&keys, LIMIT_PGP_RECIPIENTS * PKESK_MOST);
	sk_buf_init(&none, sizeof(empty));
	fault = pgp_shape_fault(in, &keys);
	ret = fault != NULL ? gnupg_refuse(p, SK_ERR_CRYPTO, fault) : 0;
	if (ret == 0) {
		sk_buf_add(&keys, empty, sizeof(empty));
		ret = decrypt_key(p, sk_buf_span(&keys), &none, key, r);
	}
	sk_buf_free(&none);
	sk_buf_free(&keys);
	return ret;
}

/* The session key names the ciphertext whatever is put around it: packets may
 * be framed anew, recipients added, armour and MIME changed. It does not leave
 * keyd, its hash does. */
static void
take_cipher(const char *key, struct pgp_result *r)
{
	sk_hash_of(sk_span_str(key), r->cipher);
	r->has_cipher = true;
}

static int
decrypt_with(struct pgp *p, const char *key, const struct pgp_in *in,
    struct pgp_out *out, struct pgp_result *r)
{
	struct pgp_reader rd;
	DATA cipher = gnupg_data_in(in, &rd);
	DATA plain = gnupg_data_out(out);
	gpgme_decrypt_result_t d;
	int ret;

	if (gpgme_set_ctx_flag(p->ctx, SESSION_KEY_FLAG, key) != 0)
		abort();
	ret = gnupg_result(p, gpgme_op_decrypt_ext(p->ctx, GPGME_DECRYPT_VERIFY,
	    cipher, plain));
	if (gpgme_set_ctx_flag(p->ctx, SESSION_KEY_FLAG, "") != 0)
		abort();
	if (out->over)
		return gnupg_refuse(p, SK_ERR_LIMIT, "inflates beyond the "
		    "limit");
	if (ret != 0)
		return ret;
	d = gpgme_op_decrypt_result(p->ctx);
	if (d == NULL || d->legacy_cipher_nomdc)
		return gnupg_refuse(p, SK_ERR_CRYPTO, "no integrity "
		    "protection");
	r->encrypted = r->integrity = true;
	take_cipher(key, r);
	take_signatures(p, r);
	return 0;
}

int
pgp_decrypt(struct pgp *p, const struct pgp_in *in, struct pgp_out *out,
    struct pgp_result *r)
{
	char key[SESSION_KEY];
	int ret;

	*r = (struct pgp_result){ 0 };
	p->wrong_usage = false;
	p->opened_by[0] = '\0';
	ret = session_key(p, in, key, r);
	if (ret == 0)
		ret = decrypt_with(p, key, in, out, r);
	sk_wipe(key, sizeof(key));
	return ret;
}

int
pgp_verify(struct pgp *p, const struct pgp_in *sig, const struct pgp_in *text,
    struct pgp_result *r)
{
	struct pgp_reader rs, rt;
	DATA s = gnupg_data_in(sig, &rs);
	DATA t = gnupg_data_in(text, &rt);
	int ret;

	*r = (struct pgp_result){ 0 };
	p->wrong_usage = false;
	ret = gnupg_result(p, gpgme_op_verify(p->ctx, s, t, NULL));
	if (ret == 0)
		take_signatures(p, r);
	return ret;
}

int
pgp_verify_clear(struct pgp *p, const struct pgp_in *in, struct pgp_out *out,
    struct pgp_result *r)
{
	struct pgp_reader rd;
	DATA text = gnupg_data_in(in, &rd);
	DATA plain = gnupg_data_out(out);
	int ret;

	*r = (struct pgp_result){ 0 };
	p->wrong_usage = false;
	ret = gnupg_result(p, gpgme_op_verify(p->ctx, text, NULL, plain));
	if (out->over)
		return gnupg_refuse(p, SK_ERR_LIMIT, "longer than it came");
	if (ret == 0)
		take_signatures(p, r);
	return ret;
}


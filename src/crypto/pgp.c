/*
 * gpgme behind pgp.h, and the only file that includes it. Thin on purpose:
 * each function is one GnuPG operation, its result read completely, and no
 * opinion about it.
 *
 * Recipients are named by full fingerprint in a recipient string ("--" ends
 * the options, then the fingerprint): no key is ever looked up by address
 * (standards.md B1), and no gpgme_get_key, which costs a whole gpg run a copy
 * (measured.md §4). Names inside messages and the texts of gpg never become
 * paths or commands.
 */
#include <config.h>

#include <gpgme.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sekisho/limits.h>
#include <sekisho/mem.h>
#include <sekisho/pgp.h>
#include <sekisho/text.h>

#include "crypto/pgp_io.h"

#define GPGME_LEAST "1.18.0"

struct pgp {
	gpgme_ctx_t ctx;
	gpgme_key_t own;
	char own_fpr[PGP_FPR];
	char reason[160];
};

static void
data_end(gpgme_data_t *d)
{
	if (*d != NULL)
		gpgme_data_release(*d);
}
#define DATA __attribute__((cleanup(data_end))) gpgme_data_t

static void
key_end(gpgme_key_t *k)
{
	if (*k != NULL)
		gpgme_key_unref(*k);
}
#define KEY __attribute__((cleanup(key_end))) gpgme_key_t

static int
refuse(struct pgp *p, int code, const char *reason)
{
	snprintf(p->reason, sizeof(p->reason), "%s", reason);
	return code;
}

/* gpgme's code as ours. The agent's end shows as any of these, since gpg only
 * sees its socket close. */
static int
result(struct pgp *p, gpgme_error_t err)
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

/* As much as a pipe holds; by itself gpgme moves 4 KiB at a time, with three
 * system calls each. */
static void
large_steps(gpgme_data_t d)
{
	if (gpgme_data_set_flag(d, "io-buffer-size", "65536") != 0)
		abort();
}

static gpgme_data_t
data_in(const struct pgp_in *in, struct pgp_reader *r)
{
	gpgme_data_t d = NULL;

	*r = (struct pgp_reader){ in->fd, in->at, in->at + in->len };
	if (gpgme_data_new_from_cbs(&d, &reading, r) != 0)
		abort();
	large_steps(d);
	return d;
}

static gpgme_data_t
data_out(struct pgp_out *out)
{
	gpgme_data_t d = NULL;

	out->written = 0;
	out->over = false;
	if (gpgme_data_new_from_cbs(&d, &writing, out) != 0)
		abort();
	large_steps(d);
	return d;
}

static gpgme_data_t
data_span(struct sk_span s)
{
	gpgme_data_t d = NULL;

	if (gpgme_data_new_from_mem(&d, (const char *)s.p, s.len, 0) != 0)
		abort();
	return d;
}

static gpgme_data_t
data_buf(struct sk_buf *b)
{
	gpgme_data_t d = NULL;

	sk_buf_clear(b);
	if (gpgme_data_new_from_cbs(&d, &filling, b) != 0)
		abort();
	return d;
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

struct pgp *
pgp_new(const char *home, struct sk_error *e)
{
	struct pgp *p = sk_malloc(sizeof(*p));
	gpgme_error_t err = gpgme_new(&p->ctx);

	if (err == 0)
		err = gpgme_set_protocol(p->ctx, GPGME_PROTOCOL_OpenPGP);
	if (err == 0)
		err = gpgme_ctx_set_engine_info(p->ctx,
		    GPGME_PROTOCOL_OpenPGP, NULL, home);
	if (err == 0)
		err = gpgme_set_pinentry_mode(p->ctx,
		    GPGME_PINENTRY_MODE_ERROR);
	if (err != 0) {
		sk_fail(e, SK_ERR_UNAVAILABLE, home, "GnuPG cannot use this "
		    "home: %s", gpgme_strerror(err));
		pgp_free(&p);
		return NULL;
	}
	gpgme_set_armor(p->ctx, 1);
	gpgme_set_offline(p->ctx, 1);
	return p;
}

void
pgp_free(struct pgp **p)
{
	if (*p == NULL)
		return;
	key_end(&(*p)->own);
	if ((*p)->ctx != NULL)
		gpgme_release((*p)->ctx);
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
	int ret = result(p, gpgme_get_key(p->ctx, fpr, &key, 1));

	if (ret != 0)
		return ret;
	gpgme_signers_clear(p->ctx);
	key_end(&p->own);
	p->own = key;
	snprintf(p->own_fpr, sizeof(p->own_fpr), "%s", key->fpr);
	return result(p, gpgme_signers_add(p->ctx, key));
}

/* --- messages --- */

/* The one signature that was asked for, and nothing left out. */
static int
check_sealed(struct pgp *p)
{
	gpgme_encrypt_result_t er = gpgme_op_encrypt_result(p->ctx);
	gpgme_sign_result_t sr = gpgme_op_sign_result(p->ctx);

	if (er == NULL || er->invalid_recipients != NULL)
		return refuse(p, SK_ERR_NOINPUT, "unusable recipient");
	if (sr == NULL || sr->invalid_signers != NULL ||
	    sr->signatures == NULL || sr->signatures->next != NULL)
		return refuse(p, SK_ERR_CRYPTO, "not signed once");
	return 0;
}

int
pgp_encrypt_sign(struct pgp *p, const char *fpr, const struct pgp_in *in,
    struct pgp_out *out)
{
	char recipient[PGP_FPR + 4];
	struct pgp_reader r;
	DATA plain = data_in(in, &r);
	DATA cipher = data_out(out);
	int ret;

	if (!key_fingerprint_valid(fpr) || p->own == NULL)
		return refuse(p, SK_ERR_BUG, "no recipient or no own key");
	snprintf(recipient, sizeof(recipient), "--\n%s", fpr);
	ret = result(p, gpgme_op_encrypt_sign_ext(p->ctx, NULL, recipient,
	    GPGME_ENCRYPT_ALWAYS_TRUST | GPGME_ENCRYPT_NO_ENCRYPT_TO |
	    GPGME_ENCRYPT_NO_COMPRESS, plain, cipher));
	if (out->over)
		return refuse(p, SK_ERR_LIMIT, "too large");
	return ret != 0 ? ret : check_sealed(p);
}

static enum verdict_signature
state_of(const struct _gpgme_signature *s)
{
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
	    s->wrong_key_usage || !key_fingerprint_valid(s->fpr))
		return SIGNATURE_ERROR;
	return SIGNATURE_GOOD;
}

static bool
weak_hash(gpgme_hash_algo_t h)
{
	return h != GPGME_MD_SHA224 && h != GPGME_MD_SHA256 &&
	    h != GPGME_MD_SHA384 && h != GPGME_MD_SHA512;
}

static void
take_signatures(struct pgp *p, struct pgp_result *r)
{
	gpgme_verify_result_t v = gpgme_op_verify_result(p->ctx);
	gpgme_signature_t s = v != NULL ? v->signatures : NULL;

	if (s != NULL) {
		r->signature.state = state_of(s);
		r->signature.weak = weak_hash(s->hash_algo);
		if (key_fingerprint_valid(s->fpr))
			snprintf(r->signature.fpr, PGP_FPR, "%s", s->fpr);
	}
	for (; s != NULL; s = s->next)
		r->nsignatures++;
}

int
pgp_decrypt(struct pgp *p, const struct pgp_in *in, struct pgp_out *out,
    struct pgp_result *r)
{
	struct pgp_reader rd;
	DATA cipher = data_in(in, &rd);
	DATA plain = data_out(out);
	gpgme_decrypt_result_t d;
	int ret;

	*r = (struct pgp_result){ 0 };
	ret = result(p, gpgme_op_decrypt_ext(p->ctx, GPGME_DECRYPT_VERIFY,
	    cipher, plain));
	if (out->over)
		return refuse(p, SK_ERR_LIMIT, "inflates beyond the limit");
	if (ret != 0)
		return ret;
	d = gpgme_op_decrypt_result(p->ctx);
	if (d == NULL || d->legacy_cipher_nomdc)
		return refuse(p, SK_ERR_CRYPTO, "no integrity protection");
	r->encrypted = r->integrity = true;
	take_signatures(p, r);
	return 0;
}

int
pgp_verify(struct pgp *p, const struct pgp_in *sig, const struct pgp_in *text,
    struct pgp_result *r)
{
	struct pgp_reader rs, rt;
	DATA s = data_in(sig, &rs);
	DATA t = data_in(text, &rt);
	int ret;

	*r = (struct pgp_result){ 0 };
	ret = result(p, gpgme_op_verify(p->ctx, s, t, NULL));
	if (ret == 0)
		take_signatures(p, r);
	return ret;
}

int
pgp_verify_clear(struct pgp *p, const struct pgp_in *in, struct pgp_result *r)
{
	struct pgp_out nowhere = { .fd = -1, .max = LIMIT_PLAINTEXT };
	struct pgp_reader rd;
	DATA text = data_in(in, &rd);
	DATA plain = data_out(&nowhere);
	int ret;

	*r = (struct pgp_result){ 0 };
	ret = result(p, gpgme_op_verify(p->ctx, text, NULL, plain));
	if (ret == 0)
		take_signatures(p, r);
	return ret;
}

/* --- keys --- */

int
pgp_primary(struct pgp *p, const char *fpr, char primary[PGP_FPR])
{
	KEY key = NULL;
	int ret = result(p, gpgme_get_key(p->ctx, fpr, &key, 0));

	if (ret != 0 || !key_fingerprint_valid(key->fpr))
		return ret != 0 ? ret : SK_ERR_CRYPTO;
	snprintf(primary, PGP_FPR, "%s", key->fpr);
	return 0;
}

static void
fill_subkeys(struct sk_arena *a, gpgme_key_t key, struct key_facts *k)
{
	struct key_subkey *sub = sk_arena_array(a, LIMIT_KEY_SUBKEYS,
	    sizeof(*sub));
	gpgme_subkey_t s;

	k->subkeys = sub;
	for (s = key->subkeys; s != NULL; s = s->next) {
		if (k->nsubkeys == LIMIT_KEY_SUBKEYS || s->keyid == NULL ||
		    strlen(s->keyid) != 16)
			continue;
		snprintf(sub->key_id, sizeof(sub->key_id), "%s", s->keyid);
		sub->expires = s->expires;
		sub->can_encrypt = s->can_encrypt && !s->revoked &&
		    !s->disabled && !s->invalid;
		sub++;
		k->nsubkeys++;
	}
}

static void
fill_addresses(struct sk_arena *a, gpgme_key_t key, struct key_facts *k)
{
	const char **at = sk_arena_array(a, LIMIT_KEY_ADDRESSES, sizeof(*at));
	gpgme_user_id_t u;

	k->addresses = at;
	for (u = key->uids; u != NULL; u = u->next)
		if (!u->revoked && !u->invalid && u->email != NULL &&
		    sk_address_valid(u->email) &&
		    k->naddresses < LIMIT_KEY_ADDRESSES)
			at[k->naddresses++] = sk_arena_str(a, u->email);
}

static void
fill_key(struct sk_arena *a, gpgme_key_t key, struct key_facts *k)
{
	gpgme_subkey_t s = key->subkeys;
	char *algorithm;

	k->scheme = KEY_OPENPGP;
	if (s == NULL)
		return;
	if (key_fingerprint_valid(s->fpr))
		snprintf(k->fpr, sizeof(k->fpr), "%s", s->fpr);
	k->created = s->timestamp > 0 ? s->timestamp : 0;
	k->expires = s->expires;
	k->revoked = key->revoked || s->revoked || key->invalid ||
	    key->disabled;
	algorithm = gpgme_pubkey_algo_string(s);
	k->algorithm = sk_arena_str(a, algorithm ? algorithm : "unknown");
	gpgme_free(algorithm);
	fill_subkeys(a, key, k);
	fill_addresses(a, key, k);
}

int
pgp_list_block(struct pgp *p, struct sk_arena *a, struct sk_span block,
    struct key_facts *k)
{
	DATA data = data_span(block);
	gpgme_error_t err;

	*k = (struct key_facts){ 0 };
	err = gpgme_op_keylist_from_data_start(p->ctx, data, 0);
	while (err == 0) {
		KEY key = NULL;

		err = gpgme_op_keylist_next(p->ctx, &key);
		if (err != 0)
			break;
		if (k->primaries++ == 0)
			fill_key(a, key, k);
		for (gpgme_subkey_t s = key->subkeys; s; s = s->next)
			if (s->secret)
				k->secret = true;
		if (key->secret)
			k->secret = true;
	}
	gpgme_op_keylist_end(p->ctx);
	return gpgme_err_code(err) == GPG_ERR_EOF ? 0 : result(p, err);
}

int
pgp_key(struct pgp *p, struct sk_arena *a, const char *fpr,
    struct key_facts *k)
{
	KEY key = NULL;
	int ret = result(p, gpgme_get_key(p->ctx, fpr, &key, 0));

	*k = (struct key_facts){ 0 };
	if (ret != 0)
		return ret;
	fill_key(a, key, k);
	k->primaries = 1;
	return 0;
}

int
pgp_import(struct pgp *p, struct sk_span block, const char *fpr)
{
	DATA data = data_span(block);
	gpgme_import_result_t r;
	gpgme_import_status_t s;
	int ret = result(p, gpgme_op_import(p->ctx, data));

	if (ret != 0)
		return ret;
	r = gpgme_op_import_result(p->ctx);
	if (r == NULL || r->considered != 1 || r->secret_read != 0 ||
	    r->imports == NULL)
		return refuse(p, SK_ERR_DATA, "not exactly one public key");
	for (s = r->imports; s != NULL; s = s->next)
		if (s->result != 0 || s->fpr == NULL ||
		    strcmp(s->fpr, fpr) != 0)
			return refuse(p, SK_ERR_DATA, "another key than the "
			    "one named");
	return 0;
}

int
pgp_export(struct pgp *p, const char *fpr, struct sk_buf *out)
{
	DATA data = data_buf(out);
	int ret = result(p, gpgme_op_export(p->ctx, fpr, 0, data));

	if (out->over)
		return refuse(p, SK_ERR_LIMIT, "the key is too large");
	if (ret == 0 && out->len == 0)
		return refuse(p, SK_ERR_NOINPUT, "no such key");
	return ret;
}

/* --- the council's own key --- */

int
pgp_create(struct pgp *p, const char *user_id, char fpr[PGP_FPR])
{
	const unsigned int flags = GPGME_CREATE_NOPASSWD |
	    GPGME_CREATE_NOEXPIRE;
	gpgme_genkey_result_t g;
	KEY key = NULL;
	int ret;

	ret = result(p, gpgme_op_createkey(p->ctx, user_id, "ed25519", 0, 0,
	    NULL, flags | GPGME_CREATE_SIGN | GPGME_CREATE_CERT));
	if (ret != 0)
		return ret;
	g = gpgme_op_genkey_result(p->ctx);
	if (g == NULL || !key_fingerprint_valid(g->fpr))
		return refuse(p, SK_ERR_CRYPTO, "no key was made");
	snprintf(fpr, PGP_FPR, "%s", g->fpr);
	ret = result(p, gpgme_get_key(p->ctx, fpr, &key, 1));
	if (ret != 0)
		return ret;
	return result(p, gpgme_op_createsubkey(p->ctx, key, "cv25519", 0, 0,
	    flags | GPGME_CREATE_ENCR));
}

int
pgp_export_secret(struct pgp *p, const char *fpr, struct sk_buf *out)
{
	DATA data = data_buf(out);
	int ret = result(p, gpgme_op_export(p->ctx, fpr,
	    GPGME_EXPORT_MODE_SECRET, data));

	return ret == 0 && (out->over || out->len == 0) ?
	    refuse(p, SK_ERR_CRYPTO, "no secret key came out") : ret;
}

int
pgp_import_secret(struct pgp *p, struct sk_span block)
{
	DATA data = data_span(block);
	int ret = result(p, gpgme_op_import(p->ctx, data));

	if (ret == 0 && gpgme_op_import_result(p->ctx)->secret_read != 1)
		return refuse(p, SK_ERR_DATA, "not exactly one secret key");
	return ret;
}

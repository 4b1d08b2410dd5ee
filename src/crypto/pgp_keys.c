/*
 * OpenPGP keys behind pgp.h: what a block holds, imported and exported by full
 * fingerprint, and the council's own key at its making.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sekisho/limits.h>
#include <sekisho/mem.h>
#include <sekisho/text.h>

#include "crypto/gnupg.h"

int
pgp_primary(struct pgp *p, const char *fpr, char primary[PGP_FPR])
{
	KEY key = NULL;
	int ret = gnupg_result(p, gpgme_get_key(p->ctx, fpr, &key, 0));

	if (ret != 0 || !key_fingerprint_valid(key->fpr))
		return ret != 0 ? ret : SK_ERR_CRYPTO;
	snprintf(primary, PGP_FPR, "%s", key->fpr);
	return 0;
}

static const char *
algorithm_of(struct sk_arena *a, gpgme_subkey_t s)
{
	char *algorithm = gpgme_pubkey_algo_string(s);
	const char *ret = sk_arena_str(a, algorithm ? algorithm : "unknown");

	gpgme_free(algorithm);
	return ret;
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
		sub->algorithm = algorithm_of(a, s);
		sub++;
		k->nsubkeys++;
	}
}

/* "a@x <b@y>": programs disagree about whose key that is (SEPPmail's
 * CVE-2026-27444), so it names nobody. */
static bool
names_one(const char *uid, const char *email)
{
	const char *at = strchr(uid, '@'), *open = strchr(uid, '<');
	size_t n = strlen(uid), m = strlen(email);

	if (at == NULL || strchr(at + 1, '@') != NULL)
		return false;
	if (open == NULL)
		return strcmp(uid, email) == 0;
	return open[m + 1] == '>' && open + m + 2 == uid + n &&
	    memcmp(open + 1, email, m) == 0;
}

static void
fill_addresses(struct sk_arena *a, gpgme_key_t key, struct key_facts *k)
{
	const char **at = sk_arena_array(a, LIMIT_KEY_ADDRESSES, sizeof(*at));
	gpgme_user_id_t u;

	k->addresses = at;
	for (u = key->uids; u != NULL; u = u->next)
		if (!u->revoked && !u->invalid && u->email != NULL &&
		    sk_address_valid(u->email) && u->uid != NULL &&
		    names_one(u->uid, u->email) &&
		    k->naddresses < LIMIT_KEY_ADDRESSES)
			at[k->naddresses++] = sk_arena_str(a, u->email);
}

static void
fill_key(struct sk_arena *a, gpgme_key_t key, struct key_facts *k)
{
	gpgme_subkey_t s = key->subkeys;

	k->scheme = KEY_OPENPGP;
	if (s == NULL)
		return;
	if (key_fingerprint_valid(s->fpr))
		snprintf(k->fpr, sizeof(k->fpr), "%s", s->fpr);
	k->created = s->timestamp > 0 ? s->timestamp : 0;
	k->expires = s->expires;
	k->revoked = key->revoked || s->revoked || key->invalid ||
	    key->disabled;
	k->algorithm = algorithm_of(a, s);
	fill_subkeys(a, key, k);
	fill_addresses(a, key, k);
}

static void
name_key(struct pgp_names *names, gpgme_key_t key)
{
	const char *fpr = key->subkeys != NULL ? key->subkeys->fpr : NULL;

	if (names != NULL && names->n < LIMIT_KEYS_NAMED &&
	    key_fingerprint_valid(fpr))
		snprintf(names->fpr[names->n++], PGP_FPR, "%s", fpr);
}

int
pgp_list_block(struct pgp *p, struct sk_arena *a, struct sk_span block,
    struct key_facts *k, struct pgp_names *names)
{
	DATA data = gnupg_data_span(block);
	gpgme_error_t err;

	*k = (struct key_facts){ 0 };
	if (names != NULL)
		names->n = 0;
	err = gpgme_op_keylist_from_data_start(p->ctx, data, 0);
	while (err == 0) {
		KEY key = NULL;

		err = gpgme_op_keylist_next(p->ctx, &key);
		if (err != 0)
			break;
		if (k->primaries++ == 0)
			fill_key(a, key, k);
		name_key(names, key);
		for (gpgme_subkey_t s = key->subkeys; s; s = s->next)
			if (s->secret)
				k->secret = true;
		if (key->secret)
			k->secret = true;
	}
	gpgme_op_keylist_end(p->ctx);
	return gpgme_err_code(err) == GPG_ERR_EOF ? 0 : gnupg_result(p, err);
}

int
pgp_key(struct pgp *p, struct sk_arena *a, const char *fpr,
    struct key_facts *k)
{
	KEY key = NULL;
	int ret = gnupg_result(p, gpgme_get_key(p->ctx, fpr, &key, 0));

	*k = (struct key_facts){ 0 };
	if (ret != 0)
		return ret;
	fill_key(a, key, k);
	k->primaries = 1;
	return 0;
}

static int
import(struct pgp *p, struct sk_span block, const char *fpr, bool alone)
{
	DATA data = gnupg_data_span(block);
	gpgme_import_result_t r;
	bool it = false;
	int ret = gnupg_result(p, gpgme_op_import(p->ctx, data));

	if (ret != 0)
		return ret;
	r = gpgme_op_import_result(p->ctx);
	if (r == NULL || r->secret_read != 0 || r->imports == NULL ||
	    (alone && r->considered != 1))
		return gnupg_refuse(p, SK_ERR_DATA, alone ? "not exactly one "
		    "public key" : "not only public keys");
	for (gpgme_import_status_t s = r->imports; s != NULL; s = s->next)
		if (s->result == 0 && s->fpr != NULL &&
		    strcmp(s->fpr, fpr) == 0)
			it = true;
		else if (alone)
			return gnupg_refuse(p, SK_ERR_DATA, "another key "
			    "than the one named");
	return it ? 0 : gnupg_refuse(p, SK_ERR_DATA, "the key named is not "
	    "among them, or cannot be used");
}

int
pgp_import(struct pgp *p, struct sk_span block, const char *fpr)
{
	return import(p, block, fpr, true);
}

int
pgp_import_among(struct pgp *p, struct sk_span block, const char *fpr)
{
	return import(p, block, fpr, false);
}

int
pgp_import_revocation(struct pgp *p, struct sk_span block)
{
	DATA data = gnupg_data_span(block);
	gpgme_import_result_t r;
	int ret = gnupg_result(p, gpgme_op_import(p->ctx, data));

	if (ret != 0)
		return ret;
	/* gpg names no key beside it: the caller looks at its own. */
	r = gpgme_op_import_result(p->ctx);
	if (r == NULL || r->new_revocations != 1 || r->imported != 0 ||
	    r->secret_read != 0)
		return gnupg_refuse(p, SK_ERR_DATA, "neither a key nor the "
		    "revocation of the one that is pinned");
	return 0;
}

int
pgp_export(struct pgp *p, const char *fpr, struct sk_buf *out)
{
	DATA data = gnupg_data_buf(out);
	int ret = gnupg_result(p, gpgme_op_export(p->ctx, fpr, 0, data));

	if (out->over)
		return gnupg_refuse(p, SK_ERR_LIMIT, "the key is too large");
	if (ret == 0 && out->len == 0)
		return gnupg_refuse(p, SK_ERR_NOINPUT, "no such key");
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

	ret = gnupg_result(p, gpgme_op_createkey(p->ctx, user_id, "ed25519",
	    0, 0, NULL, flags | GPGME_CREATE_SIGN | GPGME_CREATE_CERT));
	if (ret != 0)
		return ret;
	g = gpgme_op_genkey_result(p->ctx);
	if (g == NULL || !key_fingerprint_valid(g->fpr))
		return gnupg_refuse(p, SK_ERR_CRYPTO, "no key was made");
	snprintf(fpr, PGP_FPR, "%s", g->fpr);
	ret = gnupg_result(p, gpgme_get_key(p->ctx, fpr, &key, 1));
	if (ret != 0)
		return ret;
	return gnupg_result(p, gpgme_op_createsubkey(p->ctx, key, "cv25519", 0,
	    0, flags | GPGME_CREATE_ENCR));
}

int
pgp_encrypts_until(struct pgp *p, const char *fpr, int64_t seconds)
{
	KEY key = NULL;
	int ret = gnupg_result(p, gpgme_get_key(p->ctx, fpr, &key, 1));

	for (gpgme_subkey_t s = ret == 0 ? key->subkeys : NULL; s != NULL &&
	    ret == 0; s = s->next)
		if (s != key->subkeys && s->can_encrypt && !s->revoked)
			ret = gnupg_result(p, gpgme_op_setexpire(p->ctx, key,
			    (unsigned long)seconds, s->fpr, 0));
	return ret;
}

int
pgp_export_secret(struct pgp *p, const char *fpr, struct sk_buf *out)
{
	DATA data = gnupg_data_buf(out);
	int ret = gnupg_result(p, gpgme_op_export(p->ctx, fpr,
	    GPGME_EXPORT_MODE_SECRET, data));

	return ret == 0 && (out->over || out->len == 0) ?
	    gnupg_refuse(p, SK_ERR_CRYPTO, "no secret key came out") : ret;
}

int
pgp_import_secret(struct pgp *p, struct sk_span block)
{
	DATA data = gnupg_data_span(block);
	int ret = gnupg_result(p, gpgme_op_import(p->ctx, data));

	if (ret == 0 && gpgme_op_import_result(p->ctx)->secret_read != 1)
		return gnupg_refuse(p, SK_ERR_DATA, "not exactly one secret "
		    "key");
	return ret;
}

/*
 * S/MIME's part of the verbs: which signer counts, and certificates.
 *
 * Decrypting happens in the home, since the secret key is there. Verifying
 * happens in the scratch home, which holds the pinned certificates that the
 * asker named and is emptied afterwards: gpgsm keeps every certificate it
 * meets in a message, and a stranger's must not stay beside ours (L16). A
 * signer counts if its certificate is, octet for octet, one that was named,
 * lies within its dates, may sign mail, and names the sender's address.
 */
#include <config.h>

#include <string.h>
#include <unistd.h>

#include <sekisho/clock.h>
#include <sekisho/cms.h>
#include <sekisho/cms_keys.h>
#include <sekisho/der.h>
#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/x509.h>

#include "keyd/keyd.h"

static bool
certificate_of(struct pgp *p, struct sk_arena *a, const char *fpr,
    struct sk_span *der)
{
	struct sk_buf b;
	bool found;

	sk_buf_init(&b, LIMIT_KEY_BYTES);
	found = cms_export(p, fpr, &b) == 0;
	if (found)
		*der = sk_span_of(sk_arena_dup(a, b.p, b.len), b.len);
	sk_buf_free(&b);
	return found;
}

static bool
is_among(char found[][PGP_FPR], size_t n, const char *fpr)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(found[i], fpr) == 0)
			return true;
	return false;
}

/* The certificate's bytes are the pin: what stands in the ring under its
 * SHA-1 fingerprint must be those. */
static int
import_as(struct pgp *p, struct sk_arena *a, const char *fpr,
    struct sk_span block)
{
	char found[CMS_CERTIFICATES][PGP_FPR];
	struct sk_span der;
	bool secret;
	size_t n;
	/* gpgsm names the issuers that it knows beside it. */
	int ret = cms_import(p, block, found, CMS_CERTIFICATES, &n, &secret);

	if (ret != 0)
		return ret;
	if (secret || (n > 0 && !is_among(found, n, fpr)))
		return SK_ERR_DATA;
	if (!certificate_of(p, a, fpr, &der))	/* it was not kept */
		return SK_ERR_CANTCREAT;
	return sk_span_eq(der, block) ? 0 : SK_ERR_DATA;
}

int
smime_have_certificate(struct ring *r, const char *fpr, struct sk_span block)
{
	struct sk_arena *a = sk_arena_new();
	int ret = import_as(r->pgp, a, fpr, block);

	sk_arena_free(&a);
	return ret;
}

/* --- signers --- */

struct judging {
	struct keyd *k;
	struct sk_arena *a;
	const struct msg_open_mail *ask;
	struct msg_opened_mail *done;
};

static const struct msg_key *
named(const struct msg_open_mail *m, const char *fpr)
{
	for (size_t i = 0; i < m->nkeys; i++)
		if (strcmp(m->keys[i].fpr, fpr) == 0)
			return &m->keys[i];
	return NULL;
}

static enum verdict_signature
by_certificate(const struct judging *j, const struct msg_key *key)
{
	struct sk_span der;
	struct key_facts c;
	int64_t now = sk_now();

	if (!certificate_of(j->k->smime.scratch, j->a, key->fpr,
	    &der) || !sk_span_eq(der, key->block) ||
	    x509_read(j->a, der, &c) != 0)
		return SIGNATURE_ERROR;
	if (c.expires <= now || c.created > now)
		return SIGNATURE_KEY_EXPIRED;
	if ((c.usage & (KEY_MAY_SIGN | KEY_MAY_MAIL)) !=
	    (KEY_MAY_SIGN | KEY_MAY_MAIL) ||
	    (c.usage & (KEY_IS_CA | KEY_ODD)) != 0)
		return SIGNATURE_USAGE;
	return j->ask->from != NULL && key_names(&c, j->ask->from) ?
	    SIGNATURE_GOOD : SIGNATURE_ADDRESS;
}

static enum verdict_signature
judge_one(const struct judging *j, const struct pgp_signature *s)
{
	const struct msg_key *key;

	if (s->state != SIGNATURE_GOOD)
		return s->state;
	if (s->weak)
		return SIGNATURE_WEAK;
	key = named(j->ask, s->fpr);
	return key == NULL ? SIGNATURE_UNKNOWN_KEY : by_certificate(j, key);
}

/* A stranger's certificate, to be proposed: it was sent with a signature that
 * holds, and that is all that is known about it. */
static void
propose(const struct judging *j, const char *fpr)
{
	certificate_of(j->k->smime.scratch, j->a, fpr,
	    &j->done->certificate);
}

static int64_t
first_signed(const struct cms_result *r)
{
	int64_t at = r->list[0].signed_at;

	for (size_t i = 1; i < r->nsignatures; i++)
		if (r->list[i].signed_at < at)
			at = r->list[i].signed_at;
	return at;
}

/* Exactly one signer, or all of them good (B1, C3). */
static void
judge(const struct judging *j, const struct cms_result *r)
{
	struct verdict *v = &j->done->verdict;
	enum verdict_signature state = SIGNATURE_EMPTY, one;

	for (size_t i = 0; i < r->nsignatures && i < CMS_SIGNERS; i++) {
		one = judge_one(j, &r->list[i]);
		if (i == 0)
			state = one;
		else if (one == SIGNATURE_BAD || state == SIGNATURE_BAD)
			state = SIGNATURE_BAD;
		else if (one != SIGNATURE_GOOD || state != SIGNATURE_GOOD)
			state = SIGNATURE_SEVERAL;
	}
	if (r->nsignatures > CMS_SIGNERS)
		state = SIGNATURE_SEVERAL;
	v->signature = state;
	if (state == SIGNATURE_GOOD)
		v->signed_at = first_signed(r);
	if (state == SIGNATURE_UNKNOWN_KEY)
		propose(j, r->list[0].fpr);
	else if (state != SIGNATURE_EMPTY && state != SIGNATURE_SEVERAL &&
	    state != SIGNATURE_BAD && named(j->ask, r->list[0].fpr) != NULL)
		memcpy(v->signer, r->list[0].fpr, PGP_FPR);
}

/* --- DECRYPT and VERIFY --- */

static void
scratch_with(struct judging *j)
{
	home_scratch_clean(j->k->smime.scratch_dir);
	for (size_t i = 0; i < j->ask->nkeys; i++)
		import_as(j->k->smime.scratch, j->a, j->ask->keys[i].fpr,
		    j->ask->keys[i].block);
}

/* Whose certificates and keys the signers' are is not known yet, and gpgsm
 * would compute with them. */
static bool
may_be_seen(const struct judging *j, const struct pgp_in *in)
{
	struct sk_buf b;
	unsigned char *p;

	j->done->reason = "it cannot be read";
	sk_buf_init(&b, LIMIT_MESSAGE_MAX);
	p = sk_buf_room(&b, in->len);
	if (p != NULL && sk_fd_pread(in->fd, p, in->len,
	    (off_t)in->at) == 0)
		j->done->reason = cms_shape_fault(sk_span_of(p, in->len));
	sk_buf_free(&b);
	return j->done->reason == NULL;
}

static int
open_signed(struct judging *j, const struct pgp_in *in, struct pgp_out *out)
{
	struct cms_result r;
	int ret;

	if (!may_be_seen(j, in))
		return SK_ERR_CRYPTO;
	scratch_with(j);
	ret = cms_verify_opaque(j->k->smime.scratch, in, out, &r);
	if (ret == 0)
		judge(j, &r);
	home_scratch_clean(j->k->smime.scratch_dir);
	return ret;
}

/* To certificates of ours, all of which were retired when it came? */
static bool
to_former(const struct judging *j, struct sk_span cms)
{
	const struct ring *r = &j->k->smime;
	bool former = false;

	for (size_t i = 0; i < r->own.n && j->ask->came != 0; i++) {
		if (!cms_addressed_to(cms, r->facts[i].issuer,
		    r->facts[i].serial))
			continue;
		if (own_opens(&r->own, i, j->ask->came))
			return false;
		former = true;
	}
	return former;
}

/* Before it is decrypted: what it is called must not hang on what comes out.
 * Without a name nobody could tell a replay, so it stays closed. */
static bool
name_it(const struct judging *j, const struct pgp_in *in,
    struct msg_opened_mail *done)
{
	struct sk_buf b;
	unsigned char *p;

	sk_buf_init(&b, LIMIT_MESSAGE_MAX);
	p = sk_buf_room(&b, in->len);
	if (p != NULL && sk_fd_pread(in->fd, p, in->len,
	    (off_t)in->at) == 0) {
		done->nciphers = cms_encrypted_keys(sk_span_of(p, in->len),
		    done->ciphers, MSG_CIPHERS_MAX);
		done->verdict.former = to_former(j, sk_span_of(p, in->len));
	}
	sk_buf_free(&b);
	return done->nciphers > 0;
}

static int
open_enveloped(struct judging *j, const struct pgp_in *in,
    struct pgp_out *out)
{
	struct ring *r = &j->k->smime;
	int tries, ret = SK_ERR_CRYPTO;

	j->done->verdict.encrypted = true;
	for (tries = 0; tries < 2; tries++) {
		if (sk_fd_empty(out->fd) != 0)
			return SK_ERR_OS;
		ret = cms_decrypt(r->pgp, in, out);
		if (ret == 0 || ret == SK_ERR_LIMIT || deadline_passed())
			break;
	}
	/* CBC: whoever changed the ciphertext changed the text (EFAIL). */
	j->done->verdict.integrity = false;
	return ret;
}

int
smime_open(struct keyd *k, struct sk_arena *a, const struct msg_open_mail *ask,
    int fd, struct msg_opened_mail *done)
{
	struct judging j = { k, a, ask, done };
	struct pgp_out plain = { .fd = -1 };
	bool is_signed = ask->form == FORM_SMIME_SIGNED_OPAQUE;
	struct pgp_in in;
	int ret;

	done->verdict.encrypted = !is_signed;
	if (k->smime.home == NULL) {
		done->reason = "this council has no S/MIME certificate";
		return -1;
	}
	if (ask->form == FORM_SMIME_AUTH_ENVELOPED) {
		done->reason = "it is encrypted in the newer form of S/MIME "
		    "(AuthEnvelopedData, AES-GCM), which gpgsm 2.2 cannot "
		    "open; ask the sender for AES-256-CBC or for OpenPGP";
		return -1;
	}
	if (!keyd_part_of(fd, ask->data_at, ask->data_len, &in)) {
		done->reason = "the place given is not in the mail";
		return -1;
	}
	if (!is_signed && !name_it(&j, &in, done)) {
		done->reason = "its recipients are too many, or not listed as "
		    "CMS lists them";
		return -1;
	}
	if (done->verdict.former) {
		done->reason = KEYD_FORMER;
		return -1;
	}
	plain = (struct pgp_out){ .fd = sk_memfd("plain"),
	    .max = keyd_plaintext_max(in.len) };
	ret = is_signed ? open_signed(&j, &in, &plain) :
	    open_enveloped(&j, &in, &plain);
	if (ret == 0 && !deadline_passed() && sk_memfd_seal(plain.fd) == 0) {
		done->status = SK_OK;
		return plain.fd;
	}
	if (is_signed) {
		done->verdict.signature = SIGNATURE_ERROR;
		if (done->reason == NULL)
			done->reason = sk_arena_str(a, pgp_reason(
			    k->smime.scratch));
	} else {
		done->status = keyd_blame(&k->smime, a, k->smime.pgp, done);
	}
	sk_fd_close(&plain.fd);
	return -1;
}

void
smime_verify(struct keyd *k, struct sk_arena *a,
    const struct msg_open_mail *ask, int fd, struct msg_opened_mail *done)
{
	struct judging j = { k, a, ask, done };
	struct pgp_in text, sig;
	struct cms_result r;
	int ret;

	done->verdict.signature = SIGNATURE_ERROR;
	if (k->smime.home == NULL) {
		done->reason = "this council has no S/MIME certificate";
		return;
	}
	if (!keyd_part_of(fd, ask->data_at, ask->data_len, &text) ||
	    !keyd_part_of(fd, ask->sig_at, ask->sig_len, &sig)) {
		done->reason = "the place given is not in the mail";
		return;
	}
	if (!may_be_seen(&j, &sig))
		return;
	scratch_with(&j);
	ret = cms_verify(k->smime.scratch, &sig, &text, &r);
	if (ret == 0 && !deadline_passed()) {
		done->status = SK_OK;
		judge(&j, &r);
	} else {
		done->reason = sk_arena_str(a, pgp_reason(k->smime.scratch));
	}
	home_scratch_clean(k->smime.scratch_dir);
}

/* --- INSPECT --- */

static bool
has(struct sk_span s, const char *words)
{
	return memmem(s.p, s.len, words, strlen(words)) != NULL;
}

/* OpenPGP packets have their first bit set, PEM says what it is. */
bool
smime_is_certificate(struct sk_span given)
{
	return (given.len > 4 && given.p[0] == DER_SEQUENCE) ||
	    has(given, "-----BEGIN CERTIFICATE") ||
	    has(given, "-----BEGIN PKCS") || has(given, " PRIVATE KEY-----") ||
	    has(given, "-----BEGIN PRIVATE KEY");
}

/* A PKCS#12 file: SEQUENCE, then INTEGER 3 (RFC 7292 4). */
static bool
is_secret(struct sk_span given)
{
	struct der d = der_open(given);
	struct der_frame f;

	if (has(given, "PRIVATE KEY-----"))
		return true;
	der_enter(&d, DER_SEQUENCE, &f);
	return sk_span_eq(der_take(&d, DER_INTEGER), sk_span_of("\x03", 1));
}

/* Which of the file's certificates is the person's? The one that is no CA's. */
static void
choose(struct keyd *k, struct sk_arena *a, char (*fprs)[PGP_FPR], size_t n,
    struct key_facts *key)
{
	struct key_facts one;
	struct sk_span der;

	for (size_t i = 0; i < n; i++) {
		if (!certificate_of(k->smime.scratch, a, fprs[i],
		    &der) || x509_read(a, der, &one) != 0 ||
		    (n > 1 && (one.usage & KEY_IS_CA) != 0))
			continue;
		one.primaries = key->primaries + 1;
		memcpy(one.fpr, fprs[i], PGP_FPR);
		*key = one;
	}
}

/* Its authority says of the pinned one's key that it is the same person's for
 * longer: what new dates under its own signature are to an OpenPGP key. Without
 * the chain anybody could say so, since a public key is public. */
static bool
reissued(struct sk_arena *a, struct sk_span pinned, const struct key_facts *k)
{
	struct key_facts old;

	if (k->chain != CHAIN_GOOD || pinned.len == 0 ||
	    x509_read(a, pinned, &old) != 0)
		return false;
	for (size_t i = 0; i < old.naddresses; i++)
		if (!key_names(k, old.addresses[i]))
			return false;
	return k->expires > old.expires && sk_span_eq(k->issuer,
	    old.issuer) && x509_same_key(pinned, k->block);
}

int
smime_inspect(struct keyd *k, struct sk_arena *a, struct sk_span given,
    struct sk_span pinned, struct msg_inspected *done)
{
	struct ring *r = &k->smime;
	char fprs[CMS_CERTIFICATES][PGP_FPR];
	bool secret = is_secret(given);
	size_t n = 0;
	int ret = 0;

	done->key = (struct key_facts){ .scheme = KEY_SMIME,
		.secret = secret };
	if (secret)
		return 0;
	if (r->home == NULL) {
		done->reason = "it is an S/MIME certificate, and this council "
		    "has none of its own yet: run `sekisho setup smime'";
		return SK_ERR_DATA;
	}
	done->reason = cms_file_fault(given);
	if (done->reason != NULL)
		return SK_ERR_DATA;
	home_scratch_clean(r->scratch_dir);
	ret = cms_import(r->scratch, given, fprs, CMS_CERTIFICATES, &n,
	    &secret);
	if (ret == 0)
		choose(k, a, fprs, n, &done->key);
	done->key.secret = secret;
	if (ret == 0 && k->roots != NULL && done->key.primaries == 1)
		done->key.chain = x509_chain(k->roots, r->scratch_dir,
		    done->key.block, given);
	home_scratch_clean(r->scratch_dir);
	done->reissued = ret == 0 && reissued(a, pinned, &done->key);
	if (ret == 0 && done->key.primaries == 0 && !secret) {
		done->reason = "no certificate of version 3 in PEM or DER";
		ret = SK_ERR_DATA;
	}
	return ret;
}

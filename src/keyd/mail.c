/*
 * DECRYPT and VERIFY: one layer of a hostile mail.
 *
 * Plaintext stays in a memory file of ours until gpg has said that all of it
 * is whole; only then is the descriptor passed on (standards.md B1: gpgme
 * hands out every byte before it reports a failed integrity check). Every
 * failure has the same status, so nobody outside can tell a wrong key from a
 * damaged body; the reason is for operators. Only a home without the council's
 * key has another: that is no fault of the mail, which waits. A signature is
 * good only if it is the only one and its primary key is one that the asker
 * named (L14).
 */
#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/text.h>

#include "keyd/keyd.h"

bool
keyd_part_of(int fd, uint64_t at, uint64_t len, struct pgp_in *in)
{
	size_t size;

	if (sk_fd_size(fd, &size) != 0 || at > size || len > size - at ||
	    len == 0)
		return false;
	*in = (struct pgp_in){ fd, at, len };
	return true;
}

/* Is the key, or the primary key of the subkey, one that was named? */
static bool
candidate(struct keyd *k, const struct msg_open_mail *m, const char *fpr,
    char primary[PGP_FPR])
{
	size_t i;

	if (m->nkeys == 0)
		return false;
	for (i = 0; i < m->nkeys; i++)
		if (strcmp(m->keys[i].fpr, fpr) == 0)
			goto found;
	/* One gpg run more, for those who sign with a subkey. */
	if (pgp_primary(k->openpgp.pgp, fpr, primary) != 0)
		return false;
	for (i = 0; i < m->nkeys; i++)
		if (strcmp(m->keys[i].fpr, primary) == 0)
			goto found;
	return false;
found:
	memcpy(primary, m->keys[i].fpr, PGP_FPR);
	return true;
}

/* Also what nobody may believe names the key that the asker knows; where it is
 * not known, the claimed one goes back for the asker to look up. */
static bool
names_signer(enum verdict_signature s)
{
	return s == SIGNATURE_GOOD || s == SIGNATURE_KEY_EXPIRED ||
	    s == SIGNATURE_KEY_REVOKED || s == SIGNATURE_EXPIRED;
}

static void
judge(struct keyd *k, const struct msg_open_mail *m,
    const struct pgp_result *r, struct msg_opened_mail *done)
{
	const struct pgp_signature *s = &r->signature;
	struct verdict *v = &done->verdict;

	if (r->nsignatures == 0)
		return;
	v->signature = r->nsignatures > 1 ? SIGNATURE_SEVERAL : s->weak &&
	    s->state != SIGNATURE_BAD ? SIGNATURE_WEAK : s->state;
	if (names_signer(v->signature) &&
	    !candidate(k, m, s->fpr, v->signer)) {
		v->signature = SIGNATURE_UNKNOWN_KEY;
		v->signer[0] = '\0';
	}
	if (v->signature == SIGNATURE_GOOD)
		v->signed_at = s->signed_at;
	if (v->signature == SIGNATURE_UNKNOWN_KEY)
		memcpy(done->issuer, r->issuer, sizeof(done->issuer));
}

/* A key that gpg refuses leaves its signature unknown, and no more. */
static void
have_keys(struct keyd *k, const struct msg_open_mail *m)
{
	size_t i;

	for (i = 0; i < m->nkeys; i++)
		keyd_have_key(&k->openpgp, m->keys[i].fpr, m->keys[i].block,
		    false);
}

uint64_t
keyd_plaintext_max(uint64_t len)
{
	uint64_t max = 1024 * 1024;

	if (len > max / LIMIT_PLAINTEXT_RATIO)
		max = len > LIMIT_PLAINTEXT / LIMIT_PLAINTEXT_RATIO ?
		    LIMIT_PLAINTEXT : len * LIMIT_PLAINTEXT_RATIO;
	return max;
}

static int
decrypt(struct keyd *k, const struct pgp_in *in, struct pgp_out *out,
    struct pgp_result *r)
{
	int tries, ret = SK_ERR_CRYPTO;

	for (tries = 0; tries < 2; tries++) {
		if (sk_fd_empty(out->fd) != 0)
			return SK_ERR_OS;
		ret = pgp_decrypt(k->openpgp.pgp, in, out, r);
		/* gpg shows a lost agent as a key it does not have, and one
		 * that was killed says nothing. */
		if (ret == 0 || ret == SK_ERR_LIMIT || deadline_passed())
			break;
	}
	return ret;
}

int
keyd_blame(struct ring *r, struct sk_arena *a, struct pgp *by,
    struct msg_opened_mail *done)
{
	done->reason = sk_arena_str(a, pgp_reason(by));
	if (deadline_passed() || !own_is_lost(r))
		return SK_ERR_CRYPTO;
	done->reason = "the home does not have the council's secret key";
	return SK_ERR_TEMP;
}

static int
reply_mail(struct keyd *k, struct msg_opened_mail *done, struct reply *out)
{
	if (done->status != SK_OK) {
		done->verdict.failed = true;
		keyd_count(k, COUNT_FAILED);
		if (deadline_passed())
			done->reason = "it took too long";
	}
	out->type = MSG_OPENED_MAIL;
	msg_opened_mail_put(&out->fields, done);
	return SK_OK;
}

int
verb_decrypt(struct keyd *k, const struct channel_message *m,
    struct sk_arena *a, struct reply *out)
{
	struct msg_opened_mail done = { .status = SK_ERR_CRYPTO };
	struct msg_open_mail ask;
	struct pgp_result r = { 0 };
	struct pgp_out plain;
	struct pgp_in in;
	int ret;

	if (msg_open_mail_get(a, sk_buf_span(&m->fields), &ask) != 0 ||
	    m->nfds != 1)
		return SK_ERR_PROTOCOL;
	keyd_count(k, COUNT_DECRYPT);
	done.verdict.outer_form = ask.form;
	done.verdict.encrypted = true;
	if (form_smime(ask.form)) {
		out->fd = smime_open(k, a, &ask, m->fds[0], &done);
		return reply_mail(k, &done, out);
	}
	if (!form_encrypted(ask.form)) {
		done.reason = "this form is not decrypted here";
		return reply_mail(k, &done, out);
	}
	if (!keyd_part_of(m->fds[0], ask.data_at, ask.data_len, &in)) {
		done.reason = "the place given is not in the mail";
		return reply_mail(k, &done, out);
	}
	have_keys(k, &ask);
	plain = (struct pgp_out){ .fd = sk_memfd("plain"),
		.max = keyd_plaintext_max(in.len) };
	ret = decrypt(k, &in, &plain, &r);
	if (ret == 0 && own_retired(&k->openpgp, &r, ask.came)) {
		done.verdict.former = true;
		done.reason = KEYD_FORMER;
		sk_fd_close(&plain.fd);
	} else if (ret == 0 && !deadline_passed() && r.integrity &&
	    sk_memfd_seal(plain.fd) == 0) {
		done.status = SK_OK;
		done.verdict.integrity = true;
		done.nciphers = r.has_cipher;
		memcpy(done.ciphers[0], r.cipher, sizeof(r.cipher));
		judge(k, &ask, &r, &done);
		out->fd = plain.fd;
	} else {
		done.status = keyd_blame(&k->openpgp, a, k->openpgp.pgp,
		    &done);
		sk_fd_close(&plain.fd);
	}
	return reply_mail(k, &done, out);
}

static bool
read_part(const struct pgp_in *in, struct sk_buf *b, struct sk_span *s)
{
	unsigned char *p;

	sk_buf_init(b, LIMIT_MESSAGE_MAX);
	p = sk_buf_room(b, in->len);
	*s = sk_span_of(p, in->len);
	return p != NULL && sk_fd_pread(in->fd, p, in->len,
	    (off_t)in->at) == 0;
}

/* The reader has asked the same; it is not believed. */
static bool
odd_cleartext(const struct pgp_in *in)
{
	struct sk_buf b;
	struct sk_span s;
	bool odd = !read_part(in, &b, &s) || sk_clearsign_is_odd(s);

	sk_buf_free(&b);
	return odd;
}

/* gpg refused the block, or found no signature in it: a damaged armour, a hash
 * or a packet that it does not know. Its words were never secret, and are read
 * as any others are; the signature is worth nothing. */
static bool
words_alone(const struct pgp_in *in, const struct pgp_out *out)
{
	struct sk_buf b, text;
	struct sk_span s;
	bool given = false;

	sk_buf_init(&text, LIMIT_MESSAGE_MAX);
	if (read_part(in, &b, &s)) {
		sk_clearsign_text(s, &text);
		given = !text.over && sk_fd_empty(out->fd) == 0 &&
		    sk_fd_write(out->fd, text.p, text.len) == 0;
	}
	sk_buf_free(&text);
	sk_buf_free(&b);
	return given;
}

/* The text that was signed comes back, without armour and dash escapes: a
 * program that cut it out itself could show another one. */
static int
verify_clear(struct keyd *k, const struct pgp_in *in, struct pgp_out *out,
    struct pgp_result *r)
{
	int ret;

	*out = (struct pgp_out){ .fd = sk_memfd("signed"), .max = in->len };
	ret = pgp_verify_clear(k->openpgp.pgp, in, out, r);
	if ((ret == 0 && r->nsignatures > 0) || deadline_passed())
		return ret;
	r->nsignatures = 0;
	return words_alone(in, out) ? 0 : ret;
}

static int
verify(struct keyd *k, const struct channel_message *m,
    const struct msg_open_mail *ask, struct pgp_out *out,
    struct pgp_result *r)
{
	struct pgp_in text, sig;
	int ret;

	if (!keyd_part_of(m->fds[0], ask->data_at, ask->data_len, &text))
		return SK_ERR_DATA;
	have_keys(k, ask);
	if (ask->form == FORM_PGP_INLINE_SIGNED)
		ret = odd_cleartext(&text) ? SK_ERR_DATA :
		    verify_clear(k, &text, out, r);
	else if (ask->form == FORM_PGP_SIGNED && keyd_part_of(m->fds[0],
	    ask->sig_at, ask->sig_len, &sig))
		ret = pgp_verify(k->openpgp.pgp, &sig, &text, r);
	else
		ret = SK_ERR_DATA;
	return ret;
}

int
verb_verify(struct keyd *k, const struct channel_message *m,
    struct sk_arena *a, struct reply *out)
{
	struct msg_opened_mail done = { .status = SK_ERR_CRYPTO };
	struct msg_open_mail ask;
	struct pgp_result r = { 0 };
	struct pgp_out text = { .fd = -1 };
	int ret;

	if (msg_open_mail_get(a, sk_buf_span(&m->fields), &ask) != 0 ||
	    m->nfds != 1)
		return SK_ERR_PROTOCOL;
	keyd_count(k, COUNT_VERIFY);
	done.verdict.outer_form = ask.form;
	if (form_smime(ask.form)) {
		smime_verify(k, a, &ask, m->fds[0], &done);
		return reply_mail(k, &done, out);
	}
	ret = verify(k, m, &ask, &text, &r);
	if (ret == 0 && !deadline_passed() && (text.fd < 0 ||
	    sk_memfd_seal(text.fd) == 0)) {
		done.status = SK_OK;
		judge(k, &ask, &r, &done);
		/* A signature part without a signature is odd. */
		if (r.nsignatures == 0)
			done.verdict.signature = SIGNATURE_ERROR;
		out->fd = text.fd;
	} else {
		sk_fd_close(&text.fd);
		done.verdict.signature = SIGNATURE_ERROR;
		done.reason = ret == SK_ERR_DATA ? "not a signature that is "
		    "checked here" : sk_arena_str(a, pgp_reason(k->openpgp.pgp));
	}
	return reply_mail(k, &done, out);
}

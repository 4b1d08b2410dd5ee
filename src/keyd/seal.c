/*
 * SEAL: one payload, signed with the council's key and encrypted to exactly
 * one pinned key (I3). There is no second recipient, no way to leave out the
 * signature or the encryption, and no lookup: a key that cannot be used means
 * no copy (I4).
 */
#include <config.h>

#include <string.h>
#include <unistd.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>

#include "keyd/keyd.h"

/* Does gpg say of the block that it is not this key? It reads it without the
 * ring: a home that is full, or that cannot be written, is no fault of the
 * key. */
static bool
is_another_key(struct ring *r, const struct msg_seal *ask)
{
	static const char armour[] = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
	struct sk_arena *a = sk_arena_new();
	struct key_facts k;
	bool other = false;

	if (pgp_list_block(r->pgp, a, ask->block, &k, NULL) != 0)
		;	/* that is not known */
	else if (k.primaries > 0)
		other = k.primaries > 1 || strcmp(k.fpr, ask->fpr) != 0;
	else
		other = ask->block.len < sizeof(armour) ||
		    memcmp(ask->block.p, armour, sizeof(armour) - 1) != 0;
	sk_arena_free(&a);
	return other;
}

/* A block that gpg does not take for this key is a key that cannot be used;
 * whatever else goes wrong is ours, and another try's. */
static int
have_recipient(struct ring *r, const struct msg_seal *ask, bool again)
{
	int ret = keyd_have_key(r, ask->fpr, ask->block, again);
	bool theirs;

	if (ret == 0 || deadline_passed())
		return ret;
	theirs = r->scheme == KEY_SMIME ? ret == SK_ERR_DATA :
	    ret != SK_ERR_TEMP && is_another_key(r, ask);
	return theirs ? SK_ERR_NOINPUT : SK_ERR_TEMP;
}

static int
seal(struct ring *r, const struct msg_seal *ask, const struct pgp_in *in,
    struct pgp_out *out)
{
	int tries, ret = have_recipient(r, ask, false);

	/* Nothing is wrong with the recipient's. */
	if (ret == 0 && own_signer(r) != 0)
		ret = SK_ERR_TEMP;

	for (tries = 0; ret == 0; tries++) {
		if (sk_fd_empty(out->fd) != 0)
			return SK_ERR_OS;
		ret = r->scheme == KEY_SMIME ?
		    cms_sign_encrypt(r->pgp, ask->fpr, in, out) :
		    pgp_encrypt_sign(r->pgp, ask->fpr, in, out);
		if (ret == 0 || tries > 0 || deadline_passed())
			break;
		if (ret == SK_ERR_NOINPUT && ask->block.len > 0)
			/* The list is newer than the ring: import again. */
			ret = have_recipient(r, ask, true);
		else if (keyd_agent_lost(r) || ret == SK_ERR_TEMP)
			ret = 0;
	}
	return ret;
}

/* A home that was wiped under us has no key of anybody, and says of each that
 * it cannot be used: first of our own. */
static int
blame(struct ring *r, int ret)
{
	if (ret != SK_ERR_NOINPUT || deadline_passed())
		return ret;
	return own_is_lost(r) ? SK_ERR_TEMP : ret;
}

/* What the asker does next hangs on it: SK_ERR_CRYPTO says that this key
 * cannot be used, and holds the copy; SK_ERR_TEMP that nothing is wrong with
 * the key, and the copy is tried again. */
static int
status_of(int ret)
{
	if (ret == 0 || ret == SK_ERR_LIMIT)
		return ret;
	return ret == SK_ERR_NOINPUT && !deadline_passed() ? SK_ERR_CRYPTO :
	    SK_ERR_TEMP;
}

static const char *
words(struct ring *r, struct sk_arena *a, int ret)
{
	if (deadline_passed())
		return "it took too long";
	if (ret == SK_ERR_NOINPUT)
		return r->scheme == KEY_SMIME ? sk_arena_printf(a, "this "
		    "certificate cannot be encrypted to (%s)",
		    pgp_reason(r->pgp)) : "this key cannot encrypt: missing, "
		    "expired, revoked or without an encryption subkey";
	if (ret == SK_ERR_OS)
		return "no memory file";
	return sk_arena_str(a, pgp_reason(r->pgp));
}

int
verb_seal(struct keyd *k, const struct channel_message *m, struct sk_arena *a,
    struct reply *out)
{
	struct msg_sealed done = { .status = SK_ERR_DATA };
	struct msg_seal ask;
	struct pgp_out sealed = { .max = 2 * LIMIT_OUT_MESSAGE };
	struct pgp_in in = { 0 };
	struct ring *r;
	size_t size;
	int ret;

	if (msg_seal_get(a, sk_buf_span(&m->fields), &ask) != 0 ||
	    m->nfds != 1)
		return SK_ERR_PROTOCOL;
	keyd_count(k, COUNT_SEAL);
	out->type = MSG_SEALED;
	if (sk_fd_size(m->fds[0], &size) != 0 || size == 0 ||
	    size > LIMIT_OUT_MESSAGE) {
		done.reason = "nothing, or too much, to seal";
		msg_sealed_put(&out->fields, &done);
		return SK_OK;
	}
	r = ask.scheme == KEY_SMIME ? &k->smime : &k->openpgp;
	if (r->home == NULL) {
		/* Nothing is wrong with the recipient's. */
		done.status = SK_ERR_TEMP;
		done.reason = "this council has no S/MIME certificate";
		msg_sealed_put(&out->fields, &done);
		return SK_OK;
	}
	in = (struct pgp_in){ m->fds[0], 0, size };
	sealed.fd = sk_memfd("sealed");
	ret = blame(r, seal(r, &ask, &in, &sealed));
	if (ret == 0 && (deadline_passed() || sk_memfd_seal(sealed.fd) != 0))
		ret = SK_ERR_TEMP;
	done.status = status_of(ret);
	if (ret == 0) {
		out->fd = sealed.fd;
	} else {
		done.reason = words(r, a, ret);
		sk_fd_close(&sealed.fd);
		keyd_count(k, COUNT_FAILED);
	}
	msg_sealed_put(&out->fields, &done);
	return SK_OK;
}

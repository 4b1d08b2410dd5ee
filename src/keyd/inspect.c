/*
 * INSPECT: a key that a stranger sent. It is listed without being imported,
 * so that a secret key or a second primary is seen before anything is kept,
 * then imported into the scratch home with self-signatures only, exported
 * again in its smallest form, and the scratch home is emptied. The ring that
 * seals never sees what was not pinned. Beside it may come the key that is
 * pinned for its owner, of which it may be a newer form or the revocation.
 */
#include <config.h>

#include <string.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/text.h>

#include "keyd/keyd.h"

/* What stands in the scratch home now, in its smallest form. */
static int
minimal(struct pgp *p, struct sk_arena *a, const char *fpr,
    struct key_facts *key)
{
	struct sk_buf block;
	int ret;

	sk_buf_init(&block, LIMIT_KEY_BYTES);
	ret = pgp_export(p, fpr, &block);
	if (ret == 0)
		ret = pgp_key(p, a, fpr, key);
	if (ret == 0)
		key->block = sk_span_of(sk_arena_dup(a, block.p, block.len),
		    block.len);
	sk_buf_free(&block);
	return ret;
}

/* The key that is pinned is imported below what was given of the same key, so
 * that an older copy takes nothing back: no revocation, no later date. */
static int
merged(struct pgp *p, struct sk_arena *a, struct sk_span given,
    struct sk_span pinned, struct key_facts *key)
{
	struct key_facts first = *key, before = { 0 };
	int ret = 0;

	if (pinned.len > 0)
		ret = pgp_list_block(p, a, pinned, &before);
	if (ret == 0 && strcmp(before.fpr, first.fpr) == 0)
		ret = pgp_import(p, pinned, first.fpr);
	if (ret == 0)
		ret = pgp_import(p, given, first.fpr);
	return ret != 0 ? ret : minimal(p, a, first.fpr, key);
}

/* No key in it: a revocation certificate of the pinned one? Its signature is
 * checked by the import; what it revokes is seen afterwards. */
static int
revocation(struct pgp *p, struct sk_arena *a, struct sk_span given,
    struct sk_span pinned, struct key_facts *key)
{
	struct key_facts before;
	int ret = pgp_list_block(p, a, pinned, &before);

	if (ret == 0)
		ret = before.primaries == 1 && key_fingerprint_valid(
		    before.fpr) ? pgp_import(p, pinned, before.fpr) :
		    SK_ERR_DATA;
	if (ret == 0)
		ret = pgp_import_revocation(p, given);
	if (ret == 0)
		ret = minimal(p, a, before.fpr, key);
	return ret == 0 && !key->revoked ? SK_ERR_DATA : ret;
}

static int
inspect(struct keyd *k, struct sk_arena *a, struct sk_span given,
    struct sk_span pinned, struct msg_inspected *done)
{
	struct pgp *p = k->openpgp.scratch;
	int ret = pgp_list_block(p, a, given, &done->key);

	if (ret == 0 && done->key.primaries == 0)
		return pinned.len > 0 ? revocation(p, a, given, pinned,
		    &done->key) : SK_ERR_DATA;
	/* What key_importable() refuses anyway is not touched further. */
	if (ret == 0 && done->key.primaries == 1 && !done->key.secret) {
		if (key_fingerprint_valid(done->key.fpr))
			ret = merged(p, a, given, pinned, &done->key);
		else
			ret = SK_ERR_DATA;
	}
	return ret;
}

static void
say_why(struct keyd *k, struct sk_arena *a, struct msg_inspected *done)
{
	const char *why = pgp_reason(k->openpgp.scratch);

	if (deadline_passed())
		done->reason = "it took too long";
	else if (done->reason != NULL)
		return;
	else if (done->status == SK_ERR_LIMIT)
		done->reason = "the key is too large; ask for a minimal one "
		    "(gpg --export-options export-minimal --armor --export)";
	else
		done->reason = sk_arena_printf(a, "no usable OpenPGP key%s%s",
		    why[0] != '\0' ? ": " : "", why);
}

int
verb_inspect(struct keyd *k, const struct channel_message *m,
    struct sk_arena *a, struct reply *out)
{
	struct msg_inspected done = { 0 };
	struct sk_buf given, pinned;

	if (m->fields.len != 0 || m->nfds < 1 || m->nfds > 2)
		return SK_ERR_PROTOCOL;
	keyd_count(k, COUNT_INSPECT);
	sk_buf_init(&given, LIMIT_KEY_BYTES);
	sk_buf_init(&pinned, LIMIT_KEY_BYTES);
	done.status = sk_fd_slurp(m->fds[0], &given);
	if (done.status == 0 && m->nfds == 2)
		done.status = sk_fd_slurp(m->fds[1], &pinned);
	sk_armour_add_sum(&given, 0);
	if (done.status == 0 && smime_is_certificate(sk_buf_span(&given))) {
		done.status = smime_inspect(k, a, sk_buf_span(&given),
		    sk_buf_span(&pinned), &done);
	} else if (done.status == 0) {
		home_scratch_clean(k->openpgp.scratch_dir);
		done.status = inspect(k, a, sk_buf_span(&given),
		    sk_buf_span(&pinned), &done);
		home_scratch_clean(k->openpgp.scratch_dir);
	}
	if (done.status == 0 && deadline_passed())
		done.status = SK_ERR_DATA;
	if (done.status != 0) {
		if (done.status != SK_ERR_LIMIT)
			done.status = SK_ERR_DATA;
		say_why(k, a, &done);
		keyd_count(k, COUNT_FAILED);
	}
	out->type = MSG_INSPECTED;
	msg_inspected_put(&out->fields, &done);
	sk_buf_free(&pinned);
	sk_buf_free(&given);
	return SK_OK;
}

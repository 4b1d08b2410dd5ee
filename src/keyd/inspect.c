/*
 * INSPECT: a key that a stranger sent. It is listed without being imported,
 * so that a secret key or a second primary is seen before anything is kept,
 * then imported into the scratch home with self-signatures only, exported
 * again in its smallest form, and the scratch home is emptied. The ring that
 * seals never sees what was not pinned.
 */
#include <config.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>

#include "keyd/keyd.h"

static int
minimal(struct keyd *k, struct sk_arena *a, struct sk_span given,
    struct key_facts *key)
{
	struct key_facts first = *key;
	struct sk_buf block;
	int ret = pgp_import(k->openpgp.scratch, given, first.fpr);

	if (ret != 0)
		return ret;
	sk_buf_init(&block, LIMIT_KEY_BYTES);
	ret = pgp_export(k->openpgp.scratch, first.fpr, &block);
	if (ret == 0)
		ret = pgp_key(k->openpgp.scratch, a, first.fpr, key);
	if (ret == 0)
		key->block = sk_span_of(sk_arena_dup(a, block.p, block.len),
		    block.len);
	sk_buf_free(&block);
	return ret;
}

static int
inspect(struct keyd *k, struct sk_arena *a, struct sk_span given,
    struct msg_inspected *done)
{
	int ret = pgp_list_block(k->openpgp.scratch, a, given, &done->key);

	if (ret == 0 && done->key.primaries == 0)
		ret = SK_ERR_DATA;
	/* What key_importable() refuses anyway is not touched further. */
	if (ret == 0 && done->key.primaries == 1 && !done->key.secret) {
		if (key_fingerprint_valid(done->key.fpr))
			ret = minimal(k, a, given, &done->key);
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
	struct sk_buf given;

	if (m->fields.len != 0 || m->nfds != 1)
		return SK_ERR_PROTOCOL;
	keyd_count(k, COUNT_INSPECT);
	sk_buf_init(&given, LIMIT_KEY_BYTES);
	done.status = sk_fd_slurp(m->fds[0], &given);
	if (done.status == 0 && smime_is_certificate(sk_buf_span(&given))) {
		done.status = smime_inspect(k, a, sk_buf_span(&given), &done);
	} else if (done.status == 0) {
		home_scratch_clean(k->openpgp.scratch_dir);
		done.status = inspect(k, a, sk_buf_span(&given), &done);
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
	sk_buf_free(&given);
	return SK_OK;
}

/*
 * INSPECT: a key that a stranger sent. It is listed without being imported,
 * so that a secret key or a second primary is seen before anything is kept,
 * then imported into the scratch home with self-signatures only, exported
 * again in its smallest form, and the scratch home is emptied. The ring that
 * seals never sees what was not pinned.
 *
 * Beside it may come a key that is known, as it is known. If that one is in
 * what was given, alone or among others, or what was given is its revocation,
 * it is imported below, so that an older copy takes nothing back (no
 * revocation, no later date), and it is the one that is described.
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

/* Only as much of it as is given of the one key. */
static int
laid_over(struct pgp *p, struct sk_arena *a, struct sk_span given,
    struct sk_span known, const char *fpr, struct key_facts *key)
{
	int ret = pgp_import(p, known, fpr);

	if (ret == 0)
		ret = pgp_import_among(p, given, fpr);
	return ret != 0 ? ret : minimal(p, a, fpr, key);
}

/* No key in it: a revocation certificate of the known one? Its signature is
 * checked by the import; what it revokes is seen afterwards. */
static int
revocation(struct pgp *p, struct sk_arena *a, struct sk_span given,
    struct sk_span known, const char *fpr, struct key_facts *key)
{
	int ret = *fpr != '\0' ? pgp_import(p, known, fpr) : SK_ERR_DATA;

	if (ret == 0)
		ret = pgp_import_revocation(p, given);
	if (ret == 0)
		ret = minimal(p, a, fpr, key);
	return ret == 0 && !key->revoked ? SK_ERR_DATA : ret;
}

static int
alone(struct pgp *p, struct sk_arena *a, struct sk_span given,
    struct key_facts *key)
{
	const struct key_facts first = *key;
	int ret = key_fingerprint_valid(first.fpr) ? pgp_import(p, given,
	    first.fpr) : SK_ERR_DATA;

	return ret != 0 ? ret : minimal(p, a, first.fpr, key);
}

/* "" where no key is known. */
static int
name_known(struct pgp *p, struct sk_arena *a, struct sk_span known,
    char fpr[PGP_FPR])
{
	struct key_facts k = { 0 };
	int ret = known.len > 0 ? pgp_list_block(p, a, known, &k, NULL) : 0;

	memcpy(fpr, k.fpr, PGP_FPR);
	return ret == 0 && known.len > 0 && (k.primaries != 1 || k.secret ||
	    !key_fingerprint_valid(fpr)) ? SK_ERR_DATA : ret;
}

static bool
among(const struct pgp_names *names, const char *fpr)
{
	for (size_t i = 0; i < names->n; i++)
		if (strcmp(names->fpr[i], fpr) == 0)
			return true;
	return false;
}

static int
inspect_openpgp(struct keyd *k, struct sk_arena *a, struct sk_span given,
    struct sk_span known, struct msg_inspected *done)
{
	struct pgp_names *names = sk_arena_alloc(a, sizeof(*names));
	struct pgp *p = k->openpgp.scratch;
	char before[PGP_FPR];
	int ret = pgp_list_block(p, a, given, &done->key, names);

	done->names = (const char (*)[PGP_FPR])names->fpr;
	done->nnames = names->n;
	/* What key_importable() refuses anyway is not touched further. */
	if (ret != 0 || done->key.secret)
		return ret;
	ret = name_known(p, a, known, before);
	if (ret != 0)
		return ret;
	if (done->key.primaries == 0)
		return revocation(p, a, given, known, before, &done->key);
	if (among(names, before))
		return laid_over(p, a, given, known, before, &done->key);
	return done->key.primaries == 1 ? alone(p, a, given, &done->key) : 0;
}

/* gpg computes with every number in it: only with those that keys have. */
static int
inspect_shaped(struct keyd *k, struct sk_arena *a, struct sk_span given,
    struct sk_span known, struct msg_inspected *done)
{
	struct sk_buf packets;
	int ret;

	sk_buf_init(&packets, LIMIT_KEY_BYTES);
	ret = pgp_key_shape(given, &packets, &done->reason);
	if (ret == 0)
		ret = inspect_openpgp(k, a, sk_buf_span(&packets), known,
		    done);
	sk_buf_free(&packets);
	return ret;
}

static int
inspect(struct keyd *k, struct sk_arena *a, struct sk_span given,
    struct sk_span known, struct msg_inspected *done)
{
	bool smime = smime_is_certificate(given);
	const char *scratch = smime ? k->smime.scratch_dir :
	    k->openpgp.scratch_dir;
	int ret;

	/* NULL: S/MIME is not in use here, and that has its own words. */
	if (scratch != NULL && home_scratch_room(scratch) != 0) {
		done->reason = "the scratch home is gone, or its disk full";
		return SK_ERR_OS;
	}
	if (smime)
		return smime_inspect(k, a, given, known, done);
	home_scratch_clean(scratch);
	ret = inspect_shaped(k, a, given, known, done);
	home_scratch_clean(scratch);
	return ret;
}

/* A fault of ours is no fault of the key: it is looked at again. gpgsm's own
 * codes do not tell: rubbish is an end of file to it, too. What took all of its
 * time would take it again. */
static int
status_of(int ret)
{
	if (deadline_passed())
		return SK_ERR_LIMIT;
	if (ret == SK_ERR_OS || ret == SK_ERR_IO)
		return SK_ERR_TEMP;
	return ret == 0 || ret == SK_ERR_LIMIT ? ret : SK_ERR_DATA;
}

static void
say_why(struct keyd *k, struct sk_arena *a, struct msg_inspected *done)
{
	const char *why = pgp_reason(k->openpgp.scratch);

	if (deadline_passed())
		done->reason = sk_arena_printf(a, "looking at it took longer "
		    "than %u seconds, and no honest key takes a tenth of that: "
		    "it is not looked at again; ask for another key",
		    keyd_deadline(k, MSG_INSPECT));
	else if (done->reason != NULL)
		return;
	else if (done->status == SK_ERR_LIMIT)
		done->reason = "the key is too large; ask for a minimal one "
		    "(gpg --export-options export-minimal --armor --export)";
	else if (done->status == SK_ERR_TEMP)
		done->reason = sk_arena_str(a, why);
	else
		done->reason = sk_arena_printf(a, "no usable OpenPGP key%s%s",
		    why[0] != '\0' ? ": " : "", why);
}

int
verb_inspect(struct keyd *k, const struct channel_message *m,
    struct sk_arena *a, struct reply *out)
{
	struct msg_inspected done = { 0 };
	struct sk_buf given, known;

	if (m->fields.len != 0 || m->nfds < 1 || m->nfds > 2)
		return SK_ERR_PROTOCOL;
	keyd_count(k, COUNT_INSPECT);
	sk_buf_init(&given, LIMIT_KEY_BYTES);
	sk_buf_init(&known, LIMIT_KEY_BYTES);
	done.status = sk_fd_slurp(m->fds[0], &given);
	if (done.status == 0 && m->nfds == 2)
		done.status = sk_fd_slurp(m->fds[1], &known);
	if (done.status == 0)
		done.status = inspect(k, a, sk_buf_span(&given),
		    sk_buf_span(&known), &done);
	done.status = status_of(done.status);
	if (done.status != 0) {
		say_why(k, a, &done);
		keyd_count(k, COUNT_FAILED);
	}
	out->type = MSG_INSPECTED;
	msg_inspected_put(&out->fields, &done);
	sk_buf_free(&known);
	sk_buf_free(&given);
	return SK_OK;
}

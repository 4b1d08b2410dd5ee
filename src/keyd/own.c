/*
 * The council's own keys in one home: which of them signs today, and which do
 * not open what comes any more. The dates stand in the home (own.h); the secret
 * halves stay where they are after their end, since an operator still reads
 * with them what came before it.
 */
#include <config.h>

#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/log.h>
#include <sekisho/x509.h>

#include "keyd/keyd.h"

enum { FILE_MAX = 8 * 1024 };

bool
own_file_read(const char *home, struct own_keys *k)
{
	struct sk_arena *a = sk_arena_new();
	struct sk_buf b;
	bool found;

	sk_buf_init(&b, FILE_MAX);
	found = sk_file_read(sk_path_join(a, home, OWN_FILE), &b, NULL) == 0 &&
	    own_keys_read(sk_buf_span(&b), k) == SK_OK;
	sk_buf_free(&b);
	sk_arena_free(&a);
	return found;
}

int
own_file_write(const char *home, const struct own_keys *k,
    struct sk_error *e)
{
	struct sk_arena *a = sk_arena_new();
	struct sk_buf b;
	int ret;

	sk_buf_init(&b, FILE_MAX);
	own_keys_write(k, &b);
	ret = sk_file_write(sk_path_join(a, home, OWN_FILE), sk_buf_span(&b),
	    0600, e);
	sk_buf_free(&b);
	sk_arena_free(&a);
	return ret;
}

static int
sign_with(struct ring *r, const char *fpr)
{
	return r->scheme == KEY_SMIME ? cms_own(r->pgp, fpr) :
	    pgp_own(r->pgp, fpr);
}

int
own_signer(struct ring *r)
{
	const char *fpr = r->own.list[own_current(&r->own, sk_now())].fpr;
	int ret;

	if (strcmp(fpr, r->signer) == 0)
		return 0;
	ret = sign_with(r, fpr);
	if (ret != 0)
		return ret;
	memcpy(r->signer, fpr, PGP_FPR);
	sk_log(SK_INFO, "keyd.signer", "fpr=%s", fpr);
	return 0;
}

bool
own_is_lost(struct ring *r)
{
	r->signer[0] = '\0';		/* asked for anew */
	return own_signer(r) != 0;
}

/* ---- at the start ---- */

static int
certificate_facts(struct keyd *k, struct ring *r, const char *fpr,
    struct key_facts *out)
{
	struct sk_buf b;
	int ret;

	sk_buf_init(&b, LIMIT_KEY_BYTES);
	ret = cms_export(r->pgp, fpr, &b);
	if (ret == 0)
		ret = x509_read(k->arena, sk_span_of(sk_arena_dup(k->arena,
		    b.p, b.len), b.len), out);
	sk_buf_free(&b);
	return ret;
}

int
own_load(struct keyd *k, struct ring *r, struct sk_error *e)
{
	for (size_t i = 0; i < r->own.n; i++) {
		const char *fpr = r->own.list[i].fpr;
		int ret = r->scheme == KEY_SMIME ? certificate_facts(k, r, fpr,
		    &r->facts[i]) : pgp_key(r->pgp, k->arena, fpr,
		    &r->facts[i]);

		if (ret == 0)
			ret = sign_with(r, fpr);
		if (ret != 0)
			sk_log(SK_ERROR, "keyd.own", "fpr=%s home=%s "
			    "reason=\"%s\" mend=\"import its secret half "
			    "there, or restore the home\"", fpr, r->home,
			    pgp_reason(r->pgp));
	}
	if (own_signer(r) == 0)
		return 0;
	return sk_fail(e, SK_ERR_NOINPUT, r->own.list[own_current(&r->own,
	    sk_now())].fpr, "the secret part of the council's %s is not in %s "
	    "(%s); %s", r->scheme == KEY_SMIME ? "certificate" : "key",
	    r->home, pgp_reason(r->pgp), r->scheme == KEY_SMIME ?
	    "run `sekisho setup smime' again" :
	    "import it there with gpg --homedir");
}

static int
export(struct keyd *k, struct ring *r, const char *fpr, struct sk_span *out)
{
	struct sk_buf b;
	int ret;

	sk_buf_init(&b, LIMIT_KEY_BYTES);
	ret = r->scheme == KEY_SMIME ? cms_export(r->pgp, fpr, &b) :
	    pgp_export(r->pgp, fpr, &b);
	if (ret == 0)
		*out = sk_span_of(sk_arena_dup(k->arena, b.p, b.len), b.len);
	sk_buf_free(&b);
	return ret;
}

/* A next or former one that cannot be shown is told without its block. */
int
own_told(struct keyd *k, struct ring *r, struct msg_own_keys *out)
{
	struct msg_own_key *list = sk_arena_array(k->arena, r->own.n,
	    sizeof(*list));
	int64_t now = sk_now();

	*out = (struct msg_own_keys){ list, r->own.n, r->own.withdrawn };
	for (size_t i = 0; i < r->own.n; i++) {
		const struct own_key *x = &r->own.list[i];
		enum own_state state = own_state(&r->own, i, now);
		int ret = 0;

		list[i] = (struct msg_own_key){ .fpr = x->fpr,
			.since = x->since, .until = x->until,
			.ends = key_encrypts_until(&r->facts[i]),
			.revoked = r->facts[i].revoked };
		if (state != OWN_RETIRED)
			ret = export(k, r, x->fpr, &list[i].block);
		if (ret != 0 && state == OWN_CURRENT)
			return ret;
	}
	return 0;
}

/* ---- what came ---- */

static bool
has_id(const struct key_facts *k, const char *id)
{
	for (size_t i = 0; i < k->nsubkeys; i++)
		if (strcmp(k->subkeys[i].key_id, id) == 0)
			return true;
	return false;
}

/* Beside a retired key one in service may be named, and gpg took the first
 * that it has. */
static bool
names_one(const struct ring *r, const struct pgp_result *to, int64_t came)
{
	size_t n = to->nrecipients < PGP_RECIPIENTS ? to->nrecipients :
	    PGP_RECIPIENTS;

	for (size_t i = 0; i < r->own.n; i++)
		for (size_t j = 0; j < n && own_opens(&r->own, i, came); j++)
			if (has_id(&r->facts[i], to->recipients[j]))
				return true;
	return false;
}

bool
own_retired(const struct ring *r, const struct pgp_result *to, int64_t came)
{
	size_t by = own_find(&r->own, to->opened_by);

	return came != 0 && by < r->own.n && !own_opens(&r->own, by, came) &&
	    !names_one(r, to, came);
}

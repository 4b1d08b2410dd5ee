/*
 * From a command line to a keyd behind its walls. Everything that needs the
 * open system comes first (settings, gpgconf, the vault's key, an agent of an
 * earlier life ended), then the walls close, and only then is a private key
 * touched: gpg and its agent are born inside.
 */
#include <config.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>
#include <sekisho/sandbox.h>

#include "keyd/keyd.h"

bool
keyd_own_file(const char *home, char fpr[PGP_FPR])
{
	struct sk_arena *a = sk_arena_new();
	struct sk_buf b;
	bool found;

	sk_buf_init(&b, PGP_FPR);
	found = sk_file_read(sk_path_join(a, home, "own"), &b, NULL) == 0 &&
	    b.len == PGP_FPR && b.p[PGP_FPR - 1] == '\n';
	if (found) {
		b.len--;
		found = key_fingerprint_valid(sk_buf_str(&b));
	}
	if (found)
		memcpy(fpr, sk_buf_str(&b), PGP_FPR);
	sk_buf_free(&b);
	sk_arena_free(&a);
	return found;
}

static int
which_own(struct ring *r, const char *own, const char *mend,
    struct sk_error *e)
{
	size_t i;

	if (own != NULL && own[0] != '\0') {
		if (!key_fingerprint_valid(own))
			return sk_fail(e, SK_ERR_CONFIG, own, "a fingerprint "
			    "has 40 hex digits without blanks");
		for (i = 0; i < PGP_FPR; i++)
			r->own[i] = (char)toupper((unsigned char)own[i]);
		return 0;
	}
	if (keyd_own_file(r->home, r->own))
		return 0;
	return sk_fail(e, SK_ERR_NOINPUT, r->home, "%s", mend);
}

static int
ring_start(struct keyd *k, struct ring *r, struct sk_error *e)
{
	r->scratch_dir = home_scratch(k->arena, r->home);
	home_scratch_clean(r->scratch_dir);
	r->agent_socket = home_agent_socket(k->arena, r->home, e);
	if (r->agent_socket == NULL)
		return SK_ERR_UNAVAILABLE;
	home_agent_end(r->agent_socket);
	r->pgp = pgp_new(r->home, e);
	r->scratch = r->pgp != NULL ? pgp_new(r->scratch_dir, e) : NULL;
	r->known = r->scratch != NULL ? known_open(r->home, e) : NULL;
	return r->known != NULL ? 0 : SK_ERR_UNAVAILABLE;
}

static void
ring_end(struct ring *r)
{
	if (r->agent_socket != NULL)
		home_agent_end(r->agent_socket);
	known_close(&r->known);
	pgp_free(&r->scratch);
	pgp_free(&r->pgp);
}

int
keyd_start(struct keyd *k, const char *vault, const char *own,
    struct sk_error *e)
{
	int ret = vault_init();

	if (ret != 0)
		return sk_fail(e, ret, "libsodium", "does not start");
	ret = vault_key_read(vault, k->vault, e);
	if (ret == 0)
		ret = pgp_library(e);
	if (ret == 0)
		ret = home_make(k->openpgp.home, e);
	if (ret == 0)
		ret = which_own(&k->openpgp, own, "this home has no key of "
		    "the council; run `sekisho init', or name the key's "
		    "fingerprint in openpgp.fingerprint", e);
	return ret != 0 ? ret : ring_start(k, &k->openpgp, e);
}

enum { RINGS = 1 };

/* GnuPG moves the socket into the user's run directory where there is one. */
static void
add_walls(const struct keyd *k, const struct ring *r, const char **homes,
    size_t *n)
{
	char *folder = sk_arena_str(k->arena, r->agent_socket);

	*strrchr(folder, '/') = '\0';
	homes[(*n)++] = r->home;
	if (strcmp(folder, r->home) != 0)
		homes[(*n)++] = folder;
}

static int
close_walls(const struct keyd *k, struct sk_error *e)
{
	const char *homes[RINGS * 2];
	size_t n = 0;

	add_walls(k, &k->openpgp, homes, &n);
	return sandbox_keyd(homes, n, e);
}

static int
make_ready(struct keyd *k, struct sk_error *e)
{
	struct msg_keyd_ready r = { .fpr = k->openpgp.own };
	struct sk_buf own;
	int ret;

	sk_buf_init(&own, LIMIT_KEY_BYTES);
	ret = pgp_export(k->openpgp.pgp, k->openpgp.own, &own);
	if (ret == 0) {
		r.versions = pgp_versions(k->arena);
		r.own_block = sk_buf_span(&own);
		sk_buf_init(&k->ready, LIMIT_WIRE_MESSAGE);
		msg_keyd_ready_put(&k->ready, &r);
	} else {
		sk_fail(e, ret, k->openpgp.own, "the council's public key "
		    "cannot be exported: %s",
		    pgp_reason(k->openpgp.pgp));
	}
	sk_buf_free(&own);
	return ret;
}

int
keyd_behind_walls(struct keyd *k, struct sk_error *e)
{
	struct ring *r = &k->openpgp;
	int ret = close_walls(k, e);

	if (ret != 0)
		return ret;
	deadline_start(k->deadline);
	ret = pgp_own(r->pgp, r->own);
	if (ret != 0)
		ret = sk_fail(e, SK_ERR_NOINPUT, r->own, "the secret part of "
		    "the council's key is not in %s (%s); import it there "
		    "with gpg --homedir", r->home, pgp_reason(r->pgp));
	else
		ret = make_ready(k, e);
	deadline_end();
	r->agent = home_agent_pid(r->agent_socket);
	k->counted_since = k->opens_since = keyd_seconds();
	return ret;
}

void
keyd_end(struct keyd *k)
{
	ring_end(&k->openpgp);
	sk_buf_free(&k->ready);
	sk_wipe(k->vault, sizeof(k->vault));
	sk_arena_free(&k->arena);
}

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

static int
which_own(struct ring *r, const char *own, const char *mend,
    struct sk_error *e)
{
	size_t i;

	if (own != NULL && own[0] != '\0') {
		if (!key_fingerprint_valid(own))
			return sk_fail(e, SK_ERR_CONFIG, own, "a fingerprint "
			    "has 40 hex digits without blanks");
		r->own = (struct own_keys){ .n = 1 };
		for (i = 0; i < PGP_FPR; i++)
			r->own.list[0].fpr[i] = (char)toupper(
			    (unsigned char)own[i]);
		return 0;
	}
	if (own_file_read(r->home, &r->own))
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
	home_agent_end(r->home, r->agent_socket);
	r->pgp = pgp_new(r->home, r->scheme, e);
	r->scratch = r->pgp != NULL ? pgp_new(r->scratch_dir, r->scheme, e) :
	    NULL;
	r->known = r->scratch != NULL ? known_open(r->home, e) : NULL;
	return r->known != NULL ? 0 : SK_ERR_UNAVAILABLE;
}

static void
ring_end(struct ring *r)
{
	if (r->agent_socket != NULL)
		home_agent_end(r->home, r->agent_socket);
	known_close(&r->known);
	pgp_free(&r->scratch);
	pgp_free(&r->pgp);
}

static void
smime_off(struct keyd *k, const struct sk_error *e)
{
	sk_log(SK_ERROR, "keyd.no-smime", "%s: %s", e->where, e->text);
	ring_end(&k->smime);
	k->smime = (struct ring){ .scheme = KEY_SMIME };
}

/* The roots are read before the walls close, into the home: what lies outside
 * is out of reach afterwards. */
static int
take_roots(struct keyd *k, const char *roots, struct sk_error *e)
{
	struct sk_buf b;
	int ret;

	if (roots == NULL || roots[0] == '\0')
		return 0;
	k->roots = sk_path_join(k->arena, k->smime.home, "roots");
	sk_buf_init(&b, LIMIT_CONFIG_FILE);
	ret = sk_file_read(roots, &b, e);
	if (ret == 0)
		ret = sk_file_write(k->roots, sk_buf_span(&b), 0600, e);
	sk_buf_free(&b);
	return ret;
}

/* A council whose S/MIME does not work yet, or any more, still reads and sends
 * OpenPGP: copies for certificates wait meanwhile. */
static void
smime_start(struct keyd *k, const char *own, const char *roots)
{
	struct ring *r = &k->smime;
	struct sk_error e = { 0 };
	int ret;

	if (r->home == NULL)
		return;
	r->scheme = KEY_SMIME;
	ret = cms_library(&e);
	if (ret == 0)
		ret = home_make(r->home, KEY_SMIME, &e);
	if (ret == 0)
		ret = which_own(r, own, "this home has no certificate of the "
		    "council; run `sekisho setup smime'", &e);
	if (ret == 0)
		ret = take_roots(k, roots, &e);
	if (ret == 0)
		ret = ring_start(k, r, &e);
	if (ret == 0)
		return;
	smime_off(k, &e);
}

int
keyd_start(struct keyd *k, const char *vault, const char *own,
    const char *smime_own, const char *roots, struct sk_error *e)
{
	int ret = vault_init();

	if (ret != 0)
		return sk_fail(e, ret, "libsodium", "does not start");
	ret = vault_key_read(vault, k->vault, e);
	if (ret == 0)
		ret = pgp_library(e);
	if (ret == 0)
		ret = home_make(k->openpgp.home, KEY_OPENPGP, e);
	if (ret == 0)
		ret = which_own(&k->openpgp, own, "this home has no key of "
		    "the council; run `sekisho init', or name the key's "
		    "fingerprint in openpgp.fingerprint", e);
	if (ret == 0)
		ret = ring_start(k, &k->openpgp, e);
	if (ret == 0)
		smime_start(k, smime_own, roots);
	return ret;
}

enum { RINGS = 2 };

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
	if (k->smime.home != NULL)
		add_walls(k, &k->smime, homes, &n);
	return sandbox_keyd(homes, n, e);
}

static int
make_ready(struct keyd *k, struct sk_error *e)
{
	struct msg_keyd_ready r = { .versions = pgp_versions(k->arena) };
	int ret;

	if (k->smime.home != NULL && own_told(k, &k->smime,
	    &r.own[KEY_SMIME]) != 0)
		r.own[KEY_SMIME].n = 0;
	ret = own_told(k, &k->openpgp, &r.own[KEY_OPENPGP]);
	if (ret != 0)
		return sk_fail(e, ret, k->openpgp.signer, "the council's "
		    "public key cannot be exported: %s",
		    pgp_reason(k->openpgp.pgp));
	sk_buf_init(&k->ready, LIMIT_WIRE_FIELDS);
	msg_keyd_ready_put(&k->ready, &r);
	return k->ready.over ? sk_fail(e, SK_ERR_LIMIT, k->openpgp.home, "the "
	    "council's keys are too large to be told, %d bytes in all",
	    LIMIT_WIRE_FIELDS) : 0;
}

/* gpgsm and its agent, born inside as well. */
static void
smime_behind_walls(struct keyd *k)
{
	struct ring *r = &k->smime;
	struct sk_error e = { 0 };

	if (r->home == NULL)
		return;
	if (own_load(k, r, &e) != 0) {
		smime_off(k, &e);
		return;
	}
	r->agent = home_agent_pid(r->agent_socket);
}

int
keyd_behind_walls(struct keyd *k, struct sk_error *e)
{
	struct ring *r = &k->openpgp;
	int ret = close_walls(k, e);

	if (ret != 0)
		return ret;
	deadline_start(k->deadline);
	ret = own_load(k, r, e);
	if (ret != 0 && deadline_passed())
		ret = sk_fail(e, SK_ERR_TEMP, r->home, "gpg or its agent did "
		    "not answer in %u seconds; the next start ends it",
		    k->deadline);
	if (ret == 0) {
		smime_behind_walls(k);
		ret = make_ready(k, e);
	}
	deadline_end();
	r->agent = home_agent_pid(r->agent_socket);
	k->counted_since = k->opens_since = keyd_seconds();
	return ret;
}

void
keyd_end(struct keyd *k)
{
	ring_end(&k->smime);
	ring_end(&k->openpgp);
	sk_buf_free(&k->ready);
	sk_wipe(k->vault, sizeof(k->vault));
	sk_arena_free(&k->arena);
}

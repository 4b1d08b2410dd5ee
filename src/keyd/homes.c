/*
 * `--init`: the homes of all keyds, and the council's key, made once in the
 * first home and carried to the others. What is there already stays; a second
 * run, or one with more homes after cores were added, only adds.
 *
 * The key has no passphrase (nobody is there to type it; the home's mode and
 * keyd's walls guard it) and no expiry: an expired council key would stop
 * intake from everybody who holds a copy of it, and the day it has to be
 * renewed is a decision for people. The revocation certificate that gpg writes
 * beside it belongs into the backup.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/mem.h>
#include <sekisho/text.h>

#include "keyd/keyd.h"

enum { SECRET_MAX = 64 * 1024 };

struct init {
	struct sk_arena *arena;
	char fpr[PGP_FPR];
	struct sk_buf secret;		/* exported when a home lacks it */
	const char *user_id, *first;
};

static int
say(struct pgp *p, const char *home, const char *what, int ret,
    struct sk_error *e)
{
	if (ret == 0)
		return 0;
	return sk_fail(e, ret, home, "%s: %s", what, pgp_reason(p));
}

static int
export_secret(struct init *in, struct sk_error *e)
{
	struct pgp *p;
	int ret;

	if (in->secret.len > 0)
		return 0;
	p = pgp_new(in->first, KEY_OPENPGP, e);
	if (p == NULL)
		return SK_ERR_UNAVAILABLE;
	ret = say(p, in->first, "cannot take the council's key out to copy it",
	    pgp_export_secret(p, in->fpr, &in->secret), e);
	pgp_free(&p);
	return ret;
}

static int
write_own(struct init *in, const char *home, struct sk_error *e)
{
	char line[PGP_FPR + 1];

	snprintf(line, sizeof(line), "%s\n", in->fpr);
	return sk_file_write(sk_path_join(in->arena, home, "own"),
	    sk_span_str(line), 0600, e);
}

static int
first_key(struct init *in, struct pgp *p, struct sk_error *e)
{
	return say(p, in->first, "cannot make the council's key",
	    pgp_create(p, in->user_id, in->fpr), e);
}

static int
copy_key(struct init *in, struct pgp *p, const char *home, struct sk_error *e)
{
	int ret = export_secret(in, e);

	if (ret != 0)
		return ret;
	return say(p, home, "cannot copy the council's key here",
	    pgp_import_secret(p, sk_buf_span(&in->secret)), e);
}

static int
fill_home(struct init *in, const char *home, struct sk_error *e)
{
	bool first = strcmp(home, in->first) == 0;
	char own[PGP_FPR];
	struct pgp *p;
	int ret;

	if (keyd_own_file(home, own)) {
		if (first)
			memcpy(in->fpr, own, PGP_FPR);
		else if (strcmp(in->fpr, own) != 0)
			return sk_fail(e, SK_ERR_CONFIG, home, "this home "
			    "holds another key (%s) than the first home; "
			    "remove the wrong one", own);
		return 0;
	}
	p = pgp_new(home, KEY_OPENPGP, e);
	if (p == NULL)
		return SK_ERR_UNAVAILABLE;
	ret = first ? first_key(in, p, e) : copy_key(in, p, home, e);
	if (ret == 0)
		ret = write_own(in, home, e);
	pgp_free(&p);
	return ret;
}

static int
one_home(struct init *in, const char *home, struct sk_error *e)
{
	char *socket;
	int ret = home_make(home, KEY_OPENPGP, e);

	if (ret == 0)
		ret = fill_home(in, home, e);
	/* No agent stays behind: keyd starts its own behind its walls. */
	socket = ret == 0 ? home_agent_socket(in->arena, home, e) : NULL;
	if (socket != NULL)
		home_agent_end(socket);
	return ret;
}

static bool
name_fits(const char *name)
{
	return name[0] != '\0' && strlen(name) <= LIMIT_NAME &&
	    sk_utf8_valid(sk_span_str(name)) &&
	    strpbrk(name, "<>()\"\r\n\t\\") == NULL;
}

static int
all_homes(struct init *in, const char *base, unsigned int count,
    struct sk_error *e)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; ret == 0 && i < count; i++) {
		const char *home = sk_arena_printf(in->arena, "%s/%u", base,
		    i);

		if (i == 0)
			in->first = home;
		ret = one_home(in, home, e);
	}
	/* The copy needed the first home's agent. */
	if (in->secret.len > 0) {
		char *socket = home_agent_socket(in->arena, in->first, NULL);

		if (socket != NULL)
			home_agent_end(socket);
	}
	return ret;
}

int
keyd_init_homes(const char *base, unsigned int count, const char *name,
    const char *address, const char *vault, struct sk_error *e)
{
	struct init in = { .arena = sk_arena_new() };
	int ret = 0;

	sk_buf_init(&in.secret, SECRET_MAX);
	if (!name_fits(name))
		ret = sk_fail(e, SK_ERR_USAGE, name, "this name cannot stand "
		    "in a key: no quotes, brackets or backslashes, please");
	else if (!sk_address_valid(address))
		ret = sk_fail(e, SK_ERR_USAGE, address, "this is no mail "
		    "address");
	else if (vault_init() != 0)
		ret = sk_fail(e, SK_ERR_OS, "libsodium", "does not start");
	if (ret == 0)
		ret = pgp_library(e);
	if (ret == 0)
		ret = vault_key_create(vault, true, e);
	if (ret == 0)
		ret = sk_dir_make(base, 0700, e);
	in.user_id = sk_arena_printf(in.arena, "%s <%s>", name, address);
	if (ret == 0)
		ret = all_homes(&in, base, count, e);
	if (ret == 0)
		printf("fingerprint %s\n", in.fpr);
	sk_buf_free(&in.secret);
	sk_arena_free(&in.arena);
	return ret;
}

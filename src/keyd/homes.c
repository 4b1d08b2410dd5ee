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

#include <sekisho/clock.h>
#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/mem.h>
#include <sekisho/text.h>

#include "keyd/keyd.h"

enum { SECRET_MAX = 64 * 1024 };

struct init {
	struct sk_arena *arena;
	struct own_keys own;		/* of the first home */
	bool copied;
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

int
keyd_copy_key(const char *fpr, struct pgp *from, struct pgp *to,
    struct sk_error *e)
{
	struct sk_buf secret;
	int ret;

	sk_buf_init(&secret, SECRET_MAX);
	ret = say(from, fpr, "cannot take the council's key out to copy it",
	    pgp_export_secret(from, fpr, &secret), e);
	if (ret == 0)
		ret = say(to, fpr, "cannot copy the council's key",
		    pgp_import_secret(to, sk_buf_span(&secret)), e);
	sk_buf_free(&secret);
	return ret;
}

static int
first_key(struct init *in, struct pgp *p, struct sk_error *e)
{
	in->own = (struct own_keys){ .n = 1 };
	return say(p, in->first, "cannot make the council's key",
	    pgp_create(p, in->user_id, in->own.list[0].fpr), e);
}

/* The retired ones too: an operator reads old mails in any home. */
static int
copy_keys(struct init *in, struct pgp *p, struct sk_error *e)
{
	struct pgp *first = pgp_new(in->first, KEY_OPENPGP, e);
	int ret = first != NULL ? 0 : SK_ERR_UNAVAILABLE;

	in->copied = true;
	for (size_t i = 0; i < in->own.n && ret == 0; i++)
		ret = keyd_copy_key(in->own.list[i].fpr, first, p, e);
	pgp_free(&first);
	return ret;
}

static int
fill_home(struct init *in, const char *home, struct sk_error *e)
{
	bool first = strcmp(home, in->first) == 0;
	struct own_keys own;
	struct pgp *p;
	int ret;

	if (own_file_read(home, &own)) {
		if (first)
			in->own = own;
		else if (!own_keys_same(&in->own, &own))
			return sk_fail(e, SK_ERR_CONFIG, home, "this home "
			    "holds other keys (%s) than the first home; run "
			    "`sekisho setup key --next' again, or remove the "
			    "wrong one", own.list[own.n - 1].fpr);
		return 0;
	}
	p = pgp_new(home, KEY_OPENPGP, e);
	if (p == NULL)
		return SK_ERR_UNAVAILABLE;
	ret = first ? first_key(in, p, e) : copy_keys(in, p, e);
	if (ret == 0)
		ret = own_file_write(home, &in->own, e);
	pgp_free(&p);
	return ret;
}

/* keyd starts its own behind its walls. */
void
keyd_agent_leave(struct sk_arena *a, const char *home)
{
	char *socket = home_agent_socket(a, home, NULL);

	if (socket != NULL)
		home_agent_end(home, socket);
}

static int
one_home(struct init *in, const char *home, struct sk_error *e)
{
	int ret = home_make(home, KEY_OPENPGP, e);

	if (ret == 0)
		ret = fill_home(in, home, e);
	keyd_agent_leave(in->arena, home);
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
	if (in->copied)
		keyd_agent_leave(in->arena, in->first);
	return ret;
}

const char *
keyd_user_id(struct sk_arena *a, const char *name, const char *address,
    struct sk_error *e)
{
	if (!name_fits(name))
		sk_fail(e, SK_ERR_USAGE, name, "this name cannot stand in a "
		    "key: no quotes, brackets or backslashes, please");
	else if (!sk_address_valid(address))
		sk_fail(e, SK_ERR_USAGE, address, "this is no mail address");
	else
		return sk_arena_printf(a, "%s <%s>", name, address);
	return NULL;
}

int
keyd_init_homes(const char *base, unsigned int count, const char *name,
    const char *address, const char *vault, struct sk_error *e)
{
	struct init in = { .arena = sk_arena_new() };
	int ret = 0;

	in.user_id = keyd_user_id(in.arena, name, address, e);
	if (in.user_id == NULL)
		ret = SK_ERR_USAGE;
	else if (vault_init() != 0)
		ret = sk_fail(e, SK_ERR_OS, "libsodium", "does not start");
	if (ret == 0)
		ret = pgp_library(e);
	if (ret == 0)
		ret = vault_key_create(vault, true, e);
	if (ret == 0)
		ret = sk_dir_make(base, 0700, e);
	if (ret == 0)
		ret = all_homes(&in, base, count, e);
	if (ret == 0)
		printf("fingerprint %s\n", in.own.list[own_current(&in.own,
		    sk_now())].fpr);
	sk_arena_free(&in.arena);
	return ret;
}

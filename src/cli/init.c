/*
 * `sekisho init`: makes what is missing and nothing else. Every step looks
 * first; what is there stays as it is, so a second run does no harm. Paths that
 * GnuPG or a socket could not bear are refused before anything is made.
 */
#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sekisho/clock.h>
#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/store.h>
#include <sekisho/vault.h>

#include "cli/copy.h"

#define NEW_DOMAIN "example.jp"
#define NEW_NAME "Information Sharing Council"

struct making {
	struct cli *c;
	struct config *conf;
	struct sk_json *list;
	struct sk_error *e;
};

static void
say(struct making *m, const char *what, const char *path, bool made)
{
	struct sk_json *o = sk_json_add(m->list, sk_json_object());

	sk_json_set_str(o, "what", what);
	sk_json_set_str(o, "done", made ? "made" : "there");
	sk_json_set_str(o, "path", path);
}

/* ---- sekisho.conf ---- */

static const char *
conf_path(struct cli *c, const struct cli_request *r, struct sk_error *e)
{
	char *here, *path;

	if (r->path && c->conf_given && strcmp(r->path, ".") != 0) {
		sk_fail(e, SK_ERR_USAGE, r->path, "give a folder or -c FILE, "
		    "not both");
		return NULL;
	}
	if (c->conf_given && !r->path)
		return sk_arena_str(c->arena, c->conf);
	here = r->path && *r->path == '/' ? NULL : get_current_dir_name();
	path = sk_arena_printf(c->arena, "%s%s%s/sekisho.conf", here ? here :
	    "", here && r->path ? "/" : "", r->path ? r->path : "");
	free(here);
	return path;
}

/* Where the default configuration puts the homes, known before anything is
 * made: bad input changes nothing. */
static int
check_default_home(struct making *m, const char *conf)
{
	const char *home = sk_path_beside(m->c->arena, conf, "gnupg/0");

	if (strlen(home) <= LIMIT_HOME_PATH)
		return SK_OK;
	return sk_fail(m->e, SK_ERR_CONFIG, home, "this GnuPG home would have "
	    "a path of %zu bytes and GnuPG bears %d: take a shorter folder",
	    strlen(home), LIMIT_HOME_PATH);
}

static int
make_conf(struct making *m, const struct cli_request *r)
{
	const char *path = m->c->conf, *slash = strrchr(path, '/');
	const char *name = sk_json_str(r->values, "name");
	const char *domain = sk_json_str(r->values, "domain");
	struct sk_buf b;
	int code;

	if (sk_file_exists(path)) {
		say(m, "configuration", path, false);
		return SK_OK;
	}
	code = check_default_home(m, path);
	if (!code && slash && slash != path)
		code = sk_dir_make(sk_arena_strn(m->c->arena, path,
		    (size_t)(slash - path)), 0755, m->e);
	sk_buf_init(&b, LIMIT_CONFIG_FILE);
	config_write_default(&b, name ? name : NEW_NAME, domain ? domain :
	    NEW_DOMAIN);
	if (!code)
		code = sk_file_write(path, sk_buf_span(&b), 0644, m->e);
	sk_buf_free(&b);
	if (!code)
		say(m, "configuration", path, true);
	return code;
}

/* ---- before anything else is made ---- */

static int
check_paths(struct making *m)
{
	const struct config *c = m->conf;
	char *home = cli_home(m->c->arena, c, cli_homes(c));
	const char *lmtp = c->lmtp_listen;

	if (strlen(home) > LIMIT_HOME_PATH)
		return sk_fail(m->e, SK_ERR_CONFIG, home, "is %zu bytes long "
		    "and GnuPG bears %d: take a shorter folder, or name a "
		    "short link to it in openpgp.home", strlen(home),
		    LIMIT_HOME_PATH);
	if (strlen(c->control_socket) > LIMIT_SOCKET_PATH)
		return sk_fail(m->e, SK_ERR_CONFIG, c->control_socket, "a "
		    "socket's path may have %d bytes: name a shorter one in "
		    "control.socket", LIMIT_SOCKET_PATH);
	if (strncmp(lmtp, "unix:", 5) == 0 &&
	    strlen(lmtp + 5) > LIMIT_SOCKET_PATH)
		return sk_fail(m->e, SK_ERR_CONFIG, lmtp, "a socket's path "
		    "may have %d bytes: name a shorter one in lmtp.listen",
		    LIMIT_SOCKET_PATH);
	return SK_OK;
}

/* ---- policy, templates, keys, folders ---- */

static int
make_data(struct making *m)
{
	const struct config *c = m->conf;
	struct sk_arena *a = m->c->arena;
	bool made = false;
	int r = copy_file(sk_path_join(a, sk_path_join(a, m->c->data,
	    "policies"), "council.conf"), c->policy, &made, m->e);

	if (!r)
		say(m, "policy", c->policy, made);
	if (!r)
		r = copy_tree(a, sk_path_join(a, m->c->data, "templates"),
		    c->templates, &made, m->e);
	if (!r)
		say(m, "templates", c->templates, made);
	return r;
}

/* A new key beside old data would hide that the right one is lost. */
static int
make_store_key(struct making *m)
{
	const struct config *c = m->conf;
	bool there = sk_file_exists(c->store_key);
	int r;

	if (!there && sk_file_exists(c->store_path))
		return sk_fail(m->e, SK_ERR_NOINPUT, c->store_key, "the "
		    "database is there and its key is not: restore the key "
		    "file from its backup");
	r = vault_key_create(c->store_key, false, m->e);
	if (!r)
		say(m, "store key", c->store_key, !there);
	return r;
}

static int
make_vault_key(struct making *m)
{
	const struct config *c = m->conf;
	char *pub = sk_arena_printf(m->c->arena, "%s.pub", c->vault_key);
	bool there = sk_file_exists(c->vault_key);
	int r;

	if (!there && sk_file_exists(pub) && !c->nkeyd_sockets)
		return sk_fail(m->e, SK_ERR_NOINPUT, c->vault_key, "its public "
		    "half is there and it is not: restore it from its backup, "
		    "mail in custody needs it");
	if (c->nkeyd_sockets && !there) {	/* the secret half is keyd's */
		if (!sk_file_exists(pub))
			return sk_fail(m->e, SK_ERR_NOINPUT, pub, "copy it "
			    "from where keyd has its vault key");
		say(m, "vault key", pub, false);
		return SK_OK;
	}
	r = vault_key_create(c->vault_key, true, m->e);
	if (!r)
		say(m, "vault key", c->vault_key, !there);
	return r;
}

static int
make_folder(struct making *m, const char *what, const char *path)
{
	bool there = sk_file_exists(path);
	int r = sk_dir_make(path, 0700, m->e);

	if (!r)
		say(m, what, path, !there);
	return r;
}

/* ---- the council's OpenPGP key, by keyd ---- */

static int
run_keyd(struct making *m, const char *count)
{
	const struct config *c = m->conf;
	const char *const words[] = { "--init", "--home", c->openpgp_home,
		"--count", count, "--name", cli_key_name(m->c->arena, c->name),
		"--address", c->desks[0].address, "--vault", c->vault_key,
		NULL };
	int code = cli_keyd_tells(m->c, words);

	return code == 0 ? SK_OK : sk_fail(m->e, SK_ERR_CRYPTO,
	    c->openpgp_home, "the council's key could not be made: what "
	    "sekisho-keyd said stands above");
}

static int
make_homes(struct making *m)
{
	const struct config *c = m->conf;
	unsigned n = cli_homes(c), have = 0;
	struct own_keys own;
	int r;

	/* keyds of their own under a service manager have their own homes. */
	if (c->nkeyd_sockets)
		return SK_OK;
	for (unsigned i = 0; i < n; i++)
		have += cli_home_own(m->c->arena, cli_home(m->c->arena, c,
		    i), &own);
	r = make_folder(m, "GnuPG homes", c->openpgp_home);
	if (!r && have < n)
		r = run_keyd(m, sk_arena_printf(m->c->arena, "%u", n));
	return r;
}

/* ---- the database ---- */

static int
make_store(struct making *m)
{
	const struct config *c = m->conf;
	unsigned char key[VAULT_KEY];
	struct store *s = NULL;
	int r;

	if (sk_file_exists(c->store_path)) {	/* maybe in use: not opened */
		say(m, "database", c->store_path, false);
		return SK_OK;
	}
	r = vault_key_read(c->store_key, key, m->e);
	if (!r)
		r = store_open(c->store_path, key, true, &s, m->e);
	if (!r)
		r = store_commit(s, m->e);
	store_close(&s);
	if (!r)
		say(m, "database", c->store_path, true);
	return r;
}

/* ---- the whole ---- */

static int
make_all(struct making *m, const struct cli_request *r)
{
	struct cli *c = m->c;
	int code;

	c->conf = conf_path(c, r, m->e);
	if (!c->conf)
		return SK_ERR_USAGE;
	code = make_conf(m, r);
	if (!code)
		code = cli_config(c, &m->conf, m->e);
	if (!code)
		code = check_paths(m);
	if (!code && vault_init())
		code = sk_fail(m->e, SK_ERR_OS, "libsodium", "does not start");
	if (!code)
		code = make_data(m);
	if (!code)
		code = make_store_key(m);
	if (!code)
		code = make_vault_key(m);
	if (!code)
		code = make_folder(m, "spool", sk_arena_printf(c->arena,
		    "%s-spool", m->conf->store_path));
	if (!code)
		code = make_homes(m);
	return code ? code : make_store(m);
}

static void
next_steps(const struct cli *c)
{
	printf("\nNext: edit %s (addresses, relay, authserv_id),\n"
	    "      sekisho -c %s check\n"
	    "      sekishod -c %s\n", c->conf, c->conf, c->conf);
}

int
cli_init(struct cli *c, const struct cli_request *r)
{
	struct sk_json *document = sk_json_document("init");
	struct sk_error e = { 0 };
	struct making m = { .c = c, .e = &e };
	struct own_keys own;
	int code;

	m.list = sk_json_set(document, "made", sk_json_array());
	code = make_all(&m, r);
	sk_json_set_str(document, "conf", c->conf);
	if (m.conf && !m.conf->nkeyd_sockets && cli_home_own(c->arena,
	    cli_home(c->arena, m.conf, 0), &own))
		sk_json_set_str(document, "fingerprint", own.list[own_current(
		    &own, sk_now())].fpr);
	if (c->json)
		cli_print_json(document);
	else
		cli_print(c, document);
	if (!code && !c->json)
		next_steps(c);
	sk_json_free(&document);
	config_free(&m.conf);
	return code ? cli_fail(&e) : 0;
}

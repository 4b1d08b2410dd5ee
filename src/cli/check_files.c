/* What stands on the disk: key files and their modes, GnuPG homes and their
 * keys, programs, folders of sockets. Only looked at, never mended. */
#include <config.h>

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sekisho/clock.h>
#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/text.h>
#include <sekisho/vault.h>

#include "cli/check.h"
#include "cli/setup_own.h"
#include "cli/run.h"

static void
check_key(struct finding_list *f, const char *what, const char *path,
    bool secret)
{
	unsigned char key[VAULT_KEY];
	struct sk_error e = { 0 };
	struct stat st;

	if (stat(path, &st) != 0)
		check_sayf(f, what, "%s: %s: `sekisho init` makes it if it "
		    "never was; a lost one comes back from the backup only",
		    path, strerrordesc_np(errno));
	else if (secret && (st.st_mode & 077))
		check_sayf(f, what, "%s may be read by others (mode %o): "
		    "chmod 600 %s", path, (unsigned)st.st_mode & 0777, path);
	else if (vault_key_read(path, key, &e))
		check_sayf(f, what, "%s: %s", e.where, e.text);
	else
		check_say(f, what, NULL);
	explicit_bzero(key, sizeof(key));
}

void
check_keys(struct finding_list *f, const struct config *c)
{
	struct sk_arena *a = f->c->arena;

	if (vault_init())
		check_say(f, "libsodium", "does not start: reinstall "
		    "libsodium23");
	check_key(f, "store key", c->store_key, true);
	check_key(f, "vault key, public half", sk_arena_printf(a, "%s.pub",
	    c->vault_key), false);
	/* Under a service manager the secret half is keyd's alone. */
	if (!c->nkeyd_sockets)
		check_key(f, "vault key", c->vault_key, true);
}

/* ---- homes ---- */

static bool
check_home(struct finding_list *f, const char *home, struct own_keys *own)
{
	struct own_keys here;
	struct stat st;

	if (stat(home, &st) != 0)
		check_sayf(f, "GnuPG home", "%s: %s: run `sekisho init`",
		    home, strerrordesc_np(errno));
	else if (st.st_mode & 077)
		check_sayf(f, "GnuPG home", "%s is open to others (mode %o): "
		    "chmod 700 %s", home, (unsigned)st.st_mode & 0777, home);
	else if (!cli_home_own(f->c->arena, home, &here))
		check_sayf(f, "GnuPG home", "%s has no key of the council: "
		    "run `sekisho init`", home);
	else if (own->n && !own_keys_same(own, &here))
		check_sayf(f, "GnuPG home", "%s holds other keys (%s) than "
		    "the first home: `sekisho setup key --next' goes on where "
		    "it was cut off; else remove the wrong one", home,
		    here.list[here.n - 1].fpr);
	else
		return *own = here, true;
	return false;
}

static void
check_own(struct finding_list *f, const struct config *c,
    const struct own_keys *own)
{
	const char *fpr = own->n ? own->list[own_current(own, sk_now())].fpr :
	    NULL;

	if (fpr && c->openpgp_fpr && *c->openpgp_fpr &&
	    !sk_ascii_ieq(fpr, c->openpgp_fpr))
		check_sayf(f, "council's key", "openpgp.fingerprint says %s, "
		    "the homes hold %s: leave it empty, or import that key",
		    c->openpgp_fpr, fpr);
	for (size_t i = 0; i < own->n; i++)
		check_tellf(f, "council's key", "%s", setup_own_words(
		    f->c->arena, own, i));
}

void
check_homes(struct finding_list *f, const struct config *c)
{
	char *last = cli_home(f->c->arena, c, cli_homes(c));
	char *begun = sk_arena_printf(f->c->arena, "%s/n", c->openpgp_home);
	struct own_keys own = { .n = 0 };
	bool good = true;

	if (c->nkeyd_sockets)
		return;
	if (strlen(last) > LIMIT_HOME_PATH)
		check_sayf(f, "GnuPG home", "%s is %zu bytes long and GnuPG "
		    "bears %d: name a short link to it in openpgp.home", last,
		    strlen(last), LIMIT_HOME_PATH);
	for (unsigned i = 0; i < cli_homes(c) && good; i++)
		good = check_home(f, cli_home(f->c->arena, c, i), &own);
	if (good)
		check_say(f, "GnuPG homes", NULL);
	if (sk_file_exists(begun))
		check_sayf(f, "GnuPG homes", "%s: the next key was begun and "
		    "is not in every home: run `sekisho setup key --next' "
		    "again", begun);
	check_own(f, c, &own);
}

/* ---- programs and sockets ---- */

/* Debian's mend of a double free in gpgme (CVE-2026-129975 by its changelog):
 * the library's own number does not tell. Elsewhere nobody knows the package,
 * and nothing is said. */
#define GPGME_LEAST "1.18.0-3+deb12u1"

static void
check_gpgme(struct finding_list *f)
{
	char *const query[] = { (char *)(uintptr_t)"dpkg-query",
		(char *)(uintptr_t)"-W", (char *)(uintptr_t)"-f${Version}\n",
		(char *)(uintptr_t)"libgpgme11*", NULL };
	char *compare[] = { (char *)(uintptr_t)"dpkg",
		(char *)(uintptr_t)"--compare-versions", NULL,
		(char *)(uintptr_t)"ge", (char *)(uintptr_t)GPGME_LEAST, NULL };
	char version[60], what[80], *line;
	struct sk_buf out;

	sk_buf_init(&out, 4096);
	run_output(query, false, &out);
	line = sk_buf_str(&out) + strspn(sk_buf_str(&out), "\n");
	snprintf(version, sizeof(version), "%.*s", (int)strcspn(line, "\n"),
	    line);
	compare[2] = version;
	snprintf(what, sizeof(what), "library gpgme %s", version);
	if (*version != '\0' && run_output(compare, false, &out) == 1)
		check_say(f, what, "it is older than " GPGME_LEAST ", where a "
		    "memory fault was mended that a mail may reach: "
		    "apt-get install --only-upgrade libgpgme11");
	else if (*version != '\0')
		check_say(f, what, NULL);
	sk_buf_free(&out);
}

void
check_programs(struct finding_list *f, const struct config *c)
{
	static const char *const names[] = { "sekisho-reader",
	    "sekisho-keyd" };

	check_gpgme(f);
	for (size_t i = 0; i < 2; i++) {
		const char *path = sk_path_join(f->c->arena, f->c->libexec,
		    names[i]);

		if (i == 1 && c->nkeyd_sockets)
			continue;
		if (access(path, X_OK) == 0)
			check_say(f, names[i], NULL);
		else
			check_sayf(f, names[i], "%s: %s: is the package "
			    "installed whole? A build tree is named by "
			    "SEKISHO_LIBEXECDIR", path,
			    strerrordesc_np(errno));
	}
}

static void
check_socket(struct finding_list *f, const char *what, const char *key,
    const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = sk_arena_strn(f->c->arena, path, slash ?
	    (size_t)(slash - path) : 0);
	struct stat st;

	if (strlen(path) > LIMIT_SOCKET_PATH)
		check_sayf(f, what, "%s: %zu bytes, a socket bears %d: name a "
		    "shorter path in %s", path, strlen(path),
		    LIMIT_SOCKET_PATH, key);
	else if (*folder && (stat(folder, &st) != 0 || !S_ISDIR(st.st_mode)))
		check_sayf(f, what, "the folder %s is missing: make it, owned "
		    "by the daemon's user, or change %s", folder, key);
	else
		check_say(f, what, NULL);
}

void
check_sockets(struct finding_list *f, const struct config *c)
{
	check_socket(f, "control socket", "control.socket",
	    c->control_socket);
	if (strncmp(c->lmtp_listen, "unix:", 5) == 0)
		check_socket(f, "LMTP socket", "lmtp.listen",
		    c->lmtp_listen + 5);
	for (size_t i = 0; i < c->nkeyd_sockets; i++)
		check_socket(f, "keyd socket", "keyd.sockets",
		    c->keyd_sockets[i]);
}

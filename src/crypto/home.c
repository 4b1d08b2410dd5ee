/*
 * GnuPG homes: their settings, their agents, and the scratch home where keys
 * of strangers are looked at. One keyd has one home: two of them on one home
 * only wait for each other's locks (measured.md §4).
 *
 * The settings are part of the program. They are written again whenever they
 * differ, because one line more in gpg.conf could encrypt every digest to a
 * second key. Nothing here may make gpg reach the network, ask a person, or
 * look for a key by itself.
 */
#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/pgp.h>
#include <sekisho/text.h>

#include "crypto/program.h"

/* Two processes gain nothing while they fight over random_seed; no trust
 * database, since keys are pinned by fingerprint; no lookups of any kind (B1:
 * an address leaked by WKD, an attacker's newer key taken). AES256 for
 * everybody: a key without preferences would get 3DES. */
static const char gpg_conf[] =
    "# Written by sekisho-keyd, and again whenever it differs.\n"
    "batch\n"
    "no-tty\n"
    "quiet\n"
    "no-greeting\n"
    "no-permission-warning\n"
    "no-random-seed-file\n"
    "trust-model always\n"
    "no-auto-check-trustdb\n"
    "no-auto-key-locate\n"
    "no-auto-key-retrieve\n"
    "disable-dirmngr\n"
    "pinentry-mode error\n"
    "no-symkey-cache\n"
    "no-encrypt-to\n"
    "no-default-recipient\n"
    "cipher-algo AES256\n"
    "digest-algo SHA512\n"
    "cert-digest-algo SHA512\n"
    "compress-algo none\n"
    "force-mdc\n"
    "no-emit-version\n"
    "no-comments\n"
    "charset utf-8\n"
    /* never export-minimal: it drops expired and revoked subkeys, and with
     * them the news that they are */
    "import-options import-minimal,self-sigs-only,no-import-local-sigs\n"
    "export-options no-export-attributes\n";

/* Chains are not checked here: a certificate counts because it is pinned, and
 * a council has members with certificates of any origin. No revocation list is
 * ever fetched: there is no network here. The last "disable"s keep GnuPG from
 * looking for what it lacks. */
static const char gpgsm_conf[] =
    "# Written by sekisho-keyd, and again whenever it differs.\n"
    "batch\n"
    "no-tty\n"
    "quiet\n"
    "no-greeting\n"
    "debug-no-chain-validation\n"
    "disable-crl-checks\n"
    "disable-policy-checks\n"
    "disable-dirmngr\n"
    "no-common-certs-import\n"
    "cipher-algo AES256\n"
    "digest-algo SHA256\n";

/* Importing a public key would start an agent there, for nothing. */
static const char scratch_conf[] = "no-autostart\n";

static const char agent_conf[] =
    "# Written by sekisho-keyd, and again whenever it differs.\n"
    "quiet\n"
    "disable-scdaemon\n"
    "pinentry-program /bin/false\n"
    "no-allow-external-cache\n"
    "extra-socket none\n"
    "browser-socket none\n";
/* With it the agent refuses a PKCS#12 key that has no passphrase. */
static const char agent_batch[] = "batch\n";

static int
write_if_other(struct sk_arena *a, const char *dir, const char *name,
    const char *text, struct sk_error *e)
{
	const char *path = sk_path_join(a, dir, name);
	struct sk_buf now;
	bool same;

	sk_buf_init(&now, LIMIT_CONFIG_FILE);
	same = sk_file_read(path, &now, NULL) == 0 &&
	    sk_span_is(sk_buf_span(&now), text);
	sk_buf_free(&now);
	if (same)
		return 0;
	return sk_file_write(path, sk_span_str(text), 0600, e);
}

/* Under "trust-model always" gpg never makes this file, and still ends when
 * it meets an expired key and has none. */
static int
make_trustdb(struct sk_arena *a, const char *dir, struct sk_error *e)
{
	const char *const argv[] = { "gpg", "--homedir", dir, "--trust-model",
	    "pgp", "--check-trustdb", NULL };

	if (sk_file_exists(sk_path_join(a, dir, "trustdb.gpg")))
		return 0;
	if (program_run(argv, NULL, 0) == 0)
		return 0;
	return sk_fail(e, SK_ERR_UNAVAILABLE, dir, "gpg cannot use this "
	    "folder; check its owner, and that the package gpg is installed");
}

static int
make_one(struct sk_arena *a, const char *dir, enum key_scheme scheme,
    const char *more, struct sk_error *e)
{
	bool smime = scheme == KEY_SMIME;
	const char *conf = sk_arena_printf(a, "%s%s", smime ? gpgsm_conf :
	    gpg_conf, more);
	struct stat st;
	int ret = sk_dir_make(dir, 0700, e);

	if (ret == 0 && (stat(dir, &st) != 0 || (st.st_mode & 077) != 0))
		ret = sk_fail(e, SK_ERR_NOPERM, dir, "a GnuPG home must be "
		    "closed to others; chmod 0700 %s", dir);
	if (ret == 0)
		ret = write_if_other(a, dir, smime ? "gpgsm.conf" : "gpg.conf",
		    conf, e);
	if (ret == 0)
		ret = write_if_other(a, dir, "gpg-agent.conf",
		    sk_arena_printf(a, "%s%s", agent_conf,
		    smime ? "" : agent_batch), e);
	if (ret == 0 && !smime)
		ret = make_trustdb(a, dir, e);
	return ret;
}

int
home_make(const char *dir, enum key_scheme scheme, struct sk_error *e)
{
	const char *key = scheme == KEY_SMIME ? "smime.home" : "openpgp.home";
	struct sk_arena *a;
	int ret;

	if (dir[0] != '/')
		return sk_fail(e, SK_ERR_USAGE, dir, "a GnuPG home is named "
		    "by its whole path, from / on");
	if (strlen(dir) > LIMIT_HOME_PATH)
		return sk_fail(e, SK_ERR_CONFIG, dir, "this GnuPG home has a "
		    "path of %zu bytes, and its agent's socket allows %d; set "
		    "%s to a shorter path, or to a short symbolic link to it",
		    strlen(dir), LIMIT_HOME_PATH, key);
	a = sk_arena_new();
	ret = make_one(a, dir, scheme, "", e);
	if (ret == 0)
		ret = make_one(a, home_scratch(a, dir), scheme, scratch_conf,
		    e);
	sk_arena_free(&a);
	return ret;
}

int
home_import_p12(const char *dir, const char *file)
{
	const char *const argv[] = { "gpgsm", "--homedir", dir,
	    "--pinentry-mode", "loopback", "--passphrase-fd", "0", "--import",
	    file, NULL };

	return program_run(argv, NULL, 0) == 0 ? 0 : SK_ERR_CRYPTO;
}

char *
home_scratch(struct sk_arena *a, const char *dir)
{
	return sk_path_join(a, dir, "scratch");
}

static bool
stays(const char *name)
{
	static const char *const names[] = { ".", "..", "gpg.conf",
	    "gpgsm.conf", "gpg-agent.conf", "trustdb.gpg" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

void
home_scratch_clean(const char *scratch)
{
	DIR *d = opendir(scratch);
	struct dirent *f;

	if (d == NULL)
		return;
	while ((f = readdir(d)) != NULL)
		if (!stays(f->d_name))
			unlinkat(dirfd(d), f->d_name, 0);
	closedir(d);
}

int
home_scratch_room(const char *scratch)
{
	int fd, dir = open(scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int ret = SK_ERR_OS;

	fd = dir < 0 ? -1 : openat(dir, "room", O_WRONLY | O_CREAT | O_CLOEXEC,
	    0600);
	if (fd >= 0) {
		if (posix_fallocate(fd, 0, 4 * LIMIT_KEY_BYTES) == 0)
			ret = 0;
		unlinkat(dir, "room", 0);
	}
	sk_fd_close(&fd);
	sk_fd_close(&dir);
	return ret;
}

char *
home_agent_socket(struct sk_arena *a, const char *dir, struct sk_error *e)
{
	const char *const argv[] = { "gpgconf", "--homedir", dir,
	    "--list-dirs", "agent-socket", NULL };
	char line[512];
	size_t len;

	if (program_run(argv, line, sizeof(line)) == 0 && line[0] == '/') {
		len = strcspn(line, "\n");
		if (line[len] == '\n')
			return sk_arena_strn(a, line, len);
	}
	sk_fail(e, SK_ERR_UNAVAILABLE, dir, "gpgconf does not say where the "
	    "agent's socket is; install the package gpgconf");
	return NULL;
}

static int
connect_agent(const char *path)
{
	const struct timeval patience = { .tv_sec = 1 };
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd, error;

	errno = ENAMETOOLONG;
	if (strlen(path) >= sizeof(sa.sun_path))
		return -1;
	memcpy(sa.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	/* Its queue is full when it takes nobody in. */
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

/* SO_PEERCRED would name the parent that the agent left when it became a
 * daemon, so the agent is asked (Assuan). */
pid_t
home_agent_pid(const char *path)
{
	static const char ask[] = "GETINFO pid\n";
	char line[512];
	const char *d = NULL;
	size_t len = 0;
	ssize_t n = 0;
	bool silent;
	int fd = connect_agent(path);

	if (fd < 0)
		return errno == EAGAIN ? HOME_AGENT_SILENT : 0;
	if (sk_fd_write(fd, ask, sizeof(ask) - 1) != 0)
		goto out;
	while (len < sizeof(line) - 1 && d == NULL &&
	    (n = read(fd, line + len, sizeof(line) - 1 - len)) > 0) {
		len += (size_t)n;
		line[len] = '\0';
		d = strstr(line, "\nD ");
		if (d != NULL && strchr(d + 1, '\n') == NULL)
			d = NULL;
	}
out:
	silent = n < 0 && errno == EAGAIN;
	close(fd);
	return d != NULL ? (pid_t)strtol(d + 3, NULL, 10) :
	    silent ? HOME_AGENT_SILENT : 0;
}

/* ---- an agent that answers nobody any more ---- */

static bool
same_folder(const char *x, const char *y)
{
	struct stat a, b;

	return stat(x, &a) == 0 && stat(y, &b) == 0 && a.st_dev == b.st_dev &&
	    a.st_ino == b.st_ino;
}

/* The word behind this one in a list of words that end with NUL. */
static const char *
word_after(const char *at, const char *end, const char *word)
{
	bool found = false;

	for (; at < end && !found; at += strlen(at) + 1)
		found = strcmp(at, word) == 0;
	return at < end ? at : NULL;
}

/* "gpg-agent --homedir DIR ...", as gpg starts it. A number alone would say
 * little: it may be another process's by now. */
static bool
is_agent_of(const char *pid, const char *dir)
{
	const char *name, *slash, *home = NULL;
	char path[280];
	struct sk_buf b;

	snprintf(path, sizeof(path), "/proc/%s/cmdline", pid);
	sk_buf_init(&b, LIMIT_CONFIG_FILE);
	if (sk_file_read(path, &b, NULL) == 0) {
		name = sk_buf_str(&b);
		slash = strrchr(name, '/');
		if (strcmp(slash != NULL ? slash + 1 : name, "gpg-agent") == 0)
			home = word_after(name, name + b.len, "--homedir");
		home = home != NULL && same_folder(home, dir) ? home : NULL;
	}
	sk_buf_free(&b);
	return home != NULL;
}

static void
end_silent(const char *dir)
{
	DIR *d = opendir("/proc");
	struct dirent *f;

	if (d == NULL)
		return;
	while ((f = readdir(d)) != NULL)
		if (strspn(f->d_name, "0123456789") == strlen(f->d_name) &&
		    is_agent_of(f->d_name, dir))
			kill((pid_t)strtol(f->d_name, NULL, 10), SIGKILL);
	closedir(d);
}

/* Returns when the agent's socket is dead: an agent on its way out still
 * answers, keeps a new one from starting, and then takes its socket away;
 * gpg would wait five seconds for nothing. */
void
home_agent_end(const char *dir, const char *path)
{
	const struct timespec moment = { .tv_nsec = 2 * 1000 * 1000 };
	pid_t pid = home_agent_pid(path);
	int fd, i;

	if (pid == HOME_AGENT_SILENT)
		end_silent(dir);
	else if (pid <= 1 || kill(pid, SIGTERM) != 0)
		return;
	for (i = 0; i < 1000 && (fd = connect_agent(path)) >= 0; i++) {
		close(fd);
		nanosleep(&moment, NULL);
	}
	if (i == 1000 && pid > 1)
		kill(pid, SIGKILL);
}

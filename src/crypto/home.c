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
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/pgp.h>
#include <sekisho/text.h>

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
    "import-options import-minimal,self-sigs-only,no-import-local-sigs\n"
    "export-options export-minimal,no-export-attributes\n";

static const char agent_conf[] =
    "# Written by sekisho-keyd, and again whenever it differs.\n"
    "batch\n"
    "quiet\n"
    "disable-scdaemon\n"
    "pinentry-program /bin/false\n"
    "no-allow-external-cache\n"
    "extra-socket none\n"
    "browser-socket none\n";

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

static int
make_one(struct sk_arena *a, const char *dir, struct sk_error *e)
{
	struct stat st;
	int ret = sk_dir_make(dir, 0700, e);

	if (ret == 0 && (stat(dir, &st) != 0 || (st.st_mode & 077) != 0))
		ret = sk_fail(e, SK_ERR_NOPERM, dir, "a GnuPG home must be "
		    "closed to others; chmod 0700 %s", dir);
	if (ret == 0)
		ret = write_if_other(a, dir, "gpg.conf", gpg_conf, e);
	if (ret == 0)
		ret = write_if_other(a, dir, "gpg-agent.conf", agent_conf, e);
	return ret;
}

int
home_make(const char *dir, struct sk_error *e)
{
	struct sk_arena *a;
	int ret;

	if (dir[0] != '/')
		return sk_fail(e, SK_ERR_USAGE, dir, "a GnuPG home is named "
		    "by its whole path, from / on");
	if (strlen(dir) > LIMIT_HOME_PATH)
		return sk_fail(e, SK_ERR_CONFIG, dir, "this GnuPG home has a "
		    "path of %zu bytes, and its agent's socket allows %d; set "
		    "openpgp.home to a shorter path, or to a short symbolic "
		    "link to it", strlen(dir), LIMIT_HOME_PATH);
	a = sk_arena_new();
	ret = make_one(a, dir, e);
	if (ret == 0)
		ret = make_one(a, home_scratch(a, dir), e);
	sk_arena_free(&a);
	return ret;
}

char *
home_scratch(struct sk_arena *a, const char *dir)
{
	return sk_path_join(a, dir, "scratch");
}

void
home_scratch_clean(const char *scratch)
{
	DIR *d = opendir(scratch);
	struct dirent *f;

	if (d == NULL)
		return;
	while ((f = readdir(d)) != NULL)
		if (strcmp(f->d_name, "gpg.conf") != 0 &&
		    strcmp(f->d_name, "gpg-agent.conf") != 0 &&
		    f->d_name[0] != '\0' && strcmp(f->d_name, ".") != 0 &&
		    strcmp(f->d_name, "..") != 0)
			unlinkat(dirfd(d), f->d_name, 0);
	closedir(d);
}

/* Runs gpgconf with its output in a pipe; the pipe's reading end or -1. */
static int
spawn_gpgconf(const char *dir, pid_t *pid)
{
	const char *argv[] = { "gpgconf", "--homedir", dir, "--list-dirs",
	    "agent-socket", NULL };
	posix_spawn_file_actions_t fa;
	int p[2], err;

	if (pipe2(p, O_CLOEXEC) != 0)
		return -1;
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_adddup2(&fa, p[1], STDOUT_FILENO);
	err = posix_spawnp(pid, "gpgconf", &fa, NULL,
	    (char *const *)(uintptr_t)argv, environ);
	posix_spawn_file_actions_destroy(&fa);
	close(p[1]);
	if (err == 0)
		return p[0];
	close(p[0]);
	return -1;
}

char *
home_agent_socket(struct sk_arena *a, const char *dir, struct sk_error *e)
{
	char line[512];
	size_t len = 0;
	pid_t pid;
	int status = -1, fd = spawn_gpgconf(dir, &pid);
	ssize_t n;

	if (fd < 0)
		goto fail;
	while (len < sizeof(line) && ((n = read(fd, line + len,
	    sizeof(line) - len)) > 0 || (n < 0 && errno == EINTR)))
		if (n > 0)
			len += (size_t)n;
	close(fd);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (status == 0 && len > 1 && line[0] == '/' && line[len - 1] == '\n')
		return sk_arena_strn(a, line, len - 1);
fail:
	sk_fail(e, SK_ERR_UNAVAILABLE, dir, "gpgconf does not say where the "
	    "agent's socket is; install the package gpgconf");
	return NULL;
}

static int
connect_agent(const char *path)
{
	const struct timeval patience = { .tv_sec = 1 };
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(sa.sun_path))
		return -1;
	memcpy(sa.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0)
		return fd;
	close(fd);
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
	int fd = connect_agent(path);

	if (fd < 0)
		return 0;
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
	close(fd);
	return d != NULL ? (pid_t)strtol(d + 3, NULL, 10) : 0;
}

void
home_agent_end(const char *path)
{
	pid_t pid = home_agent_pid(path);

	if (pid > 1)
		kill(pid, SIGTERM);
}

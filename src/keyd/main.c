/*
 * sekisho-keyd's command line: started by sekishod with a channel on a
 * descriptor (embedded), by a service manager with a socket of its own, or by
 * `sekisho init` and `sekisho setup` to make homes and keys. Never run it with
 * another user's home: GnuPG refuses foreign folders, and so does its agent.
 */
#include <config.h>

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sekisho/clock.h>
#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>

#include "keyd/keyd.h"

static const char usage[] =
"usage: sekisho-keyd --home DIR --vault FILE [--own FPR] --fd N\n"
"       sekisho-keyd --home DIR --vault FILE [--own FPR] --socket PATH"
" --peer UID|USER\n"
"       sekisho-keyd --init --home BASE --count N --name NAME"
" --address ADDR --vault FILE\n"
"       sekisho-keyd --next --home BASE --count N --name NAME"
" --address ADDR\n"
"           --until TIME [--since TIME]   (at once)\n"
"       sekisho-keyd --withdraw (--home | --smime-home) BASE --count N\n"
"       sekisho-keyd --smime-import P12 --certificate FILE --smime-home BASE"
" --count N\n"
"           --until TIME [--since TIME]   (at once)\n"
"also:  --deadline SECONDS   for one operation (60)\n"
"       --smime-home DIR [--smime-own FPR] [--roots FILE]\n";

struct options {
	const char *home, *vault, *own, *socket, *peer, *name, *address;
	const char *smime_home, *smime_own, *roots, *p12, *certificate;
	bool init, next, withdraw;
	int64_t since, until;
	long fd, count, deadline;
};

enum { OPT_HOME = 1, OPT_VAULT, OPT_OWN, OPT_FD, OPT_SOCKET, OPT_PEER,
	OPT_INIT, OPT_COUNT, OPT_NAME, OPT_ADDRESS, OPT_DEADLINE,
	OPT_SMIME_HOME, OPT_SMIME_OWN, OPT_ROOTS, OPT_P12, OPT_CERTIFICATE,
	OPT_NEXT, OPT_SINCE, OPT_UNTIL, OPT_WITHDRAW };

static const struct option long_options[] = {
	{ "home", required_argument, NULL, OPT_HOME },
	{ "smime-home", required_argument, NULL, OPT_SMIME_HOME },
	{ "smime-own", required_argument, NULL, OPT_SMIME_OWN },
	{ "smime-import", required_argument, NULL, OPT_P12 },
	{ "certificate", required_argument, NULL, OPT_CERTIFICATE },
	{ "roots", required_argument, NULL, OPT_ROOTS },
	{ "vault", required_argument, NULL, OPT_VAULT },
	{ "own", required_argument, NULL, OPT_OWN },
	{ "fd", required_argument, NULL, OPT_FD },
	{ "socket", required_argument, NULL, OPT_SOCKET },
	{ "peer", required_argument, NULL, OPT_PEER },
	{ "init", no_argument, NULL, OPT_INIT },
	{ "next", no_argument, NULL, OPT_NEXT },
	{ "withdraw", no_argument, NULL, OPT_WITHDRAW },
	{ "since", required_argument, NULL, OPT_SINCE },
	{ "until", required_argument, NULL, OPT_UNTIL },
	{ "count", required_argument, NULL, OPT_COUNT },
	{ "name", required_argument, NULL, OPT_NAME },
	{ "address", required_argument, NULL, OPT_ADDRESS },
	{ "deadline", required_argument, NULL, OPT_DEADLINE },
	{ NULL, 0, NULL, 0 }
};

static bool
number(const char *s, long least, long most, long *out)
{
	char *end;

	errno = 0;
	*out = strtol(s, &end, 10);
	return errno == 0 && end != s && *end == '\0' && *out >= least &&
	    *out <= most;
}

static bool
take(struct options *o, int opt, const char *arg)
{
	switch (opt) {
	case OPT_HOME: o->home = arg; return true;
	case OPT_VAULT: o->vault = arg; return true;
	case OPT_OWN: o->own = arg; return true;
	case OPT_SOCKET: o->socket = arg; return true;
	case OPT_PEER: o->peer = arg; return true;
	case OPT_NAME: o->name = arg; return true;
	case OPT_ADDRESS: o->address = arg; return true;
	case OPT_SMIME_HOME: o->smime_home = arg; return true;
	case OPT_SMIME_OWN: o->smime_own = arg; return true;
	case OPT_P12: o->p12 = arg; return true;
	case OPT_CERTIFICATE: o->certificate = arg; return true;
	case OPT_ROOTS: o->roots = arg; return true;
	case OPT_INIT: o->init = true; return true;
	case OPT_NEXT: o->next = true; return true;
	case OPT_WITHDRAW: o->withdraw = true; return true;
	case OPT_SINCE: return sk_time_parse(arg, &o->since) == 0;
	case OPT_UNTIL: return sk_time_parse(arg, &o->until) == 0;
	case OPT_FD: return number(arg, 3, 255, &o->fd);
	case OPT_COUNT: return number(arg, 1, 64, &o->count);
	case OPT_DEADLINE: return number(arg, 1, 3600, &o->deadline);
	default: return false;
	}
}

static bool
parse(int argc, char **argv, struct options *o)
{
	int opt;

	while ((opt = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		if (!take(o, opt, optarg))
			return false;
	if (optind != argc)
		return false;
	if (o->p12 != NULL)
		return o->smime_home != NULL && o->certificate != NULL &&
		    o->until != 0;
	if (o->withdraw)
		return (o->home != NULL) != (o->smime_home != NULL);
	if (o->next)
		return o->home != NULL && o->name != NULL &&
		    o->address != NULL && o->until != 0;
	if (o->home == NULL || o->vault == NULL)
		return false;
	if (o->init)
		return o->name != NULL && o->address != NULL;
	return o->socket != NULL ? o->peer != NULL && o->fd < 0 : o->fd >= 0;
}

/* What an environment could tell gpg, or lead it to. */
static void
clean_environment(void)
{
	static const char *const names[] = { "GNUPGHOME", "GPG_AGENT_INFO",
		"GPG_TTY", "DISPLAY", "WAYLAND_DISPLAY", "SSH_AUTH_SOCK",
		"LD_PRELOAD", "LD_LIBRARY_PATH", "GPGME_DEBUG", "TMPDIR",
		"http_proxy", "LANGUAGE", "PINENTRY_USER_DATA" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unsetenv(names[i]);
	setenv("PATH", "/usr/bin:/bin", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("OPENSSL_CONF", "/dev/null", 1);
}

/* gpgme closes every possible descriptor one by one before each gpg. */
static void
lower_limits(void)
{
	const struct rlimit none = { 0, 0 }, few = { 256, 256 };

	setrlimit(RLIMIT_CORE, &none);
	setrlimit(RLIMIT_NOFILE, &few);
#ifndef SK_SANITIZED
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
	umask(077);
}

static int
fail(const struct sk_error *e)
{
	sk_log(SK_ERROR, "keyd.failed", "%s: %s", e->where, e->text);
	return sk_err_exit(e->code);
}

static bool
peer_uid(const char *s, uid_t *uid)
{
	const struct passwd *pw;
	long n;

	if (number(s, 0, INT_MAX, &n)) {
		*uid = (uid_t)n;
		return true;
	}
	pw = getpwnam(s);
	if (pw != NULL)
		*uid = pw->pw_uid;
	return pw != NULL;
}

static int
run(struct keyd *k, const struct options *o, struct sk_error *e)
{
	int fd = (int)o->fd, ret;
	uid_t peer = 0;

	k->stop_fd = signals_catch(e);
	if (k->stop_fd < 0)
		return k->stop_fd;
	if (o->socket != NULL && !peer_uid(o->peer, &peer))
		return sk_fail(e, SK_ERR_USAGE, o->peer, "no such user");
	ret = keyd_start(k, o->vault, o->own, o->smime_own, o->roots, e);
	/* gpg must not inherit the channel. */
	if (ret == 0 && o->socket == NULL && sk_fd_cloexec(fd, true) != 0)
		return sk_fail(e, SK_ERR_USAGE, "--fd", "descriptor %d is not "
		    "open; this program is started by sekishod", fd);
	/* The socket's folder is outside the walls. */
	if (ret == 0 && o->socket != NULL)
		ret = fd = channel_listen(o->socket, 0660, e);
	if (ret >= 0)
		ret = keyd_behind_walls(k, e);
	if (ret != 0)
		return ret;
	sk_log(SK_INFO, "keyd.ready", "deadline=%u", k->deadline);
	ret = o->socket != NULL ? serve_socket(k, fd, peer) :
	    serve_peer(k, fd);
	if (ret != 0)
		sk_fail(e, ret, "keyd", "%s", sk_err_text(ret));
	return ret;
}

/* gpg and its agent must agree on one spelling; a link given to shorten the
 * path stays as it is. */
static char *
whole_path(struct sk_arena *a, const char *path)
{
	char *here = path[0] == '/' ? NULL : get_current_dir_name(), *whole;

	whole = here == NULL ? sk_arena_str(a, path) :
	    sk_arena_printf(a, "%s/%s", here, path);
	free(here);
	return whole;
}

static int
work(struct keyd *k, const struct options *o, struct sk_error *e)
{
	const char *home = k->openpgp.home;
	unsigned int count = (unsigned int)o->count;
	const struct next_key next = { home, count, o->name, o->address,
		o->since, o->until, o->withdraw };
	const struct next_certificate certificate = { k->smime.home, count,
		o->p12, o->certificate, o->since, o->until };

	if (o->p12 != NULL)
		return keyd_next_certificate(&certificate, e);
	if (o->withdraw && home == NULL)
		return keyd_withdraw_certificate(k->smime.home, count, e);
	if (o->next || o->withdraw)
		return keyd_next_key(&next, e);
	return o->init ? keyd_init_homes(home, count, o->name, o->address,
	    o->vault, e) : run(k, o, e);
}

int
main(int argc, char **argv)
{
	struct options o = { .fd = -1, .count = 1,
		.deadline = LIMIT_KEYD_SECONDS };
	struct keyd k = { .arena = sk_arena_new() };
	struct sk_error e = { 0 };
	int ret;

	sk_log_open("sekisho-keyd", SK_INFO);
	lower_limits();
	clean_environment();
	if (!parse(argc, argv, &o)) {
		fputs(usage, stderr);
		keyd_end(&k);
		return sk_err_exit(SK_ERR_USAGE);
	}
	if (o.home != NULL)
		k.openpgp.home = whole_path(k.arena, o.home);
	if (o.smime_home != NULL)
		k.smime.home = whole_path(k.arena, o.smime_home);
	k.deadline = (unsigned int)o.deadline;
	ret = work(&k, &o, &e);
	keyd_end(&k);
	return ret != 0 ? fail(&e) : 0;
}

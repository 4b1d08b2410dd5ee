/*
 * sekisho-milterd: the second, independent lock on the way out and the door on
 * the way in (design.md §3). A peer of sekishod, not its child: while sekishod
 * is away, other people's mail must pass and ours must wait.
 */
#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <sekisho/log.h>
#include <sekisho/mem.h>
#include <sekisho/notify.h>
#include <sekisho/sandbox.h>

#include "milterd/milterd.h"

static const char usage[] =
"usage: sekisho-milterd -c FILE [--local] [--peer USER] [-t]\n"
"  -c FILE      configuration (sekisho.conf)\n"
"  --local      the pickup path: listen at milter.local, and discard\n"
"  --peer USER  as whom sekishod runs, if not as this user\n"
"  -t           check the configuration, and end\n";

struct options {
	const char *file;
	bool local, test;
	uid_t peer;
};

static bool
find_peer(const char *name, uid_t *out)
{
	const struct passwd *p = getpwnam(name);
	char *end;
	unsigned long n;

	if (p) {
		*out = p->pw_uid;
		return true;
	}
	n = strtoul(name, &end, 10);
	*out = (uid_t)n;
	return *name >= '0' && *name <= '9' && !*end;
}

static bool
parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "local", no_argument, NULL, 'l' },
		{ "peer", required_argument, NULL, 'p' },
		{ NULL, 0, NULL, 0 }
	};
	int c;

	while ((c = getopt_long(argc, argv, "c:t", longs, NULL)) != -1) {
		if (c == 'c')
			o->file = optarg;
		else if (c == 't')
			o->test = true;
		else if (c == 'l')
			o->local = true;
		else if (c != 'p')
			return false;
		else if (!find_peer(optarg, &o->peer)) {
			fprintf(stderr, "sekisho-milterd: --peer: no user "
			    "\"%s\"\n", optarg);
			return false;
		}
	}
	return o->file && optind == argc;
}

/* Mail passes through this memory: no dumps. One connection is one descriptor
 * and, in progress, one or two more. */
static void
limits(void)
{
	struct rlimit r = { 0, 0 };

	setrlimit(RLIMIT_CORE, &r);
#ifndef SK_SANITIZED
	prctl(PR_SET_DUMPABLE, 0);
#endif
	if (!getrlimit(RLIMIT_NOFILE, &r)) {
		r.rlim_cur = r.rlim_max;
		setrlimit(RLIMIT_NOFILE, &r);
	}
	umask(077);
}

/* ---- signals: the main thread waits for nothing else ---- */

static int signal_pipe[2] = { -1, -1 };

static void
on_signal(int number)
{
	int saved = errno;
	char c = number == SIGHUP ? 'h' : 't';

	(void)!write(signal_pipe[1], &c, 1);
	errno = saved;
}

static int
catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal,
		.sa_flags = SA_RESTART };

	if (pipe(signal_pipe))
		return -1;
	sigfillset(&sa.sa_mask);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
	return 0;
}

static void
reload(const struct options *o)
{
	notify_state("RELOADING=1");
	if (settings_load(o->file, o->local))
		sk_log(SK_ERROR, "reload", "result=kept-the-old mend=\"see "
		    "sekisho-milterd -t\"");
	else
		sk_log(SK_INFO, "reload", "result=ok");
	notify_state("READY=1");
}

static int
wait_for_the_end(const struct options *o)
{
	char c = 0;

	while (read(signal_pipe[0], &c, 1) == 1 && c == 'h')
		reload(o);
	notify_state("STOPPING=1");
	if (!milter_running()) {
		sk_log(SK_ERROR, "milter.ended", "mend=\"start again\"");
		return EX_TEMPFAIL;
	}
	milter_stop();
	return EX_OK;
}

/* ---- start ---- */

static int
fail(const struct sk_error *e)
{
	fprintf(stderr, "sekisho-milterd: %s: %s\n", e->where, e->text);
	return sk_err_exit(e->code);
}

static const char *
listens_at(const struct options *o, struct sk_error *e)
{
	const struct config *c = settings_config();
	const char *where = o->local ? c->milter_local : c->milter_listen;

	if (!where)
		sk_fail(e, SK_ERR_CONFIG, o->local ? "milter.local" :
		    "milter.listen", "is not in %s: write where Postfix finds "
		    "this program", o->file);
	return where;
}

static int
behind_walls(const char *where, struct sk_error *e)
{
	const struct config *c = settings_config();
	struct sk_arena *a = sk_arena_new();
	char *dir = NULL;
	int r;

	if (strncmp(where, "unix:", 5) == 0) {
		dir = sk_arena_str(a, where + 5);
		strrchr(dir, '/')[dir == strrchr(dir, '/')] = '\0';
	}
	r = sandbox_milterd(c->dir, dir, c->milter_intake &&
	    strncmp(c->lmtp_listen, "unix:", 5) != 0, e);
	sk_arena_free(&a);
	return r;
}

static int
run(const struct options *o)
{
	struct sk_error e = { 0 };
	const char *where = listens_at(o, &e);
	char *path;
	int r;

	if (!where)
		return fail(&e);
	path = sk_strdup(where);
	r = milter_open(where, &e);
	if (!r)
		r = behind_walls(where, &e);
	if (!r && catch_signals())
		r = sk_fail(&e, SK_ERR_OS, "signals", "no pipe");
	if (!r)
		r = milter_start(o->peer, &e);
	if (r) {
		free(path);
		return fail(&e);
	}
	sk_log(SK_INFO, "ready", "listen=%s guard=%d intake=%d", path,
	    settings_config()->milter_guard,
	    settings_config()->milter_intake);
	notify_state("READY=1");
	r = wait_for_the_end(o);
	if (strncmp(path, "unix:", 5) == 0)
		unlink(path + 5);
	free(path);
	return r;
}

int
main(int argc, char **argv)
{
	struct options o = { .peer = geteuid() };
	int r;

	if (!parse(argc, argv, &o)) {
		fputs(usage, stderr);
		return EX_USAGE;
	}
	limits();
	sk_log_open("sekisho-milterd", SK_INFO);
	r = settings_load(o.file, o.local);
	if (r)
		return r == SK_ERR_NOINPUT ? EX_CONFIG : sk_err_exit(r);
	r = o.test ? EX_OK : run(&o);
	/* libmilter's threads may still be there: end without tidying up what
	 * they look at. */
	_exit(r);
}

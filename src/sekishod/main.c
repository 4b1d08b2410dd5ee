/*
 * sekishod: the daemon. Holds the database, the store key and the sockets;
 * decides; never parses MIME and never touches a private key (design.md §3).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <sekisho/files.h>
#include <sekisho/install.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>
#include <sekisho/notify.h>

#include "courier.h"
#include "delivery.h"
#include "fetcher.h"
#include "load.h"

#define STOP_LOOKS 500
#define STOP_LOOK_MILLISECONDS 20

static void
usage(void)
{
	fprintf(stderr, "usage: sekishod -c FILE [-t] [-d]\n"
	    "  -c FILE  configuration (sekisho.conf)\n"
	    "  -t       check configuration, policy and templates, and end\n"
	    "  -d       log more\n");
	exit(EX_USAGE);
}

/* Content passes through this memory: no dumps. */
static void
no_dumps(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
	umask(077);
}

/* Sessions, spool files and memory files: the soft limit of old is for
 * programs that use select(). */
static void
many_files(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r))
		return;
	r.rlim_cur = r.rlim_max;
	setrlimit(RLIMIT_NOFILE, &r);
}

static unsigned
helpers(unsigned configured)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (configured)
		return configured;
	return cores < 1 ? 1 : cores > 8 ? 8 : (unsigned)cores;
}

/* One keyd per core, but never more than homes that init made. */
static unsigned
keyds(const struct config *c)
{
	unsigned most = helpers(c->keyds), n = 0;
	char home[4096];

	if (c->nkeyd_sockets)
		return (unsigned)c->nkeyd_sockets;
	do
		snprintf(home, sizeof(home), "%s/%u", c->openpgp_home, n);
	while (sk_file_exists(home) && n++ < most);
	return n < 1 ? 1 : n > most ? most : n;
}

static int
start(struct daemon *d, struct sk_error *e)
{
	const struct config *c = d->config;

	int r = load_keys(d, e);

	if (r)
		return r;
	d->loop = loop_new();
	d->syncer = syncer_new(d);	/* forks: before the store opens */
	r = load_store(d, e);
	if (r)
		return r;
	custody_clean(d);
	d->turn = turn_new(d);
	d->readers = pool_new(d, POOL_READER, helpers(c->readers));
	d->keyds = pool_new(d, POOL_KEYD, keyds(c));
	if (c->wkd_lookup != LOOKUP_NEVER)
		d->fetchers = pool_new(d, POOL_FETCHER, 1);
	d->permits = permits_new(d);
	d->outbox = outbox_new(d);
	d->relay = relay_new(d, e);
	d->key_watch = key_watch_new(d);
	d->key_queue = key_queue_new(d);
	d->council_watch = council_watch_new(d);
	d->daily = daily_new(d);
	d->intake = intake_new(d);
	d->keyd_watch = keyd_watch_new(d);
	d->control = d->relay ? control_new(d, e) : NULL;
	if (d->control && c->milter_listen)
		d->guard = guard_new(d, e);
	if (d->control && (d->guard || !c->milter_listen))
		d->door = door_new(d, e);
	return d->door ? SK_OK : e->code;
}

static void
stop(struct daemon *d)
{
	struct sk_error e = { 0 };

	d->stopping = true;
	door_free(&d->door);
	guard_free(&d->guard);
	control_free(&d->control);
	relay_free(&d->relay);
	key_watch_free(&d->key_watch);
	key_queue_free(&d->key_queue);
	council_watch_free(&d->council_watch);
	daily_free(&d->daily);
	keyd_watch_free(&d->keyd_watch);
	outbox_free(&d->outbox);
	intake_free(&d->intake);
	pool_free(&d->readers);
	pool_free(&d->keyds);
	pool_free(&d->fetchers);
	permits_free(&d->permits);
	/* This end is nobody's fault: whatever waits has its tries left. */
	if (d->store)
		store_mail_untried(d->store);
	if (d->store && store_commit(d->store, &e))
		sk_log(SK_ERROR, "store.commit", "error=\"%s\"", e.text);
	turn_free(&d->turn);
	syncer_free(&d->syncer);
	store_close(&d->store);
	loop_free(&d->loop);
	vault_wrapper_free(&d->wrapper);
}

/* What must not be cut where it stands: an answer to a mail that is durable, a
 * copy whose bytes are on their way (it would go twice). */
static void
stop_when_through(void *ctx)
{
	struct daemon *d = ctx;

	if (d->stop_looks-- > 0 && (relay_busy(d->relay) ||
	    door_waiting(d->door)))
		loop_timer_in(d->end, STOP_LOOK_MILLISECONDS);
	else
		loop_stop(d->loop);
}

/* First SIGTERM: take nothing new, finish what runs, then end. A second one
 * ends at once; what was accepted stands in the database. */
static void
on_stop(void *ctx)
{
	struct daemon *d = ctx;

	if (d->stopping) {
		loop_stop(d->loop);
		return;
	}
	notify_state("STOPPING=1");
	sk_log(SK_INFO, "stop", "pending=%zu", intake_pending(d->intake));
	d->stopping = true;
	d->stop_looks = STOP_LOOKS;
	door_stop_accepting(d->door);
	stop_when_through(d);
}

static void
on_reload(void *ctx)
{
	struct daemon *d = ctx;

	notify_state("RELOADING=1");
	load_again(d);
	notify_state("READY=1");
}

/* The first keyd that is up tells the council's key; then the door opens for
 * work that was waiting. */
static void
resume(void *ctx)
{
	struct daemon *d = ctx;

	intake_resume(d->intake);
	apply_rewrap_left(d);
	outbox_kick(d->outbox);
	sk_log(SK_INFO, "ready", "lmtp=%s", d->config->lmtp_listen);
	notify_state("READY=1");
}

static int
run(struct daemon *d)
{
	struct loop_timer *first;
	struct sk_error e = { 0 };

	if (start(d, &e)) {
		fprintf(stderr, "sekishod: %s: %s\n", e.where, e.text);
		stop(d);
		return sk_err_exit(e.code);
	}
	d->end = loop_timer_new(d->loop, stop_when_through, d);
	loop_on_stop(d->loop, on_stop, d);
	loop_on_reload(d->loop, on_reload, d);
	first = loop_timer_new(d->loop, resume, d);
	loop_timer_in(first, 0);
	loop_run(d->loop);
	loop_timer_free(&first);
	loop_timer_free(&d->end);
	stop(d);
	return EX_OK;
}

int
main(int argc, char **argv)
{
	struct sk_arena *a = sk_arena_new();
	struct daemon d = { .libexec = install_libexec(a) };
	const char *file = NULL;
	bool test = false, debug = false;
	int c, r;

	if (argc > 0 && (strcmp(argv[0], COURIER_NAME) == 0 ||
	    strcmp(argv[0], FETCHER_NAME) == 0)) {
		no_dumps();
		sk_arena_free(&a);
		return strcmp(argv[0], COURIER_NAME) == 0 ? courier_main() :
		    fetcher_main();
	}
	while ((c = getopt(argc, argv, "c:td")) != -1) {
		switch (c) {
		case 'c':
			file = optarg;
			break;
		case 't':
			test = true;
			break;
		case 'd':
			debug = true;
			break;
		default:
			usage();
		}
	}
	if (!file || optind != argc)
		usage();
	no_dumps();
	many_files();
	sk_log_open("sekishod", debug ? SK_DEBUG : SK_INFO);
	r = load_files(&d, file);
	if (r)
		r = r == SK_ERR_NOINPUT ? EX_CONFIG : sk_err_exit(r);
	else if (!test)
		r = run(&d);
	template_set_free(&d.templates);
	policy_free(&d.policy);
	config_free(&d.config);
	council_keys_free(&d.council);
	sk_wipe(d.store_key, sizeof(d.store_key));
	sk_arena_free(&a);
	return r;
}

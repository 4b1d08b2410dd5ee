/*
 * sekisho: the operators' and postmasters' command. Holds nothing and decides
 * nothing; it never opens the database while the daemon runs.
 */
#include <config.h>

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <sekisho/install.h>
#include <sekisho/log.h>

#include "cli/cli.h"
#include "cli/setup_postfix.h"
#include "cli/setup_smime.h"

#define DEFAULT_CONF "/etc/sekisho/sekisho.conf"

static const char *
from_environment(const char *name, const char *fallback)
{
	const char *s = getenv(name);

	return s && *s ? s : fallback;
}

static void
surroundings(struct cli *c)
{
	const char *no_colour = getenv("NO_COLOR");

	c->arena = sk_arena_new();
	c->conf = from_environment("SEKISHO_CONF", DEFAULT_CONF);
	c->conf_given = strcmp(c->conf, DEFAULT_CONF) != 0;
	c->libexec = install_libexec(c->arena);
	c->data = install_data(c->arena);
	c->terminal = isatty(1);
	c->colour = c->terminal && !(no_colour && *no_colour) &&
	    strcmp(from_environment("TERM", "dumb"), "dumb") != 0;
}

static int
help(int argc, char **argv, int at)
{
	struct sk_error e = { 0 };

	if (at < argc && !verb_noun_known(argv[at])) {
		sk_fail(&e, SK_ERR_USAGE, argv[at], "no such command; see "
		    "`sekisho help`");
		return cli_fail(&e);
	}
	cli_help(at < argc ? argv[at] : NULL);
	return EX_OK;
}

static int
run(struct cli *c, struct cli_request *r)
{
	if (!r->verb->local)
		return cli_remote(c, r);
	if (strcmp(r->verb->noun, "init") == 0)
		return cli_init(c, r);
	if (strcmp(r->verb->noun, "check") == 0)
		return cli_check(c, r);
	if (strcmp(r->verb->noun, "setup") == 0 &&
	    strcmp(r->verb->name, "smime") == 0)
		return cli_setup_smime(c, r);
	if (strcmp(r->verb->noun, "setup") == 0 &&
	    strcmp(r->verb->name, "key") == 0)
		return cli_setup_key(c, r);
	if (strcmp(r->verb->noun, "setup") == 0)
		return cli_setup_postfix(c, r);
	return cli_read(c, r);
}

static int
command(struct cli *c, int argc, char **argv)
{
	struct cli_request r;
	struct sk_error e = { 0 };
	int code = cli_parse(c, argc, argv, &r, &e), done;

	if (c->help) {
		if (r.verb)
			cli_help_verb(r.verb);
		done = r.verb ? EX_OK : help(argc, argv, 0);
	} else {
		done = code ? cli_fail(&e) : run(c, &r);
	}
	sk_json_free(&r.values);
	return done;
}

int
main(int argc, char **argv)
{
	struct cli c = { 0 };
	struct sk_error e = { 0 };
	int at = 1, done;

	setlocale(LC_CTYPE, "C.UTF-8");
	sk_log_open("sekisho", SK_WARN);
	surroundings(&c);
	while (at < argc && cli_general(&c, argc, argv, &at, &e))
		if (e.code)
			return cli_fail(&e);
	if (at < argc && strcmp(argv[at], "--version") == 0) {
		puts(PACKAGE_STRING);
		done = EX_OK;
	} else if (at == argc && !c.help) {
		cli_help(NULL);
		done = EX_USAGE;
	} else if (at == argc || strcmp(argv[at], "help") == 0) {
		done = help(argc, argv, at == argc ? at : at + 1);
	} else {
		done = command(&c, argc - at, argv + at);
	}
	sk_arena_free(&c.arena);
	if (fflush(stdout) != 0 && done == EX_OK)
		done = EX_IOERR;
	return done;
}

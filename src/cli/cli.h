/*
 * The command inside. main.c reads the general options; parse.c turns words
 * into a request by the table of verbs; client.c carries it to the daemon;
 * print.c shows the answer. init.c, check.c and read.c work without the daemon.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include <sekisho/arena.h>
#include <sekisho/config.h>
#include <sekisho/json.h>
#include <sekisho/own.h>
#include <sekisho/verbs.h>

struct cli {
	struct sk_arena *arena;
	const char *conf;		/* -c, $SEKISHO_CONF or the default */
	bool conf_given;
	bool json;
	bool help;
	bool terminal, colour;		/* of standard output */
	const char *libexec, *data;
	int wait;			/* milliseconds for the daemon's
					 * answer; 0: as long as it may take */
};

struct cli_request {
	const struct verb *verb;
	struct sk_json *values;		/* ended by the caller */
	const char *file;		/* VALUE_FILE as named, or NULL */
	const char *path;		/* VALUE_PATH, or NULL */
};

/* parse.c: words after the general options. Also takes -c, --json and --help
 * where they stand among them. */
int cli_parse(struct cli *c, int argc, char **argv, struct cli_request *out,
    struct sk_error *e);
/* Takes one general option at argv[*at]; true if it was one, *at moved on. */
bool cli_general(struct cli *c, int argc, char **argv, int *at,
    struct sk_error *e);

/* help.c */
void cli_help(const char *noun);
void cli_help_verb(const struct verb *v);

/* client.c: standard input up to the end of b. */
int cli_read_stdin(struct sk_buf *b, struct sk_error *e);

/* client.c: *out is the document (also of a refusal), *fd its content or -1.
 * The code is the daemon's; e is filled from it. */
int cli_ask(struct cli *c, const char *socket, const struct cli_request *r,
    struct sk_json **out, int *fd, struct sk_error *e);

/* remote.c: one verb with the daemon, from request to exit code. */
int cli_remote(struct cli *c, struct cli_request *r);

/* print.c */
void cli_print(struct cli *c, const struct sk_json *document);
/* Text of others, escaped; lines kept. */
void cli_print_text(struct cli *c, const char *text);
void cli_print_json(const struct sk_json *document);
/* "sekisho: where: text" on stderr; returns the exit code. */
int cli_fail(const struct sk_error *e);

/* Without the daemon; each returns an exit code. */
int cli_init(struct cli *c, const struct cli_request *r);
int cli_check(struct cli *c, const struct cli_request *r);
int cli_read(struct cli *c, const struct cli_request *r);
int cli_setup_key(struct cli *c, const struct cli_request *r);

/* setup.c: what init and check share. */
unsigned cli_homes(const struct config *c);	/* GnuPG homes there should be */
char *cli_home(struct sk_arena *a, const struct config *c, unsigned n);
/* The council's keys that the home holds; false: none. */
bool cli_home_own(struct sk_arena *a, const char *home,
    struct own_keys *own);
/* sekisho-keyd, with these words; what it says and prints goes to out. */
int cli_keyd(struct cli *c, const char *const *words, struct sk_buf *out);
/* The same; where it fails, what it said goes to standard error. */
int cli_keyd_tells(struct cli *c, const char *const *words);
/* The council's name as a user id bears it. */
char *cli_key_name(struct sk_arena *a, const char *name);
/* Loads the configuration; every fault goes to stderr. */
int cli_config(struct cli *c, struct config **out, struct sk_error *e);

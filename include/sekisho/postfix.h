/*
 * Postfix beside us: what it must be told (plan) and what is wrong with it
 * (judge). Pure: the live configuration comes as the text that postconf(1)
 * prints, tables are asked through a function. The command does the reading
 * and writing (src/cli/postfix_live.c, setup_postfix.c). What is examined and
 * why: standards of SMTP smuggling, the guard's place, custody (I5), I4.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <sekisho/arena.h>
#include <sekisho/buf.h>
#include <sekisho/config.h>

struct postfix_param {
	const char *name;
	const char *value;	/* $names expanded */
	const char *raw;	/* as written, or as the default stands */
	bool set;		/* main.cf says so; else it is the default */
};
struct postfix_service {
	const char *name, *type;	/* "smtp", "inet" */
	bool chroot;
	const char *program;		/* "smtpd" */
};
struct postfix_option {
	const char *service, *name, *value;	/* "smtp/inet", "smtpd_milters" */
};

struct postfix {
	struct sk_arena *arena;
	const char *dir;		/* config_directory */
	struct postfix_param *params;
	size_t nparams;
	struct postfix_service *services;
	size_t nservices;
	struct postfix_option *options;
	size_t noptions;
	/* One key in one table ("hash:/etc/postfix/transport"), as Postfix
	 * asks it; NULL: no entry. In the arena. */
	const char *(*lookup)(void *ctx, const char *map, const char *key);
	void *ctx;
};

/* ---- parse.c: what `postconf -x`, `postconf`, `-n`, `-M` and `-Px` print - */
void postfix_parse_params(struct postfix *p, const char *expanded,
    const char *raw, const char *set);
void postfix_parse_services(struct postfix *p, const char *text);
void postfix_parse_options(struct postfix *p, const char *text);
/* "" for what this Postfix does not know. */
const char *postfix_param(const struct postfix *p, const char *name);
const char *postfix_raw(const struct postfix *p, const char *name);
bool postfix_is_set(const struct postfix *p, const char *name);
/* A -o option of a service ("smtp/inet"); NULL: it has none. */
const char *postfix_option(const struct postfix *p, const char *service,
    const char *name);
/* As it holds for one service: its own -o option, else main.cf's. */
const char *postfix_for(const struct postfix *p,
    const struct postfix_service *s, const char *name);
/* "smtp/inet" */
const char *postfix_service_id(const struct postfix *p,
    const struct postfix_service *s);
/* NULL if master.cf has none of that name. */
const struct postfix_service *postfix_service(const struct postfix *p,
    const char *name, const char *type);

/* ---- lists.c: values that are lists, and tables ---- */
/* Words between commas and blanks; {...} and "..." stay together. */
size_t postfix_split(struct sk_arena *a, const char *value,
    const char *const **out);
bool postfix_listed(const struct postfix *p, const char *value,
    const char *word);
/* Is the domain in a list of domains and tables? "!name" takes it out. */
bool postfix_domain_listed(const struct postfix *p, const char *value,
    const char *domain);
/* The first answer of the tables in `maps`, or NULL. */
const char *postfix_ask(const struct postfix *p, const char *maps,
    const char *key);
/* The same for an address: with its tag, without, and by its domain
 * (`@domain`; transport tables: `domain`). */
const char *postfix_ask_address(const struct postfix *p, const char *maps,
    const char *address, bool transport);
/* A listen value of sekisho.conf as Postfix names it: "unix:sekisho/lmtp"
 * inside its queue folder, "unix:/elsewhere", "inet:127.0.0.1:2424". */
const char *postfix_endpoint(const struct postfix *p, const char *listen);
/* Every address of ours: desks, then the return address. */
size_t postfix_ours(struct sk_arena *a, const struct config *c,
    const char *const **out);

/* ---- plan.c ---- */
enum postfix_change_kind {
	POSTFIX_PARAM,		/* main.cf */
	POSTFIX_SERVICE,	/* a line of master.cf; name "sekisho/unix" */
	POSTFIX_OPTION,		/* name "smtp/inet/smtpd_milters" */
	POSTFIX_FILE		/* a table of ours; name is its path */
};
struct postfix_change {
	enum postfix_change_kind kind;
	const char *name, *value;
	const char *old;	/* what stands there now; NULL: nothing */
	const char *why;	/* one line */
	bool there;		/* it stands so already */
};
/* What this configuration needs, in the order in which it is to be made.
 * files: may read a file of ours that is there; NULL: none is. */
size_t postfix_plan(const struct config *c, const struct postfix *p,
    const char *(*file)(void *ctx, const char *path), void *ctx,
    struct postfix_change **out);

/* ---- judge*.c ---- */
/* text NULL: `what` is well; else what is wrong, and the mend. */
typedef void (*postfix_say)(void *ctx, const char *what, const char *text);
void postfix_judge(const struct config *c, const struct postfix *p,
    postfix_say say, void *ctx);

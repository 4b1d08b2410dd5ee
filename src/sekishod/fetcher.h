/* A fetcher: a process that asks a person's domain for a key, once (fetcher.c),
 * and what it and key_lookup.c say to each other over the pool's channel. */
#pragma once

#include <stdint.h>

#include <sekisho/arena.h>
#include <sekisho/buf.h>

#define FETCHER_NAME "sekisho-fetcher"	/* argv[0] of sekishod as a fetcher */

enum { FETCHER_READY = 110, FETCHER_ASK, FETCHER_FOUND };

struct fetcher_ask {
	const char *first, *second;	/* https URLs; the second where the
					 * first's host has nothing */
	const char *ca;		/* PEM file; NULL: the system's */
	const char *proxy;	/* http URL; NULL: none */
};
void fetcher_ask_put(struct sk_buf *b, const struct fetcher_ask *m);

enum fetch_result {
	FETCH_FOUND,
	FETCH_NONE,		/* neither place has it, and both are sound */
	FETCH_FAILED		/* nobody knows whether there is one */
};
struct fetcher_found {
	enum fetch_result result;
	const char *url;	/* the place that was asked last */
	const char *text;	/* what happened, printable ASCII, a mend with
				 * a failure; "" if found */
	struct sk_span block;	/* as it came: at most LIMIT_KEY_BYTES */
};
int fetcher_found_get(struct sk_arena *a, struct sk_span s,
    struct fetcher_found *m);

int fetcher_main(void);

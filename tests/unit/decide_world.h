/*
 * A mail with all that is known of it, ready to be changed in one place and
 * given to decide(); and what came of it as words.
 */
#pragma once

#include <sekisho/decide.h>

#define ALL ((unsigned)(ANSWER_1C | ANSWER_2B | ANSWER_3A))
#define CONSULTER "sato@acme.example"

/* Pointers between the parts are set by run(). */
struct world {
	struct facts facts;
	struct verdict verdict;
	struct decide_case c;
	struct terms locked, proposed;
	struct token_found tokens[2];
	const char *rcpts[2];
	struct decide_in in;
	struct decide_request request;
	bool unreadable, has_case, has_locked, has_proposed, has_request;
	struct actions out;
	struct sk_arena *a;
};

/* A first mail to the incident desk, from somebody who is authenticated. */
struct world first_mail(void);
/* A reply to the questions of case 7, with the token that was sent there. */
struct world reply(unsigned ticks);
/* A reply to the read-back of proposed terms. */
struct world readback(unsigned ticks);
/* A case whose terms are in force; its newest question has confirmed. */
struct world in_council(unsigned ticks);

/* The same, and the newest question is a request, not yet answered. */
struct world requested(enum request_kind kind, unsigned ticks);

/* decide() on it; w->a is to be freed. */
void run(struct world *w);
/* Runs it, and compares the acts as words. */
void expect(struct world w, const char *want);

#define CASE(make, set, want) do { \
	struct world w = make; \
	set; \
	expect(w, want); \
} while (0)
#define AS_IT_IS (void)0

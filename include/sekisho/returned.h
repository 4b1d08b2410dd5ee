/*
 * What follows from a bounce (L24). Pure. A bounce is as easily forged as any
 * mail: it takes nothing back, widens nothing and confirms nothing. The most
 * that it does is keep later mail from a person until somebody has looked, and
 * only for whom a copy was handed over under the token it came to.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <sekisho/facts.h>

struct returned_known {
	enum fact_fate fate;	/* what the bounce says */
	bool sent;		/* the copy was handed over, and has not come
				 * back */
	bool told;		/* this was heard of this hand-over before */
	bool person;		/* to a registered person, at the address of
				 * now */
	bool elsewhere;		/* to a registered person, at an address of
				 * before */
	bool stopped;		/* nothing is sent to that person already */
	unsigned late;		/* of how many other copies of that person
				 * something was heard lately */
	unsigned limit;		/* as many stop the person; 0: never */
};

struct returned {
	bool lost;		/* the copy did not arrive */
	bool again;		/* its person misses it, at the address of
				 * now: it goes there (L23) */
	bool counted;		/* it is late, or nobody knows */
	const char *why;	/* NULL, or the word by which the person's
				 * further copies are held from now on */
};

struct returned returned_judge(const struct returned_known *k);
/* Does a refusal at RCPT speak of this recipient's address or mailbox, and not
 * of the sender or of the relay's own settings (RFC 5321 4.2.3; RFC 3463 3.2,
 * 3.3)? Then it is as good as a bounce. status: the code, reply: the whole line;
 * *enhanced: where "5.1.1" stands in it, length in *n, or 0. */
bool returned_refusal(unsigned status, const char *reply,
    const char **enhanced, size_t *n);
/* Does a refusal at MAIL speak of this message, its size or its form, and not
 * of the sender or of the relay (RFC 1870 6.1; RFC 3463 3.3, 3.4, 3.7)? */
bool returned_of_message(unsigned status, const char *reply);
/* Is it a word by which returned_judge() holds copies? */
bool returned_word(const char *reason);

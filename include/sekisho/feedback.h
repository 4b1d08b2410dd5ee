/*
 * The two smaller gates beside send(person, item) (domain.md, output 3): what
 * may be told of the council's information to an originator who is no member,
 * and who may be told that an item he has was changed. Pure.
 */
#pragma once

#include <sekisho/gate.h>

enum feedback_clause {
	FEEDBACK_YES,
	FEEDBACK_ADDRESS,	/* not the authenticated address of that case */
	FEEDBACK_TERMS,		/* the item's own terms are not in force */
	FEEDBACK_AUDIENCE,	/* it admits no originator */
	FEEDBACK_ACT,		/* the originator allowed no such act;
				 * for dispatches to somebody outside only */
	FEEDBACK_SECRET,	/* secret, and no basis is recorded (C-33) */
	FEEDBACK_DENY_LIST,	/* names somebody of another case */
	FEEDBACK_STATE,		/* withdrawn, or not approved */
	FEEDBACK_KEY,		/* no own usable key of that case */
	FEEDBACK_LAST
};

struct feedback_ask {
	const struct policy *policy;
	const struct item *item;
	const struct terms *terms;	/* of the item's case; NULL: none */
	bool own_item;			/* of the very case it goes to */
	const char *originator;		/* of the case it goes to */
	bool authenticated;		/* the address has confirmed by token */
	const char *to;
	bool basis_recorded;
	bool others_clean;		/* deny-lists of all other cases */
	const char *key_state;		/* "" usable, NULL: none */
};

enum feedback_clause gate_feedback(const struct feedback_ask *ask);
const char *feedback_word(enum feedback_clause c);	/* for the ledger */
const char *feedback_rule(enum feedback_clause c);
const char *feedback_sentence(enum feedback_clause c, const char *lang);

/* May a person who has an item be told of a change to it? GATE_YES, or why
 * not; the words say nothing new, so class and scope do not count. */
enum gate_clause gate_notice(const struct org *o, const struct person *p);

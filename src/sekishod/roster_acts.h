/*
 * Acts on the roster: one way for a verb, a sheet and a mail to change what is
 * registered, each with its dated rows of history and what must follow from it
 * at once.
 */
#pragma once

#include "command.h"

/* By what and since when: --approval, --reason, --date. */
struct act {
	const char *reference, *reason;
	int64_t date;
};
/* A date to come is refused: nothing here waits for its day. */
int act_of(struct command *c, struct act *out);
/* The roster with former people, and what the policy says of it. */
int act_known(struct command *c, struct roster_known *out);

/* What of somebody's queue was stopped, and what was not. */
struct recall {
	size_t stopped;
	struct copy_record *handed;	/* with the relay, or handed over so
					 * lately that Postfix may hold it */
	size_t nhanded;
};

/* Checks, stores, writes history and audit. old NULL: new. A new class without
 * a reference stands as attested by the actor. */
int act_put_org(struct command *c, const struct org *old, struct org *new,
    const struct act *act);
/* Likewise. fits: must it fit into the roster as it is? A sheet was judged as a
 * whole. */
int act_put_person(struct command *c, const struct person *old,
    struct person *new, bool fits, const struct act *act);
/* The registration ends: copies stop, the key is retired, all stays on record.
 * why: word for the copies' ledger. */
int act_end_person(struct command *c, const struct person *p,
    const char *why, const struct act *act, struct recall *out);
/* Suspended, withdrawn or expelled; the last two end every registration. */
int act_end_org(struct command *c, const struct org *o,
    enum org_state state, const struct act *act, struct recall *out);

/* Secrets need somebody who may handle them: a question, if nobody. */
void ask_for_handler(struct sk_json *questions, const struct org *o,
    const struct roster_known *k);

/* ---- tell.c: mails about it; none where the policy or --quiet says so ---- */

int tell_removed(struct command *c, const struct person *p, int64_t date);
/* To the POCs of an organisation, as `k` has them. */
int tell_secret(struct command *c, const struct org *o,
    const struct roster_known *k, int64_t date);
int tell_withdrawn(struct command *c, const struct org *o,
    const struct roster_known *k, int64_t date);
/* verb: ADD, KEEP, REMOVE, or DONE once a key is pinned. */
int tell_registration(struct command *c, const struct person *about,
    const char *verb, const struct roster_known *k);
/* A key was pinned: T-29 to the POCs and T-30, once for a registration. */
int tell_welcome(struct command *c, const struct person *p);
/* T-28 or T-44 to an address that is not registered. */
int tell_applicant(struct command *c, const char *address, const char *lang,
    const char *template, bool organisation);

/* ---- recall.c ---- */

/* hold: what waits is held; else it is dropped, and what was held with it. */
int recall_copies(struct command *c, const char *person, const char *why,
    bool hold, struct recall *out);
/* What was held by that word for people of this organisation is judged anew. */
int recall_end(struct command *c, const char *org, const char *why);
/* Adds to out->handed what was sealed to that key, of a person or a case. */
int recall_sealed_to(struct command *c, const char *person, int64_t case_row,
    const char *fpr, struct recall *out);
/* The table of them, and with it how many were stopped. */
void recall_handed(struct command *c, struct sk_json *o,
    const struct recall *r);
void recall_document(struct command *c, struct sk_json *o,
    const struct recall *r);

/*
 * A small council that things happen to: what is written down of them (the
 * log), and the state that grows from it with the program's own rules, as
 * sekishod carries them out.
 */
#pragma once

#include <sekisho/terms.h>

enum {
	EV_ORGS = 6, EV_PEOPLE = 12,	/* person p belongs to org p / 2 */
	EV_LOG = 64, EV_TERMS = 24, EV_APPROVERS = 3
};

enum event_kind {
	EV_CLASS,		/* org a is of class b */
	EV_STATE,		/* org a: active, suspended, withdrawn … b */
	EV_FOREIGN,		/* org a: bit 0 foreign, bit 1 approved */
	EV_SECRET_OK,		/* org a receives secrets: b */
	EV_ACTIVE,		/* person a is registered: b */
	EV_ACCOUNT,		/* person a: b */
	EV_ROLES,		/* person a: b */
	EV_PERSONAL,		/* person a's address is a personal one: b */
	EV_KEY,			/* person a has a key until time b; 0: none */
	EV_TIME,		/* it is time a */
	EV_PROPOSE,		/* terms, said with assurance a */
	EV_YES,			/* to the newest, with assurance a */
	EV_VOUCH,		/* operator a, for the newest */
	EV_NARROW,		/* an operator narrows: terms */
	EV_MAP,			/* exclusion a of the newest terms means set b */
	EV_WITHDRAW,		/* the originator, with assurance a */
	EV_EDIT,		/* the item is stated anew: item */
	EV_APPROVE,		/* operator a */
	EV_VOID,		/* its approvals are withdrawn */
	EV_SEND,		/* the digest is made */
	EV_RETRACT,		/* the item is withdrawn */
	EV_DENY,		/* the deny-list meets the text: a */
	EV_CONSENT,		/* to the wording: a; for audience b */
	EV_KINDS
};

struct event {
	enum event_kind kind;
	int a, b;
	struct terms terms;
	struct item item;
};

/* Everything that happened, oldest first. */
struct event_log {
	struct org org[EV_ORGS];	/* as they were at the beginning */
	struct person person[EV_PEOPLE];
	struct event event[EV_LOG];
	size_t n;
};

/* As the program keeps it. */
struct council_state {
	const struct policy *policy;
	struct org org[EV_ORGS];
	struct person person[EV_PEOPLE];
	int64_t key_until[EV_PEOPLE], now;
	struct terms terms[EV_TERMS];
	struct exclusion exclusion[EV_TERMS][2];
	size_t nterms;
	unsigned vouched;		/* operators, for the newest */
	bool yes;			/* the newest has one that was too weak */
	struct item item;
	unsigned approvers, frozen;	/* bits */
	bool denied;
};

/* Organisations that an exclusion may be mapped to: set b of EV_MAP. */
const char *const *event_orgs(int set, size_t *n);

uint64_t events_next(uint64_t *seed);
void events_begin(uint64_t *seed, const struct policy *p,
    struct event_log *log, struct council_state *c);
/* Writes one event down. */
struct event *events_add(uint64_t *seed, struct event_log *log,
    const struct council_state *c);
/* Carries it out as the program does. */
void events_do(struct council_state *c, const struct event *e);
struct gate_answer events_gate(struct council_state *c, int person);

/* The second opinion, from the log alone (council_replay.c): bits of those who
 * may have the item. */
unsigned replay_send(const struct event_log *log);

/* What becomes of copies after they were made: what comes back, what waits, and
 * who is told of it. */
#pragma once

#include "daemon.h"

/* ---- returned.c: what is heard of copies that were handed over ---- */
/* NULL, or the word by which copies of this person to this address are held
 * for now. */
const char *returned_stop(struct daemon *d, struct sk_arena *a,
    const char *person, const char *address);
/* tell: an operator should hear of it. */
int returned_heard(struct daemon *d, struct sk_arena *a, int64_t copy,
    enum fact_fate fate, const char *status, int64_t mail, int64_t now,
    const char *actor, bool *tell);
/* The relay refused the address of this copy (returned_refusal()), which is
 * with the relay no more: it and what follows for its person is held, and the
 * POCs and operators are told. status: "5.1.1" or NULL. SK_ERR_NOINPUT: it is
 * for no registered person at that address, and nothing was changed. */
int returned_refused(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c, const char *status);
/* Of a copy that came back: does this person still miss it? Not who left, nor
 * of what was made before they were registered again. */
bool returned_owed(const struct copy_record *c, const struct person *p);
/* The person has left: a stop is over with it, and sends nothing. */
int returned_left(struct daemon *d, struct sk_arena *a, const char *person,
    const char *actor);
/* Ends a stop; what was held for it, and what came back, goes to `address`,
 * sealed and asked about anew. *n: how many. SK_ERR_NOINPUT: there is none. */
int returned_release(struct daemon *d, struct sk_arena *a,
    const char *person, const char *address, const char *actor,
    const char *reason, size_t *n);

/* ---- relay_answer.c: what the relay said of a copy it was handed ---- */
struct courier_handed;
struct relay_health {
	char fault[512];		/* of all that leaves, newest, with its
					 * mend; "" since it worked */
	int64_t taken;			/* newest copy, since we began */
};
void answer_taken(struct daemon *d, struct relay_health *r,
    struct sk_arena *a, const struct copy_record *c,
    const struct courier_handed *h);
/* false: it is refused for good; if it may still go, answer_never() holds it
 * and tells. */
bool answer_later(struct daemon *d, struct relay_health *r,
    struct sk_arena *a, const struct copy_record *c,
    const struct courier_handed *h);
void answer_never(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c, const struct courier_handed *h);

/* ---- ledger.c: what became of a copy: its row, and the account (I8) ---- */
/* actor NULL: the daemon itself. */
int ledger_held(struct daemon *d, const struct copy_record *c,
    const char *reason, const char *actor);
/* The same, and all who should know are told: the secretariat, unless the copy
 * was held for that before or the reason is a stop; a consulter whose key it
 * waits for (T-26); the watch over persons' keys (T-39). */
int ledger_stopped(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c, const char *reason);
int ledger_dropped(struct daemon *d, const struct copy_record *c,
    const char *reason, const char *actor);
/* Held by its number, where the row cannot be read. */
int ledger_unreadable(struct daemon *d, int64_t row);
/* A P text whose person has another address by now: it is dropped, and what it
 * said of keys is said again there. */
int ledger_moved(struct daemon *d, const struct copy_record *c);
int ledger_sent(struct daemon *d, const struct copy_record *c,
    const char *queue_id, const char *reply);
/* The account of a copy that was added held. */
int ledger_added(struct daemon *d, const struct copy_record *c,
    const char *actor);
/* HELD or BOUNCED: sealed and judged anew; of a P text its own bytes go, if it
 * came as far as that (else SK_ERR_NOINPUT). */
int ledger_again(struct daemon *d, const struct copy_record *c);
/* A new copy with the same to say, to this address, that may hold these items:
 * what a copy is never changes. held: NULL, or the word by which it waits. */
int ledger_another(struct daemon *d, struct sk_arena *a,
    const struct copy_record *old, const char *address, const char *items,
    const char *held);

/* ---- held.c: what waits, and for what ---- */
struct held_group {
	const char *person, *org;	/* NULL: a case's, or nobody's */
	const char *case_number;	/* NULL: a person's */
	const char *why;		/* the copies' reason */
	int64_t since;			/* the oldest was made */
	int64_t copy;			/* that one, of this text */
	const char *template;
	bool plain;			/* it is a P text */
	size_t copies;			/* 0: the next one would be held */
};
/* Oldest first. */
int held_gather(struct daemon *d, struct sk_arena *a,
    struct held_group **out, size_t *n);
const char *held_mend(struct sk_arena *a, const struct held_group *g);
struct held_late {
	size_t copies;			/* should be gone by now (policy) */
	size_t ahead;			/* of them made while the clock was
					 * ahead: late whatever it was */
	int64_t since, copy;		/* the oldest of the others, else one */
	const char *reply;		/* the relay's newest word, or NULL */
};
/* Of a time that is yet to come: the clock was ahead when it was kept. */
bool held_ahead(int64_t made, int64_t now);
int held_late(struct daemon *d, struct sk_arena *a, int64_t now,
    struct held_late *out);

/* ---- daily.c: the notice about it ---- */
struct daily *daily_new(struct daemon *d);
void daily_free(struct daily **y);

/* ---- notices.c: what the secretariat is told, and how often ---- */
/* The sums of what was counted, when the hour is over (asked by daily.c). */
void notices_sum(struct daemon *d, struct sk_arena *a);

/* ---- keyd_watch.c: who is told that mail waits for keyd ---- */
struct keyd_watch *keyd_watch_new(struct daemon *d);
void keyd_watch_free(struct keyd_watch **w);
/* Does none answer, and not only because it has just begun? */
bool keyd_watch_misses(const struct keyd_watch *w);

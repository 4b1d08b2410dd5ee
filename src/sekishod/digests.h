/* Digests: who would get what, and their copies. */
#pragma once

#include "daemon.h"

/* ---- digest_plan.c: who would get what ---- */
struct digest_options {
	bool urgent;		/* urgent items only, at once */
	bool now;		/* the copies are not spread over a time */
};
struct digest_entry {		/* one copy */
	const struct person *person;
	const struct org *org;
	const char *template;
	size_t *items, n;	/* places in the plan's items */
	const char *held;	/* only the key says no: why; else NULL */
	const struct case_record *to;	/* T-21: its originator, no person */
};
struct digest_plan {
	struct gate_case *items;	/* in the order in which they stand */
	size_t n, more;			/* more wait for the next digest */
	struct roster_known roster;
	struct digest_entry *entries;
	size_t nentries;
};
int digest_plan(struct daemon *d, struct sk_arena *a,
    const struct digest_options *o, struct digest_plan *out,
    struct sk_error *e);
/* For items that were put together otherwise: their order, and which text
 * carries an entry of them. */
void digest_sort(struct daemon *d, struct sk_arena *a,
    struct digest_plan *p);
const char *digest_text(const struct digest_plan *p,
    const struct digest_entry *e);

/* ---- digest.c ---- */
struct digest_result {
	int64_t row, until;	/* the last copy leaves; 0: all at once */
	size_t copies;
	struct { const char *person, *reason; } *held;
	size_t nheld;
};
/* A plan that was put together otherwise, at once; its items are sent. */
int digest_write(struct daemon *d, struct sk_arena *a, const char *by,
    struct digest_plan *p, struct digest_result *out, struct sk_error *e);
/* One copy more of a digest that was made. */
int digest_copy(struct daemon *d, struct sk_arena *a, int64_t digest,
    const struct digest_plan *p, const struct digest_entry *e);
/* One copy per permitted person of all approved, unsent items. */
int digest_make(struct daemon *d, struct sk_arena *a, const char *by,
    const struct digest_options *o, struct digest_result *out,
    struct sk_error *e);

/*
 * Roster sheets: CSV, UTF-8 with or without BOM, or CP932; KEEP, ADD,
 * REMOVE; a missing row is a question, not a removal. Pure: the sheet and the
 * present roster in, a plan or faults by line and column out.
 */
#pragma once

#include <sekisho/gate.h>

struct roster_row {
	int line;
	const char *verb;		/* KEEP ADD REMOVE (継続 新規 廃止) */
	struct org org;
	struct person person;
};

struct roster_known {
	const struct org *orgs;
	size_t norgs;
	const struct person *persons;	/* active ones */
	size_t npersons;
};

struct roster_plan {
	const struct roster_row *rows;	/* checked, in order */
	size_t nrows;
	size_t add_orgs, add_persons, change_persons, remove_persons, keep;
	const char *const *questions;	/* what an operator must answer */
	size_t nquestions;
	const char *const *faults;	/* "line 3, address: ..., mend" */
	size_t nfaults;
};

/* Bytes -> UTF-8 with LF (roster_csv.c); SK_ERR_DATA with the mend. */
int roster_decode(struct sk_arena *a, struct sk_span file, const char **out,
    struct sk_error *e);
/* Faults do not stop the reading: all are listed. SK_OK if there is none. */
int roster_read(struct sk_arena *a, const char *text,
    const struct roster_known *known, struct roster_plan *out,
    struct sk_error *e);
/* "" or why the address looks like a list: role local part etc. */
const char *roster_list_like(const char *address);
/* One org or person as given by `org add` / `person add`: same rules. */
int roster_check_org(const struct org *o, struct sk_error *e);
int roster_check_person(const struct person *p, const struct org *o,
    const struct roster_known *known, struct sk_error *e);

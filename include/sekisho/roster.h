/*
 * Roster sheets: CSV, UTF-8 with or without BOM, or CP932; KEEP, ADD,
 * REMOVE; a missing row is a question, not a removal. Pure: the sheet and the
 * present roster in, a plan or faults by line and column out.
 */
#pragma once

#include <sekisho/gate.h>
#include <sekisho/key.h>

/* One dated change of an organisation or a person. Nothing is ever taken out of
 * the history. */
struct roster_event {
	int64_t time;			/* recorded */
	int64_t date;			/* since when it holds */
	const char *person;		/* NULL: of the organisation */
	const char *what;		/* "class", "state", "address" */
	const char *from, *to;		/* words; NULL: nothing */
	const char *reference;		/* of the approval, or NULL */
	const char *reason, *who;
};

struct roster_row {
	int line;
	const char *verb;		/* KEEP ADD REMOVE (継続 新規 廃止) */
	struct org org;			/* as it will be */
	struct person person;
	bool approved;			/* the line names an approval */
};

struct roster_known {
	const struct org *orgs;
	size_t norgs;
	const struct person *persons;	/* former ones too */
	size_t npersons;
	/* From the policy. */
	const char *const *sectors;	/* none: any is taken */
	size_t nsectors;
	bool reference_needed;		/* no member without a reference */
};

struct roster_plan {
	const struct roster_row *rows;	/* checked, in order */
	size_t nrows;
	size_t add_orgs, change_orgs;
	size_t unreferenced;		/* of add_orgs: without a reference of
					 * the approval */
	size_t add_persons, change_persons, remove_persons, keep;
	const char *const *questions;	/* what an operator must answer */
	size_t nquestions;
	const char *const *faults;	/* "line 3, address: ..., mend" */
	size_t nfaults;
};

/* Bytes -> UTF-8 with LF (roster_csv.c); SK_ERR_DATA with the mend. */
int roster_decode(struct sk_arena *a, struct sk_span file, const char **out,
    struct sk_error *e);
/* Faults do not stop the reading: all are listed. SK_OK if there is none. An
 * organisation's class, kind, foreign capital, special approval and competence
 * are the council's decisions: only a line that names its approval changes
 * them, others are asked about. */
int roster_read(struct sk_arena *a, const char *text,
    const struct roster_known *known, struct roster_plan *out,
    struct sk_error *e);
/* "" or why the address looks like a list: role local part etc. */
const char *roster_list_like(const char *address);
/* The same particulars: dates, keys and state aside. */
bool roster_same_org(const struct org *x, const struct org *y);
bool roster_same_person(const struct person *x, const struct person *y);
/* One org or person as given by `org add` / `person add`: same rules. known
 * may be NULL: then only what needs nobody else is looked at. */
int roster_check_org(const struct org *o, const struct roster_known *known,
    struct sk_error *e);
int roster_check_person(const struct person *p, const struct org *o,
    const struct roster_known *known, struct sk_error *e);
/* The id of another organisation with much the same name, or NULL. */
const char *roster_similar(const struct org *o,
    const struct roster_known *known);

/* Pinned and retired keys, each with whose it is or was. */
struct roster_key {
	const char *person;
	const struct key_facts *facts;
};
/* May this key be pinned for that person? One key is one person's, also by an
 * encryption subkey or a second address. */
int roster_check_key(const struct key_facts *k, const char *person,
    const struct roster_known *known, const struct roster_key *keys,
    size_t nkeys, struct sk_error *e);
/* The whole roster as it stands, one line each with who, what and the mend: for
 * `sekisho check`. pinned: keys in force. Returns how many. */
size_t roster_faults(struct sk_arena *a, const struct roster_known *known,
    const struct roster_key *pinned, size_t npinned,
    const char *const **out);

/* What the roster's files share: a sheet while it is read. */
#pragma once

#include "roster_csv.h"
#include "roster_index.h"

enum column {
	COL_VERB, COL_ORG, COL_ORG_NAME, COL_CLASS, COL_ORG_KIND, COL_FOREIGN,
	COL_RECEIVE_SECRET, COL_PERSON, COL_NAME, COL_ROLES, COL_ACCOUNT,
	COL_LANGUAGE, COL_ADDRESS, COL_SCHEME,
	COL_TF_APPROVAL, COL_COMPETENT_FOR, COL_SUPERVISES,	/* optional */
	COL_LAST
};

struct says {			/* faults or questions */
	const char **list;
	size_t n, cap;
};

struct sheet {
	struct sk_arena *a;
	int columns[COL_LAST];	/* place of each, or -1 */
	struct says faults, questions;
};

void sheet_say(struct sk_arena *a, struct says *s, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The header line: which column stands where. */
void sheet_columns(struct sheet *s, const struct csv_row *header);
/* One line; org and person are what is known of it or NULL: an empty cell means
 * what is known. False where it is so wrong that it is left out. */
bool sheet_row(struct sheet *s, const struct csv_row *in,
    const struct org *org, const struct person *person,
    struct roster_row *out);
/* Cell of a column, "" where there is none. */
const char *sheet_cell(const struct sheet *s, const struct csv_row *in,
    enum column c);

struct reading {
	struct sheet s;
	const struct roster_known *known;
	struct index known_orgs, known_people;
	struct roster_plan *plan;
	struct roster_row *rows;	/* plan->nrows of them */
};

bool row_is(const struct roster_row *row, const char *verb);
void row_fault(struct reading *r, const struct roster_row *row,
    const char *field, const char *text);
bool same_org(const struct org *x, const struct org *y);

/* roster_compare.c: line against line and against who is not in the sheet. */
void roster_compare(struct reading *r);

/* roster_rules.c: rules that need no other person. field: which column. */
int roster_person_rules(const struct person *p, const char **field,
    struct sk_error *e);
int roster_org_rules(const struct org *o, const char **field,
    struct sk_error *e);
/* may these two organisations not share a person? */
bool roster_apart(const struct org *x, const struct org *y);
/* A name to compare people by: folded, without blanks. */
char *roster_name_key(struct sk_arena *a, const char *name);

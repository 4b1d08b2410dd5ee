/*
 * The gate: send(person, item), domain.md output 3, and the matrix, output 4.
 * Pure: values in, a decision with its deciding clause out. The same function
 * answers preview, why, render and hand-over (I1). Whatever is unknown means
 * nobody.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sekisho/arena.h>
#include <sekisho/council.h>
#include <sekisho/policy.h>

struct org {
	const char *id, *name;
	enum member_class class;
	enum org_kind kind;
	enum org_state state;
	const char *approval;		/* by which it is what it is: admission
					 * and class, or NULL */
	bool foreign_capital;
	const char *tf_approval;	/* reference, or NULL */
	bool receive_secret;
	bool agreed;			/* to be asked under Art. 17(3), R-008 */
	const char *competent_for;	/* sectors, comma separated, or NULL */
	const char *supervises;
};

struct person {
	const char *id, *org, *name, *address;
	uint32_t roles;			/* enum person_role */
	bool account;
	bool active;
	const char *language;		/* "ja", "en" */
	int scheme;			/* enum key_scheme */
	const char *fpr;		/* pinned key, or NULL */
	const char *key_state;		/* "" usable, else the reason word of
					 * key_unusable(), "no-key" */
	bool address_personal;		/* false: refused as list-like */
	/* Dates, 0 where it has not come to it. */
	int64_t applied, due;		/* told; to be live by then */
	int64_t removed;
	int64_t acknowledged;		/* the environment checklist */
	const char *doubt;		/* why the address may be several
					 * people's, for an operator; or NULL */
};

struct exclusion {
	const char *words;		/* the originator's own */
	bool mapped;			/* false: nobody gets it (I1) */
	const char *const *orgs;	/* mapped: these; none of them: nobody
					 * is named by it (--nobody) */
	size_t norgs;
	const char *mapped_by, *reason;	/* the operator's act; NULL: none */
	int64_t mapped_at;
};

/* A wider scope for one item alone, agreed to in its wording (R-064, T-09). */
struct item_scope {
	const char *item;
	enum scope scope;
};

struct terms {
	uint32_t version;		/* 0: none */
	bool locked;			/* in force */
	bool withdrawn;
	enum secrecy secrecy;
	const char *secret_parts;
	enum scope scope;
	uint32_t coordination;
	const char *coordination_other;
	const struct exclusion *exclusions;
	size_t nexclusions;
	const struct item_scope *items;
	size_t nitems;
	enum assurance assurance;
	int64_t mail;			/* which mail said so */
	const char *vouched_by, *vouched_how;
	int64_t created;
};

struct item {
	const char *id;			/* I-xxxxxxx */
	int64_t case_row;
	enum category category;
	enum confidence confidence;
	bool victim_inferable;
	uint32_t special;
	bool has_consent;		/* agreed to in this wording (T-10) */
	enum scope consent_scope;	/* and for this audience at most */
	bool no_customers;		/* class 1: not even for own customers */
	bool confidential;		/* secret by law, contract or custom
					 * besides: never public */
	bool secret;
	const char *secret_parts;
	enum tlp tlp;
	enum onward onward;
	enum item_state state;
	const char *title, *lang;
	uint32_t terms_version;		/* at approval */
	unsigned approvals;		/* valid ones, distinct uids */
	bool approvals_void;		/* widened terms or changed secrecy */
	bool frozen;			/* list of people frozen (L12) */
	bool urgent;			/* skips batching, never a check
					 * (R-101) */
	bool was_sent, corrected;	/* once; and since then */
};

/* What the matrix says of an item. */
struct ceiling {
	const char *row;		/* "M19", "M99" */
	enum scope max_audience;
	bool plus_originator;
	enum matrix_secret secret;
	enum matrix_onward onward;
};
/* A row whose special names the item's flag beats a row with "-"; then lowest
 * audience and strictest secrecy; no row is M99. */
struct ceiling matrix_ceiling(const struct policy *p, const struct item *i);
/* Faults of a matrix as lines: overlaps that differ, gaps, victim-inferable
 * without consent beyond COORDINATOR, RAW beyond CLASS1_GROUP, unconfirmed
 * beyond TASK_FORCE, victim-inferable wider and not secret. Number of faults. */
size_t matrix_lint(const struct policy *p, struct sk_buf *faults);
/* What the terms allow for this item (NULL: for any): never less than for all. */
enum scope terms_scope_for(const struct terms *t, const char *item);
/* min(matrix, terms); SCOPE_UNKNOWN where either is unknown. */
enum scope item_audience(const struct policy *p, const struct item *i,
    const struct terms *t);
/* May this item be stated so (at item add and approve)? e.g. --secret no where
 * matrix or terms demand secret, onward wider than the matrix, a category of
 * the damage half. */
int item_check(const struct policy *p, const struct item *i,
    const struct terms *t, struct sk_error *e);

enum gate_clause {
	GATE_YES,
	GATE_MEMBER_INACTIVE,	/* */
	GATE_PERSON_INACTIVE,	/* */
	GATE_GOV_SECRETARIAT,	/* */
	GATE_TERMS_MISSING,	/* R-059, I2 */
	GATE_TERMS_WITHDRAWN,	/* */
	GATE_EXCLUSION_UNMAPPED,/* I1 */
	GATE_EXCLUDED,		/* */
	GATE_AUDIENCE_EMPTY,	/* L9: COORDINATOR or unknown */
	GATE_CLASS,		/* R-034, matrix */
	GATE_FOREIGN,		/* */
	GATE_ACCOUNT_NO,	/* authorised, not addressed */
	GATE_NOT_HANDLER,	/* */
	GATE_RECEIVE_SECRET,	/* */
	GATE_NOT_ACKNOWLEDGED,	/* R-118, where the policy welcomes */
	GATE_LIST_ADDRESS,	/* */
	GATE_NO_KEY,		/* */
	GATE_KEY_UNUSABLE,	/* */
	GATE_ITEM_STATE,	/* draft or withdrawn; only where asked */
	GATE_APPROVALS,		/* */
	GATE_NOT_FROZEN,	/* L12: not on the list frozen at approval */
	GATE_DENY_LIST,		/* */
	GATE_STATEMENT,		/* as stated it does not (any
				 * more) fit matrix or terms; see item_check */
	GATE_LAST
};

struct gate_ask {
	const struct policy *policy;
	const struct org *org;
	const struct person *person;
	const struct item *item;
	const struct terms *terms;	/* newest of the item's case; NULL: none */
	bool leave_approvals;		/* preview, why: not the item's state,
					 * approvals or frozen list */
	bool on_frozen_list;
	bool deny_list_clean;
};

struct gate_answer {
	bool send;
	enum gate_clause clause;
	const char *detail;	/* matrix row, key reason, exclusion; static or
				 * borrowed from the ask */
	bool key_only;		/* everything but the key says yes: hold */
};

/* The clauses of terms, exclusions and audience alone: would these terms let
 * the item reach this organisation? GATE_YES, or the clause. */
enum gate_clause gate_admits(const struct policy *p, const struct item *i,
    const struct terms *t, const struct org *o);
struct gate_answer gate_send(const struct gate_ask *ask);
/* "R-065" and a sentence for people, in ja or en. */
const char *gate_rule(enum gate_clause c);
const char *gate_sentence(enum gate_clause c, const char *lang);
const char *gate_word(enum gate_clause c);

/*
 * The policy file (policies/council.conf): the sharing matrix, timings,
 * restraint, assurance, holidays and legal texts, as data with a source field
 * per matrix cell. Loaded once into a checked struct; on a fault the old
 * policy stays and every fault is named by file, line and field.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sekisho/arena.h>
#include <sekisho/buf.h>
#include <sekisho/council.h>
#include <sekisho/error.h>
#include <sekisho/template.h>

enum matrix_consent { CONSENT_NOT_NEEDED, CONSENT_YES, CONSENT_NO };
enum matrix_secret { SECRET_NO, SECRET_YES, SECRET_AS_NEEDED /* y* */ };
enum matrix_any { ANY_NO, ANY_YES, ANY_EITHER /* - */ };
enum matrix_onward { MATRIX_ONWARD_NONE, MATRIX_ONWARD_AS_STATED,
	MATRIX_ONWARD_NEVER };

struct matrix_row {
	const char *id;		/* "M01b" */
	uint64_t categories;	/* bit 1 << enum category */
	uint32_t confidences;	/* bit 1 << enum confidence; 0: any */
	enum matrix_any victim_inferable;
	uint32_t special;	/* one special bit, or 0 for "-" */
	enum matrix_consent consent;
	enum matrix_secret secret;
	enum scope max_audience;
	bool plus_originator;	/* COORDINATOR+ORIGINATOR */
	enum matrix_onward onward;
	const char *source;	/* base: S or D with its place */
	int line;
};

/* What no row speaks of, and knowingly so: it stays with the secretariat. */
struct matrix_gap {
	uint64_t categories;
	uint32_t confidences;	/* 0: any */
	enum matrix_any victim_inferable;
	const char *source;
	int line;
};

struct restraint {		/* of automatic mail, design.md §8 */
	unsigned none_per_address_day;		/* 1 */
	unsigned none_per_domain_hour;		/* 20 */
	unsigned none_per_hour;			/* 200 */
	unsigned pass_per_address_day;		/* 5 */
};

struct policy {
	struct sk_arena *arena;
	const char *file;
	const struct matrix_row *matrix;
	size_t nmatrix;
	const struct matrix_gap *kept_back;
	size_t nkept_back;
	struct restraint restraint;
	enum assurance first_up_to_task_force;	/* TOKEN_ALIGNED */
	enum assurance wider;			/* SIGNATURE */
	enum assurance narrowing;		/* TOKEN */
	const char *const *free_mail_domains;
	size_t nfree_mail_domains;
	unsigned answer_due_business_days;
	unsigned question_reminders;
	unsigned digest_spread_seconds;
	/* What came back, and what waits. */
	unsigned delivery_late_copies;	/* 5, late in so many days, stop a
					 * person; 0: never */
	unsigned delivery_late_days;	/* 14 */
	unsigned delivery_held_days;	/* 3: then `check` names it */
	unsigned delivery_waiting_hours; /* 12: likewise */
	const int32_t *holidays;	/* days since 1970, council's zone */
	size_t nholidays;
	const char *guidance_url, *legal_secrecy_ja, *legal_secrecy_en,
	    *legal_penalty_ja, *legal_penalty_en, *legal_as_of;
	const char *membership_address;	/* for T-24; "": nobody is redirected */
	bool phone_open, busy;
	unsigned approvals_secret, approvals_plain;	/* 2, 1 */
	/* The roster. */
	const char *const *sectors;	/* words of competent_for; none: any */
	size_t nsectors;
	bool membership_reference;	/* no member without a reference */
	bool renewal_by_mail;	/* of a key: signed by the pinned one */
	bool membership_confirm;	/* T-31, T-32, T-34 */
	bool membership_welcome;	/* T-29, T-30; the first secret after
					 * the answer */
	const char *window_from, *window_until;	/* R-014; "": none known */
	unsigned registration_due_business_days;	/* 5 */
};

/* faults: one line each; SK_ERR_CONFIG if there was any. */
int policy_load(const char *path, struct policy **out, struct sk_buf *faults);
void policy_free(struct policy **p);
/* Reads every .txt file in the ja and en folders of dir: texts and blocks. */
int policy_templates(const char *dir, struct template_set **out,
    struct sk_buf *faults, struct sk_error *e);

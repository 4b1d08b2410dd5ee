/*
 * The policy file: data that the council's owners may correct without code
 * (C-35). It is loaded whole into a new struct or not at all, so that a fault
 * in it never leaves the daemon between two policies, and a matrix that breaks
 * a rule of the council is a fault like any other.
 */
#include <sekisho/policy.h>

#include <stdlib.h>
#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/gate.h>
#include <sekisho/mem.h>

#include "checks.h"
#include "matrix_rows.h"
#include "schema.h"

/* As in the file; what needs work is kept beside the struct it goes into. */
struct loaded {
	struct policy p;
	const struct matrix_text *matrix, *kept_back;
	size_t nmatrix, nkept_back;
	const char *const *holidays;
	size_t nholidays;
};

#define AT(field) offsetof(struct loaded, field)
#define COUNT(key, field, lo, hi, dflt) { .name = key, \
	.type = SCHEMA_COUNT, .at = AT(field), .least = lo, .most = hi, \
	.otherwise = dflt }
#define NEED(key, field, chk) { .name = key, .type = SCHEMA_TEXT, \
	.needed = true, .at = AT(field), .check = chk }
/* A policy may ask for more than a token, never for less. */
#define LEVEL(key, field, dflt) { .name = key, .type = SCHEMA_WORD, \
	.at = AT(field), .words = WORDS_ASSURANCE, \
	.least = ASSURANCE_TOKEN, .most = ASSURANCE_SIGNATURE, \
	.otherwise = dflt }
#define FLAG(key, field) { .name = key, .type = SCHEMA_BOOL, \
	.at = AT(field), .otherwise = "false" }
#define END { .name = NULL }

static const struct schema_key restraint[] = {
	COUNT("none_per_address_day", p.restraint.none_per_address_day,
	    0, 100, "1"),
	COUNT("none_per_domain_hour", p.restraint.none_per_domain_hour,
	    0, 1000, "20"),
	COUNT("none_per_hour", p.restraint.none_per_hour, 0, 10000, "200"),
	COUNT("pass_per_address_day", p.restraint.pass_per_address_day,
	    0, 1000, "5"),
	END
};
static const struct schema_key assurance[] = {
	LEVEL("first_up_to_task_force", p.first_up_to_task_force,
	    "token+aligned"),
	LEVEL("wider", p.wider, "signature"),
	LEVEL("narrowing", p.narrowing, "token"),
	END
};
static const struct schema_key timings[] = {
	COUNT("answer_due_business_days", p.answer_due_business_days, 1, 60,
	    "5"),
	COUNT("question_reminders", p.question_reminders, 0, 10, "2"),
	COUNT("digest_spread_seconds", p.digest_spread_seconds, 0, 86400,
	    "600"),
	END
};
static const struct schema_key delivery[] = {
	COUNT("late_copies", p.delivery_late_copies, 0, 1000, "5"),
	COUNT("late_days", p.delivery_late_days, 1, 365, "14"),
	COUNT("held_days", p.delivery_held_days, 1, 365, "3"),
	COUNT("waiting_hours", p.delivery_waiting_hours, 1, 720, "12"),
	END
};
static const struct schema_key approvals[] = {
	COUNT("secret", p.approvals_secret, 1, 5, "2"),
	COUNT("plain", p.approvals_plain, 1, 5, "1"),
	END
};
static const char *
check_day(const char *s)
{
	return *s ? check_date(s) : NULL;
}

static const struct schema_key membership[] = {
	{ .name = "reference_needed", .type = SCHEMA_BOOL,
	    .at = AT(p.membership_reference), .otherwise = "true" },
	{ .name = "confirm", .type = SCHEMA_BOOL,
	    .at = AT(p.membership_confirm), .otherwise = "true" },
	FLAG("welcome", p.membership_welcome),
	{ .name = "window_from", .type = SCHEMA_TEXT, .at = AT(p.window_from),
	    .otherwise = "", .check = check_day },
	{ .name = "window_until", .type = SCHEMA_TEXT,
	    .at = AT(p.window_until), .otherwise = "", .check = check_day },
	COUNT("due_business_days", p.registration_due_business_days, 1, 60,
	    "5"),
	{ .name = "sectors", .type = SCHEMA_TEXTS, .at = AT(p.sectors),
	    .count = AT(p.nsectors), .check = check_name },
	END
};
static const struct schema_key renewal[] = {
	{ .name = "by_mail", .type = SCHEMA_BOOL,
	    .at = AT(p.renewal_by_mail), .otherwise = "true" },
	END
};
static const struct schema_key legal[] = {
	NEED("as_of", p.legal_as_of, check_date),
	NEED("secrecy_ja", p.legal_secrecy_ja, check_name),
	NEED("secrecy_en", p.legal_secrecy_en, check_name),
	NEED("penalty_ja", p.legal_penalty_ja, check_name),
	NEED("penalty_en", p.legal_penalty_en, check_name),
	END
};

static const struct schema_key keys[] = {
	{ .name = "matrix", .type = SCHEMA_ROWS, .needed = true,
	    .at = AT(matrix), .count = AT(nmatrix), .keys = matrix_keys,
	    .row_size = sizeof(struct matrix_text),
	    .row_line = offsetof(struct matrix_text, line) },
	{ .name = "kept_back", .type = SCHEMA_ROWS, .at = AT(kept_back),
	    .count = AT(nkept_back), .keys = matrix_gap_keys,
	    .row_size = sizeof(struct matrix_text),
	    .row_line = offsetof(struct matrix_text, line) },
	{ .name = "restraint", .type = SCHEMA_GROUP, .keys = restraint },
	{ .name = "assurance", .type = SCHEMA_GROUP, .keys = assurance },
	{ .name = "timings", .type = SCHEMA_GROUP, .keys = timings },
	{ .name = "delivery", .type = SCHEMA_GROUP, .keys = delivery },
	{ .name = "approvals", .type = SCHEMA_GROUP, .keys = approvals },
	{ .name = "membership", .type = SCHEMA_GROUP, .keys = membership },
	{ .name = "renewal", .type = SCHEMA_GROUP, .keys = renewal },
	{ .name = "holidays", .type = SCHEMA_TEXTS, .at = AT(holidays),
	    .count = AT(nholidays), .check = check_date },
	{ .name = "free_mail_domains", .type = SCHEMA_TEXTS,
	    .at = AT(p.free_mail_domains), .count = AT(p.nfree_mail_domains),
	    .check = check_domain },
	{ .name = "legal", .type = SCHEMA_GROUP, .needed = true,
	    .keys = legal },
	{ .name = "guidance_url", .type = SCHEMA_TEXT,
	    .at = AT(p.guidance_url), .otherwise = "", .check = check_web },
	{ .name = "membership_address", .type = SCHEMA_TEXT,
	    .at = AT(p.membership_address), .otherwise = "",
	    .check = check_address_or_none },
	FLAG("phone_open", p.phone_open),
	FLAG("busy", p.busy),
	END
};

static int
by_day(const void *x, const void *y)
{
	const int32_t *a = x, *b = y;

	return (*a > *b) - (*a < *b);
}

/* check_date() has seen them all. */
static void
count_days(struct loaded *l)
{
	int32_t *days = sk_arena_array(l->p.arena, l->nholidays + 1,
	    sizeof(*days));

	for (size_t i = 0; i < l->nholidays; i++) {
		int64_t t = 0;

		sk_time_parse(sk_arena_printf(l->p.arena, "%sT00:00:00Z",
		    l->holidays[i]), &t);
		days[i] = (int32_t)(t / 86400);
	}
	qsort(days, l->nholidays, sizeof(*days), by_day);
	l->p.holidays = days;
	l->p.nholidays = l->nholidays;
}

/* What could not be read is zero, and was told already. */
static void
check_levels(struct schema *s, const struct policy *p)
{
	if (p->wider && p->wider < p->first_up_to_task_force)
		schema_fault(s, "assurance.wider", "is weaker than "
		    "first_up_to_task_force; a wider scope needs at least as "
		    "much");
	if (p->first_up_to_task_force &&
	    p->narrowing > p->first_up_to_task_force)
		schema_fault(s, "assurance.narrowing", "is stronger than "
		    "first_up_to_task_force; taking back must not be harder "
		    "than giving");
	if (!*p->window_from != !*p->window_until)
		schema_fault(s, "membership.window_from", "and window_until "
		    "go together; give both days or none");
	if (p->approvals_secret && p->approvals_plain > p->approvals_secret)
		schema_fault(s, "approvals.secret", "is less than plain; "
		    "secret items need at least as many");
}

/* Rows, days and rules; how many faults the whole file has. */
static size_t
finish(struct loaded *l, struct schema **s, struct sk_buf *faults)
{
	size_t n;

	l->p.matrix = matrix_rows(*s, l->p.arena, l->matrix, l->nmatrix);
	l->p.nmatrix = l->nmatrix;
	l->p.kept_back = matrix_gaps(*s, l->p.arena, l->kept_back,
	    l->nkept_back);
	l->p.nkept_back = l->nkept_back;
	count_days(l);
	check_levels(*s, &l->p);
	n = schema_close(s);
	/* A wrong word makes wrong rows: mend that first. */
	return n ? n : matrix_lint(&l->p, faults);
}

int
policy_load(const char *path, struct policy **out, struct sk_buf *faults)
{
	struct loaded l = { .p.arena = sk_arena_new() };
	struct schema *s;

	*out = NULL;
	l.p.file = sk_arena_str(l.p.arena, path);
	s = schema_read(path, keys, l.p.arena, &l, faults);
	if (!s || finish(&l, &s, faults)) {
		sk_arena_free(&l.p.arena);
		return SK_ERR_CONFIG;
	}
	*out = sk_malloc(sizeof(**out));
	**out = l.p;
	return SK_OK;
}

void
policy_free(struct policy **p)
{
	if (!p || !*p)
		return;
	sk_arena_free(&(*p)->arena);
	free(*p);
	*p = NULL;
}

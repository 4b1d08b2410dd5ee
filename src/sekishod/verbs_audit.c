/*
 * The account and the counts. Audit rows hold words and numbers only; the
 * chain shows whether a row was changed or taken out (I8). Statistics are
 * counts and nothing else, cases per council year from 1 April.
 */
#include <string.h>

#include <sekisho/clock.h>

#include "command.h"

#define SHOW_DEFAULT 50
#define SHOW_MAX 100000
#define CASES_MAX 20000

int
verb_audit_show(struct command *c)
{
	int64_t last = command_number(c, "last", SHOW_DEFAULT);
	struct audit_record *all = NULL;
	struct sk_json *list;
	size_t n = 0;
	int r = command_store(c, store_audit_list(c->d->store, c->arena,
	    command_str(c, "object"), last < SHOW_MAX ? (size_t)last :
	    SHOW_MAX, &all, &n), "audit");

	if (r)
		return r;
	c->out = sk_json_document("audit");
	list = sk_json_set(c->out, "rows", sk_json_array());
	for (size_t i = 0; i < n; i++) {
		struct sk_json *o = sk_json_add(list, sk_json_object());

		sk_json_set_int(o, "seq", all[i].seq);
		document_time(o, "time", all[i].time);
		sk_json_set_str(o, "actor", all[i].actor);
		sk_json_set_str(o, "event", all[i].event);
		sk_json_set_str(o, "object", all[i].object);
		sk_json_set_str(o, "detail", all[i].detail);
	}
	return SK_OK;
}

int
verb_audit_verify(struct command *c)
{
	int64_t rows = 0, broken = 0;
	int r = command_store(c, store_audit_verify(c->d->store, &rows,
	    &broken), "audit");

	if (r)
		return r;
	c->out = sk_json_document("audit-verify");
	sk_json_set_int(c->out, "rows", rows);
	sk_json_set_bool(c->out, "whole", broken == 0);
	if (!broken)
		return SK_OK;
	sk_json_set_int(c->out, "broken_at", broken);
	return sk_fail(&c->e, SK_ERR_DATA, "audit", "the chain is broken at "
	    "row %lld: compare with a backup; somebody wrote to the database",
	    (long long)broken);
}

/* ---- stats ---- */

/* The fiscal year of a time: April to March, in the council's zone. */
static int
fiscal_year(struct sk_arena *a, int64_t t)
{
	const char *date = sk_date_local(a, t);	/* 2026-04-01 */
	bool before_april = date[5] == '0' && date[6] < '4';

	return sk_year(t) - before_april;
}

static bool
is_open(enum case_state st)
{
	return st != CASE_CLOSED && st != CASE_SUPPORT_ONLY &&
	    st != CASE_WITHDRAWN && st != CASE_REJECTED;
}

static bool
reached_council(enum case_state st)
{
	return st == CASE_IN_COUNCIL || st == CASE_FEEDBACK_DUE ||
	    st == CASE_CLOSED;
}

static int
count_cases(struct command *c, int year, struct sk_json *o)
{
	struct case_record *k = NULL;
	struct campaign_link *m = NULL;
	size_t n = 0, opened = 0, council = 0, carried = 0, support = 0;
	size_t nm = 0, handled = 0, over = 0;
	int64_t *rows, *old;
	int r = command_store(c, store_case_list(c->d->store, c->arena, false,
	    CASES_MAX, &k, &n), "cases");

	if (!r)
		r = command_store(c, store_merges(c->d->store, c->arena, &m,
		    &nm), "campaigns");
	rows = sk_arena_array(c->arena, n + 1, sizeof(*rows));
	old = sk_arena_array(c->arena, n + 1, sizeof(*old));
	for (size_t i = 0; i < n && !r; i++) {
		int from = fiscal_year(c->arena, k[i].opened);
		bool was_open = from < year && (is_open(k[i].state) ||
		    fiscal_year(c->arena, k[i].closed) >= year);

		/* C-31: what came to the council, this year or before. */
		if (reached_council(k[i].state) && (from == year || was_open))
			rows[handled++] = k[i].row;
		if (reached_council(k[i].state) && was_open)
			old[over++] = k[i].row;

		opened += from == year;
		council += from == year && reached_council(k[i].state);
		support += from == year && k[i].state == CASE_SUPPORT_ONLY;
		carried += was_open;
	}
	sk_json_set_int(o, "opened", (int64_t)opened);
	sk_json_set_int(o, "in_council", (int64_t)council);
	sk_json_set_int(o, "support_only", (int64_t)support);
	sk_json_set_int(o, "carried_over", (int64_t)carried);
	sk_json_set_bool(o, "complete", n < CASES_MAX);
	/* overlapping consultations are one. */
	sk_json_set_int(o, "campaigns", (int64_t)campaign_count(m, nm, rows,
	    handled));
	sk_json_set_int(o, "campaigns_carried_over", (int64_t)campaign_count(
	    m, nm, old, over));
	return r;
}

/* C-03: two counters, and their sum. */
static int
count_releases(struct command *c, int year, struct sk_json *o)
{
	struct release_record *x = NULL;
	size_t n = 0, open = 0, limited = 0;
	int r = command_store(c, store_releases(c->d->store, c->arena, &x,
	    &n), "releases");

	for (size_t i = 0; i < n && !r; i++) {
		if (fiscal_year(c->arena, x[i].time) != year)
			continue;
		open += x[i].scope == SCOPE_PUBLIC;
		limited += x[i].scope != SCOPE_PUBLIC;
	}
	sk_json_set_int(o, "releases_public", (int64_t)open);
	sk_json_set_int(o, "releases_limited", (int64_t)limited);
	sk_json_set_int(o, "releases", (int64_t)(open + limited));
	return r;
}

static int
count_digests(struct command *c, int year, struct sk_json *o)
{
	struct digest_record *d = NULL;
	size_t n = 0, digests = 0, items = 0;
	int r = command_store(c, store_digest_list(c->d->store, c->arena, &d,
	    &n), "digests");

	for (size_t i = 0; i < n && !r; i++) {
		if (fiscal_year(c->arena, d[i].created) != year)
			continue;
		digests++;
		items += d[i].nitems;
	}
	sk_json_set_int(o, "digests", (int64_t)digests);
	sk_json_set_int(o, "items_sent", (int64_t)items);
	return r;
}

int
verb_stats(struct command *c)
{
	int year = (int)command_number(c, "fiscal_year",
	    fiscal_year(c->arena, c->now));
	int r;

	c->out = sk_json_document("stats");
	sk_json_set_int(c->out, "fiscal_year", year);
	r = count_cases(c, year, c->out);
	if (!r)
		r = count_releases(c, year, c->out);
	return r ? r : count_digests(c, year, c->out);
}

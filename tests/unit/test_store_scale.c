/* Twenty thousand cases, and every statement's plan. Prints what one mail costs
 * the processor; asserts only that the lists stay right and that no statement
 * walks over a table. */
#include <config.h>

#include "store_world.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "store/sql.h"

enum { CASES = 20000, TURN = 100 };

static double
cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
number(unsigned char *p, int i)
{
	memcpy(p, &i, sizeof(i));
}

/* What one new consultation writes. */
static void
one_mail(struct world *w, int i)
{
	static unsigned char body[5100];
	struct mail_record m = sample_mail();
	struct case_record c = sample_case();
	struct copy_record copy;
	struct token_record t = { .question = 1 };
	char token[27];
	int bad;

	number(m.raw_hash, i);
	number(m.content_id, i);
	m.body = sk_span_of(body, sizeof(body));
	bad = store_mail_add(w->s, &m) | store_group_begin(w->s) |
	    store_case_open(w->s, &c);
	m.case_row = t.case_row = c.row;
	bad |= store_mail_filed(w->s, &m);
	copy = sample_copy(c.row);
	snprintf(token, sizeof(token), "%026d", i);
	copy.token = token;
	bad |= store_copy_add(w->s, &copy);
	t.copy_row = copy.row;
	t.address = copy.address;
	bad |= store_token_add(w->s, token, &t);
	bad |= store_audit(w->s, i, "system", "case.open", c.number, "");
	bad |= store_group_end(w->s, true);
	assert_int_equal(bad, 0);
}

static double
many(struct world *w, int from, int to)
{
	double spent = 0, began;

	for (int i = from; i < to; i++) {
		began = cpu();
		one_mail(w, i);
		spent += cpu() - began;
		if (i % TURN == TURN - 1)
			world_commit(w);
	}
	return spent / (to - from) * 1e6;
}

static double
list_cost(struct world *w)
{
	struct sk_arena *a = sk_arena_new();
	struct case_record *list;
	double began = cpu();
	size_t n;

	assert_int_equal(store_case_list(w->s, a, false, 50, &list, &n),
	    SK_OK);
	assert_int_equal(n, 50);
	for (size_t i = 1; i < n; i++)
		assert_int_equal(list[i].row, list[0].row - (int64_t)i);
	began = cpu() - began;
	sk_arena_free(&a);
	return began * 1e6;
}

static void
test_many_cases(void **state)
{
	struct world *w = *state;
	double first = many(w, 0, 1000), list_first = list_cost(w);
	double last = many(w, 1000, CASES);
	struct case_record c;
	struct token_record t;
	int64_t rows, broken;

	print_message("one mail, case, copy, token, audit without commit: "
	    "%.0f us (first 1000), %.0f us (to %d)\n", first, last, CASES);
	print_message("list of 50 cases: %.0f us of 1000, %.0f us of %d\n",
	    list_first, list_cost(w), CASES);
	assert_int_equal(store_case_find(w->s, w->a, "2026-12345", &c),
	    SK_OK);
	assert_int_equal(store_token_find(w->s, w->a,
	    "00000000000000000000012344", &t), SK_OK);
	assert_int_equal(t.case_row, c.row);
	assert_int_equal(store_audit_verify(w->s, &rows, &broken), SK_OK);
	assert_int_equal(rows, CASES);
	assert_int_equal(broken, 0);
}

/* ---- plans ---- */

/* May walk over all rows: that is what they are for. */
static const enum sql_id whole_table[] = { SQL_ORG_LIST, SQL_PERSON_LIST,
	SQL_PERSON_LIST_ACTIVE, SQL_ITEM_LIST, SQL_DIGEST_LIST,
	SQL_AUDIT_WALK, SQL_STOP_LIST, SQL_MAIL_SPOOLS, SQL_DENY_OTHERS,
	SQL_DENY_EPOCH, SQL_MERGE_LIST, SQL_RELEASE_LIST, SQL_KEY_LOOK_ALL };
/* Walk from the newest row back and stop at LIMIT. */
static const enum sql_id newest_first[] = { SQL_MAIL_LIST, SQL_CASE_LIST,
	SQL_COPY_LIST, SQL_AUDIT_LIST, SQL_AUDIT_LAST };
/* Sort the handful of rows of one owner. */
static const enum sql_id few[] = { SQL_APPROVAL_LIST,
	SQL_COPY_LIST_PERSON, SQL_COPY_BY_HASH, SQL_DENY_LIST,
	SQL_RETURN_LIST, SQL_RETURN_LATE };

static const enum sql_id in_wraps[] = { SQL_WRAP_PUT, SQL_WRAP_GET,
	SQL_DAMAGE_WRAP_PUT, SQL_DAMAGE_WRAP_GET };

static bool
among(enum sql_id id, const enum sql_id *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == id)
			return true;
	return false;
}

static void
check_step(enum sql_id id, const char *step)
{
	const struct sql *q = &sql_table[id];

	if (among(id, whole_table, sizeof(whole_table) /
	    sizeof(*whole_table)))
		return;
	if (strstr(step, "USE TEMP B-TREE") &&
	    !among(id, few, sizeof(few) / sizeof(*few)))
		fail_msg("%s sorts: %s", q->name, step);
	if (strncmp(step, "SCAN", 4) == 0 && !strstr(step, "subquery") &&
	    !among(id, newest_first, sizeof(newest_first) /
	    sizeof(*newest_first)))
		fail_msg("%s walks: %s", q->name, step);
}

static void
check_plan(sqlite3 *h, enum sql_id id)
{
	char *text = sqlite3_mprintf("EXPLAIN QUERY PLAN %s",
	    sql_table[id].text);
	sqlite3_stmt *st;

	if (sqlite3_prepare_v2(h, text, -1, &st, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql_table[id].name, sqlite3_errmsg(h));
	while (sqlite3_step(st) == SQLITE_ROW)
		check_step(id, (const char *)sqlite3_column_text(st, 3));
	sqlite3_finalize(st);
	sqlite3_free(text);
}

static void
test_plans(void **state)
{
	struct world *w = *state;
	sqlite3 *h;

	store_close(&w->s);
	for (int wraps = 0; wraps < 2; wraps++) {
		assert_int_equal(sqlite3_open(wraps ? w->wraps : w->path, &h),
		    SQLITE_OK);
		for (int id = 0; id < SQL_LAST; id++) {
			bool there = among((enum sql_id)id, in_wraps,
			    sizeof(in_wraps) / sizeof(*in_wraps));

			assert_non_null(sql_table[id].text);
			if (there == (wraps == 1))
				check_plan(h, (enum sql_id)id);
		}
		sqlite3_close(h);
	}
}

static void
test_names(void **state)
{
	(void)state;
	for (int i = 0; i < SQL_LAST; i++)
		for (int j = 0; j < i; j++)
			if (!strcmp(sql_table[i].name, sql_table[j].name))
				fail_msg("two are %s", sql_table[i].name);
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_many_cases), T(test_plans), cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

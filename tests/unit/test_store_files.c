/* The files themselves: opened or refused, guarded, damaged, and what a stolen
 * one shows. */
#include <config.h>

#include "store_behind.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/db.h"
#include "store/internal.h"

/* ---- opening ---- */

static int
open_again(struct world *w, bool create, struct sk_error *e)
{
	int r;

	*e = (struct sk_error){ 0 };
	r = store_open(w->path, w->key, create, &w->s, e);
	if (r)
		assert_null(w->s);
	return r;
}

static void
test_wrong_key(void **state)
{
	struct world *w = *state;
	struct sk_error e;

	store_close(&w->s);
	w->key[0] ^= 1;
	assert_int_equal(open_again(w, true, &e), SK_ERR_CONFIG);
	assert_non_null(strstr(e.text, "store.key"));
	w->key[0] ^= 1;
	assert_int_equal(open_again(w, false, &e), SK_OK);
}

static void
test_later_schema(void **state)
{
	struct world *w = *state;
	char back[64];
	struct sk_error e;

	store_close(&w->s);
	tamper(w->path, "PRAGMA user_version = 1000");
	assert_int_equal(open_again(w, true, &e), SK_ERR_CONFIG);
	assert_non_null(strstr(e.text, "later sekisho"));
	tamper(w->path, sqlite3_snprintf(sizeof(back), back,
	    "PRAGMA user_version = %d", (int)schema_main.n));
	tamper(w->wraps, "PRAGMA user_version = 1000");
	assert_int_equal(open_again(w, true, &e), SK_ERR_CONFIG);
	assert_string_equal(e.where, w->wraps);
}

static void
test_other_program(void **state)
{
	struct world *w = *state;
	struct sk_error e;

	store_close(&w->s);
	tamper(w->path, "PRAGMA application_id = 7");
	assert_int_equal(open_again(w, true, &e), SK_ERR_CONFIG);
	assert_non_null(strstr(e.text, "another program"));
}

static void
test_no_database(void **state)
{
	struct world *w = *state;
	struct sk_error e;
	FILE *f;

	store_close(&w->s);
	f = fopen(w->path, "w");
	fprintf(f, "%2000d", 1);
	fclose(f);
	assert_int_equal(open_again(w, true, &e), SK_ERR_IO);
	assert_non_null(strstr(e.text, "restore"));
}

static void
test_missing_files(void **state)
{
	struct world *w = *state;
	struct sk_error e;

	store_close(&w->s);
	unlink(w->wraps);
	assert_int_equal(open_again(w, true, &e), SK_ERR_NOINPUT);
	assert_string_equal(e.where, w->wraps);
	unlink(w->path);
	assert_int_equal(open_again(w, false, &e), SK_ERR_NOINPUT);
	assert_int_equal(access(w->path, F_OK), -1);
	assert_int_equal(open_again(w, true, &e), SK_OK);
}

static void
test_second_process(void **state)
{
	struct world *w = *state;
	struct store *second;
	struct sk_error e = { 0 };

	assert_int_equal(store_open(w->path, w->key, true, &second, &e),
	    SK_ERR_TEMP);
	assert_null(second);
	assert_non_null(strstr(e.text, "another process"));
	world_case(w);
	world_commit(w);
}

static void
expect_private(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void
test_modes(void **state)
{
	struct world *w = *state;
	char path[160];

	world_case(w);
	world_commit(w);
	expect_private(w->path);
	expect_private(w->wraps);
	snprintf(path, sizeof(path), "%s-wal", w->path);
	expect_private(path);
	snprintf(path, sizeof(path), "%s-wal", w->wraps);
	expect_private(path);
	store_close(&w->s);
	chmod(w->path, 0644);
	world_reopen(w);
	expect_private(w->path);
}

/* ---- the guard ---- */

/* What even our own code could not do by mistake, once a file is open. */
static void
test_guard(void **state)
{
	static const char *const scripts[] = {
		"DELETE FROM audit", "UPDATE audit SET time = 0",
		"UPDATE terms SET box = x'00'", "DELETE FROM terms",
		"UPDATE copy_message SET box = x'00'",
		"UPDATE mail_body SET body = x'00'", "DELETE FROM mail",
		"UPDATE copies SET box = x'00'", "CREATE TABLE more(x)",
		"DROP TABLE audit", "ATTACH ':memory:' AS more",
		"PRAGMA synchronous = OFF",
		"UPDATE sqlite_master SET sql = ''",
	};
	struct world *w = *state;
	struct sk_error e = { 0 };
	struct db *db;

	store_close(&w->s);
	assert_int_equal(db_open(w->path, false, &db, &e), SK_OK);
	db_guard(db);
	for (size_t i = 0; i < sizeof(scripts) / sizeof(*scripts); i++) {
		int r = db_script(db, scripts[i], &e);

		if (r != SK_ERR_BUG)
			fail_msg("%s: %d", scripts[i], r);
	}
	/* Allowed, but a commit that no turn asked for is none. */
	assert_int_not_equal(db_script(db, "INSERT INTO years VALUES(1, 1)",
	    &e), SK_OK);
	db_close(&db);
	world_reopen(w);
	assert_int_equal(cases(w), 0);
}

/* ---- audit ---- */

static void
expect_chain(struct world *w, int64_t rows, int64_t broken)
{
	int64_t n, at;

	world_reopen(w);
	assert_int_equal(store_audit_verify(w->s, &n, &at), SK_OK);
	assert_int_equal(n, rows);
	assert_int_equal(at, broken);
}

static void
audit_five(struct world *w)
{
	for (int i = 1; i <= 5; i++) {
		assert_int_equal(store_audit(w->s, i, "ann", "event",
		    "2026-0001", i % 2 ? "odd" : "even"), SK_OK);
		if (i == 3)
			world_commit(w);
	}
	world_commit(w);
	store_close(&w->s);
}

static void
test_audit_whole(void **state)
{
	struct world *w = *state;
	int64_t n, broken;

	audit_five(w);
	expect_chain(w, 5, 0);
	/* A group that falls leaves no hole, and no link to what fell. */
	assert_int_equal(store_group_begin(w->s), SK_OK);
	assert_int_equal(store_audit(w->s, 6, "a", "b", "c", "d"), SK_OK);
	assert_int_equal(store_group_end(w->s, false), SK_OK);
	assert_int_equal(store_audit(w->s, 7, "a", "b", "c", "d"), SK_OK);
	assert_int_equal(store_audit_verify(w->s, &n, &broken), SK_OK);
	assert_int_equal(n, 6);
	assert_int_equal(broken, 0);
	store_rollback(w->s);
	assert_int_equal(store_audit(w->s, 8, "a", "b", "c", "d"), SK_OK);
	world_commit(w);
	expect_chain(w, 6, 0);
}

static void
test_audit_damage(void **state)
{
	static const struct { const char *sql; int64_t rows, broken; } t[] = {
		{ "UPDATE audit SET time = 9 WHERE seq = 3", 2, 3 },
		{ "UPDATE audit SET box = (SELECT box FROM audit WHERE "
		    "seq = 2) WHERE seq = 3", 2, 3 },
		{ "UPDATE audit SET box = zeroblob(80) WHERE seq = 3", 2, 3 },
		{ "DELETE FROM audit WHERE seq = 3", 2, 3 },
		{ "DELETE FROM audit WHERE seq = 1", 0, 1 },
		{ "DELETE FROM audit WHERE seq > 3", 3, 4 },
		{ "DELETE FROM audit", 0, 1 },
		{ "DELETE FROM audit WHERE seq = 5; UPDATE audit SET seq = 5 "
		    "WHERE seq = 4", 3, 4 },
	};
	struct world *w = *state;

	audit_five(w);
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		tamper(w->path, "CREATE TABLE IF NOT EXISTS kept AS "
		    "SELECT * FROM audit");
		tamper(w->path, t[i].sql);
		expect_chain(w, t[i].rows, t[i].broken);
		store_close(&w->s);
		tamper(w->path, "DELETE FROM audit; "
		    "INSERT INTO audit SELECT * FROM kept");
	}
	expect_chain(w, 5, 0);
}

/* ---- damage and theft ---- */

static void
test_moved_box(void **state)
{
	struct world *w = *state;
	struct case_record c;

	world_case(w);
	world_case(w);
	world_person(w, "a", "a@b.example");
	world_commit(w);
	store_close(&w->s);
	tamper(w->path, "UPDATE cases SET box = (SELECT box FROM persons) "
	    "WHERE row = 1");
	world_reopen(w);
	assert_int_equal(store_case_get(w->s, w->a, 1, &c), SK_ERR_IO);
	assert_int_equal(store_case_get(w->s, w->a, 2, &c), SK_OK);
}

static void
everything(struct world *w)
{
	int64_t row = world_case(w), copy = world_copy(w, row);
	struct mail_record m = sample_mail();
	struct terms t = sample_terms();
	struct token_record token = { .case_row = row, .copy_row = copy,
		.address = "sato@canary.example" };
	static const char *const people[] = { "canaryperson" };
	struct key_record k = sample_key(
	    "CA0A123456789ABCDEF0123456789ABCDEF01234", KEY_PINNED);
	struct digest_record d = { .by = "canaryoperator", .items = people,
		.nitems = 1 };
	const char *item = world_item(w, row);
	unsigned char hash[SK_HASH] = { 1 };
	unsigned n;
	int bad = 0;

	world_person(w, "canaryperson", "canary@canary.example");
	k.person = "canaryperson";
	bad |= store_mail_add(w->s, &m) | store_terms_add(w->s, row, &t);
	bad |= store_token_add(w->s, "canarytokencanarytokencana", &token);
	bad |= store_key_put(w->s, &k) | store_digest_add(w->s, &d);
	bad |= store_item_approve(w->s, item, "canaryoperator", 1, &n);
	bad |= store_item_freeze(w->s, item, people, 1);
	bad |= store_terms_vouch(w->s, row, 1, "canaryoperator", "canary",
	    "canary", 1, &n);
	bad |= store_exclusion_map(w->s, row, 1, 0, people, 1, "canary",
	    "canary", 1);
	bad |= store_case_note(w->s, row, 1, "canary", "canary");
	bad |= store_copy_sealed(w->s, copy, &k.facts, "I-canary", 0,
	    sk_span_str("To: canary@canary.example"), hash);
	bad |= store_copy_state(w->s, copy, COPY_HANDING, "canary", 0);
	bad |= store_copy_handed(w->s, copy, "canaryqueue",
	    "550 <canary@canary.example>", 1);
	bad |= store_auto_add(w->s, "canary@canary.example", AUTH_NONE, 1);
	bad |= store_audit(w->s, 1, "canary", "canary", "canary", "canary");
	bad |= store_meta_set(w->s, "council.fpr", "canary");
	assert_int_equal(bad, 0);
}

/* I9: every name, address, subject and word of the samples has a canary. */
static void
test_nothing_in_the_clear(void **state)
{
	struct world *w = *state;

	everything(w);
	world_commit(w);
	assert_true(world_holds(w, "SQLite format 3"));
	assert_true(world_holds(w, "council.fpr"));	/* it can find */
	assert_false(world_holds(w, "canary"));
	assert_false(world_holds(w, "Canary"));
	assert_false(world_holds(w, "CA0A"));
	assert_false(world_holds(w, "council.example"));
	store_close(&w->s);		/* the WAL is folded in */
	assert_false(world_holds(w, "canary"));
	assert_false(world_holds(w, "Canary"));
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_wrong_key), T(test_later_schema), T(test_other_program),
		T(test_no_database), T(test_missing_files),
		T(test_second_process), T(test_modes), T(test_guard),
		T(test_audit_whole), T(test_audit_damage), T(test_moved_box),
		T(test_nothing_in_the_clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

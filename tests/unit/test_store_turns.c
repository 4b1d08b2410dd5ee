/* Turns, groups and crashes. */
#include <config.h>

#include "store_behind.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- turns and groups ---- */

static void
test_rollback(void **state)
{
	struct world *w = *state;

	world_case(w);
	assert_int_equal(cases(w), 1);	/* its own writes are seen */
	store_rollback(w->s);
	assert_int_equal(cases(w), 0);
	world_commit(w);
	world_commit(w);		/* nothing to do */
	world_case(w);
	world_commit(w);
	store_rollback(w->s);
	assert_int_equal(cases(w), 1);
}

static void
test_close_is_no_commit(void **state)
{
	struct world *w = *state;

	world_case(w);
	world_reopen(w);
	assert_int_equal(cases(w), 0);
}

static void
test_group(void **state)
{
	struct world *w = *state;
	struct case_record c = sample_case(), got;

	world_case(w);
	assert_int_equal(store_group_begin(w->s), SK_OK);
	assert_int_equal(store_case_open(w->s, &c), SK_OK);
	assert_string_equal(c.number, "2026-0002");
	assert_int_equal(store_group_end(w->s, false), SK_OK);
	assert_int_equal(cases(w), 1);
	/* Number and row come back, and the wrap is the new one. */
	assert_int_equal(store_group_begin(w->s), SK_OK);
	memset(c.secret_wrap, 0x55, VAULT_WRAP);
	assert_int_equal(store_case_open(w->s, &c), SK_OK);
	assert_string_equal(c.number, "2026-0002");
	assert_int_equal(store_group_end(w->s, true), SK_OK);
	world_commit(w);
	world_reopen(w);
	assert_int_equal(cases(w), 2);
	assert_int_equal(store_case_get(w->s, w->a, c.row, &got), SK_OK);
	assert_memory_equal(got.secret_wrap, c.secret_wrap, VAULT_WRAP);
}

static void
test_groups_nest(void **state)
{
	struct world *w = *state;

	assert_int_equal(store_group_begin(w->s), SK_OK);
	world_case(w);
	assert_int_equal(store_group_begin(w->s), SK_OK);
	world_case(w);
	assert_int_equal(store_group_end(w->s, false), SK_OK);
	assert_int_equal(cases(w), 1);
	assert_int_equal(store_group_begin(w->s), SK_OK);
	world_case(w);
	assert_int_equal(store_group_end(w->s, true), SK_OK);
	assert_int_equal(cases(w), 2);
	assert_int_equal(store_group_end(w->s, false), SK_OK);
	assert_int_equal(cases(w), 0);
	assert_int_equal(store_group_end(w->s, true), SK_ERR_BUG);
}

static void
test_open_group_is_not_committed(void **state)
{
	struct world *w = *state;
	struct sk_error e = { 0 };

	assert_int_equal(store_group_begin(w->s), SK_OK);
	world_case(w);
	assert_int_equal(store_commit(w->s, &e), SK_ERR_BUG);
	assert_non_null(strstr(e.text, "group"));
	assert_int_equal(cases(w), 0);
}

/* After an error in the middle nothing of the turn, or of the group around it,
 * may be kept. */
static void
test_spoiled(void **state)
{
	struct world *w = *state;
	struct sk_error e = { 0 };

	store_close(&w->s);
	tamper(w->path, "DROP TABLE case_notes");
	world_reopen(w);
	world_case(w);
	assert_int_equal(store_group_begin(w->s), SK_OK);
	world_case(w);
	assert_int_equal(store_case_note(w->s, 1, 1, "a", "b"), SK_ERR_BUG);
	assert_int_equal(store_meta_set(w->s, "n", "v"), SK_ERR_BUG);
	assert_int_equal(store_group_end(w->s, true), SK_ERR_BUG);
	assert_int_equal(cases(w), 1);
	world_commit(w);
	world_case(w);
	assert_int_equal(store_case_note(w->s, 1, 1, "a", "b"), SK_ERR_BUG);
	assert_int_equal(store_group_begin(w->s), SK_ERR_BUG);
	assert_int_equal(store_commit(w->s, &e), SK_ERR_BUG);
	assert_non_null(strstr(e.text, "case_notes"));
	assert_int_equal(cases(w), 1);
	world_case(w);
	world_commit(w);
	assert_int_equal(cases(w), 2);
}

static void
test_generation(void **state)
{
	struct world *w = *state;
	int64_t row = world_case(w);
	uint64_t was = store_rules_generation(w->s);
	struct terms t = sample_terms();
	const char *item;
	unsigned n;

	store_audit(w->s, 1, "a", "b", "c", "d");
	world_copy(w, row);
	assert_int_equal(store_rules_generation(w->s), was);
#define CHANGES(call) do { was = store_rules_generation(w->s); (void)(call); \
	assert_true(store_rules_generation(w->s) > was); } while (0)
	CHANGES((world_person(w, "a", "a@b.example"), 0));
	CHANGES(store_terms_add(w->s, row, &t));
	CHANGES(store_terms_lock(w->s, row, 1, ASSURANCE_TOKEN, NULL, NULL,
	    1));
	CHANGES(store_exclusion_map(w->s, row, 1, 0, NULL, 0, "a", "r", 1));
	CHANGES(item = world_item(w, row));
	CHANGES(store_item_approve(w->s, item, "a", 1, &n));
	CHANGES(store_item_freeze(w->s, item, NULL, 0));
	CHANGES(store_item_state(w->s, item, ITEM_APPROVED, 1, 1));
	CHANGES(store_item_withdraw_approvals(w->s, item));
	CHANGES((store_group_begin(w->s), store_group_end(w->s, false)));
	CHANGES((store_rollback(w->s), 0));
}

/* ---- crashes ---- */

/* One whole turn, then death by SIGKILL, in a process of its own. */
static void
die_after(struct world *w, bool commit)
{
	pid_t pid;
	int status;

	store_close(&w->s);
	pid = fork();
	if (pid == 0) {
		struct mail_record m = sample_mail();

		if (store_open(w->path, w->key, true, &w->s, NULL))
			_exit(1);
		if (store_group_begin(w->s) || store_mail_add(w->s, &m))
			_exit(2);
		world_case(w);
		world_copy(w, 1);
		if (store_audit(w->s, 1, "a", "b", "c", "d") ||
		    store_group_end(w->s, true))
			_exit(3);
		if (commit && store_commit(w->s, NULL))
			_exit(4);
		kill(getpid(), SIGKILL);
		_exit(5);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(store_open(w->path, w->key, false, &w->s, NULL),
	    SK_OK);
}

static void
test_killed_before_commit(void **state)
{
	struct world *w = *state;
	struct mail_record m;
	struct copy_record c;
	int64_t rows, broken;

	die_after(w, false);
	assert_int_equal(cases(w), 0);
	assert_int_equal(store_mail_get(w->s, w->a, 1, &m), SK_ERR_NOINPUT);
	assert_int_equal(store_copy_get(w->s, w->a, 1, &c), SK_ERR_NOINPUT);
	assert_int_equal(store_audit_verify(w->s, &rows, &broken), SK_OK);
	assert_int_equal(rows, 0);
	assert_int_equal(broken, 0);
}

static void
test_killed_after_commit(void **state)
{
	struct world *w = *state;
	struct case_record c;
	struct mail_record m;
	struct copy_record copy;
	int64_t rows, broken;

	die_after(w, true);
	assert_int_equal(store_case_get(w->s, w->a, 1, &c), SK_OK);
	assert_int_equal(c.secret_wrap[0], 5);
	assert_int_equal(store_mail_get(w->s, w->a, 1, &m), SK_OK);
	assert_int_equal(store_copy_get(w->s, w->a, 1, &copy), SK_OK);
	assert_int_equal(store_audit_verify(w->s, &rows, &broken), SK_OK);
	assert_int_equal(rows, 1);
	assert_int_equal(broken, 0);
}

/* Death between the two commits leaves a wrap without a case. */
static void
test_orphaned_wrap(void **state)
{
	struct world *w = *state;
	struct case_record c = sample_case(), got;

	store_close(&w->s);
	tamper(w->wraps, "INSERT INTO wraps VALUES(1, zeroblob(32), "
	    "zeroblob(80))");
	world_reopen(w);
	assert_int_equal(store_case_open(w->s, &c), SK_OK);
	assert_int_equal(c.row, 1);
	assert_int_equal(store_case_get(w->s, w->a, 1, &got), SK_OK);
	assert_memory_equal(got.secret_wrap, c.secret_wrap, VAULT_WRAP);
}

/* A destroyed or foreign wrap reads as zeros, never as another case's. */
static void
test_wrap_of_another_key(void **state)
{
	static const unsigned char zeros[VAULT_WRAP];
	struct world *w = *state;
	struct case_record got;

	world_case(w);
	world_commit(w);
	store_close(&w->s);
	tamper(w->wraps, "UPDATE wraps SET pk = zeroblob(32)");
	world_reopen(w);
	assert_int_equal(store_case_get(w->s, w->a, 1, &got), SK_OK);
	assert_memory_equal(got.secret_wrap, zeros, VAULT_WRAP);
}

/* The disk ends: the turn fails as a whole, what was committed stays. */
static void
fill_up(struct world *w)
{
	struct rlimit limit = { 200000, 200000 };
	struct sk_error e = { 0 };
	int r = SK_OK;

	signal(SIGXFSZ, SIG_IGN);
	if (store_open(w->path, w->key, true, &w->s, NULL))
		_exit(1);
	world_case(w);
	if (store_commit(w->s, NULL))
		_exit(2);
	setrlimit(RLIMIT_FSIZE, &limit);
	for (int i = 0; i < 3000; i++)
		world_case(w);
	r = store_commit(w->s, &e);
	if (r != SK_ERR_IO && r != SK_ERR_OS)
		_exit(3);
	if (!*e.text || !*e.where)
		_exit(4);
	_exit(cases(w) == 1 ? 0 : 5);
}

static void
test_disk_full(void **state)
{
	struct world *w = *state;
	int status;
	pid_t pid;

	store_close(&w->s);
	pid = fork();
	if (pid == 0)
		fill_up(w);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	world_reopen(w);
	assert_int_equal(cases(w), 1);
	world_case(w);
	world_commit(w);
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_rollback), T(test_close_is_no_commit), T(test_group),
		T(test_groups_nest), T(test_open_group_is_not_committed),
		T(test_spoiled), T(test_generation),
		T(test_killed_before_commit), T(test_killed_after_commit),
		T(test_orphaned_wrap), T(test_wrap_of_another_key),
		T(test_disk_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

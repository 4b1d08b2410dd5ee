/*
 * Where the base library meets the system: the log line by line, files that
 * are replaced whole or not at all, memory files nobody can change, and the
 * clock with its zones.
 */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <sekisho/arena.h>
#include <sekisho/clock.h>
#include <sekisho/files.h>
#include <sekisho/log.h>

/* --- the log, read back through a memory file --- */

static int saved_stderr, log_file;

static void
log_begin(enum sk_level most, bool journal)
{
	char id[64];
	struct stat st;

	log_file = sk_memfd("log");
	assert_int_equal(fstat(log_file, &st), 0);
	snprintf(id, sizeof(id), "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino + !journal);
	setenv("JOURNAL_STREAM", id, 1);
	fflush(stderr);
	saved_stderr = dup(STDERR_FILENO);
	dup2(log_file, STDERR_FILENO);
	sk_log_open("sekishod", most);
}

static void
log_end(struct sk_buf *out)
{
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	unsetenv("JOURNAL_STREAM");
	sk_buf_init(out, 1 << 20);
	assert_int_equal(sk_fd_slurp(log_file, out), 0);
	sk_fd_close(&log_file);
}

static void
log_has_time_level_and_escapes(void **state)
{
	struct sk_buf out;
	char *line;

	(void)state;
	log_begin(SK_INFO, false);
	sk_log(SK_INFO, "mail.custody", "mail=%d size=%d", 12, 5000);
	sk_log(SK_DEBUG, "not.shown", "x=1");
	sk_log(SK_WARN, "odd", "v=%s", "a\nb\x1b[2J\xe9\\x41\x7f");
	log_end(&out);
	line = sk_buf_str(&out);
	assert_int_equal(line[4], '-');
	assert_int_equal(strncmp(line + 19, "Z sekishod: info mail.custody "
	    "mail=12 size=5000\n", 48), 0);
	assert_null(strstr(line, "not.shown"));
	assert_non_null(strstr(line, " sekishod: warn odd "
	    "v=a\\x0ab\\x1b[2J\\xe9\\x5cx41\\x7f\n"));
	sk_buf_free(&out);
}

static void
log_in_the_journal(void **state)
{
	struct sk_buf out;

	(void)state;
	log_begin(SK_DEBUG, true);
	sk_log(SK_ERROR, "disk.full", NULL);
	sk_log(SK_DEBUG, "loop.turn", "n=%d", 1);
	log_end(&out);
	assert_string_equal(sk_buf_str(&out), "<3>sekishod: error disk.full\n"
	    "<7>sekishod: debug loop.turn n=1\n");
	sk_buf_free(&out);
}

static void
log_line_stays_one_line(void **state)
{
	char hostile[5000];
	struct sk_buf out;
	char *text;

	(void)state;
	memset(hostile, '\n', sizeof(hostile) - 1);
	hostile[sizeof(hostile) - 1] = '\0';
	log_begin(SK_INFO, true);
	sk_log(SK_INFO, "long", "v=%s", hostile);
	log_end(&out);
	text = sk_buf_str(&out);
	assert_ptr_equal(strchr(text, '\n'), text + out.len - 1);
	assert_in_range(out.len, 1000, 1024);
	sk_buf_free(&out);
}

static int
status_of_child(void (*run)(void))
{
	pid_t pid = fork();
	int status = 0;

	assert_true(pid >= 0);
	if (pid == 0) {
		close(STDERR_FILENO);
		run();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
break_invariant(void)
{
	sk_bug("test.broken", "n=%d", 1);
}

static void
ask_too_much(void)
{
	struct sk_arena *a = sk_arena_new();

	sk_arena_array(a, SIZE_MAX / 4 + 1, 4);
}

static void
bug_ends_the_process(void **state)
{
	(void)state;
	assert_int_equal(status_of_child(break_invariant), EX_SOFTWARE);
	assert_int_equal(status_of_child(ask_too_much), EX_SOFTWARE);
}

/* --- files --- */

static int
folder_make(void **state)
{
	char *dir = strdup("/tmp/sekisho-base-XXXXXX");

	*state = mkdtemp(dir);
	return *state == NULL;
}

static int
folder_remove(void **state)
{
	char command[128];
	int ret;

	snprintf(command, sizeof(command), "%s/file", (char *)*state);
	unlink(command);
	ret = rmdir(*state);
	free(*state);
	return ret;
}

static void
file_is_replaced_whole(void **state)
{
	struct sk_arena *a = sk_arena_new();
	const char *path = sk_path_join(a, *state, "file");
	struct sk_error e = { 0 };
	struct sk_buf b;
	struct stat st;
	ino_t before;

	sk_buf_init(&b, 9);
	assert_false(sk_file_exists(path));
	assert_int_equal(sk_file_read(path, &b, &e), SK_ERR_NOINPUT);
	assert_string_equal(e.where, path);
	assert_int_equal(sk_file_write(path, sk_span_str("one"), 0600, &e), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	before = st.st_ino;
	assert_int_equal(sk_file_write(path, sk_span_str("ninebytes"), 0644,
	    &e), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	/* A new file took its place: nobody can have seen half of it. */
	assert_true(st.st_ino != before);
	sk_buf_adds(&b, "old");
	assert_int_equal(sk_file_read(path, &b, &e), 0);
	assert_string_equal(sk_buf_str(&b), "ninebytes");
	sk_buf_free(&b);
	/* The folder holds it and no temporary: folder_remove sees to that. */
	sk_arena_free(&a);
}

static void
file_over_the_limit(void **state)
{
	struct sk_arena *a = sk_arena_new();
	const char *path = sk_path_join(a, *state, "file");
	struct sk_error e = { 0 };
	struct sk_buf b;

	assert_int_equal(sk_file_write(path, sk_span_str("ninebytes"), 0600,
	    &e), 0);
	sk_buf_init(&b, 8);
	assert_int_equal(sk_file_read(path, &b, &e), SK_ERR_LIMIT);
	assert_int_equal(e.code, SK_ERR_LIMIT);
	assert_true(b.over);
	sk_buf_free(&b);
	sk_arena_free(&a);
}

static void
file_faults_have_their_codes(void **state)
{
	struct sk_arena *a = sk_arena_new();
	const char *nowhere = sk_path_join(a, *state, "no/such");
	struct sk_error e = { 0 };
	struct sk_buf b;

	sk_buf_init(&b, 100);
	assert_int_equal(sk_file_write(nowhere, sk_span_str("x"), 0600, &e),
	    SK_ERR_CANTCREAT);
	assert_string_equal(e.where, nowhere);
	assert_int_equal(sk_file_read(*state, &b, &e), SK_ERR_IO);
	/* Onto a folder: the rename fails, and the temporary must go. */
	assert_int_equal(sk_dir_make(sk_path_join(a, *state, "d"), 0700, &e),
	    0);
	assert_int_equal(sk_file_write(sk_path_join(a, *state, "d"),
	    sk_span_str("x"), 0600, &e), SK_ERR_CANTCREAT);
	assert_int_equal(rmdir(sk_path_join(a, *state, "d")), 0);
	sk_buf_free(&b);
	sk_arena_free(&a);
}

static void
folders_are_made_with_parents(void **state)
{
	struct sk_arena *a = sk_arena_new();
	const char *one = sk_path_join(a, *state, "p");
	const char *two = sk_path_join(a, one, "q");
	struct sk_error e = { 0 };
	struct stat st;

	assert_int_equal(sk_dir_make(two, 0700, &e), 0);
	assert_int_equal(sk_dir_make(two, 0700, &e), 0);
	assert_int_equal(stat(one, &st), 0);
	assert_int_equal(st.st_mode & 077, 0);
	assert_int_equal(rmdir(two), 0);
	assert_int_equal(sk_file_write(two, sk_span_str(""), 0600, &e), 0);
	assert_int_equal(sk_dir_make(two, 0700, &e), SK_ERR_CANTCREAT);
	assert_int_equal(unlink(two), 0);
	assert_int_equal(rmdir(one), 0);
	sk_arena_free(&a);
}

static void
paths(void **state)
{
	struct sk_arena *a = sk_arena_new();

	(void)state;
	assert_string_equal(sk_path_beside(a, "/etc/s/s.conf", "k"),
	    "/etc/s/k");
	assert_string_equal(sk_path_beside(a, "/etc/s/s.conf", "/k"), "/k");
	assert_string_equal(sk_path_beside(a, "s.conf", "k"), "k");
	assert_string_equal(sk_path_beside(a, "/s.conf", "k"), "/k");
	assert_string_equal(sk_path_join(a, "/a/", "b"), "/a/b");
	assert_string_equal(sk_path_join(a, "a", "b"), "a/b");
	assert_string_equal(sk_path_join(a, "", "b"), "b");
	sk_arena_free(&a);
}

static void
memfd_is_sealed(void **state)
{
	int fd = sk_memfd_of("mail", sk_span_str("sealed"));
	struct sk_buf b;
	char part[3];
	size_t size;

	(void)state;
	assert_int_equal(sk_fd_size(fd, &size), 0);
	assert_int_equal(size, 6);
	assert_int_equal(sk_fd_write(fd, "x", 1), SK_ERR_IO);
	assert_int_not_equal(pwrite(fd, "x", 1, 0), 1);
	assert_int_not_equal(ftruncate(fd, 0), 0);
	assert_int_not_equal(ftruncate(fd, 100), 0);
	assert_int_equal(sk_memfd_seal(fd), SK_ERR_OS);
	assert_int_equal(sk_fd_pread(fd, part, 3, 3), 0);
	assert_memory_equal(part, "led", 3);
	assert_int_equal(sk_fd_pread(fd, part, 3, 4), SK_ERR_IO);
	sk_buf_init(&b, 6);
	assert_int_equal(sk_fd_slurp(fd, &b), 0);
	assert_string_equal(sk_buf_str(&b), "sealed");
	sk_buf_free(&b);
	sk_buf_init(&b, 5);
	assert_int_equal(sk_fd_slurp(fd, &b), SK_ERR_LIMIT);
	sk_buf_free(&b);
	sk_fd_close(&fd);
	assert_int_equal(fd, -1);
	sk_fd_close(&fd);
}

/* --- time --- */

#define START "2026-04-01T00:00:00Z"

static void
wrong_test_clock(void)
{
	setenv("SEKISHO_NOW", "tomorrow", 1);
	sk_now();
}

/* Runs first, while nobody has asked for the time yet. */
static void
test_clock_must_be_an_instant(void **state)
{
	int status = status_of_child(wrong_test_clock);

	(void)state;
#ifdef SK_TEST_CLOCK
	assert_int_equal(status, EX_SOFTWARE);
#else
	assert_int_equal(status, 0);
#endif
}

static void
test_clock_moves_test_builds_only(void **state)
{
	int64_t start = 0, now = sk_now();

	(void)state;
	assert_int_equal(sk_time_parse(START, &start), 0);
#ifdef SK_TEST_CLOCK
	assert_in_range(now, start, start + 600);
	/* It runs on from there, and does not fall back to the machine's. */
	assert_in_range(sk_now(), now, now + 600);
#else
	assert_in_range(now, time(NULL) - 5, time(NULL));
#endif
}

static void
instants_are_parsed_exactly(void **state)
{
	static const char *const wrong[] = { "", "2026-04-01",
	    "2026-04-01T09:00:00", "2026-04-01T09:00:00z",
	    "2026-04-01T09:00:00Z ", "2026-4-01T09:00:00ZZ",
	    "2026-04-31T00:00:00Z", "2026-02-29T00:00:00Z",
	    "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
	    "2026-04-01T24:00:00Z", "2026-04-01T00:60:00Z",
	    "2026-04-01T00:00:60Z", "+026-04-01T00:00:00Z",
	    "2026-04-01 00:00:00Z" };
	struct sk_arena *a = sk_arena_new();
	int64_t t = 42;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(sk_time_parse(wrong[i], &t), SK_ERR_DATA);
	assert_int_equal(t, 42);
	assert_int_equal(sk_time_parse("2024-02-29T23:59:59Z", &t), 0);
	assert_int_equal(t, 1709251199);
	assert_string_equal(sk_time_iso(a, t), "2024-02-29T23:59:59Z");
	assert_int_equal(sk_time_parse("1969-12-31T23:59:59Z", &t), 0);
	assert_int_equal(t, -1);
	sk_arena_free(&a);
}

static void
times_in_the_zone(void **state)
{
	struct sk_arena *a = sk_arena_new();
	int64_t t = 0;

	(void)state;
	if (!sk_timezone("Asia/Tokyo"))
		skip();			/* no tzdata on this machine */
	assert_int_equal(sk_time_parse("2025-12-31T15:00:00Z", &t), 0);
	assert_int_equal(sk_year(t), 2026);
	assert_int_equal(sk_year(t - 1), 2025);
	assert_string_equal(sk_time_local(a, t), "2026-01-01 00:00 JST");
	assert_string_equal(sk_time_rfc5322(a, t),
	    "Thu, 01 Jan 2026 00:00:00 +0900");
	assert_true(sk_timezone("America/St_Johns"));
	assert_string_equal(sk_time_rfc5322(a, t),
	    "Wed, 31 Dec 2025 11:30:00 -0330");
	assert_true(sk_timezone("UTC"));
	assert_string_equal(sk_time_local(a, t), "2025-12-31 15:00 UTC");
	sk_arena_free(&a);
}

static void
unknown_zones_are_refused(void **state)
{
	(void)state;
	assert_false(sk_timezone("Asia/Tokio"));
	assert_false(sk_timezone(""));
	assert_false(sk_timezone("../../../etc/passwd"));
	assert_false(sk_timezone("/etc/localtime"));
	assert_false(sk_timezone("Asia"));
	assert_false(sk_timezone("zone.tab"));
}

#define IN_FOLDER(f) \
	cmocka_unit_test_setup_teardown(f, folder_make, folder_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clock_must_be_an_instant),
		cmocka_unit_test(test_clock_moves_test_builds_only),
		cmocka_unit_test(log_has_time_level_and_escapes),
		cmocka_unit_test(log_in_the_journal),
		cmocka_unit_test(log_line_stays_one_line),
		cmocka_unit_test(bug_ends_the_process),
		IN_FOLDER(file_is_replaced_whole),
		IN_FOLDER(file_over_the_limit),
		IN_FOLDER(file_faults_have_their_codes),
		IN_FOLDER(folders_are_made_with_parents),
		cmocka_unit_test(paths),
		cmocka_unit_test(memfd_is_sealed),
		cmocka_unit_test(instants_are_parsed_exactly),
		cmocka_unit_test(times_in_the_zone),
		cmocka_unit_test(unknown_zones_are_refused),
	};

	setenv("SEKISHO_NOW", START, 1);
	return cmocka_run_group_tests_name("system", tests, NULL, NULL);
}

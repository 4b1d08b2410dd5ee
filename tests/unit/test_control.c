/*
 * The control socket with a command of the test's own behind it: what reaches a
 * verb, what is turned away before, and clients that die, stall or crowd.
 */
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <sekisho/files.h>
#include <sekisho/mem.h>
#include <sekisho/sandbox.h>

#include "sekishod/command.h"

static struct test {
	struct daemon d;
	struct config conf;
	char folder[64], path[80];
	/* what the fake command saw */
	unsigned runs, cleaned;
	char noun[32], value[64], file[64];
	unsigned roles;
	struct command *waiting;
	bool later;
	/* the turn's waiters */
	struct { turn_fn fn; void *ctx; } after[256];
	size_t nafter;
	int commit;
} *t;

/* ---- in place of command.c and turn.c ---- */

static void
cleanup(struct command *c)
{
	(void)c;
	t->cleaned++;
}

static int
run_fake(struct command *c)
{
	const char *v = sk_json_str(c->in, "case");

	t->runs++;
	t->roles = c->roles;
	snprintf(t->noun, sizeof(t->noun), "%s", c->verb->noun);
	snprintf(t->value, sizeof(t->value), "%s", v ? v : "");
	snprintf(t->file, sizeof(t->file), "%s", sk_buf_str(&c->file));
	c->cleanup = cleanup;
	if (t->later) {
		t->waiting = c;
		return COMMAND_LATER;
	}
	c->out = sk_json_document("fake");
	sk_json_set_str(c->out, "actor", c->actor);
	return SK_OK;
}

command_fn
command_find(const struct verb *v)
{
	(void)v;
	return run_fake;
}

void
command_run(struct command *c, command_fn fn)
{
	int r = fn(c);

	if (r != COMMAND_LATER)
		c->answer(c, r);
}

void
command_cancel(struct command *c)
{
	(void)c;
}

static void
flush(void *ctx)
{
	size_t n = t->nafter;

	(void)ctx;
	t->nafter = 0;
	for (size_t i = 0; i < n; i++)
		if (t->after[i].fn)
			t->after[i].fn(t->after[i].ctx, t->commit);
}

void
turn_after(struct daemon *d, turn_fn fn, void *ctx)
{
	assert_true(t->nafter < 256);
	t->after[t->nafter].fn = fn;
	t->after[t->nafter++].ctx = ctx;
	loop_want_flush(d->loop);
}

void
turn_forget(struct daemon *d, void *ctx)
{
	(void)d;
	for (size_t i = 0; i < t->nafter; i++)
		if (t->after[i].ctx == ctx)
			t->after[i].fn = NULL;
}

/* ---- a client ---- */

static int
client(void)
{
	int fd = channel_connect(t->path, NULL);

	assert_true(fd >= 0);
	assert_int_equal(sk_fd_nonblock(fd), 0);
	return fd;
}

static void
stop_loop(void *ctx)
{
	loop_stop(ctx);
}

/* The loop for so long that everything at hand was done. */
static void
turn(void)
{
	struct loop_timer *end = loop_timer_new(t->d.loop, stop_loop,
	    t->d.loop);

	loop_timer_in(end, 10);
	loop_run(t->d.loop);
	loop_timer_free(&end);
}

static int
ask_fd(const char *json, int file)
{
	int fd = client();

	assert_int_equal(channel_send(fd, CONTROL_REQUEST, 1,
	    sk_span_str(json), &file, file >= 0), SK_OK);
	turn();
	return fd;
}

static int
ask(const char *json)
{
	return ask_fd(json, -1);
}

/* A busy machine may need more than one turn to come to an answer. */
static void
wait_for(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	for (int i = 0; i < 500 && poll(&p, 1, 0) == 0; i++)
		turn();
}

/* The document, or NULL if nothing came. Closes the connection. */
static struct sk_json *
answer(int fd)
{
	struct channel_message m;
	struct sk_json *j = NULL;
	struct sk_buf b;

	wait_for(fd);
	channel_message_init(&m);
	sk_buf_init(&b, 65536);
	if (channel_recv(fd, &m) == SK_OK) {
		assert_int_equal(m.type, CONTROL_REPLY);
		assert_int_equal(m.nfds, 1);
		assert_int_equal(sk_fd_slurp(m.fds[0], &b), SK_OK);
		assert_int_equal(sk_json_parse(sk_buf_span(&b), 65536, &j,
		    NULL), SK_OK);
	}
	sk_buf_free(&b);
	channel_message_end(&m);
	close(fd);
	return j;
}

static void
assert_refused(int fd, const char *code)
{
	struct sk_json *j = answer(fd);

	assert_non_null(j);
	assert_string_equal(sk_json_str(sk_json_get(j, "error"), "code"),
	    code);
	sk_json_free(&j);
}

static int
setup(void **state)
{
	struct sk_error e = { 0 };

	(void)state;
	t = calloc(1, sizeof(*t));
	snprintf(t->folder, sizeof(t->folder), "/tmp/control.XXXXXX");
	assert_non_null(mkdtemp(t->folder));
	snprintf(t->path, sizeof(t->path), "%s/control", t->folder);
	t->conf.control_socket = t->path;
	t->d.config = &t->conf;
	t->d.loop = loop_new();
	loop_set_flush(t->d.loop, flush, t);
	t->d.control = control_new(&t->d, &e);
	assert_non_null(t->d.control);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	control_free(&t->d.control);
	loop_free(&t->d.loop);
	unlink(t->path);
	rmdir(t->folder);
	free(t);
	return 0;
}

/* ---- tests ---- */

static void
request_reaches_its_verb(void **state)
{
	int fd = ask("{\"noun\":\"case\",\"verb\":\"show\","
	    "\"values\":{\"case\":\"2026-0001\"}}");
	struct sk_json *j = answer(fd);

	(void)state;
	assert_int_equal(t->runs, 1);
	assert_string_equal(t->noun, "case");
	assert_string_equal(t->value, "2026-0001");
	assert_int_equal(t->roles, FOR_ALL);	/* the socket's owner */
	assert_string_equal(sk_json_str(j, "kind"), "fake");
	assert_int_equal(strncmp(sk_json_str(j, "actor"), "uid ", 4), 0);
	assert_int_equal(t->cleaned, 1);
	sk_json_free(&j);
}

static void
odd_requests_reach_nothing(void **state)
{
	static const char *const odd[] = {
		"not json", "[]", "{}", "{\"noun\":\"case\"}",
		"{\"noun\":\"case\",\"verb\":\"destroy\",\"values\":{}}",
		"{\"noun\":\"case\",\"verb\":\"show\"}",
		"{\"noun\":\"case\",\"verb\":\"show\",\"values\":[]}",
		"{\"noun\":\"case\",\"verb\":\"show\",\"values\":{}}",
		"{\"noun\":\"case\",\"verb\":\"show\",\"values\":"
		    "{\"case\":\"../../x\"}}",
		"{\"noun\":\"case\",\"verb\":\"show\",\"values\":"
		    "{\"case\":\"2026-0001\",\"more\":\"x\"}}",
		/* verbs of the command itself */
		"{\"noun\":\"init\",\"verb\":null,\"values\":{}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		struct sk_json *j = answer(ask(odd[i]));

		if (!j || !sk_json_has(j, "error"))
			fail_msg("taken: %s", odd[i]);
		sk_json_free(&j);
	}
	assert_int_equal(t->runs, 0);
}

static void
other_types_are_refused(void **state)
{
	int fd = client();

	(void)state;
	channel_send(fd, CONTROL_REPLY, 1, sk_span_str("{\"noun\":\"audit\","
	    "\"verb\":\"verify\",\"values\":{}}"), NULL, 0);
	turn();
	assert_refused(fd, "protocol");
	assert_int_equal(t->runs, 0);
}

/* As a gpg that a hostile mail took over: behind keyd's walls. Its exit code: 0
 * if it was told that it has no role. */
static int
ask_from_behind_walls(void)
{
	const char *home = t->folder;
	struct channel_message m;
	struct sk_error e;
	struct sk_buf b;
	int fd;

	if (sandbox_keyd(&home, 1, &e))
		return 2;
	fd = channel_connect(t->path, NULL);
	if (fd < 0)
		return 3;
	channel_message_init(&m);
	sk_buf_init(&b, 65536);
	if (channel_recv(fd, &m) || m.nfds != 1 || sk_fd_slurp(m.fds[0], &b))
		return 4;
	return strstr(sk_buf_str(&b), "gets no role") ? 0 : 1;
}

/* I7: the same user, and no operator. */
static void
own_processes_behind_walls_have_no_role(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0)
		_exit(ask_from_behind_walls());
	while (waitpid(pid, &status, WNOHANG) == 0)
		turn();
	assert_int_equal(status, 0);
	assert_int_equal(t->runs, 0);
	request_reaches_its_verb(state);
}

static const char import[] = "{\"noun\":\"roster\",\"verb\":\"import\","
    "\"values\":{\"file\":\"x.csv\"}}";

static void
a_sealed_file_arrives(void **state)
{
	int file = sk_memfd_of("file", sk_span_str("a,b\n"));
	struct sk_json *j = answer(ask_fd(import, file));

	(void)state;
	assert_string_equal(t->file, "a,b\n");
	assert_string_equal(sk_json_str(j, "kind"), "fake");
	sk_json_free(&j);
	close(file);
}

/* A pipe could block the daemon, an open file could change meanwhile. */
static void
other_descriptors_do_not(void **state)
{
	int loose = memfd_create("loose", MFD_ALLOW_SEALING), ends[2];
	int disk = open("/dev/zero", O_RDONLY);

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_refused(ask_fd(import, loose), "protocol");
	assert_refused(ask_fd(import, ends[0]), "protocol");
	assert_refused(ask_fd(import, disk), "protocol");
	assert_int_equal(t->runs, 0);
	close(loose);
	close(disk);
	close(ends[0]);
	close(ends[1]);
}

static void
too_large_a_file_is_refused(void **state)
{
	char *large = sk_malloc(LIMIT_CONTROL_FILE + 1);
	int file = sk_memfd_of("file", sk_span_of(large,
	    LIMIT_CONTROL_FILE + 1));

	(void)state;
	assert_refused(ask_fd(import, file), "limit");
	assert_int_equal(t->runs, 0);
	close(file);
	free(large);
}

/* The answer is sent only once what it says is durable. */
static void
nothing_is_said_before_the_commit(void **state)
{
	int fd;

	(void)state;
	t->commit = SK_ERR_IO;
	fd = ask("{\"noun\":\"audit\",\"verb\":\"verify\",\"values\":{}}");
	assert_int_equal(t->runs, 1);
	assert_null(answer(fd));
}

/* A client that went away while a helper works: nothing is lost but its
 * answer. */
static void
a_dead_client_costs_nothing(void **state)
{
	int fd;

	(void)state;
	t->later = true;
	fd = ask("{\"noun\":\"audit\",\"verb\":\"verify\",\"values\":{}}");
	assert_non_null(t->waiting);
	close(fd);
	turn();
	assert_int_equal(t->cleaned, 0);	/* it still runs */
	t->waiting->answer(t->waiting, SK_OK);
	turn();
	assert_int_equal(t->cleaned, 1);
}

static void
commands_end_with_the_daemon(void **state)
{
	int fd;

	(void)state;
	t->later = true;
	fd = ask("{\"noun\":\"audit\",\"verb\":\"verify\",\"values\":{}}");
	control_free(&t->d.control);
	assert_int_equal(t->cleaned, 1);
	assert_null(answer(fd));
}

/* As many as may be wait silently; one goes, and the next is served. */
static void
a_crowd_waits_its_turn(void **state)
{
	int crowd[LIMIT_CONTROL_CLIENTS], fd;
	struct sk_json *j;

	(void)state;
	for (int i = 0; i < LIMIT_CONTROL_CLIENTS; i++)
		crowd[i] = client();
	turn();
	fd = ask("{\"noun\":\"audit\",\"verb\":\"verify\",\"values\":{}}");
	assert_int_equal(t->runs, 0);
	close(crowd[7]);
	turn();
	turn();
	assert_int_equal(t->runs, 1);
	j = answer(fd);
	assert_non_null(j);
	sk_json_free(&j);
	for (int i = 0; i < LIMIT_CONTROL_CLIENTS; i++)
		if (i != 7)
			close(crowd[i]);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(request_reaches_its_verb),
		TEST(odd_requests_reach_nothing),
		TEST(other_types_are_refused), TEST(a_sealed_file_arrives),
		TEST(other_descriptors_do_not),
		TEST(too_large_a_file_is_refused),
		TEST(nothing_is_said_before_the_commit),
		TEST(a_dead_client_costs_nothing),
		TEST(commands_end_with_the_daemon),
		TEST(a_crowd_waits_its_turn),
		TEST(own_processes_behind_walls_have_no_role),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

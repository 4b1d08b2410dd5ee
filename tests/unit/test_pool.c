/*
 * The pool with helpers of the test's own (this program under another name):
 * one that claims to be a keyd, one that dies of itself, one that does its
 * work, one that leaves a child of its group behind.
 */
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <sekisho/files.h>
#include <sekisho/mem.h>

#include <sekisho/wire.h>

#include "sekishod/fetcher.h"
#include "sekishod/load.h"

#define FORGED "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static struct {
	struct daemon d;
	struct config conf;
	char folder[64];
	struct pool *pool;
	unsigned answers, wanted;
	int64_t worked;			/* for all answers */
	uint32_t pids[2];
	char error[160];
	int64_t longest;		/* of the timers, in milliseconds */
} t;

void __real_loop_timer_in(struct loop_timer *x, int64_t ms);
void __wrap_loop_timer_in(struct loop_timer *x, int64_t ms);

void
__wrap_loop_timer_in(struct loop_timer *x, int64_t ms)
{
	t.longest = ms > t.longest ? ms : t.longest;
	__real_loop_timer_in(x, ms);
}

/* ---- the helper ---- */

static void
say(uint32_t type, uint64_t id, struct sk_buf *b)
{
	channel_send(3, type, id, sk_buf_span(b), NULL, 0);
}

static void
say_keyd_ready(void)
{
	const struct msg_own_key own = { .fpr = FORGED,
		.block = sk_span_of("key", 3) };
	struct msg_keyd_ready k = { .versions = "x", .own = { { &own, 1 } } };
	struct sk_buf b;

	sk_buf_init(&b, 4096);
	msg_keyd_ready_put(&b, &k);
	say(MSG_KEYD_READY, 0, &b);
	sk_buf_free(&b);
}

/* milliseconds: how long each takes. */
static void
serve(int milliseconds)
{
	struct channel_message m;

	channel_message_init(&m);
	while (channel_recv(3, &m) == SK_OK) {
		struct msg_read_done done = { .status = SK_ERR_DATA };
		struct sk_buf b;

		poll(NULL, 0, milliseconds);
		sk_buf_init(&b, 4096);
		msg_read_done_put(&b, &done);
		say(MSG_READ_DONE, m.id, &b);
		sk_buf_free(&b);
	}
	channel_message_end(&m);
}

static void
die_at_work(int signal_number)
{
	struct channel_message m;

	channel_message_init(&m);
	if (channel_recv(3, &m) == SK_OK) {
		signal(signal_number, SIG_DFL);
		raise(signal_number);
	}
}

/* As a keyd whose gpg hangs: a child in its group holds the FIFO open. */
static void
leave_a_child(const char *fifo)
{
	struct channel_message m;
	struct sk_buf none;
	int fd;

	setpgid(0, 0);
	say_keyd_ready();
	sk_buf_init(&none, 16);
	channel_message_init(&m);
	if (channel_recv(3, &m))
		return;
	fd = open(fifo, O_WRONLY | O_CLOEXEC);
	sk_fd_write(fd, "x", 1);
	if (fork() == 0) {
		alarm(60);
		pause();
	}
	close(fd);
	say(MSG_SEALED, m.id + 1, &none);
	pause();
}

/* As a keyd that never ends with a key: all else it answers at once. */
static void
look_for_ever(void)
{
	struct channel_message m;
	struct sk_buf none;

	say_keyd_ready();
	sk_buf_init(&none, 16);
	channel_message_init(&m);
	while (channel_recv(3, &m) == SK_OK) {
		if (m.type == MSG_INSPECT)
			pause();
		say(MSG_SEALED, m.id, &none);
	}
}

/* The folder's name says how it behaves; each start leaves a byte there. */
static int
helper(const char *self)
{
	char path[256];
	struct sk_buf none;
	bool first = false;
	FILE *f;

	snprintf(path, sizeof(path), "%.*s/starts",
	    (int)(strrchr(self, '/') - self), self);
	f = fopen(path, "a");
	if (f) {
		fputc('.', f);
		first = ftell(f) == 1;
		fclose(f);
	}
	sk_buf_init(&none, 16);
	if (strstr(self, "group")) {
		snprintf(path, sizeof(path), "%.*s/fifo",
		    (int)(strrchr(self, '/') - self), self);
		leave_a_child(path);
	}
	/* The rest is of no matter: the version stands first. */
	if (strstr(self, "newer") && first) {
		send(3, "\xff\xff\xff\xff\0\0\0\1\0\0\0\0\0\0\0\0", 16,
		    0);
		serve(0);
		return 0;
	}
	if (strstr(self, "looks"))
		look_for_ever();
	if (strstr(self, "liar"))
		say_keyd_ready();
	say(MSG_READER_READY, 0, &none);
	if (strstr(self, "liar"))
		say_keyd_ready();
	if (strstr(self, "crash"))
		die_at_work(SIGSEGV);
	if (strstr(self, "killed") && first)
		die_at_work(SIGKILL);
	if (!strstr(self, "dies"))
		serve(strstr(self, "slow") ? 20 : 0);
	return 0;
}

/* A fetcher answers once with who it is, and would answer again. */
static int
fetcher(void)
{
	struct channel_message m;
	struct sk_buf b;

	sk_buf_init(&b, 16);
	say(FETCHER_READY, 0, &b);
	wire_put_u32(&b, (uint32_t)getpid());
	channel_message_init(&m);
	while (channel_recv(3, &m) == SK_OK)
		say(FETCHER_FOUND, m.id, &b);
	return 0;
}

/* ---- in place of council_keys.c ---- */

void
council_keys_told(struct daemon *d, unsigned index,
    const struct msg_keyd_ready *ready)
{
	(void)index;
	assert_int_equal(ready->own[KEY_OPENPGP].n, 1);
	snprintf(d->spool, sizeof(d->spool), "%s",
	    ready->own[KEY_OPENPGP].list[0].fpr);
}

void
council_keys_gone(struct daemon *d, unsigned index)
{
	(void)d;
	(void)index;
}

/* ---- the test ---- */

static void
set_up(const char *kind)
{
	const char *name = strcmp(kind, "group") == 0 ||
	    strcmp(kind, "looks") == 0 ? "keyd" : "reader";
	char self[256], link[256];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	memset(&t, 0, sizeof(t));
	assert_true(n > 0);
	self[n] = '\0';
	snprintf(t.folder, sizeof(t.folder), "/tmp/%s-XXXXXX", kind);
	assert_non_null(mkdtemp(t.folder));
	snprintf(link, sizeof(link), "%s/sekisho-%s", t.folder, name);
	assert_int_equal(symlink(self, link), 0);
	t.d.config = &t.conf;
	t.d.libexec = t.folder;
	t.d.loop = loop_new();
}

static size_t
starts(void)
{
	char path[256];
	struct stat st;

	snprintf(path, sizeof(path), "%s/starts", t.folder);
	return stat(path, &st) ? 0 : (size_t)st.st_size;
}

static void
tear_down(void)
{
	static const char *const names[] = { "sekisho-reader", "sekisho-keyd",
		"starts", "fifo" };
	char path[256];

	pool_free(&t.pool);
	loop_free(&t.d.loop);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", t.folder, names[i]);
		unlink(path);
	}
	rmdir(t.folder);
}

static void
answered(void *ctx, struct channel_message *m, const char *error)
{
	(void)ctx;
	t.answers += m != NULL;
	t.worked += pool_worked(t.pool);
	snprintf(t.error, sizeof(t.error), "%s", error ? error : "");
	if (t.answers >= t.wanted)
		loop_stop(t.d.loop);
}

static void
enough(void *ctx)
{
	(void)ctx;
	loop_stop(t.d.loop);
}

/* I7: a reader that was taken over cannot put its key in the council's place;
 * what it says out of turn ends it. */
static void
reader_names_no_key(void **state)
{
	struct loop_timer *end;

	(void)state;
	set_up("liar");
	t.pool = pool_new(&t.d, POOL_READER, 1);
	end = loop_timer_new(t.d.loop, enough, NULL);
	loop_timer_in(end, 300);
	loop_run(t.d.loop);
	assert_true(starts() > 0);
	assert_string_equal(t.d.spool, "");
	loop_timer_free(&end);
	tear_down();
}

/* A helper that gets ready and dies without work is not started in a circle. */
static void
no_storm(void **state)
{
	struct loop_timer *end;

	(void)state;
	set_up("dies");
	t.pool = pool_new(&t.d, POOL_READER, 1);
	end = loop_timer_new(t.d.loop, enough, NULL);
	loop_timer_in(end, 300);
	loop_run(t.d.loop);
	assert_int_equal(starts(), 1);
	loop_timer_free(&end);
	tear_down();
}

static void
a_good_one_answers(void **state)
{
	(void)state;
	set_up("good");
	t.pool = pool_new(&t.d, POOL_READER, 1);
	pool_ask(t.pool, MSG_READ, sk_span_of("", 0), NULL, 0, false,
	    answered, NULL);
	loop_run(t.d.loop);
	assert_int_equal(t.answers, 1);
	tear_down();
}

/* What waits in a queue is no work: of three at once none counts the others'
 * time. */
static void
only_work_is_counted(void **state)
{
	int64_t began;

	(void)state;
	set_up("slow");
	t.wanted = 3;
	t.pool = pool_new(&t.d, POOL_READER, 1);
	began = loop_milliseconds();
	for (unsigned i = 0; i < t.wanted; i++)
		pool_ask(t.pool, MSG_READ, sk_span_of("", 0), NULL, 0, false,
		    answered, NULL);
	loop_run(t.d.loop);
	assert_int_equal(t.answers, 3);
	assert_in_range(t.worked, 3 * 20 - 3, loop_milliseconds() - began);
	tear_down();
}

/* I7: a mail that kills its reader does so once. */
static void
a_deadly_mail_is_not_tried_again(void **state)
{
	(void)state;
	set_up("crash");
	t.pool = pool_new(&t.d, POOL_READER, 1);
	pool_ask(t.pool, MSG_READ, sk_span_of("", 0), NULL, 0, false,
	    answered, NULL);
	loop_run(t.d.loop);
	assert_int_equal(t.answers, 0);
	assert_string_equal(t.error, "died by signal 11");
	tear_down();
}

/* An innocent mail whose reader somebody killed is read by the next one. */
static void
a_reader_killed_from_outside_costs_nothing(void **state)
{
	(void)state;
	set_up("killed");
	t.pool = pool_new(&t.d, POOL_READER, 1);
	pool_ask(t.pool, MSG_READ, sk_span_of("", 0), NULL, 0, false,
	    answered, NULL);
	loop_run(t.d.loop);
	assert_int_equal(t.answers, 1);
	assert_int_equal(starts(), 2);
	tear_down();
}

static void
fetched(void *ctx, struct channel_message *m, const char *error)
{
	struct wire_in w = wire_open(sk_buf_span(&m->fields));

	(void)ctx;
	assert_null(error);
	t.pids[t.answers++] = wire_u32(&w);
	if (t.answers == 2)
		loop_stop(t.d.loop);
}

/* I7: what one server may have done to a fetcher ends with its answer. */
static void
a_fetcher_is_never_used_twice(void **state)
{
	(void)state;
	set_up("good");
	t.pool = pool_new(&t.d, POOL_FETCHER, 1);
	for (int i = 0; i < 2; i++)
		pool_ask(t.pool, FETCHER_ASK, sk_span_of("", 0), NULL, 0,
		    false, fetched, NULL);
	loop_run(t.d.loop);
	assert_int_equal(t.answers, 2);
	assert_int_not_equal(t.pids[0], t.pids[1]);
	tear_down();
}

/* A keyd that is killed takes its gpg along: it would go on using the home, and
 * its agent, beside the next one. And keyd's own deadline comes first: it ends
 * the gpg and the agent, which a kill cannot (I7). */
static void
a_keyd_goes_with_its_group(void **state)
{
	char path[256], byte;
	int fd;

	(void)state;
	set_up("group");
	t.conf.openpgp_home = t.conf.vault_key = t.folder;
	t.conf.openpgp_fpr = "";
	snprintf(path, sizeof(path), "%s/fifo", t.folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	t.pool = pool_new(&t.d, POOL_KEYD, 1);
	pool_ask(t.pool, MSG_SEAL, sk_span_of("", 0), NULL, 0, false,
	    answered, NULL);
	loop_run(t.d.loop);
	assert_string_equal(t.error, "answered what nobody asked");
	assert_int_equal(starts(), 2);
	assert_true(t.longest >= (LIMIT_KEYD_SECONDS + 10) * 1000);
	/* Until the last of the two children is gone; for ever, if it stays. */
	assert_int_equal(fcntl(fd, F_SETFL, 0), 0);
	alarm(20);
	assert_int_equal(read(fd, &byte, 1), 1);
	assert_int_equal(read(fd, &byte, 1), 1);
	assert_int_equal(read(fd, &byte, 1), 0);
	alarm(0);
	close(fd);
	tear_down();
}

/* However many keys come, one keyd is left to sealing and opening, and nothing
 * waits behind a key that is looked at, not even what is better done there. */
static void
keys_leave_a_keyd_to_the_mails(void **state)
{
	struct loop_timer *end;

	(void)state;
	set_up("looks");
	t.conf.openpgp_home = t.conf.vault_key = t.folder;
	t.conf.openpgp_fpr = "";
	t.pool = pool_new(&t.d, POOL_KEYD, 2);
	t.wanted = 9;
	for (int i = 0; i < 3; i++)
		pool_ask(t.pool, MSG_INSPECT, sk_span_of("", 0), NULL, 0,
		    false, answered, NULL);
	for (char name[] = "a"; *name < 'j'; ++*name)
		pool_ask_at(t.pool, name, MSG_SEAL, sk_span_of("", 0), NULL,
		    0, answered, NULL);
	end = loop_timer_new(t.d.loop, enough, NULL);
	loop_timer_in(end, 10000);
	loop_run(t.d.loop);
	assert_int_equal(t.answers, 9);
	loop_timer_free(&end);
	tear_down();
}

/* A package installed beside a running daemon: its reader is given no mail, and
 * the mail waits for one that is understood. */
static void
another_version_gets_no_mail(void **state)
{
	(void)state;
	set_up("newer");
	t.pool = pool_new(&t.d, POOL_READER, 1);
	pool_ask(t.pool, MSG_READ, sk_span_of("", 0), NULL, 0, false,
	    answered, NULL);
	loop_run(t.d.loop);
	assert_string_equal(t.error, "");
	assert_int_equal(t.answers, 1);
	assert_int_equal(starts(), 2);
	tear_down();
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reader_names_no_key),
		cmocka_unit_test(no_storm),
		cmocka_unit_test(a_good_one_answers),
		cmocka_unit_test(only_work_is_counted),
		cmocka_unit_test(a_deadly_mail_is_not_tried_again),
		cmocka_unit_test(a_reader_killed_from_outside_costs_nothing),
		cmocka_unit_test(a_fetcher_is_never_used_twice),
		cmocka_unit_test(a_keyd_goes_with_its_group),
		cmocka_unit_test(keys_leave_a_keyd_to_the_mails),
		cmocka_unit_test(another_version_gets_no_mail),
	};

	if (argc > 0 && strcmp(argv[0], FETCHER_NAME) == 0)
		return fetcher();
	if (argc > 0 && (strstr(argv[0], "/sekisho-reader") ||
	    strstr(argv[0], "/sekisho-keyd")))
		return helper(argv[0]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * The real reader behind its real walls, fed with what kills parsers (I7):
 * every mail is answered with facts, with a reason, or with a death that costs
 * this mail only, and the next mail is read as if nothing had been. Run from
 * the top of the build tree.
 */
#include <config.h>

#include <fcntl.h>
#include <glob.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include <cmocka.h>

#include <sekisho/channel.h>
#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/reader_client.h>
#include <sekisho/sandbox.h>

#define READER "./sekisho-reader"
#define HEAD "From: Sato <sato@acme.example>\r\n" \
	"To: csc-anken@example.jp\r\nSubject: s\r\n" \
	"Message-ID: <1@acme.example>\r\nMIME-Version: 1.0\r\n"

enum { DEADLINE = LIMIT_READER_SECONDS * 1000 };

static const char plain[] = HEAD
    "Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n"
    "\x1b$B4X=j\x1b(B\r\n";

/* One question and its answer. */
struct talk {
	struct sk_arena *a;
	struct msg_read_done done;
	struct sk_buf facts, payload;
	struct sk_error e;
	int code;
};

static void
talk_end(struct talk *t)
{
	sk_buf_free(&t->facts);
	sk_buf_free(&t->payload);
	sk_arena_free(&t->a);
}

static void
ask_with(struct talk *t, struct reader *r, struct sk_span mail,
    struct msg_read req, int deadline)
{
	int fd = sk_memfd_of("mail", mail);

	*t = (struct talk){ .a = sk_arena_new() };
	sk_buf_init(&t->facts, LIMIT_MESSAGE_MAX);
	sk_buf_init(&t->payload, LIMIT_MESSAGE_MAX);
	t->code = reader_ask(r, fd, &req, deadline, t->a, &t->done, &t->facts,
	    &t->payload, &t->e);
	sk_fd_close(&fd);
}

static void
ask(struct talk *t, struct reader *r, struct sk_span mail)
{
	ask_with(t, r, mail, (struct msg_read){ 0 }, DEADLINE);
}

static void
must_start(struct reader *r)
{
	struct sk_error e;

	if (reader_start(READER, r, &e) != SK_OK)
		fail_msg("%s: %s", e.where, e.text);
}

static void
must_read_plain(struct reader *r)
{
	struct facts f;
	struct talk t;

	ask(&t, r, sk_span_str(plain));
	if (t.code != SK_OK)
		fail_msg("plain mail: %s", t.e.text);
	assert_int_equal(facts_get(t.a, sk_buf_span(&t.facts), &f), SK_OK);
	assert_string_equal(f.from.address, "sato@acme.example");
	assert_non_null(strstr(f.text, "\xe9\x96\xa2\xe6\x89\x80"));
	talk_end(&t);
}

static void
a_plain_mail_is_read(void **state)
{
	struct reader r;

	(void)state;
	must_start(&r);
	must_read_plain(&r);
	must_read_plain(&r);
	reader_end(&r);
}

static void
text_and_parts_come_out(void **state)
{
	static const char mail[] = HEAD
	    "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
	    "--b\r\nContent-Type: text/plain\r\n\r\nwords\r\n"
	    "--b\r\nContent-Type: application/octet-stream; name=x\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\nAAECAw==\r\n--b--\r\n";
	const char *wrapped = "Content-Type: message/rfc822\r\n\r\n"
	    "Subject: x\r\nContent-Type: text/plain\r\n\r\ninside";
	struct reader r;
	struct talk t;

	(void)state;
	must_start(&r);
	ask_with(&t, &r, sk_span_str(mail),
	    (struct msg_read){ .mode = READ_TEXT }, DEADLINE);
	assert_int_equal(t.code, SK_OK);
	assert_non_null(strstr(sk_buf_str(&t.facts), "words"));
	talk_end(&t);
	ask_with(&t, &r, sk_span_str(mail),
	    (struct msg_read){ .mode = READ_PART, .part = 2 }, DEADLINE);
	assert_int_equal(t.code, SK_OK);
	assert_int_equal(t.facts.len, 4);
	assert_memory_equal(t.facts.p, "\0\1\2\3", 4);
	talk_end(&t);
	ask_with(&t, &r, sk_span_str(mail),
	    (struct msg_read){ .mode = READ_PART, .part = 99 }, DEADLINE);
	assert_true(t.code < 0);
	assert_true(t.e.text[0] != '\0');
	talk_end(&t);
	/* The layer is a mail in a mail (RFC 8551 3.1). */
	ask_with(&t, &r, sk_span_str(wrapped), (struct msg_read){
	    .layer = 1, .mode = READ_PART, .part = 1 }, DEADLINE);
	assert_int_equal(t.code, SK_OK);
	assert_string_equal(sk_buf_str(&t.facts), "inside");
	talk_end(&t);
	reader_end(&r);
}

/* --- hostile mails --- */

static void
many(struct sk_buf *b, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sk_buf_adds(b, s);
}

static void
make_boundary(struct sk_buf *b)
{
	sk_buf_adds(b, "Content-Type: multipart/mixed; boundary=\"\\\"\"\r\n"
	    "\r\n--\"\r\n\r\nx\r\n--\"--\r\n");
}

static void
make_nested_messages(struct sk_buf *b)
{
	many(b, "Content-Type: message/rfc822\r\n\r\n", 40000);
}

static void
make_comments(struct sk_buf *b)
{
	sk_buf_adds(b, "Content-Type: text/plain ");
	many(b, "(", 120000);
	sk_buf_adds(b, "\r\n\r\nx\r\n");
}

static void
make_multiparts(struct sk_buf *b)
{
	for (unsigned i = 0; i < 20000; i++)
		sk_buf_addf(b, "Content-Type: multipart/mixed; "
		    "boundary=b%u\r\n\r\n--b%u\r\n", i, i);
}

static void
make_comment_in_from(struct sk_buf *b)
{
	sk_buf_adds(b, "Sender: ");
	many(b, "(a", 60000);
	sk_buf_adds(b, "\r\n\r\nx\r\n");
}

static void
make_deep_html(struct sk_buf *b)
{
	sk_buf_adds(b, "Content-Type: text/html; charset=utf-8\r\n\r\n");
	many(b, "<div><blockquote>\n", 200000);
}

static void
make_parts(struct sk_buf *b)
{
	sk_buf_adds(b, "Content-Type: multipart/mixed; boundary=b\r\n\r\n");
	many(b, "--b\r\n\r\n\r\n", 100000);
}

static void
make_headers(struct sk_buf *b)
{
	many(b, "X: =?utf-8?q?=41?=\r\n", 100000);
}

static void
make_noise(struct sk_buf *b)
{
	uint32_t x = 1;

	sk_buf_adds(b, "Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n");
	for (size_t i = 0; i < 300000; i++) {
		x = x * 1664525 + 1013904223;
		sk_buf_addc(b, (int)(x >> 24));
	}
}

static void
make_nothing(struct sk_buf *b)
{
	sk_buf_clear(b);
}

static const struct {
	const char *name;
	void (*make)(struct sk_buf *b);
} hostile[] = {
	{ "boundary of one escaped quote", make_boundary },
	{ "40,000 nested messages", make_nested_messages },
	{ "120,000 comments", make_comments },
	{ "20,000 multiparts", make_multiparts },
	{ "comments in Sender", make_comment_in_from },
	{ "deep HTML", make_deep_html },
	{ "100,000 parts", make_parts },
	{ "100,000 header fields", make_headers },
	{ "noise", make_noise },
	{ "empty mail", make_nothing }
};

/* Hostile at the top, inside a mail, and as decrypted content. */
static void
feed(struct reader *r, const char *name, struct sk_span mail, unsigned layer)
{
	struct talk t;

	if (r->channel < 0)
		must_start(r);
	ask_with(&t, r, mail, (struct msg_read){ .layer = layer }, DEADLINE);
	if (t.code != SK_OK && t.e.text[0] == '\0')
		fail_msg("%s: no reason", name);
	print_message("%s: %s\n", name, t.code == SK_OK ? "read" : t.e.text);
	if (t.code == SK_OK) {
		struct facts f;

		assert_int_equal(facts_get(t.a, sk_buf_span(&t.facts), &f),
		    SK_OK);
	}
	if (t.done.last)
		reader_end(r);
	talk_end(&t);
}

static void
hostile_mails_hurt_themselves_only(void **state)
{
	struct reader r = { .channel = -1 };
	struct sk_buf b;

	(void)state;
	sk_buf_init(&b, LIMIT_MESSAGE_MAX);
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		sk_buf_clear(&b);
		sk_buf_adds(&b, HEAD);
		hostile[i].make(&b);
		feed(&r, hostile[i].name, sk_buf_span(&b), 0);
		if (r.channel < 0)
			must_start(&r);
		must_read_plain(&r);
		feed(&r, hostile[i].name, sk_buf_span(&b), 1);
		if (r.channel < 0)
			must_start(&r);
		must_read_plain(&r);
	}
	reader_end(&r);
	sk_buf_free(&b);
}

/* The whole golden corpus through the walls, where a library that opens a file
 * dies; and as fast as this, or readers would be started for nothing. */
static void
the_golden_mails_live(void **state)
{
	const char *srcdir = getenv("srcdir");
	struct reader r = { .channel = -1 };
	char pattern[4096];
	glob_t all;

	(void)state;
	snprintf(pattern, sizeof(pattern), "%s/tests/golden/mails/*.eml",
	    srcdir != NULL ? srcdir : "..");
	assert_int_equal(glob(pattern, 0, NULL, &all), 0);
	assert_true(all.gl_pathc >= 300);
	for (size_t i = 0; i < all.gl_pathc; i++) {
		struct sk_buf mail;
		struct sk_error e;
		struct talk t;

		if (r.channel < 0)
			must_start(&r);
		sk_buf_init(&mail, LIMIT_MESSAGE_MAX);
		assert_int_equal(sk_file_read(all.gl_pathv[i], &mail, &e),
		    SK_OK);
		ask(&t, &r, sk_buf_span(&mail));
		if (r.channel < 0)
			fail_msg("%s: %s", all.gl_pathv[i], t.e.text);
		if (t.done.last)
			reader_end(&r);
		talk_end(&t);
		sk_buf_free(&mail);
	}
	reader_end(&r);
	globfree(&all);
}

/* --- the client's care --- */

static void
a_stalled_reader_is_ended(void **state)
{
	struct reader r;
	struct talk t;
	pid_t pid;

	(void)state;
	must_start(&r);
	pid = r.pid;
	assert_int_equal(kill(pid, SIGSTOP), 0);
	ask_with(&t, &r, sk_span_str(plain), (struct msg_read){ 0 }, 100);
	assert_int_equal(t.code, SK_ERR_DATA);
	assert_non_null(strstr(t.e.text, "in time"));
	assert_int_equal(r.channel, -1);
	/* Dead and buried: no zombie, no stray. */
	assert_int_equal(kill(pid, 0), -1);
	talk_end(&t);
}

static void
a_death_is_told_with_its_signal(void **state)
{
	struct reader r;
	struct talk t;

	(void)state;
	must_start(&r);
	assert_int_equal(kill(r.pid, SIGKILL), 0);
	ask(&t, &r, sk_span_str(plain));
	assert_int_equal(t.code, SK_ERR_DATA);
	assert_non_null(strstr(t.e.text, "signal 9"));
	assert_int_equal(r.channel, -1);
	talk_end(&t);
}

static int
exit_code_after(struct reader *r)
{
	int status;

	assert_int_equal(waitpid(r->pid, &status, 0), r->pid);
	r->pid = 0;
	sk_fd_close(&r->channel);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
it_ends_itself_in_time(void **state)
{
	struct reader r;
	struct talk t;
	bool last = false;

	(void)state;
	must_start(&r);
	for (size_t i = 1; i <= LIMIT_READER_MAILS; i++) {
		assert_false(last);
		ask(&t, &r, sk_span_str(plain));
		assert_int_equal(t.code, SK_OK);
		last = t.done.last;
		talk_end(&t);
	}
	assert_true(last);
	assert_int_equal(exit_code_after(&r), 0);
}

static void
it_ends_after_a_large_mail(void **state)
{
	struct reader r;
	struct talk t;
	struct sk_buf b;

	(void)state;
	sk_buf_init(&b, LIMIT_MESSAGE_MAX);
	sk_buf_adds(&b, HEAD "Content-Type: text/plain\r\n\r\n");
	many(&b, "0123456789012345678901234567890123456789\r\n",
	    LIMIT_READER_KEEP / 42 + 1);
	must_start(&r);
	ask(&t, &r, sk_buf_span(&b));
	assert_int_equal(t.code, SK_OK);
	assert_true(t.done.last);
	assert_int_equal(exit_code_after(&r), 0);
	talk_end(&t);
	sk_buf_free(&b);
}

static void
it_ends_when_the_parent_is_gone(void **state)
{
	struct reader r;

	(void)state;
	must_start(&r);
	sk_fd_close(&r.channel);
	assert_int_equal(exit_code_after(&r), 0);
}

static void
it_takes_no_other_message(void **state)
{
	struct reader r;

	(void)state;
	must_start(&r);
	assert_int_equal(channel_send(r.channel, MSG_SEAL, 1,
	    sk_span_str("x"), NULL, 0), SK_OK);
	assert_int_equal(exit_code_after(&r), EX_PROTOCOL);
}

static void
it_says_who_should_start_it(void **state)
{
	pid_t pid = fork();
	struct reader r = { .channel = -1 };

	(void)state;
	if (pid == 0) {
		close(2);
		close(3);
		execl(READER, READER, NULL);
		_exit(99);
	}
	r.pid = pid;
	assert_int_equal(exit_code_after(&r), EX_USAGE);
}

/* With stdin closed the pair is 0 and, where it is free, 3: the number the
 * helper expects, which must lose close-on-exec all the same. */
static void
any_number_can_become_the_channel(void **state)
{
	int in = fcntl(0, F_DUPFD, 10), three = fcntl(3, F_DUPFD, 10);
	struct reader r;

	(void)state;
	close(0);
	close(3);
	must_start(&r);
	assert_int_equal(r.channel, 0);
	must_read_plain(&r);
	reader_end(&r);
	assert_int_equal(dup2(in, 0), 0);
	close(in);
	if (three >= 0) {
		dup2(three, 3);
		close(three);
	}
}

static void
a_missing_reader_is_an_error(void **state)
{
	struct reader r;
	struct sk_error e;

	(void)state;
	assert_int_equal(reader_start("./no-such-reader", &r, &e),
	    SK_ERR_NOINPUT);
	assert_int_equal(reader_start("/bin/true", &r, &e), SK_ERR_DATA);
	assert_int_equal(r.channel, -1);
}

/* --- readers that were taken over: this program plays them --- */

static void
fake_answer(struct channel_message *m, const char *mode)
{
	struct msg_read_done done = { .status = SK_OK };
	unsigned type = MSG_READ_DONE;
	struct sk_buf b;

	sk_buf_init(&b, LIMIT_WIRE_MESSAGE);
	if (strcmp(mode, "lies") == 0) {
		done.facts_len = 1000;
	} else if (strcmp(mode, "flood") == 0) {
		done.facts_len = UINT64_C(1) << 40;
		(void)!ftruncate(m->fds[1], (off_t)done.facts_len);
	} else if (strcmp(mode, "other") == 0) {
		type = MSG_SEAL;
	}
	if (strcmp(mode, "garbage") == 0)
		for (unsigned i = 0; i < 5000; i++)
			sk_buf_addc(&b, (int)(i * 7919 >> 3 & 0xff));
	else
		msg_read_done_put(&b, &done);
	(void)!channel_send(3, type, m->id, sk_buf_span(&b), NULL, 0);
}

/* More memory than the walls allow: refused by the kernel, not by us. */
static void
fake_hoard(void)
{
	struct sk_error e;

	if (sandbox_reader(&e) != SK_OK)
		_exit(1);
	for (size_t i = 0; i <= LIMIT_READER_MEMORY; i += 1024 * 1024)
		if (malloc(1024 * 1024) == NULL)
			_exit(77);
	_exit(2);
}

static int
fake_reader(const char *mode)
{
	struct channel_message m;

	channel_message_init(&m);
	if (channel_send(3, MSG_READER_READY, 0, sk_span_of(NULL, 0), NULL,
	    0) != SK_OK || channel_recv(3, &m) != SK_OK)
		return 1;
	if (strcmp(mode, "hoard") == 0)
		fake_hoard();
	while (strcmp(mode, "burn") == 0)
		m.id++;
	fake_answer(&m, mode);
	(void)!channel_recv(3, &m);
	return 0;
}

static void
a_reader_taken_over_costs_its_mail(void **state)
{
	static const struct {
		const char *mode;
		int deadline, code;
		const char *words;
	} rows[] = {
		{ "garbage", DEADLINE, SK_ERR_PROTOCOL, "cannot be" },
		{ "other", DEADLINE, SK_ERR_PROTOCOL, "cannot be" },
		{ "lies", DEADLINE, SK_ERR_PROTOCOL, "cannot be" },
		{ "flood", DEADLINE, SK_ERR_PROTOCOL, "cannot be" },
		{ "burn", 100, SK_ERR_DATA, "in time" },
#ifndef SK_SANITIZED	/* a sanitizer's shadow has no limit of address space */
		{ "hoard", DEADLINE, SK_ERR_DATA, "exit code 77" },
#endif
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct sk_error e;
		struct reader r;
		struct talk t;

		setenv("FAKE_READER", rows[i].mode, 1);
		assert_int_equal(reader_start("/proc/self/exe", &r, &e),
		    SK_OK);
		unsetenv("FAKE_READER");
		ask_with(&t, &r, sk_span_str(plain), (struct msg_read){ 0 },
		    rows[i].deadline);
		assert_int_equal(t.code, rows[i].code);
		assert_non_null(strstr(t.e.text, rows[i].words));
		assert_int_equal(r.channel, -1);
		talk_end(&t);
	}
}

/* The kernel's view of the real one. */
static void
its_limits_are_set(void **state)
{
	struct rlimit memory, cpu;
	struct reader r;

	(void)state;
	must_start(&r);
	assert_int_equal(prlimit(r.pid, RLIMIT_AS, NULL, &memory), 0);
	assert_int_equal(prlimit(r.pid, RLIMIT_CPU, NULL, &cpu), 0);
#ifndef SK_SANITIZED
	assert_int_equal(memory.rlim_max, LIMIT_READER_MEMORY);
#endif
	assert_int_equal(cpu.rlim_cur, 2 * LIMIT_READER_CPU);
	assert_int_equal(cpu.rlim_max, cpu.rlim_cur + 1);
	reader_end(&r);
}

/* A text of many short lines, the dearest that is known. */
static struct sk_span
dear_mail(struct sk_buf *b)
{
	sk_buf_init(b, LIMIT_READER_KEEP);
	sk_buf_adds(b, HEAD "Content-Type: text/plain; charset=utf-8\r\n\r\n");
	while (b->len + 32 < b->max)
		sk_buf_adds(b, "a\r\nb.c 1.2.3.4\r\n");
	return sk_buf_span(b);
}

/* The real reader, killed by the real wall at real work; only the number is
 * smaller: no mail is known that takes as long as it allows. By SIGXCPU and
 * not by SIGKILL, after which pool.c has a mail read once more. */
static void
spent_processor_time_is_its_own_death(void **state)
{
	struct rlimit cpu = { 1, 2 };
	struct sk_buf b;
	struct sk_span mail = dear_mail(&b);
	struct reader r;
	struct talk t;
	size_t n = 0;
	int code;

	(void)state;
	must_start(&r);
	assert_int_equal(prlimit(r.pid, RLIMIT_CPU, &cpu, NULL), 0);
	do {
		ask(&t, &r, mail);
		code = t.code;
		if (code != SK_OK)
			assert_non_null(strstr(t.e.text, "signal 24"));
		talk_end(&t);
	} while (code == SK_OK && ++n < LIMIT_READER_MAILS);
	assert_int_equal(code, SK_ERR_DATA);
	assert_int_equal(r.channel, -1);
	must_start(&r);
	must_read_plain(&r);
	reader_end(&r);
	sk_buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reader_taken_over_costs_its_mail),
		cmocka_unit_test(its_limits_are_set),
		cmocka_unit_test(spent_processor_time_is_its_own_death),
		cmocka_unit_test(a_plain_mail_is_read),
		cmocka_unit_test(text_and_parts_come_out),
		cmocka_unit_test(hostile_mails_hurt_themselves_only),
		cmocka_unit_test(the_golden_mails_live),
		cmocka_unit_test(a_stalled_reader_is_ended),
		cmocka_unit_test(a_death_is_told_with_its_signal),
		cmocka_unit_test(it_ends_itself_in_time),
		cmocka_unit_test(it_ends_after_a_large_mail),
		cmocka_unit_test(it_ends_when_the_parent_is_gone),
		cmocka_unit_test(it_takes_no_other_message),
		cmocka_unit_test(it_says_who_should_start_it),
		cmocka_unit_test(any_number_can_become_the_channel),
		cmocka_unit_test(a_missing_reader_is_an_error),
	};

	if (getenv("FAKE_READER") != NULL)
		return fake_reader(getenv("FAKE_READER"));
	return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}

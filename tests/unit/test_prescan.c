/*
 * The prescan's limits: each is met exactly and passed by one, so that a limit
 * moved by mistake is seen, and legal mail below it is not refused (L26). And
 * the second reading: libetpan sees no content, and is believed to differ.
 */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include <cmocka.h>

#include <sekisho/limits.h>
#include <sekisho/mail_read.h>

#include "mail/mime.h"
#include "mail/prescan.h"

static struct sk_buf mail;

static int
setup(void **state)
{
	(void)state;
	sk_buf_init(&mail, 64 * 1024 * 1024);
	sk_buf_adds(&mail, "From: a@example.jp\r\n");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	sk_buf_free(&mail);
	return 0;
}

static void
again(void)
{
	sk_buf_clear(&mail);
	sk_buf_adds(&mail, "From: a@example.jp\r\n");
}

static void
repeat(const char *s, size_t n)
{
	while (n-- > 0)
		sk_buf_adds(&mail, s);
}

static void
expect(int want, const char *words)
{
	struct sk_error e = { 0 };

	assert_int_equal(mail_prescan(sk_buf_span(&mail), &e), want);
	if (want != SK_OK)
		assert_non_null(strstr(e.text, words));
	again();
}

/* Zeros cost no memory until they are read. */
static void
size(void **state)
{
	unsigned char *p = calloc(1, LIMIT_MESSAGE_MAX);
	struct sk_error e = { 0 };

	(void)state;
	for (size_t at = 0; at < LIMIT_MESSAGE_MAX; at += LIMIT_LINE)
		p[at] = '\n';
	assert_int_equal(mail_prescan(sk_span_of(p, LIMIT_MESSAGE_MAX), &e),
	    SK_OK);
	/* Refused before a byte is looked at. */
	assert_int_equal(mail_prescan(sk_span_of(p, LIMIT_MESSAGE_MAX + 1),
	    &e), SK_ERR_LIMIT);
	assert_non_null(strstr(e.text, "the mail is longer"));
	free(p);
}

static void
one_line(void **state)
{
	(void)state;
	sk_buf_adds(&mail, "\r\n");
	repeat("x", LIMIT_LINE - 2);
	sk_buf_adds(&mail, "\r\nx\r\n");
	expect(SK_OK, "");
	sk_buf_adds(&mail, "\r\n");
	repeat("x", LIMIT_LINE - 1);
	sk_buf_adds(&mail, "\r\nx\r\n");
	expect(SK_ERR_LIMIT, "a line is longer");
	/* The last line has no end. */
	sk_buf_adds(&mail, "\r\n");
	repeat("x", LIMIT_LINE + 1);
	expect(SK_ERR_LIMIT, "a line is longer");
}

static uint32_t
doubts_of(const char *text, size_t n)
{
	struct sk_arena *a = sk_arena_new();
	struct sk_error e;
	struct facts f;

	assert_int_equal(mail_read(sk_span_of(text, n), 0, a, &f, NULL, &e),
	    SK_OK);
	sk_arena_free(&a);
	return f.doubts;
}

#define DOUBTS(s) doubts_of(s, sizeof(s) - 1)

/* NUL is legal nowhere and lost nowhere; in an attachment it is nobody's. */
static void
nul(void **state)
{
	(void)state;
	assert_true(DOUBTS("From: a@example.jp\0b\r\n\r\nx") & DOUBT_NUL);
	assert_true(DOUBTS("From: a@example.jp\r\n\r\nx\0y") & DOUBT_NUL);
	assert_true(DOUBTS("Content-Type: multipart/mixed; boundary=b\r\n"
	    "\r\n--b\r\nContent-Type: text/plain; name=\0a\r\n\r\nx\r\n"
	    "--b--\r\n") & DOUBT_NUL);
	assert_false(DOUBTS("From: a@example.jp\r\n"
	    "Content-Type: application/octet-stream\r\n\r\nx\0y") &
	    DOUBT_NUL);
}

static void
header_fields(void **state)
{
	(void)state;
	repeat("X: 1\r\n", LIMIT_HEADER_COUNT - 1);
	expect(SK_OK, "");
	repeat("X: 1\r\n", LIMIT_HEADER_COUNT);
	expect(SK_ERR_LIMIT, "header fields");
}

static void
one_field(void **state)
{
	(void)state;
	sk_buf_adds(&mail, "X: ");
	repeat("y", LIMIT_HEADER_FIELD - 5);
	sk_buf_adds(&mail, "\r\n");
	expect(SK_OK, "");
	sk_buf_adds(&mail, "X: ");
	repeat("y", LIMIT_HEADER_FIELD - 4);
	sk_buf_adds(&mail, "\r\n");
	expect(SK_ERR_LIMIT, "one header field");
	sk_buf_adds(&mail, "X:\r\n");
	repeat(" y\r\n", LIMIT_HEADER_FIELD / 4);
	expect(SK_ERR_LIMIT, "one header field");
}

static void
header_bytes(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		sk_buf_adds(&mail, "X: ");
		repeat("y", LIMIT_HEADER_BYTES / 4 - 32);
		sk_buf_adds(&mail, "\r\n");
	}
	expect(SK_OK, "");
	for (int i = 0; i < 5; i++) {
		sk_buf_adds(&mail, "X: ");
		repeat("y", LIMIT_HEADER_BYTES / 5);
		sk_buf_adds(&mail, "\r\n");
	}
	expect(SK_ERR_LIMIT, "the header is longer");
}

static void
boundary(const char *value, int want)
{
	sk_buf_addf(&mail, "Content-Type: multipart/mixed; boundary=%s\r\n"
	    "\r\n", value);
	expect(want, "boundary");
}

static void
boundaries(void **state)
{
	char longest[80] = "";

	(void)state;
	memset(longest, 'b', LIMIT_BOUNDARY);
	boundary(longest, SK_OK);
	longest[LIMIT_BOUNDARY] = 'b';
	boundary(longest, SK_ERR_LIMIT);
	boundary("\"\\\"\"", SK_ERR_LIMIT);
	boundary("\"a\\\"\"", SK_ERR_LIMIT);
	boundary("\"\\a\"", SK_ERR_LIMIT);
	boundary("\"a\x80\"", SK_ERR_LIMIT);
	boundary("\"=_a'()+_,-./:=? b\"", SK_OK);
	boundary("\"\"", SK_OK);
	boundary("x*y@{z}#", SK_OK);
}

static void
nest(unsigned depth)
{
	for (unsigned i = 0; i < depth; i++)
		sk_buf_addf(&mail, "Content-Type: multipart/mixed; "
		    "boundary=b%u\r\n\r\n--b%u\r\n", i, i);
	sk_buf_adds(&mail, "\r\nx\r\n");
}

static void
nesting(void **state)
{
	(void)state;
	nest(LIMIT_MIME_DEPTH);
	expect(SK_OK, "");
	nest(LIMIT_MIME_DEPTH + 1);
	expect(SK_ERR_LIMIT, "nested deeper");
}

static void
parts(void **state)
{
	static const char head[] = "Content-Type: multipart/mixed; "
	    "boundary=b\r\n\r\n";

	(void)state;
	sk_buf_adds(&mail, head);
	repeat("--b\r\n\r\nx\r\n", LIMIT_MIME_PARTS - 1);
	expect(SK_OK, "");
	sk_buf_adds(&mail, head);
	repeat("--b\r\n\r\nx\r\n", LIMIT_MIME_PARTS);
	expect(SK_ERR_LIMIT, "parts");
}

static void
comment(const char *field, unsigned depth, int want)
{
	sk_buf_addf(&mail, "%s: x ", field);
	repeat("(", depth);
	repeat(")", depth);
	sk_buf_adds(&mail, "\r\n\r\n");
	expect(want, "comments");
}

static void
comments(void **state)
{
	(void)state;
	comment("Content-Type", LIMIT_COMMENT_DEPTH, SK_OK);
	comment("Content-Type", LIMIT_COMMENT_DEPTH + 1, SK_ERR_LIMIT);
	comment("To", LIMIT_COMMENT_DEPTH + 1, SK_ERR_LIMIT);
	comment("References", 50000, SK_ERR_LIMIT);
	comment("Subject", 100, SK_OK);
	sk_buf_adds(&mail, "To: \"((((((((((((((((((((((\" <b@example.jp>\r\n");
	expect(SK_OK, "");
	/* 7-bit JIS written raw: "(" is half a kanji or half an escape. */
	sk_buf_adds(&mail, "To: ");
	repeat("\x1b$B$(:4\x1b(B <b@example.jp>, ", 30);
	expect(SK_OK, "");
}

static void
parameters(void **state)
{
	(void)state;
	sk_buf_adds(&mail, "Content-Type: text/plain");
	for (int i = 0; i < LIMIT_MIME_PARAMS; i++)
		sk_buf_addf(&mail, "; p%d=1", i);
	sk_buf_adds(&mail, "\r\n\r\n");
	expect(SK_OK, "");
	sk_buf_adds(&mail, "Content-Disposition: attachment");
	for (int i = 0; i <= LIMIT_MIME_PARAMS; i++)
		sk_buf_addf(&mail, "; p%d=1", i);
	sk_buf_adds(&mail, "\r\n\r\n");
	expect(SK_ERR_LIMIT, "parameters");
}

/* The limits hold in every part, not only at the top. */
static void
limits_inside(void **state)
{
	static const char head[] = "Content-Type: multipart/mixed; "
	    "boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\n";

	(void)state;
	sk_buf_adds(&mail, head);
	repeat("X: 1\r\n", LIMIT_HEADER_COUNT + 1);
	expect(SK_ERR_LIMIT, "header fields");
	sk_buf_adds(&mail, head);
	comment("Content-Type", LIMIT_COMMENT_DEPTH + 1, SK_ERR_LIMIT);
	sk_buf_adds(&mail, head);
	boundary("\"\\\"\"", SK_ERR_LIMIT);
}

/* An attached mail is a leaf, but not at any depth. */
static void
attached_mails_nest_so_far(void **state)
{
	static const char type[] = "Content-Type: message/rfc822\r\n\r\n";

	(void)state;
	repeat(type, LIMIT_MIME_DEPTH);
	expect(SK_OK, NULL);
	repeat(type, LIMIT_MIME_DEPTH + 1);
	expect(SK_ERR_LIMIT, "attached in mails");
}

static const char two_parts[] = "Content-Type: multipart/mixed; boundary=b"
    "\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Content-Transfer-Encoding: base64\r\n\r\nc2VjcmV0\r\n--b\r\n"
    "Content-Type: message/rfc822\r\n\r\nFrom: secret\r\n\r\nx\r\n"
    "--b\r\nContent-Type: text/html \x1b$((((((((((((((((((((\r\n\r\n"
    "secret\r\n--b--\r\n";

static void
scan(struct sk_arena *a, struct mail_scan *s)
{
	struct sk_error e;

	assert_int_equal(prescan(a, sk_span_str(two_parts), 0, s, &e), SK_OK);
	assert_int_equal(s->leaves, 3);
	assert_int_equal(s->doubts, 0);
}

static void
skeleton_has_no_content(void **state)
{
	struct sk_arena *a = sk_arena_new();
	struct sk_buf out;
	struct mail_scan s;

	(void)state;
	sk_buf_init(&out, 4096);
	scan(a, &s);
	mime_skeleton(&s, &out);
	assert_null(strstr(sk_buf_str(&out), "secret"));
	assert_null(strstr(sk_buf_str(&out), "c2VjcmV0"));
	assert_null(strstr(sk_buf_str(&out), "message"));
	assert_null(strstr(sk_buf_str(&out), "(("));
	assert_non_null(strstr(sk_buf_str(&out), "text/plain"));
	sk_buf_free(&out);
	sk_arena_free(&a);
}

static void
readers_that_differ(void **state)
{
	struct sk_arena *a = sk_arena_new();
	struct mail_scan s;

	(void)state;
	scan(a, &s);
	mime_confirm(a, &s);
	assert_int_equal(s.doubts, 0);
	s.parts[1].type.word = "text/html";
	mime_confirm(a, &s);
	assert_int_equal(s.doubts, DOUBT_BAD_MIME);
	scan(a, &s);
	s.parts[1].transfer = TRANSFER_QP;
	mime_confirm(a, &s);
	assert_int_equal(s.doubts, DOUBT_BAD_MIME);
	scan(a, &s);
	s.leaves++;
	mime_confirm(a, &s);
	assert_int_equal(s.doubts, DOUBT_BAD_MIME);
	sk_arena_free(&a);
}

/* Nothing reaches libetpan but through the prescan: a scan without it, or one
 * that it refused, ends the process. */
static void
only_what_passed_is_confirmed(void **state)
{
	struct sk_arena *a = sk_arena_new();
	struct mail_scan s;
	struct sk_error e;
	int status;
	pid_t pid;

	(void)state;
	assert_int_equal(mail_scan(a, sk_span_str(two_parts), 0, &s, &e),
	    SK_OK);
	assert_false(s.passed);
	pid = fork();
	if (pid == 0) {
		close(2);
		mime_confirm(a, &s);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EX_SOFTWARE);
	assert_int_equal(prescan(a, sk_span_str("Content-Type: "
	    "multipart/mixed; boundary=\"\\\"\"\r\n\r\nx"), 0, &s, &e),
	    SK_ERR_LIMIT);
	assert_false(s.passed);
	sk_arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(size),
		cmocka_unit_test_setup_teardown(one_line, setup, teardown),
		cmocka_unit_test(nul),
		cmocka_unit_test(only_what_passed_is_confirmed),
		cmocka_unit_test_setup_teardown(header_fields, setup, teardown),
		cmocka_unit_test_setup_teardown(one_field, setup, teardown),
		cmocka_unit_test_setup_teardown(header_bytes, setup, teardown),
		cmocka_unit_test_setup_teardown(boundaries, setup, teardown),
		cmocka_unit_test_setup_teardown(nesting, setup, teardown),
		cmocka_unit_test_setup_teardown(parts, setup, teardown),
		cmocka_unit_test_setup_teardown(comments, setup, teardown),
		cmocka_unit_test_setup_teardown(parameters, setup, teardown),
		cmocka_unit_test_setup_teardown(limits_inside, setup, teardown),
		cmocka_unit_test_setup_teardown(attached_mails_nest_so_far,
		    setup, teardown),
		cmocka_unit_test(skeleton_has_no_content),
		cmocka_unit_test(readers_that_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

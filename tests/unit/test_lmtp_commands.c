/*
 * LMTP commands one by one: syntax of paths and parameters, order, and the
 * limits that end a session.
 */
#include <config.h>

#include "lmtp_host.h"

struct line_case {
	const char *line, *want;
};

static void
try_lines(const char *before, const struct line_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct host h = { 0 };

		host_open(&h);
		host_say(&h, before);
		host_codes(&h);
		host_say(&h, cases[i].line);
		host_say(&h, "\r\n");
		if (strcmp(host_codes(&h), cases[i].want) != 0)
			fail_msg("%s: %s, not %s", cases[i].line,
			    sk_buf_str(&h.codes), cases[i].want);
		host_close(&h);
	}
}

static void
test_mail_syntax(void **state)
{
	static const struct line_case cases[] = {
		{ "MAIL FROM:<>", "250:2.1.0" },
		{ "mail from:<a@b.example>", "250:2.1.0" },
		{ "MAIL FROM: <a@b.example> ", "250:2.1.0" },
		{ "MAIL FROM:<a..b.@docomo.example>", "250:2.1.0" },
		{ "MAIL FROM:<\"a b\\\"c@\"@b.example>", "250:2.1.0" },
		{ "MAIL FROM:<\"\"@b.example>", "250:2.1.0" },
		{ "MAIL FROM:<a=b+c@[IPv6:2001:db8::1]>", "250:2.1.0" },
		{ "MAIL FROM:<@r1.example,@r2.example:a@b.example>",
		    "250:2.1.0" },
		{ "MAIL FROM:<\xe4\xbd\x90@\xe4\xbe\x8b.example> SMTPUTF8",
		    "250:2.1.0" },
		{ "MAIL FROM:<\xe4\xbd\x90@b.example>", "250:2.1.0" },
		{ "MAIL FROM:<a@b.example> BODY=7bit SIZE=5 SMTPUTF8",
		    "250:2.1.0" },
		{ "MAIL FROM:<a@b.example>  SIZE=5", "250:2.1.0" },
		{ "MAIL", "501:5.1.7" },
		{ "MAIL FROM:a@b.example", "501:5.1.7" },
		{ "MAIL FROM:<a@b.example", "501:5.1.7" },
		{ "MAIL FROM:<a>", "501:5.1.7" },
		{ "MAIL FROM:<@b.example>", "501:5.1.7" },
		{ "MAIL FROM:<@r.example:>", "501:5.1.7" },
		{ "MAIL FROM:<@:a@b.example>", "501:5.1.7" },
		{ "MAIL FROM:<@r.example;a@b.example>", "501:5.1.7" },
		{ "MAIL FROM:<@r.example,a@b.example>", "501:5.1.7" },
		{ "MAIL FROM:<a@>", "501:5.1.7" },
		{ "MAIL FROM:<a@b..example>", "501:5.1.7" },
		{ "MAIL FROM:<a@b@c.example>", "501:5.1.7" },
		{ "MAIL FROM:<a b@c.example>", "501:5.1.7" },
		{ "MAIL FROM:<\"a@c.example>", "501:5.1.7" },
		{ "MAIL FROM:<\"a\\", "501:5.1.7" },
		{ "MAIL FROM:<a@[>", "501:5.1.7" },
		{ "MAIL FROM:<a@[]>", "501:5.1.7" },
		{ "MAIL FROM:<a<b@c.example>", "501:5.1.7" },
		{ "MAIL FROM:<\xff@b.example>", "501:5.1.7" },
		{ "MAIL FROM:<a@b.example>SIZE=1", "501:5.5.4" },
		{ "MAIL FROM:<a@b.example> SIZE=", "501:5.5.4" },
		{ "MAIL FROM:<a@b.example> SIZE", "501:5.5.4" },
		{ "MAIL FROM:<a@b.example> SIZE=1x", "501:5.5.4" },
		{ "MAIL FROM:<a@b.example> SIZE=-1", "501:5.5.4" },
		{ "MAIL FROM:<a@b.example> SIZE=1 SIZE=2", "501:5.5.4" },
		{ "MAIL FROM:<a@b.example> BODY", "501:5.5.4" },
		{ "MAIL FROM:<a@b.example> =1", "501:5.5.4" },
		{ "MAIL FROM:<a@b.example> SMTPUTF8=1", "501:5.5.4" },
		{ "MAIL FROM:<a@b.example> BODY=BINARYMIME", "555:5.5.4" },
		{ "MAIL FROM:<a@b.example> RET=HDRS", "555:5.5.4" },
		{ "MAIL FROM:<a@b.example> AUTH=<>", "555:5.5.4" },
		{ "MAIL FROM:<a\x1b@b.example>", "500:5.5.2" },
		{ "MAIL FROM:<a\x7f@b.example>", "500:5.5.2" },
	};

	(void)state;
	try_lines(LHLO, cases, NPIECES(cases));
}

static void
test_rcpt_syntax(void **state)
{
	static const struct line_case cases[] = {
		{ "RCPT TO:<csc-info+a+b@example.jp>", "250:2.1.5" },
		{ "RCPT TO: <csc-info@example.jp>", "250:2.1.5" },
		{ "RCPT TO:<@r.example:csc-info@example.jp>", "250:2.1.5" },
		{ "RCPT TO:<\"csc-info\"@example.jp>", "550:5.1.1" },
		{ "RCPT TO:<\"a b\"@example.jp>", "550:5.1.1" },
		{ "RCPT TO:<Postmaster>", "550:5.1.1" },
		{ "RCPT TO:<\xe4\xbd\x90@example.jp>", "550:5.1.1" },
		{ "RCPT TO:<busy@example.jp>", "452:4.3.1" },
		{ "RCPT TO:<>", "501:5.1.3" },
		{ "RCPT TO:<csc-info>", "501:5.1.3" },
		{ "RCPT FROM:<csc-info@example.jp>", "501:5.1.3" },
		{ "RCPT TO:<csc-info@example.jp> ORCPT=rfc822;a",
		    "555:5.5.4" },
		{ "RCPT TO:<csc-info@example.jp> NOTIFY=NEVER", "555:5.5.4" },
		{ "RCPT TO:<csc-info@example.jp>x", "501:5.5.4" },
	};

	(void)state;
	try_lines(LHLO MAIL, cases, NPIECES(cases));
}

static void
test_other_commands(void **state)
{
	static const struct line_case cases[] = {
		{ "LHLO", "501:5.5.4" }, { "LHLO x", "250" },
		{ "HELO x", "500:5.5.1" }, { "EHLO x", "500:5.5.1" },
		{ "NOOP", "250:2.0.0" }, { "noop a b", "250:2.0.0" },
		{ "RSET", "250:2.0.0" }, { "RSET x", "501:5.5.4" },
		{ "HELP", "214:2.0.0" }, { "HELP MAIL", "214:2.0.0" },
		{ "VRFY csc-info", "252:2.5.0" }, { "VRFY", "501:5.5.4" },
		{ "EXPN x", "502:5.5.1" }, { "STARTTLS", "502:5.5.1" },
		{ "QUIT x", "501:5.5.4" }, { "QUIT", "221:2.0.0" },
		{ "BDAT 10 LAST", "521:5.5.1" },
		{ "POST / HTTP/1.1", "521:5.7.0" },
		{ "XFORWARD NAME=x", "500:5.5.1" }, { "", "500:5.5.1" },
		{ "NOOPX", "500:5.5.1" }, { "NOO", "500:5.5.1" },
		{ MAIL "X", "503:5.5.1 500:5.5.1" },
		{ RCPT "X", "503:5.5.1 500:5.5.1" },
		{ "DATA", "503:5.5.1" },
		{ LHLO MAIL MAIL "NOOP", "250 250:2.1.0 503:5.5.1 250:2.0.0" },
		{ LHLO RCPT "DATA", "250 503:5.5.1 503:5.5.1" },
		{ LHLO MAIL "DATA", "250 250:2.1.0 503:5.5.1" },
		{ LHLO MAIL RCPT "DATA x",
		    "250 250:2.1.0 250:2.1.5 501:5.5.4" },
		{ LHLO MAIL RCPT "RSET\r\nDATA",
		    "250 250:2.1.0 250:2.1.5 250:2.0.0 503:5.5.1" },
		{ LHLO MAIL RCPT LHLO "DATA",
		    "250 250:2.1.0 250:2.1.5 250 503:5.5.1" },
	};

	(void)state;
	try_lines("", cases, NPIECES(cases));
}

static void
test_nul_in_a_command(void **state)
{
	static const struct piece piece = P("NOOP\0\r\nRSET\r\n");
	struct host h = { 0 };

	(void)state;
	host_open(&h);
	host_play(&h, &piece, 1, SIZE_MAX);
	host_expect(&h, "220 500:5.5.2 250:2.0.0");
	host_close(&h);
}

/* What begin() is told: no route, quotes kept, parameters of this mail only. */
static void
test_envelope(void **state)
{
	struct host h = { 0 };

	(void)state;
	host_open(&h);
	host_say(&h, LHLO "MAIL FROM:<@r.example:\"a b\"@c.example> SIZE=9"
	    " BODY=8BITMIME SMTPUTF8\r\n" RCPT DATA);
	host_say(&h, ".\r\n");
	host_say(&h, "MAIL FROM:<Mixed@Case.Example>\r\n"
	    "RCPT TO:<csc-Info+Tag@Example.JP>\r\n" DATA);
	assert_string_equal(sk_buf_str(&h.envelopes),
	    "<\"a b\"@c.example> 9 8bit utf8: csc-anken@example.jp\n"
	    "<Mixed@Case.Example> 0: csc-Info+Tag@Example.JP\n");
	host_close(&h);
}

/* A repeated RCPT is a recipient of its own; the refused have no reply. */
static void
test_replies_per_recipient(void **state)
{
	struct host h = { 0 };

	(void)state;
	host_open(&h);
	host_say(&h, LHLO MAIL RCPT "RCPT TO:<x@example.jp>\r\n"
	    "RCPT TO:<busy@example.jp>\r\n" RCPT RCPT DATA);
	host_expect(&h, "220 250 250:2.1.0 250:2.1.5 550:5.1.1 452:4.3.1 "
	    "250:2.1.5 250:2.1.5 354");
	host_say(&h, "x\r\n.\r\n");
	host_expect(&h, "250:2.0.0 250:2.0.0 250:2.0.0");
	host_close(&h);
}

/* --- limits --- */

static void
test_limit_rcpts(void **state)
{
	struct host h = { 0 };

	(void)state;
	host_open(&h);
	host_say(&h, LHLO MAIL);
	for (size_t i = 0; i < LIMIT_LMTP_RCPTS; i++) {
		host_codes(&h);
		host_say(&h, RCPT);
		host_expect(&h, "250:2.1.5");
	}
	host_say(&h, RCPT);
	host_expect(&h, "452:4.5.3");
	host_say(&h, DATA);
	host_codes(&h);
	host_say(&h, "x\r\n.\r\n");
	assert_int_equal(strlen(host_codes(&h)), LIMIT_LMTP_RCPTS * 10 - 1);
	host_close(&h);
}

static void
test_limit_bad_commands(void **state)
{
	struct host h = { 0 };

	(void)state;
	host_open(&h);
	host_say(&h, LHLO MAIL RCPT);
	for (size_t i = 1; i < LIMIT_LMTP_BAD_COMMANDS; i++) {
		host_codes(&h);
		host_say(&h, "XYZZY\r\n");
		host_expect(&h, "500:5.5.1");
	}
	host_say(&h, "NOOP\r\n");
	host_codes(&h);
	assert_false(lmtp_closing(h.s));
	host_say(&h, "XYZZY\r\nNOOP\r\n");
	host_expect(&h, "421:4.7.0");
	assert_true(lmtp_closing(h.s));
	host_close(&h);
}

/* What a refused MAIL drags along, and unknown desks, are no bad commands. */
static void
test_not_counted_as_bad(void **state)
{
	struct host h = { 0 };

	(void)state;
	host_open(&h);
	host_say(&h, LHLO "MAIL FROM:<a@b.example> SIZE=2000\r\n");
	for (size_t i = 0; i < 3 * LIMIT_LMTP_BAD_COMMANDS; i++)
		host_say(&h, RCPT DATA);
	host_say(&h, MAIL);
	for (size_t i = 0; i < 3 * LIMIT_LMTP_BAD_COMMANDS; i++)
		host_say(&h, "RCPT TO:<nobody@example.jp>\r\n" DATA);
	assert_false(lmtp_closing(h.s));
	host_close(&h);
}

static void
test_limit_command_line(void **state)
{
	static const struct piece tail[] = { P("\r\n"), P("NOOP\r\n") };
	char line[2 * LIMIT_LMTP_COMMAND];
	struct piece piece = { line, LIMIT_LMTP_COMMAND };

	(void)state;
	memset(line, 'x', sizeof(line));
	memcpy(line, "NOOP ", 5);
	for (size_t slice = 1; slice < 3000; slice += 499) {
		struct host h = { 0 };

		host_open(&h);
		piece.n = LIMIT_LMTP_COMMAND;
		host_play(&h, &piece, 1, slice);
		host_play(&h, tail, 2, slice);
		host_expect(&h, "220 250:2.0.0 250:2.0.0");
		piece.n = LIMIT_LMTP_COMMAND + 1;
		host_play(&h, &piece, 1, slice);
		host_play(&h, tail, 2, slice);
		host_expect(&h, "500:5.5.2 250:2.0.0");
		piece.n = sizeof(line);
		host_play(&h, &piece, 1, slice);
		host_play(&h, tail, 2, slice);
		host_expect(&h, "500:5.5.2 250:2.0.0");
		host_close(&h);
	}
}

static void
test_limit_address(void **state)
{
	char line[400] = "MAIL FROM:<";
	size_t at = strlen(line);
	struct host h = { 0 };

	(void)state;
	memset(line + at, 'a', LIMIT_LMTP_ADDRESS + 1);
	memcpy(line + at + LIMIT_LMTP_ADDRESS - 10, "@b.example>\r\n", 14);
	host_open(&h);
	host_say(&h, LHLO);
	host_say(&h, line);
	host_expect(&h, "220 250 250:2.1.0");
	host_say(&h, "RSET\r\n");
	host_codes(&h);
	memset(line + at, 'a', LIMIT_LMTP_ADDRESS + 1);
	memcpy(line + at + LIMIT_LMTP_ADDRESS - 9, "@b.example>\r\n", 14);
	host_say(&h, line);
	host_expect(&h, "501:5.5.4");
	host_close(&h);
}

/* More replies than the session's buffer holds, in one feed. */
static void
test_long_pipeline(void **state)
{
	struct host h = { 0 };
	struct sk_buf in;

	(void)state;
	host_open(&h);
	sk_buf_init(&in, 1 << 20);
	for (size_t i = 0; i < 5000; i++)
		sk_buf_adds(&in, "HELP\r\n");
	host_codes(&h);
	host_say(&h, sk_buf_str(&in));
	assert_int_equal(strlen(host_codes(&h)), 5000 * 10 - 1);
	sk_buf_free(&in);
	host_close(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mail_syntax),
		cmocka_unit_test(test_rcpt_syntax),
		cmocka_unit_test(test_other_commands),
		cmocka_unit_test(test_nul_in_a_command),
		cmocka_unit_test(test_envelope),
		cmocka_unit_test(test_replies_per_recipient),
		cmocka_unit_test(test_limit_rcpts),
		cmocka_unit_test(test_limit_bad_commands),
		cmocka_unit_test(test_not_counted_as_bad),
		cmocka_unit_test(test_limit_command_line),
		cmocka_unit_test(test_limit_address),
		cmocka_unit_test(test_long_pipeline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

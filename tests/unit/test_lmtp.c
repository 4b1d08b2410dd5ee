/*
 * The LMTP machine: whole dialogues in every slicing, the end of data and its
 * imitations (L21), replies per recipient, events in pairs, every limit.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "lmtp_host.h"

/* A Postfix that keeps its connection: two mails, RSET between, QUIT. */
static const struct piece postfix[] = {
	P(LHLO),
	P("MAIL FROM:<sato@acme.example> SIZE=120 BODY=8BITMIME\r\n"
	    RCPT "RCPT TO:<nobody@example.jp>\r\n"
	    "rcpt to:<busy@example.jp>\r\n"
	    "RCPT TO:<csc-info+abc@example.jp>\r\n" DATA),
	P("Subject: a\r\n\r\n..\r\n.dot\r\n\xe3\x81\x82\r\n.\r\n"
	    "RSET\r\nMAIL FROM:<> SMTPUTF8\r\n" RCPT RCPT DATA),
	P("\r\n.\r\nNOOP\r\nQUIT\r\n"),
};
static const char postfix_codes[] = "220 250 "
    "250:2.1.0 250:2.1.5 550:5.1.1 452:4.3.1 250:2.1.5 354 "
    "250:2.0.0 250:2.0.0 250:2.0.0 250:2.1.0 250:2.1.5 250:2.1.5 354 "
    "250:2.0.0 250:2.0.0 250:2.0.0 221:2.0.0";
static const char postfix_content[] =
    "Subject: a\r\n\r\n.\r\ndot\r\n\xe3\x81\x82\r\n<end>\r\n<end>";
static const char postfix_envelopes[] = "<sato@acme.example> 120 8bit: "
    "csc-anken@example.jp csc-info+abc@example.jp\n"
    "<> 0 utf8: csc-anken@example.jp csc-anken@example.jp\n";

static void
test_dialogue_in_slices(void **state)
{
	(void)state;
	for (size_t slice = 1; slice < 220; slice++) {
		struct host h = { .sync = slice % 2 == 0 };

		host_open(&h);
		host_play(&h, postfix, NPIECES(postfix), slice);
		host_expect(&h, postfix_codes);
		assert_string_equal(sk_buf_str(&h.content), postfix_content);
		assert_string_equal(sk_buf_str(&h.envelopes),
		    postfix_envelopes);
		assert_true(lmtp_closing(h.s));
		assert_int_equal(h.ends, 2);
		assert_int_equal(h.aborts, 0);
		host_close(&h);
	}
}

/* A pipelined group costs one write, its replies in order. */
static void
test_one_write_per_group(void **state)
{
	struct host h = { 0 };

	(void)state;
	host_open(&h);
	h.writes = 0;
	host_play(&h, postfix, 2, SIZE_MAX);
	assert_int_equal(h.writes, 2);
	host_close(&h);
}

static void
test_greeting_and_offer(void **state)
{
	struct host h = { 0 };

	(void)state;
	host_open(&h);
	host_say(&h, LHLO);
	assert_string_equal(sk_buf_str(&h.out),
	    "220 gate.example.jp LMTP ready\r\n"
	    "250-gate.example.jp\r\n250-PIPELINING\r\n250-SIZE 1000\r\n"
	    "250-8BITMIME\r\n250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES\r\n");
	host_close(&h);
}

/* No maximum, or one no reader could take: the largest there is. */
static void
test_largest_maximum(void **state)
{
	static const size_t sizes[] = { LIMIT_MESSAGE_MAX + 1, SIZE_MAX };
	char want[40];

	(void)state;
	snprintf(want, sizeof(want), "250-SIZE %lu\r\n", LIMIT_MESSAGE_MAX);
	for (size_t i = 0; i < NPIECES(sizes); i++) {
		struct host h = { .max = sizes[i] };

		host_open(&h);
		host_say(&h, LHLO);
		assert_non_null(strstr(sk_buf_str(&h.out), want));
		host_close(&h);
	}
}

/* Nobody waits for it: no reply that would be taken for another's. */
static void
test_committed_without_a_mail(void **state)
{
	struct host h = { 0 };

	(void)state;
	host_open(&h);
	host_say(&h, LHLO MAIL RCPT);
	host_codes(&h);
	lmtp_committed(h.s, SK_OK);
	host_expect(&h, "");
	host_say(&h, DATA);
	lmtp_committed(h.s, SK_OK);
	host_expect(&h, "354");
	host_close(&h);
	lmtp_free(&h.s);
}

/* --- the end of data --- */

struct content_case {
	const char *p;
	size_t n;
	const char *want;	/* NULL: stray CR or LF */
	size_t nwant;
};
#define SAME(text) { text, sizeof(text) - 1, text, sizeof(text) - 1 }
#define BECOMES(text, want) \
	{ text, sizeof(text) - 1, want, sizeof(want) - 1 }
#define STRAY(text) { text, sizeof(text) - 1, NULL, 0 }

static const struct content_case contents[] = {
	STRAY("\n.\n"), STRAY("\n.\r\n"), STRAY("\r.\r"), STRAY("\r.\r\n"),
	STRAY("\r\n.\n"), STRAY("\r\n.\r"), STRAY("\r\n.\r\r\n"),
	STRAY("\n"), STRAY("\r"), STRAY("\r\r\n"), STRAY("\n\r\n"),
	STRAY("\r\n\n"), STRAY("\r\n\r"), STRAY("\r\n..\n"),
	STRAY("\r\n..\r"), STRAY("\r\n.\0\n"), STRAY("\r\0\n"),
	STRAY("\n\n.\r\n"), STRAY("\r\n.\n.\r\n"), STRAY("\r\n\0\r"),
	SAME(""), SAME("\r\n"), SAME("\r\n\0.\r\n"), SAME("\r\n\r\n"),
	SAME("\0\r\n"), SAME(" .\r\n"), SAME("x.\r\n"), SAME("\r\n \r\n"),
	SAME("\xff\xfe\x80\r\n"), SAME("\x1b[2J\x85\x0b\x0c\r\n"),
	BECOMES("\r\n..\r\n", "\r\n.\r\n"),
	BECOMES("\r\n...\r\n", "\r\n..\r\n"),
	BECOMES("\r\n.x\r\n", "\r\nx\r\n"),
	BECOMES("\r\n..x\r\n", "\r\n.x\r\n"),
	BECOMES("\r\n.\0\r\n", "\r\n\0\r\n"),
	BECOMES("\r\n. \r\n", "\r\n \r\n"),
	BECOMES("\r\n..\r\n..\r\n.a\r\n", "\r\n.\r\n.\r\na\r\n"),
};

/* `before`, the case, then an end of data and the mail it would smuggle in. */
static void
play_content(const struct content_case *c, const char *before, size_t slice)
{
	struct host h = { 0 };
	struct sk_buf body;
	struct piece piece[2] = { P(LHLO MAIL RCPT RCPT DATA) };
	size_t nbefore = strlen(before);

	host_open(&h);
	sk_buf_init(&body, 4096);
	sk_buf_adds(&body, before);
	sk_buf_add(&body, c->p, c->n);
	sk_buf_adds(&body, c->want != NULL ? ".\r\n" : "y\r\n.\r\n");
	sk_buf_adds(&body, "RSET\r\nMAIL FROM:<evil@bank.example>\r\n");
	piece[1] = (struct piece){ (const char *)body.p, body.len };
	host_play(&h, piece, 2, slice);
	if (c->want == NULL) {
		host_expect(&h, "220 250 250:2.1.0 250:2.1.5 250:2.1.5 354 "
		    "550:5.6.0 550:5.6.0");
		assert_true(lmtp_closing(h.s));
		assert_int_equal(h.aborts, 1);
	} else {
		host_expect(&h, "220 250 250:2.1.0 250:2.1.5 250:2.1.5 354 "
		    "250:2.0.0 250:2.0.0 250:2.0.0 250:2.1.0");
		assert_int_equal(h.content.len, nbefore + c->nwant + 5);
		assert_memory_equal(h.content.p, before, nbefore);
		assert_memory_equal(h.content.p + nbefore, c->want, c->nwant);
		assert_int_equal(h.ends, 1);
	}
	sk_buf_free(&body);
	host_close(&h);
}

static void
test_end_of_data(void **state)
{
	static const char *const before[] = { "a: b\r\n\r\ntext", "\r\n.." };

	(void)state;
	for (size_t i = 0; i < NPIECES(contents); i++) {
		const struct content_case *c = &contents[i];

		for (size_t slice = 1; slice < 24; slice++) {
			/* Cases without a leading CRLF stand behind text, or
			 * at a line's start. */
			if (c->want == NULL || strncmp(c->p, "\r\n", 2) == 0)
				play_content(c, before[0], slice);
			else
				play_content(c, "a: b\r\n", slice);
			if (c->want == NULL)
				play_content(c, "\r\n", slice);
		}
	}
}

static void
test_stray_in_commands(void **state)
{
	static const char *const lines[] = {
		"NOOP\n", "NOOP\r\r\n", "NOOP\rRSET\r\n", "\n", "\rX",
		"RSET\r\nNOOP\nQUIT\r\n",
	};

	(void)state;
	for (size_t i = 0; i < NPIECES(lines); i++) {
		for (size_t slice = 1; slice < 12; slice++) {
			struct host h = { 0 };
			struct piece piece = { lines[i], strlen(lines[i]) };
			const char *codes;

			host_open(&h);
			host_play(&h, &piece, 1, slice);
			codes = host_codes(&h);
			assert_string_equal(codes + strlen(codes) - 9,
			    "521:5.5.2");
			assert_true(lmtp_closing(h.s));
			host_close(&h);
		}
	}
}

/* Longer than any buffer of ours, one line, in one mail with plain ones. */
static void
test_long_lines_pass(void **state)
{
	const size_t n = 3 << 20;
	struct host h = { .max = n + 100 };
	char *line = malloc(n + 1);

	(void)state;
	assert_non_null(line);
	memset(line, 'x', n);
	line[n] = '\0';
	host_open(&h);
	host_say(&h, LHLO MAIL RCPT DATA);
	host_say(&h, "a\r\n");
	host_say(&h, line);
	host_say(&h, line + n);
	host_say(&h, "\r\n.\r\n");
	host_expect(&h, "220 250 250:2.1.0 250:2.1.5 354 250:2.0.0");
	assert_int_equal(h.content.len, 3 + n + 2 + 5);
	free(line);
	host_close(&h);
}

/* --- pipelining --- */

static void
test_input_before_354(void **state)
{
	static const char *const early[] = {
		LHLO MAIL RCPT DATA "Subject: x\r\n.\r\n",
		LHLO MAIL RCPT DATA "QUIT\r\n",
		LHLO MAIL "RCPT TO:<nobody@example.jp>\r\n" DATA "MAIL",
	};

	(void)state;
	for (size_t i = 0; i < NPIECES(early); i++) {
		struct host h = { 0 };
		const char *codes;

		host_open(&h);
		host_say(&h, early[i]);
		codes = host_codes(&h);
		assert_string_equal(codes + strlen(codes) - 9, "503:5.5.0");
		assert_true(lmtp_closing(h.s));
		assert_int_equal(h.begins, 0);
		host_close(&h);
	}
}

/* The peer has closed its side: it gets its replies all the same. */
static void
test_input_behind_the_dot_waits(void **state)
{
	static const char rest[] = "x\r\n.\r\n" MAIL RCPT DATA;
	struct host h = { .hold = true };
	size_t used;

	(void)state;
	host_open(&h);
	host_say(&h, LHLO MAIL RCPT DATA);
	host_codes(&h);
	used = lmtp_feed(h.s, rest, sizeof(rest) - 1);
	assert_int_equal(used, 6);
	assert_true(lmtp_waiting(h.s));
	assert_false(lmtp_closing(h.s));
	host_expect(&h, "");
	lmtp_committed(h.s, SK_OK);
	host_expect(&h, "250:2.0.0");
	assert_false(lmtp_waiting(h.s));
	host_say(&h, rest + used);
	host_expect(&h, "250:2.1.0 250:2.1.5 354");
	host_close(&h);
}

/* --- faults: ours are 4xx, for each recipient --- */

static void
test_our_faults_are_4xx(void **state)
{
	(void)state;
	for (int code = SK_ERR_LAST; code < 0; code++) {
		struct host h = { .content_rc = code };

		host_open(&h);
		host_say(&h, LHLO MAIL RCPT RCPT DATA);
		host_codes(&h);
		host_say(&h, "a\r\n");
		host_say(&h, "b\r\n.\r\n");
		assert_int_equal(h.aborts, 1);
		assert_int_equal(h.out.p[0], '4');
		assert_int_equal(strlen(host_codes(&h)), 19);
		h.content_rc = SK_OK;
		h.commit_rc = code;
		host_say(&h, MAIL RCPT DATA);
		host_codes(&h);
		host_say(&h, "a\r\n.\r\n");
		assert_int_equal(h.out.p[0], '4');
		assert_int_equal(strlen(host_codes(&h)), 9);
		h.commit_rc = SK_OK;
		h.begin_rc = code;
		host_say(&h, MAIL RCPT);
		host_codes(&h);
		host_say(&h, DATA);
		assert_int_equal(h.out.p[0], '4');
		host_codes(&h);
		host_say(&h, "NOOP\r\n");
		host_expect(&h, "250:2.0.0");
		assert_int_equal(h.ends, 1);
		host_close(&h);
	}
}

static void
test_claimed_size(void **state)
{
	struct host h = { 0 };

	(void)state;
	host_open(&h);
	host_say(&h, LHLO "MAIL FROM:<a@b.example> SIZE=1001\r\n" RCPT DATA);
	host_expect(&h, "220 250 552:5.3.4 503:5.5.1 503:5.5.1");
	host_say(&h, "MAIL FROM:<a@b.example> SIZE=99999999999999999999\r\n");
	host_expect(&h, "552:5.3.4");
	host_say(&h, "MAIL FROM:<a@b.example> size=1000\r\n");
	host_expect(&h, "250:2.1.0");
	host_close(&h);
}

/* Exactly max passes, one more does not; stuffing dots do not count. */
static void
test_counted_size(void **state)
{
	(void)state;
	for (size_t slice = 1; slice < 1100; slice += 97) {
		for (size_t extra = 0; extra < 2; extra++) {
			char body[HOST_MAX + 16] = "..";
			struct piece piece[] = {
				P(LHLO "MAIL FROM:<a@b.example> SIZE=1\r\n"
				    RCPT RCPT DATA),
				{ body, 0 }, P(MAIL),
			};
			struct host h = { 0 };

			memset(body + 2, 'x', HOST_MAX - 3 + extra);
			memcpy(body + HOST_MAX - 1 + extra, "\r\n.\r\n", 5);
			piece[1].n = HOST_MAX + 4 + extra;
			host_open(&h);
			host_play(&h, piece, 3, slice);
			host_expect(&h, extra == 0 ?
			    "220 250 250:2.1.0 250:2.1.5 250:2.1.5 354 "
			    "250:2.0.0 250:2.0.0 250:2.1.0" :
			    "220 250 250:2.1.0 250:2.1.5 250:2.1.5 354 "
			    "552:5.3.4 552:5.3.4 250:2.1.0");
			assert_int_equal(h.ends, 1 - extra);
			assert_int_equal(h.aborts, extra);
			host_close(&h);
		}
	}
}

/* --- the end of a session, in every state --- */

static void
test_free_pairs_events(void **state)
{
	static const struct {
		const char *say[2];
		unsigned ends, aborts;
	} cases[] = {
		{ { LHLO MAIL RCPT }, 0, 0 },
		{ { LHLO MAIL RCPT DATA }, 0, 1 },
		{ { LHLO MAIL RCPT DATA, "a\r\n." }, 0, 1 },
		{ { LHLO MAIL RCPT DATA, "a\r\n.\r\n" }, 1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < NPIECES(cases); i++) {
		struct host h = { .hold = true };

		host_open(&h);
		for (size_t j = 0; j < 2 && cases[i].say[j] != NULL; j++)
			host_say(&h, cases[i].say[j]);
		lmtp_free(&h.s);
		assert_int_equal(h.ends, cases[i].ends);
		assert_int_equal(h.aborts, cases[i].aborts);
		host_close(&h);
	}
}

static void
test_shutdown(void **state)
{
	struct host idle = { 0 }, busy = { 0 }, late = { .hold = true };

	(void)state;
	host_open(&idle);
	host_codes(&idle);
	lmtp_shutdown(idle.s, "going\r\ndown \xe3");
	assert_string_equal(sk_buf_str(&idle.out),
	    "421 4.3.2 going??down ?\r\n");
	host_codes(&idle);
	lmtp_shutdown(idle.s, "again");
	host_say(&idle, LHLO);
	host_expect(&idle, "");
	assert_true(lmtp_closing(idle.s));
	host_close(&idle);

	host_open(&busy);
	host_say(&busy, LHLO MAIL RCPT DATA);
	host_say(&busy, "half a mail\r\n");
	host_codes(&busy);
	lmtp_shutdown(busy.s, "idle");
	host_expect(&busy, "421:4.3.2");
	assert_int_equal(busy.aborts, 1);
	host_close(&busy);

	host_open(&late);
	host_say(&late, LHLO MAIL RCPT RCPT DATA);
	host_say(&late, "a mail\r\n.\r\n");
	host_codes(&late);
	lmtp_shutdown(late.s, "going down");
	host_expect(&late, "");
	assert_false(lmtp_closing(late.s));
	lmtp_committed(late.s, SK_OK);
	host_expect(&late, "250:2.0.0 250:2.0.0 421:4.3.2");
	assert_true(lmtp_closing(late.s));
	host_close(&late);
}

static void
test_many_mails_on_one_session(void **state)
{
	struct host h = { 0 };

	(void)state;
	host_open(&h);
	host_say(&h, LHLO);
	for (unsigned i = 0; i < 1000; i++) {
		host_say(&h, MAIL RCPT DATA);
		host_codes(&h);
		host_say(&h, "x\r\n.\r\n");
		host_expect(&h, "250:2.0.0");
		sk_buf_clear(&h.content);
		sk_buf_clear(&h.envelopes);
	}
	assert_int_equal(h.ends, 1000);
	host_close(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dialogue_in_slices),
		cmocka_unit_test(test_one_write_per_group),
		cmocka_unit_test(test_greeting_and_offer),
		cmocka_unit_test(test_largest_maximum),
		cmocka_unit_test(test_committed_without_a_mail),
		cmocka_unit_test(test_end_of_data),
		cmocka_unit_test(test_stray_in_commands),
		cmocka_unit_test(test_long_lines_pass),
		cmocka_unit_test(test_input_before_354),
		cmocka_unit_test(test_input_behind_the_dot_waits),
		cmocka_unit_test(test_our_faults_are_4xx),
		cmocka_unit_test(test_claimed_size),
		cmocka_unit_test(test_counted_size),
		cmocka_unit_test(test_free_pairs_events),
		cmocka_unit_test(test_shutdown),
		cmocka_unit_test(test_many_mails_on_one_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Reading is linear in the bytes of a mail, whatever they are: twice the mail
 * is at most little more than twice the work. Work is counted, not timed: the
 * mail library is built here once more so that every basic block it enters
 * calls us (-fsanitize-coverage=trace-pc), and the C library's searches and
 * copies count the bytes they were given (--wrap).
 */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sekisho/limits.h>
#include <sekisho/mail_read.h>

enum {
	FIELD = 4000,		/* bytes of one header field, then twice */
	BODY = 10000,
	PIECES = 5		/* this many fifths more than twice: too much */
};

static uint64_t work;

__attribute__((no_sanitize_coverage)) void __sanitizer_cov_trace_pc(void);
void
__sanitizer_cov_trace_pc(void)
{
	work++;
}

/* A call of the C library costs what it may look at. */
#define COUNTED __attribute__((no_sanitize_coverage))
void *__real_memchr(const void *p, int c, size_t n);
void *__wrap_memchr(const void *p, int c, size_t n);
void *__real_memcpy(void *to, const void *from, size_t n);
void *__wrap_memcpy(void *to, const void *from, size_t n);
void *__real_memmove(void *to, const void *from, size_t n);
void *__wrap_memmove(void *to, const void *from, size_t n);
void *__real_memmem(const void *p, size_t n, const void *what, size_t k);
void *__wrap_memmem(const void *p, size_t n, const void *what, size_t k);
size_t __real_strlen(const char *s);
size_t __wrap_strlen(const char *s);
char *__real_strchr(const char *s, int c);
char *__wrap_strchr(const char *s, int c);
char *__real_strstr(const char *s, const char *what);
char *__wrap_strstr(const char *s, const char *what);
void __real_sk_wipe(void *p, size_t n);
void __wrap_sk_wipe(void *p, size_t n);

COUNTED void *
__wrap_memchr(const void *p, int c, size_t n)
{
	const char *found = __real_memchr(p, c, n);

	work += (found ? (size_t)(found - (const char *)p) : n) / 16;
	return (void *)(uintptr_t)found;
}

COUNTED void *
__wrap_memcpy(void *to, const void *from, size_t n)
{
	work += n / 16;
	return __real_memcpy(to, from, n);
}

COUNTED void *
__wrap_memmove(void *to, const void *from, size_t n)
{
	work += n / 16;
	return __real_memmove(to, from, n);
}

COUNTED void *
__wrap_memmem(const void *p, size_t n, const void *what, size_t k)
{
	const char *found = __real_memmem(p, n, what, k);

	work += (found ? (size_t)(found - (const char *)p) : n) / 16;
	return (void *)(uintptr_t)found;
}

COUNTED size_t
__wrap_strlen(const char *s)
{
	size_t n = __real_strlen(s);

	work += n / 16;
	return n;
}

COUNTED char *
__wrap_strchr(const char *s, int c)
{
	char *found = __real_strchr(s, c);

	work += (found ? (size_t)(found - s) : __real_strlen(s)) / 16;
	return found;
}

COUNTED char *
__wrap_strstr(const char *s, const char *what)
{
	char *found = __real_strstr(s, what);

	work += (found ? (size_t)(found - s) : __real_strlen(s)) / 16;
	return found;
}

COUNTED void
__wrap_sk_wipe(void *p, size_t n)
{
	work += n / 16;
	__real_sk_wipe(p, n);
}

static int
setup(void **state)
{
	(void)state;
	charset_prepare();
	html_prepare();
	return 0;
}

/* lead: one word takes the first half. */
static uint64_t
cost(const char *head, bool lead, struct sk_span unit, size_t bytes,
    const char *tail)
{
	struct sk_arena *a = sk_arena_new();
	struct sk_buf mail, payload;
	struct sk_error e;
	struct facts f;
	uint64_t before;

	sk_buf_init(&mail, LIMIT_MESSAGE_MAX);
	sk_buf_init(&payload, LIMIT_MESSAGE_MAX);
	sk_buf_adds(&mail, head);
	while (lead && mail.len < bytes / 2)
		sk_buf_addc(&mail, 'a');
	while (mail.len < bytes)
		sk_buf_add(&mail, unit.p, unit.len);
	sk_buf_adds(&mail, tail);
	before = work;
	(void)!mail_read(sk_buf_span(&mail), 0, a, &f, &payload, &e);
	sk_buf_free(&mail);
	sk_buf_free(&payload);
	sk_arena_free(&a);
	return work - before;
}

static void
must_be_linear(const char *head, bool lead, struct sk_span unit, size_t bytes,
    const char *tail)
{
	uint64_t once = cost(head, lead, unit, bytes, tail);
	uint64_t twice = cost(head, lead, unit, bytes * 2, tail);

	assert_true(once > 0);
	if (twice > once * 2 + once * 2 / PIECES) {
		print_error("%llu steps for %zu bytes, %llu for twice: \"%s\" and "
		    "again and again \"%.*s\"\n", (unsigned long long)once,
		    bytes, (unsigned long long)twice, head, (int)unit.len,
		    (const char *)unit.p);
		fail_msg("the work grows faster than the mail");
	}
}

#define UNIT(s) { (const unsigned char *)(s), sizeof(s) - 1 }

static const struct sk_span field_units[] = {
	UNIT("a"), UNIT(" "), UNIT("\t"), UNIT("\r\n "), UNIT("\""),
	UNIT("\\"), UNIT("\\\""), UNIT("(a)"), UNIT("()"), UNIT(")"),
	UNIT("<"), UNIT("<a>"), UNIT("<a@b.example>"), UNIT("a@b.example,"),
	UNIT(","), UNIT(";"), UNIT(":"), UNIT("="), UNIT("a="), UNIT("=?"),
	UNIT("=?a"), UNIT("=?u?q?"), UNIT("=?utf-8?b?YQ==?="),
	UNIT("=?utf-8?q?a?= "), UNIT("=?utf-8?b?44G?=\r\n "),
	UNIT("=?iso-2022-jp?b?GyRC?="), UNIT("?="), UNIT("\x1b"),
	UNIT("\x1b$"), UNIT("\x1b$B"), UNIT("\x1b("), UNIT("\x1b(I"),
	UNIT("\x0e"), UNIT("\x82"), UNIT("\xe3\x81"), UNIT("%"), UNIT("%41"),
	UNIT("'"), UNIT("''"), UNIT("\0"), UNIT("@"), UNIT("."),
	UNIT("a b"), UNIT("Mon, "), UNIT("dkim=pass "), UNIT("; a=b"),
};

static const char *const fields[] = {
	"From: ", "Reply-To: ", "To: ", "Subject: ", "Message-ID: ",
	"References: ", "Date: ", "Authentication-Results: mx; ",
	"Content-Type: ", "Content-Type: text/plain; name=",
	"Content-Type: text/plain; name=\"", "Content-Type: text/plain; charset=",
	"Content-Disposition: attachment; filename=\"",
	"Content-Disposition: attachment; filename*=",
	"Content-Type: multipart/mixed; boundary=",
	"Content-Transfer-Encoding: ", "List-Id: ", "Auto-Submitted: ", "X: ",
};

static void
header_fields(void **state)
{
	(void)state;
	for (size_t f = 0; f < sizeof(fields) / sizeof(*fields); f++)
		for (size_t u = 0; u < sizeof(field_units) /
		    sizeof(*field_units); u++)
			must_be_linear(fields[f], false, field_units[u],
			    FIELD, "\r\n\r\nx\r\n");
}

/* What was long once must not be paid for at each short piece after it. */
static void
header_fields_after_a_long_word(void **state)
{
	static const struct sk_span units[] = { UNIT(","), UNIT(";"),
		UNIT(":"), UNIT("()"), UNIT("<>"), UNIT("\"\""),
		UNIT(" =?utf-8?q?a?= a"), UNIT(" =?a?q?a?= =?b?q?a?=") };

	(void)state;
	for (size_t f = 0; f < sizeof(fields) / sizeof(*fields); f++)
		for (size_t u = 0; u < sizeof(units) / sizeof(*units); u++)
			must_be_linear(fields[f], true, units[u], FIELD * 8,
			    "\r\n\r\nx\r\n");
}

static const struct sk_span body_units[] = {
	UNIT("a"), UNIT("a "), UNIT(" "), UNIT("\r\n"), UNIT("a\r\n"),
	UNIT(" \r\n"), UNIT("> a\r\n"), UNIT(">"), UNIT("> "), UNIT("--"),
	UNIT("--\r\n"), UNIT("-- \r\n"), UNIT("--b\r\n"), UNIT("="),
	UNIT("=\r\n"), UNIT("=41"), UNIT("====="), UNIT("\x1b"),
	UNIT("\x1b$"), UNIT("\x1b$B"), UNIT("\x1b(I"), UNIT("\x1b$(D"),
	UNIT("\x0e\x0f"), UNIT("\x1b$B\n"), UNIT("\x82"), UNIT("\xe3\x81"),
	UNIT("\xe3\x81\x82"), UNIT("\xe3\x80\x80"), UNIT("\0"), UNIT("<"),
	UNIT("<a "), UNIT("<a href=\""), UNIT("<!--"), UNIT("<!"), UNIT("<?"),
	UNIT("<div>"), UNIT("</div>"), UNIT("<b></i>"), UNIT("<blockquote>"),
	UNIT("<title>"), UNIT("<table><tr><td>"), UNIT("&"), UNIT("&#"),
	UNIT("&amp;"), UNIT("[x] 1-A\r\n"), UNIT("[x]"), UNIT("1-B a\r\n"),
	UNIT("1-A "), UNIT("ref: "), UNIT("ref: a\r\n"), UNIT("yes\r\n"),
	UNIT("From: a\r\n"), UNIT("差出人: a\r\n"), UNIT("On a "),
	UNIT("wrote:\r\n"), UNIT("-----Original Message-----\r\n"),
	UNIT("-----BEGIN PGP"), UNIT("-----BEGIN PGP MESSAGE-----\r\n"),
	UNIT("-----BEGIN PGP PUBLIC KEY BLOCK-----\r\n"),
	UNIT("-----BEGIN PGP SIGNED MESSAGE-----\r\n"), UNIT("PK\3\4"),
	UNIT("http://a.example/ "), UNIT("192.0.2.1 "), UNIT("CVE-2026-1 "),
	UNIT(")"), UNIT("]"), UNIT("["), UNIT("/)"), UNIT(":::: "),
	UNIT("IP:"), UNIT("a:a.example/"), UNIT("a.example~"),
	UNIT("192.0.2.1-"), UNIT("\xe3\x81\x82.a"), UNIT("\xc3\xbc.a"),
	UNIT("C2:a.example "), UNIT("[:]"), UNIT("a:b@"),
};

static const char *const bodies[] = {
	"From: a@a.example\r\n\r\n",
	"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n",
	"Content-Type: text/plain; charset=shift_jis\r\n"
	"Content-Transfer-Encoding: quoted-printable\r\n\r\n",
	"Content-Type: text/plain; format=flowed; delsp=yes\r\n\r\n",
	"Content-Type: text/html; charset=utf-8\r\n\r\n",
	"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n",
	"Content-Type: application/octet-stream\r\n\r\n",
	"Content-Type: application/pgp-keys; name=a.asc\r\n\r\n",
	"Content-Type: multipart/mixed; boundary=\"--b\"\r\n\r\n",
	"Content-Type: multipart/signed; boundary=b; protocol="
	"\"application/pgp-signature\"\r\n\r\n--b\r\n\r\n",
	"Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n"
	"Content-Type: message/rfc822\r\n\r\n",
};

static void
content(void **state)
{
	(void)state;
	for (size_t b = 0; b < sizeof(bodies) / sizeof(*bodies); b++)
		for (size_t u = 0; u < sizeof(body_units) /
		    sizeof(*body_units); u++)
			must_be_linear(bodies[b], false, body_units[u], BODY,
			    "\r\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_fields),
		cmocka_unit_test(header_fields_after_a_long_word),
		cmocka_unit_test(content),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}

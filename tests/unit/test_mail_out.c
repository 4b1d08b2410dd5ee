/*
 * Composing: whatever people write into a field, what comes out is one message
 * of ASCII and CRLF with the fields we meant and no other (B3), and an E mail
 * shows nothing outside its ciphertext (I4, L4).
 */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <sekisho/limits.h>

#include "mail_out_sample.h"

#define ARMOUR "-----BEGIN PGP MESSAGE-----\n\nAAAA\n=AAAA\n" \
    "-----END PGP MESSAGE-----\n"
#define KANA10 "\xe3\x82\xa2\xe3\x82\xa4\xe3\x82\xa6\xe3\x82\xa8\xe3\x82\xaa" \
    "\xe3\x82\xab\xe3\x82\xad\xe3\x82\xaf\xe3\x82\xb1\xe3\x82\xb3"

static int
setup(void **state)
{
	struct sk_buf *out = malloc(sizeof(*out));

	sk_buf_init(out, LIMIT_OUT_MESSAGE);
	*state = out;
	return 0;
}

static int
teardown(void **state)
{
	sk_buf_free(*state);
	free(*state);
	return 0;
}

/* Three ways to compose the same head. */
static int
compose(int how, const struct compose_head *h, struct sk_buf *out,
    struct sk_error *e)
{
	if (how == 0)
		return compose_plain(h, "text", out, e);
	if (how == 1)
		return compose_payload(h, "text", NULL, 0, BOUNDARY26, out, e);
	return compose_encrypted(h, sk_span_str(ARMOUR), BOUNDARY26, out, e);
}

/* ASCII, CRLF, lines <= 76, no blank before a line end, one final CRLF. */
static void
check_form(struct sk_buf *b)
{
	size_t col = 0;

	assert_true(b->len > 4);
	for (size_t i = 0; i < b->len; i++) {
		if (b->p[i] == '\r') {
			assert_int_equal(b->p[i + 1], '\n');
			assert_true(i == 0 || b->p[i - 1] != ' ');
			assert_true(col <= 76);
			col = 0;
			i++;
			continue;
		}
		assert_in_range(b->p[i], ' ', '~');
		col++;
	}
	assert_int_equal(col, 0);
	assert_memory_not_equal(b->p + b->len - 4, "\r\n\r\n", 4);
}

/* How many lines of the header begin with this. */
static int
fields(struct sk_buf *b, const char *name)
{
	const char *s = sk_buf_str(b), *end = strstr(s, "\r\n\r\n");
	int n = strncmp(s, name, strlen(name)) == 0;

	for (; s != NULL && s < end; s = strstr(s + 1, "\r\n"))
		n += strncmp(s + 2, name, strlen(name)) == 0;
	return n;
}

static void
decode64(struct sk_buf *out, const char *s, size_t n)
{
	static const char abc[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t w = 0;
	int bits = 0;

	for (; n > 0 && *s != '='; s++, n--) {
		const char *at = strchr(abc, *s);

		if (*s == '\r' || *s == '\n')
			continue;
		assert_non_null(at);
		w = w << 6 | (uint32_t)(at - abc);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			sk_buf_addc(out, (int)(w >> bits & 255));
		}
	}
}

/* One encoded word; it ends at the "?=". Not the last one: no padding, since
 * GMime joins the words and stops there. */
static void
decode_word(struct sk_buf *out, const char *s, const char *end, bool last)
{
	unsigned int c;

	if (s[8] == 'B') {
		assert_true(last || end[-1] != '=');
		decode64(out, s + 10, (size_t)(end - s) - 10);
		return;
	}
	assert_int_equal(s[8], 'Q');
	for (s += 10; s < end; s += 3) {
		assert_int_equal(sscanf(s, "=%2X", &c), 1);
		sk_buf_addc(out, (int)c);
	}
}

/* The encoded words of one field, decoded one by one: no character may be
 * split over two (A13). */
static void
decode_field(struct sk_buf *b, const char *name, struct sk_buf *out)
{
	const char *s = strstr(sk_buf_str(b), name), *end;
	bool last = false;

	assert_non_null(s);
	for (s += strlen(name); !last; s = end + 5) {
		size_t was = out->len;

		assert_memory_equal(s, "=?UTF-8?", 8);
		end = strstr(s + 10, "?=");
		assert_non_null(end);
		last = strncmp(end, "?=\r\n =?", 7) != 0;
		decode_word(out, s, end, last);
		assert_true(out->len > was && (out->p[was] & 0xc0) != 0x80);
	}
}

static void
test_form(void **state)
{
	struct compose_head h = sample_head();
	struct sk_buf *out = *state;
	struct sk_error e;

	for (int how = 0; how < 3; how++) {
		assert_int_equal(compose(how, &h, out, &e), 0);
		check_form(out);
		assert_int_equal(fields(out, "To: "), 1);
		assert_int_equal(fields(out, "From: "), 1);
		assert_int_equal(fields(out, "Date: Wed, 01 Apr 2026 "
		    "09:00:00 +0900"), 1);
		assert_int_equal(fields(out, "Bcc"), 0);
		assert_int_equal(fields(out, "Sender"), 0);
		assert_int_equal(fields(out, "MIME-Version: 1.0"), 1);
	}
}

static void
test_minimal_head(void **state)
{
	struct compose_head h = sample_head();
	struct sk_buf *out = *state;

	h.from_name = h.reply_to = h.in_reply_to = h.auto_submitted = NULL;
	h.references = NULL;
	h.nreferences = 0;
	h.tz_minutes = -210;
	h.subject = "plain words";
	assert_int_equal(compose_plain(&h, "", out, NULL), 0);
	assert_string_equal(sk_buf_str(out), "From: " FROM "\r\nTo: " TO "\r\n"
	    "Subject: plain words\r\nDate: Tue, 31 Mar 2026 20:30:00 -0330\r\n"
	    "Message-ID: <" TOKEN26 ".a2@" DOMAIN ">\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\nDQo=\r\n");
}

/* What must never get into a header, in any field, in any form of mail. */
static const char *const evil[] = {
	"x\r\nBcc: evil@bank.example", "x\nBcc: evil@bank.example",
	"x\rBcc: evil@bank.example", "x\r\n\r\nbody", "\r\n", "x\ty", "x\x1b[2J",
	"x\x7f", "x\xc2\x85y", "x\xe2\x80\xa8y", "x\xe2\x80\xaey",
	"x\xd8\x9cy", "x\xe2\x81\xa6y", "x\xff", "x\xc0\x8ay", "\xed\xa0\x80",
	"x\xf3\xa0\x81\x81",
};

static void
refused(const struct compose_head *h, struct sk_buf *out)
{
	struct sk_error e;

	for (int how = 0; how < 3; how++) {
		memset(&e, 0, sizeof(e));
		assert_true(compose(how, h, out, &e) < 0);
		assert_int_equal(out->len, 0);
		assert_true(e.code < 0 && e.where[0] != '\0');
		assert_null(strstr(e.text, "bank"));
	}
}

static void
test_injection_refused(void **state)
{
	struct compose_head h;

	for (size_t i = 0; i < sizeof(evil) / sizeof(evil[0]); i++) {
		char addr[80];
#define TRY(field, value) (h = sample_head(), h.field = (value), \
    refused(&h, *state))
		TRY(subject, evil[i]);
		TRY(from_name, evil[i]);
		TRY(from, evil[i]);
		TRY(to, evil[i]);
		TRY(reply_to, evil[i]);
		TRY(message_id, evil[i]);
		TRY(auto_submitted, evil[i]);
		snprintf(addr, sizeof(addr), "%s@acme.example", evil[i]);
		TRY(to, addr);
		TRY(from, addr);
		snprintf(addr, sizeof(addr), TOKEN26 "@%s", evil[i]);
		TRY(message_id, addr);
		TRY(reply_to, addr);
	}
}

static void
test_bad_fields_refused(void **state)
{
	struct compose_head h;
	static char longest[LIMIT_SUBJECT + 2];

	TRY(to, "a@x.example, b@y.example");
	TRY(to, "a@x.example,b@y.example");
	TRY(to, "\"a b\"@x.example");
	TRY(to, "<a@x.example>");
	TRY(to, "a@x.example>");
	TRY(to, "sato");
	TRY(to, "");
	TRY(to, NULL);
	TRY(to, "\xe4\xbd\x90@x.example");
	TRY(to, "a@\xe4\xbd\x90.example");
	TRY(from, NULL);
	TRY(subject, NULL);
	TRY(subject, "");
	memset(longest, 'a', sizeof(longest) - 1);
	TRY(subject, longest);
	TRY(message_id, NULL);
	TRY(message_id, "2026-0001@" DOMAIN);
	TRY(message_id, TOKEN26 "2026-0001@" DOMAIN);
	TRY(message_id, TOKEN26);
	TRY(message_id, TOKEN26 "@");
	TRY(message_id, TOKEN26 "@a@b");
	TRY(message_id, "<" TOKEN26 "@a>");
	TRY(auto_submitted, "no");
	TRY(date, -1);
	TRY(date, INT64_MAX);
	TRY(date, INT64_MIN);
	TRY(tz_minutes, 15 * 60);
	TRY(tz_minutes, INT32_MIN);
}

/* A subject that looks encoded is text like any other. */
static void
test_encoded_injection(void **state)
{
	static const char subject[] =
	    "=?UTF-8?B?DQpCY2M6IGV2aWxAYmFuay5leGFtcGxl?=";
	struct compose_head h = sample_head();
	struct sk_buf *out = *state, got;

	h.subject = subject;
	h.from_name = subject;
	assert_int_equal(compose_plain(&h, "text", out, NULL), 0);
	check_form(out);
	assert_null(strstr(sk_buf_str(out), "DQpCY2M6"));
	sk_buf_init(&got, 4096);
	decode_field(out, "Subject: ", &got);
	assert_string_equal(sk_buf_str(&got), subject);
	sk_buf_clear(&got);
	decode_field(out, "From: ", &got);
	assert_string_equal(sk_buf_str(&got), subject);
	sk_buf_free(&got);
}

static void
test_subjects(void **state)
{
	static const char *const encoded[] = {
		KANA10 KANA10 KANA10 KANA10 KANA10 KANA10, "a" KANA10 KANA10
		KANA10 "b", "ab" KANA10 KANA10, "[2026-0001] " KANA10 KANA10,
		KANA10 "\xc3\xa9" KANA10 KANA10 "\xc3\xa9", " leading", "trailing ",
		"two  blanks", "\xf0\x9f\x8d\xa3\xf0\x9f\x8d\xa3\xf0\x9f\x8d\xa3"
		"\xf0\x9f\x8d\xa3\xf0\x9f\x8d\xa3\xf0\x9f\x8d\xa3\xf0\x9f\x8d\xa3"
		"\xf0\x9f\x8d\xa3\xf0\x9f\x8d\xa3\xf0\x9f\x8d\xa3\xf0\x9f\x8d\xa3",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};
	struct compose_head h = sample_head();
	struct sk_buf *out = *state, got;

	sk_buf_init(&got, 4096);
	for (size_t i = 0; i < sizeof(encoded) / sizeof(encoded[0]); i++) {
		h.subject = encoded[i];
		assert_int_equal(compose_plain(&h, "text", out, NULL), 0);
		check_form(out);
		sk_buf_clear(&got);
		decode_field(out, "Subject: ", &got);
		assert_string_equal(sk_buf_str(&got), encoded[i]);
	}
	sk_buf_free(&got);
	h.subject = "an English subject that is longer than one line and so is "
	    "folded at a blank, twice even, because it goes on and on and on";
	assert_int_equal(compose_plain(&h, "text", out, NULL), 0);
	check_form(out);
	assert_non_null(strstr(sk_buf_str(out), "Subject: an English"));
}

static void
test_display_names(void **state)
{
	struct compose_head h = sample_head();
	struct sk_buf *out = *state;

	h.from_name = "The Council";
	assert_int_equal(compose_plain(&h, "text", out, NULL), 0);
	assert_int_equal(fields(out, "From: The Council <" FROM ">"), 1);
	h.from_name = "Evil\" <evil@bank.example>, x";
	assert_int_equal(compose_plain(&h, "text", out, NULL), 0);
	assert_null(strstr(sk_buf_str(out), "evil@bank"));
	assert_int_equal(fields(out, "From: =?UTF-8?B?"), 1);
}

/* Other people's ids: the safe ones of the newest 20, in their order. */
static void
test_message_ids(void **state)
{
	static const char *const ids[] = { "ok@a", "evil@b\r\nBcc: x@y",
	    "a b@c", "<a@b>", "no-at", "two@@ats", "@a", "a@", "",
	    "\xe4\xbd\x90@a", "sato@acme.example", "x.SATO@ACME.example", "a@b" };
	const char *many[25];
	char name[25][32], line[96];
	struct compose_head h = sample_head();
	struct sk_buf *out = *state;
	static char longest[203];

	h.references = ids;
	h.nreferences = sizeof(ids) / sizeof(ids[0]);
	h.in_reply_to = "x@y\r\nBcc: evil@bank.example";
	assert_int_equal(compose_plain(&h, "text", out, NULL), 0);
	assert_int_equal(fields(out, "In-Reply-To"), 0);
	assert_non_null(strstr(sk_buf_str(out),
	    "References: <ok@a>\r\n <a@b>\r\nAuto-Submitted"));
	for (int i = 0; i < 25; i++) {
		snprintf(name[i], sizeof(name[i]), "n%d@x.example", i);
		many[i] = name[i];
	}
	h.references = many;
	h.nreferences = 25;
	memset(longest, 'a', sizeof(longest) - 1);
	longest[100] = '@';
	h.in_reply_to = longest;
	assert_int_equal(compose_plain(&h, "text", out, NULL), 0);
	assert_int_equal(fields(out, "In-Reply-To"), 0);
	assert_null(strstr(sk_buf_str(out), "<n4@"));
	snprintf(line, sizeof(line), "References: <%s>\r\n <%s>", name[5],
	    name[6]);
	assert_non_null(strstr(sk_buf_str(out), line));
	assert_non_null(strstr(sk_buf_str(out), "<n24@"));
}

static void
body_text(struct sk_buf *mail, const char *after, struct sk_buf *text)
{
	const char *s = strstr(sk_buf_str(mail), after);

	assert_non_null(s);
	s = strstr(s, "\r\n\r\n") + 4;
	sk_buf_clear(text);
	decode64(text, s, strcspn(s, "-"));
}

static void
test_texts(void **state)
{
	static const struct { const char *in, *out; } cases[] = {
		{ "", "\r\n" }, { "a", "a\r\n" }, { "a\n", "a\r\n" },
		{ "a\r\nb", "a\r\nb\r\n" }, { "a\rb\r", "a\r\nb\r\n" },
		{ "a\n\n\nb\n\n", "a\r\n\r\n\r\nb\r\n\r\n" },
		{ ".\nFrom x\n-- \n", ".\r\nFrom x\r\n-- \r\n" },
		{ KANA10 "\n" KANA10, KANA10 "\r\n" KANA10 "\r\n" },
	};
	struct compose_head h = sample_head();
	struct sk_buf *out = *state, text;

	sk_buf_init(&text, 65536);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(compose_plain(&h, cases[i].in, out, NULL), 0);
		check_form(out);
		body_text(out, "Content-Transfer-Encoding: base64", &text);
		assert_string_equal(sk_buf_str(&text), cases[i].out);
	}
	sk_buf_free(&text);
	assert_int_equal(compose_plain(&h, "\xff", out, NULL), SK_ERR_DATA);
	assert_int_equal(compose_plain(&h, NULL, out, NULL), SK_ERR_DATA);
	assert_int_equal(out->len, 0);
}

/* RFC 9788: every outer field as it was sent, the real subject only inside. */
static void
test_header_protection(void **state)
{
	struct compose_head h = sample_head();
	struct sk_buf *inner = *state, outer, text;
	const char *line, *end;

	sk_buf_init(&outer, LIMIT_OUT_MESSAGE);
	sk_buf_init(&text, 65536);
	h.from_name = KANA10 KANA10 KANA10;
	assert_int_equal(compose(1, &h, inner, NULL), 0);
	assert_int_equal(compose(2, &h, &outer, NULL), 0);
	check_form(&outer);
	assert_int_equal(fields(&outer, "Subject: [...]\r\n"), 1);
	assert_int_equal(fields(inner, "Subject: =?UTF-8?B?"), 1);
	assert_int_equal(fields(inner, "HP-Outer: Subject: [...]\r\n"), 1);
	assert_int_equal(fields(inner, "HP-Outer: "), 9);
	assert_non_null(strstr(sk_buf_str(inner), "; hp=\"cipher\""));
	assert_non_null(strstr(sk_buf_str(inner), "protected-headers=\"v1\""));
	body_text(inner, "hp-legacy-display=\"1\"", &text);
	assert_string_equal(sk_buf_str(&text),
	    "Subject: " SUBJECT_JA "\r\n\r\ntext\r\n");
	line = sk_buf_str(&outer);
	for (; strncmp(line, "MIME-Version", 12) != 0; line = end + 1) {
		char want[256];

		end = strchr(line, '\n');
		snprintf(want, sizeof(want), "%s%.*s", *line == ' ' ? "" :
		    "HP-Outer: ", (int)(end - line) + 1, line);
		assert_non_null(strstr(sk_buf_str(inner), want));
	}
	sk_buf_free(&outer);
	sk_buf_free(&text);
}

/* B5: the sizes of payloads come in steps. */
static void
test_padding(void **state)
{
	struct compose_head h = sample_head();
	struct sk_buf *out = *state;
	static char text[90000];

	for (size_t n = 0; n < 6000; n += 7) {
		memset(text, 'x', n);
		text[n] = '\0';
		assert_int_equal(compose_payload(&h, text, NULL, 0, BOUNDARY26,
		    out, NULL), 0);
		assert_int_equal(out->len % 4096, 0);
		assert_int_equal(fields(out, "X-Padding: ."), 1);
	}
	check_form(out);
	memset(text, 'x', sizeof(text) - 1);
	assert_int_equal(compose_payload(&h, text, NULL, 0, BOUNDARY26, out,
	    NULL), 0);
	assert_int_equal(out->len % 65536, 0);
	check_form(out);
}

static void
test_attachments(void **state)
{
	const struct compose_attachment att[] = {
		{ "list.csv", "text/csv; charset=utf-8", sk_span_str("a,b\n") },
		{ KANA10 KANA10 KANA10 ".pdf", "application/pdf",
		    { (const unsigned char *)"\0\xff\r\n", 4 } },
		{ "../..\\x \"y\".txt", "text/plain", { NULL, 0 } },
		{ ".hidden", "application/octet-stream", sk_span_str("x") },
	};
	struct compose_head h = sample_head();
	struct sk_buf *out = *state;
	const char *s;

	assert_int_equal(compose_payload(&h, "text", att, 4, BOUNDARY26, out,
	    NULL), 0);
	check_form(out);
	s = sk_buf_str(out);
	assert_non_null(strstr(s, "Content-Type: text/csv; charset=utf-8;\r\n"
	    " name=\"list.csv\"\r\nContent-Disposition: attachment;\r\n"
	    " filename=\"list.csv\"\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\nYSxiCg==\r\n"));
	assert_non_null(strstr(s, " filename*0*=UTF-8''%E3%82%A2%E3%82%A4"));
	assert_non_null(strstr(s, " filename*4*="));
	assert_non_null(strstr(s, "filename=\"______________________________"
	    ".pdf\""));
	assert_non_null(strstr(s, "\r\n\r\nAP8NCg==\r\n"));
	assert_non_null(strstr(s, "filename=\"_._.._x _y_.txt\""));
	assert_non_null(strstr(s, "filename*=UTF-8''_._.._x%20%22y%22.txt"));
	assert_non_null(strstr(s, "filename=\"_hidden\""));
	assert_non_null(strstr(s, "\r\n--" BOUNDARY26 "--\r\n"));
}

static void
test_attachments_refused(void **state)
{
	static const char *const types[] = { "message/rfc822",
	    "Multipart/mixed", "text", "text/", "/x", "text/plain\r\nX: y",
	    "text/plain; name=x", "text/plain; x", "text/plain;", "",
	    "text/plain; filename=\"x\"", "text/pl ain", NULL };
	struct compose_attachment att = { "x", "text/plain", { NULL, 0 } };
	struct compose_head h = sample_head();
	struct sk_buf *out = *state;
	struct sk_error e;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		att.type = types[i];
		assert_int_equal(compose_payload(&h, "text", &att, 1,
		    BOUNDARY26, out, &e), SK_ERR_DATA);
		assert_int_equal(out->len, 0);
	}
	att.type = "text/plain";
	for (size_t i = 0; i < sizeof(evil) / sizeof(evil[0]); i++) {
		att.name = evil[i];
		assert_int_equal(compose_payload(&h, "text", &att, 1,
		    BOUNDARY26, out, &e), SK_ERR_DATA);
	}
	att.name = NULL;
	assert_int_equal(compose_payload(&h, "text", &att, 1, BOUNDARY26, out,
	    &e), SK_ERR_DATA);
	assert_int_equal(compose_payload(&h, "text", NULL, 0, "short", out,
	    &e), SK_ERR_BUG);
	assert_int_equal(compose_payload(&h, "text", NULL, 0, NULL, out, &e),
	    SK_ERR_BUG);
	assert_int_equal(compose_encrypted(&h, sk_span_str(ARMOUR),
	    "abcdefghijklmnopqrstuvwxy\"", out, &e), SK_ERR_BUG);
}

static void
test_too_large(void **state)
{
	struct compose_attachment att = { "x", "text/plain", { NULL, 0 } };
	struct compose_head h = sample_head();
	struct sk_buf *out = *state, roomy;
	struct sk_error e;

	att.bytes.len = LIMIT_OUT_MESSAGE / 4 * 3;
	att.bytes.p = calloc(1, att.bytes.len);
	assert_int_equal(compose_payload(&h, "text", &att, 1, BOUNDARY26, out,
	    &e), SK_ERR_LIMIT);
	assert_int_equal(out->len, 0);
	/* The limit holds whatever room the caller gives. */
	att.bytes.len = (LIMIT_OUT_MESSAGE - 800) / 78 * 57;
	sk_buf_init(&roomy, 2 * LIMIT_OUT_MESSAGE);
	assert_int_equal(compose_payload(&h, "text", &att, 1, BOUNDARY26,
	    &roomy, &e), SK_ERR_LIMIT);
	assert_int_equal(roomy.len, 0);
	sk_buf_free(&roomy);
	free((void *)(uintptr_t)att.bytes.p);
}

static void
test_ciphertext_form(void **state)
{
	static const char *const bad[] = { "\x01\x02", "a\tb\n", "\xe3\x82\xa2",
	    "----------------------------------------------------------------"
	    "-------------\n" };
	struct compose_head h = sample_head();
	struct sk_buf *out = *state;

	assert_int_equal(compose(2, &h, out, NULL), 0);
	assert_non_null(strstr(sk_buf_str(out), "\r\n\r\nVersion: 1\r\n"));
	assert_null(strstr(sk_buf_str(out), CANARY));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(compose_encrypted(&h, sk_span_str(bad[i]),
		    BOUNDARY26, out, NULL), SK_ERR_DATA);
		assert_int_equal(out->len, 0);
	}
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_form), T(test_minimal_head), T(test_injection_refused),
		T(test_bad_fields_refused), T(test_encoded_injection),
		T(test_subjects), T(test_display_names), T(test_message_ids),
		T(test_texts), T(test_header_protection), T(test_padding),
		T(test_attachments), T(test_attachments_refused),
		T(test_too_large), T(test_ciphertext_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

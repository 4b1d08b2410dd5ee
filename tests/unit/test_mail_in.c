/*
 * Reading mail: what golden mails cannot show in one file each: two mails
 * compared, layers joined, parts saved, memory, a text that is too long.
 */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include <sekisho/compose.h>
#include <sekisho/limits.h>
#include <sekisho/mail_read.h>
#include <sekisho/text.h>

#define HEAD "From: Sato <sato@acme.example>\r\nSubject: outer\r\n"
#define TRACE "Return-Path: <sato@acme.example>\r\n" \
	"Authentication-Results: mx.example.jp;\r\n dmarc=pass\r\n" \
	"DKIM-Signature: v=1;\r\n\td=acme.example\r\n" \
	"ARC-Seal: i=1\r\narc-message-signature: i=1\r\n" \
	"Received: from a by b\r\nReceived: from c by a\r\n"

static struct sk_arena *arena;

static int
setup(void **state)
{
	(void)state;
	charset_prepare();
	html_prepare();
	arena = sk_arena_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	sk_arena_free(&arena);
	return 0;
}

static struct facts
read_mail(const char *mail, unsigned layer)
{
	struct sk_error e = { 0 };
	struct facts f;

	assert_int_equal(mail_read(sk_span_str(mail), layer, arena, &f, NULL,
	    &e), SK_OK);
	return f;
}

static bool
same_content(const char *one, const char *two)
{
	unsigned char a[32], b[32];

	mail_content_id(sk_span_str(one), a);
	mail_content_id(sk_span_str(two), b);
	return memcmp(a, b, sizeof(a)) == 0;
}

static void
content_id_forgets_the_way(void **state)
{
	(void)state;
	assert_true(same_content(HEAD "\r\nx\r\n", TRACE HEAD "\r\nx\r\n"));
	assert_true(same_content("Received: a\r\n" HEAD "\r\nx\r\n",
	    "Received: b\r\n\tfolded\r\n" HEAD "\r\nx\r\n"));
	assert_false(same_content(HEAD "\r\nx\r\n", HEAD "\r\ny\r\n"));
	assert_false(same_content(HEAD "\r\nx\r\n",
	    "X-Spam: no\r\n" HEAD "\r\nx\r\n"));
	/* Below the first other field it is the sender's own. */
	assert_false(same_content(HEAD "Received: a\r\n\r\nx\r\n",
	    HEAD "Received: b\r\n\r\nx\r\n"));
	assert_false(same_content("Receivedx: a\r\n" HEAD "\r\nx\r\n",
	    "Receivedx: b\r\n" HEAD "\r\nx\r\n"));
	assert_false(same_content("", "x"));
}

static void
layers_are_joined(void **state)
{
	struct facts outer = read_mail(HEAD "\r\nouter words\r\n", 0);
	struct facts inner = read_mail("Content-Type: multipart/mixed; "
	    "boundary=b; hp=\"cipher\"\r\nSubject: inner\r\n"
	    "From: SATO@acme.example\r\n\r\n"
	    "--b\r\n\r\n[x] 2-B\r\n"
	    "--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\nx\r\n"
	    "--b--\r\n", 1);

	(void)state;
	facts_join(arena, &outer, &inner, FORM_PGP_ENCRYPTED, true);
	assert_string_equal(outer.subject, "inner");
	assert_string_equal(outer.from.address, "sato@acme.example");
	assert_string_equal(outer.text, "[x] 2-B");
	assert_int_equal(outer.answer.ticks, ANSWER_2B);
	assert_int_equal(outer.nattachments, 1);
	assert_int_equal(outer.doubts & DOUBT_FROM_INSIDE, 0);

	inner = read_mail("Content-Type: text/plain; hp=\"cipher\"\r\n"
	    "From: other@acme.example\r\n\r\nx\r\n", 1);
	facts_join(arena, &outer, &inner, FORM_PGP_ENCRYPTED, true);
	assert_string_equal(outer.from.address, "sato@acme.example");
	assert_true(outer.doubts & DOUBT_FROM_INSIDE);
	assert_null(outer.subject);
}

/* A header that nobody protected is not taken from inside. */
static void
unprotected_header_inside(void **state)
{
	struct facts outer = read_mail(HEAD "\r\nx\r\n", 0);
	struct facts inner = read_mail("Content-Type: text/plain\r\n"
	    "Subject: evil\r\nFrom: evil@bank.example\r\n\r\ny\r\n", 1);

	(void)state;
	facts_join(arena, &outer, &inner, FORM_PGP_ENCRYPTED, true);
	assert_string_equal(outer.subject, "outer");
	assert_int_equal(outer.doubts, 0);
	assert_string_equal(outer.text, "y\n");
}

static void
too_many_layers(void **state)
{
	static const char wrapped[] = HEAD "Content-Type: multipart/signed; "
	    "boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\n"
	    "Content-Type: application/pgp-signature\r\n\r\ny\r\n--b--\r\n";

	(void)state;
	assert_int_equal(read_mail(wrapped, LIMIT_LAYERS - 1).doubts &
	    DOUBT_TOO_DEEP, 0);
	assert_true(read_mail(wrapped, LIMIT_LAYERS).doubts &
	    DOUBT_TOO_DEEP);
}

static void
parts_are_saved(void **state)
{
	static const char mail[] = HEAD "Content-Type: multipart/mixed; "
	    "boundary=b\r\n\r\n--b\r\n\r\nwords\r\n--b\r\n"
	    "Content-Type: application/octet-stream\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\nAAEC\r\nAwQ=\r\n"
	    "--b--\r\n";
	struct facts f = read_mail(mail, 0);
	struct sk_error e;
	struct sk_buf out;

	(void)state;
	sk_buf_init(&out, 5);
	assert_int_equal(f.attachments[0].part, 2);
	assert_int_equal(f.attachments[0].bytes, 5);
	assert_int_equal(mail_extract(sk_span_str(mail), 0, 2, &out, &e), SK_OK);
	assert_int_equal(out.len, 5);
	assert_memory_equal(out.p, "\0\1\2\3\4", 5);
	sk_buf_clear(&out);
	assert_int_equal(mail_extract(sk_span_str(mail), 0, 1, &out, &e), SK_OK);
	assert_memory_equal(out.p, "words", 5);
	sk_buf_clear(&out);
	assert_int_equal(mail_extract(sk_span_str(mail), 0, 3, &out, &e),
	    SK_ERR_NOINPUT);
	assert_int_equal(mail_extract(sk_span_str(mail), 0, 0, &out, &e),
	    SK_ERR_NOINPUT);
	sk_buf_free(&out);
	sk_buf_init(&out, 4);
	assert_int_equal(mail_extract(sk_span_str(mail), 0, 2, &out, &e),
	    SK_ERR_LIMIT);
	sk_buf_free(&out);
}

/* RFC 8551 3.1: the layer is a mail in a mail, and the numbers are those of the
 * inner one. */
static void
parts_of_a_wrapped_layer_come_out(void **state)
{
	const char *mail = "Content-Type: message/rfc822\r\n\r\n"
	    "From: a@example.jp\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
	    "--b\r\nContent-Type: text/plain\r\n\r\nwords\r\n--b\r\n"
	    "Content-Type: application/pdf; name=a.pdf\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\nAAECAwQ=\r\n"
	    "--b--\r\n";
	struct facts f = read_mail(mail, 1);
	struct sk_error e;
	struct sk_buf out;

	(void)state;
	assert_int_equal(f.protection, PROTECTION_WRAPPED);
	assert_int_equal(f.nattachments, 1);
	sk_buf_init(&out, 100);
	assert_int_equal(mail_extract(sk_span_str(mail), 1,
	    f.attachments[0].part, &out, &e), SK_OK);
	assert_int_equal(out.len, 5);
	assert_memory_equal(out.p, "\0\1\2\3\4", 5);
	sk_buf_free(&out);
	/* What came so, is a mail that was forwarded: one part. */
	sk_buf_init(&out, 1000);
	assert_int_equal(mail_extract(sk_span_str(mail), 0, 2, &out, &e),
	    SK_ERR_NOINPUT);
	sk_buf_free(&out);
}

static void
long_text_is_cut_at_a_character(void **state)
{
	struct sk_error e;
	struct sk_buf mail;
	struct facts f;

	(void)state;
	sk_buf_init(&mail, 16 * 1024 * 1024);
	sk_buf_adds(&mail, HEAD "\r\n");
	while (mail.len < LIMIT_TEXT + LIMIT_TEXT / 10)
		sk_buf_adds(&mail, "あいうえお、かきくけこ。\r\n");
	assert_int_equal(mail_read(sk_buf_span(&mail), 0, arena, &f, NULL,
	    &e), SK_OK);
	assert_true(f.doubts & DOUBT_TEXT_CUT);
	assert_true(strlen(f.text) <= LIMIT_TEXT);
	assert_true(strlen(f.text) > LIMIT_TEXT - 4);
	assert_true(sk_utf8_valid(sk_span_str(f.text)));
	sk_buf_free(&mail);
}

/* Everything but the mail itself stays small: nothing is decoded whole. */
static void
large_attachment_is_not_held(void **state)
{
	struct rusage before, after;
	struct sk_error e;
	struct sk_buf mail;
	struct facts f;

	(void)state;
	sk_buf_init(&mail, 32 * 1024 * 1024);
	sk_buf_adds(&mail, HEAD "Content-Type: application/zip; name=a.zip"
	    "\r\nContent-Transfer-Encoding: base64\r\n\r\n");
	for (int i = 0; i < 340000; i++)
		sk_buf_adds(&mail, "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNk"
		    "ZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0\r\n");
	getrusage(RUSAGE_SELF, &before);
	assert_int_equal(mail_read(sk_buf_span(&mail), 0, arena, &f, NULL,
	    &e), SK_OK);
	getrusage(RUSAGE_SELF, &after);
	assert_int_equal(f.attachments[0].bytes, 340000u * 57);
	assert_true(after.ru_maxrss - before.ru_maxrss < 8 * 1024);
	sk_buf_free(&mail);
}

#define KEY_BEGIN "-----BEGIN PGP PUBLIC KEY BLOCK-----"
#define KEY_END "-----END PGP PUBLIC KEY BLOCK-----"

static size_t
keys_of(size_t count, size_t size)
{
	struct sk_error e;
	struct sk_buf mail;
	struct facts f;

	sk_buf_init(&mail, 1024 * 1024);
	sk_buf_adds(&mail, HEAD "Content-Type: application/pgp-keys\r\n\r\n");
	for (size_t i = 0; i < count; i++) {
		sk_buf_addf(&mail, "%s%zu", KEY_BEGIN, i);
		for (size_t k = strlen(KEY_BEGIN KEY_END) + 1; k < size; k++)
			sk_buf_addc(&mail, 'x');
		sk_buf_adds(&mail, KEY_END "\r\n");
	}
	assert_int_equal(mail_read(sk_buf_span(&mail), 0, arena, &f, NULL,
	    &e), SK_OK);
	assert_int_equal(!!(f.attachments[0].flags & ATTACH_KEY),
	    f.nkeys > 0);
	sk_buf_free(&mail);
	return f.nkeys;
}

static void
keys_are_few_and_small(void **state)
{
	(void)state;
	assert_int_equal(keys_of(1, LIMIT_KEY_BYTES), 1);
	assert_int_equal(keys_of(1, LIMIT_KEY_BYTES + 1), 0);
	assert_int_equal(keys_of(LIMIT_KEYS_PER_MAIL + 1, 1000),
	    LIMIT_KEYS_PER_MAIL);
}

/* What people send a certificate as; and what only looks like one. */
static void
certificates_are_keys(void **state)
{
	static const char pem[] = "-----BEGIN CERTIFICATE-----\r\nMIID\r\n"
	    "-----END CERTIFICATE-----\r\n";
	static const char der[] = "Content-Transfer-Encoding: base64\r\n\r\n"
	    "MIIBKjCB1aADAgECAgF3MA0GCSqGSIb3DQEBCwUAMCExDTALBgNVBAoMBFRlc3Qx\r\n"
	    "EDAOBgNVBAMMB21pZGRsZTAeFw0yNjAxMDEwMDAwMDBaFw0yNzAxMDEwMDAwMDBa\r\n"
	    "MB8xDTALBgNVBAoMBFRlc3QxDjAMBgNVBAMMBWFsaWNlMFwwDQYJKoZIhvcNAQEB\r\n";
	static const struct {
		const char *type, *body;
		size_t keys;
	} rows[] = {
		{ "application/pkix-cert", der, 1 },
		{ "application/x-x509-user-cert; name=\"a\"", der, 1 },
		{ "application/octet-stream; name=\"sato.cer\"", der, 1 },
		{ "application/octet-stream; name=\"sato.P7B\"", der, 1 },
		{ "application/pkcs7-mime; smime-type=certs-only", der, 1 },
		{ "application/octet-stream; name=\"sato.crt\"", pem, 1 },
		{ "text/plain; name=\"sato.pem\"", pem, 1 },
		/* ciphertext beside a text is no certificate */
		{ "application/pkcs7-mime; smime-type=enveloped-data", der, 0 },
		{ "application/octet-stream; name=\"sato.p7m\"", der, 0 },
		{ "application/octet-stream; name=\"data.bin\"", der, 0 },
		{ "text/plain; name=\"sato.pem\"", "-----BEGIN PRIVATE KEY-----"
		    "\r\nMII\r\n-----END PRIVATE KEY-----\r\n"
		    "-----BEGIN CERTIFICATE-----\r\n", 0 },
		{ "application/pkix-cert", "sorry\r\n", 0 },
	};
	struct sk_error e;
	struct sk_buf mail;
	struct facts f;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		sk_buf_init(&mail, 8192);
		sk_buf_addf(&mail, HEAD "Content-Type: multipart/mixed; "
		    "boundary=b\r\n\r\n--b\r\n\r\nkey\r\n--b\r\nContent-Type: "
		    "%s\r\nContent-Disposition: attachment\r\n%s%s\r\n--b--\r\n",
		    rows[i].type, rows[i].body == der ? "" : "\r\n",
		    rows[i].body);
		assert_int_equal(mail_read(sk_buf_span(&mail), 0, arena, &f,
		    NULL, &e), SK_OK);
		if (f.nkeys != rows[i].keys)
			fail_msg("%s: %zu", rows[i].type, f.nkeys);
		assert_int_equal(!!(f.attachments[0].flags & ATTACH_KEY),
		    rows[i].keys);
		sk_buf_free(&mail);
	}
}

/* Each is looked at by a keyd: once, however often it is there. */
static void
a_key_attached_twice_is_one(void **state)
{
	static const char part[] = "--b\r\nContent-Type: application/"
	    "pkix-cert\r\nContent-Disposition: attachment\r\n\r\n"
	    "-----BEGIN CERTIFICATE-----\r\n";
	struct sk_error e;
	struct sk_buf mail;
	struct facts f;

	(void)state;
	sk_buf_init(&mail, 8192);
	sk_buf_addf(&mail, HEAD "Content-Type: multipart/mixed; boundary=b"
	    "\r\n\r\n%sx\r\n%sx\r\n%sy\r\n--b--\r\n", part, part, part);
	assert_int_equal(mail_read(sk_buf_span(&mail), 0, arena, &f, NULL,
	    &e), SK_OK);
	assert_int_equal(f.nkeys, 2);
	sk_buf_free(&mail);
}

/* Beside a letter: by name or type, and then by its octets, so that a keyd is
 * asked for what it is. Certificates and signatures alone hold nothing. */
static void
p7m_files_are_marked(void **state)
{
	static const struct { const char *head, *body; uint32_t flags; } t[] = {
		{ "application/octet-stream; name=a.p7m",
		    "MIAGCSqGSIb3DQEHA6CAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		    ATTACH_ENVELOPED },
		{ "application/x-pkcs7-mime; smime-type=signed-data; "
		    "name=smime", "MIAGCSqGSIb3DQEHA6CAAAAAAAAAAAAAAAAAAAAAAA"
		    "AAAAA=", ATTACH_ENVELOPED },
		{ "application/pkcs7-mime; name=\"=?utf-8?B?6KiY6Yyy?=.p7m\"",
		    "MIAGCyqGSIb3DQEJEAEXoIAAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
		    ATTACH_AUTH_ENVELOPED },
		{ "application/octet-stream; name=A.P7M",
		    "MIIEAAYJKoZIhvcNAQcCoIIAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
		    ATTACH_SIGNED },
		{ "application/pkcs7-mime; smime-type=certs-only; name=a.p7m",
		    "MIIEAAYJKoZIhvcNAQcCoIIAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
		    0 },
		{ "application/pkcs7-signature; name=smime.p7s",
		    "MIIEAAYJKoZIhvcNAQcCoIIAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
		    0 },
		{ "application/octet-stream; name=a.p7m",
		    "MIIEAAYJKoZIhvcNAQcFoIIAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
		    0 },
		{ "application/octet-stream; name=a.bin",
		    "MIAGCSqGSIb3DQEHA6CAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", 0 },
	};
	char mail[1000];
	struct facts f;

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		snprintf(mail, sizeof(mail), HEAD "Content-Type: multipart/"
		    "mixed; boundary=b\r\n\r\n--b\r\n\r\nsee file\r\n--b\r\n"
		    "Content-Type: %s\r\nContent-Transfer-Encoding: base64"
		    "\r\n\r\n%s\r\n--b--\r\n", t[i].head, t[i].body);
		f = read_mail(mail, 0);
		assert_int_equal(f.form, FORM_PLAIN);
		assert_int_equal(f.nattachments, 1);
		assert_int_equal(f.attachments[0].flags, t[i].flags);
		if (t[i].flags & (ATTACH_ENVELOPED | ATTACH_AUTH_ENVELOPED))
			assert_true(f.doubts & DOUBT_MIXED_PARTS);
	}
}

static void
payload_has_its_limit(void **state)
{
	static const char mail[] = HEAD "Content-Type: multipart/signed; "
	    "boundary=b\r\n\r\n--b\r\n\r\nwords\r\n--b\r\n"
	    "Content-Type: application/pgp-signature\r\n\r\nsig\r\n--b--\r\n";
	struct sk_error e;
	struct sk_buf payload;
	struct facts f;

	(void)state;
	sk_buf_init(&payload, 10);
	assert_int_equal(mail_read(sk_span_str(mail), 0, arena, &f, &payload,
	    &e), SK_OK);
	assert_int_equal(f.data_len, 7);
	assert_int_equal(f.sig_at, 7);
	assert_memory_equal(payload.p, "\r\nwordssig", 10);
	sk_buf_free(&payload);
	sk_buf_init(&payload, 9);
	assert_int_equal(mail_read(sk_span_str(mail), 0, arena, &f, &payload,
	    &e), SK_ERR_LIMIT);
	sk_buf_free(&payload);
}

/* The composer and the reader agree on RFC 9788, RFC 2231 and RFC 2047. */
static void
what_we_compose_we_read(void **state)
{
	const struct compose_attachment att = { "障害報告書①（二）.csv",
		"text/csv; charset=utf-8", sk_span_str("a,b\r\n") };
	const struct compose_head h = { .from = "csc-anken@example.jp",
		.from_name = "情報共有協議会", .to = "sato@acme.example",
		.subject = "とても長い件名です。①㈱髙橋電力から届いた不審な"
		    "メールについてのお知らせ", .message_id =
		    "abcdefghijklmnopqrstuvwxyz@example.jp",
		.auto_submitted = "auto-generated", .date = 1775521800,
		.tz_minutes = 540 };
	static const char text[] = "本文です。\n\nFrom here\n-- \n終わり\n";
	struct sk_error e;
	struct sk_buf out;
	struct facts f;

	(void)state;
	sk_buf_init(&out, 65536);
	assert_int_equal(compose_payload(&h, text, &att, 1,
	    "abcdefghijklmnopqrstuvwxyz", &out, &e), SK_OK);
	assert_int_equal(mail_read(sk_buf_span(&out), 1, arena, &f, NULL,
	    &e), SK_OK);
	assert_string_equal(f.subject, h.subject);
	assert_string_equal(f.from.address, h.from);
	assert_string_equal(f.from.name, h.from_name);
	assert_string_equal(f.text, text);
	assert_int_equal(f.nattachments, 1);
	assert_string_equal(f.attachments[0].name, att.name);
	assert_int_equal(f.attachments[0].bytes, att.bytes.len);
	assert_int_equal(f.attachments[0].flags, 0);
	assert_int_equal(f.doubts, 0);
	sk_buf_free(&out);
}

static void
words_for_everything(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 32; i++) {
		if ((DOUBT_ALL & 1u << i) == 0)
			continue;
		assert_string_not_equal(doubt_word(1u << i), "unknown");
		for (unsigned k = 0; k < i; k++)
			if ((DOUBT_ALL & 1u << k) != 0)
				assert_string_not_equal(doubt_word(1u << i),
				    doubt_word(1u << k));
		assert_true(strlen(doubt_text(1u << i)) > 20);
		assert_true(sk_is_ascii(sk_span_str(doubt_text(1u << i))));
		assert_true(sk_has_kana(doubt_text_ja(1u << i)));
	}
	assert_string_equal(doubt_word(3), "unknown");
	assert_string_equal(form_word(FORM_SMIME_SIGNED), "smime-signed");
	assert_string_equal(signature_word(SIGNATURE_ERROR), "error");
	assert_string_equal(coverage_word(COVERS_WHOLE), "whole");
	assert_string_equal(automatic_word(AUTO_OURS), "ours");
	assert_string_equal(automatic_word((enum fact_auto)99), "unknown");
}

static void
empty_is_refused(void **state)
{
	struct sk_error e;
	struct facts f;

	(void)state;
	assert_int_equal(mail_read(sk_span_of(NULL, 0), 0, arena, &f, NULL,
	    &e), SK_ERR_DATA);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(content_id_forgets_the_way),
		cmocka_unit_test(layers_are_joined),
		cmocka_unit_test(unprotected_header_inside),
		cmocka_unit_test(too_many_layers),
		cmocka_unit_test(parts_are_saved),
		cmocka_unit_test(parts_of_a_wrapped_layer_come_out),
		cmocka_unit_test(long_text_is_cut_at_a_character),
		cmocka_unit_test(large_attachment_is_not_held),
		cmocka_unit_test(keys_are_few_and_small),
		cmocka_unit_test(certificates_are_keys),
		cmocka_unit_test(a_key_attached_twice_is_one),
		cmocka_unit_test(p7m_files_are_marked),
		cmocka_unit_test(payload_has_its_limit),
		cmocka_unit_test(what_we_compose_we_read),
		cmocka_unit_test(words_for_everything),
		cmocka_unit_test(empty_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

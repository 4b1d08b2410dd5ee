/*
 * How a mail is wrapped, what stands beside it, what its header inside may
 * say: forms that clients, servers and attackers make (standards.md A6, A8,
 * A9, B1).
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
#include <sekisho/text.h>

#define HEAD "From: Sato <sato@acme.example>\r\nSubject: outer\r\n"
#define MIXED HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
#define ARMOUR "-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA0000000000000AQ\r\n" \
	"=abcd\r\n-----END PGP MESSAGE-----\r\n"
#define TEXT "--b\r\nContent-Type: text/plain\r\n\r\n"
#define HTML "--b\r\nContent-Type: text/html\r\n\r\n"
#define VERSION_PART "--b\r\nContent-Type: application/pgp-encrypted\r\n\r\n" \
	"Version: 1\r\n"
#define DATA "--b\r\nContent-Type: application/octet-stream\r\n\r\n" ARMOUR
#define WHOLE "--b\r\nContent-Type: multipart/encrypted; boundary=c\r\n\r\n" \
	"--c\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n" \
	"--c\r\nContent-Type: application/octet-stream\r\n\r\n" ARMOUR \
	"--c--\r\n"

static struct sk_arena *arena;
static struct sk_buf payload;

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
	sk_buf_free(&payload);
	sk_arena_free(&arena);
	return 0;
}

static struct facts
read_mail(const char *mail, unsigned layer)
{
	struct sk_error e = { 0 };
	struct facts f;

	sk_buf_free(&payload);
	sk_buf_init(&payload, LIMIT_MESSAGE_MAX);
	assert_int_equal(mail_read(sk_span_str(mail), layer, arena, &f,
	    &payload, &e), SK_OK);
	return f;
}

static bool
gives(const struct facts *f, const char *bytes)
{
	return f->data_len >= strlen(bytes) && memcmp(payload.p + f->data_at,
	    bytes, strlen(bytes)) == 0;
}

static void
form_is(const char *mail, enum fact_form form, const char *outside)
{
	struct facts f = read_mail(mail, 0);

	if (f.form != form)
		fail_msg("form %s, not %s, of:\n%s", form_word(f.form),
		    form_word(form), mail);
	if (outside == NULL)
		assert_null(f.outside);
	else
		assert_string_equal(f.outside, outside);
	assert_int_equal((f.doubts & DOUBT_OUTSIDE) != 0, outside != NULL);
	if (form != FORM_PLAIN) {
		assert_true(gives(&f, "-----BEGIN PGP"));
		assert_int_equal(f.answer.ticks, 0);
	}
}

static void
servers_take_it_apart(void **state)
{
	(void)state;
	form_is(MIXED VERSION_PART DATA "--b--\r\n", FORM_PGP_ENCRYPTED_MANGLED,
	    NULL);
	/* Exchange: an empty text before, names and types changed */
	form_is(MIXED TEXT "\r\n" VERSION_PART DATA "--b--\r\n",
	    FORM_PGP_ENCRYPTED_MANGLED, NULL);
	form_is(MIXED TEXT "\r\n--b\r\nContent-Type: application/"
	    "octet-stream; name=ATT00001.dat\r\n\r\nVersion: 1\r\n--b\r\n"
	    "Content-Type: application/octet-stream; name=ATT00002.asc\r\n"
	    "Content-Disposition: attachment\r\n\r\n" ARMOUR "--b--\r\n",
	    FORM_PGP_ENCRYPTED_MANGLED, NULL);
	form_is(MIXED "--b\r\nContent-Type: text/plain; name=version.txt"
	    "\r\n\r\nVersion: 1\r\n--b\r\nContent-Type: text/plain; "
	    "name=encrypted.asc\r\n\r\n" ARMOUR "--b--\r\n",
	    FORM_PGP_ENCRYPTED_MANGLED, NULL);
	/* a list or a gateway: the encrypted mail whole, a footer below */
	form_is(MIXED WHOLE TEXT "disclaimer\r\n--b--\r\n",
	    FORM_PGP_ENCRYPTED_MANGLED, "disclaimer");
	form_is(MIXED TEXT "[x] 2-E\r\n" WHOLE "--b--\r\n",
	    FORM_PGP_ENCRYPTED_MANGLED, "[x] 2-E");
}

/* EFAIL, direct: HTML around ciphertext. It is not opened at all. */
static void
html_around_it_is_no_encrypted_mail(void **state)
{
	static const char *const mails[] = {
		MIXED HTML "<img src=\"http://x/\r\n" WHOLE HTML
		    "\">\r\n--b--\r\n",
		MIXED HTML "<img src=\"http://x/\r\n" VERSION_PART DATA HTML
		    "\">\r\n--b--\r\n",
		MIXED WHOLE WHOLE "--b--\r\n",
		MIXED VERSION_PART DATA DATA "--b--\r\n",
		MIXED VERSION_PART DATA "--b\r\nContent-Type: image/png\r\n\r\nx"
		    "\r\n--b--\r\n",
		HEAD "Content-Type: multipart/encrypted; boundary=b\r\n\r\n"
		    VERSION_PART DATA TEXT "more\r\n--b--\r\n",
		HEAD "Content-Type: multipart/encrypted; boundary=b\r\n\r\n"
		    DATA VERSION_PART "--b--\r\n",
		HEAD "Content-Type: multipart/related; boundary=b\r\n\r\n"
		    WHOLE "--b--\r\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(mails) / sizeof(*mails); i++) {
		struct facts f = read_mail(mails[i], 0);

		assert_int_equal(f.form, FORM_PLAIN);
		assert_true(f.doubts & DOUBT_MIXED_PARTS);
		assert_int_equal(f.data_len, 0);
	}
}

/* HTML beside armour in a text: dropped, said, never joined to the content. */
static void
html_beside_inline_is_dropped(void **state)
{
	struct facts f = read_mail(MIXED HTML "<b>evil</b>\r\n" TEXT ARMOUR
	    HTML "<i>more</i>\r\n--b--\r\n", 0);

	(void)state;
	assert_int_equal(f.form, FORM_PGP_INLINE_ENCRYPTED);
	assert_null(strstr(f.text, "evil"));
	assert_null(f.outside);
	assert_true(f.doubts & DOUBT_OUTSIDE);
	f = read_mail(HEAD "Content-Type: multipart/alternative; boundary=b"
	    "\r\n\r\n" TEXT ARMOUR HTML "<pre>armour</pre>\r\n--b--\r\n", 0);
	assert_int_equal(f.form, FORM_PGP_INLINE_ENCRYPTED);
	assert_int_equal(f.doubts, 0);
}

static void
an_encrypted_file_and_nothing_else(void **state)
{
	(void)state;
	form_is(HEAD "Content-Type: application/octet-stream; name=m.pgp\r\n"
	    "\r\n" ARMOUR, FORM_PGP_ATTACHED, NULL);
	form_is(HEAD "Content-Type: application/pgp-encrypted\r\n\r\n" ARMOUR,
	    FORM_PGP_ATTACHED, NULL);
	form_is(MIXED TEXT " \r\n--b\r\nContent-Type: application/"
	    "octet-stream\r\nContent-Disposition: attachment; filename=m.gpg"
	    "\r\n\r\n" ARMOUR "--b--\r\n", FORM_PGP_ATTACHED, NULL);
	/* a letter with an encrypted file is a letter, its ticks count */
	form_is(MIXED TEXT "see file\r\n--b\r\nContent-Type: application/"
	    "octet-stream; name=m.asc\r\n\r\n" ARMOUR "--b--\r\n",
	    FORM_PLAIN, NULL);
	/* a key or a signature is no message */
	form_is(HEAD "Content-Type: application/octet-stream; name=k.asc\r\n"
	    "\r\n-----BEGIN PGP PUBLIC KEY BLOCK-----\r\n\r\nx\r\n",
	    FORM_PLAIN, NULL);
}

#define SIGNED(type, words) "--b\r\nContent-Type: multipart/signed; " \
	"boundary=c\r\n\r\n--c\r\n\r\n" words "\r\n--c\r\n" \
	"Content-Type: application/" type "\r\n\r\nAA==\r\n--c--\r\n"

static void
signed_is(const char *mail, enum fact_form form, const char *outside)
{
	struct facts f = read_mail(mail, 0);

	assert_int_equal(f.form, form);
	assert_true(gives(&f, "\r\n[x] 1-A"));
	assert_int_equal(f.sig_len, 4);
	assert_int_equal(f.answer.ticks, ANSWER_1A);
	if (outside == NULL)
		assert_null(f.outside);
	else
		assert_string_equal(f.outside, outside);
	assert_int_equal((f.doubts & DOUBT_OUTSIDE) != 0, outside != NULL);
}

static void
signed_part_is_doubted(const char *mail)
{
	struct facts f = read_mail(mail, 0);

	assert_int_equal(f.form, FORM_PLAIN);
	assert_true(f.doubts & DOUBT_MIXED_PARTS);
	assert_int_equal(f.data_len, 0);
}

/* A list or a gateway puts its words under a signed mail (A6): the signed part
 * is the mail, what stands beside answers nothing. Beside more than text
 * nobody can say what the signature means (JYAF). */
static void
a_footer_under_a_signed_mail_is_kept_apart(void **state)
{
	(void)state;
	signed_is(MIXED SIGNED("pgp-signature", "[x] 1-A") TEXT
	    "list footer\r\n--b--\r\n", FORM_PGP_SIGNED, "list footer");
	signed_is(MIXED SIGNED("pkcs7-signature", "[x] 1-A") TEXT
	    "[x] 2-E\r\n--b--\r\n", FORM_SMIME_SIGNED, "[x] 2-E");
	signed_is(MIXED TEXT "[x] 2-E\r\n" SIGNED("pgp-signature",
	    "[x] 1-A") "--b--\r\n", FORM_PGP_SIGNED, "[x] 2-E");
	signed_is(MIXED SIGNED("pgp-signature", "[x] 1-A") "--b--\r\n",
	    FORM_PGP_SIGNED, NULL);
	signed_part_is_doubted(MIXED SIGNED("pgp-signature", "x") HTML
	    "<b>x</b>\r\n--b--\r\n");
	signed_part_is_doubted(MIXED SIGNED("pgp-signature", "x")
	    SIGNED("pgp-signature", "y") "--b--\r\n");
	signed_part_is_doubted(MIXED SIGNED("octet-stream", "x") TEXT
	    "footer\r\n--b--\r\n");
	signed_part_is_doubted(HEAD "Content-Type: multipart/related; "
	    "boundary=b\r\n\r\n" SIGNED("pgp-signature", "x") "--b--\r\n");
}

/* Two ways to show other text than the signed one (B1); a text that names the
 * header field is signed like any other. */
static void
odd_clear_signed_text_is_none(void **state)
{
#define CLEAR(fields, text) HEAD "\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\n" \
	fields "\r\n" text "\r\n-----BEGIN PGP SIGNATURE-----\r\n\r\nx\r\n" \
	"-----END PGP SIGNATURE-----\r\n"
	static const struct {
		const char *mail;
		enum fact_form form;
	} t[] = {
		{ CLEAR("Hash: SHA512\r\n", "x"), FORM_PGP_INLINE_SIGNED },
		{ CLEAR("Hash: SHA512\r\n", "NotDashEscaped: x"),
		    FORM_PGP_INLINE_SIGNED },
		{ CLEAR("", "NotDashEscaped: x"), FORM_PGP_INLINE_SIGNED },
		{ CLEAR("Hash: SHA512\r\nNotDashEscaped: x\r\n", "x"),
		    FORM_PLAIN },
		{ CLEAR("notdashescaped: x\r\n", "x"), FORM_PLAIN },
		/* blanks alone: the end of the header for some */
		{ CLEAR("Hash: SHA512\r\n \r\nNotDashEscaped: x\r\n", "x"),
		    FORM_PLAIN },
		{ CLEAR("", "a\fb"), FORM_PLAIN },
		{ CLEAR("", "a\vb"), FORM_PLAIN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		struct facts f = read_mail(t[i].mail, 0);

		assert_int_equal(f.form, t[i].form);
		assert_int_equal(!!(f.doubts & DOUBT_MIXED_PARTS),
		    t[i].form == FORM_PLAIN);
	}
	/* What a keyd is given is not believed to be one block. */
	assert_true(sk_clearsign_is_odd(sk_span_str("\n-----BEGIN PGP SIGNED "
	    "MESSAGE-----\n\nx")));
	assert_true(sk_clearsign_is_odd(sk_span_str("-----BEGIN PGP SIGNED "
	    "MESSAGE-----\n\nx\n-----BEGIN PGP SIGNED MESSAGE-----\n\n")));
	assert_true(sk_clearsign_is_odd(sk_span_str("")));
}

static void
words_of_a_clear_signed_text_come_out(void **state)
{
#define BEGUN "-----BEGIN PGP SIGNED MESSAGE-----"
#define ENDED "-----BEGIN PGP SIGNATURE-----\n\nx\n"
	static const struct { const char *block, *text; } t[] = {
		{ BEGUN "\r\nHash: SHA256\r\n\r\na: b\r\n- -- \r\n- - c\r\n"
		    ENDED, "a: b\r\n-- \r\n- c\r\n" },
		{ BEGUN "\n\n\nx\n" ENDED, "\nx\n" },
		/* what is no field is no field's end either */
		{ BEGUN "\nwords\n\nmore\n" ENDED, "words\n\nmore\n" },
		{ BEGUN "\n\nx\n-----END PGP SIGNATURE-----", "x\n" },
		{ BEGUN "\n\nno end", "no end" }, { BEGUN "\nA: b", "" },
		{ BEGUN, "" }, { "", "" },
	};
	struct sk_buf out;

	(void)state;
	sk_buf_init(&out, 1000);
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		sk_buf_clear(&out);
		sk_clearsign_text(sk_span_str(t[i].block), &out);
		assert_string_equal(sk_buf_str(&out), t[i].text);
	}
	sk_buf_free(&out);
}

/* Sealed by a program of its own (Kleopatra), and sent with a letter: not the
 * mail's form, but no file like others. */
static void
a_sealed_file_is_marked(void **state)
{
	static const struct {
		const char *file;
		bool sealed;
	} t[] = {
		{ "application/octet-stream; name=m.asc\r\n\r\n" ARMOUR, true },
		{ "text/plain; name=m.asc\r\nContent-Disposition: attachment"
		    "\r\n\r\n" ARMOUR, true },
		/* packet 1, of 268 octets */
		{ "application/pgp-encrypted; name=m.gpg\r\n"
		    "Content-Transfer-Encoding: base64\r\n\r\n"
		    "hQEMA3k7Z2iN1pY9AQf/hQEM\r\n", true },
		{ "image/png; name=m.png\r\nContent-Transfer-Encoding: base64"
		    "\r\n\r\nhQEMA3k7Z2iN1pY9AQf/hQEM\r\n", false },
		{ "application/octet-stream; name=k.asc\r\n\r\n-----BEGIN PGP "
		    "PUBLIC KEY BLOCK-----\r\n\r\nx\r\n", false },
		{ "application/octet-stream; name=a.asc\r\n\r\nwords\r\n",
		    false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		char mail[2000];
		struct facts f;

		snprintf(mail, sizeof(mail), MIXED TEXT "see file\r\n--b\r\n"
		    "Content-Type: %s--b--\r\n", t[i].file);
		f = read_mail(mail, 0);
		assert_int_equal(f.form, FORM_PLAIN);
		assert_int_equal(f.nattachments, 1);
		assert_int_equal(!!(f.attachments[0].flags & ATTACH_SEALED),
		    t[i].sealed);
		assert_int_equal(!!(f.doubts & DOUBT_MIXED_PARTS),
		    t[i].sealed);
	}
}

static void
words_beside_armour_are_kept_apart(void **state)
{
	static const char clear[] = HEAD "\r\nHello\r\n-----BEGIN PGP SIGNED "
	    "MESSAGE-----\r\nHash: SHA512\r\n\r\n[x] 1-A\r\n"
	    "-----BEGIN PGP SIGNATURE-----\r\n\r\nx\r\n"
	    "-----END PGP SIGNATURE-----\r\n[x] 2-E\r\n";
	struct facts f;

	(void)state;
	form_is(HEAD "\r\n" ARMOUR, FORM_PGP_INLINE_ENCRYPTED, NULL);
	form_is(HEAD "\r\nHello,\r\n\r\n" ARMOUR "[x] 2-E\r\n",
	    FORM_PGP_INLINE_ENCRYPTED, "Hello,\n[x] 2-E");
	form_is(MIXED TEXT "note\r\n" TEXT ARMOUR "--b--\r\n",
	    FORM_PGP_INLINE_ENCRYPTED, "note");
	/* two messages are no form: which would count? */
	form_is(HEAD "\r\n" ARMOUR ARMOUR, FORM_PLAIN, NULL);
	form_is(MIXED TEXT ARMOUR TEXT ARMOUR "--b--\r\n", FORM_PLAIN, NULL);
	f = read_mail(clear, 0);
	assert_int_equal(f.form, FORM_PGP_INLINE_SIGNED);
	assert_int_equal(f.answer.ticks, 0);
	assert_true(gives(&f, "-----BEGIN PGP SIGNED MESSAGE"));
	assert_non_null(strstr(f.outside, "2-E"));
	assert_null(strstr(f.outside, "1-A"));
	/* quoted armour is somebody else's */
	form_is(HEAD "\r\n> -----BEGIN PGP MESSAGE-----\r\n> x\r\n> "
	    "-----END PGP MESSAGE-----\r\n", FORM_PLAIN, NULL);
}

/* ---- a header inside ---- */

static struct facts
joined(const char *outer, const char *inner, enum fact_form opened,
    bool believed)
{
	struct facts o = read_mail(outer, 0), i = read_mail(inner, 1);

	facts_join(arena, &o, &i, opened, believed);
	return o;
}

#define OUTER HEAD "Reply-To: mallory@evil.example\r\n" \
	"To: csc@council.example, mallory@evil.example\r\n" \
	"In-Reply-To: <outer@x>\r\n\r\nx\r\n"
#define INNER(type) "From: sato@acme.example\r\nSubject: inner\r\n" \
	"To: csc@council.example\r\nIn-Reply-To: <inner@x>\r\n" \
	"Reply-To: team@acme.example\r\nHP-Outer: Subject: [...]\r\n" \
	"Content-Type: text/plain; " type "\r\n\r\n"

/* An encrypted file and nothing else: what it held is that file, by its own
 * name, and never text that shows its bytes. */
static void
an_encrypted_file_keeps_its_name(void **state)
{
#define SEALED(name) MIXED TEXT "\r\n--b\r\nContent-Type: application/" \
	"octet-stream\r\nContent-Disposition: attachment; filename=" name \
	"\r\n\r\n" ARMOUR "--b--\r\n"
	struct facts f = joined(SEALED("report.xlsx.gpg"), "PK\x03\x04" "1-C",
	    FORM_PGP_ATTACHED, true);

	(void)state;
	assert_int_equal(f.nattachments, 1);
	assert_string_equal(f.attachments[0].name, "report.xlsx");
	assert_int_equal(f.attachments[0].bytes, 7);
	assert_string_equal(f.text, "");
	assert_int_equal(f.answer.ticks, 0);
	f = joined(SEALED("m.asc"), "1-C\r\n", FORM_PGP_ATTACHED, true);
	assert_int_equal(f.nattachments, 0);
	assert_int_equal(f.answer.ticks, ANSWER_1C);
	f = joined(SEALED("m.asc"), "Content-Type: application/pdf; "
	    "name=r.pdf\r\n\r\n%PDF\x01", FORM_PGP_ATTACHED, true);
	assert_string_equal(f.attachments[0].name, "r.pdf");
	/* Before it is opened, and where it cannot be. */
	f = read_mail(SEALED("report.xlsx.gpg"), 0);
	assert_int_equal(f.nattachments, 1);
	assert_string_equal(f.attachments[0].name, "report.xlsx.gpg");
	assert_int_equal(f.attachments[0].flags, ATTACH_SEALED);
	/* What `mail save` takes is inside. */
	assert_int_equal(f.attachments[0].part, 1);
}

/* RFC 9580 6.1: newer programs write no checksum, and gpg 2.2 wants one. */
static void
inline_armour_without_a_sum_is_given_one(void **state)
{
	struct facts f = read_mail(HEAD "\r\n-----BEGIN PGP MESSAGE-----\r\n"
	    "\r\naGVsbG8h\r\n-----END PGP MESSAGE-----\r\n", 0);

	(void)state;
	assert_true(gives(&f, "-----BEGIN PGP MESSAGE-----\r\n\r\naGVsbG8h\n"
	    "=+cvX\r\n-----END PGP MESSAGE-----"));
	f = read_mail(HEAD "\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: "
	    "SHA256\r\n\r\nx\r\n-----BEGIN PGP SIGNATURE-----\r\n\r\n"
	    "aGVsbG8h\r\n-----END PGP SIGNATURE-----\r\n", 0);
	assert_true(gives(&f, "-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: "
	    "SHA256\r\n\r\nx\r\n-----BEGIN PGP SIGNATURE-----\r\n\r\n"
	    "aGVsbG8h\n=+cvX\r\n-----END PGP SIGNATURE-----"));
}

/* The armour's Charset, else that of the text around it, is a hint for what
 * was inside, and no more (A6). */
static void
an_inline_message_names_its_charset(void **state)
{
	static const char jis[] = "\x1b$B$\"\x1b(B";
	/* KATAKANA in Shift_JIS, which is Latin and half-width kana else */
	static const char sjis[] = "\x83\x65\x83\x58\x83\x67";
	static const struct { const char *mail, *charset; } t[] = {
		{ "Subject: x\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n"
		    "Version: 1\r\nCHARSET:  Shift_JIS \r\n\r\nhF4D\r\n"
		    "-----END PGP MESSAGE-----\r\n", "shift_jis" },
		{ "Content-Type: text/plain; charset=EUC-JP\r\n\r\n"
		    "-----BEGIN PGP MESSAGE-----\r\n\r\nCharset: x\r\n"
		    "-----END PGP MESSAGE-----\r\n", "euc-jp" },
		{ "Subject: x\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n\r\n"
		    "hF4D\r\n-----END PGP MESSAGE-----\r\n", NULL },
	};
	struct sk_error e;
	struct facts f;

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		f = read_mail(t[i].mail, 0);
		assert_int_equal(f.form, FORM_PGP_INLINE_ENCRYPTED);
		if (t[i].charset == NULL)
			assert_null(f.charset);
		else
			assert_string_equal(f.charset, t[i].charset);
	}
	assert_int_equal(mail_read_inline(sk_span_str(sjis), 1, "shift_jis",
	    arena, &f, NULL, &e), SK_OK);
	assert_string_equal(f.text, "テスト");
	assert_int_equal(f.doubts, 0);
	assert_true(f.japanese_charset);
	/* one that does not fit, or that nobody allows, is none */
	assert_int_equal(mail_read_inline(sk_span_str("テスト"), 1,
	    "iso-2022-jp", arena, &f, NULL, &e), SK_OK);
	assert_string_equal(f.text, "テスト");
	assert_int_equal(f.doubts, read_mail("テスト", 1).doubts);
	assert_int_equal(mail_read_inline(sk_span_str(jis), 1,
	    "ISO-2022-CN-EXT//IGNORE", arena, &f, NULL, &e), SK_OK);
	assert_string_equal(f.text, "あ");
	assert_int_equal(f.doubts, read_mail(jis, 1).doubts);
	/* a part that has a label of its own keeps it */
	assert_int_equal(mail_read_inline(sk_span_str("Content-Type: text/"
	    "plain; charset=utf-8\r\n\r\nテスト"), 1, "shift_jis", arena, &f,
	    NULL, &e), SK_OK);
	assert_string_equal(f.text, "テスト");
}

/* RFC 9788: with hp nothing of the outer header is merged in. */
static void
a_protected_header_is_the_header(void **state)
{
	struct facts f = joined(OUTER, INNER("hp=\"cipher\"") "y\r\n",
	    FORM_PGP_ENCRYPTED, true);

	(void)state;
	assert_int_equal(f.protection, PROTECTION_CIPHER);
	assert_string_equal(f.subject, "inner");
	assert_string_equal(f.reply_to.address, "team@acme.example");
	assert_int_equal(f.nto, 1);
	assert_string_equal(f.refs[0], "inner@x");
	assert_int_equal(f.nrefs, 1);
	assert_int_equal(f.doubts & (DOUBT_FROM_INSIDE |
	    DOUBT_SUBJECT_OUTSIDE), 0);
	/* none inside: an attacker's Reply-To outside is not used either */
	f = joined(OUTER, "From: sato@acme.example\r\nContent-Type: "
	    "text/plain; hp=\"cipher\"\r\n\r\ny\r\n", FORM_PGP_ENCRYPTED,
	    true);
	assert_null(f.reply_to.address);
	assert_null(f.subject);
	/* only signed: a changed outer Subject is said */
	f = joined(OUTER, INNER("hp=\"clear\"") "y\r\n", FORM_PGP_SIGNED,
	    true);
	assert_int_equal(f.protection, PROTECTION_CLEAR);
	assert_true(f.doubts & DOUBT_SUBJECT_OUTSIDE);
}

/* SEPPmail CVE-2026-27443, -29143: a header inside that nobody vouches for. */
static void
an_unproved_header_inside_is_nothing(void **state)
{
	static const char *const types[] = { "hp=\"clear\"", "hp=\"cipher\"",
		"protected-headers=\"v1\"" };
	char inner[1000];
	struct facts f;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		snprintf(inner, sizeof(inner), INNER("%s") "y\r\n", types[i]);
		f = joined(OUTER, inner, FORM_PGP_SIGNED, false);
		assert_string_equal(f.subject, "outer");
		assert_int_equal(f.protection, PROTECTION_NONE);
		assert_string_equal(f.text, "y\n");
	}
	f = joined(OUTER, INNER("hp=\"odd\"") "y\r\n", FORM_PGP_ENCRYPTED,
	    true);
	assert_string_equal(f.subject, "outer");
}

static void
from_inside_is_never_the_sender(void **state)
{
	struct facts f = joined(OUTER, "From: boss@bank.example\r\n"
	    "Subject: pay\r\nContent-Type: text/plain; hp=\"cipher\"\r\n"
	    "\r\ny\r\n", FORM_PGP_ENCRYPTED, true);

	(void)state;
	assert_string_equal(f.from.address, "sato@acme.example");
	assert_true(f.doubts & DOUBT_FROM_INSIDE);
}

static void
older_forms_give_the_subject(void **state)
{
	struct facts f = joined(OUTER, INNER("protected-headers=\"v1\"")
	    "y\r\n", FORM_PGP_ENCRYPTED, true);

	(void)state;
	assert_int_equal(f.protection, PROTECTION_OLD);
	assert_string_equal(f.subject, "inner");
	assert_string_equal(f.reply_to.address, "mallory@evil.example");
	f = joined(OUTER, "Content-Type: message/rfc822; forwarded=no\r\n\r\n"
	    "From: sato@acme.example\r\nSubject: wrapped\r\n\r\ny\r\n",
	    FORM_PGP_ENCRYPTED, true);
	assert_int_equal(f.protection, PROTECTION_WRAPPED);
	assert_string_equal(f.subject, "wrapped");
	assert_string_equal(f.text, "y\n");
	/* somebody else's mail passed on is no header of this one */
	f = joined(OUTER, "Content-Type: message/rfc822\r\n\r\n"
	    "From: other@bank.example\r\nSubject: fwd\r\n\r\ny\r\n",
	    FORM_PGP_ENCRYPTED, true);
	assert_string_equal(f.subject, "outer");
	assert_int_equal(f.doubts & DOUBT_FROM_INSIDE, 0);
}

static void
legacy_display_is_taken_off(void **state)
{
	static const char type[] = "Content-Type: text/plain; hp=\"cipher\"; "
	    "hp-legacy-display=\"1\"\r\n\r\n";
	char mail[500];

	(void)state;
	snprintf(mail, sizeof(mail), "%sSubject: s\r\n t\r\nTo: a@b\r\n\r\n"
	    "body\r\n", type);
	assert_string_equal(read_mail(mail, 1).text, "body\n");
	/* what is no repeated header stays */
	snprintf(mail, sizeof(mail), "%sSubject: s\r\nbut words\r\n\r\n"
	    "body\r\n", type);
	assert_string_equal(read_mail(mail, 1).text,
	    "Subject: s\nbut words\n\nbody\n");
	/* not in a mail that nobody protected */
	snprintf(mail, sizeof(mail), "%sSubject: s\r\n\r\nbody\r\n", type);
	assert_string_equal(read_mail(mail, 0).text, "Subject: s\n\nbody\n");
}

/* What was attached beside an armoured text is neither lost nor renumbered. */
static void
attachments_beside_are_kept(void **state)
{
	struct facts f = joined(MIXED TEXT ARMOUR "--b\r\nContent-Type: "
	    "application/pdf; name=a.pdf\r\n\r\nx\r\n--b--\r\n", "y\r\n",
	    FORM_PGP_INLINE_ENCRYPTED, true);

	(void)state;
	assert_int_equal(f.nattachments, 1);
	assert_int_equal(f.attachments[0].part, FACTS_BESIDE + 2);
	assert_string_equal(f.text, "y\n");
}

/* ---- keys ---- */

#define KEYDATA "mDMEZAAAABYJKwYBBAHaRw8BAQdA"
#define AUTO(addr, more) "Autocrypt: addr=" addr "; " more "keydata=\r\n " \
	KEYDATA "\r\n"

static size_t
autocrypt_keys(const char *fields)
{
	char mail[2000];
	struct facts f;

	snprintf(mail, sizeof(mail), "From: sato@acme.example\r\n%s\r\nx\r\n",
	    fields);
	f = read_mail(mail, 0);
	for (size_t i = 0; i < f.nkeys; i++)
		assert_int_equal(f.keys[i].origin, KEY_AUTOCRYPT);
	return f.nkeys;
}

static void
autocrypt_is_read_by_its_rules(void **state)
{
	(void)state;
	assert_int_equal(autocrypt_keys(AUTO("sato@acme.example", "")), 1);
	assert_int_equal(autocrypt_keys(AUTO("Sato@ACME.example",
	    "prefer-encrypt=mutual; _x=1; ")), 1);
	assert_int_equal(autocrypt_keys(AUTO("other@acme.example", "")), 0);
	assert_int_equal(autocrypt_keys(AUTO("sato@acme.example",
	    "critical=1; ")), 0);
	assert_int_equal(autocrypt_keys(AUTO("sato@acme.example", "")
	    AUTO("sato@acme.example", "")), 0);
	assert_int_equal(autocrypt_keys(AUTO("other@acme.example", "")
	    AUTO("sato@acme.example", "")), 1);
	assert_int_equal(autocrypt_keys("List-Id: <l.x>\r\n"
	    AUTO("sato@acme.example", "")), 0);
	assert_int_equal(autocrypt_keys("Autocrypt-Gossip: addr="
	    "sato@acme.example; keydata=" KEYDATA "\r\n"), 0);
	assert_int_equal(autocrypt_keys("Autocrypt: addr=sato@acme.example; "
	    "keydata=%%%\r\n"), 0);
	assert_int_equal(read_mail("Content-Type: text/plain; hp=\"cipher\""
	    "\r\nFrom: sato@acme.example\r\n" AUTO("sato@acme.example", "")
	    "\r\nx\r\n", 1).nkeys, 0);
}

/* The key of the outer header goes on beside those inside. */
static void
keys_of_both_layers_are_proposed(void **state)
{
	struct facts f = joined("From: sato@acme.example\r\n"
	    AUTO("sato@acme.example", "") "\r\nx\r\n",
	    "Content-Type: text/plain\r\n\r\n"
	    "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nx\n"
	    "-----END PGP PUBLIC KEY BLOCK-----\n", FORM_PGP_ENCRYPTED, true);

	(void)state;
	assert_int_equal(f.nkeys, 2);
	assert_int_equal(f.keys[0].origin, KEY_IN_TEXT);
	assert_int_equal(f.keys[1].origin, KEY_AUTOCRYPT);
}

/* ---- imitation (SEPPmail CVE-2026-29141) ---- */

static void
forged_marks_are_said(void **state)
{
	static const char *const subjects[] = { "[signed OK] report",
		"Re: [ENCRYPTED] x", "=?UTF-8?B?W+e9suWQjea4iOOBv10=?= x",
		"=?UTF-8?B?44CQ5pqX5Y+35YyW5riI44G/44CR?=",
		"=?UTF-8?Q?=EF=BC=BBsigned=EF=BC=BD?=" };
	char mail[300];

	(void)state;
	for (size_t i = 0; i < sizeof(subjects) / sizeof(*subjects); i++) {
		snprintf(mail, sizeof(mail), "From: a@b.example\r\n"
		    "Subject: %s\r\n\r\nx\r\n", subjects[i]);
		if (!(read_mail(mail, 0).doubts & DOUBT_IMITATION))
			fail_msg("%s", subjects[i]);
	}
	assert_true(read_mail(HEAD "\r\n[GNUPG:] GOODSIG 0 a\r\n", 0).doubts &
	    DOUBT_IMITATION);
	assert_true(read_mail(HEAD "\r\ngpg: Good signature from a\r\n",
	    0).doubts & DOUBT_IMITATION);
	assert_int_equal(read_mail("From: a@b.example\r\nSubject: [2026-0001] "
	    "about our signed contract\r\n\r\nIt was signed.\r\n", 0).doubts &
	    DOUBT_IMITATION, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(servers_take_it_apart),
		cmocka_unit_test(html_around_it_is_no_encrypted_mail),
		cmocka_unit_test(html_beside_inline_is_dropped),
		cmocka_unit_test(an_encrypted_file_and_nothing_else),
		cmocka_unit_test(a_footer_under_a_signed_mail_is_kept_apart),
		cmocka_unit_test(odd_clear_signed_text_is_none),
		cmocka_unit_test(words_of_a_clear_signed_text_come_out),
		cmocka_unit_test(a_sealed_file_is_marked),
		cmocka_unit_test(words_beside_armour_are_kept_apart),
		cmocka_unit_test(an_encrypted_file_keeps_its_name),
		cmocka_unit_test(
		    inline_armour_without_a_sum_is_given_one),
		cmocka_unit_test(an_inline_message_names_its_charset),
		cmocka_unit_test(a_protected_header_is_the_header),
		cmocka_unit_test(an_unproved_header_inside_is_nothing),
		cmocka_unit_test(from_inside_is_never_the_sender),
		cmocka_unit_test(older_forms_give_the_subject),
		cmocka_unit_test(legacy_display_is_taken_off),
		cmocka_unit_test(attachments_beside_are_kept),
		cmocka_unit_test(autocrypt_is_read_by_its_rules),
		cmocka_unit_test(keys_of_both_layers_are_proposed),
		cmocka_unit_test(forged_marks_are_said),
	};

	return cmocka_run_group_tests_name("mail_forms", tests, setup,
	    teardown);
}

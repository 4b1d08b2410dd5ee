/*
 * Proof of everything around the ciphertext: a skeleton with one thing wrong,
 * every change of one byte of a good mail, and P texts (I4, L4). What may pass
 * is listed in free_place.
 */
#include <config.h>

#include "proof_world.h"

/* --- the skeleton --- */

/* The mail with the first `old` replaced by `new`. */
static int
swapped(struct world *w, const char *old, const char *new)
{
	const char *s, *at;

	fixture(w, "one-ecdh.asc");
	make_mail(w);
	s = sk_buf_str(&w->mail);
	at = strstr(s, old);
	assert_non_null(at);
	sk_buf_clear(&w->edited);
	sk_buf_add(&w->edited, s, (size_t)(at - s));
	sk_buf_adds(&w->edited, new);
	sk_buf_adds(&w->edited, at + strlen(old));
	sk_buf_clear(&w->mail);
	sk_buf_add(&w->mail, w->edited.p, w->edited.len);
	return prove_mail(w);
}

static int
swapped_from(struct world *w, const char *name)
{
	return swapped(w, "=?UTF-8?B?5Y2U6K2w5Lya?=", name);
}

static void
test_skeleton(void **state)
{
	static const char open[] = "--" BOUNDARY26 "\r\n";
	static const char close[] = "\r\n--" BOUNDARY26 "--\r\n";
	static const char octets[] = "Content-Type: application/octet-stream";
	static const char *const cases[][3] = {
		/* plaintext beside the ciphertext */
		{ open, CANARY "\r\n--" BOUNDARY26 "\r\n", "before the first" },
		{ close, "\r\n--" BOUNDARY26 "--\r\n" CANARY "\r\n",
		  "after the encrypted" },
		{ close, "\r\n" CANARY "\r\n--" BOUNDARY26 "--\r\n", "after" },
		{ close, "\r\n--" BOUNDARY26 "\r\nContent-Type: text/plain"
		  "\r\n\r\n" CANARY "\r\n\r\n--" BOUNDARY26 "--\r\n", "after" },
		{ close, "\r\n--" BOUNDARY26 "\r\n", "after" },
		{ close, "", "after" },
		{ "\r\nVersion: 1\r\n", "\r\nVersion: 1\r\n" CANARY
		  "\r\n", "control" },
		{ "\r\nVersion: 1", "\r\nVersion: 2", "control part" },
		{ "\r\nVersion: 1", "\r\nVersion: 1 " CANARY, "control part" },
		{ "Content-Type: application/pgp-encrypted",
		  "Content-Type: text/plain", "control part" },
		{ octets, "Content-Description: " CANARY "\r\n"
		  "Content-Type: application/octet-stream", "second part" },
		{ octets, "Content-Type: text/html", "second part" },
		{ "encrypted.asc", CANARY ".asc", "second part" },
		{ "\r\n\r\n-----BEGIN", "\r\n\r\n" CANARY "\r\n-----BEGIN",
		  "armour" },
		{ "-----END PGP MESSAGE-----\r\n", "-----END PGP MESSAGE-----"
		  "\r\n" CANARY "\r\n", "after the encrypted" },
		{ "PGP MESSAGE", "PGP SIGNED MESSAGE", "armour" },
		/* the header */
		{ "[...]", CANARY, "Subject" },
		{ "Subject: [...]", "Subject: [...]\r\n " CANARY, "Subject" },
		{ "Subject:", "Subject: [...]\r\nSubject:", "twice" },
		{ "Subject: [...]\r\n", "", "missing" },
		{ "Date: ", "X-Date: ", "not allowed" },
		{ "MIME-Version", "X-Case: 2026-0001\r\nMIME-Version", "not al" },
		{ "MIME-Version", "Bcc: x@y.example\r\nMIME-Version", "not al" },
		{ "MIME-Version", "Cc: x@y.example\r\nMIME-Version", "not al" },
		{ "MIME-Version", "Sender: x@y.example\r\nMIME-Version", "not" },
		{ "MIME-Version", "Comments: " CANARY "\r\nMIME-Version", "not" },
		{ "MIME-Version", "Content-Transfer-Encoding: 7bit\r\n"
		  "MIME-Version", "not allowed" },
		{ "MIME-Version: 1.0", "MIME-Version: 1.0 (" CANARY ")", "MIME" },
		{ "To: " TO, "To: " TO ", x@y.example", "To" },
		{ "To: " TO, "To: x@y.example", "To" },
		{ "To: " TO, "To: " CANARY " <" TO ">", "To" },
		{ "To: " TO "\r\n", "To: " TO "\r\nTo: " TO "\r\n", "twice" },
		{ "From: ", "From: " CANARY " ", "From" },
		{ "From: =?UTF-8?B?", "From: =?UTF-8?Q?", "From" },
		{ "<" FROM ">", "<x@y.example>", "From" },
		{ "<" FROM ">", "<" FROM "> (" CANARY ")", "From" },
		{ "<one@acme.example>", "<x." TO ">", "names the recipient" },
		{ "<one@acme.example>", "<x.SATO@Acme.EXAMPLE>", "names" },
		{ "<one@acme.example>", CANARY, "References" },
		{ "<one@acme.example>", "<a@b> (x)", "References" },
		{ "<two@acme.example>", "<a@b> <c@d>", "In-Reply-To" },
		{ "<two@acme.example>", "<a b@c>", "In-Reply-To" },
		{ "Reply-To: csc-info", "Reply-To: x <csc-info", "Reply-To" },
		{ "+" TOKEN26, "+" CANARY, "Reply-To" },
		{ "+" TOKEN26, "+2026-0001abcdefghijklmnopq", "Reply-To" },
		{ "From: ", "From:\r\n ", "folded" },
		{ "+" TOKEN26 "@council", "@evil", "Reply-To" },
		{ TOKEN26 ".a2@", TOKEN26 "2026-0001@", "Message-ID" },
		{ TOKEN26 ".a2@", "a@", "Message-ID" },
		{ ".a2@" DOMAIN, ".a2@evil.example", "Message-ID" },
		{ "auto-generated", "auto-generated; x=" CANARY, "Auto-Sub" },
		{ "auto-generated", "no", "Auto-Submitted" },
		{ "Wed, 01 Apr", "Thu, 01 Apr", "Date" },
		{ "Wed, 01 Apr", "Wed, 31 Apr", "Date" },
		{ "+0900", "+0900 (" CANARY ")", "Date" },
		{ "+0900", "+9900", "Date" },
		{ "09:00:00", "24:00:00", "Date" },
		{ "multipart/encrypted", "multipart/mixed", "Content-Type" },
		{ "\r\n boundary=\"", "\r\n x=\"" CANARY "\"; boundary=\"",
		  "Content-Type" },
		{ "From: ", "From  : ", "not allowed" },
		{ "From: ", " x\r\nFrom: ", "folded" },
		{ "From: ", "from: ", "not allowed" },
		{ "\r\n\r\n--", "\r\n--", "not allowed" },
		/* bytes */
		{ "\r\nVersion: 1\r\n", "\r\nVersion: 1\n", "printable" },
		{ "\r\nVersion: 1\r\n", "\r\nVersion: 1\r", "printable" },
		{ "\r\nVersion: 1\r\n", "\r\nVersion: 1 \r\n", "a blank before" },
		{ "\r\nVersion: 1\r\n", "\r\nVersion:\t1\r\n", "printable" },
		{ "\r\nVersion: 1\r\n", "\r\nVersion: \xc3\xa9\r\n", "printable" },
		{ close, "\r\n--" BOUNDARY26 "--\r\n\r\n", "one final" },
		{ close, "\r\n--" BOUNDARY26 "--", "one final" },
	};
	struct world *w = *state;

	assert_int_equal(swapped(w, "x", "x"), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_no(w, swapped(w, cases[i][0], cases[i][1]),
		    cases[i][2]);
}

static void
test_odd_lines(void **state)
{
	struct world *w = *state;
	char line[1100];

	memset(line, 'a', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	assert_no(w, swapped(w, "Version: 1\r", line), "a line too long");
	fixture(w, "one-ecdh.asc");
	make_mail(w);
	w->mail.p[w->mail.len / 2] = '\0';
	assert_no(w, prove_mail(w), "printable");
	make_mail(w);
	w->mail.p[w->mail.len / 2] = '\n';
	assert_no(w, prove_mail(w), "printable");
}

/* One id too long, one reference too many; the most that may be. */
static void
test_thread_limits(void **state)
{
	struct world *w = *state;
	char ids[2048] = "", id[206];

	for (int i = 0; i < 20; i++)
		snprintf(ids + strlen(ids), sizeof(ids) - strlen(ids),
		    "%s<a@b>", i > 0 ? "\r\n " : "");
	assert_int_equal(swapped(w, "<one@acme.example>\r\n "
	    "<two@acme.example>", ids), 0);
	snprintf(ids + strlen(ids), sizeof(ids) - strlen(ids), "\r\n <a@b>");
	assert_no(w, swapped(w, "<one@acme.example>\r\n <two@acme.example>",
	    ids), "References");
	memset(id, 'a', sizeof(id));
	memcpy(id, "<a@", 3);
	memcpy(id + 201, ">", 2);
	assert_int_equal(swapped(w, "<two@acme.example>", id), 0);
	memcpy(id + 201, "a>", 3);
	assert_no(w, swapped(w, "<two@acme.example>", id), "In-Reply-To");
}

/* A name that would read as more than a name must stand encoded. */
static void
test_display_name(void **state)
{
	struct world *w = *state;

	w->want.from_name = "Plain Name";
	assert_int_equal(swapped_from(w, "Plain Name"), 0);
	assert_no(w, swapped_from(w, "Plain  Name"), "From");
	assert_no(w, swapped_from(w, "\"Plain Name\""), "From");
	w->want.from_name = "x@y.example, z";
	assert_no(w, swapped_from(w, "x@y.example, z"), "From");
	assert_int_equal(swapped_from(w,
	    "=?UTF-8?B?eEB5LmV4YW1wbGUsIHo=?="), 0);
	assert_int_equal(swapped_from(w,
	    "=?UTF-8?B?eEB5LmV4?=\r\n =?UTF-8?B?YW1wbGUsIHo=?="), 0);
	assert_no(w, swapped_from(w,
	    "=?UTF-8?B?eEB5LmV4YW1wbGUsIHo=?= x"), "From");
	assert_no(w, swapped_from(w,
	    "=?UTF-8?B?eEB5LmV4YW1wbGUsIHp=?="), "From");
	assert_int_equal(swapped_from(w,
	    "=?UTF-8?Q?=78?= =?UTF-8?B?QHkuZXhhbXBsZSwgeg==?="), 0);
	assert_no(w, swapped_from(w,
	    "=?UTF-8?Q?x?= =?UTF-8?B?QHkuZXhhbXBsZSwgeg==?="), "From");
	assert_no(w, swapped_from(w,
	    "=?UTF-8?Q?=78=?= =?UTF-8?B?QHkuZXhhbXBsZSwgeg==?="), "From");
	w->want.from_name = "AAAA";
	assert_int_equal(swapped_from(w, "=?UTF-8?B?QUFBQQ==?="), 0);
	assert_no(w, swapped_from(w, "=?UTF-8?B?QQ==QUFB?="), "From");
}

static void
test_armour(void **state)
{
	struct world *w = *state;
	const char *s;
	char line[80], edited[200], *sum;

	s = strstr(sk_buf_str(fixture(w, "one-ecdh.asc")), "\n\n") + 2;
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(s, "\n"), s);
	snprintf(edited, sizeof(edited), "%s\r\n%s", line, line);
	assert_no(w, swapped(w, line, edited), "wrong checksum");
	snprintf(edited, sizeof(edited), "%.8s\r\n%s", line, line + 8);
	assert_no(w, swapped(w, line, edited), "not base64");
	snprintf(edited, sizeof(edited), "QQ==%s", line + 4);
	assert_no(w, swapped(w, line, edited), "not base64");
	snprintf(edited, sizeof(edited), "%s*", line);
	assert_no(w, swapped(w, line, edited), "not base64");
	snprintf(edited, sizeof(edited), "Hash: SHA256\r\n\r\n%s", line);
	assert_no(w, swapped(w, line, edited), "not base64");
	snprintf(edited, sizeof(edited), "%.60s====", line);
	assert_no(w, swapped(w, line, edited), "not base64");
	assert_no(w, swapped(w, "\r\n-----END", "\r\n=AAAA\r\n-----END"),
	    "does not end");
	s = strstr(sk_buf_str(fixture(w, "one-ecdh.asc")), "\n=") + 1;
	snprintf(line, sizeof(line), "%.5s\r\n-", s);
	assert_no(w, swapped(w, line, "-"), "not base64");
	sum = line + 1;
	*sum = *sum == 'A' ? 'B' : 'A';
	snprintf(edited, sizeof(edited), "%.5s\r\n-", s);
	assert_no(w, swapped(w, edited, line), "wrong checksum");
}

/* --- every change of one byte --- */

/* Where a change may pass, because nothing but another value of the same kind
 * came out: the hour, other people's ids, our random ids and desk names. A fold
 * more before a blank of the header passes too (mutant), and so does another
 * order of fields. */
static bool
free_place(const char *mail, size_t at)
{
	static const char *const names[] = { "\r\nDate: ", "\r\nMessage-ID: <",
	    "\r\nIn-Reply-To: <", "\r\nReferences: <", "\r\nReply-To: " };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *s = strstr(mail, names[i]), *end;

		if (s == NULL)
			continue;
		end = strstr(s + 2, "\r\n");
		while (end[2] == ' ')
			end = strstr(end + 2, "\r\n");
		if (at >= (size_t)(s - mail) + strlen(names[i]) &&
		    at <= (size_t)(end - mail))
			return true;
	}
	return false;
}

static void
mutant(struct world *w, const char *good, size_t at, size_t drop,
    const void *p, size_t n)
{
	sk_buf_clear(&w->mail);
	sk_buf_add(&w->mail, good, at);
	sk_buf_add(&w->mail, p, n);
	sk_buf_adds(&w->mail, good + at + drop);
	if (prove_mail(w) == 0 && !free_place(good, at) &&
	    !(drop == 0 && n == 2 && memcmp(p, "\r\n", 2) == 0 &&
	    good[at] == ' ' && at < (size_t)(strstr(good, "\r\n\r\n") - good)))
		fail_msg("accepted: at %zu, -%zu +%zu, near `%.20s`", at, drop,
		    n, good + at);
}

static void
test_every_byte(void **state)
{
	static const char *const insert[] = { "A", " ", "\r\n", "\n", "=", "-",
	    "\xff", CANARY, "\r\n ", "X: y\r\n", "\r\n\r\n" };
	struct world *w = *state;
	char *good;
	size_t n;

	fixture(w, "one-ecdh.asc");
	make_mail(w);
	good = strdup(sk_buf_str(&w->mail));
	n = strlen(good);
	for (size_t at = 0; at < n; at++) {
		for (int bit = 0; bit < 8; bit++) {
			unsigned char c = (unsigned char)good[at] ^
			    (unsigned char)(1 << bit);

			mutant(w, good, at, 1, &c, 1);
		}
		mutant(w, good, at, 1, "", 0);
		mutant(w, good, at, 0, good + at, 1);
		for (size_t i = 0; i < sizeof(insert) / sizeof(insert[0]); i++)
			mutant(w, good, at, 0, insert[i], strlen(insert[i]));
	}
	for (size_t cut = 0; cut < n; cut++) {
		memset(&w->e, 0, sizeof(w->e));
		assert_int_equal(proof_encrypted(sk_span_of(good, cut),
		    &w->want, &w->e), SK_ERR_CRYPTO);
	}
	free(good);
}

/* Lines doubled and dropped: none may pass but a reference. */
static void
test_every_line(void **state)
{
	struct world *w = *state;
	char *good;

	fixture(w, "one-ecdh.asc");
	make_mail(w);
	good = strdup(sk_buf_str(&w->mail));
	for (char *s = good; *s != '\0'; ) {
		size_t n = (size_t)(strstr(s, "\r\n") - s) + 2;
		size_t at = (size_t)(s - good);
		bool option = strncmp(s, "Reply-To", 8) == 0 ||
		    strncmp(s, "In-Reply", 8) == 0 ||
		    strncmp(s, "Auto-Sub", 8) == 0 || *s == ' ';

		mutant(w, good, at, 0, s, n);
		if (!option)
			mutant(w, good, at, n, "", 0);
		s += n;
	}
	free(good);
}

/* --- P texts --- */

static int
plain(struct world *w, const char *text)
{
	struct compose_head h = sample_head();

	memset(&w->e, 0, sizeof(w->e));
	assert_int_equal(compose_plain(&h, text, &w->mail, &w->e), 0);
	return proof_plain(sk_buf_span(&w->mail), &w->want, &w->e);
}

static void
test_plain(void **state)
{
	static const char long_text[] = "\xe3\x82\xa2 a text of more than one "
	    "line of base64, to be sure that lines are joined\r\nand more\n";
	struct world *w = *state;

	assert_int_equal(plain(w, "text\n"), 0);
	assert_int_equal(plain(w, "text"), 0);
	assert_int_equal(plain(w, "text\r\n"), 0);
	w->want.text = long_text;
	assert_int_equal(plain(w, long_text), 0);
	w->want.text = "";
	assert_int_equal(plain(w, ""), 0);
	assert_no(w, plain(w, "x"), "template's fields");
	w->want.text = "text";
	assert_no(w, plain(w, "text\n\n"), "template's fields");
	assert_no(w, plain(w, "text\n" CANARY), "template's fields");
	assert_no(w, plain(w, "tex"), "template's fields");
	assert_no(w, plain(w, ""), "template's fields");
	w->want.text = "text\n";
	assert_no(w, plain(w, "text\n" CANARY), "template's fields");
	w->want.subject = "TLP:AMBER";
	assert_no(w, plain(w, "text"), "Subject");
	w->want.subject = NULL;
	assert_no(w, plain(w, "text"), "expectation");
	w->want.subject = SUBJECT_JA;
	w->want.text = NULL;
	assert_no(w, plain(w, "text"), "expectation");
	assert_no(w, proof_encrypted(sk_buf_span(&w->mail), &w->want, &w->e),
	    "Subject");
	fixture(w, "one-ecdh.asc");
	make_mail(w);
	w->want.text = "text";
	assert_no(w, proof_plain(sk_buf_span(&w->mail), &w->want, &w->e),
	    "Subject");
}

static void
test_plain_every_byte(void **state)
{
	struct world *w = *state;
	char *good;
	size_t n;

	assert_int_equal(plain(w, "text\n"), 0);
	good = strdup(sk_buf_str(&w->mail));
	n = strlen(good);
	for (size_t at = 0; at < n; at++)
		for (int c = 0; c < 256; c++) {
			unsigned char byte = (unsigned char)c;

			if (byte == (unsigned char)good[at])
				continue;
			sk_buf_clear(&w->mail);
			sk_buf_add(&w->mail, good, n);
			w->mail.p[at] = byte;
			if (proof_plain(sk_buf_span(&w->mail), &w->want,
			    &w->e) == 0 && !free_place(good, at))
				fail_msg("%zu to %d, near `%.20s`", at, c,
				    good + at);
		}
	free(good);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_skeleton), T(test_odd_lines), T(test_thread_limits),
		T(test_display_name), T(test_armour),
		T(test_every_byte), T(test_every_line), T(test_plain),
		T(test_plain_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

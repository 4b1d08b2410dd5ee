/*
 * Proof must say yes to what is right and no to everything else: ciphertexts
 * that gpg and rnp really made, packets put together by hand, skeletons with
 * one thing wrong, and every single-byte change of a good mail (I3, I4, L3).
 * A refusal is only worth something for the right reason, so each names it.
 */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/proof.h>

#include "mail_out_sample.h"

struct world {
	struct sk_buf armour, mail, bin, ids, edited;
	char key[17];
	const char *keys[1];
	struct proof_expect want;
	struct sk_error e;
};

static struct sk_buf *
fixture(struct world *w, const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), PGP_FIXTURES "/%s", name);
	assert_int_equal(sk_file_read(path, &w->armour, &w->e), 0);
	assert_true(w->armour.len > 100);
	return &w->armour;
}

static void
use_key(struct world *w, const char *name)
{
	const char *s = strstr(sk_buf_str(&w->ids), name);

	assert_non_null(s);
	memcpy(w->key, s + strlen(name) + 1, 16);
}

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	sk_buf_init(&w->armour, LIMIT_OUT_MESSAGE);
	sk_buf_init(&w->mail, LIMIT_OUT_MESSAGE);
	sk_buf_init(&w->bin, LIMIT_OUT_MESSAGE);
	sk_buf_init(&w->edited, LIMIT_OUT_MESSAGE);
	sk_buf_init(&w->ids, 4096);
	assert_int_equal(sk_file_read(PGP_FIXTURES "/ids", &w->ids, &w->e), 0);
	use_key(w, "ecdh");
	w->keys[0] = w->key;
	w->want = (struct proof_expect){ .from = FROM, .from_name = NAME_JA,
		.to = TO, .own_domain = DOMAIN, .key_ids = w->keys,
		.nkey_ids = 1, .subject = SUBJECT_JA, .text = "text\n" };
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	sk_buf_free(&w->armour);
	sk_buf_free(&w->mail);
	sk_buf_free(&w->bin);
	sk_buf_free(&w->edited);
	sk_buf_free(&w->ids);
	free(w);
	return 0;
}

static int
prove_mail(struct world *w)
{
	memset(&w->e, 0, sizeof(w->e));
	return proof_encrypted(sk_buf_span(&w->mail), &w->want, &w->e);
}

static void
make_mail(struct world *w)
{
	struct compose_head h = sample_head();

	assert_int_equal(compose_encrypted(&h, sk_buf_span(&w->armour),
	    BOUNDARY26, &w->mail, &w->e), 0);
}

static int
prove(struct world *w)
{
	make_mail(w);
	return prove_mail(w);
}

/* Refused, for a reason that contains `why` in text or place. */
static void
assert_no(struct world *w, int rc, const char *why)
{
	if (rc != SK_ERR_CRYPTO || (strstr(w->e.text, why) == NULL &&
	    strstr(w->e.where, why) == NULL))
		fail_msg("rc %d, `%s: %s`, wanted `%s`", rc, w->e.where,
		    w->e.text, why);
	assert_null(strstr(w->e.text, CANARY));
}

/* --- armour by hand, so that edited packets have a right checksum --- */

static void
add64(struct sk_buf *out, const unsigned char *p, size_t n)
{
	static const char abc[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		uint32_t w = (uint32_t)p[i] << 16 |
		    (i + 1 < n ? (uint32_t)p[i + 1] << 8 : 0) |
		    (i + 2 < n ? p[i + 2] : 0);

		sk_buf_addc(out, abc[w >> 18]);
		sk_buf_addc(out, abc[w >> 12 & 63]);
		sk_buf_addc(out, i + 1 < n ? abc[w >> 6 & 63] : '=');
		sk_buf_addc(out, i + 2 < n ? abc[w & 63] : '=');
	}
}

/* RFC 4880 section 6.1, bit by bit. */
static void
checksum(const struct sk_buf *b, unsigned char sum[3])
{
	uint32_t crc = 0xb704ce;

	for (size_t i = 0; i < b->len; i++) {
		crc ^= (uint32_t)b->p[i] << 16;
		for (int k = 0; k < 8; k++) {
			crc <<= 1;
			if (crc & 0x1000000)
				crc ^= 0x1864cfb;
		}
	}
	sum[0] = (unsigned char)(crc >> 16);
	sum[1] = (unsigned char)(crc >> 8);
	sum[2] = (unsigned char)crc;
}

static void
armour(struct world *w, const struct sk_buf *bin)
{
	unsigned char sum[3];

	checksum(bin, sum);
	sk_buf_clear(&w->armour);
	sk_buf_adds(&w->armour, "-----BEGIN PGP MESSAGE-----\n\n");
	for (size_t at = 0; at < bin->len; at += 48) {
		add64(&w->armour, bin->p + at,
		    bin->len - at < 48 ? bin->len - at : 48);
		sk_buf_addc(&w->armour, '\n');
	}
	sk_buf_addc(&w->armour, '=');
	add64(&w->armour, sum, 3);
	sk_buf_adds(&w->armour, "\n-----END PGP MESSAGE-----\n");
}

/* The packets of a fixture into w->bin. */
static void
packets(struct world *w, const char *name)
{
	const char *s = strstr(sk_buf_str(fixture(w, name)), "\n\n") + 2;
	uint32_t v = 0;
	int bits = 0;

	sk_buf_clear(&w->bin);
	for (; s[0] != '=' && s[0] != '-'; s++) {
		int c = *s;

		if (c == '\n' && s[1] == '=')
			break;
		if (c == '\n')
			continue;
		c = c >= 'a' ? c - 'a' + 26 : c >= 'A' ? c - 'A' :
		    c >= '0' ? c - '0' + 52 : c == '+' ? 62 : 63;
		v = v << 6 | (uint32_t)c;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			sk_buf_addc(&w->bin, (int)(v >> bits & 255));
		}
	}
}

/* bin with `drop` bytes at `at` replaced by these. */
static int
prove_edited(struct world *w, size_t at, size_t drop, const void *p, size_t n)
{
	sk_buf_clear(&w->edited);
	sk_buf_add(&w->edited, w->bin.p, at);
	sk_buf_add(&w->edited, p, n);
	sk_buf_add(&w->edited, w->bin.p + at + drop, w->bin.len - at - drop);
	armour(w, &w->edited);
	return prove(w);
}

/* --- ciphertexts --- */

static void
test_right_ones(void **state)
{
	static const char *const right[][2] = { { "ecdh", "one-ecdh.asc" },
	    { "rsa", "one-rsa.asc" }, { "elg", "one-elg.asc" },
	    { "ecdh", "known-length.asc" }, { "ecdh", "signed-one.asc" },
	    { "ecdh", "partial.asc" } };
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		use_key(w, right[i][0]);
		fixture(w, right[i][1]);
		if (prove(w) != 0)
			fail_msg("%s: %s", right[i][1], w->e.text);
		packets(w, right[i][1]);
		assert_int_equal(prove_edited(w, 0, 0, "", 0), 0);
	}
}

static void
test_wrong_ones(void **state)
{
	static const char *const wrong[][3] = {
		{ "ecdh", "two.asc", "no integrity-protected packet" },
		{ "other", "two.asc", "not for the recipient's pinned" },
		{ "ecdh", "hidden.asc", "not for the recipient's pinned" },
		{ "ecdh", "one-and-hidden.asc", "no integrity-protected" },
		{ "ecdh", "symmetric.asc", "does not begin with a recipient" },
		{ "ecdh", "both.asc", "no integrity-protected packet" },
		{ "rsa", "sed.asc", "no integrity-protected packet" },
		{ "ecdh", "aead.asc", "no integrity-protected packet" },
		{ "ecdh", "signed-only.asc", "does not begin with a" },
		{ "ecdh", "compressed.asc", "does not begin with a recipient" },
		{ "ecdh", "literal.asc", "does not begin with a recipient" },
		{ "ecdh", "comment.asc", "has header lines" },
		{ "ecdh", "version.asc", "has header lines" },
		{ "other", "one-ecdh.asc", "not for the recipient's pinned" },
		{ "ecdh", "one-rsa.asc", "not for the recipient's pinned" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		use_key(w, wrong[i][0]);
		fixture(w, wrong[i][1]);
		assert_no(w, prove(w), wrong[i][2]);
	}
}

/* Lengths in one-ecdh.asc, checked here: 84 5e, then d2 5c. */
enum { PKESK = 96, KEY = 3, ALGORITHM = 11, SEIPD_BODY = PKESK + 2 };

static void
test_packets_by_hand(void **state)
{
	struct world *w = *state;
	static const unsigned char marker[] = { 0xca, 3, 'P', 'G', 'P' };
	static const unsigned char literal[] = { 0xcb, 8, 't', 0, 0, 0, 0, 0,
	    'h', 'i' };
	static const unsigned char big[] = { 0xd2, 0xff, 0, 0, 0, 0x5c };
	static const unsigned char long_pkesk[] = { 0x85, 0, 0x5e };
	static const unsigned char no_length[] = { 0x87 };
	static const unsigned char small_part[] = { 0xd2, 0xe4 };
	static const unsigned char new_pkesk[] = { 0xc1, 0x5e };
	size_t end;

	packets(w, "one-ecdh.asc");
	end = w->bin.len;
	assert_int_equal(w->bin.p[0], 0x84);
	assert_int_equal(w->bin.p[1], PKESK - 2);
	assert_int_equal(w->bin.p[PKESK], 0xd2);
	assert_int_equal(w->bin.p[PKESK + 1], end - SEIPD_BODY);
	assert_no(w, prove_edited(w, 0, 0, marker, 5), "does not begin");
	assert_no(w, prove_edited(w, PKESK, 0, marker, 5), "no integrity");
	assert_no(w, prove_edited(w, end, 0, marker, 5), "stands after");
	assert_no(w, prove_edited(w, end, 0, literal, 10), "stands after");
	assert_no(w, prove_edited(w, 0, 0, literal, 10), "does not begin");
	assert_no(w, prove_edited(w, end, 0, CANARY, 11), "stands after");
	assert_no(w, prove_edited(w, end, 0, w->bin.p, end), "stands after");
	assert_no(w, prove_edited(w, end - 1, 1, "", 0), "no integrity");
	assert_no(w, prove_edited(w, 0, PKESK, "", 0), "does not begin");
	assert_no(w, prove_edited(w, PKESK, end - PKESK, "", 0), "no integ");
	assert_no(w, prove_edited(w, 0, end, "", 0), "does not begin");
	assert_no(w, prove_edited(w, SEIPD_BODY, 1, "\2", 1), "version 1");
	assert_no(w, prove_edited(w, 2, 1, "\6", 1), "version 3");
	assert_no(w, prove_edited(w, KEY, 1, "\0", 1), "pinned key");
	assert_no(w, prove_edited(w, KEY, 8, "\0\0\0\0\0\0\0\0", 8), "pinned");
	assert_no(w, prove_edited(w, ALGORITHM, 1, "\x19", 1), "malformed");
	assert_no(w, prove_edited(w, ALGORITHM, 1, "\1", 1), "malformed");
	assert_no(w, prove_edited(w, ALGORITHM, 1, "\x10", 1), "malformed");
	assert_no(w, prove_edited(w, ALGORITHM + 1, 2, "\1\6", 2), "malformed");
	assert_no(w, prove_edited(w, ALGORITHM + 1, 2, "\0\0", 2), "malformed");
	assert_no(w, prove_edited(w, ALGORITHM + 1, 2, "\xff\xff", 2), "malf");
	assert_no(w, prove_edited(w, PKESK, 2, big, 6), "no integrity");
	assert_no(w, prove_edited(w, 0, 2, long_pkesk, 3), "does not begin");
	assert_no(w, prove_edited(w, 0, 2, no_length, 1), "does not begin");
	assert_no(w, prove_edited(w, PKESK, 2, small_part, 2), "odd lengths");
	assert_no(w, prove_edited(w, 1, 1, "\x5d", 1), "malformed");
	/* Another writer's form of the same packet. */
	assert_int_equal(prove_edited(w, 0, 2, new_pkesk, 2), 0);
}

/* An extra byte inside a packet that its own length covers. */
static void
test_packets_stuffed(void **state)
{
	struct world *w = *state;
	unsigned char head[2] = { 0x84, PKESK - 1 };

	packets(w, "one-ecdh.asc");
	sk_buf_clear(&w->edited);
	sk_buf_add(&w->edited, head, 2);
	sk_buf_add(&w->edited, w->bin.p + 2, PKESK - 2);
	sk_buf_addc(&w->edited, 'x');
	sk_buf_add(&w->edited, w->bin.p + PKESK, w->bin.len - PKESK);
	armour(w, &w->edited);
	assert_no(w, prove(w), "malformed");
}

/* SEIPD of `pieces` partial lengths of 2^power bytes and a last one. */
static void
build_partial(struct world *w, int power, size_t pieces, size_t last)
{
	packets(w, "one-ecdh.asc");
	sk_buf_clear(&w->edited);
	sk_buf_add(&w->edited, w->bin.p, PKESK);
	sk_buf_addc(&w->edited, 0xd2);
	for (size_t i = 0; i < pieces; i++) {
		sk_buf_addc(&w->edited, 0xe0 | power);
		for (size_t k = 0; k < (size_t)1 << power; k++)
			sk_buf_addc(&w->edited, i == 0 && k == 0 ? 1 :
			    (int)(k * 7 + i) & 255);
	}
	sk_buf_addc(&w->edited, (int)last);
	for (size_t k = 0; k < last; k++)
		sk_buf_addc(&w->edited, 0x55);
	armour(w, &w->edited);
}

static void
test_partial_lengths(void **state)
{
	struct world *w = *state;

	build_partial(w, 13, 128, 100);		/* 1 MiB as gpg writes it */
	assert_int_equal(prove(w), 0);
	w->edited.len--;
	armour(w, &w->edited);
	assert_no(w, prove(w), "cut");
	w->edited.len -= 100;			/* no last piece at all */
	armour(w, &w->edited);
	assert_no(w, prove(w), "cut");
	build_partial(w, 13, 128, 0);
	assert_int_equal(prove(w), 0);
	sk_buf_adds(&w->edited, CANARY);
	armour(w, &w->edited);
	assert_no(w, prove(w), "stands after");
	build_partial(w, 9, 1, 0);
	assert_int_equal(prove(w), 0);
	build_partial(w, 8, 1, 0);
	assert_no(w, prove(w), "odd lengths");
	build_partial(w, 30, 0, 10);
	assert_no(w, prove(w), "odd lengths");
}

static void
test_no_expectation(void **state)
{
	static const char *const zero[] = { "0000000000000000" };
	static const char *const other[] = { "", NULL, "f", "0123456789ABCDEF",
	    "0123456789ABCDEF0" };
	struct world *w = *state;
	struct proof_expect good = w->want;

	fixture(w, "hidden.asc");
	w->want.key_ids = zero;
	assert_no(w, prove(w), "pinned key");
	fixture(w, "one-ecdh.asc");
	w->want.key_ids = other;
	w->want.nkey_ids = 5;
	assert_no(w, prove(w), "pinned key");
#define WITHOUT(field, value, why) do { w->want = good; \
    w->want.field = (value); assert_no(w, prove(w), why); } while (0)
	WITHOUT(nkey_ids, 0, "pinned key");
	WITHOUT(key_ids, NULL, "pinned key");
	WITHOUT(to, NULL, "expectation");
	WITHOUT(to, "", "expectation");
	WITHOUT(to, "sato@acme.example, x@y.example", "expectation");
	WITHOUT(from, NULL, "expectation");
	WITHOUT(own_domain, NULL, "expectation");
	WITHOUT(own_domain, "", "expectation");
	WITHOUT(to, "sato@acme.exampl", "To");
	WITHOUT(from, "csc-anken@council.example", "From");
	WITHOUT(from_name, NULL, "From");
	WITHOUT(from_name, "x", "From");
	WITHOUT(own_domain, "example", "Message-ID");
	/* upper and lower case of a key id are not the same string */
	w->want = good;
	w->key[0] |= 32;
	w->key[1] |= 32;
	for (int i = 2; i < 16; i++)
		w->key[i] |= 32;
	assert_no(w, prove(w), "pinned key");
	assert_int_equal(proof_encrypted(sk_span_of(NULL, 0), &good, NULL),
	    SK_ERR_CRYPTO);
	assert_int_equal(proof_encrypted(sk_span_str("x"), NULL, NULL),
	    SK_ERR_CRYPTO);
}

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
		{ "\r\nVersion: 1\r\n", "\r\nVersion: 1\r\n" CANARY "\r\n", "control" },
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
		T(test_right_ones), T(test_wrong_ones),
		T(test_packets_by_hand), T(test_packets_stuffed),
		T(test_partial_lengths), T(test_no_expectation),
		T(test_skeleton), T(test_odd_lines), T(test_armour),
		T(test_every_byte), T(test_every_line), T(test_plain),
		T(test_plain_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Proof of ciphertexts: what gpg and rnp really made, and packets put together
 * by hand. Yes to the right ones, no to everything else (I3, I4, L3, L11), and
 * each no for the right reason.
 */
#include <config.h>

#include "proof_world.h"

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

/* A recipient packet by hand: what follows its version and key id, then a
 * protected packet of `least` bytes. */
static int
by_hand(struct world *w, const void *p, size_t n, bool partial, size_t least)
{
	size_t len = 9 + n;

	memcpy(w->key, "1111111111111111", 16);
	sk_buf_clear(&w->edited);
	sk_buf_addc(&w->edited, 0xc1);
	if (partial) {
		sk_buf_addc(&w->edited, 0xe4);		/* 16 bytes */
	} else if (len >= 192) {
		sk_buf_addc(&w->edited, (int)(192 + ((len - 192) >> 8)));
		sk_buf_addc(&w->edited, (int)((len - 192) & 255));
	} else {
		sk_buf_addc(&w->edited, (int)len);
	}
	sk_buf_addc(&w->edited, 3);
	for (int i = 0; i < 8; i++)
		sk_buf_addc(&w->edited, 0x11);
	sk_buf_add(&w->edited, p, n);
	sk_buf_addc(&w->edited, 0xd2);
	sk_buf_addc(&w->edited, (int)least);
	for (size_t i = 0; i < least; i++)
		sk_buf_addc(&w->edited, 1);
	armour(w, &w->edited);
	return prove(w);
}

static void
test_session_keys(void **state)
{
	static const unsigned char rsa[] = { 1, 0, 32, 0x80, 0, 0, 0 };
	static const unsigned char none[] = { 1, 0, 0 };
	static const unsigned char zero[] = { 1, 0, 8, 0 };
	unsigned char ecdh[80] = { 18, 0, 15, 0x40, 1 };
	static unsigned char huge[3 + 2049] = { 1, 0x40, 8, 0x80 };
	struct world *w = *state;

	assert_int_equal(by_hand(w, rsa, 7, false, 60), 0);
	assert_no(w, by_hand(w, rsa, 7, true, 60), "does not begin");
	assert_no(w, by_hand(w, rsa, 7, false, 42), "odd lengths");
	assert_no(w, by_hand(w, rsa, 6, false, 60), "malformed");
	assert_no(w, by_hand(w, none, 3, false, 60), "malformed");
	assert_no(w, by_hand(w, zero, 4, false, 60), "malformed");
	assert_no(w, by_hand(w, huge, sizeof(huge), false, 60), "malformed");
	huge[1] = 0x40, huge[2] = 0;
	assert_int_equal(by_hand(w, huge, sizeof(huge) - 1, false, 60), 0);
	for (size_t n = 0; n < 72; n++) {
		int rc;

		ecdh[5] = (unsigned char)n;
		rc = by_hand(w, ecdh, 6 + n, false, 60);
		if (n % 8 == 0 && n >= 24 && n <= 64)
			assert_int_equal(rc, 0);
		else
			assert_no(w, rc, "malformed");
	}
}

/* Bits that no decoder looks at, behind one or two odd bytes. */
static void
test_padding_bits(void **state)
{
	static const unsigned char rsa[] = { 1, 0, 32, 0x80, 0, 0, 0 };
	struct world *w = *state;
	size_t seen = 0;

	for (size_t least = 60; least < 63; least++) {
		char *s;

		assert_int_equal(by_hand(w, rsa, 7, false, least), 0);
		s = strstr(sk_buf_str(&w->armour), "=\n");
		if (s == NULL || s[1] != '\n' || s[2] != '=')
			continue;
		while (s[-1] == '=')
			s--;
		s[-1]++;
		seen++;
		assert_no(w, prove(w), "not base64");
	}
	assert_int_equal(seen, 2);
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

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_right_ones), T(test_wrong_ones),
		T(test_packets_by_hand), T(test_packets_stuffed),
		T(test_session_keys), T(test_padding_bits),
		T(test_partial_lengths), T(test_no_expectation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

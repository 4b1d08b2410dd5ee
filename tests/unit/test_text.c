/*
 * The text half of the base library, which reads what strangers wrote:
 * broken UTF-8, names that turn a terminal round, addresses that carry a
 * second header field, domains that only look related.
 */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sekisho/text.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int
arena_make(void **state)
{
	*state = sk_arena_new();
	return 0;
}

static int
arena_end(void **state)
{
	struct sk_arena *a = *state;

	sk_arena_free(&a);
	return 0;
}

/* --- UTF-8 --- */

static void
utf8_is_checked(void **state)
{
	static const char *const wrong[] = { "\x80", "\xc3", "\xc0\xaf",
	    "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
	    "\xf8\x88\x80\x80\x80", ("a\xff" "b"), "\xe9\x96" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(wrong); i++)
		assert_false(sk_utf8_valid(sk_span_str(wrong[i])));
	assert_true(sk_utf8_valid(sk_span_str("関所 𠮷 é")));
	assert_true(sk_utf8_valid(sk_span_str(NULL)));
	assert_false(sk_utf8_valid(sk_span_of("a\0b", 3)));
}

static void
utf8_is_cleaned(void **state)
{
	static const struct {
		const char *in;
		size_t n;
		const char *out;
	} rows[] = {
		{ "", 0, "" },
		{ "関所", 6, "関所" },
		{ "a\0b", 3, "a\uFFFDb" },
		{ "a\xff" "b", 3, "a\uFFFDb" },
		{ "a\xe9\x96", 3, "a\uFFFD" },
		{ "\xe9" "A", 2, "\uFFFD" "A" },
	};
	char *out;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		out = sk_utf8_clean(*state, sk_span_of(rows[i].in, rows[i].n));
		assert_string_equal(out, rows[i].out);
		assert_true(sk_utf8_valid(sk_span_str(out)));
	}
	/* Whatever bytes come, what leaves is valid. */
	for (i = 0; i < 65536; i++) {
		unsigned char two[3] = { (unsigned char)(i >> 8),
		    (unsigned char)i, 'z' };

		out = sk_utf8_clean(*state, sk_span_of(two, 3));
		assert_true(sk_utf8_valid(sk_span_str(out)));
		assert_int_equal(out[strlen(out) - 1], 'z');
	}
}

static void
widths_are_folded(void **state)
{
	assert_string_equal(sk_nfkc(*state, "ＡＢＣ　１２ ｶﾞ ㈱"),
	    "ABC 12 ガ (株)");
	assert_string_equal(sk_nfkc(*state, ""), "");
	assert_string_equal(sk_nfkc(*state, "か\u3099"), "が");
	assert_string_equal(sk_nfkc_fold(*state, "ＹＥＳ Straße"),
	    "yes strasse");
	assert_string_equal(sk_nfkc_fold(*state, "はい"), "はい");
	assert_string_equal(sk_nfkc_fold(*state, ""), "");
	assert_string_equal(sk_nfkc(*state, "x\xffy"), "x\uFFFDy");
}

static void
utf8(char out[4], uint32_t c)
{
	size_t n = 0;

	if (c < 0x80) {
		out[n++] = (char)c;
	} else if (c < 0x800) {
		out[n++] = (char)(0xc0 | c >> 6);
		out[n++] = (char)(0x80 | (c & 0x3f));
	} else {
		out[n++] = (char)(0xe0 | c >> 12);
		out[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		out[n++] = (char)(0x80 | (c & 0x3f));
	}
	out[n] = '\0';
}

/* The quick way and the library's agree about every character of the basic
 * plane: beside "é" the library sees it. */
static void
folding_quickly_is_folding(void **state)
{
	(void)state;
	for (uint32_t c = 1; c < 0x10000; c++) {
		struct sk_arena *a = sk_arena_new();
		char alone[4], beside[16];
		const char *x, *y;

		utf8(alone, c);
		snprintf(beside, sizeof(beside), "é、%s", alone);
		x = sk_nfkc_fold(a, alone);
		y = sk_nfkc_fold(a, beside);
		if (strcmp(x, y + strlen("é、")) != 0)
			fail_msg("U+%04x: %s, %s", c, x, y);
		sk_arena_free(&a);
	}
}

static void
kana_tell_japanese(void **state)
{
	(void)state;
	assert_true(sk_has_kana("関所の話"));
	assert_true(sk_has_kana("サーバ"));
	assert_true(sk_has_kana("ﾊｲ"));
	assert_false(sk_has_kana("网络安全"));
	assert_false(sk_has_kana("plain ・ text"));
	assert_false(sk_has_kana("\xe3\x81"));
	assert_false(sk_has_kana(""));
}

static void
columns_of_wide_text(void **state)
{
	(void)state;
	assert_int_equal(sk_columns("abc"), 3);
	assert_int_equal(sk_columns("関所"), 4);
	assert_int_equal(sk_columns("ＡＢ"), 4);
	assert_int_equal(sk_columns("ｱｲ"), 2);
	assert_int_equal(sk_columns("か\u3099"), 2);
	assert_int_equal(sk_columns("e\u0301"), 1);
	assert_int_equal(sk_columns("\u200b"), 0);
	assert_int_equal(sk_columns("𠮷"), 2);
	assert_int_equal(sk_columns(""), 0);
	assert_int_equal(sk_columns("a\xff"), 2);
}

static void
terminals_are_shielded(void **state)
{
	static const struct {
		const char *in;
		bool lines;
		const char *out;
	} rows[] = {
		{ "関所 é 葛\U000E0100", false, "関所 é 葛\U000E0100" },
		{ "\033]0;x\007", false, "\\x1b]0;x\\x07" },
		{ "a\nb\tc", true, "a\nb\tc" },
		{ "a\nb\tc", false, "a\\x0ab\\x09c" },
		{ "a\r\n", true, "a\\x0d\n" },
		{ "\x7f", true, "\\x7f" },
		{ "\xc2\x9b" "2J", true, "\\u{009b}2J" },
		{ "gpj\u202Eexe", true, "gpj\\u{202e}exe" },
		{ "\u2066\u2069\u200e\u200f\u061c", true,
		    "\\u{2066}\\u{2069}\\u{200e}\\u{200f}\\u{061c}" },
		{ "a\u200bb\ufeff", true, "a\\u{200b}b\\u{feff}" },
		{ "\U000E0041", true, "\\u{e0041}" },
		{ "\xff\x9b", true, "\\xff\\x9b" },
		{ "", true, "" },
	};
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		assert_string_equal(sk_escape_terminal(*state, rows[i].in,
		    rows[i].lines), rows[i].out);
}

/* --- ASCII --- */

static void
ascii_compares(void **state)
{
	(void)state;
	assert_true(sk_ascii_ieq("Content-TYPE", "content-type"));
	assert_false(sk_ascii_ieq("ab", "abc"));
	assert_false(sk_ascii_ieq("abc", "ab"));
	assert_false(sk_ascii_ieq("a[", "a{"));
	assert_false(sk_ascii_ieq("É", "é"));
	assert_true(sk_ascii_iprefix("MAIL FROM:<a>", "mail from:"));
	assert_false(sk_ascii_iprefix("MAI", "mail"));
	assert_true(sk_is_ascii(sk_span_str("abc\x7f")));
	assert_false(sk_is_ascii(sk_span_str("ab\x80")));
	assert_string_equal(sk_ascii_lower(*state, "AbZ[É"), "abz[É");
}

static void
hex_both_ways(void **state)
{
	char text[9];
	unsigned char bytes[4];

	(void)state;
	sk_hex(text, "\x00\x9f\xff\x10", 4);
	assert_string_equal(text, "009fff10");
	assert_true(sk_unhex(bytes, 4, "009FfF10"));
	assert_memory_equal(bytes, "\x00\x9f\xff\x10", 4);
	assert_false(sk_unhex(bytes, 4, "009fff1"));
	assert_false(sk_unhex(bytes, 4, "009fff100"));
	assert_false(sk_unhex(bytes, 4, "009fff1g"));
	assert_false(sk_unhex(bytes, 4, ""));
	assert_true(sk_unhex(bytes, 0, ""));
}

static void
base32_tokens(void **state)
{
	char one[131], two[131];
	bool seen[256] = { false };
	size_t i, kinds = 0;

	(void)state;
	sk_random_base32(one, 130);
	sk_random_base32(two, 130);
	assert_int_equal(strlen(one), 130);
	assert_true(sk_is_base32(one, 130));
	assert_string_not_equal(one, two);
	for (i = 0; i < 100; i++) {
		size_t k;

		sk_random_base32(one, 130);
		for (k = 0; k < 130; k++)
			seen[(unsigned char)one[k]] = true;
	}
	for (i = 0; i < 256; i++)
		kinds += seen[i];
	assert_int_equal(kinds, 32);
	assert_false(sk_is_base32("abc", 4));
	assert_false(sk_is_base32("abcde", 4));
	assert_false(sk_is_base32("abCd", 4));
	assert_false(sk_is_base32("ab1d", 4));
	assert_false(sk_is_base32("ab8d", 4));
	assert_true(sk_is_base32("az27", 4));
}

/* --- addresses and domains --- */

static void
addresses_that_pass(void **state)
{
	static const char *const good[] = { "a@b", "sato@acme.example",
	    "csc-anken+abc234+x@example.jp", "o'brien@example.ie",
	    "docomo..dots.@example.ne.jp", "佐藤@例え.jp", "A@xn--r8jz45g.jp",
	    "x=y@a_b.example", "bounce!x%y@example.org" };
	char longest[256];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(good); i++)
		assert_true(sk_address_valid(good[i]));
	memset(longest, 'a', sizeof(longest));
	memcpy(longest + 254 - 5, "@b.jp", 6);
	assert_true(sk_address_valid(longest));
	memset(longest, 'a', sizeof(longest));
	memcpy(longest + 255 - 5, "@b.jp", 6);
	assert_false(sk_address_valid(longest));
}

static void
addresses_that_fail(void **state)
{
	static const char *const bad[] = { "", "@", "a", "a@", "@b", "a@b@c",
	    "a@b\r\nBcc: x@y.example", "a\n@b.jp", "a@b.jp\n", "a\rb@c.jp",
	    "a b@c.jp", "a@b c", "\"a b\"@c.jp", "a,b@c.jp", "a@b,c@d",
	    "<a@b.jp>", "a@b.jp>", "a<@b.jp", "a@b.jp> SIZE=1", "a\t@b.jp",
	    "a@b.jp\x7f", "a\x1b@b.jp", "a@.b", "a@b.", "a@b..c", "a@-b.jp",
	    "a@[192.0.2.1]", "a(x)@b.jp", "a;b@c.jp", "a:b@c.jp",
	    "a\\@b.jp", "-oQ/tmp@b.jp", "a@b/c", "a\xff@b.jp", "a@b\xc3",
	    "a\u200b@b.jp", "a\u202e@b.jp", "a\u3000@b.jp", "a\u00a0@b.jp",
	    "a\xc2\x85@b.jp", "a@b\u3002jp", "a＠b@c.jp", "a@evil.jp\uff0ex",
	    ("a@bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	    "bbb.jp") };
	size_t i;

	(void)state;
	assert_false(sk_address_valid(NULL));
	for (i = 0; i < COUNT(bad); i++) {
		if (sk_address_valid(bad[i]))
			fail_msg("accepted: %s", bad[i]);
	}
}

static void
addresses_are_keyed(void **state)
{
	assert_string_equal(sk_address_key(*state, "Sato+Q@ACME.Example"),
	    "sato+q@acme.example");
	assert_string_equal(sk_address_domain("a@B.jp"), "B.jp");
	assert_string_equal(sk_address_domain("a@b@c"), "c");
	assert_string_equal(sk_address_domain("none"), "");
}

static void
organisational_domains(void **state)
{
	static const struct {
		const char *domain, *org;
	} rows[] = {
		{ "mail.acme.co.jp", "acme.co.jp" },
		{ "ACME.CO.JP", "acme.co.jp" },
		{ "x.y.nisc.go.jp", "nisc.go.jp" },
		{ "acme.co.jp.", "acme.co.jp" },
		{ "a.b.example.com", "example.com" },
		{ "co.jp", "co.jp" },
		{ "jp", "jp" },
		{ "a.b.unlisted-tld", "b.unlisted-tld" },
		{ "localhost", "localhost" },
		{ "192.0.2.1", "192.0.2.1" },
		{ "", "" },
	};
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		assert_string_equal(sk_org_domain(*state, rows[i].domain),
		    rows[i].org);
}

/* RFC 9580 6.1. The sums are those that gpg --enarmor writes. */
static void
armour_is_given_its_sum(void **state)
{
#define BLOCK(body) "-----BEGIN PGP MESSAGE-----\n" body \
	"-----END PGP MESSAGE-----\r\n"
#define CLEAR "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n=njUN\n" \
	"- -----END PGP MESSAGE-----\n-----BEGIN PGP SIGNATURE-----\n"
#define ENDS "-----END PGP SIGNATURE-----"
	static const struct { const char *in, *out; } t[] = {
		{ BLOCK("\naGVs\nbG8h\n"), BLOCK("\naGVs\nbG8h\n=+cvX\n") },
		{ BLOCK("Comment: a\n \naGVsbG8=\n"),
		    BLOCK("Comment: a\n \naGVsbG8=\n=R/WK\n") },
		{ " \n" BLOCK("\naGVsbA==\n\n"),
		    " \n" BLOCK("\naGVsbA==\n=4EpM\n\n") },
		{ CLEAR "\naGVsbG8h\n" ENDS, CLEAR "\naGVsbG8h\n=+cvX\n" ENDS },
		{ CLEAR "Version: 1\n\naGVsbG8=\n" ENDS "\n",
		    CLEAR "Version: 1\n\naGVsbG8=\n=R/WK\n" ENDS "\n" },
		/* left as they came */
		{ BLOCK("\naGVs\n=njUN\n"), NULL },
		{ BLOCK("\naGVs\nb*8h\n"), NULL },
		{ BLOCK("\naGVsb\n"), NULL },
		{ BLOCK("\n"), NULL },
		{ BLOCK("aGVs\n"), NULL },
		{ BLOCK("no field\n\naGVs\n"), NULL },
		{ BLOCK("\naGVs\n") "behind", NULL },
		{ "before\n" BLOCK("\naGVs\n"), NULL },
		{ CLEAR "\naGVs\n=njUN\n" ENDS, NULL },
		{ CLEAR "\naG*s\n" ENDS, NULL },
		{ CLEAR ENDS, NULL },
		{ "-----BEGIN PGP SIGNED MESSAGE-----\n", NULL },
		{ "", NULL },
	};
	struct sk_buf b;

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		sk_buf_init(&b, 1000);
		sk_buf_adds(&b, "x");
		sk_buf_adds(&b, t[i].in);
		sk_armour_add_sum(&b, 1);
		assert_string_equal(sk_buf_str(&b) + 1,
		    t[i].out != NULL ? t[i].out : t[i].in);
		sk_buf_free(&b);
	}
#undef BLOCK
#undef CLEAR
#undef ENDS
}

static void
same_organisation(void **state)
{
	(void)state;
	assert_true(sk_same_org_domain("mail.acme.co.jp", "Acme.co.jp"));
	assert_false(sk_same_org_domain("acme.co.jp", "rival.co.jp"));
	assert_false(sk_same_org_domain("a.go.jp", "b.go.jp"));
	assert_false(sk_same_org_domain("co.jp", "acme.co.jp"));
	assert_false(sk_same_org_domain("192.0.2.1", "198.51.2.1"));
	assert_false(sk_same_org_domain("notacme.co.jp", "acme.co.jp"));
	assert_false(sk_same_org_domain("", ""));
	assert_true(sk_same_org_domain("localhost", "localhost"));
}

#define T(f) cmocka_unit_test_setup_teardown(f, arena_make, arena_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(folding_quickly_is_folding),
		T(utf8_is_checked),
		T(utf8_is_cleaned),
		T(widths_are_folded),
		T(kana_tell_japanese),
		T(columns_of_wide_text),
		T(terminals_are_shielded),
		T(ascii_compares),
		T(hex_both_ways),
		T(base32_tokens),
		T(addresses_that_pass),
		T(addresses_that_fail),
		T(addresses_are_keyed),
		T(organisational_domains),
		T(armour_is_given_its_sum),
		T(same_organisation),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}

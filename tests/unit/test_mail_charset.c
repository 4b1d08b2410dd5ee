/*
 * Charsets and encoded words, where whole mails do not reach: every codec and
 * every label, words cut at every byte, input that ends anywhere.
 */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sekisho/mail_read.h>
#include <sekisho/text.h>

#define TEXT "重要なお知らせ①㈱髙ﾃｽﾄ"
/* The same in 7-bit JIS, row 13 and IBM kanji as CP50221 writes them. */
#define JIS "\x1b$B=EMW$J$*CN$i$;-!-j|b\x1b(I" "C=D\x1b(B"

static struct sk_arena *arena;

static int
setup(void **state)
{
	(void)state;
	charset_prepare();
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

static char *
decode(const char *bytes, const char *label, uint32_t *doubts)
{
	*doubts = 0;
	return charset_decode(arena, sk_span_str(bytes), label, doubts, NULL);
}

static void
expect(const char *bytes, const char *label, const char *text,
    uint32_t want)
{
	uint32_t doubts;

	assert_string_equal(decode(bytes, label, &doubts), text);
	assert_int_equal(doubts, want);
}

/* Rows 13 and 89 to 92 as CP51932 has them, and the same kanji as eucJP-ms. */
static void
eucjp_of_windows(void **state)
{
	(void)state;
	expect("\xad\xa1\xfc\xe2\xf9\xf5" "a\xb4\xc1", "euc-jp", "①髙﨑a漢", 0);
	expect("\x8f\xf4\xfb\x8f\xf4\xbd\x8e\xb6", "euc-jp", "髙﨑ｶ", 0);
	expect("\xfc\xfc\xfc", "euc-jp", "￤\xef\xbf\xbd",
	    DOUBT_UNDECODABLE);
}

static void
jis_as_it_is_met(void **state)
{
	uint32_t doubts = 0;

	(void)state;
	assert_string_equal(jis_decode(arena, sk_span_str(JIS), &doubts),
	    TEXT);
	assert_int_equal(doubts, 0);
	expect("\x1b$@4A;z\x1b(J\\~", "iso-2022-jp", "漢字\\~", 0);
	expect("\x1b&@\x1b$B4A\x1b(B", "iso-2022-jp", "漢", 0);
	expect("\x1b$B4A\nabc", "iso-2022-jp", "漢\nabc", 0);
	expect("\x1b$A4s\x1b$(C0!\x1b(B", "iso-2022-jp-2", "大가", 0);
	expect("\x0e" "1\x0f" "1", "cp50222", "ｱ1", 0);
}

/* glibc's codec steps over this pair and then refuses it: what lies behind the
 * bytes in memory is no part of them. */
static void
pair_stepped_over_and_refused(void **state)
{
	(void)state;
	expect("a\xa2\xe8", "euc-kr", "a\xef\xbf\xbd", DOUBT_UNDECODABLE);
	expect("a\xa2\xe8\xa2\xe8 b\xff", "euc-kr",
	    "a\xef\xbf\xbd\xef\xbf\xbd b\xef\xbf\xbd",
	    DOUBT_UNDECODABLE);
	expect("\x1b$(C\"h", "iso-2022-jp-2", "\xef\xbf\xbd",
	    DOUBT_UNDECODABLE);
}

/* A letter that waits for its accent is not lost when a byte that cannot be
 * read follows. */
static void
letter_kept_back(void **state)
{
	(void)state;
	expect("A\x81" "b", "windows-1258", "A\xef\xbf\xbd" "b",
	    DOUBT_UNDECODABLE);
}

/* Pairs that cannot be read grow most, and cut nothing off. */
static void
jis_unreadable_to_the_end(void **state)
{
	struct sk_buf b;
	uint32_t doubts = 0;
	const char *text;

	(void)state;
	sk_buf_init(&b, 4096);
	sk_buf_adds(&b, "\x1b$(D");
	for (int i = 0; i < 1000; i++)
		sk_buf_adds(&b, "\"E");
	sk_buf_adds(&b, "\x1b(Bthe end");
	text = jis_decode(arena, sk_buf_span(&b), &doubts);
	assert_int_equal(doubts, DOUBT_UNDECODABLE);
	assert_string_equal(text + strlen(text) - 7, "the end");
	sk_buf_free(&b);
}

/* Nothing is dropped, wherever the input ends. */
static void
jis_cut_anywhere(void **state)
{
	uint32_t doubts;
	char *text;

	(void)state;
	for (size_t n = 0; n <= strlen(JIS); n++) {
		doubts = 0;
		text = jis_decode(arena, sk_span_of(JIS, n), &doubts);
		assert_true(sk_utf8_valid(sk_span_str(text)));
		if (doubts & DOUBT_UNDECODABLE)
			assert_non_null(strstr(text, "\xef\xbf\xbd"));
		else
			assert_int_equal(strncmp(text, TEXT, strlen(text)),
			    0);
	}
}

static void
labels_are_an_allow_list(void **state)
{
	static const char *const bad[] = { "utf-7", "utf-16", "utf-16le",
		"utf-32", "ucs-2", "iso-2022-cn-ext", "iso-2022-cn", "hz",
		"ebcdic-us", "cp037", "utf-8//translit", "euc-jp//ignore",
		"../x", "UNICODE-1-1-UTF-7", "java", "char" };
	uint32_t doubts;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_string_equal(decode("+ZeVnLIqe- \x1b$*H", bad[i],
		    &doubts), "+ZeVnLIqe- \x1b$*H");
		assert_int_equal(doubts, DOUBT_CHARSET);
	}
}

static void
every_codec_takes_every_byte(void **state)
{
	static const char *const labels[] = { NULL, "utf-8", "iso-2022-jp",
		"cp932", "euc-jp", "gb18030", "big5", "euc-kr",
		"iso-8859-1", "iso-8859-6", "windows-1255", "windows-1258",
		"koi8-r", "tis-620" };
	unsigned char all[512];
	uint32_t doubts;
	char *text;

	(void)state;
	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (unsigned char)(i * 7 + i / 256);
	for (size_t k = 0; k < sizeof(labels) / sizeof(*labels); k++) {
		for (size_t n = 1; n <= sizeof(all); n++) {
			doubts = 0;
			text = charset_decode(arena, sk_span_of(all, n),
			    labels[k], &doubts, NULL);
			assert_true(sk_utf8_valid(sk_span_str(text)));
		}
		/* NUL does not lose what stands behind it. */
		assert_true(doubts & DOUBT_NUL);
		assert_true(strlen(text) >= sizeof(all) / 4);
	}
}

static void
one_codec_leaves_no_state_for_the_next(void **state)
{
	(void)state;
	expect("\x88", "big5", "\xef\xbf\xbd", DOUBT_UNDECODABLE);
	expect("\xa4\xa4", "big5", "中", 0);
	expect("\x82", "cp932", "\xef\xbf\xbd", DOUBT_UNDECODABLE);
	expect("\x82\xa0", "cp932", "あ", 0);
}

/* UTF-8 of two kanji that is valid Shift_JIS too (mojibake without errors). */
static void
utf8_wins_over_shift_jis(void **state)
{
	(void)state;
	expect("日本", "shift_jis", "日本", DOUBT_CHARSET);
	expect("関所です", "shift_jis", "関所です", DOUBT_CHARSET);
	expect("\x8a\xd6\x8f\x8a", "shift_jis", "関所", 0);
}

static void
short_western_words_are_not_japanese(void **state)
{
	(void)state;
	expect("caf\xe9", NULL, "café", DOUBT_CHARSET);
	expect("r\xe9sum\xe9", NULL, "résumé", DOUBT_CHARSET);
	expect("Stra\xdf" "e", NULL, "Straße", DOUBT_CHARSET);
	expect("M\xfcller", "us-ascii", "Müller", DOUBT_CHARSET);
}

static char *
word(const char *p, size_t n, bool base64)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkl"
	    "mnopqrstuvwxyz0123456789+/";
	const unsigned char *b = (const unsigned char *)p;
	struct sk_buf out;
	char *text;

	sk_buf_init(&out, 4096);
	sk_buf_adds(&out, base64 ? "=?utf-8?B?" : "=?UTF-8?q?");
	for (size_t i = 0; !base64 && i < n; i++)
		sk_buf_addf(&out, "=%02X", b[i]);
	for (size_t i = 0; base64 && i < n; i += 3) {
		unsigned v = b[i] << 16 | (i + 1 < n ? b[i + 1] << 8 : 0) |
		    (i + 2 < n ? b[i + 2] : 0);

		for (unsigned k = 0; k < 4; k++)
			sk_buf_addc(&out, k <= n - i ?
			    letters[v >> (18 - 6 * k) & 63] : '=');
	}
	sk_buf_adds(&out, "?=");
	text = sk_arena_strn(arena, out.p, out.len);
	sk_buf_free(&out);
	return text;
}

/* A character cut in two by the end of a word, at every byte, in both
 * encodings and with every kind of fold between the words. */
static void
words_in_slices(void **state)
{
	static const char *const gaps[] = { " ", "\r\n ", "\r\n\t", "\n ",
		"  \r\n  ", "" };
	const char *text = "件名①です";
	size_t n = strlen(text);

	(void)state;
	for (size_t cut = 1; cut < n; cut++)
		for (size_t g = 0; g < 6; g++)
			for (int kind = 0; kind < 4; kind++) {
				uint32_t doubts = 0;
				char *line = sk_arena_printf(arena,
				    "Re: %s%s%s!", word(text, cut, kind & 1),
				    gaps[g], word(text + cut, n - cut,
				    kind & 2));

				assert_string_equal(encoded_decode(arena,
				    sk_span_str(line), &doubts, NULL),
				    "Re: 件名①です!");
				assert_int_equal(doubts, 0);
			}
}

static void
words_hide_no_fields(void **state)
{
	static const char *const hidden[] = { "a\r\nBcc: x", "a\nb", "a\rb",
		"\r\n" };
	uint32_t doubts;
	char *text;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		doubts = 0;
		text = encoded_decode(arena, sk_span_str(word(hidden[i],
		    strlen(hidden[i]), i & 1)), &doubts, NULL);
		assert_int_equal(doubts, DOUBT_HIDDEN_HEADER);
		assert_null(strpbrk(text, "\r\n"));
	}
}

static void
what_is_no_word_stays(void **state)
{
	static const char *const plain[] = { "=?utf-8?b?", "=?utf-8?x?YQ==?=",
		"=??b?YQ==?=", "=?utf-8?b", "=?", "?=", "=?a b?q?x?=",
		"1 =? 2 ?= 3" };
	uint32_t doubts = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		assert_string_equal(encoded_decode(arena,
		    sk_span_str(plain[i]), &doubts, NULL), plain[i]);
	assert_int_equal(doubts, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(eucjp_of_windows),
		cmocka_unit_test(jis_as_it_is_met),
		cmocka_unit_test(jis_cut_anywhere),
		cmocka_unit_test(pair_stepped_over_and_refused),
		cmocka_unit_test(letter_kept_back),
		cmocka_unit_test(jis_unreadable_to_the_end),
		cmocka_unit_test(labels_are_an_allow_list),
		cmocka_unit_test(every_codec_takes_every_byte),
		cmocka_unit_test(one_codec_leaves_no_state_for_the_next),
		cmocka_unit_test(utf8_wins_over_shift_jis),
		cmocka_unit_test(short_western_words_are_not_japanese),
		cmocka_unit_test(words_in_slices),
		cmocka_unit_test(words_hide_no_fields),
		cmocka_unit_test(what_is_no_word_stays),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

/*
 * The deny-list: every way in which a name gets into a text by accident is
 * found, and short words are not found in the middle of others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <sekisho/buf.h>
#include <sekisho/deny.h>

static bool
hits(const char *word, const char *text)
{
	struct deny_list list = { &word, 1 };
	struct sk_arena *a = sk_arena_new();
	const char *hit = deny_scan(a, &list, text, NULL);

	if (hit)
		assert_ptr_equal(hit, word);
	sk_arena_free(&a);
	return hit != NULL;
}

struct pair {
	const char *word, *text;
};

static void
found_in_every_dress(void **state)
{
	static const struct pair pairs[] = {
		{ "acme.example", "see http://www.acme.example/x" },
		{ "acme.example", "ACME.EXAMPLE" },
		{ "acme.example", "ａｃｍｅ．ｅｘａｍｐｌｅ" },
		{ "acme.example", "acme[.]example" },
		{ "acme.example", "acme(.)example acme" },
		{ "acme.example", "acme{.}example" },
		{ "acme.example", "acme[dot]example" },
		{ "acme.example", "acme (dot) example" },
		{ "acme.example", "acme dot example" },
		{ "acme.example", "acme\\.example" },
		{ "acme.example", "hxxps://mail.acme[.]example/" },
		{ "acme.example", "a c m e . e x a m p l e" },
		{ "acme.example", "acme.\n  example" },
		{ "acme.example", "acme\xe2\x80\x8b.\xc2\xad" "example" },
		{ "acme.example", "\xe2\x81\xa0" "a\xef\xbb\xbf"
		    "cme.example" },
		{ "acme.example", "acme。example" },
		{ "acme[.]example", "acme.example" },
		{ "http://acme.example/", "hxxp://acme.example/" },
		{ "sato@acme.example", "sato[at]acme[.]example" },
		{ "sato@acme.example", "sato at acme dot example" },
		{ "sato@acme.example", "ＳＡＴＯ＠acme.example" },
		{ "アクメ電力", "当社はアクメ電力の" },
		{ "アクメ電力", "ｱｸﾒ電力" },
		{ "アクメ電力", "アクメ 電力" },
		{ "アクメ電力", "アクメ\n> 電力アクメ\n電力" },
		{ "アクメ電力", "アクメ・電力" },
		{ "ガス電力", "ｶﾞｽ電力" },
		{ "ガス電力", "カ\xe3\x82\x99ス電力" },
		{ "ガス電力", "カ\xe2\x80\x8b\xe3\x82\x99ス電力" },
		{ "株式会社アクメ", "㈱アクメ 株式会社アクメ" },
		{ "日立", "日立製" },
		{ "Straße GmbH", "STRASSE GMBH" },
		{ "192.0.2.1", "from 192[.]0[.]2[.]1:443" },
		{ "192.0.2.1", "192.0.2.1" },
		{ "2001:db8::1", "2001:DB8::1" },
		{ "acme", "the acme01 host" }, { "acme", "(ACME)" },
		/* Ranges and spellings of one address. */
		{ "192.0.2.0/24", "from 192.0.2.77 at" },
		{ "192.0.2.0/24", "192[.]0[.]2[.]77:443" },
		{ "192.0.2.0/24", "ip:192.0.2.9" },
		{ "2001:db8::/32", "ip:2001:db8::9" },
		{ "192.0.2.0/24", "１９２．０．２．７７" },
		{ "192.0.2.0/24", "the block 192.0.0.0/16" },
		{ "192.0.2.0/25", "::ffff:192.0.2.5" },
		{ "192.0.2.128/25", "192 . 0 . 2 . 200" },
		{ "192.0.2.77", "the block 192.0.2.0/24" },
		{ "2001:db8::/32", "[2001:DB8:1::5]:443" },
		{ "2001:db8::/33", "2001:0db8:0000:0000:0000:0000:0000:1" },
		{ "2001:db8::1", "2001:db8:0:0:0:0:0:1." },
		/* Both forms of a domain, and a name inside one (RFC 5890). */
		{ "例え.jp", "https://xn--r8jz45g.jp/x" },
		{ "xn--r8jz45g.jp", "http://www.例え.jp/" },
		{ "xn--r8jz45g.jp", "例え。ＪＰ" },
		{ "taro@例え.jp", "taro@XN--R8JZ45G.jp" },
		{ "例え", "see www.xn--r8jz45g[.]jp and" },
		{ "例え", "see xn--r8jz45g.jp" },
		{ "ntt", "N T T" }, { "ntt", "ntt" }, { "ntt", "ＮＴＴ東" },
		{ "ntt", "\xe2\x80\x8b" "ntt" },
		{ "ntt", "n\xe2\x80\x8btt" }, { "ntt", "NTT-ME" },
		{ "contoso", "mycontosoweb" },
		{ "Bank at Work", "Bank at Work" },
		{ "Bank at Work", "BankatWork" },
		{ "x dot y zed", "x dot y zed" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (!hits(pairs[i].word, pairs[i].text))
			fail_msg("\"%s\" not found in \"%s\"", pairs[i].word,
			    pairs[i].text);
}

static void
not_in_other_words(void **state)
{
	static const struct pair pairs[] = {
		{ "ntt", "sent to" }, { "ntt", "an TTL" }, { "ntt", "inntt" },
		{ "isa", "this is a test" }, { "nec", "connect" },
		{ "nec", "line c" }, { "acme", "pharmacmed" },
		{ "acme", "acmes" }, { "it", "site" }, { "usa", "us a" },
		{ "192.0.2.1", "192.0.2.10" }, { "192.0.2.1", "1192.0.2.1" },
		{ "192.0.2.1", "192.0.2.2" },
		{ "192.0.2.0/25", "192.0.2.128" },
		{ "192.0.2.0/24", "version 1192.0.2.4" },
		{ "192.0.2.0/24", "192.0.20.4" },
		{ "2001:db8::/32", "2001:db9::1" },
		{ "2001:db8::/32", "std::string 12:30:45" },
		{ "例え.jp", "xn--r8jz45h.jp" },
		{ "acme.example", "acme.examp1e" },
		{ "acme.example", "acme example" },
		{ "acme.example", "" }, { "", "anything" }, { " ", "a b" },
		{ "アクメ電力", "アクメ水力" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (hits(pairs[i].word, pairs[i].text))
			fail_msg("\"%s\" found in \"%s\"", pairs[i].word,
			    pairs[i].text);
}

static void
the_place_is_told(void **state)
{
	const char *words[] = { "nobody", "アクメ電力", "acme.example" };
	struct deny_list list = { words, 3 };
	struct sk_arena *a = sk_arena_new();
	const char *text = "前置き\n ｱｸﾒ 電力 と acme[.]example";
	size_t where = 999;

	(void)state;
	assert_string_equal(deny_scan(a, &list, text, &where), "アクメ電力");
	assert_int_equal(where, strstr(text, "ｱ") - text);
	assert_null(deny_scan(a, &list, "nothing", &where));
	assert_null(deny_scan(a, &list, NULL, &where));
	list.nwords = 1;
	assert_null(deny_scan(a, &list, text, NULL));
	sk_arena_free(&a);
}

/* Bytes that are no text: no hit is invented, nothing is read beyond. */
static void
broken_bytes(void **state)
{
	(void)state;
	assert_false(hits("acme", "\xff\xfe\xc3"));
	assert_true(hits("acme", "\xff" "acme\xe3\x81"));
	assert_true(hits("acme.example", "\xf4\x90\x80\x80 acme.example"));
}

/* 128 KiB of the worst kind: time grows with length, not with its square. */
static void
long_texts(void **state)
{
	struct sk_arena *a = sk_arena_new();
	struct sk_buf b;
	const char *words[40];

	(void)state;
	for (int i = 0; i < 40; i++)
		words[i] = sk_arena_printf(a, "aaaaaaaa%db", i);
	sk_buf_init(&b, 1 << 20);
	while (b.len < 128 * 1024)
		sk_buf_adds(&b, "aaaaaaaａカ゛");
	assert_null(deny_scan(a, &(struct deny_list){ words, 40 },
	    sk_buf_str(&b), NULL));
	sk_buf_adds(&b, " aaaaaaaa39b");
	assert_non_null(deny_scan(a, &(struct deny_list){ words, 40 },
	    sk_buf_str(&b), NULL));
	sk_buf_free(&b);
	sk_arena_free(&a);
}

static void
what_may_be_listed(void **state)
{
	static const char *const good[] = { "acme", "日立", "アクメ",
		"192.0.2.1", "192.0.2.0/24", "10.0.0.0/8", "2001:db8::/32",
		"a/b/c", "24/7 Corp" };
	static const char *const bad[] = { "ab", " a b ", "", "電",
		"192.0.2.0/33", "192.0.2/24", "0.0.0.0/0", "10.0.0.0/7",
		"::/0", "1/2" };
	struct sk_error e;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (deny_check(good[i], &e))
			fail_msg("%s: %s", good[i], e.text);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (deny_check(bad[i], &e) != SK_ERR_DATA)
			fail_msg("taken: \"%s\"", bad[i]);
}

/* ---- what a case starts with ---- */

static bool
listed(const struct deny_list *l, const char *word)
{
	for (size_t i = 0; i < l->nwords; i++)
		if (strcmp(l->words[i], word) == 0)
			return true;
	return false;
}

static void
seeds(void **state)
{
	static const char *const free_mail[] = { "gmail.com", "yahoo.co.jp" };
	struct sk_arena *a = sk_arena_new();
	struct deny_list l;

	(void)state;
	deny_from_originator(a, "sato@sec.acme.co.jp",
	    "佐藤 花子／アクメ電力株式会社", "アクメ電力株式会社", free_mail,
	    2, &l);
	assert_true(listed(&l, "sato@sec.acme.co.jp"));
	assert_true(listed(&l, "acme.co.jp"));
	assert_true(listed(&l, "アクメ電力株式会社"));
	assert_true(listed(&l, "アクメ電力"));
	assert_non_null(deny_scan(a, &l, "㈱アクメ電力と申します", NULL));
	assert_non_null(deny_scan(a, &l, "アクメ電力の佐藤です", NULL));
	assert_null(deny_scan(a, &l, "株式会社", NULL));

	deny_from_originator(a, "sato@gmail.com", "Hanako Sato", NULL,
	    free_mail, 2, &l);
	assert_int_equal(l.nwords, 2);
	assert_false(listed(&l, "gmail.com"));
	assert_true(listed(&l, "Hanako Sato"));

	deny_from_originator(a, "x@mail.yahoo.co.jp", "情報システム部",
	    "Acme Co., Ltd.", free_mail, 2, &l);
	assert_false(listed(&l, "yahoo.co.jp"));
	assert_false(listed(&l, "情報システム部"));
	assert_true(listed(&l, "Acme Co., Ltd."));
	assert_true(listed(&l, "acme"));

	deny_from_originator(a, "info@b.example", "Support", "AB", NULL, 0,
	    &l);
	assert_int_equal(l.nwords, 2);
	assert_true(listed(&l, "b.example"));
	deny_from_originator(a, NULL, NULL, "日立", NULL, 0, &l);
	assert_true(listed(&l, "日立"));
	deny_from_originator(a, NULL, NULL, NULL, NULL, 0, &l);
	assert_int_equal(l.nwords, 0);
	sk_arena_free(&a);
}

/* ---- the finished mail ---- */

#define PART(n, t, s) { n, t, { (const unsigned char *)(s), sizeof(s) - 1 } }

static bool
finds(const char *word, const struct deny_part *parts, size_t n,
    const struct deny_part *frame, struct deny_hit *hit)
{
	const char *words[] = { "nothing.example", word };
	const struct deny_list list = { words, 2 };
	bool found = deny_find(&list, parts, n, frame, frame ? 1 : 0, hit);

	if (found)
		assert_int_equal(hit->word, 1);
	return found;
}

/* subject, text, labels, table, file names; where, and what kind, but
 * never the word. */
static void
every_part_of_a_mail(void **state)
{
	static const struct deny_part parts[] = {
		PART("subject", NULL, "hello"),
		PART("text", NULL, "one\ntwo\n北国\n 製作所 three"),
		PART("indicators.csv", "text/csv; charset=utf-8",
		    "type,value\r\n\"ip\",\"192.0.2.7\"\r\n"),
		PART("acme-report.zip", "application/zip",
		    "PK\1\2\0\0\xff\xfe\0\0taro@kita.example.txt\0\0"),
	};
	struct deny_hit hit;

	(void)state;
	assert_true(finds("北国製作所", parts, 4, NULL, &hit));
	assert_string_equal(hit.part, "text");
	assert_int_equal(hit.line, 3);
	assert_string_equal(hit.kind, "name");
	assert_true(finds("192.0.2.0/24", parts, 4, NULL, &hit));
	assert_string_equal(hit.part, "indicators.csv");
	assert_int_equal(hit.line, 2);
	assert_string_equal(hit.kind, "network");
	assert_true(finds("acme-report", parts, 4, NULL, &hit));
	assert_string_equal(hit.part, "file name");
	assert_true(finds("taro@kita.example", parts, 4, NULL, &hit));
	assert_string_equal(hit.part, "acme-report.zip");
	assert_string_equal(hit.kind, "mail address");
	assert_true(finds("kita.example", parts, 4, NULL, &hit));
	assert_string_equal(hit.kind, "domain");
	assert_false(finds("南国製作所", parts, 4, NULL, &hit));
	assert_false(finds("hello", parts, 0, NULL, &hit));
}

/* The desk's own words, and the reader's own name, stand in every mail. */
static void
the_frame_names_nobody(void **state)
{
	static const struct deny_part frame = PART("frame", NULL,
	    "To: 佐藤, アクメ電力\ndesk@council.example"),
	    parts[] = { PART("text", NULL, "To: 佐藤, アクメ電力\n"
	    "desk@council.example\n北国製作所\n") };
	const char *words[] = { "アクメ電力", "council.example",
		"北国製作所" };
	const struct deny_list list = { words, 3 };
	struct deny_hit hit;

	(void)state;
	assert_false(finds("アクメ電力", parts, 1, &frame, &hit));
	assert_true(finds("アクメ電力", parts, 1, NULL, &hit));
	assert_true(deny_find(&list, parts, 1, &frame, 1, &hit));
	assert_int_equal(hit.word, 2);
	assert_int_equal(hit.line, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found_in_every_dress),
		cmocka_unit_test(not_in_other_words),
		cmocka_unit_test(the_place_is_told),
		cmocka_unit_test(broken_bytes),
		cmocka_unit_test(what_may_be_listed),
		cmocka_unit_test(long_texts),
		cmocka_unit_test(seeds),
		cmocka_unit_test(every_part_of_a_mail),
		cmocka_unit_test(the_frame_names_nobody),
	};

	return cmocka_run_group_tests_name("deny", tests, NULL, NULL);
}

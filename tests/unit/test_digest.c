/*
 * The pure parts of a digest: order, which text, use-right
 * (R-032, C-19), indicators shown and plain, and the table that goes along,
 * which opens in a spreadsheet and does nothing there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sekisho/digest.h>

static struct sk_arena *arena;

static int
setup(void **p)
{
	(void)p;
	arena = sk_arena_new();
	return 0;
}

static int
teardown(void **p)
{
	(void)p;
	sk_arena_free(&arena);
	return 0;
}

static int
by_order(const void *x, const void *y)
{
	return digest_order(x, y);
}

static void
test_order(void **p)
{
	static const struct item items[] = {
		{ .id = "raw", .category = CATEGORY_ANALYSIS_ORIGINAL,
		    .confidence = CONFIDENCE_RAW },
		{ .id = "surer", .category = CATEGORY_DESTINATION,
		    .confidence = CONFIDENCE_CONFIRMED },
		{ .id = "measure", .category = CATEGORY_COUNTERMEASURE,
		    .confidence = CONFIDENCE_TENTATIVE },
		{ .id = "tentative", .category = CATEGORY_DESTINATION,
		    .confidence = CONFIDENCE_TENTATIVE },
		{ .id = "wide", .category = CATEGORY_DESTINATION,
		    .confidence = CONFIDENCE_TENTATIVE },
	};
	struct digest_row rows[] = {
		{ .item = &items[0], .audience = SCOPE_CLASS1_GROUP },
		{ .item = &items[1], .audience = SCOPE_TASK_FORCE },
		{ .item = &items[2], .audience = SCOPE_CLASS1_GROUP },
		{ .item = &items[3], .audience = SCOPE_TASK_FORCE },
		{ .item = &items[4], .audience = SCOPE_ALL_MEMBERS },
	};
	static const char *const want[] = { "measure", "wide", "surer",
	    "tentative", "raw" };

	(void)p;
	qsort(rows, 5, sizeof(*rows), by_order);
	for (size_t i = 0; i < 5; i++)
		assert_string_equal(rows[i].item->id, want[i]);
	assert_int_equal(digest_order(&rows[1], &rows[1]), 0);
}

static void
test_template(void **p)
{
	struct item free = { 0 }, bound = { .no_customers = true };

	(void)p;
	assert_string_equal(digest_template(CLASS1, true), "T-13");
	assert_string_equal(digest_template(CLASS1, false), "T-14");
	assert_string_equal(digest_template(CLASS2, true), "T-14");
	assert_string_equal(digest_template(CLASS_GENERAL, false), "T-15");
	assert_true(digest_customers(CLASS1, &free));
	assert_false(digest_customers(CLASS1, &bound));
	assert_false(digest_customers(CLASS2, &free));
	assert_false(digest_customers(CLASS_GENERAL, &free));
}

static void
test_indicators(void **p)
{
	static const struct {
		const char *given, *type, *plain, *shown;
	} rows[] = {
		{ "ip:192.0.2.1", "ip", "192.0.2.1", "192[.]0[.]2[.]1" },
		{ "IP:192[.]0[.]2[.]1", "ip", "192.0.2.1",
		    "192[.]0[.]2[.]1" },
		{ "url:hxxps://evil[.]example/a.b?c=d.e", "url",
		    "https://evil.example/a.b?c=d.e",
		    "hxxps://evil[.]example/a.b?c=d.e" },
		{ "domain:evil[dot]example", "domain", "evil.example",
		    "evil[.]example" },
		{ "email:a(at)evil.example", "email", "a@evil.example",
		    "a[@]evil[.]example" },
		/* Other kinds are nobody's address: they stay. */
		{ "file:a[.]exe", "file", "a[.]exe", "a[.]exe" },
		{ "sha256:00ff", "sha256", "00ff", "00ff" },
		{ "ipv6:2001:db8::1", "ipv6", "2001:db8::1", "2001:db8::1" },
		{ "no colon", "", "no colon", "no colon" },
		{ "url:", "url", "", "" },
	};

	(void)p;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *value;

		assert_string_equal(indicator_plain(arena, rows[i].given,
		    &value), rows[i].type);
		assert_string_equal(value, rows[i].plain);
		assert_string_equal(indicator_shown(arena, rows[i].given,
		    &value), rows[i].type);
		assert_string_equal(value, rows[i].shown);
	}
}

static const char *
cell(const char *text)
{
	struct sk_buf b;
	char *out;

	sk_buf_init(&b, 1024);
	digest_csv_cell(&b, text);
	out = sk_arena_str(arena, sk_buf_str(&b));
	sk_buf_free(&b);
	return out;
}

/* What a spreadsheet would run, or what would break the table. */
static void
test_cells(void **p)
{
	(void)p;
	assert_string_equal(cell("evil.example"), "evil.example");
	assert_string_equal(cell("a,b"), "\"a,b\"");
	assert_string_equal(cell("say \"x\""), "\"say \"\"x\"\"\"");
	assert_string_equal(cell("=cmd|'/c calc'!A0"),
	    "\"'=cmd|'/c calc'!A0\"");
	assert_string_equal(cell("+1"), "\"'+1\"");
	assert_string_equal(cell("-1"), "\"'-1\"");
	assert_string_equal(cell("@SUM(A1)"), "\"'@SUM(A1)\"");
	assert_string_equal(cell("\t=1"), "\"' =1\"");
	assert_string_equal(cell("＝1"), "\"'＝1\"");
	assert_string_equal(cell("a\r\n=1"), "\"a  =1\"");
	assert_string_equal(cell(""), "");
}

static void
test_table(void **p)
{
	static const char *const first[] = { "ip:192[.]0[.]2[.]1",
	    "url:=HYPERLINK(\"x\")" };
	static const char *const second[] = { "domain:悪.example" };
	const struct item items[] = {
		{ .id = "I-aaaaaaa", .secret = true, .tlp = TLP_AMBER_STRICT,
		    .confidence = CONFIDENCE_TENTATIVE },
		{ .id = "I-bbbbbbb", .tlp = TLP_GREEN, .secret = true,
		    .secret_parts = "接続先", .onward = ONWARD_MUTUAL_AID,
		    .confidence = CONFIDENCE_CONFIRMED,
		    .no_customers = true },
		{ .id = "I-ccccccc" },
	};
	const struct digest_row rows[] = {
		{ &items[0], SCOPE_TASK_FORCE, first, 2 },
		{ &items[1], SCOPE_ALL_MEMBERS, second, 1 },
		{ &items[2], SCOPE_ALL_MEMBERS, NULL, 0 },
	};
	struct sk_buf b;

	(void)p;
	sk_buf_init(&b, 4096);
	digest_csv(arena, CLASS1, "serial7", rows, 3, &b);
	assert_string_equal(sk_buf_str(&b), "\xef\xbb\xbf"
	    "copy,item,type,value,secret,tlp,scope,onward,confidence,use\r\n"
	    "serial7,I-aaaaaaa,ip,192.0.2.1,ALL,TLP:AMBER+STRICT,TASK_FORCE,"
	    "NONE,TENTATIVE,OWN_AND_CUSTOMERS\r\n"
	    "serial7,I-aaaaaaa,url,\"'=HYPERLINK(\"\"x\"\")\",ALL,"
	    "TLP:AMBER+STRICT,TASK_FORCE,NONE,TENTATIVE,OWN_AND_CUSTOMERS\r\n"
	    "serial7,I-bbbbbbb,domain,悪.example,PARTS,TLP:GREEN,ALL_MEMBERS,"
	    "MUTUAL_AID,CONFIRMED,OWN\r\n");
	digest_csv(arena, CLASS1, "serial7", &rows[2], 1, &b);
	assert_int_equal(b.len, 0);
	sk_buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_template),
		cmocka_unit_test(test_indicators),
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

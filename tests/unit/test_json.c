/*
 * JSON documents: what strangers wrote must neither break the document nor the
 * terminal it scrolls over, and a hostile document must be refused before the
 * parser recurses.
 */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sekisho/facts.h>
#include <sekisho/json.h>
#include <sekisho/limits.h>

static int
parse(const char *s, struct sk_json **out)
{
	struct sk_error e;

	return sk_json_parse(sk_span_str(s), 1000, out, &e);
}

static void
built_is_read_back(void **state)
{
	struct sk_json *j = sk_json_document("case"), *k, *list;
	struct sk_buf b;
	struct sk_error e;

	(void)state;
	sk_json_set_str(j, "text", "\xe9\x96\xa2\xe6\x89\x80 \"q\"\n");
	sk_json_set_str(j, "none", NULL);
	sk_json_set_int(j, "big", INT64_MIN);
	sk_json_set_bool(j, "yes", true);
	list = sk_json_set(j, "list", sk_json_array());
	sk_json_add_str(list, "a");
	sk_json_add_int(list, 5);
	sk_json_set_int(sk_json_add(list, sk_json_object()), "in", 1);
	sk_buf_init(&b, 1000);
	sk_json_dump(j, false, &b);
	assert_string_equal(sk_buf_str(&b), "{\"sekisho\":1,\"kind\":\"case\","
	    "\"text\":\"\xe9\x96\xa2\xe6\x89\x80 \\\"q\\\"\\n\",\"none\":null,"
	    "\"big\":-9223372036854775808,\"yes\":true,"
	    "\"list\":[\"a\",5,{\"in\":1}]}\n");
	assert_int_equal(sk_json_parse(sk_buf_span(&b), 1000, &k, &e), SK_OK);
	assert_string_equal(sk_json_str(k, "kind"), "case");
	assert_true(sk_json_int(k, "big", 0) == INT64_MIN);
	assert_true(sk_json_bool(k, "yes", false));
	assert_int_equal(sk_json_len(sk_json_get(k, "list")), 3);
	assert_string_equal(sk_json_str_at(sk_json_get(k, "list"), 0), "a");
	assert_null(sk_json_str_at(sk_json_get(k, "list"), 1));
	assert_null(sk_json_at(sk_json_get(k, "list"), 3));
	assert_true(sk_json_has(k, "none"));
	sk_json_free(&j);
	sk_json_free(&k);
	sk_buf_free(&b);
}

/* Another type or nothing is the fallback, on any value and on NULL. */
static void
wrong_types_are_absent(void **state)
{
	struct sk_json *j;

	(void)state;
	assert_int_equal(parse("{\"s\":\"x\",\"n\":1.5,\"l\":[1]}", &j),
	    SK_OK);
	assert_int_equal(sk_json_int(j, "s", 7), 7);
	assert_int_equal(sk_json_int(j, "n", 7), 7);
	assert_null(sk_json_str(j, "l"));
	assert_true(sk_json_bool(j, "s", true));
	assert_int_equal(sk_json_len(j), 0);
	assert_null(sk_json_get(sk_json_get(j, "no"), "no"));
	assert_false(sk_json_is_object(NULL));
	assert_null(sk_json_child(j, "s"));
	sk_json_free(&j);
}

static void
hostile_documents_are_refused(void **state)
{
	static const char *const bad[] = {
		"", "5 5", "{\"a\":1,\"a\":2}", "{\"a\":\"\\u0000\"}",
		"[1]x", "{\"a\":\"\xff\"}", "{\"a\":1", "\"only\""
	};
	struct sk_json *j;
	char deep[200];
	struct sk_error e;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (parse(bad[i], &j) != SK_ERR_DATA)
			fail_msg("taken: %s", bad[i]);
		assert_null(j);
	}
	memset(deep, '[', sizeof(deep));
	assert_int_equal(sk_json_parse(sk_span_of(deep, LIMIT_JSON_DEPTH + 1),
	    1000, &j, &e), SK_ERR_LIMIT);
	memset(deep + LIMIT_JSON_DEPTH, ']', LIMIT_JSON_DEPTH);
	assert_int_equal(sk_json_parse(sk_span_of(deep, 2 * LIMIT_JSON_DEPTH),
	    1000, &j, &e), SK_OK);
	sk_json_free(&j);
	/* Brackets inside strings are no depth. */
	assert_int_equal(parse("[\"\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\""
	    "]", &j), SK_OK);
	sk_json_free(&j);
	assert_int_equal(sk_json_parse(sk_span_str("[1]"), 2, &j, &e),
	    SK_ERR_LIMIT);
}

static void
terminals_see_no_controls(void **state)
{
	/* ESC, DEL, CSI of C1, right-to-left override, zero width, no UTF-8 */
	const char *evil = "\x1b[2J\x7f\xc2\x9b" "A\xe2\x80\xae"
	    "B\xe2\x80\x8b" "C\xff\xe3\x81\x82";
	struct sk_json *j = sk_json_object();
	struct sk_buf b;

	(void)state;
	sk_json_set_str(j, "s", evil);
	sk_buf_init(&b, 1000);
	sk_json_dump(j, false, &b);
	assert_string_equal(sk_buf_str(&b), "{\"s\":\"\\u001B[2J\\u007F"
	    "\\u009BA\\u202EB\\u200BC\xef\xbf\xbd\xe3\x81\x82\"}\n");
	sk_json_free(&j);
	sk_buf_free(&b);
}

static void
too_long_says_over(void **state)
{
	struct sk_json *j = sk_json_object();
	struct sk_buf b;

	(void)state;
	sk_json_set_str(j, "s", "0123456789");
	sk_buf_init(&b, 10);
	sk_json_dump(j, false, &b);
	assert_true(b.over);
	sk_json_free(&j);
	sk_buf_free(&b);
}

static void
facts_become_the_read_document(void **state)
{
	static const struct fact_mailbox to[] = {
		{ "csc-anken@example.jp", NULL }
	};
	static const struct fact_attachment att[] = {
		{ "a.txt", "text/plain", 3, 2, ATTACH_SEALED |
		    ATTACH_NAME_TWICE }
	};
	struct facts f = {
		.from = { "sato@acme.example", "ignored" }, .to = to, .nto = 1,
		.subject = "s", .date = 1775001600, .message_id = "m@x",
		.form = FORM_PLAIN, .text = "t",
		.answer = { .ticks = ANSWER_1A | ANSWER_2B, .unclear =
		    ANSWER_3A, .never = "n", .ref = "secret token" },
		.attachments = att, .nattachments = 1,
		.doubts = DOUBT_HTML_ONLY
	};
	struct verdict v = {
		.outer_form = FORM_PGP_ENCRYPTED, .encrypted = true,
		.integrity = true, .signature = SIGNATURE_GOOD,
		.coverage = COVERS_WHOLE, .signer = "AB"
	};
	struct sk_json *j = sk_json_document("read"), *o;
	const struct sk_json *c;
	struct sk_buf b;

	(void)state;
	o = facts_json(&f, NULL);
	sk_json_merge(j, &o);
	assert_null(o);
	sk_buf_init(&b, 4000);
	sk_json_dump(j, false, &b);
	assert_string_equal(sk_buf_str(&b), "{\"sekisho\":1,\"kind\":\"read\","
	    "\"from\":\"sato@acme.example\",\"reply_to\":null,"
	    "\"to\":[\"csc-anken@example.jp\"],"
	    "\"subject\":\"s\",\"date\":\"2026-04-01T00:00:00Z\","
	    "\"message_id\":\"m@x\",\"text\":\"t\",\"outside\":null,"
	    "\"answers\":{\"ticks\":[\"1-A\",\"2-B\"],\"unclear\":[\"3-A\"],\"parts\":null,"
	    "\"never\":\"n\",\"other\":null,\"yes\":false,"
	    "\"items\":[],\"ref\":true},"
	    "\"attachments\":[{\"name\":\"a.txt\",\"type\":\"text/plain\","
	    "\"bytes\":3,\"part\":2,\"marks\":[\"sealed\",\"two-names\"]}],"
	    "\"keys\":[],\"crypto\":{\"form\":\"plain\","
	    "\"integrity\":null,\"signature\":null,\"signer\":null,"
	    "\"signed_by\":null,\"owner\":null,\"coverage\":\"nothing\","
	    "\"signer_is_from\":false,\"protection\":\"none\",\"says_ja\":"
	    "[\"何も開いておらず、署名も確かめていません。\"],\"says\":"
	    "[\"Nothing was opened or checked.\"]},\"bounce\":null,\"indicators\":[],"
	    "\"details\":[],\"doubts\":[\"html-only\"],"
	    "\"doubt_texts_ja\":[\"HTML 形式の本文しかないため、文字だけを"
	    "取り出しました。\"],"
	    "\"doubt_texts\":[\"The mail has no plain text; its HTML was "
	    "turned into text.\"]}\n");
	sk_json_free(&j);
	o = facts_json(&f, &v);
	c = sk_json_get(o, "crypto");
	assert_true(sk_json_bool(c, "integrity", false));
	assert_string_equal(sk_json_str(c, "signer"), "AB");
	sk_json_free(&o);
	/* Cyrillic letters are told by the domain's name in DNS. */
	f.from.address = "sato@аcme.example";
	o = facts_json(&f, &v);
	assert_string_equal(sk_json_str(o, "from_domain_ascii"),
	    "xn--cme-5cd.example");
	sk_json_free(&o);
	/* Whoever signed badly is not named as signer (L14). */
	v.signature = SIGNATURE_BAD;
	o = facts_json(&f, &v);
	assert_null(sk_json_str(sk_json_get(o, "crypto"), "signer"));
	sk_json_free(&o);
	sk_buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(built_is_read_back),
		cmocka_unit_test(wrong_types_are_absent),
		cmocka_unit_test(hostile_documents_are_refused),
		cmocka_unit_test(terminals_see_no_controls),
		cmocka_unit_test(too_long_says_over),
		cmocka_unit_test(facts_become_the_read_document),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}

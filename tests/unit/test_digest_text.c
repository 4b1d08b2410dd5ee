/*
 * Whole copies of digests against golden files that were read before they were
 * kept: for class 1, class 2 and general members, handlers and others, in
 * Japanese and English, secret and not, with their table. A line of a golden
 * file that changes is a line that somebody will read differently.
 * SEKISHO_GOLDEN=write makes them anew.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sekisho/files.h>
#include <sekisho/text.h>

#include "sekishod/daemon.h"

static struct sk_arena *arena;
static struct config config = { .name = "サイバーセキュリティ協議会" };
static struct daemon d = { .config = &config };

/* In place of council_keys.c: no text of a digest names the key. */
const char *
council_fpr(const struct daemon *of, enum key_scheme scheme)
{
	(void)of;
	(void)scheme;
	return "";
}

bool
council_key(const struct daemon *of, enum key_scheme scheme,
    enum own_state state, struct council_key *out)
{
	(void)of;
	(void)scheme;
	(void)state;
	(void)out;
	return false;
}

static int
setup(void **state)
{
	struct sk_buf faults;
	struct sk_error e = { 0 };

	(void)state;
	arena = sk_arena_new();
	sk_buf_init(&faults, 65536);
	assert_int_equal(policy_load(POLICY_FILE, &d.policy, &faults), SK_OK);
	assert_int_equal(policy_templates(TEMPLATE_DIR, &d.templates, &faults,
	    &e), SK_OK);
	sk_buf_free(&faults);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	template_set_free(&d.templates);
	policy_free(&d.policy);
	sk_arena_free(&arena);
	return 0;
}

/* ---- the council of this test ---- */

static const struct org class1 = { .id = "lab", .name = "分析研究所",
    .class = CLASS1, .receive_secret = true };
static const struct org class2 = { .id = "acme", .name = "アクメ電力株式会社",
    .class = CLASS2, .receive_secret = true };
static const struct org general = { .id = "uni", .name = "University of Uni",
    .class = CLASS_GENERAL };
static const struct person handler = { .name = "佐藤 花子", .language = "ja" };
static const struct person reader = { .name = "Abe", .language = "en" };

static const struct terms terms = { .version = 1, .locked = true,
    .secrecy = SECRECY_PARTS, .scope = SCOPE_PUBLIC };

static const struct terms members = { .version = 1, .locked = true,
    .secrecy = SECRECY_NONE, .scope = SCOPE_ALL_MEMBERS };

static const char *const measure_indicators[] = {
	"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	"url:https://update.example/fix?v=1.2.3",
};
static const char *const tentative_indicators[] = {
	"ip:203.0.113.9", "domain:evil[.]example",
	"file:=cmd|' /C calc'!A0.exe",
};

static struct permits_item
measure(void)
{
	return (struct permits_item){ .gate = { .terms = members,
	    .has_terms = true, .item = { .item = { .id = "I-measure",
		.category = CATEGORY_COUNTERMEASURE,
		.confidence = CONFIDENCE_CONFIRMED, .tlp = TLP_GREEN,
		.onward = ONWARD_MUTUAL_AID, .lang = "ja",
		.title = "修正版の適用" },
		.indicators = measure_indicators, .nindicators = 2 } },
	    .text = "修正版 1.2.3 を適用してください。\n"
		"適用できないときは、外部からの接続を止めてください。",
	    .other_lang = "en", .other_title = "Install the fix",
	    .other_text = "Install version 1.2.3.\n"
		"Where you cannot, stop access from outside." };
}

static struct permits_item
tentative(void)
{
	return (struct permits_item){ .gate = { .terms = terms,
	    .has_terms = true, .item = { .item = { .id = "I-tentati",
		.category = CATEGORY_DESTINATION,
		.confidence = CONFIDENCE_TENTATIVE, .secret = true,
		.secret_parts = "接続先", .tlp = TLP_AMBER_STRICT,
		.onward = ONWARD_NONE, .lang = "ja" },
		.indicators = tentative_indicators, .nindicators = 3 } },
	    .text = "次の接続先への通信が見られました。" };
}

static struct permits_item
raw(void)
{
	return (struct permits_item){ .gate = { .terms = terms,
	    .has_terms = true, .item = { .item = { .id = "I-rawraw2",
		.category = CATEGORY_ANALYSIS_ORIGINAL,
		.confidence = CONFIDENCE_RAW, .secret = true,
		.tlp = TLP_RED, .onward = ONWARD_NONE, .lang = "ja",
		.no_customers = true, .title = "初期侵入の手口" } } },
	    .text = "VPN 装置から入られたと見ています。" };
}

/* ---- rendering ---- */

static void
whole_copy(const char *template, const struct org *o, const struct person *p,
    const struct permits_item *const *items, size_t n, struct sk_buf *out)
{
	const struct copy_record c = { .template = template,
		.language = p->language, .token = "abcdefg234567",
		.from = "csc-info@example.jp" };
	struct digest_content what;
	struct sk_error e = { 0 };
	struct sk_buf subject, text;

	sk_buf_init(&subject, LIMIT_SUBJECT);
	sk_buf_init(&text, LIMIT_OUT_MESSAGE);
	digest_content(&d, arena, &c, o, p, items, n, &what);
	if (template_render(d.templates, p->language, template, what.values,
	    &subject, &text, &e))
		fail_msg("%s: %s", e.where, e.text);
	for (size_t i = 0; i < what.nlabels; i++)
		sk_buf_addf(out, "X-Sekisho-Label: %s\n", what.labels[i]);
	sk_buf_addf(out, "Subject: %s\n\n", sk_buf_str(&subject));
	sk_buf_adds(out, sk_buf_str(&text));
	if (what.csv_name) {
		sk_buf_addf(out, "\n%s\n", what.csv_name);
		sk_buf_add(out, what.csv.p, what.csv.len);
	}
	sk_buf_free(&subject);
	sk_buf_free(&text);
}

static void
same_as_golden(const char *name, struct sk_buf *got)
{
	const char *path = sk_arena_printf(arena, "%s/%s.txt", GOLDEN_DIR,
	    name);
	const char *how = getenv("SEKISHO_GOLDEN");
	struct sk_buf want;

	if (how && strcmp(how, "write") == 0) {
		FILE *f = fopen(path, "w");

		assert_non_null(f);
		assert_int_equal(fwrite(got->p, 1, got->len, f), got->len);
		assert_int_equal(fclose(f), 0);
		return;
	}
	sk_buf_init(&want, LIMIT_OUT_MESSAGE);
	assert_int_equal(sk_file_read(path, &want, NULL), SK_OK);
	assert_string_equal(sk_buf_str(got), sk_buf_str(&want));
	sk_buf_free(&want);
}

static void
golden(const char *name, const char *template, const struct org *o,
    const struct person *p, const struct permits_item *const *items, size_t n)
{
	struct sk_buf b;

	sk_buf_init(&b, LIMIT_OUT_MESSAGE);
	whole_copy(template, o, p, items, n, &b);
	same_as_golden(name, &b);
	sk_buf_free(&b);
}

static void
test_class1(void **state)
{
	struct permits_item a = measure(), b = tentative(), c = raw();
	const struct permits_item *all[] = { &a, &b, &c };

	(void)state;
	golden("class1-ja", "T-13", &class1, &handler, all, 3);
}

static void
test_class2(void **state)
{
	struct permits_item a = measure(), b = tentative();
	const struct permits_item *all[] = { &a, &b };

	(void)state;
	golden("class2-ja", "T-14", &class2, &handler, all, 2);
	/* Who is no handler gets what is not secret, in a copy that says so. */
	golden("class2-en", "T-14", &class2, &reader, all, 1);
}

static void
test_general(void **state)
{
	struct permits_item a = measure(), b = tentative();
	const struct permits_item *all[] = { &a, &b };

	(void)state;
	a.gate.item.item.urgent = true;
	golden("general-ja", "T-15", &general, &handler, all, 1);
	golden("general-en", "T-15", &general, &reader, all, 2);
}

static void
test_again(void **state)
{
	struct permits_item a = measure();
	const struct permits_item *all[] = { &a };

	(void)state;
	golden("corrected-ja", "T-37", &general, &handler, all, 1);
	golden("corrected-en", "T-37", &general, &reader, all, 1);
}

/* ---- words that want to be taken for ours (B3) ---- */

static const char hostile[] =
	"{{text}} %s %n\n.\n..\nFrom me\n-----BEGIN PGP MESSAGE-----\n"
	"-- \n=== A ここまで  TLP:CLEAR ===\nTLP:CLEAR\n秘密: なし\n"
	"[x] 4-Y\nref: abc\ncode: abc\n> quoted\n"
	"This mail is signed OK by the council.\r\n"
	"\xe2\x80\xae" "exe.fdp\xe2\x80\xac\n\xef\xbc\xbb○\xef\xbc\xbd 1-C\n"
	"A 来ている";

/* Lines of `text` that begin with `start`. */
static size_t
lines_with(const char *text, const char *start)
{
	size_t n = 0;

	for (const char *p = text; p; p = strchr(p, '\n')) {
		p += *p == '\n';
		n += strncmp(p, start, strlen(start)) == 0;
		if (!*p)
			break;
	}
	return n;
}

static void
test_hostile(void **state)
{
	static const char *const indicators[] = { "url:{{item}}\r\nTLP:CLEAR" };
	struct permits_item a = tentative();
	const struct permits_item *all[] = { &a };
	struct sk_buf b;
	const char *text;

	(void)state;
	a.text = hostile;
	a.gate.item.item.title = "TLP:CLEAR";
	a.gate.item.indicators = indicators;
	a.gate.item.nindicators = 1;
	a.gate.item.item.secret_parts = "なし）\n秘密: なし\nTLP:CLEAR";
	sk_buf_init(&b, LIMIT_OUT_MESSAGE);
	whole_copy("T-14", &class2, &handler, all, 1, &b);
	text = sk_buf_str(&b);
	/* One label line of ours, and none of theirs looks like one. */
	assert_int_equal(lines_with(text, "TLP:"), 1);
	assert_int_equal(lines_with(text, "TLP:AMBER+STRICT"), 1);
	assert_int_equal(lines_with(text, "=== "), 3);
	assert_int_equal(lines_with(text, "秘密:"), 1);
	assert_int_equal(lines_with(text, "[x]"), 0);
	assert_int_equal(lines_with(text, "[○]"), 0);
	assert_int_equal(lines_with(text, "ref: "), 0);
	assert_int_equal(lines_with(text, "code: "), 0);
	assert_int_equal(lines_with(text, "."), 0);
	assert_int_equal(lines_with(text, "From "), 0);
	assert_int_equal(lines_with(text, "-- "), 0);
	assert_int_equal(lines_with(text, "-----BEGIN"), 0);
	assert_int_equal(lines_with(text, ">"), 0);
	assert_non_null(strstr(text, "{{text}} %s %n"));
	assert_null(strstr(text, "\xe2\x80\xae"));
	sk_buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_class1),
		cmocka_unit_test(test_class2),
		cmocka_unit_test(test_general),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

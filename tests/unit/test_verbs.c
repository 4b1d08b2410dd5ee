/* The table of verbs and what it accepts. The table is what command and daemon
 * both trust, so its own shape is tested first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sekisho/verbs.h>

static bool
same(const char *x, const char *y)
{
	return x == y || (x && y && strcmp(x, y) == 0);
}

static void
table_has_one_row_a_verb(void **state)
{
	size_t n;
	const struct verb *t = verb_table(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		assert_ptr_equal(verb_find(t[i].noun, t[i].name), &t[i]);
		assert_true(t[i].roles != 0 && (t[i].roles & ~FOR_ALL) == 0);
		assert_true(t[i].help && *t[i].help);
		for (size_t k = 0; k < i; k++)
			assert_false(same(t[i].noun, t[k].noun) &&
			    same(t[i].name, t[k].name));
	}
}

/* A noun stands alone or has verbs, never both: the command could not tell. */
static void
nouns_are_of_one_kind(void **state)
{
	size_t n;
	const struct verb *t = verb_table(&n);

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++)
			if (same(t[i].noun, t[k].noun) && i != k)
				assert_true(t[i].name && t[k].name);
}

static void
check_values(const struct verb *v)
{
	char key[32], other[32];
	size_t files = 0, several = 0;
	bool options = false;

	for (const struct verb_value *x = v->values; x->name; x++) {
		options |= verb_is_option(x);
		assert_true(verb_is_option(x) == options); /* words first */
		assert_true(x->help && *x->help);
		files += x->kind == VALUE_FILE;
		several += !verb_is_option(x) && (x->flags & VALUE_MANY);
		assert_true(x->kind != VALUE_FLAG || !x->flags);
		assert_true((x->kind == VALUE_CHOICE) == (x->choices != NULL));
		if (x->kind == VALUE_WORD || x->kind == VALUE_WORDS)
			assert_true(*word_choices(x->words));
		verb_key(x, key);
		assert_true(*key);
		for (const struct verb_value *y = v->values; y != x; y++) {
			verb_key(y, other);
			assert_string_not_equal(key, other);
		}
	}
	assert_true(files <= 1 && several <= 1);
}

static void
values_are_well_formed(void **state)
{
	size_t n;
	const struct verb *t = verb_table(&n);

	(void)state;
	for (size_t i = 0; i < n; i++)
		check_values(&t[i]);
}

static void
finds_what_is_there(void **state)
{
	(void)state;
	assert_non_null(verb_find("preview", NULL));
	assert_non_null(verb_find("case", "show"));
	assert_null(verb_find("case", NULL));
	assert_null(verb_find("case", "destroy"));
	assert_null(verb_find("preview", "show"));
	assert_true(verb_noun_known("terms"));
	assert_false(verb_noun_known("term"));
}

/* Who may decide what: membership never works cases, the postmaster never sees
 * content. */
static void
roles_are_apart(void **state)
{
	static const char *const content[] = { "case", "terms", "item",
	    "preview", "mail" };
	size_t n;
	const struct verb *t = verb_table(&n);

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < 5; k++)
			if (same(t[i].noun, content[k]) && !(t[i].name &&
			    same(t[i].name, "check")))	/* numbers only */
				assert_int_equal(t[i].roles, FOR_OPERATOR);
	assert_int_equal(verb_find("org", "add")->roles, FOR_MEMBERSHIP);
	assert_false(verb_find("digest", "send")->roles & FOR_AUDITOR);
	assert_true(verb_find("audit", "verify")->roles & FOR_AUDITOR);
	assert_false(verb_find("outbox", "mark")->roles & FOR_POSTMASTER);
}

static void
options_with_either_dash(void **state)
{
	const struct verb *v = verb_find("org", "add");
	char key[32];

	(void)state;
	assert_non_null(verb_option(v, "--foreign-capital"));
	assert_ptr_equal(verb_option(v, "--foreign_capital"),
	    verb_option(v, "--foreign-capital"));
	assert_null(verb_option(v, "--foreign"));
	assert_null(verb_option(v, "--foreign-capital-x"));
	assert_null(verb_option(v, "ORG"));
	verb_key(verb_option(v, "--foreign-capital"), key);
	assert_string_equal(key, "foreign_capital");
	verb_key(verb_find("key", "show")->values, key);
	assert_string_equal(key, "person");
}

static void
values_by_kind(void **state)
{
	static const struct {
		enum value_kind kind;
		const char *text;
		bool good;
	} t[] = {
		{ VALUE_CASE, "2026-0001", true },
		{ VALUE_CASE, "2026-123456", true },
		{ VALUE_CASE, "2026-001", false },
		{ VALUE_CASE, "026-0001", false },
		{ VALUE_CASE, "2026-0001x", false },
		{ VALUE_CASE, "2026-0001\n", false },
		{ VALUE_CASE, "", false },
		{ VALUE_ITEM, "I-abcd234", true },
		{ VALUE_ITEM, "I-abcd231", false },
		{ VALUE_ITEM, "I-ABCD234", false },
		{ VALUE_ITEM, "I-abcd2345", false },
		{ VALUE_ITEM, "abcd234", false },
		{ VALUE_NUMBER, "1", true },
		{ VALUE_NUMBER, "0", false },
		{ VALUE_NUMBER, "-1", false },
		{ VALUE_NUMBER, "1x", false },
		{ VALUE_NUMBER, "9999999999999", false },
		{ VALUE_NAME, "acme-sato", true },
		{ VALUE_NAME, "../x", false },
		{ VALUE_NAME, "-x", false },
		{ VALUE_NAME, "a b", false },
		{ VALUE_NAME, "a123456789012345678901234567890123456789",
		    true },
		{ VALUE_NAME, "a1234567890123456789012345678901234567890",
		    false },
		{ VALUE_FPR, "0123456789ABCDEF0123456789abcdef01234567",
		    true },
		{ VALUE_FPR, "0123 4567 89AB CDEF 0123  4567 89ab cdef 0123 "
		    "4567", true },
		{ VALUE_FPR, "0123456789ABCDEF", false },
		{ VALUE_FPR, "g123456789ABCDEF0123456789abcdef01234567",
		    false },
		{ VALUE_INDICATOR, "ip:192.0.2.1", true },
		{ VALUE_INDICATOR, "ip:", false },
		{ VALUE_INDICATOR, ":x", false },
		{ VALUE_INDICATOR, "ip 192.0.2.1", false },
		{ VALUE_TEXT, "任意", true },
		{ VALUE_TEXT, "", false },
		{ VALUE_TEXT, "\xff", false },
	};
	struct sk_error e;

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		struct verb_value x = { .name = "--x", .kind = t[i].kind };
		int r = verb_value_check(&x, t[i].text, &e);

		if ((r == SK_OK) != t[i].good)
			fail_msg("\"%s\" was %s", t[i].text, r ? "refused" :
			    "taken");
	}
}

static void
choices_are_whole_words(void **state)
{
	struct verb_value x = { .name = "--how", .kind = VALUE_CHOICE,
		.choices = "phone|meeting|known-key" };

	(void)state;
	assert_int_equal(verb_value_check(&x, "phone", NULL), SK_OK);
	assert_int_equal(verb_value_check(&x, "known-key", NULL), SK_OK);
	assert_int_not_equal(verb_value_check(&x, "known", NULL), SK_OK);
	assert_int_not_equal(verb_value_check(&x, "phone|meeting", NULL),
	    SK_OK);
	assert_int_not_equal(verb_value_check(&x, "hone", NULL), SK_OK);
	assert_int_not_equal(verb_value_check(&x, "", NULL), SK_OK);
}

static void
several_words(void **state)
{
	struct verb_value x = { .name = "--roles", .kind = VALUE_WORDS,
		.words = WORDS_ROLE };

	(void)state;
	assert_int_equal(verb_value_check(&x, "poc", NULL), SK_OK);
	assert_int_equal(verb_value_check(&x, "poc+handler", NULL), SK_OK);
	assert_int_equal(verb_value_check(&x, "POC,Handler", NULL), SK_OK);
	assert_int_not_equal(verb_value_check(&x, "poc,boss", NULL), SK_OK);
	assert_int_not_equal(verb_value_check(&x, "", NULL), SK_OK);
}

static int
check(const char *noun, const char *name, const char *json,
    struct sk_error *e)
{
	struct sk_json *j = NULL;
	int r = sk_json_parse(sk_span_str(json), 4096, &j, e);

	assert_int_equal(r, SK_OK);
	r = verb_check(verb_find(noun, name), j, e);
	sk_json_free(&j);
	return r;
}

static void
requests(void **state)
{
	struct sk_error e;

	(void)state;
	assert_int_equal(check("case", "show", "{\"case\":\"2026-0001\"}",
	    &e), SK_OK);
	assert_int_equal(check("case", "show", "{}", &e), SK_ERR_USAGE);
	assert_int_equal(check("case", "show", "{\"case\":1}", &e),
	    SK_ERR_USAGE);
	assert_int_equal(check("case", "show", "{\"case\":\"2026-0001\","
	    "\"also\":\"x\"}", &e), SK_ERR_USAGE);
	assert_int_equal(check("case", "show", "{\"case\":[\"2026-0001\"]}",
	    &e), SK_ERR_USAGE);
	assert_int_equal(check("terms", "exclude", "{\"case\":\"2026-0001\","
	    "\"org\":[\"a\",\"b\"],\"reason\":\"r\"}", &e), SK_OK);
	assert_int_equal(check("terms", "exclude", "{\"case\":\"2026-0001\","
	    "\"org\":[\"a\",7],\"reason\":\"r\"}", &e), SK_ERR_USAGE);
	assert_int_equal(check("terms", "exclude", "{\"case\":\"2026-0001\","
	    "\"nobody\":true}", &e), SK_ERR_USAGE);	/* no reason */
	/* A path stays with the command. */
	assert_int_equal(check("mail", "save", "{\"n\":\"3\",\"raw\":true}",
	    &e), SK_OK);
}

static void
usage_names_everything(void **state)
{
	const struct verb *v = verb_find("terms", "vouch");
	struct sk_buf b;

	(void)state;
	sk_buf_init(&b, 8192);
	verb_usage(v, true, &b);
	assert_non_null(strstr(sk_buf_str(&b), "terms vouch CASE"));
	assert_non_null(strstr(sk_buf_str(&b), "phone|meeting|known-key"));
	assert_non_null(strstr(sk_buf_str(&b), "--reason"));
	sk_buf_clear(&b);
	verb_usage(verb_find("case", "deny"), false, &b);
	assert_non_null(strstr(sk_buf_str(&b), "deny CASE list|add|remove "));
	sk_buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_has_one_row_a_verb),
		cmocka_unit_test(nouns_are_of_one_kind),
		cmocka_unit_test(values_are_well_formed),
		cmocka_unit_test(finds_what_is_there),
		cmocka_unit_test(roles_are_apart),
		cmocka_unit_test(options_with_either_dash),
		cmocka_unit_test(values_by_kind),
		cmocka_unit_test(choices_are_whole_words),
		cmocka_unit_test(several_words),
		cmocka_unit_test(requests),
		cmocka_unit_test(usage_names_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * The template engine: sections, values that are never expanded, user text
 * that must not look like ours, and every fault that has to be found at load
 * and not at send.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sekisho/template.h>

struct state {
	struct sk_arena *arena;
	struct template_set *set;
	struct sk_buf faults, subject, text;
	struct sk_error e;
};

static int
setup(void **p)
{
	struct state *s = test_calloc(1, sizeof(*s));

	s->arena = sk_arena_new();
	sk_buf_init(&s->faults, 65536);
	sk_buf_init(&s->subject, 65536);
	sk_buf_init(&s->text, 65536);
	*p = s;
	return 0;
}

static int
teardown(void **p)
{
	struct state *s = *p;

	if (s->set)
		template_set_free(&s->set);
	sk_arena_free(&s->arena);
	sk_buf_free(&s->faults);
	sk_buf_free(&s->subject);
	sk_buf_free(&s->text);
	test_free(s);
	return 0;
}

/* Loads triples lang, id, text; the same text stands for both languages if
 * lang is "*". */
static int
load(struct state *s, const char *const (*t)[3], size_t n)
{
	struct template_source src[16];
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		const char *langs[] = { "ja", "en" };
		for (size_t j = 0; j < 2; j++) {
			if (*t[i][0] != '*' && strcmp(t[i][0], langs[j]))
				continue;
			src[k].lang = langs[j];
			src[k].id = t[i][1];
			src[k].path = sk_arena_printf(s->arena, "%s/%s.txt",
			    langs[j], t[i][1]);
			src[k++].bytes = sk_span_str(t[i][2]);
		}
	}
	if (s->set)
		template_set_free(&s->set);
	sk_buf_clear(&s->faults);
	return template_parse_all(src, k, &s->set, &s->faults, &s->e);
}

#define LOAD(s, ...) load(s, (const char *const[][3]){ __VA_ARGS__ }, \
	sizeof((const char *const[][3]){ __VA_ARGS__ }) / (3 * sizeof(char *)))

static const char *
render(struct state *s, const char *id, const struct tvalues *v)
{
	sk_buf_clear(&s->subject);
	sk_buf_clear(&s->text);
	if (template_render(s->set, "en", id, v, &s->subject, &s->text,
	    &s->e) < 0)
		return NULL;
	return sk_buf_str(&s->text);
}

static void
test_sections(void **p)
{
	struct state *s = *p;
	struct tvalues *v = tv_new(s->arena), *row;

	assert_int_equal(LOAD(s,
	    { "*", "T-01", "form: E\nsubject: [{{case_number}}]{{#ask}} q{{/ask}}\n\n"
	    "a\n{{#ask}}\nyes\n{{/ask}}\n{{^ask}}\nno\n{{/ask}}\n"
	    "{{#items}}\n{{letter}}{{#indicators}} {{value}}@{{letter}}{{/indicators}}\n"
	    "{{/items}}\n{{^items}}\nnone\n{{/items}}\n{{#phone}}\ncall {{phone}}\n"
	    "{{/phone}}\n{{> B-x}}\nend {{version}}\n" },
	    { "*", "B-x", "form: block\n\nblock {{letter}}\n" }), SK_OK);
	tv_str(v, "case_number", "2026-0001");
	tv_flag(v, "ask", true);
	tv_str(v, "letter", "Z");
	tv_int(v, "version", 3);
	row = tv_row(v, "items");
	tv_str(row, "letter", "A");
	tv_str(tv_row(row, "indicators"), "value", "one");
	tv_str(tv_row(row, "indicators"), "value", "two");
	row = tv_row(v, "items");
	tv_str(row, "letter", "B");
	tv_list(row, "indicators");
	assert_string_equal(render(s, "T-01", v),
	    "a\nyes\nA one@A two@A\nB\nblock Z\nend 3\n");
	assert_string_equal(sk_buf_str(&s->subject), "[2026-0001] q");
	tv_flag(v, "ask", false);
	tv_str(v, "phone", "03-0000-0000");
	assert_string_equal(render(s, "T-01", v),
	    "a\nno\nA one@A two@A\nB\ncall 03-0000-0000\nblock Z\nend 3\n");
	assert_string_equal(sk_buf_str(&s->subject), "[2026-0001]");
	assert_int_equal(template_form(s->set, "ja", "T-01"), TEMPLATE_E);
	assert_int_equal(template_form(s->set, "ja", "B-x"), TEMPLATE_BLOCK);
	assert_int_equal(template_form(s->set, "ja", "T-99"), TEMPLATE_E);
	assert_false(template_has(s->set, "en", "T-99"));
}

static void
test_missing(void **p)
{
	struct state *s = *p;
	struct tvalues *v = tv_new(s->arena);

	assert_int_equal(LOAD(s, { "*", "T-14", "form: E\nsubject: x\n\n"
	    "{{#label_secret}}\nsecret\n{{/label_secret}}\n{{letter}}\n"
	    "{{#items}}\n{{/items}}\n" }), SK_OK);
	/* a forgotten flag must not read as "not secret" */
	tv_str(v, "letter", "A");
	tv_list(v, "items");
	assert_null(render(s, "T-14", v));
	assert_int_equal(s->e.code, SK_ERR_BUG);
	assert_non_null(strstr(s->e.text, "label_secret"));
	assert_int_equal(s->text.len, 0);
	tv_flag(v, "label_secret", false);
	assert_string_equal(render(s, "T-14", v), "A\n");
	tv_str(v, "lettr", "A");
	assert_null(render(s, "T-14", v));
	assert_non_null(strstr(s->e.text, "lettr"));
}

static void
test_misuse(void **p)
{
	struct state *s = *p;
	struct tvalues *v;

	assert_int_equal(LOAD(s, { "*", "T-14", "form: E\nsubject: x\n\nx\n" }),
	    SK_OK);
	v = tv_new(s->arena);
	tv_flag(v, "letter", true);
	assert_null(render(s, "T-14", v));
	v = tv_new(s->arena);
	tv_str(tv_row(v, "items"), "version", "1");
	assert_null(render(s, "T-14", v));
	v = tv_new(s->arena);
	tv_choice(v, "scope_", "scope_everybody");
	assert_null(render(s, "T-14", v));
	assert_null(render(s, "T-15", tv_new(s->arena)));
	assert_non_null(render(s, "T-14", tv_new(s->arena)));
}

static void
test_choice(void **p)
{
	struct state *s = *p;
	struct tvalues *v = tv_new(s->arena);

	assert_int_equal(LOAD(s, { "*", "T-14", "form: E\nsubject: x\n\n"
	    "{{#scope_coordinator}}0{{/scope_coordinator}}"
	    "{{#scope_task_force}}B{{/scope_task_force}}"
	    "{{#scope_public}}E{{/scope_public}}\n" }), SK_OK);
	tv_choice(v, "scope_", "scope_task_force");
	assert_string_equal(render(s, "T-14", v), "B\n");
	tv_choice(v, "scope_", "scope_public");
	assert_string_equal(render(s, "T-14", v), "E\n");
	tv_choice(v, "scope_", NULL);
	assert_string_equal(render(s, "T-14", v), "\n");
}

static const char *
one_value(struct state *s, const char *name, const char *value)
{
	struct tvalues *v = tv_new(s->arena);

	tv_str(v, name, value);
	if (strcmp(name, "text") == 0)
		assert_int_equal(LOAD(s, { "*", "T-14",
		    "form: E\nsubject: x\n\n{{text}}\n" }), SK_OK);
	else if (strcmp(name, "title") == 0)
		assert_int_equal(LOAD(s, { "*", "T-14",
		    "form: E\nsubject: x\n\n{{title}}|\n" }), SK_OK);
	else
		assert_int_equal(LOAD(s, { "*", "T-14",
		    "form: E\nsubject: x\n\n{{serial}}|\n" }), SK_OK);
	return render(s, "T-14", v);
}

static void
test_no_second_expansion(void **p)
{
	struct state *s = *p;

	assert_string_equal(one_value(s, "text", "{{title}} %s {{#x}}"),
	    "{{title}} %s {{#x}}\n");
	assert_string_equal(one_value(s, "title", "{{> T-40}}"),
	    "{{> T-40}}|\n");
}

static void
test_guard_lines(void **p)
{
	static const char *const ours[] = {
		".", "From here", "from here", "-- ", "--",
		"-----BEGIN PGP MESSAGE-----", "TLP:CLEAR", "tlp: clear",
		"TLP:CLEAR", "  TLP:CLEAR", "　TLP:CLEAR", "ref: abc", "REF abc",
		"ｒｅｆ：abc", "code: abc", "=== B  I-abc ===", "> quoted",
		"[1] a note", "\u200bref: abc", "r\u200def: abc", "\u202eTLP:X"
	};
	static const char *const plain[] = {
		"Reference list", "codec", "Fromage", "a TLP:CLEAR", "--x",
		"x == y", "日本語の文です。", ""
	};
	struct state *s = *p;

	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++) {
		const char *t = one_value(s, "text", ours[i]);
		assert_non_null(t);
		if (strncmp(t, "  ", 2) != 0)
			fail_msg("\"%s\" stands as \"%s\"", ours[i], t);
		t = one_value(s, "text", sk_arena_printf(s->arena, "a\n%s",
		    ours[i]));
		assert_int_equal(strncmp(t, "a\n  ", 4), 0);
	}
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		assert_string_equal(one_value(s, "text", plain[i]),
		    *plain[i] ? sk_arena_printf(s->arena, "%s\n", plain[i]) :
		    "");
	assert_string_equal(one_value(s, "title", "TLP:CLEAR"),
	    "  TLP:CLEAR|\n");
}

static void
test_guard_boxes(void **p)
{
	struct state *s = *p;

	assert_string_equal(one_value(s, "text", "[x] 4-Y"), "  (x) 4-Y\n");
	assert_string_equal(one_value(s, "text", "[ ] 1-A"), "  ( ) 1-A\n");
	assert_string_equal(one_value(s, "text", "［　○　］ 4-Y"),
	    "  (　○　) 4-Y\n");
	assert_string_equal(one_value(s, "text", "- [レ] 2-E"), "- (レ) 2-E\n");
	assert_string_equal(one_value(s, "text", "・[x]４-Ｙ"), "・(x)４-Ｙ\n");
	assert_string_equal(one_value(s, "title", "x [X] 2-E"), "x (X) 2-E|\n");
	/* an expression in a finding stays as it is */
	assert_string_equal(one_value(s, "text", "a[x] = b[i]"),
	    "a[x] = b[i]\n");
}

static void
test_guard_controls(void **p)
{
	struct state *s = *p;

	assert_string_equal(one_value(s, "title", "a\r\nTLP:RED\tb\x1b[1m"),
	    "a  TLP:RED b [1m|\n");
	assert_string_equal(one_value(s, "title", "a\u2028b\xc2\x85" "c\u202ed"),
	    "a b cd|\n");
	assert_string_equal(one_value(s, "text", "a\r\nb\rc\x07\n\nd\te"),
	    "a\nb c \n\nd\te\n");
	assert_string_equal(one_value(s, "text", "bad \xff\xfe bytes"),
	    "bad \ufffd\ufffd bytes\n");
	/* codes are ours and never words */
	assert_null(one_value(s, "serial", "日本"));
	assert_null(one_value(s, "serial", "a\nb"));
	assert_null(one_value(s, "serial", "[x]"));
	assert_string_equal(one_value(s, "serial", "abc-1"), "abc-1|\n");
}

static void
test_block_indent(void **p)
{
	struct state *s = *p;
	struct tvalues *v = tv_new(s->arena);

	assert_int_equal(LOAD(s, { "*", "T-14",
	    "form: E\nsubject: x\n\nwords:\n    {{text}}\nend\n" }), SK_OK);
	tv_str(v, "text", "one\n\nref: two\n");
	assert_string_equal(render(s, "T-14", v),
	    "words:\n    one\n\n      ref: two\nend\n");
}

static void
expect_fault(struct state *s, const char *text, const char *where,
    const char *what)
{
	assert_int_equal(LOAD(s, { "*", "T-01", text },
	    { "*", "B-x", "form: block\n\n{{title}}\n" },
	    { "*", "T-02", "form: P\nsubject: x\n\nx\n" }), SK_ERR_CONFIG);
	assert_null(s->set);
	if (!strstr(sk_buf_str(&s->faults), where) ||
	    !strstr(sk_buf_str(&s->faults), what))
		fail_msg("faults are: %s", sk_buf_str(&s->faults));
	assert_int_equal(s->e.code, SK_ERR_CONFIG);
}

static void
test_faults(void **p)
{
	static const char *const cases[][3] = {
		{ "form: Q\nsubject: x\n\nx\n", "T-01.txt:1:", "form is" },
		{ "subject: x\n\nx\n", "T-01.txt:1:", "must be \"form" },
		{ "form: E\n\nx\n", "T-01.txt:2:", "must be \"subject" },
		{ "form: E\nsubject:\n\nx\n", "T-01.txt:2:", "empty" },
		{ "form: E\nsubject: x\nx\n", "T-01.txt:3:", "blank line" },
		{ "form: E\nsubject: x\n\n\n{{nosuch}}\n", "T-01.txt:5:",
		    "nosuch" },
		{ "form: E\nsubject: {{nosuch}}\n\nx\n", "T-01.txt:2:",
		    "nosuch" },
		{ "form: E\nsubject: x\n\n{{#ask}}\nx\n", "T-01.txt:4:",
		    "never closed" },
		{ "form: E\nsubject: x\n\nx\n{{/ask}}\n", "T-01.txt:5:",
		    "closes nothing" },
		{ "form: E\nsubject: x\n\n{{#ask}}\n{{#held}}\n{{/ask}}\n"
		    "{{/held}}\n", "T-01.txt:6:", "must agree" },
		{ "form: E\nsubject: x\n\n{{#letter}}\n{{/letter}}\n",
		    "T-01.txt:4:", "always there" },
		{ "form: E\nsubject: x\n\na {{text}}\n", "T-01.txt:4:",
		    "alone" },
		{ "form: E\nsubject: {{text}}\n\na\n", "T-01.txt:2:", "alone" },
		{ "form: E\nsubject: x\n\na {{> B-x}}\n", "T-01.txt:4:",
		    "alone" },
		{ "form: E\nsubject: x\n\n{{ask}}\n", "T-01.txt:4:",
		    "no text of its own" },
		{ "form: E\nsubject: x\n\n{{letter\n}}\n", "T-01.txt:4:",
		    "same line" },
		{ "form: E\nsubject: x\n\n{{a b}}\n", "T-01.txt:4:",
		    "one name" },
		{ "form: E\nsubject: x\n\n{{> B-y}}\n", "T-01.txt:4:",
		    "no B-y.txt" },
		{ "form: E\nsubject: x\n\n{{> T-02}}\n", "T-01.txt:4:",
		    "only a block" },
		{ "form: P\nsubject: x\n\n\n{{title}}\n", "T-01.txt:5:",
		    "can hold content" },
		{ "form: P\nsubject: {{title}}\n\nx\n", "T-01.txt:2:",
		    "can hold content" },
		{ "form: P\nsubject: x\n\n{{#label_secret}}\n"
		    "{{/label_secret}}\n", "T-01.txt:4:", "can hold content" },
		{ "form: P\nsubject: x\n\n{{> B-x}}\n", "B-x.txt:3:",
		    "can hold content" },
		{ "form: E\nsubject: x\n\n[ ] 4-Y\n［レ］ 4-N\n", "T-01.txt:",
		    "ticked box" },
		{ "form: E\r\nsubject: x\r\n\r\nx\r\n", "T-01.txt:", "UTF-8" },
		{ "form: E\nsubject: x\n\n\xff\n", "T-01.txt:", "UTF-8" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		expect_fault(*p, cases[i][0], cases[i][1], cases[i][2]);
}

static void
test_every_fault_is_said(void **p)
{
	struct state *s = *p;

	assert_int_equal(LOAD(s, { "*", "T-01", "form: E\nsubject: x\n\n"
	    "{{one}}\n{{two}}\n" }), SK_ERR_CONFIG);
	assert_non_null(strstr(sk_buf_str(&s->faults), "ja/T-01.txt:4:"));
	assert_non_null(strstr(sk_buf_str(&s->faults), "en/T-01.txt:5:"));
	assert_string_equal(s->e.where, "ja/T-01.txt:4");
}

static void
test_pairs(void **p)
{
	struct state *s = *p;
	const char *x = "form: E\nsubject: x\n\n{{letter}}\n";

	assert_int_equal(LOAD(s, { "ja", "T-01", x }), SK_ERR_CONFIG);
	assert_non_null(strstr(sk_buf_str(&s->faults), "no en text"));
	assert_int_equal(LOAD(s, { "*", "T-01", x }, { "en", "T-01", x }),
	    SK_ERR_CONFIG);
	assert_non_null(strstr(sk_buf_str(&s->faults), "twice"));
	assert_int_equal(LOAD(s, { "ja", "T-01", x },
	    { "en", "T-01", "form: E\nsubject: x\n\nx\n" }), SK_ERR_CONFIG);
	assert_non_null(strstr(sk_buf_str(&s->faults), "\"letter\""));
	assert_int_equal(LOAD(s, { "ja", "T-01", "form: E\nsubject: x\n\nx\n" },
	    { "en", "T-01", "form: P\nsubject: x\n\nx\n" }), SK_ERR_CONFIG);
	assert_non_null(strstr(sk_buf_str(&s->faults), "form differs"));
	assert_int_equal(LOAD(s, { "ja", "T-01",
	    "form: E\nsubject: x\n\n{{> B-x}}\n" },
	    { "en", "T-01", "form: E\nsubject: x\n\nx\n" },
	    { "*", "B-x", "form: block\n\nx\n" }), SK_ERR_CONFIG);
	assert_non_null(strstr(sk_buf_str(&s->faults), "taken in here"));
}

static void
test_include_circle(void **p)
{
	struct state *s = *p;

	assert_int_equal(LOAD(s, { "*", "B-x", "form: block\n\n{{> B-y}}\n" },
	    { "*", "B-y", "form: block\n\n{{> B-x}}\n" }), SK_ERR_CONFIG);
	assert_non_null(strstr(sk_buf_str(&s->faults), "circle"));
}

static void
test_text_limit(void **p)
{
	struct state *s = *p;
	struct tvalues *v = tv_new(s->arena);
	struct sk_buf small;

	assert_int_equal(LOAD(s, { "*", "T-14",
	    "form: E\nsubject: x\n\n{{text}}\n" }), SK_OK);
	tv_str(v, "text", "longer than eight");
	sk_buf_init(&small, 8);
	assert_int_equal(template_render(s->set, "en", "T-14", v, NULL, &small,
	    &s->e), SK_ERR_LIMIT);
	assert_int_equal(small.len, 0);
	sk_buf_free(&small);
}

static struct tvalues *
sample_values(struct sk_arena *a)
{
	struct tvalues *v = tv_new(a), *row;

	tv_str(v, "case_number", "2026-0001");
	tv_str(v, "received", "2026年4月1日 9時");
	tv_int(v, "version", -2);
	tv_flag(v, "ask", true);
	tv_flag(v, "no_key", false);
	tv_str(v, "text", "content");
	tv_str(tv_row(v, "items"), "title", "content");
	row = tv_row(v, "unclear");
	tv_choice(row, "q", "q1");
	tv_str(row, "codes", "1-A 1-B");
	tv_choice(tv_row(v, "unclear"), "q", "q3");
	return v;
}

static const char p_text[] = "form: P\nsubject: {{case_number}}\n\n"
	"{{received}} {{version}}{{#ask}} ask{{/ask}}{{#no_key}} no{{/no_key}}"
	"{{#unclear}} {{#q1}}1{{/q1}}{{#q2}}2{{/q2}}{{#q3}}3{{/q3}}"
	"{{#codes}}={{codes}}{{/codes}}{{/unclear}}\n";

static void
test_codec(void **p)
{
	struct state *s = *p;
	struct tvalues *v = sample_values(s->arena), *back = NULL;
	struct sk_buf b;

	sk_buf_init(&b, 4096);
	tv_encode_p(v, &b);
	/* what a P text may not hold is not written at all */
	assert_null(memmem(b.p, b.len, "content", 7));
	assert_int_equal(tv_decode(s->arena, sk_buf_span(&b), &back), SK_OK);
	assert_int_equal(LOAD(s, { "*", "T-01", p_text }), SK_OK);
	assert_string_equal(render(s, "T-01", back),
	    "2026年4月1日 9時 -2 ask 1=1-A 1-B 3\n");
	assert_string_equal(sk_buf_str(&s->subject), "2026-0001");
	sk_buf_free(&b);
}

static void
test_codec_hostile(void **p)
{
	struct state *s = *p;
	struct tvalues *back;
	struct sk_buf b;

	sk_buf_init(&b, 4096);
	tv_encode_p(sample_values(s->arena), &b);
	for (size_t n = 0; n < b.len; n++)
		assert_int_equal(tv_decode(s->arena, sk_span_of(b.p, n), &back),
		    SK_ERR_DATA);
	for (size_t i = 0; i < b.len; i++) {
		for (int bit = 0; bit < 8; bit++) {
			b.p[i] ^= (unsigned char)(1 << bit);
			(void)tv_decode(s->arena, sk_buf_span(&b), &back);
			b.p[i] ^= (unsigned char)(1 << bit);
		}
	}
	sk_buf_addc(&b, 0);
	assert_int_equal(tv_decode(s->arena, sk_buf_span(&b), &back),
	    SK_ERR_DATA);
	/* a field that no P text may hold does not come back */
	sk_buf_clear(&b);
	sk_buf_add(&b, "\1\1\5title\0\0\0\1x\0", 14);
	assert_int_equal(tv_decode(s->arena, sk_buf_span(&b), &back),
	    SK_ERR_DATA);
	sk_buf_clear(&b);
	sk_buf_add(&b, "\1\1\5phone\0\0\0\1x\0", 14);
	assert_int_equal(tv_decode(s->arena, sk_buf_span(&b), &back), SK_OK);
	sk_buf_free(&b);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_sections), T(test_missing), T(test_misuse),
		T(test_choice), T(test_no_second_expansion),
		T(test_guard_lines), T(test_guard_boxes),
		T(test_guard_controls), T(test_block_indent), T(test_faults),
		T(test_every_fault_is_said), T(test_pairs),
		T(test_include_circle), T(test_text_limit), T(test_codec),
		T(test_codec_hostile)
	};

	return cmocka_run_group_tests_name("template", tests, NULL, NULL);
}

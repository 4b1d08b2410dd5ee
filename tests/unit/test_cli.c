/* The command without its daemon: words into requests, documents onto a
 * terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/cli.h"
#include "cli/print.h"

#define MOST 32

struct parsed {
	struct cli c;
	struct cli_request r;
	struct sk_error e;
	char *argv[MOST];
	int argc, code;
};

/* "case show 2026-0001": blanks part words. */
static void
parse(struct parsed *p, const char *line)
{
	char *copy, *save = NULL, *w;

	memset(p, 0, sizeof(*p));
	p->c.arena = sk_arena_new();
	p->c.conf = "default";
	copy = sk_arena_str(p->c.arena, line);
	for (w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
		p->argv[p->argc++] = w;
	p->code = cli_parse(&p->c, p->argc, p->argv, &p->r, &p->e);
}

static void
drop(struct parsed *p)
{
	sk_json_free(&p->r.values);
	sk_arena_free(&p->c.arena);
}

static void
refused(const char *line, const char *where)
{
	struct parsed p;

	parse(&p, line);
	if (p.code != SK_ERR_USAGE)
		fail_msg("\"%s\" gave %d", line, p.code);
	assert_string_equal(p.e.where, where);
	drop(&p);
}

static const char *
value(const struct parsed *p, const char *key)
{
	return sk_json_str(p->r.values, key);
}

static void
words_and_options(void **state)
{
	struct parsed p;

	(void)state;
	parse(&p, "terms vouch 2026-0001 --how=phone --reason called");
	assert_int_equal(p.code, SK_OK);
	assert_string_equal(value(&p, "case"), "2026-0001");
	assert_string_equal(value(&p, "how"), "phone");
	assert_string_equal(value(&p, "reason"), "called");
	drop(&p);
	parse(&p, "terms vouch --reason called --how phone 2026-0001");
	assert_int_equal(p.code, SK_OK);
	assert_string_equal(value(&p, "case"), "2026-0001");
	drop(&p);
}

static void
nouns_alone(void **state)
{
	struct parsed p;

	(void)state;
	parse(&p, "why acme-sato I-abcd234");
	assert_int_equal(p.code, SK_OK);
	assert_null(p.r.verb->name);
	assert_string_equal(value(&p, "person"), "acme-sato");
	assert_string_equal(value(&p, "item"), "I-abcd234");
	drop(&p);
}

static void
optional_words_in_the_middle(void **state)
{
	struct parsed p;

	(void)state;
	parse(&p, "mail save 7 2 out.bin");
	assert_int_equal(p.code, SK_OK);
	assert_string_equal(value(&p, "n"), "7");
	assert_string_equal(value(&p, "part"), "2");
	assert_string_equal(p.r.path, "out.bin");
	assert_false(sk_json_has(p.r.values, "file"));	/* stays here */
	drop(&p);
	parse(&p, "mail save 7 --raw out.eml");
	assert_int_equal(p.code, SK_OK);
	assert_null(value(&p, "part"));
	assert_true(sk_json_bool(p.r.values, "raw", false));
	assert_string_equal(p.r.path, "out.eml");
	drop(&p);
}

static void
several_words_and_repeats(void **state)
{
	const struct sk_json *list;
	struct parsed p;

	(void)state;
	parse(&p, "terms exclude 2026-0001 a b c --reason named");
	assert_int_equal(p.code, SK_OK);
	list = sk_json_get(p.r.values, "org");
	assert_int_equal(sk_json_len(list), 3);
	assert_string_equal(sk_json_str_at(list, 2), "c");
	drop(&p);
	parse(&p, "item edit I-abcd234 --indicator ip:192.0.2.1 --indicator "
	    "domain:a.example");
	assert_int_equal(p.code, SK_OK);
	assert_int_equal(sk_json_len(sk_json_get(p.r.values, "indicator")),
	    2);
	drop(&p);
}

static void
general_options_anywhere(void **state)
{
	struct parsed p;

	(void)state;
	parse(&p, "case list --json --all -c other.conf");
	assert_int_equal(p.code, SK_OK);
	assert_true(p.c.json);
	assert_string_equal(p.c.conf, "other.conf");
	assert_true(sk_json_bool(p.r.values, "all", false));
	drop(&p);
	parse(&p, "case show --help");
	assert_true(p.c.help);
	assert_int_equal(p.code, SK_OK);	/* nothing more is wanted */
	drop(&p);
}

static void
after_two_dashes_only_words(void **state)
{
	struct parsed p;

	(void)state;
	parse(&p, "case note 2026-0001 -- --all");
	assert_int_equal(p.code, SK_OK);
	assert_string_equal(value(&p, "text"), "--all");
	drop(&p);
}

static void
files_stand_in_both(void **state)
{
	struct parsed p;

	(void)state;
	parse(&p, "roster import r.csv");
	assert_int_equal(p.code, SK_OK);
	assert_string_equal(p.r.file, "r.csv");
	assert_true(sk_json_has(p.r.values, "file"));
	drop(&p);
	parse(&p, "key import acme-sato -");
	assert_string_equal(p.r.file, "-");
	drop(&p);
}

static void
what_is_wrong_is_named(void **state)
{
	(void)state;
	refused("cases list", "cases");
	refused("case", "case");
	refused("case destroy 2026-0001", "destroy");
	refused("case show", "case");
	refused("case show 2026-1", "CASE");
	refused("case show 2026-0001 more", "more");
	refused("case show 2026-0001 --loud", "--loud");
	refused("case list --all=yes", "--all");
	refused("terms vouch 2026-0001 --reason x --how", "--how");
	refused("terms vouch 2026-0001 --reason x --how fax", "--how");
	refused("terms vouch 2026-0001 --how phone", "--reason");
	refused("item add 2026-0001 --category NONSENSE", "--category");
	refused("preview", "preview");
}

/* ---- printing ---- */

static char *
printed(const char *json, bool colour)
{
	struct cli c = { .arena = sk_arena_new(), .colour = colour };
	struct sk_json *j = NULL;
	FILE *real = stdout;
	char *text = NULL;
	size_t n = 0;

	assert_int_equal(sk_json_parse(sk_span_str(json), 65536, &j, NULL),
	    SK_OK);
	stdout = open_memstream(&text, &n);
	cli_print(&c, j);
	fclose(stdout);
	stdout = real;
	sk_json_free(&j);
	sk_arena_free(&c.arena);
	return text;
}

static void
tables_align_full_width(void **state)
{
	char *s = printed("{\"kind\":\"people\",\"people\":["
	    "{\"person\":\"a\",\"org\":\"\xe6\x97\xa5\xe6\x9c\xac\","
	    "\"roles\":[\"poc\"],\"account\":true,\"active\":true,"
	    "\"key\":\"ok\",\"address\":\"a@x.example\",\"name\":\"n\"},"
	    "{\"person\":\"bb\",\"org\":\"abcd\",\"roles\":[\"poc\"],"
	    "\"account\":false,\"active\":true,\"key\":\"ok\","
	    "\"address\":\"b@x.example\",\"name\":\"n\"}]}", false);

	(void)state;
	/* Two wide characters take the columns of four narrow ones. */
	assert_non_null(strstr(s, "a       \xe6\x97\xa5\xe6\x9c\xac  poc"));
	assert_non_null(strstr(s, "bb      abcd  poc"));
	assert_null(strchr(s, '\033'));
	free(s);
}

/* A cell too wide goes on below itself, broken at a blank, or between any two
 * characters where there is none; the others keep their columns. */
static void
narrow_tables_wrap(void **state)
{
	char *s;

	(void)state;
	setenv("COLUMNS", "66", 1);
	s = printed("{\"kind\":\"people\",\"people\":["
	    "{\"person\":\"a\",\"org\":\"b\",\"roles\":[\"poc\"],"
	    "\"account\":true,\"active\":true,\"key\":\"ok\","
	    "\"address\":\"some.body@x.example\",\"name\":\"one two three "
	    "four\"}]}", false);
	unsetenv("COLUMNS");
	for (const char *p = s, *nl; (nl = strchr(p, '\n')) != NULL;
	    p = nl + 1)
		assert_true(nl - p <= 66 && nl[-1] != ' ');
	assert_non_null(strstr(s, "some.body@"));
	assert_null(strstr(s, "some.body@x.example"));
	assert_null(strstr(s, "one two three four"));
	assert_non_null(strstr(s, "one two"));
	free(s);
}

/* A fingerprint is compared by eye: in two halves, whatever else gives way. */
static void
narrow_tables_keep_fingerprints(void **state)
{
	char *s;

	(void)state;
	setenv("COLUMNS", "80", 1);
	s = printed("{\"kind\":\"mail\",\"keys\":[{\"fingerprint\":"
	    "\"EE72D9A1630C75A54A3296B57106C8B85A5A3575\",\"state\":"
	    "\"proposed\",\"usable\":\"ok\",\"origin\":\"mail 1, "
	    "attachment, tanaka@consulter.example\",\"addresses\":"
	    "[\"tanaka@consulter.example\"],\"bytes\":null}]}", false);
	unsetenv("COLUMNS");
	assert_non_null(strstr(s, "\nEE72 D9A1 630C 75A5 4A32  "));
	assert_non_null(strstr(s, "\n96B5 7106 C8B8 5A5A 3575  "));
	free(s);
}

/* Subjects come from strangers: no escape, no bidi, no second line. */
static void
nothing_unescaped(void **state)
{
	char *s = printed("{\"kind\":\"mails\",\"mails\":[{\"number\":1,"
	    "\"from\":\"a@b.example\",\"subject\":\"x\\u001b[31mred\\u202e"
	    "\\nsecond\\u0007\"}]}", false);

	(void)state;
	assert_null(strchr(s, '\033'));
	assert_null(strchr(s, '\a'));
	assert_null(strstr(s, "\xe2\x80\xae"));
	assert_null(strstr(s, "\nsecond"));
	assert_non_null(strstr(s, "red"));
	free(s);
}

static void
texts_keep_lines_and_lose_escapes(void **state)
{
	char *s = printed("{\"kind\":\"item\",\"item\":\"I-abcd234\","
	    "\"text\":\"one\\ntwo\\u001b]0;x\\u0007\"}", false);

	(void)state;
	assert_non_null(strstr(s, "one\ntwo"));
	assert_null(strchr(s, '\033'));
	assert_null(strchr(s, '\a'));
	free(s);
}

static void
colours_only_where_wanted(void **state)
{
	static const char json[] = "{\"kind\":\"preview\",\"people\":[{"
	    "\"send\":true,\"person\":\"a\"},{\"send\":false,\"person\":"
	    "\"b\"}]}";
	char *s = printed(json, true);

	(void)state;
	assert_non_null(strstr(s, "\033[32myes"));
	assert_non_null(strstr(s, "\033[31mno"));
	free(s);
	s = printed(json, false);
	assert_null(strchr(s, '\033'));
	free(s);
}

static void
absent_fields_are_left_out(void **state)
{
	char *s = printed("{\"kind\":\"case\",\"number\":\"2026-0001\","
	    "\"originator\":{\"address\":null,\"member\":false},"
	    "\"terms\":null,\"mails\":[],\"items\":[]}", false);

	(void)state;
	assert_non_null(strstr(s, "2026-0001"));
	assert_null(strstr(s, "Originator"));
	assert_null(strstr(s, "scope"));
	free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_and_options),
		cmocka_unit_test(nouns_alone),
		cmocka_unit_test(optional_words_in_the_middle),
		cmocka_unit_test(several_words_and_repeats),
		cmocka_unit_test(general_options_anywhere),
		cmocka_unit_test(after_two_dashes_only_words),
		cmocka_unit_test(files_stand_in_both),
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test(tables_align_full_width),
		cmocka_unit_test(narrow_tables_wrap),
		cmocka_unit_test(narrow_tables_keep_fingerprints),
		cmocka_unit_test(nothing_unescaped),
		cmocka_unit_test(texts_keep_lines_and_lose_escapes),
		cmocka_unit_test(colours_only_where_wanted),
		cmocka_unit_test(absent_fields_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

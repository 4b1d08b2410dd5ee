/*
 * The real texts: every file of templates/ loads as one set, is rendered with
 * every field given and every flag on, off, and with the optional values left
 * out, and is then read as a machine can read it: nothing unexpanded, no
 * ticked box, lines that fit, and not one byte of content in a plain text.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/template.h>
#include <sekisho/text.h>

#include "template/internal.h"

#define MAX_TEXTS 400
#define MARK "CANARY"		/* stands in every value a P text may not hold */

static struct sk_arena *arena;
static struct template_source sources[MAX_TEXTS];
static size_t nsources;
static struct template_set *set;

static void
read_folder(const char *lang)
{
	const char *dir = sk_arena_printf(arena, "%s/%s", TEMPLATE_DIR, lang);
	DIR *d = opendir(dir);
	struct dirent *e;

	assert_non_null(d);
	while ((e = readdir(d))) {
		size_t n = strlen(e->d_name);
		struct template_source *s = &sources[nsources];
		struct sk_buf b;
		if (n < 5 || strcmp(e->d_name + n - 4, ".txt") != 0)
			continue;
		assert_true(nsources < MAX_TEXTS);
		sk_buf_init(&b, LIMIT_TEMPLATE_FILE);
		s->lang = lang;
		s->id = sk_arena_strn(arena, e->d_name, n - 4);
		s->path = sk_path_join(arena, dir, e->d_name);
		assert_int_equal(sk_file_read(s->path, &b, NULL), SK_OK);
		s->bytes = sk_span_of(sk_arena_dup(arena, b.p, b.len), b.len);
		sk_buf_free(&b);
		nsources++;
	}
	closedir(d);
}

static int
setup(void **p)
{
	(void)p;
	arena = sk_arena_new();
	read_folder("ja");
	read_folder("en");
	return 0;
}

static int
teardown(void **p)
{
	(void)p;
	if (set)
		template_set_free(&set);
	sk_arena_free(&arena);
	return 0;
}

static void
test_load(void **p)
{
	struct sk_buf faults;
	struct sk_error e;

	(void)p;
	sk_buf_init(&faults, 1024 * 1024);
	if (template_parse_all(sources, nsources, &set, &faults, &e) < 0)
		fail_msg("%s", sk_buf_str(&faults));
	sk_buf_free(&faults);
	assert_true(nsources > 0);
}

enum variant { ALL_ON, ALL_OFF, NO_OPTIONAL, VARIANTS };

static const char *
sample(const struct field *f)
{
	if (!f->p)
		return f->kind == FIELD_BLOCK ? MARK "\n" MARK : MARK;
	return f->kind == FIELD_CODE ? "2026-0001" : "4月1日 9:00";
}

/* Does this text ask whether the field is there? */
static bool
asks_for(const struct template_source *s, const struct field *f)
{
	const char *tag = sk_arena_printf(arena, "{{#%s}}", f->name);

	return memmem(s->bytes.p, s->bytes.len, tag, strlen(tag)) != NULL;
}

/* One value set for everything: rows are empty and see the values around. */
static struct tvalues *
all_values(const struct template_source *s, enum variant how)
{
	struct tvalues *v = tv_new(arena);
	const struct field *f;

	for (size_t i = 0; (f = field_at(i)); i++) {
		if (f->kind == FIELD_FLAG)
			tv_flag(v, f->name, how == ALL_ON);
		else if (f->kind == FIELD_NUMBER)
			tv_int(v, f->name, 1);
		else if (f->kind == FIELD_LIST && how != ALL_OFF)
			tv_row(v, f->name);
		else if (f->kind == FIELD_LIST)
			tv_list(v, f->name);
		else if (how != NO_OPTIONAL || !f->optional || !asks_for(s, f))
			tv_str(v, f->name, sample(f));
	}
	return v;
}

/* Only a form line may begin with an answer code: where a mail program does
 * not mark the quote, nothing else of ours may look like an answer. */
static bool
begins_with_code(const char *line)
{
	line += strspn(line, " -*(");
	return line[0] >= '1' && line[0] <= '4' && line[1] == '-' &&
	    strchr("0ABCDEXYN", line[2]);
}

static void
check_line(const struct template_source *s, const char *line)
{
	size_t n = strlen(line);

	if (sk_columns(line) > LIMIT_OUT_LINE)
		fail_msg("%s: too wide (%zu): %s", s->path, sk_columns(line),
		    line);
	if (n > 0 && line[n - 1] == ' ')
		fail_msg("%s: blanks at the end: %s", s->path, line);
	if (begins_with_code(line))
		fail_msg("%s: begins like an answer: %s", s->path, line);
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			fail_msg("%s: a control character: %s", s->path, line);
}

static void
check_text(const struct template_source *s, char *text)
{
	static const char *const never[] = {
		"{{", "}}", "\n\n\n\n", "[x]", "[X]", "[○]", "[✓]", "[レ]",
		"［", "NISC", "TODO"
	};

	assert_true(sk_utf8_valid(sk_span_str(text)));
	for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++)
		if (strstr(text, never[i]))
			fail_msg("%s: holds \"%s\"", s->path, never[i]);
	if (template_form(set, s->lang, s->id) == TEMPLATE_P &&
	    strstr(text, MARK))
		fail_msg("%s: content in a plain text", s->path);
	for (char *save, *l = strtok_r(text, "\n", &save); l;
	    l = strtok_r(NULL, "\n", &save))
		check_line(s, l);
}

static void
render(const struct template_source *s, const struct tvalues *v,
    struct sk_buf *subject, struct sk_buf *text)
{
	struct sk_error e;

	sk_buf_clear(subject);
	sk_buf_clear(text);
	if (template_render(set, s->lang, s->id, v, subject, text, &e) < 0)
		fail_msg("%s: %s", s->path, e.text);
}

static void
test_render_all(void **p)
{
	struct sk_buf subject, text;

	(void)p;
	sk_buf_init(&subject, 4096);
	sk_buf_init(&text, LIMIT_TEXT);
	for (size_t i = 0; i < nsources; i++) {
		for (int how = 0; how < VARIANTS; how++) {
			render(&sources[i], all_values(&sources[i],
			    (enum variant)how),
			    &subject, &text);
			check_text(&sources[i], sk_buf_str(&text));
			check_text(&sources[i], sk_buf_str(&subject));
		}
	}
	sk_buf_free(&subject);
	sk_buf_free(&text);
}

/* What proof will see: rendered again from the stored values, it is equal. */
static void
test_plain_again(void **p)
{
	struct sk_buf subject, text, subject2, text2, bytes;
	struct tvalues *v = all_values(&sources[0], ALL_ON), *back;
	size_t seen = 0;

	(void)p;
	sk_buf_init(&subject, 4096);
	sk_buf_init(&text, LIMIT_TEXT);
	sk_buf_init(&subject2, 4096);
	sk_buf_init(&text2, LIMIT_TEXT);
	sk_buf_init(&bytes, LIMIT_TEXT);
	tv_encode_p(v, &bytes);
	assert_null(memmem(bytes.p, bytes.len, MARK, strlen(MARK)));
	assert_int_equal(tv_decode(arena, sk_buf_span(&bytes), &back), SK_OK);
	for (size_t i = 0; i < nsources; i++) {
		if (template_form(set, sources[i].lang, sources[i].id) !=
		    TEMPLATE_P)
			continue;
		seen++;
		render(&sources[i], v, &subject, &text);
		render(&sources[i], back, &subject2, &text2);
		assert_string_equal(sk_buf_str(&text), sk_buf_str(&text2));
		assert_string_equal(sk_buf_str(&subject),
		    sk_buf_str(&subject2));
	}
	assert_true(seen >= 10);
	sk_buf_free(&subject);
	sk_buf_free(&text);
	sk_buf_free(&subject2);
	sk_buf_free(&text2);
	sk_buf_free(&bytes);
}

static size_t
count_lines(const char *text, const char *start)
{
	size_t n = 0, k = strlen(start);

	for (const char *l = text; l; l = strchr(l, '\n')) {
		l += *l == '\n';
		n += strncmp(l, start, k) == 0;
	}
	return n;
}

static void
expect_codes(const char *id, const char *const *codes, size_t n)
{
	struct sk_buf text;

	sk_buf_init(&text, LIMIT_TEXT);
	for (size_t i = 0; i < nsources; i++) {
		if (strcmp(sources[i].id, id) != 0)
			continue;
		render(&sources[i], all_values(&sources[i], ALL_ON), &text, &text);
		assert_int_equal(count_lines(sk_buf_str(&text), "[ ] "), n);
		assert_int_equal(count_lines(sk_buf_str(&text), "ref: "), 1);
		for (size_t j = 0; j < n; j++)
			assert_int_equal(count_lines(sk_buf_str(&text),
			    sk_arena_printf(arena, "[ ] %s ", codes[j])), 1);
	}
	sk_buf_free(&text);
}

static void
test_codes(void **p)
{
	static const char *const form[] = {
		"1-A", "1-B", "1-C", "2-0", "2-A", "2-B", "2-C", "2-D", "2-E",
		"2-X", "3-A", "3-B", "3-C", "3-D", "3-E"
	};
	static const char *const readback[] = { "4-Y", "4-N" };
	static const char *const with_form[] = { "T-01", "T-03", "T-05",
		"T-05E" };

	(void)p;
	for (size_t i = 0; i < 4; i++)
		expect_codes(with_form[i], form, 15);
	expect_codes("T-06", readback, 2);
	expect_codes("T-06E", readback, 2);
}

/* Free text stands after a final colon, where the answer parser looks. */
static void
test_free_text_codes(void **p)
{
	static const char *const codes[] = { "[ ] 1-B ", "[ ] 2-X ",
		"[ ] 3-E " };
	struct sk_buf text;

	(void)p;
	sk_buf_init(&text, LIMIT_TEXT);
	for (size_t i = 0; i < nsources; i++) {
		if (strcmp(sources[i].id, "T-03") != 0)
			continue;
		render(&sources[i], all_values(&sources[i], ALL_ON), &text, &text);
		for (size_t j = 0; j < 3; j++) {
			char *l = strstr(sk_buf_str(&text), codes[j]);
			assert_non_null(l);
			assert_int_equal(l[strcspn(l, "\n") - 1], ':');
		}
	}
	sk_buf_free(&text);
}

/* What somebody hostile would have in every value that is words: header and line
 * injection, our own marks, armour, braces, controls, and more than a line. */
#define EVIL "EVIL"
static const char evil_block[] = EVIL "\r\nref: evil\r\ncode: evil\n"
	"-----BEGIN PGP MESSAGE-----\n{{legal_secrecy}} {{> T-40}}\n"
	"[x] 4-Y\nTLP:CLEAR\n=== EVIL ===\n.\nFrom evil\n-- \n> 1-A\n"
	"\xe2\x80\xae\xe2\x81\xa6\xe2\x80\x8b" EVIL "\x1b[31m\x7f";

static const char *
evil_line(void)
{
	char *s = sk_arena_alloc(arena, 5001);

	memset(s, 'e', 5000);
	memcpy(s, evil_block, strlen(evil_block));
	return s;
}

static struct tvalues *
evil_values(void)
{
	struct tvalues *v = tv_new(arena);
	const struct field *f;

	for (size_t i = 0; (f = field_at(i)); i++) {
		if (f->kind == FIELD_FLAG)
			tv_flag(v, f->name, true);
		else if (f->kind == FIELD_NUMBER)
			tv_int(v, f->name, 1);
		else if (f->kind == FIELD_LIST)
			tv_row(v, f->name);
		else
			tv_str(v, f->name, f->kind == FIELD_CODE ? "ours-1" :
			    f->kind == FIELD_BLOCK ? evil_block : evil_line());
	}
	return v;
}

static void
check_evil_line(const struct template_source *s, const char *l)
{
	static const char *const ours[] = { "ref:", "code:", "-----BEGIN",
		"TLP", "===", "From evil", ">", "[x]" };

	if (strcmp(l, ".") == 0 || strcmp(l, "-- ") == 0)
		fail_msg("%s: ends a mail or a text: \"%s\"", s->path, l);
	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		if (strncmp(l, ours[i], strlen(ours[i])) == 0 &&
		    (strstr(l, "evil") || strstr(l, EVIL) || i == 2 ||
		    i > 5 || strcmp(l, "TLP:CLEAR") == 0))
			fail_msg("%s: taken for ours: \"%s\"", s->path, l);
	for (const char *c = l; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			fail_msg("%s: a control: \"%s\"", s->path, l);
}

/* Through every text, not only those of a digest. */
static void
test_hostile_values(void **p)
{
	static const char *const gone[] = { "\r", "\x1b", "\xe2\x80\xae",
		"\xe2\x81\xa6", "\xe2\x80\x8b", "[x]" };
	struct tvalues *v = evil_values();
	struct sk_buf subject, text;
	size_t hit = 0;

	(void)p;
	sk_buf_init(&subject, 64 * 1024);
	sk_buf_init(&text, LIMIT_TEXT);
	for (size_t i = 0; i < nsources; i++) {
		const struct template_source *s = &sources[i];
		char *save, *body;

		render(s, v, &subject, &text);
		body = sk_arena_str(arena, sk_buf_str(&text));
		hit += strstr(body, EVIL) != NULL;
		assert_null(strchr(sk_buf_str(&subject), '\n'));
		for (size_t k = 0; k < sizeof(gone) / sizeof(*gone); k++)
			if (strstr(body, gone[k]) || strstr(sk_buf_str(
			    &subject), gone[k]))
				fail_msg("%s: %zu got through", s->path, k);
		for (char *l = strtok_r(body, "\n", &save); l;
		    l = strtok_r(NULL, "\n", &save))
			check_evil_line(s, l);
	}
	assert_true(hit > 50);	/* most have words in them */
	sk_buf_free(&subject);
	sk_buf_free(&text);
}

/* The proof that a P text has no content is a fault at load: of every field
 * that is not P, put into a P text. */
static void
test_content_in_plain(void **p)
{
	const struct field *f;
	size_t tried = 0, at = 0;

	(void)p;
	for (size_t i = 0; (f = field_at(i)); i++) {
		struct template_source *s, was;
		struct template_set *none = NULL;
		struct sk_error e;
		char *more;

		if (f->p)
			continue;
		do {			/* every P text in turn */
			s = &sources[at++ % nsources];
		} while (template_form(set, s->lang, s->id) != TEMPLATE_P);
		was = *s;
		more = sk_arena_printf(arena, "%.*s\n{{%s%s}}\n%s", (int)
		    s->bytes.len, (const char *)s->bytes.p, f->kind ==
		    FIELD_FLAG || f->kind == FIELD_LIST ? "#" : "", f->name,
		    f->kind == FIELD_FLAG || f->kind == FIELD_LIST ?
		    sk_arena_printf(arena, "x\n{{/%s}}\n", f->name) : "");
		s->bytes = sk_span_str(more);
		if (template_parse_all(sources, nsources, &none, NULL, &e) ==
		    SK_OK)
			fail_msg("%s: may hold %s", s->path, f->name);
		template_set_free(&none);
		*s = was;
		tried++;
	}
	assert_true(tried > 60);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_load), cmocka_unit_test(test_render_all),
		cmocka_unit_test(test_plain_again),
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_free_text_codes),
		cmocka_unit_test(test_hostile_values),
		cmocka_unit_test(test_content_in_plain)
	};

	return cmocka_run_group_tests_name("texts", tests, setup, teardown);
}

/*
 * Finding, checking and explaining verbs. The command checks before it sends,
 * for a quick answer; the daemon checks again, since a peer may be anything.
 */
#include <sekisho/verbs.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <sekisho/arena.h>
#include <sekisho/limits.h>
#include <sekisho/text.h>

#define VALUE_BYTES_MAX (16 * 1024)	/* one value on a command line */
#define VALUES_MAX 200			/* of one name */

const struct verb *
verb_find(const char *noun, const char *name)
{
	size_t n;
	const struct verb *t = verb_table(&n);

	for (size_t i = 0; i < n; i++) {
		if (strcmp(t[i].noun, noun) != 0 || !t[i].name != !name)
			continue;
		if (!name || strcmp(t[i].name, name) == 0)
			return &t[i];
	}
	return NULL;
}

bool
verb_noun_known(const char *noun)
{
	size_t n;
	const struct verb *t = verb_table(&n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(t[i].noun, noun) == 0)
			return true;
	return false;
}

bool
verb_is_option(const struct verb_value *x)
{
	return x->name[0] == '-';
}

void
verb_key(const struct verb_value *x, char out[32])
{
	const char *s = x->name + strspn(x->name, "-");
	size_t n = 0;

	for (; *s && *s != '|' && n < 31; s++)
		out[n++] = *s == '-' ? '_' : (char)tolower((unsigned char)*s);
	out[n] = '\0';
}

static bool
same_name(const char *x, const char *y)
{
	for (; *x && *y; x++, y++)
		if (*x != *y && (*x != '-' || *y != '_'))
			return false;
	return *x == *y;
}

const struct verb_value *
verb_option(const struct verb *v, const char *name)
{
	for (const struct verb_value *x = v->values; x->name; x++)
		if (verb_is_option(x) && same_name(x->name, name))
			return x;
	return NULL;
}

/* ---- one value ---- */

bool
verb_case_number(const char *s)
{
	size_t digits = strspn(s, "0123456789"), more;

	if (digits != 4 || s[4] != '-')
		return false;
	more = strspn(s + 5, "0123456789");
	return more >= 4 && more <= 12 && s[5 + more] == '\0';
}

bool
verb_item_id(const char *s)
{
	return strncmp(s, "I-", 2) == 0 && sk_is_base32(s + 2, 7);
}

static bool
is_name(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

	return n > 0 && n <= LIMIT_ROSTER_ID && s[n] == '\0' && s[0] != '-' &&
	    s[0] != '.';
}

static bool
is_number(const char *s)
{
	size_t n = strspn(s, "0123456789");

	return n > 0 && n <= 12 && s[n] == '\0' && strtoll(s, NULL, 10) > 0;
}

static bool
is_fingerprint(const char *s)
{
	size_t digits = 0;

	for (; *s; s++) {
		if (*s == ' ' || *s == ':')
			continue;
		if (!isxdigit((unsigned char)*s))
			return false;
		digits++;
	}
	return digits == 40 || digits == 64;	/* SHA-256: certificates */
}

static bool
is_indicator(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

	return n > 0 && n <= 32 && s[n] == ':' && s[n + 1] != '\0' &&
	    strlen(s + n) <= 2048;
}

static bool
is_choice(const char *choices, const char *s)
{
	size_t n = strlen(s);

	if (n == 0 || strchr(s, '|'))
		return false;
	for (const char *at = choices; at; at = strchr(at, '|')) {
		at += *at == '|';
		if (strncmp(at, s, n) == 0 &&
		    (at[n] == '|' || at[n] == '\0'))
			return true;
	}
	return false;
}

/* TLP has "AMBER+STRICT", so "+" parts words only where the whole is none. */
static bool
are_words(enum word_list list, const char *s)
{
	struct sk_arena *a = sk_arena_new();
	char *copy = sk_arena_str(a, s), *save = NULL, *word;
	bool good = *s != '\0';
	int value;

	for (word = strtok_r(copy, ",+", &save); word && good;
	    word = strtok_r(NULL, ",+", &save))
		good = word_parse(list, word, &value);
	sk_arena_free(&a);
	return good;
}

static bool
fits(const struct verb_value *x, const char *s)
{
	int value;

	switch (x->kind) {
	case VALUE_NAME: return is_name(s);
	case VALUE_WORD: return word_parse(x->words, s, &value);
	case VALUE_WORDS: return are_words(x->words, s);
	case VALUE_CHOICE: return is_choice(x->choices, s);
	case VALUE_NUMBER: return is_number(s);
	case VALUE_CASE: return verb_case_number(s);
	case VALUE_ITEM: return verb_item_id(s);
	case VALUE_FPR: return is_fingerprint(s);
	case VALUE_INDICATOR: return is_indicator(s);
	default: return *s != '\0';
	}
}

static const char *
wanted(const struct verb_value *x)
{
	switch (x->kind) {
	case VALUE_NAME: return "an id: letters, digits and - _ .";
	case VALUE_WORD:
	case VALUE_WORDS: return word_choices(x->words);
	case VALUE_CHOICE: return x->choices;
	case VALUE_NUMBER: return "a number from 1";
	case VALUE_CASE: return "the number of a case, like 2026-0001";
	case VALUE_ITEM: return "an item, like I-abcd234";
	case VALUE_FPR: return "a fingerprint of 40 hex digits (64: SHA-256)";
	case VALUE_INDICATOR: return "TYPE:VALUE, like ip:192.0.2.1";
	default: return "something";
	}
}

int
verb_value_check(const struct verb_value *x, const char *text,
    struct sk_error *e)
{
	if (strlen(text) > VALUE_BYTES_MAX)
		return sk_fail(e, SK_ERR_LIMIT, x->name, "longer than %d "
		    "bytes: use a file", VALUE_BYTES_MAX);
	if (!sk_utf8_valid(sk_span_str(text)))
		return sk_fail(e, SK_ERR_USAGE, x->name, "this is no UTF-8: "
		    "use a UTF-8 terminal");
	if (!fits(x, text))
		return sk_fail(e, SK_ERR_USAGE, x->name, "\"%.60s\" does not "
		    "fit: give %s", text, wanted(x));
	return SK_OK;
}

/* ---- a whole request ---- */

static int
check_given(const struct verb_value *x, const struct sk_json *j,
    struct sk_error *e)
{
	int r = SK_OK;

	if (x->kind == VALUE_FLAG)
		return SK_OK;
	if (sk_json_string(j))
		return verb_value_check(x, sk_json_string(j), e);
	if (!(x->flags & VALUE_MANY) || !sk_json_is_array(j))
		return sk_fail(e, SK_ERR_USAGE, x->name, "not a text");
	if (sk_json_len(j) > VALUES_MAX)
		return sk_fail(e, SK_ERR_LIMIT, x->name, "more than %d",
		    VALUES_MAX);
	for (size_t i = 0; i < sk_json_len(j) && !r; i++) {
		const char *s = sk_json_str_at(j, i);

		r = s ? verb_value_check(x, s, e) :
		    sk_fail(e, SK_ERR_USAGE, x->name, "not a text");
	}
	return r;
}

static const struct verb_value *
value_of_key(const struct verb *v, const char *key)
{
	char own[32];

	for (const struct verb_value *x = v->values; x->name; x++) {
		verb_key(x, own);
		if (strcmp(own, key) == 0)
			return x;
	}
	return NULL;
}

static int
check_missing(const struct verb *v, const struct sk_json *values,
    struct sk_error *e)
{
	char key[32];

	for (const struct verb_value *x = v->values; x->name; x++) {
		verb_key(x, key);
		if (x->kind == VALUE_PATH)	/* the command's own matter */
			continue;
		if ((x->flags & VALUE_NEEDED) && !sk_json_has(values, key))
			return sk_fail(e, SK_ERR_USAGE, x->name, "is missing; "
			    "see `sekisho help %s`", v->noun);
	}
	return SK_OK;
}

int
verb_check(const struct verb *v, const struct sk_json *values,
    struct sk_error *e)
{
	const struct sk_json *j;
	void *cursor = NULL;
	const char *key;

	while (sk_json_next(values, &cursor, &key, &j)) {
		const struct verb_value *x = value_of_key(v, key);
		int r;

		if (!x)
			return sk_fail(e, SK_ERR_USAGE, key, "no such value "
			    "here; see `sekisho help %s`", v->noun);
		r = check_given(x, j, e);
		if (r)
			return r;
	}
	return check_missing(v, values, e);
}

/* ---- explaining ---- */

static void
usage_value(const struct verb_value *x, struct sk_buf *out)
{
	bool needed = x->flags & VALUE_NEEDED;
	/* An argument without a dash is shown by what it may be. */
	bool bare = !verb_is_option(x) && x->kind == VALUE_CHOICE;

	sk_buf_addf(out, needed ? " %s" : " [%s", bare ? x->choices : x->name);
	if (verb_is_option(x) && x->kind == VALUE_CHOICE)
		sk_buf_addf(out, " %s", x->choices);
	else if (verb_is_option(x) && x->kind != VALUE_FLAG)
		sk_buf_adds(out, " …");
	if (!needed)
		sk_buf_adds(out, "]");
	if (x->flags & VALUE_MANY)
		sk_buf_adds(out, "…");
}

#define INDENT 29		/* of what is said about an option */
#define WIDTH 79

/* "A, B, C" in lines that fit a terminal. */
static void
usage_choices(const char *s, struct sk_buf *out)
{
	size_t column = 0;

	while (*s) {
		size_t n = strcspn(s, " ");

		if (column == 0 || column + 1 + n > WIDTH) {
			sk_buf_addf(out, "\n%*s", INDENT - 1, "");
			column = INDENT - 1;
		}
		sk_buf_addc(out, ' ');
		sk_buf_add(out, s, n);
		column += 1 + n;
		s += n + strspn(s + n, " ");
	}
}

static void
usage_option(const struct verb_value *x, struct sk_buf *out)
{
	sk_buf_addf(out, "        %-20s %s", x->name, x->help);
	if (x->kind == VALUE_WORD || x->kind == VALUE_WORDS)
		usage_choices(word_choices(x->words), out);
	else if (x->kind == VALUE_CHOICE)
		usage_choices(x->choices, out);
	sk_buf_adds(out, "\n");
}

void
verb_usage(const struct verb *v, bool options, struct sk_buf *out)
{
	sk_buf_adds(out, v->noun);
	if (v->name)
		sk_buf_addf(out, " %s", v->name);
	for (const struct verb_value *x = v->values; x->name; x++)
		if (!verb_is_option(x) || !options ||
		    (x->flags & VALUE_NEEDED))
			usage_value(x, out);
	sk_buf_addf(out, "\n    %s\n", v->help);
	for (const struct verb_value *x = v->values; options && x->name; x++)
		usage_option(x, out);
}

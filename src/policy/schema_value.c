/*
 * One value of a settings file into its field. Fields are reached by offset
 * and written with memcpy, so that a table can describe any struct.
 */
#include "schema_value.h"

#include <string.h>

#include <sekisho/text.h>

static void
store(void *base, size_t at, const void *value, size_t n)
{
	memcpy((char *)base + at, value, n);
}

/* One line that a person reads, and that may stand in a mail. */
static bool
is_text(const char *s)
{
	if (!sk_utf8_valid(sk_span_str(s)))
		return false;
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	return true;
}

static const char *
put_word(const struct schema_key *k, struct sk_arena *a, const char *text,
    void *base)
{
	int value;

	if (!word_parse(k->words, text, &value))
		return sk_arena_printf(a, "\"%s\" is not known here; write "
		    "one of %s", text, word_choices(k->words));
	if (k->most && (value < k->least || value > k->most))
		return sk_arena_printf(a, "\"%s\" is not allowed here; it "
		    "may be from %s to %s", text, word_of(k->words,
		    (int)k->least), word_of(k->words, (int)k->most));
	store(base, k->at, &value, sizeof(value));
	return NULL;
}

const char *
schema_put(const struct schema_key *k, struct sk_arena *a, const char *text,
    void *base)
{
	const char *fault = NULL;

	if (!is_text(text))
		return "is not one line of UTF-8; leave control characters "
		    "out";
	if (k->type == SCHEMA_WORD)
		return put_word(k, a, text, base);
	if (k->check)
		fault = k->check(text);
	if (fault)
		return fault;
	text = sk_arena_str(a, text);
	store(base, k->at, &text, sizeof(text));
	return NULL;
}

const char *
schema_put_number(const struct schema_key *k, struct sk_arena *a, long long n,
    void *base)
{
	unsigned count = (unsigned)n;
	size_t size = (size_t)n;

	if (n < k->least || n > k->most)
		return sk_arena_printf(a, "%lld is out of range; write %s", n,
		    schema_wants(k, a));
	if (k->type == SCHEMA_COUNT)
		store(base, k->at, &count, sizeof(count));
	else
		store(base, k->at, &size, sizeof(size));
	return NULL;
}

void
schema_put_bool(const struct schema_key *k, bool on, void *base)
{
	store(base, k->at, &on, sizeof(on));
}

const char *
schema_wants(const struct schema_key *k, struct sk_arena *a)
{
	switch (k->type) {
	case SCHEMA_TEXT:
		return "a text in quotes";
	case SCHEMA_BOOL:
		return "true or false";
	case SCHEMA_COUNT:
	case SCHEMA_SIZE:
		return sk_arena_printf(a, "a whole number from %ld to %ld",
		    k->least, k->most);
	case SCHEMA_WORD:
		return sk_arena_printf(a, "one of %s, in quotes",
		    word_choices(k->words));
	case SCHEMA_TEXTS:
		return "a list of texts: ( \"...\", \"...\" )";
	case SCHEMA_GROUP:
		return "a group: { key = value; }";
	case SCHEMA_ROWS:
		return "a list of groups: ( { key = value; }, ... )";
	}
	return "something else";
}

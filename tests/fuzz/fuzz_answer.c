/*
 * Any text as an answer. Checked: no code is both ticked and unclear, words
 * stand with the codes that want them and within their bound, a yes stands
 * alone, a quote below another never ticks, new text holds nothing that the
 * text did not.
 */
#include <string.h>

#include <sekisho/answer.h>
#include <sekisho/limits.h>
#include <sekisho/text.h>

#include "mail/answer_text.h"

#include "fuzz.h"

static void
check_words(const struct answer *ans, unsigned bit, const char *words)
{
	size_t n = words == NULL ? 0 : strlen(words);

	if ((ans->ticks & bit) != 0)
		FUZZ_CHECK(n > 0);
	FUZZ_CHECK(n <= LIMIT_FREE_TEXT);
}

static void
check_token(const char *token)
{
	FUZZ_CHECK(token == NULL || (strlen(token) == 26 &&
	    sk_is_base32(token, 26)));
}

/* Two levels deeper, the same text says nothing. */
static void
check_quoted(struct sk_arena *a, const char *text)
{
	char *deep = sk_arena_alloc(a, strlen(text) * 4 + 8), *p = deep;
	struct answer ans;
	struct lines l;

	memcpy(p, ">> ", 3);
	for (p += 3; *text != '\0'; text++) {
		*p++ = *text;
		if (*text == '\n') {
			memcpy(p, ">> ", 3);
			p += 3;
		}
	}
	*p = '\0';
	text_split(a, deep, &l);
	answer_parse_lines(a, &l, &ans);
	FUZZ_CHECK(!answer_any(&ans) && ans.ref == NULL && ans.code == NULL);
	FUZZ_CHECK(*answer_new_lines(a, &l) == '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct sk_arena *a = sk_arena_new();
	struct answer ans;
	struct lines l;
	unsigned open;
	char *text = sk_utf8_clean(a, sk_span_of(p, n));

	text_split(a, text, &l);
	answer_parse_lines(a, &l, &ans);
	FUZZ_CHECK((ans.ticks & ans.unclear) == 0);
	FUZZ_CHECK((ans.ticks | ans.unclear) < 1u << ANSWER_CODES);
	check_words(&ans, ANSWER_1B, ans.parts);
	check_words(&ans, ANSWER_2X, ans.never);
	check_words(&ans, ANSWER_3E, ans.other);
	check_token(ans.ref);
	check_token(ans.ref_other);
	check_token(ans.code);
	FUZZ_CHECK(ans.ref_other == NULL || strcmp(ans.ref, ans.ref_other));
	if (ans.yes_word)
		FUZZ_CHECK(ans.unclear == 0 && (ans.ticks & ~ANSWER_4Y) == 0);
	FUZZ_CHECK(answer_complete(&ans, &open) == (open == 0));
	FUZZ_CHECK((open & ans.unclear) == ans.unclear);
	FUZZ_CHECK(strlen(answer_new_lines(a, &l)) <= strlen(text) + 1);
	/* The longest check, for one input in four. */
	if (n > 0 && (p[n - 1] & 3) == 0)
		check_quoted(a, text);
	sk_arena_free(&a);
	return 0;
}

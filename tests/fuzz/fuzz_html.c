/*
 * Any bytes as HTML. Checked: the text is UTF-8 without NUL, ends its last
 * line, and keeps to its bound.
 */
#include <string.h>

#include <sekisho/limits.h>
#include <sekisho/mail_read.h>
#include <sekisho/text.h>

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct sk_arena *a = sk_arena_new();
	char *html = sk_utf8_clean(a, sk_span_of(p, n)), *text;

	text = html_to_text(a, html);
	FUZZ_CHECK(sk_utf8_valid(sk_span_str(text)));
	FUZZ_CHECK(strlen(text) <= LIMIT_TEXT + 100);
	FUZZ_CHECK(*text == '\0' || text[strlen(text) - 1] == '\n');
	sk_arena_free(&a);
	return 0;
}

/*
 * Any bytes under any label: the result is checked UTF-8, bounded, and a
 * second decoding of it as UTF-8 changes nothing.
 *
 * Input: the label up to a line end, then the bytes.
 */
#include <stdlib.h>
#include <string.h>

#include <sekisho/arena.h>
#include <sekisho/mail_read.h>
#include <sekisho/text.h>

#include "fuzz.h"

static void
check(struct sk_arena *a, const char *text, size_t size)
{
	uint32_t doubts = 0;

	FUZZ_CHECK(sk_utf8_valid(sk_span_str(text)));
	FUZZ_CHECK(strlen(text) <= size * 5 + 64);
	if (strncmp(text, "\xef\xbb\xbf", 3) != 0)
		FUZZ_CHECK(strcmp(charset_decode(a, sk_span_str(text),
		    strchr(text, '\x1b') ? "utf-8" : NULL, &doubts, NULL),
		    text) == 0 || strchr(text, '\x1b') != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nl = size > 0 ? memchr(data, '\n', size) : NULL;
	size_t label = nl ? (size_t)(nl - data) : 0;
	struct sk_span bytes = sk_span_of(data + label, size - label);
	struct sk_arena *a = sk_arena_new();
	uint32_t doubts = 0;
	bool japanese = false;

	check(a, charset_decode(a, bytes, sk_arena_strn(a, data, label),
	    &doubts, &japanese), size);
	check(a, jis_decode(a, bytes, &doubts), size);
	check(a, encoded_decode(a, bytes, &doubts, &japanese), size);
	sk_arena_free(&a);
	return 0;
}

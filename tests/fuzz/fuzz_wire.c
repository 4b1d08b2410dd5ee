/*
 * Messages from a peer that may be taken over. Whatever decodes must encode
 * to the very same bytes: nothing is guessed, rounded or left over.
 *
 * Input: one octet that picks the message, then its fields.
 */
#include "../unit/wire_samples.c"

#include <sekisho/limits.h>

#include "fuzz.h"

/* Facts that an earlier program stored are read, and written in the new form. */
static bool
is_old_facts(const struct wire_sample *sample, const uint8_t *p, size_t n)
{
	return strcmp(sample->name, "facts") == 0 && n > 0 && p[0] == 2;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const struct wire_sample *sample;
	struct sk_arena *a;
	struct sk_buf b;

	if (n == 0)
		return 0;
	sample = &wire_samples[p[0] % wire_nsamples];
	a = sk_arena_new();
	sk_buf_init(&b, LIMIT_FACTS);
	if (sample->again(a, sk_span_of(p + 1, n - 1), &b) == SK_OK &&
	    !is_old_facts(sample, p + 1, n - 1)) {
		FUZZ_CHECK(b.len == n - 1);
		FUZZ_CHECK(memcmp(b.p, p + 1, n - 1) == 0);
	}
	sk_buf_free(&b);
	sk_arena_free(&a);
	return 0;
}

/*
 * Certificates that strangers send: whatever is accepted has an end, a serial
 * number and an issuer that are octets of the input, and addresses that are
 * addresses.
 */
#define _GNU_SOURCE
#include <stdbool.h>
#include <string.h>

#include <sekisho/key.h>
#include <sekisho/limits.h>
#include <sekisho/text.h>
#include <sekisho/x509.h>

#include "fuzz.h"

static bool
inside(struct sk_span in, struct sk_span s)
{
	return s.len > 0 && s.p >= in.p && s.p + s.len <= in.p + in.len;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct sk_arena *a = sk_arena_new();
	struct sk_span in = sk_span_of(p, n);
	struct key_facts k;

	if (x509_read(a, in, &k) == 0) {
		FUZZ_CHECK(inside(in, k.serial) && inside(in, k.issuer));
		FUZZ_CHECK(k.expires > 0 && k.nsubkeys == 1);
		FUZZ_CHECK(k.naddresses <= LIMIT_KEY_ADDRESSES);
		for (size_t i = 0; i < k.naddresses; i++)
			FUZZ_CHECK(sk_address_valid(k.addresses[i]));
		FUZZ_CHECK(strlen(k.sha256) == 64 && k.algorithm != NULL);
	}
	sk_arena_free(&a);
	return 0;
}

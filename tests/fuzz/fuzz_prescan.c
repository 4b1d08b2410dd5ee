/*
 * The prescan over anything: it says yes or no, and never the same mail both
 * ways. What it lets through the skeleton and libetpan must take: mail_read()
 * may refuse a mail for its payload only, and here there is none.
 */
#include <string.h>

#include <sekisho/arena.h>
#include <sekisho/mail_read.h>

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sk_span raw = sk_span_of(data, size);
	struct sk_arena *a = sk_arena_new();
	struct sk_error e = { 0 };
	struct facts f;
	int rc = mail_prescan(raw, &e);

	FUZZ_CHECK(rc == SK_OK || (rc == SK_ERR_LIMIT && *e.text != '\0'));
	/* One input in 32: reading costs ten times as much (fuzz_mime). */
	if (size > 0 && (data[size - 1] & 31) == 0)
		FUZZ_CHECK(mail_read(raw, 0, a, &f, NULL, &e) == rc);
	sk_arena_free(&a);
	return 0;
}

/*
 * The prescan over anything, as a mail and as a decrypted layer: it says yes or
 * no, and never the same mail both ways. What it lets through, libetpan must
 * take (standards.md B2). What the rest of the reader makes of it is fuzz_mime's.
 */
#include <config.h>

#include <string.h>

#include <sekisho/arena.h>
#include <sekisho/mail_read.h>

#include "mail/mime.h"
#include "mail/prescan.h"

#include "fuzz.h"

static int
read_twice(struct sk_span raw, unsigned layer)
{
	struct sk_arena *a = sk_arena_new();
	struct mail_scan scan = { .raw = raw };
	struct sk_error e = { 0 };
	int rc = prescan(a, raw, layer, &scan, &e);

	FUZZ_CHECK(rc == SK_OK || (rc == SK_ERR_LIMIT && *e.text != '\0'));
	if (rc == SK_OK)
		mime_confirm(a, &scan);
	sk_arena_free(&a);
	return rc;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sk_span raw = sk_span_of(data, size);
	struct sk_error e = { 0 };
	int rc = read_twice(raw, 0);

	FUZZ_CHECK(mail_prescan(raw, &e) == rc);
	read_twice(raw, 1);
	return 0;
}

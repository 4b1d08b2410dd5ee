/*
 * The fields that decide: one value through every parser of header fields,
 * each by itself, so that the fuzzer needs no whole mail around it.
 *
 * Input: the value of a field.
 */
#include <string.h>

#include <sekisho/arena.h>
#include <sekisho/limits.h>
#include <sekisho/text.h>

#include "fuzz.h"
#include "mail/header.h"
#include "mail/params.h"

static void
check_mailboxes(struct sk_arena *a, struct sk_span value)
{
	struct fact_mailbox one, many[8];
	uint32_t doubts = 0;
	int strict, n;

	strict = mailbox_list(a, value, true, &one, 1, &doubts, NULL);
	n = mailbox_list(a, value, false, many, 8, &doubts, NULL);
	FUZZ_CHECK(strict <= 1 || n > 0);
	if (strict == 1) {
		FUZZ_CHECK(sk_address_valid(one.address));
		FUZZ_CHECK(n == 1 &&
		    strcmp(one.address, many[0].address) == 0);
	}
	for (int i = 0; i < n && i < 8; i++)
		FUZZ_CHECK(sk_address_valid(many[i].address));
}

static void
check_authres(struct sk_arena *a, struct sk_span value)
{
	struct fact_authres r;

	if (!authres_parse(a, value, &r))
		return;
	FUZZ_CHECK(*r.authserv_id != '\0');
	for (size_t i = 0; i < r.nmethods; i++)
		FUZZ_CHECK(*r.methods[i].method != '\0' &&
		    *r.methods[i].result != '\0');
}

static void
check_params(struct sk_arena *a, struct sk_span value)
{
	struct mime_value v;
	struct sk_error e;
	uint32_t flags = 0, doubts = 0;
	const char *name;

	if (mime_value_parse(a, value, &v, &e) != SK_OK)
		return;
	FUZZ_CHECK(v.n <= LIMIT_MIME_PARAMS);
	name = mime_file_name(a, &v, &v, &flags, &doubts);
	FUZZ_CHECK(strlen(name) <= LIMIT_NAME);
	FUZZ_CHECK(sk_utf8_valid(sk_span_str(name)));
	mime_param(a, &v, "charset");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sk_span value = sk_span_of(data, size);
	struct sk_arena *a = sk_arena_new();
	const char *ids[4];
	size_t n = 0;

	check_mailboxes(a, value);
	check_authres(a, value);
	check_params(a, value);
	mail_date(a, value);
	message_ids(a, value, true, ids, &n, 4);
	FUZZ_CHECK(n <= 4);
	sk_arena_free(&a);
	return 0;
}

/*
 * Where a key is looked for. The hashes are GnuPG's (gpg --with-wkd-hash); the
 * first is the draft's own example.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sekishod/wkd.h"

static void
test_hash(void **state)
{
	static const struct {
		const char *local, *hash;
	} known[] = {
		{ "Joe.Doe", "iy9q119eutrkn8s1mk4r39qejnbu3n5q" },
		{ "joe.doe", "iy9q119eutrkn8s1mk4r39qejnbu3n5q" },
		{ "sato", "fhnddhf9hc8h6gotjnswwxgtqdjng976" },
		{ "o'brien+x", "9o3fb3he3hzsycu5wqmkspaipcq9srnd" },
	};
	char hash[WKD_HASH + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		wkd_hash(known[i].local, hash);
		assert_string_equal(hash, known[i].hash);
	}
}

static void
test_places(void **state)
{
	struct sk_arena *a = sk_arena_new();
	struct wkd_places p;

	(void)state;
	assert_true(wkd_places(a, "Joe.Doe@Example.ORG", &p));
	assert_string_equal(p.advanced, "https://openpgpkey.example.org"
	    "/.well-known/openpgpkey/example.org/hu/"
	    "iy9q119eutrkn8s1mk4r39qejnbu3n5q?l=Joe.Doe");
	assert_string_equal(p.direct, "https://example.org"
	    "/.well-known/openpgpkey/hu/"
	    "iy9q119eutrkn8s1mk4r39qejnbu3n5q?l=Joe.Doe");
	sk_arena_free(&a);
}

/* Nothing in a local part may end the query or begin another field of it. */
static void
test_escapes(void **state)
{
	struct sk_arena *a = sk_arena_new();
	struct wkd_places p;

	(void)state;
	assert_true(wkd_places(a, "o'brien+x@acme.example", &p));
	assert_string_equal(p.direct, "https://acme.example/.well-known/"
	    "openpgpkey/hu/9o3fb3he3hzsycu5wqmkspaipcq9srnd?l=o%27brien%2Bx");
	assert_true(wkd_places(a, "a&b#c%d/e@acme.example", &p));
	assert_non_null(strstr(p.direct, "?l=a%26b%23c%25d%2Fe"));
	sk_arena_free(&a);
}

static void
test_hosts(void **state)
{
	static const char *const none[] = { "sato", "sato@", "sato@localhost",
		"sato@127.0.0.1", "sato@127.0.0.0x1", "sato@10.1", "sato@[10.1.2.3]", "sato@.jp",
		"sato@acme..jp", "sato@acme.jp:444", "sato@acme.jp/x",
		"sato@acme.jp?x", "sato@acme.jp#", "sato@a%2e.jp", NULL };
	struct sk_arena *a = sk_arena_new();
	struct wkd_places p;

	(void)state;
	for (size_t i = 0; none[i]; i++)
		if (wkd_places(a, none[i], &p))
			fail_msg("%s: %s", none[i], p.direct);
	assert_true(wkd_places(a, "sato@例え.jp", &p));
	assert_non_null(strstr(p.advanced, "https://openpgpkey.xn--r8jz45g.jp/"
	    ".well-known/openpgpkey/xn--r8jz45g.jp/hu/"));
	sk_arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hash),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_hosts),
	};

	return cmocka_run_group_tests_name("wkd", tests, NULL, NULL);
}

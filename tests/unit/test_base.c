/*
 * The base library: what every other module leans on, so the edges matter
 * more than the middle: limits met exactly and passed by one, bytes that are
 * no UTF-8, files replaced whole or not at all.
 */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sekisho/buf.h>

static void
buf_takes_whole_or_nothing(void **state)
{
	struct sk_buf b;

	(void)state;
	sk_buf_init(&b, 5);
	sk_buf_adds(&b, "abc");
	sk_buf_adds(&b, "de");
	assert_false(b.over);
	sk_buf_addc(&b, 'f');
	assert_true(b.over);
	assert_string_equal(sk_buf_str(&b), "abcde");
	sk_buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buf_takes_whole_or_nothing),
	};

	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}

/*
 * Errors and memory: what every other module leans on, so the edges matter
 * more than the middle. Limits are met exactly and passed by one, and memory
 * given back is looked at for what should have been wiped.
 */
#include <config.h>

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <cmocka.h>

#include <sekisho/arena.h>
#include <sekisho/buf.h>
#include <sekisho/error.h>

#define SECRET "hush-hush-9f31"

static bool watching;
static int leaked, freed;

void __real_free(void *p);
void __wrap_free(void *p);

void
__wrap_free(void *p)
{
	if (watching && p != NULL) {
		freed++;
		if (memmem(p, malloc_usable_size(p), SECRET,
		    strlen(SECRET)) != NULL)
			leaked++;
	}
	__real_free(p);
}

static void
watch(void)
{
	leaked = freed = 0;
	watching = true;
}

/* --- errors --- */

static void
error_table_is_whole(void **state)
{
	int code, other;

	(void)state;
	for (code = SK_OK; code > SK_ERR_LAST; code--) {
		assert_true(strlen(sk_err_word(code)) > 0);
		assert_true(strlen(sk_err_text(code)) > 0);
		for (other = code - 1; other > SK_ERR_LAST; other--)
			assert_string_not_equal(sk_err_word(code),
			    sk_err_word(other));
		if (code == SK_OK)
			continue;
		/* I5: never a bounce for a fault of ours. */
		assert_int_equal(sk_err_smtp(code)[0], '4');
		assert_int_equal(strncmp(sk_err_smtp(code) + 3, " 4.", 3), 0);
		assert_in_range(sk_err_exit(code), EX_USAGE, EX_CONFIG);
	}
	assert_int_equal(sk_err_exit(SK_OK), 0);
	assert_int_equal(sk_err_smtp(SK_OK)[0], '2');
	assert_int_equal(sk_err_exit(SK_ERR_CONFIG), EX_CONFIG);
	assert_int_equal(sk_err_exit(SK_ERR_UNAVAILABLE), EX_UNAVAILABLE);
	assert_string_equal(sk_err_word(-999), "bug");
	assert_string_equal(sk_err_word(7), "bug");
}

static void
error_text_is_cut_between_characters(void **state)
{
	struct sk_error e;
	char kanji[3 * 200 + 1];
	size_t i, n;

	(void)state;
	for (i = 0; i < 200; i++)
		memcpy(kanji + 3 * i, "関", 3);
	kanji[sizeof(kanji) - 1] = '\0';
	assert_int_equal(sk_fail(&e, SK_ERR_DATA, kanji, "x%s", kanji),
	    SK_ERR_DATA);
	assert_int_equal(e.code, SK_ERR_DATA);
	n = strlen(e.where);
	assert_in_range(n, sizeof(e.where) - 4, sizeof(e.where) - 1);
	assert_int_equal(n % 3, 0);
	n = strlen(e.text);
	assert_in_range(n, sizeof(e.text) - 4, sizeof(e.text) - 1);
	assert_int_equal((n - 1) % 3, 0);
	assert_int_equal(sk_fail(NULL, SK_ERR_IO, NULL, "nobody"), SK_ERR_IO);
}

/* --- buffers --- */

static void
buf_takes_whole_or_nothing(void **state)
{
	struct sk_buf b;

	(void)state;
	sk_buf_init(&b, 5);
	assert_string_equal(sk_buf_str(&b), "");
	sk_buf_adds(&b, "abc");
	sk_buf_addf(&b, "%d", 45);
	assert_false(b.over);
	assert_string_equal(sk_buf_str(&b), "abc45");
	sk_buf_addc(&b, 'f');
	assert_true(b.over);
	assert_string_equal(sk_buf_str(&b), "abc45");
	sk_buf_clear(&b);
	assert_false(b.over);
	sk_buf_addf(&b, "%s", "123456");
	assert_true(b.over);
	assert_int_equal(b.len, 0);
	/* Sticky: what would fit now must not follow what is missing. */
	sk_buf_adds(&b, "x");
	assert_int_equal(b.len, 0);
	sk_buf_free(&b);
	assert_false(b.over);
	sk_buf_adds(&b, "12345");
	assert_int_equal(b.len, 5);
	sk_buf_free(&b);
}

static void
buf_grows_and_keeps(void **state)
{
	struct sk_buf b;
	size_t i;

	(void)state;
	sk_buf_init(&b, SIZE_MAX);
	for (i = 0; i < 100000; i++)
		sk_buf_addc(&b, (int)(i % 251));
	assert_int_equal(b.len, 100000);
	for (i = 0; i < b.len; i++)
		assert_int_equal(b.p[i], i % 251);
	assert_null(sk_buf_room(&b, SIZE_MAX - 10));
	assert_true(b.over);
	sk_buf_free(&b);
}

static void
buf_of_nothing(void **state)
{
	struct sk_buf none = { 0 };

	(void)state;
	assert_string_equal(sk_buf_str(&none), "");
	sk_buf_add(&none, NULL, 0);
	assert_false(none.over);
	sk_buf_addc(&none, 'x');
	assert_true(none.over);
	sk_buf_free(&none);
	assert_true(sk_span_eq(sk_span_str(NULL), sk_span_of("", 0)));
	assert_true(sk_span_is(sk_span_of("ab\0c", 2), "ab"));
	assert_false(sk_span_is(sk_span_of("ab\0c", 4), "ab"));
}

static void
buf_leaves_nothing_behind(void **state)
{
	struct sk_buf b;
	int i;

	(void)state;
	sk_buf_init(&b, 1 << 20);
	watch();
	sk_buf_adds(&b, SECRET);
	for (i = 0; i < 5000; i++)
		sk_buf_addc(&b, '.');
	assert_true(freed > 0);		/* it grew, and gave blocks back */
	sk_buf_clear(&b);
	assert_null(memmem(b.p, b.cap, SECRET, strlen(SECRET)));
	sk_buf_adds(&b, SECRET);
	sk_buf_free(&b);
	watching = false;
	assert_int_equal(leaked, 0);
}

/* --- arenas --- */

static void
arena_is_zeroed_aligned_and_apart(void **state)
{
	struct sk_arena *a = sk_arena_new();
	static const size_t sizes[] = { 1, 7, 16, 100, 4000, 5000, 70000, 3 };
	unsigned char *p[8 * 20];
	size_t i, k, n = 0;

	(void)state;
	for (i = 0; i < 8 * 20; i++, n++) {
		p[n] = sk_arena_alloc(a, sizes[i % 8]);
		assert_int_equal((uintptr_t)p[n] % _Alignof(max_align_t), 0);
		for (k = 0; k < sizes[i % 8]; k++)
			assert_int_equal(p[n][k], 0);
		memset(p[n], (int)(i + 1), sizes[i % 8]);
	}
	for (i = 0; i < n; i++)
		for (k = 0; k < sizes[i % 8]; k++)
			assert_int_equal(p[i][k], (i + 1) & 255);
	assert_non_null(sk_arena_alloc(a, 0));
	sk_arena_free(&a);
	assert_null(a);
	sk_arena_free(&a);
}

static void
arena_is_wiped(void **state)
{
	struct sk_arena *a = sk_arena_new();
	char *big;

	(void)state;
	watch();
	sk_arena_str(a, SECRET);
	big = sk_arena_alloc(a, 100000);
	memcpy(big + 90000, SECRET, strlen(SECRET));
	sk_arena_printf(a, "%d " SECRET, 3);
	sk_arena_free(&a);
	watching = false;
	assert_int_equal(freed, 3);	/* two blocks and the arena */
	assert_int_equal(leaked, 0);
}

static void
arena_lists_grow(void **state)
{
	struct sk_arena *a = sk_arena_new();
	size_t cap = 0;
	int *list = NULL;

	(void)state;
	for (int n = 0; n < 1000; n++) {
		list = sk_arena_room(a, list, (size_t)n, &cap, sizeof(*list));
		assert_true(cap > (size_t)n);
		assert_int_equal(list[n], 0);
		list[n] = n + 1;
	}
	for (int n = 0; n < 1000; n++)
		assert_int_equal(list[n], n + 1);
	assert_true(cap < 2000);
	sk_arena_free(&a);
}

static void
arena_copies(void **state)
{
	struct sk_arena *a = sk_arena_new();

	(void)state;
	assert_string_equal(sk_arena_strn(a, "abcdef", 3), "abc");
	assert_string_equal(sk_arena_strn(a, NULL, 0), "");
	assert_null(sk_arena_str(a, NULL));
	assert_memory_equal(sk_arena_dup(a, "a\0b", 3), "a\0b", 3);
	assert_string_equal(sk_arena_printf(a, "%s-%d", "x", 7), "x-7");
	sk_arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(error_table_is_whole),
		cmocka_unit_test(error_text_is_cut_between_characters),
		cmocka_unit_test(buf_takes_whole_or_nothing),
		cmocka_unit_test(buf_grows_and_keeps),
		cmocka_unit_test(buf_of_nothing),
		cmocka_unit_test(buf_leaves_nothing_behind),
		cmocka_unit_test(arena_is_zeroed_aligned_and_apart),
		cmocka_unit_test(arena_is_wiped),
		cmocka_unit_test(arena_lists_grow),
		cmocka_unit_test(arena_copies),
	};

	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}

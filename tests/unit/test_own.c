/*
 * The council's own keys: the file with their days, what each may do at a
 * moment, and which may follow.
 */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sekisho/limits.h>
#include <sekisho/own.h>

#define OLD "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define NEW "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"
#define THIRD "CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC"

static int
own_of(const char *file, struct own_keys *k)
{
	return own_keys_read(sk_span_str(file), k);
}

static void
own_file_is_read_whole_or_not(void **state)
{
	static const char two[] = OLD " - 2027-03-01T15:00:00Z\n"
	    NEW " 2027-01-01T15:00:00Z -\n";
	static const char *const bad[] = { "", "\n", "short\n",
	    OLD " -\n", OLD " - - -\n", OLD " - 2027-02-30T00:00:00Z\n",
	    /* an end without another, none where another follows, twice */
	    OLD " - 2027-03-01T15:00:00Z\n",
	    OLD " - -\n" NEW " 2027-01-01T15:00:00Z -\n",
	    OLD " - 2027-03-01T15:00:00Z\n" OLD " 2027-01-01T15:00:00Z -\n",
	    /* nobody would open mail for a time; the order is wrong */
	    OLD " - 2026-03-01T15:00:00Z\n" NEW " 2027-01-01T15:00:00Z -\n",
	    OLD " - 2027-03-01T15:00:00Z\n" NEW " - -\n",
	    OLD " 2027-01-01T15:00:00Z -\n" };
	struct own_keys k, again;
	struct sk_buf b;

	(void)state;
	assert_int_equal(own_of(OLD "\n", &k), SK_OK);	/* of before */
	assert_int_equal(k.n, 1);
	assert_int_equal(k.list[0].since + k.list[0].until, 0);
	assert_int_equal(own_of(two, &k), SK_OK);
	assert_int_equal(k.n, 2);
	sk_buf_init(&b, 1024);
	own_keys_write(&k, &b);
	assert_string_equal(sk_buf_str(&b), two);
	assert_int_equal(own_of(sk_buf_str(&b), &again), SK_OK);
	assert_true(own_keys_same(&k, &again));
	sk_buf_free(&b);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(own_of(bad[i], &k), SK_ERR_DATA);
		assert_int_equal(k.n, 0);
	}
}

/* The day of change and the last one: at their first second all is otherwise,
 * a second before nothing is. */
static void
own_states_follow_the_clock(void **state)
{
	static const struct {
		int64_t now;
		enum own_state old, new;
		int64_t next;
	} at[] = {
		{ 1, OWN_CURRENT, OWN_NEXT, 100 },
		{ 99, OWN_CURRENT, OWN_NEXT, 100 },
		{ 100, OWN_FORMER, OWN_CURRENT, 200 },
		{ 199, OWN_FORMER, OWN_CURRENT, 200 },
		{ 200, OWN_RETIRED, OWN_CURRENT, 0 },
	};
	const struct own_keys k = { { { OLD, 0, 200 }, { NEW, 100, 0 } }, 2,
	    "" };

	(void)state;
	for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++) {
		assert_int_equal(own_state(&k, 0, at[i].now), at[i].old);
		assert_int_equal(own_state(&k, 1, at[i].now), at[i].new);
		assert_int_equal(own_changes(&k, at[i].now), at[i].next);
	}
	assert_true(own_opens(&k, 0, 199) && !own_opens(&k, 0, 200));
	assert_true(own_opens(&k, 1, 1));
	assert_int_equal(own_find(&k, NEW), 1);
	assert_int_equal(own_find(&k, THIRD), 2);
}

static int
follow(struct own_keys *k, const char *fpr, int64_t since, int64_t until,
    int64_t now)
{
	struct own_keys was = *k;
	struct sk_error e = { 0 };
	int r = own_follow(k, fpr, since, until, now, &e);

	/* What is refused changes nothing, and says why. */
	assert_true(r == SK_OK || (own_keys_same(k, &was) && e.text[0]));
	return r;
}

static void
another_own_key_follows(void **state)
{
	struct own_keys k = { { { OLD, 0, 0 } }, 1, "" };

	(void)state;
	assert_int_equal(follow(&k, OLD, 100, 200, 10), SK_ERR_EXISTS);
	assert_int_equal(follow(&k, NEW, 9, 200, 10), SK_ERR_USAGE);
	assert_int_equal(follow(&k, NEW, 100, 99, 10), SK_ERR_USAGE);
	assert_int_equal(follow(&k, NEW, 100, 200, 10), SK_OK);
	assert_int_equal(k.list[0].until, 200);
	/* Another one while that is to come; its own days may change. */
	assert_int_equal(follow(&k, THIRD, 150, 250, 50), SK_ERR_EXISTS);
	assert_int_equal(follow(&k, NEW, 120, 220, 50), SK_OK);
	assert_int_equal(k.n, 2);
	assert_int_equal(k.list[0].until, 220);
	assert_int_equal(follow(&k, NEW, 130, 230, 125), SK_ERR_EXISTS);
	assert_int_equal(follow(&k, THIRD, 140, 240, 125), SK_OK);
	/* Both before it open mail at 150; the first one's end stays. */
	assert_int_equal(own_state(&k, 0, 150), OWN_FORMER);
	assert_int_equal(own_state(&k, 1, 150), OWN_FORMER);
	assert_int_equal(own_state(&k, 0, 220), OWN_RETIRED);
	assert_int_equal(own_state(&k, 1, 220), OWN_FORMER);
	assert_int_equal(follow(&k, OLD, 900, 950, 800), SK_ERR_EXISTS);
}

/* Before its day alone: the one before it goes on without an end, and another
 * may follow. What was taken back stands in the file, once. */
static void
one_that_is_to_come_is_taken_back(void **state)
{
	static const char *const bad[] = { OLD " withdrawn\n",
	    OLD " - -\n" NEW " withdrawn\n" NEW " withdrawn\n",
	    OLD " - -\n" NEW " withdraw\n", OLD " - -\nshort withdrawn\n",
	    NEW " withdrawn\n" OLD " - -\n" };
	struct own_keys k = { { { OLD, 0, 0 } }, 1, "" }, again;
	struct sk_error e = { 0 };
	struct sk_buf b;

	(void)state;
	assert_int_equal(own_withdraw(&k, 10, &e), SK_ERR_NOINPUT);
	assert_int_equal(follow(&k, NEW, 100, 200, 10), SK_OK);
	assert_int_equal(own_withdraw(&k, 100, &e), SK_ERR_NOINPUT);
	assert_int_equal(k.n, 2);
	assert_int_equal(own_withdraw(&k, 99, &e), SK_OK);
	assert_int_equal(k.n, 1);
	assert_int_equal(k.list[0].until, 0);
	assert_string_equal(k.withdrawn, NEW);
	sk_buf_init(&b, 1024);
	own_keys_write(&k, &b);
	assert_string_equal(sk_buf_str(&b), OLD " - -\n" NEW " withdrawn\n");
	assert_int_equal(own_of(sk_buf_str(&b), &again), SK_OK);
	assert_true(own_keys_same(&k, &again));
	*again.withdrawn = '\0';
	assert_false(own_keys_same(&k, &again));
	sk_buf_free(&b);
	assert_int_equal(follow(&k, THIRD, 150, 250, 50), SK_OK);
	assert_string_equal(k.withdrawn, "");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(own_of(bad[i], &k), SK_ERR_DATA);
}

static void
own_keys_have_an_end(void **state)
{
	struct own_keys k = { { { OLD, 0, 0 } }, 1, "" };
	char fpr[41];

	(void)state;
	for (int64_t i = 1; i < LIMIT_OWN_KEYS; i++) {
		snprintf(fpr, sizeof(fpr), "%040d", (int)i);
		assert_int_equal(follow(&k, fpr, i * 100, i * 100 + 50, i),
		    SK_OK);
		assert_int_equal(own_current(&k, i * 100), (size_t)i);
		k.list[k.n - 1].since = i;	/* its day has come */
		k.list[k.n - 2].until = i + 50;
	}
	assert_int_equal(follow(&k, THIRD, 9000, 9100, 8000), SK_ERR_LIMIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_file_is_read_whole_or_not),
		cmocka_unit_test(own_states_follow_the_clock),
		cmocka_unit_test(another_own_key_follows),
		cmocka_unit_test(one_that_is_to_come_is_taken_back),
		cmocka_unit_test(own_keys_have_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

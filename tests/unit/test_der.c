/*
 * The DER reader and what writes PEM: forms that X.690 forbids, lengths that
 * lie, elements that reach over their parent, streams with an end of contents
 * missing or twice. One error sticks; what was read before stays what it was.
 */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sekisho/arena.h>
#include <sekisho/der.h>
#include <sekisho/text.h>

#define DER(s) der_open(sk_span_of((s), sizeof(s) - 1))

static void
elements_are_read_in_order(void **state)
{
	struct der d = DER("\x02\x01\x05\x04\x02hi\x30\x03\x01\x01\xff"), in;
	struct sk_span s;

	(void)state;
	assert_int_equal(der_peek(&d), DER_INTEGER);
	s = der_take(&d, DER_INTEGER);
	assert_true(sk_span_eq(s, sk_span_of("\x05", 1)));
	s = der_whole(&d, DER_OCTETS);
	assert_true(sk_span_is(s, "\x04\x02hi"));
	in = der_in(&d, DER_SEQUENCE);
	assert_int_equal(der_take(&in, DER_BOOLEAN).len, 1);
	assert_true(der_at_end(&in));
	assert_true(der_at_end(&d));
	assert_int_equal(der_peek(&d), -1);
}

static void
an_error_sticks(void **state)
{
	struct der d = DER("\x02\x01\x05\x02\x01\x06"), in;

	(void)state;
	assert_int_equal(der_take(&d, DER_OCTETS).len, 0);	/* other tag */
	assert_true(d.bad);
	assert_false(der_at_end(&d));
	assert_int_equal(der_peek(&d), -1);
	assert_int_equal(der_take(&d, DER_INTEGER).len, 0);
	in = der_in(&d, DER_INTEGER);
	assert_true(in.bad);
	der_skip(&d);
	assert_true(d.bad);
}

/* Each is wrong in its first element, whoever asks for it. */
static void
forbidden_forms_are_refused(void **state)
{
	static const struct { const char *p; size_t n; } bad[] = {
		{ "", 0 }, { "\x04", 1 },
		{ "\x04\x02" "a", 3 },			/* cut */
		{ "\x04\x81\x05" "aaaaa", 8 },		/* not the shortest */
		{ "\x04\x82\x00\x80" "a", 5 },		/* a leading zero */
		{ "\x04\x80" "a\0\0", 5 },		/* primitive, endless */
		{ "\x04\x84\xff\xff\xff\xff" "a", 7 },	/* 4 GiB */
		{ "\x04\x85\x01\x00\x00\x00\x00" "a", 8 }, /* five bytes */
		{ "\x04\xff", 2 },
		{ "\x1f\x81\x01\x00", 4 },		/* a tag of two bytes */
		{ "\x00\x00", 2 },			/* end of contents */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct der d = der_open(sk_span_of(bad[i].p, bad[i].n));

		assert_int_equal(der_whole(&d, -1).len, 0);
		assert_true(d.bad);
	}
}

static void
lengths_at_their_borders(void **state)
{
	static unsigned char big[3 + 300];
	struct der d;

	(void)state;
	memcpy(big, "\x04\x82\x01", 3);
	big[3] = 0;
	/* 256 bytes after a head of four */
	d = der_open(sk_span_of(big, 4 + 256));
	assert_int_equal(der_take(&d, DER_OCTETS).len, 256);
	assert_true(der_at_end(&d));
	d = der_open(sk_span_of(big, 4 + 255));
	assert_int_equal(der_take(&d, DER_OCTETS).len, 0);
	assert_true(d.bad);
	memcpy(big, "\x04\x81\x80", 3);
	d = der_open(sk_span_of(big, 3 + 128));
	assert_int_equal(der_take(&d, DER_OCTETS).len, 128);
	memcpy(big, "\x04\x7f", 2);
	d = der_open(sk_span_of(big, 2 + 127));
	assert_int_equal(der_take(&d, DER_OCTETS).len, 127);
}

static void
a_child_stays_in_its_parent(void **state)
{
	struct der d = DER("\x30\x03\x04\x02" "a\x04\x01" "b"), in;
	struct der_frame f;

	(void)state;
	in = der_in(&d, DER_SEQUENCE);
	assert_int_equal(der_take(&in, DER_OCTETS).len, 0);
	assert_true(in.bad);
	assert_false(d.bad);		/* the caller joins it */
	d = DER("\x30\x03\x04\x02" "a\x04\x01" "b");
	der_enter(&d, DER_SEQUENCE, &f);
	der_take(&d, DER_OCTETS);
	assert_true(d.bad);
}

static void
streams_are_entered_and_left(void **state)
{
	struct der d = DER("\x30\x80\x24\x80\x04\x01" "a\x04\x01" "b\0\0\0\0");
	struct der_frame outer, inner;

	(void)state;
	der_enter(&d, DER_SEQUENCE, &outer);
	der_enter(&d, 0x24, &inner);
	assert_int_equal(der_take(&d, DER_OCTETS).len, 1);
	assert_int_equal(der_take(&d, DER_OCTETS).len, 1);
	assert_int_equal(der_peek(&d), -1);
	assert_false(der_at_end(&d));
	der_leave(&d, &inner);
	der_leave(&d, &outer);
	assert_true(der_at_end(&d));
}

static void
frames_must_be_read_whole(void **state)
{
	static const struct { const char *p; size_t n; } bad[] = {
		{ "\x30\x80\x04\x01" "a", 5 },		/* no end */
		{ "\x30\x80\x04\x01" "a\0", 6 },	/* half an end */
		{ "\x30\x80\x04\x01" "a\x04\x01" "b\0\0", 10 },
		{ "\x30\x06\x04\x01" "a\x04\x01" "b", 8 },
		{ "\x30\x05\x04\x01" "a\0\0", 7 },	/* an end too many */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct der d = der_open(sk_span_of(bad[i].p, bad[i].n));
		struct der_frame f;

		der_enter(&d, DER_SEQUENCE, &f);
		assert_int_equal(der_take(&d, DER_OCTETS).len, 1);
		der_leave(&d, &f);
		assert_true(d.bad);
		assert_false(der_at_end(&d));
	}
}

/* Only what is constructed is entered, and an endless one is no element. */
static void
kinds_are_kept_apart(void **state)
{
	struct der d = DER("\x04\x01" "a");
	struct der_frame f;

	(void)state;
	der_enter(&d, DER_OCTETS, &f);
	assert_true(d.bad);
	d = DER("\x30\x80\0\0");
	assert_int_equal(der_take(&d, DER_SEQUENCE).len, 0);
	assert_true(d.bad);
	d = DER("\x30\x80\0\0");
	der_enter(&d, DER_SET, &f);
	assert_true(d.bad);
}

static void
pem_is_what_openssl_writes(void **state)
{
	static const char text[] = "0123456789012345678901234567890123456789"
	    "0123456789";
	struct sk_arena *a = sk_arena_new();

	(void)state;
	assert_string_equal(sk_pem(a, "X", sk_span_of("M", 1)),
	    "-----BEGIN X-----\nTQ==\n-----END X-----\n");
	assert_string_equal(sk_pem(a, "X", sk_span_of("Ma", 2)),
	    "-----BEGIN X-----\nTWE=\n-----END X-----\n");
	assert_string_equal(sk_pem(a, "X", sk_span_of("Man", 3)),
	    "-----BEGIN X-----\nTWFu\n-----END X-----\n");
	assert_string_equal(sk_pem(a, "X", sk_span_of("\xff\xfe\xfd", 3)),
	    "-----BEGIN X-----\n//79\n-----END X-----\n");
	/* lines of 64; no empty one where 48 bytes fill the last */
	assert_string_equal(sk_pem(a, "CERTIFICATE", sk_span_of(text, 48)),
	    "-----BEGIN CERTIFICATE-----\n"
	    "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3"
	    "\n-----END CERTIFICATE-----\n");
	assert_string_equal(sk_pem(a, "CERTIFICATE", sk_span_of(text, 50)),
	    "-----BEGIN CERTIFICATE-----\n"
	    "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3"
	    "\nODk=\n-----END CERTIFICATE-----\n");
	sk_arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements_are_read_in_order),
		cmocka_unit_test(an_error_sticks),
		cmocka_unit_test(forbidden_forms_are_refused),
		cmocka_unit_test(lengths_at_their_borders),
		cmocka_unit_test(a_child_stays_in_its_parent),
		cmocka_unit_test(streams_are_entered_and_left),
		cmocka_unit_test(frames_must_be_read_whole),
		cmocka_unit_test(kinds_are_kept_apart),
		cmocka_unit_test(pem_is_what_openssl_writes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

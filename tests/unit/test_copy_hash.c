/*
 * The copy hash is the same whether a mail is hashed whole, as the composer
 * does, or in the pieces a milter gets.
 */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <sekisho/hash.h>
#include <sekisho/limits.h>

#include "mail_out_sample.h"

/* A milter gives fields with LF folds and the body in pieces. */
static void
test_copy_hash(void **state)
{
	struct compose_head h = sample_head();
	struct sk_buf mail, *out = &mail;
	unsigned char whole[32], raw[32], pieces[32];
	struct copy_hasher *ch = copy_hash_new();
	const char *s, *end, *colon;
	char field[4096] = "";
	size_t n;

	(void)state;
	sk_buf_init(out, LIMIT_OUT_MESSAGE);
	assert_int_equal(compose_encrypted(&h, sk_span_str("cipher\n"),
	    BOUNDARY26, out, NULL), 0);
	copy_hash(sk_buf_span(out), whole);
	sk_hash_of(sk_buf_span(out), raw);
	assert_memory_equal(whole, raw, 32);
	for (s = sk_buf_str(out); *s != '\r'; s = end + 2) {
		end = strstr(s, "\r\n");
		n = strlen(field);
		snprintf(field + n, sizeof(field) - n, "%.*s", (int)(end - s),
		    s);
		if (end[2] == ' ') {
			snprintf(field + strlen(field), 2, "\n");
			continue;
		}
		colon = strchr(field, ':');
		copy_hash_field(ch, sk_span_of(field, (size_t)(colon - field)),
		    sk_span_str(colon + 1));
		*field = '\0';
	}
	s += 2;
	copy_hash_body(ch, s, 10);
	copy_hash_body(ch, s + 10, strlen(s) - 10);
	copy_hash_done(&ch, pieces);
	assert_null(ch);
	assert_memory_equal(whole, pieces, 32);
	out->p[out->len - 3] ^= 1;
	copy_hash(sk_buf_span(out), raw);
	assert_memory_not_equal(whole, raw, 32);
	sk_buf_free(out);
}

static void
test_copy_hash_total(void **state)
{
	static const char *const odd[] = { "", "\r\n", "a", "a:", "a: b\r\n",
	    "a: b\r\n c", "a\r\nb: c\r\n\r\nd", "\n\n", " a: b", ":" };
	unsigned char h[32];
	struct copy_hasher *ch = copy_hash_new();

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		copy_hash(sk_span_str(odd[i]), h);
	copy_hash_field(ch, sk_span_str("a"), sk_span_str(" b"));
	copy_hash_done(&ch, NULL);
	assert_null(ch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_copy_hash),
		cmocka_unit_test(test_copy_hash_total),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * The vault must never give out a byte that was not checked, whatever was cut,
 * moved, repeated or flipped.
 */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/vault.h>

#define CHUNK LIMIT_SEAL_CHUNK

static const unsigned char key[VAULT_KEY] = { 7, 7, 7 };

static unsigned char *
plain_bytes(size_t n)
{
	unsigned char *p = malloc(n + 1);

	for (size_t i = 0; i < n; i++)
		p[i] = (unsigned char)(i * 31 + i / 251);
	return p;
}

static void
seal_in_slices(const unsigned char *p, size_t n, size_t slice,
    struct sk_buf *out)
{
	struct vault_sealer *v = vault_sealer_new(key, out);

	for (size_t at = 0; at < n; at += slice)
		vault_sealer_push(v, p + at, n - at < slice ? n - at : slice,
		    out);
	vault_sealer_end(&v, out);
	assert_null(v);
}

/* Sizes at the borders of chunks, slices that do and do not divide them. */
static void
stream_comes_back_whole(void **state)
{
	static const size_t sizes[] = { 0, 1, CHUNK - 1, CHUNK, CHUNK + 1,
		2 * CHUNK, 3 * CHUNK + 5 };
	static const size_t slices[] = { 1000, CHUNK, CHUNK + 1, 5 * CHUNK };
	struct sk_buf sealed, back;

	(void)state;
	sk_buf_init(&sealed, 1 << 20);
	sk_buf_init(&back, 1 << 20);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		unsigned char *p = plain_bytes(sizes[i]);

		for (size_t j = 0; j < 5; j++) {
			sk_buf_clear(&sealed);
			if (j < 4)
				seal_in_slices(p, sizes[i], slices[j], &sealed);
			else
				vault_seal(key, sk_span_of(p, sizes[i]),
				    &sealed);
			assert_int_equal(sealed.len,
			    vault_sealed_size(sizes[i]));
			assert_int_equal(vault_open(key,
			    sk_buf_span(&sealed), &back), 0);
			assert_true(sk_span_eq(sk_buf_span(&back),
			    sk_span_of(p, sizes[i])));
		}
		free(p);
	}
	sk_buf_free(&sealed);
	sk_buf_free(&back);
}

/* Both ways of opening, and nothing left behind by either. */
static void
assert_refused(struct sk_span sealed)
{
	int in = sk_memfd_of("in", sealed), out = sk_memfd("out");
	struct sk_buf back;
	size_t size;

	sk_buf_init(&back, 1 << 20);
	assert_int_equal(vault_open(key, sealed, &back), SK_ERR_CRYPTO);
	assert_int_equal(back.len, 0);
	assert_int_equal(vault_open_fd(key, in, 0, sealed.len, out),
	    SK_ERR_CRYPTO);
	assert_int_equal(sk_fd_size(out, &size), 0);
	assert_int_equal(size, 0);
	sk_buf_free(&back);
	close(in);
	close(out);
}

static void
damage_is_refused(void **state)
{
	unsigned char *p = plain_bytes(2 * CHUNK + 100);
	struct sk_buf s;

	(void)state;
	sk_buf_init(&s, 1 << 20);
	vault_seal(key, sk_span_of(p, 2 * CHUNK + 100), &s);
	/* a flip in the header, in each chunk, in the last byte */
	for (size_t at = 3; at < s.len; at += CHUNK / 2) {
		s.p[at] ^= 1;
		assert_refused(sk_buf_span(&s));
		s.p[at] ^= 1;
	}
	/* an end cut off: at the chunk's border, inside it, and all */
	assert_refused(sk_span_of(s.p, 24 + 2 * (CHUNK + 17)));
	assert_refused(sk_span_of(s.p, s.len - 1));
	assert_refused(sk_span_of(s.p, 24 + 10));
	assert_refused(sk_span_of(s.p, 24));
	assert_refused(sk_span_of(s.p, 0));
	/* something after the end */
	sk_buf_adds(&s, "more");
	assert_refused(sk_buf_span(&s));
	sk_buf_free(&s);
	free(p);
}

static void
chunks_keep_their_order(void **state)
{
	unsigned char *p = plain_bytes(2 * CHUNK + 100), *a, *b;
	struct sk_buf s;

	(void)state;
	sk_buf_init(&s, 1 << 20);
	vault_seal(key, sk_span_of(p, 2 * CHUNK + 100), &s);
	a = s.p + 24;
	b = a + CHUNK + 17;
	for (size_t i = 0; i < CHUNK + 17; i++) {
		unsigned char c = a[i];

		a[i] = b[i];
		b[i] = c;
	}
	assert_refused(sk_buf_span(&s));
	sk_buf_free(&s);
	free(p);
}

/* A body inside a larger file, and places that lie outside of it. */
static void
opens_a_part_of_a_file(void **state)
{
	struct sk_buf s, back;
	size_t body;
	int in, out = sk_memfd("out");

	(void)state;
	sk_buf_init(&s, 1000);
	sk_buf_init(&back, 1000);
	sk_buf_adds(&s, "before");
	vault_seal(key, sk_span_str("secret"), &s);
	body = s.len - 6;
	sk_buf_adds(&s, "after");
	in = sk_memfd_of("in", sk_buf_span(&s));
	assert_int_equal(vault_open_fd(key, in, 6, body, out), 0);
	assert_int_equal(sk_fd_slurp(out, &back), 0);
	assert_true(sk_span_is(sk_buf_span(&back), "secret"));
	assert_int_equal(vault_open_fd(key, in, 6, body + 6, out),
	    SK_ERR_DATA);
	assert_int_equal(vault_open_fd(key, in, s.len + 1, 0, out),
	    SK_ERR_DATA);
	assert_int_equal(vault_open_fd(key, in, 6, SIZE_MAX - 2, out),
	    SK_ERR_DATA);
	sk_buf_free(&s);
	sk_buf_free(&back);
	close(in);
	close(out);
}

static void
full_output_is_an_error(void **state)
{
	struct sk_buf s, small;

	(void)state;
	sk_buf_init(&s, 100);
	sk_buf_init(&small, 5);
	vault_seal(key, sk_span_str("secret"), &s);
	assert_int_equal(vault_open(key, sk_buf_span(&s), &small),
	    SK_ERR_LIMIT);
	assert_int_equal(small.len, 0);
	vault_seal(key, sk_span_str("secret"), &small);
	assert_true(small.over);
	sk_buf_free(&s);
	sk_buf_free(&small);
}

static void
wraps_open_with_their_key_only(void **state)
{
	unsigned char pk[VAULT_KEY], sk[VAULT_KEY], pk2[VAULT_KEY],
	    sk2[VAULT_KEY], wrap[VAULT_WRAP], out[VAULT_KEY];
	static const unsigned char zero[VAULT_KEY];

	(void)state;
	vault_keypair(pk, sk);
	vault_keypair(pk2, sk2);
	vault_public(out, sk);
	assert_memory_equal(out, pk, VAULT_KEY);
	vault_wrap(pk, key, wrap);
	assert_int_equal(vault_unwrap(sk, wrap, out), 0);
	assert_memory_equal(out, key, VAULT_KEY);
	assert_int_equal(vault_unwrap(sk2, wrap, out), SK_ERR_CRYPTO);
	assert_memory_equal(out, zero, VAULT_KEY);
	wrap[40] ^= 1;
	assert_int_equal(vault_unwrap(sk, wrap, out), SK_ERR_CRYPTO);
}

static void
wraps_of_one_turn_differ_and_open_alone(void **state)
{
	unsigned char pk[VAULT_KEY], sk[VAULT_KEY], pk2[VAULT_KEY],
	    sk2[VAULT_KEY], out[VAULT_KEY], wraps[4][VAULT_WRAP];
	struct vault_wrapper *w;

	(void)state;
	vault_keypair(pk, sk);
	vault_keypair(pk2, sk2);
	w = vault_wrapper_new(pk);
	vault_wrapper_wrap(w, NULL, key, wraps[0]);
	vault_wrapper_wrap(w, NULL, key, wraps[1]);
	vault_wrapper_wrap(w, pk2, key, wraps[2]);
	vault_wrapper_turn(w);
	vault_wrapper_wrap(w, NULL, key, wraps[3]);
	vault_wrapper_free(&w);
	assert_null(w);
	/* one sender in a turn, another in the next; no nonce twice */
	assert_memory_equal(wraps[0], wraps[1], VAULT_KEY);
	assert_memory_not_equal(wraps[0], wraps[3], VAULT_KEY);
	assert_memory_not_equal(wraps[0] + VAULT_KEY, wraps[1] + VAULT_KEY,
	    24);
	for (int i = 0; i < 4; i++) {
		const unsigned char *mine = i == 2 ? sk2 : sk,
		    *other = i == 2 ? sk : sk2;

		assert_int_equal(vault_unwrap(other, wraps[i], out),
		    SK_ERR_CRYPTO);
		assert_int_equal(vault_unwrap(mine, wraps[i], out), 0);
		assert_memory_equal(out, key, VAULT_KEY);
	}
}

static void
boxes_stay_in_their_column(void **state)
{
	static const unsigned char other[VAULT_KEY] = { 1 };
	struct sk_buf a, b, out;

	(void)state;
	sk_buf_init(&a, 200);
	sk_buf_init(&b, 200);
	sk_buf_init(&out, 200);
	box_seal(key, "person.address", sk_span_str("a@b.example"), &a);
	box_seal(key, "person.address", sk_span_str("a@b.example"), &b);
	/* equal values must not look equal */
	assert_false(sk_span_eq(sk_buf_span(&a), sk_buf_span(&b)));
	assert_int_equal(box_open(key, "person.address", sk_buf_span(&a),
	    &out), 0);
	assert_true(sk_span_is(sk_buf_span(&out), "a@b.example"));
	assert_int_equal(box_open(key, "person.name", sk_buf_span(&a), &out),
	    SK_ERR_CRYPTO);
	assert_int_equal(out.len, 0);
	assert_int_equal(box_open(other, "person.address", sk_buf_span(&a),
	    &out), SK_ERR_CRYPTO);
	for (size_t i = 0; i < a.len; i++) {
		a.p[i] ^= 0x10;
		assert_int_equal(box_open(key, "person.address",
		    sk_buf_span(&a), &out), SK_ERR_CRYPTO);
		a.p[i] ^= 0x10;
	}
	for (size_t n = 0; n < a.len; n++)
		assert_int_equal(box_open(key, "person.address",
		    sk_span_of(a.p, n), &out), SK_ERR_CRYPTO);
	sk_buf_free(&a);
	sk_buf_free(&b);
	sk_buf_free(&out);
}

static void
write_text(const char *path, const char *text)
{
	assert_int_equal(sk_file_write(path, sk_span_str(text), 0600, NULL),
	    0);
}

static void
key_files_are_made_once(void **state)
{
	unsigned char one[VAULT_KEY], two[VAULT_KEY], pk[VAULT_KEY];
	char dir[] = "/tmp/sekisho-vault-XXXXXX", path[64], pub[80];
	struct sk_error e = { 0 };
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/key", dir);
	snprintf(pub, sizeof(pub), "%s.pub", path);
	assert_int_equal(vault_key_create(path, false, &e), 0);
	assert_int_not_equal(stat(pub, &st), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(st.st_size, 65);
	assert_int_equal(vault_key_read(path, one, &e), 0);
	/* a second run keeps it and adds what is missing */
	assert_int_equal(vault_key_create(path, true, &e), 0);
	assert_int_equal(vault_key_read(path, two, &e), 0);
	assert_memory_equal(one, two, VAULT_KEY);
	assert_int_equal(vault_key_read(pub, two, &e), 0);
	vault_public(pk, one);
	assert_memory_equal(pk, two, VAULT_KEY);
	/* a damaged one is neither used nor replaced */
	write_text(path, "no key\n");
	assert_int_equal(vault_key_read(path, one, &e), SK_ERR_DATA);
	assert_int_equal(vault_key_create(path, true, &e), SK_ERR_DATA);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 7);
	write_text(path, "00112233445566778899aabbccddeeff"
	    "00112233445566778899aabbccddeeff00\n");
	assert_int_equal(vault_key_read(path, one, &e), SK_ERR_DATA);
	unlink(path);
	unlink(pub);
	assert_int_equal(vault_key_read(path, one, &e), SK_ERR_NOINPUT);
	rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stream_comes_back_whole),
		cmocka_unit_test(damage_is_refused),
		cmocka_unit_test(chunks_keep_their_order),
		cmocka_unit_test(opens_a_part_of_a_file),
		cmocka_unit_test(full_output_is_an_error),
		cmocka_unit_test(wraps_open_with_their_key_only),
		cmocka_unit_test(wraps_of_one_turn_differ_and_open_alone),
		cmocka_unit_test(boxes_stay_in_their_column),
		cmocka_unit_test(key_files_are_made_once),
	};

	if (vault_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}

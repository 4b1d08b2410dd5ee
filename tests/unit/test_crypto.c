/*
 * The vault and the key rules. The vault must never give out a byte that was
 * not checked, whatever was cut, moved, repeated or flipped; the rules must
 * never let a dead key be pinned, and say which kind of dead it is.
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
#include <sekisho/key.h>
#include <sekisho/limits.h>
#include <sekisho/own.h>
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

/* --- key rules --- */

#define NOW 1000000

static struct key_subkey subs[3];
static const char *const addresses[] = { "Sato@ACME.example" };

static struct key_facts
good_key(void)
{
	subs[0] = (struct key_subkey){ "1111111111111111", 0, false, NULL };
	subs[1] = (struct key_subkey){ "2222222222222222", 0, true, NULL };
	return (struct key_facts){
		.fpr = "0123456789ABCDEF0123456789ABCDEF01234567",
		.created = 10, .primaries = 1, .subkeys = subs, .nsubkeys = 2,
		.addresses = addresses, .naddresses = 1,
	};
}

static void
assert_word(const struct key_facts *k, const char *word)
{
	struct sk_error e = { 0 };
	bool mismatch;

	assert_string_equal(key_unusable(k, NOW), word);
	assert_int_equal(key_importable(k, NOW, NULL, &mismatch, &e),
	    word[0] == '\0' ? 0 : SK_ERR_CRYPTO);
}

/* RSA, DSA and ElGamal by their length, curves by their name; an end of the weak
 * one is an end of it; what an older program did not look at is believed. */
static void
weak_keys_are_named(void **state)
{
	static const struct { const char *primary, *sub, *word; } t[] = {
		{ "rsa2048", "rsa2048", "" }, { "ed25519", "cv25519", "" },
		{ "ed25519", "rsa1024", "key-weak" },
		{ "rsa4096", "elg1024", "key-weak" },
		{ "rsa4096", "elg2047", "key-weak" },
		{ "rsa4096", "elg2048", "" }, { "dsa2048", "elg3072", "" },
		{ "dsa1024", "elg2048", "key-weak" },
		{ "rsa1536", "cv25519", "key-weak" },
		{ "nistp256", "brainpoolP256r1", "" }, { NULL, NULL, "" },
	};
	struct key_facts k;

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		k = good_key();
		k.algorithm = t[i].primary;
		subs[1].algorithm = t[i].sub;
		assert_word(&k, t[i].word);
	}
	k = good_key();
	subs[1].algorithm = "rsa1024";
	subs[2] = (struct key_subkey){ "3333333333333333", 0, true,
		"cv25519" };
	k.nsubkeys = 3;
	assert_word(&k, "key-weak");	/* gpg might choose it */
	subs[1].expires = NOW;
	assert_word(&k, "");
	assert_string_equal(key_encryption(&k, NOW), "cv25519");
	assert_string_equal(key_encryption(&k, NOW - 1), "cv25519");
	subs[2].can_encrypt = false;
	assert_string_equal(key_encryption(&k, NOW - 1), "rsa1024");
	assert_null(key_encryption(&k, NOW));
	/* an operator's word is above all that the key says */
	k = good_key();
	k.stopped = true;
	assert_word(&k, "key-stopped");
}

static void
dead_keys_are_named(void **state)
{
	struct key_facts k = good_key();

	(void)state;
	assert_word(&k, "");
	k.expires = NOW;
	assert_word(&k, "key-expired");
	k.expires = NOW + 1;
	assert_word(&k, "");
	k.revoked = true;
	assert_word(&k, "key-revoked");
	k = good_key();
	subs[1].expires = NOW - 5;
	assert_word(&k, "key-expired");
	k = good_key();
	subs[1].can_encrypt = false;
	assert_word(&k, "key-no-encryption");
	k = good_key();
	k.nsubkeys = 0;
	assert_word(&k, "key-no-encryption");
	/* one expired encryption subkey does not hide a good one (L29) */
	k = good_key();
	k.nsubkeys = 3;
	subs[1].expires = NOW - 5;
	subs[2] = (struct key_subkey){ "3333333333333333", NOW + 9, true, NULL };
	assert_word(&k, "");
}

static void
blocks_hold_one_public_key(void **state)
{
	struct key_facts k = good_key();
	struct sk_error e = { 0 };
	bool mismatch = false;

	(void)state;
	k.secret = true;
	assert_int_equal(key_importable(&k, NOW, NULL, &mismatch, &e),
	    SK_ERR_REFUSED);
	k = good_key();
	k.primaries = 2;
	assert_int_equal(key_importable(&k, NOW, NULL, &mismatch, &e),
	    SK_ERR_DATA);
	k.primaries = 0;
	assert_int_equal(key_importable(&k, NOW, NULL, &mismatch, &e),
	    SK_ERR_DATA);
	k = good_key();
	k.fpr[39] = '\0';
	assert_int_equal(key_importable(&k, NOW, NULL, &mismatch, &e),
	    SK_ERR_DATA);
	k = good_key();
	assert_int_equal(key_importable(&k, NOW, "sato@acme.example",
	    &mismatch, &e), 0);
	assert_false(mismatch);
	assert_int_equal(key_importable(&k, NOW, "suzuki@acme.example",
	    &mismatch, &e), 0);
	assert_true(mismatch);
}

static void
encryption_ends_with_the_last_subkey(void **state)
{
	struct key_facts k = good_key();

	(void)state;
	assert_int_equal(key_encrypts_until(&k), 0);
	k.expires = 500;
	assert_int_equal(key_encrypts_until(&k), 500);
	subs[1].expires = 400;
	assert_int_equal(key_encrypts_until(&k), 400);
	k.expires = 0;
	assert_int_equal(key_encrypts_until(&k), 400);
	k.nsubkeys = 3;
	subs[2] = (struct key_subkey){ "3333333333333333", 450, true, NULL };
	assert_int_equal(key_encrypts_until(&k), 450);
	subs[2].expires = 0;
	assert_int_equal(key_encrypts_until(&k), 0);
	/* never having been able to is not "for ever" (L29) */
	subs[1].can_encrypt = subs[2].can_encrypt = false;
	assert_int_equal(key_encrypts_until(&k), 10);
}

static void
what_is_new_in_a_key(void **state)
{
	struct key_facts old = good_key(), new = good_key();
	struct key_subkey other[2];

	(void)state;
	assert_int_equal(key_changed(&old, &new), KEY_SAME);
	new.block = sk_span_of("another order", 13);
	assert_int_equal(key_changed(&old, &new), KEY_SAME);
	new.expires = NOW + 9;
	assert_int_equal(key_changed(&old, &new), KEY_NEWER);
	new = good_key();
	memcpy(other, subs, sizeof(other));
	new.subkeys = other;
	assert_int_equal(key_changed(&old, &new), KEY_SAME);
	other[1].can_encrypt = false;
	assert_int_equal(key_changed(&old, &new), KEY_NEWER);
	new.nsubkeys = 1;
	assert_int_equal(key_changed(&old, &new), KEY_NEWER);
	new = good_key();
	new.naddresses = 0;
	assert_int_equal(key_changed(&old, &new), KEY_NEWER);
	new.revoked = true;
	assert_int_equal(key_changed(&old, &new), KEY_REVOKED);
	assert_int_equal(key_changed(&new, &new), KEY_SAME);
	/* revoked stays revoked, whatever comes later */
	old.revoked = true;
	assert_int_equal(key_changed(&old, &new), KEY_SAME);
	new.fpr[0] = 'F';
	assert_int_equal(key_changed(&old, &new), KEY_OTHER);
	/* a certificate is its octets */
	old = new = good_key();
	old.scheme = KEY_SMIME;
	assert_int_equal(key_changed(&old, &new), KEY_OTHER);
	new.scheme = KEY_SMIME;
	old.block = sk_span_of("a", 1);
	new.block = sk_span_of("b", 1);
	assert_int_equal(key_changed(&old, &new), KEY_OTHER);
	new.block = sk_span_of("a", 1);
	assert_int_equal(key_changed(&old, &new), KEY_SAME);
}

/* T-43: 60, 30 and 7 days before, and at the end; each begins at its moment. */
static void
an_end_has_stages(void **state)
{
	const int64_t day = 86400, ends = 1000 * day;
	int64_t next = 1;

	(void)state;
	assert_int_equal(key_stage(0, ends, &next), KEY_FAR);
	assert_int_equal(next, 0);
	assert_int_equal(key_stage(ends, 940 * day - 1, &next), KEY_FAR);
	assert_int_equal(next, 940 * day);
	assert_int_equal(key_stage(ends, next, &next), KEY_60_DAYS);
	assert_int_equal(next, 970 * day);
	assert_int_equal(key_stage(ends, next - 1, &next), KEY_60_DAYS);
	assert_int_equal(key_stage(ends, next, &next), KEY_30_DAYS);
	assert_int_equal(key_stage(ends, next, &next), KEY_7_DAYS);
	assert_int_equal(next, ends);
	assert_int_equal(key_stage(ends, ends - 1, &next), KEY_7_DAYS);
	assert_int_equal(key_stage(ends, ends, &next), KEY_ENDED);
	assert_int_equal(next, 0);
	/* a clock that jumped over all of it */
	assert_int_equal(key_stage(ends, INT64_MAX, &next), KEY_ENDED);
}

static void
fingerprints_are_forty_digits(void **state)
{
	(void)state;
	assert_true(key_fingerprint_valid(
	    "0123456789abcdefABCDEF0123456789abcdef01"));
	assert_false(key_fingerprint_valid(
	    "0123456789abcdefABCDEF0123456789abcdef0"));
	assert_false(key_fingerprint_valid(
	    "0123456789abcdefABCDEF0123456789abcdef012"));
	assert_false(key_fingerprint_valid(
	    "0123456789abcdefABCDEF0123456789abcdef0!"));
	assert_false(key_fingerprint_valid("a@b.example"));
	assert_false(key_fingerprint_valid(""));
	assert_false(key_fingerprint_valid(NULL));
}

/* --- the council's own keys --- */

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
	const struct own_keys k = { { { OLD, 0, 200 }, { NEW, 100, 0 } }, 2 };

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
	struct own_keys k = { { { OLD, 0, 0 } }, 1 };

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

static void
own_keys_have_an_end(void **state)
{
	struct own_keys k = { { { OLD, 0, 0 } }, 1 };
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
		cmocka_unit_test(stream_comes_back_whole),
		cmocka_unit_test(damage_is_refused),
		cmocka_unit_test(chunks_keep_their_order),
		cmocka_unit_test(opens_a_part_of_a_file),
		cmocka_unit_test(full_output_is_an_error),
		cmocka_unit_test(wraps_open_with_their_key_only),
		cmocka_unit_test(wraps_of_one_turn_differ_and_open_alone),
		cmocka_unit_test(boxes_stay_in_their_column),
		cmocka_unit_test(key_files_are_made_once),
		cmocka_unit_test(dead_keys_are_named),
		cmocka_unit_test(weak_keys_are_named),
		cmocka_unit_test(blocks_hold_one_public_key),
		cmocka_unit_test(encryption_ends_with_the_last_subkey),
		cmocka_unit_test(what_is_new_in_a_key),
		cmocka_unit_test(an_end_has_stages),
		cmocka_unit_test(fingerprints_are_forty_digits),
		cmocka_unit_test(own_file_is_read_whole_or_not),
		cmocka_unit_test(own_states_follow_the_clock),
		cmocka_unit_test(another_own_key_follows),
		cmocka_unit_test(own_keys_have_an_end),
	};

	if (vault_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}

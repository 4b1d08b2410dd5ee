/*
 * What GnuPG never gets to see of a key that was sent: numbers and parts that no
 * honest key has and that would occupy a keyd for minutes.
 */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sekisho/cms.h>
#include <sekisho/hash.h>
#include <sekisho/limits.h>
#include <sekisho/pgp.h>

enum { SIGNATURE = 2, SECRET = 5, PRIMARY = 6, COMPRESSED = 8, USER_ID = 13,
	SUBKEY = 14 };
enum { RSA = 1, ELGAMAL = 16, DSA = 17, EDDSA = 22 };

/* ---- OpenPGP ---- */

static void
add_packet(struct sk_buf *b, unsigned tag, struct sk_span body)
{
	sk_buf_addc(b, (int)(0xc0 | tag));
	sk_buf_addc(b, 255);
	for (int shift = 24; shift >= 0; shift -= 8)
		sk_buf_addc(b, (int)(body.len >> shift & 255));
	sk_buf_add(b, body.p, body.len);
}

/* Of so many bits, all of them set. */
static void
add_number(struct sk_buf *b, unsigned bits)
{
	sk_buf_addc(b, (int)(bits >> 8));
	sk_buf_addc(b, (int)(bits & 255));
	for (unsigned i = 0; i < (bits + 7) / 8; i++)
		sk_buf_addc(b, i == 0 && bits % 8 ? (1 << bits % 8) - 1 : 255);
}

static void
add_key(struct sk_buf *b, unsigned tag, int version, int algorithm,
    const unsigned *bits, size_t n)
{
	struct sk_buf body;

	sk_buf_init(&body, LIMIT_KEY_BYTES);
	sk_buf_addc(&body, version);
	sk_buf_add(&body, "time", 4);
	sk_buf_addc(&body, algorithm);
	if (version > 4)
		sk_buf_add(&body, "size", 4);
	for (size_t i = 0; i < n; i++)
		add_number(&body, bits[i]);
	add_packet(b, tag, sk_buf_span(&body));
	sk_buf_free(&body);
}
#define ADD_KEY(b, tag, version, algorithm, ...) add_key(b, tag, version, \
	algorithm, (const unsigned[]){ __VA_ARGS__ }, \
	sizeof((const unsigned[]){ __VA_ARGS__ }) / sizeof(unsigned))

static void
add_many(struct sk_buf *b, unsigned tag, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (tag == SUBKEY)
			ADD_KEY(b, tag, 4, EDDSA, 8);
		else
			add_packet(b, tag, sk_span_str("a <a@b.example>"));
}

static int
shape_of(struct sk_buf *b)
{
	struct sk_buf packets;
	const char *why;
	int ret;

	sk_buf_init(&packets, LIMIT_KEY_BYTES);
	ret = pgp_key_shape(sk_buf_span(b), &packets, &why);
	assert_true(ret == 0 ? why == NULL : why != NULL);
	if (ret == 0)
		assert_true(sk_span_eq(sk_buf_span(&packets),
		    sk_buf_span(b)));
	sk_buf_free(&packets);
	sk_buf_free(b);
	sk_buf_init(b, LIMIT_KEY_BYTES);
	return ret;
}

static void
numbers_of_keys_have_an_end(void **state)
{
	static const struct { int version, algorithm; unsigned n, bits[4]; }
	    t[] = {
		/* each at its limit, then each number beyond it */
		{ 4, RSA, 2, { LIMIT_KEY_BITS, LIMIT_KEY_EXPONENT } },
		{ 4, RSA, 2, { LIMIT_KEY_BITS + 1, 17 } },
		{ 4, RSA, 2, { 4096, LIMIT_KEY_EXPONENT + 1 } },
		{ 4, RSA, 2, { 16384, 16364 } },
		{ 6, RSA, 2, { 4096, 17 } },
		{ 6, RSA, 2, { 4096, 4095 } },
		{ 4, DSA, 4, { LIMIT_DSA_BITS, LIMIT_DSA_ORDER, 4096, 4096 } },
		{ 4, DSA, 4, { LIMIT_DSA_BITS + 1, 256, 1, 1 } },
		{ 4, DSA, 4, { 3072, LIMIT_DSA_ORDER + 1, 1, 1 } },
		{ 4, DSA, 4, { 3072, 256, LIMIT_DSA_BITS + 1, 1 } },
		{ 4, DSA, 4, { 3072, 256, 1, LIMIT_DSA_BITS + 1 } },
		{ 4, ELGAMAL, 3, { LIMIT_KEY_BITS, 3, LIMIT_KEY_BITS } },
		{ 4, ELGAMAL, 3, { LIMIT_KEY_BITS + 1, 3, 3 } },
	};
	static const int want[] = { 0, 1, 1, 1, 0, 1, 0, 1, 1, 1, 1, 0, 1 };
	static const unsigned tags[] = { PRIMARY, SUBKEY, SECRET };
	struct sk_buf b;

	(void)state;
	sk_buf_init(&b, LIMIT_KEY_BYTES);
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++)
		for (size_t j = 0; j < 3; j++) {
			ADD_KEY(&b, PRIMARY, 4, EDDSA, 8);
			add_key(&b, tags[j], t[i].version, t[i].algorithm,
			    t[i].bits, t[i].n);
			assert_int_equal(shape_of(&b), want[i] ? SK_ERR_LIMIT :
			    0);
		}
	sk_buf_free(&b);
}

static void
parts_of_keys_are_counted(void **state)
{
	static const struct { unsigned tag; size_t most; } t[] = {
		{ SIGNATURE, LIMIT_KEY_SIGNATURES },
		{ USER_ID, LIMIT_KEY_ADDRESSES },
		{ SUBKEY, LIMIT_KEY_SUBKEYS },
	};
	struct sk_buf b;

	(void)state;
	sk_buf_init(&b, LIMIT_KEY_BYTES);
	for (size_t i = 0; i < 3; i++)
		for (size_t more = 0; more < 2; more++) {
			ADD_KEY(&b, PRIMARY, 4, EDDSA, 8);
			add_many(&b, t[i].tag, t[i].most + more);
			assert_int_equal(shape_of(&b), more ? SK_ERR_LIMIT :
			    0);
		}
	/* of each key, but signatures of the whole file */
	for (size_t i = 0; i < 3; i++) {
		for (size_t j = 0; j < 2; j++) {
			ADD_KEY(&b, PRIMARY, 4, EDDSA, 8);
			add_many(&b, t[i].tag, t[i].most);
		}
		assert_int_equal(shape_of(&b), i == 0 ? SK_ERR_LIMIT : 0);
	}
	sk_buf_free(&b);
}

/* gpg would look into what is compressed; a packet that is cut, or goes on in
 * pieces, is none of a key. */
static void
only_keys_are_in_it(void **state)
{
	static const char *const bad[] = { "", "no key", "\xc6", "\xc6\x05",
		"\xc6\xe1xx", "\x9bx", "\x98\x01\x03",
		"\x98\x06\x03timeR", "\xcd\x01x\x01", "\xc6\xff\x01\x02",
		"\xcd\x01x" };
	struct sk_buf b;

	(void)state;
	sk_buf_init(&b, LIMIT_KEY_BYTES);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		sk_buf_adds(&b, bad[i]);
		assert_int_equal(shape_of(&b), SK_ERR_DATA);
	}
	ADD_KEY(&b, PRIMARY, 4, EDDSA, 8);
	add_packet(&b, COMPRESSED, sk_span_of("\0", 1));
	assert_int_equal(shape_of(&b), SK_ERR_DATA);
	ADD_KEY(&b, PRIMARY, 3, RSA, 2048, 17);
	assert_int_equal(shape_of(&b), SK_ERR_DATA);
	ADD_KEY(&b, PRIMARY, 4, RSA, 2048);	/* no exponent */
	assert_int_equal(shape_of(&b), SK_ERR_DATA);
	sk_buf_free(&b);
}

/* Two armours, in Japanese words, and what gpg would skip in them. */
static void
armour_is_taken_off(void **state)
{
	struct sk_buf key, text, packets;
	const char *why;
	char base64[256];

	(void)state;
	sk_buf_init(&key, LIMIT_KEY_BYTES);
	sk_buf_init(&text, LIMIT_KEY_BYTES);
	sk_buf_init(&packets, LIMIT_KEY_BYTES);
	ADD_KEY(&key, PRIMARY, 4, EDDSA, 8);
	sk_base64(base64, sk_buf_span(&key));
	for (int i = 0; i < 2; i++)
		sk_buf_addf(&text, "公開鍵です\r\n-----BEGIN PGP PUBLIC KEY "
		    "BLOCK-----\r\nComment: x\r\n\r\n%.5s\r\n %s\r\n=AAAA\r\n"
		    "-----END PGP PUBLIC KEY BLOCK-----\r\n", base64,
		    base64 + 5);
	assert_int_equal(pgp_key_shape(sk_buf_span(&text), &packets, &why), 0);
	assert_int_equal(packets.len, 2 * key.len);
	assert_memory_equal(packets.p, key.p, key.len);
	assert_memory_equal(packets.p + key.len, key.p, key.len);
	sk_buf_free(&packets);
	sk_buf_free(&text);
	sk_buf_free(&key);
}

/* ---- certificates ---- */

#define RSA_OID "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
#define DSA_OID "\x06\x07\x2a\x86\x48\xce\x38\x04\x01"
#define EC_OID "\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
#define ED_OID "\x06\x03\x2b\x65\x70"
#define P256 "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"
#define SIGNED_OID "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"

/* Wraps what stands from `at` to the end. */
static void
wrap(struct sk_buf *b, size_t at, int tag)
{
	size_t n = b->len - at, head = n < 128 ? 2 : 4;
	unsigned char *p;

	assert_true(n < 65536 && (n < 128 || n > 255));
	p = sk_buf_room(b, head);
	assert_non_null(p);
	memmove(b->p + at + head, b->p + at, n);
	b->p[at] = (unsigned char)tag;
	b->p[at + 1] = head == 2 ? (unsigned char)n : 0x82;
	if (head == 4) {
		b->p[at + 2] = (unsigned char)(n >> 8);
		b->p[at + 3] = (unsigned char)n;
	}
	b->len += head;
}

static void
integer(struct sk_buf *b, size_t octets)
{
	size_t at = b->len;

	for (size_t i = 0; i < octets; i++)
		sk_buf_addc(b, 0x7f);
	wrap(b, at, 0x02);
}

/* A certificate as far as it is read: the key, and what stands before it. */
static void
certificate(struct sk_buf *b, const char *oid, const char *parameters,
    size_t n, size_t e)
{
	size_t at = b->len, info, bits;

	sk_buf_add(b, "\xa0\x03\x02\x01\x02" "\x02\x01\x07", 8);
	for (int i = 0; i < 4; i++)
		sk_buf_add(b, "\x30\x00", 2);
	info = b->len;
	sk_buf_adds(b, oid);
	sk_buf_adds(b, parameters);
	wrap(b, info, 0x30);
	bits = b->len;
	integer(b, n);
	integer(b, e);
	wrap(b, bits, 0x30);
	sk_buf_addc(b, 0);
	memmove(b->p + bits + 1, b->p + bits, b->len - bits - 1);
	b->p[bits] = 0;
	wrap(b, bits, 0x03);
	wrap(b, info, 0x30);
	wrap(b, at, 0x30);
	wrap(b, at, 0x30);
}

static void
keys_of_certificates_fit(void **state)
{
	static const struct { const char *oid, *more; size_t n, e; bool fits; }
	    t[] = {
		{ RSA_OID, "", LIMIT_KEY_BITS / 8, 3, true },
		{ RSA_OID, "", LIMIT_KEY_BITS / 8 + 2, 3, false },
		{ RSA_OID, "", 512, LIMIT_KEY_EXPONENT / 8, true },
		{ RSA_OID, "", 512, LIMIT_KEY_EXPONENT / 8 + 2, false },
		{ RSA_OID, "", 2048, 2045, false },
		{ EC_OID, P256, 300, 3, true },
		{ EC_OID, "\x30\x01", 300, 3, false },	/* a curve of its own */
		{ ED_OID, "", 300, 3, true },
		{ DSA_OID, "", 300, 3, false },
	};
	struct sk_buf b;

	(void)state;
	sk_buf_init(&b, LIMIT_KEY_BYTES);
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		certificate(&b, t[i].oid, t[i].more, t[i].n, t[i].e);
		if ((cms_shape_fault(sk_buf_span(&b)) == NULL) != t[i].fits)
			fail_msg("row %zu", i);
		assert_int_equal(cms_file_fault(sk_buf_span(&b)) == NULL,
		    t[i].fits);
		sk_buf_clear(&b);
	}
	sk_buf_free(&b);
}

/* SignedData with n certificates, the last with such an exponent, its content
 * in pieces of indefinite length, and so many signers. */
static void
signature(struct sk_buf *b, size_t n, size_t e, size_t signers)
{
	size_t at;

	sk_buf_add(b, "\x30\x80" SIGNED_OID "\xa0\x80\x30\x80\x02\x01\x01"
	    "\x31\x00", 22);
	sk_buf_add(b, "\x30\x80\xa0\x80\x24\x80\x04\x01x\x04\x01y\0\0\0\0"
	    "\0\0", 18);
	at = b->len;
	for (size_t i = 1; i <= n; i++)
		certificate(b, RSA_OID, "", 300, i < n ? 3 : e);
	if (n > 0)
		wrap(b, at, 0xa0);
	at = b->len;
	for (size_t i = 0; i < signers; i++)
		sk_buf_add(b, "\x30\x03\x02\x01\x01", 5);
	wrap(b, at, 0x31);
	sk_buf_add(b, "\0\0\0\0\0\0", 6);
}

static void
certificates_beside_a_signature_fit(void **state)
{
	static const struct { size_t n, e, signers; bool fits; } t[] = {
		{ 0, 0, 1, true }, { 3, 3, 2, true }, { 3, 300, 1, false },
		{ 1, 300, 1, false }, { CMS_CERTIFICATES, 3, 1, true },
		{ CMS_CERTIFICATES + 1, 3, 1, false },
		{ 1, 3, 60, false }, { 1, 3, 20, true },
	};
	struct sk_buf b;

	(void)state;
	sk_buf_init(&b, LIMIT_KEY_BYTES);
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		signature(&b, t[i].n, t[i].e, t[i].signers);
		if ((cms_shape_fault(sk_buf_span(&b)) == NULL) != t[i].fits)
			fail_msg("row %zu: %s", i, cms_shape_fault(
			    sk_buf_span(&b)));
		sk_buf_clear(&b);
	}
	/* cut anywhere, it is none */
	signature(&b, 3, 3, 2);
	for (size_t n = 0; n + 6 < b.len; n++)
		assert_non_null(cms_shape_fault(sk_span_of(b.p, n)));
	sk_buf_free(&b);
}

static void
certificates_in_text_fit(void **state)
{
	static const size_t e[] = { 3, 300 };
	struct sk_buf b, text;
	char base64[2048];

	(void)state;
	sk_buf_init(&b, LIMIT_KEY_BYTES);
	sk_buf_init(&text, LIMIT_KEY_BYTES);
	for (size_t i = 0; i < 2; i++) {
		certificate(&b, RSA_OID, "", 300, e[i]);
		sk_base64(base64, sk_buf_span(&b));
		sk_buf_addf(&text, "of\n-----BEGIN CERTIFICATE-----\n%s\n"
		    "-----END CERTIFICATE-----\n", base64);
		/* the second one, whatever stands before it */
		assert_int_equal(cms_file_fault(sk_buf_span(&text)) == NULL,
		    i == 0);
		sk_buf_clear(&b);
	}
	assert_non_null(cms_file_fault(sk_span_str("no certificate")));
	assert_non_null(cms_file_fault(sk_span_str("-----BEGIN X-----\nAAAA")));
	assert_non_null(cms_file_fault(sk_span_str("-----BEGIN X-----\nAAAA\n"
	    "-----END X-----\n")));
	sk_buf_free(&text);
	sk_buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_of_keys_have_an_end),
		cmocka_unit_test(parts_of_keys_are_counted),
		cmocka_unit_test(only_keys_are_in_it),
		cmocka_unit_test(armour_is_taken_off),
		cmocka_unit_test(keys_of_certificates_fit),
		cmocka_unit_test(certificates_beside_a_signature_fit),
		cmocka_unit_test(certificates_in_text_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * What makes a key usable: the rules must never let a dead key be pinned, and
 * say which kind of dead it is.
 */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sekisho/key.h>

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

/* A certificate says what it is for; of an OpenPGP key without a subkey that
 * encrypts the owner only forgot it. Each role has its own end. */
static void
roles_are_of_certificates(void **state)
{
	static const struct { uint32_t usage; enum key_role role; } t[] = {
		{ KEY_MAY_SIGN | KEY_MAY_ENCRYPT, KEY_SEALS_AND_SIGNS },
		{ KEY_MAY_SIGN, KEY_SIGNS },
		{ KEY_MAY_SIGN | KEY_MAY_AGREE, KEY_SIGNS },
		{ KEY_MAY_ENCRYPT, KEY_SEALS }, { 0, KEY_SEALS },
	};
	struct key_facts k = good_key();

	(void)state;
	k.nsubkeys = 0;
	assert_int_equal(key_role(&k), KEY_SEALS_AND_SIGNS);
	assert_string_equal(key_fault(&k, NOW), "key-no-encryption");
	k = good_key();
	k.scheme = KEY_SMIME;
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		k.usage = t[i].usage;
		assert_int_equal(key_role(&k), t[i].role);
	}
	assert_string_equal(key_role_word(KEY_SEALS_AND_SIGNS),
	    "seals-and-signs");
	assert_string_equal(key_role_word(KEY_SEALS), "seals");
	assert_string_equal(key_role_word(KEY_SIGNS), "signs");
	k.usage = KEY_MAY_SIGN;
	k.expires = NOW + 1;
	subs[1].can_encrypt = false;
	assert_string_equal(key_unusable(&k, NOW), "key-no-encryption");
	assert_string_equal(key_fault(&k, NOW), "");
	assert_string_equal(key_fault(&k, NOW + 1), "key-expired");
	assert_int_equal(key_serves_until(&k), NOW + 1);
	k.stopped = true;
	assert_string_equal(key_fault(&k, NOW), "key-stopped");
	k = good_key();
	k.expires = 500;
	assert_int_equal(key_serves_until(&k), key_encrypts_until(&k));
}

/* To sign with alone a curve will do: gpgsm checks it. One that says it
 * encrypts as well would be sealed to in vain. */
static void
curves_may_only_sign(void **state)
{
	struct key_facts k = good_key();
	struct sk_error e = { 0 };

	(void)state;
	k.scheme = KEY_SMIME;
	k.usage = KEY_MAY_SIGN | KEY_MAY_MAIL;
	k.algorithm = "nistp256";
	assert_int_equal(key_importable(&k, NOW, NULL, NULL, &e), 0);
	k.usage |= KEY_MAY_AGREE;
	assert_int_equal(key_importable(&k, NOW, NULL, NULL, &e),
	    SK_ERR_CRYPTO);
	k.usage = KEY_MAY_SIGN | KEY_MAY_ENCRYPT | KEY_MAY_MAIL;
	assert_int_equal(key_importable(&k, NOW, NULL, NULL, &e),
	    SK_ERR_CRYPTO);
	k.usage = KEY_MAY_SIGN | KEY_MAY_MAIL;
	k.algorithm = "unknown";
	assert_int_equal(key_importable(&k, NOW, NULL, NULL, &e),
	    SK_ERR_CRYPTO);
	k.algorithm = "rsa1024";
	k.bits = 1024;
	assert_int_equal(key_importable(&k, NOW, NULL, NULL, &e),
	    SK_ERR_CRYPTO);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dead_keys_are_named),
		cmocka_unit_test(weak_keys_are_named),
		cmocka_unit_test(blocks_hold_one_public_key),
		cmocka_unit_test(encryption_ends_with_the_last_subkey),
		cmocka_unit_test(what_is_new_in_a_key),
		cmocka_unit_test(roles_are_of_certificates),
		cmocka_unit_test(curves_may_only_sign),
		cmocka_unit_test(an_end_has_stages),
		cmocka_unit_test(fingerprints_are_forty_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

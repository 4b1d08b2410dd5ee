/*
 * The verdict of an envelope from its layers: nobody is named for what he did
 * not sign (standards.md B1, L14, L17).
 */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sekisho/verdict.h>

#define ALICE "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define MALLORY "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"

static const struct verdict sealed = { .encrypted = true, .integrity = true };
static const struct verdict by_alice = { .signature = SIGNATURE_GOOD,
	.signer = ALICE, .whose = SIGNER_PERSON, .owner = "alice" };
static const struct verdict by_mallory = { .signature = SIGNATURE_GOOD,
	.signer = MALLORY, .whose = SIGNER_OTHER, .owner = "mallory" };
static const struct verdict broken = { .signature = SIGNATURE_BAD };

static void
sealed_and_signed_in_one_is_the_senders_word(void **state)
{
	struct verdict v = { 0 }, one = by_alice;

	(void)state;
	one.encrypted = one.integrity = true;
	verdict_join(&v, FORM_PGP_ENCRYPTED, false, &one);
	assert_int_equal(v.outer_form, FORM_PGP_ENCRYPTED);
	assert_true(v.encrypted && v.integrity);
	assert_int_equal(v.coverage, COVERS_WHOLE);
	assert_true(verdict_signer_is_from(&v));
	assert_string_equal(v.owner, "alice");
}

static void
signed_inside_is_the_senders_word(void **state)
{
	struct verdict v = { 0 };

	(void)state;
	verdict_join(&v, FORM_PGP_ENCRYPTED, false, &sealed);
	assert_int_equal(v.coverage, COVERS_NOTHING);
	verdict_join(&v, FORM_PGP_SIGNED, false, &by_alice);
	assert_int_equal(v.outer_form, FORM_PGP_ENCRYPTED);
	assert_int_equal(v.coverage, COVERS_WHOLE);
	assert_true(verdict_signer_is_from(&v));
}

/* Whoever signs a ciphertext need not have read it: Mallory may have taken it
 * from Alice's mail (EFAIL's wrap and reply). */
static void
signed_ciphertext_is_nobodys_word(void **state)
{
	struct verdict v = { 0 };

	(void)state;
	verdict_join(&v, FORM_PGP_SIGNED, false, &by_alice);
	verdict_join(&v, FORM_PGP_ENCRYPTED, false, &sealed);
	assert_int_equal(v.coverage, COVERS_PART);
	assert_false(verdict_signer_is_from(&v));
	/* signed once more inside by the same key: her word again */
	verdict_join(&v, FORM_PGP_SIGNED, false, &by_alice);
	assert_int_equal(v.coverage, COVERS_WHOLE);
	assert_true(verdict_signer_is_from(&v));
}

static void
words_beside_it_leave_a_part(void **state)
{
	struct verdict v = { 0 }, one = by_alice;

	(void)state;
	one.encrypted = one.integrity = true;
	verdict_join(&v, FORM_PGP_INLINE_ENCRYPTED, true, &one);
	assert_int_equal(v.coverage, COVERS_PART);
	assert_false(verdict_signer_is_from(&v));
	/* and no layer inside makes it whole again */
	verdict_join(&v, FORM_PGP_SIGNED, false, &by_alice);
	assert_int_equal(v.coverage, COVERS_PART);
	v = (struct verdict){ 0 };
	verdict_join(&v, FORM_PGP_INLINE_ENCRYPTED, false, &one);
	assert_int_equal(v.coverage, COVERS_WHOLE);
	v = (struct verdict){ 0 };
	verdict_join(&v, FORM_PGP_INLINE_SIGNED, false, &by_alice);
	assert_int_equal(v.coverage, COVERS_PART);
}

/* Two by one key: the one made first says how old it is. */
static void
the_oldest_signature_dates_it(void **state)
{
	struct verdict v = { 0 }, old = by_alice, new = by_alice;

	(void)state;
	old.signed_at = 1000;
	new.signed_at = 2000;
	verdict_join(&v, FORM_PGP_SIGNED, false, &new);
	assert_int_equal(v.signed_at, 2000);
	verdict_join(&v, FORM_PGP_SIGNED, false, &old);
	assert_int_equal(v.signed_at, 1000);
	verdict_join(&v, FORM_PGP_SIGNED, false, &new);
	assert_int_equal(v.signed_at, 1000);
	old.again = true;
	verdict_join(&v, FORM_PGP_ENCRYPTED, false, &old);
	assert_true(v.again);
}

/* Every signature is looked at; the order does not matter. */
static void
one_bad_signature_spoils_all(void **state)
{
	const struct verdict *const orders[][2] = {
		{ &by_alice, &broken }, { &broken, &by_alice } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct verdict v = { 0 };

		verdict_join(&v, FORM_PGP_SIGNED, false, orders[i][0]);
		verdict_join(&v, FORM_PGP_SIGNED, false, orders[i][1]);
		assert_int_equal(v.signature, SIGNATURE_BAD);
		assert_false(verdict_signer_is_from(&v));
		assert_string_equal(v.signer, "");
		assert_string_equal(v.owner, "");
	}
}

static void
two_signers_are_nobody(void **state)
{
	struct verdict v = { 0 };

	(void)state;
	verdict_join(&v, FORM_PGP_SIGNED, false, &by_alice);
	verdict_join(&v, FORM_PGP_SIGNED, false, &by_mallory);
	assert_int_equal(v.signature, SIGNATURE_SEVERAL);
	assert_int_equal(v.whose, SIGNER_NOBODY);
	assert_string_equal(v.signer, "");
	assert_false(verdict_signer_is_from(&v));
	/* nothing that follows mends it */
	verdict_join(&v, FORM_PGP_SIGNED, false, &by_alice);
	assert_int_equal(v.signature, SIGNATURE_SEVERAL);
}

static void
only_the_senders_key_is_the_senders(void **state)
{
	struct verdict v = { 0 };

	(void)state;
	verdict_join(&v, FORM_PGP_SIGNED, false, &by_mallory);
	assert_false(verdict_signer_is_from(&v));
	assert_string_equal(v.owner, "mallory");
	for (int s = SIGNATURE_NONE; s < SIGNATURES; s++)
		for (int w = SIGNER_NOBODY; w < SIGNERS; w++) {
			struct verdict one = by_alice, all = { 0 };

			one.signature = (enum verdict_signature)s;
			one.whose = (enum verdict_signer)w;
			verdict_join(&all, FORM_PGP_SIGNED, false, &one);
			assert_int_equal(verdict_signer_is_from(&all),
			    s == SIGNATURE_GOOD && (w == SIGNER_PERSON ||
			    w == SIGNER_CASE));
		}
}

static void
integrity_needs_every_layer(void **state)
{
	struct verdict v = { 0 }, loose = { .encrypted = true };

	(void)state;
	verdict_join(&v, FORM_SMIME_ENVELOPED, false, &loose);
	verdict_join(&v, FORM_PGP_ENCRYPTED, false, &sealed);
	assert_false(v.integrity);
	loose.failed = loose.replayed = true;
	verdict_join(&v, FORM_PGP_ENCRYPTED, false, &loose);
	assert_true(v.failed && v.replayed);
	v.signature = SIGNATURE_GOOD;
	v.coverage = COVERS_WHOLE;
	v.whose = SIGNER_PERSON;
	assert_false(verdict_signer_is_from(&v));
}

/* CBC: what was opened and not signed well inside is anybody's (A10). */
static void
unsigned_smime_is_malleable(void **state)
{
	struct verdict v = { 0 }, loose = { .encrypted = true };
	struct verdict by = { .signature = SIGNATURE_UNKNOWN_KEY };

	(void)state;
	assert_false(verdict_is_malleable(&v));
	verdict_join(&v, FORM_SMIME_ENVELOPED, false, &loose);
	assert_true(verdict_is_malleable(&v));
	verdict_join(&v, FORM_SMIME_SIGNED_OPAQUE, false, &by);
	assert_true(verdict_is_malleable(&v));
	v.failed = true;	/* nothing was opened */
	assert_false(verdict_is_malleable(&v));
	v = (struct verdict){ 0 };
	by.signature = SIGNATURE_GOOD;
	verdict_join(&v, FORM_SMIME_ENVELOPED, false, &loose);
	verdict_join(&v, FORM_SMIME_SIGNED_OPAQUE, false, &by);
	assert_false(verdict_is_malleable(&v));
	/* a good one around the envelope says nothing of what is inside */
	v = (struct verdict){ 0 };
	verdict_join(&v, FORM_SMIME_SIGNED_OPAQUE, false, &by);
	verdict_join(&v, FORM_SMIME_ENVELOPED, false, &loose);
	assert_true(verdict_is_malleable(&v));
}

/* Each state has a word and a sentence of its own, and no hole is printed. */
static void
words_are_there_and_differ(void **state)
{
	struct verdict v = { 0 };

	(void)state;
	for (int f = FORM_PLAIN; f < FORMS; f++) {
		assert_non_null(form_word((enum fact_form)f));
		assert_false(form_encrypted((enum fact_form)f) &&
		    form_signed((enum fact_form)f));
		v.outer_form = (enum fact_form)f;
		assert_true(strlen(verdict_sentence(&v, 0)) > 10);
		assert_non_null(strstr(verdict_sentence_ja(&v, 0), "。"));
		for (int g = FORM_PLAIN; g < f; g++)
			assert_string_not_equal(form_word((enum fact_form)f),
			    form_word((enum fact_form)g));
	}
	v.coverage = COVERS_PART;
	for (int s = SIGNATURE_NONE; s < SIGNATURES; s++) {
		v.signature = (enum verdict_signature)s;
		assert_true(strlen(verdict_sentence(&v, 2)) > 10);
		assert_non_null(strstr(verdict_sentence_ja(&v, 2), "。"));
		for (int t = SIGNATURE_NONE; t < s; t++)
			assert_string_not_equal(
			    signature_word((enum verdict_signature)s),
			    signature_word((enum verdict_signature)t));
	}
	v.signature = SIGNATURE_GOOD;
	v.whose = SIGNER_OTHER;
	assert_non_null(strstr(verdict_sentence(&v, 2), "OTHER"));
	assert_non_null(strstr(verdict_sentence(&v, 3), "PART"));
	assert_non_null(strstr(verdict_sentence_ja(&v, 2), "別人"));
	assert_non_null(strstr(verdict_sentence_ja(&v, 3), "一部"));
	assert_null(verdict_sentence_ja(&v, 4));
	assert_null(verdict_sentence(&v, 4));
	assert_null(verdict_sentence(NULL, 4));
	assert_string_equal(form_word(FORMS), "unknown");
	assert_string_equal(signature_word(SIGNATURES), "unknown");
	assert_string_equal(signer_word(SIGNERS), "unknown");
}

/* What was never opened is not called unsigned. */
static void
failed_says_nothing_of_signatures(void **state)
{
	struct verdict v = { .outer_form = FORM_PGP_ENCRYPTED,
		.encrypted = true, .failed = true };

	(void)state;
	assert_non_null(strstr(verdict_sentence(&v, 1), "NOT"));
	assert_string_equal(verdict_sentence(&v, 2), "");
	v.replayed = true;
	assert_non_null(strstr(verdict_sentence(&v, 1), "another sender"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sealed_and_signed_in_one_is_the_senders_word),
		cmocka_unit_test(signed_inside_is_the_senders_word),
		cmocka_unit_test(signed_ciphertext_is_nobodys_word),
		cmocka_unit_test(words_beside_it_leave_a_part),
		cmocka_unit_test(the_oldest_signature_dates_it),
		cmocka_unit_test(one_bad_signature_spoils_all),
		cmocka_unit_test(two_signers_are_nobody),
		cmocka_unit_test(only_the_senders_key_is_the_senders),
		cmocka_unit_test(integrity_needs_every_layer),
		cmocka_unit_test(unsigned_smime_is_malleable),
		cmocka_unit_test(words_are_there_and_differ),
		cmocka_unit_test(failed_says_nothing_of_signatures),
	};

	return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}

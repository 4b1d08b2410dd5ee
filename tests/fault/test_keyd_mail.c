/*
 * DECRYPT and VERIFY on what other programs make: what opens, and which
 * signatures are believed.
 */
#include <config.h>

#include <stdio.h>

#include "fault/keyd_mail.h"

#include <sekisho/files.h>

static void
gpg_mail_opens(void **state)
{
	struct opened o;

	(void)state;
	o = keyd_decrypt(h, &k, mail_by(&alice, "--armor"), &alice, NULL);
	assert_good(&o, &alice);
	o = keyd_decrypt(h, &k, mail_by(&alice, "--no-armor"), &mallory,
	    &alice);
	assert_good(&o, &alice);
	o = keyd_decrypt(h, &k, unsigned_mail("--armor"), &alice, NULL);
	assert_signature(&o, SIGNATURE_NONE);
}

/* Sequoia signs with a subkey: the verdict names the primary key. */
static void
sequoia_mail_opens(void **state)
{
	struct person sq = { .home = host_path(h, "p-sq") };
	struct opened o;

	(void)state;
	if (!host_has("sq"))
		skip();
	host_run(h, NULL, NULL, "sq", "key", "generate", "--userid",
	    "<sq@person.example>", "--export", host_path(h, "sq.key"), NULL);
	host_run(h, NULL, "sq.cert", "sq", "key", "extract-cert",
	    host_path(h, "sq.key"), NULL);
	sq.block = host_read(h, "sq.cert");
	assert_int_equal(sk_dir_make(sq.home, 0700, NULL), 0);
	host_gpg(h, sq.home, "sq.cert", NULL, "--import", NULL);
	host_fpr(h, sq.home, sq.fpr);
	assert_int_equal(host_run(h, "text", "mail.gpg", "sq", "encrypt",
	    "--recipient-cert", host_path(h, "own.asc"), "--signer-key",
	    host_path(h, "sq.key"), NULL), 0);
	o = keyd_decrypt(h, &k, host_read(h, "mail.gpg"), &alice, &sq);
	assert_good(&o, &sq);
	o = keyd_decrypt(h, &k, host_read(h, "mail.gpg"), &alice, NULL);
	assert_signature(&o, SIGNATURE_UNKNOWN_KEY);
}

static void
rnp_mail_opens(void **state)
{
	struct opened o;

	(void)state;
	if (!host_has("rnp"))
		skip();
	host_gpg(h, alice.home, NULL, "alice.key", "--export-secret-keys",
	    alice.fpr, NULL);
	host_gpg(h, alice.home, NULL, "ring", "--export", h->own, NULL);
	host_write(h, "ring", joined(host_read(h, "ring"),
	    host_read(h, "alice.key")));
	assert_int_equal(host_run(h, NULL, NULL, "rnp", "--keyfile",
	    host_path(h, "ring"), "--password", "", "--overwrite",
	    "--output", host_path(h, "mail.gpg"), "--recipient", h->own,
	    "--userid", alice.fpr, "--encrypt", "--sign",
	    host_path(h, "text"), NULL), 0);
	o = keyd_decrypt(h, &k, host_read(h, "mail.gpg"), &alice, NULL);
	assert_good(&o, &alice);
}

static void
only_named_keys_are_good(void **state)
{
	struct sk_span mail = mail_by(&mallory, "--armor");
	struct opened o;

	(void)state;
	/* in the ring, and not one of those that may have signed */
	o = keyd_decrypt(h, &k, mail, &mallory, NULL);
	assert_good(&o, &mallory);
	o = keyd_decrypt(h, &k, mail, &alice, NULL);
	assert_signature(&o, SIGNATURE_UNKNOWN_KEY);
	/* whose it claims to be: for the asker to look up and ask again */
	assert_string_equal(o.m.issuer, mallory.fpr + 24);
	o = keyd_decrypt(h, &k, mail, NULL, NULL);
	assert_signature(&o, SIGNATURE_UNKNOWN_KEY);
}

/* EFAIL's wrap and reply: the same ciphertext is recognised with another
 * recipient's packet before it too; each mail has its own name. */
static void
a_ciphertext_keeps_its_name(void **state)
{
	struct sk_span mail = unsigned_mail("--no-armor"), other;
	unsigned char first[32];
	struct opened o;

	(void)state;
	o = keyd_decrypt(h, &k, mail, NULL, NULL);
	assert_int_equal(o.m.nciphers, 1);
	memcpy(first, o.m.ciphers[0], sizeof(first));
	host_gpg(h, mallory.home, "text", "other.gpg", "--no-armor",
	    "--recipient", mallory.fpr, "--encrypt", NULL);
	other = host_read(h, "other.gpg");
	other.len = 2 + (size_t)other.p[1];	/* its PKESK alone */
	o = keyd_decrypt(h, &k, joined(other, mail), NULL, NULL);
	assert_int_equal(o.m.status, 0);
	assert_memory_equal(o.m.ciphers[0], first, sizeof(first));
	o = keyd_decrypt(h, &k, unsigned_mail("--armor"), NULL, NULL);
	assert_memory_not_equal(o.m.ciphers[0], first, sizeof(first));
	/* what did not open has no name */
	o = keyd_decrypt(h, &k, sk_span_of(mail.p, mail.len - 1), NULL, NULL);
	assert_int_equal(o.m.nciphers, 0);
}

static void
two_signatures_are_believed_by_nobody(void **state)
{
	struct opened o;

	(void)state;
	host_gpg(h, mallory.home, NULL, "m.key", "--export-secret-keys",
	    mallory.fpr, NULL);
	host_gpg(h, alice.home, "m.key", NULL, "--import", NULL);
	assert_int_equal(host_gpg(h, alice.home, "text", "mail.gpg",
	    "--local-user", alice.fpr, "--local-user", mallory.fpr,
	    "--recipient", h->own, "--sign", "--encrypt", NULL), 0);
	o = keyd_decrypt(h, &k, host_read(h, "mail.gpg"), &alice, &mallory);
	assert_signature(&o, SIGNATURE_SEVERAL);
	host_gpg(h, alice.home, NULL, NULL, "--delete-secret-and-public-key",
	    mallory.fpr, NULL);
}

static void
weak_hashes_are_not_believed(void **state)
{
	struct opened o;

	(void)state;
	assert_int_equal(host_gpg(h, alice.home, "text", "mail.gpg",
	    "--digest-algo", "SHA1", "--recipient", h->own, "--sign",
	    "--encrypt", NULL), 0);
	o = keyd_decrypt(h, &k, host_read(h, "mail.gpg"), &alice, NULL);
	assert_signature(&o, SIGNATURE_WEAK);
}

static void
dead_signers_are_named(void **state)
{
	struct person p = host_person(h, "dead", "20200101T000000", "1y"),
	    r = host_person(h, "revoked", NULL, "0");
	struct opened o;

	(void)state;
	host_gpg(h, p.home, "own.asc", NULL, "--import", NULL);
	host_gpg(h, r.home, "own.asc", NULL, "--import", NULL);
	/* the signature stands beside, made while the key lived */
	assert_int_equal(host_gpg(h, p.home, "text", "mail.sig",
	    "--faked-system-time", "20200301T000000", "--detach-sign",
	    NULL), 0);
	o = keyd_verify(h, &k, FORM_PGP_SIGNED, host_read(h, "text"),
	    host_read(h, "mail.sig"), &p);
	assert_int_equal(o.m.status, 0);
	assert_int_equal(o.m.verdict.signature, SIGNATURE_KEY_EXPIRED);
	assert_int_equal(host_gpg(h, r.home, "text", "mail.sig",
	    "--detach-sign", NULL), 0);
	host_run(h, NULL, NULL, "sh", "-c", "sed 's/^:---/---/' "
	    "\"$1\"/openpgp-revocs.d/$2.rev | gpg --homedir \"$1\" --batch "
	    "--import", "sh", r.home, r.fpr, NULL);
	r.block = host_export(h, &r);
	o = keyd_verify(h, &k, FORM_PGP_SIGNED, host_read(h, "text"),
	    host_read(h, "mail.sig"), &r);
	assert_int_equal(o.m.verdict.signature, SIGNATURE_KEY_REVOKED);
}

static void
detached_signature_covers_its_bytes(void **state)
{
	struct sk_span text = sk_span_str("Content-Type: text/plain\r\n\r\n"
	    "secret canary\r\n"), sig;
	struct opened o;

	(void)state;
	host_write(h, "part", text);
	assert_int_equal(host_gpg(h, alice.home, "part", "part.sig",
	    "--armor", "--textmode", "--detach-sign", NULL), 0);
	sig = host_read(h, "part.sig");
	o = keyd_verify(h, &k, FORM_PGP_SIGNED, text, sig, &alice);
	assert_int_equal(o.m.status, 0);
	assert_false(o.given);
	assert_false(o.m.verdict.encrypted);
	assert_int_equal(o.m.verdict.signature, SIGNATURE_GOOD);
	assert_string_equal(o.m.verdict.signer, alice.fpr);
	o = keyd_verify(h, &k, FORM_PGP_SIGNED, text, sig, &mallory);
	assert_int_equal(o.m.verdict.signature, SIGNATURE_UNKNOWN_KEY);
	text.len -= 3;
	o = keyd_verify(h, &k, FORM_PGP_SIGNED, text, sig, &alice);
	assert_int_equal(o.m.verdict.signature, SIGNATURE_BAD);
	assert_string_equal(o.m.verdict.signer, "");
	o = keyd_verify(h, &k, FORM_PGP_SIGNED, text, sk_span_str("junk"),
	    &alice);
	assert_int_equal(o.m.verdict.signature, SIGNATURE_ERROR);
}

/* A key that only authenticates made it: a word of its own, no odd error. */
static void
a_key_must_be_for_signing(void **state)
{
	struct sk_span text = sk_span_str("Content-Type: text/plain\r\n\r\n"
	    "secret canary\r\n"), sig;
	struct person p = host_person(h, "usage", NULL, "0");
	struct opened o;

	(void)state;
	assert_int_equal(host_gpg(h, p.home, NULL, NULL, "--quick-add-key",
	    p.fpr, "ed25519", "sign", NULL), 0);
	host_write(h, "part", text);
	assert_int_equal(host_gpg(h, p.home, "part", "part.sig", "--armor",
	    "--textmode", "--detach-sign", NULL), 0);
	sig = host_read(h, "part.sig");
	p.block = host_export(h, &p);
	o = keyd_verify(h, &k, FORM_PGP_SIGNED, text, sig, &p);
	assert_int_equal(o.m.verdict.signature, SIGNATURE_GOOD);
	host_write(h, "edit", sk_span_str("key 2\nchange-usage\nS\nA\nQ\n"
	    "save\n"));
	assert_int_equal(host_gpg(h, p.home, "edit", NULL, "--expert",
	    "--command-fd", "0", "--edit-key", p.fpr, NULL), 0);
	p.block = host_export(h, &p);
	o = keyd_verify(h, &k, FORM_PGP_SIGNED, text, sig, &p);
	assert_int_equal(o.m.verdict.signature, SIGNATURE_USAGE);
	/* and the next one is judged by itself */
	o = keyd_verify(h, &k, FORM_PGP_SIGNED, text, sk_span_str("junk"),
	    &p);
	assert_int_equal(o.m.verdict.signature, SIGNATURE_ERROR);
}

/* Larger than the text taken over from it, with the name of a header field. */
static struct sk_span
long_text(void)
{
	struct sk_buf b;
	struct sk_span s;

	sk_buf_init(&b, 2 * LIMIT_TEXT);
	while (b.len <= LIMIT_TEXT)
		sk_buf_adds(&b, "NotDashEscaped: a field of RFC 4880\n"
		    "- and a line that is escaped\n");
	s = sk_span_of(sk_arena_dup(h->arena, b.p, b.len), b.len);
	sk_buf_free(&b);
	return s;
}

/* What gpg refuses: the words are given, the signature is worth nothing. */
static void
uncheckable_cleartext_is_words(void **state)
{
	static const struct { const char *was, *is; } t[] = {
		{ "Hash: SHA", "Hash: SHA3-" }, { "Hash: ", "Sash " },
		{ "SIGNATURE-----\n\ni", "SIGNATURE-----\n\nz" },
		{ "SIGNATURE-----\n\n", "SIGNATURE-----\nno field\n\n" },
	};
	struct sk_span nothing = { NULL, 0 }, clear;
	struct opened o;

	(void)state;
	host_write(h, "dashes", sk_span_str("Hash: none\n- secret canary\n"
	    "--\n"));
	assert_int_equal(host_gpg(h, alice.home, "dashes", "clear.asc",
	    "--clear-sign", NULL), 0);
	clear = host_read(h, "clear.asc");
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		const char *s = sk_arena_strn(h->arena, clear.p, clear.len);
		const char *at = strstr(s, t[i].was);

		if (at == NULL)
			fail_msg("%s: %s", t[i].was, s);
		o = keyd_verify(h, &k, FORM_PGP_INLINE_SIGNED, sk_span_str(
		    sk_arena_printf(h->arena, "%.*s%s%s", (int)(at - s), s,
		    t[i].is, at + strlen(t[i].was))), nothing, &alice);
		assert_int_equal(o.m.status, 0);
		assert_false(o.m.verdict.failed);
		assert_int_equal(o.m.verdict.signature, SIGNATURE_ERROR);
		assert_int_equal(o.m.verdict.coverage, COVERS_NOTHING);
		assert_string_equal(o.m.verdict.signer, "");
		assert_true(o.given && span_has(o.plain, "Hash: none\n- secret "
		    "canary\n--\n"));
		assert_false(span_has(o.plain, "-----"));
	}
}

static void
cleartext_signatures_are_checked(void **state)
{
	struct sk_span nothing = { NULL, 0 };
	struct opened o;

	(void)state;
	host_write(h, "long", long_text());
	assert_int_equal(host_gpg(h, alice.home, "long", "clear.asc",
	    "--clear-sign", NULL), 0);
	o = keyd_verify(h, &k, FORM_PGP_INLINE_SIGNED,
	    host_read(h, "clear.asc"), nothing, &alice);
	assert_int_equal(o.m.verdict.signature, SIGNATURE_GOOD);
	assert_true(o.given && o.plain.len > LIMIT_TEXT);
	assert_int_equal(host_gpg(h, alice.home, "text", "clear.asc",
	    "--clear-sign", NULL), 0);
	o = keyd_verify(h, &k, FORM_PGP_INLINE_SIGNED,
	    host_read(h, "clear.asc"), nothing, &alice);
	assert_int_equal(o.m.verdict.signature, SIGNATURE_GOOD);
	/* what was signed comes back, and nothing around it */
	assert_true(o.given && span_has(o.plain, "secret canary"));
	assert_false(span_has(o.plain, "BEGIN PGP"));
	assert_int_equal(host_gpg(h, alice.home, "text", "clear.asc",
	    "--not-dash-escaped", "--clear-sign", NULL), 0);
	o = keyd_verify(h, &k, FORM_PGP_INLINE_SIGNED,
	    host_read(h, "clear.asc"), nothing, &alice);
	assert_int_equal(o.m.verdict.signature, SIGNATURE_ERROR);
	host_write(h, "feed", sk_span_str("secret\fcanary\r\n"));
	host_gpg(h, alice.home, "feed", "clear.asc", "--clear-sign", NULL);
	o = keyd_verify(h, &k, FORM_PGP_INLINE_SIGNED,
	    host_read(h, "clear.asc"), nothing, &alice);
	assert_int_equal(o.m.verdict.signature, SIGNATURE_ERROR);
}

/* A home that lost the council's secret key opens nothing, and says so: that is
 * no fault of the mail, which is opened when the key is back. A mail to somebody
 * else is no fault of the home. */
static void
a_lost_home_blames_no_mail(void **state)
{
	char *keys = host_path(h, "homes/1/private-keys-v1.d");
	char *kept = host_path(h, "homes/1/kept");
	struct sk_span mail = unsigned_mail("--armor");
	struct opened o;

	(void)state;
	assert_int_equal(rename(keys, kept), 0);
	o = keyd_decrypt(h, &k, mail, NULL, NULL);
	assert_int_equal(o.m.status, SK_ERR_TEMP);
	assert_false(o.given);
	host_run(h, NULL, NULL, "rm", "-rf", keys, NULL);
	assert_int_equal(rename(kept, keys), 0);
	assert_int_equal(keyd_decrypt(h, &k, mail, NULL, NULL).m.status, 0);
	host_gpg(h, mallory.home, "text", "other.gpg", "--armor",
	    "--recipient", mallory.fpr, "--encrypt", NULL);
	o = keyd_decrypt(h, &k, host_read(h, "other.gpg"), NULL, NULL);
	assert_int_equal(o.m.status, SK_ERR_CRYPTO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gpg_mail_opens),
		cmocka_unit_test(sequoia_mail_opens),
		cmocka_unit_test(rnp_mail_opens),
		cmocka_unit_test(only_named_keys_are_good),
		cmocka_unit_test(a_ciphertext_keeps_its_name),
		cmocka_unit_test(two_signatures_are_believed_by_nobody),
		cmocka_unit_test(weak_hashes_are_not_believed),
		cmocka_unit_test(dead_signers_are_named),
		cmocka_unit_test(detached_signature_covers_its_bytes),
		cmocka_unit_test(a_key_must_be_for_signing),
		cmocka_unit_test(cleartext_signatures_are_checked),
		cmocka_unit_test(uncheckable_cleartext_is_words),
		cmocka_unit_test(a_lost_home_blames_no_mail),
	};

	if (!host_has("gpg"))
		return HOST_SKIP;
	return cmocka_run_group_tests(tests, begin, end);
}

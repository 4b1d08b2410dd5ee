/*
 * The proof of an S/MIME copy against real CMS of every wrong kind: what a
 * broken sealer could hand back. Nothing of it gets out (L3, A10); the one
 * right kind does, in every length form that openssl and gpgsm write.
 */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sekisho/compose.h>
#include <sekisho/limits.h>
#include <sekisho/proof.h>
#include <sekisho/x509.h>

#include "fault/keyd_host.h"

#define TOKEN "abcdefghijklmnopqrstuvwxyz"

static struct host *h;
static struct proof_expect want;
static struct sk_error e;

static int
shell(const char *script)
{
	const char *src = getenv("srcdir");

	return host_run(h, NULL, "out", "sh", "-ec", "PATH=$(cd \"$2\"; "
	    "pwd)/tests/fault:$PATH; cd \"$1\"; eval \"$3\"", "sh", h->dir,
	    src != NULL ? src : ".", script, NULL);
}

static void
expect(const char *name)
{
	struct key_facts f;

	assert_int_equal(x509_read(h->arena, host_read(h,
	    sk_arena_printf(h->arena, "%s.der", name)), &f), 0);
	want = (struct proof_expect){ .from = "csc-info@example.jp",
		.to = "alice@example.jp", .own_domain = "example.jp",
		.issuer = f.issuer, .serial = f.serial };
}

static int
begin(void **state)
{
	(void)state;
	h = host_new();
	assert_int_equal(shell("certificates.sh . alice bob ec; "
	    "head -c 20000 /dev/zero | tr '\\0' x >text"), 0);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	host_end(&h);
	return 0;
}

static int
prove(struct sk_span base64)
{
	struct compose_head head = { .from = "csc-info@example.jp",
		.to = "alice@example.jp", .subject = "inside",
		.message_id = TOKEN "@example.jp", .date = 1775001600,
		.tz_minutes = 540 };
	struct sk_buf mail;
	int rc;

	e = (struct sk_error){ 0 };
	sk_buf_init(&mail, LIMIT_OUT_MESSAGE);
	rc = compose_enveloped(&head, base64, &mail, &e);
	if (rc == 0) {
		assert_true(span_has(sk_buf_span(&mail), "Subject: [...]"));
		assert_false(span_has(sk_buf_span(&mail), "inside"));
		rc = proof_encrypted(sk_buf_span(&mail), &want, &e);
	}
	sk_buf_free(&mail);
	return rc;
}

/* The words of an openssl command, whose CMS in DER goes to stdout. */
static int
made(const char *words)
{
	assert_int_equal(shell(sk_arena_printf(h->arena, "openssl %s >cms; "
	    "base64 -w 64 cms >b64", words)), 0);
	return prove(host_read(h, "b64"));
}

static int
octets(struct sk_span der)
{
	host_write(h, "cms", der);
	assert_int_equal(shell("base64 -w 64 cms >b64"), 0);
	return prove(host_read(h, "b64"));
}

static void
no(int rc, const char *why)
{
	if (rc != SK_ERR_CRYPTO || strstr(e.text, why) == NULL)
		fail_msg("rc %d `%s', wanted `%s'", rc, e.text, why);
}

#define SEAL "cms -encrypt -binary -in text -outform DER "

static void
right_copies_pass(void **state)
{
	(void)state;
	expect("alice");
	assert_int_equal(made(SEAL "-aes256 alice.pem"), 0);
	/* indefinite lengths, the content in pieces */
	assert_int_equal(made(SEAL "-aes256 -stream -indef alice.pem"), 0);
	/* as gpgsm writes it */
	assert_int_equal(shell("mkdir -m 700 g; printf "
	    "'debug-no-chain-validation\\ndisable-crl-checks\\n' "
	    ">g/gpgsm.conf; gpgsm --homedir g --import alice.pem; gpgsm "
	    "--homedir g --base64 --cipher-algo AES256 -r "
	    "alice@example.jp -o b64 -e text"), 0);
	assert_int_equal(prove(host_read(h, "b64")), 0);
}

static void
broken_sealers_do_not(void **state)
{
	(void)state;
	expect("alice");
	no(made(SEAL "-aes256 bob.pem"), "pinned certificate");
	no(made(SEAL "-aes256 alice.pem bob.pem"), "proof: ");
	no(made(SEAL "-aes256 bob.pem alice.pem"), "proof: ");
	no(made(SEAL "-aes128 alice.pem"), "AES-256-CBC");
	no(made(SEAL "-des3 alice.pem"), "AES-256-CBC");
	no(made(SEAL "-aes-256-gcm alice.pem"), "not enveloped");
	no(made(SEAL "-aes256 -keyid alice.pem"), "version 0");
	no(made(SEAL "-aes256 -recip alice.pem -keyopt "
	    "rsa_padding_mode:oaep"), "RSA");
	no(made(SEAL "-aes256 -pwri_password x"), "version 0");
	/* signed only, in the clear, hashed only, nothing */
	no(made("cms -sign -binary -nodetach -in text -signer alice.pem "
	    "-inkey alice.key -outform DER"), "not enveloped");
	no(made("cms -data_create -binary -in text -outform DER"),
	    "not enveloped");
	no(made("cms -digest_create -binary -in text -outform DER"),
	    "not enveloped");
	host_write(h, "b64", sk_span_str(""));
	assert_int_not_equal(prove(host_read(h, "b64")), 0);
	host_write(h, "b64", sk_span_str("the secret words\n"));
	assert_int_not_equal(prove(host_read(h, "b64")), 0);
	/* a recipient by key agreement has no RSA key */
	expect("ec");
	no(made(SEAL "-aes256 ec.pem"), "version 0");
}

/* Every cut, and something before, inside or behind. */
static void
nothing_rides_along(void **state)
{
	struct sk_span der;
	struct sk_buf b;

	(void)state;
	expect("alice");
	assert_int_equal(made(SEAL "-aes256 -stream -indef alice.pem"), 0);
	der = host_read(h, "cms");
	sk_buf_init(&b, LIMIT_OUT_MESSAGE);
	sk_buf_add(&b, der.p, der.len);
	sk_buf_adds(&b, "x");
	no(octets(sk_buf_span(&b)), "after it");
	sk_buf_clear(&b);
	sk_buf_add(&b, der.p, der.len);
	sk_buf_add(&b, der.p, der.len);
	no(octets(sk_buf_span(&b)), "after it");
	sk_buf_free(&b);
	for (size_t n = 0; n < der.len; n += n < 700 ? 67 : 4001)
		assert_int_not_equal(octets(sk_span_of(der.p, n)), 0);
}

static void
expectation_must_be_one(void **state)
{
	static const char *const ids[] = { "0123456789ABCDEF" };

	(void)state;
	expect("alice");
	assert_int_equal(made(SEAL "-aes256 alice.pem"), 0);
	want.key_ids = ids;
	want.nkey_ids = 1;
	no(prove(host_read(h, "b64")), "one certificate");
	expect("alice");
	want.serial.len = 0;
	no(prove(host_read(h, "b64")), "one certificate");
	expect("alice");
	want.issuer.len = 0;		/* then it is no S/MIME copy */
	no(prove(host_read(h, "b64")), "no pinned key");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(right_copies_pass),
		cmocka_unit_test(broken_sealers_do_not),
		cmocka_unit_test(nothing_rides_along),
		cmocka_unit_test(expectation_must_be_one),
	};

	if (!host_has("gpgsm") || !host_has("openssl"))
		return HOST_SKIP;
	return cmocka_run_group_tests(tests, begin, end);
}

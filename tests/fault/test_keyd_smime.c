/*
 * S/MIME through a real keyd, gpgsm and openssl: certificates of every kind in
 * (issue list of standards.md A10, B1 C1-C3), copies out, mails in.
 */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <sekisho/cms_certs.h>
#include <sekisho/files.h>
#include <sekisho/limits.h>

#include "fault/keyd_host.h"

static struct host *h;
static struct keyd k;

/* A shell in the folder, where %NAME.pem and %NAME.key lie. */
static int
shell(const char *script)
{
	const char *src = getenv("srcdir");

	return host_run(h, NULL, "out", "sh", "-ec", "PATH=$(cd \"$2\"; "
	    "pwd)/tests/fault:$PATH; cd \"$1\"; eval \"$3\"", "sh", h->dir,
	    src != NULL ? src : ".", script, NULL);
}

static int
begin(void **state)
{
	char *argv0 = getenv("SEKISHO_KEYD");

	(void)state;
	h = host_new();
	h->smime = true;
	assert_int_equal(shell("certificates.sh . council alice bob bits1024 "
	    "ec ecsign expired sha1 signonly cryptonly neither server subject authority odd "
	    "own"), 0);
	assert_int_equal(shell("openssl pkcs12 -export -keypbe PBE-SHA1-3DES "
	    "-certpbe PBE-SHA1-3DES -macalg sha1 -inkey council.key -in "
	    "council.pem -passout pass: -out council.p12; "
	    "cat council.pem middle.pem root.pem >chain.pem"), 0);
	assert_int_equal(host_run(h, NULL, NULL, argv0 != NULL ? argv0 :
	    "./sekisho-keyd", "--smime-import", host_path(h, "council.p12"),
	    "--certificate", host_path(h, "chain.pem"), "--smime-home",
	    host_path(h, "smime"), "--count", "1", "--since",
	    "2026-01-01T00:00:00Z", "--until",
	    "2099-01-01T00:00:00Z", NULL), 0);
	keyd_begin(h, &k, 0, NULL);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	assert_int_equal(keyd_end_of(h, &k), 0);
	host_end(&h);
	return 0;
}

/* --- the council's own --- */

/* One of the files that gpgsm 2.2 takes for damaged by their salt: keyd asks
 * for another (sysexits 75), and has put nothing into service. */
static void
salt_that_gpgsm_cannot_bear(void **state)
{
	char *argv0 = getenv("SEKISHO_KEYD");

	(void)state;
	assert_int_equal(shell("cp \"${PATH%%:*}/unlucky.p12\" .; openssl pkcs12 -legacy -in unlucky.p12 "
	    "-passin pass: -nokeys -out unlucky.pem"), 0);
	assert_int_equal(host_run(h, NULL, NULL, argv0 != NULL ? argv0 :
	    "./sekisho-keyd", "--smime-import", host_path(h, "unlucky.p12"),
	    "--certificate", host_path(h, "unlucky.pem"), "--smime-home",
	    host_path(h, "unlucky"), "--count", "1", "--until",
	    "2099-01-01T00:00:00Z", NULL), 75);
	assert_int_not_equal(access(host_path(h, "unlucky/0/own"), F_OK), 0);
}

/* What goes out as smime.p7c is that certificate, to a program of others. */
static void
certificate_alone_for_programs(void **state)
{
	struct sk_span der = host_read(h, "alice.der");
	struct sk_buf cms;

	(void)state;
	sk_buf_init(&cms, LIMIT_KEY_BYTES);
	cms_certs_only(der, &cms);
	assert_false(cms.over);
	assert_true(cms.len <= der.len + CMS_CERTS_MORE);
	host_write(h, "alice.p7c", sk_buf_span(&cms));
	assert_int_equal(shell("openssl pkcs7 -inform DER -in alice.p7c "
	    "-print_certs | openssl x509 -outform DER | cmp - alice.der"), 0);
	sk_buf_free(&cms);
}

static struct key_facts
facts_of(const char *file)
{
	struct msg_inspected in = keyd_inspect(h, &k, host_read(h, file));

	assert_int_equal(in.status, 0);
	assert_int_equal(in.key.scheme, KEY_SMIME);
	return in.key;
}

/* Each looked at once. */
static struct msg_key
pinned(const char *name)
{
	static struct { const char *name; struct msg_key key; } seen[20];
	struct key_facts f;
	size_t i = 0;

	while (seen[i].name != NULL && strcmp(seen[i].name, name) != 0)
		i++;
	if (seen[i].name == NULL) {
		f = facts_of(sk_arena_printf(h->arena, "%s.pem", name));
		seen[i].name = name;
		seen[i].key = (struct msg_key){ sk_arena_str(h->arena, f.fpr),
			f.block };
	}
	return seen[i].key;
}

/* ---- certificates ---- */

static void
certificate_is_understood(void **state)
{
	struct key_facts f = facts_of("alice.der"), g = facts_of("alice.pem");
	struct sk_error e = { 0 };
	char hex[65];
	bool differs;

	(void)state;
	assert_int_equal(f.primaries, 1);
	assert_true(sk_span_eq(f.block, host_read(h, "alice.der")));
	assert_true(sk_span_eq(f.block, g.block));
	assert_int_equal(f.bits, 2048);
	assert_string_equal(f.algorithm, "rsa2048");
	assert_int_equal(f.naddresses, 1);
	assert_string_equal(f.addresses[0], "alice@example.jp");
	assert_int_equal(f.usage, KEY_MAY_SIGN | KEY_MAY_ENCRYPT |
	    KEY_MAY_MAIL);
	assert_int_equal(f.expires - f.created, 365 * 86400);
	assert_int_equal(shell("openssl x509 -in alice.pem -noout "
	    "-fingerprint -sha256 | sed 's/.*=//; s/://g'"), 0);
	snprintf(hex, sizeof(hex), "%.64s",
	    (const char *)host_read(h, "out").p);
	assert_string_equal(f.sha256, hex);
	assert_int_equal(key_importable(&f, f.created + 1, "alice@example.jp",
	    &differs, &e), 0);
	assert_false(differs);
	/* an address is compared as it stands */
	assert_int_equal(key_importable(&f, f.created + 1, "bob@example.jp",
	    &differs, &e), 0);
	assert_true(differs);
	/* emailAddress in the subject names as well */
	assert_string_equal(facts_of("subject.pem").addresses[0],
	    "subject@example.jp");
}

/* The way to a configured root is a fact beside; no root, no harm. */
static void
chain_is_a_further_fact(void **state)
{
	(void)state;
	assert_int_equal(shell("cat alice.pem middle.pem >both.pem; "
	    "cat middle.pem alice.pem >turned.pem"), 0);
	assert_int_equal(facts_of("alice.pem").chain, CHAIN_NONE);
	assert_int_equal(facts_of("both.pem").chain, CHAIN_GOOD);
	assert_int_equal(facts_of("turned.pem").chain, CHAIN_GOOD);
	assert_int_equal(facts_of("own.pem").chain, CHAIN_NONE);
	assert_true(sk_span_eq(facts_of("turned.pem").block,
	    host_read(h, "alice.der")));
}

static void
refused(const char *file, const char *words)
{
	struct key_facts f = facts_of(file);
	struct sk_error e = { 0 };

	assert_int_not_equal(key_importable(&f, (f.created > 0 ? f.created :
	    1) + 1, NULL, NULL, &e), 0);
	if (strstr(e.text, words) == NULL)
		print_error("%s: %s\n", file, e.text);
	assert_non_null(strstr(e.text, words));
}

static void
unfit_certificates_are_refused(void **state)
{
	struct key_facts f = facts_of("alice.pem");
	struct sk_error e = { 0 };

	(void)state;
	refused("bits1024.pem", "2048");
	refused("ec.pem", "one certificate for both or one to sign");
	refused("sha1.pem", "SHA-1");
	refused("neither.pem", "neither");
	refused("server.pem", "emailProtection");
	refused("authority.pem", "authority");
	refused("odd.pem", "critical");
	refused("alice.key", "SECRET");
	refused("council.p12", "SECRET");
	refused("expired.pem", "expired");
	assert_int_not_equal(key_importable(&f, f.created - 1, NULL, NULL,
	    &e), 0);
	assert_non_null(strstr(e.text, "not valid yet"));
	assert_int_not_equal(key_importable(&f, f.expires, NULL, NULL, &e),
	    0);
	assert_string_equal(key_unusable(&f, f.expires), "key-expired");
	/* two people in one file */
	assert_int_equal(shell("cat alice.pem bob.pem >two.pem"), 0);
	refused("two.pem", "each in a file of its own");
}

/* One of a pair: it is pinned for what it is made for, RSA or a curve, and
 * nothing is sealed to it. */
static void
one_that_only_signs_is_taken(void **state)
{
	static const char *const files[] = { "signonly", "ecsign" };
	struct sk_error e = { 0 };
	struct key_facts f;
	char name[32];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		snprintf(name, sizeof(name), "%s.pem", files[i]);
		f = facts_of(name);
		assert_int_equal(key_role(&f), KEY_SIGNS);
		assert_int_equal(key_importable(&f, f.created + 1, NULL, NULL,
		    &e), 0);
		assert_string_equal(key_fault(&f, f.created + 1), "");
		assert_string_equal(key_unusable(&f, f.created + 1),
		    "key-no-encryption");
		assert_int_equal(key_serves_until(&f), f.expires);
		assert_string_equal(key_fault(&f, f.expires), "key-expired");
		assert_int_not_equal(key_importable(&f, f.expires, NULL, NULL,
		    &e), 0);
	}
	f = facts_of("cryptonly.pem");
	assert_int_equal(key_role(&f), KEY_SEALS);
	f = facts_of("alice.pem");
	assert_int_equal(key_role(&f), KEY_SEALS_AND_SIGNS);
}

static void
rubbish_is_no_certificate(void **state)
{
	static const char *const files[] = { "0\x82\x01\x01rubbish",
		"-----BEGIN CERTIFICATE-----\nAAAA\n"
		"-----END CERTIFICATE-----\n", "0\x80\x30\x80" };

	(void)state;
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(keyd_inspect(h, &k,
		    sk_span_str(files[i])).status, SK_ERR_DATA);
}

/* ---- sealing ---- */

static const char payload[] = "Content-Type: text/plain; charset=utf-8\r\n"
    "Subject: inside\r\n\r\nthe secret words\r\n";

static struct sealed
seal_for(const char *name)
{
	struct msg_key p = pinned(name);

	return keyd_seal_by(h, &k, KEY_SMIME, p.fpr, p.block,
	    sk_span_str(payload));
}

static void
copy_opens_by_openssl(void **state)
{
	struct sealed s = seal_for("alice");

	(void)state;
	if (s.status != 0)
		print_error("%s\n", s.reason);
	assert_int_equal(s.status, 0);
	assert_false(span_has(s.armour, "secret"));
	host_write(h, "copy.b64", s.armour);
	assert_int_equal(shell("base64 -d copy.b64 >copy.der; openssl cms "
	    "-decrypt -inform DER -in copy.der -recip alice.pem -inkey "
	    "alice.key -out inside; openssl cms -verify -in inside -CAfile "
	    "root.pem -signer signer.pem -out words; openssl x509 -in "
	    "signer.pem -noout -email"), 0);
	assert_true(span_has(host_read(h, "out"), "csc-anken@example.jp"));
	assert_true(sk_span_eq(host_read(h, "words"), sk_span_str(payload)));
	assert_int_not_equal(shell("openssl cms -decrypt -inform DER -in "
	    "copy.der -recip bob.pem -inkey bob.key -out /dev/null"), 0);
	/* the way to the root is inside; AES-256; one recipient */
	assert_int_equal(shell("openssl cms -cmsout -print -inform DER -in "
	    "copy.der"), 0);
	assert_int_equal(span_count(host_read(h, "out"), "d.ktri:"), 1);
	assert_true(span_has(host_read(h, "out"), "aes-256-cbc"));
}

static void
many_copies_in_a_row(void **state)
{
	(void)state;
	/* one context would fail at the eighth (design.md, section 7) */
	for (int i = 0; i < 10; i++)
		assert_int_equal(seal_for("bob").status, 0);
}

static void
only_the_pinned_octets(void **state)
{
	struct msg_key alice = pinned("alice"), bob = pinned("bob");
	struct msg_key ec = pinned("ec");

	(void)state;
	/* another certificate under a fingerprint that was pinned */
	assert_int_equal(keyd_seal_by(h, &k, KEY_SMIME,
	    "0123456789ABCDEF0123456789ABCDEF01234567", bob.block,
	    sk_span_str(payload)).status, SK_ERR_CRYPTO);
	/* what gpgsm cannot encrypt to makes no copy */
	assert_int_not_equal(keyd_seal_by(h, &k, KEY_SMIME, ec.fpr, ec.block,
	    sk_span_str(payload)).status, 0);
	assert_int_equal(keyd_seal_by(h, &k, KEY_SMIME, alice.fpr,
	    alice.block, sk_span_str(payload)).status, 0);
}

/* ---- mails in ---- */

static struct opened
open_as(enum fact_form form, struct sk_span data, struct sk_span sig,
    const char *from, const struct msg_key *keys, size_t nkeys)
{
	struct msg_open_mail ask = { .form = form, .data_len = data.len,
		.sig_at = data.len, .sig_len = sig.len, .keys = keys,
		.nkeys = nkeys, .from = from };
	struct sk_buf b;
	struct opened o;

	sk_buf_init(&b, LIMIT_MESSAGE_MAX);
	sk_buf_add(&b, data.p, data.len);
	sk_buf_add(&b, sig.p, sig.len);
	o = keyd_open_mail(h, &k, form_opens(form) ? MSG_DECRYPT : MSG_VERIFY,
	    &ask, sk_memfd_of("mail", sk_buf_span(&b)));
	sk_buf_free(&b);
	return o;
}

static struct opened
opaque(const char *file, const char *from, const char *name)
{
	struct sk_span none = { NULL, 0 };
	struct msg_key key = name != NULL ? pinned(name) :
	    (struct msg_key){ 0 };

	return open_as(FORM_SMIME_SIGNED_OPAQUE, host_read(h, file), none,
	    from, &key, name != NULL);
}

static void
sign(const char *who, const char *more, const char *out)
{
	assert_int_equal(shell(sk_arena_printf(h->arena, "openssl cms -sign "
	    "-binary -in text -signer %s.pem -inkey %s.key %s -outform DER "
	    "-out %s", who, who, more, out)), 0);
}

/* An exponent that no program writes, in the certificate that a stranger's
 * signature brings, or in a file: gpgsm never computes with it. */
static void
costly_certificates_are_not_computed_with(void **state)
{
	struct opened o;

	(void)state;
	assert_int_equal(shell("openssl genpkey -quiet -algorithm RSA -pkeyopt "
	    "rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:160693804425899"
	    "0275541962092341162602522202993782792835301377 -out costly.key; "
	    "openssl req -x509 -new -key costly.key -subj /CN=costly -addext "
	    "basicConstraints=critical,CA:FALSE -addext "
	    "subjectAltName=email:costly@example.jp -out costly.pem; openssl "
	    "x509 -in costly.pem -outform DER -out costly.der"), 0);
	for (int i = 0; i < 2; i++) {
		struct msg_inspected r = keyd_inspect(h, &k, host_read(h,
		    i == 0 ? "costly.pem" : "costly.der"));

		assert_int_equal(r.status, SK_ERR_DATA);
		assert_non_null(strstr(r.reason, "larger than in any"));
	}
	host_write(h, "text", sk_span_str("Content-Type: text/plain\r\n\r\n"
	    "hello\r\n"));
	sign("costly", "-nodetach", "signed");
	o = opaque("signed", "costly@example.jp", NULL);
	assert_int_not_equal(o.m.status, 0);
	assert_int_equal(o.m.verdict.signature, SIGNATURE_ERROR);
	assert_non_null(strstr(o.m.reason, "larger than in any"));
	sign("costly", "", "signed");
	o = open_as(FORM_SMIME_SIGNED, host_read(h, "text"), host_read(h,
	    "signed"), "costly@example.jp", NULL, 0);
	assert_int_equal(o.m.verdict.signature, SIGNATURE_ERROR);
	assert_non_null(strstr(o.m.reason, "larger than in any"));
}

static void
signer_counts_only_if_pinned(void **state)
{
	struct opened o;

	(void)state;
	host_write(h, "text", sk_span_str("Content-Type: text/plain\r\n\r\n"
	    "hello\r\n"));
	sign("alice", "-nodetach", "signed");
	o = opaque("signed", "alice@example.jp", "alice");
	assert_int_equal(o.m.status, 0);
	assert_true(sk_span_eq(o.plain, host_read(h, "text")));
	assert_int_equal(o.m.verdict.signature, SIGNATURE_GOOD);
	assert_false(o.m.verdict.encrypted);
	assert_string_equal(o.m.verdict.signer, pinned("alice").fpr);
	assert_int_equal(o.m.certificate.len, 0);
	/* nobody pinned it: known to nobody, its certificate a proposal */
	o = opaque("signed", "alice@example.jp", NULL);
	assert_int_equal(o.m.verdict.signature, SIGNATURE_UNKNOWN_KEY);
	assert_string_equal(o.m.verdict.signer, "");
	assert_true(sk_span_eq(o.m.certificate, host_read(h, "alice.der")));
	/* member B's certificate on a mail that says it is from A (L14) */
	o = opaque("signed", "bob@example.jp", "bob");
	assert_int_equal(o.m.verdict.signature, SIGNATURE_UNKNOWN_KEY);
	o = opaque("signed", "bob@example.jp", "alice");
	assert_int_equal(o.m.verdict.signature, SIGNATURE_ADDRESS);
	o = opaque("signed", NULL, "alice");
	assert_int_equal(o.m.verdict.signature, SIGNATURE_ADDRESS);
	/* it does not stay: the next mail's signer is unknown again */
	o = opaque("signed", "alice@example.jp", NULL);
	assert_int_equal(o.m.verdict.signature, SIGNATURE_UNKNOWN_KEY);
}

static void
odd_signers_do_not_count(void **state)
{
	static const struct {
		const char *who, *more, *pin;
		enum verdict_signature state;
	} t[] = {
		{ "expired", "-nodetach", "expired", SIGNATURE_KEY_EXPIRED },
		{ "server", "-nodetach", "server", SIGNATURE_USAGE },
		{ "cryptonly", "-nodetach", "cryptonly", SIGNATURE_USAGE },
		{ "odd", "-nodetach", "odd", SIGNATURE_USAGE },
		{ "alice", "-nodetach -md sha1", "alice", SIGNATURE_WEAK },
		{ "alice", "-nodetach -signer bob.pem -inkey bob.key",
		    "alice", SIGNATURE_SEVERAL },
		{ "ec", "-nodetach", "ec", SIGNATURE_GOOD },
		{ "ecsign", "-nodetach", "ecsign", SIGNATURE_GOOD },
		{ "signonly", "-nodetach", "signonly", SIGNATURE_GOOD },
		{ "subject", "-nodetach", "subject", SIGNATURE_GOOD },
		{ "own", "-nodetach", "own", SIGNATURE_GOOD },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct opened o;

		sign(t[i].who, t[i].more, "signed");
		o = opaque("signed", sk_arena_printf(h->arena,
		    "%s@example.jp", t[i].who), t[i].pin);
		if (o.m.verdict.signature != t[i].state)
			print_error("%s %s: %s\n", t[i].who, t[i].more,
			    signature_word(o.m.verdict.signature));
		assert_int_equal(o.m.verdict.signature, t[i].state);
	}
}

static void
second_signer_must_be_the_sender_too(void **state)
{
	struct msg_key keys[2] = { pinned("alice"), pinned("subject") };
	struct sk_span none = { NULL, 0 };
	struct opened o;

	(void)state;
	sign("alice", "-nodetach -signer subject.pem -inkey subject.key",
	    "signed");
	o = open_as(FORM_SMIME_SIGNED_OPAQUE, host_read(h, "signed"), none,
	    "alice@example.jp", keys, 2);
	assert_int_equal(o.m.verdict.signature, SIGNATURE_SEVERAL);
}

/* Another key under the issuer and serial number of a pinned certificate: a
 * signature made with it is no signature of his, and a copy is sealed to the
 * pinned octets or to nobody. */
static void
same_name_other_key(void **state)
{
	struct msg_key alice = pinned("alice");
	struct opened o;

	(void)state;
	assert_int_equal(shell("serial=$(openssl x509 -in alice.pem -noout "
	    "-serial | sed 's/.*=/0x/'); openssl req -new -key bob.key -subj "
	    "/O=Test/CN=alice -out twin.csr; openssl x509 -req -in twin.csr "
	    "-CA middle.pem -CAkey middle.key -set_serial $serial -days 365 "
	    "-sha256 -extfile alice.ext -out twin.pem; cp bob.key twin.key; "
	    "openssl x509 -in twin.pem -outform DER -out twin.der"), 0);
	host_write(h, "text", sk_span_str("Content-Type: text/plain\r\n\r\n"
	    "hello\r\n"));
	sign("twin", "-nodetach", "signed");
	o = opaque("signed", "alice@example.jp", "alice");
	assert_int_not_equal(o.m.verdict.signature, SIGNATURE_GOOD);
	assert_string_equal(o.m.verdict.signer, "");
	/* the twin's octets under alice's fingerprint */
	assert_int_equal(keyd_seal_by(h, &k, KEY_SMIME, alice.fpr,
	    host_read(h, "twin.der"), sk_span_str(payload)).status,
	    SK_ERR_CRYPTO);
	/* alice's signature still counts after that */
	sign("alice", "-nodetach", "signed");
	o = opaque("signed", "alice@example.jp", "alice");
	assert_int_equal(o.m.verdict.signature, SIGNATURE_GOOD);
}

static void
broken_signatures(void **state)
{
	struct sk_span s, none = { NULL, 0 };
	unsigned char *p;

	(void)state;
	sign("alice", "-nodetach", "signed");
	s = host_read(h, "signed");
	p = memmem(s.p, s.len, "hello", 5);
	assert_non_null(p);
	p[0] = 'y';
	host_write(h, "changed", s);
	assert_int_equal(opaque("changed", "alice@example.jp",
	    "alice").m.verdict.signature, SIGNATURE_BAD);
	/* 0 signers: certificates only, or a content that nobody signed */
	assert_int_equal(shell("openssl crl2pkcs7 -nocrl -certfile alice.pem "
	    "-outform DER -out nobody"), 0);
	assert_int_not_equal(opaque("nobody", "alice@example.jp",
	    "alice").m.verdict.signature, SIGNATURE_GOOD);
	assert_int_equal(open_as(FORM_SMIME_SIGNED_OPAQUE,
	    host_read(h, "text"), none, NULL, NULL, 0).m.verdict.signature,
	    SIGNATURE_ERROR);
}

static struct opened
detached(const char *text, const char *sig)
{
	struct msg_key key = pinned("alice");

	return open_as(FORM_SMIME_SIGNED, host_read(h, text),
	    host_read(h, sig), "alice@example.jp", &key, 1);
}

static void
detached_signatures(void **state)
{
	(void)state;
	sign("alice", "", "signature");
	assert_int_equal(detached("text", "signature").m.verdict.signature,
	    SIGNATURE_GOOD);
	assert_int_equal(detached("alice.pem",
	    "signature").m.verdict.signature, SIGNATURE_BAD);
	/* a signature that carries a content of its own says nothing about
	 * the part beside it (eContent against detached) */
	sign("alice", "-nodetach", "signature");
	assert_int_equal(detached("text", "signature").m.verdict.signature,
	    SIGNATURE_ERROR);
	assert_int_equal(detached("alice.pem",
	    "signature").m.verdict.signature, SIGNATURE_ERROR);
}

static struct opened
enveloped(const char *words)
{
	struct sk_span none = { NULL, 0 };

	assert_int_equal(shell(sk_arena_printf(h->arena, "openssl cms "
	    "-encrypt -binary -in text -outform DER -out enveloped %s",
	    words)), 0);
	return open_as(FORM_SMIME_ENVELOPED, host_read(h, "enveloped"), none,
	    "alice@example.jp", NULL, 0);
}

static bool
named_the_same(const struct opened *a, const struct opened *b)
{
	for (size_t i = 0; i < a->m.nciphers; i++)
		for (size_t n = 0; n < b->m.nciphers; n++)
			if (memcmp(a->m.ciphers[i], b->m.ciphers[n], 32) == 0)
				return true;
	return false;
}

/* EFAIL's wrap and reply: changed in its content or not, opened or not, the
 * same mail is recognised; each has names of its own. */
static void
enveloped_mail_keeps_its_name(void **state)
{
	struct opened first = enveloped("-aes256 council.pem"), o;
	struct sk_span s = host_read(h, "enveloped"), none = { NULL, 0 };
	unsigned char *p = (unsigned char *)(uintptr_t)s.p + s.len - 17;

	(void)state;
	assert_int_equal(first.m.nciphers, 1);
	*p ^= 1;			/* the padding */
	o = open_as(FORM_SMIME_ENVELOPED, s, none, NULL, NULL, 0);
	assert_int_equal(o.m.nciphers, 1);
	assert_true(named_the_same(&first, &o));
	o = enveloped("-aes256 council.pem");
	assert_int_equal(o.m.nciphers, 1);
	assert_false(named_the_same(&first, &o));
	/* of each recipient, whatever the others are */
	o = enveloped("-aes256 alice.pem council.pem");
	assert_int_equal(o.m.nciphers, 2);
	/* as streams write it */
	o = enveloped("-stream -aes256 council.pem");
	assert_int_equal(o.m.status, 0);
	assert_int_equal(o.m.nciphers, 1);
}

static void
enveloped_mail_opens_without_integrity(void **state)
{
	struct sk_span s, none = { NULL, 0 };
	struct opened o = enveloped("-aes256 council.pem");
	unsigned char *p;

	(void)state;
	assert_int_equal(o.m.status, 0);
	assert_true(sk_span_eq(o.plain, host_read(h, "text")));
	assert_true(o.m.verdict.encrypted);
	assert_false(o.m.verdict.integrity);
	assert_int_equal(o.m.verdict.signature, SIGNATURE_NONE);
	assert_int_equal(enveloped("-des3 council.pem").m.status, 0);
	assert_int_equal(enveloped("-aes128 alice.pem council.pem").m.status,
	    0);
	/* one bit more: gpgsm opens it all the same (EFAIL) */
	s = host_read(h, "enveloped");
	p = (unsigned char *)(uintptr_t)s.p + s.len - 40;
	*p ^= 1;
	o = open_as(FORM_SMIME_ENVELOPED, s, none, NULL, NULL, 0);
	assert_false(o.m.status == 0 && o.m.verdict.integrity);
}

static void
what_cannot_be_opened_gives_nothing(void **state)
{
	static const char *const words[] = { "-aes256 alice.pem",
		"-aes-256-gcm council.pem", "-aes256 -keyid council.pem",
		"-aes256 -recip council.pem -keyopt rsa_padding_mode:oaep" };
	struct sk_span none = { NULL, 0 };
	struct opened o;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		o = enveloped(words[i]);
		assert_int_equal(o.m.status, SK_ERR_CRYPTO);
		assert_true(o.m.verdict.failed);
		assert_false(o.given);
	}
	/* the newer form says what to ask for */
	assert_int_equal(shell("openssl cms -encrypt -binary -in text "
	    "-aes-256-gcm -outform DER -out enveloped council.pem"), 0);
	o = open_as(FORM_SMIME_AUTH_ENVELOPED, host_read(h, "enveloped"),
	    none, NULL, NULL, 0);
	assert_int_equal(o.m.status, SK_ERR_CRYPTO);
	assert_true(o.m.verdict.failed && o.m.verdict.encrypted);
	assert_non_null(strstr(o.m.reason, "AES-256-CBC"));
	/* and the next one opens */
	assert_int_equal(enveloped("-aes256 council.pem").m.status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(salt_that_gpgsm_cannot_bear),
		cmocka_unit_test(certificate_alone_for_programs),
		cmocka_unit_test(certificate_is_understood),
		cmocka_unit_test(chain_is_a_further_fact),
		cmocka_unit_test(unfit_certificates_are_refused),
		cmocka_unit_test(one_that_only_signs_is_taken),
		cmocka_unit_test(rubbish_is_no_certificate),
		cmocka_unit_test(copy_opens_by_openssl),
		cmocka_unit_test(many_copies_in_a_row),
		cmocka_unit_test(only_the_pinned_octets),
		cmocka_unit_test(costly_certificates_are_not_computed_with),
		cmocka_unit_test(signer_counts_only_if_pinned),
		cmocka_unit_test(odd_signers_do_not_count),
		cmocka_unit_test(second_signer_must_be_the_sender_too),
		cmocka_unit_test(same_name_other_key),
		cmocka_unit_test(broken_signatures),
		cmocka_unit_test(detached_signatures),
		cmocka_unit_test(enveloped_mail_keeps_its_name),
		cmocka_unit_test(enveloped_mail_opens_without_integrity),
		cmocka_unit_test(what_cannot_be_opened_gives_nothing),
	};

	if (!host_has("gpgsm") || !host_has("openssl"))
		return HOST_SKIP;
	return cmocka_run_group_tests(tests, begin, end);
}

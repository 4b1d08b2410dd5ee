/*
 * DECRYPT and VERIFY on what other programs make and attackers send. Whatever
 * is wrong with a message, no byte of it comes out, and from outside every
 * wrong looks the same (standards.md B1).
 */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <sekisho/files.h>
#include <sekisho/text.h>

#include "fault/keyd_host.h"

static struct host *h;
static struct keyd k;
static struct person alice, mallory;
static const char *own_home;		/* holds the council's public key */

static int
begin(void **state)
{
	(void)state;
	h = host_new();
	/* the second home: its key came by import, not by making */
	keyd_begin(h, &k, 1, NULL);
	alice = host_person(h, "alice", NULL, "0");
	mallory = host_person(h, "mallory", NULL, "0");
	host_write(h, "own.asc", keyd_own(&k)->block);
	host_write(h, "text", sk_span_str("秘密\r\nsecret canary\r\n"));
	own_home = alice.home;
	host_gpg(h, alice.home, "own.asc", NULL, "--import", NULL);
	host_gpg(h, mallory.home, "own.asc", NULL, "--import", NULL);
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

/* Signed and encrypted to the council by gpg. */
static struct sk_span
mail_by(const struct person *p, const char *option)
{
	assert_int_equal(host_gpg(h, p->home, "text", "mail.gpg", option,
	    "--recipient", h->own, "--sign", "--encrypt", NULL), 0);
	return host_read(h, "mail.gpg");
}

static struct sk_span
unsigned_mail(const char *option)
{
	assert_int_equal(host_gpg(h, own_home, "text", "mail.gpg", option,
	    "--recipient", h->own, "--encrypt", NULL), 0);
	return host_read(h, "mail.gpg");
}

static struct sk_span
joined(struct sk_span a, struct sk_span b)
{
	unsigned char *p = sk_arena_alloc(h->arena, a.len + b.len);

	memcpy(p, a.p, a.len);
	memcpy(p + a.len, b.p, b.len);
	return sk_span_of(p, a.len + b.len);
}

static void
assert_good(const struct opened *o, const struct person *p)
{
	assert_int_equal(o->m.status, 0);
	assert_true(o->m.verdict.encrypted && o->m.verdict.integrity);
	assert_false(o->m.verdict.failed);
	assert_int_equal(o->m.verdict.signature, SIGNATURE_GOOD);
	assert_string_equal(o->m.verdict.signer, p->fpr);
	assert_true(span_has(o->plain, "secret canary"));
}

/* The plaintext is there, the signature is worth nothing. */
static void
assert_signature(const struct opened *o, enum verdict_signature s)
{
	assert_int_equal(o->m.status, 0);
	assert_int_equal(o->m.verdict.signature, s);
	assert_true(span_has(o->plain, "secret canary"));
	if (s == SIGNATURE_UNKNOWN_KEY || s == SIGNATURE_ERROR ||
	    s == SIGNATURE_NONE || s == SIGNATURE_WEAK ||
	    s == SIGNATURE_SEVERAL)
		assert_string_equal(o->m.verdict.signer, "");
}

static void
assert_closed(const struct opened *o)
{
	assert_int_equal(o->m.status, SK_ERR_CRYPTO);
	assert_false(o->given);
	assert_true(o->m.verdict.failed);
	assert_false(o->m.verdict.integrity);
	assert_int_equal(o->m.verdict.signature, SIGNATURE_NONE);
	assert_string_equal(o->m.verdict.signer, "");
	assert_non_null(o->m.reason);
}

static void
refused(struct sk_span data)
{
	struct opened o = keyd_decrypt(h, &k, data, &alice, NULL);

	assert_closed(&o);
}

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
every_flip_closes_the_mail(void **state)
{
	struct sk_span mail = unsigned_mail("--no-armor");
	unsigned char *p = sk_arena_dup(h->arena, mail.p, mail.len);

	(void)state;
	/* from the session key's packet on to the last byte of the MDC */
	for (size_t at = 14; at < mail.len; at += 7) {
		p[at] ^= 0x04;
		refused(sk_span_of(p, mail.len));
		p[at] ^= 0x04;
	}
	p[mail.len - 1] ^= 1;
	refused(sk_span_of(p, mail.len));
	p[mail.len - 1] ^= 1;
	for (size_t n = mail.len - 1; n > 0; n = n * 2 / 3)
		refused(sk_span_of(p, n));
}

/* A thousand changes of one bit: what keyd says to the rest of the program is
 * the same octet for octet, but for the reason, which is for operators. */
static void
a_thousand_changes_look_alike(void **state)
{
	struct sk_span mail = unsigned_mail("--no-armor");
	unsigned char *p = sk_arena_dup(h->arena, mail.p, mail.len);
	struct sk_span text = host_read(h, "text");
	struct opened o;
	size_t same = 0;

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		size_t at = i * mail.len / 1000;
		unsigned char bit = (unsigned char)(1 << (i * 5 & 7));

		p[at] ^= bit;
		o = keyd_decrypt(h, &k, sk_span_of(p, mail.len), &alice,
		    NULL);
		p[at] ^= bit;
		/* bits that say nothing: of a length, of X25519's point */
		if (o.m.status == 0) {
			assert_true(sk_span_eq(o.plain, text));
			same++;
			continue;
		}
		assert_closed(&o);
		assert_int_equal(o.m.nciphers, 0);
		assert_string_equal(o.m.issuer, "");
		assert_int_equal(o.m.verdict.coverage, COVERS_NOTHING);
		assert_int_equal(o.m.certificate.len, 0);
	}
	assert_in_range(same, 0, 20);
}

/* The same packet under the number that has no integrity check. */
static void
no_integrity_no_plaintext(void **state)
{
	struct sk_span mail = unsigned_mail("--no-armor");
	unsigned char *p = sk_arena_dup(h->arena, mail.p, mail.len);
	size_t at = 2 + (size_t)p[1];

	(void)state;
	assert_int_equal(p[0], 0x84);
	assert_int_equal(p[at], 0xd2);
	p[at] = 0xc9;
	refused(sk_span_of(p, mail.len));
	/* and without the version byte, as a real one would look */
	assert_true(p[at + 1] < 192);
	memmove(p + at + 2, p + at + 3, mail.len - at - 3);
	p[at + 1]--;
	refused(sk_span_of(p, mail.len - 1));
}

static void
odd_messages_stay_closed(void **state)
{
	struct sk_span one = unsigned_mail("--no-armor");
	struct sk_span clear;

	(void)state;
	refused(joined(one, one));
	refused(joined(one, mail_by(&alice, "--no-armor")));
	host_gpg(h, alice.home, "text", "store.gpg", "--store", NULL);
	clear = host_read(h, "store.gpg");
	refused(clear);
	refused(joined(clear, one));
	refused(joined(one, clear));
	host_gpg(h, alice.home, "text", "signed.gpg", "--sign", NULL);
	refused(host_read(h, "signed.gpg"));
	refused(sk_span_str("no message at all"));
	refused(keyd_own(&k)->block);
	refused(sk_span_str(NULL));
	/* for somebody else */
	host_gpg(h, alice.home, "text", "other.gpg", "--recipient", alice.fpr,
	    "--encrypt", NULL);
	refused(host_read(h, "other.gpg"));
}

/* n session keys for somebody else, as they stand before those for us. */
static struct sk_span
for_others(struct sk_span mail, size_t n)
{
	size_t len = 2 + (size_t)mail.p[1];
	unsigned char *p = sk_arena_alloc(h->arena, n * len + 1);

	assert_int_equal(mail.p[0], 0x84);
	for (size_t i = 0; i < n; i++) {
		memcpy(p + i * len, mail.p, len);
		p[i * len + 3] ^= 0xff;		/* the key id */
	}
	return sk_span_of(p, n * len);
}

/* A compressed packet to the end, with one stored block. */
static struct sk_span
compressed(struct sk_span s)
{
	const unsigned char head[] = { 0xa3, 1, 1, (unsigned char)s.len,
		(unsigned char)(s.len >> 8), (unsigned char)~s.len,
		(unsigned char)(~s.len >> 8) };

	return joined(sk_span_of(head, sizeof(head)), s);
}

static struct sk_span
armoured(struct sk_span s)
{
	const char *pem = sk_pem(h->arena, "PGP MESSAGE", s);
	const char *body = strchr(pem, '\n');

	return sk_span_str(sk_arena_printf(h->arena, "%.*s\n%s",
	    (int)(body - pem), pem, body));
}

/* gpg works for each that may be us, wherever it stands. */
static void
few_recipients_and_one_message(void **state)
{
	struct sk_span mail = unsigned_mail("--no-armor"), many;
	struct opened o;

	(void)state;
	o = keyd_decrypt(h, &k, joined(for_others(mail,
	    LIMIT_PGP_RECIPIENTS - 1), mail), &alice, NULL);
	assert_signature(&o, SIGNATURE_NONE);
	many = joined(for_others(mail, LIMIT_PGP_RECIPIENTS), mail);
	o = keyd_decrypt(h, &k, many, &alice, NULL);
	assert_closed(&o);
	assert_string_equal(o.m.reason, "it is encrypted to too many");
	o = keyd_decrypt(h, &k, armoured(many), &alice, NULL);
	assert_closed(&o);
	assert_string_equal(o.m.reason, "it is encrypted to too many");
	refused(joined(mail, for_others(mail, 1)));
	refused(compressed(mail));
	refused(joined(armoured(mail), armoured(mail)));
	/* encrypted in encrypted, as one message: not opened twice */
	assert_int_equal(host_gpg(h, own_home, "mail.gpg", "nested.gpg",
	    "--no-armor", "--no-literal", "--compress-algo", "none",
	    "--recipient", h->own, "--encrypt", NULL), 0);
	refused(host_read(h, "nested.gpg"));
	/* what is no packet ends the message, for gpg too */
	o = keyd_decrypt(h, &k, joined(sk_span_str("A word before.\n"),
	    unsigned_mail("--armor")), &alice, NULL);
	assert_signature(&o, SIGNATURE_NONE);
}

static void
symmetric_is_refused_without_a_question(void **state)
{
	(void)state;
	assert_int_equal(host_run(h, "text", "sym.gpg", "gpg", "--homedir",
	    alice.home, "--batch", "--pinentry-mode", "loopback",
	    "--passphrase", "x", "--symmetric", NULL), 0);
	refused(host_read(h, "sym.gpg"));
}

static void
bombs_end_early(void **state)
{
	size_t n = 40 * 1024 * 1024;
	struct sk_span mail;

	(void)state;
	host_write(h, "zeros", sk_span_of(sk_arena_alloc(h->arena, n), n));
	assert_int_equal(host_gpg(h, own_home, "zeros", "bomb.gpg",
	    "--compress-algo", "zlib", "-z", "9", "--recipient", h->own,
	    "--encrypt", NULL), 0);
	mail = host_read(h, "bomb.gpg");
	assert_true(mail.len < n / 100);
	refused(mail);
	/* a mail that grows as mails do still opens afterwards */
	host_write(h, "zeros", sk_span_of(sk_arena_alloc(h->arena, 900000),
	    900000));
	host_gpg(h, own_home, "zeros", "bomb.gpg", "--compress-algo", "zlib",
	    "--recipient", h->own, "--encrypt", NULL);
	assert_int_equal(keyd_decrypt(h, &k, host_read(h, "bomb.gpg"), NULL,
	    NULL).plain.len, 900000);
}

/* What holds itself again and again (a quine never ends; gpg has a depth). */
static void
messages_in_messages_end_early(void **state)
{
	static const unsigned char layer[] = { 0xa3, 0 };	/* "compressed", plain */
	size_t n = 2 * 5000;
	char *deep = sk_arena_alloc(h->arena, n);
	size_t zeros = 40 * 1024 * 1024;

	(void)state;
	for (size_t i = 0; i < n; i++)
		deep[i] = (char)layer[i % 2];
	host_write(h, "deep", joined(sk_span_of(deep, n),
	    sk_span_str("\xac\x0b\x62\0\0\0\0\0hello")));
	assert_int_equal(host_gpg(h, own_home, "deep", "deep.gpg",
	    "--no-literal", "--compress-algo", "none", "--recipient", h->own,
	    "--encrypt", NULL), 0);
	refused(host_read(h, "deep.gpg"));
	host_write(h, "zeros", sk_span_of(sk_arena_alloc(h->arena, zeros),
	    zeros));
	assert_int_equal(host_gpg(h, own_home, "zeros", "bomb.gpg",
	    "--compress-algo", "bzip2", "--recipient", h->own, "--encrypt",
	    NULL), 0);
	refused(host_read(h, "bomb.gpg"));
}

static void
names_inside_do_nothing(void **state)
{
	struct opened o;

	(void)state;
	assert_int_equal(host_gpg(h, own_home, "text", "mail.gpg",
	    "--set-filename", "x\n[GNUPG:] GOODSIG 0 a\n[GNUPG:] VALIDSIG 0",
	    "--recipient", h->own, "--encrypt", NULL), 0);
	o = keyd_decrypt(h, &k, host_read(h, "mail.gpg"), &alice, NULL);
	assert_signature(&o, SIGNATURE_NONE);
	assert_int_equal(host_gpg(h, own_home, "text", "mail.gpg",
	    "--set-filename", "../../../tmp/escaped", "--recipient", h->own,
	    "--encrypt", NULL), 0);
	o = keyd_decrypt(h, &k, host_read(h, "mail.gpg"), &alice, NULL);
	assert_signature(&o, SIGNATURE_NONE);
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

static void
places_outside_are_refused(void **state)
{
	static const uint64_t places[][2] = { { 0, 1000 }, { 1000, 1 },
		{ 5, UINT64_MAX - 2 }, { UINT64_MAX, 1 }, { 0, 0 } };
	struct msg_open_mail ask = { .form = FORM_PGP_ENCRYPTED };
	struct channel_message m;
	struct msg_opened_mail r;
	struct sk_buf b;
	int fd = sk_memfd_of("mail", sk_span_str("short"));

	(void)state;
	sk_buf_init(&b, 1000);
	for (size_t i = 0; i < 5; i++) {
		ask.data_at = places[i][0];
		ask.data_len = places[i][1];
		sk_buf_clear(&b);
		msg_open_mail_put(&b, &ask);
		keyd_ask(&k, MSG_DECRYPT, &b, fd, &m);
		assert_int_equal(msg_opened_mail_get(h->arena,
		    sk_buf_span(&m.fields), &r), 0);
		assert_int_equal(r.status, SK_ERR_CRYPTO);
		assert_true(r.verdict.failed);
		channel_message_end(&m);
	}
	sk_buf_free(&b);
	close(fd);
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
		cmocka_unit_test(every_flip_closes_the_mail),
		cmocka_unit_test(a_thousand_changes_look_alike),
		cmocka_unit_test(no_integrity_no_plaintext),
		cmocka_unit_test(odd_messages_stay_closed),
		cmocka_unit_test(few_recipients_and_one_message),
		cmocka_unit_test(symmetric_is_refused_without_a_question),
		cmocka_unit_test(bombs_end_early),
		cmocka_unit_test(messages_in_messages_end_early),
		cmocka_unit_test(names_inside_do_nothing),
		cmocka_unit_test(detached_signature_covers_its_bytes),
		cmocka_unit_test(a_key_must_be_for_signing),
		cmocka_unit_test(cleartext_signatures_are_checked),
		cmocka_unit_test(places_outside_are_refused),
	};

	if (!host_has("gpg"))
		return HOST_SKIP;
	return cmocka_run_group_tests(tests, begin, end);
}

/*
 * DECRYPT on what attackers send. Whatever is wrong with a message, no byte of
 * it comes out, and from outside every wrong looks the same (standards.md B1).
 */
#include <config.h>

#include "fault/keyd_mail.h"

#include <unistd.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/text.h>

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
		cmocka_unit_test(every_flip_closes_the_mail),
		cmocka_unit_test(a_thousand_changes_look_alike),
		cmocka_unit_test(no_integrity_no_plaintext),
		cmocka_unit_test(odd_messages_stay_closed),
		cmocka_unit_test(few_recipients_and_one_message),
		cmocka_unit_test(symmetric_is_refused_without_a_question),
		cmocka_unit_test(bombs_end_early),
		cmocka_unit_test(messages_in_messages_end_early),
		cmocka_unit_test(names_inside_do_nothing),
		cmocka_unit_test(places_outside_are_refused),
	};

	if (!host_has("gpg"))
		return HOST_SKIP;
	return cmocka_run_group_tests(tests, begin, end);
}

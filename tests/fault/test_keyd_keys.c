/*
 * INSPECT: keys as strangers send them. The facts must be those of the key
 * and not those the sender would like; nothing stays behind in any ring.
 */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>

#include "fault/keyd_host.h"

static struct host *h;
static struct keyd k;
static struct person alice, bob;

static int
begin(void **state)
{
	(void)state;
	h = host_new();
	keyd_begin(h, &k, 0, NULL);
	alice = host_person(h, "alice", NULL, "0");
	bob = host_person(h, "bob", NULL, "0");
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

static const char *
word(const struct msg_inspected *r)
{
	return key_unusable(&r->key, time(NULL));
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
good_key_is_described(void **state)
{
	struct msg_inspected r = keyd_inspect(h, &k, alice.block);
	struct sk_error e = { 0 };
	bool mismatch;

	(void)state;
	assert_int_equal(r.status, 0);
	assert_string_equal(r.key.fpr, alice.fpr);
	assert_string_equal(r.key.algorithm, "ed25519");
	assert_int_equal(r.key.primaries, 1);
	assert_false(r.key.secret || r.key.revoked);
	assert_int_equal(r.key.nsubkeys, 2);
	assert_string_equal(r.key.subkeys[0].key_id, alice.fpr + 24);
	assert_false(r.key.subkeys[0].can_encrypt);
	assert_true(r.key.subkeys[1].can_encrypt);
	assert_int_equal(r.key.naddresses, 1);
	assert_int_equal(key_importable(&r.key, time(NULL),
	    "alice@person.example", &mismatch, &e), 0);
	assert_false(mismatch);
	/* the block it gives back is a usable one of the same key */
	r = keyd_inspect(h, &k, r.key.block);
	assert_int_equal(r.status, 0);
	assert_string_equal(r.key.fpr, alice.fpr);
	assert_int_equal(keyd_seal(h, &k, alice.fpr, r.key.block,
	    sk_span_str("x")).status, 0);
}

/* A home where nothing can be written is no fault of the key: a revocation
 * that comes meanwhile is looked at again, not refused. */
static void
faults_of_ours_are_not_the_keys(void **state)
{
	const char *at = host_path(h, "homes/0/scratch"),
	    *kept = host_path(h, "homes/0/kept");
	struct msg_inspected r;

	(void)state;
	assert_int_equal(rename(at, kept), 0);
	r = keyd_inspect(h, &k, alice.block);
	assert_int_equal(rename(kept, at), 0);
	assert_int_equal(r.status, SK_ERR_TEMP);
	assert_int_equal(keyd_inspect(h, &k, alice.block).status, 0);
}

static void
binary_keys_are_taken(void **state)
{
	struct msg_inspected r;

	(void)state;
	host_gpg(h, bob.home, NULL, "bob.bin", "--export", bob.fpr, NULL);
	r = keyd_inspect(h, &k, host_read(h, "bob.bin"));
	assert_int_equal(r.status, 0);
	assert_string_equal(r.key.fpr, bob.fpr);
	assert_true(span_has(r.key.block, "BEGIN PGP PUBLIC KEY BLOCK"));
}

/* RFC 9580 needs no checksum: keys of newer programs, of every length. */
static void
keys_without_a_sum_are_taken(void **state)
{
	static const char *const names[] = { "a", "ab", "abc" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct person p = host_person(h, names[i], NULL, "0");
		struct msg_inspected r;
		char *text = sk_arena_strn(h->arena, p.block.p, p.block.len);
		char *sum = strstr(text, "\n=");

		assert_non_null(sum);
		memmove(sum + 1, strchr(sum + 1, '\n') + 1,
		    strlen(strchr(sum + 1, '\n') + 1) + 1);
		r = keyd_inspect(h, &k, sk_span_str(text));
		assert_int_equal(r.status, 0);
		assert_string_equal(r.key.fpr, p.fpr);
	}
}

static void
dead_keys_are_told(void **state)
{
	struct person old = host_person(h, "old", "20200101T000000", "1y"),
	    sign = host_sign_only(h, "sign"),
	    rev = host_person(h, "rev", NULL, "0");
	struct msg_inspected r;

	(void)state;
	r = keyd_inspect(h, &k, old.block);
	assert_int_equal(r.status, 0);
	assert_true(r.key.expires > r.key.created);
	assert_string_equal(word(&r), "key-expired");
	r = keyd_inspect(h, &k, sign.block);
	assert_string_equal(word(&r), "key-no-encryption");
	host_run(h, NULL, NULL, "sh", "-c", "sed 's/^:---/---/' "
	    "\"$1\"/openpgp-revocs.d/$2.rev | gpg --homedir \"$1\" --batch "
	    "--import", "sh", rev.home, rev.fpr, NULL);
	r = keyd_inspect(h, &k, host_export(h, &rev));
	assert_int_equal(r.status, 0);
	assert_true(r.key.revoked);
	assert_string_equal(word(&r), "key-revoked");
}

/* Beside the pinned key: later dates are taken over, an older copy takes
 * nothing back, and its revocation certificate alone is enough. Another key
 * stays another, and another's revocation is none of this one. */
static void
newer_forms_are_laid_over_the_pinned(void **state)
{
	struct person p = host_person(h, "again", NULL, "1y"),
	    q = host_person(h, "stranger", NULL, "1y");
	struct sk_span old = p.block, cert, other;
	struct msg_inspected r, was, sequoia;

	(void)state;
	was = keyd_inspect(h, &k, old);
	host_gpg(h, p.home, NULL, NULL, "--quick-set-expire", p.fpr, "3y",
	    NULL);
	r = keyd_inspect_beside(h, &k, host_export(h, &p), was.key.block);
	assert_int_equal(r.status, 0);
	assert_true(r.key.expires > was.key.expires);
	assert_int_equal(key_changed(&was.key, &r.key), KEY_NEWER);
	was = keyd_inspect_beside(h, &k, old, r.key.block);
	assert_int_equal(was.status, 0);
	assert_int_equal(key_changed(&r.key, &was.key), KEY_SAME);
	was = keyd_inspect_beside(h, &k, q.block, r.key.block);
	assert_int_equal(key_changed(&r.key, &was.key), KEY_OTHER);
	assert_string_equal(was.key.fpr, q.fpr);
	cert = host_revocation(h, &p);
	host_run(h, NULL, "rev-of-p.asc", "cat", host_path(h, "rev.asc"),
	    NULL);
	other = host_revocation(h, &q);
	was = keyd_inspect_beside(h, &k, cert, r.key.block);
	assert_int_equal(was.status, 0);
	assert_int_equal(key_changed(&r.key, &was.key), KEY_REVOKED);
	assert_int_equal(keyd_inspect(h, &k, cert).status, SK_ERR_DATA);
	/* as Sequoia writes it */
	host_run(h, NULL, "sq.asc", "sed", "s/PUBLIC KEY BLOCK/SIGNATURE/",
	    host_path(h, "rev-of-p.asc"), NULL);
	sequoia = keyd_inspect_beside(h, &k, host_read(h, "sq.asc"),
	    r.key.block);
	assert_int_equal(sequoia.status, 0);
	assert_int_equal(key_changed(&r.key, &sequoia.key), KEY_REVOKED);
	assert_int_equal(keyd_inspect_beside(h, &k, other,
	    r.key.block).status, SK_ERR_DATA);
	/* unrevoked again by nobody */
	r = keyd_inspect_beside(h, &k, old, was.key.block);
	assert_true(r.key.revoked);
	assert_int_equal(key_changed(&was.key, &r.key), KEY_SAME);
}

/* `gpg --export ADDRESS` after a rollover: the old one revoked, and the new. The
 * known one of them is described, whatever stands first, and never without its
 * block: an older copy lifts nothing. */
static void
known_one_of_several_is_found(void **state)
{
	struct person p = host_person(h, "rolled", NULL, "1y"),
	    q = host_person(h, "next", NULL, "1y");
	struct sk_span old = p.block, given[2];
	struct msg_inspected was = keyd_inspect(h, &k, old), r;

	(void)state;
	host_revocation(h, &p);
	host_gpg(h, p.home, "rev.asc", NULL, "--import", NULL);
	given[0] = joined(host_export(h, &p), q.block);
	given[1] = joined(q.block, host_export(h, &p));
	for (size_t i = 0; i < 2; i++) {
		r = keyd_inspect_beside(h, &k, given[i], was.key.block);
		assert_int_equal(r.status, 0);
		assert_string_equal(r.key.fpr, p.fpr);
		assert_int_equal(r.nnames, 2);
		assert_string_equal(r.names[i], p.fpr);
		assert_string_equal(r.names[!i], q.fpr);
		assert_int_equal(key_changed(&was.key, &r.key), KEY_REVOKED);
		assert_int_equal(r.key.primaries, 1);
		r = keyd_inspect_beside(h, &k, old, r.key.block);
		assert_int_equal(r.status, 0);
		assert_true(r.key.revoked);
		/* nobody's that is known: told, and kept out */
		r = keyd_inspect_beside(h, &k, given[i], alice.block);
		assert_int_equal(r.status, 0);
		assert_int_equal(r.key.primaries, 2);
		assert_int_equal(r.key.block.len, 0);
	}
	/* with a secret key in it nothing is touched */
	host_gpg(h, p.home, NULL, "secret.asc", "--armor",
	    "--export-secret-keys", p.fpr, NULL);
	r = keyd_inspect_beside(h, &k, joined(host_export(h, &p), host_read(h,
	    "secret.asc")), was.key.block);
	assert_true(r.status != 0 || r.key.secret);
	assert_int_equal(r.key.block.len, 0);
}

/* What a key is encrypted with is told of each subkey, not of the primary. */
static void
weak_subkeys_are_seen(void **state)
{
	struct person p = host_sign_only(h, "weak");
	struct msg_inspected r;

	(void)state;
	assert_int_equal(host_gpg(h, p.home, NULL, NULL, "--quick-add-key",
	    p.fpr, "rsa1024", "encr", "0", NULL), 0);
	r = keyd_inspect(h, &k, host_export(h, &p));
	assert_int_equal(r.status, 0);
	assert_string_equal(r.key.algorithm, "ed25519");
	assert_string_equal(r.key.subkeys[1].algorithm, "rsa1024");
	assert_string_equal(word(&r), "key-weak");
	assert_string_equal(key_encryption(&r.key, time(NULL)), "rsa1024");
}

/* The primary lives on, the encryption subkey does not. */
static void
subkey_expiry_counts(void **state)
{
	struct person p = host_person(h, "half", "20200101T000000", "1y");
	struct msg_inspected r;

	(void)state;
	host_gpg(h, p.home, NULL, NULL, "--faked-system-time",
	    "20200601T000000", "--quick-set-expire", p.fpr, "0", NULL);
	r = keyd_inspect(h, &k, host_export(h, &p));
	assert_int_equal(r.status, 0);
	assert_int_equal(r.key.expires, 0);
	assert_string_equal(word(&r), "key-expired");
	assert_true(key_encrypts_until(&r.key) < time(NULL));
}

static void
several_keys_are_counted(void **state)
{
	struct msg_inspected r;
	struct sk_error e = { 0 };
	bool mismatch;

	(void)state;
	r = keyd_inspect(h, &k, joined(alice.block, bob.block));
	assert_int_equal(r.status, 0);
	assert_int_equal(r.key.primaries, 2);
	assert_int_equal(r.key.block.len, 0);
	assert_int_equal(key_importable(&r.key, time(NULL), NULL, &mismatch,
	    &e), SK_ERR_DATA);
	host_gpg(h, alice.home, NULL, "a.bin", "--export", alice.fpr, NULL);
	host_gpg(h, bob.home, NULL, "b.bin", "--export", bob.fpr, NULL);
	r = keyd_inspect(h, &k, joined(host_read(h, "a.bin"),
	    host_read(h, "b.bin")));
	assert_int_equal(r.key.primaries, 2);
}

static void
secret_keys_are_seen(void **state)
{
	struct msg_inspected r;
	struct sk_span s;
	char *text, *at;

	(void)state;
	host_gpg(h, alice.home, NULL, "secret.asc", "--armor",
	    "--export-secret-keys", alice.fpr, NULL);
	s = host_read(h, "secret.asc");
	r = keyd_inspect(h, &k, s);
	assert_int_equal(r.status, 0);
	assert_true(r.key.secret);
	assert_int_equal(r.key.block.len, 0);
	/* the same under the title of a public key */
	text = sk_arena_strn(h->arena, s.p, s.len);
	while ((at = strstr(text, "PRIVATE")) != NULL) {
		memcpy(at, "PUBLIC", 6);
		memmove(at + 6, at + 7, strlen(at + 7) + 1);
	}
	r = keyd_inspect(h, &k, sk_span_str(text));
	assert_true(r.status != 0 || r.key.secret);
	assert_int_equal(r.key.block.len, 0);
	/* only a secret subkey, behind a public key */
	host_gpg(h, alice.home, NULL, "secret.bin", "--export-secret-subkeys",
	    alice.fpr, NULL);
	r = keyd_inspect(h, &k, host_read(h, "secret.bin"));
	assert_true(r.status != 0 || r.key.secret);
	assert_int_equal(r.key.block.len, 0);
	assert_int_equal(host_gpg(h, host_path(h, "homes/0"), NULL, "sec.out",
	    "--with-colons", "--list-secret-keys", NULL), 0);
	assert_false(span_has(host_read(h, "sec.out"), alice.fpr));
}

static void
strangers_signatures_are_dropped(void **state)
{
	struct msg_inspected r;
	struct sk_span full, list;

	(void)state;
	host_write(h, "alice.asc", alice.block);
	host_gpg(h, bob.home, "alice.asc", NULL, "--import", NULL);
	assert_int_equal(host_gpg(h, bob.home, NULL, NULL, "--quick-sign-key",
	    alice.fpr, NULL), 0);
	host_gpg(h, bob.home, NULL, "signed.asc", "--armor", "--export",
	    alice.fpr, NULL);
	full = host_read(h, "signed.asc");
	assert_true(full.len > alice.block.len);
	r = keyd_inspect(h, &k, full);
	assert_int_equal(r.status, 0);
	host_write(h, "min.asc", r.key.block);
	host_gpg(h, bob.home, NULL, "list.out", "--list-packets",
	    host_path(h, "min.asc"), NULL);
	list = host_read(h, "list.out");
	assert_true(span_has(list, alice.fpr + 24));
	assert_false(span_has(list, bob.fpr + 24));
}

/* 50,000 signatures are some MiB: nothing of it is even looked at. */
static void
floods_are_refused(void **state)
{
	size_t n = 0, max = 8 * 1024 * 1024;
	unsigned char *p = sk_arena_alloc(h->arena, max + 4096);
	struct msg_inspected r;
	struct sk_span one;

	(void)state;
	host_gpg(h, bob.home, NULL, "flood.bin", "--export", alice.fpr, NULL);
	one = host_read(h, "flood.bin");
	memcpy(p, one.p, one.len);
	for (n = one.len; n < max; n += 120)
		memcpy(p + n, one.p + one.len - 120, 120);
	r = keyd_inspect(h, &k, sk_span_of(p, n));
	assert_int_equal(r.status, SK_ERR_LIMIT);
	assert_non_null(strstr(r.reason, "export-minimal"));
	/* below the cap a flood shrinks to the key itself */
	for (n = one.len; n + 120 < LIMIT_KEY_BYTES; n += 120)
		continue;
	r = keyd_inspect(h, &k, sk_span_of(p, n));
	assert_true(r.status != 0 || r.key.block.len < 2000);
}

/* RSA of 16,384 bits with an exponent as long: gpg would need 3 s for each
 * signature, and keyd would not be there meanwhile. It never sees it. */
static void
costly_keys_are_not_computed_with(void **state)
{
	enum { NUMBER = 16384 / 8 };
	size_t len = 6 + 2 * (2 + NUMBER), n = 3 + len;
	unsigned char *p = sk_arena_alloc(h->arena, n);
	struct msg_inspected r;

	(void)state;
	memset(p, 0xff, n);
	memcpy(p, (const unsigned char[]){ 0x99, (unsigned char)(len >> 8),
	    (unsigned char)len, 4, 0, 0, 0, 1, 1, NUMBER * 8 >> 8, 0 }, 11);
	memcpy(p + 11 + NUMBER, (const unsigned char[]){ NUMBER * 8 >> 8, 0 },
	    2);
	r = keyd_inspect(h, &k, joined(sk_span_of(p, n), joined(
	    host_read(h, "bob.bin"), host_read(h, "bob.bin"))));
	assert_int_equal(r.status, SK_ERR_LIMIT);
	assert_non_null(strstr(r.reason, "larger than in any key"));
}

/* What takes all of its time would do so again: it is not asked for again. */
static void
a_passed_deadline_is_final(void **state)
{
	const char *at = host_path(h, "homes/0/scratch/gpg.conf"),
	    *kept = host_path(h, "kept.conf");
	struct msg_inspected r;

	(void)state;
	assert_int_equal(keyd_end_of(h, &k), 0);
	keyd_begin(h, &k, 0, "1");
	assert_int_equal(rename(at, kept), 0);
	assert_int_equal(mkfifo(at, 0600), 0);	/* gpg waits in it */
	r = keyd_inspect(h, &k, alice.block);
	assert_int_equal(rename(kept, at), 0);
	assert_int_equal(r.status, SK_ERR_LIMIT);
	assert_non_null(strstr(r.reason, "longer than 1 seconds"));
	assert_int_equal(keyd_inspect(h, &k, alice.block).status, 0);
	assert_int_equal(keyd_end_of(h, &k), 0);
	keyd_begin(h, &k, 0, NULL);
}

static void
junk_is_no_key(void **state)
{
	static const char *const junk[] = { "", "no key",
		"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n"
		"-----END PGP PUBLIC KEY BLOCK-----\n" };
	struct msg_inspected r;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		r = keyd_inspect(h, &k, sk_span_str(junk[i]));
		assert_int_equal(r.status, SK_ERR_DATA);
		assert_non_null(r.reason);
	}
	/* a message is no key either */
	host_write(h, "text", sk_span_str("text"));
	host_gpg(h, alice.home, "text", "m.gpg", "--recipient", alice.fpr,
	    "--encrypt", NULL);
	r = keyd_inspect(h, &k, host_read(h, "m.gpg"));
	assert_int_equal(r.status, SK_ERR_DATA);
	for (size_t at = 0; at < alice.block.len; at += 61) {
		unsigned char *p = sk_arena_dup(h->arena, alice.block.p,
		    alice.block.len);

		p[at] ^= 1;
		r = keyd_inspect(h, &k, sk_span_of(p, alice.block.len));
		assert_true(r.status != 0 || r.key.primaries == 1);
		if (r.status == 0)
			assert_string_equal(r.key.fpr, alice.fpr);
	}
}

static void
others_keys_are_described(void **state)
{
	struct msg_inspected r;

	(void)state;
	if (!host_has("sq") || !host_has("rnpkeys"))
		skip();
	host_run(h, NULL, NULL, "sq", "key", "generate", "--cipher-suite",
	    "rsa3k", "--userid", "Sq <sq@person.example>", "--export",
	    host_path(h, "sq.key"), NULL);
	host_run(h, NULL, "sq.cert", "sq", "key", "extract-cert",
	    host_path(h, "sq.key"), NULL);
	r = keyd_inspect(h, &k, host_read(h, "sq.cert"));
	assert_int_equal(r.status, 0);
	assert_string_equal(r.key.algorithm, "rsa3072");
	assert_string_equal(word(&r), "");
	assert_string_equal(r.key.addresses[0], "sq@person.example");
	assert_int_equal(sk_dir_make(host_path(h, "rnp"), 0700, NULL), 0);
	assert_int_equal(host_run(h, NULL, NULL, "rnpkeys", "--homedir",
	    host_path(h, "rnp"), "--password", "", "--userid",
	    "Rnp <rnp@person.example>", "--generate-key", NULL), 0);
	assert_int_equal(host_run(h, NULL, "rnp.asc", "rnpkeys", "--homedir",
	    host_path(h, "rnp"), "--export-key", "rnp@person.example",
	    NULL), 0);
	r = keyd_inspect(h, &k, host_read(h, "rnp.asc"));
	assert_int_equal(r.status, 0);
	assert_string_equal(word(&r), "");
}

/* Looked at is not imported. */
/* A user id that two programs read in two ways names nobody (CVE-2026-27444);
 * one that all read alike still does. */
static void
ambiguous_user_ids_name_nobody(void **state)
{
	static const struct { const char *uid; bool names; } t[] = {
		{ "Eve <eve@evil.example>", true },
		{ "eve@evil.example", true },
		{ "<eve@evil.example>", true },
		{ "Eve (work) <eve@evil.example>", true },
		{ "alice@person.example <eve@evil.example>", false },
		{ "<alice@person.example> <eve@evil.example>", false },
		{ "Eve <eve@evil.example> <alice@person.example>", false },
		{ "Eve (alice@person.example) <eve@evil.example>", false },
		{ "Eve <eve@evil.example> (alice@person.example)", false },
		{ "Eve <eve@evil.example>@person.example", false },
		{ "\"Eve <alice@person.example>\" <eve@evil.example>", false },
		{ "Eve eve@evil.example", false },
	};
	struct sk_error e;
	bool mismatch;

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		const char *home = host_path(h, sk_arena_printf(h->arena,
		    "u%zu", i));
		struct msg_inspected r;
		char fpr[41];

		assert_int_equal(sk_dir_make(home, 0700, NULL), 0);
		assert_int_equal(host_gpg(h, home, NULL, NULL, "--passphrase",
		    "", "--allow-freeform-uid", "--quick-generate-key",
		    t[i].uid, "ed25519", "sign", "0", NULL), 0);
		host_fpr(h, home, fpr);
		assert_int_equal(host_gpg(h, home, NULL, NULL, "--passphrase",
		    "", "--quick-add-key", fpr, "cv25519", "encr", "0", NULL),
		    0);
		host_gpg(h, home, NULL, "odd.asc", "--armor", "--export", fpr,
		    NULL);
		r = keyd_inspect(h, &k, host_read(h, "odd.asc"));
		assert_int_equal(r.status, 0);
		if ((r.key.naddresses > 0) != t[i].names)
			fail_msg("%s: %zu addresses", t[i].uid,
			    r.key.naddresses);
		assert_int_equal(key_importable(&r.key, time(NULL) + 60,
		    "alice@person.example", &mismatch, &e), 0);
		assert_true(mismatch);
	}
}

static void
nothing_stays_behind(void **state)
{
	struct sk_span none = { NULL, 0 };

	(void)state;
	assert_int_equal(keyd_inspect(h, &k, bob.block).status, 0);
	assert_int_equal(keyd_seal(h, &k, bob.fpr, none,
	    sk_span_str("x")).status, SK_ERR_CRYPTO);
	assert_int_equal(host_run(h, NULL, "ls.out", "ls", "-A",
	    host_path(h, "homes/0/scratch"), NULL), 0);
	assert_true(sk_span_is(host_read(h, "ls.out"),
	    "gpg-agent.conf\ngpg.conf\ntrustdb.gpg\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_key_is_described),
		cmocka_unit_test(faults_of_ours_are_not_the_keys),
		cmocka_unit_test(binary_keys_are_taken),
		cmocka_unit_test(keys_without_a_sum_are_taken),
		cmocka_unit_test(dead_keys_are_told),
		cmocka_unit_test(newer_forms_are_laid_over_the_pinned),
		cmocka_unit_test(known_one_of_several_is_found),
		cmocka_unit_test(weak_subkeys_are_seen),
		cmocka_unit_test(subkey_expiry_counts),
		cmocka_unit_test(several_keys_are_counted),
		cmocka_unit_test(secret_keys_are_seen),
		cmocka_unit_test(strangers_signatures_are_dropped),
		cmocka_unit_test(floods_are_refused),
		cmocka_unit_test(costly_keys_are_not_computed_with),
		cmocka_unit_test(a_passed_deadline_is_final),
		cmocka_unit_test(junk_is_no_key),
		cmocka_unit_test(others_keys_are_described),
		cmocka_unit_test(ambiguous_user_ids_name_nobody),
		cmocka_unit_test(nothing_stays_behind),
	};

	if (!host_has("gpg"))
		return HOST_SKIP;
	return cmocka_run_group_tests(tests, begin, end);
}

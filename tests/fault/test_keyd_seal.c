/*
 * SEAL against real GnuPG, Sequoia and RNP recipients: exactly one key can
 * open a copy, it is signed by the council, and its packets are the old ones
 * that every program reads. And every way in which a key can be unusable must
 * end without a copy.
 */
#include <config.h>

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <sekisho/files.h>

#include "fault/keyd_host.h"

static struct host *h;
static struct keyd k;
static struct person alice;

static struct sk_span
text(void)
{
	return sk_span_str("Content-Type: text/plain\r\n\r\nいろは\r\n");
}

static int
begin(void **state)
{
	(void)state;
	h = host_new();
	keyd_begin(h, &k, 0, NULL);
	alice = host_person(h, "alice", NULL, "0");
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

static void
council_key_is_announced(void **state)
{
	(void)state;
	assert_string_equal(keyd_own(&k)->fpr, h->own);
	assert_true(span_has(keyd_own(&k)->block, "BEGIN PGP PUBLIC KEY"));
	assert_non_null(strstr(k.ready.versions, "gpg 2."));
}

/* What gpg shows of the packets, with the recipient's key at hand. */
static struct sk_span
packets(const struct person *p, struct sk_span armour)
{
	host_write(h, "copy.asc", armour);
	assert_int_equal(host_gpg(h, p->home, NULL, "packets.out",
	    "--list-packets", host_path(h, "copy.asc"), NULL), 0);
	return host_read(h, "packets.out");
}

static void
one_copy_opens_for_one_person(void **state)
{
	struct person bob = host_person(h, "bob", NULL, "0");
	struct sealed s = keyd_seal(h, &k, alice.fpr, alice.block, text());
	struct sk_span p;

	(void)state;
	assert_int_equal(s.status, 0);
	assert_true(span_has(s.armour, "-----BEGIN PGP MESSAGE-----\n\n"));
	p = packets(&alice, s.armour);
	assert_int_equal(span_count(p, ":pubkey enc packet:"), 1);
	assert_int_equal(span_count(p, ":pubkey enc packet: version 3"), 1);
	assert_int_equal(span_count(p, ":symkey enc"), 0);
	assert_int_equal(span_count(p, "mdc_method: 2"), 1);
	assert_int_equal(span_count(p, "aead"), 0);
	assert_int_equal(span_count(p, ":compressed"), 0);
	assert_int_equal(span_count(p, ":signature packet:"), 1);
	assert_true(span_has(p, "digest algo 10"));
	assert_true(span_has(p, "name=\"\""));
	/* bob holds the ciphertext and the council's key, and that is all */
	assert_int_not_equal(host_gpg(h, bob.home, NULL, NULL, "--decrypt",
	    host_path(h, "copy.asc"), NULL), 0);
}

/* A newer key with the same name and address, known to this keyd: the pinned
 * fingerprint names who can open the copy (standards.md B1; finding 7). */
static void
an_address_chooses_no_key(void **state)
{
	struct person old = host_person(h, "twin", NULL, "0");
	struct person newer = host_person(h, "other", NULL, "0");
	struct sealed s;

	(void)state;
	assert_int_equal(host_gpg(h, newer.home, NULL, NULL, "--quick-add-uid",
	    newer.fpr, "twin <twin@person.example>", NULL), 0);
	newer.block = host_export(h, &newer);
	host_write(h, "own.asc", keyd_own(&k)->block);
	host_gpg(h, old.home, NULL, NULL, "--import", host_path(h, "own.asc"),
	    NULL);
	host_gpg(h, newer.home, NULL, NULL, "--import", host_path(h,
	    "own.asc"), NULL);
	s = keyd_seal(h, &k, newer.fpr, newer.block, text());
	assert_int_equal(s.status, 0);
	s = keyd_seal(h, &k, old.fpr, old.block, text());
	assert_int_equal(s.status, 0);
	host_write(h, "copy.asc", s.armour);
	assert_int_equal(host_gpg(h, old.home, NULL, NULL, "--decrypt",
	    host_path(h, "copy.asc"), NULL), 0);
	assert_int_not_equal(host_gpg(h, newer.home, NULL, NULL, "--decrypt",
	    host_path(h, "copy.asc"), NULL), 0);
}

static void
recipient_sees_a_good_signature(void **state)
{
	struct sealed s = keyd_seal(h, &k, alice.fpr, alice.block, text());
	struct sk_span st;

	(void)state;
	host_write(h, "own.asc", keyd_own(&k)->block);
	host_write(h, "copy.asc", s.armour);
	assert_int_equal(host_gpg(h, alice.home, NULL, NULL, "--import",
	    host_path(h, "own.asc"), NULL), 0);
	assert_int_equal(host_gpg(h, alice.home, NULL, "st.out",
	    "--status-fd", "1", "--output", host_path(h, "plain.out"),
	    "--decrypt", host_path(h, "copy.asc"), NULL), 0);
	st = host_read(h, "st.out");
	assert_true(span_has(st, sk_arena_printf(h->arena, "VALIDSIG %s",
	    h->own)));
	assert_true(span_has(st, "GOODMDC"));
	assert_true(sk_span_eq(host_read(h, "plain.out"), text()));
}

static void
others_read_it(void **state)
{
	char fpr[41];
	struct sealed s;

	(void)state;
	if (!host_has("sq") || !host_has("rnp"))
		skip();
	assert_int_equal(host_run(h, NULL, NULL, "sq", "key", "generate",
	    "--userid", "<sq@person.example>", "--export",
	    host_path(h, "sq.key"), NULL), 0);
	assert_int_equal(host_run(h, NULL, "sq.cert", "sq", "key",
	    "extract-cert", host_path(h, "sq.key"), NULL), 0);
	assert_int_equal(sk_dir_make(host_path(h, "p-sq"), 0700, NULL), 0);
	assert_int_equal(host_gpg(h, host_path(h, "p-sq"), "sq.cert", NULL,
	    "--import", NULL), 0);
	host_fpr(h, host_path(h, "p-sq"), fpr);
	s = keyd_seal(h, &k, fpr, host_read(h, "sq.cert"), text());
	assert_int_equal(s.status, 0);
	host_write(h, "copy.asc", s.armour);
	host_write(h, "own.asc", keyd_own(&k)->block);
	assert_int_equal(host_run(h, NULL, "plain.out", "sq", "decrypt",
	    "--recipient-key", host_path(h, "sq.key"), "--signer-cert",
	    host_path(h, "own.asc"), host_path(h, "copy.asc"), NULL), 0);
	assert_true(sk_span_eq(host_read(h, "plain.out"), text()));

	s = keyd_seal(h, &k, alice.fpr, alice.block, text());
	host_write(h, "copy.asc", s.armour);
	assert_int_equal(host_gpg(h, alice.home, NULL, "alice.key",
	    "--export-secret-keys", alice.fpr, NULL), 0);
	assert_int_equal(host_run(h, NULL, NULL, "rnp", "--keyfile",
	    host_path(h, "alice.key"), "--overwrite", "--output",
	    host_path(h, "plain.out"), "--decrypt", host_path(h, "copy.asc"),
	    NULL), 0);
	assert_true(sk_span_eq(host_read(h, "plain.out"), text()));
}

/* The asker holds the copy for this status, and for no other. */
static void
assert_no_copy(const char *fpr, struct sk_span block)
{
	struct sealed s = keyd_seal(h, &k, fpr, block, text());

	assert_int_equal(s.status, SK_ERR_CRYPTO);
	assert_int_equal(s.armour.len, 0);
	assert_non_null(s.reason);
}

static void
unusable_keys_get_no_copy(void **state)
{
	struct person old = host_person(h, "old", "20200101T000000", "1y"),
	    sign = host_sign_only(h, "sign"), gone = host_person(h, "gone",
	    NULL, "0");
	struct sk_span nothing = { NULL, 0 };

	(void)state;
	assert_no_copy(old.fpr, old.block);
	assert_no_copy(sign.fpr, sign.block);
	assert_no_copy("0123456789ABCDEF0123456789ABCDEF01234567", nothing);
	/* the block of another key than the one named */
	assert_no_copy("0123456789ABCDEF0123456789ABCDEF01234567",
	    gone.block);
	assert_no_copy(gone.fpr, alice.block);
	assert_no_copy(gone.fpr, sk_span_str("no key"));
	/* usable, then revoked by its owner */
	assert_int_equal(keyd_seal(h, &k, gone.fpr, gone.block,
	    text()).status, 0);
	assert_int_equal(host_run(h, NULL, NULL, "sh", "-c", "sed "
	    "'s/^:---/---/' \"$1\"/openpgp-revocs.d/$2.rev | gpg --homedir "
	    "\"$1\" --batch --import", "sh", gone.home, gone.fpr, NULL), 0);
	assert_no_copy(gone.fpr, host_export(h, &gone));
}

/* Only root sees the memory of a process that cannot be dumped. */
static bool
memory_has(pid_t pid, struct sk_span marker)
{
	char *maps = sk_arena_printf(h->arena, "/proc/%d/maps", (int)pid);
	int fd = open(sk_arena_printf(h->arena, "/proc/%d/mem", (int)pid),
	    O_RDONLY | O_CLOEXEC);
	bool found = false;
	struct sk_buf b;
	char *rest;

	if (fd < 0)
		skip();
	sk_buf_init(&b, 1 << 20);
	assert_int_equal(sk_file_read(maps, &b, NULL), 0);
	for (char *line = strtok_r(sk_buf_str(&b), "\n", &rest); line;
	    line = strtok_r(NULL, "\n", &rest)) {
		unsigned long from, to;
		char mode[5], *p;
		ssize_t n;

		/* A sanitizer's shadow of all memory is larger. */
		if (sscanf(line, "%lx-%lx %4s", &from, &to, mode) != 3 ||
		    strncmp(mode, "rw", 2) != 0 || to - from > 1UL << 30)
			continue;
		p = malloc(to - from);
		assert_non_null(p);
		n = pread(fd, p, to - from, (off_t)from);
		found |= n > 0 && memmem(p, (size_t)n, marker.p, marker.len);
		free(p);
	}
	sk_buf_free(&b);
	close(fd);
	return found;
}

/* I9: what was sealed does not stay in keyd's memory. */
static void
plaintext_is_forgotten(void **state)
{
	struct sk_span marker = sk_span_str("MARKER-OF-A-SEALED-TEXT");
	struct sk_buf b;

	(void)state;
	sk_buf_init(&b, 1 << 20);
	for (int i = 0; i < 1000; i++)
		sk_buf_add(&b, marker.p, marker.len);
	assert_int_equal(keyd_seal(h, &k, alice.fpr, alice.block,
	    sk_buf_span(&b)).status, 0);
	assert_false(memory_has(k.pid, marker));
	sk_buf_free(&b);
}

/* A ring that cannot be written is nobody's key's fault: the copy is tried
 * again, and goes when it can. */
static void
broken_home_blames_no_key(void **state)
{
	struct person p = host_person(h, "home", NULL, "0");
	char *ring = host_path(h, "homes/0/pubring.kbx");
	char *kept = host_path(h, "homes/0/kept.kbx");
	struct sealed s;

	(void)state;
	assert_int_equal(rename(ring, kept), 0);
	assert_int_equal(mkdir(ring, 0500), 0);
	s = keyd_seal(h, &k, p.fpr, p.block, text());
	assert_int_equal(s.status, SK_ERR_TEMP);
	assert_int_equal(rmdir(ring), 0);
	assert_int_equal(rename(kept, ring), 0);
	assert_int_equal(keyd_seal(h, &k, p.fpr, p.block, text()).status, 0);
}

/* The pinned block moved on: an expired key extended by its owner works at
 * once, in the process that refused it before. */
static void
renewed_key_works_at_once(void **state)
{
	struct person p = host_person(h, "renew", "20200101T000000", "1y");

	(void)state;
	assert_no_copy(p.fpr, p.block);
	/* "*" means the subkeys that have not expired: go back in time */
	assert_int_equal(host_gpg(h, p.home, NULL, NULL,
	    "--faked-system-time", "20200601T000000",
	    "--quick-set-expire", p.fpr, "0", NULL), 0);
	assert_int_equal(host_gpg(h, p.home, NULL, NULL,
	    "--faked-system-time", "20200601T000000",
	    "--quick-set-expire", p.fpr, "0", "*", NULL), 0);
	assert_int_equal(keyd_seal(h, &k, p.fpr, host_export(h, &p),
	    text()).status, 0);
}

/* A new encryption subkey must be the one used, though the ring still knew
 * the old one as good. */
static void
new_subkey_is_used(void **state)
{
	struct person p = host_person(h, "subkey", NULL, "0");
	struct sealed s = keyd_seal(h, &k, p.fpr, p.block, text());
	struct sk_span before = packets(&p, s.armour), after;
	char id[32] = "";
	const char *at;

	(void)state;
	at = memmem(before.p, before.len, "keyid ", 6);
	assert_non_null(at);
	memcpy(id, at, 6 + 16);
	assert_int_equal(host_gpg(h, p.home, NULL, NULL, "--quick-add-key",
	    p.fpr, "cv25519", "encr", "0", NULL), 0);
	assert_int_equal(host_run(h, NULL, NULL, "sh", "-c", "printf "
	    "'key 1\\nrevkey\\ny\\n0\\n\\ny\\nsave\\n' | gpg --homedir "
	    "\"$1\" --pinentry-mode loopback --passphrase '' --no-tty "
	    "--command-fd 0 --edit-key $2", "sh", p.home, p.fpr, NULL), 0);
	s = keyd_seal(h, &k, p.fpr, host_export(h, &p), text());
	assert_int_equal(s.status, 0);
	after = packets(&p, s.armour);
	assert_int_equal(span_count(after, ":pubkey enc packet:"), 1);
	assert_false(span_has(after, id));
}

static void
too_much_or_nothing_is_refused(void **state)
{
	struct sk_span nothing = { NULL, 0 };
	struct sealed s = keyd_seal(h, &k, alice.fpr, alice.block, nothing);

	(void)state;
	assert_int_equal(s.status, SK_ERR_DATA);
}

static void
large_payload_passes(void **state)
{
	size_t n = 3 * 1024 * 1024;
	char *p = sk_arena_alloc(h->arena, n);
	struct sealed s;

	(void)state;
	memset(p, 'x', n);
	s = keyd_seal(h, &k, alice.fpr, alice.block, sk_span_of(p, n));
	assert_int_equal(s.status, 0);
	/* not compressed: what an attacker put in must not show in the size */
	assert_true(s.armour.len > n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(council_key_is_announced),
		cmocka_unit_test(one_copy_opens_for_one_person),
		cmocka_unit_test(an_address_chooses_no_key),
		cmocka_unit_test(recipient_sees_a_good_signature),
		cmocka_unit_test(others_read_it),
		cmocka_unit_test(unusable_keys_get_no_copy),
		cmocka_unit_test(plaintext_is_forgotten),
		cmocka_unit_test(broken_home_blames_no_key),
		cmocka_unit_test(renewed_key_works_at_once),
		cmocka_unit_test(new_subkey_is_used),
		cmocka_unit_test(too_much_or_nothing_is_refused),
		cmocka_unit_test(large_payload_passes),
	};

	if (!host_has("gpg"))
		return HOST_SKIP;
	return cmocka_run_group_tests(tests, begin, end);
}

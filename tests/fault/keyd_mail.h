/* A keyd, two people who write to it, and what is expected of what it opens: for
 * one test program. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "fault/keyd_host.h"

static struct host *h;
static struct keyd k;
static struct person alice, mallory;
static const char *own_home;		/* holds the council's public key */

static inline int
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

static inline int
end(void **state)
{
	(void)state;
	assert_int_equal(keyd_end_of(h, &k), 0);
	host_end(&h);
	return 0;
}

/* Signed and encrypted to the council by gpg. */
static inline struct sk_span
mail_by(const struct person *p, const char *option)
{
	assert_int_equal(host_gpg(h, p->home, "text", "mail.gpg", option,
	    "--recipient", h->own, "--sign", "--encrypt", NULL), 0);
	return host_read(h, "mail.gpg");
}

static inline struct sk_span
unsigned_mail(const char *option)
{
	assert_int_equal(host_gpg(h, own_home, "text", "mail.gpg", option,
	    "--recipient", h->own, "--encrypt", NULL), 0);
	return host_read(h, "mail.gpg");
}

static inline struct sk_span
joined(struct sk_span a, struct sk_span b)
{
	unsigned char *p = sk_arena_alloc(h->arena, a.len + b.len);

	memcpy(p, a.p, a.len);
	memcpy(p + a.len, b.p, b.len);
	return sk_span_of(p, a.len + b.len);
}

static inline void
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
static inline void
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

static inline void
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

static inline void
refused(struct sk_span data)
{
	struct opened o = keyd_decrypt(h, &k, data, &alice, NULL);

	assert_closed(&o);
}

/* The world of both tests of proof: fixtures, a good mail, a verdict. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/proof.h>

#include "mail_out_sample.h"

struct world {
	struct sk_buf armour, mail, bin, ids, edited;
	char key[17];
	const char *keys[1];
	struct proof_expect want;
	struct sk_error e;
};

static inline struct sk_buf *
fixture(struct world *w, const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), PGP_FIXTURES "/%s", name);
	assert_int_equal(sk_file_read(path, &w->armour, &w->e), 0);
	assert_true(w->armour.len > 100);
	return &w->armour;
}

static inline void
use_key(struct world *w, const char *name)
{
	const char *s = strstr(sk_buf_str(&w->ids), name);

	assert_non_null(s);
	memcpy(w->key, s + strlen(name) + 1, 16);
}

static inline int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	sk_buf_init(&w->armour, LIMIT_OUT_MESSAGE);
	sk_buf_init(&w->mail, LIMIT_OUT_MESSAGE);
	sk_buf_init(&w->bin, LIMIT_OUT_MESSAGE);
	sk_buf_init(&w->edited, LIMIT_OUT_MESSAGE);
	sk_buf_init(&w->ids, 4096);
	assert_int_equal(sk_file_read(PGP_FIXTURES "/ids", &w->ids, &w->e), 0);
	use_key(w, "ecdh");
	w->keys[0] = w->key;
	w->want = (struct proof_expect){ .from = FROM, .from_name = NAME_JA,
		.to = TO, .own_domain = DOMAIN, .key_ids = w->keys,
		.nkey_ids = 1, .subject = SUBJECT_JA, .text = "text\n" };
	*state = w;
	return 0;
}

static inline int
teardown(void **state)
{
	struct world *w = *state;

	sk_buf_free(&w->armour);
	sk_buf_free(&w->mail);
	sk_buf_free(&w->bin);
	sk_buf_free(&w->edited);
	sk_buf_free(&w->ids);
	free(w);
	return 0;
}

static inline int
prove_mail(struct world *w)
{
	memset(&w->e, 0, sizeof(w->e));
	return proof_encrypted(sk_buf_span(&w->mail), &w->want, &w->e);
}

static inline void
make_mail(struct world *w)
{
	struct compose_head h = sample_head();

	assert_int_equal(compose_encrypted(&h, sk_buf_span(&w->armour),
	    BOUNDARY26, &w->mail, &w->e), 0);
}

static inline int
prove(struct world *w)
{
	make_mail(w);
	return prove_mail(w);
}

/* Refused, for a reason that contains `why` in text or place. */
static inline void
assert_no(struct world *w, int rc, const char *why)
{
	if (rc != SK_ERR_CRYPTO || (strstr(w->e.text, why) == NULL &&
	    strstr(w->e.where, why) == NULL))
		fail_msg("rc %d, `%s: %s`, wanted `%s`", rc, w->e.where,
		    w->e.text, why);
	assert_null(strstr(w->e.text, CANARY));
}

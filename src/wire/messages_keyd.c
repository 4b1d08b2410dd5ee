/*
 * Messages between sekishod and a keyd. Both directions are checked alike:
 * sekishod is the less trusted side when it asks (it holds no keys), keyd
 * feeds on hostile ciphertext when it answers. Fingerprints are names of keys
 * and must look like ones here already.
 */
#include <config.h>

#include <string.h>

#include <sekisho/limits.h>
#include <sekisho/messages.h>
#include <sekisho/wire.h>

#include "wire/codec.h"

/* A full fingerprint, copied into the arena; "" or a short one is bad. */
static const char *
fingerprint(struct wire_in *w, struct sk_arena *a)
{
	char fpr[41];

	wire_hex(w, fpr, 40);
	if (fpr[0] == '\0')
		w->bad = true;
	return w->bad ? NULL : sk_arena_str(a, fpr);
}

static void
put_own(struct sk_buf *b, const struct msg_own_keys *o)
{
	wire_put_str(b, o->withdrawn ? o->withdrawn : "");
	wire_put_u32(b, (uint32_t)o->n);
	for (size_t i = 0; i < o->n; i++) {
		const struct msg_own_key *k = &o->list[i];

		wire_put_hex(b, k->fpr);
		wire_put_i64(b, k->since);
		wire_put_i64(b, k->until);
		wire_put_i64(b, k->ends);
		wire_put_u8(b, k->revoked);
		wire_put_bytes(b, k->block);
	}
}

void
msg_keyd_ready_put(struct sk_buf *b, const struct msg_keyd_ready *m)
{
	wire_put_str(b, m->versions);
	for (int i = 0; i < KEY_SCHEMES; i++)
		put_own(b, &m->own[i]);
}

static void
get_own(struct wire_in *w, struct sk_arena *a, struct msg_own_keys *o)
{
	const char *withdrawn = wire_need_str(w, a);
	size_t n = wire_count(w, LIMIT_OWN_KEYS);
	struct msg_own_key *k = wire_array(a, n, sizeof(*k));

	w->bad |= withdrawn && *withdrawn && (strlen(withdrawn) != 40 ||
	    strspn(withdrawn, "0123456789ABCDEF") != 40);
	*o = (struct msg_own_keys){ k, n, withdrawn };
	for (size_t i = 0; i < n; i++) {
		k[i].fpr = fingerprint(w, a);
		k[i].since = wire_i64(w);
		k[i].until = wire_i64(w);
		k[i].ends = wire_i64(w);
		k[i].revoked = wire_bool(w);
		k[i].block = wire_copy(w, a, LIMIT_KEY_BYTES);
	}
}

int
msg_keyd_ready_get(struct sk_arena *a, struct sk_span s,
    struct msg_keyd_ready *m)
{
	struct wire_in w = wire_open(s);

	*m = (struct msg_keyd_ready){ 0 };
	m->versions = wire_str(&w, a);
	for (int i = 0; i < KEY_SCHEMES; i++)
		get_own(&w, a, &m->own[i]);
	/* Without a key of its own a council has no keyd. */
	w.bad |= m->own[KEY_OPENPGP].n == 0;
	return wire_end(&w);
}

void
msg_open_mail_put(struct sk_buf *b, const struct msg_open_mail *m)
{
	wire_put_u8(b, (uint8_t)m->form);
	wire_put_u64(b, m->data_at);
	wire_put_u64(b, m->data_len);
	wire_put_u64(b, m->sig_at);
	wire_put_u64(b, m->sig_len);
	wire_put_u32(b, (uint32_t)m->nkeys);
	for (size_t i = 0; i < m->nkeys; i++) {
		wire_put_hex(b, m->keys[i].fpr);
		wire_put_bytes(b, m->keys[i].block);
	}
	wire_put_str(b, m->from);
	wire_put_i64(b, m->came);
}

int
msg_open_mail_get(struct sk_arena *a, struct sk_span s,
    struct msg_open_mail *m)
{
	struct wire_in w = wire_open(s);
	struct msg_key *keys;

	*m = (struct msg_open_mail){ 0 };
	m->form = wire_enum(&w, FORMS - 1);
	m->data_at = wire_u64(&w);
	m->data_len = wire_u64(&w);
	m->sig_at = wire_u64(&w);
	m->sig_len = wire_u64(&w);
	m->nkeys = wire_count(&w, MSG_KEYS_MAX);
	m->keys = keys = wire_array(a, m->nkeys, sizeof(*keys));
	for (size_t i = 0; i < m->nkeys; i++) {
		keys[i].fpr = fingerprint(&w, a);
		keys[i].block = wire_copy(&w, a, LIMIT_KEY_BYTES);
	}
	m->from = wire_str(&w, a);
	m->came = wire_i64(&w);
	return wire_end(&w);
}

void
verdict_put(struct sk_buf *b, const struct verdict *v)
{
	wire_put_u8(b, (uint8_t)v->outer_form);
	wire_put_u8(b, v->encrypted);
	wire_put_u8(b, v->integrity);
	wire_put_u8(b, v->failed);
	wire_put_u8(b, (uint8_t)v->signature);
	wire_put_u8(b, (uint8_t)v->coverage);
	wire_put_hex(b, v->signer);
	wire_put_u8(b, v->replayed);
	wire_put_u8(b, v->outside);
	wire_put_u8(b, (uint8_t)v->whose);
	wire_put_str(b, v->owner);
	wire_put_i64(b, v->signed_at);
	wire_put_u8(b, v->again);
	wire_put_u8(b, v->former);
	wire_put_u8(b, v->untried);
}

static void
read_owner(struct wire_in *w, struct verdict *v)
{
	struct sk_arena *a = sk_arena_new();
	const char *owner = wire_need_str(w, a);

	if (!w->bad && strlen(owner) >= sizeof(v->owner))
		w->bad = true;
	if (!w->bad)
		memcpy(v->owner, owner, strlen(owner) + 1);
	sk_arena_free(&a);
}

static void
read_verdict(struct wire_in *w, struct verdict *v, bool stored)
{
	v->outer_form = wire_enum(w, FORMS - 1);
	v->encrypted = wire_bool(w);
	v->integrity = wire_bool(w);
	v->failed = wire_bool(w);
	v->signature = wire_enum(w, SIGNATURES - 1);
	v->coverage = wire_enum(w, COVERS_WHOLE);
	wire_hex(w, v->signer, 40);
	/* Rows of the first version end here: whose key it was is not known. */
	if (!(stored && w->rest.len == 0)) {
		v->replayed = wire_bool(w);
		v->outside = wire_bool(w);
		v->whose = wire_enum(w, SIGNERS - 1);
		read_owner(w, v);
	}
	/* And those of the second: when is not known. */
	if (!(stored && w->rest.len == 0)) {
		v->signed_at = wire_i64(w);
		v->again = wire_bool(w);
	}
	/* And those of the third: by which key of ours is not known. */
	if (!(stored && w->rest.len == 0))
		v->former = wire_bool(w);
	/* And those of the fourth: whether anybody tried is not known. */
	if (!(stored && w->rest.len == 0))
		v->untried = wire_bool(w);
	/* A good signature that names nobody could be anybody's (L14). */
	if ((v->signature == SIGNATURE_GOOD && v->signer[0] == '\0') ||
	    (v->whose != SIGNER_NOBODY && v->signer[0] == '\0'))
		w->bad = true;
}

int
verdict_get(struct sk_span s, struct verdict *v)
{
	struct wire_in w = wire_open(s);

	*v = (struct verdict){ 0 };
	read_verdict(&w, v, true);
	return wire_end(&w);
}

void
msg_opened_mail_put(struct sk_buf *b, const struct msg_opened_mail *m)
{
	wire_put_status(b, m->status);
	verdict_put(b, &m->verdict);
	wire_put_hex(b, m->issuer);
	wire_put_u32(b, (uint32_t)m->nciphers);
	for (size_t i = 0; i < m->nciphers; i++)
		wire_put_bytes(b, sk_span_of(m->ciphers[i], 32));
	wire_put_str(b, m->reason);
	wire_put_bytes(b, m->certificate);
}

int
msg_opened_mail_get(struct sk_arena *a, struct sk_span s,
    struct msg_opened_mail *m)
{
	struct wire_in w = wire_open(s);

	*m = (struct msg_opened_mail){ 0 };
	m->status = wire_status(&w);
	read_verdict(&w, &m->verdict, false);
	wire_hex(&w, m->issuer, 16);
	m->nciphers = wire_count(&w, MSG_CIPHERS_MAX);
	for (size_t i = 0; i < m->nciphers; i++)
		wire_fixed(&w, m->ciphers[i], 32);
	m->reason = wire_str(&w, a);
	m->certificate = wire_copy(&w, a, LIMIT_KEY_BYTES);
	return wire_end(&w);
}

void
msg_seal_put(struct sk_buf *b, const struct msg_seal *m)
{
	wire_put_u8(b, (uint8_t)m->scheme);
	wire_put_hex(b, m->fpr);
	wire_put_bytes(b, m->block);
}

int
msg_seal_get(struct sk_arena *a, struct sk_span s, struct msg_seal *m)
{
	struct wire_in w = wire_open(s);

	*m = (struct msg_seal){ 0 };
	m->scheme = wire_enum(&w, KEY_SMIME);
	m->fpr = fingerprint(&w, a);
	m->block = wire_copy(&w, a, LIMIT_KEY_BYTES);
	return wire_end(&w);
}

void
msg_sealed_put(struct sk_buf *b, const struct msg_sealed *m)
{
	wire_put_status(b, m->status);
	wire_put_str(b, m->reason);
}

int
msg_sealed_get(struct sk_arena *a, struct sk_span s, struct msg_sealed *m)
{
	struct wire_in w = wire_open(s);

	*m = (struct msg_sealed){ 0 };
	m->status = wire_status(&w);
	m->reason = wire_str(&w, a);
	return wire_end(&w);
}

void
msg_open_put(struct sk_buf *b, const struct msg_open *m)
{
	wire_put_u8(b, (uint8_t)m->purpose);
	wire_put_u64(b, m->at);
	wire_put_u64(b, m->len);
	wire_put_bytes(b, sk_span_of(m->wrap, sizeof(m->wrap)));
	wire_put_u8(b, m->by_case);
	wire_put_bytes(b, sk_span_of(m->case_wrap, sizeof(m->case_wrap)));
}

int
msg_open_get(struct sk_arena *a, struct sk_span s, struct msg_open *m)
{
	struct wire_in w = wire_open(s);

	(void)a;
	*m = (struct msg_open){ 0 };
	m->purpose = wire_enum(&w, OPEN_ITEM);
	m->at = wire_u64(&w);
	m->len = wire_u64(&w);
	wire_fixed(&w, m->wrap, sizeof(m->wrap));
	m->by_case = wire_bool(&w);
	wire_fixed(&w, m->case_wrap, sizeof(m->case_wrap));
	return wire_end(&w);
}

void
msg_opened_put(struct sk_buf *b, const struct msg_opened *m)
{
	wire_put_status(b, m->status);
}

int
msg_opened_get(struct sk_arena *a, struct sk_span s, struct msg_opened *m)
{
	struct wire_in w = wire_open(s);

	(void)a;
	*m = (struct msg_opened){ 0 };
	m->status = wire_status(&w);
	return wire_end(&w);
}

void
msg_rewrap_put(struct sk_buf *b, const struct msg_rewrap *m)
{
	wire_put_bytes(b, sk_span_of(m->wrap, sizeof(m->wrap)));
	wire_put_bytes(b, sk_span_of(m->case_pk, sizeof(m->case_pk)));
}

int
msg_rewrap_get(struct sk_arena *a, struct sk_span s, struct msg_rewrap *m)
{
	struct wire_in w = wire_open(s);

	(void)a;
	wire_fixed(&w, m->wrap, sizeof(m->wrap));
	wire_fixed(&w, m->case_pk, sizeof(m->case_pk));
	return wire_end(&w);
}

void
msg_rewrapped_put(struct sk_buf *b, const struct msg_rewrapped *m)
{
	wire_put_status(b, m->status);
	wire_put_bytes(b, sk_span_of(m->wrap, sizeof(m->wrap)));
}

int
msg_rewrapped_get(struct sk_arena *a, struct sk_span s,
    struct msg_rewrapped *m)
{
	struct wire_in w = wire_open(s);

	(void)a;
	*m = (struct msg_rewrapped){ 0 };
	m->status = wire_status(&w);
	wire_fixed(&w, m->wrap, sizeof(m->wrap));
	return wire_end(&w);
}

void
msg_inspected_put(struct sk_buf *b, const struct msg_inspected *m)
{
	wire_put_status(b, m->status);
	wire_put_str(b, m->reason);
	wire_put_u8(b, m->reissued);
	wire_put_u32(b, (uint32_t)m->nnames);
	for (size_t i = 0; i < m->nnames; i++)
		wire_put_hex(b, m->names[i]);
	if (m->status == SK_OK)
		key_facts_put(b, &m->key);
}

static void
get_names(struct wire_in *w, struct sk_arena *a, struct msg_inspected *m)
{
	char (*names)[41];

	m->nnames = wire_count(w, LIMIT_KEYS_NAMED);
	m->names = names = wire_array(a, m->nnames, sizeof(*names));
	for (size_t i = 0; i < m->nnames; i++) {
		wire_hex(w, names[i], 40);
		if (names[i][0] == '\0')
			w->bad = true;
	}
}

int
msg_inspected_get(struct sk_arena *a, struct sk_span s,
    struct msg_inspected *m)
{
	struct wire_in w = wire_open(s);

	*m = (struct msg_inspected){ 0 };
	m->status = wire_status(&w);
	m->reason = wire_str(&w, a);
	m->reissued = wire_bool(&w);
	get_names(&w, a, m);
	if (w.bad)
		return SK_ERR_PROTOCOL;
	if (m->status == SK_OK)
		return key_facts_get(a, w.rest, &m->key);
	return wire_end(&w);
}

/*
 * Key facts as keyd reports them and as the database keeps them. They come
 * from a key block somebody sent, so counts are bounded and every name is
 * checked before anything believes it. The rules over them are crypto's.
 */
#include <config.h>

#include <sekisho/key.h>
#include <sekisho/limits.h>
#include <sekisho/text.h>
#include <sekisho/wire.h>

#include "wire/codec.h"

/* What was stored before subkeys were looked at has no algorithms, and before
 * key pairs were, no hash of them. */
enum { FORM_OPENPGP_BARE, FORM_SMIME_BARE, FORM_OPENPGP, FORM_SMIME };

static void
put_certificate(struct sk_buf *b, const struct key_facts *k, uint8_t form)
{
	wire_put_hex(b, k->sha256);
	wire_put_bytes(b, k->issuer);
	wire_put_bytes(b, k->serial);
	wire_put_u32(b, k->usage);
	wire_put_u32(b, k->bits);
	wire_put_u8(b, k->weak_hash);
	wire_put_u8(b, (uint8_t)k->chain);
	if (form == FORM_SMIME)
		wire_put_hex(b, k->public_key);
}

void
key_facts_put(struct sk_buf *b, const struct key_facts *k)
{
	uint8_t form = k->scheme == KEY_OPENPGP ? FORM_OPENPGP :
	    *k->public_key ? FORM_SMIME : FORM_SMIME_BARE;

	wire_put_u8(b, form);
	wire_put_hex(b, k->fpr);
	wire_put_i64(b, k->created);
	wire_put_i64(b, k->expires);
	wire_put_u8(b, k->revoked);
	wire_put_u8(b, k->secret);
	wire_put_str(b, k->algorithm);
	wire_put_u32(b, (uint32_t)k->nsubkeys);
	for (size_t i = 0; i < k->nsubkeys; i++) {
		wire_put_hex(b, k->subkeys[i].key_id);
		wire_put_i64(b, k->subkeys[i].expires);
		wire_put_u8(b, k->subkeys[i].can_encrypt);
		if (form == FORM_OPENPGP)
			wire_put_str(b, k->subkeys[i].algorithm);
	}
	wire_put_u32(b, (uint32_t)k->naddresses);
	for (size_t i = 0; i < k->naddresses; i++)
		wire_put_str(b, k->addresses[i]);
	wire_put_u32(b, (uint32_t)k->primaries);
	wire_put_bytes(b, k->block);
	if (k->scheme == KEY_SMIME)
		put_certificate(b, k, form);
}

static void
get_certificate(struct wire_in *w, struct sk_arena *a, struct key_facts *k,
    uint32_t form)
{
	wire_hex(w, k->sha256, 64);
	k->issuer = wire_copy(w, a, LIMIT_KEY_BYTES);
	k->serial = wire_copy(w, a, LIMIT_KEY_BYTES);
	k->usage = wire_bits(w, KEY_MAY_SIGN | KEY_MAY_ENCRYPT |
	    KEY_MAY_MAIL | KEY_IS_CA | KEY_ODD | KEY_MAY_AGREE);
	k->bits = wire_u32(w);
	k->weak_hash = wire_bool(w);
	k->chain = wire_enum(w, CHAIN_NONE);
	if (form == FORM_SMIME)
		wire_hex(w, k->public_key, 64);
}

static void
get_subkeys(struct wire_in *w, struct sk_arena *a, struct key_facts *k,
    uint32_t form)
{
	struct key_subkey *sub;

	k->nsubkeys = wire_count(w, LIMIT_KEY_SUBKEYS);
	k->subkeys = sub = wire_array(a, k->nsubkeys, sizeof(*sub));
	for (size_t i = 0; i < k->nsubkeys; i++) {
		wire_hex(w, sub[i].key_id, 16);
		sub[i].expires = wire_i64(w);
		sub[i].can_encrypt = wire_bool(w);
		if (form == FORM_OPENPGP)
			sub[i].algorithm = wire_str(w, a);
		/* Proof looks for this id: none can never be found. */
		if (sub[i].key_id[0] == '\0')
			w->bad = true;
	}
}

static void
get_addresses(struct wire_in *w, struct sk_arena *a, struct key_facts *k)
{
	const char **address;

	k->naddresses = wire_count(w, LIMIT_KEY_ADDRESSES);
	k->addresses = address = wire_array(a, k->naddresses, sizeof(*address));
	for (size_t i = 0; i < k->naddresses; i++) {
		address[i] = wire_need_str(w, a);
		if (w->bad || !sk_address_valid(address[i])) {
			w->bad = true;
			return;
		}
	}
}

int
key_facts_get(struct sk_arena *a, struct sk_span s, struct key_facts *k)
{
	struct wire_in w = wire_open(s);
	uint32_t form = wire_enum(&w, FORM_SMIME);

	*k = (struct key_facts){ 0 };
	k->scheme = form == FORM_SMIME || form == FORM_SMIME_BARE ?
	    KEY_SMIME : KEY_OPENPGP;
	wire_hex(&w, k->fpr, 40);
	k->created = wire_i64(&w);
	k->expires = wire_i64(&w);
	k->revoked = wire_bool(&w);
	k->secret = wire_bool(&w);
	k->algorithm = wire_str(&w, a);
	get_subkeys(&w, a, k, form);
	get_addresses(&w, a, k);
	k->primaries = wire_u32(&w);
	k->block = wire_copy(&w, a, LIMIT_KEY_BYTES);
	if (k->scheme == KEY_SMIME)
		get_certificate(&w, a, k, form);
	return wire_end(&w);
}

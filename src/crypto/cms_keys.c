/*
 * The encrypted keys of a CMS EnvelopedData (RFC 5652 6.2): one for each
 * recipient, and the same as long as the content can be decrypted at all,
 * whatever is changed in the content or put around it.
 */
#include <config.h>

#include <sekisho/cms_keys.h>
#include <sekisho/der.h>
#include <sekisho/hash.h>

enum { KARI = DER_CONTEXT_IN + 1 };	/* KeyAgreeRecipientInfo */

struct names {
	unsigned char (*list)[SK_HASH];
	size_t n, max;
	bool over;
	struct sk_span issuer, serial;	/* whether this one is among them */
	bool named;
};

/* Leading zeros change no number, and would change its name. */
static void
add(struct names *out, struct sk_span key)
{
	while (key.len > 0 && key.p[0] == 0) {
		key.p++;
		key.len--;
	}
	if (out->n == out->max)
		out->over = true;
	else
		sk_hash_of(key, out->list[out->n++]);
}

/* IssuerAndSerialNumber; who is named otherwise is only passed over. */
static void
who(struct der *d, struct names *out)
{
	struct der look = *d, id;
	struct sk_span issuer;

	der_skip(d);
	if (der_peek(&look) != DER_SEQUENCE)
		return;
	id = der_in(&look, DER_SEQUENCE);
	issuer = der_whole(&id, DER_SEQUENCE);
	out->named |= sk_span_eq(issuer, out->issuer) && sk_span_eq(der_take(
	    &id, DER_INTEGER), out->serial) && !id.bad && out->serial.len > 0;
}

/* version, who, algorithm, encryptedKey */
static void
key_transport(struct der *d, struct names *out)
{
	struct der one = der_in(d, DER_SEQUENCE);

	der_take(&one, DER_INTEGER);
	who(&one, out);
	der_take(&one, DER_SEQUENCE);
	add(out, der_take(&one, DER_OCTETS));
	d->bad |= one.bad;
}

/* version, originator, ukm or none, algorithm, SEQUENCE OF who and key */
static void
key_agreement(struct der *d, struct names *out)
{
	struct der one = der_in(d, KARI), all;

	der_take(&one, DER_INTEGER);
	der_take(&one, DER_CONTEXT_IN);
	if (der_peek(&one) == KARI)
		der_skip(&one);
	der_take(&one, DER_SEQUENCE);
	all = der_in(&one, DER_SEQUENCE);
	while (der_peek(&all) >= 0) {
		struct der to = der_in(&all, DER_SEQUENCE);

		who(&to, out);
		add(out, der_take(&to, DER_OCTETS));
		all.bad |= to.bad;
	}
	d->bad |= one.bad | all.bad;
}

static bool
walk(struct sk_span cms, struct names *out)
{
	struct der d = der_open(cms);
	struct der_frame info, explicit, env, set;

	der_enter(&d, DER_SEQUENCE, &info);
	der_take(&d, DER_OID);
	der_enter(&d, DER_CONTEXT_IN, &explicit);
	der_enter(&d, DER_SEQUENCE, &env);
	der_take(&d, DER_INTEGER);
	if (der_peek(&d) == DER_CONTEXT_IN)
		der_skip(&d);
	der_enter(&d, DER_SET, &set);
	while (der_peek(&d) >= 0) {
		if (der_peek(&d) == DER_SEQUENCE)
			key_transport(&d, out);
		else if (der_peek(&d) == KARI)
			key_agreement(&d, out);
		else
			der_skip(&d);	/* a password's or another kind */
	}
	return !d.bad;
}

size_t
cms_encrypted_keys(struct sk_span cms, unsigned char (*list)[SK_HASH],
    size_t max)
{
	struct names out = { .list = list, .max = max };

	return walk(cms, &out) && !out.over ? out.n : 0;
}

bool
cms_addressed_to(struct sk_span cms, struct sk_span issuer,
    struct sk_span serial)
{
	struct names out = { .issuer = issuer, .serial = serial };

	return walk(cms, &out) && out.named;
}

/*
 * The shape of a key that somebody sent, before gpg gets it. gpg computes with
 * whatever numbers stand in it: a key of 62 kilobytes, of a length and with an
 * exponent that no program makes, occupies it for minutes. So its packets (RFC
 * 9580 4.2) are taken out of their armour here, none may be something else than
 * part of a key, and its numbers and parts are held to what keys have. gpg then
 * gets these very packets, and has no armour to read in another way.
 */
#include <config.h>

#include <stdint.h>

#include <sekisho/limits.h>
#include <sekisho/pgp.h>

#include "crypto/pgp_armour.h"

enum { TAG_SIGNATURE = 2, TAG_SECRET = 5, TAG_PRIMARY = 6,
	TAG_SECRET_SUBKEY = 7, TAG_MARKER = 10, TAG_TRUST = 12,
	TAG_USER_ID = 13, TAG_SUBKEY = 14, TAG_ATTRIBUTE = 17,
	TAG_PADDING = 21 };

struct packets {
	const unsigned char *p;
	size_t len, at;
	size_t signatures;		/* of all keys there */
	size_t user_ids, subkeys;	/* of one key */
	const char *why;
};

static int
refuse(struct packets *k, int code, const char *why)
{
	k->why = why;
	return code;
}

static int
damaged(struct packets *k)
{
	return refuse(k, SK_ERR_DATA, "no usable OpenPGP key: it is damaged, "
	    "or holds something else than keys");
}

static int
costly(struct packets *k)
{
	return refuse(k, SK_ERR_LIMIT, "a number in it is larger than in any "
	    "key that a program makes, and would occupy this machine for "
	    "minutes; ask for another key");
}

/* Big-endian; false if they are not there. */
static bool
number(struct packets *k, size_t octets, size_t *v)
{
	if (k->len - k->at < octets)
		return false;
	for (*v = 0; octets > 0; octets--)
		*v = *v << 8 | k->p[k->at++];
	return true;
}

/* In pieces, or without a length, stand only data. */
static bool
head(struct packets *k, unsigned *tag, size_t *len)
{
	size_t c, more;

	if (!number(k, 1, &c) || (c & 0x80) == 0)
		return false;
	*tag = c & 0x40 ? c & 0x3f : c >> 2 & 15;
	if ((c & 0x40) == 0)
		return (c & 3) < 3 && number(k, (size_t)1 << (c & 3), len);
	if (!number(k, 1, len))
		return false;
	if (*len == 255)
		return number(k, 4, len);
	if (*len < 192)
		return true;
	if (*len >= 224 || !number(k, 1, &more))
		return false;
	*len = (*len - 192) * 256 + more + 192;
	return true;
}

/* ---- numbers ---- */

enum { NUMBERS = 4 };

/* What is computed with takes time by its length. Curves have their own, by
 * name; nobody computes with an algorithm that nobody knows. */
static const struct {
	unsigned char algorithm, n;
	unsigned short bits[NUMBERS];
} kinds[] = {
	{ 1, 2, { LIMIT_KEY_BITS, LIMIT_KEY_EXPONENT } },	/* RSA */
	{ 2, 2, { LIMIT_KEY_BITS, LIMIT_KEY_EXPONENT } },
	{ 3, 2, { LIMIT_KEY_BITS, LIMIT_KEY_EXPONENT } },
	{ 16, 3, { LIMIT_KEY_BITS, LIMIT_KEY_BITS, LIMIT_KEY_BITS } },
	{ 20, 3, { LIMIT_KEY_BITS, LIMIT_KEY_BITS, LIMIT_KEY_BITS } },
	{ 17, 4, { LIMIT_DSA_BITS, LIMIT_DSA_ORDER, LIMIT_DSA_BITS,
	    LIMIT_DSA_BITS } },
};

/* RFC 9580 3.2: as many octets as its bits need. */
static int
numbers(struct packets *body, size_t kind)
{
	size_t bits;

	for (size_t i = 0; i < kinds[kind].n; i++) {
		if (!number(body, 2, &bits))
			return damaged(body);
		if (bits > kinds[kind].bits[i])
			return costly(body);
		if (body->len - body->at < (bits + 7) / 8)
			return damaged(body);
		body->at += (bits + 7) / 8;
	}
	return 0;
}

/* 5.5.2, 5.5.3: version and time; from version 5 a length behind the
 * algorithm. */
static int
public_key(struct packets *body)
{
	size_t version, time, algorithm, length;

	if (!number(body, 1, &version) || version < 4 || version > 6 ||
	    !number(body, 4, &time) || !number(body, 1, &algorithm) ||
	    (version > 4 && !number(body, 4, &length)))
		return damaged(body);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].algorithm == algorithm)
			return numbers(body, i);
	return 0;
}

/* ---- parts ---- */

static int
count(struct packets *k, unsigned tag)
{
	if (tag == TAG_PRIMARY || tag == TAG_SECRET)
		k->user_ids = k->subkeys = 0;
	k->subkeys += tag == TAG_SUBKEY || tag == TAG_SECRET_SUBKEY;
	k->user_ids += tag == TAG_USER_ID || tag == TAG_ATTRIBUTE;
	k->signatures += tag == TAG_SIGNATURE;
	return k->subkeys > LIMIT_KEY_SUBKEYS ||
	    k->user_ids > LIMIT_KEY_ADDRESSES ||
	    k->signatures > LIMIT_KEY_SIGNATURES ? refuse(k, SK_ERR_LIMIT,
	    "it has more subkeys, user ids or signatures than are looked at; "
	    "ask for a minimal one (gpg --export-options export-minimal "
	    "--armor --export)") : 0;
}

static bool
is_part(unsigned tag)
{
	return tag == TAG_SIGNATURE || tag == TAG_USER_ID ||
	    tag == TAG_ATTRIBUTE || tag == TAG_TRUST || tag == TAG_MARKER ||
	    tag == TAG_PADDING;
}

static bool
is_key(unsigned tag)
{
	return tag == TAG_PRIMARY || tag == TAG_SUBKEY || tag == TAG_SECRET ||
	    tag == TAG_SECRET_SUBKEY;
}

static int
one_packet(struct packets *k)
{
	struct packets body;
	unsigned tag;
	size_t len;
	int ret;

	if (!head(k, &tag, &len) || len > k->len - k->at ||
	    !(is_key(tag) || is_part(tag)))
		return damaged(k);
	body = (struct packets){ .p = k->p + k->at, .len = len };
	k->at += len;
	ret = is_key(tag) ? public_key(&body) : 0;
	k->why = body.why;
	return ret != 0 ? ret : count(k, tag);
}

/* ---- the whole ---- */

/* What gpg takes for octets and can stand first in a key file: Japanese before
 * an armour has its first bit set, too. */
static bool
is_binary(struct sk_span given)
{
	unsigned c = given.len > 0 ? given.p[0] : 0;
	unsigned tag = c & 0x40 ? c & 0x3f : c >> 2 & 15;

	return (c & 0x80) && (is_key(tag) || tag == TAG_SIGNATURE ||
	    tag == TAG_MARKER);
}

static void
take_octet(void *ctx, unsigned char c)
{
	sk_buf_add(ctx, &c, 1);
}

int
pgp_key_shape(struct sk_span given, struct sk_buf *packets, const char **why)
{
	struct pgp_armour a = { .octet = take_octet, .ctx = packets };
	struct packets k = { 0 };
	int ret = 0;

	if (is_binary(given)) {
		sk_buf_add(packets, given.p, given.len);
	} else {
		pgp_armour_take(&a, given.p, given.len);
		pgp_armour_take(&a, (const unsigned char *)"\n", 1);
	}
	k.p = packets->p;
	k.len = packets->len;
	if (k.len == 0 || packets->over)
		ret = damaged(&k);
	while (ret == 0 && k.at < k.len)
		ret = one_packet(&k);
	*why = k.why;
	return ret;
}

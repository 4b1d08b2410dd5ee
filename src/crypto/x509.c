/*
 * A certificate's facts (RFC 5280), read from its DER by our own bounded
 * walk. GnuPG does the cryptography; what it does not hand out is here: the
 * octets by which a RecipientInfo must name the certificate, its purposes, and
 * what its issuer signed with. Nothing is judged: key_rules.c does that.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include <sekisho/der.h>
#include <sekisho/hash.h>
#include <sekisho/limits.h>
#include <sekisho/text.h>
#include <sekisho/x509.h>

#define OID(...) sk_span_of((const unsigned char[]){ __VA_ARGS__ }, \
	sizeof((const unsigned char[]){ __VA_ARGS__ }))
#define PKCS 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01
#define SHA2 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02
#define EXTENSION 0x55, 0x1d

struct reading {
	struct sk_arena *a;
	struct key_facts *k;
	const char **addresses;
	bool has_usage, has_purposes;
};

/* --- times: RFC 5280 4.1.2.5, always in UTC and with seconds --- */

static bool
digits(const unsigned char *p, size_t n, int *v)
{
	*v = 0;
	for (; n > 0; n--, p++) {
		if (*p < '0' || *p > '9')
			return false;
		*v = *v * 10 + *p - '0';
	}
	return true;
}

static int64_t
days_before(int year, int month)
{
	static const int before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243,
		273, 304, 334 };
	int64_t y = year - 1;
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return y * 365 + y / 4 - y / 100 + y / 400 + before[month - 1] +
	    (leap && month > 2) - 719162;
}

static int64_t
take_time(struct der *d)
{
	int tag = der_peek(d), year, month, day, hour, minute, second;
	struct sk_span s = der_take(d, tag);
	size_t y = tag == DER_UTC_TIME ? 2 : 4;

	if ((tag != DER_UTC_TIME && tag != DER_TIME) || s.len != y + 11 ||
	    s.p[s.len - 1] != 'Z' || !digits(s.p, y, &year) ||
	    !digits(s.p + y, 2, &month) || !digits(s.p + y + 2, 2, &day) ||
	    !digits(s.p + y + 4, 2, &hour) ||
	    !digits(s.p + y + 6, 2, &minute) ||
	    !digits(s.p + y + 8, 2, &second) || month < 1 || month > 12 ||
	    day < 1 || day > 31 || (y == 4 && year < 1)) {
		d->bad = true;
		return 0;
	}
	if (y == 2)
		year += year < 50 ? 2000 : 1900;
	return (days_before(year, month) + day - 1) * 86400 + hour * 3600 +
	    minute * 60 + second;
}

static void
validity(struct reading *r, struct der *tbs)
{
	struct der d = der_in(tbs, DER_SEQUENCE);

	r->k->created = take_time(&d);
	r->k->expires = take_time(&d);
	/* 0 says never, and no certificate says that. */
	if (r->k->expires <= 0 || !der_at_end(&d))
		tbs->bad = true;
}

/* --- algorithms --- */

static bool
any_of(struct sk_span oid, const struct sk_span *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (sk_span_eq(oid, list[i]))
			return true;
	return false;
}
#define ANY_OF(oid, list) any_of(oid, list, sizeof(list) / sizeof((list)[0]))

/* RSASSA-PSS says its hash in [0] of its parameters. */
static bool
pss_strong(struct der *alg)
{
	const struct sk_span strong[] = { OID(SHA2, 1), OID(SHA2, 2),
		OID(SHA2, 3) };
	struct der params = der_in(alg, DER_SEQUENCE);
	struct der hash = der_in(&params, DER_CONTEXT_IN);
	struct der id = der_in(&hash, DER_SEQUENCE);

	return ANY_OF(der_take(&id, DER_OID), strong);
}

/* What is not known to be strong is weak. */
static bool
weak(struct der *tbs)
{
	const struct sk_span strong[] = { OID(PKCS, 1, 11), OID(PKCS, 1, 12),
		OID(PKCS, 1, 13), OID(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2),
		OID(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3),
		OID(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4),
		OID(0x2b, 0x65, 0x70), OID(0x2b, 0x65, 0x71) };
	struct der alg = der_in(tbs, DER_SEQUENCE);
	struct sk_span oid = der_take(&alg, DER_OID);

	if (sk_span_eq(oid, OID(PKCS, 1, 10)))
		return !pss_strong(&alg);
	return !ANY_OF(oid, strong);
}

static unsigned
modulus_bits(struct sk_span bits)
{
	struct der d, key;
	struct sk_span n;
	unsigned top = 0;

	if (bits.len < 2 || bits.p[0] != 0)
		return 0;
	d = der_open(sk_span_of(bits.p + 1, bits.len - 1));
	key = der_in(&d, DER_SEQUENCE);
	n = der_take(&key, DER_INTEGER);
	if (key.bad || n.len == 0)
		return 0;
	if (n.p[0] == 0)
		n = sk_span_of(n.p + 1, n.len - 1);
	if (n.len == 0 || n.len > 4096)
		return 0;
	for (unsigned char c = n.p[0]; c != 0; c >>= 1)
		top++;
	return (unsigned)(n.len - 1) * 8 + top;
}

static void
public_key(struct reading *r, struct der *tbs)
{
	struct der info = der_in(tbs, DER_SEQUENCE);
	struct der alg = der_in(&info, DER_SEQUENCE);
	struct sk_span oid = der_take(&alg, DER_OID), curve;

	r->k->algorithm = "unknown";
	if (sk_span_eq(oid, OID(PKCS, 1, 1))) {
		r->k->bits = modulus_bits(der_take(&info, DER_BITS));
		r->k->algorithm = sk_arena_printf(r->a, "rsa%u", r->k->bits);
	} else if (sk_span_eq(oid, OID(0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1))) {
		curve = der_take(&alg, DER_OID);
		r->k->algorithm = sk_span_eq(curve, OID(0x2a, 0x86, 0x48,
		    0xce, 0x3d, 3, 1, 7)) ? "nistp256" : "ec";
	}
	tbs->bad |= info.bad;
}

/* --- names --- */

static void
add_address(struct reading *r, struct sk_span s)
{
	const char *address;

	if (r->k->naddresses == LIMIT_KEY_ADDRESSES || s.len == 0 ||
	    memchr(s.p, 0, s.len) != NULL)
		return;
	address = sk_arena_strn(r->a, s.p, s.len);
	if (sk_address_valid(address))
		r->addresses[r->k->naddresses++] = address;
}

static void
subject(struct reading *r, struct sk_span name)
{
	struct der d = der_open(name);

	while (der_peek(&d) >= 0) {
		struct der set = der_in(&d, DER_SET);

		while (der_peek(&set) >= 0) {
			struct der one = der_in(&set, DER_SEQUENCE);

			if (sk_span_eq(der_take(&one, DER_OID),
			    OID(PKCS, 9, 1)))
				add_address(r, der_take(&one, DER_IA5));
		}
	}
}

static void
alternative_names(struct reading *r, struct sk_span value)
{
	struct der d = der_open(value);
	struct der names = der_in(&d, DER_SEQUENCE);

	while (der_peek(&names) >= 0)
		if (der_peek(&names) == DER_CONTEXT + 1)
			add_address(r, der_take(&names, DER_CONTEXT + 1));
		else
			der_skip(&names);
}

/* --- extensions --- */

static void
key_usage(struct reading *r, struct sk_span value)
{
	enum { SIGN = 0x80 | 0x40, ENCRYPT = 0x20, AGREE = 0x08 };
	struct der d = der_open(value);
	struct sk_span bits = der_take(&d, DER_BITS);

	r->has_usage = true;
	if (bits.len < 2)
		return;
	if ((bits.p[1] & SIGN) != 0)
		r->k->usage |= KEY_MAY_SIGN;
	if ((bits.p[1] & ENCRYPT) != 0)
		r->k->usage |= KEY_MAY_ENCRYPT;
	if ((bits.p[1] & AGREE) != 0)
		r->k->usage |= KEY_MAY_AGREE;
}

static void
purposes(struct reading *r, struct sk_span value)
{
	const struct sk_span mail[] = { OID(0x2b, 6, 1, 5, 5, 7, 3, 4),
		OID(EXTENSION, 0x25, 0) };
	struct der d = der_open(value);
	struct der list = der_in(&d, DER_SEQUENCE);

	r->has_purposes = true;
	while (der_peek(&list) >= 0)
		if (ANY_OF(der_take(&list, DER_OID), mail))
			r->k->usage |= KEY_MAY_MAIL;
}

static void
constraints(struct reading *r, struct sk_span value)
{
	struct der d = der_open(value);
	struct der in = der_in(&d, DER_SEQUENCE);
	struct sk_span ca;

	if (der_peek(&in) != DER_BOOLEAN)
		return;
	ca = der_take(&in, DER_BOOLEAN);
	if (ca.len == 1 && ca.p[0] != 0)
		r->k->usage |= KEY_IS_CA;
}

/* The second octet of what stands under 2.5.29: names of policies and of
 * places are read by whoever checks a chain. */
static bool
known_to_chains(struct sk_span oid)
{
	return oid.len == 3 && oid.p[0] == 0x55 && oid.p[1] == 0x1d &&
	    memchr("\x1e\x1f\x20\x21\x23\x24\x36\x0e", oid.p[2], 8) != NULL;
}

static void
extension(struct reading *r, struct der *list)
{
	struct der e = der_in(list, DER_SEQUENCE);
	struct sk_span oid = der_take(&e, DER_OID), yes = { NULL, 0 }, value;

	if (der_peek(&e) == DER_BOOLEAN)
		yes = der_take(&e, DER_BOOLEAN);
	value = der_take(&e, DER_OCTETS);
	if (!der_at_end(&e))
		list->bad = true;
	else if (sk_span_eq(oid, OID(EXTENSION, 0x0f)))
		key_usage(r, value);
	else if (sk_span_eq(oid, OID(EXTENSION, 0x25)))
		purposes(r, value);
	else if (sk_span_eq(oid, OID(EXTENSION, 0x11)))
		alternative_names(r, value);
	else if (sk_span_eq(oid, OID(EXTENSION, 0x13)))
		constraints(r, value);
	else if (yes.len == 1 && yes.p[0] != 0 && !known_to_chains(oid))
		r->k->usage |= KEY_ODD;
}

static void
extensions(struct reading *r, struct der *tbs)
{
	struct der outer, list;

	while (der_peek(tbs) >= 0 && der_peek(tbs) != DER_CONTEXT_IN + 3)
		der_skip(tbs);
	if (der_peek(tbs) >= 0) {
		outer = der_in(tbs, DER_CONTEXT_IN + 3);
		list = der_in(&outer, DER_SEQUENCE);
		while (der_peek(&list) >= 0)
			extension(r, &list);
		tbs->bad |= !der_at_end(&list) || !der_at_end(&outer);
	}
	/* Absent means no restriction (RFC 5280 4.2.1.3, 4.2.1.12). */
	if (!r->has_usage)
		r->k->usage |= KEY_MAY_SIGN | KEY_MAY_ENCRYPT;
	if (!r->has_purposes)
		r->k->usage |= KEY_MAY_MAIL;
}

/* One "subkey": so expiry and purpose are judged as of any other key. */
static void
one_subkey(struct reading *r)
{
	struct key_subkey *sub = sk_arena_array(r->a, 1, sizeof(*sub));

	sub->expires = r->k->expires;
	sub->can_encrypt = (r->k->usage & KEY_MAY_ENCRYPT) != 0;
	memcpy(sub->key_id, r->k->sha256 + 48, 16);
	r->k->subkeys = sub;
	r->k->nsubkeys = 1;
}

/* RFC 5280 4.1: what stands before the key, and the key. */
static struct sk_span
key_in(struct sk_span der)
{
	struct der file = der_open(der), cert = der_in(&file, DER_SEQUENCE);
	struct der tbs = der_in(&cert, DER_SEQUENCE);
	struct sk_span key;

	if (der_peek(&tbs) == DER_CONTEXT_IN)
		der_skip(&tbs);		/* none: an old root's version 1 */
	der_take(&tbs, DER_INTEGER);
	for (int i = 0; i < 4; i++)	/* algorithm, issuer, dates, subject */
		der_take(&tbs, DER_SEQUENCE);
	key = der_whole(&tbs, DER_SEQUENCE);
	return tbs.bad ? sk_span_of(NULL, 0) : key;
}

static void
upper_sha256(char hex[65], struct sk_span s)
{
	unsigned char hash[SK_HASH];

	sk_sha256(s, hash);
	sk_hex(hex, hash, sizeof(hash));
	for (char *c = hex; *c != '\0'; c++)
		*c = (char)(*c >= 'a' ? *c - 32 : *c);
}

int
x509_read(struct sk_arena *a, struct sk_span der, struct key_facts *k)
{
	struct reading r = { .a = a, .k = k };
	struct der file = der_open(der), cert, tbs;
	struct sk_span name;

	*k = (struct key_facts){ .scheme = KEY_SMIME, .block = der };
	k->addresses = r.addresses = sk_arena_array(a, LIMIT_KEY_ADDRESSES,
	    sizeof(*r.addresses));
	cert = der_in(&file, DER_SEQUENCE);
	tbs = der_in(&cert, DER_SEQUENCE);
	if (!sk_span_eq(der_take(&tbs, DER_CONTEXT_IN), OID(2, 1, 2)))
		return SK_ERR_DATA;	/* version 3 has the extensions */
	k->serial = der_take(&tbs, DER_INTEGER);
	k->weak_hash = weak(&tbs);
	k->issuer = der_whole(&tbs, DER_SEQUENCE);
	validity(&r, &tbs);
	name = der_take(&tbs, DER_SEQUENCE);
	public_key(&r, &tbs);
	extensions(&r, &tbs);
	subject(&r, name);
	if (!der_at_end(&tbs) || !der_at_end(&file) || k->serial.len == 0)
		return SK_ERR_DATA;
	upper_sha256(k->sha256, der);
	upper_sha256(k->public_key, key_in(der));
	one_subkey(&r);
	return 0;
}

bool
x509_same_key(struct sk_span der, struct sk_span other)
{
	struct sk_span key = key_in(der);

	return key.len > 0 && sk_span_eq(key, key_in(other));
}

/* RSAPublicKey, RFC 8017 A.1.1; one zero octet may stand before a number. */
static bool
rsa_fits(struct sk_span bits)
{
	struct der d, key;
	struct sk_span n, e;

	if (bits.len < 2 || bits.p[0] != 0)
		return false;
	d = der_open(sk_span_of(bits.p + 1, bits.len - 1));
	key = der_in(&d, DER_SEQUENCE);
	n = der_take(&key, DER_INTEGER);
	e = der_take(&key, DER_INTEGER);
	return der_at_end(&key) && der_at_end(&d) &&
	    n.len <= LIMIT_KEY_BITS / 8 + 1 &&
	    e.len <= LIMIT_KEY_EXPONENT / 8 + 1;
}

/* A curve has its size by its name. */
bool
x509_key_fits(struct sk_span der)
{
	const struct sk_span rsa[] = { OID(PKCS, 1, 1), OID(PKCS, 1, 10) },
	    edwards[] = { OID(0x2b, 0x65, 0x6e), OID(0x2b, 0x65, 0x6f),
		OID(0x2b, 0x65, 0x70), OID(0x2b, 0x65, 0x71) };
	struct der d = der_open(key_in(der)), info = der_in(&d, DER_SEQUENCE);
	struct der alg = der_in(&info, DER_SEQUENCE);
	struct sk_span oid = der_take(&alg, DER_OID);
	struct sk_span bits = der_take(&info, DER_BITS);

	if (info.bad || alg.bad)
		return false;
	if (ANY_OF(oid, rsa))
		return rsa_fits(bits);
	return ANY_OF(oid, edwards) || (sk_span_eq(oid, OID(0x2a, 0x86, 0x48,
	    0xce, 0x3d, 2, 1)) && der_peek(&alg) == DER_OID);
}

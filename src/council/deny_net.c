/*
 * Addresses in a text and ranges on a list. An address has many ways
 * of being written; compared are the bits. In doubt it is an address.
 */
#include "deny_net.h"

#include <arpa/inet.h>
#include <string.h>

#define V4_BITS 96		/* before the last four bytes */
#define LONGEST 64		/* no address is written in more */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* A decimal number of at most three digits, up to max; how many digits. */
static size_t
number(const char *s, size_t n, unsigned max, unsigned *out)
{
	size_t i = 0;

	*out = 0;
	for (; i < n && i < 3 && is_digit(s[i]); i++)
		*out = *out * 10 + (unsigned)(s[i] - '0');
	return i && *out <= max && !(i < n && is_digit(s[i])) ? i : 0;
}

static size_t
take_v4(const char *s, size_t n, struct deny_net *out)
{
	size_t at = 0;

	memset(out->bytes, 0, 10);
	memset(out->bytes + 10, 0xff, 2);
	for (int k = 0; k < 4; k++) {
		unsigned v;
		size_t used;

		if (k && (at >= n || s[at++] != '.'))
			return 0;
		used = number(s + at, n - at, 255, &v);
		if (!used)
			return 0;
		out->bytes[12 + k] = (unsigned char)v;
		at += used;
	}
	out->bits = 128;
	return at;
}

/* The longest run that is an address; what follows it may be text. */
static size_t
take_v6(const char *s, size_t n, struct deny_net *out)
{
	char run[LONGEST];
	size_t len = 0, colons = 0;

	while (len < n && len < LONGEST - 1 && (is_hex(s[len]) ||
	    s[len] == ':' || s[len] == '.')) {
		colons += s[len] == ':';
		run[len] = s[len];
		len++;
	}
	for (; colons >= 2 && len >= 2; len--) {
		run[len] = '\0';
		if (inet_pton(AF_INET6, run, out->bytes) == 1) {
			out->bits = 128;
			return len;
		}
	}
	return 0;
}

/* "/24" behind an address. */
static size_t
take_prefix(const char *s, size_t n, bool v4, struct deny_net *net)
{
	unsigned bits;
	size_t used;

	if (n < 2 || s[0] != '/')
		return 0;
	used = number(s + 1, n - 1, v4 ? 32 : 128, &bits);
	if (!used)
		return 0;
	net->bits = bits + (v4 ? V4_BITS : 0);
	return used + 1;
}

static size_t
take(const char *s, size_t n, struct deny_net *out)
{
	size_t used = take_v6(s, n, out);
	bool v4 = used == 0;

	if (v4)
		used = take_v4(s, n, out);
	return used ? used + take_prefix(s + used, n - used, v4, out) : 0;
}

bool
deny_net_parse(const char *text, struct deny_net *out)
{
	size_t n = strlen(text);

	return n && take(text, n, out) == n;
}

bool
deny_net_meets(const struct deny_net *a, const struct deny_net *b)
{
	unsigned bits = a->bits < b->bits ? a->bits : b->bits;
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(a->bytes, b->bytes, whole) != 0)
		return false;
	return !rest || ((a->bytes[whole] ^ b->bytes[whole]) &
	    (0xff00 >> rest) & 0xff) == 0;
}

/* Where an address may begin: not inside a word or a longer number. Behind a
 * colon it may, as in "ip:192.0.2.1"; a whole IPv6 address was taken before. */
static bool
may_begin(const char *s, size_t i)
{
	if (!is_hex(s[i]) && s[i] != ':')
		return false;
	if (i == 0)
		return true;
	return !is_hex(s[i - 1]) && !(s[i - 1] == '.' && is_digit(s[i]) &&
	    i > 1 && is_digit(s[i - 2]));
}

bool
deny_net_next(const char *s, size_t n, size_t *at, size_t *start,
    struct deny_net *out)
{
	for (; *at < n; (*at)++) {
		size_t used = may_begin(s, *at) ? take(s + *at, n - *at, out) :
		    0;

		if (!used)
			continue;
		*start = *at;
		*at += used;
		return true;
	}
	return false;
}

/*
 * What is this one word: an address, a name, a hash, nothing? In doubt it is
 * nothing: an operator reads the text anyway, and a list full of file names
 * and version numbers would not be read. Names count if their end is a public
 * suffix; private addresses and internal names are said to be internal.
 */
#include <config.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include <sekisho/limits.h>
#include <sekisho/text.h>

#include "mail/bytes.h"
#include "mail/indicator.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool
is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9');
}

static void
lower(char *s)
{
	for (; *s != '\0'; s++)
		*s = (char)byte_lower((unsigned char)*s);
}

static bool
copy(char *out, size_t cap, const char *s, size_t n)
{
	if (n == 0 || n >= cap)
		return false;
	memcpy(out, s, n);
	out[n] = '\0';
	return true;
}

/* before, host, after, and the first n bytes of tail. */
static void
write_value(struct indicator_found *out, const char *before,
    const char *host, const char *after, const char *tail, size_t n)
{
	snprintf(out->value, sizeof(out->value), "%s%s%s%.*s", before, host,
	    after, (int)n, tail);
}

/* ---- hashes and CVE ids ---- */

static bool
is_hash(const char *s, size_t n, struct indicator_found *out)
{
	static const struct { size_t n; enum fact_indicator_type type; }
	    kinds[] = { { 32, INDICATOR_MD5 }, { 40, INDICATOR_SHA1 },
		{ 64, INDICATOR_SHA256 }, { 128, INDICATOR_SHA512 } };
	size_t digits = 0;

	for (size_t i = 0; i < COUNT(kinds); i++) {
		if (n != kinds[i].n)
			continue;
		for (size_t k = 0; k < n; k++) {
			if (byte_hex((unsigned char)s[k]) < 0)
				return false;
			digits += byte_digit((unsigned char)s[k]);
		}
		out->type = kinds[i].type;
		copy(out->value, sizeof(out->value), s, n);
		lower(out->value);
		/* Else it is a number or a word. */
		return digits > 0 && digits < n;
	}
	return false;
}

static bool
is_cve(const char *s, size_t n, struct indicator_found *out)
{
	size_t digits = 0;

	if (n < 13 || n > 16 || !span_ieq(sk_span_of(s, 4), "cve-") ||
	    s[8] != '-')
		return false;
	for (size_t i = 4; i < n; i++)
		digits += byte_digit((unsigned char)s[i]);
	if (digits != n - 5)
		return false;
	out->type = INDICATOR_CVE;
	copy(out->value, sizeof(out->value), s, n);
	memcpy(out->value, "CVE", 3);
	return true;
}

/* ---- IP addresses ---- */

static bool
is_internal_ip4(const unsigned char b[4])
{
	return b[0] == 0 || b[0] == 10 || b[0] == 127 || b[0] >= 224 ||
	    (b[0] == 100 && (b[1] & 0xc0) == 64) ||
	    (b[0] == 169 && b[1] == 254) || (b[0] == 172 &&
	    (b[1] & 0xf0) == 16) || (b[0] == 192 && b[1] == 168);
}

/* Only 2000::/3 is given to anybody; 0::/16 and 64:ff9b:: carry IPv4. What else
 * reads like one is a label ("C2:2001:db8::1") or a list of octets. */
static bool
is_given_ip6(const unsigned char b[16])
{
	return (b[0] & 0xe0) == 0x20 || (b[0] == 0 && (b[1] == 0 ||
	    (b[1] == 0x64 && b[2] == 0xff && b[3] == 0x9b)));
}

static bool
is_internal_ip6(const unsigned char b[16])
{
	static const unsigned char none[15];

	return (b[0] & 0xfe) == 0xfc || (b[0] == 0xfe &&
	    (b[1] & 0xc0) == 0x80) || b[0] == 0xff ||
	    (memcmp(b, none, 15) == 0 && b[15] <= 1);
}

/* 4, 6 or 0; *internal. */
static int
ip_version(const char *s, bool *internal)
{
	unsigned char b[16];

	if (strchr(s, ':') == NULL) {
		if (inet_pton(AF_INET, s, b) != 1)
			return 0;
		*internal = is_internal_ip4(b);
		return 4;
	}
	if (inet_pton(AF_INET6, s, b) != 1 || strlen(s) < 4)
		return 0;
	*internal = is_internal_ip6(b);
	return *internal || is_given_ip6(b) ? 6 : 0;
}

static bool
is_number(const char *s, size_t n, unsigned long most)
{
	unsigned long v = 0;

	if (n == 0 || n > 5)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!byte_digit((unsigned char)s[i]))
			return false;
		v = v * 10 + (unsigned long)(s[i] - '0');
	}
	return v <= most;
}

/* "192.0.2.1", "192.0.2.1:443", "[2001:db8::1]:443", "192.0.2.0/24" */
static bool
is_ip(const char *s, size_t n, struct indicator_found *out)
{
	char host[64];
	const char *end = s + n, *tail = end, *at;
	bool bracket = n > 0 && s[0] == '[', internal = false;
	int version;

	if (bracket) {
		at = memchr(s, ']', n);
		if (at == NULL)
			return false;
		s++;
		tail = at + 1;
		end = at;
	} else if ((at = memchr(s, '/', n)) != NULL) {
		tail = end = at;
	} else if ((at = memchr(s, ':', n)) != NULL &&
	    memchr(at + 1, ':', (size_t)(end - at) - 1) == NULL) {
		tail = end = at;
	}
	if (!copy(host, sizeof(host), s, (size_t)(end - s)))
		return false;
	lower(host);
	version = ip_version(host, &internal);
	if (version == 0 || (bracket && version != 6))
		return false;
	n -= (size_t)(tail - (s - bracket));
	out->flags = internal ? INDICATOR_INTERNAL : 0;
	out->type = INDICATOR_IP;
	write_value(out, "", host, "", "", 0);
	if (n == 0)
		return true;
	if (*tail == '/' && is_number(tail + 1, n - 1, version == 4 ? 32 :
	    128)) {
		out->type = INDICATOR_CIDR;
		write_value(out, "", host, "", tail, n);
		return true;
	}
	if (*tail != ':' || !is_number(tail + 1, n - 1, 65535))
		return false;
	write_value(out, version == 6 ? "[" : "", host, version == 6 ? "]" :
	    "", tail, n);
	return true;
}

/* ---- names ---- */

static bool
one_of(const char *s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(s, list[i]) == 0)
			return true;
	return false;
}

/* Labels of letters, digits, hyphens and underscores. */
static unsigned
count_labels(const char *s)
{
	unsigned labels = 1;
	size_t len = 0;

	for (const char *p = s; *p != '\0'; p++) {
		if (*p == '.') {
			if (len == 0 || p[-1] == '-')
				return 0;
			labels++;
			len = 0;
		} else if (is_alnum(*p) || *p == '_' ||
		    (*p == '-' && len > 0)) {
			if (++len > 63)
				return 0;
		} else {
			return 0;
		}
	}
	return len > 0 ? labels : 0;
}

enum name { NAME_NONE, NAME_PUBLIC, NAME_INTERNAL };

/* s is lower case. */
static enum name
name_kind(const char *s)
{
	static const char *const inside[] = { "local", "localdomain", "lan",
		"internal", "intra", "intranet", "corp", "home", "localhost",
		"private" };
	static const char *const reserved[] = { "onion", "example", "test" };
	const char *last = strrchr(s, '.');
	size_t n = strlen(s);

	if (last == NULL || n > 253 || count_labels(s) < 2 ||
	    last[1 + strspn(last + 1, "0123456789")] == '\0')
		return NAME_NONE;
	if (one_of(last + 1, inside, COUNT(inside)) ||
	    (n > 10 && strcmp(s + n - 10, ".home.arpa") == 0))
		return NAME_INTERNAL;
	return one_of(last + 1, reserved, COUNT(reserved)) ||
	    sk_has_public_suffix(s) ? NAME_PUBLIC : NAME_NONE;
}

/* "setup.sh" and "report.zip" are files more often than names; "end.Next" is
 * two sentences. */
static bool
looks_like_file(const char *s)
{
	static const char *const ends[] = { "zip", "mov", "sh", "py", "pl",
		"md", "rs", "so", "ps", "cc", "java" };
	const char *dot = strrchr(s, '.'), *first = strchr(s, '.');
	char end[8];

	if (dot[1] >= 'A' && dot[1] <= 'Z' && dot[2] >= 'a' && dot[2] <= 'z')
		return true;
	if (dot != first || !copy(end, sizeof(end), dot + 1, strlen(dot + 1)))
		return false;
	lower(end);
	return one_of(end, ends, COUNT(ends));
}

/* "evil.example", "evil.example:8080" */
static bool
is_domain(const char *s, size_t n, bool changed, struct indicator_found *out)
{
	const char *colon = memchr(s, ':', n);
	size_t host = colon ? (size_t)(colon - s) : n;
	enum name kind;
	char name[254];

	if (colon && !is_number(colon + 1, n - host - 1, 65535))
		return false;
	if (host > 0 && s[host - 1] == '.')
		return false;
	if (!copy(name, sizeof(name), s, host) || count_labels(name) < 2 ||
	    (!changed && looks_like_file(name)))
		return false;
	lower(name);
	kind = name_kind(name);
	out->type = INDICATOR_DOMAIN;
	out->flags = kind == NAME_INTERNAL ? INDICATOR_INTERNAL : 0;
	write_value(out, "", name, "", s + host, n - host);
	return kind != NAME_NONE;
}

static bool
is_email(const char *s, size_t n, struct indicator_found *out)
{
	const char *at = memchr(s, '@', n);
	enum name kind;

	if (at == NULL || !copy(out->value, LIMIT_LMTP_ADDRESS + 1, s, n))
		return false;
	lower(out->value + (at - s));
	if (!sk_address_valid(out->value))
		return false;
	kind = name_kind(out->value + (at - s) + 1);
	out->type = INDICATOR_EMAIL;
	out->flags = kind == NAME_INTERNAL ? INDICATOR_INTERNAL : 0;
	return kind != NAME_NONE;
}

/* ---- URLs ---- */

static const struct {
	const char *written, *scheme;
} schemes[] = {
	{ "http", "http" }, { "https", "https" }, { "hxxp", "http" },
	{ "hxxps", "https" }, { "h**p", "http" }, { "h**ps", "https" },
	{ "htxp", "http" }, { "htxps", "https" }, { "hxtp", "http" },
	{ "hxtps", "https" }, { "ttp", "http" }, { "ttps", "https" },
	{ "ftp", "ftp" }, { "fxp", "ftp" }, { "ftps", "ftps" },
	{ "sftp", "sftp" }, { "ws", "ws" }, { "wss", "wss" },
	{ "ldap", "ldap" }, { "ldaps", "ldaps" }, { "rmi", "rmi" },
	{ "smb", "smb" }, { "tcp", "tcp" }, { "udp", "udp" },
};

static const char *
scheme_of(const char *s, size_t n, bool *changed)
{
	for (size_t i = 0; i < COUNT(schemes); i++)
		if (span_ieq(sk_span_of(s, n), schemes[i].written)) {
			*changed |= strcmp(schemes[i].written,
			    schemes[i].scheme) != 0;
			return schemes[i].scheme;
		}
	return NULL;
}

/* How much of "user:password@host" is no host: up to the last "@". */
static size_t
userinfo(const char *s, size_t n)
{
	const char *at = memrchr(s, '@', n);

	return at != NULL ? (size_t)(at - s) + 1 : 0;
}

static bool
host_is_internal(const char *host)
{
	char name[300];
	bool internal = false;
	size_t n;

	host += userinfo(host, strcspn(host, "/?#"));
	n = strcspn(host, host[0] == '[' ? "]" : ":/?#");
	if (host[0] == '[')
		host++, n--;
	if (!copy(name, sizeof(name), host, n))
		return false;
	lower(name);
	if (ip_version(name, &internal))
		return internal;
	return strchr(name, '.') == NULL || name_kind(name) == NAME_INTERNAL;
}

static bool
is_url(const char *s, size_t n, bool changed, struct indicator_found *out)
{
	const char *sep = n > 3 ? memmem(s, n, "://", 3) : NULL, *scheme, *p;
	size_t from, rest, host;
	char *to;

	if (sep == NULL)
		return false;
	for (p = sep; p > s && (is_alnum(p[-1]) || p[-1] == '*'); p--)
		;
	scheme = scheme_of(p, (size_t)(sep - p), &changed);
	from = (size_t)(sep - s) + 3;
	rest = n - from;
	host = 0;
	while (host < rest && strchr("/?#", s[from + host]) == NULL)
		host++;
	if (scheme == NULL || host == 0 || rest + 10 > sizeof(out->value) ||
	    !(is_alnum(s[from]) || s[from] == '['))
		return false;
	to = out->value;
	memcpy(to, scheme, strlen(scheme));
	to += strlen(scheme);
	memcpy(to, "://", 3);
	to += 3;
	memcpy(to, s + from, rest);
	to[rest] = '\0';
	/* A user's name keeps its case. */
	for (size_t i = userinfo(to, host); i < host; i++)
		to[i] = (char)byte_lower((unsigned char)to[i]);
	out->type = INDICATOR_URL;
	out->flags = (changed ? INDICATOR_DEFANGED : 0) |
	    (host_is_internal(to) ? INDICATOR_INTERNAL : 0);
	return true;
}

bool
indicator_read(const char *s, size_t n, bool changed,
    struct indicator_found *out)
{
	out->flags = 0;
	if (n < 4 || n > LIMIT_INDICATOR)
		return false;
	if (is_url(s, n, changed, out))
		return true;
	if (!is_hash(s, n, out) && !is_cve(s, n, out) && !is_ip(s, n, out) &&
	    !is_email(s, n, out) && !is_domain(s, n, changed, out))
		return false;
	out->flags |= changed ? INDICATOR_DEFANGED : 0;
	return true;
}

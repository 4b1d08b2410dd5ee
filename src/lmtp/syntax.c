/*
 * Paths and parameters of MAIL and RCPT (RFC 5321 4.1.2, RFC 6531 3.3).
 *
 * Our peer is a mail system that has taken the mail already, so a refusal here
 * bounces it. Hence only what cannot be an address is refused: dots may stand
 * anywhere in a local part (Japanese carriers gave out "a..b" and "a."), a
 * local part may pass 64 octets (SRS and VERP senders do), UTF-8 needs no
 * SMTPUTF8 parameter (Postfix without strict_smtputf8 sends none). It must
 * never let a control character or malformed UTF-8 through, and never change
 * an address: that is the council's business, not the parser's.
 */
#include <config.h>

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include <sekisho/error.h>
#include <sekisho/text.h>

#include "lmtp/internal.h"

static bool
is_alnum(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z');
}

/* atext of RFC 5321 and RFC 6531, and the dot. */
static bool
is_atext_or_dot(unsigned char c)
{
	return is_alnum(c) || c >= 0x80 ||
	    (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~.", c) != NULL);
}

static const char *
skip_atoms(const char *p)
{
	while (is_atext_or_dot((unsigned char)*p))
		p++;
	return p;
}

/* Behind the closing quote, or NULL. */
static const char *
skip_quoted(const char *p)
{
	for (p++; *p != '"'; p++) {
		if (*p == '\\')
			p++;
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return NULL;
	}
	return p + 1;
}

static const char *
skip_local(const char *p)
{
	const char *end = *p == '"' ? skip_quoted(p) : skip_atoms(p);

	return end == p ? NULL : end;
}

/* "[192.0.2.1]", "[IPv6:...]": its inside is nobody's business here. */
static const char *
skip_literal(const char *p)
{
	const char *start = ++p;

	while (*p > ' ' && *p < 0x7f && strchr("[]\\<>\"", *p) == NULL)
		p++;
	return *p == ']' && p > start ? p + 1 : NULL;
}

static const char *
skip_domain(const char *p)
{
	bool label = false;

	if (*p == '[')
		return skip_literal(p);
	for (;; p++) {
		unsigned char c = (unsigned char)*p;

		if (is_alnum(c) || c >= 0x80 || c == '-' || c == '_')
			label = true;
		else if (c == '.' && label)
			label = false;
		else
			break;
	}
	return label ? p : NULL;
}

/* RFC 5321 4.1.1.3: "@a,@b:" is taken and thrown away. */
static const char *
skip_route(const char *p)
{
	while (*p == '@') {
		p = skip_domain(p + 1);
		if (p == NULL)
			return NULL;
		if (*p == ':')
			return p + 1;
		if (*p++ != ',')
			return NULL;
	}
	return NULL;
}

/* RFC 5321 4.5.1: the one address that needs no domain. */
static bool
is_postmaster(struct sk_span local)
{
	return lmtp_span_ieq(local, "postmaster");
}

/* Behind the address that begins at p, or NULL. */
static const char *
skip_address(const char *p)
{
	const char *end = skip_local(p);

	if (end == NULL)
		return NULL;
	if (*end == '@')
		return skip_domain(end + 1);
	return is_postmaster(sk_span_of(p, (size_t)(end - p))) ? end : NULL;
}

int
lmtp_read_path(const char **pp, struct sk_span *out)
{
	const char *p = *pp, *end;

	if (*p++ != '<')
		return SK_ERR_DATA;
	if (*p == '@')
		p = skip_route(p);
	if (p == NULL)
		return SK_ERR_DATA;
	end = *p == '>' && p[-1] == '<' ? p : skip_address(p);
	if (end == NULL || *end != '>')
		return SK_ERR_DATA;
	*out = sk_span_of(p, (size_t)(end - p));
	if (out->len > LIMIT_LMTP_ADDRESS)
		return SK_ERR_LIMIT;
	if (!sk_utf8_valid(*out))
		return SK_ERR_DATA;
	*pp = end + 1;
	return SK_OK;
}

static struct sk_span
read_keyword(const char **pp)
{
	const char *p = *pp, *start = p;

	while (is_alnum((unsigned char)*p) || (*p == '-' && p > start))
		p++;
	*pp = p;
	return sk_span_of(start, (size_t)(p - start));
}

int
lmtp_read_param(const char **pp, struct lmtp_param *out)
{
	const char *p = *pp, *start;

	if (*p == '\0')
		return 0;
	if (*p != ' ')
		return SK_ERR_DATA;
	p += strspn(p, " ");
	out->key = read_keyword(&p);
	out->value = (struct sk_span){ 0 };
	if (out->key.len == 0)
		return SK_ERR_DATA;
	if (*p == '=') {
		start = ++p;
		while (*p > ' ' && *p < 0x7f && *p != '=')
			p++;
		if (p == start)
			return SK_ERR_DATA;
		out->value = sk_span_of(start, (size_t)(p - start));
	}
	*pp = p;
	return *p == ' ' || *p == '\0' ? 1 : SK_ERR_DATA;
}

int
lmtp_read_size(struct sk_span digits, size_t *out)
{
	size_t size = 0;

	if (digits.len == 0 || digits.len > 20)	/* RFC 1870 3 */
		return SK_ERR_DATA;
	for (size_t i = 0; i < digits.len; i++) {
		unsigned digit = (unsigned)digits.p[i] - '0';

		if (digit > 9)
			return SK_ERR_DATA;
		if (size > (SIZE_MAX - digit) / 10)
			size = SIZE_MAX;
		else
			size = size * 10 + digit;
	}
	*out = size;
	return SK_OK;
}

bool
lmtp_span_ieq(struct sk_span a, const char *word)
{
	return a.len == strlen(word) &&
	    strncasecmp((const char *)a.p, word, a.len) == 0;
}

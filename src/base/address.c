/*
 * Mail addresses as this program takes and writes them: an addr-spec in
 * dot-atom form (RFC 5322 3.4.1, RFC 6531 for UTF-8) and nothing around it.
 * What passes here can stand in a header field and in RCPT TO without quoting,
 * so it must never let a line end, blank, quote or angle through; what is legal
 * but needs quoting is refused rather than handled.
 */
#include <config.h>

#include <string.h>

#include <sekisho/text.h>

#include "base/base.h"

enum {
	ADDRESS_MOST = 254,	/* RFC 5321 4.5.3.1.3, without its angles */
	LABEL_MOST = 63		/* RFC 1035 2.3.4 */
};

/* Characters that IDNA or a careless reader takes for "." and "@". */
static const char *const lookalikes[] = {
	"\xe3\x80\x82",		/* U+3002 ideographic full stop */
	"\xef\xbc\x8e",		/* U+FF0E full-width full stop */
	"\xef\xbd\xa1",		/* U+FF61 half-width ideographic full stop */
	"\xef\xbc\xa0",		/* U+FF20 full-width @ */
	"\xef\xb9\xab",		/* U+FE6B small @ */
	"\xe2\x80\xa4",		/* U+2024 one dot leader */
	"\xef\xb9\x92",		/* U+FE52 small full stop */
};

static bool
domain_char(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '_' || c >= 0x80;
}

static bool
domain_valid(const char *s)
{
	size_t label = 0;

	for (; *s != '\0'; s++) {
		if (*s == '.') {
			if (label == 0)
				return false;
			label = 0;
			continue;
		}
		if (!domain_char((unsigned char)*s) ||
		    (label == 0 && *s == '-') || ++label > LABEL_MOST)
			return false;
	}
	return label > 0;
}

bool
sk_address_valid(const char *s)
{
	const char *at;
	size_t i, n;

	if (s == NULL)
		return false;
	n = strlen(s);
	at = strchr(s, '@');
	if (n > ADDRESS_MOST || at == NULL || at == s ||
	    strchr(at + 1, '@') != NULL)
		return false;
	/* The specials of RFC 5322 would need a quoted string. */
	if (strpbrk(s, "\"(),:;<>[]\\") != NULL)
		return false;
	/* Postfix refuses these too (allow_min_user): option-like. */
	if (*s == '-')
		return false;
	for (i = 0; i < sizeof(lookalikes) / sizeof(lookalikes[0]); i++)
		if (strstr(s, lookalikes[i]) != NULL)
			return false;
	return sk_utf8_printable(s) && domain_valid(at + 1);
}

char *
sk_address_key(struct sk_arena *a, const char *s)
{
	return sk_ascii_lower(a, s);
}

const char *
sk_address_domain(const char *s)
{
	const char *at = strrchr(s, '@');

	return at != NULL ? at + 1 : s + strlen(s);
}

/*
 * Internationalised domain names, by libidn2. What it cannot convert has no
 * other form: the caller goes on with what is written.
 */
#include <sekisho/idn.h>

#include <string.h>

#include <idn2.h>

static char *
taken(struct sk_arena *a, int ret, char *made, const char *domain)
{
	char *out = NULL;

	if (ret != IDN2_OK)
		return NULL;
	if (strcmp(made, domain) != 0)
		out = sk_arena_str(a, made);
	idn2_free(made);
	return out;
}

char *
sk_idn_ascii(struct sk_arena *a, const char *domain)
{
	char *made = NULL;
	int ret = idn2_to_ascii_8z(domain, &made,
	    IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);

	return taken(a, ret, made, domain);
}

char *
sk_idn_unicode(struct sk_arena *a, const char *domain)
{
	char *made = NULL;
	int ret = idn2_to_unicode_8z8z(domain, &made, 0);

	return taken(a, ret, made, domain);
}

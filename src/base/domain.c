/*
 * Organisational domains by the public suffix list, through libpsl, whose only
 * user this file is. The list compiled into the library is used: it needs no
 * file, so pure modules and sandboxed processes can ask. Whoever shares an
 * organisational domain counts as the same organisation for tokens and
 * alignment, so in doubt two domains are different.
 */
#include <config.h>

#include <libpsl.h>
#include <string.h>

#include <sekisho/text.h>

/* An IPv4 address has no organisation: "192.0.2.1" must not become "2.1". */
static bool
numeric_end(const char *domain)
{
	const char *label = strrchr(domain, '.');

	label = label != NULL ? label + 1 : domain;
	return label[strspn(label, "0123456789")] == '\0';
}

char *
sk_org_domain(struct sk_arena *a, const char *domain)
{
	char *lower = sk_ascii_lower(a, domain);
	size_t n = strlen(lower);
	const char *org;

	if (n > 0 && lower[n - 1] == '.')
		lower[n - 1] = '\0';
	if (numeric_end(lower))
		return lower;
	org = psl_registrable_domain(psl_builtin(), lower);
	return org != NULL ? lower + (org - lower) : lower;
}

bool
sk_has_public_suffix(const char *domain)
{
	const char *suffix = psl_unregistrable_domain(psl_builtin(), domain);

	return suffix != NULL && suffix != domain &&
	    psl_is_public_suffix2(psl_builtin(), suffix, PSL_TYPE_ANY |
	    PSL_TYPE_NO_STAR_RULE);
}

bool
sk_same_org_domain(const char *domain1, const char *domain2)
{
	struct sk_arena *a = sk_arena_new();
	const char *one = sk_org_domain(a, domain1);
	const char *two = sk_org_domain(a, domain2);
	bool same = *one != '\0' && strcmp(one, two) == 0;

	sk_arena_free(&a);
	return same;
}

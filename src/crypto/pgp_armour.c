/* See pgp_armour.h. Sums are not looked at: whoever reads the packets decides
 * what they are worth. */
#include <config.h>

#include <string.h>

#include "crypto/pgp_armour.h"

static bool
begins(const struct pgp_armour *a)
{
	static const char word[] = "-----BEGIN PGP";

	return a->n >= sizeof(word) - 1 &&
	    memcmp(a->line, word, sizeof(word) - 1) == 0;
}

static void
end_line(struct pgp_armour *a)
{
	if (begins(a)) {
		a->begun++;
		a->place = ARMOUR_FIELDS;
		a->bits = a->nbits = 0;
	} else if (a->place == ARMOUR_FIELDS && !a->ink) {
		a->place = ARMOUR_BODY;
	} else if (a->place == ARMOUR_FIELDS) {
		a->odd |= !a->colon;
	}
	a->n = 0;
	a->ink = a->colon = false;
}

/* gpg skips what is no digit. */
static int
digit(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static void
take_digit(struct pgp_armour *a, unsigned char c)
{
	int v = digit(c);

	if (c == '=' || (c == '-' && a->n == 0))
		a->place = ARMOUR_AFTER;
	if (a->place == ARMOUR_AFTER || v < 0)
		return;
	a->bits = (a->bits << 6 | (unsigned)v) & 0xffff;
	a->nbits += 6;
	if (a->nbits < 8)
		return;
	a->nbits -= 8;
	a->octet(a->ctx, (unsigned char)(a->bits >> a->nbits));
}

void
pgp_armour_take(struct pgp_armour *a, const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = p[i];

		if (a->place == ARMOUR_BODY)
			take_digit(a, c);
		if (c == '\n') {
			end_line(a);
			continue;
		}
		if (a->n < sizeof(a->line))
			a->line[a->n] = (char)c;
		a->n++;
		a->colon |= c == ':';
		a->ink |= c != ' ' && c != '\t' && c != '\r';
	}
}

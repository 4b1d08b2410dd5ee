/* OpenPGP armour, octet by octet and by gpg's own rules; for what looks at
 * packets before gpg does. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct pgp_armour {
	void (*octet)(void *ctx, unsigned char c);	/* what it holds */
	void *ctx;
	size_t begun;		/* armours met */
	bool odd;		/* a field was none */
	enum { ARMOUR_BEFORE, ARMOUR_FIELDS, ARMOUR_BODY, ARMOUR_AFTER } place;
	char line[16];		/* how it begins */
	size_t n;		/* octets of it */
	bool ink, colon;
	unsigned bits, nbits;
};

void pgp_armour_take(struct pgp_armour *a, const unsigned char *p, size_t n);

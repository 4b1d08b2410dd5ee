/* Internet addresses and ranges on a deny-list. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct deny_net {
	unsigned char bytes[16];	/* IPv4 as ::ffff:a.b.c.d */
	unsigned bits;			/* of 128 that count */
};

/* "192.0.2.1", "192.0.2.0/24", "2001:db8::/32": the whole text, else false. */
bool deny_net_parse(const char *text, struct deny_net *out);
/* Do they share an address? */
bool deny_net_meets(const struct deny_net *a, const struct deny_net *b);
/* The next address or range written in s (length n, ASCII compared only) from
 * *at on: *at moves behind it, *start says where it began. */
bool deny_net_next(const char *s, size_t n, size_t *at, size_t *start,
    struct deny_net *out);

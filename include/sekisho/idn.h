/*
 * Domain names in the two forms people write them in: A-labels
 * ("xn--...") and letters (RFC 5890). Pure.
 */
#pragma once

#include <sekisho/arena.h>

/* "例え.jp" -> "xn--r8jz45g.jp" in the arena; NULL where it is no domain name
 * or the form is the same. */
char *sk_idn_ascii(struct sk_arena *a, const char *domain);
/* The other way. */
char *sk_idn_unicode(struct sk_arena *a, const char *domain);

/*
 * Where a mail address's OpenPGP key is published by its own domain: the names
 * of draft-koch-openpgp-webkey-service. Pure.
 */
#pragma once

#include <stdbool.h>

#include <sekisho/arena.h>

#define WKD_HASH 32		/* characters of z-base-32 */

struct wkd_places {
	const char *advanced;	/* at openpgpkey.DOMAIN, asked first */
	const char *direct;	/* at DOMAIN, where that one is not there */
};

/* Of the local part with ASCII letters made small; WKD_HASH + 1 bytes. */
void wkd_hash(const char *local, char out[WKD_HASH + 1]);
/* false: no address that could stand in a URL (sk_address_valid(), and a
 * domain of names). */
bool wkd_places(struct sk_arena *a, const char *address,
    struct wkd_places *out);

/*
 * The names of the Web Key Directory (draft-koch-openpgp-webkey-service 3.1).
 * SHA-1 is the draft's, as a way to make a name; nothing rests on it. The only
 * user of nettle.
 */
#include "wkd.h"

#include <nettle/sha1.h>
#include <string.h>

#include <sekisho/idn.h>
#include <sekisho/text.h>

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

void
wkd_hash(const char *local, char out[WKD_HASH + 1])
{
	static const char letters[] = "ybndrfg8ejkmcpqxot1uwisza345h769";
	unsigned char digest[SHA1_DIGEST_SIZE];
	struct sha1_ctx sha1;

	sha1_init(&sha1);
	for (; *local; local++)
		sha1_update(&sha1, 1, (const uint8_t[]){
		    (uint8_t)lower(*local) });
	sha1_digest(&sha1, sizeof(digest), digest);
	/* 160 bits are 32 letters of 5, and none is left over. */
	for (size_t i = 0; i < WKD_HASH; i++) {
		size_t bit = i * 5, byte = bit / 8;
		unsigned two = (unsigned)digest[byte] << 8;

		if (byte + 1 < sizeof(digest))
			two |= digest[byte + 1];
		out[i] = letters[two >> (11 - bit % 8) & 31];
	}
	out[WKD_HASH] = '\0';
}

/* As it was written; nothing in it may end the query (RFC 3986 2.3). */
static const char *
escaped(struct sk_arena *a, const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
	const char *out;
	struct sk_buf b;

	sk_buf_init(&b, 3 * strlen(s) + 1);
	for (; *s; s++) {
		if (strchr(plain, *s))
			sk_buf_add(&b, s, 1);
		else
			sk_buf_addf(&b, "%%%02X", (unsigned char)*s);
	}
	out = sk_arena_strn(a, sk_buf_str(&b), b.len);
	sk_buf_free(&b);
	return out;
}

/* A name of a host with a dot in it, and no number: that would be a machine of
 * one's own net. */
static bool
is_host(const char *domain)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-.";
	const char *last = strrchr(domain, '.');

	return last && strlen(domain) <= 253 && *domain != '.' &&
	    !strstr(domain, "..") && last[1] >= 'a' && last[1] <= 'z' &&
	    !domain[strspn(domain, letters)];
}

bool
wkd_places(struct sk_arena *a, const char *address, struct wkd_places *out)
{
	char hash[WKD_HASH + 1];
	const char *at, *local, *domain, *ascii;

	if (!address || !sk_address_valid(address))
		return false;
	at = strrchr(address, '@');
	local = sk_arena_strn(a, address, (size_t)(at - address));
	domain = sk_ascii_lower(a, at + 1);
	ascii = sk_idn_ascii(a, domain);
	if (ascii)
		domain = ascii;
	if (!is_host(domain))
		return false;
	wkd_hash(local, hash);
	local = escaped(a, local);
	out->advanced = sk_arena_printf(a, "https://openpgpkey.%s/.well-known/"
	    "openpgpkey/%s/hu/%s?l=%s", domain, domain, hash, local);
	out->direct = sk_arena_printf(a, "https://%s/.well-known/openpgpkey/"
	    "hu/%s?l=%s", domain, hash, local);
	return true;
}

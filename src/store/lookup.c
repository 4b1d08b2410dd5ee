/*
 * Rows are found by keyed hashes: without the store key a stolen file does not
 * even answer "is this address in it?". Sixteen bytes are kept of each, which
 * makes the indexes half as large and two values never meet.
 */
#include <config.h>

#include <string.h>

#include "store/internal.h"

struct lookup
lookup_bytes(struct store *s, const char *label, struct sk_span v)
{
	unsigned char hash[SK_HASH];
	struct lookup l;

	sk_hash_keyed(s->key, label, v, hash);
	memcpy(l.bytes, hash, LOOKUP);
	return l;
}

struct lookup
lookup_text(struct store *s, const char *label, const char *value)
{
	return lookup_bytes(s, label, sk_span_str(value));
}

/* Compared in ASCII lower case, as everywhere (text.h). */
struct lookup
lookup_address(struct store *s, const char *address)
{
	char low[LIMIT_LMTP_ADDRESS + 1];
	size_t n = strlen(address);

	if (n > LIMIT_LMTP_ADDRESS)	/* no address: found as it stands */
		return lookup_text(s, "address", address);
	for (size_t i = 0; i < n; i++)
		low[i] = (char)(address[i] >= 'A' && address[i] <= 'Z' ?
		    address[i] + 32 : address[i]);
	return lookup_bytes(s, "address", sk_span_of(low, n));
}

void
lookup_bind(struct stmt *st, struct lookup l)
{
	db_bind_copy(st, l.bytes, sizeof(l.bytes));
}

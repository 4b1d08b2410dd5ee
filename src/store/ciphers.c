/*
 * Which ciphertexts have been opened, and who sent each first (standards.md
 * B1, EFAIL's wrap and reply: an attacker sends somebody's encrypted mail once
 * more, as his own). Only keyed hashes stand here.
 */
#include <config.h>

#include "store/internal.h"

int
store_cipher_seen(struct store *s, const unsigned char cipher[32],
    const char *sender, int64_t mail, int64_t *other)
{
	struct lookup c = lookup_bytes(s, "cipher", sk_span_of(cipher, 32));
	struct lookup from = lookup_address(s, sender);
	struct stmt *st = store_use(s, SQL_CIPHER_FIND);
	bool same;
	int r;

	*other = 0;
	lookup_bind(st, c);
	lookup_bind(st, from);
	r = db_get(st);
	if (r == SK_OK) {
		same = db_int(st) != 0;
		*other = db_int(st);
		if (same)
			*other = 0;
		db_end(st);
		return SK_OK;
	}
	if (r != SK_ERR_NOINPUT)
		return r;
	st = store_use(s, SQL_CIPHER_ADD);
	lookup_bind(st, c);
	lookup_bind(st, from);
	db_bind_int(st, mail);
	return db_run(st);
}

/*
 * Which ciphertexts have been opened and which signatures believed, and who
 * sent each first (standards.md
 * B1, EFAIL's wrap and reply: an attacker sends somebody's encrypted mail once
 * more, as his own). Only keyed hashes stand here.
 */
#include <config.h>

#include <stdio.h>

#include "store/internal.h"

static int
seen(struct store *s, struct lookup what, struct lookup from, int64_t mail,
    struct seen *before)
{
	struct stmt *st = store_use(s, SQL_CIPHER_FIND);
	int r;

	*before = (struct seen){ 0 };
	lookup_bind(st, what);
	lookup_bind(st, from);
	r = db_get(st);
	if (r == SK_OK) {
		before->same_sender = db_int(st) != 0;
		before->mail = db_int(st);
		db_end(st);
		if (before->mail == mail)	/* read once more */
			*before = (struct seen){ 0 };
		return SK_OK;
	}
	if (r != SK_ERR_NOINPUT)
		return r;
	st = store_use(s, SQL_CIPHER_ADD);
	lookup_bind(st, what);
	lookup_bind(st, from);
	db_bind_int(st, mail);
	return db_run(st);
}

int
store_cipher_seen(struct store *s, const unsigned char cipher[32],
    const char *sender, int64_t mail, struct seen *before)
{
	return seen(s, lookup_bytes(s, "cipher", sk_span_of(cipher, 32)),
	    lookup_address(s, sender), mail, before);
}

/* An armour, a packet's frame and its unhashed part can be written anew, key
 * and time cannot. */
int
store_signature_seen(struct store *s, const char *signer, int64_t signed_at,
    int64_t mail, struct seen *before)
{
	char name[96];

	snprintf(name, sizeof(name), "%s %lld", signer, (long long)signed_at);
	return seen(s, lookup_text(s, "signature", name),
	    lookup_text(s, "signer", signer), mail, before);
}

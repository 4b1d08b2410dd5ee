/*
 * What names an S/MIME-enveloped mail (pure, for keyd): the hashes of its
 * recipients' encrypted keys. Who replays a ciphertext, changed or not, must
 * leave that of its true recipient as it is.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <sekisho/buf.h>
#include <sekisho/hash.h>

/* How many; 0: no EnvelopedData that can be followed, or more than max. */
size_t cms_encrypted_keys(struct sk_span cms, unsigned char (*list)[SK_HASH],
    size_t max);
/* Does it name the certificate with this issuer (Name in DER) and serial number
 * (its content) among its recipients? false where it cannot be followed. */
bool cms_addressed_to(struct sk_span cms, struct sk_span issuer,
    struct sk_span serial);

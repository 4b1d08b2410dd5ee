/* One X.509 certificate as key facts (pure), and its way to a root. For keyd and
 * for the council's own certificate: never for a mail's in sekishod (I7). */
#pragma once

#include <sekisho/arena.h>
#include <sekisho/buf.h>
#include <sekisho/key.h>

/*
 * Everything that stands in the certificate and that somebody's rule asks
 * about; fpr, chain and primaries are the caller's. Addresses are the valid
 * ones of subjectAltName (rfc822Name), then of emailAddress in the subject,
 * taken as they stand: one with a blank or a control in it is none (SEPPmail
 * CVE-2026-2748). SK_ERR_DATA: no certificate of version 3 in DER, or
 * something behind it.
 */
int x509_read(struct sk_arena *a, struct sk_span der, struct key_facts *k);
/* Are the numbers of its key of the size that keys have (limits.h), and of a
 * kind that anybody uses? No more is read of it; false where it is odd. */
bool x509_key_fits(struct sk_span der);
/* Two certificates for one public key, octet for octet? */
bool x509_same_key(struct sk_span der, struct sk_span other);
/* Does it lead to one of the roots (a PEM file) now, perhaps over what stands
 * beside it? Runs openssl; writes into the folder for the time being. */
enum key_chain x509_chain(const char *roots, const char *folder,
    struct sk_span cert, struct sk_span beside);

/*
 * A certificate as mail programs import it: a CMS SignedData that holds nothing
 * else ("certs-only", RFC 8551 3.8; smime.p7c). Pure.
 */
#pragma once

#include <sekisho/buf.h>

#define CMS_CERTS_MORE 64	/* octets around the certificate, at most */

/* certificate: in DER. Added to out; out->over if it does not fit. */
void cms_certs_only(struct sk_span certificate, struct sk_buf *out);

/*
 * Proof: the last step before the outbox (design.md §4). It walks the finished
 * bytes itself, knows nothing of how they were made and believes no verdict
 * from elsewhere. Whatever it does not know is a failure: header fields by an
 * allow-list, parts by number and type, OpenPGP packets by tag and version.
 */
#pragma once

#include <stddef.h>

#include <sekisho/buf.h>
#include <sekisho/error.h>

/* What the copy must be. */
struct proof_expect {
	const char *from;		/* the only From address allowed */
	const char *from_name;		/* the only display name beside it;
					 * NULL: none may stand there */
	const char *to;			/* the one recipient */
	const char *own_domain;		/* Message-ID's right side */
	/* E: the pinned key's encryption subkeys as 16 upper-case hex digits
	 * (key ids); exactly one recipient packet, and it is one of these. */
	const char *const *key_ids;
	size_t nkey_ids;
	/* E by S/MIME, instead: the pinned certificate's issuer (Name in DER)
	 * and the content of its serial number. */
	struct sk_span issuer, serial;
	/* P: the subject and text re-rendered from the template's allowed
	 * fields. */
	const char *subject;
	const char *text;
};

/*
 * 0, or SK_ERR_CRYPTO with *e naming the field or layer, never its content.
 * Both: fields From, To, Reply-To, Subject, Date, Message-ID, In-Reply-To,
 * References, Auto-Submitted, MIME-Version, Content-Type (P and S/MIME also
 * Content-Transfer-Encoding, S/MIME Content-Disposition), each at most once and in its one form; printable
 * ASCII, CRLF, no blank before a line end, exactly one final CRLF; To is
 * exactly want->to, which stands in no other field; Reply-To is an address of
 * From's domain or own_domain, with no tag or one of 26 characters a-z2-7.
 */

/* E text in S/MIME, where an issuer is wanted: one application/pkcs7-mime part in
 * base64 to the end, EnvelopedData version 0 with exactly one RecipientInfo,
 * that of the wanted issuer and serial (RSA), AES-256-CBC, nothing else. */
/* E text in OpenPGP: PGP/MIME skeleton, armour with no header line and a right
 * checksum, one PKESK v3 (RSA, Elgamal, ECDH) for one of want->key_ids, then
 * one SEIPD v1 to the end (partial lengths walked), nothing before, between or
 * after; outer Subject constant. */
int proof_encrypted(struct sk_span message, const struct proof_expect *want,
    struct sk_error *e);
/* P text: one text/plain part whose decoded content equals want->text with its
 * line ends as CRLF, and Subject equals want->subject. */
int proof_plain(struct sk_span message, const struct proof_expect *want,
    struct sk_error *e);

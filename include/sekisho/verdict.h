/*
 * The verdict: how a mail was wrapped, and what a keyd found out about it. One
 * for the whole envelope, never one a part: a reader who is told "signed" must
 * be told it about everything that is shown (standards.md B1, JYAF). The words
 * for it stand in one table (src/mail/verdict.c). Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fact_form {		/* how one layer is wrapped */
	FORM_PLAIN,
	FORM_PGP_ENCRYPTED,	/* RFC 3156: exactly two parts */
	FORM_PGP_ENCRYPTED_MANGLED, /* the two parts, taken apart on the way */
	FORM_PGP_SIGNED,
	FORM_PGP_INLINE_ENCRYPTED,	/* one armoured message in the text */
	FORM_PGP_INLINE_SIGNED,
	FORM_SMIME_ENVELOPED,
	FORM_SMIME_SIGNED_OPAQUE,
	FORM_SMIME_SIGNED,
	FORM_PGP_ATTACHED,	/* an encrypted file and nothing else */
	FORM_SMIME_AUTH_ENVELOPED,	/* RFC 5083, as AES-GCM: gpgsm 2.2
					 * reads none */
	FORMS			/* how many; stored: add before it only */
};
bool form_encrypted(enum fact_form f);	/* DECRYPT opens it */
bool form_signed(enum fact_form f);	/* VERIFY checks it */
bool form_smime(enum fact_form f);
bool form_inline(enum fact_form f);	/* it stands in a text */
bool form_opens(enum fact_form f);	/* its content comes from keyd */
/* Its content is the signed part, to be read again as a layer of its own. */
bool form_holds_layer(enum fact_form f);

enum verdict_signature {	/* stored: add at the end only */
	SIGNATURE_NONE,
	SIGNATURE_GOOD,		/* by exactly the key `signer` */
	SIGNATURE_BAD,
	SIGNATURE_UNKNOWN_KEY,
	SIGNATURE_KEY_EXPIRED,
	SIGNATURE_KEY_REVOKED,
	SIGNATURE_EXPIRED,
	SIGNATURE_ERROR,	/* odd: believed by nobody */
	SIGNATURE_WEAK,		/* over a hash that can be forged */
	SIGNATURE_SEVERAL,	/* more than one: believed by nobody */
	SIGNATURE_USAGE,	/* by a key that must not sign */
	SIGNATURE_ADDRESS,	/* S/MIME: the certificate names another address
				 * than From */
	SIGNATURE_EMPTY,	/* S/MIME: a signature by nobody */
	SIGNATURES
};

enum verdict_coverage { COVERS_NOTHING, COVERS_PART, COVERS_WHOLE };

enum verdict_signer {		/* whose key made the good signature */
	SIGNER_NOBODY,		/* none good, or a key that nobody pinned */
	SIGNER_PERSON,		/* the registered person of the From address */
	SIGNER_CASE,		/* approved for a case of the From address */
	SIGNER_OTHER,		/* pinned for somebody else (L14) */
	SIGNERS
};

#define VERDICT_OWNER 64	/* a person's id or a case number, and NUL */

struct verdict {
	enum fact_form outer_form;	/* of the outermost wrapped layer */
	bool encrypted;
	bool integrity;		/* MDC or AEAD checked; S/MIME: a good signature
				 * inside, over all of it (CBC has none) */
	bool failed;		/* could not be opened: kept, operator's look */
	bool replayed;		/* failed, since this ciphertext came from
				 * another sender before (EFAIL, B1) */
	bool outside;		/* words or parts stand beside a layer */
	enum verdict_signature signature;
	enum verdict_coverage coverage;
	char signer[41];	/* primary fingerprint, upper-case hex, or "" */
	enum verdict_signer whose;
	char owner[VERDICT_OWNER];	/* of that key; "" for nobody */
	int64_t signed_at;	/* what a good signature says of its own time,
				 * seconds; of several the first; 0: nothing */
	bool former;		/* failed, since it was encrypted to a key of
				 * the council that had been retired */
	bool again;		/* this ciphertext came before in another mail
				 * of the same sender: an old one, sent anew */
	bool untried;		/* failed, since too many of this sender could
				 * not be opened that day: nobody tried */
};

/* Adds what was found about the next layer inwards; `form` is that layer's,
 * `outside` that words or parts stand beside it. Of several layers' signatures
 * all must be good and by one key. A signature over ciphertext says nothing
 * about who wrote the content: it covers a part. */
void verdict_join(struct verdict *all, enum fact_form form, bool outside,
    const struct verdict *layer);
/* A good signature over all of it, by a key pinned for the From address: what
 * counts as the sender's own word (design.md §8). */
bool verdict_signer_is_from(const struct verdict *v);
/* Opened, and nothing shows that it is what was written: CBC without a good
 * signature inside (EFAIL, A10). */
bool verdict_is_malleable(const struct verdict *v);

/* --- the table of words --- */
const char *form_word(enum fact_form form);	/* "pgp-mime-encrypted", ... */
const char *signature_word(enum verdict_signature s);
const char *coverage_word(enum verdict_coverage c);
const char *signer_word(enum verdict_signer s);
/* Plain words for operators, in this order: encrypted how, kept whole or not,
 * signed by whom, over what. NULL from `line` 4 on, "" where there is nothing
 * to say. v NULL: nothing was opened yet. */
const char *verdict_sentence(const struct verdict *v, unsigned line);
const char *verdict_sentence_ja(const struct verdict *v, unsigned line);

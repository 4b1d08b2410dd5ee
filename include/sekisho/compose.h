/*
 * Composing what leaves: ASCII, CRLF, body lines <= 76, header lines <= 998,
 * own Date, Message-ID, From, To, exactly one final CRLF, no Bcc, no Sender:
 * such bytes reach a milter behind Postfix unchanged (measured), so that the
 * copy hash can be compared there. Every generated field goes through one
 * encoder (RFC 2047, refused if it holds CR, LF, NUL or controls). Pure: ids,
 * boundaries and times are parameters.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <sekisho/arena.h>
#include <sekisho/buf.h>
#include <sekisho/error.h>

/* The outer subject of every E mail (design.md §8): constant. */
#define OUTER_SUBJECT "[...]"

struct compose_head {
	const char *from;		/* desk or return address */
	const char *from_name;		/* council name, any UTF-8, or NULL */
	const char *to;			/* the one recipient */
	const char *reply_to;		/* desk+TOKEN@..., or NULL */
	const char *subject;		/* real subject, any UTF-8 */
	const char *message_id;		/* without <>: at least 26 characters
					 * of a-z2-7 and dots, @our.domain */
	const char *in_reply_to;	/* without <>, or NULL; left out
					 * if unsafe */
	const char *const *references;	/* without <>; the newest 20 are kept */
	size_t nreferences;
	const char *auto_submitted;	/* "auto-replied", "auto-generated" */
	int64_t date;
	int tz_minutes;			/* offset east of UTC for Date */
	/* For machines, one for each item, inside the ciphertext only:
	 * printable ASCII, no line breaks. */
	const char *const *labels;
	size_t nlabels;
};

struct compose_attachment {
	const char *name;		/* any UTF-8; sent as RFC 2231 with an
					 * ASCII fallback (A13) */
	const char *type;		/* "text/csv; charset=utf-8" */
	struct sk_span bytes;
};

/*
 * All four put their result in place of what out held; out's maximum should
 * be LIMIT_OUT_MESSAGE. On failure out is empty: SK_ERR_DATA for a value that
 * must not stand in a header (the mend is in *e), SK_ERR_LIMIT for too much.
 * Message-IDs of others that are unsafe, or hold the recipient's address, are
 * left out silently. Text: UTF-8, any line ends; it goes out with CRLF and an
 * ended last line.
 */

/* A P text: one text/plain part in UTF-8, base64. */
int compose_plain(const struct compose_head *h, const char *text,
    struct sk_buf *out, struct sk_error *e);
/* The cryptographic payload of an E mail: protected headers by RFC 9788
 * (hp="cipher", HP-Outer) with the older protected-headers="v1", text and
 * attachments, padded to 4 KiB steps (64 KiB above 64 KiB; B5). This is what
 * keyd signs and encrypts, without compression. boundary: 26 random characters
 * of a-z2-7. */
int compose_payload(const struct compose_head *h, const char *text,
    const struct compose_attachment *att, size_t natt, const char *boundary,
    struct sk_buf *out, struct sk_error *e);
/* The outer PGP/MIME message (RFC 3156) around armoured ciphertext; outer
 * Subject is OUTER_SUBJECT, In-Reply-To and References stay. */
int compose_encrypted(const struct compose_head *h, struct sk_span armour,
    const char *boundary, struct sk_buf *out, struct sk_error *e);
/* The outer S/MIME message (RFC 8551 3.3) around enveloped-data in base64. */
int compose_enveloped(const struct compose_head *h, struct sk_span base64,
    struct sk_buf *out, struct sk_error *e);

/* BLAKE2b-256 over the message as a milter shows it: every field as name ":"
 * value with its leading blank and CRLF folds, CRLF; CRLF; body. */
void copy_hash(struct sk_span message, unsigned char out[32]);

/* The same for who sees the message in pieces, as a milter does: value with
 * its leading blank (SMFIP_HDR_LEADSPC), folds as LF or CRLF; body as it
 * comes. */
struct copy_hasher;

struct copy_hasher *copy_hash_new(void);
void copy_hash_field(struct copy_hasher *h, struct sk_span name,
    struct sk_span value);
void copy_hash_body(struct copy_hasher *h, const void *p, size_t n);
/* Clears the caller's pointer; out may be NULL to drop the work. */
void copy_hash_done(struct copy_hasher **h, unsigned char out[32]);

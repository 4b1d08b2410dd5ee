/*
 * Facts: what a mail says, as plain data. The mail library fills it (in the
 * sandboxed reader only), wire carries it, council reads it. Everything in it
 * is the sender's claim until something else proves it. Strings are checked
 * UTF-8 without NUL, in the arena; absent ones are NULL. Addresses are valid by
 * sk_address_valid().
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sekisho/answer.h>
#include <sekisho/buf.h>
#include <sekisho/verdict.h>

struct fact_mailbox {
	const char *address;	/* addr-spec, domain in lower case */
	const char *name;	/* decoded display name: never believed */
};

/* One method of one Authentication-Results field (RFC 8601). */
struct fact_auth_method {
	const char *method;	/* "dkim", "spf", "dmarc", ... lower case */
	const char *result;	/* "pass", "fail", "none", ... lower case */
	const char *domain;	/* header.d of dkim; domain of smtp.mailfrom of
				 * spf; header.from of dmarc; lower case */
};

struct fact_authres {
	const char *authserv_id;	/* lower case */
	bool above_received;	/* stands above the first Received field */
	bool broken;		/* does not parse: its methods are left out */
	const struct fact_auth_method *methods;
	size_t nmethods;
};

struct fact_attachment {
	const char *name;	/* decoded, "" if none; NOT a path */
	const char *type;	/* "application/pdf", lower case */
	uint64_t bytes;		/* decoded size */
	uint32_t part;		/* number for `mail save`: leaves counted from
				 * 1; of a mail that is a sealed file (form
				 * FORM_PGP_ATTACHED), in what that holds */
	uint32_t flags;		/* enum fact_attachment_flag */
};

enum fact_attachment_flag {
	ATTACH_NAME_TWICE = 1 << 0,	/* two file names: the first was taken */
	ATTACH_NAME_HOSTILE = 1 << 1,	/* path, control or bidi characters */
	ATTACH_ENCRYPTED = 1 << 2,	/* with a password: zip, 7z, rar,
					 * Office, PDF (encrypted.c) */
	ATTACH_KEY = 1 << 3,		/* an OpenPGP public key */
	ATTACH_BAD_ENCODING = 1 << 4,	/* base64 or quoted-printable damaged */
	ATTACH_SEALED = 1 << 5,	/* an encrypted OpenPGP message: `mail save
				 * --open` opens it, and the next three */
	ATTACH_ENVELOPED = 1 << 6,	/* S/MIME: EnvelopedData */
	ATTACH_AUTH_ENVELOPED = 1 << 7,	/* AuthEnvelopedData */
	ATTACH_SIGNED = 1 << 8		/* signed-data around its content */
};
/* How it is wrapped; FORM_PLAIN: not so that a keyd opens it. */
enum fact_form attachment_form(uint32_t flags);

enum fact_auto {		/* RFC 3834, standards.md A4 */
	AUTO_NO,
	AUTO_REPLIED,		/* vacation notes, receipts (RFC 8098) */
	AUTO_GENERATED,
	AUTO_LIST,		/* List-*, Precedence bulk|list|junk, X-ML-Name */
	AUTO_DSN,		/* a bounce: RFC 3464, or in its sender's own way */
	AUTO_OURS		/* carries our own loop mark */
};

/* What a bounce says of the copy that came back (bounce.c). */
enum fact_fate {
	FATE_NONE,		/* no bounce */
	FATE_PERMANENT,		/* refused for good */
	FATE_EXPIRED,		/* given up after errors that might have passed */
	FATE_TEMPORARY,		/* late, and still being tried */
	FATE_DELIVERED,		/* a report of success */
	FATE_UNCLEAR		/* a bounce that does not say */
};

struct fact_bounce {
	enum fact_fate fate;
	const char *status;		/* "5.1.1" (RFC 3463), or NULL */
	const char *recipient;		/* whom it names, or NULL */
	/* Message-IDs and addresses of the returned head: where our token
	 * stands if the envelope lost it. They route a bounce, nothing else. */
	const char *const *returned;
	size_t nreturned;
};

/* Technical traces, proposed for an operator's splitting. */
enum fact_indicator_type {
	INDICATOR_MD5, INDICATOR_SHA1, INDICATOR_SHA256, INDICATOR_SHA512,
	INDICATOR_IP, INDICATOR_CIDR, INDICATOR_DOMAIN, INDICATOR_URL,
	INDICATOR_EMAIL, INDICATOR_CVE
};

enum fact_indicator_flag {
	INDICATOR_DEFANGED = 1 << 0,	/* written as hxxp, [.], (dot) */
	INDICATOR_INTERNAL = 1 << 1,	/* private address, internal name */
	INDICATOR_SIGNATURE = 1 << 2,	/* in the writer's signature */
	INDICATOR_THEIRS = 1 << 3	/* the sender's or an addressee's own */
};
/* With any of these it is shown, and not proposed. */
#define INDICATOR_NOT_PROPOSED (INDICATOR_INTERNAL | INDICATOR_SIGNATURE | \
	INDICATOR_THEIRS)

struct fact_indicator {
	enum fact_indicator_type type;
	const char *value;	/* refanged; hosts and hashes in lower case */
	uint32_t flags;		/* enum fact_indicator_flag */
};

/* The optional field list of R-040; unknown stays out. */
enum fact_detail_kind {
	DETAIL_ODD, DETAIL_COURSE, DETAIL_TIME, DETAIL_TIME_ZONE,
	DETAIL_SYSTEM, DETAIL_IP, DETAIL_HOST, DETAIL_PROTOCOL, DETAIL_PORT,
	DETAIL_OS, DETAIL_SECURITY_SOFTWARE, DETAIL_CLOUD, DETAIL_CONSULTED
};

struct fact_detail {
	enum fact_detail_kind kind;
	const char *value;	/* the sender's words, at most LIMIT_DETAIL */
};

/* A run of paragraphs of the text, as bytes of it: with technical traces to be
 * proposed, or without. */
struct fact_passage {
	uint32_t at, len;
	bool technical;
};

/* Doubts, each said in words by doubt_text(). */
enum fact_doubt {
	DOUBT_FROM_NOT_ONE = 1 << 0,	/* not exactly one From mailbox */
	DOUBT_DUPLICATE_FIELD = 1 << 1,	/* a field that may stand once stands twice */
	DOUBT_CHARSET = 1 << 2,		/* label unknown or untrue, detected */
	DOUBT_UNDECODABLE = 1 << 3,	/* U+FFFD was put in */
	DOUBT_HIDDEN_HEADER = 1 << 4,	/* CR, LF or NUL inside an encoded word */
	DOUBT_HTML_ONLY = 1 << 5,
	DOUBT_TEXT_CUT = 1 << 6,	/* longer than LIMIT_TEXT */
	DOUBT_MIXED_PARTS = 1 << 7,	/* encrypted and clear parts side by side */
	DOUBT_NUL = 1 << 8,
	DOUBT_BIDI = 1 << 9,		/* bidi controls or zero-width in text */
	DOUBT_BAD_MIME = 1 << 10,	/* structure repaired or guessed */
	DOUBT_FROM_INSIDE = 1 << 11,	/* protected From differs from the outer */
	DOUBT_TOO_DEEP = 1 << 12,	/* more than LIMIT_LAYERS layers */
	DOUBT_PASSWORD_MAIL = 1 << 13,	/* a password near an encrypted file */
	DOUBT_OUTSIDE = 1 << 16,	/* words or parts beside what was sealed */
	DOUBT_SIGNED_OUTSIDE = 1 << 17,	/* signed over ciphertext only */
	DOUBT_SUBJECT_OUTSIDE = 1 << 18, /* the outer Subject was changed */
	DOUBT_IMITATION = 1 << 19,	/* imitates the marks of this program */
	DOUBT_LEFT_OUT = 1 << 20,	/* more indicators or details than kept */
	DOUBT_MALLEABLE = 1 << 21,	/* encrypted, and anybody could have
					 * changed it: verdict_is_malleable() */
	DOUBT_REPLY_TO = 1 << 22,	/* answers are asked to another address
					 * than the sender's */
	DOUBT_OTHER_FORM = 1 << 23,	/* plain text and HTML of one content say
					 * different things */
	DOUBT_PGP_IN_HTML = 1 << 24	/* an encrypted message inside HTML: not
					 * opened */
};

/* Two bits that stored facts may still have say nothing any more. */
#define DOUBT_RETIRED (3u << 14)
#define DOUBT_ALL (((uint32_t)DOUBT_PGP_IN_HTML << 1) - 1 - DOUBT_RETIRED)

enum fact_key_origin {		/* where a key came from */
	KEY_ATTACHED,
	KEY_IN_TEXT,
	KEY_AUTOCRYPT,		/* the header field of that name (A9) */
	KEY_IN_SIGNATURE	/* a certificate that signed, and is not known;
				 * from keyd, never from a reader */
};

struct fact_key {		/* a key with the mail: a proposal only (L16) */
	struct sk_span block;	/* armoured or binary, <= LIMIT_KEY_BYTES;
				 * certificates: PEM, DER or certs-only */
	enum fact_key_origin origin;
};

enum fact_protection {		/* of the header (RFC 9788) */
	PROTECTION_NONE,
	PROTECTION_CLEAR,	/* hp="clear": signed only */
	PROTECTION_CIPHER,	/* hp="cipher" */
	PROTECTION_OLD,		/* protected-headers="v1" */
	PROTECTION_WRAPPED	/* RFC 8551: the whole mail inside */
};

struct facts {
	/* the header block */
	struct fact_mailbox from;	/* address NULL unless exactly one */
	struct fact_mailbox reply_to;	/* address NULL unless exactly one */
	struct fact_mailbox sender;
	const struct fact_mailbox *to;	/* To and Cc */
	size_t nto;
	const char *subject;
	const char *message_id;		/* without <> */
	const char *const *refs;	/* In-Reply-To, then References, no <> */
	size_t nrefs;
	int64_t date;			/* 0 if absent or unreadable */
	uint32_t received_count;
	enum fact_auto automatic;
	enum fact_auto likely;		/* AUTO_DSN, AUTO_REPLIED: what its words
					 * suggest; counts beside a null envelope
					 * sender only */
	struct fact_bounce bounce;
	bool no_reply_wanted;		/* X-Auto-Response-Suppress All/AutoReply */
	const struct fact_authres *authres;
	size_t nauthres;
	unsigned char content_id[32];	/* BLAKE2b-256 from the first field after
					 * the trace block on (design.md §4) */
	/* the content */
	enum fact_form form;
	enum fact_protection protection;
	const char *outside;		/* words beside an inline message: nobody
					 * signed them, they answer nothing */
	const char *text;		/* all text parts, UTF-8, LF line ends,
					 * HTML turned to text with ">" quotes */
	const char *charset;		/* label of the first text part, lower */
	bool kana, japanese_charset;
	struct answer answer;
	bool gives_password;		/* new text that is little but a password
					 * line for a file sent before (R-115) */
	const struct fact_indicator *indicators;
	size_t nindicators;
	const struct fact_detail *details;
	size_t ndetails;
	const struct fact_passage *passages;	/* of `text`, in order, without gaps */
	size_t npassages;
	const struct fact_attachment *attachments;
	size_t nattachments;
	const struct fact_key *keys;
	size_t nkeys;
	uint32_t doubts;		/* enum fact_doubt */
	/* the bytes a keyd needs, as offsets into the payload descriptor:
	 * encrypted forms: [data]; signed forms: [data][signature]; inline
	 * and opaque signed ones hold both in [data] */
	uint64_t data_at, data_len, sig_at, sig_len;
};

/* A layer was opened: content, text, answer, keys, attachments come from
 * `inner`, transport and sender from `outer`; attachments beside an inline
 * message stay, their numbers raised by FACTS_BESIDE. `believed`: the layer was
 * decrypted or its signature is good. Then a protected header is the header:
 * Subject, Reply-To, To and References with hp (RFC 9788: nothing of the outer
 * one is merged in), the Subject alone in the older forms. From stays the
 * outer one always; a different one inside is a doubt (B1). `opened` is the form
 * of the layer that held `inner`. */
#define FACTS_BESIDE 1000	/* above LIMIT_MIME_PARTS */
void facts_join(struct sk_arena *a, struct facts *outer,
    const struct facts *inner, enum fact_form opened, bool believed);

/* Sets INDICATOR_THEIRS where an indicator is of the sender's, or an
 * addressee's, organisational domain; at a free mail domain only the very
 * address counts. To be called on joined facts. */
void facts_mark_theirs(struct sk_arena *a, struct facts *f,
    const char *const *free_mail, size_t nfree_mail);

const char *doubt_text(uint32_t one_doubt);	/* plain English sentence */
const char *doubt_text_ja(uint32_t one_doubt);
const char *doubt_word(uint32_t one_doubt);	/* "from-not-one" for JSON */
const char *automatic_word(enum fact_auto a);
const char *protection_word(enum fact_protection p);
const char *key_origin_word(enum fact_key_origin o);
const char *fate_word(enum fact_fate f);
const char *indicator_word(enum fact_indicator_type t);	/* "sha256" */
const char *detail_word(enum fact_detail_kind k);	/* "time_zone" */

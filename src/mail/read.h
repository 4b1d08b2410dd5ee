/* The steps of mail_read(), each in a file of its own. */
#pragma once

#include <sekisho/mail_read.h>

#include "mail/scan.h"

struct lines;			/* answer_text.h */

enum part_role {
	ROLE_ATTACHMENT,
	ROLE_TEXT,		/* text/plain that a reader is shown */
	ROLE_HTML,		/* text/html that a reader is shown */
	ROLE_OTHER_FORM,	/* the other shape of what is shown */
	ROLE_WRAPPER		/* version part, ciphertext, signature */
};

/* What the forms of one content answer differently. */
struct other_answer {
	unsigned codes;		/* bits of enum answer_code */
	uint32_t letters;	/* of sightings: 1 none, 2 A, 4 B … */
};

struct mail_work {
	struct sk_arena *a;
	struct mail_scan scan;
	enum part_role *roles;	/* one a part */
	unsigned layer;
	bool is_protected;	/* header protection (RFC 9788) or older */
	struct facts *out;
	struct sk_buf *payload;	/* may be NULL */
	const char *charset;	/* hint for a text without a label, or NULL */
	struct other_answer other;
	struct sk_error *e;
};

/* The parts of a layer. The old form of header protection is one whole mail as
 * an attachment (RFC 8551 3.1): that mail is then the layer. */
int read_scan(struct sk_arena *a, struct sk_span raw, unsigned layer,
    struct mail_scan *scan, bool *unwrapped, struct sk_error *e);
/* envelope.c: everything that stands in the header of the mail. */
void read_envelope(struct mail_work *w);
/* form.c: how the layer is wrapped; fills the payload. */
int read_form(struct mail_work *w);
/* The decoded body of a leaf becomes data or signature of the payload. */
int form_give(struct mail_work *w, const struct mail_part *p, uint64_t *at,
    uint64_t *len);
int form_too_large(struct mail_work *w);
void form_wrapper(struct mail_work *w, const struct mail_part *p);
/* form_pgp.c: encrypted OpenPGP as MIME, as a file, in the text. Each sets the
 * form, or leaves it FORM_PLAIN. */
int form_pgp(struct mail_work *w);
int form_pgp_file(struct mail_work *w);
int form_pgp_inline(struct mail_work *w);
/* Text that a server or a person put beside it; HTML is never taken. It is kept
 * apart, as words that nobody vouches for. */
bool form_is_beside(const struct mail_part *p);
void form_put_beside(struct mail_work *w, const struct mail_part *p);
/* Does a file that begins so hold an encrypted message? binary: its type allows
 * one without armour. */
bool form_pgp_message(struct sk_span head, bool binary);
/* By a ContentInfo's first octets; certs-only is signed-data, too. */
enum fact_form form_cms(struct sk_span der);
bool form_is_pkcs7(const struct mail_part *p);
/* roles.c: which parts are text, which are attachments. */
void read_roles(struct mail_work *w);
/* other_form.c: whether HTML that is not shown says something else. */
void read_other_forms(struct mail_work *w);
/* other_answer.c: adds to *out what the text and the HTML that is not shown
 * answer differently; is there any? Then none of it counts. */
bool other_answer(struct sk_arena *a, const char *plain, const char *html,
    struct other_answer *out);
void other_answer_apply(const struct other_answer *other,
    struct answer *ans);
/* body.c: the text of all text parts. */
void read_text(struct mail_work *w);
const char *read_part_text(struct mail_work *w, const struct mail_part *p);
void text_to_lf(char *text);
/* bounce.c: what a bounce says, and of which mail. */
void read_bounce(struct mail_work *w);
/* password.c: is the text little but the password of a file sent before?
 * reply: it refers to another mail. */
bool gives_password(struct sk_arena *a, const struct lines *l,
    const char *subject, bool reply);
/* indicator.c, detail.c: what a text holds, into *out;
 * linear, bounded by limits.h. quotes_ours: quoted lines are our own form. */
void indicators_find(struct sk_arena *a, const struct lines *l,
    bool quotes_ours, struct facts *out);
void details_find(struct sk_arena *a, const struct lines *l,
    struct facts *out);
/* attach.c: the attachments, and keys among them. */
void read_attachments(struct mail_work *w);

/* inline.c: the armour's own Charset field in lower case, or NULL: a hint that
 * nobody signed (A6). */
const char *inline_charset(struct sk_arena *a, struct sk_span armour);
/* inline.c: does this text hold one armoured message? *mixed: it holds some,
 * but not one that could be taken. */
enum fact_form inline_form(struct sk_span text, struct sk_span *armour,
    bool *mixed);
/* keys.c: armoured public keys in a text; a binary key as a whole. */
void keys_in_text(struct sk_arena *a, struct sk_span text,
    enum fact_key_origin origin, struct fact_key *keys, size_t *n);
void key_add(struct fact_key *keys, size_t *n, enum fact_key_origin origin,
    struct sk_span block);
bool key_is_binary(struct sk_span bytes);
bool key_is_certificate(struct sk_span bytes);	/* or several */

/* autocrypt.c: the key of the one valid Autocrypt field (A9). */
void keys_autocrypt(struct mail_work *w, struct fact_key *keys, size_t *n);

/* imitation.c: DOUBT_IMITATION, from subject and text. */
void read_imitation(struct mail_work *w);

/* flowed.c: RFC 3676 lines joined; text has LF line ends. */
char *text_unflow(struct sk_arena *a, const char *text, bool delsp);

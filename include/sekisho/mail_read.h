/*
 * Reading one mail: bytes -> facts. Runs inside the sandboxed reader only.
 * Hostile by assumption: prescan first, linear time, every limit of limits.h.
 */
#pragma once

#include <sekisho/arena.h>
#include <sekisho/buf.h>
#include <sekisho/error.h>
#include <sekisho/facts.h>

/* prescan.c: linear, before every libetpan call, on embedded and decrypted
 * content too: size, line length, header count and bytes, boundary shape,
 * nesting, parts, comment depth, parameters, NUL (a doubt). SK_OK or SK_ERR_LIMIT with the reason in *e. */
int mail_prescan(struct sk_span raw, struct sk_error *e);

/* charset.c: opens every allowed charset and converts one byte with each, so
 * that the modules are loaded before the sandbox closes. Once a process. */
void charset_prepare(void);
/* Bytes labelled `label` (hostile; NULL if none) to UTF-8; never fails: what
 * cannot be decoded is U+FFFD. Sets DOUBT_CHARSET / DOUBT_UNDECODABLE in
 * *doubts. `japanese` (may be NULL) tells that a Japanese charset was met. */
char *charset_decode(struct sk_arena *a, struct sk_span bytes,
    const char *label, uint32_t *doubts, bool *japanese);
/* jis.c: 7-bit JIS as it is met (CP50221: NEC row 13, IBM kanji, half-width
 * kana by ESC ( I, SO/SI; truncated escapes). */
char *jis_decode(struct sk_arena *a, struct sk_span bytes, uint32_t *doubts);

/* encoded.c: RFC 2047 in unstructured text and phrases: raw 8-bit detected,
 * multibyte characters split over words joined, CR LF NUL neutralised. */
char *encoded_decode(struct sk_arena *a, struct sk_span value,
    uint32_t *doubts, bool *japanese);

/* html.c: HTML to text with ">" for blockquote and cite; nothing is fetched,
 * script and style dropped, depth capped. The only libxml2 user. */
char *html_to_text(struct sk_arena *a, const char *utf8_html);
void html_prepare(void);		/* loads what libxml2 loads lazily */

/* content_id.c: see facts.h. */
void mail_content_id(struct sk_span raw, unsigned char out[32]);

/* read.c. layer 0 is the mail as received; >0 decrypted content (then a body
 * without mail headers is normal). payload receives the bytes a keyd needs.
 * SK_OK, or SK_ERR_LIMIT / SK_ERR_DATA: unreadable, with the reason. */
int mail_read(struct sk_span raw, unsigned layer, struct sk_arena *a,
    struct facts *out, struct sk_buf *payload, struct sk_error *e);
/* The same for what an inline message held: its text has no label of its own,
 * and `charset` (may be NULL) is what stood around it: a hint. */
int mail_read_inline(struct sk_span raw, unsigned layer, const char *charset,
    struct sk_arena *a, struct facts *out, struct sk_buf *payload,
    struct sk_error *e);

/* extract.c: the decoded bytes of leaf `part` (1…), for `mail save`, with the
 * numbers that mail_read() gave the attachments of that layer. */
int mail_extract(struct sk_span raw, unsigned layer, uint32_t part,
    struct sk_buf *out, struct sk_error *e);

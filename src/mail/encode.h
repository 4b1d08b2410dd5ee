/* The one encoder for what we write into mail (design.md §4, B3). Values come
 * back folded, without name and final CRLF, from the arena; NULL with *e
 * filled if the value holds what must not stand in a header. Private to
 * composing: proof has its own eyes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sekisho/arena.h>
#include <sekisho/buf.h>
#include <sekisho/compose.h>
#include <sekisho/error.h>

/* Unstructured text, any UTF-8 (RFC 2047 where needed). */
char *enc_text(struct sk_arena *a, const char *field, const char *value,
    struct sk_error *e);
/* addr-spec, or `display <addr-spec>`; display may be NULL. */
char *enc_mailbox(struct sk_arena *a, const char *field, const char *display,
    const char *addr, struct sk_error *e);
/* Our own date; tz in minutes east of UTC. */
char *enc_date(struct sk_arena *a, int64_t t, int tz, struct sk_error *e);
/* Other people's Message-IDs: the safe ones of the newest `most`, each in
 * angles; NULL where none is left. Ids that hold `secret` are dropped too. */
char *enc_ids(struct sk_arena *a, const char *const *ids, size_t n,
    size_t most, const char *secret);
bool enc_id_safe(const char *id);

/* 0, SK_ERR_DATA or SK_ERR_LIMIT: may it stand in a header at all? */
int enc_check(const char *field, const char *value, size_t most,
    struct sk_error *e);
/* Encoded words, folded; *col is where the line stands. */
void enc_words(struct sk_buf *b, size_t *col, const char *s);

/* base64 in lines of 76 and CRLF; nothing for nothing. */
void enc_base64(struct sk_buf *out, struct sk_span in);
/* Text as base64 lines, with CRLF line ends, the last line ended. */
void enc_lines(struct sk_buf *out, const char *s);
/* Content-Type, -Disposition, -Transfer-Encoding of one attachment. */
int enc_attachment(struct sk_arena *a, const struct compose_attachment *att,
    struct sk_buf *out, struct sk_error *e);

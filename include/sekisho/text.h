/*
 * Text: checked UTF-8, ASCII comparison, hex, base32, and what a terminal
 * shows. libunistring is used behind this header only (unicode.c), libpsl in
 * domain.c only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <sekisho/arena.h>
#include <sekisho/buf.h>

bool sk_utf8_valid(struct sk_span s);		/* and holds no NUL */
/* Copy with invalid sequences and NUL replaced by U+FFFD. */
char *sk_utf8_clean(struct sk_arena *a, struct sk_span s);
char *sk_nfkc(struct sk_arena *a, const char *s);
char *sk_nfkc_fold(struct sk_arena *a, const char *s);	/* NFKC + case fold */
bool sk_has_kana(const char *s);
/* Columns a terminal gives s: wide and full-width count two, combining none. */
size_t sk_columns(const char *s);
/* For terminals: C0, C1, DEL, bidi controls, zero-width shown as escapes
 * (newline and tab stay if `lines`). */
char *sk_escape_terminal(struct sk_arena *a, const char *s, bool lines);

bool sk_ascii_ieq(const char *a, const char *b);
bool sk_ascii_iprefix(const char *s, const char *prefix);
char *sk_ascii_lower(struct sk_arena *a, const char *s);
bool sk_is_ascii(struct sk_span s);

void sk_hex(char *out, const void *p, size_t n);	/* 2n + 1 bytes */
/* PEM (RFC 7468): "-----BEGIN LABEL-----", base64 in lines of 64. */
char *sk_pem(struct sk_arena *a, const char *label, struct sk_span s);
/* armour.c: the CRC-24 of RFC 9580 6.1.1. */
uint32_t sk_crc24(struct sk_span s);
/* If from here to the end stands one block of OpenPGP armour, or a text signed
 * in the clear, and no checksum in it (RFC 9580 6.1), it is given its own;
 * anything else stays. Linear; 6 bytes more, 8 of room. */
void sk_armour_add_sum(struct sk_buf *b, size_t from);
/* cleartext.c: may programs disagree about what this clear-signed block (from
 * its BEGIN line on) signs? One with a form feed, a vertical tab or a NUL, at
 * which some end a line; one whose header says NotDashEscaped, so that text can
 * look like its end; two in one. Linear. */
bool sk_clearsign_is_odd(struct sk_span block);
/* The text in such a block, without its dash escapes: for one whose signature
 * nobody can check, which is words like others. Linear. */
void sk_clearsign_text(struct sk_span block, struct sk_buf *out);
bool sk_unhex(void *out, size_t n, const char *hex);	/* exactly 2n digits */
/* a-z2-7, lower case, no padding: len characters of random bytes (getrandom). */
void sk_random_base32(char *out, size_t len);		/* len + 1 bytes */
bool sk_is_base32(const char *s, size_t len);	/* exactly len, then NUL */

/* Addresses: addr-spec only, checked for header and SMTP safety: printable,
 * no blank, quote, comma, angle, control; one @; both sides non-empty; at most
 * 254 octets; UTF-8 allowed. */
bool sk_address_valid(const char *s);
/* For lookup and comparison: ASCII lower case of both sides. */
char *sk_address_key(struct sk_arena *a, const char *s);
const char *sk_address_domain(const char *s);		/* after the last @; "" without */
/* Organisational domain by the public suffix list, lower case; the domain
 * itself where the list knows none. */
char *sk_org_domain(struct sk_arena *a, const char *domain);
/* Does it end in a suffix that the list knows, with a label before it? */
bool sk_has_public_suffix(const char *domain);
bool sk_same_org_domain(const char *domain1, const char *domain2);

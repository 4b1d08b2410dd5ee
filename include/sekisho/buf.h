/*
 * The one buffer type: growable bytes with a hard maximum, and a span that
 * borrows bytes. An append that would pass the maximum sets `over` and changes
 * nothing; the flag is sticky, so a writer checks once at the end.
 * Out of memory ends the process.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sk_buf {
	unsigned char *p;
	size_t len, cap, max;
	bool over;
};

struct sk_span {
	const unsigned char *p;
	size_t len;
};

void sk_buf_init(struct sk_buf *b, size_t max);
void sk_buf_free(struct sk_buf *b);		/* wipes; leaves an empty buffer */
void sk_buf_clear(struct sk_buf *b);		/* keeps the memory, wipes it, ends `over` */
/* p must not point into the buffer itself. */
void sk_buf_add(struct sk_buf *b, const void *p, size_t n);
/* Room for n bytes at the end; NULL, and over, if that would pass max. The
 * writer adds to len what it wrote there. */
unsigned char *sk_buf_room(struct sk_buf *b, size_t n);
void sk_buf_adds(struct sk_buf *b, const char *s);
void sk_buf_addc(struct sk_buf *b, int c);
void sk_buf_addf(struct sk_buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* NUL-terminated view (the NUL is not counted); never NULL. */
char *sk_buf_str(struct sk_buf *b);
struct sk_span sk_buf_span(const struct sk_buf *b);

struct sk_span sk_span_of(const void *p, size_t n);
struct sk_span sk_span_str(const char *s);	/* NULL gives an empty span */
bool sk_span_eq(struct sk_span a, struct sk_span b);
bool sk_span_is(struct sk_span a, const char *s);

/*
 * The one buffer type. Buffers carry mail and keys, so memory that is left
 * behind by growing, clearing or freeing is wiped first; growing therefore
 * never uses realloc, which could leave a copy. The maximum is hard: an append
 * is taken whole or not at all, and `over` stays set until the buffer is
 * cleared or freed.
 */
#include <config.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sekisho/buf.h>
#include <sekisho/mem.h>

enum { FIRST = 256 };

void
sk_buf_init(struct sk_buf *b, size_t max)
{
	/* One byte stays free for the NUL of sk_buf_str. */
	if (max == SIZE_MAX)
		max--;
	*b = (struct sk_buf){ .max = max };
}

void
sk_buf_free(struct sk_buf *b)
{
	if (b->p != NULL) {
		sk_wipe(b->p, b->cap);
		free(b->p);
	}
	*b = (struct sk_buf){ .max = b->max };
}

void
sk_buf_clear(struct sk_buf *b)
{
	if (b->p != NULL)
		sk_wipe(b->p, b->cap);
	b->len = 0;
	b->over = false;
}

/* At least `need` bytes of memory; need <= max + 1. */
static void
grow(struct sk_buf *b, size_t need)
{
	size_t cap = b->cap ? b->cap : FIRST;
	unsigned char *p;

	if (need <= b->cap)
		return;
	while (cap < need)
		cap = cap > SIZE_MAX / 2 ? need : cap * 2;
	if (cap - 1 > b->max)
		cap = b->max + 1;
	p = sk_malloc(cap);
	if (b->p != NULL) {
		memcpy(p, b->p, b->len);
		sk_wipe(b->p, b->cap);
		free(b->p);
	}
	b->p = p;
	b->cap = cap;
}

unsigned char *
sk_buf_room(struct sk_buf *b, size_t n)
{
	if (b->over || n > b->max - b->len) {
		b->over = true;
		return NULL;
	}
	grow(b, b->len + n + 1);
	return b->p + b->len;
}

void
sk_buf_add(struct sk_buf *b, const void *p, size_t n)
{
	unsigned char *at = sk_buf_room(b, n);

	if (at == NULL || n == 0)
		return;
	memcpy(at, p, n);
	b->len += n;
}

void
sk_buf_adds(struct sk_buf *b, const char *s)
{
	sk_buf_add(b, s, strlen(s));
}

void
sk_buf_addc(struct sk_buf *b, int c)
{
	unsigned char byte = (unsigned char)c;

	sk_buf_add(b, &byte, 1);
}

void
sk_buf_addf(struct sk_buf *b, const char *fmt, ...)
{
	va_list ap;
	unsigned char *at;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0) {
		b->over = true;
		return;
	}
	at = sk_buf_room(b, (size_t)n);
	if (at == NULL)
		return;
	/* sk_buf_room always keeps one byte more for this NUL. */
	va_start(ap, fmt);
	vsnprintf((char *)at, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
}

char *
sk_buf_str(struct sk_buf *b)
{
	grow(b, b->len + 1);
	b->p[b->len] = '\0';
	return (char *)b->p;
}

struct sk_span
sk_buf_span(const struct sk_buf *b)
{
	return sk_span_of(b->p, b->len);
}

struct sk_span
sk_span_of(const void *p, size_t n)
{
	return (struct sk_span){ p, n };
}

struct sk_span
sk_span_str(const char *s)
{
	return sk_span_of(s, s ? strlen(s) : 0);
}

bool
sk_span_eq(struct sk_span a, struct sk_span b)
{
	return a.len == b.len &&
	    (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

bool
sk_span_is(struct sk_span a, const char *s)
{
	return sk_span_eq(a, sk_span_str(s));
}

/*
 * Arena: a chain of blocks, bumped through and given back together, wiped.
 * Blocks come zeroed and are never reused inside one arena, so an allocation
 * is zero without further work. In address-sanitizer builds every allocation
 * has a poisoned margin, so that the fuzzers see one byte past the end.
 */
#include <config.h>

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sekisho/arena.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>

#ifdef __SANITIZE_ADDRESS__
#define ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ASAN 1
#endif
#endif
#ifdef ASAN
#include <sanitizer/asan_interface.h>
enum { MARGIN = 16 };
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
enum { MARGIN = 0 };
#endif

enum {
	ALIGN = _Alignof(max_align_t),
	BLOCK_FIRST = 4096,		/* most need no second */
	BLOCK_MOST = 1024 * 1024
};

struct block {
	struct block *next;
	size_t size, used;
	_Alignas(max_align_t) unsigned char data[];
};

struct sk_arena {
	struct block *top;
	size_t next_size;
};

static struct block *
block_new(size_t size)
{
	struct block *b = sk_malloc(sizeof(*b) + size);

	b->size = size;
	ASAN_POISON_MEMORY_REGION(b->data, size);
	return b;
}

static void
block_free(struct block *b)
{
	ASAN_UNPOISON_MEMORY_REGION(b->data, b->size);
	sk_wipe(b->data, b->used);
	free(b);
}

struct sk_arena *
sk_arena_new(void)
{
	struct sk_arena *a = sk_malloc(sizeof(*a));

	a->next_size = BLOCK_FIRST;
	a->top = NULL;
	return a;
}

void
sk_arena_free(struct sk_arena **a)
{
	struct block *b, *next;

	if (a == NULL || *a == NULL)
		return;
	for (b = (*a)->top; b != NULL; b = next) {
		next = b->next;
		block_free(b);
	}
	free(*a);
	*a = NULL;
}

/* Large pieces get a block of their own below the top one, whose rest stays
 * in use. */
static struct block *
block_for(struct sk_arena *a, size_t n)
{
	struct block *b;

	if (a->top != NULL && n <= a->top->size - a->top->used)
		return a->top;
	if (n > a->next_size / 2 && a->top != NULL) {
		b = block_new(n);
		b->next = a->top->next;
		a->top->next = b;
		return b;
	}
	b = block_new(n > a->next_size ? n : a->next_size);
	if (a->next_size < BLOCK_MOST)
		a->next_size *= 2;
	b->next = a->top;
	a->top = b;
	return b;
}

void *
sk_arena_alloc(struct sk_arena *a, size_t n)
{
	struct block *b;
	size_t whole;
	unsigned char *p;

	if (n > SIZE_MAX / 2)
		sk_bug("memory.size", "bytes=%zu", n);
	whole = ((n ? n : 1) + MARGIN + ALIGN - 1) / ALIGN * ALIGN;
	b = block_for(a, whole);
	p = b->data + b->used;
	b->used += whole;
	ASAN_UNPOISON_MEMORY_REGION(p, n);
	return p;
}

void *
sk_arena_array(struct sk_arena *a, size_t n, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total))
		sk_bug("memory.size", "count=%zu size=%zu", n, size);
	return sk_arena_alloc(a, total);
}

void *
sk_arena_room(struct sk_arena *a, void *list, size_t n, size_t *cap,
    size_t size)
{
	void *bigger;

	if (n < *cap)
		return list;
	*cap = *cap > 0 ? *cap * 2 : 8;
	bigger = sk_arena_array(a, *cap, size);
	if (n > 0)
		memcpy(bigger, list, n * size);
	return bigger;
}

void *
sk_arena_dup(struct sk_arena *a, const void *p, size_t n)
{
	void *q = sk_arena_alloc(a, n);

	if (n > 0)
		memcpy(q, p, n);
	return q;
}

char *
sk_arena_strn(struct sk_arena *a, const void *p, size_t n)
{
	char *q = sk_arena_alloc(a, n + 1);

	if (n > 0)
		memcpy(q, p, n);
	return q;
}

char *
sk_arena_str(struct sk_arena *a, const char *s)
{
	return s ? sk_arena_strn(a, s, strlen(s)) : NULL;
}

char *
sk_arena_printf(struct sk_arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		sk_bug("memory.format", "fmt=%s", fmt);
	p = sk_arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}

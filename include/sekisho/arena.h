/*
 * Arena: allocations that end together. One per message, request or command.
 * Memory is zeroed on allocation and wiped when the arena ends. Never fails:
 * out of memory ends the process (limits are checked before allocating).
 */
#pragma once

#include <stddef.h>

struct sk_arena;

struct sk_arena *sk_arena_new(void);
void sk_arena_free(struct sk_arena **a);	/* clears the caller's pointer */
void *sk_arena_alloc(struct sk_arena *a, size_t n);
void *sk_arena_array(struct sk_arena *a, size_t n, size_t size);
/* A list that grows: `list` of *cap items, n of them used, with room for one
 * more; it has moved if it was full. Begin with NULL and 0. */
void *sk_arena_room(struct sk_arena *a, void *list, size_t n, size_t *cap,
    size_t size);
void *sk_arena_dup(struct sk_arena *a, const void *p, size_t n);
/* Copies n bytes and adds a NUL. */
char *sk_arena_strn(struct sk_arena *a, const void *p, size_t n);
char *sk_arena_str(struct sk_arena *a, const char *s);	/* NULL stays NULL */
char *sk_arena_printf(struct sk_arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Shared by the codecs in this folder only: field kinds that several messages
 * have in common. Readers obey wire.h: errors stick in w->bad.
 */
#pragma once

#include <sekisho/error.h>
#include <sekisho/wire.h>

/* The length that stands for a NULL string. */
#define WIRE_NULL UINT32_MAX

/* A status of enum sk_err travels as its distance from SK_OK. */
void wire_put_status(struct sk_buf *b, int status);
int wire_status(struct wire_in *w);

/* Upper-case hex in a char array of n + 1 bytes: "" or exactly n digits. */
void wire_put_hex(struct sk_buf *b, const char *s);
void wire_hex(struct wire_in *w, char *out, size_t n);

/* Bit sets: any bit outside `all` is bad. */
uint32_t wire_bits(struct wire_in *w, uint32_t all);

/* Bytes of at most max, copied into the arena. */
struct sk_span wire_copy(struct wire_in *w, struct sk_arena *a, size_t max);

/* Room for n elements; NULL for none. */
void *wire_array(struct sk_arena *a, size_t n, size_t size);

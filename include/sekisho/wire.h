/*
 * Field-wise encoding of messages between our programs (design.md §3). Every
 * read is bounds-checked and errors stick: read everything, then ask
 * wire_end(), which also fails when bytes are left over. Integers are big
 * endian; strings and bytes carry a u32 length.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <sekisho/arena.h>
#include <sekisho/buf.h>
#include <sekisho/error.h>

void wire_put_u8(struct sk_buf *b, uint8_t v);
void wire_put_u32(struct sk_buf *b, uint32_t v);
void wire_put_u64(struct sk_buf *b, uint64_t v);
void wire_put_i64(struct sk_buf *b, int64_t v);
void wire_put_bytes(struct sk_buf *b, struct sk_span s);
void wire_put_str(struct sk_buf *b, const char *s);	/* NULL is kept */

struct wire_in {
	struct sk_span rest;
	bool bad;
};

struct wire_in wire_open(struct sk_span s);
uint8_t wire_u8(struct wire_in *w);
bool wire_bool(struct wire_in *w);		/* 0 or 1, else bad */
uint32_t wire_u32(struct wire_in *w);
uint64_t wire_u64(struct wire_in *w);
int64_t wire_i64(struct wire_in *w);
uint32_t wire_enum(struct wire_in *w, uint32_t last);	/* 0..last, else bad */
uint32_t wire_count(struct wire_in *w, uint32_t max);
struct sk_span wire_bytes(struct wire_in *w);		/* borrows */
/* Copied into the arena; checked UTF-8 without NUL, else bad. NULL for NULL. */
const char *wire_str(struct wire_in *w, struct sk_arena *a);
const char *wire_need_str(struct wire_in *w, struct sk_arena *a); /* NULL is bad */
void wire_fixed(struct wire_in *w, void *out, size_t n);	/* exactly n bytes */
int wire_end(struct wire_in *w);	/* SK_OK or SK_ERR_PROTOCOL */

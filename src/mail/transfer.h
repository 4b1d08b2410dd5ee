/*
 * Content-Transfer-Encoding undone as a stream: the same code counts the
 * decoded bytes of a large attachment, looks through them and writes them out,
 * so that what is announced is what is saved, and nothing large is held.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <sekisho/buf.h>

enum transfer {
	TRANSFER_IDENTITY,	/* 7bit, 8bit, binary */
	TRANSFER_QP,
	TRANSFER_BASE64,
	TRANSFER_UNKNOWN	/* read as identity, and flagged */
};

/* Called with pieces of at most TRANSFER_PIECE bytes, in order; false stops. */
enum { TRANSFER_PIECE = 16384 };
typedef bool transfer_sink(void *ctx, const unsigned char *p, size_t n);

enum transfer transfer_of(const char *word);	/* NULL: identity */
/* Returns the number of decoded bytes given out; *damaged is set, never
 * cleared. sink may be NULL: count only. */
uint64_t transfer_decode(enum transfer t, struct sk_span in,
    transfer_sink *sink, void *ctx, bool *damaged);
/* The first bytes, as many as *out admits; the rest is left off. */
void transfer_append(enum transfer t, struct sk_span in, struct sk_buf *out,
    bool *damaged);

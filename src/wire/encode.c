/*
 * The writing half of the wire format: big endian integers, strings and bytes
 * behind a u32 length. A buffer that would pass its maximum takes nothing and
 * stays `over` (buf.h), so a put cannot fail by itself; whoever sends the
 * buffer asks once. Never writes padding or memory of a struct: what is not a
 * field does not travel.
 */
#include <config.h>

#include <sekisho/wire.h>

#include "wire/codec.h"

static void
put(struct sk_buf *b, uint64_t v, unsigned bytes)
{
	unsigned char out[8];

	for (unsigned i = 0; i < bytes; i++)
		out[i] = (unsigned char)(v >> (8 * (bytes - 1 - i)));
	sk_buf_add(b, out, bytes);
}

void
wire_put_u8(struct sk_buf *b, uint8_t v)
{
	put(b, v, 1);
}

void
wire_put_u32(struct sk_buf *b, uint32_t v)
{
	put(b, v, 4);
}

void
wire_put_u64(struct sk_buf *b, uint64_t v)
{
	put(b, v, 8);
}

void
wire_put_i64(struct sk_buf *b, int64_t v)
{
	put(b, (uint64_t)v, 8);
}

void
wire_put_bytes(struct sk_buf *b, struct sk_span s)
{
	/* WIRE_NULL itself is no length. */
	if (s.len >= WIRE_NULL) {
		b->over = true;
		return;
	}
	wire_put_u32(b, (uint32_t)s.len);
	sk_buf_add(b, s.p, s.len);
}

void
wire_put_str(struct sk_buf *b, const char *s)
{
	if (s == NULL)
		wire_put_u32(b, WIRE_NULL);
	else
		wire_put_bytes(b, sk_span_str(s));
}

/*
 * The reading half of the wire format. The bytes may come from a process that
 * a hostile mail has taken over, so every read is bounds-checked, every value
 * is checked against its range, and after the first fault all reads yield
 * zero, NULL or nothing: callers read straight on and ask wire_end() once.
 * Never allocates by a count that the remaining bytes cannot hold.
 */
#include <config.h>

#include <string.h>

#include <sekisho/text.h>
#include <sekisho/wire.h>

#include "wire/codec.h"

struct wire_in
wire_open(struct sk_span s)
{
	return (struct wire_in){ .rest = s };
}

/* The next n bytes, or NULL and bad. */
static const unsigned char *
take(struct wire_in *w, size_t n)
{
	const unsigned char *p = w->rest.p;

	if (w->bad || n > w->rest.len) {
		w->bad = true;
		return NULL;
	}
	if (n > 0)
		w->rest.p += n;
	w->rest.len -= n;
	return p;
}

static uint64_t
number(struct wire_in *w, unsigned bytes)
{
	const unsigned char *p = take(w, bytes);
	uint64_t v = 0;

	if (p == NULL)
		return 0;
	for (unsigned i = 0; i < bytes; i++)
		v = v << 8 | p[i];
	return v;
}

uint8_t
wire_u8(struct wire_in *w)
{
	return (uint8_t)number(w, 1);
}

bool
wire_bool(struct wire_in *w)
{
	return wire_enum(w, 1) == 1;
}

uint32_t
wire_u32(struct wire_in *w)
{
	return (uint32_t)number(w, 4);
}

uint64_t
wire_u64(struct wire_in *w)
{
	return number(w, 8);
}

int64_t
wire_i64(struct wire_in *w)
{
	return (int64_t)number(w, 8);
}

uint32_t
wire_enum(struct wire_in *w, uint32_t last)
{
	uint8_t v = wire_u8(w);

	if (v > last) {
		w->bad = true;
		return 0;
	}
	return v;
}

uint32_t
wire_bits(struct wire_in *w, uint32_t all)
{
	uint32_t v = wire_u32(w);

	if ((v & ~all) != 0) {
		w->bad = true;
		return 0;
	}
	return v;
}

uint32_t
wire_count(struct wire_in *w, uint32_t max)
{
	uint32_t n = wire_u32(w);

	/* Every element has at least one byte. */
	if (n > max || n > w->rest.len) {
		w->bad = true;
		return 0;
	}
	return n;
}

struct sk_span
wire_bytes(struct wire_in *w)
{
	uint32_t n = wire_u32(w);
	const unsigned char *p;

	p = take(w, n);
	return sk_span_of(p, p == NULL ? 0 : n);
}

const char *
wire_str(struct wire_in *w, struct sk_arena *a)
{
	uint32_t n = wire_u32(w);
	struct sk_span s = { NULL, 0 };

	if (n == WIRE_NULL && !w->bad)
		return NULL;
	s.p = take(w, n);
	if (w->bad)
		return NULL;
	s.len = n;
	if (!sk_utf8_valid(s)) {
		w->bad = true;
		return NULL;
	}
	return sk_arena_strn(a, s.p, s.len);
}

const char *
wire_need_str(struct wire_in *w, struct sk_arena *a)
{
	const char *s = wire_str(w, a);

	if (s == NULL)
		w->bad = true;
	return s;
}

void
wire_fixed(struct wire_in *w, void *out, size_t n)
{
	struct sk_span s = wire_bytes(w);

	if (w->bad || s.len != n) {
		w->bad = true;
		memset(out, 0, n);
		return;
	}
	memcpy(out, s.p, n);
}

int
wire_end(struct wire_in *w)
{
	return w->bad || w->rest.len > 0 ? SK_ERR_PROTOCOL : SK_OK;
}

void
wire_put_status(struct sk_buf *b, int status)
{
	/* An unknown code is our own fault, and told as such. */
	if (status > SK_OK || status <= SK_ERR_LAST)
		status = SK_ERR_BUG;
	wire_put_u8(b, (uint8_t)-status);
}

int
wire_status(struct wire_in *w)
{
	return -(int)wire_enum(w, -SK_ERR_LAST - 1);
}

void
wire_put_hex(struct sk_buf *b, const char *s)
{
	wire_put_str(b, s);
}

void
wire_hex(struct wire_in *w, char *out, size_t n)
{
	struct sk_span s = wire_bytes(w);
	bool good = !w->bad && (s.len == 0 || s.len == n);

	for (size_t i = 0; good && i < s.len; i++)
		good = (s.p[i] >= '0' && s.p[i] <= '9') ||
		    (s.p[i] >= 'A' && s.p[i] <= 'F');
	memset(out, 0, n + 1);
	if (!good)
		w->bad = true;
	else if (s.len > 0)
		memcpy(out, s.p, n);
}

struct sk_span
wire_copy(struct wire_in *w, struct sk_arena *a, size_t max)
{
	struct sk_span s = wire_bytes(w);

	if (s.len > max)
		w->bad = true;
	if (w->bad || s.len == 0)
		return sk_span_of(NULL, 0);
	return sk_span_of(sk_arena_dup(a, s.p, s.len), s.len);
}

void *
wire_array(struct sk_arena *a, size_t n, size_t size)
{
	return n == 0 ? NULL : sk_arena_array(a, n, size);
}

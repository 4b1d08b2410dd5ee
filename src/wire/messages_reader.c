/*
 * Messages between sekishod and a reader. What a reader says is the claim of a
 * process that ate hostile bytes: a get refuses whatever is out of range, and
 * the caller still treats lengths as claims until it has measured the
 * descriptors.
 */
#include <config.h>

#include <sekisho/limits.h>
#include <sekisho/messages.h>
#include <sekisho/wire.h>

#include "wire/codec.h"

void
msg_read_put(struct sk_buf *b, const struct msg_read *m)
{
	wire_put_u32(b, m->layer);
	wire_put_u8(b, (uint8_t)m->mode);
	wire_put_u32(b, m->part);
	wire_put_u64(b, m->at);
	wire_put_u64(b, m->len);
	wire_put_str(b, m->charset);
}

int
msg_read_get(struct sk_arena *a, struct sk_span s, struct msg_read *m)
{
	struct wire_in w = wire_open(s);

	*m = (struct msg_read){ 0 };
	m->layer = wire_u32(&w);
	m->mode = wire_enum(&w, READ_PART);
	m->part = wire_u32(&w);
	m->at = wire_u64(&w);
	m->len = wire_u64(&w);
	m->charset = wire_str(&w, a);
	return wire_end(&w);
}

void
msg_read_done_put(struct sk_buf *b, const struct msg_read_done *m)
{
	wire_put_status(b, m->status);
	wire_put_str(b, m->reason);
	wire_put_u64(b, m->facts_len);
	wire_put_u64(b, m->payload_len);
	wire_put_u8(b, m->last);
}

int
msg_read_done_get(struct sk_arena *a, struct sk_span s,
    struct msg_read_done *m)
{
	struct wire_in w = wire_open(s);

	*m = (struct msg_read_done){ 0 };
	m->status = wire_status(&w);
	m->reason = wire_str(&w, a);
	m->facts_len = wire_u64(&w);
	m->payload_len = wire_u64(&w);
	m->last = wire_bool(&w);
	if (m->facts_len > LIMIT_MESSAGE_MAX ||
	    m->payload_len > LIMIT_MESSAGE_MAX)
		return SK_ERR_PROTOCOL;
	return wire_end(&w);
}

bool
msg_read_done_last(struct sk_span s)
{
	struct sk_arena *a = sk_arena_new();
	struct msg_read_done done;
	bool last = msg_read_done_get(a, s, &done) == SK_OK && done.last;

	sk_arena_free(&a);
	return last;
}

/*
 * Messages between milterd and sekishod. What milterd passes on was written by
 * whoever spoke to Postfix: recipients and queue ids are short plain text here
 * or nothing at all.
 */
#include <config.h>

#include <string.h>

#include <sekisho/limits.h>
#include <sekisho/messages.h>
#include <sekisho/wire.h>

#include "wire/codec.h"

void
msg_guard_put(struct sk_buf *b, const struct msg_guard *m)
{
	wire_put_bytes(b, sk_span_of(m->hash, sizeof(m->hash)));
	wire_put_u32(b, m->nrcpts);
	wire_put_str(b, m->rcpt);
	wire_put_str(b, m->queue_id);
	wire_put_u8(b, m->local);
}

int
msg_guard_get(struct sk_arena *a, struct sk_span s, struct msg_guard *m)
{
	struct wire_in w = wire_open(s);

	*m = (struct msg_guard){ 0 };
	wire_fixed(&w, m->hash, sizeof(m->hash));
	m->nrcpts = wire_u32(&w);
	m->rcpt = wire_str(&w, a);
	m->queue_id = wire_str(&w, a);
	m->local = wire_bool(&w);
	if (m->rcpt && (m->nrcpts != 1 ||
	    strlen(m->rcpt) > LIMIT_LMTP_ADDRESS))
		return SK_ERR_PROTOCOL;
	if (m->queue_id && strlen(m->queue_id) > LIMIT_QUEUE_ID)
		return SK_ERR_PROTOCOL;
	return wire_end(&w);
}

void
msg_guarded_put(struct sk_buf *b, const struct msg_guarded *m)
{
	wire_put_u8(b, (uint8_t)m->verdict);
	wire_put_str(b, m->reason);
}

int
msg_guarded_get(struct sk_arena *a, struct sk_span s, struct msg_guarded *m)
{
	struct wire_in w = wire_open(s);

	*m = (struct msg_guarded){ 0 };
	m->verdict = wire_enum(&w, GUARD_PASS);
	m->reason = wire_need_str(&w, a);
	return wire_end(&w);
}

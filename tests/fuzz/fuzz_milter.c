/*
 * Sequences of milter callbacks: each input is a script of them, in any order,
 * with any bytes. Whatever comes, a mail of which one field or its sender is
 * surely ours is never taken for another's.
 */
#include <config.h>

#include "fuzz.h"

#include "milterd/message.h"

static const char *const addresses[] = { "csc-anken@council.example",
    "csc-return@council.example" };

struct script {
	const uint8_t *p;
	size_t n;
};

/* One byte of length, then so many bytes; what is missing is missing. */
static struct sk_span
take(struct script *s)
{
	size_t len = s->n ? *s->p : 0;
	struct sk_span out;

	s->p += s->n > 0;
	s->n -= s->n > 0;
	if (len > s->n)
		len = s->n;
	out = sk_span_of(s->p, len);
	s->p += len;
	s->n -= len;
	return out;
}

static void
check_head(struct message *m, const struct message_rules *r, bool ours)
{
	enum message_kind kind = message_head_end(m);
	size_t at, n;

	FUZZ_CHECK(!ours || !r->guard || kind == MESSAGE_OURS);
	message_forged(m, &n);
	FUZZ_CHECK(message_head(m, &at).len >= at);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct script s = { data, size };
	struct message *m = message_new();
	struct message_rules r = { .authserv_id = "mx.council.example",
		.max_bytes = 4096 };
	struct ours *o = ours_new(addresses, 2);
	unsigned char hash[SK_HASH];
	bool ours = false, head = false;

	r.ours = o;
	r.guard = size & 1;
	r.intake = size & 2;
	r.behind = size & 4;
	while (s.n) {
		unsigned what = *s.p % 8;
		struct sk_span x, y;

		s.p++;
		s.n--;
		x = take(&s);
		switch (what) {
		case 0:
			message_from(m, &r, x, x.len);
			ours = head = false;
			break;
		case 1:
			message_rcpt(m, x);
			break;
		case 2: case 3:
			y = take(&s);
			message_field(m, x, y);
			break;
		case 4:
			message_field(m, sk_span_str("From"),
			    sk_span_str(" <CSC-anken+x@council.example>"));
			ours = ours || (message_begun(m) && !head);
			break;
		case 5:
			check_head(m, &r, ours && message_begun(m));
			head = true;
			break;
		case 6:
			message_body(m, x.p, x.len);
			break;
		default:
			if (x.len & 1)
				message_end(m, hash);
			message_reset(m);
			ours = head = false;
		}
	}
	message_end(m, hash);
	message_free(&m);
	ours_free(&o);
	return 0;
}

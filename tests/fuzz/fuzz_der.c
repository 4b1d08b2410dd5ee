/*
 * The DER reader against any bytes, driven as its users drive it: into what is
 * constructed, over what is not, and out again. Whatever it gives out lies in
 * the input, in order and without overlap; an error sticks.
 */
#define _GNU_SOURCE
#include <stdbool.h>

#include <sekisho/der.h>

#include "fuzz.h"

enum { DEPTH = 12, CONSTRUCTED = 0x20 };

struct walk {
	struct der d;
	struct der_frame frames[DEPTH];
	const unsigned char *at, *end;	/* read so far, and of the input */
	unsigned depth;
};

static void
gave(struct walk *w, struct sk_span s)
{
	if (w->d.bad) {
		FUZZ_CHECK(s.len == 0);
		return;
	}
	FUZZ_CHECK(s.p >= w->at && s.len <= (size_t)(w->end - s.p));
	FUZZ_CHECK(s.p + s.len == w->d.p);
	w->at = s.p;
}

/* An element with its head, and the same one's content, are one place. */
static void
whole(struct walk *w, int tag)
{
	struct der copy = w->d;
	struct sk_span content = der_take(&copy, tag);
	struct sk_span all = der_whole(&w->d, tag);

	FUZZ_CHECK(copy.bad == w->d.bad && copy.p == w->d.p);
	if (!w->d.bad)
		FUZZ_CHECK(all.len >= content.len + 2 &&
		    all.p + all.len == content.p + content.len);
	gave(w, all);
}

static void
step(struct walk *w)
{
	int tag = der_peek(&w->d);

	if (tag < 0) {
		FUZZ_CHECK(w->depth > 0);
		der_leave(&w->d, &w->frames[--w->depth]);
	} else if ((tag & CONSTRUCTED) != 0 && w->depth < DEPTH) {
		der_enter(&w->d, tag, &w->frames[w->depth++]);
	} else {
		whole(w, tag);
	}
	FUZZ_CHECK(w->d.p <= w->d.end && w->d.end <= w->end);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct walk w = { .d = der_open(sk_span_of(p, n)), .at = p,
		.end = p + n };

	while (!w.d.bad && (w.depth > 0 || der_peek(&w.d) >= 0))
		step(&w);
	if (w.d.bad) {
		FUZZ_CHECK(der_peek(&w.d) == -1 && !der_at_end(&w.d));
		FUZZ_CHECK(der_take(&w.d, DER_OCTETS).len == 0 && w.d.bad);
	}
	return 0;
}

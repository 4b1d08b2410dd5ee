/* One filled sample of every message, with the way there and back. */
#pragma once

#include <sekisho/arena.h>
#include <sekisho/buf.h>

struct wire_sample {
	const char *name;
	/* Encodes the sample. */
	void (*put)(struct sk_buf *b);
	/* Decodes s; if that works, encodes what was read. */
	int (*again)(struct sk_arena *a, struct sk_span s, struct sk_buf *b);
};

extern const struct wire_sample wire_samples[];
extern const size_t wire_nsamples;

struct facts;
const struct facts *wire_sample_facts(void);
struct key_facts;
const struct key_facts *wire_sample_key(void);

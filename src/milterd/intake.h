/*
 * Handing a mail in to sekishod's LMTP socket as Postfix would, while it
 * streams in: one custody path, and flat memory (intake = true). Blocking, with
 * a deadline for every reply; after the first failure everything is dropped and
 * intake_end() says so.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <sekisho/buf.h>

struct intake;

/* listen: as lmtp.listen. Greets and names sender and recipients. */
struct intake *intake_begin(const char *listen, const char *name,
    const char *sender, const char *const *rcpts, size_t nrcpts);
void intake_bytes(struct intake *i, struct sk_span s);
/* True only if every recipient had a 250. */
bool intake_end(struct intake *i);
void intake_free(struct intake **i);	/* drops what has no end yet */

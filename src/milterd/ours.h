/*
 * Is a mail in our name? Our addresses are the desks and the return address,
 * with or without tag (design.md §8). Hostile text is compared, not parsed:
 * comments, quotes, folds, case, source routes, "%" and "!" are no way around,
 * and in doubt it is ours, which costs a forger his mail and nobody else. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <sekisho/arena.h>
#include <sekisho/buf.h>

struct ours;

/* Addresses are copied. */
struct ours *ours_new(const char *const *addresses, size_t n);
void ours_free(struct ours **o);

/* An envelope sender as the milter shows it, with or without angles. */
bool ours_is_sender(const struct ours *o, struct sk_span path);
/* A header field: From, Sender, Resent-From or Resent-Sender, and its value
 * names an address of ours. */
bool ours_is_field(const struct ours *o, struct sk_span name,
    struct sk_span value);
/* An envelope recipient that is ours: without angles, NUL-terminated, in the
 * arena; NULL for anybody else. */
const char *ours_recipient(struct sk_arena *a, const struct ours *o,
    struct sk_span path);

/* An Authentication-Results value that claims to be of `id`, or might be read
 * so by somebody. */
bool ours_is_result(struct sk_span value, const char *id);
/* The name without the blanks that may stand before its colon. */
struct sk_span ours_name(struct sk_span name);
bool ours_name_is(struct sk_span name, const char *is);
bool ours_name_begins(struct sk_span name, const char *with);

/*
 * Terms: from answers to what is agreed (domain.md D). Pure.
 */
#pragma once

#include <sekisho/answer.h>
#include <sekisho/gate.h>

/* A complete answer as proposed terms (not locked). answer_complete() must
 * hold. */
void terms_from_answer(struct sk_arena *a, const struct answer *ans,
    struct terms *out);
/* Codes for the P form: "1-A", "2-B", "3-B 3-C". */
const char *terms_secrecy_code(const struct terms *t);
const char *terms_scope_code(const struct terms *t);
char *terms_coordination_codes(struct sk_arena *a, const struct terms *t);

/* Is `new` wider than `old` in any respect (scope, secrecy, acts, an exclusion
 * less)? old NULL: the first terms. */
bool terms_widen(const struct terms *old, const struct terms *new_);
/* The same for one item of the case: its own scope counts, others' do not. */
bool terms_widen_for(const struct terms *old, const struct terms *new_,
    const char *item);
/* `t` with a wider scope for one item and nothing else. */
struct terms terms_with_item(struct sk_arena *a, const struct terms *t,
    const char *item, enum scope scope);
/* The assurance these terms need (policy; design.md §8). old NULL: first. */
enum assurance terms_needed(const struct policy *p, const struct terms *old,
    const struct terms *new_);
bool terms_assured(enum assurance have, enum assurance need);
/* Does a vouching for these terms need a second operator? ALL_MEMBERS or
 * wider, be it for one item only. */
bool terms_vouch_needs_two(const struct terms *t);
/* Narrowing by an operator: `to` must not widen. */
int terms_narrow_check(const struct terms *now, const struct terms *to,
    struct sk_error *e);

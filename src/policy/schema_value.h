/* schema_value.c: one value as text into its field. Knows no libconfig. */
#pragma once

#include "schema.h"

/* Puts text into the field at base + k->at; NULL, or what is wrong. */
const char *schema_put(const struct schema_key *k, struct sk_arena *a,
    const char *text, void *base);
const char *schema_put_number(const struct schema_key *k, struct sk_arena *a,
    long long n, void *base);
void schema_put_bool(const struct schema_key *k, bool on, void *base);
/* What a person may write here: "a whole number from 1 to 16". */
const char *schema_wants(const struct schema_key *k, struct sk_arena *a);

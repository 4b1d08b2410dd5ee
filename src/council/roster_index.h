/* Look-up by name in n log n, without a table of its own kind. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <sekisho/arena.h>

struct index_key {
	const char *text;	/* ASCII lower case */
	size_t at;
};

struct index {
	struct sk_arena *a;
	struct index_key *keys;
	size_t n;
};

void index_start(struct sk_arena *a, struct index *x, size_t most);
void index_add(struct index *x, const char *text, size_t at);
void index_sort(struct index *x);
/* The first with this text, or NULL. */
const struct index_key *index_find(const struct index *x, const char *text);
/* Is key i the same text as the one before it? */
bool index_repeats(const struct index *x, size_t i);

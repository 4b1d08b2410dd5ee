/*
 * A sorted list of names with places. Rosters have thousands of lines, and
 * comparing each with each would make a large sheet a way to stop the daemon.
 */
#include "roster_index.h"

#include <stdlib.h>
#include <string.h>

#include <sekisho/text.h>

static int
by_text(const void *x, const void *y)
{
	const struct index_key *a = x, *b = y;
	int r = strcmp(a->text, b->text);

	return r ? r : (a->at > b->at) - (a->at < b->at);
}

void
index_start(struct sk_arena *a, struct index *x, size_t most)
{
	*x = (struct index){ .a = a };
	x->keys = sk_arena_array(a, most ? most : 1, sizeof(*x->keys));
}

void
index_add(struct index *x, const char *text, size_t at)
{
	x->keys[x->n++] = (struct index_key){
	    sk_ascii_lower(x->a, text ? text : ""), at };
}

void
index_sort(struct index *x)
{
	qsort(x->keys, x->n, sizeof(*x->keys), by_text);
}

const struct index_key *
index_find(const struct index *x, const char *text)
{
	const char *key = sk_ascii_lower(x->a, text ? text : "");
	size_t low = 0, high = x->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(x->keys[mid].text, key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < x->n && strcmp(x->keys[low].text, key) == 0 ?
	    &x->keys[low] : NULL;
}

bool
index_repeats(const struct index *x, size_t i)
{
	return i > 0 && strcmp(x->keys[i].text, x->keys[i - 1].text) == 0;
}

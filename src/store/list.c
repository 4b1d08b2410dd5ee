/*
 * Lists whose length is known only at the end, in the caller's arena: the room
 * doubles at each power of two, so no count has to be kept beside the list.
 */
#include <config.h>

#include <string.h>

#include "store/internal.h"

enum { FIRST = 8 };

void *
list_add(struct sk_arena *a, void *list, size_t n, size_t size)
{
	void *larger;

	if (n == 0)
		return sk_arena_array(a, FIRST, size);
	if (n < FIRST || (n & (n - 1)) != 0)
		return list;
	larger = sk_arena_array(a, 2 * n, size);
	memcpy(larger, list, n * size);
	return larger;
}

/*
 * How rows are read: one, or a list whose length is known only at the end, in
 * the caller's arena. The room doubles at each power of two, so no count has to
 * be kept beside the list.
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

int
row_get(struct store *s, struct stmt *st, struct sk_arena *a, row_reader *read,
    void *row)
{
	int r = db_get(st);

	if (r)
		return r;
	r = read(s, st, a, row);
	db_end(st);
	return r;
}

int
row_list(struct store *s, struct stmt *st, struct sk_arena *a,
    row_reader *read, size_t size, void *list, size_t *n)
{
	char *rows = NULL;
	int r;

	*n = 0;
	while ((r = db_step(st)) > 0) {
		rows = list_add(a, rows, *n, size);
		r = read(s, st, a, rows + (*n)++ * size);
		if (r)
			break;
	}
	db_end(st);
	memcpy(list, &rows, sizeof(rows));
	return r;
}

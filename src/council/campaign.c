/*
 * Which cases count as one. Chains are short, but the file may have
 * been written by anybody: walking one always ends.
 */
#include <sekisho/campaign.h>

#include <stdlib.h>

#include <sekisho/arena.h>

static int64_t
next(const struct campaign_link *l, size_t n, int64_t row)
{
	for (size_t i = 0; i < n; i++)
		if (l[i].case_row == row)
			return l[i].into_row;
	return 0;
}

int64_t
campaign_of(const struct campaign_link *l, size_t n, int64_t row)
{
	int64_t into;

	for (size_t steps = 0; steps < n; steps++) {
		into = next(l, n, row);
		if (!into)
			break;
		row = into;
	}
	return row;
}

bool
campaign_would_cycle(const struct campaign_link *l, size_t n, int64_t row,
    int64_t into)
{
	for (size_t steps = 0; into && steps <= n; steps++) {
		if (into == row)
			return true;
		into = next(l, n, into);
	}
	return into != 0;
}

static int
by_row(const void *x, const void *y)
{
	const int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;

	return (a > b) - (a < b);
}

size_t
campaign_count(const struct campaign_link *l, size_t n, const int64_t *rows,
    size_t nrows)
{
	struct sk_arena *a = sk_arena_new();
	int64_t *roots = sk_arena_array(a, nrows + 1, sizeof(*roots));
	size_t count = 0;

	for (size_t i = 0; i < nrows; i++)
		roots[i] = campaign_of(l, n, rows[i]);
	qsort(roots, nrows, sizeof(*roots), by_row);
	for (size_t i = 0; i < nrows; i++)
		count += i == 0 || roots[i] != roots[i - 1];
	sk_arena_free(&a);
	return count;
}

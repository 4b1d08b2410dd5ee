/*
 * Campaigns: what is counted. A case merged into another counts with
 * it; terms, items and keys stay where they are. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct campaign_link {
	int64_t case_row, into_row;	/* into_row 0: no longer merged */
};

/* The case that stands for the campaign of `row`: itself where it is merged
 * into none. */
int64_t campaign_of(const struct campaign_link *l, size_t n, int64_t row);
/* Would merging `row` into `into` lead back to `row`? Also true of itself. */
bool campaign_would_cycle(const struct campaign_link *l, size_t n,
    int64_t row, int64_t into);
/* How many campaigns these cases are. */
size_t campaign_count(const struct campaign_link *l, size_t n,
    const int64_t *rows, size_t nrows);

#pragma once

#include <sekisho/policy.h>

#include "schema.h"

/* A row as it stands in the file. */
struct matrix_text {
	const char *id;
	const char *const *categories;
	size_t ncategories;
	const char *const *confidence;
	size_t nconfidence;
	const char *victim_inferable, *special, *consent, *secret,
	    *max_audience, *onward, *source;
	int line;
};

/* Its keys, for a list of struct matrix_text. */
extern const struct schema_key matrix_keys[];
/* Those of a row of kept_back. */
extern const struct schema_key matrix_gap_keys[];
/* Words into rows; faults by line. */
const struct matrix_row *matrix_rows(struct schema *s, struct sk_arena *a,
    const struct matrix_text *in, size_t n);
const struct matrix_gap *matrix_gaps(struct schema *s, struct sk_arena *a,
    const struct matrix_text *in, size_t n);

/* What fuzz targets share: the entry, a check, and choices out of the input. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* Holds in every build, NDEBUG or not. */
#define FUZZ_CHECK(x)                                                   \
	do {                                                            \
		if (!(x)) {                                             \
			fprintf(stderr, "%s:%d: %s\n", __FILE__,        \
			    __LINE__, #x);                              \
			abort();                                        \
		}                                                       \
	} while (0)

/* A small reproducible generator (xorshift), so that one input is one run. */
static inline uint32_t
fuzz_next(uint32_t *state)
{
	uint32_t x = *state != 0 ? *state : 1;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return *state = x;
}

/* Allocate or die, for the few things that do not live in an arena. */
#pragma once

#include <stddef.h>

void *sk_malloc(size_t n);			/* zeroed */
void *sk_realloc(void *p, size_t n);
char *sk_strdup(const char *s);
void sk_wipe(void *p, size_t n);		/* not optimised away */

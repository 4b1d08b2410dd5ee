/*
 * Allocate or die. Programs of this package hold no state worth saving when
 * memory is gone: custody is durable before 250 (I5), so ending and being
 * started again is the safe answer, and no caller needs an error path.
 */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include <sekisho/log.h>
#include <sekisho/mem.h>

void *
sk_malloc(size_t n)
{
	void *p = calloc(1, n ? n : 1);

	if (p == NULL)
		sk_bug("memory.none", "bytes=%zu", n);
	return p;
}

void *
sk_realloc(void *p, size_t n)
{
	void *q = realloc(p, n ? n : 1);

	if (q == NULL)
		sk_bug("memory.none", "bytes=%zu", n);
	return q;
}

char *
sk_strdup(const char *s)
{
	size_t n = strlen(s) + 1;

	return memcpy(sk_malloc(n), s, n);
}

void
sk_wipe(void *p, size_t n)
{
	if (n > 0)
		explicit_bzero(p, n);
}

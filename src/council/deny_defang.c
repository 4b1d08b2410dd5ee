/*
 * Defanged names turned back. People write "acme[.]example" so that nobody
 * clicks on it; for a reader it still names who asked for help (R-075).
 */
#include "deny_defang.h"

#include <string.h>

struct form {
	const char *text;
	char c;
};

static const struct form forms[] = {
	{ ".", '.' }, { "dot", '.' }, { "at", '@' }, { "@", '@' },
	{ ":", ':' }, { "/", '/' },
};

static bool
stands_at(const struct deny_text *t, size_t i, const char *s, size_t n)
{
	return i + n <= t->n && memcmp(t->s + i, s, n) == 0;
}

/* "[.]", "(dot)", "{at}": how many bytes of it at i, and what it stands for;
 * 0 if it is none. */
static size_t
bracketed(const struct deny_text *t, size_t i, char *c)
{
	static const char open[] = "[({", close[] = "])}";
	const char *o = t->s[i] ? strchr(open, t->s[i]) : NULL;

	if (!o)
		return 0;
	for (size_t k = 0; k < sizeof(forms) / sizeof(forms[0]); k++) {
		size_t n = strlen(forms[k].text);

		if (stands_at(t, i + 1, forms[k].text, n) &&
		    stands_at(t, i + 1 + n, &close[o - open], 1)) {
			*c = forms[k].c;
			return n + 2;
		}
	}
	return 0;
}

/* "acme dot example": a word of its own between blanks. */
static size_t
spoken(const struct deny_text *t, size_t i, char *c)
{
	for (size_t k = 1; k < 3; k++) {
		size_t n = strlen(forms[k].text);

		if (!stands_at(t, i, forms[k].text, n) || i + n >= t->n ||
		    t->gap[i] != GAP_BLANK || t->gap[i + n] != GAP_BLANK ||
		    t->gap[i + 1] || t->gap[i + n - 1])
			continue;
		*c = forms[k].c;
		return n;
	}
	return 0;
}

static size_t
defanged(const struct deny_text *t, size_t i, char *c)
{
	size_t n = bracketed(t, i, c);

	if (!n)
		n = spoken(t, i, c);
	if (!n && stands_at(t, i, "\\.", 2)) {
		*c = '.';
		n = 2;
	}
	return n;
}

/* What is written is never longer than what was read. The gaps around it go
 * too: they belong to the way of writing. */
void
deny_defang(struct deny_text *t)
{
	size_t to = 0;

	for (size_t i = 0; i < t->n; to++) {
		char c = t->s[i];
		size_t n = defanged(t, i, &c);

		t->s[to] = c;
		t->at[to] = t->at[i];
		t->gap[to] = n ? (unsigned char)GAP_NONE : t->gap[i];
		i += n ? n : 1;
		if (n && i < t->n)
			t->gap[i] = GAP_NONE;
	}
	t->n = to;
	t->s[to] = '\0';
	for (char *x = t->s; (x = strstr(x, "hxxp")) != NULL; x += 4)
		memcpy(x, "http", 4);
}

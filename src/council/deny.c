/*
 * The deny-list (I6, R-075): does a text name its originator? Long words are
 * found wherever they stand, however they are spaced. Short words of Latin
 * letters only as words of their own, since three letters stand inside many
 * others; and nothing that ends in a digit is found inside a longer number. In
 * doubt it is a hit: an operator can rewrite a sentence, nobody can take one
 * back.
 */
#include <sekisho/deny.h>

#include <string.h>

#include "deny_text.h"

/* Up to this many characters, all ASCII, a word must stand alone. */
#define SHORT_WORD 4

struct word {
	const char *s;
	size_t n;
	bool is_short;
};

static bool
is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
all_ascii(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return true;
}

/* Do the characters on both sides of a place belong to one word? */
static bool
one_run(char left, char right, bool letters)
{
	return (is_digit(left) && is_digit(right)) ||
	    (letters && is_letter(left) && is_letter(right));
}

static bool
parted(const struct deny_text *t, size_t i, bool letters)
{
	return i == 0 || i == t->n || t->gap[i] ||
	    !one_run(t->s[i - 1], t->s[i], letters);
}

/* "n t t" and "ntt" are the word, "an TTL" and "is a" are other words. */
static bool
evenly_spaced(const struct deny_text *t, size_t i, size_t n)
{
	size_t blanks = 0;

	for (size_t k = 1; k < n; k++)
		blanks += t->gap[i + k] == GAP_BLANK;
	return blanks == 0 || blanks == n - 1;
}

static bool
is_hit(const struct deny_text *t, size_t i, const struct word *w)
{
	if (!parted(t, i, w->is_short) || !parted(t, i + w->n, w->is_short))
		return false;
	return !w->is_short || evenly_spaced(t, i, w->n);
}

static bool
find(const struct deny_text *t, const struct word *w, size_t *place)
{
	const char *s = t->s, *end = t->s + t->n, *hit;

	while ((hit = memmem(s, (size_t)(end - s), w->s, w->n)) != NULL) {
		if (is_hit(t, (size_t)(hit - t->s), w)) {
			*place = t->at[hit - t->s];
			return true;
		}
		s = hit + 1;
	}
	return false;
}

static const char *
scan(struct sk_arena *a, const struct deny_list *list, const char *text,
    bool defang, size_t *where)
{
	struct deny_text t, folded;

	deny_fold(a, text, defang, &t);
	for (size_t i = 0; i < list->nwords; i++) {
		struct word w;

		deny_fold(a, list->words[i], defang, &folded);
		w = (struct word){ folded.s, folded.n, all_ascii(folded.s) &&
		    folded.n <= SHORT_WORD };
		if (w.n && find(&t, &w, where))
			return list->words[i];
	}
	return NULL;
}

const char *
deny_scan(struct sk_arena *a, const struct deny_list *list, const char *text,
    size_t *where)
{
	struct sk_arena *own = sk_arena_new();
	const char *hit = NULL;
	size_t place = 0;

	(void)a;
	if (text)
		hit = scan(own, list, text, false, &place);
	if (text && !hit)
		hit = scan(own, list, text, true, &place);
	if (hit && where)
		*where = place;
	sk_arena_free(&own);
	return hit;
}

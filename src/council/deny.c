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

#include <sekisho/buf.h>
#include <sekisho/idn.h>
#include <sekisho/text.h>

#include "deny_net.h"
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

static bool
find_word(struct sk_arena *a, const struct deny_text *t, const char *word,
    bool defang, size_t *where)
{
	struct deny_text folded;
	struct word w;

	deny_fold(a, word, defang, &folded);
	w = (struct word){ folded.s, folded.n, all_ascii(folded.s) &&
	    folded.n <= SHORT_WORD };
	return w.n && find(t, &w, where);
}

/* The other form of the domain in a word, or NULL: of "taro@例え.jp" the part
 * behind the "@". */
static const char *
other_form(struct sk_arena *a, const char *word)
{
	const char *at = strrchr(word, '@'), *name = at ? at + 1 : word;
	const char *other;

	if (strchr(name, ' ') || !strchr(name, '.'))
		return NULL;
	other = all_ascii(name) ? sk_idn_unicode(a, name) :
	    sk_idn_ascii(a, sk_nfkc_fold(a, name));
	return other ? sk_arena_printf(a, "%.*s%s", (int)(name - word), word,
	    other) : NULL;
}

/* By bits; what stands between blanks may be one address written apart. */
static bool
find_net(const struct deny_text *t, const char *word, size_t *where)
{
	struct deny_net want, net;
	size_t at = 0, start;

	if (!deny_net_parse(word, &want))
		return false;
	while (deny_net_next(t->s, t->n, &at, &start, &net)) {
		if (!deny_net_meets(&want, &net))
			continue;
		*where = t->at[start];
		return true;
	}
	return false;
}

static const char *
scan(struct sk_arena *a, const struct deny_list *list, const char *text,
    bool defang, size_t *where)
{
	struct deny_text t;

	deny_fold(a, text, defang, &t);
	for (size_t i = 0; i < list->nwords; i++) {
		const char *word = list->words[i];
		const char *other = other_form(a, word);

		if (find_word(a, &t, word, defang, where) ||
		    (other && find_word(a, &t, other, defang, where)) ||
		    find_net(&t, word, where))
			return word;
	}
	return NULL;
}

/* ---- names hidden in A-labels ---- */

static bool
in_host(char c)
{
	return is_letter((char)(c | 0x20)) || is_digit(c) || c == '-' ||
	    c == '.';
}

/* The text with every host name that has an "xn--" in it written in letters, so
 * that a company's name is found in it; NULL: there is none. */
static const char *
in_letters(struct sk_arena *a, const char *text)
{
	const char *lower = sk_ascii_lower(a, text), *from = lower, *hit;
	struct sk_buf out;

	if (!strstr(lower, "xn--"))
		return NULL;
	sk_buf_init(&out, SIZE_MAX);
	while ((hit = strstr(from, "xn--")) != NULL) {
		const char *s = hit, *end = hit, *letters;

		while (s > from && in_host(s[-1]))
			s--;
		while (in_host(*end))
			end++;
		letters = sk_idn_unicode(a, sk_arena_strn(a, s,
		    (size_t)(end - s)));
		sk_buf_add(&out, from, (size_t)(s - from));
		sk_buf_adds(&out, letters ? letters : "");
		from = end;
	}
	sk_buf_adds(&out, from);
	lower = sk_arena_str(a, sk_buf_str(&out));
	sk_buf_free(&out);
	return lower;
}

const char *
deny_scan(struct sk_arena *a, const struct deny_list *list, const char *text,
    size_t *where)
{
	struct sk_arena *own = sk_arena_new();
	const char *hit = NULL, *letters;
	size_t place = 0, elsewhere;

	(void)a;
	if (text)
		hit = scan(own, list, text, false, &place);
	if (text && !hit)
		hit = scan(own, list, text, true, &place);
	if (text && !hit && (letters = in_letters(own, text)) != NULL)
		hit = scan(own, list, letters, false, &elsewhere);
	if (hit && where)
		*where = place;
	sk_arena_free(&own);
	return hit;
}

/* ---- what may stand on a list ---- */

#define LEAST_BITS 8		/* of a range: less is no range of anybody */

static bool
looks_like_a_range(const char *word)
{
	const char *slash = strchr(word, '/');

	return slash && is_digit(word[0]) && strspn(word,
	    "0123456789abcdefABCDEF:.") == (size_t)(slash - word) &&
	    strspn(slash + 1, "0123456789") == strlen(slash + 1);
}

int
deny_check(const char *word, struct sk_error *e)
{
	struct sk_arena *a = sk_arena_new();
	struct deny_text folded;
	struct deny_net net;
	size_t n;
	bool v4 = strchr(word, ':') == NULL;

	deny_fold(a, word, false, &folded);
	n = deny_length(folded.s);
	n += n == 2 && folded.n >= 6;	/* two Chinese characters will do */
	sk_arena_free(&a);
	if (deny_net_parse(word, &net))
		return net.bits >= (v4 ? 96U : 0U) + LEAST_BITS ? SK_OK :
		    sk_fail(e, SK_ERR_DATA, word, "such a range stops nearly "
		    "everything; give one of /%d or longer", LEAST_BITS);
	if (looks_like_a_range(word))
		return sk_fail(e, SK_ERR_DATA, word, "no address range; write "
		    "it as 192.0.2.0/24 or 2001:db8::/32");
	if (n < 3)
		return sk_fail(e, SK_ERR_DATA, word, "too short to look for; "
		    "give three letters or two Chinese characters at least");
	return SK_OK;
}

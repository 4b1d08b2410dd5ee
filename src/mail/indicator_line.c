/*
 * The words of one line that are indicators: what people write around them
 * parted from them. A word is looked at whole (a URL may hold anything), then
 * the parts of a list, what stands behind a label ("C2:evil.com"), and what
 * "/" or ":" parts.
 *
 * The end or the beginning of a longer name is another name: neither is ever
 * proposed.
 */
#include <config.h>

#include <string.h>

#include <sekisho/limits.h>
#include <sekisho/text.h>

#include "mail/bytes.h"
#include "mail/indicator.h"

#define VERSION_GAP 16		/* blanks and colons behind "version" */
#define LABELS 3		/* before what they name: "C2:src:IP:…" */

/* Characters that stand in no indicator. */
static bool
is_break(char c)
{
	return c <= ' ' || c >= 0x7f || strchr("<>\"`|^{}\\", c) != NULL;
}

/* Inside a word these part a list, unless it is a URL. */
#define PARTS ",;=()'!*&?#$%~"

static bool
is_part(char c)
{
	return strchr(PARTS, c) != NULL;
}

static bool
was_changed(const struct line_words *l, size_t at, size_t end)
{
	return memchr(l->changed + at, 1, end - at) != NULL;
}

/* Closing brackets behind a word that opens none. */
static void
trim_closing(const char *s, size_t at, size_t *end, char open, char close)
{
	if (*end > at && memchr(s + at, open, *end - at) != NULL)
		return;
	while (*end > at && s[*end - 1] == close)
		(*end)--;
}

/* Brackets and stops around a word are the sentence's. */
static void
trim(const char *s, size_t *at, size_t *end)
{
	while (*at < *end && strchr("('*,;:.!?=/-&#@+%~_", s[*at]) != NULL)
		(*at)++;
	while (*end > *at && strchr("'*,;:.!?=-&#@+%~$(", s[*end - 1]) != NULL)
		(*end)--;
	trim_closing(s, *at, end, '(', ')');
	trim_closing(s, *at, end, '[', ']');
	while (*at < *end && s[*at] == '[' && (s[*end - 1] == ']' ||
	    memchr(s + *at, ']', *end - *at) == NULL) &&
	    memchr(s + *at, ':', *end - *at) == NULL) {
		(*at)++;
		if (*end > *at && s[*end - 1] == ']')
			(*end)--;
	}
}

static bool
try_word(struct line_words *l, size_t at, size_t end)
{
	struct indicator_found w;

	/* Trimming costs the square of a word: none is so long. */
	if (end - at > 2 * LIMIT_INDICATOR)
		return false;
	trim(l->line, &at, &end);
	if (end - at > 7 && span_ieq(sk_span_of(l->line + at, 7), "mailto:"))
		at += 7;
	if (end - at < 4 || end - at > LIMIT_INDICATOR ||
	    !indicator_read(l->line + at, end - at,
	    was_changed(l, at, end), &w))
		return false;
	l->found(l->user, &w);
	return true;
}

/* "version 1.2.3.4" is no address. */
static bool
is_version(const struct line_words *l, size_t at)
{
	static const char *const before[] = { "version", "ver.", "ver", "v",
		"build", "rev" };
	size_t end = at;

	while (end > 0 && at - end < VERSION_GAP &&
	    (l->line[end - 1] == ' ' || l->line[end - 1] == ':'))
		end--;
	for (size_t i = 0; i < sizeof(before) / sizeof(*before); i++) {
		size_t n = strlen(before[i]);

		if (end >= n && span_ieq(sk_span_of(l->line + end - n, n),
		    before[i]) && (end == n || is_break(l->line[end - n - 1]) ||
		    is_part(l->line[end - n - 1])))
			return true;
	}
	return false;
}

typedef void take_fn(struct line_words *l, size_t at, size_t end);

static void
each(struct line_words *l, size_t at, size_t end, const char *cuts,
    take_fn *take)
{
	size_t from = at;

	for (size_t i = at; i <= end; i++) {
		if (i < end && strchr(cuts, l->line[i]) == NULL)
			continue;
		if (i > from)
			take(l, from, i);
		from = i + 1;
	}
}

static void
one(struct line_words *l, size_t at, size_t end)
{
	if (!is_version(l, at))
		try_word(l, at, end);
}

/* "IP:203.0.113.5", "src:evil.com:80", "<hash>:evil.com": what stands behind
 * labels, which may be worth a look themselves. Only the first few: each costs
 * as much as the word. */
static bool
behind_label(struct line_words *l, size_t at, size_t end)
{
	size_t from = at;

	for (unsigned i = 0; i < LABELS; i++) {
		while (from < end && l->line[from] != ':' &&
		    l->line[from] != '/')
			from++;
		if (from == end || l->line[from] == '/')
			return false;
		from++;
		if (!is_version(l, from) && try_word(l, from, end)) {
			each(l, at, from, ":", one);
			return true;
		}
	}
	return false;
}

/* "evil.com", "C2:evil.com", "evil.com:203.0.113.5:x" */
static void
labelled(struct line_words *l, size_t at, size_t end)
{
	if (!try_word(l, at, end) &&
	    !behind_label(l, at, end) &&
	    memchr(l->line + at, ':', end - at) != NULL)
		each(l, at, end, ":", one);
}

/* "198.51.100.1-198.51.100.20"; "1.1.1.1-2" is a package. */
static bool
is_range(const char *s, size_t n)
{
	const char *dash = memchr(s, '-', n);

	for (size_t i = 0; i < n; i++)
		if (strchr("0123456789./-", s[i]) == NULL)
			return false;
	return dash != NULL &&
	    memchr(dash, '.', n - (size_t)(dash - s)) != NULL;
}

/* A network, or several with "/" between. */
static void
part(struct line_words *l, size_t at, size_t end)
{
	const char *s = l->line + at;

	if (is_range(s, end - at))
		each(l, at, end, "-", one);
	else if (memchr(s, '/', end - at) == NULL)
		labelled(l, at, end);
	else if (!try_word(l, at, end) &&
	    !behind_label(l, at, end))
		each(l, at, end, "/", labelled);
}

static void
word(struct line_words *l, size_t at, size_t end)
{
	if (end - at < 4 || is_version(l, at))
		return;
	if (!try_word(l, at, end))
		each(l, at, end, PARTS, part);
}

/* ---- names with letters that are no ASCII ---- */

static bool
in_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    byte_digit((unsigned char)c) || c == '-' || c == '_' || c == '.';
}

static bool
is_letter(char c)
{
	return c == REFANG_LETTER || c == REFANG_IDEOGRAPH;
}

/* "フィッシング.example.com", "bücher.example.com": the end of a name is another
 * name, and not proposed; but what stands there is a trace. */
static size_t
skip_end_of_name(struct line_words *l, size_t at, size_t end)
{
	struct indicator_found w;
	size_t from = at;

	if (at == 0 || !is_letter(l->line[at - 1]) || (l->line[at] != '.' &&
	    l->line[at - 1] == REFANG_IDEOGRAPH))
		return at;
	while (at < end && in_name(l->line[at]))
		at++;
	from += l->line[from] == '.';
	l->trace |= at > from && at - from <= LIMIT_INDICATOR &&
	    indicator_read(l->line + from, at - from, false, &w);
	return at;
}

/* Does a name go on behind line[end]? Japanese goes on behind "evil.com" too,
 * but no ".jp" follows then. */
static bool
goes_on(const struct line_words *l, size_t end, size_t n, bool whole)
{
	size_t next = end;

	if (end < n && l->line[end] == REFANG_LETTER)
		return true;
	while (next < n && is_letter(l->line[next]))
		next++;
	return next > end && !whole && next + 1 < n &&
	    l->line[next] == '.' && in_name(l->line[next + 1]);
}

/* "www.日本語.jp", "evil日本.example.com": nor is the beginning of a name. */
static size_t
leave_begin_of_name(struct line_words *l, size_t at, size_t end, size_t n)
{
	size_t from = end;

	while (from > at && in_name(l->line[from - 1]))
		from--;
	if (!goes_on(l, end, n, l->line[end - 1] != '.' &&
	    memchr(l->line + from, '.', end - from) != NULL))
		return end;
	l->trace |= from - at >= 3 && memcmp(l->line + from - 3, "://", 3) == 0;
	return from;
}

void
indicators_of_line(struct line_words *l, const char *p, const char *end)
{
	size_t n = refang_line(p, end, l->line, l->changed), at = 0;

	for (size_t i = 0; i <= n; i++) {
		size_t from, to;

		if (i < n && !is_break(l->line[i]))
			continue;
		from = i > at ? skip_end_of_name(l, at, i) : i;
		to = i > from ? leave_begin_of_name(l, from, i, n) : from;
		/* Behind a backslash it is a path. */
		if (to > from && (at == 0 || l->line[at - 1] != '\\'))
			word(l, from, to);
		at = i + 1;
	}
}

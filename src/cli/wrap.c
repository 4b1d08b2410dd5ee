/*
 * Lines no wider than a terminal. Japanese text has no blanks: it is broken
 * between any two characters.
 */
#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include <sekisho/text.h>

#include "cli/wrap.h"

size_t
wrap_width(const struct cli *c)
{
	const char *columns = getenv("COLUMNS");
	unsigned long n = columns ? strtoul(columns, NULL, 10) : 0;
	struct winsize w;

	if (n > 0 && n < 1000)
		return n;
	if (c->terminal && ioctl(1, TIOCGWINSZ, &w) == 0)
		return w.ws_col;
	return 0;
}

void
wrap_add(struct cli *c, struct wrapped *w, const char *s, size_t n)
{
	if (w->n == w->cap) {
		size_t cap = w->cap ? 2 * w->cap : 8;
		const char **more = sk_arena_array(c->arena, cap,
		    sizeof(*more));

		if (w->n)
			memcpy(more, w->line, w->n * sizeof(*more));
		w->line = more;
		w->cap = cap;
	}
	w->line[w->n++] = sk_arena_strn(c->arena, s, n);
}

static size_t
character(const char *s)
{
	size_t n = 1;

	while (((unsigned char)s[n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* The octets of s that fit; *at is where the next line goes on. */
static size_t
fitting(struct cli *c, const char *s, size_t width, size_t *at)
{
	size_t n = 0, used = 0, end = 0;

	while (s[n]) {
		size_t len = character(s + n), w = sk_columns(
		    sk_arena_strn(c->arena, s + n, len));

		if (s[n] == ' ' && used > width / 4)
			end = n;
		if (used + w > width)
			break;
		used += w;
		n += len;
		if (strchr("-@/,", s[n - 1]) && used > width / 2)
			end = n;
	}
	if (s[n] && end)
		n = end;
	*at = n + (s[n] == ' ');
	return n;
}

void
wrap_line(struct cli *c, struct wrapped *w, const char *s, size_t width)
{
	size_t at = 0;

	do {
		size_t n = fitting(c, s, width, &at);

		wrap_add(c, w, s, n);
		s += at;
	} while (*s && at);
}

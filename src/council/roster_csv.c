/*
 * Sheets as they come: UTF-8 with or without a mark, or CP932 as office
 * programs on Japanese desks write it. What is neither is refused with the
 * mend; a guess could turn one name into another.
 */
#include "roster_csv.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

#include <sekisho/limits.h>
#include <sekisho/text.h>

/* CRLF and CR become LF, in quotes too. */
static char *
unix_lines(struct sk_arena *a, struct sk_span s)
{
	char *out = sk_arena_alloc(a, s.len + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] != '\r')
			out[n++] = (char)s.p[i];
		else if (i + 1 == s.len || s.p[i + 1] != '\n')
			out[n++] = '\n';
	}
	return out;
}

/* One character of CP932 takes at most 2 bytes and gives at most 4 of UTF-8. */
static int
from_cp932(struct sk_arena *a, struct sk_span s, struct sk_span *out)
{
	iconv_t cd = iconv_open("UTF-8", "CP932");
	size_t left = s.len, room = 4 * s.len + 4;
	char *to = sk_arena_alloc(a, room), *at = to;
	char *in = sk_arena_strn(a, s.p, s.len);
	size_t bad;

	if (cd == (iconv_t)-1)
		return SK_ERR_OS;
	bad = iconv(cd, &in, &left, &at, &room);
	iconv_close(cd);
	if (bad == (size_t)-1 || left)
		return SK_ERR_DATA;
	*out = sk_span_of(to, (size_t)(at - to));
	return SK_OK;
}

int
roster_decode(struct sk_arena *a, struct sk_span file, const char **out,
    struct sk_error *e)
{
	if (file.len > LIMIT_ROSTER_FILE)
		return sk_fail(e, SK_ERR_LIMIT, "roster", "the sheet is larger "
		    "than %d bytes; give it in several files",
		    LIMIT_ROSTER_FILE);
	if (file.len >= 3 && memcmp(file.p, "\xef\xbb\xbf", 3) == 0)
		file = sk_span_of(file.p + 3, file.len - 3);
	if (file.len && memchr(file.p, 0, file.len))
		return sk_fail(e, SK_ERR_DATA, "roster", "this is no CSV text "
		    "(it holds NUL bytes, as UTF-16 and workbooks do); save "
		    "it as \"CSV UTF-8\"");
	if (!sk_utf8_valid(file) && from_cp932(a, file, &file))
		return sk_fail(e, SK_ERR_DATA, "roster", "the sheet is neither "
		    "UTF-8 nor CP932 (Shift_JIS); save it as \"CSV UTF-8\"");
	*out = unix_lines(a, file);
	return SK_OK;
}

struct csv {
	struct sk_arena *a;
	const char *s;
	int line;
	bool unclosed;
};

#define WIDE_BLANK "\xe3\x80\x80"
#define WIDE_COMMA "\xef\xbc\x8c"

static char *
trim(char *s)
{
	char *end;

	for (;; s += 3) {
		s += strspn(s, " \t");
		if (strncmp(s, WIDE_BLANK, 3) != 0)
			break;
	}
	end = s + strlen(s);
	for (;;) {
		while (end > s && strchr(" \t", end[-1]))
			*--end = '\0';
		if (end - s < 3 || strncmp(end - 3, WIDE_BLANK, 3) != 0)
			return s;
		end -= 3;
		*end = '\0';
	}
}

/* A sheet whose first line knows no comma is parted by tabs, as pasted from a
 * table, or by full-width commas. */
static const char *
with_commas(struct sk_arena *a, const char *text)
{
	const char *line = text + strspn(text, "\n");
	char *head = sk_arena_strn(a, line, strcspn(line, "\n"));
	const char *mark = strchr(head, ',') ? NULL : strchr(head, '\t') ?
	    "\t" : strstr(head, WIDE_COMMA) ? WIDE_COMMA : NULL;
	size_t n = mark ? strlen(mark) : 0;
	char *out, *to;
	bool quoted = false;

	if (!mark)
		return text;
	out = to = sk_arena_alloc(a, strlen(text) + 1);
	while (*text) {
		bool at = !quoted && strncmp(text, mark, n) == 0;

		quoted ^= *text == '"';
		*to++ = at ? ',' : *text;
		text += at ? n : 1;
	}
	return out;
}

static const char *
quoted(struct csv *c)
{
	const char *s = c->s + 1;
	size_t room = 0, n = 0;
	char *out;

	while (s[room] && (s[room] != '"' || s[room + 1] == '"'))
		room += s[room] == '"' ? 2 : 1;
	out = sk_arena_alloc(c->a, room + 1);
	for (; *s && (*s != '"' || s[1] == '"'); s++) {
		if (*s == '"')
			s++;
		c->line += *s == '\n';
		out[n++] = *s;
	}
	c->unclosed = !*s;
	c->s = s + (*s == '"');
	return trim(out);
}

static const char *
cell(struct csv *c)
{
	const char *out;
	size_t n;

	c->s += strspn(c->s, " \t");
	if (*c->s == '"') {
		out = quoted(c);
		/* What stands between the quote and the comma is dropped
		 * blanks or a fault of the writer; keep to the quote. */
		c->s += strcspn(c->s, ",\n");
		return out;
	}
	n = strcspn(c->s, ",\n");
	out = trim(sk_arena_strn(c->a, c->s, n));
	c->s += n;
	return out;
}

static void
push(struct csv *c, struct csv_row *row, const char *text, size_t *cap)
{
	if (row->ncells == *cap) {
		const char **more;

		*cap = *cap ? 2 * *cap : 16;
		more = sk_arena_array(c->a, *cap, sizeof(*more));
		if (row->ncells)
			memcpy(more, row->cells,
			    row->ncells * sizeof(*more));
		row->cells = more;
	}
	row->cells[row->ncells++] = text;
}

static struct csv_row
row(struct csv *c)
{
	struct csv_row r = { .line = c->line };
	size_t cap = 0;

	for (;;) {
		push(c, &r, cell(c), &cap);
		if (*c->s != ',')
			break;
		c->s++;
	}
	if (*c->s == '\n') {
		c->s++;
		c->line++;
	}
	return r;
}

static bool
is_blank(const struct csv_row *r)
{
	for (size_t i = 0; i < r->ncells; i++)
		if (*r->cells[i])
			return false;
	return true;
}

int
csv_rows(struct sk_arena *a, const char *text, struct csv_row **rows,
    size_t *nrows)
{
	struct csv c = { .a = a, .s = with_commas(a, text), .line = 1 };
	size_t lines = 1;

	for (const char *s = text; *s; s++)
		lines += *s == '\n';
	*rows = sk_arena_array(a, lines, sizeof(**rows));
	*nrows = 0;
	while (*c.s) {
		struct csv_row r = row(&c);

		if (c.unclosed)
			return r.line;
		if (!is_blank(&r))
			(*rows)[(*nrows)++] = r;
	}
	return 0;
}

/*
 * User text inside our texts (standards.md B3). Whoever writes words that we
 * later print must not be able to write something that looks, to a reader or
 * to our own answer parser, like ours: a form line, a ticked box, a ref or code
 * line, a TLP label, an item border, a quote or a signature mark. Such a line
 * is indented by two blanks, and a box on it gets round brackets, because the
 * answer parser passes over blanks. Controls, bidi controls and characters
 * without width never pass, so that they cannot hide such a line either.
 */
#include <string.h>

#include <sekisho/text.h>

#include "template/internal.h"

#define HEAD 96		/* bytes of a line that decide what it looks like */

/* Length in bytes of the UTF-8 character at s (valid text). */
static size_t
char_len(const char *s)
{
	unsigned char c = (unsigned char)*s;

	if (c < 0x80)
		return 1;
	return c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

static unsigned
char_at(const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	switch (char_len(s)) {
	case 1: return p[0];
	case 2: return (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu);
	case 3: return (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 |
		    (p[2] & 0x3fu);
	default: return (p[0] & 0x07u) << 18 | (p[1] & 0x3fu) << 12 |
		    (p[2] & 0x3fu) << 6 | (p[3] & 0x3fu);
	}
}

/* Without width, or turning the direction: nobody sees them. */
static bool
is_hidden(unsigned c)
{
	return c == 0x00ad || c == 0x034f || c == 0x061c || c == 0x180e ||
	    (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
	    (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	    (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f);
}

static bool
is_break(unsigned c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 ||
	    c == 0x2029;
}

/* One line without controls and hidden characters; n bytes of s. */
static char *
clean(struct sk_arena *a, const char *s, size_t n, bool tabs)
{
	char *out = sk_arena_alloc(a, n + 1);
	size_t len = 0;

	for (size_t i = 0; i < n;) {
		size_t k = char_len(s + i);
		unsigned c = char_at(s + i);

		if (is_break(c) && !(tabs && c == '\t')) {
			out[len++] = ' ';
		} else if (!is_hidden(c)) {
			memcpy(out + len, s + i, k);
			len += k;
		}
		i += k;
	}
	out[len] = '\0';
	return out;
}

/* The start of a line as a reader takes it: folded, leading blanks gone. */
static const char *
fold_head(struct sk_arena *a, const char *line)
{
	size_t n = 0;
	const char *s;

	while (line[n] && n + char_len(line + n) <= HEAD)
		n += char_len(line + n);
	s = sk_nfkc_fold(a, sk_arena_strn(a, line, n));
	return s + strspn(s, " \t");
}

/* "ref", "ref:", "ref : x", "code x", but not "reference" */
static bool
is_key_line(const char *s, const char *key)
{
	size_t n = strlen(key);

	if (strncmp(s, key, n) != 0)
		return false;
	return s[n] == '\0' || s[n] == ' ' || s[n] == '\t' || s[n] == ':';
}

/* Folding a line costs more than all the rest, and a digest has some hundred
 * for each of its people. What begins with kana, a Chinese character or an
 * ASCII character that begins none of ours stays so when folded. */
static bool
may_look_like_ours(const char *line)
{
	unsigned c;

	while (*line == ' ' || *line == '\t')
		line++;
	c = char_at(line);
	if (c < 0x80)
		return c != 0 && strchr(".FfTtRrCcSsOo-[=>", (int)c) != NULL;
	if (c == 0x79d8 || c == 0x5171 || c == 0x518d || c == 0x53d6)
		return true;	/* the first of our label words */
	return !((c >= 0x3041 && c <= 0x3096) || (c >= 0x30a1 && c <= 0x30fa) ||
	    (c >= 0x4e00 && c <= 0x9fff));
}

static bool
looks_like_ours(struct sk_arena *a, const char *line)
{
	static const char *const starts[] = {
		".", "from ", "-- ", "--\t", "-----begin", "-----end", "tlp",
		"[", "===", ">", "秘密:", "共有範囲:", "再共有:", "取扱者:",
		"secret:", "scope:", "onward sharing:", "for: registered"
	};
	const char *s;

	if (!may_look_like_ours(line))
		return false;
	s = fold_head(a, line);
	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++)
		if (strncmp(s, starts[i], strlen(starts[i])) == 0)
			return true;
	return strcmp(s, "--") == 0 || is_key_line(s, "ref") ||
	    is_key_line(s, "code");
}

static bool
is_blank(unsigned c)
{
	return c == ' ' || c == '\t' || c == 0xa0 || c == 0x3000;
}

static bool
is_open(unsigned c)
{
	return c == '[' || c == 0xff3b;
}

static bool
is_close(unsigned c)
{
	return c == ']' || c == 0xff3d;
}

static bool
is_tick(unsigned c)
{
	static const unsigned ticks[] = {
		'x', 'X', 0xff58, 0xff38,	/* full-width x X */
		0x25cb, 0x25ef, 0x3007, 0x2b55,	/* circles, the Japanese yes */
		0x2713, 0x2714, 0x2611, 0x30ec, 0xff9a	/* check marks, re */
	};

	for (size_t i = 0; i < sizeof(ticks) / sizeof(*ticks); i++)
		if (c == ticks[i])
			return true;
	return false;
}

struct box {
	size_t open, close;	/* bytes of "[" and offset of "]" */
	size_t len;		/* all of it; 0: no box */
	bool ticked;
};

/* A box of an answer form: blanks and at most one tick inside. */
static struct box
box_at(const char *s)
{
	struct box b = { 0 }, none = { 0 };
	size_t i;

	if (!is_open(char_at(s)))
		return none;
	b.open = char_len(s);
	for (i = b.open; s[i] && !is_close(char_at(s + i));
	    i += char_len(s + i)) {
		unsigned c = char_at(s + i);
		if (is_blank(c))
			continue;
		if (b.ticked || !is_tick(c))
			return none;
		b.ticked = true;
	}
	if (!s[i])
		return none;
	b.close = i;
	b.len = i + char_len(s + i);
	return b;
}

static bool
is_digit(unsigned c)
{
	return (c >= '0' && c <= '9') || (c >= 0xff10 && c <= 0xff19);
}

/* A box counts as one of an answer form if it opens the line or a code
 * follows. */
static bool
is_form_box(const char *line, size_t at, size_t len)
{
	size_t i = 0;

	while (i < at && is_blank(char_at(line + i)))
		i += char_len(line + i);
	if (i == at)
		return true;
	for (i = at + len; is_blank(char_at(line + i));)
		i += char_len(line + i);
	return is_digit(char_at(line + i));
}

static void
add_line(const char *line, struct sk_buf *out)
{
	for (size_t i = 0; line[i];) {
		/* "[", and the first byte of its full-width form */
		size_t plain = strcspn(line + i, "[\xef");
		struct box b;

		sk_buf_add(out, line + i, plain);
		i += plain;
		if (!line[i])
			break;
		b = box_at(line + i);
		if (b.len == 0 || !is_form_box(line, i, b.len)) {
			size_t k = char_len(line + i);
			sk_buf_add(out, line + i, k);
			i += k;
			continue;
		}
		sk_buf_addc(out, '(');
		sk_buf_add(out, line + i + b.open, b.close - b.open);
		sk_buf_addc(out, ')');
		i += b.len;
	}
}

void
guard_line(struct sk_arena *a, const char *s, bool at_start,
    struct sk_buf *out)
{
	char *line = clean(a, s, strlen(s), false);

	if (at_start && looks_like_ours(a, line))
		sk_buf_adds(out, "  ");
	add_line(line, out);
}

void
guard_block(struct sk_arena *a, const char *s, size_t indent,
    struct sk_buf *out)
{
	while (*s) {
		size_t n = strcspn(s, "\n");
		size_t keep = n > 0 && s[n - 1] == '\r' ? n - 1 : n;
		char *line = clean(a, s, keep, true);

		for (size_t i = 0; *line && i < indent; i++)
			sk_buf_addc(out, ' ');
		if (looks_like_ours(a, line))
			sk_buf_adds(out, "  ");
		add_line(line, out);
		sk_buf_addc(out, '\n');
		s += n + (s[n] == '\n');
	}
}

bool
guard_has_tick(struct sk_arena *a, const char *s)
{
	char *text = clean(a, s, strlen(s), true);

	for (size_t i = 0; text[i]; i += char_len(text + i))
		if (box_at(text + i).ticked)
			return true;
	return false;
}

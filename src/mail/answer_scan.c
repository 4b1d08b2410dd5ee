/*
 * Characters, boxes, codes: the smallest pieces of an answer. People send the
 * form back through Japanese input methods and old mailers, so a code may
 * come as 1-A, １－Ａ or 1ーa; all of that ends here.
 *
 * Must never take one code for another: what is not exactly a code is none.
 */
#include <config.h>

#include <string.h>

#include <sekisho/answer.h>

#include "mail/answer_scan.h"

#define BOX_MAX 24		/* characters between [ and ] still a box */
#define CIRCLE 0x25cb
#define CHECK 0x2713
#define RE 0x30ec		/* レ, drawn as a check mark */

static const uint32_t dashes[] = { 0x2010, 0x2011, 0x2012, 0x2013, 0x2014,
	0x2015, 0x2043, 0x2212, 0x2500, 0x2501, 0x30fc, 0xfe58, 0xfe63,
	0xff70 };
static const uint32_t circles[] = { 0x25cb, 0x25ef, 0x3007, 0x2b55 };
static const uint32_t checks[] = { 0x2713, 0x2714, 0x221a, 0x2611, 0x2705 };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool
among(const uint32_t *set, size_t n, uint32_t c)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (set[i] == c)
			return true;
	return false;
}

static bool
is_blank(uint32_t c)
{
	return c == ' ' || c == '\t' || c == 0xa0 || c == 0x1680 ||
	    (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x205f ||
	    c == 0x3000;
}

static bool
shows_nothing(uint32_t c)
{
	return (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
	    (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || c == 0xad ||
	    (c >= 0xfe00 && c <= 0xfe0f) || c == '\r';
}

bool
scan_opens_box(uint32_t c)
{
	return c == '[' || c == 0x25a1 || c == 0x2610;
}

/* One character, not folded. A damaged sequence gives its first byte as a
 * character that nothing compares equal to. */
static uint32_t
decode(struct scan *s)
{
	unsigned char c = (unsigned char)*s->p++;
	size_t more, i;
	uint32_t u;

	if (c < 0x80)
		return c;
	more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
	if (c < 0xc2 || c > 0xf4 || (size_t)(s->end - s->p) < more)
		return 0xfffd;
	u = c & (0x3fu >> more);
	for (i = 0; i < more; i++) {
		if (((unsigned char)s->p[i] & 0xc0) != 0x80)
			return 0xfffd;
		u = u << 6 | ((unsigned char)s->p[i] & 0x3f);
	}
	s->p += more;
	return u;
}

static uint32_t
fold(uint32_t c)
{
	if (c >= 0xff01 && c <= 0xff5e)
		c -= 0xfee0;
	if (c >= 'A' && c <= 'Z')
		return c + 32;
	if (c < 0x80)
		return c == '\t' ? ' ' : c;
	if (is_blank(c))
		return ' ';
	if (among(dashes, COUNT(dashes), c))
		return '-';
	if (among(circles, COUNT(circles), c))
		return CIRCLE;
	if (among(checks, COUNT(checks), c))
		return CHECK;
	return c == 0xff9a ? RE : c;
}

uint32_t
scan_next_any(struct scan *s)
{
	uint32_t c;

	while (s->p < s->end) {
		c = decode(s);
		if (!shows_nothing(c) && c != 0)
			return fold(c);
	}
	return 0;
}

bool
scan_blanks(struct scan *s)
{
	struct scan t = *s;
	uint32_t c;

	while (t.p < t.end) {
		if (*t.p > ' ' && *t.p <= '~')
			return true;
		c = decode(&t);
		if (c > 0x3000 && c < 0xa000)
			return true;
		if (!shows_nothing(c) && !is_blank(c))
			return true;
		*s = t;
	}
	return false;
}

static size_t
encode(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

bool
scan_word(struct scan *s, const char *word)
{
	struct scan t = *s, w;
	uint32_t c = scan_peek(s);

	/* The first character tells, where it is ASCII. */
	if (*word > 0 && (uint32_t)*word != c)
		return false;
	w = (struct scan){ word, word + strlen(word) };
	while ((c = scan_next(&w)) != 0)
		if (scan_next(&t) != c)
			return false;
	*s = t;
	return true;
}

/* Most words of a table are not the one: their first character tells. */
size_t
scan_table(struct scan *s, const void *words, size_t n, size_t size)
{
	struct scan t = *s;
	const char *word;
	char first[4] = "";
	size_t len, i;

	len = encode(first, scan_next(&t));
	for (i = 0; i < n; i++) {
		memcpy(&word, (const char *)words + i * size, sizeof(word));
		if (word[0] == first[0] &&
		    (len < 2 || word[1] == first[1]) &&
		    (len < 3 || word[2] == first[2]) && scan_word(s, word))
			break;
	}
	return i;
}

static enum box_mark
mark_of(uint32_t c)
{
	if (c == CIRCLE || c == 0x25cf || c == CHECK || c == RE || c == 'v')
		return BOX_TICK;
	return c == 'x' ? BOX_X : BOX_ODD;
}

bool
scan_box(struct scan *s, enum box_mark *mark)
{
	struct scan t = *s;
	unsigned n, marks = 0;
	uint32_t c;

	*mark = BOX_EMPTY;
	c = scan_next(&t);
	if (!scan_opens_box(c))
		return false;
	if (c != '[') {
		*s = t;		/* □ ☐: somebody typed the list again */
		return true;
	}
	for (n = 0; n < BOX_MAX; n++) {
		c = scan_next(&t);
		if (c == 0 || c == '[')
			return false;
		if (c == ']') {
			*s = t;
			return true;
		}
		if (c != ' ' && c != '_')
			*mark = marks++ > 0 ? BOX_ODD : mark_of(c);
	}
	return false;
}

static bool
is_alnum(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static unsigned
code_bit(uint32_t group, uint32_t letter)
{
	char name[4] = { (char)group, '-', (char)letter, 0 };

	if (group > 0x7f || letter > 0x7f)
		return 0;
	if (group == '2' && letter == 'o')
		name[2] = '0';		/* there is no 2-O to mix it up with */
	return answer_code_bit(name);
}

bool
scan_ends_word(const struct scan *s)
{
	uint32_t c = scan_peek(s);

	return !is_alnum(c) && c != '-' && c != '_' && c != '@';
}

/* The next character; one blank before it is stepped over if `loose`. */
static uint32_t
next_of_code(struct scan *t, bool loose)
{
	uint32_t c = scan_next(t);

	return loose && c == ' ' ? scan_next(t) : c;
}

bool
scan_code(struct scan *s, bool loose, unsigned *bit)
{
	struct scan t = *s;
	uint32_t group = scan_next(&t), letter;

	if (group < '1' || group > '4' || next_of_code(&t, loose) != '-')
		return false;
	letter = next_of_code(&t, loose);
	*bit = code_bit(group, letter);
	if (*bit == 0 || !scan_ends_word(&t))
		return false;
	*s = t;
	return true;
}

bool
scan_code_like(struct scan *s, unsigned *bit)
{
	struct scan t = *s;
	uint32_t group = scan_next(&t), letter = scan_next(&t);

	if (group < '1' || group > '4' || letter < 'a')
		return false;
	*bit = code_bit(group, letter);
	if (*bit == 0 || !scan_ends_word(&t))
		return false;
	*s = t;
	return true;
}

void
scan_fold(char *out, size_t cap, struct scan s)
{
	size_t n = 0;
	uint32_t c;

	while (n + 5 <= cap && (c = scan_next(&s)) != 0)
		n += encode(out + n, c);
	out[n] = '\0';
}

struct scan
scan_trim(struct scan s)
{
	struct scan t, u;
	uint32_t c;

	scan_blanks(&s);
	/* From the end, one character at a time. */
	while (s.end > s.p) {
		t = s;
		t.p = s.end - 1;
		while (t.p > s.p && ((unsigned char)*t.p & 0xc0) == 0x80 &&
		    s.end - t.p < 4)
			t.p--;
		u = t;
		c = scan_next(&u);
		if (c != ' ' && c != 0)
			break;
		s.end = t.p;
	}
	return s;
}

bool
scan_is_token(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7');
}

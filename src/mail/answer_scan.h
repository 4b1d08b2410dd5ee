/*
 * What one character, one box, one code and one token look like in an answer
 * (design.md §8). Private to the answer files. Characters are folded one by
 * one, so that words stay as their writer typed them and only what is compared
 * is folded. Takes any bytes; never reads behind `end`.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A position in a line. Copy it to look ahead. */
struct scan {
	const char *p, *end;
};

enum box_mark {
	BOX_EMPTY,
	BOX_TICK,		/* a circle or a check mark */
	BOX_X,			/* x: a tick, unless circles stand beside it */
	BOX_ODD			/* anything else: never a guess */
};

/* The next character as it is compared, whatever it is: scan_next() without
 * its quick ways. */
uint32_t scan_next_any(struct scan *s);

/* Characters that show nothing (zero-width, BOM, variation selectors) are
 * stepped over; 0 at the end. Folded: full-width ASCII, ASCII case, blanks to
 * ' ', every dash to '-', circles to U+25CB, check marks to U+2713, half-width
 * re (レ) to full. Printable ASCII, hiragana, katakana and common Chinese
 * characters, most of what is read, are decoded here. */
static inline uint32_t
scan_next(struct scan *s)
{
	const unsigned char *p = (const unsigned char *)s->p;
	uint32_t c;

	if (s->p == s->end)
		return 0;
	if (*p >= ' ' && *p <= '~') {
		s->p++;
		return *p >= 'A' && *p <= 'Z' ? *p + 32u : *p;
	}
	if (*p >= 0xe3 && *p <= 0xe9 && s->end - s->p >= 3 &&
	    (p[1] & 0xc0) == 0x80 && (p[2] & 0xc0) == 0x80) {
		c = (*p & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
		/* From the first hiragana to the dash among the katakana, and
		 * behind the other signs of that block. */
		if ((c >= 0x3041 && c <= 0x30fb) || c >= 0x3400) {
			s->p += 3;
			return c;
		}
	}
	return scan_next_any(s);
}

static inline uint32_t
scan_peek(const struct scan *s)
{
	struct scan t = *s;

	return scan_next(&t);
}

/* Steps over blanks and invisible characters; true if something is left. */
bool scan_blanks(struct scan *s);
/* Steps over the folded ASCII or UTF-8 word, or stays and is false. */
bool scan_word(struct scan *s, const char *word);
/* Steps over the first of a table's words that stands here: `words` is the
 * first field of the first of n rows of `size` bytes. Its index, or n. */
size_t scan_table(struct scan *s, const void *words, size_t n, size_t size);
#define SCAN_TABLE(s, table) scan_table((s), &(table)[0], \
	sizeof(table) / sizeof((table)[0]), sizeof((table)[0]))
/* Can a box begin with this character: "[", "□", "☐"? */
bool scan_opens_box(uint32_t c);
/* Steps over "[x]", or stays and is false. */
bool scan_box(struct scan *s, enum box_mark *mark);
/* Steps over "1-A", or stays and is false. *bit is an enum answer_code. loose
 * admits one blank beside the dash: right where a code is expected, wrong in
 * running words ("step 1 - a user"). */
bool scan_code(struct scan *s, bool loose, unsigned *bit);
/* No letter, digit or dash follows that would make a longer word. */
bool scan_ends_word(const struct scan *s);
/* Is it one of the dashless forms "1A" that only resembles a code? */
bool scan_code_like(struct scan *s, unsigned *bit);
/* Folds up to cap - 1 bytes of s into out (a C string). */
void scan_fold(char *out, size_t cap, struct scan s);
/* Without blanks and invisible characters at both ends. */
struct scan scan_trim(struct scan s);
bool scan_is_token(uint32_t c);		/* a-z2-7 */

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

/* Characters that show nothing (zero-width, BOM, variation selectors) are
 * stepped over; 0 at the end. Folded: full-width ASCII, ASCII case, blanks to
 * ' ', every dash to '-', circles to U+25CB, check marks to U+2713, half-width
 * re (レ) to full. */
uint32_t scan_next(struct scan *s);
uint32_t scan_peek(const struct scan *s);
/* Steps over blanks and invisible characters; true if something is left. */
bool scan_blanks(struct scan *s);
/* Steps over the folded ASCII or UTF-8 word, or stays and is false. */
bool scan_word(struct scan *s, const char *word);
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

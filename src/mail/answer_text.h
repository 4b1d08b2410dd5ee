/*
 * A mail's text as lines that know where they stand: newly written, in the
 * quoted form, deeper, or belonging to nobody (borders, signature). Private to
 * the answer files.
 */
#pragma once

#include <sekisho/answer.h>
#include <sekisho/arena.h>

#include "mail/answer_scan.h"

enum line_kind {
	LINE_TEXT,
	LINE_BLANK,
	LINE_BORDER,		/* attribution, separator, header block */
	LINE_SIGNATURE		/* from "-- " on */
};

struct line {
	struct scan s;		/* without quote marks and blanks around */
	unsigned char own;	/* quote marks at its start, at most 9 */
	unsigned char depth;	/* with the unmarked originals above it */
	unsigned char kind;	/* enum line_kind */
	unsigned char field;	/* of a header block; answer_border.c's own */
	bool box;		/* text_is_box_line() */
};

struct lines {
	const char *text;
	struct line *v;
	size_t n;
};

void text_split(struct sk_arena *a, const char *text, struct lines *out);

/* answer_parse() and answer_new_text() for a text that is split already. */
void answer_parse_lines(struct sk_arena *a, const struct lines *l,
    struct answer *out);
char *answer_new_lines(struct sk_arena *a, const struct lines *l);
/* Steps over a token's 26 characters behind "ref:" at line i, on to the next
 * lines where a mailer wrapped it. NULL if it is none. Lower case. */
const char *text_token(struct sk_arena *a, const struct lines *l, size_t i,
    struct scan s);
/* Lines of the paragraph at i that a firm puts under all its mails, or 0. */
size_t text_disclaimer(const struct lines *l, size_t i);
/* Begins with a box and a code, after at most one bullet or label? */
bool text_is_box_line(struct scan s);
/* "ref: …" or "code: …"; s is then behind the colon. */
bool text_is_token_line(struct scan *s, const char *word);
/* Steps over "・", "-", "①", "Q1:" and the like before a code. */
void text_skip_label(struct scan *s);

/* answer_border.c: which header field the line shows; and how many lines a
 * border beginning at i takes, or 0. *sure: a border even where no marked
 * quote follows. */
unsigned char border_field(struct scan s);
size_t border_match(const struct lines *l, size_t i, bool *sure);

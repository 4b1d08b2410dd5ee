/* Finding indicators: private to the files that do it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <sekisho/facts.h>

/* Where something that is no ASCII stood. */
#define REFANG_BREAK '\n'
#define REFANG_LETTER '\1'	/* "ü": it and what stands beside are one word */
#define REFANG_IDEOGRAPH '\2'	/* kanji, kana: they may be, or not */

/* refang.c: the line p..end as ASCII, what was changed back marked with 1.
 * Both have room for end - p bytes. Returns how many there are. */
size_t refang_line(const char *p, const char *end, char *out, char *changed);

/* indicator_read.c: what one word is. s: n bytes, no blank inside, at most
 * LIMIT_INDICATOR. Returns false for none; *used says how many bytes of s it
 * took, so that the rest can be looked at. */
struct indicator_found {
	enum fact_indicator_type type;
	char value[2049];
	unsigned flags;		/* INDICATOR_INTERNAL, INDICATOR_DEFANGED */
};
bool indicator_read(const char *s, size_t n, bool changed,
    struct indicator_found *out);

/* indicator_line.c: the words of the line p..end, which stand one behind
 * another in the order found; what a longer name ends or begins with is none.
 * Linear. */
struct line_words {
	char *line, *changed;	/* room for end - p + 1 bytes each */
	void (*found)(void *user, const struct indicator_found *w);
	void *user;
	bool trace;		/* set: a name that is not read stands here */
};
void indicators_of_line(struct line_words *l, const char *p,
    const char *end);

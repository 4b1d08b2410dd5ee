/*
 * The answer form (T-03) and the read-back (T-06) as people return them
 * (design.md §8). Pure: the text of one mail in, ticks and words out.
 *
 * Ticks [x] [X] [○] [✓] [レ], full- or half-width, count in new text and in
 * the form we sent (the block of quote depth 1 with its `ref` line, and what
 * follows of it between the answers); a bare code on a line counts in new text
 * only; different ticks in the two places are unclear. Free text (1-B, 2-X, 3-E) runs to the next code, blank line or
 * quote; on a form's line it begins behind the label's first colon outside
 * brackets, so that words with colons of their own stay whole. Never a guess:
 * what is not clear is listed in `unclear`.
 *
 * A bare line holds codes only, between them blanks, commas, "と" or "and",
 * before them a bullet or a question's number ("①：", "Q1:"), behind them
 * nothing, the form's own printed label, or an ending of a closed list
 * ("です", "でお願いします", "please"); a last 1-B, 2-X or 3-E takes words
 * behind a colon or blank ("2-X 経済産業省"). A code anywhere else in new text
 * ("1-A か 1-B か迷っています") is unclear, never a tick.
 *
 * What takes a part of it back makes it unclear: "ただし、…" or "except" in new
 * text, or that the answer is still to come ("改めて", "get back"), a scope, an
 * agreement, a yes; a wish that somebody is not told, or a question, an
 * agreement, a yes; talk of a change a yes. A yes of words stands beside
 * greeting, thanks and signature only: any other sentence makes it unclear.
 * "取り消します" or "以外" behind a ticked code makes that code unclear, and so do
 * another question's number before a code ("② 1-A"), and ● beside ○ as radio
 * buttons.
 */
#pragma once

#include <stdbool.h>

#include <sekisho/arena.h>

/* One bit per code, in the order of the form. */
enum answer_code {
	ANSWER_1A = 1 << 0, ANSWER_1B = 1 << 1, ANSWER_1C = 1 << 2,
	ANSWER_20 = 1 << 3, ANSWER_2A = 1 << 4, ANSWER_2B = 1 << 5,
	ANSWER_2C = 1 << 6, ANSWER_2D = 1 << 7, ANSWER_2E = 1 << 8,
	ANSWER_2X = 1 << 9,
	ANSWER_3A = 1 << 10, ANSWER_3B = 1 << 11, ANSWER_3C = 1 << 12,
	ANSWER_3D = 1 << 13, ANSWER_3E = 1 << 14,
	ANSWER_4Y = 1 << 15, ANSWER_4N = 1 << 16,
	/* to a request (T-09, T-10): agree, decline */
	ANSWER_4A = 1 << 17, ANSWER_4D = 1 << 18,
	/* takes everything back; also "取り下げます" or "withdraw" alone on a
	 * line of new text */
	ANSWER_4W = 1 << 19,
	/* a class-1 vendor: the client has agreed (T-41) */
	ANSWER_4C = 1 << 20
};
#define ANSWER_CODES 21		/* how many; the last is 1 << 20 */
#define ANSWER_SECRECY (ANSWER_1A | ANSWER_1B | ANSWER_1C)
#define ANSWER_SCOPE (ANSWER_20 | ANSWER_2A | ANSWER_2B | ANSWER_2C | \
	ANSWER_2D | ANSWER_2E)
#define ANSWER_COORDINATION (ANSWER_3A | ANSWER_3B | ANSWER_3C | ANSWER_3D | \
	ANSWER_3E)
#define ANSWER_READBACK (ANSWER_4Y | ANSWER_4N)
#define ANSWER_REQUEST (ANSWER_4A | ANSWER_4D)

/* A member's answer to an item of a digest: `A 来ている` in new text,
 * several on a line too. Never a guess: a hedge, a question or two different
 * answers for one letter are unclear. */
enum answer_seen { SEEN_UNCLEAR, SEEN_YES, SEEN_NO, SEEN_UNKNOWN };

#define ANSWER_SIGHTINGS 27	/* A to Z, and one without a letter */

struct answer_sighting {
	char letter;		/* 'A' to 'Z'; '\0': a bare word or 1 to 3,
				 * which counts where there is one item only */
	enum answer_seen seen;
};

struct answer {
	unsigned ticks;		/* enum answer_code bits that count */
	unsigned unclear;	/* codes ticked differently in two places, or
				 * two of a group that admits one, or a free
				 * text code without words */
	const char *parts;	/* 1-B, the originator's words, or NULL */
	const char *never;	/* 2-X, or NULL */
	const char *other;	/* 3-E, or NULL */
	bool yes_word;		/* a line of new text that is a yes (はい, ok …)
				 * and no code and no 4-N in the new text */
	const char *ref;	/* first `ref` line's token (new text or the
				 * quoted form), lower case, or NULL */
	const char *ref_other;	/* a second, different one, or NULL: operator */
	const char *code;	/* `code` line's proof code, or NULL */
	struct answer_sighting sightings[ANSWER_SIGHTINGS];
	unsigned nsightings;
};

/* text: checked UTF-8, LF or CRLF line ends, as shown to a reader, quotes
 * marked by leading ">" (HTML quotes are turned into ">" before). */
void answer_parse(struct sk_arena *a, const char *text, struct answer *out);

/* "seen", "not-seen", "unknown", "unclear". */
const char *answer_seen_word(enum answer_seen s);

/* The code's name, "1-A"; NULL for anything but one bit. */
const char *answer_code_name(unsigned bit);
/* The bit of "1-A" (ASCII, any case), or 0. */
unsigned answer_code_bit(const char *name);

/* Is it a complete answer to the three questions: exactly one of 1-*, exactly
 * one of 2-0..2-E, at least one of 3-* (3-A alone), nothing unclear? Missing
 * or unclear codes go to *open (bits of the groups or codes to ask again). */
bool answer_complete(const struct answer *ans, unsigned *open);
/* Did the mail try to answer at all? */
bool answer_any(const struct answer *ans);
/* The part of the text that a person newly wrote, quotes and the marked or
 * unmarked original left out; for `mail show` and classification. */
char *answer_new_text(struct sk_arena *a, const char *text);

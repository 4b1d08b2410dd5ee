/*
 * What the lines of an answer say, before anything is decided. Private to the
 * answer files.
 */
#pragma once

#include <stdbool.h>

#include <sekisho/answer.h>
#include <sekisho/arena.h>
#include <sekisho/buf.h>

#include "mail/answer_text.h"

/* Where it was said. */
enum answer_place { PLACE_NEW, PLACE_FORM, PLACES };
/* The codes that want words. */
enum answer_free { FREE_PARTS, FREE_NEVER, FREE_OTHER, FREES };

struct answer_said {
	unsigned ticks[PLACES];		/* boxes and, in new text, bare codes */
	unsigned crosses, rounds;	/* ticked with an x; with a circle */
	unsigned odd;			/* odd marks, mentions, stray words */
	bool codes_in_new;		/* any of it stood in the new text */
	unsigned solid, hollow;		/* bare codes behind ● ■ ◆, behind ○ ◇ */
	bool yes, no;			/* a line of new text says so */
	bool but;			/* one that takes a part of it back */
	bool change;			/* one that speaks of changing it */
	bool limit;			/* one that keeps something back */
	bool ask;			/* one that asks back */
	bool later;			/* one that says it is not decided yet */
	bool more;			/* any other that is no courtesy */
	struct sk_buf words[PLACES][FREES];
	const char *ref, *ref_other, *code;
};

/* The words' buffers are freed by answer_said_free. */
void answer_read(struct sk_arena *a, const struct lines *l,
    struct answer_said *said);
void answer_said_free(struct answer_said *said);

/* answer_courtesy.c: is the line nothing but greeting, name, thanks, signature;
 * before: above the yes, where people say who they are? */
bool courtesy_line(struct scan s, bool before);

/* answer_limit.c: does the line wish that somebody is not told, or that it goes
 * only so far? */
bool limit_says(struct scan s);

/* answer_labels.c: do words follow the label that our forms print behind this
 * code? */
bool label_has_more(unsigned bit, struct scan rest);

/* answer_reserve.c: of the lines that are sentences; after all others. */
void answer_read_reserves(const struct lines *l, const bool *sentence,
    struct answer_said *said);

/* answer_seen.c: a member's answers to the items of a digest. */
void answer_read_seen(struct sk_arena *a, const struct lines *l,
    struct answer *out);

/*
 * The small grammars of an answer's words. Private to the answer files.
 */
#pragma once

#include <sekisho/arena.h>

#include "mail/answer_scan.h"

/* Is what follows a bare code only an ending ("です", "please", "。")? */
bool words_is_tail(struct scan s);
/* Words that name nothing: "なし", "none". */
bool words_say_nothing(const char *words);
/* A line that is one of the yes words of design.md §8; and its opposite. */
bool words_is_yes(struct sk_arena *a, struct scan s);
bool words_is_no(struct sk_arena *a, struct scan s);
/* One that takes everything back. */
bool words_is_withdrawal(struct sk_arena *a, struct scan s);
/* Do words after "1-B " begin so that they talk about the code instead of
 * naming the parts ("は", "or", "is")? */
bool words_talk(struct scan s);
/* A question, where a label is expected? */
bool words_ask(struct scan s);
/* Behind a ticked code: words that take the tick back ("取り消します", "以外",
 * "not")? */
bool words_deny(struct scan s);
/* Is one of the n words anywhere in it; at_start: at its start, or that of a
 * sentence or clause? */
bool words_hold(struct scan s, const char *const *list, size_t n,
    bool at_start);
/* Without the dots, underlines and empty brackets of a printed line. */
struct scan words_strip(struct scan s);
/* Splits "printed label: words" at the first colon or ellipsis outside
 * brackets. False, and words is all of s, if there is none. */
bool words_after_label(struct scan s, struct scan *label,
    struct scan *words);
/* The same but for blanks and case? */
bool words_same(struct scan a, struct scan b);

/* What the deny-list's files share: text made comparable. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sekisho/arena.h>

/* What was left out right before a byte. */
enum deny_gap { GAP_NONE, GAP_HIDDEN, GAP_BLANK };

/* Bytes of folded UTF-8 without blanks and hidden characters. at[i]: where
 * byte i came from; gap[i]: enum deny_gap. n entries each; s has a NUL. */
struct deny_text {
	char *s;
	uint32_t *at;
	unsigned char *gap;
	size_t n;
};

/* defang: also turn "[.]", "hxxp", " dot " back. A word is looked for both
 * ways, since turning back could also spoil one. */
void deny_fold(struct sk_arena *a, const char *text, bool defang,
    struct deny_text *out);
/* Characters (not bytes) of folded text. */
size_t deny_length(const char *folded);

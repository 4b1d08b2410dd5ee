/*
 * What `setup key' and `setup smime' share: the days on which one of the
 * council's own keys follows another, whether it can be made here, and which
 * there are.
 */
#pragma once

#include <sekisho/key.h>

#include "cli/cli.h"

struct setup {
	struct cli *c;
	struct config *conf;
	struct sk_arena *a;
	struct sk_error *e;
	int64_t since, until;		/* see own.h; since 0: at once */
};

/* Loads the configuration, and takes the council's days. */
int setup_begin(struct setup *s, struct cli *c, struct sk_error *e);
/* Frees it, says the error, if there is one; the exit code. */
int setup_end(struct setup *s, int code);

/* --from and --until, or NULL: by default the first day is notice_days ahead,
 * but not after the day on which the present key ends (`ends`; 0: never), and
 * the last one overlap_days after it. Today as the first day means now: the
 * day has begun. */
int setup_days(struct setup *s, const char *from, const char *until,
    int64_t ends);
/* SK_ERR_CONFIG with the mend: the homes are not this command's to change,
 * or `fpr`, which the configuration names, could not change. */
int setup_may(const struct setup *s, enum key_scheme scheme);
/* The keys of the first home; false: it has none. */
bool setup_own(const struct setup *s, enum key_scheme scheme,
    struct own_keys *own);
/* keyd takes back the one that is to come; option: --home or --smime-home. */
int setup_withdraw(const struct setup *s, const char *option,
    const char *base);
/* Prints them; made: what is to be done next. */
void setup_say(const struct setup *s, const struct own_keys *own, bool made);

/* What one of the council's keys is, and to which day. */
char *setup_own_words(struct sk_arena *a, const struct own_keys *k,
    size_t i);

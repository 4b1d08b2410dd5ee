/*
 * The council's own keys of one scheme, oldest first: which one signs, and
 * which still open new mail (pure). Nothing is switched on the day of change:
 * keyd, sekishod and `sekisho check` read the same dates and ask the clock.
 *
 * They stand in the file "own" of every GnuPG home, a line a key:
 *	FINGERPRINT SINCE UNTIL
 * with times as 2027-01-31T15:00:00Z or "-" for none. A home of the first
 * version holds the fingerprint alone: one key without dates. A last line
 * "FINGERPRINT withdrawn" names one that was to follow and does not: that a
 * home lacks it is no loss.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sekisho/arena.h>
#include <sekisho/buf.h>
#include <sekisho/error.h>
#include <sekisho/limits.h>

#define OWN_FILE "own"

enum own_state {
	OWN_NEXT,		/* opens mail, does not sign yet */
	OWN_CURRENT,		/* opens and signs */
	OWN_FORMER,		/* opens, does not sign any more */
	OWN_RETIRED		/* opens nothing that came after its end; what
				 * came before is still read with it */
};

struct own_key {
	char fpr[41];
	int64_t since;		/* signs from then on; 0: from the start */
	int64_t until;		/* opens what came before then; 0: no end */
};
/* Always so: since grows; each but the last has an end, not before the next
 * one's since; the last has none. */
struct own_keys {
	struct own_key list[LIMIT_OWN_KEYS];
	size_t n;
	char withdrawn[41];	/* "": none since another followed */
};

/* SK_ERR_DATA: no such file, and *k is empty. */
int own_keys_read(struct sk_span file, struct own_keys *k);
void own_keys_write(const struct own_keys *k, struct sk_buf *out);
bool own_keys_same(const struct own_keys *a, const struct own_keys *b);

size_t own_find(const struct own_keys *k, const char *fpr);	/* n: none */
size_t own_current(const struct own_keys *k, int64_t now);	/* n > 0 */
enum own_state own_state(const struct own_keys *k, size_t i, int64_t now);
bool own_opens(const struct own_keys *k, size_t i, int64_t came);
/* The first moment after now at which a state changes; 0: none. */
int64_t own_changes(const struct own_keys *k, int64_t now);
const char *own_word(enum own_state s);		/* "next", "current", ... */

/* Another key follows: it signs since then, and the one before it opens until
 * then. Where the last is still to come and is this one, its dates change. The
 * error says the mend; nothing is changed then. */
int own_follow(struct own_keys *k, const char *fpr, int64_t since,
    int64_t until, int64_t now, struct sk_error *e);
/* The last one, which is still to come, does not follow: the one before it goes
 * on without an end. SK_ERR_NOINPUT: none is to come; nothing is changed. */
int own_withdraw(struct own_keys *k, int64_t now, struct sk_error *e);

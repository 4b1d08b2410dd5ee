/*
 * What came back, told to the secretariat: the first at once, and all that
 * follows within an hour in one sum behind it. A relay that turns round
 * returns a whole digest, and a thousand notes are no alarm. Since when, and
 * how many more, stands in the database: a restart forgets none.
 */
#include "delivery.h"

#include <stdio.h>

#include <sekisho/clock.h>

#define META "came-back"
#define PAUSE 3600

struct told {
	long long at;
	long more;
};

static struct told
last_told(struct daemon *d, struct sk_arena *a)
{
	struct told t = { 0, 0 };
	const char *said;

	if (store_meta_get(d->store, a, META, &said) ||
	    sscanf(said, "%lld %ld", &t.at, &t.more) != 2)
		return (struct told){ 0, 0 };
	return t;
}

static int
keep(struct daemon *d, struct sk_arena *a, struct told t)
{
	return store_meta_set(d->store, META, sk_arena_printf(a, "%lld %ld",
	    t.at, t.more));
}

int
came_back_tell(struct daemon *d, struct sk_arena *a, const char *case_number)
{
	struct told t = last_told(d, a);
	int64_t now = sk_now();

	if (t.more > 0 || now - t.at < PAUSE)
		return keep(d, a, (struct told){ t.at, t.more + 1 });
	apply_notify(d, "came_back", case_number);
	return keep(d, a, (struct told){ now, 0 });
}

void
came_back_sum(struct daemon *d, struct sk_arena *a)
{
	struct told t = last_told(d, a);
	int64_t now = sk_now();

	if (t.more > 0 && now - t.at >= PAUSE &&
	    keep(d, a, (struct told){ now, 0 }) == SK_OK)
		apply_notify_sum(d, "came_back_more", t.more);
}

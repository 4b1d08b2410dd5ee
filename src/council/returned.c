/*
 * What follows from a bounce. "Permanent" and "gave up" both mean that this
 * copy is lost; a delay, and a return that does not say, only count, and enough
 * of them stop what would pile up at a mail system that takes nothing.
 */
#include <sekisho/returned.h>

#include <string.h>

#define BOUNCED "bounced"
#define GAVE_UP "gave-up"
#define LATE "late"

static struct returned
lost(const struct returned_known *k, const char *why)
{
	return (struct returned){ .lost = true,
		.why = k->person && !k->stopped ? why : NULL };
}

static struct returned
counted(const struct returned_known *k)
{
	bool enough = k->limit && k->late + 1 >= k->limit;

	return (struct returned){ .counted = true,
		.why = k->person && !k->stopped && enough ? LATE : NULL };
}

struct returned
returned_judge(const struct returned_known *k)
{
	if (!k->sent || k->told)
		return (struct returned){ 0 };
	switch (k->fate) {
	case FATE_PERMANENT:
		return lost(k, BOUNCED);
	case FATE_EXPIRED:
		return lost(k, GAVE_UP);
	case FATE_TEMPORARY:
	case FATE_UNCLEAR:
		return counted(k);
	case FATE_NONE:
	case FATE_DELIVERED:
		break;
	}
	return (struct returned){ 0 };
}

bool
returned_word(const char *reason)
{
	return strcmp(reason, BOUNCED) == 0 || strcmp(reason, GAVE_UP) == 0 ||
	    strcmp(reason, LATE) == 0;
}

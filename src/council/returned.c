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
	return (struct returned){ .lost = true, .again = k->elsewhere,
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

/* "5.1.1" behind the code, and nothing that goes on. */
static size_t
enhanced_at(const char *s)
{
	static const char digits[] = "0123456789";
	size_t n = 2, len;

	if (s[0] != '5' || s[1] != '.')
		return 0;
	len = strspn(s + n, digits);
	n += len;
	if (len < 1 || len > 3 || s[n++] != '.')
		return 0;
	len = strspn(s + n, digits);
	n += len;
	return len >= 1 && len <= 3 && (s[n] == ' ' || !s[n]) ? n : 0;
}

/* 5.1.7 and 5.1.8 are about the sender's address: that is ours. */
static bool
of_recipient(const char *enhanced, size_t n)
{
	if (n == 5 && (strncmp(enhanced, "5.1.7", n) == 0 ||
	    strncmp(enhanced, "5.1.8", n) == 0))
		return false;
	return strncmp(enhanced, "5.1.", 4) == 0 ||
	    strncmp(enhanced, "5.2.", 4) == 0;
}

bool
returned_refusal(unsigned status, const char *reply, const char **enhanced,
    size_t *n)
{
	*enhanced = reply + strspn(reply, "0123456789");
	*enhanced += strspn(*enhanced, " -");
	*n = enhanced_at(*enhanced);
	if (status < 500 || status > 599)
		return false;
	return *n ? of_recipient(*enhanced, *n) : status == 550 ||
	    status == 551 || status == 553;
}

bool
returned_of_message(unsigned status, const char *reply)
{
	const char *code;
	size_t n;

	returned_refusal(status, reply, &code, &n);
	if (status < 500 || status > 599)
		return false;
	return status == 552 || (n == 5 && (strncmp(code, "5.2.3", n) == 0 ||
	    strncmp(code, "5.3.4", n) == 0)) || (n >= 5 &&
	    strncmp(code, "5.6.", 4) == 0);
}

bool
returned_word(const char *reason)
{
	return strcmp(reason, BOUNCED) == 0 || strcmp(reason, GAVE_UP) == 0 ||
	    strcmp(reason, LATE) == 0;
}

/*
 * What a member contributed in a period (T-35; ): items it
 * was asked about, how many of them it answered, what it brought itself.
 * Counted anew when the mail is sealed; for that member alone, and nothing
 * follows from it by itself.
 */
#include "daemon.h"

#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/text.h>

#define CASES_MAX 100000

struct review {
	struct daemon *d;
	struct sk_arena *a;
	const struct org *org;
	const char *from, *until;
};

/* Dates as texts: they sort as they are. */
static bool
within(const struct review *x, int64_t t)
{
	const char *day = sk_date_local(x->a, t);

	return strcmp(day, x->from) >= 0 && strcmp(day, x->until) <= 0;
}

static bool
is_ours(const struct review *x, const char *person)
{
	struct person p;

	return person && store_person_get(x->d->store, x->a, person, &p) ==
	    SK_OK && strcmp(p.org, x->org->id) == 0;
}

static bool
asked_about(const struct review *x, const char *item)
{
	struct recipient *to = NULL;
	size_t n = 0;

	if (recipients_of(x->d, x->a, item, &to, &n))
		return false;
	for (size_t i = 0; i < n; i++)
		if (within(x, to[i].sent) && is_ours(x, to[i].person))
			return true;
	return false;
}

static bool
answered(const struct review *x, const char *item)
{
	struct answer_record *all = NULL;
	size_t n = 0;

	if (store_answers(x->d->store, x->a, item, &all, &n))
		return false;
	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i].org, x->org->id) == 0)
			return true;
	return false;
}

static long
contributions(const struct review *x)
{
	struct case_record *all = NULL;
	size_t n = 0;
	long found = 0;

	if (store_case_list(x->d->store, x->a, false, CASES_MAX, &all, &n))
		return 0;
	for (size_t i = 0; i < n; i++)
		found += all[i].org && strcmp(all[i].org, x->org->id) == 0 &&
		    within(x, all[i].opened) &&
		    (all[i].state == CASE_IN_COUNCIL ||
		    all[i].state == CASE_FEEDBACK_DUE ||
		    all[i].state == CASE_CLOSED);
	return found;
}

void
review_values(struct daemon *d, struct sk_arena *a, struct tvalues *v,
    const struct org *o, const char *period)
{
	const char *blank = strchr(period, ' ');
	struct review x = { .d = d, .a = a, .org = o,
		.from = sk_arena_strn(a, period, (size_t)(blank - period)),
		.until = blank + 1 };
	struct item_record *items = NULL;
	size_t n = 0;
	long asked = 0, done = 0;

	if (store_item_list(d->store, a, 0, &items, &n))
		n = 0;
	for (size_t i = 0; i < n; i++) {
		const char *id = items[i].item.id;

		if (!items[i].item.was_sent || !asked_about(&x, id))
			continue;
		asked++;
		done += answered(&x, id);
	}
	tv_str(v, "period", sk_arena_printf(a, "%s - %s", x.from, x.until));
	tv_int(v, "asked", asked);
	tv_int(v, "answered", done);
	tv_int(v, "contributions", contributions(&x));
	tv_flag(v, "duty_class1", o->class == CLASS1);
	tv_flag(v, "duty_class2", o->class == CLASS2);
}

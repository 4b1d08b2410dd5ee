/*
 * What waits, told: `outbox list --held` for people, `outbox check` for
 * `sekisho check`. Nothing here changes anything.
 */
#include <string.h>

#include "command.h"
#include "delivery.h"

#define DAY 86400
#define UNREADABLE_LOOK 100000	/* newest copies: as `outbox list` */
#define UNREADABLE_NAMED 10	/* a damaged table is one fault, not a page */

static int64_t
days(const struct command *c, int64_t since)
{
	return c->now > since ? (c->now - since) / DAY : 0;
}

static bool
is_ahead(const struct command *c, const struct held_group *g)
{
	return held_ahead(g->since, c->now);
}

static const char *
mend(const struct command *c, const struct held_group *g)
{
	return sk_arena_printf(c->arena, "%s%s", is_ahead(c, g) ? "its day is "
	    "to come: the clock was ahead when it was made; " : "",
	    held_mend(c->arena, g));
}

int
held_list(struct command *c)
{
	bool whole = command_role(c, FOR_OPERATOR | FOR_MEMBERSHIP);
	struct held_group *g = NULL;
	struct sk_json *list;
	size_t n = 0;
	int r = command_store(c, held_gather(c->d, c->arena, &g, &n),
	    "outbox");

	if (r)
		return r;
	c->out = sk_json_document("held");
	list = sk_json_set(c->out, "held", sk_json_array());
	for (size_t i = 0; i < n; i++) {
		struct sk_json *o = sk_json_add(list, sk_json_object());

		sk_json_set_str(o, "person", whole ? g[i].person : NULL);
		sk_json_set_str(o, "org", whole ? g[i].org : NULL);
		sk_json_set_str(o, "case", g[i].case_number);
		document_time(o, "since", g[i].since);
		sk_json_set_int(o, "days", days(c, g[i].since));
		sk_json_set_str(o, "reason", g[i].why);
		sk_json_set_int(o, "copies", (int64_t)g[i].copies);
		sk_json_set_int(o, "copy", g[i].copy);
		sk_json_set_str(o, "mend", whole || strcmp(g[i].why,
		    COPY_UNREADABLE) == 0 ? mend(c, &g[i]) : NULL);
	}
	return SK_OK;
}

static void
nag_relay(struct command *c, struct sk_json *faults)
{
	const char *why = relay_fault(c->d->relay);

	if (why)
		sk_json_add_str(faults, sk_arena_printf(c->arena, "nothing "
		    "leaves: %s", why));
}

static const char *
since_when(struct command *c, const struct held_late *late)
{
	const char *ahead = !late->ahead ? "" : sk_arena_printf(c->arena,
	    "%zu made while the clock was ahead", late->ahead);

	if (late->ahead == late->copies)
		return ahead;
	return sk_arena_printf(c->arena, "the oldest %lld hours ago%s%s",
	    (long long)((c->now - late->since) / 3600), *ahead ? ", " : "",
	    ahead);
}

static void
nag_late(struct command *c, struct sk_json *faults)
{
	struct held_late late;

	if (held_late(c->d, c->arena, c->now, &late) || !late.copies)
		return;
	/* It may quote the address. */
	if (!command_role(c, FOR_OPERATOR) || (late.reply && !*late.reply))
		late.reply = NULL;
	sk_json_add_str(faults, sk_arena_printf(c->arena, "%zu cop%s should "
	    "have been handed over, %s%s%s: sekisho outbox show %lld",
	    late.copies, late.copies == 1 ? "y" : "ies", since_when(c, &late),
	    late.reply ? "; the relay said: " : "", late.reply ? late.reply :
	    "", (long long)late.copy));
}

/* A person or case a line; who may not see names is told how many. */
static void
nag_held(struct command *c, struct sk_json *faults,
    const struct held_group *g, size_t n)
{
	bool whole = command_role(c, FOR_OPERATOR | FOR_MEMBERSHIP);
	int64_t most = (int64_t)c->d->policy->delivery_held_days;
	size_t hidden = 0;

	for (size_t i = 0; i < n; i++) {
		if ((days(c, g[i].since) < most && !is_ahead(c, &g[i])) ||
		    strcmp(g[i].why, COPY_UNREADABLE) == 0)
			continue;	/* those are named at once */
		if (!whole) {
			hidden++;
			continue;
		}
		sk_json_add_str(faults, sk_arena_printf(c->arena, "%s%s%s: "
		    "%zu cop%s for %lld days (%s): %s", g[i].person ?
		    "person " : g[i].case_number ? "case " : "a notice",
		    g[i].person ? g[i].person : "", g[i].case_number ?
		    g[i].case_number : "", g[i].copies, g[i].copies == 1 ?
		    "y held" : "ies held", (long long)days(c, g[i].since),
		    g[i].why, mend(c, &g[i])));
	}
	if (hidden)
		sk_json_add_str(faults, sk_arena_printf(c->arena, "copies of "
		    "%zu persons or cases are held for %lld days or more: "
		    "tell the operators: sekisho outbox list --held", hidden,
		    (long long)most));
}

/* Whatever its state: what is lost of a copy that was handed over is who has
 * it. Its number tells nobody anything. */
static int
nag_unreadable(struct command *c, struct sk_json *faults)
{
	struct copy_record *p = NULL;
	size_t n = 0, more = 0;
	int r = command_store(c, store_copy_list_whole(c->d->store, c->arena,
	    -1, 0, 0, UNREADABLE_LOOK, &p, &n), "outbox");

	for (size_t i = 0; i < n; i++) {
		struct held_group g = { .why = COPY_UNREADABLE,
			.copy = p[i].row };

		if (!p[i].unreadable || (p[i].state == COPY_MARKED))
			continue;
		if (++more <= UNREADABLE_NAMED)
			sk_json_add_str(faults, sk_arena_printf(c->arena,
			    "copy %lld (%s%s): unreadable row: %s",
			    (long long)p[i].row,
			    document_copy_state(p[i].state), p[i].digest ?
			    sk_arena_printf(c->arena, ", of digest %lld",
			    (long long)p[i].digest) : "",
			    held_mend(c->arena, &g)));
	}
	if (more > UNREADABLE_NAMED)
		sk_json_add_str(faults, sk_arena_printf(c->arena, "%zu more "
		    "copies with an unreadable row: sekisho outbox list",
		    more - UNREADABLE_NAMED));
	return r;
}

int
verb_outbox_check(struct command *c)
{
	struct held_group *g = NULL;
	struct sk_json *faults;
	size_t n = 0;
	int r = command_store(c, held_gather(c->d, c->arena, &g, &n),
	    "outbox");

	if (r)
		return r;
	c->out = sk_json_document("outbox-check");
	faults = sk_json_set(c->out, "faults", sk_json_array());
	nag_relay(c, faults);
	nag_held(c, faults, g, n);
	nag_late(c, faults);
	return nag_unreadable(c, faults);
}

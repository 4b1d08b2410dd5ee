/*
 * What waits, and for what (L23): held copies by whom they are for and why,
 * oldest first, each with its mend; persons to whom nothing is sent; and copies
 * that should be gone by now. One gathering for the operators' list, for
 * `sekisho check' and for the daily notice, so that all three say the same.
 */
#include "delivery.h"

#include <stdlib.h>
#include <string.h>

#include <sekisho/feedback.h>
#include <sekisho/returned.h>

#define COPIES_MAX 100000	/* as `outbox list` */

struct gathering {
	struct daemon *d;
	struct sk_arena *a;
	struct held_group *list;
	size_t n, cap;
};

/* ---- the mend ---- */

static char *
address_mend(struct sk_arena *a, const struct held_group *g)
{
	return sk_arena_printf(a, "ask for the address that works: sekisho "
	    "person change %s --address ADDRESS; or, if it takes mail again: "
	    "sekisho outbox release %s --reason ...", g->person, g->person);
}

static char *
key_mend(struct sk_arena *a, const struct held_group *g)
{
	if (g->person)
		return sk_arena_printf(a, "ask for a key, compare its "
		    "fingerprint by telephone: sekisho key import %s FILE "
		    "--approve", g->person);
	return sk_arena_printf(a, "sekisho key import %s FILE --approve; or "
	    "tell it another way: sekisho outbox mark %lld --delivered-by "
	    "phone --reason ...", g->case_number, (long long)g->copy);
}

/* By which verb were an operator's words written? */
static const char *
written_by(const char *template)
{
	static const struct { const char *template, *verb; } verbs[] = {
		{ "T-19", "feedback" }, { "T-20", "feedback" },
		{ "T-22", "publication" }, { "T-23", "request outside" },
	};

	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (strcmp(verbs[i].template, template) == 0)
			return verbs[i].verb;
	return NULL;
}

/* Words that may not go as they were written. */
static const char *
words_mend(struct sk_arena *a, const struct held_group *g)
{
	static const char *const terms[] = { LEAVE_OLD_TERMS, "terms-missing",
		"act-not-allowed", "secret-no-basis", "address" };
	const char *verb = written_by(g->template), *then;

	if (!verb || !g->case_number)
		return NULL;
	then = sk_arena_printf(a, "sekisho outbox mark %lld --delivered-by "
	    "other --reason ...", (long long)g->copy);
	if (strcmp(g->why, feedback_word(FEEDBACK_DENY_LIST)) == 0)
		return sk_arena_printf(a, "it may point to somebody of another "
		    "case: write it anew without that, sekisho %s %s ...; "
		    "then %s", verb, g->case_number, then);
	for (size_t i = 0; i < sizeof(terms) / sizeof(*terms); i++)
		if (strcmp(g->why, terms[i]) == 0)
			return sk_arena_printf(a, "the terms are not those it "
			    "was written under: see sekisho terms show; if "
			    "there is still something to say, write it anew, "
			    "sekisho %s %s ...; then %s", verb,
			    g->case_number, then);
	return NULL;
}

/* What is over by somebody's word, and not by another try. NULL: no such. */
static const char *
word_mend(struct sk_arena *a, const struct held_group *g)
{
	if (strcmp(g->why, gate_word(GATE_MEMBER_INACTIVE)) == 0 && g->org)
		return sk_arena_printf(a, "%s is suspended: sekisho org "
		    "resume %s", g->org, g->org);
	if (strcmp(g->why, gate_word(GATE_EXCLUSION_UNMAPPED)) == 0)
		return "an originator excluded somebody in words: say whom "
		    "they mean, sekisho terms exclude CASE ...";
	if (strcmp(g->why, "relay-refused") == 0)
		return sk_arena_printf(a, "the relay refused it for good: "
		    "sekisho outbox show %lld says how; after mending sekisho "
		    "outbox retry %lld", (long long)g->copy,
		    (long long)g->copy);
	if (strcmp(g->why, "unreadable-bytes") == 0)
		return sk_arena_printf(a, "the database is damaged: sekisho "
		    "outbox retry %lld seals an encrypted one anew; of a "
		    "plain one the bytes are lost, tell it another way: "
		    "sekisho outbox mark %lld --delivered-by other "
		    "--reason ...", (long long)g->copy, (long long)g->copy);
	return NULL;
}

static char *
unreadable_mend(struct sk_arena *a, const struct held_group *g)
{
	return sk_arena_printf(a, "the database is damaged: take it from the "
	    "backup, then sekisho outbox retry %lld; or, told another way: "
	    "sekisho outbox mark %lld --delivered-by other --reason ... (what "
	    "the account knows of it: sekisho audit show \"copy %lld\")",
	    (long long)g->copy, (long long)g->copy, (long long)g->copy);
}

const char *
held_mend(struct sk_arena *a, const struct held_group *g)
{
	const char *by_word = word_mend(a, g);

	if (strcmp(g->why, COPY_UNREADABLE) == 0)
		return unreadable_mend(a, g);
	if (!by_word)
		by_word = words_mend(a, g);
	if (by_word)
		return by_word;
	if (g->person && returned_word(g->why))
		return address_mend(a, g);
	if (g->case_number && returned_word(g->why))
		return sk_arena_printf(a, "the consulter did not get it: tell "
		    "it another way: sekisho outbox mark %lld --delivered-by "
		    "phone --reason ...; or, if the address takes mail again: "
		    "sekisho outbox retry %lld", (long long)g->copy,
		    (long long)g->copy);
	if (key_holds(g->why) && (g->person || g->case_number))
		return key_mend(a, g);
	if (strcmp(g->why, "proof-failed") == 0)
		return sk_arena_printf(a, "what keyd made was not what was "
		    "asked for: look into the logs of sekishod and "
		    "sekisho-keyd (copy.proof) before sekisho outbox retry "
		    "%lld", (long long)g->copy);
	if (strcmp(g->why, "render-failed") == 0 && g->plain)
		return sk_arena_printf(a, "sekishod -t names the fault of the "
		    "text; then do again what was to be told, and sekisho "
		    "outbox mark %lld --delivered-by other --reason ...",
		    (long long)g->copy);
	if (strcmp(g->why, "render-failed") == 0)
		return sk_arena_printf(a, "sekishod -t names the fault of the "
		    "text; then sekisho outbox retry %lld",
		    (long long)g->copy);
	return sk_arena_printf(a, "sekisho outbox show %lld; then sekisho "
	    "outbox retry %lld", (long long)g->copy, (long long)g->copy);
}

/* ---- gathering ---- */

static bool
same(const char *x, const char *y)
{
	return x ? y && strcmp(x, y) == 0 : !y;
}

static struct held_group *
group(struct gathering *x, const char *person, const char *case_number,
    const char *why)
{
	/* Each that cannot be read is somebody else's, as far as we know. */
	for (size_t i = 0; i < x->n && strcmp(why, COPY_UNREADABLE) != 0; i++)
		if (same(x->list[i].person, person) &&
		    same(x->list[i].case_number, case_number) &&
		    same(x->list[i].why, why))
			return &x->list[i];
	if (x->n == x->cap) {
		size_t cap = x->cap ? 2 * x->cap : 64;
		struct held_group *more = sk_arena_array(x->a, cap,
		    sizeof(*more));

		if (x->n)
			memcpy(more, x->list, x->n * sizeof(*more));
		x->list = more;
		x->cap = cap;
	}
	x->list[x->n] = (struct held_group){ .person = person,
		.case_number = case_number, .why = why, .since = INT64_MAX,
		.template = "" };
	return &x->list[x->n++];
}

static const char *
org_of(struct gathering *x, const char *person)
{
	struct person p;

	return person && store_person_get(x->d->store, x->a, person, &p) ==
	    SK_OK ? p.org : NULL;
}

static void
take(struct gathering *x, const struct copy_record *c)
{
	struct case_record k;
	const char *number = !c->person && c->case_row && store_case_get(
	    x->d->store, x->a, c->case_row, &k) == SK_OK ? k.number : NULL;
	struct held_group *g = group(x, c->person, number,
	    c->reason && *c->reason ? c->reason : "held");

	if (!g->copies)
		g->org = org_of(x, c->person);
	g->copies++;
	if (c->created < g->since) {
		g->since = c->created;
		g->copy = c->row;
		g->template = c->template;
		g->plain = !c->encrypted;
	}
}

/* One that was lost is missed as long as its person is, or its case open. A P
 * text is not: its sense was the day on which it was said. */
static bool
is_missed(struct gathering *x, const struct copy_record *c)
{
	struct case_record k;
	struct person p;

	if (c->person && (store_person_get(x->d->store, x->a, c->person,
	    &p) || !returned_owed(c, &p)))
		return false;
	if (returned_stop(x->d, x->a, c->person, c->address))
		return true;
	if (!c->encrypted)
		return false;
	return c->person || (c->case_row && store_case_get(x->d->store, x->a,
	    c->case_row, &k) == SK_OK && !k.closed);
}

static int
take_state(struct gathering *x, enum copy_state st)
{
	struct copy_record *c = NULL;
	size_t n = 0;
	int r = store_copy_list_whole(x->d->store, x->a, (int)st, 0, 0,
	    COPIES_MAX, &c, &n);

	for (size_t i = 0; i < n && !r; i++)
		if (st == COPY_HELD || (!c[i].unreadable && is_missed(x,
		    &c[i])))
			take(x, &c[i]);
	return r;
}

/* Also whom nothing is waiting for: the next copy would be held. To somebody
 * who left there is none. */
static int
take_stops(struct gathering *x)
{
	struct stop_record *s = NULL;
	struct person p;
	size_t n = 0;
	int r = store_stops(x->d->store, x->a, &s, &n);

	for (size_t i = 0; i < n && !r; i++) {
		struct held_group *g;

		if (store_person_get(x->d->store, x->a, s[i].person, &p) ||
		    !p.active)
			continue;
		g = group(x, s[i].person, NULL, s[i].why);
		g->org = p.org;
		if (!g->copies)
			g->copy = s[i].copy;
		if (s[i].since < g->since)
			g->since = s[i].since;
	}
	return r;
}

static int
oldest_first(const void *p, const void *q)
{
	const struct held_group *x = p, *y = q;

	if (x->since != y->since)
		return x->since < y->since ? -1 : 1;
	return (x->copy > y->copy) - (x->copy < y->copy);
}

int
held_gather(struct daemon *d, struct sk_arena *a, struct held_group **out,
    size_t *n)
{
	struct gathering x = { .d = d, .a = a };
	int r = take_state(&x, COPY_HELD);

	if (!r)
		r = take_state(&x, COPY_BOUNCED);
	if (!r)
		r = take_stops(&x);
	if (x.n)
		qsort(x.list, x.n, sizeof(*x.list), oldest_first);
	*out = x.list;
	*n = x.n;
	return r;
}

static int64_t
was_due(const struct copy_record *c)
{
	return c->send_after > c->created ? c->send_after : c->created;
}

bool
held_ahead(int64_t made, int64_t now)
{
	return made > now + LIMIT_CLOCK_BACK;
}

static void
take_late(const struct copy_record *c, int64_t now, int64_t since,
    struct held_late *out)
{
	bool ahead = held_ahead(c->created, now);
	bool oldest = ahead ? !out->copies : was_due(c) < out->since;

	if (!ahead && was_due(c) > since)
		return;
	out->copies++;
	out->ahead += ahead;
	if (!oldest)
		return;
	out->since = ahead ? now : was_due(c);
	out->copy = c->row;
	out->reply = c->reply;
}

int
held_late(struct daemon *d, struct sk_arena *a, int64_t now,
    struct held_late *out)
{
	static const enum copy_state waiting[] = { COPY_TO_SEAL, COPY_READY,
		COPY_HANDING };
	int64_t since = now - (int64_t)d->policy->delivery_waiting_hours *
	    3600;
	int r = SK_OK;

	*out = (struct held_late){ .since = now };
	for (size_t s = 0; s < 3 && !r; s++) {
		struct copy_record *c = NULL;
		size_t n = 0;

		r = store_copy_list(d->store, a, (int)waiting[s], 0, 0,
		    COPIES_MAX, &c, &n);
		for (size_t i = 0; i < n && !r; i++)
			take_late(&c[i], now, since, out);
	}
	return r;
}

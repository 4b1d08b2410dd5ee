/*
 * Terms: what an originator demands, as codes and as something that can be
 * compared. Terms never become wider by themselves: where two versions
 * cannot be compared, because the words differ, the newer one counts as wider
 * and needs the stronger yes.
 */
#include <sekisho/terms.h>

#include <string.h>

#include <sekisho/text.h>

static const struct {
	unsigned tick;
	enum secrecy secrecy;
	const char *code;
} secrecies[] = {
	{ ANSWER_1A, SECRECY_ALL, "1-A" },
	{ ANSWER_1B, SECRECY_PARTS, "1-B" },
	{ ANSWER_1C, SECRECY_NONE, "1-C" },
};

static const struct {
	unsigned tick;
	enum scope scope;
	const char *code;
} scopes[] = {
	{ ANSWER_20, SCOPE_COORDINATOR, "2-0" },
	{ ANSWER_2A, SCOPE_CLASS1_GROUP, "2-A" },
	{ ANSWER_2B, SCOPE_TASK_FORCE, "2-B" },
	{ ANSWER_2C, SCOPE_ALL_MEMBERS, "2-C" },
	{ ANSWER_2D, SCOPE_PARTNER_SCHEMES, "2-D" },
	{ ANSWER_2E, SCOPE_PUBLIC, "2-E" },
};

static const struct {
	unsigned tick;
	enum coordination act;
	const char *code;
} acts[] = {
	{ ANSWER_3A, COORDINATION_NONE, "3-A" },
	{ ANSWER_3B, COORDINATION_ASK_MEMBERS, "3-B" },
	{ ANSWER_3C, COORDINATION_NOTIFY_SOURCE, "3-C" },
	{ ANSWER_3D, COORDINATION_FOREIGN_CERTS, "3-D" },
	{ ANSWER_3E, COORDINATION_OTHER, "3-E" },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* "My competent authority" is words until an operator says which organisations
 * they mean; until then nobody receives anything (I1). */
static void
exclude(struct sk_arena *a, const char *words, struct terms *t)
{
	struct exclusion *x = sk_arena_array(a, 1, sizeof(*x));

	x->words = words;
	t->exclusions = x;
	t->nexclusions = 1;
}

void
terms_from_answer(struct sk_arena *a, const struct answer *ans,
    struct terms *out)
{
	*out = (struct terms){ 0 };
	for (size_t i = 0; i < COUNT(secrecies); i++)
		if (ans->ticks & secrecies[i].tick)
			out->secrecy = secrecies[i].secrecy;
	for (size_t i = 0; i < COUNT(scopes); i++)
		if (ans->ticks & scopes[i].tick)
			out->scope = scopes[i].scope;
	for (size_t i = 0; i < COUNT(acts); i++)
		if (ans->ticks & acts[i].tick)
			out->coordination |= acts[i].act;
	if (out->secrecy == SECRECY_PARTS)
		out->secret_parts = ans->parts;
	if (out->coordination & COORDINATION_OTHER)
		out->coordination_other = ans->other;
	if (ans->ticks & ANSWER_2X)
		exclude(a, ans->never ? ans->never : "", out);
}

const char *
terms_secrecy_code(const struct terms *t)
{
	for (size_t i = 0; i < COUNT(secrecies); i++)
		if (secrecies[i].secrecy == t->secrecy)
			return secrecies[i].code;
	return "?";
}

const char *
terms_scope_code(const struct terms *t)
{
	for (size_t i = 0; i < COUNT(scopes); i++)
		if (scopes[i].scope == t->scope)
			return scopes[i].code;
	return "?";
}

char *
terms_coordination_codes(struct sk_arena *a, const struct terms *t)
{
	char *out = sk_arena_str(a, "");

	for (size_t i = 0; i < COUNT(acts); i++)
		if (t->coordination & acts[i].act)
			out = sk_arena_printf(a, "%s%s%s", out,
			    *out ? " " : "", acts[i].code);
	return *out ? out : sk_arena_str(a, "?");
}

/* The same words, whatever their width and letter case. */
static bool
same_words(const char *x, const char *y)
{
	struct sk_arena *a = sk_arena_new();
	bool same = strcmp(sk_nfkc_fold(a, x ? x : ""),
	    sk_nfkc_fold(a, y ? y : "")) == 0;

	sk_arena_free(&a);
	return same;
}

static bool
names(const struct exclusion *x, const char *org)
{
	for (size_t i = 0; i < x->norgs; i++)
		if (sk_ascii_ieq(x->orgs[i], org))
			return true;
	return false;
}

static bool
covers(const struct exclusion *wide, const struct exclusion *x)
{
	for (size_t i = 0; i < x->norgs; i++)
		if (!names(wide, x->orgs[i]))
			return false;
	return true;
}

/* Does `now` still keep out whom x keeps out? Words that are not mapped keep
 * everybody out. */
static bool
still_excluded(const struct terms *now, const struct exclusion *x)
{
	for (size_t i = 0; i < now->nexclusions; i++) {
		const struct exclusion *y = &now->exclusions[i];

		if (same_words(x->words, y->words) &&
		    (!x->mapped || !y->mapped || covers(y, x)))
			return true;
		if (x->mapped && y->mapped && x->norgs && covers(y, x))
			return true;
	}
	/* Mapped to nobody: nothing is lost with it. */
	return x->mapped && !x->norgs;
}

static bool
secrecy_widens(const struct terms *old, const struct terms *now)
{
	/* SECRECY_UNKNOWN compares as the strictest: nothing is sent. */
	if (now->secrecy != old->secrecy)
		return now->secrecy > old->secrecy;
	return now->secrecy == SECRECY_PARTS &&
	    !same_words(old->secret_parts, now->secret_parts);
}

static bool
acts_widen(const struct terms *old, const struct terms *now)
{
	uint32_t was = old->coordination & ~(uint32_t)COORDINATION_NONE;
	uint32_t is = now->coordination & ~(uint32_t)COORDINATION_NONE;

	if (is & ~was)
		return true;
	return (is & COORDINATION_OTHER) &&
	    !same_words(old->coordination_other, now->coordination_other);
}

static bool
item_widens(const struct terms *old, const struct terms *now)
{
	for (size_t i = 0; i < now->nitems; i++)
		if (now->items[i].scope > terms_scope_for(old,
		    now->items[i].item))
			return true;
	return false;
}

/* What makes it wider; NULL: nothing does. */
static const char *
widened(const struct terms *old, const struct terms *now)
{
	if (now->withdrawn)
		return NULL;
	if (old->withdrawn)
		return "it was withdrawn";
	if (now->scope > old->scope)
		return "the scope becomes wider";
	if (item_widens(old, now))
		return "an item's own scope becomes wider";
	if (secrecy_widens(old, now))
		return "less of it is secret, or other parts are";
	if (acts_widen(old, now))
		return "another outside action becomes allowed";
	for (size_t i = 0; i < old->nexclusions; i++)
		if (!still_excluded(now, &old->exclusions[i]))
			return "an exclusion is missing";
	return NULL;
}

bool
terms_widen(const struct terms *old, const struct terms *new_)
{
	/* Anything is more than nothing. */
	return !old || widened(old, new_) != NULL;
}

/* As if the item's scope were that of all. */
static struct terms
seen_by(const struct terms *t, const char *item)
{
	struct terms out = *t;

	out.scope = terms_scope_for(t, item);
	out.nitems = 0;
	return out;
}

bool
terms_widen_for(const struct terms *old, const struct terms *new_,
    const char *item)
{
	struct terms was, is = seen_by(new_, item);

	if (!old)
		return true;
	was = seen_by(old, item);
	return widened(&was, &is) != NULL;
}

struct terms
terms_with_item(struct sk_arena *a, const struct terms *t, const char *item,
    enum scope scope)
{
	struct item_scope *all = sk_arena_array(a, t->nitems + 1,
	    sizeof(*all));
	struct terms out = *t;

	out.nitems = 0;
	for (size_t i = 0; i < t->nitems; i++)
		if (strcmp(t->items[i].item, item) != 0)
			all[out.nitems++] = t->items[i];
	all[out.nitems++] = (struct item_scope){ item, scope };
	out.items = all;
	return out;
}

static enum scope
widest(const struct terms *t)
{
	enum scope most = t->scope;

	for (size_t i = 0; i < t->nitems; i++)
		if (t->items[i].scope > most)
			most = t->items[i].scope;
	return most;
}

enum assurance
terms_needed(const struct policy *p, const struct terms *old,
    const struct terms *new_)
{
	if (new_->withdrawn)
		return p->narrowing;
	if (old)
		return terms_widen(old, new_) ? p->wider : p->narrowing;
	return widest(new_) <= SCOPE_TASK_FORCE ? p->first_up_to_task_force :
	    p->wider;
}

bool
terms_assured(enum assurance have, enum assurance need)
{
	/* Whatever the policy says, somebody unknown confirms nothing. */
	return have > ASSURANCE_NONE && have >= need;
}

bool
terms_vouch_needs_two(const struct terms *t)
{
	return widest(t) >= SCOPE_ALL_MEMBERS;
}

int
terms_narrow_check(const struct terms *now, const struct terms *to,
    struct sk_error *e)
{
	const char *why;

	if (!now || !now->version || !now->locked)
		return sk_fail(e, SK_ERR_REFUSED, "terms", "no terms are in "
		    "force yet (R-059); the originator has to confirm first");
	why = widened(now, to);
	if (why)
		return sk_fail(e, SK_ERR_REFUSED, "terms", "%s; operators can "
		    "narrow and never widen (R-063): ask the originator",
		    why);
	return SK_OK;
}

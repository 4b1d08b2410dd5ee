/*
 * The council's rules read off the log: who may have the item after all that
 * happened? Written from the rules (domain.md, outputs 3 and 4), with sets as
 * bits and the newest entry looked up from behind; it shares no code with what
 * it judges.
 */
#include "council_events.h"

#include <string.h>

#include "council_model.h"

/* One version of the terms, as the log tells it. */
struct version {
	const struct terms *said;
	bool holds, ended;		/* in force; a withdrawal */
	int meant[2];			/* set of organisations, -1: unknown */
	unsigned vouchers;
	bool weak_yes;
};

struct told {
	struct version v[EV_TERMS];
	int n;
	bool sent, gone, dirty, agreed, approved, voided;
	int agreed_for;
	struct item item;
	unsigned approvers, list;
};

static const struct event *
last(const struct event_log *l, size_t until, enum event_kind kind, int a)
{
	for (size_t i = until; i-- > 0;)
		if (l->event[i].kind == kind && l->event[i].a == a)
			return &l->event[i];
	return NULL;
}

static int
value(const struct event_log *l, size_t until, enum event_kind kind, int a,
    int otherwise)
{
	const struct event *e = last(l, until, kind, a);

	return e ? e->b : otherwise;
}

static int
time_at(const struct event_log *l, size_t until)
{
	for (size_t i = until; i-- > 0;)
		if (l->event[i].kind == EV_TIME)
			return l->event[i].a;
	return 0;
}

/* Organisations by number: set 1 is the first, set 2 the second and fourth,
 * set 3 the third, fifth and sixth. */
static const unsigned members_of[4] = { 0, 1U << 0, 1U << 1 | 1U << 3,
	1U << 2 | 1U << 4 | 1U << 5 };

/* ---- terms ---- */

static const struct version *
holding(const struct told *t)
{
	for (int i = t->n; i-- > 0;)
		if (t->v[i].holds)
			return &t->v[i];
	return NULL;
}

static bool
keeps_out(const struct version *now, const struct version *old, size_t x)
{
	const char *words = old->said->exclusions[x].words;
	int was = old->meant[x];

	if (was == 0)
		return true;		/* meant nobody */
	for (size_t y = 0; y < now->said->nexclusions; y++) {
		int is = now->meant[y];
		bool same = !strcmp(words, now->said->exclusions[y].words);
		bool whole = was >= 0 && is >= 0 &&
		    !(members_of[was] & ~members_of[is]);

		if (whole || (same && (was < 0 || is < 0)))
			return true;
	}
	return false;
}

/* More of anything for this item; NULL: for any of those that are named. */
static bool
scope_is_more(const struct terms *a, const struct terms *b, const char *item)
{
	static const char *const all[] = { "I-aaaaaaa", "I-bbbbbbb", "I-c" };

	for (int i = 0; i < 3; i++)
		if ((!item || !strcmp(item, all[i])) &&
		    model_scope(b, all[i]) > model_scope(a, all[i]))
			return true;
	return false;
}

/* in any respect more than before. */
static bool
is_more_for(const struct version *old, const struct version *now,
    const char *item)
{
	const struct terms *a = old->said, *b = now->said;
	unsigned acts_a = a->coordination & ~1U, acts_b = b->coordination & ~1U;

	if (now->ended)
		return false;
	if (old->ended || scope_is_more(a, b, item) ||
	    b->secrecy > a->secrecy ||
	    (acts_b & ~acts_a))
		return true;
	if (a->secrecy == SECRECY_PARTS && b->secrecy == SECRECY_PARTS &&
	    strcmp(a->secret_parts, b->secret_parts))
		return true;
	for (size_t x = 0; x < a->nexclusions; x++)
		if (!keeps_out(now, old, x))
			return true;
	return false;
}

static bool
is_more(const struct version *old, const struct version *now)
{
	return is_more_for(old, now, NULL);
}

/* The widest that is said for anything. */
static int
reach(const struct terms *t)
{
	int a = model_scope(t, "I-aaaaaaa"), b = model_scope(t, "I-bbbbbbb");

	return a > b ? a : b;
}

/* The ladder: first terms up to the task force by token and aligned, all that
 * is wider by signature, what narrows by token. */
static int
wanted(const struct version *old, const struct version *now)
{
	if (now->ended || (old && !is_more(old, now)))
		return ASSURANCE_TOKEN;
	if (!old && reach(now->said) <= SCOPE_TASK_FORCE)
		return ASSURANCE_TOKEN_ALIGNED;
	return ASSURANCE_SIGNATURE;
}

static void
forget_approvals(struct told *t)
{
	t->approvers = t->list = 0;
	t->approved = false;
}

static void
comes_into_force(struct told *t, struct version *now)
{
	const struct version *old = holding(t);

	const char *item = t->item.id;

	if (old && t->approved && !t->sent && !t->gone &&
	    is_more_for(old, now, item))
		forget_approvals(t);
	/* Sent already: agreed to for more people in its wording, it is looked
	 * at once more. A withdrawal gives nothing. */
	else if (old && t->sent && !t->gone && item &&
	    model_scope(now->said, item) > (int)now->said->scope &&
	    model_scope(now->said, item) > model_scope(old->said, item)) {
		forget_approvals(t);
		t->sent = false;
	}
	now->holds = true;
	now->weak_yes = false;
}

static bool
known_by_people(const struct version *v)
{
	unsigned need = reach(v->said) >= SCOPE_ALL_MEMBERS ? 2 : 1;

	return (unsigned)__builtin_popcount(v->vouchers) >= need;
}

static struct version *
adds(struct told *t, const struct terms *said)
{
	struct version *v = &t->v[t->n++];

	*v = (struct version){ .said = said, .meant = { -1, -1 } };
	return v;
}

static void
on_terms(struct told *t, const struct event *e)
{
	const struct version *old = holding(t);
	struct version *v = t->n ? &t->v[t->n - 1] : NULL;

	switch (e->kind) {
	case EV_PROPOSE:
		if (t->n == EV_TERMS || e->a < ASSURANCE_TOKEN)
			return;
		v = adds(t, &e->terms);
		if (old && !is_more(old, v))
			comes_into_force(t, v);
		return;
	case EV_YES:
		if (!v || v->holds || e->a < ASSURANCE_TOKEN)
			return;
		if (e->a >= wanted(old, v) || known_by_people(v))
			comes_into_force(t, v);
		else
			v->weak_yes = true;
		return;
	case EV_VOUCH:
		if (!v || v->holds)
			return;
		v->vouchers |= 1U << e->a;
		if (v->weak_yes && known_by_people(v))
			comes_into_force(t, v);
		return;
	case EV_NARROW: {
		struct version to = { .said = &e->terms, .meant = { -1, -1 } };

		if (t->n < EV_TERMS && old && !old->ended &&
		    !is_more(old, &to))
			comes_into_force(t, adds(t, &e->terms));
		return;
	}
	case EV_MAP:
		if (v && (size_t)e->a < v->said->nexclusions)
			v->meant[e->a] = e->b;
		return;
	default:			/* EV_WITHDRAW */
		if (t->n == EV_TERMS || e->a < ASSURANCE_TOKEN)
			return;
		v = adds(t, old ? old->said : &e->terms);
		v->ended = true;
		if (old)
			memcpy(v->meant, old->meant, sizeof(v->meant));
		comes_into_force(t, v);
	}
}

/* ---- whom it may reach ---- */

/* The item and the terms as the gate's model wants them. */
static void
model_of(const struct told *t, struct item *i, struct terms *terms,
    struct exclusion x[2])
{
	const struct version *v = holding(t);

	*i = t->item;
	i->has_consent = t->agreed;
	i->consent_scope = (enum scope)t->agreed_for;
	*terms = (struct terms){ 0 };
	if (!v)
		return;
	*terms = *v->said;
	terms->version = 1;
	terms->locked = true;
	terms->withdrawn = v->ended;
	for (size_t k = 0; k < terms->nexclusions; k++) {
		x[k] = (struct exclusion){ .words = "x",
			.mapped = v->meant[k] >= 0 };
		if (x[k].mapped)
			x[k].orgs = event_orgs(v->meant[k], &x[k].norgs);
	}
	terms->exclusions = x;
}

static bool
may(const struct event_log *l, size_t until, const struct told *t, int p,
    bool key_matters, bool approvals_matter)
{
	static const char *const as_listed[] = { "acme", "bank", "CITY",
		"dept", "econ", "fuji" };
	struct org o = l->org[p / 2];
	struct person who = l->person[p];
	struct exclusion x[2];
	struct terms terms;
	struct item i;
	int key = value(l, until, EV_KEY, p, 0);
	int foreign = value(l, until, EV_FOREIGN, p / 2, o.foreign_capital);

	model_of(t, &i, &terms, x);
	o.id = as_listed[p / 2];
	o.class = (enum member_class)value(l, until, EV_CLASS, p / 2,
	    (int)o.class);
	o.state = (enum org_state)value(l, until, EV_STATE, p / 2, 0);
	o.foreign_capital = foreign & 1;
	o.tf_approval = foreign & 2 ? "x" : NULL;
	o.receive_secret = value(l, until, EV_SECRET_OK, p / 2,
	    o.receive_secret);
	who.active = value(l, until, EV_ACTIVE, p, 1);
	who.account = value(l, until, EV_ACCOUNT, p, who.account);
	who.roles = (uint32_t)value(l, until, EV_ROLES, p, (int)who.roles);
	who.address_personal = value(l, until, EV_PERSONAL, p, 1);
	who.fpr = "F";
	who.key_state = !key_matters || key > time_at(l, until) ? "" : "bad";
	i.state = t->gone ? ITEM_WITHDRAWN : t->approved ? ITEM_APPROVED :
	    ITEM_DRAFT;
	i.frozen = t->list != 0;
	i.approvals = (unsigned)__builtin_popcount(t->approvers);
	i.approvals_void = t->voided;
	return model_send(&(struct gate_ask){ .org = &o, .person = &who,
	    .item = &i, .terms = &terms, .on_frozen_list = t->list >> p & 1,
	    .leave_approvals = !approvals_matter,
	    .deny_list_clean = !t->dirty });
}

/* R-094, L12: for an item stated as the rules want it, by somebody who has
 * looked at it as it is now; the last approval closes the list. */
static void
on_approval(const struct event_log *l, size_t at, struct told *t, int who)
{
	const struct version *v = holding(t);
	struct item i;
	unsigned list = 0, need;

	if (t->gone || t->sent || !v || t->dirty)
		return;
	if (v->ended || v->said->scope == SCOPE_UNKNOWN)
		return;
	for (int p = 0; p < EV_PEOPLE; p++)
		list |= (unsigned)may(l, at, t, p, false, false) << p;
	i = t->item;
	need = i.secret ? 2 : 1;
	if (!list)
		return;
	t->approvers |= 1U << who;
	t->voided = false;
	if (!t->approved &&
	    (unsigned)__builtin_popcount(t->approvers) >= need) {
		t->approved = true;
		t->list = list;
	}
}

static void
on_item(const struct event_log *l, size_t at, struct told *t)
{
	const struct event *e = &l->event[at];

	switch (e->kind) {
	case EV_EDIT:
		if (t->gone || t->sent)
			return;
		t->item = e->item;
		forget_approvals(t);
		return;
	case EV_APPROVE: on_approval(l, at, t, e->a); return;
	case EV_VOID:
		t->approvers = t->list = 0;
		t->voided = true;
		return;
	case EV_SEND: t->sent = t->sent || (t->approved && !t->gone); return;
	case EV_RETRACT: t->gone = true; return;
	case EV_DENY: t->dirty = e->a; return;
	case EV_CONSENT: t->agreed = e->a; t->agreed_for = e->b; return;
	default: return;
	}
}

unsigned
replay_send(const struct event_log *log)
{
	struct told t = { .n = 0 };
	unsigned who = 0;

	for (size_t i = 0; i < log->n; i++) {
		enum event_kind k = log->event[i].kind;

		if (k >= EV_PROPOSE && k <= EV_WITHDRAW)
			on_terms(&t, &log->event[i]);
		else
			on_item(log, i, &t);
	}
	for (int p = 0; p < EV_PEOPLE; p++)
		who |= (unsigned)may(log, log->n, &t, p, true, true) << p;
	return who;
}

/*
 * Random councils and what happens to them, carried out with the program's own
 * rules: terms by versions, approvals, frozen lists, keys and their time.
 */
#include "council_events.h"

#include <string.h>

uint64_t
events_next(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s * UINT64_C(0x2545f4914f6cdd1d) >> 24;
}

static int
pick(uint64_t *s, int n)
{
	return (int)(events_next(s) % (uint64_t)n);
}

static bool
seldom(uint64_t *s)
{
	return pick(s, 8) == 0;
}

static const char *const org_ids[EV_ORGS] = { "acme", "bank", "city", "dept",
	"econ", "fuji" };
static const char *const sets[][3] = { { NULL }, { "acme" },
	{ "bank", "dept" }, { "CITY", "econ", "fuji" } };

const char *const *
event_orgs(int set, size_t *n)
{
	for (*n = 0; *n < 3 && sets[set][*n]; (*n)++)
		;
	return sets[set];
}

/* ---- chance ---- */

static struct org
some_org(uint64_t *s, int i)
{
	static const enum org_kind kinds[] = { ORG_CRITICAL_INFRASTRUCTURE,
		ORG_CYBER_BUSINESS, ORG_NATIONAL_BODY, ORG_COORDINATOR,
		ORG_GOV_SECRETARIAT };

	return (struct org){ .id = org_ids[i], .name = "x",
		.class = CLASS1 + pick(s, 3),
		.kind = kinds[seldom(s) ? pick(s, 5) : 0],
		.state = ORG_ACTIVE, .foreign_capital = seldom(s),
		.receive_secret = !seldom(s) };
}

static struct person
some_person(uint64_t *s, int p)
{
	return (struct person){ .id = "p", .org = org_ids[p / 2],
		.name = "x", .address = "x@example.jp", .active = true,
		.account = !seldom(s), .address_personal = true,
		.roles = seldom(s) ? ROLE_POC : ROLE_POC | ROLE_HANDLER,
		.language = "ja" };
}

static struct terms
some_terms(uint64_t *s, struct exclusion *x)
{
	static const char *const words[] = { "監督官庁", "the ministry" };
	static const struct item_scope own[] = {
		{ "I-aaaaaaa", SCOPE_CLASS1_GROUP },
		{ "I-aaaaaaa", SCOPE_TASK_FORCE },
		{ "I-bbbbbbb", SCOPE_ALL_MEMBERS },
		{ "I-aaaaaaa", SCOPE_ALL_MEMBERS },
		{ "I-bbbbbbb", SCOPE_PUBLIC }, { "I-aaaaaaa", SCOPE_PUBLIC },
	};
	struct terms t = { .scope = SCOPE_COORDINATOR + pick(s, 6),
		.secrecy = SECRECY_ALL + pick(s, 3),
		.coordination = 1U << pick(s, 4),
		.nexclusions = seldom(s) ? 1 + (size_t)pick(s, 2) : 0 };

	if (pick(s, 3) == 0) {
		size_t from = (size_t)pick(s, 6);

		t.items = &own[from];
		t.nitems = 1 + (size_t)pick(s, 6 - (int)from);
	}
	if (t.secrecy == SECRECY_PARTS)
		t.secret_parts = pick(s, 2) ? "the name" : "the host";
	for (size_t i = 0; i < t.nexclusions; i++)
		x[i] = (struct exclusion){ .words = words[pick(s, 2)] };
	return t;
}

static struct item
some_item(uint64_t *s)
{
	static const enum category often[] = { CATEGORY_DESTINATION,
		CATEGORY_COUNTERMEASURE, CATEGORY_ATTACK_IDENTIFIER,
		CATEGORY_AFFECTED_SECTOR };

	return (struct item){ .id = "I-aaaaaaa",
		.category = seldom(s) ? (enum category)pick(s, CATEGORY_LAST) :
		    often[pick(s, 4)],
		.confidence = CONFIDENCE_RAW + pick(s, 3),
		.victim_inferable = seldom(s),
		.special = seldom(s) ? 1U << pick(s, 4) : 0,
		.secret = pick(s, 2), .tlp = TLP_CLEAR + pick(s, 5),
		.onward = seldom(s) ? pick(s, 4) : ONWARD_NONE,
		.confidential = seldom(s) };
}

void
events_begin(uint64_t *s, const struct policy *p, struct event_log *log,
    struct council_state *c)
{
	memset(log, 0, sizeof(*log));
	memset(c, 0, sizeof(*c));
	for (int i = 0; i < EV_ORGS; i++)
		log->org[i] = some_org(s, i);
	for (int i = 0; i < EV_PEOPLE; i++)
		log->person[i] = some_person(s, i);
	memcpy(c->org, log->org, sizeof(c->org));
	memcpy(c->person, log->person, sizeof(c->person));
	c->policy = p;
}

static void
fill(uint64_t *s, struct event *e, const struct council_state *c)
{
	static struct exclusion x[EV_LOG][2];
	static size_t at;

	switch (e->kind) {
	case EV_CLASS: e->b = CLASS1 + pick(s, 3); break;
	case EV_STATE: e->b = pick(s, 2) ? 0 : pick(s, 4); break;
	case EV_FOREIGN: case EV_ROLES: e->b = pick(s, 4); break;
	case EV_KEY: e->b = seldom(s) ? 0 : (int)c->now + 1 + pick(s, 40);
		break;
	case EV_TIME: e->a = (int)c->now + pick(s, 6); break;
	case EV_PROPOSE: case EV_NARROW:
		at = (at + 1) % EV_LOG;
		e->terms = some_terms(s, x[at]);
		e->terms.exclusions = x[at];
		/* fallthrough */
	case EV_YES: case EV_WITHDRAW:
		e->a = seldom(s) ? pick(s, 5) : ASSURANCE_SIGNATURE; break;
	case EV_MAP: e->a = pick(s, 2); e->b = pick(s, 4); break;
	case EV_EDIT: e->item = some_item(s); break;
	case EV_APPROVE: case EV_VOUCH: e->a = pick(s, EV_APPROVERS); break;
	case EV_DENY: e->a = seldom(s); break;
	case EV_CONSENT: e->a = pick(s, 3) > 0;
		e->b = SCOPE_COORDINATOR + pick(s, 5); break;
	default: e->b = pick(s, 4) > 0; break;
	}
}

/* What leads to a sending comes more often than what stops one. */
static const enum event_kind often[] = { EV_PROPOSE, EV_YES, EV_EDIT,
	EV_APPROVE, EV_APPROVE, EV_APPROVE, EV_KEY, EV_KEY, EV_MAP, EV_YES };

struct event *
events_add(uint64_t *s, struct event_log *log, const struct council_state *c)
{
	struct event *e = &log->event[log->n++];

	*e = (struct event){ .kind = pick(s, 3) ? often[pick(s, 10)] :
		(enum event_kind)pick(s, EV_KINDS) };
	switch (e->kind) {
	case EV_CLASS: case EV_STATE: case EV_FOREIGN: case EV_SECRET_OK:
		e->a = pick(s, EV_ORGS);
		break;
	default:
		e->a = pick(s, EV_PEOPLE);
	}
	fill(s, e, c);
	if (e->kind == EV_WITHDRAW && pick(s, 3))
		e->kind = EV_TIME, e->a = (int)c->now;
	return e;
}

/* ---- the program's side ---- */

static struct terms *
newest(struct council_state *c)
{
	return c->nterms ? &c->terms[c->nterms - 1] : NULL;
}

static struct terms *
in_force(struct council_state *c)
{
	for (size_t i = c->nterms; i-- > 0;)
		if (c->terms[i].locked)
			return &c->terms[i];
	return NULL;
}

static struct terms *
add_terms(struct council_state *c, const struct terms *t)
{
	struct terms *n = &c->terms[c->nterms];

	*n = *t;
	for (size_t i = 0; i < t->nexclusions; i++)
		c->exclusion[c->nterms][i] = t->exclusions[i];
	n->exclusions = c->exclusion[c->nterms];
	n->version = (uint32_t)++c->nterms;
	n->locked = false;
	c->vouched = 0;
	c->yes = false;
	return n;
}

static void
to_draft(struct council_state *c)
{
	c->approvers = c->frozen = 0;
	c->item.approvals_void = true;
	c->item.frozen = false;
	c->item.state = ITEM_DRAFT;
}

static void
lock(struct council_state *c, struct terms *t, enum assurance have)
{
	struct terms *old = in_force(c);
	const struct item *i = &c->item;
	bool own = old && i->id && terms_scope_for(t, i->id) > t->scope &&
	    terms_scope_for(t, i->id) > terms_scope_for(old, i->id);
	bool wider = old && terms_widen_for(old, t, i->id);

	t->locked = true;
	t->assurance = have;
	c->yes = false;
	if ((wider && i->state == ITEM_APPROVED) ||
	    (own && i->state == ITEM_SENT))
		to_draft(c);
}

static unsigned
ones(unsigned bits)
{
	unsigned n = 0;

	for (; bits; bits &= bits - 1)
		n++;
	return n;
}

static bool
vouched_enough(const struct council_state *c, const struct terms *t)
{
	return ones(c->vouched) >= (terms_vouch_needs_two(t) ? 2U : 1U);
}

static void
yes(struct council_state *c, enum assurance have)
{
	struct terms *t = newest(c);

	if (!t || t->locked || have < c->policy->narrowing)
		return;
	if (terms_assured(have, terms_needed(c->policy, in_force(c), t)))
		lock(c, t, have);
	else if (vouched_enough(c, t))
		lock(c, t, ASSURANCE_VOUCHED);
	else
		c->yes = true;
}

static void
propose(struct council_state *c, const struct event *e)
{
	struct terms *old = in_force(c), *t;

	if (c->nterms == EV_TERMS || e->a < (int)c->policy->narrowing)
		return;
	t = add_terms(c, &e->terms);
	if (old && !terms_widen(old, t))
		lock(c, t, (enum assurance)e->a);
}

static void
narrow(struct council_state *c, const struct event *e)
{
	struct sk_error err;

	if (c->nterms < EV_TERMS && in_force(c) && !in_force(c)->withdrawn &&
	    terms_narrow_check(in_force(c), &e->terms, &err) == SK_OK)
		lock(c, add_terms(c, &e->terms), in_force(c)->assurance);
}

static void
map(struct council_state *c, const struct event *e)
{
	struct terms *t = newest(c);
	struct exclusion *x;

	if (!t || (size_t)e->a >= t->nexclusions)
		return;
	x = &c->exclusion[t->version - 1][e->a];
	x->mapped = true;
	x->orgs = event_orgs(e->b, &x->norgs);
}

static void
take_back(struct council_state *c, enum assurance have)
{
	struct terms gone = in_force(c) ? *in_force(c) :
	    (struct terms){ .scope = SCOPE_COORDINATOR };

	if (c->nterms == EV_TERMS || !terms_assured(have,
	    c->policy->narrowing))
		return;
	gone.withdrawn = true;
	lock(c, add_terms(c, &gone), have);
}

static bool
listable(struct council_state *c, int p)
{
	struct gate_answer g;
	bool was = c->item.frozen;

	c->item.frozen = false;
	g = gate_send(&(struct gate_ask){ .policy = c->policy,
	    .org = &c->org[p / 2], .person = &c->person[p], .item = &c->item,
	    .terms = in_force(c), .leave_approvals = true,
	    .deny_list_clean = !c->denied });
	c->item.frozen = was;
	return g.send || g.key_only;
}

/* verbs_approve.c: held against matrix, terms and deny-list; the last one
 * freezes whom it could reach. */
static void
approve(struct council_state *c, int who)
{
	struct sk_error err;
	unsigned list = 0;

	if (c->item.state == ITEM_WITHDRAWN || c->item.state == ITEM_SENT ||
	    !in_force(c) || c->denied ||
	    item_check(c->policy, &c->item, in_force(c), &err))
		return;
	for (int p = 0; p < EV_PEOPLE; p++)
		list |= (unsigned)listable(c, p) << p;
	if (!list)
		return;
	c->approvers |= 1U << who;
	c->item.approvals_void = false;
	c->item.approvals = ones(c->approvers);
	if (c->item.state == ITEM_DRAFT && c->item.approvals >=
	    (c->item.secret ? c->policy->approvals_secret :
	    c->policy->approvals_plain)) {
		c->item.state = ITEM_APPROVED;
		c->item.frozen = true;
		c->frozen = list;
	}
}

static void
edit(struct council_state *c, const struct event *e)
{
	struct item was = c->item;

	if (was.state == ITEM_WITHDRAWN || was.state == ITEM_SENT)
		return;
	c->item = e->item;
	c->item.has_consent = was.has_consent;
	c->item.consent_scope = was.consent_scope;
	to_draft(c);
}

/* By the clock, as key_unusable() says it. */
static void
judge_keys(struct council_state *c)
{
	for (int p = 0; p < EV_PEOPLE; p++) {
		c->person[p].fpr = c->key_until[p] ? "F" : NULL;
		c->person[p].key_state = !c->key_until[p] ? "no-key" :
		    c->key_until[p] <= c->now ? "key-expired" : "";
	}
}

void
events_do(struct council_state *c, const struct event *e)
{
	struct org *o = &c->org[e->a % EV_ORGS];
	struct person *p = &c->person[e->a % EV_PEOPLE];

	switch (e->kind) {
	case EV_CLASS: o->class = (enum member_class)e->b; break;
	case EV_STATE: o->state = (enum org_state)e->b; break;
	case EV_FOREIGN:
		o->foreign_capital = e->b & 1;
		o->tf_approval = e->b & 2 ? "x" : NULL;
		break;
	case EV_SECRET_OK: o->receive_secret = e->b; break;
	case EV_ACTIVE: p->active = e->b; break;
	case EV_ACCOUNT: p->account = e->b; break;
	case EV_ROLES: p->roles = (uint32_t)e->b; break;
	case EV_PERSONAL: p->address_personal = e->b; break;
	case EV_KEY: c->key_until[e->a] = e->b; break;
	case EV_TIME: c->now = e->a; break;
	case EV_PROPOSE: propose(c, e); break;
	case EV_YES: yes(c, (enum assurance)e->a); break;
	case EV_VOUCH:
		if (!newest(c) || newest(c)->locked)
			break;
		c->vouched |= 1U << e->a;
		if (c->yes && vouched_enough(c, newest(c)))
			lock(c, newest(c), ASSURANCE_VOUCHED);
		break;
	case EV_NARROW: narrow(c, e); break;
	case EV_MAP: map(c, e); break;
	case EV_WITHDRAW: take_back(c, (enum assurance)e->a); break;
	case EV_EDIT: edit(c, e); break;
	case EV_APPROVE: approve(c, e->a); break;
	case EV_VOID:		/* as the store does: the state stays */
		c->approvers = c->frozen = c->item.approvals = 0;
		c->item.approvals_void = true;
		c->item.frozen = false;
		break;
	case EV_SEND:
		if (c->item.state == ITEM_APPROVED)
			c->item.state = ITEM_SENT;
		break;
	case EV_RETRACT: c->item.state = ITEM_WITHDRAWN; break;
	case EV_DENY: c->denied = e->a; break;
	case EV_CONSENT:
		c->item.has_consent = e->a;
		c->item.consent_scope = (enum scope)e->b;
		break;
	case EV_KINDS: break;
	}
	judge_keys(c);
}

struct gate_answer
events_gate(struct council_state *c, int person)
{
	return gate_send(&(struct gate_ask){ .policy = c->policy,
	    .org = &c->org[person / 2], .person = &c->person[person],
	    .item = &c->item, .terms = in_force(c),
	    .on_frozen_list = c->frozen >> person & 1,
	    .deny_list_clean = !c->denied });
}

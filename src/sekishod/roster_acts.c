/*
 * Acts on the roster. An organisation or a person is never deleted, and nothing
 * is changed without a dated row that says from what, to what, by which
 * approval and by whom.
 */
#include "roster_acts.h"

#include <string.h>

#include <sekisho/calendar.h>
#include <sekisho/clock.h>
#include <sekisho/text.h>

#include "delivery.h"

int
act_of(struct command *c, struct act *out)
{
	const char *date = command_str(c, "date");

	*out = (struct act){ .reference = command_str(c, "approval"),
		.reason = command_str(c, "reason"), .date = c->now };
	if (!date)
		return SK_OK;
	if (sk_day_parse(date, &out->date))
		return sk_fail(&c->e, SK_ERR_USAGE, "--date", "\"%s\" is no "
		    "day: write 2026-04-01", date);
	if (out->date > c->now)
		return sk_fail(&c->e, SK_ERR_USAGE, "--date", "%s is to come: "
		    "do it on that day, it takes effect at once", date);
	return SK_OK;
}

int
act_known(struct command *c, struct roster_known *out)
{
	const struct policy *p = c->d->policy;
	int r = command_store(c, store_roster(c->d->store, c->arena, false,
	    out), "roster");

	out->sectors = p->sectors;
	out->nsectors = p->nsectors;
	out->reference_needed = p->membership_reference;
	return r;
}

void
ask_for_handler(struct sk_json *questions, const struct org *o,
    const struct roster_known *k)
{
	if (!o->receive_secret || o->state != ORG_ACTIVE)
		return;
	for (size_t i = 0; i < k->npersons; i++)
		if (k->persons[i].active &&
		    (k->persons[i].roles & ROLE_HANDLER) &&
		    strcmp(k->persons[i].org, o->id) == 0)
			return;
	sk_json_add_str(questions, "it receives secrets and has no handler, "
	    "so nobody there will get one: who is it? (R-108)");
}

/* ---- history ---- */

struct telling {
	struct command *c;
	const char *org, *person;
	const struct act *act;
	int r;
};

static void
tell(struct telling *t, const char *what, const char *from, const char *to)
{
	struct roster_event e = {
		.time = t->c->now, .date = t->act->date, .person = t->person,
		.what = what, .from = from, .to = to,
		.reference = t->act->reference, .reason = t->act->reason,
		.who = t->c->actor,
	};

	if (!t->r)
		t->r = command_store(t->c, store_roster_event(
		    t->c->d->store, t->org, &e), t->org);
}

static void
tell_text(struct telling *t, const char *what, const char *from,
    const char *to)
{
	if (strcmp(from ? from : "", to ? to : "") != 0)
		tell(t, what, from, to);
}

static const char *
yes_no(bool yes)
{
	return yes ? "yes" : "no";
}

static void
tell_org(struct telling *t, const struct org *old, const struct org *new)
{
	struct org none = { .name = new->name, .kind = new->kind,
		.state = ORG_ACTIVE };

	if (!old)
		tell(t, "admitted", NULL, new->name);
	old = old ? old : &none;
	tell_text(t, "name", old->name, new->name);
	tell_text(t, "class", old->class ? word_of(WORDS_CLASS,
	    (int)old->class) : NULL, word_of(WORDS_CLASS, (int)new->class));
	tell_text(t, "org-kind", word_of(WORDS_ORG_KIND, (int)old->kind),
	    word_of(WORDS_ORG_KIND, (int)new->kind));
	tell_text(t, "state", word_of(WORDS_ORG_STATE, (int)old->state),
	    word_of(WORDS_ORG_STATE, (int)new->state));
	tell_text(t, "foreign-capital", yes_no(old->foreign_capital),
	    yes_no(new->foreign_capital));
	tell_text(t, "tf-approval", old->tf_approval, new->tf_approval);
	tell_text(t, "receive-secret", yes_no(old->receive_secret),
	    yes_no(new->receive_secret));
	tell_text(t, "agreed", yes_no(old->agreed), yes_no(new->agreed));
	tell_text(t, "competent-for", old->competent_for,
	    new->competent_for);
	tell_text(t, "supervises", old->supervises, new->supervises);
	tell_text(t, "approval", old->approval, new->approval);
}

static const char *
roles(const struct person *p)
{
	return p->roles == ROLE_POC ? "poc" : p->roles == ROLE_HANDLER ?
	    "handler" : "poc+handler";
}

static void
tell_person(struct telling *t, const struct person *old,
    const struct person *new)
{
	if (!old || (!old->active && new->active)) {
		tell(t, "registered", NULL, new->org);
		tell(t, "address", NULL, new->address);
		tell(t, "roles", NULL, roles(new));
		tell(t, "account", NULL, yes_no(new->account));
		return;
	}
	tell_text(t, "org", old->org, new->org);
	tell_text(t, "name", old->name, new->name);
	tell_text(t, "address", old->address, new->address);
	tell_text(t, "roles", roles(old), roles(new));
	tell_text(t, "account", yes_no(old->account), yes_no(new->account));
	tell_text(t, "language", old->language, new->language);
	if (old->scheme != new->scheme)
		tell(t, "scheme", NULL, new->scheme == KEY_SMIME ? "smime" :
		    "openpgp");
	if (old->address_personal != new->address_personal ||
	    (old->doubt && !new->doubt))
		tell(t, "personal", old->doubt, yes_no(
		    new->address_personal));
	if (!old->acknowledged && new->acknowledged)
		tell(t, "acknowledged", NULL, NULL);
	if (old->active && !new->active)
		tell(t, "removed", old->org, NULL);
}

/* ---- organisations ---- */

static const char *
attested(struct command *c)
{
	return sk_arena_printf(c->arena, "attested by %s", c->actor);
}

static void
approve(struct command *c, const struct org *old, struct org *new,
    const struct act *act)
{
	bool same = old && old->class == new->class &&
	    (old->state == new->state || new->state != ORG_ACTIVE);

	if (act->reference)
		new->approval = act->reference;
	else if (same || (new->approval && (!old || !old->approval ||
	    strcmp(old->approval, new->approval) != 0)))
		return;		/* as it was, or as a sheet named it */
	else
		new->approval = c->d->policy->membership_reference ? NULL :
		    attested(c);
}

static int
store_org(struct command *c, const struct org *old, const struct org *new,
    const struct act *act)
{
	struct telling t = { c, new->id, NULL, act, SK_OK };
	int r = command_store(c, store_org_put(c->d->store, new, c->now),
	    new->id);

	if (r)
		return r;
	tell_org(&t, old, new);
	return t.r ? t.r : command_audit(c, old ? "org.change" : "org.add",
	    new->id, sk_arena_printf(c->arena, "class=%s state=%s",
	    word_of(WORDS_CLASS, (int)new->class),
	    word_of(WORDS_ORG_STATE, (int)new->state)));
}

int
act_put_org(struct command *c, const struct org *old, struct org *new,
    const struct act *act)
{
	struct roster_known k;
	int r;

	approve(c, old, new, act);
	r = act_known(c, &k);
	if (!r)
		r = roster_check_org(new, &k, &c->e);
	for (size_t i = 0; !r && i < k.npersons; i++)
		if (old && old->kind != new->kind && k.persons[i].active &&
		    strcmp(k.persons[i].org, new->id) == 0)
			r = roster_check_person(&k.persons[i], new, &k,
			    &c->e);
	if (!r)
		r = store_org(c, old, new, act);
	if (!r && old && old->receive_secret != new->receive_secret)
		r = tell_secret(c, new, &k, act->date);
	return r;
}

/* ---- persons ---- */

/* A registration begins anew: dates, and no key of the one before. */
static void
begin(struct command *c, struct person *p, const struct act *act)
{
	const struct policy *y = c->d->policy;

	p->applied = act->date;
	p->due = calendar_due(act->date, sk_tz_minutes(act->date),
	    y->registration_due_business_days, y->holidays, y->nholidays);
	p->removed = p->acknowledged = 0;
	p->doubt = NULL;
	p->active = true;
}

static int
apart_from_before(struct command *c, const struct person *old,
    const struct person *new)
{
	if (!old || strcmp(old->org, new->org) == 0)
		return SK_OK;
	return sk_fail(&c->e, SK_ERR_REFUSED, "--org", "%s belongs to %s: "
	    "remove the person there and register them here under another "
	    "identifier, with a key of their own", new->id, old->org);
}

/* Mail came back from the address of before: what was held goes to this one. */
static int
moved(struct command *c, const struct person *old, const struct person *new)
{
	size_t n;
	int r;

	if (!old || sk_ascii_ieq(old->address, new->address))
		return SK_OK;
	r = returned_release(c->d, c->arena, new->id, new->address, c->actor,
	    "address-changed", &n);
	return r == SK_ERR_NOINPUT ? SK_OK : command_store(c, r, new->id);
}

/* What the POCs see of it (T-29). */
static int
tell_change(struct command *c, const struct person *old,
    const struct person *new, const struct roster_known *k)
{
	if (!old || !old->active)
		return tell_registration(c, new, "ADD", k);
	if (old->roles != new->roles || old->account != new->account)
		return tell_registration(c, new, "KEEP", k);
	return SK_OK;
}

int
act_put_person(struct command *c, const struct person *old,
    struct person *new, bool fits, const struct act *act)
{
	struct telling t = { c, new->org, new->id, act, SK_OK };
	struct roster_known k;
	struct org o;
	int r = apart_from_before(c, old, new);

	if (!r)
		r = command_org(c, new->org, &o);
	if (!r && (o.state == ORG_WITHDRAWN || o.state == ORG_EXPELLED))
		r = sk_fail(&c->e, SK_ERR_REFUSED, o.id, "is no member any "
		    "more (%s): `org resume` comes first",
		    word_of(WORDS_ORG_STATE, (int)o.state));
	if (!old || !old->active)
		begin(c, new, act);
	if (!r)
		r = act_known(c, &k);
	if (!r)
		r = roster_check_person(new, &o, fits ? &k : NULL, &c->e);
	if (!r)
		r = command_store(c, store_person_put(c->d->store, new,
		    c->now), new->id);
	if (r)
		return r;
	tell_person(&t, old, new);
	if (!t.r)
		t.r = command_audit(c, old ? "person.change" : "person.add",
		    new->id, sk_arena_printf(c->arena, "org=%s account=%s",
		    new->org, yes_no(new->account)));
	if (!t.r)
		t.r = moved(c, old, new);
	return t.r ? t.r : tell_change(c, old, new, &k);
}

/* ---- endings ---- */

int
act_end_person(struct command *c, const struct person *p, const char *why,
    const struct act *act, struct recall *out)
{
	struct telling t = { c, p->org, p->id, act, SK_OK };
	struct person gone = *p;
	size_t before = out->stopped;
	int r;

	gone.active = false;
	gone.removed = act->date;
	r = command_store(c, store_person_put(c->d->store, &gone, c->now),
	    p->id);
	if (!r)
		r = command_store(c, store_key_retire(c->d->store, p->id),
		    p->id);
	/* Who comes back is asked for one anew (T-39). */
	if (!r)
		r = command_store(c, store_hold_end(c->d->store, p->id),
		    p->id);
	if (!r)
		r = recall_copies(c, p->id, why, false, out);
	if (!r)
		r = command_store(c, returned_left(c->d, c->arena, p->id,
		    c->actor), p->id);
	if (r)
		return r;
	tell_person(&t, p, &gone);
	if (!t.r)
		t.r = command_audit(c, "person.remove", p->id,
		    sk_arena_printf(c->arena, "stopped=%zu", out->stopped -
		    before));
	return t.r ? t.r : tell_removed(c, p, act->date);
}

int
act_end_org(struct command *c, const struct org *o, enum org_state state,
    const struct act *act, struct recall *out)
{
	const char *why = gate_word(GATE_MEMBER_INACTIVE);
	struct roster_known k;
	struct org gone = *o;
	int r = act_known(c, &k);

	gone.state = state;
	*out = (struct recall){ 0 };
	for (size_t i = 0; !r && i < k.npersons; i++) {
		const struct person *p = &k.persons[i];

		if (!p->active || strcmp(p->org, o->id) != 0)
			continue;
		r = state == ORG_SUSPENDED ? recall_copies(c, p->id, why,
		    true, out) : act_end_person(c, p, why, act, out);
	}
	/* Nothing that could be wrong with it keeps it from ending. */
	if (!r)
		r = store_org(c, o, &gone, act);
	if (!r && state != ORG_SUSPENDED)
		r = tell_withdrawn(c, o, &k, act->date);
	return r;
}

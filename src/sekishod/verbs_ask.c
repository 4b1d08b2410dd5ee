/*
 * What members are asked, and what a non-member is told of others' items:
 * a question again to those who have not answered (T-16), a request under
 * Article 17(3) (T-17; ), a match (T-21; R-100). All are copies
 * of digests: the gate, the deny-list and the hand-over ask the same of them.
 */
#include <string.h>

#include <sekisho/text.h>

#include "command.h"
#include "digests.h"
#include "delivery.h"

#define COPIES_MAX 100000

static int
result(struct command *c, size_t copies, int64_t digest)
{
	c->out = sk_json_document("asked");
	sk_json_set_bool(c->out, "sent", command_flag(c, "yes"));
	if (digest)
		sk_json_set_int(c->out, "digest", digest);
	sk_json_set_int(c->out, "copies", (int64_t)copies);
	outbox_kick(c->d->outbox);
	return SK_OK;
}

static int
named_items(struct command *c, struct digest_plan *p)
{
	const char *const *ids, *one = command_str(c, "item");
	size_t n = one ? 1 : command_many(c, "item", &ids);

	if (one)
		ids = &one;
	p->items = sk_arena_array(c->arena, n + 1, sizeof(*p->items));
	if (!n || n > LIMIT_DIGEST_ITEMS)
		return sk_fail(&c->e, SK_ERR_USAGE, "ITEM", "name 1 to %d "
		    "items", LIMIT_DIGEST_ITEMS);
	for (size_t i = 0; i < n; i++) {
		int r = gatekeeper_item(c->d, c->arena, ids[i],
		    &p->items[p->n++], &c->e);

		if (r)
			return r;
	}
	return SK_OK;
}

/* ---- T-16 ---- */

/* Asked once: whoever was reminded of it, or has answered, is left alone. */
static int
settled(struct command *c, const char *item, const char *person, bool *out)
{
	struct answer_record *x = NULL;
	struct copy_record *past = NULL;
	size_t n = 0, np = 0;
	int r = store_answers(c->d->store, c->arena, item, &x, &n);

	*out = false;
	for (size_t i = 0; i < n && !r; i++)
		*out |= strcmp(x[i].person, person) == 0;
	if (!r)
		r = store_copies_of(c->d->store, c->arena, person,
		    COPIES_MAX, &past, &np);
	for (size_t i = 0; i < np && !r; i++)
		*out |= strcmp(past[i].template, "T-16") == 0 &&
		    past[i].items && recipients_listed(past[i].items, item);
	return r;
}

/* Only the task force has a duty to answer; others are not reminded of what is
 * voluntary. */
static bool
answers_by_duty(struct command *c, const char *person, struct person *p,
    struct org *o)
{
	return store_person_get(c->d->store, c->arena, person, p) == SK_OK &&
	    store_org_get(c->d->store, c->arena, p->org, o) == SK_OK &&
	    (o->class == CLASS1 || o->class == CLASS2);
}

static int
remind(struct command *c, const struct digest_plan *p, size_t place,
    const struct recipient *to, size_t *copies)
{
	struct digest_entry e = { .items = &place, .n = 1,
		.template = "T-16" };
	struct copy_record had;
	struct person who;
	struct org o;
	bool done;
	int r = settled(c, p->items[place].item.item.id, to->person, &done);

	if (r || done || !answers_by_duty(c, to->person, &who, &o))
		return r;
	r = store_copy_get(c->d->store, c->arena, to->copy, &had);
	e.person = &who;
	e.org = &o;
	(*copies)++;
	return r || !command_flag(c, "yes") ? r : digest_copy(c->d, c->arena,
	    had.digest, p, &e);
}

int
verb_request_answers(struct command *c)
{
	struct digest_plan p = { 0 };
	size_t copies = 0;
	int r = named_items(c, &p);

	for (size_t i = 0; i < p.n && !r; i++) {
		const struct item *it = &p.items[i].item.item;
		struct recipient *to = NULL;
		size_t n = 0;

		r = recipients_of(c->d, c->arena, it->id, &to, &n);
		if (!r && !n)
			return sk_fail(&c->e, SK_ERR_REFUSED, it->id, "nobody "
			    "has it: there is nobody to ask");
		for (size_t k = 0; k < n && !r; k++)
			r = remind(c, &p, i, &to[k], &copies);
		if (!r && command_flag(c, "yes"))
			r = command_audit(c, "request.answers", it->id, "");
	}
	r = command_store(c, r, "request");
	return r ? r : result(c, copies, 0);
}

/* ---- T-17 ---- */

static bool
named_org(struct command *c, const char *org)
{
	const char *const *orgs;
	size_t n = command_many(c, "org", &orgs);

	for (size_t i = 0; i < n; i++)
		if (sk_ascii_ieq(orgs[i], org))
			return true;
	return false;
}

/* Whom the ground lets us ask: everybody in a large-scale attack, who
 * agreed to be asked, or whom another ground names. */
static bool
may_be_asked(struct command *c, const char *ground, const struct org *o)
{
	if (strcmp(ground, "large-scale") == 0)
		return true;
	if (strcmp(ground, "member-agreed") == 0)
		return o->agreed;
	return named_org(c, o->id);
}

/* For a key, or for an address that takes mail again; or NULL. */
static const char *
held_for(struct command *c, const struct gate_answer *g,
    const struct person *who)
{
	if (!g->send)
		return g->detail && *g->detail ? g->detail :
		    gate_word(g->clause);
	return returned_stop(c->d, c->arena, who->id, who->address);
}

static int
asked_people(struct command *c, const char *ground, struct digest_plan *p)
{
	static const size_t first = 0;
	int r = gatekeeper_roster(c->d, c->arena, true, &p->roster);

	p->entries = sk_arena_array(c->arena, p->roster.npersons + 1,
	    sizeof(*p->entries));
	for (size_t i = 0; i < p->roster.npersons && !r; i++) {
		const struct person *who = &p->roster.persons[i];
		const struct org *o = gatekeeper_org(&p->roster, who->org);
		struct gate_answer g;

		if (!o || !may_be_asked(c, ground, o))
			continue;
		g = gatekeeper_ask(c->d, &p->items[0], o, who, false);
		if (!g.send && !g.key_only)
			continue;
		p->entries[p->nentries++] = (struct digest_entry){
			.person = who, .org = o, .template = "T-17", .n = 1,
			.items = sk_arena_dup(c->arena, &first,
			    sizeof(first)),
			.held = held_for(c, &g, who) };
	}
	return command_store(c, r, "roster");
}

static int
cooperation_checked(struct command *c, const struct cooperation_record *x,
    const struct digest_plan *p)
{
	const struct item *i = &p->items[0].item.item;

	if (strcmp(x->ground, "other") == 0 && !x->explanation)
		return sk_fail(&c->e, SK_ERR_USAGE, "--explanation", "another "
		    "ground is told in words (R-008)");
	if (i->state != ITEM_APPROVED && i->state != ITEM_SENT)
		return sk_fail(&c->e, SK_ERR_REFUSED, i->id, "what is asked "
		    "is approved like everything that goes (R-094)");
	return SK_OK;
}

/* As `digest send': how many go, and who waits for what. */
static int
asked(struct command *c, const struct digest_plan *p, int64_t digest)
{
	struct sk_json *held;
	size_t copies = 0;
	int r;

	for (size_t i = 0; i < p->nentries; i++)
		copies += !p->entries[i].held;
	r = result(c, copies, digest);
	held = sk_json_set(c->out, "held", sk_json_array());
	for (size_t i = 0; i < p->nentries; i++)
		if (p->entries[i].held)
			document_held(held, p->entries[i].person->id,
			    p->entries[i].held);
	return r;
}

int
verb_request_cooperation(struct command *c)
{
	struct cooperation_record x = {
		.ground = command_str(c, "ground"),
		.explanation = command_str(c, "explanation"),
		.committee = command_str(c, "committee"),
		.decided = command_str(c, "decided"),
		.due = command_str(c, "due") };
	struct digest_result made = { 0 };
	struct digest_plan p = { 0 };
	int r = named_items(c, &p);

	if (!r)
		r = cooperation_checked(c, &x, &p);
	if (!r)
		r = asked_people(c, x.ground, &p);
	if (r)
		return r;
	if (!p.nentries)
		return sk_fail(&c->e, SK_ERR_REFUSED, p.items[0].item.item.id,
		    "nobody whom this ground lets us ask may have it: see "
		    "`sekisho preview`");
	if (!command_flag(c, "yes"))
		return asked(c, &p, 0);
	r = digest_write(c->d, c->arena, c->actor, &p, &made, &c->e);
	if (!r)
		r = command_store(c, store_cooperation_put(c->d->store,
		    made.row, &x), "digest");
	if (!r)
		r = command_audit(c, "request.cooperation",
		    p.items[0].item.item.id, x.committee);
	return r ? r : asked(c, &p, made.row);
}

/* ---- T-21 ---- */

int
verb_case_match(struct command *c)
{
	struct digest_result made = { 0 };
	struct digest_plan p = { 0 };
	struct case_record k;
	size_t places[LIMIT_DIGEST_ITEMS];
	struct digest_entry e = { .template = "T-21", .items = places,
		.to = &k };
	int r = command_case(c, "case", &k);

	if (!r && (!k.originator || k.closed))
		r = sk_fail(&c->e, SK_ERR_REFUSED, k.number, "has ended, or "
		    "nobody to write to");
	if (!r)
		r = named_items(c, &p);
	for (size_t i = 0; i < p.n && !r; i++) {
		enum feedback_clause no = permits_originator(c->d, c->arena,
		    &p.items[i], &k);

		if (no != FEEDBACK_YES && no != FEEDBACK_KEY)
			return sk_fail(&c->e, SK_ERR_REFUSED,
			    p.items[i].item.item.id, "%s: %s",
			    feedback_rule(no), feedback_sentence(no,
			    c->d->config->language));
		places[e.n++] = i;
	}
	if (r)
		return r;
	p.entries = &e;
	p.nentries = 1;
	if (!command_flag(c, "yes"))
		return result(c, 1, 0);
	r = digest_write(c->d, c->arena, c->actor, &p, &made, &c->e);
	if (!r)
		r = command_audit(c, "case.match", k.number, "");
	return r ? r : result(c, made.copies, made.row);
}

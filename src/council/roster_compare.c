/*
 * A roster sheet as a whole: line against line, and against those whom it does
 * not name. Here a shared address, a person who stands twice, and the
 * government secretariat sharing somebody with a member come to light (R-004,
 * R-109), and the questions that only a person can answer are put.
 */
#include <string.h>

#include <sekisho/text.h>

#include "roster_row.h"

/* Who will be registered afterwards: row NULL is not in the sheet. */
struct member {
	const struct person *p;
	const struct org *o;
	const struct roster_row *row;
};

struct comparison {
	struct reading *r;
	struct index row_orgs, row_people;
	struct member *members;
	size_t n;
};

static void
index_rows(struct comparison *c)
{
	size_t n = c->r->plan->nrows;

	index_start(c->r->s.a, &c->row_orgs, n);
	index_start(c->r->s.a, &c->row_people, n);
	for (size_t i = 0; i < n; i++) {
		index_add(&c->row_orgs, c->r->rows[i].org.id, i);
		index_add(&c->row_people, c->r->rows[i].person.id, i);
	}
	index_sort(&c->row_orgs);
	index_sort(&c->row_people);
}

static void
find_repeats(struct comparison *c)
{
	const struct index *x = &c->row_people;

	for (size_t i = 1; i < x->n; i++)
		if (*x->keys[i].text && index_repeats(x, i))
			row_fault(c->r, &c->r->rows[x->keys[i].at], "person",
			    "stands twice in this sheet; leave one line out");
}

/* What becomes of an organisation, once for all of its lines. */
static void
count_org(struct comparison *c, const struct org *o)
{
	const struct index_key *k = index_find(&c->r->known_orgs, o->id);
	struct roster_plan *p = c->r->plan;

	if (k) {
		p->change_orgs += !roster_same_org(o,
		    &c->r->known->orgs[k->at]);
		return;
	}
	p->add_orgs++;
	p->unreferenced += !(o->approval && *o->approval);
}

/* The same particulars in every line of an organisation. */
static void
compare_orgs(struct comparison *c)
{
	const struct index *x = &c->row_orgs;
	struct roster_row *rows = c->r->rows;

	for (size_t i = 0; i < x->n; i++) {
		const struct roster_row *row = &rows[x->keys[i].at];

		if (!index_repeats(x, i))
			count_org(c, &row->org);
		else if (!roster_same_org(&row->org,
		    &rows[x->keys[i - 1].at].org))
			row_fault(c->r, row, "org", "has other particulars "
			    "than in another line; make them equal");
	}
}

static const struct org *
org_of(struct comparison *c, const char *id)
{
	const struct index_key *k = index_find(&c->r->known_orgs, id);

	return k ? &c->r->known->orgs[k->at] : NULL;
}

static void
gather_members(struct comparison *c)
{
	const struct roster_known *known = c->r->known;
	size_t rows = c->r->plan->nrows;

	c->members = sk_arena_array(c->r->s.a, rows + known->npersons + 1,
	    sizeof(*c->members));
	for (size_t i = 0; i < rows; i++) {
		const struct roster_row *row = &c->r->rows[i];

		if (!row_is(row, "REMOVE") && row->person.active)
			c->members[c->n++] = (struct member){ &row->person,
			    &row->org, row };
	}
	for (size_t i = 0; i < known->npersons; i++) {
		const struct person *p = &known->persons[i];

		if (p->active && !index_find(&c->row_people, p->id))
			c->members[c->n++] = (struct member){ p,
			    org_of(c, p->org), NULL };
	}
}

static void
find_shared_addresses(struct comparison *c)
{
	struct index x;

	index_start(c->r->s.a, &x, c->n);
	for (size_t i = 0; i < c->n; i++)
		if (c->members[i].p->address)
			index_add(&x, roster_mailbox(c->r->s.a,
			    c->members[i].p->address), i);
	index_sort(&x);
	for (size_t i = 1; i < x.n; i++) {
		const struct member *m = &c->members[x.keys[i].at];
		const struct member *o = &c->members[x.keys[i - 1].at];

		/* Lines that are not in the sheet were judged before. */
		if (!index_repeats(&x, i) || (!m->row && !o->row) ||
		    sk_ascii_ieq(m->p->id, o->p->id))
			continue;
		row_fault(c->r, m->row ? m->row : o->row, "address",
		    sk_arena_printf(c->r->s.a, "is also that of %s; one "
		    "address is one person (R-109)",
		    m->row ? o->p->id : m->p->id));
	}
}

/* Who had an address before, in or beside the sheet: what still comes for the
 * one would reach the other. */
static void
judge_successor(struct comparison *c, const struct roster_row *row,
    const struct person *old)
{
	if (sk_ascii_ieq(row->person.id, old->id) || !row_is(row, "ADD"))
		return;
	if (sk_ascii_ieq(row->org.id, old->org))
		sheet_say(c->r->s.a, &c->r->s.questions, "line %d: the address "
		    "of %s was %s's: the same person (then keep the "
		    "identifier), or who reads it now? (R-109)", row->line,
		    row->person.id, old->id);
	else
		row_fault(c->r, row, "address", sk_arena_printf(c->r->s.a,
		    "was %s's of %s; what still comes for one of them would "
		    "reach the other (R-109): give another address", old->id,
		    old->org));
}

static void
find_reused_addresses(struct comparison *c)
{
	const struct roster_known *known = c->r->known;
	struct index x;

	index_start(c->r->s.a, &x, known->npersons);
	for (size_t i = 0; i < known->npersons; i++) {
		const struct person *p = &known->persons[i];
		const struct index_key *k = index_find(&c->row_people, p->id);

		if (!p->active || (k && row_is(&c->r->rows[k->at], "REMOVE")))
			index_add(&x, roster_mailbox(c->r->s.a, p->address),
			    i);
	}
	index_sort(&x);
	for (size_t i = 0; i < c->r->plan->nrows; i++) {
		const struct roster_row *row = &c->r->rows[i];
		const struct index_key *k = index_find(&x, roster_mailbox(
		    c->r->s.a, row->person.address));

		if (k && row->person.active)
			judge_successor(c, row, &known->persons[k->at]);
	}
}

/* All of one name, or of one mailbox: is one of them the secretariat's and
 * another the analysis unit's? */
static void
judge_same(struct comparison *c, const struct index *x, size_t from,
    size_t to, const char *field)
{
	const struct member *gov = NULL, *other = NULL, *at;

	for (size_t i = from; i < to; i++) {
		const struct member *m = &c->members[x->keys[i].at];

		if (m->o->kind == ORG_GOV_SECRETARIAT)
			gov = !gov || m->row ? m : gov;
		else
			other = !other || m->row ? m : other;
	}
	if (!gov || !other || (!gov->row && !other->row))
		return;
	at = gov->row ? gov : other;
	row_fault(c->r, at->row, field, sk_arena_printf(c->r->s.a, "is also "
	    "%s of %s; the government secretariat shares nobody with a member "
	    "(R-004): register another person",
	    at == gov ? other->p->id : gov->p->id,
	    at == gov ? other->o->id : gov->o->id));
}

static void
find_shared(struct comparison *c, const char *field)
{
	bool by_name = strcmp(field, "name") == 0;
	struct sk_arena *a = c->r->s.a;
	struct index x;
	size_t from = 0;

	index_start(a, &x, c->n);
	for (size_t i = 0; i < c->n; i++) {
		const struct member *m = &c->members[i];

		if (m->o && (m->o->kind == ORG_GOV_SECRETARIAT ||
		    m->o->kind == ORG_NATIONAL_BODY))
			index_add(&x, by_name ? roster_name_key(a, m->p->name) :
			    roster_mailbox_wide(a, m->p->address), i);
	}
	index_sort(&x);
	for (size_t i = 1; i <= x.n; i++)
		if (i == x.n || !index_repeats(&x, i)) {
			judge_same(c, &x, from, i, field);
			from = i;
		}
}

static void
ask_about_missing(struct comparison *c)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct member *m = &c->members[i];

		if (!m->row && index_find(&c->row_orgs, m->p->org))
			sheet_say(c->r->s.a, &c->r->s.questions, "%s of %s is "
			    "registered and has no line: still there, or to "
			    "be removed? (R-112; nothing is changed)",
			    m->p->id, m->p->org);
	}
}

/* Secrets need somebody who may handle them. */
static void
ask_about_handlers(struct comparison *c)
{
	const struct index *x = &c->row_orgs;
	struct index handlers;

	index_start(c->r->s.a, &handlers, c->n);
	for (size_t i = 0; i < c->n; i++)
		if (c->members[i].p->roles & ROLE_HANDLER)
			index_add(&handlers, c->members[i].p->org, i);
	index_sort(&handlers);
	for (size_t i = 0; i < x->n; i++) {
		const struct org *o = &c->r->rows[x->keys[i].at].org;

		if (!index_repeats(x, i) && o->receive_secret &&
		    !index_find(&handlers, o->id))
			sheet_say(c->r->s.a, &c->r->s.questions, "%s receives "
			    "secrets and has no handler, so nobody there will "
			    "get one: who is it? (R-108)", o->id);
	}
}

void
roster_compare(struct reading *r)
{
	struct comparison c = { .r = r };

	index_rows(&c);
	find_repeats(&c);
	compare_orgs(&c);
	gather_members(&c);
	find_shared_addresses(&c);
	find_reused_addresses(&c);
	find_shared(&c, "name");
	find_shared(&c, "address");
	ask_about_missing(&c);
	ask_about_handlers(&c);
	roster_ask_about_names(r, &c.row_orgs);
}

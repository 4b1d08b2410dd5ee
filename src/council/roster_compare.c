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

/* The same particulars in every line of an organisation. */
static void
compare_orgs(struct comparison *c)
{
	const struct index *x = &c->row_orgs;
	struct roster_row *rows = c->r->rows;

	for (size_t i = 0; i < x->n; i++) {
		const struct roster_row *row = &rows[x->keys[i].at];

		if (!index_repeats(x, i))
			c->r->plan->add_orgs += !index_find(
			    &c->r->known_orgs, row->org.id);
		else if (!same_org(&row->org,
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

		if (!row_is(row, "REMOVE"))
			c->members[c->n++] = (struct member){ &row->person,
			    &row->org, row };
	}
	for (size_t i = 0; i < known->npersons; i++) {
		const struct person *p = &known->persons[i];

		if (!index_find(&c->row_people, p->id))
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
			index_add(&x, c->members[i].p->address, i);
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

/* All of one name: is one of them the secretariat's and another a member's? */
static void
judge_namesakes(struct comparison *c, const struct index *x, size_t from,
    size_t to)
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
	row_fault(c->r, at->row, "name", sk_arena_printf(c->r->s.a, "is also "
	    "%s of %s; the government secretariat shares nobody with a member "
	    "(R-004): register another person",
	    at == gov ? other->p->id : gov->p->id,
	    at == gov ? other->o->id : gov->o->id));
}

static void
find_shared_people(struct comparison *c)
{
	struct index x;
	size_t from = 0;

	index_start(c->r->s.a, &x, c->n);
	for (size_t i = 0; i < c->n; i++) {
		const struct org *o = c->members[i].o;

		if (o && (o->kind == ORG_GOV_SECRETARIAT ||
		    o->kind == ORG_NATIONAL_BODY))
			index_add(&x, roster_name_key(c->r->s.a,
			    c->members[i].p->name), i);
	}
	index_sort(&x);
	for (size_t i = 1; i <= x.n; i++)
		if (i == x.n || !index_repeats(&x, i)) {
			judge_namesakes(c, &x, from, i);
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

/* Two identifiers for one legal body. */
static void
ask_about_namesakes(struct comparison *c)
{
	const struct roster_known *known = c->r->known;
	const struct index *rows = &c->row_orgs;
	struct sk_arena *a = c->r->s.a;
	struct index x;

	index_start(a, &x, known->norgs + rows->n);
	for (size_t i = 0; i < known->norgs; i++)
		index_add(&x, roster_name_key(a, known->orgs[i].name), i);
	index_sort(&x);
	for (size_t i = 0; i < rows->n; i++) {
		const struct org *o = &c->r->rows[rows->keys[i].at].org;
		const struct index_key *k = index_find(&x,
		    roster_name_key(a, o->name));

		if (!index_repeats(rows, i) && k &&
		    !sk_ascii_ieq(known->orgs[k->at].id, o->id))
			sheet_say(a, &c->r->s.questions, "%s has the name of "
			    "%s: one body, several departments? (R-016)",
			    o->id, known->orgs[k->at].id);
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
	find_shared_people(&c);
	ask_about_missing(&c);
	ask_about_handlers(&c);
	ask_about_namesakes(&c);
}

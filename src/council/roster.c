/*
 * A roster sheet against the present roster: a plan, questions, or faults
 * . Nothing is guessed: a registered person whose line is missing is
 * asked about, never removed; an organisation's class, kind and approvals are
 * the council's decisions and no sheet changes them unasked.
 */
#include <string.h>

#include <sekisho/text.h>

#include "roster_row.h"

static const struct org *
known_org(const struct reading *r, const char *id)
{
	const struct index_key *k = index_find(&r->known_orgs, id);

	return k ? &r->known->orgs[k->at] : NULL;
}

static const struct person *
known_person(const struct reading *r, const char *id)
{
	const struct index_key *k = index_find(&r->known_people, id);

	return k ? &r->known->persons[k->at] : NULL;
}

static void
index_known(struct reading *r)
{
	const struct roster_known *k = r->known;
	struct sk_arena *a = r->s.a;

	index_start(a, &r->known_orgs, k->norgs);
	index_start(a, &r->known_people, k->npersons);
	for (size_t i = 0; i < k->norgs; i++)
		index_add(&r->known_orgs, k->orgs[i].id, i);
	for (size_t i = 0; i < k->npersons; i++)
		index_add(&r->known_people, k->persons[i].id, i);
	index_sort(&r->known_orgs);
	index_sort(&r->known_people);
}

void
row_fault(struct reading *r, const struct roster_row *row, const char *field,
    const char *text)
{
	sheet_say(r->s.a, &r->s.faults, "line %d, %s: %s", row->line, field,
	    text);
}

bool
row_is(const struct roster_row *row, const char *verb)
{
	return strcmp(row->verb, verb) == 0;
}

static bool
same_text(const char *x, const char *y)
{
	return strcmp(x ? x : "", y ? y : "") == 0;
}

bool
roster_same_person(const struct person *x, const struct person *y)
{
	return same_text(x->name, y->name) && x->roles == y->roles &&
	    x->account == y->account && x->scheme == y->scheme &&
	    same_text(x->language, y->language) && x->address && y->address &&
	    sk_ascii_ieq(x->address, y->address) && x->active == y->active;
}

bool
roster_same_org(const struct org *x, const struct org *y)
{
	return same_text(x->name, y->name) && x->class == y->class &&
	    x->kind == y->kind && x->foreign_capital == y->foreign_capital &&
	    x->receive_secret == y->receive_secret &&
	    same_text(x->tf_approval, y->tf_approval) &&
	    same_text(x->competent_for, y->competent_for) &&
	    same_text(x->supervises, y->supervises) &&
	    same_text(x->approval, y->approval);
}

/* What the council decides of an organisation, and no sheet by itself. */
static bool
same_decisions(const struct org *x, const struct org *y)
{
	return x->class == y->class && x->kind == y->kind &&
	    x->foreign_capital == y->foreign_capital &&
	    same_text(x->tf_approval, y->tf_approval) &&
	    same_text(x->competent_for, y->competent_for) &&
	    same_text(x->supervises, y->supervises);
}

static void
take_back_decisions(struct org *o, const struct org *known)
{
	o->class = known->class;
	o->kind = known->kind;
	o->foreign_capital = known->foreign_capital;
	o->tf_approval = known->tf_approval;
	o->competent_for = known->competent_for;
	o->supervises = known->supervises;
}

/* Somebody who was removed: gone stays gone, ADD registers anew. */
static bool
check_former(struct reading *r, struct roster_row *row,
    const struct person *known)
{
	if (row_is(row, "KEEP")) {
		row_fault(r, row, "person", "was removed; say ADD to register "
		    "the person anew, or leave the line out");
		return false;
	}
	if (row_is(row, "REMOVE")) {
		row->person = *known;
		row->verb = "KEEP";	/* gone, and stays as it is */
	}
	return true;
}

/* The verb against what is registered. An ADD of exactly what stands there is
 * a sheet given twice and does no harm. */
static bool
check_verb(struct reading *r, struct roster_row *row,
    const struct person *known)
{
	if (known && !known->active)
		return check_former(r, row, known);
	if (!known && !row_is(row, "ADD")) {
		row_fault(r, row, "person", "is not registered; say ADD, or "
		    "leave the line out");
		return false;
	}
	if (known && !sk_ascii_ieq(known->org, row->org.id)) {
		row_fault(r, row, "person", "is registered for another "
		    "organisation; choose another identifier");
		return false;
	}
	if (!known || !row_is(row, "ADD"))
		return true;
	if (!roster_same_person(known, &row->person)) {
		row_fault(r, row, "person", "is registered already with other "
		    "particulars; say KEEP to change them");
		return false;
	}
	row->verb = "KEEP";
	return true;
}

static void
check_rules(struct reading *r, const struct roster_row *row)
{
	const char *field = "";
	struct sk_error e;

	if (roster_org_rules(&row->org, r->known, &field, &e))
		row_fault(r, row, field, e.text);
	if (!row_is(row, "REMOVE") && row->person.active &&
	    roster_person_rules(&row->person, &field, &e))
		row_fault(r, row, field, e.text);
}

static bool
is_member(const struct org *o)
{
	return o->state == ORG_ACTIVE || o->state == ORG_SUSPENDED;
}

/* An organisation that is registered: what of the line is taken? */
static void
settle_org(struct reading *r, struct roster_row *row, const struct org *known,
    bool again)
{
	if (!is_member(known) && !row_is(row, "REMOVE") && row->person.active)
		row_fault(r, row, "org", sk_arena_printf(r->s.a, "is no "
		    "member any more; `org resume %s` by a new approval comes "
		    "first (R-013)", known->id));
	if (row->approved || same_decisions(&row->org, known))
		return;
	if (!again)
		sheet_say(r->s.a, &r->s.questions, "line %d: the sheet changes "
		    "what the council decided of %s and names no approval "
		    "(R-013, R-025): give the column approval, or is `org "
		    "change %s` meant?", row->line, known->id, known->id);
	take_back_decisions(&row->org, known);
}

static void
count(struct roster_plan *p, const struct roster_row *row,
    const struct person *known)
{
	if (row_is(row, "ADD"))
		p->add_persons++;
	else if (row_is(row, "REMOVE"))
		p->remove_persons++;
	else if (roster_same_person(known, &row->person))
		p->keep++;
	else
		p->change_persons++;
}

/* The line before, if it is of the same organisation: an empty cell means what
 * stands there. */
static const struct roster_row *
line_before(const struct reading *r, const char *org)
{
	const struct roster_row *row = r->plan->nrows ?
	    &r->rows[r->plan->nrows - 1] : NULL;

	return row && sk_ascii_ieq(row->org.id, org) ? row : NULL;
}

static void
take_row(struct reading *r, const struct csv_row *in)
{
	const char *org = sk_nfkc(r->s.a, sheet_cell(&r->s, in, COL_ORG));
	const char *id = sk_nfkc(r->s.a, sheet_cell(&r->s, in, COL_PERSON));
	const struct org *known_o = known_org(r, org);
	const struct person *known_p = known_person(r, id);
	const struct roster_row *before = line_before(r, org);
	struct roster_row *row = &r->rows[r->plan->nrows];
	size_t faults = r->s.faults.n;

	/* A person of another organisation is told below, not copied. */
	if (!sheet_row(&r->s, in, before ? &before->org : known_o, known_p,
	    row))
		return;
	row->approved |= before && before->approved;
	if (!check_verb(r, row, known_p))
		return;
	if (known_o)
		settle_org(r, row, known_o, before != NULL);
	check_rules(r, row);
	if (r->s.faults.n == faults)
		count(r->plan, row, known_p);
	r->plan->nrows++;
}

static int
refuse(struct reading *r, struct sk_error *e)
{
	const struct says *f = &r->s.faults;

	r->plan->rows = r->rows;
	r->plan->questions = r->s.questions.list;
	r->plan->nquestions = r->s.questions.n;
	r->plan->faults = f->list;
	r->plan->nfaults = f->n;
	if (f->n == 0)
		return SK_OK;
	return sk_fail(e, SK_ERR_DATA, "roster", "%zu fault%s, the first: %s",
	    f->n, f->n == 1 ? "" : "s", f->list[0]);
}

int
roster_read(struct sk_arena *a, const char *text,
    const struct roster_known *known, struct roster_plan *out,
    struct sk_error *e)
{
	struct reading r = { .s.a = a, .known = known, .plan = out };
	struct csv_row *lines;
	size_t n;
	int unclosed;

	*out = (struct roster_plan){ 0 };
	unclosed = csv_rows(a, text, &lines, &n);
	if (unclosed) {
		sheet_say(a, &r.s.faults, "line %d: a quote is not closed; "
		    "close it, or double a quote that is text", unclosed);
		return refuse(&r, e);
	}
	if (n == 0) {
		sheet_say(a, &r.s.faults, "line 1: the sheet is empty; its "
		    "first line names the columns");
		return refuse(&r, e);
	}
	sheet_columns(&r.s, &lines[0]);
	if (r.s.faults.n)
		return refuse(&r, e);
	r.rows = sk_arena_array(a, n, sizeof(*r.rows));
	index_known(&r);
	for (size_t i = 1; i < n; i++)
		take_row(&r, &lines[i]);
	roster_compare(&r);
	return refuse(&r, e);
}

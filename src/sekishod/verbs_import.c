/*
 * Roster sheets: the plan comes from the council library; here it is
 * shown or carried out. A sheet with a fault changes nothing at all.
 */
#include <string.h>

#include "roster_acts.h"

static void
strings(struct sk_json *o, const char *name, const char *const *list, size_t n)
{
	struct sk_json *all = sk_json_set(o, name, sk_json_array());

	for (size_t i = 0; i < n; i++)
		sk_json_add_str(all, list[i]);
}

static void
document(struct command *c, const struct roster_plan *p, bool applied)
{
	struct sk_json *rows;

	c->out = sk_json_document("roster");
	sk_json_set_bool(c->out, "applied", applied);
	sk_json_set_int(c->out, "add_orgs", (int64_t)p->add_orgs);
	sk_json_set_int(c->out, "change_orgs", (int64_t)p->change_orgs);
	sk_json_set_int(c->out, "unreferenced", (int64_t)p->unreferenced);
	sk_json_set_int(c->out, "add", (int64_t)p->add_persons);
	sk_json_set_int(c->out, "change", (int64_t)p->change_persons);
	sk_json_set_int(c->out, "remove", (int64_t)p->remove_persons);
	sk_json_set_int(c->out, "keep", (int64_t)p->keep);
	rows = sk_json_set(c->out, "rows", sk_json_array());
	for (size_t i = 0; i < p->nrows; i++) {
		const struct roster_row *row = &p->rows[i];
		struct sk_json *o = sk_json_add(rows, sk_json_object());

		sk_json_set_int(o, "line", row->line);
		sk_json_set_str(o, "verb", row->verb);
		sk_json_set_str(o, "org", row->org.id);
		sk_json_set_str(o, "person", row->person.id);
		sk_json_set_str(o, "name", row->person.name);
		sk_json_set_str(o, "address", row->person.address);
	}
	strings(c->out, "questions", p->questions, p->nquestions);
	strings(c->out, "faults", p->faults, p->nfaults);
}

static const struct org *
known_org(const struct roster_known *k, const char *id)
{
	for (size_t i = 0; i < k->norgs; i++)
		if (strcmp(k->orgs[i].id, id) == 0)
			return &k->orgs[i];
	return NULL;
}

static const struct person *
known_person(const struct roster_known *k, const char *id)
{
	for (size_t i = 0; i < k->npersons; i++)
		if (strcmp(k->persons[i].id, id) == 0)
			return &k->persons[i];
	return NULL;
}

/* Once for all lines of an organisation, and only what changes. */
static int
apply_org(struct command *c, const struct roster_known *k,
    const struct roster_row *row, const struct act *sheet)
{
	const struct org *old = known_org(k, row->org.id);
	struct act act = *sheet;
	struct org new = row->org, now;

	if (store_org_get(c->d->store, c->arena, new.id, &now) == SK_OK &&
	    (!old || !roster_same_org(old, &now)))
		return SK_OK;	/* an earlier line did it */
	if (old && roster_same_org(old, &new))
		return SK_OK;
	if (row->approved)
		act.reference = new.approval;
	return act_put_org(c, old, &new, &act);
}

/* Checked as a whole by the plan; two who change their addresses with each
 * other are wrong one by one. */
static int
apply_person(struct command *c, const struct roster_known *k,
    const struct roster_row *row, const struct act *act, struct recall *out)
{
	const struct person *old = known_person(k, row->person.id);
	struct person new = row->person;

	if (strcmp(row->verb, "REMOVE") == 0)
		return act_end_person(c, old, gate_word(GATE_PERSON_INACTIVE),
		    act, out);
	if (old && roster_same_person(old, &new))
		return SK_OK;
	return act_put_person(c, old, &new, false, act);
}

static bool
is_removal(const struct roster_row *row)
{
	return strcmp(row->verb, "REMOVE") == 0;
}

/* Who leaves goes first: the address may be a successor's. */
static int
apply_people(struct command *c, const struct roster_known *k,
    const struct roster_plan *p, bool removals, const struct act *sheet,
    struct recall *out)
{
	int r = SK_OK;

	for (size_t i = 0; i < p->nrows && !r; i++) {
		struct act act = *sheet;

		act.reason = sk_arena_printf(c->arena, "roster sheet, line "
		    "%d", p->rows[i].line);
		if (is_removal(&p->rows[i]) == removals)
			r = apply_person(c, k, &p->rows[i], &act, out);
	}
	return r;
}

/* Two may take each other's address: both are free before one is taken. */
static int
free_addresses(struct command *c, const struct roster_known *k,
    const struct roster_plan *p)
{
	int r = SK_OK;

	for (size_t i = 0; i < p->nrows && !r; i++) {
		const struct person *old = known_person(k,
		    p->rows[i].person.id);
		struct person free;

		if (!old || !old->active || is_removal(&p->rows[i]) ||
		    strcmp(old->address, p->rows[i].person.address) == 0)
			continue;
		free = *old;
		free.active = false;
		r = command_store(c, store_person_put(c->d->store, &free,
		    c->now), free.id);
	}
	return r;
}

static int
apply_plan(struct command *c, const struct roster_known *k,
    const struct roster_plan *p, struct recall *out)
{
	struct act sheet = { .reason = "roster sheet", .date = c->now };
	int r = SK_OK;

	for (size_t i = 0; i < p->nrows && !r; i++)
		r = apply_org(c, k, &p->rows[i], &sheet);
	if (!r)
		r = apply_people(c, k, p, true, &sheet, out);
	if (!r)
		r = free_addresses(c, k, p);
	if (!r)
		r = apply_people(c, k, p, false, &sheet, out);
	return r ? r : command_audit(c, "roster.import", "roster",
	    sk_arena_printf(c->arena, "orgs=%zu+%zu add=%zu change=%zu "
	    "remove=%zu", p->add_orgs, p->change_orgs, p->add_persons,
	    p->change_persons, p->remove_persons));
}

int
verb_roster_import(struct command *c)
{
	struct roster_known k;
	struct roster_plan p = { 0 };
	struct recall gone = { 0 };
	const char *text;
	int r;

	if (!c->has_file)
		return sk_fail(&c->e, SK_ERR_USAGE, "FILE", "no sheet came "
		    "with the request");
	r = act_known(c, &k);
	if (!r)
		r = roster_decode(c->arena, sk_buf_span(&c->file), &text,
		    &c->e);
	if (r)
		return r;
	r = roster_read(c->arena, text, &k, &p, &c->e);
	if (!r && command_flag(c, "apply"))
		r = apply_plan(c, &k, &p, &gone);
	document(c, &p, !r && command_flag(c, "apply"));
	recall_document(c, c->out, &gone);
	return r;
}

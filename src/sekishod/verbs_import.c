/*
 * Roster sheets: the plan comes from the council library; here it is
 * shown or carried out. A sheet with a fault changes nothing at all.
 */
#include <string.h>

#include "command.h"

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

static bool
known_org(const struct roster_known *k, const char *id)
{
	for (size_t i = 0; i < k->norgs; i++)
		if (strcmp(k->orgs[i].id, id) == 0)
			return true;
	return false;
}

/* Organisations that are there already keep what the council decided of them;
 * the plan asked about every difference. */
static int
apply_row(struct command *c, const struct roster_known *k,
    const struct roster_row *row)
{
	bool remove = strcmp(row->verb, "REMOVE") == 0;
	struct person p = row->person;
	int r = SK_OK;

	if (!remove && !known_org(k, row->org.id))
		r = store_org_put(c->d->store, &row->org, c->now);
	p.org = row->org.id;
	p.active = !remove;
	if (!r)
		r = store_person_put(c->d->store, &p, c->now);
	if (!r && strcmp(row->verb, "KEEP") != 0)
		r = store_audit(c->d->store, c->now, c->actor, remove ?
		    "person.remove" : "person.add", p.id, "roster sheet");
	return command_store(c, r, p.id);
}

static int
apply_plan(struct command *c, const struct roster_known *k,
    const struct roster_plan *p)
{
	int r = SK_OK;

	for (size_t i = 0; i < p->nrows && !r; i++)
		r = apply_row(c, k, &p->rows[i]);
	return r ? r : command_audit(c, "roster.import", "roster",
	    sk_arena_printf(c->arena, "add=%zu change=%zu remove=%zu",
	    p->add_persons, p->change_persons, p->remove_persons));
}

int
verb_roster_import(struct command *c)
{
	struct roster_known k;
	struct roster_plan p = { 0 };
	const char *text;
	int r;

	if (!c->has_file)
		return sk_fail(&c->e, SK_ERR_USAGE, "FILE", "no sheet came "
		    "with the request");
	r = command_store(c, store_roster(c->d->store, c->arena, true, &k),
	    "roster");
	if (!r)
		r = roster_decode(c->arena, sk_buf_span(&c->file), &text,
		    &c->e);
	if (r)
		return r;
	r = roster_read(c->arena, text, &k, &p, &c->e);
	if (!r && command_flag(c, "apply"))
		r = apply_plan(c, &k, &p);
	document(c, &p, !r && command_flag(c, "apply"));
	return r;
}

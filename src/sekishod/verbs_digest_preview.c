/*
 * `digest preview PERSON [ITEM...]`: the very mail that this person would get,
 * before anybody agrees to its going. Texts, labels and table come from the
 * functions that a real copy is made with; only the copy's own serial is drawn
 * anew each time. Items are opened by keyd, and the look is in the account.
 */
#include <string.h>

#include <sekisho/text.h>

#include "command.h"
#include "digests.h"

#define TOKEN_LENGTH 26

struct looking {
	struct person person;
	struct org org;
	struct digest_plan plan;
	const struct digest_entry *entries;
	size_t nentries;
	struct permits_item *items;	/* by place in the plan */
	size_t place;			/* which is being opened */
};

/* ---- what goes into it ---- */

/* Items by name: the gate decides, their approvals aside, as in preview. */
static int
named(struct command *c, struct looking *l, const char *const *ids, size_t n)
{
	struct digest_entry *e = sk_arena_alloc(c->arena, sizeof(*e));

	l->plan.items = sk_arena_array(c->arena, n, sizeof(*l->plan.items));
	e->items = sk_arena_array(c->arena, n, sizeof(*e->items));
	for (size_t i = 0; i < n; i++) {
		struct gate_case *g = &l->plan.items[l->plan.n];
		struct gate_answer x;
		int r = gatekeeper_item(c->d, c->arena, ids[i], g, &c->e);

		if (r)
			return r;
		x = gatekeeper_ask(c->d, g, &l->org, &l->person, true);
		if (!x.send && !x.key_only)
			return sk_fail(&c->e, SK_ERR_REFUSED, ids[i], "%s: %s",
			    gate_rule(x.clause), gate_sentence(x.clause,
			    c->d->config->language));
		e->items[e->n++] = l->plan.n++;
	}
	digest_sort(c->d, c->arena, &l->plan);
	e->person = &l->person;
	e->org = &l->org;
	e->template = digest_text(&l->plan, e);
	l->entries = e;
	l->nentries = 1;
	return SK_OK;
}

static int
approved(struct command *c, struct looking *l)
{
	const struct digest_options o = { .urgent = command_flag(c,
	    "urgent") };
	struct digest_entry *mine;
	int r = digest_plan(c->d, c->arena, &o, &l->plan, &c->e);

	if (r)
		return r;
	mine = sk_arena_array(c->arena, l->plan.nentries + 1, sizeof(*mine));
	for (size_t i = 0; i < l->plan.nentries; i++)
		if (strcmp(l->plan.entries[i].person->id, l->person.id) == 0)
			mine[l->nentries++] = l->plan.entries[i];
	l->entries = mine;
	return l->nentries ? SK_OK : sk_fail(&c->e, SK_ERR_NOINPUT,
	    l->person.id, "gets nothing of what is approved: see `sekisho why "
	    "%s ITEM`", l->person.id);
}

/* ---- the mail itself ---- */

static void
show_mail(const struct finished *f, struct sk_json *o, struct sk_buf *all)
{
	sk_json_set_str(o, "subject", f->subject);
	sk_json_set_str(o, "text", f->text);
	sk_buf_addf(all, "%sSubject: %s\n\n%s", all->len ? "\n\n" : "",
	    f->subject, f->text);
}

/* What the finished mail stops is told beforehand, word and all to whom it is
 * told. */
static int
stopped(struct command *c, const struct finished *f)
{
	const struct permits_item *it = f->stopped[0].item;
	const struct deny_hit *hit = &f->stopped[0].hit;
	struct case_record k;
	bool tell = store_case_get(c->d->store, c->arena,
	    it->gate.item.item.case_row, &k) == SK_OK &&
	    gatekeeper_tells(&k, c->actor) && hit->word < it->sight->own;

	finished_say(it, hit, tell ? it->sight->list.words[hit->word] : NULL,
	    &c->e);
	return c->e.code;
}

static void
show_table(struct command *c, const struct digest_content *what,
    struct sk_json *o, struct sk_buf *all)
{
	const char *csv;

	if (!what->csv_name)
		return;
	csv = sk_utf8_clean(c->arena, what->csv);
	sk_json_set_str(o, "csv_name", what->csv_name);
	sk_json_set_str(o, "csv", csv);
	sk_buf_addf(all, "\n%s\n\n%s", what->csv_name, csv);
}

static int
show_entry(struct command *c, const struct looking *l,
    const struct digest_entry *e, struct sk_json *o, struct sk_buf *all)
{
	char token[TOKEN_LENGTH + 1];
	struct copy_record p = { .template = e->template, .token = token,
		.language = l->person.language, .person = l->person.id,
		.address = l->person.address, .created = c->now,
		.from = c->d->config->desks[0].address };
	const struct permits_item **items = sk_arena_array(c->arena, e->n,
	    sizeof(*items));
	struct finished f;
	int r;

	sk_random_base32(token, TOKEN_LENGTH);
	for (size_t i = 0; i < e->n; i++)
		items[i] = &l->items[e->items[i]];
	sk_json_set_str(o, "template", e->template);
	sk_json_set_str(o, "held", e->held);
	r = finished_digest(c->d, c->arena, &p, &l->org, &l->person, items,
	    e->n, NULL, &f, &c->e);
	if (!r && f.nstopped)
		r = stopped(c, &f);
	if (r)
		return r;
	show_mail(&f, o, all);
	show_table(c, &f.content, o, all);
	return SK_OK;
}

static int
show(struct command *c, const struct looking *l)
{
	struct sk_json *copies;
	struct sk_buf all;
	int r = command_audit(c, "digest.preview", l->person.id,
	    sk_arena_printf(c->arena, "items=%zu", l->plan.n));

	c->out = sk_json_document("digest-preview");
	sk_json_set_str(c->out, "person", l->person.id);
	sk_json_set_str(c->out, "org", l->org.id);
	copies = sk_json_set(c->out, "copies", sk_json_array());
	sk_buf_init(&all, LIMIT_CONTROL_REPLY / 4);
	for (size_t i = 0; i < l->nentries && !r; i++)
		r = show_entry(c, l, &l->entries[i], sk_json_add(copies,
		    sk_json_object()), &all);
	sk_json_set_str(c->out, "text", sk_buf_str(&all));
	sk_buf_free(&all);
	return r;
}

/* ---- opening, one text after the other ---- */

static int open_next(struct command *c);

static int
opened(struct command *c)
{
	struct looking *l = c->state;

	if (item_denied(c, &l->items[l->place++], &c->e))
		return c->e.code;
	return open_next(c);
}

static int
open_next(struct command *c)
{
	struct looking *l = c->state;

	return l->place == l->plan.n ? show(c, l) :
	    item_texts_open(c, &l->items[l->place], opened);
}

int
verb_digest_preview(struct command *c)
{
	struct looking *l = sk_arena_alloc(c->arena, sizeof(*l));
	const char *const *ids;
	size_t n = command_many(c, "item", &ids);
	int r = command_person(c, command_str(c, "person"), &l->person);

	if (!r)
		r = command_org(c, l->person.org, &l->org);
	if (r)
		return r;
	gatekeeper_person(c->d, c->arena, &l->person);
	r = n ? named(c, l, ids, n) : approved(c, l);
	if (r)
		return r;
	l->items = sk_arena_array(c->arena, l->plan.n + 1,
	    sizeof(*l->items));
	for (size_t i = 0; i < l->plan.n; i++)
		l->items[i].gate = l->plan.items[i];
	c->state = l;
	return open_next(c);
}

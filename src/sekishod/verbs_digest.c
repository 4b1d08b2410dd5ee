/*
 * Digests: shown before they go, made by digest.c, and their ledger after.
 * Without --yes nothing is written; the plan asks the gate exactly as the
 * making does.
 */
#include <string.h>

#include "command.h"
#include "digests.h"

#define COPIES_MAX 100000

static struct digest_options
options(const struct command *c)
{
	return (struct digest_options){ .urgent = command_flag(c, "urgent"),
	    .now = command_flag(c, "now") };
}

static void
copy_row(struct sk_json *o, const struct digest_plan *p,
    const struct digest_entry *e)
{
	struct sk_json *items;

	sk_json_set_str(o, "person", e->person->id);
	sk_json_set_str(o, "org", e->org->id);
	sk_json_set_str(o, "template", e->template);
	items = sk_json_set(o, "items", sk_json_array());
	for (size_t i = 0; i < e->n; i++)
		sk_json_add_str(items, p->items[e->items[i]].item.item.id);
	sk_json_set_str(o, "held", e->held);
}

static int
show_plan(struct command *c)
{
	const struct digest_options o = options(c);
	struct sk_json *items, *people, *held;
	struct digest_plan p;
	size_t copies = 0;
	int r = digest_plan(c->d, c->arena, &o, &p, &c->e);

	if (r)
		return r;
	c->out = sk_json_document("digest");
	sk_json_set_bool(c->out, "sent", false);
	sk_json_set_int(c->out, "more", (int64_t)p.more);
	items = sk_json_set(c->out, "items", sk_json_array());
	for (size_t i = 0; i < p.n; i++)
		document_item(sk_json_add(items, sk_json_object()),
		    &p.items[i].item);
	people = sk_json_set(c->out, "people", sk_json_array());
	held = sk_json_set(c->out, "held", sk_json_array());
	for (size_t i = 0; i < p.nentries; i++) {
		const struct digest_entry *e = &p.entries[i];

		copy_row(sk_json_add(people, sk_json_object()), &p, e);
		if (e->held)
			document_held(held, e->person->id, e->held);
		copies += !e->held;
	}
	sk_json_set_int(c->out, "copies", (int64_t)copies);
	return SK_OK;
}

int
verb_digest_send(struct command *c)
{
	const struct digest_options o = options(c);
	struct digest_result made;
	struct sk_json *held;
	int r;

	if (!command_flag(c, "yes"))
		return show_plan(c);
	r = digest_make(c->d, c->arena, c->actor, &o, &made, &c->e);
	if (r)
		return r;
	c->out = sk_json_document("digest");
	sk_json_set_bool(c->out, "sent", true);
	sk_json_set_int(c->out, "digest", made.row);
	sk_json_set_int(c->out, "copies", (int64_t)made.copies);
	document_time(c->out, "until", made.until);
	held = sk_json_set(c->out, "held", sk_json_array());
	for (size_t i = 0; i < made.nheld; i++)
		document_held(held, made.held[i].person, made.held[i].reason);
	return SK_OK;
}

static void
document(struct sk_json *o, const struct digest_record *d)
{
	struct sk_json *items;

	sk_json_set_int(o, "digest", d->row);
	document_time(o, "created", d->created);
	sk_json_set_str(o, "by", d->by);
	items = sk_json_set(o, "items", sk_json_array());
	for (size_t i = 0; i < d->nitems; i++)
		sk_json_add_str(items, d->items[i]);
}

/* As digest send shows them; titles are the operators' alone. */
static void
show_items(struct command *c, const struct digest_record *d)
{
	struct sk_json *items = sk_json_set(c->out, "items", sk_json_array());
	bool whole = command_role(c, FOR_OPERATOR);
	struct item_record r;

	for (size_t i = 0; i < d->nitems; i++) {
		struct sk_json *o = sk_json_add(items, sk_json_object());

		if (whole && store_item_get(c->d->store, c->arena, d->items[i],
		    &r) == SK_OK)
			document_item(o, &r);
		else
			sk_json_set_str(o, "item", d->items[i]);
	}
}

int
verb_digest_list(struct command *c)
{
	struct digest_record *all = NULL;
	struct sk_json *list;
	size_t n = 0;
	int r = command_store(c, store_digest_list(c->d->store, c->arena,
	    &all, &n), "digests");

	if (r)
		return r;
	c->out = sk_json_document("digests");
	list = sk_json_set(c->out, "digests", sk_json_array());
	for (size_t i = 0; i < n; i++)
		document(sk_json_add(list, sk_json_object()), &all[i]);
	return SK_OK;
}

int
verb_digest_show(struct command *c)
{
	int64_t row = command_number(c, "n", 0);
	struct copy_record *p = NULL;
	struct digest_record d;
	struct sk_json *list;
	size_t n = 0;
	int r;

	if (store_digest_get(c->d->store, c->arena, row, &d))
		return sk_fail(&c->e, SK_ERR_NOINPUT, "digest", "no such "
		    "digest: see `sekisho digest list`");
	r = command_store(c, store_copy_list_whole(c->d->store, c->arena, -1,
	    row, 0, COPIES_MAX, &p, &n), "digest");
	if (r)
		return r;
	c->out = sk_json_document("digest");
	document(c->out, &d);
	show_items(c, &d);
	list = sk_json_set(c->out, "ledger", sk_json_array());
	for (size_t i = 0; i < n; i++)
		document_copy(sk_json_add(list, sk_json_object()), &p[i],
		    command_role(c, FOR_OPERATOR));
	sk_json_set_int(c->out, "copies", (int64_t)n);
	return SK_OK;
}

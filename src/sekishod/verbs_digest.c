/*
 * Digests: shown before they go, made by digest.c, and their ledger after.
 * Without --yes nothing is written; the plan asks the gate exactly as the
 * making does.
 */
#include <string.h>

#include "command.h"

#define COPIES_MAX 100000

struct plan {
	struct gate_case *items;
	size_t n, copies;
	struct roster_known k;
};

static int
approved(struct command *c, struct plan *p)
{
	struct item_record *all = NULL;
	size_t n = 0;
	int r = command_store(c, store_item_list(c->d->store, c->arena, 0,
	    &all, &n), "items");

	p->items = sk_arena_array(c->arena, n + 1, sizeof(*p->items));
	for (size_t i = 0; i < n && !r && p->n < LIMIT_DIGEST_ITEMS; i++)
		if (all[i].item.state == ITEM_APPROVED)
			r = gatekeeper_item(c->d, c->arena, all[i].item.id,
			    &p->items[p->n++], &c->e);
	if (!r && !p->n)
		r = sk_fail(&c->e, SK_ERR_NOINPUT, "digest", "no approved "
		    "item waits: see `sekisho item list`");
	if (!r)
		r = command_store(c, gatekeeper_roster(c->d, c->arena, true,
		    &p->k), "roster");
	return r;
}

static void
person(struct command *c, struct plan *p, const struct person *who,
    struct sk_json *held)
{
	const struct org *o = gatekeeper_org(&p->k, who->org);
	const char *reason = NULL;
	bool send = false;

	for (size_t i = 0; o && i < p->n && !send; i++) {
		struct gate_answer a = gatekeeper_ask(c->d,
		    &p->items[i], o, who, false);

		send = a.send;
		if (a.key_only)
			reason = a.detail && *a.detail ? a.detail :
			    gate_word(a.clause);
	}
	p->copies += send;
	if (!send && reason) {
		struct sk_json *h = sk_json_add(held, sk_json_object());

		sk_json_set_str(h, "person", who->id);
		sk_json_set_str(h, "reason", reason);
	}
}

static int
show_plan(struct command *c)
{
	struct plan p = { 0 };
	struct sk_json *items, *held;
	int r = approved(c, &p);

	if (r)
		return r;
	c->out = sk_json_document("digest");
	sk_json_set_bool(c->out, "sent", false);
	items = sk_json_set(c->out, "items", sk_json_array());
	for (size_t i = 0; i < p.n; i++)
		document_item(sk_json_add(items, sk_json_object()),
		    &p.items[i].item);
	held = sk_json_set(c->out, "held", sk_json_array());
	for (size_t i = 0; i < p.k.npersons; i++)
		person(c, &p, &p.k.persons[i], held);
	sk_json_set_int(c->out, "copies", (int64_t)p.copies);
	return SK_OK;
}

/* Copies go as fast as they are sealed and the relay takes them: no spacing
 * stands between them, so --now has nothing to drop. */
int
verb_digest_send(struct command *c)
{
	struct digest_result made;
	struct sk_json *held;
	int r;

	if (!command_flag(c, "yes"))
		return show_plan(c);
	r = digest_make(c->d, c->arena, c->actor, &made, &c->e);
	if (r)
		return r;
	c->out = sk_json_document("digest");
	sk_json_set_bool(c->out, "sent", true);
	sk_json_set_int(c->out, "digest", made.row);
	sk_json_set_int(c->out, "copies", (int64_t)made.copies);
	held = sk_json_set(c->out, "held", sk_json_array());
	for (size_t i = 0; i < made.nheld; i++) {
		struct sk_json *h = sk_json_add(held, sk_json_object());

		sk_json_set_str(h, "person", made.held[i].person);
		sk_json_set_str(h, "reason", made.held[i].reason);
	}
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
	r = command_store(c, store_copy_list(c->d->store, c->arena, -1, row,
	    0, COPIES_MAX, &p, &n), "digest");
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

/*
 * Who would get what, if a digest were made now: shown before it goes, and then
 * made (digest.c) from the same answer of the gate. A person for whom only the
 * key says no has an entry too, held. Whoever has an item already gets
 * it once more only if it was corrected, in a mail of its own (T-37): repeating
 * everything trains people not to read. A raise was told with the approval.
 */
#include "delivery.h"
#include "digests.h"

#include <stdlib.h>
#include <string.h>

#include <sekisho/digest.h>

struct planning {
	struct daemon *d;
	struct sk_arena *a;
	struct digest_plan *out;
	struct holders {		/* by place of the item */
		const struct recipient *all;
		size_t n;
	} *holders;
	size_t *may;			/* places, of the person at hand */
	const char *held;
};

/* ---- the items ---- */

static int
take(struct planning *x, const char *id, struct sk_error *e)
{
	struct digest_plan *p = x->out;
	struct gate_case *g = &p->items[p->n];

	p->n++;
	return gatekeeper_item(x->d, x->a, id, g, e);
}

/* Whether anything but "nothing is waiting" is to be said. */
static int
none(const struct digest_options *o, size_t more, struct sk_error *e)
{
	if (o->urgent && more)
		return sk_fail(e, SK_ERR_NOINPUT, "digest", "no approved item "
		    "is marked urgent (%zu others wait): see `sekisho item "
		    "edit`", more);
	return sk_fail(e, SK_ERR_NOINPUT, "digest", "no approved item waits: "
	    "see `sekisho item list`");
}

static int
approved_items(struct planning *x, const struct digest_options *o,
    struct sk_error *e)
{
	struct item_record *all = NULL;
	size_t n = 0, more = 0;
	int r = store_item_list(x->d->store, x->a, 0, &all, &n);

	if (r)
		return sk_fail(e, r, "digest", "the store refused");
	x->out->items = sk_arena_array(x->a, n + 1, sizeof(*x->out->items));
	for (size_t i = 0; i < n && !r; i++) {
		const struct item *it = &all[i].item;

		if (it->state != ITEM_APPROVED)
			continue;
		if (x->out->n == LIMIT_DIGEST_ITEMS ||
		    (o->urgent && !(it->urgent)))
			more++;
		else
			r = take(x, it->id, e);
	}
	x->out->more = more;
	return r || x->out->n ? r : none(o, more, e);
}

/* ---- in which order they stand ---- */

struct place {
	struct digest_row row;
	struct gate_case *item;
	size_t at;
};

static int
by_order(const void *p, const void *q)
{
	const struct place *x = p, *y = q;
	int r = digest_order(&x->row, &y->row);

	return r ? r : (x->at > y->at) - (x->at < y->at);
}

void
digest_sort(struct daemon *d, struct sk_arena *a, struct digest_plan *p)
{
	struct place *order = sk_arena_array(a, p->n + 1, sizeof(*order));
	struct gate_case *items = sk_arena_array(a, p->n + 1, sizeof(*items));

	for (size_t i = 0; i < p->n; i++) {
		struct gate_case *g = &p->items[i];

		order[i] = (struct place){ .item = g, .at = i,
			.row = { .item = &g->item.item,
			    .audience = item_audience(d->policy,
				&g->item.item, g->has_terms ? &g->terms :
				NULL) } };
	}
	qsort(order, p->n, sizeof(*order), by_order);
	for (size_t i = 0; i < p->n; i++)
		items[i] = *order[i].item;
	p->items = items;
}

const char *
digest_text(const struct digest_plan *p, const struct digest_entry *e)
{
	bool raw = false;

	for (size_t i = 0; i < e->n; i++)
		raw |= p->items[e->items[i]].item.item.confidence ==
		    CONFIDENCE_RAW;
	return digest_template(e->org->class, raw);
}

/* ---- the people ---- */

static int
by_person(const void *p, const void *q)
{
	const struct recipient *x = p, *y = q;

	return strcmp(x->person, y->person);
}

static int
read_holders(struct planning *x, struct sk_error *e)
{
	struct digest_plan *p = x->out;
	int r = SK_OK;

	x->holders = sk_arena_array(x->a, p->n + 1, sizeof(*x->holders));
	for (size_t i = 0; i < p->n && !r; i++) {
		struct recipient *all = NULL;
		size_t n = 0;

		if (p->items[i].item.item.was_sent)
			r = recipients_of(x->d, x->a,
			    p->items[i].item.item.id, &all, &n);
		if (n)
			qsort(all, n, sizeof(*all), by_person);
		x->holders[i].all = all;
		x->holders[i].n = n;
	}
	return r ? sk_fail(e, r, "digest", "the store refused") : SK_OK;
}

static bool
has_it(const struct planning *x, size_t at, const char *person)
{
	const struct recipient key = { .person = person };

	return x->holders[at].n && bsearch(&key, x->holders[at].all,
	    x->holders[at].n, sizeof(key), by_person);
}

/* template NULL: what its items ask for. */
static void
add_entry(struct planning *x, const struct org *o, const struct person *p,
    const char *template, const size_t *items, size_t n)
{
	struct digest_entry *e = &x->out->entries[x->out->nentries++];

	*e = (struct digest_entry){ .person = p, .org = o, .held = x->held,
		.n = n };
	e->items = sk_arena_dup(x->a, items, n * sizeof(*e->items));
	e->template = template ? template : digest_text(x->out, e);
}

static void
entries(struct planning *x, const struct org *o, const struct person *p,
    size_t n)
{
	size_t *fresh = sk_arena_array(x->a, n + 1, sizeof(*fresh)), rest = 0;

	for (size_t i = 0; i < n; i++) {
		size_t at = x->may[i];

		if (!has_it(x, at, p->id))
			fresh[rest++] = at;
		else if (x->out->items[at].item.item.corrected)
			add_entry(x, o, p, "T-37", &at, 1);
	}
	if (rest)
		add_entry(x, o, p, NULL, fresh, rest);
}

static void
person(struct planning *x, const struct person *p)
{
	const struct org *o = gatekeeper_org(&x->out->roster, p->org);
	size_t n = 0;

	x->held = NULL;
	for (size_t i = 0; o && i < x->out->n; i++) {
		struct gate_answer g = gatekeeper_ask(x->d,
		    &x->out->items[i], o, p, false);

		if (!g.send && !g.key_only)
			continue;
		x->may[n++] = i;
		if (!g.send)
			x->held = g.detail && *g.detail ? g.detail :
			    gate_word(g.clause);
	}
	if (n && !x->held)
		x->held = returned_stop(x->d, x->a, p->id, p->address);
	if (n)
		entries(x, o, p, n);
}

/* What nobody is to have now is not sent: it waits, approved, for wider terms
 * or somebody's registration, instead of passing for sent. */
static void
leave_out_unwanted(struct planning *x)
{
	struct digest_plan *p = x->out;
	bool *wanted = sk_arena_array(x->a, p->n + 1, sizeof(*wanted));
	size_t *to = sk_arena_array(x->a, p->n + 1, sizeof(*to)), n = 0;

	for (size_t i = 0; i < p->nentries; i++)
		for (size_t k = 0; k < p->entries[i].n; k++)
			wanted[p->entries[i].items[k]] = true;
	for (size_t i = 0; i < p->n; i++) {
		to[i] = n;
		if (wanted[i])
			p->items[n++] = p->items[i];
	}
	p->n = n;
	for (size_t i = 0; i < p->nentries; i++)
		for (size_t k = 0; k < p->entries[i].n; k++)
			p->entries[i].items[k] = to[p->entries[i].items[k]];
}

int
digest_plan(struct daemon *d, struct sk_arena *a,
    const struct digest_options *o, struct digest_plan *out,
    struct sk_error *e)
{
	struct planning x = { .d = d, .a = a, .out = out };
	int r;

	*out = (struct digest_plan){ 0 };
	r = approved_items(&x, o, e);
	if (r)
		return r;
	if (gatekeeper_roster(d, a, true, &out->roster))
		return sk_fail(e, SK_ERR_IO, "digest", "the store refused");
	digest_sort(d, a, out);
	r = read_holders(&x, e);
	if (r)
		return r;
	x.may = sk_arena_array(a, out->n + 1, sizeof(*x.may));
	out->entries = sk_arena_array(a, out->roster.npersons *
	    (out->n + 1) + 1, sizeof(*out->entries));
	for (size_t i = 0; i < out->roster.npersons; i++)
		person(&x, &out->roster.persons[i]);
	leave_out_unwanted(&x);
	return out->n ? SK_OK : sk_fail(e, SK_ERR_REFUSED, "digest", "nobody "
	    "may have any approved item now, or everybody has it: see "
	    "`sekisho preview ITEM`");
}

/*
 * The roster as it stands, looked at whole. Every change was checked when it
 * was made; this finds what older programs let in and what only two correct
 * changes make wrong together.
 */
#include "roster_row.h"

#include <string.h>

struct look {
	struct sk_arena *a;
	const struct roster_known *known;
	const struct roster_key *keys;
	size_t nkeys;
	struct says found;
};

static bool
is_member(const struct org *o)
{
	return o->state == ORG_ACTIVE || o->state == ORG_SUSPENDED;
}

static void
look_at_org(struct look *l, const struct org *o)
{
	const char *at;
	struct sk_error e;

	if (roster_org_rules(o, l->known, &at, &e))
		sheet_say(l->a, &l->found, "%s, %s: %s", o->id, at, e.text);
}

static const struct org *
org_of(const struct roster_known *k, const char *id)
{
	for (size_t i = 0; i < k->norgs; i++)
		if (strcmp(k->orgs[i].id, id) == 0)
			return &k->orgs[i];
	return NULL;
}

static void
look_at_person(struct look *l, const struct person *p)
{
	const char *at;
	struct sk_error e;

	if (roster_person_rules(p, &at, &e))
		sheet_say(l->a, &l->found, "%s, %s: %s", p->id, at, e.text);
	if (p->doubt && *p->doubt)
		sheet_say(l->a, &l->found, "%s, address: several people may "
		    "read it (%s); ask, then `person change %s --personal "
		    "yes` or no (R-109)", p->id, p->doubt, p->id);
}

/* Only pairs that one of the sorted keys brings together are compared. */
static void
look_at_pair(struct look *l, const struct person *p, const struct person *q)
{
	struct sk_error e;

	if (roster_beside(p, org_of(l->known, p->org), q, l->known, &e))
		sheet_say(l->a, &l->found, "%s, %s: %s", p->id, e.where,
		    e.text);
}

static void
look_at_pairs(struct look *l, char *(*key)(struct sk_arena *, const char *),
    bool by_name)
{
	const struct roster_known *k = l->known;
	struct index x;

	index_start(l->a, &x, k->npersons);
	for (size_t i = 0; i < k->npersons; i++)
		if (k->persons[i].active)
			index_add(&x, key(l->a, by_name ? k->persons[i].name :
			    k->persons[i].address), i);
	index_sort(&x);
	for (size_t i = 1; i < x.n; i++)
		for (size_t j = i; j-- > 0 && strcmp(x.keys[i].text,
		    x.keys[j].text) == 0; )
			look_at_pair(l, &k->persons[x.keys[i].at],
			    &k->persons[x.keys[j].at]);
}

static void
look_at_keys(struct look *l)
{
	struct sk_error e;

	for (size_t i = 0; i < l->nkeys; i++)
		if (roster_check_key(l->keys[i].facts, l->keys[i].person,
		    l->known, l->keys, i, &e))
			sheet_say(l->a, &l->found, "%s, key: %s",
			    l->keys[i].person, e.text);
}

static void
forget_repeats(struct says *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		size_t j = 0;

		while (j < n && strcmp(s->list[j], s->list[i]) != 0)
			j++;
		if (j == n)
			s->list[n++] = s->list[i];
	}
	s->n = n;
}

size_t
roster_faults(struct sk_arena *a, const struct roster_known *known,
    const struct roster_key *pinned, size_t npinned, const char *const **out)
{
	struct look l = { .a = a, .known = known, .keys = pinned,
		.nkeys = npinned };

	for (size_t i = 0; i < known->norgs; i++)
		if (is_member(&known->orgs[i]))
			look_at_org(&l, &known->orgs[i]);
	for (size_t i = 0; i < known->npersons; i++)
		if (known->persons[i].active)
			look_at_person(&l, &known->persons[i]);
	look_at_pairs(&l, roster_mailbox, false);
	look_at_pairs(&l, roster_mailbox_wide, false);
	look_at_pairs(&l, roster_name_key, true);
	look_at_keys(&l);
	forget_repeats(&l.found);
	*out = l.found.list;
	return l.found.n;
}

/*
 * The announcement of the council's next key: one mail to each who writes to
 * it, sealed like all others to that one person, signed with the present key,
 * which is the proof of the next one. Who has it is known by the copy's own
 * note, so that a second run makes what a first did not come to, and reaches
 * who was registered meanwhile. One that is sealed after the day of change
 * would prove nothing: it is dropped.
 */
#include "delivery.h"

#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/text.h>

#define TEMPLATE "T-46"
#define COPIES_MAX 1000
#define CASES_MAX 100000

bool
announcement_text(const char *template)
{
	return strcmp(template, TEMPLATE) == 0;
}

/* ---- what it says ---- */

static bool
ahead(const struct daemon *d, struct sk_arena *a, struct announcement *x)
{
	if (!council_key(d, KEY_OPENPGP, OWN_NEXT, &x->next) ||
	    !council_key(d, KEY_OPENPGP, OWN_CURRENT, &x->present) ||
	    !x->next.block.len || !x->present.block.len)
		return false;
	x->about = sk_arena_printf(a, "%s %s %s", x->next.fpr, sk_time_iso(a,
	    x->next.since), sk_time_iso(a, x->present.until));
	return true;
}

static struct compose_attachment
key_file(struct sk_arena *a, const char *name, struct sk_span block)
{
	return (struct compose_attachment){ name, "application/pgp-keys",
		sk_span_of(sk_arena_dup(a, block.p, block.len), block.len) };
}

bool
announcement_fill(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c, struct tvalues *v,
    struct compose_attachment *keys)
{
	struct announcement x;

	if (!ahead(d, a, &x) || !c->items || strcmp(c->items, x.about) != 0)
		return false;
	tv_str(v, "key_fpr", values_fpr(a, x.next.fpr));
	tv_str(v, "date", sk_date_local(a, x.next.since));
	/* The last day is the one before which it ends. */
	tv_str(v, "key_until", sk_date_local(a, x.present.until - 1));
	keys[0] = key_file(a, "council-key-next.asc", x.next.block);
	keys[1] = key_file(a, "council-key-present.asc", x.present.block);
	return true;
}

/* ---- to whom ---- */

struct round {
	struct daemon *d;
	struct sk_arena *a;
	bool make;
	int64_t now;
	struct announcement *x;
	const char **addresses;		/* of cases: had it, or get it now */
	size_t naddresses;
};

static bool
is_told(const struct round *r, const struct copy_record *c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (announcement_text(c[i].template) && c[i].items &&
		    c[i].state != COPY_DROPPED &&
		    strcmp(c[i].items, r->x->about) == 0)
			return true;
	return false;
}

/* The copies of one person at a time: there may be thousands of people. */
static int
person_told(const struct round *r, const char *person, bool *told)
{
	struct sk_arena *a = sk_arena_new();
	struct copy_record *past = NULL;
	size_t n = 0;
	int ret = store_copies_marked(r->d->store, a, person, COPIES_MAX,
	    &past, &n);

	*told = !ret && is_told(r, past, n);
	sk_arena_free(&a);
	return ret;
}

static int
to_person(struct round *r, const struct person *p)
{
	struct key_record k;
	bool told;
	int ret;

	if (!p->active || !p->account)
		return SK_OK;
	ret = person_told(r, p->id, &told);
	if (ret)
		return ret;
	if (told) {
		r->x->told++;
		return SK_OK;
	}
	r->x->copies++;
	if (store_key_pinned(r->d->store, r->a, p->id, 0, &k) != SK_OK)
		r->x->no_key[r->x->nno_key++] = p->id;
	return r->make ? letter_send(r->d, r->a, p, TEMPLATE, r->x->about,
	    NULL, r->now) : SK_OK;
}

static int
to_persons(struct round *r)
{
	struct roster_known k;
	int ret = store_roster(r->d->store, r->a, true, &k);

	if (ret)
		return ret;
	r->x->no_key = sk_arena_array(r->a, k.npersons + 1,
	    sizeof(*r->x->no_key));
	for (size_t i = 0; i < k.npersons && !ret; i++)
		ret = to_person(r, &k.persons[i]);
	return ret;
}

static bool
is_listed(const struct round *r, const char *address)
{
	for (size_t i = 0; i < r->naddresses; i++)
		if (sk_ascii_ieq(r->addresses[i], address))
			return true;
	return false;
}

/* Whom nobody can write to encrypted does not write so to us. A registered
 * person has a mail of their own. */
static bool
concerned(const struct round *r, const struct case_record *c)
{
	struct key_record k;
	struct person p;

	return c->originator && store_key_pinned(r->d->store, r->a, NULL,
	    c->row, &k) == SK_OK && !(store_person_by_address(r->d->store,
	    r->a, c->originator, &p) == SK_OK && p.active && p.account);
}

static int
case_told(struct round *r, const struct case_record *c)
{
	struct copy_record *past = NULL;
	size_t n = 0;
	int ret = store_copy_list(r->d->store, r->a, -1, 0, c->row,
	    COPIES_MAX, &past, &n);

	if (!ret && is_told(r, past, n) && !is_listed(r, c->originator)) {
		r->addresses[r->naddresses++] = c->originator;
		r->x->told++;
	}
	return ret;
}

static int
to_case(struct round *r, const struct case_record *c)
{
	const struct letter l = { .of_case = c, .address = c->originator,
		.language = c->language, .template = TEMPLATE,
		.about = r->x->about, .now = r->now };

	if (is_listed(r, c->originator))
		return SK_OK;
	r->addresses[r->naddresses++] = c->originator;
	r->x->copies++;
	return r->make ? letter_post(r->d, r->a, &l) : SK_OK;
}

/* One mail to an address, however many cases it has. */
static int
to_cases(struct round *r)
{
	struct case_record *c = NULL;
	size_t n = 0, m = 0;
	int ret = store_case_list(r->d->store, r->a, true, CASES_MAX, &c, &n);

	r->addresses = sk_arena_array(r->a, n + 1, sizeof(*r->addresses));
	for (size_t i = 0; i < n && !ret; i++)
		if (concerned(r, &c[i]))
			c[m++] = c[i];
	for (size_t i = 0; i < m && !ret; i++)
		ret = case_told(r, &c[i]);
	for (size_t i = 0; i < m && !ret; i++)
		ret = to_case(r, &c[i]);
	return ret;
}

int
announcement_send(struct daemon *d, struct sk_arena *a, bool make,
    struct announcement *out, struct sk_error *e)
{
	struct round r = { .d = d, .a = a, .make = make, .now = sk_now(),
		.x = out };
	const char *differ = council_keys_differ(d);
	int ret;

	*out = (struct announcement){ 0 };
	if (differ)
		return sk_fail(e, SK_ERR_REFUSED, "keyd", "%s", differ);
	if (!ahead(d, a, out))
		return sk_fail(e, SK_ERR_NOINPUT, "key", "no other key "
		    "follows the present one: make it with `sekisho setup key "
		    "--next', and start sekishod anew");
	ret = to_persons(&r);
	if (!ret)
		ret = to_cases(&r);
	return ret ? sk_fail(e, ret, "key", "the store refused a copy") :
	    SK_OK;
}

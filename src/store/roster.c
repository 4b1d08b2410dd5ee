/*
 * Member organisations and registered persons. Rows are found by keyed hashes
 * of their ids and addresses; nothing of a name stands in the clear. A person's
 * pinned key is read with the person, so that no copy can go to another key.
 */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "store/internal.h"

#define ORG "orgs.box"
#define PERSON "persons.box"

/* ---- organisations ---- */

int
store_org_put(struct store *s, const struct org *o, int64_t now)
{
	struct stmt *st = store_use(s, SQL_ORG_PUT);

	lookup_bind(st, lookup_text(s, "org", o->id));
	db_bind_int(st, now);
	pack_begin(s);
	pack_str(s, o->id);
	pack_str(s, o->name);
	pack_u8(s, o->class);
	pack_u8(s, o->kind);
	pack_u8(s, o->state);
	pack_u8(s, o->foreign_capital);
	pack_str(s, o->tf_approval);
	pack_u8(s, o->receive_secret);
	pack_str(s, o->competent_for);
	pack_str(s, o->supervises);
	pack_str(s, o->approval);
	pack_u8(s, o->agreed);
	pack_bind(s, st, ORG);
	return db_run(st);
}

static int
read_org(struct store *s, struct stmt *st, struct sk_arena *a, void *into)
{
	struct org *o = into;
	struct wire_in w = unpack(s, st, ORG);

	*o = (struct org){ .id = wire_need_str(&w, a) };
	o->name = wire_str(&w, a);
	o->class = wire_enum(&w, CLASS_GENERAL);
	o->kind = wire_enum(&w, ORG_GOV_SECRETARIAT);
	o->state = wire_enum(&w, ORG_EXPELLED);
	o->foreign_capital = wire_bool(&w);
	o->tf_approval = wire_str(&w, a);
	o->receive_secret = wire_bool(&w);
	o->competent_for = wire_str(&w, a);
	o->supervises = wire_str(&w, a);
	if (w.rest.len)		/* not of schema 1 */
		o->approval = wire_str(&w, a);
	if (w.rest.len)		/* not of schema 9 */
		o->agreed = wire_bool(&w);
	return unpack_end(&w, ORG);
}

int
store_org_get(struct store *s, struct sk_arena *a, const char *id,
    struct org *out)
{
	struct stmt *st = store_use(s, SQL_ORG_GET);

	lookup_bind(st, lookup_text(s, "org", id));
	return row_get(s, st, a, read_org, out);
}

/* ---- persons ---- */

int
store_person_put(struct store *s, const struct person *p, int64_t now)
{
	struct stmt *st = store_use(s, SQL_PERSON_PUT);

	lookup_bind(st, lookup_text(s, "person", p->id));
	lookup_bind(st, lookup_text(s, "org", p->org));
	lookup_bind(st, lookup_address(s, p->address));
	db_bind_int(st, p->active);
	db_bind_int(st, now);
	pack_begin(s);
	pack_str(s, p->id);
	pack_str(s, p->org);
	pack_str(s, p->name);
	pack_str(s, p->address);
	pack_u32(s, p->roles);
	pack_u8(s, p->account);
	pack_str(s, p->language);
	pack_i64(s, p->scheme);
	pack_u8(s, p->address_personal);
	pack_i64(s, p->applied);
	pack_i64(s, p->due);
	pack_i64(s, p->removed);
	pack_i64(s, p->acknowledged);
	pack_str(s, p->doubt);
	pack_bind(s, st, PERSON);
	return db_run(st);
}

static int
read_person(struct store *s, struct stmt *st, struct sk_arena *a,
    struct person *p)
{
	struct wire_in w;

	*p = (struct person){ .active = db_int(st) != 0 };
	w = unpack(s, st, PERSON);
	p->id = wire_need_str(&w, a);
	p->org = wire_need_str(&w, a);
	p->name = wire_str(&w, a);
	p->address = wire_need_str(&w, a);
	p->roles = wire_u32(&w);
	p->account = wire_bool(&w);
	p->language = wire_str(&w, a);
	p->scheme = (int)wire_i64(&w);
	p->address_personal = wire_bool(&w);
	if (w.rest.len) {	/* not of schema 1 */
		p->applied = wire_i64(&w);
		p->due = wire_i64(&w);
		p->removed = wire_i64(&w);
		p->acknowledged = wire_i64(&w);
		p->doubt = wire_str(&w, a);
	}
	return unpack_end(&w, PERSON);
}

/* Whether the key may still be used today is the program's to judge. */
static int
join_key(struct store *s, struct sk_arena *a, struct person *p)
{
	int r = keys_pinned_fpr(s, a, p->id, &p->fpr);

	p->key_state = r ? "no-key" : "";
	return r == SK_ERR_NOINPUT ? SK_OK : r;
}

static int
one_person(struct store *s, struct stmt *st, struct sk_arena *a,
    struct person *out)
{
	int r = db_get(st);

	if (r)
		return r;
	r = read_person(s, st, a, out);
	db_end(st);
	return r ? r : join_key(s, a, out);
}

int
store_person_get(struct store *s, struct sk_arena *a, const char *id,
    struct person *out)
{
	struct stmt *st = store_use(s, SQL_PERSON_GET);

	lookup_bind(st, lookup_text(s, "person", id));
	return one_person(s, st, a, out);
}

int
store_person_by_address(struct store *s, struct sk_arena *a,
    const char *address, struct person *out)
{
	struct stmt *st = store_use(s, SQL_PERSON_BY_ADDRESS);

	lookup_bind(st, lookup_address(s, address));
	return one_person(s, st, a, out);
}

/* ---- the whole roster ---- */

static int
by_org_id(const void *a, const void *b)
{
	return strcmp(((const struct org *)a)->id, ((const struct org *)b)->id);
}

static int
by_person_id(const void *a, const void *b)
{
	return strcmp(((const struct person *)a)->id,
	    ((const struct person *)b)->id);
}

static int
all_orgs(struct store *s, struct sk_arena *a, struct roster_known *out)
{
	struct stmt *st = store_use(s, SQL_ORG_LIST);
	struct org *list;
	int r = row_list(s, st, a, read_org, sizeof(*list), &list,
	    &out->norgs);

	if (out->norgs)
		qsort(list, out->norgs, sizeof(*list), by_org_id);
	out->orgs = list;
	return r;
}

static int
all_persons(struct store *s, struct sk_arena *a, bool active,
    struct roster_known *out)
{
	struct stmt *st = store_use(s, active ? SQL_PERSON_LIST_ACTIVE :
	    SQL_PERSON_LIST);
	struct person *list = NULL;
	int r;

	while ((r = db_step(st)) > 0) {
		list = list_add(a, list, out->npersons, sizeof(*list));
		r = read_person(s, st, a, &list[out->npersons]);
		if (!r)
			r = join_key(s, a, &list[out->npersons]);
		if (r)
			break;
		out->npersons++;
	}
	db_end(st);
	if (out->npersons)
		qsort(list, out->npersons, sizeof(*list), by_person_id);
	out->persons = list;
	return r;
}

int
store_roster(struct store *s, struct sk_arena *a, bool active,
    struct roster_known *out)
{
	int r;

	*out = (struct roster_known){ 0 };
	r = all_orgs(s, a, out);
	return r ? r : all_persons(s, a, active, out);
}

int
store_roster_keys(struct store *s, struct sk_arena *a,
    const struct roster_known *k, bool former, struct roster_key **out,
    size_t *n)
{
	int r = SK_OK;

	*out = NULL;
	*n = 0;
	for (size_t i = 0; i < k->npersons && !r; i++) {
		const struct person *p = &k->persons[i];
		struct key_record *keys = NULL;
		size_t nkeys = 0;

		if (p->active || former)
			r = store_keys(s, a, p->id, 0, &keys, &nkeys);
		for (size_t j = 0; j < nkeys && !r; j++) {
			if (keys[j].state != KEY_PINNED &&
			    keys[j].state != KEY_STOPPED && !(former &&
			    keys[j].state == KEY_RETIRED))
				continue;
			*out = list_add(a, *out, *n, sizeof(**out));
			(*out)[*n] = (struct roster_key){ p->id,
			    &keys[j].facts };
			(*n)++;
		}
	}
	return r;
}

/*
 * What became of a digest, in one document: how many copies stand where and
 * why, then a line a person, those first who have nothing. Of a copy that was
 * made anew for another address only the new one counts.
 */
#include <stdlib.h>
#include <string.h>

#include <sekisho/clock.h>

#include "command.h"

#define COPIES_MAX 100000	/* as `digest show` */

/* The order of the lines: what somebody must look at comes first. */
static const enum copy_state order[] = { COPY_HELD, COPY_BOUNCED,
	COPY_DROPPED, COPY_TO_SEAL, COPY_READY, COPY_HANDING, COPY_MARKED,
	COPY_SENT };
#define STATES (sizeof(order) / sizeof(*order))

static int
rank(enum copy_state st)
{
	size_t i = 0;

	while (i < STATES && order[i] != st)
		i++;
	return (int)i;
}

static const char *
why(const struct copy_record *c)
{
	return c->reason ? c->reason : "";
}

static int
by_state(const void *p, const void *q)
{
	const struct copy_record *x = p, *y = q;
	int r = rank(x->state) - rank(y->state);

	if (!r)
		r = strcmp(why(x), why(y));
	if (!r)
		r = strcmp(x->person ? x->person : "", y->person ? y->person :
		    "");
	return r ? r : (x->row > y->row) - (x->row < y->row);
}

static size_t
without_moved(struct copy_record *c, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (c[i].state != COPY_DROPPED ||
		    strcmp(why(&c[i]), "address-changed") != 0)
			c[kept++] = c[i];
	return kept;
}

static void
count(struct command *c, const struct copy_record *p, size_t n)
{
	struct sk_json *all = sk_json_set(c->out, "counts", sk_json_array());

	for (size_t i = 0, end; i < n; i = end) {
		struct sk_json *o = sk_json_add(all, sk_json_object());

		for (end = i; end < n && p[end].state == p[i].state &&
		    strcmp(why(&p[end]), why(&p[i])) == 0; end++)
			;
		sk_json_set_str(o, "state", document_copy_state(p[i].state));
		sk_json_set_str(o, "reason", *why(&p[i]) ? why(&p[i]) : NULL);
		sk_json_set_int(o, "copies", (int64_t)(end - i));
	}
}

static const char *
org_of(const struct roster_known *k, const char *person)
{
	for (size_t i = 0; person && i < k->npersons; i++)
		if (strcmp(k->persons[i].id, person) == 0)
			return k->persons[i].org;
	return NULL;
}

static void
people(struct command *c, const struct copy_record *p, size_t n,
    const struct roster_known *k)
{
	struct sk_json *all = sk_json_set(c->out, "people", sk_json_array());
	bool names = command_role(c, FOR_OPERATOR | FOR_AUDITOR);

	for (size_t i = 0; i < n && names; i++) {
		struct sk_json *o;

		if (p[i].state == COPY_SENT && command_flag(c, "not_sent"))
			continue;
		o = sk_json_add(all, sk_json_object());
		sk_json_set_str(o, "person", p[i].person);
		sk_json_set_str(o, "org", org_of(k, p[i].person));
		sk_json_set_str(o, "state", document_copy_state(p[i].state));
		sk_json_set_str(o, "reason", *why(&p[i]) ? why(&p[i]) : NULL);
		sk_json_set_int(o, "copy", p[i].row);
		sk_json_set_str(o, "items", p[i].items);
		document_time(o, "sent", p[i].sent);
	}
}

int
verb_digest_report(struct command *c)
{
	int64_t row = command_number(c, "n", 0);
	struct copy_record *p = NULL;
	struct roster_known k = { 0 };
	struct digest_record d;
	size_t n = 0;
	int r;

	if (store_digest_get(c->d->store, c->arena, row, &d))
		return sk_fail(&c->e, SK_ERR_NOINPUT, "digest", "no such "
		    "digest: see `sekisho digest list`");
	r = command_store(c, store_copy_list_whole(c->d->store, c->arena, -1,
	    row, 0, COPIES_MAX, &p, &n), "digest");
	if (!r)
		r = command_store(c, store_roster(c->d->store, c->arena,
		    false, &k), "roster");
	if (r)
		return r;
	n = without_moved(p, n);
	if (n)
		qsort(p, n, sizeof(*p), by_state);
	c->out = sk_json_document("digest-report");
	sk_json_set_int(c->out, "digest", d.row);
	document_time(c->out, "created", d.created);
	sk_json_set_int(c->out, "copies", (int64_t)n);
	count(c, p, n);
	people(c, p, n, &k);
	return SK_OK;
}

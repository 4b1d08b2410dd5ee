/*
 * Who has an item already, and what they are told about it later (T-08, T-38).
 * A notice holds the item's name and words of scope or confidence; it goes,
 * like everything, to one person's pinned key.
 */
#include "daemon.h"

#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/text.h>

#define COPIES_MAX 100000
#define TOKEN_LENGTH 26

bool
recipients_listed(const char *ids, const char *item)
{
	size_t n = strlen(item);

	for (const char *at = ids; at && (at = strstr(at, item)); at += n)
		if ((at == ids || at[-1] == ' ') &&
		    (at[n] == ' ' || at[n] == '\0'))
			return true;
	return false;
}

static bool
in_digest(const struct digest_record *g, const char *item)
{
	for (size_t i = 0; i < g->nitems; i++)
		if (strcmp(g->items[i], item) == 0)
			return true;
	return false;
}

/* The newest copy of a person counts: an item may have gone again. */
static void
take(struct recipient *all, size_t *n, const struct copy_record *c)
{
	size_t i = 0;

	while (i < *n && strcmp(all[i].person, c->person) != 0)
		i++;
	if (i < *n && all[i].copy > c->row)
		return;
	all[i] = (struct recipient){ c->row, c->sent ? c->sent : c->created,
		c->person, c->queue_id };
	if (i == *n)
		(*n)++;
}

/* Whoever may have it counts: what came back may have been read on the way (a
 * bounce proves nothing), what a lost connection left open may have arrived,
 * and what an operator told is known. */
static bool
handed_over(const struct copy_record *c)
{
	return c->sent || c->state == COPY_HANDING || c->state == COPY_MARKED;
}

int
recipients_of(struct daemon *d, struct sk_arena *a, const char *item,
    struct recipient **out, size_t *n)
{
	struct digest_record *g = NULL;
	size_t ng = 0;
	int r = store_digest_list(d->store, a, &g, &ng);

	*out = NULL;
	*n = 0;
	for (size_t i = 0; i < ng && !r; i++) {
		struct copy_record *c = NULL;
		struct recipient *more;
		size_t nc = 0;

		if (!in_digest(&g[i], item))
			continue;
		r = store_copy_list(d->store, a, -1, g[i].row, 0,
		    COPIES_MAX, &c, &nc);
		more = sk_arena_array(a, *n + nc + 1, sizeof(*more));
		if (*n)
			memcpy(more, *out, *n * sizeof(*more));
		*out = more;
		for (size_t k = 0; k < nc && !r; k++)
			if (c[k].person && handed_over(&c[k]) &&
			    recipients_listed(c[k].items, item))
				take(*out, n, &c[k]);
	}
	return r;
}

int
outbox_judge_anew(struct daemon *d, struct sk_arena *a, const char *item)
{
	static const enum copy_state waiting[] = { COPY_READY, COPY_HELD };
	struct digest_record *g = NULL;
	size_t ng = 0;
	int r = store_digest_list(d->store, a, &g, &ng);

	for (size_t i = 0; i < 2 * ng && !r; i++) {
		struct copy_record *c = NULL;
		size_t nc = 0;

		if (!in_digest(&g[i / 2], item))
			continue;
		r = store_copy_list(d->store, a, (int)waiting[i % 2],
		    g[i / 2].row, 0, COPIES_MAX, &c, &nc);
		for (size_t k = 0; k < nc && !r; k++) {
			if (c[k].state == COPY_READY)
				r = store_copy_state(d->store, c[k].row,
				    COPY_HELD, "reseal", 0);
			if (!r)		/* nobody is told the same again */
				r = store_copy_state(d->store, c[k].row,
				    COPY_TO_SEAL, c[k].reason, 0);
		}
	}
	outbox_kick(d->outbox);
	return r;
}

/* ---- notices ---- */

int
notice_send(struct daemon *d, struct sk_arena *a, const struct case_record *c,
    const char *person, const char *template_id,
    const struct notice_record *say)
{
	char token[TOKEN_LENGTH + 1];
	struct token_record t = { .created = sk_now() };
	struct copy_record copy;
	struct person p;
	int r;

	if (store_person_get(d->store, a, person, &p) || !p.active)
		return SK_OK;		/* nobody there to tell */
	copy = (struct copy_record){
		.created = t.created, .state = COPY_TO_SEAL,
		.encrypted = true, .template = template_id,
		.language = p.language, .case_row = c->row, .person = p.id,
		.address = p.address, .from = d->config->desks[0].address,
		.token = token, .reason = "",
	};
	sk_random_base32(token, TOKEN_LENGTH);
	r = store_copy_add(d->store, &copy);
	t.copy_row = copy.row;
	t.address = p.address;
	if (!r)
		r = store_token_add(d->store, token, &t);
	outbox_kick(d->outbox);
	return r ? r : store_notice_add(d->store, copy.row, say);
}

static void
scope_row(struct tvalues *v, struct sk_arena *a, const char *list,
    enum scope scope)
{
	tv_choice(tv_row(v, list), "scope_", values_scope_flag(a, scope));
}

/* T-37 of a withdrawn item: its label, and nothing of its text. */
static void
retraction(struct daemon *d, struct sk_arena *a, struct tvalues *v,
    const char *item)
{
	struct sk_error e = { 0 };
	struct gate_case g;

	if (gatekeeper_item(d, a, item, &g, &e))
		return;		/* the text lacks its fields: not sent */
	digest_label(d, a, v, &g);
	tv_flag(v, "retracted", true);
	tv_flag(v, "any_secret", g.item.item.secret);
	tv_flag(v, "no_forward", g.item.item.onward == ONWARD_NONE);
	tv_flag(v, "urgent", false);
}

/* T-38: where it went, if it went beyond the members. */
static void
released(struct daemon *d, struct sk_arena *a, struct tvalues *v,
    const struct notice_record *say)
{
	struct release_record *all = NULL;
	const char *where = "";
	size_t n = 0;

	if (say->request && store_releases(d->store, a, &all, &n))
		n = 0;
	for (size_t i = 0; i < n; i++)
		if (all[i].row == say->request)
			where = all[i].where;
	tv_flag(v, "released", say->request != 0);
	tv_str(v, "release_where", where);
}

struct tvalues *
notice_values(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c, const struct org *o, const struct person *p,
    const struct notice_record *say)
{
	struct tvalues *v = values_common(d, a, c->language);

	tv_str(v, "person_name", p->name);
	tv_str(v, "org_name", o->name);
	tv_str(v, "serial", sk_arena_strn(a, c->token, COPY_SERIAL));
	tv_str(v, "desk_address", c->from);
	tv_str(v, "contact", c->from);
	tv_flag(v, "any_secret", false);
	tv_str(v, "item", say->item);
	tv_flag(v, "withdrawn", say->withdrawn);
	scope_row(v, a, "old_terms", say->was);
	scope_row(v, a, "new_terms", say->now);
	released(d, a, v, say);
	tv_flag(v, "was_raw", say->raised_from == CONFIDENCE_RAW);
	tv_flag(v, "was_tentative", say->raised_from == CONFIDENCE_TENTATIVE);
	tv_flag(v, "tentative", say->raised_to == CONFIDENCE_TENTATIVE);
	tv_flag(v, "confirmed", say->raised_to == CONFIDENCE_CONFIRMED);
	if (strcmp(c->template, "T-37") == 0)
		retraction(d, a, v, say->item);
	return v;
}

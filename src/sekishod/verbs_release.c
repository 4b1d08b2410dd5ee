/*
 * Releases: an item goes beyond the members, by other
 * schemes or to the public. This program publishes nothing; it records that it
 * was done, within every contributor's terms, and tells those who have the item
 * (T-38). And the review of what a member contributed, told to that member
 * alone (T-35; ).
 */
#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/text.h>

#include "command.h"

static int
admits(struct command *c, const struct gate_case *g, enum scope to)
{
	const struct item *i = &g->item.item;
	enum scope most = item_audience(c->d->policy, i, g->has_terms ?
	    &g->terms : NULL);

	if (to < SCOPE_PARTNER_SCHEMES)
		return sk_fail(&c->e, SK_ERR_USAGE, "--to", "PARTNER_SCHEMES "
		    "or PUBLIC: what stays with the members is a digest");
	if (i->state != ITEM_SENT && i->state != ITEM_APPROVED)
		return sk_fail(&c->e, SK_ERR_REFUSED, i->id, "is not "
		    "approved (R-094)");
	if (to > most)
		return sk_fail(&c->e, SK_ERR_REFUSED, i->id, "matrix and "
		    "terms end at %s (R-063)", word_of(WORDS_SCOPE,
		    (int)most));
	return i->secret ? sk_fail(&c->e, SK_ERR_REFUSED, i->id, "is secret") :
	    SK_OK;
}

/* Whose cases count with this one contributed to it (R-103, C-30). */
static int
contributors_admit(struct command *c, const struct item *i, enum scope to)
{
	struct campaign_link *m = NULL;
	size_t n = 0;
	int r = command_store(c, store_merges(c->d->store, c->arena, &m, &n),
	    i->id);
	int64_t own = campaign_of(m, n, i->case_row);

	for (size_t k = 0; k < n && !r; k++) {
		struct case_record other;
		struct terms t;

		if (campaign_of(m, n, m[k].case_row) != own || store_case_get(
		    c->d->store, c->arena, m[k].case_row, &other) ||
		    m[k].case_row == i->case_row ||
		    store_terms_locked(c->d->store, c->arena, other.row, &t))
			continue;
		if (t.withdrawn || t.scope < to)
			return sk_fail(&c->e, SK_ERR_REFUSED, other.number,
			    "counts with it, and its originator's terms do "
			    "not reach %s (R-103)", word_of(WORDS_SCOPE,
			    (int)to));
	}
	return r;
}

static int
tell_holders(struct command *c, const struct gate_case *g, int64_t release,
    size_t *told)
{
	const struct notice_record say = { .item = g->item.item.id,
		.request = release };
	struct recipient *to = NULL;
	struct case_record k;
	size_t n = 0;
	int r = recipients_of(c->d, c->arena, say.item, &to, &n);

	if (!r)
		r = store_case_get(c->d->store, c->arena,
		    g->item.item.case_row, &k);
	for (size_t i = 0; i < n && !r; i++) {
		struct person p;
		struct org o;

		if (store_person_get(c->d->store, c->arena, to[i].person,
		    &p) || store_org_get(c->d->store, c->arena, p.org, &o) ||
		    gate_admits(c->d->policy, &g->item.item, &g->terms, &o) !=
		    GATE_YES)
			continue;
		r = notice_send(c->d, c->arena, &k, p.id, "T-38", &say);
		(*told)++;
	}
	return command_store(c, r, say.item);
}

int
verb_item_release(struct command *c)
{
	struct release_record x = { .time = c->now, .who = c->actor,
		.where = command_str(c, "where") };
	struct gate_case g;
	size_t told = 0;
	int r = gatekeeper_item(c->d, c->arena, command_str(c, "item"), &g,
	    &c->e);

	x.scope = (enum scope)command_word(c, "to", WORDS_SCOPE, 0);
	x.item = g.item.item.id;
	if (!r)
		r = admits(c, &g, x.scope);
	if (!r)
		r = contributors_admit(c, &g.item.item, x.scope);
	if (!r)
		r = command_store(c, store_release_add(c->d->store, &x),
		    "release");
	if (!r)
		r = tell_holders(c, &g, x.row, &told);
	if (!r)
		r = command_audit(c, "item.release", x.item,
		    word_of(WORDS_SCOPE, (int)x.scope));
	if (r)
		return r;
	outbox_kick(c->d->outbox);
	c->out = sk_json_document("item");
	document_item(c->out, &g.item);
	sk_json_set_int(c->out, "told", (int64_t)told);
	return SK_OK;
}

/* ---- T-35 ---- */

/* "2026-04-01": dates are compared as texts. */
static bool
is_date(const char *s)
{
	return strlen(s) == 10 && strspn(s, "0123456789") == 4 &&
	    s[4] == '-' && strspn(s + 5, "0123456789") == 2 && s[7] == '-' &&
	    strspn(s + 8, "0123456789") == 2;
}

int
verb_org_review(struct command *c)
{
	const char *from = command_str(c, "from"), *until = command_str(c,
	    "until"), *period = sk_arena_printf(c->arena, "%s %s", from,
	    until);
	struct roster_known k;
	struct org o;
	size_t copies = 0;
	int r = command_org(c, command_str(c, "org"), &o);

	if (!r && (!is_date(from) || !is_date(until)))
		r = sk_fail(&c->e, SK_ERR_USAGE, "--from", "dates like "
		    "2026-04-01");
	if (!r && o.class != CLASS1 && o.class != CLASS2)
		r = sk_fail(&c->e, SK_ERR_REFUSED, o.id, "only classes 1 and "
		    "2 contribute by duty (R-012)");
	if (!r)
		r = command_store(c, store_roster(c->d->store, c->arena, true,
		    &k), "roster");
	for (size_t i = 0; !r && i < k.npersons; i++) {
		if (!letter_is_poc(&k.persons[i], o.id))
			continue;
		copies++;
		if (command_flag(c, "yes"))
			r = command_store(c, letter_send(c->d, c->arena,
			    &k.persons[i], "T-35", period, NULL, c->now),
			    o.id);
	}
	if (r)
		return r;
	if (command_flag(c, "yes"))
		r = command_audit(c, "org.review", o.id, period);
	c->out = sk_json_document("asked");
	sk_json_set_bool(c->out, "sent", command_flag(c, "yes"));
	sk_json_set_int(c->out, "copies", (int64_t)copies);
	outbox_kick(c->d->outbox);
	return r;
}

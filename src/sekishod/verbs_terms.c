/*
 * Terms: shown, narrowed, their exclusions mapped. An operator can only take
 * away (I2): every new version is held against the one in force by the council
 * library, and nothing here writes a wider one.
 */
#include <string.h>

#include <sekisho/terms.h>

#include "command.h"

/* Who has what of it: the queue ids are Postfix's, to be removed there where a
 * withdrawal came in time (I1). */
static int
handed_over(struct command *c, const struct case_record *k)
{
	struct sk_json *all = sk_json_set(c->out, "handed_over",
	    sk_json_array());
	struct item_record *items = NULL;
	size_t n = 0;
	int r = store_item_list(c->d->store, c->arena, k->row, &items, &n);

	for (size_t i = 0; i < n && !r; i++) {
		struct recipient *to = NULL;
		size_t nto = 0;

		r = recipients_of(c->d, c->arena, items[i].item.id, &to,
		    &nto);
		for (size_t p = 0; p < nto; p++) {
			struct sk_json *o = sk_json_add(all,
			    sk_json_object());

			sk_json_set_str(o, "item", items[i].item.id);
			sk_json_set_str(o, "person", to[p].person);
			document_time(o, "sent", to[p].sent);
			sk_json_set_str(o, "queue_id", to[p].queue_id);
			sk_json_set_int(o, "copy", to[p].copy);
		}
	}
	return command_store(c, r, k->number);
}

static int
show(struct command *c, const struct case_record *k)
{
	struct sk_json *all;
	struct terms t;
	uint32_t last = 0;

	c->out = sk_json_document("terms");
	sk_json_set_str(c->out, "number", k->number);
	sk_json_set_int(c->out, "waiting_for_assurance", k->approve_terms);
	all = sk_json_set(c->out, "versions", sk_json_array());
	if (store_terms_newest(c->d->store, c->arena, k->row, &t) == SK_OK)
		last = t.version;
	for (uint32_t v = 1; v <= last; v++)
		if (store_terms_get(c->d->store, c->arena, k->row, v, &t) ==
		    SK_OK)
			document_terms(sk_json_add(all, sk_json_object()),
			    &t);
	return handed_over(c, k);
}

int
verb_terms_show(struct command *c)
{
	struct case_record k;
	int r = command_case(c, "case", &k);

	return r ? r : show(c, &k);
}

/* A new version in force at once, with the assurance of the one it narrows.
 * A proposal that waited is set aside: it was made against other terms. */
static int
put_in_force(struct command *c, struct case_record *k, struct terms *t)
{
	struct terms old;
	bool has = store_terms_locked(c->d->store, c->arena, k->row, &old) ==
	    SK_OK;
	int r;

	t->created = c->now;
	t->locked = false;
	r = store_terms_add(c->d->store, k->row, t);
	if (!r)
		r = store_terms_lock(c->d->store, k->row, t->version,
		    t->assurance, c->actor, c->verb->name, c->now);
	k->approve_terms = 0;
	k->changed = c->now;
	if (!r)
		r = store_case_update(c->d->store, k);
	if (!r)
		r = store_case_note(c->d->store, k->row, c->now, c->actor,
		    command_str(c, "reason"));
	if (!r)
		r = apply_in_force(c->d, c->arena, k, has ? &old : NULL, t,
		    c->now);
	return command_store(c, r, k->number);
}

static int
in_force(struct command *c, const struct case_record *k, struct terms *t)
{
	if (store_terms_locked(c->d->store, c->arena, k->row, t))
		return sk_fail(&c->e, SK_ERR_REFUSED, k->number, "has no "
		    "terms in force yet: see `sekisho terms show %s`",
		    k->number);
	return SK_OK;
}

static void
take_changes(struct command *c, struct terms *t)
{
	const char *parts = command_str(c, "parts");

	t->scope = (enum scope)command_word(c, "scope", WORDS_SCOPE,
	    (int)t->scope);
	if (command_str(c, "scope"))	/* for every item alike */
		t->nitems = 0;
	t->secrecy = (enum secrecy)command_word(c, "secrecy", WORDS_SECRECY,
	    (int)t->secrecy);
	if (parts)
		t->secret_parts = parts;
	t->coordination &= ~command_bits(c, "drop", WORDS_COORDINATION, 0);
	if (!t->coordination)
		t->coordination = COORDINATION_NONE;
	if (!(t->coordination & COORDINATION_OTHER))
		t->coordination_other = NULL;
}

int
verb_terms_narrow(struct command *c)
{
	struct case_record k;
	struct terms now, to;
	int r = command_case(c, "case", &k);

	if (!r)
		r = in_force(c, &k, &now);
	if (r)
		return r;
	to = now;
	take_changes(c, &to);
	if (to.scope == now.scope && to.nitems == now.nitems &&
	    to.secrecy == now.secrecy && to.coordination == now.coordination &&
	    to.secret_parts == now.secret_parts)
		return sk_fail(&c->e, SK_ERR_USAGE, k.number, "nothing would "
		    "change: give --scope, --secrecy, --parts or --drop");
	r = terms_narrow_check(&now, &to, &c->e);
	if (!r)
		r = put_in_force(c, &k, &to);
	if (!r)
		r = command_audit(c, "terms.narrow", k.number,
		    word_of(WORDS_SCOPE, (int)to.scope));
	return r ? r : show(c, &k);
}

/* ---- exclusions ---- */

static bool
in_list(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = list; at; at = strchr(at, ',')) {
		at += strspn(at, ", ");
		if (strncmp(at, word, n) == 0 &&
		    (at[n] == ',' || at[n] == ' ' || at[n] == '\0'))
			return true;
	}
	return false;
}

/* "My competent authority", as sectors say. */
static int
competent(struct command *c, const char *const **out, size_t *n)
{
	const char *sector = command_str(c, "sector");
	struct roster_known k;
	const char **ids;
	int r = command_store(c, store_roster(c->d->store, c->arena, true,
	    &k), "roster");

	if (r)
		return r;
	ids = sk_arena_array(c->arena, k.norgs + 1, sizeof(*ids));
	for (size_t i = 0; i < k.norgs; i++) {
		const char *for_what = k.orgs[i].competent_for;

		if (for_what && *for_what &&
		    (!sector || in_list(for_what, sector)))
			ids[(*n)++] = k.orgs[i].id;
	}
	*out = ids;
	if (*n == 0)
		return sk_fail(&c->e, SK_ERR_NOINPUT, "--competent", "no "
		    "registered organisation is competent%s%s: name it, or "
		    "use --nobody if no member is meant", sector ? " for " :
		    "", sector ? sector : "");
	return SK_OK;
}

static int
meant(struct command *c, const char *const **out, size_t *n)
{
	struct org o;
	size_t ways;
	int r = SK_OK;

	*n = command_many(c, "org", out);
	ways = (*n > 0) + command_flag(c, "competent") +
	    command_flag(c, "nobody");
	if (ways != 1)
		return sk_fail(&c->e, SK_ERR_USAGE, "terms exclude", "name "
		    "organisations, or say --competent, or --nobody: one of "
		    "the three");
	if (command_flag(c, "competent"))
		return competent(c, out, n);
	for (size_t i = 0; i < *n && !r; i++)
		r = command_org(c, (*out)[i], &o);
	return r;
}

/* The exclusion to map: the one asked for, or the only unmapped one. */
static int
which(struct command *c, const struct terms *t, size_t *out)
{
	int64_t asked = command_number(c, "which", 0);
	size_t open = 0;

	if (asked > 0) {
		*out = (size_t)asked - 1;
		if (*out < t->nexclusions)
			return SK_OK;
		return sk_fail(&c->e, SK_ERR_USAGE, "--which", "these terms "
		    "have %zu exclusion(s)", t->nexclusions);
	}
	for (size_t i = 0; i < t->nexclusions; i++) {
		if (t->exclusions[i].mapped)
			continue;
		*out = i;
		open++;
	}
	if (open == 1)
		return SK_OK;
	if (open == 0 && t->nexclusions == 1) {	/* mapped anew */
		*out = 0;
		return SK_OK;
	}
	return sk_fail(&c->e, SK_ERR_USAGE, "--which", "several exclusions "
	    "(%zu): say which, 1 is the first", t->nexclusions);
}

/* Terms without any: the operator adds one, which only narrows. */
static int
add_exclusion(struct command *c, struct case_record *k, struct terms *t,
    const char *const *orgs, size_t n)
{
	struct exclusion *x = sk_arena_array(c->arena, 1, sizeof(*x));

	if (!n)
		return sk_fail(&c->e, SK_ERR_REFUSED, k->number, "its terms "
		    "exclude nobody: there is nothing to map");
	*x = (struct exclusion){ .words = command_str(c, "reason"),
		.mapped = true, .orgs = orgs, .norgs = n };
	t->exclusions = x;
	t->nexclusions = 1;
	return put_in_force(c, k, t);
}

static int
map_exclusion(struct command *c, struct case_record *k, struct terms *t,
    const char *const *orgs, size_t n)
{
	struct terms old, now;
	size_t at = 0;
	int r = which(c, t, &at);

	if (r)
		return r;
	old = *t;
	r = store_exclusion_map(c->d->store, k->row, t->version, at, orgs, n,
	    c->actor, command_str(c, "reason"), c->now);
	/* Whom it means is known now: they are told, if they have it. */
	if (!r && t->locked)
		r = store_terms_locked(c->d->store, c->arena, k->row, &now);
	if (!r && t->locked)
		r = apply_in_force(c->d, c->arena, k, &old, &now, c->now);
	return command_store(c, r, k->number);
}

static bool
has_unmapped(const struct terms *t)
{
	for (size_t i = 0; i < t->nexclusions; i++)
		if (!t->exclusions[i].mapped)
			return true;
	return false;
}

/* The newest version is meant where it still has something to map, so that a
 * proposal can be prepared; otherwise what is in force. */
static int
terms_to_map(struct command *c, const struct case_record *k, struct terms *t)
{
	struct terms newest;

	if (store_terms_newest(c->d->store, c->arena, k->row, &newest) ==
	    SK_OK && has_unmapped(&newest)) {
		*t = newest;
		return SK_OK;
	}
	return in_force(c, k, t);
}

int
verb_terms_exclude(struct command *c)
{
	const char *const *orgs = NULL;
	struct case_record k;
	struct terms t;
	size_t n = 0;
	int r = command_case(c, "case", &k);

	if (!r)
		r = meant(c, &orgs, &n);
	if (!r)
		r = terms_to_map(c, &k, &t);
	if (!r)
		r = t.nexclusions ? map_exclusion(c, &k, &t, orgs, n) :
		    add_exclusion(c, &k, &t, orgs, n);
	if (!r)
		r = command_audit(c, "terms.exclude", k.number,
		    sk_arena_printf(c->arena, "version=%u orgs=%zu",
		    t.version, n));
	return r ? r : show(c, &k);
}

/* The originator said so in a mail that no token came with, or in other words
 * than the form's: an operator records it, naming the mail. It only stops. */
int
verb_terms_withdraw(struct command *c)
{
	struct case_record k;
	struct mail_record m;
	int64_t row = command_number(c, "mail", 0);
	int r = command_case(c, "case", &k);

	if (r)
		return r;
	if (k.state == CASE_WITHDRAWN)
		return sk_fail(&c->e, SK_ERR_EXISTS, k.number, "is withdrawn "
		    "already");
	if (store_mail_get(c->d->store, c->arena, row, &m) ||
	    m.case_row != k.row)
		return sk_fail(&c->e, SK_ERR_NOINPUT, "--mail", "mail %lld is "
		    "none of this case", (long long)row);
	k.state = CASE_WITHDRAWN;
	k.closed = c->now;
	r = command_store(c, apply_withdraw(c->d, c->arena, &k, row,
	    ASSURANCE_NONE, c->actor, c->now), k.number);
	if (!r)
		r = command_store(c, store_case_note(c->d->store, k.row,
		    c->now, c->actor, command_str(c, "reason")), k.number);
	if (!r)
		r = command_audit(c, "terms.withdraw", k.number,
		    sk_arena_printf(c->arena, "mail=%lld", (long long)row));
	if (!r && k.originator)
		r = apply_send(c->d, c->arena, &k, "T-34", false, 0, false, 0,
		    &c->e);
	return r ? r : show(c, &k);
}

/*
 * Permits: which items of a digest may one copy hold at this moment?
 *
 * The items of a digest are read once, their texts opened by keyd once, and
 * both are kept while copies are being sealed. Whenever anything the gate looks
 * at has changed (store_rules_generation), the rows are read anew, so the
 * answer always rests on the newest terms (I1), and a text that was written
 * anew is opened anew. Texts are wiped when the last copy is sealed.
 */
#include "daemon.h"

#include <stdlib.h>
#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/files.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>
#include <sekisho/text.h>

struct digest_items {
	struct permits *permits;
	int64_t digest;
	struct sk_arena *texts;		/* lives until permits_close() */
	struct sk_arena *rows;		/* read anew with the generation */
	uint64_t generation;
	const char **ids;
	struct permits_item *items;
	struct permits_text *opened;	/* by place, two each */
	struct finished_seen *seen;	/* as old as the rows */
	bool *told;			/* what was stopped, said once */
	size_t n, missing;
	int failed;
	struct { turn_fn fn; void *ctx; } *waiters;
	size_t nwaiters;
	struct digest_items *next;
};

struct permits {
	struct daemon *d;
	struct digest_items *first;
};

/* Of each item the text in its own language, and the other one. */
struct permits_text {
	bool wanted, asked;
	struct item_text as;		/* lang, title; sealed */
	const char *text;		/* plain, or NULL */
};

struct opening {		/* one text asked of keyd */
	struct digest_items *g;
	size_t place;
	unsigned char wrap[VAULT_WRAP];	/* of which ciphertext */
};

struct permits *
permits_new(struct daemon *d)
{
	struct permits *p = sk_malloc(sizeof(*p));

	p->d = d;
	return p;
}

static void
digest_free(struct digest_items *g)
{
	sk_arena_free(&g->rows);
	sk_arena_free(&g->texts);
	free(g->waiters);
	free(g);
}

void
permits_close(struct permits *p)
{
	struct digest_items **at = &p->first;

	while (*at) {
		struct digest_items *g = *at;

		if (g->missing) {	/* keyd still owes us a text */
			at = &g->next;
			continue;
		}
		*at = g->next;
		digest_free(g);
	}
}

void
permits_free(struct permits **p)
{
	if (!*p)
		return;
	while ((*p)->first) {
		struct digest_items *g = (*p)->first;

		(*p)->first = g->next;
		digest_free(g);
	}
	free(*p);
	*p = NULL;
}

static struct digest_items *
find(struct permits *p, int64_t digest)
{
	for (struct digest_items *g = p->first; g; g = g->next)
		if (g->digest == digest)
			return g;
	return NULL;
}

/* The words that an item is held against, one list for all items of a case. */
static int
find_sight(struct digest_items *g, struct deny_cases **cases, size_t place)
{
	const int64_t row = g->items[place].gate.item.item.case_row;
	struct daemon *d = g->permits->d;
	struct deny_sight *own;
	int r = SK_OK;

	for (size_t i = 0; i < place; i++)
		if (g->items[i].gate.item.item.case_row == row) {
			g->items[place].sight = g->items[i].sight;
			return SK_OK;
		}
	own = sk_arena_alloc(g->rows, sizeof(*own));
	if (!*cases)
		r = gatekeeper_deny_cases(d, g->rows, cases);
	g->items[place].sight = own;
	return r ? r : gatekeeper_deny_sight(d, g->rows, *cases, row, own);
}

static void
denied(struct digest_items *g, size_t place, const char *where, unsigned line,
    const char *kind)
{
	struct daemon *d = g->permits->d;
	const char *detail;

	if (g->told[place])
		return;
	g->told[place] = true;
	detail = sk_arena_printf(g->texts, "digest=%lld part=\"%s\" line=%u "
	    "kind=\"%s\" rule=R-075", (long long)g->digest, where, line,
	    kind);
	sk_log(SK_WARN, "digest.denied", "item=%s %s", g->ids[place], detail);
	store_audit(d->store, sk_now(), "sekishod", "item.denied",
	    g->ids[place], detail);
	apply_notify(d, "held", NULL);
	turn_after(d, NULL, NULL);
}

void
permits_stopped(struct permits *p, int64_t digest,
    const struct permits_item *it, const struct deny_hit *hit)
{
	struct digest_items *g = find(p, digest);

	for (size_t i = 0; g && i < g->n; i++)
		if (it == &g->items[i])
			denied(g, i, hit->part, hit->line, hit->kind);
}

struct finished_seen *
permits_seen(struct permits *p, int64_t digest)
{
	struct digest_items *g = find(p, digest);

	return g ? g->seen : NULL;
}

/* Both texts against the deny-lists as they are now (I6): a word may have been
 * put on one since they were opened. */
static int
take_plain(struct digest_items *g, struct deny_cases **cases, size_t place)
{
	struct permits_item *it = &g->items[place];
	const struct permits_text *own = &g->opened[2 * place],
	    *other = own + 1;
	struct item_record as_other = it->gate.item;
	struct sk_error e = { 0 };
	int r;

	it->text = own->text;
	it->other_text = other->text;
	it->other_lang = other->as.lang;
	it->other_title = other->as.title;
	as_other.item.title = other->as.title;
	if (!own->text)
		return SK_OK;	/* nothing is rendered without it */
	r = find_sight(g, cases, place);
	if (r)
		return r;
	it->gate.deny_hit = gatekeeper_fields(g->rows, &it->gate.item,
	    own->text, it->sight, false, &e) || (other->text &&
	    gatekeeper_fields(g->rows, &as_other, other->text, it->sight,
	    false, &e));
	if (it->gate.deny_hit)
		denied(g, place, "field", 0, "field");
	return SK_OK;
}

/* ---- rows and sealed texts as they are now ---- */

/* Of a text that is another one than before nothing is known. */
static void
take_sealed(struct digest_items *g, struct permits_text *t,
    const unsigned char wrap[VAULT_WRAP], struct sk_span text)
{
	if (t->wanted && memcmp(t->as.wrap, wrap, VAULT_WRAP) == 0)
		return;
	*t = (struct permits_text){ .wanted = true };
	t->as.text = sk_span_of(sk_arena_dup(g->texts, text.p, text.len),
	    text.len);
	memcpy(t->as.wrap, wrap, VAULT_WRAP);
}

static int
read_texts(struct digest_items *g, size_t place)
{
	const struct item_record *rec = &g->items[place].gate.item;
	struct permits_text *own = &g->opened[2 * place], *other = own + 1;
	struct item_text *more = NULL;
	size_t n = 0;
	int r = store_item_texts(g->permits->d->store, g->rows,
	    g->ids[place], &more, &n);

	if (r)
		return r;
	take_sealed(g, own, rec->wrap, rec->text);
	if (!n) {
		*other = (struct permits_text){ 0 };
		return SK_OK;
	}
	take_sealed(g, other, more[0].wrap, more[0].text);
	other->as.lang = more[0].lang;
	other->as.title = more[0].title;
	return SK_OK;
}

static int
read_item(struct digest_items *g, size_t place, int64_t epoch,
    struct deny_cases **cases)
{
	struct permits_item *it = &g->items[place];
	struct sk_error e = { 0 };
	int r = gatekeeper_item(g->permits->d, g->rows, g->ids[place],
	    &it->gate, &e);

	if (!r)
		r = read_texts(g, place);
	if (r)
		return r;
	it->edition = edition_item(&it->gate.item,
	    &g->opened[2 * place + 1].as, epoch);
	return take_plain(g, cases, place);
}

static int
read_rows(struct digest_items *g)
{
	struct daemon *d = g->permits->d;
	uint64_t now = store_rules_generation(d->store);
	struct deny_cases *cases = NULL;
	int64_t epoch;
	int r;

	if (g->rows && g->generation == now)
		return SK_OK;
	sk_arena_free(&g->rows);
	g->rows = sk_arena_new();
	g->items = sk_arena_array(g->rows, g->n, sizeof(*g->items));
	g->seen = sk_arena_alloc(g->rows, sizeof(*g->seen));
	r = store_deny_epoch(d->store, &epoch);
	for (size_t i = 0; i < g->n && !r; i++)
		r = read_item(g, i, epoch, &cases);
	if (r)
		sk_arena_free(&g->rows);	/* not half of them */
	g->generation = now;
	return r;
}

static void
tell_waiters(struct digest_items *g)
{
	size_t n = g->nwaiters;

	g->nwaiters = 0;
	for (size_t i = 0; i < n; i++)
		g->waiters[i].fn(g->waiters[i].ctx, g->failed);
}

static void
take_text(struct digest_items *g, size_t place, int fd)
{
	struct sk_buf b;

	sk_buf_init(&b, LIMIT_ITEM_TEXT + 1);
	if (sk_fd_slurp(fd, &b) == SK_OK)
		g->opened[place].text = sk_utf8_clean(g->texts,
		    sk_buf_span(&b));
	sk_buf_free(&b);
}

static void ask_texts(struct digest_items *g);

/* One that was written anew meanwhile counts for nothing. */
static void
take_opened(struct opening *o, struct channel_message *m, const char *error)
{
	struct digest_items *g = o->g;
	struct permits_text *t = &g->opened[o->place];
	struct sk_arena *a = sk_arena_new();
	struct msg_opened done;

	if (memcmp(t->as.wrap, o->wrap, VAULT_WRAP) != 0) {
		sk_arena_free(&a);
		return;
	}
	if (m && m->type == MSG_OPENED && !msg_opened_get(a,
	    sk_buf_span(&m->fields), &done) && !done.status && m->nfds == 1)
		take_text(g, o->place, m->fds[0]);
	if (!t->text) {
		sk_log(SK_ERROR, "digest.item", "item=%s error=\"%s\"",
		    g->ids[o->place / 2], error ? error :
		    "keyd cannot open it");
		g->failed = SK_ERR_UNAVAILABLE;
	}
	sk_arena_free(&a);
}

static void
text_opened(void *ctx, struct channel_message *m, const char *error)
{
	struct opening *o = ctx;
	struct digest_items *g = o->g;

	take_opened(o, m, error);
	free(o);
	sk_arena_free(&g->rows);	/* to be looked through with it */
	if (--g->missing)
		return;
	if (!g->failed)
		g->failed = read_rows(g);
	if (!g->failed)
		ask_texts(g);
	if (!g->missing)
		tell_waiters(g);
}

static void
ask_text(struct digest_items *g, size_t place)
{
	struct daemon *d = g->permits->d;
	const struct item_record *i = &g->items[place / 2].gate.item;
	const struct item_text *t = &g->opened[place].as;
	struct msg_open ask = { .purpose = OPEN_ITEM, .by_case = true,
		.len = t->text.len };
	struct opening *o = sk_malloc(sizeof(*o));
	struct case_record c;
	struct sk_buf b;
	int fd = sk_memfd_of("item", t->text);

	*o = (struct opening){ .g = g, .place = place };
	memcpy(o->wrap, t->wrap, VAULT_WRAP);
	g->opened[place].asked = true;
	g->missing++;
	memcpy(ask.wrap, t->wrap, VAULT_WRAP);
	if (store_case_get(d->store, g->rows, i->item.case_row, &c) == SK_OK)
		memcpy(ask.case_wrap, c.secret_wrap, VAULT_WRAP);
	sk_buf_init(&b, 1024);
	msg_open_put(&b, &ask);
	pool_ask(d->keyds, MSG_OPEN, sk_buf_span(&b), &fd, 1, true,
	    text_opened, o);
	sk_buf_free(&b);
	sk_fd_close(&fd);
}

static void
ask_texts(struct digest_items *g)
{
	for (size_t i = 0; i < 2 * g->n; i++)
		if (g->opened[i].wanted && !g->opened[i].asked)
			ask_text(g, i);
}

static struct digest_items *
load(struct permits *p, int64_t digest)
{
	struct digest_items *g = sk_malloc(sizeof(*g));
	struct digest_record r;

	g->permits = p;
	g->digest = digest;
	g->texts = sk_arena_new();
	if (store_digest_get(p->d->store, g->texts, digest, &r)) {
		digest_free(g);
		return NULL;
	}
	g->n = r.nitems;
	g->ids = sk_arena_dup(g->texts, r.items, r.nitems * sizeof(*g->ids));
	g->opened = sk_arena_array(g->texts, 2 * g->n, sizeof(*g->opened));
	g->told = sk_arena_array(g->texts, g->n + 1, sizeof(*g->told));
	if (read_rows(g)) {
		digest_free(g);
		return NULL;
	}
	g->next = p->first;
	p->first = g;
	return g;
}

void
permits_open(struct permits *p, int64_t digest, turn_fn fn, void *ctx)
{
	struct digest_items *g = find(p, digest);

	if (!g)
		g = load(p, digest);
	if (!g || read_rows(g)) {
		fn(ctx, SK_ERR_NOINPUT);
		return;
	}
	ask_texts(g);
	if (!g->missing) {
		fn(ctx, g->failed);
		return;
	}
	g->waiters = sk_realloc(g->waiters,
	    (g->nwaiters + 1) * sizeof(*g->waiters));
	g->waiters[g->nwaiters].fn = fn;
	g->waiters[g->nwaiters++].ctx = ctx;
}

/* The second gate of output 3, for items of other cases. */
enum feedback_clause
permits_originator(struct daemon *d, struct sk_arena *a,
    const struct gate_case *g, const struct case_record *c)
{
	struct terms t;
	struct key_record k;
	struct item it = g->item.item;
	struct feedback_ask ask = {
		.policy = d->policy, .item = &it,
		.terms = g->has_terms ? &g->terms : NULL,
		.own_item = it.case_row == c->row,
		.originator = c->originator, .to = c->originator,
		.authenticated = store_terms_locked(d->store, a, c->row,
		    &t) == SK_OK && t.assurance >= ASSURANCE_TOKEN,
		.others_clean = !g->deny_hit,
	};

	if (!it.approvals)
		it.approvals_void = true;
	if (store_key_pinned(d->store, a, NULL, c->row, &k) == SK_OK)
		ask.key_state = key_unusable(&k.facts, sk_now());
	return gate_feedback(&ask);
}

/* A copy for the originator of a case: as if for a person of no member. */
static int
ask_originator(struct digest_items *g, struct sk_arena *a,
    const struct copy_record *c, struct org *o, struct person *who,
    const struct permits_item **may, size_t *n, const char **reason,
    bool *key_only)
{
	struct daemon *d = g->permits->d;
	const char *first = NULL;
	struct case_record k;
	struct key_record key;

	if (store_case_get(d->store, a, c->case_row, &k) || !k.originator)
		return SK_ERR_NOINPUT;
	*o = (struct org){ .id = "-", .name = "-", .class = CLASS_GENERAL };
	*who = (struct person){ .org = o->id, .name = "-",
		.address = k.originator, .language = k.language };
	if (store_key_pinned(d->store, a, NULL, k.row, &key) == SK_OK)
		who->fpr = key.fpr;
	for (size_t i = 0; i < g->n; i++) {
		enum feedback_clause no = permits_originator(d, a,
		    &g->items[i].gate, &k);

		if (c->items && !recipients_listed(c->items, g->ids[i]))
			continue;
		if (no == FEEDBACK_YES)
			may[(*n)++] = &g->items[i];
		else if (!first || no == FEEDBACK_KEY)
			first = *reason = feedback_word(no);
		*key_only |= no == FEEDBACK_KEY;
	}
	return SK_OK;
}

int
permits_ask(struct permits *p, struct sk_arena *a,
    const struct copy_record *c, struct org *o, struct person *who,
    const struct permits_item ***items, size_t *n, const char **reason,
    bool *key_only)
{
	struct digest_items *g = find(p, c->digest);
	const struct permits_item **may;
	const char *first = NULL;

	*n = 0;
	*reason = "gone";
	*key_only = false;
	if (!g && !(g = load(p, c->digest)))
		return SK_ERR_NOINPUT;
	if (read_rows(g))
		return SK_ERR_NOINPUT;
	may = sk_arena_array(a, g->n + 1, sizeof(*may));
	*items = may;
	if (!c->person)
		return ask_originator(g, a, c, o, who, may, n, reason,
		    key_only);
	if (store_person_get(p->d->store, a, c->person, who) ||
	    store_org_get(p->d->store, a, who->org, o))
		return SK_ERR_NOINPUT;
	gatekeeper_person(p->d, a, who);
	for (size_t i = 0; i < g->n; i++) {
		struct gate_answer ans;

		if (c->items && !recipients_listed(c->items, g->ids[i]))
			continue;
		ans = gatekeeper_ask(p->d, &g->items[i].gate, o, who, false);
		if (ans.send)
			may[(*n)++] = &g->items[i];
		else if (!first || ans.key_only)
			first = *reason = gate_word(ans.clause);
		*key_only |= ans.key_only;
	}
	return SK_OK;
}

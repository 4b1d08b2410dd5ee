/*
 * Restraint of automatic mail (design.md §8): how many first replies went out
 * lately, by address, by organisational domain and in all, and how many notes
 * to operators. Only keyed hashes stand here, for two days.
 */
#include <config.h>

#include <string.h>

#include <sekisho/text.h>

#include "store/internal.h"

enum { HOUR = 3600, DAY = 86400, KIND_NOTICE = 100,
	KIND_FAILURE = 200, KIND_FAILURE_KEY = 300, KIND_FAILURE_TOKEN = 301 };

static struct lookup
lookup_domain(struct store *s, const char *address)
{
	struct sk_arena *a = sk_arena_new();
	const char *domain = sk_ascii_lower(a, sk_address_domain(address));
	struct lookup l = lookup_text(s, "domain", sk_org_domain(a, domain));

	sk_arena_free(&a);
	return l;
}

/* The rest of a counting statement, and its answer. */
static int
count(struct stmt *st, int64_t since, unsigned *out)
{
	int r;

	db_bind_int(st, since);
	db_bind_int(st, LIMIT_AUTO_COUNT);
	r = db_get(st);
	if (r)
		return r;
	*out = (unsigned)db_int(st);
	db_end(st);
	return SK_OK;
}

static int
count_by(struct store *s, enum sql_id id, int kind, struct lookup by,
    int64_t since, unsigned *out)
{
	struct stmt *st = store_use(s, id);

	db_bind_int(st, kind);
	lookup_bind(st, by);
	return count(st, since, out);
}

static int
count_all(struct store *s, int kind, int64_t since, unsigned *out)
{
	struct stmt *st = store_use(s, SQL_AUTO_ALL);

	db_bind_int(st, kind);
	return count(st, since, out);
}

int
store_auto_counts(struct store *s, const char *address,
    enum authentication auth, int64_t now, struct auto_counts *out)
{
	int kind = (int)auth, r;

	*out = (struct auto_counts){ 0 };
	r = count_all(s, KIND_NOTICE, now - HOUR, &out->notices_hour);
	if (r || !address)
		return r;
	r = count_by(s, SQL_AUTO_ADDRESS, kind, lookup_address(s, address),
	    now - DAY, &out->address_day);
	if (!r)
		r = count_by(s, SQL_AUTO_DOMAIN, kind,
		    lookup_domain(s, address), now - HOUR,
		    &out->domain_hour);
	return r ? r : count_all(s, kind, now - HOUR, &out->all_hour);
}

static int
drop_old(struct store *s, int64_t now)
{
	struct stmt *st = store_use(s, SQL_AUTO_DROP);

	db_bind_int(st, now - LIMIT_AUTO_SECONDS);
	return db_run(st);
}

/* NULL: a notice of ours has neither. */
static int
add(struct store *s, int kind, const struct lookup *own,
    const struct lookup *all, int64_t now)
{
	struct stmt *st;
	int r = drop_old(s, now);

	if (r)
		return r;
	st = store_use(s, SQL_AUTO_ADD);
	db_bind_int(st, now);
	db_bind_int(st, kind);
	if (own) {
		lookup_bind(st, *own);
		lookup_bind(st, *all);
	} else {
		db_bind_null(st);
		db_bind_null(st);
	}
	return db_run(st);
}

int
store_auto_add(struct store *s, const char *address,
    enum authentication auth, int64_t now)
{
	struct lookup own, all;

	if (!address)
		return add(s, KIND_NOTICE, NULL, NULL, now);
	own = lookup_address(s, address);
	all = lookup_domain(s, address);
	return add(s, (int)auth, &own, &all, now);
}

/* ---- what could not be opened ---- */

/* Where one counts: kind, its own column and the wider one. */
struct place {
	enum failing_shows shows;
	int kind;
	struct lookup own, all;
};

/* A token that this address got from us. */
static const char *
token_of(struct store *s, struct sk_arena *a, const struct failing *f)
{
	const char *from = sk_address_key(a, f->address);
	struct token_record t;

	for (size_t i = 0; i < f->ntokens; i++)
		if (store_token_find(s, a, f->tokens[i], &t) == SK_OK &&
		    t.address && strcmp(sk_address_key(a, t.address), from) ==
		    0)
			return f->tokens[i];
	return NULL;
}

static bool
has_key(struct store *s, struct sk_arena *a, const char *address)
{
	struct key_record *k;
	size_t n = 0;

	return *address && store_keys_of_address(s, a, address, &k, &n) ==
	    SK_OK && n > 0;
}

static struct place
place_of(struct store *s, const struct failing *f)
{
	struct sk_arena *a = sk_arena_new();
	bool forged = f->auth == AUTH_NONE;	/* it may be */
	const char *token = forged ? token_of(s, a, f) : NULL;
	struct place p = { .kind = KIND_FAILURE + (int)f->auth,
		.own = lookup_address(s, f->address),
		.all = lookup_domain(s, f->address) };

	if (token) {
		p.shows = SHOWS_TOKEN;
		p.kind = KIND_FAILURE_TOKEN;
		p.all = p.own;
		p.own = lookup_text(s, "token", token);
	} else if (forged && has_key(s, a, f->address)) {
		p.shows = SHOWS_KEY;
		p.kind = KIND_FAILURE_KEY;
	}
	sk_arena_free(&a);
	return p;
}

int
store_failure_add(struct store *s, const struct failing *f, int64_t now)
{
	struct place p = place_of(s, f);

	return add(s, p.kind, &p.own, &p.all, now);
}

int
store_failures_day(struct store *s, const struct failing *f, int64_t now,
    struct failures *out)
{
	struct place p = place_of(s, f);
	int r;

	*out = (struct failures){ .shows = p.shows };
	r = count_by(s, SQL_AUTO_ADDRESS, p.kind, p.own, now - DAY, &out->own);
	return r ? r : count_by(s, SQL_AUTO_DOMAIN, p.kind, p.all, now - DAY,
	    &out->all);
}

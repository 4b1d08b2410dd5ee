/*
 * Restraint of automatic mail (design.md §8): how many first replies went out
 * lately, by address, by organisational domain and in all, and how many notes
 * to operators. Only keyed hashes stand here, for two days.
 */
#include <config.h>

#include <sekisho/text.h>

#include "store/internal.h"

enum { HOUR = 3600, DAY = 86400, KIND_NOTICE = 100,
	KIND_FAILURE = 200 };

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

static int
add(struct store *s, int kind, const char *address, int64_t now)
{
	struct stmt *st;
	int r = drop_old(s, now);

	if (r)
		return r;
	st = store_use(s, SQL_AUTO_ADD);
	db_bind_int(st, now);
	db_bind_int(st, kind);
	if (address) {
		lookup_bind(st, lookup_address(s, address));
		lookup_bind(st, lookup_domain(s, address));
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
	return add(s, address ? (int)auth : KIND_NOTICE, address, now);
}

int
store_failure_add(struct store *s, const char *address,
    enum authentication auth, int64_t now)
{
	return add(s, KIND_FAILURE + (int)auth, address, now);
}

int
store_failures_day(struct store *s, const char *address,
    enum authentication auth, int64_t now, unsigned *by_address,
    unsigned *by_domain)
{
	int kind = KIND_FAILURE + (int)auth;
	int r = count_by(s, SQL_AUTO_ADDRESS, kind, lookup_address(s, address),
	    now - DAY, by_address);

	return r ? r : count_by(s, SQL_AUTO_DOMAIN, kind,
	    lookup_domain(s, address), now - DAY, by_domain);
}

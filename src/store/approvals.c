/*
 * Approvals of items and the list of people frozen with them (L12). An
 * approval counts once a person. The frozen list may only shrink; it grows
 * again only after the approvals were withdrawn, so that nobody is ever added
 * behind an approver's back (I1).
 */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "store/internal.h"

#define BOX "approvals.box"
#define PEOPLE "items.people"

int
approvals_count(struct store *s, int64_t row, unsigned *out)
{
	struct stmt *st = store_use(s, SQL_APPROVAL_COUNT);
	int r;

	db_bind_int(st, row);
	r = db_get(st);
	if (r)
		return r;
	*out = (unsigned)db_int(st);
	db_end(st);
	return SK_OK;
}

static int
set_void(struct store *s, int64_t row, bool is_void)
{
	struct stmt *st = store_use(s, SQL_ITEM_VOID);

	db_bind_int(st, row);
	db_bind_int(st, is_void);
	return db_run_one(st);
}

int
store_item_withdraw_approvals(struct store *s, const char *id)
{
	enum item_state state;
	struct stmt *st;
	int64_t row;
	int r = item_row(s, id, &row, &state);

	if (r)
		return r;
	st = store_use(s, SQL_APPROVAL_VOID);
	db_bind_int(st, row);
	r = db_run(st);
	return r ? r : set_void(s, row, true);
}

static int
has_approved(struct store *s, int64_t row, struct lookup who)
{
	struct stmt *st = store_use(s, SQL_APPROVAL_VALID);
	int r;

	db_bind_int(st, row);
	lookup_bind(st, who);
	r = db_step(st);
	db_end(st);
	return r;
}

static int
add(struct store *s, int64_t row, struct lookup by, const char *who,
    int64_t now)
{
	struct stmt *st = store_use(s, SQL_APPROVAL_ADD);
	int r;

	db_bind_int(st, row);
	lookup_bind(st, by);
	db_bind_int(st, now);
	pack_begin(s);
	pack_str(s, who);
	pack_bind(s, st, BOX);
	r = db_run(st);
	return r ? r : set_void(s, row, false);
}

int
store_item_approve(struct store *s, const char *id, const char *who,
    int64_t now, unsigned *distinct)
{
	struct lookup by = lookup_text(s, "operator", who);
	enum item_state state;
	int64_t row;
	int r = item_row(s, id, &row, &state);

	if (r)
		return r;
	if (state == ITEM_WITHDRAWN)
		return SK_ERR_REFUSED;
	r = has_approved(s, row, by);
	if (r == 0)
		r = add(s, row, by, who, now);
	return r < 0 ? r : approvals_count(s, row, distinct);
}

static int
read_who(struct store *s, struct stmt *st, struct sk_arena *a, void *into)
{
	struct wire_in w = unpack(s, st, BOX);
	const char **who = into;

	*who = wire_need_str(&w, a);
	return unpack_end(&w, BOX);
}

int
store_item_approvers(struct store *s, struct sk_arena *a, const char *id,
    const char *const **who, size_t *n)
{
	enum item_state state;
	struct stmt *st;
	int64_t row;
	int r = item_row(s, id, &row, &state);

	*who = NULL;
	*n = 0;
	if (r)
		return r;
	st = store_use(s, SQL_APPROVAL_LIST);
	db_bind_int(st, row);
	return row_list(s, st, a, read_who, sizeof(**who), who, n);
}

/* ---- the frozen list ---- */

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char **
sorted(struct sk_arena *a, const char *const *list, size_t n)
{
	const char **copy = sk_arena_array(a, n, sizeof(*copy));

	for (size_t i = 0; i < n; i++)
		copy[i] = list[i];
	if (n)
		qsort(copy, n, sizeof(*copy), compare);
	return copy;
}

static bool
is_subset(struct sk_arena *a, const char *const *small, size_t nsmall,
    const char *const *large, size_t nlarge)
{
	const char **all = sorted(a, large, nlarge);

	for (size_t i = 0; i < nsmall; i++)
		if (!nlarge || !bsearch(&small[i], all, nlarge, sizeof(*all),
		    compare))
			return false;
	return true;
}

/* SK_OK where the list is new or shrinks. */
static int
may_freeze(struct store *s, const char *id, const char *const *persons,
    size_t n)
{
	struct sk_arena *a = sk_arena_new();
	const char *const *old;
	size_t nold;
	int r = store_item_frozen(s, a, id, &old, &nold);

	if (r == SK_ERR_NOINPUT)
		r = SK_OK;
	else if (!r && !is_subset(a, persons, n, old, nold))
		r = SK_ERR_REFUSED;
	sk_arena_free(&a);
	return r;
}

int
store_item_freeze(struct store *s, const char *id,
    const char *const *persons, size_t n)
{
	enum item_state state;
	struct stmt *st;
	int64_t row;
	int r = item_row(s, id, &row, &state);

	if (!r)
		r = may_freeze(s, id, persons, n);
	if (r)
		return r;
	st = store_use(s, SQL_ITEM_FREEZE);
	db_bind_int(st, row);
	pack_begin(s);
	pack_strs(s, persons, n);
	pack_bind(s, st, PEOPLE);
	return db_run_one(st);
}

int
store_item_frozen(struct store *s, struct sk_arena *a, const char *id,
    const char *const **persons, size_t *n)
{
	struct stmt *st = store_use(s, SQL_ITEM_FROZEN);
	struct wire_in w;
	int r;

	*persons = NULL;
	*n = 0;
	db_bind_text(st, id);
	r = db_get(st);
	if (r)
		return r;
	w = unpack(s, st, PEOPLE);
	*persons = unpack_strs(&w, a, n);
	db_end(st);
	return unpack_end(&w, PEOPLE);
}

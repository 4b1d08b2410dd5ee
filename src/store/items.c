/*
 * Items: what may be shared of a case. The text stands sealed under its own
 * data key. Ids are random and say nothing of the case. A withdrawn item stays
 * withdrawn.
 */
#include <config.h>

#include <stddef.h>
#include <string.h>

#include <sekisho/text.h>

#include "store/internal.h"

#define BOX "items.box"

enum { ID_LENGTH = 7, ID_TRIES = 8 };

static void
bind_box(struct store *s, struct stmt *st, const struct item_record *i)
{
	const struct item *it = &i->item;

	pack_begin(s);
	pack_u8(s, it->category);
	pack_u8(s, it->confidence);
	pack_u8(s, it->victim_inferable);
	pack_u32(s, it->special);
	pack_u8(s, it->has_consent);
	pack_u8(s, it->secret);
	pack_str(s, it->secret_parts);
	pack_u8(s, it->tlp);
	pack_u8(s, it->onward);
	pack_str(s, it->title);
	pack_str(s, it->lang);
	pack_str(s, i->parts_label);
	pack_str(s, i->created_by);
	pack_str(s, i->consent_mail);
	pack_strs(s, i->indicators, i->nindicators);
	pack_bind(s, st, BOX);
}

/* In a column of their own, since some change without a new statement. */
static const struct {
	int64_t bit;
	size_t at;
} flags[] = {
	{ 1 << 0, offsetof(struct item, no_customers) },
	{ 1 << 1, offsetof(struct item, confidential) },
	{ 1 << 2, offsetof(struct item, urgent) },
	{ 1 << 3, offsetof(struct item, was_sent) },
	{ 1 << 4, offsetof(struct item, corrected) },
};

static int64_t
flags_of(const struct item *i)
{
	int64_t all = 0;

	for (size_t k = 0; k < sizeof(flags) / sizeof(*flags); k++)
		if (*(const bool *)((const char *)i + flags[k].at))
			all |= flags[k].bit;
	return all;
}

static void
set_flags(struct item *i, int64_t all)
{
	for (size_t k = 0; k < sizeof(flags) / sizeof(*flags); k++)
		*(bool *)((char *)i + flags[k].at) = all & flags[k].bit;
}

static void
bind_rest(struct store *s, struct stmt *st, const struct item_record *i)
{
	db_bind_int(st, flags_of(&i->item));
	db_bind_row(st, i->consent_request);
	db_bind_blob(st, i->wrap, VAULT_WRAP);
	db_bind_blob(st, i->text.p, i->text.len);
	bind_box(s, st, i);
}

static int
add(struct store *s, const struct item_record *i, const char *id)
{
	struct stmt *st = store_use(s, SQL_ITEM_ADD);

	db_bind_text(st, id);
	db_bind_int(st, i->item.case_row);
	db_bind_int(st, i->item.state);
	db_bind_int(st, i->created);
	db_bind_int(st, i->approved);
	db_bind_int(st, i->item.terms_version);
	bind_rest(s, st, i);
	return db_run(st);
}

int
store_item_add(struct store *s, struct item_record *i)
{
	char id[ID_LENGTH + 3] = "I-";
	int r = SK_ERR_EXISTS;

	for (int t = 0; t < ID_TRIES && r == SK_ERR_EXISTS; t++) {
		sk_random_base32(id + 2, ID_LENGTH);
		r = add(s, i, id);
	}
	if (!r)
		i->item.id = sk_arena_str(store_made(s), id);
	return r;
}

int
store_item_change(struct store *s, const struct item_record *i)
{
	enum item_state state;
	struct stmt *st;
	int64_t row;
	int r = item_row(s, i->item.id, &row, &state);

	if (r)
		return r;
	if (state == ITEM_WITHDRAWN)
		return SK_ERR_REFUSED;
	st = store_use(s, SQL_ITEM_CHANGE);
	db_bind_text(st, i->item.id);
	bind_rest(s, st, i);
	r = db_run_one(st);
	return r ? r : store_item_withdraw_approvals(s, i->item.id);
}

int
store_item_flags(struct store *s, const struct item *i)
{
	struct stmt *st = store_use(s, SQL_ITEM_FLAGS);

	db_bind_text(st, i->id);
	db_bind_int(st, flags_of(i));
	return db_run_one(st);
}

static int
read_box(struct store *s, struct stmt *st, struct sk_arena *a,
    struct item_record *i)
{
	struct item *it = &i->item;
	struct wire_in w = unpack(s, st, BOX);

	it->category = wire_enum(&w, CATEGORY_LAST - 1);
	it->confidence = wire_enum(&w, CONFIDENCE_CONFIRMED);
	it->victim_inferable = wire_bool(&w);
	it->special = wire_u32(&w);
	it->has_consent = wire_bool(&w);
	it->secret = wire_bool(&w);
	it->secret_parts = wire_str(&w, a);
	it->tlp = wire_enum(&w, TLP_RED);
	it->onward = wire_enum(&w, ONWARD_PUBLIC);
	it->title = wire_str(&w, a);
	it->lang = wire_str(&w, a);
	i->parts_label = wire_str(&w, a);
	i->created_by = wire_str(&w, a);
	i->consent_mail = wire_str(&w, a);
	i->indicators = unpack_strs(&w, a, &i->nindicators);
	return unpack_end(&w, BOX);
}

static int
read_row(struct store *s, struct stmt *st, struct sk_arena *a, void *into)
{
	struct item_record *i = into;
	struct sk_span text;
	int64_t row = db_int(st);
	int r;

	*i = (struct item_record){ .item.id = db_text(st, a) };
	i->item.case_row = db_int(st);
	i->item.state = (enum item_state)db_int(st);
	i->created = db_int(st);
	i->approved = db_int(st);
	i->item.terms_version = (uint32_t)db_int(st);
	i->item.approvals_void = db_int(st) != 0;
	i->item.frozen = db_int(st) != 0;
	set_flags(&i->item, db_int(st));
	i->consent_request = db_int(st);
	db_fixed(st, i->wrap, VAULT_WRAP);
	text = db_blob(st);
	i->text = sk_span_of(sk_arena_dup(a, text.p, text.len), text.len);
	r = read_box(s, st, a, i);
	return r ? r : approvals_count(s, row, &i->item.approvals);
}

int
store_item_get(struct store *s, struct sk_arena *a, const char *id,
    struct item_record *out)
{
	struct stmt *st = store_use(s, SQL_ITEM_GET);

	db_bind_text(st, id);
	return row_get(s, st, a, read_row, out);
}

int
store_item_list(struct store *s, struct sk_arena *a, int64_t case_row,
    struct item_record **out, size_t *n)
{
	struct stmt *st = store_use(s, case_row ? SQL_ITEM_LIST_CASE :
	    SQL_ITEM_LIST);

	if (case_row)
		db_bind_int(st, case_row);
	return row_list(s, st, a, read_row, sizeof(**out), out, n);
}

int
item_row(struct store *s, const char *id, int64_t *row,
    enum item_state *state)
{
	struct stmt *st = store_use(s, SQL_ITEM_ROW);
	int r;

	db_bind_text(st, id);
	r = db_get(st);
	if (r)
		return r;
	*row = db_int(st);
	*state = (enum item_state)db_int(st);
	db_end(st);
	return SK_OK;
}

int
store_item_state(struct store *s, const char *id, enum item_state state,
    uint32_t terms_version, int64_t now)
{
	enum item_state old;
	struct stmt *st;
	int64_t row;
	int r = item_row(s, id, &row, &old);

	if (r)
		return r;
	if (old == ITEM_WITHDRAWN && state != ITEM_WITHDRAWN)
		return SK_ERR_REFUSED;
	st = store_use(s, SQL_ITEM_STATE);
	db_bind_int(st, row);
	db_bind_int(st, state);
	db_bind_int(st, terms_version);
	if (state == ITEM_APPROVED)
		db_bind_int(st, now);
	else
		db_bind_null(st);
	return db_run_one(st);
}

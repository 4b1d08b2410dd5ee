/*
 * An item's text in another language, and the raises of its confidence: who
 * raised it, and on which answers.
 */
#include <config.h>

#include <sekisho/store_beside.h>

#include "store/internal.h"

#define TEXT "item_texts.box"
#define RAISE "raises.box"

int
store_item_text_put(struct store *s, const char *id,
    const struct item_text *t)
{
	enum item_state state;
	struct stmt *st;
	int64_t row;
	int r = item_row(s, id, &row, &state);

	if (r)
		return r;
	if (state == ITEM_WITHDRAWN)
		return SK_ERR_REFUSED;
	st = store_use(s, SQL_ITEM_TEXT_PUT);
	db_bind_int(st, row);
	db_bind_text(st, t->lang);
	db_bind_blob(st, t->wrap, VAULT_WRAP);
	db_bind_blob(st, t->text.p, t->text.len);
	pack_begin(s);
	pack_str(s, t->title);
	pack_bind(s, st, TEXT);
	r = db_run(st);
	return r ? r : store_item_withdraw_approvals(s, id);
}

static int
read_text(struct store *s, struct stmt *st, struct sk_arena *a, void *into)
{
	struct item_text *t = into;
	struct sk_span text;
	struct wire_in w;

	t->lang = db_text(st, a);
	db_fixed(st, t->wrap, VAULT_WRAP);
	text = db_blob(st);
	t->text = sk_span_of(sk_arena_dup(a, text.p, text.len), text.len);
	w = unpack(s, st, TEXT);
	t->title = wire_str(&w, a);
	return unpack_end(&w, TEXT);
}

int
store_item_texts(struct store *s, struct sk_arena *a, const char *id,
    struct item_text **out, size_t *n)
{
	enum item_state state;
	struct stmt *st;
	int64_t row;
	int r = item_row(s, id, &row, &state);

	*out = NULL;
	*n = 0;
	if (r)
		return r;
	st = store_use(s, SQL_ITEM_TEXT_LIST);
	db_bind_int(st, row);
	return row_list(s, st, a, read_text, sizeof(**out), out, n);
}

/* ---- raises ---- */

int
store_raise_add(struct store *s, const char *id, const struct raise_record *x)
{
	enum item_state state;
	struct stmt *st;
	int64_t row;
	int r = item_row(s, id, &row, &state);

	if (r)
		return r;
	st = store_use(s, SQL_RAISE_ADD);
	db_bind_int(st, row);
	db_bind_int(st, x->time);
	db_bind_int(st, x->was);
	db_bind_int(st, x->now);
	pack_begin(s);
	pack_str(s, x->who);
	pack_str(s, x->reason);
	pack_strs(s, x->answers, x->nanswers);
	pack_bind(s, st, RAISE);
	return db_run(st);
}

static int
read_raise(struct store *s, struct stmt *st, struct sk_arena *a, void *into)
{
	struct raise_record *x = into;
	struct wire_in w;

	x->time = db_int(st);
	x->was = (enum confidence)db_int(st);
	x->now = (enum confidence)db_int(st);
	w = unpack(s, st, RAISE);
	x->who = wire_str(&w, a);
	x->reason = wire_str(&w, a);
	x->answers = unpack_strs(&w, a, &x->nanswers);
	return unpack_end(&w, RAISE);
}

int
store_raises(struct store *s, struct sk_arena *a, const char *id,
    struct raise_record **out, size_t *n)
{
	enum item_state state;
	struct stmt *st;
	int64_t row;
	int r = item_row(s, id, &row, &state);

	if (r)
		return r;
	st = store_use(s, SQL_RAISE_LIST);
	db_bind_int(st, row);
	return row_list(s, st, a, read_raise, sizeof(**out), out, n);
}

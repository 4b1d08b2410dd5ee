/*
 * Texts that operators write into a case: advice, the wording of a request,
 * notes of the damage half. Sealed before they come here; the damage half to a
 * key pair of its own, whose secret half is wrapped in the other file.
 */
#include <config.h>

#include <sekisho/store_beside.h>

#include "store/internal.h"

#define BOX "case_texts.box"

int
store_case_text_add(struct store *s, struct case_text *t)
{
	struct stmt *st = store_use(s, SQL_CASE_TEXT_ADD);
	int r;

	db_bind_int(st, t->case_row);
	db_bind_int(st, t->kind);
	db_bind_int(st, t->created);
	db_bind_blob(st, t->wrap, VAULT_WRAP);
	db_bind_blob(st, t->text.p, t->text.len);
	pack_begin(s);
	pack_str(s, t->who);
	pack_str(s, t->title);
	pack_bind(s, st, BOX);
	r = db_run(st);
	if (!r)
		t->row = db_last_row(s->main);
	return r;
}

static int
read_row(struct store *s, struct stmt *st, struct sk_arena *a, void *into)
{
	struct case_text *t = into;
	struct sk_span text;
	struct wire_in w;

	*t = (struct case_text){ .row = db_int(st) };
	t->case_row = db_int(st);
	t->kind = (enum case_text_kind)db_int(st);
	t->created = db_int(st);
	db_fixed(st, t->wrap, VAULT_WRAP);
	text = db_blob(st);
	t->text = sk_span_of(sk_arena_dup(a, text.p, text.len), text.len);
	w = unpack(s, st, BOX);
	t->who = wire_str(&w, a);
	t->title = wire_str(&w, a);
	return unpack_end(&w, BOX);
}

int
store_case_text_get(struct store *s, struct sk_arena *a, int64_t row,
    struct case_text *out)
{
	struct stmt *st = store_use(s, SQL_CASE_TEXT_GET);

	db_bind_int(st, row);
	return row_get(s, st, a, read_row, out);
}

int
store_case_texts(struct store *s, struct sk_arena *a, int64_t case_row,
    enum case_text_kind kind, struct case_text **out, size_t *n)
{
	struct stmt *st = store_use(s, SQL_CASE_TEXT_LIST);

	db_bind_int(st, case_row);
	db_bind_int(st, kind);
	return row_list(s, st, a, read_row, sizeof(**out), out, n);
}

int
store_damage_key_put(struct store *s, int64_t case_row,
    const unsigned char pk[VAULT_KEY], const unsigned char wrap[VAULT_WRAP])
{
	struct stmt *st = db_use(s->wraps, SQL_DAMAGE_WRAP_PUT);

	db_bind_int(st, case_row);
	db_bind_blob(st, pk, VAULT_KEY);
	db_bind_blob(st, wrap, VAULT_WRAP);
	return db_run(st);
}

int
store_damage_key(struct store *s, int64_t case_row,
    unsigned char pk[VAULT_KEY], unsigned char wrap[VAULT_WRAP])
{
	struct stmt *st = db_use(s->wraps, SQL_DAMAGE_WRAP_GET);
	int r;

	db_bind_int(st, case_row);
	r = db_get(st);
	if (r)
		return r;
	db_fixed(st, pk, VAULT_KEY);
	db_fixed(st, wrap, VAULT_WRAP);
	db_end(st);
	return SK_OK;
}

/*
 * The ledger of members' answers: append-only, by person and item; the
 * newest of a person counts. Who answered what is boxed, found by keyed hash.
 */
#include <config.h>

#include "store/internal.h"

#define BOX "answers.box"

int
store_answer_add(struct store *s, const struct answer_record *x)
{
	enum item_state state;
	struct stmt *st;
	int64_t item;
	int r = item_row(s, x->item, &item, &state);

	if (r)
		return r;
	st = store_use(s, SQL_ANSWER_ADD);
	db_bind_int(st, item);
	lookup_bind(st, lookup_text(s, "answers.person", x->person));
	db_bind_int(st, x->time);
	db_bind_row(st, x->mail);
	pack_begin(s);
	pack_str(s, x->person);
	pack_str(s, x->org);
	pack_u8(s, (unsigned)x->seen);
	pack_bind(s, st, BOX);
	return db_run(st);
}

static int
read_row(struct store *s, struct stmt *st, struct sk_arena *a, void *into)
{
	struct answer_record *x = into;
	struct wire_in w;

	x->time = db_int(st);
	x->mail = db_int(st);
	w = unpack(s, st, BOX);
	x->person = wire_need_str(&w, a);
	x->org = wire_str(&w, a);
	x->seen = wire_enum(&w, SEEN_UNKNOWN);
	return unpack_end(&w, BOX);
}

int
store_answers(struct store *s, struct sk_arena *a, const char *item,
    struct answer_record **out, size_t *n)
{
	const char *of = sk_arena_str(a, item);
	enum item_state state;
	struct stmt *st;
	int64_t row;
	int r = item_row(s, item, &row, &state);

	*out = NULL;
	*n = 0;
	if (r)
		return r;
	st = store_use(s, SQL_ANSWER_LIST);
	db_bind_int(st, row);
	r = row_list(s, st, a, read_row, sizeof(**out), out, n);
	for (size_t i = 0; i < *n; i++)
		(*out)[i].item = of;
	return r;
}

/*
 * Tokens: only a keyed hash of each is kept, so that neither the file nor its
 * backup can answer a question for a consulter.
 */
#include <config.h>

#include "store/internal.h"

#define BOX "tokens.box"

/* Bits of the column `used`. */
enum { USED = 1, CODE_SEEN = 2 };

int
store_token_add(struct store *s, const char *token,
    const struct token_record *t)
{
	struct stmt *st = store_use(s, SQL_TOKEN_ADD);

	lookup_bind(st, lookup_text(s, "token", token));
	db_bind_row(st, t->case_row);
	db_bind_row(st, t->copy_row);
	db_bind_int(st, t->question);
	db_bind_int(st, (t->used ? USED : 0) |
	    (t->code_seen ? CODE_SEEN : 0));
	db_bind_int(st, t->created);
	pack_begin(s);
	pack_str(s, t->address);
	pack_bind(s, st, BOX);
	return db_run(st);
}

int
store_token_find(struct store *s, struct sk_arena *a, const char *token,
    struct token_record *out)
{
	struct stmt *st = store_use(s, SQL_TOKEN_FIND);
	struct wire_in w;
	int64_t used;
	int r;

	lookup_bind(st, lookup_text(s, "token", token));
	r = db_get(st);
	if (r)
		return r;
	*out = (struct token_record){ .case_row = db_int(st) };
	out->copy_row = db_int(st);
	out->question = (uint32_t)db_int(st);
	used = db_int(st);
	out->used = (used & USED) != 0;
	out->code_seen = (used & CODE_SEEN) != 0;
	out->created = db_int(st);
	w = unpack(s, st, BOX);
	out->address = wire_str(&w, a);
	db_end(st);
	return unpack_end(&w, BOX);
}

int
store_token_use(struct store *s, int64_t case_row, uint32_t question)
{
	struct stmt *st = store_use(s, SQL_TOKEN_USE);

	db_bind_int(st, case_row);
	db_bind_int(st, question);
	return db_run(st);
}

int
store_token_code_seen(struct store *s, const char *token)
{
	struct stmt *st = store_use(s, SQL_TOKEN_CODE_SEEN);

	lookup_bind(st, lookup_text(s, "token", token));
	return db_run(st);
}

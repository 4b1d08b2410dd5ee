/*
 * Words that must not leave with a case's items. One that is taken off the
 * list stays as a row, so that it can be shown what was looked for when (I8).
 */
#include <config.h>

#include <sekisho/store_beside.h>
#include <sekisho/text.h>

#include "store/internal.h"

#define BOX "deny_words.box"

/* The same word in another width or case is the same word. */
static struct lookup
word_lookup(struct store *s, const char *word)
{
	struct sk_arena *a = sk_arena_new();
	struct lookup l = lookup_text(s, "deny", sk_nfkc_fold(a, word));

	sk_arena_free(&a);
	return l;
}

int
store_deny_epoch(struct store *s, int64_t *out)
{
	return db_get_int(store_use(s, SQL_DENY_EPOCH), out);
}

int
store_deny_add(struct store *s, int64_t case_row, const char *word,
    const char *who, int64_t now)
{
	struct stmt *st = store_use(s, SQL_DENY_ADD);

	db_bind_int(st, case_row);
	lookup_bind(st, word_lookup(s, word));
	db_bind_int(st, now);
	pack_begin(s);
	pack_str(s, word);
	pack_str(s, who);
	pack_bind(s, st, BOX);
	return db_run(st);
}

int
store_deny_remove(struct store *s, int64_t case_row, const char *word,
    int64_t now)
{
	struct stmt *st = store_use(s, SQL_DENY_REMOVE);

	db_bind_int(st, case_row);
	lookup_bind(st, word_lookup(s, word));
	db_bind_int(st, now);
	return db_run_one(st);
}

static int
read_word(struct store *s, struct stmt *st, struct sk_arena *a, void *into)
{
	struct deny_record *d = into;
	struct wire_in w;

	d->row = db_int(st);
	d->case_row = db_int(st);
	d->time = db_int(st);
	w = unpack(s, st, BOX);
	d->word = wire_need_str(&w, a);
	d->who = wire_str(&w, a);
	return unpack_end(&w, BOX);
}

int
store_deny_list(struct store *s, struct sk_arena *a, int64_t case_row,
    struct deny_record **out, size_t *n)
{
	struct stmt *st = store_use(s, SQL_DENY_LIST);

	db_bind_int(st, case_row);
	return row_list(s, st, a, read_word, sizeof(**out), out, n);
}

int
store_deny_others(struct store *s, struct sk_arena *a, int64_t case_row,
    struct deny_record **out, size_t *n)
{
	struct stmt *st = store_use(s, SQL_DENY_OTHERS);

	db_bind_int(st, case_row);
	return row_list(s, st, a, read_word, sizeof(**out), out, n);
}

/*
 * Questions about terms in force, and what was answered. The wording stands
 * sealed as a text of the case; here is a keyed hash of it, which says whether
 * an item keeps to what was agreed without opening anything.
 */
#include <config.h>

#include <string.h>

#include <sekisho/store_beside.h>
#include <sekisho/text.h>

#include "store/internal.h"

#define BOX "requests.box"

/* Blanks, line ends and width are no part of a wording. */
static struct lookup
wording_lookup(struct store *s, const char *wording)
{
	struct sk_arena *a = sk_arena_new();
	char *folded = sk_nfkc_fold(a, wording), *to = folded;
	struct lookup l;

	for (const char *p = folded; *p; p++)
		if (!strchr(" \t\r\n", *p))
			*to++ = *p;
	*to = '\0';
	l = lookup_text(s, "wording", folded);
	sk_arena_free(&a);
	return l;
}

int
store_request_add(struct store *s, struct request_record *q,
    const char *wording)
{
	struct stmt *st = store_use(s, SQL_REQUEST_ADD);
	int r;

	db_bind_int(st, q->case_row);
	db_bind_int(st, q->kind);
	db_bind_int(st, q->state);
	db_bind_int(st, q->question);
	db_bind_int(st, q->created);
	db_bind_int(st, q->scope);
	db_bind_row(st, q->text);
	lookup_bind(st, wording_lookup(s, wording ? wording : ""));
	pack_begin(s);
	pack_str(s, q->title);
	pack_str(s, q->item);
	pack_str(s, q->reason);
	pack_str(s, q->who);
	pack_strs(s, q->indicators, q->nindicators);
	pack_bind(s, st, BOX);
	r = db_run(st);
	if (!r)
		q->row = db_last_row(s->main);
	return r;
}

static int
read_row(struct store *s, struct stmt *st, struct sk_arena *a, void *into)
{
	struct request_record *q = into;
	struct wire_in w;

	*q = (struct request_record){ .row = db_int(st) };
	q->case_row = db_int(st);
	q->kind = (enum request_kind)db_int(st);
	q->state = (enum request_state)db_int(st);
	q->question = (uint32_t)db_int(st);
	q->created = db_int(st);
	q->answered = db_int(st);
	q->mail = db_int(st);
	q->assurance = (enum assurance)db_int(st);
	q->scope = (enum scope)db_int(st);
	q->text = db_int(st);
	w = unpack(s, st, BOX);
	q->title = wire_str(&w, a);
	q->item = wire_str(&w, a);
	q->reason = wire_str(&w, a);
	q->who = wire_str(&w, a);
	q->indicators = unpack_strs(&w, a, &q->nindicators);
	return unpack_end(&w, BOX);
}

int
store_request_get(struct store *s, struct sk_arena *a, int64_t row,
    struct request_record *out)
{
	struct stmt *st = store_use(s, SQL_REQUEST_GET);

	db_bind_int(st, row);
	return row_get(s, st, a, read_row, out);
}

int
store_requests(struct store *s, struct sk_arena *a, int64_t case_row,
    struct request_record **out, size_t *n)
{
	struct stmt *st = store_use(s, SQL_REQUEST_LIST);

	db_bind_int(st, case_row);
	return row_list(s, st, a, read_row, sizeof(**out), out, n);
}

int
store_request_answer(struct store *s, int64_t row, enum request_state state,
    int64_t mail, enum assurance have, int64_t now)
{
	struct stmt *st = store_use(s, SQL_REQUEST_ANSWER);

	db_bind_int(st, row);
	db_bind_int(st, state);
	db_bind_int(st, now);
	db_bind_row(st, mail);
	db_bind_int(st, have);
	return db_run_one(st);
}

int
store_request_same(struct store *s, int64_t row, const char *wording,
    bool *same)
{
	struct stmt *st = store_use(s, SQL_REQUEST_SAME);
	int64_t yes = 0;
	int r;

	db_bind_int(st, row);
	lookup_bind(st, wording_lookup(s, wording));
	r = db_get_int(st, &yes);
	*same = yes != 0;
	return r;
}

/*
 * Cases and their notes. Numbers run without gaps within a year: the last one
 * stands in a row of its own, so assigning the next costs the same with a
 * million cases, and a rolled back group gives its number back. The case's
 * secret key stands wrapped in the other file.
 */
#include <config.h>

#include <string.h>

#include "store/internal.h"

#define BOX "cases.box"
#define NOTE "case_notes.box"

static bool
ended(enum case_state state)
{
	return state == CASE_CLOSED || state == CASE_SUPPORT_ONLY ||
	    state == CASE_WITHDRAWN || state == CASE_REJECTED;
}

static void
bind_box(struct store *s, struct stmt *st, const struct case_record *c)
{
	pack_begin(s);
	pack_str(s, c->desk_address);
	pack_str(s, c->language);
	pack_str(s, c->originator);
	pack_str(s, c->originator_name);
	pack_str(s, c->org);
	pack_u8(s, c->member);
	pack_str(s, c->owner);
	pack_u32(s, c->question);
	pack_u8(s, c->question_is_readback);
	pack_u8(s, c->clarified);
	pack_u8(s, c->needs_operator);
	pack_str(s, c->note);
	pack_u8(s, c->notified);
	pack_u32(s, c->approve_terms);
	pack_str(s, c->last_message_id);
	pack_str(s, c->last_subject);
	pack_bind(s, st, BOX);
}

static int
put_wrap(struct store *s, const struct case_record *c)
{
	struct stmt *st = db_use(s->wraps, SQL_WRAP_PUT);

	db_bind_int(st, c->row);
	db_bind_blob(st, c->pk, VAULT_KEY);
	db_bind_blob(st, c->secret_wrap, VAULT_WRAP);
	return db_run(st);
}

static int
next_number(struct store *s, int year, int64_t *seq)
{
	struct stmt *st = store_use(s, SQL_CASE_NUMBER);

	db_bind_int(st, year);
	return db_get_int(st, seq);
}

static const char *
number_text(struct sk_arena *a, int year, int64_t seq)
{
	return sk_arena_printf(a, "%d-%04lld", year, (long long)seq);
}

int
store_case_open(struct store *s, struct case_record *c)
{
	int64_t seq;
	struct stmt *st;
	int r = next_number(s, c->year, &seq);

	if (r)
		return r;
	st = store_use(s, SQL_CASE_OPEN);
	db_bind_int(st, c->year);
	db_bind_int(st, seq);
	db_bind_int(st, c->opened);
	db_bind_int(st, c->changed);
	db_bind_int(st, c->closed);
	db_bind_int(st, c->state);
	db_bind_int(st, ended(c->state));
	db_bind_int(st, c->desk);
	db_bind_int(st, c->priority);
	db_bind_blob(st, c->pk, VAULT_KEY);
	bind_box(s, st, c);
	r = db_run(st);
	if (r)
		return r;
	c->row = db_last_row(s->main);
	c->number = number_text(store_made(s), c->year, seq);
	return put_wrap(s, c);
}

/* The wrap counts only for the key it was stored with; a destroyed one reads
 * as zeros. */
static int
read_wrap(struct store *s, struct case_record *c)
{
	struct stmt *st = db_use(s->wraps, SQL_WRAP_GET);
	int r;

	db_bind_int(st, c->row);
	db_bind_blob(st, c->pk, VAULT_KEY);
	r = db_get(st);
	if (r)
		return r == SK_ERR_NOINPUT ? SK_OK : r;
	db_fixed(st, c->secret_wrap, VAULT_WRAP);
	db_end(st);
	return SK_OK;
}

static int
read_box(struct store *s, struct stmt *st, struct sk_arena *a,
    struct case_record *c)
{
	struct wire_in w = unpack(s, st, BOX);

	c->desk_address = wire_str(&w, a);
	c->language = wire_str(&w, a);
	c->originator = wire_str(&w, a);
	c->originator_name = wire_str(&w, a);
	c->org = wire_str(&w, a);
	c->member = wire_bool(&w);
	c->owner = wire_str(&w, a);
	c->question = wire_u32(&w);
	c->question_is_readback = wire_bool(&w);
	c->clarified = wire_bool(&w);
	c->needs_operator = wire_bool(&w);
	c->note = wire_str(&w, a);
	c->notified = wire_bool(&w);
	c->approve_terms = wire_u32(&w);
	c->last_message_id = wire_str(&w, a);
	c->last_subject = wire_str(&w, a);
	return unpack_end(&w, BOX);
}

static int
read_row(struct store *s, struct stmt *st, struct sk_arena *a, void *into)
{
	struct case_record *c = into;
	int r;

	*c = (struct case_record){ .row = db_int(st) };
	c->year = (int)db_int(st);
	c->number = number_text(a, c->year, db_int(st));
	c->opened = db_int(st);
	c->changed = db_int(st);
	c->closed = db_int(st);
	c->state = (enum case_state)db_int(st);
	c->desk = (enum desk_kind)db_int(st);
	c->priority = (enum priority)db_int(st);
	db_fixed(st, c->pk, VAULT_KEY);
	r = read_box(s, st, a, c);
	return r ? r : read_wrap(s, c);
}

int
store_case_get(struct store *s, struct sk_arena *a, int64_t row,
    struct case_record *out)
{
	struct stmt *st = store_use(s, SQL_CASE_GET);

	db_bind_int(st, row);
	return row_get(s, st, a, read_row, out);
}

/* Exactly as number_text() writes it: "2026-0001", no other way. */
bool
case_number(const char *number, int *year, int64_t *seq)
{
	const char *dash = strchr(number, '-');
	size_t digits = dash ? strlen(dash + 1) : 0;

	if (!dash || dash - number != 4 || digits < 4 || digits > 9 ||
	    (digits > 4 && dash[1] == '0') ||
	    strspn(number, "0123456789") != 4 ||
	    strspn(dash + 1, "0123456789") != digits)
		return false;
	*year = 0;
	for (const char *p = number; p < dash; p++)
		*year = *year * 10 + (*p - '0');
	*seq = 0;
	for (const char *p = dash + 1; *p; p++)
		*seq = *seq * 10 + (*p - '0');
	return true;
}

int
store_case_find(struct store *s, struct sk_arena *a, const char *number,
    struct case_record *out)
{
	struct stmt *st;
	int64_t seq;
	int year, r;

	if (!case_number(number, &year, &seq))
		return SK_ERR_NOINPUT;
	st = store_use(s, SQL_CASE_FIND);
	db_bind_int(st, year);
	db_bind_int(st, seq);
	r = db_get(st);
	if (r)
		return r;
	r = read_row(s, st, a, out);
	db_end(st);
	return r;
}

/* Keys of the case speak for its originator's address. */
static int
move_keys(struct store *s, const struct case_record *c)
{
	struct stmt *st = store_use(s, SQL_KEY_ADDRESS);

	db_bind_int(st, c->row);
	if (c->originator)
		lookup_bind(st, lookup_address(s, c->originator));
	else
		db_bind_null(st);
	return db_run(st);
}

int
store_case_update(struct store *s, const struct case_record *c)
{
	struct stmt *st = store_use(s, SQL_CASE_UPDATE);
	int r;

	db_bind_int(st, c->row);
	db_bind_int(st, c->changed);
	db_bind_int(st, c->closed);
	db_bind_int(st, c->state);
	db_bind_int(st, ended(c->state));
	db_bind_int(st, c->desk);
	db_bind_int(st, c->priority);
	bind_box(s, st, c);
	r = db_run_one(st);
	return r ? r : move_keys(s, c);
}

int
store_case_list(struct store *s, struct sk_arena *a, bool open_only,
    size_t max, struct case_record **out, size_t *n)
{
	struct stmt *st = store_use(s, open_only ? SQL_CASE_LIST_OPEN :
	    SQL_CASE_LIST);

	db_bind_int(st, (int64_t)max);
	return row_list(s, st, a, read_row, sizeof(**out), out, n);
}

int
store_case_note(struct store *s, int64_t case_row, int64_t now,
    const char *who, const char *text)
{
	struct stmt *st = store_use(s, SQL_CASE_NOTE);

	db_bind_int(st, case_row);
	db_bind_int(st, now);
	pack_begin(s);
	pack_str(s, who);
	pack_str(s, text);
	pack_bind(s, st, NOTE);
	return db_run(st);
}

static int
read_note(struct store *s, struct stmt *st, struct sk_arena *a, void *into)
{
	struct case_note *note = into;
	struct wire_in w;

	note->time = db_int(st);
	w = unpack(s, st, NOTE);
	note->who = wire_need_str(&w, a);
	note->text = wire_need_str(&w, a);
	return unpack_end(&w, NOTE);
}

int
store_case_notes(struct store *s, struct sk_arena *a, int64_t case_row,
    struct case_note **out, size_t *n)
{
	struct stmt *st = store_use(s, SQL_CASE_NOTES);

	db_bind_int(st, case_row);
	return row_list(s, st, a, read_note, sizeof(**out), out, n);
}

/*
 * The outbox: every copy that leaves, its state and its ledger. Held copies
 * stay visible until they are sent or marked (L23). Nothing here can make a
 * copy go in clear: retrying is sealing again (I4).
 */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "delivery.h"

#define LIST_DEFAULT 200
#define LIST_MAX 100000

static int
find(struct command *c, int64_t row, struct copy_record *p)
{
	int r = store_copy_get(c->d->store, c->arena, row, p);

	if (r == SK_ERR_NOINPUT)
		return sk_fail(&c->e, r, "copy", "no copy %lld: see `sekisho "
		    "outbox list`", (long long)row);
	return p->unreadable ? SK_OK : command_store(c, r, "copy");
}

static void
document(struct command *c, struct sk_json *o, const struct copy_record *p)
{
	struct case_record k;

	document_copy(o, p, command_role(c, FOR_OPERATOR));
	sk_json_set_str(o, "case", p->case_row && store_case_get(c->d->store,
	    c->arena, p->case_row, &k) == SK_OK ? k.number : NULL);
}

int
verb_outbox_list(struct command *c)
{
	int64_t last = command_number(c, "last", LIST_DEFAULT);
	const char *word = command_str(c, "state");
	struct copy_record *p = NULL;
	struct case_record k = { 0 };
	enum copy_state st;
	struct sk_json *list;
	int state = -1, r = SK_OK;
	size_t n = 0;

	if (command_flag(c, "held"))
		return held_list(c);
	if (word && document_copy_state_parse(word, &st))
		state = (int)st;
	if (command_str(c, "case"))
		r = command_case(c, "case", &k);
	if (!r)
		r = command_store(c, store_copy_list_whole(c->d->store,
		    c->arena, state, command_number(c, "digest", 0), k.row,
		    last < LIST_MAX ? (size_t)last : LIST_MAX, &p, &n),
		    "outbox");
	if (r)
		return r;
	c->out = sk_json_document("outbox");
	list = sk_json_set(c->out, "copies", sk_json_array());
	for (size_t i = 0; i < n; i++)
		document(c, sk_json_add(list, sk_json_object()), &p[i]);
	return SK_OK;
}

/* What was heard of it after it was handed over. */
static int
document_returns(struct command *c, int64_t copy)
{
	struct sk_json *all = sk_json_set(c->out, "returns", sk_json_array());
	struct return_record *x = NULL;
	size_t n = 0;
	int r = command_store(c, store_returns(c->d->store, c->arena, copy,
	    &x, &n), "copy");

	for (size_t i = 0; i < n; i++) {
		struct sk_json *o = sk_json_add(all, sk_json_object());

		document_time(o, "time", x[i].time);
		sk_json_set_str(o, "fate", fate_word(x[i].fate));
		sk_json_set_str(o, "status", x[i].status);
		sk_json_set_int(o, "mail", x[i].mail);
	}
	return r;
}

int
verb_outbox_show(struct command *c)
{
	struct copy_record p;
	int r = find(c, command_number(c, "copy", 0), &p);

	if (r)
		return r;
	c->out = sk_json_document("copy");
	document(c, c->out, &p);
	return document_returns(c, p.row);
}

/* ---- retry ---- */

static bool
is_stopped(struct command *c, const struct copy_record *p)
{
	return returned_stop(c->d, c->arena, p->person, p->address) != NULL;
}

/* No other try changes the terms; a P text is made once, and its bytes are all
 * there is of it. */
static bool
is_for_good(struct command *c, const struct copy_record *p)
{
	if (p->state != COPY_HELD)
		return false;
	return p->encrypted ? leave_on_old_terms(c->d, c->arena, p) :
	    strcmp(p->reason, "render-failed") == 0 ||
	    strcmp(p->reason, "unreadable-bytes") == 0;
}

/* A held copy is sealed again; a waiting one becomes due now. One that is with
 * the relay at this moment is left alone. */
static int
retry(struct command *c, const struct copy_record *p, size_t *n)
{
	int r = SK_OK;

	switch (p->state) {
	case COPY_HELD:
	case COPY_BOUNCED:
		r = ledger_again(c->d, p);
		break;
	case COPY_TO_SEAL:
	case COPY_READY:
		r = store_copy_tried(c->d->store, p->row, p->reply, c->now);
		break;
	case COPY_HANDING:
		return SK_OK;
	default:
		return sk_fail(&c->e, SK_ERR_REFUSED, "copy", "copy %lld is "
		    "%s: nothing to retry", (long long)p->row,
		    document_copy_state(p->state));
	}
	*n += r == SK_OK;
	return r == SK_ERR_NOINPUT ? sk_fail(&c->e, SK_ERR_REFUSED, "copy",
	    "copy %lld was never made: do again what was to be told",
	    (long long)p->row) : command_store(c, r, "copy");
}

static int
retry_one(struct command *c, int64_t row, size_t *n)
{
	struct copy_record p;
	int r = find(c, row, &p);

	if (!r && p.unreadable)
		return sk_fail(&c->e, SK_ERR_REFUSED, "copy", "the row of copy "
		    "%lld cannot be read: take the database from the backup "
		    "first; or, told another way: sekisho outbox mark %lld "
		    "--delivered-by other --reason ...", (long long)row,
		    (long long)row);
	if (!r && is_stopped(c, &p))
		return sk_fail(&c->e, SK_ERR_REFUSED, p.person, "mail to %s "
		    "came back: when the address is right again, `sekisho "
		    "outbox release %s'; a new one: `sekisho person change "
		    "%s --address ...'", p.address, p.person, p.person);
	if (!r && is_for_good(c, &p))
		return sk_fail(&c->e, SK_ERR_REFUSED, "copy", "copy %lld "
		    "cannot go as it is (%s), however often it is tried: see "
		    "`sekisho outbox list --held'", (long long)p.row,
		    p.encrypted ? LEAVE_OLD_TERMS : p.reason);
	return r ? r : retry(c, &p, n);
}

static int
retry_named(struct command *c, size_t *n)
{
	const char *const *rows;
	size_t count = command_many(c, "copy", &rows);
	int r = SK_OK;

	if (!count)
		return sk_fail(&c->e, SK_ERR_USAGE, "outbox retry", "name "
		    "copies, or say --held");
	for (size_t i = 0; i < count && !r; i++)
		r = retry_one(c, strtoll(rows[i], NULL, 10), n);
	return r;
}

/* Whoever is stopped waits for a release; what no try can mend, for somebody
 * who does it again. */
static int
retry_held(struct command *c, size_t *n)
{
	struct copy_record *p = NULL;
	size_t count = 0;
	int r = command_store(c, store_copy_list(c->d->store, c->arena,
	    COPY_HELD, 0, 0, LIST_MAX, &p, &count), "outbox");

	for (size_t i = 0; i < count && !r; i++)
		if (!is_stopped(c, &p[i]) && !is_for_good(c, &p[i]))
			r = retry(c, &p[i], n);
	return r;
}

int
verb_outbox_retry(struct command *c)
{
	size_t n = 0;
	int r = command_flag(c, "held") ? retry_held(c, &n) :
	    retry_named(c, &n);

	if (!r)
		r = command_audit(c, "outbox.retry", "outbox",
		    sk_arena_printf(c->arena, "copies=%zu", n));
	if (r)
		return r;
	outbox_kick(c->d->outbox);
	c->out = sk_json_document("retried");
	sk_json_set_int(c->out, "copies", (int64_t)n);
	return SK_OK;
}

int
verb_outbox_release(struct command *c)
{
	struct person p;
	size_t n = 0;
	int r = command_person(c, command_str(c, "person"), &p);

	if (!r)
		r = returned_release(c->d, c->arena, p.id, p.address,
		    c->actor, command_str(c, "reason"), &n);
	if (r == SK_ERR_NOINPUT && !*c->e.text)
		return sk_fail(&c->e, r, p.id, "no mail to this person is "
		    "stopped: see `sekisho outbox list --held'");
	if (r)
		return *c->e.text ? r : command_store(c, r, p.id);
	c->out = sk_json_document("retried");
	sk_json_set_int(c->out, "copies", (int64_t)n);
	return SK_OK;
}

/* ---- mark ---- */

static int
mark(struct command *c, const struct copy_record *p, const char *by)
{
	struct store *s = c->d->store;
	const char *reason = command_str(c, "reason");
	int r = store_copy_state(s, p->row, COPY_MARKED, sk_arena_printf(
	    c->arena, "%s: %s", by, reason), 0);

	if (r && p->unreadable)
		r = store_copy_set_aside(s, p->row, COPY_MARKED);
	if (!r)		/* when it was told: as when it was handed over */
		r = store_copy_left(s, p->row, c->now);
	if (!r && p->case_row)
		r = store_case_note(s, p->case_row, c->now, c->actor, reason);
	return command_store(c, r, "copy");
}

int
verb_outbox_mark(struct command *c)
{
	const char *by = command_str(c, "delivered_by");
	struct copy_record p;
	int r = find(c, command_number(c, "copy", 0), &p);

	if (r)
		return r;
	if (p.state == COPY_HANDING)
		return sk_fail(&c->e, SK_ERR_REFUSED, "copy", "copy %lld is "
		    "with the relay at this moment: when it is held or waits "
		    "again, mark it", (long long)p.row);
	if (p.state == COPY_SENT || p.state == COPY_MARKED)
		return sk_fail(&c->e, SK_ERR_EXISTS, "copy", "copy %lld is "
		    "%s already", (long long)p.row,
		    document_copy_state(p.state));
	r = mark(c, &p, by);
	if (!r)
		r = command_audit(c, "outbox.mark", sk_arena_printf(c->arena,
		    "copy %lld", (long long)p.row), by);
	if (!r)
		r = find(c, p.row, &p);
	if (r)
		return r;
	c->out = sk_json_document("copy");
	document(c, c->out, &p);
	return SK_OK;
}

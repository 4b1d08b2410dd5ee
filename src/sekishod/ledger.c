/*
 * What became of a copy: in its row, which changes, and in the account, which
 * does not (I8), in the same turn. Without addresses and content: whom it was
 * for, what it held, and which clause decided.
 */
#include "delivery.h"

#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/log.h>
#include <sekisho/returned.h>
#include <sekisho/text.h>

#define ACTOR "sekishod"
#define TOKEN_LENGTH 26

/* A notice names its item in a row of its own. */
static const char *
items_of(struct daemon *d, struct sk_arena *a, const struct copy_record *c)
{
	struct notice_record say;

	if (c->items)
		return c->items;
	return c->person && c->case_row && store_notice_get(d->store, a,
	    c->row, &say) == SK_OK && say.item ? say.item : "-";
}

static int
account(struct daemon *d, const char *actor, const char *event,
    const struct copy_record *c, const char *reason)
{
	struct sk_arena *a = sk_arena_new();
	const char *what = c->digest ? sk_arena_printf(a, "digest=%lld",
	    (long long)c->digest) : "";
	int r = store_audit(d->store, sk_now(), actor ? actor : ACTOR, event,
	    sk_arena_printf(a, "copy %lld", (long long)c->row),
	    sk_arena_printf(a, "person=%s template=%s%s%s items=\"%s\" "
	    "reason=%s", c->person ? c->person : "-", c->template,
	    c->digest ? " " : "", what, items_of(d, a, c), reason));

	sk_arena_free(&a);
	return r;
}

static int
end(struct daemon *d, const struct copy_record *c, enum copy_state st,
    const char *event, const char *reason, const char *actor)
{
	int r = store_copy_state(d->store, c->row, st, reason, 0);

	return r ? r : account(d, actor, event, c, reason);
}

int
ledger_held(struct daemon *d, const struct copy_record *c,
    const char *reason, const char *actor)
{
	return end(d, c, COPY_HELD, "copy.held", reason, actor);
}

int
ledger_stopped(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c, const char *reason)
{
	struct case_record k;
	int r = ledger_held(d, c, reason, NULL);

	if (r)
		return r;
	if (strcmp(c->reason, reason) != 0 && !returned_word(reason))
		apply_notify(d, "held", NULL);
	if (!c->person && c->case_row && key_holds(reason) && store_case_get(
	    d->store, a, c->case_row, &k) == SK_OK)
		apply_request_key(d, a, &k);
	key_watch_kick(d->key_watch);
	return SK_OK;
}

int
ledger_dropped(struct daemon *d, const struct copy_record *c,
    const char *reason, const char *actor)
{
	return end(d, c, COPY_DROPPED, "copy.dropped", reason, actor);
}

int
ledger_unreadable(struct daemon *d, int64_t row)
{
	struct sk_arena *a = sk_arena_new();
	int r = store_copy_set_aside(d->store, row, COPY_HELD);

	if (!r)
		r = store_audit(d->store, sk_now(), ACTOR, "copy.held",
		    sk_arena_printf(a, "copy %lld", (long long)row),
		    "reason=" COPY_UNREADABLE);
	sk_arena_free(&a);
	return r;
}

int
ledger_moved(struct daemon *d, const struct copy_record *c)
{
	int r = ledger_dropped(d, c, "address-changed", NULL);

	return r ? r : key_unsaid(d, c);
}

int
ledger_added(struct daemon *d, const struct copy_record *c,
    const char *actor)
{
	return c->state == COPY_HELD ? account(d, actor, "copy.held", c,
	    c->reason) : SK_OK;
}

int
ledger_sent(struct daemon *d, const struct copy_record *c,
    const char *queue_id, const char *reply)
{
	int r = store_copy_handed(d->store, c->row, queue_id, reply,
	    sk_now());

	if (!r)
		r = account(d, ACTOR, "copy.sent", c, queue_id ? queue_id :
		    "-");
	sk_log(SK_INFO, "copy.sent", "copy=%lld template=%s queue=%s",
	    (long long)c->row, c->template, queue_id ? queue_id : "-");
	return r;
}

int
ledger_again(struct daemon *d, const struct copy_record *c)
{
	return c->encrypted ? store_copy_state(d->store, c->row, COPY_TO_SEAL,
	    "", 0) : store_copy_again(d->store, c->row);
}

/* ---- a copy in place of another, or beside it ---- */

int
ledger_another(struct daemon *d, struct sk_arena *a,
    const struct copy_record *old, const char *address, const char *items,
    const char *held)
{
	char token[TOKEN_LENGTH + 1];
	struct copy_record c = {
		.created = sk_now(), .state = held ? COPY_HELD : COPY_TO_SEAL,
		.encrypted = true, .template = old->template,
		.language = old->language, .case_row = old->case_row,
		.digest = old->digest, .person = old->person,
		.address = address, .from = old->from, .token = token,
		.reason = held ? held : "", .items = items,
		.send_after = old->send_after,
	};
	struct token_record t = { .address = address, .created = c.created };
	struct notice_record say;
	int r;

	sk_random_base32(token, TOKEN_LENGTH);
	r = store_copy_add(d->store, &c);
	t.copy_row = c.row;
	if (!r)
		r = store_token_add(d->store, token, &t);
	if (!r && store_notice_get(d->store, a, old->row, &say) == SK_OK)
		r = store_notice_add(d->store, c.row, &say);
	return r ? r : ledger_added(d, &c, NULL);
}

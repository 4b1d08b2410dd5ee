/*
 * Copies of somebody who leaves. What waits is dropped in the
 * same transaction in which the registration ends, or held in that in which the
 * organisation is suspended, until it is resumed. What the relay has in its
 * hands is asked about once more before its bytes leave (relay.c). What was
 * handed over is Postfix's: its queue ids are listed, to be removed there; and
 * likewise what was sealed to a key that was revoked then.
 */
#include "roster_acts.h"

#include <string.h>

#include "delivery.h"

#define WAITING_MAX 100000	/* of one state: as `outbox list` */
#define RECEIVED_MAX 1000	/* newest copies of one person */
/* Postfix gives up on a message after maximal_queue_lifetime, 5 days. */
#define POSTFIX_KEEPS_SECONDS (5 * 86400)

static int
stop_waiting(struct command *c, enum copy_state state, const char *person,
    const char *why, bool hold, struct recall *out)
{
	struct copy_record *p = NULL;
	size_t n = 0;
	int r = store_copy_list(c->d->store, c->arena, (int)state, 0, 0,
	    WAITING_MAX, &p, &n);

	for (size_t i = 0; i < n && !r; i++) {
		if (!p[i].person || strcmp(p[i].person, person) != 0)
			continue;
		r = hold ? ledger_held(c->d, &p[i], why, c->actor) :
		    ledger_dropped(c->d, &p[i], why, c->actor);
		out->stopped += r == SK_OK;
	}
	return r;
}

static bool
may_be_in_a_queue(const struct copy_record *p, int64_t now)
{
	return p->state == COPY_HANDING || (p->sent && p->state !=
	    COPY_MARKED && now - p->sent < POSTFIX_KEEPS_SECONDS);
}

/* fpr NULL: whatever they are sealed to. */
static void
add_handed(struct command *c, const struct copy_record *p, size_t n,
    const char *fpr, struct recall *out)
{
	struct copy_record *all = sk_arena_array(c->arena, out->nhanded + n +
	    1, sizeof(*all));

	if (out->nhanded)
		memcpy(all, out->handed, out->nhanded * sizeof(*all));
	for (size_t i = 0; i < n; i++)
		if (may_be_in_a_queue(&p[i], c->now) && (!fpr || (p[i].fpr &&
		    strcmp(p[i].fpr, fpr) == 0)))
			all[out->nhanded++] = p[i];
	out->handed = all;
}

static int
list_handed(struct command *c, const char *person, struct recall *out)
{
	struct copy_record *p = NULL;
	size_t n = 0;
	int r = store_copies_of(c->d->store, c->arena, person, RECEIVED_MAX,
	    &p, &n);

	add_handed(c, p, n, NULL, out);
	return r;
}

int
recall_sealed_to(struct command *c, const char *person, int64_t case_row,
    const char *fpr, struct recall *out)
{
	struct copy_record *p = NULL;
	size_t n = 0;
	int r = person ? store_copies_of(c->d->store, c->arena, person,
	    RECEIVED_MAX, &p, &n) : store_copy_list(c->d->store, c->arena, -1,
	    0, case_row, RECEIVED_MAX, &p, &n);

	add_handed(c, p, n, fpr, out);
	return command_store(c, r, "copies");
}

int
recall_copies(struct command *c, const char *person, const char *why,
    bool hold, struct recall *out)
{
	/* What is held keeps its own reason, where it may go on waiting. */
	static const enum copy_state waiting[] = { COPY_TO_SEAL, COPY_READY,
	    COPY_HELD };
	int r = SK_OK;

	for (size_t i = 0; i < (hold ? 2 : 3) && !r; i++)
		r = stop_waiting(c, waiting[i], person, why, hold, out);
	if (!r)
		r = list_handed(c, person, out);
	return command_store(c, r, person);
}

static bool
is_of(struct command *c, const char *person, const char *org)
{
	struct person p;

	return person && store_person_get(c->d->store, c->arena, person, &p)
	    == SK_OK && strcmp(p.org, org) == 0;
}

int
recall_end(struct command *c, const char *org, const char *why)
{
	struct copy_record *p = NULL;
	size_t n = 0;
	int r = store_copy_list(c->d->store, c->arena, COPY_HELD, 0, 0,
	    WAITING_MAX, &p, &n);

	for (size_t i = 0; i < n && !r; i++)
		if (strcmp(p[i].reason, why) == 0 && is_of(c, p[i].person,
		    org))
			r = ledger_again(c->d, &p[i]);
	outbox_kick(c->d->outbox);
	return command_store(c, r, org);
}

void
recall_handed(struct command *c, struct sk_json *o, const struct recall *r)
{
	struct sk_json *all = sk_json_set(o, "handed_over", sk_json_array());

	for (size_t i = 0; i < r->nhanded; i++)
		document_copy(sk_json_add(all, sk_json_object()),
		    &r->handed[i], command_role(c, FOR_OPERATOR |
		    FOR_MEMBERSHIP));
}

void
recall_document(struct command *c, struct sk_json *o, const struct recall *r)
{
	sk_json_set_int(o, "stopped", (int64_t)r->stopped);
	recall_handed(c, o, r);
}

/*
 * The relay: proved copies -> Postfix over SMTP, by couriers (courier.c), one a
 * connection.
 *
 * A copy is HANDING, committed, before a byte of it leaves; what its courier
 * brings back decides what it is then (relay_answer.c).
 */
#include "delivery.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/files.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>

#include "courier.h"

struct transfer {
	struct relay *relay;
	struct sk_arena *arena;		/* NULL: idle */
	struct copy_record copy;
	struct sk_span message;
	uint64_t rules;			/* when the gate was asked */
};

struct relay {
	struct daemon *d;
	struct pool *couriers;
	struct transfer transfers[LIMIT_RELAY_CONNECTIONS];
	size_t n;
	bool kicked;
	char url[512];
	const char *connect;		/* where a host of another name is */
	struct relay_health health;
};

static void
idle(struct transfer *t)
{
	sk_arena_free(&t->arena);
}

static bool still_permitted(struct transfer *t);

static void
refused(struct transfer *t, const struct courier_handed *h)
{
	struct daemon *d = t->relay->d;

	/* The guard refuses what lost its permission on the way: what is left
	 * of it is still owed to that person. */
	if (!answer_later(d, &t->relay->health, t->arena, &t->copy, h) &&
	    still_permitted(t))
		answer_never(d, t->arena, &t->copy, h);
}

/* A courier that died leaves it unknown, as a lost connection does. */
static void
ended(void *ctx, struct channel_message *m, const char *error)
{
	struct transfer *t = ctx;
	struct courier_handed h;

	(void)error;
	if (!m || m->type != COURIER_HANDED || courier_handed_get(t->arena,
	    sk_buf_span(&m->fields), &h))
		h = (struct courier_handed){ .code = UINT32_MAX,
			.reply = "" };
	if (h.code == 0)
		answer_taken(t->relay->d, &t->relay->health, t->arena,
		    &t->copy, &h);
	else
		refused(t, &h);
	turn_after(t->relay->d, NULL, NULL);
	idle(t);
	relay_kick(t->relay);
}

static void
begin(struct transfer *t)
{
	const struct daemon *d = t->relay->d;
	struct courier_hand ask = {
		.url = t->relay->url,
		.from = sk_arena_printf(t->arena, "<%s>", outbox_tagged(
		    t->arena, d->config->return_address, t->copy.token)),
		.to = sk_arena_printf(t->arena, "<%s>", t->copy.address),
		.tls = d->config->relay_tls, .ca = d->config->relay_ca,
		.connect = t->relay->connect,
	};
	struct sk_buf fields;
	int fd = sk_memfd_of("message", t->message);

	sk_buf_init(&fields, LIMIT_WIRE_MESSAGE);
	courier_hand_put(&fields, &ask);
	pool_ask(t->relay->couriers, COURIER_HAND, sk_buf_span(&fields), &fd,
	    1, false, ended, t);
	sk_buf_free(&fields);
	sk_fd_close(&fd);
}

/* ---- which copy next? ---- */

/* Sealed anew, with what holds now; the proved bytes are dropped. */
static void
reseal(struct transfer *t)
{
	struct daemon *d = t->relay->d;

	if (!t->copy.encrypted) {
		ledger_moved(d, &t->copy);
		return;
	}
	store_copy_state(d->store, t->copy.row, COPY_HELD, "reseal", 0);
	store_copy_state(d->store, t->copy.row, COPY_TO_SEAL, "", 0);
	outbox_kick(d->outbox);
}

/* Hand-over asks the gate once more (I1). */
static bool
still_permitted(struct transfer *t)
{
	struct daemon *d = t->relay->d;
	const char *reason = "";

	t->rules = store_rules_generation(d->store);
	switch (leave_ask(d, t->arena, &t->copy, &reason)) {
	case LEAVE_YES:
		return true;
	case LEAVE_SEAL_ANEW:
		reseal(t);
		break;
	case LEAVE_HOLD:
		ledger_stopped(d, t->arena, &t->copy, reason);
		break;
	case LEAVE_DROP:
		ledger_dropped(d, &t->copy, reason, NULL);
		break;
	}
	relay_kick(t->relay);		/* its place is free */
	return false;
}

static bool
take(struct transfer *t, int64_t row)
{
	struct daemon *d = t->relay->d;

	int r;

	t->arena = sk_arena_new();
	r = store_copy_get(d->store, t->arena, row, &t->copy);
	if (!r && (t->copy.state != COPY_READY || !still_permitted(t))) {
		idle(t);
		return false;
	}
	if (!r)
		r = store_copy_message(d->store, t->arena, row, &t->message);
	if (!r)
		r = store_copy_state(d->store, row, COPY_HANDING, "", 0);
	if (r) {
		outbox_damaged(d, row);
		idle(t);
		relay_kick(t->relay);	/* for those behind it */
	}
	return r == SK_OK;
}

/* HANDING is durable: now the bytes may leave. */
static void
committed(void *ctx, int result)
{
	struct transfer *t = ctx;

	if (result != SK_OK)
		return;
	/* Somebody may have left in this very turn. */
	if (t->rules != store_rules_generation(t->relay->d->store) &&
	    !still_permitted(t)) {
		turn_after(t->relay->d, NULL, NULL);
		idle(t);
		relay_kick(t->relay);
		return;
	}
	begin(t);
}

static void
pump(struct relay *r)
{
	int64_t rows[2 * LIMIT_RELAY_CONNECTIONS];
	size_t n = 0, next = 0;

	if (r->d->stopping || store_copy_due(r->d->store, COPY_READY, sk_now(),
	    rows, r->n, &n))
		return;
	for (size_t i = 0; i < r->n && next < n; i++) {
		struct transfer *t = &r->transfers[i];

		while (!t->arena && next < n)
			if (take(t, rows[next++]))
				turn_after(r->d, committed, t);
	}
	if (n)
		turn_after(r->d, NULL, NULL);
}

static void
kicked(void *ctx, int result)
{
	struct relay *r = ctx;

	r->kicked = false;
	if (result == SK_OK)
		pump(r);
}

void
relay_kick(struct relay *r)
{
	if (!r || r->kicked)
		return;
	r->kicked = true;
	turn_after(r->d, kicked, r);
}

bool
relay_busy(const struct relay *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->transfers[i].arena)
			return true;
	return false;
}

/* One that cannot be read may have left as well. */
static void
recover_one(struct daemon *d, int64_t row)
{
	if (store_copy_left(d->store, row, sk_now()) ||
	    store_copy_state(d->store, row, COPY_READY, "unknown", 0))
		outbox_damaged(d, row);
}

/* Copies that were being handed over when we ended: nobody knows whether they
 * arrived, so the same bytes go again. */
static void
recover(struct relay *r)
{
	int64_t rows[64], last = 0;
	size_t n = 0, all = 0;

	while (store_copy_due(r->d->store, COPY_HANDING, INT64_MAX, rows, 64,
	    &n) == SK_OK && n && rows[0] != last) {
		for (size_t i = 0; i < n; i++)
			recover_one(r->d, rows[i]);
		last = rows[0];	/* the store took no change: no more now */
		all += n;
	}
	if (all) {
		sk_log(SK_INFO, "relay.recover", "copies=%zu", all);
		turn_after(r->d, NULL, NULL);
	}
}

/* The certificate is held against the URL's host: a relay of another name is
 * called by that name, and found where it stands. */
static void
set_url(struct relay *r)
{
	const struct config *c = r->d->config;
	const char *name = c->relay_tls && c->relay_name ? c->relay_name :
	    c->relay_host;

	snprintf(r->url, sizeof(r->url), "%s://%s:%u/%s", c->relay_smtps ?
	    "smtps" : "smtp", name, c->relay_port, c->domain);
	if (name != c->relay_host)
		r->connect = sk_arena_printf(c->arena, "%s:%u:%s:%u", name,
		    c->relay_port, c->relay_host, c->relay_port);
}

const char *
relay_fault(const struct relay *r)
{
	return *r->health.fault ? r->health.fault : NULL;
}

struct relay *
relay_new(struct daemon *d, struct sk_error *e)
{
	struct relay *r = sk_malloc(sizeof(*r));

	r->d = d;
	r->n = d->config->relay_connections;
	set_url(r);
	if (r->n < 1 || r->n > LIMIT_RELAY_CONNECTIONS) {
		sk_fail(e, SK_ERR_CONFIG, "relay.connections", "1 to %d",
		    LIMIT_RELAY_CONNECTIONS);
		free(r);
		return NULL;
	}
	r->couriers = pool_new(d, POOL_COURIER, (unsigned)r->n);
	for (size_t i = 0; i < r->n; i++)
		r->transfers[i].relay = r;
	recover(r);
	return r;
}

void
relay_free(struct relay **rp)
{
	struct relay *r = *rp;

	if (!r)
		return;
	turn_forget(r->d, r);
	pool_free(&r->couriers);
	for (size_t i = 0; i < r->n; i++) {
		turn_forget(r->d, &r->transfers[i]);
		idle(&r->transfers[i]);
	}
	free(r);
	*rp = NULL;
}

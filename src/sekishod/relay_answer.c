/*
 * What the relay's answer means for a copy. SENT only when its courier says
 * done. Otherwise the server's code decides: 4xx retry, 5xx hold and tell;
 * anything else (354, 250 of an earlier step, none) unknown: the same bytes
 * with the same Message-ID again (design.md §4, L22).
 *
 * A 5xx before RCPT says nothing of a copy, as a rule: the relay takes nothing
 * of ours, all is kept and tried again, and `check' says it. At MAIL it may
 * speak of the one message: where the code says so, or where the relay took
 * others between one such refusal and the next, time after time.
 */
#include "delivery.h"

#include <stdio.h>
#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/log.h>
#include <sekisho/returned.h>

#include "courier.h"

#define RETRY_FIRST_SECONDS 30

static char *
queue_id(struct sk_arena *a, const char *reply)
{
	const char *s = strstr(reply, "queued as ");
	size_t n;

	if (!s)
		return NULL;
	s += strlen("queued as ");
	n = strspn(s, "0123456789abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	return n ? sk_arena_strn(a, s, n) : NULL;
}

void
answer_taken(struct daemon *d, struct relay_health *r, struct sk_arena *a,
    const struct copy_record *c, const struct courier_handed *h)
{
	*r->fault = '\0';
	r->taken = sk_now();
	if (ledger_sent(d, c, queue_id(a, h->reply), h->reply)) {
		store_copy_left(d->store, c->row, sk_now());
		outbox_damaged(d, c->row);
	}
}

/* ---- of all that leaves ---- */

/* Copies stay, and are tried again; nobody is written to, since no mail
 * leaves: the log says it, and `sekisho check'. */
static void
nothing_leaves(struct relay_health *r, const char *what, const char *why)
{
	if (strcmp(r->fault, why) != 0)
		sk_log(SK_ERROR, what, "error=\"%s\"", why);
	snprintf(r->fault, sizeof(r->fault), "%s", why);
}

static bool
is_never(const struct courier_handed *h)
{
	return h->status >= 500 && h->status < 600;
}

/* Before it heard whom the mail is for. Its words may quote our return
 * address. */
static bool
refuses_us(const struct courier_handed *h)
{
	return h->early && is_never(h) && !(h->at_mail &&
	    returned_of_message(h->status, h->reply));
}

/* It took others since it refused this one. */
static bool
is_own(const struct relay_health *r, const struct copy_record *c,
    const struct courier_handed *h)
{
	return h->at_mail && c->refused && r->taken >= c->refused;
}

static void
health(struct daemon *d, struct relay_health *r, struct sk_arena *a,
    const struct copy_record *c, const struct courier_handed *h)
{
	if (h->tls_failed)
		nothing_leaves(r, "relay.tls", sk_arena_printf(a, "%s; mend "
		    "the relay's certificate, or relay.ca and relay.name in "
		    "%s", h->reply, d->config->file));
	else if (refuses_us(h) && !is_own(r, c, h))
		nothing_leaves(r, "relay.refuses", sk_arena_printf(a, "the "
		    "relay takes no mail of ours (%u); mend what it complains "
		    "of: sekisho outbox show, of a copy that waits, has its "
		    "words", h->status));
}

/* ---- of one copy ---- */

static int64_t
back_off(uint32_t tries)
{
	int64_t s = RETRY_FIRST_SECONDS;

	while (tries-- && s < LIMIT_COPY_RETRY_SECONDS)
		s *= 2;
	if (s > LIMIT_COPY_RETRY_SECONDS)
		s = LIMIT_COPY_RETRY_SECONDS;
	return sk_now() + s;
}

/* The last word was neither yes nor no, or the courier died: it may have
 * arrived, and whoever may have it is told what follows. */
static bool
may_have_left(const struct courier_handed *h)
{
	return h->code == UINT32_MAX || (h->status && h->status < 400);
}

/* The same bytes again. */
static void
later(struct daemon *d, const struct copy_record *c,
    const struct courier_handed *h, uint32_t own)
{
	int64_t at = back_off(c->tries), now = sk_now();

	if (may_have_left(h))
		store_copy_left(d->store, c->row, now);
	if (h->at_mail && is_never(h) ? store_copy_refused(d->store, c->row,
	    h->reply, at, now, own) : store_copy_tried(d->store, c->row,
	    h->reply, at))
		outbox_damaged(d, c->row);
	else
		store_copy_state(d->store, c->row, COPY_READY, "retry", at);
}

bool
answer_later(struct daemon *d, struct relay_health *r, struct sk_arena *a,
    const struct copy_record *c, const struct courier_handed *h)
{
	uint32_t own = c->own + is_own(r, c, h);
	bool never = is_never(h) && (!refuses_us(h) ||
	    own >= LIMIT_RELAY_OWN_REFUSALS);

	health(d, r, a, c, h);
	sk_log(never ? SK_ERROR : SK_WARN, "copy.refused",
	    "copy=%lld template=%s code=%u curl=%u tries=%u",
	    (long long)c->row, c->template, h->status, h->code, c->tries + 1);
	if (!never)
		later(d, c, h, own);
	else if (store_copy_tried(d->store, c->row, h->reply, 0))
		outbox_damaged(d, c->row);
	else
		return false;
	return true;
}

/* The mail system says at once what else a bounce would say later. */
static bool
refused_its_person(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c, const struct courier_handed *h)
{
	const char *enhanced;
	size_t n;

	return h->at_rcpt && returned_refusal(h->status, h->reply, &enhanced,
	    &n) && returned_refused(d, a, c, n ? sk_arena_strn(a, enhanced,
	    n) : NULL) == SK_OK;
}

/* It is kept for somebody to look (L23). Of a notice to ourselves no notice is
 * made: it would be refused as well. */
void
answer_never(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c, const struct courier_handed *h)
{
	if (refused_its_person(d, a, c, h))
		return;
	ledger_held(d, c, "relay-refused", NULL);
	if (c->person || c->case_row)
		apply_notify(d, "held", NULL);
}

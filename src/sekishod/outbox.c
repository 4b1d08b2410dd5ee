/*
 * The outbox: every mail that leaves passes here, is proved here and stored
 * here before the relay sees it. P forms are composed, proved by rendering them
 * again from the fields a P text may hold, and stored in the same turn; E forms
 * are sealed one by one (seal.c), as many at a time as keyds can take.
 */
#include "delivery.h"

#include <stdlib.h>
#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/hash.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>
#include <sekisho/proof.h>
#include <sekisho/text.h>

#define AT_ONCE_PER_KEYD 6	/* each copy has its keyd: none is to wait */
#define AT_ONCE_MAX 64
#define ALARM_SECONDS 3600
#define LOOK_AGAIN_MILLISECONDS 30000	/* for copies whose time comes */

struct outbox {
	struct daemon *d;
	struct loop_timer *look;
	bool kicked, has_work;
	int64_t alarmed;		/* last, and how many since */
	unsigned more;
	int64_t busy[AT_ONCE_MAX];
	size_t nbusy;
};

char *
outbox_tagged(struct sk_arena *a, const char *address, const char *token)
{
	const char *at = strrchr(address, '@');

	return sk_arena_printf(a, "%.*s+%s%s", (int)(at - address), address,
	    token, at);
}

void
outbox_head(struct daemon *d, struct sk_arena *a, const struct copy_record *c,
    const char *subject, struct compose_head *out)
{
	bool answer = c->case_row != 0;

	*out = (struct compose_head){
		.from = c->from, .from_name = d->config->name,
		.to = c->address,
		.reply_to = c->case_row || c->person ?
		    outbox_tagged(a, c->from, c->token) : NULL,
		.subject = subject,
		.message_id = sk_arena_printf(a, "%s@%s", c->token,
		    d->config->domain),
		.in_reply_to = c->in_reply_to,
		.references = c->in_reply_to ? &c->in_reply_to : NULL,
		.nreferences = c->in_reply_to ? 1 : 0,
		.auto_submitted = answer ? "auto-replied" : "auto-generated",
		.date = c->created, .tz_minutes = sk_tz_minutes(c->created),
	};
}

int
outbox_proved(struct daemon *d, const struct copy_record *c,
    const struct key_facts *key, const char *items, int64_t edition,
    struct sk_span message)
{
	unsigned char hash[SK_HASH];
	int r;

	copy_hash(message, hash);
	r = store_copy_sealed(d->store, c->row, key, items, edition, message,
	    hash);
	if (!r)
		sk_log(SK_INFO, "copy.ready", "copy=%lld template=%s size=%zu",
		    (long long)c->row, c->template, message.len);
	turn_after(d, NULL, NULL);
	return r;
}

/* The proof's own rendering: from the stored, allowed fields only. */
static int
prove_plain(struct daemon *d, struct sk_arena *a, const struct copy_record *c,
    const struct tvalues *v, struct sk_span message, struct sk_error *e)
{
	struct sk_buf fields, subject, text;
	struct tvalues *again = NULL;
	int r;

	sk_buf_init(&fields, LIMIT_TEMPLATE_FILE);
	sk_buf_init(&subject, LIMIT_SUBJECT);
	sk_buf_init(&text, LIMIT_OUT_MESSAGE);
	tv_encode_p(v, &fields);
	r = tv_decode(a, sk_buf_span(&fields), &again);
	if (!r)
		r = template_render(d->templates, c->language, c->template,
		    again, &subject, &text, e);
	if (!r) {
		struct proof_expect want = {
			.from = c->from, .from_name = d->config->name,
			.to = c->address,
			.own_domain = d->config->domain,
			.subject = sk_buf_str(&subject),
			.text = sk_buf_str(&text),
		};

		r = proof_plain(message, &want, e);
	}
	sk_buf_free(&fields);
	sk_buf_free(&subject);
	sk_buf_free(&text);
	return r;
}

int
outbox_plain(struct daemon *d, struct sk_arena *a, struct copy_record *c,
    const struct tvalues *v, struct sk_error *e)
{
	struct sk_buf subject, text, message;
	struct compose_head head;
	int r;

	sk_buf_init(&subject, LIMIT_SUBJECT);
	sk_buf_init(&text, LIMIT_OUT_MESSAGE);
	sk_buf_init(&message, LIMIT_OUT_MESSAGE);
	r = template_render(d->templates, c->language, c->template, v,
	    &subject, &text, e);
	if (!r) {
		outbox_head(d, a, c, sk_buf_str(&subject), &head);
		r = compose_plain(&head, sk_buf_str(&text), &message, e);
	}
	if (!r)
		r = prove_plain(d, a, c, v, sk_buf_span(&message), e);
	if (!r)
		r = outbox_proved(d, c, NULL, c->items, 0,
		    sk_buf_span(&message));
	sk_buf_free(&subject);
	sk_buf_free(&text);
	sk_buf_free(&message);
	return r;
}

/* ---- the queue of copies to seal ---- */

static bool
is_busy(const struct outbox *o, int64_t row)
{
	for (size_t i = 0; i < o->nbusy; i++)
		if (o->busy[i] == row)
			return true;
	return false;
}

struct one {
	struct outbox *o;
	int64_t row;
};

static void
sealed(void *ctx)
{
	struct one *x = ctx;
	struct outbox *o = x->o;

	for (size_t i = 0; i < o->nbusy; i++)
		if (o->busy[i] == x->row)
			o->busy[i] = o->busy[--o->nbusy];
	free(x);
	outbox_kick(o);
}

static size_t
at_once(const struct outbox *o)
{
	size_t n = AT_ONCE_PER_KEYD * pool_size(o->d->keyds);

	return n < AT_ONCE_MAX ? n : AT_ONCE_MAX;
}

static void
begin(struct outbox *o, int64_t row)
{
	struct one *x = sk_malloc(sizeof(*x));

	*x = (struct one){ o, row };
	o->busy[o->nbusy++] = row;
	o->has_work = true;
	seal_copy(o->d, row, sealed, x);
}

static const enum copy_state waiting[] = { COPY_TO_SEAL, COPY_READY };
#define WAITING (sizeof(waiting) / sizeof(*waiting))

/* Nothing waits longer than for its turn in a digest, or for another try, but
 * what a clock told that was ahead. Set right, it says nothing of that itself:
 * the copies do, whenever it was, and whoever ran then. */
static void
look_at_clock(struct outbox *o)
{
	int64_t now = sk_now(), next, latest = now + LIMIT_COPY_RETRY_SECONDS +
	    (int64_t)o->d->policy->digest_spread_seconds;
	bool ahead = false;

	for (size_t i = 0; i < WAITING; i++)
		ahead |= store_copy_next(o->d->store, waiting[i], latest,
		    &next) == SK_OK;
	if (!ahead)
		return;
	if (store_copies_from_ahead(o->d->store, now, latest))
		return;
	sk_log(SK_WARN, "outbox.clock", "what=\"the clock was ahead; what "
	    "waited for its time goes now\"");
	turn_after(o->d, NULL, NULL);
}

/* Wakes for the next copy whose time comes, and now and then anyway. */
static void
set_look(struct outbox *o)
{
	int64_t now = sk_now(), ms = LOOK_AGAIN_MILLISECONDS, next;

	for (size_t i = 0; i < WAITING; i++)
		if (store_copy_next(o->d->store, waiting[i], now, &next) ==
		    SK_OK && (next - now) * 1000 < ms)
			ms = (next - now) * 1000;
	loop_timer_in(o->look, (unsigned)ms);
}

/* After the commit: rows made in this turn are seen. */
static void
pump(void *ctx, int result)
{
	struct outbox *o = ctx;
	int64_t rows[2 * AT_ONCE_MAX];
	size_t n = 0;

	o->kicked = false;
	if (result || o->d->stopping)
		return;
	look_at_clock(o);
	if (store_copy_due(o->d->store, COPY_TO_SEAL, sk_now(), rows,
	    at_once(o) + o->nbusy, &n))
		return;
	for (size_t i = 0; i < n && o->nbusy < at_once(o); i++)
		if (!is_busy(o, rows[i]))
			begin(o, rows[i]);
	if (!o->nbusy && o->has_work) {
		o->has_work = false;
		permits_close(o->d->permits);
	}
	set_look(o);
	relay_kick(o->d->relay);
}

void
outbox_kick(struct outbox *o)
{
	if (!o || o->kicked)
		return;
	o->kicked = true;
	turn_after(o->d, pump, o);
}

/* One an hour: a sealer that went wrong went wrong for everybody. */
void
outbox_alarm(struct outbox *o, const char *reason)
{
	int64_t now = sk_now();

	o->more++;
	if (o->alarmed && now - o->alarmed < ALARM_SECONDS)
		return;
	apply_alarm(o->d, NULL, reason, o->more);
	o->alarmed = now;
	o->more = 0;
}

/* It is held by its number, for somebody to look: of a row that can be read
 * it is the proved bytes that cannot. */
void
outbox_damaged(struct daemon *d, int64_t row)
{
	struct sk_arena *a = sk_arena_new();
	struct copy_record c;
	int r = store_copy_get(d->store, a, row, &c);

	r = r ? ledger_unreadable(d, row) : ledger_held(d, &c,
	    "unreadable-bytes", NULL);
	sk_log(SK_ERROR, "copy.damaged", "copy=%lld held=%s mend=\"the "
	    "database is damaged: take it from the backup\"", (long long)row,
	    r ? "no" : "yes");
	outbox_alarm(d->outbox, "copy-damaged");
	turn_after(d, NULL, NULL);
	sk_arena_free(&a);
}

static void
look(void *ctx)
{
	struct outbox *o = ctx;

	outbox_kick(o);
	loop_timer_in(o->look, LOOK_AGAIN_MILLISECONDS);
}

struct outbox *
outbox_new(struct daemon *d)
{
	struct outbox *o = sk_malloc(sizeof(*o));

	o->d = d;
	o->look = loop_timer_new(d->loop, look, o);
	loop_timer_in(o->look, 0);
	return o;
}

void
outbox_free(struct outbox **op)
{
	struct outbox *o = *op;

	if (!o)
		return;
	turn_forget(o->d, o);
	loop_timer_free(&o->look);
	free(o);
	*op = NULL;
}

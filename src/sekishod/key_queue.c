/*
 * The keys that came with mails, looked at by keyd one after the other, some at
 * once, however busy it is with sealing. Each stands in the store until what it
 * came to stands there too, so that an end of the program, or of keyd, loses
 * none.
 *
 * First it is looked at alone: which keys are in it? Each that is known is
 * asked about once more, laid over what is known of it. If there is no key in
 * it, it may be the revocation of one of its sender's. A certificate is asked
 * about beside those that are pinned, of which it may be the next one.
 */
#include "daemon.h"

#include <stdlib.h>
#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/files.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>

#define AT_ONCE 2		/* one of them waits: the pool has only one
				 * looked at, and leaves keyds to the seals */
#define TRIES 3			/* keyd died of it, twice each time */
#define AGAIN_SECONDS 60

struct asking {
	struct key_queue *q;
	struct sk_arena *a;
	struct key_heard_record rec;
	bool begun;
	const char **known;		/* fingerprints to be asked about */
	size_t nknown, at;
	bool bare;			/* no key in it */
	bool several;			/* more than one, not all known */
	bool taken, changed;
	struct key_heard_keyd found;	/* of a certificate, until all that it
					 * may come after were asked about */
	const char *reissued[4];	/* a person's two and a case's */
	struct sk_error e;		/* the first reason against it */
	struct asking *next;
};

struct key_queue {
	struct daemon *d;
	struct loop_timer *timer;
	struct asking *first;
	size_t n;
};

static void ask(struct asking *x);

static void
refuse(struct asking *x, const char *why)
{
	if (!*x->e.text)
		sk_fail(&x->e, SK_ERR_DATA, "key", "%s", why ? why :
		    "unreadable");
}

/* ---- which of them is known? ---- */

static void
add_known(struct asking *x, const char *fpr)
{
	struct sk_span block;

	for (size_t i = 0; i < x->nknown; i++)
		if (strcmp(x->known[i], fpr) == 0)
			return;
	if (x->nknown < LIMIT_KEYS_NAMED && key_known(x->q->d, x->a, fpr,
	    &block))
		x->known[x->nknown++] = sk_arena_str(x->a, fpr);
}

static int
add_rows(struct asking *x, const char *person, int64_t case_row)
{
	struct key_record *keys = NULL;
	size_t n = 0;
	int r = store_keys(x->q->d->store, x->a, person, case_row, &keys, &n);

	for (size_t i = 0; i < n && !r; i++)
		if (keys[i].facts.scheme == KEY_OPENPGP)
			add_known(x, keys[i].fpr);
	return r;
}

/* Whose revocation may it be? Those that are in force first. */
static int
add_senders(struct asking *x)
{
	struct store *s = x->q->d->store;
	struct key_record *keys = NULL;
	struct person p;
	size_t n = 0;
	int r = store_keys_of_address(s, x->a, x->rec.from, &keys, &n);

	for (size_t i = 0; i < n && !r; i++)
		if (keys[i].facts.scheme == KEY_OPENPGP)
			add_known(x, keys[i].fpr);
	if (!r && x->rec.case_row)
		r = add_rows(x, NULL, x->rec.case_row);
	if (!r && store_person_by_address(s, x->a, x->rec.from, &p) == SK_OK)
		r = add_rows(x, p.id, 0);
	return r;
}

static void
add_pinned(struct asking *x, const char *person, int64_t case_row)
{
	struct store *s = x->q->d->store;
	struct key_record k;

	if (store_key_pinned(s, x->a, person, case_row, &k) == SK_OK &&
	    k.facts.scheme == KEY_SMIME)
		add_known(x, k.fpr);
	if (store_key_signing(s, x->a, person, case_row, &k) == SK_OK)
		add_known(x, k.fpr);
}

/* Which pinned certificates may it come after? */
static void
add_certificates(struct asking *x)
{
	struct person p;

	if (store_person_by_address(x->q->d->store, x->a, x->rec.from, &p) ==
	    SK_OK)
		add_pinned(x, p.id, 0);
	if (x->rec.case_row)
		add_pinned(x, NULL, x->rec.case_row);
}

/* ---- keyd's answers ---- */

static int
take(struct asking *x, const struct key_facts *k)
{
	struct sk_error e = { 0 };
	int r;

	x->found.facts = *k;
	r = key_heard_take(x->q->d, x->a, &x->rec, &x->found, &e);

	if (r == SK_ERR_IO || r == SK_ERR_OS || r == SK_ERR_BUG)
		return r;
	x->changed |= r == SK_OK;
	if (r && r != SK_ERR_EXISTS)
		refuse(x, e.text);
	return SK_OK;
}

static int
looked_at(struct asking *x, const struct msg_inspected *in)
{
	x->known = sk_arena_array(x->a, LIMIT_KEYS_NAMED, sizeof(*x->known));
	if (in->status) {
		refuse(x, in->reason);
		x->bare = in->status == SK_ERR_DATA && !in->nnames;
		return x->bare ? add_senders(x) : SK_OK;
	}
	if (in->key.scheme == KEY_SMIME && in->key.block.len > 0)
		add_certificates(x);
	for (size_t i = 0; i < in->nnames && !in->key.secret; i++)
		add_known(x, in->names[i]);
	x->several = in->nnames > x->nknown && x->nknown > 0;
	if (x->nknown && !x->several)
		return SK_OK;
	/* Several are refused with the reason: none of them speaks for itself
	 * alone. */
	return take(x, &in->key);
}

/* A certificate, beside a pinned one. */
static int
after(struct asking *x, const struct msg_inspected *in)
{
	if (in->reissued)
		x->reissued[x->found.nreissued++] = x->known[x->at - 1];
	x->found.reissued = x->reissued;
	return x->at < x->nknown ? SK_OK : take(x, &in->key);
}

static int
laid_over(struct asking *x, const struct msg_inspected *in)
{
	struct daemon *d = x->q->d;
	const struct key_act act = { "system", sk_arena_printf(x->a,
	    "its own signature, mail %lld", (long long)x->rec.mail),
	    sk_now() };
	struct sk_error e = { 0 };
	size_t n = 0;
	int r;

	x->at++;
	if (!in->status && in->key.scheme == KEY_SMIME)
		return after(x, in);
	if (in->status || strcmp(in->key.fpr, x->known[x->at - 1]) != 0) {
		if (!x->bare)
			refuse(x, in->reason);
		return SK_OK;
	}
	r = key_over(d, x->a, &in->key, key_heard_origin(x->a, &x->rec), &act,
	    &n, &e);
	if (x->bare)
		x->at = x->nknown;
	x->taken = true;
	x->changed |= n > 0;
	return r || *key_unusable(&in->key, act.now) || x->several ? r :
	    take(x, &in->key);
}

/* ---- what it came to ---- */

static void
end(struct asking *x)
{
	struct asking **at = &x->q->first;
	struct key_queue *q = x->q;

	while (*at != x)
		at = &(*at)->next;
	*at = x->next;
	q->n--;
	sk_arena_free(&x->a);
	free(x);
	key_queue_kick(q);
}

/* Programs add Autocrypt fields and certificates: only the log says why one was
 * not taken. Else somebody thinks that it was. */
static bool
is_sent_by_purpose(const struct asking *x)
{
	return x->rec.origin != KEY_AUTOCRYPT &&
	    x->rec.origin != KEY_IN_SIGNATURE;
}

static int
settle(struct asking *x)
{
	struct daemon *d = x->q->d;
	bool refused = *x->e.text && (x->several || !(x->taken ||
	    x->changed));
	int r;

	sk_log(SK_INFO, "key.heard", "mail=%lld origin=%s result=%s "
	    "reason=\"%s\"", (long long)x->rec.mail,
	    key_origin_word(x->rec.origin), x->changed ? "ok" : refused ?
	    "refused" : "known", refused ? x->e.text : "");
	if (!refused || !is_sent_by_purpose(x))
		return store_key_heard_drop(d->store, x->rec.row);
	r = store_key_heard_refuse(d->store, &x->rec, x->e.text, sk_now());
	if (!r)
		apply_notify(d, "key_refused", NULL);
	return r;
}

/* keyd is not there, or dies of it; or the store refused. */
static void
not_answered(struct asking *x, const char *error)
{
	struct store *s = x->q->d->store;
	int r;

	sk_log(SK_WARN, "key.unheard", "mail=%lld tries=%u reason=\"%s\"",
	    (long long)x->rec.mail, x->rec.tries + 1, error);
	x->taken = x->changed = x->several = false;
	refuse(x, error);
	if (store_group_begin(s) == SK_OK) {
		r = x->rec.tries + 1 < TRIES ? store_key_heard_tried(s,
		    x->rec.row, sk_now() + AGAIN_SECONDS) : settle(x);
		store_group_end(s, r == SK_OK);
	}
	turn_after(x->q->d, NULL, NULL);
	end(x);
}

static int
heard(struct asking *x, struct channel_message *m)
{
	struct store *s = x->q->d->store;
	struct msg_inspected in;
	int r;

	if (!m || m->type != MSG_INSPECTED || msg_inspected_get(x->a,
	    sk_buf_span(&m->fields), &in) || in.status == SK_ERR_TEMP)
		return SK_ERR_UNAVAILABLE;
	if (store_group_begin(s))
		return SK_ERR_IO;
	r = x->begun ? laid_over(x, &in) : looked_at(x, &in);
	x->begun = true;
	if (!r && x->at == x->nknown)
		r = settle(x);
	return store_group_end(s, r == SK_OK) ? SK_ERR_IO : r;
}

static void
answered(void *ctx, struct channel_message *m, const char *error)
{
	struct asking *x = ctx;
	int r = heard(x, m);

	turn_after(x->q->d, NULL, NULL);
	if (r)
		not_answered(x, error ? error : sk_err_text(r));
	else if (x->at < x->nknown)
		ask(x);
	else
		end(x);
}

static void
ask(struct asking *x)
{
	struct sk_span known;
	int fds[2] = { sk_memfd_of("key", x->rec.block), -1 };

	if (x->begun && key_known(x->q->d, x->a, x->known[x->at], &known))
		fds[1] = sk_memfd_of("known", known);
	pool_ask(x->q->d->keyds, MSG_INSPECT, sk_span_of("", 0), fds,
	    fds[1] < 0 ? 1 : 2, false, answered, x);
	sk_fd_close(&fds[0]);
	sk_fd_close(&fds[1]);
}

/* ---- the queue ---- */

static bool
is_asked(const struct key_queue *q, int64_t row)
{
	for (const struct asking *x = q->first; x; x = x->next)
		if (x->rec.row == row)
			return true;
	return false;
}

static void
begin(struct key_queue *q, int64_t now)
{
	struct key_heard_record *due = NULL;
	struct sk_arena *a = sk_arena_new();
	size_t n = 0;

	if (store_key_heard_due(q->d->store, a, now, 2 * AT_ONCE, &due, &n))
		n = 0;
	for (size_t i = 0; i < n && q->n < AT_ONCE; i++) {
		struct asking *x;

		if (is_asked(q, due[i].row))
			continue;
		x = sk_malloc(sizeof(*x));
		*x = (struct asking){ .q = q, .a = sk_arena_new(),
			.next = q->first };
		x->rec = due[i];
		x->rec.from = sk_arena_str(x->a, due[i].from);
		x->rec.signer = due[i].signer ? sk_arena_str(x->a,
		    due[i].signer) : NULL;
		x->rec.block.p = sk_arena_dup(x->a, due[i].block.p,
		    due[i].block.len);
		q->first = x;
		q->n++;
		ask(x);
	}
	sk_arena_free(&a);
}

static void
look(void *ctx)
{
	struct key_queue *q = ctx;
	int64_t now = sk_now(), next;

	if (q->d->stopping)
		return;
	begin(q, now);
	if (q->n < AT_ONCE && store_key_heard_next(q->d->store, now,
	    &next) == SK_OK)
		loop_timer_in(q->timer, (next - now) * 1000);
}

void
key_queue_kick(struct key_queue *q)
{
	if (q)
		loop_timer_in(q->timer, 0);
}

struct key_queue *
key_queue_new(struct daemon *d)
{
	struct key_queue *q = sk_malloc(sizeof(*q));

	*q = (struct key_queue){ .d = d };
	q->timer = loop_timer_new(d->loop, look, q);
	key_queue_kick(q);
	return q;
}

/* Before keyd's pool: what it was asked is asked again at the next start. */
void
key_queue_free(struct key_queue **qp)
{
	struct key_queue *q = *qp;
	struct asking *x;

	if (!q)
		return;
	while ((x = q->first)) {
		q->first = x->next;
		sk_arena_free(&x->a);
		free(x);
	}
	loop_timer_free(&q->timer);
	free(q);
	*qp = NULL;
}

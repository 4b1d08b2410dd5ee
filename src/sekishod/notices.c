/*
 * What the secretariat is told, without content, at every notify address: N-01
 * when something happens, N-03 once a day (daily.c), T-45 when it is alarming.
 *
 * An inbox full of notes is no alarm. Of what comes in floods, copies that are
 * held and mail that comes back, the first is told at once, and all that
 * follows within an hour in one sum behind it: a relay that turns round returns
 * a whole digest. Of all events together so many notes are written in an hour;
 * how many more there were is told when it is over. What is counted stands in
 * the database: a restart forgets none.
 */
#include "delivery.h"

#include <stdio.h>
#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/log.h>
#include <sekisho/text.h>

#define TOKEN_LENGTH 26
#define PAUSE 3600
#define NOTES_PER_HOUR 60

/* ---- one note ---- */

/* A content-free text of ours to one notify address. */
static bool
note_to(struct daemon *d, struct sk_arena *a, const char *address,
    const char *template_id, struct tvalues *v)
{
	char token[TOKEN_LENGTH + 1];
	struct copy_record copy = {
		.created = sk_now(), .state = COPY_TO_SEAL,
		.template = template_id, .language = d->config->language,
		.address = address, .from = d->config->return_address,
		.token = token, .reason = "",
	};
	struct token_record t = { .address = address,
		.created = copy.created };
	struct sk_error e = { 0 };
	int r;

	sk_random_base32(token, TOKEN_LENGTH);
	tv_str(v, "desk_address", d->config->return_address);
	tv_str(v, "contact", d->config->return_address);
	r = store_copy_add(d->store, &copy);
	t.copy_row = copy.row;
	/* So that one that comes back is known for ours. */
	if (!r)
		r = store_token_add(d->store, token, &t);
	if (!r)
		r = outbox_plain(d, a, &copy, v, &e);
	if (r)
		sk_log(SK_ERROR, "notify", "template=%s error=\"%s\"",
		    template_id, e.text);
	return r == SK_OK;
}

static struct tvalues *
event_values(struct daemon *d, struct sk_arena *a, const char *event,
    const char *case_number, long count)
{
	static const char *const events[] = { "new_case", "unclear_answer",
	    "operator_look", "unreadable", "key_proposed", "key_refused",
	    "held", "held_more", "came_back", "came_back_more",
	    "key_revoked", "own_key_changed", "own_key_retired",
	    "own_key_ends", "own_certificate_changed",
	    "own_certificate_retired", "own_certificate_ends",
	    "keyd_away", "notices_more" };
	struct tvalues *v = values_common(d, a, d->config->language);

	for (size_t i = 0; i < sizeof(events) / sizeof(*events); i++)
		tv_flag(v, events[i], strcmp(event, events[i]) == 0);
	tv_str(v, "case_number", case_number);
	tv_int(v, "count", count);
	return v;
}

/* Whether at least one of the addresses is told; without any, all are. */
static bool
say(struct daemon *d, struct sk_arena *a, const char *event,
    const char *case_number, long count)
{
	const struct config *c = d->config;
	bool said = !c->nnotify;

	for (size_t i = 0; i < c->nnotify; i++)
		said |= note_to(d, a, c->notify[i], "N-01", event_values(d, a,
		    event, case_number, count));
	turn_after(d, NULL, NULL);
	return said;
}

/* ---- what is counted ---- */

struct counted {
	long long at;			/* since when */
	long n;
};

static struct counted
counted(struct daemon *d, struct sk_arena *a, const char *meta)
{
	struct counted x = { 0, 0 };
	const char *kept;

	if (store_meta_get(d->store, a, meta, &kept) ||
	    sscanf(kept, "%lld %ld", &x.at, &x.n) != 2)
		return (struct counted){ 0, 0 };
	return x;
}

static void
keep(struct daemon *d, struct sk_arena *a, const char *meta, int64_t at,
    long n)
{
	int r = store_meta_set(d->store, meta, sk_arena_printf(a, "%lld %ld",
	    (long long)at, n));

	if (r)
		sk_log(SK_ERROR, "notify", "meta=%s error=%s", meta,
		    sk_err_word(r));
	turn_after(d, NULL, NULL);
}

/* A clock that was ahead when it was written down says nothing. */
static bool
is_over(const struct counted *x, int64_t now)
{
	return x->at > now || now - x->at >= PAUSE;
}

/* ---- how often ---- */

#define META_REST "notices.rest"

/* Nobody can have it said at will, and somebody must act at once. */
static bool
is_pressing(const char *event)
{
	return strcmp(event, "key_revoked") == 0 ||
	    strcmp(event, "keyd_away") == 0;
}

static bool
within_limit(struct daemon *d, struct sk_arena *a, const char *event,
    const char *case_number, long count)
{
	struct auto_counts n = { 0 };
	int64_t now = sk_now();

	store_auto_counts(d->store, NULL, AUTH_NONE, now, &n);
	if ((n.notices_hour >= NOTES_PER_HOUR && !is_pressing(event)) ||
	    !say(d, a, event, case_number, count))
		return false;
	store_auto_add(d->store, NULL, AUTH_NONE, now);
	return true;
}

static const struct flood {
	const char *event, *more, *meta;
} floods[] = {
	{ "held", "held_more", "held" },
	{ "came_back", "came_back_more", "came-back" },
};
#define FLOODS (sizeof(floods) / sizeof(*floods))

static bool
flooded(struct daemon *d, struct sk_arena *a, const struct flood *f,
    const char *case_number, long count)
{
	struct counted x = counted(d, a, f->meta);
	int64_t now = sk_now();

	if (!x.n && is_over(&x, now) && within_limit(d, a, f->event,
	    case_number, count))
		keep(d, a, f->meta, now, 0);
	else
		keep(d, a, f->meta, x.at, x.n + count);
	return true;		/* or will be, in the sum */
}

static bool
notify(struct daemon *d, struct sk_arena *a, const char *event,
    const char *case_number, long count)
{
	struct counted rest;

	for (size_t i = 0; i < FLOODS; i++)
		if (strcmp(floods[i].event, event) == 0)
			return flooded(d, a, &floods[i], case_number, count);
	if (within_limit(d, a, event, case_number, count))
		return true;
	rest = counted(d, a, META_REST);
	keep(d, a, META_REST, rest.n ? rest.at : sk_now(), rest.n + 1);
	return false;
}

bool
apply_notify(struct daemon *d, const char *event, const char *case_number)
{
	struct sk_arena *a = sk_arena_new();
	bool said = notify(d, a, event, case_number, 1);

	sk_arena_free(&a);
	return said;
}

bool
apply_notify_count(struct daemon *d, const char *event, size_t count)
{
	struct sk_arena *a = sk_arena_new();
	bool said = notify(d, a, event, NULL, (long)count);

	sk_arena_free(&a);
	return said;
}

void
apply_notify_held(struct daemon *d, size_t copies)
{
	if (copies)
		apply_notify_count(d, "held", copies);
}

/* A sum is one note: no limit is needed for it. */
void
notices_sum(struct daemon *d, struct sk_arena *a)
{
	struct counted x = counted(d, a, META_REST);
	int64_t now = sk_now();

	if (x.n && is_over(&x, now) && say(d, a, "notices_more", NULL, x.n))
		keep(d, a, META_REST, 0, 0);
	for (size_t i = 0; i < FLOODS; i++) {
		x = counted(d, a, floods[i].meta);
		if (x.n && is_over(&x, now) && say(d, a, floods[i].more,
		    NULL, x.n))
			keep(d, a, floods[i].meta, now, 0);
	}
}

/* ---- others ---- */

void
apply_daily(struct daemon *d, size_t people, size_t copies, int64_t days,
    size_t late)
{
	struct sk_arena *a = sk_arena_new();

	for (size_t i = 0; i < d->config->nnotify; i++) {
		struct tvalues *v = values_common(d, a, d->config->language);

		tv_flag(v, "held", people > 0);
		tv_int(v, "held_people", (long)people);
		tv_int(v, "held_copies", (long)copies);
		tv_int(v, "held_days", (long)days);
		tv_flag(v, "some_late", late > 0);
		tv_int(v, "late_copies", (long)late);
		note_to(d, a, d->config->notify[i], "N-03", v);
	}
	turn_after(d, NULL, NULL);
	sk_arena_free(&a);
}

void
apply_alarm(struct daemon *d, const char *queue_id, const char *reason,
    unsigned count)
{
	struct sk_arena *a = sk_arena_new();

	for (size_t i = 0; i < d->config->nnotify; i++) {
		struct tvalues *v = values_common(d, a, d->config->language);

		tv_str(v, "queue_id", queue_id);
		tv_str(v, "reason", reason);
		tv_int(v, "count", count);
		note_to(d, a, d->config->notify[i], "T-45", v);
	}
	turn_after(d, NULL, NULL);
	sk_arena_free(&a);
}

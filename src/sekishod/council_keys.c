/*
 * The council's own keys, as the keyds tell them. What was told last is kept in
 * the store, so that the next start need not wait for a keyd to write mail.
 * Which key is which is asked of the clock each time (own.h): nothing here
 * happens on the day of change.
 *
 * Every keyd has a home of its own, and a `setup' that was cut off leaves some
 * of them behind. The list that knows more keys counts; that they differ is
 * said by `sekisho check' until they do not.
 */
#include "daemon.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/hash.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>
#include <sekisho/text.h>

#define META "council.keys"

struct council_keys {
	struct sk_arena *arena;			/* of ready */
	struct msg_keyd_ready ready;
	struct own_keys dates[KEY_SCHEMES];
	struct {
		bool told;
		unsigned char hash[SK_HASH];	/* of its dates */
	} homes[LIMIT_HELPERS];
	bool behind;		/* a home lacks what is known here */
};

static void
dates_of(const struct msg_own_keys *o, struct own_keys *out)
{
	*out = (struct own_keys){ .n = o->n };
	snprintf(out->withdrawn, sizeof(out->withdrawn), "%s", o->withdrawn);
	for (size_t i = 0; i < o->n; i++) {
		memcpy(out->list[i].fpr, o->list[i].fpr,
		    sizeof(out->list[i].fpr));
		out->list[i].since = o->list[i].since;
		out->list[i].until = o->list[i].until;
	}
}

static bool
encode(const struct msg_keyd_ready *r, struct sk_buf *b)
{
	sk_buf_init(b, LIMIT_WIRE_MESSAGE);
	msg_keyd_ready_put(b, r);
	return !b->over;
}

/* Its own copy, in place of what was there. */
static int
take(struct council_keys *k, struct sk_span bytes)
{
	struct sk_arena *a = sk_arena_new();
	struct msg_keyd_ready r;

	if (msg_keyd_ready_get(a, bytes, &r) != SK_OK) {
		sk_arena_free(&a);
		return SK_ERR_DATA;
	}
	sk_arena_free(&k->arena);
	k->arena = a;
	k->ready = r;
	for (int i = 0; i < KEY_SCHEMES; i++)
		dates_of(&r.own[i], &k->dates[i]);
	return SK_OK;
}

/* ---- kept ---- */

static void
keep(struct daemon *d, struct sk_span bytes)
{
	char *hex = sk_malloc(2 * bytes.len + 1);

	sk_hex(hex, bytes.p, bytes.len);
	if (store_meta_set(d->store, META, hex))
		sk_log(SK_ERROR, "council.keys", "error=store");
	free(hex);
}

void
council_keys_load(struct daemon *d)
{
	struct sk_arena *a = sk_arena_new();
	const char *hex;
	unsigned char *raw;
	size_t n;

	d->council = sk_malloc(sizeof(*d->council));
	if (store_meta_get(d->store, a, META, &hex) == SK_OK) {
		n = strlen(hex) / 2;
		raw = sk_arena_alloc(a, n + 1);
		/* Of another version: the first keyd tells it anew. */
		if (!sk_unhex(raw, n, hex) || take(d->council, sk_span_of(raw,
		    n)))
			sk_log(SK_INFO, "council.keys", "kept=unreadable");
	}
	sk_arena_free(&a);
}

void
council_keys_free(struct council_keys **k)
{
	if (*k == NULL)
		return;
	sk_arena_free(&(*k)->arena);
	free(*k);
	*k = NULL;
}

/* ---- told ---- */

/* Does b begin as a does, and go on, with a key that a did not take back? */
static bool
goes_on(const struct own_keys *a, const struct own_keys *b)
{
	bool on = b->n > a->n && strcmp(b->list[a->n].fpr, a->withdrawn) != 0;

	for (size_t i = 0; on && i < a->n; i++)
		on = strcmp(a->list[i].fpr, b->list[i].fpr) == 0;
	return on;
}

static void
note_home(struct council_keys *k, unsigned index,
    const struct own_keys dates[KEY_SCHEMES])
{
	struct sk_buf b;

	if (index >= LIMIT_HELPERS)
		return;
	sk_buf_init(&b, LIMIT_WIRE_MESSAGE);
	for (int i = 0; i < KEY_SCHEMES; i++) {
		own_keys_write(&dates[i], &b);
		sk_buf_addc(&b, '\n');
	}
	sk_hash_of(sk_buf_span(&b), k->homes[index].hash);
	k->homes[index].told = true;
	sk_buf_free(&b);
}

static const char *const events[KEY_SCHEMES] = { "council.key",
	"council.certificate" };

static void
say_new(struct daemon *d, enum key_scheme s, const struct own_keys *now)
{
	const struct own_keys *was = &d->council->dates[s];

	for (size_t i = 0; i < now->n; i++) {
		const char *fpr = now->list[i].fpr;

		if (own_find(was, fpr) < was->n)
			continue;
		sk_log(was->n ? SK_WARN : SK_INFO, events[s], "fpr=%s", fpr);
		store_audit(d->store, sk_now(), "system", events[s],
		    "council", fpr);
	}
	if (*now->withdrawn && strcmp(now->withdrawn, was->withdrawn) != 0) {
		sk_log(SK_WARN, "council.withdrawn", "fpr=%s",
		    now->withdrawn);
		store_audit(d->store, sk_now(), "system", "council.withdrawn",
		    "council", now->withdrawn);
	}
}

/* Scheme by scheme: the home that knows more counts. One that has no S/MIME
 * yet says nothing about the others. */
static void
merge(struct daemon *d, const struct own_keys told[KEY_SCHEMES],
    struct msg_keyd_ready *ready)
{
	struct council_keys *k = d->council;

	k->behind = false;
	for (int i = 0; i < KEY_SCHEMES; i++) {
		if (goes_on(&told[i], &k->dates[i])) {
			k->behind |= told[i].n > 0;
			ready->own[i] = k->ready.own[i];
		} else {
			say_new(d, (enum key_scheme)i, &told[i]);
		}
	}
	if (k->behind)
		sk_log(SK_ERROR, "council.keys", "a keyd's home lacks the "
		    "newest key of the council: run `sekisho setup key "
		    "--next' again, or restore the home");
}

void
council_keys_told(struct daemon *d, unsigned index,
    const struct msg_keyd_ready *said)
{
	struct msg_keyd_ready ready = *said;
	struct own_keys told[KEY_SCHEMES];
	struct sk_buf was, now;

	for (int i = 0; i < KEY_SCHEMES; i++)
		dates_of(&said->own[i], &told[i]);
	note_home(d->council, index, told);
	merge(d, told, &ready);
	encode(&d->council->ready, &was);
	if (encode(&ready, &now) && !sk_span_eq(sk_buf_span(&was),
	    sk_buf_span(&now)) && take(d->council, sk_buf_span(&now)) ==
	    SK_OK) {
		keep(d, sk_buf_span(&now));
		turn_after(d, NULL, NULL);
		council_watch_kick(d->council_watch);
		if (d->intake)
			intake_go_on(d->intake);
	}
	sk_buf_free(&was);
	sk_buf_free(&now);
}

void
council_keys_gone(struct daemon *d, unsigned index)
{
	if (d->council && index < LIMIT_HELPERS)
		d->council->homes[index].told = false;
}

/* ---- asked ---- */

size_t
council_keys_list(const struct daemon *d, enum key_scheme s,
    struct council_key *list)
{
	const struct council_keys *k = d->council;
	int64_t now = sk_now();
	size_t n = k ? k->dates[s].n : 0;

	for (size_t i = 0; i < n; i++) {
		const struct msg_own_key *x = &k->ready.own[s].list[i];

		list[i] = (struct council_key){ x->fpr, own_state(
		    &k->dates[s], i, now), x->since, x->until, x->ends,
		    x->revoked, x->block };
	}
	return n;
}

bool
council_key(const struct daemon *d, enum key_scheme s, enum own_state state,
    struct council_key *out)
{
	struct council_key list[LIMIT_OWN_KEYS];
	size_t n = council_keys_list(d, s, list);

	while (n > 0 && list[n - 1].state != state)
		n--;
	if (n > 0)
		*out = list[n - 1];
	return n > 0;
}

const char *
council_withdrawn(const struct daemon *d, enum key_scheme s)
{
	return d->council ? d->council->dates[s].withdrawn : "";
}

const char *
council_fpr(const struct daemon *d, enum key_scheme s)
{
	struct council_key k;

	return council_key(d, s, OWN_CURRENT, &k) ? k.fpr : "";
}

bool
council_key_is(const struct daemon *d, const char *fpr)
{
	for (int i = 0; d->council && i < KEY_SCHEMES; i++)
		if (own_find(&d->council->dates[i], fpr) <
		    d->council->dates[i].n)
			return true;
	return false;
}

const char *
council_keys_differ(const struct daemon *d)
{
	const struct council_keys *k = d->council;
	size_t first = 0;

	while (first < LIMIT_HELPERS && !k->homes[first].told)
		first++;
	for (size_t i = first + 1; i < LIMIT_HELPERS; i++)
		if (k->homes[i].told && !sk_hash_eq(k->homes[i].hash,
		    k->homes[first].hash))
			return "the keyds do not hold the same keys of the "
			    "council: run the `sekisho setup' that made the "
			    "newest again, then start sekishod anew";
	return k->behind ? "the keyds lack the newest key of the council: "
	    "restore their homes from the newest backup, or run the `sekisho "
	    "setup' that made it again" : NULL;
}

int64_t
council_keys_change(const struct daemon *d)
{
	int64_t now = sk_now(), first = 0;

	for (int i = 0; d->council && i < KEY_SCHEMES; i++) {
		int64_t at = own_changes(&d->council->dates[i], now);

		if (at && (!first || at < first))
			first = at;
	}
	return first;
}

/*
 * Keys that a person's own domain publishes (WKD, A9): a source of proposals.
 * Whoever serves that domain learns that the council asks, and for whom, so
 * that nothing is asked unless the configuration says so, and every question is
 * accounted for. What is found is a hostile key as any other: a fetcher of its
 * own fetches it, keyd looks at it in a scratch home, and key_found.c decides.
 */
#include "daemon.h"

#include <stdlib.h>
#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/files.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>
#include <sekisho/text.h>

#include "fetcher.h"
#include "wkd.h"

/* ---- the question ---- */

static int
may_ask(const struct daemon *d, const struct key_owner *o, struct sk_error *e)
{
	if (!d->fetchers)
		return sk_fail(e, SK_ERR_REFUSED, "wkd.lookup", "keys are not "
		    "looked up, since the person's domain would learn that "
		    "the council asks: write wkd = { lookup = \"asked\"; }; in "
		    "%s and start sekishod again, or ask the person by mail",
		    d->config->file);
	if (o->scheme == KEY_SMIME)
		return sk_fail(e, SK_ERR_REFUSED, o->name, "is registered for "
		    "S/MIME, and domains publish OpenPGP keys: ask the person "
		    "for the certificate");
	return SK_OK;
}

int
key_lookup_ask(struct daemon *d, struct sk_arena *a,
    const struct key_owner *o, const struct key_act *act,
    struct sk_buf *fields, struct sk_error *e)
{
	struct wkd_places places;
	struct fetcher_ask ask;
	int r = may_ask(d, o, e);

	if (r)
		return r;
	if (!wkd_places(a, o->address, &places))
		return sk_fail(e, SK_ERR_REFUSED, o->name, "has no address "
		    "whose domain could be asked: ask by mail");
	ask = (struct fetcher_ask){ places.advanced, places.direct,
		d->config->wkd_ca, d->config->wkd_proxy };
	fetcher_ask_put(fields, &ask);
	r = store_audit(d->store, act->now, act->actor, "key.lookup", o->name,
	    sk_address_domain(o->address));
	return r ? sk_fail(e, r, o->name, "the store refused") : SK_OK;
}

/* ---- the answer ---- */

static const char *
host_of(struct sk_arena *a, const char *url)
{
	const char *host = strstr(url, "//");

	host = host ? host + 2 : url;
	return sk_arena_strn(a, host, strcspn(host, "/"));
}

int
key_lookup_got(struct sk_arena *a, const struct channel_message *m,
    const char *error, struct sk_span *block, const char **host,
    struct sk_error *e)
{
	struct fetcher_found got;

	if (!m || m->type != FETCHER_FOUND || fetcher_found_get(a,
	    sk_buf_span(&m->fields), &got))
		return sk_fail(e, SK_ERR_UNAVAILABLE, "fetcher", "%s: try "
		    "again later, or ask the person by mail", error ? error :
		    "odd answer");
	*host = host_of(a, got.url);
	*block = got.block;
	if (got.result == FETCH_NONE)
		return sk_fail(e, SK_ERR_NOINPUT, *host, "%s: ask the person "
		    "by mail", got.text);
	return got.result == FETCH_FOUND ? SK_OK : sk_fail(e, SK_ERR_TEMP,
	    *host, "%s", got.text);
}

int
key_lookup_found(struct daemon *d, struct sk_arena *a,
    const struct key_owner *o, const char *host, const struct key_facts *k,
    struct key_record *out, struct sk_error *e)
{
	const char *origin = sk_arena_printf(a, "wkd, %s", host);
	const struct key_find find = { .origin = origin, .where = origin,
		.from = o->address, .must_name = true };

	return key_found(d, a, o, &find, k, out, e);
}

/* ---- by itself ---- */

struct lookup {
	struct daemon *d;
	struct sk_arena *a;
	const char *person, *host;
};

/* Nobody knows whether there is a key. */
static bool
is_failure(int r)
{
	return r == SK_ERR_TEMP || r == SK_ERR_UNAVAILABLE || r == SK_ERR_IO;
}

static void
end(struct lookup *l, int r, const struct sk_error *e)
{
	sk_log(r && r != SK_ERR_EXISTS ? SK_WARN : SK_INFO, "key.lookup",
	    "person=%s host=%s result=%s reason=\"%s\"", l->person, l->host,
	    sk_err_word(r), e->text);
	key_lookup_ended(l->d, l->a, l->person, is_failure(r) ?
	    sk_arena_printf(l->a, "%s: %s", e->where, e->text) : NULL,
	    sk_now());
	turn_after(l->d, NULL, NULL);
	sk_arena_free(&l->a);
	free(l);
}

static int
take(struct lookup *l, const struct key_facts *k, struct sk_error *e)
{
	struct key_record found;
	struct key_owner o;
	struct person p;
	int r = store_person_get(l->d->store, l->a, l->person, &p);

	if (r || !p.active)
		return sk_fail(e, SK_ERR_NOINPUT, l->person, "has left");
	o = key_owner_person(&p);
	return key_lookup_found(l->d, l->a, &o, l->host, k, &found, e);
}

static void
inspected(void *ctx, struct channel_message *m, const char *error)
{
	struct lookup *l = ctx;
	struct msg_inspected in = { .status = SK_ERR_UNAVAILABLE };
	struct sk_error e = { 0 };
	int r;

	if (m && (m->type != MSG_INSPECTED || msg_inspected_get(l->a,
	    sk_buf_span(&m->fields), &in)))
		in.status = SK_ERR_PROTOCOL;
	r = in.status;
	if (r) {
		sk_fail(&e, r, "keyd", "%s", error ? error : in.reason ?
		    in.reason : "odd answer");
	} else if (!(r = store_group_begin(l->d->store))) {
		r = take(l, &in.key, &e);
		if (store_group_end(l->d->store, r == SK_OK))
			r = SK_ERR_IO;
	}
	end(l, r, &e);
}

static void
fetched(void *ctx, struct channel_message *m, const char *error)
{
	struct lookup *l = ctx;
	struct key_record pinned;
	struct sk_span block;
	struct sk_error e = { 0 };
	int r = key_lookup_got(l->a, m, error, &block, &l->host, &e);
	int fds[2] = { -1, -1 };

	if (r) {
		end(l, r, &e);
		return;
	}
	fds[0] = sk_memfd_of("key", block);
	if (store_key_pinned(l->d->store, l->a, l->person, 0, &pinned) ==
	    SK_OK)
		fds[1] = sk_memfd_of("pinned", pinned.facts.block);
	pool_ask(l->d->keyds, MSG_INSPECT, sk_span_of("", 0), fds,
	    fds[1] < 0 ? 1 : 2, false, inspected, l);
	sk_fd_close(&fds[0]);
	sk_fd_close(&fds[1]);
}

int
key_lookup(struct daemon *d, const struct person *p, int64_t now)
{
	const struct key_owner o = key_owner_person(p);
	const struct key_act act = { "system", NULL, now };
	struct lookup *l;
	struct sk_error e = { 0 };
	struct sk_buf fields;
	int r;

	if (d->config->wkd_lookup != LOOKUP_AUTOMATIC ||
	    p->scheme == KEY_SMIME)
		return SK_OK;
	l = sk_malloc(sizeof(*l));
	*l = (struct lookup){ .d = d, .a = sk_arena_new(), .host = "" };
	l->person = sk_arena_str(l->a, p->id);
	sk_buf_init(&fields, LIMIT_WIRE_FIELDS);
	r = key_lookup_ask(d, l->a, &o, &act, &fields, &e);
	if (r)
		end(l, r, &e);
	else
		pool_ask(d->fetchers, FETCHER_ASK, sk_buf_span(&fields), NULL,
		    0, false, fetched, l);
	sk_buf_free(&fields);
	return r == SK_ERR_REFUSED ? SK_OK : r;
}

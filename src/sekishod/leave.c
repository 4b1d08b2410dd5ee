/*
 * May this copy leave at this moment? (I1) Asked when it is handed to the
 * relay, when the guard sees it on its way, and when the relay refused it:
 * always against the newest terms, roster and keys. Only reads.
 */
#include "delivery.h"

#include <string.h>

#include <sekisho/clock.h>

/* A key that was replaced while the relay was away may have been lost; one that
 * was revoked, or has ended, gets nothing more. */
static enum leave
to_key(struct daemon *d, struct sk_arena *a, const struct copy_record *c,
    const char **reason)
{
	struct key_record k;

	if (store_key_pinned(d->store, a, c->person, c->person ? 0 :
	    c->case_row, &k) || !c->fpr || strcmp(k.fpr, c->fpr) != 0)
		return LEAVE_SEAL_ANEW;
	*reason = key_unusable(&k.facts, sk_now());
	return **reason ? LEAVE_HOLD : LEAVE_YES;
}

/* A mail about a registration. */
static enum leave
to_the_person(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c, const char **reason)
{
	struct person p;
	struct org o;

	*reason = registration_ask(d, a, c, &o, &p);
	if (*reason)
		return LEAVE_DROP;
	return strcmp(p.address, c->address) == 0 ? to_key(d, a, c, reason) :
	    LEAVE_SEAL_ANEW;
}

static bool
same_items(const struct permits_item *const *items, size_t n,
    const char *sealed)
{
	struct sk_buf now;
	bool same;

	sk_buf_init(&now, LIMIT_WIRE_MESSAGE);
	for (size_t i = 0; i < n; i++)
		sk_buf_addf(&now, "%s%s", i ? " " : "",
		    items[i]->gate.item.item.id);
	same = sealed && strcmp(sk_buf_str(&now), sealed) == 0;
	sk_buf_free(&now);
	return same;
}

/* What an operator wrote rests on terms: others than those it was written
 * under hold it, for a person to look (I1). */
static bool
rests_on_old_terms(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c)
{
	struct notice_record say;
	struct terms t;

	if (!c->case_row || c->person || store_notice_get(d->store, a, c->row,
	    &say) || !say.text || !say.terms_version)
		return false;
	return store_terms_locked(d->store, a, say.request ? say.request :
	    c->case_row, &t) || t.version != say.terms_version;
}

enum leave
leave_ask(struct daemon *d, struct sk_arena *a, const struct copy_record *c,
    const char **reason)
{
	const struct permits_item **items = NULL;
	bool key_only = false;
	struct person p;
	struct org o;
	size_t n = 0;

	*reason = returned_stop(d, a, c->person, c->address);
	if (*reason)
		return LEAVE_HOLD;
	*reason = "gone";
	if (!c->encrypted)
		return LEAVE_YES;
	if (rests_on_old_terms(d, a, c)) {
		*reason = "terms-changed";
		return LEAVE_HOLD;
	}
	if (!c->digest)
		return c->person && registration_text(c->template) ?
		    to_the_person(d, a, c, reason) : to_key(d, a, c, reason);
	if (permits_ask(d->permits, a, c, &o, &p, &items, &n, reason,
	    &key_only) || !n)
		return key_only ? LEAVE_HOLD : LEAVE_DROP;
	/* An item less than was sealed, or other words in one, words that it
	 * was not looked through for, another key or another address. */
	if (same_items(items, n, c->items) &&
	    permits_edition(items, n) == c->edition && p.fpr && c->fpr &&
	    strcmp(p.fpr, c->fpr) == 0 && strcmp(p.address, c->address) == 0)
		return LEAVE_YES;
	return LEAVE_SEAL_ANEW;
}

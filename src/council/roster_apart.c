/*
 * What two people may not have in common: an address is one
 * person's with every tag of it, a key with every key that decrypts for it, and
 * the government secretariat shares with the analysis unit neither a person nor
 * a mailbox, under whichever host of their domain.
 */
#include "roster_row.h"

#include <string.h>

#include <sekisho/text.h>

bool
roster_apart(const struct org *x, const struct org *y)
{
	if (!x || !y)
		return false;
	return (x->kind == ORG_GOV_SECRETARIAT &&
	    y->kind == ORG_NATIONAL_BODY) ||
	    (y->kind == ORG_GOV_SECRETARIAT && x->kind == ORG_NATIONAL_BODY);
}

char *
roster_name_key(struct sk_arena *a, const char *name)
{
	char *key = sk_nfkc_fold(a, name ? name : ""), *to = key;

	for (const char *s = key; *s; s++)
		if (*s != ' ' && *s != '\t')
			*to++ = *s;
	*to = '\0';
	return key;
}

char *
roster_mailbox(struct sk_arena *a, const char *address)
{
	char *key = sk_address_key(a, address ? address : "");
	char *plus = strchr(key, '+'), *at = strrchr(key, '@');

	if (plus && at && plus > key && plus < at)
		memmove(plus, at, strlen(at) + 1);
	return key;
}

char *
roster_mailbox_wide(struct sk_arena *a, const char *address)
{
	char *key = roster_mailbox(a, address), *at = strrchr(key, '@');

	if (!at)
		return key;
	return sk_arena_printf(a, "%.*s@%s", (int)(at - key), key,
	    sk_org_domain(a, at + 1));
}

static bool
same_mailbox(const char *x, const char *y, bool wide)
{
	struct sk_arena *a = sk_arena_new();
	bool same = wide ? strcmp(roster_mailbox_wide(a, x),
	    roster_mailbox_wide(a, y)) == 0 : strcmp(roster_mailbox(a, x),
	    roster_mailbox(a, y)) == 0;

	sk_arena_free(&a);
	return same;
}

static bool
same_name(const char *x, const char *y)
{
	struct sk_arena *a = sk_arena_new();
	bool same = strcmp(roster_name_key(a, x), roster_name_key(a, y)) == 0;

	sk_arena_free(&a);
	return same;
}

static const struct org *
org_of(const struct roster_known *k, const char *id)
{
	for (size_t i = 0; i < k->norgs; i++)
		if (id && sk_ascii_ieq(k->orgs[i].id, id))
			return &k->orgs[i];
	return NULL;
}

static int
share_a_mailbox(const struct person *p, const struct person *q,
    struct sk_error *e)
{
	if (q->active)
		return sk_fail(e, SK_ERR_REFUSED, "address", "is registered "
		    "for %s already; one address is one person (R-109)",
		    q->id);
	/* Its successor in the same organisation: the operator is asked. */
	if (sk_ascii_ieq(p->org ? p->org : "", q->org ? q->org : ""))
		return SK_OK;
	return sk_fail(e, SK_ERR_REFUSED, "address", "was %s's of %s; what "
	    "still comes for one of them would reach the other (R-109): give "
	    "another address", q->id, q->org);
}

static int
share_across(const struct person *p, const struct person *q,
    struct sk_error *e)
{
	if (same_name(p->name, q->name))
		return sk_fail(e, SK_ERR_REFUSED, "name", "is registered as "
		    "%s of %s; the government secretariat shares nobody with "
		    "a member (R-004): register another person", q->id,
		    q->org);
	if (same_mailbox(p->address, q->address, true))
		return sk_fail(e, SK_ERR_REFUSED, "address", "is the mailbox "
		    "of %s of %s at another host; the government secretariat "
		    "shares no address with a member (R-004): give another",
		    q->id, q->org);
	return SK_OK;
}

int
roster_beside(const struct person *p, const struct org *o,
    const struct person *q, const struct roster_known *known,
    struct sk_error *e)
{
	if (same_mailbox(p->address, q->address, false))
		return share_a_mailbox(p, q, e);
	if (!q->active)
		return SK_OK;
	if (p->fpr && *p->fpr && q->fpr && sk_ascii_ieq(p->fpr, q->fpr))
		return sk_fail(e, SK_ERR_REFUSED, "key", "is pinned for %s "
		    "already; one key is one person (R-109)", q->id);
	return roster_apart(o, org_of(known, q->org)) ?
	    share_across(p, q, e) : SK_OK;
}

/* ---- keys ---- */

static bool
decrypts_for(const struct key_facts *k, const char *key_id)
{
	for (size_t i = 0; i < k->nsubkeys; i++)
		if (k->subkeys[i].can_encrypt &&
		    strcmp(k->subkeys[i].key_id, key_id) == 0)
			return true;
	return false;
}

static bool
share_a_key(const struct key_facts *x, const struct key_facts *y)
{
	if (sk_ascii_ieq(x->fpr, y->fpr))
		return true;
	/* Two certificates over one key pair are opened by either's owner. */
	if (key_same_pair(x, y))
		return true;
	for (size_t i = 0; i < x->nsubkeys; i++)
		if (x->subkeys[i].can_encrypt &&
		    decrypts_for(y, x->subkeys[i].key_id))
			return true;
	return false;
}

static bool
names(const struct key_facts *k, const char *address)
{
	for (size_t i = 0; i < k->naddresses; i++)
		if (same_mailbox(k->addresses[i], address, false))
			return true;
	return false;
}

int
roster_check_key(const struct key_facts *k, const char *person,
    const struct roster_known *known, const struct roster_key *keys,
    size_t nkeys, struct sk_error *e)
{
	for (size_t i = 0; i < nkeys; i++)
		if (!sk_ascii_ieq(keys[i].person, person) &&
		    share_a_key(k, keys[i].facts))
			return sk_fail(e, SK_ERR_REFUSED, "key", "is, or was, "
			    "the key of %s: one key, one person (R-109); ask "
			    "for a key of their own", keys[i].person);
	for (size_t i = 0; i < known->npersons; i++) {
		const struct person *q = &known->persons[i];

		if (q->active && !sk_ascii_ieq(q->id, person) &&
		    names(k, q->address))
			return sk_fail(e, SK_ERR_REFUSED, "key", "names the "
			    "address of %s too: one key, one person (R-004, "
			    "R-109); ask for a key of their own", q->id);
	}
	return SK_OK;
}

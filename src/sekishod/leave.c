/*
 * May this copy leave at this moment? (I1) Asked when it is handed to the
 * relay, when the guard sees it on its way, and when the relay refused it:
 * always against the newest terms, roster and keys. Only reads.
 */
#include "delivery.h"

#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/hash.h>
#include <sekisho/text.h>

/* A key that was replaced while the relay was away may have been lost; one that
 * was revoked, or has ended, gets nothing more. Its newer form may have another
 * subkey because that of before was lost: the bytes of before go nowhere, also
 * where they may have arrived once. */
static enum leave
to_key(struct daemon *d, struct sk_arena *a, const struct copy_record *c,
    const char **reason)
{
	unsigned char hash[SK_HASH];
	struct key_record k;

	if (store_key_pinned(d->store, a, c->person, c->person ? 0 :
	    c->case_row, &k) || !c->fpr || strcmp(k.fpr, c->fpr) != 0)
		return LEAVE_SEAL_ANEW;
	*reason = key_unusable(&k.facts, sk_now());
	if (**reason)
		return LEAVE_HOLD;
	sk_hash_of(k.facts.block, hash);
	return sk_hash_eq(hash, c->key_hash) ? LEAVE_YES : LEAVE_SEAL_ANEW;
}

/* ---- what ends, and what may be over tomorrow ---- */

enum leave
leave_by(enum gate_clause clause, const struct org *o, const struct person *p)
{
	switch (clause) {
	case GATE_YES:
		return LEAVE_YES;
	case GATE_NO_KEY:
	case GATE_KEY_UNUSABLE:
	case GATE_EXCLUSION_UNMAPPED:
		return LEAVE_HOLD;
	case GATE_MEMBER_INACTIVE:
		return o->state == ORG_SUSPENDED && p->active ? LEAVE_HOLD :
		    LEAVE_DROP;
	default:
		return LEAVE_DROP;
	}
}

/* Would this person have it, if the words that wait to be mapped meant nobody?
 * They mean somebody: that is why it waits, and does not go. */
static bool
waits_for_words(struct daemon *d, struct sk_arena *a, const char *item,
    const struct org *o, const struct person *p)
{
	struct sk_error e = { 0 };
	struct gate_answer x;
	struct exclusion *all;
	struct gate_case g;
	bool open = false;

	if (gatekeeper_item(d, a, item, &g, &e) || !g.has_terms ||
	    !g.terms.nexclusions)
		return false;
	all = sk_arena_dup(a, g.terms.exclusions, g.terms.nexclusions *
	    sizeof(*all));
	for (size_t i = 0; i < g.terms.nexclusions; i++) {
		open |= !all[i].mapped;
		all[i].mapped = true;
	}
	g.terms.exclusions = all;
	if (!open)
		return false;
	x = gatekeeper_ask(d, &g, o, p, false);
	return x.send || x.key_only;
}

static const char *
next_word(struct sk_arena *a, const char **at)
{
	size_t n;

	*at += strspn(*at, " ");
	n = strcspn(*at, " ");
	*at += n;
	return n ? sk_arena_strn(a, *at - n, n) : NULL;
}

static bool
is_among(const struct permits_item *const *items, size_t n, const char *id)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(items[i]->gate.item.item.id, id) == 0)
			return true;
	return false;
}

/* NULL: none; mostly every item may go, and nothing is asked. */
static const char *
waiting_items(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c, const struct leave_items *x)
{
	const char *at = c->items ? c->items : "", *id;
	struct sk_buf b;
	char *out;

	sk_buf_init(&b, LIMIT_WIRE_MESSAGE);
	while ((id = next_word(a, &at)))
		if (!is_among(x->items, x->n, id) && waits_for_words(d, a, id,
		    &x->org, &x->person))
			sk_buf_addf(&b, "%s%s", b.len ? " " : "", id);
	out = b.len ? sk_arena_str(a, sk_buf_str(&b)) : NULL;
	sk_buf_free(&b);
	return out;
}

/* ---- texts to a person, outside digests ---- */

/* What the writer of the notice asked (apply_terms.c, verbs_item_more.c) is
 * asked again: weeks may lie between. T-08 says that it is over, and goes to
 * whom the terms shut out. */
static enum gate_clause
notice_admits(struct daemon *d, struct sk_arena *a, const char *template,
    const struct notice_record *say, const struct org *o,
    const struct person *p)
{
	bool raised = strcmp(template, "T-38") == 0;
	struct sk_error e = { 0 };
	struct gate_case g;

	if (!raised && strcmp(template, "T-37") != 0)
		return GATE_YES;
	if (!say->item || gatekeeper_item(d, a, say->item, &g, &e))
		return GATE_ITEM_STATE;
	return raised ? gate_admits(d->policy, &g.item.item, g.has_terms ?
	    &g.terms : NULL, o) : gatekeeper_ask(d, &g, o, p, true).clause;
}

static enum leave
registration(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c, struct org *o, struct person *p,
    const char **reason)
{
	const char *no = registration_ask(d, a, c, o, p);

	if (!no)
		return LEAVE_YES;
	*reason = no;
	return strcmp(no, gate_word(GATE_MEMBER_INACTIVE)) == 0 ?
	    leave_by(GATE_MEMBER_INACTIVE, o, p) : LEAVE_DROP;
}

enum leave
leave_person(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c, struct org *o, struct person *p,
    struct notice_record *say, const char **reason)
{
	bool receipt = copy_is_receipt(c);
	enum gate_clause clause;

	*o = (struct org){ 0 };
	*reason = gate_word(GATE_PERSON_INACTIVE);
	if (registration_text(c->template))
		return registration(d, a, c, o, p, reason);
	if ((!receipt && store_notice_get(d->store, a, c->row, say)) ||
	    store_person_get(d->store, a, c->person, p) ||
	    store_org_get(d->store, a, p->org, o))
		return LEAVE_DROP;
	gatekeeper_person(d, a, p);
	clause = gate_notice(o, p);
	if (clause == GATE_YES && !receipt)
		clause = notice_admits(d, a, c->template, say, o, p);
	*reason = clause == GATE_NO_KEY || clause == GATE_KEY_UNUSABLE ?
	    p->key_state : gate_word(clause);
	return leave_by(clause, o, p);
}

static enum leave
to_the_person(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c, const char **reason)
{
	struct notice_record say;
	struct person p;
	struct org o;
	enum leave x = leave_person(d, a, c, &o, &p, &say, reason);

	if (x != LEAVE_YES)
		return x;
	return strcmp(p.address, c->address) == 0 ? to_key(d, a, c, reason) :
	    LEAVE_SEAL_ANEW;
}

/* ---- copies of a digest ---- */

bool
leave_on_old_terms(struct daemon *d, struct sk_arena *a,
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

/* It asks whether what stands in it was understood: in a case that is over
 * nobody wants to know, and beside a newer question its answer counts for
 * nothing. */
const char *
leave_unasked(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c)
{
	struct case_record k;

	if (strcmp(c->template, "T-06E") != 0)
		return NULL;
	if (store_case_get(d->store, a, c->case_row, &k))
		return "no-case";
	if (k.closed || k.state == CASE_CLOSED || k.state == CASE_WITHDRAWN ||
	    k.state == CASE_REJECTED)
		return "case-over";
	return k.question != c->question ? "superseded" : NULL;
}

enum leave
leave_digest(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c, struct leave_items *out, const char **reason)
{
	bool key_only = false;

	*out = (struct leave_items){ 0 };
	if (permits_ask(d->permits, a, c, &out->org, &out->person,
	    &out->items, &out->n, reason, &key_only)) {
		*reason = "person-gone";
		return LEAVE_DROP;
	}
	if (c->person)
		out->waiting = waiting_items(d, a, c, out);
	if (out->n)
		return LEAVE_YES;
	if (key_only)
		return LEAVE_HOLD;
	if (out->waiting) {
		*reason = gate_word(GATE_EXCLUSION_UNMAPPED);
		return LEAVE_HOLD;
	}
	return strcmp(*reason, gate_word(GATE_MEMBER_INACTIVE)) == 0 ?
	    leave_by(GATE_MEMBER_INACTIVE, &out->org, &out->person) :
	    LEAVE_DROP;
}

/* An item less than was sealed, or other words in one, words that it was not
 * looked through for, another key or another address. */
static enum leave
as_sealed(struct daemon *d, struct sk_arena *a, const struct copy_record *c,
    const struct leave_items *x, const char **reason)
{
	return c->items && strcmp(edition_ids(a, x->items, x->n), c->items) ==
	    0 && edition_copy(x->items, x->n) == c->edition &&
	    strcmp(x->person.address, c->address) == 0 ?
	    to_key(d, a, c, reason) : LEAVE_SEAL_ANEW;
}

/* T-31 and T-34 say to somebody who left that it is so. */
static bool
is_farewell(const char *template)
{
	return strcmp(template, "T-31") == 0 ||
	    strcmp(template, "T-34") == 0;
}

/* A P text was made once, for one person at one address: whoever left gets no
 * more of them, and nothing goes to an address that is somebody else's by now
 * (R-017). */
static enum leave
plain(struct daemon *d, struct sk_arena *a, const struct copy_record *c,
    const char **reason)
{
	struct person p;

	if (!c->person || is_farewell(c->template))
		return LEAVE_YES;
	*reason = gate_word(GATE_PERSON_INACTIVE);
	if (store_person_get(d->store, a, c->person, &p) || !p.active)
		return LEAVE_DROP;
	return sk_ascii_ieq(p.address, c->address) ? LEAVE_YES :
	    LEAVE_SEAL_ANEW;
}

enum leave
leave_ask(struct daemon *d, struct sk_arena *a, const struct copy_record *c,
    const char **reason)
{
	struct leave_items x;
	enum leave may;

	/* Whoever left is told so once, whatever came back from there. */
	*reason = is_farewell(c->template) ? NULL : returned_stop(d, a,
	    c->person, c->address);
	if (*reason)
		return LEAVE_HOLD;
	*reason = "gone";
	if (!c->encrypted)
		return plain(d, a, c, reason);
	if (announcement_over(d, a, c)) {
		*reason = "announcement-over";
		return LEAVE_DROP;
	}
	*reason = leave_unasked(d, a, c);
	if (*reason)
		return LEAVE_DROP;
	*reason = "gone";
	if (leave_on_old_terms(d, a, c)) {
		*reason = LEAVE_OLD_TERMS;
		return LEAVE_HOLD;
	}
	if (!c->digest)
		return c->person ? to_the_person(d, a, c, reason) :
		    to_key(d, a, c, reason);
	may = leave_digest(d, a, c, &x, reason);
	return may == LEAVE_YES ? as_sealed(d, a, c, &x, reason) : may;
}

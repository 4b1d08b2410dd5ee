/*
 * A registered person answers a digest: recorded by person and item,
 * the newest counts, and acknowledged in an encrypted mail only. Only the
 * person that the copy was made out to is heard (I3). The mail stays outside
 * every case: an originator must not meet a member's words there.
 */
#include "decide_internal.h"

#include <string.h>

#include <sekisho/text.h>

static void
look(struct actions *x, const char *note)
{
	act_file_outside(x, MAIL_MEMBER_ANSWER, note);
	act_notify(x, "operator_look");
	act_audit(x, "mail.member-answer", note);
}

/* Why a person must read it before anything counts; NULL if it counts. */
static const char *
not_heard(const struct decide_in *in, struct sk_arena *a)
{
	const struct decide_member *m = in->member;
	const char *from = in->facts->from.address;

	if (unheard_reason(in))
		return unheard_reason(in);
	if (!m || !m->person)
		return "person-gone";
	if (!from || !m->address || strcmp(sk_address_key(a, from),
	    sk_address_key(a, m->address)) != 0)
		return "other-address";
	if (m->letter)
		return "words-to-a-letter";
	return in->facts->answer.nsightings ? NULL : "member-words";
}

/* Whoever was asked for a key sends one: it is looked at, and what it may do is
 * decided there. Nobody has to read the mail. */
static bool
is_key(const struct decide_in *in, const char *why)
{
	return why && strcmp(why, "words-to-a-letter") == 0 &&
	    in->facts->nkeys > 0;
}

/* Written by a person, or by a program on its behalf? */
static bool
has_keys(const struct decide_in *in)
{
	return in->facts && in->facts->nkeys > 0 && *in->sender &&
	    in->facts->automatic == AUTO_NO;
}

/* Which item is meant; SIZE_MAX if none of the copy. */
static size_t
item_of(const struct decide_member *m, char letter)
{
	if (letter == '\0')
		return m->nitems == 1 ? 0 : SIZE_MAX;
	return (size_t)(letter - 'A') < m->nitems ? (size_t)(letter - 'A') :
	    SIZE_MAX;
}

static bool
record(const struct decide_member *m, const struct answer_sighting *s,
    struct actions *x)
{
	size_t i = item_of(m, s->letter);
	struct action *r;

	if (i == SIZE_MAX || !m->open[i] || s->seen == SEEN_UNCLEAR)
		return false;
	r = actions_add(x, ACTION_RECORD);
	r->u.record.person = m->person;
	r->u.record.item = m->items[i];
	r->u.record.seen = s->seen;
	return true;
}

static void
acknowledge(const struct decide_in *in, struct actions *x)
{
	struct action *k;

	if (!restraint_allows(&in->policy->restraint, in->auth, &in->counts))
		return;
	k = actions_add(x, ACTION_ACKNOWLEDGE);
	k->u.acknowledge.person = in->member->person;
	for (size_t i = 0; i < in->ntokens; i++)
		if (in->tokens[i].known) {
			k->u.acknowledge.copy_row = in->tokens[i].copy_row;
			return;
		}
}

void
decide_member(const struct decide_in *in, struct actions *x)
{
	const char *why = in->facts ? not_heard(in, x->arena) :
	    "unreadable";
	const struct answer *ans;
	unsigned recorded = 0;
	size_t filed;

	if (has_keys(in))
		act_keys(in, x);
	if (is_key(in, why)) {
		act_file_outside(x, MAIL_MEMBER_ANSWER, "key");
		act_audit(x, "mail.member-answer", "key");
		return;
	}
	if (why) {
		look(x, why);
		return;
	}
	ans = &in->facts->answer;
	/* Filed before: the ledger names the mail. */
	filed = x->n;
	act_file_outside(x, MAIL_MEMBER_ANSWER, "member-answer");
	for (unsigned i = 0; i < ans->nsightings; i++)
		recorded += record(in->member, &ans->sightings[i], x);
	if (recorded < ans->nsightings) {
		x->list[filed].u.file.note = "unclear";
		act_notify(x, "operator_look");
	}
	act_audit(x, "mail.member-answer", recorded < ans->nsightings ?
	    "unclear" : "recorded");
	if (recorded)
		acknowledge(in, x);
}

/*
 * A mail that belongs to a known case: answers to the three questions and the
 * read-back (domain.md D, design.md §8). Silence and unclear answers are no
 * consent; a guess is never made. A token routes; it confirms once per
 * question version, only for the address it was sent to. Older versions are
 * refused (L30). Nothing is sent to an address other than the originator's.
 */
#include "decide_internal.h"

#include <string.h>

#include <sekisho/terms.h>
#include <sekisho/text.h>

const struct token_found *
decide_token(const struct decide_in *in)
{
	for (size_t i = 0; i < in->ntokens; i++)
		if (in->tokens[i].known &&
		    in->tokens[i].place != TOKEN_RETURNED &&
		    in->tokens[i].case_row == in->known->row)
			return &in->tokens[i];
	return NULL;
}

static bool
same_address(struct sk_arena *a, const char *x, const char *y)
{
	return x && y &&
	    strcmp(sk_address_key(a, x), sk_address_key(a, y)) == 0;
}

/* Of one organisation? At a free mail domain two have nothing to do with each
 * other. */
static bool
is_colleague(const struct decide_in *in, const struct token_found *t)
{
	const char *from = in->facts->from.address;

	return from && t->address && sk_same_org_domain(
	    sk_address_domain(from), sk_address_domain(t->address)) &&
	    !assurance_free_mail(in->policy, sk_address_domain(from));
}

/* Does the one who writes answer for the address that the token was sent to? It
 * is his, or his mail asks for answers there (a firm's shared mailbox), or an
 * operator asked there by another way, and a colleague answers for it: then
 * what shows From's domain shows this one's, and a signature by From's own key
 * does not speak for it. */
static bool
speaks_for(const struct decide_in *in, const struct token_found *t,
    struct sk_arena *a)
{
	return same_address(a, t->address, in->facts->from.address) ||
	    same_address(a, t->address, routing_answer_address(in->policy,
	    in->facts)) || (in->vouched && is_colleague(in, t));
}

/* How sure are we that the originator said this? (design.md §8) */
static enum assurance
assurance_of(const struct decide_in *in, struct sk_arena *a)
{
	const struct token_found *t = decide_token(in);

	if (!t || !speaks_for(in, t, a) || in->auth == AUTH_FAIL)
		return ASSURANCE_NONE;
	if (t->proved || (decide_signed_for(in, t) &&
	    same_address(a, t->address, in->facts->from.address)))
		return ASSURANCE_SIGNATURE;
	return in->auth == AUTH_PASS ? ASSURANCE_TOKEN_ALIGNED :
	    ASSURANCE_TOKEN;
}

/* Does the token belong to the newest question? */
static bool
token_newest(const struct decide_in *in)
{
	const struct token_found *t = decide_token(in);

	return t && in->known->question &&
	    t->question == in->known->question;
}

/* And has that question not confirmed anything yet? */
static bool
token_current(const struct decide_in *in)
{
	return token_newest(in) && !decide_token(in)->used;
}

static void
lock(struct actions *x, const struct decide_in *in, enum assurance have)
{
	actions_add(x, ACTION_LOCK_TERMS)->u.yes.assurance = have;
	if (in->known->state == CASE_CONFIRMING)
		act_state(x, CASE_CONFIRMED);
	act_audit(x, "terms.lock", word_of(WORDS_ASSURANCE, (int)have));
	act_notify(x, "operator_look");
}

/* The yes to the read-back: lock, or keep the yes and wait for a person who
 * vouches (I2: operators can vouch for who somebody is, never widen). */
static void
confirm(const struct decide_in *in, struct actions *x, enum assurance have)
{
	const struct decide_case *c = in->known;

	act_file(x, MAIL_ANSWER, "confirmed");
	actions_add(x, ACTION_USE_TOKEN);
	if (terms_assured(have, terms_needed(in->policy, c->locked,
	    c->proposed))) {
		lock(x, in, have);
		return;
	}
	if (c->vouched) {	/* the operators were quicker than the yes */
		lock(x, in, ASSURANCE_VOUCHED);
		return;
	}
	actions_add(x, ACTION_YES)->u.yes.assurance = have;
	act_audit(x, "terms.yes-too-weak", word_of(WORDS_ASSURANCE, (int)have));
	act_operator(x, "assurance-too-little");
}

/* A complete answer: store what was proposed and read it back. Narrowing of
 * terms in force counts at once, the read-back only tells it. */
static void
propose(const struct decide_in *in, struct actions *x, enum assurance have)
{
	const struct decide_case *c = in->known;
	struct terms t;

	terms_from_answer(x->arena, &in->facts->answer, &t);
	act_file(x, MAIL_ANSWER, "complete");
	act_propose(x, &t);
	act_audit(x, "terms.propose", word_of(WORDS_SCOPE, (int)t.scope));
	if (c->locked && !terms_widen(c->locked, &t) &&
	    terms_assured(have, in->policy->narrowing))
		lock(x, in, have);
	if (c->state == CASE_RECEIVED || c->state == CASE_SUPPORTING)
		act_state(x, CASE_CONFIRMING);
	act_ask(x, true);
	act_send(x, c->has_key ? "T-06E" : "T-06", false, 0, false);
}

/* Not complete: ask once for the unclear codes, then a person. */
static void
clarify(const struct decide_in *in, struct actions *x, unsigned open)
{
	act_file(x, MAIL_ANSWER, "unclear");
	act_audit(x, "answer.unclear", "");
	if (in->known->clarified) {
		act_operator(x, "unclear-twice");
		return;
	}
	actions_add(x, ACTION_CLARIFIED);
	act_send(x, in->known->has_key ? "T-05E" : "T-05", false, open,
	    false);
}

/* "No, change it" without new answers: the form again. */
static void
ask_again(struct actions *x)
{
	act_file(x, MAIL_ANSWER, "change-wanted");
	act_ask(x, false);
	act_send(x, "T-03", false, 0, false);
	act_audit(x, "answer.change", "");
}

static void
follow_up(struct actions *x, const char *note)
{
	act_file(x, MAIL_FOLLOW_UP, note);
	act_operator(x, *note ? note : "follow-up");
}

static bool
is_yes(const struct answer *ans)
{
	unsigned others = ans->ticks & ~(unsigned)ANSWER_READBACK;

	if (ans->unclear || (ans->ticks & ANSWER_4N) || others)
		return false;
	return (ans->ticks & ANSWER_4Y) || ans->yes_word;
}

/* The originator speaks, with the token of the question that is open. */
static void
answer(const struct decide_in *in, struct actions *x, enum assurance have)
{
	const struct answer *ans = &in->facts->answer;
	const struct decide_case *c = in->known;
	unsigned open = 0, form = ANSWER_SECRECY | ANSWER_SCOPE |
	    ANSWER_COORDINATION | ANSWER_2X;

	if (answer_complete(ans, &open)) {
		propose(in, x, have);
	} else if (c->readback && c->proposed && is_yes(ans)) {
		confirm(in, x, have);
	} else if (c->readback && is_yes(ans)) {
		/* Read back what counts already: a narrowing. */
		act_file(x, MAIL_ANSWER, "confirmed");
		actions_add(x, ACTION_USE_TOKEN);
		act_audit(x, "answer.yes", "nothing open");
	} else if (c->readback && (ans->ticks & ANSWER_4N) &&
	    !(ans->ticks & form) && !ans->unclear) {
		ask_again(x);
	} else if ((ans->ticks & (form | ANSWER_READBACK)) || ans->unclear) {
		clarify(in, x, open);
	} else {
		follow_up(x, "");
	}
}

/* Whoever has confirmed may always take back: a complete answer that
 * only narrows needs no open question. A replay of it meets a newer question
 * (L30). */
static bool
takes_back(const struct decide_in *in, struct sk_arena *a)
{
	const struct decide_case *c = in->known;
	unsigned open;
	struct terms t;

	if (!c->locked || !token_newest(in) ||
	    !answer_complete(&in->facts->answer, &open))
		return false;
	terms_from_answer(a, &in->facts->answer, &t);
	return !terms_widen(c->locked, &t);
}

/* Closed or ended: support starts again, confirmations are not inherited. From
 * somebody without the case's token it is a person who opens it: a number in
 * the subject only threads (design.md §8). */
static bool
reopened(const struct decide_in *in, struct actions *x, enum assurance have)
{
	enum case_state st = in->known->state;

	if (st != CASE_CLOSED && st != CASE_SUPPORT_ONLY &&
	    st != CASE_WITHDRAWN && st != CASE_REJECTED)
		return false;
	if (have == ASSURANCE_NONE) {
		follow_up(x, "new-mail-after-end");
		return true;
	}
	act_file(x, MAIL_FOLLOW_UP, "reopened");
	act_state(x, CASE_SUPPORTING);
	act_operator(x, "new-mail-after-end");
	act_audit(x, "case.reopen", "new mail");
	return true;
}

/* Ticks from an address that we did not ask are no answer, and nothing goes
 * there; a colleague's is pointed out to the operator. */
static const char *
not_asked(const struct decide_in *in)
{
	const struct token_found *t = decide_token(in);

	if (!t)
		return "no-token";
	return is_colleague(in, t) ? "same-organisation" : "other-address";
}

/* The originator is told once, within restraint, that we could not read it:
 * nobody else, and not without the token of the newest question, or anybody
 * could have us write to him (standards.md A7, no oracle in B1). */
static void
tell_of_failure(const struct decide_in *in, struct actions *x)
{
	if (!sealed_reason(in) || in->again || in->auth == AUTH_FAIL ||
	    in->facts->automatic != AUTO_NO || !*in->sender ||
	    in->facts->no_reply_wanted || !token_newest(in) ||
	    assurance_of(in, x->arena) == ASSURANCE_NONE ||
	    !restraint_allows(&in->policy->restraint, in->auth, &in->counts))
		return;
	actions_add(x, ACTION_COUNT_REPLY);
	act_send(x, "T-27", false, 0, false);
}

void
decide_reply(const struct decide_in *in, struct actions *x)
{
	enum assurance have;
	const char *why;

	if (!in->facts) {
		act_file(x, MAIL_UNREADABLE, in->unreadable_why);
		act_operator(x, "unreadable");
		return;
	}
	have = assurance_of(in, x->arena);
	why = unheard_reason(in);
	act_keys(in, x);
	if (why) {
		follow_up(x, why);
		tell_of_failure(in, x);
	} else if (in->facts->answer.ticks & ANSWER_4W) {
		decide_withdrawal(in, x, have);
	} else if (reopened(in, x, have)) {
		return;
	} else if (!answer_any(&in->facts->answer)) {
		follow_up(x, "");
	} else if (have == ASSURANCE_NONE) {
		follow_up(x, not_asked(in));
	} else if (decide_request(in, x, have)) {
		return;
	} else if (token_current(in)) {
		answer(in, x, have);
	} else if (takes_back(in, x->arena)) {
		propose(in, x, have);
	} else {
		follow_up(x, "old-question");
	}
}

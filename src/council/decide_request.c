/*
 * What an originator says about terms that are in force: takes everything back
 * or answers a request for wider terms or an exception (R-064,
 * Taking back needs no open question: a token of any age will do, since
 * it can only stop. An agreement needs the assurance of a widening, and the
 * token of the very mail that showed the wording; to wider terms it is no more
 * than a proposal, which is read back like any other (I2).
 */
#include "decide_internal.h"

#include <sekisho/terms.h>

static void
look(struct actions *x, const char *why)
{
	act_file(x, MAIL_FOLLOW_UP, why);
	act_operator(x, why);
}

void
decide_withdrawal(const struct decide_in *in, struct actions *x,
    enum assurance have)
{
	const struct answer *ans = &in->facts->answer;

	if (in->known->state == CASE_WITHDRAWN) {
		look(x, "withdrawn-already");
		return;
	}
	/* Beside other ticks it may be a slip; from somebody we cannot tell, a
	 * trick. A person stops the sharing with `terms withdraw`. */
	if (ans->unclear || (ans->ticks & ~(unsigned)ANSWER_4W)) {
		look(x, "withdrawal-unclear");
		return;
	}
	if (!terms_assured(have, in->policy->narrowing)) {
		look(x, "withdrawal-wanted");
		return;
	}
	act_file(x, MAIL_ANSWER, "withdrawn");
	actions_add(x, ACTION_WITHDRAW)->u.yes.assurance = have;
	act_state(x, CASE_WITHDRAWN);
	act_audit(x, "terms.withdraw", word_of(WORDS_ASSURANCE, (int)have));
	act_send(x, "T-34", false, 0, false);
	act_notify(x, "operator_look");
}

/* The request that the token's mail showed. */
static const struct decide_request *
asked(const struct decide_in *in)
{
	const struct token_found *t = decide_token(in);

	for (size_t i = 0; t && i < in->known->nrequests; i++)
		if (in->known->requests[i].question == t->question &&
		    in->known->requests[i].state != REQUEST_CLOSED)
			return &in->known->requests[i];
	return NULL;
}

static void
answered(struct actions *x, const struct decide_request *q,
    enum request_state state, enum assurance have)
{
	struct action *r = actions_add(x, ACTION_REQUEST);

	r->u.request.row = q->row;
	r->u.request.state = state;
	r->u.request.assurance = have;
	act_audit(x, state == REQUEST_AGREED ? "request.agreed" :
	    "request.declined", word_of(WORDS_ASSURANCE, (int)have));
	act_notify(x, "operator_look");
}

/* A wider scope for the item that was shown, and for nothing else: what was not
 * shown was not agreed to. Everything else as it is in force. */
static void
propose_wider(const struct decide_in *in, struct actions *x,
    const struct decide_request *q)
{
	struct terms t = terms_with_item(x->arena, in->known->locked,
	    q->item, q->scope);

	t.mail = 0;			/* apply writes this one */
	t.vouched_by = t.vouched_how = NULL;
	act_propose(x, &t);
	act_audit(x, "terms.propose", word_of(WORDS_SCOPE, (int)q->scope));
	act_ask(x, true);
	act_send(x, "T-06E", false, 0, false);	/* codes could not say it */
}

/* More of it secret, as proposed: that is narrower, and in force. */
static void
lock_secrecy(const struct decide_in *in, struct actions *x,
    const struct decide_request *q, enum assurance have)
{
	const struct terms *now = in->known->locked;
	struct terms t = *now;

	t.secrecy = SECRECY_PARTS;
	t.secret_parts = now->secrecy == SECRECY_PARTS && now->secret_parts ?
	    sk_arena_printf(x->arena, "%s\n%s", now->secret_parts, q->parts) :
	    q->parts;
	t.mail = 0;
	t.vouched_by = t.vouched_how = NULL;
	act_propose(x, &t);
	act_audit(x, "terms.propose", word_of(WORDS_SECRECY,
	    (int)t.secrecy));
	actions_add(x, ACTION_LOCK_TERMS)->u.yes.assurance = have;
	act_audit(x, "terms.lock", word_of(WORDS_ASSURANCE, (int)have));
}

/* Does the answer come in time for what was asked? */
static bool
still_asked(const struct decide_in *in, const struct decide_request *q)
{
	const struct decide_case *c = in->known;

	if (q->state != REQUEST_OPEN || decide_token(in)->used ||
	    !c->locked || c->locked->withdrawn)
		return false;
	if (q->kind == REQUEST_WIDEN)
		return q->item != NULL;
	return q->kind != REQUEST_SECRECY || (q->parts &&
	    c->locked->secrecy != SECRECY_ALL);
}

static void
agree(const struct decide_in *in, struct actions *x, enum assurance have,
    const struct decide_request *q)
{
	if (!still_asked(in, q)) {
		look(x, "old-question");
		return;
	}
	if ((q->kind == REQUEST_EXCEPTION &&
	    !terms_assured(have, in->policy->wider)) ||
	    !terms_assured(have, in->policy->narrowing)) {
		look(x, "assurance-too-little");
		return;
	}
	act_file(x, MAIL_ANSWER, "agreed");
	actions_add(x, ACTION_USE_TOKEN);
	answered(x, q, REQUEST_AGREED, have);
	if (q->kind == REQUEST_WIDEN)
		propose_wider(in, x, q);
	if (q->kind == REQUEST_SECRECY)
		lock_secrecy(in, x, q, have);
}

bool
decide_request(const struct decide_in *in, struct actions *x,
    enum assurance have)
{
	const struct answer *ans = &in->facts->answer;
	const struct decide_request *q = asked(in);
	unsigned said = ans->ticks & ANSWER_REQUEST;

	if (!q || !((ans->ticks | ans->unclear) & ANSWER_REQUEST))
		return false;
	if (ans->unclear || (ans->ticks & ~(unsigned)ANSWER_REQUEST)) {
		look(x, "unclear-consent");
	} else if (said == ANSWER_4A) {
		agree(in, x, have, q);
	} else if (!terms_assured(have, in->policy->narrowing)) {
		look(x, "assurance-too-little");
	} else {
		/* Also later, of what was agreed to: nothing of it goes on. */
		act_file(x, MAIL_ANSWER, "declined");
		answered(x, q, REQUEST_DECLINED, have);
	}
	return true;
}

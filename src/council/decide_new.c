/*
 * A mail that belongs to no case: a consultation. Nothing is
 * mandatory to open a case, the sender need not be known, and a
 * mail that could not be read opens one too: its sealed original is kept.
 * The first answer quotes nothing and goes only where restraint allows.
 */
#include "decide_internal.h"

#include <sekisho/terms.h>

/* Several desks open one case; an incident desk wins (design.md §4). */
static const struct config_desk *
desk_reached(const struct decide_in *in, struct sk_arena *a)
{
	const struct config_desk *best = NULL;

	for (size_t i = 0; i < in->nrcpts; i++) {
		const struct config_desk *d = config_desk(in->config,
		    in->rcpts[i], NULL, a);

		if (d && (!best || (d->kind == DESK_INCIDENT &&
		    best->kind != DESK_INCIDENT)))
			best = d;
	}
	return best;
}

static void
open_case(const struct decide_in *in, const struct config_desk *desk,
    struct actions *x)
{
	struct action *o = actions_add(x, ACTION_OPEN_CASE);
	const struct facts *f = in->facts;

	o->u.open.desk = desk->kind;
	o->u.open.desk_address = desk->address;
	o->u.open.language = routing_language(f, in->sender);
	o->u.open.originator = f ? routing_answer_address(in->policy, f) :
	    NULL;
	o->u.open.name = f ? f->from.name : NULL;
	o->u.open.org = in->person ? in->person->org : NULL;
	o->u.open.priority = desk->kind == DESK_INCIDENT ? PRIORITY_HIGH :
	    PRIORITY_NORMAL;
}

/* What leaves is ASCII (design.md §4, copy hash). */
static bool
can_be_written_to(const char *address)
{
	while (*address && (unsigned char)*address < 0x80)
		address++;
	return *address == '\0';
}

/* Why this sender gets no automatic answer; NULL if nothing is odd. */
static const char *
odd_sender(const struct decide_in *in, struct sk_arena *a)
{
	const struct facts *f = in->facts;

	if (!f->from.address)
		return "no-sender";
	if (!can_be_written_to(routing_answer_address(in->policy, f)))
		return "address-not-ascii";
	if (in->auth == AUTH_FAIL)
		return "authentication-fail";
	if (!*in->sender)
		return "null-sender";
	if (f->automatic != AUTO_NO)
		return "automatic";
	if (f->doubts & DOUBT_FROM_INSIDE)
		return "from-inside";
	if (decide_names_operator(in, a))
		return "operator-not-shown";
	if (f->no_reply_wanted)
		return "no-reply-wanted";
	return NULL;
}

/* Why no automatic answer may go out now; NULL if it may. */
static const char *
silent_reason(const struct decide_in *in, struct sk_arena *a)
{
	const char *odd = odd_sender(in, a);

	if (odd)
		return odd;
	/* Who signed with a key that is pinned for From is known at least as
	 * well as by DKIM. */
	if (!restraint_allows(&in->policy->restraint, in->signer_is_from ?
	    AUTH_PASS : in->auth, &in->counts))
		return "restraint";
	return NULL;
}

/* The first mail already answers: read it back at once. */
static void
answered_at_once(const struct decide_in *in, struct actions *x)
{
	struct terms t;

	terms_from_answer(x->arena, &in->facts->answer, &t);
	act_state(x, CASE_CONFIRMING);
	act_propose(x, &t);
	act_ask(x, true);
	act_send(x, "T-06", false, 0, false);
}

/* A class-1 vendor speaks for a client: signed by an active handler,
 * and with the client's agreement stated, a whole block of terms is in force at
 * once; what is missing is asked for. Whoever else states it is asked as
 * everybody is. */
static bool
for_client(const struct decide_in *in, struct actions *x)
{
	struct action *p;
	unsigned open;
	struct terms t;

	if (!(in->facts->answer.ticks & ANSWER_4C))
		return false;
	if (!in->class1_handler || !in->person || !decide_signed_anew(in)) {
		act_operator(x, "client-not-signed");
		return false;
	}
	p = actions_add(x, ACTION_PARTIES);
	p->u.parties.person = in->person->id;
	p->u.parties.org = in->person->org;
	act_state(x, CASE_CONFIRMING);
	act_audit(x, "case.for-client", in->person->id);
	if (!answer_complete(&in->facts->answer, &open)) {
		act_ask(x, false);
		act_send(x, "T-05", false, open, false);
		return true;
	}
	terms_from_answer(x->arena, &in->facts->answer, &t);
	act_propose(x, &t);
	actions_add(x, ACTION_LOCK_TERMS)->u.yes.assurance =
	    ASSURANCE_SIGNATURE;
	act_state(x, CASE_CONFIRMED);
	act_audit(x, "terms.lock", word_of(WORDS_ASSURANCE,
	    ASSURANCE_SIGNATURE));
	act_ask(x, true);
	act_send(x, "T-06", false, 0, false);
	return true;
}

static void
ask(const struct config_desk *desk, struct actions *x)
{
	if (desk->ask_at_once) {
		act_state(x, CASE_CONFIRMING);
		act_ask(x, false);
		act_send(x, "T-01", true, 0, true);
	} else {
		act_send(x, desk->kind == DESK_INCIDENT ? "T-01" : "T-02",
		    false, 0, true);
	}
}

/* Of an S/MIME mail that is not shown to be whole nothing counts, and whether
 * it could be opened is for operators only: it is answered like one that says
 * nothing (no padding oracle, standards.md B1). */
static void
acknowledge(const struct decide_in *in, const struct config_desk *desk,
    struct actions *x)
{
	unsigned open;

	actions_add(x, ACTION_COUNT_REPLY);
	if (in->unsure)
		ask(desk, x);
	else if (in->verdict && in->verdict->failed)
		act_send(x, "T-27", false, 0, false);
	else if (for_client(in, x))
		return;
	else if (answer_complete(&in->facts->answer, &open))
		answered_at_once(in, x);
	else
		ask(desk, x);
}

void
decide_new(const struct decide_in *in, struct actions *x)
{
	const struct config_desk *desk = desk_reached(in, x->arena);
	const char *silent;

	if (!desk) {
		act_file_outside(x, MAIL_OPERATOR_LOOK, "no-desk");
		act_notify(x, "operator_look");
		return;
	}
	open_case(in, desk, x);
	if (!in->facts) {
		act_file(x, MAIL_UNREADABLE, in->unreadable_why);
		actions_add(x, ACTION_OPERATOR)->u.operator_look.reason =
		    "unreadable";
		act_notify(x, "unreadable");
		act_audit(x, "case.open", "unreadable");
		return;
	}
	act_file(x, in->facts->automatic == AUTO_LIST ? MAIL_LIST :
	    MAIL_CONSULTATION, "");
	act_audit(x, "case.open", word_of(WORDS_DESK, (int)desk->kind));
	act_notify(x, "new_case");
	act_keys(in, x);
	if (in->verdict && in->verdict->failed)
		act_operator(x, failed_reason(in->verdict));
	else if (in->unsure)	/* whatever it says inside, nobody heard it */
		act_operator(x, "not-whole");
	else if (classify_paper(x->arena, in->facts))
		act_operator(x, "membership-paper");
	silent = silent_reason(in, x->arena);
	if (!silent)
		acknowledge(in, desk, x);
	else if (!in->verdict || !in->verdict->failed)
		act_operator(x, silent);	/* else the reason is said */
}

/* What an operator must know of it. */
static const char *
again_reason(const struct decide_in *in, struct sk_arena *a)
{
	const char *why = sealed_reason(in);

	if (!why && decide_first_known(in))
		why = "token-of-another-case";
	if (!why)
		why = odd_sender(in, a);
	return why ? why : "read-again";
}

/* What opened a case, read at last: it stays in that case, names its originator
 * where nobody did, and is answered by the operator who had it read: what it
 * says now may have been overtaken, and a question goes out once. */
void
decide_again(const struct decide_in *in, struct actions *x)
{
	const char *to = in->facts ? routing_answer_address(in->policy,
	    in->facts) : NULL;
	struct action *o;

	if (!in->facts) {
		act_file(x, MAIL_UNREADABLE, in->unreadable_why);
		return;
	}
	act_file(x, in->facts->automatic == AUTO_LIST ? MAIL_LIST :
	    MAIL_CONSULTATION, "");
	if (!in->known->originator && to) {
		o = actions_add(x, ACTION_ORIGINATOR);
		o->u.originator.address = to;
		o->u.originator.name = in->facts->from.name;
		o->u.originator.org = in->person ? in->person->org : NULL;
		o->u.originator.language = routing_language(in->facts,
		    in->sender);
	}
	act_audit(x, "mail.read", word_of(WORDS_MAIL_CLASS,
	    (int)MAIL_CONSULTATION));
	act_keys(in, x);
	actions_add(x, ACTION_OPERATOR)->u.operator_look.reason =
	    again_reason(in, x->arena);
}

/* A paper for the membership desk: its sender is told where it belongs, under
 * the same restraint as any first answer; its content opens no case.
 * A name is not much to go by: a person looks at each, and what comes to an
 * incident desk is a consultation first. */
void
decide_paper(const struct decide_in *in, struct actions *x)
{
	const struct config_desk *desk = desk_reached(in, x->arena);
	const char *silent = silent_reason(in, x->arena);
	struct action *t;

	if (desk && desk->kind == DESK_INCIDENT) {
		decide_new(in, x);
		return;
	}
	if (!silent && (!desk || !*in->policy->membership_address))
		silent = "no-right-address";
	act_file_outside(x, MAIL_WRONG_DESK, silent ? silent :
	    "membership-paper");
	act_audit(x, "mail.wrong-desk", silent ? silent : "told");
	act_notify(x, "operator_look");
	if (silent)
		return;
	t = actions_add(x, ACTION_TELL);
	t->u.tell.template = "T-24";
	t->u.tell.to = routing_answer_address(in->policy, in->facts);
	t->u.tell.language = routing_language(in->facts, in->sender);
	t->u.tell.desk_address = desk->address;
}

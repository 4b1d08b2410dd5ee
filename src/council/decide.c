/*
 * decide: which kind of mail is it, and who goes on with it?
 *
 * Classification looks at the envelope and the outer header only, before
 * anything that was decrypted (standards.md A4): a bounce or an auto-reply that
 * quotes a token never confirms anything. Every path files the mail exactly
 * once; nothing here sends to anybody but the case's originator.
 */
#include "decide_internal.h"

#include <string.h>

#include <sekisho/mem.h>
#include <sekisho/text.h>

static const char *const words[] = {
	[ACTION_OPEN_CASE] = "open-case",
	[ACTION_ORIGINATOR] = "originator", [ACTION_FILE] = "file",
	[ACTION_STATE] = "state", [ACTION_ASK] = "ask",
	[ACTION_CLARIFIED] = "clarified",
	[ACTION_PROPOSE_TERMS] = "propose-terms", [ACTION_YES] = "yes",
	[ACTION_LOCK_TERMS] = "lock-terms", [ACTION_WITHDRAW] = "withdraw",
	[ACTION_REQUEST] = "request", [ACTION_PARTIES] = "parties",
	[ACTION_USE_TOKEN] = "use-token", [ACTION_SPEND_CODE] = "spend-code",
	[ACTION_PROPOSE_KEYS] = "propose-keys", [ACTION_SEND] = "send",
	[ACTION_OPERATOR] = "operator", [ACTION_NOTIFY] = "notify",
	[ACTION_BOUNCED] = "bounced", [ACTION_RECORD] = "record",
	[ACTION_ACKNOWLEDGE] = "acknowledge", [ACTION_TELL] = "tell",
	[ACTION_COUNT_REPLY] = "count-reply", [ACTION_AUDIT] = "audit",
};

const char *
action_word(enum action_type t)
{
	return (size_t)t < sizeof(words) / sizeof(words[0]) ? words[t] : "?";
}

struct action *
actions_add(struct actions *x, enum action_type type)
{
	if (x->n == x->cap) {
		size_t cap = x->cap ? 2 * x->cap : 8;
		struct action *list = sk_arena_array(x->arena, cap,
		    sizeof(*list));

		if (x->n)
			memcpy(list, x->list, x->n * sizeof(*list));
		x->list = list;
		x->cap = cap;
	}
	x->list[x->n].type = type;
	return &x->list[x->n++];
}

void
act_file(struct actions *x, enum mail_class class, const char *note)
{
	struct action *f = actions_add(x, ACTION_FILE);

	f->u.file.class = class;
	f->u.file.note = note;
}

void
act_file_outside(struct actions *x, enum mail_class class, const char *note)
{
	act_file(x, class, note);
	x->list[x->n - 1].u.file.no_case = true;
}

void
act_state(struct actions *x, enum case_state st)
{
	actions_add(x, ACTION_STATE)->u.state = st;
}

void
act_ask(struct actions *x, bool readback)
{
	actions_add(x, ACTION_ASK)->u.ask.readback = readback;
}

void
act_propose(struct actions *x, const struct terms *t)
{
	actions_add(x, ACTION_PROPOSE_TERMS)->u.terms = *t;
}

void
act_send(struct actions *x, const char *template_id, bool ask,
    unsigned unclear, bool hint)
{
	struct action *s = actions_add(x, ACTION_SEND);

	s->u.send.template = template_id;
	s->u.send.ask = ask;
	s->u.send.unclear = unclear;
	s->u.send.unencrypted_hint = hint;
}

void
act_notify(struct actions *x, const char *event)
{
	actions_add(x, ACTION_NOTIFY)->u.notify.event = event;
}

const char *
failed_reason(const struct verdict *v)
{
	return v->replayed ? "ciphertext-came-before" :
	    v->former ? "former-key" :
	    v->untried ? "too-many-failures" : "cannot-decrypt";
}

const char *
sealed_reason(const struct decide_in *in)
{
	if (in->verdict && in->verdict->failed)
		return failed_reason(in->verdict);
	return in->unsure ? "not-whole" : NULL;
}

/* The null sender is that of machines (RFC 3834 3.3). */
const char *
unheard_reason(const struct decide_in *in)
{
	const char *sealed = sealed_reason(in);

	if (sealed)
		return sealed;
	if (in->verdict && in->verdict->again)
		return "ciphertext-came-before";
	if (in->facts->doubts & DOUBT_FROM_INSIDE)
		return "from-inside";
	if (in->auth == AUTH_FAIL)
		return "authentication-fail";
	return in->facts->automatic != AUTO_NO || !*in->sender ? "automatic" :
	    NULL;
}

void
act_operator(struct actions *x, const char *reason)
{
	actions_add(x, ACTION_OPERATOR)->u.operator_look.reason = reason;
	act_notify(x, "operator_look");
}

/* What a signature of last year says of a key was true then. */
void
act_keys(const struct decide_in *in, struct actions *x)
{
	if (in->facts->nkeys)
		actions_add(x, ACTION_PROPOSE_KEYS)->u.keys.may_renew =
		    decide_signed_anew(in);
}

void
act_audit(struct actions *x, const char *event, const char *detail)
{
	struct action *au = actions_add(x, ACTION_AUDIT);

	au->u.audit.event = event;
	au->u.audit.detail = detail;
}

const struct token_found *
decide_first_known(const struct decide_in *in)
{
	for (size_t i = 0; i < in->ntokens; i++)
		if (in->tokens[i].known)
			return &in->tokens[i];
	return NULL;
}

/* Two tokens that lead to different places: a person decides (design.md §4). */
static bool
tokens_disagree(const struct decide_in *in)
{
	const struct token_found *t = decide_first_known(in);

	for (size_t i = 0; i < in->ntokens; i++) {
		const struct token_found *o = &in->tokens[i];

		if (o->known && (o->case_row != t->case_row ||
		    (!t->case_row && o->copy_row != t->copy_row)))
			return true;
	}
	return false;
}

static void
decide_repeat(const struct decide_in *in, struct actions *x)
{
	act_file(x, MAIL_REPEAT, "repeat");
	x->list[x->n - 1].u.file.repeat_of = in->repeat_of;
	act_audit(x, "mail.repeat", "");
}

static bool
to_return_address(const struct decide_in *in)
{
	for (size_t i = 0; i < in->nrcpts; i++)
		if (config_is_return(in->config, in->rcpts[i], NULL, NULL))
			return true;
	return false;
}

static void
file_machine(const struct decide_in *in, enum mail_class class,
    const char *note, struct actions *x)
{
	if (in->known)
		act_file(x, class, note);
	else
		act_file_outside(x, class, note);
}

/* Somebody's own sender, a desk, and nothing of ours in it: what a ticket
 * system sends on may look like a machine's, so a person hears of it. */
static bool
may_be_a_person(const struct decide_in *in)
{
	return *in->sender && !decide_first_known(in) && !to_return_address(in);
}

/* Bounces come to the return address; others are known by their shape. The
 * copy is named by the tag they came to, else by the head that they return;
 * a report of success says nothing new (L24). */
static void
decide_bounce(const struct decide_in *in, struct actions *x)
{
	const struct token_found *t = decide_first_known(in);
	enum fact_fate fate = in->facts ? in->facts->bounce.fate :
	    FATE_UNCLEAR;
	struct action *b;

	if (fate == FATE_NONE)
		fate = FATE_UNCLEAR;
	file_machine(in, MAIL_BOUNCE, fate_word(fate), x);
	if (t && t->copy_row && fate != FATE_DELIVERED) {
		b = actions_add(x, ACTION_BOUNCED);
		b->u.bounced.copy_row = t->copy_row;
		b->u.bounced.status = in->facts ? in->facts->bounce.status :
		    NULL;
		b->u.bounced.fate = fate;
	}
	act_audit(x, "mail.bounce", fate_word(fate));
	/* Who is told of a copy of ours hangs on what is known of it
	 * (returned.h); of none of ours anybody can write as many as they
	 * like. */
	if (!in->facts || may_be_a_person(in))
		act_notify(x, "operator_look");
}

/* Vacation notes and the like: kept, never answered, confirm nothing. */
static void
decide_auto_reply(const struct decide_in *in, struct actions *x)
{
	file_machine(in, MAIL_AUTO_REPLY, "automatic", x);
	act_audit(x, "mail.automatic", automatic_word(AUTO_REPLIED));
	if (may_be_a_person(in))
		act_notify(x, "operator_look");
}

static bool
from_ourselves(const struct decide_in *in)
{
	return config_is_ours(in->config, in->sender) ||
	    (in->facts && in->facts->from.address &&
	    config_is_ours(in->config, in->facts->from.address));
}

/* Handles what never opens a case and never confirms; true if it did. A
 * vacation note comes to the return address as bounces do (RFC 3834); what a
 * person writes there is heard like any other mail. */
static bool
decide_automatic(const struct decide_in *in, struct actions *x)
{
	bool null = !*in->sender;
	enum fact_auto is = in->facts ? classify_automatic(in->facts, null) :
	    AUTO_NO;

	if (is == AUTO_DSN || (to_return_address(in) && is != AUTO_REPLIED &&
	    is != AUTO_OURS && (null || !in->facts))) {
		decide_bounce(in, x);
		return true;
	}
	if (from_ourselves(in) || is == AUTO_OURS) {
		/* A loop, or somebody who writes in our name. */
		act_file_outside(x, MAIL_OPERATOR_LOOK, "from-ourselves");
		act_notify(x, "operator_look");
		act_audit(x, "mail.ours", "");
		return true;
	}
	if (is == AUTO_REPLIED) {
		decide_auto_reply(in, x);
		return true;
	}
	return false;
}

/* ---- people who are no consulters ---- */

bool
decide_names_operator(const struct decide_in *in, struct sk_arena *a)
{
	const char *from = in->facts ? in->facts->from.address : NULL;

	for (size_t i = 0; from && i < in->config->nnotify; i++)
		if (strcmp(sk_address_key(a, from), sk_address_key(a,
		    in->config->notify[i])) == 0)
			return true;
	return false;
}

/* Shown to be the secretariat's own, and not asked by the case's token? */
static bool
from_operator(const struct decide_in *in, struct sk_arena *a)
{
	const struct token_found *t = decide_first_known(in);

	if (!decide_names_operator(in, a) ||
	    (in->auth != AUTH_PASS && !in->signer_is_from))
		return false;
	return !t || !t->address || strcmp(sk_address_key(a, t->address),
	    sk_address_key(a, in->facts->from.address)) != 0;
}

/* The secretariat's own people: kept, never answered, no terms come of it. What
 * lies outside every case (a consultation passed on) somebody must take up. */
static void
decide_operator(const struct decide_in *in, struct actions *x)
{
	file_machine(in, MAIL_OPERATOR, "operator", x);
	if (!in->known)
		act_notify(x, "operator_look");
	act_audit(x, "mail.operator", "");
}

/* Given back to the reader, and nothing of its case's in it: what opens that
 * case, or a later mail to it. */
static bool
is_first_again(const struct decide_in *in, const struct token_found *t)
{
	if (!in->again || !in->known || (t && t->case_row == in->known->row))
		return false;
	return !in->known->originator || in->was == MAIL_CONSULTATION ||
	    in->was == MAIL_LIST;
}

/* The second mail, with the password of the first one's file: filed
 * with that case and flagged. It is no answer and opens nothing. */
static bool
is_password(const struct decide_in *in)
{
	return in->facts && in->facts->gives_password && in->known &&
	    !in->known->closed && in->auth != AUTH_FAIL && *in->sender &&
	    in->facts->automatic == AUTO_NO &&
	    !answer_any(&in->facts->answer);
}

static void
decide_password(struct actions *x)
{
	act_file(x, MAIL_PASSWORD, "password-by-mail");
	act_operator(x, "password-by-mail");
	act_audit(x, "mail.password", "");
}

/* A list that nobody addressed us through: not lost, and no case. */
static bool
is_list_alone(const struct decide_in *in, struct sk_arena *a)
{
	if (!in->facts || in->facts->automatic != AUTO_LIST)
		return false;
	for (size_t i = 0; i < in->facts->nto; i++)
		if (config_desk(in->config, in->facts->to[i].address, NULL,
		    a))
			return false;
	return true;
}

/* Nothing of ours is in it: a new matter, or none. */
static void
decide_unknown(const struct decide_in *in, struct actions *x)
{
	if (is_list_alone(in, x->arena)) {
		act_file_outside(x, MAIL_LIST, "list");
		act_notify(x, "operator_look");
		act_audit(x, "mail.list", "");
	} else if (in->facts && !in->unsure &&
	    classify_paper(x->arena, in->facts)) {
		decide_paper(in, x);
	} else {
		decide_new(in, x);
	}
}

/* Only an operator's command makes a token that belongs to nothing: the mail
 * shows what a sender's own fields become on the way, and no more. */
static bool
is_probe(const struct token_found *t)
{
	return t && !t->case_row && !t->copy_row;
}

/* A proof code proves that its sender could open what was encrypted to him.
 * Quoted in the clear it proves that of everybody who read it on the way. */
static void
spend_codes(const struct decide_in *in, struct actions *x)
{
	for (size_t i = 0; i < in->ntokens; i++) {
		if (!in->tokens[i].code_in_clear)
			continue;
		actions_add(x, ACTION_SPEND_CODE)->u.spend.token =
		    in->tokens[i].token;
		act_audit(x, "token.code-in-clear", "");
		act_operator(x, "code-in-clear");
	}
}

static void
decide_class(struct sk_arena *a, const struct decide_in *in,
    struct actions *out)
{
	const struct token_found *t = decide_first_known(in);

	if (in->repeat_of) {
		decide_repeat(in, out);
	} else if (is_probe(t)) {
		act_file_outside(out, MAIL_PROBE, "probe");
	} else if (decide_automatic(in, out)) {
		return;
	} else if (t && tokens_disagree(in)) {
		act_file_outside(out, MAIL_OPERATOR_LOOK, "two-tokens");
		act_notify(out, "operator_look");
		act_audit(out, "mail.two-tokens", "");
	} else if (t && !t->case_row) {
		decide_member(in, out);
	} else if (from_operator(in, a)) {
		decide_operator(in, out);
	} else if (is_first_again(in, t)) {
		decide_again(in, out);
	} else if (is_password(in)) {
		decide_password(out);
	} else if (in->known && !in->password_for_known) {
		decide_reply(in, out);
	} else {
		decide_unknown(in, out);
	}
}

void
decide(struct sk_arena *a, const struct decide_in *in, struct actions *out)
{
	*out = (struct actions){ .arena = a };
	decide_class(a, in, out);
	spend_codes(in, out);
}

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

static const char *const words[] = {
	[ACTION_OPEN_CASE] = "open-case", [ACTION_FILE] = "file",
	[ACTION_STATE] = "state", [ACTION_ASK] = "ask",
	[ACTION_CLARIFIED] = "clarified",
	[ACTION_PROPOSE_TERMS] = "propose-terms", [ACTION_YES] = "yes",
	[ACTION_LOCK_TERMS] = "lock-terms", [ACTION_WITHDRAW] = "withdraw",
	[ACTION_REQUEST] = "request", [ACTION_PARTIES] = "parties",
	[ACTION_USE_TOKEN] = "use-token",
	[ACTION_PROPOSE_KEYS] = "propose-keys", [ACTION_SEND] = "send",
	[ACTION_OPERATOR] = "operator", [ACTION_NOTIFY] = "notify",
	[ACTION_BOUNCED] = "bounced", [ACTION_COUNT_REPLY] = "count-reply",
	[ACTION_AUDIT] = "audit",
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

void
act_operator(struct actions *x, const char *reason)
{
	actions_add(x, ACTION_OPERATOR)->u.operator_look.reason = reason;
	act_notify(x, "operator_look");
}

void
act_audit(struct actions *x, const char *event, const char *detail)
{
	struct action *au = actions_add(x, ACTION_AUDIT);

	au->u.audit.event = event;
	au->u.audit.detail = detail;
}

static const struct token_found *
first_known(const struct decide_in *in)
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
	const struct token_found *t = first_known(in);

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

/* Bounces come to the return address; others are known by their shape. */
static void
decide_bounce(const struct decide_in *in, struct actions *x)
{
	const struct token_found *t = first_known(in);

	if (in->known)
		act_file(x, MAIL_BOUNCE, "bounce");
	else
		act_file_outside(x, MAIL_BOUNCE, "bounce");
	if (t && t->copy_row)
		actions_add(x, ACTION_BOUNCED)->u.bounced.copy_row =
		    t->copy_row;
	act_audit(x, "mail.bounce", "");
	act_notify(x, "operator_look");
}

/* Vacation notes and the like: kept, never answered, confirm nothing. */
static void
decide_auto_reply(const struct decide_in *in, struct actions *x)
{
	if (in->known)
		act_file(x, MAIL_AUTO_REPLY, "automatic");
	else
		act_file_outside(x, MAIL_AUTO_REPLY, "automatic");
	act_audit(x, "mail.automatic", automatic_word(in->facts->automatic));
}

static bool
from_ourselves(const struct decide_in *in)
{
	return config_is_ours(in->config, in->sender) ||
	    (in->facts && in->facts->from.address &&
	    config_is_ours(in->config, in->facts->from.address));
}

/* Handles what never opens a case and never confirms; true if it did. */
static bool
decide_automatic(const struct decide_in *in, struct actions *x)
{
	const struct facts *f = in->facts;

	if (to_return_address(in) || (f && f->automatic == AUTO_DSN)) {
		decide_bounce(in, x);
		return true;
	}
	if (from_ourselves(in) || (f && f->automatic == AUTO_OURS)) {
		/* A loop, or somebody who writes in our name. */
		act_file_outside(x, MAIL_OPERATOR_LOOK, "from-ourselves");
		act_notify(x, "operator_look");
		act_audit(x, "mail.ours", "");
		return true;
	}
	if (f && f->automatic == AUTO_REPLIED) {
		decide_auto_reply(in, x);
		return true;
	}
	return false;
}

/* A registered person answers a digest: kept for the item's operator. */
static void
decide_member_answer(struct actions *x)
{
	act_file_outside(x, MAIL_MEMBER_ANSWER, "member-answer");
	act_notify(x, "operator_look");
	act_audit(x, "mail.member-answer", "");
}

/* Only an operator's command makes a token that belongs to nothing: the mail
 * shows what a sender's own fields become on the way, and no more. */
static bool
is_probe(const struct token_found *t)
{
	return t && !t->case_row && !t->copy_row;
}

void
decide(struct sk_arena *a, const struct decide_in *in, struct actions *out)
{
	const struct token_found *t = first_known(in);

	*out = (struct actions){ .arena = a };
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
		decide_member_answer(out);
	} else if (in->known) {
		decide_reply(in, out);
	} else {
		decide_new(in, out);
	}
}

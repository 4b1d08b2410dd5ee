/*
 * Builds mails for the tests of decide, with a policy and desks of their own:
 * what is tested is the deciding, not the files.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sekisho/terms.h>

#include "decide_world.h"

static const char *const free_mail[] = { "free.example" };
static const struct policy policy = {
	.free_mail_domains = free_mail, .nfree_mail_domains = 1,
	.restraint = { 1, 20, 200, 5 },
	.membership_address = "shomu@example.jp",
	.first_up_to_task_force = ASSURANCE_TOKEN_ALIGNED,
	.wider = ASSURANCE_SIGNATURE, .narrowing = ASSURANCE_TOKEN,
};
static const struct config_desk desks[] = {
	{ "csc-anken@example.jp", DESK_INCIDENT, true },
	{ "csc-info@example.jp", DESK_INQUIRY, false },
	{ "csc-slow@example.jp", DESK_INCIDENT, false },
};
static const char *const notify[] = { "duty@example.jp" };
static const struct config config = {
	.notify = notify, .nnotify = 1,
	.domain = "example.jp", .desks = desks, .ndesks = 3,
	.return_address = "csc-return@example.jp",
};

struct world
first_mail(void)
{
	return (struct world){
		.facts = { .from = { CONSULTER, "佐藤" }, .kana = true,
		    .text = "不審な通信" },
		.rcpts = { "csc-anken@example.jp" },
		.in = { .sender = CONSULTER, .auth = AUTH_PASS, .nrcpts = 1 },
	};
}

struct world
reply(unsigned ticks)
{
	struct world w = first_mail();

	w.has_case = true;
	w.c = (struct decide_case){ .row = 7, .number = "2026-0007",
	    .originator = CONSULTER, .state = CASE_CONFIRMING,
	    .question = 3 };
	w.tokens[0] = (struct token_found){ .token = "a", .known = true,
	    .case_row = 7, .address = CONSULTER, .question = 3 };
	w.in.ntokens = 1;
	w.facts.answer.ticks = ticks;
	w.proposed = (struct terms){ .version = 2, .scope = SCOPE_TASK_FORCE,
	    .secrecy = SECRECY_NONE, .coordination = COORDINATION_NONE };
	w.locked = w.proposed;
	w.locked.version = 1;
	w.locked.locked = true;
	return w;
}

struct world
readback(unsigned ticks)
{
	struct world w = reply(ticks);

	w.c.readback = true;
	w.has_proposed = true;
	return w;
}

struct world
in_council(unsigned ticks)
{
	struct world w = reply(ticks);

	w.c.state = CASE_IN_COUNCIL;
	w.c.readback = true;
	w.has_locked = true;
	w.tokens[0].used = true;
	return w;
}

struct world
requested(enum request_kind kind, unsigned ticks)
{
	struct world w = in_council(ticks);

	w.c.readback = false;
	w.tokens[0].used = false;
	w.has_request = true;
	w.request = (struct decide_request){ .row = 5, .kind = kind,
	    .state = REQUEST_OPEN, .question = 3,
	    .scope = SCOPE_ALL_MEMBERS, .item = "I-abc2345",
	    .parts = "the host" };
	w.in.signer_is_from = true;
	return w;
}

void
run(struct world *w)
{
	struct decide_in *in = &w->in;

	in->config = &config;
	in->policy = &policy;
	in->facts = w->unreadable ? NULL : &w->facts;
	in->verdict = &w->verdict;
	in->rcpts = w->rcpts;
	in->tokens = w->tokens;
	w->c.locked = w->has_locked ? &w->locked : NULL;
	w->c.proposed = w->has_proposed ? &w->proposed : NULL;
	w->c.requests = &w->request;
	w->c.nrequests = w->has_request;
	in->known = w->has_case ? &w->c : NULL;
	w->a = sk_arena_new();
	decide(w->a, in, &w->out);
}

/* The acts as words; audit and notes to the duty address are left out. */
static void
put_action(struct sk_buf *b, const struct action *x)
{
	switch (x->type) {
	case ACTION_AUDIT:
	case ACTION_NOTIFY:
		return;
	case ACTION_OPEN_CASE:
		sk_buf_addf(b, "open:%s ", word_of(WORDS_DESK,
		    (int)x->u.open.desk));
		return;
	case ACTION_FILE:
		sk_buf_addf(b, "file:%s%s%s%s ", word_of(WORDS_MAIL_CLASS,
		    (int)x->u.file.class), *x->u.file.note ? "/" : "",
		    x->u.file.note, x->u.file.no_case ? "/outside" : "");
		return;
	case ACTION_ORIGINATOR:
		sk_buf_addf(b, "originator:%s ", x->u.originator.address);
		return;
	case ACTION_PROPOSE_KEYS:
		sk_buf_addf(b, "propose-keys%s ", x->u.keys.may_renew ?
		    "/renew" : "");
		return;
	case ACTION_STATE:
		sk_buf_addf(b, "%s ", word_of(WORDS_CASE_STATE,
		    (int)x->u.state));
		return;
	case ACTION_ASK:
		sk_buf_addf(b, "ask%s ", x->u.ask.readback ? ":back" : "");
		return;
	case ACTION_PROPOSE_TERMS:
		sk_buf_addf(b, "propose:%s", terms_scope_code(&x->u.terms));
		for (size_t i = 0; i < x->u.terms.nitems; i++)
			sk_buf_addf(b, "+%s=%s", x->u.terms.items[i].item,
			    word_of(WORDS_SCOPE,
			    (int)x->u.terms.items[i].scope));
		if (x->u.terms.secret_parts)
			sk_buf_addf(b, "(%s)", x->u.terms.secret_parts);
		sk_buf_addc(b, ' ');
		return;
	case ACTION_REQUEST:
		sk_buf_addf(b, "request:%s ", x->u.request.state ==
		    REQUEST_AGREED ? "agreed" : "declined");
		return;
	case ACTION_YES:
	case ACTION_LOCK_TERMS:
	case ACTION_WITHDRAW:
		sk_buf_addf(b, "%s:%s ", action_word(x->type),
		    word_of(WORDS_ASSURANCE, (int)x->u.yes.assurance));
		return;
	case ACTION_SEND:
		sk_buf_addf(b, "%s%s%s ", x->u.send.template,
		    x->u.send.ask ? "+form" : "",
		    x->u.send.unencrypted_hint ? "+key" : "");
		return;
	case ACTION_BOUNCED:
		sk_buf_addf(b, "bounced:%s ", fate_word(
		    x->u.bounced.fate));
		return;
	case ACTION_RECORD:
		sk_buf_addf(b, "record:%s:%s ", x->u.record.item,
		    answer_seen_word(x->u.record.seen));
		return;
	case ACTION_TELL:
		sk_buf_addf(b, "tell:%s ", x->u.tell.template);
		return;
	case ACTION_OPERATOR:
		sk_buf_addf(b, "look:%s ", x->u.operator_look.reason);
		return;
	default:
		sk_buf_addf(b, "%s ", action_word(x->type));
	}
}

void
expect(struct world w, const char *want)
{
	struct sk_buf b;

	sk_buf_init(&b, 4096);
	run(&w);
	for (size_t i = 0; i < w.out.n; i++)
		put_action(&b, &w.out.list[i]);
	if (b.len)
		b.len--;
	if (strcmp(sk_buf_str(&b), want) != 0)
		fail_msg("\n  %s\ninstead of\n  %s", sk_buf_str(&b), want);
	sk_buf_free(&b);
	sk_arena_free(&w.a);
}

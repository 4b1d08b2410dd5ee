/*
 * What is said of an item later: its text in the other language, a higher
 * confidence and on what it rests, and warnings that stop nothing
 * (R-088, R-076, R-093).
 */
#include <stdlib.h>
#include <string.h>

#include "command.h"

int
verb_item_text(struct command *c)
{
	const char *lang = command_str(c, "lang"), *text = NULL;
	struct item_text other = { .lang = lang,
		.title = command_str(c, "title") };
	struct item_record i, as_other;
	struct case_record k;
	int r = command_item(c, "item", &i);

	if (!r && (i.item.state == ITEM_SENT ||
	    i.item.state == ITEM_WITHDRAWN))
		r = sk_fail(&c->e, SK_ERR_REFUSED, i.item.id, "is %s: add a "
		    "new one", word_of(WORDS_ITEM_STATE, (int)i.item.state));
	if (!r && i.item.lang && strcmp(i.item.lang, lang) == 0)
		r = sk_fail(&c->e, SK_ERR_USAGE, "--lang", "%s is the item's "
		    "own language: use `sekisho item edit`", lang);
	if (!r && i.item.has_consent)
		r = sk_fail(&c->e, SK_ERR_REFUSED, i.item.id, "its originator "
		    "agreed to one wording (R-074); a translation is another");
	if (!r)
		r = item_wording_free(c, &i);
	if (!r)
		r = command_text(c, LIMIT_ITEM_TEXT, &text);
	if (!r)
		r = command_store(c, store_case_get(c->d->store, c->arena,
		    i.item.case_row, &k), i.item.id);
	if (r)
		return r;
	as_other = i;
	as_other.item.title = other.title;
	if (gatekeeper_denied(c->d, c->arena, &as_other, text, c->actor,
	    &c->e))
		return c->e.code;
	r = item_text_seal(c, &k, text, &as_other);
	if (r)
		return r;
	other.text = as_other.text;
	memcpy(other.wrap, as_other.wrap, VAULT_WRAP);
	r = command_store(c, store_item_text_put(c->d->store, i.item.id,
	    &other), i.item.id);
	return r ? r : item_change(c, &i, "item.text");
}

/* ---- raises ---- */

static int
raised_on(struct command *c, const struct item_record *i,
    const char *const *mails, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		struct mail_record m;
		int64_t row = strtoll(mails[k], NULL, 10);

		if (store_mail_get(c->d->store, c->arena, row, &m))
			return sk_fail(&c->e, SK_ERR_NOINPUT, "--on", "there "
			    "is no mail %s", mails[k]);
	}
	(void)i;
	return SK_OK;
}

/* A recorded act of its own; what was sent goes again, to whom
 * the higher confidence opens it, after new approvals. */
int
verb_item_raise(struct command *c)
{
	struct raise_record x = { .time = c->now, .who = c->actor,
		.reason = command_str(c, "reason"),
		.now = (enum confidence)command_word(c, "confidence",
		    WORDS_CONFIDENCE, 0) };
	struct item_record i;
	int r = command_item(c, "item", &i);

	x.nanswers = command_many(c, "on", &x.answers);
	if (!r && i.item.state == ITEM_WITHDRAWN)
		r = sk_fail(&c->e, SK_ERR_REFUSED, i.item.id, "is withdrawn: "
		    "add a new one");
	if (!r && x.now <= i.item.confidence)
		r = sk_fail(&c->e, SK_ERR_REFUSED, i.item.id, "is %s already: "
		    "only a higher one is a raise", word_of(WORDS_CONFIDENCE,
		    (int)i.item.confidence));
	if (!r)
		r = raised_on(c, &i, x.answers, x.nanswers);
	if (r)
		return r;
	x.was = i.item.confidence;
	i.item.confidence = x.now;
	r = store_raise_add(c->d->store, i.item.id, &x);
	if (!r)
		r = store_case_note(c->d->store, i.item.case_row, c->now,
		    c->actor, x.reason);
	r = command_store(c, r, i.item.id);
	return r ? r : item_change(c, &i, "item.raise");
}

/* With the last approval after a raise: those who have the item are told, as
 * far as the terms still admit them (T-38). */
int
item_tell_raise(struct command *c, const struct gate_case *g)
{
	const struct item *i = &g->item.item;
	struct raise_record *x = NULL;
	struct recipient *to = NULL;
	struct case_record k;
	size_t n = 0, nto = 0;
	int r = store_raises(c->d->store, c->arena, i->id, &x, &n);

	if (!r && n)
		r = recipients_of(c->d, c->arena, i->id, &to, &nto);
	if (!r)
		r = store_case_get(c->d->store, c->arena, i->case_row, &k);
	for (size_t p = 0; p < nto && !r; p++) {
		struct notice_record say = { .item = i->id,
			.raised_from = x[n - 1].was,
			.raised_to = x[n - 1].now };
		struct person who;
		struct org o;

		if (to[p].sent > x[n - 1].time ||
		    store_person_get(c->d->store, c->arena, to[p].person,
		    &who) || store_org_get(c->d->store, c->arena, who.org,
		    &o) || gate_admits(c->d->policy, i, &g->terms, &o) !=
		    GATE_YES)
			continue;
		r = notice_send(c->d, c->arena, &k, to[p].person, "T-38",
		    &say);
	}
	return command_store(c, r, i->id);
}

/* ---- a retraction (T-37) ---- */

/* To those who have it and might still have it; the text is fixed and says
 * nothing of the item but its label, so it needs no approval. */
static int
tell_holders(struct command *c, const struct item_record *i,
    const struct recipient *to, size_t nto, size_t *told)
{
	const struct notice_record say = { .item = i->item.id };
	struct gate_case g;
	struct case_record k;
	int r = gatekeeper_item(c->d, c->arena, i->item.id, &g, &c->e);

	if (!r)
		r = command_store(c, store_case_get(c->d->store, c->arena,
		    i->item.case_row, &k), i->item.id);
	for (size_t p = 0; p < nto && !r; p++) {
		struct gate_answer x;
		struct person who;
		struct org o;

		if (store_person_get(c->d->store, c->arena, to[p].person,
		    &who) || store_org_get(c->d->store, c->arena, who.org,
		    &o))
			continue;
		gatekeeper_person(c->d, c->arena, &who);
		x = gatekeeper_ask(c->d, &g, &o, &who, true);
		if (!x.send && !x.key_only)
			continue;
		r = command_store(c, notice_send(c->d, c->arena, &k, who.id,
		    "T-37", &say), i->item.id);
		(*told)++;
	}
	outbox_kick(c->d->outbox);
	return r ? r : command_audit(c, "item.retract", i->item.id,
	    sk_arena_printf(c->arena, "copies=%zu", *told));
}

int
item_retract(struct command *c, const struct item_record *i)
{
	struct recipient *to = NULL;
	size_t nto = 0, told = 0;
	int r = command_store(c, recipients_of(c->d, c->arena, i->item.id,
	    &to, &nto), i->item.id);

	if (!r && nto && command_flag(c, "tell"))
		r = tell_holders(c, i, to, nto, &told);
	sk_json_set_int(c->out, "have_it", (int64_t)nto);
	sk_json_set_int(c->out, "told", (int64_t)told);
	if (nto && !command_flag(c, "tell"))
		sk_json_set_str(c->out, "hint", sk_arena_printf(c->arena,
		    "those who have it may be told: sekisho item withdraw %s "
		    "--tell --reason ...", i->item.id));
	return r;
}

/* ---- warnings ---- */

static void
warn(struct sk_json *all, const char *text)
{
	sk_json_set_str(sk_json_add(all, sk_json_object()), "warning", text);
}

static bool
shares_indicator(const struct item_record *a, const struct item_record *b)
{
	for (size_t i = 0; i < a->nindicators; i++)
		for (size_t k = 0; k < b->nindicators; k++)
			if (strcmp(a->indicators[i], b->indicators[k]) == 0)
				return true;
	return false;
}

static void
compare(struct command *c, const struct item_record *i,
    struct sk_json *all)
{
	enum scope mine = matrix_ceiling(c->d->policy, &i->item).max_audience;
	struct item_record *others = NULL;
	size_t n = 0;
	bool narrower = false;

	if (store_item_list(c->d->store, c->arena, 0, &others, &n))
		return;
	for (size_t k = 0; k < n; k++) {
		const struct item *o = &others[k].item;

		if (o->state == ITEM_WITHDRAWN ||
		    strcmp(o->id, i->item.id) == 0)
			continue;
		if (shares_indicator(i, &others[k]))
			warn(all, sk_arena_printf(c->arena, "R-093: %s has an "
			    "indicator of it already", o->id));
		narrower |= o->case_row == i->item.case_row &&
		    matrix_ceiling(c->d->policy, o).max_audience > mine;
	}
	if (narrower)
		warn(all, "R-076: it may go less far than others of its case; "
		    "splitting off what narrows it would let the rest travel");
}

void
item_warnings(struct command *c, const struct item_record *i)
{
	struct sk_json *all = sk_json_set(c->out, "warnings",
	    sk_json_array());

	if (i->item.secret && i->item.tlp != TLP_RED)
		warn(all, "R-088: secret, and labelled below TLP:RED; that may "
		    "be right, both are stated for themselves");
	compare(c, i, all);
}

int
item_history(struct command *c, const struct item_record *i)
{
	struct raise_record *x = NULL;
	struct item_text *t = NULL;
	struct sk_json *all;
	size_t n = 0, nt = 0;
	int r = store_raises(c->d->store, c->arena, i->item.id, &x, &n);

	if (!r)
		r = store_item_texts(c->d->store, c->arena, i->item.id, &t,
		    &nt);
	all = sk_json_set(c->out, "raises", sk_json_array());
	for (size_t k = 0; k < n; k++) {
		struct sk_json *o = sk_json_add(all, sk_json_object());
		struct sk_json *on;

		document_time(o, "time", x[k].time);
		sk_json_set_str(o, "was", word_of(WORDS_CONFIDENCE,
		    (int)x[k].was));
		sk_json_set_str(o, "now", word_of(WORDS_CONFIDENCE,
		    (int)x[k].now));
		sk_json_set_str(o, "who", x[k].who);
		sk_json_set_str(o, "reason", x[k].reason);
		on = sk_json_set(o, "answers", sk_json_array());
		for (size_t m = 0; m < x[k].nanswers; m++)
			sk_json_add_str(on, x[k].answers[m]);
	}
	all = sk_json_set(c->out, "texts", sk_json_array());
	for (size_t k = 0; k < nt; k++) {
		struct sk_json *o = sk_json_add(all, sk_json_object());

		sk_json_set_str(o, "lang", t[k].lang);
		sk_json_set_str(o, "title", t[k].title);
	}
	return command_store(c, r, i->item.id);
}

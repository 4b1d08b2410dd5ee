/*
 * Items: what an operator writes for sharing. No path leads here from a mail
 * the text is typed by a person and stated by a person, and matrix and
 * terms are held against the statement at once. Every change ends approvals.
 */
#include <string.h>

#include <sekisho/text.h>

#include "command.h"

static int
terms_of(struct command *c, int64_t case_row, struct terms *t)
{
	return store_terms_locked(c->d->store, c->arena, case_row, t);
}

static int
check_statement(struct command *c, const struct item *i)
{
	struct terms t;
	bool has = terms_of(c, i->case_row, &t) == SK_OK;

	if (i->title && (strlen(i->title) > LIMIT_ITEM_TITLE ||
	    strchr(i->title, '\n')))
		return sk_fail(&c->e, SK_ERR_LIMIT, "--title", "one line of "
		    "at most %d bytes", LIMIT_ITEM_TITLE);
	return item_check(c->d->policy, i, has ? &t : NULL, &c->e);
}

/* Every indicator is rendered too: it has to stand in the agreed words. */
static int
indicators_agreed(struct command *c, const struct item_record *i,
    const char *text)
{
	for (size_t k = 0; k < i->nindicators; k++) {
		const char *colon = strchr(i->indicators[k], ':');
		const char *value = colon ? colon + 1 : i->indicators[k];

		if (!strstr(sk_nfkc_fold(c->arena, text),
		    sk_nfkc_fold(c->arena, value)))
			return sk_fail(&c->e, SK_ERR_REFUSED, "--indicator",
			    "%s does not stand in the wording that was agreed "
			    "to (R-074)", value);
	}
	return SK_OK;
}

/* The mail in which the originator agreed to this very wording. */
static int
agreement(struct command *c, struct item_record *i, int64_t mail,
    const char *text)
{
	char *wording = request_wording(c->arena, i->item.title, text);
	struct request_record *q = NULL;
	size_t n = 0;
	int r = command_store(c, store_requests(c->d->store, c->arena,
	    i->item.case_row, &q, &n), "requests");

	for (size_t k = 0; k < n && !r; k++) {
		bool same = false;

		if (q[k].kind != REQUEST_EXCEPTION || q[k].mail != mail ||
		    q[k].state != REQUEST_AGREED)
			continue;
		r = command_store(c, store_request_same(c->d->store, q[k].row,
		    wording, &same), "requests");
		if (r || !same)
			continue;
		i->item.has_consent = true;
		i->item.consent_scope = q[k].scope;
		i->consent_request = q[k].row;
		i->consent_mail = sk_arena_printf(c->arena, "%lld",
		    (long long)mail);
		return indicators_agreed(c, i, text);
	}
	return r ? r : sk_fail(&c->e, SK_ERR_REFUSED, "--consent", "mail %lld "
	    "agreed to no exception in these very words (R-074): ask with "
	    "`sekisho request exception`", (long long)mail);
}

/* Other words than the agreed ones have no agreement. */
static int
take_consent(struct command *c, struct item_record *i, const char *text)
{
	int64_t mail = command_number(c, "consent", 0);

	if (mail && !text)
		return sk_fail(&c->e, SK_ERR_USAGE, "--consent", "give the "
		    "text with it, so that it can be compared with what was "
		    "agreed to");
	if (mail)
		return agreement(c, i, mail, text);
	if (!text && !command_str(c, "title") &&
	    !sk_json_has(c->in, "indicator"))
		return SK_OK;
	i->item.has_consent = false;
	i->consent_request = 0;
	i->consent_mail = NULL;
	return SK_OK;
}

static const char *
or_old(const struct command *c, const char *key, const char *old)
{
	const char *s = command_str(c, key);

	return s ? s : old;
}

static int
take_options(struct command *c, struct item_record *i, const char *text)
{
	struct item *it = &i->item;

	it->category = (enum category)command_word(c, "category",
	    WORDS_CATEGORY, (int)it->category);
	it->confidence = (enum confidence)command_word(c, "confidence",
	    WORDS_CONFIDENCE, (int)it->confidence);
	it->tlp = (enum tlp)command_word(c, "tlp", WORDS_TLP, (int)it->tlp);
	it->onward = (enum onward)command_word(c, "onward", WORDS_ONWARD,
	    (int)it->onward);
	it->special = command_bits(c, "special", WORDS_SPECIAL, it->special);
	it->secret = command_yes(c, "secret", it->secret);
	it->secret_parts = or_old(c, "parts", it->secret_parts);
	it->title = or_old(c, "title", it->title);
	it->lang = or_old(c, "lang", it->lang);
	i->parts_label = it->secret_parts;
	if (sk_json_has(c->in, "indicator"))
		i->nindicators = command_many(c, "indicator",
		    &i->indicators);
	it->no_customers = !command_yes(c, "customer_use",
	    !it->no_customers);
	it->confidential = command_yes(c, "confidential", it->confidential);
	it->urgent = command_yes(c, "urgent", it->urgent);
	return take_consent(c, i, text);
}

/* A hit blocks the approval, not the draft; better told early (I6). */
static void
say_denied(struct command *c, const struct item_record *i, const char *text)
{
	struct sk_error e = { 0 };

	sk_json_set_str(c->out, "denied", gatekeeper_denied(c->d, c->arena, i,
	    text, c->actor, &e) ? e.text : NULL);
}

int
verb_item_add(struct command *c)
{
	struct item_record i = { .created = c->now, .created_by = c->actor };
	struct case_record k;
	const char *text = NULL;
	int r = command_case(c, "case", &k);

	if (!r)
		r = command_text(c, LIMIT_ITEM_TEXT, &text);
	if (r)
		return r;
	i.item.case_row = k.row;
	i.item.victim_inferable = command_flag(c, "victim_inferable");
	i.item.lang = c->d->config->language;
	r = take_options(c, &i, text);
	if (!r)
		r = check_statement(c, &i.item);
	if (!r)
		r = item_text_seal(c, &k, text, &i);
	if (!r)
		r = command_store(c, store_item_add(c->d->store, &i),
		    k.number);
	if (!r)
		r = command_audit(c, "item.add", i.item.id, k.number);
	if (r)
		return r;
	c->out = sk_json_document("item");
	document_item(c->out, &i);
	sk_json_set_str(c->out, "case", k.number);
	say_denied(c, &i, text);
	item_warnings(c, &i);
	return SK_OK;
}

static int
not_sent(struct command *c, const struct item_record *i)
{
	if (i->item.state == ITEM_WITHDRAWN)
		return sk_fail(&c->e, SK_ERR_REFUSED, i->item.id, "is "
		    "withdrawn: add a new one");
	return SK_OK;
}

/* Approvals end, the frozen list with them: it is a draft again. */
int
item_change(struct command *c, struct item_record *i, const char *event)
{
	const char *id = i->item.id;
	int r = check_statement(c, &i->item);

	if (r)
		return r;
	r = store_item_change(c->d->store, i);
	i->item.state = ITEM_DRAFT;
	if (!r)
		r = store_item_state(c->d->store, id, ITEM_DRAFT,
		    i->item.terms_version, c->now);
	if (!r)
		r = outbox_judge_anew(c->d, c->arena, id);
	r = command_store(c, r, id);
	if (!r)
		r = command_audit(c, event, id, word_of(WORDS_CONFIDENCE,
		    (int)i->item.confidence));
	if (r)
		return r;
	c->out = sk_json_document("item");
	document_item(c->out, i);
	item_warnings(c, i);
	return SK_OK;
}

/* Does this change what those who have the item must know? The lane and the
 * language it is in do not. */
static bool
corrects(const struct command *c)
{
	static const char *const told[] = { "category", "secret", "parts",
	    "tlp", "onward", "title", "indicator", "customer_use" };
	bool any = c->has_file;

	for (size_t i = 0; i < sizeof(told) / sizeof(*told); i++)
		any |= sk_json_has(c->in, told[i]);
	return any;
}

static bool
terms_name(const struct terms *t, const char *item)
{
	for (size_t k = 0; k < t->nitems; k++)
		if (strcmp(t->items[k].item, item) == 0)
			return true;
	return false;
}

/* What its originator was shown for a wider scope of its own, or agreed to, has
 * to stay as it was shown. */
static int
wording_is_free(struct command *c, const struct item_record *i)
{
	const char *id = i->item.id;
	struct request_record *q = NULL;
	struct terms t;
	size_t n = 0;
	bool bound = false;
	int r = store_requests(c->d->store, c->arena, i->item.case_row, &q,
	    &n);

	if (store_terms_locked(c->d->store, c->arena, i->item.case_row, &t) ==
	    SK_OK)
		bound = terms_name(&t, id);
	if (store_terms_newest(c->d->store, c->arena, i->item.case_row, &t) ==
	    SK_OK)
		bound |= terms_name(&t, id);
	for (size_t k = 0; k < n && !r; k++)
		bound |= q[k].kind == REQUEST_WIDEN && q[k].item &&
		    strcmp(q[k].item, id) == 0 && q[k].state == REQUEST_OPEN;
	if (r || !bound)
		return command_store(c, r, id);
	return sk_fail(&c->e, SK_ERR_REFUSED, id, "its originator was asked "
	    "for a wider scope in this wording (R-064): add a new item");
}

int
item_wording_free(struct command *c, const struct item_record *i)
{
	bool words = c->has_file || sk_json_has(c->in, "title") ||
	    sk_json_has(c->in, "indicator");

	return words ? wording_is_free(c, i) : SK_OK;
}

/* One that was sent becomes a draft again: after new approvals it goes as a
 * correction to who has it, and as any other to who has not. */
int
verb_item_edit(struct command *c)
{
	struct item_record i;
	struct case_record k;
	const char *text = NULL;
	int r = command_item(c, "item", &i);

	if (!r)
		r = not_sent(c, &i);
	if (!r)
		r = item_wording_free(c, &i);
	if (!r)
		r = command_store(c, store_case_get(c->d->store, c->arena,
		    i.item.case_row, &k), i.item.id);
	if (r)
		return r;
	i.item.victim_inferable = command_yes(c, "victim_inferable",
	    i.item.victim_inferable);
	i.item.corrected |= i.item.was_sent && corrects(c);
	if (c->has_file)
		r = command_text(c, LIMIT_ITEM_TEXT, &text);
	if (!r)
		r = take_options(c, &i, text);
	if (!r && text)
		r = item_text_seal(c, &k, text, &i);
	return r ? r : item_change(c, &i, "item.edit");
}

/* One that was withdrawn: once more only to tell who has it. */
static int
withdrawable(struct command *c, const struct item_record *i)
{
	if (i->item.state == ITEM_WITHDRAWN && i->item.was_sent &&
	    command_flag(c, "tell"))
		return SK_OK;
	return not_sent(c, i);
}

static int
withdraw(struct command *c, struct item_record *i)
{
	int r;

	if (i->item.state == ITEM_WITHDRAWN)
		return SK_OK;
	r = store_item_state(c->d->store, i->item.id, ITEM_WITHDRAWN,
	    i->item.terms_version, c->now);
	if (!r)
		r = store_case_note(c->d->store, i->item.case_row, c->now,
		    c->actor, command_str(c, "reason"));
	if (!r)
		r = outbox_judge_anew(c->d, c->arena, i->item.id);
	r = command_store(c, r, i->item.id);
	i->item.state = ITEM_WITHDRAWN;
	return r ? r : command_audit(c, "item.withdraw", i->item.id, "");
}

int
verb_item_withdraw(struct command *c)
{
	struct item_record i;
	int r = command_item(c, "item", &i);

	if (!r)
		r = withdrawable(c, &i);
	if (!r)
		r = withdraw(c, &i);
	if (r)
		return r;
	c->out = sk_json_document("item");
	document_item(c->out, &i);
	return item_retract(c, &i);
}

int
verb_item_list(struct command *c)
{
	int state = command_word(c, "state", WORDS_ITEM_STATE, -1);
	struct item_record *all = NULL;
	struct case_record k = { 0 };
	struct sk_json *list;
	size_t n = 0;
	int r = command_str(c, "case") ? command_case(c, "case", &k) : SK_OK;

	if (!r)
		r = command_store(c, store_item_list(c->d->store, c->arena,
		    k.row, &all, &n), "items");
	if (r)
		return r;
	c->out = sk_json_document("items");
	list = sk_json_set(c->out, "items", sk_json_array());
	for (size_t i = 0; i < n; i++)
		if (state < 0 || all[i].item.state == (enum item_state)state)
			document_item(sk_json_add(list, sk_json_object()),
			    &all[i]);
	return SK_OK;
}

static int
shown(struct command *c, struct channel_message *m, const char *error)
{
	struct item_record *i = c->state;
	const char *const *who = NULL, *text;
	struct case_record k;
	struct sk_json *list;
	size_t n = 0;
	int r = item_text_take(c, m, error, &text);

	if (!r)
		r = command_store(c, store_case_get(c->d->store, c->arena,
		    i->item.case_row, &k), i->item.id);
	if (!r)
		r = command_store(c, store_item_approvers(c->d->store,
		    c->arena, i->item.id, &who, &n), i->item.id);
	if (r)
		return r;
	c->out = sk_json_document("item");
	document_item(c->out, i);
	sk_json_set_str(c->out, "case", k.number);
	sk_json_set_str(c->out, "text", text);
	list = sk_json_set(c->out, "approvers", sk_json_array());
	for (size_t a = 0; a < n; a++)
		sk_json_add_str(list, who[a]);
	say_denied(c, i, text);
	item_warnings(c, i);
	return item_history(c, i);
}

int
verb_item_show(struct command *c)
{
	struct item_record *i = sk_arena_alloc(c->arena, sizeof(*i));
	int r = command_item(c, "item", i);

	c->state = i;
	return r ? r : item_text_open(c, i, shown);
}

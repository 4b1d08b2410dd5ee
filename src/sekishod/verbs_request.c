/*
 * Requests about terms in force: a wider scope (R-064, T-09), or an exception
 * of the matrix in its exact wording (R-074, T-10). The originator alone
 * decides; what is sent is kept, and what is answered comes back by mail.
 */
#include <string.h>

#include <sekisho/terms.h>

#include "command.h"

static void
document(struct sk_json *o, const struct request_record *q)
{
	static const char *const kinds[] = { "widen", "exception",
		"secrecy" };
	static const char *const states[] = { "open", "agreed", "declined",
		"closed" };
	struct sk_json *all;

	sk_json_set_int(o, "request", q->row);
	sk_json_set_str(o, "asks", kinds[q->kind % 3]);
	sk_json_set_str(o, "state", states[q->state & 3]);
	sk_json_set_str(o, "scope", word_of(WORDS_SCOPE, (int)q->scope));
	sk_json_set_str(o, "item", q->item);
	sk_json_set_str(o, "title", q->title);
	all = sk_json_set(o, "indicators", sk_json_array());
	for (size_t i = 0; i < q->nindicators; i++)
		sk_json_add_str(all, q->indicators[i]);
	sk_json_set_str(o, "reason", q->reason);
	sk_json_set_str(o, "who", q->who);
	document_time(o, "created", q->created);
	document_time(o, "answered", q->answered);
	if (q->mail)
		sk_json_set_int(o, "mail", q->mail);
	else
		sk_json_set_null(o, "mail");
	sk_json_set_str(o, "assurance", q->state == REQUEST_OPEN ? NULL :
	    word_of(WORDS_ASSURANCE, (int)q->assurance));
}

static int
list(struct command *c, const struct case_record *k)
{
	struct request_record *q = NULL;
	struct sk_json *all;
	size_t n = 0;
	int r = command_store(c, store_requests(c->d->store, c->arena, k->row,
	    &q, &n), k->number);

	if (r)
		return r;
	c->out = sk_json_document("requests");
	sk_json_set_str(c->out, "number", k->number);
	all = sk_json_set(c->out, "requests", sk_json_array());
	for (size_t i = 0; i < n; i++)
		document(sk_json_add(all, sk_json_object()), &q[i]);
	return SK_OK;
}

int
verb_request_list(struct command *c)
{
	struct case_record k;
	int r = command_case(c, "case", &k);

	return r ? r : list(c, &k);
}

/* One question at a time: an answer to a read-back must not meet a newer
 * question, and nothing is asked of whom we cannot reach. */
static int
askable(struct command *c, struct case_record *k, struct terms *t)
{
	struct terms newest;
	int r = command_case(c, "case", k);

	if (r)
		return r;
	if (!k->originator || k->closed || k->state == CASE_WITHDRAWN)
		return sk_fail(&c->e, SK_ERR_REFUSED, k->number, "has ended, "
		    "or nobody who could answer");
	if (store_terms_locked(c->d->store, c->arena, k->row, t) ||
	    t->withdrawn)
		return sk_fail(&c->e, SK_ERR_REFUSED, k->number, "has no "
		    "terms in force that could be asked about (R-059): see "
		    "`sekisho case ask %s`", k->number);
	if (store_terms_newest(c->d->store, c->arena, k->row, &newest) ==
	    SK_OK && !newest.locked)
		return sk_fail(&c->e, SK_ERR_REFUSED, k->number, "waits for a "
		    "yes to version %u: ask when that is settled",
		    newest.version);
	return SK_OK;
}

static int
close_open(struct command *c, const struct case_record *k)
{
	struct request_record *q = NULL;
	size_t n = 0;
	int r = store_requests(c->d->store, c->arena, k->row, &q, &n);

	for (size_t i = 0; i < n && !r; i++)
		if (q[i].state == REQUEST_OPEN)
			r = store_request_answer(c->d->store, q[i].row,
			    REQUEST_CLOSED, 0, ASSURANCE_NONE, c->now);
	return r;
}

/* A new question version; an older request's answer comes too late. */
static int
ask(struct command *c, struct case_record *k, struct request_record *q,
    const char *text)
{
	static const char *const texts[] = { "T-09", "T-10", "T-07" };
	static const char *const events[] = { "request.widen",
		"request.exception", "request.secrecy" };
	struct case_text t = { .kind = CASE_TEXT_WORDING, .case_row = k->row,
		.title = q->title };
	struct notice_record say = { .item = q->item };
	int r = words_seal(c, k->pk, text, &t);

	if (r)
		return r;
	k->question++;
	k->question_is_readback = k->clarified = false;
	k->changed = c->now;
	q->case_row = k->row;
	q->question = k->question;
	q->created = c->now;
	q->text = say.text = t.row;
	q->who = c->actor;
	q->reason = command_str(c, "reason");
	r = close_open(c, k);
	if (!r)
		r = store_case_update(c->d->store, k);
	if (!r)
		r = store_request_add(c->d->store, q, request_wording(
		    c->arena, q->title, text));
	r = command_store(c, r, k->number);
	say.request = q->row;
	if (!r)
		r = apply_send_words(c->d, c->arena, k, texts[q->kind], &say,
		    &c->e);
	if (!r)
		r = command_audit(c, events[q->kind], k->number,
		    word_of(WORDS_SCOPE, (int)q->scope));
	outbox_kick(c->d->outbox);
	return r ? r : list(c, k);
}

char *
request_wording(struct sk_arena *a, const char *title, const char *text)
{
	return sk_arena_printf(a, "%s\n%s", title ? title : "", text);
}

/* ---- wider terms: the item as it would appear ---- */

struct widening {
	struct case_record k;
	struct request_record q;
	uint64_t rules;
};

static int
opened(struct command *c, struct channel_message *m, const char *error)
{
	struct widening *w = c->state;
	const char *text;
	int r = item_text_take(c, m, error, &text);

	if (!r)
		r = command_unchanged(c, w->rules, w->k.number);
	return r ? r : ask(c, &w->k, &w->q, text);
}

/* Its originator agrees to what T-09 shows, and to nothing that stands beside
 * it. */
static int
one_wording(struct command *c, const struct item_record *i)
{
	struct item_text *others = NULL;
	size_t n = 0;
	int r = command_store(c, store_item_texts(c->d->store, c->arena,
	    i->item.id, &others, &n), i->item.id);

	return r || !n ? r : sk_fail(&c->e, SK_ERR_REFUSED, i->item.id,
	    "has a text in \"%s\" too, which the originator would not see: "
	    "a wider scope is asked for an item in one language (R-064); add "
	    "a new one", others[0].lang);
}

int
verb_request_widen(struct command *c)
{
	struct widening *w = sk_arena_alloc(c->arena, sizeof(*w));
	struct item_record i;
	enum scope has, wants;
	struct terms now;
	int r = askable(c, &w->k, &now);

	if (!r)
		r = command_item(c, "item", &i);
	if (r)
		return r;
	if (i.item.case_row != w->k.row)
		return sk_fail(&c->e, SK_ERR_NOINPUT, i.item.id, "is none of "
		    "case %s", w->k.number);
	has = terms_scope_for(&now, i.item.id);
	wants = (enum scope)command_word(c, "scope", WORDS_SCOPE, 0);
	if (wants <= has)
		return sk_fail(&c->e, SK_ERR_REFUSED, "--scope", "%s is "
		    "allowed already (R-063)", word_of(WORDS_SCOPE,
		    (int)has));
	w->q = (struct request_record){ .kind = REQUEST_WIDEN,
		.scope = wants, .item = i.item.id,
		.title = i.item.title, .indicators = i.indicators,
		.nindicators = i.nindicators };
	r = one_wording(c, &i);
	w->rules = store_rules_generation(c->d->store);
	c->state = w;
	return r ? r : item_text_open(c, &i, opened);
}

/* ---- an exception, in its exact wording ---- */

int
verb_request_exception(struct command *c)
{
	struct request_record q = { .kind = REQUEST_EXCEPTION,
		.title = command_str(c, "title") };
	const char *text = NULL;
	struct case_record k;
	struct terms now;
	int r = askable(c, &k, &now);

	if (!r)
		r = command_text(c, LIMIT_ITEM_TEXT, &text);
	if (r)
		return r;
	q.scope = (enum scope)command_word(c, "scope", WORDS_SCOPE, 0);
	if (q.scope <= SCOPE_COORDINATOR || q.scope > now.scope)
		return sk_fail(&c->e, SK_ERR_REFUSED, "--scope", "an exception "
		    "stays within the terms in force (%s) and leaves the "
		    "secretariat; for more use `sekisho request widen`",
		    word_of(WORDS_SCOPE, (int)now.scope));
	q.nindicators = command_many(c, "indicator", &q.indicators);
	return ask(c, &k, &q, text);
}

/* ---- more of it secret (R-062) ---- */

int
verb_request_secrecy(struct command *c)
{
	struct request_record q = { .kind = REQUEST_SECRECY,
		.title = command_str(c, "parts") };
	struct case_record k;
	struct terms now;
	int r = askable(c, &k, &now);

	if (r)
		return r;
	if (now.secrecy == SECRECY_ALL)
		return sk_fail(&c->e, SK_ERR_REFUSED, k.number, "all of it is "
		    "secret already");
	q.scope = now.scope;
	return ask(c, &k, &q, q.title);
}

int
verb_request_sheet(struct command *c)
{
	const char *lang = command_str(c, "lang");
	struct tvalues *v;
	struct sk_buf subject, text;
	int r;

	lang = lang ? lang : c->d->config->language;
	v = values_common(c->d, c->arena, lang);
	tv_str(v, "desk_address", c->d->config->desks[0].address);
	tv_str(v, "contact", c->d->config->desks[0].address);
	sk_buf_init(&subject, LIMIT_SUBJECT);
	sk_buf_init(&text, LIMIT_OUT_MESSAGE);
	r = template_render(c->d->templates, lang, "T-41", v, &subject, &text,
	    &c->e);
	if (!r) {
		c->out = sk_json_document("sheet");
		sk_json_set_str(c->out, "text", sk_buf_str(&text));
	}
	sk_buf_free(&subject);
	sk_buf_free(&text);
	return r;
}

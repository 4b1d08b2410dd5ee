/*
 * Mails whose words an operator writes and whose fields are the case's: what
 * came of it (T-19, T-20; R-123), comments on a plan to publish (T-22), a word
 * to somebody outside within what the originator allowed (T-23; R-058). Without
 * --yes the mail is shown and nothing is written. An originator hears counts
 * and never who answered.
 */
#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/text.h>

#include "command.h"

#define TEXT_MAX (LIMIT_ITEM_TEXT / 2)	/* its document is not twice as long */
#define COPIES_MAX 100000
#define LEAST_ANSWERS 3	/* organisations: of fewer, each could be guessed */
#define SAMPLE_TOKEN "aaaaaaaaaaaaaaaaaaaaaaaaaa"
#define CODE_SERIAL 7

static bool
japanese(const struct case_record *k)
{
	return strcmp(k->language, "ja") == 0;
}

/* ---- showing and posting ---- */

static int
render(struct command *c, const struct case_record *k,
    const struct dispatch *l, const char *document, const char **subject,
    const char **text)
{
	struct tvalues *v = values_case(c->d, c->arena, k, SAMPLE_TOKEN,
	    false, 0, false);
	struct dispatch again;
	struct sk_buf s, t;
	int r;

	tv_str(v, "serial", sk_arena_strn(c->arena, SAMPLE_TOKEN,
	    CODE_SERIAL));
	sk_buf_init(&s, LIMIT_SUBJECT);
	sk_buf_init(&t, LIMIT_OUT_MESSAGE);
	r = dispatch_open(v, l->template, document, &again);
	if (!r)
		r = template_render(c->d->templates, k->language, l->template,
		    v, &s, &t, &c->e);
	*subject = sk_arena_str(c->arena, sk_buf_str(&s));
	*text = sk_arena_str(c->arena, sk_buf_str(&t));
	sk_buf_free(&s);
	sk_buf_free(&t);
	return r;
}

static int
refuse(struct command *c, const struct case_record *k,
    enum feedback_clause clause, const struct deny_hit *hit)
{
	const char *lang = c->d->config->language;

	if (clause == FEEDBACK_DENY_LIST)
		return sk_fail(&c->e, SK_ERR_REFUSED, k->number, "%s: %s "
		    "(%s, line %u, a %s)", feedback_rule(clause),
		    feedback_sentence(clause, lang), hit->part, hit->line,
		    hit->kind);
	return sk_fail(&c->e, SK_ERR_REFUSED, k->number, "%s: %s",
	    feedback_rule(clause), feedback_sentence(clause, lang));
}

static int
show(struct command *c, const struct case_record *k, const struct dispatch *l,
    const char *subject, const char *text)
{
	bool sent = command_flag(c, "yes");
	struct key_record key;
	bool keyed = k->row && store_key_pinned(c->d->store, c->arena, NULL,
	    k->row, &key) == SK_OK;

	c->out = sk_json_document("dispatch");
	sk_json_set_str(c->out, "case", k->row ? k->number : NULL);
	sk_json_set_str(c->out, "template", l->template);
	sk_json_set_bool(c->out, "sent", sent);
	sk_json_set_str(c->out, "held", !keyed ? "no-key" :
	    *key_unusable(&key.facts, c->now) ? key_unusable(&key.facts,
	    c->now) : NULL);
	sk_json_set_str(c->out, "subject", subject);
	sk_json_set_str(c->out, "text", text);
	return SK_OK;
}

/* The terms it rests on: another version holds it back (I1). */
static uint32_t
terms_version(struct command *c, int64_t row)
{
	struct terms t;

	return store_terms_locked(c->d->store, c->arena, row, &t) == SK_OK ?
	    t.version : 0;
}

static int
store_dispatch(struct command *c, struct case_record *k,
    const struct dispatch *l, const char *document)
{
	struct case_text t = { .kind = CASE_TEXT_DISPATCH, .case_row = k->row,
		.title = l->template };
	struct notice_record say = { .request = l->source,
		.terms_version = terms_version(c, l->source ? l->source :
		    k->row) };
	int r = words_seal(c, k->pk, document, &t);

	say.text = t.row;
	if (!r)
		r = apply_send_words(c->d, c->arena, k, l->template, &say,
		    &c->e);
	if (!r)
		r = command_audit(c, "dispatch.send", k->number, l->template);
	outbox_kick(c->d->outbox);
	return r;
}

/* Takes doc over. */
static int
post(struct command *c, struct case_record *k, const struct dispatch *l,
    struct sk_json *doc)
{
	const char *document, *subject, *text;
	enum feedback_clause clause;
	struct deny_hit hit;
	struct sk_buf b;
	int r;

	dispatch_gate_put(doc, l);
	sk_buf_init(&b, LIMIT_ITEM_TEXT);
	sk_json_dump(doc, false, &b);
	sk_json_free(&doc);
	document = sk_arena_str(c->arena, sk_buf_str(&b));
	r = b.over ? sk_fail(&c->e, SK_ERR_LIMIT, "--text-file", "the text is "
	    "too long for one mail") : SK_OK;
	sk_buf_free(&b);
	if (!r)
		r = render(c, k, l, document, &subject, &text);
	if (r)
		return r;
	clause = dispatch_ask(c->d, c->arena, k, l, subject, text, &hit);
	if (clause != FEEDBACK_YES && clause != FEEDBACK_KEY)
		return refuse(c, k, clause, &hit);
	if (command_flag(c, "yes"))
		r = store_dispatch(c, k, l, document);
	return r ? r : show(c, k, l, subject, text);
}

/* ---- what was shared, when and with whom ---- */

static const char *
group_words(enum scope s, bool ja)
{
	static const char *const words[][2] = {
		[SCOPE_UNKNOWN] = { "-", "-" },
		[SCOPE_COORDINATOR] = { "事務局", "the secretariat" },
		[SCOPE_CLASS1_GROUP] = { "第一類構成員グループ",
		    "the class-1 group" },
		[SCOPE_TASK_FORCE] = { "タスクフォース", "the task force" },
		[SCOPE_ALL_MEMBERS] = { "構成員", "the members" },
		[SCOPE_PARTNER_SCHEMES] = { "構成員と連携先の枠組み",
		    "members and the partner schemes" },
		[SCOPE_PUBLIC] = { "構成員（公開可）",
		    "the members (may be published)" },
	};

	return words[s][!ja];
}

struct sharing {
	int64_t first;		/* 0: nothing left the secretariat */
	enum scope widest;
};

static int
add_share(struct command *c, const struct case_record *k,
    const struct item *it, const struct terms *t, struct sk_json *list,
    struct sharing *all)
{
	enum scope s = item_audience(c->d->policy, it, t);
	struct recipient *to = NULL;
	struct sk_json *o;
	size_t n = 0;
	int64_t first = 0;
	int r = recipients_of(c->d, c->arena, it->id, &to, &n);

	for (size_t i = 0; i < n; i++)
		if (!first || to[i].sent < first)
			first = to[i].sent;
	if (r || !first)
		return command_store(c, r, k->number);
	o = sk_json_add(list, sk_json_object());
	sk_json_set_str(o, "shared_on", sk_date_local(c->arena, first));
	sk_json_set_str(o, "groups", group_words(s, japanese(k)));
	sk_json_set_str(o, "tlp", sk_arena_printf(c->arena, "TLP:%s",
	    word_of(WORDS_TLP, (int)it->tlp)));
	all->first = all->first && all->first < first ? all->first : first;
	all->widest = s > all->widest ? s : all->widest;
	return SK_OK;
}

static int
add_shared(struct command *c, const struct case_record *k,
    struct sk_json *fields, struct sharing *all)
{
	struct sk_json *list = sk_json_set(fields, "shared",
	    sk_json_array());
	struct item_record *items = NULL;
	struct terms t;
	size_t n = 0;
	int r = store_item_list(c->d->store, c->arena, k->row, &items, &n);
	bool has = store_terms_locked(c->d->store, c->arena, k->row, &t) ==
	    SK_OK;

	*all = (struct sharing){ 0 };
	r = command_store(c, r, k->number);
	for (size_t i = 0; i < n && !r; i++)
		r = add_share(c, k, &items[i].item, has ? &t : NULL, list,
		    all);
	return r;
}

/* ---- feedback ---- */

struct tally {
	const char **orgs;
	enum answer_seen *seen;
	size_t n;
};

static bool
stronger(enum answer_seen x, enum answer_seen y)
{
	return x == SEEN_YES || (x == SEEN_NO && y != SEEN_YES);
}

/* An organisation counts once over all items of the case. */
static int
tally(struct command *c, const struct case_record *k, struct tally *t)
{
	struct item_record *items = NULL;
	size_t n = 0;
	int r = store_item_list(c->d->store, c->arena, k->row, &items, &n);

	for (size_t i = 0; i < n && !r; i++) {
		struct answer_record *x = NULL;
		size_t nx = 0;

		r = store_answers(c->d->store, c->arena, items[i].item.id,
		    &x, &nx);
		for (size_t m = 0; m < nx && !r; m++) {
			size_t at = 0;

			while (at < t->n && strcmp(t->orgs[at], x[m].org) != 0)
				at++;
			if (at == LIMIT_STORE_LIST)
				continue;
			if (at == t->n) {
				t->orgs[t->n] = x[m].org;
				t->seen[t->n++] = x[m].seen;
			} else if (stronger(x[m].seen, t->seen[at])) {
				t->seen[at] = x[m].seen;
			}
		}
	}
	return command_store(c, r, k->number);
}

/* Counts and nothing else; of too few, not even those. */
static int
counts(struct command *c, const struct case_record *k, const char **out)
{
	struct tally t = { .orgs = sk_arena_array(c->arena, LIMIT_STORE_LIST,
	    sizeof(*t.orgs)), .seen = sk_arena_array(c->arena,
	    LIMIT_STORE_LIST, sizeof(*t.seen)) };
	int n[SEEN_UNKNOWN + 1] = { 0 };
	int r = tally(c, k, &t);

	if (r)
		return r;
	if (t.n < LEAST_ANSWERS)
		return sk_fail(&c->e, SK_ERR_REFUSED, "--answers", "fewer "
		    "than %d organisations answered: of so few each could be "
		    "guessed (R-126)", LEAST_ANSWERS);
	for (size_t i = 0; i < t.n; i++)
		n[t.seen[i]]++;
	*out = sk_arena_printf(c->arena, japanese(k) ?
	    "回答のあった組織は%zu。来ている%d、来ていない%d、わからない%d。" :
	    "Organisations that answered: %zu. Seen: %d, not seen: %d, "
	    "unknown: %d.", t.n, n[SEEN_YES], n[SEEN_NO], n[SEEN_UNKNOWN]);
	return SK_OK;
}

static int
situation(struct command *c, const struct case_record *k,
    struct sk_json *fields)
{
	const char *words = command_str(c, "situation"), *n = NULL;
	int r = command_flag(c, "answers") ? counts(c, k, &n) : SK_OK;

	if (words && n)
		words = sk_arena_printf(c->arena, "%s\n%s", words, n);
	if (words || n)
		sk_json_set_str(fields, "situation", words ? words : n);
	return r;
}

static void
label(struct command *c, struct dispatch *l, struct sk_json *fields)
{
	l->secret = command_yes(c, "secret", true);
	l->tlp = (enum tlp)command_word(c, "tlp", WORDS_TLP, TLP_RED);
	l->basis = command_str(c, "basis") != NULL;
	sk_json_set_str(fields, "tlp", sk_arena_printf(c->arena, "TLP:%s",
	    word_of(WORDS_TLP, (int)l->tlp)));
	sk_json_set_bool(fields, "label_secret", l->secret);
	if (l->secret && command_str(c, "parts"))
		sk_json_set_str(fields, "secret_parts_label",
		    command_str(c, "parts"));
}

static int
feedback_fields(struct command *c, const struct case_record *k,
    struct dispatch *l, struct sk_json *fields)
{
	struct sharing all;
	const char *text = NULL;
	int r = c->has_file ? command_text(c, TEXT_MAX, &text) : SK_OK;

	label(c, l, fields);
	sk_json_set_bool(fields, "interim", command_flag(c, "interim"));
	if (text)
		sk_json_set_str(fields, "advice", text);
	if (!r)
		r = situation(c, k, fields);
	if (!r)
		r = add_shared(c, k, fields, &all);
	if (r || !command_flag(c, "nothing_found"))
		return r;
	l->template = "T-20";
	if (!all.first)
		return sk_fail(&c->e, SK_ERR_REFUSED, k->number, "nobody was "
		    "asked yet: nothing that was shared has arrived");
	sk_json_set_str(fields, "groups", group_words(all.widest,
	    japanese(k)));
	sk_json_set_str(fields, "period", sk_arena_printf(c->arena, "%s - %s",
	    sk_date_local(c->arena, all.first), sk_date_local(c->arena,
	    c->now)));
	return SK_OK;
}

/* What is final makes feedback the only thing left to do: `case close` ends
 * the case once the mail has gone. */
static int
mark_due(struct command *c, struct case_record *k)
{
	const char *basis = command_str(c, "basis");
	int r = SK_OK;

	if (basis)
		r = store_case_note(c->d->store, k->row, c->now, c->actor,
		    basis);
	if (!r && !command_flag(c, "interim")) {
		k->state = CASE_FEEDBACK_DUE;
		k->changed = c->now;
		r = store_case_update(c->d->store, k);
	}
	return command_store(c, r, k->number);
}

static int
in_council(struct command *c, const struct case_record *k)
{
	if (!k->originator)
		return sk_fail(&c->e, SK_ERR_REFUSED, k->number, "nobody to "
		    "write to: its first mail has no sender");
	return k->state == CASE_CONFIRMED || k->state == CASE_IN_COUNCIL ||
	    k->state == CASE_FEEDBACK_DUE ? SK_OK : sk_fail(&c->e,
	    SK_ERR_REFUSED, k->number, "is %s: feedback is for cases in the "
	    "council; use `sekisho case advise`", word_of(WORDS_CASE_STATE,
	    (int)k->state));
}

int
verb_feedback(struct command *c)
{
	struct dispatch l = { .template = "T-19" };
	struct sk_json *doc, *fields;
	struct case_record k;
	int r = command_case(c, "case", &k);

	if (!r)
		r = in_council(c, &k);
	if (!r && command_flag(c, "interim") &&
	    command_flag(c, "nothing_found"))
		r = sk_fail(&c->e, SK_ERR_USAGE, "--interim", "nothing found "
		    "is a result: leave one of the two out");
	if (r)
		return r;
	doc = sk_json_object();
	fields = sk_json_set(doc, "fields", sk_json_object());
	r = feedback_fields(c, &k, &l, fields);
	if (r) {
		sk_json_free(&doc);
		return r;
	}
	r = post(c, &k, &l, doc);
	return r || !command_flag(c, "yes") ? r : mark_due(c, &k);
}

/* ---- a plan to publish (R-051) ---- */

int
verb_publication(struct command *c)
{
	struct dispatch l = { .template = "T-22" };
	const char *text = NULL, *date = command_str(c, "date");
	struct sk_json *doc, *fields;
	struct case_record k;
	struct sharing all;
	int r = command_case(c, "case", &k);

	if (!r && (!k.originator || k.state == CASE_REJECTED))
		r = sk_fail(&c->e, SK_ERR_REFUSED, k.number, "nobody to write "
		    "to");
	if (!r && c->has_file)
		r = command_text(c, TEXT_MAX, &text);
	if (r)
		return r;
	doc = sk_json_object();
	fields = sk_json_set(doc, "fields", sk_json_object());
	sk_json_set_str(fields, "date", date);
	if (text)
		sk_json_set_str(fields, "note", text);
	r = add_shared(c, &k, fields, &all);
	if (r) {
		sk_json_free(&doc);
		return r;
	}
	r = post(c, &k, &l, doc);
	if (!r && command_flag(c, "yes"))
		r = command_store(c, store_case_note(c->d->store, k.row,
		    c->now, c->actor, sk_arena_printf(c->arena,
		    "publication planned: %s", date)), k.number);
	return r;
}

/* ---- somebody outside (R-058, R-137) ---- */

/* A case of its own, counted with the one it comes from: so that the outside
 * body's key, its answer and its words stand apart from the originator's. */
static int
contact_open(struct command *c, const struct case_record *source,
    struct case_record *out)
{
	struct actions x = { .arena = c->arena };
	struct action *open = actions_add(&x, ACTION_OPEN_CASE);
	struct case_record new = *out;
	int r;

	open->u.open.desk = source->desk;
	open->u.open.desk_address = source->desk_address;
	open->u.open.language = new.language;
	open->u.open.originator = new.originator;
	open->u.open.priority = PRIORITY_NORMAL;
	actions_add(&x, ACTION_STATE)->u.state = CASE_SUPPORTING;
	r = apply(c->d, c->arena, &x, out, NULL, c->actor, &c->e);
	if (r)
		return r;
	r = store_merge(c->d->store, out->row, source->row, c->actor,
	    "outside action", c->now);
	if (!r)
		r = store_case_note(c->d->store, out->row, c->now, c->actor,
		    sk_arena_printf(c->arena, "outside body, for %s",
		    source->number));
	return command_store(c, r, out->number);
}

/* The one that was opened before, or what it will be. */
static int
contact(struct command *c, const struct case_record *source,
    struct case_record *out)
{
	const char *to = command_str(c, "to");
	const char *lang = command_str(c, "lang");
	struct campaign_link *m = NULL;
	size_t n = 0;
	int r = store_merges(c->d->store, c->arena, &m, &n);

	if (!sk_address_valid(to))
		return sk_fail(&c->e, SK_ERR_DATA, "--to", "no mail address");
	for (size_t i = 0; i < n && !r; i++) {
		if (m[i].into_row != source->row || store_case_get(
		    c->d->store, c->arena, m[i].case_row, out) ||
		    !out->originator || strcmp(sk_address_key(c->arena,
		    out->originator), sk_address_key(c->arena, to)) != 0)
			continue;
		return SK_OK;
	}
	*out = (struct case_record){ .number = "(new)", .originator = to,
		.desk_address = source->desk_address,
		.desk = source->desk, .opened = c->now, .note = "",
		.language = lang ? lang : c->d->config->language };
	return command_store(c, r, source->number);
}

static struct sk_json *
outside_fields(struct command *c, struct dispatch *l, const char *text)
{
	struct sk_json *doc = sk_json_object();
	struct sk_json *fields = sk_json_set(doc, "fields", sk_json_object());

	l->act = command_bits(c, "act", WORDS_COORDINATION, 0);
	l->tlp = (enum tlp)command_word(c, "tlp", WORDS_TLP, TLP_RED);
	sk_json_set_bool(fields, "act_notify_source",
	    l->act == COORDINATION_NOTIFY_SOURCE);
	sk_json_set_bool(fields, "act_foreign_certs",
	    l->act == COORDINATION_FOREIGN_CERTS);
	sk_json_set_bool(fields, "act_other", l->act == COORDINATION_OTHER);
	sk_json_set_str(fields, "tlp", sk_arena_printf(c->arena, "TLP:%s",
	    word_of(WORDS_TLP, (int)l->tlp)));
	sk_json_set_str(fields, "note", text);
	return doc;
}

static bool
one_act(uint32_t act)
{
	return act == COORDINATION_NOTIFY_SOURCE ||
	    act == COORDINATION_FOREIGN_CERTS || act == COORDINATION_OTHER;
}

int
verb_request_outside(struct command *c)
{
	struct dispatch l = { .template = "T-23" };
	struct case_record source, to;
	const char *text = NULL;
	struct sk_json *doc;
	int r = command_case(c, "case", &source);

	if (!r)
		r = in_council(c, &source);
	if (!r)
		r = command_text(c, TEXT_MAX, &text);
	if (!r)
		r = contact(c, &source, &to);
	if (r)
		return r;
	doc = outside_fields(c, &l, text);
	l.source = source.row;
	if (!one_act(l.act))
		r = sk_fail(&c->e, SK_ERR_USAGE, "--act", "one of "
		    "NOTIFY_SOURCE, FOREIGN_CERTS, OTHER");
	if (!r && !to.row && command_flag(c, "yes"))
		r = contact_open(c, &source, &to);
	if (r) {
		sk_json_free(&doc);
		return r;
	}
	return post(c, &to, &l, doc);
}

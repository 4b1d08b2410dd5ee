/*
 * Cases as operators work them: list, look, take, note, ask. What a mail said
 * never appears here; `mail text` shows it, audited.
 */
#include <stdlib.h>
#include <string.h>

#include <sekisho/text.h>

#include "command.h"

#define LIST_MAX 5000		/* newest first; more are asked for by state */

bool
case_ended(const struct case_record *k)
{
	return k->closed || k->state == CASE_WITHDRAWN ||
	    k->state == CASE_REJECTED;
}

static bool
is_mine(const struct command *c, const struct case_record *k)
{
	return k->owner && strcmp(k->owner, c->actor) == 0;
}

int
verb_case_list(struct command *c)
{
	int state = command_word(c, "state", WORDS_CASE_STATE, -1);
	bool all = command_flag(c, "all") || state >= 0;
	struct case_record *k = NULL;
	struct sk_json *list;
	size_t n = 0;
	int r = command_store(c, store_case_list(c->d->store, c->arena, !all,
	    LIST_MAX, &k, &n), "cases");

	if (r)
		return r;
	c->out = sk_json_document("cases");
	list = sk_json_set(c->out, "cases", sk_json_array());
	for (size_t i = 0; i < n; i++) {
		if ((state >= 0 && k[i].state != (enum case_state)state) ||
		    (command_flag(c, "mine") && !is_mine(c, &k[i])))
			continue;
		document_case(sk_json_add(list, sk_json_object()), &k[i]);
	}
	sk_json_set_bool(c->out, "complete", n < LIST_MAX);
	return SK_OK;
}

static void
add_terms(struct command *c, const struct case_record *k)
{
	struct terms t;

	if (store_terms_locked(c->d->store, c->arena, k->row, &t) == SK_OK)
		document_terms(sk_json_set(c->out, "terms", sk_json_object()),
		    &t);
	else
		sk_json_set_null(c->out, "terms");
	if (store_terms_newest(c->d->store, c->arena, k->row, &t) == SK_OK &&
	    !t.locked) {
		document_terms(sk_json_set(c->out, "proposed",
		    sk_json_object()), &t);
		sk_json_set_bool(c->out, "has_yes",
		    k->approve_terms == t.version);
	} else {
		sk_json_set_null(c->out, "proposed");
	}
}

/* Submitter and originator are two: who speaks, and for whom. */
static void
add_client(struct command *c, const struct case_record *k)
{
	struct parties_record p;

	if (store_parties(c->d->store, c->arena, k->row, &p))
		return;
	sk_json_set_str(c->out, "submitter", p.submitter);
	sk_json_set_str(c->out, "client", p.client ? p.client :
	    sk_arena_printf(c->arena, "a client of %s", p.org));
}

/* What came in and what went out, in one order of time. */
struct passed {
	int64_t time;
	const struct mail_record *in;
	const struct copy_record *out;
};

static int
by_time(const void *x, const void *y)
{
	const struct passed *a = x, *b = y;

	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	if (!a->in != !b->in)	/* an answer follows its question */
		return a->in ? -1 : 1;
	if (a->in)
		return a->in->row < b->in->row ? -1 : 1;
	return a->out->row < b->out->row ? -1 : 1;
}

static void
document_out(struct sk_json *o, const struct copy_record *p)
{
	sk_json_set_int(o, "number", p->row);
	document_time(o, "received", p->created);
	sk_json_set_str(o, "class", word_of(WORDS_MAIL_CLASS, MAIL_OUTGOING));
	sk_json_set_str(o, "direction", "out");
	sk_json_set_str(o, "state", document_copy_state(p->state));
	sk_json_set_str(o, "template", p->template);
	sk_json_set_str(o, "note", p->reason && *p->reason ? p->reason :
	    NULL);
}

/* The filled lines of the field list, with the mail that gave them. */
static void
add_details(struct command *c, struct sk_json *list,
    const struct mail_record *m)
{
	struct facts f;

	if (m->facts.len && facts_get(c->arena, m->facts, &f) == SK_OK)
		facts_json_details(list, &f, m->row);
}

static int
add_mails(struct command *c, const struct case_record *k)
{
	struct sk_json *list = sk_json_set(c->out, "mails", sk_json_array());
	struct sk_json *details = sk_json_set(c->out, "details",
	    sk_json_array());
	struct mail_record *m = NULL;
	struct copy_record *p = NULL;
	struct passed *all;
	size_t n = 0, np = 0, at = 0;
	int r = store_mail_list(c->d->store, c->arena, k->row, LIST_MAX, &m,
	    &n);

	if (!r)
		r = store_copy_list(c->d->store, c->arena, -1, 0, k->row,
		    LIST_MAX, &p, &np);
	if (r)
		return command_store(c, r, k->number);
	all = sk_arena_array(c->arena, n + np + 1, sizeof(*all));
	for (size_t i = 0; i < n; i++)
		all[at++] = (struct passed){ m[i].received, &m[i], NULL };
	for (size_t i = 0; i < np; i++)
		all[at++] = (struct passed){ p[i].created, NULL, &p[i] };
	qsort(all, at, sizeof(*all), by_time);
	for (size_t i = 0; i < at; i++) {
		struct sk_json *o = sk_json_add(list, sk_json_object());

		if (all[i].in) {
			document_mail(o, all[i].in);
			add_details(c, details, all[i].in);
		} else {
			document_out(o, all[i].out);
		}
	}
	return SK_OK;
}

static int
add_rest(struct command *c, const struct case_record *k)
{
	struct sk_json *list;
	struct item_record *items = NULL;
	struct key_record *keys = NULL;
	struct case_note *notes = NULL;
	size_t ni = 0, nk = 0, nn = 0;
	int r = store_item_list(c->d->store, c->arena, k->row, &items, &ni);

	if (!r)
		r = store_keys(c->d->store, c->arena, NULL, k->row, &keys,
		    &nk);
	if (!r)
		r = store_case_notes(c->d->store, c->arena, k->row, &notes,
		    &nn);
	list = sk_json_set(c->out, "items", sk_json_array());
	for (size_t i = 0; i < ni; i++)
		document_item(sk_json_add(list, sk_json_object()), &items[i]);
	list = sk_json_set(c->out, "keys", sk_json_array());
	for (size_t i = 0; i < nk; i++)
		document_key(sk_json_add(list, sk_json_object()), &keys[i],
		    c->now);
	list = sk_json_set(c->out, "notes", sk_json_array());
	for (size_t i = 0; i < nn; i++) {
		struct sk_json *o = sk_json_add(list, sk_json_object());

		document_time(o, "time", notes[i].time);
		sk_json_set_str(o, "who", notes[i].who);
		sk_json_set_str(o, "text", notes[i].text);
	}
	return command_store(c, r, k->number);
}

static const char *
next_step(const struct command *c, const struct case_record *k)
{
	if (case_ended(k))
		return NULL;
	if (!k->originator)
		return sk_arena_printf(c->arena, "sekisho case originator %s "
		    "ADDRESS names whom to ask; a mail that could not be read: "
		    "sekisho mail read-again N", k->number);
	return k->question ? NULL : sk_arena_printf(c->arena, "sekisho case "
	    "ask %s sends the three questions", k->number);
}

static int
show(struct command *c, const struct case_record *k)
{
	int r;

	c->out = sk_json_document("case");
	document_case(c->out, k);
	sk_json_set_str(c->out, "hint", next_step(c, k));
	add_terms(c, k);
	add_client(c, k);
	r = document_campaign(c, c->out, k->row);
	if (!r)
		r = add_mails(c, k);
	return r ? r : add_rest(c, k);
}

int
verb_case_show(struct command *c)
{
	struct case_record k;
	int r = command_case(c, "case", &k);

	return r ? r : show(c, &k);
}

int
verb_case_take(struct command *c)
{
	struct case_record k;
	int r = command_case(c, "case", &k);

	if (r)
		return r;
	k.owner = c->actor;
	k.needs_operator = false;
	k.changed = c->now;
	if (k.state == CASE_RECEIVED)
		k.state = CASE_SUPPORTING;
	r = command_store(c, store_case_update(c->d->store, &k), k.number);
	if (!r)
		r = command_audit(c, "case.take", k.number, "");
	return r ? r : show(c, &k);
}

int
verb_case_note(struct command *c)
{
	struct case_record k;
	int r = command_case(c, "case", &k);

	if (!r)
		r = command_store(c, store_case_note(c->d->store, k.row,
		    c->now, c->actor, command_str(c, "text")), k.number);
	if (!r)
		r = command_audit(c, "case.note", k.number, "");
	if (r)
		return r;
	k.needs_operator = false;
	r = command_store(c, store_case_update(c->d->store, &k), k.number);
	return r ? r : show(c, &k);
}

/* The three questions, once more or for the first time: a new question version,
 * so that an answer to an older mail confirms nothing. */
int
verb_case_ask(struct command *c)
{
	struct actions acts = { .arena = c->arena };
	struct action *act;
	struct case_record k;
	int r = command_case(c, "case", &k);

	if (r)
		return r;
	if (!k.originator)
		return sk_fail(&c->e, SK_ERR_REFUSED, k.number, "nobody to "
		    "ask: its first mail has no sender; `sekisho case "
		    "originator %s ADDRESS` names one", k.number);
	if (case_ended(&k))
		return sk_fail(&c->e, SK_ERR_REFUSED, k.number, "this case "
		    "has ended (%s)", word_of(WORDS_CASE_STATE,
		    (int)k.state));
	actions_add(&acts, ACTION_ASK)->u.ask.readback = false;
	if (k.state == CASE_RECEIVED || k.state == CASE_SUPPORTING)
		actions_add(&acts, ACTION_STATE)->u.state = CASE_CONFIRMING;
	act = actions_add(&acts, ACTION_SEND);
	act->u.send.template = "T-03";
	act = actions_add(&acts, ACTION_AUDIT);
	act->u.audit.event = "case.ask";
	act->u.audit.detail = "";
	r = apply(c->d, c->arena, &acts, &k, NULL, c->actor, &c->e);
	return r ? r : show(c, &k);
}

static int
check_originator(struct command *c, const struct case_record *k,
    const char *address)
{
	if (k->originator)
		return sk_fail(&c->e, SK_ERR_EXISTS, k->number, "has an "
		    "originator, and what it said hangs on that address");
	if (case_ended(k))
		return sk_fail(&c->e, SK_ERR_REFUSED, k->number, "this case "
		    "has ended (%s)", word_of(WORDS_CASE_STATE,
		    (int)k->state));
	if (!sk_address_valid(address))
		return sk_fail(&c->e, SK_ERR_DATA, "ADDRESS", "\"%s\" is no "
		    "mail address", address);
	if (!sk_is_ascii(sk_span_str(address)))
		return sk_fail(&c->e, SK_ERR_DATA, "ADDRESS", "has letters "
		    "that are not ASCII: our mail cannot be sent there");
	if (config_is_ours(c->d->config, address))
		return sk_fail(&c->e, SK_ERR_REFUSED, "ADDRESS", "%s is an "
		    "address of ours", address);
	return SK_OK;
}

/* Of a case whose mail could not be read, or named nobody. Nothing is sent by
 * this: what that address says is believed as far as its own mails show
 * (R-054). */
int
verb_case_originator(struct command *c)
{
	const char *address = command_str(c, "address");
	const char *language = command_str(c, "language");
	struct actions acts = { .arena = c->arena };
	struct person p = { 0 };
	struct case_record k;
	struct action *act;
	int r = command_case(c, "case", &k);

	if (!r)
		r = check_originator(c, &k, address);
	if (r)
		return r;
	if (store_person_by_address(c->d->store, c->arena, address, &p))
		p.org = NULL;
	act = actions_add(&acts, ACTION_ORIGINATOR);
	act->u.originator.address = address;
	act->u.originator.name = command_str(c, "name");
	act->u.originator.org = p.org;
	act->u.originator.language = language ? language : k.language;
	act = actions_add(&acts, ACTION_AUDIT);
	act->u.audit.event = "case.originator";
	act->u.audit.detail = "";
	k.needs_operator = false;
	r = command_store(c, store_case_note(c->d->store, k.row, c->now,
	    c->actor, command_str(c, "reason")), k.number);
	if (!r)
		r = apply(c->d, c->arena, &acts, &k, NULL, c->actor, &c->e);
	return r ? r : show(c, &k);
}

/* A name made up for whoever the vendor speaks for: operators can talk of it,
 * and it is looked for like every word of the deny-list. */
int
verb_case_client(struct command *c)
{
	struct parties_record p;
	struct case_record k;
	int r = command_case(c, "case", &k);

	if (r)
		return r;
	if (store_parties(c->d->store, c->arena, k.row, &p))
		return sk_fail(&c->e, SK_ERR_REFUSED, k.number, "its "
		    "originator speaks for itself: no class-1 vendor stated a "
		    "client's agreement (4-C, R-049)");
	p.client = command_str(c, "name");
	r = store_parties_put(c->d->store, k.row, &p);
	if (!r)
		r = store_case_note(c->d->store, k.row, c->now, c->actor,
		    command_str(c, "reason"));
	r = command_store(c, r, k.number);
	if (!r)
		r = command_audit(c, "case.client", k.number, "");
	return r ? r : show(c, &k);
}

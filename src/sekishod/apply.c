/*
 * Apply: actions -> store, in this turn's transaction. One function a kind of
 * action, in a table; a group of writes stands or falls together, so that a
 * fault in the middle leaves nothing half done (I5).
 */
#include "delivery.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>
#include <sekisho/text.h>

struct doing {
	struct daemon *d;
	struct sk_arena *a;
	struct case_record *c;
	const struct apply_mail *m;
	const char *actor;
	int64_t now;
	struct sk_error *e;
	/* To be asked of keyd once the group stands: its answer must not meet
	 * rows that were rolled back, or others that took their numbers. */
	bool rewrap;
	bool keys, may_renew;	/* came with the mail, to be written down */
};

static int
save_case(struct doing *x)
{
	x->c->changed = x->now;
	return store_case_update(x->d->store, x->c);
}

static int
do_open_case(struct doing *x, const struct action *act)
{
	unsigned char secret[VAULT_KEY];
	struct case_record *c = x->c;
	int r;

	*c = (struct case_record){
		.year = sk_year(x->now), .opened = x->now, .changed = x->now,
		.state = CASE_RECEIVED, .desk = act->u.open.desk,
		.desk_address = act->u.open.desk_address,
		.priority = act->u.open.priority,
		.language = act->u.open.language,
		.originator = act->u.open.originator,
		.originator_name = act->u.open.name,
		.org = act->u.open.org, .member = act->u.open.org != NULL,
		.note = "",
	};
	vault_keypair(c->pk, secret);
	vault_wrapper_wrap(x->d->wrapper, NULL, secret, c->secret_wrap);
	sk_wipe(secret, sizeof(secret));
	r = store_case_open(x->d->store, c);
	if (!r)
		sk_log(SK_INFO, "case.open", "case=%s desk=%s", c->number,
		    word_of(WORDS_DESK, (int)c->desk));
	return r;
}

static int
do_originator(struct doing *x, const struct action *act)
{
	struct case_record *c = x->c;

	if (c->originator)
		return sk_fail(x->e, SK_ERR_EXISTS, c->number, "has an "
		    "originator");
	c->originator = act->u.originator.address;
	c->originator_name = act->u.originator.name;
	c->org = act->u.originator.org;
	c->member = c->org != NULL;
	c->language = act->u.originator.language;
	return save_case(x);
}

static void
rewrapped(void *ctx, struct channel_message *reply, const char *error);

struct rewrap {
	struct daemon *d;
	int64_t mail, case_row;
};

/* After a restart the data key is known to keyd only: it wraps anew. */
static void
ask_rewrap(struct daemon *d, const struct mail_record *m,
    const struct case_record *c)
{
	struct msg_rewrap ask;
	struct rewrap *w = sk_malloc(sizeof(*w));
	struct sk_buf b;

	*w = (struct rewrap){ d, m->row, c->row };
	memcpy(ask.wrap, m->wrap, VAULT_WRAP);
	memcpy(ask.case_pk, c->pk, VAULT_KEY);
	sk_buf_init(&b, 1024);
	msg_rewrap_put(&b, &ask);
	pool_ask(d->keyds, MSG_REWRAP, sk_buf_span(&b), NULL, 0, false,
	    rewrapped, w);
	sk_buf_free(&b);
}

static void
rewrapped(void *ctx, struct channel_message *reply, const char *error)
{
	struct rewrap *w = ctx;
	struct sk_arena *a = sk_arena_new();
	struct msg_rewrapped done;
	struct mail_record m;

	(void)error;	/* the vault's wrap stays: still readable, not lost */
	if (reply && reply->type == MSG_REWRAPPED && !msg_rewrapped_get(a,
	    sk_buf_span(&reply->fields), &done) && !done.status &&
	    !store_mail_get(w->d->store, a, w->mail, &m) && m.done &&
	    !m.by_case && m.case_row == w->case_row) {
		memcpy(m.wrap, done.wrap, VAULT_WRAP);
		m.by_case = true;
		store_mail_filed(w->d->store, &m);
		turn_after(w->d, NULL, NULL);
	}
	sk_arena_free(&a);
	free(w);
}

void
apply_rewrap_left(struct daemon *d)
{
	struct sk_arena *a = sk_arena_new();
	int64_t rows[256];
	size_t n = 0;

	if (store_mail_unwrapped(d->store, 0, rows, 256, &n))
		n = 0;
	for (size_t i = 0; i < n; i++) {
		struct mail_record m;
		struct case_record c;

		if (store_mail_get(d->store, a, rows[i], &m) == SK_OK &&
		    store_case_get(d->store, a, m.case_row, &c) == SK_OK)
			ask_rewrap(d, &m, &c);
	}
	sk_arena_free(&a);
}

/* Its password may follow in a mail of its own. */
static bool
has_archive(const struct facts *f)
{
	for (size_t i = 0; f && i < f->nattachments; i++)
		if (f->attachments[i].flags & ATTACH_ENCRYPTED)
			return true;
	return false;
}

static int
do_file(struct doing *x, const struct action *act)
{
	struct mail_record *m = x->m->mail;
	/* One that was given back stands in its case, under its key. */
	bool stays = m->again && m->case_row;
	bool in_case = x->c->row && (stays || !act->u.file.no_case);

	m->class = act->u.file.class;
	m->note = act->u.file.note ? act->u.file.note : "";
	m->repeat_of = act->u.file.repeat_of;
	m->case_row = in_case ? x->c->row : 0;
	m->done = true;
	if (in_case && x->m->data_key) {
		vault_wrapper_wrap(x->d->wrapper, x->c->pk, x->m->data_key,
		    m->wrap);
		m->by_case = true;
	} else if (in_case && !m->by_case) {
		x->rewrap = true;
	}
	if (in_case && m->class != MAIL_REPEAT && x->m->facts &&
	    (!m->again || !x->c->last_message_id)) {
		x->c->last_message_id = m->message_id;
		x->c->last_subject = m->subject;
		if (save_case(x))
			return SK_ERR_IO;
	}
	sk_log(SK_INFO, "mail.filed", "mail=%lld class=%s case=%s note=%s",
	    (long long)m->row, word_of(WORDS_MAIL_CLASS, (int)m->class),
	    in_case ? x->c->number : "-", m->note);
	if (in_case && m->class != MAIL_REPEAT && m->from &&
	    has_archive(x->m->facts) && store_archive_add(x->d->store,
	    m->from, x->c->row, x->now))
		return SK_ERR_IO;
	return store_mail_filed(x->d->store, m);
}

static int
do_state(struct doing *x, const struct action *act)
{
	x->c->state = act->u.state;
	x->c->closed = act->u.state == CASE_CLOSED ||
	    act->u.state == CASE_WITHDRAWN ||
	    act->u.state == CASE_SUPPORT_ONLY ? x->now : 0;
	return save_case(x);
}

static int
do_ask(struct doing *x, const struct action *act)
{
	x->c->question++;
	x->c->question_is_readback = act->u.ask.readback;
	x->c->clarified = false;
	return save_case(x);
}

static int
do_clarified(struct doing *x, const struct action *act)
{
	(void)act;
	x->c->clarified = true;
	return save_case(x);
}

static int
do_propose(struct doing *x, const struct action *act)
{
	struct terms t = act->u.terms;

	t.created = x->now;
	t.mail = x->m ? x->m->mail->row : 0;
	x->c->approve_terms = 0;
	return store_terms_add(x->d->store, x->c->row, &t) ? SK_ERR_IO :
	    save_case(x);
}

static int
do_yes(struct doing *x, const struct action *act)
{
	struct terms t;

	(void)act;
	if (store_terms_newest(x->d->store, x->a, x->c->row, &t))
		return SK_ERR_NOINPUT;
	x->c->approve_terms = t.version;
	return save_case(x);
}

static int
do_lock(struct doing *x, const struct action *act)
{
	struct terms t, old;
	bool has = store_terms_locked(x->d->store, x->a, x->c->row, &old) ==
	    SK_OK;
	int r = store_terms_newest(x->d->store, x->a, x->c->row, &t);

	if (r)
		return r;
	x->c->approve_terms = 0;
	r = save_case(x);
	if (!r)
		r = store_terms_lock(x->d->store, x->c->row, t.version,
		    act->u.yes.assurance, NULL, NULL, x->now);
	return r ? r : apply_in_force(x->d, x->a, x->c, has ? &old : NULL, &t,
	    x->now);
}

static int
do_withdraw(struct doing *x, const struct action *act)
{
	return apply_withdraw(x->d, x->a, x->c, x->m ? x->m->mail->row : 0,
	    act->u.yes.assurance, NULL, x->now);
}

static int
do_request(struct doing *x, const struct action *act)
{
	return store_request_answer(x->d->store, act->u.request.row,
	    act->u.request.state, x->m ? x->m->mail->row : 0,
	    act->u.request.assurance, x->now);
}

static int
do_parties(struct doing *x, const struct action *act)
{
	struct parties_record p = { .time = x->now,
		.submitter = act->u.parties.person,
		.org = act->u.parties.org,
		.mail = x->m ? x->m->mail->row : 0 };

	return store_parties_put(x->d->store, x->c->row, &p);
}

static int
do_use_token(struct doing *x, const struct action *act)
{
	(void)act;
	return store_token_use(x->d->store, x->c->row, x->c->question);
}

/* An answer to what came encrypted leaves at a mark of the clock: how long it
 * took to open, or how soon it could not be, does not show (B1). */
static int64_t
answer_mark(const struct doing *x)
{
	const struct verdict *v = x->m ? x->m->verdict : NULL;

	return v && (v->encrypted || v->failed) ? (x->m->mail->received /
	    LIMIT_ANSWER_MARK + 2) * LIMIT_ANSWER_MARK : 0;
}

static int
do_send(struct doing *x, const struct action *act)
{
	return apply_send(x->d, x->a, x->c, act->u.send.template,
	    act->u.send.ask, act->u.send.unclear, act->u.send.unencrypted_hint,
	    answer_mark(x), x->e);
}

static int
do_spend_code(struct doing *x, const struct action *act)
{
	return store_token_code_seen(x->d->store, act->u.spend.token);
}

static int
do_operator(struct doing *x, const struct action *act)
{
	x->c->needs_operator = true;
	x->c->note = act->u.operator_look.reason;
	return x->c->row ? save_case(x) : SK_OK;
}

static int
do_notify(struct doing *x, const struct action *act)
{
	apply_notify(x->d, act->u.notify.event, x->c->row ? x->c->number :
	    NULL);
	return SK_OK;
}

static int
do_bounced(struct doing *x, const struct action *act)
{
	bool tell = false;
	int r = returned_heard(x->d, x->a, act->u.bounced.copy_row,
	    act->u.bounced.fate, act->u.bounced.status, x->m->mail->row,
	    x->now, x->actor, &tell);

	if (!r && tell && x->c->row) {
		x->c->needs_operator = true;
		x->c->note = "came-back";
		r = save_case(x);
	}
	if (!r && tell)
		apply_notify(x->d, "came_back", x->c->row ? x->c->number :
		    NULL);
	return r;
}

/* Did this person say something newer of it than a mail that was given back to
 * the reader? The newest counts. */
static bool
said_since(struct doing *x, const struct answer_record *of)
{
	struct answer_record *all = NULL;
	size_t n = 0;

	if (!x->m->mail->again)
		return false;
	if (store_answers(x->d->store, x->a, of->item, &all, &n))
		return true;	/* not known to be the newest */
	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i].person, of->person) == 0 &&
		    all[i].time >= x->m->mail->received)
			return true;
	return false;
}

static int
do_record(struct doing *x, const struct action *act)
{
	struct person p;
	struct answer_record answer = {
		.item = act->u.record.item, .person = act->u.record.person,
		.seen = act->u.record.seen, .time = x->now,
		.mail = x->m->mail->row,
	};
	int r = store_person_get(x->d->store, x->a, answer.person, &p);

	answer.org = r ? NULL : p.org;
	if (!r && said_since(x, &answer))
		return store_audit(x->d->store, x->now, x->actor,
		    "answer.older", answer.item, answer.person);
	if (!r)
		r = store_answer_add(x->d->store, &answer);
	return r ? r : store_audit(x->d->store, x->now, x->actor,
	    "answer.record", answer.item, answer.person);
}

static int
do_acknowledge(struct doing *x, const struct action *act)
{
	int r = apply_acknowledge(x->d, x->a, act->u.acknowledge.person,
	    act->u.acknowledge.copy_row, x->e);

	return r ? r : store_auto_add(x->d->store, x->m->mail->from,
	    x->m->mail->auth, x->now);
}

static int
do_tell(struct doing *x, const struct action *act)
{
	int r = apply_tell(x->d, x->a, act->u.tell.template, act->u.tell.to,
	    act->u.tell.language, act->u.tell.desk_address, x->m->mail,
	    x->e);

	return r ? r : store_auto_add(x->d->store, act->u.tell.to,
	    x->m->mail->auth, x->now);
}

static int
do_count_reply(struct doing *x, const struct action *act)
{
	(void)act;
	x->c->notified = true;
	return store_auto_add(x->d->store, x->c->originator, x->m->mail->auth,
	    x->now);
}

static int
do_audit(struct doing *x, const struct action *act)
{
	const char *object = x->c->row ? x->c->number : x->m ?
	    sk_arena_printf(x->a, "mail %lld", (long long)x->m->mail->row) :
	    "-";

	return store_audit(x->d->store, x->now, x->actor,
	    act->u.audit.event, object, act->u.audit.detail);
}

static int
write_keys(struct doing *x)
{
	const struct verdict *v = x->m->verdict;
	const struct key_mail m = {
		.row = x->m->mail->row, .received = x->m->mail->received,
		.case_row = x->c->row, .facts = x->m->facts,
		.signer = x->may_renew && x->m->mail->auth != AUTH_FAIL && v &&
		    verdict_signer_is_from(v) ? v->signer : NULL,
	};

	return key_heard(x->d, x->a, &m);
}

static int
do_propose_keys(struct doing *x, const struct action *act)
{
	x->keys = true;
	x->may_renew = act->u.keys.may_renew;
	return SK_OK;
}

static int (*const act_table[])(struct doing *, const struct action *) = {
	[ACTION_OPEN_CASE] = do_open_case,
	[ACTION_ORIGINATOR] = do_originator, [ACTION_FILE] = do_file,
	[ACTION_STATE] = do_state, [ACTION_ASK] = do_ask,
	[ACTION_CLARIFIED] = do_clarified,
	[ACTION_PROPOSE_TERMS] = do_propose, [ACTION_YES] = do_yes,
	[ACTION_LOCK_TERMS] = do_lock, [ACTION_WITHDRAW] = do_withdraw,
	[ACTION_REQUEST] = do_request, [ACTION_PARTIES] = do_parties,
	[ACTION_USE_TOKEN] = do_use_token,
	[ACTION_PROPOSE_KEYS] = do_propose_keys, [ACTION_SEND] = do_send,
	[ACTION_SPEND_CODE] = do_spend_code,
	[ACTION_OPERATOR] = do_operator, [ACTION_NOTIFY] = do_notify,
	[ACTION_BOUNCED] = do_bounced, [ACTION_RECORD] = do_record,
	[ACTION_ACKNOWLEDGE] = do_acknowledge, [ACTION_TELL] = do_tell,
	[ACTION_COUNT_REPLY] = do_count_reply, [ACTION_AUDIT] = do_audit,
};

int
apply(struct daemon *d, struct sk_arena *a, const struct actions *acts,
    struct case_record *c, const struct apply_mail *m, const char *actor,
    struct sk_error *e)
{
	struct doing x = { .d = d, .a = a, .c = c, .m = m, .actor = actor,
		.now = sk_now(), .e = e };
	int r = store_group_begin(d->store);

	for (size_t i = 0; i < acts->n && !r; i++) {
		r = act_table[acts->list[i].type](&x, &acts->list[i]);
		if (r && e && !*e->text)
			sk_fail(e, r, action_word(acts->list[i].type),
			    "the store refused");
	}
	if (!r && x.keys)	/* the case has its row now */
		r = write_keys(&x);
	r = store_group_end(d->store, r == SK_OK) ? SK_ERR_IO : r;
	if (!r && x.rewrap)
		ask_rewrap(d, m->mail, c);
	if (!r && x.keys)
		key_queue_kick(d->key_queue);
	turn_after(d, NULL, NULL);
	outbox_kick(d->outbox);
	return r;
}

/*
 * One E copy: gate, render, payload, keyd, outer message, proof, store.
 *
 * No path leads from here to plain text. A missing or unusable key holds the
 * copy (R-119, I4); a gate that says no drops it; a proof that fails holds it
 * and alarms; a keyd that is not there leaves it for later.
 */
#include "delivery.h"

#include <stdlib.h>
#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/files.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>
#include <sekisho/proof.h>
#include <sekisho/text.h>

#define RETRY_SECONDS 60
#define BOUNDARY_LENGTH 26

struct sealing {
	struct daemon *d;
	struct sk_arena *arena;
	struct copy_record copy;
	struct key_record key;
	struct compose_head head;
	struct notice_record notice;
	uint64_t rules;			/* before the key was read */
	struct tvalues *values;
	const char *items;
	int64_t edition;		/* of them, when it was rendered */
	const char *waiting;		/* items that may go later, or NULL */
	struct announcement_files files;
	struct finished digest;		/* of a copy of a digest; text: what
					 * was looked through, of any copy */
	bool is_dispatch;
	struct dispatch dispatch;
	loop_fn done;
	void *ctx;
};

static void
finish(struct sealing *s)
{
	loop_fn done = s->done;
	void *ctx = s->ctx;

	sk_arena_free(&s->arena);
	free(s);
	done(ctx);
}

/* Its person may have left while keyd was at it: it stays dropped. */
static bool
still_wanted(struct sealing *s)
{
	struct copy_record now;

	return store_copy_get(s->d->store, s->arena, s->copy.row, &now) ==
	    SK_OK && now.state == COPY_TO_SEAL;
}

static void
set_state(struct sealing *s, enum copy_state st, const char *reason,
    int64_t next_try)
{
	struct daemon *d = s->d;

	if (!still_wanted(s))
		return;
	if (st == COPY_HELD)
		ledger_stopped(d, s->arena, &s->copy, reason);
	else if (st == COPY_DROPPED)
		ledger_dropped(d, &s->copy, reason, NULL);
	else
		store_copy_state(d->store, s->copy.row, st, reason, next_try);
	turn_after(d, NULL, NULL);
	sk_log(st == COPY_TO_SEAL ? SK_INFO : SK_WARN, "copy.not-sent",
	    "copy=%lld template=%s reason=%s", (long long)s->copy.row,
	    s->copy.template, reason);
}

static void
later(struct sealing *s, const char *why)
{
	set_state(s, COPY_TO_SEAL, why, sk_now() + RETRY_SECONDS);
	finish(s);
}

static void
stop(struct sealing *s, enum copy_state st, const char *reason)
{
	set_state(s, st, reason, 0);
	finish(s);
}

/* Whose mail is stopped waits for that, but what is over is over: after the
 * release they would have it beside what came in its place. */
static bool
is_stopped(struct sealing *s, enum leave x, const char *reason)
{
	const char *stopped = returned_stop(s->d, s->arena, s->copy.person,
	    s->copy.address);

	if (x == LEAVE_YES && !stopped)
		return false;
	stop(s, x == LEAVE_DROP ? COPY_DROPPED : COPY_HELD, x != LEAVE_DROP &&
	    stopped ? stopped : reason);
	return true;
}

/* The person moved while the copy waited. What a copy is never changes, so one
 * to the new address takes its place; nothing goes to the old one (I3). */
static void
move(struct sealing *s, const char *address)
{
	if (ledger_another(s->d, s->arena, &s->copy, address, s->copy.items,
	    NULL))
		later(s, "store");
	else
		stop(s, COPY_DROPPED, "address-changed");
}

/* What may go once an originator's words are mapped waits in a copy of its
 * own, from the moment that the rest is sealed. */
static int
part(struct sealing *s)
{
	return s->waiting ? ledger_another(s->d, s->arena, &s->copy,
	    s->copy.address, s->waiting, gate_word(GATE_EXCLUSION_UNMAPPED)) :
	    SK_OK;
}

/* ---- after keyd ---- */

static int
prove(struct sealing *s, struct sk_span message, struct sk_error *e)
{
	const struct key_facts *k = &s->key.facts;
	const char **ids = sk_arena_array(s->arena, k->nsubkeys + 1,
	    sizeof(*ids));
	struct proof_expect want = {
		.from = s->copy.from, .from_name = s->d->config->name,
		.to = s->copy.address,
		.own_domain = s->d->config->domain, .key_ids = ids,
	};

	if (k->scheme == KEY_SMIME) {
		want.issuer = k->issuer;
		want.serial = k->serial;
	}
	for (size_t i = 0; i < k->nsubkeys; i++)
		if (k->scheme == KEY_OPENPGP && k->subkeys[i].can_encrypt)
			ids[want.nkey_ids++] = k->subkeys[i].key_id;
	return proof_encrypted(message, &want, e);
}

/* The key may have been renewed or revoked while keyd was at it. */
static bool
same_key(struct sealing *s)
{
	const struct copy_record *c = &s->copy;
	struct key_record k;

	return s->rules == store_rules_generation(s->d->store) ||
	    (store_key_pinned(s->d->store, s->arena, c->person, c->person ?
	    0 : c->case_row, &k) == SK_OK && sk_span_eq(k.facts.block,
	    s->key.facts.block) && k.facts.revoked == s->key.facts.revoked);
}

static void
compose_and_store(struct sealing *s, struct sk_span armour)
{
	char boundary[BOUNDARY_LENGTH + 1];
	struct sk_error e = { 0 };
	struct sk_buf message;
	int r;

	sk_random_base32(boundary, BOUNDARY_LENGTH);
	sk_buf_init(&message, LIMIT_OUT_MESSAGE);
	r = s->key.facts.scheme == KEY_SMIME ?
	    compose_enveloped(&s->head, armour, &message, &e) :
	    compose_encrypted(&s->head, armour, boundary, &message, &e);
	if (!r)
		r = prove(s, sk_buf_span(&message), &e);
	if (r) {
		sk_log(SK_ERROR, "copy.proof", "copy=%lld error=\"%s\"",
		    (long long)s->copy.row, e.text);
		sk_buf_free(&message);
		outbox_alarm(s->d->outbox, "proof-failed");
		stop(s, COPY_HELD, "proof-failed");
		return;
	}
	r = outbox_proved(s->d, &s->copy, &s->key.facts, s->items,
	    s->edition, sk_buf_span(&message));
	sk_buf_free(&message);
	if (!r)
		r = part(s);
	if (r)
		later(s, "store");
	else
		finish(s);
}

static void
keyd_sealed(void *ctx, struct channel_message *m, const char *error)
{
	struct sealing *s = ctx;
	struct msg_sealed answer;
	struct sk_buf armour;

	if (!still_wanted(s)) {
		finish(s);
		return;
	}
	if (!m || m->type != MSG_SEALED || msg_sealed_get(s->arena,
	    sk_buf_span(&m->fields), &answer)) {
		sk_log(SK_WARN, "copy.seal", "copy=%lld error=\"%s\"",
		    (long long)s->copy.row, error ? error : "odd answer");
		later(s, "keyd");
		return;
	}
	if (!same_key(s)) {
		set_state(s, COPY_TO_SEAL, "key-changed", sk_now());
		finish(s);
		return;
	}
	if (answer.status == SK_ERR_CRYPTO) {
		stop(s, COPY_HELD, "key-unusable");
		return;
	}
	if (answer.status || m->nfds != 1) {	/* agent, memory: not the key */
		later(s, "keyd");
		return;
	}
	sk_buf_init(&armour, LIMIT_OUT_MESSAGE);
	if (sk_fd_slurp(m->fds[0], &armour))
		later(s, "keyd");
	else
		compose_and_store(s, sk_buf_span(&armour));
	sk_buf_free(&armour);
}

/* ---- before keyd ---- */

static int
payload(struct sealing *s, const struct tvalues *v, struct sk_buf *out,
    struct sk_error *e)
{
	const struct digest_content *c = &s->digest.content;
	struct compose_attachment table = { c->csv_name,
		"text/csv; charset=utf-8", c->csv };
	char boundary[BOUNDARY_LENGTH + 1];
	struct sk_buf subject, text;
	int r = SK_OK;

	sk_random_base32(boundary, BOUNDARY_LENGTH);
	sk_buf_init(&subject, LIMIT_SUBJECT);
	sk_buf_init(&text, LIMIT_OUT_MESSAGE);
	if (s->digest.text) {		/* as it was looked through */
		sk_buf_adds(&subject, s->digest.subject);
		sk_buf_adds(&text, s->digest.text);
	} else {
		r = template_render(s->d->templates, s->copy.language,
		    s->copy.template, v, &subject, &text, e);
	}
	if (!r) {
		outbox_head(s->d, s->arena, &s->copy, sk_arena_str(s->arena,
		    sk_buf_str(&subject)), &s->head);
		s->head.labels = c->labels;
		s->head.nlabels = c->nlabels;
		r = announcement_text(s->copy.template) ?
		    compose_payload(&s->head, sk_buf_str(&text),
		    s->files.list, s->files.n, boundary, out, e) :
		    compose_payload(&s->head, sk_buf_str(&text), &table,
		    table.name != NULL, boundary, out, e);
	}
	sk_buf_free(&subject);
	sk_buf_free(&text);
	return r;
}

static void
not_rendered(struct sealing *s, const struct sk_error *e)
{
	sk_log(SK_ERROR, "copy.render", "copy=%lld where=\"%s\" "
	    "error=\"%s\"", (long long)s->copy.row, e->where, e->text);
	stop(s, COPY_HELD, "render-failed");
}

static void
ask_keyd(struct sealing *s, const struct tvalues *v)
{
	struct msg_seal ask = { s->key.facts.scheme, s->key.fpr,
		s->key.facts.block };
	struct sk_error e = { 0 };
	struct sk_buf plain, fields;
	int fd, r;

	sk_buf_init(&plain, LIMIT_OUT_MESSAGE);
	r = payload(s, v, &plain, &e);
	if (r) {
		sk_buf_free(&plain);
		not_rendered(s, &e);
		return;
	}
	fd = sk_memfd_of("payload", sk_buf_span(&plain));
	sk_buf_free(&plain);
	sk_buf_init(&fields, LIMIT_WIRE_MESSAGE);
	msg_seal_put(&fields, &ask);
	pool_ask_at(s->d->keyds, s->key.fpr, MSG_SEAL, sk_buf_span(&fields),
	    &fd, 1, keyd_sealed, s);
	sk_buf_free(&fields);
	sk_fd_close(&fd);
}

/* A text that is not looked through. */
static void
seal_values(struct sealing *s, struct tvalues *v)
{
	if (announcement_text(s->copy.template) && !announcement_fill(s->d,
	    s->arena, &s->copy, s->key.facts.scheme, v, &s->files))
		stop(s, COPY_DROPPED, "announcement-over");
	else
		ask_keyd(s, v);
}

/* ---- words that an operator wrote into the case ---- */

/* They were looked through when they were written; since then other cases may
 * have come, terms may have changed (R-126, C-33). NULL: they may go. */
static const char *
words_denied(struct sealing *s, const struct case_record *c,
    struct sk_error *e)
{
	struct sk_buf subject, text;
	enum feedback_clause clause;
	struct deny_hit hit;
	int r;

	sk_buf_init(&subject, LIMIT_SUBJECT);
	sk_buf_init(&text, LIMIT_OUT_MESSAGE);
	r = template_render(s->d->templates, s->copy.language,
	    s->copy.template, s->values, &subject, &text, e);
	s->digest.subject = sk_arena_str(s->arena, sk_buf_str(&subject));
	s->digest.text = sk_arena_str(s->arena, sk_buf_str(&text));
	sk_buf_free(&subject);
	sk_buf_free(&text);
	if (r)
		return "render-failed";
	clause = dispatch_ask(s->d, s->arena, c, &s->dispatch,
	    s->digest.subject, s->digest.text, &hit);
	if (clause == FEEDBACK_DENY_LIST)
		sk_fail(e, SK_ERR_REFUSED, s->copy.template, "%s, line %u, a "
		    "%s", hit.part, hit.line, hit.kind);
	return clause == FEEDBACK_YES ? NULL : feedback_word(clause);
}

/* Fields of a dispatch, or plain words. */
static int
words_take(struct sealing *s, const char *text)
{
	s->dispatch.template = s->copy.template;
	if (!s->is_dispatch)
		return values_words(s->d, s->arena, s->values, &s->notice,
		    text);
	tv_str(s->values, "serial", sk_arena_strn(s->arena, s->copy.token,
	    COPY_SERIAL));
	return dispatch_open(s->values, s->copy.template, text, &s->dispatch);
}

static void
words_opened(void *ctx, struct channel_message *m, const char *error)
{
	struct sealing *s = ctx;
	struct sk_error e = { 0 };
	struct msg_opened done;
	struct case_record c;
	struct sk_buf b;
	const char *bad;
	int r;

	if (!m || m->type != MSG_OPENED || msg_opened_get(s->arena,
	    sk_buf_span(&m->fields), &done) || done.status || m->nfds != 1) {
		sk_log(SK_WARN, "copy.words", "copy=%lld error=\"%s\"",
		    (long long)s->copy.row, error ? error : "refused");
		later(s, "keyd");
		return;
	}
	sk_buf_init(&b, LIMIT_ITEM_TEXT + 1);
	r = sk_fd_slurp(m->fds[0], &b);
	if (!r)
		r = words_take(s, sk_utf8_clean(s->arena, sk_buf_span(&b)));
	sk_buf_free(&b);
	if (!r)
		r = store_case_get(s->d->store, s->arena, s->copy.case_row,
		    &c);
	if (r) {
		later(s, "keyd");
		return;
	}
	bad = words_denied(s, &c, &e);
	if (bad) {
		sk_log(SK_WARN, "copy.denied", "copy=%lld reason=%s where=\"%s"
		    "\"", (long long)s->copy.row, bad, e.text);
		stop(s, COPY_HELD, bad);
		return;
	}
	ask_keyd(s, s->values);
}

static void
open_words(struct sealing *s, const struct case_record *c)
{
	struct case_text t;

	if (store_case_text_get(s->d->store, s->arena, s->notice.text, &t) ||
	    t.case_row != c->row || t.kind == CASE_TEXT_DAMAGE) {
		stop(s, COPY_DROPPED, "no-text");
		return;
	}
	s->is_dispatch = t.kind == CASE_TEXT_DISPATCH;
	opening_words(s->d, &t, c->secret_wrap, words_opened, s);
}

/* ---- a mail to a consulter ---- */

static void
seal_case(struct sealing *s)
{
	struct case_record c;
	struct terms t;
	struct tvalues *v;
	unsigned unclear = 0;
	const char *bad;

	if (store_case_get(s->d->store, s->arena, s->copy.case_row, &c)) {
		stop(s, COPY_DROPPED, "no-case");
		return;
	}
	bad = leave_unasked(s->d, s->arena, &s->copy);
	if (bad) {
		stop(s, COPY_DROPPED, bad);
		return;
	}
	if (store_key_pinned(s->d->store, s->arena, NULL, c.row, &s->key)) {
		stop(s, COPY_HELD, "no-key");
		return;
	}
	bad = key_unusable(&s->key.facts, sk_now());
	if (*bad) {
		stop(s, COPY_HELD, bad);
		return;
	}
	if (strcmp(s->copy.template, "T-05E") == 0 && s->copy.items)
		unclear = (unsigned)strtoul(s->copy.items, NULL, 10);
	v = values_case(s->d, s->arena, &c, s->copy.token, false, unclear,
	    false);
	if (store_terms_newest(s->d->store, s->arena, c.row, &t) == SK_OK) {
		values_terms(v, s->arena, &t, true);
		values_assurance(s->d, v, s->arena, &c, &t);
	}
	s->values = v;
	s->items = s->copy.items;
	if (store_notice_get(s->d->store, s->arena, s->copy.row,
	    &s->notice) != SK_OK || !s->notice.text)
		seal_values(s, v);
	else if (leave_on_old_terms(s->d, s->arena, &s->copy))
		stop(s, COPY_HELD, LEAVE_OLD_TERMS);
	else
		open_words(s, &c);
}

/* ---- a notice to a member's person, or a mail about the registration ---- */

static struct tvalues *
person_values(struct sealing *s, const struct org *o, const struct person *p)
{
	if (registration_text(s->copy.template))
		return registration_values(s->d, s->arena, &s->copy, o, p);
	return copy_is_receipt(&s->copy) ? values_answers(s->d, s->arena,
	    &s->copy, o, p) : notice_values(s->d, s->arena, &s->copy, o, p,
	    &s->notice);
}

static void
seal_person(struct sealing *s)
{
	const char *reason;
	struct person p;
	struct org o;
	enum leave x = leave_person(s->d, s->arena, &s->copy, &o, &p,
	    &s->notice, &reason);

	if (is_stopped(s, x, reason))
		return;
	if (store_key_pinned(s->d->store, s->arena, p.id, 0, &s->key)) {
		stop(s, COPY_HELD, "no-key");
		return;
	}
	reason = key_unusable(&s->key.facts, sk_now());
	if (*reason) {
		stop(s, COPY_HELD, reason);
		return;
	}
	if (strcmp(p.address, s->copy.address) != 0) {
		move(s, p.address);
		return;
	}
	s->items = s->copy.items;
	seal_values(s, person_values(s, &o, &p));
}

/* ---- a copy of a digest ---- */

static void
digest_opened(void *ctx, int result)
{
	struct sealing *s = ctx;
	struct sk_error e = { 0 };
	struct leave_items may;
	const char *reason;
	enum leave x;

	if (result) {
		later(s, "keyd");
		return;
	}
	x = leave_digest(s->d, s->arena, &s->copy, &may, &reason);
	if (is_stopped(s, x, reason))
		return;
	if (store_key_pinned(s->d->store, s->arena, may.person.id,
	    may.person.id ? 0 : s->copy.case_row, &s->key)) {
		stop(s, COPY_HELD, "no-key");
		return;
	}
	if (strcmp(may.person.address, s->copy.address) != 0) {
		if (may.person.id)
			move(s, may.person.address);
		else
			stop(s, COPY_DROPPED, "address-changed");
		return;
	}
	s->waiting = may.waiting;
	if (finished_digest(s->d, s->arena, &s->copy, &may.org, &may.person,
	    may.items, may.n, permits_seen(s->d->permits, s->copy.digest),
	    &s->digest, &e)) {
		not_rendered(s, &e);
		return;
	}
	for (size_t i = 0; i < s->digest.nstopped; i++)
		permits_stopped(s->d->permits, s->copy.digest,
		    s->digest.stopped[i].item, &s->digest.stopped[i].hit);
	if (!s->digest.n) {
		stop(s, COPY_DROPPED, gate_word(GATE_DENY_LIST));
		return;
	}
	s->items = edition_ids(s->arena, may.items, s->digest.n);
	s->edition = edition_copy(may.items, s->digest.n);
	ask_keyd(s, s->digest.content.values);
}

void
seal_copy(struct daemon *d, int64_t row, loop_fn done, void *ctx)
{
	struct sealing *s = sk_malloc(sizeof(*s));

	s->d = d;
	s->arena = sk_arena_new();
	s->done = done;
	s->ctx = ctx;
	s->rules = store_rules_generation(d->store);
	if (store_copy_get(d->store, s->arena, row, &s->copy)) {
		outbox_damaged(d, row);
		finish(s);
	} else if (s->copy.state != COPY_TO_SEAL)
		finish(s);
	else if (s->copy.digest)
		permits_open(d->permits, s->copy.digest, digest_opened, s);
	else if (s->copy.person)
		seal_person(s);
	else
		seal_case(s);
}

/*
 * The end of a job: what the store knows of this mail, decide, apply.
 *
 * Only this file gathers for decide; decide itself stays pure. What cannot be
 * applied as it was understood (an address our composer refuses, a fault of
 * ours) is filed as unreadable, so that a person looks at once; only a store
 * that refuses even that leaves the mail in custody for the next start.
 */
#include "intake.h"

#include <limits.h>
#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/log.h>
#include <sekisho/terms.h>
#include <sekisho/text.h>

struct known {
	const struct facts *facts;	/* job_heard(); NULL: unreadable */
	struct token_found tokens[DECIDE_TOKENS];
	size_t ntokens;
	struct case_record record;	/* row 0: none */
	struct decide_case view;
	struct terms locked, proposed;
	struct person person;
	struct decide_member member;
};

static void
know_tokens(struct job *j, struct known *k)
{
	k->ntokens = routing_tokens(j->arena, j->d->config, k->facts,
	    j->mail.rcpts, j->mail.nrcpts, k->tokens);
	for (size_t i = 0; i < k->ntokens; i++) {
		struct token_record t;

		if (store_token_find(j->d->store, j->arena,
		    k->tokens[i].token, &t))
			continue;
		k->tokens[i].known = true;
		k->tokens[i].case_row = t.case_row;
		k->tokens[i].copy_row = t.copy_row;
		k->tokens[i].address = t.address;
		k->tokens[i].question = t.question;
		k->tokens[i].used = t.used;
		k->tokens[i].created = t.created;
		k->tokens[i].code_seen = t.code_seen;
	}
}

/* A token routes until the case has been closed for a year. */
static bool
still_routes(const struct job *j, const struct case_record *c)
{
	return !c->closed || j->mail.received - c->closed <
	    (int64_t)365 * 86400;
}

static void
know_case_by_token(struct job *j, struct known *k)
{
	for (size_t i = 0; i < k->ntokens; i++) {
		struct token_found *t = &k->tokens[i];

		if (!t->known || !t->case_row)
			continue;
		if (store_case_get(j->d->store, j->arena, t->case_row,
		    &k->record) == SK_OK && still_routes(j, &k->record))
			return;
		k->record.row = 0;
		t->known = false;
	}
}

/* Does the mail come from that address, or ask for answers there? */
static bool
is_from(struct job *j, const struct facts *f, const char *address)
{
	const char *key = sk_address_key(j->arena, address);

	return strcmp(key, sk_address_key(j->arena, f->from.address)) == 0 ||
	    strcmp(key, sk_address_key(j->arena, routing_answer_address(
	    j->d->policy, f))) == 0;
}

/* A case number in the subject threads, with the same sender only. */
static bool
know_case_by_subject(struct job *j, struct known *k)
{
	const char *number, *from = k->facts ? k->facts->from.address : NULL;
	struct case_record c;

	if (!from || !(number = routing_case_number(j->arena,
	    k->facts->subject)))
		return false;
	if (store_case_find(j->d->store, j->arena, number, &c) ||
	    !c.originator || !still_routes(j, &c) ||
	    !is_from(j, k->facts, c.originator))
		return false;
	k->record = c;
	return true;
}

/* The mail with the password of a file this sender sent before. */
static bool
know_case_of_archive(struct job *j, struct known *k)
{
	const char *from = k->facts ? k->facts->from.address : NULL;
	int64_t row = 0;

	if (!from || !k->facts->gives_password || store_archive_case(
	    j->d->store, from, j->mail.received, &row) || !row)
		return false;
	return store_case_get(j->d->store, j->arena, row, &k->record) == SK_OK;
}

/* The token is that of a digest's copy: whom it went to, with which items. */
static void
know_member(struct job *j, struct known *k, struct decide_in *in)
{
	struct decide_member *m = &k->member;
	const struct token_found *t = NULL;
	const char **items;
	struct copy_record c;
	struct person p;
	char *ids, *save = NULL;
	bool *open;

	for (size_t i = 0; i < k->ntokens && !t; i++)
		if (k->tokens[i].known)
			t = &k->tokens[i];
	if (!t || t->case_row || store_copy_get(j->d->store, j->arena,
	    t->copy_row, &c) || !c.person)
		return;
	m->letter = !c.items || (!c.digest && !copy_is_receipt(&c));
	items = sk_arena_array(j->arena, LIMIT_DIGEST_ITEMS, sizeof(*items));
	open = sk_arena_array(j->arena, LIMIT_DIGEST_ITEMS, sizeof(*open));
	ids = sk_arena_str(j->arena, m->letter ? "" : c.items);
	for (char *id = strtok_r(ids, " ", &save); id && m->nitems <
	    LIMIT_DIGEST_ITEMS; id = strtok_r(NULL, " ", &save)) {
		struct item_record item;

		open[m->nitems] = store_item_get(j->d->store, j->arena, id,
		    &item) == SK_OK && item.item.state != ITEM_WITHDRAWN;
		items[m->nitems++] = id;
	}
	if (store_person_get(j->d->store, j->arena, c.person, &p) == SK_OK &&
	    p.active)
		m->person = c.person;
	m->address = t->address;
	m->items = items;
	m->open = open;
	in->member = m;
}

static bool
case_has_key(struct job *j, const struct case_record *c)
{
	struct key_record key;

	return store_key_pinned(j->d->store, j->arena, NULL, c->row, &key) ==
	    SK_OK && !*key_unusable(&key.facts, sk_now());
}

static void
view_requests(struct job *j, struct known *k)
{
	struct request_record *q = NULL;
	struct decide_request *out;
	size_t n = 0;

	if (store_requests(j->d->store, j->arena, k->record.row, &q, &n))
		return;
	out = sk_arena_array(j->arena, n + 1, sizeof(*out));
	for (size_t i = 0; i < n; i++)
		out[i] = (struct decide_request){ q[i].row, q[i].kind,
			q[i].state, q[i].question, q[i].scope, q[i].item,
			q[i].title };
	k->view.requests = out;
	k->view.nrequests = n;
}

static void
view_case(struct job *j, struct known *k)
{
	struct case_record *c = &k->record;
	struct decide_case *v = &k->view;
	unsigned vouches = 0;

	*v = (struct decide_case){
		.row = c->row, .number = c->number,
		.originator = c->originator, .state = c->state,
		.desk = c->desk, .question = c->question,
		.readback = c->question_is_readback,
		.clarified = c->clarified, .closed = c->closed,
		.has_key = case_has_key(j, c),
	};
	if (store_terms_locked(j->d->store, j->arena, c->row, &k->locked) ==
	    SK_OK)
		v->locked = &k->locked;
	if (store_terms_newest(j->d->store, j->arena, c->row, &k->proposed) ==
	    SK_OK && !k->proposed.locked)
		v->proposed = &k->proposed;
	if (v->proposed && store_terms_vouches(j->d->store, c->row,
	    v->proposed->version, &vouches) == SK_OK)
		v->vouched = vouches >=
		    (terms_vouch_needs_two(v->proposed) ? 2 : 1);
	view_requests(j, k);
}

/* Without integrity a code may stand in words that somebody else moved together
 * (EFAIL: S/MIME without a signature). */
static bool
came_sealed(const struct job *j)
{
	return j->verdict.encrypted && j->verdict.integrity &&
	    !j->verdict.failed;
}

static bool
stands_in(const char *text, const char *code)
{
	return text && strcasestr(text, code);
}

/* The proof code stands only inside our ciphertext; it comes back only inside
 * a mail encrypted to us, and proves the one token that it was made for. Where
 * it stands in the clear, below whatever marks, it is spent. */
static void
know_proof(struct job *j, struct known *k)
{
	const struct facts *f = &j->facts;

	for (size_t i = 0; j->have_facts && i < k->ntokens; i++) {
		struct token_found *t = &k->tokens[i];
		char code[27];

		if (!t->known || !t->case_row || t->code_seen)
			continue;
		values_proof_code(j->d, t->token, code);
		t->code_in_clear = stands_in(f->outside, code) ||
		    (!came_sealed(j) && stands_in(f->text, code));
		t->proved = came_sealed(j) && !t->code_in_clear && k->facts &&
		    k->facts->answer.code &&
		    sk_ascii_ieq(code, k->facts->answer.code);
	}
}

/* The sender's own signature: has it come before? */
static bool
signature_seen(struct job *j)
{
	struct seen before;

	if (!verdict_signer_is_from(&j->verdict))
		return false;
	/* not known to be new: fail closed */
	return store_signature_seen(j->d->store, j->verdict.signer,
	    j->verdict.signed_at, j->mail.row, &before) || before.mail;
}

/* What could not be opened then and is open now says something new. Repeats
 * name the first of their kind. */
static void
look_at_first(struct job *j, struct decide_in *in)
{
	struct verdict v = { 0 };
	struct mail_record first;

	if (store_mail_get(j->d->store, j->arena, in->repeat_of, &first))
		return;
	if (j->have_facts && !j->verdict.failed && (!first.facts.len ||
	    verdict_get(first.verdict, &v) || v.failed))
		in->repeat_of = in->repeat_case = 0;
	else if (first.repeat_of)
		in->repeat_of = first.repeat_of;
}

static void
find_repeat(struct job *j, struct decide_in *in)
{
	struct mail_record *m = &j->mail;

	if (store_mail_repeat_raw(j->d->store, m, &in->repeat_of,
	    &in->repeat_case) == SK_OK && in->repeat_of)
		return;
	if (j->have_facts && j->facts.from.address &&
	    store_mail_repeat_content(j->d->store, m,
	    m->received - LIMIT_REPEAT_SECONDS, &in->repeat_of,
	    &in->repeat_case))
		in->repeat_of = 0;
}

static void
know_repeat(struct job *j, struct decide_in *in)
{
	find_repeat(j, in);
	if (in->repeat_of)
		look_at_first(j, in);
}

static bool
is_class1_handler(struct job *j, const struct person *p)
{
	struct org o;

	return p->active && (p->roles & ROLE_HANDLER) &&
	    store_org_get(j->d->store, j->arena, p->org, &o) == SK_OK &&
	    o.state == ORG_ACTIVE && o.class == CLASS1;
}

static void
know_sender(struct job *j, struct known *k, struct decide_in *in)
{
	struct auto_counts n = { 0 };
	const char *from = k->facts ? k->facts->from.address : NULL;

	if (!from)
		return;
	in->auth = job_auth(j, k->facts);
	if (store_person_by_address(j->d->store, j->arena, from,
	    &k->person) == SK_OK) {
		in->person = &k->person;
		in->class1_handler = is_class1_handler(j, &k->person);
	}
	/* Counts that cannot be read restrain: fail closed. */
	if (store_auto_counts(j->d->store, routing_answer_address(
	    j->d->policy, k->facts), in->auth, j->mail.received, &n))
		n = (struct auto_counts){ UINT_MAX, UINT_MAX, UINT_MAX, 0 };
	in->counts = (struct reply_counts){ n.address_day, n.domain_hour,
	    n.all_hour };
}

static void
fill_mail(struct job *j, const struct decide_in *in)
{
	struct mail_record *m = &j->mail;
	struct sk_buf facts, verdict;
	struct facts f;

	m->auth = in->auth;
	m->from = m->subject = m->message_id = NULL;
	if (!in->facts)
		return;
	m->from = in->facts->from.address;
	m->subject = in->facts->subject;
	m->message_id = in->facts->message_id;
	/* The text itself stays in the vault only (I9), keys go to their own
	 * table. */
	f = j->facts;
	f.text = NULL;
	f.keys = NULL;
	f.nkeys = 0;
	f.passages = NULL;
	f.npassages = 0;
	sk_buf_init(&facts, LIMIT_FACTS);
	sk_buf_init(&verdict, 4096);
	facts_put(&facts, &f);
	verdict_put(&verdict, &j->verdict);
	m->facts = sk_span_of(sk_arena_dup(j->arena, facts.p, facts.len),
	    facts.len);
	m->verdict = sk_span_of(sk_arena_dup(j->arena, verdict.p,
	    verdict.len), verdict.len);
	sk_buf_free(&facts);
	sk_buf_free(&verdict);
}

static void
know_case(struct job *j, struct known *k, struct decide_in *in)
{
	know_case_by_token(j, k);
	know_repeat(j, in);
	if (!k->record.row)
		in->threaded_by_subject = know_case_by_subject(j, k);
	if (!k->record.row && !in->repeat_of)
		in->password_for_known = know_case_of_archive(j, k);
}

/* It stays in the case that it stands in, whatever it says; what came since
 * then is no reason not to hear it. */
static void
know_again(struct job *j, struct known *k, struct decide_in *in)
{
	in->again = true;
	in->was = j->mail.class;
	in->vouched = j->mail.again == AGAIN_VOUCHED;
	if (!j->mail.case_row)
		know_case_by_token(j, k);
	else if (store_case_get(j->d->store, j->arena, j->mail.case_row,
	    &k->record))
		k->record.row = 0;
}

static void
gather(struct job *j, struct known *k, struct decide_in *in)
{
	k->facts = job_heard(j);
	*in = (struct decide_in){
		.config = j->d->config, .policy = j->d->policy,
		.now = j->mail.received,
		.facts = k->facts,
		.verdict = &j->verdict, .unreadable_why = j->unreadable,
		.sender = j->mail.sender, .rcpts = j->mail.rcpts,
		.nrcpts = j->mail.nrcpts, .auth = AUTH_NONE,
	};
	if (j->have_facts)
		memcpy(j->mail.content_id, j->facts.content_id, SK_HASH);
	if (j->have_facts)
		facts_mark_theirs(j->arena, &j->facts,
		    j->d->policy->free_mail_domains,
		    j->d->policy->nfree_mail_domains);
	know_tokens(j, k);
	know_sender(j, k, in);
	j->mail.from = k->facts ? k->facts->from.address : NULL;
	if (j->mail.again)
		know_again(j, k, in);
	else
		know_case(j, k, in);
	know_member(j, k, in);
	know_proof(j, k);
	in->tokens = k->tokens;
	in->ntokens = k->ntokens;
	if (in->repeat_of) {
		k->record.row = 0;
		if (in->repeat_case)
			store_case_get(j->d->store, j->arena, in->repeat_case,
			    &k->record);
	}
	if (k->record.row) {
		view_case(j, k);
		in->known = &k->view;
	}
	in->signer_is_from = verdict_signer_is_from(&j->verdict);
	in->signature_seen = signature_seen(j);
	in->unsure = job_unsure(j);
}

static int
try_apply(struct job *j, struct sk_error *e)
{
	struct known k = { 0 };
	struct decide_in in;
	struct actions acts;
	struct apply_mail am = {
		.mail = &j->mail, .facts = job_heard(j),
		.verdict = &j->verdict,
		.data_key = j->has_key ? j->data_key : NULL,
	};
	int r;

	gather(j, &k, &in);
	fill_mail(j, &in);
	decide(j->arena, &in, &acts);
	r = apply(j->d, j->arena, &acts, &k.record, &am, "system", e);
	if (!r)
		roster_heard(j->d, j->arena, &in);
	if (r)
		sk_log(SK_ERROR, "mail.apply", "mail=%lld where=\"%s\" "
		    "error=\"%s\"", (long long)j->mail.row, e->where,
		    e->text);
	return r;
}

/* Does reading it again show anything that was not known before? */
static bool
says_more(const struct job *j)
{
	return j->have_facts && (!j->mail.facts.len || !j->verdict.failed);
}

/* Given back in vain: it stands as it stood, but for the newest reason why it
 * could not be read. */
static void
leave_as_it_was(struct job *j, struct mail_record m)
{
	const char *object = sk_arena_printf(j->arena, "mail %lld",
	    (long long)m.row);

	if (!m.facts.len && j->unreadable)
		m.note = j->unreadable;
	store_mail_filed(j->d->store, &m);
	store_audit(j->d->store, sk_now(), "system", "mail.read-in-vain",
	    object, j->unreadable ? j->unreadable : "cannot-decrypt");
	turn_after(j->d, NULL, NULL);
}

void
job_apply(struct job *j)
{
	const struct mail_record as_stored = j->mail;
	struct sk_error e = { 0 };

	if (j->mail.again && !says_more(j)) {
		leave_as_it_was(j, as_stored);
		return;
	}
	if (job_unsure(j) && j->tried)
		job_count_failure(j);
	if (try_apply(j, &e) == SK_OK)
		return;
	e = (struct sk_error){ 0 };
	/* Its wrap and case are those of rows that were rolled back. */
	j->mail = as_stored;
	j->have_facts = false;
	j->unreadable = "cannot-apply";
	if (j->mail.again)
		leave_as_it_was(j, as_stored);
	else
		try_apply(j, &e);
}

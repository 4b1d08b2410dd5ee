/* Every record reads back complete: in the same turn and after a restart. */
#include <config.h>

#include "store_world.h"

#include <string.h>

#include <sekisho/hash.h>
#include <sekisho/limits.h>

#include "store/internal.h"

#define SPAN_EQUAL(a, b) assert_true(sk_span_eq(a, b))

static void
same_mail(const struct mail_record *a, const struct mail_record *b)
{
	assert_int_equal(a->row, b->row);
	assert_int_equal(a->received, b->received);
	assert_string_equal(a->sender, b->sender);
	assert_int_equal(a->nrcpts, b->nrcpts);
	for (size_t i = 0; i < a->nrcpts; i++)
		assert_string_equal(a->rcpts[i], b->rcpts[i]);
	assert_memory_equal(a->raw_hash, b->raw_hash, SK_HASH);
	assert_memory_equal(a->content_id, b->content_id, SK_HASH);
	assert_int_equal(a->size, b->size);
	assert_int_equal(a->done, b->done);
	assert_int_equal(a->tries, b->tries);
	assert_int_equal(a->case_row, b->case_row);
	assert_int_equal(a->repeat_of, b->repeat_of);
	assert_int_equal(a->class, b->class);
	assert_string_equal(a->note, b->note);
	assert_memory_equal(a->wrap, b->wrap, VAULT_WRAP);
	assert_int_equal(a->by_case, b->by_case);
	SPAN_EQUAL(a->facts, b->facts);
	SPAN_EQUAL(a->verdict, b->verdict);
	assert_int_equal(a->auth, b->auth);
	assert_string_equal(a->subject, b->subject);
	assert_string_equal(a->from, b->from);
	assert_string_equal(a->message_id, b->message_id);
}

static void
test_mail(void **state)
{
	struct world *w = *state;
	struct mail_record m = sample_mail(), got, *list;
	struct sk_span body;
	size_t n;

	assert_int_equal(store_mail_add(w->s, &m), SK_OK);
	assert_int_not_equal(m.row, 0);
	assert_int_equal(store_mail_get(w->s, w->a, m.row, &got), SK_OK);
	same_mail(&m, &got);
	assert_null(got.spool);
	assert_int_equal(store_mail_body(w->s, w->a, m.row, &body), SK_OK);
	SPAN_EQUAL(body, m.body);
	assert_int_equal(store_mail_try(w->s, m.row), SK_OK);
	assert_int_equal(store_mail_try(w->s, m.row), SK_OK);
	world_commit(w);
	world_reopen(w);
	m.case_row = world_case(w);
	m.done = m.by_case = true;
	m.tries = 2;
	m.class = MAIL_ANSWER;
	m.note = "later";
	m.repeat_of = 77;
	m.auth = AUTH_FAIL;
	m.subject = "another";
	m.from = "b@example.org";
	m.message_id = "c@example.org";
	m.facts = sk_span_of("F", 1);
	m.verdict = sk_span_of("V", 1);
	memset(m.content_id, 9, SK_HASH);
	memset(m.wrap, 8, VAULT_WRAP);
	assert_int_equal(store_mail_filed(w->s, &m), SK_OK);
	assert_int_equal(store_mail_get(w->s, w->a, m.row, &got), SK_OK);
	same_mail(&m, &got);
	assert_int_equal(store_mail_list(w->s, w->a, m.case_row, 9, &list,
	    &n), SK_OK);
	assert_int_equal(n, 1);
	same_mail(&m, &list[0]);
	assert_int_equal(store_mail_get(w->s, w->a, 999, &got),
	    SK_ERR_NOINPUT);
	assert_int_equal(store_mail_try(w->s, 999), SK_ERR_NOINPUT);
}

/* A wrap of zeros keeps the one that is there. */
static void
test_mail_keeps_wrap(void **state)
{
	struct world *w = *state;
	struct mail_record m = sample_mail(), got;
	unsigned char wrap[VAULT_WRAP];

	assert_int_equal(store_mail_add(w->s, &m), SK_OK);
	memcpy(wrap, m.wrap, VAULT_WRAP);
	memset(m.wrap, 0, VAULT_WRAP);
	m.by_case = true;
	assert_int_equal(store_mail_filed(w->s, &m), SK_OK);
	assert_int_equal(store_mail_get(w->s, w->a, m.row, &got), SK_OK);
	assert_memory_equal(got.wrap, wrap, VAULT_WRAP);
	assert_false(got.by_case);
	assert_true(got.done);
}

static void
test_mail_unread(void **state)
{
	struct world *w = *state;
	struct mail_record m = sample_mail(), got;
	const char *const *names;
	size_t n;

	m.sender = "";
	m.note = "";
	m.subject = m.from = m.message_id = NULL;
	m.facts = m.verdict = sk_span_of(NULL, 0);
	memset(m.content_id, 0, SK_HASH);
	m.spool = "abcdefghijklmnopqrstuvwxyz";
	m.body = sk_span_of(NULL, 0);
	assert_int_equal(store_mail_add(w->s, &m), SK_OK);
	assert_int_equal(store_mail_get(w->s, w->a, m.row, &got), SK_OK);
	assert_string_equal(got.sender, "");
	assert_null(got.subject);
	assert_null(got.from);
	assert_null(got.message_id);
	assert_int_equal(got.facts.len, 0);
	assert_string_equal(got.spool, m.spool);
	assert_int_equal(store_mail_spools(w->s, w->a, &names, &n), SK_OK);
	assert_int_equal(n, 1);
	assert_string_equal(names[0], m.spool);
}

static void
same_case(const struct case_record *a, const struct case_record *b)
{
	assert_int_equal(a->row, b->row);
	assert_string_equal(a->number, b->number);
	assert_int_equal(a->year, b->year);
	assert_int_equal(a->opened, b->opened);
	assert_int_equal(a->changed, b->changed);
	assert_int_equal(a->closed, b->closed);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->desk, b->desk);
	assert_string_equal(a->desk_address, b->desk_address);
	assert_int_equal(a->priority, b->priority);
	assert_string_equal(a->language, b->language);
	assert_string_equal(a->originator, b->originator);
	assert_string_equal(a->originator_name, b->originator_name);
	assert_string_equal(a->org, b->org);
	assert_int_equal(a->member, b->member);
	assert_string_equal(a->owner, b->owner);
	assert_int_equal(a->question, b->question);
	assert_int_equal(a->question_is_readback, b->question_is_readback);
	assert_int_equal(a->clarified, b->clarified);
	assert_int_equal(a->needs_operator, b->needs_operator);
	assert_string_equal(a->note, b->note);
	assert_int_equal(a->notified, b->notified);
	assert_int_equal(a->approve_terms, b->approve_terms);
	assert_string_equal(a->last_message_id, b->last_message_id);
	assert_string_equal(a->last_subject, b->last_subject);
	assert_memory_equal(a->pk, b->pk, VAULT_KEY);
	assert_memory_equal(a->secret_wrap, b->secret_wrap, VAULT_WRAP);
}

static void
test_case(void **state)
{
	struct world *w = *state;
	struct case_record c = sample_case(), got, *list;
	size_t n;

	assert_int_equal(store_case_open(w->s, &c), SK_OK);
	assert_string_equal(c.number, "2026-0001");
	assert_int_equal(store_case_get(w->s, w->a, c.row, &got), SK_OK);
	same_case(&c, &got);
	c.state = CASE_CLOSED;
	c.closed = 1790000099;
	c.changed = 1790000098;
	c.desk = DESK_INCIDENT;
	c.priority = PRIORITY_HIGH;
	c.originator = "new@example.org";
	c.member = c.clarified = c.notified = false;
	c.question = 4;
	c.note = "x";
	assert_int_equal(store_case_update(w->s, &c), SK_OK);
	world_commit(w);
	assert_string_equal(c.number, "2026-0001");	/* still ours */
	c.number = "2026-0001";
	world_reopen(w);
	assert_int_equal(store_case_find(w->s, w->a, "2026-0001", &got),
	    SK_OK);
	same_case(&c, &got);
	assert_int_equal(store_case_list(w->s, w->a, false, 5, &list, &n),
	    SK_OK);
	assert_int_equal(n, 1);
	same_case(&c, &list[0]);
}

static void
test_case_empty_fields(void **state)
{
	struct world *w = *state;
	struct case_record c = { .year = 2027, .note = "" }, got;

	assert_int_equal(store_case_open(w->s, &c), SK_OK);
	assert_int_equal(store_case_get(w->s, w->a, c.row, &got), SK_OK);
	assert_null(got.originator);
	assert_null(got.owner);
	assert_null(got.last_subject);
	assert_string_equal(got.note, "");
}

static void
test_case_notes(void **state)
{
	struct world *w = *state;
	int64_t row = world_case(w);
	struct case_note *notes;
	size_t n;

	assert_int_equal(store_case_note(w->s, row, 5, "ann", "one"), SK_OK);
	assert_int_equal(store_case_note(w->s, row, 6, "bob", "二"), SK_OK);
	assert_int_equal(store_case_note(w->s, 99, 6, "bob", "no case"),
	    SK_ERR_NOINPUT);
	assert_int_equal(store_case_notes(w->s, w->a, row, &notes, &n),
	    SK_OK);
	assert_int_equal(n, 2);
	assert_int_equal(notes[0].time, 5);
	assert_string_equal(notes[1].who, "bob");
	assert_string_equal(notes[1].text, "二");
}

static void
test_token(void **state)
{
	struct world *w = *state;
	struct token_record t = { .address = "sato@canary.example",
		.question = 2, .created = 8 }, got;

	t.case_row = world_case(w);
	t.copy_row = world_copy(w, t.case_row);
	assert_int_equal(store_token_add(w->s, "aaaa", &t), SK_OK);
	assert_int_equal(store_token_find(w->s, w->a, "aaaa", &got), SK_OK);
	assert_int_equal(got.case_row, t.case_row);
	assert_int_equal(got.copy_row, t.copy_row);
	assert_string_equal(got.address, t.address);
	assert_int_equal(got.question, 2);
	assert_int_equal(got.created, 8);
	assert_false(got.used);
	assert_int_equal(store_token_find(w->s, w->a, "aaab", &got),
	    SK_ERR_NOINPUT);
}

static void
test_roster(void **state)
{
	struct world *w = *state;
	struct org o = sample_org("canaryorg"), oo = sample_org("b"), og;
	struct person p = sample_person("canaryperson", "canaryorg",
	    "Member@canary.example"), g;

	assert_int_equal(store_org_put(w->s, &oo, 1), SK_OK);
	assert_int_equal(store_org_put(w->s, &o, 1), SK_OK);
	o.name = "changed";
	assert_int_equal(store_org_put(w->s, &o, 2), SK_OK);
	assert_int_equal(store_org_get(w->s, w->a, "canaryorg", &og), SK_OK);
	assert_string_equal(og.id, o.id);
	assert_string_equal(og.name, "changed");
	assert_int_equal(og.class, o.class);
	assert_int_equal(og.kind, o.kind);
	assert_int_equal(og.state, o.state);
	assert_true(og.foreign_capital);
	assert_true(og.receive_secret);
	assert_string_equal(og.tf_approval, o.tf_approval);
	assert_string_equal(og.competent_for, o.competent_for);
	assert_string_equal(og.supervises, o.supervises);
	assert_string_equal(og.approval, o.approval);
	assert_int_equal(store_person_put(w->s, &p, 1), SK_OK);
	assert_int_equal(store_person_by_address(w->s, w->a,
	    "mEMBER@CANARY.example", &g), SK_OK);
	assert_string_equal(g.id, p.id);
	assert_string_equal(g.org, p.org);
	assert_string_equal(g.name, p.name);
	assert_string_equal(g.address, p.address);
	assert_int_equal(g.roles, p.roles);
	assert_true(g.account);
	assert_true(g.active);
	assert_string_equal(g.language, p.language);
	assert_int_equal(g.scheme, p.scheme);
	assert_true(g.address_personal);
	assert_int_equal(g.applied, p.applied);
	assert_int_equal(g.due, p.due);
	assert_int_equal(g.removed, p.removed);
	assert_int_equal(g.acknowledged, p.acknowledged);
	assert_string_equal(g.doubt, p.doubt);
	assert_null(g.fpr);
	assert_string_equal(g.key_state, "no-key");
}

/* Of an organisation with its people, and of one person. */
static void
test_history(void **state)
{
	struct world *w = *state;
	struct roster_event class = { .time = 9, .date = 7, .what = "class",
		.from = "CLASS2", .to = "CLASS1", .reference = "委員会 4",
		.reason = "希望", .who = "canaryoperator" };
	struct roster_event gone = { .time = 10, .date = 10,
		.person = "canaryperson", .what = "removed" }, *got;
	size_t n;

	world_person(w, "canaryperson", "p@canary.example");
	assert_int_equal(store_roster_event(w->s, "canaryorg", &class), SK_OK);
	assert_int_equal(store_roster_event(w->s, "canaryorg", &gone), SK_OK);
	assert_int_equal(store_roster_event(w->s, "nobody", &class),
	    SK_ERR_NOINPUT);
	assert_int_equal(store_roster_events(w->s, w->a, "canaryorg", NULL,
	    &got, &n), SK_OK);
	assert_int_equal(n, 2);
	assert_int_equal(got[0].time, 9);
	assert_int_equal(got[0].date, 7);
	assert_null(got[0].person);
	assert_string_equal(got[0].what, "class");
	assert_string_equal(got[0].from, "CLASS2");
	assert_string_equal(got[0].to, "CLASS1");
	assert_string_equal(got[0].reference, "委員会 4");
	assert_string_equal(got[0].reason, "希望");
	assert_string_equal(got[0].who, "canaryoperator");
	assert_int_equal(store_roster_events(w->s, w->a, NULL, "canaryperson",
	    &got, &n), SK_OK);
	assert_int_equal(n, 1);
	assert_string_equal(got[0].what, "removed");
	assert_null(got[0].reference);
}

/* What a former handler received is known years later. */
static void
test_copies_of(void **state)
{
	struct world *w = *state;
	struct copy_record c = sample_copy(world_case(w)), *got;
	size_t n;

	world_copy(w, c.case_row);
	c.person = NULL;
	assert_int_equal(store_copy_add(w->s, &c), SK_OK);
	c.person = "another";
	assert_int_equal(store_copy_add(w->s, &c), SK_OK);
	world_copy(w, c.case_row);
	assert_int_equal(store_copies_of(w->s, w->a, "canaryperson", 9, &got,
	    &n), SK_OK);
	assert_int_equal(n, 2);
	assert_int_equal(got[0].row, 4);
	assert_int_equal(got[1].row, 1);
	assert_int_equal(store_copies_of(w->s, w->a, "canaryperson", 1, &got,
	    &n), SK_OK);
	assert_int_equal(n, 1);
	assert_int_equal(store_copies_of(w->s, w->a, "noone", 9, &got, &n),
	    SK_OK);
	assert_int_equal(n, 0);
}

/* Keys end with a membership; the record stays. */
static void
test_key_retire(void **state)
{
	struct world *w = *state;
	struct key_record k = sample_key(
	    "0123456789ABCDEF0123456789ABCDEF01234567", KEY_PINNED), *got;
	uint64_t before;
	size_t n;

	world_person(w, "canaryperson", "p@canary.example");
	k.person = "canaryperson";
	assert_int_equal(store_key_put(w->s, &k), SK_OK);
	before = store_rules_generation(w->s);
	assert_int_equal(store_key_retire(w->s, "canaryperson"), SK_OK);
	assert_true(store_rules_generation(w->s) > before);
	assert_int_equal(store_keys(w->s, w->a, "canaryperson", 0, &got, &n),
	    SK_OK);
	assert_int_equal(n, 1);
	assert_int_equal(got[0].state, KEY_RETIRED);
}

static void
test_roster_whole(void **state)
{
	struct world *w = *state;
	struct key_record k = sample_key(
	    "0123456789ABCDEF0123456789ABCDEF01234567", KEY_PINNED);
	struct person gone = sample_person("aa", "canaryorg",
	    "aa@canary.example");
	struct roster_known all;

	world_person(w, "cc", "cc@canary.example");
	world_person(w, "bb", "bb@canary.example");
	gone.active = false;
	assert_int_equal(store_person_put(w->s, &gone, 1), SK_OK);
	k.person = "cc";
	assert_int_equal(store_key_put(w->s, &k), SK_OK);
	assert_int_equal(store_roster(w->s, w->a, true, &all), SK_OK);
	assert_int_equal(all.norgs, 1);
	assert_int_equal(all.npersons, 2);
	assert_string_equal(all.persons[0].id, "bb");
	assert_string_equal(all.persons[1].id, "cc");
	assert_string_equal(all.persons[1].fpr, k.fpr);
	assert_string_equal(all.persons[1].key_state, "");
	assert_int_equal(store_roster(w->s, w->a, false, &all), SK_OK);
	assert_int_equal(all.npersons, 3);
	assert_string_equal(all.persons[0].id, "aa");
	assert_false(all.persons[0].active);
}

static void
test_key(void **state)
{
	struct world *w = *state;
	struct key_record k = sample_key(
	    "0123456789ABCDEF0123456789ABCDEF01234567", KEY_PINNED), got;

	world_person(w, "canaryperson", "p@canary.example");
	k.person = "canaryperson";
	assert_int_equal(store_key_put(w->s, &k), SK_OK);
	assert_int_equal(store_key_pinned(w->s, w->a, "canaryperson", 0,
	    &got), SK_OK);
	assert_string_equal(got.fpr, k.fpr);
	assert_int_equal(got.state, KEY_PINNED);
	assert_string_equal(got.person, k.person);
	assert_int_equal(got.case_row, 0);
	assert_string_equal(got.origin, k.origin);
	assert_string_equal(got.approved_by, k.approved_by);
	assert_int_equal(got.created, k.created);
	assert_string_equal(got.facts.fpr, k.fpr);
	assert_string_equal(got.facts.algorithm, "ed25519");
	assert_int_equal(got.facts.nsubkeys, 1);
	assert_true(got.facts.subkeys[0].can_encrypt);
	assert_string_equal(got.facts.addresses[0], "sato@canary.example");
	SPAN_EQUAL(got.facts.block, k.facts.block);
}

static void
test_terms(void **state)
{
	struct world *w = *state;
	int64_t row = world_case(w);
	struct terms t = sample_terms(), got;

	assert_int_equal(store_terms_add(w->s, row, &t), SK_OK);
	assert_int_equal(t.version, 1);
	assert_int_equal(store_terms_get(w->s, w->a, row, 1, &got), SK_OK);
	assert_int_equal(got.version, 1);
	assert_false(got.locked);
	assert_true(got.withdrawn);
	assert_int_equal(got.secrecy, t.secrecy);
	assert_string_equal(got.secret_parts, t.secret_parts);
	assert_int_equal(got.scope, t.scope);
	assert_int_equal(got.coordination, t.coordination);
	assert_string_equal(got.coordination_other, t.coordination_other);
	assert_int_equal(got.assurance, t.assurance);
	assert_int_equal(got.mail, t.mail);
	assert_string_equal(got.vouched_by, "a");
	assert_string_equal(got.vouched_how, "b");
	assert_int_equal(got.created, t.created);
	assert_int_equal(got.nexclusions, 2);
	assert_string_equal(got.exclusions[0].words, "not canaryministry");
	assert_false(got.exclusions[0].mapped);
	assert_true(got.exclusions[1].mapped);
	assert_int_equal(got.exclusions[1].norgs, 2);
	assert_string_equal(got.exclusions[1].orgs[0], "canaryorg");
	assert_int_equal(got.nitems, 2);
	assert_string_equal(got.items[1].item, "I-bbbbbbb");
	assert_int_equal(got.items[1].scope, SCOPE_PUBLIC);
}

static void
test_item(void **state)
{
	struct world *w = *state;
	int64_t row = world_case(w);
	struct item_record i = sample_item(row), got;

	assert_int_equal(store_item_add(w->s, &i), SK_OK);
	assert_int_equal(strlen(i.item.id), 9);
	assert_memory_equal(i.item.id, "I-", 2);
	assert_int_equal(store_item_get(w->s, w->a, i.item.id, &got), SK_OK);
	assert_string_equal(got.item.id, i.item.id);
	assert_int_equal(got.item.case_row, row);
	assert_int_equal(got.item.category, i.item.category);
	assert_int_equal(got.item.confidence, i.item.confidence);
	assert_true(got.item.victim_inferable);
	assert_int_equal(got.item.special, i.item.special);
	assert_true(got.item.has_consent);
	assert_true(got.item.secret);
	assert_string_equal(got.item.secret_parts, i.item.secret_parts);
	assert_int_equal(got.item.tlp, i.item.tlp);
	assert_int_equal(got.item.onward, i.item.onward);
	assert_int_equal(got.item.state, ITEM_DRAFT);
	assert_string_equal(got.item.title, i.item.title);
	assert_string_equal(got.item.lang, "ja");
	assert_int_equal(got.item.terms_version, 2);
	assert_string_equal(got.parts_label, i.parts_label);
	assert_int_equal(got.created, i.created);
	assert_string_equal(got.created_by, i.created_by);
	assert_string_equal(got.consent_mail, i.consent_mail);
	SPAN_EQUAL(got.text, i.text);
	assert_memory_equal(got.wrap, i.wrap, VAULT_WRAP);
	assert_int_equal(got.nindicators, 2);
	assert_string_equal(got.indicators[1], "domain:canary.example");
}

static void
test_copy(void **state)
{
	struct world *w = *state;
	struct digest_record d = { .created = 1, .by = "ann" };
	struct copy_record c = sample_copy(world_case(w)), got;

	assert_int_equal(store_digest_add(w->s, &d), SK_OK);
	c.digest = d.row;
	assert_int_equal(store_copy_add(w->s, &c), SK_OK);
	assert_int_equal(store_copy_get(w->s, w->a, c.row, &got), SK_OK);
	assert_int_equal(got.row, c.row);
	assert_int_equal(got.created, c.created);
	assert_int_equal(got.next_try, 5);
	assert_int_equal(got.state, COPY_TO_SEAL);
	assert_true(got.encrypted);
	assert_string_equal(got.template, c.template);
	assert_string_equal(got.language, c.language);
	assert_int_equal(got.case_row, c.case_row);
	assert_int_equal(got.digest, d.row);
	assert_string_equal(got.person, c.person);
	assert_string_equal(got.address, c.address);
	assert_string_equal(got.from, c.from);
	assert_null(got.fpr);
	assert_string_equal(got.token, c.token);
	assert_string_equal(got.in_reply_to, c.in_reply_to);
	assert_int_equal(got.question, 3);
	assert_int_equal(got.terms_version, 2);
	assert_string_equal(got.reason, "");
}

static void
test_copy_life(void **state)
{
	struct world *w = *state;
	int64_t row = world_copy(w, world_case(w));
	struct key_facts key = { .fpr = "FPR", .block = sk_span_str("block") };
	unsigned char hash[SK_HASH], key_hash[SK_HASH];
	struct copy_record got;
	struct sk_span message;

	memset(hash, 3, SK_HASH);
	sk_hash_of(key.block, key_hash);
	assert_int_equal(store_copy_sealed(w->s, row, &key, "I-aaaaaaa I-b",
	    17, sk_span_of("proved\0bytes", 12), hash), SK_OK);
	assert_int_equal(store_copy_state(w->s, row, COPY_HANDING, "", 0),
	    SK_OK);
	assert_int_equal(store_copy_tried(w->s, row, "451 no\xff", 90), SK_OK);
	assert_int_equal(store_copy_get(w->s, w->a, row, &got), SK_OK);
	assert_int_equal(got.state, COPY_READY);
	assert_int_equal(got.next_try, 90);
	assert_string_equal(got.fpr, "FPR");
	assert_memory_equal(got.key_hash, key_hash, SK_HASH);
	assert_string_equal(got.items, "I-aaaaaaa I-b");
	assert_string_equal(got.reply, "451 no\xef\xbf\xbd");
	assert_int_equal(store_copy_state(w->s, row, COPY_HANDING, "", 0),
	    SK_OK);
	assert_int_equal(store_copy_handed(w->s, row, "4XYZ", "250 ok", 95),
	    SK_OK);
	world_commit(w);
	world_reopen(w);
	assert_int_equal(store_copy_get(w->s, w->a, row, &got), SK_OK);
	assert_int_equal(got.state, COPY_SENT);
	assert_int_equal(got.sent, 95);
	assert_int_equal(got.tries, 1);
	assert_int_equal(got.next_try, 0);
	assert_string_equal(got.queue_id, "4XYZ");
	assert_string_equal(got.reply, "250 ok");
	assert_memory_equal(got.copy_hash, hash, SK_HASH);
	assert_int_equal(store_copy_message(w->s, w->a, row, &message),
	    SK_OK);
	assert_true(sk_span_eq(message, sk_span_of("proved\0bytes", 12)));
}

/* The status of a copy from before the key's hash was kept. */
static void
test_copy_of_11(void **state)
{
	static const unsigned char none[SK_HASH];
	struct world *w = *state;
	int64_t row = world_copy(w, world_case(w));
	struct copy_record got;
	struct stmt *st = store_use(w->s, SQL_COPY_STATUS_SET);

	db_bind_int(st, row);
	db_bind_int(st, COPY_TO_SEAL);
	db_bind_int(st, COPY_HELD);
	db_bind_int(st, 0);
	db_bind_int(st, 0);
	pack_begin(w->s);
	for (int i = 0; i < 5; i++)
		pack_str(w->s, "word");
	pack_bind(w->s, st, "copies.status");
	assert_int_equal(db_run_one(st), SK_OK);
	assert_int_equal(store_copy_get(w->s, w->a, row, &got), SK_OK);
	assert_string_equal(got.reason, "word");
	assert_memory_equal(got.key_hash, none, SK_HASH);
}

static void
test_digest(void **state)
{
	struct world *w = *state;
	static const char *const items[] = { "I-aaaaaaa", "I-bbbbbbb" };
	struct digest_record d = { .created = 4, .by = "canaryoperator",
		.items = items, .nitems = 2 }, got, *list;
	size_t n;

	assert_int_equal(store_digest_add(w->s, &d), SK_OK);
	assert_int_equal(store_digest_get(w->s, w->a, d.row, &got), SK_OK);
	assert_int_equal(got.created, 4);
	assert_string_equal(got.by, d.by);
	assert_int_equal(got.nitems, 2);
	assert_string_equal(got.items[1], "I-bbbbbbb");
	assert_int_equal(store_digest_list(w->s, w->a, &list, &n), SK_OK);
	assert_int_equal(n, 1);
	assert_int_equal(store_digest_get(w->s, w->a, 44, &got),
	    SK_ERR_NOINPUT);
}

static void
test_audit(void **state)
{
	struct world *w = *state;
	struct audit_record *list;
	size_t n;

	assert_int_equal(store_audit(w->s, 1, "system", "case.open",
	    "2026-0001", "d1"), SK_OK);
	assert_int_equal(store_audit(w->s, 2, "ann", "item.add", "I-a",
	    NULL), SK_OK);
	world_commit(w);
	world_reopen(w);
	assert_int_equal(store_audit(w->s, 3, "bob", "case.close",
	    "2026-0001", "d3"), SK_OK);
	assert_int_equal(store_audit_list(w->s, w->a, "2026-0001", 9, &list,
	    &n), SK_OK);
	assert_int_equal(n, 2);
	assert_int_equal(list[0].seq, 3);
	assert_int_equal(list[0].time, 3);
	assert_string_equal(list[0].actor, "bob");
	assert_string_equal(list[0].event, "case.close");
	assert_string_equal(list[0].detail, "d3");
	assert_int_equal(list[1].seq, 1);
	assert_int_equal(store_audit_list(w->s, w->a, NULL, 2, &list, &n),
	    SK_OK);
	assert_int_equal(n, 2);
	assert_string_equal(list[1].detail, "");
}

static void
test_meta(void **state)
{
	struct world *w = *state;
	const char *v;

	assert_int_equal(store_meta_get(w->s, w->a, "council.fpr", &v),
	    SK_ERR_NOINPUT);
	assert_int_equal(store_meta_set(w->s, "council.fpr", "AA"), SK_OK);
	assert_int_equal(store_meta_set(w->s, "council.fpr", "BB"), SK_OK);
	assert_int_equal(store_meta_get(w->s, w->a, "council.fpr", &v),
	    SK_OK);
	assert_string_equal(v, "BB");
}

static void
answer(struct world *w, const char *item, const char *person,
    enum answer_seen seen, int64_t time)
{
	struct answer_record x = { .item = item, .person = person,
		.org = "acme", .seen = seen, .time = time };

	assert_int_equal(store_answer_add(w->s, &x), SK_OK);
}

/* The newest of a person counts; nothing is overwritten. */
static void
test_answers(void **state)
{
	struct world *w = *state;
	const char *item = world_item(w, world_case(w));
	struct answer_record *got, none = { .item = "I-aaaaaaa",
		.person = "p", .seen = SEEN_YES };
	size_t n;

	assert_int_equal(store_answers(w->s, w->a, item, &got, &n), SK_OK);
	assert_int_equal(n, 0);
	answer(w, item, "acme-sato", SEEN_YES, 10);
	answer(w, item, "beta-abe", SEEN_UNKNOWN, 11);
	answer(w, item, "acme-sato", SEEN_NO, 12);
	world_commit(w);
	assert_false(world_holds(w, "acme-sato"));
	world_reopen(w);
	assert_int_equal(store_answers(w->s, w->a, item, &got, &n), SK_OK);
	assert_int_equal(n, 2);
	assert_string_equal(got[0].person, "beta-abe");
	assert_int_equal(got[0].seen, SEEN_UNKNOWN);
	assert_string_equal(got[1].person, "acme-sato");
	assert_int_equal(got[1].seen, SEEN_NO);
	assert_int_equal(got[1].time, 12);
	assert_string_equal(got[1].org, "acme");
	assert_string_equal(got[1].item, item);
	assert_int_equal(store_answer_add(w->s, &none), SK_ERR_NOINPUT);
	assert_int_equal(store_answers(w->s, w->a, "I-aaaaaaa", &got, &n),
	    SK_ERR_NOINPUT);
}

/* The newest archive of that address, in any case, for three days. */
static void
test_archives(void **state)
{
	struct world *w = *state;
	int64_t one = world_case(w), two = world_case(w), got;

	assert_int_equal(store_archive_add(w->s, "Sato@acme.example", one,
	    1000), SK_OK);
	assert_int_equal(store_archive_add(w->s, "sato@acme.example", two,
	    2000), SK_OK);
	assert_int_equal(store_archive_case(w->s, "SATO@acme.example", 3000,
	    &got), SK_OK);
	assert_int_equal(got, two);
	store_archive_case(w->s, "abe@acme.example", 3000, &got);
	assert_int_equal(got, 0);
	store_archive_case(w->s, "sato@acme.example", 2000 +
	    LIMIT_PASSWORD_SECONDS + 1, &got);
	assert_int_equal(got, 0);
	world_commit(w);
	assert_false(world_holds(w, "sato@acme"));
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_mail), T(test_mail_keeps_wrap), T(test_mail_unread),
		T(test_case), T(test_case_empty_fields), T(test_case_notes),
		T(test_token), T(test_roster), T(test_roster_whole),
		T(test_history), T(test_key), T(test_key_retire),
		T(test_copies_of), T(test_terms), T(test_item), T(test_copy),
		T(test_copy_life), T(test_copy_of_11), T(test_digest),
		T(test_audit), T(test_meta), T(test_answers), T(test_archives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

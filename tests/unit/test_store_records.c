/* Every record reads back complete: in the same turn and after a restart. */
#include <config.h>

#include "store_world.h"

#include <string.h>

#include <sekisho/limits.h>

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

/* A filed one goes back to the reader once, with what was understood of it, and
 * waits there through a restart. */
static void
given_back(struct world *w, int64_t row)
{
	struct mail_record before, got;
	int64_t waiting[2];
	size_t n;

	assert_int_equal(store_mail_get(w->s, w->a, row, &before), SK_OK);
	assert_int_equal(store_mail_again(w->s, row, AGAIN_VOUCHED), SK_OK);
	assert_int_equal(store_mail_again(w->s, row, AGAIN_READ),
	    SK_ERR_NOINPUT);
	world_commit(w);
	world_reopen(w);
	assert_int_equal(store_mail_pending(w->s, 0, waiting, 2, &n), SK_OK);
	assert_int_equal(n, 1);
	assert_int_equal(waiting[0], row);
	assert_int_equal(store_mail_get(w->s, w->a, row, &got), SK_OK);
	assert_int_equal(got.again, AGAIN_VOUCHED);
	assert_int_equal(got.tries, 0);
	assert_false(got.done);
	got.done = true;
	got.tries = before.tries;
	same_mail(&before, &got);
	assert_int_equal(store_mail_filed(w->s, &got), SK_OK);
	assert_int_equal(store_mail_get(w->s, w->a, row, &got), SK_OK);
	assert_int_equal(got.again, AGAIN_NO);
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
	given_back(w, m.row);
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
		T(test_token), T(test_digest), T(test_audit), T(test_meta),
		T(test_answers), T(test_archives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

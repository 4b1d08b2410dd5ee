/*
 * What stands beside a case and its items reads back complete, keeps its
 * history, and comes with the second version of the schema.
 */
#include <config.h>

#include "store_world.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include <sekisho/store_beside.h>

#include "store/internal.h"

static void
deny_words(void **state)
{
	struct world *w = *state;
	int64_t row = world_case(w), other = world_case(w);
	struct deny_record *d;
	size_t n;

	assert_int_equal(store_deny_add(w->s, row, "アクメ電力", "uid 7", 5),
	    SK_OK);
	assert_int_equal(store_deny_add(w->s, row, "192.0.2.0/24", "uid 7",
	    6), SK_OK);
	/* The same word in another width. */
	assert_int_equal(store_deny_add(w->s, row, "ｱｸﾒ電力", "uid 8", 7),
	    SK_ERR_EXISTS);
	assert_int_equal(store_deny_add(w->s, other, "アクメ電力", "uid 8",
	    8), SK_OK);
	world_commit(w);
	world_reopen(w);
	assert_int_equal(store_deny_list(w->s, w->a, row, &d, &n), SK_OK);
	assert_int_equal(n, 2);
	assert_string_equal(d[0].word, "アクメ電力");
	assert_string_equal(d[0].who, "uid 7");
	assert_int_equal(d[0].time, 5);
	assert_string_equal(d[1].word, "192.0.2.0/24");
	assert_int_equal(store_deny_others(w->s, w->a, row, &d, &n), SK_OK);
	assert_int_equal(n, 1);
	assert_int_equal(d[0].case_row, other);
	assert_int_equal(store_deny_remove(w->s, row, "ｱｸﾒ電力", 9), SK_OK);
	assert_int_equal(store_deny_remove(w->s, row, "アクメ電力", 9),
	    SK_ERR_NOINPUT);
	assert_int_equal(store_deny_list(w->s, w->a, row, &d, &n), SK_OK);
	assert_int_equal(n, 1);
	/* Gone is no bar to coming back. */
	assert_int_equal(store_deny_add(w->s, row, "アクメ電力", "uid 7", 10),
	    SK_OK);
	world_commit(w);
	assert_false(world_holds(w, "アクメ電力"));
}

static struct case_text
sample_text(int64_t case_row, enum case_text_kind kind)
{
	struct case_text t = { .case_row = case_row, .created = 11,
		.kind = kind, .who = "uid 7", .title = "canarytitle",
		.text = sk_span_of("sealed", 6) };

	memset(t.wrap, 3, VAULT_WRAP);
	return t;
}

static void
case_texts(void **state)
{
	struct world *w = *state;
	int64_t row = world_case(w);
	struct case_text t = sample_text(row, CASE_TEXT_DAMAGE), got, *list;
	unsigned char pk[VAULT_KEY], wrap[VAULT_WRAP], zero[VAULT_KEY] = { 0 };
	size_t n;

	assert_int_equal(store_case_text_add(w->s, &t), SK_OK);
	assert_int_equal(store_damage_key(w->s, row, pk, wrap),
	    SK_ERR_NOINPUT);
	memset(wrap, 9, VAULT_WRAP);
	assert_int_equal(store_damage_key_put(w->s, row, zero, wrap), SK_OK);
	world_commit(w);
	world_reopen(w);
	assert_int_equal(store_case_text_get(w->s, w->a, t.row, &got), SK_OK);
	assert_int_equal(got.case_row, row);
	assert_int_equal(got.kind, CASE_TEXT_DAMAGE);
	assert_int_equal(got.created, 11);
	assert_string_equal(got.title, "canarytitle");
	assert_string_equal(got.who, "uid 7");
	assert_memory_equal(got.wrap, t.wrap, VAULT_WRAP);
	assert_true(sk_span_eq(got.text, t.text));
	assert_int_equal(store_case_texts(w->s, w->a, row, CASE_TEXT_DAMAGE,
	    &list, &n), SK_OK);
	assert_int_equal(n, 1);
	assert_int_equal(store_case_texts(w->s, w->a, row, CASE_TEXT_ADVICE,
	    &list, &n), SK_OK);
	assert_int_equal(n, 0);
	memset(wrap, 0, VAULT_WRAP);
	assert_int_equal(store_damage_key(w->s, row, pk, wrap), SK_OK);
	assert_int_equal(wrap[0], 9);
	assert_false(world_holds(w, "canarytitle"));
}

static void
requests(void **state)
{
	static const char *const ioc[] = { "domain:a.example" };
	struct world *w = *state;
	int64_t row = world_case(w);
	struct request_record q = { .case_row = row, .created = 12,
		.kind = REQUEST_EXCEPTION, .question = 4,
		.scope = SCOPE_TASK_FORCE, .title = "canarytitle",
		.item = "I-abcd234", .reason = "canaryreason",
		.who = "uid 7", .indicators = ioc, .nindicators = 1 },
		got, *list;
	struct mail_record m = sample_mail();
	size_t n;
	bool same;

	assert_int_equal(store_mail_add(w->s, &m), SK_OK);
	assert_int_equal(store_request_add(w->s, &q, "電力 会社の 接続先"),
	    SK_OK);
	world_commit(w);
	world_reopen(w);
	assert_int_equal(store_request_get(w->s, w->a, q.row, &got), SK_OK);
	assert_int_equal(got.kind, REQUEST_EXCEPTION);
	assert_int_equal(got.state, REQUEST_OPEN);
	assert_int_equal(got.question, 4);
	assert_int_equal(got.scope, SCOPE_TASK_FORCE);
	assert_string_equal(got.title, "canarytitle");
	assert_string_equal(got.indicators[0], ioc[0]);
	/* Blanks and width are no part of it, a letter is. */
	assert_int_equal(store_request_same(w->s, q.row, "電力会社の\n接続先 ",
	    &same), SK_OK);
	assert_true(same);
	assert_int_equal(store_request_same(w->s, q.row, "電力会社の接続元",
	    &same), SK_OK);
	assert_false(same);
	assert_int_equal(store_request_answer(w->s, q.row, REQUEST_AGREED,
	    m.row, ASSURANCE_SIGNATURE, 20), SK_OK);
	assert_int_equal(store_requests(w->s, w->a, row, &list, &n), SK_OK);
	assert_int_equal(n, 1);
	assert_int_equal(list[0].state, REQUEST_AGREED);
	assert_int_equal(list[0].mail, m.row);
	assert_int_equal(list[0].assurance, ASSURANCE_SIGNATURE);
	assert_int_equal(list[0].answered, 20);
	world_commit(w);
	assert_false(world_holds(w, "canaryreason"));
}

static void
merges(void **state)
{
	struct world *w = *state;
	int64_t a = world_case(w), b = world_case(w);
	struct campaign_link *l;
	size_t n;

	assert_int_equal(store_merge(w->s, a, b, "uid 7", "same", 1), SK_OK);
	assert_int_equal(store_merges(w->s, w->a, &l, &n), SK_OK);
	assert_int_equal(n, 1);
	assert_int_equal(campaign_of(l, n, a), b);
	assert_int_equal(store_merge(w->s, a, 0, "uid 7", "not", 2), SK_OK);
	assert_int_equal(store_merges(w->s, w->a, &l, &n), SK_OK);
	assert_int_equal(n, 1);
	assert_int_equal(campaign_of(l, n, a), a);
}

static void
parties(void **state)
{
	struct world *w = *state;
	int64_t row = world_case(w);
	struct parties_record p = { .time = 5, .submitter = "lac-ito",
		.org = "lac", .client = "canaryclient", .mail = 3 }, got;

	assert_int_equal(store_parties(w->s, w->a, row, &got),
	    SK_ERR_NOINPUT);
	assert_int_equal(store_parties_put(w->s, row, &p), SK_OK);
	world_commit(w);
	world_reopen(w);
	assert_int_equal(store_parties(w->s, w->a, row, &got), SK_OK);
	assert_string_equal(got.submitter, "lac-ito");
	assert_string_equal(got.org, "lac");
	assert_string_equal(got.client, "canaryclient");
	assert_int_equal(got.mail, 3);
	assert_int_equal(got.time, 5);
	assert_false(world_holds(w, "canaryclient"));
}

static void
items_beside(void **state)
{
	static const char *const answers[] = { "12", "13" };
	struct world *w = *state;
	const char *id = world_item(w, world_case(w));
	struct item_text t = { .lang = "en", .title = "canaryenglish",
		.text = sk_span_of("sealed en", 9) }, *texts;
	struct raise_record x = { .time = 5, .was = CONFIDENCE_RAW,
		.now = CONFIDENCE_TENTATIVE, .who = "uid 7",
		.reason = "canaryreason", .answers = answers, .nanswers = 2 },
		*raises;
	struct item_record i;
	unsigned distinct;
	size_t n;

	assert_int_equal(store_item_approve(w->s, id, "uid 1", 1, &distinct),
	    SK_OK);
	assert_int_equal(store_item_text_put(w->s, id, &t), SK_OK);
	/* Approvals were given for other words. */
	assert_int_equal(store_item_get(w->s, w->a, id, &i), SK_OK);
	assert_int_equal(i.item.approvals, 0);
	assert_true(i.item.approvals_void);
	t.title = "canarysecond";
	assert_int_equal(store_item_text_put(w->s, id, &t), SK_OK);
	assert_int_equal(store_raise_add(w->s, id, &x), SK_OK);
	world_commit(w);
	world_reopen(w);
	assert_int_equal(store_item_texts(w->s, w->a, id, &texts, &n), SK_OK);
	assert_int_equal(n, 1);
	assert_string_equal(texts[0].lang, "en");
	assert_string_equal(texts[0].title, "canarysecond");
	assert_true(sk_span_eq(texts[0].text, t.text));
	assert_int_equal(store_raises(w->s, w->a, id, &raises, &n), SK_OK);
	assert_int_equal(n, 1);
	assert_int_equal(raises[0].was, CONFIDENCE_RAW);
	assert_int_equal(raises[0].now, CONFIDENCE_TENTATIVE);
	assert_int_equal(raises[0].nanswers, 2);
	assert_string_equal(raises[0].answers[1], "13");
	assert_int_equal(store_item_state(w->s, id, ITEM_WITHDRAWN, 1, 1),
	    SK_OK);
	assert_int_equal(store_item_text_put(w->s, id, &t), SK_ERR_REFUSED);
	assert_false(world_holds(w, "canarysecond"));
}

static void
item_flags(void **state)
{
	struct world *w = *state;
	struct item_record i = sample_item(world_case(w)), got;

	const char *id;

	i.item.no_customers = true;
	i.consent_request = 3;
	assert_int_equal(store_item_add(w->s, &i), SK_OK);
	id = sk_arena_str(w->a, i.item.id);
	world_commit(w);
	world_reopen(w);
	assert_int_equal(store_item_get(w->s, w->a, id, &got), SK_OK);
	assert_true(got.item.no_customers);
	assert_false(got.item.confidential);
	assert_int_equal(got.consent_request, 3);
	got.item.no_customers = false;
	got.item.confidential = true;
	assert_int_equal(store_item_change(w->s, &got), SK_OK);
	assert_int_equal(store_item_get(w->s, w->a, got.item.id, &i), SK_OK);
	assert_false(i.item.no_customers);
	assert_true(i.item.confidential);
}

static void
notices(void **state)
{
	struct world *w = *state;
	int64_t copy = world_copy(w, world_case(w));
	struct notice_record x = { .item = "I-abcd234", .withdrawn = true,
		.was = SCOPE_ALL_MEMBERS, .now = SCOPE_TASK_FORCE,
		.raised_from = CONFIDENCE_RAW,
		.raised_to = CONFIDENCE_TENTATIVE, .terms_version = 3,
		.text = 4, .request = 5 }, got;

	assert_int_equal(store_notice_get(w->s, w->a, copy, &got),
	    SK_ERR_NOINPUT);
	assert_int_equal(store_notice_add(w->s, copy, &x), SK_OK);
	world_commit(w);
	world_reopen(w);
	assert_int_equal(store_notice_get(w->s, w->a, copy, &got), SK_OK);
	assert_string_equal(got.item, x.item);
	assert_true(got.withdrawn);
	assert_int_equal(got.was, SCOPE_ALL_MEMBERS);
	assert_int_equal(got.now, SCOPE_TASK_FORCE);
	assert_int_equal(got.raised_to, CONFIDENCE_TENTATIVE);
	assert_int_equal(got.terms_version, 3);
	assert_int_equal(got.text, 4);
	assert_int_equal(got.request, 5);
}

static void
run(const char *path, const char *sql)
{
	sqlite3 *h;

	assert_int_equal(sqlite3_open(path, &h), SQLITE_OK);
	if (sqlite3_exec(h, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(h));
	sqlite3_close(h);
}

/* What is new is taken away again, so that it is a file of the version before
 * with rows in it; opening brings it to ours and keeps them. */
static void
from_version_two(void **state)
{
	struct world *w = *state;
	int64_t row = world_case(w);
	const char *id = world_item(w, row);
	struct item_record i;
	struct deny_record *d;
	size_t n;

	world_commit(w);
	store_close(&w->s);
	run(w->path, "ALTER TABLE copies DROP COLUMN send_after;"
	    "ALTER TABLE copies DROP COLUMN edition");
	run(w->path, "DROP TABLE cooperations; DROP TABLE releases");
	run(w->path, "DROP TABLE key_heard;"
	    "ALTER TABLE mail DROP COLUMN door;"
	    "ALTER TABLE mail DROP COLUMN again");
	run(w->path, "DROP TABLE returns; DROP TABLE stops;"
	    "DROP TABLE holds; DROP INDEX keys_look;"
	    "ALTER TABLE keys DROP COLUMN ends;"
	    "ALTER TABLE keys DROP COLUMN told;"
	    "ALTER TABLE keys DROP COLUMN look;"
	    "ALTER TABLE keys DROP COLUMN only_signs;"
	    "DROP TABLE key_stops; DROP INDEX keys_pair;"
	    "ALTER TABLE keys DROP COLUMN pair");
	run(w->path, "DROP TABLE key_ids; DROP TABLE ciphers;"
	    "DROP TABLE answers; DROP TABLE archives;"
	    "DROP TABLE item_texts; DROP TABLE raises;"
	    "DROP TABLE requests; DROP TABLE case_texts;"
	    "DROP TABLE deny_words; DROP TABLE merges; DROP TABLE notices;"
	    "DROP TABLE parties;"
	    "ALTER TABLE items DROP COLUMN flags;"
	    "ALTER TABLE items DROP COLUMN consent;"
	    "PRAGMA user_version = 3");
	run(w->wraps, "DROP TABLE damage_wraps; PRAGMA user_version = 1");
	world_reopen(w);
	assert_int_equal(store_item_get(w->s, w->a, id, &i), SK_OK);
	assert_string_equal(i.item.title, "canarytitle");
	/* Nobody's agreement stands behind an older flag: it does not count. */
	assert_int_equal(i.consent_request, 0);
	assert_int_equal(store_deny_add(w->s, row, "x", "uid 7", 1), SK_OK);
	assert_int_equal(store_deny_list(w->s, w->a, row, &d, &n), SK_OK);
	assert_int_equal(n, 1);
	world_commit(w);
}

/* one campaign, three pieces of malware, ten victims count as one; and
 * a chain that somebody closed into a ring still ends. */
static void
campaigns(void **state)
{
	struct campaign_link l[9], ring[3] = { { 1, 2 }, { 2, 3 }, { 3, 1 } };
	int64_t rows[10];

	(void)state;
	for (int i = 0; i < 10; i++)
		rows[i] = i + 1;
	assert_int_equal(campaign_count(NULL, 0, rows, 10), 10);
	for (int i = 0; i < 9; i++)
		l[i] = (struct campaign_link){ i + 2, i % 2 ? 1 : i + 1 };
	assert_int_equal(campaign_count(l, 9, rows, 10), 1);
	l[0].into_row = l[3].into_row = 0;
	assert_true(campaign_count(l, 9, rows, 10) <= 3);
	assert_true(campaign_would_cycle(l, 9, 4, 4));
	l[0] = (struct campaign_link){ 2, 1 };
	l[1] = (struct campaign_link){ 3, 2 };
	assert_true(campaign_would_cycle(l, 2, 1, 3));
	assert_false(campaign_would_cycle(l, 2, 4, 3));
	assert_true(campaign_would_cycle(ring, 3, 4, 1));
	campaign_of(ring, 3, 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

/* ---- keys that came with a mail ---- */

static int64_t
hear(struct world *w, int64_t case_row, bool urgent, const char *block)
{
	struct mail_record m = sample_mail();
	struct key_heard_record n = { .time = 1000, .case_row = case_row,
		.urgent = urgent, .origin = KEY_IN_TEXT,
		.from = "Sato@canary.example", .signer = "canarysigner",
		.block = sk_span_str(block) };

	assert_int_equal(store_mail_add(w->s, &m), SK_OK);
	n.mail = m.row;
	assert_int_equal(store_key_heard_add(w->s, &n), SK_OK);
	return n.row;
}

static size_t
heard_by(struct world *w, int64_t now, struct key_heard_record **out)
{
	size_t n;

	assert_int_equal(store_key_heard_due(w->s, w->a, now, 10, out, &n),
	    SK_OK);
	return n;
}

static size_t
refused_at(struct world *w, int64_t now, struct key_heard_record **out)
{
	size_t n;

	assert_int_equal(store_key_heard_refused(w->s, w->a, 0, now, out, &n),
	    SK_OK);
	return n;
}

/* They wait over a restart, in their order, those that may stop something
 * first; one that keyd died of is looked at again later. */
static void
keys_are_heard(void **state)
{
	struct world *w = *state;
	int64_t row = world_case(w), one = hear(w, 0, false, "canaryone"),
	    two = hear(w, row, true, "two"), three = hear(w, 0, true, "three"),
	    next;
	struct key_heard_record *k;

	world_commit(w);
	world_reopen(w);
	assert_false(world_holds(w, "canaryone"));
	assert_int_equal(heard_by(w, 1000, &k), 3);
	assert_int_equal(k[0].row, two);
	assert_int_equal(k[0].case_row, row);
	assert_int_equal(k[1].row, three);
	assert_int_equal(k[2].row, one);
	assert_int_equal(k[2].origin, KEY_IN_TEXT);
	assert_string_equal(k[2].from, "Sato@canary.example");
	assert_string_equal(k[2].signer, "canarysigner");
	assert_true(sk_span_is(k[2].block, "canaryone"));
	assert_int_equal(store_key_heard_tried(w->s, two, 2000), SK_OK);
	assert_int_equal(store_key_heard_drop(w->s, three), SK_OK);
	assert_int_equal(heard_by(w, 1999, &k), 1);
	assert_int_equal(k[0].row, one);
	assert_int_equal(store_key_heard_next(w->s, 1000, &next), SK_OK);
	assert_int_equal(next, 2000);
	assert_int_equal(heard_by(w, 2000, &k), 2);
	assert_int_equal(k[0].tries, 1);
	assert_int_equal(store_key_heard_next(w->s, 2000, &next),
	    SK_ERR_NOINPUT);
}

/* Why one was not taken stays with its mail, without the key, until the sender
 * has one pinned, or LIMIT_KEY_HEARD_SECONDS have gone. */
static void
refused_keys_are_kept(void **state)
{
	struct world *w = *state;
	int64_t row = world_case(w), mail;
	struct key_heard_record *k;
	size_t n;

	hear(w, row, false, "one");
	hear(w, 0, false, "two");
	assert_int_equal(heard_by(w, 1000, &k), 2);
	mail = k[1].mail;
	assert_int_equal(store_key_heard_refuse(w->s, &k[0], "canarywhy",
	    1000), SK_OK);
	assert_int_equal(store_key_heard_refuse(w->s, &k[1], "that", 1000),
	    SK_OK);
	world_commit(w);
	world_reopen(w);
	assert_false(world_holds(w, "canarywhy"));
	assert_int_equal(heard_by(w, INT64_MAX, &k), 0);
	assert_int_equal(refused_at(w, 1000 + LIMIT_KEY_HEARD_SECONDS, &k),
	    2);
	assert_string_equal(k[0].refused, "canarywhy");
	assert_int_equal(k[0].block.len, 0);
	assert_int_equal(refused_at(w, 1001 + LIMIT_KEY_HEARD_SECONDS, &k),
	    0);
	assert_int_equal(store_key_heard_refused(w->s, w->a, mail, 0, &k, &n),
	    SK_OK);
	assert_int_equal(n, 1);
	assert_string_equal(k[0].refused, "that");
	assert_int_equal(store_key_heard_settled(w->s, "x@canary.example",
	    row), SK_OK);
	assert_int_equal(refused_at(w, 1000, &k), 1);
	assert_int_equal(store_key_heard_settled(w->s, "sato@canary.example",
	    0), SK_OK);
	assert_int_equal(refused_at(w, 1000, &k), 0);
}

/* ---- when keys end (T-43), whose copies wait for one (T-39) ---- */

static const char key_fpr[] = "0123456789ABCDEF0123456789ABCDEF01234567";

static size_t
due_at(struct world *w, int64_t now, struct key_due **out)
{
	size_t n;

	assert_int_equal(store_keys_due(w->s, w->a, now, 10, out, &n), SK_OK);
	return n;
}

static void
pin(struct world *w, enum key_state state)
{
	struct key_record k = sample_key(key_fpr, state);

	k.person = "canaryperson";
	assert_int_equal(store_key_put(w->s, &k), SK_OK);
}

/* What was said stays said over a restart; a key that is put again is looked at
 * again, with what was said of which end. */
static void
keys_are_due(void **state)
{
	struct world *w = *state;
	struct key_due *k;
	int64_t next;

	world_person(w, "canaryperson", "p@canary.example");
	pin(w, KEY_PROPOSED);
	assert_int_equal(due_at(w, 1000, &k), 0);
	pin(w, KEY_PINNED);
	assert_int_equal(due_at(w, 1000, &k), 1);
	assert_int_equal(store_key_told(w->s, k[0].row, KEY_30_DAYS, 3000,
	    2000), SK_OK);
	world_commit(w);
	world_reopen(w);
	assert_int_equal(due_at(w, 1999, &k), 0);
	assert_int_equal(store_keys_next(w->s, 1000, &next), SK_OK);
	assert_int_equal(next, 2000);
	assert_int_equal(due_at(w, 2000, &k), 1);
	assert_int_equal(k[0].told, KEY_30_DAYS);
	assert_int_equal(k[0].told_for, 3000);
	assert_int_equal(store_key_told(w->s, k[0].row, KEY_ENDED, 3000, 0),
	    SK_OK);
	assert_int_equal(due_at(w, INT64_MAX, &k), 0);
	assert_int_equal(store_keys_next(w->s, 0, &next), SK_ERR_NOINPUT);
	pin(w, KEY_PINNED);
	assert_int_equal(due_at(w, 1, &k), 1);
	assert_int_equal(k[0].told, KEY_ENDED);
	assert_int_equal(store_key_retire(w->s, "canaryperson"), SK_OK);
	assert_int_equal(due_at(w, INT64_MAX, &k), 0);
}

static void
held_for_a_key_once(void **state)
{
	struct world *w = *state;
	bool first;

	world_person(w, "canaryperson", "p@canary.example");
	assert_int_equal(store_hold_begin(w->s, "canaryperson", 1, &first), 0);
	assert_true(first);
	world_commit(w);
	world_reopen(w);
	assert_int_equal(store_hold_begin(w->s, "canaryperson", 2, &first), 0);
	assert_false(first);
	pin(w, KEY_PROPOSED);
	assert_int_equal(store_hold_begin(w->s, "canaryperson", 2, &first), 0);
	assert_false(first);
	pin(w, KEY_PINNED);
	assert_int_equal(store_hold_begin(w->s, "canaryperson", 3, &first), 0);
	assert_true(first);
}

/* what went beyond the members, and whose decision asked. */
static void
releases(void **state)
{
	struct world *w = *state;
	struct item_record i = sample_item(world_case(w));
	struct release_record x = { .time = 7, .scope = SCOPE_PUBLIC,
		.where = "canary place", .who = "uid 7" }, *all;
	const char *ids[] = { "I-aaaaaaa" };
	struct digest_record d = { .created = 1, .by = "uid 7", .items = ids,
		.nitems = 1 };
	struct cooperation_record asked = { "large-scale", NULL,
		"canary committee", "2026-11-20", "2026-12-01" }, got;
	size_t n;

	assert_int_equal(store_item_add(w->s, &i), SK_OK);
	x.item = i.item.id;
	assert_int_equal(store_release_add(w->s, &x), SK_OK);
	assert_int_equal(store_releases(w->s, w->a, &all, &n), SK_OK);
	assert_int_equal(n, 1);
	assert_int_equal(all[0].row, x.row);
	assert_string_equal(all[0].item, i.item.id);
	assert_string_equal(all[0].where, "canary place");
	assert_int_equal(all[0].scope, SCOPE_PUBLIC);
	x.item = "I-zzzzzzz";
	assert_int_equal(store_release_add(w->s, &x), SK_ERR_NOINPUT);

	assert_int_equal(store_digest_add(w->s, &d), SK_OK);
	assert_int_equal(store_cooperation(w->s, w->a, d.row, &got),
	    SK_ERR_NOINPUT);
	assert_int_equal(store_cooperation_put(w->s, d.row, &asked), SK_OK);
	assert_int_equal(store_cooperation(w->s, w->a, d.row, &got), SK_OK);
	assert_string_equal(got.ground, "large-scale");
	assert_null(got.explanation);
	assert_string_equal(got.committee, "canary committee");
	assert_string_equal(got.due, "2026-12-01");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(deny_words), T(case_texts), T(requests), T(merges),
		T(parties), T(items_beside), T(item_flags), T(notices),
		T(keys_are_heard), T(refused_keys_are_kept),
		T(keys_are_due), T(held_for_a_key_once),
		T(releases), T(from_version_two), cmocka_unit_test(campaigns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

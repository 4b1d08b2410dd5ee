/*
 * Databases of earlier schemas, with data in them, opened by this program: what
 * was there is there, and what an older record does not say is not believed
 * (L5). An old file is made by the older migrations, with a new one's rows.
 */
#include <config.h>

#include "store_world.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include <sekisho/store_beside.h>

#include "store/internal.h"

#define BEFORE_HISTORY 1	/* schema without the roster's history */
#define BEFORE_GUARD 2		/* without the guard's index */
#define BEFORE_ANSWERS 4	/* without members' answers */
#define BEFORE_CIPHERS 5	/* before ciphertexts were named */
#define BEFORE_DATES 7		/* before keys were watched */
#define BEFORE_RETURNS 8	/* before bounces were kept */
#define BEFORE_HEARD 11		/* before keys of mails were kept */
#define BEFORE_SIGNERS 12	/* before a certificate could only sign */
#define BEFORE_STOPS 13		/* a stop ended with its row */
#define BEFORE_AGAIN 14		/* before a mail could be given back */

static sqlite3 *
look_into(const char *path)
{
	sqlite3 *h;

	assert_int_equal(sqlite3_open(path, &h), SQLITE_OK);
	return h;
}

static void
run(sqlite3 *h, const char *sql)
{
	char *why = NULL;

	if (sqlite3_exec(h, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", sql, why);
}

/* The last bytes of every record of a column, which an older program did not
 * write. */
static void
cut(struct world *w, sqlite3 *h, const char *table, size_t bytes)
{
	char *label = sqlite3_mprintf("%s.box", table);
	char *list = sqlite3_mprintf("SELECT row, box FROM %s", table);
	char *set = sqlite3_mprintf("UPDATE %s SET box = ?2 WHERE row = ?1",
	    table);
	sqlite3_stmt *all, *one;
	struct sk_buf plain, box;

	assert_int_equal(sqlite3_prepare_v2(h, list, -1, &all, NULL), 0);
	assert_int_equal(sqlite3_prepare_v2(h, set, -1, &one, NULL), 0);
	sk_buf_init(&plain, LIMIT_STORE_VALUE);
	sk_buf_init(&box, LIMIT_STORE_VALUE);
	while (sqlite3_step(all) == SQLITE_ROW) {
		sk_buf_clear(&plain);
		sk_buf_clear(&box);
		assert_int_equal(box_open(w->key, label, sk_span_of(
		    sqlite3_column_blob(all, 1), (size_t)sqlite3_column_bytes(
		    all, 1)), &plain), SK_OK);
		box_seal(w->key, label, sk_span_of(plain.p, plain.len - bytes),
		    &box);
		sqlite3_bind_int64(one, 1, sqlite3_column_int64(all, 0));
		sqlite3_bind_blob(one, 2, box.p, (int)box.len, SQLITE_STATIC);
		assert_int_equal(sqlite3_step(one), SQLITE_DONE);
		sqlite3_reset(one);
	}
	sk_buf_free(&plain);
	sk_buf_free(&box);
	sqlite3_finalize(all);
	sqlite3_finalize(one);
	sqlite3_free(label);
	sqlite3_free(list);
	sqlite3_free(set);
}

static char *
columns_of(sqlite3 *h, const char *table)
{
	char *sql = sqlite3_mprintf("SELECT group_concat(name) FROM "
	    "pragma_table_info(%Q)", table), *list;
	sqlite3_stmt *st;

	assert_int_equal(sqlite3_prepare_v2(h, sql, -1, &st, NULL), 0);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	list = sqlite3_mprintf("%s", (const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	sqlite3_free(sql);
	return list;
}

/* Every row of every table that was there then, in its columns of then. */
static void
copy_rows(sqlite3 *h)
{
	sqlite3_stmt *st;

	assert_int_equal(sqlite3_prepare_v2(h, "SELECT name FROM main."
	    "sqlite_schema WHERE type = 'table'", -1, &st, NULL), 0);
	while (sqlite3_step(st) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(st, 0);
		char *list = columns_of(h, name);
		char *sql = sqlite3_mprintf("INSERT INTO main.%s(%s) SELECT "
		    "%s FROM new.%s", name, list, list, name);

		run(h, sql);
		sqlite3_free(sql);
		sqlite3_free(list);
	}
	sqlite3_finalize(st);
}

/* The database as a program of `version` would have left it. */
static sqlite3 *
back_to(struct world *w, size_t version)
{
	char *old = sqlite3_mprintf("%s-old", w->path);
	char *attach = sqlite3_mprintf("ATTACH %Q AS new", w->path);
	sqlite3 *h;

	store_close(&w->s);
	h = look_into(old);
	for (size_t i = 0; i < version; i++)
		run(h, schema_main.versions[i]);
	run(h, attach);
	copy_rows(h);
	sqlite3_close(h);
	assert_int_equal(rename(old, w->path), 0);
	sqlite3_free(old);
	sqlite3_free(attach);
	return look_into(w->path);
}

static void
fill(struct world *w)
{
	struct key_record k = sample_key(
	    "0123456789ABCDEF0123456789ABCDEF01234567", KEY_PINNED);
	struct org o = sample_org("canaryorg");
	struct person p = sample_person("canaryperson", "canaryorg",
	    "p@canary.example");

	o.approval = NULL;
	p.doubt = NULL;
	assert_int_equal(store_org_put(w->s, &o, 1), SK_OK);
	assert_int_equal(store_person_put(w->s, &p, 1), SK_OK);
	k.person = p.id;
	assert_int_equal(store_key_put(w->s, &k), SK_OK);
	world_copy(w, world_case(w));
	world_commit(w);
}

static void
test_roster_of_1(void **state)
{
	struct world *w = *state;
	struct roster_event e = { .time = 9, .what = "class" }, *history;
	struct copy_record *copies;
	sqlite3 *h;
	struct org o;
	struct person p;
	size_t n;

	fill(w);
	h = back_to(w, BEFORE_HISTORY);
	cut(w, h, "orgs", 4 + 1);	/* approval, which is NULL; agreed */
	cut(w, h, "persons", 4 * 8 + 4);	/* dates and doubt */
	sqlite3_close(h);
	world_reopen(w);
	assert_int_equal(store_org_get(w->s, w->a, "canaryorg", &o), SK_OK);
	assert_string_equal(o.supervises, "acme");
	assert_null(o.approval);
	assert_int_equal(store_person_get(w->s, w->a, "canaryperson", &p),
	    SK_OK);
	assert_true(p.active);
	assert_true(p.address_personal);
	assert_int_equal(p.applied + p.due + p.removed + p.acknowledged, 0);
	assert_null(p.doubt);
	/* The pin is not lost (L5), and old copies are found by person. */
	assert_string_equal(p.fpr, "0123456789ABCDEF0123456789ABCDEF01234567");
	world_copy(w, 1);
	assert_int_equal(store_copies_of(w->s, w->a, "canaryperson", 9,
	    &copies, &n), SK_OK);
	assert_int_equal(n, 2);
	assert_int_equal(store_roster_event(w->s, "canaryorg", &e), SK_OK);
	assert_int_equal(store_roster_events(w->s, w->a, "canaryorg", NULL,
	    &history, &n), SK_OK);
	assert_int_equal(n, 1);
	assert_int_equal(store_org_put(w->s, &o, 2), SK_OK);
	world_commit(w);
}

/* A database of before the guard: its copies on the way are found. */
static void
test_guard_of_2(void **state)
{
	const unsigned char hash[SK_HASH] = { 7, [31] = 9 };
	struct world *w = *state;
	struct copy_record c;
	int64_t row = world_copy(w, world_case(w));
	sqlite3 *h;

	assert_int_equal(store_copy_sealed(w->s, row, NULL, NULL, 0,
	    sk_span_str("bytes"), hash), SK_OK);
	world_commit(w);
	sqlite3_close(back_to(w, BEFORE_GUARD));
	world_reopen(w);
	assert_int_equal(store_copy_by_hash(w->s, w->a, hash, &c), SK_OK);
	assert_int_equal(c.row, row);
	store_close(&w->s);
	h = look_into(w->path);
	run(h, "DROP INDEX copies_on_the_way");	/* it is there again */
	sqlite3_close(h);
}

/* Members' answers came later: no item has any, and no row is lost. */
static void
test_answers_of_4(void **state)
{
	struct world *w = *state;
	struct answer_record *got;
	struct case_record c;
	int64_t row = world_case(w);
	const char *item = sk_arena_str(w->a, world_item(w, row));
	size_t n;

	world_commit(w);
	sqlite3_close(back_to(w, BEFORE_ANSWERS));
	world_reopen(w);
	assert_int_equal(store_case_get(w->s, w->a, row, &c), SK_OK);
	assert_int_equal(store_answers(w->s, w->a, item, &got, &n), SK_OK);
	assert_int_equal(n, 0);
}

/* A database of before ciphertexts were named: a pin made then is still found
 * by the address; its key ids come with the next time it is put. */
static void
test_ciphers_of_4(void **state)
{
	const unsigned char cipher[32] = { 1 };
	struct world *w = *state;
	struct key_record *keys;
	struct key_record k = sample_key(
	    "0123456789ABCDEF0123456789ABCDEF01234567", KEY_PINNED);
	struct seen before;
	size_t n;

	fill(w);
	sqlite3_close(back_to(w, BEFORE_CIPHERS));
	world_reopen(w);
	assert_int_equal(store_keys_of_address(w->s, w->a,
	    "p@canary.example", &keys, &n), SK_OK);
	assert_int_equal(n, 1);
	assert_int_equal(store_keys_of_id(w->s, w->a, "89ABCDEF01234567",
	    &keys, &n), SK_OK);
	assert_int_equal(n, 0);
	k.person = "canaryperson";
	assert_int_equal(store_key_put(w->s, &k), SK_OK);
	assert_int_equal(store_keys_of_id(w->s, w->a, "89ABCDEF01234567",
	    &keys, &n), SK_OK);
	assert_int_equal(n, 1);
	assert_string_equal(keys[0].person, "canaryperson");
	/* the first sender is remembered, another is told apart */
	assert_int_equal(store_cipher_seen(w->s, cipher, "a@b.example", 7,
	    &before), SK_OK);
	assert_int_equal(before.mail, 0);
	assert_int_equal(store_cipher_seen(w->s, cipher, "a@b.example", 7,
	    &before), SK_OK);
	assert_int_equal(before.mail, 0);
	assert_int_equal(store_cipher_seen(w->s, cipher, "A@b.example", 8,
	    &before), SK_OK);
	assert_int_equal(before.mail, 7);
	assert_true(before.same_sender);
	assert_int_equal(store_cipher_seen(w->s, cipher, "c@d.example", 9,
	    &before), SK_OK);
	assert_int_equal(before.mail, 7);
	assert_false(before.same_sender);
	/* signatures beside them: another time is another one */
	assert_int_equal(store_signature_seen(w->s, k.fpr, 1000, 7, &before),
	    SK_OK);
	assert_int_equal(before.mail, 0);
	assert_int_equal(store_signature_seen(w->s, k.fpr, 1000, 7, &before),
	    SK_OK);
	assert_int_equal(before.mail, 0);
	assert_int_equal(store_signature_seen(w->s, k.fpr, 1001, 8, &before),
	    SK_OK);
	assert_int_equal(before.mail, 0);
	assert_int_equal(store_signature_seen(w->s, k.fpr, 1000, 8, &before),
	    SK_OK);
	assert_int_equal(before.mail, 7);
	world_commit(w);
}

/* Keys pinned before anybody watched them are looked at once, at the start; a
 * person's copies were never said to wait. */
static void
test_dates_of_7(void **state)
{
	struct world *w = *state;
	struct key_due *due;
	int64_t next;
	bool first;
	size_t n;

	fill(w);
	sqlite3_close(back_to(w, BEFORE_DATES));
	world_reopen(w);
	assert_int_equal(store_keys_due(w->s, w->a, 1, 10, &due, &n), SK_OK);
	assert_int_equal(n, 1);
	assert_int_equal(due[0].told, KEY_FAR);
	assert_string_equal(due[0].key.person, "canaryperson");
	assert_int_equal(store_key_told(w->s, due[0].row, KEY_60_DAYS, 500,
	    400), SK_OK);
	assert_int_equal(store_keys_due(w->s, w->a, 399, 10, &due, &n), SK_OK);
	assert_int_equal(n, 0);
	assert_int_equal(store_keys_next(w->s, 1, &next), SK_OK);
	assert_int_equal(next, 400);
	assert_int_equal(store_hold_begin(w->s, "canaryperson", 1, &first),
	    SK_OK);
	assert_true(first);
	world_commit(w);
}

/* Bounces were a word beside SENT: such a copy stays so, and what is heard from
 * now on counts. */
static void
test_returns_of_8(void **state)
{
	struct world *w = *state;
	struct return_record heard = { 9, 1, FATE_PERMANENT, NULL };
	struct stop_record s = { .since = 9, .person = "canaryperson",
		.address = "p@canary.example", .why = "bounced" };
	struct copy_record c;
	int64_t row;
	bool fresh;

	fill(w);
	row = world_copy(w, world_case(w));
	world_commit(w);
	sqlite3_close(back_to(w, BEFORE_RETURNS));
	world_reopen(w);
	assert_int_equal(store_copy_get(w->s, w->a, row, &c), SK_OK);
	assert_int_equal(store_return_add(w->s, &c, &heard, &fresh), SK_OK);
	assert_true(fresh);
	assert_int_equal(store_stop_add(w->s, &s), SK_OK);
	world_commit(w);
}

/* Version 9 knew neither requests under Article 17(3) nor releases, nor who
 * agreed to be asked, nor scopes of single items. */
static void
test_releases_of_9(void **state)
{
	struct world *w = *state;
	struct terms t = sample_terms();
	struct org o;
	int64_t row;
	sqlite3 *h;
	struct release_record x = { .time = 1, .scope = SCOPE_PUBLIC,
		.where = "w", .who = "u" }, *all;
	size_t n;

	fill(w);
	row = world_case(w);
	t.nitems = 0;
	assert_int_equal(store_terms_add(w->s, row, &t), SK_OK);
	x.item = sk_arena_str(w->a, world_item(w, row));
	world_commit(w);
	h = back_to(w, 9);
	cut(w, h, "orgs", 1);
	cut(w, h, "terms", 4);
	sqlite3_close(h);
	world_reopen(w);
	assert_int_equal(store_org_get(w->s, w->a, "canaryorg", &o), SK_OK);
	assert_false(o.agreed);
	assert_int_equal(store_terms_newest(w->s, w->a, row, &t), SK_OK);
	assert_int_equal(t.nitems, 0);
	assert_int_equal(t.nexclusions, 2);
	assert_int_equal(store_releases(w->s, w->a, &all, &n), SK_OK);
	assert_int_equal(n, 0);
	assert_int_equal(store_release_add(w->s, &x), SK_OK);
	world_commit(w);
}

/* Version 11 kept no key that came with a mail: none waits. */
static void
test_heard_of_11(void **state)
{
	struct world *w = *state;
	struct mail_record m = sample_mail();
	struct key_heard_record k = { .from = "p@canary.example",
		.block = sk_span_str("key") }, *all;
	struct key_record pinned;
	size_t n;

	fill(w);
	assert_int_equal(store_mail_add(w->s, &m), SK_OK);
	k.mail = m.row;
	world_commit(w);
	sqlite3_close(back_to(w, BEFORE_HEARD));
	world_reopen(w);
	assert_int_equal(store_key_heard_due(w->s, w->a, 1, 9, &all, &n),
	    SK_OK);
	assert_int_equal(n, 0);
	assert_int_equal(store_key_heard_add(w->s, &k), SK_OK);
	assert_int_equal(store_key_pinned(w->s, w->a, "canaryperson", 0,
	    &pinned), SK_OK);
	assert_false(pinned.facts.stopped);
	world_commit(w);
}

/* Version 12 had one key an owner, which copies were sealed to: it still is,
 * and one that only signs stands beside it. */
static void
test_signers_of_12(void **state)
{
	struct world *w = *state;
	struct key_record k, before;

	fill(w);
	assert_int_equal(store_key_pinned(w->s, w->a, "canaryperson", 0,
	    &before), SK_OK);
	world_commit(w);
	sqlite3_close(back_to(w, BEFORE_SIGNERS));
	world_reopen(w);
	assert_int_equal(store_key_signing(w->s, w->a, "canaryperson", 0, &k),
	    SK_ERR_NOINPUT);
	k = sample_signer("2123456789ABCDEF0123456789ABCDEF01234567",
	    KEY_PINNED);
	k.person = "canaryperson";
	k.case_row = 0;
	assert_int_equal(store_key_put(w->s, &k), SK_OK);
	assert_int_equal(store_key_pinned(w->s, w->a, "canaryperson", 0, &k),
	    SK_OK);
	assert_string_equal(k.fpr, before.fpr);
	assert_int_equal(k.state, before.state);
	world_commit(w);
}

/* A stop of then is the fingerprint's: it outlives its row, and another key is
 * none of it. */
static void
test_stops_of_13(void **state)
{
	struct world *w = *state;
	struct key_record *keys, k = sample_key(
	    "0123456789ABCDEF0123456789ABCDEF01234567", KEY_STOPPED);
	bool stopped;
	size_t n;

	fill(w);
	k.person = "canaryperson";
	k.case_row = 0;
	assert_int_equal(store_key_put(w->s, &k), SK_OK);
	world_commit(w);
	sqlite3_close(back_to(w, BEFORE_STOPS));
	world_reopen(w);
	assert_int_equal(store_key_retire(w->s, "canaryperson"), SK_OK);
	assert_int_equal(store_key_is_stopped(w->s, &k.facts, &stopped),
	    SK_OK);
	assert_true(stopped);
	assert_int_equal(store_keys_stopped(w->s, w->a, &keys, &n), SK_OK);
	assert_int_equal(n, 1);
	assert_int_equal(keys[0].state, KEY_RETIRED);
	assert_true(keys[0].facts.stopped);
	k.facts.fpr[0] = '2';
	assert_int_equal(store_key_is_stopped(w->s, &k.facts, &stopped),
	    SK_OK);
	assert_false(stopped);
	world_commit(w);
}

/* Version 14 did not keep the door of a mail that was filed, and gave none
 * back. */
static void
test_again_of_14(void **state)
{
	struct world *w = *state;
	struct mail_record m = sample_mail(), got;

	m.door = DOOR_TRUSTED;
	assert_int_equal(store_mail_add(w->s, &m), SK_OK);
	assert_int_equal(store_mail_filed(w->s, &m), SK_OK);
	assert_int_equal(store_mail_get(w->s, w->a, m.row, &got), SK_OK);
	assert_int_equal(got.door, DOOR_TRUSTED);
	world_commit(w);
	sqlite3_close(back_to(w, BEFORE_AGAIN));
	world_reopen(w);
	assert_int_equal(store_mail_get(w->s, w->a, m.row, &got), SK_OK);
	assert_int_equal(got.door, DOOR_UNKNOWN);
	assert_int_equal(got.again, AGAIN_NO);
	world_commit(w);
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = { T(test_roster_of_1),
		T(test_guard_of_2), T(test_answers_of_4),
		T(test_ciphers_of_4), T(test_dates_of_7),
		T(test_returns_of_8), T(test_releases_of_9),
		T(test_heard_of_11), T(test_signers_of_12),
		T(test_stops_of_13), T(test_again_of_14) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

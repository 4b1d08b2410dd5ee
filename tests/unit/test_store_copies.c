/* A copy for one person: read back complete, its moves from state to state, and
 * the lists of copies. */
#include <config.h>

#include "store_world.h"

#include <string.h>

#include <sekisho/hash.h>

#include "store/internal.h"

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

/* Only a copy that is READY or HANDING has a hash that the guard finds. */
static void
test_copy_by_hash(void **state)
{
	struct world *w = *state;
	const unsigned char hash[SK_HASH] = { 1, 2, [31] = 3 };
	const unsigned char other[SK_HASH] = { 1, 2, [31] = 4 };
	int64_t row = world_copy(w, world_case(w));
	struct copy_record c;

	assert_int_equal(store_copy_by_hash(w->s, w->a, hash, &c),
	    SK_ERR_NOINPUT);
	store_copy_sealed(w->s, row, NULL, NULL, 0, sk_span_str("x"), hash);
	assert_int_equal(store_copy_by_hash(w->s, w->a, hash, &c), SK_OK);
	assert_int_equal(c.state, COPY_READY);
	assert_int_equal(store_copy_by_hash(w->s, w->a, other, &c),
	    SK_ERR_NOINPUT);
	store_copy_state(w->s, row, COPY_HANDING, "", 0);
	assert_int_equal(store_copy_by_hash(w->s, w->a, hash, &c), SK_OK);
	assert_int_equal(c.state, COPY_HANDING);
	assert_int_equal(c.row, row);
	assert_string_equal(c.address, "member@canary.example");
	store_copy_handed(w->s, row, "Q", "250", 1);
	assert_int_equal(store_copy_by_hash(w->s, w->a, hash, &c),
	    SK_ERR_NOINPUT);
}

static const unsigned char hash[SK_HASH] = { 9 };

static int
seal(struct world *w, int64_t row, const char *bytes)
{
	return store_copy_sealed(w->s, row, NULL, NULL, 0,
	    sk_span_str(bytes), hash);
}

/* A new copy, brought into a state the way it gets there in life. */
static int64_t
copy_in(struct world *w, int64_t case_row, enum copy_state st)
{
	int64_t row = world_copy(w, case_row);

	if (st == COPY_TO_SEAL)
		return row;
	if (st == COPY_HELD || st == COPY_DROPPED || st == COPY_MARKED) {
		assert_int_equal(store_copy_state(w->s, row, st, "why", 0),
		    SK_OK);
		return row;
	}
	assert_int_equal(seal(w, row, "bytes"), SK_OK);
	if (st == COPY_READY)
		return row;
	assert_int_equal(store_copy_state(w->s, row, COPY_HANDING, "", 0),
	    SK_OK);
	if (st == COPY_SENT || st == COPY_BOUNCED)
		assert_int_equal(store_copy_handed(w->s, row, "Q", "250", 1),
		    SK_OK);
	if (st == COPY_BOUNCED)
		assert_int_equal(store_copy_returned(w->s, row, true,
		    "bounced"), SK_OK);
	return row;
}

static void
test_copy_moves(void **state)
{
	static const char *const allowed[] = {	/* row: from, column: to */
		[COPY_TO_SEAL] = "y...yyy.", [COPY_READY] = ".yy.yyy.",
		[COPY_HANDING] = ".y..yy..", [COPY_SENT] = "........",
		[COPY_HELD] = "y...yyy.", [COPY_DROPPED] = "....yyy.",
		[COPY_MARKED] = "....yyy.", [COPY_BOUNCED] = "y.....y.",
	};
	struct world *w = *state;
	int64_t case_row = world_case(w);
	struct copy_record got;

	for (int from = 0; from <= COPY_BOUNCED; from++)
		for (int to = 0; to <= COPY_BOUNCED; to++) {
			int64_t row = copy_in(w, case_row,
			    (enum copy_state)from);
			bool may = allowed[from][to] == 'y';

			assert_int_equal(store_copy_state(w->s, row,
			    (enum copy_state)to, "r", 3),
			    may ? SK_OK : SK_ERR_BUG);
			assert_int_equal(store_copy_get(w->s, w->a, row,
			    &got), SK_OK);
			assert_int_equal(got.state, may ? to : from);
		}
}

static void
test_copy_begins(void **state)
{
	struct world *w = *state;
	struct copy_record c = sample_copy(world_case(w));

	for (int st = 0; st <= COPY_BOUNCED; st++) {
		bool may = st == COPY_TO_SEAL || st == COPY_HELD;

		c.state = (enum copy_state)st;
		assert_int_equal(store_copy_add(w->s, &c), may ? SK_OK :
		    SK_ERR_BUG);
	}
	c.state = COPY_TO_SEAL;
	c.case_row = 99;
	assert_int_equal(store_copy_add(w->s, &c), SK_ERR_NOINPUT);
}

static void
expect_bytes(struct world *w, int64_t row, const char *bytes)
{
	struct sk_span m;
	int r = store_copy_message(w->s, w->a, row, &m);

	assert_int_equal(r, bytes ? SK_OK : SK_ERR_NOINPUT);
	if (bytes)
		assert_true(sk_span_is(m, bytes));
}

/* Proved bytes change only by sealing anew, after a release. */
static void
test_copy_bytes_stay(void **state)
{
	struct world *w = *state;
	int64_t case_row = world_case(w), row;

	for (int st = 0; st <= COPY_BOUNCED; st++) {
		row = copy_in(w, case_row, (enum copy_state)st);
		if (st == COPY_TO_SEAL)
			continue;
		assert_int_equal(seal(w, row, "other"), SK_ERR_BUG);
		if (st == COPY_READY || st == COPY_HANDING ||
		    st == COPY_SENT || st == COPY_BOUNCED)
			expect_bytes(w, row, "bytes");
	}
	row = copy_in(w, case_row, COPY_READY);
	assert_int_equal(store_copy_state(w->s, row, COPY_HELD, "key", 0),
	    SK_OK);
	expect_bytes(w, row, "bytes");
	assert_int_equal(store_copy_state(w->s, row, COPY_TO_SEAL, "", 0),
	    SK_OK);
	expect_bytes(w, row, NULL);
	assert_int_equal(seal(w, row, "anew"), SK_OK);
	expect_bytes(w, row, "anew");
}

static void
test_copy_handed_once(void **state)
{
	struct world *w = *state;
	int64_t case_row = world_case(w);

	for (int st = 0; st <= COPY_BOUNCED; st++) {
		int64_t row = copy_in(w, case_row, (enum copy_state)st);

		assert_int_equal(store_copy_handed(w->s, row, "Q", "250", 5),
		    st == COPY_HANDING ? SK_OK : SK_ERR_BUG);
		if (st == COPY_SENT)
			assert_int_equal(store_copy_tried(w->s, row, "", 5),
			    SK_ERR_BUG);
	}
	assert_int_equal(store_copy_handed(w->s, 999, "Q", "250", 5),
	    SK_ERR_NOINPUT);
}

/* What may have left stays known as that, whatever it becomes. */
static void
test_copy_left(void **state)
{
	struct world *w = *state;
	int64_t row = copy_in(w, world_case(w), COPY_READY);
	struct copy_record got;

	assert_int_equal(store_copy_get(w->s, w->a, row, &got), SK_OK);
	assert_int_equal(got.sent, 0);
	assert_int_equal(store_copy_left(w->s, row, 77), SK_OK);
	assert_int_equal(store_copy_state(w->s, row, COPY_HELD, "x", 0),
	    SK_OK);
	assert_int_equal(store_copy_state(w->s, row, COPY_TO_SEAL, "", 0),
	    SK_OK);
	assert_int_equal(seal(w, row, "anew"), SK_OK);
	assert_int_equal(store_copy_state(w->s, row, COPY_DROPPED, "x", 0),
	    SK_OK);
	assert_int_equal(store_copy_get(w->s, w->a, row, &got), SK_OK);
	assert_int_equal(got.sent, 77);
	assert_int_equal(store_copy_left(w->s, 999, 5), SK_ERR_NOINPUT);
}

static void
test_copy_due(void **state)
{
	struct world *w = *state;
	int64_t c = world_case(w), rows[9];
	int64_t one = copy_in(w, c, COPY_READY);
	int64_t two = copy_in(w, c, COPY_READY);
	int64_t three = copy_in(w, c, COPY_READY);
	size_t n;

	copy_in(w, c, COPY_SENT);
	assert_int_equal(store_copy_state(w->s, one, COPY_READY, "later",
	    100), SK_OK);
	assert_int_equal(store_copy_due(w->s, COPY_READY, 99, rows, 9, &n),
	    SK_OK);
	assert_int_equal(n, 2);
	assert_int_equal(rows[0], two);
	assert_int_equal(rows[1], three);
	assert_int_equal(store_copy_due(w->s, COPY_READY, 100, rows, 2, &n),
	    SK_OK);
	assert_int_equal(n, 2);
	assert_int_equal(store_copy_due(w->s, COPY_READY, 100, rows, 9, &n),
	    SK_OK);
	assert_int_equal(n, 3);
	assert_int_equal(rows[2], one);
	assert_int_equal(store_copy_due(w->s, COPY_SENT, INT64_MAX, rows, 9,
	    &n), SK_OK);
	assert_int_equal(n, 0);
}

/* Of a clock that was ahead: it waits no longer, nor does what is sealed now;
 * what waits for its turn goes on waiting, and what is held is not touched. */
static void
test_copies_from_ahead(void **state)
{
	struct world *w = *state;
	int64_t c = world_case(w), rows[9];
	int64_t ahead = copy_in(w, c, COPY_READY);
	int64_t turn = copy_in(w, c, COPY_READY);
	int64_t held = copy_in(w, c, COPY_HELD);
	struct copy_record r;
	size_t n;

	store_copy_state(w->s, ahead, COPY_READY, "retry", 9000);
	store_copy_state(w->s, turn, COPY_READY, "retry", 200);
	assert_int_equal(store_copies_from_ahead(w->s, 100, 200), SK_OK);
	assert_int_equal(store_copy_due(w->s, COPY_READY, 100, rows, 9, &n),
	    SK_OK);
	assert_int_equal(n, 1);
	assert_int_equal(rows[0], ahead);
	assert_int_equal(store_copy_get(w->s, w->a, ahead, &r), SK_OK);
	assert_string_equal(r.reason, "retry");
	assert_int_equal(store_copy_get(w->s, w->a, turn, &r), SK_OK);
	assert_int_equal(r.next_try, 200);
	assert_int_equal(store_copy_get(w->s, w->a, held, &r), SK_OK);
	assert_int_equal(r.state, COPY_HELD);
}

static size_t
listed(struct world *w, int state, int64_t digest, int64_t case_row)
{
	struct copy_record *list;
	size_t n;

	assert_int_equal(store_copy_list(w->s, w->a, state, digest, case_row,
	    100, &list, &n), SK_OK);
	for (size_t i = 1; i < n; i++)
		assert_true(list[i].row < list[i - 1].row);
	return n;
}

static void
test_copy_lists(void **state)
{
	struct world *w = *state;
	int64_t one = world_case(w), two = world_case(w);
	struct digest_record d = { .by = "ann" };
	struct copy_record c = sample_copy(0), *list;
	size_t n;

	assert_int_equal(store_digest_add(w->s, &d), SK_OK);
	c.digest = d.row;
	assert_int_equal(store_copy_add(w->s, &c), SK_OK);
	c.case_row = two;
	assert_int_equal(store_copy_add(w->s, &c), SK_OK);
	copy_in(w, one, COPY_READY);
	copy_in(w, one, COPY_SENT);
	copy_in(w, two, COPY_READY);
	assert_int_equal(listed(w, -1, 0, 0), 5);
	assert_int_equal(listed(w, COPY_READY, 0, 0), 2);
	assert_int_equal(listed(w, -1, 0, one), 2);
	assert_int_equal(listed(w, COPY_SENT, 0, one), 1);
	assert_int_equal(listed(w, -1, d.row, 0), 2);
	assert_int_equal(listed(w, COPY_HELD, d.row, 0), 0);
	assert_int_equal(listed(w, COPY_TO_SEAL, d.row, two), 1);
	assert_int_equal(store_copy_list(w->s, w->a, -1, 0, 0, 3, &list, &n),
	    SK_OK);
	assert_int_equal(n, 3);
}

/* What waits is set aside by its number; what has ended stays what it is. */
static void
test_copy_set_aside(void **state)
{
	struct world *w = *state;
	int64_t c = world_case(w), row;
	struct copy_record got;

	for (int st = 0; st <= COPY_BOUNCED; st++) {
		bool waits = st == COPY_TO_SEAL || st == COPY_READY ||
		    st == COPY_HANDING || st == COPY_HELD;

		row = copy_in(w, c, (enum copy_state)st);
		assert_int_equal(store_copy_set_aside(w->s, row, COPY_HELD),
		    waits ? SK_OK : SK_ERR_NOINPUT);
		assert_int_equal(store_copy_get(w->s, w->a, row, &got), SK_OK);
		assert_int_equal(got.state, waits ? COPY_HELD : st);
		assert_false(got.unreadable);
	}
	row = copy_in(w, c, COPY_HELD);
	assert_int_equal(store_copy_set_aside(w->s, row, COPY_SENT),
	    SK_ERR_BUG);
	assert_int_equal(store_copy_set_aside(w->s, row, COPY_MARKED), SK_OK);
	assert_int_equal(store_copy_set_aside(w->s, row, COPY_HELD),
	    SK_ERR_NOINPUT);
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_copy), T(test_copy_life), T(test_copy_of_11),
		T(test_copies_of), T(test_copy_by_hash), T(test_copy_moves),
		T(test_copy_begins), T(test_copy_bytes_stay),
		T(test_copy_handed_once), T(test_copy_left), T(test_copy_due),
		T(test_copies_from_ahead),
		T(test_copy_lists),
		T(test_copy_set_aside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

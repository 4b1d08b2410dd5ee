/* The store's own rules: what is found again, what is counted and what is
 * refused. */
#include <config.h>

#include "store_world.h"

#include <string.h>

#include <sekisho/limits.h>

/* ---- tokens, repeats, numbers ---- */

static void
test_tokens(void **state)
{
	struct world *w = *state;
	struct token_record t = { .address = "a@b.example", .question = 1 };
	struct token_record got;

	t.case_row = world_case(w);
	assert_int_equal(store_token_add(w->s, "one", &t), SK_OK);
	assert_int_equal(store_token_add(w->s, "one", &t), SK_ERR_EXISTS);
	assert_int_equal(store_token_add(w->s, "two", &t), SK_OK);
	t.question = 2;
	assert_int_equal(store_token_add(w->s, "three", &t), SK_OK);
	assert_int_equal(store_token_use(w->s, t.case_row, 1), SK_OK);
	assert_int_equal(store_token_find(w->s, w->a, "one", &got), SK_OK);
	assert_true(got.used);
	assert_int_equal(store_token_find(w->s, w->a, "two", &got), SK_OK);
	assert_true(got.used);
	assert_int_equal(store_token_find(w->s, w->a, "three", &got), SK_OK);
	assert_false(got.used);
	/* A code that came in the clear stays spent, used or not. */
	assert_int_equal(store_token_code_seen(w->s, "two"), SK_OK);
	assert_int_equal(store_token_code_seen(w->s, "three"), SK_OK);
	assert_int_equal(store_token_use(w->s, t.case_row, 2), SK_OK);
	assert_int_equal(store_token_find(w->s, w->a, "one", &got), SK_OK);
	assert_true(got.used && !got.code_seen);
	assert_int_equal(store_token_find(w->s, w->a, "two", &got), SK_OK);
	assert_true(got.used && got.code_seen);
	assert_int_equal(store_token_find(w->s, w->a, "three", &got), SK_OK);
	assert_true(got.used && got.code_seen);
	t.case_row = 99;
	assert_int_equal(store_token_add(w->s, "four", &t), SK_ERR_NOINPUT);
}

static int64_t
repeat_of(struct world *w, const struct mail_record *m, int64_t *case_row)
{
	int64_t row = -1;

	assert_int_equal(store_mail_repeat_raw(w->s, m, &row, case_row),
	    SK_OK);
	return row;
}

static void
test_repeat_raw(void **state)
{
	struct world *w = *state;
	static const char *const turned[] = { "CSC-info@council.example",
		"csc-anken@council.example" };
	struct mail_record first = sample_mail(), m = sample_mail(), last;
	int64_t case_row;

	assert_int_equal(store_mail_add(w->s, &first), SK_OK);
	assert_int_equal(store_mail_add(w->s, &m), SK_OK);
	assert_int_equal(repeat_of(w, &m, &case_row), 0);	/* unread */
	first.case_row = world_case(w);
	assert_int_equal(store_mail_filed(w->s, &first), SK_OK);
	assert_int_equal(repeat_of(w, &first, &case_row), 0);	/* itself */
	assert_int_equal(repeat_of(w, &m, &case_row), first.row);
	assert_int_equal(case_row, first.case_row);
	/* the newest of a kind */
	last = m;
	assert_int_equal(store_mail_filed(w->s, &last), SK_OK);
	m = sample_mail();
	assert_int_equal(store_mail_add(w->s, &m), SK_OK);
	assert_int_equal(repeat_of(w, &m, &case_row), last.row);
	first = last;
	m.rcpts = turned;
	m.sender = "hanako@canary.example";
	assert_int_equal(repeat_of(w, &m, &case_row), first.row);
	m.nrcpts = 1;
	assert_int_equal(repeat_of(w, &m, &case_row), 0);
	m = sample_mail();
	m.sender = "other@canary.example";
	assert_int_equal(repeat_of(w, &m, &case_row), 0);
	m = sample_mail();
	m.raw_hash[31] ^= 1;
	assert_int_equal(repeat_of(w, &m, &case_row), 0);
}

static void
test_repeat_content(void **state)
{
	struct world *w = *state;
	struct mail_record first = sample_mail(), m = sample_mail();
	int64_t row, case_row;

	assert_int_equal(store_mail_add(w->s, &first), SK_OK);
	first.case_row = world_case(w);
	assert_int_equal(store_mail_filed(w->s, &first), SK_OK);
	m.raw_hash[0] ^= 1;
	m.sender = "bounce+7@list.example";
	assert_int_equal(store_mail_add(w->s, &m), SK_OK);
	assert_int_equal(store_mail_repeat_content(w->s, &m, first.received,
	    &row, &case_row), SK_OK);
	assert_int_equal(row, first.row);
	assert_int_equal(case_row, first.case_row);
	assert_int_equal(store_mail_repeat_content(w->s, &m,
	    first.received + 1, &row, &case_row), SK_OK);
	assert_int_equal(row, 0);
	memset(m.content_id, 0, SK_HASH);	/* not read: no repeat */
	assert_int_equal(store_mail_repeat_content(w->s, &m, 0, &row,
	    &case_row), SK_OK);
	assert_int_equal(row, 0);
}

static void
test_mail_pending(void **state)
{
	struct world *w = *state;
	struct mail_record m[4];
	int64_t rows[4];
	size_t n;

	for (size_t i = 0; i < 4; i++) {
		m[i] = sample_mail();
		assert_int_equal(store_mail_add(w->s, &m[i]), SK_OK);
	}
	assert_int_equal(store_mail_filed(w->s, &m[1]), SK_OK);
	assert_int_equal(store_mail_pending(w->s, 0, rows, 2, &n), SK_OK);
	assert_int_equal(n, 2);
	assert_int_equal(rows[0], m[0].row);
	assert_int_equal(rows[1], m[2].row);
	assert_int_equal(store_mail_pending(w->s, rows[1], rows, 4, &n),
	    SK_OK);
	assert_int_equal(n, 1);
	assert_int_equal(rows[0], m[3].row);
	m[0].case_row = 99;
	assert_int_equal(store_mail_filed(w->s, &m[0]), SK_ERR_NOINPUT);
}

/* Filed with a case, not yet under its key: what a start goes on with. */
static void
test_mail_unwrapped(void **state)
{
	struct world *w = *state;
	struct case_record c = sample_case();
	struct mail_record m[3];
	int64_t rows[4];
	size_t n;

	assert_int_equal(store_case_open(w->s, &c), SK_OK);
	for (size_t i = 0; i < 3; i++) {
		m[i] = sample_mail();
		assert_int_equal(store_mail_add(w->s, &m[i]), SK_OK);
		m[i].case_row = i < 2 ? c.row : 0;
		m[i].by_case = i == 1;
	}
	assert_int_equal(store_mail_unwrapped(w->s, 0, rows, 4, &n), SK_OK);
	assert_int_equal(n, 0);		/* nothing is filed yet */
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(store_mail_filed(w->s, &m[i]), SK_OK);
	assert_int_equal(store_mail_unwrapped(w->s, 0, rows, 4, &n), SK_OK);
	assert_int_equal(n, 1);
	assert_int_equal(rows[0], m[0].row);
	m[0].by_case = true;
	assert_int_equal(store_mail_filed(w->s, &m[0]), SK_OK);
	assert_int_equal(store_mail_unwrapped(w->s, 0, rows, 4, &n), SK_OK);
	assert_int_equal(n, 0);
}

static void
test_case_numbers(void **state)
{
	struct world *w = *state;
	static const char *const bad[] = { "2026-1", "2026-00001", "26-0001",
		"2026-0001 ", "2026-0009", "2026-", "", "2026-000a",
		"2026-99999999999999999999", "' OR 1=1 --" };
	struct case_record c, got, *list;
	size_t n;

	for (int i = 0; i < 3; i++) {
		c = sample_case();
		c.year = i == 1 ? 2027 : 2026;
		c.state = i == 0 ? CASE_REJECTED : CASE_RECEIVED;
		assert_int_equal(store_case_open(w->s, &c), SK_OK);
	}
	assert_string_equal(c.number, "2026-0002");
	assert_int_equal(store_case_find(w->s, w->a, "2027-0001", &got),
	    SK_OK);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(store_case_find(w->s, w->a, bad[i], &got),
		    SK_ERR_NOINPUT);
	assert_int_equal(store_case_list(w->s, w->a, true, 9, &list, &n),
	    SK_OK);
	assert_int_equal(n, 2);
	assert_string_equal(list[0].number, "2026-0002");
	c.state = CASE_WITHDRAWN;
	assert_int_equal(store_case_update(w->s, &c), SK_OK);
	assert_int_equal(store_case_list(w->s, w->a, true, 9, &list, &n),
	    SK_OK);
	assert_int_equal(n, 1);
	assert_int_equal(store_case_list(w->s, w->a, false, 2, &list, &n),
	    SK_OK);
	assert_int_equal(n, 2);
	c.row = 99;
	assert_int_equal(store_case_update(w->s, &c), SK_ERR_NOINPUT);
}

/* ---- restraint ---- */

static void
expect_counts(struct world *w, const char *address, int64_t now,
    unsigned day, unsigned domain, unsigned all, unsigned notices)
{
	struct auto_counts n;

	assert_int_equal(store_auto_counts(w->s, address, AUTH_NONE, now,
	    &n), SK_OK);
	assert_int_equal(n.address_day, day);
	assert_int_equal(n.domain_hour, domain);
	assert_int_equal(n.all_hour, all);
	assert_int_equal(n.notices_hour, notices);
}

static void
test_auto(void **state)
{
	struct world *w = *state;
	int64_t t = 1790000000;

	store_auto_add(w->s, "A@mail.canary.example", AUTH_NONE, t);
	store_auto_add(w->s, "b@canary.example", AUTH_NONE, t);
	store_auto_add(w->s, "c@other.example", AUTH_NONE, t);
	store_auto_add(w->s, "a@mail.canary.example", AUTH_PASS, t);
	store_auto_add(w->s, NULL, AUTH_NONE, t);
	expect_counts(w, "a@mail.canary.example", t, 1, 2, 3, 1);
	expect_counts(w, "new@canary.example", t, 0, 2, 3, 1);
	expect_counts(w, "a@mail.canary.example", t + 3599, 1, 2, 3, 1);
	expect_counts(w, "a@mail.canary.example", t + 3600, 1, 0, 0, 0);
	expect_counts(w, "a@mail.canary.example", t + 86400, 0, 0, 0, 0);
	/* Old rows go with the next one. */
	store_auto_add(w->s, "z@z.example", AUTH_NONE, t + 2 * 86400 + 1);
	expect_counts(w, "a@mail.canary.example", t, 0, 0, 1, 0);
}

static void
test_auto_stops_counting(void **state)
{
	struct world *w = *state;
	struct auto_counts n;

	for (int i = 0; i < LIMIT_AUTO_COUNT + 5; i++)
		assert_int_equal(store_auto_add(w->s, "a@b.example",
		    AUTH_PASS, 5), SK_OK);
	assert_int_equal(store_auto_counts(w->s, "a@b.example", AUTH_PASS, 5,
	    &n), SK_OK);
	assert_int_equal(n.all_hour, LIMIT_AUTO_COUNT);
}

static struct failing
mail_of(const char *address, enum authentication auth, const char **token)
{
	return (struct failing){ address, auth, token, *token != NULL };
}

static void
fails(struct world *w, const char *address, enum authentication auth,
    const char *token, int64_t at)
{
	struct failing f = mail_of(address, auth, &token);

	assert_int_equal(store_failure_add(w->s, &f, at), SK_OK);
}

/* What the store has counted a second later. */
static void
failed(struct world *w, const char *address, enum authentication auth,
    const char *token, int64_t at, enum failing_shows shows, unsigned own,
    unsigned all)
{
	struct failing f = mail_of(address, auth, &token);
	struct failures n;

	assert_int_equal(store_failures_day(w->s, &f, at + 1, &n), SK_OK);
	assert_int_equal(n.shows, shows);
	assert_int_equal(n.own, own);
	assert_int_equal(n.all, all);
}

static void
gives(struct world *w, int64_t case_row, const char *token,
    const char *address)
{
	struct token_record t = { .case_row = case_row, .address = address };

	assert_int_equal(store_token_add(w->s, token, &t), SK_OK);
}

/* What could not be opened counts by address and by domain, and by what is
 * known of the sender: a forged From fills no other's count. */
static void
test_failures(void **state)
{
	struct world *w = *state;
	int64_t at = 1000;

	fails(w, "c@sub.b.example", AUTH_PASS, NULL, at);
	fails(w, "a@b.example", AUTH_PASS, NULL, at);
	fails(w, "a@b.example", AUTH_PASS, NULL, at);
	failed(w, "A@b.example", AUTH_PASS, NULL, at, SHOWS_NAME, 2, 3);
	failed(w, "x@b.example", AUTH_PASS, NULL, at, SHOWS_NAME, 0, 3);
	failed(w, "a@b.example", AUTH_NONE, NULL, at, SHOWS_NAME, 0, 0);
	failed(w, "a@b.example", AUTH_PASS, NULL, at + 86400, SHOWS_NAME, 0,
	    0);
}

/* Whoever writes an address that nothing authenticates over mails of his own
 * keeps out nobody who shows a token that was sent to it. A stranger's token,
 * or one of nobody, shows nothing, and where the sender is known by his domain
 * there is one count. */
static void
test_failures_of_a_token(void **state)
{
	struct world *w = *state;
	int64_t c = world_case(w), at = 1000;
	static const char one[] = "abcdefghijklmnopqrstuvwxyz",
	    two[] = "bcdefghijklmnopqrstuvwxyza",
	    nobodys[] = "cdefghijklmnopqrstuvwxyzab";

	gives(w, c, one, "a@b.example");
	gives(w, c, two, "a@b.example");
	fails(w, "a@b.example", AUTH_NONE, NULL, at);
	fails(w, "a@b.example", AUTH_NONE, nobodys, at);
	fails(w, "z@b.example", AUTH_NONE, one, at);
	failed(w, "a@b.example", AUTH_NONE, NULL, at, SHOWS_NAME, 2, 3);
	failed(w, "A@b.example", AUTH_NONE, one, at, SHOWS_TOKEN, 0, 0);
	fails(w, "a@b.example", AUTH_NONE, one, at);
	failed(w, "a@b.example", AUTH_NONE, one, at, SHOWS_TOKEN, 1, 1);
	failed(w, "a@b.example", AUTH_NONE, two, at, SHOWS_TOKEN, 0, 1);
	failed(w, "a@b.example", AUTH_NONE, NULL, at, SHOWS_NAME, 2, 3);
	failed(w, "a@b.example", AUTH_PASS, one, at, SHOWS_NAME, 0, 0);
}

/* ---- hostile strings ---- */

static void
test_injection(void **state)
{
	struct world *w = *state;
	static const char *const words[] = { "'); DROP TABLE cases; --",
		"\" OR \"\"=\"", "%_%", "a\\'b", "NULL", "?1", ":x",
		"\xef\xbb\xbfx", "x\ny\r\n\tz", "\xf0\x9f\x98\x80" };
	struct case_record c = sample_case(), got;
	struct person p;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		c.originator_name = c.last_subject = c.note = words[i];
		assert_int_equal(store_case_open(w->s, &c), SK_OK);
		assert_int_equal(store_case_get(w->s, w->a, c.row, &got),
		    SK_OK);
		assert_string_equal(got.originator_name, words[i]);
		assert_string_equal(got.last_subject, words[i]);
		assert_int_equal(store_person_by_address(w->s, w->a, words[i],
		    &p), SK_ERR_NOINPUT);
		assert_int_equal(store_meta_set(w->s, words[i], words[i]),
		    SK_OK);
		assert_int_equal(store_audit(w->s, 1, words[i], words[i],
		    words[i], words[i]), SK_OK);
	}
}

/* What could not be read again is not written. */
static void
test_bad_utf8(void **state)
{
	struct world *w = *state;
	static const char *const words[] = { "\xff", "\xed\xa0\x80",
		"\xc0\x80", "cut \xe3\x81" };
	struct case_record c = sample_case(), *list;
	size_t n;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		c.last_subject = words[i];
		assert_int_equal(store_case_open(w->s, &c), SK_ERR_DATA);
		assert_int_equal(store_meta_set(w->s, words[i], "v"),
		    SK_ERR_DATA);
		assert_int_equal(store_meta_set(w->s, "v", words[i]),
		    SK_ERR_DATA);
	}
	assert_int_equal(store_case_list(w->s, w->a, false, 9, &list, &n),
	    SK_OK);
	assert_int_equal(n, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_tokens), T(test_repeat_raw), T(test_repeat_content),
		T(test_mail_pending), T(test_mail_unwrapped),
		T(test_case_numbers), T(test_auto), T(test_failures),
		T(test_failures_of_a_token),
		T(test_auto_stops_counting), T(test_injection),
		T(test_bad_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

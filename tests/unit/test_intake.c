/*
 * Who is read, who waits, and for whom: intake and its jobs over readers and
 * keyds of the test's own, which answer when they are told to. A hostile mail
 * may cost no more than itself; a keyd that is not there, no plain mail.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sekisho/files.h>
#include <sekisho/policy.h>
#include <sekisho/text.h>

#include "sekishod/intake.h"

enum { MAILS = LIMIT_INTAKE_JOBS + 600, READERS = 2 };
enum { AT_ONCE = 16 * READERS };

struct pool {
	bool is_keyd;
};

static struct {
	struct daemon d;
	struct config conf;
	struct policy policy;
	struct pool readers, keyds;
	const char *sender[MAILS + 1], *tag[MAILS + 1];
	bool large[MAILS + 1];
	struct job *asked[MAILS + 1];	/* whose answer is awaited, by row */
	pool_fn fn[MAILS + 1];
	struct pool *of[MAILS + 1];
	unsigned asks[MAILS + 1];
	int64_t row, worked;
	int64_t applied[MAILS];
	size_t napplied;
	bool failed, untried;		/* of the one applied last */
	enum failing_shows shows;
	unsigned failures, failures_domain;	/* as the store counted them */
	unsigned counted;		/* failures, by us */
	loop_fn timer;			/* the last one, and for how long */
	void *timer_ctx;
	int64_t pause;
} t;

/* ---- in place of the pools ---- */

uint64_t
pool_ask(struct pool *p, uint32_t type, struct sk_span fields, const int *fds,
    size_t nfds, bool urgent, pool_fn fn, void *ctx)
{
	struct job *j = ctx;

	(void)type;
	(void)fields;
	(void)fds;
	(void)nfds;
	(void)urgent;
	t.asked[j->mail.row] = j;
	t.fn[j->mail.row] = fn;
	t.of[j->mail.row] = p;
	t.asks[j->mail.row]++;
	return 1;
}

void
pool_cancel(struct pool *p, uint64_t id)
{
	(void)p;
	(void)id;
}

size_t
pool_size(const struct pool *p)
{
	(void)p;
	return READERS;
}

int64_t
pool_worked(const struct pool *p)
{
	(void)p;
	return t.worked;
}

uint64_t
opening_ask(struct daemon *d, struct sk_arena *a, const struct mail_record *m,
    enum open_purpose purpose, bool urgent, pool_fn fn, void *ctx,
    struct sk_error *e)
{
	(void)a;
	(void)m;
	(void)purpose;
	(void)e;
	return pool_ask(d->keyds, MSG_OPEN, sk_span_of("", 0), NULL, 0, urgent,
	    fn, ctx);
}

/* ---- in place of the store, the turn and what follows ---- */

const char *
council_fpr(const struct daemon *d, enum key_scheme scheme)
{
	(void)d;
	(void)scheme;
	return "known";
}

int
store_mail_get(struct store *s, struct sk_arena *a, int64_t row,
    struct mail_record *out)
{
	static const char *desk[] = { "csc@example.jp" };
	const char **rcpt = sk_arena_array(a, 1, sizeof(*rcpt));

	(void)s;
	*rcpt = t.tag[row] ? sk_arena_printf(a, "csc+%s@example.jp",
	    t.tag[row]) : desk[0];
	*out = (struct mail_record){ .row = row, .sender = t.sender[row],
		.rcpts = rcpt, .nrcpts = 1, .note = "",
		.received = 1000 + row,
		.spool = t.large[row] ? "large" : NULL };
	return SK_OK;
}

int
store_mail_try(struct store *s, int64_t row)
{
	(void)s;
	(void)row;
	return SK_OK;
}

int
store_mail_pending(struct store *s, int64_t after, int64_t *rows, size_t max,
    size_t *n)
{
	(void)s;
	(void)after;
	(void)rows;
	(void)max;
	*n = 0;
	return SK_OK;
}

int
store_keys_of_address(struct store *s, struct sk_arena *a,
    const char *address, struct key_record **out, size_t *n)
{
	(void)s;
	(void)a;
	(void)address;
	*out = NULL;
	*n = 0;
	return SK_OK;
}

int
store_keys_of_id(struct store *s, struct sk_arena *a, const char *id,
    struct key_record **out, size_t *n)
{
	return store_keys_of_address(s, a, id, out, n);
}

int
store_cipher_seen(struct store *s, const unsigned char cipher[32],
    const char *from, int64_t mail, struct seen *before)
{
	(void)s;
	(void)cipher;
	(void)from;
	(void)mail;
	*before = (struct seen){ 0 };
	return SK_OK;
}

int
store_failure_add(struct store *s, const struct failing *f, int64_t when)
{
	assert_true(s == t.d.store && f->address && when);
	t.counted++;
	return SK_OK;
}

int
store_failures_day(struct store *s, const struct failing *f, int64_t now,
    struct failures *out)
{
	assert_true(s == t.d.store && f->address && now);
	*out = (struct failures){ t.shows, t.failures, t.failures_domain };
	return SK_OK;
}

void
turn_after(struct daemon *d, turn_fn fn, void *ctx)
{
	(void)d;
	if (fn)
		fn(ctx, SK_OK);
}

void
turn_forget(struct daemon *d, void *ctx)
{
	(void)d;
	(void)ctx;
}

struct loop_timer *
loop_timer_new(struct loop *l, loop_fn fn, void *ctx)
{
	(void)l;
	t.timer = fn;
	t.timer_ctx = ctx;
	return NULL;
}

void
loop_timer_in(struct loop_timer *timer, int64_t milliseconds)
{
	(void)timer;
	t.pause = milliseconds;
}

void
loop_timer_free(struct loop_timer **timer)
{
	*timer = NULL;
}

void
verdict_of_layer(struct job *j, struct verdict *v)
{
	j->verdict.encrypted |= v->encrypted;
	j->verdict.failed |= v->failed;
}

void
job_apply(struct job *j)
{
	t.applied[t.napplied++] = j->mail.row;
	t.failed = j->verdict.failed;
	t.untried = j->verdict.untried;
	t.asked[j->mail.row] = NULL;
}

/* ---- what the test says ---- */

static int
set_up(void **state)
{
	static struct config_desk desk = { .address = "csc@example.jp" };

	(void)state;
	memset(&t, 0, sizeof(t));
	t.keyds.is_keyd = true;
	t.conf.desks = &desk;
	t.conf.ndesks = 1;
	t.conf.domain = "example.jp";
	t.conf.authserv_id = "mx.example.jp";
	t.d.config = &t.conf;
	t.d.policy = &t.policy;
	t.d.readers = &t.readers;
	t.d.keyds = &t.keyds;
	t.d.intake = intake_new(&t.d);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	intake_free(&t.d.intake);
	return 0;
}

/* The next mail; returns its row. */
static int64_t
comes(const char *sender)
{
	static const unsigned char key[VAULT_KEY] = { 1 };
	struct sk_buf plain;
	int64_t row = ++t.row;

	t.sender[row] = sender;
	sk_buf_init(&plain, 64);
	if (!t.large[row])
		sk_buf_adds(&plain, "Subject: x\r\n\r\nx\r\n");
	intake_add(t.d.intake, row, &plain, t.large[row] ? NULL : key);
	sk_buf_free(&plain);
	return row;
}

static int64_t
comes_from(unsigned number)
{
	static char names[MAILS][24];
	char *name = names[number % MAILS];

	snprintf(name, sizeof(names[0]), "s%u@example.com", number);
	return comes(name);
}

static bool
awaits(int64_t row, const struct pool *p)
{
	return t.asked[row] && t.of[row] == p;
}

static void
says(int64_t row, uint32_t type, const struct sk_buf *fields, int fd)
{
	struct channel_message m;
	struct job *j = t.asked[row];

	assert_non_null(j);
	channel_message_init(&m);
	m.type = type;
	sk_buf_add(&m.fields, fields->p, fields->len);
	m.nfds = fd >= 0;
	m.fds[0] = fd;
	t.asked[row] = NULL;
	t.fn[row](j, &m, NULL);
	channel_message_end(&m);
}

static void
reader_says_from(int64_t row, enum fact_form form, const char *from)
{
	struct fact_auth_method dmarc = { "dmarc", "pass", from ?
		sk_address_domain(from) : NULL };
	struct fact_authres results = { "mx.example.jp", .above_received = true,
		.methods = &dmarc, .nmethods = 1 };
	struct facts f = { .form = form, .data_len = 1,
		.from = { from, NULL }, .authres = &results,
		.nauthres = from ? 1 : 0 };
	struct msg_read_done done = { .status = SK_OK };
	struct sk_buf facts, fields;

	assert_true(awaits(row, &t.readers));
	sk_buf_init(&facts, LIMIT_FACTS);
	facts_put(&facts, &f);
	done.facts_len = facts.len;
	sk_fd_write(t.asked[row]->facts_fd, facts.p, facts.len);
	sk_buf_init(&fields, LIMIT_WIRE_FIELDS);
	msg_read_done_put(&fields, &done);
	says(row, MSG_READ_DONE, &fields, -1);
	sk_buf_free(&fields);
	sk_buf_free(&facts);
}

static void
reader_says(int64_t row, enum fact_form form)
{
	reader_says_from(row, form, NULL);
}

static void
keyd_says(int64_t row, bool opened)
{
	struct msg_opened_mail o = { .status = opened ? SK_OK :
		SK_ERR_CRYPTO, .verdict = { .encrypted = true,
		.integrity = opened, .failed = !opened } };
	struct sk_buf fields;

	assert_true(awaits(row, &t.keyds));
	sk_buf_init(&fields, LIMIT_WIRE_FIELDS);
	msg_opened_mail_put(&fields, &o);
	says(row, MSG_OPENED_MAIL, &fields, opened ? sk_memfd("plain") : -1);
	sk_buf_free(&fields);
}

/* It died, and the one that was asked after it. */
static void
keyd_dies(int64_t row)
{
	struct job *j = t.asked[row];

	assert_true(awaits(row, &t.keyds));
	t.asked[row] = NULL;
	t.fn[row](j, NULL, "died by signal 9");
}

static void
keyd_says_own_fault(int64_t row)
{
	struct msg_opened_mail o = { .status = SK_ERR_TEMP,
		.verdict = { .encrypted = true, .failed = true },
		.reason = "no key" };
	struct sk_buf fields;

	assert_true(awaits(row, &t.keyds));
	sk_buf_init(&fields, LIMIT_WIRE_FIELDS);
	msg_opened_mail_put(&fields, &o);
	says(row, MSG_OPENED_MAIL, &fields, -1);
	sk_buf_free(&fields);
}

static void
is_read_plain(int64_t row)
{
	size_t before = t.napplied;

	reader_says(row, FORM_PLAIN);
	assert_int_equal(t.napplied, before + 1);
	assert_int_equal(t.applied[before], row);
}

/* ---- tests ---- */

static void
a_missing_keyd_keeps_no_plain_mail(void **state)
{
	int64_t since;

	(void)state;
	assert_int_equal(intake_at_keyd(t.d.intake, &since), 0);
	for (unsigned i = 0; i < 500; i++)
		reader_says(comes_from(i), FORM_PGP_ENCRYPTED);
	is_read_plain(comes("plain@example.com"));
	comes("unread@example.com");
	assert_int_equal(intake_at_keyd(t.d.intake, &since), 500);
	assert_int_equal(since, 1000 + 1);
	keyd_says(1, false);
	assert_int_equal(intake_at_keyd(t.d.intake, &since), 499);
	assert_int_equal(since, 1000 + 2);
}

/* One that takes long, and hundreds of the same sender behind it. */
static void
one_sender_keeps_nobody_else(void **state)
{
	int64_t slow = comes("slow@example.com"), row;
	size_t begun = 0;

	(void)state;
	reader_says(slow, FORM_PGP_ENCRYPTED);
	for (unsigned i = 0; i < 500; i++) {
		row = comes("slow@example.com");
		if (!t.asked[row])
			continue;	/* far behind: not even read */
		reader_says(row, FORM_PLAIN);
		begun++;
	}
	assert_int_equal(t.napplied, 0);
	assert_int_equal(begun, AT_ONCE - 1);
	is_read_plain(comes("other@example.com"));
	keyd_says(slow, false);
	for (row = slow + 1; row <= slow + 500; row++)
		if (t.asked[row])
			reader_says(row, FORM_PLAIN);
	assert_int_equal(t.napplied, 502);
	assert_int_equal(t.applied[1], slow);
	for (size_t i = 2; i < 502; i++)	/* custody order */
		assert_int_equal(t.applied[i], slow + (int64_t)i - 1);
}

/* Even that has an end: memory is not without one. */
static void
so_many_and_no_more(void **state)
{
	int64_t row, since;

	(void)state;
	for (unsigned i = 0; i < LIMIT_INTAKE_JOBS; i++)
		reader_says(comes_from(i), FORM_PGP_ENCRYPTED);
	row = comes("plain@example.com");
	assert_null(t.asked[row]);
	assert_int_equal(intake_pending(t.d.intake), LIMIT_INTAKE_JOBS + 1);
	/* It stands behind them, and nobody can say more of it. */
	assert_int_equal(intake_at_keyd(t.d.intake, &since),
	    LIMIT_INTAKE_JOBS + 1);
	keyd_says(1, false);
	is_read_plain(row);
}

static void
no_more_at_work_than_readers_need(void **state)
{
	(void)state;
	for (unsigned i = 0; i < AT_ONCE; i++)
		assert_non_null(t.asked[comes_from(i)]);
	assert_null(t.asked[comes_from(AT_ONCE)]);
	is_read_plain(1);
	assert_non_null(t.asked[AT_ONCE + 1]);
}

/* Bounces of all the world have one sender, and nothing to do with each
 * other; with one tag they have. */
static void
the_null_sender_is_many(void **state)
{
	int64_t slow, row;

	(void)state;
	t.tag[1] = t.tag[3] = "abcdefghijklmnopqrstuvwxyz";
	slow = comes("");
	reader_says(slow, FORM_PGP_ENCRYPTED);
	is_read_plain(comes(""));
	row = comes("");
	reader_says(row, FORM_PLAIN);
	assert_int_equal(t.napplied, 1);
	keyd_says(slow, false);
	assert_int_equal(t.napplied, 3);
	assert_int_equal(t.applied[1], slow);
	assert_int_equal(t.applied[2], row);
}

/* A large one for each reader; the next waits, and keeps no small one. */
static void
large_mails_wait_for_each_other(void **state)
{
	(void)state;
	t.large[1] = t.large[2] = t.large[3] = true;
	assert_true(awaits(comes("a@example.com"), &t.keyds));
	assert_true(awaits(comes("b@example.com"), &t.keyds));
	assert_null(t.asked[comes("c@example.com")]);
	is_read_plain(comes("d@example.com"));
	for (unsigned i = 1; i < LIMIT_KEYD_ROUNDS; i++) {
		keyd_dies(1);
		t.timer(t.timer_ctx);
	}
	assert_null(t.asked[3]);
	keyd_dies(1);
	assert_true(awaits(3, &t.keyds));
}

/* Layer in layer, each below its own deadline. */
static void
one_deadline_for_all_layers(void **state)
{
	int64_t row = comes("slow@example.com");

	(void)state;
	t.worked = LIMIT_MAIL_SECONDS * 1000 / 2 - 1;
	reader_says(row, FORM_PGP_ENCRYPTED);
	keyd_says(row, true);
	assert_int_equal(t.napplied, 0);
	reader_says(row, FORM_PGP_ENCRYPTED);
	assert_int_equal(t.napplied, 1);
	assert_true(t.failed);
	assert_int_equal(t.asks[row], 3);

	row = comes("quick@example.com");
	t.worked = 10;
	reader_says(row, FORM_PGP_ENCRYPTED);
	keyd_says(row, true);
	reader_says(row, FORM_PLAIN);
	assert_int_equal(t.napplied, 2);
	assert_false(t.failed);
}

/* The fault of a keyd, or of its home, is nobody's failure: the mail waits, and
 * is opened when there is one that can. */
static void
keyds_own_fault_is_not_the_senders(void **state)
{
	int64_t row = comes("sender@example.com"), pause = 0;

	(void)state;
	reader_says(row, FORM_PGP_ENCRYPTED);
	assert_false(intake_keyd_fails(t.d.intake));
	for (unsigned i = 0; i < 20; i++) {
		keyd_says_own_fault(row);
		assert_true(t.pause >= pause);
		pause = t.pause;
		assert_true(intake_keyd_fails(t.d.intake));
		t.timer(t.timer_ctx);
	}
	is_read_plain(comes("plain@example.com"));
	keyd_dies(row);
	t.timer(t.timer_ctx);
	keyd_says(row, true);
	assert_false(intake_keyd_fails(t.d.intake));
	reader_says(row, FORM_PLAIN);
	assert_false(t.failed);
	assert_int_equal(t.counted, 0);
}

/* One that kills every keyd that gets it is abandoned. */
static void
keyds_that_die_of_it_are_no_end(void **state)
{
	int64_t row = comes("killer@example.com");

	(void)state;
	reader_says(row, FORM_PGP_ENCRYPTED);
	for (unsigned i = 1; i < LIMIT_KEYD_ROUNDS; i++) {
		keyd_dies(row);
		assert_int_equal(t.napplied, 0);
		t.timer(t.timer_ctx);
	}
	keyd_dies(row);
	assert_int_equal(t.napplied, 1);
	assert_true(t.failed);
	assert_int_equal(t.counted, 0);
}

/* Who fails too often waits for a person. A domain that anybody may have an
 * address in is nobody's: one of its users keeps out nobody else. */
static void
failures_keep_out_one_sender_or_domain(void **state)
{
	static const char *const free_mail[] = { "free.example" };
	int64_t row;

	(void)state;
	t.policy.free_mail_domains = free_mail;
	t.policy.nfree_mail_domains = 1;
	t.failures_domain = LIMIT_DECRYPT_FAILURES_DOMAIN;
	row = comes("a@acme.example");
	reader_says_from(row, FORM_PGP_ENCRYPTED, "a@acme.example");
	assert_true(t.napplied == 1 && t.failed && t.untried);
	row = comes("a@free.example");
	reader_says_from(row, FORM_PGP_ENCRYPTED, "a@free.example");
	assert_true(awaits(row, &t.keyds));
	keyd_says(row, false);
	assert_true(t.napplied == 2 && t.failed && !t.untried);
	t.failures = LIMIT_DECRYPT_FAILURES;
	row = comes("b@free.example");
	reader_says_from(row, FORM_PGP_ENCRYPTED, "b@free.example");
	assert_true(t.napplied == 3 && t.failed && t.untried);
}

/* Those who show more than a name bear more; each has an end. */
static void
failures_of_the_known_end_later(void **state)
{
	enum { FEW = LIMIT_DECRYPT_FAILURES,
		MANY = LIMIT_DECRYPT_FAILURES_KNOWN };
	static const unsigned seen[][4] = {	/* the last: is it opened? */
		{ SHOWS_TOKEN, FEW - 1, MANY - 1, 1 },
		{ SHOWS_TOKEN, FEW, 0, 0 }, { SHOWS_TOKEN, 0, MANY, 0 },
		{ SHOWS_KEY, MANY - 1, MANY, 1 }, { SHOWS_KEY, MANY, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(seen) / sizeof(*seen); i++) {
		int64_t row = comes("a@acme.example");

		t.shows = (enum failing_shows)seen[i][0];
		t.failures = seen[i][1];
		t.failures_domain = seen[i][2];
		reader_says_from(row, FORM_PGP_ENCRYPTED, "a@acme.example");
		assert_int_equal(awaits(row, &t.keyds), seen[i][3]);
		if (seen[i][3])
			keyd_says(row, false);
		assert_int_equal(t.untried, !seen[i][3]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    failures_of_the_known_end_later, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_missing_keyd_keeps_no_plain_mail, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_sender_keeps_nobody_else,
		    set_up, tear_down),
		cmocka_unit_test_setup_teardown(so_many_and_no_more, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    no_more_at_work_than_readers_need, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_null_sender_is_many,
		    set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    large_mails_wait_for_each_other, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_deadline_for_all_layers,
		    set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    failures_keep_out_one_sender_or_domain, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    keyds_own_fault_is_not_the_senders, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    keyds_that_die_of_it_are_no_end, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The milter without libmilter: whose mail is it (R-070, I3), and what follows
 * from one callback after another. */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sekisho/compose.h>
#include <sekisho/limits.h>

#include "milterd/message.h"
#include "milterd/ours.h"

#define ID "mx.council.example"

static const char *const addresses[] = { "csc-anken@council.example",
    "csc-info@council.example", "csc-return@council.example" };

struct world {
	struct ours *ours;
	struct message_rules rules;
	struct message *m;
};

static int
set_up(void **state)
{
	static struct world w;

	w.ours = ours_new(addresses, 3);
	w.rules = (struct message_rules){ .ours = w.ours, .guard = true,
		.authserv_id = ID, .max_bytes = 1000 };
	w.m = message_new();
	*state = &w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	message_free(&w->m);
	ours_free(&w->ours);
	return 0;
}

/* ---- addresses ---- */

static void
test_sender_is_ours(void **state)
{
	static const char *const paths[] = {
		"<csc-anken@council.example>", "csc-anken@council.example",
		"<CSC-Anken@COUNCIL.Example>", "<csc-return+tag@council.example>",
		"<csc-info++@council.example>", "<csc-anken+a+b@council.example>",
		"<\"csc-anken\"@council.example>",
		"<\"csc\\-anken\"@council.example>",
		"<\"csc-anken+x y\"@council.example>",
		"<csc-anken@council.example.>",
		"<@relay.test:csc-anken@council.example>",
		"<@a.test,@b.test:csc-anken@council.example>",
		"<csc-anken%council.example@relay.test>",
		"<council.example!csc-anken>", "<csc-anken>", "<csc-info+x>",
		"<csc-anken @ council . example>",
		"<\xef\xbd\x83\xef\xbd\x93\xef\xbd\x83-anken@council.example>",
		"<csc-anken@council\xe3\x80\x82""example>",
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		if (!ours_is_sender(w->ours, sk_span_str(paths[i])))
			fail_msg("not ours: %s", paths[i]);
}

static void
test_sender_is_not_ours(void **state)
{
	static const char *const paths[] = {
		"<>", "", "<sato@acme.example>", "<csc-anken@acme.example>",
		"<csc-anken@council.example.evil.test>",
		"<csc-anken@xcouncil.example>", "<csc-anken@sub.council.example>",
		"<csc-anken@council.example-x.test>",
		"<xcsc-anken@council.example>", "<csc-ankenx@council.example>",
		"<info@council.example>", "<csc-anken.x@council.example>",
		"<csc@council.example>", "<x+csc-anken@council.example>",
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		if (ours_is_sender(w->ours, sk_span_str(paths[i])))
			fail_msg("ours: %s", paths[i]);
}

static void
test_fields(void **state)
{
	static const struct {
		const char *name, *value;
		bool ours;
	} rows[] = {
		{ "From", " csc-anken@council.example", true },
		{ "FROM ", " <csc-anken@council.example>", true },
		{ "Sender", "\tx <CSC-INFO+t@council.example>", true },
		{ "Resent-From", " a@b.test, csc-return@council.example", true },
		{ "Resent-Sender", " csc-return@council.example", true },
		{ "From", " list: csc-anken@council.example;", true },
		{ "From", " \"a, b\" <a@b.test>, <csc-anken@council.example>",
		    true },
		{ "From", " csc-anken(a comment)@\n council.example", true },
		{ "From", " csc-anken@(a (nested) one)council.example", true },
		{ "From", " \"(\" <csc-anken@council.example>", true },
		{ "From", " (\" <csc-anken@council.example> \")", true },
		{ "From", " a@b.test (csc-anken@council.example)", true },
		{ "From", " 'csc-anken@council.example' via L <l@b.test>", true },
		{ "From", " csc-anken", true },
		{ "From", " csc-anken <sato@acme.example>", false },
		{ "From", " sato@acme.example", false },
		{ "From", " ", false }, { "From", "", false },
		{ "To", " csc-anken@council.example", false },
		{ "Reply-To", " csc-anken@council.example", false },
		{ "X-From", " csc-anken@council.example", false },
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (ours_is_field(w->ours, sk_span_str(rows[i].name),
		    sk_span_str(rows[i].value)) != rows[i].ours)
			fail_msg("%s:%s", rows[i].name, rows[i].value);
}

static void
test_recipients(void **state)
{
	struct world *w = *state;
	struct sk_arena *a = sk_arena_new();

	assert_string_equal(ours_recipient(a, w->ours, sk_span_str(
	    "<CSC-anken+Tag@council.example>")),
	    "CSC-anken+Tag@council.example");
	assert_null(ours_recipient(a, w->ours, sk_span_str("<a@b.test>")));
	assert_null(ours_recipient(a, w->ours, sk_span_str(
	    "<'csc-anken@council.example>")));
	assert_null(ours_recipient(a, w->ours, sk_span_str("<>")));
	sk_arena_free(&a);
}

static void
test_results(void **state)
{
	static const struct {
		const char *value;
		bool ours;
	} rows[] = {
		{ " " ID "; dmarc=pass", true }, { " MX.Council.EXAMPLE 1; x", true },
		{ " (hi) " ID ";", true }, { " (;) " ID "; dkim=pass", true },
		{ " \"" ID "\"; none", true }, { "\n\t" ID ";", true },
		{ " " ID ".; none", true }, { " " ID, true },
		{ " mx.other.test; dmarc=pass", false },
		{ " mx.other.test; x=y reason=\"" ID "\"", false },
		{ " x" ID "; a", false }, { " " ID ".evil.test; a", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (ours_is_result(sk_span_str(rows[i].value), ID) !=
		    rows[i].ours)
			fail_msg("%s", rows[i].value);
	assert_false(ours_is_result(sk_span_str(" x; y"), ""));
}

/* ---- one mail after another ---- */

static void
from(struct world *w, const char *path)
{
	message_from(w->m, &w->rules, sk_span_str(path), 0);
}

static void
rcpt(struct world *w, const char *path)
{
	message_rcpt(w->m, sk_span_str(path));
}

static void
field(struct world *w, const char *name, const char *value)
{
	message_field(w->m, sk_span_str(name), sk_span_str(value));
}

static void
test_others(void **state)
{
	struct world *w = *state;

	from(w, "<a@b.test>");
	rcpt(w, "<c@d.test>");
	field(w, "From", " a@b.test");
	assert_int_equal(message_head_end(w->m), MESSAGE_OTHERS);
}

/* The hash is the ledger's: fields with their blanks, folds as CRLF, body. */
static void
test_hash(void **state)
{
	static const char whole[] = "From: csc-anken@council.example\r\n"
	    "To: s@a.test\r\nX: a\r\n b\r\n\r\nbody\r\n";
	unsigned char want[SK_HASH], got[SK_HASH];
	struct world *w = *state;

	from(w, "<csc-return+x@council.example>");
	rcpt(w, "<s@a.test>");
	field(w, "From", " csc-anken@council.example");
	field(w, "To", " s@a.test");
	field(w, "X", " a\n b");
	assert_int_equal(message_head_end(w->m), MESSAGE_OURS);
	message_body(w->m, "bo", 2);
	message_body(w->m, "dy\r\n", 4);
	assert_int_equal(message_end(w->m, got), MESSAGE_OURS);
	copy_hash(sk_span_of(whole, sizeof(whole) - 1), want);
	assert_memory_equal(got, want, SK_HASH);
	assert_int_equal(message_nrcpts(w->m), 1);
	assert_string_equal(message_only_rcpt(w->m), "s@a.test");
}

static void
test_two_recipients(void **state)
{
	struct world *w = *state;

	from(w, "<csc-return@council.example>");
	rcpt(w, "<s@a.test>");
	rcpt(w, "<s@a.test>");
	assert_int_equal(message_nrcpts(w->m), 2);
	assert_null(message_only_rcpt(w->m));
}

static void
test_the_last_field_makes_it_ours(void **state)
{
	struct world *w = *state;

	from(w, "<a@b.test>");
	rcpt(w, "<c@d.test>");
	for (int i = 0; i < 200; i++)
		field(w, "From", " a@b.test");
	field(w, "sender", " csc-anken@council.example");
	assert_int_equal(message_head_end(w->m), MESSAGE_OURS);
}

/* An abort, and the next mail of the connection begins with nothing. */
static void
test_reset(void **state)
{
	unsigned char one[SK_HASH], two[SK_HASH];
	struct world *w = *state;

	for (int i = 0; i < 2; i++) {
		from(w, "<csc-return@council.example>");
		rcpt(w, "<s@a.test>");
		field(w, "A", " b");
		message_head_end(w->m);
		message_body(w->m, "x", 1);
		if (i == 0)
			message_reset(w->m);
	}
	message_end(w->m, one);
	from(w, "<csc-return@council.example>");
	field(w, "A", " b");
	message_head_end(w->m);
	message_body(w->m, "x", 1);
	message_end(w->m, two);
	assert_memory_equal(one, two, SK_HASH);
	assert_int_equal(message_nrcpts(w->m), 0);
	message_reset(w->m);
	assert_false(message_begun(w->m));
	from(w, "<a@b.test>");
	field(w, "From", " a@b.test");
	assert_int_equal(message_head_end(w->m), MESSAGE_OTHERS);
}

/* ---- the door ---- */

static void
desk_mail(struct world *w)
{
	from(w, "<a@b.test>");
	rcpt(w, "<csc-anken+t@council.example>");
}

/* L13, A5: ours and the results of our border's id go, later ones first. */
static void
test_forged(void **state)
{
	const struct message_forged *f;
	struct world *w = *state;
	size_t n;

	desk_mail(w);
	field(w, "Authentication-Results", " mx.other.test; none");
	field(w, "authentication-results", " " ID "; dmarc=pass");
	field(w, "From", " a@b.test");
	field(w, "Authentication-Results ", " (x) MX.council.example; a=b");
	field(w, "X-Sekisho-Case", " 2026-0001");
	assert_int_equal(message_head_end(w->m), MESSAGE_DESK);
	f = message_forged(w->m, &n);
	assert_int_equal(n, 3);
	assert_int_equal(f[0].index, 3);
	assert_int_equal(f[1].index, 2);
	assert_string_equal(f[2].name, "X-Sekisho-Case");
	assert_int_equal(f[2].index, 1);
}

static void
test_behind_authentication(void **state)
{
	struct world *w = *state;
	size_t n;

	w->rules.behind = true;
	desk_mail(w);
	field(w, "Authentication-Results", " " ID "; dmarc=pass");
	field(w, "X-Sekisho-Case", " 1");
	message_head_end(w->m);
	message_forged(w->m, &n);
	assert_int_equal(n, 1);
}

static void
test_loop(void **state)
{
	struct world *w = *state;

	for (int more = 0; more < 2; more++) {
		desk_mail(w);
		for (int i = 0; i < LIMIT_MILTER_RECEIVED + more; i++)
			field(w, "Received", " from a by b");
		assert_int_equal(message_head_end(w->m), more ?
		    MESSAGE_REFUSED : MESSAGE_DESK);
	}
	assert_int_equal(message_refusal(w->m), REFUSAL_LOOP);
}

static void
test_size(void **state)
{
	static const char kilo[1001] = "";
	unsigned char hash[SK_HASH];
	struct world *w = *state;

	message_from(w->m, &w->rules, sk_span_str("<a@b.test>"), 1001);
	rcpt(w, "<csc-anken@council.example>");
	assert_int_equal(message_head_end(w->m), MESSAGE_REFUSED);
	assert_int_equal(message_refusal(w->m), REFUSAL_SIZE);
	desk_mail(w);
	assert_int_equal(message_head_end(w->m), MESSAGE_DESK);
	message_body(w->m, kilo, 1000);
	assert_int_equal(message_end(w->m, hash), MESSAGE_DESK);
	desk_mail(w);
	message_head_end(w->m);
	message_body(w->m, kilo, 1001);
	assert_int_equal(message_end(w->m, hash), MESSAGE_REFUSED);
}

static void
test_our_name_at_the_door(void **state)
{
	struct world *w = *state;

	w->rules.guard = false;
	from(w, "<csc-info@council.example>");
	rcpt(w, "<csc-anken@council.example>");
	assert_int_equal(message_head_end(w->m), MESSAGE_REFUSED);
	assert_int_equal(message_refusal(w->m), REFUSAL_OUR_NAME);
}

static void
test_too_many_forged(void **state)
{
	struct world *w = *state;
	char name[32];

	desk_mail(w);
	for (int i = 0; i <= LIMIT_MILTER_FORGED; i++) {
		snprintf(name, sizeof(name), "X-Sekisho-%d", i);
		field(w, name, " x");
	}
	assert_int_equal(message_head_end(w->m), MESSAGE_REFUSED);
	assert_int_equal(message_refusal(w->m), REFUSAL_FORGED);
}

/* intake: the head as Postfix would hand it in, our Received where its own
 * stands: below what the milters before us put on top, above the sender's. */
static void
test_head(void **state)
{
	static const char want[] = "DKIM-Filter: x\r\n"
	    "Authentication-Results: " ID "; a\r\n"
	    "From: a@b.test\r\nX: a\r\n b\r\n";
	struct world *w = *state;
	struct sk_span head;
	size_t at;

	w->rules.intake = w->rules.behind = true;
	desk_mail(w);
	field(w, "DKIM-Filter", " x");
	field(w, "Authentication-Results", " " ID "; a");
	field(w, "From", " a@b.test");
	field(w, "X", " a\n b");
	field(w, "X-Sekisho-Case", " 1");
	message_head_end(w->m);
	head = message_head(w->m, &at);
	assert_int_equal(head.len, sizeof(want) - 1);
	assert_memory_equal(head.p, want, head.len);
	assert_memory_equal(head.p + at, "From", 4);
	/* In front of what authenticates nothing above is believed. */
	w->rules.behind = false;
	desk_mail(w);
	field(w, "Authentication-Results", " mx.other.test; a");
	message_head_end(w->m);
	message_head(w->m, &at);
	assert_int_equal(at, 0);
}

#define T(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_sender_is_ours), T(test_sender_is_not_ours),
		T(test_fields), T(test_recipients), T(test_results),
		T(test_others), T(test_hash), T(test_two_recipients),
		T(test_the_last_field_makes_it_ours), T(test_reset),
		T(test_forged), T(test_behind_authentication), T(test_loop),
		T(test_size), T(test_our_name_at_the_door),
		T(test_too_many_forged), T(test_head),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

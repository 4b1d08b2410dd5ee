/*
 * Who sent it, which tokens it carries, in which language it is answered, and
 * whether an automatic answer may go out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <sekisho/decide.h>

#define TOKEN_A "aaaaaaaaaaaaaaaaaaaaaaaaaa"
#define TOKEN_B "bbbbbbbbbbbbbbbbbbbbbbbbbb"
#define TOKEN_C "cccccccccccccccccccccccccc"

static const char *const free_mail[] = { "gmail.com", "yahoo.co.jp" };
static const struct policy policy = {
	.free_mail_domains = free_mail, .nfree_mail_domains = 2,
	.restraint = { 1, 20, 200, 5 },
};
static const struct config_desk desks[] = {
	{ "csc-anken@example.jp", DESK_INCIDENT, true },
	{ "csc-info@example.jp", DESK_INQUIRY, false },
};
static const struct config config = {
	.domain = "example.jp", .desks = desks, .ndesks = 2,
	.return_address = "csc-return@example.jp",
};

/* ---- Authentication-Results ---- */

#define OURS "mx.example.jp"

/* One line of the table: up to two fields of one method each. */
static const struct {
	const char *from, *sender;
	struct {
		const char *id;
		bool below;
		struct fact_auth_method m;
	} field[2];
	enum authentication want;
} results[] = {
	/* nothing at all */
	{ "a@acme.example", "a@acme.example", { { 0 } }, AUTH_NONE },
	/* dmarc */
	{ "a@acme.example", "", { { OURS, false,
	    { "dmarc", "pass", "acme.example" } } }, AUTH_PASS },
	{ "a@mail.acme.example", "", { { "MX.EXAMPLE.JP", false,
	    { "DMARC", "PASS", "acme.example" } } }, AUTH_PASS },
	{ "a@gmail.com", "", { { OURS, false,
	    { "dmarc", "pass", "gmail.com" } } }, AUTH_PASS },
	{ "a@acme.example", "", { { OURS, false,
	    { "dmarc", "pass", "evil.example" } } }, AUTH_NONE },
	{ "a@acme.example", "", { { OURS, false,
	    { "dmarc", "pass", NULL } } }, AUTH_NONE },
	{ "a@acme.example", "", { { OURS, false,
	    { "dmarc", "none", "acme.example" } } }, AUTH_NONE },
	{ "a@acme.example", "", { { OURS, false,
	    { "dmarc", "fail", "acme.example" } } }, AUTH_FAIL },
	/* a failure beats whatever else passes */
	{ "a@acme.example", "", { { OURS, false,
	    { "dkim", "pass", "acme.example" } }, { OURS, false,
	    { "dmarc", "fail", "acme.example" } } }, AUTH_FAIL },
	/* dkim */
	{ "a@acme.example", "", { { OURS, false,
	    { "dkim", "pass", "mail.acme.example" } } }, AUTH_PASS },
	{ "a@acme.example", "", { { OURS, false,
	    { "dkim", "pass", "sender.example" } } }, AUTH_NONE },
	{ "a@acme.example", "", { { OURS, false,
	    { "dkim", "fail", "acme.example" } } }, AUTH_NONE },
	{ "a@gmail.com", "", { { OURS, false,
	    { "dkim", "pass", "gmail.com" } } }, AUTH_NONE },
	{ "a@x.co.jp", "", { { OURS, false,
	    { "dkim", "pass", "y.co.jp" } } }, AUTH_NONE },
	/* spf: the envelope sender that was checked */
	{ "a@acme.example", "b@acme.example", { { OURS, false,
	    { "spf", "pass", "acme.example" } } }, AUTH_PASS },
	{ "a@acme.example", "b@evil.example", { { OURS, false,
	    { "spf", "pass", "acme.example" } } }, AUTH_NONE },
	{ "a@acme.example", "b@evil.example", { { OURS, false,
	    { "spf", "pass", "evil.example" } } }, AUTH_NONE },
	{ "a@acme.example", "", { { OURS, false,
	    { "spf", "pass", "acme.example" } } }, AUTH_NONE },
	{ "a@acme.example", "b@acme.example", { { OURS, false,
	    { "spf", "softfail", "acme.example" } } }, AUTH_NONE },
	{ "a@gmail.com", "a@gmail.com", { { OURS, false,
	    { "spf", "pass", "gmail.com" } } }, AUTH_NONE },
	/* whose word it is */
	{ "a@acme.example", "", { { "mx.evil.example", false,
	    { "dmarc", "pass", "acme.example" } } }, AUTH_NONE },
	{ "a@acme.example", "", { { "mx.evil.example", false,
	    { "dmarc", "fail", "acme.example" } } }, AUTH_NONE },
	{ "a@acme.example", "", { { NULL, false,
	    { "dmarc", "pass", "acme.example" } } }, AUTH_NONE },
	{ "a@acme.example", "", { { OURS, true,
	    { "dmarc", "pass", "acme.example" } } }, AUTH_NONE },
	/* a forged one spoils the real one, and never softens a failure */
	{ "a@acme.example", "", { { OURS, false,
	    { "dmarc", "pass", "acme.example" } }, { OURS, true,
	    { "dmarc", "pass", "acme.example" } } }, AUTH_NONE },
	{ "a@acme.example", "", { { OURS, true,
	    { "dmarc", "pass", "acme.example" } }, { OURS, false,
	    { "dmarc", "fail", "acme.example" } } }, AUTH_FAIL },
	{ "a@acme.example", "", { { OURS, false,
	    { "dmarc", "none", "acme.example" } }, { OURS, true,
	    { "dmarc", "fail", "acme.example" } } }, AUTH_NONE },
	/* somebody else's below is nobody's business */
	{ "a@acme.example", "", { { OURS, false,
	    { "dmarc", "pass", "acme.example" } }, { "mx.sender.example",
	    true, { "dmarc", "fail", "acme.example" } } }, AUTH_PASS },
	{ NULL, "a@acme.example", { { OURS, false,
	    { "dmarc", "fail", "acme.example" } } }, AUTH_NONE },
};

static void
judged(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
		struct fact_authres ar[2] = { { 0 } };
		struct facts f = { .from.address = results[i].from,
		    .authres = ar, .nauthres = 2 };
		int got;

		for (int k = 0; k < 2; k++)
			ar[k] = (struct fact_authres){
			    results[i].field[k].id,
			    !results[i].field[k].below, false,
			    &results[i].field[k].m,
			    results[i].field[k].m.method ? 1 : 0 };
		got = assurance_judge(&f, results[i].sender, OURS, true,
		    &policy);
		if (got != (int)results[i].want)
			fail_msg("line %zu: %s instead of %s", i,
			    word_of(WORDS_AUTH, got), word_of(WORDS_AUTH,
			    (int)results[i].want));
		/* Nothing is believed without a name, or at another door. */
		assert_int_equal(assurance_judge(&f, "", "", true, &policy),
		    AUTH_NONE);
		assert_int_equal(assurance_judge(&f, "", NULL, true,
		    &policy), AUTH_NONE);
		assert_int_equal(assurance_judge(&f, "", OURS, false,
		    &policy), AUTH_NONE);
	}
	assert_int_equal(assurance_judge(NULL, "", OURS, true, &policy),
	    AUTH_NONE);
}

/* What does not parse may have said fail (fail closed); other people's fields
 * and those below say nothing. */
static void
broken(void **state)
{
	static const struct fact_auth_method pass = { "dmarc", "pass",
		"acme.example" };
	static const struct {
		const char *id;
		bool above;
		enum authentication want;
	} t[] = { { OURS, true, AUTH_FAIL }, { OURS, false, AUTH_NONE },
		{ "mx.sender.example", true, AUTH_PASS },
		{ "mx.sender.example", false, AUTH_PASS } };

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		struct fact_authres ar[2] = { { .authserv_id = OURS,
		    .above_received = true, .methods = &pass, .nmethods = 1 },
		    { .authserv_id = t[i].id, .above_received = t[i].above,
		    .broken = true } };
		struct facts f = { .from.address = "a@acme.example",
		    .authres = ar, .nauthres = 2 };

		assert_int_equal(assurance_judge(&f, "", OURS, true,
		    &policy), t[i].want);
	}
}

/* ---- tokens ---- */

static void
tokens(void **state)
{
	static const char *const rcpts[] = {
		"csc-info@example.jp", "CSC-Anken+" TOKEN_A "@EXAMPLE.jp",
		"other+" TOKEN_C "@example.jp",
	};
	static const char *const refs[] = {
		TOKEN_B "@example.jp", TOKEN_A "@example.jp",
		TOKEN_C "@evil.example", "short@example.jp", "no-at",
		"BBBBBBBBBBBBBBBBBBBBBBBBBB@EXAMPLE.JP",
	};
	struct sk_arena *a = sk_arena_new();
	struct facts f = { .refs = refs, .nrefs = 6,
	    .answer = { .ref = "dddddddddddddddddddddddddd",
	    .ref_other = TOKEN_B } };
	struct token_found t[DECIDE_TOKENS];

	(void)state;
	assert_int_equal(routing_tokens(a, &config, &f, rcpts, 3, t), 3);
	assert_string_equal(t[0].token, TOKEN_A);
	assert_int_equal(t[0].place, TOKEN_RCPT_TAG);
	assert_string_equal(t[1].token, TOKEN_B);
	assert_int_equal(t[1].place, TOKEN_REFERENCE);
	assert_string_equal(t[2].token, "dddddddddddddddddddddddddd");
	assert_int_equal(t[2].place, TOKEN_REF_LINE);
	assert_int_equal(routing_tokens(a, &config, NULL, rcpts, 3, t), 1);
	assert_int_equal(routing_tokens(a, &config, NULL, (const char *const[])
	    { "csc-return+" TOKEN_B "@example.jp" }, 1, t), 1);
	/* Malformed tags are no tag: too short, a digit 1, two tags. */
	assert_int_equal(routing_tokens(a, &config, NULL, (const char *const[])
	    { "csc-anken+abc@example.jp",
	    "csc-anken+1aaaaaaaaaaaaaaaaaaaaaaaaa@example.jp",
	    "csc-anken+" TOKEN_A "+x@example.jp",
	    "csc-anken+@example.jp" }, 4, t), 0);
	sk_arena_free(&a);
}

static void
more_tokens_than_are_kept(void **state)
{
	struct sk_arena *a = sk_arena_new();
	const char *refs[10];
	struct facts f = { .refs = refs, .nrefs = 10 };
	struct token_found t[DECIDE_TOKENS];

	(void)state;
	for (int i = 0; i < 10; i++)
		refs[i] = sk_arena_printf(a,
		    "%caaaaaaaaaaaaaaaaaaaaaaaaa@example.jp", 'a' + i);
	assert_int_equal(routing_tokens(a, &config, &f, NULL, 0, t),
	    DECIDE_TOKENS);
	sk_arena_free(&a);
}

static void
case_numbers(void **state)
{
	static const struct {
		const char *subject, *number;
	} cases[] = {
		{ "Re: [2026-0001] 受付", "2026-0001" },
		{ "Re:２０２６－０００１", "2026-0001" },
		{ "2026-12345", "2026-12345" }, { "x2026-0001y", "2026-0001" },
		{ "2026-001", NULL }, { "12026-0001", NULL },
		{ "1-2026-0001", NULL }, { "2026-0001-2", NULL },
		{ "2026-1234567890", NULL }, { "2026-04-01", NULL },
		{ "", NULL }, { NULL, NULL },
	};
	struct sk_arena *a = sk_arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *n = routing_case_number(a, cases[i].subject);

		if (cases[i].number)
			assert_string_equal(n ? n : "none", cases[i].number);
		else
			assert_null(n);
	}
	sk_arena_free(&a);
}

static void
languages(void **state)
{
	struct facts f = { .from.address = "a@acme.example" };

	(void)state;
	assert_string_equal(routing_language(&f, ""), "en");
	f.kana = true;
	assert_string_equal(routing_language(&f, ""), "ja");
	f.kana = false;
	f.japanese_charset = true;
	assert_string_equal(routing_language(&f, ""), "ja");
	f.japanese_charset = false;
	f.from.address = "a@acme.co.JP";
	assert_string_equal(routing_language(&f, ""), "ja");
	f.from.address = "a@acmejp";
	assert_string_equal(routing_language(&f, ""), "en");
	assert_string_equal(routing_language(NULL, "a@acme.jp"), "ja");
	assert_string_equal(routing_language(NULL, ""), "en");
}

static void
answer_goes_to_from(void **state)
{
	struct facts f = { .from.address = "a@mail.acme.example" };

	(void)state;
	assert_string_equal(routing_answer_address(&policy, &f),
	    "a@mail.acme.example");
	f.reply_to.address = "b@acme.example";
	assert_string_equal(routing_answer_address(&policy, &f), "b@acme.example");
	f.reply_to.address = "b@evil.example";
	assert_string_equal(routing_answer_address(&policy, &f),
	    "a@mail.acme.example");
	/* Another user's mailbox, at the same provider. */
	f.from.address = "a@gmail.com";
	f.reply_to.address = "victim@gmail.com";
	assert_string_equal(routing_answer_address(&policy, &f), "a@gmail.com");
	f.from.address = NULL;
	assert_null(routing_answer_address(&policy, &f));
}

/* ---- restraint ---- */

static void
restraint(void **state)
{
	static const struct {
		enum authentication auth;
		struct reply_counts n;
		bool may;
	} cases[] = {
		{ AUTH_FAIL, { 0, 0, 0 }, false },
		{ AUTH_NONE, { 0, 0, 0 }, true },
		{ AUTH_NONE, { 0, 19, 199 }, true },
		{ AUTH_NONE, { 1, 0, 0 }, false },
		{ AUTH_NONE, { 0, 20, 0 }, false },
		{ AUTH_NONE, { 0, 0, 200 }, false },
		{ AUTH_PASS, { 4, 100, 1000 }, true },
		{ AUTH_PASS, { 5, 0, 0 }, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(restraint_allows(&policy.restraint,
		    cases[i].auth, &cases[i].n), cases[i].may);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judged), cmocka_unit_test(broken),
		cmocka_unit_test(tokens),
		cmocka_unit_test(more_tokens_than_are_kept),
		cmocka_unit_test(case_numbers), cmocka_unit_test(languages),
		cmocka_unit_test(answer_goes_to_from),
		cmocka_unit_test(restraint),
	};

	return cmocka_run_group_tests_name("sender", tests, NULL, NULL);
}

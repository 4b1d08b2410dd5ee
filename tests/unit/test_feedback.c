/*
 * The two smaller gates: what may be told to an originator (output 3; C-33,
 * ), and who may hear of a change to an item he has. Each clause
 * alone says no.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <sekisho/feedback.h>

static int
enter(void **state)
{
	struct policy *p = NULL;
	struct sk_buf faults;

	sk_buf_init(&faults, 1 << 20);
	if (policy_load(POLICY_FILE, &p, &faults))
		fail_msg("%s", sk_buf_str(&faults));
	sk_buf_free(&faults);
	*state = p;
	return 0;
}

static int
leave(void **state)
{
	policy_free((struct policy **)state);
	return 0;
}

struct asked {
	struct feedback_ask ask;
	struct item item;
	struct terms terms;
};

/* A report on the originator's own case: everything says yes. */
static void
own_report(const struct policy *p, struct asked *x)
{
	*x = (struct asked){
		.item = { .id = "I-aaaaaaa", .state = ITEM_APPROVED,
		    .category = CATEGORY_ORIGINATOR_FEEDBACK,
		    .confidence = CONFIDENCE_CONFIRMED, .tlp = TLP_GREEN },
		.terms = { .version = 1, .locked = true,
		    .scope = SCOPE_TASK_FORCE, .secrecy = SECRECY_NONE },
	};
	x->ask = (struct feedback_ask){ .policy = p, .item = &x->item,
		.terms = &x->terms, .own_item = true,
		.originator = "Sato@acme.example", .to = "sato@ACME.example",
		.authenticated = true, .others_clean = true,
		.key_state = "" };
}

static void
each_clause_alone(void **state)
{
	struct asked x;

#define SAYS(change, clause) do { \
	own_report(*state, &x); \
	change; \
	assert_int_equal(gate_feedback(&x.ask), clause); \
} while (0)
	SAYS(, FEEDBACK_YES);
	SAYS(x.ask.to = "other@acme.example", FEEDBACK_ADDRESS);
	SAYS(x.ask.to = NULL, FEEDBACK_ADDRESS);
	SAYS(x.ask.originator = "", FEEDBACK_ADDRESS);
	SAYS(x.ask.authenticated = false, FEEDBACK_ADDRESS);
	SAYS(x.ask.terms = NULL, FEEDBACK_TERMS);
	SAYS(x.terms.locked = false, FEEDBACK_TERMS);
	SAYS(x.terms.version = 0, FEEDBACK_TERMS);
	SAYS(x.terms.withdrawn = true, FEEDBACK_TERMS);
	SAYS(x.terms.scope = SCOPE_UNKNOWN, FEEDBACK_AUDIENCE);
	SAYS(x.item.secret = true, FEEDBACK_SECRET);
	SAYS(x.item.secret = x.ask.basis_recorded = true, FEEDBACK_YES);
	SAYS(x.ask.others_clean = false, FEEDBACK_DENY_LIST);
	SAYS(x.item.state = ITEM_DRAFT, FEEDBACK_STATE);
	SAYS(x.item.state = ITEM_WITHDRAWN, FEEDBACK_STATE);
	SAYS(x.item.state = ITEM_SENT, FEEDBACK_YES);
	SAYS(x.item.approvals_void = true, FEEDBACK_STATE);
	SAYS(x.ask.key_state = NULL, FEEDBACK_KEY);
	SAYS(x.ask.key_state = "expired", FEEDBACK_KEY);
#undef SAYS
}

/* of other cases only what partner schemes or anybody may have. */
static void
others_items(void **state)
{
	struct asked x;

	for (int s = SCOPE_UNKNOWN; s <= SCOPE_PUBLIC; s++) {
		own_report(*state, &x);
		x.ask.own_item = false;
		x.item.category = CATEGORY_COUNTERMEASURE;
		x.terms.scope = (enum scope)s;
		assert_int_equal(gate_feedback(&x.ask),
		    s >= SCOPE_PARTNER_SCHEMES ? FEEDBACK_YES :
		    FEEDBACK_AUDIENCE);
	}
	own_report(*state, &x);		/* M24 never leaves with others */
	x.ask.own_item = false;
	x.terms.scope = SCOPE_PUBLIC;
	assert_int_equal(gate_feedback(&x.ask), FEEDBACK_AUDIENCE);
}

static void
every_clause_is_told(void **state)
{
	(void)state;
	for (int c = 0; c <= FEEDBACK_LAST; c++) {
		enum feedback_clause k = (enum feedback_clause)c;

		assert_true(*feedback_word(k) && *feedback_rule(k));
		assert_true(strlen(feedback_sentence(k, "en")) > 10);
		assert_string_not_equal(feedback_sentence(k, "ja"),
		    feedback_sentence(k, "en"));
		for (int other = 0; other < c && c < FEEDBACK_LAST; other++)
			assert_string_not_equal(feedback_word(k),
			    feedback_word((enum feedback_clause)other));
	}
	assert_string_equal(feedback_word(FEEDBACK_LAST), "address");
}

/* A notice says nothing new: class, scope and secrecy do not count; who and
 * whether a key is there does. */
static void
notices(void **state)
{
	struct person p;
	struct org o;

	(void)state;
#define SAYS(change, clause) do { \
	o = (struct org){ .id = "acme", .class = CLASS_GENERAL }; \
	p = (struct person){ .id = "acme-sato", .org = "acme", \
		.address = "sato@acme.example", .account = true, \
		.active = true, .address_personal = true, .fpr = "AB", \
		.key_state = "" }; \
	change; \
	assert_int_equal(gate_notice(&o, &p), clause); \
} while (0)
	SAYS(, GATE_YES);
	SAYS(o.kind = ORG_GOV_SECRETARIAT, GATE_GOV_SECRETARIAT);
	SAYS(o.state = ORG_SUSPENDED, GATE_MEMBER_INACTIVE);
	SAYS(o.state = ORG_WITHDRAWN, GATE_MEMBER_INACTIVE);
	SAYS(p.active = false, GATE_PERSON_INACTIVE);
	SAYS(p.org = "bank", GATE_PERSON_INACTIVE);
	SAYS(p.account = false, GATE_ACCOUNT_NO);
	SAYS(p.address_personal = false, GATE_LIST_ADDRESS);
	SAYS(p.address = "", GATE_LIST_ADDRESS);
	SAYS(p.fpr = NULL, GATE_NO_KEY);
	SAYS(p.key_state = "expired", GATE_KEY_UNUSABLE);
	SAYS(p.key_state = NULL, GATE_KEY_UNUSABLE);
#undef SAYS
	assert_int_equal(gate_notice(NULL, &p), GATE_GOV_SECRETARIAT);
	o = (struct org){ .id = "acme" };
	assert_int_equal(gate_notice(&o, NULL), GATE_PERSON_INACTIVE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_clause_alone),
		cmocka_unit_test(others_items),
		cmocka_unit_test(every_clause_is_told),
		cmocka_unit_test(notices),
	};

	return cmocka_run_group_tests_name("feedback", tests, enter, leave);
}

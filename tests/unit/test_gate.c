/*
 * The gate against an independently written model (council_model.c) over random
 * states, and every clause alone against a state that says yes: nobody gets too
 * much, nobody too little.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <sekisho/gate.h>
#include <sekisho/text.h>

#include "council_model.h"

#define STATES 20000

/* A whole question, so that it can be copied and changed in one place. */
struct world {
	struct org org;
	struct person person;
	struct item item;
	struct terms terms;
	struct exclusion exclusions[2];
	struct gate_ask ask;
};

static struct policy *policy;

static int
enter(void **state)
{
	struct sk_buf faults;

	(void)state;
	sk_buf_init(&faults, 1 << 20);
	if (policy_load(POLICY_FILE, &policy, &faults))
		fail_msg("%s", sk_buf_str(&faults));
	sk_buf_free(&faults);
	return 0;
}

static int
leave(void **state)
{
	(void)state;
	policy_free(&policy);
	return 0;
}

/* A class-2 handler, a secret TLP:RED item for the task force, terms to match:
 * every clause has something to say, and all say yes. */
static struct world
yes_world(void)
{
	return (struct world){
		.org = { .id = "acme", .name = "アクメ電力", .class = CLASS2,
		    .kind = ORG_CRITICAL_INFRASTRUCTURE, .state = ORG_ACTIVE,
		    .foreign_capital = true, .tf_approval = "2026-03",
		    .receive_secret = true },
		.person = { .id = "acme-sato", .org = "acme", .name = "佐藤",
		    .address = "sato@acme.example",
		    .roles = ROLE_POC | ROLE_HANDLER, .account = true,
		    .active = true, .language = "ja",
		    .fpr = "0123456789ABCDEF0123456789ABCDEF01234567",
		    .key_state = "", .address_personal = true },
		.item = { .id = "I-abcdefg",
		    .category = CATEGORY_DESTINATION,
		    .confidence = CONFIDENCE_TENTATIVE, .secret = true,
		    .tlp = TLP_RED, .state = ITEM_APPROVED, .approvals = 2,
		    .frozen = true, .terms_version = 1 },
		.terms = { .version = 1, .locked = true,
		    .secrecy = SECRECY_ALL, .scope = SCOPE_TASK_FORCE,
		    .coordination = COORDINATION_NONE },
		.exclusions = { { .words = "監督官庁", .mapped = true },
		    { .words = "x", .mapped = true } },
		.ask = { .on_frozen_list = true, .deny_list_clean = true },
	};
}

static struct gate_answer
ask(struct world *w)
{
	w->terms.exclusions = w->exclusions;
	w->ask.policy = policy;
	w->ask.org = &w->org;
	w->ask.person = &w->person;
	w->ask.item = &w->item;
	w->ask.terms = &w->terms;
	return gate_send(&w->ask);
}

static void
expect(struct world w, enum gate_clause clause)
{
	struct gate_answer g = ask(&w);

	if (g.clause != clause)
		fail_msg("%s instead of %s", gate_word(g.clause),
		    gate_word(clause));
	assert_int_equal(g.send, clause == GATE_YES);
	assert_int_equal(g.key_only, clause == GATE_NO_KEY ||
	    clause == GATE_KEY_UNUSABLE);
	assert_non_null(g.detail);
}

static const char *const acme_only[] = { "other", "ACME" };

/* ---- each clause alone ---- */

static void
every_clause_alone(void **state)
{
	struct world w = yes_world();

	(void)state;
	expect(w, GATE_YES);
#define ALONE(set, clause) do { \
	w = yes_world(); \
	set; \
	expect(w, clause); \
} while (0)
	ALONE(w.org.state = ORG_SUSPENDED, GATE_MEMBER_INACTIVE);
	ALONE(w.org.state = ORG_WITHDRAWN, GATE_MEMBER_INACTIVE);
	ALONE(w.org.state = ORG_EXPELLED, GATE_MEMBER_INACTIVE);
	ALONE(w.person.active = false, GATE_PERSON_INACTIVE);
	ALONE(w.person.org = "acme2", GATE_PERSON_INACTIVE);
	ALONE(w.person.org = NULL, GATE_PERSON_INACTIVE);
	ALONE(w.org.kind = ORG_GOV_SECRETARIAT, GATE_GOV_SECRETARIAT);
	ALONE(w.terms.version = 0, GATE_TERMS_MISSING);
	ALONE(w.terms.locked = false, GATE_TERMS_MISSING);
	ALONE(w.terms.withdrawn = true, GATE_TERMS_WITHDRAWN);
	ALONE((w.exclusions[0].mapped = false, w.terms.nexclusions = 1),
	    GATE_EXCLUSION_UNMAPPED);
	ALONE((w.exclusions[1].orgs = acme_only, w.exclusions[1].norgs = 2,
	    w.terms.nexclusions = 2), GATE_EXCLUDED);
	ALONE(w.terms.scope = SCOPE_COORDINATOR, GATE_AUDIENCE_EMPTY);
	ALONE(w.terms.scope = SCOPE_UNKNOWN, GATE_AUDIENCE_EMPTY);
	ALONE(w.terms.scope = SCOPE_CLASS1_GROUP, GATE_CLASS);
	ALONE(w.org.class = CLASS_GENERAL, GATE_CLASS);
	ALONE(w.org.class = CLASS_NONE, GATE_CLASS);
	ALONE(w.item.confidence = CONFIDENCE_RAW, GATE_CLASS);
	ALONE(w.item.victim_inferable = true, GATE_AUDIENCE_EMPTY);
	ALONE(w.item.category = CATEGORY_DAMAGE_CONTENT, GATE_AUDIENCE_EMPTY);
	ALONE(w.org.tf_approval = NULL, GATE_FOREIGN);
	ALONE(w.org.tf_approval = "", GATE_FOREIGN);
	ALONE((w.org.class = CLASS1, w.org.tf_approval = NULL,
	    w.terms.scope = SCOPE_CLASS1_GROUP), GATE_FOREIGN);
	ALONE(w.person.account = false, GATE_ACCOUNT_NO);
	ALONE(w.person.roles = ROLE_POC, GATE_NOT_HANDLER);
	ALONE(w.org.receive_secret = false, GATE_RECEIVE_SECRET);
	policy->membership_welcome = true;
	ALONE(w.person.acknowledged = 0, GATE_NOT_ACKNOWLEDGED);
	policy->membership_welcome = false;
	ALONE(w.person.acknowledged = 0, GATE_YES);
	ALONE(w.person.address_personal = false, GATE_LIST_ADDRESS);
	ALONE(w.person.address = NULL, GATE_LIST_ADDRESS);
	ALONE(w.item.secret = false, GATE_STATEMENT);
	ALONE(w.item.tlp = TLP_UNKNOWN, GATE_STATEMENT);
	ALONE(w.item.onward = ONWARD_MUTUAL_AID, GATE_STATEMENT);
	ALONE((w.item.confidential = true, w.item.secret = false,
	    w.terms.secrecy = SECRECY_NONE, w.item.tlp = TLP_CLEAR),
	    GATE_STATEMENT);
	ALONE((w.item.victim_inferable = w.item.has_consent = true,
	    w.item.consent_scope = SCOPE_TASK_FORCE), GATE_YES);
	ALONE((w.item.victim_inferable = w.item.has_consent = true,
	    w.item.consent_scope = SCOPE_CLASS1_GROUP), GATE_CLASS);
	ALONE(w.item.victim_inferable = w.item.has_consent = true,
	    GATE_AUDIENCE_EMPTY);
	ALONE(w.item.state = ITEM_DRAFT, GATE_ITEM_STATE);
	ALONE(w.item.state = ITEM_WITHDRAWN, GATE_ITEM_STATE);
	ALONE(w.item.approvals = 1, GATE_APPROVALS);
	ALONE(w.item.approvals_void = true, GATE_APPROVALS);
	ALONE(w.item.frozen = false, GATE_NOT_FROZEN);
	ALONE(w.ask.on_frozen_list = false, GATE_NOT_FROZEN);
	ALONE(w.ask.deny_list_clean = false, GATE_DENY_LIST);
	ALONE(w.person.fpr = NULL, GATE_NO_KEY);
	ALONE(w.person.fpr = "", GATE_NO_KEY);
	ALONE(w.person.key_state = "no-key", GATE_NO_KEY);
	ALONE(w.person.key_state = "key-expired", GATE_KEY_UNUSABLE);
	ALONE(w.person.key_state = NULL, GATE_KEY_UNUSABLE);
}

static void
nothing_there(void **state)
{
	struct world w = yes_world();

	(void)state;
	ask(&w);
	w.ask.org = NULL;
	assert_int_equal(gate_send(&w.ask).clause, GATE_MEMBER_INACTIVE);
	w.ask.org = &w.org;
	w.ask.person = NULL;
	assert_int_equal(gate_send(&w.ask).clause, GATE_PERSON_INACTIVE);
	w.ask.person = &w.person;
	w.ask.terms = NULL;
	assert_int_equal(gate_send(&w.ask).clause, GATE_TERMS_MISSING);
}

/* What is wrong with the key is told only where nothing else is. */
static void
the_key_comes_last(void **state)
{
	struct world w;

	(void)state;
	ALONE((w.person.fpr = NULL, w.ask.deny_list_clean = false),
	    GATE_DENY_LIST);
	ALONE((w.person.fpr = NULL, w.person.account = false),
	    GATE_ACCOUNT_NO);
	ALONE((w.person.fpr = NULL, w.org.class = CLASS_GENERAL), GATE_CLASS);
	ALONE((w.org.kind = ORG_GOV_SECRETARIAT,
	    w.org.state = ORG_EXPELLED, w.terms.version = 0),
	    GATE_GOV_SECRETARIAT);
	ALONE((w.exclusions[0].mapped = false,
	    w.exclusions[1].orgs = acme_only, w.exclusions[1].norgs = 2,
	    w.terms.nexclusions = 2, w.terms.scope = SCOPE_COORDINATOR),
	    GATE_EXCLUDED);
}

static void
details_say_why(void **state)
{
	struct world w = yes_world();

	(void)state;
	assert_string_equal(ask(&w).detail, "M03");
	w.org.class = CLASS_GENERAL;
	assert_string_equal(ask(&w).detail, "M03");
	w = yes_world();
	w.terms.scope = SCOPE_CLASS1_GROUP;
	assert_string_equal(ask(&w).detail, "CLASS1_GROUP");
	w = yes_world();
	w.exclusions[0].mapped = false;
	w.terms.nexclusions = 1;
	assert_string_equal(ask(&w).detail, "監督官庁");
	w = yes_world();
	w.person.key_state = "key-expired";
	assert_string_equal(ask(&w).detail, "key-expired");
	w = yes_world();
	w.item.secret = false;
	assert_string_equal(ask(&w).detail, "R-056/R-086");
}

/* ---- who is who ---- */

static void
coordinators_and_classes(void **state)
{
	struct world w;

	(void)state;
	ALONE((w.org.kind = ORG_COORDINATOR, w.org.class = CLASS_NONE,
	    w.terms.scope = SCOPE_CLASS1_GROUP), GATE_YES);
	ALONE((w.org.class = CLASS1, w.terms.scope = SCOPE_CLASS1_GROUP),
	    GATE_YES);
	ALONE((w.org.kind = ORG_NATIONAL_BODY, w.org.class = CLASS1),
	    GATE_YES);
	/* Beyond the task force foreign capital is no bar. */
	ALONE((w.item.category = CATEGORY_COUNTERMEASURE,
	    w.item.confidence = CONFIDENCE_CONFIRMED,
	    w.terms.scope = SCOPE_ALL_MEMBERS, w.org.tf_approval = NULL,
	    w.org.class = CLASS_GENERAL), GATE_YES);
	/* Schemes and public admit all members. */
	ALONE((w.item.category = CATEGORY_COUNTERMEASURE,
	    w.item.confidence = CONFIDENCE_CONFIRMED,
	    w.terms.scope = SCOPE_PUBLIC, w.org.class = CLASS_GENERAL),
	    GATE_YES);
	/* RED needs handlers though nothing is secret. */
	ALONE((w.item.secret = false, w.terms.secrecy = SECRECY_NONE,
	    w.org.receive_secret = false), GATE_YES);
	ALONE((w.item.secret = false, w.terms.secrecy = SECRECY_NONE,
	    w.person.roles = ROLE_POC), GATE_NOT_HANDLER);
	ALONE((w.item.secret = false, w.terms.secrecy = SECRECY_NONE,
	    w.person.roles = ROLE_POC, w.item.tlp = TLP_AMBER), GATE_YES);
	ALONE((w.item.secret = false, w.terms.secrecy = SECRECY_NONE,
	    w.item.approvals = 1), GATE_YES);
}

/* Preview and why leave the approvals aside, nothing else. */
static void
approvals_left_aside(void **state)
{
	struct world w;

	(void)state;
	ALONE((w.ask.leave_approvals = true, w.item.state = ITEM_DRAFT,
	    w.item.approvals = 0, w.item.frozen = false,
	    w.ask.on_frozen_list = false), GATE_YES);
	ALONE((w.ask.leave_approvals = true, w.ask.deny_list_clean = false),
	    GATE_DENY_LIST);
	ALONE((w.ask.leave_approvals = true, w.terms.withdrawn = true),
	    GATE_TERMS_WITHDRAWN);
}

/* An item whose label says more than newer, narrower terms allow. */
static void
narrower_terms_stop_a_label(void **state)
{
	struct world w;

	(void)state;
	ALONE((w.item.category = CATEGORY_COUNTERMEASURE,
	    w.item.confidence = CONFIDENCE_CONFIRMED, w.item.secret = false,
	    w.item.onward = ONWARD_PUBLIC, w.terms.scope = SCOPE_PUBLIC,
	    w.terms.secrecy = SECRECY_NONE), GATE_YES);
	w.terms.scope = SCOPE_ALL_MEMBERS;
	expect(w, GATE_STATEMENT);
	w.terms.scope = SCOPE_PUBLIC;
	w.terms.secrecy = SECRECY_ALL;
	expect(w, GATE_STATEMENT);
}

/* ---- random states ---- */

static uint64_t
next(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s * UINT64_C(0x2545f4914f6cdd1d) >> 24;
}

static unsigned
pick(uint64_t *s, unsigned n)
{
	return (unsigned)(next(s) % n);
}

/* Sets one field to anything. */
static void
shake(struct world *w, uint64_t *s)
{
	switch (pick(s, 32)) {
	case 0: w->org.state = pick(s, 4); break;
	case 1: w->org.kind = pick(s, 8); break;
	case 2: w->org.class = pick(s, 4); break;
	case 3: w->org.foreign_capital = pick(s, 2); break;
	case 4: w->org.tf_approval = pick(s, 2) ? "x" : NULL; break;
	case 5: w->org.receive_secret = pick(s, 2); break;
	case 6: w->person.active = pick(s, 2); break;
	case 7: w->person.account = pick(s, 2); break;
	case 8: w->person.roles = pick(s, 4); break;
	case 9: w->person.address_personal = pick(s, 2); break;
	case 10: w->person.fpr = pick(s, 2) ? "F" : NULL; break;
	case 11: w->person.key_state = pick(s, 2) ? "" : "key-revoked"; break;
	case 12: w->item.category = pick(s, CATEGORY_LAST); break;
	case 13: w->item.confidence = 1 + pick(s, 3); break;
	case 14: w->item.victim_inferable = pick(s, 2); break;
	case 15: w->item.special = pick(s, 16); break;
	case 16: w->item.has_consent = pick(s, 2); break;
	case 17: w->item.secret = pick(s, 2); break;
	case 18: w->item.tlp = 1 + pick(s, 5); break;
	case 19: w->item.onward = pick(s, 4); break;
	case 20: w->item.state = pick(s, 4); break;
	case 21: w->item.approvals = pick(s, 3); break;
	case 22: w->item.approvals_void = pick(s, 2); break;
	case 23: w->item.frozen = pick(s, 2); break;
	case 24: w->terms.version = pick(s, 3); break;
	case 25: w->terms.locked = pick(s, 2); break;
	case 26: w->terms.withdrawn = pick(s, 2); break;
	case 27: w->terms.secrecy = pick(s, 4); break;
	case 28: w->terms.scope = pick(s, 7); break;
	case 29: w->terms.nexclusions = pick(s, 3); break;
	case 30: w->exclusions[pick(s, 2)].mapped = pick(s, 2); break;
	default: {
		struct exclusion *x = &w->exclusions[pick(s, 2)];
		static const char *const orgs[] = { "other", "acme" };

		x->orgs = orgs;
		x->norgs = pick(s, 3);
		break;
	}
	}
	if (pick(s, 16) == 0)
		w->item.consent_scope = pick(s, 7);
	if (pick(s, 8) == 0) {
		static struct item_scope own;

		own = (struct item_scope){ pick(s, 3) ? "I-aaaaaaa" :
			"I-bbbbbbb", pick(s, 7) };
		w->item.id = pick(s, 4) ? "I-aaaaaaa" : NULL;
		w->terms.items = &own;
		w->terms.nitems = pick(s, 2);
	}
	if (pick(s, 16) == 0)
		w->item.confidential = pick(s, 2);
	if (pick(s, 16) == 0)
		w->person.acknowledged = pick(s, 2);
	if (pick(s, 16) == 0)
		w->ask.leave_approvals = pick(s, 2);
	if (pick(s, 16) == 0)
		w->ask.on_frozen_list = pick(s, 2);
	if (pick(s, 16) == 0)
		w->ask.deny_list_clean = pick(s, 2);
}

/* Most fields anything, or a yes with few changes: both kinds are needed, one
 * for what never comes together, one for the yes that hangs on one field. */
static void
gate_and_model_agree(void **state)
{
	uint64_t seed = UINT64_C(0x5e15ba2026);
	size_t clauses[GATE_LAST] = { 0 };

	(void)state;
	for (int n = 0; n < STATES; n++) {
		struct world w = yes_world();
		unsigned shakes = n % 2 ? 1 + pick(&seed, 6) : 40;
		struct gate_answer g;

		w.ask.policy = policy;
		policy->membership_welcome = pick(&seed, 2);
		if (pick(&seed, 2)) {
			w.item.category = CATEGORY_COUNTERMEASURE;
			w.item.confidence = CONFIDENCE_CONFIRMED;
			w.terms.scope = SCOPE_PUBLIC;
		}
		while (shakes--)
			shake(&w, &seed);
		g = ask(&w);
		if (g.send != model_send(&w.ask))
			fail_msg("state %d: gate says %s (%s)", n,
			    gate_word(g.clause), g.detail);
		assert_int_equal(g.send, g.clause == GATE_YES);
		/* Held for the key alone: with a key it would go. */
		w.person.fpr = "F";
		w.person.key_state = "";
		assert_int_equal(g.key_only || g.send, ask(&w).send);
		clauses[g.clause]++;
	}
	for (int c = 0; c < GATE_LAST; c++)
		if (!clauses[c] && c != GATE_LIST_ADDRESS)
			fail_msg("%s never met", gate_word(
			    (enum gate_clause)c));
	assert_true(clauses[GATE_YES] > 500);
}

/* Whatever else holds, an exclusion that names somebody keeps him out. */
static void
exclusion_beats_all(void **state)
{
	uint64_t seed = 7;

	(void)state;
	for (int n = 0; n < STATES; n++) {
		struct world w = yes_world();

		for (unsigned k = pick(&seed, 6); k; k--)
			shake(&w, &seed);
		w.exclusions[w.terms.nexclusions % 2].orgs = acme_only;
		w.exclusions[w.terms.nexclusions % 2].norgs = 2;
		if (w.terms.nexclusions < 2)
			w.terms.nexclusions++;
		assert_false(ask(&w).send);
	}
}

static void
sentences(void **state)
{
	(void)state;
	for (int c = 0; c < GATE_LAST; c++) {
		const char *en = gate_sentence((enum gate_clause)c, "en");
		const char *ja = gate_sentence((enum gate_clause)c, "ja");

		assert_true(strlen(gate_rule((enum gate_clause)c)) >= 2);
		assert_true(strlen(gate_word((enum gate_clause)c)) >= 3);
		assert_true(sk_is_ascii(sk_span_str(en)));
		assert_int_equal(en[strlen(en) - 1], '.');
		assert_true(sk_has_kana(ja));
		assert_non_null(strstr(ja + strlen(ja) - 3, "。"));
		for (int k = 0; k < c; k++)
			assert_string_not_equal(gate_word(
			    (enum gate_clause)c), gate_word(
			    (enum gate_clause)k));
	}
	assert_string_equal(gate_rule(GATE_EXCLUDED), "R-065");
	assert_string_equal(gate_rule(GATE_GOV_SECRETARIAT), "R-003");
	assert_string_equal(gate_sentence(GATE_EXCLUDED, NULL),
	    gate_sentence(GATE_EXCLUDED, "en"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_clause_alone),
		cmocka_unit_test(nothing_there),
		cmocka_unit_test(the_key_comes_last),
		cmocka_unit_test(details_say_why),
		cmocka_unit_test(coordinators_and_classes),
		cmocka_unit_test(approvals_left_aside),
		cmocka_unit_test(narrower_terms_stop_a_label),
		cmocka_unit_test(gate_and_model_agree),
		cmocka_unit_test(exclusion_beats_all),
		cmocka_unit_test(sentences),
	};

	return cmocka_run_group_tests_name("gate", tests, enter, leave);
}

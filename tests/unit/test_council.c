/*
 * The council's rules as data and as comparisons: words, the matrix over all
 * its combinations, what an item may say of itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <sekisho/gate.h>

#include "council_model.h"

struct room {
	struct policy *policy;
	struct sk_arena *a;
};

static int
enter(void **state)
{
	struct room *r = calloc(1, sizeof(*r));
	struct sk_buf faults;

	assert_non_null(r);
	sk_buf_init(&faults, 1 << 20);
	if (policy_load(POLICY_FILE, &r->policy, &faults))
		fail_msg("%s", sk_buf_str(&faults));
	sk_buf_free(&faults);
	r->a = sk_arena_new();
	*state = r;
	return 0;
}

static int
leave(void **state)
{
	struct room *r = *state;

	policy_free(&r->policy);
	sk_arena_free(&r->a);
	free(r);
	return 0;
}

/* ---- words ---- */

/* What is printed is read again as the same value, and offered or not. */
static void
words_round(void **state)
{
	size_t read = 0;

	(void)state;
	for (int list = 0; list < WORDS_LAST; list++) {
		for (int v = -1; v < 64; v++) {
			const char *w = word_of((enum word_list)list, v);
			int back = -7;

			if (!strcmp(w, "?") ||
			    !word_parse((enum word_list)list, w, &back))
				continue;
			assert_int_equal(back, v);
			read++;
		}
		assert_true(strlen(word_choices(
		    (enum word_list)list)) > 3);
	}
	assert_true(read > 100);
	assert_string_equal(word_of(WORDS_LAST, 0), "?");
	assert_string_equal(word_of(WORDS_SCOPE, 99), "?");
}

static void
words_as_people_write_them(void **state)
{
	static const struct {
		enum word_list list;
		const char *text;
		int value;
	} good[] = {
		{ WORDS_TLP, "RED", TLP_RED }, { WORDS_TLP, "red", TLP_RED },
		{ WORDS_TLP, "TLP:AMBER", TLP_AMBER },
		{ WORDS_TLP, "tlp: amber+strict", TLP_AMBER_STRICT },
		{ WORDS_TLP, "ＴＬＰ：ＡＭＢＥＲ＋ＳＴＲＩＣＴ",
		    TLP_AMBER_STRICT },
		{ WORDS_TLP, "WHITE", TLP_CLEAR },
		{ WORDS_TLP, "ＣＬＥＡＲ", TLP_CLEAR },
		{ WORDS_SCOPE, "task-force", SCOPE_TASK_FORCE },
		{ WORDS_SCOPE, "  Task_Force ", SCOPE_TASK_FORCE },
		{ WORDS_CLASS, "class2", CLASS2 },
		{ WORDS_ORG_KIND, "Critical-Infrastructure",
		    ORG_CRITICAL_INFRASTRUCTURE },
		{ WORDS_CATEGORY, "relay-host-url", CATEGORY_RELAY_HOST_URL },
		{ WORDS_ASSURANCE, "Token+Aligned", ASSURANCE_TOKEN_ALIGNED },
	};
	static const struct {
		enum word_list list;
		const char *text;
	} bad[] = {
		{ WORDS_TLP, "AMBERSTRICT" }, { WORDS_TLP, "" },
		{ WORDS_TLP, "UNKNOWN" }, { WORDS_TLP, "?" },
		{ WORDS_SCOPE, "UNKNOWN" }, { WORDS_SCOPE, "ALL" },
		{ WORDS_SCOPE, "TASK FORCE" }, { WORDS_CLASS, "class 1" },
		{ WORDS_CONFIDENCE, "UNKNOWN" }, { WORDS_SECRECY, "unknown" },
		{ WORDS_LAST, "RED" },
	};
	int v;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		v = -1;
		if (!word_parse(good[i].list, good[i].text, &v))
			fail_msg("refused: %s", good[i].text);
		assert_int_equal(v, good[i].value);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		v = -7;
		if (word_parse(bad[i].list, bad[i].text, &v))
			fail_msg("taken: %s", bad[i].text);
		assert_int_equal(v, -7);
	}
	assert_false(word_parse(WORDS_TLP, NULL, &v));
	assert_string_equal(word_choices(WORDS_CLASS),
	    "CLASS1, CLASS2, GENERAL");
	assert_null(strstr(word_choices(WORDS_TLP), "WHITE"));
	assert_null(strstr(word_choices(WORDS_SCOPE), "UNKNOWN"));
}

/* ---- the matrix ---- */

static const char *
cell_of(const struct matrix_row *m, int c, struct sk_arena *a)
{
	static const char *const any[] = { "N", "Y", "-" };
	static const char *const consent[] = { "none", "yes", "no" };
	static const char *const secret[] = { "N", "Y", "y*" };
	static const char *const onward[] = { "NONE", "AS_STATED", "NEVER" };

	switch (c) {
	case 0:
		return m->id;
	case 3:
		return any[m->victim_inferable];
	case 4:
		return m->special ? word_of(WORDS_SPECIAL, (int)m->special) :
		    "-";
	case 5:
		return consent[m->consent];
	case 6:
		return secret[m->secret];
	case 7:
		return sk_arena_printf(a, "%s%s", word_of(WORDS_SCOPE,
		    (int)m->max_audience), m->plus_originator ?
		    "+ORIGINATOR" : "");
	case 8:
		return onward[m->onward];
	case 9:
		return *m->source == 'S' ? "S" : "D";
	default:
		return NULL;
	}
}

static uint64_t
bits(const char *list, enum word_list words)
{
	uint64_t out = 0;
	char word[64];

	if (!strcmp(list, "-"))
		return 0;
	while (*list) {
		size_t n = strcspn(list, ",");
		int v;

		memcpy(word, list, n);
		word[n] = '\0';
		assert_true(word_parse(words, word, &v));
		out |= UINT64_C(1) << v;
		list += n + (list[n] == ',');
	}
	return out;
}

static void
matrix_is_the_printed_one(void **state)
{
	struct room *r = *state;
	struct model_row *rows;
	size_t n = model_rows(&rows);

	assert_int_equal(n, r->policy->nmatrix);
	for (size_t i = 0; i < n; i++) {
		const struct matrix_row *m = &r->policy->matrix[i];

		assert_true(m->categories == bits(rows[i].cell[1],
		    WORDS_CATEGORY));
		assert_true(m->confidences == bits(rows[i].cell[2],
		    WORDS_CONFIDENCE));
		for (int c = 0; c < MODEL_CELLS; c++) {
			const char *have = cell_of(m, c, r->a);
			const char *want = rows[i].cell[c];

			if (c == 5 && !strcmp(want, "-"))
				want = "none";	/* both: any */
			if (have)
				assert_string_equal(have, want);
		}
	}
}

/* Over all combinations of category, confidence, victim, special flags and
 * consent. */
static void
matrix_properties(void **state)
{
	struct room *r = *state;
	size_t tried = 0, wide = 0;

	for (unsigned n = 0; n < CATEGORY_LAST * 192U; n++, tried++) {
		struct item i = {
			.category = n / 192, .confidence = 1 + n / 64 % 3,
			.victim_inferable = n / 32 % 2,
			.has_consent = n / 16 % 2, .special = n % 16,
		};
		struct ceiling c = matrix_ceiling(r->policy, &i);
		char secret;
		bool onward;
		int audience = model_audience(&i, &secret, &onward);

		assert_int_equal(c.max_audience - SCOPE_COORDINATOR, audience);
		assert_int_equal(c.secret, secret == 'Y' ? SECRET_YES :
		    secret == '*' ? SECRET_AS_NEEDED : SECRET_NO);
		assert_int_equal(c.onward == MATRIX_ONWARD_AS_STATED, onward);
		wide += c.max_audience > SCOPE_COORDINATOR;
		if (i.victim_inferable && !i.has_consent)
			assert_int_equal(c.max_audience, SCOPE_COORDINATOR);
		if (i.confidence == CONFIDENCE_RAW)
			assert_true(c.max_audience <= SCOPE_CLASS1_GROUP);
		if (i.confidence != CONFIDENCE_CONFIRMED)
			assert_true(c.max_audience <= SCOPE_TASK_FORCE);
		if (i.victim_inferable && c.max_audience >= SCOPE_TASK_FORCE)
			assert_int_equal(c.secret, SECRET_YES);
		if (c.plus_originator)
			assert_int_equal(i.category,
			    CATEGORY_ORIGINATOR_FEEDBACK);
	}
	assert_int_equal(tried, 4608);
	assert_true(wide > 500);
}

/* The order of the file's rows means nothing. */
static void
matrix_upside_down(void **state)
{
	struct room *r = *state;
	size_t n = r->policy->nmatrix;
	struct matrix_row *rows = sk_arena_array(r->a, n, sizeof(*rows));
	struct policy turned = *r->policy;

	for (size_t i = 0; i < n; i++)
		rows[i] = r->policy->matrix[n - 1 - i];
	turned.matrix = rows;
	for (unsigned k = 0; k < CATEGORY_LAST * 192U; k++) {
		struct item i = {
			.category = k / 192, .confidence = 1 + k / 64 % 3,
			.victim_inferable = k / 32 % 2,
			.has_consent = k / 16 % 2, .special = k % 16,
		};
		struct ceiling x = matrix_ceiling(r->policy, &i);
		struct ceiling y = matrix_ceiling(&turned, &i);

		assert_int_equal(x.max_audience, y.max_audience);
		assert_int_equal(x.secret, y.secret);
		assert_int_equal(x.onward, y.onward);
		assert_int_equal(x.plus_originator, y.plus_originator);
	}
}

static void
matrix_rows_by_name(void **state)
{
	static const struct {
		struct item i;
		const char *row;
		enum scope most;
	} cases[] = {
		{ { .category = CATEGORY_COUNTERMEASURE, .confidence = 3 },
		    "M13", SCOPE_PUBLIC },
		{ { .category = CATEGORY_COUNTERMEASURE, .confidence = 3,
		    .special = SPECIAL_REVEALS_HAND }, "M14",
		    SCOPE_ALL_MEMBERS },
		{ { .category = CATEGORY_AFFECTED_SECTOR, .confidence = 3,
		    .special = SPECIAL_NEEDED_FOR_URGENCY,
		    .has_consent = true }, "M17", SCOPE_ALL_MEMBERS },
		{ { .category = CATEGORY_AFFECTED_SECTOR, .confidence = 3,
		    .special = SPECIAL_NEEDED_FOR_URGENCY }, "M18",
		    SCOPE_TASK_FORCE },
		{ { .category = CATEGORY_AFFECTED_SECTOR, .confidence = 3,
		    .special = SPECIAL_NEEDED_FOR_URGENCY |
		    SPECIAL_FEW_BODIES, .victim_inferable = true,
		    .has_consent = true }, "M11", SCOPE_TASK_FORCE },
		{ { .category = CATEGORY_TECHNICAL_TIMELINE,
		    .confidence = 1 }, "M01b", SCOPE_CLASS1_GROUP },
		{ { .category = CATEGORY_UNKNOWN, .confidence = 3 }, "M99",
		    SCOPE_COORDINATOR },
		{ { .category = CATEGORY_LAST, .confidence = 3 }, "M99",
		    SCOPE_COORDINATOR },
		{ { .category = CATEGORY_COUNTERMEASURE }, "M99",
		    SCOPE_COORDINATOR },
		{ { .category = CATEGORY_CAMPAIGN_TREND }, "M99",
		    SCOPE_COORDINATOR },
		{ { .category = CATEGORY_VICTIM_HINT, .confidence = 3,
		    .has_consent = true, .victim_inferable = true }, "M99",
		    SCOPE_COORDINATOR },
	};
	struct room *r = *state;
	struct policy empty = *r->policy;

	empty.nmatrix = 0;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ceiling c = matrix_ceiling(r->policy, &cases[i].i);

		assert_string_equal(c.row, cases[i].row);
		assert_int_equal(c.max_audience, cases[i].most);
		c = matrix_ceiling(&empty, &cases[i].i);
		assert_string_equal(c.row, "M99");
		assert_int_equal(c.max_audience, SCOPE_COORDINATOR);
		assert_int_equal(c.secret, SECRET_YES);
	}
}

static void
audience_is_the_smaller(void **state)
{
	struct room *r = *state;
	struct item i = { .category = CATEGORY_COUNTERMEASURE,
	    .confidence = CONFIDENCE_TENTATIVE };
	struct terms t = { .version = 1, .locked = true,
	    .secrecy = SECRECY_NONE };

	for (int s = 0; s <= SCOPE_PUBLIC; s++) {
		t.scope = (enum scope)s;
		assert_int_equal(item_audience(r->policy, &i, &t),
		    s < SCOPE_TASK_FORCE ? s : SCOPE_TASK_FORCE);
	}
	/* An exception reaches whom it named, and what others keep
	 * confidential is never public. */
	i.has_consent = true;
	assert_int_equal(item_audience(r->policy, &i, &t), SCOPE_UNKNOWN);
	i.consent_scope = SCOPE_CLASS1_GROUP;
	assert_int_equal(item_audience(r->policy, &i, &t),
	    SCOPE_CLASS1_GROUP);
	i.has_consent = false;
	i.confidence = CONFIDENCE_CONFIRMED;
	assert_int_equal(item_audience(r->policy, &i, &t), SCOPE_PUBLIC);
	i.confidential = true;
	assert_int_equal(item_audience(r->policy, &i, &t),
	    SCOPE_PARTNER_SCHEMES);
	t.locked = false;
	assert_int_equal(item_audience(r->policy, &i, &t), SCOPE_UNKNOWN);
	t.locked = true;
	t.withdrawn = true;
	assert_int_equal(item_audience(r->policy, &i, &t), SCOPE_UNKNOWN);
	assert_int_equal(item_audience(r->policy, &i, NULL), SCOPE_UNKNOWN);
}

/* ---- what an item may say of itself ---- */

static void
item_statements(void **state)
{
	const struct item sound = { .id = "I-aaaaaaa",
	    .category = CATEGORY_COUNTERMEASURE,
	    .confidence = CONFIDENCE_CONFIRMED, .tlp = TLP_GREEN };
	struct room *r = *state;
	struct terms t = { .version = 1, .locked = true,
	    .secrecy = SECRECY_NONE, .scope = SCOPE_ALL_MEMBERS };
	struct sk_error e;
	struct item i = sound;

#define REFUSED(rule) do { \
	assert_int_equal(item_check(r->policy, &i, &t, &e), SK_ERR_REFUSED); \
	assert_non_null(strstr(e.text, rule)); \
	i = sound; \
} while (0)
	assert_int_equal(item_check(r->policy, &i, &t, &e), 0);
	assert_int_equal(item_check(r->policy, &i, NULL, &e), 0);
	i.tlp = TLP_UNKNOWN;
	REFUSED("R-087");
	i.category = CATEGORY_UNKNOWN;
	REFUSED("R-086");
	i.confidence = CONFIDENCE_UNKNOWN;
	REFUSED("R-086");
	i.category = CATEGORY_VICTIM_NAME;
	i.secret = true;
	REFUSED("R-070");
	i.confidential = true;
	i.tlp = TLP_CLEAR;
	REFUSED("R-067");
	i.confidence = CONFIDENCE_RAW;
	REFUSED("M01b");
	i.secret_parts = "the method";
	REFUSED("R-086");
	i.onward = ONWARD_MUTUAL_AID;
	REFUSED("R-063");
	t.scope = SCOPE_PARTNER_SCHEMES;
	i.onward = ONWARD_MUTUAL_AID;
	assert_int_equal(item_check(r->policy, &i, &t, &e), 0);
	i.secret = true;
	REFUSED("is not passed on");
	i.onward = ONWARD_PUBLIC;
	REFUSED("R-063");
	i.confidence = CONFIDENCE_TENTATIVE;
	i.onward = ONWARD_PARTNER_SCHEMES;
	REFUSED("M15");
	t.secrecy = SECRECY_ALL;
	REFUSED("R-056/R-086");
	i.secret = true;
	assert_int_equal(item_check(r->policy, &i, &t, &e), 0);
	t.secrecy = SECRECY_PARTS;
	i.secret = false;
	assert_int_equal(item_check(r->policy, &i, &t, &e), 0);
	t.secrecy = SECRECY_UNKNOWN;
	REFUSED("R-056");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_round),
		cmocka_unit_test(words_as_people_write_them),
		cmocka_unit_test(matrix_is_the_printed_one),
		cmocka_unit_test(matrix_properties),
		cmocka_unit_test(matrix_upside_down),
		cmocka_unit_test(matrix_rows_by_name),
		cmocka_unit_test(audience_is_the_smaller),
		cmocka_unit_test(item_statements),
	};

	return cmocka_run_group_tests_name("council", tests, enter, leave);
}

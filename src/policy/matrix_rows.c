/*
 * Rows of the sharing matrix from the words of the policy file (domain.md,
 * output 4). A cell is the table's own notation, so that its owner can hold the
 * file beside the printed matrix. A cell that is not understood is a fault; no
 * cell is ever guessed.
 */
#include "matrix_rows.h"

#include <string.h>

#include <sekisho/text.h>

#include "checks.h"

#define AT(field) offsetof(struct matrix_text, field)
#define CELL(key, field) { .name = key, .type = SCHEMA_TEXT, .needed = true, \
	.at = AT(field), .check = check_name }
#define LIST(key, field) { .name = key, .type = SCHEMA_TEXTS, \
	.needed = true, .at = AT(field), .count = AT(n##field), \
	.check = check_name }

const struct schema_key matrix_keys[] = {
	CELL("id", id), LIST("categories", categories),
	LIST("confidence", confidence),
	CELL("victim_inferable", victim_inferable), CELL("special", special),
	CELL("consent", consent), CELL("secret", secret),
	CELL("max_audience", max_audience), CELL("onward", onward),
	CELL("source", source),
	{ .name = NULL }
};

const struct schema_key matrix_gap_keys[] = {
	LIST("categories", categories), LIST("confidence", confidence),
	CELL("victim_inferable", victim_inferable), CELL("source", source),
	{ .name = NULL }
};

struct choice {
	const char *word;
	int value;
};

static const struct choice victims[] = {
	{ "N", ANY_NO }, { "Y", ANY_YES }, { "-", ANY_EITHER }, { NULL, 0 },
};
static const struct choice consents[] = {
	{ "none", CONSENT_NOT_NEEDED }, { "-", CONSENT_NOT_NEEDED },
	{ "yes", CONSENT_YES }, { "no", CONSENT_NO }, { NULL, 0 },
};
static const struct choice secrets[] = {
	{ "N", SECRET_NO }, { "Y", SECRET_YES }, { "y*", SECRET_AS_NEEDED },
	{ NULL, 0 },
};
static const struct choice onwards[] = {
	{ "NONE", MATRIX_ONWARD_NONE },
	{ "AS_STATED", MATRIX_ONWARD_AS_STATED },
	{ "NEVER", MATRIX_ONWARD_NEVER }, { NULL, 0 },
};

struct reading {
	const char *list;		/* "matrix", "kept_back" */
	struct schema *s;
	struct sk_arena *a;
	const struct matrix_text *row;
};

static void
cell_fault(struct reading *r, const char *key, const char *text,
    const char *choices)
{
	schema_fault_at(r->s, r->row->line, r->list,
	    "row %s, %s: \"%s\" is not known; write one of %s",
	    r->row->id ? r->row->id : "?", key, text, choices);
}

static int
choose(struct reading *r, const char *key, const char *text,
    const struct choice *list, int otherwise)
{
	const char *names = list->word;

	if (!text)			/* told already */
		return otherwise;
	for (const struct choice *c = list; c->word; c++) {
		if (strcmp(c->word, text) == 0)
			return c->value;
		if (c > list)
			names = sk_arena_printf(r->a, "%s, %s", names,
			    c->word);
	}
	cell_fault(r, key, text, names);
	return otherwise;
}

static int
word(struct reading *r, const char *key, const char *text,
    enum word_list list)
{
	int value = 0;

	if (text && !word_parse(list, text, &value))
		cell_fault(r, key, text, word_choices(list));
	return value;
}

static void
read_sets(struct reading *r, uint64_t *categories, uint32_t *confidences)
{
	const struct matrix_text *t = r->row;

	for (size_t i = 0; i < t->ncategories; i++)
		*categories |= UINT64_C(1) << word(r, "categories",
		    t->categories[i], WORDS_CATEGORY);
	for (size_t i = 0; i < t->nconfidence; i++)
		if (strcmp(t->confidence[i], "-") != 0)
			*confidences |= 1U << word(r, "confidence",
			    t->confidence[i], WORDS_CONFIDENCE);
	if (!t->nconfidence && t->confidence)
		schema_fault_at(r->s, t->line, r->list, "row %s, confidence: "
		    "is empty; write ( \"-\" ) for any", t->id ? t->id : "?");
}

static void
read_audience(struct reading *r, struct matrix_row *out)
{
	static const char plus[] = "+ORIGINATOR";
	const char *text = r->row->max_audience;
	size_t n = text ? strlen(text) : 0, k = strlen(plus);

	if (n > k && sk_ascii_ieq(text + n - k, plus)) {
		text = sk_arena_strn(r->a, text, n - k);
		out->plus_originator = true;
	}
	out->max_audience = (enum scope)word(r, "max_audience", text,
	    WORDS_SCOPE);
}

static void
read_row(struct reading *r, struct matrix_row *out)
{
	const struct matrix_text *t = r->row;

	out->id = t->id ? t->id : "?";
	out->line = t->line;
	out->source = t->source;
	read_sets(r, &out->categories, &out->confidences);
	read_audience(r, out);
	/* Where a cell is wrong, the strictest stands until it is mended. */
	out->victim_inferable = (enum matrix_any)choose(r, "victim_inferable",
	    t->victim_inferable, victims, ANY_EITHER);
	if (t->special && strcmp(t->special, "-") != 0)
		out->special = (uint32_t)word(r, "special", t->special,
		    WORDS_SPECIAL);
	out->consent = (enum matrix_consent)choose(r, "consent", t->consent,
	    consents, CONSENT_NO);
	out->secret = (enum matrix_secret)choose(r, "secret", t->secret,
	    secrets, SECRET_YES);
	out->onward = (enum matrix_onward)choose(r, "onward", t->onward,
	    onwards, MATRIX_ONWARD_NEVER);
}

const struct matrix_row *
matrix_rows(struct schema *s, struct sk_arena *a, const struct matrix_text *in,
    size_t n)
{
	struct matrix_row *rows = sk_arena_array(a, n + 1, sizeof(*rows));

	for (size_t i = 0; i < n; i++) {
		struct reading r = { "matrix", s, a, &in[i] };

		read_row(&r, &rows[i]);
	}
	return rows;
}

const struct matrix_gap *
matrix_gaps(struct schema *s, struct sk_arena *a, const struct matrix_text *in,
    size_t n)
{
	struct matrix_gap *gaps = sk_arena_array(a, n + 1, sizeof(*gaps));

	for (size_t i = 0; i < n; i++) {
		struct reading r = { "kept_back", s, a, &in[i] };

		gaps[i].line = in[i].line;
		gaps[i].source = in[i].source;
		read_sets(&r, &gaps[i].categories, &gaps[i].confidences);
		gaps[i].victim_inferable = (enum matrix_any)choose(&r,
		    "victim_inferable", in[i].victim_inferable, victims,
		    ANY_NO);
	}
	return gaps;
}

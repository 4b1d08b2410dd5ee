/*
 * Is a matrix safe? The policy file may be corrected by its owner without code
 * (C-35), so every change is held against the rules that no matrix may break
 * (domain.md, output 4): tried over all combinations of an item's fields, and
 * row against row for cells that contradict each other.
 */
#include <sekisho/gate.h>

#include <string.h>

#define SPECIAL_ALL (SPECIAL_REVEALS_HAND | SPECIAL_FEW_BODIES | \
	SPECIAL_NEEDED_FOR_URGENCY | SPECIAL_UNAVOIDABLE)

struct lint {
	const struct policy *policy;
	struct sk_buf *faults;
	size_t n;
};

static void
fault(struct lint *l, const struct matrix_row *r, const char *what,
    const char *mend)
{
	l->n++;
	sk_buf_addf(l->faults, "%s:%d: matrix row %s: %s; %s\n",
	    l->policy->file ? l->policy->file : "policy", r ? r->line : 0,
	    r ? r->id : "M99", what, mend);
}

/* The row that a ceiling came from: its own string, since a row of the file may
 * be called M99, too. NULL: none speaks of the item. */
static const struct matrix_row *
row_named(const struct policy *p, const char *id)
{
	for (size_t i = 0; i < p->nmatrix; i++)
		if (p->matrix[i].id == id)
			return &p->matrix[i];
	return NULL;
}

/* What no row may do, for one item. The bits say which were told already, so
 * that one wrong cell gives one line. */
static unsigned
broken(const struct item *i, const struct ceiling *c)
{
	unsigned bits = 0;

	if (i->victim_inferable && !i->has_consent &&
	    c->max_audience > SCOPE_COORDINATOR)
		bits |= 1;
	if (i->confidence == CONFIDENCE_RAW &&
	    c->max_audience > SCOPE_CLASS1_GROUP)
		bits |= 2;
	if (i->confidence != CONFIDENCE_CONFIRMED &&
	    c->max_audience > SCOPE_TASK_FORCE)
		bits |= 4;
	if (i->victim_inferable && c->max_audience >= SCOPE_TASK_FORCE &&
	    c->secret != SECRET_YES)
		bits |= 8;
	return bits;
}

static const char *const broken_text[][2] = {
	{ "a victim can be inferred and nobody consented, yet it leaves "
	    "COORDINATOR (R-074)", "set consent \"yes\" or max_audience "
	    "\"COORDINATOR\"" },
	{ "RAW leaves CLASS1_GROUP (R-077)",
	    "take RAW out of confidence or narrow max_audience" },
	{ "what is not CONFIRMED leaves TASK_FORCE (R-034)",
	    "set confidence to CONFIRMED or narrow max_audience" },
	{ "a victim can be inferred at TASK_FORCE or wider, yet it is not "
	    "always secret (R-074)", "set secret \"Y\"" },
};

struct told {
	const char *row;
	unsigned bits;
};

static void
tell(struct lint *l, const struct ceiling *c, unsigned bits, struct told *t)
{
	if (t->row != c->row)
		*t = (struct told){ .row = c->row };
	for (unsigned b = 0; b < 4; b++)
		if ((bits & ~t->bits) >> b & 1)
			fault(l, row_named(l->policy, c->row),
			    broken_text[b][0], broken_text[b][1]);
	t->bits |= bits;
}

/* Each row in turn, so that its faults come together. */
static void
try_items(struct lint *l, const struct matrix_row *r)
{
	struct told t = { 0 };

	for (unsigned n = 0; n < CATEGORY_LAST * 3U * 2 * 2 * 16; n++) {
		struct item i = {
			.special = n % 16,
			.has_consent = n / 16 % 2,
			.victim_inferable = n / 32 % 2,
			.confidence = CONFIDENCE_RAW + n / 64 % 3,
			.category = n / 192,
		};
		struct ceiling c;

		if (!(r->categories & UINT64_C(1) << i.category))
			continue;
		c = matrix_ceiling(l->policy, &i);
		if (strcmp(c.row, r->id) == 0)
			tell(l, &c, broken(&i, &c), &t);
	}
}

static bool
same_cells(const struct matrix_row *a, const struct matrix_row *b)
{
	return a->max_audience == b->max_audience && a->secret == b->secret &&
	    a->onward == b->onward && a->plus_originator == b->plus_originator;
}

static bool
confidence_meets(const struct matrix_row *a, const struct matrix_row *b)
{
	return !a->confidences || !b->confidences ||
	    (a->confidences & b->confidences);
}

static bool
overlap(const struct matrix_row *a, const struct matrix_row *b)
{
	bool victim = a->victim_inferable == ANY_EITHER ||
	    b->victim_inferable == ANY_EITHER ||
	    a->victim_inferable == b->victim_inferable;
	bool consent = a->consent == CONSENT_NOT_NEEDED ||
	    b->consent == CONSENT_NOT_NEEDED || a->consent == b->consent;

	return (a->categories & b->categories) && confidence_meets(a, b) &&
	    victim && consent && a->special == b->special;
}

/* Does a say something of fewer items than b, in every cell? */
static bool
narrower(const struct matrix_row *a, const struct matrix_row *b)
{
	bool confidence = !b->confidences || (a->confidences &&
	    !(a->confidences & ~b->confidences));
	bool victim = b->victim_inferable == ANY_EITHER ||
	    a->victim_inferable == b->victim_inferable;
	bool consent = b->consent == CONSENT_NOT_NEEDED ||
	    a->consent == b->consent;
	bool less = a->confidences != b->confidences ||
	    a->victim_inferable != b->victim_inferable ||
	    a->consent != b->consent;

	return confidence && victim && consent && less;
}

/* A row about fewer items may only be stricter: where it is wider it would
 * never count, and its reader would believe what does not hold. */
static bool
exception(const struct matrix_row *a, const struct matrix_row *b)
{
	return narrower(a, b) && a->max_audience <= b->max_audience &&
	    (a->secret == SECRET_YES || a->secret == b->secret ||
	    b->secret == SECRET_NO);
}

static void
compare(struct lint *l, const struct matrix_row *a,
    const struct matrix_row *b)
{
	if (strcmp(a->id, b->id) == 0)
		fault(l, b, "this id stands twice", "give it another id");
	if (overlap(a, b) && !same_cells(a, b) && !exception(a, b) &&
	    !exception(b, a)) {
		l->n++;
		sk_buf_addf(l->faults, "%s:%d: matrix row %s: speaks of the "
		    "same items as row %s (line %d) and says otherwise; make "
		    "the rows disjoint or their cells equal\n",
		    l->policy->file ? l->policy->file : "policy", b->line,
		    b->id, a->id, a->line);
	}
}

/* ---- holes: what no row speaks of reaches nobody (M99); knowingly? ---- */

static bool
is_kept_back(const struct policy *p, const struct item *i)
{
	for (size_t n = 0; n < p->nkept_back; n++) {
		const struct matrix_gap *g = &p->kept_back[n];

		if ((g->categories & UINT64_C(1) << i->category) &&
		    (!g->confidences || (g->confidences &
		    1U << i->confidence)) &&
		    (g->victim_inferable == ANY_EITHER ||
		    (g->victim_inferable == ANY_YES) == i->victim_inferable))
			return true;
	}
	return false;
}

/* The line where the mend goes: the last row that speaks of the category. */
static int
line_of(const struct policy *p, enum category c)
{
	int line = p->nmatrix ? p->matrix[0].line : 0;

	for (size_t n = 0; n < p->nmatrix; n++)
		if (p->matrix[n].categories & UINT64_C(1) << c)
			line = p->matrix[n].line;
	return line;
}

static void
hole(struct lint *l, const struct item *i)
{
	l->n++;
	sk_buf_addf(l->faults, "%s:%d: matrix: no row speaks of %s, %s, "
	    "victim_inferable \"%s\", consent \"%s\"%s; add a row, or name it "
	    "in kept_back if nobody may have it\n",
	    l->policy->file ? l->policy->file : "policy",
	    line_of(l->policy, i->category),
	    word_of(WORDS_CATEGORY, (int)i->category),
	    word_of(WORDS_CONFIDENCE, (int)i->confidence),
	    i->victim_inferable ? "Y" : "N", i->has_consent ? "yes" : "no",
	    i->special ? " with some special flag" : "");
}

/* Special flags inside: one line for what differs in nothing else. */
static void
find_gaps(struct lint *l)
{
	for (unsigned n = 0; n < CATEGORY_LAST * 12U; n++) {
		struct item i = {
			.has_consent = n % 2, .victim_inferable = n / 2 % 2,
			.confidence = CONFIDENCE_RAW + n / 4 % 3,
			.category = n / 12,
		};

		if (is_kept_back(l->policy, &i))
			continue;
		for (i.special = 0; i.special <= SPECIAL_ALL; i.special++) {
			if (row_named(l->policy,
			    matrix_ceiling(l->policy, &i).row))
				continue;
			hole(l, &i);
			break;
		}
	}
}

/* To refuse must never give more than to agree: every such pair of items. */
static void
find_widening(struct lint *l)
{
	const char *told = NULL;

	for (unsigned n = 0; n < CATEGORY_LAST * 96U; n++) {
		struct item i = {
			.special = n % 16, .victim_inferable = n / 16 % 2,
			.confidence = CONFIDENCE_RAW + n / 32 % 3,
			.category = n / 96,
		};
		struct ceiling no = matrix_ceiling(l->policy, &i), yes;

		i.has_consent = true;
		yes = matrix_ceiling(l->policy, &i);
		/* What no row speaks of cannot be compared: find_gaps(). */
		if (no.max_audience <= yes.max_audience || no.row == told ||
		    !row_named(l->policy, yes.row))
			continue;
		fault(l, row_named(l->policy, no.row), "reaches further where "
		    "consent was refused or not asked than where it was given "
		    "(R-074)", "narrow max_audience, or say consent \"yes\"");
		told = no.row;
	}
}

static void
check_row(struct lint *l, const struct matrix_row *r)
{
	if (!r->categories)
		fault(l, r, "names no category", "fill categories");
	if (r->max_audience <= SCOPE_UNKNOWN || r->max_audience > SCOPE_PUBLIC)
		fault(l, r, "has no audience", "fill max_audience");
	if (r->special & ~(uint32_t)SPECIAL_ALL ||
	    (r->special & (r->special - 1)))
		fault(l, r, "names more than one special flag",
		    "write one row per flag");
	if (!r->source || !*r->source)
		fault(l, r, "has no source", "say where the rule stands");
	try_items(l, r);
}

size_t
matrix_lint(const struct policy *p, struct sk_buf *faults)
{
	struct lint l = { .policy = p, .faults = faults };

	for (size_t i = 0; i < p->nmatrix; i++) {
		check_row(&l, &p->matrix[i]);
		for (size_t j = 0; j < i; j++)
			compare(&l, &p->matrix[j], &p->matrix[i]);
	}
	find_gaps(&l);
	find_widening(&l);
	return l.n;
}

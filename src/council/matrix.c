/*
 * The sharing matrix (domain.md, output 4): what is the widest audience an item
 * may reach, and must it be secret? Cells hold ceilings, never duties to send.
 * What no row speaks of reaches nobody (M99): a hole in the policy file must
 * not become a hole in the wall.
 */
#include <sekisho/gate.h>

#include <string.h>

/* No row: the last line of defence, whatever the file says. */
static const struct ceiling fail_closed = {
	.row = "M99", .max_audience = SCOPE_COORDINATOR,
	.secret = SECRET_YES, .onward = MATRIX_ONWARD_NONE,
};

static bool
consent_fits(enum matrix_consent cell, bool given)
{
	switch (cell) {
	case CONSENT_NOT_NEEDED:
		return true;
	case CONSENT_YES:
		return given;
	case CONSENT_NO:
		return !given;
	}
	return false;
}

static bool
row_fits(const struct matrix_row *r, const struct item *i)
{
	if ((unsigned)i->category >= CATEGORY_LAST ||
	    !(r->categories & UINT64_C(1) << i->category))
		return false;
	if (r->confidences && !(r->confidences & 1U << i->confidence))
		return false;
	if (r->victim_inferable != ANY_EITHER &&
	    (r->victim_inferable == ANY_YES) != i->victim_inferable)
		return false;
	if (r->special && !(i->special & r->special))
		return false;
	return consent_fits(r->consent, i->has_consent);
}

/* Larger is stricter; the enums stand in the order of the file's words. */
static int
strictness(enum matrix_secret s)
{
	return s == SECRET_YES ? 2 : s == SECRET_AS_NEEDED ? 1 : 0;
}

static int
onward_strictness(enum matrix_onward o)
{
	return o == MATRIX_ONWARD_NEVER ? 2 : o == MATRIX_ONWARD_NONE ? 1 : 0;
}

/* Two rows speak of one item: the narrower audience names the row, and every
 * cell is the stricter of the two. */
static void
join(struct ceiling *c, const struct matrix_row *r)
{
	bool decides = r->max_audience < c->max_audience ||
	    (r->max_audience == c->max_audience &&
	    strictness(r->secret) > strictness(c->secret));

	if (decides)
		c->row = r->id;
	if (r->max_audience < c->max_audience)
		c->max_audience = r->max_audience;
	if (strictness(r->secret) > strictness(c->secret))
		c->secret = r->secret;
	if (onward_strictness(r->onward) > onward_strictness(c->onward))
		c->onward = r->onward;
	c->plus_originator = c->plus_originator && r->plus_originator;
}

struct ceiling
matrix_ceiling(const struct policy *p, const struct item *i)
{
	struct ceiling out = fail_closed;
	bool found = false, special = false;

	if (i->confidence <= CONFIDENCE_UNKNOWN ||
	    i->confidence > CONFIDENCE_CONFIRMED)
		return out;
	for (size_t n = 0; n < p->nmatrix; n++) {
		const struct matrix_row *r = &p->matrix[n];

		if (!row_fits(r, i) || (special && !r->special))
			continue;
		if (!found || (r->special && !special)) {
			out = (struct ceiling){ r->id, r->max_audience,
			    r->plus_originator, r->secret, r->onward };
			found = true;
			special = r->special != 0;
		} else {
			join(&out, r);
		}
	}
	return out;
}

enum scope
terms_scope_for(const struct terms *t, const char *item)
{
	enum scope wide = t->scope;

	for (size_t i = 0; i < t->nitems; i++) {
		const struct item_scope *x = &t->items[i];

		if (item && strcmp(x->item, item) == 0 && x->scope > wide)
			wide = x->scope;
	}
	return wide;
}

enum scope
item_audience(const struct policy *p, const struct item *i,
    const struct terms *t)
{
	enum scope most, allowed;

	if (!t || !t->version || !t->locked || t->withdrawn ||
	    t->scope <= SCOPE_UNKNOWN || t->scope > SCOPE_PUBLIC)
		return SCOPE_UNKNOWN;
	most = matrix_ceiling(p, i).max_audience;
	allowed = terms_scope_for(t, i->id);
	if (allowed < most)
		most = allowed;
	/* An exception goes as far as was agreed to, and no further. */
	if (i->has_consent && i->consent_scope < most)
		most = i->consent_scope;
	if (i->confidential && most > SCOPE_PARTNER_SCHEMES)
		most = SCOPE_PARTNER_SCHEMES;		/* */
	return most;
}

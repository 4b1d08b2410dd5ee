/*
 * May an item be stated so? The operator says category, secrecy, TLP and onward
 * sharing; this holds the statement against matrix and terms (R-061, R-086,
 * It is asked when an item is added and approved, and again by
 * the gate: terms that became narrower must stop an item whose label says more
 * than they allow. It never corrects a statement; a person has to.
 */
#include "item_fault.h"

/* Victim, damage and raw answers have their own container. An
 * item of them could reach nobody; refusing it keeps them out of the texts
 * that are rendered at all. */
static bool
is_damage_half(enum category c)
{
	return c == CATEGORY_VICTIM_NAME || c == CATEGORY_DAMAGE_CONTENT ||
	    c == CATEGORY_RESPONSE_TIMELINE ||
	    c == CATEGORY_ORIGINATOR_IDENTITY ||
	    c == CATEGORY_MEMBER_ANSWER_RAW ||
	    c == CATEGORY_ANY_BEFORE_CONFIRMATION;
}

static bool
is_stated(const struct item *i)
{
	return i->category > CATEGORY_UNKNOWN && i->category < CATEGORY_LAST &&
	    i->confidence > CONFIDENCE_UNKNOWN &&
	    i->confidence <= CONFIDENCE_CONFIRMED && i->tlp > TLP_UNKNOWN &&
	    i->tlp <= TLP_RED;
}

/* Onward sharing leaves the members, whatever way it goes. */
static bool
terms_admit_onward(const struct terms *t, const struct item *i)
{
	enum scope scope = terms_scope_for(t, i->id);

	if (scope == SCOPE_PUBLIC)
		return true;
	return scope == SCOPE_PARTNER_SCHEMES && i->onward != ONWARD_PUBLIC;
}

static enum item_fault
onward_fault(const struct ceiling *c, const struct item *i,
    const struct terms *t)
{
	if (i->onward == ONWARD_NONE)
		return ITEM_FITS;
	if (c->onward != MATRIX_ONWARD_AS_STATED)
		return ITEM_ONWARD_MATRIX;
	if (i->secret)
		return ITEM_ONWARD_SECRET;
	if (t && t->version && !terms_admit_onward(t, i))
		return ITEM_ONWARD_TERMS;
	return ITEM_FITS;
}

enum item_fault
item_fault(const struct policy *p, const struct item *i,
    const struct terms *t)
{
	struct ceiling c = matrix_ceiling(p, i);

	if (!is_stated(i))
		return ITEM_UNSTATED;
	if (is_damage_half(i->category))
		return ITEM_DAMAGE;
	if (!i->secret && c.secret == SECRET_YES)
		return ITEM_SECRET_BY_MATRIX;
	/* Secrecy that was never stated is no "not secret". */
	if (!i->secret && t && t->version && t->secrecy != SECRECY_PARTS &&
	    t->secrecy != SECRECY_NONE)
		return ITEM_SECRET_BY_TERMS;
	if (!i->secret && i->secret_parts && *i->secret_parts)
		return ITEM_PARTS_NOT_SECRET;
	if (i->confidential && (i->onward == ONWARD_PUBLIC ||
	    i->tlp == TLP_CLEAR))
		return ITEM_CONFIDENTIAL;
	return onward_fault(&c, i, t);
}

static const struct {
	const char *rule, *text;
} faults[] = {
	[ITEM_FITS] = { "", "" },
	[ITEM_UNSTATED] = { "R-086/R-087", "every item states a category, a "
	    "confidence and a TLP label; give --category, --confidence and "
	    "--tlp" },
	[ITEM_DAMAGE] = { "R-070/R-073", "victim, damage and raw answers are "
	    "not shared; split the technical part off and add that" },
	[ITEM_SECRET_BY_MATRIX] = { "R-086", "the sharing matrix demands that "
	    "this is secret; say --secret yes" },
	[ITEM_SECRET_BY_TERMS] = { "R-056/R-086", "the originator said that "
	    "all of it is secret; say --secret yes" },
	[ITEM_PARTS_NOT_SECRET] = { "R-086", "--parts names secret parts of "
	    "something that is not secret; say --secret yes or leave --parts "
	    "out" },
	[ITEM_ONWARD_MATRIX] = { "R-095", "the sharing matrix allows no onward "
	    "sharing of this; say --onward NONE" },
	[ITEM_ONWARD_SECRET] = { "R-095", "what is secret is not passed on; "
	    "say --onward NONE" },
	[ITEM_ONWARD_TERMS] = { "R-063/R-095", "the originator's scope does "
	    "not reach beyond the members as far as that; say a narrower "
	    "--onward or ask the originator" },
	[ITEM_CONFIDENTIAL] = { "R-067", "what law, contract or custom keeps "
	    "confidential is never public; say a stricter --tlp and "
	    "--onward" },
};

const char *
item_fault_rule(enum item_fault f)
{
	return faults[f].rule;
}

int
item_check(const struct policy *p, const struct item *i,
    const struct terms *t, struct sk_error *e)
{
	enum item_fault f = item_fault(p, i, t);

	if (f == ITEM_FITS)
		return SK_OK;
	return sk_fail(e, SK_ERR_REFUSED, i->id ? i->id : "item",
	    "%s (%s, matrix row %s)", faults[f].text, faults[f].rule,
	    matrix_ceiling(p, i).row);
}

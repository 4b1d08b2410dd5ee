/*
 * What a copy of a digest is made of: order, text, use-right. The order is the
 * reader's: what can be done at once stands first, what only few may
 * know and what is least sure stands last.
 */
#include <sekisho/digest.h>

static int
by_value(int x, int y)
{
	return (x > y) - (x < y);
}

int
digest_order(const struct digest_row *x, const struct digest_row *y)
{
	int r = by_value(y->item->category == CATEGORY_COUNTERMEASURE,
	    x->item->category == CATEGORY_COUNTERMEASURE);

	if (!r)
		r = by_value((int)y->audience, (int)x->audience);
	if (!r)
		r = by_value((int)y->item->confidence,
		    (int)x->item->confidence);
	return r;
}

const char *
digest_template(enum member_class to, bool any_raw)
{
	if (to == CLASS1 && any_raw)
		return "T-13";
	return to == CLASS1 || to == CLASS2 ? "T-14" : "T-15";
}

bool
digest_customers(enum member_class to, const struct item *i)
{
	return to == CLASS1 && !i->no_customers;
}

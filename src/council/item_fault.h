/* What item_check.c and gate.c share and nobody else sees. */
#pragma once

#include <sekisho/gate.h>

enum item_fault {
	ITEM_FITS,
	ITEM_UNSTATED,		/* category, confidence or TLP not said */
	ITEM_DAMAGE,		/* the damage half */
	ITEM_SECRET_BY_MATRIX,
	ITEM_SECRET_BY_TERMS,
	ITEM_PARTS_NOT_SECRET,
	ITEM_ONWARD_MATRIX,
	ITEM_ONWARD_SECRET,
	ITEM_ONWARD_TERMS,
	ITEM_CONFIDENTIAL
};

/* Does the item's own statement fit matrix and terms? Terms may be NULL. */
enum item_fault item_fault(const struct policy *p, const struct item *i,
    const struct terms *t);
const char *item_fault_rule(enum item_fault f);

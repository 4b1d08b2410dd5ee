/*
 * What a copy of a digest is made of, apart from its texts: the order of the
 * items, which text carries them, how indicators are written, and the table
 * that goes along. Pure; src/sekishod/digest_*.c puts it together.
 */
#pragma once

#include <sekisho/buf.h>
#include <sekisho/gate.h>

/* One item as one person gets it. */
struct digest_row {
	const struct item *item;
	enum scope audience;		/* effective: item_audience() */
	const char *const *indicators;	/* "TYPE:VALUE" */
	size_t nindicators;
};

/* For sorting: measures first, then the wider audience, then the surer;
 * 0 where nothing of it differs (the older one stays first). */
int digest_order(const struct digest_row *x, const struct digest_row *y);
/* T-13: an inquiry to class 1, where something unchecked is in it; T-14, T-15
 * (R-026, R-084). */
const char *digest_template(enum member_class to, bool any_raw);
/* May this recipient protect its own customers with it (R-032, C-19)? */
bool digest_customers(enum member_class to, const struct item *i);

/* Addresses of hosts, pages and people as a text shows them, so that nobody
 * opens them by mistake ("hxxp", "[.]"), and as a machine wants them. Other
 * kinds of value stay as they are. indicator: "TYPE:VALUE"; *value receives
 * VALUE. The type is returned in lower case, "" where there is none. */
const char *indicator_shown(struct sk_arena *a, const char *indicator,
    const char **value);
const char *indicator_plain(struct sk_arena *a, const char *indicator,
    const char **value);

/* The table of indicators: UTF-8 with BOM, CRLF, the columns of
 * DIGEST_CSV_HEAD, one row an indicator, every cell harmless in a spreadsheet
 * (one that could be a formula gets an apostrophe in front). Empty where no
 * item has any. copy: the copy's serial. Its columns are told in sekisho(1). */
#define DIGEST_CSV_HEAD "copy,item,type,value,secret,tlp,scope,onward," \
	"confidence,use"
void digest_csv(struct sk_arena *a, enum member_class to, const char *copy,
    const struct digest_row *rows, size_t n, struct sk_buf *out);
/* One cell with its quotes; never a formula, a control or a line break. */
void digest_csv_cell(struct sk_buf *out, const char *text);

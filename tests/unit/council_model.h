/*
 * A second opinion: the sharing matrix and the item gate written down again
 * from the council's rules, in another shape than the program's, so that the
 * same slip is not made twice.
 */
#pragma once

#include <sekisho/gate.h>

#define MODEL_CELLS 10

struct model_row {
	char cell[MODEL_CELLS][160];
};

/* The printed matrix, ten cells a row; returns how many rows. */
size_t model_rows(struct model_row **out);
/* Widest audience by the printed matrix, 0 COORDINATOR … 5 PUBLIC. *secret:
 * 'Y', 'N' or '*'. *onward: may the operator choose? */
int model_audience(const struct item *i, char *secret, bool *onward);
/* The provider's scope for one item. */
int model_scope(const struct terms *t, const char *item);
/* send(person, item), the formula clause by clause. */
bool model_send(const struct gate_ask *k);

/* postfix_live.c: the Postfix of this machine as plain data. */
#pragma once

#include <sekisho/postfix.h>

#include "cli/cli.h"

/* What postconf prints of one Postfix: 1,000 parameters of a line each. */
#define POSTCONF_OUTPUT (4 * 1024 * 1024)

/* dir NULL: the system's own. SK_ERR_NOINPUT: there is no Postfix here. */
int postfix_live(struct cli *c, const char *dir, struct postfix *out,
    struct sk_error *e);
/* postconf -c DIR with more words (ended by NULL), for writing. The output is
 * the error's text. */
int postfix_write(const struct postfix *p, const char *const *words,
    struct sk_error *e);

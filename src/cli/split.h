/* split.c: a mail's technical part beside the rest. */
#pragma once

#include <sekisho/buf.h>

#include "cli/cli.h"

/* Puts the parts of the facts' text (s: facts_put bytes) into the document. */
int split_take(struct cli *c, struct sk_json *document, struct sk_span s,
    struct sk_error *e);
void split_print(struct cli *c, const struct sk_json *document);

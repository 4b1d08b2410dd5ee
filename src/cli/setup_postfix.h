/* `sekisho setup postfix` inside. */
#pragma once

#include "cli/postfix_live.h"

/* A table of ours as it stands, or NULL; ctx: the struct cli. */
const char *setup_file(void *ctx, const char *path);
int cli_setup_postfix(struct cli *c, const struct cli_request *r);

/* setup_record.c: what stood in Postfix's files before us, in the folder
 * DIR/sekisho-setup, beside copies of main.cf and master.cf as they were
 * before the first change. A second --apply keeps the oldest values. */
struct setup_record;	/* in the command's arena */

int setup_record_open(struct cli *c, const struct postfix *p,
    struct setup_record **out, struct sk_error *e);
void setup_record_note(struct setup_record *r,
    const struct postfix_change *x);
int setup_record_save(struct setup_record *r, struct sk_error *e);
/* Puts back what --apply changed. What somebody changed since stays, and is
 * said. */
int setup_undo(struct cli *c, const struct postfix *p, struct sk_error *e);

/* Copying shipped data into a council's folder (copy.c); never over a file. */
#pragma once

#include "cli/cli.h"

int copy_file(const char *from, const char *to, bool *made,
    struct sk_error *e);
/* A folder of folders of files: templates/ja/T-01.txt. Only as a whole: where
 * the folder is there already, nothing is added to it. */
int copy_tree(struct sk_arena *a, const char *from, const char *to,
    bool *made, struct sk_error *e);

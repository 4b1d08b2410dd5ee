/* Inside sekisho-reader. */
#pragma once

#include <sekisho/error.h>

enum { READER_CHANNEL = 3 };

/* Loads what the libraries load lazily, by reading one mail of our own: after
 * this nothing needs a file any more. */
int reader_warm_up(struct sk_error *e);
/* Answers requests until the peer is gone or this process has done enough.
 * Returns the exit code. */
int reader_loop(void);

/* run.c: a program of the system, without a shell. */
#pragma once

#include <stdbool.h>

#include <sekisho/buf.h>

#define RUN_FAILED (-1)		/* not there, killed, or more output than out
				 * may hold */

/* Its exit code, or RUN_FAILED. Standard output is added to out; with
 * `errors` standard error too. argv[0] is looked for in PATH. */
int run_output(char *const argv[], bool errors, struct sk_buf *out);

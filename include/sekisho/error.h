/*
 * One error table for every program: code -> SMTP reply -> exit code -> text.
 *
 * Functions that can fail return 0 or a negative enum sk_err and, where a
 * person will read about it, fill a struct sk_error: what happened, where, and
 * the mend. errno never crosses a module border.
 */
#pragma once

#include <stddef.h>

enum sk_err {
	SK_OK = 0,
	SK_ERR_USAGE = -1,	/* the command line is wrong */
	SK_ERR_DATA = -2,	/* input cannot be understood or is refused */
	SK_ERR_NOINPUT = -3,	/* a named file or row does not exist */
	SK_ERR_UNAVAILABLE = -4,/* a needed program does not answer */
	SK_ERR_BUG = -5,	/* our own fault */
	SK_ERR_OS = -6,		/* the system refused: disk, memory, sockets */
	SK_ERR_CANTCREAT = -7,	/* a file cannot be made */
	SK_ERR_IO = -8,		/* reading or writing failed */
	SK_ERR_TEMP = -9,	/* try again later */
	SK_ERR_PROTOCOL = -10,	/* a peer broke the protocol */
	SK_ERR_NOPERM = -11,	/* the role does not allow it */
	SK_ERR_CONFIG = -12,	/* configuration, policy or template fault */
	SK_ERR_LIMIT = -13,	/* a limit of limits.h was met */
	SK_ERR_REFUSED = -14,	/* a rule of the council says no */
	SK_ERR_CRYPTO = -15,	/* key unusable, seal broken, proof failed */
	SK_ERR_EXISTS = -16,	/* already there; nothing was changed */
	SK_ERR_LAST = -17
};

/* What a person reads. `where` is file:line, a field, or a case number. */
struct sk_error {
	int code;
	char where[160];
	char text[480];
};

/* Fills *e (may be NULL) and returns code, so `return sk_fail(...)` reads well. */
int sk_fail(struct sk_error *e, int code, const char *where, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));

const char *sk_err_word(int code);	/* "data", "config", ... for JSON and logs */
const char *sk_err_text(int code);	/* where nothing better is known */
int sk_err_exit(int code);		/* sysexits.h */
const char *sk_err_smtp(int code);	/* "451 4.3.0 ...": never 5xx for our own faults */

/*
 * One table for every program: code -> word -> exit code -> SMTP reply -> text.
 *
 * A code of this table may come from a peer of our own, a full disk or a
 * broken seal, so no line of it may be a 5xx: Postfix would bounce the body of
 * a consultation to a sender who can be forged (I5). The few 5xx that are
 * right (bare LF, over-size, unknown desk) are said by the LMTP session, which
 * knows that it was the client.
 */
#include <config.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include <sekisho/error.h>

struct row {
	const char *word;
	int exit;
	const char *smtp;
	const char *text;
};

/* Indexed by -code. */
static const struct row rows[-SK_ERR_LAST] = {
	[0] = { "ok", EX_OK, "250 2.0.0 ok", "done" },
	[-SK_ERR_USAGE] = { "usage", EX_USAGE,
	    "451 4.5.4 not understood here, try again later",
	    "the command line is wrong" },
	[-SK_ERR_DATA] = { "data", EX_DATAERR,
	    "451 4.6.0 cannot be filed now, try again later",
	    "the input cannot be understood" },
	[-SK_ERR_NOINPUT] = { "noinput", EX_NOINPUT,
	    "451 4.3.0 something is missing here, try again later",
	    "it does not exist" },
	[-SK_ERR_UNAVAILABLE] = { "unavailable", EX_UNAVAILABLE,
	    "451 4.3.2 service is not ready, try again later",
	    "a program that is needed does not answer" },
	[-SK_ERR_BUG] = { "bug", EX_SOFTWARE,
	    "451 4.3.0 internal fault, try again later",
	    "a fault of this program; please report it" },
	[-SK_ERR_OS] = { "os", EX_OSERR,
	    "452 4.3.1 system resources short, try again later",
	    "the system refused" },
	[-SK_ERR_CANTCREAT] = { "cantcreat", EX_CANTCREAT,
	    "452 4.3.1 cannot store now, try again later",
	    "the file cannot be made" },
	[-SK_ERR_IO] = { "io", EX_IOERR,
	    "452 4.3.1 storage fault, try again later",
	    "reading or writing failed" },
	[-SK_ERR_TEMP] = { "temp", EX_TEMPFAIL,
	    "451 4.3.0 busy, try again later",
	    "not possible now; try again later" },
	[-SK_ERR_PROTOCOL] = { "protocol", EX_PROTOCOL,
	    "451 4.5.0 internal protocol fault, try again later",
	    "the other side broke the protocol" },
	[-SK_ERR_NOPERM] = { "noperm", EX_NOPERM,
	    "451 4.7.0 not permitted now, try again later",
	    "your role or the file's owner does not allow it" },
	[-SK_ERR_CONFIG] = { "config", EX_CONFIG,
	    "451 4.3.5 configuration fault, try again later",
	    "configuration, policy or a template is at fault" },
	[-SK_ERR_LIMIT] = { "limit", EX_DATAERR,
	    "452 4.3.4 a limit was met, try again later",
	    "it is larger than the limit" },
	[-SK_ERR_REFUSED] = { "refused", EX_DATAERR,
	    "451 4.7.1 refused for now, try again later",
	    "a rule of the council says no" },
	[-SK_ERR_CRYPTO] = { "crypto", EX_DATAERR,
	    "451 4.7.5 cannot seal now, try again later",
	    "a key cannot be used or a seal is broken" },
	[-SK_ERR_EXISTS] = { "exists", EX_DATAERR,
	    "451 4.3.0 exists already, try again later",
	    "it exists already; nothing was changed" },
};

/* A code from outside the table is a fault of ours. */
static const struct row *
row_of(int code)
{
	if (code > 0 || code <= SK_ERR_LAST)
		code = SK_ERR_BUG;
	return &rows[-code];
}

/* Cuts what vsnprintf left of a character at the end: these texts go into
 * JSON, which refuses broken UTF-8. */
static void
cut_at_character(char *s, size_t size, int wanted)
{
	size_t n = size - 1;

	if (wanted < 0 || (size_t)wanted < size)
		return;
	/* s[n] is the NUL; go back over continuation bytes to their lead. */
	while (n > 0 && ((unsigned char)s[n - 1] & 0xc0) == 0x80)
		n--;
	if (n > 0 && (unsigned char)s[n - 1] >= 0xc0)
		s[n - 1] = '\0';
}

int
sk_fail(struct sk_error *e, int code, const char *where, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (e == NULL)
		return code;
	e->code = code;
	n = snprintf(e->where, sizeof(e->where), "%s", where ? where : "");
	cut_at_character(e->where, sizeof(e->where), n);
	va_start(ap, fmt);
	n = vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	cut_at_character(e->text, sizeof(e->text), n);
	return code;
}

const char *
sk_err_word(int code)
{
	return row_of(code)->word;
}

int
sk_err_exit(int code)
{
	return row_of(code)->exit;
}

const char *
sk_err_smtp(int code)
{
	return row_of(code)->smtp;
}

const char *
sk_err_text(int code)
{
	return row_of(code)->text;
}

/*
 * The log: one event = a dotted name and key=value fields. Never content,
 * keys, subjects or full addresses (I9): case numbers, row numbers, counts and
 * reason codes only. Control characters and bytes over 0x7e in values are
 * escaped here, so no caller can split a line. The only global state there is.
 */
#pragma once

enum sk_level { SK_BUG, SK_ERROR, SK_WARN, SK_INFO, SK_DEBUG };

/* program: prefix of each line. Under a journal (JOURNAL_STREAM) lines carry
 * syslog priorities instead of times. Lines go to stderr. Call it before
 * entering a sandbox: it reads what the C library needs for times. */
void sk_log_open(const char *program, enum sk_level most);
void sk_log(enum sk_level level, const char *event, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Logs and ends the process with EX_SOFTWARE: for broken invariants only. */
void sk_bug(const char *event, const char *fmt, ...)
    __attribute__((format(printf, 2, 3), noreturn));

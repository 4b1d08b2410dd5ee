/*
 * The log: one line an event, one write a line, so that lines of several
 * processes on one descriptor do not mix. It allocates nothing and opens
 * nothing, because the reader logs inside its sandbox and mem.c logs when
 * memory is gone. What must never stand here is said in log.h (I9).
 */
#include <config.h>

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include <sekisho/clock.h>
#include <sekisho/log.h>

enum { LINE = 1024 };		/* the journal takes more; nobody reads it */

static const struct {
	const char *word;
	int priority;		/* syslog(3) */
} levels[] = {
	[SK_BUG] = { "bug", 2 },
	[SK_ERROR] = { "error", 3 },
	[SK_WARN] = { "warn", 4 },
	[SK_INFO] = { "info", 6 },
	[SK_DEBUG] = { "debug", 7 },
};

static struct {
	char program[32];
	enum sk_level most;
	bool journal;
} state = { "sekisho", SK_INFO, false };

/* JOURNAL_STREAM is inherited even where stderr was turned elsewhere; it holds
 * the journal's device and inode (systemd.exec(5)). */
static bool
is_journal(void)
{
	const char *v = getenv("JOURNAL_STREAM");
	uintmax_t dev, ino;
	struct stat st;

	if (v == NULL || sscanf(v, "%ju:%ju", &dev, &ino) != 2)
		return false;
	return fstat(STDERR_FILENO, &st) == 0 && st.st_dev == dev &&
	    st.st_ino == ino;
}

void
sk_log_open(const char *program, enum sk_level most)
{
	snprintf(state.program, sizeof(state.program), "%s", program);
	state.most = most;
	state.journal = is_journal();
	/* gmtime_r reads the zone file at its first call: do it now, since a
	 * sandboxed process cannot open it later. */
	tzset();
}

static int
prefix(char *line, size_t size, enum sk_level level)
{
	time_t now = (time_t)sk_now();
	struct tm tm;

	if (state.journal)
		return snprintf(line, size, "<%d>%s: ", levels[level].priority,
		    state.program);
	gmtime_r(&now, &tm);
	return snprintf(line, size, "%04d-%02d-%02dT%02d:%02d:%02dZ %s: ",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
	    tm.tm_min, tm.tm_sec, state.program);
}

/* A backslash is escaped too, or a value could imitate an escape. */
static size_t
add_escaped(char *line, size_t at, size_t end, const char *s)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char c;

	for (; (c = (unsigned char)*s) != '\0'; s++) {
		if (c >= 0x20 && c <= 0x7e && c != '\\') {
			if (at + 1 > end)
				break;
			line[at++] = (char)c;
			continue;
		}
		if (at + 4 > end)
			break;
		line[at++] = '\\';
		line[at++] = 'x';
		line[at++] = hex[c >> 4];
		line[at++] = hex[c & 15];
	}
	return at;
}

static void emit(enum sk_level level, const char *event, const char *fmt,
    va_list ap) __attribute__((format(printf, 3, 0)));

static void
emit(enum sk_level level, const char *event, const char *fmt, va_list ap)
{
	char line[LINE], fields[LINE];
	size_t at, left;
	ssize_t n;
	int len;

	len = prefix(line, sizeof(line), level);
	at = len > 0 ? (size_t)len : 0;
	at = add_escaped(line, at, LINE - 1, levels[level].word);
	at = add_escaped(line, at, LINE - 1, " ");
	at = add_escaped(line, at, LINE - 1, event);
	if (fmt != NULL && *fmt != '\0' &&
	    vsnprintf(fields, sizeof(fields), fmt, ap) > 0) {
		at = add_escaped(line, at, LINE - 1, " ");
		at = add_escaped(line, at, LINE - 1, fields);
	}
	line[at++] = '\n';
	for (left = at; left > 0; left -= (size_t)n) {
		n = write(STDERR_FILENO, line + at - left, left);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			break;
	}
}

void
sk_log(enum sk_level level, const char *event, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;

	if (level > state.most)
		return;
	va_start(ap, fmt);
	emit(level, event, fmt, ap);
	va_end(ap);
	errno = saved;
}

void
sk_bug(const char *event, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit(SK_BUG, event, fmt, ap);
	va_end(ap);
	/* No exit handlers: nothing may be tidied from a broken state. */
	_exit(EX_SOFTWARE);
}

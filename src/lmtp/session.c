/*
 * The LMTP session: bytes in, replies and events out (RFC 2033).
 *
 * It decides which bytes are commands and which are content, and pairs the
 * events: every begin() that said yes is followed by exactly one end() or
 * abort(). It must never read a byte as a command that could be content, and
 * never say 250 for a mail before lmtp_committed() was told it is durable (I5).
 */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include <sekisho/error.h>
#include <sekisho/mem.h>

#include "lmtp/internal.h"

/* The envelope ends here. */
static void
forget(struct lmtp_session *s)
{
	sk_arena_free(&s->arena);
	memset(&s->env, 0, sizeof(s->env));
	memset(s->rcpts, 0, sizeof(s->rcpts));
	s->begun = false;
}

void
lmtp_drop(struct lmtp_session *s)
{
	if (s->arena == NULL)
		return;
	if (s->begun) {
		s->begun = false;
		s->ops.abort(s->ctx);
	}
	forget(s);
}

void
lmtp_close(struct lmtp_session *s)
{
	s->state = STATE_CLOSED;
	lmtp_drop(s);
}

static void
say_each(struct lmtp_session *s, enum lmtp_reply what)
{
	for (size_t i = 0; i < s->env.nrcpts; i++)
		lmtp_say(s, what);
}

static void
say_fault_each(struct lmtp_session *s, int code)
{
	for (size_t i = 0; i < s->env.nrcpts; i++)
		lmtp_say_fault(s, code);
}

/* --- content --- */

static void
take_run(void *ctx, const void *p, size_t n)
{
	struct lmtp_session *s = ctx;

	if (s->oversize)
		return;
	if (n > s->max_bytes - s->count) {
		s->oversize = true;
		return;
	}
	s->count += n;
	if (s->fault == SK_OK)
		s->fault = s->ops.content(s->ctx, p, n);
}

static void
final_dot(struct lmtp_session *s)
{
	if (!s->oversize && s->fault == SK_OK) {
		s->state = STATE_WAITING;
		s->begun = false;
		s->ops.end(s->ctx);
		return;
	}
	/* Over-size first: no retry mends that. */
	s->state = STATE_COMMAND;
	if (s->oversize)
		say_each(s, SAY_TOO_BIG);
	else
		say_fault_each(s, s->fault);
	lmtp_drop(s);
}

/* A reply for each recipient, as if the dot had come: the peer counts them. */
static void
stray(struct lmtp_session *s)
{
	say_each(s, SAY_STRAY_CONTENT);
	lmtp_close(s);
}

static size_t
feed_content(struct lmtp_session *s, const char *p, size_t n)
{
	size_t used;
	enum lmtp_found found;

	found = lmtp_scan(&s->place, p, n, &used, take_run, s);
	if (found == FOUND_END)
		final_dot(s);
	else if (found == FOUND_STRAY)
		stray(s);
	return used;
}

/* --- commands --- */

static void
run_line(struct lmtp_session *s)
{
	if (s->line_long)
		lmtp_say_bad(s, SAY_LONG);
	else
		lmtp_command(s);
	s->nline = 0;
	s->line_cr = s->line_long = false;
}

static void
collect(struct lmtp_session *s, char c)
{
	if (s->nline == LIMIT_LMTP_COMMAND)
		s->line_long = true;
	else
		s->line[s->nline++] = c;
}

/* One command at most: the next may be content. */
static size_t
feed_command(struct lmtp_session *s, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool lf = p[i] == '\n';

		if (lf != s->line_cr) {
			lmtp_say(s, SAY_STRAY_COMMAND);
			lmtp_close(s);
			return n;
		}
		if (lf) {
			s->unread = i + 1 < n;
			run_line(s);
			return i + 1;
		}
		s->line_cr = p[i] == '\r';
		if (!s->line_cr)
			collect(s, p[i]);
	}
	return n;
}

size_t
lmtp_feed(struct lmtp_session *s, const void *input, size_t n)
{
	const char *p = input;
	size_t used = 0;

	s->feeding = true;
	while (used < n && s->state != STATE_WAITING) {
		if (s->state == STATE_CONTENT)
			used += feed_content(s, p + used, n - used);
		else if (s->state == STATE_COMMAND)
			used += feed_command(s, p + used, n - used);
		else
			used = n;
	}
	s->feeding = false;
	lmtp_flush(s);
	return used;
}

/* --- what the program tells us --- */

void
lmtp_committed(struct lmtp_session *s, int result)
{
	if (s->state != STATE_WAITING)
		return;
	s->state = STATE_COMMAND;
	if (result == SK_OK)
		say_each(s, SAY_STORED);
	else
		say_fault_each(s, result);
	forget(s);
	if (s->stop != NULL) {
		lmtp_say_stop(s, s->stop);
		lmtp_close(s);
	}
	if (!s->feeding)
		lmtp_flush(s);
}

void
lmtp_shutdown(struct lmtp_session *s, const char *reason)
{
	if (s->state == STATE_CLOSED || s->stop != NULL)
		return;
	if (s->state == STATE_WAITING) {
		/* A 421 now would be read as the first recipient's reply. */
		s->stop = sk_strdup(reason);
		return;
	}
	lmtp_say_stop(s, reason);
	lmtp_close(s);
	if (!s->feeding)
		lmtp_flush(s);
}

bool
lmtp_closing(const struct lmtp_session *s)
{
	return s->state == STATE_CLOSED;
}

bool
lmtp_waiting(const struct lmtp_session *s)
{
	return s->state == STATE_WAITING;
}

void
lmtp_greet(struct lmtp_session *s)
{
	lmtp_say_greeting(s);
	lmtp_flush(s);
}

struct lmtp_session *
lmtp_new(const char *hostname, size_t max_bytes, const struct lmtp_ops *ops,
    void *ctx)
{
	struct lmtp_session *s = sk_malloc(sizeof(*s));

	if (max_bytes == 0 || max_bytes > LIMIT_MESSAGE_MAX)
		max_bytes = LIMIT_MESSAGE_MAX;
	s->hostname = sk_strdup(hostname);
	s->max_bytes = max_bytes;
	s->ops = *ops;
	s->ctx = ctx;
	return s;
}

void
lmtp_free(struct lmtp_session **sp)
{
	struct lmtp_session *s = *sp;

	*sp = NULL;
	if (s == NULL)
		return;
	lmtp_drop(s);
	free(s->hostname);
	free(s->stop);
	sk_wipe(s, sizeof(*s));
	free(s);
}

/*
 * What each LMTP command does (RFC 2033, RFC 5321 4.1.1).
 *
 * One command, one reply, always. What our side cannot do now is 4xx; 5xx is
 * kept for what no retry mends. A refused MAIL makes the RCPT and DATA that a
 * client pipelined behind it fail too: those are not counted against it.
 * Commands whose data would follow unasked (BDAT, an HTTP request) close the
 * session, or that data would be read as commands.
 */
#include <config.h>

#include <string.h>
#include <strings.h>

#include <sekisho/error.h>
#include <sekisho/text.h>

#include "lmtp/internal.h"

static void
command_lhlo(struct lmtp_session *s, const char *arg)
{
	if (*arg == '\0') {
		lmtp_say_bad(s, SAY_SYNTAX_HELLO);
		return;
	}
	lmtp_drop(s);
	s->hello = true;
	s->refused = false;
	lmtp_say_hello(s);
}

static void
command_helo(struct lmtp_session *s, const char *arg)
{
	(void)arg;
	lmtp_say_bad(s, SAY_NOT_SMTP);
}

static enum lmtp_reply
take_body(struct sk_span value, struct lmtp_envelope *env)
{
	if (value.p == NULL)
		return SAY_SYNTAX_PARAM;
	env->body8bit = lmtp_span_ieq(value, "8BITMIME");
	return env->body8bit || lmtp_span_ieq(value, "7BIT") ?
	    SAY_OK : SAY_UNKNOWN_PARAM;
}

static enum lmtp_reply
take_size(struct sk_span value, struct lmtp_envelope *env)
{
	return lmtp_read_size(value, &env->size) == SK_OK ?
	    SAY_OK : SAY_SYNTAX_PARAM;
}

static enum lmtp_reply
take_utf8(struct sk_span value, struct lmtp_envelope *env)
{
	env->smtputf8 = true;
	return value.p == NULL ? SAY_OK : SAY_SYNTAX_PARAM;
}

static const struct {
	const char *key;
	enum lmtp_reply (*take)(struct sk_span value, struct lmtp_envelope *e);
} mail_params[] = {
	{ "SIZE", take_size },		/* RFC 1870 */
	{ "BODY", take_body },		/* RFC 6152 */
	{ "SMTPUTF8", take_utf8 },	/* RFC 6531 */
};
#define MAIL_PARAMS (sizeof(mail_params) / sizeof(mail_params[0]))

static enum lmtp_reply
take_param(const struct lmtp_param *param, unsigned *seen,
    struct lmtp_envelope *env)
{
	for (size_t i = 0; i < MAIL_PARAMS; i++) {
		if (!lmtp_span_ieq(param->key, mail_params[i].key))
			continue;
		if ((*seen & 1U << i) != 0)
			return SAY_SYNTAX_PARAM;
		*seen |= 1U << i;
		return mail_params[i].take(param->value, env);
	}
	return SAY_UNKNOWN_PARAM;
}

/* SAY_OK or the refusal. */
static enum lmtp_reply
read_mail_params(const char *p, struct lmtp_envelope *env)
{
	struct lmtp_param param;
	enum lmtp_reply reply = SAY_OK;
	unsigned seen = 0;
	int more;

	while (reply == SAY_OK && (more = lmtp_read_param(&p, &param)) != 0)
		reply = more < 0 ? SAY_SYNTAX_PARAM :
		    take_param(&param, &seen, env);
	return reply;
}

/* The path behind "FROM:" or "TO:"; a blank before it is harmless. */
static int
read_named_path(const char **pp, const char *name, struct sk_span *path)
{
	size_t n = strlen(name);

	if (strncasecmp(*pp, name, n) != 0)
		return SK_ERR_DATA;
	*pp += n;
	*pp += strspn(*pp, " ");
	return lmtp_read_path(pp, path);
}

static enum lmtp_reply
read_mail(const char *arg, size_t max_bytes, struct sk_span *path,
    struct lmtp_envelope *env)
{
	enum lmtp_reply reply;
	int rc = read_named_path(&arg, "FROM:", path);

	if (rc != SK_OK)
		return rc == SK_ERR_LIMIT ? SAY_LONG_ADDRESS : SAY_SYNTAX_MAIL;
	reply = read_mail_params(arg, env);
	if (reply == SAY_OK && env->size > max_bytes)
		reply = SAY_TOO_BIG;
	return reply;
}

static void
command_mail(struct lmtp_session *s, const char *arg)
{
	struct lmtp_envelope env = { 0 };
	struct sk_span path;
	enum lmtp_reply reply;

	if (!s->hello || s->arena != NULL) {
		lmtp_say_bad(s, s->hello ? SAY_NESTED : SAY_HELLO_FIRST);
		return;
	}
	reply = read_mail(arg, s->max_bytes, &path, &env);
	s->refused = reply != SAY_OK;
	if (reply == SAY_TOO_BIG) {
		lmtp_say(s, reply);
	} else if (reply != SAY_OK) {
		lmtp_say_bad(s, reply);
	} else {
		s->arena = sk_arena_new();
		s->env = env;
		s->env.sender = sk_arena_strn(s->arena, path.p, path.len);
		s->env.rcpts = s->rcpts;
		lmtp_say(s, SAY_SENDER);
	}
}

/* RCPT or DATA with no mail open: the peer's fault, or a refused MAIL's. */
static void
say_mail_first(struct lmtp_session *s)
{
	if (s->refused)
		lmtp_say(s, SAY_MAIL_FIRST);
	else
		lmtp_say_bad(s, s->hello ? SAY_MAIL_FIRST : SAY_HELLO_FIRST);
}

static enum lmtp_reply
read_rcpt(const char *arg, struct sk_span *path)
{
	struct lmtp_param param;
	int rc = read_named_path(&arg, "TO:", path);

	if (rc != SK_OK || path->len == 0)
		return rc == SK_ERR_LIMIT ? SAY_LONG_ADDRESS : SAY_SYNTAX_RCPT;
	/* None is offered: DSN, the one that has any, is not. */
	rc = lmtp_read_param(&arg, &param);
	return rc == 0 ? SAY_OK : rc < 0 ? SAY_SYNTAX_PARAM : SAY_UNKNOWN_PARAM;
}

static void
ask_rcpt(struct lmtp_session *s, struct sk_span path)
{
	char *address = sk_arena_strn(s->arena, path.p, path.len);
	int rc = s->ops.rcpt(s->ctx, address);

	if (rc == SK_OK) {
		s->rcpts[s->env.nrcpts++] = address;
		lmtp_say(s, SAY_RCPT);
	} else if (rc == SK_ERR_DATA) {
		lmtp_say(s, SAY_NO_DESK);
	} else {
		lmtp_say_fault(s, rc);
	}
}

static void
command_rcpt(struct lmtp_session *s, const char *arg)
{
	struct sk_span path;
	enum lmtp_reply reply;

	if (s->arena == NULL) {
		say_mail_first(s);
		return;
	}
	reply = read_rcpt(arg, &path);
	if (reply != SAY_OK)
		lmtp_say_bad(s, reply);
	else if (s->env.nrcpts == LIMIT_LMTP_RCPTS)
		lmtp_say(s, SAY_TOO_MANY_RCPTS);
	else
		ask_rcpt(s, path);
}

static void
begin_content(struct lmtp_session *s)
{
	int rc = s->ops.begin(s->ctx, &s->env);

	if (rc != SK_OK) {
		lmtp_drop(s);
		lmtp_say_fault(s, rc);
		return;
	}
	s->begun = true;
	s->state = STATE_CONTENT;
	s->place = PLACE_START;
	s->count = 0;
	s->oversize = false;
	s->fault = SK_OK;
	lmtp_say(s, SAY_GO_ON);
}

static void
command_data(struct lmtp_session *s, const char *arg)
{
	if (s->unread) {
		/* Refused DATA or not: what follows is no command (B3). */
		lmtp_say(s, SAY_EARLY);
		lmtp_close(s);
	} else if (*arg != '\0') {
		lmtp_say_bad(s, SAY_NO_ARGUMENT);
	} else if (s->arena == NULL) {
		say_mail_first(s);
	} else if (s->env.nrcpts == 0) {
		lmtp_say(s, SAY_RCPT_FIRST);	/* RFC 2033 4.2 */
	} else {
		begin_content(s);
	}
}

static void
command_rset(struct lmtp_session *s, const char *arg)
{
	if (*arg != '\0') {
		lmtp_say_bad(s, SAY_NO_ARGUMENT);
		return;
	}
	lmtp_drop(s);
	s->refused = false;
	lmtp_say(s, SAY_OK);
}

static void
command_noop(struct lmtp_session *s, const char *arg)
{
	(void)arg;
	lmtp_say(s, SAY_NOOP);
}

static void
command_help(struct lmtp_session *s, const char *arg)
{
	(void)arg;
	lmtp_say(s, SAY_HELP);
}

static void
command_vrfy(struct lmtp_session *s, const char *arg)
{
	if (*arg == '\0')
		lmtp_say_bad(s, SAY_NEEDS_ARGUMENT);
	else
		lmtp_say(s, SAY_VRFY);
}

static void
command_quit(struct lmtp_session *s, const char *arg)
{
	if (*arg != '\0') {
		lmtp_say_bad(s, SAY_NO_ARGUMENT);
		return;
	}
	lmtp_say(s, SAY_BYE);
	lmtp_close(s);
}

static void
command_not_offered(struct lmtp_session *s, const char *arg)
{
	(void)arg;
	lmtp_say_bad(s, SAY_NOT_OFFERED);
}

static void
command_bdat(struct lmtp_session *s, const char *arg)
{
	(void)arg;
	lmtp_say(s, SAY_CHUNKS);
	lmtp_close(s);
}

/* A browser made to speak to our loopback port. */
static void
command_http(struct lmtp_session *s, const char *arg)
{
	(void)arg;
	lmtp_say(s, SAY_HTTP);
	lmtp_close(s);
}

static void
command_unknown(struct lmtp_session *s, const char *arg)
{
	(void)arg;
	lmtp_say_bad(s, SAY_UNKNOWN);
}

typedef void command_fn(struct lmtp_session *s, const char *arg);

static const struct {
	const char *verb;
	command_fn *run;
} commands[] = {
	{ "LHLO", command_lhlo }, { "MAIL", command_mail },
	{ "RCPT", command_rcpt }, { "DATA", command_data },
	{ "RSET", command_rset }, { "NOOP", command_noop },
	{ "QUIT", command_quit }, { "VRFY", command_vrfy },
	{ "HELP", command_help }, { "HELO", command_helo },
	{ "EHLO", command_helo }, { "EXPN", command_not_offered },
	{ "AUTH", command_not_offered }, { "STARTTLS", command_not_offered },
	{ "BDAT", command_bdat }, { "GET", command_http },
	{ "POST", command_http }, { "PUT", command_http },
	{ "HEAD", command_http }, { "OPTIONS", command_http },
	{ "CONNECT", command_http },
};

static command_fn *
find_command(struct sk_span verb)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (lmtp_span_ieq(verb, commands[i].verb))
			return commands[i].run;
	return command_unknown;
}

/* NUL, escape sequences and the like; CR and LF never come this far. */
static bool
has_control(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (((unsigned char)p[i] < ' ' && p[i] != '\t') || p[i] == 0x7f)
			return true;
	return false;
}

void
lmtp_command(struct lmtp_session *s)
{
	const char *arg;
	size_t verb;

	if (has_control(s->line, s->nline)) {
		lmtp_say_bad(s, SAY_CONTROL);
		return;
	}
	while (s->nline > 0 && strchr(" \t", s->line[s->nline - 1]) != NULL)
		s->nline--;
	s->line[s->nline] = '\0';
	verb = strcspn(s->line, " \t");
	arg = s->line + verb;
	arg += strspn(arg, " \t");
	find_command(sk_span_of(s->line, verb))(s, arg);
}

/*
 * Every word the LMTP machine says: one table, ASCII, each with its enhanced
 * status code (RFC 2034, RFC 3463).
 *
 * A 5xx after RCPT makes the peer bounce the mail to a forgeable sender, so
 * what goes wrong on our side is a 4xx whatever the caller's error says (I5).
 * No reply repeats what the peer sent. Replies are collected and written once
 * per feed: a pipelined group costs one write.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include <sekisho/error.h>

#include "lmtp/internal.h"

static const char *const replies[SAY_LAST] = {
	[SAY_OK] = "250 2.0.0 Ok",
	[SAY_NOOP] = "250 2.0.0 Here",
	[SAY_BYE] = "221 2.0.0 Bye",
	[SAY_SENDER] = "250 2.1.0 Sender ok",
	[SAY_RCPT] = "250 2.1.5 Recipient ok",
	[SAY_STORED] = "250 2.0.0 Stored",
	[SAY_GO_ON] = "354 End with <CR><LF>.<CR><LF>",
	[SAY_HELP] = "214 2.0.0 LHLO MAIL RCPT DATA RSET NOOP VRFY HELP QUIT",
	[SAY_VRFY] = "252 2.5.0 Not told; RCPT will say",
	[SAY_UNKNOWN] = "500 5.5.1 Unknown command",
	[SAY_NOT_SMTP] = "500 5.5.1 This is LMTP: say LHLO",
	[SAY_NOT_OFFERED] = "502 5.5.1 Not offered",
	[SAY_CHUNKS] = "521 5.5.1 CHUNKING is not offered; closing",
	[SAY_HTTP] = "521 5.7.0 This is no web server; closing",
	[SAY_LONG] = "500 5.5.2 Command line too long",
	[SAY_CONTROL] = "500 5.5.2 Control character in a command",
	[SAY_SYNTAX_HELLO] = "501 5.5.4 LHLO needs a host name",
	[SAY_SYNTAX_MAIL] = "501 5.1.7 Say MAIL FROM:<address>",
	[SAY_SYNTAX_RCPT] = "501 5.1.3 Say RCPT TO:<address>",
	[SAY_SYNTAX_PARAM] = "501 5.5.4 Malformed parameter",
	[SAY_NO_ARGUMENT] = "501 5.5.4 This command takes no argument",
	[SAY_NEEDS_ARGUMENT] = "501 5.5.4 This command needs an argument",
	[SAY_HELLO_FIRST] = "503 5.5.1 Say LHLO first",
	[SAY_NESTED] = "503 5.5.1 A mail is open: RSET or DATA",
	[SAY_MAIL_FIRST] = "503 5.5.1 Say MAIL first",
	[SAY_RCPT_FIRST] = "503 5.5.1 No valid recipient",
	[SAY_UNKNOWN_PARAM] = "555 5.5.4 Parameter not offered",
	[SAY_LONG_ADDRESS] = "501 5.5.4 Address longer than 254 octets",
	[SAY_TOO_BIG] = "552 5.3.4 Larger than this council takes",
	[SAY_NO_DESK] = "550 5.1.1 No such desk here",
	[SAY_TOO_MANY_RCPTS] = "452 4.5.3 Too many recipients in one mail",
	[SAY_EARLY] = "503 5.5.0 Input before the answer to DATA; closing",
	[SAY_STRAY_COMMAND] = "521 5.5.2 Bare CR or LF in a command; closing",
	[SAY_STRAY_CONTENT] = "550 5.6.0 Bare CR or LF in the mail; closing",
	[SAY_TOO_MANY_BAD] = "421 4.7.0 Too many bad commands; closing",
};

void
lmtp_flush(struct lmtp_session *s)
{
	size_t n = s->nout;

	s->nout = 0;
	if (n > 0)
		s->ops.write(s->ctx, s->out, n);
}

static void
put(struct lmtp_session *s, const char *text)
{
	size_t n = strlen(text);

	if (n > sizeof(s->out))
		n = sizeof(s->out);
	if (n > sizeof(s->out) - s->nout)
		lmtp_flush(s);
	memcpy(s->out + s->nout, text, n);
	s->nout += n;
}

void
lmtp_say(struct lmtp_session *s, enum lmtp_reply what)
{
	put(s, replies[what]);
	put(s, "\r\n");
}

void
lmtp_say_bad(struct lmtp_session *s, enum lmtp_reply what)
{
	if (++s->bad < LIMIT_LMTP_BAD_COMMANDS) {
		lmtp_say(s, what);
		return;
	}
	lmtp_say(s, SAY_TOO_MANY_BAD);
	lmtp_close(s);
}

void
lmtp_say_fault(struct lmtp_session *s, int code)
{
	put(s, sk_err_smtp(code));
	put(s, "\r\n");
}

void
lmtp_say_greeting(struct lmtp_session *s)
{
	put(s, "220 ");
	put(s, s->hostname);
	put(s, " LMTP ready\r\n");
}

void
lmtp_say_hello(struct lmtp_session *s)
{
	char size[48];

	snprintf(size, sizeof(size), "250-SIZE %zu\r\n", s->max_bytes);
	put(s, "250-");
	put(s, s->hostname);
	put(s, "\r\n250-PIPELINING\r\n");
	put(s, size);
	put(s, "250-8BITMIME\r\n250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES\r\n");
}

void
lmtp_say_stop(struct lmtp_session *s, const char *reason)
{
	char text[200];

	snprintf(text, sizeof(text), "%s", reason);
	for (char *p = text; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	put(s, "421 4.3.2 ");
	put(s, text);
	put(s, "\r\n");
}

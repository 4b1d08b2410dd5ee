/*
 * Inside the LMTP machine: the session and what its files share.
 *
 * syntax.c reads paths and parameters, content.c finds the lines' ends,
 * replies.c holds every word we say, commands.c answers commands, session.c
 * moves bytes between them. None of them knows a socket, a clock or a file.
 */
#pragma once

#include <sekisho/arena.h>
#include <sekisho/buf.h>
#include <sekisho/limits.h>
#include <sekisho/lmtp.h>

/* --- syntax.c: RFC 5321 4.1.2, RFC 6531 3.3 --- */

/*
 * Reads "<address>" at *pp and moves *pp behind it. The address is borrowed,
 * without brackets and without a source route; empty for "<>". Returns SK_OK,
 * SK_ERR_DATA, or SK_ERR_LIMIT for one longer than LIMIT_LMTP_ADDRESS.
 */
int lmtp_read_path(const char **pp, struct sk_span *out);

struct lmtp_param {
	struct sk_span key, value;	/* value.p is NULL without a "=" */
};

/* The next " KEYWORD[=value]": 1 and *out, 0 at the end, SK_ERR_DATA. */
int lmtp_read_param(const char **pp, struct lmtp_param *out);
/* Decimal digits only; SK_ERR_LIMIT where size_t ends. */
int lmtp_read_size(struct sk_span digits, size_t *out);
bool lmtp_span_ieq(struct sk_span a, const char *word);

/* --- content.c: RFC 5321 4.1.1.4, 4.5.2 --- */

enum lmtp_place {
	PLACE_START,		/* at the first octet of a line */
	PLACE_DOT,		/* behind the "." that began a line */
	PLACE_DOT_CR,		/* behind ".<CR>" that began a line */
	PLACE_TEXT,		/* within a line */
	PLACE_CR		/* behind the CR that must end a line */
};

enum lmtp_found { FOUND_MORE, FOUND_END, FOUND_STRAY };

typedef void lmtp_run_fn(void *ctx, const void *p, size_t n);

/*
 * Scans content until its input, the final dot or a stray CR or LF. *place
 * carries over from call to call and starts at PLACE_START. Un-dot-stuffed
 * runs go to run(), as long as the input allows. *used: octets consumed.
 */
enum lmtp_found lmtp_scan(enum lmtp_place *place, const void *p, size_t n,
    size_t *used, lmtp_run_fn *run, void *ctx);

/* --- the session --- */

enum lmtp_state { STATE_COMMAND, STATE_CONTENT, STATE_WAITING, STATE_CLOSED };

struct lmtp_session {
	struct lmtp_ops ops;
	void *ctx;
	char *hostname;
	size_t max_bytes;
	enum lmtp_state state;
	bool hello;		/* LHLO was said */
	bool refused;		/* the last MAIL was; what follows fails */
	bool feeding;		/* inside lmtp_feed(): replies wait */
	bool unread;		/* input stands behind the command in hand */
	unsigned bad;		/* commands no LMTP client should send */
	char *stop;		/* the 421 to say after lmtp_committed() */

	char line[LIMIT_LMTP_COMMAND + 1];
	size_t nline;
	bool line_cr, line_long;

	struct sk_arena *arena;	/* NULL: no transaction */
	struct lmtp_envelope env;
	const char *rcpts[LIMIT_LMTP_RCPTS];
	bool begun;		/* begin() said yes; end() or abort() follows */

	enum lmtp_place place;
	size_t count;		/* content octets so far */
	bool oversize;
	int fault;		/* what content() returned */

	char out[4096];
	size_t nout;
};

/* Ends the transaction without a mail; harmless where there is none. */
void lmtp_drop(struct lmtp_session *s);
/* No more input is read. Drops the transaction. */
void lmtp_close(struct lmtp_session *s);

/* --- commands.c --- */

/* s->line holds one whole command without its CRLF. */
void lmtp_command(struct lmtp_session *s);

/* --- replies.c --- */

enum lmtp_reply {
	SAY_OK, SAY_NOOP, SAY_BYE, SAY_SENDER, SAY_RCPT, SAY_STORED, SAY_GO_ON,
	SAY_HELP, SAY_VRFY, SAY_UNKNOWN, SAY_NOT_SMTP, SAY_NOT_OFFERED,
	SAY_CHUNKS, SAY_HTTP, SAY_LONG, SAY_CONTROL, SAY_SYNTAX_HELLO,
	SAY_SYNTAX_MAIL, SAY_SYNTAX_RCPT, SAY_SYNTAX_PARAM, SAY_NO_ARGUMENT,
	SAY_NEEDS_ARGUMENT, SAY_HELLO_FIRST, SAY_NESTED, SAY_MAIL_FIRST,
	SAY_RCPT_FIRST, SAY_UNKNOWN_PARAM, SAY_LONG_ADDRESS, SAY_TOO_BIG,
	SAY_NO_DESK, SAY_TOO_MANY_RCPTS, SAY_EARLY, SAY_STRAY_COMMAND,
	SAY_STRAY_CONTENT, SAY_TOO_MANY_BAD, SAY_LAST
};

void lmtp_say(struct lmtp_session *s, enum lmtp_reply what);
/* Also counts it against the peer; the last one allowed becomes a 421. */
void lmtp_say_bad(struct lmtp_session *s, enum lmtp_reply what);
/* Our own fault `code`: always a 4xx. */
void lmtp_say_fault(struct lmtp_session *s, int code);
void lmtp_say_greeting(struct lmtp_session *s);
void lmtp_say_hello(struct lmtp_session *s);
/* 421 with the caller's reason, made printable ASCII. */
void lmtp_say_stop(struct lmtp_session *s, const char *reason);
/* Hands what was said to write(). */
void lmtp_flush(struct lmtp_session *s);

/*
 * LMTP server (RFC 2033) as a pure machine: bytes in, replies and events out.
 * No sockets, no clock. The program feeds what it read, writes what it is told
 * and calls lmtp_committed() once the mail is durable.
 *
 * Offered: PIPELINING, SIZE, 8BITMIME, SMTPUTF8, ENHANCEDSTATUSCODES. Not
 * CHUNKING, not VRFY (252). HELO and EHLO are refused (RFC 2033 4.1).
 * After the final dot: one reply per accepted RCPT, in RCPT order; a repeated
 * RCPT has two replies. 5xx only for: bare LF or CR in the stream (then the
 * connection closes: smuggling, L21), over-size, desks unknown at RCPT,
 * command syntax. Our own faults are 4xx (I5). NUL in content is content, and
 * a content line may have any length: it is streamed, never collected.
 *
 * End of input is the caller's: while lmtp_waiting(), a peer that has closed
 * its sending side still gets its replies; keep the session until then.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <sekisho/buf.h>

struct lmtp_session;

struct lmtp_envelope {
	const char *sender;		/* MAIL FROM as given; "" for <> */
	const char *const *rcpts;	/* accepted ones, in order, as given */
	size_t nrcpts;
	size_t size;			/* SIZE= as claimed, 0 if absent: not truth */
	bool smtputf8, body8bit;
};

/*
 * Events. `ctx` is the caller's. Strings are valid during the call only. Every
 * begin() that returned SK_OK is followed by exactly one end() or abort().
 * Of the functions below only lmtp_committed(), from within end(), may be
 * called out of an event.
 */
struct lmtp_ops {
	/* Bytes for the peer, CRLF included: all replies of one feed together,
	 * in pieces of at most 4 KiB. */
	void (*write)(void *ctx, const void *p, size_t n);
	/* Is the address one of ours? SK_OK, SK_ERR_DATA (550 5.1.1) or any
	 * other error (4xx). */
	int (*rcpt)(void *ctx, const char *address);
	/* DATA was accepted (354 follows if this returns SK_OK, else 4xx). The
	 * envelope stays valid until committed() or abort(). */
	int (*begin)(void *ctx, const struct lmtp_envelope *env);
	/* Content, un-dot-stuffed, CRLF line ends kept. An error is remembered:
	 * the rest is read and dropped, the final reply is 4xx. */
	int (*content)(void *ctx, const void *p, size_t n);
	/* The final dot came. The caller stores and later calls
	 * lmtp_committed(). Until then no further input is consumed. */
	void (*end)(void *ctx);
	/* The mail that begin() opened will not come: over-size, content()
	 * failed, stray CR or LF, shutdown, lmtp_free(). */
	void (*abort)(void *ctx);
};

/* hostname: in the banner. max_bytes: max_message_bytes of the configuration,
 * counted over the un-dot-stuffed content; 0, or more than LIMIT_MESSAGE_MAX,
 * means LIMIT_MESSAGE_MAX. */
struct lmtp_session *lmtp_new(const char *hostname, size_t max_bytes,
    const struct lmtp_ops *ops, void *ctx);
/* Calls abort() if begin() opened a mail whose end() has not come. Between
 * end() and lmtp_committed() the mail is the caller's: no abort(), and no 250
 * was said, so the peer will send it again. */
void lmtp_free(struct lmtp_session **s);
/* Says 220. */
void lmtp_greet(struct lmtp_session *s);
/* Consumes what it can, returns how many bytes; the caller keeps the rest and
 * feeds it again after lmtp_committed(). Less than n only while lmtp_waiting().
 * Input behind DATA in the same call was sent before our 354: 503 and close.
 * When lmtp_closing(), input is dropped: read on a little before closing the
 * socket, or a reset may overtake the last reply. */
size_t lmtp_feed(struct lmtp_session *s, const void *p, size_t n);
/* The mail given by end() is durable (SK_OK) or not (error: 4xx). Writes the
 * replies. */
void lmtp_committed(struct lmtp_session *s, int result);
/* Says 421 and wants to close: shutdown, idle time, too many sessions. While
 * lmtp_waiting() it is said after lmtp_committed(). reason: one short line. */
void lmtp_shutdown(struct lmtp_session *s, const char *reason);
/* True when the peer shall be closed once what was written is out. */
bool lmtp_closing(const struct lmtp_session *s);
/* True between end() and lmtp_committed(). */
bool lmtp_waiting(const struct lmtp_session *s);

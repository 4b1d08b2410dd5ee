/*
 * A program around the LMTP machine for its tests: keeps what was said and
 * delivered, and fails at once where events do not pair or a reply is no
 * reply. It must never help the machine: what it feeds is what is written.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sekisho/buf.h>
#include <sekisho/error.h>
#include <sekisho/limits.h>
#include <sekisho/lmtp.h>

#define HOST_MAX 1000		/* max_message_bytes of the tests */

struct host {
	struct lmtp_session *s;
	struct sk_buf out, content, envelopes, codes;
	size_t max;
	int begin_rc, content_rc, commit_rc;
	bool sync;		/* lmtp_committed() from within end() */
	bool hold;		/* do not commit by itself */
	bool open;		/* between begin() and end() or abort() */
	bool failed;		/* content() said no: it is not asked again */
	unsigned begins, ends, aborts, writes;
};

/* One write of a peer; none crosses the answer to DATA. */
struct piece {
	const char *p;
	size_t n;
};
#define P(text) { text, sizeof(text) - 1 }
#define NPIECES(a) (sizeof(a) / sizeof((a)[0]))
#define LHLO "LHLO mx.example.jp\r\n"
#define MAIL "MAIL FROM:<sato@acme.example>\r\n"
#define RCPT "RCPT TO:<csc-anken@example.jp>\r\n"
#define DATA "DATA\r\n"

void host_open(struct host *h);
void host_close(struct host *h);
/* Feeds the pieces in slices of at most `slice`, commits where it must. */
void host_play(struct host *h, const struct piece *piece, size_t n,
    size_t slice);
void host_say(struct host *h, const char *text);
/* "250:2.1.0 354 ...": what was said since the last call. */
const char *host_codes(struct host *h);
#define host_expect(h, want) assert_string_equal(host_codes(h), want)

/* Couriers: processes that hand messages to Postfix (courier.c), and what they
 * and relay.c say to each other over the pool's channel. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <sekisho/arena.h>
#include <sekisho/buf.h>

#define COURIER_NAME "sekisho-courier"	/* argv[0] of sekishod as a courier */

enum { COURIER_READY = 100, COURIER_HAND, COURIER_HANDED };

struct courier_hand {		/* fd: the message */
	const char *url, *from, *to;	/* from, to: in angle brackets */
	bool tls;		/* verified for the URL's host, or nothing is
				 * said */
	const char *ca;		/* PEM file; NULL: the system's */
	const char *connect;	/* where that host is: HOST:PORT:HOST:PORT as
				 * CURLOPT_CONNECT_TO has it; NULL: by name */
};
void courier_hand_put(struct sk_buf *b, const struct courier_hand *m);

struct courier_handed {
	uint32_t code;		/* 0: the relay said 250 to the final dot */
	uint32_t status;	/* the relay's last code, 0 none */
	const char *reply;	/* its last line, printable ASCII; of a fault of
				 * TLS what it was, and status is 0 */
	bool tls_failed;	/* no message was handed to anybody */
	bool at_rcpt;		/* the last line is the answer to RCPT */
	bool early;		/* it came before RCPT */
	bool at_mail;		/* it is the answer to MAIL */
};
int courier_handed_get(struct sk_arena *a, struct sk_span s,
    struct courier_handed *m);

int courier_main(void);

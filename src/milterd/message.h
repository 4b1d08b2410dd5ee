/*
 * What one mail means to the milter: a state machine over the callbacks that
 * libmilter makes, without libmilter. Several mails come on one connection;
 * each begins with message_from(), and message_reset() forgets everything of
 * the one before. Memory is bounded: addresses, counts and a hash; of the
 * body nothing is kept. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sekisho/arena.h>
#include <sekisho/buf.h>
#include <sekisho/hash.h>

#include "milterd/ours.h"

struct message_rules {
	const struct ours *ours;
	bool guard;		/* ask about mail in our name */
	bool intake;		/* hand mail to our desks in ourselves */
	bool local;		/* the pickup path */
	bool behind;		/* stands behind what authenticates: fields
				 * with our id may be real */
	const char *authserv_id;
	size_t max_bytes;	/* of a mail to a desk */
};

enum message_kind {
	MESSAGE_OTHERS,		/* not our business: accept, unseen */
	MESSAGE_OURS,		/* in our name: sekishod is asked at its end */
	MESSAGE_DESK,		/* to us: what is forged goes, limits hold */
	MESSAGE_REFUSED		/* message_refusal() says why */
};

enum refusal { REFUSAL_NONE, REFUSAL_OUR_NAME, REFUSAL_LOOP, REFUSAL_SIZE,
	REFUSAL_FORGED };

/* A field to take out: the index-th (from 1) of its name. */
struct message_forged {
	const char *name;
	uint32_t index;
};

struct message;

struct message *message_new(void);
void message_free(struct message **m);
/* Nothing is known any more: abort, or the mail has its answer. */
void message_reset(struct message *m);

/* MAIL FROM: resets. The rules live until the next reset. size: what the
 * client declared, 0 if nothing. */
void message_from(struct message *m, const struct message_rules *r,
    struct sk_span path, uint64_t size);
void message_rcpt(struct message *m, struct sk_span path);
/* As the milter shows it: value with its leading blank. */
void message_field(struct message *m, struct sk_span name,
    struct sk_span value);
enum message_kind message_head_end(struct message *m);
/* Of a mail that is in progress after message_head_end(). */
void message_body(struct message *m, const void *p, size_t n);
/* After the last byte; MESSAGE_OURS: the hash is filled. */
enum message_kind message_end(struct message *m, unsigned char hash[SK_HASH]);

enum refusal message_refusal(const struct message *m);
bool message_begun(const struct message *m);
const char *message_sender(const struct message *m);	/* without angles */
uint32_t message_nrcpts(const struct message *m);	/* all of them */
/* The one recipient, without angles; NULL unless there is exactly one that is
 * plain text. */
const char *message_only_rcpt(const struct message *m);
/* Our own among them, as given, with and without angles. */
size_t message_desks(const struct message *m, const char *const **plain,
    const char *const **given);
/* Later ones of a name stand before earlier ones, so that taking one out does
 * not move the next. */
const struct message_forged *message_forged(const struct message *m,
    size_t *n);
/* The head of a mail to a desk, without what is forged, for handing in; the
 * place in it where our own Received field belongs. */
struct sk_span message_head(const struct message *m, size_t *received_at);

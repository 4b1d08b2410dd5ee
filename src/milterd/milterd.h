/* sekisho-milterd inside: what its files offer each other. Threads are
 * libmilter's, one for each connection of Postfix. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include <sekisho/config.h>
#include <sekisho/error.h>
#include <sekisho/messages.h>

#include "milterd/message.h"

/* ---- settings.c: the configuration, renewed while mails are in progress ---- */
struct settings {
	struct message_rules rules;
	const char *lmtp;	/* where intake hands in */
	const char *ask;	/* where sekishod is asked */
	const char *name;	/* of the council's domain, for LHLO */
	/* private to settings.c */
	struct config *config;
	struct ours *ours;
	unsigned users;
};
/* Reads the file; faults go to stderr. The first time, or again: then what was
 * in force stays if the new one is faulty. */
int settings_load(const char *file, bool local);
const struct config *settings_config(void);	/* main thread only */
struct settings *settings_take(void);		/* for one mail */
void settings_give(struct settings **s);
void settings_end(void);

/* ---- ask.c: sekishod's word on a mail in our name ---- */
/* peer: the user that sekishod must be, besides ourselves and root. *reason:
 * LIMIT_QUEUE_ID + 1 bytes. GUARD_LATER where nobody answers. */
enum guard_verdict ask_guard(const char *path, uid_t peer,
    const struct msg_guard *ask, char *reason);

/* ---- trace.c ---- */
void trace_received(struct sk_buf *b, const char *helo, const char *client,
    const char *by, const char *queue_id, int64_t at);

/* ---- milter.c: the only libmilter user ---- */
/* Listens; where: as milter.listen. Before the sandbox. */
int milter_open(const char *where, struct sk_error *e);
/* Serves until milter_stop(), in a thread of its own. */
int milter_start(uid_t peer, struct sk_error *e);
bool milter_running(void);
/* Takes nothing new and waits until no mail is in progress, but not for ever. */
void milter_stop(void);

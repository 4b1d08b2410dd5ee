/*
 * sekisho-keyd: the one program that holds private keys. Few verbs, each
 * checked, bounded, counted and under a deadline; it knows neither database
 * nor network, and it believes nothing that it opens.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <sekisho/arena.h>
#include <sekisho/buf.h>
#include <sekisho/channel.h>
#include <sekisho/error.h>
#include <sekisho/messages.h>
#include <sekisho/cms.h>
#include <sekisho/vault.h>

enum count {			/* what the log says, and nothing more */
	COUNT_DECRYPT, COUNT_VERIFY, COUNT_SEAL, COUNT_REWRAP, COUNT_INSPECT,
	COUNT_OPEN_READ_AGAIN, COUNT_OPEN_OPERATOR_TEXT,
	COUNT_OPEN_OPERATOR_SAVE, COUNT_OPEN_ITEM,
	COUNT_FAILED, COUNT_TIMEOUT, COUNT_REFUSED,
	COUNTS
};

struct known;

/* One GnuPG home with its scratch home, its agent and the council's key. */
struct ring {
	const char *home, *scratch_dir, *agent_socket;
	char own[PGP_FPR];
	struct pgp *pgp, *scratch;
	struct known *known;
	pid_t agent;			/* 0: not known */
	int64_t agent_asked;
	enum key_scheme scheme;
};

struct keyd {
	struct sk_arena *arena;		/* of the process */
	struct ring openpgp;
	struct ring smime;		/* home NULL: no certificate yet */
	const char *roots;		/* PEM file in it, or NULL */
	unsigned char vault[VAULT_KEY];	/* secret; wiped at the end */
	struct sk_buf ready;		/* MSG_KEYD_READY, made once */
	unsigned int deadline;		/* seconds for one operation */
	int stop_fd;			/* readable once SIGTERM came */
	uint32_t counts[COUNTS];
	int64_t counted_since, opens_since;
	uint32_t opens;			/* vault openings of this minute */
	bool alarmed;
};

/* What goes back; fd -1 for none. */
struct reply {
	uint32_t type;
	struct sk_buf fields;
	int fd;
};

/* A verb: SK_OK with the answer filled, also where the answer says no;
 * anything else drops the peer, who broke the protocol. */
typedef int verb_fn(struct keyd *k, const struct channel_message *m,
    struct sk_arena *a, struct reply *out);
verb_fn verb_decrypt, verb_verify, verb_seal, verb_open, verb_rewrap,
    verb_inspect;

/* main.c's ways */
int keyd_init_homes(const char *base, unsigned int count, const char *name,
    const char *address, const char *vault, struct sk_error *e);
int keyd_smime_homes(const char *base, unsigned int count, const char *p12,
    const char *certificate, struct sk_error *e);
int keyd_start(struct keyd *k, const char *vault, const char *own,
    const char *smime_own, const char *roots, struct sk_error *e);
int keyd_behind_walls(struct keyd *k, struct sk_error *e);
void keyd_end(struct keyd *k);
/* The fingerprint that init left in a home; false if there is none. */
bool keyd_own_file(const char *home, char fpr[PGP_FPR]);

/* One peer until it goes or SIGTERM comes; SK_OK at its end. */
int serve_peer(struct keyd *k, int fd);
/* Accepts one peer after the other. */
int serve_socket(struct keyd *k, int listener, uid_t peer);

/* Deadlines and signals. */
int signals_catch(struct sk_error *e);		/* the stop descriptor */
void deadline_start(unsigned int seconds);
bool deadline_end(void);			/* did it pass? */
bool deadline_passed(void);

/* Which blocks stand in the home's ring already. */
struct known *known_open(const char *home, struct sk_error *e);
void known_close(struct known **k);
bool known_has(const struct known *k, const char *fpr, struct sk_span block);
void known_add(struct known *k, const char *fpr, struct sk_span block);
/* Imports the block unless it was; `again` imports it in any case. */
int keyd_have_key(struct ring *r, const char *fpr, struct sk_span block,
    bool again);

/* mail.c, for both schemes: a part of the payload, false if it does not lie
 * inside; and how much plaintext so many octets may give. */
bool keyd_part_of(int fd, uint64_t at, uint64_t len, struct pgp_in *in);
uint64_t keyd_plaintext_max(uint64_t len);

/* smime.c. The content's descriptor, or -1 with the reason in *done. */
int smime_open(struct keyd *k, struct sk_arena *a,
    const struct msg_open_mail *ask, int fd, struct msg_opened_mail *done);
void smime_verify(struct keyd *k, struct sk_arena *a,
    const struct msg_open_mail *ask, int fd, struct msg_opened_mail *done);
bool smime_is_certificate(struct sk_span given);
/* pinned: a certificate, or anything else, which says nothing. */
int smime_inspect(struct keyd *k, struct sk_arena *a, struct sk_span given,
    struct sk_span pinned, struct msg_inspected *done);
/* Into the home; SK_ERR_DATA unless it is these very octets there. */
int smime_have_certificate(struct ring *r, const char *fpr,
    struct sk_span block);

/* Has another agent, or none, taken the place of the one we knew? Then what
 * failed is worth one more try. */
bool keyd_agent_lost(struct ring *r);
void keyd_count(struct keyd *k, enum count c);
void keyd_log_counts(struct keyd *k, bool now);
int64_t keyd_seconds(void);			/* monotonic */

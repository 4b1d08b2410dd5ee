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
#include <sekisho/own.h>
#include <sekisho/vault.h>

enum count {			/* what the log says, and nothing more */
	COUNT_DECRYPT, COUNT_VERIFY, COUNT_SEAL, COUNT_REWRAP, COUNT_INSPECT,
	COUNT_OPEN_READ_AGAIN, COUNT_OPEN_OPERATOR_TEXT,
	COUNT_OPEN_OPERATOR_SAVE, COUNT_OPEN_ITEM,
	COUNT_FAILED, COUNT_TIMEOUT, COUNT_REFUSED,
	COUNTS
};

struct known;

/* One GnuPG home with its scratch home, its agent and the council's keys. */
struct ring {
	const char *home, *scratch_dir, *agent_socket;
	struct own_keys own;
	struct key_facts facts[LIMIT_OWN_KEYS];	/* of those; in the arena */
	char signer[PGP_FPR];		/* whom GnuPG signs with; "": nobody */
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
	bool stuck;			/* by an agent that only the next
					 * start can end */
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
/* homes.c: "Name <address>", or NULL and the mend. */
const char *keyd_user_id(struct sk_arena *a, const char *name,
    const char *address, struct sk_error *e);
/* The secret key with all that is known of it. */
int keyd_copy_key(const char *fpr, struct pgp *from, struct pgp *to,
    struct sk_error *e);
/* No agent stays behind in a home. */
void keyd_agent_leave(struct sk_arena *a, const char *home);
int keyd_init_homes(const char *base, unsigned int count, const char *name,
    const char *address, const char *vault, struct sk_error *e);
/* rollover.c: the next OpenPGP key, in every home. */
struct next_key {
	const char *base;
	unsigned int count;
	const char *name, *address;	/* of its user id */
	int64_t since, until;		/* see own_follow(); since 0: at
					 * once */
	bool withdraw;			/* the one that is to come, instead */
};
int keyd_next_key(const struct next_key *n, struct sk_error *e);
/* smime_homes.c: the first certificate, or the next one, in every home. */
struct next_certificate {
	const char *base;
	unsigned int count;
	const char *p12, *certificate;	/* files */
	int64_t since, until;		/* as above; of no matter for a first
					 * one */
};
int keyd_next_certificate(const struct next_certificate *n,
    struct sk_error *e);
/* The one that is to come is taken back, in every home. */
int keyd_withdraw_certificate(const char *base, unsigned int count,
    struct sk_error *e);
int keyd_start(struct keyd *k, const char *vault, const char *own,
    const char *smime_own, const char *roots, struct sk_error *e);
int keyd_behind_walls(struct keyd *k, struct sk_error *e);
void keyd_end(struct keyd *k);
/* ---- own.c: the council's own keys in a home ---- */
/* What init and setup left in it; false if there is nothing. */
bool own_file_read(const char *home, struct own_keys *k);
int own_file_write(const char *home, const struct own_keys *k,
    struct sk_error *e);
/* Behind the walls: their facts, and the secret half of the one that signs.
 * Another one without its secret half is an error in the log. */
int own_load(struct keyd *k, struct ring *r, struct sk_error *e);
/* Has GnuPG sign with the key whose day it is; a code of pgp.h. */
int own_signer(struct ring *r);
/* Is the council's own secret key gone from the home (wiped, badly restored)?
 * Then what gpg says of a mail or of somebody's key is no fault of theirs. */
bool own_is_lost(struct ring *r);
/* For READY, in the arena; what is exported too. */
int own_told(struct keyd *k, struct ring *r, struct msg_own_keys *out);
/* Was it encrypted to retired keys alone when it came? 0: always no. */
bool own_retired(const struct ring *r, const struct pgp_result *to,
    int64_t came);

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

#define KEYD_FORMER "it is encrypted to a key of the council that was " \
	"retired when it came"
/* mail.c, for both schemes: a part of the payload, false if it does not lie
 * inside; and how much plaintext so many octets may give. */
bool keyd_part_of(int fd, uint64_t at, uint64_t len, struct pgp_in *in);
/* A mail could not be opened; by: whose words say why. The status, and the reason
 * in *done: SK_ERR_TEMP if it is the home's own fault. */
int keyd_blame(struct ring *r, struct sk_arena *a, struct pgp *by,
    struct msg_opened_mail *done);
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
/* Into the home; SK_ERR_DATA: it is another certificate; anything else: gpgsm
 * or its box refuses. */
int smime_have_certificate(struct ring *r, const char *fpr,
    struct sk_span block);

/* Has another agent, or none, taken the place of the one we knew? Then what
 * failed is worth one more try. */
bool keyd_agent_lost(struct ring *r);
void keyd_count(struct keyd *k, enum count c);
/* Seconds for one operation of this kind. */
unsigned int keyd_deadline(const struct keyd *k, uint32_t type);
void keyd_log_counts(struct keyd *k, bool now);
int64_t keyd_seconds(void);			/* monotonic */

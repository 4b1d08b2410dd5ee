/*
 * The store: domain calls, never SQL. One writer (sekishod; `sekisho init`
 * before it). All writes of one turn of the loop stand in one transaction:
 * store_commit() makes them durable (synchronous FULL, WAL), then the loop
 * answers. Names, addresses, subjects and words are boxed under the store key
 * and found by keyed hash (I9). Case secret keys stand in a second file,
 * PATH-wraps, committed first: an orphan there is harmless, and old backups of
 * the main file cannot open a destroyed case.
 *
 * Records read from the store live in the arena given; a number or id that the
 * store assigns lives until the end of the next turn. Errors are SK_ERR_OS or
 * SK_ERR_IO (disk, damage), SK_ERR_NOINPUT (no such row, or a row named by it),
 * SK_ERR_EXISTS, SK_ERR_DATA (a string that is not UTF-8), SK_ERR_REFUSED and
 * SK_ERR_BUG where said. After a disk error the turn can only be rolled back,
 * to the group around the error or whole; its commit fails with the cause.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <sekisho/answer.h>
#include <sekisho/arena.h>
#include <sekisho/buf.h>
#include <sekisho/config.h>
#include <sekisho/council.h>
#include <sekisho/error.h>
#include <sekisho/gate.h>
#include <sekisho/hash.h>
#include <sekisho/key.h>
#include <sekisho/roster.h>
#include <sekisho/vault.h>

struct store;

/* create: makes both files if absent (mode 0600). Runs migrations. A wrong key,
 * a later schema or another program's file is SK_ERR_CONFIG; a lost wraps file
 * SK_ERR_NOINPUT, also with create; a second process SK_ERR_TEMP. */
int store_open(const char *path, const unsigned char key[VAULT_KEY],
    bool create, struct store **out, struct sk_error *e);
void store_close(struct store **s);
/* Begins lazily with the first write. Commit without a write is free. */
int store_commit(struct store *s, struct sk_error *e);
void store_rollback(struct store *s);
/* A group of writes inside the turn's transaction that stands or falls
 * together (a savepoint): one mail's actions, one operator's command. */
int store_group_begin(struct store *s);	/* groups may nest */
int store_group_end(struct store *s, bool keep);
/* Counts every write that the gate could notice: roster, keys, terms, items,
 * approvals. Whoever keeps such rows compares it. */
uint64_t store_rules_generation(const struct store *s);

/* Small named values: "council.keys", "vault.pk". */
int store_meta_get(struct store *s, struct sk_arena *a, const char *name,
    const char **out);
int store_meta_set(struct store *s, const char *name, const char *value);

/* ---- mail in custody ---- */
enum mail_door { DOOR_UNKNOWN, DOOR_TRUSTED, DOOR_UNTRUSTED };
enum mail_again {
	AGAIN_NO,		/* it was never given back */
	AGAIN_READ,		/* with the reader once more */
	AGAIN_VOUCHED,		/* likewise, and an operator vouches that who
				 * wrote it speaks for the originator */
	AGAIN_LAST = AGAIN_VOUCHED
};
struct mail_record {
	int64_t row, received;
	const char *sender;		/* envelope, "" for <> */
	const char *const *rcpts;
	size_t nrcpts;
	unsigned char raw_hash[SK_HASH];
	unsigned char content_id[SK_HASH];	/* zero until read */
	uint64_t size;			/* plain bytes */
	bool done;			/* filed; else still to be read */
	uint32_t tries;
	int64_t case_row;		/* 0: none */
	int64_t repeat_of;		/* mail row, 0 */
	enum mail_class class;
	const char *note;		/* reason word, "" */
	enum mail_door door;
	enum mail_again again;		/* NO once it is filed */
	const char *spool;		/* file name of a large body, or NULL */
	struct sk_span body;		/* sealed body of a small one; only from
					 * store_mail_body() */
	unsigned char wrap[VAULT_WRAP];
	bool by_case;			/* wrap is to the case key */
	struct sk_span facts;		/* facts_put() bytes without text; empty
					 * until read */
	struct sk_span verdict;		/* verdict_put() bytes */
	enum authentication auth;
	const char *subject, *from;	/* as understood; NULL until read */
	const char *message_id;
};
int store_mail_add(struct store *s, struct mail_record *m); /* sets row; body
							 * only without spool */
int store_mail_get(struct store *s, struct sk_arena *a, int64_t row,
    struct mail_record *out);		/* without body */
int store_mail_body(struct store *s, struct sk_arena *a, int64_t row,
    struct sk_span *out);
int store_mail_try(struct store *s, int64_t row);	/* tries + 1 */
/* tries - 1 of all that wait: none of them ended this run. */
int store_mail_untried(struct store *s);
/* Back to the reader, for `again`: not done, no try counted, all else as it
 * is. SK_ERR_NOINPUT: it is with the reader now. */
int store_mail_again(struct store *s, int64_t row, enum mail_again again);
/* What reading found; done = true. A wrap of zeros keeps the one there. */
int store_mail_filed(struct store *s, const struct mail_record *m);
/* Rows still to be read, oldest first, at most max. */
int store_mail_pending(struct store *s, int64_t after, int64_t *rows,
    size_t max, size_t *n);
/* Likewise: filed with a case, and still under the vault's wrap alone. */
int store_mail_unwrapped(struct store *s, int64_t after, int64_t *rows,
    size_t max, size_t *n);
int store_mail_list(struct store *s, struct sk_arena *a, int64_t case_row,
    size_t max, struct mail_record **out, size_t *n); /* case_row 0: all; newest
				 * first */
/* The newest filed mail with the same raw hash + sender + recipients, or the
 * same content id + From + recipients received since `since`; 0 if none. */
int store_mail_repeat_raw(struct store *s, const struct mail_record *m,
    int64_t *row, int64_t *case_row);
int store_mail_repeat_content(struct store *s, const struct mail_record *m,
    int64_t since, int64_t *row, int64_t *case_row);
/* Names of spool files that rows refer to, for cleaning up orphans. */
int store_mail_spools(struct store *s, struct sk_arena *a,
    const char *const **names, size_t *n);

/* ---- cases ---- */
struct case_record {
	int64_t row;
	const char *number;		/* 2026-0001 */
	int year;
	int64_t opened, changed, closed;
	enum case_state state;
	enum desk_kind desk;
	const char *desk_address;
	enum priority priority;
	const char *language;
	const char *originator;		/* address, may be NULL */
	const char *originator_name;	/* display name: never believed */
	const char *org;		/* member organisation's id, or NULL */
	bool member;
	const char *owner;		/* operator's name, or NULL */
	uint32_t question;		/* version of the open question, 0 none */
	bool question_is_readback;
	bool clarified;			/* T-05 went out for this version */
	bool needs_operator;		/* unclear twice, fail, unreadable … */
	const char *note;		/* newest reason word for the operator */
	bool notified;			/* a first reply went out */
	uint32_t approve_terms;		/* proposed version that has its yes and
					 * waits for assurance; 0 none */
	const char *last_message_id;	/* originator's newest, for threading */
	const char *last_subject;	/* never quoted in P texts */
	unsigned char pk[VAULT_KEY];
	unsigned char secret_wrap[VAULT_WRAP]; /* in the wraps file */
};
/* Assigns row and number (next of its year; 4 digits at least). */
int store_case_open(struct store *s, struct case_record *c);
int store_case_get(struct store *s, struct sk_arena *a, int64_t row,
    struct case_record *out);
int store_case_find(struct store *s, struct sk_arena *a, const char *number,
    struct case_record *out);
int store_case_update(struct store *s, const struct case_record *c);
/* Newest first; open_only leaves out the end states. */
int store_case_list(struct store *s, struct sk_arena *a, bool open_only,
    size_t max, struct case_record **out, size_t *n);
int store_case_note(struct store *s, int64_t case_row, int64_t now,
    const char *who, const char *text);
struct case_note { int64_t time; const char *who, *text; };
int store_case_notes(struct store *s, struct sk_arena *a, int64_t case_row,
    struct case_note **out, size_t *n);

/* ---- tokens (hashes only) ---- */
struct token_record {
	int64_t case_row;		/* 0: a digest copy's */
	int64_t copy_row;		/* the mail that carried it */
	const char *address;		/* to whom it was sent */
	uint32_t question;		/* version it confirms */
	bool used;			/* has confirmed */
	int64_t created;
	bool code_seen;			/* its proof code came in the clear */
};
int store_token_add(struct store *s, const char *token,
    const struct token_record *t);
int store_token_find(struct store *s, struct sk_arena *a, const char *token,
    struct token_record *out);
/* Its proof code proves nothing any more. */
int store_token_code_seen(struct store *s, const char *token);
/* Every token of that case and question version has now confirmed. */
int store_token_use(struct store *s, int64_t case_row, uint32_t question);

/* ---- roster ---- */
int store_org_put(struct store *s, const struct org *o, int64_t now);
int store_org_get(struct store *s, struct sk_arena *a, const char *id,
    struct org *out);
/* SK_ERR_EXISTS: another active person has the address. */
int store_person_put(struct store *s, const struct person *p, int64_t now);
int store_person_get(struct store *s, struct sk_arena *a, const char *id,
    struct person *out);
int store_person_by_address(struct store *s, struct sk_arena *a,
    const char *address, struct person *out);
/* Appends to the history of an organisation, and of e->person if there is one.
 * Read oldest first: of a person, wherever it was registered (org is not looked
 * at), or with person NULL of the organisation and all of its people. */
int store_roster_event(struct store *s, const char *org,
    const struct roster_event *e);
int store_roster_events(struct store *s, struct sk_arena *a, const char *org,
    const char *person, struct roster_event **out, size_t *n);
/* All, orgs by id, persons by id; `active` drops removed persons. A person's
 * fpr is that of store_key_pinned(); key_state is "no-key" or "", since the
 * store has no clock: judge the key itself with key_unusable(). */
int store_roster(struct store *s, struct sk_arena *a, bool active,
    struct roster_known *out);
/* Pinned keys of the active people of a roster; `former`: retired ones and
 * those of former people too. */
int store_roster_keys(struct store *s, struct sk_arena *a,
    const struct roster_known *k, bool former, struct roster_key **out,
    size_t *n);

/* ---- keys ---- */
/* Stored: add at the end only. */
enum key_state { KEY_PROPOSED, KEY_PINNED, KEY_RETIRED, KEY_DECLINED,
	KEY_STOPPED };			/* pinned when it was stopped, and no
					 * other has come since */
struct key_record {
	const char *fpr;
	enum key_state state;
	const char *person;		/* or NULL */
	int64_t case_row;		/* or 0 */
	struct key_facts facts;		/* block inside */
	const char *origin;		/* "import", "mail 12" */
	const char *approved_by;
	int64_t created;
};
/* SK_ERR_EXISTS where another person already has this fingerprint pinned.
 * Pinning, or stopping, retires the owner's earlier pinned key: a certificate
 * that only signs (KEY_SIGNS) such a one, any other the one that copies are
 * sealed to, one of OpenPGP both. A proposal of what is pinned is SK_ERR_EXISTS
 * too and changes nothing. Only a pin ends a declining. */
int store_key_put(struct store *s, const struct key_record *k);
/* A row that is there, as it is now: state, facts, origin. */
int store_key_change(struct store *s, const struct key_record *k);
/* The one that copies are sealed to; also the stopped one: facts.stopped.
 * SK_ERR_NOINPUT if none. */
int store_key_pinned(struct store *s, struct sk_arena *a, const char *person,
    int64_t case_row, struct key_record *out);
/* The one beside it that only signs, likewise. */
int store_key_signing(struct store *s, struct sk_arena *a, const char *person,
    int64_t case_row, struct key_record *out);
int store_keys(struct store *s, struct sk_arena *a, const char *person,
    int64_t case_row, struct key_record **out, size_t *n);
/* Every row of a fingerprint, whoever's and in whatever state. */
int store_keys_of_fpr(struct store *s, struct sk_arena *a, const char *fpr,
    struct key_record **out, size_t *n);
/* The same, and of every other certificate over the same key pair. */
int store_keys_of_pair(struct store *s, struct sk_arena *a,
    const struct key_facts *k, struct key_record **out, size_t *n);
/* Whoever's, persons' and cases'. */
int store_keys_proposed(struct store *s, struct sk_arena *a,
    struct key_record **out, size_t *n);
/* Ends what is pinned for a person; the record stays. */
int store_key_retire(struct store *s, const char *person);
/* Pinned keys, whoever's, with a primary or subkey of that key id (16
 * upper-case hex digits): several may share one. */
int store_keys_of_id(struct store *s, struct sk_arena *a, const char *key_id,
    struct key_record **out, size_t *n);
/* Pinned keys that may speak for a From address: the person's, then those of
 * cases opened by it, the newest first. */
int store_keys_of_address(struct store *s, struct sk_arena *a,
    const char *address, struct key_record **out, size_t *n);

/* ---- terms ---- */
/* Appends; sets version (proposed: locked false). */
int store_terms_add(struct store *s, int64_t case_row, struct terms *t);
int store_terms_get(struct store *s, struct sk_arena *a, int64_t case_row,
    uint32_t version, struct terms *out);
/* Newest locked one; SK_ERR_NOINPUT if none. */
int store_terms_locked(struct store *s, struct sk_arena *a, int64_t case_row,
    struct terms *out);
/* Newest of any kind. */
int store_terms_newest(struct store *s, struct sk_arena *a, int64_t case_row,
    struct terms *out);
/* The one change a version knows: locked, with assurance and vouching. Once
 * (SK_ERR_EXISTS), and not behind a later locked one (SK_ERR_REFUSED). */
int store_terms_lock(struct store *s, int64_t case_row, uint32_t version,
    enum assurance assurance, const char *vouched_by, const char *vouched_how,
    int64_t now);
/* Vouchings given so far for a version that needs two operators. */
int store_terms_vouch(struct store *s, int64_t case_row, uint32_t version,
    const char *who, const char *how, const char *reason, int64_t now,
    unsigned *distinct);
/* How many different operators have vouched for it so far. */
int store_terms_vouches(struct store *s, int64_t case_row, uint32_t version,
    unsigned *distinct);
/* Maps exclusion `index` of a version; orgs none: nobody is named by it. The
 * newest mapping counts, all are kept. */
int store_exclusion_map(struct store *s, int64_t case_row, uint32_t version,
    size_t index, const char *const *orgs, size_t norgs, const char *who,
    const char *reason, int64_t now);

/* ---- items ---- */
struct item_record {
	struct item item;
	const char *parts_label;
	int64_t created, approved;
	const char *created_by, *consent_mail;
	int64_t consent_request;	/* whose agreement it rests on, 0 none */
	struct sk_span text;		/* sealed under a data key */
	unsigned char wrap[VAULT_WRAP];	/* data key, to the case key */
	const char *const *indicators;	/* "ip:192.0.2.1" */
	size_t nindicators;
};
int store_item_add(struct store *s, struct item_record *i); /* makes the id */
/* Writes statement, title, text and wrap anew: approvals are withdrawn with
 * it, since they were given for something else. A withdrawn item stays as it
 * was (SK_ERR_REFUSED). */
int store_item_change(struct store *s, const struct item_record *i);
int store_item_get(struct store *s, struct sk_arena *a, const char *id,
    struct item_record *out);
int store_item_list(struct store *s, struct sk_arena *a, int64_t case_row,
    struct item_record **out, size_t *n);	/* case_row 0: all */
/* ITEM_WITHDRAWN is for ever: SK_ERR_REFUSED. `now` counts for approval. */
int store_item_state(struct store *s, const char *id, enum item_state st,
    uint32_t terms_version, int64_t now);
/* Its history, written where the statement stays as it is: urgent, was_sent,
 * corrected and the others of i. */
int store_item_flags(struct store *s, const struct item *i);
int store_item_withdraw_approvals(struct store *s, const char *id);
/* distinct: valid approvals by different people after this one. Ends
 * approvals_void. SK_ERR_REFUSED on a withdrawn item. */
int store_item_approve(struct store *s, const char *id, const char *who,
    int64_t now, unsigned *distinct);
int store_item_approvers(struct store *s, struct sk_arena *a, const char *id,
    const char *const **who, size_t *n);
/* Frozen list (L12): persons at approval; may only shrink (SK_ERR_REFUSED)
 * until the approvals are withdrawn, which drops it. */
int store_item_freeze(struct store *s, const char *id,
    const char *const *persons, size_t n);
int store_item_frozen(struct store *s, struct sk_arena *a, const char *id,
    const char *const **persons, size_t *n);

/* ---- outbox: every mail that leaves, the ledger of copies ---- */
enum copy_state {
	COPY_TO_SEAL,		/* E: waits for render, keyd and proof */
	COPY_READY,		/* proved bytes stored; never changed again */
	COPY_HANDING,		/* committed before the relay sees it */
	COPY_SENT,		/* the relay said 250 */
	COPY_HELD,		/* reason; visible, ages, can be released */
	COPY_DROPPED,		/* reason: refused for good, terms, withdrawal */
	COPY_MARKED,		/* delivered another way (outbox mark) */
	COPY_BOUNCED		/* was SENT, and did not arrive */
};
#define COPY_UNREADABLE "unreadable-row"
struct copy_record {
	int64_t row, created, next_try;
	int64_t sent;			/* handed over, or may have been; MARKED:
					 * told; 0: surely not */
	int64_t send_after;		/* sealed at once, handed over no
					 * earlier; 0: at once */
	enum copy_state state;
	bool encrypted;			/* E form */
	const char *template, *language;
	int64_t case_row, digest;	/* 0: none */
	const char *person;		/* registered person, or NULL */
	const char *address;		/* the one recipient */
	const char *from;		/* desk or return address */
	const char *fpr;		/* key sealed to, or NULL */
	unsigned char key_hash[SK_HASH]; /* of that key's block, as it was
					 * pinned then; zeros: not sealed, or
					 * before it was kept */
	const char *token;		/* also Message-ID's left side and the
					 * Reply-To tag */
	const char *in_reply_to;
	uint32_t question, terms_version;
	const char *reason;		/* word for held, dropped; "" */
	const char *queue_id, *reply;	/* the relay's */
	uint32_t tries;
	int64_t refused;		/* newest refusal at MAIL, 0 none */
	uint32_t own;			/* such refusals of these bytes while
					 * the relay took others */
	unsigned char copy_hash[SK_HASH];
	const char *items;		/* ids inside, blank-separated: at first
					 * those it may hold, then those it does */
	int64_t edition;		/* of those items, when it was sealed */
	struct sk_span message;		/* boxed; only from store_copy_message */
	bool unreadable;		/* a sealed half of the row: its fields
					 * are "" or NULL, the template "-", the
					 * reason COPY_UNREADABLE */
};
/* Sets row. State TO_SEAL or HELD, else SK_ERR_BUG; never with a message. */
int store_copy_add(struct store *s, struct copy_record *c);
/* SK_ERR_IO with out->unreadable: as far as it could be read. */
int store_copy_get(struct store *s, struct sk_arena *a, int64_t row,
    struct copy_record *out);
int store_copy_message(struct store *s, struct sk_arena *a, int64_t row,
    struct sk_span *out);		/* the proved bytes */
/* The copy on its way (READY or HANDING) that has this copy hash; the guard's
 * question, by an index that holds such copies only. */
int store_copy_by_hash(struct store *s, struct sk_arena *a,
    const unsigned char hash[SK_HASH], struct copy_record *out);
/* Stores proved bytes, hash, key (NULL: a P text), items and what they were
 * then; TO_SEAL -> READY. */
int store_copy_sealed(struct store *s, int64_t row,
    const struct key_facts *key, const char *items, int64_t edition,
    struct sk_span message, const unsigned char hash[SK_HASH]);
/* HANDING or READY -> READY (the same bytes again), READY -> HANDING; HELD,
 * BOUNCED or TO_SEAL -> TO_SEAL (drops the bytes); all but SENT and BOUNCED ->
 * HELD, DROPPED and, but for HANDING, MARKED; BOUNCED -> MARKED. Anything else
 * is SK_ERR_BUG. */
int store_copy_state(struct store *s, int64_t row, enum copy_state st,
    const char *reason, int64_t next_try);
/* A P copy's bytes are made once: HELD or BOUNCED -> READY with what is there.
 * SK_ERR_NOINPUT: it is no such copy. */
int store_copy_again(struct store *s, int64_t row);
/* HANDING -> SENT. */
int store_copy_handed(struct store *s, int64_t row, const char *queue_id,
    const char *reply, int64_t now);
/* It may have left, or was told another way: nobody knows better, and sent says
 * since when; the state stays. */
int store_copy_left(struct store *s, int64_t row, int64_t now);
/* The relay did not take it: tries + 1; HANDING -> READY. */
int store_copy_tried(struct store *s, int64_t row, const char *reply,
    int64_t next_try);
/* Likewise, refused at MAIL; own: how many of those were its own by now. */
int store_copy_refused(struct store *s, int64_t row, const char *reply,
    int64_t next_try, int64_t now, uint32_t own);
/* Whatever waits -> HELD or MARKED, where the row cannot be read: nothing else
 * of it changes. */
int store_copy_set_aside(struct store *s, int64_t row, enum copy_state st);
/* What was heard of it after it was SENT, as its reason. lost: it did not
 * arrive, SENT -> BOUNCED; else it stays SENT. */
int store_copy_returned(struct store *s, int64_t row, bool lost,
    const char *reason);
/* Rows in a state, due at `now` (next_try <= now), oldest first. */
int store_copy_due(struct store *s, enum copy_state st, int64_t now,
    int64_t *rows, size_t max, size_t *n);
/* When the next one after `now` is due; SK_ERR_NOINPUT: none. */
int store_copy_next(struct store *s, enum copy_state st, int64_t now,
    int64_t *next);
/* TO_SEAL and READY: what waits for a time after `latest` waits for `now`. */
int store_copies_from_ahead(struct store *s, int64_t now, int64_t latest);
/* Filter: state -1 any; digest, case_row 0 any; newest first. Rows that cannot
 * be read are left out here and below, but not of the whole list. */
int store_copy_list(struct store *s, struct sk_arena *a, int state,
    int64_t digest, int64_t case_row, size_t max, struct copy_record **out,
    size_t *n);
int store_copy_list_whole(struct store *s, struct sk_arena *a, int state,
    int64_t digest, int64_t case_row, size_t max, struct copy_record **out,
    size_t *n);

/* Everything that was made for a person, newest first. */
int store_copies_of(struct store *s, struct sk_arena *a, const char *person,
    size_t max, struct copy_record **out, size_t *n);
/* The same without rows that are older than the column of persons: each of
 * those is opened to see whose it is. */
int store_copies_marked(struct store *s, struct sk_arena *a, const char *person,
    size_t max, struct copy_record **out, size_t *n);

/* ---- digests ---- */
struct digest_record {
	int64_t row, created;
	const char *by;
	const char *const *items;
	size_t nitems;
};
int store_digest_add(struct store *s, struct digest_record *d);
int store_digest_get(struct store *s, struct sk_arena *a, int64_t row,
    struct digest_record *out);
int store_digest_list(struct store *s, struct sk_arena *a,
    struct digest_record **out, size_t *n);

/* ---- members' answers to items: the ledger ---- */
struct answer_record {
	const char *item, *person, *org;	/* org: at that time */
	enum answer_seen seen;
	int64_t time, mail;
};
/* Appended; nothing is ever changed. */
int store_answer_add(struct store *s, const struct answer_record *x);
/* The newest answer of each person, oldest first; item is that asked for. SK_ERR_NOINPUT: no such item. */
int store_answers(struct store *s, struct sk_arena *a, const char *item,
    struct answer_record **out, size_t *n);

/* ---- encrypted files that came in: their password may follow (R-115) ---- */

/* Remembered for LIMIT_PASSWORD_SECONDS. */
int store_archive_add(struct store *s, const char *address, int64_t case_row,
    int64_t now);
/* The case of that address's newest one, 0 if there is none. */
int store_archive_case(struct store *s, const char *address, int64_t now,
    int64_t *case_row);

/* ---- restraint of automatic mail ---- */
struct auto_counts {
	unsigned address_day, domain_hour, all_hour;	/* of this auth kind */
	unsigned notices_hour;
};
int store_auto_counts(struct store *s, const char *address,
    enum authentication auth, int64_t now, struct auto_counts *out);
/* Counts end at LIMIT_AUTO_COUNT. address NULL: an operator notice. Rows older
 * than two days are dropped. */
int store_auto_add(struct store *s, const char *address,
    enum authentication auth, int64_t now);

/* Encrypted mails that could not be opened, or not shown to be whole, counted
 * like the replies and by their authentication too: a forged From fills no
 * other's count. Of an address that nothing authenticates those are counted
 * apart that show more than its name. */
struct failing {
	const char *address;		/* From, or "" */
	enum authentication auth;
	const char *const *tokens;	/* of the mail, known or not */
	size_t ntokens;
};
struct failures {
	enum failing_shows {
		SHOWS_NAME,
		SHOWS_KEY,		/* one is pinned for the address */
		SHOWS_TOKEN		/* the address got it from us */
	} shows;
	unsigned own;			/* of the address; of the token */
	unsigned all;			/* of its organisational domain; of the
					 * address with any token */
};
int store_failure_add(struct store *s, const struct failing *f, int64_t now);
int store_failures_day(struct store *s, const struct failing *f, int64_t now,
    struct failures *out);

/* ---- ciphertexts that were opened ---- */
struct seen {
	int64_t mail;		/* the other one it came in first, or 0 */
	bool same_sender;
};
/* Remembers that `sender` (From, "" for none) sent it first, in that mail. */
int store_cipher_seen(struct store *s, const unsigned char cipher[32],
    const char *sender, int64_t mail, struct seen *before);
/* The same for a signature, named by its key and its own time. */
int store_signature_seen(struct store *s, const char *signer,
    int64_t signed_at, int64_t mail, struct seen *before);

/* ---- audit: hash-chained (I8) ---- */
struct audit_record {
	int64_t seq, time;
	const char *actor;	/* "system", "uid 1000 (alice)" */
	const char *event;	/* "terms.lock" */
	const char *object;	/* case number, item, person: no content */
	const char *detail;	/* words and numbers, no content */
	unsigned char hash[SK_HASH];
};
int store_audit(struct store *s, int64_t now, const char *actor,
    const char *event, const char *object, const char *detail);
int store_audit_list(struct store *s, struct sk_arena *a, const char *object,
    size_t max, struct audit_record **out, size_t *n);	/* NULL: all; newest
							 * first */
/* Walks the chain; *broken: first bad sequence number, 0 if whole. */
int store_audit_verify(struct store *s, int64_t *rows, int64_t *broken);

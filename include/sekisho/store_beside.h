/*
 * What the store keeps beside a case and its items: words
 * that must not leave, texts that operators write, questions about the terms,
 * campaigns, an item's other languages and its raises. Contracts are store.h's.
 */
#pragma once

#include <sekisho/campaign.h>
#include <sekisho/facts.h>
#include <sekisho/request.h>
#include <sekisho/store.h>

/* ---- when keys end, and what was said of it (T-43, T-39) ---- */
struct key_due {
	int64_t row;
	uint32_t told;			/* enum key_stage */
	int64_t told_for;		/* the end that it was told of */
	struct key_record key;
};
/* Pinned keys that are to be looked at by `now`, most overdue first: new ones,
 * changed ones, and those whose time store_key_told() set. */
int store_keys_due(struct store *s, struct sk_arena *a, int64_t now,
    size_t max, struct key_due **out, size_t *n);
/* When the next one after `now` is; SK_ERR_NOINPUT: none. */
int store_keys_next(struct store *s, int64_t now, int64_t *next);
/* next: when to look again, 0 never. */
int store_key_told(struct store *s, int64_t row, uint32_t told, int64_t ends,
    int64_t next);
/* Nothing that was said of this person's pinned key reached anybody: it is to
 * be looked at anew, at once. */
int store_key_untold(struct store *s, const char *person);
/* All pinned keys are to be looked at anew, at once. */
int store_keys_look_again(struct store *s);
/* Copies of this person wait for a key: *first, unless that was so already.
 * Pinning a key ends it. */
int store_hold_begin(struct store *s, const char *person, int64_t now,
    bool *first);
int store_hold_end(struct store *s, const char *person);

/* ---- keys that an operator stopped ---- */
/* A stop is of a fingerprint and of a key pair, whoever has it and whatever
 * becomes of the rows: it is facts.stopped of each of them, and of one that is
 * put later, until it is lifted. */
int store_key_stop(struct store *s, const struct key_facts *k, int64_t now);
int store_key_lift(struct store *s, const struct key_facts *k);
int store_key_is_stopped(struct store *s, const struct key_facts *k,
    bool *stopped);
/* Every row of one, whoever's and in whatever state. */
int store_keys_stopped(struct store *s, struct sk_arena *a,
    struct key_record **out, size_t *n);

/* ---- keys that came with a mail (R-119) ---- */
struct key_heard_record {
	int64_t row, mail, time, case_row;	/* case_row 0: none */
	bool urgent;			/* From, or the case, has a pinned key */
	unsigned tries;			/* keyd died of it so often */
	enum fact_key_origin origin;
	const char *from;
	const char *signer;		/* of a good signature over the whole
					 * mail that speaks for it, or NULL */
	const char *refused;		/* why it was not taken */
	struct sk_span block;		/* empty once refused */
};
/* Sets row. To be looked at now; its tries and refused are not looked at. */
int store_key_heard_add(struct store *s, struct key_heard_record *n);
/* To be looked at by `now`, urgent ones first, then in the order in which they
 * came. */
int store_key_heard_due(struct store *s, struct sk_arena *a, int64_t now,
    size_t max, struct key_heard_record **out, size_t *n);
/* When one that waits is due after `now`; SK_ERR_NOINPUT: none waits. */
int store_key_heard_next(struct store *s, int64_t now, int64_t *next);
int store_key_heard_tried(struct store *s, int64_t row, int64_t due);
int store_key_heard_drop(struct store *s, int64_t row);
/* Kept for LIMIT_KEY_HEARD_SECONDS without its block. */
int store_key_heard_refuse(struct store *s, const struct key_heard_record *n,
    const char *why, int64_t now);
/* Those refused, oldest first; mail 0: of all mails. */
int store_key_heard_refused(struct store *s, struct sk_arena *a, int64_t mail,
    int64_t now, struct key_heard_record **out, size_t *n);
/* A key was pinned for this address, or case (0: none): no refused one of them
 * is of interest any more. */
int store_key_heard_settled(struct store *s, const char *address,
    int64_t case_row);

/* ---- the deny-list of a case (R-075) ---- */
struct deny_record {
	int64_t row, case_row, time;
	const char *word, *who;
};
/* SK_ERR_EXISTS: it is there already, in any width and case. */
int store_deny_add(struct store *s, int64_t case_row, const char *word,
    const char *who, int64_t now);
/* SK_ERR_NOINPUT: not there. The row stays, marked as gone. */
int store_deny_remove(struct store *s, int64_t case_row, const char *word,
    int64_t now);
int store_deny_list(struct store *s, struct sk_arena *a, int64_t case_row,
    struct deny_record **out, size_t *n);
/* Of every other case: for what goes to an originator. */
int store_deny_others(struct store *s, struct sk_arena *a, int64_t case_row,
    struct deny_record **out, size_t *n);

/* Differs once a word was added anywhere, cases were counted together or a
 * client was named: what was looked through before is to be looked at again. */
int store_deny_epoch(struct store *s, int64_t *out);

/* ---- what came back, and whom nothing is sent for now (L24) ---- */
struct return_record {
	int64_t time, mail;		/* the mail that said so */
	enum fact_fate fate;
	const char *status;		/* "5.1.1", or NULL */
};
/* Once for a hand-over of the copy and a fate: *fresh is false for more. */
int store_return_add(struct store *s, const struct copy_record *c,
    const struct return_record *x, bool *fresh);
int store_returns(struct store *s, struct sk_arena *a, int64_t copy,
    struct return_record **out, size_t *n);
/* Of how many other copies of that person something was heard since then, and
 * since the newest stop ended. */
int store_returns_late(struct store *s, const char *person, int64_t copy,
    int64_t since, unsigned *out);

struct stop_record {
	int64_t row, since, copy;	/* of which it was heard */
	const char *person, *address;
	const char *why, *status;	/* a word, and "5.1.1" or NULL */
};
/* SK_ERR_EXISTS: it stands already. */
int store_stop_add(struct store *s, const struct stop_record *x);
/* SK_ERR_NOINPUT: there is none. */
int store_stop_get(struct store *s, struct sk_arena *a, const char *person,
    struct stop_record *out);
/* All that stand, oldest first. */
int store_stops(struct store *s, struct sk_arena *a,
    struct stop_record **out, size_t *n);
int store_stop_end(struct store *s, int64_t row, int64_t now);

/* ---- texts of operators, sealed like mails (I9) ---- */
enum case_text_kind {
	CASE_TEXT_ADVICE,	/* to the originator (T-11, T-12) */
	CASE_TEXT_WORDING,	/* of a request (T-09, T-10) */
	CASE_TEXT_DAMAGE,	/* the damage half: sealed to a key of its own,
				 * which no item's path ever asks for */
	CASE_TEXT_DISPATCH	/* fields of a text, as a document (T-19 …) */
};
struct case_text {
	int64_t row, case_row, created;
	enum case_text_kind kind;
	const char *who, *title;
	struct sk_span text;		/* sealed under a data key */
	unsigned char wrap[VAULT_WRAP];
};
int store_case_text_add(struct store *s, struct case_text *t);	/* sets row */
int store_case_text_get(struct store *s, struct sk_arena *a, int64_t row,
    struct case_text *out);
int store_case_texts(struct store *s, struct sk_arena *a, int64_t case_row,
    enum case_text_kind kind, struct case_text **out, size_t *n);
/* The damage half's key pair of a case, in the wraps file; SK_ERR_NOINPUT:
 * none was made yet. */
int store_damage_key_put(struct store *s, int64_t case_row,
    const unsigned char pk[VAULT_KEY], const unsigned char wrap[VAULT_WRAP]);
int store_damage_key(struct store *s, int64_t case_row,
    unsigned char pk[VAULT_KEY], unsigned char wrap[VAULT_WRAP]);

/* ---- questions about terms in force (T-09, T-10) ---- */
struct request_record {
	int64_t row, case_row, created, answered;
	enum request_kind kind;
	enum request_state state;
	uint32_t question;		/* the version that asks it */
	int64_t mail;			/* that answered; 0 none */
	enum assurance assurance;	/* of that answer */
	enum scope scope;		/* asked for */
	int64_t text;			/* case_text row of the exact wording */
	const char *title, *item, *reason, *who;
	const char *const *indicators;
	size_t nindicators;
};
/* wording: what an item must say, to the letter but for blanks and width;
 * only a keyed hash of it is kept here. */
int store_request_add(struct store *s, struct request_record *r,
    const char *wording);
int store_request_get(struct store *s, struct sk_arena *a, int64_t row,
    struct request_record *out);
int store_requests(struct store *s, struct sk_arena *a, int64_t case_row,
    struct request_record **out, size_t *n);
int store_request_answer(struct store *s, int64_t row,
    enum request_state state, int64_t mail, enum assurance have,
    int64_t now);
/* Is this the wording that the request asked for? */
int store_request_same(struct store *s, int64_t row, const char *wording,
    bool *same);

/* ---- a vendor who speaks for a client: the submitter is a
 * registered person, the originator may be a name made up for it ---- */
struct parties_record {
	int64_t time;			/* of the agreement stated */
	const char *submitter, *org;	/* person and organisation */
	const char *client;		/* what operators call it, or NULL */
	int64_t mail;			/* that states its agreement */
};
int store_parties_put(struct store *s, int64_t case_row,
    const struct parties_record *p);
/* SK_ERR_NOINPUT: the originator speaks for itself. */
int store_parties(struct store *s, struct sk_arena *a, int64_t case_row,
    struct parties_record *out);

/* ---- campaigns: an attribute for counting, never of terms (R-127) ---- */
/* into_row 0: no longer merged. Every act is kept. */
int store_merge(struct store *s, int64_t case_row, int64_t into_row,
    const char *who, const char *reason, int64_t now);
/* Of every case that was ever merged, how it stands now. */
int store_merges(struct store *s, struct sk_arena *a,
    struct campaign_link **out, size_t *n);

/* ---- what went beyond the members, and what a digest says
 * that is a request under Article 17(3) (R-008, R-010) ---- */
struct release_record {
	int64_t row, time;
	enum scope scope;		/* PARTNER_SCHEMES or PUBLIC */
	const char *item, *where, *who;
};
int store_release_add(struct store *s, struct release_record *x); /* sets row */
int store_releases(struct store *s, struct sk_arena *a,
    struct release_record **out, size_t *n);	/* oldest first */
struct cooperation_record {
	const char *ground;		/* "large-scale", "member-agreed",
					 * "other" */
	const char *explanation;	/* or NULL */
	const char *committee, *decided;	/* whose decision, and when */
	const char *due;		/* or NULL */
};
int store_cooperation_put(struct store *s, int64_t digest,
    const struct cooperation_record *x);
int store_cooperation(struct store *s, struct sk_arena *a, int64_t digest,
    struct cooperation_record *out);

/* ---- an item's text in another language ---- */
struct item_text {
	const char *lang, *title;
	struct sk_span text;		/* sealed under a data key */
	unsigned char wrap[VAULT_WRAP];
};
/* New or instead of the one there; approvals are withdrawn with it. */
int store_item_text_put(struct store *s, const char *id,
    const struct item_text *t);
int store_item_texts(struct store *s, struct sk_arena *a, const char *id,
    struct item_text **out, size_t *n);

/* ---- confidence raised: who, from what, on what (R-084) ---- */
struct raise_record {
	int64_t time;
	enum confidence was, now;
	const char *who, *reason;
	const char *const *answers;	/* mails it rests on */
	size_t nanswers;
};
int store_raise_add(struct store *s, const char *id,
    const struct raise_record *r);
int store_raises(struct store *s, struct sk_arena *a, const char *id,
    struct raise_record **out, size_t *n);

/* ---- what a copy says that its row does not: to a member's person (T-08,
 * T-38), or in a text of the case (T-09, T-10, T-11) ---- */
struct notice_record {
	const char *item;		/* or NULL */
	int64_t text;			/* case_text row, 0 none */
	int64_t request;		/* its row, 0 none; T-38: a release's; T-23:
					 * the case it comes from */
	bool withdrawn;			/* T-08: no longer for this person */
	enum scope was, now;		/* T-08 */
	enum confidence raised_from, raised_to;	/* T-38 */
	uint32_t terms_version;
};
int store_notice_add(struct store *s, int64_t copy,
    const struct notice_record *n);
int store_notice_get(struct store *s, struct sk_arena *a, int64_t copy,
    struct notice_record *out);

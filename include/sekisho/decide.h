/*
 * decide: facts of this mail + what the store knows + policy + now -> actions.
 * Pure: no clock, file, socket or randomness. The heart of the program; every
 * intake rule of domain.md is testable here in microseconds.
 */
#pragma once

#include <sekisho/actions.h>
#include <sekisho/config.h>
#include <sekisho/facts.h>
#include <sekisho/policy.h>

/* ---- whose claim is it? (assurance.c) ---- */

/* Judges Authentication-Results: only fields with our authserv-id above the
 * first Received; any other with it makes the sender unauthenticated; not at
 * all where the mail came in over an untrusted door. dmarc=fail is AUTH_FAIL,
 * and so is such a field that does not parse; aligned (design.md §8) is
 * AUTH_PASS. */
enum authentication assurance_judge(const struct facts *f,
    const char *envelope_sender, const char *authserv_id, bool trusted_door,
    const struct policy *p);

/* A domain in which anybody may have an address (policy: free_mail): two
 * addresses of it have nothing to do with each other. */
bool assurance_free_mail(const struct policy *p, const char *domain);

/* ---- which of our tokens does the mail carry? (routing.c) ---- */

#define DECIDE_TOKENS 4

/* Where a token stood; matched in this order. */
enum token_place {
	TOKEN_RCPT_TAG, TOKEN_REFERENCE, TOKEN_REF_LINE,
	TOKEN_RETURNED		/* in a bounce's returned head: says which copy
				 * came back, and never confirms */
};

struct token_found {
	const char *token;	/* 26 characters, lower case */
	enum token_place place;
	/* what the store knows of it; known false: a token of nobody */
	bool known;
	int64_t case_row;	/* 0: a digest copy's */
	int64_t copy_row;
	const char *address;
	uint32_t question;
	bool used;
	int64_t created;
	bool proved;		/* a mail encrypted to us holds its proof code,
				 * which never came in the clear */
	bool code_seen;		/* it did, in an earlier mail */
	bool code_in_clear;	/* this one shows the code to whoever carried
				 * it, for the first time */
};

/* Distinct tokens of a mail: RCPT tags, Message-IDs of ours in References, a
 * `ref` line. facts may be NULL (unreadable). Returns how many. */
size_t routing_tokens(struct sk_arena *a, const struct config *c,
    const struct facts *f, const char *const *rcpts, size_t nrcpts,
    struct token_found out[DECIDE_TOKENS]);
/* ---- what kind of mail is it? (classify.c) ---- */

/* Written by a machine? The envelope's null sender is a machine's (RFC 3834),
 * so beside it the subject's words count too. */
enum fact_auto classify_automatic(const struct facts *f, bool null_sender);
/* A file named as a membership paper, whatever the brackets, widths
 * and blanks: by its name alone, it is never opened. */
bool classify_paper(struct sk_arena *a, const struct facts *f);
/* For `sekisho read`: the class by the mail alone, without what a store knows. */
enum mail_class classify_alone(struct sk_arena *a, const struct facts *f);

/* A case number in the subject, or NULL: threads only, with the same From. */
const char *routing_case_number(struct sk_arena *a, const char *subject);
/* "ja" or "en": kana, a Japanese charset or a .jp sender. */
const char *routing_language(const struct facts *f, const char *sender);

/* Whom would an answer go to? From only; Reply-To if it shares the
 * organisational domain (design.md §4) and that is no free mail's, where it is
 * somebody else's mailbox. NULL: nobody. */
const char *routing_answer_address(const struct policy *p,
    const struct facts *f);

/* ---- may an automatic first reply go out? (restraint.c) ---- */

struct reply_counts {	/* of this authentication kind */
	unsigned address_day, domain_hour, all_hour;
};
bool restraint_allows(const struct restraint *r, enum authentication auth,
    const struct reply_counts *counts);

/* ---- what is a signature worth here? (signed.c) ---- */

struct decide_in;
/* Whoever holds a signed mail can send it again under another envelope, with
 * another token in its address. So the sender's signature speaks to the
 * question of token `t` only if that token's `ref` line is under it, or if it
 * was made after the question and never came before. */
bool decide_signed_for(const struct decide_in *in,
    const struct token_found *t);
/* Made lately, and seen for the first time: where there is no question. */
bool decide_signed_anew(const struct decide_in *in);

/* ---- decide ---- */

/* A question about terms in force that was sent (T-09, T-10). */
struct decide_request {
	int64_t row;
	enum request_kind kind;
	enum request_state state;
	uint32_t question;	/* the version that asked it */
	enum scope scope;
	const char *item;	/* WIDEN: the one it is about */
	const char *parts;	/* SECRECY: proposed to be secret */
};

struct decide_case {
	int64_t row;
	const char *number, *originator;
	enum case_state state;
	enum desk_kind desk;
	uint32_t question;	/* open question's version, 0 none */
	bool readback;		/* the open question is the read-back */
	bool clarified;
	bool has_key;		/* an approved key: E forms */
	const struct terms *locked;	/* in force, or NULL */
	const struct terms *proposed;	/* newest not locked, or NULL */
	bool vouched;		/* enough operators vouched for `proposed` */
	int64_t closed;
	const struct decide_request *requests;
	size_t nrequests;
};

/* Whom a digest's copy went to, and what it carried (in the order of its
 * letters); or a letter (T-43, N-02 ...), which holds nothing to answer. */
struct decide_member {
	bool letter;
	const char *person;	/* NULL: not registered any more */
	const char *address;	/* that the copy went to */
	const char *const *items;
	const bool *open;	/* not withdrawn */
	size_t nitems;
};

struct decide_in {
	const struct config *config;
	const struct policy *policy;
	int64_t now;
	/* the mail; facts NULL: unreadable, unreadable_why says so */
	const struct facts *facts;
	const struct verdict *verdict;
	const char *unreadable_why;
	const char *sender;		/* envelope, "" for <> */
	const char *const *rcpts;
	size_t nrcpts;
	enum authentication auth;
	/* known */
	int64_t repeat_of, repeat_case;	/* a mail row, its case */
	const struct token_found *tokens;
	size_t ntokens;
	const struct decide_case *known;	/* case of the first known token,
						 * or threaded by subject */
	bool again;		/* an operator gave it back to the reader:
				 * `known` is the case that it stands in, or
				 * NULL, and it leads to no other */
	enum mail_class was;	/* its class until now, with `again` */
	bool vouched;		/* an operator vouches, by a contact not taken
				 * from the mail, that who wrote it answers for
				 * the originator; heard of a colleague only */
	bool threaded_by_subject;
	bool password_for_known;	/* `known` is the case of this sender's
					 * recent mail with an encrypted file */
	const struct decide_member *member; /* the first known token is that of
					 * a digest's copy */
	const struct person *person;	/* registered person of From, or NULL */
	bool signer_is_from;	/* good signature over the whole by a key
				 * pinned for the From address */
	bool signature_seen;	/* and that signature came before, in another
				 * mail */
	bool unsure;		/* S/MIME-enveloped, and not shown to be whole
				 * by a signature of the sender's inside */
	struct reply_counts counts;
	bool class1_handler;	/* `person` is an active handler of an active
				 * class-1 member: may speak for a client */
};

/* Always files the mail exactly once. */
void decide(struct sk_arena *a, const struct decide_in *in,
    struct actions *out);

/* For tests and the audit: the action's name. */
const char *action_word(enum action_type t);
/* Appends a zeroed action. */
struct action *actions_add(struct actions *x, enum action_type type);

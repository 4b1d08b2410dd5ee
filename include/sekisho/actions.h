/*
 * What decide() wants done: plain data, carried out by sekishod in one
 * transaction (apply.c). The order of the list is the order of the acts.
 */
#pragma once

#include <stddef.h>

#include <sekisho/answer.h>
#include <sekisho/arena.h>
#include <sekisho/facts.h>
#include <sekisho/gate.h>
#include <sekisho/request.h>

enum action_type {
	ACTION_OPEN_CASE,	/* later actions mean this new case */
	ACTION_ORIGINATOR,	/* of a case that has none */
	ACTION_FILE,		/* this mail: class, note, to the case or none */
	ACTION_STATE,		/* case state */
	ACTION_ASK,		/* a new question version: form or read-back */
	ACTION_CLARIFIED,	/* T-05 goes out for this version */
	ACTION_PROPOSE_TERMS,
	ACTION_YES,		/* recorded: the proposed version has its yes */
	ACTION_LOCK_TERMS,	/* the newest proposed version is in force */
	ACTION_WITHDRAW,	/* a version that takes all back, in force */
	ACTION_REQUEST,		/* a request is answered */
	ACTION_PARTIES,		/* a vendor speaks for a client */
	ACTION_USE_TOKEN,	/* this question version has confirmed */
	ACTION_SPEND_CODE,	/* that token's proof code proves no more */
	ACTION_PROPOSE_KEYS,	/* attached keys, for this case */
	ACTION_SEND,		/* one mail to the case's originator */
	ACTION_OPERATOR,	/* needs a person's look: reason word */
	ACTION_NOTIFY,		/* content-free note to the notify addresses */
	ACTION_BOUNCED,		/* something is heard of the token's copy */
	ACTION_RECORD,		/* a member's answer to an item: the ledger */
	ACTION_ACKNOWLEDGE,	/* T-18 to that person, encrypted only */
	ACTION_TELL,		/* a P text to somebody without a case (T-24) */
	ACTION_COUNT_REPLY,	/* a first reply to an address: restraint */
	ACTION_AUDIT
};

struct action {
	enum action_type type;
	union {
		struct {
			enum desk_kind desk;
			const char *desk_address, *language;
			const char *originator, *name;	/* may be NULL */
			const char *org;	/* member's id or NULL */
			enum priority priority;
		} open;
		struct {
			const char *address, *name;	/* name may be NULL */
			const char *org;	/* member's id or NULL */
			const char *language;
		} originator;
		struct {
			enum mail_class class;
			const char *note;
			bool no_case;	/* stays outside every case */
			int64_t repeat_of;
		} file;
		enum case_state state;
		struct { bool readback; } ask;
		struct terms terms;
		struct { enum assurance assurance; } yes;	/* lock, withdraw */
		struct {
			int64_t row;
			enum request_state state;
			enum assurance assurance;
		} request;
		struct { const char *person, *org; } parties;
		struct {
			const char *template;	/* "T-01" */
			bool ask;		/* T-01 with T-03 in it */
			unsigned unclear;	/* answer_code bits (T-05) */
			bool unencrypted_hint;	/* sender has no key: T-26 words */
		} send;
		struct { const char *token; } spend;
		struct { const char *reason; } operator_look;
		struct { const char *event; } notify;
		struct { const char *event, *detail; } audit;
		struct {
			int64_t copy_row;
			const char *status;	/* "5.1.1", or NULL */
			enum fact_fate fate;
		} bounced;
		struct {
			const char *person, *item;
			enum answer_seen seen;
		} record;
		struct {
			const char *person;
			int64_t copy_row;	/* the copy that asked */
		} acknowledge;
		struct {
			const char *template, *to, *language;
			const char *desk_address;
		} tell;
		struct {
			bool may_renew;	/* signed by the sender, now: what is
					 * signed may take a pinned key's
					 * place, if that signed it */
		} keys;
	} u;
};

struct actions {
	struct action *list;
	size_t n, cap;
	struct sk_arena *arena;
};

/*
 * The council's vocabulary (domain.md, output 2 to 4): one enum per list, one
 * word table for all (words.c). Words are case-insensitive on input; output
 * prints them as they stand here.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum member_class { CLASS_NONE, CLASS1, CLASS2, CLASS_GENERAL };

enum org_kind {
	ORG_NATIONAL_BODY, ORG_LOCAL_GOVERNMENT, ORG_CRITICAL_INFRASTRUCTURE,
	ORG_CYBER_BUSINESS, ORG_UNIVERSITY_RESEARCH, ORG_ASSOCIATION,
	ORG_COORDINATOR, ORG_GOV_SECRETARIAT
};

enum org_state { ORG_ACTIVE, ORG_SUSPENDED, ORG_WITHDRAWN, ORG_EXPELLED };

/* Ordered: a smaller value is a narrower audience. */
enum scope {
	SCOPE_UNKNOWN,		/* nobody (L9) */
	SCOPE_COORDINATOR, SCOPE_CLASS1_GROUP, SCOPE_TASK_FORCE,
	SCOPE_ALL_MEMBERS, SCOPE_PARTNER_SCHEMES, SCOPE_PUBLIC
};

enum secrecy { SECRECY_UNKNOWN, SECRECY_ALL, SECRECY_PARTS, SECRECY_NONE };

/* 確認③: bits of permitted acts. */
enum coordination {
	COORDINATION_NONE = 1 << 0,		/* 3-A, alone */
	COORDINATION_ASK_MEMBERS = 1 << 1,	/* 3-B */
	COORDINATION_NOTIFY_SOURCE = 1 << 2,	/* 3-C */
	COORDINATION_FOREIGN_CERTS = 1 << 3,	/* 3-D */
	COORDINATION_OTHER = 1 << 4		/* 3-E, in words */
};

/* Ordered: how sure we are that the originator said it (design.md §8). */
enum assurance {
	ASSURANCE_NONE, ASSURANCE_TOKEN, ASSURANCE_TOKEN_ALIGNED,
	ASSURANCE_SIGNATURE,
	ASSURANCE_VOUCHED	/* an operator vouched for who it is */
};

enum authentication { AUTH_FAIL, AUTH_NONE, AUTH_PASS };

enum case_state {
	CASE_RECEIVED, CASE_SUPPORTING, CASE_CONFIRMING, CASE_CONFIRMED,
	CASE_IN_COUNCIL, CASE_FEEDBACK_DUE, CASE_CLOSED, CASE_SUPPORT_ONLY,
	CASE_WITHDRAWN, CASE_REJECTED
};

enum desk_kind { DESK_INCIDENT, DESK_INQUIRY };
enum priority { PRIORITY_HIGH, PRIORITY_NORMAL };

enum category {
	CATEGORY_UNKNOWN,	/* UNKNOWN_CATEGORY: M99 */
	CATEGORY_ANY_BEFORE_CONFIRMATION,
	CATEGORY_ANALYSIS_ORIGINAL, CATEGORY_CAMPAIGN_TREND,
	CATEGORY_TARGET_SECTOR, CATEGORY_DESTINATION,
	CATEGORY_ATTACK_IDENTIFIER, CATEGORY_MALWARE_TRAIT,
	CATEGORY_VULNERABILITY_ID, CATEGORY_RELAY_HOST_URL,
	CATEGORY_AFFECTED_SECTOR, CATEGORY_COUNTERMEASURE,
	CATEGORY_TECHNICAL_TIMELINE, CATEGORY_TARGET_SYSTEM, CATEGORY_SAMPLE,
	CATEGORY_VICTIM_NAME, CATEGORY_VICTIM_HINT, CATEGORY_DAMAGE_CONTENT,
	CATEGORY_RESPONSE_TIMELINE, CATEGORY_ACTOR,
	CATEGORY_ORIGINATOR_IDENTITY, CATEGORY_MEMBER_ANSWER_RAW,
	CATEGORY_MEMBER_ANSWER_AGGREGATE, CATEGORY_ORIGINATOR_FEEDBACK,
	CATEGORY_LAST
};

enum confidence {
	CONFIDENCE_UNKNOWN, CONFIDENCE_RAW, CONFIDENCE_TENTATIVE,
	CONFIDENCE_CONFIRMED
};

enum special {		/* bits */
	SPECIAL_REVEALS_HAND = 1 << 0, SPECIAL_FEW_BODIES = 1 << 1,
	SPECIAL_NEEDED_FOR_URGENCY = 1 << 2, SPECIAL_UNAVOIDABLE = 1 << 3
};

/* Ordered: larger is stricter. */
enum tlp {
	TLP_UNKNOWN, TLP_CLEAR, TLP_GREEN, TLP_AMBER, TLP_AMBER_STRICT, TLP_RED
};

enum onward {
	ONWARD_NONE, ONWARD_MUTUAL_AID, ONWARD_PARTNER_SCHEMES, ONWARD_PUBLIC
};

enum item_state { ITEM_DRAFT, ITEM_APPROVED, ITEM_SENT, ITEM_WITHDRAWN };

enum person_role { ROLE_POC = 1 << 0, ROLE_HANDLER = 1 << 1 };

/* What a mail was, after decide. */
enum mail_class {
	MAIL_UNKNOWN, MAIL_CONSULTATION, MAIL_ANSWER, MAIL_FOLLOW_UP,
	MAIL_MEMBER_ANSWER, MAIL_BOUNCE, MAIL_AUTO_REPLY, MAIL_LIST,
	MAIL_REPEAT, MAIL_UNREADABLE, MAIL_OPERATOR_LOOK, MAIL_OUTGOING,
	MAIL_PROBE,		/* sent to ourselves by `sekisho check` */
	MAIL_OPERATOR,		/* from an address of the secretariat's */
	MAIL_WRONG_DESK,	/* a membership paper */
	MAIL_PASSWORD		/* of an encrypted file sent before */
};

/* Every list above has a word table: printing never fails ("?" for a value
 * outside), parsing returns false and leaves *out. Hyphens and underscores are
 * the same on input. */
enum word_list {
	WORDS_CLASS, WORDS_ORG_KIND, WORDS_ORG_STATE, WORDS_SCOPE,
	WORDS_SECRECY, WORDS_COORDINATION, WORDS_ASSURANCE, WORDS_AUTH,
	WORDS_CASE_STATE, WORDS_DESK, WORDS_PRIORITY, WORDS_CATEGORY,
	WORDS_CONFIDENCE, WORDS_SPECIAL, WORDS_TLP, WORDS_ONWARD,
	WORDS_ITEM_STATE, WORDS_ROLE, WORDS_MAIL_CLASS, WORDS_LAST
};
const char *word_of(enum word_list list, int value);
bool word_parse(enum word_list list, const char *text, int *out);
/* "CLASS1, CLASS2, GENERAL": for error texts. Static storage. */
const char *word_choices(enum word_list list);

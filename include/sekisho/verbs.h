/*
 * The operators' verbs (design.md §8): one table for the command, which parses
 * and explains, and for the daemon, which authorises and checks. A new verb is
 * one row here and one function in sekishod. Pure; its own small library,
 * since reader and keyd need none of it.
 *
 * On the control socket (a channel, SOCK_SEQPACKET) a request is
 * {"noun", "verb", "values": {...}}, where every value is a string, true for a
 * flag, or an array of strings; the one file a verb may take travels as a
 * sealed memory file. The answer is a sealed memory file with the document
 * (kind "error" where nothing else can be said) and at most one more
 * descriptor: content that is passed on unread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <sekisho/buf.h>
#include <sekisho/council.h>
#include <sekisho/error.h>
#include <sekisho/json.h>

enum control_message { CONTROL_REQUEST = 60, CONTROL_REPLY };

enum verb_role {		/* bits; groups of the configuration */
	FOR_OPERATOR = 1 << 0, FOR_MEMBERSHIP = 1 << 1,
	FOR_POSTMASTER = 1 << 2, FOR_AUDITOR = 1 << 3,
	FOR_ALL = (1 << 4) - 1
};

enum value_kind {
	VALUE_FLAG,
	VALUE_TEXT,
	VALUE_NAME,		/* an organisation's or a person's id */
	VALUE_WORD,		/* of `words` */
	VALUE_WORDS,		/* several of `words`, with "," or "+" between */
	VALUE_CHOICE,		/* of `choices`, "a|b|c" */
	VALUE_NUMBER,		/* 1 or more */
	VALUE_CASE,		/* 2026-0001 */
	VALUE_ITEM,		/* I-abcd234 */
	VALUE_FPR,		/* 40 hex digits, blanks allowed */
	VALUE_INDICATOR,	/* TYPE:VALUE */
	VALUE_FILE,		/* read by the command; "-": standard input */
	VALUE_PATH		/* stays with the command */
};

enum value_flag { VALUE_NEEDED = 1 << 0, VALUE_MANY = 1 << 1 };

struct verb_value {
	const char *name;	/* "CASE", or "--scope" */
	enum value_kind kind;
	unsigned flags;
	enum word_list words;
	const char *choices;
	const char *help;
};

struct verb {
	const char *noun, *name;	/* name NULL: the noun alone */
	unsigned roles;
	bool local;			/* works without the daemon */
	const char *help;
	const struct verb_value *values; /* positional ones first; ended by a
					  * NULL name */
};

const struct verb *verb_table(size_t *n);
/* name NULL: the verb of a noun that stands alone. NULL if there is none. */
const struct verb *verb_find(const char *noun, const char *name);
bool verb_noun_known(const char *noun);
/* "--foreign-capital", hyphens and underscores alike; NULL if there is none. */
const struct verb_value *verb_option(const struct verb *v, const char *name);
bool verb_is_option(const struct verb_value *x);
/* "foreign_capital": its name among the values of a request. */
void verb_key(const struct verb_value *x, char out[32]);
/* One value as given. */
int verb_value_check(const struct verb_value *x, const char *text,
    struct sk_error *e);
/* A whole request: no unknown value, all well formed, none missing. */
int verb_check(const struct verb *v, const struct sk_json *values,
    struct sk_error *e);
/* "item approve ITEM" and, with `options`, a line for each option. */
void verb_usage(const struct verb *v, bool options, struct sk_buf *out);
bool verb_case_number(const char *text);
bool verb_item_id(const char *text);

/*
 * One operator's command: what control.c gives to the verbs_*.c files. A verb
 * is a function of its command; it reads `in`, changes the store inside the
 * group that surrounds it, fills `out` and returns. Where a helper must answer
 * first, it asks and returns COMMAND_LATER; what follows runs in a group of its
 * own. A group stands or falls as a whole, and the answer goes out after the
 * commit.
 */
#pragma once

#include <sekisho/json.h>
#include <sekisho/verbs.h>

#include "daemon.h"

#define COMMAND_LATER 1

struct command;
typedef int (*command_fn)(struct command *c);
/* m NULL: no answer; error says why. The message's descriptors end with the
 * call unless taken (set to -1). */
typedef int (*command_then)(struct command *c, struct channel_message *m,
    const char *error);

struct command {
	struct daemon *d;
	struct sk_arena *arena;		/* ends with the command */
	const struct verb *verb;
	const struct sk_json *in;	/* checked by verb_check() */
	struct sk_buf file;		/* the request's file, if there was one */
	bool has_file;
	uid_t uid;
	unsigned roles;			/* enum verb_role */
	const char *actor;		/* "uid 1000 (alice)" */
	int64_t now;
	struct sk_json *out;		/* the document; freed by control.c */
	int out_fd;			/* content passed on unread, -1 none */
	struct sk_error e;
	void *state;			/* the verb's own, in the arena */
	void (*cleanup)(struct command *c);	/* of state; may be NULL */
	/* control.c's and command.c's */
	command_then then;
	struct pool *asked;
	uint64_t ask;
	void (*answer)(struct command *c, int result);
	void *client;
};

/* ---- command.c ---- */

/* NULL: a row of the table without a function. */
command_fn command_find(const struct verb *v);
/* Runs fn in a group; ends in c->answer() unless it waits for a helper. */
void command_run(struct command *c, command_fn fn);
/* Asks a helper; returns COMMAND_LATER. */
int command_ask(struct command *c, struct pool *p, uint32_t type,
    struct sk_span fields, const int *fds, size_t nfds, command_then then);
/* For opening_ask(): the pool's callback, with c->then set. */
void command_answered(void *ctx, struct channel_message *m,
    const char *error);
/* The helper's answer is not wanted any more. */
void command_cancel(struct command *c);

/* Values as given; NULL, false or the fallback where absent. */
const char *command_str(const struct command *c, const char *key);
bool command_flag(const struct command *c, const char *key);
bool command_yes(const struct command *c, const char *key, bool fallback);
int64_t command_number(const struct command *c, const char *key,
    int64_t fallback);
int command_word(const struct command *c, const char *key,
    enum word_list list, int fallback);
uint32_t command_bits(const struct command *c, const char *key,
    enum word_list list, uint32_t fallback);
/* Several values as an array of strings. */
size_t command_many(struct command *c, const char *key,
    const char *const **out);
/* The request's file as UTF-8 text, at most max bytes. */
int command_text(struct command *c, size_t max, const char **out);

/* Fails with the store's error in words. */
int command_store(struct command *c, int r, const char *where);
/* For what was read before keyd was asked: refuses if anything that the gate
 * looks at has changed since `rules` (store_rules_generation). */
int command_unchanged(struct command *c, uint64_t rules, const char *where);
/* An audit row by this actor; detail holds words and numbers, no content. */
int command_audit(struct command *c, const char *event, const char *object,
    const char *detail);
/* Whose keys "person" means, a person's or a case's (verbs_key.c). */
int command_key_owner(struct command *c, struct key_owner *o);
/* What keyd says of a key; the error is the command's (verbs_key.c). */
int command_inspected(struct command *c, struct channel_message *m,
    const char *error, struct msg_inspected *out);
/* The key of that owner that "fpr" names. */
int command_key(struct command *c, const struct key_owner *o,
    struct key_record **out);
bool command_names_key(const char *given, const struct key_record *k);
/* Nothing goes on in it until it is opened again (verbs_case.c). */
bool case_ended(const struct case_record *k);
int command_case(struct command *c, const char *key,
    struct case_record *out);
int command_item(struct command *c, const char *key,
    struct item_record *out);
int command_org(struct command *c, const char *id, struct org *out);
int command_person(struct command *c, const char *id, struct person *out);
bool command_role(const struct command *c, enum verb_role role);

/* ---- item_text.c: sealed texts of items ---- */

/* Seals text under a fresh data key, wrapped to the case. */
int item_text_seal(struct command *c, const struct case_record *k,
    const char *text, struct item_record *i);
/* Has keyd open it; then c->then gets the answer for item_text_take(). */
int item_text_open(struct command *c, const struct item_record *i,
    command_then then);
int item_text_take(struct command *c, struct channel_message *m,
    const char *error, const char **out);
/* Both languages of it->gate's item, and what they are held against; then()
 * runs with c->state as it is now. */
int item_texts_open(struct command *c, struct permits_item *it,
    command_fn then);
/* Its fields and every mail that could carry it against the deny-lists; *e
 * says where. */
bool item_denied(struct command *c, const struct permits_item *it,
    struct sk_error *e);

/* ---- verbs_item.c, verbs_item_more.c ---- */

/* Its statement is new: approvals end, it is a draft again, and documented. */
int item_change(struct command *c, struct item_record *i, const char *event);
/* May its words be changed? Not where its originator was shown them. */
int item_wording_free(struct command *c, const struct item_record *i);
void item_warnings(struct command *c, const struct item_record *i);
int item_history(struct command *c, const struct item_record *i);
int item_retract(struct command *c, const struct item_record *i);
int item_tell_raise(struct command *c, const struct gate_case *g);

/* ---- verbs_words.c: texts of operators in a case ---- */

/* Seals and stores; case_row, kind and title are set, row becomes so. */
int words_seal(struct command *c, const unsigned char pk[VAULT_KEY],
    const char *text, struct case_text *t);
/* What an exception's agreement is about, title and text (verbs_request.c). */
char *request_wording(struct sk_arena *a, const char *title,
    const char *text);

/* ---- mail_open.c: the inside of a stored mail, for operators ---- */

enum mail_want { MAIL_WANT_TEXT, MAIL_WANT_PART,
	MAIL_WANT_OPENED,	/* a part, decrypted or freed of a signature */
	MAIL_WANT_RAW,
	MAIL_WANT_FACTS };	/* of the innermost layer, as a reader sends them */
/* Opens, decrypts and extracts; the descriptor becomes c->out_fd and the
 * command ends. */
int mail_open(struct command *c, const struct mail_record *m,
    enum mail_want want, uint32_t part);

/* ---- document_*.c: records as JSON, one shape per record ---- */

void document_time(struct sk_json *o, const char *name, int64_t t);
void document_org(struct sk_json *o, const struct org *g);
void document_person(struct sk_json *o, const struct person *p);
/* Dated rows of an organisation, or of one person, as "history". */
int document_history(struct command *c, const char *org, const char *person);
void document_key(struct sk_json *o, const struct key_record *k, int64_t now);
void document_case(struct sk_json *o, const struct case_record *k);
/* The campaign that a case counts with, where it is not itself. */
int document_campaign(struct command *c, struct sk_json *o, int64_t row);
void document_terms(struct sk_json *o, const struct terms *t);
void document_item(struct sk_json *o, const struct item_record *i);
void document_copy(struct sk_json *o, const struct copy_record *p,
    bool address);
/* "handed_over": what was sealed to those of them that are revoked or stopped
 * and may still lie in Postfix. */
int document_handed(struct command *c, const struct key_record *keys,
    size_t n);
/* One row: whom a copy is held for, and why. */
void document_held(struct sk_json *list, const char *person,
    const char *reason);
const char *document_copy_state(enum copy_state st);
bool document_copy_state_parse(const char *word, enum copy_state *out);
void document_mail(struct sk_json *o, const struct mail_record *m);

/* ---- the verbs, by file ---- */

#define VERB(name) int verb_##name(struct command *c)
/* verbs_roster.c, verbs_person.c */
VERB(org_add); VERB(org_list); VERB(org_show); VERB(org_change);
VERB(org_withdraw); VERB(org_suspend); VERB(org_resume); VERB(org_refuse);
VERB(person_add);
VERB(person_list); VERB(person_show); VERB(person_change);
VERB(person_remove); VERB(person_acknowledge); VERB(person_refuse); VERB(roster_import);
VERB(roster_check);
/* verbs_key.c */
VERB(key_import); VERB(key_approve); VERB(key_decline); VERB(key_list);
VERB(key_show); VERB(key_export); VERB(key_check); VERB(key_lookup);
VERB(key_stop); VERB(key_lift); VERB(key_own); VERB(key_announce);
/* verbs_case.c, verbs_terms.c */
VERB(case_list); VERB(case_show); VERB(case_take); VERB(case_note);
VERB(case_ask); VERB(case_originator); VERB(case_client); VERB(case_close); VERB(terms_show); VERB(terms_narrow);
VERB(terms_exclude); VERB(terms_vouch);
/* verbs_item.c, verbs_approve.c, verbs_preview.c */
VERB(item_add); VERB(item_show); VERB(item_edit); VERB(item_list);
VERB(item_approve); VERB(item_withdraw); VERB(item_raise); VERB(preview);
VERB(why);
/* verbs_digest.c, verbs_mail.c, verbs_outbox.c, verbs_audit.c */
VERB(digest_send); VERB(digest_preview); VERB(digest_list); VERB(digest_show); VERB(digest_report); VERB(mail_list);
VERB(mail_check); VERB(mail_read_again); VERB(mail_vouch); VERB(mail_show); VERB(mail_text); VERB(mail_split); VERB(mail_save);
VERB(answers); VERB(probe); VERB(outbox_list);
VERB(outbox_show); VERB(outbox_retry); VERB(outbox_release); VERB(outbox_check);
VERB(outbox_mark); VERB(audit_show);
VERB(audit_verify); VERB(stats);
/* verbs_text.c */
VERB(text_list); VERB(text_show);
/* verbs_deny.c, verbs_campaign.c, verbs_words.c, verbs_request.c */
VERB(case_deny); VERB(case_merge); VERB(case_unmerge); VERB(case_reopen);
VERB(case_advise); VERB(damage_add); VERB(damage_list); VERB(damage_show);
VERB(request_widen); VERB(request_exception); VERB(request_list);
VERB(request_secrecy); VERB(request_sheet); VERB(terms_withdraw); VERB(item_text);
/* verbs_dispatch.c */
VERB(feedback); VERB(publication); VERB(request_outside);
/* verbs_ask.c, verbs_release.c */
VERB(request_answers); VERB(request_cooperation); VERB(case_match);
VERB(item_release); VERB(org_review);
#undef VERB

/* verbs_held.c: `outbox list --held` */
int held_list(struct command *c);

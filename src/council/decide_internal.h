/* Shared by decide.c, decide_new.c, decide_reply.c and decide_member.c only. */
#pragma once

#include <sekisho/decide.h>

void act_file(struct actions *x, enum mail_class class, const char *note);
void act_file_outside(struct actions *x, enum mail_class class,
    const char *note);
void act_state(struct actions *x, enum case_state st);
void act_ask(struct actions *x, bool readback);
void act_propose(struct actions *x, const struct terms *t);
void act_send(struct actions *x, const char *template_id, bool ask,
    unsigned unclear, bool hint);
/* For operators only: outside, no failure looks different from another. */
const char *failed_reason(const struct verdict *v);
/* Why what stands inside is not heard: not opened, or perhaps not what was
 * written. NULL: it is. */
const char *sealed_reason(const struct decide_in *in);
/* That, or why nobody is known to have written it: a person looks, nothing
 * changes. NULL: somebody speaks. */
const char *unheard_reason(const struct decide_in *in);
/* Needs a person: reason on the case, a note to the notify addresses. */
void act_operator(struct actions *x, const char *reason);
void act_notify(struct actions *x, const char *event);
/* The keys that came with the mail, if any did. */
void act_keys(const struct decide_in *in, struct actions *x);
void act_audit(struct actions *x, const char *event, const char *detail);

/* Does From name one of the secretariat's own addresses? Anybody can write that
 * there. */
bool decide_names_operator(const struct decide_in *in, struct sk_arena *a);
/* The first token of ours that somebody has, or NULL. */
const struct token_found *decide_first_known(const struct decide_in *in);
/* The case's token that this mail carries, or NULL (decide_reply.c). */
const struct token_found *decide_token(const struct decide_in *in);
/* The originator takes everything back (decide_request.c). */
void decide_withdrawal(const struct decide_in *in, struct actions *x,
    enum assurance have);
/* An answer to a request about terms; false: it is none. */
bool decide_request(const struct decide_in *in, struct actions *x,
    enum assurance have);

/* A known token is that of a digest's copy (decide_member.c). */
void decide_member(const struct decide_in *in, struct actions *x);
/* The mail begins a case (decide_new.c). */
void decide_new(const struct decide_in *in, struct actions *x);
/* The mail that opened in->known, read once more (decide_new.c). */
void decide_again(const struct decide_in *in, struct actions *x);
/* A membership paper; no case is opened (decide_new.c, R-037). */
void decide_paper(const struct decide_in *in, struct actions *x);
/* The mail belongs to in->known (decide_reply.c). */
void decide_reply(const struct decide_in *in, struct actions *x);

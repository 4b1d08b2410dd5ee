/*
 * sekishod inside: one struct daemon, and what each file offers the others.
 * Data flows one way (design.md §4): lmtp_door -> custody -> intake -> apply ->
 * outbox -> relay; control stands beside and uses apply, outbox and the pools.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <sekisho/actions.h>
#include <sekisho/channel.h>
#include <sekisho/compose.h>
#include <sekisho/config.h>
#include <sekisho/decide.h>
#include <sekisho/deny.h>
#include <sekisho/feedback.h>
#include <sekisho/messages.h>
#include <sekisho/policy.h>
#include <sekisho/store.h>
#include <sekisho/store_beside.h>
#include <sekisho/template.h>

#include "keys.h"
#include "loop.h"

struct pool;
struct turn;
struct door;
struct intake;
struct outbox;
struct permits;
struct relay;
struct control;
struct guard;
struct daily;
struct syncer;

struct daemon {
	struct config *config;
	struct policy *policy;
	struct template_set *templates;
	struct store *store;
	unsigned char store_key[VAULT_KEY];
	struct vault_wrapper *wrapper;	/* to the vault's public key */
	const char *libexec;		/* where reader and keyd stand */
	char spool[4096];		/* folder of large sealed mails */
	struct council_keys *council;
	struct loop *loop;
	struct turn *turn;
	struct syncer *syncer;
	struct pool *readers, *keyds;
	struct pool *fetchers;		/* NULL: no key is looked up */
	struct door *door;
	struct intake *intake;
	struct permits *permits;
	struct outbox *outbox;
	struct relay *relay;
	struct key_watch *key_watch;
	struct key_queue *key_queue;
	struct council_watch *council_watch;
	struct keyd_watch *keyd_watch;
	struct daily *daily;
	struct control *control;
	struct guard *guard;		/* NULL: no milter is configured */
	bool stopping;
	int stop_looks;		/* left until what runs is cut */
	struct loop_timer *end;
};

/* ---- turn.c: one transaction per turn of the loop ---- */

/* Called once the turn's transaction is durable (SK_OK) or failed. */
typedef void (*turn_fn)(void *ctx, int result);
struct turn *turn_new(struct daemon *d);
void turn_free(struct turn **t);
/* Something was written: commit at the end of this turn, then call fn (may be
 * NULL). After a failed commit the daemon ends: the database is the truth. */
void turn_after(struct daemon *d, turn_fn fn, void *ctx);
/* Forget callbacks of ctx (its owner goes away before the commit). */
void turn_forget(struct daemon *d, void *ctx);

/* ---- pool.c: helper processes, one channel each ---- */

/* reply NULL: the helper died, stalled or is not there; error says which.
 * The reply and its descriptors belong to the pool and end after the call;
 * take a descriptor by setting it to -1. */
typedef void (*pool_fn)(void *ctx, struct channel_message *reply,
    const char *error);

enum pool_kind { POOL_READER, POOL_KEYD, POOL_COURIER, POOL_FETCHER };
/* helper.c: one process, or the connection to it. */
int helper_process(const struct daemon *d, enum pool_kind kind,
    unsigned index, pid_t *pid, int *fd, struct sk_error *e);
struct pool *pool_new(struct daemon *d, enum pool_kind kind, unsigned count);
void pool_free(struct pool **p);
/* Queues an operation. fields is copied; fds are duplicated. retry: try once
 * more if the helper dies (keyd; never a mail that kills readers). Returns an
 * id for pool_cancel(). urgent: before waiting ones (operators). */
uint64_t pool_ask(struct pool *p, uint32_t type, struct sk_span fields,
    const int *fds, size_t nfds, bool urgent, pool_fn fn, void *ctx);
/* The same name, the same helper, while it is there: a keyd that has sealed
 * for a key before need not import it. */
uint64_t pool_ask_at(struct pool *p, const char *name, uint32_t type,
    struct sk_span fields, const int *fds, size_t nfds, pool_fn fn, void *ctx);
void pool_cancel(struct pool *p, uint64_t id);
/* In the callback: milliseconds that a helper worked for the operation, with a
 * first try; its waiting for one is not counted. */
int64_t pool_worked(const struct pool *p);
size_t pool_size(const struct pool *p);
size_t pool_ready(const struct pool *p);	/* that are there, and said so */

/* ---- syncer.c: fsync of large files off the loop ---- */
struct syncer *syncer_new(struct daemon *d);	/* forks; before the store opens */
void syncer_free(struct syncer **s);
void syncer_fsync(struct syncer *s, int fd, turn_fn fn, void *ctx);

/* ---- lmtp_door.c, custody.c ---- */
struct door *door_new(struct daemon *d, struct sk_error *e);
void door_stop_accepting(struct door *o);
bool door_waiting(const struct door *o);	/* a mail is being committed */
void door_free(struct door **o);

/* A mail being received: sealed as it streams (custody.c). */
struct custody;
/* Where a large sealed mail lies in the spool folder. */
char *custody_spool_path(const struct daemon *d, struct sk_arena *a,
    const char *name);
struct custody *custody_new(struct daemon *d, const char *sender,
    const char *const *rcpts, size_t nrcpts, bool trusted_door);
int custody_content(struct custody *c, const void *p, size_t n);
/* All bytes are here: store, commit, then fn(ctx, result); on SK_OK the mail
 * is durable and goes on to intake by itself. */
void custody_end(struct custody *c, turn_fn fn, void *ctx);
/* Detach: nobody waits for the answer any more (the peer closed). */
void custody_forget(struct custody *c);
void custody_free(struct custody **c);		/* dropped, nothing stored */
/* Removes spool files that no mail names; before the door opens. */
void custody_clean(struct daemon *d);

/* ---- intake.c: custody -> reader -> keyd -> decide -> apply ---- */
struct intake *intake_new(struct daemon *d);
void intake_free(struct intake **i);
/* A mail to read. plain (taken over, may be empty: then keyd opens it) and its
 * data key if they are still known. */
void intake_add(struct intake *i, int64_t mail_row, struct sk_buf *plain,
    const unsigned char *data_key);
/* Would a mail that is added now be read at once? */
bool intake_has_room(const struct intake *i);
/* After a start: everything in custody that was not filed. */
void intake_resume(struct intake *i);
/* The council's key is known: what waited for it begins. */
void intake_go_on(struct intake *i);
size_t intake_pending(const struct intake *i);
/* How many of them cannot go on without keyd, and since when the oldest of
 * them has been here (0: none). */
size_t intake_at_keyd(const struct intake *i, int64_t *since);
/* Does one of them wait since keyd said that it is its own fault? */
bool intake_keyd_fails(const struct intake *i);

/* ---- apply.c: actions -> store, in this turn's transaction ---- */
struct apply_mail {
	struct mail_record *mail;	/* filed by ACTION_FILE */
	const struct facts *facts;	/* NULL: unreadable */
	const struct verdict *verdict;
	const unsigned char *data_key;	/* NULL: keyd rewraps later */
};
/* c: the case (row 0 until ACTION_OPEN_CASE). m NULL: not a mail's actions.
 * actor for the audit. */
int apply(struct daemon *d, struct sk_arena *a, const struct actions *acts,
    struct case_record *c, const struct apply_mail *m, const char *actor,
    struct sk_error *e);
/* ---- apply_terms.c ---- */

/* What follows when `now` came into force after `old` (NULL: the first):
 * approvals, notices to those who have an item, copies that wait. */
int apply_in_force(struct daemon *d, struct sk_arena *a,
    const struct case_record *c, const struct terms *old,
    const struct terms *now, int64_t when);
/* A version that takes everything back, in force at once. by: the operator who
 * records it; NULL: the originator's mail did. */
int apply_withdraw(struct daemon *d, struct sk_arena *a,
    struct case_record *c, int64_t mail, enum assurance have, const char *by,
    int64_t now);

/* ---- recipients.c: who has an item, and what they are told later ---- */
struct recipient {
	int64_t copy, sent;
	const char *person, *queue_id;
};
/* Is the item one of these, with blanks between? */
bool recipients_listed(const char *ids, const char *item);
/* Each person once, by the newest copy that was handed over, may have been, or
 * was told another way. */
int recipients_of(struct daemon *d, struct sk_arena *a, const char *item,
    struct recipient **out, size_t *n);
/* Copies of this item that wait are judged anew: sealed, through the gate. */
int outbox_judge_anew(struct daemon *d, struct sk_arena *a,
    const char *item);
/* One E text to a person who has an item of this case. */
int notice_send(struct daemon *d, struct sk_arena *a,
    const struct case_record *c, const char *person, const char *template_id,
    const struct notice_record *say);
struct tvalues *notice_values(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c, const struct org *o,
    const struct person *p, const struct notice_record *say);

/* ---- apply.c again ---- */
/* After a start: mails whose rewrap an end came before; the oldest 256, the
 * next start goes on. A case that is shredded must hold them all (I9). */
void apply_rewrap_left(struct daemon *d);
/* ---- notices.c ---- */
/* The content-free note N-01 to every notify address, restrained. case_number
 * may be NULL. false: there were too many; the number of those is told when
 * the hour is over. */
bool apply_notify(struct daemon *d, const char *event,
    const char *case_number);
/* "held", of so many copies at once. */
void apply_notify_held(struct daemon *d, size_t copies);
bool apply_notify_count(struct daemon *d, const char *event, size_t count);
/* The content-free alarm T-45 to every notify address; the caller restrains.
 * queue_id may be NULL. */
void apply_alarm(struct daemon *d, const char *queue_id, const char *reason,
    unsigned count);
/* N-03, once a day (daily.c): how much waits, in numbers. */
void apply_daily(struct daemon *d, size_t people, size_t copies,
    int64_t days, size_t late);
/* Sends one mail to a case's originator (verbs use it too): makes the copy
 * row, P forms composed and proved at once, E forms left to the outbox. Where
 * an E form is needed and no key is there: held, I4. */
int apply_send(struct daemon *d, struct sk_arena *a, struct case_record *c,
    const char *template_id, bool ask, unsigned unclear, bool hint,
    int64_t send_after, struct sk_error *e);

/* T-26 once a week at most; the text itself holds nothing. */
void apply_request_key(struct daemon *d, struct sk_arena *a,
    struct case_record *c);
/* The same for an E text that carries an operator's words. */
int apply_send_words(struct daemon *d, struct sk_arena *a,
    struct case_record *c, const char *template_id,
    const struct notice_record *say, struct sk_error *e);
/* T-18 to the person of that copy of a digest: what the ledger holds of the
 * copy's items. Encrypted only. */
int apply_acknowledge(struct daemon *d, struct sk_arena *a,
    const char *person, int64_t copy_row, struct sk_error *e);
/* A P text to somebody who has no case (T-24), counted for restraint. */
int apply_tell(struct daemon *d, struct sk_arena *a, const char *template_id,
    const char *to, const char *language, const char *desk_address,
    const struct mail_record *m, struct sk_error *e);

/* ---- values.c: what templates are told ---- */
struct tvalues *values_common(struct daemon *d, struct sk_arena *a,
    const char *lang);
char *values_fpr(struct sk_arena *a, const char *fpr);	/* in groups of four */
/* Of one of the council's, as its reader's program shows it. */
char *values_own_fpr(struct sk_arena *a, enum key_scheme scheme,
    const struct council_key *k);
struct tvalues *values_case(struct daemon *d, struct sk_arena *a,
    const struct case_record *c, const char *token, bool ask,
    unsigned unclear, bool hint);
const char *values_scope_flag(struct sk_arena *a, enum scope scope);
/* Adds ①②③ of terms: codes, and words for E forms. */
void values_terms(struct tvalues *v, struct sk_arena *a,
    const struct terms *t, bool words);
/* Whether these terms will need a signed reply or a call (need_signature). */
void values_assurance(struct daemon *d, struct tvalues *v, struct sk_arena *a,
    const struct case_record *c, const struct terms *t);
/* What every E text to a registered person is told. */
void values_person(struct daemon *d, struct tvalues *v, struct sk_arena *a,
    const struct copy_record *c, const struct org *o, const struct person *p);
/* T-18: the person's newest answers to the items of the copy. */
bool copy_is_receipt(const struct copy_record *c);
struct tvalues *values_answers(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c, const struct org *o, const struct person *p);
/* The proof code of a token (inside ciphertext only). */
void values_proof_code(struct daemon *d, const char *token, char out[27]);

/* ---- opening.c ---- */
/* Has keyd open a text of a case; secret_wrap: of the half it belongs to. */
uint64_t opening_words(struct daemon *d, const struct case_text *t,
    const unsigned char secret_wrap[VAULT_WRAP], pool_fn fn, void *ctx);

/* ---- values_words.c: words that an operator wrote, into a text ---- */
int values_words(struct daemon *d, struct sk_arena *a, struct tvalues *v,
    const struct notice_record *say, const char *text);

/* ---- outbox.c: copies to seal, prove and store ---- */
/* desk+TOKEN@domain of an address of ours. */
char *outbox_tagged(struct sk_arena *a, const char *address,
    const char *token);
/* What a copy's head is, from its row. */
void outbox_head(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c, const char *subject,
    struct compose_head *out);
/* A copy that cannot be read: it is no longer first in the queue, and somebody
 * hears of it. */
void outbox_damaged(struct daemon *d, int64_t row);
/* Proved bytes: hash them, store them READY. */
int outbox_proved(struct daemon *d, const struct copy_record *c,
    const struct key_facts *key, const char *items, int64_t edition,
    struct sk_span message);
/* seal.c: one E copy through render, keyd, proof and store. done is called
 * when it stands READY, HELD or DROPPED, or is left to a later try. */
void seal_copy(struct daemon *d, int64_t row, loop_fn done, void *ctx);
struct outbox *outbox_new(struct daemon *d);
void outbox_free(struct outbox **o);
/* Something may be there to seal or to hand over. */
void outbox_kick(struct outbox *o);
/* T-45: a proof failed. */
void outbox_alarm(struct outbox *o, const char *reason);
/* Composes and proves a P copy now and stores it READY. */
int outbox_plain(struct daemon *d, struct sk_arena *a, struct copy_record *c,
    const struct tvalues *v, struct sk_error *e);

/* ---- gatekeeper.c: the gate's ask filled from the store ---- */
struct gate_case {		/* what all asks about one item share */
	struct item_record item;
	struct terms terms;
	bool has_terms;
	bool deny_hit;		/* the case's deny-list met the item's text */
	const char *const *frozen;	/* sorted */
	size_t nfrozen;
};
/* ---- gatekeeper_deny.c: what must not stand in a mail (I6, R-075) ---- */

/* A case's own words: the first *seeds come from who the originator is. */
int gatekeeper_deny_list(struct daemon *d, struct sk_arena *a,
    int64_t case_row, struct deny_list *out, size_t *seeds);
/* Whose words are looked for in an item: its case's own, then those of its
 * kin, cases of the same originator or campaign. */
struct deny_sight {
	struct deny_list list;
	size_t own;
};
struct deny_cases;	/* read once for many sights */
int gatekeeper_deny_cases(struct daemon *d, struct sk_arena *a,
    struct deny_cases **out);
int gatekeeper_deny_sight(struct daemon *d, struct sk_arena *a,
    const struct deny_cases *k, int64_t case_row, struct deny_sight *out);
/* What must not be said to the originator of c: words of all other cases,
 * but for its own. */
int gatekeeper_deny_others(struct daemon *d, struct sk_arena *a,
    const struct case_record *c, struct deny_list *out);
/* The item's fields one by one; *e says where, and the case's own word if
 * tell_word. */
bool gatekeeper_fields(struct sk_arena *a, const struct item_record *i,
    const char *text, const struct deny_sight *sight, bool tell_word,
    struct sk_error *e);
/* Is the viewer (may be NULL) told words of the case? Its operator only. */
bool gatekeeper_tells(const struct case_record *c, const char *viewer);
/* gatekeeper_fields() with the item's own sight; closed where it cannot be
 * read. */
bool gatekeeper_denied(struct daemon *d, struct sk_arena *a,
    const struct item_record *i, const char *text, const char *viewer,
    struct sk_error *e);
int gatekeeper_item(struct daemon *d, struct sk_arena *a, const char *item,
    struct gate_case *out, struct sk_error *e);
/* Fills key_state as it is now: expiry is judged by the clock, which only
 * programs read. Before gatekeeper_ask(), for each person from the store. */
void gatekeeper_person(struct daemon *d, struct sk_arena *a,
    struct person *p);
/* An organisation of a roster that was read; NULL if it has none such. */
const struct org *gatekeeper_org(const struct roster_known *k,
    const char *id);
/* The roster, with every key's state as it is now. */
int gatekeeper_roster(struct daemon *d, struct sk_arena *a, bool active,
    struct roster_known *out);
struct gate_answer gatekeeper_ask(struct daemon *d,
    const struct gate_case *g, const struct org *o, const struct person *p,
    bool leave_approvals);

/* ---- permits.c: which items of a digest may this copy hold now? ---- */
struct permits;			/* items of one digest, opened and cached */
struct permits_item {
	struct gate_case gate;
	const char *text;	/* plain while a digest is being sealed */
	const struct deny_sight *sight;	/* one for all items of a case */
	int64_t edition;	/* another one: it is read otherwise, or is to
				 * be looked through anew */
	/* the same in the other language; NULL: only one is written */
	const char *other_lang, *other_title, *other_text;
};
/* What a reader of `lang` is shown; *title may become NULL. */
const char *permits_text(const struct permits_item *it, const char *lang,
    const char **title);
struct permits *permits_new(struct daemon *d);
void permits_free(struct permits **p);
/* Opens the texts of every item of the digest as they are now; fn(ctx, SK_OK or
 * error). */
void permits_open(struct permits *p, int64_t digest, turn_fn fn, void *ctx);
/* The items that this copy's person may get at this moment, in the digest's
 * order; none: the word of the first refusal in *reason, and *key_only where
 * only the key says no. Texts are there after permits_open(). */
int permits_ask(struct permits *p, struct sk_arena *a,
    const struct copy_record *c, struct org *o, struct person *who,
    const struct permits_item ***items, size_t *n, const char **reason,
    bool *key_only);
/* May the item go to the originator of another case (T-21; C-33, R-100)? */
enum feedback_clause permits_originator(struct daemon *d, struct sk_arena *a,
    const struct gate_case *g, const struct case_record *c);
/* Finished mails of the digest that were found clean, under these rules. */
struct finished_seen *permits_seen(struct permits *p, int64_t digest);
/* The account and the operators hear once of what a finished copy stopped. */
void permits_stopped(struct permits *p, int64_t digest,
    const struct permits_item *it, const struct deny_hit *hit);
/* Forgets opened texts: no digest is being sealed any more. */
void permits_close(struct permits *p);

/* ---- edition.c: what a copy of a digest is made from ---- */
/* Everything of an item that its readers see, and the deny-lists' state. */
int64_t edition_item(const struct item_record *i,
    const struct item_text *other, int64_t epoch);
int64_t edition_copy(const struct permits_item *const *items, size_t n);
/* Ids, blank-separated, as a copy keeps them. */
char *edition_ids(struct sk_arena *a, const struct permits_item *const *items,
    size_t n);

/* ---- leave.c: may a sealed copy leave now? ---- */
enum leave { LEAVE_YES, LEAVE_SEAL_ANEW, LEAVE_HOLD, LEAVE_DROP };
/* What a clause of the gate comes to: what may be over tomorrow (a key, a
 * suspension, words not yet mapped) holds, what has ended drops. */
enum leave leave_by(enum gate_clause clause, const struct org *o,
    const struct person *p);
/* A text to a person outside digests. Of the key only that there is one. say
 * is filled for notices. */
enum leave leave_person(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c, struct org *o, struct person *p,
    struct notice_record *say, const char **reason);
/* A copy of a digest: what it may hold now, and what it could hold once an
 * originator's words are mapped (ids with blanks between, or NULL). */
struct leave_items {
	struct org org;
	struct person person;
	const struct permits_item **items;
	size_t n;
	const char *waiting;
};
/* YES: n > 0. */
enum leave leave_digest(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c, struct leave_items *out,
    const char **reason);
/* What an operator wrote rests on terms: others than those it was written
 * under hold it for good, for a person to look (I1). */
#define LEAVE_OLD_TERMS "terms-changed"
bool leave_on_old_terms(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c);
/* Why this question in words (T-06E) is asked no more, or NULL. */
const char *leave_unasked(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c);
/* *reason: a word for HOLD and DROP. Writes nothing. */
enum leave leave_ask(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c, const char **reason);

/* ---- guard.c: milterd's question about each mail in our name ---- */
struct guard *guard_new(struct daemon *d, struct sk_error *e);
void guard_free(struct guard **g);

/* ---- tell.c: a person's mail about the registration ---- */
/* Is it one of those (T-29, T-30)? */
bool registration_text(const char *template);
/* NULL: may be sent now; else the word of what stands against it (I1). */
const char *registration_ask(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c, struct org *o, struct person *p);
/* review.c: T-35, counted when it is sealed; period "2026-04-01 2027-03-31". */
void review_values(struct daemon *d, struct sk_arena *a, struct tvalues *v,
    const struct org *o, const char *period);
struct tvalues *registration_values(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c, const struct org *o,
    const struct person *p);

/* ---- roster_heard.c ---- */
/* After a mail was applied: what it tells of the roster. */
void roster_heard(struct daemon *d, struct sk_arena *a,
    const struct decide_in *in);

#define COPY_SERIAL 7	/* characters of a copy's token that its text shows */

/* ---- digest_text.c: what one copy of a digest says ---- */
struct digest_content {
	struct tvalues *values;
	const char *const *labels;	/* for the protected head */
	size_t nlabels;
	const char *csv_name;		/* NULL: no item has an indicator */
	struct sk_span csv;
};
/* Everything lives in the arena. */
void digest_content(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c, const struct org *o,
    const struct person *p, const struct permits_item *const *items,
    size_t n, struct digest_content *out);
/* The label's fields of one item (B-label), into v. */
void digest_label(struct daemon *d, struct sk_arena *a, struct tvalues *v,
    const struct gate_case *g);

/* ---- dispatch.c: an operator's words to an originator, or outside ---- */
struct dispatch {
	const char *template;
	bool secret, basis;		/* basis: recorded (C-33) */
	enum tlp tlp;
	int64_t source;			/* T-23: the case it comes from */
	uint32_t act;			/* T-23: the one it relies on */
};
bool dispatch_is_feedback(const char *template);
/* Its document's gate, and back: {"gate": …, "fields": …}. */
struct sk_json;
void dispatch_gate_put(struct sk_json *o, const struct dispatch *l);
int dispatch_open(struct tvalues *v, const char *template, const char *text,
    struct dispatch *out);
/* May it go to the case's originator as it stands? hit: where, for
 * FEEDBACK_DENY_LIST. */
enum feedback_clause dispatch_ask(struct daemon *d, struct sk_arena *a,
    const struct case_record *c, const struct dispatch *l, const char *subject,
    const char *text, struct deny_hit *hit);

/* ---- finished.c: a copy as its reader gets it ---- */
#define FINISHED_SEEN 64
struct finished_seen {
	unsigned char marks[FINISHED_SEEN][SK_HASH];
	size_t n;
};
struct finished {
	struct digest_content content;
	const char *subject, *text;
	const struct permits_item **items;	/* what is left in it */
	size_t n;
	struct {
		const struct permits_item *item;
		struct deny_hit hit;	/* word: in that item's sight */
	} *stopped;
	size_t nstopped;
};
/* Renders the copy and leaves out what its finished form denies; items is
 * shortened in place, n may become 0. seen may be NULL. Fails where a text
 * cannot be rendered. */
int finished_digest(struct daemon *d, struct sk_arena *a,
    const struct copy_record *copy, const struct org *o,
    const struct person *p, const struct permits_item **items, size_t n,
    struct finished_seen *seen, struct finished *out, struct sk_error *e);
/* The item alone, in every text and language that could carry it: true, and
 * *e says where, if it would be stopped. */
bool finished_item(struct daemon *d, struct sk_arena *a,
    const struct permits_item *it, bool tell_word, struct sk_error *e);
/* word NULL: not told. */
void finished_say(const struct permits_item *it, const struct deny_hit *hit,
    const char *word, struct sk_error *e);

/* ---- relay.c: ready copies to couriers (courier.c) ---- */
struct relay *relay_new(struct daemon *d, struct sk_error *e);
void relay_free(struct relay **r);
void relay_kick(struct relay *r);
bool relay_busy(const struct relay *r);		/* a copy is on its way */
/* Why nothing leaves, with its mend: TLS failed, or the relay takes nothing of
 * ours. NULL since it worked. */
const char *relay_fault(const struct relay *r);

/* ---- control.c: the operators' socket ---- */
struct control *control_new(struct daemon *d, struct sk_error *e);
void control_free(struct control **c);

/*
 * Keys inside sekishod: what becomes of them, what is heard and told of them,
 * and the letters that tell it. Included by daemon.h.
 */
#pragma once

#include <sekisho/compose.h>
#include <sekisho/facts.h>
#include <sekisho/own.h>
#include <sekisho/store.h>
#include <sekisho/store_beside.h>
#include <sekisho/template.h>

struct channel_message;
struct daemon;
struct key_queue;
struct key_watch;
struct council_keys;
struct council_watch;
struct msg_keyd_ready;

/* ---- council_keys.c: the council's own keys, as the keyds tell them ---- */
struct council_key {
	const char *fpr;
	enum own_state state;
	int64_t since, until;		/* see own.h */
	int64_t ends;			/* it expires; 0: never */
	bool revoked;
	struct sk_span block;		/* as READY has it */
};
/* From the store, what was told last; before the first keyd is there. */
void council_keys_load(struct daemon *d);
void council_keys_free(struct council_keys **k);
/* A keyd is ready. A home that lacks the newest key is said in the log, and its
 * word does not count. */
void council_keys_told(struct daemon *d, unsigned index,
    const struct msg_keyd_ready *ready);
/* It is there no more, and may hold other keys when it comes again. */
void council_keys_gone(struct daemon *d, unsigned index);
/* Oldest first, as they are at this moment; at most LIMIT_OWN_KEYS. */
size_t council_keys_list(const struct daemon *d, enum key_scheme scheme,
    struct council_key *list);
/* The one in this state (of several the last); false: none. */
bool council_key(const struct daemon *d, enum key_scheme scheme,
    enum own_state state, struct council_key *out);
/* The fingerprint of the one that signs, or "". */
const char *council_fpr(const struct daemon *d, enum key_scheme scheme);
/* One that was to follow the one that signs and does not; "" none. */
const char *council_withdrawn(const struct daemon *d,
    enum key_scheme scheme);
bool council_key_is(const struct daemon *d, const char *fpr);
/* Do all keyds tell the same? NULL, or the mend. */
const char *council_keys_differ(const struct daemon *d);
/* When a state changes next; 0: not of itself. */
int64_t council_keys_change(const struct daemon *d);

/* ---- council_announce.c: the mail that names the next key (T-46) ---- */
struct announced {
	struct council_key next, present;
	const char *about;	/* both and their dates, as a copy keeps it;
				 * NULL: no other one follows */
	bool withdrawn;		/* next was taken back: only its fpr is
				 * known, and who was told of it is told so */
	size_t copies;		/* made, or that would be */
	size_t told;		/* had it before */
};
struct announcement {
	struct announced of[KEY_SCHEMES];
	const char **no_key;	/* persons whose copy waits for a key */
	size_t nno_key;
};
bool announcement_text(const char *template);
/* One copy to each registered person, and to each originator of an open case
 * whose key is known, who has none of this next key and these dates yet: of the
 * council's key to who has one, of its certificate to who has a certificate.
 * make false: only counted. SK_ERR_NOINPUT: neither is followed by another. */
int announcement_send(struct daemon *d, struct sk_arena *a, bool make,
    struct announcement *out, struct sk_error *e);
/* What its text holds, and the files that go along. scheme: of the key that it
 * is sealed to. false: it is over, since the day came or the dates changed, or
 * it does not concern who has a key of this kind. */
struct announcement_files {
	struct compose_attachment list[2];
	size_t n;
};
/* Asked once more at its hand-over: it is over for either kind. */
bool announcement_over(const struct daemon *d, struct sk_arena *a,
    const struct copy_record *c);
bool announcement_fill(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c, enum key_scheme scheme, struct tvalues *v,
    struct announcement_files *files);

/* ---- council_watch.c: what the secretariat is told of them ---- */
struct council_watch *council_watch_new(struct daemon *d);
void council_watch_free(struct council_watch **w);
/* Something was told: look now. w may be NULL. */
void council_watch_kick(struct council_watch *w);

/* ---- letter.c: one text to one person outside digests and cases ---- */
/* The desk for everything that is no incident. */
const char *letter_desk(const struct daemon *d);
struct tvalues *letter_values(struct daemon *d, struct sk_arena *a,
    const char *lang, const char *address);
struct letter {
	const char *person;		/* NULL: not registered */
	const struct case_record *of_case; /* its originator's: an answer goes
					 * there; NULL: none */
	const char *address, *language, *template;
	const char *about;		/* kept with an E copy */
	struct tvalues *values;		/* P */
	int64_t now;
};
int letter_post(struct daemon *d, struct sk_arena *a,
    const struct letter *l);
/* Nothing to somebody without an account. */
int letter_send(struct daemon *d, struct sk_arena *a, const struct person *p,
    const char *template, const char *about, struct tvalues *v,
    int64_t now);
bool letter_is_poc(const struct person *p, const char *org);

/* ---- key_trial.c ---- */
/* A newly pinned key: can it be sealed to? Only the log says. */
void key_trial(struct daemon *d, const struct key_facts *k);

/* ---- key_tell.c: what a person and the POCs are told of a key ---- */
struct key_news {
	enum { KEY_NEWS_ENDS, KEY_NEWS_ENDED,	/* T-43 */
		KEY_NEWS_HELD,			/* T-39 */
		KEY_NEWS_NEW, KEY_NEWS_EXTENDED,
		KEY_NEWS_REVOKED, KEY_NEWS_UNUSABLE, KEY_NEWS_STOPPED,
		KEY_NEWS_LIFTED			/* N-02 */
	} what;
	const struct person *person;
	const struct key_facts *key;	/* NULL: HELD */
	const char *reason;		/* of the held copy */
};
int key_tell(struct daemon *d, struct sk_arena *a, const struct key_news *n,
    const struct roster_known *roster, int64_t now);
/* This T-39 or T-43, where it is one, reached nobody: it is to be said anew, at
 * the address of now. */
int key_unsaid(struct daemon *d, const struct copy_record *c);
/* The same to whom a case's mails go, who is not registered. */
struct key_owner;
int key_tell_originator(struct daemon *d, struct sk_arena *a,
    const struct key_news *n, const struct key_owner *o, int64_t now);
/* Before the key that he gave for this case ends (T-43). */
int key_tell_case(struct daemon *d, struct sk_arena *a,
    const struct key_news *n, const struct case_record *c, int64_t now);
/* Does a copy that is held for this reason wait for a key? */
bool key_holds(const char *reason);

/* ---- key_acts.c: what becomes of a key, one way for verbs and mails ---- */
struct key_owner {
	const char *person;		/* or NULL */
	int64_t case_row;		/* or 0 */
	const char *name;		/* person's id or case number */
	const char *address, *language;
	int scheme;			/* enum key_scheme; -1: any (a case) */
};
struct key_owner key_owner_person(const struct person *p);
struct key_owner key_owner_case(const struct case_record *c);
struct key_act {
	const char *actor;
	const char *how;		/* it was checked, or NULL */
	int64_t now;
};
int key_pinned_of(struct daemon *d, struct sk_arena *a,
    const struct key_owner *o, struct key_record *out);
/* The one whose place k would take: a certificate that only signs has its own
 * place beside the key that copies are sealed to. */
int key_in_place(struct daemon *d, struct sk_arena *a,
    const struct key_owner *o, const struct key_facts *k,
    struct key_record *out);
/* What hangs on its kind; SK_ERR_REFUSED with the mend. */
int key_fits(struct daemon *d, struct sk_arena *a, const struct key_owner *o,
    const struct key_facts *k, struct sk_error *e);
/* The caller has checked key_importable(). A renewal is told (N-02). One that
 * was stopped is refused, with the mend. */
int key_pin(struct daemon *d, struct sk_arena *a, const struct key_owner *o,
    struct key_record *k, const struct key_act *act, struct sk_error *e);
/* k: the pinned key as it is known now, of which key_unusable() says `word`.
 * Nothing leaves to it from this turn on. */
int key_stop(struct daemon *d, struct sk_arena *a, const struct key_owner *o,
    struct key_record *k, const char *word, const struct key_act *act,
    struct sk_error *e);
/* SK_ERR_NOINPUT: never seen of this owner. *proposed: how many wait. */
int key_state_of(struct daemon *d, struct sk_arena *a,
    const struct key_owner *o, const char *fpr, enum key_state *state,
    size_t *proposed);
int key_propose(struct daemon *d, struct sk_arena *a,
    const struct key_owner *o, struct key_record *k,
    const struct key_act *act);
int key_decline(struct daemon *d, struct sk_arena *a,
    const struct key_owner *o, struct key_record *k,
    const struct key_act *act);

/* ---- key_over.c: news of a key that is known ---- */
/* k: laid over what is known of it. Every row of its fingerprint takes it over,
 * each with its own account; *changed: how many. origin: kept with them. */
int key_over(struct daemon *d, struct sk_arena *a, const struct key_facts *k,
    const char *origin, const struct key_act *act, size_t *changed,
    struct sk_error *e);
/* By an operator's word, for whoever has it, or another certificate over the
 * same key pair, pinned: now or later, until it is lifted. */
int key_over_stop(struct daemon *d, struct sk_arena *a,
    const struct key_facts *k, const struct key_act *act,
    struct sk_error *e);
/* It serves again where it was pinned and no other has come since. */
int key_over_lift(struct daemon *d, struct sk_arena *a,
    const struct key_facts *k, const struct key_act *act,
    struct sk_error *e);
/* Did an operator stop it, whoever's it is? */
bool key_is_stopped(struct daemon *d, const struct key_facts *k);
/* What a newer form of it is to be laid over; false: it is nobody's. */
bool key_known(struct daemon *d, struct sk_arena *a, const char *fpr,
    struct sk_span *block);

/* ---- key_found.c: keys that nobody vouches for ---- */
struct key_find {
	const char *origin;	/* kept with it */
	const char *where;	/* for the account: "mail 12" */
	const char *from;	/* the address it was found by */
	const char *signer;	/* of a good signature over the whole, by a key
				 * pinned for that address; NULL or "": none */
	const char *reissued;	/* fingerprint of the pinned certificate that
				 * it is a new one for, by the same issuer and
				 * for the same key; NULL: none */
	bool must_name;		/* another key than the pinned one is refused
				 * if it does not name `from` */
};
/* k: as keyd saw it. out: what it became, also with SK_ERR_EXISTS (nothing is
 * new; state says what it is); SK_ERR_LIMIT: too many wait. In a group. */
int key_found(struct daemon *d, struct sk_arena *a, const struct key_owner *o,
    const struct key_find *f, const struct key_facts *k,
    struct key_record *out, struct sk_error *e);

/* ---- key_lookup.c: keys that a person's own domain publishes (WKD) ---- */
/* The question to d->fetchers, which is accounted for since an outside server
 * learns of it. SK_ERR_REFUSED with the mend: none may be asked. In a group. */
int key_lookup_ask(struct daemon *d, struct sk_arena *a,
    const struct key_owner *o, const struct key_act *act,
    struct sk_buf *fields, struct sk_error *e);
/* m, error: the fetcher's answer: the key's octets, and from which host. */
int key_lookup_got(struct sk_arena *a, const struct channel_message *m,
    const char *error, struct sk_span *block, const char **host,
    struct sk_error *e);
/* k: what keyd saw in them. As key_found(). */
int key_lookup_found(struct daemon *d, struct sk_arena *a,
    const struct key_owner *o, const char *host, const struct key_facts *k,
    struct key_record *out, struct sk_error *e);
/* By itself, where the configuration wants that; the log says what came of it.
 * In a group. */
int key_lookup(struct daemon *d, const struct person *p, int64_t now);

/* ---- key_lookup_again.c: those that nobody could answer ---- */
struct key_lookup_failed {
	int64_t next;			/* when it is tried again */
	unsigned tries;
	const char *person, *why;	/* why: with the mend */
};
int key_lookup_failures(struct daemon *d, struct sk_arena *a,
    struct key_lookup_failed **out, size_t *n);
/* why NULL: it was answered. */
int key_lookup_ended(struct daemon *d, struct sk_arena *a, const char *person,
    const char *why, int64_t now);
/* Those that are due. In a group. */
int key_lookup_again(struct daemon *d, struct sk_arena *a, int64_t now);

/* ---- key_heard.c: keys that came with a mail ---- */
struct key_mail {
	int64_t row, received, case_row;	/* case_row 0: none */
	const struct facts *facts;
	const char *signer;	/* of a good signature over the whole by a key
				 * pinned for From; NULL: none */
};
/* Written down, in the mail's own group; key_queue_kick() after it. */
int key_heard(struct daemon *d, struct sk_arena *a,
    const struct key_mail *m);
char *key_heard_origin(struct sk_arena *a,
    const struct key_heard_record *rec);
struct key_heard_keyd {
	struct key_facts facts;	/* over what is known of it */
	const char *const *reissued;	/* see key_find: pinned certificates */
	size_t nreissued;
};
/* k: as keyd saw it. SK_ERR_EXISTS: nothing is new; else e says why none of its
 * owners may have it. In a group. */
int key_heard_take(struct daemon *d, struct sk_arena *a,
    const struct key_heard_record *rec, const struct key_heard_keyd *k,
    struct sk_error *e);

/* ---- key_queue.c: what was written down, looked at by keyd ---- */
struct key_queue *key_queue_new(struct daemon *d);
void key_queue_free(struct key_queue **q);
void key_queue_kick(struct key_queue *q);

/* ---- key_watch.c: keys that end, persons who wait for one ---- */
struct key_watch *key_watch_new(struct daemon *d);
void key_watch_free(struct key_watch **w);
/* A copy was held, or a key changed: look now. */
void key_watch_kick(struct key_watch *w);

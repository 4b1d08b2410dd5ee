/*
 * The messages between sekishod and its helpers: one struct, one put and one
 * get per type. A get copies strings into the arena and fails on anything
 * odd: bad data from a reader drops that reader and its one mail.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sekisho/arena.h>
#include <sekisho/buf.h>
#include <sekisho/error.h>
#include <sekisho/facts.h>
#include <sekisho/hash.h>
#include <sekisho/key.h>
#include <sekisho/own.h>
#include <sekisho/vault.h>

enum message_type {
	/* reader */
	MSG_READER_READY = 1,	/* no fields: the sandbox is closed */
	MSG_READ,		/* fds: mail, facts out, payload out */
	MSG_READ_DONE,
	/* keyd */
	MSG_KEYD_READY = 20,
	MSG_DECRYPT,		/* fd: payload */
	MSG_VERIFY,		/* fd: payload */
	MSG_OPENED_MAIL,	/* answer to both; fd: plaintext after DECRYPT */
	MSG_SEAL,		/* fd: payload to sign and encrypt */
	MSG_SEALED,		/* fd: armour */
	MSG_OPEN,		/* fd: sealed body */
	MSG_OPENED,		/* fd: plain bytes */
	MSG_REWRAP,
	MSG_REWRAPPED,
	MSG_INSPECT,		/* fd: key block as given */
	MSG_INSPECTED,
	/* milterd asks, sekishod answers */
	MSG_GUARD = 60,		/* may this mail in our name leave? */
	MSG_GUARDED
};

enum read_mode {
	READ_FACTS,		/* facts and payload */
	READ_TEXT,		/* facts out receives the text, UTF-8 */
	READ_PART		/* facts out receives the decoded bytes of `part` */
};

struct msg_read {
	uint32_t layer;
	enum read_mode mode;
	uint32_t part;
	uint64_t at, len;	/* of the mail in the descriptor; len 0: all */
	const char *charset;	/* hint for what an inline message held */
};
struct msg_read_done {
	int status;		/* SK_OK or the reason */
	const char *reason;	/* plain words for operators, no content */
	uint64_t facts_len, payload_len;
	bool last;		/* the reader ends now of itself: send it
				 * nothing more, start another */
};

/* One of the council's own keys; the dates are those of own.h. */
struct msg_own_key {
	const char *fpr;
	int64_t since, until;
	int64_t ends;		/* it expires; 0: never */
	bool revoked;
	struct sk_span block;	/* armoured, a certificate in DER; empty: a
				 * retired one */
};
struct msg_keyd_ready {
	const char *versions;	/* "gpgme 1.18.0, gpg 2.2.40" */
	/* By enum key_scheme, oldest first; no S/MIME: n is 0. */
	struct msg_own_keys {
		const struct msg_own_key *list;
		size_t n;
		const char *withdrawn;	/* see own.h; "" none */
	} own[KEY_SCHEMES];
};

/* A key that may have signed: pinned, with its block so that keyd can import
 * it if its home lacks it. */
struct msg_key { const char *fpr; struct sk_span block; };
#define MSG_KEYS_MAX 8

struct msg_open_mail {		/* MSG_DECRYPT, MSG_VERIFY */
	uint32_t form;		/* enum fact_form */
	uint64_t data_at, data_len, sig_at, sig_len;
	const struct msg_key *keys;
	size_t nkeys;
	const char *from;	/* S/MIME: what the signer's certificate must
				 * name; NULL if From is nobody's */
	int64_t came;		/* when: keys of the council that were retired
				 * by then do not open it. 0: any key does, for
				 * the operator who reads it */
};
#define MSG_CIPHERS_MAX 64	/* recipients of one S/MIME mail: as many as
				 * people address by hand */
struct msg_opened_mail {
	int status;		/* SK_OK: opened (whatever the signature) */
	struct verdict verdict;	/* of this layer: what keyd can know */
	/* SIGNATURE_UNKNOWN_KEY: the key id that it claims, 16 upper-case hex
	 * digits, or "": ask again with that key if it is known to you. */
	char issuer[17];
	/* Names what was decrypted, whatever is wrapped around it: the same
	 * again from another sender is EFAIL's wrap and reply (B1). OpenPGP:
	 * its session key. S/MIME: each recipient's encrypted key, since
	 * anybody can add more of them. */
	unsigned char ciphers[MSG_CIPHERS_MAX][32];
	size_t nciphers;
	const char *reason;	/* for operators; never told to senders */
	/* SIGNATURE_UNKNOWN_KEY by S/MIME: the signer's certificate in DER,
	 * a proposal only (L16). */
	struct sk_span certificate;
};

struct msg_seal {
	enum key_scheme scheme;
	const char *fpr;	/* the one recipient */
	struct sk_span block;	/* its pinned, minimal key */
};
struct msg_sealed { int status; const char *reason; };

enum open_purpose {		/* why content is opened: counted and logged */
	OPEN_READ_AGAIN,	/* after a restart, or a large mail */
	OPEN_OPERATOR_TEXT,
	OPEN_OPERATOR_SAVE,
	OPEN_ITEM		/* an item's text for preview or digest */
};
struct msg_open {
	enum open_purpose purpose;
	uint64_t at, len;	/* of the sealed body in the descriptor */
	unsigned char wrap[VAULT_WRAP];	/* data key, to the vault or the case */
	bool by_case;		/* then case_wrap opens `wrap` */
	unsigned char case_wrap[VAULT_WRAP]; /* case secret, to the vault */
};
struct msg_opened { int status; };

struct msg_rewrap {		/* vault wrap -> case wrap */
	unsigned char wrap[VAULT_WRAP];
	unsigned char case_pk[VAULT_KEY];
};
struct msg_rewrapped { int status; unsigned char wrap[VAULT_WRAP]; };

struct msg_inspected {
	int status;		/* SK_OK: `key` is filled; SK_ERR_TEMP:
				 * nothing is wrong with it, ask again */
	const char *reason;
	struct key_facts key;
	bool reissued;		/* a certificate for the same key as the one
				 * beside, by the same issuer, naming all its
				 * addresses, for longer; it leads to a root */
	/* Every OpenPGP key that the file holds: one that is known and was not
	 * laid below it is to be asked about beside what is known. */
	const char (*names)[41];
	size_t nnames;
};

struct msg_guard {
	unsigned char hash[SK_HASH];	/* copy hash of what the milter saw */
	uint32_t nrcpts;
	const char *rcpt;	/* without angles; NULL unless exactly one
				 * that is plain text */
	const char *queue_id;	/* of the mail system, NULL: none yet */
	bool local;		/* came by the pickup path */
};
enum guard_verdict { GUARD_REFUSE, GUARD_LATER, GUARD_PASS };
struct msg_guarded {
	enum guard_verdict verdict;
	const char *reason;	/* a word: for the log */
};

void msg_guard_put(struct sk_buf *b, const struct msg_guard *m);
int msg_guard_get(struct sk_arena *a, struct sk_span s, struct msg_guard *m);
void msg_guarded_put(struct sk_buf *b, const struct msg_guarded *m);
int msg_guarded_get(struct sk_arena *a, struct sk_span s,
    struct msg_guarded *m);
void msg_read_put(struct sk_buf *b, const struct msg_read *m);
int msg_read_get(struct sk_arena *a, struct sk_span s, struct msg_read *m);
void msg_read_done_put(struct sk_buf *b, const struct msg_read_done *m);
int msg_read_done_get(struct sk_arena *a, struct sk_span s,
    struct msg_read_done *m);
/* Has the reader that says so served its time? */
bool msg_read_done_last(struct sk_span s);
void msg_keyd_ready_put(struct sk_buf *b, const struct msg_keyd_ready *m);
int msg_keyd_ready_get(struct sk_arena *a, struct sk_span s,
    struct msg_keyd_ready *m);
void msg_open_mail_put(struct sk_buf *b, const struct msg_open_mail *m);
int msg_open_mail_get(struct sk_arena *a, struct sk_span s,
    struct msg_open_mail *m);
void msg_opened_mail_put(struct sk_buf *b, const struct msg_opened_mail *m);
int msg_opened_mail_get(struct sk_arena *a, struct sk_span s,
    struct msg_opened_mail *m);
void msg_seal_put(struct sk_buf *b, const struct msg_seal *m);
int msg_seal_get(struct sk_arena *a, struct sk_span s, struct msg_seal *m);
void msg_sealed_put(struct sk_buf *b, const struct msg_sealed *m);
int msg_sealed_get(struct sk_arena *a, struct sk_span s, struct msg_sealed *m);
void msg_open_put(struct sk_buf *b, const struct msg_open *m);
int msg_open_get(struct sk_arena *a, struct sk_span s, struct msg_open *m);
void msg_opened_put(struct sk_buf *b, const struct msg_opened *m);
int msg_opened_get(struct sk_arena *a, struct sk_span s, struct msg_opened *m);
void msg_rewrap_put(struct sk_buf *b, const struct msg_rewrap *m);
int msg_rewrap_get(struct sk_arena *a, struct sk_span s, struct msg_rewrap *m);
void msg_rewrapped_put(struct sk_buf *b, const struct msg_rewrapped *m);
int msg_rewrapped_get(struct sk_arena *a, struct sk_span s,
    struct msg_rewrapped *m);
void msg_inspected_put(struct sk_buf *b, const struct msg_inspected *m);
int msg_inspected_get(struct sk_arena *a, struct sk_span s,
    struct msg_inspected *m);

/* Facts between reader and sekishod, and sealed in the database. */
void facts_put(struct sk_buf *b, const struct facts *f);
int facts_get(struct sk_arena *a, struct sk_span s, struct facts *f);
void verdict_put(struct sk_buf *b, const struct verdict *v);
int verdict_get(struct sk_span s, struct verdict *v);

/*
 * A real sekisho-keyd on a channel, with homes of its own and of the people it
 * talks to, all in one throw-away folder. Everything that GnuPG starts is
 * ended by its home when the test ends.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <sekisho/channel.h>
#include <sekisho/messages.h>

#define HOST_SKIP 77

struct host {
	char dir[32];
	struct sk_arena *arena;
	unsigned char vault_pk[VAULT_KEY];
	char own[41];
	bool smime;		/* keyd_begin() gives it smime/0, root.pem */
};
struct keyd {				/* one running process */
	int fd;
	pid_t pid;
	struct msg_keyd_ready ready;
};
/* What it told of the council's OpenPGP key, the oldest. */
static inline const struct msg_own_key *
keyd_own(const struct keyd *k)
{
	return &k->ready.own[KEY_OPENPGP].list[0];
}
struct person {
	const char *home;
	char fpr[41];
	struct sk_span block;		/* armoured public key */
};

/* The programs needed are here? Else the test skips itself. */
bool host_has(const char *program);
struct host *host_new(void);
void host_end(struct host **h);
char *host_path(struct host *h, const char *name);
struct sk_span host_read(struct host *h, const char *name);
void host_write(struct host *h, const char *name, struct sk_span s);
/* Runs a program in the host's folder, stdin and stdout as named (may be
 * NULL); its exit status. The list ends with NULL. */
int host_run(struct host *h, const char *in, const char *out, ...);
/* Same for gpg of a home. */
int host_gpg(struct host *h, const char *home, const char *in,
    const char *out, ...);

/* An ed25519/cv25519 key in a home of its own; `when` (gpg's form, may be
 * NULL) is the faked time of its making, `life` its expiry ("0", "1y"). */
struct person host_person(struct host *h, const char *name, const char *when,
    const char *life);
struct person host_sign_only(struct host *h, const char *name);
struct sk_span host_export(struct host *h, const struct person *p);
/* The certificate that gpg made with the key. */
struct sk_span host_revocation(struct host *h, const struct person *p);
/* First primary fingerprint that gpg shows in a home. */
void host_fpr(struct host *h, const char *home, char fpr[41]);

void keyd_begin(struct host *h, struct keyd *k, int home,
    const char *deadline);
/* Ends it by closing the channel; its exit status. */
int keyd_end_of(struct host *h, struct keyd *k);
pid_t keyd_agent(struct host *h, int home);

/* One question and its answer; the caller ends it. */
void keyd_ask(struct keyd *k, uint32_t type, const struct sk_buf *fields,
    int fd, struct channel_message *answer);

struct sealed { int status; const char *reason; struct sk_span armour; };
struct sealed keyd_seal(struct host *h, struct keyd *k, const char *fpr,
    struct sk_span block, struct sk_span text);

struct sealed keyd_seal_by(struct host *h, struct keyd *k,
    enum key_scheme scheme, const char *fpr, struct sk_span block,
    struct sk_span text);

struct opened {
	struct msg_opened_mail m;
	bool given;			/* a descriptor came */
	struct sk_span plain;
};
/* Closes fd. */
struct opened keyd_open_mail(struct host *h, struct keyd *k, uint32_t type,
    struct msg_open_mail *ask, int fd);
/* Candidates: up to two, NULL for none. */
struct opened keyd_decrypt(struct host *h, struct keyd *k,
    struct sk_span data, const struct person *one, const struct person *two);
struct opened keyd_verify(struct host *h, struct keyd *k, uint32_t form,
    struct sk_span text, struct sk_span sig, const struct person *one);
struct msg_inspected keyd_inspect(struct host *h, struct keyd *k,
    struct sk_span block);
/* pinned: the key that is pinned for its owner. */
struct msg_inspected keyd_inspect_beside(struct host *h, struct keyd *k,
    struct sk_span block, struct sk_span pinned);

struct sk_span span_copy(struct host *h, const void *p, size_t n);
bool span_has(struct sk_span s, const char *word);
size_t span_count(struct sk_span s, const char *word);

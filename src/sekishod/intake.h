/* A job of intake: job.c (reading, layers) and job_apply.c (known, decide). */
#pragma once

#include "daemon.h"

struct job {
	struct intake *intake;
	struct daemon *d;
	struct sk_arena *arena;
	struct mail_record mail;
	struct sk_buf plain;		/* small mails still in memory */
	size_t plain_counted;
	bool has_key;
	unsigned char data_key[VAULT_KEY];
	bool large;
	bool parked;		/* large, or far behind others: not yet begun */
	bool waits;		/* for keyd: no reader is kept by it */
	struct loop_timer *again;
	/* order */
	const char *sender_key;
	const char *tags[DECIDE_TOKENS];
	size_t ntags;
	size_t ahead;		/* jobs that have to be through first */
	/* reading */
	int64_t since;			/* received, or given back */
	int64_t worked;			/* milliseconds of readers and keyds */
	uint64_t ask;			/* pool operation under way, 0 none */
	struct pool *asked;
	int mail_fd, facts_fd, payload_fd;
	unsigned layer;
	struct facts facts;
	bool have_facts;
	uint64_t at, len;		/* the layer in mail_fd; len 0: all */
	enum fact_form opened;		/* of the layer before this one */
	bool asked_again;		/* keyd, with the key it named */
	unsigned faults;		/* of keyd's own, in a row */
	unsigned deaths;		/* of keyds with this mail */
	struct facts inner;		/* facts of the layer just read */
	struct verdict verdict;
	bool enveloped;			/* a layer was S/MIME's, by CBC */
	bool tried;			/* and keyd tried to open it */
	struct facts before;		/* `facts` when the first such was met */
	struct sk_span certificate;	/* of a signer that nobody pinned */
	const char *unreadable;		/* reason word, or NULL */
	bool read;			/* ready to be applied */
	struct job *next;
};

struct job *job_new(struct intake *in, struct daemon *d, int64_t row);
void job_free(struct job *j);
/* What only reading needs: memory files. */
void job_release(struct job *j);
/* The row and what orders it. An error: the row is gone or done. */
int job_load(struct job *j);
/* Begins reading; ends with intake_job_read(). */
void job_read(struct job *j);
/* S/MIME-enveloped, and no signature of the sender's inside shows that it is
 * what he wrote. Whether it could be opened hangs on its padding alone: to the
 * outside all such mails must look the same, and each that was tried counts as a
 * failure, or this is an oracle (standards.md B1). */
bool job_unsure(const struct job *j);
/* What the mail says and what may count; NULL if it could not be read. Of an
 * unsure one it is what stood around the envelope, opened or not: nothing
 * inside may choose where it goes, whether and how it is answered. */
const struct facts *job_heard(struct job *j);
/* Whose is it, by these facts and the door that it came in by? */
enum authentication job_auth(const struct job *j, const struct facts *f);
/* Reading is done: known state, decide, apply. Never fails: what cannot be
 * applied is filed for an operator. */
void job_apply(struct job *j);

/* job_verdict.c: what keyd found about the layer just opened. */
void verdict_of_layer(struct job *j, struct verdict *v);

/* job_failures.c: whose mails could not be opened too often. */
void job_count_failure(struct job *j);
bool job_failed_too_often(struct job *j);

void intake_job_read(struct job *j);	/* intake.c */
void intake_job_waits(struct job *j);	/* others may be read meanwhile */

/* opening.c: asks keyd to open a stored mail's sealed body. The caller's fn
 * gets MSG_OPENED with the plain memory file. Returns the operation, 0 with
 * the error if it cannot even be asked. */
uint64_t opening_ask(struct daemon *d, struct sk_arena *a,
    const struct mail_record *m, enum open_purpose purpose, bool urgent,
    pool_fn fn, void *ctx, struct sk_error *e);

/*
 * Intake: custody -> reader -> [keyd -> reader again] -> decide -> apply.
 *
 * Each mail is a job. Jobs run side by side, but what they found is applied in
 * custody order within one envelope sender and within one token, so that an
 * answer never overtakes the mail before it. A mail that kills or stalls a
 * reader is filed as unreadable with its sealed original kept (I7).
 */
#include "daemon.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sekisho/files.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>
#include <sekisho/text.h>

#include "intake.h"

#define QUEUE_FIRST 64

struct waiting {		/* accepted, not begun */
	int64_t row;
	struct sk_buf plain;
	bool has_key;
	unsigned char data_key[VAULT_KEY];
};

struct intake {
	struct daemon *d;
	struct waiting *queue;	/* ring */
	size_t head, n, cap;
	size_t in_memory;	/* plain bytes in queue and jobs */
	struct job *first, **last;	/* running, in custody order */
	size_t running, large;
	bool starting;
	bool patient;		/* waits for the council's key, but not long */
	struct loop_timer *patience;
};

static void start_some(struct intake *in);

/* Every T-01 quotes the council's fingerprint, which a keyd tells moments after
 * the start; mail accepted in between waits for it. Without keyd it goes on. */
static void
impatient(void *ctx)
{
	struct intake *in = ctx;

	in->patient = false;
	start_some(in);
}

/* Those between two commits, and those being read: a reader answers some
 * thousand mails a second, a commit takes some of it. */
static size_t
jobs_at_once(const struct intake *in)
{
	return 16 * pool_size(in->d->readers);
}

struct intake *
intake_new(struct daemon *d)
{
	struct intake *in = sk_malloc(sizeof(*in));

	in->d = d;
	in->last = &in->first;
	in->cap = QUEUE_FIRST;
	in->queue = sk_malloc(in->cap * sizeof(*in->queue));
	in->patient = true;
	in->patience = loop_timer_new(d->loop, impatient, in);
	loop_timer_in(in->patience, LIMIT_KEYD_GREETING_SECONDS * 1000);
	return in;
}

void
intake_free(struct intake **ip)
{
	struct intake *in = *ip;

	if (!in)
		return;
	loop_timer_free(&in->patience);
	while (in->first) {
		struct job *j = in->first;

		in->first = j->next;
		job_free(j);
	}
	for (size_t i = 0; i < in->n; i++)
		sk_buf_free(&in->queue[(in->head + i) % in->cap].plain);
	sk_wipe(in->queue, in->cap * sizeof(*in->queue));
	free(in->queue);
	free(in);
	*ip = NULL;
}

size_t
intake_pending(const struct intake *in)
{
	return in->n + in->running;
}

size_t
intake_at_keyd(const struct intake *in, int64_t *since)
{
	size_t n = 0;

	*since = 0;
	for (const struct job *j = in->first; j; j = j->next) {
		if (!j->waits)
			continue;
		n++;
		if (!*since || j->since < *since)
			*since = j->since;
	}
	/* What found no room stands behind these. */
	return n ? n + in->n : 0;
}

bool
intake_keyd_fails(const struct intake *in)
{
	for (const struct job *j = in->first; j; j = j->next)
		if (j->waits && j->faults)
			return true;
	return false;
}

static void
grow(struct intake *in)
{
	struct waiting *bigger = sk_malloc(2 * in->cap * sizeof(*bigger));

	for (size_t i = 0; i < in->n; i++)
		bigger[i] = in->queue[(in->head + i) % in->cap];
	sk_wipe(in->queue, in->cap * sizeof(*in->queue));
	free(in->queue);
	in->queue = bigger;
	in->head = 0;
	in->cap *= 2;
}

void
intake_add(struct intake *in, int64_t row, struct sk_buf *plain,
    const unsigned char *data_key)
{
	struct waiting *w;

	if (in->n == in->cap)
		grow(in);
	w = &in->queue[(in->head + in->n++) % in->cap];
	memset(w, 0, sizeof(*w));
	w->row = row;
	if (data_key) {
		w->has_key = true;
		memcpy(w->data_key, data_key, VAULT_KEY);
	}
	/* Beyond the limit the sealed body is enough: keyd opens it. */
	if (plain && plain->len &&
	    in->in_memory + plain->len <= LIMIT_SMALL_TOTAL) {
		w->plain = *plain;
		in->in_memory += plain->len;
		sk_buf_init(plain, plain->max);
	}
	start_some(in);
}

void
intake_resume(struct intake *in)
{
	int64_t rows[256], after = 0;
	size_t n = 0, all = 0;

	do {
		if (store_mail_pending(in->d->store, after, rows, 256, &n)) {
			sk_log(SK_ERROR, "intake.resume", "mend=\"the store "
			    "refused: check the disk and start again\"");
			return;
		}
		for (size_t i = 0; i < n; i++)
			intake_add(in, rows[i], NULL, NULL);
		all += n;
		if (n)
			after = rows[n - 1];
	} while (n == 256);
	if (all)
		sk_log(SK_INFO, "intake.resume", "mails=%zu", all);
}

void
intake_go_on(struct intake *in)
{
	start_some(in);
}

/* ---- the end of a job ---- */

/* The null sender is every machine's: only its tags say what belongs
 * together. */
static bool
must_wait_for(const struct job *j, const struct job *before)
{
	if (*j->sender_key && strcmp(j->sender_key, before->sender_key) == 0)
		return true;
	for (size_t i = 0; i < j->ntags; i++)
		for (size_t k = 0; k < before->ntags; k++)
			if (strcmp(j->tags[i], before->tags[k]) == 0)
				return true;
	return false;
}

static void
unlink_job(struct intake *in, struct job *j)
{
	struct job **at = &in->first;

	while (*at != j)
		at = &(*at)->next;
	*at = j->next;
	for (struct job *k = j->next; k; k = k->next)
		k->ahead -= must_wait_for(k, j);
	if (!j->next)
		in->last = at;
	in->running--;
	in->large -= j->large;
	in->in_memory -= j->plain_counted;
}

/* Applies every job whose reading is done and whose forerunners are through;
 * one that is applied may set others free. */
static void
apply_ready(struct intake *in)
{
	struct job *j = in->first;

	while (j) {
		struct job *next = j->next;

		if (j->read && !j->ahead) {
			job_apply(j);
			unlink_job(in, j);
			job_free(j);
			next = in->first;
		}
		j = next;
	}
	start_some(in);
}

void
intake_job_read(struct job *j)
{
	job_release(j);
	j->read = true;
	apply_ready(j->intake);
}

/* ---- the beginning of a job ---- */

/* A large mail needs memory while it is read: one per reader. One that has to
 * let many others through first would hold its facts until then, and one sender
 * must not hold everybody's room. */
static bool
may_begin(const struct intake *in, const struct job *j)
{
	return (!j->mail.spool || in->large < pool_size(in->d->readers)) &&
	    j->ahead < jobs_at_once(in);
}

static void
go(struct intake *in, struct job *j)
{
	j->parked = !may_begin(in, j);
	if (j->parked)
		return;
	j->large = j->mail.spool != NULL;
	in->large += j->large;
	job_read(j);
}

static void
begin(struct intake *in, struct waiting *w)
{
	struct job *j = job_new(in, in->d, w->row);

	j->plain = w->plain;
	j->plain_counted = w->plain.len;
	j->has_key = w->has_key;
	memcpy(j->data_key, w->data_key, VAULT_KEY);
	sk_wipe(w, sizeof(*w));
	*in->last = j;
	in->last = &j->next;
	in->running++;
	if (job_load(j)) {
		unlink_job(in, j);
		job_free(j);
		return;
	}
	for (const struct job *b = in->first; b != j; b = b->next)
		j->ahead += must_wait_for(j, b);
	go(in, j);
}

/* Jobs that need a reader. Others hold no one up: a keyd that is not there, or
 * a mail that takes long, must not keep the next ones from being read. */
static size_t
at_work(const struct intake *in)
{
	size_t n = 0;

	for (const struct job *j = in->first; j; j = j->next)
		n += !j->parked && !j->waits && !j->read;
	return n;
}

static bool
has_room(const struct intake *in)
{
	return in->running < LIMIT_INTAKE_JOBS &&
	    at_work(in) < jobs_at_once(in);
}

static struct job *
parked_ready(const struct intake *in)
{
	struct job *j = in->first;

	while (j && !(j->parked && may_begin(in, j)))
		j = j->next;
	return j;
}

bool
intake_has_room(const struct intake *in)
{
	return !in->n && has_room(in) &&
	    (*council_fpr(in->d, KEY_OPENPGP) || !in->patient);
}

static void
start_some(struct intake *in)
{
	struct job *j;

	if (in->starting || (in->patient &&
	    !*council_fpr(in->d, KEY_OPENPGP)))
		return;
	in->starting = true;
	while (at_work(in) < jobs_at_once(in) && (j = parked_ready(in)))
		go(in, j);
	while (in->n && has_room(in)) {
		struct waiting w = in->queue[in->head];

		sk_wipe(&in->queue[in->head], sizeof(w));
		in->head = (in->head + 1) % in->cap;
		in->n--;
		begin(in, &w);
	}
	in->starting = false;
}

void
intake_job_waits(struct job *j)
{
	j->waits = true;
	start_some(j->intake);
}

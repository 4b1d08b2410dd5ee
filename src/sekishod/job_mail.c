/*
 * The mail of a job: its row, its memory, whose it is, and what of it counts.
 */
#include "intake.h"

#include <stdlib.h>

#include <sekisho/clock.h>
#include <sekisho/files.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>
#include <sekisho/text.h>

struct job *
job_new(struct intake *in, struct daemon *d, int64_t row)
{
	struct job *j = sk_malloc(sizeof(*j));

	j->intake = in;
	j->d = d;
	j->arena = sk_arena_new();
	j->mail.row = row;
	j->mail_fd = j->facts_fd = j->payload_fd = -1;
	return j;
}

void
job_release(struct job *j)
{
	sk_fd_close(&j->mail_fd);
	sk_fd_close(&j->facts_fd);
	sk_fd_close(&j->payload_fd);
}

void
job_free(struct job *j)
{
	if (j->ask)
		pool_cancel(j->asked, j->ask);
	turn_forget(j->d, j);
	loop_timer_free(&j->again);
	job_release(j);
	sk_buf_free(&j->plain);
	sk_wipe(j->data_key, sizeof(j->data_key));
	sk_arena_free(&j->arena);
	free(j);
}

int
job_load(struct job *j)
{
	struct token_found tokens[DECIDE_TOKENS];
	int64_t row = j->mail.row;
	int r = store_mail_get(j->d->store, j->arena, row, &j->mail);

	if (r || j->mail.done) {
		sk_log(SK_WARN, "intake.load", "mail=%lld error=%s",
		    (long long)row, r ? sk_err_word(r) : "done");
		return r ? r : SK_ERR_EXISTS;
	}
	j->since = j->mail.again ? sk_now() : j->mail.received;
	j->sender_key = sk_address_key(j->arena, j->mail.sender);
	j->ntags = routing_tokens(j->arena, j->d->config, NULL, j->mail.rcpts,
	    j->mail.nrcpts, tokens);
	for (size_t i = 0; i < j->ntags; i++)
		j->tags[i] = tokens[i].token;
	return SK_OK;
}

/* Before the door had a column its word stood in the note, until the mail was
 * filed. */
static bool
trusted_door(const struct mail_record *m)
{
	return m->door == DOOR_TRUSTED ||
	    (m->door == DOOR_UNKNOWN && !m->again && !*m->note);
}

enum authentication
job_auth(const struct job *j, const struct facts *f)
{
	return assurance_judge(f, j->mail.sender, j->d->config->authserv_id,
	    trusted_door(&j->mail), j->d->policy);
}

bool
job_unsure(const struct job *j)
{
	return j->enveloped && (j->verdict.failed || !j->verdict.integrity);
}

const struct facts *
job_heard(struct job *j)
{
	if (!j->have_facts)
		return NULL;
	if (!job_unsure(j))
		return &j->facts;
	/* Keys are proposals, whoever put them there. */
	j->before.keys = j->facts.keys;
	j->before.nkeys = j->facts.nkeys;
	return &j->before;
}

/*
 * The configuration as the threads see it: one that is in force, and older ones
 * for as long as a mail that began under them is in progress.
 */
#include "milterd/milterd.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sekisho/limits.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct settings *current;

static struct ours *
our_addresses(const struct config *c)
{
	const char **list = sk_malloc((c->ndesks + 1) * sizeof(*list));
	struct ours *o;

	for (size_t i = 0; i < c->ndesks; i++)
		list[i] = c->desks[i].address;
	list[c->ndesks] = c->return_address;
	o = ours_new(list, c->ndesks + 1);
	free(list);
	return o;
}

static struct settings *
make(struct config *c, bool local)
{
	struct settings *s = sk_malloc(sizeof(*s));

	s->config = c;
	s->ours = our_addresses(c);
	s->lmtp = c->lmtp_listen;
	s->ask = c->milter_ask;
	s->name = c->domain;
	s->users = 1;
	s->rules = (struct message_rules){
		.ours = s->ours, .guard = c->milter_guard,
		.intake = c->milter_intake, .local = local,
		.behind = c->milter_behind, .authserv_id = c->authserv_id,
		.max_bytes = c->max_message_bytes,
	};
	return s;
}

void
settings_give(struct settings **sp)
{
	struct settings *s = *sp;
	bool last;

	*sp = NULL;
	if (!s)
		return;
	pthread_mutex_lock(&lock);
	last = --s->users == 0;
	pthread_mutex_unlock(&lock);
	if (!last)
		return;
	ours_free(&s->ours);
	config_free(&s->config);
	free(s);
}

struct settings *
settings_take(void)
{
	struct settings *s;

	pthread_mutex_lock(&lock);
	s = current;
	s->users++;
	pthread_mutex_unlock(&lock);
	return s;
}

static void
say_faults(struct sk_buf *faults)
{
	char *save = NULL;

	for (char *line = strtok_r(sk_buf_str(faults), "\n", &save); line;
	    line = strtok_r(NULL, "\n", &save))
		fprintf(stderr, "sekisho-milterd: %s\n", line);
}

int
settings_load(const char *file, bool local)
{
	struct settings *old, *new;
	struct config *c = NULL;
	struct sk_buf faults;
	int r;

	sk_buf_init(&faults, LIMIT_CONFIG_FILE);
	r = config_load(file, &c, &faults);
	say_faults(&faults);
	sk_buf_free(&faults);
	if (r)
		return r;
	new = make(c, local);
	pthread_mutex_lock(&lock);
	old = current;
	current = new;
	pthread_mutex_unlock(&lock);
	settings_give(&old);
	return SK_OK;
}

const struct config *
settings_config(void)
{
	return current->config;
}

void
settings_end(void)
{
	settings_give(&current);
}

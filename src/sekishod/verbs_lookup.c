/*
 * `key lookup`: an operator has a person's, or an originator's, own domain
 * asked for the key that it publishes (key_lookup.c). Two helpers answer, one
 * after the other: a fetcher with the key's octets, keyd with what they are.
 */
#include <sekisho/files.h>

#include "command.h"
#include "fetcher.h"

struct lookup {
	struct key_owner o;
	const char *host;
};

/* What was there before is an answer, too; what was refused before is not. */
static bool
is_answer(int r, const struct key_record *k)
{
	return r == SK_OK || (r == SK_ERR_EXISTS && (k->state == KEY_PINNED ||
	    k->state == KEY_PROPOSED));
}

static int
inspected(struct command *c, struct channel_message *m, const char *error)
{
	struct lookup *l = c->state;
	struct msg_inspected in;
	struct key_record k;
	int r;

	r = command_inspected(c, m, error, &in);
	if (r)
		return r;
	if (in.status)
		return sk_fail(&c->e, SK_ERR_DATA, l->host, "what it gives "
		    "out is no usable public key (%s): ask the person by "
		    "mail", in.reason ? in.reason : "unreadable");
	r = key_lookup_found(c->d, c->arena, &l->o, l->host, &in.key, &k,
	    &c->e);
	if (!is_answer(r, &k))
		return r;
	c->out = sk_json_document("key");
	document_key(c->out, &k, c->now);
	sk_json_set_str(c->out, "found_at", l->host);
	return SK_OK;
}

static int
fetched(struct command *c, struct channel_message *m, const char *error)
{
	struct lookup *l = c->state;
	struct key_record pinned;
	struct sk_span block;
	int fds[2] = { -1, -1 };
	int r = key_lookup_got(c->arena, m, error, &block, &l->host, &c->e);

	if (r)
		return r;
	fds[0] = sk_memfd_of("key", block);
	if (key_pinned_of(c->d, c->arena, &l->o, &pinned) == SK_OK)
		fds[1] = sk_memfd_of("pinned", pinned.facts.block);
	r = command_ask(c, c->d->keyds, MSG_INSPECT, sk_span_of("", 0), fds,
	    fds[1] < 0 ? 1 : 2, inspected);
	sk_fd_close(&fds[0]);
	sk_fd_close(&fds[1]);
	return r;
}

int
verb_key_lookup(struct command *c)
{
	const struct key_act act = { c->actor, NULL, c->now };
	struct lookup *l = sk_arena_alloc(c->arena, sizeof(*l));
	struct sk_buf fields;
	int r = command_key_owner(c, &l->o);

	c->state = l;
	sk_buf_init(&fields, LIMIT_WIRE_FIELDS);
	if (!r)
		r = key_lookup_ask(c->d, c->arena, &l->o, &act, &fields,
		    &c->e);
	if (!r)
		r = command_ask(c, c->d->fetchers, FETCHER_ASK,
		    sk_buf_span(&fields), NULL, 0, fetched);
	sk_buf_free(&fields);
	return r;
}

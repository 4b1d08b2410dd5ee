/*
 * `key check`, for `sekisho check`: what must be done about keys, each with how
 * many, the first of them, and the next command to type (L23). The council's
 * own key is looked at by keyd, as anybody's.
 */
#include <sekisho/clock.h>
#include <sekisho/files.h>

#include "command.h"

#define SOON_SECONDS (60 * 86400)	/* as T-43 */

struct tally {
	size_t n;
	const char *first;		/* of whom */
	int64_t when;			/* the first one ends */
};

struct looking {
	struct command *c;
	struct sk_json *faults;
	struct tally soon, ended, none;
};

static void
count(struct tally *t, const char *who, int64_t when)
{
	if (!t->n++ || when < t->when) {
		t->first = who;
		t->when = when;
	}
}

static int
look_at(struct looking *l, const struct person *p)
{
	struct command *c = l->c;
	struct key_record k;
	int64_t ends;
	int r;

	if (!p->account)
		return SK_OK;
	r = store_key_pinned(c->d->store, c->arena, p->id, 0, &k);
	if (r == SK_ERR_NOINPUT) {
		count(&l->none, p->id, 0);
		return SK_OK;
	}
	if (r)
		return command_store(c, r, p->id);
	ends = key_encrypts_until(&k.facts);
	if (*key_unusable(&k.facts, c->now))
		count(&l->ended, p->id, ends);
	else if (ends && ends - c->now <= SOON_SECONDS)
		count(&l->soon, p->id, ends);
	return SK_OK;
}

static const char *
keys(size_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

static void
say_tallies(struct looking *l)
{
	struct sk_arena *a = l->c->arena;

	if (l->ended.n)
		sk_json_add_str(l->faults, sk_arena_printf(a, "%zu %s ended or "
		    "stopped, first %s: nothing is sent to %s; `sekisho key "
		    "list', ask for a new one, `sekisho key import %s FILE'",
		    l->ended.n, keys(l->ended.n, "key has", "keys have"),
		    l->ended.first, keys(l->ended.n, "it", "them"),
		    l->ended.first));
	if (l->soon.n)
		sk_json_add_str(l->faults, sk_arena_printf(a, "%zu %s within "
		    "60 days, first that of %s on %s: they are told by mail "
		    "(T-43); see `sekisho key list'", l->soon.n,
		    keys(l->soon.n, "key ends", "keys end"), l->soon.first,
		    sk_date_local(a, l->soon.when)));
	if (l->none.n)
		sk_json_add_str(l->faults, sk_arena_printf(a, "%zu %s no key, "
		    "first %s: ask for one, compare its fingerprint by "
		    "telephone, `sekisho key import %s FILE --approve'",
		    l->none.n, keys(l->none.n, "person has",
		    "people have"), l->none.first, l->none.first));
}

static int
say_proposed(struct looking *l)
{
	struct command *c = l->c;
	struct key_record *k = NULL;
	size_t n = 0;
	int r = command_store(c, store_keys_proposed(c->d->store, c->arena,
	    &k, &n), "keys");

	if (!r && n)
		sk_json_add_str(l->faults, sk_arena_printf(c->arena, "%zu %s "
		    "for a decision: `sekisho key list --proposed'", n,
		    keys(n, "key waits", "keys wait")));
	return r;
}

/* Their senders may believe that they were taken. */
static int
say_refused(struct looking *l)
{
	struct command *c = l->c;
	struct key_heard_record *k = NULL;
	size_t n = 0;
	int r = command_store(c, store_key_heard_refused(c->d->store, c->arena,
	    0, c->now, &k, &n), "keys");

	for (size_t i = 0; i < n && !r; i++)
		sk_json_add_str(l->faults, sk_arena_printf(c->arena, "the key "
		    "that came with mail %lld was not taken: %s; `sekisho "
		    "mail show %lld' says from whom, tell the sender",
		    (long long)k[i].mail, k[i].refused,
		    (long long)k[i].mail));
	return r;
}

static void
say_own(struct looking *l, const struct key_facts *own)
{
	struct sk_arena *a = l->c->arena;
	int64_t ends = key_encrypts_until(own), now = l->c->now;

	if (*key_unusable(own, now))
		sk_json_add_str(l->faults, sk_arena_printf(a, "the council's "
		    "own key cannot be used any more (%s): nobody can write "
		    "to it encrypted", key_unusable(own, now)));
	else if (ends && ends - now <= SOON_SECONDS)
		sk_json_add_str(l->faults, sk_arena_printf(a, "the council's "
		    "own key ends on %s: give it a later date in every home "
		    "(gpg --homedir DIR --quick-set-expire %s 2y, and again "
		    "with '*'), start sekishod again, publish `sekisho key "
		    "export'", sk_date_local(a, ends), own->fpr));
}

static int
look(struct command *c, struct channel_message *m, const char *error)
{
	struct looking l = { .c = c };
	struct msg_inspected in = { .status = SK_ERR_UNAVAILABLE };
	struct roster_known k;
	int r = command_store(c, store_roster(c->d->store, c->arena, true,
	    &k), "roster");

	(void)error;
	c->out = sk_json_document("key-check");
	l.faults = sk_json_set(c->out, "faults", sk_json_array());
	for (size_t i = 0; i < k.npersons && !r; i++)
		r = look_at(&l, &k.persons[i]);
	if (r)
		return r;
	say_tallies(&l);
	if (m && m->type == MSG_INSPECTED && !msg_inspected_get(c->arena,
	    sk_buf_span(&m->fields), &in) && !in.status)
		say_own(&l, &in.key);
	r = say_proposed(&l);
	return r ? r : say_refused(&l);
}

int
verb_key_check(struct command *c)
{
	int fd = sk_memfd_of("own", sk_buf_span(&c->d->own_block)), r;

	r = command_ask(c, c->d->keyds, MSG_INSPECT, sk_span_of("", 0), &fd,
	    1, look);
	sk_fd_close(&fd);
	return r;
}

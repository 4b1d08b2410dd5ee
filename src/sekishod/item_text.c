/*
 * Item texts are sealed like mails: sekishod writes them and cannot read them
 * (I9). A fresh data key each time, wrapped to the case's public key; reading
 * one asks keyd, which counts and logs it.
 */
#include <string.h>

#include <sekisho/files.h>
#include <sekisho/mem.h>
#include <sekisho/text.h>

#include "command.h"

int
item_text_seal(struct command *c, const struct case_record *k,
    const char *text, struct item_record *i)
{
	unsigned char key[VAULT_KEY];
	struct sk_buf sealed;

	if (!*text)
		return sk_fail(&c->e, SK_ERR_DATA, "--text-file", "the text "
		    "is empty");
	vault_random(key, sizeof(key));
	sk_buf_init(&sealed, vault_sealed_size(LIMIT_ITEM_TEXT));
	vault_seal(key, sk_span_str(text), &sealed);
	vault_wrap(k->pk, key, i->wrap);
	sk_wipe(key, sizeof(key));
	i->text = sk_span_of(sk_arena_dup(c->arena, sealed.p, sealed.len),
	    sealed.len);
	sk_buf_free(&sealed);
	return SK_OK;
}

int
item_text_open(struct command *c, const struct item_record *i,
    command_then then)
{
	struct msg_open ask = { .purpose = OPEN_ITEM, .by_case = true,
		.len = i->text.len };
	struct case_record k;
	struct sk_buf b;
	int fd, r;

	if (store_case_get(c->d->store, c->arena, i->item.case_row, &k))
		return sk_fail(&c->e, SK_ERR_IO, i->item.id, "its case is "
		    "missing");
	memcpy(ask.wrap, i->wrap, VAULT_WRAP);
	memcpy(ask.case_wrap, k.secret_wrap, VAULT_WRAP);
	fd = sk_memfd_of("item", i->text);
	sk_buf_init(&b, 1024);
	msg_open_put(&b, &ask);
	r = command_ask(c, c->d->keyds, MSG_OPEN, sk_buf_span(&b), &fd, 1,
	    then);
	sk_buf_free(&b);
	sk_fd_close(&fd);
	return r;
}

int
item_text_take(struct command *c, struct channel_message *m,
    const char *error, const char **out)
{
	struct msg_opened done;
	struct sk_buf b;
	int r = SK_ERR_UNAVAILABLE;

	if (!m || m->type != MSG_OPENED || msg_opened_get(c->arena,
	    sk_buf_span(&m->fields), &done) || done.status || m->nfds != 1)
		return sk_fail(&c->e, r, "keyd", "the item's text could not "
		    "be opened (%s): see the log of sekisho-keyd",
		    error ? error : "refused");
	sk_buf_init(&b, LIMIT_ITEM_TEXT + 1);
	r = sk_fd_slurp(m->fds[0], &b);
	if (r == SK_OK)
		*out = sk_utf8_clean(c->arena, sk_buf_span(&b));
	sk_buf_free(&b);
	return command_store(c, r, "item");
}

/* ---- both languages, and what stands against them ---- */

struct both {
	struct permits_item *it;
	command_fn then;
	void *state;		/* the verb's, given back */
};

static int
both_open(struct command *c, struct both *b)
{
	c->state = b->state;
	return b->then(c);
}

static int
other_opened(struct command *c, struct channel_message *m, const char *error)
{
	struct both *b = c->state;
	int r = item_text_take(c, m, error, &b->it->other_text);

	return r ? r : both_open(c, b);
}

static int
own_opened(struct command *c, struct channel_message *m, const char *error)
{
	struct both *b = c->state;
	struct item_record one = b->it->gate.item;
	struct item_text *others = NULL;
	size_t n = 0;
	int r = item_text_take(c, m, error, &b->it->text);

	if (!r)
		r = command_store(c, store_item_texts(c->d->store, c->arena,
		    one.item.id, &others, &n), one.item.id);
	if (r || !n)
		return r ? r : both_open(c, b);
	b->it->other_lang = others[0].lang;
	b->it->other_title = others[0].title;
	one.text = others[0].text;
	memcpy(one.wrap, others[0].wrap, VAULT_WRAP);
	return item_text_open(c, &one, other_opened);
}

int
item_texts_open(struct command *c, struct permits_item *it, command_fn then)
{
	struct both *b = sk_arena_alloc(c->arena, sizeof(*b));
	struct deny_sight *sight = sk_arena_alloc(c->arena, sizeof(*sight));
	struct deny_cases *k;
	int r = gatekeeper_deny_cases(c->d, c->arena, &k);

	if (!r)
		r = gatekeeper_deny_sight(c->d, c->arena, k,
		    it->gate.item.item.case_row, sight);
	if (r)
		return sk_fail(&c->e, r, it->gate.item.item.id, "the "
		    "deny-list of its case cannot be read (R-075)");
	it->sight = sight;
	*b = (struct both){ it, then, c->state };
	c->state = b;
	return item_text_open(c, &it->gate.item, own_opened);
}

bool
item_denied(struct command *c, const struct permits_item *it,
    struct sk_error *e)
{
	struct item_record other = it->gate.item;
	struct case_record k;
	bool tell = store_case_get(c->d->store, c->arena, other.item.case_row,
	    &k) == SK_OK && gatekeeper_tells(&k, c->actor);

	other.item.title = it->other_title;
	return gatekeeper_fields(c->arena, &it->gate.item, it->text,
	    it->sight, tell, e) || (it->other_text && gatekeeper_fields(
	    c->arena, &other, it->other_text, it->sight, tell, e)) ||
	    finished_item(c->d, c->arena, it, tell, e);
}

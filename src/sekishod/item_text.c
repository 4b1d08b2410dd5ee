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

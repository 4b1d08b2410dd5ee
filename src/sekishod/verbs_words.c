/*
 * Words that an operator writes into a case: advice to its originator, and the
 * damage half. That half has a key pair of its own; nothing that
 * renders an item ever asks for it, so no digest can cite it.
 */
#include <string.h>

#include <sekisho/files.h>
#include <sekisho/mem.h>
#include <sekisho/text.h>

#include "command.h"

int
words_seal(struct command *c, const unsigned char pk[VAULT_KEY],
    const char *text, struct case_text *t)
{
	struct item_record sealed = { .created = c->now };
	struct case_record to = { .row = t->case_row };
	int r;

	memcpy(to.pk, pk, VAULT_KEY);
	r = item_text_seal(c, &to, text, &sealed);
	if (r)
		return r;
	t->created = c->now;
	t->who = c->actor;
	t->text = sealed.text;
	memcpy(t->wrap, sealed.wrap, VAULT_WRAP);
	return command_store(c, store_case_text_add(c->d->store, t), "text");
}

int
verb_case_advise(struct command *c)
{
	struct case_text t = { .kind = CASE_TEXT_ADVICE };
	struct notice_record say = { 0 };
	const char *text = NULL;
	struct case_record k;
	int r = command_case(c, "case", &k);

	if (!r && !k.originator)
		r = sk_fail(&c->e, SK_ERR_REFUSED, k.number, "nobody to "
		    "advise: its first mail has no sender");
	if (!r)
		r = command_text(c, LIMIT_ITEM_TEXT, &text);
	if (r)
		return r;
	t.case_row = k.row;
	r = words_seal(c, k.pk, text, &t);
	say.text = t.row;
	if (!r)
		r = apply_send_words(c->d, c->arena, &k, "T-11E", &say,
		    &c->e);
	if (!r)
		r = command_audit(c, "case.advise", k.number, "");
	if (r)
		return r;
	outbox_kick(c->d->outbox);
	c->out = sk_json_document("case");
	document_case(c->out, &k);
	return SK_OK;
}

/* ---- the damage half ---- */

/* Made with the first note. The secret half leaves wrapped to the vault. */
static int
damage_key(struct command *c, const struct case_record *k,
    unsigned char pk[VAULT_KEY])
{
	unsigned char secret[VAULT_KEY], wrap[VAULT_WRAP];
	int r = store_damage_key(c->d->store, k->row, pk, wrap);

	if (r != SK_ERR_NOINPUT)
		return command_store(c, r, k->number);
	vault_keypair(pk, secret);
	vault_wrapper_wrap(c->d->wrapper, NULL, secret, wrap);
	sk_wipe(secret, sizeof(secret));
	return command_store(c, store_damage_key_put(c->d->store, k->row, pk,
	    wrap), k->number);
}

static int
add_note(struct command *c, const struct case_record *k)
{
	struct case_text t = { .kind = CASE_TEXT_DAMAGE,
		.case_row = k->row, .title = command_str(c, "title") };
	unsigned char pk[VAULT_KEY];
	const char *text = NULL;
	int r = command_text(c, LIMIT_ITEM_TEXT, &text);

	if (!r)
		r = damage_key(c, k, pk);
	if (!r)
		r = words_seal(c, pk, text, &t);
	return r ? r : command_audit(c, "damage.add", k->number, "");
}

static int
list_notes(struct command *c, const struct case_record *k)
{
	struct case_text *t = NULL;
	struct sk_json *list;
	size_t n = 0;
	int r = command_store(c, store_case_texts(c->d->store, c->arena,
	    k->row, CASE_TEXT_DAMAGE, &t, &n), k->number);

	if (r)
		return r;
	c->out = sk_json_document("damage");
	sk_json_set_str(c->out, "number", k->number);
	list = sk_json_set(c->out, "notes", sk_json_array());
	for (size_t i = 0; i < n; i++) {
		struct sk_json *o = sk_json_add(list, sk_json_object());

		sk_json_set_int(o, "note", t[i].row);
		document_time(o, "time", t[i].created);
		sk_json_set_str(o, "who", t[i].who);
		sk_json_set_str(o, "title", t[i].title);
	}
	return SK_OK;
}

static int
shown(struct command *c, struct channel_message *m, const char *error)
{
	const struct case_text *t = c->state;
	const char *text;
	int r = item_text_take(c, m, error, &text);

	if (r)
		return r;
	c->out = sk_json_document("damage-note");
	sk_json_set_int(c->out, "note", t->row);
	document_time(c->out, "time", t->created);
	sk_json_set_str(c->out, "who", t->who);
	sk_json_set_str(c->out, "title", t->title);
	sk_json_set_str(c->out, "text", text);
	return SK_OK;
}

static int
open_note(struct command *c, const struct case_record *k, int64_t row)
{
	struct case_text *t = sk_arena_alloc(c->arena, sizeof(*t));
	unsigned char pk[VAULT_KEY], wrap[VAULT_WRAP];
	int r = store_case_text_get(c->d->store, c->arena, row, t);

	if (r || t->case_row != k->row || t->kind != CASE_TEXT_DAMAGE)
		return sk_fail(&c->e, SK_ERR_NOINPUT, k->number, "has no such "
		    "note: see `sekisho damage list %s`", k->number);
	r = command_store(c, store_damage_key(c->d->store, k->row, pk, wrap),
	    k->number);
	if (!r)
		r = command_audit(c, "damage.show", k->number,
		    sk_arena_printf(c->arena, "note=%lld", (long long)row));
	if (r)
		return r;
	c->state = t;
	c->then = shown;
	c->asked = c->d->keyds;
	c->ask = opening_words(c->d, t, wrap, command_answered, c);
	return COMMAND_LATER;
}

static int
my_case(struct command *c, struct case_record *k)
{
	int r = command_case(c, "case", k);

	if (!r && k->owner && strcmp(k->owner, c->actor) != 0)
		r = sk_fail(&c->e, SK_ERR_NOPERM, k->number, "is worked by "
		    "%s: take it over with `sekisho case take %s`", k->owner,
		    k->number);
	return r;
}

int
verb_damage_add(struct command *c)
{
	struct case_record k;
	int r = my_case(c, &k);

	if (!r)
		r = add_note(c, &k);
	return r ? r : list_notes(c, &k);
}

int
verb_damage_list(struct command *c)
{
	struct case_record k;
	int r = my_case(c, &k);

	return r ? r : list_notes(c, &k);
}

int
verb_damage_show(struct command *c)
{
	struct case_record k;
	int r = my_case(c, &k);

	return r ? r : open_note(c, &k, command_number(c, "note", 0));
}

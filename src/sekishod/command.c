/*
 * Running a command: its group of writes, its helpers' answers, its values.
 * The table at the end ties verbs to functions and nothing else.
 */
#include "command.h"

#include <stdlib.h>
#include <string.h>

#include <sekisho/text.h>

/* ---- running ---- */

static void
group_ended(struct command *c, int r)
{
	bool keep = r == SK_OK || r == COMMAND_LATER;

	if (store_group_end(c->d->store, keep) && keep)
		r = sk_fail(&c->e, SK_ERR_IO, "store", "the store refused: "
		    "nothing was changed");
	if (r == COMMAND_LATER)
		return;
	if (r != SK_OK && !*c->e.text)
		sk_fail(&c->e, r, c->verb->noun, "%s", sk_err_text(r));
	c->answer(c, r);
}

static bool
group_begun(struct command *c)
{
	if (store_group_begin(c->d->store) == SK_OK)
		return true;
	c->answer(c, sk_fail(&c->e, SK_ERR_IO, "store", "the store refused: "
	    "nothing was changed"));
	return false;
}

void
command_run(struct command *c, command_fn fn)
{
	if (group_begun(c))
		group_ended(c, fn(c));
}

void
command_answered(void *ctx, struct channel_message *m, const char *error)
{
	struct command *c = ctx;

	c->ask = 0;
	if (group_begun(c))
		group_ended(c, c->then(c, m, error));
}

int
command_ask(struct command *c, struct pool *p, uint32_t type,
    struct sk_span fields, const int *fds, size_t nfds, command_then then)
{
	c->then = then;
	c->asked = p;
	c->ask = pool_ask(p, type, fields, fds, nfds, true, command_answered,
	    c);
	return COMMAND_LATER;
}

void
command_cancel(struct command *c)
{
	if (c->ask)
		pool_cancel(c->asked, c->ask);
	c->ask = 0;
}

/* ---- values ---- */

const char *
command_str(const struct command *c, const char *key)
{
	return sk_json_str(c->in, key);
}

bool
command_flag(const struct command *c, const char *key)
{
	return sk_json_bool(c->in, key, false);
}

bool
command_yes(const struct command *c, const char *key, bool fallback)
{
	const char *s = command_str(c, key);

	return s ? strcmp(s, "yes") == 0 : fallback;
}

int64_t
command_number(const struct command *c, const char *key, int64_t fallback)
{
	const char *s = command_str(c, key);

	return s ? strtoll(s, NULL, 10) : fallback;
}

int
command_word(const struct command *c, const char *key, enum word_list list,
    int fallback)
{
	const char *s = command_str(c, key);
	int value = fallback;

	if (s)
		word_parse(list, s, &value);
	return value;
}

uint32_t
command_bits(const struct command *c, const char *key, enum word_list list,
    uint32_t fallback)
{
	const char *s = command_str(c, key);
	char *copy, *save = NULL, *word;
	uint32_t bits = 0;
	int value;

	if (!s)
		return fallback;
	copy = sk_arena_str(c->arena, s);
	for (word = strtok_r(copy, ",+", &save); word;
	    word = strtok_r(NULL, ",+", &save))
		if (word_parse(list, word, &value))
			bits |= (uint32_t)value;
	return bits;
}

size_t
command_many(struct command *c, const char *key, const char *const **out)
{
	const struct sk_json *j = sk_json_get(c->in, key);
	size_t n = sk_json_is_array(j) ? sk_json_len(j) : j ? 1 : 0;
	const char **all = sk_arena_array(c->arena, n + 1, sizeof(*all));

	for (size_t i = 0; i < n; i++)
		all[i] = sk_json_is_array(j) ? sk_json_str_at(j, i) :
		    sk_json_string(j);
	*out = all;
	return n;
}

int
command_text(struct command *c, size_t max, const char **out)
{
	struct sk_span s = sk_buf_span(&c->file);

	if (!c->has_file)
		return sk_fail(&c->e, SK_ERR_USAGE, "file", "no file came "
		    "with the request");
	if (s.len > max)
		return sk_fail(&c->e, SK_ERR_LIMIT, "file", "%zu bytes, at "
		    "most %zu fit", s.len, max);
	if (!sk_utf8_valid(s))
		return sk_fail(&c->e, SK_ERR_DATA, "file", "this is no UTF-8 "
		    "text: convert it first");
	*out = sk_arena_strn(c->arena, s.p, s.len);
	return SK_OK;
}

/* ---- the store, in an operator's words ---- */

int
command_store(struct command *c, int r, const char *where)
{
	if (r == SK_OK)
		return SK_OK;
	return sk_fail(&c->e, r, where, r == SK_ERR_NOINPUT ?
	    "there is no such thing" : "the store refused: nothing was "
	    "changed");
}

int
command_unchanged(struct command *c, uint64_t rules, const char *where)
{
	return rules == store_rules_generation(c->d->store) ? SK_OK :
	    sk_fail(&c->e, SK_ERR_TEMP, where, "something that this rests on "
	    "was changed meanwhile: nothing was done; look, and repeat it");
}

int
command_audit(struct command *c, const char *event, const char *object,
    const char *detail)
{
	return command_store(c, store_audit(c->d->store, c->now, c->actor,
	    event, object, detail), event);
}

int
command_case(struct command *c, const char *key, struct case_record *out)
{
	const char *number = command_str(c, key);

	if (store_case_find(c->d->store, c->arena, number, out))
		return sk_fail(&c->e, SK_ERR_NOINPUT, number, "no such case: "
		    "see `sekisho case list --all`");
	return SK_OK;
}

int
command_item(struct command *c, const char *key, struct item_record *out)
{
	const char *id = command_str(c, key);

	if (store_item_get(c->d->store, c->arena, id, out))
		return sk_fail(&c->e, SK_ERR_NOINPUT, id, "no such item: see "
		    "`sekisho item list`");
	return SK_OK;
}

int
command_org(struct command *c, const char *id, struct org *out)
{
	if (store_org_get(c->d->store, c->arena, id, out))
		return sk_fail(&c->e, SK_ERR_NOINPUT, id, "no such "
		    "organisation: see `sekisho org list --all`");
	return SK_OK;
}

int
command_person(struct command *c, const char *id, struct person *out)
{
	if (store_person_get(c->d->store, c->arena, id, out))
		return sk_fail(&c->e, SK_ERR_NOINPUT, id, "no such person: "
		    "see `sekisho person list --all`");
	return SK_OK;
}

bool
command_role(const struct command *c, enum verb_role role)
{
	return (c->roles & role) != 0;
}

/* ---- verbs and their functions ---- */

#define ALONE(noun) { #noun, NULL, verb_##noun }
#define ROW(noun, name) { #noun, #name, verb_##noun##_##name }

static const struct {
	const char *noun, *name;
	command_fn fn;
} functions[] = {
	ROW(org, add), ROW(org, list), ROW(org, show), ROW(org, change),
	ROW(org, withdraw), ROW(org, suspend), ROW(org, resume),
	ROW(org, refuse), ROW(org, review),
	ROW(person, add), ROW(person, list), ROW(person, show),
	ROW(person, change), ROW(person, remove), ROW(person, acknowledge),
	ROW(person, refuse),
	ROW(roster, import), ROW(roster, check),
	ROW(key, import), ROW(key, approve), ROW(key, decline),
	ROW(key, stop), ROW(key, lift), ROW(key, check),
	ROW(key, lookup),
	ROW(key, own), ROW(key, announce),
	ROW(key, list), ROW(key, show), ROW(key, export), ROW(case, list),
	ROW(case, show), ROW(case, take), ROW(case, note), ROW(case, ask),
	ROW(case, originator), ROW(case, client),
	ROW(case, close), ROW(terms, show), ROW(terms, narrow),
	ROW(terms, exclude), ROW(terms, vouch), ROW(terms, withdraw),
	ROW(case, deny), ROW(case, merge), ROW(case, unmerge),
	ROW(case, reopen), ROW(case, advise), ROW(damage, add),
	ROW(damage, list), ROW(damage, show), ROW(request, widen),
	ROW(request, exception), ROW(request, list), ROW(request, sheet),
	ROW(request, secrecy), ROW(request, answers),
	ROW(request, cooperation), ROW(case, match), ROW(item, release),
	ROW(request, outside), ALONE(feedback), ALONE(publication),
	ROW(item, text), ROW(item, add),
	ROW(item, show), ROW(item, edit), ROW(item, list),
	ROW(item, approve), ROW(item, withdraw), ROW(item, raise),
	ALONE(preview), ALONE(why), ALONE(probe), ROW(digest, send),
	ROW(digest, list),
	ROW(digest, show), ROW(digest, report), ROW(mail, list),
	ROW(mail, show), ROW(mail, text), ROW(mail, vouch), ROW(mail, check),
	{ "mail", "read-again", verb_mail_read_again },
	ROW(mail, split), ROW(mail, save), ALONE(answers),
	ROW(outbox, list), ROW(outbox, show),
	ROW(outbox, retry), ROW(outbox, release), ROW(outbox, check),
	ROW(outbox, mark),
	ROW(audit, show),
	ROW(audit, verify), ALONE(stats), ROW(digest, preview),
	ROW(text, list), ROW(text, show),
};

command_fn
command_find(const struct verb *v)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
		if (strcmp(functions[i].noun, v->noun) != 0 ||
		    !functions[i].name != !v->name)
			continue;
		if (!v->name || strcmp(functions[i].name, v->name) == 0)
			return functions[i].fn;
	}
	return NULL;
}

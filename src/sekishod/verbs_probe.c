/*
 * A probe: `sekisho check` sends itself a mail through Postfix and asks here
 * what became of it. Its token belongs to no case and no copy, so the mail
 * opens nothing, answers nobody and confirms nothing (decide.c). What the
 * sender forged is known by a name that holds the token.
 */
#include <string.h>

#include <sekisho/text.h>

#include "command.h"

#define TOKEN_LENGTH 26
#define LOOK_BACK 200		/* mails: a probe is asked for at once */

static int
begin(struct command *c)
{
	const char *own = c->d->config->return_address;
	char token[TOKEN_LENGTH + 1];
	struct token_record t = { .address = own, .created = c->now };
	int r;

	sk_random_base32(token, TOKEN_LENGTH);
	r = command_store(c, store_token_add(c->d->store, token, &t),
	    "probe");
	if (!r)
		r = command_audit(c, "mail.probe", "", "");
	if (r)
		return r;
	c->out = sk_json_document("probe");
	sk_json_set_str(c->out, "token", token);
	sk_json_set_str(c->out, "address", outbox_tagged(c->arena, own,
	    token));
	sk_json_set_str(c->out, "authserv_id", c->d->config->authserv_id);
	return SK_OK;
}

static bool
is_of(struct command *c, const struct mail_record *m, const char *token)
{
	if (m->class != MAIL_PROBE)
		return false;
	for (size_t i = 0; i < m->nrcpts; i++)
		if (strstr(sk_ascii_lower(c->arena, m->rcpts[i]), token))
			return true;
	return false;
}

/* Does a result stand in it that names the token, as only a forger's can? */
static bool
keeps_forged(struct command *c, const struct mail_record *m,
    const char *token)
{
	struct facts f;

	if (!m->facts.len || facts_get(c->arena, m->facts, &f))
		return false;
	for (size_t i = 0; i < f.nauthres; i++)
		for (size_t k = 0; k < f.authres[i].nmethods; k++) {
			const char *d = f.authres[i].methods[k].domain;

			if (d && strstr(d, token))
				return true;
		}
	return false;
}

static int
result(struct command *c, const char *token)
{
	struct mail_record *m = NULL;
	bool forged = false, read = true;
	size_t n = 0, arrived = 0;
	int r = command_store(c, store_mail_list(c->d->store, c->arena, 0,
	    LOOK_BACK, &m, &n), "mails");

	if (r)
		return r;
	for (size_t i = 0; i < n; i++) {
		if (!is_of(c, &m[i], token))
			continue;
		arrived++;
		read &= m[i].facts.len > 0;
		forged |= keeps_forged(c, &m[i], token);
	}
	c->out = sk_json_document("probe");
	sk_json_set_str(c->out, "token", token);
	sk_json_set_int(c->out, "arrived", (int64_t)arrived);
	sk_json_set_bool(c->out, "read", arrived && read);
	sk_json_set_bool(c->out, "forged_kept", forged);
	return SK_OK;
}

int
verb_probe(struct command *c)
{
	const char *token = command_str(c, "token");

	if (!token)
		return begin(c);
	if (!sk_is_base32(token, TOKEN_LENGTH))
		return sk_fail(&c->e, SK_ERR_USAGE, "--token", "has 26 "
		    "characters a-z and 2-7, as `probe` gave it");
	return result(c, token);
}

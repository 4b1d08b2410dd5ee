/*
 * Whose mails could not be opened too often today: those wait for a person, a
 * sender who tries on is no mistaken one (B1, no oracle). Who shows a token of
 * ours, or whose key is pinned, is not kept out by those who write his name
 * over their own mails: they are counted apart (store_failure_add()).
 */
#include "intake.h"

#include <sekisho/mem.h>
#include <sekisho/text.h>

/* By what stands around what is encrypted: nothing inside may choose where a
 * failure counts, or each try would count somewhere else. */
static struct failing
failing(struct job *j)
{
	const struct facts *around = j->enveloped ? &j->before : &j->facts;
	const char *from = around->from.address;
	struct token_found found[DECIDE_TOKENS];
	struct failing f = { .address = from ? from : "",
		.auth = job_auth(j, around) };
	const char **tokens = sk_arena_array(j->arena, DECIDE_TOKENS,
	    sizeof(*tokens));

	f.ntokens = routing_tokens(j->arena, j->d->config, around,
	    j->mail.rcpts, j->mail.nrcpts, found);
	for (size_t i = 0; i < f.ntokens; i++)
		tokens[i] = found[i].token;
	f.tokens = tokens;
	return f;
}

void
job_count_failure(struct job *j)
{
	struct failing f = failing(j);

	store_failure_add(j->d->store, &f, j->mail.received);
	turn_after(j->d, NULL, NULL);
}

/* At a free mail domain one of its users must not close the door to all. */
static bool
is_over(const struct job *j, const struct failing *f,
    const struct failures *n)
{
	bool one = f->auth == AUTH_PASS && !assurance_free_mail(j->d->policy,
	    sk_address_domain(f->address));

	switch (n->shows) {
	case SHOWS_TOKEN:
		return n->own >= LIMIT_DECRYPT_FAILURES ||
		    n->all >= LIMIT_DECRYPT_FAILURES_KNOWN;
	case SHOWS_KEY:
		return n->own >= LIMIT_DECRYPT_FAILURES_KNOWN;
	case SHOWS_NAME:
		break;
	}
	return n->own >= LIMIT_DECRYPT_FAILURES ||
	    (one && n->all >= LIMIT_DECRYPT_FAILURES_DOMAIN);
}

/* An operator who gives one back has looked. */
bool
job_failed_too_often(struct job *j)
{
	struct failing f;
	struct failures n = { 0 };

	if (j->mail.again)
		return false;
	f = failing(j);
	return store_failures_day(j->d->store, &f, j->mail.received, &n) ||
	    is_over(j, &f, &n);
}

/*
 * What the sender's signature is worth for the question that a mail answers
 * (design.md §8). The address and the references that carry the token are not
 * under the signature; the time of signing is, and so is a quoted `ref` line.
 */
#include <sekisho/decide.h>

#include <sekisho/limits.h>
#include <sekisho/text.h>

static bool
names(const char *ref, const struct token_found *t)
{
	return ref && sk_ascii_ieq(ref, t->token);
}

/* A clock that runs ahead must not make a signature newer than all questions
 * to come. */
static bool
signed_between(const struct decide_in *in, int64_t from)
{
	int64_t at = in->verdict ? in->verdict->signed_at : 0;

	return at >= from - LIMIT_SIGNED_SKEW &&
	    at <= in->now + LIMIT_SIGNED_SKEW;
}

bool
decide_signed_for(const struct decide_in *in, const struct token_found *t)
{
	const struct answer *said = &in->facts->answer;

	if (!in->signer_is_from)
		return false;
	return names(said->ref, t) || names(said->ref_other, t) ||
	    (!in->signature_seen && signed_between(in, t->created));
}

bool
decide_signed_anew(const struct decide_in *in)
{
	return in->signer_is_from && !in->signature_seen &&
	    signed_between(in, in->now - LIMIT_SIGNED_SECONDS);
}

/*
 * Which of our tokens does a mail carry, and in which language do we answer?
 * A token routes; what it proves is decided in decide_reply.c. A malformed tag
 * is no tag (design.md §8): other systems fold case or drop it.
 */
#include <sekisho/decide.h>

#include <string.h>

#include <sekisho/text.h>

#define TOKEN_LENGTH 26

static size_t
add(struct sk_arena *a, struct token_found *out, size_t n,
    const char *text, enum token_place place)
{
	char *token;

	if (n == DECIDE_TOKENS || !text)
		return n;
	token = sk_ascii_lower(a, text);
	if (!sk_is_base32(token, TOKEN_LENGTH))
		return n;
	for (size_t i = 0; i < n; i++)
		if (strcmp(out[i].token, token) == 0)
			return n;
	out[n] = (struct token_found){ .token = token, .place = place };
	return n + 1;
}

/* A Message-ID of ours is TOKEN@domain. */
static const char *
token_of_message_id(struct sk_arena *a, const struct config *c, const char *id)
{
	const char *at = strrchr(id, '@');

	if (!at || !sk_ascii_ieq(at + 1, c->domain))
		return NULL;
	return sk_arena_strn(a, id, (size_t)(at - id));
}

/* The copy that came back shows our Message-ID and our tagged addresses. */
static size_t
add_returned(struct sk_arena *a, const struct config *c,
    const struct facts *f, struct token_found *out, size_t n)
{
	for (size_t i = 0; i < f->bounce.nreturned; i++) {
		const char *id = f->bounce.returned[i], *tag = "";

		n = add(a, out, n, token_of_message_id(a, c, id),
		    TOKEN_RETURNED);
		if (config_desk(c, id, &tag, a) ||
		    config_is_return(c, id, &tag, a))
			n = add(a, out, n, tag, TOKEN_RETURNED);
	}
	return n;
}

size_t
routing_tokens(struct sk_arena *a, const struct config *c,
    const struct facts *f, const char *const *rcpts, size_t nrcpts,
    struct token_found out[DECIDE_TOKENS])
{
	size_t n = 0;

	for (size_t i = 0; i < nrcpts; i++) {
		const char *tag = "";

		if (config_desk(c, rcpts[i], &tag, a) ||
		    config_is_return(c, rcpts[i], &tag, a))
			n = add(a, out, n, tag, TOKEN_RCPT_TAG);
	}
	if (!f)
		return n;
	for (size_t i = 0; i < f->nrefs; i++)
		n = add(a, out, n, token_of_message_id(a, c, f->refs[i]),
		    TOKEN_REFERENCE);
	n = add(a, out, n, f->answer.ref, TOKEN_REF_LINE);
	n = add(a, out, n, f->answer.ref_other, TOKEN_REF_LINE);
	return add_returned(a, c, f, out, n);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* YYYY-NNNN with four digits or more, not inside a longer word. */
static size_t
case_number_at(const char *s)
{
	size_t n = 0, digits = 0;

	while (n < 4 && is_digit(s[n]))
		n++;
	if (n < 4 || s[n] != '-')
		return 0;
	while (is_digit(s[5 + digits]))
		digits++;
	return digits >= 4 && digits <= 9 ? 5 + digits : 0;
}

const char *
routing_case_number(struct sk_arena *a, const char *subject)
{
	const char *s;

	if (!subject)
		return NULL;
	subject = sk_nfkc(a, subject);
	for (s = subject; *s; s++) {
		size_t n;

		if (s > subject && (is_digit(s[-1]) || s[-1] == '-'))
			continue;
		n = case_number_at(s);
		if (n && s[n] != '-')
			return sk_arena_strn(a, s, n);
	}
	return NULL;
}

const char *
routing_language(const struct facts *f, const char *sender)
{
	const char *from = f && f->from.address ? f->from.address : sender;
	const char *domain = from && *from ? sk_address_domain(from) : NULL;
	size_t n = domain ? strlen(domain) : 0;

	if (f && (f->kana || f->japanese_charset))
		return "ja";
	return n > 3 && sk_ascii_ieq(domain + n - 3, ".jp") ? "ja" : "en";
}

const char *
routing_answer_address(const struct policy *p, const struct facts *f)
{
	const char *from = f->from.address, *reply = f->reply_to.address;
	const char *domain = from && reply ? sk_address_domain(from) : NULL;

	if (domain && sk_same_org_domain(domain, sk_address_domain(reply)) &&
	    !assurance_free_mail(p, domain))
		return reply;
	return from;
}

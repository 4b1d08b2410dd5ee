/*
 * Was the mail written by a machine? Whatever says so counts, because one
 * answer too few costs a person a minute, and one too many can start a loop
 * (RFC 3834, standards.md A4). X-Auto-Response-Suppress only asks for silence:
 * Outlook sets it on mail that people wrote.
 */
#include <config.h>

#include <sekisho/text.h>

#include "mail/bytes.h"
#include "mail/header.h"

/* The value of X-Loop that our own automatic mail may carry. */
#define OUR_LOOP_MARK "sekisho"

static struct sk_span
value_of(const struct mail_header *h, const char *name)
{
	const struct mail_field *f = header_find(h, name);

	return f ? span_trim(f->value) : sk_span_of(NULL, 0);
}

static bool
starts(struct sk_span s, const char *word)
{
	size_t n = strlen(word);

	return s.len >= n && span_ieq(sk_span_of(s.p, n), word);
}

static bool
any_of(const struct mail_header *h, const char *const *names)
{
	for (; *names != NULL; names++)
		if (header_find(h, *names) != NULL)
			return true;
	return false;
}

static bool
is_ours(const struct mail_header *h)
{
	for (size_t i = 0; i < h->n; i++)
		if (field_is(&h->fields[i], "X-Loop") &&
		    starts(span_trim(h->fields[i].value), OUR_LOOP_MARK))
			return true;
	return false;
}

static bool
is_machine_address(const char *address)
{
	static const char *const exact[] = { "mailer-daemon", "noreply",
		"no-reply", "no_reply", "donotreply",
		"do-not-reply" };
	struct sk_span local;
	const char *at = address ? strrchr(address, '@') : NULL;

	if (at == NULL)
		return false;
	local = sk_span_of(address, (size_t)(at - address));
	for (size_t i = 0; i < sizeof(exact) / sizeof(*exact); i++)
		if (span_ieq(local, exact[i]))
			return true;
	return starts(local, "owner-") || (local.len > 8 &&
	    span_ieq(span_cut(local, local.len - 8, local.len), "-request"));
}

static bool
is_dsn(const struct mail_header *h, const char *content_type,
    const char *from)
{
	static const char *const marks[] = { "X-Failed-Recipients", NULL };

	return strcmp(content_type, "multipart/report") == 0 ||
	    any_of(h, marks) ||
	    (from != NULL && sk_ascii_iprefix(from, "mailer-daemon@"));
}

static bool
is_list(const struct mail_header *h)
{
	static const char *const marks[] = { "List-Id", "List-Post",
		"List-Unsubscribe", "List-Help", "List-Subscribe",
		"List-Owner", "List-Archive", "Mailing-List", "X-ML-Name",
		"X-Mail-Count", "X-MLServer", "X-Mailing-List", NULL };
	struct sk_span precedence = value_of(h, "Precedence");

	return any_of(h, marks) || starts(precedence, "bulk") ||
	    starts(precedence, "list") || starts(precedence, "junk");
}

static bool
is_reply(const struct mail_header *h)
{
	static const char *const marks[] = { "X-Autoreply", "X-Autorespond",
		"X-Autoresponder", "X-AutoReply-From", "X-Vacation",
		"X-Mail-Autoreply", "Delivered-Autoreply", NULL };
	struct sk_span auto_submitted = value_of(h, "Auto-Submitted");

	return any_of(h, marks) || starts(auto_submitted, "auto-replied") ||
	    starts(auto_submitted, "auto-notified") ||
	    starts(value_of(h, "Precedence"), "auto_reply");
}

/* Any field of the name, since a second one could hide behind "no". */
static bool
is_submitted_by_machine(const struct mail_header *h)
{
	struct sk_span v;

	for (size_t i = 0; i < h->n; i++) {
		if (!field_is(&h->fields[i], "Auto-Submitted"))
			continue;
		v = span_trim(h->fields[i].value);
		if (!starts(v, "no") || (v.len > 2 &&
		    !byte_space(v.p[2]) && v.p[2] != ';' && v.p[2] != '('))
			return true;
	}
	return false;
}

enum fact_auto
mail_automatic(const struct mail_header *h, const char *content_type,
    const char *from, bool *no_reply_wanted)
{
	struct sk_span suppress = value_of(h, "X-Auto-Response-Suppress");

	*no_reply_wanted = span_ihas(suppress, "all") ||
	    span_ihas(suppress, "autoreply");
	if (is_ours(h))
		return AUTO_OURS;
	if (is_dsn(h, content_type, from))
		return AUTO_DSN;
	if (is_reply(h))
		return AUTO_REPLIED;
	if (is_list(h))
		return AUTO_LIST;
	if (is_submitted_by_machine(h) || is_machine_address(from))
		return AUTO_GENERATED;
	return AUTO_NO;
}

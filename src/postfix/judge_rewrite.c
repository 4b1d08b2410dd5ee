/*
 * What could copy, rename or change a mail of ours on its way through. A copy
 * to somebody else is a leak (I3); a changed byte makes the guard refuse it,
 * and after the guard nobody would notice.
 */
#include "internal.h"

#include <string.h>

#include <sekisho/text.h>

/* The value for every cleanup of master.cf, main.cf's first. */
static const char *
cleanup_value(struct judging *j, size_t *at, const char *name)
{
	for (; *at < j->p->nservices; ++*at) {
		const struct postfix_service *s = &j->p->services[*at];

		if (strcmp(s->program, "cleanup") != 0)
			continue;
		++*at;
		return postfix_for(j->p, s, name);
	}
	return NULL;
}

static const char *
asked(struct judging *j, const char *maps, size_t i)
{
	return postfix_ask_address(j->p, maps, j->ours[i], false);
}

static void
copies_in(struct judging *j, const char *name)
{
	const char *maps;

	for (size_t at = 0; (maps = cleanup_value(j, &at, name));)
		for (size_t i = 0; *maps && i < j->nours; i++)
			if (asked(j, maps, i))
				judge_fault(j, "%s gives copies of mail of %s "
				    "to another: take the entry out", name,
				    j->ours[i]);
}

void
judge_copies(struct judging *j)
{
	const char *all;

	for (size_t at = 0; (all = cleanup_value(j, &at, "always_bcc"));)
		if (*all)
			judge_fault(j, "always_bcc = %s gets a copy of every "
			    "mail, who consults and who receives included: "
			    "take it out", all);
	copies_in(j, "sender_bcc_maps");
	copies_in(j, "recipient_bcc_maps");
}

static void
rewritten_by(struct judging *j, const char *name, const char *maps)
{
	for (size_t i = 0; *maps && i < j->nours; i++) {
		const char *said = asked(j, maps, i);

		if (said && !sk_ascii_ieq(said, j->ours[i]))
			judge_fault(j, "%s makes %s of %s: the guard would "
			    "not know its mail; take the entry out", name,
			    said, j->ours[i]);
	}
}

/* masquerade_domains strips hosts below the named domains; "!x" spares x. */
static void
masqueraded(struct judging *j)
{
	const char *list = postfix_param(j->p, "masquerade_domains");
	const char *const *w;
	size_t n = postfix_split(j->a, list, &w);

	for (size_t i = 0; i < j->nours; i++) {
		const char *domain = sk_address_domain(j->ours[i]);

		for (size_t k = 0; k < n; k++) {
			size_t d = strlen(domain), m = strlen(w[k]);

			if (*w[k] == '!' && sk_ascii_ieq(w[k] + 1, domain))
				break;
			if (d > m && domain[d - m - 1] == '.' &&
			    sk_ascii_ieq(domain + d - m, w[k]))
				judge_fault(j, "masquerade_domains = %s "
				    "shortens %s: except it with !%s", list,
				    j->ours[i], domain);
		}
	}
}

void
judge_addresses(struct judging *j)
{
	static const char *const names[] = { "canonical_maps",
		"sender_canonical_maps", "recipient_canonical_maps",
		"virtual_alias_maps" };
	const char *maps;

	for (size_t k = 0; k < sizeof(names) / sizeof(*names); k++)
		for (size_t at = 0; (maps = cleanup_value(j, &at, names[k]));)
			rewritten_by(j, names[k], maps);
	rewritten_by(j, "smtp_generic_maps", postfix_param(j->p,
	    "smtp_generic_maps"));
	masqueraded(j);
}

/* Actions that leave a mail as it is. */
static bool
is_harmless(const char *action)
{
	static const char *const words[] = { "DUNNO", "INFO", "WARN", "PASS",
		"OK", "PERMIT" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (sk_ascii_iprefix(action, words[i]))
			return true;
	return false;
}

/* Fields as every copy of ours has them, against one list of checks. */
static void
fields_against(struct judging *j, const char *name, const char *maps)
{
	const char *lines[] = {
		sk_arena_printf(j->a, "From: <%s>", j->ours[0]),
		sk_arena_printf(j->a, "Reply-To: <%s>", j->ours[0]),
		"Subject: [...]", "Auto-Submitted: auto-generated",
		"MIME-Version: 1.0", "Content-Type: multipart/encrypted; "
		"protocol=\"application/pgp-encrypted\";",
		"Content-Type: application/pkcs7-mime;",
	};

	for (size_t i = 0; *maps && i < sizeof(lines) / sizeof(*lines); i++) {
		const char *said = postfix_ask(j->p, maps, lines[i]);

		if (said && !is_harmless(said))
			judge_fault(j, "%s does %s to \"%s\": the guard would "
			    "refuse the copy, or it changes after the guard; "
			    "spare mail of %s", name, said, lines[i],
			    j->ours[0]);
	}
}

/* A PREPEND, BCC, REDIRECT or FILTER that an access table says of us. */
static void
access_tables(struct judging *j, const char *name, const char *value)
{
	const char *const *w, *said;
	size_t n = postfix_split(j->a, value, &w);

	for (size_t i = 0; i + 1 < n; i++) {
		if (sk_ascii_ieq(w[i], "check_sender_access"))
			said = asked(j, w[i + 1], j->nours - 1);
		else if (sk_ascii_ieq(w[i], "check_client_access"))
			said = postfix_ask(j->p, w[i + 1], "127.0.0.1");
		else
			continue;
		if (said && (sk_ascii_iprefix(said, "PREPEND") ||
		    sk_ascii_iprefix(said, "BCC") ||
		    sk_ascii_iprefix(said, "REDIRECT") ||
		    sk_ascii_iprefix(said, "FILTER")))
			judge_fault(j, "%s: %s says \"%s\" of our mail: take "
			    "the entry out", name, w[i + 1], said);
	}
}

void
judge_fields(struct judging *j)
{
	static const char *const checks[] = { "header_checks",
		"mime_header_checks" };
	static const char *const later[] = { "smtp_header_checks",
		"smtp_mime_header_checks", "milter_header_checks" };
	static const char *const access[] = { "smtpd_client_restrictions",
		"smtpd_helo_restrictions", "smtpd_sender_restrictions",
		"smtpd_relay_restrictions", "smtpd_recipient_restrictions",
		"smtpd_data_restrictions", "smtpd_end_of_data_restrictions" };
	const char *maps;

	for (size_t k = 0; k < sizeof(checks) / sizeof(*checks); k++)
		for (size_t at = 0; (maps = cleanup_value(j, &at, checks[k]));)
			fields_against(j, checks[k], maps);
	for (size_t k = 0; k < sizeof(later) / sizeof(*later); k++)
		fields_against(j, later[k], postfix_param(j->p, later[k]));
	for (size_t k = 0; k < sizeof(access) / sizeof(*access); k++)
		access_tables(j, access[k], postfix_param(j->p, access[k]));
}

void
judge_filters(struct judging *j)
{
	static const char *const names[] = { "content_filter",
		"smtpd_proxy_filter" };

	for (size_t i = 0; i < j->p->nservices; i++) {
		const struct postfix_service *s = &j->p->services[i];

		if (!is_smtpd(s) && strcmp(s->program, "pickup") != 0)
			continue;
		for (size_t k = 0; k < 2; k++) {
			const char *v = postfix_for(j->p, s, names[k]);

			if (*v)
				judge_fault(j, "%s: %s = %s hands our mail to "
				    "a program behind the guard: give the "
				    "council's mail a service without it",
				    postfix_service_id(j->p, s), names[k], v);
		}
	}
}

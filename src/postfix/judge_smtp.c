/* What Postfix takes from the network and from us: where a mail ends, how large
 * it may be, whose word about authentication is kept, and under which TLS. */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sekisho/text.h>

#define APPLY "`sekisho setup postfix --apply` sets it"

static bool
is_yes(const char *value)
{
	return sk_ascii_ieq(value, "yes");
}

/* "yes" is normalize; the others refuse or repair too. */
static bool
newline_is_safe(const char *value)
{
	return is_yes(value) || sk_ascii_ieq(value, "normalize") ||
	    sk_ascii_ieq(value, "reject");
}

static void
smuggling_at(struct judging *j, const struct postfix_service *s)
{
	const struct postfix *p = j->p;
	const char *id = postfix_service_id(p, s);
	const char *newline = postfix_for(p, s, "smtpd_forbid_bare_newline");
	/* Its default is $mynetworks. */
	const char *exclusions = postfix_for(p, s,
	    "smtpd_forbid_bare_newline_exclusions");

	if (!newline_is_safe(newline))
		judge_fault(j, "%s: smtpd_forbid_bare_newline = %s lets one "
		    "mail be read as two, with any sender: set it to "
		    "normalize; " APPLY, id, *newline ? newline :
		    "(unknown to this Postfix: install 3.7.9 or later)");
	if (*exclusions)
		judge_fault(j, "%s: smtpd_forbid_bare_newline_exclusions = %s "
		    "leaves these open to it, and a relay among them passes "
		    "it on from outside: make it empty; " APPLY, id,
		    exclusions);
	if (!is_yes(postfix_for(p, s, "smtpd_forbid_unauth_pipelining")) &&
	    !postfix_listed(p, postfix_for(p, s, "smtpd_data_restrictions"),
	    "reject_unauth_pipelining"))
		judge_fault(j, "%s takes commands that follow a mail unasked: "
		    "smtpd_forbid_unauth_pipelining = yes; " APPLY, id);
}

void
judge_smuggling(struct judging *j)
{
	for (size_t i = 0; i < j->p->nservices; i++)
		if (is_smtpd(&j->p->services[i]))
			smuggling_at(j, &j->p->services[i]);
}

void
judge_sizes(struct judging *j)
{
	const char *size = postfix_param(j->p, "message_size_limit");

	if (strtoull(size, NULL, 10) != j->c->max_message_bytes)
		judge_fault(j, "message_size_limit = %s and "
		    "lmtp.max_message_bytes = %zu: what only one of the two "
		    "takes is bounced with its text; make them equal; " APPLY,
		    size, j->c->max_message_bytes);
}

/* The cleanup that an smtpd hands its mail to. */
static const char *
header_checks_of(struct judging *j, const struct postfix_service *s)
{
	const char *name = postfix_for(j->p, s, "cleanup_service_name");
	const struct postfix_service *c = postfix_service(j->p, name, "unix");

	return c ? postfix_for(j->p, c, "header_checks") :
	    postfix_param(j->p, "header_checks");
}

void
judge_results(struct judging *j)
{
	const char *id = j->c->authserv_id && *j->c->authserv_id ?
	    j->c->authserv_id : "mx.example.jp";
	const char *forged = sk_arena_printf(j->a,
	    "Authentication-Results: %s; dmarc=pass", id);

	for (size_t i = 0; i < j->p->nservices; i++) {
		const struct postfix_service *s = &j->p->services[i];
		const char *said;

		if (!is_smtpd(s))
			continue;
		said = postfix_ask(j->p, header_checks_of(j, s), forged);
		if (!said || !sk_ascii_iprefix(said, "IGNORE"))
			judge_fault(j, "%s keeps an Authentication-Results "
			    "field that the sender wrote, so anybody passes "
			    "for anybody: header_checks must IGNORE it; "
			    APPLY, postfix_service_id(j->p, s));
	}
}

/* ---- our own hand-over ---- */

/* "25", "smtp", "127.0.0.1:25", "[::1]:25" */
static bool
listens_at(const struct postfix_service *s, unsigned port)
{
	const char *colon = strrchr(s->name, ':');
	const char *name = colon ? colon + 1 : s->name;
	char number[16];

	snprintf(number, sizeof(number), "%u", port);
	return strcmp(s->type, "inet") == 0 && (strcmp(name, number) == 0 ||
	    (port == 25 && strcmp(name, "smtp") == 0) ||
	    (port == 465 && (strcmp(name, "smtps") == 0 ||
	    strcmp(name, "submissions") == 0)));
}

static bool
relay_here(const struct config *c)
{
	return strncmp(c->relay_host, "127.", 4) == 0 ||
	    strcmp(c->relay_host, "[::1]") == 0 ||
	    sk_ascii_ieq(c->relay_host, "localhost");
}

/* Both sides must mean the same: else every copy waits, and nobody but `check'
 * says why. A relay on another machine is not this Postfix. */
void
judge_hand_over(struct judging *j)
{
	const struct config *c = j->c;

	if (!c->relay_host || !relay_here(c))
		return;
	for (size_t i = 0; i < j->p->nservices; i++) {
		const struct postfix_service *s = &j->p->services[i];
		const char *id, *level;

		if (!is_smtpd(s) || !listens_at(s, c->relay_port))
			continue;
		id = postfix_service_id(j->p, s);
		level = postfix_for(j->p, s, "smtpd_tls_security_level");
		if (c->relay_tls && !c->relay_smtps && (!*level ||
		    sk_ascii_ieq(level, "none")))
			judge_fault(j, "%s offers no TLS, and relay.tls is "
			    "\"required\": nothing would leave; give it "
			    "smtpd_tls_chain_files and "
			    "smtpd_tls_security_level = may, or hand over in "
			    "the clear on this machine: relay.tls = \"none\"",
			    id);
		if (!c->relay_tls && sk_ascii_ieq(level, "encrypt"))
			judge_fault(j, "%s takes mail under TLS alone "
			    "(smtpd_tls_security_level = encrypt), and "
			    "relay.tls is \"none\": nothing would leave; "
			    "write relay.tls = \"required\" with its ca and "
			    "name, or give our mail a service of its own", id);
	}
}

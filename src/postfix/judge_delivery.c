/* Does a mail to each address of ours, with a tag or without, reach sekishod's
 * socket, whole? */
#include "internal.h"

#include <string.h>

#include <sekisho/text.h>

#define SAMPLE_TAG "abcdefghijklmnopqrstuvwxyz"
#define APPLY "`sekisho setup postfix --apply` sets it"

void
judge_delimiter(struct judging *j)
{
	const char *signs = postfix_param(j->p, "recipient_delimiter");

	if (!strchr(signs, '+'))
		judge_fault(j, "recipient_delimiter = %s: replies to "
		    "desk+TOKEN@ are refused as unknown; add +; " APPLY,
		    *signs ? signs : "(empty)");
	for (size_t i = 0; i < j->nours; i++)
		if (postfix_cuts(signs, j->ours[i]))
			judge_fault(j, "recipient_delimiter = %s cuts %s in "
			    "two: leave only signs that no address of ours "
			    "holds; " APPLY, signs, j->ours[i]);
}

static const char *
tagged(struct judging *j, const char *address)
{
	return sk_arena_printf(j->a, "%.*s+" SAMPLE_TAG "@%s",
	    (int)strcspn(address, "@"), address, sk_address_domain(address));
}

/* Does an earlier address of ours share its domain? */
static bool
domain_seen(struct judging *j, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(sk_address_domain(j->ours[k]),
		    sk_address_domain(j->ours[i])) == 0)
			return true;
	return false;
}

void
judge_recipients(struct judging *j)
{
	for (size_t i = 0; i < j->nours; i++) {
		const char *domain = sk_address_domain(j->ours[i]);
		enum domain_class class = postfix_domain_class(j->p, domain);
		const char *maps = postfix_recipient_maps(class);
		const char *tables = maps ? postfix_param(j->p, maps) : "";

		if (class <= DOMAIN_ALIAS && class != DOMAIN_LOCAL &&
		    domain_seen(j, i))
			continue;
		if (class == DOMAIN_NONE)
			judge_fault(j, "this Postfix takes no mail for %s: "
			    "list it in virtual_mailbox_domains; " APPLY,
			    domain);
		else if (class == DOMAIN_ALIAS)
			judge_fault(j, "%s is a virtual alias domain, where "
			    "no transport is asked: list it in "
			    "virtual_mailbox_domains instead", domain);
		else if (*tables && !postfix_ask_address(j->p, tables,
		    tagged(j, j->ours[i]), false))
			judge_fault(j, "%s is not in %s: Postfix refuses its "
			    "mail; " APPLY, j->ours[i], maps);
	}
}

/* "service:nexthop" leads to our LMTP socket? The service, or NULL with the
 * fault said. */
static const struct postfix_service *
leads_to_us(struct judging *j, const char *address, const char *said)
{
	const char *hop = strchr(said, ':');
	const char *name = hop ? sk_arena_strn(j->a, said,
	    (size_t)(hop - said)) : said;
	const struct postfix_service *s = postfix_service(j->p, name, "unix");
	const char *want = postfix_endpoint(j->p, j->c->lmtp_listen);

	if (!s || strcmp(s->program, "lmtp") != 0)
		judge_fault(j, "%s goes to %s, which is no lmtp service: "
		    "transport_maps must name sekisho:%s; " APPLY, address,
		    said, want);
	else if (!hop || (strcmp(hop + 1, want) != 0 &&
	    strcmp(hop + 1, j->c->lmtp_listen) != 0))
		judge_fault(j, "%s goes to %s, but sekishod listens at %s; "
		    APPLY, address, said, want);
	else if (s->chroot && strncmp(hop + 1, "unix:/", 6) == 0)
		judge_fault(j, "%s: the service %s is in a chroot and cannot "
		    "see %s: name the socket inside Postfix's queue folder, "
		    "or set its chroot column to n", address, name, hop + 6);
	else
		return s;
	return NULL;
}

void
judge_transport(struct judging *j)
{
	const char *maps = postfix_param(j->p, "transport_maps");

	for (size_t i = 0; i < j->nours; i++) {
		const char *address = tagged(j, j->ours[i]);
		const char *said = postfix_ask_address(j->p, maps, address,
		    true);
		const struct postfix_service *s;
		const char *cut;

		if (!said) {
			judge_fault(j, "%s has no entry in transport_maps: "
			    "its mail does not come to sekishod; " APPLY,
			    j->ours[i]);
			continue;
		}
		s = leads_to_us(j, j->ours[i], said);
		cut = s ? postfix_for(j->p, s, "lmtp_line_length_limit") : "0";
		if (strcmp(cut, "0") != 0)
			judge_fault(j, "%s: lmtp_line_length_limit = %s cuts "
			    "Japanese text inside a character: set it to 0; "
			    APPLY, postfix_service_id(j->p, s), cut);
	}
}

void
judge_lifetime(struct judging *j)
{
	const char *value = postfix_param(j->p, "maximal_queue_lifetime");
	long seconds = postfix_seconds(value, 86400);

	if (seconds < QUEUE_DAYS_LEAST * 86400L)
		judge_fault(j, "maximal_queue_lifetime = %s: a consultation "
		    "that waits for sekishod over holidays would be given "
		    "back; %d days are well; " APPLY, value,
		    QUEUE_DAYS_WANTED);
}

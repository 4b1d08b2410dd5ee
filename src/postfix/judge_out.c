/*
 * How Postfix delivers to others. What the council says to its members is
 * encrypted; whom it writes to stands in every envelope, and is nobody else's
 * to read. Where the other side has no TLS the mail goes all the same: holding
 * it is not for us to say.
 */
#include "internal.h"

#include <sekisho/text.h>

/* An empty level leaves it to two parameters of old. */
bool
postfix_delivers_in_clear(const char *level, const char *use,
    const char *enforce)
{
	return sk_ascii_ieq(level, "none") || (!*level &&
	    !sk_ascii_ieq(use, "yes") && !sk_ascii_ieq(enforce, "yes"));
}

void
judge_delivery_tls(struct judging *j)
{
	static const char *const clients[] = { "smtp", "relay" };

	for (size_t i = 0; i < sizeof(clients) / sizeof(*clients); i++) {
		const struct postfix_service *s = postfix_service(j->p,
		    clients[i], "unix");
		const char *level;

		if (!s)
			continue;
		level = postfix_for(j->p, s, "smtp_tls_security_level");
		if (postfix_delivers_in_clear(level, postfix_for(j->p, s,
		    "smtp_use_tls"), postfix_for(j->p, s,
		    "smtp_enforce_tls")))
			judge_fault(j, "%s delivers without TLS, so whoever "
			    "listens on the way sees whom the council writes "
			    "to: smtp_tls_security_level = may, or dane where "
			    "the resolver checks DNSSEC; `sekisho setup "
			    "postfix --apply` sets the first",
			    postfix_service_id(j->p, s));
	}
}

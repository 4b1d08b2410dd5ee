/*
 * Whose claim is it? Authentication-Results fields (RFC 8601) judged as
 * design.md §8 says. A field is believed only if it carries our authserv-id and
 * stands above the first Received field: the sender can write anything below.
 * A field of ours anywhere else is a forgery attempt, and then nothing is
 * believed (R-054, L13). One of ours that does not parse may have said that
 * DMARC failed: it counts as if it did.
 */
#include <sekisho/decide.h>

#include <string.h>

#include <sekisho/text.h>

struct findings {
	bool dmarc_pass, failed, dkim_aligned, spf_aligned;
};

bool
assurance_free_mail(const struct policy *p, const char *domain)
{
	for (size_t i = 0; i < p->nfree_mail_domains; i++)
		if (sk_same_org_domain(p->free_mail_domains[i], domain))
			return true;
	return false;
}

/* Sharing the organisational domain proves nothing where everybody has an
 * address in it. */
static bool
aligned(const struct policy *p, const char *proved, const char *from_domain)
{
	return proved && !assurance_free_mail(p, from_domain) &&
	    sk_same_org_domain(proved, from_domain);
}

static void
weigh(const struct fact_auth_method *m, const struct policy *p,
    const char *from_domain, const char *sender_domain, struct findings *f)
{
	bool pass = sk_ascii_ieq(m->result, "pass");

	if (sk_ascii_ieq(m->method, "dmarc")) {
		/* header.from must be the From that we read: two readers of
		 * one header may differ (SEPPmail 27444). */
		if (pass && m->domain && sk_same_org_domain(m->domain,
		    from_domain))
			f->dmarc_pass = true;
		if (sk_ascii_ieq(m->result, "fail"))
			f->failed = true;
	} else if (sk_ascii_ieq(m->method, "dkim") && pass) {
		if (aligned(p, m->domain, from_domain))
			f->dkim_aligned = true;
	} else if (sk_ascii_ieq(m->method, "spf") && pass) {
		/* The envelope sender that was checked is the one we know. */
		if (sender_domain && m->domain &&
		    sk_ascii_ieq(m->domain, sender_domain) &&
		    aligned(p, m->domain, from_domain))
			f->spf_aligned = true;
	}
}

enum authentication
assurance_judge(const struct facts *f, const char *envelope_sender,
    const char *authserv_id, bool trusted_door, const struct policy *p)
{
	struct findings found = { 0 };
	const char *from, *sender;
	bool forged = false;

	if (!f || !f->from.address || !authserv_id || !*authserv_id ||
	    !trusted_door)
		return AUTH_NONE;
	from = sk_address_domain(f->from.address);
	sender = envelope_sender && *envelope_sender ?
	    sk_address_domain(envelope_sender) : NULL;
	for (size_t i = 0; i < f->nauthres; i++) {
		const struct fact_authres *ar = &f->authres[i];

		if (!ar->authserv_id ||
		    !sk_ascii_ieq(ar->authserv_id, authserv_id))
			continue;
		if (!ar->above_received)
			forged = true;
		found.failed |= ar->broken && ar->above_received;
		for (size_t j = 0; ar->above_received && j < ar->nmethods; j++)
			weigh(&ar->methods[j], p, from, sender, &found);
	}
	/* First: a forged field must not soften a failure. */
	if (found.failed)
		return AUTH_FAIL;
	if (forged)
		return AUTH_NONE;
	if (found.dmarc_pass || found.dkim_aligned || found.spf_aligned)
		return AUTH_PASS;
	return AUTH_NONE;
}

/*
 * Joins what a decrypted or verified layer says to what the mail around it
 * says. The sender is always who the outer mail names; a From inside is at
 * most a doubt (standards.md B1, SEPPmail CVE-2026-27443).
 */
#include <config.h>

#include <string.h>

#include <sekisho/facts.h>
#include <sekisho/text.h>

static bool
same_address(const char *a, const char *b)
{
	return a != NULL && b != NULL && sk_ascii_ieq(a, b);
}

void
facts_join(struct facts *outer, const struct facts *inner)
{
	outer->text = inner->text;
	outer->charset = inner->charset;
	outer->answer = inner->answer;
	outer->gives_password = inner->gives_password;
	outer->indicators = inner->indicators;
	outer->nindicators = inner->nindicators;
	outer->details = inner->details;
	outer->ndetails = inner->ndetails;
	outer->passages = inner->passages;
	outer->npassages = inner->npassages;
	outer->attachments = inner->attachments;
	outer->nattachments = inner->nattachments;
	outer->keys = inner->keys;
	outer->nkeys = inner->nkeys;
	outer->kana |= inner->kana;
	outer->japanese_charset |= inner->japanese_charset;
	outer->doubts |= inner->doubts;
	if (inner->subject != NULL)
		outer->subject = inner->subject;
	if (inner->from.address != NULL &&
	    !same_address(inner->from.address, outer->from.address))
		outer->doubts |= DOUBT_FROM_INSIDE;
}

/* ---- whose is an indicator? ---- */

static const char *
host_of(struct sk_arena *a, const struct fact_indicator *x)
{
	const char *host = x->value, *at;

	if (x->type == INDICATOR_EMAIL)
		return sk_address_domain(x->value);
	if (x->type == INDICATOR_DOMAIN)
		return x->value;
	if (x->type != INDICATOR_URL || (at = strstr(host, "://")) == NULL)
		return "";
	host = at + 3;
	at = host + strcspn(host, "/?#");
	for (const char *p = host; p < at; p++)
		if (*p == '@')
			host = p + 1;
	return sk_arena_strn(a, host, strcspn(host, ":/?#"));
}

struct party {
	const char *address;
	const char *org;	/* NULL: others write from that domain too */
};

static bool
is_free(const char *org, const char *domain, const char *const *free_mail,
    size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (sk_ascii_ieq(org, free_mail[i]) ||
		    sk_ascii_ieq(domain, free_mail[i]))
			return true;
	return false;
}

static bool
belongs(const struct fact_indicator *x, const char *org,
    const struct party *p)
{
	if (x->type == INDICATOR_EMAIL && same_address(x->value, p->address))
		return true;
	return p->org != NULL && *org != '\0' && strcmp(org, p->org) == 0;
}

static void
add_party(struct sk_arena *a, struct party *list, size_t *n,
    const char *address, const char *const *free_mail, size_t nfree)
{
	const char *domain, *org;

	if (address == NULL)
		return;
	domain = sk_address_domain(address);
	org = sk_org_domain(a, domain);
	list[*n].address = address;
	list[(*n)++].org = is_free(org, domain, free_mail, nfree) ? NULL :
	    org;
}

void
facts_mark_theirs(struct sk_arena *a, struct facts *f,
    const char *const *free_mail, size_t nfree_mail)
{
	struct party *party = sk_arena_array(a, f->nto + 3, sizeof(*party));
	struct fact_indicator *list;
	size_t n = 0;

	if (f->nindicators == 0)
		return;
	add_party(a, party, &n, f->from.address, free_mail, nfree_mail);
	add_party(a, party, &n, f->reply_to.address, free_mail, nfree_mail);
	add_party(a, party, &n, f->sender.address, free_mail, nfree_mail);
	for (size_t i = 0; i < f->nto; i++)
		add_party(a, party, &n, f->to[i].address, free_mail,
		    nfree_mail);
	list = sk_arena_dup(a, f->indicators, f->nindicators * sizeof(*list));
	for (size_t i = 0; i < f->nindicators; i++) {
		const char *org = sk_org_domain(a, host_of(a, &list[i]));

		for (size_t k = 0; k < n; k++)
			if (belongs(&list[i], org, &party[k])) {
				list[i].flags |= INDICATOR_THEIRS;
				break;
			}
	}
	f->indicators = list;
}

/*
 * Joins what a decrypted or verified layer says to what the mail around it
 * says. The sender is always who the outer mail names; a From inside is at
 * most a doubt (standards.md B1, SEPPmail CVE-2026-27443).
 */
#include <config.h>

#include <string.h>

#include <sekisho/facts.h>
#include <sekisho/limits.h>
#include <sekisho/text.h>

static bool
same_address(const char *a, const char *b)
{
	return a != NULL && b != NULL && sk_ascii_ieq(a, b);
}

static bool
same_text(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* Keys of the outer header (Autocrypt) go on with those inside. */
static bool
is_among(const struct fact_key *keys, size_t n, struct sk_span block)
{
	for (size_t i = 0; i < n; i++)
		if (sk_span_eq(keys[i].block, block))
			return true;
	return false;
}

static void
join_keys(struct sk_arena *a, struct facts *outer, const struct facts *inner)
{
	struct fact_key *all = sk_arena_array(a, LIMIT_KEYS_PER_MAIL,
	    sizeof(*all));
	size_t n = 0;

	for (size_t i = 0; i < inner->nkeys && n < LIMIT_KEYS_PER_MAIL; i++)
		all[n++] = inner->keys[i];
	/* What was signed beside its signature is seen by the outer reading
	 * too. */
	for (size_t i = 0; i < outer->nkeys && n < LIMIT_KEYS_PER_MAIL; i++)
		if (!is_among(all, n, outer->keys[i].block))
			all[n++] = outer->keys[i];
	outer->keys = all;
	outer->nkeys = n;
}

enum fact_form
attachment_form(uint32_t flags)
{
	return flags & ATTACH_SEALED ? FORM_PGP_ATTACHED :
	    flags & ATTACH_ENVELOPED ? FORM_SMIME_ENVELOPED :
	    flags & ATTACH_AUTH_ENVELOPED ? FORM_SMIME_AUTH_ENVELOPED :
	    flags & ATTACH_SIGNED ? FORM_SMIME_SIGNED_OPAQUE : FORM_PLAIN;
}

/* "report.xlsx.gpg" held bytes without a name: they are report.xlsx. */
static void
name_file(struct sk_arena *a, const struct facts *outer,
    const struct facts *inner, struct fact_attachment *it)
{
	static const char *const ends[] = { ".gpg", ".pgp", ".asc" };
	const struct fact_attachment *sealed = outer->attachments;
	size_t n;

	if (inner->nattachments != 1 || *inner->attachments->name ||
	    outer->nattachments != 1 || !(sealed->flags & ATTACH_SEALED))
		return;
	n = strlen(sealed->name);
	for (size_t i = 0; n > 4 && i < sizeof(ends) / sizeof(*ends); i++)
		if (sk_ascii_ieq(sealed->name + n - 4, ends[i])) {
			n -= 4;
			break;
		}
	it->name = sk_arena_strn(a, sealed->name, n);
	it->flags |= sealed->flags & (ATTACH_NAME_TWICE | ATTACH_NAME_HOSTILE);
}

/* What was attached beside an armoured text would be lost with it. */
static void
join_attachments(struct sk_arena *a, struct facts *outer,
    const struct facts *inner, enum fact_form opened)
{
	size_t n = inner->nattachments;
	struct fact_attachment *all;

	if (opened == FORM_PGP_ATTACHED && n == 1) {
		all = sk_arena_dup(a, inner->attachments, sizeof(*all));
		name_file(a, outer, inner, all);
		outer->attachments = all;
		outer->nattachments = n;
		return;
	}
	if (!form_inline(opened) || outer->nattachments == 0) {
		outer->attachments = inner->attachments;
		outer->nattachments = n;
		return;
	}
	all = sk_arena_array(a, n + outer->nattachments, sizeof(*all));
	for (size_t i = 0; i < n; i++)
		all[i] = inner->attachments[i];
	for (size_t i = 0; i < outer->nattachments &&
	    n < LIMIT_MIME_PARTS; i++, n++) {
		all[n] = outer->attachments[i];
		if (all[n].part < FACTS_BESIDE)
			all[n].part += FACTS_BESIDE;
	}
	outer->attachments = all;
	outer->nattachments = n;
}

static void
join_header(struct facts *outer, const struct facts *inner)
{
	bool standard = inner->protection == PROTECTION_CIPHER ||
	    inner->protection == PROTECTION_CLEAR;

	/* Without forwarded="no" nobody can tell a wrapped mail from one that
	 * was passed on: then it is somebody else's header. */
	if (inner->protection == PROTECTION_WRAPPED &&
	    !same_address(inner->from.address, outer->from.address))
		return;
	outer->protection = inner->protection;
	if (inner->protection == PROTECTION_CLEAR &&
	    !same_text(outer->subject, inner->subject))
		outer->doubts |= DOUBT_SUBJECT_OUTSIDE;
	if (standard || inner->subject != NULL)
		outer->subject = inner->subject;
	if (inner->from.address != NULL &&
	    !same_address(inner->from.address, outer->from.address))
		outer->doubts |= DOUBT_FROM_INSIDE;
	if (!standard)
		return;
	outer->reply_to = inner->reply_to;
	outer->to = inner->to;
	outer->nto = inner->nto;
	if (inner->message_id != NULL)
		outer->message_id = inner->message_id;
	outer->refs = inner->refs;
	outer->nrefs = inner->nrefs;
}

void
facts_join(struct sk_arena *a, struct facts *outer, const struct facts *inner,
    enum fact_form opened, bool believed)
{
	join_attachments(a, outer, inner, opened);
	join_keys(a, outer, inner);
	if (outer->outside == NULL)
		outer->outside = inner->outside;
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
	outer->kana |= inner->kana;
	outer->japanese_charset |= inner->japanese_charset;
	outer->doubts |= inner->doubts;
	if (inner->protection != PROTECTION_NONE && believed)
		join_header(outer, inner);
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

/*
 * Who may be registered (domain.md F): one person, one personal address, one
 * key; task force classes of foreign-capital bodies by special approval
 * only; the government secretariat shares nobody with the analysis unit
 * that is a member. The same rules for a sheet and for one command.
 */
#include "roster_row.h"

#include <string.h>

#include <sekisho/limits.h>
#include <sekisho/text.h>

static bool
is_id(const char *s)
{
	size_t n = s ? strlen(s) : 0;

	if (n == 0 || n > LIMIT_ROSTER_ID || *s == '-' || *s == '.')
		return false;
	return strspn(s, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == n;
}

/* One line of readable text. */
static bool
is_name(const char *s)
{
	size_t n = s ? strlen(s) : 0;

	if (n == 0 || n > LIMIT_NAME || !sk_utf8_valid(sk_span_str(s)))
		return false;
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	return true;
}

static int
refuse(struct sk_error *e, const char **at, const char *field, int code,
    const char *text)
{
	*at = field;
	return sk_fail(e, code, field, "%s", text);
}

/* The sectors that the policy names, if it names any. */
static bool
are_sectors(const char *list, const struct roster_known *k)
{
	struct sk_arena *a = sk_arena_new();
	char *save = NULL, *word = sk_arena_str(a, list);
	bool all = true;

	for (word = strtok_r(word, ", ", &save); word && all;
	    word = strtok_r(NULL, ", ", &save)) {
		size_t i = 0;

		while (i < k->nsectors && !sk_ascii_ieq(k->sectors[i], word))
			i++;
		all = i < k->nsectors;
	}
	sk_arena_free(&a);
	return all;
}

static int
approval_rules(const struct org *o, const struct roster_known *known,
    const char **at, struct sk_error *e)
{
	if (o->foreign_capital && !(o->tf_approval && *o->tf_approval) &&
	    (o->class == CLASS1 || o->class == CLASS2))
		return refuse(e, at, "class", SK_ERR_REFUSED, "a "
		    "foreign-capital body is class 1 or 2 by special approval "
		    "only (R-024); give its reference as tf_approval, or "
		    "class general");
	if (known && known->reference_needed && o->state == ORG_ACTIVE &&
	    !(o->approval && *o->approval))
		return refuse(e, at, "approval", SK_ERR_REFUSED, "is missing; "
		    "a body is a member by the steering committee's approval "
		    "only (R-013): give its reference");
	return SK_OK;
}

int
roster_org_rules(const struct org *o, const struct roster_known *known,
    const char **at, struct sk_error *e)
{
	bool own_kind = o->kind == ORG_COORDINATOR ||
	    o->kind == ORG_GOV_SECRETARIAT;

	if (!is_id(o->id))
		return refuse(e, at, "org", SK_ERR_DATA, "is no identifier; "
		    "use up to 40 letters, digits and - _ .");
	if (!is_name(o->name))
		return refuse(e, at, "org_name", SK_ERR_DATA, "is missing, "
		    "too long or holds control characters; give the "
		    "organisation's name");
	if (o->class == CLASS_NONE && !own_kind)
		return refuse(e, at, "class", SK_ERR_DATA, "is missing; say "
		    "class1, class2 or general (R-022)");
	if (known && known->nsectors && o->competent_for &&
	    !are_sectors(o->competent_for, known))
		return refuse(e, at, "competent_for", SK_ERR_DATA, "names a "
		    "sector that the policy does not know; see its sectors");
	return approval_rules(o, known, at, e);
}

int
roster_check_org(const struct org *o, const struct roster_known *known,
    struct sk_error *e)
{
	const char *at;

	return roster_org_rules(o, known, &at, e);
}

static int
address_rules(const struct person *p, const char **at, struct sk_error *e)
{
	const char *why;

	if (!sk_address_valid(p->address))
		return refuse(e, at, "address", SK_ERR_DATA, "is no mail "
		    "address; give one like sato@acme.example");
	why = roster_list_like(p->address);
	if (!*why)
		return SK_OK;
	*at = "address";
	return sk_fail(e, SK_ERR_REFUSED, "address", "looks like an address "
	    "of several people: %s; give the person's own address (R-109)",
	    why);
}

int
roster_person_rules(const struct person *p, const char **at,
    struct sk_error *e)
{
	const char *lang = p->language ? p->language : "";

	if (!is_id(p->id))
		return refuse(e, at, "person", SK_ERR_DATA, "is no "
		    "identifier; use up to 40 letters, digits and - _ .");
	if (!is_name(p->name))
		return refuse(e, at, "name", SK_ERR_DATA, "is missing, too "
		    "long or holds control characters; give the person's "
		    "name");
	if (!(p->roles & (ROLE_POC | ROLE_HANDLER)))
		return refuse(e, at, "roles", SK_ERR_DATA, "are missing; say "
		    "poc, handler or poc+handler (R-107)");
	if (strcmp(lang, "ja") != 0 && strcmp(lang, "en") != 0)
		return refuse(e, at, "language", SK_ERR_DATA, "is not known; "
		    "say ja or en");
	return address_rules(p, at, e);
}

int
roster_check_person(const struct person *p, const struct org *o,
    const struct roster_known *known, struct sk_error *e)
{
	const char *at;
	int r = roster_person_rules(p, &at, e);

	for (size_t i = 0; known && !r && i < known->npersons; i++)
		if (!sk_ascii_ieq(known->persons[i].id, p->id))
			r = roster_beside(p, o, &known->persons[i], known, e);
	return r;
}

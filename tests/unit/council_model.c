/*
 * The matrix as it is printed, and the formula as it is written. Strings and
 * plain loops on purpose: nothing here shares code with what it judges.
 */
#include "council_model.h"

#include <stdlib.h>
#include <string.h>

static const char printed[] =
    "M00|ANY_BEFORE_CONFIRMATION|-|-|-|-|Y|COORDINATOR|NONE|S\n"
    "M01|ANALYSIS_ORIGINAL,CAMPAIGN_TREND,"
    "TARGET_SECTOR|-|N|-|none|Y|CLASS1_GROUP|NONE|S\n"
    "M01b|DESTINATION,ATTACK_IDENTIFIER,MALWARE_TRAIT,VULNERABILITY_ID,"
    "RELAY_HOST_URL,AFFECTED_SECTOR,COUNTERMEASURE,TECHNICAL_TIMELINE,"
    "TARGET_SYSTEM|RAW|N|-|none|Y|CLASS1_GROUP|NONE|S\n"
    "M02|SAMPLE|-|N|-|none|y*|CLASS1_GROUP|NONE|S\n"
    "M03|DESTINATION|TENTATIVE|N|-|none|N|TASK_FORCE|NONE|S\n"
    "M04|DESTINATION|TENTATIVE|Y|-|yes|Y|TASK_FORCE|NONE|S\n"
    "M05|DESTINATION,RELAY_HOST_URL|-|Y|-|no|Y|COORDINATOR|NONE|D\n"
    "M06|ATTACK_IDENTIFIER,MALWARE_TRAIT,VULNERABILITY_ID,"
    "RELAY_HOST_URL|TENTATIVE|N|-|none|N|TASK_FORCE|NONE|S\n"
    "M07|RELAY_HOST_URL|TENTATIVE|Y|-|yes|Y|TASK_FORCE|NONE|D\n"
    "M10|AFFECTED_SECTOR|TENTATIVE|N|-|none|N|TASK_FORCE|NONE|S\n"
    "M11|AFFECTED_SECTOR|TENTATIVE,"
    "CONFIRMED|Y|FEW_BODIES|yes|Y|TASK_FORCE|NONE|S\n"
    "M12|AFFECTED_SECTOR|-|Y|FEW_BODIES|no|Y|COORDINATOR|NONE|D\n"
    "M13|COUNTERMEASURE|CONFIRMED|N|-|none|N|PUBLIC|AS_STATED|S\n"
    "M14|COUNTERMEASURE|CONFIRMED|N|REVEALS_HAND|none|N|ALL_MEMBERS|NON"
    "E|S\n"
    "M15|COUNTERMEASURE|TENTATIVE|N|-|none|y*|TASK_FORCE|NONE|S\n"
    "M16|AFFECTED_SECTOR|CONFIRMED|N|-|none|N|TASK_FORCE|NONE|S\n"
    "M17|AFFECTED_SECTOR|CONFIRMED|N|NEEDED_FOR_URGENCY|yes|y*|ALL_MEMB"
    "ERS|NONE|S\n"
    "M17b|AFFECTED_SECTOR|CONFIRMED|Y|NEEDED_FOR_URGENCY|yes|Y|ALL_MEMB"
    "ERS|NONE|S\n"
    "M18|AFFECTED_SECTOR|CONFIRMED|N|NEEDED_FOR_URGENCY|no|N|TASK_FORCE"
    "|NONE|S\n"
    "M19|DESTINATION,"
    "ATTACK_IDENTIFIER|CONFIRMED|N|-|none|N|PUBLIC|AS_STATED|S\n"
    "M19a|DESTINATION,ATTACK_IDENTIFIER,MALWARE_TRAIT,"
    "VULNERABILITY_ID|CONFIRMED|N|REVEALS_HAND|none|N|ALL_MEMBERS|NONE|"
    "S\n"
    "M19b|MALWARE_TRAIT,"
    "VULNERABILITY_ID|CONFIRMED|N|-|none|N|PUBLIC|AS_STATED|D\n"
    "M19c|RELAY_HOST_URL|CONFIRMED|N|-|none|N|ALL_MEMBERS|NONE|D\n"
    "M20|VICTIM_NAME|-|-|-|-|Y|COORDINATOR|NONE|S\n"
    "M20b|VICTIM_HINT|-|Y|UNAVOIDABLE|yes|Y|CLASS1_GROUP|NONE|S\n"
    "M21|DAMAGE_CONTENT|-|-|-|-|Y|COORDINATOR|NONE|S\n"
    "M21b|RESPONSE_TIMELINE|-|-|-|-|Y|COORDINATOR|NONE|D\n"
    "M21c|TECHNICAL_TIMELINE|-|N|-|none|N|TASK_FORCE|NONE|D\n"
    "M21d|ACTOR|-|N|-|none|Y|CLASS1_GROUP|NONE|D\n"
    "M21e|TARGET_SYSTEM|-|N|-|none|y*|TASK_FORCE|NONE|D\n"
    "M22|ORIGINATOR_IDENTITY|-|-|-|-|Y|COORDINATOR|NEVER|S\n"
    "M23|MEMBER_ANSWER_RAW|-|-|-|-|Y|COORDINATOR|NEVER|D\n"
    "M23b|MEMBER_ANSWER_AGGREGATE|-|N|-|none|y*|CLASS1_GROUP|NONE|S\n"
    "M24|ORIGINATOR_FEEDBACK|-|N|-|none|y*|COORDINATOR+ORIGINATOR|NONE|"
    "S\n"
    "M99|UNKNOWN_CATEGORY|-|-|-|-|Y|COORDINATOR|NONE|D\n";

static void
cut(char *cell, const char **s, char end)
{
	size_t n = 0;

	for (; **s && **s != end; (*s)++)
		cell[n++] = **s;
	cell[n] = '\0';
	if (**s)
		(*s)++;
}

size_t
model_rows(struct model_row **out)
{
	static struct model_row rows[64];
	static size_t n;
	const char *s = printed;

	*out = rows;
	if (n)
		return n;
	for (; *s; n++)
		for (int c = 0; c < MODEL_CELLS; c++)
			cut(rows[n].cell[c], &s,
			    c == MODEL_CELLS - 1 ? '\n' : '|');
	return n;
}

/* Is word one of the comma list, or is the list "-"? */
static bool
listed(const char *list, const char *word)
{
	size_t n = strlen(word);

	if (strcmp(list, "-") == 0)
		return true;
	for (const char *s = list; s; s = strchr(s, ',')) {
		s += *s == ',';
		if (strncmp(s, word, n) == 0 && (!s[n] || s[n] == ','))
			return true;
	}
	return false;
}

static const char *const scopes[] = { "COORDINATOR", "CLASS1_GROUP",
	"TASK_FORCE", "ALL_MEMBERS", "PARTNER_SCHEMES", "PUBLIC" };

static int
rank(const char *scope)
{
	for (int i = 0; i < 6; i++)
		if (strncmp(scopes[i], scope, strlen(scopes[i])) == 0)
			return i;
	abort();
}

static bool
has_special(const struct item *i, const char *word)
{
	static const char *const words[] = { "REVEALS_HAND", "FEW_BODIES",
		"NEEDED_FOR_URGENCY", "UNAVOIDABLE" };

	for (unsigned b = 0; b < 4; b++)
		if (strcmp(words[b], word) == 0)
			return i->special >> b & 1;
	abort();
}

static bool
speaks_of(const struct model_row *r, const struct item *i)
{
	static const char *const confidences[] = { "?", "RAW", "TENTATIVE",
		"CONFIRMED" };
	const char *victim = i->victim_inferable ? "Y" : "N";
	const char *consent = i->has_consent ? "yes" : "no";

	return listed(r->cell[1], word_of(WORDS_CATEGORY,
	    (int)i->category)) &&
	    listed(r->cell[2], confidences[i->confidence]) &&
	    listed(r->cell[3], victim) &&
	    (!strcmp(r->cell[4], "-") || has_special(i, r->cell[4])) &&
	    (!strcmp(r->cell[5], "none") || listed(r->cell[5], consent));
}

static int
read_audience(const struct item *i, char *secret, bool *onward)
{
	struct model_row *rows;
	size_t n = model_rows(&rows);
	bool special = false, any = false, every_onward = true;
	int audience = 5;
	char strict = 'N';

	for (size_t k = 0; k < n; k++)
		if (speaks_of(&rows[k], i) && strcmp(rows[k].cell[4], "-"))
			special = true;
	for (size_t k = 0; k < n; k++) {
		const struct model_row *r = &rows[k];
		char s = r->cell[6][0] == 'y' ? '*' : r->cell[6][0];

		if (!speaks_of(r, i) ||
		    (special && !strcmp(r->cell[4], "-")))
			continue;
		any = true;
		if (rank(r->cell[7]) < audience)
			audience = rank(r->cell[7]);
		if (s == 'Y' || (s == '*' && strict == 'N'))
			strict = s;
		if (strcmp(r->cell[8], "AS_STATED") != 0)
			every_onward = false;
	}
	*secret = any ? strict : 'Y';
	*onward = any && every_onward;
	return any ? audience : 0;
}

/* The table is read once for every combination: a million states ask it. */
int
model_audience(const struct item *i, char *secret, bool *onward)
{
	static struct { int audience; char secret; bool onward, known; }
	    memo[CATEGORY_LAST * 192];
	unsigned at = (unsigned)i->category * 192 +
	    ((unsigned)i->confidence - 1) % 3 * 64 +
	    i->victim_inferable * 32U + i->has_consent * 16U +
	    (i->special & 15);

	if (i->confidence == CONFIDENCE_UNKNOWN ||
	    (unsigned)i->category >= CATEGORY_LAST)
		return read_audience(i, secret, onward);
	if (!memo[at].known) {
		memo[at].audience = read_audience(i, &memo[at].secret,
		    &memo[at].onward);
		memo[at].known = true;
	}
	*secret = memo[at].secret;
	*onward = memo[at].onward;
	return memo[at].audience;
}

/* Whom the originator's scope word lets in, before everything else. */
static bool
class_admitted(const struct org *o, int audience)
{
	if (audience == 0)
		return false;
	if (o->kind == ORG_COORDINATOR || o->class == CLASS1)
		return true;
	if (o->class == CLASS2)
		return audience >= 2;
	return o->class == CLASS_GENERAL && audience >= 3;
}

static bool
excluded(const struct terms *t, const struct org *o)
{
	for (size_t i = 0; i < t->nexclusions; i++) {
		if (!t->exclusions[i].mapped)
			return true;
		for (size_t k = 0; k < t->exclusions[i].norgs; k++)
			if (!strcmp(t->exclusions[i].orgs[k], o->id))
				return true;
	}
	return false;
}

/* what was agreed for this item in its wording stands beside what holds
 * for the whole case; the larger of the two is its provider's word. */
int
model_scope(const struct terms *t, const char *item)
{
	int said = (int)t->scope;

	for (size_t k = t->nitems; item && k > 0; k--) {
		const struct item_scope *own = t->items + k - 1;

		if (!strcmp(item, own->item))
			said = said < (int)own->scope ? (int)own->scope : said;
	}
	return said;
}

/* What the item says of itself: secret where matrix or provider demand it, no
 * more onward than matrix and scope give, no part of the damage half. */
static bool
stated_well(const struct item *i, const struct terms *t, char secret,
    bool onward)
{
	static const char *const damage[] = { "VICTIM_NAME", "DAMAGE_CONTENT",
		"RESPONSE_TIMELINE", "ORIGINATOR_IDENTITY",
		"MEMBER_ANSWER_RAW", "ANY_BEFORE_CONFIRMATION",
		"UNKNOWN_CATEGORY" };

	for (size_t k = 0; k < 7; k++)
		if (!strcmp(damage[k], word_of(WORDS_CATEGORY,
		    (int)i->category)))
			return false;
	/* kept confidential by others' rules, so never said in public. */
	if (i->confidential && (i->onward == ONWARD_PUBLIC ||
	    i->tlp == TLP_CLEAR))
		return false;
	if (!i->secret && (secret == 'Y' || t->secrecy == SECRECY_ALL ||
	    t->secrecy == SECRECY_UNKNOWN))
		return false;
	if (i->onward == ONWARD_NONE)
		return true;
	if (!onward || i->secret)
		return false;
	return model_scope(t, i->id) >= (i->onward == ONWARD_PUBLIC ?
	    (int)SCOPE_PUBLIC : (int)SCOPE_PARTNER_SCHEMES);
}

bool
model_send(const struct gate_ask *k)
{
	const struct org *o = k->org;
	const struct person *p = k->person;
	const struct item *i = k->item;
	const struct terms *t = k->terms;
	bool onward, tf_level, approved;
	int audience, scope;
	char secret;

	if (!t || !t->version || !t->locked || t->withdrawn ||
	    t->scope == SCOPE_UNKNOWN)
		return false;
	scope = model_scope(t, i->id) - (int)SCOPE_COORDINATOR;
	audience = model_audience(i, &secret, &onward);
	if (scope < audience)
		audience = scope;
	/* the named audience of the exception. */
	if (i->has_consent) {
		int named = (int)i->consent_scope - (int)SCOPE_COORDINATOR;

		if (named < audience)
			audience = named < 0 ? 0 : named;
	}
	tf_level = audience == 1 || audience == 2;
	approved = (i->state == ITEM_APPROVED || i->state == ITEM_SENT) &&
	    !i->approvals_void && i->approvals >= (i->secret ? 2 : 1) &&
	    i->frozen && k->on_frozen_list;
	return o->state == ORG_ACTIVE && p->active &&
	    o->kind != ORG_GOV_SECRETARIAT && class_admitted(o, audience) &&
	    !excluded(t, o) &&
	    (!tf_level || !o->foreign_capital || o->tf_approval) &&
	    p->account &&
	    (!(i->secret || i->tlp == TLP_RED) || (p->roles & ROLE_HANDLER)) &&
	    (!i->secret || o->receive_secret) && p->address_personal &&
	    (!i->secret || !k->policy || !k->policy->membership_welcome ||
	    p->acknowledged) &&
	    p->fpr && !*p->key_state && stated_well(i, t, secret, onward) &&
	    (k->leave_approvals || approved) && k->deny_list_clean;
}

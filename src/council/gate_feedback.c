/*
 * Feedback to an originator who is no member (C-33), and notices to those who
 * have an item. As in the gate, each clause alone says no, and what is not
 * known says no.
 */
#include <sekisho/feedback.h>

#include <string.h>

#include <sekisho/text.h>

static const struct {
	const char *word, *rule, *en, *ja;
} clauses[FEEDBACK_LAST] = {
	[FEEDBACK_YES] = { "yes", "R-123",
	    "Nothing stands against it.",
	    "回答を妨げる事情はありません。" },
	[FEEDBACK_ADDRESS] = { "address", "R-054",
	    "The address is not the one that "
	    "confirmed in this case.",
	    "この相談で確認のとれたアドレスではありません。" },
	[FEEDBACK_TERMS] = { "terms-missing", "R-059",
	    "The item's own originator has no terms "
	    "in force.",
	    "この情報の提供者の条件が、現在有効ではありません。" },
	[FEEDBACK_AUDIENCE] = { "audience", "R-100",
	    "The item's scope does not admit an "
	    "originator who is no member.",
	    "この情報の共有範囲に、構成員でない相談者は含まれません。" },
	[FEEDBACK_ACT] = { "act-not-allowed", "R-058",
	    "The originator's answer does not allow this act outside.",
	    "情報提供者は、この外部との調整を認めていません。" },
	[FEEDBACK_SECRET] = { "secret-no-basis", "C-33",
	    "The item is secret, and no basis for "
	    "giving it to a non-member is recorded.",
	    "秘密の情報であり、構成員でない方に渡す根拠が記録されていません。"
	    },
	[FEEDBACK_DENY_LIST] = { "deny-list", "R-126",
	    "The text points to somebody of "
	    "another case.",
	    "ほかの相談の関係者を示す語が含まれています。" },
	[FEEDBACK_STATE] = { "item-state", "R-094",
	    "The item is not approved, or has been "
	    "withdrawn.",
	    "この情報は承認されていないか、取り下げられています。" },
	[FEEDBACK_KEY] = { "no-key", "R-119",
	    "No usable key of this case is on record; "
	    "the copy is held.",
	    "この相談の鍵が使えないため、送付を保留します。" },
};

static bool
admits_originator(const struct feedback_ask *k)
{
	enum scope audience = item_audience(k->policy, k->item, k->terms);

	if (k->own_item)		/* always addable */
		return audience > SCOPE_UNKNOWN;
	return audience >= SCOPE_PARTNER_SCHEMES;
}

static bool
same_address(const char *x, const char *y)
{
	struct sk_arena *a;
	bool same;

	if (!x || !y || !*x)
		return false;
	a = sk_arena_new();
	same = strcmp(sk_address_key(a, x), sk_address_key(a, y)) == 0;
	sk_arena_free(&a);
	return same;
}

enum feedback_clause
gate_feedback(const struct feedback_ask *k)
{
	const struct terms *t = k->terms;

	if (!k->authenticated || !same_address(k->originator, k->to))
		return FEEDBACK_ADDRESS;
	if (!t || !t->version || !t->locked || t->withdrawn)
		return FEEDBACK_TERMS;
	if (!admits_originator(k))
		return FEEDBACK_AUDIENCE;
	if (k->item->secret && !k->basis_recorded)
		return FEEDBACK_SECRET;
	if (!k->others_clean)
		return FEEDBACK_DENY_LIST;
	if (k->item->approvals_void || (k->item->state != ITEM_APPROVED &&
	    k->item->state != ITEM_SENT))
		return FEEDBACK_STATE;
	return k->key_state && !*k->key_state ? FEEDBACK_YES : FEEDBACK_KEY;
}

static enum feedback_clause
known(enum feedback_clause c)
{
	return (unsigned)c < FEEDBACK_LAST ? c : FEEDBACK_ADDRESS;
}

const char *
feedback_word(enum feedback_clause c)
{
	return clauses[known(c)].word;
}

const char *
feedback_rule(enum feedback_clause c)
{
	return clauses[known(c)].rule;
}

const char *
feedback_sentence(enum feedback_clause c, const char *lang)
{
	return lang && strcmp(lang, "ja") == 0 ? clauses[known(c)].ja :
	    clauses[known(c)].en;
}

enum gate_clause
gate_notice(const struct org *o, const struct person *p)
{
	if (!o || o->kind == ORG_GOV_SECRETARIAT)
		return GATE_GOV_SECRETARIAT;
	if (o->state != ORG_ACTIVE)
		return GATE_MEMBER_INACTIVE;
	if (!p || !p->active || !p->org || strcmp(p->org, o->id) != 0)
		return GATE_PERSON_INACTIVE;
	if (!p->account)
		return GATE_ACCOUNT_NO;
	if (!p->address_personal || !p->address || !*p->address)
		return GATE_LIST_ADDRESS;
	if (!p->fpr || !*p->fpr)
		return GATE_NO_KEY;
	return p->key_state && !*p->key_state ? GATE_YES : GATE_KEY_UNUSABLE;
}

/*
 * Cases, terms and items as JSON (design.md §8: these shapes are promises).
 * An item's text stands only where a verb had it opened.
 */
#include <string.h>

#include "command.h"

void
document_case(struct sk_json *o, const struct case_record *k)
{
	struct sk_json *from;

	sk_json_set_str(o, "number", k->number);
	sk_json_set_str(o, "desk", word_of(WORDS_DESK, (int)k->desk));
	sk_json_set_str(o, "state", word_of(WORDS_CASE_STATE, (int)k->state));
	sk_json_set_null(o, "campaign");
	from = sk_json_set(o, "originator", sk_json_object());
	sk_json_set_str(from, "address", k->originator);
	sk_json_set_str(from, "org", k->org);
	sk_json_set_bool(from, "member", k->member);
	sk_json_set_str(o, "priority", word_of(WORDS_PRIORITY,
	    (int)k->priority));
	sk_json_set_str(o, "language", k->language);
	sk_json_set_str(o, "owner", k->owner);
	sk_json_set_bool(o, "needs_operator", k->needs_operator);
	sk_json_set_str(o, "note", k->note && *k->note ? k->note : NULL);
	document_time(o, "opened", k->opened);
	document_time(o, "changed", k->changed);
	document_time(o, "closed", k->closed);
}

static void
exclusion(struct sk_json *o, const struct exclusion *x)
{
	struct sk_json *orgs;

	sk_json_set_str(o, "words", x->words);
	if (!x->mapped) {
		sk_json_set_null(o, "orgs");
		return;
	}
	sk_json_set_str(o, "mapped_by", x->mapped_by);
	sk_json_set_str(o, "reason", x->reason);
	document_time(o, "mapped_at", x->mapped_at);
	orgs = sk_json_set(o, "orgs", sk_json_array());
	for (size_t i = 0; i < x->norgs; i++)
		sk_json_add_str(orgs, x->orgs[i]);
}

void
document_terms(struct sk_json *o, const struct terms *t)
{
	struct sk_json *all;

	sk_json_set_int(o, "version", t->version);
	sk_json_set_bool(o, "locked", t->locked);
	sk_json_set_bool(o, "withdrawn", t->withdrawn);
	sk_json_set_str(o, "secrecy", word_of(WORDS_SECRECY,
	    (int)t->secrecy));
	sk_json_set_str(o, "secret_parts", t->secret_parts);
	sk_json_set_str(o, "scope", word_of(WORDS_SCOPE, (int)t->scope));
	all = sk_json_set(o, "exclusions", sk_json_array());
	for (size_t i = 0; i < t->nexclusions; i++)
		exclusion(sk_json_add(all, sk_json_object()),
		    &t->exclusions[i]);
	all = sk_json_set(o, "items", sk_json_array());
	for (size_t i = 0; i < t->nitems; i++) {
		struct sk_json *x = sk_json_add(all, sk_json_object());

		sk_json_set_str(x, "item", t->items[i].item);
		sk_json_set_str(x, "scope", word_of(WORDS_SCOPE,
		    (int)t->items[i].scope));
	}
	all = sk_json_set(o, "coordination", sk_json_array());
	for (uint32_t bit = 1; bit <= COORDINATION_OTHER; bit <<= 1)
		if (t->coordination & bit)
			sk_json_add_str(all, word_of(WORDS_COORDINATION,
			    (int)bit));
	sk_json_set_str(o, "coordination_other", t->coordination_other);
	sk_json_set_str(o, "assurance", word_of(WORDS_ASSURANCE,
	    (int)t->assurance));
	sk_json_set_str(o, "vouched_by", t->assurance == ASSURANCE_VOUCHED ?
	    t->vouched_by : NULL);
	sk_json_set_str(o, "vouched_how", t->assurance == ASSURANCE_VOUCHED ?
	    t->vouched_how : NULL);
	/* The operator's act that put it in force, where one did. */
	sk_json_set_str(o, "act", t->vouched_how);
	sk_json_set_str(o, "by", t->vouched_by);
	if (t->mail)
		sk_json_set_int(o, "mail", t->mail);
	else
		sk_json_set_null(o, "mail");
	document_time(o, "created", t->created);
}

static void
item_statement(struct sk_json *o, const struct item *i)
{
	struct sk_json *all;

	sk_json_set_str(o, "category", word_of(WORDS_CATEGORY,
	    (int)i->category));
	sk_json_set_str(o, "confidence", word_of(WORDS_CONFIDENCE,
	    (int)i->confidence));
	sk_json_set_bool(o, "secret", i->secret);
	sk_json_set_str(o, "parts", i->secret_parts);
	sk_json_set_str(o, "tlp", word_of(WORDS_TLP, (int)i->tlp));
	sk_json_set_str(o, "onward", word_of(WORDS_ONWARD, (int)i->onward));
	sk_json_set_bool(o, "victim_inferable", i->victim_inferable);
	sk_json_set_bool(o, "urgent", i->urgent);
	sk_json_set_bool(o, "customer_use", !i->no_customers);
	sk_json_set_bool(o, "confidential", i->confidential);
	all = sk_json_set(o, "special", sk_json_array());
	for (uint32_t bit = 1; bit <= SPECIAL_UNAVOIDABLE; bit <<= 1)
		if (i->special & bit)
			sk_json_add_str(all, word_of(WORDS_SPECIAL,
			    (int)bit));
}

void
document_item(struct sk_json *o, const struct item_record *r)
{
	const struct item *i = &r->item;
	struct sk_json *all;

	sk_json_set_str(o, "item", i->id);
	sk_json_set_str(o, "state", word_of(WORDS_ITEM_STATE, (int)i->state));
	sk_json_set_str(o, "title", i->title);
	item_statement(o, i);
	sk_json_set_str(o, "consent", r->consent_mail);
	sk_json_set_str(o, "lang", i->lang);
	all = sk_json_set(o, "indicators", sk_json_array());
	for (size_t k = 0; k < r->nindicators; k++)
		sk_json_add_str(all, r->indicators[k]);
	sk_json_set_int(o, "terms_version", i->terms_version);
	sk_json_set_str(o, "created_by", r->created_by);
	document_time(o, "created", r->created);
	document_time(o, "approved", r->approved);
}

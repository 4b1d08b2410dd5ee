/*
 * What one copy of a digest says: fields of the items this one person may see,
 * each with its label directly before it. Nothing of an incoming
 * mail is ever in here.
 */
#include "daemon.h"

#include <string.h>

#include <sekisho/text.h>

static const char *
onward_flag(enum onward o)
{
	static const char *const flags[] = { "onward_none",
	    "onward_mutual_aid", "onward_partner_schemes", "onward_public" };

	return flags[o];
}

static const char *
confidence_flag(enum confidence c)
{
	static const char *const flags[] = { NULL, "raw", "tentative",
	    "confirmed" };

	return flags[c];
}

static void
confidence(struct tvalues *row, enum confidence c)
{
	const char *on = confidence_flag(c);

	for (int i = CONFIDENCE_RAW; i <= CONFIDENCE_CONFIRMED; i++) {
		const char *f = confidence_flag((enum confidence)i);

		tv_flag(row, f, on && strcmp(on, f) == 0);
	}
}

static void
indicators(struct sk_arena *a, struct tvalues *row,
    const struct item_record *i)
{
	tv_list(row, "indicators");
	for (size_t k = 0; k < i->nindicators; k++) {
		const char *colon = strchr(i->indicators[k], ':');
		struct tvalues *r = tv_row(row, "indicators");

		if (!colon)
			colon = i->indicators[k];
		tv_str(r, "type", sk_arena_strn(a, i->indicators[k],
		    (size_t)(colon - i->indicators[k])));
		tv_str(r, "value", *colon ? colon + 1 : "");
	}
}

static void
item_row(struct daemon *d, struct sk_arena *a, struct tvalues *v,
    const struct permits_item *it, size_t place, const struct org *o,
    const char *lang)
{
	const struct item_record *rec = &it->gate.item;
	const struct item *i = &rec->item;
	struct tvalues *row = tv_row(v, "items");
	const char *title, *text;

	tv_str(row, "letter", sk_arena_printf(a, "%c", (int)('A' + place)));
	tv_str(row, "item", i->id);
	tv_str(row, "tlp", sk_arena_printf(a, "TLP:%s",
	    word_of(WORDS_TLP, (int)i->tlp)));
	tv_flag(row, "label_secret", i->secret);
	tv_str(row, "secret_parts_label", i->secret ? i->secret_parts : NULL);
	tv_flag(row, "handlers_only", i->secret || i->tlp == TLP_RED);
	tv_choice(row, "scope_", values_scope_flag(a, item_audience(d->policy,
	    i, it->gate.has_terms ? &it->gate.terms : NULL)));
	tv_choice(row, "onward_", onward_flag(i->onward));
	confidence(row, i->confidence);
	tv_flag(row, "use_own_customers", o->class == CLASS1 &&
	    !i->no_customers);		/* C-19 */
	text = permits_text(it, lang, &title);
	tv_str(row, "title", title);
	tv_str(row, "text", text);
	indicators(a, row, rec);
}

struct tvalues *
digest_values(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c, const struct org *o, const struct person *p,
    const struct permits_item *const *items, size_t n)
{
	struct tvalues *v = values_common(d, a, c->language);
	bool secret = false;

	values_person(d, v, a, c, o, p);
	tv_flag(v, "ask", true);
	tv_str(v, "ref", c->token);
	tv_flag(v, "single_item", n == 1);
	tv_flag(v, "duty_class1", o->class == CLASS1);
	tv_flag(v, "duty_class2", o->class == CLASS2);
	tv_flag(v, "voluntary", o->class == CLASS_GENERAL);
	tv_flag(v, "use_own_customers", o->class == CLASS1);
	tv_list(v, "items");
	for (size_t i = 0; i < n; i++) {
		item_row(d, a, v, items[i], i, o, c->language);
		secret |= items[i]->gate.item.item.secret;
	}
	tv_flag(v, "any_secret", secret);
	return v;
}

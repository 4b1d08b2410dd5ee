/*
 * What one copy of a digest says: fields of the items this one person may see,
 * each with its label directly before it. Nothing of an incoming
 * mail is ever in here.
 */
#include "daemon.h"

#include <string.h>

#include <sekisho/digest.h>
#include <sekisho/text.h>

static enum scope
audience(const struct daemon *d, const struct gate_case *g)
{
	return item_audience(d->policy, &g->item.item,
	    g->has_terms ? &g->terms : NULL);
}

static const char *
onward_flag(enum onward o)
{
	static const char *const flags[] = { "onward_none",
	    "onward_mutual_aid", "onward_partner_schemes", "onward_public" };

	return flags[o];
}

static const char *
tlp_label(struct sk_arena *a, const struct item *i)
{
	return sk_arena_printf(a, "TLP:%s", word_of(WORDS_TLP, (int)i->tlp));
}

void
digest_label(struct daemon *d, struct sk_arena *a, struct tvalues *v,
    const struct gate_case *g)
{
	const struct item *i = &g->item.item;

	tv_str(v, "item", i->id);
	tv_str(v, "tlp", tlp_label(a, i));
	tv_flag(v, "label_secret", i->secret);
	tv_str(v, "secret_parts_label", i->secret ? i->secret_parts : NULL);
	tv_flag(v, "handlers_only", i->secret || i->tlp == TLP_RED);
	tv_choice(v, "scope_", values_scope_flag(a, audience(d, g)));
	tv_choice(v, "onward_", onward_flag(i->onward));
}

static void
confidence(struct tvalues *row, enum confidence c)
{
	tv_flag(row, "raw", c == CONFIDENCE_RAW);
	tv_flag(row, "tentative", c == CONFIDENCE_TENTATIVE);
	tv_flag(row, "confirmed", c == CONFIDENCE_CONFIRMED);
}

static void
indicators(struct sk_arena *a, struct tvalues *row,
    const struct item_record *i)
{
	tv_flag(row, "has_indicators", i->nindicators > 0);
	tv_list(row, "indicators");
	for (size_t k = 0; k < i->nindicators; k++) {
		struct tvalues *r = tv_row(row, "indicators");
		const char *value;

		tv_str(r, "type", indicator_shown(a, i->indicators[k],
		    &value));
		tv_str(r, "value", value);
	}
}

const char *
permits_text(const struct permits_item *it, const char *lang,
    const char **title)
{
	bool other = it->other_text && it->other_lang &&
	    strcmp(it->other_lang, lang) == 0;

	*title = other ? it->other_title : it->gate.item.item.title;
	return other ? it->other_text : it->text;
}

static bool
speaks(const struct permits_item *it, const char *lang)
{
	const char *own = it->gate.item.item.lang;

	return !own || strcmp(own, lang) == 0 ||
	    (it->other_lang && strcmp(it->other_lang, lang) == 0);
}

static void
item_row(struct daemon *d, struct sk_arena *a, struct tvalues *v,
    const struct permits_item *it, size_t place, const struct org *o,
    const char *lang)
{
	const struct item *i = &it->gate.item.item;
	struct tvalues *row = tv_row(v, "items");
	const char *title, *text;

	tv_str(row, "letter", sk_arena_printf(a, "%c", (int)('A' + place)));
	digest_label(d, a, row, &it->gate);
	confidence(row, i->confidence);
	tv_flag(row, "use_own_customers", digest_customers(o->class, i));
	tv_flag(row, "other_language", !speaks(it, lang));
	text = permits_text(it, lang, &title);
	tv_str(row, "title", title);
	tv_str(row, "text", text);
	indicators(a, row, &it->gate.item);
}

/* Random and of this copy alone: nothing to link copies by, and the mark by
 * which one that got out is known. */
static const char *
serial(struct sk_arena *a, const struct copy_record *c)
{
	return sk_arena_strn(a, c->token, COPY_SERIAL);
}

/* ---- for machines: head and table ---- */

static const char *
machine_label(struct sk_arena *a, const struct digest_row *r, size_t place,
    const char *copy)
{
	const struct item *i = r->item;
	bool parts = i->secret && i->secret_parts && *i->secret_parts;

	return sk_arena_printf(a, "%c %s; secret=%s; tlp=%s; scope=%s; "
	    "onward=%s; copy=%s", (int)('A' + place), i->id,
	    parts ? "PARTS" : i->secret ? "ALL" : "NO", tlp_label(a, i),
	    word_of(WORDS_SCOPE, (int)r->audience),
	    word_of(WORDS_ONWARD, (int)i->onward), copy);
}

static void
table(struct sk_arena *a, const struct org *o, const char *copy,
    const struct digest_row *rows, size_t n, struct digest_content *out)
{
	struct sk_buf b;

	sk_buf_init(&b, LIMIT_OUT_MESSAGE);
	digest_csv(a, o->class, copy, rows, n, &b);
	if (b.len) {
		out->csv = sk_span_of(sk_arena_dup(a, b.p, b.len), b.len);
		out->csv_name = sk_arena_printf(a, "indicators-%s.csv", copy);
		tv_str(out->values, "csv_name", out->csv_name);
	}
	sk_buf_free(&b);
}

static void
machine_parts(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c, const struct org *o,
    const struct permits_item *const *items, size_t n,
    struct digest_content *out)
{
	struct digest_row *rows = sk_arena_array(a, n + 1, sizeof(*rows));
	const char **labels = sk_arena_array(a, n + 1, sizeof(*labels));

	for (size_t i = 0; i < n; i++) {
		const struct item_record *r = &items[i]->gate.item;

		rows[i] = (struct digest_row){ &r->item,
			audience(d, &items[i]->gate), r->indicators,
			r->nindicators };
		labels[i] = machine_label(a, &rows[i], i, serial(a, c));
	}
	out->labels = labels;
	out->nlabels = n;
	table(a, o, serial(a, c), rows, n, out);
}

/* T-17: on what ground, and by whose decision. */
static void
request(struct daemon *d, struct sk_arena *a, struct tvalues *v,
    const struct copy_record *c, const struct permits_item *it)
{
	struct cooperation_record x;
	const char *title;

	if (store_cooperation(d->store, a, c->digest, &x))
		return;		/* the text lacks its fields: not sent */
	tv_flag(v, "ground_large_scale", strcmp(x.ground, "large-scale") == 0);
	tv_flag(v, "ground_agreed", strcmp(x.ground, "member-agreed") == 0);
	tv_str(v, "ground_text", x.explanation);
	tv_str(v, "committee_ref", x.committee);
	tv_str(v, "committee_date", x.decided);
	tv_str(v, "due", x.due);
	tv_str(v, "note", permits_text(it, c->language, &title));
}

/* To the originator of a case, who is no member (T-21). */
static void
to_originator(struct daemon *d, struct sk_arena *a, struct tvalues *v,
    const struct copy_record *c)
{
	struct case_record k;

	if (store_case_get(d->store, a, c->case_row, &k) == SK_OK)
		tv_str(v, "case_number", k.number);
}

/* What the whole copy says first, from what is in it. */
static void
handling(struct tvalues *v, const struct permits_item *const *items, size_t n)
{
	bool secret = false, no_forward = false, urgent = false;

	for (size_t i = 0; i < n; i++) {
		const struct item *it = &items[i]->gate.item.item;

		secret |= it->secret;
		no_forward |= it->onward == ONWARD_NONE;
		urgent |= it->urgent;
	}
	tv_flag(v, "any_secret", secret);
	tv_flag(v, "no_forward", no_forward);
	tv_flag(v, "urgent", urgent);
}

void
digest_content(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c, const struct org *o, const struct person *p,
    const struct permits_item *const *items, size_t n,
    struct digest_content *out)
{
	struct tvalues *v = values_common(d, a, c->language);

	*out = (struct digest_content){ .values = v };
	values_person(d, v, a, c, o, p);
	tv_str(v, "ref", c->token);
	tv_flag(v, "ask", true);
	tv_flag(v, "duty_class1", o->class == CLASS1);
	tv_flag(v, "duty_class2", o->class == CLASS2);
	tv_flag(v, "voluntary", o->class == CLASS_GENERAL);
	tv_flag(v, "single_item", n == 1);
	tv_list(v, "items");
	for (size_t i = 0; i < n; i++)
		item_row(d, a, v, items[i], i, o, c->language);
	handling(v, items, n);
	if (n)			/* T-37 is about the one in it */
		digest_label(d, a, v, &items[0]->gate);
	tv_flag(v, "retracted", false);
	if (n && strcmp(c->template, "T-17") == 0)
		request(d, a, v, c, items[0]);
	if (c->case_row)
		to_originator(d, a, v, c);
	if (strcmp(c->template, "T-16") == 0)
		return;		/* they have table and labels */
	machine_parts(d, a, c, o, items, n, out);
}

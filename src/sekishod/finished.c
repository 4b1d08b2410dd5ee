/*
 * The finished copy of a digest: rendered, and looked through as its reader
 * gets it, subject, text, labels, table and file name, just before it is sealed
 * (I6, R-075). No item travels in a mail that names its source, wherever in
 * that mail the name stands: whoever reads both knows. What is stopped is the
 * item; the rest goes without it. `digest preview`, `preview` and `item
 * approve` ask here too, so that nobody is surprised.
 */
#include "daemon.h"

#include <string.h>

#include <sekisho/digest.h>
#include <sekisho/hash.h>
#include <sekisho/text.h>

#define PARTS 4

struct look {
	struct daemon *d;
	struct sk_arena *a;
	const struct copy_record *copy;
	const struct org *org;
	const struct person *person;
	struct deny_part frame[2];	/* the same mail without items */
	size_t nframe;
};

static const char *
kept(struct sk_arena *a, struct sk_buf *b)
{
	const char *s = sk_arena_str(a, sk_buf_str(b));

	sk_buf_free(b);
	return s;
}

static int
render(const struct look *l, const struct permits_item *const *items,
    size_t n, struct finished *out, struct sk_error *e)
{
	struct sk_buf subject, text;
	int r;

	digest_content(l->d, l->a, l->copy, l->org, l->person, items, n,
	    &out->content);
	sk_buf_init(&subject, LIMIT_SUBJECT);
	sk_buf_init(&text, LIMIT_OUT_MESSAGE);
	r = template_render(l->d->templates, l->copy->language,
	    l->copy->template, out->content.values, &subject, &text, e);
	out->subject = kept(l->a, &subject);
	out->text = kept(l->a, &text);
	out->n = n;
	return r;
}

static const char *
labels(struct sk_arena *a, const struct digest_content *c)
{
	const char *all = "";

	for (size_t i = 0; i < c->nlabels; i++)
		all = sk_arena_printf(a, "%s%s\n", all, c->labels[i]);
	return all;
}

static size_t
parts_of(struct sk_arena *a, const struct finished *f,
    struct deny_part out[PARTS])
{
	const struct digest_content *c = &f->content;
	size_t n = 0;

	out[n++] = (struct deny_part){ "subject", NULL,
		sk_span_str(f->subject) };
	out[n++] = (struct deny_part){ "text", NULL, sk_span_str(f->text) };
	out[n++] = (struct deny_part){ "label", NULL,
		sk_span_str(labels(a, c)) };
	if (c->csv_name)
		out[n++] = (struct deny_part){ c->csv_name, "text/csv",
			c->csv };
	return n;
}

/* What is said to this person whatever the items are. T-37 has no such mail;
 * then the names alone. */
static void
find_frame(struct look *l)
{
	const struct config *k = l->d->config;
	struct finished empty = { 0 };
	struct sk_error e = { 0 };

	if (l->nframe)
		return;
	l->frame[l->nframe++] = (struct deny_part){ "frame", NULL, sk_span_str(
	    sk_arena_printf(l->a, "%s\n%s\n%s\n%s\n%s\n%s\n", k->name,
	    k->domain, l->copy->from, l->person->name ? l->person->name : "",
	    l->org->name ? l->org->name : "", l->person->address ?
	    l->person->address : "")) };
	if (render(l, NULL, 0, &empty, &e) == SK_OK)
		l->frame[l->nframe++] = (struct deny_part){ "frame", NULL,
			sk_span_str(empty.text) };
}

static bool
denied(struct look *l, const struct deny_list *list, const struct finished *f,
    struct deny_hit *hit)
{
	struct deny_part parts[PARTS];
	size_t n = parts_of(l->a, f, parts);

	/* The frame is rendered only where there is something to say. */
	if (!deny_find(list, parts, n, NULL, 0, hit))
		return false;
	find_frame(l);
	return deny_find(list, parts, n, l->frame, l->nframe, hit);
}

/* ---- what was found clean before ---- */

/* Copies for one class and language differ in whose they are, and in nothing
 * that comes from a case: the look at one will do for all. */
static void
mark_of(const struct look *l, const struct finished *f,
    unsigned char out[SK_HASH])
{
	const char *own[] = { l->copy->token, l->person->name, l->org->name,
		sk_arena_strn(l->a, l->copy->token, COPY_SERIAL) };
	struct deny_part parts[PARTS];
	size_t n = parts_of(l->a, f, parts);
	struct sk_hash *h = sk_hash_new();

	for (size_t i = 0; i < n; i++) {
		const unsigned char *p = parts[i].bytes.p;
		size_t len = parts[i].bytes.len, from = 0, at = 0;

		while (at < len) {
			size_t skip = 0;

			for (size_t k = 0; k < 4; k++) {
				size_t m = own[k] ? strlen(own[k]) : 0;

				if (m > skip && m <= len - at &&
				    p[at] == (unsigned char)*own[k] &&
				    memcmp(p + at, own[k], m) == 0)
					skip = m;
			}
			if (skip) {
				sk_hash_add(h, p + from, at - from);
				sk_hash_add(h, "", 1);
				from = at + skip;
			}
			at += skip ? skip : 1;
		}
		sk_hash_add(h, p + from, len - from);
		sk_hash_add(h, "", 1);
	}
	sk_hash_done(&h, out);
}

static bool
was_clean(const struct finished_seen *s, const unsigned char mark[SK_HASH])
{
	size_t n = s->n < FINISHED_SEEN ? s->n : FINISHED_SEEN;

	for (size_t i = 0; i < n; i++)
		if (sk_hash_eq(s->marks[i], mark))
			return true;
	return false;
}

/* ---- whose word is it? ---- */

static struct deny_list
all_words(struct sk_arena *a, const struct permits_item *const *items,
    size_t n)
{
	const char **words;
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		k += items[i]->sight->list.nwords;
	words = sk_arena_array(a, k + 1, sizeof(*words));
	k = 0;
	for (size_t i = 0; i < n; i++) {
		const struct deny_list *one = &items[i]->sight->list;
		bool again = false;

		for (size_t m = 0; m < i && !again; m++)
			again = items[m]->sight == items[i]->sight;
		if (again || !one->nwords)
			continue;
		memcpy(words + k, one->words, one->nwords * sizeof(*words));
		k += one->nwords;
	}
	return (struct deny_list){ words, k };
}

static int
stop(struct look *l, struct finished *f, const struct permits_item *it,
    const struct deny_hit *hit)
{
	f->stopped[f->nstopped].item = it;
	f->stopped[f->nstopped].hit = *hit;
	f->stopped[f->nstopped++].hit.part = sk_arena_str(l->a, hit->part);
	return 1;
}

/* Stops the items that name their source by themselves; if none does, those
 * whose source another one names. Returns how many. */
static size_t
stop_named(struct look *l, struct finished *f,
    const struct permits_item **items, size_t n)
{
	const struct permits_item **left = sk_arena_array(l->a, n + 1,
	    sizeof(*left));
	size_t before = f->nstopped, nleft = 0;
	struct finished alone = { 0 };
	struct sk_error e = { 0 };
	struct deny_hit hit;

	for (int together = 0; together < 2 && f->nstopped == before;
	    together++) {
		nleft = 0;
		for (size_t i = 0; i < n; i++) {
			bool bad = !together && render(l, &items[i], 1,
			    &alone, &e);

			if (bad)
				hit = (struct deny_hit){ .part = "text",
					.kind = "render" };
			else
				bad = denied(l, &items[i]->sight->list,
				    together ? f : &alone, &hit);
			if (bad)
				stop(l, f, items[i], &hit);
			else
				left[nleft++] = items[i];
		}
	}
	if (f->nstopped > before)
		memcpy(items, left, nleft * sizeof(*items));
	return f->nstopped - before;
}

/* To an originator, what names anybody of another case goes not at all;
 * what cannot be asked is denied. */
static bool
names_others(struct look *l, const struct finished *f, struct deny_hit *hit)
{
	struct deny_list others;
	struct case_record c;

	if (!l->copy->case_row)
		return false;
	*hit = (struct deny_hit){ .part = "text", .kind = "unread list" };
	return store_case_get(l->d->store, l->a, l->copy->case_row, &c) ||
	    gatekeeper_deny_others(l->d, l->a, &c, &others) ||
	    denied(l, &others, f, hit);
}

int
finished_digest(struct daemon *d, struct sk_arena *a,
    const struct copy_record *copy, const struct org *o,
    const struct person *p, const struct permits_item **items, size_t n,
    struct finished_seen *seen, struct finished *out, struct sk_error *e)
{
	struct look l = { .d = d, .a = a, .copy = copy, .org = o,
		.person = p };
	unsigned char mark[SK_HASH];
	struct deny_hit hit;
	int r = SK_OK;

	*out = (struct finished){ .items = items };
	out->stopped = sk_arena_array(a, n + 1, sizeof(*out->stopped));
	while (n && (r = render(&l, items, n, out, e)) == SK_OK) {
		const struct deny_list all = all_words(a, items, n);

		mark_of(&l, out, mark);
		if ((seen && was_clean(seen, mark)) ||
		    !denied(&l, &all, out, &hit)) {
			if (seen)
				memcpy(seen->marks[seen->n++ % FINISHED_SEEN],
				    mark, SK_HASH);
			if (!names_others(&l, out, &hit))
				return SK_OK;
			while (n)
				stop(&l, out, items[--n], &hit);
			break;
		}
		n -= stop_named(&l, out, items, n);
	}
	out->n = n;
	return r;
}

/* ---- one item, beforehand ---- */

static const struct org sample_orgs[] = {
	{ .id = "-", .name = "-", .class = CLASS1 },
	{ .id = "-", .name = "-", .class = CLASS2 },
	{ .id = "-", .name = "-", .class = CLASS_GENERAL },
};

bool
finished_item(struct daemon *d, struct sk_arena *a,
    const struct permits_item *it, bool tell_word, struct sk_error *e)
{
	static const char *const langs[] = { "ja", "en" };
	const struct deny_list *list = &it->sight->list;
	bool raw = it->gate.item.item.confidence == CONFIDENCE_RAW;
	const struct permits_item *items[1];
	struct finished f;

	for (size_t i = 0; i < 6; i++) {
		const struct org *o = &sample_orgs[i / 2];
		struct person p = { .id = "-", .org = "-", .name = "-",
			.language = langs[i % 2] };
		struct copy_record c = { .language = p.language,
			.template = digest_template(o->class, raw),
			.from = d->config->desks[0].address,
			.token = "aaaaaaaaaaaaaaaaaaaaaaaaaa" };

		items[0] = it;
		if (finished_digest(d, a, &c, o, &p, items, 1, NULL, &f, e))
			return true;
		if (!f.nstopped)
			continue;
		finished_say(it, &f.stopped[0].hit, tell_word &&
		    f.stopped[0].hit.word < it->sight->own ?
		    list->words[f.stopped[0].hit.word] : NULL, e);
		return true;
	}
	return false;
}

void
finished_say(const struct permits_item *it, const struct deny_hit *hit,
    const char *word, struct sk_error *e)
{
	sk_fail(e, SK_ERR_REFUSED, it->gate.item.item.id, "R-075: in the mail "
	    "as it would go, the %s holds in line %u a word (%s) of the "
	    "deny-lists of its case or of its kin%s%s%s: take it out",
	    hit->part, hit->line, hit->kind, word ? ": \"" : "",
	    word ? word : "", word ? "\"" : "");
}

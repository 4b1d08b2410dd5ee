/*
 * Indicators of a text: each once, in the order they stand, and
 * the paragraphs that hold one apart from those that do not. A proposal for an
 * operator who splits the technical half from the damage; nothing leaves the
 * case by it. What stands in the writer's signature, and what our own
 * form printed, is told apart.
 *
 * Linear: each byte is folded once, each word looked at a few times.
 */
#include <config.h>

#include <string.h>

#include <sekisho/limits.h>
#include <sekisho/mail_read.h>
#include <sekisho/text.h>

#include "mail/answer_text.h"
#include "mail/bytes.h"
#include "mail/indicator.h"
#include "mail/read.h"

#define SLOTS 2048		/* of the set of those found; a power of two */
#define SIGNATURE_LINES 15	/* below a rule at the end of the new text */

struct finder {
	struct sk_arena *a;
	struct facts *out;
	struct fact_indicator *list;
	size_t n, cap;
	struct fact_passage *passages;
	size_t npassages, passages_cap;
	uint16_t slots[SLOTS];	/* index + 1; 0 free */
	struct line_words words;
	unsigned flags;		/* of this line */
	bool full, any;		/* any: this line holds a proposed one */
};

/* ---- the set ---- */

static size_t
hash(enum fact_indicator_type type, const char *s)
{
	uint32_t h = 2166136261u ^ (uint32_t)type;

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return h;
}

static void
add(struct finder *f, const struct indicator_found *w, unsigned flags)
{
	size_t slot = hash(w->type, w->value) & (SLOTS - 1);
	struct fact_indicator *x;

	for (; f->slots[slot] != 0; slot = (slot + 1) & (SLOTS - 1)) {
		x = &f->list[f->slots[slot] - 1];
		if (x->type != w->type || strcmp(x->value, w->value) != 0)
			continue;
		/* In the text too: then it is not of the signature alone. */
		if ((flags & INDICATOR_SIGNATURE) == 0)
			x->flags &= ~(uint32_t)INDICATOR_SIGNATURE;
		x->flags |= w->flags & INDICATOR_DEFANGED;
		return;
	}
	if (f->n == LIMIT_INDICATORS) {
		f->full = true;
		f->out->doubts |= DOUBT_LEFT_OUT;
		return;
	}
	f->list = sk_arena_room(f->a, f->list, f->n, &f->cap,
	    sizeof(*f->list));
	x = &f->list[f->n++];
	x->type = w->type;
	x->value = sk_arena_str(f->a, w->value);
	x->flags = w->flags | flags;
	f->slots[slot] = (uint16_t)f->n;
}

static void
found(void *user, const struct indicator_found *w)
{
	struct finder *f = user;

	add(f, w, f->flags);
	f->any |= ((w->flags | f->flags) & INDICATOR_NOT_PROPOSED) == 0;
}

static void
read_line(struct finder *f, struct scan s, unsigned flags)
{
	f->flags = flags;
	f->words.trace = false;
	indicators_of_line(&f->words, s.p, s.end);
	f->any |= f->words.trace && flags == 0;
}

/* ---- where the signature is ---- */

static bool
is_rule(struct scan s)
{
	uint32_t first = scan_peek(&s), c;
	unsigned n = 0;

	while ((c = scan_next(&s)) != 0) {
		if (c != first && c != ' ' && c != '-' && c != '=' && c != '*')
			return false;
		n++;
	}
	return n >= 8 && !(first >= 'a' && first <= 'z') &&
	    !(first >= '0' && first <= '9');
}

static bool
is_contact(struct scan s)
{
	static const char *const marks[] = { "tel", "fax", "電話", "〒",
		"株式会社", "e-mail", "email", "mail:", "メ-ル:", "phone",
		"有限会社", "(株)", "大学", "部", "課" };
	char line[256];

	scan_fold(line, sizeof(line), s);
	return STR_HOLDS(line, marks);
}

/* Japanese signatures stand between rules and know no "-- ". The first line of
 * the block that ends the new text, or l->n. */
static size_t
signature_at(const struct lines *l)
{
	size_t end = 0, lines = 0, found = SIZE_MAX;
	bool contact = false;

	while (end < l->n && l->v[end].kind != LINE_BORDER &&
	    l->v[end].depth == 0)
		end++;
	for (size_t i = end; i-- > 0 && lines < SIGNATURE_LINES;) {
		if (l->v[i].kind == LINE_BLANK)
			continue;
		lines++;
		if (is_rule(l->v[i].s)) {
			if (contact)
				found = i;
		} else {
			contact |= is_contact(l->v[i].s);
		}
	}
	return found;
}

/* ---- the text ---- */

static size_t
longest_line(const struct lines *l)
{
	size_t most = 0;

	for (size_t i = 0; i < l->n; i++)
		if ((size_t)(l->v[i].s.end - l->v[i].s.p) > most)
			most = (size_t)(l->v[i].s.end - l->v[i].s.p);
	return most;
}

/* Adds a paragraph to the last passage if it is of the same kind. The last
 * one takes all that is left, as damage. */
static void
passage(struct finder *f, size_t at, size_t end, bool technical)
{
	size_t n = f->npassages;
	struct fact_passage *last = n > 0 ? &f->passages[n - 1] : NULL;

	if (at == end)
		return;
	if (n == LIMIT_PASSAGES)
		last->technical = false;
	if (last != NULL && (last->technical == technical ||
	    n == LIMIT_PASSAGES)) {
		last->len += (uint32_t)(end - at);
		return;
	}
	f->passages = sk_arena_room(f->a, f->passages, n, &f->passages_cap,
	    sizeof(*f->passages));
	f->passages[f->npassages++] = (struct fact_passage){ (uint32_t)at,
		(uint32_t)(end - at), technical };
}

static size_t
line_end(const struct lines *l, size_t i)
{
	const char *end = l->v[i].s.end, *nl = strchr(end, '\n');

	return (size_t)(nl != NULL ? nl + 1 - l->text :
	    end + strlen(end) - l->text);
}

static void
find_all(struct finder *f, const struct lines *l, bool quotes_ours)
{
	size_t signature = signature_at(l), from = 0, at = 0;
	bool technical = false;

	for (size_t i = 0; i < l->n; i++) {
		unsigned flags = l->v[i].kind == LINE_SIGNATURE ||
		    (l->v[i].depth == 0 && i >= signature) ?
		    INDICATOR_SIGNATURE : 0;

		f->any = false;
		/* A border's lines too: they name a forwarded mail's sender. */
		if (l->v[i].kind != LINE_BLANK && !f->full &&
		    !(quotes_ours && (l->v[i].depth > 0 ||
		    l->v[i].kind == LINE_BORDER)))
			read_line(f, l->v[i].s, flags);
		technical |= f->any;
		at = line_end(l, i);
		if (l->v[i].kind == LINE_BLANK) {
			passage(f, from, at, technical);
			from = at;
			technical = false;
		}
	}
	passage(f, from, at, technical);
	f->out->passages = f->passages;
	f->out->npassages = f->npassages;
}

void
indicators_find(struct sk_arena *a, const struct lines *l, bool quotes_ours,
    struct facts *out)
{
	struct finder *f = sk_arena_alloc(a, sizeof(*f));
	size_t room = longest_line(l) + 1;

	f->a = a;
	f->out = out;
	f->words = (struct line_words){ sk_arena_alloc(a, room),
		sk_arena_alloc(a, room), found, f, false };
	find_all(f, l, quotes_ours);
	out->indicators = f->list;
	out->nindicators = f->n;
}

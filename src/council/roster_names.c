/*
 * One legal body, one membership: names that look like the same body,
 * or like a department of it. Only ever a question; a subsidiary is a body of
 * its own, and only people know.
 */
#include "roster_row.h"

#include <string.h>

#include <sekisho/text.h>

#define SHORTEST 6	/* bytes of a name that says something: two kanji */

static const char *const legal_forms[] = {
	"株式会社", "(株)", "有限会社", "(有)", "合同会社", "合資会社",
	"一般社団法人", "一般財団法人", "公益社団法人", "公益財団法人",
	"独立行政法人", "国立研究開発法人", "国立大学法人", "公立大学法人",
	"学校法人", "特定非営利活動法人", "co.,ltd", "co.ltd", "corporation",
	"incorporated", "limited", "inc", "corp", "ltd", "k.k", ".", ",", "-",
	"・", "'",
};

static void
cut_all(char *s, const char *what)
{
	size_t n = strlen(what);

	for (char *at; (at = strstr(s, what)) != NULL; )
		memmove(at, at + n, strlen(at + n) + 1);
}

char *
roster_body_key(struct sk_arena *a, const char *name)
{
	char *key = roster_name_key(a, name), *whole = sk_arena_str(a, key);

	for (size_t i = 0; i < sizeof(legal_forms) / sizeof(*legal_forms); i++)
		cut_all(key, legal_forms[i]);
	return *key ? key : whole;
}

static bool
begins(const char *s, const char *with)
{
	size_t n = strlen(with);

	return n >= SHORTEST && strncmp(s, with, n) == 0;
}

static bool
alike(const char *x, const char *y)
{
	return strcmp(x, y) == 0 || begins(x, y) || begins(y, x);
}

const char *
roster_similar(const struct org *o, const struct roster_known *known)
{
	struct sk_arena *a = sk_arena_new();
	const char *key = roster_body_key(a, o->name), *found = NULL;

	for (size_t i = 0; i < known->norgs && !found; i++)
		if (!sk_ascii_ieq(known->orgs[i].id, o->id) &&
		    alike(key, roster_body_key(a, known->orgs[i].name)))
			found = known->orgs[i].id;
	sk_arena_free(&a);
	return found;
}

/* ---- a sheet ---- */

struct body {
	const char *id;
	bool fresh;
};

static void
ask(struct reading *r, const struct body *x, const struct body *y)
{
	const struct body *one = x->fresh ? x : y;
	const struct body *other = one == x ? y : x;

	if (one->fresh)
		sheet_say(r->s.a, &r->s.questions, "%s has much the same name "
		    "as %s: one body, several departments? (R-016)", one->id,
		    other->id);
}

/* Sorted, a name stands right behind those that it begins with. */
void
roster_ask_about_names(struct reading *r, const struct index *row_orgs)
{
	const struct roster_known *known = r->known;
	struct body *bodies = sk_arena_array(r->s.a, known->norgs +
	    row_orgs->n + 1, sizeof(*bodies));
	struct index x;
	size_t n = 0, root = 0;

	index_start(r->s.a, &x, known->norgs + row_orgs->n);
	for (size_t i = 0; i < known->norgs; i++, n++) {
		bodies[n].id = known->orgs[i].id;
		index_add(&x, roster_body_key(r->s.a, known->orgs[i].name), n);
	}
	for (size_t i = 0; i < row_orgs->n; i++) {
		const struct org *o = &r->rows[row_orgs->keys[i].at].org;

		if (index_repeats(row_orgs, i) ||
		    index_find(&r->known_orgs, o->id))
			continue;
		bodies[n] = (struct body){ o->id, true };
		index_add(&x, roster_body_key(r->s.a, o->name), n++);
	}
	index_sort(&x);
	for (size_t i = 1; i < x.n; i++) {
		if (alike(x.keys[i].text, x.keys[root].text))
			ask(r, &bodies[x.keys[i].at], &bodies[x.keys[root].at]);
		else
			root = i;
	}
}

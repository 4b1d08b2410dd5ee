/*
 * What only the whole set shows: includes exist, are blocks and end; a text
 * that may travel in plain text holds, with all it takes in, no field that
 * could carry content; ja and en say the same with the same fields. All of it
 * is found at load, so that nothing of it can surprise at send.
 */
#include <string.h>

#include <sekisho/limits.h>

#include "template/internal.h"

const struct template_file *
set_find(const struct template_set *s, const char *lang, const char *id)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->files[i].id, id) == 0 &&
		    strcmp(s->files[i].lang, lang) == 0)
			return &s->files[i];
	return NULL;
}

struct walk {
	struct template_set *set;
	struct faults *faults;
	const struct template_file *top;	/* the text being checked */
};

static void
check_nodes(struct walk *w, const struct template_file *in,
    const struct node *n, int depth);

static void
check_include(struct walk *w, const struct template_file *in,
    const struct node *n, int depth)
{
	const struct template_file *b = set_find(w->set, in->lang, n->text);

	if (!b)
		fault(w->faults, in->path, n->line,
		    "there is no %s.txt beside this file to take in", n->text);
	else if (b->form != TEMPLATE_BLOCK)
		fault(w->faults, in->path, n->line,
		    "%s is a text of its own; only a block can be taken in",
		    n->text);
	else if (depth == LIMIT_TEMPLATE_DEPTH)
		fault(w->faults, in->path, n->line,
		    "blocks taken in deeper than %d: is it a circle?",
		    LIMIT_TEMPLATE_DEPTH);
	else
		check_nodes(w, b, b->body, depth + 1);
}

static void
check_nodes(struct walk *w, const struct template_file *in,
    const struct node *n, int depth)
{
	for (; n; n = n->next) {
		if (n->field && !n->field->p && w->top->form == TEMPLATE_P)
			fault(w->faults, in->path, n->line,
			    "\"%s\" can hold content and %s may travel in plain text; remove it or make the form E",
			    n->field->name, w->top->id);
		if (n->kind == NODE_INCLUDE)
			check_include(w, in, n, depth);
		check_nodes(w, in, n->child, depth);
	}
}

static bool
names_field(const struct node *n, const struct field *f)
{
	for (; n; n = n->next)
		if (n->field == f || names_field(n->child, f))
			return true;
	return false;
}

static bool
names_include(const struct node *n, const char *id)
{
	for (; n; n = n->next)
		if ((n->kind == NODE_INCLUDE && strcmp(n->text, id) == 0) ||
		    names_include(n->child, id))
			return true;
	return false;
}

/* Every include of n must stand in the other file too. */
static void
pair_includes(struct walk *w, const struct template_file *a,
    const struct template_file *b, const struct node *n)
{
	for (; n; n = n->next) {
		if (n->kind == NODE_INCLUDE && !names_include(b->body, n->text))
			fault(w->faults, a->path, n->line,
			    "%s is taken in here but not in %s", n->text,
			    b->path);
		pair_includes(w, a, b, n->child);
	}
}

static void
check_pair(struct walk *w, const struct template_file *a,
    const struct template_file *b)
{
	const struct field *f;

	if (a->form != b->form)
		fault(w->faults, a->path, 1, "its form differs from %s",
		    b->path);
	for (size_t i = 0; (f = field_at(i)); i++) {
		bool in_a = names_field(a->body, f) ||
		    names_field(a->subject, f);
		bool in_b = names_field(b->body, f) ||
		    names_field(b->subject, f);
		if (in_a && !in_b)
			fault(w->faults, a->path, 0,
			    "names the field \"%s\", which %s does not",
			    f->name, b->path);
	}
	pair_includes(w, a, b, a->body);
}

static void
check_file(struct walk *w, const struct template_file *t)
{
	const char *other = strcmp(t->lang, "ja") == 0 ? "en" : "ja";
	const struct template_file *b = set_find(w->set, other, t->id);

	if (set_find(w->set, t->lang, t->id) != t)
		fault(w->faults, t->path, 0, "%s is there twice in %s", t->id,
		    t->lang);
	if (!b)
		fault(w->faults, t->path, 0,
		    "there is no %s text of %s; write the pair", other, t->id);
	else if (!t->broken && !b->broken)
		check_pair(w, t, b);
	w->top = t;
	if (!t->broken)
		check_nodes(w, t, t->body, 0);
	if (!t->broken)
		check_nodes(w, t, t->subject, 0);
}

void
check_set(struct template_set *s, struct faults *f)
{
	struct walk w = { .set = s, .faults = f };

	for (size_t i = 0; i < s->n; i++) {
		if (strcmp(s->files[i].lang, "ja") != 0 &&
		    strcmp(s->files[i].lang, "en") != 0)
			fault(f, s->files[i].path, 0,
			    "the languages are ja and en");
		else
			check_file(&w, &s->files[i]);
	}
}

int
template_parse_all(const struct template_source *src, size_t n,
    struct template_set **out, struct sk_buf *faults, struct sk_error *e)
{
	struct sk_arena *a = sk_arena_new();
	struct template_set *s = sk_arena_alloc(a, sizeof(*s));
	struct faults f = { .out = faults, .e = e };

	s->arena = a;
	s->files = sk_arena_array(a, n, sizeof(*s->files));
	s->n = n;
	for (size_t i = 0; i < n; i++)
		parse_file(a, &src[i], &s->files[i], &f);
	check_set(s, &f);
	if (f.n > 0) {
		template_set_free(&s);
		return SK_ERR_CONFIG;
	}
	*out = s;
	return SK_OK;
}

void
template_set_free(struct template_set **s)
{
	if (*s) {
		struct sk_arena *a = (*s)->arena;
		*s = NULL;
		sk_arena_free(&a);
	}
}

const char *
template_at(const struct template_set *s, const char *lang, size_t at)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->files[i].lang, lang) == 0 && at-- == 0)
			return s->files[i].id;
	return NULL;
}

bool
template_has(const struct template_set *s, const char *lang, const char *id)
{
	return set_find(s, lang, id) != NULL;
}

enum template_form
template_form(const struct template_set *s, const char *lang, const char *id)
{
	const struct template_file *t = set_find(s, lang, id);

	/* What we do not know is treated as what needs most care. */
	return t ? t->form : TEMPLATE_E;
}

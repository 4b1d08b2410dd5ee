/*
 * The values of one text: typed by the field table, rows inside lists, a row
 * sees its own values first. A name that no field declares, or a value of the
 * wrong kind, is remembered and refuses the rendering: a caller that misspells
 * a field must not send a text with a hole in it.
 */
#include <string.h>

#include <sekisho/text.h>

#include "template/internal.h"

struct tvalues *
tv_new(struct sk_arena *a)
{
	struct tvalues *v = sk_arena_alloc(a, sizeof(*v));

	v->arena = a;
	return v;
}

static void
misuse(struct tvalues *v, const char *name)
{
	while (v->parent)
		v = v->parent;
	if (!v->bad)
		v->bad = sk_arena_str(v->arena, name);
}

static struct tvalue *
own_value(const struct tvalues *v, const struct field *f)
{
	for (struct tvalue *x = v->first; x; x = x->next)
		if (x->field == f)
			return x;
	return NULL;
}

const struct tvalue *
tv_find(const struct tvalues *v, const struct field *f)
{
	for (; v; v = v->parent) {
		const struct tvalue *x = own_value(v, f);
		if (x)
			return x;
	}
	return NULL;
}

/* The slot for a field; set twice, the newer value holds. */
static struct tvalue *
slot(struct tvalues *v, const struct field *f)
{
	struct tvalue *x = own_value(v, f);

	if (x)
		return x;
	x = sk_arena_alloc(v->arena, sizeof(*x));
	x->field = f;
	if (v->last)
		v->last->next = x;
	else
		v->first = x;
	v->last = x;
	return x;
}

void
tv_str(struct tvalues *v, const char *name, const char *value)
{
	const struct field *f = field_find(name);

	if (!f || !field_is_words(f)) {
		misuse(v, name);
		return;
	}
	if (!value)
		return;
	slot(v, f)->str = sk_utf8_clean(v->arena, sk_span_str(value));
}

void
tv_int(struct tvalues *v, const char *name, long value)
{
	const struct field *f = field_find(name);

	if (!f || f->kind != FIELD_NUMBER)
		misuse(v, name);
	else
		slot(v, f)->number = value;
}

void
tv_flag(struct tvalues *v, const char *name, bool on)
{
	const struct field *f = field_find(name);

	if (!f || f->kind != FIELD_FLAG)
		misuse(v, name);
	else
		slot(v, f)->flag = on;
}

void
tv_choice(struct tvalues *v, const char *prefix, const char *name)
{
	const struct field *f;
	bool found = name == NULL;

	for (size_t i = 0; (f = field_at(i)); i++) {
		if (f->kind != FIELD_FLAG ||
		    strncmp(f->name, prefix, strlen(prefix)) != 0)
			continue;
		bool on = name && strcmp(f->name, name) == 0;
		slot(v, f)->flag = on;
		found = found || on;
	}
	if (!found)
		misuse(v, name);
}

void
tv_list(struct tvalues *v, const char *name)
{
	const struct field *f = field_find(name);

	if (!f || f->kind != FIELD_LIST)
		misuse(v, name);
	else
		slot(v, f);
}

struct tvalues *
tv_row(struct tvalues *v, const char *name)
{
	const struct field *f = field_find(name);
	struct tvalues *row = tv_new(v->arena);
	struct tvalue *list;

	row->parent = v;
	if (!f || f->kind != FIELD_LIST) {
		misuse(v, name);
		return row;
	}
	list = slot(v, f);
	if (list->last_row)
		list->last_row->next = row;
	else
		list->rows = row;
	list->last_row = row;
	return row;
}

/* Rows are empty: they see the values around them. */
void
tv_samples(struct tvalues *v, bool full)
{
	const struct field *f;

	for (size_t i = 0; (f = field_at(i)); i++) {
		if (own_value(v, f))
			continue;
		if (f->kind == FIELD_FLAG)
			tv_flag(v, f->name, full);
		else if (f->kind == FIELD_NUMBER)
			tv_int(v, f->name, 1);
		else if (f->kind == FIELD_LIST && full)
			tv_row(v, f->name);
		else if (f->kind == FIELD_LIST)
			tv_list(v, f->name);
		else if (f->kind == FIELD_CODE)
			tv_str(v, f->name, f->name);
		else
			tv_str(v, f->name, sk_arena_printf(v->arena, "<%s>",
			    f->name));
	}
}

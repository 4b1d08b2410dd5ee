/*
 * One value of a document as text for people. Everything passes the terminal
 * escape here: titles, names and subjects come from strangers.
 */
#include <config.h>

#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/text.h>

#include "cli/print.h"

/* "a.b" walks into a; *last is the name in the innermost object. */
static const struct sk_json *
walk(const struct sk_json *o, const char *field, const char **last)
{
	const char *dot;
	char part[64];

	while (o && (dot = strchr(field, '.')) != NULL) {
		snprintf(part, sizeof(part), "%.*s", (int)(dot - field),
		    field);
		o = sk_json_get(o, part);
		field = dot + 1;
	}
	*last = field;
	return o;
}

static const char *
joined(struct cli *c, const struct sk_json *list)
{
	const char *out = NULL;

	for (size_t i = 0; i < sk_json_len(list); i++) {
		const char *s = sk_json_str_at(list, i);

		if (!s)
			s = sk_json_str(sk_json_at(list, i), "words");
		if (s)
			out = out ? sk_arena_printf(c->arena, "%s, %s", out,
			    s) : s;
	}
	return out ? out : "-";
}

static bool
is_number(const struct sk_json *o, const char *name)
{
	return sk_json_int(o, name, 0) == sk_json_int(o, name, 1);
}

static bool
is_bool(const struct sk_json *o, const char *name)
{
	return sk_json_bool(o, name, false) == sk_json_bool(o, name, true);
}

static const char *
plain(struct cli *c, const struct sk_json *o, const char *name)
{
	const char *s = sk_json_str(o, name);
	const struct sk_json *j = sk_json_get(o, name);

	if (s)
		return s;
	if (sk_json_is_array(j))
		return joined(c, j);
	if (j && is_bool(o, name))
		return sk_json_bool(o, name, false) ? "yes" : "no";
	if (j && is_number(o, name))
		return sk_arena_printf(c->arena, "%lld",
		    (long long)sk_json_int(o, name, 0));
	return "-";
}

static const char *
local_time(struct cli *c, const char *iso)
{
	int64_t t;

	return sk_time_parse(iso, &t) == SK_OK ? sk_time_local(c->arena, t) :
	    iso;
}

/* Groups of four, as people read it aloud. */
static const char *
grouped(struct cli *c, const char *fpr)
{
	const char *out = "";

	for (size_t i = 0; fpr[i]; i += 4) {
		out = sk_arena_printf(c->arena, "%s%s%.4s", out, i ? " " : "",
		    fpr + i);
		if (strlen(fpr + i) < 4)
			break;
	}
	return out;
}

const struct sk_json *
cell_at(const struct sk_json *row, const char *field)
{
	const char *name;
	const struct sk_json *o = walk(row, field, &name);

	return o ? sk_json_get(o, name) : NULL;
}

/* A value of several lines in one cell. */
static const char *
one_line(struct cli *c, const char *s)
{
	const char *out = "", *nl;

	for (; (nl = strchr(s, '\n')) != NULL; s = nl + 1)
		out = sk_arena_printf(c->arena, "%s%.*s / ", out,
		    (int)(nl - s), s);
	return sk_arena_printf(c->arena, "%s%s", out, s);
}

bool
cell_there(const struct sk_json *row, const char *field)
{
	const char *name;
	const struct sk_json *o = walk(row, field, &name), *j;

	if (!o || !sk_json_has(o, name))
		return false;
	j = sk_json_get(o, name);
	if (sk_json_is_array(j))
		return sk_json_len(j) > 0;
	return sk_json_str(o, name) || is_bool(o, name) || is_number(o, name);
}

const char *
cell_text(struct cli *c, const struct sk_json *row, const struct column *x)
{
	const char *name, *s = sk_json_string(row);
	const struct sk_json *o;

	if (!s) {
		o = walk(row, x->field, &name);
		s = o ? plain(c, o, name) : "-";
	}
	if (strchr(s, '\n'))
		s = one_line(c, s);
	if (x->look == LOOK_TIME)
		s = local_time(c, s);
	if (x->look == LOOK_FPR && strlen(s) == 40)
		s = grouped(c, s);
	return sk_escape_terminal(c->arena, s, false);
}

/*
 * Settings files by libconfig, whose only user this file is. The whole file is
 * read and every fault is named with its line, since a postmaster who mends one
 * and is told the next begins to guess. A key that no table knows is a fault: a
 * misspelt setting must not silently leave its default in force.
 */
#include "schema.h"

#include <libconfig.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/mem.h>

#include "schema_value.h"

struct schema {
	config_t cfg;
	struct sk_arena *a;
	const char *path;
	struct sk_buf *faults;
	size_t n;
};

static const char *
file_of(const struct schema *s, const config_setting_t *at)
{
	const char *file = at ? config_setting_source_file(at) : NULL;

	return file ? file : s->path;
}

static void __attribute__((format(printf, 5, 0)))
vfault(struct schema *s, const char *file, int line, const char *key,
    const char *fmt, va_list ap)
{
	char text[480];

	vsnprintf(text, sizeof(text), fmt, ap);
	s->n++;
	if (line > 0)
		sk_buf_addf(s->faults, "%s:%d: ", file, line);
	else
		sk_buf_addf(s->faults, "%s: ", file);
	if (*key)
		sk_buf_addf(s->faults, "%s: ", key);
	sk_buf_addf(s->faults, "%s\n", text);
}

static void __attribute__((format(printf, 4, 5)))
fault(struct schema *s, const config_setting_t *at, const char *key,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfault(s, file_of(s, at), at ? (int)config_setting_source_line(at) : 0,
	    key, fmt, ap);
	va_end(ap);
}

/* The setting, or the nearest one around it. */
static const config_setting_t *
nearest(const struct schema *s, const char *key)
{
	char *path = sk_arena_str(s->a, key), *dot;
	const config_setting_t *at = config_lookup(&s->cfg, path);

	while (!at && (dot = strrchr(path, '.')) != NULL) {
		*dot = '\0';
		at = config_lookup(&s->cfg, path);
	}
	return at;
}

void
schema_fault(struct schema *s, const char *key, const char *fmt, ...)
{
	const config_setting_t *at = nearest(s, key);
	va_list ap;

	va_start(ap, fmt);
	vfault(s, file_of(s, at), at ? (int)config_setting_source_line(at) : 0,
	    key, fmt, ap);
	va_end(ap);
}

void
schema_fault_at(struct schema *s, int line, const char *key,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfault(s, s->path, line, key, fmt, ap);
	va_end(ap);
}

bool
schema_has(const struct schema *s, const char *key)
{
	return config_lookup(&s->cfg, key) != NULL;
}

/* ---- one table over one group ---- */

static void fill_group(struct schema *s, const config_setting_t *g,
    const struct schema_key *keys, const char *prefix, void *base);

static bool
is_list(const config_setting_t *v)
{
	return config_setting_is_list(v) || config_setting_is_array(v);
}

static void
wrong_type(struct schema *s, const config_setting_t *v,
    const struct schema_key *k, const char *name)
{
	fault(s, v, name, "is not of the right kind; write %s",
	    schema_wants(k, s->a));
}

static void
fill_texts(struct schema *s, const config_setting_t *v,
    const struct schema_key *k, const char *name, void *base)
{
	size_t n = (size_t)config_setting_length(v), kept = 0;
	const char **list = sk_arena_array(s->a, n + 1, sizeof(*list));
	struct schema_key one = *k;

	one.type = SCHEMA_TEXT;
	one.at = 0;
	for (size_t i = 0; i < n; i++) {
		const config_setting_t *e = config_setting_get_elem(v,
		    (unsigned)i);
		const char *text = config_setting_get_string(e), *wrong;

		wrong = text ? schema_put(&one, s->a, text, &list[kept]) :
		    "is no text in quotes; put it in quotes";
		if (wrong)
			fault(s, e, name, "%s%s%s", text ? text : "",
			    text ? ": " : "", wrong);
		else
			kept++;
	}
	memcpy((char *)base + k->at, &list, sizeof(list));
	memcpy((char *)base + k->count, &kept, sizeof(kept));
}

static void
fill_rows(struct schema *s, const config_setting_t *v,
    const struct schema_key *k, const char *name, void *base)
{
	size_t n = (size_t)config_setting_length(v);
	char *rows = sk_arena_array(s->a, n + 1, k->row_size);

	for (size_t i = 0; i < n; i++) {
		const config_setting_t *e = config_setting_get_elem(v,
		    (unsigned)i);
		int line = (int)config_setting_source_line(e);
		char *row = rows + i * k->row_size;

		if (!config_setting_is_group(e)) {
			wrong_type(s, e, k, name);
			continue;
		}
		if (k->row_line < k->row_size)
			memcpy(row + k->row_line, &line, sizeof(line));
		fill_group(s, e, k->keys, sk_arena_printf(s->a, "%s.", name),
		    row);
	}
	memcpy((char *)base + k->at, &rows, sizeof(rows));
	memcpy((char *)base + k->count, &n, sizeof(n));
}

static void
fill_number(struct schema *s, const config_setting_t *v,
    const struct schema_key *k, const char *name, void *base)
{
	int type = config_setting_type(v);
	const char *wrong = NULL;

	if (type == CONFIG_TYPE_INT)
		wrong = schema_put_number(k, s->a,
		    config_setting_get_int(v), base);
	else if (type == CONFIG_TYPE_INT64)
		wrong = schema_put_number(k, s->a,
		    config_setting_get_int64(v), base);
	else
		wrong_type(s, v, k, name);
	if (wrong)
		fault(s, v, name, "%s", wrong);
}

static void
fill_text(struct schema *s, const config_setting_t *v,
    const struct schema_key *k, const char *name, void *base)
{
	const char *text = config_setting_get_string(v), *wrong = NULL;

	if (!text)
		wrong_type(s, v, k, name);
	else
		wrong = schema_put(k, s->a, text, base);
	if (wrong)
		fault(s, v, name, "%s", wrong);
}

static void
fill(struct schema *s, const config_setting_t *v, const struct schema_key *k,
    const char *name, void *base)
{
	switch (k->type) {
	case SCHEMA_TEXT:
	case SCHEMA_WORD:
		fill_text(s, v, k, name, base);
		return;
	case SCHEMA_COUNT:
	case SCHEMA_SIZE:
		fill_number(s, v, k, name, base);
		return;
	case SCHEMA_BOOL:
		if (config_setting_type(v) == CONFIG_TYPE_BOOL)
			schema_put_bool(k, config_setting_get_bool(v), base);
		else
			wrong_type(s, v, k, name);
		return;
	case SCHEMA_TEXTS:
	case SCHEMA_ROWS:
		if (!is_list(v))
			wrong_type(s, v, k, name);
		else if (k->type == SCHEMA_TEXTS)
			fill_texts(s, v, k, name, base);
		else
			fill_rows(s, v, k, name, base);
		return;
	case SCHEMA_GROUP:
		if (config_setting_is_group(v))
			fill_group(s, v, k->keys, sk_arena_printf(s->a, "%s.",
			    name), base);
		else
			wrong_type(s, v, k, name);
		return;
	}
}

/* Not in the file: the default, or a fault where there is none. */
static void
fill_absent(struct schema *s, const config_setting_t *g,
    const struct schema_key *k, const char *name, void *base)
{
	if (k->type == SCHEMA_GROUP && !k->needed) {
		/* Its defaults stand; what only it needs, nobody needs. */
		for (const struct schema_key *i = k->keys; i->name; i++)
			if (!i->needed)
				fill_absent(s, g, i, sk_arena_printf(s->a,
				    "%s.%s", name, i->name), base);
		return;
	}
	if (k->needed)
		fault(s, g, name, "is missing; write %s = %s", k->name,
		    schema_wants(k, s->a));
	else if (!k->otherwise)
		return;
	else if (k->type == SCHEMA_BOOL)
		schema_put_bool(k, strcmp(k->otherwise, "true") == 0, base);
	else if (k->type == SCHEMA_COUNT || k->type == SCHEMA_SIZE)
		schema_put_number(k, s->a, strtoll(k->otherwise, NULL, 10),
		    base);
	else
		schema_put(k, s->a, k->otherwise, base);
}

static bool
is_known(const struct schema_key *keys, const char *name)
{
	for (; keys->name; keys++)
		if (strcmp(keys->name, name) == 0)
			return true;
	return false;
}

static const char *
known_names(struct schema *s, const struct schema_key *keys)
{
	char *out = sk_arena_str(s->a, keys->name);

	for (keys++; keys->name; keys++)
		out = sk_arena_printf(s->a, "%s, %s", out, keys->name);
	return out;
}

static void
fill_group(struct schema *s, const config_setting_t *g,
    const struct schema_key *keys, const char *prefix, void *base)
{
	int n = config_setting_length(g);

	for (int i = 0; i < n; i++) {
		const config_setting_t *v = config_setting_get_elem(g,
		    (unsigned)i);
		const char *name = config_setting_name(v);

		if (!is_known(keys, name))
			fault(s, v, sk_arena_printf(s->a, "%s%s", prefix,
			    name), "no such key; the keys here are %s",
			    known_names(s, keys));
	}
	for (const struct schema_key *k = keys; k->name; k++) {
		const config_setting_t *v = config_setting_get_member(g,
		    k->name);
		const char *name = sk_arena_printf(s->a, "%s%s", prefix,
		    k->name);

		if (v)
			fill(s, v, k, name, base);
		else
			fill_absent(s, g, k, name, base);
	}
}

/* ---- the file ---- */

static bool
parse(struct schema *s)
{
	struct sk_error e = { 0 };
	struct sk_buf text;
	bool ok = false;

	sk_buf_init(&text, LIMIT_CONFIG_FILE);
	if (sk_file_read(s->path, &text, &e)) {
		s->n++;
		sk_buf_addf(s->faults, "%s: %s\n", s->path, e.text);
	} else if (memchr(sk_buf_str(&text), 0, text.len)) {
		s->n++;
		sk_buf_addf(s->faults, "%s: is no text; it holds NUL bytes\n",
		    s->path);
	} else if (!config_read_string(&s->cfg, sk_buf_str(&text))) {
		s->n++;
		sk_buf_addf(s->faults, "%s:%d: %s; look for a missing quote, "
		    "semicolon or bracket there or just before\n",
		    config_error_file(&s->cfg) ? config_error_file(&s->cfg) :
		    s->path, config_error_line(&s->cfg),
		    config_error_text(&s->cfg));
	} else {
		ok = true;
	}
	sk_buf_free(&text);
	return ok;
}

struct schema *
schema_read(const char *path, const struct schema_key *keys,
    struct sk_arena *a, void *out, struct sk_buf *faults)
{
	struct schema *s = sk_malloc(sizeof(*s));

	s->a = a;
	s->path = sk_arena_str(a, path);
	s->faults = faults;
	config_init(&s->cfg);
	if (!parse(s)) {
		schema_close(&s);
		return NULL;
	}
	fill_group(s, config_root_setting(&s->cfg), keys, "", out);
	return s;
}

size_t
schema_close(struct schema **s)
{
	size_t n = *s ? (*s)->n : 0;

	if (*s) {
		config_destroy(&(*s)->cfg);
		free(*s);
	}
	*s = NULL;
	return n;
}

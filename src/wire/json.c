/*
 * The only jansson user. Two things it adds: a depth check before the parser,
 * which recurses, and an output that no terminal acts on, since operators read
 * documents as they scroll by and titles come from strangers.
 */
#include <config.h>

#include <jansson.h>
#include <string.h>

#include <sekisho/json.h>
#include <sekisho/limits.h>
#include <sekisho/log.h>
#include <sekisho/text.h>

static json_t *
of(const struct sk_json *j)
{
	return (json_t *)(uintptr_t)j;
}

static struct sk_json *
as(json_t *j)
{
	/* jansson has no other reason to refuse than memory. */
	if (j == NULL)
		sk_bug("json.memory", "no value");
	return (struct sk_json *)j;
}

static json_t *
string(const char *s)
{
	struct sk_arena *a;
	json_t *j;

	if (s == NULL)
		return json_null();
	j = json_string(s);
	if (j != NULL)
		return j;
	a = sk_arena_new();
	j = json_string(sk_utf8_clean(a, sk_span_str(s)));
	sk_arena_free(&a);
	return of(as(j));
}

static void
set(struct sk_json *o, const char *name, json_t *v)
{
	if (v == NULL || json_object_set_new(of(o), name, v) != 0)
		sk_bug("json.set", "name=%s", name);
}

static void
add(struct sk_json *a, json_t *v)
{
	if (v == NULL || json_array_append_new(of(a), v) != 0)
		sk_bug("json.add", "no array");
}

struct sk_json *
sk_json_object(void)
{
	return as(json_object());
}

struct sk_json *
sk_json_array(void)
{
	return as(json_array());
}

struct sk_json *
sk_json_document(const char *kind)
{
	struct sk_json *j = sk_json_object();

	sk_json_set_int(j, "sekisho", 1);
	sk_json_set_str(j, "kind", kind);
	return j;
}

void
sk_json_free(struct sk_json **j)
{
	json_decref(of(*j));
	*j = NULL;
}

void
sk_json_set_str(struct sk_json *o, const char *name, const char *s)
{
	set(o, name, string(s));
}

void
sk_json_set_int(struct sk_json *o, const char *name, int64_t v)
{
	set(o, name, json_integer(v));
}

void
sk_json_set_bool(struct sk_json *o, const char *name, bool v)
{
	set(o, name, json_boolean(v));
}

void
sk_json_set_null(struct sk_json *o, const char *name)
{
	set(o, name, json_null());
}

struct sk_json *
sk_json_set(struct sk_json *o, const char *name, struct sk_json *v)
{
	set(o, name, of(v));
	return v;
}

void
sk_json_merge(struct sk_json *o, struct sk_json **from)
{
	if (json_object_update(of(o), of(*from)) != 0)
		sk_bug("json.merge", "no object");
	sk_json_free(from);
}

struct sk_json *
sk_json_child(struct sk_json *o, const char *name)
{
	json_t *j = json_object_get(of(o), name);

	return json_is_object(j) || json_is_array(j) ? (struct sk_json *)j :
	    NULL;
}

void
sk_json_add_str(struct sk_json *a, const char *s)
{
	add(a, string(s));
}

void
sk_json_add_int(struct sk_json *a, int64_t v)
{
	add(a, json_integer(v));
}

struct sk_json *
sk_json_add(struct sk_json *a, struct sk_json *v)
{
	add(a, of(v));
	return v;
}

bool
sk_json_is_object(const struct sk_json *j)
{
	return json_is_object(of(j));
}

bool
sk_json_is_array(const struct sk_json *j)
{
	return json_is_array(of(j));
}

const struct sk_json *
sk_json_get(const struct sk_json *o, const char *name)
{
	return (const struct sk_json *)json_object_get(of(o), name);
}

const char *
sk_json_string(const struct sk_json *j)
{
	return json_string_value(of(j));
}

const char *
sk_json_str(const struct sk_json *o, const char *name)
{
	return sk_json_string(sk_json_get(o, name));
}

int64_t
sk_json_int(const struct sk_json *o, const char *name, int64_t fallback)
{
	const json_t *v = of(sk_json_get(o, name));

	return json_is_integer(v) ? json_integer_value(v) : fallback;
}

bool
sk_json_bool(const struct sk_json *o, const char *name, bool fallback)
{
	const json_t *v = of(sk_json_get(o, name));

	return json_is_boolean(v) ? json_is_true(v) : fallback;
}

bool
sk_json_has(const struct sk_json *o, const char *name)
{
	return sk_json_get(o, name) != NULL;
}

size_t
sk_json_len(const struct sk_json *a)
{
	return json_array_size(of(a));
}

const struct sk_json *
sk_json_at(const struct sk_json *a, size_t i)
{
	return (const struct sk_json *)json_array_get(of(a), i);
}

const char *
sk_json_str_at(const struct sk_json *a, size_t i)
{
	return sk_json_string(sk_json_at(a, i));
}

bool
sk_json_next(const struct sk_json *o, void **cursor, const char **name,
    const struct sk_json **value)
{
	*cursor = *cursor == NULL ? json_object_iter(of(o)) :
	    json_object_iter_next(of(o), *cursor);
	if (*cursor == NULL)
		return false;
	*name = json_object_iter_key(*cursor);
	*value = (const struct sk_json *)json_object_iter_value(*cursor);
	return true;
}

/* The parser recurses once a bracket. */
static bool
too_deep(struct sk_span s)
{
	bool quoted = false;
	int depth = 0;

	for (size_t i = 0; i < s.len; i++) {
		int c = s.p[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '[' || c == '{'))
			depth++;
		else if (!quoted && (c == ']' || c == '}'))
			depth--;
		if (depth > LIMIT_JSON_DEPTH)
			return true;
	}
	return false;
}

int
sk_json_parse(struct sk_span text, size_t max, struct sk_json **out,
    struct sk_error *e)
{
	json_error_t je;
	json_t *j;

	*out = NULL;
	if (text.len > max)
		return sk_fail(e, SK_ERR_LIMIT, "JSON", "%zu bytes are more "
		    "than the %zu that are taken", text.len, max);
	if (too_deep(text))
		return sk_fail(e, SK_ERR_LIMIT, "JSON", "nested deeper than "
		    "%d", LIMIT_JSON_DEPTH);
	j = json_loadb((const char *)text.p, text.len, JSON_REJECT_DUPLICATES,
	    &je);
	if (j == NULL)
		return sk_fail(e, SK_ERR_DATA, "JSON", "line %d: %s", je.line,
		    je.text);
	*out = (struct sk_json *)j;
	return SK_OK;
}

/* How many bytes at p are a character to be hidden, and which; 0: none. */
static size_t
hidden(const unsigned char *p, size_t n, unsigned *c)
{
	if (n >= 1 && p[0] == 0x7f) {
		*c = 0x7f;
		return 1;
	}
	if (n >= 2 && (p[0] & 0xe0) == 0xc0) {
		*c = (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu);
		return (*c >= 0x80 && *c <= 0x9f) || *c == 0xad ||
		    *c == 0x61c ? 2 : 0;
	}
	if (n >= 3 && (p[0] & 0xf0) == 0xe0) {
		*c = (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 |
		    (p[2] & 0x3fu);
		return (*c >= 0x200b && *c <= 0x200f) ||
		    (*c >= 0x2028 && *c <= 0x202e) ||
		    (*c >= 0x2060 && *c <= 0x206f) || *c == 0xfeff ||
		    (*c >= 0xfff9 && *c <= 0xfffb) ? 3 : 0;
	}
	return 0;
}

/* Outside of strings JSON is ASCII, so any such character is inside one, and
 * the escape means the same to every parser. */
static void
add_visible(struct sk_buf *out, struct sk_span s)
{
	size_t from = 0, i = 0, n;
	unsigned c = 0;

	while (i < s.len) {
		n = s.p[i] < 0x7f ? 0 : hidden(s.p + i, s.len - i, &c);
		if (n == 0) {
			i++;
			continue;
		}
		sk_buf_add(out, s.p + from, i - from);
		sk_buf_addf(out, "\\u%04X", c);
		i += n;
		from = i;
	}
	sk_buf_add(out, s.p + from, s.len - from);
}

static int
collect(const char *p, size_t n, void *data)
{
	struct sk_buf *b = data;

	sk_buf_add(b, p, n);
	return b->over ? -1 : 0;
}

void
sk_json_dump(const struct sk_json *j, bool indented, struct sk_buf *out)
{
	struct sk_buf raw;

	sk_buf_init(&raw, out->max);
	if (json_dump_callback(of(j), collect, &raw,
	    (indented ? JSON_INDENT(2) : JSON_COMPACT) | JSON_ENCODE_ANY) != 0)
		out->over = true;
	else
		add_visible(out, sk_buf_span(&raw));
	sk_buf_free(&raw);
	sk_buf_addc(out, '\n');
}

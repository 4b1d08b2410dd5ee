#include "milterd/ours.h"

#include <stdlib.h>
#include <string.h>

#include <sekisho/mem.h>
#include <sekisho/text.h>

struct one {
	struct sk_span local, domain;	/* lower case */
};

struct ours {
	struct sk_arena *arena;
	struct one *list;
	size_t n;
};

struct ours *
ours_new(const char *const *addresses, size_t n)
{
	struct ours *o = sk_malloc(sizeof(*o));

	o->arena = sk_arena_new();
	o->n = n;
	o->list = sk_arena_array(o->arena, n + 1, sizeof(*o->list));
	for (size_t i = 0; i < n; i++) {
		char *key = sk_address_key(o->arena, addresses[i]);
		const char *domain = sk_address_domain(key);

		o->list[i].local = sk_span_of(key,
		    *domain ? (size_t)(domain - key) - 1 : 0);
		o->list[i].domain = sk_span_str(domain);
	}
	return o;
}

void
ours_free(struct ours **o)
{
	if (!*o)
		return;
	sk_arena_free(&(*o)->arena);
	free(*o);
	*o = NULL;
}

/* ---- bytes ---- */

static unsigned char
lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c - 'A' + 'a') : c;
}

static bool
alnum(unsigned char c)
{
	c = lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Ends a word, whatever the grammar says about the place. */
static bool
ends_word(unsigned char c)
{
	return c <= ' ' || c == 0x7f || (c < 0x80 &&
	    strchr("<>,;:()[]@!\"", c) != NULL);
}

static bool
at(struct sk_span t, size_t i, struct sk_span what)
{
	return i <= t.len && t.len - i >= what.len &&
	    (!what.len || memcmp(t.p + i, what.p, what.len) == 0);
}

/* ---- the text as one reader or another may see it ---- */

enum reading {
	WITHOUT_COMMENTS,	/* a "(" inside quotes is no comment */
	QUOTES_IGNORED,		/* ... and for this reader it is */
	WITH_COMMENTS,
	READINGS
};

/* Writes lower case, one blank for any run of blanks and comments, none around
 * "@", "." and "!"; quotes and backslashes vanish; "%" is "@". */
struct writer {
	struct sk_buf *out;
	bool blank;
};

static bool
joins(unsigned char c)
{
	return c == '@' || c == '.' || c == '!';
}

static void
put(struct writer *w, unsigned char c)
{
	unsigned char last = w->out->len ? w->out->p[w->out->len - 1] : ' ';

	if (c <= ' ' || c == 0x7f) {
		w->blank = true;
		return;
	}
	c = c == '%' ? '@' : lower(c);
	if (w->blank && w->out->len && !joins(last) && !joins(c))
		sk_buf_addc(w->out, ' ');
	w->blank = false;
	sk_buf_addc(w->out, c);
}

static void
reduce(struct sk_span v, enum reading how, struct sk_buf *out)
{
	struct writer w = { out, false };
	size_t depth = 0;
	bool quoted = false;

	sk_buf_clear(out);
	for (size_t i = 0; i < v.len; i++) {
		unsigned char c = v.p[i];
		bool escaped = c == '\\' && i + 1 < v.len;

		if (escaped)
			c = v.p[++i];
		if (!escaped && c == '"' && !depth) {
			quoted = !quoted && how != QUOTES_IGNORED;
			continue;
		}
		if (!escaped && !quoted && how != WITH_COMMENTS) {
			depth += c == '(';
			if (c == ')' && depth) {
				depth--;
				c = ' ';
			}
		}
		/* What is quoted is one word, whatever stands in it. */
		put(&w, depth ? ' ' : quoted &&
		    how == WITHOUT_COMMENTS && ends_word(c) ? '_' : c);
	}
}

/* ---- addresses in it ---- */

/* From `skip` on the word is this local part, with or without tag. */
static bool
is_tagged(struct sk_span word, size_t skip, struct sk_span local)
{
	return at(word, skip, local) && (word.len - skip == local.len ||
	    word.p[skip + local.len] == '+');
}

/* Signs that decorate a word, as in "'desk@council' via list", do not count. */
static bool
is_local(struct sk_span word, struct sk_span local)
{
	size_t skip = 0;

	for (;;) {
		if (is_tagged(word, skip, local))
			return true;
		if (skip == word.len || alnum(word.p[skip]))
			return false;
		skip++;
	}
}

static struct sk_span
word_before(struct sk_span t, size_t end)
{
	size_t from = end;

	while (from && !ends_word(t.p[from - 1]))
		from--;
	return sk_span_of(t.p + from, end - from);
}

static struct sk_span
word_after(struct sk_span t, size_t from)
{
	size_t end = from;

	while (end < t.len && !ends_word(t.p[end]))
		end++;
	return sk_span_of(t.p + from, end - from);
}

/* "example.jp" and "example.jp." are one; "example.jp.evil" is another. */
static bool
is_domain(struct sk_span t, size_t i, struct sk_span domain)
{
	size_t end = i + domain.len;

	if (!domain.len || !at(t, i, domain))
		return false;
	if (end < t.len && t.p[end] == '.')
		end++;
	return end >= t.len || !(alnum(t.p[end]) || t.p[end] == '-' ||
	    t.p[end] == '_');
}

static bool
has_address(struct sk_span t, const struct one *o)
{
	for (size_t i = 0; i < t.len; i++) {
		if (t.p[i] == '@' && is_domain(t, i + 1, o->domain) &&
		    is_local(word_before(t, i), o->local))
			return true;
		if (t.p[i] == '!' && i >= o->domain.len &&
		    at(t, i - o->domain.len, o->domain) &&
		    is_local(word_after(t, i + 1), o->local))
			return true;
	}
	return false;
}

/* Without a domain Postfix adds its own: in doubt it is ours. */
static bool
has_bare(struct sk_span t, const struct one *o)
{
	if (memchr(t.p, '@', t.len) || memchr(t.p, '!', t.len))
		return false;
	for (size_t i = 0; i < t.len; i++)
		if ((!i || ends_word(t.p[i - 1])) &&
		    is_local(word_after(t, i), o->local))
			return true;
	return false;
}

static bool
reads_as_ours(const struct ours *o, struct sk_span v)
{
	struct sk_buf b;
	bool found = false;

	sk_buf_init(&b, v.len + 1);
	for (enum reading how = 0; how < READINGS && !found; how++) {
		reduce(v, how, &b);
		for (size_t i = 0; b.len && i < o->n && !found; i++)
			found = has_address(sk_buf_span(&b), &o->list[i]) ||
			    has_bare(sk_buf_span(&b), &o->list[i]);
	}
	sk_buf_free(&b);
	return found;
}

/* Full-width letters, and the dots that IDNA takes for one. */
static bool
folds_to_ours(const struct ours *o, struct sk_span v)
{
	struct sk_arena *a;
	char *text;
	bool found;

	if (sk_is_ascii(v))
		return false;
	a = sk_arena_new();
	text = sk_nfkc_fold(a, sk_utf8_clean(a, v));
	for (char *dot = text; (dot = strstr(dot, "\xe3\x80\x82")) != NULL;) {
		*dot = '.';
		memmove(dot + 1, dot + 3, strlen(dot + 3) + 1);
	}
	found = reads_as_ours(o, sk_span_str(text));
	sk_arena_free(&a);
	return found;
}

bool
ours_is_sender(const struct ours *o, struct sk_span path)
{
	return reads_as_ours(o, path) || folds_to_ours(o, path);
}

/* ---- fields ---- */

struct sk_span
ours_name(struct sk_span name)
{
	while (name.len && (name.p[name.len - 1] <= ' '))
		name.len--;
	return name;
}

bool
ours_name_begins(struct sk_span name, const char *with)
{
	size_t n = strlen(with);

	name = ours_name(name);
	if (name.len < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (lower(name.p[i]) != lower((unsigned char)with[i]))
			return false;
	return true;
}

bool
ours_name_is(struct sk_span name, const char *is)
{
	return ours_name(name).len == strlen(is) && ours_name_begins(name, is);
}

bool
ours_is_field(const struct ours *o, struct sk_span name, struct sk_span value)
{
	static const char *const names[] = { "From", "Sender", "Resent-From",
	    "Resent-Sender" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (ours_name_is(name, names[i]))
			return ours_is_sender(o, value);
	return false;
}

/* ---- recipients ---- */

const char *
ours_recipient(struct sk_arena *a, const struct ours *o, struct sk_span path)
{
	char *plain, *key;

	if (path.len >= 2 && path.p[0] == '<' &&
	    path.p[path.len - 1] == '>')
		path = sk_span_of(path.p + 1, path.len - 2);
	if (memchr(path.p, 0, path.len))
		return NULL;
	plain = sk_arena_strn(a, path.p, path.len);
	if (!sk_address_valid(plain))
		return NULL;
	key = sk_address_key(a, plain);
	for (size_t i = 0; i < o->n; i++)
		if (sk_span_eq(sk_span_str(sk_address_domain(key)),
		    o->list[i].domain) && is_tagged(sk_span_of(key,
		    strcspn(key, "@")), 0, o->list[i].local))
			return plain;
	return NULL;
}

/* ---- Authentication-Results ---- */

static bool
starts_with_id(struct sk_span t, struct sk_span id)
{
	for (size_t i = 0; i + id.len <= t.len && t.p[i] != ';'; i++)
		if ((!i || !alnum(t.p[i - 1])) && is_domain(t, i, id))
			return true;
	return false;
}

bool
ours_is_result(struct sk_span value, const char *id)
{
	struct sk_buf b, want;
	bool found = false;

	if (!id || !*id)
		return false;
	sk_buf_init(&b, value.len + 1);
	sk_buf_init(&want, strlen(id) + 1);
	reduce(sk_span_str(id), WITH_COMMENTS, &want);
	for (enum reading how = 0; how < READINGS && !found; how++) {
		reduce(value, how, &b);
		found = starts_with_id(sk_buf_span(&b), sk_buf_span(&want));
	}
	sk_buf_free(&want);
	sk_buf_free(&b);
	return found;
}

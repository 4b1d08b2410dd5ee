/*
 * The parameters of a MIME field, read as leniently as they are written in the
 * wild: raw Shift_JIS and ISO-2022-JP in quotes (both hold backslashes and
 * quotes inside characters), unquoted blanks, RFC 2045 comments. It only cuts;
 * what the bytes mean is decided in name.c and charset.c.
 */
#include <config.h>

#include <sekisho/limits.h>
#include <sekisho/text.h>

#include "mail/bytes.h"
#include "mail/header.h"
#include "mail/params.h"

enum { ESC = 0x1b };

struct reader {
	struct sk_span s;
	size_t at;
	bool no_jis_end;	/* looked for once and not found: not again */
	unsigned char *room;	/* for all quoted values together: none is
				 * longer than what it is read from */
};

static unsigned
peek(const struct reader *r)
{
	return r->at < r->s.len ? r->s.p[r->at] : 0;
}

static bool
done(const struct reader *r)
{
	return r->at >= r->s.len;
}

/* Blanks and comments. The depth was limited before, and nothing recurses. */
static void
skip_cfws(struct reader *r)
{
	unsigned depth = 0;

	for (; !done(r); r->at++) {
		unsigned c = peek(r);

		if (depth > 0 && c == '\\')
			r->at++;
		else if (c == '(')
			depth++;
		else if (depth > 0 && c == ')')
			depth--;
		else if (depth == 0 && !byte_space(c))
			return;
	}
}

/* A backslash quotes only what needs it, and is half a character after a byte
 * of Shift_JIS (0x95 0x5C is one kanji). */
static bool
is_quoted_pair(const struct reader *r, size_t start)
{
	unsigned next = r->at + 1 < r->s.len ? r->s.p[r->at + 1] : 0;

	if (peek(r) != '\\' || (next != '"' && next != '\\'))
		return false;
	return r->at == start || r->s.p[r->at - 1] < 0x80;
}

/* Over a run of 7-bit JIS, in which quotes and backslashes are text. */
static size_t
jis_run(struct reader *r)
{
	for (size_t i = r->at + 2; !r->no_jis_end && i + 1 < r->s.len; i++)
		if (r->s.p[i] == ESC && r->s.p[i + 1] == '(')
			return i - r->at;
	r->no_jis_end = true;
	return 1;
}

static struct sk_span
quoted_string(struct sk_arena *a, struct reader *r)
{
	size_t start = ++r->at, n = 0, run;
	unsigned char *p;

	if (r->room == NULL)
		r->room = sk_arena_alloc(a, r->s.len);
	p = r->room;
	while (!done(r) && peek(r) != '"') {
		if (is_quoted_pair(r, start)) {
			p[n++] = r->s.p[r->at + 1];
			r->at += 2;
			continue;
		}
		run = peek(r) == ESC && r->at + 1 < r->s.len &&
		    r->s.p[r->at + 1] == '$' ? jis_run(r) : 1;
		memcpy(p + n, r->s.p + r->at, run);
		n += run;
		r->at += run;
	}
	if (!done(r))
		r->at++;
	r->room = p + n;
	return sk_span_of(p, n);
}

/* Up to ";": names with blanks come unquoted. */
static struct sk_span
bare_value(struct reader *r)
{
	size_t start = r->at;

	while (!done(r) && peek(r) != ';')
		r->at++;
	return span_trim(span_cut(r->s, start, r->at));
}

static struct sk_span
token(struct reader *r, const char *stop)
{
	size_t start = r->at;

	while (!done(r) && peek(r) > ' ' && strchr(stop, (int)peek(r)) == NULL)
		r->at++;
	return span_cut(r->s, start, r->at);
}

static char *
lower(struct sk_arena *a, struct sk_span s)
{
	char *p = sk_arena_strn(a, s.p, s.len);

	for (size_t i = 0; i < s.len; i++)
		p[i] = (char)byte_lower((unsigned char)p[i]);
	return p;
}

/* "filename*0*" -> name "filename", section 0, extended. */
static void
set_name(struct sk_arena *a, struct mime_param *p, struct sk_span s)
{
	const unsigned char *star;
	size_t n;

	p->section = -1;
	if (s.len > 1 && s.p[s.len - 1] == '*') {
		p->extended = true;
		s.len--;
	}
	star = memchr(s.p, '*', s.len);
	if (star != NULL) {
		n = (size_t)(star - s.p);
		p->section = 0;
		for (size_t i = n + 1; i < s.len && p->section < 10000; i++)
			p->section = byte_digit(s.p[i]) ? p->section * 10 +
			    (int)(s.p[i] - '0') : 10000;
		s.len = n;
	}
	p->name = lower(a, s);
}

static void
parameter(struct sk_arena *a, struct reader *r, struct mime_value *out,
    struct mime_param *p)
{
	struct sk_span name = token(r, "=;(");

	skip_cfws(r);
	if (name.len == 0 || peek(r) != '=') {
		out->damaged |= name.len > 0;
		bare_value(r);
		return;
	}
	r->at++;
	skip_cfws(r);
	*p = (struct mime_param){ 0 };
	set_name(a, p, name);
	p->quoted = peek(r) == '"';
	p->value = p->quoted ? quoted_string(a, r) : bare_value(r);
	if (p->quoted)
		bare_value(r);		/* a comment, or what nobody knows */
	out->n++;
}

static const char *
leading_word(struct sk_arena *a, struct reader *r)
{
	struct sk_span first, second;

	skip_cfws(r);
	first = token(r, "/;(");
	skip_cfws(r);
	if (peek(r) != '/')
		return lower(a, first);
	r->at++;
	skip_cfws(r);
	second = token(r, ";(");
	return sk_arena_printf(a, "%s/%s", lower(a, first),
	    lower(a, second));
}

/* Printable ASCII: it becomes a fact. */
static bool
is_word(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s <= ' ' || *s >= 0x7f)
			return false;
	return true;
}

int
mime_value_parse(struct sk_arena *a, struct sk_span value,
    struct mime_value *out, struct sk_error *e)
{
	struct reader r = { .s = field_unfold(a, value) };
	struct mime_param *params;
	size_t most = 1;

	*out = (struct mime_value){ .word = "" };
	if (field_comment_depth(r.s, LIMIT_COMMENT_DEPTH) >
	    LIMIT_COMMENT_DEPTH)
		return sk_fail(e, SK_ERR_LIMIT, "header",
		    "comments nested deeper than %d", LIMIT_COMMENT_DEPTH);
	for (size_t i = 0; i < r.s.len && most <= LIMIT_MIME_PARAMS; i++)
		most += r.s.p[i] == ';';
	params = sk_arena_array(a, most, sizeof(*params));
	out->params = params;
	out->word = leading_word(a, &r);
	if (!is_word(out->word)) {
		out->word = "";
		out->damaged = true;
	}
	for (bare_value(&r); peek(&r) == ';';) {
		if (out->n == LIMIT_MIME_PARAMS)
			return sk_fail(e, SK_ERR_LIMIT, "header",
			    "more than %d parameters in one field",
			    LIMIT_MIME_PARAMS);
		r.at++;
		skip_cfws(&r);
		parameter(a, &r, out, &params[out->n]);
	}
	return SK_OK;
}

static const struct mime_param *
find(const struct mime_value *v, const char *name, int section, bool extended)
{
	for (size_t i = 0; i < v->n; i++)
		if (strcmp(v->params[i].name, name) == 0 &&
		    v->params[i].section == section &&
		    v->params[i].extended == extended)
			return &v->params[i];
	return NULL;
}

static const struct mime_param *
find_section(const struct mime_value *v, const char *name, int section)
{
	const struct mime_param *p = find(v, name, section, true);

	return p ? p : find(v, name, section, false);
}

bool
mime_has_section(const struct mime_value *v, const char *name, int section)
{
	return find_section(v, name, section) != NULL;
}

bool
mime_param_plain(const struct mime_value *v, const char *name,
    struct mime_raw *out)
{
	const struct mime_param *p = find(v, name, -1, false);

	*out = (struct mime_raw){ 0 };
	if (p != NULL)
		out->value = p->value;
	return p != NULL;
}

/* Takes "charset'language'" off the front of *s. */
static struct sk_span
take_charset(struct sk_span *s)
{
	const unsigned char *one, *two;
	struct sk_span charset;

	one = s->len ? memchr(s->p, '\'', s->len) : NULL;
	two = one ? memchr(one + 1, '\'',
	    s->len - (size_t)(one + 1 - s->p)) : NULL;
	if (two == NULL)
		return sk_span_of(NULL, 0);
	charset = sk_span_of(s->p, (size_t)(one - s->p));
	s->len -= (size_t)(two + 1 - s->p);
	s->p = two + 1;
	return charset;
}

static size_t
percent_decode(struct sk_span s, unsigned char *out)
{
	size_t n = 0;
	int high, low;

	for (size_t i = 0; i < s.len; i++) {
		high = s.p[i] == '%' && i + 2 < s.len ?
		    byte_hex(s.p[i + 1]) : -1;
		low = high >= 0 ? byte_hex(s.p[i + 2]) : -1;
		if (low >= 0) {
			out[n++] = (unsigned char)(high * 16 + low);
			i += 2;
		} else {
			out[n++] = s.p[i];
		}
	}
	return n;
}

/* Continuations joined before anything is decoded: a character and an escape
 * state may run over from one segment to the next (A13). */
static struct sk_span
join(struct sk_arena *a, const struct mime_value *v, const char *name,
    const struct mime_param *first, struct sk_span *charset)
{
	const struct mime_param *p = first;
	struct sk_span s;
	unsigned char *out;
	size_t n = 0, room = 0;

	for (size_t i = 0; i < v->n; i++)
		room += v->params[i].value.len;
	out = sk_arena_alloc(a, room);
	for (int section = 1; p != NULL; section++) {
		s = p->value;
		if (p->extended && p == first)
			*charset = take_charset(&s);
		if (p->extended) {
			n += percent_decode(s, out + n);
		} else if (s.len > 0) {
			memcpy(out + n, s.p, s.len);
			n += s.len;
		}
		p = first->section == 0 ?
		    find_section(v, name, section) : NULL;
	}
	return sk_span_of(out, n);
}

bool
mime_param_raw(struct sk_arena *a, const struct mime_value *v,
    const char *name, struct mime_raw *out)
{
	const struct mime_param *p;

	*out = (struct mime_raw){ 0 };
	p = find(v, name, -1, true);
	if (p == NULL)
		p = find_section(v, name, 0);
	out->rfc2231 = p != NULL && (p->extended || p->section == 0);
	if (p == NULL)
		p = find(v, name, -1, false);
	if (p == NULL)
		return false;
	out->extended = p->extended;
	out->value = join(a, v, name, p, &out->charset);
	return true;
}

/* One token: a comment or a second word after it goes. */
const char *
mime_param(struct sk_arena *a, const struct mime_value *v, const char *name)
{
	struct mime_raw raw;
	size_t n = 0;

	if (!mime_param_raw(a, v, name, &raw))
		return NULL;
	while (n < raw.value.len && raw.value.p[n] > ' ' &&
	    raw.value.p[n] < 0x7f && raw.value.p[n] != '(')
		n++;
	return n > 0 ? sk_arena_strn(a, raw.value.p, n) : NULL;
}

bool
mime_has_param(const struct mime_value *v, const char *name)
{
	for (size_t i = 0; i < v->n; i++)
		if (strcmp(v->params[i].name, name) == 0)
			return true;
	return false;
}

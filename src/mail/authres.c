/*
 * Authentication-Results (RFC 8601). Whether the field may be believed is
 * decided by who reads the facts (its authserv-id, its place above the first
 * Received); here it is only cut, and strictly: a field that does not parse
 * whole gives no results at all and is said to be broken, so that nothing is
 * smuggled in or away by comments, quotes or a broken property (standards.md
 * A5).
 */
#include <config.h>

#include <sekisho/text.h>

#include "mail/bytes.h"
#include "mail/header.h"

enum { MOST_METHODS = 32 };

struct reader {
	struct sk_arena *a;
	struct sk_span s;
	size_t at;
	bool bad;
};

static unsigned
peek(const struct reader *r)
{
	return r->at < r->s.len ? r->s.p[r->at] : 0;
}

static void
skip(struct reader *r)
{
	while (r->at < r->s.len && byte_space(r->s.p[r->at]))
		r->at++;
}

/* Empty, and the field bad, where it is no plain text. */
static char *
lower_copy(struct reader *r, struct sk_span s)
{
	char *p = sk_arena_strn(r->a, s.p, s.len);

	if (!sk_utf8_valid(s))
		r->bad = true;
	for (size_t i = 0; i < s.len && !r->bad; i++) {
		r->bad = s.p[i] < ' ' || s.p[i] == 0x7f;
		p[i] = (char)byte_lower(s.p[i]);
	}
	if (r->bad)
		*p = '\0';
	return p;
}

static void
skip_quoted(struct reader *r)
{
	for (r->at++; r->at < r->s.len && peek(r) != '"'; r->at++)
		r->at += peek(r) == '\\';
	if (r->at >= r->s.len) {
		r->at = r->s.len;
		r->bad = true;
		return;
	}
	r->at++;
}

/* Without the quotes and pairs of the quoted string that it begins with. */
static struct sk_span
unquoted(struct sk_arena *a, struct sk_span s)
{
	unsigned char *p;
	size_t n = 0, i;

	if (s.len == 0 || s.p[0] != '"')
		return s;
	p = sk_arena_alloc(a, s.len);
	for (i = 1; i < s.len && s.p[i] != '"'; i++) {
		i += s.p[i] == '\\' && i + 1 < s.len;
		p[n++] = s.p[i];
	}
	for (i++; i < s.len; i++)
		p[n++] = s.p[i];
	return sk_span_of(p, n);
}

/* A token or value; a quoted string, which may be the local part of an
 * address (RFC 8601 2.2, pvalue). */
static char *
word(struct reader *r, const char *stop)
{
	size_t start, end;

	skip(r);
	start = r->at;
	if (peek(r) == '"')
		skip_quoted(r);
	if (r->at == start || peek(r) == '@')
		while (r->at < r->s.len && peek(r) > ' ' &&
		    peek(r) != '"' && strchr(stop, (int)peek(r)) == NULL)
			r->at++;
	end = r->at;
	skip(r);
	return lower_copy(r, unquoted(r->a, span_cut(r->s, start, end)));
}

static const char *
domain_part(const char *value)
{
	const char *at = strrchr(value, '@');

	return at ? at + 1 : value;
}

/* The property that names the domain the method speaks of. */
static void
take_property(struct fact_auth_method *m, const char *name,
    const char *value)
{
	bool weak = strcmp(name, "header.i") == 0;

	if (strcmp(m->method, "dkim") == 0) {
		if (strcmp(name, "header.d") == 0 ||
		    (weak && m->domain == NULL))
			m->domain = domain_part(value);
	} else if (strcmp(m->method, "spf") == 0) {
		if (strcmp(name, "smtp.mailfrom") == 0)
			m->domain = domain_part(value);
	} else if (strcmp(name, "header.from") == 0) {
		m->domain = domain_part(value);
	}
}

/* ptype.property = value, or reason = text, until ";". */
static void
properties(struct reader *r, struct fact_auth_method *m)
{
	char *name, *value;

	while (!r->bad && r->at < r->s.len && peek(r) != ';') {
		name = word(r, ";=");
		if (peek(r) == '=' && *name != '\0') {
			r->at++;
			value = word(r, ";");
			take_property(m, name, value);
		} else {
			r->bad = true;
		}
	}
}

static void
method(struct reader *r, struct fact_authres *out,
    struct fact_auth_method *list)
{
	struct fact_auth_method m = { 0 };
	char *name = word(r, ";=/");

	if (peek(r) == '/') {
		r->at++;
		word(r, ";=");
	}
	if (*name == '\0' && (r->at == r->s.len || peek(r) == ';'))
		return;			/* a ";" too many */
	if (strcmp(name, "none") == 0 && peek(r) != '=')
		return;
	if (*name == '\0' || peek(r) != '=') {
		r->bad = true;
		return;
	}
	r->at++;
	m.method = name;
	m.result = word(r, ";=");
	properties(r, &m);
	if (r->bad || *m.result == '\0' || out->nmethods == MOST_METHODS) {
		r->bad = true;
		return;
	}
	list[out->nmethods++] = m;
}

bool
authres_parse(struct sk_arena *a, struct sk_span value,
    struct fact_authres *out)
{
	struct reader r = { .a = a };
	struct fact_auth_method *list;
	bool balanced = field_bare(a, value, &r.s);

	*out = (struct fact_authres){ 0 };
	out->authserv_id = word(&r, ";");
	r.bad |= !balanced;
	if (*out->authserv_id == '\0')
		return false;
	if (r.at < r.s.len && byte_digit(peek(&r)))
		word(&r, ";");
	list = sk_arena_array(a, MOST_METHODS, sizeof(*list));
	while (!r.bad && r.at < r.s.len) {
		if (peek(&r) != ';') {
			r.bad = true;
			break;
		}
		r.at++;
		method(&r, out, list);
	}
	out->methods = list;
	out->broken = r.bad;
	if (r.bad)
		out->nmethods = 0;
	return true;
}

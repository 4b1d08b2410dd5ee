/*
 * Mailboxes of From, Reply-To, Sender, To and Cc (RFC 5322 3.4). The sender
 * decides where our mail goes and which rules hold, so in strict mode whatever
 * another reader could take for a different mailbox spoils the whole field:
 * a route, a group, a second address in the display name, text after the
 * angle, NUL (standards.md A3, SEPPmail CVE-2026-27444). Japanese legal
 * oddities are read: dots anywhere in a local part, raw names, names in JIS.
 */
#include <config.h>

#include <sekisho/limits.h>
#include <sekisho/mail_read.h>
#include <sekisho/text.h>

#include "mail/bytes.h"
#include "mail/charset.h"
#include "mail/header.h"

enum { ESC = 0x1b, LONGEST_RUN = 300 };

/* One address while it is being read. */
struct entry {
	struct sk_buf text;	/* outside of angle and comments */
	struct sk_buf angle;
	struct sk_buf comment;
	bool has_angle, after, at_in_text, bad;
};

struct list_reader {
	struct sk_arena *a;
	struct sk_span s;
	size_t at;
	bool strict, bad, in_angle;
	bool pairs;		/* raw two-byte characters, whose second byte
				 * may be "@", a quote's backslash, a bracket */
	struct entry e;
	struct fact_mailbox *out;
	size_t n, max;
	uint32_t *doubts;
	bool *japanese;
};

static struct sk_buf *
target(struct list_reader *r)
{
	return r->in_angle ? &r->e.angle : &r->e.text;
}

/* The length of the raw CP932 character here, in which the second byte is no
 * character of its own: 2, or 1 where there is none. */
static size_t
raw_char(const struct list_reader *r)
{
	const unsigned char *p = r->s.p + r->at;

	if (!r->pairs || r->in_angle || r->at + 1 >= r->s.len ||
	    !((p[0] >= 0x81 && p[0] <= 0x9f) ||
	    (p[0] >= 0xe0 && p[0] <= 0xfc)))
		return 1;
	return p[1] >= 0x40 && p[1] <= 0xfc && p[1] != 0x7f ? 2 : 1;
}

/* "...": quotes stay, so that the local part can be told from the rest. */
static void
quoted(struct list_reader *r)
{
	struct sk_buf *b = target(r);
	size_t n;

	sk_buf_addc(b, '"');
	for (r->at++; r->at < r->s.len && r->s.p[r->at] != '"'; r->at += n) {
		if (r->s.p[r->at] == '\\' && r->at + 1 < r->s.len)
			r->at++;
		n = raw_char(r);
		sk_buf_add(b, r->s.p + r->at, n);
	}
	sk_buf_addc(b, '"');
	r->e.bad |= r->at == r->s.len;
	r->at++;
}

/* Runs in which special characters are text: an encoded word, 7-bit JIS. How
 * far it looks is bounded, or many beginnings without an end would be
 * quadratic; four times what RFC 2047 allows is longer than any name. */
static size_t
opaque_run(struct sk_span s, size_t at)
{
	const unsigned char *p = s.p + at;
	size_t left = s.len - at, marks = 0;

	if (left > LONGEST_RUN)
		left = LONGEST_RUN;
	if (left > 2 && p[0] == '=' && p[1] == '?') {
		for (size_t i = 2; i + 1 < left && p[i] != ' '; i++) {
			marks += p[i] == '?';
			if (marks >= 3 && p[i] == '?' && p[i + 1] == '=')
				return i + 2;
		}
	}
	if (left > 2 && p[0] == ESC && p[1] == '$')
		for (size_t i = 2; i + 2 < left; i++)
			if (p[i] == ESC && p[i + 1] == '(')
				return i + 3;
	return 0;
}

static void
comment(struct list_reader *r)
{
	unsigned depth = 0;
	size_t run;

	r->e.comment.len = 0;
	for (; r->at < r->s.len; r->at++) {
		unsigned c = r->s.p[r->at];

		run = opaque_run(r->s, r->at);
		if (run == 0 && raw_char(r) > 1)
			run = 2;
		if (run > 0) {
			sk_buf_add(&r->e.comment, r->s.p + r->at, run);
			r->at += run - 1;
			continue;
		}
		if (c == '\\' && r->at + 1 < r->s.len)
			c = r->s.p[++r->at];
		else if (c == '(' && depth++ == 0)
			continue;
		else if (c == ')' && --depth == 0)
			break;
		sk_buf_addc(&r->e.comment, (int)c);
	}
	r->e.bad |= r->at == r->s.len;
	r->at++;
	sk_buf_addc(target(r), ' ');
}

/* The addr-spec without blanks and with a quoted local part bare. */
static char *
addr_spec(struct sk_arena *a, struct sk_span s)
{
	char *p = sk_arena_alloc(a, s.len + 1), *at;
	size_t n = 0;
	bool quotes = false;

	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '"')
			quotes = !quotes;
		else if (quotes || !byte_space(s.p[i]))
			p[n++] = (char)s.p[i];
	}
	p[n] = '\0';
	at = strrchr(p, '@');
	for (; at != NULL && *at != '\0'; at++)
		*at = (char)byte_lower((unsigned char)*at);
	return p;
}

/* Two words without a dot between them are no addr-spec: "taro a@b". */
static bool
has_gap(struct sk_span s)
{
	unsigned before = 0;

	s = span_trim(s);
	for (size_t i = 0; i < s.len; i++) {
		unsigned c = s.p[i];

		if (byte_space(c) && before != '.' && before != '@') {
			while (i < s.len && byte_space(s.p[i]))
				i++;
			if (s.p[i] != '.' && s.p[i] != '@')
				return true;
			c = s.p[i];
		}
		if (!byte_space(c))
			before = c;
	}
	return false;
}

static const char *
display_name(struct list_reader *r)
{
	struct entry *e = &r->e;
	struct sk_span s = span_trim(sk_buf_span(e->has_angle ? &e->text :
	    &e->comment));
	unsigned char *p = sk_arena_alloc(r->a, s.len);
	size_t n = 0, run;
	char *name;

	for (size_t i = 0; i < s.len; i += run) {
		run = opaque_run(s, i);
		run = run > 0 ? run : 1;
		if (run == 1 && s.p[i] == '"' && e->has_angle)
			continue;
		memcpy(p + n, s.p + i, run);
		n += run;
	}
	name = encoded_decode(r->a, sk_span_of(p, n), r->doubts,
	    r->japanese);
	if (text_has_bidi(name))
		*r->doubts |= DOUBT_BIDI;
	return *name != '\0' ? text_cut(r->a, name, LIMIT_NAME) : NULL;
}

/* "a@b.example <a@b.example>": a name that is the address, as forms and address
 * books write it, hides nobody. Any other address in a name may. */
static bool
hides_address(const struct list_reader *r, const char *address)
{
	struct sk_span name = span_trim(sk_buf_span(&r->e.text));

	return r->e.has_angle && r->e.at_in_text &&
	    !(name.len == strlen(address) &&
	    strncasecmp((const char *)name.p, address, name.len) == 0);
}

static void
entry_done(struct list_reader *r)
{
	struct entry *e = &r->e;
	struct sk_span spec = sk_buf_span(e->has_angle ? &e->angle :
	    &e->text);
	char *address;

	if (span_trim(spec).len == 0 && !e->has_angle && !e->bad)
		goto clear;		/* an empty element is allowed */
	address = addr_spec(r->a, spec);
	if (e->bad || has_gap(spec) || !sk_address_valid(address) ||
	    (r->strict && hides_address(r, address))) {
		r->bad = true;
	} else {
		if (r->n < r->max) {
			r->out[r->n].address = address;
			r->out[r->n].name = display_name(r);
		}
		r->n++;
	}
clear:
	/* Wiped once, when freed: each time would be quadratic. */
	e->text.len = e->angle.len = e->comment.len = 0;
	e->has_angle = e->after = e->at_in_text = e->bad = false;
	r->in_angle = false;
}

static void
plain_byte(struct list_reader *r, unsigned c)
{
	struct entry *e = &r->e;

	if (!r->in_angle && e->has_angle && !byte_space(c))
		e->bad = true;
	e->at_in_text |= c == '@' && !r->in_angle;
	e->bad |= c == 0;
	sk_buf_addc(target(r), (int)c);
}

static void
special(struct list_reader *r, unsigned c)
{
	struct entry *e = &r->e;

	if (c == '<' && !e->has_angle) {
		e->has_angle = r->in_angle = true;
	} else if (c == '>' && r->in_angle) {
		r->in_angle = false;
	} else if (c == ',' && !r->in_angle) {
		entry_done(r);
	} else if (c == ':' && !r->in_angle && !e->has_angle) {
		r->bad |= r->strict;	/* a group: its members count */
		e->text.len = 0;
		e->at_in_text = false;
	} else if (c == ';' && !r->in_angle) {
		r->bad |= r->strict;
		entry_done(r);
	} else {
		e->bad = true;
	}
	r->at++;
}

static void
step(struct list_reader *r)
{
	unsigned c = r->s.p[r->at];
	size_t run = opaque_run(r->s, r->at);

	if (run > 0) {
		for (size_t i = 0; i < run; i++)
			sk_buf_addc(target(r), r->s.p[r->at + i]);
		r->e.bad |= r->in_angle;
		r->at += run;
	} else if (c == '"') {
		if (r->e.has_angle && !r->in_angle)
			r->e.bad = true;
		quoted(r);
	} else if (c == '(') {
		comment(r);
	} else if (c != 0 && strchr("<>,:;", (int)c) != NULL) {
		special(r, c);
	} else if (raw_char(r) > 1) {
		plain_byte(r, c);
		sk_buf_addc(target(r), r->s.p[r->at + 1]);
		r->at += 2;
	} else {
		plain_byte(r, c);
		r->at++;
	}
}

/* Raw 8-bit text that is no UTF-8. */
static bool
is_other_raw(struct sk_span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] >= 0x80)
			return !sk_utf8_valid(s);
	return false;
}

int
mailbox_list(struct sk_arena *a, struct sk_span value, bool strict,
    struct fact_mailbox *out, size_t max, uint32_t *doubts, bool *japanese)
{
	struct list_reader r = { .a = a, .s = field_unfold(a, value),
		.strict = strict, .out = out, .max = max,
		.doubts = doubts, .japanese = japanese };

	r.pairs = is_other_raw(r.s);
	sk_buf_init(&r.e.text, r.s.len + 8);
	sk_buf_init(&r.e.angle, r.s.len + 8);
	sk_buf_init(&r.e.comment, r.s.len + 8);
	while (r.at < r.s.len && (r.n <= r.max || strict))
		step(&r);
	r.e.bad |= r.in_angle;
	if (r.n <= r.max || strict)
		entry_done(&r);
	sk_buf_free(&r.e.text);
	sk_buf_free(&r.e.angle);
	sk_buf_free(&r.e.comment);
	if (strict && r.bad)
		return -1;
	return (int)r.n;
}

/*
 * The Autocrypt header field (Autocrypt 1.1, standards.md A9): a key that came
 * with a mail, and no more. It is proposed to an operator and never used or
 * believed by itself (L16): whoever can write a header can write this one, and
 * programs that rewrite From carry it on. Gossip, which speaks of other
 * people's keys, is not looked at, nor is the field inside a layer.
 */
#include <config.h>

#include <sekisho/limits.h>
#include <sekisho/text.h>

#include "mail/bytes.h"
#include "mail/read.h"

struct autocrypt {
	struct sk_span addr, keydata;
};

/* name=value; the value of keydata holds folds. */
static bool
take_attribute(struct autocrypt *c, struct sk_span s)
{
	const unsigned char *eq = memchr(s.p, '=', s.len);
	struct sk_span name, value;

	if (eq == NULL)
		return false;
	name = span_trim(span_cut(s, 0, (size_t)(eq - s.p)));
	value = span_trim(span_cut(s, (size_t)(eq - s.p) + 1, s.len));
	if (span_ieq(name, "addr") && c->addr.len == 0)
		c->addr = value;
	else if (span_ieq(name, "keydata") && c->keydata.len == 0)
		c->keydata = value;
	else if (!span_ieq(name, "prefer-encrypt") &&
	    (name.len == 0 || name.p[0] != '_'))
		return false;	/* critical and unknown: the field is void */
	return value.len > 0;
}

static bool
parse(struct sk_span value, struct autocrypt *c)
{
	struct sk_span rest = span_trim(value), one;
	const unsigned char *end;

	*c = (struct autocrypt){ 0 };
	while (rest.len > 0) {
		end = memchr(rest.p, ';', rest.len);
		one = span_cut(rest, 0, end != NULL ?
		    (size_t)(end - rest.p) : rest.len);
		rest = span_cut(rest, end != NULL ? one.len + 1 : rest.len,
		    rest.len);
		one = span_trim(one);
		if (one.len == 0 && rest.len == 0)
			break;
		if (one.len == 0 || !take_attribute(c, one))
			return false;
	}
	return c->addr.len > 0 && c->keydata.len > 0;
}

static bool
is_valid(const struct mail_work *w, struct sk_span value,
    struct autocrypt *c)
{
	return parse(value, c) && w->out->from.address != NULL &&
	    span_ieq(c->addr, w->out->from.address);
}

static void
take_key(struct mail_work *w, struct sk_span keydata, struct fact_key *keys,
    size_t *n)
{
	bool damaged = false;
	struct sk_buf b;

	sk_buf_init(&b, LIMIT_KEY_BYTES + 1);
	transfer_append(TRANSFER_BASE64, keydata, &b, &damaged);
	if (!damaged && b.len <= LIMIT_KEY_BYTES &&
	    key_is_binary(sk_buf_span(&b)))
		key_add(keys, n, KEY_AUTOCRYPT, sk_span_of(sk_arena_dup(w->a,
		    b.p, b.len), b.len));
	sk_buf_free(&b);
}

void
keys_autocrypt(struct mail_work *w, struct fact_key *keys, size_t *n)
{
	const struct mail_header *h = &w->scan.parts[0].head;
	struct autocrypt one, found = { 0 };
	size_t valid = 0;

	/* A9: lists and reports carry other people's fields. */
	if (w->layer > 0 || w->out->automatic == AUTO_LIST ||
	    w->out->automatic == AUTO_DSN)
		return;
	for (size_t i = 0; i < h->n; i++) {
		if (!field_is(&h->fields[i], "Autocrypt") ||
		    !is_valid(w, h->fields[i].value, &one))
			continue;
		found = one;
		valid++;
	}
	if (valid == 1)
		take_key(w, found.keydata, keys, n);
}

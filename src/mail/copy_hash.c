/*
 * The copy hash: what the ledger keeps of a mail that left, and what the milter
 * guard compares with. Both sides go through the same few functions, so that
 * the form hashed is one: fields in the order they stand, folds as CRLF, body
 * as it is. It must never see more of a message than its bytes.
 */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include <sekisho/compose.h>
#include <sekisho/hash.h>
#include <sekisho/mem.h>

struct copy_hasher {
	struct sk_hash *hash;
	bool in_body;
};

struct copy_hasher *
copy_hash_new(void)
{
	struct copy_hasher *h = sk_malloc(sizeof(*h));

	h->hash = sk_hash_new();
	return h;
}

/* A bare LF counts as CRLF; a CR before it is not doubled. */
static void
add_value(struct sk_hash *hash, struct sk_span v)
{
	while (v.len > 0) {
		const unsigned char *nl = memchr(v.p, '\n', v.len);
		size_t n = nl == NULL ? v.len : (size_t)(nl - v.p), text = n;

		if (nl != NULL && n > 0 && v.p[n - 1] == '\r')
			text--;
		sk_hash_add(hash, v.p, text);
		if (nl == NULL)
			return;
		sk_hash_add(hash, "\r\n", 2);
		v.p += n + 1;
		v.len -= n + 1;
	}
}

void
copy_hash_field(struct copy_hasher *h, struct sk_span name,
    struct sk_span value)
{
	sk_hash_add(h->hash, name.p, name.len);
	sk_hash_add(h->hash, ":", 1);
	add_value(h->hash, value);
	sk_hash_add(h->hash, "\r\n", 2);
}

static void
end_of_header(struct copy_hasher *h)
{
	if (!h->in_body)
		sk_hash_add(h->hash, "\r\n", 2);
	h->in_body = true;
}

void
copy_hash_body(struct copy_hasher *h, const void *p, size_t n)
{
	end_of_header(h);
	if (n > 0)
		sk_hash_add(h->hash, p, n);
}

void
copy_hash_done(struct copy_hasher **h, unsigned char out[32])
{
	unsigned char drop[SK_HASH];

	end_of_header(*h);
	sk_hash_done(&(*h)->hash, out != NULL ? out : drop);
	free(*h);
	*h = NULL;
}

/* The length of the field at p with its folds, without the last line end;
 * *next is where the following line begins. */
static size_t
field_length(const unsigned char *p, size_t n, size_t *next)
{
	size_t at = 0, end;

	for (;;) {
		const unsigned char *nl = memchr(p + at, '\n', n - at);

		end = nl == NULL ? n : (size_t)(nl - p);
		at = nl == NULL ? n : end + 1;
		if (at >= n || (p[at] != ' ' && p[at] != '\t'))
			break;
	}
	*next = at;
	return end > 0 && end < n && p[end - 1] == '\r' ? end - 1 : end;
}

void
copy_hash(struct sk_span message, unsigned char out[32])
{
	struct copy_hasher *h = copy_hash_new();
	const unsigned char *p = message.p;
	size_t n = message.len, next;

	while (n > 0) {
		size_t len = field_length(p, n, &next);
		const unsigned char *colon = memchr(p, ':', len);

		if (len > 0 && colon == NULL)
			break;		/* no field: the body begins here */
		if (len > 0)
			copy_hash_field(h, sk_span_of(p, (size_t)(colon - p)),
			    sk_span_of(colon + 1,
			    len - (size_t)(colon - p) - 1));
		p += next;
		n -= next;
		if (len == 0)
			break;
	}
	copy_hash_body(h, p, n);
	copy_hash_done(&h, out);
}

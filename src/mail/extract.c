/*
 * The decoded bytes of one part, for `mail save`: the same scan, the same
 * numbers and the same decoder that counted the attachment.
 */
#include <config.h>

#include <sekisho/mail_read.h>

#include "mail/read.h"

static const struct mail_part *
find_leaf(const struct mail_scan *s, uint32_t number)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->parts[i].leaf == number)
			return &s->parts[i];
	return NULL;
}

static bool
to_out(void *ctx, const unsigned char *p, size_t n)
{
	struct sk_buf *out = ctx;

	sk_buf_add(out, p, n);
	return !out->over;
}

int
mail_extract(struct sk_span raw, unsigned layer, uint32_t part,
    struct sk_buf *out, struct sk_error *e)
{
	struct sk_arena *a = sk_arena_new();
	const struct mail_part *p = NULL;
	struct mail_scan scan;
	bool damaged = false, unwrapped;
	int rc = read_scan(a, raw, layer, &scan, &unwrapped, e);

	if (rc == SK_OK && part > 0)
		p = find_leaf(&scan, part);
	if (rc == SK_OK && p == NULL)
		rc = sk_fail(e, SK_ERR_NOINPUT, "part",
		    "the mail has no part %u", part);
	if (rc == SK_OK) {
		transfer_decode(p->transfer, part_body(&scan, p), to_out,
		    out, &damaged);
		if (out->over)
			rc = sk_fail(e, SK_ERR_LIMIT, "part",
			    "part %u is longer than %zu bytes", part,
			    out->max);
	}
	sk_arena_free(&a);
	return rc;
}

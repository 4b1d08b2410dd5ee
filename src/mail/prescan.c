/*
 * The gate before every libetpan call, and before every reader of our own that
 * is not linear by itself: headers, boundaries, nesting, parts, parameters and
 * comments are held to limits.h in one pass over the raw bytes. It refuses
 * what would crash or stall a parser, not what is merely odd (L26).
 */
#include <config.h>

#include <sekisho/limits.h>
#include <sekisho/mail_read.h>

#include "mail/prescan.h"

static const char *const structured[] = {
	"From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Date",
	"Message-ID", "In-Reply-To", "References", "Received",
	"Authentication-Results", "MIME-Version", "Content-Type",
	"Content-Disposition", "Content-Transfer-Encoding", "Content-ID",
	"Resent-From", "Resent-To", "Return-Path", "Auto-Submitted",
};

static bool
is_structured(const struct mail_field *f)
{
	for (size_t i = 0; i < sizeof(structured) / sizeof(*structured); i++)
		if (field_is(f, structured[i]))
			return true;
	return false;
}

static int
check_comments(const struct mail_header *h, struct sk_error *e)
{
	for (size_t i = 0; i < h->n; i++)
		if (is_structured(&h->fields[i]) &&
		    field_comment_depth(h->fields[i].value,
		    LIMIT_COMMENT_DEPTH) > LIMIT_COMMENT_DEPTH)
			return sk_fail(e, SK_ERR_LIMIT, "header",
			    "comments nested deeper than %d",
			    LIMIT_COMMENT_DEPTH);
	return SK_OK;
}

int
prescan(struct sk_arena *a, struct sk_span raw, unsigned layer,
    struct mail_scan *out, struct sk_error *e)
{
	int rc = mail_scan(a, raw, layer, out, e);

	for (size_t i = 0; rc == SK_OK && i < out->n; i++)
		rc = check_comments(&out->parts[i].head, e);
	return rc;
}

int
mail_prescan(struct sk_span raw, struct sk_error *e)
{
	struct sk_arena *a = sk_arena_new();
	struct mail_scan scan;
	int rc = prescan(a, raw, 0, &scan, e);

	sk_arena_free(&a);
	return rc;
}

/*
 * The gate before every libetpan call, and before every reader of our own that
 * is not linear by itself: size, lines, headers, boundaries, nesting, parts,
 * parameters and comments are held to limits.h in a few passes over the raw
 * bytes. It refuses what would crash or stall a parser, not what is merely odd
 * (L26): a NUL in a header is told, and libetpan never sees it (skeleton.c).
 * Only a scan that came through here is `passed`, and confirm.c takes no other.
 */
#include <config.h>

#include <strings.h>

#include <sekisho/limits.h>
#include <sekisho/mail_read.h>

#include "mail/bytes.h"
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

static bool
says_message(struct sk_span value)
{
	static const char type[] = "message/rfc822";

	while (value.len && (*value.p == ' ' || *value.p == '\t')) {
		value.p++;
		value.len--;
	}
	return value.len >= sizeof(type) - 1 &&
	    strncasecmp((const char *)value.p, type, sizeof(type) - 1) == 0;
}

static int
check_bytes(struct sk_span raw, struct sk_error *e)
{
	if (raw.len > LIMIT_MESSAGE_MAX)
		return sk_fail(e, SK_ERR_LIMIT, "mail",
		    "the mail is longer than %lu bytes", LIMIT_MESSAGE_MAX);
	for (size_t at = 0, next; at < raw.len; at = next) {
		next = line_next(raw, at, raw.len);
		if (next - at > LIMIT_LINE)
			return sk_fail(e, SK_ERR_LIMIT, "mail",
			    "a line is longer than %d bytes", LIMIT_LINE);
	}
	return SK_OK;
}

static void
look_for_nul(struct mail_scan *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct sk_span block = span_cut(s->raw, s->parts[i].at,
		    s->parts[i].body);

		if (block.len > 0 && memchr(block.p, 0, block.len) != NULL)
			s->doubts |= DOUBT_NUL;
	}
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

/* A mail in a mail in a mail: libetpan never sees the inside, but no honest
 * sender nests them so, and who opens the attachment would pay for it. */
static int
check_attached(struct sk_arena *a, struct sk_span raw,
    const struct mail_part *p, struct sk_error *e)
{
	size_t at = p->body;
	bool inside = part_is(p, "message/rfc822");

	for (unsigned depth = 1; inside; depth++) {
		struct mail_header h;
		const struct mail_field *f;

		if (depth > LIMIT_MIME_DEPTH)
			return sk_fail(e, SK_ERR_LIMIT, "structure",
			    "mails attached in mails deeper than %d",
			    LIMIT_MIME_DEPTH);
		if (header_split(a, raw, at, p->end, &h, NULL) != SK_OK)
			return SK_OK;	/* a leaf: kept as it is */
		f = header_find(&h, "Content-Type");
		inside = f && says_message(f->value);
		at = h.body;
	}
	return SK_OK;
}

int
prescan(struct sk_arena *a, struct sk_span raw, unsigned layer,
    struct mail_scan *out, struct sk_error *e)
{
	int rc;

	if (layer > 0 && raw.len <= LIMIT_MESSAGE_MAX &&
	    mail_scan_file(a, raw, out)) {
		out->passed = true;
		return SK_OK;
	}
	rc = check_bytes(raw, e);
	if (rc == SK_OK)
		rc = mail_scan(a, raw, layer, out, e);
	for (size_t i = 0; rc == SK_OK && i < out->n; i++)
		rc = check_comments(&out->parts[i].head, e);
	for (size_t i = 0; rc == SK_OK && i < out->n; i++)
		rc = check_attached(a, raw, &out->parts[i], e);
	if (rc != SK_OK)
		return rc;
	look_for_nul(out);
	out->passed = true;
	return SK_OK;
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

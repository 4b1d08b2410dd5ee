/*
 * The content id: two copies of one mail that came by different ways differ
 * only in the trace block that the systems on the way put on top
 * (design.md 4, Repeats). The hash begins at the first field that is not one
 * of theirs.
 */
#include <config.h>

#include <sekisho/hash.h>
#include <sekisho/mail_read.h>

#include "mail/bytes.h"
#include "mail/header.h"

static bool
is_trace(struct sk_span name)
{
	static const char *const names[] = { "Received", "Return-Path",
		"Delivered-To", "X-Original-To", "Authentication-Results",
		"DKIM-Signature" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (span_ieq(name, names[i]))
			return true;
	return name.len > 4 && span_ieq(sk_span_of(name.p, 4), "ARC-");
}

static struct sk_span
name_of(struct sk_span raw, size_t at, size_t next)
{
	struct sk_span line = line_text(raw, at, next);
	const unsigned char *colon = line.len ?
	    memchr(line.p, ':', line.len) : NULL;

	return span_trim(sk_span_of(line.p,
	    colon ? (size_t)(colon - line.p) : 0));
}

void
mail_content_id(struct sk_span raw, unsigned char out[32])
{
	size_t at = 0, next;

	while (at < raw.len) {
		next = line_next(raw, at, raw.len);
		if (byte_blank(raw.p[at]) ||
		    !is_trace(name_of(raw, at, next)))
			break;
		at = next;
		while (at < raw.len && byte_blank(raw.p[at]))
			at = line_next(raw, at, raw.len);
	}
	sk_hash_of(span_cut(raw, at, raw.len), out);
}

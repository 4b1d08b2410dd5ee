/*
 * The Received field of a mail that we hand in ourselves: what Postfix would
 * have written, and where the reader of Authentication-Results looks for the
 * border. Everything in it was said by a client, so only harmless signs of it
 * are kept.
 */
#include "milterd/milterd.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define WORD_MOST 120

static void
add_clean(struct sk_buf *b, const char *s)
{
	static const char also[] = ".-_:[]";
	size_t start = b->len;

	for (; s && *s && b->len - start < WORD_MOST; s++)
		if ((*s >= '0' && *s <= '9') || (*s >= 'A' && *s <= 'Z') ||
		    (*s >= 'a' && *s <= 'z') || strchr(also, *s))
			sk_buf_addc(b, *s);
	if (b->len == start)
		sk_buf_adds(b, "unknown");
}

void
trace_received(struct sk_buf *b, const char *helo, const char *client,
    const char *by, const char *queue_id, int64_t at)
{
	time_t now = (time_t)at;
	char date[64];
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S +0000", &tm);
	sk_buf_adds(b, "Received: from ");
	add_clean(b, helo);
	sk_buf_adds(b, " (");
	add_clean(b, client);
	sk_buf_adds(b, ")\r\n\tby ");
	add_clean(b, by);
	sk_buf_adds(b, " (sekisho-milterd) with ESMTP id ");
	add_clean(b, queue_id);
	sk_buf_addf(b, ";\r\n\t%s\r\n", date);
}

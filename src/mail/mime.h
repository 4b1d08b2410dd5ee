/*
 * libetpan's reading of the structure, beside our own scan. Two readers that
 * see different mails in the same bytes are how signatures and filters are
 * tricked; where they differ, the mail is doubted.
 */
#pragma once

#include "mail/scan.h"

/* skeleton.c: headers and boundaries without the content; the body of each
 * leaf is its number. Small, and nothing in it can make libetpan recurse
 * deeper than the scan did. */
void mime_skeleton(const struct mail_scan *s, struct sk_buf *out);

struct mime_reading {
	const char *type;	/* "text/plain"; NULL: libetpan refused it */
	const char *charset;	/* or NULL */
	enum transfer transfer;
	uint32_t leaf;		/* the number that stood in its body */
};

/* mime.c, the only libetpan user: the leaves in order, at most max. false: no
 * structure was found. */
bool mime_read_skeleton(struct sk_arena *a, struct sk_span skeleton,
    struct mime_reading *out, size_t max, size_t *n);

/* confirm.c: sets DOUBT_BAD_MIME where the two readings differ; takes over the
 * charset and encoding of leaves where they agree. */
void mime_confirm(struct sk_arena *a, struct mail_scan *s);

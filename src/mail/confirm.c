/*
 * Compares our scan with libetpan's reading of its skeleton. Both must name
 * the same leaves in the same order with the same types; anything else is
 * DOUBT_BAD_MIME, and our scan holds, since it is what the limits were checked
 * on and where signed octets begin and end. A scan that did not pass the
 * prescan never reaches libetpan (standards.md B2): that is a bug of ours.
 */
#include <config.h>

#include <sekisho/limits.h>
#include <sekisho/log.h>
#include <sekisho/text.h>

#include "mail/bytes.h"
#include "mail/mime.h"

enum { SKELETON_MAX = (LIMIT_MIME_PARTS + 1) * 5000 };

static bool
same_leaves(const struct mime_reading *r, size_t n, uint32_t leaves)
{
	if (n != leaves)
		return false;
	for (size_t i = 0; i < n; i++)
		if (r[i].leaf != i + 1)
			return false;
	return true;
}

static bool
is_passed_on(const struct mail_part *p)
{
	return !p->guessed && !part_is_kind(p, "message/");
}

static void
take_over(struct sk_arena *a, struct mail_scan *s, struct mail_part *p,
    const struct mime_reading *r)
{
	if (r->type == NULL || !is_passed_on(p))
		return;
	if (strcmp(r->type, p->type.word) != 0) {
		s->doubts |= DOUBT_BAD_MIME;
		return;
	}
	if (r->transfer != p->transfer)
		s->doubts |= DOUBT_BAD_MIME;
	if (r->charset != NULL)
		p->charset = sk_ascii_lower(a, r->charset);
}

void
mime_confirm(struct sk_arena *a, struct mail_scan *s)
{
	struct mime_reading *r = sk_arena_array(a, s->leaves, sizeof(*r));
	struct sk_buf skeleton;
	size_t n = 0;

	if (!s->passed)
		sk_bug("mail.unscanned", NULL);
	sk_buf_init(&skeleton, SKELETON_MAX);
	mime_skeleton(s, &skeleton);
	if (!mime_read_skeleton(a, sk_buf_span(&skeleton), r,
	    s->leaves, &n) || !same_leaves(r, n, s->leaves))
		s->doubts |= DOUBT_BAD_MIME;
	else
		for (size_t i = 0; i < s->n; i++)
			if (s->parts[i].leaf > 0)
				take_over(a, s, &s->parts[i],
				    &r[s->parts[i].leaf - 1]);
	sk_buf_free(&skeleton);
}

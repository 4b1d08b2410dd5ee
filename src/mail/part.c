/* Questions about the parts that scan.c found. */
#include <config.h>

#include "mail/bytes.h"
#include "mail/scan.h"

bool
part_is(const struct mail_part *p, const char *type)
{
	return strcmp(p->type.word, type) == 0;
}

bool
part_is_kind(const struct mail_part *p, const char *prefix)
{
	return strncmp(p->type.word, prefix, strlen(prefix)) == 0;
}

const struct mail_part *
part_child(const struct mail_scan *s, const struct mail_part *p, size_t i)
{
	size_t index = (size_t)(p - s->parts);

	for (size_t k = index + 1; k < s->n; k++)
		if (s->parts[k].parent == index && i-- == 0)
			return &s->parts[k];
	return NULL;
}

struct sk_span
part_body(const struct mail_scan *s, const struct mail_part *p)
{
	return span_cut(s->raw, p->body, p->end);
}

void
part_decode(const struct mail_scan *s, const struct mail_part *p,
    struct sk_buf *out, bool *damaged)
{
	transfer_append(p->transfer, part_body(s, p), out, damaged);
}

/*
 * Message-IDs in Message-ID, In-Reply-To and References (RFC 5322 3.6.4,
 * 4.5.4):
 * whatever stands between angles and is safe to repeat in our own header. Old
 * phrases around them are passed over.
 */
#include <config.h>

#include <sekisho/text.h>

#include "mail/bytes.h"
#include "mail/header.h"

enum { LONGEST_ID = 900 };

/* Folded in the middle by old mailers; blanks are no part of it. */
static const char *
clean_id(struct sk_arena *a, struct sk_span s)
{
	char *p = sk_arena_alloc(a, s.len + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (byte_space(s.p[i]))
			continue;
		if (s.p[i] < 0x21 || s.p[i] == 0x7f)
			return NULL;
		p[n++] = (char)s.p[i];
	}
	return n > 0 && n <= LONGEST_ID &&
	    sk_utf8_valid(sk_span_of(p, n)) ? p : NULL;
}

static bool
is_known(const char *const *list, size_t n, const char *id)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], id) == 0)
			return true;
	return false;
}

static void
add_id(const char **list, size_t first, size_t *n, size_t max, bool newest,
    const char *id)
{
	if (is_known(list, *n, id))
		return;
	if (*n < max) {
		list[(*n)++] = id;
	} else if (newest && first < max) {
		memmove(list + first, list + first + 1,
		    (max - first - 1) * sizeof(*list));
		list[max - 1] = id;
	}
}

void
message_ids(struct sk_arena *a, struct sk_span value, bool newest,
    const char **list, size_t *n, size_t max)
{
	size_t first = *n;
	const unsigned char *open, *close;
	struct sk_span s = value;
	const char *id;

	while (s.len > 0) {
		open = memchr(s.p, '<', s.len);
		if (open == NULL)
			return;
		s = span_cut(s, (size_t)(open - s.p) + 1, s.len);
		close = memchr(s.p, '>', s.len);
		if (close == NULL)
			return;
		id = clean_id(a, sk_span_of(s.p, (size_t)(close - s.p)));
		s = span_cut(s, (size_t)(close - s.p) + 1, s.len);
		if (id != NULL && strchr(id, '<') == NULL)
			add_id(list, first, n, max, newest, id);
	}
}

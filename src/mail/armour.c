/*
 * OpenPGP armour without its checksum. RFC 9580 (6.1) leaves it to the writer
 * and newer programs write none; gpg 2.2 then takes the last line for base64
 * whenever the group before it is full, and calls a whole message damaged. So
 * such an armour is taken off before a keyd sees it. What is not plainly one
 * is left as it came, and gpg judges it.
 */
#include <config.h>

#include <string.h>

#include "mail/bytes.h"
#include "mail/read.h"
#include "mail/transfer.h"

static bool
begins(struct sk_span line, const char *word)
{
	size_t n = strlen(word);

	return line.len >= n && memcmp(line.p, word, n) == 0;
}

/* Offset of the body, behind the blank line; 0 if there is none. */
static size_t
body_at(struct sk_span s)
{
	size_t next;

	for (size_t at = line_next(s, 0, s.len); at < s.len; at = next) {
		struct sk_span line = span_trim(line_text(s, at,
		    next = line_next(s, at, s.len)));

		if (line.len == 0)
			return next;
		if (memchr(line.p, ':', line.len) == NULL)
			return 0;
	}
	return 0;
}

/* The body up to the end line, which is the last; a sum begins with "=". */
static bool
find_body(struct sk_span s, struct sk_span *body)
{
	size_t from = body_at(s), next;

	for (size_t at = from; from > 0 && at < s.len; at = next) {
		struct sk_span line = span_trim(line_text(s, at,
		    next = line_next(s, at, s.len)));

		if (begins(line, "-----END PGP ")) {
			*body = span_cut(s, from, at);
			return next == s.len;
		}
		if (begins(line, "="))
			return false;
	}
	return false;
}

void
armour_drop_bare(struct sk_buf *b, size_t from)
{
	struct sk_span s = span_trim(sk_span_of(b->p + from, b->len - from));
	struct sk_span body;
	struct sk_buf bytes;
	bool damaged = false;

	if (!begins(s, "-----BEGIN PGP ") || !find_body(s, &body) ||
	    body.len == 0)
		return;
	sk_buf_init(&bytes, body.len);
	transfer_append(TRANSFER_BASE64, body, &bytes, &damaged);
	if (!damaged && bytes.len > 0) {
		memcpy(b->p + from, bytes.p, bytes.len);
		b->len = from + bytes.len;
	}
	sk_buf_free(&bytes);
}

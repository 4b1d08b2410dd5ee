/*
 * Inline PGP: a text that is one armoured message from its first line to its
 * last. Words before or after it are covered by nothing (standards.md A6), so
 * a text that holds more is plain text with a doubt, never an encrypted or
 * signed mail. Clear-signed text with a form feed or a NotDashEscaped header
 * is not taken: readers disagree about what it signs (B1).
 */
#include <config.h>

#include "mail/bytes.h"
#include "mail/read.h"

static const char message_begin[] = "-----BEGIN PGP MESSAGE-----";
static const char message_end[] = "-----END PGP MESSAGE-----";
static const char signed_begin[] = "-----BEGIN PGP SIGNED MESSAGE-----";
static const char signed_end[] = "-----END PGP SIGNATURE-----";

static bool
starts(struct sk_span s, const char *mark)
{
	size_t n = strlen(mark);

	return s.len > n && memcmp(s.p, mark, n) == 0 &&
	    byte_space(s.p[n]);
}

static bool
ends(struct sk_span s, const char *mark)
{
	size_t n = strlen(mark);

	return s.len > n && memcmp(s.p + s.len - n, mark, n) == 0 &&
	    s.p[s.len - n - 1] == '\n';
}

/* How often a line is exactly the mark. */
static size_t
count_lines(struct sk_span s, const char *mark)
{
	size_t count = 0, next;
	struct sk_span line;

	for (size_t at = 0; at < s.len; at = next) {
		next = line_next(s, at, s.len);
		line = span_trim(line_text(s, at, next));
		count += sk_span_is(line, mark);
	}
	return count;
}

static bool
is_odd_clearsign(struct sk_span s)
{
	return memchr(s.p, '\f', s.len) != NULL ||
	    memchr(s.p, '\v', s.len) != NULL ||
	    memchr(s.p, 0, s.len) != NULL || span_ihas(span_cut(s, 0,
	    s.len < 2000 ? s.len : 2000), "NotDashEscaped");
}

enum fact_form
inline_form(struct sk_span text, struct sk_span *armour, bool *mixed)
{
	size_t messages = count_lines(text, message_begin);
	size_t clear = count_lines(text, signed_begin);

	*armour = span_trim(text);
	if (messages == 1 && clear == 0 && starts(*armour, message_begin) &&
	    ends(*armour, message_end))
		return FORM_PGP_INLINE_ENCRYPTED;
	if (clear == 1 && messages == 0 && starts(*armour, signed_begin) &&
	    ends(*armour, signed_end) && !is_odd_clearsign(*armour))
		return FORM_PGP_INLINE_SIGNED;
	*mixed |= messages + clear > 0;
	return FORM_PLAIN;
}

/*
 * Clear-signed text: that which nobody can be sure to read as it was signed
 * (standards.md B1, gpg.fail), and the words of that whose signature nobody can
 * check. Reader and keyd ask here, so that what the one takes for signed the
 * other does not refuse to check.
 */
#include <config.h>

#include <string.h>
#include <strings.h>

#include <sekisho/text.h>

static const char begin[] = "-----BEGIN PGP SIGNED MESSAGE-----";

static bool
holds_word(const unsigned char *p, size_t n)
{
	static const char word[] = "NotDashEscaped";
	const size_t len = sizeof(word) - 1;

	for (size_t i = 0; i + len <= n; i++)
		if (strncasecmp((const char *)p + i, word, len) == 0)
			return true;
	return false;
}

static bool
is_empty(const unsigned char *line, size_t n)
{
	return n == 1 || (n == 2 && line[0] == '\r');
}

/* In signed text a line like that would stand behind "- ". */
static bool
begins_once(struct sk_span s)
{
	size_t n = sizeof(begin) - 1;

	return s.len > n && memcmp(s.p, begin, n) == 0 &&
	    memmem(s.p + n, s.len - n, begin, n) == NULL;
}

bool
sk_clearsign_is_odd(struct sk_span block)
{
	const unsigned char *p = block.p, *nl;
	size_t left = block.len, n;

	if (!begins_once(block) || memchr(p, '\f', left) != NULL ||
	    memchr(p, '\v', left) != NULL || memchr(p, 0, left) != NULL)
		return true;
	/* Blanks alone end the header for gpg, and for others not. */
	for (; (nl = memchr(p, '\n', left)) != NULL; p += n, left -= n) {
		n = (size_t)(nl - p) + 1;
		if (is_empty(p, n))
			return false;
		if (holds_word(p, n))
			return true;
	}
	return false;
}

static struct sk_span
take_line(struct sk_span *s)
{
	const unsigned char *nl = memchr(s->p, '\n', s->len);
	size_t n = nl != NULL ? (size_t)(nl - s->p) + 1 : s->len;
	struct sk_span line = sk_span_of(s->p, n);

	*s = sk_span_of(s->p + n, s->len - n);
	return line;
}

static bool
begins(struct sk_span line, const char *word)
{
	size_t n = strlen(word);

	return line.len >= n && memcmp(line.p, word, n) == 0;
}

/* Over the first line and the fields behind it; what is no field is text. */
static void
skip_fields(struct sk_span *s)
{
	struct sk_span rest = *s, line = take_line(&rest);

	do {
		*s = rest;
		if (s->len == 0)
			return;
		line = take_line(&rest);
	} while (!is_empty(line.p, line.len) &&
	    memchr(line.p, ':', line.len) != NULL);
	if (is_empty(line.p, line.len))
		*s = rest;
}

void
sk_clearsign_text(struct sk_span block, struct sk_buf *out)
{
	struct sk_span line;

	for (skip_fields(&block); block.len > 0; ) {
		line = take_line(&block);
		if (begins(line, "-----BEGIN PGP SIGNATURE") ||
		    begins(line, "-----END PGP SIGNATURE"))
			return;
		if (begins(line, "- "))
			line = sk_span_of(line.p + 2, line.len - 2);
		sk_buf_add(out, line.p, line.len);
	}
}

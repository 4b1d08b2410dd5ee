/*
 * Clear-signed text that nobody can be sure to read as it was signed
 * (standards.md B1, gpg.fail). Reader and keyd ask here, so that what the one
 * takes for signed the other does not refuse to check.
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

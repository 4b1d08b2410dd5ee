/*
 * What is done to every decoded text: cut at a character, kept on one line,
 * looked through for characters that are not seen but change what is read
 * (standards.md B3, Unicode).
 */
#include <config.h>

#include <sekisho/text.h>

#include "mail/bytes.h"
#include "mail/charset.h"

enum { SHOWN_LABEL = 60 };	/* no charset has a longer name */

/* First bytes of the UTF-8 of U+061C, U+200B-200F, U+202A-202E, U+2060-2064,
 * U+2066-2069, U+FEFF, U+E0000-E007F. */
static bool
is_hidden(const unsigned char *p)
{
	if (p[0] == 0xd8)
		return p[1] == 0x9c;
	if (p[0] == 0xe2 && p[1] == 0x80)
		return (p[2] >= 0x8b && p[2] <= 0x8f) ||
		    (p[2] >= 0xaa && p[2] <= 0xae);
	if (p[0] == 0xe2 && p[1] == 0x81)
		return p[2] >= 0xa0 && p[2] <= 0xa9 && p[2] != 0xa5;
	if (p[0] == 0xef)
		return p[1] == 0xbb && p[2] == 0xbf;
	return p[0] == 0xf3 && p[1] == 0xa0 && (p[2] & 0xfe) == 0x80;
}

bool
text_has_bidi(const char *utf8)
{
	const unsigned char *p = (const unsigned char *)utf8;

	for (; *p != '\0'; p++)
		if (*p >= 0xd8 && is_hidden(p))
			return true;
	return false;
}

size_t
text_cut_at(const char *utf8, size_t n, size_t max)
{
	if (n <= max)
		return n;
	while (max > 0 && ((unsigned char)utf8[max] & 0xc0) == 0x80)
		max--;
	return max;
}

char *
text_cut(struct sk_arena *a, const char *utf8, size_t max)
{
	return sk_arena_strn(a, utf8, text_cut_at(utf8, strlen(utf8), max));
}

char *
text_label(struct sk_arena *a, const char *raw)
{
	return text_cut(a, text_one_line(sk_utf8_clean(a, sk_span_str(raw))),
	    SHOWN_LABEL);
}

char *
text_one_line(char *utf8)
{
	for (char *p = utf8; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = ' ';
	return utf8;
}

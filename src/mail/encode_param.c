/*
 * The fields of an attachment. A name goes out three times (A13): in full by
 * RFC 2231, in full as the encoded word that older Japanese and Outlook readers
 * know, and once in bare ASCII. It must never be a path, hide its end, or come
 * from a parsed mail's header; types are leaves only (L7).
 */
#include <config.h>

#include <string.h>

#include <sekisho/limits.h>
#include <sekisho/text.h>

#include "mail/encode.h"

enum {
	LINE = LIMIT_OUT_LINE,
	TYPE_MOST = 200,
	FALLBACK_MOST = 60	/* fits one line with its parameter's name */
};

static bool
token_char(char c)
{
	return c > ' ' && c <= '~' && strchr("()<>@,;:\\\"/[]?=", c) == NULL;
}

static const char *
skip_token(const char *s)
{
	while (token_char(*s))
		s++;
	return s;
}

/* type "/" subtype *("; " name "=" token). L7: parts of other people's mail
 * and containers never go out, only leaves. */
static bool
type_ok(const char *s)
{
	const char *p = skip_token(s), *q;

	if (strlen(s) > TYPE_MOST || p == s || *p != '/' ||
	    sk_ascii_iprefix(s, "multipart/") ||
	    sk_ascii_iprefix(s, "message/"))
		return false;
	q = skip_token(++p);
	if (q == p)
		return false;
	while (*q == ';') {
		if (*++q == ' ')
			q++;
		if (sk_ascii_iprefix(q, "name"))
			return false;
		p = skip_token(q);
		if (p == q || *p != '=')
			return false;
		q = skip_token(++p);
		if (q == p)
			return false;
	}
	return *q == '\0';
}

/* A name, never a path, and never hidden. */
static char *
clean_name(struct sk_arena *a, const char *name)
{
	char *s = sk_arena_str(a, name);

	for (char *p = s; *p != '\0'; p++)
		if (*p == '/' || *p == '\\' || (p == s && *p == '.'))
			*p = '_';
	return s;
}

/* For readers without RFC 2231: one "_" for each character not in it. */
static char *
fallback_name(struct sk_arena *a, const char *name)
{
	char *s = sk_arena_str(a, name), *to = s;
	size_t n;

	for (const char *p = name; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		if ((c & 0xc0) == 0x80)
			continue;
		*to++ = c > '~' || strchr("\"*:<>?|=%", *p) != NULL ? '_' : *p;
	}
	*to = '\0';
	n = strlen(s);
	if (n > FALLBACK_MOST)		/* the end tells the kind of file */
		s += n - FALLBACK_MOST;
	return s;
}

/* One character of UTF-8 as RFC 2231 bytes; its length in *n. */
static size_t
percent(char *to, const char *s, size_t *n)
{
	size_t w = 0;

	*n = 0;
	do {
		unsigned char c = (unsigned char)s[(*n)++];

		if (c < 0x80 && (token_char((char)c) &&
		    strchr("*'%", (char)c) == NULL)) {
			to[w++] = (char)c;
		} else {
			to[w++] = '%';
			to[w++] = "0123456789ABCDEF"[c >> 4];
			to[w++] = "0123456789ABCDEF"[c & 15];
		}
	} while (((unsigned char)s[*n] & 0xc0) == 0x80);
	return w;
}

/* filename*=, or filename*0*=... where one line is too short for it. */
static void
add_filename(struct sk_buf *out, const char *name)
{
	size_t col = LINE, part = 0, n;
	bool one = 3 * strlen(name) + sizeof(" filename*=UTF-8'';") <= LINE;
	char unit[12];

	for (const char *s = name; *s != '\0'; s += n) {
		size_t w = percent(unit, s, &n);

		if (col + w > LINE - 1) {
			size_t was = out->len;

			sk_buf_adds(out, ";\r\n filename*");
			if (!one)
				sk_buf_addf(out, "%zu*", part);
			sk_buf_adds(out, part++ == 0 ? "=UTF-8''" : "=");
			col = out->len - was - 3;
		}
		sk_buf_add(out, unit, w);
		col += w;
	}
}

int
enc_attachment(struct sk_arena *a, const struct compose_attachment *att,
    struct sk_buf *out, struct sk_error *e)
{
	const char *name, *ascii;
	size_t col = sizeof(" name=\"") - 1;
	int rc;

	if (att->type == NULL || !type_ok(att->type))
		return sk_fail(e, SK_ERR_DATA, "attachment type",
		    "not a plain `type/subtype; name=value`, or a container");
	if (att->name == NULL || *att->name == '\0')
		return sk_fail(e, SK_ERR_DATA, "attachment name", "is empty");
	rc = enc_check("attachment name", att->name, LIMIT_NAME, e);
	if (rc < 0)
		return rc;
	name = clean_name(a, att->name);
	ascii = fallback_name(a, name);
	sk_buf_addf(out, "Content-Type: %s;\r\n name=\"", att->type);
	if (strcmp(name, ascii) == 0)
		sk_buf_adds(out, ascii);
	else
		enc_words(out, &col, name);
	sk_buf_adds(out, "\"\r\nContent-Disposition: attachment");
	/* The full name first: where both are taken, the first wins. */
	if (strcmp(name, ascii) != 0)
		add_filename(out, name);
	sk_buf_addf(out, ";\r\n filename=\"%s\"\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\n", ascii);
	return 0;
}

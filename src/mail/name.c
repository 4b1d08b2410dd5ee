/*
 * File names as Japanese mailers send them (standards.md A13): RFC 2231, else
 * RFC 2047 inside the quotes, else raw bytes; from the disposition first, then
 * the type. The result is a name to show, never a path to open.
 */
#include <config.h>

#include <sekisho/facts.h>
#include <sekisho/limits.h>
#include <sekisho/mail_read.h>
#include <sekisho/text.h>

#include "mail/bytes.h"
#include "mail/charset.h"
#include "mail/params.h"

static char *
decode(struct sk_arena *a, const struct mime_raw *raw, uint32_t *doubts)
{
	char *label;

	if (!raw->extended)
		return encoded_decode(a, raw->value, doubts, NULL);
	label = sk_arena_strn(a, raw->charset.p, raw->charset.len);
	return charset_decode(a, raw->value, label, doubts, NULL);
}

/* The same parameter twice: mail readers differ in which they take. */
static bool
is_twice(const struct mime_value *v, const char *name)
{
	size_t plain = 0, extended = 0;

	for (size_t i = 0; i < v->n; i++) {
		if (strcmp(v->params[i].name, name) != 0 ||
		    v->params[i].section > 0)
			continue;
		plain += !v->params[i].extended && v->params[i].section < 0;
		extended += v->params[i].extended ||
		    v->params[i].section == 0;
	}
	return plain > 1 || extended > 1;
}

static const char *
extension(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot ? dot : "";
}

static bool
is_hostile(const char *name)
{
	if (strpbrk(name, "/\\") != NULL || strcmp(name, "..") == 0)
		return true;
	for (const char *p = name; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return true;
	return text_has_bidi(name);
}

static char *
one_name(struct sk_arena *a, const struct mime_value *v, const char *param,
    uint32_t *flags, uint32_t *doubts)
{
	struct mime_raw raw;
	char *name;

	if (v == NULL || !mime_param_raw(a, v, param, &raw))
		return NULL;
	if (is_twice(v, param))
		*flags |= ATTACH_NAME_TWICE;
	name = decode(a, &raw, doubts);
	return *name != '\0' ? name : NULL;
}

const char *
mime_file_name(struct sk_arena *a, const struct mime_value *type,
    const struct mime_value *disposition, uint32_t *flags, uint32_t *doubts)
{
	uint32_t hidden = 0;
	char *name, *other;

	name = one_name(a, disposition, "filename", flags, &hidden);
	other = one_name(a, type, "name", flags, &hidden);
	*doubts |= hidden;
	if (hidden & DOUBT_HIDDEN_HEADER)
		*flags |= ATTACH_NAME_HOSTILE;
	if (name != NULL && other != NULL &&
	    !sk_ascii_ieq(extension(name), extension(other)))
		*flags |= ATTACH_NAME_TWICE;
	if (name == NULL)
		name = other;
	if (name == NULL)
		return "";
	if (is_hostile(name))
		*flags |= ATTACH_NAME_HOSTILE;
	return text_cut(a, text_one_line(name), LIMIT_NAME);
}

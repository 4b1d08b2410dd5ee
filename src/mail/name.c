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

/* The same parameter twice, or segments that the join did not reach: mail
 * readers differ in which they take. */
static bool
is_twice(const struct mime_value *v, const char *name)
{
	size_t plain = 0, whole = 0, segments = 0, reached = 0;

	for (size_t i = 0; i < v->n; i++) {
		const struct mime_param *p = &v->params[i];

		if (strcmp(p->name, name) != 0)
			continue;
		segments += p->section >= 0;
		whole += p->extended && p->section < 0;
		plain += !p->extended && p->section < 0;
	}
	while (reached < segments && mime_has_section(v, name, (int)reached))
		reached++;
	return plain > 1 || whole + (segments > 0) > 1 || segments > reached;
}

static const char *
extension(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot ? dot : "";
}

/* Two names that differ here would be opened by different programs. */
static bool
same_extension(const char *one, const char *two)
{
	return sk_ascii_ieq(extension(one), extension(two));
}

/* What Windows takes for a device, whatever stands behind the dot. */
static bool
is_device(const char *name)
{
	static const char *const devices[] = { "con", "prn", "aux", "nul",
		"com0", "com1", "com2", "com3", "com4", "com5", "com6",
		"com7", "com8", "com9", "lpt0", "lpt1", "lpt2", "lpt3",
		"lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9" };
	size_t n = strcspn(name, ". ");

	for (size_t i = 0; i < sizeof(devices) / sizeof(*devices); i++)
		if (span_ieq(sk_span_of(name, n), devices[i]))
			return true;
	return false;
}

/* "C:x", "a.txt:x": a drive or an NTFS stream; "Re: report.eml" is none. */
static bool
has_stream(const char *name)
{
	const char *colon = strchr(name, ':');

	return colon != NULL && (colon == name + 1 ||
	    memchr(name, '.', (size_t)(colon - name)) != NULL);
}

/* A name that saves elsewhere than it says, or shows another end than it has:
 * paths, NTFS streams, devices, controls, a dot or blank that Windows drops,
 * blanks that push the extension out of sight. */
static bool
is_hostile(const char *name)
{
	size_t n = strlen(name);

	if (strpbrk(name, "/\\") != NULL || strcmp(name, ".") == 0 ||
	    strcmp(name, "..") == 0 || is_device(name) || has_stream(name))
		return true;
	if (n > 0 && (name[n - 1] == '.' || name[n - 1] == ' '))
		return true;
	for (const char *p = name; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return true;
	return strstr(name, "        ") != NULL || n > LIMIT_NAME ||
	    text_has_bidi(name);
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
	if (raw.rfc2231 && mime_param_plain(v, param, &raw) &&
	    !same_extension(name, decode(a, &raw, doubts)))
		*flags |= ATTACH_NAME_TWICE;
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
	if (hidden & (DOUBT_HIDDEN_HEADER | DOUBT_NUL))
		*flags |= ATTACH_NAME_HOSTILE;
	if (name != NULL && other != NULL && !same_extension(name, other))
		*flags |= ATTACH_NAME_TWICE;
	if (name == NULL)
		name = other;
	if (name == NULL)
		return "";
	if (is_hostile(name))
		*flags |= ATTACH_NAME_HOSTILE;
	return text_cut(a, text_one_line(name), LIMIT_NAME);
}

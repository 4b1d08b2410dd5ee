/*
 * Indicators as people read them and as machines take them. Operators paste
 * both "evil.example" and "hxxp://evil[.]example"; the text of a mail shows
 * every one defanged, so that no reader's program makes a link of it, and the
 * table gives every one in its plain form, so that it can be loaded.
 */
#include <string.h>

#include <sekisho/digest.h>
#include <sekisho/text.h>

/* Only these name something that could be opened; in a file name or a pattern
 * a bracket may be part of the value. */
static bool
is_address(const char *type)
{
	static const char *const types[] = { "ip", "ipv4", "ipv6", "domain",
	    "fqdn", "host", "hostname", "url", "uri", "email", "mail",
	    "address" };

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (strcmp(type, types[i]) == 0)
			return true;
	return false;
}

static const char *
type_of(struct sk_arena *a, const char *indicator, const char **value)
{
	const char *colon = strchr(indicator, ':');

	*value = colon ? colon + 1 : indicator;
	return colon ? sk_ascii_lower(a, sk_arena_strn(a, indicator,
	    (size_t)(colon - indicator))) : "";
}

/* What a defanged form at s stands for, and its length; 0: it is none. */
static size_t
form_at(const char *s, const char **plain)
{
	static const struct { const char *form, *plain; } forms[] = {
		{ "[.]", "." }, { "(.)", "." }, { "{.}", "." },
		{ "[dot]", "." }, { "(dot)", "." }, { "\\.", "." },
		{ "[@]", "@" }, { "(@)", "@" }, { "[at]", "@" },
		{ "(at)", "@" }, { "[:]", ":" }, { "[://]", "://" },
		{ "[/]", "/" },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		size_t n = strlen(forms[i].form);

		*plain = forms[i].plain;
		if (sk_ascii_iprefix(s, forms[i].form))
			return n;
	}
	return 0;
}

static const char *
refang(struct sk_arena *a, const char *s)
{
	char *out = sk_arena_alloc(a, strlen(s) + 1), *o = out;

	while (*s) {
		const char *plain;
		size_t n = form_at(s, &plain);

		if (!n) {
			*o++ = *s++;
			continue;
		}
		memcpy(o, plain, strlen(plain));
		o += strlen(plain);
		s += n;
	}
	*o = '\0';
	if (sk_ascii_iprefix(out, "hxxp"))
		memcpy(out, "http", 4);
	return out;
}

/* Brackets around the dots of the host only: in a path they would be taken for
 * part of it. */
static const char *
defang(struct sk_arena *a, const char *s)
{
	const char *host = strstr(s, "://"), *end;
	char *out = sk_arena_alloc(a, 3 * strlen(s) + 1), *o = out;

	end = host ? host + 3 + strcspn(host + 3, "/?#") : s + strlen(s);
	for (const char *p = s; *p; p++) {
		if (p < end && (*p == '.' || *p == '@')) {
			*o++ = '[';
			*o++ = *p;
			*o++ = ']';
		} else {
			*o++ = *p;
		}
	}
	*o = '\0';
	if (sk_ascii_iprefix(out, "http"))
		memcpy(out, "hxxp", 4);
	return out;
}

const char *
indicator_plain(struct sk_arena *a, const char *indicator, const char **value)
{
	const char *type = type_of(a, indicator, value);

	if (is_address(type))
		*value = refang(a, *value);
	return type;
}

const char *
indicator_shown(struct sk_arena *a, const char *indicator, const char **value)
{
	const char *type = indicator_plain(a, indicator, value);

	if (is_address(type))
		*value = defang(a, *value);
	return type;
}

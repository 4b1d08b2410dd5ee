/*
 * What may stand in a text of a settings file. Each answer names the mend: the
 * person who reads it is installing, often for the first time.
 */
#include "checks.h"

#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/text.h>

static bool
starts(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

const char *
check_name(const char *s)
{
	return *s ? NULL : "is empty; fill it";
}

const char *
check_address(const char *s)
{
	return sk_address_valid(s) ? NULL :
	    "is no mail address; write one like desk@example.jp";
}

const char *
check_address_or_none(const char *s)
{
	return *s ? check_address(s) : NULL;
}

const char *
check_own_address(const char *s)
{
	const char *plus = strchr(s, '+');

	if (plus && plus < strchr(s, '@'))
		return "holds a \"+\"; leave the tag out, it is put in for "
		    "each mail";
	return check_address(s);
}

const char *
check_domain(const char *s)
{
	char address[300] = "x@";

	if (!*s || strlen(s) > 250 || strchr(s, '@'))
		return "is no domain; write one like example.jp";
	memcpy(address + 2, s, strlen(s) + 1);
	return sk_address_valid(address) ? NULL :
	    "is no domain; write one like example.jp";
}

const char *
check_language(const char *s)
{
	return strcmp(s, "ja") == 0 || strcmp(s, "en") == 0 ? NULL :
	    "is not known; write \"ja\" or \"en\"";
}

/* By shape: the zone itself is loaded by the program. */
const char *
check_timezone(const char *s)
{
	size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789_+-/");

	return n && !s[n] && *s != '/' ? NULL :
	    "is no time zone; write one like \"Asia/Tokyo\"";
}

const char *
check_path(const char *s)
{
	return *s ? NULL : "is empty; write a path, it may be relative to "
	    "this file";
}

/* Loopback only: LMTP knows no login, and what it carries is secret. */
const char *
check_listen(const char *s)
{
	const char *port;

	if (starts(s, "unix:"))
		return s[5] ? NULL : "has no path; write "
		    "\"unix:/path/of/socket\"";
	port = strrchr(s, ':');
	if (!port || strspn(port + 1, "0123456789") != strlen(port + 1) ||
	    !port[1] || strlen(port + 1) > 5)
		return "is no address to listen on; write \"unix:PATH\" or "
		    "\"127.0.0.1:2424\"";
	if (!starts(s, "127.") && !starts(s, "[::1]:") &&
	    !starts(s, "localhost:"))
		return "is not on this machine; listen on a unix socket or "
		    "127.0.0.1, there is no login on this door";
	return NULL;
}

const char *
check_store_url(const char *s)
{
	return starts(s, "sqlite:") && s[7] ? NULL :
	    "is no database; write \"sqlite:council.db\"";
}

const char *
check_relay_url(const char *s)
{
	if (!starts(s, "smtp://") && !starts(s, "smtps://"))
		return "is no relay; write \"smtp://127.0.0.1:25\"";
	return strpbrk(s, " @") || !strstr(s, "//")[2] ?
	    "is no relay without login; write \"smtp://127.0.0.1:25\"" : NULL;
}

const char *
check_lookup(const char *s)
{
	return strcmp(s, "never") == 0 || strcmp(s, "asked") == 0 ||
	    strcmp(s, "automatic") == 0 ? NULL :
	    "is not known here; write \"never\", \"asked\" (when an operator "
	    "asks) or \"automatic\" (and when a key nears its end)";
}

/* A host and a port that libcurl reads as we do: no login, no path. */
const char *
check_proxy(const char *s)
{
	const char *colon = strrchr(s, ':');
	size_t digits = colon ? strspn(colon + 1, "0123456789") : 0;

	return starts(s, "http://") && colon - s > 7 && digits > 0 &&
	    digits < 6 && !colon[1 + digits] && !strpbrk(s, " @\"?#") &&
	    !memchr(s + 7, '/', (size_t)(colon - s - 7)) ? NULL :
	    "is no proxy; write \"http://proxy.example.jp:3128\"";
}

const char *
check_fingerprint(const char *s)
{
	size_t n = strspn(s, "0123456789abcdefABCDEF");

	return !*s || (n == 40 && !s[n]) ? NULL :
	    "is no fingerprint; write its 40 hexadecimal digits without "
	    "blanks, or \"\" for the key that init made";
}

const char *
check_web(const char *s)
{
	return !*s || ((starts(s, "https://") || starts(s, "http://")) &&
	    !strpbrk(s, " <>\"")) ? NULL :
	    "is no web address; write one that begins with https://";
}

const char *
check_date(const char *s)
{
	char iso[24] = "";
	int64_t t;

	if (strlen(s) == 10) {
		memcpy(iso, s, 10);
		memcpy(iso + 10, "T00:00:00Z", 11);
	}
	return *iso && sk_time_parse(iso, &t) == 0 ? NULL :
	    "is no date; write it as 2026-04-29";
}

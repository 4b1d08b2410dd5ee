/*
 * How mail is handed over: in the clear on this machine only, else under TLS
 * with a certificate that is verified, and no way in between. What cannot be
 * verified does not leave (I4, L1, L2).
 */
#include "config_relay.h"

#include <stdlib.h>
#include <string.h>

#include <sekisho/text.h>

/* HOST and PORT of a checked URL; a host of IPv6 keeps its brackets. */
static void
take_apart(struct config *c)
{
	bool smtps = strncmp(c->relay_url, "smtps:", 6) == 0;
	const char *host = strstr(c->relay_url, "//") + 2, *end = host;
	const char *after;

	if (*host == '[')
		end += strcspn(end, "]");
	end += strcspn(end, ":/");
	c->relay_host = sk_arena_strn(c->arena, host, (size_t)(end - host));
	after = *end == ':' ? end + 1 : "";
	c->relay_port = (unsigned)strtoul(after, NULL, 10);
	if (!c->relay_port)
		c->relay_port = smtps ? 465 : 25;
	c->relay_smtps = smtps;
}

static bool
on_this_machine(const char *host)
{
	size_t digits = strspn(host, "0123456789.");

	return (strncmp(host, "127.", 4) == 0 && !host[digits]) ||
	    strcmp(host, "[::1]") == 0 || sk_ascii_ieq(host, "localhost");
}

static void
check_opportunistic(struct schema *s, const char *word)
{
	if (strcmp(word, "opportunistic") == 0 || strcmp(word, "may") == 0)
		schema_fault(s, "relay.tls", "is no protection: whoever sits "
		    "in between takes the offer away; write \"required\", "
		    "or \"none\" for a relay on this machine");
	else
		schema_fault(s, "relay.tls", "\"%s\" is not known; write "
		    "\"required\" or \"none\"", word);
}

void
config_relay(struct config *c, struct schema *s)
{
	const char *word = c->relay_tls_word;
	bool here, none;

	if (!c->relay_url || check_relay_url(c->relay_url))
		return;		/* it was told */
	take_apart(c);
	here = on_this_machine(c->relay_host);
	none = word && strcmp(word, "none") == 0;
	c->relay_tls = c->relay_smtps || (word && strcmp(word, "required") ==
	    0);
	if (word && !none && strcmp(word, "required") != 0)
		check_opportunistic(s, word);
	else if (none && c->relay_smtps)
		schema_fault(s, "relay.tls", "is \"none\", and smtps: is "
		    "TLS; write smtp: or leave tls out");
	else if (!c->relay_tls && !here)
		schema_fault(s, word ? "relay.tls" : "relay.url", "%s is not "
		    "this machine, and who consults the council must not "
		    "travel in the clear; write tls = \"required\", and ca "
		    "and name if the certificate needs them", c->relay_host);
	else if (!c->relay_tls && (c->relay_ca || c->relay_name))
		schema_fault(s, c->relay_ca ? "relay.ca" : "relay.name",
		    "says how TLS is verified, and there is none; write tls "
		    "= \"required\"");
}

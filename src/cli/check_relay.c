/*
 * `sekisho check` says how mail is handed over, whether under TLS, and by what
 * its other end is known; and whether keys are looked up at people's domains.
 * Only sekishod speaks to the relay: what TLS said last is its word (`sekisho
 * outbox check`).
 */
#include <config.h>

#include <string.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>

#include "cli/check.h"

/* Does the file hold certificates at all? libcurl would only say "error
 * setting certificate verify locations", at the first mail. */
static bool
ca_is_there(struct finding_list *f, const char *what, const char *path)
{
	struct sk_error e = { 0 };
	struct sk_buf pem;
	bool has;

	if (!path)
		return true;
	sk_buf_init(&pem, LIMIT_CA_FILE);
	if (sk_file_read(path, &pem, &e)) {
		check_sayf(f, what, "%s.ca: %s: %s", what, e.where, e.text);
		sk_buf_free(&pem);
		return false;
	}
	has = strstr(sk_buf_str(&pem), "-----BEGIN CERTIFICATE-----") != NULL;
	sk_buf_free(&pem);
	if (!has)
		check_sayf(f, what, "%s.ca: %s holds no certificate in PEM: "
		    "put there what signed the other side's", what, path);
	return has;
}

void
check_relay(struct finding_list *f, const struct config *c)
{
	if (!c->relay_tls)
		check_tellf(f, "relay", "in the clear to %s:%u, which is this "
		    "machine", c->relay_host, c->relay_port);
	else if (ca_is_there(f, "relay", c->relay_ca))
		check_tellf(f, "relay", "only under TLS to %s:%u, whose "
		    "certificate must name %s and lead to %s",
		    c->relay_host, c->relay_port, c->relay_name ?
		    c->relay_name : c->relay_host, c->relay_ca ? c->relay_ca :
		    "an authority of this system");
}

void
check_wkd(struct finding_list *f, const struct config *c)
{
	if (c->wkd_lookup != LOOKUP_NEVER && ca_is_there(f, "wkd", c->wkd_ca))
		check_tellf(f, "wkd", "keys are looked up at people's own "
		    "domains, which learn of it: when an operator asks%s",
		    c->wkd_lookup == LOOKUP_AUTOMATIC ?
		    ", and when a key nears its end" : "");
}

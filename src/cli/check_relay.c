/*
 * `sekisho check` says how mail is handed over: whether under TLS, and by what
 * its other end is known. Only sekishod speaks to the relay: what TLS said last
 * is its word (`sekisho outbox check`).
 */
#include <config.h>

#include <string.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>

#include "cli/check.h"

#define WHAT "relay"

/* Does the file hold certificates at all? libcurl would only say "error
 * setting certificate verify locations", at the first mail. */
static bool
ca_is_there(struct finding_list *f, const struct config *c)
{
	struct sk_error e = { 0 };
	struct sk_buf pem;
	bool has;

	if (!c->relay_ca)
		return true;
	sk_buf_init(&pem, LIMIT_CA_FILE);
	if (sk_file_read(c->relay_ca, &pem, &e)) {
		check_sayf(f, WHAT, "relay.ca: %s: %s", e.where, e.text);
		sk_buf_free(&pem);
		return false;
	}
	has = strstr(sk_buf_str(&pem), "-----BEGIN CERTIFICATE-----") != NULL;
	sk_buf_free(&pem);
	if (!has)
		check_sayf(f, WHAT, "relay.ca: %s holds no certificate in "
		    "PEM: put there what signed the relay's", c->relay_ca);
	return has;
}

void
check_relay(struct finding_list *f, const struct config *c)
{
	if (!c->relay_tls)
		check_tellf(f, WHAT, "in the clear to %s:%u, which is this "
		    "machine", c->relay_host, c->relay_port);
	else if (ca_is_there(f, c))
		check_tellf(f, WHAT, "only under TLS to %s:%u, whose "
		    "certificate must name %s and lead to %s",
		    c->relay_host, c->relay_port, c->relay_name ?
		    c->relay_name : c->relay_host, c->relay_ca ? c->relay_ca :
		    "an authority of this system");
}

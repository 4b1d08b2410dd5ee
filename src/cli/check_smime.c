/*
 * `sekisho check`: the council's S/MIME certificate in the homes; that it ends
 * is said by `key check'.
 */
#include <config.h>

#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/files.h>
#include <sekisho/limits.h>

#include "cli/check.h"
#include "cli/setup_own.h"
#include "cli/setup_smime.h"

#define WHAT "S/MIME certificate"

static void
check_chain(struct finding_list *f, const struct config *c,
    const char *pem, const struct key_facts *k)
{
	struct sk_buf b;

	if (!c->smime_roots)
		return;
	sk_buf_init(&b, LIMIT_KEY_BYTES);
	if (sk_file_read(pem, &b, NULL) != SK_OK ||
	    x509_chain(c->smime_roots, c->smime_home, k->block,
	    sk_buf_span(&b)) != CHAIN_GOOD)
		check_sayf(f, "S/MIME chain", "the certificate does not lead "
		    "to a root in %s: import it again with --chain",
		    c->smime_roots);
	else
		check_say(f, "S/MIME chain", NULL);
	sk_buf_free(&b);
}

/* What was taken last is to come: the one before it goes out with every mail
 * to the day of change. */
static void
check_present(struct finding_list *f, struct sk_arena *a,
    const struct config *c)
{
	const char *pem = sk_path_join(a, c->smime_home, SETUP_SMIME_BEFORE);
	struct sk_error e = { 0 };
	struct own_keys own;
	struct key_facts k;

	if (cli_home_own(a, sk_arena_printf(a, "%s/0", c->smime_home), &own) &&
	    own_current(&own, sk_now()) + 1 < own.n && sk_file_exists(pem) &&
	    setup_smime_facts(a, pem, &k, &e) == SK_OK)
		check_chain(f, c, pem, &k);
}

static void
check_copies(struct finding_list *f, struct sk_arena *a,
    const struct config *c)
{
	struct own_keys own = { .n = 0 }, here;

	for (unsigned i = 0; i < cli_homes(c); i++) {
		char *home = sk_arena_printf(a, "%s/%u", c->smime_home, i);

		if (!cli_home_own(a, home, &here))
			check_sayf(f, "S/MIME homes", "%s has no certificate: "
			    "run `sekisho setup smime --import' again", home);
		else if (own.n && !own_keys_same(&own, &here))
			check_sayf(f, "S/MIME homes", "%s holds other "
			    "certificates than the first home: run `sekisho "
			    "setup smime --import' again", home);
		else
			own = here;
	}
	for (size_t i = 0; i < own.n; i++)
		check_tellf(f, WHAT, "%s", setup_own_words(a, &own, i));
}

void
check_smime(struct finding_list *f, const struct config *c)
{
	struct sk_arena *a = f->c->arena;
	const char *pem, *missing;
	struct sk_error e = { 0 };
	struct key_facts k;

	if (!c->smime_home || c->nkeyd_sockets)
		return;
	pem = sk_path_join(a, c->smime_home, SETUP_SMIME_CERTIFICATE);
	if (!sk_file_exists(pem)) {
		check_say(f, WHAT, "smime.home is set and holds none: run "
		    "`sekisho setup smime'; copies for certificates wait");
		return;
	}
	if (setup_smime_facts(a, pem, &k, &e)) {
		check_sayf(f, WHAT, "%s: %s", e.where, e.text);
		return;
	}
	check_say(f, WHAT, NULL);
	missing = setup_smime_address(c, &k);
	if (missing)
		check_sayf(f, "S/MIME addresses", "the certificate does not "
		    "name %s: programs warn the readers of mail from there",
		    missing);
	check_chain(f, c, pem, &k);
	check_present(f, a, c);
	check_copies(f, a, c);
}

/* The council's own certificate: setup_smime.c, and what check asks of it. */
#pragma once

#include <sekisho/x509.h>

#include "cli/cli.h"

/* In smime.home: the certificate in use, then the steps to its root, PEM. */
#define SETUP_SMIME_CERTIFICATE "certificate.pem"	/* taken last */
#define SETUP_SMIME_BEFORE "certificate-before.pem"	/* that one */

int cli_setup_smime(struct cli *c, const struct cli_request *r);
int setup_smime_facts(struct sk_arena *a, const char *pem,
    struct key_facts *k, struct sk_error *e);
/* The first desk that it does not name, or NULL. */
const char *setup_smime_address(const struct config *c,
    const struct key_facts *k);

/* probe.c: a mail to ourselves through the live Postfix. */
#pragma once

#include <sekisho/postfix.h>

struct finding_list;

struct probe {
	const char *token, *address, *authserv_id;
	bool split;		/* Postfix took it for two mails */
};

/* Only where the daemon runs and this user may ask it. */
void check_probe(struct finding_list *f, const struct config *conf,
    const struct postfix *pf);

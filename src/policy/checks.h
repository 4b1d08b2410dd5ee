/* Checks of single texts: NULL, or what is wrong with its mend. Static text. */
#pragma once

const char *check_name(const char *s);		/* not empty */
const char *check_address(const char *s);
const char *check_address_or_none(const char *s);	/* or "" */
const char *check_own_address(const char *s);	/* no tag of its own */
const char *check_domain(const char *s);
const char *check_language(const char *s);
const char *check_timezone(const char *s);
const char *check_path(const char *s);
const char *check_listen(const char *s);
const char *check_store_url(const char *s);
const char *check_relay_url(const char *s);
const char *check_lookup(const char *s);	/* enum config_lookup */
const char *check_proxy(const char *s);		/* http://HOST:PORT */
const char *check_fingerprint(const char *s);	/* or "" */
const char *check_web(const char *s);		/* https://… or "" */
const char *check_date(const char *s);

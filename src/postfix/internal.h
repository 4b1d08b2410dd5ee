/* Shared by plan and judge. */
#pragma once

#include <sekisho/postfix.h>

/* The tables of ours beside main.cf. */
#define FILE_TRANSPORT "sekisho-transport"
#define FILE_RECIPIENTS "sekisho-recipients"
#define FILE_HEADERS "sekisho-header-checks"
/* The transport of ours in master.cf. */
#define OUR_SERVICE "sekisho"
/* A desk may stand idle over New Year or Golden Week; Postfix gives mails back
 * after five days of itself. */
#define QUEUE_DAYS_WANTED 14
#define QUEUE_DAYS_LEAST 5

/* "5d", "120h", "900s", "900": seconds by the parameter's own unit; -1 odd. */
long postfix_seconds(const char *value, long unit);

/* Would one of the delimiters cut the address, which has no tag? */
bool postfix_cuts(const char *delimiters, const char *address);

/* Which list of Postfix makes it take mail for a domain. */
enum domain_class {
	DOMAIN_NONE, DOMAIN_LOCAL, DOMAIN_ALIAS, DOMAIN_MAILBOX, DOMAIN_RELAY
};
enum domain_class postfix_domain_class(const struct postfix *p,
    const char *domain);
/* The parameter with the recipients of such a domain; NULL for none. */
const char *postfix_recipient_maps(enum domain_class class);

/* By smtp_tls_security_level, and smtp_use_tls and smtp_enforce_tls. */
bool postfix_delivers_in_clear(const char *level, const char *use,
    const char *enforce);

/* What judges share. */
struct judging {
	const struct config *c;
	const struct postfix *p;
	struct sk_arena *a;
	postfix_say say;
	void *ctx;
	const char *const *ours;
	size_t nours;
	const char *what;	/* of the running judge */
	size_t faults;		/* it has found */
};
void judge_fault(struct judging *j, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Every smtpd that takes mail from anywhere. */
bool is_smtpd(const struct postfix_service *s);

void judge_smuggling(struct judging *j);
void judge_sizes(struct judging *j);
void judge_results(struct judging *j);
void judge_hand_over(struct judging *j);
void judge_delivery_tls(struct judging *j);
void judge_milters(struct judging *j);
void judge_pickup(struct judging *j);
void judge_other_doors(struct judging *j);
void judge_delimiter(struct judging *j);
void judge_transport(struct judging *j);
void judge_recipients(struct judging *j);
void judge_lifetime(struct judging *j);
void judge_copies(struct judging *j);
void judge_addresses(struct judging *j);
void judge_fields(struct judging *j);
void judge_filters(struct judging *j);

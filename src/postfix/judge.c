/*
 * What is wrong with the Postfix beside us, each finding with its mend. One
 * function a subject; the table names them in the order in which a postmaster
 * would look.
 */
#include "internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sekisho/text.h>

void
judge_fault(struct judging *j, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	j->faults++;
	j->say(j->ctx, j->what, text);
}

bool
is_smtpd(const struct postfix_service *s)
{
	return strcmp(s->program, "smtpd") == 0;
}

long
postfix_seconds(const char *value, long unit)
{
	char *end;
	long n = strtol(value, &end, 10);

	if (end == value || n < 0 || n > 100000)
		return -1;
	switch (*end) {
	case 's':
		return n;
	case 'm':
		return n * 60;
	case 'h':
		return n * 3600;
	case 'd':
		return n * 86400;
	case 'w':
		return n * 604800;
	case '\0':
		return n * unit;
	default:
		return -1;
	}
}

enum domain_class
postfix_domain_class(const struct postfix *p, const char *domain)
{
	static const struct {
		const char *list;
		enum domain_class class;
	} lists[] = {	/* in the order in which trivial-rewrite asks */
		{ "mydestination", DOMAIN_LOCAL },
		{ "virtual_alias_domains", DOMAIN_ALIAS },
		{ "virtual_mailbox_domains", DOMAIN_MAILBOX },
		{ "relay_domains", DOMAIN_RELAY },
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		if (postfix_domain_listed(p, postfix_param(p, lists[i].list),
		    domain))
			return lists[i].class;
	return DOMAIN_NONE;
}

const char *
postfix_recipient_maps(enum domain_class class)
{
	static const char *const maps[] = {
		[DOMAIN_LOCAL] = "local_recipient_maps",
		[DOMAIN_MAILBOX] = "virtual_mailbox_maps",
		[DOMAIN_RELAY] = "relay_recipient_maps",
	};

	return (size_t)class < sizeof(maps) / sizeof(*maps) ? maps[class] :
	    NULL;
}

void
postfix_judge(const struct config *c, const struct postfix *p,
    postfix_say say, void *ctx)
{
	static const struct {
		const char *what;
		void (*judge)(struct judging *j);
		bool guard;	/* only where sekisho.conf has a milter */
		bool lmtp;	/* only where Postfix hands mail in itself */
	} all[] = {
		{ "Postfix: tags of addresses", judge_delimiter, false, false },
		{ "Postfix: our addresses are taken", judge_recipients,
		    false, false },
		{ "Postfix: the way to sekishod", judge_transport, false,
		    true },
		{ "Postfix: sizes", judge_sizes, false, false },
		{ "Postfix: waiting mail", judge_lifetime, false, false },
		{ "Postfix: SMTP smuggling", judge_smuggling, false, false },
		{ "Postfix: forged authentication results", judge_results,
		    false, false },
		{ "Postfix: TLS where we hand over", judge_hand_over, false,
		    false },
		{ "Postfix: TLS where it delivers", judge_delivery_tls, false,
		    false },
		{ "Postfix: other copies of mail", judge_copies, false, false },
		{ "Postfix: addresses rewritten", judge_addresses, false,
		    false },
		{ "Postfix: fields changed", judge_fields, false, false },
		{ "Postfix: filters", judge_filters, false, false },
		{ "Postfix: the guard", judge_milters, true, false },
		{ "Postfix: the guard and sendmail(1)", judge_pickup, true,
		    false },
		{ "Postfix: doors without a guard", judge_other_doors, true,
		    false },
	};
	struct judging j = { .c = c, .p = p, .a = p->arena, .say = say,
		.ctx = ctx };

	j.nours = postfix_ours(j.a, c, &j.ours);
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		if ((all[i].guard && !c->milter_listen) ||
		    (all[i].lmtp && c->milter_intake))
			continue;
		j.what = all[i].what;
		j.faults = 0;
		all[i].judge(&j);
		if (!j.faults)
			say(ctx, j.what, NULL);
	}
}

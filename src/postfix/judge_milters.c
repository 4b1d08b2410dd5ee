/* Is the guard on every way that a mail in our name could take? */
#include "internal.h"

#include <string.h>

#include <sekisho/text.h>

/* "{ inet:host:port, default_action=accept }" is one entry of the list. */
struct milter_entry {
	const char *endpoint, *default_action;	/* NULL: main.cf's */
};

static struct milter_entry
read_entry(struct judging *j, const char *word)
{
	struct milter_entry e = { word, NULL };
	const char *const *w;
	size_t n;

	if (*word != '{')
		return e;
	n = postfix_split(j->a, sk_arena_strn(j->a, word + 1,
	    strcspn(word, "}") - 1), &w);
	e.endpoint = n ? w[0] : "";
	for (size_t i = 1; i < n; i++)
		if (strncmp(w[i], "default_action=", 15) == 0)
			e.default_action = w[i] + 15;
	return e;
}

static bool
is_at(const struct milter_entry *e, const char *want, const char *listen)
{
	return !strcmp(e->endpoint, want) || !strcmp(e->endpoint, listen);
}

static bool
is_safe_action(const char *action)
{
	return sk_ascii_iprefix(action, "tempfail") ||
	    sk_ascii_iprefix(action, "reject") ||
	    sk_ascii_iprefix(action, "shutdown");
}

/* Ours first in `list`, and nothing passes when it is away. */
static void
guard_in(struct judging *j, const char *id, const char *list,
    const char *listen, const char *action)
{
	const char *want = postfix_endpoint(j->p, listen);
	const char *const *w;
	size_t n = postfix_split(j->a, list, &w), i = 0;
	struct milter_entry e;

	if (!n) {
		judge_fault(j, "%s has no milter: mail in our name passes it "
		    "unseen; %s must stand first; `sekisho setup postfix "
		    "--apply` sets it", id, want);
		return;
	}
	e = read_entry(j, w[0]);
	while (j->c->milter_behind && ++i < n && !is_at(&e, want, listen))
		e = read_entry(j, w[i]);
	if (!is_at(&e, want, listen))
		judge_fault(j, "%s: the first milter is %s: ours, %s, must "
		    "see a mail before another changes it; `sekisho setup "
		    "postfix --apply` sets it", id, e.endpoint, want);
	if (e.default_action)
		action = e.default_action;
	if (!is_safe_action(action))
		judge_fault(j, "%s: milter_default_action = %s lets mail pass "
		    "when the guard is away: set it to tempfail", id, action);
}

static void
no_holes(struct judging *j, const struct postfix_service *s)
{
	const char *id = postfix_service_id(j->p, s);
	const char *maps = postfix_for(j->p, s, "smtpd_milter_maps");

	if (*maps)
		judge_fault(j, "%s: smtpd_milter_maps = %s gives some clients "
		    "other milters than the guard: take it out", id, maps);
	if (postfix_listed(j->p, postfix_for(j->p, s,
	    "receive_override_options"), "no_milters"))
		judge_fault(j, "%s: receive_override_options has no_milters: "
		    "the guard does not see its mail; take it out", id);
}

void
judge_milters(struct judging *j)
{
	if (!j->c->milter_guard)
		judge_fault(j, "sekisho.conf: milter.guard = false: nothing "
		    "stands between a stolen password and our name; set it "
		    "to true");
	for (size_t i = 0; i < j->p->nservices; i++) {
		const struct postfix_service *s = &j->p->services[i];

		if (!is_smtpd(s))
			continue;
		guard_in(j, postfix_service_id(j->p, s), postfix_for(j->p, s,
		    "smtpd_milters"), j->c->milter_listen, postfix_for(j->p,
		    s, "milter_default_action"));
		no_holes(j, s);
	}
}

void
judge_pickup(struct judging *j)
{
	const struct postfix_service *s = postfix_service(j->p, "pickup",
	    "unix");
	const struct postfix_service *cleanup;

	if (!s)
		return;		/* sendmail(1) hands in nothing here */
	if (!j->c->milter_local) {
		judge_fault(j, "sekisho.conf names no milter.local: what "
		    "sendmail(1) hands in passes the guard; name a socket "
		    "there and run `sekisho-milterd --local`");
		return;
	}
	cleanup = postfix_service(j->p, postfix_for(j->p, s,
	    "cleanup_service_name"), "unix");
	guard_in(j, "non_smtpd_milters", cleanup ? postfix_for(j->p, cleanup,
	    "non_smtpd_milters") : postfix_param(j->p, "non_smtpd_milters"),
	    j->c->milter_local, postfix_param(j->p,
	    "milter_default_action"));
	if (postfix_listed(j->p, postfix_for(j->p, s,
	    "receive_override_options"), "no_milters"))
		judge_fault(j, "pickup: receive_override_options has "
		    "no_milters: take it out");
}

void
judge_other_doors(struct judging *j)
{
	for (size_t i = 0; i < j->p->nservices; i++) {
		const struct postfix_service *s = &j->p->services[i];

		if (strcmp(s->program, "qmqpd") == 0)
			judge_fault(j, "master.cf: %s is a QMQP server, which "
			    "asks no smtpd milter: comment it out",
			    postfix_service_id(j->p, s));
	}
}

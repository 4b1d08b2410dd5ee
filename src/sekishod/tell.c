/*
 * What registered people are told of their registration: T-28 to T-32, T-34 and
 * T-44. P texts hold no name and go at once; E texts wait for the person's key
 * like everything else, and are written anew from the roster when they are
 * sealed. A text that cannot be made keeps nobody from being removed.
 */
#include "roster_acts.h"

#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/text.h>

#define SERIAL_LENGTH 7

static int
post_to(struct command *c, const struct person *p, const char *template,
    const char *about, struct tvalues *v)
{
	return command_store(c, letter_send(c->d, c->arena, p, template,
	    about, v, c->now), "copy");
}

static bool
quiet(const struct command *c)
{
	return !c->d->policy->membership_confirm || command_flag(c, "quiet");
}

static struct tvalues *
dated(struct command *c, const char *lang, int64_t date)
{
	struct tvalues *v = letter_values(c->d, c->arena, lang,
	    letter_desk(c->d));

	tv_str(v, "date", sk_date_local(c->arena, date));
	return v;
}

/* ---- P: what was done ---- */

int
tell_removed(struct command *c, const struct person *p, int64_t date)
{
	if (quiet(c) || !(p->roles & ROLE_HANDLER))
		return SK_OK;
	return post_to(c, p, "T-31", NULL, dated(c, p->language, date));
}

/* One dated text with one flag to each POC of an organisation. */
static int
tell_pocs(struct command *c, const struct org *o, const struct roster_known *k,
    int64_t date, const char *template, const char *flag, bool value)
{
	int r = SK_OK;

	for (size_t i = 0; i < k->npersons && !r && !quiet(c); i++) {
		const struct person *p = &k->persons[i];
		struct tvalues *v;

		if (!letter_is_poc(p, o->id))
			continue;
		v = dated(c, p->language, date);
		tv_flag(v, flag, value);
		r = post_to(c, p, template, NULL, v);
	}
	return r;
}

int
tell_secret(struct command *c, const struct org *o,
    const struct roster_known *k, int64_t date)
{
	return tell_pocs(c, o, k, date, "T-32", "receive_secret",
	    o->receive_secret);
}

int
tell_withdrawn(struct command *c, const struct org *o,
    const struct roster_known *k, int64_t date)
{
	return tell_pocs(c, o, k, date, "T-34", "withdrawn_membership", true);
}

int
tell_applicant(struct command *c, const char *address, const char *lang,
    const char *template, bool organisation)
{
	const struct policy *y = c->d->policy;
	struct letter l = { .address = address, .language = lang,
		.template = template, .values = dated(c, lang, c->now),
		.now = c->now };

	tv_flag(l.values, "not_organisation", !organisation);
	tv_str(l.values, "window_from", *y->window_from ? y->window_from :
	    NULL);
	tv_str(l.values, "window_until", *y->window_from ? y->window_until :
	    NULL);
	return command_store(c, letter_post(c->d, c->arena, &l), "copy");
}

/* ---- E: to the person, or to the POC about one ---- */

static bool
welcomes(const struct command *c)
{
	return c->d->policy->membership_welcome && !command_flag(c, "quiet");
}

int
tell_registration(struct command *c, const struct person *about,
    const char *verb, const struct roster_known *k)
{
	int r = SK_OK;

	for (size_t i = 0; i < k->npersons && !r && welcomes(c); i++)
		if (letter_is_poc(&k->persons[i], about->org) &&
		    strcmp(k->persons[i].id, about->id) != 0)
			r = post_to(c, &k->persons[i], "T-29",
			    sk_arena_printf(c->arena, "%s %s", about->id,
			    verb), NULL);
	return r;
}

static bool
was_welcomed(struct command *c, const struct person *p)
{
	struct copy_record *past = NULL;
	size_t n = 0;

	if (store_copies_of(c->d->store, c->arena, p->id, 100, &past, &n))
		return true;
	for (size_t i = 0; i < n; i++)
		if (strcmp(past[i].template, "T-30") == 0 &&
		    past[i].created >= p->applied &&
		    past[i].state != COPY_DROPPED)
			return true;
	return false;
}

int
tell_welcome(struct command *c, const struct person *p)
{
	struct roster_known k;
	int r;

	if (!welcomes(c) || was_welcomed(c, p))
		return SK_OK;
	r = act_known(c, &k);
	if (!r)
		r = tell_registration(c, p, "DONE", &k);
	return r ? r : post_to(c, p, "T-30", NULL, NULL);
}

/* ---- when one is sealed ---- */

bool
registration_text(const char *template)
{
	return strcmp(template, "T-29") == 0 ||
	    strcmp(template, "T-30") == 0 || strcmp(template, "T-35") == 0 ||
	    announcement_text(template);
}

const char *
registration_ask(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c, struct org *o, struct person *p)
{
	if (store_person_get(d->store, a, c->person, p) || !p->active)
		return gate_word(GATE_PERSON_INACTIVE);
	if (store_org_get(d->store, a, p->org, o) || o->state != ORG_ACTIVE)
		return gate_word(GATE_MEMBER_INACTIVE);
	if (!p->account)
		return gate_word(GATE_ACCOUNT_NO);
	return p->address_personal ? NULL : gate_word(GATE_LIST_ADDRESS);
}

/* "acme-sato ADD": the copy says whom and what, the roster says the rest. */
static void
about_somebody(struct daemon *d, struct sk_arena *a, struct tvalues *v,
    const char *about)
{
	const char *verb = about ? strchr(about, ' ') : NULL;
	struct person p = { .name = "?" };

	if (verb)
		store_person_get(d->store, a, sk_arena_strn(a, about,
		    (size_t)(verb - about)), &p);
	verb = verb ? verb + 1 : "";
	tv_str(v, "subject_name", p.name);
	tv_flag(v, "done", strcmp(verb, "DONE") == 0 ||
	    strcmp(verb, "REMOVE") == 0);
	tv_flag(v, "verb_add", strcmp(verb, "ADD") == 0 ||
	    strcmp(verb, "DONE") == 0);
	tv_flag(v, "verb_keep", strcmp(verb, "KEEP") == 0);
	tv_flag(v, "verb_remove", strcmp(verb, "REMOVE") == 0);
	tv_flag(v, "account_yes", p.account);
	tv_str(v, "due", strcmp(verb, "ADD") == 0 && p.due ?
	    sk_date_local(a, p.due) : NULL);
}

struct tvalues *
registration_values(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c, const struct org *o, const struct person *p)
{
	struct tvalues *v = letter_values(d, a, c->language, c->from);

	tv_str(v, "org_name", o->name);
	tv_str(v, "person_name", p->name);
	tv_str(v, "serial", sk_arena_strn(a, c->token, SERIAL_LENGTH));
	tv_flag(v, "any_secret", false);
	tv_flag(v, "role_poc", (p->roles & ROLE_POC) != 0);
	tv_flag(v, "role_handler", (p->roles & ROLE_HANDLER) != 0);
	tv_str(v, "user_id", p->id);
	if (strcmp(c->template, "T-35") == 0)
		review_values(d, a, v, o, c->items);
	else if (!announcement_text(c->template))
		about_somebody(d, a, v, c->items);
	return v;
}

/*
 * One text to one person, outside digests and what a case asks. P texts hold no
 * name, are composed and proved at once, and go; E texts wait for the person's
 * key like everything else. Nobody without an account is written to.
 */
#include "delivery.h"

#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/log.h>
#include <sekisho/text.h>

#define TOKEN_LENGTH 26

const char *
letter_desk(const struct daemon *d)
{
	const struct config *k = d->config;

	for (size_t i = 0; i < k->ndesks; i++)
		if (k->desks[i].kind == DESK_INQUIRY)
			return k->desks[i].address;
	return k->desks[0].address;
}

struct tvalues *
letter_values(struct daemon *d, struct sk_arena *a, const char *lang,
    const char *address)
{
	struct tvalues *v = values_common(d, a, lang);

	tv_str(v, "desk_address", address);
	tv_str(v, "contact", address);
	return v;
}

static int
add_copy(struct daemon *d, struct copy_record *copy)
{
	struct token_record t = { .address = copy->address,
		.case_row = copy->case_row, .created = copy->created };
	int r = store_copy_add(d->store, copy);

	t.copy_row = copy->row;
	return r ? r : store_token_add(d->store, copy->token, &t);
}

/* A text that cannot be made stays visible, and stops nothing else. */
static int
compose(struct daemon *d, struct sk_arena *a, struct copy_record *copy,
    const struct tvalues *v)
{
	struct sk_error e = { 0 };

	if (outbox_plain(d, a, copy, v, &e) == SK_OK)
		return SK_OK;
	sk_log(SK_ERROR, "copy.render", "copy=%lld where=\"%s\" error=\"%s\"",
	    (long long)copy->row, e.where, e.text);
	return ledger_stopped(d, a, copy, "render-failed");
}

int
letter_post(struct daemon *d, struct sk_arena *a, const struct letter *l)
{
	char token[TOKEN_LENGTH + 1];
	struct copy_record copy = {
		.created = l->now, .state = COPY_TO_SEAL,
		.encrypted = template_form(d->templates, l->language,
		    l->template) != TEMPLATE_P,
		.template = l->template, .language = l->language,
		.person = l->person, .address = l->address,
		.from = letter_desk(d), .token = token, .reason = "",
		.items = l->about,
	};
	int r;

	/* An answer goes to the case, and answers no question of it. */
	if (l->of_case) {
		copy.case_row = l->of_case->row;
		copy.from = l->of_case->desk_address;
		copy.in_reply_to = l->of_case->last_message_id;
	}
	sk_random_base32(token, TOKEN_LENGTH);
	r = add_copy(d, &copy);
	return r || copy.encrypted ? r : compose(d, a, &copy, l->values);
}

int
letter_send(struct daemon *d, struct sk_arena *a, const struct person *p,
    const char *template, const char *about, struct tvalues *v, int64_t now)
{
	const struct letter l = { .person = p->id, .address = p->address,
		.language = p->language, .template = template,
		.about = about, .values = v, .now = now };

	return p->account ? letter_post(d, a, &l) : SK_OK;
}

bool
letter_is_poc(const struct person *p, const char *org)
{
	return p->active && (p->roles & ROLE_POC) && strcmp(p->org, org) == 0;
}

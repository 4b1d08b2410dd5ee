/*
 * Mail to a case's originator and content-free notes to the secretariat: the
 * copy row with its token, P forms composed and proved at once, E forms left
 * to the outbox. An E text without a key is held, never sent in clear (I4).
 */
#include "daemon.h"

#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/log.h>
#include <sekisho/text.h>

#define TOKEN_LENGTH 26

static int
add_token(struct daemon *d, const struct case_record *c,
    const struct copy_record *copy)
{
	struct token_record t = {
		.case_row = c->row, .copy_row = copy->row,
		.address = copy->address, .question = c->question,
		.created = copy->created,
	};

	return store_token_add(d->store, copy->token, &t);
}

/* T-27 speaks of the mail that came last, not of the one that opened the
 * case: the time is all that it may say of it. */
static void
say_which(struct daemon *d, struct sk_arena *a, const struct case_record *c,
    struct tvalues *v)
{
	struct mail_record *m = NULL;
	size_t n = 0;

	if (store_mail_list(d->store, a, c->row, 1, &m, &n) == SK_OK && n)
		tv_str(v, "received", sk_time_local(a, m[0].received));
}

static int
plain(struct daemon *d, struct sk_arena *a, const struct case_record *c,
    struct copy_record *copy, bool ask, unsigned unclear, bool hint,
    struct sk_error *e)
{
	struct tvalues *v = values_case(d, a, c, copy->token, ask, unclear,
	    hint);
	struct terms t;

	if (strcmp(copy->template, "T-27") == 0)
		say_which(d, a, c, v);
	if (store_terms_newest(d->store, a, c->row, &t) == SK_OK) {
		values_terms(v, a, &t, false);
		values_assurance(d, v, a, c, &t);
	}
	return outbox_plain(d, a, copy, v, e);
}

static int
send_copy(struct daemon *d, struct sk_arena *a, struct case_record *c,
    const char *template_id, bool ask, unsigned unclear, bool hint,
    int64_t send_after, const struct notice_record *say, struct sk_error *e)
{
	char token[TOKEN_LENGTH + 1];
	struct copy_record copy = {
		.created = sk_now(), .state = COPY_TO_SEAL,
		.send_after = send_after,
		.template = template_id, .language = c->language,
		.case_row = c->row, .address = c->originator,
		.from = c->desk_address, .token = token,
		.in_reply_to = c->last_message_id, .question = c->question,
		.reason = "",
	};
	int r;

	if (!c->originator)
		return SK_OK;	/* nobody to tell: the operator looks */
	copy.encrypted = template_form(d->templates, c->language,
	    template_id) != TEMPLATE_P;
	if (copy.encrypted && unclear)	/* seal.c says it */
		copy.items = sk_arena_printf(a, "%u", unclear);
	sk_random_base32(token, TOKEN_LENGTH);
	r = store_copy_add(d->store, &copy);
	if (!r)
		r = add_token(d, c, &copy);
	if (!r && say)
		r = store_notice_add(d->store, copy.row, say);
	if (r)
		return sk_fail(e, r, c->number, "the store refused the copy");
	if (copy.encrypted)
		return SK_OK;	/* outbox seals it after the commit */
	return plain(d, a, c, &copy, ask, unclear, hint, e);
}

int
apply_send(struct daemon *d, struct sk_arena *a, struct case_record *c,
    const char *template_id, bool ask, unsigned unclear, bool hint,
    int64_t send_after, struct sk_error *e)
{
	return send_copy(d, a, c, template_id, ask, unclear, hint, send_after,
	    NULL, e);
}

#define KEY_REQUEST_SECONDS (7 * 86400)	/* I4 */

void
apply_request_key(struct daemon *d, struct sk_arena *a,
    struct case_record *c)
{
	struct copy_record *past = NULL;
	struct sk_error e = { 0 };
	size_t n = 0;

	store_copy_list(d->store, a, -1, 0, c->row, 100, &past, &n);
	for (size_t i = 0; i < n; i++)
		if (strcmp(past[i].template, "T-26") == 0 &&
		    sk_now() - past[i].created < KEY_REQUEST_SECONDS)
			return;
	apply_send(d, a, c, "T-26", false, 0, false, 0, &e);
}

int
apply_send_words(struct daemon *d, struct sk_arena *a, struct case_record *c,
    const char *template_id, const struct notice_record *say,
    struct sk_error *e)
{
	return send_copy(d, a, c, template_id, false, 0, false, 0, say, e);
}

int
apply_acknowledge(struct daemon *d, struct sk_arena *a, const char *person,
    int64_t copy_row, struct sk_error *e)
{
	char token[TOKEN_LENGTH + 1];
	struct token_record t = { 0 };
	struct copy_record asked, copy;
	struct person p;
	int r = store_copy_get(d->store, a, copy_row, &asked);

	if (!r)
		r = store_person_get(d->store, a, person, &p);
	if (r)
		return sk_fail(e, r, "T-18", "its copy or person is missing");
	copy = (struct copy_record){
		.created = sk_now(), .state = COPY_TO_SEAL, .encrypted = true,
		.template = "T-18", .language = p.language, .person = p.id,
		.address = p.address, .from = asked.from, .token = token,
		.items = asked.items, .reason = "",
	};
	sk_random_base32(token, TOKEN_LENGTH);
	r = store_copy_add(d->store, &copy);
	t = (struct token_record){ .copy_row = copy.row, .address = p.address,
		.created = copy.created };
	if (!r)
		r = store_token_add(d->store, token, &t);
	return r ? sk_fail(e, r, "T-18", "the store refused the copy") :
	    SK_OK;
}

int
apply_tell(struct daemon *d, struct sk_arena *a, const char *template_id,
    const char *to, const char *language, const char *desk_address,
    const struct mail_record *m, struct sk_error *e)
{
	char token[TOKEN_LENGTH + 1];
	struct tvalues *v = values_common(d, a, language);
	struct copy_record copy = {
		.created = sk_now(), .state = COPY_TO_SEAL,
		.template = template_id, .language = language, .address = to,
		.from = desk_address, .token = token,
		.in_reply_to = m->message_id, .reason = "",
	};

	sk_random_base32(token, TOKEN_LENGTH);
	tv_str(v, "desk_address", desk_address);
	tv_str(v, "contact", desk_address);
	tv_str(v, "received", sk_time_local(a, m->received));
	tv_str(v, "right_address", d->policy->membership_address);
	tv_flag(v, "wrong_membership", true);
	tv_flag(v, "wrong_system", false);
	tv_flag(v, "wrong_early_warning", false);
	if (store_copy_add(d->store, &copy))
		return sk_fail(e, SK_ERR_IO, template_id, "the store refused "
		    "the copy");
	return outbox_plain(d, a, &copy, v, e);
}

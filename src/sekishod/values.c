/*
 * What templates are told. Names of fields are the template library's
 * (template.h); nothing of a mail's content is ever put in here.
 */
#include "daemon.h"

#include <stdio.h>
#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/hash.h>
#include <sekisho/terms.h>
#include <sekisho/text.h>

#define CODE_LENGTH 26

/* ABCD EFGH ...: easier to compare by eye. */
static char *
grouped(struct sk_arena *a, const char *fpr)
{
	size_t n = strlen(fpr), o = 0;
	char *out = sk_arena_alloc(a, n + n / 4 + 1);

	for (size_t i = 0; i < n; i++) {
		if (i && i % 4 == 0)
			out[o++] = ' ';
		out[o++] = fpr[i];
	}
	return out;
}

struct tvalues *
values_common(struct daemon *d, struct sk_arena *a, const char *lang)
{
	const struct policy *p = d->policy;
	bool ja = strcmp(lang, "ja") == 0;
	struct tvalues *v = tv_new(a);

	tv_str(v, "council_name", d->config->name);
	tv_str(v, "council_fpr", grouped(a, d->own_fpr));
	tv_str(v, "guidance_url", p->guidance_url ? p->guidance_url : "");
	tv_flag(v, "has_guidance_url", p->guidance_url && *p->guidance_url);
	tv_flag(v, "phone_open", p->phone_open);
	tv_str(v, "legal_secrecy", ja ? p->legal_secrecy_ja :
	    p->legal_secrecy_en);
	tv_str(v, "legal_penalty", ja ? p->legal_penalty_ja :
	    p->legal_penalty_en);
	return v;
}

void
values_proof_code(struct daemon *d, const char *token, char out[27])
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
	unsigned char h[SK_HASH];

	sk_hash_keyed(d->store_key, "proof-code", sk_span_str(token), h);
	for (size_t i = 0; i < CODE_LENGTH; i++)
		out[i] = digits[h[i] & 31];
	out[CODE_LENGTH] = '\0';
}

/* The questions that are still open, by their codes (T-05). */
static void
unclear_rows(struct tvalues *v, unsigned unclear)
{
	static const struct {
		unsigned group;
		const char *codes, *flag;
	} questions[] = {
		{ ANSWER_SECRECY, "1-A 1-B 1-C", "q1" },
		{ ANSWER_SCOPE | ANSWER_2X, "2-0 2-A 2-B 2-C 2-D 2-E 2-X",
		    "q2" },
		{ ANSWER_COORDINATION, "3-A 3-B 3-C 3-D 3-E", "q3" },
		{ ANSWER_READBACK, "4-Y 4-N", "q4" },
	};

	for (size_t i = 0; i < sizeof(questions) / sizeof(*questions); i++) {
		struct tvalues *row;

		if (!(unclear & questions[i].group))
			continue;
		row = tv_row(v, "unclear");
		tv_str(row, "codes", questions[i].codes);
		for (size_t q = 0; q < sizeof(questions) / sizeof(*questions);
		    q++)
			tv_flag(row, questions[q].flag, q == i);
	}
	tv_flag(v, "ask_form", (unclear & ~(unsigned)ANSWER_READBACK) != 0);
	tv_flag(v, "ask_readback", (unclear & ANSWER_READBACK) != 0);
}

static int64_t
due(struct daemon *d, int64_t now)
{
	const struct policy *p = d->policy;

	return calendar_due(now, sk_tz_minutes(now),
	    p->answer_due_business_days, p->holidays, p->nholidays);
}

struct tvalues *
values_case(struct daemon *d, struct sk_arena *a, const struct case_record *c,
    const char *token, bool ask, unsigned unclear, bool hint)
{
	struct tvalues *v = values_common(d, a, c->language);
	char code[27];

	values_proof_code(d, token, code);
	tv_str(v, "desk_address", c->desk_address);
	tv_str(v, "contact", c->desk_address);
	tv_str(v, "case_number", c->number);
	tv_str(v, "received", sk_time_local(a, c->opened));
	tv_str(v, "due", sk_date_local(a, due(d, sk_now())));
	tv_str(v, "ref", token);
	tv_str(v, "code", code);
	tv_flag(v, "desk_incident", c->desk == DESK_INCIDENT);
	tv_flag(v, "member", c->member);
	tv_flag(v, "ask", ask);
	tv_flag(v, "no_key", hint);
	unclear_rows(v, unclear);
	return v;
}

void
values_terms(struct tvalues *v, struct sk_arena *a, const struct terms *t,
    bool words)
{
	tv_int(v, "version", (long)t->version);
	tv_str(v, "term_secrecy_code", terms_secrecy_code(t));
	tv_str(v, "term_scope_code", terms_scope_code(t));
	tv_str(v, "term_coordination_codes", terms_coordination_codes(a, t));
	tv_str(v, "answered_at", sk_time_local(a, t->created));
	tv_flag(v, "has_exclusions", t->nexclusions > 0);
	if (!words)
		return;
	tv_str(v, "secret_parts", t->secret_parts ? t->secret_parts : "");
	tv_flag(v, "has_secret_parts", t->secret_parts != NULL);
	tv_str(v, "other_action", t->coordination_other ?
	    t->coordination_other : "");
	tv_flag(v, "has_other_action", t->coordination_other != NULL);
	for (size_t i = 0; i < t->nexclusions; i++)
		tv_str(tv_row(v, "exclusions"), "words",
		    t->exclusions[i].words);
}

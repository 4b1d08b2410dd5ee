/*
 * What templates are told. Names of fields are the template library's
 * (template.h); nothing of a mail's content is ever put in here.
 */
#include "daemon.h"

#include <stdio.h>
#include <string.h>

#include <sekisho/calendar.h>
#include <sekisho/clock.h>
#include <sekisho/hash.h>
#include <sekisho/terms.h>
#include <sekisho/text.h>

#define CODE_LENGTH 26

/* ABCD EFGH ...: easier to compare by eye. */
char *
values_fpr(struct sk_arena *a, const char *fpr)
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

char *
values_own_fpr(struct sk_arena *a, enum key_scheme scheme,
    const struct council_key *k)
{
	unsigned char hash[32];
	char hex[2 * sizeof(hash) + 1];

	if (scheme == KEY_OPENPGP)
		return values_fpr(a, k->fpr);
	sk_sha256(k->block, hash);
	sk_hex(hex, hash, sizeof(hash));
	for (char *c = hex; *c; c++)
		*c = (char)(*c >= 'a' ? *c - 'a' + 'A' : *c);
	return values_fpr(a, hex);
}

struct tvalues *
values_common(struct daemon *d, struct sk_arena *a, const char *lang)
{
	const struct policy *p = d->policy;
	bool ja = strcmp(lang, "ja") == 0;
	struct tvalues *v = tv_new(a);
	struct council_key own;

	tv_str(v, "council_name", d->config->name);
	tv_str(v, "council_fpr", values_fpr(a, council_fpr(d,
	    KEY_OPENPGP)));
	tv_str(v, "council_smime", council_key(d, KEY_SMIME, OWN_CURRENT,
	    &own) && own.block.len ? values_own_fpr(a, KEY_SMIME, &own) :
	    NULL);
	tv_str(v, "guidance_url", p->guidance_url && *p->guidance_url ?
	    p->guidance_url : NULL);
	tv_flag(v, "phone_open", p->phone_open);
	tv_str(v, "legal_secrecy", ja ? p->legal_secrecy_ja :
	    p->legal_secrecy_en);
	tv_str(v, "legal_penalty", ja ? p->legal_penalty_ja :
	    p->legal_penalty_en);
	tv_str(v, "legal_version", p->legal_as_of);
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

/* The questions that are still open (T-05): no words, flags only. */
static void
unclear_rows(struct tvalues *v, unsigned unclear)
{
	static const struct {
		unsigned group;
		const char *flag;
	} questions[] = {
		{ ANSWER_SECRECY, "q1" },
		{ ANSWER_SCOPE | ANSWER_2X, "q2" },
		{ ANSWER_COORDINATION, "q3" },
	};

	/* An unclear read-back: all three once more. */
	if (!(unclear & ~(unsigned)ANSWER_READBACK))
		unclear = ANSWER_SECRECY | ANSWER_SCOPE | ANSWER_COORDINATION;
	tv_list(v, "unclear");
	for (size_t i = 0; i < sizeof(questions) / sizeof(*questions); i++)
		if (unclear & questions[i].group)
			tv_choice(tv_row(v, "unclear"), "q",
			    questions[i].flag);
}

static int64_t
due(struct daemon *d, int64_t now)
{
	const struct policy *p = d->policy;

	return calendar_due(now, sk_tz_minutes(now),
	    p->answer_due_business_days, p->holidays, p->nholidays);
}

/* "scope_task_force" for TASK_FORCE; NULL for an unknown scope. */
const char *
values_scope_flag(struct sk_arena *a, enum scope scope)
{
	if (scope == SCOPE_UNKNOWN)
		return NULL;
	return sk_arena_printf(a, "scope_%s", sk_ascii_lower(a,
	    word_of(WORDS_SCOPE, (int)scope)));
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
	tv_flag(v, "no_answer", false);	/* T-12 of an operator */
	tv_str(v, "date", sk_date_local(a, sk_now()));	/* T-34 */
	tv_flag(v, "withdrawn_membership", false);
	unclear_rows(v, unclear);
	return v;
}

/* The E form: in words, exclusions in the originator's own. */
static void
terms_in_words(struct tvalues *v, struct sk_arena *a, const struct terms *t)
{
	static const char *const secrecy[] = { NULL, "secrecy_all",
	    "secrecy_parts", "secrecy_none" };
	static const struct {
		enum coordination act;
		const char *flag;
	} acts[] = {
		{ COORDINATION_NONE, "act_none" },
		{ COORDINATION_ASK_MEMBERS, "act_ask_members" },
		{ COORDINATION_NOTIFY_SOURCE, "act_notify_source" },
		{ COORDINATION_FOREIGN_CERTS, "act_foreign_certs" },
		{ COORDINATION_OTHER, "act_other" },
	};

	tv_choice(v, "secrecy_", secrecy[t->secrecy]);
	tv_choice(v, "scope_", values_scope_flag(a, t->scope));
	for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++)
		tv_flag(v, acts[i].flag, (t->coordination & acts[i].act) != 0);
	tv_list(v, "item_scopes");
	for (size_t i = 0; i < t->nitems; i++) {
		struct tvalues *row = tv_row(v, "item_scopes");

		tv_str(row, "item", t->items[i].item);
		tv_choice(row, "scope_", values_scope_flag(a,
		    t->items[i].scope));
	}
	tv_str(v, "secret_parts", t->secret_parts);
	tv_str(v, "other_action", t->coordination_other);
	tv_list(v, "exclusions");
	for (size_t i = 0; i < t->nexclusions; i++)
		tv_str(tv_row(v, "exclusions"), "words",
		    t->exclusions[i].words);
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
	if (words)
		terms_in_words(v, a, t);
}

void
values_assurance(struct daemon *d, struct tvalues *v, struct sk_arena *a,
    const struct case_record *c, const struct terms *t)
{
	struct terms locked;
	bool has = store_terms_locked(d->store, a, c->row, &locked) == SK_OK;

	tv_flag(v, "need_signature", terms_needed(d->policy,
	    has ? &locked : NULL, t) >= ASSURANCE_SIGNATURE);
}

void
values_person(struct daemon *d, struct tvalues *v, struct sk_arena *a,
    const struct copy_record *c, const struct org *o, const struct person *p)
{
	(void)d;
	tv_str(v, "person_name", p->name);
	tv_str(v, "org_name", o->name);
	tv_str(v, "serial", sk_arena_strn(a, c->token, COPY_SERIAL));
	tv_str(v, "desk_address", c->from);
	tv_str(v, "contact", c->from);
}

static void
answer_row(struct daemon *d, struct sk_arena *a, struct tvalues *v,
    const char *item, size_t place, const char *person)
{
	static const char *const flags[] = { NULL, "answer_seen",
	    "answer_not_seen", "answer_unknown" };
	struct answer_record *x = NULL;
	struct tvalues *row;
	size_t n = 0;

	if (store_answers(d->store, a, item, &x, &n))
		return;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(x[i].person, person) != 0)
			continue;
		row = tv_row(v, "items");
		tv_str(row, "letter", sk_arena_printf(a, "%c",
		    (int)('A' + place)));
		tv_str(row, "item", item);
		tv_choice(row, "answer_", flags[x[i].seen]);
	}
}

bool
copy_is_receipt(const struct copy_record *c)
{
	return c->person && strcmp(c->template, "T-18") == 0;
}

struct tvalues *
values_answers(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c, const struct org *o, const struct person *p)
{
	struct tvalues *v = values_common(d, a, c->language);
	char *ids = sk_arena_str(a, c->items ? c->items : ""), *save = NULL;
	size_t place = 0;

	values_person(d, v, a, c, o, p);
	tv_str(v, "received", sk_time_local(a, c->created));
	tv_str(v, "ref", c->token);
	tv_flag(v, "any_secret", false);
	tv_list(v, "items");
	for (char *id = strtok_r(ids, " ", &save); id;
	    id = strtok_r(NULL, " ", &save))
		answer_row(d, a, v, id, place++, p->id);
	return v;
}

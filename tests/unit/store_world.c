/* The throw-away store of the tests. */
#include <config.h>

#include "store_world.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>

static void
open_it(struct world *w)
{
	struct sk_error e = { 0 };

	if (store_open(w->path, w->key, true, &w->s, &e))
		fail_msg("%s: %s", e.where, e.text);
}

int
world_setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	vault_init();
	snprintf(w->dir, sizeof(w->dir), "/tmp/sekisho-store-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	snprintf(w->path, sizeof(w->path), "%s/council.db", w->dir);
	snprintf(w->wraps, sizeof(w->wraps), "%s-wraps", w->path);
	memset(w->key, 7, sizeof(w->key));
	w->a = sk_arena_new();
	open_it(w);
	*state = w;
	return 0;
}

static void
each_file(struct world *w, void (*fn)(const char *, void *), void *ctx)
{
	DIR *d = opendir(w->dir);
	struct dirent *f;
	char path[400];

	while ((f = readdir(d))) {
		if (f->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", w->dir, f->d_name);
		fn(path, ctx);
	}
	closedir(d);
}

static void
drop(const char *path, void *ctx)
{
	(void)ctx;
	unlink(path);
}

int
world_teardown(void **state)
{
	struct world *w = *state;

	store_close(&w->s);
	sk_arena_free(&w->a);
	each_file(w, drop, NULL);
	rmdir(w->dir);
	free(w);
	return 0;
}

void
world_reopen(struct world *w)
{
	store_close(&w->s);
	open_it(w);
}

void
world_commit(struct world *w)
{
	struct sk_error e = { 0 };

	if (store_commit(w->s, &e))
		fail_msg("%s: %s", e.where, e.text);
}

struct mail_record
sample_mail(void)
{
	static const char *const rcpts[] = { "csc-anken@council.example",
		"csc-info@council.example" };
	struct mail_record m = {
		.received = 1790000001, .sender = "Hanako@Canary.example",
		.rcpts = rcpts, .nrcpts = 2, .size = 5000, .tries = 0,
		.class = MAIL_CONSULTATION, .note = "untrusted-door",
		.body = sk_span_of("sealed body", 11), .auth = AUTH_PASS,
		.facts = sk_span_of("facts\0inside", 12),
		.verdict = sk_span_of("verdict", 7), .repeat_of = 0,
		.subject = "canarysubject 漏えい",
		.from = "sato@canary.example",
		.message_id = "canaryid@canary.example",
	};

	memset(m.raw_hash, 1, SK_HASH);
	memset(m.content_id, 2, SK_HASH);
	memset(m.wrap, 3, VAULT_WRAP);
	return m;
}

struct case_record
sample_case(void)
{
	struct case_record c = {
		.year = 2026, .opened = 1790000010, .changed = 1790000020,
		.closed = 0, .state = CASE_CONFIRMING, .desk = DESK_INQUIRY,
		.desk_address = "csc-info@council.example",
		.priority = PRIORITY_NORMAL, .language = "ja",
		.originator = "sato@canary.example",
		.originator_name = "Canaryname 佐藤", .org = "canaryorg",
		.member = true, .owner = "uid 1000 (canaryoperator)",
		.question = 3, .question_is_readback = true,
		.clarified = true, .needs_operator = true,
		.note = "unclear-twice", .notified = true,
		.approve_terms = 2,
		.last_message_id = "canaryid@canary.example",
		.last_subject = "canarysubject",
	};

	memset(c.pk, 4, VAULT_KEY);
	memset(c.secret_wrap, 5, VAULT_WRAP);
	return c;
}

int64_t
world_case(struct world *w)
{
	struct case_record c = sample_case();

	assert_int_equal(store_case_open(w->s, &c), SK_OK);
	return c.row;
}

struct copy_record
sample_copy(int64_t case_row)
{
	struct copy_record c = {
		.created = 1790000030, .next_try = 5, .state = COPY_TO_SEAL,
		.encrypted = true, .template = "T-06", .language = "en",
		.case_row = case_row, .person = "canaryperson",
		.address = "member@canary.example",
		.from = "csc-return@council.example",
		.token = "canarytokencanarytokencana",
		.in_reply_to = "canaryid@canary.example", .question = 3,
		.terms_version = 2, .reason = "",
	};

	return c;
}

int64_t
world_copy(struct world *w, int64_t case_row)
{
	struct copy_record c = sample_copy(case_row);

	assert_int_equal(store_copy_add(w->s, &c), SK_OK);
	return c.row;
}

struct org
sample_org(const char *id)
{
	return (struct org){ .id = id, .name = "Canaryname 株式会社",
		.class = CLASS2, .kind = ORG_CYBER_BUSINESS,
		.state = ORG_SUSPENDED, .foreign_capital = true,
		.tf_approval = "TF-7", .receive_secret = true,
		.competent_for = "energy,rail", .supervises = "acme",
		.approval = "委員会 2026-3" };
}

struct person
sample_person(const char *id, const char *org, const char *address)
{
	return (struct person){ .id = id, .org = org,
		.name = "Canaryname 花子", .address = address,
		.roles = ROLE_POC | ROLE_HANDLER, .account = true,
		.active = true, .language = "ja", .scheme = KEY_SMIME,
		.address_personal = true, .applied = 1790000050,
		.due = 1790000051, .removed = 1790000052,
		.acknowledged = 1790000053, .doubt = "list-headers" };
}

void
world_person(struct world *w, const char *id, const char *address)
{
	struct org o = sample_org("canaryorg");
	struct person p = sample_person(id, "canaryorg", address);

	assert_int_equal(store_org_put(w->s, &o, 1), SK_OK);
	assert_int_equal(store_person_put(w->s, &p, 1), SK_OK);
}

struct key_record
sample_key(const char *fpr, enum key_state state)
{
	static const struct key_subkey subkeys[] = {
		{ "0123456789ABCDEF", 1999999999, true, NULL } };
	static const char *const addresses[] = { "sato@canary.example" };
	struct key_record k = {
		.fpr = fpr, .state = state, .origin = "mail 12",
		.approved_by = "canaryoperator", .created = 1790000040,
		.facts = { .scheme = KEY_OPENPGP, .created = 1700000000,
		    .expires = 1900000000, .algorithm = "ed25519",
		    .subkeys = subkeys, .nsubkeys = 1,
		    .addresses = addresses, .naddresses = 1, .primaries = 1,
		    .block = sk_span_of("canaryblock", 11) },
	};

	snprintf(k.facts.fpr, sizeof(k.facts.fpr), "%s", fpr);
	return k;
}

struct key_record
sample_signer(const char *fpr, enum key_state state)
{
	static const struct key_subkey subkeys[] = {
		{ "0123456789ABCDEF", 1900000000, false, NULL } };
	struct key_record k = sample_key(fpr, state);

	k.facts.scheme = KEY_SMIME;
	k.facts.usage = KEY_MAY_SIGN | KEY_MAY_MAIL;
	k.facts.subkeys = subkeys;
	k.facts.issuer = k.facts.serial = sk_span_str("canaryissuer");
	snprintf(k.facts.sha256, sizeof(k.facts.sha256), "%s%.24s", fpr, fpr);
	return k;
}

struct terms
sample_terms(void)
{
	static const char *const orgs[] = { "canaryorg", "other" };
	static const struct exclusion exclusions[] = {
		{ .words = "not canaryministry" },
		{ .words = "these", .mapped = true, .orgs = orgs,
		    .norgs = 2 },
	};

	static const struct item_scope items[] = {
		{ "I-aaaaaaa", SCOPE_ALL_MEMBERS },
		{ "I-bbbbbbb", SCOPE_PUBLIC },
	};

	return (struct terms){ .items = items, .nitems = 2, .withdrawn = true, .secrecy = SECRECY_PARTS,
		.secret_parts = "canarywords", .scope = SCOPE_TASK_FORCE,
		.coordination = COORDINATION_OTHER,
		.coordination_other = "canaryother",
		.exclusions = exclusions, .nexclusions = 2,
		.assurance = ASSURANCE_TOKEN, .mail = 9,
		.vouched_by = "a", .vouched_how = "b", .created = 1790000050 };
}

struct item_record
sample_item(int64_t case_row)
{
	static const char *const indicators[] = { "ip:192.0.2.1",
		"domain:canary.example" };
	struct item_record i = {
		.item = { .case_row = case_row,
		    .category = CATEGORY_DESTINATION,
		    .confidence = CONFIDENCE_CONFIRMED,
		    .victim_inferable = true, .special = SPECIAL_FEW_BODIES,
		    .has_consent = true, .secret = true,
		    .secret_parts = "canaryparts", .tlp = TLP_AMBER_STRICT,
		    .onward = ONWARD_MUTUAL_AID, .state = ITEM_DRAFT,
		    .title = "canarytitle", .lang = "ja",
		    .terms_version = 2 },
		.parts_label = "canarylabel", .created = 1790000060,
		.created_by = "canaryoperator", .consent_mail = "mail 3",
		.text = sk_span_of("sealed text", 11),
		.indicators = indicators, .nindicators = 2,
	};

	memset(i.wrap, 6, VAULT_WRAP);
	return i;
}

const char *
world_item(struct world *w, int64_t case_row)
{
	struct item_record i = sample_item(case_row);

	assert_int_equal(store_item_add(w->s, &i), SK_OK);
	return sk_arena_str(w->a, i.item.id);
}

struct search {
	const char *needle;
	bool found;
};

static void
search(const char *path, void *ctx)
{
	struct search *x = ctx;
	struct sk_buf b;

	sk_buf_init(&b, 1UL << 30);
	if (sk_file_read(path, &b, NULL) == SK_OK &&
	    memmem(b.p, b.len, x->needle, strlen(x->needle)))
		x->found = true;
	sk_buf_free(&b);
}

bool
world_holds(struct world *w, const char *needle)
{
	struct search x = { needle, false };

	each_file(w, search, &x);
	return x.found;
}

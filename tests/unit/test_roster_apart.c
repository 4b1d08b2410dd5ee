/*
 * What two registered people may not share, former ones included; names of one
 * body; the roster looked at whole.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include <sekisho/roster.h>

static const struct org orgs[] = {
	{ .id = "acme", .name = "アクメ電力株式会社", .class = CLASS2,
	    .kind = ORG_CRITICAL_INFRASTRUCTURE },
	{ .id = "gov", .name = "政府事務局", .kind = ORG_GOV_SECRETARIAT },
	{ .id = "unit", .name = "分析班", .class = CLASS1,
	    .kind = ORG_NATIONAL_BODY },
};
static const struct person persons[] = {
	{ .id = "acme-sato", .org = "acme", .name = "佐藤 花子",
	    .address = "Sato@acme.example", .roles = ROLE_HANDLER,
	    .account = true, .active = true, .language = "ja" },
	{ .id = "acme-old", .org = "acme", .name = "旧 太郎",
	    .address = "old@acme.example", .roles = ROLE_HANDLER,
	    .language = "ja" },
	{ .id = "gov-date", .org = "gov", .name = "伊達 一",
	    .address = "date@nco.go.jp", .roles = ROLE_POC, .account = true,
	    .active = true, .language = "ja" },
};
static const struct roster_known known = { orgs, 3, persons, 3, NULL, 0,
	false };

static struct person
somebody(const char *org, const char *name, const char *address)
{
	return (struct person){ .id = "new", .org = org, .name = name,
		.address = address, .roles = ROLE_POC, .account = true,
		.active = true, .language = "ja" };
}

static void
refused(const struct person *p, const struct org *o, const char *field,
    const char *words)
{
	struct sk_error e = { 0 };

	if (roster_check_person(p, o, &known, &e) == SK_OK)
		fail_msg("taken: %s", p->address);
	assert_string_equal(e.where, field);
	if (!strstr(e.text, words))
		fail_msg("\"%s\" is not in \"%s\"", words, e.text);
}

static void
taken(const struct person *p, const struct org *o)
{
	struct sk_error e = { 0 };

	if (roster_check_person(p, o, &known, &e))
		fail_msg("%s: %s", e.where, e.text);
}

/* One address is one person's, in any case and with any tag. */
static void
addresses(void **state)
{
	struct person p = somebody("acme", "別人", "sato+x@ACME.example");

	(void)state;
	refused(&p, &orgs[0], "address", "acme-sato");
	p.address = "sato2@acme.example";
	taken(&p, &orgs[0]);
	/* A former person's: a successor there, nobody elsewhere. */
	p.address = "OLD@acme.example";
	taken(&p, &orgs[0]);
	p.org = "unit";
	refused(&p, &orgs[2], "address", "was acme-old's");
	p.id = "acme-old";
	taken(&p, &orgs[2]);	/* himself */
}

/* The government secretariat and the analysis unit. */
static void
apart(void **state)
{
	struct person p = somebody("unit", "伊達　一", "x@unit.go.jp");

	(void)state;
	refused(&p, &orgs[2], "name", "R-004");
	taken(&p, &orgs[0]);	/* a namesake at a company is no matter */
	p.name = "別人";
	taken(&p, &orgs[2]);
	p.address = "date@analysis.nco.go.jp";
	refused(&p, &orgs[2], "address", "R-004");
	p.address = "date@unit.go.jp";
	taken(&p, &orgs[2]);
}

static const struct key_subkey subkeys[] = {
	{ "0123456789ABCDEF", 0, true, NULL },
	{ "FEDCBA9876543210", 0, false, NULL },
};

static struct key_facts
a_key(const char *fpr, size_t subkey, const char *const *addresses, size_t n)
{
	struct key_facts k = { .subkeys = &subkeys[subkey], .nsubkeys = 1,
		.addresses = addresses, .naddresses = n };

	memcpy(k.fpr, fpr, strnlen(fpr, sizeof(k.fpr) - 1));
	return k;
}

/* Another certificate over the same key pair; one that was kept before that was
 * says nothing, and is like no other. */
static void
key_pairs(void **state)
{
	static const char *const own[] = { "new@body.example" };
	struct key_facts pinned = a_key("AAAA", 0, own, 1);
	struct key_facts k = a_key("BBBB", 1, own, 1);
	const struct roster_key all[] = { { "acme-old", &pinned } };
	struct sk_error e = { 0 };

	(void)state;
	assert_int_equal(roster_check_key(&k, "new", &known, all, 1, &e),
	    SK_OK);
	snprintf(k.public_key, sizeof(k.public_key), "CAFE");
	assert_int_equal(roster_check_key(&k, "new", &known, all, 1, &e),
	    SK_OK);
	snprintf(pinned.public_key, sizeof(pinned.public_key), "CAFE");
	assert_int_equal(roster_check_key(&k, "new", &known, all, 1, &e),
	    SK_ERR_REFUSED);
	assert_non_null(strstr(e.text, "acme-old"));
	assert_int_equal(roster_check_key(&k, "acme-old", &known, all, 1, &e),
	    SK_OK);
}

/* One key is one person's: by fingerprint, by what decrypts, by whom it names;
 * also a key of somebody who left. */
static void
keys(void **state)
{
	static const char *const own[] = { "new@unit.go.jp" };
	static const char *const both[] = { "new@unit.go.jp",
	    "Date+key@nco.go.jp" };
	static const char *const old[] = { "old@acme.example" };
	struct key_facts pinned = a_key("AAAA", 0, old, 1), k;
	const struct roster_key all[] = { { "acme-old", &pinned } };
	struct sk_error e = { 0 };

	(void)state;
	k = a_key("AAAA", 1, own, 1);
	assert_int_equal(roster_check_key(&k, "new", &known, all, 1, &e),
	    SK_ERR_REFUSED);
	assert_non_null(strstr(e.text, "acme-old"));
	assert_int_equal(roster_check_key(&k, "acme-old", &known, all, 1, &e),
	    SK_OK);
	k = a_key("BBBB", 0, own, 1);	/* the same encryption subkey */
	assert_int_equal(roster_check_key(&k, "new", &known, all, 1, &e),
	    SK_ERR_REFUSED);
	k = a_key("BBBB", 1, both, 2);
	assert_int_equal(roster_check_key(&k, "new", &known, all, 1, &e),
	    SK_ERR_REFUSED);
	assert_non_null(strstr(e.text, "gov-date"));
	assert_non_null(strstr(e.text, "R-004"));
	k = a_key("BBBB", 1, own, 1);
	assert_int_equal(roster_check_key(&k, "new", &known, all, 1, &e),
	    SK_OK);
}

/* One legal body, one membership: asked where names are alike. */
static void
names(void **state)
{
	static const struct {
		const char *name;
		bool alike;
	} of[] = {
		{ "アクメ電力（株）", true }, { "ｱｸﾒ電力㈱", true },
		{ "アクメ 電力 情報システム部", true }, { "アクメ", true },
		{ "アクネ電力株式会社", false }, { "株式会社", false },
		{ "北国大学", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		struct org o = { .id = "b", .name = of[i].name };

		if ((roster_similar(&o, &known) != NULL) != of[i].alike)
			fail_msg("%s", of[i].name);
		o.id = "acme";	/* not with itself */
		assert_null(roster_similar(&o, &known));
	}
}

static bool
any(const char *const *list, size_t n, const char *a, const char *b)
{
	for (size_t i = 0; i < n; i++)
		if (strstr(list[i], a) && strstr(list[i], b))
			return true;
	return false;
}

/* What an older program let in comes to light, once each. */
static void
whole(void **state)
{
	static const char *const none[] = { "x@x.example" };
	struct sk_arena *a = sk_arena_new();
	struct org o[3];
	struct person p[5];
	struct roster_known k = { o, 3, p, 5, NULL, 0, false };
	struct key_facts same = a_key("CCCC", 0, none, 1);
	const struct roster_key pinned[] = { { "acme-sato", &same },
	    { "twin", &same } };
	const char *const *found;
	size_t n;

	(void)state;
	memcpy(o, orgs, sizeof(o));
	memcpy(p, persons, sizeof(persons));
	p[3] = somebody("unit", "伊達 一", "date@unit.nco.go.jp");
	p[4] = somebody("acme", "双子", "sato+2@acme.example");
	p[4].id = "twin";
	assert_int_equal(roster_faults(a, &known, NULL, 0, &found), 0);
	n = roster_faults(a, &k, pinned, 2, &found);
	assert_true(any(found, n, "new, ", "R-004"));
	assert_true(any(found, n, "address: ", "R-109"));
	assert_true(any(found, n, "twin, key: ", "acme-sato"));
	o[0].foreign_capital = true;
	p[0].doubt = "list-headers";
	p[0].address = "soc@acme.example";
	n = roster_faults(a, &k, NULL, 0, &found);
	assert_true(any(found, n, "acme, class: ", "R-024"));
	assert_true(any(found, n, "acme-sato, address: ", "list-headers"));
	assert_true(any(found, n, "acme-sato, address: ", "function"));
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(found[i], found[j]);
	sk_arena_free(&a);
}

/* Membership and class by approval, competence by the policy's sectors. */
static void
policy(void **state)
{
	static const char *const sectors[] = { "energy", "water" };
	struct roster_known k = known;
	struct org o = orgs[0];
	struct sk_error e;

	(void)state;
	assert_int_equal(roster_check_org(&o, &k, &e), SK_OK);
	k.reference_needed = true;
	assert_int_equal(roster_check_org(&o, &k, &e), SK_ERR_REFUSED);
	assert_string_equal(e.where, "approval");
	o.approval = "委員会 1";
	assert_int_equal(roster_check_org(&o, &k, &e), SK_OK);
	k.sectors = sectors;
	k.nsectors = 2;
	o.competent_for = "Energy, water";
	assert_int_equal(roster_check_org(&o, &k, &e), SK_OK);
	o.competent_for = "energy,rail";
	assert_int_equal(roster_check_org(&o, &k, &e), SK_ERR_DATA);
	assert_string_equal(e.where, "competent_for");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses), cmocka_unit_test(apart),
		cmocka_unit_test(keys), cmocka_unit_test(key_pairs), cmocka_unit_test(names),
		cmocka_unit_test(whole), cmocka_unit_test(policy),
	};

	return cmocka_run_group_tests_name("roster_apart", tests, NULL, NULL);
}

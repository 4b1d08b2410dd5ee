/*
 * Roster sheets as people send them: encodings, quoting, verbs, and everything
 * that must be refused or asked about.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include <sekisho/key.h>
#include <sekisho/limits.h>
#include <sekisho/roster.h>

#define HEAD "verb,org,org_name,class,org_kind,foreign_capital," \
	"receive_secret,person,name,roles,account,language,address,scheme\n"
#define ACME "acme,アクメ電力株式会社,class2,critical_infrastructure,no,yes,"
#define SATO "ADD," ACME "acme-sato,佐藤 花子,poc+handler,yes,ja," \
	"sato@acme.example,openpgp\n"
#define ABE "ADD," ACME "acme-abe,阿部 次郎,poc,no,en,abe@acme.example,smime\n"

static const struct org orgs[] = {
	{ .id = "acme", .name = "アクメ電力株式会社", .class = CLASS2,
	    .kind = ORG_CRITICAL_INFRASTRUCTURE, .receive_secret = true },
	{ .id = "gov", .name = "官房", .kind = ORG_GOV_SECRETARIAT },
	{ .id = "analysis", .name = "分析班", .class = CLASS1,
	    .kind = ORG_NATIONAL_BODY },
};
static const struct person persons[] = {
	{ .id = "acme-sato", .org = "acme", .name = "佐藤 花子",
	    .address = "sato@acme.example", .roles = ROLE_POC | ROLE_HANDLER,
	    .account = true, .active = true, .language = "ja",
	    .fpr = "AAAA", .address_personal = true },
	{ .id = "acme-abe", .org = "acme", .name = "阿部 次郎",
	    .address = "abe@acme.example", .roles = ROLE_POC,
	    .active = true, .language = "en", .scheme = KEY_SMIME,
	    .address_personal = true },
	{ .id = "gov-ito", .org = "gov", .name = "伊藤 一",
	    .address = "ito@gov.example", .roles = ROLE_POC,
	    .active = true, .account = true, .language = "ja",
	    .address_personal = true },
};
static const struct roster_known nobody = { 0 };
static const struct roster_known somebody = { orgs, 3, persons, 3, NULL, 0,
	false };

static int
read_sheet(struct sk_arena *a, const char *text,
    const struct roster_known *known, struct roster_plan *p)
{
	struct sk_error e;
	int r = roster_read(a, text, known, p, &e);

	assert_int_equal(r, p->nfaults ? SK_ERR_DATA : SK_OK);
	return r;
}

static void
well(struct sk_arena *a, const char *text, const struct roster_known *known,
    struct roster_plan *p)
{
	if (read_sheet(a, text, known, p))
		fail_msg("%s", p->faults[0]);
}

static bool
any(const char *const *list, size_t n, const char *needle)
{
	for (size_t i = 0; i < n; i++)
		if (strstr(list[i], needle))
			return true;
	return false;
}

static void
new_people(void **state)
{
	struct sk_arena *a = sk_arena_new();
	struct roster_plan p;

	(void)state;
	well(a, HEAD SATO ABE, &nobody, &p);
	assert_int_equal(p.nrows, 2);
	assert_int_equal(p.add_orgs, 1);
	assert_int_equal(p.add_persons, 2);
	assert_int_equal(p.keep + p.change_persons + p.remove_persons, 0);
	assert_int_equal(p.nquestions, 0);
	assert_string_equal(p.rows[0].verb, "ADD");
	assert_int_equal(p.rows[0].line, 2);
	assert_string_equal(p.rows[0].org.name, "アクメ電力株式会社");
	assert_int_equal(p.rows[0].org.class, CLASS2);
	assert_int_equal(p.rows[0].org.kind, ORG_CRITICAL_INFRASTRUCTURE);
	assert_int_equal(p.rows[0].org.state, ORG_ACTIVE);
	assert_true(p.rows[0].org.receive_secret);
	assert_false(p.rows[0].org.foreign_capital);
	assert_string_equal(p.rows[0].person.name, "佐藤 花子");
	assert_string_equal(p.rows[0].person.org, "acme");
	assert_int_equal(p.rows[0].person.roles, ROLE_POC | ROLE_HANDLER);
	assert_true(p.rows[0].person.account);
	assert_true(p.rows[0].person.active);
	assert_true(p.rows[0].person.address_personal);
	assert_int_equal(p.rows[0].person.scheme, KEY_OPENPGP);
	assert_false(p.rows[1].person.account);
	assert_string_equal(p.rows[1].person.language, "en");
	assert_int_equal(p.rows[1].person.scheme, KEY_SMIME);
	sk_arena_free(&a);
}

/* ---- bytes ---- */

static void
same_plan(struct sk_arena *a, struct sk_span bytes)
{
	struct roster_plan p;
	struct sk_error e;
	const char *text;

	if (roster_decode(a, bytes, &text, &e))
		fail_msg("%s", e.text);
	well(a, text, &nobody, &p);
	assert_int_equal(p.nrows, 2);
	assert_string_equal(p.rows[0].person.name, "佐藤 花子");
	assert_string_equal(p.rows[1].person.address, "abe@acme.example");
}

static void
encodings(void **state)
{
	static char utf8[] = HEAD SATO ABE;
	char cp932[2048], *in = utf8, *out = cp932;
	size_t left = sizeof(utf8) - 1, room = sizeof(cp932);
	iconv_t cd = iconv_open("CP932", "UTF-8");
	struct sk_arena *a = sk_arena_new();
	char *crlf, *to;

	(void)state;
	same_plan(a, sk_span_str(utf8));
	same_plan(a, sk_span_str(sk_arena_printf(a, "\xef\xbb\xbf%s", utf8)));
	assert_true(iconv(cd, &in, &left, &out, &room) != (size_t)-1);
	iconv_close(cd);
	assert_null(memmem(cp932, (size_t)(out - cp932), "佐", 3));
	same_plan(a, sk_span_of(cp932, (size_t)(out - cp932)));
	to = crlf = sk_arena_alloc(a, 2 * sizeof(utf8));
	for (const char *s = utf8; *s; s++) {
		if (*s == '\n')
			*to++ = '\r';
		*to++ = *s;
	}
	same_plan(a, sk_span_str(crlf));
	sk_arena_free(&a);
}

static void
not_a_sheet(void **state)
{
	struct sk_arena *a = sk_arena_new();
	struct sk_error e;
	const char *text;
	char *big = calloc(1, LIMIT_ROSTER_FILE + 1);

	(void)state;
	assert_int_equal(roster_decode(a, sk_span_of("v\0e\0", 4), &text, &e),
	    SK_ERR_DATA);
	assert_non_null(strstr(e.text, "CSV UTF-8"));
	assert_int_equal(roster_decode(a, sk_span_of("\x81\xff\xff", 3), &text,
	    &e), SK_ERR_DATA);
	memset(big, 'a', LIMIT_ROSTER_FILE + 1);
	assert_int_equal(roster_decode(a, sk_span_of(big,
	    LIMIT_ROSTER_FILE + 1), &text, &e), SK_ERR_LIMIT);
	assert_int_equal(roster_decode(a, sk_span_of(big, LIMIT_ROSTER_FILE),
	    &text, &e), SK_OK);
	free(big);
	sk_arena_free(&a);
}

static void
quotes(void **state)
{
	static const char text[] = "\n" HEAD
	    "ADD,b,\"B, \"\"Big\"\" Ltd.\",general,cyber_business,no,no,b-x,"
	    "\"X\nY\",poc,yes,en,x@b.example,openpgp\n"
	    ",,,,,,,,,,,,,\n"
	    " ADD , c , C ,general,association,no,no,c-x,Z, poc ,yes,en,"
	    " \"z@c.example\" ,openpgp";
	struct sk_arena *a = sk_arena_new();
	struct roster_plan p;

	(void)state;
	/* A name of two lines is refused; with its line, not the next. */
	assert_int_equal(read_sheet(a, text, &nobody, &p), SK_ERR_DATA);
	assert_int_equal(p.nfaults, 1);
	assert_true(any(p.faults, 1, "line 3, name: "));
	assert_int_equal(p.nrows, 2);
	assert_string_equal(p.rows[0].org.name, "B, \"Big\" Ltd.");
	assert_int_equal(p.rows[1].line, 6);
	assert_string_equal(p.rows[1].org.id, "c");
	assert_string_equal(p.rows[1].person.address, "z@c.example");
	assert_int_equal(read_sheet(a, HEAD "ADD,\"b", &nobody, &p),
	    SK_ERR_DATA);
	assert_true(any(p.faults, 1, "line 2: a quote is not closed"));
	sk_arena_free(&a);
}

/* Any order of columns, any width and case of their names. */
static void
columns(void **state)
{
	static const char text[] = "address,Scheme,ｖｅｒｂ,org,org_name,class,"
	    "org_kind,foreign_capital,receive_secret,person,name,roles,"
	    "account,language,tf_approval\n"
	    "x@b.example,,新規,b,B,CLASS1,cyber-business,はい,いいえ,b-x,X,"
	    "代表者・事務従事者,登録する,,承認3号\n";
	struct sk_arena *a = sk_arena_new();
	struct roster_plan p;

	(void)state;
	well(a, text, &nobody, &p);
	assert_int_equal(p.rows[0].person.roles, ROLE_POC | ROLE_HANDLER);
	well(a, "address,Scheme,ｖｅｒｂ,org,org_name,class,"
	    "org_kind,foreign_capital,receive_secret,person,name,roles,"
	    "account,language,tf_approval\n"
	    "x@b.example,,新規,b,B,CLASS1,cyber-business,はい,いいえ,b-x,X,"
	    "代表者＋事務従事者,登録する,,承認3号\n", &nobody, &p);
	assert_int_equal(p.rows[0].org.class, CLASS1);
	assert_true(p.rows[0].org.foreign_capital);
	assert_string_equal(p.rows[0].org.tf_approval, "承認3号");
	assert_string_equal(p.rows[0].person.language, "ja");
	assert_int_equal(p.rows[0].person.roles, ROLE_POC | ROLE_HANDLER);

	assert_int_equal(read_sheet(a, "verb,org,verb,colour\n", &nobody, &p),
	    SK_ERR_DATA);
	assert_true(any(p.faults, p.nfaults, "\"colour\" is no column"));
	assert_true(any(p.faults, p.nfaults, "line 1, verb: this column "
	    "stands twice"));
	assert_true(any(p.faults, p.nfaults, "address: this column is "
	    "missing"));
	assert_int_equal(read_sheet(a, "", &nobody, &p), SK_ERR_DATA);
	sk_arena_free(&a);
}

/* ---- faults, each with line and column ---- */

static void
faults(void **state)
{
#define ROW(org, person) HEAD "ADD," org "," person "\n"
#define ORG "b,B,general,association,no,no"
#define PERSON "b-x,X,poc,yes,ja,x@b.example,openpgp"
	static const struct {
		const char *text, *fault;
	} wrong[] = {
		{ HEAD "DROP," ORG "," PERSON, "line 2, verb: \"DROP\"" },
		{ HEAD "KEEP," ORG "," PERSON, "line 2, person: is not regis" },
		{ HEAD "REMOVE," ORG "," PERSON, "line 2, person: is not reg" },
		{ ROW("b b,B,general,association,no,no", PERSON),
		    "line 2, org: is no identifier" },
		{ ROW("b,,general,association,no,no", PERSON),
		    "line 2, org_name: is missing" },
		{ ROW("b,B,,association,no,no", PERSON),
		    "line 2, class: is missing" },
		{ ROW("b,B,class3,association,no,no", PERSON),
		    "line 2, class: \"class3\"" },
		{ ROW("b,B,general,club,no,no", PERSON),
		    "line 2, org_kind: \"club\"" },
		{ ROW("b,B,general,,no,no", PERSON), "line 2, org_kind: " },
		{ ROW("b,B,general,association,perhaps,no", PERSON),
		    "line 2, foreign_capital: \"perhaps\"" },
		{ ROW("b,B,class1,cyber_business,yes,no", PERSON), "(R-024)" },
		{ ROW(ORG, ",X,poc,yes,ja,x@b.example,openpgp"),
		    "line 2, person: is no identifier" },
		{ ROW(ORG, "b-x,,poc,yes,ja,x@b.example,openpgp"),
		    "line 2, name: is missing" },
		{ ROW(ORG, "b-x,X,,yes,ja,x@b.example,openpgp"),
		    "line 2, roles: are missing" },
		{ ROW(ORG, "b-x,X,boss,yes,ja,x@b.example,openpgp"),
		    "line 2, roles: \"boss\"" },
		{ ROW(ORG, "b-x,X,poc,,ja,x@b.example,openpgp"),
		    "line 2, account: " },
		{ ROW(ORG, "b-x,X,poc,yes,fr,x@b.example,openpgp"),
		    "line 2, language: is not known" },
		{ ROW(ORG, "b-x,X,poc,yes,ja,x,openpgp"),
		    "line 2, address: is no mail address" },
		{ ROW(ORG, "b-x,X,poc,yes,ja,info@b.example,openpgp"),
		    "line 2, address: looks like" },
		{ ROW(ORG, "b-x,X,poc,yes,ja,x@b.example,fax"),
		    "line 2, scheme: \"fax\"" },
		{ ROW(ORG, PERSON) "ADD," ORG "," PERSON,
		    "line 3, person: stands twice" },
		{ ROW(ORG, PERSON) "ADD," ORG ",b-y,Y,poc,yes,ja,X@B.example,"
		    "openpgp", "line 3, address: is also that of b-x" },
		{ ROW(ORG, PERSON) "ADD,b,B,class1,association,no,no,b-y,Y,"
		    "poc,yes,ja,y@b.example,openpgp",
		    "line 3, org: has other particulars" },
		{ ROW(ORG, "b-x,X,poc,yes,ja,sato@acme.example,openpgp"),
		    "line 2, address: is also that of acme-sato" },
		{ ROW(ORG, "acme-sato,X,poc,yes,ja,x@b.example,openpgp"),
		    "line 2, person: is registered for another" },
		{ HEAD "ADD," ACME "acme-abe,阿部,poc,no,en,abe@acme.example,",
		    "line 2, person: is registered already" },
		{ ROW("nisc,分析,class1,national_body,no,yes",
		    "n-ito,伊藤　一,handler,yes,ja,ito@an.example,openpgp"),
		    "line 2, name: is also gov-ito of gov" },
		{ ROW("g2,官房,,gov_secretariat,no,no",
		    "g-1,山田,poc,yes,ja,y1@g.example,openpgp")
		    "ADD,n2,分析,class1,national_body,no,no,n-1,山 田,poc,"
		    "yes,ja,y2@n.example,openpgp", "(R-004)" },
	};
	struct sk_arena *a = sk_arena_new();
	struct roster_plan p;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (!read_sheet(a, wrong[i].text, &somebody, &p))
			fail_msg("taken: %s", wrong[i].text);
		if (!any(p.faults, p.nfaults, wrong[i].fault))
			fail_msg("\"%s\" is not in \"%s\"", wrong[i].fault,
			    p.faults[0]);
	}
	/* All of them are listed, not only the first. */
	read_sheet(a, HEAD "ADD,b b,,,,,,,,,,,,\n" "BAD,x,,,,,,,,,,,,\n",
	    &somebody, &p);
	assert_true(p.nfaults >= 4);
	well(a, ROW(ORG, PERSON), &somebody, &p);
	sk_arena_free(&a);
}

/* ---- a change sheet ---- */

static void
changes(void **state)
{
	struct sk_arena *a = sk_arena_new();
	struct roster_plan p;

	(void)state;
	/* An empty cell is what is registered. */
	well(a, HEAD "継続,acme,,,,,,acme-sato,,,,,,\n"
	    "廃止,acme,,,,,,acme-abe,,,,,,\n", &somebody, &p);
	assert_int_equal(p.keep, 1);
	assert_int_equal(p.remove_persons, 1);
	assert_int_equal(p.change_persons + p.add_orgs, 0);
	assert_int_equal(p.nquestions, 0);
	assert_string_equal(p.rows[0].verb, "KEEP");
	assert_string_equal(p.rows[0].person.fpr, "AAAA");
	assert_string_equal(p.rows[1].verb, "REMOVE");
	well(a, HEAD "KEEP,acme,,,,,,acme-sato,,handler,no,en,,\n"
	    "KEEP,acme,,,,,,acme-abe,,,,,,\n", &somebody, &p);
	assert_int_equal(p.change_persons, 1);
	assert_int_equal(p.keep, 1);
	assert_int_equal(p.rows[0].person.roles, ROLE_HANDLER);
	assert_false(p.rows[0].person.account);
	assert_string_equal(p.rows[0].person.address, "sato@acme.example");
	/* The same sheet twice does no harm. */
	well(a, HEAD SATO ABE, &somebody, &p);
	assert_int_equal(p.keep, 2);
	assert_int_equal(p.add_persons, 0);
	assert_string_equal(p.rows[0].verb, "KEEP");
	/* Two who change their addresses with each other. */
	well(a, HEAD "KEEP,acme,,,,,,acme-sato,,,,,abe@acme.example,\n"
	    "KEEP,acme,,,,,,acme-abe,,,,,sato@acme.example,\n", &somebody,
	    &p);
	assert_int_equal(p.change_persons, 2);
	/* The address of somebody who leaves in the same sheet is free. */
	well(a, HEAD "KEEP,acme,,,,,,acme-sato,,,,,,\n"
	    "REMOVE,acme,,,,,,acme-abe,,,,,,\n"
	    "ADD,acme,,,,,,acme-new,新人,poc,yes,,abe@acme.example,\n",
	    &somebody, &p);
	assert_int_equal(p.add_persons, 1);
	sk_arena_free(&a);
}

static void
questions(void **state)
{
	struct sk_arena *a = sk_arena_new();
	struct roster_plan p;

	(void)state;
	/* A missing row: nobody is removed by it. */
	well(a, HEAD "KEEP,acme,,,,,,acme-sato,,,,,,\n", &somebody, &p);
	assert_int_equal(p.remove_persons, 0);
	assert_int_equal(p.nquestions, 1);
	assert_true(any(p.questions, 1, "acme-abe of acme is registered and "
	    "has no line"));
	/* A class does not change by a sheet alone, and it is asked
	 * once for all lines. */
	well(a, HEAD "KEEP,acme,,class1,,,,acme-sato,,,,,,\n"
	    "KEEP,acme,,class1,,,,acme-abe,,,,,,\n", &somebody, &p);
	assert_int_equal(p.nquestions, 1);
	assert_true(any(p.questions, p.nquestions, "org change acme"));
	assert_int_equal(p.rows[0].org.class, CLASS2);
	assert_int_equal(p.rows[1].org.class, CLASS2);
	assert_int_equal(p.change_orgs, 0);
	/* The last handler leaves. */
	well(a, HEAD "REMOVE,acme,,,,,,acme-sato,,,,,,\n"
	    "KEEP,acme,,,,,,acme-abe,,,,,,\n", &somebody, &p);
	assert_true(any(p.questions, p.nquestions, "has no handler"));
	/* One body under two names. */
	well(a, HEAD "ADD,acme2,アクメ電力株式会社,general,"
	    "critical_infrastructure,no,no,a2,田中,poc,yes,ja,"
	    "tanaka@acme.example,\n", &somebody, &p);
	assert_true(any(p.questions, p.nquestions, "(R-016)"));
	sk_arena_free(&a);
}

/* What the council decided changes by a line that names its approval, member by
 * member, and its other lines follow it. */
static void
class_change(void **state)
{
	struct sk_arena *a = sk_arena_new();
	struct roster_plan p;

	(void)state;
	well(a, "区分，組織ID，組織名，類，組織種別，外資，秘密受領，個人ID，"
	    "氏名，役割，アカウント，言語，メールアドレス，暗号方式，承認\n"
	    "継続，ａｃｍｅ，，第１類，，，，acme-sato，，，，，，，委員会 7\n"
	    "継続，acme，，，，，，acme-abe，，，，，，，\n", &somebody, &p);
	assert_int_equal(p.change_orgs, 1);
	assert_int_equal(p.nquestions, 0);
	assert_int_equal(p.keep, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(p.rows[i].org.class, CLASS1);
		assert_string_equal(p.rows[i].org.approval, "委員会 7");
		assert_true(p.rows[i].approved);
	}
	/* A new member without one: it is counted for the operator. */
	well(a, HEAD SATO, &nobody, &p);
	assert_int_equal(p.unreferenced, 1);
	sk_arena_free(&a);
}

/* Gone stays gone; ADD begins anew, with nothing of what was. */
static void
former(void **state)
{
	struct person all[3];
	struct roster_known k = { orgs, 3, all, 3, NULL, 0, false };
	struct sk_arena *a = sk_arena_new();
	struct roster_plan p;

	(void)state;
	memcpy(all, persons, sizeof(all));
	all[1].active = false;
	well(a, HEAD "REMOVE,acme,,,,,,acme-abe,,,,,,\n"
	    "KEEP,acme,,,,,,acme-sato,,,,,,\n", &k, &p);
	assert_int_equal(p.keep, 2);
	assert_int_equal(p.remove_persons + p.nquestions, 0);
	assert_int_equal(read_sheet(a, HEAD "KEEP,acme,,,,,,acme-abe,,,,,,\n",
	    &k, &p), SK_ERR_DATA);
	assert_true(any(p.faults, 1, "line 2, person: was removed"));
	assert_int_equal(read_sheet(a, HEAD "ADD,acme,,,,,,acme-abe,,,yes,,,\n",
	    &k, &p), SK_ERR_DATA);
	well(a, HEAD "KEEP,acme,,,,,,acme-sato,,,,,,\n" ABE, &k, &p);
	assert_int_equal(p.add_persons, 1);
	assert_true(p.rows[1].person.active);
	/* Who takes over the address is asked about, or refused elsewhere. */
	well(a, HEAD "KEEP,acme,,,,,,acme-sato,,,,,,\n"
	    "ADD,acme,,,,,,acme-2,新人,poc,yes,,Abe+1@acme.example,\n", &k,
	    &p);
	assert_true(any(p.questions, p.nquestions, "was acme-abe's"));
	assert_int_equal(read_sheet(a, HEAD "ADD,unit,分析,general,association,"
	    "no,no,u-2,新人,poc,yes,,abe@acme.example,\n", &k, &p),
	    SK_ERR_DATA);
	assert_true(any(p.faults, 1, "line 2, address: was acme-abe's"));
	sk_arena_free(&a);
}

/* ---- addresses of several people ---- */

static void
list_addresses(void **state)
{
	static const char *const lists[] = {
		"info@acme.example", "csirt-ml@acme.example",
		"soumu@acme.example", "CSIRT@acme.example",
		"acme-csirt@acme.example", "acme-soc-blue@acme.example",
		"security@acme.example",
		"postmaster@acme.example", "team.soc@acme.example",
		"all@acme.example", "tokyo-group@acme.example",
		"owner-x@acme.example", "sato@ml.acme.example",
		"sato@lists.acme.example", "x@googlegroups.com",
		"info2@acme.example", "it-support@acme.example",
		"system@acme.example", "acme@acme.example",
		"noreply@acme.example", "csirt_tokyo@acme.example",
		"toiawase@acme.example", "not-an-address", "",
		"soc01@acme.example", "dai2eigyo3ka@acme.example",
		"grp-3@acme.example", "総務課@acme.example",
		"sales.unit7@acme.example",
	};
	static const char *const people[] = {
		"sato@acme.example", "h.sato@acme.example",
		"hanako.sato@acme.example", "sato-security@acme.example",
		"a12345@acme.example", "12345@acme.example",
		"infosato@acme.example", "sato@acme-group.example",
		"sato@soc.acme.example", "certo@acme.example",
		"sato+info@acme.example", "allan@acme.example",
		"太郎@acme.example",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (!*roster_list_like(lists[i]))
			fail_msg("taken for a person: %s", lists[i]);
	for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++)
		if (*roster_list_like(people[i]))
			fail_msg("%s: %s", people[i],
			    roster_list_like(people[i]));
}

/* ---- one command ---- */

static void
single_checks(void **state)
{
	struct person p = persons[0];
	struct org o = orgs[0];
	struct sk_error e;

	(void)state;
	assert_int_equal(roster_check_org(&o, NULL, &e), SK_OK);
	o.foreign_capital = true;
	assert_int_equal(roster_check_org(&o, NULL, &e), SK_ERR_REFUSED);
	o.tf_approval = "3";
	assert_int_equal(roster_check_org(&o, NULL, &e), SK_OK);
	o.tf_approval = NULL;
	o.class = CLASS_GENERAL;
	assert_int_equal(roster_check_org(&o, NULL, &e), SK_OK);

	/* Beside himself: a change. Beside another: one address, one key. */
	assert_int_equal(roster_check_person(&p, &o, &somebody, &e), SK_OK);
	p.id = "acme-new";
	assert_int_equal(roster_check_person(&p, &o, &somebody, &e),
	    SK_ERR_REFUSED);
	assert_non_null(strstr(e.text, "acme-sato"));
	p.address = "new@acme.example";
	assert_int_equal(roster_check_person(&p, &o, &somebody, &e),
	    SK_ERR_REFUSED);
	assert_string_equal(e.where, "key");
	p.fpr = NULL;
	assert_int_equal(roster_check_person(&p, &o, &somebody, &e), SK_OK);
	assert_int_equal(roster_check_person(&p, &o, NULL, &e), SK_OK);
	/* The secretariat's person in the analysis unit. */
	p.name = "伊藤　一";
	assert_int_equal(roster_check_person(&p, &o, &somebody, &e), SK_OK);
	assert_int_equal(roster_check_person(&p, &orgs[2], &somebody, &e),
	    SK_ERR_REFUSED);
	assert_non_null(strstr(e.text, "R-004"));
	p.address = "csirt@acme.example";
	assert_int_equal(roster_check_person(&p, &o, NULL, &e),
	    SK_ERR_REFUSED);
	assert_non_null(strstr(e.text, "R-109"));
}

/* Ten thousand lines: seconds would mean that each is compared with each. */
static void
a_large_sheet(void **state)
{
	struct sk_arena *a = sk_arena_new();
	struct roster_plan p;
	struct sk_buf b;

	(void)state;
	sk_buf_init(&b, LIMIT_ROSTER_FILE);
	sk_buf_adds(&b, HEAD);
	for (int i = 0; i < 10000; i++)
		sk_buf_addf(&b, "ADD,o%d,O%d,general,association,no,no,p%d,"
		    "P,poc,yes,ja,p%d@o%d.example,\n", i, i, i, i, i);
	assert_false(b.over);
	well(a, sk_buf_str(&b), &somebody, &p);
	assert_int_equal(p.nrows, 10000);
	assert_int_equal(p.add_orgs, 10000);
	assert_int_equal(p.add_persons, 10000);
	sk_buf_free(&b);
	sk_arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_people), cmocka_unit_test(encodings),
		cmocka_unit_test(not_a_sheet), cmocka_unit_test(quotes),
		cmocka_unit_test(columns), cmocka_unit_test(faults),
		cmocka_unit_test(changes), cmocka_unit_test(questions),
		cmocka_unit_test(class_change), cmocka_unit_test(former),
		cmocka_unit_test(list_addresses),
		cmocka_unit_test(single_checks),
		cmocka_unit_test(a_large_sheet),
	};

	return cmocka_run_group_tests_name("roster", tests, NULL, NULL);
}

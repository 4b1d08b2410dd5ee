/*
 * Settings files: the shipped policy is sound, every kind of fault is named by
 * file, line and mend, defaults hold, and paths are counted from the file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sekisho/config.h>
#include <sekisho/files.h>
#include <sekisho/gate.h>
#include <sekisho/limits.h>
#include <sekisho/policy.h>

struct room {
	char dir[64];
	struct sk_arena *a;
	struct sk_buf faults;
};

static int
enter(void **state)
{
	struct room *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	snprintf(r->dir, sizeof(r->dir), "/tmp/sekisho-policy-XXXXXX");
	assert_non_null(mkdtemp(r->dir));
	r->a = sk_arena_new();
	sk_buf_init(&r->faults, 1 << 20);
	*state = r;
	return 0;
}

static int
leave(void **state)
{
	struct room *r = *state;

	unlink(sk_path_join(r->a, r->dir, "sekisho.conf"));
	unlink(sk_path_join(r->a, r->dir, "council.conf"));
	rmdir(r->dir);
	sk_arena_free(&r->a);
	sk_buf_free(&r->faults);
	free(r);
	return 0;
}

static const char *
write_file(struct room *r, const char *name, const char *text)
{
	const char *path = sk_path_join(r->a, r->dir, name);

	assert_int_equal(sk_file_write(path, sk_span_str(text), 0600, NULL),
	    0);
	return path;
}

static char *
shipped(struct room *r)
{
	struct sk_buf b;
	char *text;

	sk_buf_init(&b, LIMIT_CONFIG_FILE);
	assert_int_equal(sk_file_read(POLICY_FILE, &b, NULL), 0);
	text = sk_arena_strn(r->a, b.p, b.len);
	sk_buf_free(&b);
	return text;
}

/* The shipped policy with the first `from` as `to`. */
static char *
changed(struct room *r, const char *from, const char *to)
{
	const char *text = shipped(r), *at = strstr(text, from);

	if (!at)
		fail_msg("the shipped policy has no \"%s\"", from);
	return sk_arena_printf(r->a, "%.*s%s%s", (int)(at - text), text, to,
	    at + strlen(from));
}

static int
line_of(const char *text, const char *needle)
{
	const char *at = strstr(text, needle);
	int line = 1;

	assert_non_null(at);
	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

static void
expect(struct room *r, const char *needle)
{
	if (!strstr(sk_buf_str(&r->faults), needle))
		fail_msg("no \"%s\" in:\n%s", needle,
		    sk_buf_str(&r->faults));
}

static size_t
lines(struct room *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->faults.len; i++)
		n += r->faults.p[i] == '\n';
	return n;
}

static void
shipped_policy_is_sound(void **state)
{
	struct room *r = *state;
	struct policy *p;

	if (policy_load(POLICY_FILE, &p, &r->faults))
		fail_msg("%s", sk_buf_str(&r->faults));
	assert_int_equal(r->faults.len, 0);
	assert_int_equal(matrix_lint(p, &r->faults), 0);
	assert_int_equal(p->nmatrix, 35);
	assert_int_equal(p->restraint.none_per_address_day, 1);
	assert_int_equal(p->restraint.none_per_domain_hour, 20);
	assert_int_equal(p->restraint.none_per_hour, 200);
	assert_int_equal(p->restraint.pass_per_address_day, 5);
	assert_int_equal(p->first_up_to_task_force, ASSURANCE_TOKEN_ALIGNED);
	assert_int_equal(p->wider, ASSURANCE_SIGNATURE);
	assert_int_equal(p->narrowing, ASSURANCE_TOKEN);
	assert_int_equal(p->approvals_secret, 2);
	assert_int_equal(p->approvals_plain, 1);
	assert_true(p->nfree_mail_domains > 20);
	assert_false(p->phone_open);
	assert_non_null(strstr(p->legal_secrecy_ja, "第17条第4項"));
	assert_non_null(strstr(p->legal_penalty_en, "Article 38"));
	for (size_t i = 0; i < p->nmatrix; i++)
		assert_true(strlen(p->matrix[i].source) > 2);
	/* 2026-04-29 is day 20572. */
	for (size_t i = 0; i < p->nholidays; i++)
		if (p->holidays[i] == 20572)
			goto found;
	fail_msg("29 April 2026 is no holiday");
found:
	policy_free(&p);
	assert_null(p);
}

/* The line of a faulty setting is found in the text, never written here. */
static void
policy_faults(void **state)
{
	static const struct {
		const char *from, *to, *line_of, *say, *mend;
	} wrong[] = {
		{ "busy = false", "bsuy = false", "bsuy = false",
		    "bsuy: no such key", "busy" },
		{ "secret = 2", "secret = \"two\"", "secret = \"two\"",
		    "approvals.secret: is not of the right kind",
		    "a whole number from 1 to 5" },
		{ "secret = 2", "secret = 9", "secret = 9",
		    "approvals.secret: 9 is out of range", "from 1 to 5" },
		{ "secret = 2", "secret = 99999999999L", "99999999999L",
		    "approvals.secret: 99999999999 is out of range",
		    "from 1 to 5" },
		{ "phone_open = false", "phone_open = 0", "phone_open = 0",
		    "phone_open: is not of the right kind", "true or false" },
		{ "wider = \"signature\"", "wider = \"trust\"", "\"trust\"",
		    "assurance.wider: \"trust\" is not known",
		    "token+aligned" },
		{ "wider = \"signature\"", "wider = \"none\"",
		    "wider = \"none\"", "\"none\" is not allowed here",
		    "from token to signature" },
		{ "wider = \"signature\"", "wider = \"token\"",
		    "wider = \"token\"", "is weaker than", "at least" },
		{ "\"2026-01-12\"", "\"2026-01-32\"", "2026-01-32",
		    "holidays: 2026-01-32: is no date", "2026-04-29" },
		{ "\"gmail.com\"", "17", "17,", "free_mail_domains: is no "
		    "text", "put it in quotes" },
		{ "secrecy_ja = ", "secrecy_jp = ", "secrecy_jp",
		    "legal.secrecy_jp: no such key", "secrecy_ja" },
		{ "guidance_url = \"https:", "guidance_url = \"ftp:", "ftp:",
		    "guidance_url: is no web address", "https://" },
		{ "\"SAMPLE\"", "\"SIMPLE\"", "id = \"M02\"",
		    "row M02, categories: \"SIMPLE\" is not known",
		    "MALWARE_TRAIT" },
		{ "secret = \"y*\"", "secret = \"maybe\"", "id = \"M02\"",
		    "row M02, secret: \"maybe\" is not known", "N, Y, y*" },
		{ "special = \"REVEALS_HAND\"", "special = \"HANDY\"",
		    "id = \"M14\"", "row M14, special: \"HANDY\"",
		    "FEW_BODIES" },
		{ "victim_inferable = \"-\"", "victim_inferable = \"X\"",
		    "id = \"M00\"", "row M00, victim_inferable: \"X\"",
		    "N, Y, -" },
		{ "id = \"M02\";", "", "{ \n\t  categories = ( \"SAMPLE\"",
		    "matrix.id: is missing", "write id = a text" },
		{ "matrix = (", "matrix = 5; rest = (", "matrix = 5",
		    "matrix: is not of the right kind", "list of groups" },
		{ "restraint = {", "restraint = 5; rest = {",
		    "restraint = 5", "restraint: is not of the right kind",
		    "a group" },
	};
	struct room *r = *state;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const char *text = changed(r, wrong[i].from, wrong[i].to);
		const char *path = write_file(r, "council.conf", text);
		struct policy *p;

		sk_buf_clear(&r->faults);
		assert_int_equal(policy_load(path, &p, &r->faults),
		    SK_ERR_CONFIG);
		assert_null(p);
		expect(r, sk_arena_printf(r->a, "%s:%d: ", path,
		    line_of(text, wrong[i].line_of)));
		expect(r, wrong[i].say);
		expect(r, wrong[i].mend);
	}
}

static void
every_fault_is_told_at_once(void **state)
{
	struct room *r = *state;
	const char *path;
	struct policy *p;
	char *text = changed(r, "busy = false", "busy = 1; nonsense = 2");
	char *at = strstr(text, "secret = 2");

	memcpy(at, "secret = 7", 10);
	path = write_file(r, "council.conf", text);
	assert_int_equal(policy_load(path, &p, &r->faults), SK_ERR_CONFIG);
	assert_int_equal(lines(r), 3);
}

static void
what_cannot_be_parsed(void **state)
{
	struct room *r = *state;
	char *text = changed(r, "secret = 2;", "secret = 2 2;");
	const char *path = write_file(r, "council.conf", text);
	struct policy *p;

	assert_int_equal(policy_load(path, &p, &r->faults), SK_ERR_CONFIG);
	expect(r, sk_arena_printf(r->a, "%s:%d: ", path,
	    line_of(text, "secret = 2 2;")));
	sk_buf_clear(&r->faults);
	assert_int_equal(policy_load("/nonexistent/x", &p, &r->faults),
	    SK_ERR_CONFIG);
	expect(r, "/nonexistent/x: ");
	sk_buf_clear(&r->faults);
	text = changed(r, "busy = false;", "busy = false; busy = true;");
	path = write_file(r, "council.conf", text);
	assert_int_equal(policy_load(path, &p, &r->faults), SK_ERR_CONFIG);
	expect(r, sk_arena_printf(r->a, ":%d: ", line_of(text, "busy")));
}

/* Each of the matrix's own rules, broken alone, is a fault of that row. */
static void
unsafe_matrix(void **state)
{
	static const struct {
		const char *row, *from, *to, *say;
	} wrong[] = {
		{ "M05", "max_audience = \"COORDINATOR\"",
		    "max_audience = \"CLASS1_GROUP\"", "(R-074)" },
		{ "M01b", "max_audience = \"CLASS1_GROUP\"",
		    "max_audience = \"TASK_FORCE\"", "(R-077)" },
		{ "M03", "max_audience = \"TASK_FORCE\"",
		    "max_audience = \"ALL_MEMBERS\"", "(R-034)" },
		{ "M04", "secret = \"Y\"", "secret = \"y*\"",
		    "not always secret (R-074)" },
		{ "M19b", "id = \"M19b\"", "id = \"M19\"", "stands twice" },
		{ "M19c", "\"RELAY_HOST_URL\"", "\"MALWARE_TRAIT\"",
		    "and says otherwise" },
		{ "M02", "\"SAMPLE\"", "\"ACTOR\"", "no row speaks of SAMPLE" },
		/* One confidence less: a hole, named by its combination. */
		{ "M21e", "confidence = ( \"-\" )",
		    "confidence = ( \"CONFIRMED\" )", "no row speaks of "
		    "TARGET_SYSTEM, TENTATIVE, victim_inferable \"N\"" },
		/* A refused consent that reaches further than a given one. */
		{ "M18", "max_audience = \"TASK_FORCE\"",
		    "max_audience = \"PUBLIC\"", "consent was refused" },
	};
	struct room *r = *state;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char *text = shipped(r), *row, *at;
		struct policy *p;
		const char *path;

		row = strstr(text, sk_arena_printf(r->a, "id = \"%s\"",
		    wrong[i].row));
		assert_non_null(row);
		at = strstr(row, wrong[i].from);
		assert_non_null(at);
		text = sk_arena_printf(r->a, "%.*s%s%s", (int)(at - text),
		    text, wrong[i].to, at + strlen(wrong[i].from));
		path = write_file(r, "council.conf", text);
		sk_buf_clear(&r->faults);
		assert_int_equal(policy_load(path, &p, &r->faults),
		    SK_ERR_CONFIG);
		expect(r, wrong[i].say);
	}
}

/* ---- sekisho.conf ---- */

static const char minimal[] =
    "council = { name = \"試験協議会\"; domain = \"example.jp\"; };\n"
    "desks = ( { address = \"csc-anken@example.jp\";\n"
    "            kind = \"incident\"; },\n"
    "          { address = \"CSC-Info@example.jp\"; kind = \"inquiry\"; } );\n";

static struct config *
load(struct room *r, const char *text)
{
	const char *path = write_file(r, "sekisho.conf", text);
	struct config *c = NULL;

	sk_buf_clear(&r->faults);
	config_load(path, &c, &r->faults);
	return c;
}

static struct config *
load_well(struct room *r, const char *text)
{
	struct config *c = load(r, text);

	if (!c)
		fail_msg("%s", sk_buf_str(&r->faults));
	return c;
}

#define BESIDE(name) sk_path_join(r->a, c->dir, name)

static void
config_defaults(void **state)
{
	struct room *r = *state;
	struct config *c = load_well(r, minimal);

	assert_string_equal(c->name, "試験協議会");
	assert_string_equal(c->language, "ja");
	assert_string_equal(c->timezone, "Asia/Tokyo");
	assert_string_equal(c->return_address, "csc-return@example.jp");
	assert_int_equal(c->nnotify, 0);
	assert_int_equal(c->max_message_bytes, 26214400);
	assert_false(c->lmtp_trusted);
	assert_null(c->milter_listen);
	assert_string_equal(c->store_path, BESIDE("council.db"));
	assert_string_equal(c->store_key, BESIDE("store.key"));
	assert_string_equal(c->relay_url, "smtp://127.0.0.1:25");
	assert_int_equal(c->relay_connections, 4);
	assert_string_equal(c->openpgp_home, BESIDE("gnupg"));
	assert_string_equal(c->openpgp_fpr, "");
	assert_null(c->smime_home);
	assert_string_equal(c->vault_key, BESIDE("vault.key"));
	assert_int_equal(c->nkeyd_sockets, 0);
	assert_int_equal(c->keyds, 0);
	assert_int_equal(c->readers, 0);
	assert_string_equal(c->control_socket, BESIDE("control"));
	assert_null(c->group_operator);
	assert_string_equal(c->authserv_id, "");
	assert_string_equal(c->lmtp_listen, sk_arena_printf(r->a, "unix:%s",
	    BESIDE("lmtp")));
	assert_int_equal(c->ndesks, 2);
	assert_true(c->desks[0].ask_at_once);
	assert_false(c->desks[1].ask_at_once);
	config_free(&c);
}

/* How mail is handed over: the host and its port, and what a certificate is
 * held against. */
static void
config_of_relay(void **state)
{
	static const struct {
		const char *relay, *host;
		unsigned port;
		bool tls;
	} rows[] = {
		{ "url = \"smtp://127.0.0.1:2525\"", "127.0.0.1", 2525, false },
		{ "url = \"smtp://[::1]:26\"", "[::1]", 26, false },
		{ "url = \"smtp://localhost\"; tls = \"none\"",
		    "localhost", 25, false },
		{ "url = \"smtp://127.0.0.1\"; tls = \"required\"",
		    "127.0.0.1", 25, true },
		{ "url = \"smtps://mx.example.jp\"", "mx.example.jp", 465,
		    true },
		{ "url = \"smtp://mx.example.jp:587\"; tls = \"required\"; "
		    "ca = \"ca.pem\"; name = \"in.example.jp\"",
		    "mx.example.jp", 587, true },
	};
	struct room *r = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct config *c = load_well(r, sk_arena_printf(r->a,
		    "%srelay = { %s; };\n", minimal, rows[i].relay));

		assert_string_equal(c->relay_host, rows[i].host);
		assert_int_equal(c->relay_port, rows[i].port);
		assert_int_equal(c->relay_tls, rows[i].tls);
		if (c->relay_ca)
			assert_string_equal(c->relay_ca, BESIDE("ca.pem"));
		config_free(&c);
	}
}

/* Nobody outside learns of anything before somebody wrote that they may. */
static void
config_of_wkd(void **state)
{
	static const struct {
		const char *group;
		enum config_lookup lookup;
	} rows[] = {
		{ "", LOOKUP_NEVER }, { "wkd = { };\n", LOOKUP_NEVER },
		{ "wkd = { ca = \"w\"; };\n", LOOKUP_NEVER },
		{ "wkd = { lookup = \"never\"; };\n", LOOKUP_NEVER },
		{ "wkd = { lookup = \"asked\"; };\n", LOOKUP_ASKED },
	};
	struct room *r = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct config *c = load_well(r, sk_arena_printf(r->a, "%s%s",
		    minimal, rows[i].group));

		assert_int_equal(c->wkd_lookup, rows[i].lookup);
		config_free(&c);
	}
}

static void
config_all_keys(void **state)
{
	static const char rest[] =
	    "return_address = \"back@example.jp\";\n"
	    "lmtp = { listen = \"127.0.0.1:2424\"; trusted = true;\n"
	    "  max_message_bytes = 1000000; };\n"
	    "milter = { listen = \"unix:m/sock\"; guard = false;\n"
	    "  intake = true; };\n"
	    "store = { url = \"sqlite:/var/x.db\"; key = \"k\"; };\n"
	    "relay = { url = \"smtp://127.0.0.1:10025\"; connections = 2; };\n"
	    "openpgp = { home = \"h\"; fingerprint =\n"
	    "  \"0123456789ABCDEF0123456789abcdef01234567\"; };\n"
	    "smime = { home = \"s\"; };\n"
	    "wkd = { lookup = \"automatic\"; ca = \"w\";\n"
	    "  proxy = \"http://out.example.jp:3128\"; };\n"
	    "vault = { key = \"/run/credentials/v\"; };\n"
	    "keyd = { sockets = ( \"k1\", \"/run/k2\" ); count = 2; };\n"
	    "reader = { count = 3; };\n"
	    "control = { socket = \"c\"; operator = \"ops\";\n"
	    "  auditor = \"audit\"; };\n"
	    "authentication = { authserv_id = \"mx.example.jp\"; };\n";
	struct room *r = *state;
	struct config *c = load_well(r, sk_arena_printf(r->a, "%s%s", minimal,
	    rest));

	assert_string_equal(c->return_address, "back@example.jp");
	assert_string_equal(c->lmtp_listen, "127.0.0.1:2424");
	assert_true(c->lmtp_trusted);
	assert_int_equal(c->max_message_bytes, 1000000);
	assert_string_equal(c->milter_listen, sk_arena_printf(r->a, "unix:%s",
	    BESIDE("m/sock")));
	assert_false(c->milter_guard);
	assert_true(c->milter_intake);
	assert_string_equal(c->store_path, "/var/x.db");
	assert_int_equal(c->relay_connections, 2);
	assert_string_equal(c->openpgp_home, BESIDE("h"));
	assert_string_equal(c->smime_home, BESIDE("s"));
	assert_string_equal(c->smime_fpr, "");
	assert_int_equal(c->wkd_lookup, LOOKUP_AUTOMATIC);
	assert_string_equal(c->wkd_ca, BESIDE("w"));
	assert_string_equal(c->wkd_proxy, "http://out.example.jp:3128");
	assert_string_equal(c->vault_key, "/run/credentials/v");
	assert_int_equal(c->nkeyd_sockets, 2);
	assert_string_equal(c->keyd_sockets[0], BESIDE("k1"));
	assert_string_equal(c->keyd_sockets[1], "/run/k2");
	assert_int_equal(c->keyds, 2);
	assert_int_equal(c->readers, 3);
	assert_string_equal(c->group_operator, "ops");
	assert_null(c->group_postmaster);
	assert_string_equal(c->authserv_id, "mx.example.jp");
	config_free(&c);
}

/* A relative name, from another folder, through "..": the same places. */
static void
config_is_found_from_anywhere(void **state)
{
	struct room *r = *state;
	char here[PATH_MAX];
	struct config *c;

	write_file(r, "sekisho.conf", minimal);
	assert_non_null(getcwd(here, sizeof(here)));
	assert_int_equal(chdir(r->dir), 0);
	assert_int_equal(config_load("../tmp/./../tmp/../sekisho.conf", &c,
	    &r->faults), SK_ERR_CONFIG);
	assert_int_equal(config_load("sekisho.conf", &c, &r->faults), 0);
	assert_int_equal(chdir(here), 0);
	assert_string_equal(c->dir, r->dir);
	assert_string_equal(c->store_key, BESIDE("store.key"));
	config_free(&c);
}

static void
config_faults(void **state)
{
	static const struct {
		const char *text, *say, *mend;
	} wrong[] = {
		{ "lmtp = { listen = \"0.0.0.0:24\"; };",
		    ":5: lmtp.listen: is not on this machine", "127.0.0.1" },
		{ "lmtp = { listen = \"lmtp\"; };",
		    ":5: lmtp.listen: is no address", "unix:PATH" },
		{ "lmtp = { max_message_bytes = 10; };",
		    ":5: lmtp.max_message_bytes: 10 is out", "65536" },
		{ "relay = { url = \"smtp://mx.example.jp\"; };",
		    ":5: relay.url: mx.example.jp is not this machine",
		    "required" },
		{ "relay = { url = \"smtp://127.0.0.1.example.jp\"; };",
		    ":5: relay.url: 127.0.0.1.example.jp is not this machine",
		    "required" },
		{ "relay = { url = \"smtp://192.0.2.1\"; tls = \"none\"; };",
		    ":5: relay.tls: 192.0.2.1 is not this machine",
		    "required" },
		{ "relay = { tls = \"opportunistic\"; };",
		    ":5: relay.tls: is no protection", "required" },
		{ "relay = { tls = \"yes\"; };",
		    ":5: relay.tls: \"yes\" is not known", "none" },
		{ "relay = { url = \"smtps://127.0.0.1\"; tls = \"none\"; };",
		    ":5: relay.tls: is \"none\", and smtps: is TLS", "smtp:" },
		{ "relay = { ca = \"ca.pem\"; };",
		    ":5: relay.ca: says how TLS is verified", "required" },
		{ "relay = { name = \"mx.example.jp\"; };",
		    ":5: relay.name: says how TLS is verified", "required" },
		{ "relay = { url = \"smtp://user@h\"; };",
		    ":5: relay.url: is no relay without login", "smtp://" },
		{ "wkd = { lookup = \"always\"; };",
		    ":5: wkd.lookup: is not known", "\"asked\"" },
		{ "wkd = { proxy = \"http://proxy.example.jp\"; };",
		    ":5: wkd.proxy: is no proxy", ":3128" },
		{ "wkd = { proxy = \"socks5://p.example.jp:1080\"; };",
		    ":5: wkd.proxy: is no proxy", "http://" },
		{ "wkd = { proxy = \"http://me:pw@p.example.jp:3128\"; };",
		    ":5: wkd.proxy: is no proxy", "http://" },
		{ "store = { url = \"postgres:x\"; };",
		    ":5: store.url: is no database", "sqlite:council.db" },
		{ "openpgp = { fingerprint = \"ABCD\"; };",
		    ":5: openpgp.fingerprint: is no finger", "40" },
		{ "smime = { };", ":5: smime.home: is missing", "home =" },
		{ "milter = { guard = true; };",
		    ":5: milter.listen: is missing", "listen =" },
		{ "return_address = \"csc-anken@example.jp\";",
		    ":2: desks.[0].address: csc-anken@example.jp is the "
		    "return address", "of their own" },
		{ "return_address = \"a+b@example.jp\";",
		    ":5: return_address: holds a \"+\"", "leave the tag" },
		{ "keyd = { count = 1000; };", ":5: keyd.count: 1000 is out",
		    "0 to 64" },
		{ "control = { auditor = \"x\"; };", ":5: control: names "
		    "groups", "operator = " },
		{ "lmtq = { };", ":5: lmtq: no such key", "lmtp" },
		{ "lmtp = { listen = \"unix:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		    "aaaaaaaaaaaaaa\"; };", ":5: lmtp.listen: /tmp", "107" },
		{ "openpgp = { home = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"; };",
		    ":5: openpgp.home: /tmp", "86" },
	};
	struct room *r = *state;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct config *c = load(r, sk_arena_printf(r->a, "%s%s\n",
		    minimal, wrong[i].text));

		if (c)
			fail_msg("taken: %s", wrong[i].text);
		expect(r, wrong[i].say);
		expect(r, wrong[i].mend);
		assert_int_equal(lines(r), 1);
	}
	assert_null(load(r, "desks = ( );"));
	expect(r, "council: is missing");
	expect(r, "desks: there is no desk");
	assert_null(load(r, "council = { name = \"\"; domain = \"a@b\"; };\n"
	    "desks = ( { address = \"x\"; kind = \"shop\"; },\n5 );"));
	expect(r, ":1: council.name: is empty");
	expect(r, ":1: council.domain: is no domain");
	expect(r, ":2: desks.address: is no mail address");
	expect(r, ":2: desks.kind: \"shop\" is not known");
	expect(r, ":3: desks: is not of the right kind");
}

static void
default_text_loads(void **state)
{
	struct room *r = *state;
	struct sk_buf b;
	struct config *c;

	sk_buf_init(&b, LIMIT_CONFIG_FILE);
	config_write_default(&b, "\"引用\" \\ 協議会\n", "council.example");
	c = load_well(r, sk_buf_str(&b));
	assert_string_equal(c->name, "\"引用\" \\ 協議会");
	assert_string_equal(c->domain, "council.example");
	assert_int_equal(c->ndesks, 2);
	assert_string_equal(c->desks[0].address, "csc-anken@council.example");
	assert_true(c->desks[0].ask_at_once);
	assert_int_equal(c->desks[0].kind, DESK_INCIDENT);
	assert_string_equal(c->desks[1].address, "csc-info@council.example");
	assert_int_equal(c->desks[1].kind, DESK_INQUIRY);
	assert_string_equal(c->return_address, "csc-return@council.example");
	assert_string_equal(c->policy, BESIDE("council.conf"));
	assert_string_equal(c->templates, BESIDE("templates"));
	config_free(&c);
	sk_buf_free(&b);
}

static void
our_addresses(void **state)
{
	struct room *r = *state;
	struct config *c = load_well(r, minimal);
	const char *tag = "x";
	const struct config_desk *d;

	d = config_desk(c, "CSC-Anken+Abc+d@Example.JP", &tag, r->a);
	assert_ptr_equal(d, &c->desks[0]);
	assert_string_equal(tag, "abc+d");
	d = config_desk(c, "csc-info@example.jp", &tag, r->a);
	assert_ptr_equal(d, &c->desks[1]);
	assert_string_equal(tag, "");
	assert_ptr_equal(config_desk(c, "csc-info+@example.jp", &tag, r->a),
	    &c->desks[1]);
	assert_string_equal(tag, "");
	assert_null(config_desk(c, "csc-info@example.com", &tag, r->a));
	assert_null(config_desk(c, "+csc-info@example.jp", &tag, r->a));
	assert_true(config_is_return(c, "csc-return+TOK@example.jp", &tag,
	    r->a));
	assert_string_equal(tag, "tok");
	assert_true(config_is_ours(c, "csc-return@example.jp"));
	assert_true(config_is_ours(c, "CSC-INFO+q@example.jp"));
	assert_false(config_is_ours(c, "someone@example.jp"));
	assert_false(config_is_ours(c, ""));
	config_free(&c);
}

static void
texts_are_read(void **state)
{
	struct room *r = *state;
	struct template_set *set;
	struct sk_error e;

	if (policy_templates(TEMPLATE_DIR, &set, &r->faults, &e))
		fail_msg("%s", sk_buf_str(&r->faults));
	assert_true(template_has(set, "ja", "T-01"));
	assert_true(template_has(set, "en", "T-01"));
	assert_true(template_has(set, "en", "T-14"));
	assert_false(template_has(set, "en", "T-99"));
	template_set_free(&set);
	assert_int_equal(policy_templates(r->dir, &set, &r->faults, &e),
	    SK_ERR_CONFIG);
	expect(r, "council.templates");
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, enter, leave)
	const struct CMUnitTest tests[] = {
		TEST(shipped_policy_is_sound), TEST(policy_faults),
		TEST(every_fault_is_told_at_once), TEST(what_cannot_be_parsed),
		TEST(unsafe_matrix), TEST(config_defaults),
		TEST(config_all_keys), TEST(config_of_relay), TEST(config_of_wkd),
		TEST(config_is_found_from_anywhere),
		TEST(config_faults), TEST(default_text_loads),
		TEST(our_addresses), TEST(texts_are_read),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}

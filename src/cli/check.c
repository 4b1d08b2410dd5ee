/*
 * `sekisho check`: everything a postmaster could have got wrong, each with its
 * mend, without changing anything. Exit 0, or 78 if there is a fault. The
 * database is opened only while no daemon uses it.
 */
#include <config.h>

#include <grp.h>
#include <stdarg.h>
#include <string.h>

#include <sekisho/channel.h>
#include <sekisho/clock.h>
#include <sekisho/files.h>
#include <sekisho/gate.h>
#include <sekisho/limits.h>
#include <sekisho/policy.h>
#include <sekisho/store.h>

#include "cli/check.h"

#define ANSWER_MILLISECONDS 10000	/* whoever checks waits for no hang */

static void
finding(struct finding_list *f, bool ok, const char *what, const char *text)
{
	struct sk_json *o = sk_json_add(f->list, sk_json_object());

	sk_json_set_bool(o, "ok", ok);
	sk_json_set_str(o, "what", what);
	sk_json_set_str(o, "text", text);
	f->faults += !ok;
}

void
check_say(struct finding_list *f, const char *what, const char *text)
{
	finding(f, !text, what, text ? text : "");
}

void
check_tellf(struct finding_list *f, const char *what, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	finding(f, true, what, text);
}

void
check_sayf(struct finding_list *f, const char *what, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	check_say(f, what, text);
}

/* One finding a line; none: well. */
static void
say_faults(struct finding_list *f, const char *what, struct sk_buf *faults)
{
	char *save = NULL, *line = sk_buf_str(faults);
	size_t n = 0;

	for (line = strtok_r(line, "\n", &save); line;
	    line = strtok_r(NULL, "\n", &save), n++)
		check_say(f, what, line);
	if (!n)
		check_say(f, what, NULL);
	sk_buf_clear(faults);
}

static void
check_rules(struct finding_list *f, const struct config *c)
{
	struct template_set *t = NULL;
	struct policy *p = NULL;
	struct sk_error e = { 0 };
	struct sk_buf faults;

	sk_buf_init(&faults, LIMIT_CONFIG_FILE);
	policy_load(c->policy, &p, &faults);
	say_faults(f, "policy", &faults);
	if (p) {
		matrix_lint(p, &faults);
		say_faults(f, "sharing matrix", &faults);
	}
	if (policy_templates(c->templates, &t, &faults, &e) && !faults.len)
		sk_buf_addf(&faults, "%s: %s\n", e.where, e.text);
	say_faults(f, "templates", &faults);
	sk_buf_free(&faults);
	template_set_free(&t);
	policy_free(&p);
}

static void
check_settings(struct finding_list *f, const struct config *c)
{
	if (sk_timezone(c->timezone))
		check_say(f, "time zone", NULL);
	else
		check_sayf(f, "time zone", "council.timezone: this system "
		    "does not know \"%s\": use a name like Asia/Tokyo, and "
		    "install tzdata", c->timezone);
	if (c->authserv_id && *c->authserv_id)
		check_say(f, "authentication", NULL);
	else
		check_say(f, "authentication", "authentication.authserv_id is "
		    "empty, so nobody's mail counts as authenticated: give "
		    "the name that your Postfix filters write");
}

static void
check_group(struct finding_list *f, const char *role, const char *name)
{
	if (!name || !*name)
		return;
	if (getgrnam(name))
		check_say(f, role, NULL);
	else
		check_sayf(f, role, "this system has no group \"%s\": make it "
		    "with addgroup", name);
}

static void
check_groups(struct finding_list *f, const struct config *c)
{
	check_group(f, "group of operators", c->group_operator);
	check_group(f, "group of membership", c->group_membership);
	check_group(f, "group of postmasters", c->group_postmaster);
	check_group(f, "group of auditors", c->group_auditor);
}

static bool
daemon_runs(const struct config *c)
{
	int fd = channel_connect(c->control_socket, NULL);
	bool runs = fd >= 0;

	sk_fd_close(&fd);
	return runs;
}

/* The roster at rest, by the rules of the policy. */
static void
check_roster(struct finding_list *f, const struct config *c, struct store *s)
{
	struct sk_arena *a = f->c->arena;
	const char *const *faults = NULL;
	struct roster_key *keys = NULL;
	struct roster_known k;
	struct policy *p = NULL;
	struct sk_buf said;
	size_t n = 0;

	sk_buf_init(&said, LIMIT_CONFIG_FILE);
	if (policy_load(c->policy, &p, &said) == SK_OK &&
	    store_roster(s, a, false, &k) == SK_OK &&
	    store_roster_keys(s, a, &k, false, &keys, &n) == SK_OK) {
		k.sectors = p->sectors;
		k.nsectors = p->nsectors;
		k.reference_needed = p->membership_reference;
		n = roster_faults(a, &k, keys, n, &faults);
		for (size_t i = 0; i < n; i++)
			check_say(f, "roster", faults[i]);
		if (!n)
			check_say(f, "roster", NULL);
	}
	sk_buf_free(&said);
	policy_free(&p);
}

/* What the daemon finds, which has the database. Whose role does not allow it
 * is not told; a daemon that does not answer is a fault as any other. */
static int
ask(struct finding_list *f, const struct config *c, const char *noun,
    const char *what)
{
	struct cli_request r = { .verb = verb_find(noun, "check"),
		.values = sk_json_object() };
	struct sk_json *answer = NULL;
	const struct sk_json *faults;
	struct sk_error e = { 0 };
	int fd = -1, code = cli_ask(f->c, c->control_socket, &r, &answer, &fd,
	    &e);

	if (code && code != SK_ERR_NOPERM)
		check_sayf(f, what, "%s: %s", e.where, e.text);
	faults = code ? NULL : sk_json_get(answer, "faults");
	for (size_t i = 0; faults && i < sk_json_len(faults); i++)
		check_say(f, what, sk_json_str_at(faults, i));
	if (faults && !sk_json_len(faults))
		check_say(f, what, NULL);
	sk_fd_close(&fd);
	sk_json_free(&answer);
	sk_json_free(&r.values);
	return code;
}

static void
ask_daemon(struct finding_list *f, const struct config *c)
{
	static const struct {
		const char *noun, *what;
	} all[] = { { "roster", "roster" }, { "key", "keys" },
		{ "outbox", "delivery" }, { "mail", "opening" } };
	int code = SK_OK;

	f->c->wait = ANSWER_MILLISECONDS;
	check_say(f, "daemon", NULL);
	for (size_t i = 0; i < sizeof(all) / sizeof(*all) &&
	    code != SK_ERR_UNAVAILABLE; i++)
		code = ask(f, c, all[i].noun, all[i].what);
	f->c->wait = 0;
}

static void
check_store(struct finding_list *f, const struct config *c)
{
	unsigned char key[VAULT_KEY];
	struct store *s = NULL;
	struct sk_error e = { 0 };

	if (!sk_file_exists(c->store_path)) {
		check_sayf(f, "database", "%s is missing: `sekisho init` "
		    "makes it", c->store_path);
		return;
	}
	if (daemon_runs(c)) {
		ask_daemon(f, c);
		return;
	}
	check_tellf(f, "daemon", "does not run: until it does mail waits at "
	    "Postfix, and nothing leaves");
	if (vault_init() || vault_key_read(c->store_key, key, &e) ||
	    store_open(c->store_path, key, false, &s, &e))
		check_sayf(f, "database", "%s: %s", e.where, e.text);
	else {
		check_say(f, "database", NULL);
		check_roster(f, c, s);
	}
	store_close(&s);
}

static int
show(struct finding_list *f, struct sk_json *document)
{
	sk_json_set_int(document, "faults", (int64_t)f->faults);
	if (f->c->json)
		cli_print_json(document);
	else
		cli_print(f->c, document);
	return f->faults ? sk_err_exit(SK_ERR_CONFIG) : 0;
}

int
cli_check(struct cli *c, const struct cli_request *r)
{
	struct sk_json *document = sk_json_document("check");
	struct finding_list f = { .c = c };
	struct config *conf = NULL;
	struct sk_error e = { 0 };
	int code;

	f.list = sk_json_set(document, "findings", sk_json_array());
	if (cli_config(c, &conf, &e)) {
		check_sayf(&f, "configuration", "%s: %s", e.where, e.text);
	} else {
		check_say(&f, "configuration", NULL);
		check_settings(&f, conf);
		check_rules(&f, conf);
		check_keys(&f, conf);
		check_homes(&f, conf);
		check_smime(&f, conf);
		check_programs(&f, conf);
		check_sockets(&f, conf);
		check_groups(&f, conf);
		check_relay(&f, conf);
		check_wkd(&f, conf);
		check_store(&f, conf);
		check_postfix(&f, conf, sk_json_str(r->values, "postfix"));
	}
	code = show(&f, document);
	sk_json_free(&document);
	config_free(&conf);
	return code;
}

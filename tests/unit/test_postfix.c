/*
 * The Postfix beside us: what the plan sets passes the judge, and each way of
 * setting it wrong is found by name. Live Postfixes: tests/flow/postfix.py.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sekisho/postfix.h>
#include <sekisho/text.h>

#define MILTER "unix:/var/spool/postfix/sekisho/milter"
#define LOCAL "unix:/var/spool/postfix/sekisho/local"

static const struct config_desk desks[] = {
	{ "csc-anken@example.jp", DESK_INCIDENT, true },
	{ "csc-info@example.jp", DESK_INQUIRY, false },
};
static const struct config usual = {
	.desks = desks, .ndesks = 2,
	.return_address = "csc-return@example.jp",
	.lmtp_listen = "unix:/var/spool/postfix/sekisho/lmtp",
	.max_message_bytes = 26214400,
	.milter_listen = MILTER, .milter_local = LOCAL,
	.milter_guard = true, .authserv_id = "mx.example.jp",
};

static struct config council;

/* As a fresh Debian says it, as far as anybody asks. */
static const char defaults[] =
    "cleanup_service_name = cleanup\n"
    "content_filter =\n"
    "header_checks =\n"
    "lmtp_line_length_limit = 998\n"
    "local_recipient_maps = proxy:unix:passwd.byname\n"
    "maximal_queue_lifetime = 5d\n"
    "message_size_limit = 10240000\n"
    "milter_default_action = tempfail\n"
    "milter_protocol = 6\n"
    "mydestination = mail.example.jp, localhost\n"
    "non_smtpd_milters =\n"
    "queue_directory = /var/spool/postfix\n"
    "recipient_delimiter =\n"
    "relay_domains =\n"
    "smtp_tls_security_level =\n"
    "smtp_use_tls = no\n"
    "smtpd_data_restrictions =\n"
    "smtpd_forbid_bare_newline = no\n"
    "smtpd_forbid_bare_newline_exclusions = 127.0.0.0/8\n"
    "smtpd_forbid_unauth_pipelining = no\n"
    "smtpd_milters =\n"
    "transport_maps =\n"
    "virtual_mailbox_domains = $virtual_mailbox_maps\n"
    "virtual_mailbox_maps =\n";
static const char master[] =
    "smtp       inet  n       -       y       -       -       smtpd\n"
    "smtp       unix  -       -       y       -       -       smtp\n"
    "pickup     unix  n       -       y       60      1       pickup\n"
    "cleanup    unix  n       -       y       -       0       cleanup\n"
    "lmtp       unix  -       -       y       -       -       lmtp\n";

struct world {
	struct sk_arena *a;
	struct sk_buf params, services, options;
	/* tables: "map\tkey\tvalue\n" */
	struct sk_buf tables;
	struct postfix p;
	char found[8192];
};

static const char *
lookup(void *ctx, const char *map, const char *key)
{
	struct world *w = ctx;
	const char *want = sk_arena_printf(w->a, "%s\t%s\t", map, key);
	const char *at = strstr(sk_buf_str(&w->tables), want);

	if (!at)
		return NULL;
	at += strlen(want);
	return sk_arena_strn(w->a, at, strcspn(at, "\n"));
}

static void
read_world(struct world *w)
{
	w->p = (struct postfix){ .arena = w->a, .dir = "/etc/postfix",
		.lookup = lookup, .ctx = w };
	postfix_parse_params(&w->p, sk_buf_str(&w->params),
	    sk_buf_str(&w->params), "");
	postfix_parse_services(&w->p, sk_buf_str(&w->services));
	postfix_parse_options(&w->p, sk_buf_str(&w->options));
}

static void
fresh(struct world *w)
{
	memset(w, 0, sizeof(*w));
	council = usual;
	w->a = sk_arena_new();
	sk_buf_init(&w->params, 65536);
	sk_buf_init(&w->services, 65536);
	sk_buf_init(&w->options, 65536);
	sk_buf_init(&w->tables, 65536);
	sk_buf_adds(&w->params, defaults);
	sk_buf_adds(&w->services, master);
	read_world(w);
}

static void
end(struct world *w)
{
	sk_buf_free(&w->params);
	sk_buf_free(&w->services);
	sk_buf_free(&w->options);
	sk_buf_free(&w->tables);
	sk_arena_free(&w->a);
}

/* A later line of that name takes the place of the one that is there. */
static void
set(struct world *w, const char *name, const char *value)
{
	char *text = sk_arena_str(w->a, sk_buf_str(&w->params)), *line;
	size_t n = strlen(name);

	sk_buf_clear(&w->params);
	while ((line = strsep(&text, "\n")) != NULL)
		if (*line && (strncmp(line, name, n) != 0 || line[n] != ' '))
			sk_buf_addf(&w->params, "%s\n", line);
	sk_buf_addf(&w->params, "%s = %s\n", name, value);
}

/* What `postconf` would do with the change. */
static void
carry_out(struct world *w, const struct postfix_change *x)
{
	const char *slash = strrchr(x->name, '/');
	char *text, *line;

	switch (x->kind) {
	case POSTFIX_PARAM:
		set(w, x->name, x->value);
		break;
	case POSTFIX_SERVICE:
		sk_buf_addf(&w->services, "%s\n", x->value);
		break;
	case POSTFIX_OPTION:
		sk_buf_addf(&w->options, "%s = %s\n", x->name, x->value);
		break;
	case POSTFIX_FILE:
		if (strstr(x->name, "header-checks")) {
			sk_buf_addf(&w->tables, "regexp:%s\tAuthentication-"
			    "Results: mx.example.jp; dmarc=pass\tIGNORE\n",
			    x->name);
			break;
		}
		assert_non_null(slash);
		text = sk_arena_str(w->a, x->value);
		while ((line = strsep(&text, "\n")) != NULL)
			if (*line)
				sk_buf_addf(&w->tables, "texthash:%s\t%s\n",
				    x->name, line);
		break;
	}
}

static const char *
no_file(void *ctx, const char *path)
{
	(void)ctx;
	(void)path;
	return NULL;
}

static size_t
carry_out_all(struct world *w)
{
	struct postfix_change *list;
	size_t n = postfix_plan(&council, &w->p, no_file, NULL, &list),
	    todo = 0;

	for (size_t i = 0; i < n; i++) {
		if (list[i].there)
			continue;
		carry_out(w, &list[i]);
		todo++;
	}
	read_world(w);
	return todo;
}

static void
say(void *ctx, const char *what, const char *text)
{
	struct world *w = ctx;
	size_t n = strlen(w->found);

	if (text)
		snprintf(w->found + n, sizeof(w->found) - n, "%s: %s\n",
		    what, text);
}

static const char *
judged(struct world *w)
{
	read_world(w);
	*w->found = '\0';
	postfix_judge(&council, &w->p, say, w);
	return w->found;
}

static void
planned_is_well(void **state)
{
	struct world w;

	(void)state;
	fresh(&w);
	assert_non_null(strstr(judged(&w), "SMTP smuggling"));
	assert_true(carry_out_all(&w) > 10);
	assert_string_equal(judged(&w), "");
	/* Files apart, which are compared by the command, nothing is left. */
	assert_int_equal(carry_out_all(&w), 3);
	end(&w);
}

/* Lists keep what is in them, and ours comes first. */
static void
lists_are_kept(void **state)
{
	struct world w;

	(void)state;
	fresh(&w);
	set(&w, "smtpd_milters", "inet:127.0.0.1:8891, "
	    "{ inet:127.0.0.1:8893, default_action=accept }");
	set(&w, "transport_maps", "hash:/etc/postfix/transport");
	set(&w, "recipient_delimiter", "=");
	sk_buf_adds(&w.options, "submission/inet/smtpd_milters = "
	    "inet:127.0.0.1:8891\n");
	sk_buf_adds(&w.services, "submission inet n - y - - smtpd\n");
	read_world(&w);
	carry_out_all(&w);
	assert_string_equal(postfix_param(&w.p, "smtpd_milters"),
	    "unix:sekisho/milter, inet:127.0.0.1:8891, "
	    "{ inet:127.0.0.1:8893, default_action=accept }");
	assert_string_equal(postfix_param(&w.p, "transport_maps"),
	    "texthash:/etc/postfix/sekisho-transport, "
	    "hash:/etc/postfix/transport");
	assert_string_equal(postfix_param(&w.p, "recipient_delimiter"), "=+");
	assert_string_equal(w.p.options[w.p.noptions - 1].value,
	    "unix:sekisho/milter, inet:127.0.0.1:8891");
	end(&w);
}

/* A sign that stands in our own addresses cannot stay. */
static void
delimiter_that_cuts(void **state)
{
	struct world w;

	(void)state;
	fresh(&w);
	set(&w, "recipient_delimiter", "-");
	read_world(&w);
	carry_out_all(&w);
	assert_string_equal(postfix_param(&w.p, "recipient_delimiter"), "+");
	end(&w);
}

/* The milter hands mail in: no transport, and it stands behind the filters
 * whose results it brings along. */
static void
intake_by_the_milter(void **state)
{
	struct world w;

	(void)state;
	fresh(&w);
	council.milter_intake = council.milter_behind = true;
	set(&w, "smtpd_milters", "inet:127.0.0.1:8891");
	read_world(&w);
	carry_out_all(&w);
	assert_string_equal(postfix_param(&w.p, "transport_maps"), "");
	assert_string_equal(postfix_param(&w.p, "smtpd_milters"),
	    "inet:127.0.0.1:8891, unix:sekisho/milter");
	assert_string_equal(judged(&w), "");
	set(&w, "smtpd_milters", "inet:127.0.0.1:8891");
	assert_non_null(strstr(judged(&w), "must see a mail"));
	end(&w);
}

/* Each by itself, on a Postfix that is well otherwise. */
static const struct {
	const char *name, *value;	/* main.cf; or */
	const char *service, *option;	/* lines of master.cf, of -P */
	const char *table;		/* a line of a table */
	const char *found;
} wrong[] = {
	{ "smtpd_forbid_bare_newline", "no", NULL, NULL, NULL,
	    "read as two" },
	{ NULL, NULL, NULL, "smtp/inet/smtpd_forbid_bare_newline = no", NULL,
	    "smtp/inet: smtpd_forbid_bare_newline" },
	{ "smtpd_forbid_bare_newline_exclusions", "192.0.2.0/24", NULL, NULL,
	    NULL, "leaves these open" },
	{ "smtpd_forbid_unauth_pipelining", "no", NULL,
	    "smtp/inet/smtpd_data_restrictions =", NULL, "unasked" },
	{ "recipient_delimiter", "", NULL, NULL, NULL, "desk+TOKEN@" },
	{ "recipient_delimiter", "-+", NULL, NULL, NULL,
	    "cuts csc-anken@example.jp in two" },
	{ "message_size_limit", "10240000", NULL, NULL, NULL,
	    "max_message_bytes = 26214400" },
	{ "maximal_queue_lifetime", "4h", NULL, NULL, NULL, "holidays" },
	{ "header_checks", "", NULL, NULL, NULL, "anybody passes" },
	{ "smtp_tls_security_level", "none", NULL, NULL, NULL,
	    "smtp/unix delivers without TLS" },
	{ "smtp_tls_security_level", "", NULL, NULL, NULL,
	    "delivers without TLS" },
	{ NULL, NULL, NULL, "smtp/unix/smtp_tls_security_level = none", NULL,
	    "delivers without TLS" },
	{ NULL, NULL, NULL, "cleanup/unix/header_checks =", NULL,
	    "anybody passes" },
	{ "transport_maps", "", NULL, NULL, NULL, "no entry in transport" },
	{ "transport_maps", "t:x", NULL, NULL, "t:x\texample.jp\tsmtp:[a]",
	    "no lmtp service" },
	{ "transport_maps", "t:x", NULL, NULL,
	    "t:x\texample.jp\tlmtp:unix:other", "sekishod listens at" },
	{ "transport_maps", "t:x", NULL, NULL,
	    "t:x\texample.jp\tlmtp:unix:sekisho/lmtp",
	    "cuts Japanese text" },
	{ "transport_maps", "t:x", NULL, "lmtp/unix/lmtp_line_length_limit "
	    "= 0", "t:x\texample.jp\tlmtp:unix:/var/spool/postfix/sekisho/"
	    "lmtp", "chroot" },
	{ "virtual_mailbox_domains", "", NULL, NULL, NULL, "takes no mail" },
	{ "virtual_alias_domains", "example.jp", NULL, NULL, NULL,
	    "virtual alias domain" },
	{ "virtual_mailbox_maps", "t:x", NULL, NULL, NULL,
	    "csc-info@example.jp is not in" },
	{ "always_bcc", "archive@example.jp", NULL, NULL, NULL,
	    "copy of every mail" },
	{ NULL, NULL, NULL, "cleanup/unix/always_bcc = a@example.jp", NULL,
	    "copy of every mail" },
	{ "recipient_bcc_maps", "t:x", NULL, NULL,
	    "t:x\t@example.jp\tarchive@example.jp", "recipient_bcc_maps" },
	{ "sender_bcc_maps", "t:x", NULL, NULL,
	    "t:x\tcsc-return@example.jp\tarchive@example.jp",
	    "sender_bcc_maps" },
	{ "canonical_maps", "t:x", NULL, NULL,
	    "t:x\tcsc-info@example.jp\tinfo@example.jp", "canonical_maps" },
	{ "smtp_generic_maps", "t:x", NULL, NULL,
	    "t:x\t@example.jp\tx@example.com", "smtp_generic_maps" },
	{ "masquerade_domains", "jp", NULL, NULL, NULL,
	    "masquerade_domains" },
	{ "smtp_header_checks", "t:x", NULL, NULL,
	    "t:x\tSubject: [...]\tPREPEND X-Seen: yes", "PREPEND" },
	{ "smtpd_sender_restrictions", "check_sender_access t:x", NULL, NULL,
	    "t:x\t@example.jp\tBCC archive@example.jp", "BCC archive" },
	{ "content_filter", "smtp:[127.0.0.1]:10024", NULL, NULL, NULL,
	    "behind the guard" },
	{ NULL, NULL, NULL, "smtp/inet/smtpd_proxy_filter = 127.0.0.1:1",
	    NULL, "behind the guard" },
	{ "smtpd_milters", "", NULL, NULL, NULL, "has no milter" },
	{ "smtpd_milters", "inet:127.0.0.1:8891, unix:sekisho/milter", NULL,
	    NULL, NULL, "must see a mail before" },
	{ "milter_default_action", "accept", NULL, NULL, NULL,
	    "the guard is away" },
	{ "smtpd_milters", "{ unix:sekisho/milter, default_action=accept }",
	    NULL, NULL, NULL, "the guard is away" },
	{ NULL, NULL, "submission inet n - y - - smtpd",
	    "submission/inet/smtpd_milters =", NULL,
	    "submission/inet has no milter" },
	{ "smtpd_milter_maps", "cidr:/etc/postfix/m", NULL, NULL, NULL,
	    "other milters" },
	{ NULL, NULL, NULL, "smtp/inet/receive_override_options = no_milters",
	    NULL, "no_milters" },
	{ "non_smtpd_milters", "", NULL, NULL, NULL,
	    "non_smtpd_milters has no milter" },
	{ NULL, NULL, "628 inet n - y - - qmqpd", NULL, NULL, "QMQP" },
};

static void
faults_are_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct world w;

		fresh(&w);
		carry_out_all(&w);
		if (wrong[i].name)
			set(&w, wrong[i].name, wrong[i].value);
		if (wrong[i].service)
			sk_buf_addf(&w.services, "%s\n", wrong[i].service);
		if (wrong[i].option)
			sk_buf_addf(&w.options, "%s\n", wrong[i].option);
		if (wrong[i].table)
			sk_buf_addf(&w.tables, "%s\n", wrong[i].table);
		if (!strstr(judged(&w), wrong[i].found))
			fail_msg("%s = %s %s %s: want \"%s\", found \"%s\"",
			    wrong[i].name ? wrong[i].name : "",
			    wrong[i].value ? wrong[i].value : "",
			    wrong[i].option ? wrong[i].option : "",
			    wrong[i].table ? wrong[i].table : "",
			    wrong[i].found, w.found);
		end(&w);
	}
}

/* What changes nothing of ours is nobody's fault. */
static void
innocent_settings(void **state)
{
	struct world w;

	(void)state;
	fresh(&w);
	carry_out_all(&w);
	set(&w, "recipient_bcc_maps", "t:x");
	set(&w, "virtual_alias_maps", "t:x");
	set(&w, "masquerade_domains", "!example.jp jp");
	set(&w, "smtp_header_checks", "t:x");
	sk_buf_adds(&w.tables, "t:x\tother@example.com\ta@example.com\n"
	    "t:x\tcsc-info@example.jp\tCSC-Info@example.jp\n"
	    "t:x\tSubject: [...]\tINFO council\n");
	set(&w, "recipient_bcc_maps", "t:y");
	assert_string_equal(judged(&w), "");
	end(&w);
}

static void
lists_are_split(void **state)
{
	struct sk_arena *a = sk_arena_new();
	const char *const *w;

	(void)state;
	assert_int_equal(postfix_split(a, " a,b  { c, d = e } "
	    "inline:{ {x = y z} }\t\"q r\" ", &w), 5);
	assert_string_equal(w[2], "{ c, d = e }");
	assert_string_equal(w[3], "inline:{ {x = y z} }");
	assert_string_equal(w[4], "\"q r\"");
	assert_int_equal(postfix_split(a, " , ,, ", &w), 0);
	assert_int_equal(postfix_split(a, "{ {", &w), 1);
	sk_arena_free(&a);
}

static void
endpoints_inside_the_queue(void **state)
{
	struct world w;

	(void)state;
	fresh(&w);
	assert_string_equal(postfix_endpoint(&w.p, MILTER),
	    "unix:sekisho/milter");
	assert_string_equal(postfix_endpoint(&w.p, "unix:/run/x"),
	    "unix:/run/x");
	assert_string_equal(postfix_endpoint(&w.p,
	    "unix:/var/spool/postfixed/x"), "unix:/var/spool/postfixed/x");
	assert_string_equal(postfix_endpoint(&w.p, "127.0.0.1:2424"),
	    "inet:127.0.0.1:2424");
	end(&w);
}

/* Our relay and this Postfix mean the same by TLS, or nothing leaves. */
/* What is there and no worse stays as it is. */
static void
delivery_under_tls(void **state)
{
	static const char *const good[] = { "may", "dane", "dane-only",
		"encrypt", "verify", "secure" };
	struct world w;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		fresh(&w);
		set(&w, "smtp_tls_security_level", good[i]);
		read_world(&w);
		carry_out_all(&w);
		assert_string_equal(judged(&w), "");
		assert_string_equal(postfix_param(&w.p,
		    "smtp_tls_security_level"), good[i]);
		end(&w);
	}
	fresh(&w);
	set(&w, "smtp_use_tls", "yes");
	read_world(&w);
	carry_out_all(&w);
	assert_string_equal(judged(&w), "");
	assert_string_equal(postfix_param(&w.p, "smtp_tls_security_level"),
	    "");
	end(&w);
}

static void
hand_over_agrees(void **state)
{
	struct world w;

	(void)state;
	fresh(&w);
	carry_out_all(&w);
	council.relay_host = "127.0.0.1";
	council.relay_port = 25;
	assert_string_equal(judged(&w), "");
	set(&w, "smtpd_tls_security_level", "encrypt");
	assert_non_null(strstr(judged(&w), "under TLS alone"));
	council.relay_tls = true;
	assert_string_equal(judged(&w), "");
	set(&w, "smtpd_tls_security_level", "");
	assert_non_null(strstr(judged(&w), "offers no TLS"));
	set(&w, "smtpd_tls_security_level", "may");
	assert_string_equal(judged(&w), "");
	/* Another machine's Postfix is not this one; another port neither. */
	set(&w, "smtpd_tls_security_level", "none");
	council.relay_port = 10025;
	assert_string_equal(judged(&w), "");
	council.relay_port = 25;
	council.relay_host = "mx.example.jp";
	assert_string_equal(judged(&w), "");
	end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(planned_is_well),
		cmocka_unit_test(lists_are_kept),
		cmocka_unit_test(delimiter_that_cuts),
		cmocka_unit_test(intake_by_the_milter),
		cmocka_unit_test(faults_are_found),
		cmocka_unit_test(innocent_settings),
		cmocka_unit_test(lists_are_split),
		cmocka_unit_test(endpoints_inside_the_queue),
		cmocka_unit_test(hand_over_agrees),
		cmocka_unit_test(delivery_under_tls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

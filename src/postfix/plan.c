/*
 * The settings that one configuration of ours needs, each as the value that is
 * to stand and the reason. Lists keep what is in them; ours comes first where
 * the order matters (the guard sees a mail before anything changes it). What
 * already stands so is said to, so that a second run changes nothing.
 */
#include "internal.h"

#include <string.h>

#include <sekisho/files.h>
#include <sekisho/text.h>

#define CHANGES_MAX 64

struct planning {
	const struct config *c;
	const struct postfix *p;
	struct sk_arena *a;
	const char *(*file)(void *ctx, const char *path);
	void *ctx;
	struct postfix_change *list;
	size_t n;
};

static struct postfix_change *
planned(struct planning *g, enum postfix_change_kind kind, const char *name)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->list[i].kind == kind && !strcmp(g->list[i].name, name))
			return &g->list[i];
	return NULL;
}

/* A second change of the same thing takes the place of the first. */
static void
add(struct planning *g, enum postfix_change_kind kind, const char *name,
    const char *value, const char *old, const char *why)
{
	struct postfix_change *x = planned(g, kind, name);

	if (!x && g->n == CHANGES_MAX)
		return;
	if (!x)
		x = &g->list[g->n++];
	*x = (struct postfix_change){ .kind = kind, .name = name,
	    .value = value, .old = old, .why = why,
	    .there = old && strcmp(old, value) == 0 };
}

/* The value as it will be after what is planned so far. */
static const char *
now(struct planning *g, const char *name)
{
	struct postfix_change *x = planned(g, POSTFIX_PARAM, name);

	return x ? x->value : postfix_raw(g->p, name);
}

static void
param(struct planning *g, const char *name, const char *value,
    const char *why)
{
	add(g, POSTFIX_PARAM, name, value, postfix_raw(g->p, name), why);
}

/* The list with `word` in front and nowhere else. */
static const char *
first_in(struct planning *g, const char *list, const char *word)
{
	const char *const *w;
	size_t n = postfix_split(g->a, list, &w);
	struct sk_buf b;
	const char *out;

	sk_buf_init(&b, 64 * 1024);
	sk_buf_adds(&b, word);
	for (size_t i = 0; i < n; i++)
		if (strcmp(w[i], word) != 0)
			sk_buf_addf(&b, ", %s", w[i]);
	out = sk_arena_str(g->a, sk_buf_str(&b));
	sk_buf_free(&b);
	return out;
}

/* Does it stand first already? Then the value stays as people wrote it. */
static bool
is_first(struct planning *g, const char *list, const char *word)
{
	const char *const *w;

	return postfix_split(g->a, list, &w) && strcmp(w[0], word) == 0;
}

static void
param_first(struct planning *g, const char *name, const char *word,
    const char *why)
{
	const char *raw = now(g, name);

	param(g, name, is_first(g, raw, word) ? raw : first_in(g, raw, word),
	    why);
}

static const char *
our_file(struct planning *g, const char *type, const char *name)
{
	return sk_arena_printf(g->a, "%s:%s/%s", type, g->p->dir, name);
}

static void
table(struct planning *g, const char *name, const char *text, const char *why)
{
	const char *path = sk_path_join(g->a, g->p->dir, name);

	add(g, POSTFIX_FILE, path, text, g->file ? g->file(g->ctx, path) :
	    NULL, why);
}

/* ---- what comes in to the desks ---- */

/* One line for each address of ours: "address  value". */
static const char *
lines_of_ours(struct planning *g, const char *value)
{
	const char *const *ours, *out;
	size_t n = postfix_ours(g->a, g->c, &ours);
	struct sk_buf b;

	sk_buf_init(&b, 64 * 1024);
	for (size_t i = 0; i < n; i++)
		sk_buf_addf(&b, "%s\t%s\n", ours[i], value);
	out = sk_arena_str(g->a, sk_buf_str(&b));
	sk_buf_free(&b);
	return out;
}

/* Signs that are there stay, unless one of them would cut an address of ours
 * in two: Postfix parts at the first one that it meets. */
static void
plan_delimiter(struct planning *g)
{
	const char *signs = now(g, "recipient_delimiter");
	const char *const *ours;
	size_t n = postfix_ours(g->a, g->c, &ours);

	for (size_t i = 0; i < n; i++)
		if (postfix_cuts(signs, ours[i]))
			signs = "";
	param(g, "recipient_delimiter", strchr(signs, '+') ? signs :
	    sk_arena_printf(g->a, "%s+", signs),
	    "a reply comes to desk+TOKEN@");
}

static void
option(struct planning *g, const char *service, const char *name,
    const char *value, const char *why)
{
	add(g, POSTFIX_OPTION, sk_arena_printf(g->a, "%s/%s", service, name),
	    value, postfix_option(g->p, service, name), why);
}

static void
plan_transport(struct planning *g)
{
	const char *line = OUR_SERVICE " unix - - n - - lmtp";
	const struct postfix_service *s = postfix_service(g->p, OUR_SERVICE,
	    "unix");

	add(g, POSTFIX_SERVICE, OUR_SERVICE "/unix", line, s &&
	    !strcmp(s->program, "lmtp") ? line : NULL,
	    "the way to sekishod");
	option(g, OUR_SERVICE "/unix", "lmtp_line_length_limit", "0",
	    "the default of 998 cuts Japanese text inside a character");
	table(g, FILE_TRANSPORT, lines_of_ours(g, sk_arena_printf(g->a,
	    OUR_SERVICE ":%s", postfix_endpoint(g->p, g->c->lmtp_listen))),
	    "our addresses go to sekishod");
	param_first(g, "transport_maps", our_file(g, "texthash",
	    FILE_TRANSPORT), "before any other table");
}

/* A domain that Postfix does not take yet becomes one of its mailbox domains:
 * that class lets the others of the domain be listed beside ours. */
static bool
plan_domain(struct planning *g, const char *domain)
{
	enum domain_class class = postfix_domain_class(g->p, domain);
	const char *maps;

	if (class == DOMAIN_NONE) {
		const char *name = "virtual_mailbox_domains";
		const char *list = planned(g, POSTFIX_PARAM, name) ||
		    postfix_is_set(g->p, name) ? now(g, name) : "";

		param(g, name, *list ?
		    sk_arena_printf(g->a, "%s, %s", list, domain) : domain,
		    "Postfix takes mail for our domain");
		class = DOMAIN_MAILBOX;
	}
	maps = postfix_recipient_maps(class);
	/* An empty table list takes every recipient: leave it so where the
	 * domain was there before us. */
	if (!maps || (!*postfix_param(g->p, maps) &&
	    postfix_domain_class(g->p, domain) != DOMAIN_NONE))
		return false;
	param_first(g, maps, our_file(g, "texthash", FILE_RECIPIENTS),
	    "our addresses are known at RCPT; others are refused");
	return true;
}

static void
plan_recipients(struct planning *g)
{
	const char *const *ours, *done[32];
	size_t n = postfix_ours(g->a, g->c, &ours), ndone = 0;
	bool listed = false;

	for (size_t i = 0; i < n && ndone < 32; i++) {
		const char *domain = sk_address_domain(ours[i]);
		bool seen = false;

		for (size_t k = 0; k < ndone; k++)
			seen |= strcmp(done[k], domain) == 0;
		if (!seen) {
			done[ndone++] = domain;
			listed |= plan_domain(g, domain);
		}
	}
	if (listed)
		table(g, FILE_RECIPIENTS, lines_of_ours(g, "ok"),
		    "our addresses, with and without a tag");
}

static void
plan_sizes(struct planning *g)
{
	const char *days = postfix_param(g->p, "maximal_queue_lifetime");

	param(g, "message_size_limit", sk_arena_printf(g->a, "%zu",
	    g->c->max_message_bytes), "as lmtp.max_message_bytes: what only "
	    "one of the two takes is bounced with its text");
	param(g, "maximal_queue_lifetime", postfix_seconds(days, 86400) >=
	    QUEUE_DAYS_WANTED * 86400L ? postfix_raw(g->p,
	    "maximal_queue_lifetime") : "14d", "mail waits for sekishod over "
	    "New Year before it is given back (Postfix has no such setting "
	    "for one transport)");
}

/* ---- at the door ---- */

static void
plan_smuggling(struct planning *g)
{
	const char *data = postfix_raw(g->p, "smtpd_data_restrictions");

	param(g, "smtpd_forbid_bare_newline", "normalize",
	    "one mail must not be read as two (SMTP smuggling)");
	param(g, "smtpd_forbid_bare_newline_exclusions", "",
	    "nor from our own networks: a relay there may pass it on");
	param(g, "smtpd_forbid_unauth_pipelining", "yes",
	    "nor commands that follow a mail unasked");
	param(g, "smtpd_data_restrictions", postfix_listed(g->p, data,
	    "reject_unauth_pipelining") ? data : first_in(g, data,
	    "reject_unauth_pipelining"), "the same, at DATA");
}

static void
plan_results(struct planning *g)
{
	table(g, FILE_HEADERS, "# What a sender wrote of his own "
	    "authentication; the filters' own fields come later.\n"
	    "/^Authentication-Results:/ IGNORE\n",
	    "nobody vouches for himself (RFC 8601 section 5)");
	param_first(g, "header_checks", our_file(g, "regexp", FILE_HEADERS),
	    "before any other table");
}

/* ---- on the way out ---- */

/* What is stricter stays. */
static void
plan_delivery_tls(struct planning *g)
{
	static const char *const options[] = { "smtp/unix", "relay/unix" };
	const char *name = "smtp_tls_security_level", *level = now(g, name);

	param(g, name, postfix_delivers_in_clear(level, now(g,
	    "smtp_use_tls"), now(g, "smtp_enforce_tls")) ? "may" : level,
	    "whom the council writes to is for nobody on the way to read");
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
		level = postfix_option(g->p, options[i], name);
		if (level && postfix_delivers_in_clear(level, "", ""))
			option(g, options[i], name, "may", "nor where this "
			    "service has its own word");
	}
}

/* ---- the guard ---- */

/* Behind the filters that authenticate it only has to be in the list. */
static const char *
with_milter(struct planning *g, const char *list, const char *milter)
{
	if (g->c->milter_behind)
		return postfix_listed(g->p, list, milter) ? list : *list ?
		    sk_arena_printf(g->a, "%s, %s", list, milter) : milter;
	return is_first(g, list, milter) ? list : first_in(g, list, milter);
}

static void
plan_service_milters(struct planning *g, const char *milter)
{
	for (size_t i = 0; i < g->p->noptions; i++) {
		const struct postfix_option *o = &g->p->options[i];

		if (strcmp(o->name, "smtpd_milters") != 0)
			continue;
		option(g, o->service, o->name, with_milter(g, o->value,
		    milter), "this service has its own list");
	}
}

static void
plan_milters(struct planning *g)
{
	const char *milter, *local;

	if (!g->c->milter_listen)
		return;
	milter = postfix_endpoint(g->p, g->c->milter_listen);
	param(g, "smtpd_milters", with_milter(g, now(g, "smtpd_milters"),
	    milter), g->c->milter_behind ? "behind those that authenticate, "
	    "before a signer" : "sees every mail first: before a signer adds "
	    "to it");
	plan_service_milters(g, milter);
	if (g->c->milter_local) {
		local = postfix_endpoint(g->p, g->c->milter_local);
		param_first(g, "non_smtpd_milters", local,
		    "mail handed in by sendmail(1)");
	}
	param(g, "milter_default_action", "tempfail",
	    "without the guard nothing passes");
	param(g, "milter_protocol", "6", "the guard needs leading blanks");
}

size_t
postfix_plan(const struct config *c, const struct postfix *p,
    const char *(*read_file)(void *ctx, const char *path), void *ctx,
    struct postfix_change **out)
{
	struct planning g = { .c = c, .p = p, .a = p->arena,
		.file = read_file, .ctx = ctx };

	g.list = sk_arena_array(g.a, CHANGES_MAX, sizeof(*g.list));
	plan_delimiter(&g);
	if (!c->milter_intake)		/* else the milter hands it in */
		plan_transport(&g);
	plan_recipients(&g);
	plan_sizes(&g);
	plan_smuggling(&g);
	plan_results(&g);
	plan_delivery_tls(&g);
	plan_milters(&g);
	*out = g.list;
	return g.n;
}

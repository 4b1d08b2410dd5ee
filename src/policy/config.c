/*
 * sekisho.conf: the table of its keys, and what one key alone cannot show.
 * Paths become absolute here, so that no program depends on where it was
 * started; and what the system would refuse later in obscure words, as a socket
 * path that is too long, is refused here with the mend.
 */
#include <sekisho/config.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/mem.h>
#include <sekisho/text.h>

#include "config_relay.h"

#define AT(field) offsetof(struct config, field)
#define TEXT(key, field, dflt, chk) { .name = key, .type = SCHEMA_TEXT, \
	.at = AT(field), .otherwise = dflt, .check = chk }
#define NEED(key, field, chk) { .name = key, .type = SCHEMA_TEXT, \
	.needed = true, .at = AT(field), .check = chk }
#define FLAG(key, field, dflt) { .name = key, .type = SCHEMA_BOOL, \
	.at = AT(field), .otherwise = dflt }
#define COUNT(key, field, lo, hi, dflt) { .name = key, \
	.type = SCHEMA_COUNT, .at = AT(field), .least = lo, .most = hi, \
	.otherwise = dflt }
#define TEXTS(key, field, chk) { .name = key, .type = SCHEMA_TEXTS, \
	.at = AT(field), .count = AT(n##field), .check = chk }
#define GROUP(key, table) { .name = key, .type = SCHEMA_GROUP, .keys = table }
#define END { .name = NULL }

static const struct schema_key council[] = {
	NEED("name", name, check_name),
	NEED("domain", domain, check_domain),
	TEXT("language", language, "ja", check_language),
	TEXT("timezone", timezone, "Asia/Tokyo", check_timezone),
	TEXT("policy", policy, SK_PKGDATADIR "/policies/council.conf",
	    check_path),
	TEXT("templates", templates, SK_PKGDATADIR "/templates", check_path),
	TEXTS("notify", notify, check_address),
	END
};

#define DESK(field) offsetof(struct config_desk, field)

static const struct schema_key desk[] = {
	{ .name = "address", .type = SCHEMA_TEXT, .needed = true,
	    .at = DESK(address), .check = check_own_address },
	{ .name = "kind", .type = SCHEMA_WORD, .needed = true,
	    .at = DESK(kind), .words = WORDS_DESK },
	{ .name = "ask_at_once", .type = SCHEMA_BOOL,
	    .at = DESK(ask_at_once) },
	END
};

static const struct schema_key lmtp[] = {
	TEXT("listen", lmtp_listen, "unix:lmtp", check_listen),
	{ .name = "max_message_bytes", .type = SCHEMA_SIZE,
	    .at = AT(max_message_bytes), .least = 65536,
	    .most = LIMIT_MESSAGE_MAX, .otherwise = "26214400" },
	FLAG("trusted", lmtp_trusted, "false"),
	END
};
static const struct schema_key milter[] = {
	NEED("listen", milter_listen, check_listen),
	TEXT("local", milter_local, NULL, check_listen),
	TEXT("ask", milter_ask, "guard", check_path),
	TEXT("user", milter_user, NULL, check_name),
	FLAG("guard", milter_guard, "true"),
	FLAG("intake", milter_intake, "false"),
	FLAG("behind_authentication", milter_behind, "false"),
	END
};
static const struct schema_key store[] = {
	TEXT("url", store_path, "sqlite:council.db", check_store_url),
	TEXT("key", store_key, "store.key", check_path),
	END
};
static const struct schema_key relay[] = {
	TEXT("url", relay_url, "smtp://127.0.0.1:25", check_relay_url),
	TEXT("tls", relay_tls_word, NULL, check_name),
	TEXT("ca", relay_ca, NULL, check_path),
	TEXT("name", relay_name, NULL, check_domain),
	COUNT("connections", relay_connections, 1, LIMIT_RELAY_CONNECTIONS,
	    "4"),
	END
};
static const struct schema_key openpgp[] = {
	TEXT("home", openpgp_home, "gnupg", check_path),
	TEXT("fingerprint", openpgp_fpr, "", check_fingerprint),
	END
};
static const struct schema_key smime[] = {
	NEED("home", smime_home, check_path),
	TEXT("fingerprint", smime_fpr, NULL, check_fingerprint),
	TEXT("roots", smime_roots, NULL, check_path),
	END
};
static const struct schema_key wkd[] = {
	TEXT("lookup", wkd_word, "never", check_lookup),
	TEXT("ca", wkd_ca, NULL, check_path),
	TEXT("proxy", wkd_proxy, NULL, check_proxy),
	END
};
static const struct schema_key rollover[] = {
	COUNT("notice_days", notice_days, 1, 365, "30"),
	COUNT("overlap_days", overlap_days, 1, 1095, "90"),
	END
};
static const struct schema_key vault[] = {
	TEXT("key", vault_key, "vault.key", check_path),
	END
};
static const struct schema_key keyd[] = {
	TEXTS("sockets", keyd_sockets, check_path),
	COUNT("count", keyds, 0, LIMIT_HELPERS, "0"),
	END
};
static const struct schema_key reader[] = {
	COUNT("count", readers, 0, LIMIT_HELPERS, "0"),
	END
};
static const struct schema_key control[] = {
	TEXT("socket", control_socket, "control", check_path),
	TEXT("operator", group_operator, NULL, check_name),
	TEXT("membership", group_membership, NULL, check_name),
	TEXT("postmaster", group_postmaster, NULL, check_name),
	TEXT("auditor", group_auditor, NULL, check_name),
	END
};
static const struct schema_key authentication[] = {
	TEXT("authserv_id", authserv_id, "", NULL),
	END
};

static const struct schema_key keys[] = {
	{ .name = "council", .type = SCHEMA_GROUP, .needed = true,
	    .keys = council },
	{ .name = "desks", .type = SCHEMA_ROWS, .needed = true,
	    .at = AT(desks), .count = AT(ndesks), .keys = desk,
	    .row_size = sizeof(struct config_desk),
	    .row_line = sizeof(struct config_desk) },
	TEXT("return_address", return_address, NULL, check_own_address),
	GROUP("lmtp", lmtp),
	{ .name = "milter", .type = SCHEMA_GROUP, .keys = milter },
	GROUP("store", store), GROUP("relay", relay),
	GROUP("openpgp", openpgp), GROUP("smime", smime), GROUP("wkd", wkd),
	GROUP("rollover", rollover), GROUP("vault", vault),
	GROUP("keyd", keyd), GROUP("reader", reader),
	GROUP("control", control), GROUP("authentication", authentication),
	END
};

struct loading {
	struct config *c;
	struct schema *s;
};

/* ---- paths ---- */

static const char *
beside(struct loading *l, const char *path)
{
	return path ? sk_path_beside(l->c->arena, l->c->file, path) : NULL;
}

static const char *
socket_beside(struct loading *l, const char *key, const char *path)
{
	path = beside(l, path);
	if (path && strlen(path) > LIMIT_SOCKET_PATH)
		schema_fault(l->s, key, "%s has %zu bytes, and socket paths "
		    "end at %d; choose a shorter one", path, strlen(path),
		    LIMIT_SOCKET_PATH);
	return path;
}

static const char *
listen_beside(struct loading *l, const char *key, const char *listen)
{
	if (!listen || strncmp(listen, "unix:", 5) != 0)
		return listen;
	return sk_arena_printf(l->c->arena, "unix:%s",
	    socket_beside(l, key, listen + 5));
}

/* GnuPG's own sockets stand in there (measured). */
static const char *
home_beside(struct loading *l, const char *key, const char *path)
{
	path = beside(l, path);
	if (path && strlen(path) > LIMIT_HOME_PATH)
		schema_fault(l->s, key, "%s has %zu bytes, and GnuPG's "
		    "sockets need it to end at %d; choose a shorter one",
		    path, strlen(path), LIMIT_HOME_PATH);
	return path;
}

static void
place_files(struct loading *l)
{
	struct config *c = l->c;
	const char **sockets = sk_arena_array(c->arena, c->nkeyd_sockets + 1,
	    sizeof(*sockets));

	c->policy = beside(l, c->policy);
	c->templates = beside(l, c->templates);
	c->lmtp_listen = listen_beside(l, "lmtp.listen", c->lmtp_listen);
	c->milter_listen = listen_beside(l, "milter.listen",
	    c->milter_listen);
	c->milter_local = listen_beside(l, "milter.local", c->milter_local);
	c->milter_ask = socket_beside(l, "milter.ask", c->milter_ask);
	if (c->store_path)
		c->store_path = beside(l, c->store_path + strlen("sqlite:"));
	c->store_key = beside(l, c->store_key);
	c->openpgp_home = home_beside(l, "openpgp.home", c->openpgp_home);
	c->smime_home = home_beside(l, "smime.home", c->smime_home);
	if (c->smime_roots)
		c->smime_roots = beside(l, c->smime_roots);
	c->relay_ca = beside(l, c->relay_ca);
	c->wkd_ca = beside(l, c->wkd_ca);
	c->vault_key = beside(l, c->vault_key);
	for (size_t i = 0; i < c->nkeyd_sockets; i++)
		sockets[i] = socket_beside(l, "keyd.sockets",
		    c->keyd_sockets[i]);
	c->keyd_sockets = sockets;
	c->control_socket = socket_beside(l, "control.socket",
	    c->control_socket);
}

/* ---- desks ---- */

static bool
same_address(const char *x, const char *y)
{
	return x && y && sk_ascii_ieq(x, y);
}

static void
check_desk(struct loading *l, struct config_desk *desks, size_t i)
{
	struct sk_arena *a = l->c->arena;
	struct config_desk *d = &desks[i];
	const char *at = sk_arena_printf(a, "desks.[%zu].address", i);

	if (!schema_has(l->s, sk_arena_printf(a, "desks.[%zu].ask_at_once",
	    i)))
		d->ask_at_once = d->kind == DESK_INCIDENT;
	for (size_t k = 0; k < i; k++)
		if (same_address(d->address, desks[k].address))
			schema_fault(l->s, at, "%s stands twice; give each "
			    "desk its own address", d->address);
	if (same_address(d->address, l->c->return_address))
		schema_fault(l->s, at, "%s is the return address too; "
		    "bounces need an address of their own", d->address);
}

static void
check_desks(struct loading *l)
{
	struct config *c = l->c;
	struct config_desk *desks = sk_arena_dup(c->arena, c->desks,
	    c->ndesks * sizeof(*desks));

	if (!c->ndesks && schema_has(l->s, "desks"))
		schema_fault(l->s, "desks", "there is no desk; name at least "
		    "one, with address and kind");
	for (size_t i = 0; i < c->ndesks; i++)
		check_desk(l, desks, i);
	c->desks = desks;
}

static void
check_groups(struct loading *l)
{
	const struct config *c = l->c;

	/* Half of the roles would be nobody's, or everybody's. */
	if (!c->group_operator && (c->group_membership ||
	    c->group_postmaster || c->group_auditor))
		schema_fault(l->s, "control", "names groups, but none for "
		    "operator; write operator = \"GROUP\" too");
}

static void
finish(struct loading *l)
{
	struct config *c = l->c;

	if (!c->return_address && c->domain)
		c->return_address = sk_arena_printf(c->arena, "csc-return@%s",
		    c->domain);
	place_files(l);
	check_desks(l);
	check_groups(l);
	config_relay(c, l->s);
	if (c->smime_home && !c->smime_fpr)
		c->smime_fpr = "";
	c->wkd_lookup = !c->wkd_word || strcmp(c->wkd_word, "never") == 0 ?
	    LOOKUP_NEVER : strcmp(c->wkd_word, "asked") == 0 ? LOOKUP_ASKED :
	    LOOKUP_AUTOMATIC;
}

/* The file's own place, without links and "..". */
static void
locate(struct config *c, const char *path)
{
	char *real = realpath(path, NULL), *slash;
	char *dir;

	c->file = sk_arena_str(c->arena, real ? real : path);
	free(real);
	dir = sk_arena_str(c->arena, c->file);
	slash = strrchr(dir, '/');
	if (slash)
		slash[slash == dir] = '\0';
	c->dir = slash ? dir : ".";
}

int
config_load(const char *path, struct config **out, struct sk_buf *faults)
{
	struct config *c = sk_malloc(sizeof(*c));
	struct loading l = { .c = c };

	*out = NULL;
	c->arena = sk_arena_new();
	locate(c, path);
	l.s = schema_read(c->file, keys, c->arena, c, faults);
	if (l.s) {
		finish(&l);
		if (schema_close(&l.s) == 0) {
			*out = c;
			return SK_OK;
		}
	}
	config_free(&c);
	return SK_ERR_CONFIG;
}

void
config_free(struct config **c)
{
	if (!c || !*c)
		return;
	sk_arena_free(&(*c)->arena);
	free(*c);
	*c = NULL;
}

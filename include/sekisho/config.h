/* sekisho.conf as a checked struct (design.md §8); every path made absolute. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <sekisho/arena.h>
#include <sekisho/buf.h>
#include <sekisho/council.h>
#include <sekisho/error.h>

struct config_desk {
	const char *address;
	enum desk_kind kind;
	bool ask_at_once;
};

/* When a person's key is looked for at their own domain: it learns of it. */
enum config_lookup { LOOKUP_NEVER, LOOKUP_ASKED, LOOKUP_AUTOMATIC };

struct config {
	struct sk_arena *arena;
	const char *file, *dir;	/* the file, and the folder it stands in */
	const char *name, *domain, *language, *timezone, *policy, *templates;
	const char *const *notify;
	size_t nnotify;
	const struct config_desk *desks;
	size_t ndesks;
	const char *return_address;
	const char *lmtp_listen;	/* "unix:/abs/path" or "host:port" */
	size_t max_message_bytes;
	bool lmtp_trusted;		/* loopback TCP believed about
					 * Authentication-Results */
	const char *milter_listen;
	const char *milter_local;	/* sekisho-milterd --local; NULL: none */
	const char *milter_ask;		/* where milterd asks sekishod */
	const char *milter_user;	/* as whom it asks; NULL: as sekishod */
	bool milter_guard, milter_intake;
	bool milter_behind;		/* stands behind what authenticates */
	const char *store_path, *store_key;
	const char *relay_url;
	unsigned relay_connections;
	const char *relay_tls_word;	/* as in the file, or NULL */
	bool relay_tls;			/* verified, or nothing leaves; false:
					 * in the clear, on this machine */
	const char *relay_ca;		/* PEM file; NULL: the system's */
	const char *relay_name;		/* what the certificate must name; NULL:
					 * the host of the URL */
	const char *relay_host;		/* of relay_url, with its port */
	unsigned relay_port;
	bool relay_smtps;		/* TLS from the first byte */
	const char *openpgp_home, *openpgp_fpr;	/* fpr "" : the one init made */
	/* The council's own keys: how long before a change it is announced,
	 * and how long the former one still opens mail. */
	unsigned notice_days, overlap_days;
	const char *smime_home, *smime_fpr;	/* NULL: none */
	const char *smime_roots;	/* PEM file, or NULL */
	const char *wkd_word;		/* as in the file */
	enum config_lookup wkd_lookup;
	const char *wkd_ca;		/* PEM file; NULL: the system's */
	const char *wkd_proxy;		/* "http://HOST:PORT"; NULL: none */
	const char *vault_key;		/* the public half is vault_key.pub */
	const char *const *keyd_sockets; /* none: sekishod starts its own */
	size_t nkeyd_sockets;
	unsigned readers, keyds;	/* 0 in the file: one per core */
	const char *control_socket;
	const char *group_operator, *group_membership, *group_postmaster,
	    *group_auditor;		/* NULL: the socket's owner has all */
	const char *authserv_id;
};

int config_load(const char *path, struct config **out, struct sk_buf *faults);
void config_free(struct config **c);
/* The desk or NULL; local part compared lower-cased, the tag cut at the first
 * "+" and given to *tag ("" if none; may be NULL). */
const struct config_desk *config_desk(const struct config *c,
    const char *address, const char **tag, struct sk_arena *a);
/* Is it one of our own addresses: desk or return address, with or without
 * tag? */
bool config_is_ours(const struct config *c, const char *address);
/* Is it the return address (bounces)? Tag as above. */
bool config_is_return(const struct config *c, const char *address,
    const char **tag, struct sk_arena *a);
/* The text of a new sekisho.conf, for `sekisho init`. */
void config_write_default(struct sk_buf *out, const char *name,
    const char *domain);
